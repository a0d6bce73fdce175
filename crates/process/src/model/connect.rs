//! Tying flows, defaults, boundary events and compensation handlers to elements.

use std::collections::{BTreeMap, BTreeSet};

use base::Code;
use roxmltree::Node;

use super::{BPMN, Kind, Trigger, read::Reader};

impl Reader<'_> {
    pub(super) fn connect(&mut self, process: Node<'_, '_>) {
        let mut index = BTreeMap::new();
        let mut twice = Vec::new();
        for (at, element) in self.elements.iter().enumerate() {
            if index.insert(element.id.clone(), at).is_some() {
                twice.push((element.id.clone(), element.position));
            }
        }
        let mut seen = BTreeSet::new();
        for flow in &self.flows {
            if !seen.insert(flow.id.clone()) || index.contains_key(&flow.id) {
                twice.push((flow.id.clone(), flow.position));
            }
        }
        for (id, at) in twice {
            self.find_at("id-twice", id.as_str(), at, "the id is used twice".to_owned());
        }
        self.connect_flows(&index);
        self.connect_boundaries(&index);
        self.connect_handlers(&index, process);
        self.check_defaults();
    }

    fn connect_flows(&mut self, index: &BTreeMap<Code, usize>) {
        for at in 0..self.flows.len() {
            let flow = &self.flows[at];
            let ends = (index.get(&flow.source).copied(), index.get(&flow.target).copied());
            let (id, position) = (flow.id.clone(), flow.position);
            let (Some(source), Some(target)) = ends else {
                let message = "its source or target is no element that is executed here";
                self.find_at("dangling-flow", id.as_str(), position, message.to_owned());
                continue;
            };
            let handler = |at: usize| self.elements[at].kind == Kind::EventSubProcess;
            let wrong = if self.elements[source].parent != self.elements[target].parent {
                "a flow may not cross the border of a sub-process"
            } else if self.elements[source].kind.is_end() {
                "no flow leads away from an end event"
            } else if self.elements[target].kind.is_start() {
                "no flow leads to a start event or a boundary event"
            } else if handler(source) || handler(target) {
                "no flow leads to or from an event sub-process"
            } else {
                self.elements[source].outgoing.push(id.clone());
                self.elements[target].incoming.push(id);
                continue;
            };
            self.find_at("wrong-flow", id.as_str(), position, wrong.to_owned());
        }
    }

    fn connect_boundaries(&mut self, index: &BTreeMap<Code, usize>) {
        for at in 0..self.elements.len() {
            let Kind::Boundary { host, .. } = &self.elements[at].kind else { continue };
            let (id, position) = (self.elements[at].id.clone(), self.elements[at].position);
            let host = index.get(host).copied().filter(|host| {
                let host = &self.elements[*host];
                host.kind.is_activity() && host.parent == self.elements[at].parent
            });
            match host {
                Some(host) => self.elements[host].boundaries.push(id),
                None => {
                    let message = "the boundary event's host is no activity of the same scope";
                    self.find_at("dangling-boundary", id.as_str(), position, message.to_owned());
                }
            }
        }
    }

    /// An association leads from a compensation boundary event to its handler.
    fn connect_handlers(&mut self, index: &BTreeMap<Code, usize>, process: Node<'_, '_>) {
        let end = |node: Node<'_, '_>, name| {
            let id: Code = super::names::bare(node.attribute(name)?).parse().ok()?;
            index.get(&id).copied()
        };
        for node in process.descendants().filter(|n| n.has_tag_name((BPMN, "association"))) {
            let Some((from, to)) = end(node, "sourceRef").zip(end(node, "targetRef")) else {
                continue;
            };
            let compensation = Some(&Trigger::Compensation);
            let boundary = |at: usize| {
                matches!(self.elements[at].kind, Kind::Boundary { .. })
                    && self.elements[at].kind.trigger() == compensation
            };
            let pair = [(from, to), (to, from)].into_iter().find(|(event, _)| boundary(*event));
            let Some((event, handler)) = pair else { continue };
            let fits = self.elements[handler].kind.is_activity()
                && self.elements[handler].parent == self.elements[event].parent;
            if fits {
                self.elements[event].handler = Some(self.elements[handler].id.clone());
                self.elements[handler].compensates = true;
            }
        }
    }

    fn check_defaults(&mut self) {
        let mut wrong = Vec::new();
        for element in &self.elements {
            let known = element.default.as_ref().is_none_or(|flow| element.outgoing.contains(flow));
            if !known {
                wrong.push((element.id.clone(), element.position));
            }
        }
        for (id, at) in wrong {
            let message = "its default flow does not lead away from it".to_owned();
            self.find_at("wrong-default", id.as_str(), at, message);
        }
    }
}
