//! Decision models and FEEL behind one trait; decision tables with their trace.
//!
//! The one crate that names dsntk, which parses and evaluates FEEL and everything of a model that is
//! not a table; the table layer is ours, because an auditor asks which rules matched and why.
//! Deterministic: no clock, no zone, no network. What could reach them is refused at deployment.

mod cases;
pub mod conditions;
mod deployed;
mod edit;
mod feel;
mod fence;
mod json;
mod model;
mod open;
pub mod table;
#[cfg(test)]
mod tck_tests;
mod tree;
mod types;
mod xml;

use process::Finding;

pub use cases::{Case, MAX_CASES, Tried, said};
pub use deployed::Deployed;
pub use edit::{Edited, EditedCase, EditedRule, edit};
pub use model::{Answer, Decision, Model, Needed, Traced};
pub use table::{Cell, Fault, HitPolicy, Outcome, Table};
pub use xml::OURS;

/// Everything that speaks against publishing a file, and advice: what does not run, gaps and overlaps
/// of its tables with an offending input, and test cases that fail.
pub fn check(bytes: &[u8]) -> Vec<Finding> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("the file is not UTF-8: {error}");
            return vec![Finding::new("not-xml", "definitions", Default::default(), message)];
        }
    };
    match Model::parse(text) {
        Ok(model) => {
            let mut findings = model.check();
            findings.extend(model.failed_cases());
            findings.extend(model.not_recordable());
            findings
        }
        Err(findings) => findings,
    }
}
