//! What an entry says: its type, who, about what; the template makes the sentence.
//!
//! Total over every entry: an unknown type is told by its name, a name that is gone by its id, an
//! erased word as erased. Nothing is left out.

use std::collections::{BTreeMap, HashMap};

use app::App;
use base::{Code, Digest, Id, Timestamp, id};
use db::Conn;
use evidence::entry::{ActorKind, Entry};
use serde_json::Value;
use store::{StoreError, incident, log::Stored, organisation, page, person, word};

use crate::view::{Line, Row, Tone, Words, time::Reader};

/// Tells entries; remembers the names it looked up.
pub(crate) struct Teller<'a> {
    conn: &'a mut Conn,
    app: App,
    reader: Reader,
    people: HashMap<String, String>,
    parts: Option<BTreeMap<String, String>>,
}

impl<'a> Teller<'a> {
    /// A teller over one snapshot.
    pub(crate) fn new(conn: &'a mut Conn, app: &App, reader: &Reader) -> Self {
        let (app, reader) = (app.clone(), reader.clone());
        Self { conn, app, reader, people: HashMap::new(), parts: None }
    }

    /// The connection, for what is read beside.
    pub(crate) fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    /// A row of a log.
    pub(crate) fn row(&mut self, stored: &Stored, entry: &Entry) -> Result<Row, StoreError> {
        let late = entry.occurred_at.seconds() != entry.recorded_at.seconds();
        Ok(Row {
            at: self.reader.time(entry.recorded_at),
            happened: late.then(|| self.reader.time(entry.occurred_at)),
            tone: tone(entry),
            line: self.line(entry)?,
            words: self.words(stored.seq)?,
            entry: stored.seq,
            about: None,
        })
    }

    /// The words of an entry, each with the name of its field.
    pub(crate) fn words(&mut self, seq: i64) -> Result<Vec<(String, Words)>, StoreError> {
        let held = word::of_entry(self.conn, seq)?;
        Ok(held.into_iter().map(|word| (word.field.to_string(), spoken(word.value))).collect())
    }

    /// What an entry says, without its words.
    pub(crate) fn line(&mut self, entry: &Entry) -> Result<Line, StoreError> {
        let (subject, value, count) = self.slots(entry)?;
        let who = self.who(entry)?;
        Ok(Line { kind: entry.kind.to_string(), who, subject, value, count })
    }

    /// Who acted; nobody where the machine did.
    pub(crate) fn who(&mut self, entry: &Entry) -> Result<Option<String>, StoreError> {
        Ok(match entry.actor.kind {
            ActorKind::Person | ActorKind::Service => Some(self.person(entry.actor.id.as_str())?),
            ActorKind::Host => Some("the host operator".to_owned()),
            ActorKind::Timer | ActorKind::Sender => None,
        })
    }

    /// The name of a person; the id where there is none.
    pub(crate) fn person(&mut self, id: &str) -> Result<String, StoreError> {
        if let Some(name) = self.people.get(id) {
            return Ok(name.clone());
        }
        let name = match id.parse::<Id<id::Person>>() {
            Ok(person) => person::name(self.conn, person)?,
            Err(_) => id.to_owned(),
        };
        self.people.insert(id.to_owned(), name.clone());
        Ok(name)
    }

    /// The names of legal entities or services, separated by commas.
    pub(crate) fn parts(&mut self, ids: &[String]) -> Result<Vec<String>, StoreError> {
        if self.parts.is_none() {
            self.parts = Some(organisation::names(self.conn)?);
        }
        let known = self.parts.as_ref();
        let name = |id: &String| known.and_then(|known| known.get(id)).unwrap_or(id).clone();
        Ok(ids.iter().map(name).collect())
    }

    fn part(&mut self, id: String) -> Result<String, StoreError> {
        Ok(self.parts(&[id])?.join(", "))
    }

    /// The reference of an incident.
    pub(crate) fn reference(&mut self, id: &str) -> Result<String, StoreError> {
        let state = match id.parse() {
            Ok(incident) => incident::load(self.conn, incident)?,
            Err(_) => None,
        };
        Ok(state.map_or_else(|| id.to_owned(), |state| state.reference.to_string()))
    }

    /// Whom a page was sent to.
    fn paged(&mut self, entry: &Entry) -> Result<String, StoreError> {
        let page = match entry.stream.as_str().parse() {
            Ok(id) => page::load(self.conn, id)?,
            Err(_) => None,
        };
        page.map_or_else(|| Ok(String::new()), |page| self.person(&page.person.to_string()))
    }

    /// The name of an element as drawn in the version of the process that the entry ran under.
    fn element(&mut self, entry: &Entry, id: &str) -> String {
        let Some(sha256) = entry.under.sha256 else { return id.to_owned() };
        self.element_of(sha256, id)
    }

