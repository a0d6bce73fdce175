//! What the severity could still become: the table asked with what is known, and with every way in
//! which the rest could be answered.

use base::{Code, Id, id};
use domain::incident::{Assessment, Severity};

use super::severity::{Answered, TABLE, preview};
use crate::{App, Error, documents::Version};

/// The most ways of answering the rest that are tried; beyond it only what is known counts.
const WAYS: usize = 2_000;
/// The answer that many a question has.
const UNKNOWN: Code = Code::fixed("unknown");

/// What some answers come to.
#[derive(Debug, Clone, Default)]
pub struct Outlook {
    /// What they come to with the rest unknown yet; `None` where the table has no rule for that.
    pub so_far: Option<Assessment>,
    /// The gravest that the rest could make of it; `None` where it was not computed.
    pub gravest: Option<Severity>,
    /// The mildest.
    pub mildest: Option<Severity>,
}

impl Outlook {
    /// Whether no further answer changes it.
    pub fn is_settled(&self) -> bool {
        self.gravest.is_some() && self.gravest == self.mildest
    }
}

impl App {
    /// What these answers come to by the table the incident keeps; nothing is recorded.
    ///
    /// # Errors
    /// `DOC-002` where no table is published.
    pub async fn severity_outlook(
        &self,
        id: Id<id::Incident>,
        answers: Answered,
    ) -> Result<Outlook, Error> {
        let app = self.clone();
        self.read(move |conn| Ok(outlook(&app.documents().table_of(conn, TABLE, id)?, &answers)))
            .await
    }
}

/// What these answers come to.
pub(super) fn outlook(table: &Version<dmn::Model>, answers: &Answered) -> Outlook {
    let inputs = table.document.table().into_iter().flat_map(|table| &table.inputs);
    let open: Vec<(Code, Vec<Code>)> = inputs
        .filter(|input| !answers.contains_key(&input.name))
        .map(|input| (input.name.clone(), input.domain.codes()))
        .collect();
    let mut known = answers.clone();
    known.extend(open.iter().map(|(name, _)| (name.clone(), UNKNOWN)));
    let has_unknown = open.iter().all(|(_, codes)| codes.contains(&UNKNOWN));
    let so_far = has_unknown.then(|| preview(table, &known).ok()).flatten();
    let ways: usize = open.iter().map(|(_, codes)| codes.len()).product();
    if ways == 0 || ways > WAYS {
        return Outlook { so_far, ..Outlook::default() };
    }
    let outcomes: Vec<Severity> = (0..ways)
        .filter_map(|way| {
            let asked = answered(answers, &open, way);
            preview(table, &asked).ok().map(|assessed| assessed.severity)
        })
        .collect();
    let (gravest, mildest) = (outcomes.iter().min().copied(), outcomes.iter().max().copied());
    Outlook { so_far, gravest, mildest }
}

/// The answers with one way of answering the rest: `way` counts through them like an odometer.
fn answered(answers: &Answered, open: &[(Code, Vec<Code>)], mut way: usize) -> Answered {
    let mut all = answers.clone();
    for (name, codes) in open {
        all.insert(name.clone(), codes[way % codes.len()].clone());
        way /= codes.len();
    }
    all
}
