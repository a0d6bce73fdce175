//! Fields of a form or a query, and the object that they stand for.

use serde_json::{Map, Value};
use url::form_urlencoded;

/// The most fields that are read.
pub(super) const MAX_FIELDS: usize = 512;
/// How deep the brackets of a field's name may nest.
const MAX_BRACKETS: usize = 4;

/// The fields in their order, decoded.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let fields = form_urlencoded::parse(text.trim().as_bytes()).take(MAX_FIELDS);
    fields.map(|(name, value)| (name.into_owned(), clean(&value))).collect()
}

/// NUL, which no database column takes, becomes U+FFFD, as in JSON.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Fields as members; `a[b]` is the member `b` of `a`. Of a name that comes twice the last one counts.
pub(super) fn object(pairs: &[(String, String)]) -> Value {
    let mut root = Map::new();
    for (name, value) in pairs {
        put(&mut root, &path(name), value);
    }
    Value::Object(root)
}

fn path(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[') else { return vec![name] };
    let steps: Vec<&str> = rest.split('[').map(|step| step.trim_end_matches(']')).collect();
    let plain = first.is_empty() || !rest.ends_with(']') || steps.len() > MAX_BRACKETS;
    if plain { vec![name] } else { std::iter::once(first).chain(steps).collect() }
}

fn put(into: &mut Map<String, Value>, path: &[&str], value: &str) {
    match path {
        [] => {}
        [last] => {
            into.insert((*last).to_owned(), Value::String(value.to_owned()));
        }
        [first, rest @ ..] => {
            let held = into.entry((*first).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if !held.is_object() {
                *held = Value::Object(Map::new());
            }
            if let Value::Object(inner) = held {
                put(inner, rest, value);
            }
        }
    }
}
