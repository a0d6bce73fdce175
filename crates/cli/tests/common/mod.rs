//! The binary as its users meet it: real processes, a data directory of their own, plain HTTP.

#![allow(dead_code, reason = "each test uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "part of the tests")]
#![allow(clippy::zombie_processes, reason = "a server that ends before it is ready fails its test")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// How long something may take to appear.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
/// How long an answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A data directory, removed when dropped.
pub struct House {
    folder: TempDir,
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    _out: BufReader<ChildStdout>,
    errors: PathBuf,
    /// What it printed before it was ready.
    pub printed: Vec<String>,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

/// Posts alerts from a thread of its own.
pub struct Poster(String);

impl Poster {
    /// Whether the alert was answered as taken.
    pub fn alert(&self, key: &str, name: &str) -> bool {
        let body = format!(r#"[{{"labels":{{"alertname":"{name}"}},"annotations":{{}}}}]"#);
        let answer = request(&self.0, ("POST", "/api/v2/alerts"), Some(key), &body);
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// Reads; nothing where no answer came.
    pub fn get(&self, path: &str, token: &str) -> Option<Answer> {
        request(&self.0, ("GET", path), Some(token), "").ok().filter(|answer| answer.status == 200)
    }

    /// Posts under an idempotency key; nothing where no answer came.
    pub fn once(&self, path: &str, token: &str, (key, body): (&str, &str)) -> Option<Answer> {
        let headers = format!("Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n");
        exchange(&self.0, ("POST", path), &headers, body).ok().filter(|answer| answer.status > 0)
    }
}

/// An answer over HTTP.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// How a command ended.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl House {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Runs a command on this data directory to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        let mut command = watchkeeper();
        ended(command.args(args).arg("--data").arg(self.data()).output().unwrap())
    }

    /// As `run`, and it must have ended well; answers what it printed, without the last line end.
    pub fn done(&self, args: &[&str]) -> String {
        let ended = self.run(args);
        assert_eq!(ended.code, 0, "{args:?}: {}", ended.err);
        ended.out.trim_end().to_owned()
    }

    /// A key for alerts in the form of Alertmanager's clients.
    pub fn key(&self) -> String {
        self.key_of("alertmanager-api")
    }

    /// A key of a source.
    pub fn key_of(&self, source: &str) -> String {
        self.done(&["admin", "integration", "add", "--source", source, "--name", "t"])
    }

    /// A token that reads.
    pub fn token(&self) -> String {
        self.done(&["admin", "token", "create", "--name", "t", "--role", "auditor"])
    }

    /// How many entries the log has now.
    pub fn size(&self) -> u64 {
        let rebuilt = self.done(&["rebuild", "--check", "--json"]);
        let rebuilt: serde_json::Value = serde_json::from_str(&rebuilt).unwrap();
        rebuilt["entries"].as_u64().unwrap()
    }

    /// Starts a server and waits until it says that it is ready.
    pub fn serve(&self, args: &[&str]) -> Server {
        let errors = self.path("stderr");
        let log = fs::File::options().create(true).append(true).open(&errors).unwrap();
        let mut command = watchkeeper();
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(args);
        command.arg("--data").arg(self.data());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut printed = Vec::new();
        loop {
            let mut line = String::new();
            if out.read_line(&mut line).unwrap() == 0 {
                panic!("it ended: {}", fs::read_to_string(&errors).unwrap());
            }
            if let Some(address) = line.trim().strip_prefix("ready on http://") {
                let address = address.to_owned();
                return Server { child, _out: out, errors, printed, address };
            }
            printed.push(line.trim().to_owned());
        }
    }
}

impl Server {
    pub fn get(&self, path: &str, token: Option<&str>) -> Answer {
        request(&self.address, ("GET", path), token, "").unwrap()
    }

    pub fn post(&self, path: &str, token: &str, body: &str) -> Answer {
        request(&self.address, ("POST", path), Some(token), body).unwrap()
    }

    /// Posts to it from another thread.
    pub fn poster(&self) -> Poster {
        Poster(self.address.clone())
    }

    /// What it said on stderr.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// An alert with this name; answers when it is committed.
    pub fn alert(&self, key: &str, name: &str) {
        let body = format!(
            r#"[{{"labels":{{"alertname":"{name}","severity":"critical"}},"annotations":{{}}}}]"#
        );
        let answer = self.post("/api/v2/alerts", key, &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Looks until something is there.
    pub fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        #[expect(clippy::disallowed_methods, reason = "a busy machine is slow, not wrong")]
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(found) = look() {
                return found;
            }
            self.get("/healthz", None);
        }
        panic!("{what}: never; {}", fs::read_to_string(&self.errors).unwrap());
    }

    /// How many entries are signed over.
    pub fn signed(&self) -> u64 {
        let note = self.get("/log/checkpoint", None);
        note.body.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or(0)
    }

    /// Ends it as a crash would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop and answers its exit code.
    pub fn stop(mut self) -> i32 {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program, with none of the settings of whoever runs the tests.
pub fn watchkeeper() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchkeeper"));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("WATCHKEEPER_")) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the program without a data directory.
pub fn run(args: &[&str]) -> Ended {
    ended(watchkeeper().args(args).output().unwrap())
}

/// As `run`, with this on standard input.
pub fn run_with(args: &[&str], input: &str) -> Ended {
    let mut command = watchkeeper();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    ended(child.wait_with_output().unwrap())
}

/// A file of the repository.
pub fn shipped(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path).display().to_string()
}

/// Unpacks a pack into a folder and answers the text of everything in it.
pub fn unpacked(pack: &str, folder: &Path) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(pack).unwrap()).unwrap();
    archive.extract(folder).unwrap();
    let mut text = String::new();
    for at in 0..archive.len() {
        let mut bytes = Vec::new();
        archive.by_index(at).unwrap().read_to_end(&mut bytes).unwrap();
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    text
}

fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn request(
    address: &str,
    asked: (&str, &str),
    token: Option<&str>,
    body: &str,
) -> std::io::Result<Answer> {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    exchange(address, asked, &token.unwrap_or_default(), body)
}

fn exchange(
    address: &str,
    (method, path): (&str, &str),
    headers: &str,
    body: &str,
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
