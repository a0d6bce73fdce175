//! `/api/v1/tables`: decision tables, what is found against them, and what they answer.

use app::tables::{Column, Decided, Shown, TableSeen};
use axum::extract::State;
use base::Code;
use domain::document::DocumentKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    list::List,
    take::{Json, Path, Query},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// A decision table in the list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TableListed {
    /// Its name.
    name: Code,
    /// The newest version; `null` where none was published.
    version: Option<i64>,
    /// The numbers of its open drafts.
    drafts: Vec<u32>,
}

/// Which text of a table: the newest version where neither is named.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// A version.
    version: Option<i64>,
    /// A draft.
    draft: Option<u32>,
}

/// A column of a table.
#[derive(Debug, Serialize, JsonSchema)]
struct ColumnTold {
    /// The variable, or the expression.
    name: String,
    /// What people read.
    label: String,
    /// The listed values; empty where anything may stand, or a range.
    values: Vec<String>,
}

/// A rule of a table.
#[derive(Debug, Serialize, JsonSchema)]
struct RuleTold {
    /// Its id.
    id: String,
    /// The tests, in FEEL, one per input.
    tests: Vec<String>,
    /// The answers, in FEEL, one per output.
    answers: Vec<String>,
    /// What is noted beside it.
    annotation: String,
}

/// What a check says.
#[derive(Debug, Serialize, JsonSchema)]
struct FindingTold {
    /// The rule or element.
    id: String,
    /// The line, from 1.
    line: u32,
    /// The column, from 1.
    column: u32,
    /// The check's name: `gap`, `overlap`, `case-failed`.
    rule: String,
    /// What is wrong, with the offending input.
    message: String,
    /// Whether it forbids publication.
    refuses: bool,
}

/// A stored test case.
#[derive(Debug, Serialize, JsonSchema)]
struct CaseTold {
    /// Its id.
    id: String,
    /// What it shows.
    name: String,
    /// What differs; `null` where it passes.
    differs: Option<String>,
}

/// A decision table.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TableTold {
    /// Its name.
    name: Code,
    /// The version that is told, or that the told draft begins from.
    version: i64,
    /// The draft that is told; `null` for a version.
    draft: Option<u32>,
    /// SHA-256 of the text.
    sha256: String,
    /// `U`, `A`, `P`, `F`, `R`, `O`, `C`, `C+`, `C<`, `C>` or `C#`; `null` where the text does not run.
    hit_policy: Option<String>,
    /// The conditions.
    inputs: Vec<ColumnTold>,
    /// The answers.
    outputs: Vec<ColumnTold>,
    /// The rules, in order.
    rules: Vec<RuleTold>,
    /// What the checks say.
    findings: Vec<FindingTold>,
    /// The test cases, with their outcome.
    cases: Vec<CaseTold>,
    /// The file.
    xml: String,
}

/// What a table is asked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableAsked {
    /// The inputs by name.
    inputs: Map<String, Value>,
    /// A version; the newest where absent.
    #[serde(default)]
    version: Option<i64>,
    /// A draft instead of a version.
    #[serde(default)]
    draft: Option<u32>,
}

/// What a table answers. Nothing is recorded.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TableAnswered {
    /// The answers by output; empty where there is none.
    outputs: Map<String, Value>,
    /// The rules that matched.
    matched_rules: Vec<String>,
    /// The decision.
    table_id: String,
    /// SHA-256 of the text.
    table_sha256: String,
    /// The inputs that were read.
    inputs: Map<String, Value>,
    /// Every rule: whether it matched, and whether each of its cells passed.
    rules: Vec<RuleJudged>,
    /// The code of why there is no answer; `null` where there is one.
    fault: Option<String>,
    /// The same as a sentence.
    fault_says: Option<String>,
}

/// One rule as it was judged.
#[derive(Debug, Serialize, JsonSchema)]
struct RuleJudged {
    /// Its id.
    id: String,
    /// Whether it matched.
    matched: bool,
    /// Whether each cell passed, in the order of the columns.
    passed: Vec<bool>,
}

