//! The severity decision.
//!
//! | the outcome is | it holds | a second person |
//! | --- | --- | --- |
//! | the first one, or raised | at once | approves afterwards when S1 or S2 |
//! | the same | at once | approves afterwards when S1 or S2 |
//! | lowered | once approved | must approve |
//!
//! Source: ground rule G3: raising is free, lowering wants approval.

use std::collections::BTreeMap;

use base::{Code, Digest, Duration, Id, Timestamp, id};
use evidence::entry::{Draft, Under};

use super::{
    Event, Incident, Severity, SeverityApproved, SeverityDecided, Status, closed, fact::not_merged,
    nothing_to_approve, own_decision, reason_missing,
};
use crate::Refused;

/// How long a second person has to approve, in minutes.
pub const APPROVAL_MINUTES: i64 = 30;

/// What the decision table answered.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The outcome.
    pub severity: Severity,
    /// The table's name.
    pub table: Code,
    /// Its version.
    pub table_version: i64,
    /// SHA-256 of the version's bytes.
    pub table_sha256: Digest,
    /// The rules that matched.
    pub matched_rules: Vec<Code>,
    /// The answers.
    pub inputs: BTreeMap<Code, Code>,
}

/// Records what the table answered, by the rule above.
///
/// # Errors
/// `INC-001` when closed, `INC-002` when merged, `INC-007` without a rationale.
pub fn decide_severity(
    id: Id<id::Incident>,
    incident: &Incident,
    assessment: Assessment,
    rationale: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if incident.status == Status::Closed {
        return Err(closed());
    }
    if rationale.trim().is_empty() {
        return Err(reason_missing());
    }
    let lowered = incident.severity.now().is_some_and(|held| assessment.severity > held);
    let grave = assessment.severity <= Severity::S2;
    let under = Under {
        table: Some(assessment.table.clone()),
        table_version: Some(assessment.table_version),
        ..Under::default()
    };
    let event = SeverityDecided {
        severity: assessment.severity,
        effective: !lowered,
        approve_by: (lowered || grave).then(|| now + Duration::minutes(APPROVAL_MINUTES)),
        table: assessment.table,
        table_version: assessment.table_version,
        table_sha256: assessment.table_sha256,
        matched_rules: assessment.matched_rules,
        inputs: assessment.inputs,
    };
    Ok(Event::from(event).draft(id, now).word("rationale", rationale.trim()).under(under))
}

/// A second person approves the decision that waits.
///
/// # Errors
/// `TRI-001` where none waits, `TRI-002` for the one who decided.
pub fn approve_severity(
    id: Id<id::Incident>,
    incident: &Incident,
    approver: Id<id::Person>,
    comment: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    let waiting = incident.severity.waiting().ok_or_else(nothing_to_approve)?;
    if waiting.by == Some(approver) {
        return Err(own_decision());
    }
    let draft = Event::from(SeverityApproved { decision: waiting.seq }).draft(id, now);
    Ok(if comment.trim().is_empty() { draft } else { draft.word("comment", comment.trim()) })
}

/// The clock of the approval that waits: its due time.
pub fn severity_clock(incident: &Incident) -> Option<(i64, Timestamp)> {
    let waiting = incident.severity.waiting()?;
    Some((waiting.seq, waiting.approve_by?))
}
