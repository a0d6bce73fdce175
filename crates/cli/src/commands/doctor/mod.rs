//! `doctor`: what stands between this installation and a page that reaches somebody.
//!
//! Looks and changes nothing, save a test file that it removes: no database is made, none migrated,
//! nothing signed. Each line is ok, warn or fail, the last two with a remedy.

mod configuration;
mod database;
mod doors;
mod files;
mod readiness;

use serde::Serialize;

use crate::{
    installation::block_on,
    outcome::{Cannot, Done, Outcome, say, say_json},
    settings::{Place, Serving, Settings, Ways},
};

/// What `doctor` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    ways: Ways,
    #[command(flatten)]
    serving: Serving,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Ok,
    Warn,
    Fail,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    check: &'static str,
    standing: Standing,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// Looks at everything that can be looked at.
pub fn run(args: &Args) -> Outcome {
    let lines = match Settings::read(&args.place, &args.ways, &args.serving) {
        Ok(settings) => block_on(async { Ok(all(&settings).await) })?,
        Err(wrong) => vec![Line::fail("configuration", wrong, "correct it and ask again")],
    };
    if args.json {
        say_json(&serde_json::json!({ "checks": lines }))?;
    } else {
        lines.iter().try_for_each(Line::print)?;
    }
    let failed = lines.iter().any(|line| line.standing == Standing::Fail);
    Ok(if failed { Done::CheckFailed } else { Done::Well })
}

async fn all(settings: &Settings) -> Vec<Line> {
    let mut lines = configuration::check(settings);
    lines.push(files::disk(settings));
    lines.extend(files::keys(settings));
    lines.push(configuration::relay(settings).await);
    match database::open(settings) {
        Ok(db) => {
            lines.extend(database::check(&db, settings).await);
            lines.extend(readiness::check(&db, settings).await);
            lines.extend(doors::check(&db, settings).await);
            db.close();
        }
        Err(line) => lines.push(line),
    }
    lines
}

impl Line {
    #[expect(clippy::needless_pass_by_value, reason = "a sentence made on the spot")]
    fn ok(check: &'static str, found: impl ToString) -> Self {
        Self { check, standing: Standing::Ok, found: found.to_string(), remedy: None }
    }

    #[expect(clippy::needless_pass_by_value, reason = "a sentence made on the spot")]
    fn warn(check: &'static str, found: impl ToString, remedy: &str) -> Self {
        let (found, remedy) = (found.to_string(), Some(remedy.to_owned()));
        Self { check, standing: Standing::Warn, found, remedy }
    }

    fn fail(check: &'static str, found: impl ToString, remedy: &str) -> Self {
        Self { standing: Standing::Fail, ..Self::warn(check, found, remedy) }
    }

    fn print(&self) -> Result<(), Cannot> {
        let standing = match self.standing {
            Standing::Ok => "ok  ",
            Standing::Warn => "warn",
            Standing::Fail => "fail",
        };
        let remedy = self.remedy.as_ref().map_or_else(String::new, |text| format!("; {text}"));
        say(&format!("{standing} {}: {}{remedy}", self.check, self.found))
    }
}
