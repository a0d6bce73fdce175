//! Links in documents lead somewhere, and every decision record says what a decision must say.
//!
//! Leaves out links to the outside: they break without our doing.

use std::collections::BTreeSet;

use super::Finding;
use crate::tree::File;

/// The headings of a decision record, as `docs/adr` wants them.
const HEADINGS: &[&str] = &["Context", "Options", "Decision", "Consequences"];

/// Findings in Markdown files.
pub fn check(files: &[File]) -> Vec<Finding> {
    let paths = paths(files);
    let pages = || files.iter().filter(|file| file.ending() == "md");
    let mut findings: Vec<Finding> = pages().flat_map(|page| links(page, files, &paths)).collect();
    findings.extend(pages().filter(|page| is_decision(page)).flat_map(missing_headings));
    findings
}

/// All files and folders that a link may name.
fn paths(files: &[File]) -> BTreeSet<&str> {
    let mut paths = BTreeSet::new();
    for file in files {
        let folders = file.path.match_indices('/').map(|(at, _)| &file.path[..at]);
        paths.extend(folders);
        paths.insert(file.path.as_str());
    }
    paths
}

fn links(page: &File, files: &[File], paths: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, target) in targets(&page.text) {
        if target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
        let path = resolve(&page.path, path);
        let is_there = paths.contains(path.as_str());
        let at_anchor = || files.iter().find(|file| file.path == path);
        if !is_there || !anchor.is_empty() && !at_anchor().is_some_and(|it| has(it, anchor)) {
            let place = format!("{}:{line}", page.path);
            findings.push(Finding::new("links", place, format!("`{target}` leads nowhere")));
        }
    }
    findings
}

/// The targets of `[text](target)` with their lines, outside code.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut targets = Vec::new();
    let mut in_code = false;
    for (at, line) in text.lines().enumerate() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for (open, _) in without_spans(line).match_indices("](") {
            if let Some(len) = line[open + 2..].find(')') {
                targets.push((at + 1, line[open + 2..open + 2 + len].to_owned()));
            }
        }
    }
    targets
}

/// The line with what stands between backticks blanked byte by byte.
fn without_spans(line: &str) -> String {
    let mut in_span = false;
    let blank = |c: char| {
        in_span ^= c == '`';
        if in_span { " ".repeat(c.len_utf8()) } else { c.to_string() }
    };
    line.chars().map(blank).collect()
}

/// A target seen from a page, as a path from the root. A target without a path is the page itself.
fn resolve(page: &str, target: &str) -> String {
    if target.is_empty() {
        return page.to_owned();
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a page has a heading with this anchor, in the way code hosts make anchors.
fn has(page: &File, anchor: &str) -> bool {
    let headings = page.text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| slug(line.trim_start_matches('#').trim())).any(|slug| slug == anchor)
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// `docs/adr/0003-one-store-for-words.md`.
fn is_decision(page: &File) -> bool {
    page.path.starts_with("docs/adr/") && page.name().starts_with(|c: char| c.is_ascii_digit())
}

fn missing_headings(page: &File) -> Vec<Finding> {
    let has = |heading: &str| {
        let lines = page.text.lines().filter(|line| line.starts_with("## "));
        lines.map(|line| line[3..].trim()).any(|line| line.eq_ignore_ascii_case(heading))
    };
    let missing = HEADINGS.iter().filter(|heading| !has(heading));
    let finding = |heading: &&str| {
        Finding::new("decisions", page.path.clone(), format!("has no heading `## {heading}`"))
    };
    missing.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    fn check_page(text: &str) -> Vec<String> {
        let files =
            [file("docs/a.md", text), file("docs/codes/B.md", "# Two words"), file("run", "")];
        check(&files).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_link_leads_to_a_file_a_folder_or_a_heading() {
        assert!(check_page("[b](codes/B.md) [f](codes) [r](../run) [w](https://a.eu)").is_empty());
        assert!(check_page("[b](codes/B.md#two-words)").is_empty());
        assert_eq!(check_page("[c](codes/C.md)"), ["`codes/C.md` leads nowhere"]);
        assert_eq!(check_page("[b](codes/B.md#three)"), ["`codes/B.md#three` leads nowhere"]);
        assert!(check_page("# Here\n[h](#here)").is_empty());
    }

    #[test]
    fn code_is_no_link() {
        assert!(check_page("```\n[x](nowhere)\n```\nand `[y](nowhere)`").is_empty());
    }

    #[test]
    fn a_decision_record_has_its_four_parts() {
        let whole = "# 1\n## Context\n## Options\n## Decision\n## Consequences\n";
        assert!(check(&[file("docs/adr/0001-a.md", whole)]).is_empty());
        let found = check(&[file("docs/adr/0001-a.md", "## Context\n## Decision\n")]);
        assert_eq!(found.len(), 2);
        assert!(check(&[file("docs/adr/README.md", "")]).is_empty());
    }
}
