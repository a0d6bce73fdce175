//! The severity one question a screen, for a thumb at night (ground rule G3: at most three taps).
//!
//! Answers travel in the query, so that each screen is a plain link, works without a script, and the
//! browser's way back goes back. Questions that cannot change the outcome any more are not asked; from
//! every screen the decision is one tap away, with the rest unknown yet.

use app::incident::{Answered, Outlook, Question as Column};
use axum::extract::Path;
use base::Code;
use url::form_urlencoded;

use super::{Known, TABLE, UNKNOWN, heading, known, preview};
use crate::{
    answer::{self, Answer},
    page::{
        around::shell,
        parts::{label, level},
        tell::words,
    },
    view::{
        Input, Place, Sev,
        steps::{Given, Step, StepChoice, StepsPage},
    },
    visit::Visit,
};

/// `GET /incidents/{reference}/severity/steps?{input}={answer}…&ask={input}`.
pub(crate) async fn steps(visit: Visit, Path(reference): Path<String>) -> Answer {
    let known = known(&visit, &reference).await?;
    let answers = answers(&visit, &known);
    let outlook = visit.web.app().severity_outlook(known.seen.id, answers.clone()).await?;
    let path = format!("/incidents/{reference}/severity/steps");
    let asked = asked(&visit, &known, &answers, &outlook);
    let rest: Vec<&Column> =
        known.table.questions.iter().filter(|q| !answers.contains_key(&q.name)).collect();
    let decides = outlook.so_far.as_ref().map(|assessed| preview(&known.seen, assessed));
    let mut hidden: Vec<(String, String)> =
        answers.iter().map(|(key, code)| (key.to_string(), code.to_string())).collect();
    hidden.extend(rest.iter().map(|open| (open.name.to_string(), UNKNOWN.to_owned())));
    let sev = |severity: Option<domain::incident::Severity>| Sev {
        level: severity.map(level),
        losing: false,
    };
    let range = outlook.gravest.zip(outlook.mildest).filter(|(a, b)| a != b);
    let page = StepsPage {
        shell: shell(&visit, Place::Incidents).await?,
        reference: reference.clone(),
        title: words(known.seen.title.clone()),
        table: format!("{TABLE} v{}", known.table.version),
        step: asked.map(|question| step(question, (&known, &answers), &path)),
        given: given(&known, &answers, &path),
        unasked: rest.iter().map(|open| heading(open)).collect(),
        preview: decides,
        range: range.map(|(gravest, mildest)| (sev(Some(gravest)), sev(Some(mildest)))),
        hidden,
        rationale: Input::of(rationale(&known, &answers)),
    };
    answer::page(&visit, &page)
}

/// The answers in the query that the table knows.
fn answers(visit: &Visit, known: &Known) -> Answered {
    let mut answers = Answered::new();
    for question in &known.table.questions {
        let given = visit.query.get(question.name.as_str());
        if let Some(code) = question.answers.iter().find(|code| code.as_str() == given) {
            answers.insert(question.name.clone(), code.clone());
        }
    }
    answers
}

/// The question to ask: the one that is to be changed, or the next that could change the outcome.
fn asked<'a>(
    visit: &Visit,
    known: &'a Known,
    answers: &Answered,
    outlook: &Outlook,
) -> Option<&'a Column> {
    let questions = &known.table.questions;
    let again = questions.iter().find(|q| q.name.as_str() == visit.query.get("ask"));
    let next = questions.iter().find(|q| !answers.contains_key(&q.name));
    again.or(next.filter(|_| !outlook.is_settled()))
}

fn step(question: &Column, (known, answers): (&Known, &Answered), path: &str) -> Step {
    let questions = &known.table.questions;
    let choice = |code: &Code| {
        let mut with = answers.clone();
        with.insert(question.name.clone(), code.clone());
        StepChoice {
            label: label(code.as_str()),
            href: href(path, &with, None),
            on: answers.get(&question.name) == Some(code),
        }
    };
    let certain = question.answers.iter().filter(|code| code.as_str() != UNKNOWN);
    let unknown = question.answers.iter().find(|code| code.as_str() == UNKNOWN);
    Step {
        number: questions.iter().position(|q| q.name == question.name).unwrap_or(0) + 1,
        of: questions.len(),
        text: heading(question),
        choices: certain.map(choice).collect(),
        unknown: unknown.map(choice),
    }
}

/// What was answered so far, each with the link that changes it.
fn given(known: &Known, answers: &Answered, path: &str) -> Vec<Given> {
    let questions = known.table.questions.iter();
    let given = questions.filter_map(|question| {
        let code = answers.get(&question.name)?;
        Some(Given {
            question: heading(question),
            answer: said(code),
            href: href(path, answers, Some(&question.name)),
        })
    });
    given.collect()
}

fn said(code: &Code) -> String {
    if code.as_str() == UNKNOWN { "Unknown yet".to_owned() } else { label(code.as_str()) }
}

fn href(path: &str, answers: &Answered, ask: Option<&Code>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, code) in answers {
        query.append_pair(key.as_str(), code.as_str());
    }
    if let Some(ask) = ask {
        query.append_pair("ask", ask.as_str());
    }
    format!("{path}?{}", query.finish())
}

/// One line that says what it rests on, for whoever has no hand free to type; it can be changed.
fn rationale(known: &Known, answers: &Answered) -> String {
    let mut parts = Vec::new();
    let mut open = Vec::new();
    for question in &known.table.questions {
        match answers.get(&question.name).filter(|code| code.as_str() != UNKNOWN) {
            Some(code) => {
                parts.push(format!(
                    "{}: {}",
                    heading(question),
                    label(code.as_str()).to_lowercase()
                ));
            }
            None => open.push(heading(question)),
        }
    }
    if !open.is_empty() {
        parts.push(format!("not known yet: {}", open.join(", ").to_lowercase()));
    }
    let line = parts.join("; ");
    let mut letters = line.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
