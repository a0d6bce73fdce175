//! Answering at the sender's side: counts where the integration was granted that, and only there.

use base::{Id, id};
use domain::escalation::{self, Phase};
use store::escalation as escalations;

use super::start::{policy_of, withdraw};
use crate::turn::{Stop, Turn};

/// Stops the ladders of a target for as long as an acknowledgement holds.
pub(crate) fn answer_at_sender(
    turn: &mut Turn<'_>,
    target: &str,
    integration: Id<id::Integration>,
) -> Result<(), Stop> {
    for (id, state) in escalations::of_target(turn.conn, target)? {
        // A call asks for one person; an answer elsewhere does not bring them.
        if state.phase != Phase::Running || state.call.is_some() {
            continue;
        }
        let policy = policy_of(turn, &state)?;
        let answer = escalation::answer_at_sender(id, &state, integration, &policy, turn.now);
        turn.record(answer.into_iter().collect())?;
        withdraw(turn, id, None)?;
    }
    Ok(())
}
