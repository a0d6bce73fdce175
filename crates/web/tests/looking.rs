//! Looking changes nothing (ground rule G1): every address that is read, as somebody who may read it and
//! as those who may not, each with its exact status.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{collections::BTreeMap, sync::Arc};

use app::{
    Caller, Channels, config::DraftToSave, configuration::ConfigFile, demo::PROCESS,
    organisation::Described, webhook::NewWebhook,
};
use axum::{
    body::Body,
    http::{Request, header},
};
use base::Code;
use common::{Answered, HOST, House, Visitor};
use connect::outbound::{AnyChannel, guard::Guard, http::HttpClient, webhook::WebhookChannel};
use domain::{
    access::Role, document::DocumentKind, function::FunctionDescribed, team::TeamDescribed,
};
use serde_json::json;
use web::{Access, Method, Route, TABLE};

/// Addresses whose role lets one in and whose content is not for all of that role: who sees it, who
/// does not, and why.
const NARROWER: &[(&str, Role, Role, &str)] = &[(
    "/paging/{id}",
    Role::Auditor,
    Role::Responder,
    "a page is shown to whom it was sent and to those who read the log (ground rule G18)",
)];

/// What an address wants to be asked.
const ASKED: &[(&str, &str)] = &[("/search", "?q=statements"), ("/api/v1/search", "?q=statements")];

/// Something in place of each parameter, by the path it stands in; the first that fits counts.
struct Fixtures(Vec<(&'static str, &'static str, String)>);

impl Fixtures {
    fn path(&self, route: &Route) -> String {
        let mut path = route.path.to_owned();
        while let Some((from, to)) = path.find('{').zip(path.find('}')) {
            let name = path[from..=to].to_owned();
            let fits = |(within, parameter, _): &&(&str, &str, String)| {
                *parameter == name && route.path.contains(within)
            };
            let held = self.0.iter().find(fits);
            let (.., value) =
                held.unwrap_or_else(|| panic!("nothing for {name} of {}", route.path));
            path.replace_range(from..=to, value);
        }
        let asked = ASKED.iter().find(|(asked, _)| *asked == route.path);
        path + asked.map_or("", |(_, query)| *query)
    }
}

/// The id of a plan to move that incident to a second version of its process.
async fn proposed_move(house: &House, reference: &str) -> String {
    house.publishes_version_2().await;
    let token = house.token(Role::ProcessOwner).await;
    let plan = json!({
        "from": 1,
        "to": 2,
        "reason": "A look at it.",
        "cases": [reference],
        "mapping": { "confirmation": "confirmation_2" },
    });
    let at = "/api/v1/processes/major-incident/moves";
    let proposed = house.api(at, &token, Some(&plan.to_string())).await;
    proposed.header("location").rsplit_once('/').unwrap().1.to_owned()
}

/// A team, a function and a set of changes, by their ids.
async fn organised(house: &House) -> (String, String, String) {
    let host = Caller::host();
    let team = TeamDescribed { code: Code::fixed("core"), members: Vec::new(), policy: None };
    let team = house.app.describe(&host, None, Described::named(team, "Core")).await.unwrap();
    let function =
        FunctionDescribed { code: Code::fixed("payments"), critical: true, entities: Vec::new() };
    let function = Described::named(function, "Payments");
    let function = house.app.describe(&host, None, function).await.unwrap();
    let bytes = b"[[team]]\ncode = \"extra\"\nname = \"Extra\"\n".to_vec();
    let files = vec![ConfigFile { path: "teams.toml".to_owned(), bytes }];
    let proposed = house.app.apply_configuration(&host, files).await.unwrap().unwrap().1;
    let changes = proposed.change_set.expect("a set of changes");
    (team.to_string(), function.to_string(), changes.to_string())
}

/// The number of a draft of the shipped process.
async fn drafted(house: &House) -> u32 {
    let owner = house.somebody(Role::ProcessOwner).await;
    let owner = house.caller(&owner).await;
    // Another word than the version it begins from.
    let process = PROCESS.replace("Major", "Great");
    let draft = DraftToSave {
        kind: DocumentKind::Process,
        name: Code::fixed("major-incident"),
        draft: None,
        base: None,
        rationale: "A look at it.".to_owned(),
        bytes: process.into_bytes(),
    };
    house.app.save_draft(&owner, draft).await.unwrap().draft
}

