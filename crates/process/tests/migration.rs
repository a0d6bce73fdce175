//! Moving a running instance to another version: previewed, complete or refused, and nothing twice.
//! The pitfalls are those that other engines were seen to fall into.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use base::Duration;
use common::{PlainHost, World, code, model, variables};
use process::{
    Command, Event, Model, Refusal, Value, apply,
    engine::{Resolution, Status, migrate},
};

fn mapping(pairs: &[(&str, &str)]) -> migrate::Mapping {
    pairs.iter().map(|(from, to)| (code(from), code(to))).collect()
}

/// Moves the world, and answers the kinds of what happened.
fn moved(w: &mut World, to: Model, pairs: &[(&str, &str)]) -> Vec<&'static str> {
    let mapping = mapping(pairs);
    let events = migrate::migrate((&w.model, &to), &w.state, &mapping, w.now, &PlainHost).unwrap();
    let again = migrate::migrate((&w.model, &to), &w.state, &mapping, w.now, &PlainHost).unwrap();
    assert_eq!(events, again, "deciding again gives the identical events");
    for event in &events {
        let read = Event::parse(event.kind(), &event.data()).unwrap();
        apply(&mut w.state, &read);
    }
    let kinds = events.iter().map(Event::kind).collect();
    w.events.extend(events);
    w.model = to;
    kinds
}

const PLAIN: &str = "start s\nuser a\nend e";

/// One version had a boundary event and the other not: the migration silently did nothing.
#[test]
fn pitfall_1_a_boundary_event_of_one_version_only_is_cancelled_or_begun() {
    let with = model("start s\nuser a\nbound late a PT1H\nuser b\nend e", "s>a a>e late>b b>e");
    let without = model(PLAIN, "s>a a>e");
    let mut w = World::new(with.clone());
    w.start("");
    let seen = migrate::preview(&with, &without, &w.state, &mapping(&[]));
    assert_eq!((seen.moves.len(), seen.ended.len(), seen.stuck.len()), (1, 1, 0));
    assert_eq!(moved(&mut w, without.clone(), &[]), ["timer_cancelled", "instance_migrated"]);
    w.wait(120);
    w.complete("a", "");
    assert_eq!(w.state.status, Status::Completed);

    let mut w = World::new(without);
    w.start("");
    w.wait(30);
    assert_eq!(moved(&mut w, with, &[]), ["instance_migrated", "timer_armed"]);
    w.wait(59);
    assert!(w.state.tasks.values().all(|task| task.element != *"b"), "counted from the migration");
    w.wait(1);
    w.complete("b", "");
    assert_eq!(w.state.status, Status::Completed);
}

/// A parked token with a message boundary event left a second subscription behind, and the next message
/// was heard twice.
#[test]
fn pitfall_2_a_parked_token_keeps_one_subscription_and_one_message_is_heard_once() {
    let elements = "start s\nservice a\non m a message stop non\nuser b\nend e";
    let (old, new) = (model(elements, "s>a a>e m>b b>e"), model(elements, "s>a a>e m>b b>e"));
    let mut w = World::new(old);
    w.start("");
    let job = w.job("a");
    w.does(&Command::FailJob { job, code: code("refused") });
    assert_eq!(moved(&mut w, new, &[]), ["instance_migrated"]);
    assert_eq!((w.state.subscriptions.len(), w.state.faults.len()), (1, 1));
    let (name, variables) = (code("stop"), variables(""));
    w.does(&Command::Correlate { name, key: None, variables, ttl: Duration::ZERO });
    assert_eq!(w.state.tasks.len(), 1, "heard once");
    w.resolves(Resolution::Retry, "");
    let job = w.job("a");
    w.does(&Command::CompleteJob { job, outputs: common::variables("") });
    w.complete("b", "");
    assert_eq!(w.state.status, Status::Completed);
}

/// Timers of event sub-processes that had fired were scheduled again.
#[test]
fn pitfall_3_a_timer_that_has_fired_is_not_armed_again_and_a_running_one_keeps_its_time() {
    let elements = |more: &str| {
        format!(
            "start s\nuser a\nbound soon a PT10M non\nend n\nend e\nhandler h {{\nstarts hs timer PT20M non\n\
             user report\nend he\nflows hs>report report>he\n}}\nhandler i {{\nstarts is timer PT2H non\nend ie\n\
             flows is>ie\n}}\n{more}"
        )
    };
    let flows = "s>a a>e soon>n";
    let mut w = World::new(model(&elements(""), flows));
    w.start("");
    w.wait(30);
    let due = w.state.next_timer().unwrap().1.due_at;
    assert_eq!(w.state.timers.len(), 1, "both others have fired");
    assert_eq!(moved(&mut w, model(&elements(""), flows), &[]), ["instance_migrated"]);
    assert_eq!(w.state.next_timer().unwrap().1.due_at, due, "the remaining time stays");
    w.wait(600);
    let fired = w.events.iter().filter(|event| matches!(event, Event::TimerFired(_))).count();
    assert_eq!(fired, 3, "each once");
    // A cancelled instance is not brought back to life.
    w.does(&Command::Cancel { code: code("merged") });
    let refused =
        migrate::migrate((&w.model, &w.model), &w.state, &mapping(&[]), w.now, &PlainHost);
    assert_eq!(refused, Err(Refusal::NotRunning));
}

