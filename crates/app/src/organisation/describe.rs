//! Saying what a thing of the organisation is from here on: new, changed, or brought back.

use base::Id;
use domain::{
    access::{Permission, Scope},
    entity::{attribute_wrong, is_lei},
    organisation::{Details, Organisation, describe},
};
use evidence::Draft;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use store::organisation;

use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// What something is from here on, with its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "D: Details")]
pub struct Described<D> {
    /// What it is.
    pub details: D,
    /// What people call it.
    pub name: String,
    /// The legal entity identifier of an entity; empty where there is none, and for other kinds.
    pub lei: String,
    /// The time zone of an entity, as in the IANA database; empty where none is given.
    pub time_zone: String,
}

impl<D> Described<D> {
    /// Something with a name and no other words.
    pub fn named(details: D, name: impl Into<String>) -> Self {
        Self { details, name: name.into(), lei: String::new(), time_zone: String::new() }
    }
}

impl App {
    /// Says what a thing of the organisation is from here on and answers its id. Without an id it is
    /// made; where a retired one has the same code, that one is brought back.
    ///
    /// # Errors
    /// `PER-008`, `PER-012`, `ENT-001` to `ENT-004`, `ENT-007` to `ENT-014`.
    pub async fn describe<D: Details + Sync>(
        &self,
        caller: &Caller,
        id: Option<Id<D::Kind>>,
        new: Described<D>,
    ) -> Result<Id<D::Kind>, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let mut organisation = organisation::load(turn.conn)?;
            if let Some(id) = id
                && !D::of(&organisation).contains_key(&id)
            {
                return Err(D::unknown().into());
            }
            let (id, draft) = put(turn, &mut organisation, id, &new)?;
            organisation.check()?;
            turn.record(vec![draft])?;
            Ok(id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

/// Decides on a description; the caller checks what it leaves behind and records.
pub(crate) fn put<D: Details>(
    turn: &mut Turn<'_>,
    organisation: &mut Organisation,
    id: Option<Id<D::Kind>>,
    new: &Described<D>,
) -> Result<(Id<D::Kind>, Draft), Stop> {
    let code = new.details.code();
    let retired = || {
        let mut all = D::of(organisation).iter();
        all.find(|(_, part)| part.retired && part.details.code() == code).map(|(id, _)| *id)
    };
    let id = id.or_else(retired).unwrap_or_else(|| turn.mint());
    let (lei, zone) = (new.lei.trim(), new.time_zone.trim());
    if !lei.is_empty() && !is_lei(lei) {
        return Err(attribute_wrong().about(&format!("{code}: lei")).into());
    }
    if !zone.is_empty() && TimeZone::get(zone).is_err() {
        return Err(attribute_wrong().about(&format!("{code}: time_zone")).into());
    }
    let draft = describe(organisation, id, new.details.clone(), &new.name, turn.now)?;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok((id, draft.word_if("lei", some(lei)).word_if("time_zone", some(zone))))
}