/// A house in which one of everything is there.
async fn furnished(house: &House) -> Fixtures {
    let key = house.key("alertmanager").await;
    let alert = include_str!("alertmanager.json");
    assert_eq!(house.api(&format!("/in/alertmanager/{key}"), "", Some(alert)).await.status, 202);
    assert_eq!(house.api(&format!("/in/alertmanager/{key}"), "", Some("{")).await.status, 400);
    let commander = house.somebody(Role::Commander).await;
    let reference = house.reference().await;
    let plan = proposed_move(house, &reference).await;
    let passed = format!("/tasks/{reference}/1/exception");
    let passed = house.post(&passed, &commander, "code=EX-URGENT&rationale=it+cannot+wait").await;
    assert_eq!(passed.status, 303, "{}", passed.text());

    let (team, function, changes) = organised(house).await;
    let draft = drafted(house).await;
    let host = Caller::host();
    house.app.tick().await.unwrap();
    // After the tick: nothing is sent to it.
    let hook = NewWebhook {
        name: "Desk".to_owned(),
        url: "https://desk.example/in".to_owned(),
        types: Vec::new(),
    };
    let hook = house.app.add_webhook(&host, hook).await.unwrap().id;
    house.app.sign_checkpoint().await.unwrap();

    let begin = base::Timestamp::from_micros(i64::MAX);
    let found = house.app.look(move |conn| {
        let page = store::page::before(conn, begin)?.pop().expect("somebody is paged").id;
        let alert = store::alert::before(conn, begin)?.pop().expect("an alert").id;
        let kept = store::alert::quarantined(conn, i64::MAX)?.pop().expect("an input").intake;
        let door = store::config::integrations(conn)?.pop().expect("an integration").id;
        let entity = store::config::entities(conn)?.pop().expect("an entity").id;
        let service = store::config::services(conn)?.pop().expect("a service").id;
        let all = store::exception::Wanted::All;
        let exception = store::exception::before(conn, all, i64::MAX)?.pop().expect("one").seq;
        let size = store::log::size(conn)?;
        Ok::<_, store::StoreError>((page, (alert, kept, door), (entity, service), exception, size))
    });
    let (page, (alert, kept, door), (entity, service), exception, size) = found.await.unwrap();
    let set_up = house.app.person_link(&host, commander.id).await.unwrap();
    let set_up = set_up.rsplit_once('/').unwrap().1.to_owned();
    let width = if size < 256 { format!("000.p/{size}") } else { "000".to_owned() };
    let mut held = vec![
        ("/moves/", "{id}", plan),
        ("/set-up/", "{token}", set_up),
        ("/ack/", "{token}", house.app.keeper().links().token(page)),
        ("/exceptions/", "{seq}", exception.to_string()),
        ("", "{seq}", "3".to_owned()),
        ("", "{*path}", format!("0/{width}")),
        ("", "{reference}", reference),
        ("", "{task}", "1".to_owned()),
        ("", "{code}", "ING-001".to_owned()),
        ("/assets/", "{name}", "tokens.css".to_owned()),
        ("/tables/", "{name}", "severity".to_owned()),
        ("", "{kind}", "process".to_owned()),
        ("", "{document}", "major-incident".to_owned()),
        ("", "{version}", "1".to_owned()),
        ("", "{draft}", draft.to_string()),
    ];
    let ids: [(&'static str, String); 12] = [
        ("/alerts/", alert.to_string()),
        ("/quarantine/", kept.to_string()),
        ("/integrations/", door.to_string()),
        ("/paging/", page.to_string()),
        ("/services/", service.to_string()),
        ("/entities/", entity.to_string()),
        ("/legal-entities/", entity.to_string()),
        ("/teams/", team),
        ("/functions/", function),
        ("/people/", commander.id.to_string()),
        ("/webhooks/", hook.to_string()),
        ("/configuration/", changes),
    ];
    for (within, id) in ids {
        held.push((within, "{id}", id.clone()));
        held.push((within, "{part}", id));
    }
    Fixtures(held)
}

/// Who looks: one person and one token a role.
struct Cast(BTreeMap<Role, (Visitor, String)>);

impl Cast {
    async fn of(house: &House) -> Self {
        let mut cast = BTreeMap::new();
        for role in Role::ALL {
            cast.insert(*role, (house.somebody(*role).await, house.token(*role).await));
        }
        Self(cast)
    }

    /// Looks as somebody with a role, or as a stranger.
    async fn look(
        &self,
        house: &House,
        (route, path): (&Route, &str),
        role: Option<Role>,
    ) -> Answered {
        let mut request = Request::get(path).header(header::HOST, HOST);
        let by_token = matches!(route.access, Access::Token(_));
        if let Some((visitor, token)) = role.map(|role| &self.0[&role]) {
            request = match by_token {
                true => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
                false => request.header(header::COOKIE, format!("wk_session={}", visitor.cookie)),
            };
        }
        house.ask(request.body(Body::empty()).unwrap()).await
    }
}

/// The status with which a look is answered.
fn status(route: &Route, role: Option<Role>) -> u16 {
    let narrow = NARROWER.iter().find(|(path, ..)| *path == route.path);
    match (route.access.lets(role), role, route.access) {
        (true, Some(role), _) if narrow.is_some_and(|(_, _, other, _)| role == *other) => 403,
        (true, ..) => 200,
        (false, Some(_), _) => 403,
        (false, None, access) if access.is_page() => 303,
        (false, None, _) => 401,
    }
}

/// Who looks at an address: somebody who may, somebody who may not, a stranger.
fn lookers(route: &Route) -> Vec<Option<Role>> {
    let first =
        |may: bool| Role::ALL.iter().copied().find(|role| route.access.lets(Some(*role)) == may);
    let narrow = NARROWER.iter().find(|(path, ..)| *path == route.path);
    let (sees, other) = match narrow {
        Some((_, sees, other, _)) => (Some(*sees), Some(*other)),
        None => (first(true), None),
    };
    let roles = [sees, other, first(false)].into_iter().flatten();
    roles.map(Some).chain([None]).collect()
}

/// A house that may post to endpoints; nothing here makes it do so.
async fn house() -> House {
    let client = HttpClient::new(Guard::new([]));
    let channel: AnyChannel = Arc::new(WebhookChannel::new(client));
    House::with(Channels::new(vec![channel])).await
}

#[tokio::test]
async fn g01_looking_at_every_page_changes_nothing() {
    let house = house().await;
    let fixtures = furnished(&house).await;
    let cast = Cast::of(&house).await;
    let (before, mut wrong, mut looks) = (house.size().await, Vec::new(), 0);
    // A request with an integration's key is a sender's statement, not somebody's look.
    let looked_at = |route: &&Route| route.method == Method::Get && route.access != Access::Key;
    for route in TABLE.iter().filter(looked_at) {
        let path = fixtures.path(route);
        for role in lookers(route) {
            let answered = cast.look(&house, (route, &path), role).await;
            let wanted = status(route, role);
            looks += 1;
            if answered.status != wanted {
                let said: String = answered.text().chars().take(300).collect();
                wrong.push(format!("{path} as {role:?}: {} for {wanted}: {said}", answered.status));
            }
            assert_eq!(house.size().await, before, "{path} as {role:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(looks > 250, "{looks}");
}

#[tokio::test]
async fn g01_only_the_post_answers_a_page() {
    let house = house().await;
    let key = house.key("alertmanager").await;
    let alert = include_str!("alertmanager.json");
    assert_eq!(house.api(&format!("/in/alertmanager/{key}"), "", Some(alert)).await.status, 202);
    house.app.tick().await.unwrap();
    let pages =
        house.app.look(|conn| store::page::before(conn, base::Timestamp::from_micros(i64::MAX)));
    let page = pages.await.unwrap().pop().expect("somebody is paged").id;
    let link = format!("/ack/{}", house.app.keeper().links().token(page));
    let before = house.size().await;
    assert_eq!(house.get(&link, None).await.status, 200);
    assert_eq!(house.size().await, before);
    let somebody = house.somebody(Role::Responder).await;
    let before = house.size().await;
    assert_eq!(house.post(&link, &somebody, "").await.status, 303);
    assert!(house.size().await > before);
}
