//! JSON as borrowed slices: an object is a list of its members' raw texts, and no tree is built.
//!
//! Nothing is lost on the way: numbers keep the digits they were sent with (an integer above 2^53
//! or a nanosecond epoch would not survive a float), doubled keys are kept in their order, and
//! values that nobody asks for are only skipped.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    limits::MAX_DEPTH,
    malformed::{At, Malformed, NOT_JSON, NOT_UTF8, TOO_DEEP, TOO_LARGE},
};

/// The most members of one object that are read.
pub(super) const MAX_MEMBERS: usize = 1_024;

/// A member of an object: its name and the raw text of its value.
pub(super) type Member<'a> = (Cow<'a, str>, &'a str);

/// The body as text, once its size, encoding and depth are within the limits.
///
/// # Errors
/// `ING-003` (413), `ING-002` (400) with the byte, `ING-004` (400) with the byte, `ING-001` (400) for
/// an empty body.
pub(super) fn checked(body: &[u8], max_body: usize) -> Result<&str, Malformed> {
    let text = sized(body, max_body)?;
    if text.trim_ascii().is_empty() {
        return Err(Malformed::new(400, NOT_JSON, "the body is empty"));
    }
    if let Some(byte) = first_too_deep(text) {
        let what = format!("lists and objects nest more than {MAX_DEPTH} deep");
        return Err(Malformed::new(400, TOO_DEEP, what).at(At::Byte(byte)));
    }
    Ok(text)
}

/// The body as text, whatever it holds.
///
/// # Errors
/// `ING-003` (413), `ING-002` (400) with the byte.
pub(super) fn sized(body: &[u8], max_body: usize) -> Result<&str, Malformed> {
    if body.len() > max_body {
        let what = format!("the body has {} bytes; at most {max_body} are read", body.len());
        return Err(Malformed::new(413, TOO_LARGE, what));
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        Malformed::new(400, NOT_UTF8, "the body is not UTF-8").at(At::Byte(error.valid_up_to()))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// What a serde error says, as a body that is not JSON.
pub(super) fn not_json(error: &serde_json::Error) -> Malformed {
    let what = if error.is_eof() { "the JSON ends too early" } else { "the body is not JSON" };
    Malformed::new(400, NOT_JSON, what).at(At::LineColumn(error.line(), error.column()))
}

/// The members of an object, at most `max + 1` of them, so that a caller sees that there are more.
pub(super) fn members(object: &str, max: usize) -> Result<Vec<Member<'_>>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(object);
    let members = deserializer.deserialize_map(MembersVisitor { max })?;
    deserializer.end()?;
    Ok(members)
}

/// The raw texts of a list, at most `max + 1` of them.
pub(super) fn elements(list: &str, max: usize) -> Result<Vec<&str>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(list);
    let elements = deserializer.deserialize_seq(ElementsVisitor { max })?;
    deserializer.end()?;
    Ok(elements)
}

/// A string, a number or a flag as text, digit by digit as sent; `None` for null, lists and
/// objects.
///
/// A string with half a surrogate pair has no text; it is kept as it was written, escapes and all.
/// The character NUL, which no database column takes, becomes U+FFFD.
pub(super) fn text(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => Some(unquoted(raw)),
        b'n' | b'[' | b'{' => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}

fn unquoted(raw: &str) -> Cow<'_, str> {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str(raw).map_or(Cow::Borrowed(inner), |text: String| without_nul(&text))
}

/// Only an escape can have brought a NUL in: unescaped it is no JSON.
fn without_nul<'a>(text: &str) -> Cow<'a, str> {
    Cow::Owned(text.replace('\0', "\u{fffd}"))
}

/// The offset of the first bracket that is nested too deeply.
fn first_too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (offset, byte) in text.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' if depth == MAX_DEPTH => return Some(offset),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

struct MembersVisitor {
    max: usize,
}

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<Member<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some(Name(name)) = map.next_key()? {
            if members.len() > self.max {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &RawValue = map.next_value()?;
            members.push((name, value.get()));
        }
        Ok(members)
    }
}

struct ElementsVisitor {
    max: usize,
}

impl<'de> Visitor<'de> for ElementsVisitor {
    type Value = Vec<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() <= self.max {
            let Some(element) = list.next_element::<&RawValue>()? else { return Ok(elements) };
            elements.push(element.get());
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(elements)
    }
}

/// A member's name, borrowed from the body where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(without_nul(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        for digits in ["5615590933959184469", "18446744073709551616123", "7.727", "1e400", "-0"] {
            assert_eq!(text(digits).as_deref(), Some(digits));
        }
        assert_eq!(text("true").as_deref(), Some("true"));
        assert_eq!(text("null"), None);
    }

    #[test]
    fn escapes_are_read_and_half_a_surrogate_pair_is_kept_as_written() {
        assert_eq!(text(r#""a\"\u00e9""#).as_deref(), Some("a\"é"));
        assert_eq!(text(r#""a\ud800""#).as_deref(), Some(r"a\ud800"));
    }

    #[test]
    fn a_nul_is_replaced_in_values_and_names() {
        assert_eq!(text(r#""a\u0000b""#).as_deref(), Some("a\u{fffd}b"));
        assert_eq!(members(r#"{"a\u0000":1}"#, 9).unwrap()[0].0, "a\u{fffd}");
    }

    #[test]
    fn doubled_keys_are_kept_in_their_order() {
        let members = members(r#"{"a":1,"b":[2],"a":{"c":3}}"#, 9).unwrap();
        assert_eq!(members, [("a".into(), "1"), ("b".into(), "[2]"), ("a".into(), r#"{"c":3}"#)]);
    }

    #[test]
    fn brackets_in_strings_do_not_nest() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(first_too_deep(&deep(MAX_DEPTH)), None);
        assert_eq!(first_too_deep(&deep(MAX_DEPTH + 1)), Some(MAX_DEPTH));
        assert_eq!(first_too_deep(&format!(r#"["{}\"["]"#, "[".repeat(99))), None);
    }

    #[test]
    fn more_than_the_limit_is_seen_but_not_kept() {
        assert_eq!(elements("[1,2,3,4,5]", 2).unwrap().len(), 3);
        assert_eq!(members(r#"{"a":1,"b":2,"c":3}"#, 1).unwrap().len(), 2);
        assert!(elements("[1,2,3,4,5", 2).is_err());
    }
}