    fn element_of(&mut self, sha256: Digest, id: &str) -> String {
        let code: Option<Code> = id.parse().ok();
        let model = self.app.documents().model(self.conn, sha256).ok();
        // Inside a called process an element goes by the call's id, a colon, and its own.
        let own = code.as_ref().and_then(|code| process::model::local(code).parse::<Code>().ok());
        let find = |code: &Option<Code>| {
            code.as_ref().zip(model.as_ref()).and_then(|(code, model)| model.element(code))
        };
        let element = find(&code).or_else(|| find(&own));
        let name = element.map(|element| element.name.clone()).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| id.to_owned())
    }

    fn local(&self, value: &Value) -> String {
        let at = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
        at.map_or_else(String::new, |at| self.reader.time(at).local)
    }

    /// Subject, value and count of an entry: see `Line`.
    fn slots(&mut self, entry: &Entry) -> Result<(String, String, i64), StoreError> {
        let d = &entry.data;
        let none = String::new;
        Ok(match entry.kind.as_str() {
            "incident_declared" => {
                (text(d, "cause"), format!("{} v{}", text(d, "process"), d["process_version"]), 0)
            }
            "severity_decided" => (list(d, "matched_rules").join(", "), severity(d), 0),
            "fact_recorded" => (text(d, "fact"), text(d, "certainty"), 0),
            "note_added" => (none(), if d["action"] == true { "action" } else { "" }.to_owned(), 0),
            "awareness_decided" => (self.part(text(d, "entity"))?, self.local(&d["aware_at"]), 0),
            "scope_decided" => {
                let services = self.parts(&list(d, "services"))?.join(", ");
                (services, list(d, "member_states").join(", "), 0)
            }
            "command_offered" => (self.person(&text(d, "to"))?, none(), 0),
            "command_taken" => {
                (self.person(&text(d, "by"))?, text(d, "how"), number(d, "open_tasks"))
            }
            "role_assigned" => (self.person(&text(d, "person"))?, role(&text(d, "role")), 0),
            "incident_linked" => (self.reference(&text(d, "other"))?, text(d, "relation"), 0),
            "incident_merged" => (self.reference(&text(d, "into"))?, none(), 0),
            "incident_reopened" => (none(), none(), number(d, "times")),
            "incident_closed" if d["false_positive"] == true => {
                (none(), "false_positive".to_owned(), 0)
            }
            "phase_entered" => (none(), text(d, "phase"), 0),
            "clock_breached" => (text(d, "clock"), self.local(&d["due_at"]), 0),
            "ratification_wanted" => {
                let name = self.element(entry, &text(d, "element"));
                (name, self.local(&d["ratify_by"]), i64::from(d["authority"] == "missing"))
            }
            "exception_judged" => (none(), text(d, "judgement"), number(d, "exception")),
            "measure_taken" => (self.person(&text(d, "owner"))?, text(d, "kind"), 0),
            "measure_extended" => (none(), self.local(&d["until"]), number(d, "measure")),
            "measure_ended" => (none(), text(d, "how"), number(d, "measure")),
            "action_taken" => (text(d, "kind"), text(d, "result"), 0),
            "task_created" | "task_completed" | "task_approved" | "decision_evaluated"
            | "exception_invoked" | "fault_raised" | "evidence_awaited" | "evidence_completed"
            | "message_correlated" | "signal_caught" | "error_thrown" | "fault_resolved"
            | "element_activated" => self.process(entry),
            "message_expired" => (none(), text(d, "name"), 0),
            "instance_migrated" => (none(), none(), 0),
            "case_migrated" => (d["from"].to_string(), d["to"].to_string(), 0),
            "move_proposed" => {
                let versions = format!("from version {} to version {}", d["from"], d["to"]);
                (text(d, "process"), versions, number(d, "cases"))
            }
            "move_cases_listed" => (none(), none(), length(d, "cases")),
            "move_approved" | "move_rejected" | "move_withdrawn" => {
                (none(), none(), number(d, "cases"))
            }
            "move_case_settled" => {
                (self.reference(&text(d, "incident"))?, text(d, "outcome"), number(d, "stuck"))
            }
            "task_claimed" | "task_released" => self.process(entry),
            "task_delegated" => {
                let (name, ..) = self.process(entry);
                (name, self.person(&text(d, "to"))?, 0)
            }
            "escalation_started" => (text(d, "policy"), none(), number(d, "policy_version")),
            "step_taken" => {
                let last = if d["last_resort"] == true { "last_resort" } else { "" };
                (none(), last.to_owned(), length(d, "pages"))
            }
            "escalation_ended" => (none(), text(d, "reason"), 0),
            "page_queued" => (self.person(&text(d, "person"))?, none(), 0),
            "page_handed_over" => (self.paged(entry)?, text(d, "channel"), number(d, "attempt")),
            "page_attempt_failed" => (self.paged(entry)?, text(d, "reason"), number(d, "attempt")),
            "page_acknowledged" => (self.person(&text(d, "by"))?, text(d, "via"), 0),
            "page_withdrawn" => (self.paged(entry)?, none(), 0),
            "alerts_received" => (text(d, "source"), none(), length(d, "transitions")),
            "input_quarantined" => (text(d, "source"), text(d, "reason"), 0),
            "role_granted" | "role_revoked" => {
                (self.person(entry.stream.as_str())?, role(&text(d, "role")), 0)
            }
            kind if kind.starts_with("person_") || entry.stream.as_str().starts_with("per_") => {
                (self.person(entry.stream.as_str())?, none(), 0)
            }
            _ => (about(d), none(), 0),
        })
    }

    fn process(&mut self, entry: &Entry) -> (String, String, i64) {
        let d = &entry.data;
        let name = self.element(entry, &text(d, "element"));
        let value = match entry.kind.as_str() {
            "exception_invoked" | "fault_raised" | "error_thrown" => text(d, "code"),
            "evidence_awaited" => list(d, "missing").join(", "),
            "message_correlated" | "signal_caught" => text(d, "name"),
            "fault_resolved" => text(d, "end"),
            _ => answers(&d["outputs"]),
        };
        (name, value, 0)
    }
}

