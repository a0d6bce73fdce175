//! Webhooks out, signed as Standard Webhooks: `webhook-id`, `webhook-timestamp`,
//! `webhook-signature`.
//!
//! The signature is HMAC-SHA256 over `id.timestamp.body`, so that a receiver can refuse changed and
//! old messages and drop repeats by the id. Source: the Standard Webhooks specification.

use base::{Code, Duration, Timestamp};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

use super::{
    Channel, ChannelKind, Delivery, Outgoing, Secret, To,
    channel::wrong_recipient,
    http::{Answer, HttpClient, NoAnswer},
};

/// How old or how far ahead a signed message may be.
pub const TOLERANCE: Duration = Duration::minutes(5);

/// The shortest key, in bytes.
pub const MIN_KEY: usize = 24;

/// The longest key, in bytes.
pub const MAX_KEY: usize = 64;

/// A signing key, read from the form `whsec_` and base64.
pub struct SigningKey(Vec<u8>);

/// Why a text is not a signing key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not of the form whsec_ and base64 of {MIN_KEY} to {MAX_KEY} bytes")]
pub struct NotAKey;

/// Why a signed message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unbelieved {
    /// The time stamp is not a number of seconds.
    #[error("the time stamp is not a number of seconds")]
    Timestamp,
    /// It is further from now than [`TOLERANCE`].
    #[error("the message is too old or from the future")]
    Age,
    /// No signature fits.
    #[error("no signature fits")]
    Signature,
}

impl SigningKey {
    /// Reads a secret.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn read(secret: &Secret) -> Result<Self, NotAKey> {
        let encoded = secret.reveal().strip_prefix("whsec_").ok_or(NotAKey)?;
        let key = STANDARD.decode(encoded).map_err(|_| NotAKey)?;
        if (MIN_KEY..=MAX_KEY).contains(&key.len()) { Ok(Self(key)) } else { Err(NotAKey) }
    }

    /// The secret of fresh random bytes.
    pub fn secret_of(bytes: &[u8; 32]) -> Secret {
        Secret::new(format!("whsec_{}", STANDARD.encode(bytes)))
    }

    /// The value of `webhook-signature`.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let tag = self.mac(id, &at.seconds().to_string(), body).finalize().into_bytes();
        format!("v1,{}", STANDARD.encode(tag))
    }

    /// Believes a message whose time stamp is near `now` and one of whose signatures fits. Compares
    /// in constant time.
    ///
    /// # Errors
    /// [`Unbelieved`].
    pub fn verify(
        &self,
        (id, timestamp, signatures): (&str, &str, &str),
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Unbelieved> {
        let seconds: i64 = timestamp.parse().map_err(|_| Unbelieved::Timestamp)?;
        let at = Timestamp::from_micros(seconds.saturating_mul(1_000_000));
        if (now - at).as_micros().abs() > TOLERANCE.as_micros() {
            return Err(Unbelieved::Age);
        }
        let fits = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")).any(|one| {
            STANDARD
                .decode(one)
                .is_ok_and(|tag| self.mac(id, timestamp, body).verify_slice(&tag).is_ok())
        });
        if fits { Ok(()) } else { Err(Unbelieved::Signature) }
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)
            .expect("invariant: HMAC takes keys of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// The channel to endpoints that take Standard Webhooks.
pub struct WebhookChannel {
    http: HttpClient,
}

/// What is posted.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a Code,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a Code,
    subject: &'a str,
    text: &'a str,
    url: Option<&'a str>,
}

impl WebhookChannel {
    /// A channel through this client.
    pub fn new(http: HttpClient) -> Self {
        Self { http }
    }
}

impl Channel for WebhookChannel {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Webhook
    }

    fn accepts(&self, to: &To) -> Result<(), Code> {
        let (To::Webhook { url, .. } | To::Entries { url, .. }) = to else { return Ok(()) };
        self.http.guard().judge(url).map(drop).map_err(|refused| refused.code())
    }

    async fn send(&self, message: &Outgoing) -> Delivery {
        let (url, secret, body) = match &message.to {
            To::Webhook { url, secret } => (url, secret, body(message)),
            To::Entries { url, secret, body } => (url, secret, body.clone()),
            To::Mail(_) => return wrong_recipient(),
        };
        let Ok(key) = SigningKey::read(secret) else {
            return Delivery::failed(Code::fixed("webhook.not_a_key"), NotAKey.to_string());
        };
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("webhook-id", message.message_id.to_string()),
            ("webhook-timestamp", message.at.seconds().to_string()),
            ("webhook-signature", key.sign(message.message_id.as_str(), message.at, &body)),
        ];
        match self.http.post(url, &headers, body).await {
            Ok(answer) => answered(&answer),
            Err(error) => unanswered(&error),
        }
    }
}

