//! Rows of alerts, their groups and the quarantine.

use std::collections::BTreeMap;

use base::{Digest, Id, id};
use db::{ManyStmt, Rows, Stmt};
use domain::alert::{
    AlertAction, AlertsReceived, ChangesReported, Event, InputQuarantined, Severity, Transition,
};

use super::{Step, name_of};
use crate::StoreError;

/// The alerts that one request opens, in few statements.
static OPEN: ManyStmt = ManyStmt {
    name: "store::project::alerts::OPEN",
    insert: "INSERT INTO alert (id, integration, dedup, state, severity, alert_group, opened_at,
     changed_at, word, field) VALUES",
    columns: 10,
    tail: "",
    rows: Rows::Exactly(1),
};
stmt!(CHANGE, Rows::Exactly(1), "UPDATE alert SET severity = $2, changed_at = $3 WHERE id = $1");
stmt!(
    RESOLVE,
    Rows::Exactly(1),
    "UPDATE alert SET state = 'resolved', changed_at = $2, resolved_at = $2 WHERE id = $1"
);
stmt!(
    OPEN_GROUP,
    Rows::Exactly(1),
    "INSERT INTO alert_group (id, integration, group_key, state, severity, open_alerts, opened_at,
     next_due_at, word, field) VALUES ($1, $2, $3, 'open', $4, 0, $5, $5, $6, $7)"
);
stmt!(
    TALLY,
    Rows::Exactly(1),
    "UPDATE alert_group SET open_alerts = $2, severity = $3, state = $4, next_due_at = $5
     WHERE id = $1"
);
stmt!(
    QUARANTINE,
    Rows::Exactly(1),
    "INSERT INTO quarantine (intake, integration, source, reason, body, received_at, seq)
     VALUES ($1, $2, $3, $4, $5, $6, $7)"
);
stmt!(
    SETTLE,
    Rows::Exactly(1),
    "UPDATE quarantine SET settled = $2, outcome = $3 WHERE intake = $1"
);
stmt!(
    REPORT,
    Rows::Exactly(1),
    "INSERT INTO change_event (intake, number, integration, received_at, seq)
     VALUES ($1, $2, $3, $4, $5)"
);
stmt!(
    HELD,
    Rows::Exactly(1),
    "SELECT severity, incident, open_alerts, next_due_at FROM alert_group WHERE id = $1"
);

/// Multi-row inserts of this module.
pub(crate) static MANY: &[&ManyStmt] = &[&OPEN];

pub(crate) static ALL: &[&Stmt] =
    &[&CHANGE, &RESOLVE, &OPEN_GROUP, &TALLY, &QUARANTINE, &SETTLE, &REPORT, &HELD];

/// What one entry does to one group.
#[derive(Default)]
struct Tally {
    open: i64,
    worst: Option<Severity>,
}

