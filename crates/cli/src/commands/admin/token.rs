//! `admin token create`: a token of a named service, printed alone so that a script can keep it.

use app::Caller;
use domain::access::Role;

use super::role;
use crate::{
    installation,
    outcome::{Done, Outcome, say},
    settings::Place,
};

/// What `admin token create` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The service's name
    #[arg(long)]
    name: String,
    /// Its role; a token never approves
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Role,
}

/// Creates the token and prints it.
pub fn run(args: Args) -> Outcome {
    let Args { place, name, role } = args;
    let token = installation::with_host(&place, async |app| {
        Ok(app.create_token(&Caller::host(), (name, role)).await?)
    })?;
    say(&token)?;
    Ok(Done::Well)
}
