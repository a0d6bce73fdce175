//! The register of exceptions, and one exception with its judgement.

use app::incident::Seen;
use axum::extract::Path;
use base::Timestamp;
use db::Conn;
use domain::{
    access::Permission,
    incident::{ExceptionHeld, Judgement, own_exception, unknown_exception},
};
use store::{
    StoreError,
    exception::{self, Counts, Listed, Wanted},
    incident, log, word,
};

use super::{
    around::shell,
    incident::flash,
    parts::{pager, sev, until},
    rows::{name_of, role_names},
    tell::{Teller, words},
};
use crate::{
    answer::{self, Answer, page, then},
    flash::Outcome,
    trouble::Trouble,
    view::{
        Chip, Input, Place, Time, Words,
        exceptions::{ExceptionPage, ExceptionRow, ExceptionsPage, Standing},
        time::Reader,
    },
    visit::Visit,
};

/// `GET /exceptions?show=&after=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let all = visit.query.get("show") == "all";
    let before = match visit.query.get("after") {
        "" => i64::MAX,
        text => text.parse().map_err(|_| Trouble::not_found())?,
    };
    let wanted = if all { Wanted::All } else { Wanted::Unjudged };
    let (app, reader, now) = (visit.web.app().clone(), visit.reader(), visit.now());
    let found = visit.web.app().look(move |conn| {
        let listed = exception::before(conn, wanted, before)?;
        let counts = exception::counts(conn, now)?;
        let next = listed.last().filter(|_| listed.len() >= exception::PAGE);
        let next = next.map(|last| last.seq.to_string());
        let mut teller = Teller::new(conn, &app, &reader);
        let mut rows = Vec::with_capacity(listed.len());
        for each in listed {
            rows.push(row(&mut teller, &app, &each, (&reader, now))?);
        }
        Ok((rows, next, counts))
    });
    let (rows, next, counts) = found.await?;
    let path = if all { "/exceptions?show=all" } else { "/exceptions?show=waiting" };
    let total = if all { counts.all } else { counts.unjudged };
    let pager = pager(path, rows.len(), next, Some(total));
    let shell = shell(&visit, Place::Exceptions).await?;
    let chips = chips(all, counts);
    page(&visit, &ExceptionsPage { shell, chips, overdue: counts.overdue, rows, pager })
}

fn chips(all: bool, counts: Counts) -> Vec<Chip> {
    let chip = |code: &'static str, on: bool, count| Chip {
        code,
        href: format!("/exceptions?show={code}"),
        on,
        count: Some(count),
    };
    vec![chip("waiting", !all, counts.unjudged), chip("all", all, counts.all)]
}

fn row(
    teller: &mut Teller<'_>,
    app: &app::App,
    listed: &Listed,
    (reader, now): (&Reader, Timestamp),
) -> Result<ExceptionRow, StoreError> {
    let state = incident::load(teller.conn(), listed.incident)?;
    let model = state.map(|state| state.process.sha256);
    let model = model.and_then(|sha256| app.documents().model(teller.conn(), sha256).ok());
    let step = model.map_or_else(|| listed.element.to_string(), |m| name_of(&m, &listed.element));
    Ok(ExceptionRow {
        reference: listed.reference.to_string(),
        title: words(word::text(teller.conn(), listed.word, "title")?),
        sev: sev(listed.severity.as_deref(), "closed", false),
        exercise: listed.mode == "exercise",
        step,
        code: listed.code.to_string(),
        rationale: words(word::text(teller.conn(), listed.seq, "rationale")?),
        by: match &listed.person {
            Some(person) => teller.person(person)?,
            None => "nobody known".to_owned(),
        },
        without_role: listed.authority.as_deref() == Some("missing"),
        at: reader.time(listed.invoked_at),
        standing: standing(listed.judgement.as_deref(), listed.ratify_by, now),
        due: listed.ratify_by.map(|due| reader.time(due)),
        due_in: listed.ratify_by.filter(|_| listed.judgement.is_none()).map(|due| until(due, now)),
        entry: listed.seq,
        judged: listed.judged,
    })
}

fn standing(judgement: Option<&str>, due: Option<Timestamp>, now: Timestamp) -> Standing {
    match (judgement, due) {
        (Some("ratified"), _) => Standing::Ratified,
        (Some(_), _) => Standing::Refused,
        (None, None) => Standing::Unknown,
        (None, Some(due)) if due <= now => Standing::Overdue,
        (None, Some(_)) => Standing::Waiting,
    }
}

/// `GET /incidents/{reference}/exceptions/{seq}`.
pub(crate) async fn show(visit: Visit, Path((reference, seq)): Path<(String, i64)>) -> Answer {
    let page = exception_page(&visit, &reference, seq, Input::default()).await?;
    answer::page(&visit, &page)
}

