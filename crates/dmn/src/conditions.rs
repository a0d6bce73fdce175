//! Conditions of sequence flows: true, false, or told why not. Unknown is never "no".

use base::Code;
use process::{Tested, Untold, Variables};

use crate::feel::{Expression, ours};

/// Whether a text may be deployed as a condition.
///
/// # Errors
/// The reason in English.
pub fn check(text: &str) -> Result<(), String> {
    let expression = Expression::parse(text)?;
    if expression.names.is_empty() {
        return Err("the condition reads no variable".to_owned());
    }
    Ok(())
}

/// Evaluates a condition.
///
/// A variable that is unknown is told as such, unless the condition compares it with null itself.
///
/// # Errors
/// `expression_refused`, `variable_unknown`, `expression_null`.
pub fn test(text: &str, variables: &Variables) -> Result<Tested, Untold> {
    let (expression, inputs) = prepared(text, variables)?;
    match ours(&expression.evaluate(&inputs)) {
        Some(process::Value::Boolean(holds)) => Ok(Tested { holds, inputs }),
        _ => Err(untold("expression_null", format!("{text:?} is neither true nor false"))),
    }
}

/// Whether a text may be deployed as an expression of any value.
///
/// # Errors
/// The reason in English.
pub fn check_value(text: &str) -> Result<(), String> {
    Expression::parse(text).map(drop)
}

/// Evaluates an expression of any value that may stand in a leaf.
///
/// A variable that is unknown is told as such, unless the expression compares it with null itself.
///
/// # Errors
/// `expression_refused`, `variable_unknown`, `expression_null`.
pub fn value(text: &str, variables: &Variables) -> Result<process::Value, Untold> {
    let (expression, inputs) = prepared(text, variables)?;
    let value = ours(&expression.evaluate(&inputs)).filter(process::Value::is_known);
    value.ok_or_else(|| untold("expression_null", format!("{text:?} has no value of ours")))
}

/// An expression with what it reads, all of it known.
fn prepared(text: &str, variables: &Variables) -> Result<(Expression, Variables), Untold> {
    let expression =
        Expression::parse(text).map_err(|detail| untold("expression_refused", detail))?;
    let known = |name: &String| {
        name.parse::<Code>()
            .ok()
            .and_then(|name| variables.get(&name))
            .is_some_and(process::Value::is_known)
    };
    let unknown = expression.names.difference(&expression.minds_null).find(|name| !known(name));
    if let Some(name) = unknown {
        return Err(untold("variable_unknown", format!("{name} is unknown in {text:?}")));
    }
    let read = |name: &Code| expression.names.contains(name.as_str());
    let inputs = variables.iter().filter(|(name, _)| read(name));
    let inputs = inputs.map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok((expression, inputs))
}

fn untold(code: &'static str, detail: String) -> Untold {
    Untold { code: code.parse().expect("invariant: our own codes are codes"), detail }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use process::Value;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "reads better at each call")]
    fn check_test(text: &str, expected: Expect) {
        let variables: Variables = [
            ("severity", Value::code("S1").unwrap()),
            ("confirmed", Value::Boolean(true)),
            ("clients", Value::Integer(12)),
            ("vendor", Value::None),
        ]
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), value))
        .collect();
        let told = match test(text, &variables) {
            Ok(Tested { holds, inputs }) => {
                let inputs: Vec<String> = inputs.iter().map(|(n, v)| format!("{n}={v}")).collect();
                format!("{holds} from {}", inputs.join(" "))
            }
            Err(Untold { code, .. }) => code.to_string(),
        };
        expected.assert_eq(&told);
    }

    #[test]
    fn a_condition_is_true_or_false_and_names_what_it_read() {
        check_test("severity = \"S1\"", expect!["true from severity=S1"]);
        check_test("severity in (\"S3\", \"S4\")", expect!["false from severity=S1"]);
        check_test("confirmed and clients >= 10", expect!["true from clients=12 confirmed=true"]);
        check_test("not(confirmed)", expect!["false from confirmed=true"]);
        check_test("clients in [10..20)", expect!["true from clients=12"]);
        check_test(
            "if confirmed then clients > 50 else false",
            expect!["false from clients=12 confirmed=true"],
        );
    }

    #[test]
    fn unknown_is_never_no() {
        check_test("vendor = \"yes\"", expect!["variable_unknown"]);
        check_test("absent", expect!["variable_unknown"]);
        check_test("vendor = null", expect!["true from vendor=none"]);
        check_test("clients = \"many\"", expect!["expression_null"]);
        check_test("clients + 1", expect!["expression_null"]);
        check_test("clients > \"5\"", expect!["expression_null"]);
    }

    #[test]
    fn clocks_iteration_functions_and_depth_are_refused() {
        let deep = format!("{}confirmed{}", "(".repeat(60), ")".repeat(60));
        let long = format!("clients > 1{}", " or clients > 1".repeat(60));
        let minus = format!("clients = {}1", "-".repeat(500));
        for text in [
            "now() > clients",
            "today() = clients",
            "time(\"10:00:00\") > clients",
            "@\"2026-11-25\" = clients",
            "date(\"2026-11-25\") = clients",
            "some x in [clients] satisfies x > 1",
            "every x in [clients] satisfies x > 1",
            "for x in 1..1000000 return clients",
            "[clients][item > 1] = [2]",
            "(function(x) x(x))(clients)",
            "{f: function(x) f(x)}.f(clients)",
            "function(x) external {java: {class: \"a\", method signature: \"b\"}}",
            "clients ** 9999999 > 1",
            "clients.a",
            "matches(severity, \"(a+)+b\")",
            "clients instance of number",
            "",
            "clients >",
            "true",
            deep.as_str(),
            long.as_str(),
            minus.as_str(),
        ] {
            assert!(super::check(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        /// Whatever is written: an answer, an untold reason or a refusal, and never a panic; and the
        /// same again when asked again.
        #[test]
        fn any_words_in_any_order_are_answered_or_refused(
            words in proptest::collection::vec(proptest::sample::select(WORDS), 1..24),
            clients in proptest::prelude::any::<i64>(),
        ) {
            let text = words.join(" ");
            let variables: Variables = [
                ("clients", Value::Integer(clients)),
                ("grade", Value::code("S1").unwrap()),
                ("list", Value::List(vec![Value::Integer(1), Value::None])),
            ]
            .into_iter()
            .map(|(name, value)| (name.parse().unwrap(), value))
            .collect();
            let _ = super::check(&text);
            proptest::prop_assert_eq!(test(&text, &variables), test(&text, &variables));
        }
    }

    const WORDS: &[&str] = &[
        "clients",
        "grade",
        "list",
        "0",
        "1",
        "9999999999999999999999999999999999",
        "-",
        "+",
        "*",
        "/",
        "(",
        ")",
        "[",
        "]",
        "..",
        ",",
        "<",
        ">=",
        "=",
        "!=",
        "and",
        "or",
        "not",
        "not(",
        "if",
        "then",
        "else",
        "in",
        "between",
        "true",
        "null",
        "\"S1\"",
        "count(",
        "sum(",
        "min(",
        "modulo(",
        "list contains(",
        "all(",
        "abs(",
        "**",
        "{",
        "}",
        ":",
        "?",
        "@",
        ".",
        "for",
        "return",
        "some",
        "every",
        "satisfies",
        "function(",
        "date(",
        "instance of",
        "\"",
        "\\",
        "é",
    ];
}
