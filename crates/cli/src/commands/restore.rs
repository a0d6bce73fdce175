//! `restore`: puts a copy back. Never under a running server, and over a database only with `--force`.
//!
//! The checkpoint held outside the database stays as it is: if the copy is older than what was signed,
//! the server notices and signs nothing until `admin log epoch` names what was lost.

use std::{
    fs,
    path::{Path, PathBuf},
};

use db::{Db, Options, Target};

use crate::{
    installation::{self, HOST_NODE},
    outcome::{Cannot, Done, Outcome, note},
    settings::{Place, Settings},
};

/// What `restore` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The copy that `backup` wrote
    file: PathBuf,
    /// Replace the database that is there
    #[arg(long)]
    force: bool,
}

/// Puts the copy in place and records it.
pub fn run(args: &Args) -> Outcome {
    let settings = Settings::of(&args.place)?;
    let Target::Sqlite(to) = &settings.database else {
        return Err(Cannot::input("--database", "PostgreSQL has pg_restore for that"));
    };
    let lock = installation::lock(&settings.data)?;
    if to.exists() && !args.force {
        let reason = "there is a database; --force replaces it, and what it alone holds is lost";
        return Err(Cannot::input(to.display().to_string(), reason));
    }
    let beside = to.with_extension("restored");
    let put = checked_copy(&args.file, &beside).and_then(|()| replace(&beside, to));
    if put.is_err() {
        drop(fs::remove_file(&beside));
    }
    put?;
    drop(lock);
    let signed = installation::with_host(&args.place, async |app| {
        installation::record_act(app, "restore").await?;
        Ok(app.sign_checkpoint().await.err().map(|error| error.to_string()))
    })?;
    match signed {
        None => note("the copy is in place and holds everything that was signed"),
        Some(why) => {
            note(&format!("the copy is in place, and nothing will be signed: {why}"));
            note("say so with `watchkeeper admin log epoch --reason TEXT`");
        }
    }
    Ok(Done::Well)
}

/// A copy beside the database, opened once: what is no database of ours is not put in place.
fn checked_copy(from: &Path, beside: &Path) -> Result<(), Cannot> {
    fs::copy(from, beside).map_err(Cannot::file(from))?;
    let db = Db::open(&Target::Sqlite(beside.to_path_buf()), Options::node(HOST_NODE))?;
    let checked = store::migrations::bring_up_to_date(&db).map_err(Cannot::from).and_then(|_| {
        db.read_now(store::log::size)?;
        Ok(())
    });
    db.close();
    drop(db);
    checked
}

fn replace(beside: &Path, to: &Path) -> Result<(), Cannot> {
    fs::File::open(beside).and_then(|file| file.sync_all()).map_err(Cannot::file(beside))?;
    // The old file's journal must not be replayed over the new one.
    for ending in ["-wal", "-shm"] {
        for stale in [with_ending(to, ending), with_ending(beside, ending)] {
            if stale.exists() {
                fs::remove_file(&stale).map_err(Cannot::file(&stale))?;
            }
        }
    }
    fs::rename(beside, to).map_err(Cannot::file(to))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
