//! What the process of an incident does with the world: calls of published processes, messages, signals,
//! evidence that holds a step, four eyes. Through the use cases alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use app::{
    App, Caller, Channels, Credentials,
    config::DraftToSave,
    identity::{NewContact, NewPerson},
    incident::{NewIncident, Told},
    testing::{self, HandClock, START},
};
use base::{Code, Duration, Id, Timestamp, id};
use domain::{
    access::{Grant, Role},
    document::{DocumentKind, Seen, Verdict},
    incident::{Cause, Certainty, Declaration, Fact, Source},
    page::Channel,
    person::{self, PersonKind},
};
use evidence::{Actor, ActorKind, Mode};

const MODELS: &str = "xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
    xmlns:wk=\"https://watchkeeper.example/bpmn\"";

fn file(id: &str, elements: &str, flows: &str) -> Vec<u8> {
    let flows: String = flows
        .split_whitespace()
        .map(|flow| {
            let (from, to) = flow.split_once('>').unwrap();
            format!("<sequenceFlow id=\"{from}_{to}\" sourceRef=\"{from}\" targetRef=\"{to}\"/>")
        })
        .collect();
    format!("<definitions {MODELS}><process id=\"{id}\">{elements}{flows}</process></definitions>")
        .into_bytes()
}

fn task(id: &str, more: &str, inside: &str) -> String {
    format!(
        "<userTask id=\"{id}\" wk:role=\"responder\" wk:due=\"PT1H\" {more}><extensionElements>{inside}\
         </extensionElements></userTask>"
    )
}

fn signed_in(id: Id<id::Person>, roles: &[Role], now: Timestamp) -> Caller {
    Caller {
        actor: Actor { id: person::code(id), kind: ActorKind::Person },
        person: Some(id),
        grants: roles.iter().map(|role| Grant { role: *role, entity: None }).collect(),
        elevated_at: START,
        credentials: Credentials::Session { confirmed_at: now },
        session: None,
        once: None,
    }
}

struct House {
    app: App,
    clock: std::sync::Arc<HandClock>,
    ana: Caller,
    bo: Caller,
    entity: Id<id::LegalEntity>,
}

impl House {
    async fn open() -> Self {
        let clock = HandClock::at(START);
        let app = testing::app(Channels::default(), clock.clone()).await;
        let entity = app
            .add_entity(&Caller::host(), ("Nordhaven Bank".into(), String::new()))
            .await
            .unwrap();
        let mut people = Vec::new();
        for name in ["ana", "bo"] {
            let email = format!("{name}@nordhaven.example");
            let roles = [Role::Responder, Role::Commander, Role::ProcessOwner, Role::Management];
            let new = NewPerson {
                kind: PersonKind::Human,
                name: name.to_owned(),
                email: email.clone(),
                roles: roles.to_vec(),
                contacts: vec![NewContact { channel: Channel::Mail, address: email }],
            };
            let id = app.add_person(&Caller::host(), new).await.unwrap();
            people.push(signed_in(id, &roles, app.now()));
        }
        let (bo, ana) = (people.pop().unwrap(), people.pop().unwrap());
        Self { app, clock, ana, bo, entity }
    }

    /// Publishes by two people: one drafts, the other reviews and approves.
    async fn publish(&self, name: &str, bytes: Vec<u8>) {
        let which = || (DocumentKind::Process, name.parse().unwrap());
        if name != "major-incident"
            && self.app.publish(&Caller::host(), which(), bytes.clone()).await.is_ok()
        {
            return;
        }
        let (kind, name) = which();
        let rationale = "As agreed".to_owned();
        let draft = DraftToSave { kind, name, draft: None, base: None, rationale, bytes };
        let (owner, other) = (&self.ana, &self.bo);
        let saved = self.app.save_draft(owner, draft).await.unwrap();
        let refusing = saved.findings.iter().filter(|found| found.refuses);
        assert_eq!(refusing.count(), 0, "{:?}", saved.findings);
        let seen = || Seen { draft: saved.draft, sha256: saved.sha256 };
        self.app.submit_draft(owner, which(), (seen(), String::new())).await.unwrap();
        let accepted = (Verdict::Accepted, String::new());
        self.app.review_draft(other, which(), seen(), accepted).await.unwrap();
        self.app.approve_draft(other, which(), (seen(), String::new())).await.unwrap();
        self.app.publish_draft(owner, which(), saved.draft).await.unwrap();
    }

    async fn declare(&self, title: &str) -> (Id<id::Incident>, String) {
        let declaration = Declaration {
            title: title.to_owned(),
            description: String::new(),
            cause: Cause::Person,
            provider: String::new(),
            entity: self.entity,
            service: None,
            group: None,
            occurred_at: None,
        };
        let new = NewIncident { declaration, mode: Mode::Live };
        let declared = self.app.declare(&self.ana, new).await.unwrap();
        (declared.id, declared.reference.to_string())
    }

    async fn tasks(&self, reference: &str) -> Vec<String> {
        let seen = self.app.see_incident(reference, i64::MAX).await.unwrap();
        seen.tasks.iter().map(|task| task.element.id.to_string()).collect()
    }

    async fn complete(
        &self,
        caller: &Caller,
        (id, reference): (Id<id::Incident>, &str),
        element: &str,
    ) -> Result<(), app::Error> {
        let seen = self.app.see_incident(reference, i64::MAX).await.unwrap();
        let task = seen.tasks.iter().find(|task| task.element.id == *element).unwrap().number;
        self.app.complete_task(caller, id, (task, BTreeMap::new())).await
    }
}

