//! Required evidence (ground rule G5) and the five-phase summary.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use base::Duration;
use common::{World, code, model, variables};
use expect_test::expect;
use process::{
    Command,
    evidence::{Course, Evidence, Recorded, evidence_status, phases},
};

const MODEL: &str = "start s
    <userTask id=\"a\" wk:phase=\"triage\" wk:decisionPoint=\"true\" wk:exceptions=\"EX-URGENT\">\
    <extensionElements><wk:evidence><wk:require name=\"a\" late=\"PT30M\"/><wk:require name=\"rationale\"/>\
    </wk:evidence></extensionElements></userTask>
    <userTask id=\"b\" wk:phase=\"contain\"><extensionElements><wk:evidence><wk:require name=\"b\"/>\
    </wk:evidence></extensionElements></userTask>
    end e";

#[test]
fn g05_evidence_is_present_late_missing_or_excepted() {
    let w = World::new(model(MODEL, "s>a a>b b>e"));
    let a = w.model.element(&code("a")).unwrap();
    let recorded = |name: &str, minutes: i64| Recorded {
        name: code(name),
        occurred_at: w.now,
        recorded_at: w.now + Duration::minutes(minutes),
    };
    let later = w.now + Duration::hours(2);
    let stands = |records: &[Recorded], course, now| -> Vec<Evidence> {
        evidence_status(a, records, course, now).into_iter().map(|s| s.evidence).collect()
    };
    use Course::{Bypassed, Regular};
    use Evidence::{Excepted, Late, Missing, Present};
    assert_eq!(stands(&[], Regular, later), [Missing, Missing]);
    assert_eq!(stands(&[recorded("a", 30)], Regular, later), [Present, Missing]);
    assert_eq!(stands(&[recorded("a", 31)], Regular, later), [Late, Missing]);
    let healed = [recorded("a", 50), Recorded { occurred_at: later, ..recorded("a", 60) }];
    assert_eq!(stands(&healed, Regular, later), [Late, Missing], "the first record counts");
    assert_eq!(stands(&[recorded("rationale", 100)], Bypassed, later), [Excepted, Present]);
    assert_eq!(stands(&[recorded("a", 5)], Regular, w.now), [Missing, Missing], "as of then");
}

#[test]
fn the_five_phase_bar_counts_decision_points_and_evidence() {
    let mut w = World::new(model(MODEL, "s>a a>b b>e"));
    let mut lines = String::new();
    let mut look = |w: &World| {
        for phase in
            phases(&w.model, &w.state, &[], w.now).iter().filter(|p| !p.evidence.is_empty())
        {
            lines += &format!(
                "{} {:?} {} decision points, {} missing, {} excepted\n",
                phase.phase.as_str(),
                phase.progress,
                phase.decision_points.len(),
                phase.count(Evidence::Missing),
                phase.count(Evidence::Excepted),
            );
        }
        lines += "--\n";
    };
    look(&w);
    w.start("");
    look(&w);
    let (element, code) = (code("a"), code("EX-URGENT"));
    w.does(&Command::Bypass { element, code, outputs: variables("") });
    look(&w);
    expect![[r#"
        triage Ahead 1 decision points, 2 missing, 0 excepted
        --
        triage Active 1 decision points, 2 missing, 0 excepted
        --
        triage Passed 1 decision points, 0 missing, 2 excepted
        contain Active 0 decision points, 1 missing, 0 excepted
        --
    "#]]
    .assert_eq(&lines);
}

/// Lanes name roles, forms have rules, and a field may depend on another answer.
#[test]
fn the_extension_is_read_as_it_is_written() {
    let text = common::file(
        "<laneSet id=\"l\"><lane id=\"m\" name=\"Reporting officer\"><flowNodeRef>a</flowNodeRef>\
         <flowNodeRef>b</flowNodeRef><childLaneSet><lane id=\"n\" wk:role=\"legal privacy\">\
         <flowNodeRef>b</flowNodeRef></lane></childLaneSet></lane></laneSet>\
         <startEvent id=\"s\"/><userTask id=\"a\" wk:candidates=\"desk\" wk:approvals=\"2\" \
         wk:approvers=\"legal management\" wk:due=\"PT4H\" wk:dueFrom=\"aware_at\"><extensionElements>\
         <wk:form><wk:field key=\"verdict\" type=\"choice\" options=\"real noise\" label=\"Is it real?\"/>\
         <wk:field key=\"loss\" type=\"decimal\" min=\"0\" max=\"99.5\" required=\"true\" \
         visible=\"verdict=real\"/><wk:field key=\"told\" type=\"choices\" options=\"x y\" minLength=\"1\"/>\
         <wk:field key=\"day\" type=\"date\" min=\"2026-01-01\"/>\
         <wk:field key=\"why\" type=\"text\" minLength=\"3\" pattern=\"[a-z ]+\"/></wk:form>\
         </extensionElements></userTask><userTask id=\"b\"/><userTask id=\"c\" wk:fourEyes=\"a\"/>\
         <endEvent id=\"e\"/><sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"a\"/>",
    );
    let model = process::Model::read(&text).unwrap();
    let a = &model.element(&code("a")).unwrap().marks;
    let roles = |id: &str| model.element(&code(id)).unwrap().marks.roles.clone();
    assert_eq!(roles("a"), [code("reporting_officer")]);
    assert_eq!(roles("b"), [code("legal"), code("privacy")]);
    assert_eq!((a.approvals, a.approvers.len(), &a.candidates), (Some(2), 2, &vec![code("desk")]));
    assert_eq!(model.element(&code("c")).unwrap().marks.four_eyes, [code("a")]);
    let why = a.field(&code("why")).unwrap();
    assert!(why.accepts_words("as seen") && !why.accepts_words("No") && !why.accepts_words("A1b"));
    let mut w = World::new(model);
    let aware = w.now - Duration::hours(1);
    let known = [(code("aware_at"), process::Value::Instant(aware))].into();
    w.does(&Command::Start { variables: known });
    assert_eq!(w.state.tasks[&1].due_at, Some(aware + Duration::hours(4)), "counted from then");
    let mut answer = |pairs: &[(&str, &str)]| {
        let read = |(key, text): &(&str, &str)| {
            let field = w.model.element(&code("a")).unwrap().marks.field(&code(key)).unwrap();
            (code(key), field.kind.read(text).unwrap())
        };
        let outputs = pairs.iter().map(read).collect();
        match w.try_to(&Command::CompleteTask { task: 1, outputs }) {
            Ok(()) => "fits".to_owned(),
            Err(refusal) => refusal.to_string(),
        }
    };
    let lines = [
        answer(&[("verdict", "real")]),
        answer(&[("verdict", "noise"), ("loss", "5")]),
        answer(&[("verdict", "real"), ("loss", "99.51")]),
        answer(&[("told", "")]),
        answer(&[("told", "x,x")]),
        answer(&[("day", "2025-12-31")]),
        answer(&[("verdict", "real"), ("loss", "99.5"), ("told", "y x"), ("day", "2026-01-01")]),
    ];
    expect![[r#"
        the field loss must be answered
        the answer to loss does not fit
        the answer to loss does not fit
        the answer to told does not fit
        the answer to told does not fit
        the answer to day does not fit
        fits"#]]
    .assert_eq(&lines.join("\n"));
}
