//! The exhaustive check: every part of the domain of the inputs has exactly the answers the policy
//! wants. Columns are walked one after the other with the rules that may still match; where none may,
//! everything below is one gap. States seen before are not walked again.

use std::collections::HashMap;

use process::Finding;

use super::{
    HitPolicy, MAX_STEPS, Table,
    partition::{Column, Rules, cut, entangled},
    policy::ranks,
    rule::Answer,
};

/// The most offending inputs that one kind of finding shows.
const MAX_SHOWN: usize = 5;

pub(super) fn check(table: &Table) -> Vec<Finding> {
    if let Some(why) = entangled(table) {
        return vec![finding(table, "check-incomplete", format!("not checked for gaps: {why}"))];
    }
    let columns: Vec<Column> = (0..table.inputs.len()).map(|at| cut(table, at)).collect();
    let mut findings = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let name = &table.inputs[at].name;
        for (place, value) in &column.nulls {
            let rule = &table.rules[*place];
            let test = &rule.tests[at];
            let message = format!("{test:?} is neither true nor false for {name}={value}");
            findings.push(Finding::new("cell-null", rule.id.as_str(), rule.position, message));
        }
        if let Some(why) = &column.incomplete {
            let message = format!("the check of {name} is not complete: {why}");
            findings.push(finding(table, "check-incomplete", message));
        }
    }
    let mut walk = Walk::new(table, &columns);
    let width = table.rules.len().div_ceil(64);
    let mut all: Rules = vec![u64::MAX; width];
    if let Some(last) = all.last_mut().filter(|_| !table.rules.len().is_multiple_of(64)) {
        *last = (1 << (table.rules.len() % 64)) - 1;
    }
    walk.down(0, all);
    if walk.steps > MAX_STEPS {
        let message = format!("the check was cut after {MAX_STEPS} steps; there may be more");
        findings.push(finding(table, "check-incomplete", message));
    }
    findings.extend(shown(table, "gap", &walk.gaps));
    findings.extend(shown(table, "overlap", &walk.overlaps));
    findings.extend(idle(table, &walk));
    findings
}

/// Offending inputs: how many parts, and the first of them in words.
#[derive(Default)]
struct Offending {
    parts: u64,
    examples: Vec<String>,
}

struct Walk<'t> {
    table: &'t Table,
    columns: &'t [Column],
    /// For each column, how many parts lie at and behind it.
    below: Vec<u64>,
    seen: HashMap<(usize, Rules), (u64, u64)>,
    at: Vec<usize>,
    steps: usize,
    gaps: Offending,
    overlaps: Offending,
    decided: Rules,
}

impl<'t> Walk<'t> {
    fn new(table: &'t Table, columns: &'t [Column]) -> Self {
        let mut below = vec![1u64; columns.len() + 1];
        for (at, column) in columns.iter().enumerate().rev() {
            let parts: u64 = column.classes.iter().map(|class| class.parts).sum();
            below[at] = below[at + 1].saturating_mul(parts);
        }
        Self {
            table,
            columns,
            below,
            seen: HashMap::new(),
            at: Vec::new(),
            steps: 0,
            gaps: Offending::default(),
            overlaps: Offending::default(),
            decided: vec![0; table.rules.len().div_ceil(64)],
        }
    }

