//! Applying a folder: at once before anybody has an account, afterwards as drafts that a second person
//! approves (ground rule G21).

use base::{Id, id};
use domain::{
    access::{Permission, Scope},
    change::{self, ChangeSetApplied, ChangeSetProposed, Event, Extent, changed_since, unknown},
    organisation::Details,
    person,
};
use store::{change as changes_held, person as people};

use super::{
    changes::{Changes, Of, Outcome, kept},
    documents,
    execute::{decide, execute},
    plan::{Plan, Verb, plan},
    read::{ConfigFile, Faults, FileFault, Wanted, read},
};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// A plan, or what is wrong with the files.
pub type Planned = Result<Plan, Vec<FileFault>>;

impl App {
    /// What a folder would change. Nothing is recorded.
    ///
    /// # Errors
    /// `PER-008`; faults of the store. What is wrong with the files is in the answer.
    pub async fn plan_configuration(
        &self,
        caller: &Caller,
        files: Vec<ConfigFile>,
    ) -> Result<Planned, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| planned(turn, &files);
        // A turn that records nothing commits nothing; the plan sees the newest state.
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Applies a folder, all of it in one commit or nothing.
    ///
    /// # Errors
    /// `PER-008`; faults of the store. What is wrong with the files is in the answer.
    pub async fn apply_configuration(
        &self,
        caller: &Caller,
        files: Vec<ConfigFile>,
    ) -> Result<Result<(Plan, Outcome), Vec<FileFault>>, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| match planned(turn, &files)? {
            Ok(plan) => {
                let outcome = take(turn, &plan)?;
                Ok(Ok((plan, outcome)))
            }
            Err(faults) => Ok(Err(faults)),
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Lets proposed changes take effect, as a second person (ground rules G11, G21).
    ///
    /// # Errors
    /// `PER-008` to `PER-011`, `CFG-005` to `CFG-008`, and what the changes leave behind.
    pub async fn approve_changes(
        &self,
        caller: &Caller,
        id: Id<id::ChangeSet>,
    ) -> Result<(), Error> {
        caller.needs(Permission::Approve, Scope::House)?;
        let by = self.approver(caller, self.now())?;
        let command = move |turn: &mut Turn<'_>| {
            let state = changes_held::load(turn.conn, id)?.ok_or_else(unknown)?;
            let draft = change::approve(id, &state, &person::code(by), turn.now)?;
            let held = kept(turn.conn, &state)?.ok_or_else(changed_since)?;
            let applied = turn.record(vec![draft])?;
            turn.set_cause(applied.first().copied().unwrap_or_default());
            execute(turn, &held.changes)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Gives proposed changes up, with a reason.
    ///
    /// # Errors
    /// `PER-008`, `CFG-005`, `CFG-006`, `CFG-009`.
    pub async fn reject_changes(
        &self,
        caller: &Caller,
        (id, reason): (Id<id::ChangeSet>, String),
    ) -> Result<(), Error> {
        let approves = caller.needs(Permission::Approve, Scope::House);
        approves.or_else(|_| caller.needs(Permission::Administer, Scope::House))?;
        let command = move |turn: &mut Turn<'_>| {
            let state = changes_held::load(turn.conn, id)?.ok_or_else(unknown)?;
            let draft = change::reject(id, &state, &reason, turn.now)?;
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

/// Reads and plans; what the changes would leave behind is asked as well, so that a plan that is shown
/// is one that can be approved.
fn planned(turn: &mut Turn<'_>, files: &[ConfigFile]) -> Result<Planned, Stop> {
    let mut faults = Faults::default();
    let wanted = read(files, &mut faults);
    let mut plan = plan(turn, &wanted, &mut faults)?;
    documents::check(&plan, &mut faults);
    if faults.0.is_empty() {
        hold(turn, &plan.changes, &wanted, &mut faults)?;
    }
    plan.lines.sort_by(|a, b| (&a.kind, &a.code).cmp(&(&b.kind, &b.code)));
    Ok(if faults.0.is_empty() { Ok(plan) } else { Err(faults.0) })
}

/// Whether the changes can be carried out; each thing that cannot is named at its place.
fn hold(
    turn: &mut Turn<'_>,
    changes: &Changes,
    wanted: &Wanted,
    faults: &mut Faults,
) -> Result<(), Stop> {
    let mut organisation = store::organisation::load(turn.conn)?;
    match decide(turn, &mut organisation, changes, &mut Vec::new()) {
        Ok(()) => {}
        Err(Stop::Refused(refused)) => {
            let place = wanted.place_of(&refused.message);
            faults.add(place, refused.code, refused.message);
            return Ok(());
        }
        Err(other) => return Err(other),
    }
    each(&organisation, &changes.entities, wanted, faults);
    each(&organisation, &changes.functions, wanted, faults);
    each(&organisation, &changes.teams, wanted, faults);
    each(&organisation, &changes.services, wanted, faults);
    if faults.0.is_empty()
        && let Err(refused) = organisation.check()
    {
        faults.add(wanted.place_of(&refused.message), refused.code, refused.message);
    }
    Ok(())
}

fn each<D: Details>(
    organisation: &domain::organisation::Organisation,
    of: &Of<D>,
    wanted: &Wanted,
    faults: &mut Faults,
) {
    for put in &of.put {
        if let Err(refused) = put.described.details.check(organisation) {
            let place = wanted.place(D::NOUN, put.described.details.code());
            faults.add(place, refused.code, refused.message);
        }
    }
}

/// Takes a plan that holds: in effect at the first set-up, as drafts afterwards.
fn take(turn: &mut Turn<'_>, plan: &Plan) -> Result<Outcome, Stop> {
    let first_set_up = people::count(turn.conn)? == 0;
    let documents = documents::bring(turn, plan, first_set_up)?;
    if plan.changes.is_empty() {
        return Ok(Outcome { change_set: None, in_effect: first_set_up, documents });
    }
    let id: Id<id::ChangeSet> = turn.mint();
    let count = |verb| u32::try_from(plan.count(verb)).unwrap_or(u32::MAX);
    let extent = Extent {
        adds: count(Verb::Add),
        changes: count(Verb::Change),
        retires: count(Verb::Retire),
    };
    let told = plan.lines.iter().filter(|line| line.verb != Verb::Unchanged);
    let told: Vec<_> = told.collect();
    let word = serde_json::json!({ "lines": told, "changes": plan.changes });
    let proposed = Event::from(ChangeSetProposed { extent }).draft(id, turn.now);
    turn.record(vec![proposed.word("changes", word)])?;
    if first_set_up {
        let applied = Event::from(ChangeSetApplied { first_set_up }).draft(id, turn.now);
        let applied = turn.record(vec![applied])?;
        turn.set_cause(applied.first().copied().unwrap_or_default());
        execute(turn, &plan.changes)?;
    }
    Ok(Outcome { change_set: Some(id), in_effect: first_set_up, documents })
}
