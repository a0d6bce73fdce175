//! Every code that a user may see has a page, and every page explains a code that exists.

use std::collections::BTreeMap;

use super::{Finding, source::Source};
use crate::tree::File;

/// Where the pages are.
const PAGES: &str = "docs/codes/";
/// Literals of the same shape that are names of something else.
const NOT_OURS: &[&str] = &["SHA-256", "SHA-384", "SHA-512", "AES-128", "AES-256"];

/// Findings about codes.
pub fn check(files: &[File], sources: &[Source]) -> Vec<Finding> {
    let codes = codes(sources);
    let pages: Vec<&File> = files.iter().filter(|file| file.path.starts_with(PAGES)).collect();
    let mut findings = Vec::new();
    for (code, place) in &codes {
        match pages.iter().find(|page| name_of(page) == *code) {
            None => {
                let message = format!("{code} has no page {PAGES}{code}.md");
                findings.push(Finding::new("codes", place.clone(), message));
            }
            Some(page) => findings.extend(headless(page, code)),
        }
    }
    let strays = pages.iter().filter(|page| is_code(name_of(page)));
    let strays = strays.filter(|page| !codes.contains_key(name_of(page)));
    findings.extend(strays.map(|page| {
        Finding::new("codes", page.path.clone(), "no source has this code: remove the page")
    }));
    findings
}

/// Each code with the first place that has it.
fn codes(sources: &[Source]) -> BTreeMap<&str, String> {
    let mut codes = BTreeMap::new();
    for source in sources.iter().filter(|source| source.krate != "xtask") {
        for literal in source.strings.iter().filter(|literal| is_code(&literal.text)) {
            let place = || format!("{}:{}", source.path, literal.line);
            codes.entry(literal.text.as_str()).or_insert_with(place);
        }
    }
    codes
}

fn headless(page: &File, code: &str) -> Option<Finding> {
    let has_title = page.text.lines().next().is_some_and(|line| line.contains(code));
    (!has_title).then(|| Finding::new("codes", page.path.clone(), "the first line names the code"))
}

fn name_of(page: &File) -> &str {
    page.name().strip_suffix(".md").unwrap_or_default()
}

/// `TRI-003`: three capitals, a dash, three digits.
fn is_code(text: &str) -> bool {
    let is_shaped = match text.as_bytes() {
        [kind @ .., b'-', a, b, c] if kind.len() == 3 => {
            kind.iter().all(u8::is_ascii_uppercase) && [a, b, c].iter().all(|d| d.is_ascii_digit())
        }
        _ => false,
    };
    is_shaped && !NOT_OURS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::{super::source::parse, *};

    fn check_with(page: &str, text: &str) -> Vec<String> {
        let source = parse("crates/domain/src/a.rs", "domain", text);
        let page = File { path: format!("{PAGES}{page}.md"), text: format!("# {page}\n") };
        check(&[page], &[source]).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_code_and_its_page_belong_together() {
        assert!(check_with("TRI-003", "x!(\"TRI-003\")").is_empty());
        let said = check_with("TRI-004", "x!(\"TRI-003\")");
        assert!(said[0].starts_with("TRI-003 has no page"));
        assert!(said[1].starts_with("no source"));
    }

    #[test]
    fn an_index_beside_the_pages_is_no_stray() {
        assert!(check_with("README", "").is_empty());
    }

    #[test]
    fn a_code_has_one_shape() {
        for (text, is) in [("TRI-003", true), ("SHA-256", false), ("INC-2026-0042", false)] {
            assert_eq!(is_code(text), is, "{text}");
        }
        for text in ["tri-003", "TRI-03", "TRI_003", "-123", ""] {
            assert!(!is_code(text), "{text}");
        }
    }
}
