//! The entries of a plan to move cases.

use std::collections::BTreeMap;

use base::{Code, Digest, Id, id, leaf};

use crate::event::events;

leaf! {
    /// A place that has no counterpart in the other version.
    pub struct StuckAt {
        /// The element or flow of the version that the case runs on.
        pub element: Code,
        /// Why: `element_missing`, `other_kind`, `other_scope`, `flow_missing`, `handler_missing`.
        pub reason: Code,
    }

    /// What a dry run says of a case.
    pub struct CaseListed {
        /// The case.
        pub incident: Id<id::Incident>,
        /// Tokens that would move.
        pub tokens: u32,
        /// Events that would go on waiting, with their remaining time.
        pub kept: u32,
        /// Events that would be waited for no longer.
        pub ended: u32,
        /// Events that would be waited for from then on.
        pub begun: u32,
        /// Places that cannot move; with any, the case stays.
        pub stuck: u32,
        /// The first of these places.
        pub places: Vec<StuckAt>,
    }

    /// Somebody proposed to move cases; word `reason`. Its cases follow in entries of their own.
    pub struct MoveProposed {
        /// The process.
        pub process: Code,
        /// The version that its cases run on.
        pub from: i64,
        /// SHA-256 of that version's bytes.
        pub from_sha256: Digest,
        /// The version that they move to.
        pub to: i64,
        /// SHA-256 of that version's bytes.
        pub to_sha256: Digest,
        /// Elements and flows that are called otherwise there: old id, new id.
        pub mapping: BTreeMap<Code, Code>,
        /// How many cases.
        pub cases: u32,
        /// How many of them stay, because they cannot move.
        pub stuck: u32,
    }

    /// Some of the cases, with what the dry run said of each.
    pub struct MoveCasesListed {
        /// Which part, from 1.
        pub part: u32,
        /// The cases.
        pub cases: Vec<CaseListed>,
    }

    /// A second person approved the plan; word `comment`. Its cases begin to move.
    pub struct MoveApproved {
        /// How many cases are to move.
        pub cases: u32,
    }

    /// A second person said no; word `reason`.
    pub struct MoveRejected {
        /// How many cases stay.
        pub cases: u32,
    }

    /// It was given up; word `reason`.
    pub struct MoveWithdrawn {
        /// How many cases stay.
        pub cases: u32,
    }

    /// What became of a case.
    pub enum Outcome {
        /// It runs on the other version.
        Moved,
        /// It has come to a place that has no counterpart.
        Stuck,
        /// It is over.
        Over,
        /// It runs on another version than the plan moves from.
        Elsewhere,
        /// It was refused for another reason, by `code`.
        Refused,
    }

    /// What became of a case when its turn came.
    pub struct CaseSettled {
        /// The case.
        pub incident: Id<id::Incident>,
        /// What became of it.
        pub outcome: Outcome,
        /// Places that cannot move.
        pub stuck: u32,
        /// The first of these places.
        pub places: Vec<StuckAt>,
        /// The code of the refusal.
        pub code: Option<Code>,
    }
}

impl Outcome {
    /// Its code: `moved`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Stuck => "stuck",
            Self::Over => "over",
            Self::Elsewhere => "elsewhere",
            Self::Refused => "refused",
        }
    }
}

events! {
    /// What happened to a plan to move cases.
    pub enum Event {
        /// It was proposed.
        MoveProposed = "move_proposed",
        /// Some of its cases.
        MoveCasesListed = "move_cases_listed",
        /// A second person approved it.
        MoveApproved = "move_approved",
        /// A second person said no.
        MoveRejected = "move_rejected",
        /// It was given up.
        MoveWithdrawn = "move_withdrawn",
        /// What became of a case.
        CaseSettled = "move_case_settled",
    }
}
