//! `apply`: configuration as code. A dry run prints the plan; otherwise it takes effect at once before
//! anybody has an account, and as drafts that a second person approves afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
};

use app::{
    Caller,
    configuration::{ConfigFile, FileFault, Outcome as Came, Plan, Verb},
};
use serde_json::{Value, json};

use super::backup::need_database;
use crate::{
    installation,
    outcome::{Cannot, Done, Outcome, note, say, say_json},
    settings::{Place, Settings},
};

/// The most files of a folder.
const MAX_FILES: usize = 2000;

/// What `apply` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The folder of configuration
    folder: PathBuf,
    /// Print what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// Plans, and applies unless it is a dry run.
pub fn run(args: Args) -> Outcome {
    let Args { place, folder, dry_run, json } = args;
    let files = files(&folder)?;
    if dry_run {
        need_database(&Settings::of(&place)?)?;
    }
    let ended = installation::with_host(&place, async |app| {
        let host = Caller::host();
        Ok(if dry_run {
            app.plan_configuration(&host, files).await?.map(|plan| (plan, None))
        } else {
            let applied = app.apply_configuration(&host, files).await?;
            applied.map(|(plan, came)| (plan, Some(came)))
        })
    })?;
    match ended {
        Ok((plan, came)) if json => say_json(&document(&plan, came.as_ref()))?,
        Ok((plan, came)) => print(&plan, came.as_ref())?,
        Err(faults) => {
            refuse(&faults, json)?;
            return Ok(Done::Undecided);
        }
    }
    Ok(Done::Well)
}

fn refuse(faults: &[FileFault], json: bool) -> Result<(), Cannot> {
    if json {
        return say_json(&json!({ "faults": faults }));
    }
    faults.iter().for_each(|fault| note(&fault.to_string()));
    note(&format!("{} faults; nothing is changed", faults.len()));
    Ok(())
}

fn document(plan: &Plan, came: Option<&Came>) -> Value {
    json!({ "plan": plan.lines, "applied": came, "faults": [] })
}

fn print(plan: &Plan, came: Option<&Came>) -> Result<(), Cannot> {
    for line in plan.lines.iter().filter(|line| line.verb != Verb::Unchanged) {
        let verb = match line.verb {
            Verb::Add => "add",
            Verb::Change => "change",
            Verb::Retire => "retire",
            Verb::Unchanged => "unchanged",
        };
        say(&format!("{verb:<9} {} {}", line.kind, line.code))?;
        line.diff.iter().try_for_each(|diff| say(&format!("            {diff}")))?;
    }
    let count = |verb| plan.count(verb);
    say(&format!(
        "{} to add, {} to change, {} to retire, {} unchanged",
        count(Verb::Add),
        count(Verb::Change),
        count(Verb::Retire),
        count(Verb::Unchanged)
    ))?;
    let Some(came) = came else { return Ok(()) };
    match came.change_set {
        Some(_) if came.in_effect => note("in effect: nobody has an account yet"),
        Some(id) => {
            note(&format!("proposed as {id}; a second person approves it under Configuration"));
        }
        None => {}
    }
    came.documents.iter().for_each(|document| note(document));
    Ok(())
}

/// All files below the folder, by path; hidden ones are passed over.
fn files(folder: &Path) -> Result<Vec<ConfigFile>, Cannot> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((at, prefix)) = folders.pop() {
        for entry in fs::read_dir(&at).map_err(Cannot::file(&at))? {
            let entry = entry.map_err(Cannot::file(&at))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if name.starts_with('.') {
                continue;
            }
            if entry.path().is_dir() {
                folders.push((entry.path(), format!("{path}/")));
                continue;
            }
            if found.len() >= MAX_FILES {
                let reason = format!("more than {MAX_FILES} files");
                return Err(Cannot::input(folder.display().to_string(), reason));
            }
            let bytes = fs::read(entry.path()).map_err(Cannot::file(entry.path()))?;
            found.push(ConfigFile { path, bytes });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
