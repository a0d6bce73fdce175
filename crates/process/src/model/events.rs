//! Reading events: what starts, what is caught, what is thrown.

use roxmltree::Node;

use super::{
    BPMN, Kind, Throw, Trigger,
    names::{bare, code, named, root},
    read::Reader,
    tasks::{message, own},
};

/// Where a catching event stands; not every event can be caught everywhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    ProcessStart,
    SubStart,
    Catch,
    Boundary,
}

impl Reader<'_> {
    pub(super) fn event(&mut self, node: Node<'_, '_>) -> Option<Kind> {
        let definition = self.definition(node)?;
        match (node.tag_name().name(), definition) {
            ("startEvent", None) => Some(Kind::Start),
            ("startEvent", Some(what)) => self.start_on(node, what),
            ("endEvent", None) => Some(Kind::End),
            ("endEvent", Some(what)) if is(what, "terminateEventDefinition") => {
                Some(Kind::Terminate)
            }
            ("endEvent", Some(what)) => {
                Some(Kind::Throw { what: self.throw(node, what, true)?, end: true })
            }
            ("intermediateThrowEvent", None) => {
                Some(Kind::Throw { what: Throw::Nothing, end: false })
            }
            ("intermediateThrowEvent", Some(what)) => {
                Some(Kind::Throw { what: self.throw(node, what, false)?, end: false })
            }
            (_, None) => {
                self.find("unsupported-event", node, "the event does not say what it catches");
                None
            }
            ("boundaryEvent", Some(what)) => self.boundary(node, what),
            (_, Some(what)) => Some(Kind::Catch { on: self.trigger(node, what, At::Catch)? }),
        }
    }

    /// The one event definition of an event, shared ones looked up. The outer `None` is a finding.
    #[expect(clippy::option_option, reason = "none, one, or too many: the last has been reported")]
    fn definition<'d, 'i>(&mut self, node: Node<'d, 'i>) -> Option<Option<Node<'d, 'i>>> {
        let mut all = node.children().filter(|n| {
            n.tag_name().namespace() == Some(BPMN)
                && (n.tag_name().name().ends_with("EventDefinition")
                    || n.tag_name().name() == "eventDefinitionRef")
        });
        let first = all.next();
        if all.next().is_some() {
            self.find("unsupported-event", node, "several event definitions are not executed here");
            return None;
        }
        let Some(shared) = first.filter(|n| is(*n, "eventDefinitionRef")) else {
            return Some(first);
        };
        let meant = root(node, shared.text().unwrap_or_default());
        if meant.is_none() {
            self.find("unsupported-event", node, "the event definition it refers to is missing");
        }
        meant.map(Some)
    }

    fn start_on(&mut self, node: Node<'_, '_>, what: Node<'_, '_>) -> Option<Kind> {
        let handler = |n: Node<'_, '_>| n.attribute("triggeredByEvent") == Some("true");
        let at = if node.parent().is_some_and(handler) { At::SubStart } else { At::ProcessStart };
        if at == At::ProcessStart && !node.parent().is_some_and(|n| is(n, "process")) {
            let message = "a sub-process begins with a start event without an event definition";
            self.find("unsupported-event", node, message);
            return None;
        }
        let interrupting = node.attribute("isInterrupting") != Some("false");
        Some(Kind::StartOn { on: self.trigger(node, what, at)?, interrupting })
    }

    fn boundary(&mut self, node: Node<'_, '_>, what: Node<'_, '_>) -> Option<Kind> {
        let on = self.trigger(node, what, At::Boundary)?;
        let Some(host) = node.attribute("attachedToRef").and_then(|text| text.parse().ok()) else {
            self.find("dangling-boundary", node, "the boundary event is attached to nothing");
            return None;
        };
        let always = matches!(on, Trigger::Error(_) | Trigger::Cancel);
        let interrupting = always || node.attribute("cancelActivity") != Some("false");
        Some(Kind::Boundary { host, interrupting, on })
    }

    fn trigger(&mut self, node: Node<'_, '_>, what: Node<'_, '_>, at: At) -> Option<Trigger> {
        let inner = at == At::SubStart || at == At::Boundary;
        Some(match what.tag_name().name() {
            "messageEventDefinition" => Trigger::Message(message(node, what)),
            "timerEventDefinition" => Trigger::Timer(self.timer(node, what)?),
            "signalEventDefinition" => Trigger::Signal(signal(node, what)),
            "conditionalEventDefinition" => {
                let condition = what.children().find(|n| is(*n, "condition"));
                let Some(condition) = condition else {
                    self.find("wrong-condition", node, "the condition is empty");
                    return None;
                };
                Trigger::Condition(self.expression(node, condition, "wrong-condition")?)
            }
            "errorEventDefinition" if inner => {
                Trigger::Error(named(what, "errorRef", &["errorCode", "name"]))
            }
            "escalationEventDefinition" if inner => {
                Trigger::Escalation(named(what, "escalationRef", &["escalationCode", "name"]))
            }
            "compensateEventDefinition" if at == At::Boundary => Trigger::Compensation,
            "cancelEventDefinition" if at == At::Boundary => Trigger::Cancel,
            "linkEventDefinition" if at == At::Catch => Trigger::Link(link(node, what)),
            name => {
                self.find("unsupported-event", node, format!("{name} is not caught here"));
                return None;
            }
        })
    }

    fn throw(&mut self, node: Node<'_, '_>, what: Node<'_, '_>, end: bool) -> Option<Throw> {
        Some(match what.tag_name().name() {
            "messageEventDefinition" => {
                let action = node.attribute((super::WK, "action"));
                Throw::Message(message(node, what), action.and_then(|text| text.parse().ok()))
            }
            "signalEventDefinition" => Throw::Signal(signal(node, what)),
            "escalationEventDefinition" => {
                Throw::Escalation(named(what, "escalationRef", &["escalationCode", "name"]))
            }
            "compensateEventDefinition" => {
                let activity = what.attribute("activityRef").map(bare).and_then(code);
                Throw::Compensation(activity)
            }
            "errorEventDefinition" if end => {
                Throw::Error(named(what, "errorRef", &["errorCode", "name"]))
            }
            "cancelEventDefinition" if end => Throw::Cancel,
            "linkEventDefinition" if !end => Throw::Link(link(node, what)),
            name => {
                self.find("unsupported-event", node, format!("{name} is not thrown here"));
                return None;
            }
        })
    }

    fn timer(&mut self, node: Node<'_, '_>, timer: Node<'_, '_>) -> Option<super::When> {
        let times = ["timeDuration", "timeDate", "timeCycle"];
        let written: Vec<_> =
            timer.children().filter(|n| times.iter().any(|name| is(*n, name))).collect();
        let [when] = written.as_slice() else {
            let message = "a timer wants exactly one of timeDuration, timeDate and timeCycle";
            self.find("wrong-timer", node, message);
            return None;
        };
        let (name, text) = (when.tag_name().name(), when.text().unwrap_or_default().trim());
        let read = super::duration::when(name, text);
        if read.is_none() {
            let such = match name {
                "timeDate" => "an instant such as 2026-11-25T08:00:00Z, or a variable as =aware_at",
                "timeCycle" => "a cycle such as R3/PT1H",
                _ => "a duration such as PT30M, or a variable as =patience",
            };
            self.find("wrong-timer", node, format!("{name} {text:?} is not {such}"));
        }
        read
    }
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.has_tag_name((BPMN, name))
}

fn signal(node: Node<'_, '_>, what: Node<'_, '_>) -> base::Code {
    named(what, "signalRef", &["name"]).unwrap_or_else(|| own(node))
}

/// Links go by the name on their definition, else by the name on their event.
fn link(node: Node<'_, '_>, what: Node<'_, '_>) -> base::Code {
    let names = [what.attribute("name"), node.attribute("name")];
    names.into_iter().flatten().find_map(code).unwrap_or_else(|| own(node))
}
