//! Checks of statements for tests: that both engines can prepare them, and that their text holds
//! nothing that means different things on the two.

use crate::{Conn, Fault, ManyStmt, Stmt, driver::Text, stmt::MAX_COLUMNS};

/// A statement that an engine does not accept as it is.
#[derive(Debug, Clone)]
pub struct Unsound {
    /// Its name.
    pub stmt: &'static str,
    /// What is wrong.
    pub fault: Fault,
}

pub(crate) fn all(conn: &mut Conn, stmts: &[&'static Stmt]) -> Vec<Unsound> {
    let own = crate::transaction::ALL.iter().chain(crate::migrate::ALL);
    let mut unsound = Vec::new();
    for stmt in own.chain(stmts) {
        if let Err(fault) = conn.prepare(&Text::of(stmt), stmt.name) {
            unsound.push(Unsound { stmt: stmt.name, fault });
        }
    }
    unsound
}

pub(crate) fn many(conn: &mut Conn, stmts: &[&'static ManyStmt]) -> Vec<Unsound> {
    let mut unsound = Vec::new();
    for stmt in stmts {
        let columns = (1..=MAX_COLUMNS).contains(&stmt.columns);
        let problem = "is not one of 1 to 64 columns";
        let prepared = if columns {
            [1, 2].iter().try_for_each(|rows| {
                conn.prepare(&Text::many(stmt, *rows, &stmt.text(*rows)), stmt.name)
            })
        } else {
            Err(Fault::Parameter { stmt: stmt.name, number: stmt.columns, problem })
        };
        if let Err(fault) = prepared {
            unsound.push(Unsound { stmt: stmt.name, fault });
        }
    }
    unsound
}

/// What a portable text must not hold, and what to do instead.
const NOT_PORTABLE: &[(&str, &str)] = &[
    ("?", "write $1, $2 and so on"),
    ("NOW(", "pass the instant as a parameter"),
    ("CURRENT_TIMESTAMP", "pass the instant as a parameter"),
    ("CURRENT_DATE", "pass the instant as a parameter"),
    ("RANDOM(", "pass entropy as a parameter"),
    ("JSON", "store columns"),
    ("->", "store columns"),
    (" LIKE ", "compare a folded column"),
    ("ILIKE", "compare a folded column"),
    ("LOWER(", "store a folded column: SQLite folds ASCII only"),
    ("UPPER(", "store a folded column: SQLite folds ASCII only"),
    ("SKIP LOCKED", "claim by version"),
    ("FOR UPDATE", "writes happen in turns"),
    ("PERCENTILE_CONT", "compute it in Rust"),
    ("ROWID", "name the key"),
    ("ANY(", "write the cases out, or run the statement for each"),
    ("TRUE", "flags are 0 and 1"),
    ("FALSE", "flags are 0 and 1"),
    ("::", "write CAST"),
    ("INSERT OR ", "write ON CONFLICT"),
    ("AUTOINCREMENT", "ids come from outside"),
    ("SERIAL", "ids come from outside"),
    ("TIMESTAMP", "instants are BIGINT microseconds"),
    ("BOOLEAN", "flags are BIGINT 0 and 1"),
    ("VARCHAR", "write TEXT"),
    ("INTEGER", "write BIGINT"),
];

/// What in a text means different things on the two engines; empty when it is portable.
///
/// Looks outside of quoted text and comments. `SUM(` and `AVG(` must stand inside a `CAST`, since
/// PostgreSQL answers NUMERIC.
pub fn lint(sql: &str) -> Vec<String> {
    let code = code_of(sql);
    let mut found: Vec<String> = NOT_PORTABLE
        .iter()
        .filter(|(text, _)| holds(&code, text))
        .map(|(text, instead)| format!("{}: {instead}", text.trim()))
        .collect();
    for sum in ["SUM(", "AVG("] {
        if code.contains(sum)
            && !code.contains(&format!("CAST({sum}"))
            && !code.contains("CAST(COALESCE(")
        {
            found.push(format!("{sum}: write CAST({sum}…) AS BIGINT or DOUBLE PRECISION)"));
        }
    }
    found
}

/// Whether a text stands there, as a word of its own where it is a word.
fn holds(code: &str, text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    code.match_indices(text).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + text.len()..].chars().next();
        let begins = !text.starts_with(word) || !before.is_some_and(word);
        let ends = !text.ends_with(word) || text == "JSON" || !after.is_some_and(word);
        begins && ends
    })
}

/// The text in capitals, without quoted text and comments, each space a single one.
fn code_of(sql: &str) -> String {
    let without_comments: Vec<_> =
        sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect();
    let text = without_comments.join(" ");
    let outside: Vec<_> = text.split('\'').step_by(2).collect();
    let words: Vec<_> = outside.iter().flat_map(|part| part.split_whitespace()).collect();
    words.join(" ").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "a table of cases reads better so")]
    fn check(sql: &str, expected: Expect) {
        expected.assert_eq(&lint(sql).join("\n"));
    }

    #[test]
    fn portable_text_passes() {
        check("SELECT id, known_at FROM a WHERE b = $1 AND c = 'now(' -- now()", expect![""]);
        check("SELECT CAST(SUM(n) AS BIGINT) FROM a ORDER BY b NULLS LAST", expect![""]);
    }

    #[test]
    fn what_differs_between_engines_is_named() {
        check("SELECT ? FROM a", expect!["?: write $1, $2 and so on"]);
        check("SELECT now()", expect!["NOW(: pass the instant as a parameter"]);
        check("SELECT a FROM b WHERE c LIKE $1", expect!["LIKE: compare a folded column"]);
        check(
            "SELECT lower(a), json_array(b) FROM c",
            expect![[r"
                JSON: store columns
                LOWER(: store a folded column: SQLite folds ASCII only"]],
        );
        check(
            "SELECT SUM(a) FROM b",
            expect!["SUM(: write CAST(SUM(…) AS BIGINT or DOUBLE PRECISION)"],
        );
    }
}
