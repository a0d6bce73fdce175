//! `export`: a pack of evidence, as the pages give it, taken by the host operator.

use std::{fs, io, path::PathBuf};

use app::Caller;
use base::Timestamp;

use crate::{
    installation,
    outcome::{Cannot, Done, Outcome, note},
    settings::Place,
};

/// What `export` takes.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["incident", "from"]))]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// An incident, by its reference: INC-2026-0042
    #[arg(long, value_name = "REF", conflicts_with_all = ["from", "to"])]
    incident: Option<String>,
    /// The beginning of a stretch of the log, RFC 3339
    #[arg(long, value_name = "INSTANT", requires = "to")]
    from: Option<Timestamp>,
    /// Its end, exclusive
    #[arg(long, value_name = "INSTANT", requires = "from")]
    to: Option<Timestamp>,
    /// Where to write the pack; must not exist
    #[arg(short, long, value_name = "PACK.zip")]
    output: PathBuf,
}

/// Writes the pack. What is written only in part is not left behind.
pub fn run(args: &Args) -> Outcome {
    if args.output.exists() {
        return Err(Cannot::input(args.output.display().to_string(), "exists already"));
    }
    let mut pack = installation::with_host(&args.place, async |app| {
        let host = Caller::host();
        Ok(match (&args.incident, args.from, args.to) {
            (Some(reference), ..) => app.export_incident(&host, reference).await?,
            (None, from, to) => {
                let from = from.unwrap_or_default();
                app.export_range(&host, from, to.unwrap_or_else(|| app.now())).await?
            }
        })
    })?;
    let written = write(&mut pack.file, &args.output);
    if let Err(source) = written {
        drop(fs::remove_file(&args.output));
        return Err(Cannot::File { path: args.output.clone(), source });
    }
    note(&format!("{}: {} bytes", args.output.display(), pack.bytes));
    Ok(Done::Well)
}

fn write(pack: &mut fs::File, to: &PathBuf) -> io::Result<()> {
    let mut file = fs::File::create_new(to)?;
    io::copy(pack, &mut file)?;
    file.sync_all()
}
