//! Posted forms: fields by name, repeated ones in their order, within limits.

use std::sync::Arc;

use base::Timestamp;
use jiff::{civil::DateTime, tz::TimeZone};
use url::form_urlencoded;

/// The largest form, in bytes.
pub(crate) const MAX_FORM: usize = 256 * 1024;
/// The largest form with a whole document in it: three bytes for each that a form has to write apart.
pub(crate) const MAX_DOCUMENT_FORM: usize = 3 * app::config::MAX_DOCUMENT + MAX_FORM;
/// The most fields of a form.
const MAX_FIELDS: usize = 512;

/// The fields of a form or of a query. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Arc<[(String, String)]>);

/// A typed instant that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAMoment;

impl Form {
    /// Reads `application/x-www-form-urlencoded` bytes; fields beyond the limit are left out.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).take(MAX_FIELDS).map(owned).collect())
    }

    /// The field of this name, without white space around it; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// Whether a field of this name was sent, empty or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The same as [`Self::get`], owned.
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).to_owned()
    }

    /// The field exactly as it was sent: for passwords.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All fields of this name that are not empty.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.0.iter().filter(move |(key, _)| key == name);
        values.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The fields whose names begin with `prefix`, by the rest of their names; empty ones left out.
    pub(crate) fn under(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        let named = self.0.iter().filter_map(move |(key, value)| {
            key.strip_prefix(prefix).map(|rest| (rest, value.trim()))
        });
        named.filter(|(_, value)| !value.is_empty())
    }

    /// A typed instant: wall-clock time in `zone` unless it carries an offset; `None` where empty.
    pub(crate) fn instant(
        &self,
        name: &str,
        zone: &TimeZone,
    ) -> Result<Option<Timestamp>, NotAMoment> {
        let text = self.get(name);
        if text.is_empty() { Ok(None) } else { moment(text, zone).map(Some).ok_or(NotAMoment) }
    }
}

fn owned((key, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)) -> (String, String) {
    (key.into_owned(), value.into_owned())
}

fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let local: DateTime = text.parse().ok()?;
    Some(Timestamp::from_jiff(local.to_zoned(zone.clone()).ok()?.timestamp()))
}

/// Where a form may send the reader afterwards: a path on this server, or nothing.
pub(crate) fn local_path(next: &str) -> Option<&str> {
    let second = next.as_bytes().get(1);
    let plain = next.bytes().all(|b| b > b' ' && b != b'\\' && b < 0x7f);
    (next.starts_with('/') && second != Some(&b'/') && plain).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_local_unless_they_say_otherwise() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let form = Form::parse(b"a=2026-11-17T02:41&b=2026-11-17T02:41:30Z&c=&d=soon");
        let at = |name| form.instant(name, &zone).map(|at| at.map(|at| at.to_string()));
        assert_eq!(at("a"), Ok(Some("2026-11-17T01:41:00.000000Z".to_owned())));
        assert_eq!(at("b"), Ok(Some("2026-11-17T02:41:30.000000Z".to_owned())));
        assert_eq!((at("c"), at("d")), (Ok(None), Err(NotAMoment)));
    }

    #[test]
    fn a_form_leads_nowhere_else() {
        assert_eq!(local_path("/incidents?x=1"), Some("/incidents?x=1"));
        for elsewhere in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a b"] {
            assert_eq!(local_path(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn repeated_fields_keep_their_order() {
        let form = Form::parse(b"service=a&service=b&answer.x=1&answer.y=&csrf=t");
        assert_eq!(form.all("service").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(form.under("answer.").collect::<Vec<_>>(), [("x", "1")]);
    }
}