/// `POST /incidents/{reference}/exceptions/{seq}`.
pub(crate) async fn judge(visit: Visit, Path((reference, seq)): Path<(String, i64)>) -> Answer {
    let id = visit.web.app().incident_by_reference(&reference).await?;
    let comment = visit.form.text("comment");
    let (judgement, done) = match visit.form.get("judgement") {
        "refused" => (
            Judgement::Refused,
            "Refused. It stays in the register as one that should not have been.",
        ),
        _ => (Judgement::Ratified, "Ratified."),
    };
    let judged = (seq, judgement, comment.clone());
    let acted = visit.web.app().judge_exception(visit.caller()?, id, judged).await;
    match acted.map_err(Trouble::from) {
        Ok(()) => then(&visit, "/exceptions", &Outcome::done(done)),
        Err(trouble) if trouble.is_refusal() => {
            let comment = Input::of(comment).refused(&trouble.detail);
            let mut page = exception_page(&visit, &reference, seq, comment).await?;
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

async fn exception_page(
    visit: &Visit,
    reference: &str,
    seq: i64,
    comment: Input,
) -> Result<ExceptionPage, Trouble> {
    let seen = visit.web.app().see_incident(reference, i64::MAX).await?;
    let held = seen.state.exceptions.get(&seq).cloned();
    let held = held.ok_or_else(|| Trouble::from(unknown_exception()))?;
    let why_not = why_not(visit, &held);
    let element = seen.model.element(&held.element);
    let evidence = element.map(|e| e.marks.evidence.iter().map(|r| r.name.to_string()).collect());
    let roles = element.map(|element| role_names(&element.marks.roles));
    let (app, reader, now) = (visit.web.app().clone(), visit.reader(), visit.now());
    let told = visit.web.app().look(move |conn| {
        let row = row_of(conn, &app, (&seen, seq, &held), (&reader, now))?;
        let judgement = judgement(conn, &app, &held, &reader)?;
        Ok((row, judgement))
    });
    let (row, judgement) = told.await?;
    Ok(ExceptionPage {
        shell: shell(visit, Place::Exceptions).await?,
        row,
        evidence: evidence.unwrap_or_default(),
        roles: roles.unwrap_or_default(),
        judgement,
        why_not,
        comment,
    })
}

fn row_of(
    conn: &mut Conn,
    app: &app::App,
    (seen, seq, held): (&Seen, i64, &ExceptionHeld),
    place: (&Reader, Timestamp),
) -> Result<ExceptionRow, StoreError> {
    let listed = Listed {
        incident: seen.id,
        seq,
        element: held.element.clone(),
        code: held.code.clone(),
        person: held.by.map(|by| by.to_string()),
        authority: held.authority.map(|authority| match authority {
            domain::incident::Authority::Held => "held".to_owned(),
            domain::incident::Authority::Missing => "missing".to_owned(),
        }),
        invoked_at: held.invoked_at,
        ratify_by: held.ratify_by,
        judgement: held.judged.map(|(judgement, _)| match judgement {
            Judgement::Ratified => "ratified".to_owned(),
            Judgement::Refused => "refused".to_owned(),
        }),
        judged: held.judged.map(|(_, seq)| seq),
        reference: seen.state.reference.clone(),
        severity: seen.state.severity.now().map(|severity| severity.letter().to_owned()),
        word: seen.state.declared,
        mode: seen.mode.clone(),
    };
    row(&mut Teller::new(conn, app, place.0), app, &listed, place)
}

/// Who judged it, when, and what was said.
fn judgement(
    conn: &mut Conn,
    app: &app::App,
    held: &ExceptionHeld,
    reader: &Reader,
) -> Result<Option<(String, Time, Option<Words>)>, StoreError> {
    let Some((_, seq)) = held.judged else { return Ok(None) };
    let Some(stored) = log::entry(conn, seq)? else { return Ok(None) };
    let entry = stored.entry()?;
    let mut teller = Teller::new(conn, app, reader);
    let who = teller.who(&entry)?.unwrap_or_default();
    let said = teller.words(seq)?.into_iter().next().map(|(_, words)| words);
    Ok(Some((who, reader.time(stored.recorded_at), said)))
}

/// Why the reader cannot judge it; empty where they may, after the password.
fn why_not(visit: &Visit, held: &ExceptionHeld) -> String {
    let new = domain::person::too_new_to_approve().code;
    let me = visit.caller().ok();
    let refused = me.and_then(|me| visit.web.app().approver(me, visit.now()).err());
    let own = me.is_some_and(|me| me.person.is_some() && me.person == held.by);
    let why = match refused {
        _ if held.judged.is_some() => "judged",
        _ if !visit.may(Permission::Ratify) => "role",
        _ if own => own_exception().code,
        Some(why) if why.code == new => "new",
        _ => "",
    };
    why.to_owned()
}
