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
    ("dmn-js/dist/dmn-modeler.production.min.js", "dmn-modeler.js"),
    ("dmn-js/dist/assets/dmn-font/font/dmn.woff2", "dmn.woff2"),
];
/// Style sheets that are served as one: name in `OUT_DIR`, paths in `ui/node_modules`.
const SHEETS: &[(&str, &[&str])] = &[(
    "dmn-modeler.css",
    &[
        "dmn-js/dist/assets/diagram-js.css",
        "dmn-js/dist/assets/dmn-js-shared.css",
        "dmn-js/dist/assets/dmn-js-drd.css",
        "dmn-js/dist/assets/dmn-js-decision-table.css",
        "dmn-js/dist/assets/dmn-js-decision-table-controls.css",
        "dmn-js/dist/assets/dmn-js-literal-expression.css",
        "dmn-js/dist/assets/dmn-js-boxed-expression.css",
        "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css",
        "dmn-js/dist/assets/dmn-font/css/dmn.css",
    ],
)];
/// Where the sheets look for their fonts, and where we serve them.
const FONTS: (&str, &str) = ("'../font/", "'/assets/");

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
    SHEETS.iter().try_for_each(|(name, parts)| sheet(&ui, &out.join(name), parts))
}

/// Puts sheets behind each other, with their fonts where we serve them.
fn sheet(ui: &Path, to: &Path, parts: &[&str]) -> Result<(), String> {
    let mut all = String::new();
    for part in parts {
        let from = ui.join("node_modules").join(part);
        println!("cargo::rerun-if-changed={}", from.display());
        let text = fs::read_to_string(&from).map_err(|e| format!("{}: {e}", from.display()))?;
        all.push_str(&text.replace(FONTS.0, FONTS.1));
        all.push('\n');
    }
    fs::write(to, all).map_err(|e| format!("{}: {e}", to.display()))
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