/// All tables, by name.
pub(crate) async fn tables(
    State(web): State<Web>,
    Asker(_): Asker,
) -> Result<Json<List<TableListed>>, Trouble> {
    let listed = web.app().list_documents(DocumentKind::Table).await?;
    let items = listed.into_iter().map(|table| TableListed {
        name: table.name,
        version: table.newest.map(|newest| newest.version),
        drafts: table.drafts.iter().map(|draft| draft.draft).collect(),
    });
    Ok(Json(List { items: items.collect(), next: None }))
}

/// One table.
pub(crate) async fn table(
    State(web): State<Web>,
    Path(name): Path<Code>,
    Query(text): Query<Text>,
    Asker(_): Asker,
) -> Result<Json<TableTold>, Trouble> {
    let seen = web.app().see_table(name, shown(text.version, text.draft)).await?;
    Ok(Json(told(seen)))
}

/// Asks one table.
pub(crate) async fn decide_table(
    State(web): State<Web>,
    Path(name): Path<Code>,
    Asker(_): Asker,
    Json(asked): Json<TableAsked>,
) -> Result<Json<TableAnswered>, Trouble> {
    let seen = web.app().see_table(name, shown(asked.version, asked.draft)).await?;
    let decided = Decided::of(&seen.xml, &asked.inputs);
    let decided = decided.ok_or_else(|| Trouble::from(domain::document::not_executable()))?;
    let rules = decided.tried.rules.into_iter().map(|rule| RuleJudged {
        id: rule.rule,
        matched: rule.matched,
        passed: rule.passed,
    });
    let (fault, fault_says) = decided.tried.fault.unzip();
    Ok(Json(TableAnswered {
        outputs: decided.outputs,
        matched_rules: decided.matched_rules,
        table_id: decided.decision,
        table_sha256: seen.sha256.to_string(),
        inputs: decided.inputs,
        rules: rules.collect(),
        fault,
        fault_says,
    }))
}

fn shown(version: Option<i64>, draft: Option<u32>) -> Shown {
    match (version, draft) {
        (_, Some(draft)) => Shown::Draft(draft),
        (Some(version), None) => Shown::Version(version),
        (None, None) => Shown::Newest,
    }
}

fn told(seen: TableSeen) -> TableTold {
    let grid = seen.examined.grid;
    let columns = |all: &[Column]| {
        let column = |column: &Column| ColumnTold {
            name: column.name.clone(),
            label: column.label.clone(),
            values: column.values.clone(),
        };
        all.iter().map(column).collect::<Vec<_>>()
    };
    let rules = grid.iter().flat_map(|grid| &grid.rows).map(|row| RuleTold {
        id: row.id.clone(),
        tests: row.tests.clone(),
        answers: row.answers.clone(),
        annotation: row.annotation.clone(),
    });
    let findings = seen.examined.findings.into_iter().map(|found| FindingTold {
        id: found.id,
        line: found.line,
        column: found.column,
        rule: found.rule,
        message: found.message,
        refuses: found.refuses,
    });
    let cases = seen.examined.cases.into_iter();
    let cases = cases.map(|case| CaseTold { id: case.id, name: case.name, differs: case.differs });
    TableTold {
        name: seen.name,
        version: seen.version,
        draft: seen.draft.map(|draft| draft.draft),
        sha256: seen.sha256.to_string(),
        hit_policy: grid.as_ref().map(|grid| grid.policy.letter().to_owned()),
        inputs: grid.as_ref().map(|grid| columns(&grid.inputs)).unwrap_or_default(),
        outputs: grid.as_ref().map(|grid| columns(&grid.outputs)).unwrap_or_default(),
        rules: rules.collect(),
        findings: findings.collect(),
        cases: cases.collect(),
        xml: seen.xml,
    }
}
