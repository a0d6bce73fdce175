//! Ground rule G22: failed sign-ins and reads are recorded together, so that nobody floods the log.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use base::Duration;
use common::House;
use domain::access::Role;

async fn of_kind(house: &House, kind: &'static str) -> Vec<serde_json::Value> {
    let code = base::Code::fixed(kind);
    let found = house.app.look(move |conn| store::log::before(conn, i64::MAX, Some(&code))).await;
    found.unwrap().iter().map(|stored| stored.entry().unwrap().data.clone()).collect()
}

#[tokio::test]
async fn g22_failed_sign_ins_of_a_window_are_one_entry() {
    let house = House::new().await;
    let ana = house.somebody(Role::Auditor).await;
    let named = house.app.look(store::person::all).await.unwrap();
    let email = named.into_iter().find(|person| person.id == ana.id).unwrap().email;
    house.app.tick().await.unwrap();
    for number in 0..3 {
        let wrong = house.app.sign_in(&email, "not the password".to_owned()).await;
        assert!(wrong.is_err());
        let stranger = format!("stranger.{number}@nowhere.example");
        assert!(house.app.sign_in(&stranger, "guess".to_owned()).await.is_err());
    }
    assert!(of_kind(&house, "sign_ins_refused").await.is_empty(), "not one by one");
    house.hands.pass(Duration::minutes(11));
    house.app.tick().await.unwrap();
    let found = of_kind(&house, "sign_ins_refused").await;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["addresses"], &found[0]["count"]), (&4.into(), &6.into()));
    assert_eq!(found[0]["people"][0]["person"], ana.id.to_string());
    assert_eq!(found[0]["people"][0]["count"], 3);
    house.hands.pass(Duration::minutes(11));
    house.app.tick().await.unwrap();
    assert_eq!(of_kind(&house, "sign_ins_refused").await.len(), 1, "told once");
}

#[tokio::test]
async fn g22_reads_of_the_log_are_one_entry_an_hour() {
    let house = House::new().await;
    let token = house.token(Role::Auditor).await;
    for _ in 0..40 {
        house.api("/api/v1/evidence/1", &token, None).await;
    }
    house.app.tick().await.unwrap();
    assert!(of_kind(&house, "log_read").await.is_empty());
    house.hands.pass(Duration::minutes(61));
    house.app.tick().await.unwrap();
    let found = of_kind(&house, "log_read").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["readers"][0]["count"], 40);
}
