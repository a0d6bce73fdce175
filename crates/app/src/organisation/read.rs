//! Things of the organisation with their words, for pages, the API and exports.

use base::Id;
use domain::organisation::{Details, Part};
use store::{StoreError, organisation, word};

use super::Described;
use crate::{App, Error};

/// A thing of the organisation with its words.
#[derive(Debug, Clone)]
pub struct Named<D: Details> {
    /// Its id.
    pub id: Id<D::Kind>,
    /// What it is, and what people call it.
    pub described: Described<D>,
    /// Whether it is no longer.
    pub retired: bool,
    /// How many entries its stream has.
    pub version: i64,
}

impl App {
    /// All things of a kind, those that still are first, by name.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn parts<D: Details>(&self) -> Result<Vec<Named<D>>, Error> {
        self.look(named).await
    }

    /// One thing, by its id or its code.
    ///
    /// # Errors
    /// The kind's unknown; faults of the store.
    pub async fn part<D: Details>(&self, reference: &str) -> Result<Named<D>, Error> {
        let reference = reference.to_owned();
        let found = self.look(move |conn| {
            let parts = organisation::all::<D>(conn)?;
            let is = |id: &Id<D::Kind>, part: &Part<D>| {
                part.details.code() == reference.as_str() || id.to_string() == reference
            };
            let found = parts.into_iter().find(|(id, part)| is(id, part));
            found.map(|(id, part)| with_words(conn, id, part)).transpose()
        });
        Ok(found.await?.ok_or_else(D::unknown)?)
    }
}

/// All things of a kind with their words, those that still are first, by name.
pub(crate) fn named<D: Details>(conn: &mut db::Conn) -> Result<Vec<Named<D>>, StoreError> {
    let parts = organisation::all::<D>(conn)?.into_iter();
    let mut all: Vec<Named<D>> =
        parts.map(|(id, part)| with_words(conn, id, part)).collect::<Result<_, _>>()?;
    all.sort_by(|a, b| {
        (a.retired, &a.described.name, a.id).cmp(&(b.retired, &b.described.name, b.id))
    });
    Ok(all)
}

fn with_words<D: Details>(
    conn: &mut db::Conn,
    id: Id<D::Kind>,
    part: Part<D>,
) -> Result<Named<D>, StoreError> {
    let mut text = |field| word::text(conn, part.word, field);
    let (name, lei, time_zone) = (text("name")?, text("lei")?, text("time_zone")?);
    let (retired, version) = (part.retired, part.version);
    let described = Described { details: part.details, name, lei, time_zone };
    Ok(Named { id, described, retired, version })
}
