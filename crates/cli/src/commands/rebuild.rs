//! `rebuild --check`: folds the log into an empty database and compares every derived row.

use db::{Db, Options, Target};
use serde::Serialize;
use store::rebuild::Rebuilt;

use super::backup::need_database;
use crate::{
    installation::HOST_NODE,
    outcome::{Done, Outcome, say, say_json},
    settings::{Place, Settings},
};

/// What `rebuild` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Compare and change nothing; the only way there is
    #[arg(long, required = true)]
    check: bool,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    entries: i64,
    rows: u64,
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Difference {
    table: &'static str,
    row: String,
    what: &'static str,
}

/// Compares and says each difference.
pub fn run(args: &Args) -> Outcome {
    let settings = Settings::of(&args.place)?;
    need_database(&settings)?;
    let db = Db::open(&settings.database, Options::node(HOST_NODE))?;
    store::migrations::bring_up_to_date(&db)?;
    let beside = Db::open(&Target::Memory, Options::node(HOST_NODE))?;
    beside.migrate(store::migrations::ALL)?;
    let found = db.read_now(move |conn| store::rebuild::check(conn, &beside));
    db.close();
    let answer = Answer::of(found?);
    if args.json {
        say_json(&answer)?;
    } else {
        answer.print()?;
    }
    Ok(if answer.differences.is_empty() { Done::Well } else { Done::CheckFailed })
}

impl Answer {
    fn of(found: Rebuilt) -> Self {
        let Rebuilt { entries, rows, differences } = found;
        let difference = |found: store::rebuild::Difference| Difference {
            table: found.table,
            row: found.row,
            what: found.what,
        };
        Self { entries, rows, differences: differences.into_iter().map(difference).collect() }
    }

    fn print(&self) -> Result<(), crate::outcome::Cannot> {
        for difference in &self.differences {
            let Difference { table, row, what } = difference;
            say(&format!("{table}: {row}: {what}"))?;
        }
        let (entries, rows, count) = (self.entries, self.rows, self.differences.len());
        say(&format!("{entries} entries folded, {rows} rows compared, {count} differences"))
    }
}