fn body(message: &Outgoing) -> Vec<u8> {
    let body = Body {
        r#type: &message.topic,
        timestamp: message.at,
        data: Data {
            id: &message.message_id,
            subject: &message.subject,
            text: &message.text,
            url: message.url.as_deref(),
        },
    };
    serde_json::to_vec(&body).expect("invariant: texts and instants always serialise")
}

/// 2xx is taken; 408, 425, 429 and 5xx may pass; anything else, redirects included, will not.
fn answered(answer: &Answer) -> Delivery {
    let said = String::from_utf8_lossy(&answer.body).into_owned();
    let code = |before: &str| coded(before, answer.status);
    match answer.status {
        200..=299 => Delivery::handed_over(code("http"), said),
        408 | 425 | 429 | 500..=599 => Delivery::retry(code("webhook.deferred"), said),
        300..=399 => Delivery::failed(code("webhook.redirect"), ""),
        _ => Delivery::failed(code("webhook.refused"), said),
    }
}

fn coded(before: &str, status: u16) -> Code {
    format!("{before}.{status}").parse().expect("invariant: a short name and a number are a code")
}

fn unanswered(error: &NoAnswer) -> Delivery {
    let detail = error.to_string();
    match error {
        NoAnswer::Guard(refused) if refused.may_pass() => Delivery::retry(refused.code(), detail),
        NoAnswer::Guard(refused) => Delivery::failed(refused.code(), detail),
        NoAnswer::Timeout => Delivery::retry(Code::fixed("webhook.timeout"), detail),
        NoAnswer::Tls(_) => Delivery::retry(Code::fixed("webhook.tls"), detail),
        NoAnswer::Connection(_) => Delivery::retry(Code::fixed("webhook.connection"), detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the Standard Webhooks libraries' own tests.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn key() -> SigningKey {
        SigningKey::read(&Secret::new(SECRET)).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_published_example_is_signed_alike() {
        assert_eq!(key().sign(ID, at(1_614_265_330), BODY), SIGNED);
    }

    #[test]
    fn a_changed_an_old_and_a_forged_message_are_not_believed() {
        let now = at(1_614_265_330 + 299);
        let several = format!("v1a,zzz v1,AAAA {SIGNED}");
        let verify = |stamp, signed: &str, body, now| key().verify((ID, stamp, signed), body, now);
        assert_eq!(verify("1614265330", &several, BODY, now), Ok(()));
        assert_eq!(verify("1614265330", SIGNED, b"{}", now), Err(Unbelieved::Signature));
        assert_eq!(verify("1614265331", SIGNED, BODY, now), Err(Unbelieved::Signature));
        assert_eq!(verify("soon", SIGNED, BODY, now), Err(Unbelieved::Timestamp));
        assert_eq!(verify("1614265330", SIGNED, BODY, at(1_614_265_631)), Err(Unbelieved::Age));
        assert_eq!(verify("1614265330", SIGNED, BODY, at(1_614_265_029)), Err(Unbelieved::Age));
    }

    #[test]
    fn only_a_secret_of_the_right_form_is_a_key() {
        for wrong in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!"] {
            assert!(SigningKey::read(&Secret::new(wrong)).is_err(), "{wrong}");
        }
        assert!(SigningKey::read(&SigningKey::secret_of(&[7; 32])).is_ok());
    }

    #[test]
    fn each_status_says_what_becomes_of_the_message() {
        let said = |status| match answered(&Answer { status, body: Vec::new() }) {
            Delivery::HandedOver { receipt, .. } => format!("handed over {receipt}"),
            Delivery::Retry { reason, .. } => format!("retry {reason}"),
            Delivery::Failed { reason, .. } => format!("failed {reason}"),
        };
        assert_eq!(said(204), "handed over http.204");
        assert_eq!(said(302), "failed webhook.redirect.302");
        assert_eq!(said(410), "failed webhook.refused.410");
        assert_eq!(said(429), "retry webhook.deferred.429");
        assert_eq!(said(503), "retry webhook.deferred.503");
    }
}
