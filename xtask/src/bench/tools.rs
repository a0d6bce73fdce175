//! The load generator and the floor tools: shared with everybody who measures, built into
//! `target/perftools`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::Failure;

/// How long one call of the load generator may take, in seconds.
const MAX_LOAD_SECONDS: u32 = 10;

/// Where the built tools are.
pub struct Tools {
    /// Holds `loadgen`, `sqlitefloor` and the rest.
    bin: PathBuf,
    /// The folder with their scripts and configurations.
    pub home: PathBuf,
}

/// One call of `loadgen post`.
pub struct Load<'a> {
    /// Where to.
    pub url: &'a str,
    /// `Name: value` lines.
    pub headers: &'a [String],
    /// Items per request.
    pub batch: u32,
    /// Items in all.
    pub total: u32,
    /// How many different items; 0 for all distinct.
    pub keys: u32,
    /// Connections.
    pub clients: u32,
    /// The server's process, for its processor time and memory.
    pub pid: u32,
    /// Anything else.
    pub more: &'a [&'a str],
}

impl Tools {
    /// Finds and builds the tools.
    ///
    /// # Errors
    /// When the folder is absent or the build fails.
    pub fn build(root: &Path) -> Result<Self, Failure> {
        let shared = std::env::var_os("WATCHKEEPER_SHARED").map(PathBuf::from);
        let home = shared.unwrap_or_else(|| root.join("../shared")).join("bench/tools");
        if !home.is_dir() {
            let name = home.display();
            return Err(format!("{name} is missing: set WATCHKEEPER_SHARED").into());
        }
        let target = root.join("target/perftools");
        let source = copy_source(&home.join("perftools"), &target.join("source"))?;
        let built = Command::new("cargo")
            .args(["build", "--release", "--quiet"])
            .current_dir(&source)
            .env("CARGO_TARGET_DIR", &target)
            .status()?;
        if !built.success() {
            return Err("the load generator does not build".into());
        }
        Ok(Self { bin: target.join("release"), home })
    }

    /// A file of the shared folder, where it is there.
    pub fn shared(&self, path: &str) -> Option<PathBuf> {
        let shared = self.home.parent().and_then(Path::parent)?;
        Some(shared.join(path)).filter(|file| file.is_file())
    }

    /// Posts items and answers what was measured.
    ///
    /// # Errors
    /// When the generator fails or not every answer is a success.
    pub fn post(&self, load: &Load) -> Result<Value, Failure> {
        self.call("post", load)
    }

    /// The same for reading.
    ///
    /// # Errors
    /// As `post`.
    pub fn get(&self, load: &Load) -> Result<Value, Failure> {
        self.call("get", load)
    }

    /// Posts alerts one at a time and answers how long their webhooks took to arrive.
    ///
    /// # Errors
    /// When the generator fails or a webhook stays away.
    pub fn notify(&self, load: &Load) -> Result<Value, Failure> {
        let measured = self.run("notify", load)?;
        if figure(&measured, "received") < f64::from(load.total) {
            return Err(format!("{} told not of everything: {measured}", load.url).into());
        }
        Ok(measured)
    }

    fn call(&self, verb: &str, load: &Load) -> Result<Value, Failure> {
        let measured = self.run(verb, load)?;
        if !is_all_accepted(&measured) {
            return Err(format!("{} did not accept everything: {measured}", load.url).into());
        }
        Ok(measured)
    }

    fn run(&self, verb: &str, load: &Load) -> Result<Value, Failure> {
        let mut command = Command::new(self.bin.join("loadgen"));
        command.arg(verb).args(["--url", load.url]);
        let seconds = MAX_LOAD_SECONDS;
        for (name, value) in [
            ("--batch", load.batch),
            ("--total", load.total),
            ("--keys", load.keys),
            ("--conns", load.clients),
            ("--pid", load.pid),
            ("--max-secs", seconds),
        ] {
            command.args([name, &value.to_string()]);
        }
        for header in load.headers {
            command.args(["--header", header]);
        }
        last_line(&checked(command.args(load.more))?)
    }

    /// Resident memory of a process and its children, in MiB.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn memory(&self, pid: u32) -> Result<f64, Failure> {
        Ok(figure(&self.usage(pid)?, "rss_mib"))
    }

    /// Processor time of a process and its children so far, in seconds.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn processor(&self, pid: u32) -> Result<f64, Failure> {
        Ok(figure(&self.usage(pid)?, "cpu_s"))
    }

    fn usage(&self, pid: u32) -> Result<Value, Failure> {
        let mut command = Command::new(self.bin.join("loadgen"));
        last_line(&checked(command.args(["usage", "--pid", &pid.to_string()]))?)
    }

    /// What SQLite alone does here: durable commits of one row, in the given folder.
    ///
    /// # Errors
    /// When the tool fails.
    pub fn sqlite_floor(&self, folder: &Path) -> Result<Value, Failure> {
        let mut command = Command::new(self.bin.join("sqlitefloor"));
        command.arg("commit").args(["--secs", "2", "--dir"]).arg(folder);
        let output = checked(&mut command)?;
        let first = String::from_utf8_lossy(&output.stdout);
        Ok(serde_json::from_str(first.lines().next().unwrap_or_default())?)
    }
}

/// The sources may lie on a read-only disk, and cargo writes a lock file beside them.
fn copy_source(from: &Path, to: &Path) -> Result<PathBuf, Failure> {
    for folder in ["src/bin", "src", ""] {
        fs::create_dir_all(to.join(folder))?;
        for entry in fs::read_dir(from.join(folder))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                let text = fs::read(entry.path())?;
                let copy = to.join(folder).join(entry.file_name());
                if fs::read(&copy).ok().as_ref() != Some(&text) {
                    fs::write(copy, text)?;
                }
            }
        }
    }
    let manifest = to.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    if !text.contains("[workspace]") {
        fs::write(&manifest, format!("{text}\n[workspace]\n"))?;
    }
    Ok(to.to_owned())
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or fails; the error carries what it said.
pub fn checked(command: &mut Command) -> Result<Output, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("{name} failed ({}): {said}", output.status).into());
    }
    Ok(output)
}

fn last_line(output: &Output) -> Result<Value, Failure> {
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(serde_json::from_str(text.trim().lines().last().unwrap_or_default())?)
}

/// A figure counts only when every request was answered, and with success.
fn is_all_accepted(measured: &Value) -> bool {
    let statuses = measured.get("status").and_then(Value::as_object);
    let all_good = statuses.is_some_and(|all| all.keys().all(|status| status.starts_with('2')));
    all_good && figure(measured, "errors") < 1.0 && figure(measured, "items_ok") >= 1.0
}

/// A figure of an answer; zero where there is none.
pub fn figure(answer: &Value, name: &str) -> f64 {
    answer.get(name).and_then(Value::as_f64).unwrap_or_default()
}

/// The head of the report: what it ran on.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.unwrap_or("unknown").trim_start_matches([':', '\t', ' ']);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown");
    let kernel = read("/proc/sys/kernel/osrelease");
    let kernel = kernel.trim();
    format!("# Benchmark\n\n{cores} cores of {model}, Linux {kernel}, load average {load}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refused_request_spoils_the_figure() {
        let measured = |status: Value, errors: u32| {
            is_all_accepted(&json!({"items_ok": 9, "errors": errors, "status": status}))
        };
        assert!(measured(json!({"200": 9}), 0));
        assert!(!measured(json!({"200": 9, "503": 1}), 0));
        assert!(!measured(json!({"200": 9}), 1));
    }
}
