//! Calls that may stand only where the house says so: the clock, entropy, the drivers, and
//! anything that acts on the world below the line.
//!
//! Looks at code and at SQL texts, not at comments. Clippy knows the types and catches more of the
//! same; this rule also reads SQL and names the architecture in its answer.

use super::{
    Finding, layers,
    lexer::Literal,
    source::{Source, lines_with},
};
use crate::tree::File;

/// A text in code, the places that may have it, and why nobody else may.
struct Ban {
    text: &'static str,
    allowed: &'static [&'static str],
    reason: &'static str,
}

const CLOCK: &str = "only `cli` reads a clock; take `now: Timestamp` as an argument";
const ENTROPY: &str = "only `cli` draws entropy; take `&mut dyn Entropy` or an id as an argument";
/// The tests of the command line and the benchmarks run real processes and measure them.
const TOP: &[&str] = &["crates/cli/", "xtask/src/bench/"];

/// Holds everywhere, tests included: a test that reads the clock fails one night.
const BANS: &[Ban] = &[
    Ban { text: "SystemTime::now", allowed: TOP, reason: CLOCK },
    Ban { text: "Instant::now", allowed: TOP, reason: CLOCK },
    Ban { text: "Timestamp::now", allowed: TOP, reason: CLOCK },
    Ban { text: "Zoned::now", allowed: TOP, reason: CLOCK },
    Ban { text: "Utc::now", allowed: TOP, reason: CLOCK },
    Ban { text: "rand::rng", allowed: TOP, reason: ENTROPY },
    Ban { text: "thread_rng", allowed: TOP, reason: ENTROPY },
    Ban { text: "OsRng", allowed: TOP, reason: ENTROPY },
    Ban { text: "getrandom", allowed: TOP, reason: ENTROPY },
    Ban { text: "Uuid::new_v4", allowed: TOP, reason: ENTROPY },
    Ban { text: "Uuid::now_v7", allowed: TOP, reason: ENTROPY },
    Ban { text: "rusqlite", allowed: &["crates/db/"], reason: "only `db` names a driver" },
    Ban { text: "tokio_postgres", allowed: &["crates/db/"], reason: "only `db` names a driver" },
    Ban { text: "dsntk", allowed: &["crates/dmn/"], reason: "only `dmn` names dsntk" },
    Ban { text: "#[ignore", allowed: &[], reason: "a test runs or goes" },
];

/// Holds below the line, outside tests.
const ACTS: &[&str] = &[
    "async fn",
    "async move",
    ".await",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "fs::read",
    "fs::write",
    "env::var",
    "File::open",
    "Command::new",
    "thread::spawn",
    "TcpStream",
    "stdin()",
    "stdout()",
];

/// In SQL: the database's clock and dice would differ between nodes and between two folds.
/// `clock_timestamp()` stays allowed: comparing clocks is how a node finds out that its own is off.
const SQL_CALLS: &[&str] = &[
    "now(",
    "current_timestamp",
    "current_date",
    "datetime('now",
    "strftime(",
    "random(",
    "randomblob(",
    "gen_random_uuid(",
    "uuid_generate",
];

