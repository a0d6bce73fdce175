//! What a case asks of people beside its tasks: a held step is passed, a stuck one tried again or left
//! behind, activities are chosen, messages and signals reach it. On its page and by the API.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use app::{Caller, config::DraftToSave};
use axum::http::StatusCode;
use common::{House, Visitor};
use domain::{
    access::Role,
    document::{DocumentKind, Seen, Verdict},
};
use serde_json::{Value, json};

/// Work that wants proof, a gateway without a way for what is not known, a choice of two activities, a
/// message, a signal.
const MODEL: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:wk="https://watchkeeper.example/bpmn"><process id="main">
  <startEvent id="s"/>
  <userTask id="contain" name="Cut it off" wk:role="responder" wk:due="PT1H" wk:exceptions="EX-URGENT">
    <extensionElements><wk:evidence><wk:require name="isolated_hosts"/></wk:evidence></extensionElements>
  </userTask>
  <exclusiveGateway id="g" name="Ready?"/>
  <adHocSubProcess id="p" name="Clean up" cancelRemainingInstances="false">
    <userTask id="a" name="Wipe" wk:role="responder" wk:due="PT1H"/>
    <userTask id="b" name="Reinstall" wk:role="responder" wk:due="PT1H"/>
  </adHocSubProcess>
  <intermediateCatchEvent id="m" name="Provider answers"><messageEventDefinition messageRef="reply"/></intermediateCatchEvent>
  <intermediateCatchEvent id="w" name="All clear"><signalEventDefinition signalRef="clear"/></intermediateCatchEvent>
  <userTask id="last" wk:role="responder" wk:due="PT1H"/>
  <endEvent id="e"/>
  <sequenceFlow id="s_contain" sourceRef="s" targetRef="contain"/>
  <sequenceFlow id="contain_g" sourceRef="contain" targetRef="g"/>
  <sequenceFlow id="g_p" sourceRef="g" targetRef="p"><conditionExpression>ready = "yes"</conditionExpression></sequenceFlow>
  <sequenceFlow id="g_e" sourceRef="g" targetRef="e"><conditionExpression>ready = "never"</conditionExpression></sequenceFlow>
  <sequenceFlow id="p_m" sourceRef="p" targetRef="m"/>
  <sequenceFlow id="m_w" sourceRef="m" targetRef="w"/>
  <sequenceFlow id="w_last" sourceRef="w" targetRef="last"/>
  <sequenceFlow id="last_e" sourceRef="last" targetRef="e"/>
</process></definitions>"#;

async fn caller(house: &House, role: Role) -> Caller {
    let visitor = house.somebody(role).await;
    house.app.session(&visitor.cookie).await.unwrap().unwrap().caller
}

/// Publishes the model as the next version of what incidents run on, by two people.
async fn publish(house: &House) {
    let (owner, other) =
        (caller(house, Role::ProcessOwner).await, caller(house, Role::Management).await);
    let which = || (DocumentKind::Process, "major-incident".parse().unwrap());
    let (kind, name) = which();
    let (rationale, bytes) = ("As agreed".to_owned(), MODEL.as_bytes().to_vec());
    let draft = DraftToSave { kind, name, draft: None, base: None, rationale, bytes };
    let saved = house.app.save_draft(&owner, draft).await.unwrap();
    let refusing = saved.findings.iter().filter(|found| found.refuses);
    assert_eq!(refusing.count(), 0, "{:?}", saved.findings);
    let seen = || Seen { draft: saved.draft, sha256: saved.sha256 };
    house.app.submit_draft(&owner, which(), (seen(), String::new())).await.unwrap();
    let accepted = (Verdict::Accepted, String::new());
    house.app.review_draft(&other, which(), seen(), accepted).await.unwrap();
    house.app.approve_draft(&other, which(), (seen(), String::new())).await.unwrap();
    house.app.publish_draft(&owner, which(), saved.draft).await.unwrap();
}

