//! What must hold in the sources, beyond what the compiler and clippy check.
//!
//! Each rule has a file. Enforced rules make findings, and any finding makes the exit code 1;
//! sizes, missing headers, undocumented items and dead files are reported only: they want
//! judgement. Leaves out formatting, lints and licences, which have their own stages.

mod bans;
mod codes;
mod docs;
mod invariants;
mod layers;
mod lexer;
mod refused;
mod shape;
mod sizes;
mod source;

use std::{collections::BTreeMap, path::Path};

use crate::{Failure, Outcome, metadata, tree};

/// The most findings that are printed for one rule; the rest is counted.
const MAX_SHOWN: usize = 25;

/// Every enforced rule, in the order of the table.
const RULES: &[&str] = &["layers", "bans", "refused", "codes", "links", "decisions", "invariants"];

/// Something that must not be.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// One of [`RULES`].
    pub rule: &'static str,
    /// `path:line`, `path` or a crate.
    pub place: String,
    /// What is wrong and what to do instead.
    pub message: String,
}

impl Finding {
    /// A finding of a rule at a place.
    pub fn new(rule: &'static str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, place: place.into(), message: message.into() }
    }
}

/// Checks the repository, prints findings, the table and the report.
///
/// # Errors
/// When the files or cargo's metadata cannot be read.
pub fn run(root: &Path) -> Result<Outcome, Failure> {
    let files = tree::read(root)?;
    let sources = source::all(&files);
    let packages = metadata::read(root)?.packages;
    let mut findings = layers::check(&packages);
    findings.extend(bans::check(&files, &sources));
    findings.extend(refused::check(&files));
    findings.extend(codes::check(&files, &sources));
    findings.extend(docs::check(&files));
    let promises = invariants::check(&files, &sources);
    findings.extend(promises.findings);
    show(&findings);
    report(&sources, &promises.awaited);
    Ok(if findings.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

fn show(findings: &[Finding]) {
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_rule.entry(finding.rule).or_default().push(finding);
    }
    println!("{:<12} findings", "rule");
    for rule in RULES {
        println!("{rule:<12} {}", by_rule.get(rule).map_or(0, Vec::len));
    }
    for of_rule in by_rule.values() {
        for finding in of_rule.iter().take(MAX_SHOWN) {
            println!("[{}] {}: {}", finding.rule, finding.place, finding.message);
        }
        if let Some(more @ 1..) = of_rule.len().checked_sub(MAX_SHOWN) {
            println!("[{}] and {more} more", of_rule[0].rule);
        }
    }
}

fn report(sources: &[source::Source], awaited: &[String]) {
    println!("\nreported, not enforced\n{}", sizes::table(sources));
    for (title, places) in shape::report(sources) {
        list(title, &places);
    }
    list("tests that the invariants still wait for", awaited);
}

fn list(title: &str, places: &[String]) {
    if places.is_empty() {
        return;
    }
    println!("{title}: {}", places.len());
    for place in places.iter().take(MAX_SHOWN) {
        println!("  {place}");
    }
}
