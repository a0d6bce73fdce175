//! Moving running cases: seen ahead and proposed by the API or by a page, approved on the page alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::House;
use domain::access::Role;
use serde_json::{Value, json};

#[tokio::test]
async fn a_move_is_asked_proposed_and_read_by_the_api_and_approved_by_a_person() {
    let house = House::new().await;
    let (_, judge) = house.publishes_version_2().await;
    let (token, reader) = (house.token(Role::ProcessOwner).await, house.token(Role::Auditor).await);
    let at = "/api/v1/processes/major-incident/moves";
    let reference = house.reference().await;
    let asked = json!({ "from": 1, "to": 2 });
    let seen = house.api(&format!("{at}/preview"), &reader, Some(&asked.to_string())).await.json();
    assert_eq!((seen["would_move"].as_i64(), seen["would_stay"].as_i64()), (Some(1), Some(1)));
    let of = |list: &Value, key: &str, is: &str| {
        list.as_array().unwrap().iter().find(|row| row[key] == *is).unwrap().clone()
    };
    let stuck = &of(&seen["cases"], "reference", &reference)["stuck_at"][0];
    assert_eq!(
        (&stuck["element"], &stuck["reason"]),
        (&json!("confirmation"), &json!("element_missing"))
    );
    let place = of(&seen["places"], "element", "confirmation");
    assert!(place["choices"].as_array().unwrap().contains(&json!("confirmation_2")), "{place}");

    let mut new = json!({ "from": 1, "to": 2, "reason": "The law changed", "cases": [reference] });
    let refused = house.api(at, &token, Some(&new.to_string())).await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (409, json!("MOV-003")));
    new["mapping"] = json!({ "confirmation": "confirmation_2" });
    let forbidden = house.api(at, &reader, Some(&new.to_string())).await;
    assert_eq!(forbidden.status, 403);
    let proposed = house.api(at, &token, Some(&new.to_string())).await;
    assert_eq!(proposed.status, 201, "{}", proposed.text());
    let plan = proposed.header("location").to_owned();
    let page = plan.replace("/api/v1", "");
    let read = house.api(&plan, &reader, None).await.json();
    assert_eq!(
        (&read["standing"], &read["cases"][0]["state"]),
        (&json!("proposed"), &json!("waits"))
    );

    // It waits for whoever may approve; the page is theirs, and a token is never let in.
    let tasks = house.api("/api/v1/tasks?show=all", &reader, None).await.json();
    let waits = |tasks: &Value| {
        tasks["items"].as_array().unwrap().iter().filter(|row| row["kind"] == "move").count()
    };
    assert_eq!(waits(&tasks), 1);
    let work = house.get("/tasks", Some(&judge)).await.text();
    assert!(work.contains(&format!("href=\"{page}\"")), "{work}");
    let approved = house.post(&format!("{page}/approve"), &judge, "comment=Agreed").await;
    assert_eq!((approved.status.as_u16(), approved.header("location")), (303, page.as_str()));
    house.app.tick().await.unwrap();
    let read = house.api(&plan, &reader, None).await.json();
    assert_eq!((&read["standing"], &read["cases"][0]["state"]), (&json!("done"), &json!("moved")));
    let case = house.api(&format!("/api/v1/incidents/{reference}/process"), &reader, None).await;
    assert_eq!(
        (&case.json()["version"], &case.json()["standing"]),
        (&json!(2), &json!(["confirmation_2"]))
    );
    let list = house.api(at, &reader, None).await.json();
    assert_eq!(
        (&list["items"][0]["moved"], list["items"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
    let late = house.api(&format!("{plan}/withdraw"), &token, Some(r#"{"reason":"no"}"#)).await;
    assert_eq!((late.status.as_u16(), late.json()["code"].clone()), (409, json!("MOV-007")));
    assert_eq!(waits(&house.api("/api/v1/tasks?show=all", &reader, None).await.json()), 0);
}

#[tokio::test]
async fn a_move_is_proposed_and_given_up_on_pages() {
    let house = House::new().await;
    let (owner, judge) = house.publishes_version_2().await;
    let reference = house.reference().await;
    let form = "/processes/major-incident/move";
    let stuck = house.get(form, Some(&owner)).await.text();
    assert!(stuck.contains("the other version has no such element"), "{stuck}");
    let offered = format!("name=\"case\" value=\"{reference}\"");
    assert!(!stuck.contains(&offered), "a case that cannot move is not offered");
    assert_eq!(house.get(form, Some(&judge)).await.status, 403);
    let mapped = "from=1&to=2&map.confirmation=confirmation_2";
    let seen = house.post(form, &owner, &format!("{mapped}&act=preview")).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let case = format!("name=\"case\" value=\"{reference}\" checked");
    assert!(seen.text().contains(&case), "what can move is chosen: {}", seen.text());
    let case = format!("{mapped}&act=propose&seen={reference}&case={reference}");
    let silent = house.post(form, &owner, &case).await;
    assert!(silent.status == 422 && silent.text().contains("MOV-005"), "{}", silent.text());
    let slip = house.post(form, &owner, "from=1&to=2&map.confirmation=nothing&act=preview").await;
    assert!(slip.status == 422 && slip.text().contains("MOV-009"), "{}", slip.text());
    let unchosen = format!("{mapped}&act=propose&reason=why&seen={reference}");
    let unchosen = house.post(form, &owner, &unchosen).await;
    assert!(unchosen.status == 409 && unchosen.text().contains("MOV-003"), "{}", unchosen.text());
    let proposed = house.post(form, &owner, &format!("{case}&reason=The+law+changed")).await;
    assert_eq!(proposed.status, 303, "{}", proposed.text());
    let plan = proposed.header("location").to_owned();
    let own = house.get(&plan, Some(&owner)).await.text();
    assert!(own.contains("You proposed it") && !own.contains("Approve and move them"), "{own}");
    let wordless = house.post(&format!("{plan}/reject"), &judge, "reason=").await;
    assert!(wordless.status == 422 && wordless.text().contains("MOV-005"));
    let rejected = house.post(&format!("{plan}/reject"), &judge, "reason=Not+now").await;
    assert_eq!(rejected.status, 303, "{}", rejected.text());
    house.app.tick().await.unwrap();
    let told = house.get(&plan, Some(&owner)).await.text();
    assert!(told.contains("rejected") && told.contains("Not now"), "{told}");
    let listed = house.get("/processes/major-incident", Some(&judge)).await.text();
    assert!(listed.contains(&format!("href=\"{plan}\"")), "{listed}");
    let nothing = house.get("/moves/mov_00000000000000000000000000000001", Some(&judge)).await;
    assert!(nothing.status == 404 && nothing.text().contains("MOV-001"));
}
