//! Opening an installation: its database, its keys, its clock, put together as the application.

use std::{
    fs::{self, File, TryLockError},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
    sync::Arc,
};

use app::{App, Caller, Channels, Options, Ports, log::Keeper};
use base::Code;
use db::Db;
use domain::server::{Event, HostCommand, STREAM};

use crate::{
    clock::SystemClock,
    entropy,
    outcome::Cannot,
    settings::{Place, Settings},
};

/// What commands beside the server are called among the nodes of a database.
pub const HOST_NODE: &str = "command-line";
/// The file a server holds locked while it runs.
const LOCK: &str = "lock";

/// The lock of a data directory; given back when dropped.
pub struct Lock {
    _file: File,
}

/// Opens the installation for a command of the host operator.
///
/// # Errors
/// Configuration, database, keys.
pub async fn for_host(place: &Place) -> Result<App, Cannot> {
    let mut settings = Settings::of(place)?;
    HOST_NODE.clone_into(&mut settings.node);
    open(&settings, settings.known_base_url(), Channels::default()).await
}

/// Opens the installation: migrates the database, makes the keys at the first start, carries time
/// on, registers the log's key and ships what every installation starts with.
///
/// # Errors
/// Database, keys.
pub async fn open(
    settings: &Settings,
    base_url: String,
    channels: Channels,
) -> Result<App, Cannot> {
    make_private(&settings.data)?;
    let db = Db::open(&settings.database, db::Options::node(settings.node.clone()))?;
    if store::migrations::bring_up_to_date(&db)? {
        tracing::info!("the derived rows were folded again from the log, for this release");
    }
    let mut dice = entropy::dice().map_err(Cannot::system("entropy"))?;
    let keeper = Keeper::open(&settings.data, &settings.origin, &mut dice)?;
    let options = Options {
        base_url,
        name: settings.name.clone(),
        data: settings.data.clone(),
        // A key knows the origin it was made for; what is configured later does not change it.
        origin: keeper.vkey().name().to_owned(),
        node: settings.node.clone(),
        demo: settings.demo,
    };
    let clock = Arc::new(SystemClock::start());
    let app = App::new(Ports { db, clock, dice, channels }, options, keeper);
    app.carry_time_on().await?;
    app.register_key().await?;
    app.guard_rollback().await?;
    let again = app.keep_erasures().await?;
    if again > 0 {
        tracing::warn!(words = again, "erased again: an older copy had brought them back");
    }
    app.ship_defaults().await?;
    Ok(app)
}

/// Runs a command of the host operator over an open installation and closes it.
///
/// # Errors
/// The command's, and what stands in the way of opening.
pub fn with_host<T>(
    place: &Place,
    command: impl AsyncFnOnce(&App) -> Result<T, Cannot>,
) -> Result<T, Cannot> {
    block_on(async {
        let app = for_host(place).await?;
        let answer = command(&app).await;
        app.db().close();
        answer
    })
}

/// Runs to the end on this thread.
///
/// # Errors
/// The runtime cannot be had; the command's own.
pub fn block_on<T>(work: impl Future<Output = Result<T, Cannot>>) -> Result<T, Cannot> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(Cannot::system("runtime"))?.block_on(work)
}

/// Records an act of the host operator that has no entry of its own.
///
/// # Errors
/// Faults of the store.
pub async fn record_act(app: &App, command: &'static str) -> Result<(), Cannot> {
    let record = move |turn: &mut app::Turn<'_>| {
        let event = Event::from(HostCommand { command: Code::fixed(command) });
        turn.record(vec![event.draft(STREAM, turn.now)])?;
        Ok(())
    };
    Ok(app.commit(db::Lane::Normal, &Caller::host(), record).await?)
}

/// Takes the data directory for a server, or for a command that must not meet one.
///
/// # Errors
/// [`Cannot::Occupied`] when a server runs on it.
pub fn lock(data: &Path) -> Result<Lock, Cannot> {
    make_private(data)?;
    let path = data.join(LOCK);
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(Cannot::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => {
            Err(Cannot::Occupied(format!("a server runs on {}; stop it first", data.display())))
        }
        Err(TryLockError::Error(source)) => Err(Cannot::File { path, source }),
    }
}

/// Makes the directory where it is missing, for its owner only: keys will lie in it.
fn make_private(data: &Path) -> Result<(), Cannot> {
    if data.is_dir() {
        return Ok(());
    }
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.map_err(Cannot::file(data))
}

/// The permissions of a file, as in `chmod`.
///
/// # Errors
/// The file cannot be looked at.
pub fn mode(path: &Path) -> std::io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}
