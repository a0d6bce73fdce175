//! How large files and functions are, per crate: reported, because a longer one may be right.
//!
//! Counts non-blank lines outside tests; a function from its `fn` line to its closing brace.

use std::{collections::BTreeMap, fmt::Write};

use super::source::{Source, block_end};

/// Files above this are named.
const LONG_FILE: usize = 300;
/// Functions above this are named.
const LONG_FUNCTION: usize = 60;
/// The most long ones that are named.
const MAX_NAMED: usize = 12;

/// The shape of one crate.
#[derive(Default)]
struct Shape {
    files: Vec<usize>,
    functions: Vec<usize>,
}

/// The table, with the longest files and functions below it.
pub fn table(sources: &[Source]) -> String {
    let mut crates: BTreeMap<&str, Shape> = BTreeMap::new();
    let mut long: Vec<(usize, String)> = Vec::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let shape = crates.entry(&source.krate).or_default();
        let lines = lines(source);
        shape.files.push(lines);
        if lines > LONG_FILE {
            long.push((lines, source.path.clone()));
        }
        for (at, len) in functions(&source.live) {
            shape.functions.push(len);
            if len > LONG_FUNCTION {
                long.push((len, format!("{}:{at}", source.path)));
            }
        }
    }
    render(&mut crates, long)
}

fn render(crates: &mut BTreeMap<&str, Shape>, mut long: Vec<(usize, String)>) -> String {
    let mut out = String::from("crate      files  lines  file p90/max   fn  med/p90/max\n");
    for (name, shape) in crates {
        shape.files.sort_unstable();
        shape.functions.sort_unstable();
        let (files, functions) = (&shape.files, &shape.functions);
        let file = format!("{}/{}", at(files, 90), at(files, 100));
        let of = format!("{}/{}/{}", at(functions, 50), at(functions, 90), at(functions, 100));
        let sum: usize = files.iter().sum();
        let _ = writeln!(
            out,
            "{name:<10} {:>5} {sum:>6}  {file:>12} {:>4}  {of:>11}",
            files.len(),
            functions.len()
        );
    }
    long.sort_by(|a, b| b.cmp(a));
    for (lines, place) in long.iter().take(MAX_NAMED) {
        let _ = writeln!(out, "  long: {place} ({lines} lines)");
    }
    out
}

/// The value below which `percent` of the sorted values lie.
fn at(sorted: &[usize], percent: usize) -> usize {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

/// Non-blank lines outside test modules, comments included.
fn lines(source: &Source) -> usize {
    let all = source.text.lines().filter(|line| !line.trim().is_empty()).count();
    let live = source.live.lines().filter(|line| !line.trim().is_empty()).count();
    let code = source.code.lines().filter(|line| !line.trim().is_empty()).count();
    all - (code - live)
}

/// The functions of a file: the line of each (from 1) and its length.
fn functions(code: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for at in (0..lines.len()).filter(|at| is_function(lines[*at])) {
        if has_body(&lines[at..]) {
            found.push((at + 1, block_end(&lines, at) - at + 1));
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_modifier = |word: &str| {
        word.starts_with("pub") || matches!(word, "const" | "async" | "unsafe" | "default")
    };
    words.find(|word| !is_modifier(word)) == Some("fn")
}

/// Whether a function's signature ends in a block and not in a semicolon.
fn has_body(lines: &[&str]) -> bool {
    let ends =
        lines.iter().find_map(|line| line.trim_end().chars().find(|c| matches!(c, '{' | ';')));
    ends == Some('{')
}

#[cfg(test)]
mod tests {
    use super::{super::source::parse, *};

    #[test]
    fn functions_are_measured_from_head_to_brace() {
        let code =
            "pub fn a() {\n  {}\n}\nfn b();\nasync fn c(\n  x: u8,\n) {\n}\nlet f = fn_x();\n";
        assert_eq!(functions(code), [(1, 3), (5, 4)]);
    }

    #[test]
    fn percentiles_of_few_values() {
        assert_eq!(at(&[], 90), 0);
        assert_eq!(at(&[1, 2, 9], 50), 2);
        assert_eq!(at(&[1, 2, 9], 100), 9);
    }

    #[test]
    fn tests_do_not_count() {
        let text = "//! Doc.\nfn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\n";
        assert_eq!(lines(&parse("crates/a/src/a.rs", "a", text)), 2);
    }
}
