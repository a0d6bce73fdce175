//! The log for people: its entries, and one entry with its bytes, its words and its proof.

use app::webhook::entry_types;
use axum::{extract::Path, response::Response};
use base::{Code, Digest, Timestamp};
use evidence::{entry::Entry, merkle::leaf_hash};
use store::{
    StoreError, incident,
    log::{self, Stored},
    word,
};

use super::{
    around::shell,
    parts::{pager, people},
    tell::{Teller, words},
};
use crate::{
    answer::{Answer, page},
    trouble::Trouble,
    view::{
        Choice, Input, Place, Row,
        log::{EntryPage, LogPage, Proof, ProofStep, Word},
    },
    visit::Visit,
};

/// How many rows a page shows.
const ROWS: usize = 50;
/// How many stretches of the log one page looks through for rows that fit.
const STRETCHES: usize = 20;

/// What is looked for.
struct Wanted {
    kind: Option<Code>,
    actor: String,
    about: String,
    from: Option<Timestamp>,
    before: i64,
}

/// `GET /log?kind=&actor=&about=&from_at=&to_at=&after=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Log).await?;
    let zone = visit.zone();
    let query = visit.query.clone();
    let instant = |name: &str| query.instant(name, &zone);
    let typed = |name: &str| {
        let input = Input::of(visit.query.get(name));
        if instant(name).is_err() { input.refused("This is not a date and time.") } else { input }
    };
    let (from, to) = (instant("from_at").ok().flatten(), instant("to_at").ok().flatten());
    let after = visit.query.get("after").parse::<i64>().ok();
    let wanted = Wanted {
        kind: visit.query.get("kind").parse().ok(),
        actor: visit.query.text("actor"),
        about: visit.query.text("about"),
        from,
        before: after.unwrap_or(i64::MAX),
    };
    let (app, reader) = (visit.web.app().clone(), visit.reader());
    let found = visit.web.app().look(move |conn| {
        let mut wanted = wanted;
        if let Some(to) = to {
            wanted.before = wanted.before.min(log::first_after(conn, to)?);
        }
        let actors = people(conn)?;
        let mut teller = Teller::new(conn, &app, &reader);
        let (rows, next) = rows(&mut teller, wanted)?;
        Ok((rows, next, actors))
    });
    let (rows, next, actors) = found.await?;
    let path = format!(
        "/log?kind={}&actor={}&about={}&from_at={}&to_at={}",
        code_of(visit.query.get("kind")),
        code_of(visit.query.get("actor")),
        code_of(visit.query.get("about")),
        visit.query.get("from_at"),
        visit.query.get("to_at"),
    );
    let list = LogPage {
        kind: typed("kind"),
        actor: typed("actor"),
        about: typed("about"),
        from_at: typed("from_at"),
        to_at: typed("to_at"),
        kinds: kinds(),
        actors,
        pager: pager(&path, rows.len(), next.map(|next| next.to_string()), Some(shell.head.size)),
        rows,
        shell,
    };
    page(&visit, &list)
}

/// `GET /log/entries/{seq}`.
pub(crate) async fn entry(visit: Visit, Path(seq): Path<i64>) -> Answer {
    let shell = shell(&visit, Place::Log).await?;
    let (app, reader) = (visit.web.app().clone(), visit.reader());
    let inclusion = visit.web.app().inclusion_proof(seq).await?;
    let log_name = visit.web.app().options().origin.clone();
    let found = visit.web.app().look(move |conn| {
        let Some(stored) = log::entry(conn, seq)? else { return Ok(None) };
        let entry = stored.entry()?;
        let size = log::size(conn)?;
        let held = word::of_entry(conn, seq)?;
        let mut teller = Teller::new(conn, &app, &reader);
        let shown = held.into_iter().map(|word| commitment(&entry, word)).collect();
        Ok(Some(EntryPage {
            shell,
            seq,
            line: teller.line(&entry)?,
            recorded: reader.time(entry.recorded_at),
            occurred: reader.time(entry.occurred_at),
            actor: teller.who(&entry)?,
            about: about(&mut teller, &entry)?,
            under: under(&entry),
            pretty: pretty(&stored.bytes),
            bytes: i64::try_from(stored.bytes.len()).unwrap_or(i64::MAX),
            leaf: stored.leaf.to_string(),
            words: shown,
            proof: inclusion.map(|inclusion| Proof {
                size: inclusion.checkpoint.size,
                root: inclusion.checkpoint.root.to_string(),
                signed: reader.time(inclusion.checkpoint.signed_at),
                signers: vec![log_name],
                holds: holds(&inclusion, leaf_hash(&stored.bytes)),
                path: steps(&inclusion),
            }),
            before: (seq > 0).then_some(seq - 1),
            after: (seq + 1 < size).then_some(seq + 1),
        }))
    });
    let shown = found.await?.ok_or_else(Trouble::not_found)?;
    page(&visit, &shown)
}

/// `GET /log/entries/{seq}/bytes`.
pub(crate) async fn bytes(visit: Visit, Path(seq): Path<i64>) -> Result<Response, Trouble> {
    crate::log::bytes(&visit.web, seq).await
}

/// `GET /log/entries/{seq}/proof`.
pub(crate) async fn proof(visit: Visit, Path(seq): Path<i64>) -> Result<Response, Trouble> {
    crate::log::proof(&visit.web, seq).await
}

