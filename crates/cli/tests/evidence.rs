//! Evidence through the command line: packs, and what a restored backup cannot hide.

mod common;

use std::fs;

use common::{House, run};

const WHOLE: [&str; 4] = ["--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z"];

#[test]
fn g10_a_pack_verifies_with_the_key_and_a_flipped_byte_is_named() {
    let house = House::new();
    let server = house.serve(&[]);
    server.alert(&house.key(), "PaymentsDown");
    let pack = house.path("pack.zip").display().to_string();
    house.done(&[&["export", "-o", &pack][..], &WHOLE].concat());
    let key = house.done(&["admin", "key", "show"]);
    let verified = run(&["verify", &pack, "--origin-key", &key]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    assert_eq!(run(&["verify", &pack]).code, 2, "without the key nobody says whose log it is");

    let folder = house.path("pack");
    common::unpacked(&pack, &folder);
    let bundle =
        fs::read_dir(folder.join("tile/entries")).unwrap().flatten().next().unwrap().path();
    let bundle = if bundle.is_dir() {
        fs::read_dir(bundle).unwrap().flatten().next().unwrap().path()
    } else {
        bundle
    };
    let mut bytes = fs::read(&bundle).unwrap();
    let at = bytes.windows(9).position(|text| text == b"\"nonce\":\"").unwrap() + 9;
    bytes[at] ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let tampered = run(&["verify", &folder.display().to_string(), "--origin-key", &key]);
    assert_eq!(tampered.code, 1, "{}{}", tampered.out, tampered.err);
    assert!(tampered.out.contains("entry"), "{}", tampered.out);
}

#[test]
fn a_restored_old_backup_is_not_signed_over() {
    let house = House::new();
    let server = house.serve(&[]);
    let key = house.key();
    let copy = house.path("copy.db").display().to_string();
    house.done(&["backup", &copy]);
    server.alert(&key, "A");
    server.alert(&key, "B");
    let size = house.size();
    let signed = server.until("a signature", || Some(server.signed()).filter(|&s| s >= size));

    let refused = house.run(&["restore", &copy, "--force"]);
    assert_eq!(refused.code, 2, "a server runs");
    assert_eq!(server.stop(), 0);
    let refused = house.run(&["restore", &copy]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("--force"), "{}", refused.err);
    let restored = house.run(&["restore", &copy, "--force"]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    assert!(restored.err.contains("nothing will be signed"), "{}", restored.err);

    let doctor = house.run(&["doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.out.contains("fail log: ") && doctor.out.contains("admin log epoch"));
    let server = house.serve(&[]);
    let said = server.until("the alarm", || {
        let ready = server.get("/readyz", None);
        ready.body.contains("an older database was restored").then_some(ready)
    });
    assert!(said.body.contains("declare a new epoch"), "{}", said.body);
    // Trouble with signing does not make the node unready: paging goes on (ground rule G2).
    server.until("readiness", || (server.get("/readyz", None).status == 200).then_some(()));
    assert!(server.signed() < signed, "what was restored is not signed over");
    server.stop();

    assert_eq!(house.run(&["admin", "log", "epoch", "--reason", " "]).code, 2);
    house.done(&["admin", "log", "epoch", "--reason", "the disk of site A was replaced"]);
    let server = house.serve(&[]);
    server.alert(&key, "C");
    let size = house.size();
    server.until("a signature", || (server.signed() >= size).then_some(()));
    assert!(!house.run(&["doctor"]).out.contains("fail log"));
}
