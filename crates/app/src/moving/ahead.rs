//! What a move would do: every case looked at, every place where one stands, nothing recorded.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Id, id};
use db::Conn;
use domain::{
    access::{Permission, Scope},
    document::{DocumentKind, unknown_document},
    incident::{Incident, onto, stays, unknown_incident},
    moving::{
        CaseListed, MAX_CASES, Outcome, Versions, case_elsewhere, check_mapping, listed,
        same_version, too_much,
    },
};
use process::{
    Model,
    engine::migrate::{Mapping, Preview, counterparts, preview},
};
use store::{config, governed, incident, word};

use crate::{App, Caller, Error, turn::Stop};

/// What somebody would move.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The process.
    pub process: Code,
    /// The version that the cases run on.
    pub from: i64,
    /// The version that they are to run on.
    pub to: i64,
    /// Elements and flows that are called otherwise there: old id, new id.
    pub mapping: Mapping,
    /// The references of the cases; all open ones on the version where absent.
    pub cases: Option<Vec<String>>,
}

/// A case as it would move.
#[derive(Debug, Clone)]
pub struct CaseAhead {
    /// What the dry run says.
    pub listed: CaseListed,
    /// `INC-2026-0042`.
    pub reference: Code,
    /// What is broken.
    pub title: String,
    /// Why a plan would not name it at all: its process is over.
    pub stays: Option<Outcome>,
}

/// A place where cases stand, an event that they wait for, or anything else that is mapped.
#[derive(Debug, Clone)]
pub struct PlaceAhead {
    /// The element or flow of the version they run on.
    pub element: Code,
    /// What it is called there.
    pub name: String,
    /// How many cases stand or wait there.
    pub cases: u32,
    /// Where they would stand; `None` where they are stuck, or would wait no longer.
    pub to: Option<Code>,
    /// Why they are stuck; `None` for an event that would be waited for no longer.
    pub reason: Option<Code>,
    /// What it may be mapped to: id and name.
    pub choices: Vec<(Code, String)>,
}

/// What a move would do.
#[derive(Debug, Clone)]
pub struct Ahead {
    /// From which version to which.
    pub versions: Versions,
    /// What is called otherwise there; what is called the same is left out.
    pub mapping: Mapping,
    /// The cases.
    pub cases: Vec<CaseAhead>,
    /// The places where they stand, by id.
    pub places: Vec<PlaceAhead>,
    /// Events of the new version that they would wait for from then on: name, and how many cases.
    pub begun: BTreeMap<Code, (String, u32)>,
}

impl Ahead {
    /// How many cases would move, and how many stay.
    pub fn counts(&self) -> (usize, usize) {
        let moves = |case: &&CaseAhead| case.stays.is_none() && case.listed.stuck == 0;
        let moves = self.cases.iter().filter(moves).count();
        (moves, self.cases.len() - moves)
    }
}

impl App {
    /// What a move would do. Nothing is recorded.
    ///
    /// # Errors
    /// `PER-008`, `DOC-002` for a version that was never published, `INC-004`, `MOV-002`, `MOV-004`,
    /// `MOV-008`, `MOV-009`.
    pub async fn preview_move(&self, caller: &Caller, wanted: Wanted) -> Result<Ahead, Error> {
        caller.needs(Permission::Read, Scope::House)?;
        let app = self.clone();
        self.read(move |conn| ahead(&app, conn, wanted).map_err(Error::from)).await
    }
}

fn ahead(app: &App, conn: &mut Conn, mut wanted: Wanted) -> Result<Ahead, Stop> {
    if wanted.from == wanted.to {
        return Err(same_version().into());
    }
    wanted.mapping.retain(|old, new| old != new);
    let mut numbered = |version| {
        let kind = DocumentKind::Process;
        let found = config::version(conn, kind, wanted.process.as_str(), version)?;
        let found = found.ok_or_else(unknown_document)?;
        Ok::<_, Stop>((found.version, found.sha256))
    };
    let (from, to) = (numbered(wanted.from)?, numbered(wanted.to)?);
    let models = (app.documents().model(conn, from.1)?, app.documents().model(conn, to.1)?);
    check_mapping((&models.0, &models.1), &wanted.mapping)?;
    let process = wanted.process.clone();
    let versions = Versions { process, from, to };
    let mut cases = Vec::new();
    let mut survey = Survey {
        mapping: &wanted.mapping,
        versions: &versions,
        to: &models.1,
        places: BTreeMap::new(),
        begun: BTreeMap::new(),
    };
    survey.mapped(&models.0);
    for id in chosen(conn, &wanted)? {
        let state = incident::load(conn, id)?.ok_or_else(unknown_incident)?;
        let stays = stays(&state, &versions);
        if stays.is_some() && wanted.cases.is_some() {
            return Err(case_elsewhere().about(state.reference.as_str()).into());
        }
        let seen = match stays {
            Some(_) => Preview::default(),
            None => survey.look_at(app, conn, &state)?,
        };
        cases.push(CaseAhead {
            listed: listed(id, &seen),
            title: word::text(conn, state.declared, "title")?,
            reference: state.reference,
            stays,
        });
    }
    let (places, begun) = (survey.places.into_values().collect(), survey.begun);
    Ok(Ahead { versions, mapping: wanted.mapping, cases, places, begun })
}

