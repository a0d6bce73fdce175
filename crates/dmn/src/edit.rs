//! Changing the rules, the hit policy and the test cases of a table in its file, and nothing else.
//!
//! The file is changed where it must be: everything that is not a rule, a policy or a case stays byte
//! for byte, and a rule that did not change stays as it is written.

use std::{collections::BTreeSet, fmt::Write as _, ops::Range};

use base::Code;
use process::{
    Finding,
    xml::{self, Positions},
};
use roxmltree::Node;

use crate::{
    HitPolicy, OURS,
    model::Reader,
    types::Types,
    xml::{child, children, feel_of, is},
};

/// A table as somebody wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edited {
    /// The hit policy; as it is where absent.
    pub hit_policy: Option<HitPolicy>,
    /// All rules, in order.
    pub rules: Vec<EditedRule>,
    /// All test cases, in order; as they are where absent.
    pub cases: Option<Vec<EditedCase>>,
}

/// A rule as somebody wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditedRule {
    /// Its id; a new one where empty.
    pub id: String,
    /// The tests, one per input; empty means anything.
    pub tests: Vec<String>,
    /// The answers, one per output.
    pub answers: Vec<String>,
    /// What is noted beside it.
    pub annotation: String,
}

/// A test case as somebody wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditedCase {
    /// Its id; a new one where empty.
    pub id: String,
    /// What it shows.
    pub name: String,
    /// Inputs by name; empty ones are left out.
    pub given: Vec<(String, String)>,
    /// Outputs by name; empty ones are left out.
    pub expect: Vec<(String, String)>,
    /// The rules that must match, separated by spaces; any where empty.
    pub rules: String,
    /// The fault that must come; an answer where empty.
    pub fault: String,
}

/// A replacement in the file.
type Change = (Range<usize>, String);

/// The file with the table changed.
///
/// # Errors
/// Findings where the file holds no table to change. Whether the result may be published is for
/// [`crate::check`] to say.
pub fn edit(text: &str, edited: &Edited) -> Result<String, Vec<Finding>> {
    let document = xml::parse(text).map_err(|finding| vec![finding])?;
    let positions = Positions::of(&document);
    let mut reader =
        Reader { positions: &positions, findings: Vec::new(), types: Types::default() };
    let root = document.root_element();
    let Some((decision, table)) = main_table(root) else {
        reader.find("no-table", root, "the main decision has no decision table");
        return Err(reader.findings);
    };
    let writer = Writer::of(text, table);
    let mut changes = writer.policy(table, edited.hit_policy);
    changes.extend(writer.rules(table, &edited.rules));
    if let Some(cases) = &edited.cases {
        changes.push(writer.cases(decision, cases));
    }
    changes.sort_by_key(|(range, _)| std::cmp::Reverse((range.start, range.end)));
    let mut text = text.to_owned();
    changes.into_iter().for_each(|(range, with)| text.replace_range(range, &with));
    Ok(text)
}

/// The decision that nobody else needs, with its table.
fn main_table<'d, 'i>(root: Node<'d, 'i>) -> Option<(Node<'d, 'i>, Node<'d, 'i>)> {
    let needed: BTreeSet<_> = root
        .descendants()
        .filter(|n| is(*n, "requiredDecision"))
        .filter_map(|n| n.attribute("href")?.rsplit_once('#').map(|(_, id)| id))
        .collect();
    let mut decisions = children(root, "decision");
    decisions.retain(|n| n.attribute("id").is_none_or(|id| !needed.contains(id)));
    let decision = decisions.pop()?;
    child(decision, "decisionTable").map(|table| (decision, table))
}

/// How the file writes its elements.
struct Writer<'t> {
    text: &'t str,
    prefix: String,
    /// The white space before a rule, from the line's end on.
    indent: String,
}

impl<'t> Writer<'t> {
    fn of(text: &'t str, table: Node<'_, '_>) -> Self {
        let tag = &text[table.range().start + 1..];
        let name = tag.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
        let prefix = name.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
        let first = children(table, "rule").first().copied();
        let at = first.or_else(|| children(table, "output").last().copied());
        let before = at.map_or("", |node| &text[..node.range().start]);
        let indent = before.rfind('\n').map(|line| &before[line..]);
        let indent = indent.filter(|indent| indent.trim().is_empty()).unwrap_or("\n      ");
        Self { text, prefix, indent: indent.to_owned() }
    }

    fn policy(&self, table: Node<'_, '_>, policy: Option<HitPolicy>) -> Vec<Change> {
        let Some(policy) = policy else { return Vec::new() };
        let (name, aggregation) = policy.attributes();
        let mut changes = Vec::new();
        let mut missing = String::new();
        for (attribute, value) in [("hitPolicy", Some(name)), ("aggregation", aggregation)] {
            let held = table.attributes().find(|held| held.name() == attribute);
            match (held, value) {
                (Some(held), Some(value)) if held.value() != value => {
                    changes.push((held.range(), format!("{attribute}=\"{value}\"")));
                }
                (Some(held), None) => changes.push((held.range(), String::new())),
                (None, Some(value)) => {
                    let _ = write!(missing, " {attribute}=\"{value}\"");
                }
                _ => {}
            }
        }
        if !missing.is_empty() {
            let at = table.range().start + 1 + self.prefix.len() + "decisionTable".len();
            changes.push((at..at, missing));
        }
        changes
    }

