//! Leaving out what the sender should not have sent: the values of members whose names say secret.

use std::borrow::Cow;

use url::form_urlencoded;

use crate::inbound::{json, limits::MAX_BODY};

/// Parts of names of members whose values are not kept.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "secret",
    "token",
    "auth",
    "credential",
    "apikey",
    "api_key",
    "connectionstring",
    "private",
    "headers",
    "cookie",
    "tlskey",
    "tlscert",
    "tlsca",
    "pushtoken",
];

/// What stands in the place of a value that is not kept.
const LEFT_OUT: &str = "\"[left out]\"";

/// The body or query with such values left out, however it was sent; as it is where it holds none.
pub(super) fn without_secrets(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Ok(text) = json::sized(bytes, MAX_BODY) else { return Cow::Borrowed(bytes) };
    let kept = match (text.find('{'), text.rfind('}')) {
        // The object itself, or the part of a form that is one.
        (Some(from), Some(to)) if from < to => of_object(text, from, to + 1),
        _ if text.contains('=') => Some(of_pairs(text)),
        _ => None,
    };
    match kept {
        Some(kept) if kept != text => Cow::Owned(kept.into_bytes()),
        _ => Cow::Borrowed(bytes),
    }
}

fn of_object(text: &str, from: usize, to: usize) -> Option<String> {
    let object = &text[from..to];
    json::checked(object.as_bytes(), MAX_BODY).ok()?;
    Some(format!("{}{}{}", &text[..from], rewritten(object)?, &text[to..]))
}

/// Fields of a form or a query: those with such a name, and objects in the others.
fn of_pairs(text: &str) -> String {
    let mut kept = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let inner = without_secrets_of(&value);
        let value = if is_secret(&name, &value) { "[left out]" } else { &inner };
        kept.append_pair(&name, value);
    }
    kept.finish()
}

fn without_secrets_of(value: &str) -> Cow<'_, str> {
    if !value.starts_with('{') || json::checked(value.as_bytes(), MAX_BODY).is_err() {
        return Cow::Borrowed(value);
    }
    rewritten(value.trim_ascii()).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The value with secrets left out; depth was checked before.
fn rewritten(raw: &str) -> Option<String> {
    if raw.starts_with('{') {
        let members = json::members(raw, json::MAX_MEMBERS).ok()?;
        let mut kept = Vec::with_capacity(members.len());
        for (name, value) in members {
            let value =
                if is_secret(&name, value) { LEFT_OUT.to_owned() } else { rewritten(value)? };
            kept.push(format!("{}:{value}", serde_json::Value::from(name.as_ref())));
        }
        return Some(format!("{{{}}}", kept.join(",")));
    }
    if raw.starts_with('[') {
        let elements = json::elements(raw, json::MAX_MEMBERS).ok()?;
        let kept: Option<Vec<String>> = elements.into_iter().map(rewritten).collect();
        return Some(format!("[{}]", kept?.join(",")));
    }
    Some(raw.to_owned())
}

/// A flag or an empty value tells nothing; everything else under such a name does.
fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !matches!(value, "" | "null" | "true" | "false" | "\"\"")
        && SECRET.iter().any(|part| name.contains(part))
}
