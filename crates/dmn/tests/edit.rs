//! Changing a table in its file: only what is meant changes.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use dmn::{Edited, EditedCase, EditedRule, HitPolicy, Model, edit};

const SEVERITY: &str = include_str!("../../../processes/severity.dmn");

/// The table as it is, to be changed.
fn as_it_is(file: &str) -> Edited {
    let model = Model::parse(file).unwrap();
    let rules = model.table().unwrap().rules.iter().map(|rule| EditedRule {
        id: rule.id.to_string(),
        tests: rule.tests.clone(),
        answers: rule.answers.clone(),
        annotation: rule.annotation.clone(),
    });
    Edited { hit_policy: None, rules: rules.collect(), cases: None }
}

#[test]
fn what_is_not_changed_stays_byte_for_byte() {
    let edited = as_it_is(SEVERITY);
    assert_eq!(edit(SEVERITY, &edited).unwrap(), SEVERITY);
    let again = Edited { hit_policy: Some(HitPolicy::First), ..edited };
    assert_eq!(edit(SEVERITY, &again).unwrap(), SEVERITY);
}

#[test]
fn a_changed_cell_is_the_only_difference() {
    let mut edited = as_it_is(SEVERITY);
    edited.rules[0].tests[3] = "\"no\"".to_owned();
    let changed = edit(SEVERITY, &edited).unwrap();
    let plain = |text: &str| text.replace("&quot;", "\"").replace("&gt;", ">");
    let (old, new) = (plain(SEVERITY), plain(&changed));
    let lines: Vec<_> = old.lines().zip(new.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let model = Model::parse(&changed).unwrap();
    assert_eq!(model.table().unwrap().rules[0].tests[3], "\"no\"");
    assert!(changed.contains("dmndi:DMNShape"), "the drawing is still there");
}

#[test]
fn rules_are_added_moved_and_removed() {
    let mut edited = as_it_is(SEVERITY);
    let last = edited.rules.pop().unwrap();
    edited.rules.swap(0, 1);
    edited.rules.push(EditedRule { id: String::new(), ..last });
    let changed = edit(SEVERITY, &edited).unwrap();
    let model = Model::parse(&changed).unwrap();
    let ids: Vec<_> = model.table().unwrap().rules.iter().map(|rule| rule.id.to_string()).collect();
    assert_eq!(ids, ["R2", "R1", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "rule_1"]);
}

#[test]
fn policy_and_cases_are_written_where_they_belong() {
    let bare = SEVERITY
        .split_once("    <extensionElements>")
        .and_then(|(head, rest)| Some((head, rest.split_once("</extensionElements>\n")?.1)))
        .map(|(head, tail)| format!("{head}{tail}"))
        .unwrap();
    let case = EditedCase {
        name: "\"Nobody\" & nothing".to_owned(),
        given: vec![
            ("customers_affected".to_owned(), "none".to_owned()),
            ("critical_function".to_owned(), "no".to_owned()),
            ("data_at_risk".to_owned(), "no".to_owned()),
            ("workaround".to_owned(), "yes".to_owned()),
        ],
        expect: vec![("severity".to_owned(), "S4".to_owned())],
        ..EditedCase::default()
    };
    for file in [SEVERITY, bare.as_str()] {
        let edited = Edited {
            hit_policy: Some(HitPolicy::Count),
            cases: Some(vec![case.clone()]),
            ..as_it_is(file)
        };
        let changed = edit(file, &edited).unwrap();
        let model = Model::parse(&changed).unwrap();
        assert_eq!(model.table().unwrap().hit_policy, HitPolicy::Count);
        assert_eq!(model.cases.len(), 1);
        assert_eq!(model.cases[0].name, case.name);
        let back = Edited { hit_policy: Some(HitPolicy::First), ..as_it_is(&changed) };
        let back = edit(&changed, &back).unwrap();
        assert!(Model::parse(&back).unwrap().try_cases()[0].differs.is_none());
        assert!(!back.contains("aggregation"), "an aggregation goes with its policy");
    }
}

#[test]
fn a_file_without_a_table_says_so() {
    let findings = edit("<a/>", &Edited::default()).unwrap_err();
    assert_eq!(findings[0].rule, "no-table");
}
