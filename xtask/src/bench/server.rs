//! A server under test: started on loopback, waited for, stopped.

use std::{
    ffi::OsStr,
    fs::File,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command},
    time::Duration,
};

use super::{Bench, clock, tools};
use crate::Failure;

/// Where our server listens.
pub const OURS: &str = "127.0.0.1:18080";
/// Where Alertmanager listens.
pub const PEER: &str = "127.0.0.1:19093";
/// How long a server may take until it answers.
const MAX_START: Duration = Duration::from_secs(60);
/// How long an answer may take.
const MAX_ANSWER: Duration = Duration::from_secs(2);
/// How long it may take to end before it is killed.
const MAX_STOP: Duration = Duration::from_secs(15);

/// A running server; ends when dropped.
pub struct Server {
    child: Child,
    /// From the start of the process to its first good answer.
    pub start: Duration,
}

/// Which database our server keeps its log in.
pub enum Database<'a> {
    /// The embedded one, in this folder.
    Folder(&'a Path),
    /// A PostgreSQL URL; key files lie in the folder.
    Url(&'a str, &'a Path),
}

impl Database<'_> {
    fn options(&self) -> [&OsStr; 2] {
        match self {
            Self::Folder(folder) => ["--data".as_ref(), folder.as_os_str()],
            Self::Url(url, _) => ["--database".as_ref(), url.as_ref()],
        }
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) | Self::Url(_, folder) => folder,
        }
    }
}

impl Server {
    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut would: nothing is flushed.
    ///
    /// # Errors
    /// It had ended before.
    pub fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn start(mut command: Command, at: &str, ready: &str, log: &Path) -> Result<Self, Failure> {
        if TcpStream::connect(at).is_ok() {
            return Err(format!("something listens on {at} already; it would be measured").into());
        }
        let log_file = File::create(log)?;
        command.stdout(log_file.try_clone()?).stderr(log_file);
        let child = command.spawn().map_err(|e| format!("{:?}: {e}", command.get_program()))?;
        let mut server = Self { child, start: Duration::ZERO };
        let answers = || get(at, ready).is_some_and(|answer| answer.starts_with("HTTP/1.1 200"));
        match clock::wait(MAX_START, answers) {
            Some(took) => server.start = took,
            None => return Err(format!("no answer from {at}; see {}", log.display()).into()),
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        if clock::wait(MAX_STOP, || !matches!(self.child.try_wait(), Ok(None))).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Bench {
    /// Starts Prometheus Alertmanager with nothing in it.
    pub fn alertmanager(&self) -> Result<Server, Failure> {
        self.alertmanager_with("am/mem.yml")
    }

    /// The same with another configuration of the shared tools.
    pub fn alertmanager_with(&self, config: &str) -> Result<Server, Failure> {
        let folder = self.folder("alertmanager")?;
        let mut command = Command::new("prometheus-alertmanager");
        let config = self.tools.home.join(config);
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", folder.display()))
            .arg(format!("--web.listen-address={PEER}"))
            .args(["--cluster.listen-address=", "--log.level=error"]);
        Server::start(command, PEER, "/-/ready", &self.scratch.join("alertmanager.log"))
    }

    /// Starts our server.
    pub fn watchkeeper(&self, database: &Database) -> Result<Server, Failure> {
        self.watchkeeper_with(database, &[])
    }

    /// The same with more options.
    pub fn watchkeeper_with(&self, database: &Database, more: &[&str]) -> Result<Server, Failure> {
        let mut command = self.command(database, &["serve", "--listen", OURS]);
        command.args(more);
        command.env("RUST_LOG", "warn");
        Server::start(command, OURS, "/readyz", &self.scratch.join("watchkeeper.log"))
    }

    /// Runs one of our commands; answers what it printed.
    pub fn ask(&self, database: &Database, args: &[&str]) -> Result<String, Failure> {
        let output = tools::checked(&mut self.command(database, args))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn command(&self, database: &Database, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).args(database.options()).current_dir(database.folder());
        command
    }

    /// A token of a named service with a role, as a header.
    pub fn token(&self, database: &Database, role: &str) -> Result<String, Failure> {
        let create = ["admin", "token", "create", "--name", "bench", "--role", role];
        Ok(format!("Authorization: Bearer {}", self.ask(database, &create)?))
    }

    /// A fresh key that opens the Alertmanager endpoint, as a header.
    pub fn ingest_key(&self, database: &Database) -> Result<String, Failure> {
        let add =
            ["admin", "integration", "add", "--source", "alertmanager-api", "--name", "bench"];
        Ok(format!("Authorization: Bearer {}", self.ask(database, &add)?))
    }
}

/// One GET; the whole answer, or nothing where nobody answers.
pub fn get(at: &str, path: &str) -> Option<String> {
    get_with(at, path, "Accept: */*")
}

/// Makes the first account by the link that the server printed; answers the session as a header.
pub fn sign_up(log: &Path) -> Result<String, Failure> {
    let printed = std::fs::read_to_string(log)?;
    let path = printed.lines().find_map(|line| line.find("/set-up/").map(|at| &line[at..]));
    let path = path.ok_or("the server printed no link")?.trim();
    let password = "long+enough+for+a+bench+7";
    let form = format!(
        "name=Bench&email=bench%40bank.example&password={password}&password_again={password}"
    );
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {OURS}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = exchange(OURS, &request).unwrap_or_default();
    let lines = answer.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("set-cookie").then_some(value)
    });
    let cookies: Vec<&str> = lines.filter_map(|value| value.split(';').next()).collect();
    if cookies.is_empty() {
        return Err(format!("no session was opened: {answer}").into());
    }
    Ok(format!("Cookie: {}", cookies.join("; ")))
}

/// The same with one more header line.
pub fn get_with(at: &str, path: &str, header: &str) -> Option<String> {
    let head = format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n");
    exchange(at, &format!("{head}{header}\r\n\r\n"))
}

fn exchange(at: &str, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(at).ok()?;
    stream.set_read_timeout(Some(MAX_ANSWER)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