    /// Walks the columns from `column` on with the rules that may still match; answers how many parts
    /// are gaps and how many overlap.
    fn down(&mut self, column: usize, rules: Rules) -> (u64, u64) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return (0, 0);
        }
        if rules.iter().all(|word| *word == 0) {
            return self.gap(column);
        }
        if column == self.columns.len() {
            return self.leaf(&rules);
        }
        if let Some((gaps, overlaps)) = self.seen.get(&(column, rules.clone())) {
            return (*gaps, *overlaps);
        }
        let (mut gaps, mut overlaps) = (0u64, 0u64);
        let classes = &self.columns[column].classes;
        for (place, class) in classes.iter().enumerate() {
            let both = rules.iter().zip(&class.rules).map(|(a, b)| a & b).collect();
            self.at.push(place);
            let (g, o) = self.down(column + 1, both);
            self.at.pop();
            gaps = gaps.saturating_add(g.saturating_mul(class.parts));
            overlaps = overlaps.saturating_add(o.saturating_mul(class.parts));
        }
        self.seen.insert((column, rules), (gaps, overlaps));
        if column == 0 {
            (self.gaps.parts, self.overlaps.parts) = (gaps, overlaps);
        }
        (gaps, overlaps)
    }

    /// No rule is left: everything behind this column is without an answer.
    fn gap(&mut self, column: usize) -> (u64, u64) {
        if self.table.outputs.iter().all(|output| output.otherwise.is_some()) {
            return (0, 0);
        }
        if self.gaps.examples.len() < MAX_SHOWN {
            let input = self.input(column);
            self.gaps.examples.push(format!("no rule answers {input}"));
        }
        (self.below[column], 0)
    }

    fn leaf(&mut self, rules: &Rules) -> (u64, u64) {
        let matched: Vec<usize> =
            (0..self.table.rules.len()).filter(|at| rules[at / 64] >> (at % 64) & 1 == 1).collect();
        match contradiction(self.table, &matched) {
            Some((first, second)) => {
                if self.overlaps.examples.len() < MAX_SHOWN {
                    let id = |at: usize| &self.table.rules[at].id;
                    let input = self.input(self.columns.len());
                    let text = format!(
                        "rules contradict each other: {} and {} for {input}",
                        id(first),
                        id(second)
                    );
                    self.overlaps.examples.push(text);
                }
                (0, 1)
            }
            None => {
                for at in deciding(self.table, &matched) {
                    self.decided[at / 64] |= 1 << (at % 64);
                }
                (0, 0)
            }
        }
    }

    /// The input where the walk stands; columns behind are shown by their first value.
    fn input(&self, column: usize) -> String {
        let value = |at: usize| {
            let place = self.at.get(at).copied().filter(|_| at < column).unwrap_or(0);
            let class = self.columns[at].classes.get(place);
            let witness = class.map_or("nothing", |class| class.witness.as_str());
            format!("{}={witness}", self.table.inputs[at].name)
        };
        (0..self.columns.len()).map(value).collect::<Vec<_>>().join(" ")
    }
}

/// Two rules that may not both match, by the policy.
fn contradiction(table: &Table, matched: &[usize]) -> Option<(usize, usize)> {
    let (first, rest) = matched.split_first()?;
    let other = |at: &&usize| said(table, **at) != said(table, *first);
    match table.hit_policy {
        HitPolicy::Unique => rest.first().map(|second| (*first, *second)),
        HitPolicy::Any => rest.iter().find(other).map(|second| (*first, *second)),
        _ => None,
    }
}

/// The rules whose answer is part of the table's.
fn deciding<'m>(table: &Table, matched: &'m [usize]) -> &'m [usize] {
    let count = match table.hit_policy {
        HitPolicy::First | HitPolicy::Unique => 1,
        HitPolicy::Priority => {
            let rank = |at: &usize| constants(table, *at).map(|row| ranks(&table.outputs, &row));
            let best = (0..matched.len()).min_by_key(|place| rank(&matched[*place]));
            return best.map_or(matched, |place| &matched[place..=place]);
        }
        _ => matched.len(),
    };
    &matched[..count.min(matched.len())]
}

/// What a rule says, as far as it can be told without inputs.
fn said(table: &Table, at: usize) -> Vec<String> {
    let text = |answer: &Answer| match answer {
        Answer::Constant(value) => value.to_string(),
        Answer::Computed(_) => format!("computed by {at}"),
    };
    table.rules[at].results.iter().map(text).collect()
}

fn constants(table: &Table, at: usize) -> Option<Vec<dsntk_feel::values::Value>> {
    let constant = |answer: &Answer| match answer {
        Answer::Constant(value) => Some(value.clone()),
        Answer::Computed(_) => None,
    };
    table.rules[at].results.iter().map(constant).collect()
}

fn shown(table: &Table, rule: &'static str, offending: &Offending) -> Vec<Finding> {
    let count = u64::try_from(offending.examples.len()).unwrap_or(u64::MAX);
    let mut findings: Vec<Finding> =
        offending.examples.iter().map(|text| finding(table, rule, text.clone())).collect();
    if let Some(last) = findings.last_mut().filter(|_| offending.parts > count) {
        last.message.push_str(&format!(" ({} such inputs in all)", offending.parts));
    }
    findings
}

/// Rules that never hold: advice.
fn idle(table: &Table, walk: &Walk<'_>) -> Vec<Finding> {
    if walk.steps > MAX_STEPS || walk.columns.iter().any(|column| column.incomplete.is_some()) {
        return Vec::new();
    }
    let message = "no combination of inputs is decided by this rule";
    let idle = |at: &usize| walk.decided[at / 64] >> (at % 64) & 1 == 0;
    (0..table.rules.len())
        .filter(idle)
        .map(|at| &table.rules[at])
        .map(|rule| Finding::new("shadowed-rule", rule.id.as_str(), rule.position, message))
        .collect()
}

fn finding(table: &Table, rule: &'static str, message: String) -> Finding {
    let at = table.rules.first().map_or(table.position, |rule| rule.position);
    Finding::new(rule, table.id.as_str(), at, message)
}