    fn rules(&self, table: Node<'_, '_>, rules: &[EditedRule]) -> Vec<Change> {
        let held = children(table, "rule");
        let mut ids: BTreeSet<String> = rules.iter().map(|rule| rule.id.clone()).collect();
        let mut written = String::new();
        for rule in rules {
            let old = held.iter().find(|node| node.attribute("id") == Some(rule.id.as_str()));
            written.push_str(&self.indent);
            match old.filter(|node| same(**node, rule)) {
                Some(node) => written.push_str(&self.text[node.range()]),
                None => {
                    let id = fresh(&rule.id, "rule", &mut ids);
                    written.push_str(&self.rule(&id, rule, old.copied()));
                }
            }
        }
        let range = match (held.first(), held.last()) {
            (Some(first), Some(last)) => {
                let start = first.range().start;
                let before = &self.text[..start];
                let blank = before.len() - before.trim_end().len();
                start - blank..last.range().end
            }
            _ => {
                let end = table.last_element_child().map_or(table.range().end, |n| n.range().end);
                end..end
            }
        };
        vec![(range, written)]
    }

    fn rule(&self, id: &str, rule: &EditedRule, old: Option<Node<'_, '_>>) -> String {
        let (p, inner) = (&self.prefix, format!("{}  ", self.indent));
        let mut out = format!("<{p}rule id=\"{}\">", escaped(id));
        for (tag, texts) in [("inputEntry", &rule.tests), ("outputEntry", &rule.answers)] {
            let held = old.map(|node| children(node, tag)).unwrap_or_default();
            for (at, text) in texts.iter().enumerate() {
                let own = held.get(at).and_then(|node| node.attribute("id")).map(str::to_owned);
                let own = own.unwrap_or_else(|| format!("{id}_{tag}_{}", at + 1));
                let text = if text.is_empty() && tag == "inputEntry" { "-" } else { text };
                let _ = write!(
                    out,
                    "{inner}<{p}{tag} id=\"{}\">{inner}  <{p}text>{}</{p}text>{inner}</{p}{tag}>",
                    escaped(&own),
                    escaped(text)
                );
            }
        }
        if !rule.annotation.is_empty() {
            let _ = write!(
                out,
                "{inner}<{p}annotationEntry>{inner}  <{p}text>{}</{p}text>{inner}</{p}annotationEntry>",
                escaped(&rule.annotation)
            );
        }
        let _ = write!(out, "{}</{p}rule>", self.indent);
        out
    }

    fn cases(&self, decision: Node<'_, '_>, cases: &[EditedCase]) -> Change {
        let mut ids: BTreeSet<String> = cases.iter().map(|case| case.id.clone()).collect();
        let mut out = format!("<wk:cases xmlns:wk=\"{OURS}\">");
        for case in cases {
            let id = fresh(&case.id, "case", &mut ids);
            let _ = write!(out, "\n        <wk:case id=\"{}\"", escaped(&id));
            let named = [("name", &case.name), ("rules", &case.rules), ("fault", &case.fault)];
            for (name, value) in named.into_iter().filter(|(_, value)| !value.is_empty()) {
                let _ = write!(out, " {name}=\"{}\"", escaped(value));
            }
            out.push('>');
            for (tag, pairs) in [("given", &case.given), ("expect", &case.expect)] {
                for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
                    let _ = write!(
                        out,
                        "\n          <wk:{tag} name=\"{}\" value=\"{}\" />",
                        escaped(name),
                        escaped(value)
                    );
                }
            }
            out.push_str("\n        </wk:case>");
        }
        out.push_str("\n      </wk:cases>");
        let ours = |n: &Node<'_, '_>| {
            n.tag_name().name() == "cases" && n.tag_name().namespace() == Some(OURS)
        };
        if let Some(held) = decision.descendants().find(ours) {
            return (held.range(), out);
        }
        let p = &self.prefix;
        match child(decision, "extensionElements") {
            // One that closes itself is written anew; another takes the cases in front of its end.
            Some(holder) if !holder.has_children() => (
                holder.range(),
                format!("<{p}extensionElements>\n      {out}\n    </{p}extensionElements>"),
            ),
            Some(holder) => {
                let at = holder.first_child().map_or(holder.range().end, |n| n.range().start);
                (at..at, format!("\n      {out}"))
            }
            None => {
                let after = child(decision, "description").map(|n| n.range().end);
                let first = decision.first_element_child().map(|n| n.range().start);
                let whole =
                    format!("<{p}extensionElements>\n      {out}\n    </{p}extensionElements>");
                match (after, first) {
                    (Some(at), _) => (at..at, format!("\n    {whole}")),
                    (None, first) => {
                        let at = first.unwrap_or(decision.range().end);
                        (at..at, format!("{whole}\n    "))
                    }
                }
            }
        }
    }
}

/// Whether a rule of the file already says this.
fn same(node: Node<'_, '_>, rule: &EditedRule) -> bool {
    let texts = |tag| children(node, tag).into_iter().map(feel_of).collect::<Vec<_>>();
    let dash = |text: &String| if text.is_empty() { "-".to_owned() } else { text.clone() };
    let plain = |all: &[String]| all.iter().map(dash).collect::<Vec<_>>();
    plain(&texts("inputEntry")) == plain(&rule.tests)
        && texts("outputEntry") == rule.answers
        && texts("annotationEntry").join(" ") == rule.annotation
}

/// The id, or one that nobody has.
fn fresh(id: &str, kind: &str, taken: &mut BTreeSet<String>) -> String {
    if id.parse::<Code>().is_ok() {
        return id.to_owned();
    }
    let free = (1..).map(|n| format!("{kind}_{n}")).find(|id| !taken.contains(id));
    let id = free.unwrap_or_default();
    taken.insert(id.clone());
    id
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
