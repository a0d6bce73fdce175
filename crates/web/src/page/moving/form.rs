//! `/processes/{name}/move`: which cases would move where, and proposing it.

use std::collections::BTreeMap;

use app::{
    library::ProcessSeen,
    moving::{Ahead, CaseAhead, PlaceAhead, Wanted},
};
use axum::extract::Path;
use base::Code;
use domain::moving::mapping_unknown;

use super::{shown, stuck};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    form::Form,
    page::{
        around::shell,
        incident::flash,
        process::{name, version_lines},
        tell::words,
    },
    trouble::Trouble,
    view::{
        Choice, Input, Place,
        moving::{CaseAheadRow, MovePage, PlaceRow},
    },
    visit::Visit,
};

/// Up to so many cases are chosen one by one; of more, all that can move are moved. A form has 512 fields.
const CHOSEN: usize = 100;

/// What was typed into the form.
struct Typed<'a> {
    form: &'a Form,
    from: i64,
    to: i64,
}

impl Typed<'_> {
    /// Which elements are called otherwise.
    fn mapping(&self) -> Result<BTreeMap<Code, Code>, Trouble> {
        let pair = |(old, new): (&str, &str)| Some((old.parse().ok()?, new.parse().ok()?));
        let pairs: Option<_> = self.form.under("map.").map(pair).collect();
        Ok(pairs.ok_or_else(mapping_unknown)?)
    }

    /// What would be moved; all cases where none is chosen.
    fn wanted(
        &self,
        process: &Code,
        mapping: BTreeMap<Code, Code>,
        cases: Option<Vec<String>>,
    ) -> Wanted {
        Wanted { process: process.clone(), from: self.from, to: self.to, mapping, cases }
    }

    /// Whether a case is chosen: one that the form did not offer is, once it can move.
    fn chooses(&self, reference: &str) -> bool {
        let among = |field: &str| self.form.all(field).any(|text| text == reference);
        !among("seen") || among("case")
    }
}

/// `GET /processes/{name}/move?from=&to=`: looks, where both versions are known.
pub(crate) async fn show(visit: Visit, Path(named): Path<String>) -> Answer {
    let seen = visit.web.app().see_process(name(&named)?, None).await?;
    let newest = seen.versions.first().map_or(0, |newest| newest.version);
    let number = |field: &str| visit.query.get(field).parse::<i64>().ok();
    // The newest version that is not the newest of all and has open cases.
    let older = seen.running.iter().map(|(version, _)| *version).find(|v| *v != newest);
    let from = number("from").or(older).unwrap_or(newest);
    let nothing = Form::default();
    let typed = Typed { form: &nothing, from, to: number("to").unwrap_or(newest) };
    let (ahead, trouble) = match look(&visit, &seen, &typed).await {
        Ok(ahead) => (ahead, None),
        Err(trouble) if trouble.is_refusal() => (None, Some(trouble)),
        Err(trouble) => return Err(trouble),
    };
    let page = page(&visit, &seen, &typed, ahead, trouble.as_ref()).await?;
    answer::page(&visit, &page)
}

/// `POST /processes/{name}/move`: looks again, or proposes.
pub(crate) async fn act(visit: Visit, Path(named): Path<String>) -> Answer {
    let seen = visit.web.app().see_process(name(&named)?, None).await?;
    let form = visit.form.clone();
    let number = |field: &str| form.get(field).parse::<i64>().unwrap_or_default();
    let typed = Typed { form: &form, from: number("from"), to: number("to") };
    let proposes = form.get("act") == "propose";
    let refused = match proposes {
        true => match propose(&visit, &seen, &typed).await {
            Ok(answer) => return Ok(answer),
            Err(trouble) if trouble.is_refusal() => Some(trouble),
            Err(trouble) => return Err(trouble),
        },
        false => None,
    };
    let (ahead, trouble) = match look(&visit, &seen, &typed).await {
        Ok(ahead) => (ahead, refused),
        Err(trouble) if trouble.is_refusal() => (None, refused.or(Some(trouble))),
        Err(trouble) => return Err(trouble),
    };
    let page = page(&visit, &seen, &typed, ahead, trouble.as_ref()).await?;
    match &trouble {
        Some(trouble) => answer::refused(&visit, &page, trouble),
        None => answer::page(&visit, &page),
    }
}

