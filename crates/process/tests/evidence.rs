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
