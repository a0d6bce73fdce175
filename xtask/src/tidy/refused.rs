//! What no file of the repository may contain: paths of somebody's machine, private registries,
//! traces of how a text came to be, minified code and other people's files.

use super::Finding;
use crate::tree::File;

/// A text that no file may have. Written in two halves, so that this file does not have it either.
struct Refused {
    halves: (&'static str, &'static str),
    reason: &'static str,
}

const PATH: &str = "a path of one machine";
const TRACE: &str = "says how the text was made, not what it is";
const REGISTRY: &str = "a registry that strangers cannot reach";

const REFUSED: &[Refused] = &[
    refused("/wo", "rk/", PATH),
    refused("/ro", "ot/", PATH),
    refused("/ho", "me/", PATH),
    refused("/Use", "rs/", PATH),
    refused("cla", "ude", TRACE),
    refused("anthro", "pic", TRACE),
    refused("chat", "gpt", TRACE),
    refused("open", "ai", TRACE),
    refused("co-authored", "-by", TRACE),
    refused("language", " model", TRACE),
    refused("sub", "agent", TRACE),
    refused("art", "ifactory", REGISTRY),
    refused("verd", "accio", REGISTRY),
];

/// Lines longer than this in a browser file are minified.
const MAX_BROWSER_COLUMNS: usize = 1000;
/// Endings of files that a browser loads.
const BROWSER: &[&str] = &["js", "mjs", "css"];
/// The only hosts a lock file may name.
const LOCK_HOSTS: &[&str] = &["https://registry.npmjs.org/", "https://github.com/rust-lang/"];
/// What a file of somebody else says about itself.
const FOREIGN: &[(&str, &str)] =
    &[("@lic", "ense"), ("@pres", "erve"), ("all rights", " reserved")];

const fn refused(first: &'static str, second: &'static str, reason: &'static str) -> Refused {
    Refused { halves: (first, second), reason }
}

/// Findings in all files.
pub fn check(files: &[File]) -> Vec<Finding> {
    files.iter().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Finding> {
    let mut findings: Vec<Finding> = lock_hosts(file).into_iter().chain(foreign(file)).collect();
    if !is_lock(file) {
        for rule in REFUSED {
            findings.extend(occurrences(file, rule));
        }
    }
    findings
}

fn occurrences(file: &File, rule: &Refused) -> Vec<Finding> {
    let text = format!("{}{}", rule.halves.0, rule.halves.1);
    let lines = file.text.lines().enumerate();
    let with = lines.filter(|(_, line)| stands_alone(line, &text));
    with.map(|(at, _)| {
        let place = format!("{}:{}", file.path, at + 1);
        Finding::new("refused", place, format!("`{text}`: {}", rule.reason))
    })
    .collect()
}

/// Whether `text` begins a word or a path in `line`; the case does not matter for words.
fn stands_alone(line: &str, text: &str) -> bool {
    let line = if text.starts_with('/') { line.to_owned() } else { line.to_lowercase() };
    line.match_indices(text).any(|(at, _)| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '}' | '~'))
    })
}

fn is_lock(file: &File) -> bool {
    file.ending() == "lock" || file.name() == "package-lock.json"
}

fn lock_hosts(file: &File) -> Option<Finding> {
    let names_registry = |line: &str| line.starts_with("registry=") || line.contains(":registry=");
    if file.name() == ".npmrc" && file.text.lines().any(names_registry) {
        return Some(Finding::new("refused", file.path.clone(), "names a registry"));
    }
    if !is_lock(file) {
        return None;
    }
    let sources = file.text.lines().filter(|line| {
        let line = line.trim_start();
        line.starts_with("source = ") || line.starts_with("\"resolved\"")
    });
    let mut strange = sources.filter(|line| !LOCK_HOSTS.iter().any(|host| line.contains(host)));
    let line = strange.next()?.trim();
    Some(Finding::new("refused", file.path.clone(), format!("`{line}`: {REGISTRY}")))
}

fn foreign(file: &File) -> Option<Finding> {
    let finding = |message| Some(Finding::new("refused", file.path.clone(), message));
    let is_browser = BROWSER.contains(&file.ending());
    let is_long = || file.text.lines().any(|line| line.len() > MAX_BROWSER_COLUMNS);
    if file.path.contains(".min.") || is_browser && is_long() {
        return finding("minified: install it from its lock file instead");
    }
    let lower = file.text.to_lowercase();
    let says = |(first, second): &(&str, &str)| lower.contains(&format!("{first}{second}"));
    if is_browser && FOREIGN.iter().any(says) {
        return finding("somebody else's file: install it from its lock file instead");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_file(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.into(), text: text.into() };
        check(&[file]).into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn machine_paths_are_refused() {
        let text = format!("fine\nsee {}{}x\n", "/wo", "rk/");
        assert_eq!(check_file("docs/a.md", &text), ["docs/a.md:2"]);
        assert!(check_file("docs/a.md", &format!("net{}{}x", "/wo", "rk/")).is_empty());
    }

    #[test]
    fn traces_of_the_making_are_refused() {
        assert_eq!(check_file("a.md", &format!("{}{}: x", "Co-authored", "-By")).len(), 1);
    }

    #[test]
    fn a_lock_file_names_public_hosts_only() {
        let lock = |host: &str| format!("  \"resolved\": \"{host}a.tgz\",\n");
        assert!(check_file("ui/package-lock.json", &lock(LOCK_HOSTS[0])).is_empty());
        assert_eq!(check_file("ui/package-lock.json", &lock("https://intra/")).len(), 1);
        assert_eq!(check_file(".npmrc", "registry=https://intra/").len(), 1);
        assert!(check_file(".npmrc", "omit-lockfile-registry-resolved=true").is_empty());
    }

    #[test]
    fn browser_files_are_ours_and_readable() {
        assert_eq!(check_file("ui/a.min.js", "x").len(), 1);
        assert_eq!(check_file("ui/a.js", &"x".repeat(MAX_BROWSER_COLUMNS + 1)).len(), 1);
        assert_eq!(check_file("ui/a.js", &format!("/* {}{} MIT */", "@lic", "ense")).len(), 1);
        assert!(check_file("ui/a.js", "let x = 1;").is_empty());
    }
}
