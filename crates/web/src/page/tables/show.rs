//! The list of tables; one table with its checks, cases and a try.

use app::tables::{CaseSeen, Column, Grid, TableSeen, TriedOut};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use domain::{access::Permission, document::DocumentKind};

use super::{asked, found, heading, meaning, named, words};
use crate::{
    answer::{Answer, page},
    page::{around::shell, parts::label},
    trouble::Trouble,
    view::{
        Choice, Input, Place,
        tables::{
            CaseRow, RuleRow, TablePage, TableRow, TablesPage, TestCell, Text, Tried, TryField, Way,
        },
        time::Reader,
    },
    visit::Visit,
};

/// `GET /tables`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let reader = visit.reader();
    let listed = visit.web.app().list_documents(DocumentKind::Table).await?;
    let rows = listed.into_iter().map(|table| TableRow {
        title: label(&table.title),
        version: table.newest.as_ref().map(|newest| newest.version),
        published: table.newest.as_ref().map(|newest| reader.time(newest.published_at)),
        drafts: table.drafts.iter().map(|draft| draft.draft).collect(),
        name: table.name.to_string(),
    });
    let rows = rows.collect();
    page(&visit, &TablesPage { shell: shell(&visit, Place::Tables).await?, rows })
}

/// `GET /tables/{name}?version=&draft=&given.NAME=`.
pub(crate) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let shown = asked(&visit.query)?;
    let seen = visit.web.app().see_table(named(&name)?, shown).await?;
    let given: Vec<(String, String)> =
        visit.query.under("given.").map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let tried = if given.is_empty() { None } else { TriedOut::of(&seen.xml, &given) };
    let reader = visit.reader();
    let (shown, query) = words(&seen);
    let grid = seen.examined.grid.as_ref();
    let cases = seen.examined.cases.iter();
    let table = TablePage {
        shell: shell(&visit, Place::Tables).await?,
        title: grid.map_or_else(|| label(&name), |grid| grid.title.clone()),
        shown,
        draft: seen.draft.is_some(),
        sha256: seen.sha256.to_string(),
        policy: grid.map_or_else(Default::default, |grid| {
            (grid.policy.letter().to_owned(), meaning(grid.policy).to_owned())
        }),
        inputs: grid.iter().flat_map(|grid| grid.inputs.iter().map(heading)).collect(),
        outputs: grid.iter().flat_map(|grid| grid.outputs.iter().map(heading)).collect(),
        rules: grid.map(|grid| rules(grid, tried.as_ref())).unwrap_or_default(),
        findings: seen.examined.findings.iter().map(found).collect(),
        cases: cases.map(case).collect(),
        fields: grid.iter().flat_map(|g| g.inputs.iter().map(|c| field(c, &given))).collect(),
        tried: tried.map(told),
        texts: texts(&seen, &reader, &query),
        way: way(&seen),
        may_edit: visit.may(Permission::Publish),
        query,
        name,
    };
    page(&visit, &table)
}

fn way(seen: &TableSeen) -> Option<Way> {
    let draft = seen.draft.as_ref()?;
    let (rationale, changes) = seen.changes.clone().unwrap_or_default();
    Some(Way {
        draft: draft.draft,
        stage: draft.stage.clone(),
        objected: seen.examined.findings.iter().any(|found| found.refuses),
        rationale,
        changes,
    })
}

/// `GET /tables/{name}/file?version=&draft=`: the exact bytes.
pub(crate) async fn file(visit: Visit, Path(name): Path<String>) -> Result<Response, Trouble> {
    let seen = visit.web.app().see_table(named(&name)?, asked(&visit.query)?).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.dmn\"", seen.name)),
    ];
    Ok((headers, seen.xml).into_response())
}

fn rules(grid: &Grid, tried: Option<&TriedOut>) -> Vec<RuleRow> {
    let row = |row: &app::tables::Row| {
        let judged = tried.and_then(|tried| tried.rules.iter().find(|rule| rule.rule == row.id));
        let tests = row.tests.iter().enumerate().map(|(at, text)| TestCell {
            text: if text.is_empty() { "-".to_owned() } else { text.clone() },
            passed: judged.and_then(|rule| rule.passed.get(at).copied()),
        });
        RuleRow {
            id: row.id.clone(),
            tests: tests.collect(),
            answers: row.answers.clone(),
            annotation: row.annotation.clone(),
            matched: judged.map(|rule| rule.matched),
        }
    };
    grid.rows.iter().map(row).collect()
}

fn field(column: &Column, given: &[(String, String)]) -> TryField {
    let value = given.iter().find(|(name, _)| *name == column.name);
    let values: Vec<String> = match column.kind {
        "flag" if column.values.is_empty() => vec!["true".to_owned(), "false".to_owned()],
        _ => column.values.clone(),
    };
    TryField {
        name: column.name.clone(),
        label: column.label.clone(),
        choices: values.iter().map(|value| Choice::new(value, label(value))).collect(),
        number: column.kind == "number",
        input: Input::of(value.map(|(_, value)| value.clone()).unwrap_or_default()),
    }
}

fn told(tried: TriedOut) -> Tried {
    let rules = tried.rules.into_iter().filter(|rule| rule.matched).map(|rule| rule.rule);
    Tried {
        rules: rules.collect(),
        outputs: tried.outputs,
        fault: tried.fault.map(|(code, sentence)| format!("{sentence} ({code})")),
    }
}

fn case(case: &CaseSeen) -> CaseRow {
    let pairs = |all: &[(String, String)]| {
        all.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    let mut expect = pairs(&case.expect);
    for (word, value) in [("rules", &case.rules), ("fault", &case.fault)] {
        if !value.is_empty() {
            expect = format!("{expect} {word} {value}").trim().to_owned();
        }
    }
    CaseRow {
        name: if case.name.is_empty() { case.id.clone() } else { case.name.clone() },
        given: pairs(&case.given),
        expect,
        differs: case.differs.clone(),
    }
}

fn texts(seen: &TableSeen, reader: &Reader, query: &str) -> Vec<Text> {
    let newest = seen.versions.first().map_or(0, |newest| newest.version);
    let text = |label: String, asked: String, state: &str, at| Text {
        label,
        href: format!("/tables/{}?{asked}", seen.name),
        state: state.to_owned(),
        at: reader.time(at),
        current: asked == query,
    };
    let drafts = seen.drafts.iter().map(|draft| {
        let (label, asked) = (format!("Draft {}", draft.draft), format!("draft={}", draft.draft));
        text(label, asked, &draft.stage, draft.changed_at)
    });
    let versions = seen.versions.iter().map(|version| {
        let number = version.version;
        let state = if number == newest { "in force" } else { "kept" };
        let (label, asked) = (format!("Version {number}"), format!("version={number}"));
        text(label, asked, state, version.published_at)
    });
    drafts.chain(versions).collect()
}
