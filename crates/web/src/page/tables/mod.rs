//! Decision tables: the list, one table with what is found against it, the form, the modeler.

mod edit;
mod modeler;
mod show;
mod way;

pub(crate) use edit::{begin, change};
pub(crate) use modeler::{model, open};
pub(crate) use show::{file, list, show};
pub(crate) use way::{approve, publish, review, submit, withdraw};

use app::{
    config::Objection,
    tables::{Column, HitPolicy, Shown},
};
use base::Code;

use crate::{
    form::Form,
    trouble::Trouble,
    view::tables::{Found, Heading},
};

/// The name of a table in a path.
fn named(name: &str) -> Result<Code, Trouble> {
    name.parse().map_err(|_| Trouble::not_found())
}

/// Which text a query asks for: `version=`, `draft=`, else the newest.
fn asked(query: &Form) -> Result<Shown, Trouble> {
    let number = |name| query.get(name).parse().map_err(|_| Trouble::not_found());
    if !query.get("draft").is_empty() {
        return number("draft").map(|n: u32| Shown::Draft(n));
    }
    if !query.get("version").is_empty() {
        return query.get("version").parse().map(Shown::Version).map_err(|_| Trouble::not_found());
    }
    Ok(Shown::Newest)
}

/// What is shown, in words, and how it is asked for.
fn words(seen: &app::tables::TableSeen) -> (String, String) {
    match &seen.draft {
        Some(draft) => (
            format!("Draft {}, from version {}", draft.draft, draft.base),
            format!("draft={}", draft.draft),
        ),
        None => (format!("Version {}", seen.version), format!("version={}", seen.version)),
    }
}

fn heading(column: &Column) -> Heading {
    let allowed = match (column.values.is_empty(), column.kind) {
        (false, _) => column.values.join(", "),
        (true, _) if !column.allowed.is_empty() => column.allowed.clone(),
        (true, "number") => "number".to_owned(),
        (true, _) => String::new(),
    };
    Heading { name: column.name.clone(), label: column.label.clone(), allowed }
}

fn found(objection: &Objection) -> Found {
    let Objection { id, line, column, rule, message, refuses } = objection.clone();
    let place = if line == 0 { String::new() } else { format!("line {line}, column {column}") };
    Found { id, place, rule, message, refuses }
}

/// What a hit policy means, in few words.
fn meaning(policy: HitPolicy) -> &'static str {
    match policy {
        HitPolicy::Unique => "exactly one rule matches",
        HitPolicy::Any => "matching rules say the same",
        HitPolicy::Priority => "the first answer in the order of the output",
        HitPolicy::First => "the first rule that matches",
        HitPolicy::RuleOrder => "all matching rules, in their order",
        HitPolicy::OutputOrder => "all matching rules, in the order of the output",
        HitPolicy::Collect => "all matching rules, as a list",
        HitPolicy::Sum => "the sum of all matching rules",
        HitPolicy::Least => "the smallest of all matching rules",
        HitPolicy::Greatest => "the largest of all matching rules",
        HitPolicy::Count => "how many rules match",
    }
}
