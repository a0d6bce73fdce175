//! Real webhooks to a small HTTP endpoint on the loopback address.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use base::{Code, Timestamp};
use connect::outbound::{
    Channel, Delivery, Outgoing, Secret, To,
    guard::Guard,
    http::{HttpClient, MAX_ANSWER},
    webhook::{SigningKey, WebhookChannel},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Answers one request with these bytes and hands back what it was asked.
async fn endpoint(answer: String) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        serve(&mut stream, &answer).await
    });
    (port, serving)
}

async fn serve(stream: &mut TcpStream, answer: &str) -> String {
    let mut asked = Vec::new();
    while !is_whole(&asked) {
        assert!(stream.read_buf(&mut asked).await.unwrap() > 0);
    }
    // The client reads no more than its limit and may hang up first.
    let _cut_short = stream.write_all(answer.as_bytes()).await;
    String::from_utf8(asked).unwrap()
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

fn message(url: String, secret: Secret) -> Outgoing {
    Outgoing {
        message_id: Code::fixed("pag_1"),
        topic: Code::fixed("page"),
        at: Timestamp::from_micros(1_700_000_000_000_000),
        to: To::Webhook { url, secret },
        subject: "S1".to_owned(),
        text: "payments is down".to_owned(),
        html: None,
        url: None,
    }
}

async fn send(url: String, doors: &[String]) -> Delivery {
    let doors: Vec<_> = doors.iter().map(|door| door.parse().unwrap()).collect();
    let channel = WebhookChannel::new(HttpClient::new(Guard::new(doors)));
    channel.send(&message(url, SigningKey::secret_of(&[7; 32]))).await
}

#[tokio::test]
async fn an_endpoint_behind_a_door_gets_a_signed_message() {
    let (port, asked) = endpoint("HTTP/1.1 204 No Content\r\n\r\n".to_owned()).await;
    let delivery =
        send(format!("http://localhost:{port}/hook?a=b"), &[format!("localhost:{port}")]).await;
    assert!(
        matches!(&delivery, Delivery::HandedOver { receipt, .. } if receipt.as_str() == "http.204"),
        "{delivery:?}"
    );

    let asked = asked.await.unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hook?a=b HTTP/1.1"), "{head}");
    let signed = [
        header(head, "webhook-id"),
        header(head, "webhook-timestamp"),
        header(head, "webhook-signature"),
    ];
    let key = SigningKey::read(&SigningKey::secret_of(&[7; 32])).unwrap();
    let now = Timestamp::from_micros(1_700_000_001_000_000);
    assert_eq!(key.verify((&signed[0], &signed[1], &signed[2]), body.as_bytes(), now), Ok(()));
    expect_test::expect![[r#"{"type":"page","timestamp":"2023-11-14T22:13:20.000000Z","data":{"id":"pag_1","subject":"S1","text":"payments is down","url":null}}"#]].assert_eq(body);
}

#[tokio::test]
async fn messages_to_the_same_addresses_share_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..2 {
            serve(&mut stream, "HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    });
    let guard = Guard::new([format!("127.0.0.1:{port}").parse().unwrap()]);
    let channel = WebhookChannel::new(HttpClient::new(guard));
    for _ in 0..2 {
        let secret = SigningKey::secret_of(&[7; 32]);
        let delivery = channel.send(&message(format!("http://127.0.0.1:{port}/"), secret)).await;
        assert!(matches!(delivery, Delivery::HandedOver { .. }), "{delivery:?}");
    }
    serving.await.unwrap();
}

#[tokio::test]
async fn trap_a_redirect_is_not_followed() {
    let (inner, never_asked) = endpoint(String::new()).await;
    let answer = format!(
        "HTTP/1.1 307 T\r\nLocation: http://127.0.0.1:{inner}/\r\nContent-Length: 0\r\n\r\n"
    );
    let (port, asked) = endpoint(answer).await;
    let delivery = send(
        format!("http://127.0.0.1:{port}/"),
        &[format!("127.0.0.1:{port}"), format!("127.0.0.1:{inner}")],
    )
    .await;
    assert!(is_failed(&delivery, "webhook.redirect.307"), "{delivery:?}");
    asked.await.unwrap();
    assert!(!never_asked.is_finished());
}

#[tokio::test]
async fn without_a_door_nothing_inside_is_asked() {
    let (port, asked) = endpoint(String::new()).await;
    for url in [
        format!("https://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
    ] {
        let delivery = send(url.clone(), &[]).await;
        assert!(is_failed(&delivery, "guard."), "{url} {delivery:?}");
    }
    assert!(!asked.is_finished());
}

#[tokio::test]
async fn an_endless_answer_is_read_up_to_the_limit() {
    let body = "x".repeat(8 * MAX_ANSWER);
    let (port, _) =
        endpoint(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())).await;
    let client = HttpClient::new(Guard::new([format!("127.0.0.1:{port}").parse().unwrap()]));
    let answer =
        client.post(&format!("http://127.0.0.1:{port}/"), &[], b"{}".to_vec()).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, MAX_ANSWER));
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = listener.local_addr().unwrap().to_string();
    drop(listener);
    let delivery = send(format!("http://{door}/secret-path"), &[door]).await;
    let Delivery::Retry { reason, detail } = delivery else { panic!("{delivery:?}") };
    assert_eq!(reason.as_str(), "webhook.connection");
    assert!(!detail.contains("secret-path"), "{detail}");
}

#[tokio::test]
async fn https_speaks_tls_to_the_judged_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = format!("localhost:{}", listener.local_addr().unwrap().port());
    let first_byte = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_u8().await.unwrap()
    });
    let delivery = send(format!("https://{door}/"), &[door]).await;
    assert!(is_retry(&delivery, "webhook.connection"), "{delivery:?}");
    assert_eq!(first_byte.await.unwrap(), 0x16, "the first record of a TLS handshake");
}

fn is_retry(delivery: &Delivery, wanted: &str) -> bool {
    matches!(delivery, Delivery::Retry { reason, .. } if reason.as_str() == wanted)
}

fn is_failed(delivery: &Delivery, wanted: &str) -> bool {
    matches!(delivery, Delivery::Failed { reason, .. } if reason.as_str().starts_with(wanted))
}
