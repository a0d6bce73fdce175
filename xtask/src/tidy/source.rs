//! One Rust file as the rules see it: its crate, its code without comments, and what is a test.

use super::lexer::{self, Literal};
use crate::tree::File;

/// A Rust file of ours.
pub struct Source {
    /// `crates/base/src/id.rs`.
    pub path: String,
    /// `base`, or `xtask`.
    pub krate: String,
    /// The text as written.
    pub text: String,
    /// Code without comments and literals, tests included; same lines as `text`.
    pub code: String,
    /// As `code`, with test modules blanked; empty for a file of tests.
    pub live: String,
    /// The literals outside tests.
    pub strings: Vec<Literal>,
}

impl Source {
    /// Whether nothing in the file is shipped.
    pub fn is_test(&self) -> bool {
        is_test_path(&self.path)
    }
}

/// The Rust files among `files`.
pub fn all(files: &[File]) -> Vec<Source> {
    files.iter().filter_map(source).collect()
}

fn source(file: &File) -> Option<Source> {
    let krate = match file.path.split('/').collect::<Vec<_>>()[..] {
        ["crates", krate, _, ..] => krate,
        ["xtask", _, ..] => "xtask",
        _ => return None,
    };
    (file.ending() == "rs").then(|| parse(&file.path, krate, &file.text))
}

/// A source from its text.
pub fn parse(path: &str, krate: &str, text: &str) -> Source {
    let lexer::Lexed { code, strings } = lexer::lex(text);
    let test_lines = test_lines(&code, is_test_path(path));
    let is_live = |line: usize| !test_lines.get(line - 1).copied().unwrap_or_default();
    let live: Vec<&str> = code
        .lines()
        .enumerate()
        .map(|(at, line)| if is_live(at + 1) { line } else { "" })
        .collect();
    Source {
        path: path.to_owned(),
        krate: krate.to_owned(),
        text: text.to_owned(),
        live: live.join("\n"),
        strings: strings.into_iter().filter(|one| is_live(one.line)).collect(),
        code,
    }
}

fn is_test_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs")
}

/// For each line whether it belongs to a test module.
fn test_lines(code: &str, whole_file: bool) -> Vec<bool> {
    let lines: Vec<&str> = code.lines().collect();
    let mut marks = vec![whole_file; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        let end = if opens_test_module(&lines[at..]) { block_end(&lines, at) } else { at };
        if end > at {
            marks[at..=end].fill(true);
        }
        at = end + 1;
    }
    marks
}

fn opens_test_module(lines: &[&str]) -> bool {
    let is_marked = lines[0].trim_start().starts_with("#[cfg(test)]");
    is_marked
        && lines.iter().skip(1).take(3).any(|line| line.contains("mod ") && line.contains('{'))
}

/// The line on which the first block that opens at or after `start` closes.
pub fn block_end(lines: &[&str], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, line) in lines.iter().enumerate().skip(start) {
        for c in line.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 1 => return at,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    lines.len() - 1
}

/// The lines (from 1) on which `word` stands in `code`, not as the tail of a longer name.
pub fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let names = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let is_tail = word.starts_with(is_name) && line[..at].ends_with(is_name);
            let is_head = word.ends_with(is_name) && line[at + word.len()..].starts_with(is_name);
            !is_tail && !is_head
        })
    };
    code.lines().enumerate().filter(|(_, line)| names(line)).map(|(at, _)| at + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn a() { \"one\" }\n#[cfg(test)]\nmod tests {\n  fn b() { \"two\" }\n}\n";

    #[test]
    fn test_modules_are_not_live() {
        let source = parse("crates/base/src/x.rs", "base", TEXT);
        assert!(source.live.contains("fn a"));
        assert!(!source.live.contains("fn b"));
        assert!(source.code.contains("fn b"));
        assert_eq!(source.strings.len(), 1);
    }

    #[test]
    fn a_file_of_tests_has_no_live_line() {
        let source = parse("crates/base/tests/x.rs", "base", TEXT);
        assert!(source.is_test());
        assert_eq!(source.live.trim(), "");
    }

    #[test]
    fn a_word_is_not_the_part_of_a_longer_one() {
        assert_eq!(lines_with("a\nx::now(y)\nsnow(z)\n", "now("), [2]);
        assert_eq!(lines_with("rusqlite::x\nrusqlites\n", "rusqlite"), [1]);
    }
}
