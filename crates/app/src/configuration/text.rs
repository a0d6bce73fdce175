//! Things as files write them: by code, people by e-mail address. docs/operating/configuration.md is
//! their reference.

use base::Code;
use serde::{Deserialize, Serialize};

fn is_false(flag: &bool) -> bool {
    !flag
}

/// `[[criticality]]`: a level of the scale, the highest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelText {
    /// Its code.
    pub code: Code,
    /// What people call it.
    pub label: String,
    /// Whether services of this level support critical or important functions.
    #[serde(default, skip_serializing_if = "is_false")]
    pub important: bool,
}

/// `[[legal_entity]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityText {
    /// Its code.
    pub code: Code,
    /// What people call it.
    pub name: String,
    /// Its legal entity identifier.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lei: String,
    /// What it is under financial law.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Code>,
    /// What else decides on a regime.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Code>,
    /// The competent authority it reports to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Code>,
    /// The Member State it is established in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_state: Option<Code>,
    /// Its time zone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
}

/// `[[function]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionText {
    /// Its code.
    pub code: Code,
    /// What people call it.
    pub name: String,
    /// Whether it is critical or important.
    #[serde(default, skip_serializing_if = "is_false")]
    pub critical: bool,
    /// The legal entities that perform it, by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Code>,
}

/// `[[team]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamText {
    /// Its code.
    pub code: Code,
    /// What people call it.
    pub name: String,
    /// Its people, by e-mail address or id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// The escalation policy that pages it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Code>,
}

/// `[[service]]`, or a line of `services.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceText {
    /// Its code.
    pub code: Code,
    /// What people call it.
    pub name: String,
    /// The team that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Code>,
    /// How critical it is, on the organisation's own scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Code>,
    /// Whether it supports a critical or important function.
    #[serde(default, skip_serializing_if = "is_false")]
    pub critical: bool,
    /// The legal entities it serves; the first one answers for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Code>,
    /// The functions it supports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Code>,
    /// The services it cannot work without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Code>,
}

/// `[[integration]]`: a door in, without its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntegrationText {
    /// What people call it; unique among the files.
    pub name: String,
    /// The source it speaks.
    pub source: Code,
    /// The escalation policy of its groups.
    pub policy: Code,
    /// The labels its alerts are grouped by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<String>,
    /// Whether a critical alert declares an incident at once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub declares: bool,
}
