//! Labels: sorted names with values, and the fingerprint that Prometheus gives them.

use std::{borrow::Cow, collections::BTreeMap};

use super::json;

/// Names and values, sorted by name in byte order, each name once, no empty value.
///
/// Where a name comes twice the last one counts. An empty value means that the label is absent, as
/// in Prometheus.
#[derive(Debug, Default)]
pub(super) struct Labels<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Whether there are more than were asked for; the rest was not read.
    pub(super) more: bool,
}

/// Why a value is not a set of labels.
#[derive(Debug)]
pub(super) struct NotAnObject;

impl<'a> Labels<'a> {
    /// Reads an object; null is an empty one. Reads at most `max` members.
    ///
    /// A value that is itself a list or an object is kept as its JSON text.
    pub(super) fn read(raw: &'a str, max: usize) -> Result<Self, NotAnObject> {
        if raw == "null" {
            return Ok(Self::default());
        }
        let mut members = json::members(raw, max).map_err(|_| NotAnObject)?;
        let more = members.len() > max;
        members.truncate(max);
        let mut pairs: Vec<_> = members.into_iter().map(|(name, raw)| (name, value(raw))).collect();
        if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
            pairs.sort_by(|a, b| a.0.cmp(&b.0)); // stable: of equal names the last one stays last
            pairs.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(&mut later.1, &mut kept.1);
                }
                same
            });
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Ok(Self { pairs, more })
    }

    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let at = self.pairs.binary_search_by(|(other, _)| other.as_ref().cmp(name)).ok()?;
        Some(&self.pairs[at].1)
    }

    /// The first of these names that has a value.
    pub(super) fn first_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// Shortens each value to `max` bytes and answers how many were longer.
    pub(super) fn cut_values(&mut self, max: usize) -> u32 {
        let mut count = 0;
        for (_, value) in &mut self.pairs {
            if value.len() > max {
                let end = value.floor_char_boundary(max);
                value.to_mut().truncate(end);
                count += 1;
            }
        }
        count
    }

    /// The fingerprint of Prometheus and Alertmanager: FNV-1a, 64 bits, over each name and value in
    /// order, each followed by the byte 0xff, which no UTF-8 text holds.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut sum = FNV_OFFSET;
        for (name, value) in &self.pairs {
            sum = fnv1a(sum, name.as_bytes());
            sum = fnv1a(sum, &[0xff]);
            sum = fnv1a(sum, value.as_bytes());
            sum = fnv1a(sum, &[0xff]);
        }
        sum
    }

    pub(super) fn into_map(self) -> BTreeMap<String, String> {
        self.pairs
            .into_iter()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    }
}

fn value(raw: &str) -> Cow<'_, str> {
    match json::text(raw) {
        Some(text) => text,
        None if raw == "null" => Cow::Borrowed(""),
        None => Cow::Borrowed(raw),
    }
}

/// The start value of FNV-1a with 64 bits.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a, continued from `sum`.
pub(super) fn fnv1a(sum: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(sum, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_doubled_name_counts_and_empty_ones_are_absent() {
        let labels = Labels::read(r#"{"b":"1","a":"x","b":"2","c":"","d":null}"#, 9).unwrap();
        let map = labels.into_map();
        assert_eq!(
            map.into_iter().collect::<Vec<_>>(),
            [("a".into(), "x".into()), ("b".into(), "2".into())]
        );
    }

    #[test]
    fn values_of_other_types_become_text_without_loss() {
        let labels = Labels::read(r#"{"n":5615590933959184469,"t":true,"l":[1, 2]}"#, 9).unwrap();
        assert_eq!(labels.get("n"), Some("5615590933959184469"));
        assert_eq!(labels.get("t"), Some("true"));
        assert_eq!(labels.get("l"), Some("[1, 2]"));
    }

    #[test]
    fn the_fingerprint_is_that_of_alertmanager() {
        // From a webhook of Alertmanager 0.25.0.
        let raw = r#"{"alertname":"T400","cluster":"x","severity":"critical"}"#;
        assert_eq!(
            format!("{:016x}", Labels::read(raw, 9).unwrap().fingerprint()),
            "57222ba234524d58"
        );
        assert_eq!(Labels::default().fingerprint(), FNV_OFFSET);
    }
}
