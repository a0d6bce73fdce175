//! Moving running cases: the form with its dry run, and the page of a plan.

mod form;
mod plan;

pub(crate) use form::{act, show};
pub(crate) use plan::{approve, lines, plan, reject, withdraw};

use domain::moving::StuckAt;
use process::Model;

use crate::view::moving::StuckRow;

/// A count as pages show it.
fn shown(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Where a case is stuck, by the names of the version that it runs on.
fn stuck(model: &Model, places: &[StuckAt]) -> Vec<StuckRow> {
    let row = |at: &StuckAt| StuckRow {
        name: super::rows::name_of(model, &at.element),
        reason: at.reason.to_string(),
    };
    places.iter().map(row).collect()
}
