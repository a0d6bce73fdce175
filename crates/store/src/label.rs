//! Which alerts carry a label: an operational index that follows the log, so that a storm of alerts
//! need not wait for it. What it answers is checked against the words; how far it is behind is told.

use std::collections::BTreeMap;

use base::{Id, id};
use db::{Conn, ManyStmt, Rows, Stmt};
use domain::alert::{AlertAction, Event};

use crate::{
    StoreError,
    alert::{self, Alert},
    log::{self, one},
};

/// How many words one step of the index reads at most.
const STEP: usize = 640;
/// How many rows of the rarest label are looked at for one answer.
pub const LOOKED_AT: i64 = 1_000;

stmt!(HEAD, Rows::Exactly(1), "SELECT seq FROM alert_label_head WHERE id = 1");
stmt!(MOVE, Rows::Exactly(1), "UPDATE alert_label_head SET seq = $2 WHERE id = 1 AND seq = $1");
stmt!(
    WORDS,
    Rows::Any,
    "SELECT w.seq, w.field, w.value, a.bytes FROM word w JOIN log_entry e ON e.seq = w.seq
     LEFT JOIN artifact a ON a.sha256 = w.artifact
     WHERE w.seq >= $1 AND e.kind = 'alerts_received' ORDER BY w.seq, w.field LIMIT 640"
);
stmt!(
    WORD,
    Rows::AtMost(1),
    "SELECT w.seq, w.field, w.value, a.bytes FROM word w
     LEFT JOIN artifact a ON a.sha256 = w.artifact WHERE w.seq = $1 AND w.field = $2"
);
stmt!(
    COUNT,
    Rows::Exactly(1),
    "SELECT COUNT(*) FROM (SELECT 1 FROM alert_label WHERE label = $1 LIMIT 1000) found"
);
stmt!(
    FIND,
    Rows::Any,
    "SELECT seq, number FROM alert_label WHERE label = $1 ORDER BY seq DESC, number DESC LIMIT 1000"
);
stmt!(
    FORGET,
    Rows::AtMost(1),
    "DELETE FROM alert_label WHERE label = $1 AND seq = $2 AND number = $3"
);
/// The labels of many alerts in few statements.
static INSERT: ManyStmt = ManyStmt {
    name: "store::label::INSERT",
    insert: "INSERT INTO alert_label (label, seq, number) VALUES",
    columns: 3,
    tail: "ON CONFLICT (label, seq, number) DO NOTHING",
    rows: Rows::AtMost(1),
};

pub(crate) static ALL: &[&Stmt] = &[&HEAD, &MOVE, &WORDS, &WORD, &COUNT, &FIND, &FORGET];

/// Multi-row inserts of this module.
pub(crate) static MANY: &[&ManyStmt] = &[&INSERT];

/// A row of the index: label, entry, number of the word.
type Row = (i64, i64, i64);

/// How many entries of the log the index has not seen yet.
pub fn behind(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(log::size(conn)? - one(conn.query(&HEAD, args![])?, &HEAD)?.int(0)?)
}

/// Takes the index one step on; answers whether there was more to read.
pub fn advance(conn: &mut Conn) -> Result<bool, StoreError> {
    let (size, from) = (log::size(conn)?, one(conn.query(&HEAD, args![])?, &HEAD)?.int(0)?);
    if from >= size {
        return Ok(false);
    }
    let words = conn.query(&WORDS, args![from])?;
    // The last entry of a full answer may have further words: it is read again in the next step.
    let full = words.len() == STEP;
    let to = if full { words.last().map_or(Ok(size), |row| row.int(0))? } else { size };
    let mut rows = Vec::new();
    for word in &words {
        rows.extend(rows_of(word)?.into_iter().filter(|(_, seq, _)| *seq < to));
    }
    rows.sort_unstable();
    for (label, seq, number) in rows {
        conn.put_row(&INSERT, row![label, seq, number])?;
    }
    conn.execute(&MOVE, args![from, to])?;
    Ok(full)
}

