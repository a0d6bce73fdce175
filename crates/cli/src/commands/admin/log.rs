//! `admin log epoch`: after a rollback, says which entries were lost and why, and signing goes on.

use crate::{
    installation,
    outcome::{Cannot, Done, Outcome, note},
    settings::Place,
};

/// What `admin log epoch` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Why entries are missing; stands in the log for ever
    #[arg(long)]
    reason: String,
}

/// Declares the epoch, and shows that signing works again. A running server goes on by itself.
pub fn run(args: Args) -> Outcome {
    let Args { place, reason } = args;
    if reason.trim().is_empty() {
        return Err(Cannot::input("--reason", "say why entries are missing"));
    }
    installation::with_host(&place, async |app| {
        app.declare_epoch(reason).await?;
        let signed = app.sign_checkpoint().await?;
        note(&format!("a new epoch is declared and {} entries are signed over", signed.size));
        Ok(Done::Well)
    })
}
