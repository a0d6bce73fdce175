//! Deciding the severity: the questions of the published table, what they answer, and the decision.

use app::incident::{Answered, Question as Column, Ruled, Seen, SeverityTable};
use axum::extract::Path;
use base::Code;
use domain::incident::{APPROVAL_MINUTES, Assessment};

use crate::page::{
    around::shell,
    incident::flash,
    parts::{label, level, severity},
    tell::words,
};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    form::Form,
    trouble::Trouble,
    view::{
        Choice, Input, Level, Place, Sev,
        severity::{Preview, Question, Rule, SeverityPage},
    },
    visit::Visit,
};

mod steps;

pub(crate) use steps::steps;

/// The table's name.
const TABLE: &str = "severity";
/// The answer that every question may have.
const UNKNOWN: &str = "unknown";

/// What is read for the page.
struct Known {
    seen: Seen,
    table: SeverityTable,
}

/// `GET /incidents/{reference}/severity`.
pub(crate) async fn show(visit: Visit, Path(reference): Path<String>) -> Answer {
    let known = known(&visit, &reference).await?;
    let page = severity_page(&visit, &known, &Form::default(), None).await?;
    answer::page(&visit, &page)
}

/// `POST /incidents/{reference}/severity`: a preview, which records nothing, or the decision.
pub(crate) async fn decide(visit: Visit, Path(reference): Path<String>) -> Answer {
    let known = known(&visit, &reference).await?;
    let form = visit.form.clone();
    if form.get("act") != "decide" {
        let page = severity_page(&visit, &known, &form, None).await?;
        return answer::page(&visit, &page);
    }
    let acted = match answered(&known.table, &form) {
        Some(answers) => {
            let given = (answers, form.text("rationale"));
            let decided = visit.web.app().decide_severity(visit.caller()?, known.seen.id, given);
            decided.await.map_err(Trouble::from)
        }
        None => Err(Trouble::unreadable("Answer every question; “unknown yet” is an answer.")),
    };
    match acted {
        Ok(decided) => {
            let done = format!("Severity {} is decided.", decided.letter());
            then(&visit, &format!("/incidents/{reference}"), &Outcome::done(done))
        }
        Err(trouble) if trouble.is_refusal() => {
            let mut page = severity_page(&visit, &known, &form, Some(&trouble)).await?;
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

async fn known(visit: &Visit, reference: &str) -> Result<Known, Trouble> {
    let seen = visit.web.app().see_incident(reference, i64::MAX).await?;
    let table = visit.web.app().severity_table(Some(seen.id)).await?;
    Ok(Known { seen, table })
}

/// The answers, once every question has one.
fn answered(table: &SeverityTable, form: &Form) -> Option<Answered> {
    let mut answers = Answered::new();
    for input in &table.questions {
        let answer: Code = form.get(&format!("answer.{}", input.name)).parse().ok()?;
        answers.insert(input.name.clone(), answer);
    }
    Some(answers)
}

async fn severity_page(
    visit: &Visit,
    known: &Known,
    form: &Form,
    trouble: Option<&Trouble>,
) -> Result<SeverityPage, Trouble> {
    let table = &known.table;
    let answers = answered(table, form);
    let assessment = match answers {
        // What the table cannot answer is no preview; deciding says why.
        Some(answers) => visit.web.app().preview_severity(known.seen.id, answers).await.ok(),
        None => None,
    };
    let matched = assessment.as_ref().map(|a| a.matched_rules.as_slice()).unwrap_or_default();
    let rationale = Input::of(form.get("rationale"));
    let reason_wanted = trouble.filter(|trouble| trouble.code == "INC-007");
    Ok(SeverityPage {
        shell: shell(visit, Place::Incidents).await?,
        reference: known.seen.state.reference.to_string(),
        title: words(known.seen.title.clone()),
        table: format!("{TABLE} v{}", table.version),
        questions: table.questions.iter().map(|i| question(i, form, trouble.is_some())).collect(),
        rationale: match reason_wanted {
            Some(trouble) => rationale.refused(trouble.detail.clone()),
            None => rationale,
        },
        preview: assessment.as_ref().map(|a| preview(&known.seen, a)),
        columns: table.questions.iter().map(heading).collect(),
        rules: table.rules.iter().map(|rule| self::rule(rule, matched)).collect(),
    })
}

fn heading(input: &Column) -> String {
    if input.label.is_empty() { label(input.name.as_str()) } else { input.label.clone() }
}

fn question(input: &Column, form: &Form, refused: bool) -> Question {
    let codes: Vec<&str> = input.answers.iter().map(Code::as_str).collect();
    let answers = codes.iter().filter(|code| **code != UNKNOWN);
    let given = Input::of(form.get(&format!("answer.{}", input.name)));
    let missing = refused && given.value.is_empty();
    Question {
        key: input.name.to_string(),
        text: heading(input),
        help: None,
        answers: answers.map(|code| Choice::new(*code, label(code))).collect(),
        unknown: codes.contains(&UNKNOWN),
        input: if missing { given.refused("Choose an answer.") } else { given },
    }
}

fn preview(seen: &Seen, assessment: &Assessment) -> Preview {
    let outcome = level(assessment.severity);
    let held = seen.state.severity.now();
    let lowered = held.is_some_and(|held| assessment.severity > held);
    let grave = matches!(outcome, Level::S1 | Level::S2);
    Preview {
        sev: Sev::of(outcome, false),
        rules: assessment.matched_rules.iter().map(ToString::to_string).collect(),
        held: held.map(|held| Sev::of(level(held), false)),
        lowered,
        approve_within: (lowered || grave).then_some(APPROVAL_MINUTES),
    }
}

fn rule(rule: &Ruled, matched: &[Code]) -> Rule {
    let first = rule.answers.first().map(|answer| answer.trim_matches('"'));
    let clean = |test: &String| match test.as_str() {
        "-" | "" => "any".to_owned(),
        text => text.replace('"', ""),
    };
    Rule {
        name: rule.id.to_string(),
        conditions: rule.tests.iter().map(clean).collect(),
        sev: Sev { level: severity(first), losing: false },
        hit: matched.contains(&rule.id),
    }
}
