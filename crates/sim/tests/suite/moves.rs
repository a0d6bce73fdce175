//! Cases that move to another version of their process, whatever happens meanwhile.

use std::collections::BTreeMap;

use app::{demo::PROCESS, incident::WaitsAt};
use base::{Code, Duration, Id, id};
use domain::moving::{CaseSettled, Event, Outcome, Standing};
use serde_json::json;
use sim::{Fault, World};

/// Version 2: the first step has another id, and ten minutes become twenty.
fn version_2() -> String {
    let renamed = PROCESS
        .replace("\"confirmation\"", "\"confirmation_2\"")
        .replace(">confirmation<", ">confirmation_2<")
        .replace(">PT10M<", ">PT20M<");
    assert_ne!(renamed, PROCESS);
    renamed
}

/// Version 2 is published, and moving every open case there proposed.
pub fn proposed(world: &mut World) -> Id<id::CaseMove> {
    world.publish_process(version_2());
    world.propose_move((1, 2), &[("confirmation", "confirmation_2")])
}

fn state(world: &World, id: Id<id::Incident>) -> domain::incident::Incident {
    let load =
        world.run(|app| async move { app.look(move |conn| store::incident::load(conn, id)).await });
    world.must("reading an incident", load).unwrap()
}

fn tick(world: &World) {
    let ticked = world.run(|app| async move { app.tick().await });
    world.must("the tick", ticked);
}

/// The clocks of an incident by id: everything of their rows but the name of the element.
fn clocks(world: &World, id: Id<id::Incident>) -> BTreeMap<String, (String, String)> {
    let read = world.run(|app| async move {
        app.look(move |conn| store::clock::of_target(conn, &id.to_string())).await
    });
    let rows = world.must("reading clocks", read).into_iter();
    rows.map(|clock| {
        let times = json!([clock.generation, clock.started_at, clock.due_at, clock.state]);
        (clock.id.to_string(), (clock.kind, times.to_string()))
    })
    .collect()
}

/// Everything of an incident that a regulatory clock hangs on, byte for byte.
fn facts(world: &World, id: Id<id::Incident>) -> String {
    let state = state(world, id);
    json!({
        "declared_at": state.declared_at,
        "awareness": state.awareness,
        "severity": state.severity,
        "scope": state.scope,
        "services": state.services,
        "facts": state.facts,
        "exceptions": state.exceptions,
        "measures": state.measures,
        "phases": state.phases,
        "breached": state.breached,
        "groups": state.groups,
    })
    .to_string()
}

/// The first task is passed: somebody else has to ratify that in time.
fn passed_by_exception(world: &World, id: Id<id::Incident>) {
    let lead = world.person("lead").caller(world.now());
    let task = *state(world, id).process.state.tasks.keys().next().unwrap();
    let why = (WaitsAt::Task(task), Code::fixed("EX-URGENT"), "Client Meyer-Zumsteg".to_owned());
    let passed = world.run(|app| async move { app.bypass(&lead, id, why).await });
    world.must("passing a task", passed);
}

#[test]
fn inv07_migration_moves_no_regulatory_clock() {
    let (mut moved, mut kinds) = (0, BTreeMap::<String, usize>::new());
    for seed in 50..54 {
        let mut world = World::that_declares(seed);
        world.live(120);
        let fresh = world.declare("lead", "Grüße aus Århus");
        passed_by_exception(&world, fresh);
        let open = world.open_incidents();
        let before: Vec<_> =
            open.iter().map(|id| (facts(&world, *id), clocks(&world, *id))).collect();
        let plan = proposed(&mut world);
        world.approve_move(plan);
        for _ in 0..10 {
            tick(&world);
        }
        assert_eq!(world.plan(plan).standing, Standing::Done, "seed {seed}");
        for (id, (facts_before, clocks_before)) in open.iter().zip(before) {
            if state(&world, *id).process.version != 2 {
                continue;
            }
            moved += 1;
            assert_eq!(facts(&world, *id), facts_before, "seed {seed}: facts of {id}");
            let after = clocks(&world, *id);
            for (clock, (kind, times)) in clocks_before {
                // Whatever ran runs on, with the same start and the same end.
                assert_eq!(after.get(&clock).map(|(_, t)| t), Some(&times), "seed {seed}: {clock}");
                *kinds.entry(kind).or_default() += 1;
            }
        }
        world.check_all();
    }
    assert!(moved > 3, "only {moved} cases moved");
    for kind in ["severity_approval", "ratification", "task_due"] {
        assert!(kinds.contains_key(kind), "no clock of the kind {kind}: {kinds:?}");
    }
}

