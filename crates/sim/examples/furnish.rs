//! Fills a data directory for `cargo xtask bench process`: two people publish a process as
//! `major-incident`, and cases of it are declared and worked on as far as asked. Everything goes through
//! the use cases and the committer of a real database; the only thing made up is the time, which begins
//! two days before `SECONDS`, so that the accounts are old enough to approve.
//!
//! `furnish FOLDER MODEL.bpmn SECONDS [CASES TASKS [KEY=ANSWER …]]`: SECONDS since 1970, as of which the
//! cases are declared; of each case the first TASKS tasks are completed with these answers.

use std::{env, error::Error, fs, io::Write as _, path::Path, sync::Arc};

use app::{
    App, Caller, Channels, Dice, Options, Ports,
    identity::NewPerson,
    incident::{Answers, NewIncident},
    log::Keeper,
};
use base::{Code, Duration, Id, Timestamp, id};
use db::{Db, Target};
use domain::{
    access::Role,
    document::DocumentKind,
    incident::{Cause, Declaration},
    person::PersonKind,
};
use evidence::Mode;
use futures_util::{StreamExt as _, stream};
use sim::{
    SimClock,
    bank::{Person, publish},
};

/// How many cases are worked on at once, so that they share commits.
const AT_ONCE: usize = 256;
/// How long before the cases the house begins.
const BEFORE: Duration = Duration::hours(48);
/// How often progress is told.
const TELL_EVERY: usize = 10_000;

/// What is asked for.
struct Asked {
    cases: usize,
    tasks: u32,
    answers: Answers,
}

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "furnish FOLDER MODEL.bpmn SECONDS [CASES TASKS [KEY=ANSWER …]]";
    let args: Vec<String> = env::args().skip(1).collect();
    let [folder, model, seconds, more @ ..] = args.as_slice() else { return Err(usage.into()) };
    let asked = match more {
        [] => Asked { cases: 0, tasks: 0, answers: Answers::new() },
        [cases, tasks, answers @ ..] => Asked {
            cases: cases.parse()?,
            tasks: tasks.parse()?,
            answers: answers.iter().filter_map(|text| pair(text)).collect(),
        },
        [_] => return Err(usage.into()),
    };
    let at = Timestamp::from_micros(seconds.parse::<i64>()? * 1_000_000);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(furnish(Path::new(folder), fs::read(model)?, (at, asked)))
}

/// An answer; `@SECONDS` is an instant.
fn pair(text: &str) -> Option<(String, String)> {
    let (key, answer) = text.split_once('=')?;
    let instant = answer.strip_prefix('@').and_then(|seconds| seconds.parse::<i64>().ok());
    let instant = instant.map(|seconds| Timestamp::from_micros(seconds * 1_000_000).to_string());
    Some((key.to_owned(), instant.unwrap_or_else(|| answer.to_owned())))
}

async fn furnish(
    folder: &Path,
    model: Vec<u8>,
    (at, asked): (Timestamp, Asked),
) -> Result<(), Box<dyn Error>> {
    let clock = Arc::new(SimClock::at(at - BEFORE));
    let app = open(folder, clock.clone())?;
    app.register_key().await?;
    app.ship_defaults().await?;
    let home = app.add_entity(&Caller::host(), ("Bench".into(), String::new())).await?;
    // Nobody holds a role that is paged: what is measured is the process, not the relay.
    let people = [
        hire(&app, "lead", &[Role::ProcessOwner, Role::DataProtection]).await?,
        hire(&app, "board", &[Role::Legal]).await?,
    ];
    clock.pass(Duration::hours(47));
    let which = (DocumentKind::Process, Code::fixed("major-incident"));
    publish(&app, &people, which, model).await?;
    clock.pass(Duration::hours(1));
    work(&app, home, &asked).await?;
    app.sign_checkpoint().await?;
    app.db().close();
    Ok(())
}

/// An installation as `serve` will find it.
fn open(folder: &Path, clock: Arc<SimClock>) -> Result<App, Box<dyn Error>> {
    let db = Db::open(
        &Target::Sqlite(folder.join("watchkeeper.db")),
        db::Options::node("furnish".to_owned()),
    )?;
    db.migrate(store::migrations::ALL)?;
    let mut dice = Dice::from_seed([7; 32]);
    let origin = "watchkeeper.example/bench".to_owned();
    let keeper = Keeper::open(folder, &origin, &mut dice)?;
    let options = Options {
        base_url: "http://127.0.0.1:18080".to_owned(),
        name: "Bench".to_owned(),
        data: folder.to_owned(),
        origin,
        node: "furnish".to_owned(),
        demo: false,
    };
    Ok(App::new(Ports { db, clock, dice, channels: Channels::default() }, options, keeper))
}

async fn hire(app: &App, nick: &'static str, roles: &[Role]) -> Result<Person, app::Error> {
    let email = format!("{nick}@bench.example");
    let new = NewPerson {
        kind: PersonKind::Human,
        name: nick.to_owned(),
        email: email.clone(),
        roles: roles.to_vec(),
        contacts: Vec::new(),
    };
    let id = app.add_person(&Caller::host(), new).await?;
    Ok(Person { id, nick, name: nick.to_owned(), email, roles: roles.to_vec(), since: app.now() })
}

/// Declares the cases and completes their tasks, many at once.
async fn work(app: &App, home: Id<id::LegalEntity>, asked: &Asked) -> Result<(), Box<dyn Error>> {
    let cases = (0..asked.cases).map(|number| case(app, home, (number, asked)));
    let mut done = stream::iter(cases).buffer_unordered(AT_ONCE);
    let mut count = 0;
    while let Some(case) = done.next().await {
        case?;
        count += 1;
        if count % TELL_EVERY == 0 {
            writeln!(std::io::stderr(), "furnish: {count} of {}", asked.cases)?;
        }
    }
    Ok(())
}

async fn case(
    app: &App,
    entity: Id<id::LegalEntity>,
    (number, asked): (usize, &Asked),
) -> Result<(), app::Error> {
    let caller = Caller::host();
    let declaration = Declaration {
        title: format!("case {number}"),
        description: "synthetic".to_owned(),
        cause: Cause::Person,
        provider: String::new(),
        entity,
        service: None,
        group: None,
        occurred_at: None,
    };
    let new = NewIncident { declaration, mode: Mode::Live };
    let id = app.declare(&caller, new).await?.id;
    for task in 1..=asked.tasks {
        app.complete_task(&caller, id, (task, asked.answers.clone())).await?;
    }
    Ok(())
}
