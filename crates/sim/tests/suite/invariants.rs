//! Invariants of docs/ARCHITECTURE.md that need the whole server.

use std::collections::BTreeMap;

use base::Duration;
use domain::incident;
use sim::World;

use crate::moves;

#[test]
fn inv05_every_entry_names_its_versions() {
    let mut world = World::that_declares(31);
    world.live(60);
    let plan = moves::proposed(&mut world);
    world.approve_move(plan);
    world.live(60);
    let mut processes = BTreeMap::new();
    let (mut named, mut moved, mut configured) = (0, 0, false);
    for entry in world.entries_of(&[]) {
        let kind = entry.kind.as_str();
        assert!(!configured || entry.under.config_version.is_some(), "{kind}");
        configured |= kind == "document_published";
        if !entry.stream.as_str().starts_with("inc_") {
            continue;
        }
        if let Ok(incident::Event::IncidentDeclared(e)) = incident::Event::parse(kind, &entry.data)
        {
            processes
                .insert(entry.stream.clone(), (e.process, e.process_version, e.process_sha256));
        }
        if let Ok(incident::Event::CaseMigrated(e)) = incident::Event::parse(kind, &entry.data) {
            // What the version before waits for no longer ended before this entry; all else is new.
            processes.insert(entry.stream.clone(), (e.process, e.to, e.to_sha256));
            moved += 1;
        }
        let of_process = !incident::Event::KINDS.contains(&kind);
        if of_process {
            let (process, version, sha256) = processes[&entry.stream].clone();
            let under = &entry.under;
            let named_versions = (under.process.clone(), under.version, under.sha256);
            // An entry inside a called process names that one's version.
            let own = named_versions == (Some(process), Some(version), Some(sha256));
            let called =
                under.process.is_some() && under.version.is_some() && under.sha256.is_some();
            assert!(own || called, "{kind}");
            named += 1;
        }
        if kind == "severity_decided" {
            assert!(entry.under.table.is_some() && entry.under.table_version.is_some());
        }
    }
    assert!(named > 50, "only {named} entries of processes");
    assert!(moved > 0, "no case moved");
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