async fn propose(visit: &Visit, seen: &ProcessSeen, typed: &Typed<'_>) -> Answer {
    let all = !typed.form.get("all").is_empty();
    let chosen = typed.form.all("case").map(str::to_owned).collect();
    let cases = if all { None } else { Some(chosen) };
    let wanted = typed.wanted(&seen.name, typed.mapping()?, cases);
    let reason = typed.form.text("reason");
    let proposed = visit.web.app().propose_move(visit.caller()?, wanted, reason).await?;
    let done = Outcome::done("Proposed. It waits for the approval of a second person.");
    then(visit, &format!("/moves/{}", proposed.id), &done)
}

/// The dry run of all open cases; nothing where there is nothing to look at.
async fn look(
    visit: &Visit,
    seen: &ProcessSeen,
    typed: &Typed<'_>,
) -> Result<Option<Ahead>, Trouble> {
    let known = |version| seen.versions.iter().any(|row| row.version == version);
    if typed.from == typed.to || !known(typed.from) || !known(typed.to) {
        return Ok(None);
    }
    let wanted = typed.wanted(&seen.name, typed.mapping()?, None);
    Ok(Some(visit.web.app().preview_move(visit.caller()?, wanted).await?))
}

async fn page(
    visit: &Visit,
    seen: &ProcessSeen,
    typed: &Typed<'_>,
    ahead: Option<Ahead>,
    trouble: Option<&Trouble>,
) -> Result<MovePage, Trouble> {
    let mut shell = shell(visit, Place::Processes).await?;
    shell.flash = trouble.map(flash).or(shell.flash);
    let reason = Input::of(typed.form.text("reason"));
    let mut page = MovePage {
        shell,
        name: seen.name.to_string(),
        versions: version_lines(seen, &visit.reader()),
        from: Input::of(typed.from.to_string()),
        to: Input::of(typed.to.to_string()),
        previewed: ahead.is_some(),
        places: Vec::new(),
        begun: Vec::new(),
        rows: Vec::new(),
        all: false,
        hidden: 0,
        counts: (0, 0),
        reason: match trouble.filter(|trouble| trouble.code == "MOV-005") {
            Some(trouble) => reason.refused(trouble.detail.clone()),
            None => reason,
        },
    };
    let Some(ahead) = ahead else { return Ok(page) };
    let (app, digest) = (visit.web.app().clone(), ahead.versions.from.1);
    let model = visit.web.app().read(move |conn| Ok(app.documents().model(conn, digest)?));
    let model = model.await?;
    let (moves, stay) = ahead.counts();
    page.counts = (shown(moves), shown(stay));
    page.all = ahead.cases.len() > CHOSEN;
    page.hidden = shown(ahead.cases.len().saturating_sub(CHOSEN));
    let begun = ahead.begun.into_values();
    page.begun = begun.map(|(name, cases)| (name, i64::from(cases))).collect();
    page.places = ahead.places.into_iter().map(place).collect();
    let rows = ahead.cases.into_iter().take(CHOSEN);
    page.rows = rows.map(|case| row(case, &model, typed)).collect();
    Ok(page)
}

fn place(place: PlaceAhead) -> PlaceRow {
    let choices = place.choices.iter().map(|(id, name)| Choice::new(id.as_str(), name.as_str()));
    PlaceRow {
        choices: choices.collect(),
        id: place.element.to_string(),
        name: place.name,
        cases: i64::from(place.cases),
        reason: place.reason.map(|reason| reason.to_string()).unwrap_or_default(),
        to: Input::of(place.to.map(|to| to.to_string()).unwrap_or_default()),
    }
}

fn row(case: CaseAhead, model: &process::Model, typed: &Typed<'_>) -> CaseAheadRow {
    let listed = case.listed;
    let places = stuck(model, &listed.places);
    let movable = case.stays.is_none() && listed.stuck == 0;
    CaseAheadRow {
        chosen: movable && typed.chooses(case.reference.as_str()),
        reference: case.reference.to_string(),
        title: words(case.title),
        movable,
        over: case.stays.is_some(),
        tokens: listed.tokens,
        kept: listed.kept,
        ended: listed.ended,
        begun: listed.begun,
        more: listed.stuck.saturating_sub(u32::try_from(places.len()).unwrap_or(u32::MAX)),
        stuck: places,
    }
}
