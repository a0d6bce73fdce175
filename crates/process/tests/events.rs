//! Scenarios of events: messages, signals, conditions, errors, escalations, links, timers, and the
//! sub-processes that they begin.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use base::Duration;
use common::{World, code, model, variables};
use expect_test::expect;
use process::{Command, Refusal, engine::Status};

fn message(name: &str, key: Option<&str>, ttl: i64) -> Command {
    let (name, key) = (code(name), key.map(code));
    Command::Correlate {
        name,
        key,
        variables: variables("answer=yes"),
        ttl: Duration::minutes(ttl),
    }
}

fn signal(name: &str) -> Command {
    Command::Broadcast { name: code(name), variables: variables("") }
}

#[test]
fn a_message_finds_who_waits_by_name_and_key() {
    let mut w = World::new(model(
        "start s\nand f\ncatch a message reply wk:key=\"first\"\nreceive b reply wk:key=\"second\"\nand j\nend e",
        "s>f f>a f>b a>j b>j j>e",
    ));
    w.start("first=V-1 second=V-2");
    let refused = w.try_to(&message("reply", Some("V-3"), 0)).unwrap_err();
    assert_eq!(refused, Refusal::NobodyListens { name: code("reply") });
    assert!(w.try_to(&message("other", Some("V-1"), 0)).is_err());
    w.does(&message("reply", Some("V-2"), 0));
    w.does(&message("reply", Some("V-1"), 0));
    expect![[r#"
        +0 started first=V-1 second=V-2
        +0 forked f [1, 2]
        +0 heard b reply answer=true
        +0 waiting j t2 by b_j
        +0 heard a reply answer=true
        +0 waiting j t1 by a_j
        +0 joined j [1, 2]
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_message_that_comes_early_is_kept_for_its_time_and_heard_once() {
    let elements = "start s\ntimer t PT10M\ncatch a message reply\ncatch b message reply\nend e";
    let mut w = World::started(elements, "s>t t>a a>b b>e");
    w.does(&message("reply", None, 5));
    w.does(&message("reply", Some("X"), 30));
    w.wait(10);
    w.does(&message("reply", None, 0));
    assert_eq!(w.state.status, Status::Completed);
    expect![[r#"
        +0 started
        +0 message_buffered
        +0 message_buffered
        +10 message_expired
        +10 heard a reply answer=true
        +10 heard b reply answer=true
        +10 token_ended e
        +10 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn messages_that_nobody_hears_are_bounded() {
    let mut w = World::started("start s\nuser a\nend e", "s>a a>e");
    for _ in 0..process::engine::MAX_MESSAGES {
        w.does(&message("reply", None, 5));
    }
    assert_eq!(w.try_to(&message("reply", None, 5)), Err(Refusal::TooManyMessages));
    w.wait(6);
    w.does(&Command::Review);
    assert!(w.state.messages.is_empty());
}

#[test]
fn an_instance_may_send_to_itself() {
    let mut w = World::started(
        "start s\nand f\ncatch a message ping\nthrow b message ping\nsend c pong\nreceive d pong\nend e\nends g message over",
        "s>f f>a f>b f>d a>c b>e c>e d>g",
    );
    assert_eq!(w.state.status, Status::Completed);
    expect![[r#"
        +0 started
        +0 forked f [1, 2, 3]
        +0 message_published b
        +0 heard a ping
        +0 token_ended e
        +0 message_published c
        +0 message_buffered
        +0 token_ended e
        +0 heard d pong
        +0 message_published g
        +0 token_ended g
        +0 instance_completed g
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_signal_reaches_everything_that_waits_for_it() {
    let mut w = World::started(
        "start s\nand f\ncatch a signal freeze\nuser b\non x b signal freeze\nuser c\non y c signal freeze non\nend e\nuser d",
        "s>f f>a f>b f>c a>e b>e x>e c>d y>e d>e",
    );
    w.does(&signal("freeze"));
    w.does(&signal("freeze"));
    assert!(w.try_to(&signal("thaw")).is_err());
    expect![[r#"
        +0 started
        +0 forked f [1, 2, 3]
        +0 task b #1
        +0 task c #2
        +0 signal_caught a
        +0 signal_caught x
        +0 task_cancelled b
        +0 boundary x of b
        +0 signal_caught y
        +0 boundary y of c
        +0 token_ended e
        +0 token_ended e
        +0 token_ended e
        +0 signal_caught y
        +0 boundary y of c
        +0 token_ended e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn the_first_event_behind_the_gateway_wins() {
    let elements = "start s\nevents g\ncatch m message reply\ncatch t timer PT1H\nreceive r other\nuser a\nuser b\nend e";
    let flows = "s>g g>m g>t g>r m>a t>b r>e a>e b>e";
    let mut w = World::started(elements, flows);
    w.does(&message("reply", None, 0));
    assert!(w.state.timers.is_empty() && w.state.subscriptions.is_empty());
    let mut late = World::started(elements, flows);
    late.wait(60);
    expect![[r#"
        +0 started
        +0 entered s t1
        +0 left s t1
        +0 took s_g t1
        +0 entered g t1
        +0 subscription_opened m
        +0 timer_armed t
        +0 subscription_opened r
        +0 heard m reply answer=true
        +0 decided g g_m
        +0 timer_cancelled t
        +0 subscription_closed m
        +0 subscription_closed r
        +0 left g t1
        +0 took g_m t1
        +0 entered m t1
        +0 left m t1
        +0 took m_a t1
        +0 entered a t1
        +0 task a #1
        --
        +0 started
        +60 decided g g_t
        +60 task b #1
    "#]]
    .assert_eq(&format!("{}--\n{}", w.trace(), late.told()));
}

#[test]
fn a_condition_fires_when_it_becomes_true() {
    let mut w = World::new(model(
        "start s\nand f\nuser a\ncatch c condition grave=S1\nuser b\non x b condition calm non\nend e",
        "s>f f>a f>c f>b a>e c>e b>e x>e",
    ));
    w.start("grave=S3");
    w.complete("a", "");
    assert_eq!(w.state.status, Status::Running);
    expect![[r#"
        +0 started grave=S3
        +0 forked f [1, 2, 3]
        +0 task a #1
        +0 task b #2
        +0 done a
        +0 token_ended e
    "#]]
    .assert_eq(&w.told());
    let set = |w: &mut World, known: &str| {
        // As the incident does when a severity is decided outside.
        let scope = w.state.scopes.get_mut(&0).unwrap();
        scope.variables.extend(variables(known));
        process::advance(&w.model, &mut w.state, &Command::Review, w.now, &common::PlainHost)
            .unwrap()
    };
    let fired = set(&mut w, "grave=S1 calm=yes");
    let again = set(&mut w, "calm=no");
    let twice = set(&mut w, "calm=yes");
    let kinds = |events: &[process::Event]| {
        events.iter().map(process::Event::kind).collect::<Vec<_>>().join(" ")
    };
    expect![[r#"
        condition_changed subscription_closed element_left condition_changed boundary_triggered element_entered element_left flow_taken element_entered element_left token_ended flow_taken element_entered element_left token_ended
        condition_changed
        condition_changed boundary_triggered element_entered element_left flow_taken element_entered element_left token_ended"#]].assert_eq(&[fired, again, twice].map(|e| kinds(&e)).join("\n"));
}

#[test]
fn an_error_is_caught_by_the_nearest_that_knows_its_code() {
    let elements = "start s\nsub p {\nstart ps\nxor g\nends x error broken\nends y error lost\nends z error odd\nflows ps>g g>x[kind=broken] g>y[kind=lost] g>z*\n}\non any p error\non broken p error broken\nuser a\nuser b\nend e";
    let flows = "s>p p>e any>a broken>b a>e b>e";
    let mut told = String::new();
    for kind in ["kind=broken", "kind=lost"] {
        let mut w = World::new(model(elements, flows));
        w.start(kind);
        told += &w.told();
    }
    expect![[r#"
        +0 started kind=broken
        +0 scope_opened p
        +0 decided g g_x kind=broken
        +0 error_thrown x
        +0 error_caught broken
        +0 scope_terminated p
        +0 boundary broken of p
        +0 task b #1
        +0 started kind=lost
        +0 scope_opened p
        +0 decided g g_y kind=lost
        +0 error_thrown y
        +0 error_caught any
        +0 scope_terminated p
        +0 boundary any of p
        +0 task a #1
    "#]]
    .assert_eq(&told);
}

#[test]
fn an_error_that_nobody_catches_parks_its_token() {
    let mut w =
        World::started("start s\nservice a\non x a error broken\nuser b\nend e", "s>a a>e x>b b>e");
    let raise = |error: &str| Command::ThrowError { element: code("a"), code: code(error) };
    w.does(&raise("lost"));
    w.resolves(process::engine::Resolution::Retry, "");
    w.does(&raise("broken"));
    expect![[r#"
        +0 started
        +0 job_created a
        +0 job_failed a
        +0 error_thrown a
        +0 fault a t1 error_uncaught
        +0 fault_over a Retried
        +0 job_created a
        +0 job_failed a
        +0 error_thrown a
        +0 error_caught x
        +0 boundary x of a
        +0 task b #1
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn an_escalation_may_leave_everything_running() {
    let mut w = World::started(
        "start s\nsub p {\nstart ps\nthrow x escalation late\nthrow y escalation unheard\nuser pa\nend pe\nflows ps>x x>y y>pa pa>pe\n}\non up p escalation late non\nuser a\nend e",
        "s>p p>e up>a a>e",
    );
    w.complete("pa", "");
    w.complete("a", "");
    expect![[r#"
        +0 started
        +0 scope_opened p
        +0 escalation_thrown x
        +0 boundary up of p
        +0 escalation_thrown y
        +0 task pa #1
        +0 task a #2
        +0 done pa
        +0 token_ended pe
        +0 scope_completed p
        +0 token_ended e
        +0 done a
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_link_jumps_inside_its_scope() {
    let mut w = World::started("start s\nthrow a link over\ncatch b link over\nend e", "s>a b>e");
    expect![[r#"
        +0 started
        +0 entered s t1
        +0 left s t1
        +0 took s_a t1
        +0 entered a t1
        +0 left a t1
        +0 link_followed a
        +0 entered b t1
        +0 left b t1
        +0 took b_e t1
        +0 entered e t1
        +0 left e t1
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.trace());
}

#[test]
fn an_event_sub_process_runs_beside_or_instead() {
    let elements = "start s\nuser a\nend e\nhandler ask {\nstarts am message update non\nuser answer\nend ae\nflows am>answer answer>ae\n}\nhandler stop {\nstarts so signal stop\nuser clean\nend se\nflows so>clean clean>se\n}";
    let mut w = World::started(elements, "s>a a>e");
    w.does(&message("update", None, 0));
    w.does(&message("update", None, 0));
    w.complete("answer", "");
    w.complete("a", "");
    assert_eq!(w.state.status, Status::Running, "the second answer is still asked for");
    w.does(&signal("stop"));
    w.complete("clean", "");
    assert_eq!(w.state.status, Status::Completed);
    expect![[r#"
        +0 started
        +0 task a #1
        +0 heard am update answer=true
        +0 handler_triggered am
        +0 scope_opened ask
        +0 task answer #2
        +0 heard am update answer=true
        +0 handler_triggered am
        +0 scope_opened ask
        +0 task answer #3
        +0 done answer
        +0 token_ended ae
        +0 scope_completed ask
        +0 token_ended ask
        +0 done a
        +0 token_ended e
        +0 signal_caught so
        +0 task_cancelled answer
        +0 scope_terminated ask
        +0 scope_interrupted stop
        +0 handler_triggered so
        +0 scope_opened stop
        +0 task clean #4
        +0 done clean
        +0 token_ended se
        +0 scope_completed stop
        +0 token_ended stop
        +0 instance_completed stop
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn an_event_sub_process_catches_what_its_scope_throws_but_not_itself() {
    let mut w = World::started(
        "start s\nservice a\nend e\nhandler h {\nstarts x error\nuser look\nends again error worse\nflows x>look look>again\n}",
        "s>a a>e",
    );
    w.does(&Command::ThrowError { element: code("a"), code: code("broken") });
    w.complete("look", "");
    expect![[r#"
        +0 started
        +0 job_created a
        +0 job_failed a
        +0 error_thrown a
        +0 error_caught x
        +0 scope_interrupted h
        +0 handler_triggered x
        +0 scope_opened h
        +0 task look #1
        +0 done look
        +0 error_thrown again
        +0 fault again t3 error_uncaught
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn timers_know_dates_cycles_and_variables() {
    let mut w = World::new(model(
        "start s\nuser a\non every a cycle R3/PT10M non\non always a cycle R/PT25M non\nend e\nend n\nuser b\non once b date =aware_at+PT4H\nuser c",
        "s>a a>b every>n always>n b>e once>c c>e",
    ));
    let known = [(code("aware_at"), process::Value::Instant(w.now - Duration::hours(2)))].into();
    w.does(&Command::Start { variables: known });
    w.wait(60);
    w.complete("a", "");
    w.wait(120);
    expect![[r#"
        +0 started aware_at=2025-11-24T14:00:00.000000Z
        +0 task a #1
        +10 boundary every of a
        +10 token_ended n
        +20 boundary every of a
        +20 token_ended n
        +25 boundary always of a
        +25 token_ended n
        +30 boundary every of a
        +30 token_ended n
        +50 boundary always of a
        +50 token_ended n
        +60 done a
        +60 timer_cancelled always
        +60 task b #2
        +120 task_cancelled b
        +120 boundary once of b
        +120 task c #3
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn an_outage_is_not_played_back_in_a_burst() {
    let mut w = World::started(
        "start s\nuser a\non every a cycle R10/PT10M non\nend e\nend n",
        "s>a a>e every>n",
    );
    let (timer, scheduled) = w.state.next_timer().map(|(id, t)| (id, t.due_at)).unwrap();
    w.now = scheduled + Duration::minutes(35);
    w.does(&Command::FireTimer { timer, scheduled });
    let next = w.state.next_timer().unwrap().1;
    assert_eq!((next.due_at, next.left), (scheduled + Duration::minutes(40), Some(5)));
    let armed = w.events.iter().rev().find_map(|event| match event {
        process::Event::TimerArmed(e) => Some(e.skipped),
        _ => None,
    });
    assert_eq!(armed, Some(3), "what was missed is told");
}

#[test]
fn a_process_begins_by_the_event_that_started_it() {
    let elements = "starts m message alert\nstarts t timer PT1H\nuser a\nend e";
    let drawn = model(elements, "m>a t>a a>e");
    let mut w = World::new(drawn);
    assert_eq!(w.try_to(&Command::Start { variables: variables("") }), Err(Refusal::NoStart));
    w.does(&Command::StartAt { element: code("m"), variables: variables("kind=alert") });
    let wrong = Command::StartAt { element: code("a"), variables: variables("") };
    assert_eq!(w.try_to(&wrong), Err(Refusal::NoStart));
    expect![[r#"
        +0 started kind=alert
        +0 task a #1
    "#]]
    .assert_eq(&w.told());
}