/// A boundary timer was judged before what its task does first, so it fired at once; and stored states
/// lacked variables that a later version read. (The golden instances are in `golden.rs`.)
#[test]
fn pitfall_4_a_boundary_timer_reads_what_its_task_maps_in_and_unknown_parks() {
    let task = "<userTask id=\"a\"><extensionElements><wk:inputs><wk:map source=\"'x'\" target=\"y\"/>\
        <wk:map source=\"patience\" target=\"wait\"/></wk:inputs></extensionElements></userTask>";
    let elements = format!("start s\n{task}\non late a timer =wait\nend e\nend n");
    let mut w = World::new(model(&elements, "s>a a>e late>n"));
    let known = [(code("patience"), Value::Duration(Duration::minutes(30)))].into();
    w.does(&Command::Start { variables: known });
    let due = w.state.next_timer().unwrap().1.due_at;
    assert_eq!(due, w.now + Duration::minutes(30));
    let mut unknown = World::new(model(&elements, "s>a a>e late>n"));
    unknown.start("");
    assert_eq!(unknown.state.faults[&1].code, code("timer_unknown"), "never at once");
}

/// Two escalation events without a code both fired; timer text without quotes never did.
#[test]
fn pitfall_5_codes_are_asked_for_and_timer_text_is_judged_at_deployment() {
    let drawn = model(
        "start s\nsub p {\nstart ps\nthrow x escalation\nend pe\nflows ps>x x>pe\n}\non a p escalation non\non b p escalation non\nend e",
        "s>p p>e a>e b>e",
    );
    let lint = process::lint::lint(&drawn);
    let rules: Vec<_> = lint.iter().filter(|f| f.rule == "missing-code").map(|f| &f.id).collect();
    assert_eq!(rules, ["x", "a", "b"]);
    let mut w = World::new(drawn);
    w.start("");
    let triggered = w.events.iter().filter(|e| matches!(e, Event::BoundaryTriggered(_))).count();
    assert_eq!(triggered, 1, "the first one catches, and no other");
    for (tag, text) in
        [("timeDuration", "30 minutes"), ("timeDate", "tomorrow"), ("timeCycle", "R/1H")]
    {
        let timer = format!(
            "<startEvent id=\"s\"/><intermediateCatchEvent id=\"t\"><timerEventDefinition><{tag}>{text}</{tag}>\
             </timerEventDefinition></intermediateCatchEvent>"
        );
        let findings = Model::read(&common::file(&timer)).unwrap_err();
        assert_eq!((findings[0].rule, findings[0].id.as_str()), ("wrong-timer", "t"), "{text}");
    }
}

/// Instances had to be moved one by one, blindly.
#[test]
fn pitfall_6_a_hundred_instances_are_previewed_and_moved_with_one_mapping() {
    let old = model("start s\nuser a\nuser b\nend e", "s>a a>b b>e");
    let new = model("start s\nuser first\nuser b\nuser c\nend e", "s>first first>b b>c c>e");
    let worlds: Vec<World> = (0..100)
        .map(|n| {
            let mut w = World::new(old.clone());
            w.start("");
            if n % 2 == 0 {
                w.complete("a", "");
            }
            w
        })
        .collect();
    let stuck = |mapping: &migrate::Mapping| {
        worlds
            .iter()
            .filter(|w| !migrate::preview(&old, &new, &w.state, mapping).stuck.is_empty())
            .count()
    };
    assert_eq!(stuck(&mapping(&[])), 50, "what cannot move is known before");
    let refused =
        migrate::migrate((&old, &new), &worlds[1].state, &mapping(&[]), worlds[1].now, &PlainHost);
    let Err(Refusal::CannotMigrate { stuck: places }) = refused else { panic!("{refused:?}") };
    assert_eq!((places[0].element.as_str(), places[0].reason.as_str()), ("a", "element_missing"));
    assert_eq!(stuck(&mapping(&[("a", "first")])), 0);
    for mut w in worlds {
        moved(&mut w, new.clone(), &[("a", "first")]);
        while w.state.status == Status::Running {
            let task = w.state.tasks.values().next().unwrap().element.clone();
            w.complete(task.as_str(), "");
        }
        assert!(w.state.visits.contains_key(&code("first")), "the diagram follows");
    }
}

