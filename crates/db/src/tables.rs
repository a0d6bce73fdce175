//! Which tables a statement names: what tells whether a write that is held back must go out first.

use std::collections::HashMap;

use crate::driver::{Key, Text};

/// How many tables are told apart; those beyond share the last place and are flushed too often.
const PLACES: u32 = 128;

/// A set of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tables(u128);

impl Tables {
    pub(crate) fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The tables of each statement that this connection met.
#[derive(Default)]
pub(crate) struct Named {
    places: HashMap<String, u32>,
    known: HashMap<Key, Tables>,
}

impl Named {
    /// The tables that a text reads or writes.
    pub(crate) fn of(&mut self, text: &Text<'_>) -> Tables {
        if let Some(tables) = self.known.get(&text.key) {
            return *tables;
        }
        let mut tables = Tables::default();
        for name in names(text.sql) {
            let next = u32::try_from(self.places.len()).unwrap_or(PLACES).min(PLACES - 1);
            let place = *self.places.entry(name.to_ascii_lowercase()).or_insert(next);
            tables = tables.with(Tables(1 << place));
        }
        self.known.insert(text.key, tables);
        tables
    }
}

/// What stands where a table may stand: after FROM, JOIN, INTO and UPDATE, and after a comma of FROM.
fn names(sql: &str) -> Vec<&str> {
    let words = words(sql);
    let mut found = Vec::new();
    let mut listing = false;
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| words.get(at)).copied().unwrap_or_default();
        let is = |keyword: &str| before.eq_ignore_ascii_case(keyword);
        if is("FROM") || is("JOIN") || is("INTO") || is("UPDATE") || (before == "," && listing) {
            found.push(*word);
        }
        if is("FROM") {
            listing = true;
        } else if ["WHERE", "ORDER", "GROUP", "ON", ")", "SET"]
            .iter()
            .any(|end| word.eq_ignore_ascii_case(end))
        {
            listing = false;
        }
    }
    // `DO UPDATE SET` names no table.
    found.retain(|name| !matches!(*name, "(" | "SET" | "set"));
    found
}

fn words(sql: &str) -> Vec<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (head, tail) = rest.split_at(length);
        if !head.trim().is_empty() {
            found.push(head);
        }
        rest = tail;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_where_they_stand() {
        let cases = [
            ("SELECT a FROM b WHERE c = $1", vec!["b"]),
            ("SELECT a FROM b x JOIN c y ON x.d = y.d", vec!["b", "c"]),
            ("SELECT a FROM b, c WHERE d IN (1, 2)", vec!["b", "c"]),
            ("INSERT INTO a (b, c) SELECT d, e FROM f", vec!["a", "f"]),
            ("INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO UPDATE SET c = 1", vec!["a"]),
            ("UPDATE a SET b = 1 RETURNING c, (SELECT d FROM e WHERE f = 1)", vec!["a", "e"]),
            ("DELETE FROM a WHERE NOT EXISTS (SELECT 1 FROM b)", vec!["a", "b"]),
            ("SELECT 1 FROM (SELECT b FROM c) d", vec!["c"]),
        ];
        for (sql, expected) in cases {
            assert_eq!(names(sql), expected, "{sql}");
        }
    }
}
