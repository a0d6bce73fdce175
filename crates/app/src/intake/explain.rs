//! Explaining an alert: what arrived, how it was read, whom it woke and why.

use std::collections::BTreeMap;

use base::{Id, id};
use db::Conn;
use serde::Deserialize;
use store::{StoreError, alert, escalation, log, operational, page, word};

use crate::{App, Error};

/// The words of an alert, as the sender wrote them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Words {
    /// The key under which it is deduplicated.
    pub key: String,
    /// The key of its group.
    pub group: String,
    /// What it says.
    pub title: String,
    /// More of it.
    pub description: String,
    /// The service it names.
    pub service: Option<String>,
    /// The resource it names.
    pub resource: Option<String>,
    /// The environment it names.
    pub environment: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// When the sender says it began.
    pub claimed_at: Option<String>,
    /// Whether the words were erased.
    pub erased: bool,
}

/// An alert, explained.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The alert's row.
    pub alert: alert::Alert,
    /// Its words.
    pub words: Words,
    /// Its group.
    pub group: Option<alert::Group>,
    /// What arrived, byte for byte, while it is kept.
    pub inbound: Option<operational::Inbound>,
    /// The request.
    pub intake: String,
    /// The ladders of its group, with their pages.
    pub ladders: Vec<(Id<id::Escalation>, domain::escalation::Escalation, Vec<page::Listed>)>,
}

impl App {
    /// Explains an alert; `None` where there is no such alert.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn explain_alert(&self, id: Id<id::Alert>) -> Result<Option<Explained>, Error> {
        self.look(move |conn| explain(conn, id)).await
    }
}

/// Gathers what explains an alert.
///
/// # Errors
/// Faults of the store.
pub fn explain(conn: &mut Conn, id: Id<id::Alert>) -> Result<Option<Explained>, StoreError> {
    let Some(alert) = alert::load(conn, id)? else { return Ok(None) };
    let words = words_of(conn, alert.word, &alert.field)?;
    let entry = log::entry(conn, alert.word)?.map(|stored| stored.entry()).transpose()?;
    let intake = entry.map(|entry| entry.stream.to_string()).unwrap_or_default();
    let inbound = match intake.parse() {
        Ok(intake) => operational::inbound(conn, intake)?,
        Err(_) => None,
    };
    let group = alert::load_group(conn, alert.group)?;
    let mut ladders = Vec::new();
    for (id, state) in escalation::of_target(conn, &alert.group.to_string())? {
        ladders.push((id, state, page::of_escalation(conn, id)?));
    }
    Ok(Some(Explained { alert, words, group, inbound, intake, ladders }))
}

/// The words of an alert; empty and marked where they were erased.
///
/// # Errors
/// Faults of the store.
pub fn words_of(conn: &mut Conn, seq: i64, field: &str) -> Result<Words, StoreError> {
    Ok(match word::value(conn, seq, field)? {
        Some(evidence::Erasable::Known(value)) => serde_json::from_value(value).unwrap_or_default(),
        _ => Words { erased: true, title: word::ERASED.to_owned(), ..Words::default() },
    })
}
