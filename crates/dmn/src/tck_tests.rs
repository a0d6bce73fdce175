//! The public DMN compatibility tests, through our layer: what is refused by rule and what fails is
//! listed by name with its reason, and compared with a file that is kept.
#![allow(clippy::print_stdout, reason = "the pass rate is printed")]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use dsntk_feel::{FeelType, Name, context::FeelContext, values::Value as Feel};
use roxmltree::{Document, Node};

use crate::{Fault, Model, json};

/// The shared collection; `None` where it is absent, which fails where CI is set.
fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("WATCHKEEPER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let models = root.join("process/models/dmn-tck");
    if models.is_dir() {
        return Some(models);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", models.display());
    println!("skipped: {} is not here", models.display());
    None
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Counts of one level.
#[derive(Default)]
struct Level {
    passed: usize,
    failed: Vec<String>,
    refused: BTreeMap<String, usize>,
}

impl Level {
    fn run(folder: &Path) -> Self {
        let mut level = Self::default();
        for suite in sorted(folder) {
            for file in sorted(&suite) {
                if file.extension().is_some_and(|ending| ending == "xml") {
                    level.file(&file);
                }
            }
        }
        level
    }

    fn file(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        let named = part(root, "modelName").and_then(|n| n.text()).unwrap().trim();
        let suite = file.parent().unwrap();
        let model = std::fs::read_to_string(suite.join(named)).unwrap();
        let name = suite.file_name().unwrap().to_string_lossy().into_owned();
        let cases: Vec<_> = root.children().filter(|n| has(*n, "testCase")).collect();
        let (model, gone) = readable(model);
        for case in cases {
            for result in case.children().filter(|n| has(*n, "resultNode")) {
                let asked = case.attribute("invocableName").or(result.attribute("name")).unwrap();
                let why =
                    gone.iter().find(|(decision, _)| decision.is_empty() || decision == asked);
                match (why, &model) {
                    (Some((_, reason)), _) => {
                        *self.refused.entry(format!("{name}/{asked} {reason}")).or_default() += 1;
                    }
                    (None, Some(model)) => self.result(model, (&name, asked), (case, result)),
                    (None, None) => panic!("{name} is neither read nor refused"),
                }
            }
        }
    }

    fn result(
        &mut self,
        model: &Model,
        (suite, asked): (&str, &str),
        (case, result): (Node<'_, '_>, Node<'_, '_>),
    ) {
        let mut given = FeelContext::default();
        for input in case.children().filter(|n| has(*n, "inputNode")) {
            given.set_entry(&Name::from(input.attribute("name").unwrap()), value(input));
        }
        let wanted = part(result, "expected").map_or(Feel::Null(None), value);
        let got = member(model.ask(asked, given), result.attribute("name"));
        let id = format!("{suite}/{}/{asked}", case.attribute("id").unwrap_or("?"));
        match refused(&got, &wanted) {
            Some(rule) => *self.refused.entry(format!("{id} [{rule}]")).or_default() += 1,
            None if same(&got, &wanted) => self.passed += 1,
            None => {
                let got = match &got {
                    Ok(value) => value.to_string(),
                    Err(fault) => format!("{} ({fault})", fault.code()),
                };
                self.failed.push(format!("{id}: got {got}, wanted {wanted}"));
            }
        }
    }

    fn told(&self, name: &str, to: &mut String) {
        let judged = self.passed + self.failed.len();
        let refused: usize = self.refused.values().sum();
        let _ = writeln!(to, "{name}: {} of {judged} pass, {refused} refused by rule", self.passed);
        for (reason, count) in &self.refused {
            let _ = writeln!(to, "  refused {count}: {reason}");
        }
        for failed in &self.failed {
            let _ = writeln!(to, "  failed: {failed}");
        }
    }
}

/// The model without the decisions that are refused, and these with the reason. The public files hold
/// hundreds of decisions that do not need each other; a refusal of one says nothing of the others.
fn readable(mut text: String) -> (Option<Model>, Vec<(String, String)>) {
    let mut gone = Vec::new();
    loop {
        let findings = match Model::parse(&text) {
            Ok(model) => return (Some(model), gone),
            Err(findings) => findings,
        };
        let document = Document::parse(&text).unwrap();
        let line = |offset| document.text_pos_at(offset).row;
        let decisions = document.root_element().children().filter(|n| has(*n, "decision"));
        let lines: Vec<_> =
            decisions.map(|n| (line(n.range().start)..=line(n.range().end), n)).collect();
        let mut cuts: Vec<std::ops::Range<usize>> = Vec::new();
        for finding in &findings {
            let reason = format!("[{}] {}", finding.rule, finding.message);
            let inside = lines.iter().find(|(lines, _)| lines.contains(&finding.line));
            let Some((_, decision)) = inside else { return (None, vec![(String::new(), reason)]) };
            if !cuts.contains(&decision.range()) {
                cuts.push(decision.range());
                gone.push((decision.attribute("name").unwrap_or_default().to_owned(), reason));
            }
        }
        cuts.sort_by_key(|cut| std::cmp::Reverse(cut.start));
        cuts.into_iter().for_each(|cut| text.replace_range(cut, ""));
    }
}

/// Rules of ours that stop an evaluation where DMN would answer null or ask the host.
fn refused(got: &Result<Feel, Fault>, wanted: &Feel) -> Option<&'static str> {
    match (got, wanted) {
        (Err(_), Feel::Null(_)) => None,
        (Err(Fault::DecisionUnknown { .. }), _) => Some("a decision behind it is refused"),
        (Err(Fault::InputUnknown { .. }), _) => Some("an unknown input of a table is a fault"),
        (Err(Fault::InputNotAllowed { value, .. }), _) if crate::fence::is_zoneless(value) => {
            Some("a time without a zone is no input")
        }
        _ => None,
    }
}

/// A service with several outputs answers a context; a result asks for one of them.
fn member(got: Result<Feel, Fault>, name: Option<&str>) -> Result<Feel, Fault> {
    match (got, name) {
        (Ok(Feel::Context(context)), Some(name)) => {
            let inner = context.get_entry(&Name::from(name)).cloned();
            Ok(inner.unwrap_or(Feel::Context(context)))
        }
        (got, _) => got,
    }
}

fn has(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn part<'d, 'i>(node: Node<'d, 'i>, name: &str) -> Option<Node<'d, 'i>> {
    node.children().find(|n| has(*n, name))
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The value a node holds: a value, a list of items, or components.
fn value(node: Node<'_, '_>) -> Feel {
    if let Some(list) = part(node, "list") {
        let items = list.children().filter(|n| has(*n, "item"));
        return Feel::List(items.map(value).collect());
    }
    let components: Vec<_> = node.children().filter(|n| has(*n, "component")).collect();
    if !components.is_empty() {
        let mut context = FeelContext::default();
        for component in components {
            context.set_entry(&Name::from(component.attribute("name").unwrap()), value(component));
        }
        return Feel::Context(context);
    }
    let Some(simple) = part(node, "value") else { return Feel::Null(None) };
    if simple.attribute((XSI, "nil")) == Some("true") {
        return Feel::Null(None);
    }
    let text = simple.text().unwrap_or_default();
    match simple.attribute((XSI, "type")).unwrap_or_default().rsplit(':').next() {
        Some("decimal" | "double" | "integer") => {
            text.trim().parse().map_or(Feel::Null(None), Feel::Number)
        }
        Some("boolean") => Feel::Boolean(text.trim() == "true"),
        Some("date") => typed(text, &FeelType::Date),
        Some("time") => typed(text, &FeelType::Time),
        Some("dateTime") => typed(text, &FeelType::DateTime),
        Some("duration") => typed(text, &FeelType::DaysAndTimeDuration),
        _ => Feel::String(text.to_owned()),
    }
}

fn typed(text: &str, kind: &FeelType) -> Feel {
    json::read(&serde_json::Value::String(text.trim().to_owned()), kind)
}

fn same(got: &Result<Feel, Fault>, wanted: &Feel) -> bool {
    match got {
        Ok(got) => equal(got, wanted),
        Err(_) => matches!(wanted, Feel::Null(_)),
    }
}

/// Numbers within 1e-8, contexts and lists part by part, everything else by value or by text.
fn equal(got: &Feel, wanted: &Feel) -> bool {
    match (got, wanted) {
        (Feel::Null(_), Feel::Null(_)) => true,
        (Feel::Number(got), Feel::Number(wanted)) => {
            let number =
                |n: &dsntk_feel::FeelNumber| n.to_string().parse::<f64>().unwrap_or(f64::NAN);
            let (got, wanted) = (number(got), number(wanted));
            got == wanted || (got - wanted).abs() <= 1e-8 * wanted.abs().max(1.0)
        }
        (Feel::List(got), Feel::List(wanted)) => {
            got.len() == wanted.len() && got.iter().zip(wanted).all(|(a, b)| equal(a, b))
        }
        (Feel::Context(got), Feel::Context(wanted)) => {
            let entry = |(name, value): (&Name, &Feel)| {
                got.get_entry(name).is_some_and(|got| equal(got, value))
            };
            got.len() == wanted.len() && wanted.iter().all(entry)
        }
        _ => got == wanted || got.to_string() == wanted.to_string(),
    }
}

#[test]
fn the_compatibility_tests_pass_except_what_is_listed() {
    let Some(models) = shared() else { return };
    let mut told = String::new();
    let mut rates = Vec::new();
    for name in ["compliance-level-2", "compliance-level-3", "non-compliant"] {
        let level = Level::run(&models.join(name));
        level.told(name, &mut told);
        let judged = level.passed + level.failed.len();
        println!("{name}: {} of {judged}", level.passed);
        rates.push((level.passed, judged));
    }
    expect_test::expect_file!["../tests/tck.txt"].assert_eq(&told);
    assert_eq!(rates[0].0, rates[0].1, "level 2 passes whole");
    assert!(rates[1].0 * 100 >= rates[1].1 * 99, "level 3 passes to 99 %");
}
