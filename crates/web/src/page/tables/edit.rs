//! The form that changes a table. Each button posts the whole form; nothing is kept in between, and
//! only saving records anything: a draft.

use app::{
    config::DraftToSave,
    tables::{
        Edited, EditedCase, EditedRule, Examined, Grid, HitPolicy, MAX_CASES, MAX_RULES, TableSeen,
        examine, rewrite,
    },
};
use axum::extract::Path;
use domain::document::DocumentKind;

use super::{asked, found, heading, meaning, named, words};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    form::Form,
    page::{around::shell, incident::flash},
    trouble::Trouble,
    view::{
        Choice, Input, Place,
        tables::{EditCase, EditRule, Found, TableEditPage},
    },
    visit::Visit,
};

/// `GET /tables/{name}/edit?version=&draft=`.
pub(crate) async fn begin(visit: Visit, Path(name): Path<String>) -> Answer {
    let seen = visit.web.app().see_table(named(&name)?, asked(&visit.query)?).await?;
    let grid = grid(&seen)?;
    let edited = grid.to_edit(&seen.examined.cases);
    let shown = Form::default();
    let page = edit_page(&visit, &seen, (&edited, &seen.examined), &shown).await?;
    answer::page(&visit, &page)
}

/// `POST /tables/{name}/edit`: another row, another order, a check, or a draft.
pub(crate) async fn change(visit: Visit, Path(name): Path<String>) -> Answer {
    let seen = visit.web.app().see_table(named(&name)?, asked(&visit.query)?).await?;
    let form = visit.form.clone();
    if form.get("end").is_empty() {
        return Err(Trouble::unreadable(
            "The table is too large for this form; change it in the modeler or as a file.",
        ));
    }
    let mut edited = read(grid(&seen)?, &form);
    act(&mut edited, form.get("act"));
    let rewritten = rewrite(&seen.xml, &edited).map_err(Trouble::unreadable)?;
    let examined = examine(&rewritten);
    if form.get("act") != "save" {
        let page = edit_page(&visit, &seen, (&edited, &examined), &form).await?;
        return answer::page(&visit, &page);
    }
    let new = DraftToSave {
        kind: DocumentKind::Table,
        name: seen.name.clone(),
        draft: seen.draft.as_ref().filter(|draft| draft.is_open()).map(|draft| draft.draft),
        base: Some(seen.version),
        rationale: form.text("rationale"),
        bytes: rewritten.into_bytes(),
    };
    match visit.web.app().save_draft(visit.caller()?, new).await.map_err(Trouble::from) {
        Ok(saved) => {
            let done = format!("Draft {} is saved, revision {}.", saved.draft, saved.revision);
            let next = format!("/tables/{name}?draft={}", saved.draft);
            then(&visit, &next, &Outcome::done(done))
        }
        Err(trouble) if trouble.is_refusal() => {
            let mut page = edit_page(&visit, &seen, (&edited, &examined), &form).await?;
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

fn grid(seen: &TableSeen) -> Result<&Grid, Trouble> {
    seen.examined.grid.as_ref().ok_or_else(|| {
        Trouble::unreadable("The main decision of this file is no table; use the modeler.")
    })
}

/// The table as the form has it.
fn read(grid: &Grid, form: &Form) -> Edited {
    let texts = |start: &str, letter: &str, count: usize| {
        (0..count).map(|at| form.text(&format!("{start}.{letter}{at}"))).collect::<Vec<_>>()
    };
    let numbered = |kind: &'static str, field: &'static str, limit: usize| {
        (0..limit)
            .map(move |at| format!("{kind}.{at}"))
            .take_while(move |start| form.has(&format!("{start}.{field}")))
    };
    let rules = numbered("rule", "id", MAX_RULES).map(|start| EditedRule {
        id: form.text(&format!("{start}.id")),
        tests: texts(&start, "t", grid.inputs.len()),
        answers: texts(&start, "a", grid.outputs.len()),
        annotation: form.text(&format!("{start}.note")),
    });
    let cases = numbered("case", "id", MAX_CASES).map(|start| {
        let pair = |columns: &[app::tables::Column], letter: &str| {
            let values = texts(&start, letter, columns.len()).into_iter();
            columns.iter().map(|column| column.name.clone()).zip(values).collect()
        };
        EditedCase {
            id: form.text(&format!("{start}.id")),
            name: form.text(&format!("{start}.name")),
            given: pair(&grid.inputs, "g"),
            expect: pair(&grid.outputs, "e"),
            rules: form.text(&format!("{start}.rules")),
            fault: form.text(&format!("{start}.fault")),
        }
    });
    let letter = form.get("policy");
    Edited {
        hit_policy: HitPolicy::ALL.into_iter().find(|policy| policy.letter() == letter),
        rules: rules.collect(),
        cases: Some(cases.collect()),
    }
}

/// What a button does to the rows.
fn act(edited: &mut Edited, act: &str) {
    let (verb, at) = act.rsplit_once('.').unwrap_or((act, ""));
    let at: usize = at.parse().unwrap_or(usize::MAX);
    let rules = &mut edited.rules;
    let blank = || {
        let like = rules.first().cloned().unwrap_or_default();
        EditedRule {
            tests: vec!["-".to_owned(); like.tests.len()],
            answers: vec![String::new(); like.answers.len()],
            ..EditedRule::default()
        }
    };
    match verb {
        "add" => {
            let rule = blank();
            rules.push(rule);
        }
        "below" if at < rules.len() => {
            let rule = blank();
            rules.insert(at + 1, rule);
        }
        "remove" if at < rules.len() => {
            rules.remove(at);
        }
        "up" if at > 0 && at < rules.len() => rules.swap(at - 1, at),
        "down" if at.saturating_add(1) < rules.len() => rules.swap(at, at + 1),
        "case.remove" => {
            if let Some(cases) = edited.cases.as_mut().filter(|cases| at < cases.len()) {
                cases.remove(at);
            }
        }
        _ if act == "case.add" => {
            edited.cases.get_or_insert_default().push(EditedCase::default());
        }
        _ => {}
    }
}

async fn edit_page(
    visit: &Visit,
    seen: &TableSeen,
    (edited, examined): (&Edited, &Examined),
    form: &Form,
) -> Result<TableEditPage, Trouble> {
    let grid = grid(seen)?;
    let (from, query) = words(seen);
    let policy = edited.hit_policy.unwrap_or(grid.policy);
    let choices = HitPolicy::ALL
        .into_iter()
        .map(|p| Choice::new(p.letter(), format!("{}: {}", p.letter(), meaning(p))));
    let cases = edited.cases.iter().flatten().enumerate();
    Ok(TableEditPage {
        shell: shell(visit, Place::Tables).await?,
        name: seen.name.to_string(),
        title: grid.title.clone(),
        from,
        query,
        policy: Input::of(policy.letter()),
        policies: choices.collect(),
        inputs: grid.inputs.iter().map(heading).collect(),
        outputs: grid.outputs.iter().map(heading).collect(),
        rules: edited.rules.iter().enumerate().map(rule).collect(),
        cases: cases.map(|(at, case)| self::case(grid, (at, case), examined)).collect(),
        findings: examined.findings.iter().map(found).collect::<Vec<Found>>(),
        rationale: Input::of(form.get("rationale")),
    })
}

fn rule((at, rule): (usize, &EditedRule)) -> EditRule {
    let label = if rule.id.is_empty() { format!("new {}", at + 1) } else { rule.id.clone() };
    EditRule {
        id: rule.id.clone(),
        label,
        tests: rule.tests.clone(),
        answers: rule.answers.clone(),
        annotation: rule.annotation.clone(),
    }
}

fn case(grid: &Grid, (at, case): (usize, &EditedCase), examined: &Examined) -> EditCase {
    let values = |columns: &[app::tables::Column], pairs: &[(String, String)]| {
        let value = |column: &app::tables::Column| {
            let pair = pairs.iter().find(|(name, _)| *name == column.name);
            pair.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        columns.iter().map(value).collect()
    };
    EditCase {
        id: case.id.clone(),
        name: case.name.clone(),
        given: values(&grid.inputs, &case.given),
        expect: values(&grid.outputs, &case.expect),
        rules: case.rules.clone(),
        fault: case.fault.clone(),
        differs: match examined.cases.get(at) {
            Some(tried) => tried.differs.clone(),
            None => Some("not run: the table does not read".to_owned()),
        },
    }
}
