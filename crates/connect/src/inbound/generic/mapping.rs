//! A mapping as it is written: JSON with pointers and tables of words, checked before it is stored.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::inbound::{Action, SourceSeverity, limits::MAX_MAPPING};

/// The most pointers of one mapping, and the most words of one table.
const MAX_PARTS: usize = 256;

/// How a body is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The list of alerts; absent where the body is one alert.
    pub(super) alerts: Option<Pointer>,
    /// What names the alert, joined by `/`; the same when it begins and when it ends.
    pub(super) key: Pointers,
    pub(super) action: Words<ActionWord>,
    pub(super) severity: Words<SeverityWord>,
    pub(super) title: Pointers,
    pub(super) description: Pointers,
    pub(super) service: Pointers,
    pub(super) resource: Pointers,
    pub(super) environment: Pointers,
    pub(super) occurred_at: Pointers,
    pub(super) ends_at: Pointers,
    /// Whether a date without a zone is UTC; else it is no instant.
    pub(super) zoneless_is_utc: bool,
    pub(super) group: Pointers,
    pub(super) labels: BTreeMap<String, Pointer>,
    pub(super) annotations: BTreeMap<String, Pointer>,
    pub(super) link: Pointers,
    pub(super) runbook: Pointers,
    pub(super) dashboard: Pointers,
}

/// Why a text is not a mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MappingError(String);

/// A JSON Pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pointer(pub(super) String);

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.starts_with('/') {
            Ok(Self(text))
        } else {
            Err(format!("`{text}` is no JSON Pointer: it begins with /"))
        }
    }
}

/// One pointer, or several of which the first that says something counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMany")]
pub(super) struct Pointers(pub(super) Vec<Pointer>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Pointer),
    Many(Vec<Pointer>),
}

impl From<OneOrMany> for Pointers {
    fn from(given: OneOrMany) -> Self {
        Self(match given {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        })
    }
}

/// A word and what the sender's words mean.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Words<T> {
    pub(super) from: Pointers,
    /// The sender's word, in any case.
    pub(super) values: BTreeMap<String, T>,
    /// For a word that is not in the table.
    pub(super) otherwise: Option<T>,
}

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self { from: Pointers::default(), values: BTreeMap::new(), otherwise: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ActionWord {
    Trigger,
    Resolve,
    Update,
    Info,
    Acknowledge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SeverityWord {
    Critical,
    High,
    Warning,
    Info,
    Unknown,
}

impl From<ActionWord> for Action {
    fn from(word: ActionWord) -> Self {
        match word {
            ActionWord::Trigger => Self::Trigger,
            ActionWord::Resolve => Self::Resolve,
            ActionWord::Update => Self::Update,
            ActionWord::Info => Self::Info,
            ActionWord::Acknowledge => Self::Acknowledge,
        }
    }
}

impl From<SeverityWord> for SourceSeverity {
    fn from(word: SeverityWord) -> Self {
        match word {
            SeverityWord::Critical => Self::Critical,
            SeverityWord::High => Self::High,
            SeverityWord::Warning => Self::Warning,
            SeverityWord::Info => Self::Info,
            SeverityWord::Unknown => Self::Unknown,
        }
    }
}

impl Mapping {
    /// Reads a mapping that somebody wrote for their own integration.
    ///
    /// # Errors
    /// What is wrong and where: not JSON, an unknown member or word, a text that is no pointer, too
    /// large, nothing to recognise an alert by, or an action that acknowledges, which no mapping may.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        if text.len() > MAX_MAPPING {
            return Err(MappingError(format!("the mapping has more than {MAX_MAPPING} bytes")));
        }
        let mapping = Self::shipped(text)?;
        let acknowledges = mapping.action.values.values().chain(&mapping.action.otherwise);
        if acknowledges.into_iter().any(|word| *word == ActionWord::Acknowledge) {
            let what = "a mapping never acknowledges: say `update` instead";
            return Err(MappingError(what.to_owned()));
        }
        Ok(mapping)
    }

    /// Reads one of ours, which may know the sender's documented acknowledgement.
    pub(in crate::inbound) fn shipped(text: &str) -> Result<Self, MappingError> {
        let mapping: Self =
            serde_json::from_str(text).map_err(|error| MappingError(error.to_string()))?;
        if mapping.size() > MAX_PARTS {
            return Err(MappingError(format!("the mapping has more than {MAX_PARTS} parts")));
        }
        if mapping.key.0.is_empty() && mapping.title.0.is_empty() {
            let what = "the mapping names neither key nor title: no alert could be recognised";
            return Err(MappingError(what.to_owned()));
        }
        Ok(mapping)
    }

    fn size(&self) -> usize {
        let lists = [
            &self.key,
            &self.title,
            &self.description,
            &self.service,
            &self.resource,
            &self.environment,
            &self.occurred_at,
            &self.ends_at,
            &self.group,
            &self.link,
            &self.runbook,
            &self.dashboard,
            &self.action.from,
            &self.severity.from,
        ];
        let pointers: usize = lists.iter().map(|list| list.0.len()).sum();
        let words = self.action.values.len() + self.severity.values.len();
        pointers + words + self.labels.len() + self.annotations.len()
    }
}
