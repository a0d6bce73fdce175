//! `backup`: a verified copy of the embedded database while the server runs. The key files are never
//! in it: whoever has the copy must not be able to sign.

use std::path::PathBuf;

use db::{Db, Options};

use crate::{
    installation::{self, HOST_NODE},
    outcome::{Cannot, Done, Outcome, note},
    settings::{Place, Settings},
};

/// What `backup` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The file to write; must not exist
    file: PathBuf,
}

/// Writes the copy.
pub fn run(args: &Args) -> Outcome {
    if args.file.exists() {
        return Err(Cannot::input(args.file.display().to_string(), "exists already"));
    }
    let settings = Settings::of(&args.place)?;
    need_database(&settings)?;
    installation::with_host(&args.place, async |app| {
        installation::record_act(app, "backup").await
    })?;
    let db = Db::open(&settings.database, Options::node(HOST_NODE))?;
    let copied = db.backup(&args.file);
    db.close();
    copied?;
    note(&format!("{} is a copy; keep log.key and seal.key apart from it", args.file.display()));
    Ok(Done::Well)
}

/// An embedded database that is there: a command that only looks makes none.
///
/// # Errors
/// There is none.
pub fn need_database(settings: &Settings) -> Result<(), Cannot> {
    match &settings.database {
        db::Target::Sqlite(path) if !path.exists() => {
            let reason = "there is no database here; `watchkeeper serve` makes it";
            Err(Cannot::input(path.display().to_string(), reason))
        }
        _ => Ok(()),
    }
}
