//! The severity table as people answer it: its questions, its rules.

use base::{Code, Id, id};
use db::Conn;
use dmn::table::{Input, Rule};

use super::severity::TABLE;
use crate::{App, Error};

/// A question of the table.
#[derive(Debug, Clone)]
pub struct Question {
    /// The input's name.
    pub name: Code,
    /// How the table calls it; may be empty.
    pub label: String,
    /// The codes that answer it; none where any number or code does.
    pub answers: Vec<Code>,
}

/// A rule of the table, as written.
#[derive(Debug, Clone)]
pub struct Ruled {
    /// Its id.
    pub id: Code,
    /// What it asks of each question, in their order; `-` where it asks nothing.
    pub tests: Vec<String>,
    /// What it answers: the severity first.
    pub answers: Vec<String>,
}

/// A severity table.
#[derive(Debug, Clone)]
pub struct SeverityTable {
    /// Its version.
    pub version: i64,
    /// Its questions.
    pub questions: Vec<Question>,
    /// Its rules, in order.
    pub rules: Vec<Ruled>,
}

impl App {
    /// The severity table that an incident keeps, or the newest, for reading.
    ///
    /// # Errors
    /// `DOC-002` where none is published.
    pub async fn severity_table(
        &self,
        id: Option<Id<id::Incident>>,
    ) -> Result<SeverityTable, Error> {
        let app = self.clone();
        self.read(move |conn: &mut Conn| {
            let table = match id {
                Some(id) => app.documents().table_of(conn, TABLE, id)?,
                None => app.documents().table(conn, TABLE)?,
            };
            let rows = table.document.table();
            let questions = rows.iter().flat_map(|table| table.inputs.iter().map(question));
            let rules = rows.iter().flat_map(|table| table.rules.iter().map(ruled));
            Ok(SeverityTable {
                version: table.number,
                questions: questions.collect(),
                rules: rules.collect(),
            })
        })
        .await
    }
}

fn question(input: &Input) -> Question {
    let answers = input.domain.codes();
    Question { name: input.name.clone(), label: input.label.clone(), answers }
}

fn ruled(rule: &Rule) -> Ruled {
    Ruled { id: rule.id.clone(), tests: rule.tests.clone(), answers: rule.answers.clone() }
}
