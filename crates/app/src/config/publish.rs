//! Publishing documents: immutable versions, their bytes kept as artifacts.

use base::{Code, Id, id};
use domain::{
    access::{Permission, Scope},
    document::{
        DocumentKind, DocumentPublished, Event, case_fails, not_executable, table_incomplete,
    },
    escalation::Policy,
};
use evidence::entry::{Attachment, MediaType};
use process::{Kind, Model};
use store::{config, word};

use crate::{
    App, Caller, Error,
    incident::ACTIONS_KNOWN,
    turn::{Stop, Turn},
};

impl App {
    /// Publishes a new version of a document unless the newest one is the same; answers its number.
    ///
    /// # Errors
    /// `PER-008`, `DOC-001` with what cannot be executed.
    pub async fn publish(
        &self,
        caller: &Caller,
        (kind, name): (DocumentKind, Code),
        bytes: Vec<u8>,
    ) -> Result<i64, Error> {
        caller.needs(Permission::Publish, Scope::House)?;
        check(kind, &bytes)?;
        let command = move |turn: &mut Turn<'_>| publish(turn, kind, &name, &bytes);
        self.commit(db::Lane::Normal, caller, command).await
    }
}

fn publish(
    turn: &mut Turn<'_>,
    kind: DocumentKind,
    name: &Code,
    bytes: &[u8],
) -> Result<i64, Stop> {
    let sha256 = evidence::sha256(bytes);
    let newest = config::newest(turn.conn, kind, name.as_str())?;
    if let Some(same) = newest.as_ref().filter(|newest| newest.sha256 == sha256) {
        return Ok(same.version);
    }
    let media = match kind {
        DocumentKind::Process | DocumentKind::Table => "application/xml",
        DocumentKind::Policy => "application/json",
    };
    word::keep_artifact(turn.conn, sha256, media, bytes)?;
    let stream: Id<id::Document> = match &newest {
        Some(newest) => newest.stream,
        None => turn.mint(),
    };
    let version = newest.map_or(0, |newest| newest.version) + 1;
    let event = Event::from(DocumentPublished { kind, name: name.clone(), version, sha256 });
    let mut draft = event.draft(stream, turn.now);
    draft.attachments.push(Attachment {
        hash: sha256,
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        media_type: media.parse::<MediaType>().expect("invariant: a media type of ours"),
    });
    turn.record(vec![draft])?;
    Ok(version)
}

/// A document that would not run is not published: the findings say where and why.
fn check(kind: DocumentKind, bytes: &[u8]) -> Result<(), Error> {
    let mut refused = match kind {
        DocumentKind::Table => return check_table(bytes),
        _ => not_executable(),
    };
    let text = || std::str::from_utf8(bytes).map_err(|e| e.to_string());
    let findings = match kind {
        DocumentKind::Process => text().and_then(check_process).err(),
        DocumentKind::Table => None,
        DocumentKind::Policy => serde_json::from_slice::<Policy>(bytes)
            .map_err(|e| e.to_string())
            .and_then(|policy| policy.check().map_err(|e| e.to_string()))
            .err(),
    };
    match findings {
        None => Ok(()),
        Some(findings) => {
            refused.message = format!("{} {findings}", refused.message);
            Err(refused.into())
        }
    }
}

/// A table is published when it reads, its test cases pass, and it answers every input with one voice.
fn check_table(bytes: &[u8]) -> Result<(), Error> {
    let findings = dmn::check(bytes);
    let Some(first) = findings.iter().find(|finding| finding.refuses()) else { return Ok(()) };
    let mut refused = match first.rule {
        "case-failed" => case_fails(),
        "gap" | "overlap" => table_incomplete(),
        _ => not_executable(),
    };
    refused.message = format!("{} {first}", refused.message);
    Err(refused.into())
}

/// A process runs when it reads, binds actions that exist, and each of its tables is published later.
fn check_process(text: &str) -> Result<(), String> {
    let model = Model::read(text).map_err(|found| format!("{found:?}"))?;
    if let Some(first) = process::lint::lint(&model).iter().find(|found| found.refuses()) {
        return Err(format!("{first:?}"));
    }
    for element in model.elements() {
        if let Kind::Service { action: Some(action) } = &element.kind
            && !ACTIONS_KNOWN.contains(&action.as_str())
        {
            return Err(format!(
                "{} (line {}) binds the action {action}; there are {}.",
                element.id,
                element.position.line,
                ACTIONS_KNOWN.join(", ")
            ));
        }
    }
    Ok(())
}
