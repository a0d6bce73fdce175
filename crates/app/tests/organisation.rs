//! The organisation through its use cases: described, changed, retired, and what an incident may reach.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use app::{
    App, Caller, Channels, Error,
    incident::NewIncident,
    organisation::Described,
    testing::{HandClock, START, app},
};
use base::{Code, Id, id};
use domain::{
    entity::EntityDescribed,
    function::FunctionDescribed,
    incident::{Cause, Declaration},
    organisation::Level,
    service::ServiceDescribed,
    team::TeamDescribed,
};
use evidence::Mode;

fn code(text: &'static str) -> Code {
    Code::fixed(text)
}

async fn house() -> App {
    app(Channels::default(), HandClock::at(START)).await
}

fn entity(text: &'static str, state: &'static str) -> Described<EntityDescribed> {
    let details = EntityDescribed {
        code: code(text),
        home: false,
        kinds: vec![code("credit_institution")],
        attributes: Vec::new(),
        authority: Some(code("NBB")),
        member_state: Some(code(state)),
    };
    let lei = "529900T8BM49AURSDO55".to_owned();
    Described { lei, time_zone: "Europe/Brussels".to_owned(), ..Described::named(details, text) }
}

fn service(
    text: &'static str,
    entity: Id<id::LegalEntity>,
    depends_on: Vec<Id<id::Service>>,
) -> Described<ServiceDescribed> {
    let details = ServiceDescribed {
        code: code(text),
        team: None,
        criticality: None,
        critical: false,
        entities: vec![entity],
        functions: Vec::new(),
        depends_on,
    };
    Described::named(details, format!("Service {text}"))
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> &'static str {
    match answer.unwrap_err() {
        Error::Refused(refused) => refused.code,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn things_are_described_changed_retired_and_brought_back() {
    let (app, host) = (house().await, Caller::host());
    let bank = app.describe(&host, None, entity("bank", "BE")).await.unwrap();
    let seen = app.part::<EntityDescribed>("bank").await.unwrap();
    assert!(seen.described.details.home && seen.described.time_zone == "Europe/Brussels");
    let team = TeamDescribed { code: code("pay"), members: Vec::new(), policy: None };
    let team = app.describe(&host, None, Described::named(team, "Payments")).await.unwrap();
    let scale = vec![(Level { code: code("gold"), important: true }, "Gold".to_owned())];
    app.set_criticality_scale(&host, scale.clone()).await.unwrap();
    assert_eq!(app.criticality_scale().await.unwrap(), scale);
    let mut ledger = service("ledger", bank, Vec::new());
    ledger.details.team = Some(team);
    ledger.details.criticality = Some(code("gold"));
    let ledger = app.describe(&host, None, ledger).await.unwrap();
    let gateway = app.describe(&host, None, service("gateway", bank, vec![ledger])).await.unwrap();

    let ring = service("ledger", bank, vec![gateway]);
    assert_eq!(refusal(app.describe(&host, Some(ledger), ring).await), "ENT-007");
    assert_eq!(refusal(app.retire::<ServiceDescribed>(&host, ledger).await), "ENT-006");
    assert_eq!(refusal(app.retire::<TeamDescribed>(&host, team).await), "ENT-006");
    assert_eq!(refusal(app.retire::<EntityDescribed>(&host, bank).await), "ENT-005");
    assert_eq!(refusal(app.set_criticality_scale(&host, Vec::new()).await), "ENT-011");
    let taken = service("gateway", bank, Vec::new());
    assert_eq!(refusal(app.describe(&host, None, taken).await), "ENT-004");
    let mut wrong = entity("lux", "LU");
    wrong.time_zone = "Europe/Luxemburg".to_owned();
    assert_eq!(refusal(app.describe(&host, None, wrong).await), "ENT-010");

    app.retire::<ServiceDescribed>(&host, gateway).await.unwrap();
    let left = app.look(store::config::services).await.unwrap();
    assert_eq!(left.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Service ledger"]);
    let again = app.describe(&host, None, service("gateway", bank, Vec::new())).await.unwrap();
    assert_eq!(again, gateway, "a retired one of the same code is brought back");
    let names = app.look(store::organisation::names).await.unwrap();
    assert_eq!(names[&gateway.to_string()], "Service gateway");
}

#[tokio::test]
async fn g20_an_incident_is_told_what_it_may_reach() {
    let (app, host) = (house().await, Caller::host());
    let bank = app.describe(&host, None, entity("bank", "BE")).await.unwrap();
    let lux = app.describe(&host, None, entity("lux", "LU")).await.unwrap();
    let payments =
        FunctionDescribed { code: code("payments"), critical: true, entities: vec![lux] };
    let payments = app.describe(&host, None, Described::named(payments, "Paying")).await.unwrap();
    let ledger = app.describe(&host, None, service("ledger", bank, Vec::new())).await.unwrap();
    let mut gateway = service("gateway", bank, vec![ledger]);
    gateway.details.functions = vec![payments];
    let gateway = app.describe(&host, None, gateway).await.unwrap();
    let declaration = Declaration {
        title: "The ledger is slow".to_owned(),
        description: String::new(),
        cause: Cause::Person,
        provider: String::new(),
        entity: bank,
        service: Some(ledger),
        group: None,
        occurred_at: None,
    };
    let declared = app.declare(&host, NewIncident { declaration, mode: Mode::Live }).await.unwrap();
    let found = app.suggest_scope(declared.id).await.unwrap().suggestion;
    let reached: Vec<_> = found.services.iter().map(|s| s.id).collect();
    assert_eq!(reached, [ledger, gateway]);
    let mut entities = vec![bank, lux];
    entities.sort_unstable();
    assert_eq!((found.functions, found.entities), (vec![payments], entities));
    assert_eq!(found.member_states, [code("BE"), code("LU")]);
    let why = (vec![code("BE")], "The gateway is in it.".to_owned());
    app.decide_scope(&host, declared.id, vec![gateway], why).await.unwrap();
}
