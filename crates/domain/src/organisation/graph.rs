//! The graph of services: rings in it, and who depends on whom.

use std::collections::BTreeMap;

use base::{Id, id};

use super::Parts;
use crate::service::ServiceDescribed;

/// The services that depend on each, by what they depend on. Retired ones depend on nothing.
pub(super) fn dependants(
    services: &Parts<ServiceDescribed>,
) -> BTreeMap<Id<id::Service>, Vec<Id<id::Service>>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (id, service) in services.iter().filter(|(_, service)| !service.retired) {
        for needed in &service.details.depends_on {
            found.entry(*needed).or_default().push(*id);
        }
    }
    found
}

/// The codes along the first ring by code, the least of them at both ends, so that the same ring is told
/// the same way whatever ids its services got; `None` where there is none.
///
/// Walks without recursion: a chain may be as long as there are services.
pub(super) fn ring(services: &Parts<ServiceDescribed>) -> Option<Vec<String>> {
    let edges = |id: &Id<id::Service>| {
        services.get(id).filter(|s| !s.retired).map_or(&[][..], |s| &s.details.depends_on)
    };
    let mut done: BTreeMap<Id<id::Service>, bool> = BTreeMap::new();
    let mut starts: Vec<_> = services.iter().collect();
    starts.sort_unstable_by(|(_, a), (_, b)| a.details.code.cmp(&b.details.code));
    for (start, _) in starts {
        let mut path = vec![(*start, 0)];
        if done.contains_key(start) {
            continue;
        }
        done.insert(*start, false);
        while let Some((at, next)) = path.last_mut() {
            let Some(to) = edges(at).get(*next).copied() else {
                done.insert(*at, true);
                path.pop();
                continue;
            };
            *next += 1;
            match done.get(&to) {
                Some(true) => {}
                Some(false) => return Some(named(services, &path, to)),
                None => {
                    done.insert(to, false);
                    path.push((to, 0));
                }
            }
        }
    }
    None
}

fn named(
    services: &Parts<ServiceDescribed>,
    path: &[(Id<id::Service>, usize)],
    from: Id<id::Service>,
) -> Vec<String> {
    let ring = path.iter().map(|(id, _)| *id).skip_while(|id| *id != from);
    let code = |id: Id<id::Service>| services.get(&id).map(|s| s.details.code.to_string());
    let mut ring: Vec<String> = ring.filter_map(code).collect();
    let least = (0..ring.len()).min_by_key(|at| &ring[*at]).unwrap_or_default();
    ring.rotate_left(least);
    ring.extend(ring.first().cloned());
    ring
}
