//! The script of `process run`: when it starts, what is known, what is done when.

use base::{Code, Duration, Timestamp};
use process::{Variables, model::duration};
use serde::{Deserialize, Deserializer, de};

/// The most steps of a script.
pub const MAX_STEPS: usize = 10_000;

/// A script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// When the instance begins.
    pub start: Timestamp,
    /// What is known then.
    #[serde(default)]
    pub variables: Variables,
    /// Answers by element: the flow a gateway takes, or what a decision says.
    #[serde(default)]
    pub decisions: std::collections::BTreeMap<Code, serde_json::Value>,
    /// What is done, each so long after the start.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// How long after the start to stop; at the last step where absent.
    #[serde(default, deserialize_with = "optional")]
    pub until: Option<Duration>,
}

/// One step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How long after the start.
    #[serde(deserialize_with = "length")]
    pub at: Duration,
    /// The task or action to complete, by its element.
    pub complete: Option<Code>,
    /// The message that comes, kept for a day when nothing waits for it yet.
    pub message: Option<Code>,
    /// The message's correlation key.
    pub key: Option<Code>,
    /// The signal that comes.
    pub signal: Option<Code>,
    /// The error that is raised at the element of `at_element`.
    pub error: Option<Code>,
    /// Where the error is raised.
    pub at_element: Option<Code>,
    /// The activity of an ad-hoc sub-process that is chosen.
    pub activate: Option<Code>,
    /// The ad-hoc sub-process that is done.
    pub finish: Option<Code>,
    /// The answers.
    #[serde(default)]
    pub with: serde_json::Map<String, serde_json::Value>,
}

fn length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration::parse(&text)
        .ok_or_else(|| de::Error::custom(format!("{text:?} is no ISO 8601 length")))
}

fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    length(deserializer).map(Some)
}
