//! What `cargo metadata` says about the packages, cut down to the fields the chores need.

use std::{path::Path, process::Command};

use serde::Deserialize;

use crate::Failure;

/// All packages of the lock file, ours first in no particular order.
#[derive(Deserialize)]
pub struct Metadata {
    /// Ours and third parties'.
    pub packages: Vec<Package>,
}

/// One package.
#[derive(Deserialize)]
pub struct Package {
    /// The crate's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from; nothing for our own.
    pub source: Option<String>,
    /// The licence expression of its manifest.
    pub license: Option<String>,
    /// What its manifest names, of all kinds.
    pub dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependencies.
#[derive(Deserialize)]
pub struct Dependency {
    /// The package's name, not what the manifest renames it to.
    pub name: String,
    /// Nothing for an ordinary dependency, `dev` or `build`.
    pub kind: Option<String>,
}

impl Package {
    /// Whether it is one of ours.
    pub fn is_ours(&self) -> bool {
        self.source.is_none()
    }
}

impl Dependency {
    /// Whether only the tests see it.
    pub fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// Asks cargo.
///
/// # Errors
/// When cargo cannot be run, refuses, or answers what we do not understand.
pub fn read(root: &Path) -> Result<Metadata, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let answer = Command::new(cargo)
        .args(["metadata", "--format-version", "1"])
        .current_dir(root)
        .output()?;
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        return Err(format!("cargo metadata failed: {said}").into());
    }
    Ok(serde_json::from_slice(&answer.stdout)?)
}
