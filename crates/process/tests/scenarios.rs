//! Scenarios of the interpreter, one story each.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use common::{World, code, model, variables};
use expect_test::expect;
use process::{Command, Refusal, engine::Resolution};

#[test]
fn one_task_waits_for_a_person_and_the_instance_ends() {
    let mut w = World::started("start s\nuser a wk:due=\"PT15M\"\nend e", "s>a a>e");
    w.wait(5);
    w.complete("a", "");
    expect![[r#"
        +0 started
        +0 entered s t1
        +0 left s t1
        +0 took s_a t1
        +0 entered a t1
        +0 task a #1
        +5 done a
        +5 left a t1
        +5 took a_e t1
        +5 entered e t1
        +5 left e t1
        +5 token_ended e
        +5 instance_completed e
    "#]]
    .assert_eq(&w.trace());
}

#[test]
fn parallel_work_is_done_depth_first_and_joined() {
    let mut w =
        World::started("start s\nand f\ntask a\nuser b\nand j\nend e", "s>f f>a f>b a>j b>j j>e");
    w.complete("b", "");
    expect![[r#"
        +0 started
        +0 entered s t1
        +0 left s t1
        +0 took s_f t1
        +0 entered f t1
        +0 left f t1
        +0 forked f [1, 2]
        +0 took f_a t1
        +0 took f_b t2
        +0 entered a t1
        +0 left a t1
        +0 took a_j t1
        +0 entered j t1
        +0 waiting j t1 by a_j
        +0 entered b t2
        +0 task b #1
        +0 done b
        +0 left b t2
        +0 took b_j t2
        +0 entered j t2
        +0 waiting j t2 by b_j
        +0 joined j [1, 2]
        +0 left j t1
        +0 took j_e t1
        +0 entered e t1
        +0 left e t1
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.trace());
}

#[test]
fn the_first_true_flow_in_document_order_is_taken_and_its_inputs_are_recorded() {
    let elements = "start s\nxor g\nend a\nend b\nend c";
    let flows = "s>g g>a[sure] g>b[grade=S1] g>c*";
    let mut told = String::new();
    for known in ["sure=yes", "sure=no grade=S1", "sure=no grade=S4", "grade=S1"] {
        let mut w = World::new(model(elements, flows));
        w.start(known);
        told += &w.told();
    }
    expect![[r#"
        +0 started sure=true
        +0 decided g g_a sure=true
        +0 token_ended a
        +0 instance_completed a
        +0 started grade=S1 sure=false
        +0 decided g g_b grade=S1 sure=false
        +0 token_ended b
        +0 instance_completed b
        +0 started grade=S4 sure=false
        +0 decided g g_c grade=S4 sure=false
        +0 token_ended c
        +0 instance_completed c
        +0 started grade=S1
        +0 fault g t1 variable_unknown
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_fault_parks_the_token_and_an_operator_sets_what_was_unknown() {
    let mut w = World::started("start s\nxor g\nend a\nend b", "s>g g>a[sure] g>b*");
    w.resolves(Resolution::Retry, "sure=yes");
    expect![[r#"
        +0 started
        +0 fault g t1 variable_unknown
        +0 fault_over g Retried sure=true
        +0 decided g g_a sure=true
        +0 token_ended a
        +0 instance_completed a
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn without_a_true_flow_the_operator_moves_the_token_by_hand() {
    let mut w = World::new(model("start s\nxor g\nend a\nend b", "s>g g>a[sure] g>b[late]"));
    w.start("sure=no late=no");
    let fault = Command::ResolveFault {
        fault: 1,
        resolution: Resolution::MoveOn { flow: Some(code("s_g")) },
        variables: variables(""),
    };
    assert_eq!(w.try_to(&fault), Err(Refusal::WrongFlow));
    w.resolves(Resolution::MoveOn { flow: Some(code("g_b")) }, "");
    expect![[r#"
        +0 started late=false sure=false
        +0 fault g t1 no_flow_true
        +0 fault_over g MovedOn
        +0 token_ended b
        +0 instance_completed b
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn an_activity_forks_by_conditions_and_takes_its_default_only_without_a_true_one() {
    let elements = "start s\ntask a\nend b\nend c\nend d";
    let flows = "s>a a>b[x] a>c[y] a>d*";
    let mut told = String::new();
    for known in ["x=yes y=yes", "x=no y=no"] {
        let mut w = World::new(model(elements, flows));
        w.start(known);
        told += &w.told();
    }
    expect![[r#"
        +0 started x=true y=true
        +0 forked a [1, 2]
        +0 token_ended b
        +0 token_ended c
        +0 instance_completed c
        +0 started x=false y=false
        +0 token_ended d
        +0 instance_completed d
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_decision_with_known_inputs_is_made_at_once() {
    let mut w = World::new(model("start s\nrule severity\nend e", "s>severity severity>e"));
    w.start("impact=high");
    expect![[r#"
        +0 started impact=high
        +0 decision severity impact=high -> severity=S1 by R1
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_decision_with_unknown_inputs_waits_for_a_person() {
    let mut w = World::started("start s\nrule severity\nend e", "s>severity severity>e");
    let task = w.task("severity");
    let refused = [
        Command::CompleteTask { task, outputs: variables("") },
        Command::CompleteDecision { task, inputs: variables("") },
        Command::CompleteDecision { task, inputs: variables("impact=none") },
        Command::CompleteDecision { task, inputs: variables("impact=high mood=bad") },
        Command::CompleteDecision { task, inputs: variables("impact=odd") },
    ]
    .map(|command| w.try_to(&command).unwrap_err().code());
    assert_eq!(refused, ["PRO-006", "PRO-007", "PRO-007", "PRO-008", "PRO-017"]);
    w.decides("severity", "impact=low");
    expect![[r#"
        +0 started
        +0 task severity #1
        +0 done severity impact=low
        +0 decision severity impact=low -> severity=S3 by R2
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_decision_without_an_answer_is_a_fault_and_never_the_mildest_class() {
    let mut w = World::new(model("start s\nrule severity\nend e", "s>severity severity>e"));
    w.start("impact=odd");
    w.resolves(Resolution::Retry, "impact=high");
    expect![[r#"
        +0 started impact=odd
        +0 fault severity t1 no_rule_matched
        +0 fault_over severity Retried impact=high
        +0 decision severity impact=high -> severity=S1 by R1
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_failed_job_is_parked_with_its_timers_and_tried_again() {
    let mut w = World::started(
        "start s\nservice page\nbound late page PT30M non\nuser look\nend e",
        "s>page page>e late>look look>e",
    );
    let job = w.job("page");
    w.does(&Command::FailJob { job, code: code("no_answer") });
    assert_eq!(
        w.try_to(&Command::CompleteJob { job, outputs: variables("") }),
        Err(Refusal::NoJob { job })
    );
    w.resolves(Resolution::Retry, "");
    w.wait(40);
    let job = w.job("page");
    w.does(&Command::CompleteJob { job, outputs: variables("reached=yes") });
    w.complete("look", "");
    expect![[r#"
        +0 started
        +0 job_created page
        +0 job_failed page
        +0 fault page t1 no_answer
        +0 fault_over page Retried
        +0 job_created page
        +30 boundary late of page
        +30 task look #1
        +40 job_completed page
        +40 token_ended e
        +40 done look
        +40 token_ended e
        +40 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_reminder_runs_beside_the_task_and_an_expiry_ends_it() {
    let elements = "start s\nuser a\nbound remind a PT15M non\nbound expire a PT30M\nuser b\nend e";
    let flows = "s>a a>e remind>e expire>b b>e";
    let mut w = World::started(elements, flows);
    w.wait(60);
    w.complete("b", "");
    expect![[r#"
        +0 started
        +0 task a #1
        +15 boundary remind of a
        +15 token_ended e
        +30 task_cancelled a
        +30 boundary expire of a
        +30 task b #2
        +60 done b
        +60 token_ended e
        +60 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_completed_task_takes_its_timers_with_it() {
    let elements = "start s\nuser a\nbound remind a PT15M non\nbound expire a PT30M\nuser b\nend e";
    let mut w = World::started(elements, "s>a a>b remind>e expire>e b>e");
    w.complete("a", "");
    w.wait(60);
    expect![[r#"
        +0 started
        +0 task a #1
        +0 done a
        +0 timer_cancelled remind
        +0 timer_cancelled expire
        +0 task b #2
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_catching_timer_waits_its_time_and_no_less() {
    let mut w = World::started("start s\ntimer t PT10M\nend e", "s>t t>e");
    let (timer, held) = w.state.next_timer().map(|(id, held)| (id, held.clone())).unwrap();
    let early = Command::FireTimer { timer, scheduled: held.due_at };
    assert_eq!(w.try_to(&early), Err(Refusal::TimerNotDue { timer }));
    w.wait(9);
    assert_eq!(w.try_to(&early), Err(Refusal::TimerNotDue { timer }));
    w.wait(1);
    assert_eq!(w.try_to(&early), Err(Refusal::NotRunning));
    expect![[r#"
        +0 started
        +0 entered s t1
        +0 left s t1
        +0 took s_t t1
        +0 entered t t1
        +0 timer_armed t
        +10 timer_fired t
        +10 left t t1
        +10 took t_e t1
        +10 entered e t1
        +10 left e t1
        +10 token_ended e
        +10 instance_completed e
    "#]]
    .assert_eq(&w.trace());
}

const NESTED: &str = "start s\nsub p {\nstart ps\nand pf\nuser pa\nuser pb\nend pe\nflows ps>pf pf>pa pf>pb pa>pe pb>pe\n}\nbound late p PT1H\nuser after\nend e";

#[test]
fn a_sub_process_completes_when_its_last_token_ends() {
    let mut w = World::started(NESTED, "s>p p>e late>after after>e");
    w.complete("pa", "");
    w.complete("pb", "");
    expect![[r#"
        +0 started
        +0 scope_opened p
        +0 forked pf [2, 3]
        +0 task pa #1
        +0 task pb #2
        +0 done pa
        +0 token_ended pe
        +0 done pb
        +0 token_ended pe
        +0 scope_completed p
        +0 timer_cancelled late
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn an_interrupted_sub_process_ends_with_all_that_runs_in_it() {
    let mut w = World::started(NESTED, "s>p p>e late>after after>e");
    w.complete("pa", "");
    w.wait(60);
    w.complete("after", "");
    expect![[r#"
        +0 started
        +0 scope_opened p
        +0 forked pf [2, 3]
        +0 task pa #1
        +0 task pb #2
        +0 done pa
        +0 token_ended pe
        +60 task_cancelled pb
        +60 scope_terminated p
        +60 boundary late of p
        +60 task after #3
        +60 done after
        +60 token_ended e
        +60 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_terminating_end_ends_its_own_scope_only() {
    let inner = "start s\nsub p {\nstart ps\nand pf\nuser pa\nterminate pt\nflows ps>pf pf>pa pf>pt pa>pt\n}\nuser b\nuser c\nand f\nterminate t";
    let mut w = World::started(inner, "s>f f>p f>c p>b b>t c>t");
    w.complete("b", "");
    expect![[r#"
        +0 started
        +0 forked f [1, 2]
        +0 scope_opened p
        +0 forked pf [3, 4]
        +0 task pa #1
        +0 token_ended pt
        +0 task_cancelled pa
        +0 scope_terminated pt
        +0 task b #2
        +0 task c #3
        +0 done b
        +0 token_ended t
        +0 task_cancelled c
        +0 scope_terminated t
        +0 instance_completed t
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn an_exception_moves_the_token_on_and_is_told() {
    let task = "start s\nuser a wk:exceptions=\"EX-URGENT EX-ABSENT\"\nbound late a PT1H non\nuser b\nend e";
    let mut w = World::started(task, "s>a a>b late>e b>e");
    let bypass = |element: &str, exception: &str| Command::Bypass {
        element: code(element),
        code: code(exception),
        outputs: variables(""),
    };
    assert_eq!(w.try_to(&bypass("a", "EX-OTHER")).unwrap_err().code(), "PRO-016");
    assert_eq!(w.try_to(&bypass("b", "EX-URGENT")).unwrap_err().code(), "PRO-016");
    w.does(&bypass("a", "EX-URGENT"));
    assert_eq!(w.try_to(&bypass("a", "EX-URGENT")).unwrap_err().code(), "PRO-015");
    assert_eq!(w.state.excepted[&code("a")], code("EX-URGENT"));
    expect![[r#"
        +0 started
        +0 task a #1
        +0 exception a EX-URGENT
        +0 task_cancelled a
        +0 timer_cancelled late
        +0 task b #2
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn answers_must_fit_the_form() {
    let form = "start s\n<userTask id=\"a\"><extensionElements><wk:form>\
        <wk:field key=\"verdict\" type=\"choice\" options=\"confirmed false_positive\" required=\"true\"/>\
        <wk:field key=\"count\" type=\"integer\"/>\
        <wk:field key=\"rationale\" type=\"text\" required=\"true\"/>\
        </wk:form></extensionElements></userTask>\nend e";
    let mut w = World::started(form, "s>a a>e");
    let mut answer = |outputs: &str| {
        let outcome = w.try_to(&Command::CompleteTask { task: 1, outputs: variables(outputs) });
        outcome.map_or_else(|refusal| refusal.to_string(), |()| "fits".to_owned())
    };
    let told: Vec<String> = [
        "",
        "verdict=maybe",
        "verdict=none",
        "verdict=confirmed count=yes",
        "verdict=confirmed rationale=because",
        "verdict=confirmed mood=bad",
        "verdict=confirmed count=9007199254740992",
        "verdict=confirmed count=3",
    ]
    .into_iter()
    .map(&mut answer)
    .collect();
    expect![[r#"
        the field verdict must be answered
        the answer to verdict does not fit
        the answer to verdict does not fit
        the answer to count does not fit
        the answer to rationale does not fit
        the answer to mood does not fit
        the answer to count does not fit
        fits"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn a_cancelled_instance_leaves_nothing_open() {
    let mut w = World::started(NESTED, "s>p p>e late>after after>e");
    w.does(&Command::Cancel { code: code("merged") });
    assert!(w.state.tasks.is_empty() && w.state.timers.is_empty() && w.state.tokens.is_empty());
    expect![[r#"
        +0 started
        +0 scope_opened p
        +0 forked pf [2, 3]
        +0 task pa #1
        +0 task pb #2
        +0 timer_cancelled late
        +0 task_cancelled pa
        +0 task_cancelled pb
        +0 scope_terminated p
        +0 scope_terminated
        +0 instance_cancelled
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn commands_out_of_turn_are_refused_and_change_nothing() {
    let mut w = World::new(model("start s\nuser a\nend e", "s>a a>e"));
    let complete = Command::CompleteTask { task: 1, outputs: variables("") };
    assert_eq!(w.try_to(&complete), Err(Refusal::NotRunning));
    w.start("");
    assert_eq!(
        w.try_to(&Command::Start { variables: variables("") }),
        Err(Refusal::AlreadyStarted)
    );
    let other = Command::CompleteTask { task: 2, outputs: variables("") };
    assert_eq!(w.try_to(&other), Err(Refusal::NoTask { task: 2 }));
    w.does(&complete);
    assert_eq!(w.try_to(&complete), Err(Refusal::NotRunning), "a double click completes once");
}
