//! `process publish`: a file becomes a draft; people review, approve and publish it.

use std::path::PathBuf;

use app::{
    Caller,
    config::{DraftToSave, SavedDraft},
};
use base::Code;
use domain::document::{DocumentKind, Seen};
use serde_json::json;

use crate::{
    commands::input,
    installation,
    outcome::{Cannot, Done, Outcome, say, say_json},
    settings::Place,
};

/// What `process publish` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The document: BPMN 2.0, DMN, or a policy as JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Its name; the file's own without its ending where absent
    #[arg(long, value_name = "CODE")]
    name: Option<Code>,
    /// The draft that it replaces; a new one where absent
    #[arg(long, value_name = "NUMBER")]
    draft: Option<u32>,
    /// Why it is changed
    #[arg(long, value_name = "TEXT")]
    rationale: String,
    /// Hand it to a reviewer at once
    #[arg(long)]
    submit: bool,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// Saves the draft, submits it where wanted, and says what the checks found.
pub fn run(args: &Args) -> Outcome {
    let bytes = input::text(&args.file)?.into_bytes();
    let (kind, name) = named(args)?;
    let new = DraftToSave {
        kind,
        name: name.clone(),
        draft: args.draft,
        base: None,
        rationale: args.rationale.clone(),
        bytes,
    };
    let host = Caller::host();
    let saved = installation::with_host(&args.place, async |app| {
        let saved = app.save_draft(&host, new).await?;
        if args.submit && clean(&saved) {
            let seen = Seen { draft: saved.draft, sha256: saved.sha256 };
            app.submit_draft(&host, (kind, name.clone()), (seen, String::new())).await?;
        }
        Ok(saved)
    })?;
    tell(args, &name, &saved)?;
    Ok(if clean(&saved) { Done::Well } else { Done::CheckFailed })
}

fn clean(saved: &SavedDraft) -> bool {
    saved.findings.iter().all(|found| !found.refuses)
}

/// The kind by the file's ending, and the name.
fn named(args: &Args) -> Result<(DocumentKind, Code), Cannot> {
    let ending = args.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let kind = match ending {
        "bpmn" => DocumentKind::Process,
        "dmn" => DocumentKind::Table,
        "json" => DocumentKind::Policy,
        _ => {
            let wanted = "wants a file that ends in .bpmn, .dmn or .json";
            return Err(Cannot::input(input::name(&args.file), wanted));
        }
    };
    let own = args.file.file_stem().and_then(|stem| stem.to_str()).and_then(|s| s.parse().ok());
    let name = args.name.clone().or(own);
    let missing = || Cannot::input(input::name(&args.file), "wants --name, a code");
    Ok((kind, name.ok_or_else(missing)?))
}

fn tell(args: &Args, name: &Code, saved: &SavedDraft) -> Result<(), Cannot> {
    if args.json {
        return say_json(&json!({
            "document": name,
            "draft": saved.draft,
            "revision": saved.revision,
            "base": saved.base,
            "sha256": saved.sha256,
            "submitted": args.submit && clean(saved),
            "findings": saved.findings,
        }));
    }
    say(&format!("draft {} of {name}, revision {}", saved.draft, saved.revision))?;
    for found in &saved.findings {
        let weight = if found.refuses { "refused" } else { "advice" };
        let place = format!("{}:{}", found.line, found.column);
        say(&format!("{weight} {place} {} [{}] {}", found.id, found.rule, found.message))?;
    }
    let next = match (clean(saved), args.submit) {
        (false, _) => "mend what is refused and save it again with --draft",
        (true, true) => "waits for a reviewer, then for the approval of a second person",
        (true, false) => "submit it on its page or with --submit",
    };
    say(next)
}