/// A new incident on it.
async fn declared(house: &House) -> String {
    let token = house.token(Role::Commander).await;
    let body = json!({ "title": "Malware on terminals" }).to_string();
    let declared = house.api("/api/v1/incidents", &token, Some(&body)).await;
    declared.json()["reference"].as_str().unwrap().to_owned()
}

struct Case<'a> {
    house: &'a House,
    reference: String,
    who: Visitor,
}

impl Case<'_> {
    async fn page(&self) -> String {
        let path = format!("/incidents/{}/process", self.reference);
        let shown = self.house.get(&path, Some(&self.who)).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
        shown.text()
    }

    /// Posts to one of the page's forms; the status, and what came back.
    async fn post(&self, verb: &str, form: &str) -> (u16, String) {
        let path = format!("/incidents/{}/process/{verb}", self.reference);
        let before = self.house.size().await;
        let answered = self.house.post(&path, &self.who, form).await;
        let changed = self.house.size().await > before;
        assert_eq!(
            changed,
            answered.status == StatusCode::SEE_OTHER,
            "{verb}: {}",
            answered.text()
        );
        (answered.status.as_u16(), answered.text())
    }

    async fn does(&self, verb: &str, form: &str) {
        let (status, text) = self.post(verb, form).await;
        assert_eq!(status, 303, "{verb}: {text}");
    }

    async fn refuses(&self, verb: &str, form: &str, (status, code): (u16, &str)) -> String {
        let (told, text) = self.post(verb, form).await;
        assert!(told == status && text.contains(code), "{verb}: {told} {text}");
        text
    }

    /// Completes the open task with this number.
    async fn complete(&self, task: u32) {
        let path = format!("/tasks/{}/{task}", self.reference);
        let answered = self.house.post(&path, &self.who, "").await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());
    }
}

/// What the log holds bears out every derived row.
async fn rebuilds(house: &House) {
    let beside = db::Db::open(&db::Target::Memory, db::Options::node("beside")).unwrap();
    beside.migrate(store::migrations::ALL).unwrap();
    let check = move |conn: &mut db::Conn| store::rebuild::check(conn, &beside);
    assert_eq!(house.app.look(check).await.unwrap().differences, Vec::new());
}

#[tokio::test]
async fn a_case_is_helped_on_from_its_page() {
    let house = House::new().await;
    publish(&house).await;
    let reference = declared(&house).await;
    let who = house.somebody(Role::Commander).await;
    let case = Case { house: &house, reference, who };
    assert!(!case.page().await.contains("Held for its evidence"));

    case.complete(1).await;
    let page = case.page().await;
    assert!(page.contains("Held for its evidence") && page.contains("isolated_hosts"), "{page}");
    let form = "element=contain&code=EX-URGENT&rationale=";
    case.refuses("exception", form, (422, "PRC-002")).await;
    let odd = "element=contain&code=EX-ODD&rationale=no+one+counts+them";
    let again = case.refuses("exception", odd, (409, "PRO-016")).await;
    assert!(again.contains("no one counts them"), "the words are still there");
    case.does("exception", "element=contain&code=EX-URGENT&rationale=the+site+burns").await;

    let page = case.page().await;
    assert!(page.contains("Stuck") && page.contains("Move past it"), "{page}");
    case.refuses("faults/1/retry", "variable=ready&value=two+words", (422, "PRO-009")).await;
    case.refuses("faults/9/retry", "", (404, "PRO-013")).await;
    case.refuses("faults/1/move-on", "flow=g_p", (422, "INC-007")).await;
    let responder = house.somebody(Role::Responder).await;
    let own = Case { house: &house, reference: case.reference.clone(), who: responder };
    assert!(!own.page().await.contains("Move past it"), "that is for those in command");
    own.refuses("faults/1/move-on", "reason=so", (403, "PER-008")).await;
    own.does("faults/1/retry", "variable=ready&value=yes").await;

    let page = case.page().await;
    assert!(page.contains("Clean up") && page.contains("Reinstall"), "{page}");
    case.refuses("activities", "element=last", (409, "PRO-020")).await;
    case.does("activities", "element=b").await;
    case.refuses("activities/finish", "element=p", (409, "PRO-021")).await;
    case.complete(2).await;
    case.does("activities/finish", "element=p").await;

    let page = case.page().await;
    assert!(page.contains("message:reply") && page.contains("Provider answers"), "{page}");
    case.refuses("tell", "what=", (422, "WEB-005")).await;
    case.refuses("tell", "what=message:other", (409, "PRO-018")).await;
    case.does("tell", "what=message:reply").await;
    assert!(case.page().await.contains("signal:clear"));
    case.does("tell", "what=signal:clear").await;
    case.complete(3).await;
    rebuilds(&house).await;
}

