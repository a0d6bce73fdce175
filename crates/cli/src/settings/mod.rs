//! What this installation is set to: options, then `WATCHKEEPER_*`, then `watchkeeper.toml`, then
//! what holds by itself.
//!
//! The file is read from the data directory, or from `--config`.

mod file;
mod options;
mod wrong;

use std::{
    fs, io,
    net::{IpAddr, SocketAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
};

use connect::outbound::{guard::Door, mail::SmtpConfig};

use crate::logging::Form;
pub use options::{Place, Serving, Ways};
pub use wrong::Wrong;

/// The data directory where nothing else is said.
const DATA: &str = "./data";
/// The database file in the data directory.
const DATABASE: &str = "watchkeeper.db";
/// The address to listen on where nothing else is said.
const LISTEN: &str = "127.0.0.1:8080";
/// What the installation is called where nothing else is said.
const NAME: &str = "Watchkeeper";
/// The origin of a log where nothing else is said and no key exists.
const ORIGIN: &str = "watchkeeper.local/log";
/// The lines on stderr where nothing else is said.
const LOG_LEVEL: &str = "info";
/// Where the running server leaves its address for other commands on the same data directory.
const ADDRESS: &str = "address";

/// What holds.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The directory of keys, the checkpoint held outside, and kept files.
    pub data: PathBuf,
    /// The database.
    pub database: db::Target,
    /// Where people reach the server; `None` where nobody said so.
    pub base_url: Option<String>,
    /// What the installation is called.
    pub name: String,
    /// The log's origin, for a key that does not exist yet.
    pub origin: String,
    /// The relay for mail.
    pub smtp: Option<SmtpConfig>,
    /// The doors into the house.
    pub doors: Vec<Door>,
    /// The address to listen on.
    pub listen: String,
    /// What this node is called.
    pub node: String,
    /// How pages are served.
    pub web: web::Options,
    /// Whether the sample organisation is loaded.
    pub demo: bool,
    /// The file that lines go to instead of stderr.
    pub log_file: Option<PathBuf>,
    /// How the lines on stderr look.
    pub log: Form,
    /// Which of them are written.
    pub log_level: String,
}

impl Settings {
    /// Puts together what was given.
    ///
    /// # Errors
    /// [`Wrong`], naming the first thing that is.
    pub fn read(place: &Place, ways: &Ways, serving: &Serving) -> Result<Self, Wrong> {
        let from_url = place.database.as_deref().and_then(folder_of);
        let near = place.data.clone().or(from_url).unwrap_or_else(|| DATA.into());
        let written = file::read(&near, place.config.as_deref())?;
        let database = place.database.clone().or(written.database);
        let beside = database.as_deref().and_then(folder_of);
        let data = place.data.clone().or(written.data).or(beside).unwrap_or(near);
        let base_url = place.base_url.clone().or(written.base_url);
        let smtp = ways.smtp.clone().or(written.smtp).filter(|url| !url.is_empty());
        let several = |given: &[String], written: Option<Vec<String>>| match given {
            [] => written.unwrap_or_default(),
            given => given.to_vec(),
        };
        let doors = several(&ways.allow_private, written.allow_private);
        let hosts = several(&serving.host, written.host);
        let zone = serving.zone.clone().or(written.zone);
        let or = |given: &Option<String>, written: Option<String>, else_: &str| {
            given.clone().or(written).unwrap_or_else(|| else_.to_owned())
        };
        Ok(Self {
            database: target(database.as_deref(), &data)?,
            data,
            base_url: base_url.map(|url| checked(&url)).transpose()?,
            name: or(&serving.name, written.name, NAME),
            origin: or(&place.origin, written.origin, ORIGIN),
            smtp: smtp.map(|url| url.parse()).transpose()?,
            doors: doors.iter().map(|text| door(text)).collect::<Result<_, _>>()?,
            listen: or(&serving.listen, written.listen, LISTEN),
            node: or(&serving.node, written.node, &host_name()),
            web: web_options(zone.as_deref(), hosts)?,
            log_file: serving.log_file.clone().or(written.log_file),
            log: serving.log.or(written.log).unwrap_or(Form::Text),
            log_level: or(&serving.log_level, written.log_level, LOG_LEVEL),
            demo: serving.demo || written.demo.unwrap_or(false),
        })
    }

    /// For commands that only want to know which installation.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn of(place: &Place) -> Result<Self, Wrong> {
        Self::read(place, &Ways::default(), &Serving::default())
    }

    /// The addresses to listen on, and in a demonstration only loopback ones.
    ///
    /// # Errors
    /// [`Wrong::Listen`], [`Wrong::DemoOutside`].
    pub fn listen_on(&self) -> Result<Vec<SocketAddr>, Wrong> {
        let wrong = |source| Wrong::Listen { text: self.listen.clone(), source };
        let found: Vec<SocketAddr> = self.listen.to_socket_addrs().map_err(wrong)?.collect();
        match found.iter().find(|address| !address.ip().is_loopback()) {
            Some(outside) if self.demo => Err(Wrong::DemoOutside(*outside)),
            _ => Ok(found),
        }
    }

    /// Where people reach the server, as far as this command can know: what is configured, or what
    /// the server that last ran here left behind, or the address it would listen on.
    pub fn known_base_url(&self) -> String {
        let left = || fs::read_to_string(self.data.join(ADDRESS)).ok();
        let left = left().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let listen = || format!("http://{}", self.listen);
        self.base_url.clone().or(left).unwrap_or_else(listen)
    }

    /// Leaves the address for other commands on the same data directory.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn leave_address(&self, base_url: &str) -> io::Result<()> {
        fs::write(self.data.join(ADDRESS), base_url)
    }
}

