//! Values between JSON and FEEL.

use dsntk_feel::{FeelNumber, FeelScope, FeelType, Name, context::FeelContext, values::Value};
use serde_json::{Map, Value as Json};

use crate::{feel::Form, fence::is_zoneless, open::Open};

/// The most values that the inputs of one decision hold, and that one answer holds.
pub const MAX_ITEMS: usize = 10_000;
/// The deepest nesting of inputs and answers.
pub const MAX_DEPTH: usize = 32;

/// Whether a value keeps the limits.
pub(crate) fn fits(value: &Value) -> bool {
    count(value, 0).is_some_and(|items| items <= MAX_ITEMS)
}

fn count(value: &Value, depth: usize) -> Option<usize> {
    if depth > MAX_DEPTH {
        return None;
    }
    match value {
        Value::List(items) => items.iter().try_fold(1, |n, item| Some(n + count(item, depth + 1)?)),
        Value::Context(context) => {
            context.iter().try_fold(1, |n, (_, item)| Some(n + count(item, depth + 1)?))
        }
        _ => Some(1),
    }
}

/// JSON in FEEL's terms, by the type that is expected: texts become dates, times and durations where
/// the type says so. Null where it does not fit.
pub(crate) fn read(json: &Json, kind: &FeelType) -> Value {
    match (json, kind) {
        (Json::Null, _) => Value::Null(None),
        (Json::Bool(is), _) => Value::Boolean(*is),
        (Json::Number(number), _) => {
            number.to_string().parse::<FeelNumber>().map_or(Value::Null(None), Value::Number)
        }
        (Json::String(text), FeelType::Date) => build("date(text)", text),
        (Json::String(text), FeelType::Time) => build("time(text)", text),
        (Json::String(text), FeelType::DateTime) => build("date and time(text)", text),
        (Json::String(text), FeelType::DaysAndTimeDuration | FeelType::YearsAndMonthsDuration) => {
            build("duration(text)", text)
        }
        (Json::String(text), _) => Value::String(text.clone()),
        (Json::Array(items), kind) => {
            let inner = match kind {
                FeelType::List(inner) => inner,
                _ => &FeelType::Any,
            };
            Value::List(items.iter().map(|item| read(item, inner)).collect())
        }
        (Json::Object(entries), kind) => Value::Context(object(entries, kind)),
    }
}

/// An object's entries, each by the type of its name.
pub(crate) fn object(entries: &Map<String, Json>, kind: &FeelType) -> FeelContext {
    let mut context = FeelContext::default();
    for (key, value) in entries {
        let name = Name::from(key.as_str());
        let inner = match kind {
            FeelType::Context(kinds) => kinds.get(&name).unwrap_or(&FeelType::Any),
            _ => &FeelType::Any,
        };
        context.set_entry(&name, read(value, inner));
    }
    context
}

/// A value that FEEL reads from a text.
fn build(call: &str, text: &str) -> Value {
    let mut context = FeelContext::default();
    context.set_entry(&Name::from("text"), Value::String(text.to_owned()));
    let scope = FeelScope::from(context);
    Open::parse(call, Form::Expression, &scope).map_or(Value::Null(None), |e| e.evaluate(&scope))
}

/// A length of whole seconds.
pub(crate) fn length(seconds: i64) -> Value {
    let sign = if seconds < 0 { "-" } else { "" };
    build("duration(text)", &format!("{sign}PT{}S", seconds.unsigned_abs()))
}

/// A date from its ISO 8601 text.
pub(crate) fn date(text: &str) -> Value {
    build("date(text)", text)
}

/// FEEL's value as JSON: dates, times and durations as ISO 8601 texts; what has no JSON is null.
pub(crate) fn write(value: &Value) -> Json {
    match value {
        Value::Boolean(is) => Json::Bool(*is),
        Value::Number(number) => {
            let text = number.to_string();
            let whole = text.parse::<i64>().ok().map(Json::from);
            whole.or_else(|| text.parse::<f64>().ok().map(Json::from)).unwrap_or(Json::String(text))
        }
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(write).collect()),
        Value::Context(context) => {
            Json::Object(context.iter().map(|(name, v)| (name.to_string(), write(v))).collect())
        }
        Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::DaysAndTimeDuration(_)
        | Value::YearsAndMonthsDuration(_)
        | Value::Range(..) => Json::String(value.to_string()),
        _ => Json::Null,
    }
}

/// A value for a sentence: codes and texts without quotes.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null(_) => "nothing".to_owned(),
        other => other.to_string(),
    }
}

/// Whether a value is a time, or a date and time, without a zone: the host's would be taken.
pub(crate) fn has_no_zone(value: &Value) -> bool {
    matches!(value, Value::Time(_) | Value::DateTime(_)) && is_zoneless(&value.to_string())
}
