//! Proof of paging, settings and the organisation: what is shown, to whom, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::http::StatusCode;
use common::{House, Visitor};
use domain::access::Role;

async fn seen(house: &House, path: &str, visitor: &Visitor) -> String {
    let answered = house.get(path, Some(visitor)).await;
    assert_eq!(answered.status, StatusCode::OK, "{path}: {}", answered.text());
    answered.text()
}

/// Rings the bell; answers the pages it sent.
async fn paged(house: &House) -> Vec<store::page::Listed> {
    let key = house.key("alertmanager").await;
    let alert = include_str!("alertmanager.json");
    assert_eq!(house.api(&format!("/in/alertmanager/{key}"), "", Some(alert)).await.status, 202);
    let end = base::Timestamp::from_micros(i64::MAX);
    house.app.look(move |conn| store::page::before(conn, end)).await.unwrap()
}

#[tokio::test]
async fn only_an_answer_proves_that_somebody_was_reached() {
    let house = House::new().await;
    let auditor = house.somebody(Role::Auditor).await;
    let page = paged(&house).await.into_iter().find(|page| page.state == "queued").unwrap();
    let log = seen(&house, "/paging", &auditor).await;
    assert!(log.contains(&page.id.to_string()) && log.contains("Being sent"));
    house.hands.pass(base::Duration::seconds(43));
    house.app.acknowledge_page(page.id).await.unwrap();
    let log = seen(&house, "/paging?state=acknowledged", &auditor).await;
    assert!(log.contains("Reached in 43 s"), "{log}");
    let one = seen(&house, &format!("/paging/{}", page.id), &auditor).await;
    assert!(one.contains("Why this person?") && one.contains("default v1"), "{one}");
    let file = house.get("/paging.csv?state=acknowledged", Some(&auditor)).await.text();
    assert!(file.lines().nth(1).is_some_and(|row| row.contains(",43,")), "{file}");
    let token = house.token(Role::Auditor).await;
    let twin = house.api("/api/v1/pages?state=acknowledged", &token, None).await.json();
    assert_eq!(twin["items"][0]["id"], page.id.to_string());
}

#[tokio::test]
async fn g18_without_the_log_one_sees_the_pages_to_oneself() {
    let house = House::new().await;
    let responder = house.somebody(Role::Responder).await;
    let page = paged(&house).await.into_iter().find(|page| page.person != responder.id).unwrap();
    let log = seen(&house, "/paging", &responder).await;
    assert!(!log.contains(&page.id.to_string()), "somebody else's");
    let other = house.get(&format!("/paging/{}", page.id), Some(&responder)).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn why_somebody_was_not_paged_is_said() {
    let house = House::new().await;
    let auditor = house.somebody(Role::Auditor).await;
    let path = format!("/incidents/{}/paging", house.reference().await);
    let page = seen(&house, &path, &auditor).await;
    assert!(page.contains("No step of this ladder names you or a role of yours"), "{page}");
}

#[tokio::test]
async fn the_chosen_zone_is_shown_and_read() {
    let house = House::new().await;
    let responder = house.somebody(Role::Responder).await;
    let refused = house.post("/settings/zone", &responder, "zone=Mars%2FOlympus").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let chosen = house.post("/settings/zone", &responder, "zone=Asia%2FTokyo").await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    assert!(seen(&house, "/alerts", &responder).await.contains("JST"));
    let letters = house.post("/settings/keys", &responder, "keys=off").await;
    assert_eq!(letters.status, StatusCode::SEE_OTHER);
    assert!(seen(&house, "/", &responder).await.contains("data-letters=\"off\""));
}

#[tokio::test]
async fn a_service_is_added_changed_and_drawn_with_what_it_needs() {
    let house = House::new().await;
    let ada = house.somebody(Role::Administrator).await;
    let entity = house.app.look(store::config::entities).await.unwrap()[0].id;
    let core = house.app.look(store::config::services).await.unwrap().remove(0);
    let form = format!("name=Mobile+app&critical=1&entities={entity}&depends_on={}", core.id);
    let added = house.post("/services", &ada, &form).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    let path = added.header("location").to_owned();
    let page = seen(&house, &path, &ada).await;
    assert!(page.contains("<svg class=\"graph\"") && page.contains(&core.name), "{page}");
    assert!(seen(&house, &format!("/services/{}", core.id), &ada).await.contains("Mobile app"));
    // What something else needs cannot go; what was typed stays.
    let retired = house.post(&format!("/services/{}/retire", core.id), &ada, "").await;
    assert_eq!(retired.status, StatusCode::CONFLICT, "{}", retired.text());
    let ring =
        format!("name=Renamed&entities={entity}&depends_on={}", path.rsplit('/').next().unwrap());
    let refused = house.post(&format!("/services/{}", core.id), &ada, &ring).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Renamed") && refused.text().contains("ENT-007"));
    let file = house.get("/services.csv", Some(&ada)).await.text();
    assert!(file.lines().any(|row| row.contains("mobile-app")), "{file}");
}

#[tokio::test]
async fn inv10_what_the_audit_asks_is_never_fine_by_default() {
    let house = House::new().await;
    let auditor = house.somebody(Role::Auditor).await;
    let page =
        seen(&house, &format!("/incidents/{}/audit", house.reference().await), &auditor).await;
    assert!(page.contains("not applicable yet"), "{page}");
    assert!(!page.contains("present</span>"), "nothing was recorded yet: {page}");
}
