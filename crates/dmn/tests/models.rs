//! Whole models: all hit policies, defaults, graphs with their trace, test cases, what is refused, and
//! the check of gaps over ranges.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

use dmn::{HitPolicy, Model};
use expect_test::{Expect, expect};
use serde_json::{Map, Value as Json, json};

const HEAD: &str = "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" \
                    xmlns:wk=\"https://watchkeeper.example/dmn\" name=\"m\" namespace=\"https://example.org/n\">";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A table over the number `n`; one rule a line: `R1 | > 5 | "a" | 3`. Outputs `grade` and `points`.
fn rules(lines: &str) -> String {
    let rule = |line: &str| {
        let parts: Vec<String> = line.split('|').map(|part| escaped(part.trim())).collect();
        let cell = |tag: &str, text: &str| format!("<{tag}><text>{text}</text></{tag}>");
        let answers: String = parts[2..].iter().map(|text| cell("outputEntry", text)).collect();
        format!("<rule id=\"{}\">{}{answers}</rule>", parts[0], cell("inputEntry", &parts[1]))
    };
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(rule).collect()
}

/// The file of one table with one output, `grade`, whose values are `"a", "b", "c"`.
fn graded(policy: HitPolicy, default: &str, lines: &str) -> String {
    let (name, aggregation) = policy.attributes();
    let aggregation = aggregation.map(|a| format!(" aggregation=\"{a}\"")).unwrap_or_default();
    let default = if default.is_empty() {
        String::new()
    } else {
        format!("<defaultOutputEntry><text>{default}</text></defaultOutputEntry>")
    };
    format!(
        "{HEAD}<decision id=\"t\" name=\"t\"><decisionTable hitPolicy=\"{name}\"{aggregation}>\
         <input><inputExpression typeRef=\"number\"><text>n</text></inputExpression></input>\
         <output name=\"grade\"><outputValues><text>\"a\", \"b\", \"c\"</text></outputValues>{default}</output>\
         {}</decisionTable></decision></definitions>",
        rules(lines)
    )
}

fn points(policy: HitPolicy, lines: &str) -> String {
    let file = graded(policy, "", lines);
    file.replace("<outputValues><text>\"a\", \"b\", \"c\"</text></outputValues>", "")
        .replace("grade", "points")
}