/// Rows that fit, and the position before which the list goes on.
fn rows(
    teller: &mut Teller<'_>,
    mut wanted: Wanted,
) -> Result<(Vec<Row>, Option<i64>), StoreError> {
    let incident = incident::by_reference(teller.conn(), &wanted.about.to_uppercase())?;
    let incident = incident.map(|id| id.to_string());
    let mut rows = Vec::new();
    for _ in 0..STRETCHES {
        let stretch = match &incident {
            Some(id) => log::of_incident(teller.conn(), id, wanted.before, 50)?,
            None => log::before(teller.conn(), wanted.before, wanted.kind.as_ref())?,
        };
        let Some(last) = stretch.last().map(|stored| stored.seq) else { return Ok((rows, None)) };
        for stored in stretch {
            if wanted.from.is_some_and(|from| stored.recorded_at < from) {
                return Ok((rows, None));
            }
            wanted.before = stored.seq;
            let entry = stored.entry()?;
            if fits(&wanted, &entry, incident.is_some()) {
                rows.push(row(teller, &stored, &entry)?);
            }
            if rows.len() >= ROWS {
                return Ok((rows, (wanted.before > 0).then_some(wanted.before)));
            }
        }
        wanted.before = last;
    }
    Ok((rows, Some(wanted.before)))
}

fn fits(wanted: &Wanted, entry: &Entry, of_incident: bool) -> bool {
    let kind = wanted.kind.as_ref().is_none_or(|kind| entry.kind == *kind);
    let actor = wanted.actor.is_empty() || entry.actor.id == *wanted.actor;
    let about = of_incident || wanted.about.is_empty() || entry.stream == *wanted.about;
    kind && actor && about
}

fn row(teller: &mut Teller<'_>, stored: &Stored, entry: &Entry) -> Result<Row, StoreError> {
    let about = about(teller, entry)?;
    Ok(Row { about, ..teller.row(stored, entry)? })
}

/// What an entry is about, where that has a page.
fn about(teller: &mut Teller<'_>, entry: &Entry) -> Result<Option<(String, String)>, StoreError> {
    let stream = entry.stream.as_str();
    Ok(match stream.split_once('_').map(|(kind, _)| kind) {
        Some("inc") => {
            let reference = teller.reference(stream)?;
            Some((reference.clone(), format!("/incidents/{reference}")))
        }
        Some("per") => Some((teller.person(stream)?, format!("/people/{stream}"))),
        Some("itg") => Some(("an integration".to_owned(), "/integrations".to_owned())),
        Some("int") if entry.kind.as_str() == "input_quarantined" => {
            Some(("the input".to_owned(), format!("/quarantine/{stream}")))
        }
        _ => None,
    })
}

fn commitment(entry: &Entry, held: word::StoredWord) -> Word {
    let field = held.field.to_string();
    let committed = entry.committed.get(&held.field).copied();
    let salt: Option<[u8; 32]> = held.salt.as_deref().and_then(|salt| salt.try_into().ok());
    let computed = salt.as_ref().zip(held.value.as_deref());
    let computed = computed.map(|(salt, value)| evidence::entry::commitment(salt, &field, value));
    let matches = computed.is_some() && computed == committed;
    let text = held.value.map(|value| match serde_json::from_slice(&value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::from_utf8_lossy(&value).into_owned(),
    });
    Word {
        commitment: committed.map(|hash| hash.to_string()).unwrap_or_default(),
        salt: salt.map(hex::encode),
        value: text.map_or(crate::view::Words::Erased, words),
        matches,
        field,
    }
}

fn under(entry: &Entry) -> Vec<(String, String)> {
    let under = &entry.under;
    let text = |code: &Option<Code>| code.as_ref().map(ToString::to_string);
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let all = [
        ("process", text(&under.process)),
        ("version", number(under.version)),
        ("sha256", under.sha256.map(|hash| hash.to_string())),
        ("element", text(&under.element)),
        ("instance", text(&under.instance)),
        ("table", text(&under.table)),
        ("table_version", number(under.table_version)),
        ("config_version", number(under.config_version)),
    ];
    let known = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    known.collect()
}

fn pretty(bytes: &[u8]) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
    let text = value.and_then(|value| serde_json::to_string_pretty(&value));
    text.unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
}

/// The siblings from the leaf up, each with its side.
fn steps(inclusion: &app::log::Inclusion) -> Vec<ProofStep> {
    let mut steps = Vec::with_capacity(inclusion.hashes.len());
    let (mut at, mut last) = (inclusion.seq, inclusion.checkpoint.size - 1);
    let mut hashes = inclusion.hashes.iter();
    let mut level = 0;
    while last > 0 {
        let right = at % 2 == 0;
        // A node without a sibling moves up as it is.
        if !(right && at == last)
            && let Some(hash) = hashes.next()
        {
            steps.push(ProofStep { level, right, hash: hash.to_string() });
        }
        (at, last, level) = (at / 2, last / 2, level + 1);
    }
    steps
}

/// Whether the hashes lead from the leaf to the signed root: computed now, from the bytes.
fn holds(inclusion: &app::log::Inclusion, leaf: Digest) -> bool {
    let (index, size) = (inclusion.seq.cast_unsigned(), inclusion.checkpoint.size.cast_unsigned());
    let root = &inclusion.checkpoint.root;
    evidence::merkle::verify_inclusion(index, size, &leaf, &inclusion.hashes, root).is_ok()
}

/// The types of entry there are.
fn kinds() -> Vec<Choice> {
    entry_types().into_iter().map(|kind| Choice::new(kind, kind)).collect()
}

/// A code out of a query as it may stand in a link.
fn code_of(text: &str) -> String {
    text.parse::<Code>().map(|code| code.to_string()).unwrap_or_default()
}