/// Words that make a text SQL.
const SQL_WORDS: &[&str] =
    &["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "VALUES", "DEFAULT "];

/// Findings in code and SQL.
pub fn check(files: &[File], sources: &[Source]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = sources.iter().flat_map(in_source).collect();
    findings.extend(files.iter().filter(|file| file.ending() == "sql").flat_map(in_sql_file));
    findings
}

fn in_source(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ban in BANS.iter().filter(|ban| !ban.allowed.iter().any(|at| source.path.starts_with(at))) {
        findings.extend(found(source, &source.code, ban.text, ban.reason));
    }
    // An example is a program of its own, above the line.
    if layers::is_pure(&source.krate) && !source.path.contains("/examples/") {
        for text in ACTS {
            findings.extend(found(source, &source.live, text, "nothing below the line acts"));
        }
    }
    findings.extend(source.strings.iter().flat_map(|literal| in_literal(source, literal)));
    findings
}

fn found(source: &Source, code: &str, text: &str, reason: &str) -> Vec<Finding> {
    let at = |line| format!("{}:{line}", source.path);
    let lines = lines_with(code, text).into_iter();
    lines.map(|line| Finding::new("bans", at(line), format!("`{text}`: {reason}"))).collect()
}

fn in_literal(source: &Source, literal: &Literal) -> Vec<Finding> {
    if source.krate == "xtask" || !SQL_WORDS.iter().any(|word| literal.text.contains(word)) {
        return Vec::new();
    }
    in_sql(&source.path, literal.line, &literal.text)
}

fn in_sql_file(file: &File) -> Vec<Finding> {
    let is_code = |line: &&str| !line.trim_start().starts_with("--");
    let lines = file.text.lines().enumerate().filter(|(_, line)| is_code(line));
    lines.flat_map(|(at, line)| in_sql(&file.path, at + 1, line)).collect()
}

fn in_sql(path: &str, line: usize, sql: &str) -> Vec<Finding> {
    let lower = sql.to_lowercase();
    let calls = SQL_CALLS.iter().filter(|call| !lines_with(&lower, call).is_empty());
    calls
        .map(|call| {
            let message = format!("`{call}` in SQL: instants and dice are parameters");
            Finding::new("bans", format!("{path}:{line}"), message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::source::parse, *};

    fn check_source(path: &str, krate: &str, text: &str) -> Vec<String> {
        let findings = check(&[], &[parse(path, krate, text)]);
        findings.into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn inv01_only_cli_reads_clock_and_entropy() {
        let call = "fn f() {\n let at = std::time::Instant::now();\n let id = Uuid::new_v4();\n}";
        let found = check_source("crates/app/src/tick.rs", "app", call);
        assert_eq!(found, ["crates/app/src/tick.rs:2", "crates/app/src/tick.rs:3"]);
        assert!(check_source("crates/cli/src/serve.rs", "cli", call).is_empty());
    }

    #[test]
    fn a_word_in_a_comment_is_no_call() {
        assert!(check_source("crates/app/src/a.rs", "app", "// SystemTime::now\n").is_empty());
    }

    #[test]
    fn inv01_sql_has_no_clock_and_no_dice() {
        let path = "crates/store/src/a.rs";
        let check_sql = |sql: &str| check_source(path, "store", &format!("const S: &str = {sql};"));
        assert_eq!(check_sql("\"UPDATE a SET at = now()\"").len(), 1);
        assert_eq!(check_sql("\"SELECT random()\"").len(), 1);
        assert!(check_sql("\"UPDATE a SET at = $1\"").is_empty());
        assert!(check_sql("\"call me now()\"").is_empty());
        assert!(check_sql("\"SELECT snow(1)\"").is_empty());
    }

    #[test]
    fn a_migration_is_sql_too() {
        let file = |text: &str| File { path: "migrations/0001_a.sql".into(), text: text.into() };
        assert_eq!(check(&[file("at BIGINT DEFAULT CURRENT_TIMESTAMP")], &[]).len(), 1);
        assert!(check(&[file("-- never now()")], &[]).is_empty());
    }

    #[test]
    fn nothing_below_the_line_acts() {
        let text = "async fn f() { std::fs::read(\"a\") }\n";
        assert_eq!(check_source("crates/domain/src/a.rs", "domain", text).len(), 3);
        assert!(check_source("crates/app/src/a.rs", "app", text).is_empty());
        let test = format!("#[cfg(test)]\nmod tests {{\n{text}}}\n");
        assert!(check_source("crates/domain/src/a.rs", "domain", &test).is_empty());
    }

    #[test]
    fn inv02_only_db_says_the_drivers_name() {
        let text = "use rusqlite::Connection;";
        assert_eq!(check_source("crates/store/src/a.rs", "store", text).len(), 1);
        assert!(check_source("crates/db/src/a.rs", "db", text).is_empty());
    }
}
