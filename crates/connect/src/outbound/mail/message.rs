//! A message as mail: stable Message-ID, text and HTML, marked as sent by a machine.
//!
//! Composed twice from the same message it is the same bytes, so that a repeated attempt is a
//! repeat for the receiving side too. The mark keeps out-of-office replies away (RFC 3834).

use std::time::{Duration, UNIX_EPOCH};

use base::Code;
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, MultiPartKind, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use sha2::{Digest, Sha256};

use super::html;
use crate::outbound::Outgoing;

/// The longest subject, in bytes; longer ones are cut.
const MAX_SUBJECT: usize = 200;

/// Why no mail can be made of a message.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error("the recipient is not a mail address")]
    Recipient(#[source] lettre::address::AddressError),
    #[error("the mail could not be composed")]
    Mail(#[source] lettre::error::Error),
}

impl Unfit {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Recipient(_) => Code::fixed("mail.not_an_address"),
            Self::Mail(_) => Code::fixed("mail.not_composed"),
        }
    }
}

/// The mail to `to`.
pub(super) fn compose(message: &Outgoing, to: &str, from: &Mailbox) -> Result<Message, Unfit> {
    let subject = one_line(&message.subject);
    let seconds = u64::try_from(message.at.seconds()).unwrap_or(0);
    let html = message.html.clone();
    let html = html.unwrap_or_else(|| html::page(&subject, &message.text, message.url.as_deref()));
    let parts = MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(boundary(message))
        .singlepart(SinglePart::plain(text(message)))
        .singlepart(SinglePart::html(html));
    let mut mail = Message::builder()
        .from(from.clone())
        .to(to.parse().map_err(Unfit::Recipient)?)
        .subject(subject)
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!("<{}@{}>", message.message_id, from.email.domain())))
        .multipart(parts)
        .map_err(Unfit::Mail)?;
    for (name, value) in [
        (HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated"),
        (HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All"),
        (HeaderName::new_from_ascii_str("X-Watchkeeper-Message"), message.message_id.as_str()),
        (HeaderName::new_from_ascii_str("X-Watchkeeper-Topic"), message.topic.as_str()),
    ] {
        mail.headers_mut().insert_raw(HeaderValue::new(name, value.to_owned()));
    }
    Ok(mail)
}

fn text(message: &Outgoing) -> String {
    match &message.url {
        Some(url) if !message.text.contains(url.as_str()) => format!("{}\n\n{url}\n", message.text),
        _ => message.text.clone(),
    }
}

/// A subject cannot hold a line break: the words after it would become headers.
fn one_line(subject: &str) -> String {
    let mut line: String = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.truncate(line.floor_char_boundary(MAX_SUBJECT));
    line
}

fn boundary(message: &Outgoing) -> String {
    let mut hash = Sha256::new();
    hash.update(message.message_id.as_str());
    hash.update(&message.text);
    format!("part-{}", hex::encode(&hash.finalize()[..16]))
}

#[cfg(test)]
mod tests {
    use base::Timestamp;
    use expect_test::expect;

    use super::*;
    use crate::outbound::To;

    fn outgoing(subject: &str) -> Outgoing {
        Outgoing {
            message_id: "pag_018bcfe5680071119111111111111111".parse().unwrap(),
            topic: Code::fixed("page"),
            at: Timestamp::from_micros(1_700_000_000_000_000),
            to: To::Mail(String::new()),
            subject: subject.to_owned(),
            text: "payments is down".to_owned(),
            html: None,
            url: Some("https://w.example/p/1".to_owned()),
        }
    }

    fn composed(subject: &str) -> String {
        let from = "Watchkeeper <pager@bank.example>".parse().unwrap();
        let mail = compose(&outgoing(subject), "ana@bank.example", &from).unwrap();
        String::from_utf8(mail.formatted()).unwrap()
    }

    #[test]
    fn the_same_message_is_the_same_mail() {
        assert_eq!(composed("S1"), composed("S1"));
        let head = composed("S1 payments").split("\r\n\r\n").next().unwrap().replace('\r', "");
        expect![[r#"
            From: Watchkeeper <pager@bank.example>
            To: ana@bank.example
            Subject: S1 payments
            Date: Tue, 14 Nov 2023 22:13:20 +0000
            Message-ID: <pag_018bcfe5680071119111111111111111@bank.example>
            MIME-Version: 1.0
            Auto-Submitted: auto-generated
            X-Auto-Response-Suppress: All
            X-Watchkeeper-Message: pag_018bcfe5680071119111111111111111
            X-Watchkeeper-Topic: page
            Content-Type: multipart/alternative;
             boundary="part-029eb32505cbfec5679f435ec7e1e09e""#]]
        .assert_eq(&head);
    }

    #[test]
    fn a_line_break_in_a_subject_adds_no_header() {
        let mail = composed("S1\r\nBcc: eve@evil.example");
        assert!(!mail.contains("\r\nBcc:"), "{mail}");
    }

    #[test]
    fn the_link_stands_in_the_text_once() {
        let mut message = outgoing("S1");
        assert_eq!(text(&message), "payments is down\n\nhttps://w.example/p/1\n");
        message.text = "see https://w.example/p/1".to_owned();
        assert_eq!(text(&message), "see https://w.example/p/1");
    }
}