fn code_of(outcome: Result<(), app::Error>) -> &'static str {
    match outcome {
        Err(app::Error::Refused(refused)) => refused.code,
        other => panic!("{other:?}"),
    }
}

fn told(name: &str, key: Option<&str>) -> Told {
    let (name, key) = (name.parse().unwrap(), key.map(|key| key.parse().unwrap()));
    Told { name, key, variables: BTreeMap::new() }
}

#[tokio::test]
async fn a_case_runs_the_called_process_in_the_version_it_was_published_beside() {
    let house = House::open().await;
    let talk = |task_id: &str| {
        file(
            "communication",
            &format!("<startEvent id=\"s\"/>{}<endEvent id=\"e\"/>", task(task_id, "", "")),
            &format!("s>{task_id} {task_id}>e"),
        )
    };
    house.publish("communication", talk("draft")).await;
    let call = "<startEvent id=\"s\"/><callActivity id=\"talk\" calledElement=\"communication\"/>\
        <callActivity id=\"again\" calledElement=\"communication\" wk:binding=\"latest\"/><endEvent id=\"e\"/>";
    house.publish("major-incident", file("main", call, "s>talk talk>again again>e")).await;
    house.publish("communication", talk("draft_two")).await;
    let (id, reference) = house.declare("Payments down").await;
    assert_eq!(house.tasks(&reference).await, ["talk:draft"], "as it was at deployment");
    house.complete(&house.ana, (id, &reference), "talk:draft").await.unwrap();
    assert_eq!(
        house.tasks(&reference).await,
        ["again:draft_two"],
        "the newest when the call begins"
    );
    house.publish("communication", talk("draft_three")).await;
    assert_eq!(house.tasks(&reference).await, ["again:draft_two"], "and it keeps that");
    house.complete(&house.ana, (id, &reference), "again:draft_two").await.unwrap();
    let seen = house.app.see_incident(&reference, i64::MAX).await.unwrap();
    assert_eq!(seen.state.process.state.status, process::engine::Status::Completed);
    let named = seen.timeline.iter().any(|(_, entry, _)| {
        entry.kind.as_str() == "task_completed"
            && entry.under.process.as_ref().is_some_and(|name| name.as_str() == "communication")
            && entry.under.version == Some(2)
    });
    assert!(named, "an entry names the version it ran under");
}

#[tokio::test]
async fn messages_and_signals_reach_the_cases_that_wait() {
    let house = House::open().await;
    let elements = format!(
        "<startEvent id=\"s\"/><intermediateCatchEvent id=\"m\"><messageEventDefinition messageRef=\"reply\"/>\
         </intermediateCatchEvent>{}<boundaryEvent id=\"b\" attachedToRef=\"a\"><signalEventDefinition \
         signalRef=\"freeze\"/></boundaryEvent>{}<endEvent id=\"e\"/>",
        task("a", "", ""),
        task("c", "", ""),
    );
    house.publish("major-incident", file("main", &elements, "s>m m>a a>e b>c c>e")).await;
    let (first, one) = house.declare("First").await;
    let (second, two) = house.declare("Second").await;
    let refused = house.app.correlate(&house.ana, first, told("other", None), Duration::ZERO).await;
    assert_eq!(code_of(refused), "PRO-018");
    for id in [first, second] {
        house.app.correlate(&house.ana, id, told("reply", None), Duration::ZERO).await.unwrap();
    }
    assert_eq!(house.tasks(&one).await, ["a"]);
    assert_eq!(house.app.broadcast(&house.ana, told("freeze", None)).await.unwrap(), 2);
    assert_eq!(
        (house.tasks(&one).await, house.tasks(&two).await),
        (vec!["c".into()], vec!["c".into()])
    );
}

#[tokio::test]
async fn g06_a_step_is_held_for_its_evidence_and_goes_on_when_reality_brings_it() {
    let house = House::open().await;
    let evidence = "<wk:evidence><wk:require name=\"isolated_hosts\"/></wk:evidence>";
    let elements = format!(
        "<startEvent id=\"s\"/>{}{}<endEvent id=\"e\"/>",
        task("contain", "", evidence),
        task("check", "wk:fourEyes=\"contain\"", ""),
    );
    house
        .publish("major-incident", file("main", &elements, "s>contain contain>check check>e"))
        .await;
    let (id, reference) = house.declare("Malware").await;
    house.complete(&house.ana, (id, &reference), "contain").await.unwrap();
    assert_eq!(
        house.tasks(&reference).await,
        Vec::<String>::new(),
        "the work is done, the proof is not"
    );
    let seen = house.app.see_incident(&reference, i64::MAX).await.unwrap();
    let missing: Vec<&Code> = seen.state.process.state.held.values().flatten().collect();
    assert_eq!(missing, ["isolated_hosts".parse::<Code>().unwrap()].iter().collect::<Vec<_>>());
    let fact = Fact {
        name: "isolated_hosts".parse().unwrap(),
        value: "3".into(),
        certainty: Certainty::ALL[0],
        source: Source::ALL[0],
        as_of: None,
    };
    house.app.record_fact(&house.ana, id, fact).await.unwrap();
    assert_eq!(house.tasks(&reference).await, ["check"], "a fact was the evidence");
    let own = house.complete(&house.ana, (id, &reference), "check").await;
    assert_eq!(code_of(own), "PRC-005", "four eyes");
    house.complete(&house.bo, (id, &reference), "check").await.unwrap();
    house.clock.pass(Duration::minutes(1));
}