fn read(file: &str) -> Model {
    Model::parse(file).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn told(model: &Model, inputs: Json) -> String {
    let Json::Object(inputs) = inputs else { panic!("{inputs}") };
    match model.answer(None, &inputs) {
        Ok(answer) => {
            let rules: Vec<_> = answer.matched_rules.iter().map(ToString::to_string).collect();
            format!("{} by {}", Json::Object(answer.outputs), rules.join(","))
        }
        Err(fault) => format!("{}: {fault}", fault.code()),
    }
}

const LINES: &str = "R1 | > 0 | \"c\"
    R2 | > 10 | \"a\"
    R3 | > 20 | \"b\"";

#[test]
fn every_hit_policy_says_which_rules_matched() {
    let check = |policy, n: i64, expected: Expect| {
        expected.assert_eq(&told(&read(&graded(policy, "", LINES)), json!({ "n": n })));
    };
    use HitPolicy as P;
    check(P::Unique, 5, expect![[r#"{"grade":"c"} by R1"#]]);
    check(P::Unique, 15, expect!["several_rules_matched: rules R1 and R2 both matched"]);
    check(P::Any, 15, expect!["several_rules_matched: rules R1 and R2 both matched"]);
    check(P::First, 25, expect![[r#"{"grade":"c"} by R1,R2,R3"#]]);
    check(P::Priority, 25, expect![[r#"{"grade":"a"} by R1,R2,R3"#]]);
    check(P::RuleOrder, 25, expect![[r#"{"grade":["c","a","b"]} by R1,R2,R3"#]]);
    check(P::OutputOrder, 25, expect![[r#"{"grade":["a","b","c"]} by R1,R2,R3"#]]);
    check(P::Collect, 15, expect![[r#"{"grade":["c","a"]} by R1,R2"#]]);
    check(P::Count, 15, expect![[r#"{"grade":2} by R1,R2"#]]);
    check(P::First, 0, expect!["no_rule_matched: no rule matched"]);
    let numbers = "R1 | > 0 | 3\nR2 | > 10 | 4.5\nR3 | > 20 | n * 2";
    let check = |policy, n: i64, expected: Expect| {
        expected.assert_eq(&told(&read(&points(policy, numbers)), json!({ "n": n })));
    };
    check(P::Sum, 21, expect![[r#"{"points":49.5} by R1,R2,R3"#]]);
    check(P::Least, 21, expect![[r#"{"points":3} by R1,R2,R3"#]]);
    check(P::Greatest, 21, expect![[r#"{"points":42} by R1,R2,R3"#]]);
}

#[test]
fn a_default_answers_where_no_rule_does_and_closes_every_gap() {
    let model = read(&graded(HitPolicy::Unique, "\"b\"", "R1 | > 10 | \"a\""));
    expect![[r#"{"grade":"b"} by "#]].assert_eq(&told(&model, json!({ "n": 1 })));
    assert!(model.check().is_empty(), "{:?}", model.check());
}

fn findings(file: &str) -> String {
    dmn::check(file.as_bytes()).iter().map(|finding| format!("{finding}\n")).collect()
}

#[test]
fn ranges_are_cut_at_their_ends_and_the_offending_number_is_shown() {
    let check = |policy, lines: &str, expected: Expect| {
        expected.assert_eq(&findings(&graded(policy, "", lines)));
    };
    let unique = HitPolicy::Unique;
    check(
        unique,
        "R1 | < 10 | \"a\"\nR2 | > 10 | \"b\"",
        expect![[r#"
            1:379 t [gap] no rule answers n=10
        "#]],
    );
    check(
        unique,
        "R1 | <= 10 | \"a\"\nR2 | [10..20] | \"b\"\nR3 | > 20 | \"c\"",
        expect![[r#"
            1:379 t [overlap] rules contradict each other: R1 and R2 for n=10
        "#]],
    );
    check(
        unique,
        "R1 | < 30 | \"a\"\nR2 | [30..59] | \"b\"\nR3 | >= 60 | \"c\"",
        expect![[r#"
            1:379 t [gap] no rule answers n=59.5
        "#]],
    );
    check(unique, "R1 | <= 10 | \"a\"\nR2 | (10..20) | \"b\"\nR3 | >= 20 | \"c\"", expect![""]);
    check(
        HitPolicy::Priority,
        "R1 | > 5 | \"b\"\nR2 | - | \"a\"",
        expect![[r#"
            1:381 R1 [shadowed-rule] no combination of inputs is decided by this rule
        "#]],
    );
    check(
        unique,
        "R1 | n * n > 5 | \"b\"\nR2 | < 1 | \"a\"",
        expect![[r#"
            1:379 t [check-incomplete] not checked for gaps: the cell "n * n > 5" of R1 reads more than its own input
        "#]],
    );
}

/// Forty columns of two values would be a million million combinations; the walk sees few states.
#[test]
fn a_wide_table_is_checked_whole() {
    let inputs: String = (0..30)
        .map(|n| {
            format!("<input><inputExpression typeRef=\"boolean\"><text>i{n}</text></inputExpression></input>")
        })
        .collect();
    let rule = |id: &str, first: &str| {
        let cells: String = (0..30)
            .map(|n| {
                format!(
                    "<inputEntry><text>{}</text></inputEntry>",
                    if n == 0 { first } else { "-" }
                )
            })
            .collect();
        format!("<rule id=\"{id}\">{cells}<outputEntry><text>\"a\"</text></outputEntry></rule>")
    };
    let file = format!(
        "{HEAD}<decision id=\"t\" name=\"t\"><decisionTable>{inputs}<output name=\"o\"/>{}{}\
         </decisionTable></decision></definitions>",
        rule("R1", "true"),
        rule("R2", "false")
    );
    assert_eq!(findings(&file), "");
    let gap = file.replace("<text>false</text>", "<text>true</text>");
    assert!(findings(&gap).contains("(536870912 such inputs in all)"), "{}", findings(&gap));
}

/// A graph: a function, a decision that calls it, and a table over that decision.
const GRAPH: &str = r##"
  <inputData id="i1" name="Requested Amount"><variable name="Requested Amount" typeRef="number"/></inputData>
  <businessKnowledgeModel id="k1" name="Doubled"><variable name="Doubled"/>
    <encapsulatedLogic><formalParameter name="x" typeRef="number"/>
      <literalExpression><text>x * 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
  <decision id="d1" name="Weighted Amount"><variable name="Weighted Amount" typeRef="number"/>
    <informationRequirement><requiredInput href="#i1"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#k1"/></knowledgeRequirement>
    <literalExpression><text>Doubled(Requested Amount) + 1</text></literalExpression></decision>
  <decision id="d2" name="Band"><variable name="Band" typeRef="string"/>
    <informationRequirement><requiredDecision href="#d1"/></informationRequirement>
    <decisionTable hitPolicy="UNIQUE">
      <input><inputExpression typeRef="number"><text>Weighted Amount</text></inputExpression></input>
      <output/>
      <rule id="B1"><inputEntry><text>&lt;= 10</text></inputEntry><outputEntry><text>"low"</text></outputEntry></rule>
      <rule id="B2"><inputEntry><text>&gt; 10</text></inputEntry><outputEntry><text>"high"</text></outputEntry></rule>
    </decisionTable></decision>
  <decision id="d3" name="Next"><variable name="Next"/>
    <informationRequirement><requiredDecision href="#d2"/></informationRequirement>
    <decisionTable hitPolicy="FIRST">
      <input><inputExpression typeRef="string"><text>Band</text></inputExpression>
        <inputValues><text>"low", "high"</text></inputValues></input>
      <output name="step"/><output name="hours"/>
      <rule id="N1"><inputEntry><text>"high"</text></inputEntry><outputEntry><text>"call"</text></outputEntry><outputEntry><text>1</text></outputEntry></rule>
      <rule id="N2"><inputEntry><text>-</text></inputEntry><outputEntry><text>"write"</text></outputEntry><outputEntry><text>24</text></outputEntry></rule>
    </decisionTable></decision>"##;

#[test]
fn a_graph_is_answered_with_the_trace_of_each_of_its_tables() {
    let model = read(&format!("{HEAD}{GRAPH}</definitions>"));
    assert_eq!(model.inputs(), ["Requested Amount"]);
    assert!(model.check().is_empty(), "{:?}", model.check());
    let inputs = Map::from_iter([("Requested Amount".to_owned(), json!(7))]);
    let answer = model.answer(None, &inputs).unwrap();
    assert_eq!(answer.whole(), json!({ "step": "call", "hours": 1 }));
    let traced: Vec<String> = answer
        .tables
        .iter()
        .map(|t| format!("{}: {:?} of {} cells", t.decision, t.matched_rules, t.cells.len()))
        .collect();
    expect!["d2: [B2] of 2 cells; d3: [N1, N2] of 2 cells"].assert_eq(&traced.join("; "));
    let amount = model.answer(Some("Weighted Amount"), &inputs).unwrap();
    assert_eq!(Json::Object(amount.outputs), json!({ "Weighted Amount": 15 }));
    expect!["input_unknown: the input column_1 is unknown"].assert_eq(&told(&model, json!({})));
}

/// What is found against a decision with this logic over the input `a`.
#[expect(clippy::needless_pass_by_value, reason = "reads better at each call")]
fn against(logic: &str, expected: Expect) {
    let file = format!(
        "{HEAD}\n<inputData id=\"i\" name=\"a\"/>\n<decision id=\"d\" name=\"d\">\
         <informationRequirement><requiredInput href=\"#i\"/></informationRequirement>\n{logic}</decision></definitions>"
    );
    expected.assert_eq(&findings(&file));
}

fn text(text: &str) -> String {
    format!("<literalExpression id=\"l\"><text>{}</text></literalExpression>", escaped(text))
}

#[test]
fn what_asks_the_host_or_never_ends_is_refused_with_its_place() {
    against(
        &text("now()"),
        expect![[r#"
        4:1 l [clock] now reads the clock; pass the instant as an input
    "#]],
    );
    against(
        &text("{f: today}.f()"),
        expect![[r#"
        4:1 l [clock] today reads the clock; pass the instant as an input
    "#]],
    );
    against(
        &text("time(\"10:00:00\") < a"),
        expect![[r#"
        4:1 l [zoneless-time] a time without zone or offset is compared; the host's zone would decide
    "#]],
    );
    against(
        &text("a in [@\"2026-01-01T10:00:00\"..@\"2026-01-02T10:00:00Z\"]"),
        expect![[r#"
        4:1 l [zoneless-time] a time without zone or offset is compared; the host's zone would decide
    "#]],
    );
    against(&text("time(\"10:00:00Z\") < time(\"11:00:00+01:00\")"), expect![""]);
    against(
        &text("for i in 1..a return i"),
        expect![[r#"
        4:1 l [unbounded-iteration] a range that is iterated needs ends that are numbers, or count(…)
    "#]],
    );
    against(
        &text("for i in 1..20000 return i"),
        expect![[r#"
        4:1 l [unbounded-iteration] more than 10000 iterations
    "#]],
    );
    against(
        &text("for i in 1..200, j in 1..200 return i"),
        expect![[r#"
        4:1 l [unbounded-iteration] more than 10000 iterations
    "#]],
    );
    against(&text("for i in 1..count(a) return i"), expect![""]);
}

#[test]
fn functions_outside_or_handed_to_themselves_are_refused() {
    against(
        &text("(function(x) x(x))(function(x) x(x))"),
        expect![[r#"
        4:1 l [recursion] a function is called with a function
        4:1 l [recursion] x is a parameter and is called with a parameter
        4:1 l [recursion] x is a parameter and is called with a parameter
    "#]],
    );
    against(
        &text("{f: function(n) if n = 0 then 1 else f(n - 1), r: f(a)}.r"),
        expect![[r#"
        1:1 definitions [recursion] f calls itself, directly or through others
    "#]],
    );
    against(
        &text(
            "{f: function(x) external {java: {class: \"c\", method signature: \"m\"}}, r: f(a)}.r",
        ),
        expect![[r#"
            4:1 l [external-function] a function outside the model is not called
        "#]],
    );
    against(
        "<functionDefinition id=\"f\" kind=\"Java\"><context/></functionDefinition>",
        expect![[r#"
            4:1 f [external-function] a function outside the model is not called
        "#]],
    );
    against(
        "<literalExpression id=\"l\" expressionLanguage=\"https://example.org/js\"><text>1</text></literalExpression>",
        expect![[r#"
            4:1 l [foreign-language] https://example.org/js is not FEEL
        "#]],
    );
    against(
        "",
        expect![[r#"
        3:1 d [no-logic] the decision has neither a table nor an expression
    "#]],
    );
}

#[test]
fn decisions_and_functions_that_need_themselves_are_refused() {
    let check = |body: &str, expected: Expect| {
        expected.assert_eq(&findings(&format!("{HEAD}{body}</definitions>")));
    };
    let function = |name: &str, text: &str| {
        format!(
            "<businessKnowledgeModel id=\"{name}\" name=\"{name}\"><encapsulatedLogic><formalParameter name=\"x\"/>\
             <literalExpression><text>{text}</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
        )
    };
    let decision = |id: &str, needs: &str| {
        format!(
            "<decision id=\"{id}\" name=\"{id}\"><informationRequirement><requiredDecision href=\"#{needs}\"/>\
             </informationRequirement><literalExpression><text>1</text></literalExpression></decision>"
        )
    };
    check(
        &format!("{}{}", decision("a", "b"), decision("b", "a")),
        expect![[r#"
        1:1 definitions [recursion] a needs itself, or more than 64 decisions behind each other
    "#]],
    );
    let calls = format!("{}{}{}", function("f", "g(x)"), function("g", "f(x)"), decision("a", "z"));
    check(
        &calls,
        expect![[r#"
            1:153 f [recursion] f calls itself, directly or through others
        "#]],
    );
}

#[test]
fn a_case_beside_the_table_passes_or_says_what_differs() {
    let with = |cases: &str| {
        let file = graded(HitPolicy::First, "", "R1 | > 10 | \"a\"\nR2 | - | \"b\"");
        let cases = format!("<extensionElements><wk:cases>{cases}</wk:cases></extensionElements>");
        file.replace("<decisionTable", &format!("{cases}<decisionTable"))
    };
    let check = |cases: &str, expected: Expect| expected.assert_eq(&findings(&with(cases)));
    check(
        "<wk:case id=\"c1\" rules=\"R1 R2\"><wk:given name=\"n\" value=\"11\"/><wk:expect name=\"grade\" value=\"a\"/></wk:case>\
         <wk:case id=\"c2\" fault=\"input_unknown\"/>",
        expect![""],
    );
    check(
        "<wk:case id=\"c1\" name=\"ten is not enough\"><wk:given name=\"n\" value=\"10\"/><wk:expect name=\"grade\" value=\"a\"/></wk:case>",
        expect![[r#"
            1:208 c1 [case-failed] the test case "ten is not enough" fails: grade is b, and a is wanted
        "#]],
    );
    check(
        "<wk:case id=\"c1\" rules=\"R1\"><wk:given name=\"n\" value=\"11\"/></wk:case>",
        expect![[r#"
            1:208 c1 [case-failed] the test case "c1" fails: R1 R2 matched, and R1 is wanted
        "#]],
    );
    check(
        "<wk:case id=\"c1\"><wk:given name=\"n\" value=\"x\"/></wk:case>",
        expect![[r#"
            1:208 c1 [case-failed] the test case "c1" fails: the input n may not be x (input_not_allowed)
        "#]],
    );
}

proptest::proptest! {
    /// A simple cell judged here says what the evaluator says.
    #[test]
    fn a_simple_cell_is_judged_as_feel_does(
        cell in proptest::sample::select(CELLS),
        n in -30i64..30,
        half in proptest::prelude::any::<bool>(),
    ) {
        let lines = format!("R1 | {cell} | \"a\"\nR2 | - | \"b\"");
        // The same test as an expression over the cell's own name, which is left to the evaluator.
        let open = format!("R1 | (? in ({cell})) = true | \"a\"\nR2 | - | \"b\"");
        let n = if half { json!(f64::from(i32::try_from(n).unwrap()) + 0.5) } else { json!(n) };
        let inputs = || json!({ "n": n });
        let quick = told(&read(&graded(HitPolicy::First, "", &lines)), inputs());
        let slow = told(&read(&graded(HitPolicy::First, "", &open)), inputs());
        proptest::prop_assert_eq!(quick, slow);
    }
}

const CELLS: &[&str] = &[
    "5",
    "-5",
    "5, 6",
    "< 5",
    "<= -5",
    "> 5",
    ">= 10.5",
    "[1..10]",
    "(1..10)",
    "[1..10)",
    "]1..10]",
    "< 0, > 10",
    "[0..0]",
    "5.5",
];
