//! A small house over a database in memory, and requests to its router.

#![allow(dead_code, reason = "each test uses its own part of it")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use app::identity::NewPerson;
use app::{
    App, Caller, Channels, Clock, Dice, Options, Ports,
    config::{DraftToSave, NewIntegration, Which},
    demo::PROCESS,
    log::Keeper,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use base::{Code, Id, Timestamp, id};
use db::{Db, Target};
use domain::{
    access::Role,
    document::{DocumentKind, Seen, Verdict},
    person::PersonKind,
};
use evidence::Skey;
use tower::ServiceExt as _;

/// The origin of the house's log.
pub const ORIGIN: &str = "nordhaven.example/log";
/// The name under which the house is addressed.
pub const HOST: &str = "127.0.0.1:8080";
/// The largest answer that a test reads.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// A clock that a test moves.
pub struct Hands(AtomicI64);

impl Hands {
    /// Lets time pass.
    pub fn pass(&self, length: base::Duration) {
        self.0.fetch_add(length.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Timestamp {
        self.now()
    }

    fn carry_on_from(&self, at: Timestamp) {
        self.0.fetch_max(at.micros(), Ordering::SeqCst);
    }
}

/// A house with the sample bank in it.
pub struct House {
    pub app: App,
    pub router: Router,
    pub hands: Arc<Hands>,
    /// Where the node keeps its files; gone with the house.
    reference: String,
    _data: tempfile::TempDir,
}

/// Somebody's open session.
#[derive(Clone)]
pub struct Visitor {
    pub id: Id<id::Person>,
    pub cookie: String,
    pub csrf: String,
}

/// An answer, read to its end.
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answered {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// A header's text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |line| line.to_str().unwrap_or_default())
    }
}

impl House {
    /// The sample bank at one o'clock.
    pub async fn new() -> Self {
        Self::with(Channels::default()).await
    }

    /// The same with these ways out.
    pub async fn with(channels: Channels) -> Self {
        let db = Db::open(&Target::Memory, db::Options::node("test")).expect("a database");
        db.migrate(store::migrations::ALL).expect("migrations");
        let began: Timestamp = "2026-11-17T01:00:00Z".parse().expect("an instant");
        let hands = Arc::new(Hands(AtomicI64::new(began.micros())));
        let data = tempfile::tempdir().expect("a folder");
        let mut dice = Dice::from_seed([7; 32]);
        let skey = Skey::generate(ORIGIN, &mut dice).expect("a key");
        let options = Options {
            base_url: format!("http://{HOST}"),
            name: "Nordhaven".to_owned(),
            data: data.path().into(),
            origin: ORIGIN.to_owned(),
            node: "test".to_owned(),
            // The sample organisation: its new accounts may approve.
            demo: true,
        };
        let clock: Arc<dyn Clock> = hands.clone();
        let ports = Ports { db, clock, dice, channels };
        let app = App::new(ports, options, Keeper::in_memory(skey, [9; 32]));
        app.register_key().await.expect("a registered key");
        app.ship_defaults().await.expect("defaults");
        app.load_demo().await.expect("the sample bank");
        let reference = declared(&app).await;
        let router = web::router(app.clone(), web::Options::default());
        Self { app, router, hands, reference, _data: data }
    }

    /// What somebody who is signed in acts as.
    pub async fn caller(&self, visitor: &Visitor) -> Caller {
        let session = self.app.session(&visitor.cookie).await.expect("the store answers");
        session.expect("a session").caller
    }

    /// Two people publish a version of the shipped process in which the first step has another id.
    pub async fn publishes_version_2(&self) -> (Visitor, Visitor) {
        let owner = self.somebody(Role::ProcessOwner).await;
        let judge = self.somebody(Role::Management).await;
        let (writes, approves) = (self.caller(&owner).await, self.caller(&judge).await);
        let text = PROCESS
            .replace("\"confirmation\"", "\"confirmation_2\"")
            .replace(">confirmation<", ">confirmation_2<");
        let which = || -> Which { (DocumentKind::Process, Code::fixed("major-incident")) };
        let ((kind, name), rationale) = (which(), "Another name".to_owned());
        let bytes = text.into_bytes();
        let draft = DraftToSave { kind, name, draft: None, base: None, rationale, bytes };
        let saved = self.app.save_draft(&writes, draft).await.expect("a draft");
        let seen = || Seen { draft: saved.draft, sha256: saved.sha256 };
        let asked = self.app.submit_draft(&writes, which(), (seen(), String::new())).await;
        asked.expect("submitted");
        let accepted = (Verdict::Accepted, String::new());
        let judged = self.app.review_draft(&approves, which(), seen(), accepted).await;
        judged.expect("reviewed");
        let approved = self.app.approve_draft(&approves, which(), (seen(), String::new())).await;
        approved.expect("approved");
        let published = self.app.publish_draft(&writes, which(), saved.draft).await;
        assert_eq!(published.expect("published"), 2);
        (owner, judge)
    }

    /// Somebody new with one role, signed in.
    pub async fn somebody(&self, role: Role) -> Visitor {
        let size = self.size().await;
        let person = NewPerson {
            kind: PersonKind::Human,
            name: format!("{} {size}", role.name()),
            email: format!("{}.{size}@nordhaven.example", role.code()),
            roles: vec![role],
            contacts: Vec::new(),
        };
        let id = self.app.add_person(&Caller::host(), person).await.expect("a person");
        self.sign_in(id).await
    }

    /// A new session of a person.
    pub async fn sign_in(&self, id: Id<id::Person>) -> Visitor {
        let opened = self.app.open_session(id).await.expect("a session");
        let session = self.app.session(&opened.secret).await.expect("read").expect("open");
        Visitor { id, cookie: opened.secret, csrf: session.csrf }
    }

    /// A token with one role.
    pub async fn token(&self, role: Role) -> String {
        let name = format!("robot {}", role.code());
        self.app.create_token(&Caller::host(), (name, role)).await.expect("a token")
    }

    /// The key of a new integration.
    pub async fn key(&self, source: &str) -> String {
        let new = NewIntegration {
            source: source.to_owned(),
            name: format!("test {source}"),
            group_by: vec!["service".to_owned()],
            declares: false,
            policy: Code::fixed("default"),
        };
        self.app.add_integration(&Caller::host(), new).await.expect("an integration").1
    }

    /// How many entries the log has.
    pub async fn size(&self) -> i64 {
        self.app.look(store::log::size).await.expect("the log")
    }

    /// Answers a request.
    pub async fn ask(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|line| {
            line.to_str().is_ok_and(|line| line.starts_with("text/event-stream"))
        });
        // A stream of events does not end.
        let body = match stream {
            true => Vec::new(),
            false => to_bytes(body, MAX_ANSWER).await.expect("a whole body").to_vec(),
        };
        Answered { status: parts.status, headers: parts.headers, body }
    }

    /// Looks at a page.
    pub async fn get(&self, path: &str, visitor: Option<&Visitor>) -> Answered {
        let request = signed(Request::get(path), visitor);
        self.ask(request.body(Body::empty()).expect("a request")).await
    }

    /// Posts a form, with the session's token in it.
    pub async fn post(&self, path: &str, visitor: &Visitor, form: &str) -> Answered {
        let form = format!("csrf={}&{form}", visitor.csrf);
        let request = signed(Request::post(path), Some(visitor))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(form)).expect("a request")).await
    }

    /// Asks the API with a token; a body makes it a post.
    pub async fn api(&self, path: &str, token: &str, body: Option<&str>) -> Answered {
        let builder = if body.is_some() { Request::post(path) } else { Request::get(path) };
        let request = builder
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        let body = Body::from(body.unwrap_or_default().to_owned());
        self.ask(request.body(body).expect("a request")).await
    }

    /// The reference of an incident that was declared a moment ago.
    pub async fn reference(&self) -> String {
        self.reference.clone()
    }
}

async fn declared(app: &App) -> String {
    let entities = app.look(store::config::entities).await.expect("the sample bank");
    let declaration = domain::incident::Declaration {
        title: "Statements are late".to_owned(),
        description: String::new(),
        cause: domain::incident::Cause::Person,
        provider: String::new(),
        entity: entities[0].id,
        service: None,
        group: None,
        occurred_at: None,
    };
    let new = app::incident::NewIncident { declaration, mode: evidence::Mode::Live };
    let declared = app.declare(&Caller::host(), new).await.expect("an incident");
    declared.reference.to_string()
}

fn signed(
    builder: axum::http::request::Builder,
    visitor: Option<&Visitor>,
) -> axum::http::request::Builder {
    let builder = builder.header(header::HOST, HOST);
    match visitor {
        Some(visitor) => builder.header(header::COOKIE, format!("wk_session={}", visitor.cookie)),
        None => builder,
    }
}