/// Takes the labels of a word out of the index: the word is about to be erased.
pub(crate) fn forget(conn: &mut Conn, seq: i64, field: &str) -> Result<(), StoreError> {
    if number_of(field).is_none() {
        return Ok(());
    }
    for word in conn.query(&WORD, args![seq, field])? {
        for (label, seq, number) in rows_of(&word)? {
            conn.execute(&FORGET, args![label, seq, number])?;
        }
    }
    Ok(())
}

/// The newest open alerts that carry every one of these labels, at most `limit`. Looks at no more than
/// [`LOOKED_AT`] alerts that carry the rarest of them; without labels there are none.
pub fn find(
    conn: &mut Conn,
    labels: &BTreeMap<String, String>,
    limit: usize,
) -> Result<Vec<Alert>, StoreError> {
    let mut rarest: Option<(i64, i64)> = None;
    for (name, value) in labels {
        let label = key(name, value);
        let count = one(conn.query(&COUNT, args![label])?, &COUNT)?.int(0)?;
        rarest = Some(rarest.map_or((count, label), |held| held.min((count, label))));
    }
    let Some((_, label)) = rarest else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut opened = Opened::default();
    for row in conn.query(&FIND, args![label])? {
        if found.len() >= limit {
            break;
        }
        let (seq, number) = (row.int(0)?, row.int(1)?);
        let word = conn.query(&WORD, args![seq, format!("a.{number}")])?;
        let Some(word) = word.first() else { continue };
        let held = labels_of(word)?;
        if !labels.iter().all(|(name, value)| held.get(name) == Some(value)) {
            continue;
        }
        if let Some(id) = opened.by(conn, seq, number)? {
            found.extend(alert::load(conn, id)?.filter(|alert| alert.state == "open"));
        }
    }
    Ok(found)
}

/// The alerts that an entry opened, by the number of their word; the newest entry is kept, since
/// neighbours are asked for one after another.
#[derive(Default)]
struct Opened {
    seq: Option<i64>,
    alerts: BTreeMap<i64, Id<id::Alert>>,
}

impl Opened {
    fn by(
        &mut self,
        conn: &mut Conn,
        seq: i64,
        number: i64,
    ) -> Result<Option<Id<id::Alert>>, StoreError> {
        if self.seq != Some(seq) {
            self.alerts.clear();
            self.seq = Some(seq);
            let Some(stored) = log::entry(conn, seq)? else { return Ok(None) };
            let entry = stored.entry()?;
            if let Event::AlertsReceived(received) = Event::parse(entry.kind.as_str(), &entry.data)?
            {
                let opened = received.transitions.iter();
                let opened = opened.filter(|one| one.action == AlertAction::Opened);
                self.alerts = opened.map(|one| (i64::from(one.word), one.alert)).collect();
            }
        }
        Ok(self.alerts.get(&number).copied())
    }
}

fn rows_of(word: &db::Row) -> Result<Vec<Row>, StoreError> {
    let (seq, Some(number)) = (word.int(0)?, number_of(word.text(1)?)) else {
        return Ok(Vec::new());
    };
    let labels = labels_of(word)?;
    Ok(labels.iter().map(|(name, value)| (key(name, value), seq, number)).collect())
}

/// The labels in a word; none once it is erased.
fn labels_of(word: &db::Row) -> Result<BTreeMap<String, String>, StoreError> {
    #[derive(serde::Deserialize)]
    struct Labels {
        #[serde(default)]
        labels: BTreeMap<String, String>,
    }
    let value = match word.opt_blob(2)? {
        Some(value) => Some(value),
        None => word.opt_blob(3)?,
    };
    let labels = value.and_then(|value| serde_json::from_slice::<Labels>(value).ok());
    Ok(labels.map(|labels| labels.labels).unwrap_or_default())
}

fn number_of(field: &str) -> Option<i64> {
    field.strip_prefix("a.")?.parse().ok()
}

/// The head of SHA-256 over name and value: two labels of one key are told apart by their words.
fn key(name: &str, value: &str) -> i64 {
    let digest = evidence::sha256(format!("{name}\0{value}").as_bytes()).0;
    let head = digest.first_chunk().expect("invariant: 32 bytes begin with 8");
    i64::from_be_bytes(*head)
}
