//! The logs of earlier releases: opened, brought up to date, folded and verified by this build.
//!
//! `scripts/golden.sh` records one for each release; a recorded one never changes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{fs, io::Read as _, path::Path};

use common::{House, run};

const WHOLE: [&str; 4] = ["--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z"];

#[test]
fn logs_of_earlier_releases_are_opened_folded_and_verified() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut releases: Vec<_> = fs::read_dir(folder).unwrap().flatten().map(|f| f.path()).collect();
    releases.sort();
    assert!(!releases.is_empty());
    for release in releases {
        upgraded(&release);
    }
}

fn upgraded(release: &Path) {
    let house = House::new();
    fs::create_dir(house.data()).unwrap();
    for name in ["log.key", "seal.key", "checkpoint"] {
        fs::copy(release.join(name), house.data().join(name)).unwrap();
    }
    let packed = fs::File::open(release.join("watchkeeper.db.gz")).unwrap();
    let mut database = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut database).unwrap();
    fs::write(house.data().join("watchkeeper.db"), database).unwrap();
    let recorded = fs::read_to_string(release.join("rebuilt.json")).unwrap();
    let recorded: serde_json::Value = serde_json::from_str(&recorded).unwrap();

    // The first command of this build brings the database up to date.
    let rebuilt = house.run(&["rebuild", "--check", "--json"]);
    assert_eq!(
        rebuilt.code,
        0,
        "{}: raise store::rebuild::FOLD with a change of what is folded\n{}{}",
        release.display(),
        rebuilt.out,
        rebuilt.err
    );
    let rebuilt: serde_json::Value = serde_json::from_str(rebuilt.out.trim()).unwrap();
    assert_eq!(rebuilt["entries"], recorded["entries"]);

    // It goes on where it stood: signed by its key, extending what was signed then.
    let server = house.serve(&[]);
    server.until("readiness", || (server.get("/readyz", None).status == 200).then_some(()));
    server.alert(&house.key(), "AfterTheUpgrade");
    let token = house.token();
    assert!(server.get("/api/v2/alerts", Some(&token)).body.contains("LedgerDown"));
    let incidents = server.get("/api/v1/incidents", Some(&token)).body;
    assert!(incidents.contains("core ledger gateway"), "{incidents}");
    let size = house.size();
    server.until("a signature", || (server.signed() >= size).then_some(()));
    let pack = house.path("golden.zip").display().to_string();
    house.done(&[&["export", "-o", &pack][..], &WHOLE].concat());
    let key = house.done(&["admin", "key", "show"]);
    let verified = run(&["verify", &pack, "--origin-key", &key]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let rebuilt = house.done(&["rebuild", "--check"]);
    assert!(rebuilt.ends_with(" 0 differences"), "{rebuilt}");
}
