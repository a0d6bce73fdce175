//! The envelope of a topic's message, and whether Amazon signed it.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use url::Url;

use super::certificate;
use crate::inbound::{
    Arrival, Malformed, Settings,
    malformed::{At, BAD_SIGNATURE, NOT_FETCHED},
    view::View,
};

/// Where an envelope says that its certificate lies: SNS and functions spell it differently.
pub(super) const CERTIFICATE: &[&str] = &["/SigningCertURL", "/SigningCertUrl"];

/// What is signed, in this order, each name and value on a line of its own; what is absent is left out.
const OF_NOTIFICATION: &[&str] =
    &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const OF_SUBSCRIPTION: &[&str] =
    &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

/// Whether an address is one of Amazon's own for SNS: `https`, host `sns.REGION.amazonaws.com` (or
/// `.com.cn`), no other port, no user.
pub(super) fn is_amazons(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let Some(host) = url.host_str() else { return false };
    let region = host.strip_prefix("sns.").and_then(|rest| {
        rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
    });
    let is_region = |region: &str| {
        !region.is_empty()
            && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && region.is_some_and(is_region)
}

/// Refuses what carries no signature where the integration names its topics: nothing in such a body
/// proves which topic it came from.
///
/// # Errors
/// `ING-012` (401).
pub(super) fn may_be_unsigned(settings: &Settings) -> Result<(), Malformed> {
    if settings.topics.is_empty() {
        return Ok(());
    }
    let what = "the body carries no signature, and this integration takes its own topics only; \
                switch raw delivery off";
    Err(Malformed::new(401, BAD_SIGNATURE, what).at(At::Pointer(String::new())))
}

/// Checks topic and signature.
///
/// # Errors
/// `ING-012` (401) for a topic that is not on the list, for a certificate elsewhere and for a wrong
/// signature; `ING-013` (503) where the certificate could not be fetched.
pub(super) fn check(view: View<'_>, arrival: &Arrival<'_>) -> Result<(), Malformed> {
    let wrong = |what: &str, place: &str| {
        Err(Malformed::new(401, BAD_SIGNATURE, what).at(At::Pointer(place.to_owned())))
    };
    let topics = &arrival.settings.topics;
    let is_subscription = view.text("/Type").as_deref() == Some("SubscriptionConfirmation");
    let topic = view.text("/TopicArn").unwrap_or_default();
    if !is_subscription && !topics.is_empty() && !topics.contains(&topic) {
        return wrong("the topic is not one that this integration takes", "/TopicArn");
    }
    if !view.first(CERTIFICATE).is_some_and(|url| is_amazons(&url)) {
        return wrong("the signing certificate does not lie at Amazon", "/SigningCertURL");
    }
    let Some(pem) = arrival.fetched else {
        let what =
            "the signing certificate could not be fetched; send again, or read it again here";
        return Err(Malformed::new(503, NOT_FETCHED, what));
    };
    let signature = view.text("/Signature").and_then(|text| BASE64.decode(text).ok());
    let signature = signature.unwrap_or_default();
    let version = view.text("/SignatureVersion").unwrap_or_default();
    if certificate::is_signed(pem, &version, signed_text(view).as_bytes(), &signature) {
        Ok(())
    } else {
        wrong("the signature is not Amazon's for this message", "/Signature")
    }
}

fn signed_text(view: View<'_>) -> String {
    let names = match view.text("/Type").as_deref() {
        Some("Notification") => OF_NOTIFICATION,
        _ => OF_SUBSCRIPTION,
    };
    let mut text = String::new();
    for name in names {
        // Exactly as sent: the text of the message may begin or end with space.
        let value = view.at(&format!("/{name}")).and_then(View::exact_text);
        if let Some(value) = value {
            text.push_str(name);
            text.push('\n');
            text.push_str(&value);
            text.push('\n');
        }
    }
    text
}
