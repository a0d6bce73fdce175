//! Decision tables: answers with their trace, faults, refusals, and the check of all combinations.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use dmn::{Fault, Model, Table};
use expect_test::{Expect, expect};
use process::{Value, Variables};

/// A table over `a` (`x`, `y`, `z`) and `b` (a flag), answering `out`; one rule a line: `R1 | "x" | - | "S1"`.
fn file(policy: &str, rules: &str) -> String {
    let cell = |tag: &str, text: &str| {
        format!("<{tag}><text>{}</text></{tag}>", text.replace('<', "&lt;"))
    };
    let rule = |line: &str| {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        format!(
            "<rule id=\"{}\">{}{}{}</rule>",
            parts[0],
            cell("inputEntry", parts[1]),
            cell("inputEntry", parts[2]),
            cell("outputEntry", parts[3])
        )
    };
    let rules: Vec<String> =
        rules.lines().map(str::trim).filter(|l| !l.is_empty()).map(rule).collect();
    format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"t\" namespace=\"n\">\n\
         <decision id=\"t\" name=\"T\"><decisionTable {policy}>\n\
         <input><inputExpression typeRef=\"string\"><text>a</text></inputExpression>\
         <inputValues><text>\"x\", \"y\", \"z\"</text></inputValues></input>\n\
         <input><inputExpression typeRef=\"boolean\"><text>b</text></inputExpression></input>\n\
         <output name=\"out\"><outputValues><text>\"S1\", \"S2\"</text></outputValues></output>\n\
         {}\n</decisionTable></decision></definitions>",
        rules.join("\n")
    )
}

fn table(policy: &str, rules: &str) -> Arc<Table> {
    read(&file(policy, rules)).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn read(xml: &str) -> Result<Arc<Table>, Vec<process::Finding>> {
    Model::parse(xml).map(|model| model.table().unwrap().clone())
}

fn variables(pairs: &[(&str, Value)]) -> Variables {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.clone())).collect()
}

fn ab(a: &str, b: bool) -> Variables {
    variables(&[("a", Value::code(a).unwrap()), ("b", Value::Boolean(b))])
}

fn told(outcome: Result<dmn::Outcome, Fault>) -> String {
    match outcome {
        Err(fault) => format!("{}: {fault}", fault.code()),
        Ok(outcome) => {
            let rules: Vec<_> = outcome.matched_rules.iter().map(base::Code::as_str).collect();
            let out: Vec<_> = outcome.outputs.iter().map(|(n, v)| format!("{n}={v}")).collect();
            let cells: Vec<_> = outcome
                .cells
                .iter()
                .map(|c| format!("{}.{}{}", c.rule, c.input, if c.passed { "+" } else { "-" }))
                .collect();
            format!("{} by {} ({})", out.join(" "), rules.join(","), cells.join(" "))
        }
    }
}

