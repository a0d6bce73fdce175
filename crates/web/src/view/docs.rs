//! The page that describes the API.

use askama::Template;

use super::{Place, Shell, filters, samples::shell};

/// A property, a parameter.
#[derive(Debug, Clone)]
pub struct DocField {
    /// Its name.
    pub name: String,
    /// `string`, `integer`, `list of string`, `one of live, exercise`.
    pub kind: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub says: String,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct DocOperation {
    /// Its name, also its place on the page.
    pub name: String,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// More of it.
    pub more: String,
    /// The permission a token must have, and the roles that have it.
    pub wants: Option<(String, String)>,
    /// Parameters of path and query.
    pub parameters: Vec<DocField>,
    /// Members of the body.
    pub body: Vec<DocField>,
    /// Status and sentence of the answer.
    pub answers: (String, String),
    /// Members of the answer.
    pub answer: Vec<DocField>,
    /// Refusals: status, code, title.
    pub refusals: Vec<(String, String, String)>,
    /// A command that asks it.
    pub example: String,
}

/// The page `/api/docs`.
#[derive(Debug, Clone, Template)]
#[template(path = "docs.html")]
pub struct DocsPage {
    /// Around it.
    pub shell: Shell,
    /// Operations by what they are about.
    pub groups: Vec<(String, Vec<DocOperation>)>,
}

impl DocsPage {
    /// One operation.
    pub fn sample() -> Self {
        let field = |name: &str, required| DocField {
            name: name.to_owned(),
            kind: "string".to_owned(),
            required,
            says: "What to record.".to_owned(),
        };
        let operation = DocOperation {
            name: "post_incidents_reference_notes".to_owned(),
            method: "POST",
            path: "/api/v1/incidents/{reference}/notes".to_owned(),
            summary: "Add a note, or an action that was taken".to_owned(),
            more: String::new(),
            wants: Some(("Respond".to_owned(), "Responder, Incident commander".to_owned())),
            parameters: vec![field("reference", true)],
            body: vec![field("text", true), field("occurred_at", false)],
            answers: ("204".to_owned(), "Done; there is no body.".to_owned()),
            answer: Vec::new(),
            refusals: vec![(
                "404".to_owned(),
                "INC-004".to_owned(),
                "There is no such incident".to_owned(),
            )],
            example: "curl -H \"Authorization: Bearer $TOKEN\" …".to_owned(),
        };
        let groups = vec![("incidents".to_owned(), vec![operation])];
        Self { shell: shell(Place::Elsewhere, "/api/docs"), groups }
    }
}
