//! Reported, not enforced: files without a header, public items without a doc, files that no
//! `mod` names, and public types of one name in two crates.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// Names that several crates may rightly have.
const COMMON: &[&str] = &["Error", "Event", "State", "Command", "Limits", "Refusal", "Fault"];

/// Each list with its title.
pub fn report(sources: &[Source]) -> Vec<(&'static str, Vec<String>)> {
    let ours: Vec<&Source> = sources.iter().filter(|source| !source.is_test()).collect();
    vec![
        ("files without a `//!` header", headless(&ours)),
        ("public items without a doc", undocumented(&ours)),
        ("files that no `mod` names", dead(&ours)),
        ("public types of one name in two crates", twins(&ours)),
    ]
}

fn headless(sources: &[&Source]) -> Vec<String> {
    let bare = sources.iter().filter(|source| !source.text.starts_with("//!"));
    bare.map(|source| source.path.clone()).collect()
}

fn undocumented(sources: &[&Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, live) in source.live.lines().enumerate() {
            if public_item(live).is_some() && !has_doc(&lines[..at]) {
                found.push(format!("{}:{}", source.path, at + 1));
            }
        }
    }
    found
}

/// Kind and name of the public item that a line declares.
fn public_item(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix("pub ")?;
    let mut words = rest.split_whitespace().skip_while(|word| matches!(*word, "async" | "unsafe"));
    let (mut kind, mut name) = (words.next()?, words.next()?);
    if kind == "const" && name == "fn" {
        (kind, name) = ("fn", words.next()?);
    }
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    let is_item = matches!(kind, "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static");
    is_item.then_some((kind, &name[..end]))
}

/// Whether the lines above an item end in a doc comment, attributes left aside.
fn has_doc(above: &[&str]) -> bool {
    let is_attribute =
        |line: &str| line.starts_with("#[") || line.ends_with(")]") || line.ends_with(',');
    let doc = above.iter().rev().map(|line| line.trim()).find(|line| !is_attribute(line));
    doc.is_some_and(|line| line.starts_with("///") || line.starts_with("$(#[") || line == "*/")
}

fn dead(sources: &[&Source]) -> Vec<String> {
    let named: BTreeSet<String> = sources.iter().flat_map(|source| modules(source)).collect();
    let is_root = |path: &str| {
        path.ends_with("src/lib.rs")
            || path.ends_with("src/main.rs")
            || path.ends_with("build.rs")
            || ["/src/bin/", "/examples/", "/benches/"].iter().any(|part| path.contains(part))
    };
    let files = sources.iter().map(|source| source.path.clone());
    files.filter(|path| !is_root(path) && !named.contains(path)).collect()
}

/// The files that a file's `mod` lines may mean.
fn modules(source: &Source) -> Vec<String> {
    let (folder, file) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
    let home = match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        file => format!("{folder}/{}", file.trim_end_matches(".rs")),
    };
    let mut files = Vec::new();
    for line in source.code.lines().filter(|line| line.trim_end().ends_with(';')) {
        let words: Vec<&str> = line.trim_end_matches([';', ' ']).split_whitespace().collect();
        if let [.., "mod", name] = words[..] {
            files.extend([format!("{home}/{name}.rs"), format!("{home}/{name}/mod.rs")]);
        }
    }
    let paths = source.text.lines().filter_map(|line| line.trim().strip_prefix("#[path = \""));
    files.extend(paths.map(|path| format!("{folder}/{}", path.trim_end_matches("\"]"))));
    files
}

fn twins(sources: &[&Source]) -> Vec<String> {
    let mut homes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.krate != "xtask") {
        for (kind, name) in source.live.lines().filter_map(public_item) {
            let is_type = matches!(kind, "struct" | "enum" | "trait");
            if is_type && !name.is_empty() && !COMMON.contains(&name) {
                homes.entry(name).or_default().insert(&source.krate);
            }
        }
    }
    let twice = homes.into_iter().filter(|(_, crates)| crates.len() > 1);
    twice.map(|(name, crates)| format!("{name}: {}", Vec::from_iter(crates).join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::source::parse, *};

    fn source(path: &str, text: &str) -> Source {
        parse(&format!("crates/a/src/{path}"), "a", text)
    }

    #[test]
    fn a_file_that_no_mod_names_is_dead() {
        let lib = source("lib.rs", "mod a;\npub mod b;\n");
        let inner = source("b/mod.rs", "mod c;\n");
        let files = [source("a.rs", ""), source("b/c.rs", ""), source("d.rs", "")];
        let all: Vec<&Source> = [&lib, &inner].into_iter().chain(&files).collect();
        assert_eq!(dead(&all), ["crates/a/src/d.rs"]);
    }

    #[test]
    fn public_items_want_a_doc() {
        let text = "/// Doc.\n#[derive(Debug)]\npub struct A;\npub const fn b() {}\nfn c() {}\n";
        assert_eq!(undocumented(&[&source("a.rs", text)]), ["crates/a/src/a.rs:4"]);
    }

    #[test]
    fn one_name_in_two_crates_is_told() {
        let there = parse("crates/b/src/a.rs", "b", "pub struct Page;");
        assert_eq!(twins(&[&source("a.rs", "pub struct Page {"), &there]), ["Page: a, b"]);
    }
}