impl Step<'_> {
    pub(super) fn intake(&mut self) -> Result<(), StoreError> {
        match Event::parse(self.entry.kind.as_str(), &self.entry.data)? {
            Event::AlertsReceived(received) => self.received(&received),
            Event::InputQuarantined(input) => self.quarantined(&input),
            Event::InputReplayed(_) => self.settled("replayed"),
            Event::InputDismissed(_) => self.settled("dismissed"),
            Event::ChangesReported(changes) => self.reported(&changes),
            Event::SubscriptionConfirmed(_) => Ok(()),
        }
    }

    fn settled(&mut self, outcome: &str) -> Result<(), StoreError> {
        let intake = self.entry.stream.as_str();
        self.conn.execute(&SETTLE, args![intake, self.seq, outcome])?;
        Ok(())
    }

    fn reported(&mut self, changes: &ChangesReported) -> Result<(), StoreError> {
        let (intake, at) = (self.entry.stream.as_str(), self.entry.recorded_at);
        for number in 0..changes.count {
            let args = args![intake, i64::from(number), changes.integration, at, self.seq];
            self.conn.execute(&REPORT, args)?;
        }
        Ok(())
    }

    fn received(&mut self, received: &AlertsReceived) -> Result<(), StoreError> {
        let mut groups: BTreeMap<Id<id::Group>, Tally> = BTreeMap::new();
        for transition in &received.transitions {
            if transition.opens_group {
                self.open_group(received, transition)?;
            }
            self.transition(received, transition)?;
            let tally = groups.entry(transition.group).or_default();
            match transition.action {
                AlertAction::Opened => tally.open += 1,
                AlertAction::Resolved => tally.open -= 1,
                AlertAction::Changed => {}
            }
            if transition.action != AlertAction::Resolved {
                let worst = tally.worst.map_or(transition.severity, |w| w.min(transition.severity));
                tally.worst = Some(worst);
            }
        }
        groups.into_iter().try_for_each(|(group, tally)| self.tally(group, &tally))
    }

    fn transition(
        &mut self,
        received: &AlertsReceived,
        transition: &Transition,
    ) -> Result<(), StoreError> {
        let at = self.entry.recorded_at;
        let severity = name_of(&transition.severity);
        let field = format!("a.{}", transition.word);
        if transition.action == AlertAction::Opened {
            let dedup = self.dedup(&field, "key");
            let (integration, group) = (received.integration, transition.group);
            let row = row![
                transition.alert,
                integration,
                dedup,
                "open",
                severity,
                group,
                at,
                at,
                self.seq,
                field
            ];
            return Ok(self.conn.put_row(&OPEN, row)?);
        }
        if transition.action == AlertAction::Changed {
            self.conn.put(&CHANGE, row![transition.alert, severity, at])?;
        } else {
            self.conn.put(&RESOLVE, row![transition.alert, at])?;
        }
        Ok(())
    }

    fn open_group(
        &mut self,
        received: &AlertsReceived,
        transition: &Transition,
    ) -> Result<(), StoreError> {
        let field = format!("a.{}", transition.word);
        let key = self.dedup(&field, "group");
        let severity = name_of(&transition.severity);
        let (integration, at) = (received.integration, self.entry.recorded_at);
        self.conn.put(
            &OPEN_GROUP,
            row![transition.group, integration, key, severity, at, self.seq, field],
        )?;
        Ok(())
    }

    /// A group counts its open alerts, is as bad as the worst it has had, and is open while one is:
    /// a later part of the same request may open it again, and then something is due at once.
    fn tally(&mut self, group: Id<id::Group>, tally: &Tally) -> Result<(), StoreError> {
        let held = self.conn.query_one(&HELD, args![group])?;
        let worst = tally.worst.map(|worst| name_of(&worst));
        let worst = worse(held.text(0)?, worst.as_deref());
        let open = held.int(2)? + tally.open;
        let due_at = held.opt_int(3)?.unwrap_or(self.entry.recorded_at.micros());
        let (state, due_at) = if open > 0 { ("open", Some(due_at)) } else { ("closed", None) };
        self.conn.put(&TALLY, row![group, open, worst, state, due_at])?;
        match held.opt_text(1)? {
            Some(incident) => super::incidents::add(self.conn, incident, self.seq),
            None => Ok(()),
        }
    }

    fn quarantined(&mut self, input: &InputQuarantined) -> Result<(), StoreError> {
        let (source, reason) = (input.source.as_str(), input.reason.as_str());
        let at = self.entry.recorded_at;
        self.conn.put(
            &QUARANTINE,
            row![
                self.entry.stream.as_str(),
                input.integration,
                source,
                reason,
                input.body,
                at,
                self.seq
            ],
        )?;
        Ok(())
    }

    /// The digest of a key inside a word; gone once the word is erased.
    fn dedup(&self, field: &str, name: &str) -> Option<Digest> {
        #[derive(serde::Deserialize)]
        struct Keys<'a> {
            #[serde(borrow)]
            key: std::borrow::Cow<'a, str>,
            #[serde(borrow)]
            group: std::borrow::Cow<'a, str>,
        }
        let keys: Keys<'_> = serde_json::from_slice(self.words.get(&field.parse().ok()?)?).ok()?;
        Some(key_digest(if name == "group" { &keys.group } else { &keys.key }))
    }
}

/// The digest under which a key of a sender is looked up.
pub fn key_digest(key: &str) -> Digest {
    evidence::sha256(key.as_bytes())
}

/// The worse of two severities by name; the first where the second says nothing.
fn worse<'a>(held: &'a str, other: Option<&'a str>) -> &'a str {
    let rank = |name: &str| Severity::ALL.iter().position(|s| name_of(s) == name);
    match other {
        Some(other) if rank(other) < rank(held) => other,
        _ => held,
    }
}