/// The tone of an entry: an action is drawn as one though it is a note.
pub(crate) fn tone(entry: &Entry) -> Tone {
    match entry.kind.as_str() {
        "note_added" if entry.data["action"] == true => Tone::Act,
        "move_case_settled" if entry.data["outcome"] != "moved" => Tone::Loss,
        kind => Tone::of(kind),
    }
}

/// A word as a page shows it; of what a sender wrote only its title.
fn spoken(value: Option<Vec<u8>>) -> Words {
    let Some(bytes) = value else { return Words::Erased };
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(Value::String(text)) => Words::Known(text),
        Ok(Value::Object(fields)) if fields.contains_key("title") => {
            Words::Known(fields["title"].as_str().unwrap_or_default().to_owned())
        }
        Ok(other) => Words::Known(other.to_string()),
        Err(_) => Words::Known(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// A word that was read as text: the store writes an erased one in its own way.
pub(crate) fn words(text: String) -> Words {
    if text == word::ERASED { Words::Erased } else { Words::Known(text) }
}

fn text(data: &Value, key: &str) -> String {
    data[key].as_str().unwrap_or_default().to_owned()
}

fn number(data: &Value, key: &str) -> i64 {
    data[key].as_i64().unwrap_or_default()
}

fn length(data: &Value, key: &str) -> i64 {
    data[key].as_array().map_or(0, |list| i64::try_from(list.len()).unwrap_or(i64::MAX))
}

fn list(data: &Value, key: &str) -> Vec<String> {
    let items = data[key].as_array().into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// `S1`, or `?S3` for a lowered one that waits for approval.
fn severity(data: &Value) -> String {
    let wanted = if data["effective"] == false { "?" } else { "" };
    format!("{wanted}{}", text(data, "severity").to_uppercase())
}

fn role(code: &str) -> String {
    let role = domain::access::Role::from_code(code);
    role.map_or_else(|| code.to_owned(), |role| role.name().to_owned())
}

/// `severity S1, urgency immediate`.
fn answers(outputs: &Value) -> String {
    let pairs = outputs.as_object().into_iter().flatten();
    let shown = pairs.map(|(key, value)| match value.as_str() {
        Some(text) => format!("{} {text}", key.replace('_', " ")),
        None => format!("{} {value}", key.replace('_', " ")),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The first plain members of data that nothing more is known about.
fn about(data: &Value) -> String {
    const SHOWN: usize = 4;
    let pairs = data.as_object().into_iter().flatten();
    let plain = pairs.filter(|(_, value)| !value.is_array() && !value.is_object());
    let shown = plain.take(SHOWN).map(|(key, value)| match value.as_str() {
        Some(text) => format!("{key} {text}"),
        None => format!("{key} {value}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lowered_severity_is_marked_until_it_is_approved() {
        assert_eq!(severity(&json!({ "severity": "s3", "effective": false })), "?S3");
        assert_eq!(severity(&json!({ "severity": "s1", "effective": true })), "S1");
    }

    #[test]
    fn words_of_people_and_senders_are_shown_or_said_to_be_erased() {
        assert_eq!(spoken(None), Words::Erased);
        assert_eq!(spoken(Some(b"\"a\"".to_vec())), Words::known("a"));
        assert_eq!(spoken(Some(b"{\"title\":\"t\",\"key\":\"k\"}".to_vec())), Words::known("t"));
        assert_eq!(spoken(Some(b"[\"x\"]".to_vec())), Words::known("[\"x\"]"));
    }

    #[test]
    fn an_unknown_entry_is_told_by_what_it_holds() {
        assert_eq!(about(&json!({ "a": 1, "b": "x", "c": [] })), "a 1, b x");
    }
}
