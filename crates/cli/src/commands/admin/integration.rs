//! `admin integration add`: a door for alerts; its key is printed alone so that a script can keep it.

use app::{App, Caller, config::NewIntegration};
use base::Code;

use crate::{
    installation,
    outcome::{Cannot, Done, Outcome, note, say},
    settings::Place,
};

/// What `admin integration add` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The format it speaks: alertmanager, alertmanager-api, grafana, pagerduty, generic and others; see the
    /// reference of sources
    #[arg(long, value_name = "SOURCE")]
    source: String,
    /// What people call it
    #[arg(long)]
    name: String,
    /// The labels its alerts are grouped by, separated by commas
    #[arg(long, value_name = "LABEL,…", value_delimiter = ',')]
    group_by: Vec<String>,
    /// A critical alert declares an incident at once
    #[arg(long)]
    declares: bool,
    /// The escalation policy of its alerts
    #[arg(long, value_name = "CODE", default_value = "default")]
    policy: Code,
}

/// Adds the integration and prints its key.
pub fn run(args: Args) -> Outcome {
    let Args { place, source, name, group_by, declares, policy } = args;
    let new = NewIntegration { source, name, group_by, declares, policy };
    let key = installation::with_host(&place, async |app| {
        need_entity(app).await?;
        let (_, key) = app.add_integration(&Caller::host(), new).await?;
        Ok(key)
    })?;
    say(&key)?;
    Ok(Done::Well)
}

/// An integration belongs to a legal entity. Where none was entered yet, the installation's own name
/// stands for it, so that alerts can be taken before anybody has opened a page.
async fn need_entity(app: &App) -> Result<(), Cannot> {
    if !app.look(store::config::entities).await?.is_empty() {
        return Ok(());
    }
    let name = app.options().name.clone();
    note(&format!("there is no legal entity yet; `{name}` is added as the first"));
    app.add_entity(&Caller::host(), (name, String::new())).await?;
    Ok(())
}
