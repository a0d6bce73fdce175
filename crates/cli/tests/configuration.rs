//! Configuration as code through the command line.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;

use common::House;

const ORGANISATION: &str = r#"
[[legal_entity]]
code = "bank"
name = "Nordhaven Bank"
lei = "529900T8BM49AURSDO55"

[[team]]
code = "pay"
name = "Payments"
"#;

const GRAPH: &str = "code,name,team,entities,depends_on\n\
                     ledger,Core ledger,,bank,\ngateway,Payment gateway,pay,bank,ledger\n";

#[test]
fn a_folder_is_planned_applied_exported_and_applied_again() {
    let house = House::new();
    let server = house.serve(&[]);
    let folder = house.path("config");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("organisation.toml"), ORGANISATION).unwrap();
    fs::write(folder.join("services.csv"), GRAPH).unwrap();
    let path = folder.display().to_string();
    let before = house.size();
    let planned = house.done(&["apply", &path, "--dry-run"]);
    assert!(planned.contains("add       service gateway"), "{planned}");
    assert!(planned.ends_with("4 to add, 0 to change, 0 to retire, 0 unchanged"), "{planned}");
    assert_eq!(house.size(), before, "a dry run records nothing");

    house.done(&["apply", &path]);
    let token = house.token();
    let services = server.get("/api/v1/services", Some(&token)).body;
    assert!(services.contains("Payment gateway"), "{services}");
    let exported = house.path("exported").display().to_string();
    house.done(&["config", "export", &exported]);
    let size = house.size();
    let again = house.done(&["apply", &exported, "--json"]);
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    let verbs = again["plan"].as_array().unwrap().iter().map(|line| &line["verb"]);
    assert!(verbs.clone().count() > 5 && verbs.clone().all(|verb| verb == "unchanged"), "{again}");
    assert_eq!(house.size(), size);

    // Somebody has an account now (the token's service): from here on a second person approves.
    fs::write(folder.join("services.csv"), GRAPH.replace("Core ledger", "Core ledger 2")).unwrap();
    let proposed = house.run(&["apply", &path]);
    assert_eq!(proposed.code, 0, "{}", proposed.err);
    assert!(proposed.out.contains("name: Core ledger → Core ledger 2"), "{}", proposed.out);
    assert!(proposed.err.contains("a second person approves"), "{}", proposed.err);
    let changes = server.get("/api/v1/configuration", Some(&token)).body;
    assert!(changes.contains("\"proposed\"") && changes.contains("Core ledger 2"), "{changes}");
    let services = server.get("/api/v1/services", Some(&token)).body;
    assert!(!services.contains("Core ledger 2"), "not in force: {services}");

    let size = house.size();
    fs::write(folder.join("services.csv"), GRAPH.replace(",pay,", ",cards,")).unwrap();
    let refused = house.run(&["apply", &path]);
    assert_eq!(refused.code, 2);
    let told = "services.csv:3: there is no team `cards` (CFG-002)";
    assert!(refused.err.contains(told), "{}", refused.err);
    assert_eq!(house.size(), size);
    let rebuilt = house.done(&["rebuild", "--check"]);
    assert!(rebuilt.ends_with(" 0 differences"), "{rebuilt}");
    server.stop();
}
