//! Every invariant in docs/ARCHITECTURE.md names the tests that enforce it, and those tests exist.

use std::collections::BTreeSet;

use super::{Finding, source::Source};
use crate::tree::File;

/// The document with the invariants.
const DOCUMENT: &str = "docs/ARCHITECTURE.md";
/// The heading above their table.
const HEADING: &str = "## Invariants";
/// How many there are.
const COUNT: usize = 10;

/// Tests that are named and not written yet. Take a line out when its test is in the sources.
const AWAITED: &[&str] = &["inv10_unknown_is_shown_as_unknown"];

/// What the check says: findings, and tests that are still awaited.
pub struct Promises {
    /// Enforced.
    pub findings: Vec<Finding>,
    /// Reported.
    pub awaited: Vec<String>,
}

/// Compares the document with the sources.
pub fn check(files: &[File], sources: &[Source]) -> Promises {
    let Some(document) = files.iter().find(|file| file.path == DOCUMENT) else {
        let findings = vec![Finding::new("invariants", DOCUMENT, "is missing")];
        return Promises { findings, awaited: Vec::new() };
    };
    let rows = rows(&document.text);
    let tests = functions(sources);
    let mut findings = incomplete(&rows);
    let mut awaited = Vec::new();
    for name in rows.iter().flat_map(|row| test_names(row)) {
        match (tests.contains(name), AWAITED.contains(&name)) {
            (true, false) => {}
            (false, true) => awaited.push(name.to_owned()),
            (true, true) => awaited.push(format!("{name} exists: take it off the list")),
            (false, false) => {
                let message = format!("no source has a test `{name}`");
                findings.push(Finding::new("invariants", DOCUMENT, message));
            }
        }
    }
    Promises { findings, awaited }
}

/// The rows of the invariants' table.
fn rows(text: &str) -> Vec<&str> {
    let section = text.lines().skip_while(|line| *line != HEADING).skip(1);
    let section = section.take_while(|line| !line.starts_with("## "));
    section.filter(|line| starts_with_number(line)).collect()
}

fn starts_with_number(line: &str) -> bool {
    line.strip_prefix("| ").is_some_and(|cell| cell.starts_with(|c: char| c.is_ascii_digit()))
}

fn incomplete(rows: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if rows.len() != COUNT {
        let message = format!("has {} invariants, not {COUNT}", rows.len());
        findings.push(Finding::new("invariants", DOCUMENT, message));
    }
    let bare = rows.iter().filter(|row| test_names(row).is_empty());
    findings
        .extend(bare.map(|row| Finding::new("invariants", DOCUMENT, format!("no test in: {row}"))));
    findings
}

/// The names in backticks that begin like a test of an invariant or of a ground rule.
fn test_names(row: &str) -> Vec<&str> {
    let quoted = row.split('`').skip(1).step_by(2);
    quoted.filter(|name| is_numbered(name, "inv") || is_numbered(name, "g")).collect()
}

fn is_numbered(name: &str, prefix: &str) -> bool {
    let rest = name.strip_prefix(prefix).unwrap_or_default().as_bytes();
    matches!(rest, [a, b, b'_', ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

/// The names of all functions, tests included.
fn functions(sources: &[Source]) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for source in sources {
        for (at, _) in source.code.match_indices("fn ") {
            let rest = &source.code[at + 3..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            names.insert(&rest[..end]);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{super::source::parse, *};

    fn check_table(cell: &str, sources: &[Source]) -> Promises {
        let row = |n: usize| format!("| {n} | sentence | {cell} |\n");
        let rows: String = (1..=COUNT).map(row).collect();
        let text = format!("{HEADING}\n\n| n | what | tests |\n{rows}## Next\n| 11 | no | no |\n");
        check(&[File { path: DOCUMENT.into(), text }], sources)
    }

    #[test]
    fn a_named_test_must_exist() {
        let source = parse("crates/app/src/a.rs", "app", "fn inv99_it_holds() {}");
        let sources = [source];
        assert!(check_table("`inv99_it_holds`", &sources).findings.is_empty());
        let found = check_table("`inv98_it_does_not`", &sources).findings;
        assert_eq!(found.len(), COUNT);
        assert!(found[0].message.contains("inv98_it_does_not"));
    }

    #[test]
    fn an_awaited_test_is_listed_and_not_enforced() {
        let promises = check_table(&format!("`{}`", AWAITED[0]), &[]);
        assert!(promises.findings.is_empty());
        assert_eq!(promises.awaited.len(), COUNT);
    }

    #[test]
    fn an_invariant_without_a_test_is_a_finding() {
        assert_eq!(check_table("trust us", &[]).findings.len(), COUNT);
    }
}
