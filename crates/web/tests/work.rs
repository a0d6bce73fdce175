//! My work and the severity with a thumb: what waits, who is on it, how many taps it takes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::http::StatusCode;
use common::{House, Visitor};
use domain::access::Role;

/// The link whose text is `label`.
fn link(page: &str, label: &str) -> Option<String> {
    page.split("<a ").skip(1).find_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let text = rest.split_once("</a>")?.0;
        let (_, href) = tag.split_once("href=\"")?;
        text.ends_with(label).then(|| href.split('"').next().unwrap().replace("&#38;", "&"))
    })
}

/// The fields of the form whose button says `label`, as it would post them.
fn form(page: &str, label: &str) -> Option<String> {
    let form = page.split("<form ").skip(1).find(|form| {
        let form = form.split("</form>").next().unwrap();
        form.contains(label)
    })?;
    let form = form.split("</form>").next()?;
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    for input in form.split("<input type=\"hidden\" ").skip(1) {
        let value = |name: &str| {
            let at = input.split_once(&format!("{name}=\"")).unwrap().1;
            at.split('"').next().unwrap().to_owned()
        };
        if value("name") != "csrf" {
            fields.append_pair(&value("name"), &value("value"));
        }
    }
    Some(fields.finish())
}

async fn seen(house: &House, path: &str, visitor: &Visitor) -> String {
    let answered = house.get(path, Some(visitor)).await;
    assert_eq!(answered.status, StatusCode::OK, "{path}: {}", answered.text());
    answered.text()
}

#[tokio::test]
async fn g03_severity_at_night_is_three_taps() {
    let house = House::new().await;
    let responder = house.somebody(Role::Responder).await;
    let incident = format!("/incidents/{}", house.reference().await);
    let first = seen(&house, &format!("{incident}/severity/steps"), &responder).await;
    // Whatever is answered to the first question, the decision is at most two taps away.
    for answer in ["None", "Few", "Many", "Most", "Unknown yet"] {
        let next = link(&first, answer).unwrap();
        let second = seen(&house, &next, &responder).await;
        assert!(form(&second, "name=\"act\" value=\"decide\"").is_some(), "{answer}: {second}");
    }
    let most = seen(&house, &link(&first, "Most").unwrap(), &responder).await;
    // Nothing else can change it: neither is anything else asked.
    let settled = seen(&house, &link(&most, "Yes").unwrap(), &responder).await;
    assert!(settled.contains("Nothing else can change it"), "{settled}");
    let before = house.size().await;
    let fields = form(&settled, "name=\"act\" value=\"decide\"").unwrap();
    let fields = format!("{fields}&act=decide&rationale=Most+customers+affected");
    let decided = house.post(&format!("{incident}/severity"), &responder, &fields).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text());
    assert!(house.size().await > before);
    let page = seen(&house, &incident, &responder).await;
    assert!(page.contains("<b>S1</b> Critical"), "in force at once");
    // Lowering says that it waits for a second person, and is a proposal.
    let path = format!(
        "{incident}/severity/steps?customers_affected=none&critical_function=no&data_at_risk=no\
         &workaround=yes"
    );
    let lower = seen(&house, &path, &responder).await;
    assert!(lower.contains("waits for a second person") && lower.contains("Propose S4"), "{lower}");
}

#[tokio::test]
async fn g04_a_task_is_claimed_delegated_and_comes_back() {
    let house = House::new().await;
    let (anna, bo) = (house.somebody(Role::Commander).await, house.somebody(Role::Commander).await);
    let task = format!("/tasks/{}/1", house.reference().await);
    let mine = seen(&house, "/tasks", &bo).await;
    assert!(mine.contains(&task), "waits for everybody with the role");
    let claimed = house.post(&format!("{task}/claim"), &anna, "next=%2Ftasks").await;
    assert_eq!((claimed.status, claimed.header("location")), (StatusCode::SEE_OTHER, "/tasks"));
    assert!(!seen(&house, "/tasks", &bo).await.contains(&task), "somebody is on it");
    assert!(seen(&house, "/tasks?show=held", &anna).await.contains(&task));
    let refused = house.post(&format!("{task}/claim"), &bo, "").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("Somebody else is on this task"));
    let until = (house.app.now() + base::Duration::hours(2)).to_string();
    let to = format!("to={}&until_at={until}&reason=My+shift+ends", bo.id);
    let given = house.post(&format!("{task}/delegate"), &anna, &to).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
    assert!(seen(&house, "/tasks", &bo).await.contains(&task));
    assert!(!seen(&house, "/tasks", &anna).await.contains(&task));
    house.hands.pass(base::Duration::hours(3));
    assert!(seen(&house, "/tasks", &anna).await.contains(&task), "the time is over");
    assert!(!seen(&house, "/tasks", &bo).await.contains(&task));
    let released = house.post(&format!("{task}/release"), &anna, "").await;
    assert_eq!(released.status, StatusCode::SEE_OTHER);
    assert!(seen(&house, "/tasks", &bo).await.contains(&task));
}

#[tokio::test]
async fn g04_a_delegation_has_an_end_and_somebody_who_could_do_it() {
    let house = House::new().await;
    let anna = house.somebody(Role::Commander).await;
    let auditor = house.somebody(Role::Auditor).await;
    let bo = house.somebody(Role::Responder).await;
    let task = format!("/tasks/{}/1", house.reference().await);
    let hours = |hours: i64| (house.app.now() + base::Duration::hours(hours)).to_string();
    for (to, until, code) in [
        (auditor.id, hours(2), "TSK-004"),
        (bo.id, hours(24 * 15), "TSK-003"),
        (bo.id, hours(0), "TSK-003"),
        (anna.id, hours(2), "TSK-003"),
    ] {
        let before = house.size().await;
        let body = format!("to={to}&until_at={until}&reason=Words+stay");
        let refused = house.post(&format!("{task}/delegate"), &anna, &body).await;
        assert!(refused.text().contains(code), "{code}: {}", refused.text());
        assert!(refused.text().contains("Words stay"), "{code}");
        assert_eq!(house.size().await, before, "{code}");
    }
}

#[tokio::test]
async fn what_the_list_shows_the_api_and_the_file_show_too() {
    let house = House::new().await;
    let (anna, token) = (house.somebody(Role::Commander).await, house.token(Role::Commander).await);
    let listed = house.api("/api/v1/tasks?show=mine", &token, None).await.json();
    let tasks = listed["items"].as_array().unwrap();
    let file = house.get("/tasks.csv?show=mine", Some(&anna)).await;
    assert!(file.header("content-type").starts_with("text/csv"));
    assert_eq!(file.text().lines().count(), tasks.len() + 1);
    let own = house.reference().await;
    let task = tasks.iter().find(|task| task["reference"] == own.as_str()).unwrap();
    let path = format!("/api/v1/incidents/{own}/tasks/{}", task["task"]);
    assert_eq!(house.api(&format!("{path}/claim"), &token, Some("")).await.status, 204);
    let held = house.api("/api/v1/tasks?show=held", &token, None).await.json();
    assert_eq!(held["items"].as_array().unwrap().len(), 1);
    assert_eq!(house.api(&format!("{path}/release"), &token, Some("")).await.status, 204);
}