/// The folder of an embedded database.
fn folder_of(database: &str) -> Option<PathBuf> {
    match database.parse() {
        Ok(db::Target::Sqlite(path)) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Some(folder.unwrap_or(Path::new(".")).to_path_buf())
        }
        _ => None,
    }
}

fn target(database: Option<&str>, data: &Path) -> Result<db::Target, Wrong> {
    match database.map(str::parse).transpose().map_err(Wrong::Database)? {
        Some(db::Target::Memory) => Err(Wrong::Memory),
        Some(target) => Ok(target),
        None => Ok(db::Target::Sqlite(data.join(DATABASE))),
    }
}

/// `https://host` or `http://host`, without a last slash.
fn checked(text: &str) -> Result<String, Wrong> {
    let wrong = |reason| Wrong::BaseUrl { text: text.to_owned(), reason };
    let url =
        url::Url::parse(text).map_err(|_| wrong("not an address of the form https://host"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("not an address of the form https://host"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong("it ends with the host, the port or a path"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn web_options(zone: Option<&str>, hosts: Vec<String>) -> Result<web::Options, Wrong> {
    let options = match zone {
        None => web::Options::default(),
        Some(name) => {
            web::Options::in_zone(name).ok_or_else(|| Wrong::Zone { text: name.to_owned() })?
        }
    };
    Ok(web::Options { hosts, ..options })
}

fn door(text: &str) -> Result<Door, Wrong> {
    text.parse().map_err(|source| Wrong::Door { text: text.to_owned(), source })
}

/// The host's name, with what a node's name may not hold left out.
fn host_name() -> String {
    let text = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let name: String = text.trim().chars().filter(plain).take(64).collect();
    if name.is_empty() { "node".to_owned() } else { name }
}

/// Whether the host of an address is this machine itself.
pub fn is_this_machine(base_url: &str) -> bool {
    let Ok(url) = url::Url::parse(base_url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{file::FILE, *};

    fn read(place: &Place, serving: &Serving) -> Result<Settings, String> {
        Settings::read(place, &Ways::default(), serving).map_err(|wrong| wrong.to_string())
    }

    fn place(data: &Path) -> Place {
        Place { data: Some(data.to_path_buf()), ..Place::default() }
    }

    #[test]
    fn options_come_before_the_file_and_the_file_before_what_holds_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let text = "name = \"Nordhaven\"\nlisten = \"127.0.0.1:9\"\nnode = \"b\"\n";
        fs::write(folder.path().join(FILE), text).unwrap();
        let serving = Serving { node: Some("a".to_owned()), ..Serving::default() };
        let settings = read(&place(folder.path()), &serving).unwrap();
        assert_eq!(settings.name, "Nordhaven");
        assert_eq!(settings.listen, "127.0.0.1:9");
        assert_eq!(settings.node, "a");
        assert_eq!(settings.origin, ORIGIN);
        assert_eq!(settings.database, db::Target::Sqlite(folder.path().join(DATABASE)));
    }

    #[test]
    fn a_misspelt_name_is_refused_without_quoting_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let text = "name = \"a\"\nsmpt = \"smtp://ana:secret@relay\"\n";
        fs::write(folder.path().join(FILE), text).unwrap();
        let wrong = read(&place(folder.path()), &Serving::default()).unwrap_err();
        assert!(wrong.contains("line 2") && wrong.contains("smpt"), "{wrong}");
        assert!(!wrong.contains("secret"), "{wrong}");
    }

    #[test]
    fn a_demonstration_listens_on_loopback_only() {
        let folder = tempfile::tempdir().unwrap();
        let on = |listen: &str, demo| {
            let serving = Serving { listen: Some(listen.to_owned()), demo, ..Serving::default() };
            read(&place(folder.path()), &serving).unwrap().listen_on().map_err(|e| e.to_string())
        };
        assert!(on("127.0.0.1:0", true).is_ok());
        assert!(on("0.0.0.0:0", false).is_ok());
        assert!(on("0.0.0.0:0", true).unwrap_err().contains("no loopback address"));
    }

    #[test]
    fn keys_lie_beside_an_embedded_database() {
        let database = Some("sqlite:/srv/wk/wk.db".to_owned());
        let place = Place { database, ..Place::default() };
        assert_eq!(read(&place, &Serving::default()).unwrap().data, Path::new("/srv/wk"));
    }
}
