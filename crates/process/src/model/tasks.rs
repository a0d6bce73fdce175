//! Reading tasks, gateways, calls and sub-processes.

use base::Code;
use roxmltree::Node;

use super::{
    AdHoc, BPMN, Binding, Kind, Message, WK,
    names::{bare, code, named},
    read::Reader,
};

impl Reader<'_> {
    /// What a node is that is no event.
    pub(super) fn task(&mut self, node: Node<'_, '_>, name: &str) -> Option<Kind> {
        let bound = |name| node.attribute((WK, name)).and_then(|text| text.parse().ok());
        Some(match name {
            "task" | "manualTask" => Kind::Pass,
            "userTask" => Kind::User,
            "businessRuleTask" => Kind::Rule { decision: bound("decision") },
            "serviceTask" => Kind::Service { action: bound("action") },
            "sendTask" => Kind::Send { action: bound("action"), message: message(node, node) },
            "receiveTask" => Kind::Receive { message: message(node, node) },
            "scriptTask" => return self.script(node),
            "exclusiveGateway" => Kind::Exclusive,
            "parallelGateway" => Kind::Parallel,
            "inclusiveGateway" => Kind::Inclusive,
            "eventBasedGateway" => Kind::EventBased,
            "subProcess" if node.attribute("triggeredByEvent") == Some("true") => {
                Kind::EventSubProcess
            }
            "subProcess" => Kind::SubProcess,
            "transaction" => Kind::Transaction,
            "adHocSubProcess" => self.ad_hoc(node),
            "callActivity" => self.call(node),
            name => {
                self.find("unsupported-element", node, format!("{name} is not executed here"));
                return None;
            }
        })
    }

    /// Scripts are expressions: no code of a model runs here.
    fn script(&mut self, node: Node<'_, '_>) -> Option<Kind> {
        let format = node.attribute("scriptFormat").unwrap_or("feel").to_ascii_lowercase();
        if !format.contains("feel") {
            self.find("wrong-script", node, "scripts are expressions in FEEL");
            return None;
        }
        let script = node.children().find(|n| n.has_tag_name((BPMN, "script")));
        let text = script.and_then(|n| n.text()).unwrap_or_default().trim();
        let text = text.strip_prefix('=').map_or(text, str::trim).to_owned();
        if text.is_empty() {
            self.find("wrong-script", node, "the script is empty");
            return None;
        }
        let result = node.attribute((WK, "result")).and_then(|text| text.parse().ok());
        Some(Kind::Script { text, result })
    }

    fn ad_hoc(&mut self, node: Node<'_, '_>) -> Kind {
        let child = |n: &Node<'_, '_>| n.has_tag_name((BPMN, "completionCondition"));
        let condition = node.children().find(child).filter(|n| n.text().is_some());
        let completion = condition.and_then(|n| self.expression(node, n, "wrong-condition"));
        Kind::AdHoc(AdHoc {
            sequential: node.attribute("ordering") == Some("Sequential"),
            all: node.attribute((WK, "activate")) == Some("all"),
            completion,
            cancels: node.attribute("cancelRemainingInstances") != Some("false"),
        })
    }

    fn call(&mut self, node: Node<'_, '_>) -> Kind {
        let called = node.attribute("calledElement").map(bare).and_then(code);
        let process = node.attribute((WK, "process")).and_then(code).or(called);
        let version = node.attribute((WK, "version")).and_then(|text| text.parse().ok());
        let binding = match (node.attribute((WK, "binding")), version) {
            (Some("latest"), None) => Binding::Latest,
            (Some("pinned") | None, Some(version)) => Binding::Pinned(version),
            (Some("deployment") | None, None) => Binding::Deployment,
            _ => {
                let message = "wk:version belongs to wk:binding=\"pinned\", which wants it";
                self.find("wrong-extension", node, message);
                Binding::Deployment
            }
        };
        Kind::Call { process, binding, bound: None }
    }
}

/// The message that `definition` names; one without a name goes by the id of its element.
pub(super) fn message(node: Node<'_, '_>, definition: Node<'_, '_>) -> Message {
    let name = named(definition, "messageRef", &["name"]);
    let key = node.attribute((WK, "key")).map(str::trim).filter(|key| !key.is_empty());
    Message {
        named: name.is_some(),
        name: name.unwrap_or_else(|| own(node)),
        key: key.map(str::to_owned),
    }
}

/// The element's own id, as a name for what the model leaves without one.
pub(super) fn own(node: Node<'_, '_>) -> Code {
    node.attribute("id").and_then(code).unwrap_or(Code::fixed("unnamed"))
}
