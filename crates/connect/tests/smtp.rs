//! Real exchanges between the mail channel and the listener.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use base::{Code, Timestamp};
use connect::{
    outbound::{
        Delivery, DynChannel, Outgoing, Secret, To,
        mail::{MailChannel, SmtpConfig},
    },
    smtp_listener::{Behaviour, SmtpListener, Step},
};

fn message(to: &str) -> Outgoing {
    Outgoing {
        message_id: Code::fixed("pag_018bcfe5680071119111111111111111"),
        topic: Code::fixed("page"),
        at: Timestamp::from_micros(1_700_000_000_000_000),
        to: To::Mail(to.to_owned()),
        subject: "S1: payments — Störung".to_owned(),
        text: "payments is down\n.a line that begins with a dot".to_owned(),
        html: None,
        url: Some("https://w.example/p/1".to_owned()),
    }
}

async fn channel(listener: &SmtpListener) -> Box<dyn DynChannel> {
    let config: SmtpConfig = listener.url("pager@bank.example").parse().unwrap();
    Box::new(MailChannel::new(&config).unwrap())
}

fn said(delivery: &Delivery) -> String {
    match delivery {
        Delivery::HandedOver { receipt, detail } => format!("handed over {receipt} {detail}"),
        Delivery::Retry { reason, detail } => format!("retry {reason} {detail}"),
        Delivery::Failed { reason, detail } => format!("failed {reason} {detail}"),
    }
}

async fn sent_while(behaviour: Behaviour) -> String {
    let listener = SmtpListener::start(0).await.unwrap();
    listener.behave(behaviour);
    said(&channel(&listener).await.send(&message("ana@bank.example")).await)
}

fn answer(at: Step, code: u16) -> Behaviour {
    Behaviour::Answer { at, code, words: "as told".to_owned() }
}

#[tokio::test]
async fn a_message_is_handed_over_with_the_relays_answer() {
    let listener = SmtpListener::start(0).await.unwrap();
    let channel = channel(&listener).await;
    let delivery = channel.send(&message("Ana <ana@bank.example>")).await;
    assert_eq!(said(&delivery), "handed over smtp.250 taken");

    let received = listener.wait_for(1).await.remove(0);
    assert_eq!(
        (received.from.as_str(), received.to.as_slice()),
        ("pager@bank.example", &["ana@bank.example".to_owned()][..])
    );
    let id = "<pag_018bcfe5680071119111111111111111@bank.example>";
    assert_eq!(received.header("Message-ID").as_deref(), Some(id));
    assert_eq!(received.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert!(received.text().contains("\r\n.a line that begins with a dot"));
    assert!(received.text().contains("Content-Type: text/html"));
}

#[tokio::test]
async fn a_repeated_attempt_is_the_same_mail() {
    let listener = SmtpListener::start(0).await.unwrap();
    let channel = channel(&listener).await;
    listener.behave(Behaviour::HangUp(Step::Message));
    let first = channel.send(&message("ana@bank.example")).await;
    assert!(matches!(first, Delivery::Retry { .. }), "{first:?}");
    listener.behave(Behaviour::Accept);
    channel.send(&message("ana@bank.example")).await;
    let received = listener.wait_for(2).await;
    assert_eq!(received[0], received[1]);
}

#[tokio::test]
async fn a_passing_refusal_is_tried_again_and_a_lasting_one_is_not() {
    assert_eq!(sent_while(answer(Step::Recipient, 451)).await, "retry mail.deferred.451 as told");
    assert_eq!(sent_while(answer(Step::Recipient, 550)).await, "failed mail.refused.550 as told");
    assert_eq!(sent_while(answer(Step::Mail, 452)).await, "retry mail.deferred.452 as told");
    assert_eq!(sent_while(answer(Step::Data, 554)).await, "failed mail.refused.554 as told");
    assert_eq!(sent_while(answer(Step::Message, 552)).await, "failed mail.refused.552 as told");
    assert_eq!(sent_while(answer(Step::Greeting, 421)).await, "retry mail.deferred.421 as told");
}

#[tokio::test]
async fn a_relay_that_hangs_up_or_is_not_there_is_tried_again() {
    for step in
        [Step::Greeting, Step::Hello, Step::Mail, Step::Recipient, Step::Data, Step::Message]
    {
        let said = sent_while(Behaviour::HangUp(step)).await;
        assert!(said.starts_with("retry mail."), "{step:?} {said}");
    }
    let gone = SmtpListener::start(0).await.unwrap();
    let url = gone.url("pager@bank.example");
    drop(gone);
    tokio::task::yield_now().await;
    let channel = MailChannel::new(&url.parse().unwrap()).unwrap();
    let said = said(&DynChannel::send(&channel, &message("ana@bank.example")).await);
    assert!(said.starts_with("retry mail.connection"), "{said}");
}

#[tokio::test]
async fn a_relay_without_tls_is_not_used_where_tls_is_asked_for() {
    let listener = SmtpListener::start(0).await.unwrap();
    let url = format!("smtp://{}?from=pager@bank.example", listener.address());
    let channel = MailChannel::new(&url.parse().unwrap()).unwrap();
    let said = said(&DynChannel::send(&channel, &message("ana@bank.example")).await);
    assert!(said.starts_with("retry mail.relay_unfit"), "{said}");
    assert!(listener.messages().is_empty());
}

#[tokio::test]
async fn a_recipient_that_is_no_address_or_of_another_kind_fails() {
    let listener = SmtpListener::start(0).await.unwrap();
    let channel = channel(&listener).await;
    let sent = said(&channel.send(&message("ana\r\nRCPT TO:<eve@evil.example>")).await);
    assert!(sent.starts_with("failed mail.not_an_address"), "{sent}");
    let to = To::Webhook { url: String::new(), secret: Secret::new("") };
    let other = Outgoing { to, ..message("") };
    assert_eq!(said(&channel.send(&other).await), "failed channel.wrong_recipient ");
    assert!(listener.messages().is_empty());
}

#[tokio::test]
async fn too_much_is_refused_and_the_listener_goes_on() {
    let listener = SmtpListener::start(0).await.unwrap();
    let channel = channel(&listener).await;
    let large = Outgoing { text: "x".repeat(1_100_000), ..message("ana@bank.example") };
    assert_eq!(said(&channel.send(&large).await), "failed mail.refused.552 too large");
    assert_eq!(
        said(&channel.send(&message("ana@bank.example")).await),
        "handed over smtp.250 taken"
    );
}
