//! Carrying changes out: all of them in one commit, or none.

use domain::{
    change::changed_since,
    entity::unknown_entity,
    integration::{Event, IntegrationAdded, unknown_source},
    organisation::{Details, Organisation},
};
use evidence::Draft;
use store::{config, organisation};

use super::{
    changes::{Changes, Of},
    text::IntegrationText,
};
use crate::{
    organisation::{end, put, set_scale},
    turn::{Stop, Turn},
};

/// Carries the changes out. Whether they hold is asked of what they leave behind.
///
/// # Errors
/// `CFG-007` where something was changed since they were planned; the refusals of what they leave
/// behind.
pub(super) fn execute(turn: &mut Turn<'_>, changes: &Changes) -> Result<(), Stop> {
    let mut organisation = organisation::load(turn.conn)?;
    let mut drafts = Vec::new();
    decide(turn, &mut organisation, changes, &mut drafts)?;
    organisation.check()?;
    turn.record(drafts)?;
    changes.integrations.iter().try_for_each(|door| add_door(turn, door))
}

/// Decides on all changes of the organisation, in an order in which each finds what it names.
pub(super) fn decide(
    turn: &mut Turn<'_>,
    organisation: &mut Organisation,
    changes: &Changes,
    drafts: &mut Vec<Draft>,
) -> Result<(), Stop> {
    if let Some(scale) = &changes.scale {
        drafts.push(set_scale(turn, organisation, scale)?);
    }
    put_all(turn, organisation, &changes.entities, drafts)?;
    put_all(turn, organisation, &changes.functions, drafts)?;
    put_all(turn, organisation, &changes.teams, drafts)?;
    put_all(turn, organisation, &changes.services, drafts)?;
    end_all(turn, organisation, &changes.services, drafts)?;
    end_all(turn, organisation, &changes.teams, drafts)?;
    end_all(turn, organisation, &changes.functions, drafts)?;
    end_all(turn, organisation, &changes.entities, drafts)
}

fn put_all<D: Details>(
    turn: &mut Turn<'_>,
    organisation: &mut Organisation,
    of: &Of<D>,
    drafts: &mut Vec<Draft>,
) -> Result<(), Stop> {
    for each in &of.put {
        same::<D>(organisation, each.id, each.version)?;
        drafts.push(put(turn, organisation, Some(each.id), &each.described)?.1);
    }
    Ok(())
}

fn end_all<D: Details>(
    turn: &mut Turn<'_>,
    organisation: &mut Organisation,
    of: &Of<D>,
    drafts: &mut Vec<Draft>,
) -> Result<(), Stop> {
    for each in &of.retire {
        same::<D>(organisation, each.id, each.version)?;
        drafts.push(end::<D>(turn, organisation, each.id)?);
    }
    Ok(())
}

/// Whether a thing is still as it was when the change was planned.
fn same<D: Details>(
    organisation: &Organisation,
    id: base::Id<D::Kind>,
    version: i64,
) -> Result<(), Stop> {
    let held = D::of(organisation).get(&id);
    if held.map_or(0, |part| part.version) == version {
        return Ok(());
    }
    let code = held.map_or_else(|| id.to_string(), |part| part.details.code().to_string());
    Err(changed_since().about(&format!("{} {code}", D::NOUN)).into())
}

/// A door without a key: `admin integration key` makes one, and shows it once.
fn add_door(turn: &mut Turn<'_>, door: &IntegrationText) -> Result<(), Stop> {
    let source = connect::inbound::find(door.source.as_str()).ok_or_else(unknown_source)?;
    turn.app.documents().policy(turn.conn, &door.policy, None)?;
    let entity = config::entities(turn.conn)?.into_iter().next().ok_or_else(unknown_entity)?.id;
    let id = turn.mint::<base::id::Integration>();
    let event = Event::from(IntegrationAdded {
        source: base::Code::fixed(source.name()),
        policy: door.policy.clone(),
        entity,
        declares: door.declares,
    });
    let draft = event.draft(id, turn.now).word("name", door.name.trim());
    turn.record(vec![draft.word("group_by", door.group_by.clone())])?;
    Ok(())
}
