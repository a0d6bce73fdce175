//! The parts of an input's domain inside which no cell of its column changes its answer.
//!
//! Listed values stand for themselves. An ordered domain is cut at every constant that a cell names:
//! each constant is a part, and so is what lies between two of them, below the first and above the
//! last. Each part is shown by one value of it.

use dsntk_feel::{FeelNumber, FeelScope, Name, context::FeelContext, values::Value as Feel};

use super::{Input, Kind, Table, shape::compare};
use crate::{json, open::INPUT};

/// A word that no author writes, for "any other text".
const OTHER: &str = "any_other";

/// Which rules may match for a part of the domain, as bits.
pub(super) type Rules = Vec<u64>;

/// Parts that let the same rules match, shown by one value.
#[derive(Debug, Clone)]
pub(super) struct Class {
    /// One value of it.
    pub(super) witness: String,
    /// The rules whose cell passes.
    pub(super) rules: Rules,
    /// How many parts it stands for.
    pub(super) parts: u64,
}

/// What a column's domain is cut into, and whether that is all of it.
pub(super) struct Column {
    /// The classes, in the order of the domain.
    pub(super) classes: Vec<Class>,
    /// Why the cut is not complete.
    pub(super) incomplete: Option<String>,
    /// Rules whose cell is neither true nor false for some value, with that value.
    pub(super) nulls: Vec<(usize, String)>,
}

/// A cell that reads more than its own input: no column can be looked at alone then.
pub(super) fn entangled(table: &Table) -> Option<String> {
    table.rules.iter().find_map(|rule| {
        let reads = |test: &&super::rule::Test| !crate::tree::reads(&test.open.node).is_empty();
        let at = rule.cells.iter().position(|test| reads(&test))?;
        Some(format!("the cell {:?} of {} reads more than its own input", rule.tests[at], rule.id))
    })
}

/// Cuts the domain of one column.
pub(super) fn cut(table: &Table, at: usize) -> Column {
    let input = &table.inputs[at];
    let (mut values, mut incomplete) = values(table, at);
    if input.minds_null {
        values.push(Feel::Null(None));
    }
    let mut column = Column { classes: Vec::new(), incomplete: None, nulls: Vec::new() };
    for value in values {
        let mut rules = vec![0u64; table.rules.len().div_ceil(64)];
        for (place, rule) in table.rules.iter().enumerate() {
            let cell = &rule.cells[at];
            let simple = cell.shape.as_ref().and_then(|shape| shape.passes(&value));
            match simple.or_else(|| judged(cell, &value)) {
                Some(true) => rules[place / 64] |= 1 << (place % 64),
                Some(false) => {}
                None if column.nulls.iter().any(|(known, _)| *known == place) => {}
                None => column.nulls.push((place, json::plain(&value))),
            }
            if cell.shape.is_none() && incomplete.is_none() {
                let what = &rule.tests[at];
                incomplete = Some(format!("the cell {what:?} of {} is not simple", rule.id));
            }
        }
        add(&mut column.classes, rules, json::plain(&value));
    }
    column.incomplete = incomplete;
    column
}

fn judged(cell: &super::rule::Test, value: &Feel) -> Option<bool> {
    let mut context = FeelContext::default();
    context.set_entry(&Name::from(INPUT), value.clone());
    match cell.open.evaluate(&FeelScope::from(context)) {
        Feel::Boolean(told) => Some(told),
        _ => None,
    }
}

fn add(classes: &mut Vec<Class>, rules: Rules, witness: String) {
    match classes.iter_mut().find(|class| class.rules == rules) {
        Some(same) => same.parts += 1,
        None => classes.push(Class { witness, rules, parts: 1 }),
    }
}

/// One value of each part, and why they are not all.
fn values(table: &Table, at: usize) -> (Vec<Feel>, Option<String>) {
    let input = &table.inputs[at];
    if let Some(listed) = input.domain.listed() {
        return (listed, None);
    }
    let constants = constants(table, at);
    match input.domain.kind {
        Kind::Text => {
            let mut values = constants;
            values.push(Feel::String(OTHER.to_owned()));
            (within(input, values), None)
        }
        Kind::Number | Kind::Date | Kind::Length => {
            (within(input, between(&constants, input)), None)
        }
        Kind::Flag | Kind::Other => {
            let why = format!("{} has no type whose values could be listed", input.name);
            (constants, Some(why))
        }
    }
}

fn within(input: &Input, values: Vec<Feel>) -> Vec<Feel> {
    values.into_iter().filter(|value| input.domain.allows(value)).collect()
}

/// Every constant of the column and of its allowed values, in order, each once.
fn constants(table: &Table, at: usize) -> Vec<Feel> {
    let cells = table.rules.iter().filter_map(|rule| rule.cells[at].shape.as_ref());
    let shapes = cells.chain(table.inputs[at].domain.allowed.as_ref());
    let mut all: Vec<Feel> = shapes
        .flat_map(|shape| shape.constants().cloned())
        .filter(|value| !matches!(value, Feel::Null(_)))
        .collect();
    all.sort_by(|a, b| compare(a, b).unwrap_or(std::cmp::Ordering::Equal));
    all.dedup();
    all
}

/// The constants with what lies below, between and above them.
fn between(constants: &[Feel], input: &Input) -> Vec<Feel> {
    let (Some(first), Some(last)) = (constants.first(), constants.last()) else {
        return start(input.domain.kind).into_iter().collect();
    };
    let mut values: Vec<Feel> = step(first, -1).into_iter().collect();
    let above = step(last, 1);
    for (place, value) in constants.iter().enumerate() {
        values.push(value.clone());
        let next = constants.get(place + 1);
        values.extend(next.and_then(|next| middle(value, next)));
    }
    values.extend(above);
    values
}

fn start(kind: Kind) -> Option<Feel> {
    match kind {
        Kind::Number => Some(Feel::Number(FeelNumber::zero())),
        Kind::Date => Some(json::date("2026-01-01")),
        Kind::Length => Some(json::length(0)),
        _ => None,
    }
}

/// The next whole value in a direction.
fn step(value: &Feel, by: i64) -> Option<Feel> {
    match value {
        Feel::Number(number) => Some(Feel::Number(*number + by.into())),
        Feel::Date(date) if by > 0 => date.add_days(1).map(Feel::Date),
        Feel::Date(date) => date.sub_days(1).map(Feel::Date),
        Feel::DaysAndTimeDuration(length) => {
            Some(json::length(i64::try_from(length.as_seconds()).ok()?.checked_add(by)?))
        }
        _ => None,
    }
}

/// A value strictly between two, whole where one lies there.
fn middle(low: &Feel, high: &Feel) -> Option<Feel> {
    let whole = step(low, 1)?;
    if compare(&whole, high)?.is_lt() {
        return Some(whole);
    }
    match (low, high) {
        (Feel::Number(low), Feel::Number(high)) => {
            Some(Feel::Number((*low + *high) / FeelNumber::two()))
        }
        // Between two days lies no day, and lengths are judged by the second.
        _ => None,
    }
}