/// Long processes: the state holds what is, not what was.
#[test]
fn pitfall_7_months_of_reminders_and_messages_do_not_grow_the_state() {
    let mut w = World::new(model(
        "start s\nuser a\non every a cycle R/P1D non\nend n\nend e\nhandler h {\nstarts hs message update non\nend he\nflows hs>he\n}",
        "s>a a>e every>n",
    ));
    w.start("");
    let size = |w: &World| serde_json::to_string(&w.state).unwrap().len();
    let first = size(&w);
    for _ in 0..400 {
        let (timer, scheduled) = w.state.next_timer().map(|(id, t)| (id, t.due_at)).unwrap();
        w.now = scheduled;
        let (name, variables) = (code("update"), variables(""));
        for command in [
            Command::FireTimer { timer, scheduled },
            Command::Correlate { name, key: None, variables, ttl: Duration::ZERO },
        ] {
            process::advance(&w.model, &mut w.state, &command, w.now, &PlainHost).unwrap();
        }
    }
    assert!(size(&w) < first + 200, "only numbers grew");
}

/// A history level lost the audit: here, each command that changes the state leaves events, and they
/// alone give the state back. There is nothing to turn down.
#[test]
fn pitfall_8_every_change_of_the_state_is_an_event() {
    let mut w = World::new(model(
        "start s\nuser a\non every a cycle R3/PT10M non\nend n\nend e",
        "s>a a>e every>n",
    ));
    for command in [
        Command::Start { variables: variables("x=yes") },
        Command::Correlate {
            name: code("early"),
            key: None,
            variables: variables(""),
            ttl: Duration::minutes(5),
        },
    ] {
        let before = w.state.clone();
        let count = w.events.len();
        w.does(&command);
        assert!(w.state == before || w.events.len() > count);
    }
    w.wait(40);
    let mut folded = process::State::default();
    w.events.iter().for_each(|event| apply(&mut folded, event));
    assert_eq!(folded, w.state);
}

#[test]
fn places_of_another_kind_or_scope_are_named() {
    let old = model("start s\nand f\nuser a\nuser b\nand j\nend e", "s>f f>a f>b a>j b>j j>e");
    let new = model(
        "start s\nand f\nservice a\nsub p {\nstart ps\nuser b\nend pe\nflows ps>b b>pe\n}\nand k\nend e",
        "s>f f>a f>p a>k p>k k>e",
    );
    let mut w = World::new(old.clone());
    w.start("");
    let reasons = |w: &World| -> Vec<String> {
        let seen = migrate::preview(&old, &new, &w.state, &mapping(&[("j", "k")]));
        seen.stuck.iter().map(|place| format!("{} {}", place.element, place.reason)).collect()
    };
    assert_eq!(reasons(&w), ["a other_kind", "b other_scope"]);
    w.complete("a", "");
    assert_eq!(reasons(&w), ["a_j flow_missing", "b other_scope"]);
}

/// What lies inside a called process moves with its call; what a place may be mapped to is named.
#[test]
fn a_call_that_is_called_otherwise_takes_its_inside_along() {
    let pairs = mapping(&[("talk", "speak"), ("talk:draft", "speak:text")]);
    for (old, new) in [
        ("talk", "speak"),
        ("talk:draft", "speak:text"),
        ("talk:send", "speak:send"),
        ("talk:deep:own", "speak:deep:own"),
        ("talked", "talked"),
        ("other:talk", "other:talk"),
    ] {
        assert_eq!(migrate::renamed(&pairs, &code(old)), code(new), "{old}");
    }
    let old = model("start s\nuser a\nuser b\nend e", "s>a a>b b>e");
    let new = model("start s\nuser c\nservice d\nuser b\nend e", "s>c c>d d>b b>e");
    let choices = |id: &str| migrate::counterparts(&old, &new, &code(id), &mapping(&[]));
    assert_eq!(choices("a"), [code("c"), code("b")]);
    assert!(choices("nothing").is_empty());
    let flow = old.element(&code("b")).unwrap().incoming[0].clone();
    let leads = migrate::counterparts(&old, &new, &flow, &mapping(&[]));
    assert_eq!(leads.len(), 1, "the one flow that leads to b");
}
