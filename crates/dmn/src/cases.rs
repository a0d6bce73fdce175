//! Test cases that are stored in the file beside each decision, and run before it is published.
//!
//! They stand in the decision's `extensionElements`, in our namespace, so that other editors keep
//! them: `case` with an id and a name, `given` for each input, `expect` for each output, both with
//! `name` and `value`. A case may name the `rules` that must match, separated by spaces, or the
//! `fault` that must come instead of an answer.

use std::collections::BTreeSet;

use base::Code;
use dsntk_feel::FeelType;
use process::{Finding, finding::Position};
use roxmltree::Node;
use serde_json::{Map, Value as Json};

use crate::{
    model::{Answer, Decision, Model, Reader},
    table::{Fault, Kind},
    xml::{OURS, children},
};

/// The most cases of a model.
pub const MAX_CASES: usize = 500;

/// One test case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its id, once in the file.
    pub id: Code,
    /// What it shows, in words; may be empty.
    pub name: String,
    /// The decision it asks.
    pub decision: Code,
    /// The inputs by name.
    pub given: Map<String, Json>,
    /// The wanted outputs, as written.
    pub expect: Vec<(String, String)>,
    /// The rules that must match; any where absent.
    pub rules: Option<Vec<Code>>,
    /// The fault that must come; an answer where absent.
    pub fault: Option<Code>,
    /// Where it starts in the file.
    pub position: Position,
}

/// What became of a case.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The case.
    pub id: Code,
    /// What differs, in words; absent where the case passes.
    pub differs: Option<String>,
    /// The answer, where there is one.
    pub answer: Option<Answer>,
}

impl Model {
    /// Runs every stored case.
    pub fn try_cases(&self) -> Vec<Tried> {
        self.cases.iter().map(|case| self.try_case(case)).collect()
    }

    fn try_case(&self, case: &Case) -> Tried {
        let told = self.answer(Some(case.decision.as_str()), &case.given);
        let differs = match (&told, &case.fault) {
            (Err(fault), Some(wanted)) if fault.code() == *wanted => None,
            (Err(fault), _) => Some(format!("{fault} ({})", fault.code())),
            (Ok(_), Some(wanted)) => Some(format!("there is an answer, and {wanted} is wanted")),
            (Ok(answer), None) => differs(case, answer),
        };
        Tried { id: case.id.clone(), differs, answer: told.ok() }
    }

    /// A finding for each case that does not pass.
    pub(crate) fn failed_cases(&self) -> Vec<Finding> {
        let tried = self.try_cases();
        let failed = self.cases.iter().zip(tried).filter_map(|(case, tried)| {
            let why = tried.differs?;
            let what = if case.name.is_empty() { case.id.as_str() } else { case.name.as_str() };
            let message = format!("the test case \"{what}\" fails: {why}");
            Some(Finding::new("case-failed", case.id.as_str(), case.position, message))
        });
        failed.collect()
    }
}

fn differs(case: &Case, answer: &Answer) -> Option<String> {
    let other = case.expect.iter().find_map(|(name, wanted)| {
        let got = answer.outputs.get(name).map(said);
        (got.as_deref() != Some(wanted)).then(|| {
            let got = got.unwrap_or_else(|| "no such output".to_owned());
            format!("{name} is {got}, and {wanted} is wanted")
        })
    });
    let rules = || {
        let wanted = case.rules.as_ref()?;
        let names = |rules: &[Code]| rules.iter().map(Code::as_str).collect::<Vec<_>>().join(" ");
        (*wanted != answer.matched_rules).then(|| {
            format!("{} matched, and {} is wanted", names(&answer.matched_rules), names(wanted))
        })
    };
    other.or_else(rules)
}

/// A value as a case writes it: texts without quotes.
pub fn said(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads the cases of all decisions.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    root: Node<'_, '_>,
    decisions: &[Decision],
) -> Vec<Case> {
    let mut all = Vec::new();
    let mut ids = BTreeSet::new();
    for (decision, node) in decisions.iter().zip(children(root, "decision")) {
        let holders = children(node, "extensionElements");
        let cases =
            holders.iter().flat_map(|holder| holder.descendants().filter(|n| ours(*n, "case")));
        for node in cases {
            let Some(case) = case(reader, node, decision) else { continue };
            if !ids.insert(case.id.clone()) {
                reader.find("id-twice", node, "the case's id is used twice");
            }
            all.push(case);
        }
    }
    if all.len() > MAX_CASES {
        reader.find("too-many-cases", root, format!("more than {MAX_CASES} test cases"));
    }
    all
}

fn ours(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().namespace() == Some(OURS) && node.tag_name().name() == name
}

fn case(reader: &mut Reader<'_>, node: Node<'_, '_>, decision: &Decision) -> Option<Case> {
    let Some(id) = node.attribute("id").and_then(|id| id.parse().ok()) else {
        reader.find("wrong-case", node, "a case wants an id that is a code");
        return None;
    };
    let pairs = |tag| {
        let nodes = node.children().filter(move |n| ours(*n, tag));
        nodes.filter_map(|n| {
            Some((n.attribute("name")?.to_owned(), n.attribute("value")?.to_owned()))
        })
    };
    let given = pairs("given").map(|(name, value)| {
        let value = typed(decision, &name, &value);
        (name, value)
    });
    let given = given.collect();
    let expect = pairs("expect").collect();
    let codes = |text: &str| text.split_whitespace().filter_map(|code| code.parse().ok()).collect();
    Some(Case {
        id,
        name: node.attribute("name").unwrap_or_default().to_owned(),
        decision: decision.id.clone(),
        given,
        expect,
        rules: node.attribute("rules").map(codes),
        fault: node.attribute("fault").and_then(|code| code.parse().ok()),
        position: reader.positions.at(node),
    })
}

/// A written value by the kind of the input: a text stays a text where the column holds texts.
pub(crate) fn typed(decision: &Decision, name: &str, text: &str) -> Json {
    let column = decision.table.as_ref().and_then(|table| {
        table.inputs.iter().find(|input| input.name.as_str() == name || input.text == name)
    });
    let needed = decision.inputs.iter().find(|needed| needed.name == name);
    let is_text = column.is_some_and(|input| input.domain.kind == Kind::Text)
        || needed.is_some_and(|needed| matches!(needed.kind, FeelType::String));
    if is_text {
        return Json::String(text.to_owned());
    }
    match serde_json::from_str(text) {
        Ok(value @ (Json::Number(_) | Json::Bool(_) | Json::Null)) => value,
        _ => Json::String(text.to_owned()),
    }
}

impl Model {
    /// Tries one decision on values as people write them.
    ///
    /// # Errors
    /// [`Fault`], also where there is no such decision.
    pub fn try_out(
        &self,
        decision: Option<&str>,
        written: &[(String, String)],
    ) -> Result<Answer, Fault> {
        let found = match decision {
            Some(wanted) => self.decisions.iter().find(|d| d.id.as_str() == wanted),
            None => Some(self.main()),
        };
        let found = found.ok_or_else(|| Fault::DecisionUnknown {
            decision: decision.unwrap_or_default().to_owned(),
        })?;
        let given = written
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.clone(), typed(found, name, value)));
        self.answer(Some(found.id.as_str()), &given.collect())
    }
}
