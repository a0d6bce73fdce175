//! How the API describes itself: from the rows of the one table of routes and from the types that its
//! handlers take and answer, so that nothing is told twice.
//!
//! A row of `routes.rs` carries a sentence and the codes of its refusals; everything else (path,
//! query, body, answer) is read off the handler's own signature by [`Takes`] and [`Answers`]. A
//! handler with a type that is not described does not compile; a row of `/api/v1` without a sentence
//! fails a test. How to add a route: docs/reference/api.md.

mod answers;
pub(super) mod codes;
mod document;
mod handler;
mod page;
mod takes;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

pub(crate) use answers::{Answers, Created, Done, Exact, Media};
pub(crate) use document::openapi;
pub(crate) use handler::describe;
pub(crate) use page::docs;
pub(crate) use takes::Takes;

/// What a row says of its operation beside its types.
#[derive(Clone, Copy)]
pub(crate) struct About {
    /// One sentence; what follows it is told below it.
    pub(crate) says: &'static str,
    /// The codes it refuses with, beside those that every operation may.
    pub(crate) codes: &'static [&'static str],
    /// Reads the types off the handler.
    pub(crate) describe: fn(&mut Operation),
}

/// Where the schemas of a description lie in it.
const SCHEMAS: &str = "/components/schemas";

/// The schemas of everything that is taken or answered.
pub(crate) struct Schemas {
    taken: SchemaGenerator,
    answered: SchemaGenerator,
}

/// One operation, as its handler's types tell it.
pub(crate) struct Operation<'a> {
    /// The schemas of all operations.
    pub(crate) schemas: &'a mut Schemas,
    /// The schemas of the path's parameters, in their order.
    pub(crate) path: Vec<Schema>,
    /// The parameters of the query.
    pub(crate) query: Option<Schema>,
    /// The body.
    pub(crate) body: Option<Schema>,
    /// What it answers when all went well.
    pub(crate) answer: Answer,
}

/// An answer when all went well.
#[derive(Default)]
pub(crate) struct Answer {
    /// The HTTP status; 0 before it is told.
    pub(crate) status: u16,
    /// What it is, in a few words.
    pub(crate) says: &'static str,
    /// Its media type and schema; nothing where it has no body.
    pub(crate) content: Option<(&'static str, Value)>,
    /// Its own headers, with what each holds.
    pub(crate) headers: &'static [(&'static str, &'static str)],
}

impl Schemas {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = SCHEMAS.into();
                settings.meta_schema = None;
            })
        };
        Self {
            taken: settings().for_deserialize().into_generator(),
            answered: settings().for_serialize().into_generator(),
        }
    }

    /// The schema of something that is sent to us.
    pub(crate) fn taken<T: JsonSchema>(&mut self) -> Schema {
        self.taken.subschema_for::<T>()
    }

    /// The schema of something that we answer.
    pub(crate) fn answered<T: JsonSchema>(&mut self) -> Schema {
        self.answered.subschema_for::<T>()
    }

    /// All schemas by name; a name that means two things is told by the second.
    fn gathered(mut self) -> (Map<String, Value>, Vec<String>) {
        let mut all = self.taken.take_definitions(true);
        let mut twice = Vec::new();
        for (name, schema) in self.answered.take_definitions(true) {
            if all.get(&name).is_some_and(|held| *held != schema) {
                twice.push(name.clone());
            }
            all.insert(name, schema);
        }
        (all, twice)
    }
}
