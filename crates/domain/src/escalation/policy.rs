//! The policy: who is paged, in which order, how long each is waited for.

use base::{Code, Duration, Id, id};
use serde::{Deserialize, Serialize};

use crate::access::Role;

/// The most steps a policy may have.
pub const MAX_STEPS: usize = 20;
/// The shortest wait between two steps, in seconds.
pub const MIN_WAIT_SECONDS: i64 = 15;

/// Whom a step pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// This person.
    Person(Id<id::Person>),
    /// Everybody who holds this role.
    Role(Role),
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Whom it pages.
    pub targets: Vec<Target>,
    /// How long it waits for an answer before the next step, in seconds.
    pub wait_seconds: i64,
}

/// A published escalation policy: a document of configuration, so old versions stay readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The policy's code.
    pub name: Code,
    /// The rungs, from the first.
    pub steps: Vec<Step>,
    /// Who is paged when nobody on the ladder answered.
    pub last_resort: Step,
    /// How long an acknowledgement holds before the ladder is climbed again, in seconds.
    pub acknowledged_seconds: i64,
}

/// Why a policy cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPolicy {
    /// No steps, or too many.
    #[error("a policy has 1 to {MAX_STEPS} steps")]
    Steps,
    /// A step that pages nobody.
    #[error("step {0} pages nobody")]
    Nobody(usize),
    /// A wait that is too short to answer in.
    #[error("step {0} waits less than {MIN_WAIT_SECONDS} seconds")]
    Wait(usize),
}

impl Policy {
    /// Checks that every rung reaches somebody and leaves time to answer.
    pub fn check(&self) -> Result<(), InvalidPolicy> {
        if self.steps.is_empty() || self.steps.len() > MAX_STEPS {
            return Err(InvalidPolicy::Steps);
        }
        for (at, step) in self.steps.iter().chain([&self.last_resort]).enumerate() {
            if step.targets.is_empty() {
                return Err(InvalidPolicy::Nobody(at));
            }
            if step.wait_seconds < MIN_WAIT_SECONDS {
                return Err(InvalidPolicy::Wait(at));
            }
        }
        Ok(())
    }

    /// The rung with this number: the last resort after the last step.
    pub fn rung(&self, step: u32) -> (&Step, bool) {
        match self.steps.get(step as usize) {
            Some(rung) => (rung, false),
            None => (&self.last_resort, true),
        }
    }

    /// How long an acknowledgement holds.
    pub fn acknowledged_for(&self) -> Duration {
        Duration::seconds(self.acknowledged_seconds.max(MIN_WAIT_SECONDS))
    }
}
