//! Brings the browser libraries into the build: what `ui/package-lock.json` pins is installed with
//! npm where it is absent or older than the lock, and the files we serve are copied to `OUT_DIR`.
//!
//! Leaves out our own files in `assets/`: the compiler takes them from where they lie.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// What we serve of other people's work: path in `ui/node_modules`, name in `OUT_DIR`.
const FILES: &[(&str, &str)] = &[
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
    ("bpmn-js/dist/bpmn-navigated-viewer.production.min.js", "bpmn-viewer.js"),
    ("bpmn-js/dist/bpmn-modeler.production.min.js", "bpmn-modeler.js"),
    ("bpmn-js/dist/assets/bpmn-js.css", "bpmn-js.css"),
    ("bpmn-js/dist/assets/diagram-js.css", "diagram-js.css"),
    ("bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css", "bpmn-codes.css"),
    ("bpmn-js/dist/assets/bpmn-font/font/bpmn.woff2", "bpmn.woff2"),
];

fn main() -> ExitCode {
    match bring() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\n{message}\n");
            ExitCode::FAILURE
        }
    }
}

fn bring() -> Result<(), String> {
    let ui = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../../ui");
    let lock = ui.join("package-lock.json");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed={}", lock.display());
    if !is_current(&ui, &lock) {
        install(&ui)?;
    }
    let out = PathBuf::from(variable("OUT_DIR")?);
    for (from, name) in FILES {
        let from = ui.join("node_modules").join(from);
        println!("cargo::rerun-if-changed={}", from.display());
        fs::copy(&from, out.join(name)).map_err(|e| format!("{}: {e}", from.display()))?;
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|e| format!("{name}: {e}"))
}

/// Whether npm finished after the lock was last written, and every file is there.
fn is_current(ui: &Path, lock: &Path) -> bool {
    let modules = ui.join("node_modules");
    let written = |path: &Path| path.metadata().and_then(|meta| meta.modified());
    match (written(&modules.join(".package-lock.json")), written(lock)) {
        (Ok(done), Ok(wanted)) => {
            done >= wanted && FILES.iter().all(|(from, _)| modules.join(from).is_file())
        }
        _ => false,
    }
}

fn install(ui: &Path) -> Result<(), String> {
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let status = Command::new("npm").args(arguments).current_dir(ui).status().map_err(|e| {
        if e.kind() == io::ErrorKind::NotFound {
            "npm is absent, and the pages need the libraries of ui/package-lock.json.\n\
             Install npm (Debian: apt-get install nodejs npm) and build again."
                .to_owned()
        } else {
            format!("npm could not start: {e}")
        }
    })?;
    if status.success() {
        touch(&ui.join("node_modules/.package-lock.json"))
    } else {
        Err(format!(
            "npm ci failed in {} ({status}); it needs a registry, or a filled npm cache.",
            ui.display()
        ))
    }
}

/// npm keeps the lock's own times; the mark must be newer than the lock.
fn touch(mark: &Path) -> Result<(), String> {
    let text = fs::read(mark).map_err(|e| format!("{}: {e}", mark.display()))?;
    fs::write(mark, text).map_err(|e| format!("{}: {e}", mark.display()))
}
