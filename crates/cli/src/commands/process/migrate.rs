//! `process migrate`: moves running cases to another version; people approve it on its page.

use app::{
    App, Caller,
    moving::{Ahead, Wanted},
};
use base::{Code, Id, id};
use serde_json::json;

use crate::{
    installation,
    outcome::{Cannot, Done, Outcome, say, say_json},
    settings::Place,
};

/// What `process migrate` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The process
    #[arg(value_name = "NAME")]
    process: Code,
    /// The version that the cases run on
    #[arg(long, value_name = "VERSION")]
    from: i64,
    /// The version that they are to run on
    #[arg(long, value_name = "VERSION")]
    to: i64,
    /// An element or flow that is called otherwise there; may be repeated
    #[arg(long = "map", value_name = "OLD=NEW")]
    mapping: Vec<String>,
    /// A case by its reference, may be repeated; all open ones on the version where absent
    #[arg(long = "case", value_name = "REFERENCE")]
    cases: Vec<String>,
    /// Why they move; wanted unless it is a dry run
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    reason: Option<String>,
    /// Say what would happen, and record nothing
    #[arg(long)]
    dry_run: bool,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// Looks at the cases, proposes the plan unless it is a dry run, and says what was seen.
pub fn run(args: &Args) -> Outcome {
    let mapping = args.mapping.iter().map(|pair| read_pair(pair)).collect::<Result<_, _>>()?;
    let wanted = Wanted {
        process: args.process.clone(),
        from: args.from,
        to: args.to,
        mapping,
        cases: Some(args.cases.clone()).filter(|cases| !cases.is_empty()),
    };
    let reason = args.reason.clone().filter(|_| !args.dry_run);
    let (plan, ahead) = installation::with_host(&args.place, async |app| {
        asked(app, wanted.clone(), reason.clone()).await
    })?;
    tell(args, plan, &ahead)?;
    let (moves, stay) = ahead.counts();
    Ok(if moves > 0 && stay == 0 { Done::Well } else { Done::CheckFailed })
}

async fn asked(
    app: &App,
    wanted: Wanted,
    reason: Option<String>,
) -> Result<(Option<Id<id::CaseMove>>, Ahead), Cannot> {
    let host = Caller::host();
    match reason {
        None => Ok((None, app.preview_move(&host, wanted).await?)),
        Some(reason) => {
            let proposed = app.propose_move(&host, wanted, reason).await?;
            Ok((Some(proposed.id), proposed.ahead))
        }
    }
}

fn read_pair(text: &str) -> Result<(Code, Code), Cannot> {
    let pair =
        text.split_once('=').and_then(|(old, new)| Some((old.parse().ok()?, new.parse().ok()?)));
    pair.ok_or_else(|| Cannot::input("--map", format!("{text} is not OLD=NEW")))
}

fn tell(args: &Args, plan: Option<Id<id::CaseMove>>, ahead: &Ahead) -> Result<(), Cannot> {
    let (moves, stay) = ahead.counts();
    if args.json {
        let cases = ahead.cases.iter().map(|case| {
            let listed = &case.listed;
            json!({
                "reference": case.reference,
                "moves": case.stays.is_none() && listed.stuck == 0,
                "over": case.stays.is_some(),
                "tokens": listed.tokens,
                "kept": listed.kept,
                "ended": listed.ended,
                "begun": listed.begun,
                "stuck": listed.stuck,
                "stuck_at": listed.places,
            })
        });
        return say_json(&json!({
            "process": args.process,
            "from": args.from,
            "to": args.to,
            "plan": plan,
            "would_move": moves,
            "would_stay": stay,
            "cases": cases.collect::<Vec<_>>(),
        }));
    }
    for case in &ahead.cases {
        let (reference, listed) = (&case.reference, &case.listed);
        match (&case.stays, listed.stuck) {
            (Some(_), _) => say(&format!("stays {reference}: its process is over"))?,
            (None, 0) => say(&format!(
                "moves {reference}: {} places, {} events keep their time, {} end, {} begin",
                listed.tokens, listed.kept, listed.ended, listed.begun
            ))?,
            (None, stuck) => {
                say(&format!("stays {reference}: {stuck} places cannot move"))?;
                for at in &listed.places {
                    say(&format!("  {} {}", at.element, at.reason))?;
                }
            }
        }
    }
    say(&format!("{moves} would move, {stay} would stay"))?;
    match plan {
        Some(id) => {
            say(&format!("plan {id} waits for the approval of a second person, on /moves/{id}"))
        }
        None => say("nothing was recorded"),
    }
}
