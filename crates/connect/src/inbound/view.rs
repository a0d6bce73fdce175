//! A body as JSON, asked by pointers: nothing is built, numbers keep their digits, and what is absent,
//! null or empty says nothing.

use std::{borrow::Cow, collections::BTreeMap};

use serde::de::IgnoredAny;

use super::{
    json,
    limits::MAX_LABELS,
    malformed::{At, Malformed, NOT_ALERTS},
};

/// A value somewhere in a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    raw: &'a str,
}

impl<'a> View<'a> {
    /// The whole of a body.
    ///
    /// # Errors
    /// `ING-001` (400) with line and column.
    pub(super) fn of(text: &'a str) -> Result<Self, Malformed> {
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| json::not_json(&error))?;
        Ok(Self { raw: text.trim_ascii() })
    }

    /// The same, where it must be an object.
    ///
    /// # Errors
    /// `ING-001` (400), `ING-006` (422).
    pub(super) fn object(text: &'a str) -> Result<Self, Malformed> {
        let view = Self::of(text)?;
        if view.is_object() { Ok(view) } else { Err(not_ours("the body is not an object")) }
    }

    /// Its JSON text.
    pub(super) fn raw(self) -> &'a str {
        self.raw
    }

    pub(super) fn is_object(self) -> bool {
        self.raw.starts_with('{')
    }

    pub(super) fn is_list(self) -> bool {
        self.raw.starts_with('[')
    }

    /// What a JSON Pointer (RFC 6901) leads to; nothing where it leads nowhere or to null.
    pub(super) fn at(self, pointer: &str) -> Option<Self> {
        let mut found = self;
        for step in pointer.split('/').skip(1) {
            found = found.step(step)?;
        }
        (found.raw != "null").then_some(found)
    }

    fn step(self, step: &str) -> Option<Self> {
        if self.is_list() {
            let index: usize = step.parse().ok()?;
            let elements = json::elements(self.raw, index).ok()?;
            return elements.get(index).map(|raw| Self { raw });
        }
        let name = if step.contains('~') {
            Cow::Owned(step.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(step)
        };
        let members = json::members(self.raw, json::MAX_MEMBERS).ok()?;
        members.into_iter().rev().find(|(key, _)| *key == name).map(|(_, raw)| Self { raw })
    }

    /// Whether something is there.
    pub(super) fn has(self, pointer: &str) -> bool {
        self.at(pointer).is_some()
    }

    /// A string, number or flag as text, without the space around it; nothing where that is empty.
    pub(super) fn text(self, pointer: &str) -> Option<String> {
        let text = json::text(self.at(pointer)?.raw)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The text exactly as it was sent, empty and space around it included.
    pub(super) fn exact_text(self) -> Option<Cow<'a, str>> {
        json::text(self.raw)
    }

    /// The first of these that says something.
    pub(super) fn first(self, pointers: &[&str]) -> Option<String> {
        pointers.iter().find_map(|pointer| self.text(pointer))
    }

    /// The texts of a list; one text stands for a list of one.
    pub(super) fn texts(self, pointer: &str) -> Vec<String> {
        let list = self.list(pointer);
        if list.is_empty() {
            return self.text(pointer).into_iter().collect();
        }
        list.into_iter().filter_map(|element| element.text("")).collect()
    }

    /// The elements of a list, at most as many as one alert may have labels.
    pub(super) fn list(self, pointer: &str) -> Vec<Self> {
        self.elements(pointer, MAX_LABELS)
    }

    /// The elements of a list, at most `max`.
    pub(super) fn elements(self, pointer: &str, max: usize) -> Vec<Self> {
        let Some(list) = self.at(pointer).filter(|found| found.is_list()) else {
            return Vec::new();
        };
        let raws = json::elements(list.raw, max).unwrap_or_default();
        raws.into_iter().take(max).map(|raw| Self { raw }).collect()
    }

    /// The members of an object by name, each as text; lists and objects keep their JSON text.
    pub(super) fn pairs(self, pointer: &str) -> BTreeMap<String, String> {
        let Some(object) = self.at(pointer).filter(|found| found.is_object()) else {
            return BTreeMap::new();
        };
        let members = json::members(object.raw, MAX_LABELS).unwrap_or_default();
        let value = |raw: &str| match json::text(raw) {
            Some(text) => text.into_owned(),
            None if raw == "null" => String::new(),
            None => raw.to_owned(),
        };
        let pairs = members.into_iter().map(|(name, raw)| (name.into_owned(), value(raw)));
        pairs.filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// The JSON is not what this source sends.
pub(super) fn not_ours(what: &str) -> Malformed {
    Malformed::new(422, NOT_ALERTS, what).at(At::Pointer(String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_lead_through_objects_and_lists() {
        let view = View::of(r#" {"a":{"b/c":[1,{"d":" x "}],"a":null},"a~":"t"} "#).unwrap();
        assert_eq!(view.text("/a/b~1c/1/d").as_deref(), Some("x"));
        assert_eq!(view.text("/a/b~1c/0").as_deref(), Some("1"));
        assert_eq!(view.text("/a~0").as_deref(), Some("t"));
        for nowhere in ["/b", "/a/a", "/a/b~1c/7", "/a/b~1c/x", "/a~0/0", "x/b"] {
            assert!(view.text(nowhere).is_none(), "{nowhere}");
        }
    }

    #[test]
    fn trap_big_integers_keep_their_digits() {
        let view = View::of(r#"{"id":562949953424211,"n":5615590933959184469}"#).unwrap();
        assert_eq!(view.text("/n").as_deref(), Some("5615590933959184469"));
        assert_eq!(view.pairs("")["id"], "562949953424211");
    }

    #[test]
    fn one_text_stands_for_a_list_of_one() {
        let view = View::of(r#"{"l":["a",{"b":1},2],"t":"c"}"#).unwrap();
        assert_eq!(view.texts("/l"), ["a", "2"]);
        assert_eq!(view.texts("/t"), ["c"]);
        assert!(view.texts("/none").is_empty());
    }
}
