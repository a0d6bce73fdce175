//! For tests: throw-away databases on both engines.
//!
//! PostgreSQL comes from the distribution's binaries, on a loopback port of its own, one server a
//! test process and one database a test; or from the server named in `WATCHKEEPER_TEST_PG` (or
//! `WATCHKEEPER_TEST_POSTGRES`). Without either, tests fail and say so: they are never skipped.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::{Db, Options, Target, postgres::Postgres};

/// A server of PostgreSQL that ends and vanishes when dropped, or when its process ends.
pub struct TestCluster {
    url: String,
    /// Its standard input keeps the server alive. `None` for a server from the environment.
    keeper: Option<Child>,
}

/// Whether a test server forces its commits to disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in production.
    Kept,
    /// Faster, for tests that do not ask.
    Waived,
}

/// The folder of PostgreSQL's binaries, newest version first.
const BINARIES: &str = "/usr/lib/postgresql";

/// Starts a server and keeps it until its standard input ends, which is when the test process does,
/// in whichever way.
const KEEPER: &str = r#"
set -e
folder=$(mktemp -d /tmp/watchkeeper-test-pg.XXXXXX)
cd "$folder"
trap 'rm -rf "$folder"' EXIT
trap '' INT TERM HUP
"$BIN/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log; exit 1; }
"$BIN/pg_ctl" -D data -l log -w -t 60 -o "-p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c max_connections=200 -c shared_buffers=32MB $SETTINGS" start </dev/null >start 2>&1 || { cat start log; exit 1; }
echo ready
cat >/dev/null
"$BIN/pg_ctl" -D data -m immediate stop >/dev/null 2>&1 || true
"#;

impl TestCluster {
    /// Starts a server.
    ///
    /// # Panics
    /// PostgreSQL is not installed or does not start.
    pub fn start(durability: Durability) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let port = listener.local_addr().expect("the port").port();
        drop(listener);
        let settings = match durability {
            Durability::Kept => "",
            Durability::Waived => "-c fsync=off -c full_page_writes=off",
        };
        let mut command = as_owner();
        command.args(["sh", "-c", KEEPER]).current_dir("/");
        command.env("BIN", binaries()).env("PORT", port.to_string()).env("SETTINGS", settings);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = command.spawn().expect("a shell that starts PostgreSQL");
        let said = BufReader::new(keeper.stdout.take().expect("its output"));
        let mut lines = Vec::new();
        for line in said.lines().map_while(Result::ok) {
            if line == "ready" {
                let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
                return Self { url, keeper: Some(keeper) };
            }
            lines.push(line);
        }
        drop(keeper.wait());
        panic!("PostgreSQL did not start: {}", lines.join("\n"));
    }

    /// The server of this process, or the one the environment names.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TestCluster> = OnceLock::new();
        SHARED.get_or_init(|| {
            let names = ["WATCHKEEPER_TEST_PG", "WATCHKEEPER_TEST_POSTGRES"];
            let url = names.iter().find_map(|name| std::env::var(name).ok());
            match url.filter(|url| !url.is_empty()) {
                Some(url) => Self { url, keeper: None },
                None => Self::start(Durability::Kept),
            }
        })
    }

    /// A new, empty database on this server.
    ///
    /// # Panics
    /// The server refuses it.
    pub fn database(&self) -> TestDatabase {
        self.database_like("ENCODING 'UTF8'")
    }

    /// As `database`, with other options of `CREATE DATABASE` than the encoding we want.
    ///
    /// # Panics
    /// The server refuses it.
    pub fn database_like(&self, options: &str) -> TestDatabase {
        let name = format!("test_{}_{}", std::process::id(), next());
        self.admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        self.admin(&format!(
            "CREATE DATABASE {name} TEMPLATE template0 {options} LC_COLLATE 'C' LC_CTYPE 'C'"
        ));
        let (server, query) = match self.url.split_once('?') {
            Some((server, query)) => (server, format!("?{query}")),
            None => (self.url.as_str(), String::new()),
        };
        let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
        let target = Target::Postgres(format!("{server}/{name}{query}"));
        TestDatabase { target, folder: None }
    }

    fn admin(&self, sql: &str) {
        let run = || {
            let mut server = Postgres::connect(&self.url).expect("the test server");
            server.be_patient();
            server.script(sql).map(drop)
        };
        std::thread::scope(|scope| scope.spawn(run).join())
            .expect("the test server answers")
            .expect("the statement runs");
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            drop(keeper.stdin.take());
            drop(keeper.wait());
        }
    }
}

/// A database of one test's own. Removed when dropped.
pub struct TestDatabase {
    target: Target,
    folder: Option<PathBuf>,
}

impl TestDatabase {
    /// A SQLite file in a folder of its own.
    ///
    /// # Panics
    /// The folder cannot be made.
    pub fn sqlite() -> Self {
        let name = format!("watchkeeper-test-{}-{}", std::process::id(), next());
        let folder = std::env::temp_dir().join(name);
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir(&folder).expect("a folder for the test");
        Self { target: Target::Sqlite(folder.join("test.db")), folder: Some(folder) }
    }

    /// A database on the shared server of PostgreSQL.
    ///
    /// # Panics
    /// There is no PostgreSQL.
    pub fn postgres() -> Self {
        TestCluster::shared().database()
    }

    /// Where it is.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whether it is the embedded engine: for what only one of the two can do.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.target, Target::Sqlite(_))
    }

    /// Opens it as the node `test`.
    ///
    /// # Panics
    /// It does not open.
    pub fn open(&self) -> Db {
        self.open_as("test")
    }

    /// Opens it as a node.
    ///
    /// # Panics
    /// It does not open.
    pub fn open_as(&self, node: &str) -> Db {
        Db::open(&self.target, Options::node(node)).expect("the test's database opens")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            drop(std::fs::remove_dir_all(folder));
        }
        if let Target::Postgres(url) = &self.target
            && let Some((_, name)) = url.split('?').next().unwrap_or("").rsplit_once('/')
            && !std::thread::panicking()
        {
            TestCluster::shared().admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Makes of each `fn name(database) { … }` two tests, `name::sqlite` and `name::postgres`; the
/// argument is a `TestDatabase`.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* fn $name:ident($database:ident) $body:block)*) => {$(
        $(#[$meta])*
        fn $name($database: $crate::testing::TestDatabase) $body

        mod $name {
            #[test]
            fn sqlite() {
                super::$name($crate::testing::TestDatabase::sqlite());
            }

            #[test]
            fn postgres() {
                super::$name($crate::testing::TestDatabase::postgres());
            }
        }
    )*};
}

fn next() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn binaries() -> PathBuf {
    let version = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.and_then(|name| name.parse::<u32>().ok()).unwrap_or(0)
    };
    let versions = std::fs::read_dir(BINARIES).into_iter().flatten().flatten();
    let newest = versions.map(|entry| entry.path()).max_by_key(version);
    let newest = newest.map(|path| path.join("bin")).filter(|bin| bin.join("initdb").exists());
    newest.expect(
        "PostgreSQL's binaries in /usr/lib/postgresql (apt-get install postgresql), or a server \
         named in WATCHKEEPER_TEST_PG",
    )
}

/// PostgreSQL refuses to run as root; then the distribution's own user runs it.
fn as_owner() -> Command {
    let me = Command::new("id").arg("-u").output().expect("`id` runs");
    if me.stdout.trim_ascii() != b"0" {
        return Command::new("env");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]);
    command
}
