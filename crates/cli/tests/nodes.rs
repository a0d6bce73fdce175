//! Two servers on one PostgreSQL.

mod common;

use std::fs;

use common::House;
use db::{Target, testing::TestDatabase};

#[test]
fn one_of_two_nodes_dies_and_the_other_carries_on() {
    let database = TestDatabase::postgres();
    let Target::Postgres(url) = database.target() else { panic!("a server") };
    let (first, second) = (House::new(), House::new());
    let on = |node| ["--database", url.as_str(), "--node", node];
    let ana = first.serve(&on("ana"));
    fs::create_dir(second.data()).unwrap();
    for key in ["log.key", "seal.key"] {
        fs::copy(first.data().join(key), second.data().join(key)).unwrap();
    }
    let bo = second.serve(&on("bo"));
    let host = |args: &[&str]| first.done(&[args, &["--database", url]].concat());
    let source = ["--source", "alertmanager-api", "--name", "t"];
    let key = host(&[&["admin", "integration", "add"][..], &source].concat());
    let token = host(&["admin", "token", "create", "--name", "t", "--role", "auditor"]);

    ana.alert(&key, "Before");
    bo.alert(&key, "Beside");
    ana.kill();
    bo.alert(&key, "After");
    let alerts = bo.get("/api/v2/alerts", Some(&token)).body;
    for name in ["Before", "Beside", "After"] {
        assert!(alerts.contains(name), "{name}: {alerts}");
    }
    let signed = bo.signed();
    bo.alert(&key, "Later");
    bo.until("a signature by the one that is left", || (bo.signed() > signed).then_some(()));
    let rebuilt = host(&["rebuild", "--check"]);
    assert!(rebuilt.ends_with(" 0 differences"), "{rebuilt}");
    assert_eq!(bo.stop(), 0);
}
