//! Webhooks out, to a real endpoint on the loopback address: told in order, signed, again after a
//! failure, given up in the end.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use app::{App, Caller, Channels, testing, webhook::NewWebhook};
use base::{Duration, Timestamp};
use connect::outbound::{
    AnyChannel, Secret,
    guard::Guard,
    http::HttpClient,
    webhook::{SigningKey, WebhookChannel},
};
use domain::webhook::Command;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

/// Answers each request with the next of these statuses, the last one for ever; tells what was asked.
async fn endpoint(statuses: &'static [u16]) -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut number = 0;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            while !is_whole(&bytes) {
                assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
            }
            let status = statuses[number.min(statuses.len() - 1)];
            number += 1;
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            drop(asked.send(String::from_utf8(bytes).unwrap()));
        }
    });
    (port, requests)
}

fn is_whole(asked: &[u8]) -> bool {
    let text = String::from_utf8_lossy(asked);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    header(head, "content-length").parse::<usize>().unwrap() == body.len()
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
    line.unwrap().split_once(':').unwrap().1.trim().to_owned()
}

async fn house(port: u16) -> (App, Arc<testing::HandClock>) {
    let clock = testing::HandClock::at("2026-11-17T01:00:00Z".parse().unwrap());
    let guard = Guard::new([format!("127.0.0.1:{port}").parse().unwrap()]);
    let channel: AnyChannel = Arc::new(WebhookChannel::new(HttpClient::new(guard)));
    let app = testing::app(Channels::new(vec![channel]), clock.clone()).await;
    (app, clock)
}

fn to(port: u16, types: &[&str]) -> NewWebhook {
    NewWebhook {
        name: "Tickets".to_owned(),
        url: format!("http://127.0.0.1:{port}/hook"),
        types: types.iter().map(|kind| kind.parse().unwrap()).collect(),
    }
}

async fn add_entity(app: &App, name: &str) {
    app.create_token(&Caller::host(), (name.to_owned(), domain::access::Role::Auditor))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_endpoint_is_told_of_the_entries_it_wants_signed_and_without_words() {
    let (port, mut asked) = endpoint(&[204]).await;
    let (app, _) = house(port).await;
    let made = app.add_webhook(&Caller::host(), to(port, &["token_created"])).await.unwrap();
    add_entity(&app, "A robot with a name").await;
    assert_eq!(app.tell_webhooks().await.unwrap(), 1);
    let request = asked.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let told: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(told["type"], "token_created");
    assert_eq!(told["data"]["entry"]["type"], "token_created");
    assert!(!body.contains("robot"), "{body}");
    let key = SigningKey::read(&Secret::new(made.secret)).unwrap();
    let signed = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|n| header(head, n));
    let at = signed[1].parse::<i64>().unwrap() * 1_000_000;
    let believed = key.verify(
        (&signed[0], &signed[1], &signed[2]),
        body.as_bytes(),
        Timestamp::from_micros(at),
    );
    assert_eq!(believed, Ok(()));
    assert_eq!(signed[0], format!("log_{}", told["data"]["seq"]));
    assert_eq!(app.tell_webhooks().await.unwrap(), 0, "told once");
}

#[tokio::test]
async fn what_fails_is_told_again_later_with_the_same_id_and_nothing_else_twice() {
    let (port, mut asked) = endpoint(&[503, 204]).await;
    let (app, clock) = house(port).await;
    let made = app.add_webhook(&Caller::host(), to(port, &["token_created"])).await.unwrap();
    add_entity(&app, "one").await;
    assert_eq!(app.tell_webhooks().await.unwrap(), 1);
    let first = asked.recv().await.unwrap();
    add_entity(&app, "two").await;
    assert_eq!(app.tell_webhooks().await.unwrap(), 0, "not before its time");
    clock.pass(Duration::seconds(7));
    assert_eq!(app.tell_webhooks().await.unwrap(), 2);
    let (again, next) = (asked.recv().await.unwrap(), asked.recv().await.unwrap());
    let ids = [&first, &again, &next].map(|r| header(r, "webhook-id"));
    assert_eq!(ids.iter().filter(|id| **id == ids[0]).count(), 2, "{ids:?}");
    let attempts =
        app.look(move |conn| store::webhook::attempts(conn, made.id, i64::MAX)).await.unwrap();
    let outcomes: Vec<&str> = attempts.iter().rev().map(|a| a.outcome.as_str()).collect();
    assert_eq!(outcomes, ["deferred", "taken", "taken"]);
}

#[tokio::test]
async fn a_paused_endpoint_is_told_nothing_and_goes_on_where_it_stopped() {
    let (port, mut asked) = endpoint(&[200]).await;
    let (app, _) = house(port).await;
    let host = Caller::host();
    let made = app.add_webhook(&host, to(port, &["token_created"])).await.unwrap();
    app.change_webhook(&host, made.id, Command::Pause).await.unwrap();
    add_entity(&app, "one").await;
    assert_eq!(app.tell_webhooks().await.unwrap(), 0);
    app.change_webhook(&host, made.id, Command::Resume).await.unwrap();
    assert_eq!(app.tell_webhooks().await.unwrap(), 1);
    assert!(asked.recv().await.unwrap().contains("token_created"));
}

#[tokio::test]
async fn an_endpoint_that_takes_nothing_for_days_is_given_up_and_that_is_an_entry() {
    let (port, _asked) = endpoint(&[500]).await;
    let (app, clock) = house(port).await;
    let made = app.add_webhook(&Caller::host(), to(port, &["token_created"])).await.unwrap();
    add_entity(&app, "one").await;
    for _ in 0..80 {
        app.tell_webhooks().await.unwrap();
        clock.pass(Duration::minutes(75));
    }
    let id = made.id;
    let state = app.look(move |conn| store::webhook::load(conn, id)).await.unwrap().unwrap();
    assert_eq!(state.standing, domain::webhook::Standing::Disabled);
    let stream = app.look(move |conn| store::log::stream(conn, &id.to_string())).await.unwrap();
    let last = stream.last().unwrap().entry().unwrap();
    assert_eq!(last.kind.as_str(), "webhook_disabled");
}

#[tokio::test]
async fn an_address_inside_the_house_is_refused_without_a_door() {
    let (port, _asked) = endpoint(&[200]).await;
    let (app, _) = house(port).await;
    for url in ["http://127.0.0.1:1/", "https://169.254.169.254/latest", "ftp://x.example/", "x"] {
        let new = NewWebhook { url: url.to_owned(), ..to(port, &[]) };
        let refused = app.add_webhook(&Caller::host(), new).await.unwrap_err().to_string();
        assert!(refused.contains("HOK-002"), "{url}: {refused}");
    }
    let unknown = NewWebhook { types: vec!["nothing_like_it".parse().unwrap()], ..to(port, &[]) };
    let refused = app.add_webhook(&Caller::host(), unknown).await.unwrap_err().to_string();
    assert!(refused.contains("HOK-003"), "{refused}");
}