#[tokio::test]
async fn a_case_is_helped_on_by_the_api() {
    let house = House::new().await;
    publish(&house).await;
    let reference = declared(&house).await;
    let token = house.token(Role::Commander).await;
    let at = |path: &str| format!("/api/v1/incidents/{reference}/{path}");
    let asks = async || house.api(&at("process"), &token, None).await.json();
    let send = async |path: &str, body: Value| {
        let answered = house.api(&at(path), &token, Some(&body.to_string())).await;
        let code = match answered.status.is_success() {
            true => String::new(),
            false => answered.json()["code"].as_str().unwrap().to_owned(),
        };
        (answered.status.as_u16(), code)
    };
    let done = (204, String::new());
    assert_eq!(send("tasks/1", json!({ "answers": {} })).await, done);
    assert_eq!(
        asks().await["held"],
        json!([{ "element": "contain", "missing": ["isolated_hosts"], "exceptions": ["EX-URGENT"] }])
    );
    let passed =
        json!({ "element": "contain", "code": "EX-URGENT", "rationale": "The site burns" });
    assert_eq!(send("process/exception", passed.clone()).await, done);
    assert_eq!(send("process/exception", passed).await, (409, "PRO-015".to_owned()));

    let asked = asks().await;
    assert_eq!(asked["faults"][0]["flows"], json!(["g_p", "g_e"]), "{asked}");
    let again = json!({ "variables": { "ready": "later" } });
    assert_eq!(send("process/faults/1/retry", again).await, done, "tried, and stuck again");
    let fault = asks().await["faults"][0]["fault"].as_u64().unwrap();
    let past = format!("process/faults/{fault}/move-on");
    assert_eq!(send(&past, json!({ "reason": " " })).await, (422, "INC-007".to_owned()));
    let odd = json!({ "flow": "s_contain", "reason": "So" });
    assert_eq!(send(&past, odd).await, (422, "PRO-014".to_owned()));
    assert_eq!(send(&past, json!({ "flow": "g_p", "reason": "Known by phone" })).await, done);

    let open = json!([{ "element": "p", "activities": ["a", "b"], "may_finish": true }]);
    assert_eq!(asks().await["offers"], open);
    assert_eq!(send("process/activities", json!({ "element": "a" })).await, done);
    let finish = json!({ "element": "p" });
    let runs = (409, "PRO-021".to_owned());
    assert_eq!(send("process/activities/finish", finish.clone()).await, runs);
    assert_eq!(send("tasks/2", json!({ "answers": {} })).await, done);
    assert_eq!(send("process/activities/finish", finish).await, done);

    let awaits = json!([{ "kind": "message", "name": "reply", "key": null, "element": "m" }]);
    assert_eq!(asks().await["awaits"], awaits);
    assert_eq!(send("messages", json!({ "name": "reply" })).await, done);
    let unheard = (409, "PRO-018".to_owned());
    assert_eq!(send("signals", json!({ "name": "other" })).await, unheard);
    let body = json!({ "name": "clear" }).to_string();
    let heard = house.api("/api/v1/signals", &token, Some(&body)).await.json();
    assert_eq!(heard, json!({ "heard": 1 }));
    assert_eq!(send("signals", json!({ "name": "clear" })).await, unheard, "it was heard already");
    assert_eq!(asks().await["standing"], json!(["last"]));
    rebuilds(&house).await;
}