/// The cases that are named, or all on the version; each once, the oldest first.
fn chosen(conn: &mut Conn, wanted: &Wanted) -> Result<BTreeSet<Id<id::Incident>>, Stop> {
    let mut found = BTreeSet::new();
    match &wanted.cases {
        None => {
            let limit = i64::try_from(MAX_CASES + 1).unwrap_or(i64::MAX);
            let open = governed::open_on(conn, wanted.process.as_str(), wanted.from, limit)?;
            found.extend(open.into_iter().map(|case| case.incident));
        }
        Some(references) => {
            for reference in references.iter().take(MAX_CASES + 1) {
                let id = incident::by_reference(conn, reference)?;
                found.insert(id.ok_or_else(|| unknown_incident().about(reference))?);
            }
        }
    }
    if found.len() > MAX_CASES { Err(too_much().into()) } else { Ok(found) }
}

/// What is found while one case after another is looked at.
struct Survey<'a> {
    mapping: &'a Mapping,
    versions: &'a Versions,
    to: &'a Model,
    places: BTreeMap<Code, PlaceAhead>,
    begun: BTreeMap<Code, (String, u32)>,
}

impl Survey<'_> {
    /// What is mapped is a place even where no case stands.
    fn mapped(&mut self, from: &Model) {
        for (old, new) in self.mapping {
            let mut place = self.place((from, self.to), old);
            if place.choices.iter().all(|(id, _)| id != new) {
                place.choices.push((new.clone(), called(self.to, new)));
            }
            place.to = Some(new.clone());
            self.places.insert(old.clone(), place);
        }
    }

    fn place(&self, (from, to): (&Model, &Model), element: &Code) -> PlaceAhead {
        let choices = counterparts(from, to, element, self.mapping).into_iter();
        PlaceAhead {
            element: element.clone(),
            name: called(from, element),
            cases: 0,
            to: None,
            reason: None,
            choices: choices.map(|id| (id.clone(), called(to, &id))).collect(),
        }
    }

    /// What would become of one case; the places where it stands are added up.
    fn look_at(&mut self, app: &App, conn: &mut Conn, state: &Incident) -> Result<Preview, Stop> {
        let from = app.documents().running(conn, &state.process)?;
        let next = onto(state, self.versions, self.mapping, self.to);
        let to = app.documents().running(conn, &next)?;
        let seen = preview(&from, &to, &state.process.state, self.mapping);
        let mut met = BTreeMap::new();
        for (_, old, new) in &seen.moves {
            met.insert(old, (Some(new.clone()), None));
        }
        for ended in &seen.ended {
            met.insert(ended, (None, None));
        }
        for stuck in &seen.stuck {
            met.insert(&stuck.element, (None, Some(stuck.reason.clone())));
        }
        for (element, (new, reason)) in met {
            if !self.places.contains_key(element) {
                let fresh = self.place((&from, &to), element);
                self.places.insert(element.clone(), fresh);
            }
            let Some(place) = self.places.get_mut(element) else { continue };
            place.cases += 1;
            // One case that is stuck here says more than those that are not.
            place.reason = reason.or(place.reason.take());
            place.to = new.filter(|_| place.reason.is_none());
        }
        for event in &seen.begun {
            let told = self.begun.entry(event.clone()).or_insert_with(|| (called(&to, event), 0));
            told.1 += 1;
        }
        Ok(seen)
    }
}

/// What an element is called; a flow by its ends; the id where there is no name.
fn called(model: &Model, id: &Code) -> String {
    let name = |id: &Code| {
        let name = model.element(id).map(|element| element.name.clone());
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string())
    };
    match model.flow(id) {
        Some(flow) => format!("{} → {}", name(&flow.source), name(&flow.target)),
        None => name(id),
    }
}
