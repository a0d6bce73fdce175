//! What other engines were seen to get wrong (one test a pitfall), and what must not happen at all.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use common::{World, code, file, model, variables};
use expect_test::expect;
use process::{
    Command, Event, Model, Refusal, State, apply, decide,
    engine::{MAX_STEPS, Place, Resolution},
};

/// A boundary timer that was judged before its task had begun fired at once.
#[test]
fn pitfall_a_boundary_timer_counts_from_the_moment_its_host_waits() {
    let mut w = World::started(
        "start s\ntimer before PT2H\nuser a\nbound late a PT30M non\nend e",
        "s>before before>a a>e late>e",
    );
    w.wait(120);
    let armed = |event: &Event| matches!(event, Event::TimerArmed(t) if t.element == *"late");
    let created = |event: &Event| matches!(event, Event::TaskCreated(_));
    let order = (w.events.iter().position(created), w.events.iter().position(armed));
    assert!(order.0 < order.1, "armed after the task was created");
    let due = w.state.next_timer().unwrap().1.due_at;
    assert_eq!(due, w.now + base::Duration::minutes(30));
}

/// Timer text that nothing understood simply never fired.
#[test]
fn pitfall_timer_text_is_judged_at_deployment_and_not_at_run_time() {
    for text in ["", "30 minutes", "\"PT30M\"", "R3/PT10M", "P1M", "PT-5M", "${delay}"] {
        let timer = format!(
            "<startEvent id=\"s\"/><intermediateCatchEvent id=\"t\"><timerEventDefinition>\
             <timeDuration>{text}</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        );
        let findings = Model::read(&file(&timer)).unwrap_err();
        assert_eq!((findings[0].rule, findings[0].id.as_str()), ("wrong-timer", "t"), "{text}");
    }
}

/// Timers that had fired were scheduled again.
#[test]
fn pitfall_a_timer_fires_once() {
    let mut w =
        World::started("start s\nuser a\nbound remind a PT15M non\nend e", "s>a a>e remind>e");
    let (timer, scheduled) = w.state.next_timer().map(|(id, t)| (id, t.due_at)).unwrap();
    w.wait(600);
    let again = Command::FireTimer { timer, scheduled };
    assert_eq!(w.try_to(&again), Err(Refusal::NoTimer { timer }));
    let fired = w.events.iter().filter(|e| matches!(e, Event::TimerFired(_))).count();
    assert_eq!(fired, 1);
}

/// A late timer says when it should have fired and when it did.
#[test]
fn pitfall_an_outage_is_seen_in_the_timers_it_delayed() {
    let mut w = World::started("start s\ntimer t PT10M\nuser a\nend e", "s>t t>a a>e");
    let (timer, scheduled) = w.state.next_timer().map(|(id, t)| (id, t.due_at)).unwrap();
    w.now = scheduled + base::Duration::minutes(50);
    w.does(&Command::FireTimer { timer, scheduled });
    let fired = w.events.iter().find_map(|event| match event {
        Event::TimerFired(e) => Some((e.scheduled, e.actual)),
        _ => None,
    });
    assert_eq!(fired, Some((scheduled, w.now)));
}

/// Long processes: the state must not grow with age.
#[test]
fn pitfall_a_thousand_rounds_leave_the_state_as_small_as_one() {
    let mut w = World::new(model(
        "start s\nuser a\nbound late a PT1H non\nxor g\nend e",
        "s>a a>g late>e g>a[again] g>e*",
    ));
    w.start("again=yes");
    let size = |state: &State| serde_json::to_string(state).unwrap().len();
    let first = size(&w.state);
    // The world re-folds everything after each command; here only the state is of interest.
    for _ in 0..1_000 {
        let task = w.task("a");
        let command = Command::CompleteTask { task, outputs: variables("") };
        let events = decide(&w.model, &w.state, &command, w.now, &common::PlainHost).unwrap();
        events.iter().for_each(|event| apply(&mut w.state, event));
    }
    assert!(size(&w.state) < first + 200, "only numbers grew");
}

/// A second token on the same flow waits for the next round and is not swallowed.
#[test]
fn pitfall_a_join_takes_one_token_of_each_flow() {
    let mut w = World::started(
        "start s\nand f\nxor m\nuser a\nuser b\nuser c\nand j\nuser d\nend e",
        "s>f f>a f>b f>c a>m b>m m>j c>j j>d d>e",
    );
    w.complete("a", "");
    w.complete("b", "");
    let waiting = w.state.tokens.values().filter(|t| matches!(t.place, Place::Joining { .. }));
    assert_eq!(waiting.count(), 2, "two tokens queue on one flow");
    w.complete("c", "");
    w.complete("d", "");
    // One token is left at the join; nothing can ever meet it, and that is told.
    expect![[r#"
        +0 started
        +0 forked f [1, 2, 3]
        +0 task a #1
        +0 task b #2
        +0 task c #3
        +0 done a
        +0 waiting j t1 by m_j
        +0 done b
        +0 waiting j t2 by m_j
        +0 done c
        +0 waiting j t3 by c_j
        +0 joined j [1, 3]
        +0 task d #4
        +0 done d
        +0 token_ended e
        +0 fault j t2 join_stuck
    "#]]
    .assert_eq(&w.told());
    w.resolves(Resolution::MoveOn { flow: None }, "");
    w.complete("d", "");
    assert_eq!(w.state.status, process::engine::Status::Completed);
}

/// Two flows between the same two elements are two flows.
#[test]
fn pitfall_two_flows_to_the_same_target_are_told_apart() {
    let text = file(
        "<startEvent id=\"s\"/><parallelGateway id=\"f\"/><parallelGateway id=\"j\"/><endEvent id=\"e\"/>\
         <sequenceFlow id=\"f1\" sourceRef=\"s\" targetRef=\"f\"/>\
         <sequenceFlow id=\"f2\" sourceRef=\"f\" targetRef=\"j\"/>\
         <sequenceFlow id=\"f3\" sourceRef=\"f\" targetRef=\"j\"/>\
         <sequenceFlow id=\"f4\" sourceRef=\"j\" targetRef=\"e\"/>",
    );
    let mut w = World::new(Model::read(&text).unwrap());
    w.start("");
    assert_eq!(w.state.status, process::engine::Status::Completed);
}

/// A loop without a waiting element must not run for ever, and must not vanish.
#[test]
fn pitfall_an_endless_loop_is_parked() {
    let mut w = World::new(model("start s\ntask a\nxor g\nend e", "s>a a>g g>a[again] g>e*"));
    w.start("again=yes");
    assert!(w.told().ends_with("step_limit\n"));
    assert!(w.events.len() < 5 * MAX_STEPS as usize);
    w.resolves(Resolution::Retry, "again=no");
    assert_eq!(w.state.status, process::engine::Status::Completed);
}

/// A fork that feeds itself must not fill the memory.
#[test]
fn pitfall_a_fork_explosion_is_parked() {
    let mut w = World::started("start s\nxor m\nand f\nend e", "s>m m>f f>m f>m.2 f>e");
    assert!(w.state.tokens.len() <= process::engine::MAX_TOKENS);
    assert!(!w.state.faults.is_empty());
    w.does(&Command::Cancel { code: code("given_up") });
}

/// A boundary that fires while its host is parked ends the fault with the host.
#[test]
fn pitfall_an_interrupted_fault_is_over() {
    let mut w = World::started(
        "start s\nservice a\nbound late a PT1H\nuser b\nend e",
        "s>a a>e late>b b>e",
    );
    let job = w.job("a");
    w.does(&Command::FailJob { job, code: code("refused") });
    w.wait(60);
    expect![[r#"
        +0 started
        +0 job_created a
        +0 job_failed a
        +0 fault a t1 refused
        +60 fault_over a Overtaken
        +60 boundary late of a
        +60 task b #1
    "#]]
    .assert_eq(&w.told());
    assert!(w.state.faults.is_empty());
}

/// A model other than the one the instance began with is refused.
#[test]
fn pitfall_an_instance_does_not_slip_onto_another_process() {
    let w = World::started("start s\nuser a\nend e", "s>a a>e");
    let other =
        Model::read(&common::xml("start s\nend e\nflows s>e", "s>e").replace("\"p\"", "\"q\""));
    let command = Command::CompleteTask { task: 1, outputs: variables("") };
    let outcome = decide(&other.unwrap(), &w.state, &command, w.now, &common::PlainHost);
    assert_eq!(outcome, Err(Refusal::OtherModel));
}
