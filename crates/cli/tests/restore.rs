//! The restore drill: a backup under load, put back after a loss and put up elsewhere.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use common::{House, Server, run};

const WHOLE: [&str; 4] = ["--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z"];

/// Posts alerts until it is told to stop; the names of those that were answered.
struct Load {
    answered: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Load {
    fn on(server: &Server, key: &str) -> Self {
        let (answered, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let mut load = Self { answered, stop, threads: Vec::new() };
        for sender in 0..3 {
            let (answered, stop) = (load.answered.clone(), load.stop.clone());
            let (poster, key) = (server.poster(), key.to_owned());
            load.threads.push(std::thread::spawn(move || {
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let name = format!("Load{sender}x{number}");
                    if poster.alert(&key, &name) {
                        answered.lock().unwrap().push(name);
                    }
                }
            }));
        }
        load
    }

    fn answered(&self) -> Vec<String> {
        self.answered.lock().unwrap().clone()
    }

    fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::SeqCst);
        let Self { answered, threads, .. } = self;
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let answered = answered.lock().unwrap();
        answered.clone()
    }
}

/// The exact bytes of the first entries, as the server serves them.
fn entries(server: &Server, token: &str, size: u64) -> Vec<String> {
    let entry = |seq| server.get(&format!("/api/v1/evidence/{seq}"), Some(token));
    (0..size).step_by(7).map(|seq| entry(seq).body).collect()
}

/// The titles of all alerts, as the API tells them page by page.
fn titles(server: &Server, token: &str) -> BTreeSet<String> {
    let (mut titles, mut from) = (BTreeSet::new(), String::new());
    loop {
        let page = server.get(&format!("/api/v1/alerts{from}"), Some(token));
        assert_eq!(page.status, 200, "{}", page.body);
        let page: serde_json::Value = serde_json::from_str(&page.body).unwrap();
        let items = page["items"].as_array().unwrap().iter();
        titles.extend(items.map(|alert| alert["title"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { return titles };
        from = format!("?cursor={next}");
    }
}

fn verified(house: &House, name: &str, key: &str) {
    let pack = house.path(name).display().to_string();
    house.done(&[&["export", "-o", &pack][..], &WHOLE].concat());
    let verified = run(&["verify", &pack, "--origin-key", key]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn a_backup_under_load_loses_nothing_that_was_answered_before_it() {
    let house = House::new();
    let server = house.serve(&[]);
    let (key, token) = (house.key(), house.token());
    let vkey = house.done(&["admin", "key", "show"]);
    let load = Load::on(&server, &key);
    server.until("some load", || (load.answered().len() >= 110).then_some(()));
    let before = load.answered();
    let copy = house.path("copy.db").display().to_string();
    house.done(&["backup", &copy]);
    let marked = load.answered().len();
    server.until("more load", || (load.answered().len() >= marked + 20).then_some(()));
    let all = load.end();
    let size = house.size();
    server.until("a signature", || (server.signed() >= size).then_some(()));

    // Elsewhere, without the keys: it reads and folds, and nothing signs a second history.
    let drill = House::new();
    let restored = drill.run(&["restore", &copy]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    assert!(restored.err.contains("another log key"), "{}", restored.err);
    let rebuilt = drill.done(&["rebuild", "--check"]);
    assert!(rebuilt.ends_with(" 0 differences"), "{rebuilt}");
    let kept = drill.size();
    assert!(kept < size, "the copy is older than the end of the load");
    let seen = entries(&server, &token, kept - 2);

    // After a loss, in place: the guard speaks, nothing answered before the backup is missing.
    assert_eq!(server.stop(), 0);
    let restored = house.run(&["restore", &copy, "--force"]);
    assert!(restored.err.contains("nothing will be signed"), "{}", restored.err);
    let server = house.serve(&[]);
    server.until("the alarm", || {
        server.get("/readyz", None).body.contains("an older database was restored").then_some(())
    });
    let told = titles(&server, &token);
    let missing: Vec<_> = before.iter().filter(|name| !told.contains(*name)).collect();
    assert!(missing.is_empty(), "answered before the backup and missing: {missing:?}");
    assert!(all.len() > before.len(), "the load went on during the backup");
    assert_eq!(entries(&server, &token, kept - 2), seen, "byte for byte what was served before");

    // The epoch is declared beside the running server, which signs on without a restart.
    assert!(house.data().join("rolled-back").exists(), "what waits in the copy is held back");
    house.done(&["admin", "log", "epoch", "--reason", "the restore drill"]);
    assert!(!house.data().join("rolled-back").exists());
    server.alert(&key, "AfterTheEpoch");
    let size = house.size();
    server.until("a signature by the running server", || (server.signed() >= size).then_some(()));
    let well = server.get("/readyz", None).body;
    assert!(well.contains("checkpoints are signed"), "{well}");
    let rebuilt = house.done(&["rebuild", "--check"]);
    assert!(rebuilt.ends_with(" 0 differences"), "{rebuilt}");
    verified(&house, "restored.zip", &vkey);
    assert_eq!(server.stop(), 0);
}

#[test]
fn another_key_signs_the_same_tree_from_its_epoch_on() {
    let house = House::new();
    let server = house.serve(&[]);
    let key = house.key();
    server.alert(&key, "UnderTheOldKey");
    assert_eq!(server.stop(), 0);
    let old = house.done(&["admin", "key", "show"]);
    assert_eq!(house.run(&["admin", "key", "rotate", "--reason", ""]).code, 2);
    let new = house.done(&["admin", "key", "rotate", "--reason", "the key officer left"]);
    assert_ne!(old, new);
    assert_eq!(house.done(&["admin", "key", "show"]), new);
    assert!(fs::read_to_string(house.data().join("log.vkeys")).unwrap().contains(&old));
    let server = house.serve(&[]);
    server.alert(&key, "UnderTheNewKey");
    let size = house.size();
    server.until("a signature", || (server.signed() >= size).then_some(()));
    verified(&house, "rotated.zip", &new);
    let pack = house.path("rotated.zip").display().to_string();
    // The old key signed nothing of this: that is no forgery, and no proof either.
    let before = run(&["verify", &pack, "--origin-key", &old, "--json"]);
    assert_eq!(before.code, 2, "{}{}", before.out, before.err);
    let told: serde_json::Value = serde_json::from_str(&before.out).unwrap();
    let signer: Vec<&str> = new.splitn(3, '+').take(2).collect();
    assert_eq!(told["verdict"], "signed_by_another");
    assert_eq!(told["signers"], serde_json::json!([signer.join("+")]));
    let said = run(&["verify", &pack, "--origin-key", &old]).out;
    assert!(said.starts_with("Cannot be verified with this key: "), "{said}");
    assert!(!house.run(&["doctor"]).out.contains("fail log"));
}
