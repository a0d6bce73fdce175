//! Invariants of docs/ARCHITECTURE.md that need the whole server.

use std::collections::BTreeMap;

use base::{Code, Duration};
use serde_json::Value;
use sim::World;

use crate::{crash, moves};

/// A process, its version and the digest of that version's bytes.
type Version = (String, i64, String);

/// The version that an object names, by these fields.
fn named(data: &Value, fields: [&str; 3]) -> Option<Version> {
    let text = |field| data.get(field)?.as_str().map(str::to_owned);
    Some((text(fields[0])?, data.get(fields[1])?.as_i64()?, text(fields[2])?))
}

/// What runs in an incident, as its entries tell it: its own process, and what each call runs.
#[derive(Default)]
struct Running {
    own: Option<Version>,
    called: BTreeMap<String, Version>,
}

impl Running {
    /// An entry that says which version governs from here on, or what a call begins to run.
    fn follow(&mut self, kind: &str, data: &Value) {
        if let Some(own) = named(data, ["process", "process_version", "process_sha256"]) {
            self.own = Some(own);
        }
        // What the version before waits for no longer ended before this entry; all else is new.
        if let Some(own) =
            named(data, ["process", "to", "to_sha256"]).filter(|_| kind == "case_migrated")
        {
            self.own = Some(own);
        }
        let bound = data.get("bound").filter(|_| kind == "scope_opened");
        let bound = bound.and_then(|bound| named(bound, ["process", "version", "sha256"]));
        if let (Some(bound), Some(call)) = (bound, data.get("element").and_then(Value::as_str)) {
            self.called.insert(call.to_owned(), bound);
        }
    }

    /// The version at a place: inside a call its id goes before the last colon.
    fn at(&self, data: &Value) -> Option<&Version> {
        let place = data.get("element").or_else(|| data.get("flow")).and_then(Value::as_str);
        match place.and_then(|place| place.rsplit_once(':')) {
            Some((call, _)) => self.called.get(call),
            None => self.own.as_ref(),
        }
    }
}

/// Checks the versions that every entry names; how many are of processes, and of called ones.
fn check_versions(world: &World) -> (usize, usize) {
    let mut running: BTreeMap<Code, Running> = BTreeMap::new();
    let (mut named, mut called, mut configured) = (0, 0, false);
    for entry in world.entries_of(&[]) {
        let kind = entry.kind.as_str();
        assert!(!configured || entry.under.config_version.is_some(), "{kind}");
        configured |= kind == "document_published";
        if !entry.stream.as_str().starts_with("inc_") {
            continue;
        }
        let runs = running.entry(entry.stream.clone()).or_default();
        if process::Event::KINDS.contains(&kind) {
            let under = &entry.under;
            let sha256 = under.sha256.map(|sha256| sha256.to_string());
            let names = under.process.as_ref().map(ToString::to_string).zip(under.version);
            let names = names.zip(sha256).map(|((name, version), sha256)| (name, version, sha256));
            assert_eq!(names.as_ref(), runs.at(&entry.data), "{kind} {}", entry.data);
            named += 1;
            called += usize::from(names != runs.own);
        }
        runs.follow(kind, &entry.data);
        if kind == "severity_decided" {
            assert!(entry.under.table.is_some() && entry.under.table_version.is_some());
        }
    }
    (named, called)
}

#[test]
fn inv05_every_entry_names_its_versions() {
    let mut world = World::that_declares(31);
    world.live(60);
    let plan = moves::proposed(&mut world);
    world.approve_move(plan);
    world.live(60);
    let is_moved = |entry: &evidence::Entry| entry.kind.as_str() == "case_migrated";
    assert!(world.entries_of(&[]).iter().any(is_moved), "no case moved");
    let (named, called) = check_versions(&world);
    assert!(named > 50, "only {named} entries of processes, {called} of called ones");
    let mut world = crash::begin(31);
    crash::story(&mut world);
    let (named, called) = check_versions(&world);
    assert!(named > 100 && called > 10, "only {named}, {called} of called ones");
}

#[test]
fn inv06_reconcilers_run_twice_and_out_of_order_with_one_result() {
    let story = |reconcile: fn(&mut World)| {
        let mut world = World::seed(32);
        world.begin();
        world.alert("cards", "critical");
        for _ in 0..240 {
            world.pass(Duration::seconds(10));
            reconcile(&mut world);
        }
        world.check_all();
        world.pages()
    };
    let once = story(World::step);
    let twice = story(|world| {
        world.step();
        world.step();
    });
    let out_of_order = story(|world| {
        let send = |app: app::App| async move { app.send_pages().await };
        world.must("sending", world.run(send));
        drop(world.run(|app| async move { app.sign_checkpoint().await }));
        world.step();
        world.must("sending", world.run(send));
    });
    let on_two_nodes = story(|world| {
        let db = world.app().db().clone();
        let other = world.node(db, "node-2");
        let ticked = world.run(|_| async move { other.tick().await });
        world.must("the other node's tick", ticked);
        world.step();
    });
    assert!(once.lines().count() > 2, "{once}");
    assert_eq!(twice, once);
    assert_eq!(out_of_order, once);
    assert_eq!(on_two_nodes, once);
}

#[test]
fn inv08_no_word_of_a_person_enters_a_leaf() {
    // Names, addresses, titles, notes and labels are known to the world, and each new leaf is searched
    // for them after every step; here many are written.
    let mut world = World::that_declares(33);
    world.live(400);
    world.check_all();
    let written = world.entries_of(&["note_added", "fact_recorded", "task_completed"]).len();
    assert!(written > 10, "only {written} entries with words");
    assert!(world.finds_a_word_in(b"a note by Oona Calloway"), "the search itself works");
}

#[test]
fn inv09_every_open_alert_has_a_next_due_time() {
    for seed in 40..44 {
        let mut world = World::seed(seed);
        world.live(80);
        world.check_all();
        let silent = world.run(|app| async move { app.look(store::alert::silent).await });
        assert_eq!(world.must("counting", silent), 0, "seed {seed}");
    }
}
