//! Who may depend on whom. Arrows point down only; the list is the architecture, written once.

use super::Finding;
use crate::metadata::Package;

/// One crate and what it may name of ours.
struct Layer {
    name: &'static str,
    may_use: &'static [&'static str],
    side: Side,
}

/// Which side of the line a crate lies on.
#[derive(PartialEq, Eq)]
enum Side {
    /// Pure: no input or output, no clock, no randomness, no async.
    Pure,
    /// May act on the world.
    Acting,
}

/// The house, from the ground up.
const LAYERS: &[Layer] = &[
    pure("base", &[]),
    pure("evidence", &["base"]),
    pure("process", &["base"]),
    pure("dmn", &["base", "process"]),
    pure("regulation", &["base"]),
    pure("detect", &["base"]),
    pure("domain", &["base", "evidence", "process", "regulation"]),
    acting("db", &["base"]),
    acting("store", &["base", "evidence", "process", "domain", "db"]),
    acting("connect", &["base", "domain"]),
    acting("documents", &["base", "evidence", "domain", "db", "store"]),
    acting(
        "app",
        &[
            "base",
            "evidence",
            "process",
            "dmn",
            "regulation",
            "detect",
            "domain",
            "db",
            "store",
            "connect",
            "documents",
        ],
    ),
    acting(
        "web",
        &["base", "evidence", "process", "domain", "db", "store", "connect", "documents", "app"],
    ),
    acting(
        "sim",
        &[
            "base",
            "evidence",
            "process",
            "dmn",
            "domain",
            "db",
            "store",
            "connect",
            "documents",
            "app",
            "web",
        ],
    ),
    acting(
        "cli",
        &[
            "base",
            "evidence",
            "process",
            "dmn",
            "regulation",
            "detect",
            "domain",
            "db",
            "store",
            "connect",
            "documents",
            "app",
            "web",
        ],
    ),
    acting("xtask", &[]),
];

/// Crates that read, write, wait or roll dice: none of them below the line.
const ACTING_CRATES: &[&str] = &[
    "argon2",
    "axum",
    "futures-util",
    "getrandom",
    "hyper",
    "lettre",
    "rand",
    "rand_chacha",
    "reqwest",
    "rusqlite",
    "rustls",
    "tempfile",
    "tokio",
    "tokio-postgres",
    "tokio-stream",
    "tower",
    "tower-http",
    "tracing",
];

/// Crates that only one of ours may name: (prefix, ours).
const ONE_OWNER: &[(&str, &str)] =
    &[("rusqlite", "db"), ("tokio-postgres", "db"), ("dsntk", "dmn"), ("askama", "web")];

const fn pure(name: &'static str, may_use: &'static [&'static str]) -> Layer {
    Layer { name, may_use, side: Side::Pure }
}

const fn acting(name: &'static str, may_use: &'static [&'static str]) -> Layer {
    Layer { name, may_use, side: Side::Acting }
}

/// Whether a crate lies below the line.
pub fn is_pure(krate: &str) -> bool {
    LAYERS.iter().any(|layer| layer.name == krate && layer.side == Side::Pure)
}

/// Findings in the manifests.
pub fn check(packages: &[Package]) -> Vec<Finding> {
    let ours: Vec<&Package> = packages.iter().filter(|package| package.is_ours()).collect();
    let is_ours = |name: &str| ours.iter().any(|package| package.name == name);
    ours.iter().flat_map(|package| judge(package, &is_ours)).collect()
}

fn judge(package: &Package, is_ours: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let finding = |message: String| Finding::new("layers", package.name.clone(), message);
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == package.name) else {
        return vec![finding("is in no layer: add it to xtask/src/tidy/layers.rs".to_owned())];
    };
    let shipped = package.dependencies.iter().filter(|dependency| !dependency.is_dev());
    shipped
        .filter_map(|dependency| refusal(layer, &dependency.name, is_ours(&dependency.name)))
        .map(finding)
        .collect()
}

/// Why a crate of this layer may not name `other`, if it may not.
fn refusal(layer: &Layer, other: &str, other_is_ours: bool) -> Option<String> {
    if other_is_ours {
        return (!layer.may_use.contains(&other)).then(|| format!("may not use {other}"));
    }
    if layer.side == Side::Pure && ACTING_CRATES.contains(&other) {
        return Some(format!("lies below the line and may not use {other}"));
    }
    let owner = ONE_OWNER.iter().find(|(prefix, _)| other.starts_with(prefix));
    owner
        .filter(|(_, owner)| *owner != layer.name)
        .map(|(_, owner)| format!("may not use {other}: only {owner} does"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn package(name: &str, uses: &str, kind: Option<&str>) -> Package {
        let dependency = Dependency { name: uses.into(), kind: kind.map(Into::into) };
        Package {
            name: name.into(),
            version: String::new(),
            source: None,
            license: None,
            dependencies: vec![dependency],
        }
    }

    fn check_one(name: &str, uses: &str, kind: Option<&str>) -> Vec<String> {
        let packages = [package(name, uses, kind), package("store", "serde", None)];
        check(&packages).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn arrows_point_down_only() {
        assert_eq!(check_one("domain", "store", None), ["may not use store"]);
        assert!(check_one("app", "store", None).is_empty());
    }

    #[test]
    fn nothing_below_the_line_acts_on_the_world() {
        let said = check_one("evidence", "tokio", None);
        assert_eq!(said, ["lies below the line and may not use tokio"]);
        assert!(check_one("evidence", "tempfile", Some("dev")).is_empty());
    }

    #[test]
    fn inv02_only_db_names_a_driver() {
        assert_eq!(check_one("app", "rusqlite", None), ["may not use rusqlite: only db does"]);
        assert!(check_one("db", "rusqlite", None).is_empty());
        let said = check_one("app", "dsntk-feel", None);
        assert_eq!(said, ["may not use dsntk-feel: only dmn does"]);
    }

    #[test]
    fn a_new_crate_needs_a_layer() {
        assert!(check_one("helper", "serde", None)[0].starts_with("is in no layer"));
    }

    #[test]
    fn the_table_itself_points_down() {
        for (at, layer) in LAYERS.iter().enumerate() {
            let below = |name: &str| LAYERS[..at].iter().any(|lower| lower.name == name);
            assert!(layer.may_use.iter().all(|name| below(name)), "{}", layer.name);
            let pure = |name: &&&str| is_pure(name);
            let stays = layer.side == Side::Acting || layer.may_use.iter().all(|n| pure(&n));
            assert!(stays, "{} reaches above the line", layer.name);
        }
    }
}
