//! The exhaustive check: every combination of finite inputs has exactly the answers the policy wants.

use process::{Finding, Value, finding::Position};

use super::{Domain, Fault, MAX_COMBINATIONS, Rule, Table, evaluate::pick};

/// The most offending inputs that one kind of finding shows.
const MAX_SHOWN: usize = 5;

pub(super) fn check(table: &Table) -> Vec<Finding> {
    let Some(domains) = finite(table) else { return Vec::new() };
    let combinations = domains.iter().try_fold(1usize, |n, values| n.checked_mul(values.len()));
    if combinations.is_none_or(|n| n > MAX_COMBINATIONS) {
        let message = format!("more than {MAX_COMBINATIONS} combinations of inputs to check");
        return vec![finding(table, "too-many-combinations", message)];
    }
    let passed = Passed::of(table, &domains);
    let mut findings = passed.nulls.clone();
    let mut decided = vec![false; table.rules.len()];
    let mut at = vec![0usize; domains.len()];
    let (mut gaps, mut overlaps) = (Vec::new(), Vec::new());
    // Counts through all combinations like an odometer; their number was bounded above.
    loop {
        let matched = passed.matching(table, &at);
        match pick(table.hit_policy, &matched) {
            Ok(rule) => mark(table, rule, &mut decided),
            Err(Fault::SeveralRulesMatched { first, second }) => {
                overlaps.push(format!("{first} and {second} for {}", text(table, &domains, &at)));
            }
            Err(_) => gaps.push(text(table, &domains, &at)),
        }
        if !advance(&mut at, &domains) {
            break;
        }
    }
    findings.extend(shown(table, "gap", "no rule answers", &gaps));
    findings.extend(shown(table, "overlap", "rules contradict each other:", &overlaps));
    findings.extend(idle(table, &decided));
    findings
}

/// The values of each input; `None` when some input may hold anything.
fn finite(table: &Table) -> Option<Vec<&[Value]>> {
    let listed = |input: &super::Input| matches!(input.domain, Domain::Finite(_));
    let all = table.inputs.iter().all(listed);
    all.then(|| table.inputs.iter().map(|input| input.domain.values()).collect())
}

/// Whether each cell passes for each value of its input: computed once, so a combination is a look-up.
struct Passed {
    by_rule: Vec<Vec<Vec<bool>>>,
    nulls: Vec<Finding>,
}

impl Passed {
    fn of(table: &Table, domains: &[&[Value]]) -> Self {
        let mut nulls = Vec::new();
        let mut by_rule = Vec::new();
        for rule in &table.rules {
            let mut columns = Vec::new();
            for (column, cell) in rule.cells.iter().enumerate() {
                let test = |value| cell.matches(value, &process::Variables::new());
                let told: Vec<Option<bool>> = domains[column].iter().map(test).collect();
                if told.contains(&None) {
                    let message = format!("{} is neither true nor false", rule.tests[column]);
                    let id = rule.id.as_str();
                    nulls.push(Finding::new("cell-null", id, rule.position, message));
                }
                columns.push(told.into_iter().map(Option::unwrap_or_default).collect());
            }
            by_rule.push(columns);
        }
        Self { by_rule, nulls }
    }

    fn matching<'t>(&self, table: &'t Table, at: &[usize]) -> Vec<&'t Rule> {
        let passes = |columns: &Vec<Vec<bool>>| columns.iter().zip(at).all(|(c, value)| c[*value]);
        let rules = table.rules.iter().zip(&self.by_rule);
        rules.filter(|(_, columns)| passes(columns)).map(|(rule, _)| rule).collect()
    }
}

fn mark(table: &Table, rule: &Rule, decided: &mut [bool]) {
    if let Some(at) = table.rules.iter().position(|other| other.id == rule.id) {
        decided[at] = true;
    }
}

fn advance(at: &mut [usize], domains: &[&[Value]]) -> bool {
    for (digit, values) in at.iter_mut().zip(domains).rev() {
        *digit += 1;
        if *digit < values.len() {
            return true;
        }
        *digit = 0;
    }
    false
}

fn text(table: &Table, domains: &[&[Value]], at: &[usize]) -> String {
    let pair = |((input, values), at): ((&super::Input, &&[Value]), &usize)| {
        format!("{}={}", input.name, values[*at])
    };
    table.inputs.iter().zip(domains).zip(at).map(pair).collect::<Vec<_>>().join(" ")
}

fn shown(table: &Table, rule: &'static str, what: &str, all: &[String]) -> Vec<Finding> {
    let more = all.len().saturating_sub(MAX_SHOWN);
    let mut findings: Vec<Finding> = all
        .iter()
        .take(MAX_SHOWN)
        .map(|input| finding(table, rule, format!("{what} {input}")))
        .collect();
    if more > 0 {
        findings.push(finding(table, rule, format!("and {more} more combinations")));
    }
    findings
}

/// Rules that never hold: advice, unless rules may overlap by policy.
fn idle(table: &Table, decided: &[bool]) -> Vec<Finding> {
    if table.hit_policy == super::HitPolicy::Any {
        return Vec::new();
    }
    let idle = table.rules.iter().zip(decided).filter(|(_, decided)| !**decided);
    let message = "no combination of inputs is decided by this rule";
    idle.map(|(rule, _)| Finding::new("shadowed-rule", rule.id.as_str(), rule.position, message))
        .collect()
}

fn finding(table: &Table, rule: &'static str, message: String) -> Finding {
    let at = table.rules.first().map_or(Position { line: 1, column: 1 }, |rule| rule.position);
    Finding::new(rule, table.id.as_str(), at, message)
}
