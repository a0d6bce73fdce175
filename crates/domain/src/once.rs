//! Requests that are done once: what a repeated idempotency key is told.

use crate::refusal::refusals;

refusals! {
    /// The key was used for another request.
    other_request: Invalid = "WEB-011",
        "This idempotency key was used for another request; take a new one.";
    /// The key's request was done, and its answer is not there.
    done_before: State = "WEB-012",
        "This request was done before or is under way, and its answer is not kept; read what it changed.";
}
