//! The server as a process: its first start, the host operator beside it, crashes, demonstration.

mod common;

use std::{
    fs,
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicUsize, Ordering},
};

use common::{House, Poster, Server, run};
use serde_json::Value;

#[test]
fn the_first_start_prints_a_link_and_becomes_ready() {
    let house = House::new();
    let server = house.serve(&[]);
    let link = server.printed.iter().find(|line| line.contains("/set-up/")).unwrap();
    let (_, path) = link.split_once(&server.address).unwrap();
    assert_eq!(server.get(path, None).status, 200);
    server.until("readiness", || (server.get("/readyz", None).status == 200).then_some(()));
    assert_eq!(server.stop(), 0);

    let again = house.serve(&[]);
    assert!(again.printed.iter().any(|line| line.contains("/set-up/")), "nobody has used the link");
}

#[test]
fn the_host_operator_works_beside_the_server_and_each_act_is_an_entry() {
    let house = House::new();
    let server = house.serve(&[]);
    let (token, key) = (house.token(), house.key());
    assert!(token.starts_with("wkt_") && key.starts_with("wki_"), "only the secret is printed");
    let args = ["admin", "user", "add", "--name", "Ana", "--email", "ana@bank.example"];
    let link = house.done(&[&args[..], &["--role", "responder"]].concat());
    let (_, path) = link.split_once(&server.address).unwrap();
    assert_eq!(server.get(path, None).status, 200);
    assert_eq!(server.get("/api/v2/alerts", Some(&token)).status, 200);
    assert_eq!(server.get("/api/v2/alerts", Some("wkt_wrong")).status, 401);

    let pack = house.path("log.zip").display().to_string();
    let whole = ["--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z"];
    house.done(&[&["export", "-o", &pack][..], &whole].concat());
    let entries = common::unpacked(&pack, &house.path("log"));
    for kind in ["token_created", "integration_added", "person_added"] {
        assert!(entries.contains(&format!("\"type\":\"{kind}\"")), "{kind}");
    }
    assert!(entries.contains("\"kind\":\"host\""));
}

#[test]
fn an_alert_survives_a_crash() {
    let house = House::new();
    let server = house.serve(&[]);
    let (token, key) = (house.token(), house.key());
    server.alert(&key, "PaymentsDown");
    server.kill();
    let server = house.serve(&[]);
    assert!(server.get("/api/v2/alerts", Some(&token)).body.contains("PaymentsDown"));
    let rebuilt = house.done(&["rebuild", "--check"]);
    assert!(rebuilt.ends_with(" 0 differences"), "{rebuilt}");
}

/// What is done to each incident, by the element of its process; the first declares it.
const STEPS: [(&str, &str); 3] = [
    ("", ""),
    ("confirmation", r#"{"answers":{"verdict":"confirmed"}}"#),
    (
        "severity_decision",
        r#"{"answers":{"customers_affected":"few","critical_function":"no","data_at_risk":"no",
            "workaround":"yes","rationale":"a few, and there is another way"}}"#,
    ),
];

/// An incident on its way through its process.
#[derive(Default)]
struct Case {
    number: usize,
    /// How many of its steps were answered.
    done: usize,
    reference: String,
    /// The task of its next step, once it was looked up.
    task: Option<u64>,
}

