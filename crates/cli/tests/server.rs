//! The server as a process: its first start, the host operator beside it, crashes, demonstration.

mod common;

use std::fs;

use common::{House, run};

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