const GOOD: &str = "R1 | \"x\" | true | \"S1\"
    R2 | not(\"x\") | - | \"S2\"
    R3 | \"x\" | false | \"S2\"";

#[test]
fn an_answer_comes_with_its_rules_and_every_cell() {
    let t = table("", GOOD);
    let check =
        |inputs: &Variables, expected: Expect| expected.assert_eq(&told(t.evaluate(inputs)));
    check(&ab("x", true), expect!["out=S1 by R1 (R1.a+ R1.b+ R2.a- R2.b+ R3.a+ R3.b-)"]);
    check(&ab("z", true), expect!["out=S2 by R2 (R1.a- R1.b+ R2.a+ R2.b+ R3.a- R3.b-)"]);
    assert!(t.check().is_empty(), "{:?}", t.check());
}

#[test]
fn no_answer_is_a_fault_and_says_why() {
    let t =
        table("hitPolicy=\"UNIQUE\"", "R1 | \"x\", \"y\" | - | \"S1\"\nR2 | \"y\" | - | \"S2\"");
    let check =
        |inputs: &Variables, expected: Expect| expected.assert_eq(&told(t.evaluate(inputs)));
    check(&ab("z", true), expect!["no_rule_matched: no rule matched"]);
    check(&ab("y", true), expect!["several_rules_matched: rules R1 and R2 both matched"]);
    check(&ab("w", true), expect!["input_not_allowed: the input a may not be w"]);
    check(
        &variables(&[("b", Value::Boolean(true))]),
        expect!["input_unknown: the input a is unknown"],
    );
    let unknown = variables(&[("a", Value::None), ("b", Value::Boolean(true))]);
    check(&unknown, expect!["input_unknown: the input a is unknown"]);
    let wrong = variables(&[("a", Value::code("x").unwrap()), ("b", Value::Integer(1))]);
    check(&wrong, expect!["input_not_allowed: the input b may not be 1"]);
}

#[test]
fn any_allows_several_rules_that_agree() {
    let t = table(
        "hitPolicy=\"ANY\"",
        "R1 | \"x\" | - | \"S1\"\nR2 | - | true | \"S1\"\nR3 | \"z\" | - | \"S2\"",
    );
    let check =
        |inputs: &Variables, expected: Expect| expected.assert_eq(&told(t.evaluate(inputs)));
    check(&ab("x", true), expect!["out=S1 by R1,R2 (R1.a+ R1.b+ R2.a+ R2.b+ R3.a- R3.b+)"]);
    check(&ab("z", true), expect!["several_rules_matched: rules R2 and R3 both matched"]);
}

fn findings(table: &Result<Arc<Table>, Vec<process::Finding>>) -> String {
    let list = match table {
        Ok(table) => table.check(),
        Err(findings) => findings.clone(),
    };
    list.iter().map(|f| format!("{f}\n")).collect()
}

#[test]
fn all_combinations_are_walked_and_the_offending_input_is_shown() {
    let check = |policy: &str, rules: &str, expected: Expect| {
        expected.assert_eq(&findings(&read(&file(policy, rules))));
    };
    check(
        "",
        "R1 | \"x\" | true | \"S1\"\nR2 | \"y\", \"z\" | - | \"S2\"",
        expect![[r#"
        6:1 t [gap] no rule answers a=x b=false
    "#]],
    );
    check(
        "",
        "R1 | \"x\" | - | \"S1\"\nR2 | - | true | \"S2\"\nR3 | \"y\", \"z\" | false | \"S2\"",
        expect![[r#"
        6:1 t [overlap] rules contradict each other: R1 and R2 for a=x b=true
    "#]],
    );
    check(
        "hitPolicy=\"FIRST\"",
        "R1 | - | - | \"S1\"\nR2 | \"x\" | - | \"S2\"",
        expect![[r#"
        7:1 R2 [shadowed-rule] no combination of inputs is decided by this rule
    "#]],
    );
    check(
        "hitPolicy=\"FIRST\"",
        "R1 | \"w\" | - | \"S1\"",
        expect![[r#"
        6:1 t [gap] no rule answers a=x b=true (6 such inputs in all)
        6:1 R1 [shadowed-rule] no combination of inputs is decided by this rule
    "#]],
    );
}

#[test]
fn what_is_not_executed_is_refused_with_its_place() {
    let check = |xml: &str, expected: Expect| expected.assert_eq(&findings(&read(xml)));
    check(
        &file("hitPolicy=\"BEST\"", GOOD),
        expect![[r#"
            2:27 decisionTable [unsupported-hit-policy] BEST is no hit policy of DMN
        "#]],
    );
    check(
        &file(
            "",
            "R2 | x | - | \"S1\"\nR3 | - | - | null\nR4 | - | - | \"S9\"\nR5 | - | - | \"two words\"",
        ),
        expect![[r#"
            6:1 R2 [wrong-expression] "x" reads x, which this decision does not know; codes stand in quotes
            7:1 R3 [wrong-answer] null is null, which answers nothing
            8:1 R4 [wrong-answer] S9 is not among the values of out
            9:1 R5 [wrong-answer] two words is not among the values of out
        "#]],
    );
    check(
        &file("", "R1 | now() | - | \"S1\""),
        expect![[r#"
            6:1 R1 [clock] now reads the clock; pass the instant as an input
        "#]],
    );
    check(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\">\n\
        <businessKnowledgeModel id=\"k\"/>\n<import id=\"i\"/>\n\
        <decision id=\"d\">\n<literalExpression id=\"l\"><text>1</text></literalExpression></decision>\n\
        <decision id=\"e\"/></definitions>",
        expect![[r#"
            3:1 i [import] a model stands alone: what it needs is part of the published file
        "#]],
    );
    check(
        "<a/>",
        expect![[r#"
        1:1 a [not-dmn] the root is not definitions of DMN 1.3, 1.4 or 1.5
    "#]],
    );
}
