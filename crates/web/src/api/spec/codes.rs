//! Which codes an operation refuses with, and under which status each stands: its page says so.

use std::collections::BTreeMap;

use super::{About, Operation};
use crate::{Method, Route, page::codes};

/// What every operation of the API may answer: not signed in, wrong host, busy, a fault.
const ALWAYS: &[&str] = &["PER-014", "WEB-003", "WEB-006", "WEB-008"];
/// What one may answer whose path has a parameter.
const PATH: &[&str] = &["WEB-001"];
/// What one may answer that reads a query.
const QUERY: &[&str] = &["WEB-005"];
/// What one may answer that reads a body.
const BODY: &[&str] = &["WEB-004", "WEB-005", "WEB-010"];
/// What one may answer that changes something: somebody was first, or its key was used before.
const POST: &[&str] = &["WEB-005", "WEB-007", "WEB-011", "WEB-012"];

/// The codes of an operation by status, each list sorted.
pub(super) fn by_status(
    route: &Route,
    about: &About,
    operation: &Operation<'_>,
) -> BTreeMap<u16, Vec<&'static str>> {
    let mut all: Vec<&'static str> = about.codes.to_vec();
    all.extend(ALWAYS);
    let adds = [
        (route.access.permission().is_some(), &["PER-008"][..]),
        (!operation.path.is_empty(), PATH),
        (operation.query.is_some(), QUERY),
        (operation.body.is_some(), BODY),
        (route.method == Method::Post, POST),
    ];
    for (_, codes) in adds.iter().filter(|(applies, _)| *applies) {
        all.extend(*codes);
    }
    all.sort_unstable();
    all.dedup();
    let mut by_status: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for code in all {
        by_status.entry(status(code).unwrap_or(500)).or_default().push(code);
    }
    by_status
}

/// The status under which a code is answered, as its page says; nothing for one without a page.
pub(crate) fn status(code: &str) -> Option<u16> {
    let page = codes::text(code)?;
    let said = page.split("**On the API.** Status ").nth(1)?;
    said.get(..3)?.parse().ok()
}

/// What a code's page says in its first line, after the code.
pub(super) fn title(code: &str) -> String {
    let page = codes::text(code).unwrap_or_default();
    let first = page.lines().next().unwrap_or_default();
    first.split_once(": ").map_or_else(|| code.to_owned(), |(_, title)| title.trim().to_owned())
}
