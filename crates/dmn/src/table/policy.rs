//! Hit policies: which of the matching rules hold, and what they say together.

use dsntk_feel::{FeelScope, Name, context::FeelContext, values::Value};

use super::{Fault, Output, Rule, Table, rule::Answer};

/// Which of several matching rules holds, and how several are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitPolicy {
    /// U: at most one may match.
    Unique,
    /// A: several may match when they say the same.
    Any,
    /// P: the answer that stands first among the output's values.
    Priority,
    /// F: the first that matches.
    First,
    /// R: all, in the order of the rules.
    RuleOrder,
    /// O: all, in the order of the output's values.
    OutputOrder,
    /// C: all, as a list.
    Collect,
    /// C+: the sum.
    Sum,
    /// C<: the smallest.
    Least,
    /// C>: the largest.
    Greatest,
    /// C#: how many.
    Count,
}

impl HitPolicy {
    /// All of them, as a table's author chooses.
    pub const ALL: [Self; 11] = [
        Self::Unique,
        Self::Any,
        Self::Priority,
        Self::First,
        Self::RuleOrder,
        Self::OutputOrder,
        Self::Collect,
        Self::Sum,
        Self::Least,
        Self::Greatest,
        Self::Count,
    ];

    /// From the attributes of DMN.
    pub fn written(policy: &str, aggregation: Option<&str>) -> Option<Self> {
        Some(match (policy, aggregation) {
            ("UNIQUE", _) => Self::Unique,
            ("ANY", _) => Self::Any,
            ("PRIORITY", _) => Self::Priority,
            ("FIRST", _) => Self::First,
            ("RULE ORDER", _) => Self::RuleOrder,
            ("OUTPUT ORDER", _) => Self::OutputOrder,
            ("COLLECT", None | Some("")) => Self::Collect,
            ("COLLECT", Some("SUM")) => Self::Sum,
            ("COLLECT", Some("MIN")) => Self::Least,
            ("COLLECT", Some("MAX")) => Self::Greatest,
            ("COLLECT", Some("COUNT")) => Self::Count,
            _ => return None,
        })
    }

    /// The attributes of DMN: policy, and aggregation where there is one.
    pub const fn attributes(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Unique => ("UNIQUE", None),
            Self::Any => ("ANY", None),
            Self::Priority => ("PRIORITY", None),
            Self::First => ("FIRST", None),
            Self::RuleOrder => ("RULE ORDER", None),
            Self::OutputOrder => ("OUTPUT ORDER", None),
            Self::Collect => ("COLLECT", None),
            Self::Sum => ("COLLECT", Some("SUM")),
            Self::Least => ("COLLECT", Some("MIN")),
            Self::Greatest => ("COLLECT", Some("MAX")),
            Self::Count => ("COLLECT", Some("COUNT")),
        }
    }

    /// The letter that stands in a table's corner.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Unique => "U",
            Self::Any => "A",
            Self::Priority => "P",
            Self::First => "F",
            Self::RuleOrder => "R",
            Self::OutputOrder => "O",
            Self::Collect => "C",
            Self::Sum => "C+",
            Self::Least => "C<",
            Self::Greatest => "C>",
            Self::Count => "C#",
        }
    }

    /// Whether the answer is a list of what all matching rules say.
    pub const fn lists(self) -> bool {
        matches!(self, Self::RuleOrder | Self::OutputOrder | Self::Collect)
    }

    /// Whether the answers are put together into one number.
    pub const fn aggregates(self) -> bool {
        matches!(self, Self::Sum | Self::Least | Self::Greatest | Self::Count)
    }

    /// Whether the output's values give the order.
    pub const fn orders(self) -> bool {
        matches!(self, Self::Priority | Self::OutputOrder)
    }
}

