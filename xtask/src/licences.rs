//! Whether everything we link may be linked: licences, registries, accepted advisories.
//!
//! The allow list is `deny.toml`, in the format of cargo-deny, so that both tools read one list.
//! Leaves out the search for new advisories: that needs cargo-deny and its database; `./test` runs
//! it where it is installed.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use crate::{
    Failure, Outcome,
    metadata::{self, Package},
};

/// The only registry a package may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
struct Policy {
    licenses: Licences,
    advisories: Advisories,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// A licence that only this crate may have.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Advisories {
    #[serde(default)]
    ignore: Vec<Accepted>,
}

/// An advisory we live with, and why.
#[derive(Deserialize)]
struct Accepted {
    id: String,
    reason: String,
}

/// Runs the gate and prints its findings.
///
/// # Errors
/// When `deny.toml` or cargo's answer cannot be read.
pub fn run(root: &Path) -> Result<Outcome, Failure> {
    let policy: Policy = toml::from_str(&fs::read_to_string(root.join("deny.toml"))?)?;
    let packages = metadata::read(root)?.packages;
    let mut findings: Vec<String> =
        packages.iter().filter_map(|package| judge(package, &policy.licenses)).collect();
    findings.extend(policy.advisories.ignore.iter().filter_map(unexplained));
    for finding in &findings {
        println!("{finding}");
    }
    summary(&packages, findings.len());
    Ok(if findings.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

fn summary(packages: &[Package], findings: usize) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for package in packages.iter().filter(|package| !package.is_ours()) {
        *counts.entry(package.license.as_deref().unwrap_or("none")).or_default() += 1;
    }
    let third = counts.values().sum::<usize>();
    let kinds = counts.len();
    println!("licences: {third} packages, {kinds} licence expressions, {findings} findings");
}

/// What is wrong with a package, if anything.
fn judge(package: &Package, policy: &Licences) -> Option<String> {
    let Package { name, version, .. } = package;
    let source = package.source.as_deref()?;
    if source != REGISTRY {
        return Some(format!("{name} {version} comes from {source}, not from crates.io"));
    }
    let Some(expression) = package.license.as_deref() else {
        return Some(format!("{name} {version} names no licence"));
    };
    let permitted = |licence: &str| {
        policy.allow.iter().any(|allowed| allowed == licence)
            || policy.exceptions.iter().any(|exception| {
                exception.name == *name && exception.allow.iter().any(|one| one == licence)
            })
    };
    (!satisfied(expression, &permitted))
        .then(|| format!("{name} {version} is {expression}, which deny.toml does not allow"))
}

fn unexplained(accepted: &Accepted) -> Option<String> {
    let explained = accepted.reason.split_whitespace().count() >= 5;
    (!explained).then(|| format!("{}: say in deny.toml why we live with it", accepted.id))
}

/// Whether a licence expression can be met with permitted licences only.
///
/// SPDX: `OR` (also the old `/`), `AND`, `WITH` and parentheses; `AND` binds closer than `OR`.
/// An expression that does not parse is not met.
fn satisfied(expression: &str, permitted: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at, permitted).is_some_and(|met| met && at == words.len())
}

fn either(words: &[&str], at: &mut usize, permitted: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut met = both(words, at, permitted)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, permitted)?;
    }
    Some(met)
}

fn both(words: &[&str], at: &mut usize, permitted: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut met = one(words, at, permitted)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, permitted)?;
    }
    Some(met)
}

fn one(words: &[&str], at: &mut usize, permitted: &dyn Fn(&str) -> bool) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let met = either(words, at, permitted)?;
        *at += 1;
        return (words.get(*at - 1) == Some(&")")).then_some(met);
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1)?;
        *at += 2;
        return Some(permitted(&format!("{word} WITH {exception}")));
    }
    Some(permitted(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, met: bool) {
        let allowed = |licence: &str| matches!(licence, "MIT" | "ISC" | "Apache-2.0");
        assert_eq!(satisfied(expression, &allowed), met, "{expression}");
    }

    #[test]
    fn an_expression_is_met_by_permitted_licences_only() {
        check("MIT", true);
        check("GPL-3.0-only", false);
        check("MIT OR GPL-3.0-only", true);
        check("GPL-3.0-only/MIT", true);
        check("Apache-2.0 / MIT", true);
        check("MIT AND GPL-3.0-only", false);
        check("ISC AND (GPL-3.0-only OR MIT)", true);
        check("(GPL-3.0-only OR MIT) AND BSD-4-Clause", false);
        check("GPL-3.0-only AND ISC OR MIT", true);
        check("Apache-2.0 WITH LLVM-exception", false);
    }

    #[test]
    fn an_expression_that_does_not_parse_is_not_met() {
        check("", false);
        check("MIT OR", false);
        check("(MIT", false);
        check("MIT ISC", false);
    }

    fn package(name: &str, source: &str, licence: Option<&str>) -> Package {
        Package {
            name: name.into(),
            version: "1.0.0".into(),
            source: Some(source.into()),
            license: licence.map(Into::into),
            dependencies: Vec::new(),
        }
    }

    fn policy() -> Licences {
        let exception = Exception { name: "named".into(), allow: vec!["MPL-2.0".into()] };
        Licences { allow: vec!["MIT".into()], exceptions: vec![exception] }
    }

    #[test]
    fn a_named_crate_may_have_its_own_licence_and_no_other_crate_may() {
        assert_eq!(judge(&package("named", REGISTRY, Some("MPL-2.0")), &policy()), None);
        assert!(judge(&package("other", REGISTRY, Some("MPL-2.0")), &policy()).is_some());
    }

    #[test]
    fn a_package_without_licence_or_from_elsewhere_is_refused() {
        assert!(judge(&package("bare", REGISTRY, None), &policy()).is_some());
        assert!(
            judge(&package("far", "git+https://example.org", Some("MIT")), &policy()).is_some()
        );
    }

    #[test]
    fn an_accepted_advisory_carries_a_reason() {
        let accepted = |reason: &str| Accepted { id: "X-1".into(), reason: reason.into() };
        assert!(unexplained(&accepted("fine")).is_some());
        assert!(unexplained(&accepted("we verify only and never sign with it")).is_none());
    }
}