impl Case {
    /// Does the next step under that step's own key; nothing where the server died meanwhile.
    fn go_on(&mut self, server: &Poster, token: &str) -> Option<()> {
        let key = format!("case-{}-{}", self.number, self.done);
        let (element, body) = STEPS[self.done];
        let mut path = "/api/v1/incidents".to_owned();
        let title = format!(r#"{{"title":"case {}"}}"#, self.number);
        if !element.is_empty() {
            path = format!("{path}/{}", self.reference);
            if self.task.is_none() {
                let seen: Value = serde_json::from_str(&server.get(&path, token)?.body).ok()?;
                let mut tasks = seen["tasks"].as_array()?.iter();
                self.task = tasks.find(|task| task["element"] == element)?["number"].as_u64();
            }
            path = format!("{path}/tasks/{}", self.task?);
        }
        let body = if element.is_empty() { &title } else { body };
        let answer = server.once(&path, token, (&key, body))?;
        // Done, and the answer went down with the server: what it changed is read.
        let before = answer.body.contains("WEB-012");
        let done = before || matches!(answer.status, 201 | 204);
        assert!(done, "{key}: {} {}", answer.status, answer.body);
        if element.is_empty() {
            let text =
                if before { server.get("/api/v1/incidents", token)?.body } else { answer.body };
            let told: Value = serde_json::from_str(&text).ok()?;
            let title = format!("case {}", self.number);
            let listed = told["items"].as_array().into_iter().flatten();
            let listed = listed.into_iter().find(|row| row["title"] == title.as_str());
            listed.unwrap_or(&told)["reference"].as_str()?.clone_into(&mut self.reference);
        }
        (self.done, self.task) = (self.done + 1, None);
        Some(())
    }
}

/// How often the server is killed, and how many clients work meanwhile.
const KILLS: u64 = 6;
const WORKERS: usize = 4;

#[test]
fn steps_of_a_process_are_neither_lost_nor_doubled_by_crashes() {
    let house = House::new();
    let mut server = house.serve(&[]);
    // A door in brings the legal entity that incidents belong to.
    house.key();
    let create = ["admin", "token", "create", "--name", "t", "--role"];
    let [token, reader] =
        ["commander", "auditor"].map(|role| house.done(&[&create[..], &[role]].concat()));
    let chance = RandomState::new();
    let next = AtomicUsize::new(0);
    let fresh = || Case { number: next.fetch_add(1, Ordering::Relaxed), ..Case::default() };
    let mut cases: Vec<Case> = (0..WORKERS).map(|_| fresh()).collect();
    let mut over = 0;
    for kill in 0..=KILLS {
        let (answered, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let poster = server.poster();
        let last = kill == KILLS;
        std::thread::scope(|scope| {
            for case in &mut cases {
                let (answered, finished, fresh, poster, token) =
                    (&answered, &finished, &fresh, &poster, &token);
                scope.spawn(move || {
                    // In the end each brings the case in hand to its end.
                    while case.go_on(poster, token).is_some() {
                        answered.fetch_add(1, Ordering::Relaxed);
                        if case.done == STEPS.len() {
                            finished.fetch_add(1, Ordering::Relaxed);
                            if last {
                                break;
                            }
                            *case = fresh();
                        }
                    }
                });
            }
            if !last {
                let answers = usize::try_from(chance.hash_one(kill) % 40).unwrap();
                server
                    .until("work", || (answered.load(Ordering::Relaxed) >= answers).then_some(()));
                server.signal("KILL");
            }
        });
        over += finished.into_inner();
        if !last {
            server.kill();
            server = house.serve(&[]);
        }
    }
    let declared = told(&server, &reader, "incident_declared");
    assert_eq!(declared.len(), next.into_inner(), "each case once");
    let mut completed: Vec<(String, String)> = told(&server, &reader, "task_completed");
    assert_eq!(completed.len(), over * (STEPS.len() - 1), "each task once");
    completed.sort();
    completed.dedup();
    assert_eq!(completed.len(), over * (STEPS.len() - 1), "no task twice");
    assert_eq!(server.stop(), 0);
    let rebuilt = house.done(&["rebuild", "--check"]);
    assert!(rebuilt.ends_with(" 0 differences"), "{rebuilt}");
}

/// The stream and the data of each entry of this kind.
fn told(server: &Server, reader: &str, kind: &str) -> Vec<(String, String)> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/evidence?type={kind}{cursor}");
        let page: Value =
            serde_json::from_str(&server.get(&path, Some(reader)).body).expect("JSON");
        for row in page["items"].as_array().expect("rows") {
            let stream = row["entry"]["stream"].as_str().expect("a stream").to_owned();
            found.push((stream, row["entry"]["data"]["task"].to_string()));
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[test]
fn a_demonstration_pages_by_mail_that_is_kept_as_files() {
    let house = House::new();
    let server = house.serve(&["--demo"]);
    assert!(server.printed.iter().any(|line| line.contains("/set-up/")));
    server.alert(&house.key(), "LedgerDown");
    let mails = || fs::read_dir(house.data().join("mail")).unwrap().flatten();
    let mail = server.until("a mail", || {
        mails().map(|file| file.path()).find(|path| path.extension().is_some_and(|e| e == "eml"))
    });
    let mail = fs::read_to_string(mail).unwrap();
    assert!(mail.contains("/ack/"), "{mail}");
}

#[test]
fn a_demonstration_stays_on_this_machine() {
    let house = House::new();
    let refused = house.run(&["serve", "--demo", "--listen", "0.0.0.0:0"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("no loopback address"), "{}", refused.err);
}

#[test]
fn two_servers_do_not_share_a_data_directory() {
    let house = House::new();
    let _server = house.serve(&[]);
    let second = house.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 2);
    assert!(second.err.contains("a server runs on"), "{}", second.err);
}

#[test]
fn a_wrong_option_is_named_and_changes_nothing() {
    let refused = run(&["serve", "--smtp", "http://relay", "--data", "/nowhere/at/all"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("smtp: the scheme"), "{}", refused.err);
    assert!(!std::path::Path::new("/nowhere").exists());
}
