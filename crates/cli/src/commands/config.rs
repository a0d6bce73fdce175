//! `config export`: the running configuration as the files that `apply` reads.

use std::{fs, path::PathBuf};

use app::Caller;
use clap::Subcommand;

use super::backup::need_database;
use crate::{
    installation,
    outcome::{Cannot, Done, Outcome, note},
    settings::{Place, Settings},
};

/// `watchkeeper config …`.
#[derive(Subcommand)]
pub enum Command {
    /// Write the running configuration into a folder; applying it again changes nothing
    Export(Args),
}

/// What `config export` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The folder, new or empty
    folder: PathBuf,
}

/// Runs the command.
pub fn run(command: Command) -> Outcome {
    let Command::Export(Args { place, folder }) = command;
    need_database(&Settings::of(&place)?)?;
    if fs::read_dir(&folder).is_ok_and(|mut held| held.next().is_some()) {
        return Err(Cannot::input(folder.display().to_string(), "is not empty"));
    }
    let files = installation::with_host(&place, async |app| {
        Ok(app.export_configuration(&Caller::host()).await?)
    })?;
    for file in &files {
        let path = folder.join(&file.path);
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(Cannot::file(parent))?;
        fs::write(&path, &file.bytes).map_err(Cannot::file(&path))?;
    }
    note(&format!("{} files; they hold e-mail addresses of team members", files.len()));
    Ok(Done::Well)
}