#[test]
fn a_crash_between_the_cases_of_a_move_loses_none_and_doubles_none() {
    let faults = [
        Fault::Crash,
        Fault::CrashAfterCommit,
        Fault::LostAnswer,
        Fault::LostCommit,
        Fault::NoDatabase,
    ];
    for (seed, fault) in (60..).zip(faults) {
        let mut world = World::seed(seed);
        world.begin();
        // More than one tick moves, so that the crash is between two cases of the plan.
        let cases: Vec<_> =
            (0..40).map(|_| world.declare("lead", "Client Meyer-Zumsteg")).collect();
        let plan = proposed(&mut world);
        world.approve_move(plan);
        tick(&world);
        let (some, _) = world.plan(plan).counts();
        assert!(some > 0 && some < cases.len(), "{some} moved before the fault");
        world.suffer(fault);
        world.step();
        world.mend();
        // Another node works beside it, on the same rows.
        let db = world.app().db().clone();
        let other = world.node(db, "node-2");
        let ticked = world.run(|_| async move { other.tick().await });
        world.must("the other node's tick", ticked);
        world.run_for(Duration::minutes(2));
        let done = world.plan(plan);
        assert_eq!((done.standing, done.counts()), (Standing::Done, (40, 0)), "{fault:?}");
        for case in &cases {
            assert_eq!(state(&world, *case).process.version, 2, "{fault:?}");
        }
        let mut moved: Vec<_> =
            world.entries_of(&["case_migrated"]).iter().map(|e| e.stream.to_string()).collect();
        moved.sort();
        let mut wanted: Vec<_> = cases.iter().map(ToString::to_string).collect();
        wanted.sort();
        assert_eq!(moved, wanted, "{fault:?}: each once");
        assert_eq!(world.entries_of(&["move_case_settled"]).len(), 40, "{fault:?}");
        world.check_all();
    }
}

#[test]
fn a_case_that_is_over_when_its_turn_comes_stays_and_says_so() {
    let mut world = World::seed(70);
    world.begin();
    let (goes, stays) = (world.declare("lead", "a"), world.declare("lead", "b"));
    let plan = proposed(&mut world);
    let lead = world.person("lead").caller(world.now());
    let closed = world.run(|app| async move {
        app.close_incident(&lead, stays, (true, "the vault code is 4711".into())).await
    });
    world.must("closing", closed);
    world.approve_move(plan);
    world.run_for(Duration::minutes(1));
    assert_eq!(world.plan(plan).counts(), (1, 1));
    assert_eq!((state(&world, goes).process.version, state(&world, stays).process.version), (2, 1));
    let settled = world.entries_of(&["move_case_settled"]);
    let outcome = |case: Id<id::Incident>| {
        let found = settled.iter().find_map(|entry| {
            let Ok(Event::CaseSettled(e)) = Event::parse(entry.kind.as_str(), &entry.data) else {
                panic!("not an entry of a plan")
            };
            (e.incident == case).then_some(e)
        });
        found.unwrap()
    };
    assert_eq!(outcome(goes).outcome, Outcome::Moved);
    let over = CaseSettled {
        incident: stays,
        outcome: Outcome::Over,
        stuck: 0,
        places: Vec::new(),
        code: None,
    };
    assert_eq!(outcome(stays), over);
    // Its own timeline tells that it stayed.
    let told = world.run(|app| async move {
        app.look(move |conn| store::log::of_incident(conn, &stays.to_string(), i64::MAX, 100)).await
    });
    let told = world.must("reading the timeline", told);
    let kinds: Vec<_> =
        told.iter().map(|stored| stored.entry().unwrap().kind.to_string()).collect();
    for kind in ["move_proposed", "move_approved", "move_case_settled"] {
        assert!(kinds.iter().any(|told| told == kind), "{kind}: {kinds:?}");
    }
    world.check_all();
}
