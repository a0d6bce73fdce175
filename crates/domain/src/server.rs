//! What the server itself records: its key, its clock, exports, erasures, acts of the host operator.

use base::{Code, Digest, Id, Timestamp, id, leaf};

use crate::{event::events, refusal::refusals};

leaf! {
    /// The log's key is registered; word `vkey`.
    pub struct LogKeyRegistered {
        /// SHA-256 of the verifier key's text.
        pub key: Digest,
        /// The epoch, from 1.
        pub epoch: i64,
    }

    /// The log continues after a rollback; word `reason`.
    pub struct LogEpochDeclared {
        /// The epoch that begins.
        pub epoch: i64,
        /// Positions `from` up to `to` (exclusive) were signed before and are lost.
        pub lost_from: i64,
        /// The end of the lost range.
        pub lost_to: i64,
        /// The root that was signed over the lost range.
        pub lost_root: Digest,
    }

    /// One stream of an export, with its length and the leaf hash of its newest entry.
    pub struct StreamTail {
        /// The stream.
        pub stream: Code,
        /// How many entries it had.
        pub length: i64,
        /// The leaf hash of its newest entry.
        pub head: Digest,
    }

    /// An export was taken.
    pub struct ExportTaken {
        /// The incident, where it was one.
        pub incident: Option<Id<id::Incident>>,
        /// The streams in it: a tail cannot be left out (ground rule G10).
        pub streams: Vec<StreamTail>,
    }

    /// An act of the host operator on the command line.
    pub struct HostCommand {
        /// The command's name.
        pub command: Code,
    }

    /// The system clock stepped.
    pub struct ClockStepped {
        /// What it said before, carried on.
        pub expected: Timestamp,
        /// What it says now.
        pub found: Timestamp,
    }

    /// Failed sign-ins of somebody we know.
    pub struct FailedFor {
        /// The person whose address was typed.
        pub person: Id<id::Person>,
        /// How often.
        pub count: i64,
    }

    /// Failed sign-ins of a window, that no sign-in followed.
    pub struct SignInsRefused {
        /// When the first one was.
        pub first_at: Timestamp,
        /// How many addresses were typed.
        pub addresses: i64,
        /// How often.
        pub count: i64,
        /// Those whose addresses we know, at most 100.
        pub people: Vec<FailedFor>,
    }

    /// Reads of the log by one person or program.
    pub struct ReadBy {
        /// Who.
        pub reader: Code,
        /// How often.
        pub count: i64,
    }

    /// Who read the log in a window.
    pub struct LogRead {
        /// When it began.
        pub from: Timestamp,
        /// When it ended.
        pub to: Timestamp,
        /// The readers, at most 100.
        pub readers: Vec<ReadBy>,
        /// Reads by others.
        pub others: i64,
    }

    /// A word of an entry.
    pub struct WordRef {
        /// The entry's position.
        pub seq: i64,
        /// The field.
        pub field: Code,
    }

    /// Somebody asked for the erasure of a person's words.
    pub struct ErasureRequested {
        /// The person whose words they are.
        pub person: Id<id::Person>,
        /// The legal basis, as a code.
        pub basis: Code,
    }

    /// A person's words were erased.
    pub struct ErasurePerformed {
        /// The person whose words they were.
        pub person: Id<id::Person>,
        /// The legal basis, as a code.
        pub basis: Code,
        /// The entry of the request.
        pub request: i64,
        /// This part's number, from 1.
        pub part: u32,
        /// How many parts there are.
        pub parts: u32,
        /// The words.
        pub words: Vec<WordRef>,
    }

    /// Words that were erased before were erased once more: a backup from before was restored.
    pub struct ErasureRepeated {
        /// The person whose words they were.
        pub person: Id<id::Person>,
        /// The legal basis, as a code.
        pub basis: Code,
        /// The words.
        pub words: Vec<WordRef>,
    }
}

events! {
    /// What the server recorded of itself.
    pub enum Event {
        /// The log's key is registered.
        LogKeyRegistered = "log_key_registered",
        /// The log continues after a rollback.
        LogEpochDeclared = "log_epoch_declared",
        /// An export was taken.
        ExportTaken = "export_taken",
        /// An act of the host operator.
        HostCommand = "host_command",
        /// The system clock stepped.
        ClockStepped = "clock_stepped",
        /// Failed sign-ins of a window.
        SignInsRefused = "sign_ins_refused",
        /// Who read the log in a window.
        LogRead = "log_read",
        /// An erasure was asked for.
        ErasureRequested = "erasure_requested",
        /// Words were erased.
        ErasurePerformed = "erasure_performed",
        /// Words were erased once more, after a restore.
        ErasureRepeated = "erasure_repeated",
    }
}

/// The server's own stream.
pub const STREAM: Id<id::Node> = Id::from_bytes([0; 16]);

refusals! {
    /// The one who asked cannot confirm.
    same_person: Forbidden = "ERA-001", "A second person confirms an erasure; you asked for it.";
    /// No such request.
    no_request: Missing = "ERA-002", "There is no open request for this erasure.";
    /// Nothing to erase.
    nothing_to_erase: State = "ERA-003", "There are no words of this person left to erase.";
}
