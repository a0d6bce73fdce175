//! What differs between two texts of a table, rule by rule, in words.

use super::grid::{Grid, Row};

/// What differs from the older table to the newer one.
pub fn differences(old: &Grid, new: &Grid) -> Vec<String> {
    let mut all = Vec::new();
    if old.policy != new.policy {
        let (old, new) = (old.policy.letter(), new.policy.letter());
        all.push(format!("The hit policy was {old} and is {new}."));
    }
    for row in &new.rows {
        match old.rows.iter().find(|other| other.id == row.id) {
            Some(before) => all.extend(changed(new, before, row)),
            None => all.push(format!("{} is new: {}.", row.id, told(new, row))),
        }
    }
    for row in old.rows.iter().filter(|row| new.rows.iter().all(|other| other.id != row.id)) {
        all.push(format!("{} is gone: {}.", row.id, told(old, row)));
    }
    let order = |grid: &Grid, other: &Grid| -> Vec<String> {
        let kept = |row: &&Row| other.rows.iter().any(|held| held.id == row.id);
        grid.rows.iter().filter(kept).map(|row| row.id.clone()).collect()
    };
    if order(old, new) != order(new, old) {
        all.push(format!("The rules are now in this order: {}.", order(new, old).join(", ")));
    }
    all
}

fn changed(grid: &Grid, before: &Row, after: &Row) -> Vec<String> {
    let labels = grid.inputs.iter().chain(&grid.outputs).map(|column| column.label.as_str());
    let labels = labels.chain(["The words"]);
    let cells = |row: &Row| {
        let texts = row.tests.iter().chain(&row.answers).chain([&row.annotation]);
        texts.map(|text| shown(text)).collect::<Vec<_>>()
    };
    let pairs = cells(before).into_iter().zip(cells(after));
    labels
        .zip(pairs)
        .filter(|(_, (before, after))| before != after)
        .map(|(label, (before, now))| format!("{}, {label}: was {before}, is {now}.", after.id))
        .collect()
}

fn shown(text: &str) -> String {
    match text {
        "" | "-" => "any".to_owned(),
        text => text.to_owned(),
    }
}

/// A whole rule in one line.
fn told(grid: &Grid, row: &Row) -> String {
    let asked = grid.inputs.iter().zip(&row.tests).filter(|(_, text)| shown(text) != "any");
    let asked: Vec<_> = asked.map(|(column, text)| format!("{} {text}", column.label)).collect();
    let asked = if asked.is_empty() { "anything".to_owned() } else { asked.join(", ") };
    format!("{asked} gives {}", row.answers.join(", "))
}
