//! Which named functions call which: nothing may call itself, and the calls of one evaluation are
//! bounded.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::{MAX_CALLS, Reader};

/// Calls by the name of who makes them.
#[derive(Default)]
pub(super) struct Graph {
    functions: BTreeMap<String, Vec<String>>,
    /// Calls made by texts that belong to no function.
    others: BTreeMap<String, Vec<String>>,
}

impl Graph {
    /// A text's calls, and the functions it defines itself.
    pub(super) fn text(
        &mut self,
        owner: Option<&str>,
        calls: Vec<String>,
        defines: Vec<(String, Vec<String>)>,
    ) {
        self.others.entry(owner.unwrap_or_default().to_owned()).or_default().extend(calls);
        for (name, calls) in defines {
            self.functions.entry(name).or_default().extend(calls);
        }
    }

    /// A name that may be called.
    pub(super) fn function(&mut self, name: String) {
        let calls = self.others.get(&name).cloned().unwrap_or_default();
        self.functions.entry(name).or_default().extend(calls);
    }

    /// Objects to circles, and to more calls than are allowed.
    pub(super) fn judge(&self, reader: &mut Reader<'_>, root: Node<'_, '_>) {
        let mut costs = BTreeMap::new();
        for name in self.functions.keys() {
            if self.cost(name, &mut costs).is_none() {
                let node = named(root, name).unwrap_or(root);
                reader.find(
                    "recursion",
                    node,
                    format!("{name} calls itself, directly or through others"),
                );
                return;
            }
        }
        let own = |calls: &Vec<String>| {
            let each = calls.iter().filter_map(|name| costs.get(name).copied().flatten());
            each.fold(0u64, u64::saturating_add)
        };
        let heaviest = self.others.values().map(own).max().unwrap_or(0);
        if heaviest > MAX_CALLS {
            let message = format!("one evaluation would make more than {MAX_CALLS} calls");
            reader.find("too-many-calls", root, message);
        }
    }

    /// How many calls one call makes; `None` where it comes back to itself.
    fn cost(&self, name: &str, costs: &mut BTreeMap<String, Option<u64>>) -> Option<u64> {
        let Some(calls) = self.functions.get(name) else { return Some(1) };
        if let Some(known) = costs.get(name) {
            return *known;
        }
        costs.insert(name.to_owned(), None);
        let mut cost = 1u64;
        for callee in calls {
            cost = cost.saturating_add(self.cost(callee, costs)?);
        }
        costs.insert(name.to_owned(), Some(cost));
        Some(cost)
    }
}

fn named<'d, 'i>(root: Node<'d, 'i>, name: &str) -> Option<Node<'d, 'i>> {
    root.descendants().find(|node| node.is_element() && node.attribute("name") == Some(name))
}