/// What the matching rules say together: one value per output.
pub(super) fn answer(
    table: &Table,
    matched: &[usize],
    scope: &dyn Fn() -> FeelScope,
) -> Result<Vec<Value>, Fault> {
    if matched.is_empty() {
        return defaults(table, scope);
    }
    let rules = || matched.iter().map(|at| &table.rules[*at]);
    let policy = table.hit_policy;
    let one = |rule: &Rule| said(table, rule, scope);
    match policy {
        HitPolicy::First => one(&table.rules[matched[0]]),
        HitPolicy::Unique => match matched {
            [only] => one(&table.rules[*only]),
            [first, second, ..] => Err(several(table, *first, *second)),
            [] => Err(Fault::NoRuleMatched),
        },
        HitPolicy::Any => {
            let first = one(&table.rules[matched[0]])?;
            for at in &matched[1..] {
                if one(&table.rules[*at])? != first {
                    return Err(several(table, matched[0], *at));
                }
            }
            Ok(first)
        }
        HitPolicy::Count => Ok(vec![Value::Number(matched.len().into())]),
        _ => {
            let mut all = rules().map(one).collect::<Result<Vec<_>, _>>()?;
            if policy.orders() {
                all.sort_by_key(|row| ranks(&table.outputs, row));
            }
            if policy == HitPolicy::Priority {
                return Ok(all.swap_remove(0));
            }
            let columns = transposed(all, table.outputs.len());
            if policy.lists() {
                return Ok(columns.into_iter().map(Value::List).collect());
            }
            columns.into_iter().map(|column| together(table, policy, column)).collect()
        }
    }
}

fn several(table: &Table, first: usize, second: usize) -> Fault {
    let id = |at: usize| table.rules[at].id.clone();
    Fault::SeveralRulesMatched { first: id(first), second: id(second) }
}

/// What one rule says; never null, and only what the output allows.
fn said(table: &Table, rule: &Rule, scope: &dyn Fn() -> FeelScope) -> Result<Vec<Value>, Fault> {
    let value = |(output, answer): (&Output, &Answer)| match answer {
        Answer::Constant(value) => Ok(value.clone()),
        Answer::Computed(expression) => {
            let value = expression.evaluate(&scope());
            let name = || output.name.clone();
            if matches!(value, Value::Null(_)) {
                return Err(Fault::AnswerNull { output: name() });
            }
            if !output.allows(&value) {
                return Err(Fault::AnswerNotAllowed { output: name(), value: value.to_string() });
            }
            Ok(value)
        }
    };
    table.outputs.iter().zip(&rule.results).map(value).collect()
}

fn defaults(table: &Table, scope: &dyn Fn() -> FeelScope) -> Result<Vec<Value>, Fault> {
    let value = |output: &Output| match &output.otherwise {
        Some(Answer::Constant(value)) => Ok(value.clone()),
        Some(Answer::Computed(expression)) => match expression.evaluate(&scope()) {
            Value::Null(_) => Err(Fault::AnswerNull { output: output.name.clone() }),
            value => Ok(value),
        },
        None => Err(Fault::NoRuleMatched),
    };
    table.outputs.iter().map(value).collect()
}

/// Where each answer stands among its output's values: the order of P and O, column by column.
pub(super) fn ranks(outputs: &[Output], row: &[Value]) -> Vec<usize> {
    let rank = |(output, value): (&Output, &Value)| {
        output.values.iter().position(|allowed| allowed == value).unwrap_or(usize::MAX)
    };
    outputs.iter().zip(row).map(rank).collect()
}

fn transposed(rows: Vec<Vec<Value>>, width: usize) -> Vec<Vec<Value>> {
    let mut columns = vec![Vec::with_capacity(rows.len()); width];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns
}

fn together(table: &Table, policy: HitPolicy, column: Vec<Value>) -> Result<Value, Fault> {
    let value = match policy {
        HitPolicy::Sum => dsntk_feel_evaluator::evaluate_sum(column),
        HitPolicy::Least => dsntk_feel_evaluator::evaluate_min(column),
        _ => dsntk_feel_evaluator::evaluate_max(column),
    };
    match value {
        Value::Null(_) => Err(Fault::AnswerNull { output: table.outputs[0].name.clone() }),
        value => Ok(value),
    }
}

/// The answer as FEEL has it: a value, a context, or a list of these.
pub(super) fn result(table: &Table, matched: usize, columns: &[Value]) -> Value {
    if table.outputs.len() == 1 || table.hit_policy == HitPolicy::Count {
        return columns[0].clone();
    }
    let context = |row: &dyn Fn(usize) -> Value| {
        let mut context = FeelContext::default();
        for (at, output) in table.outputs.iter().enumerate() {
            context.set_entry(&Name::from(output.key.as_str()), row(at));
        }
        Value::Context(context)
    };
    if !table.hit_policy.lists() || matched == 0 {
        return context(&|at| columns[at].clone());
    }
    let cell = |at: usize, row: usize| match &columns[at] {
        Value::List(items) => items[row].clone(),
        other => other.clone(),
    };
    Value::List((0..matched).map(|row| context(&|at| cell(at, row))).collect())
}
