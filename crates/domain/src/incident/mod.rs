//! Incidents: declared once, numbered without gaps, run through five phases, closed with their evidence.
//!
//! One file per verb; each answers drafts of entries or a refusal. Facts and actions are accepted in any
//! phase (ground rule G6): the process catches up with reality, not the reverse.

mod approval;
mod command;
mod declare;
mod event;
mod exception;
mod fact;
mod hold;
mod lifecycle;
mod measure;
mod migrate;
mod process;
mod severity;
mod state;

pub use approval::{Approval, approve_task};
pub use command::{accept_command, assign_role, offer_command, take_command};
pub use declare::{Declaration, declare, reference};
pub use event::{
    AlertsAttached, AwarenessBasis, AwarenessDecided, Cause, Certainty, ClockBreached,
    CommandOffered, CommandTaken, Event, FactRecorded, How, IncidentClosed, IncidentDeclared,
    IncidentLinked, IncidentMerged, IncidentReopened, NoteAdded, PhaseEntered, Relation,
    RoleAssigned, ScopeDecided, Severity, SeverityApproved, SeverityDecided, Source, TaskApproved,
    TaskClaimed, TaskDelegated, TaskReleased, VariableSet,
};
pub use exception::{
    Authority, ExceptionHeld, ExceptionJudged, Judgement, RATIFICATION, RatificationWanted,
    judge_exception, want_ratification,
};
pub use fact::{Fact, decide_awareness, decide_scope, note, record_fact};
pub use hold::{
    Holding, MAX_DELEGATION_DAYS, MIN_DELEGATION_MINUTES, OnTask, claim_task, delegate_task,
    release_task,
};
pub use lifecycle::{attach_alerts, close, link, merge, reopen};
pub use measure::{
    ActionKind, ActionResult, ActionTaken, MEASURE_END, MeasureEnd, MeasureEnded, MeasureExtended,
    MeasureHeld, MeasureKind, MeasureTaken, end_measure, extend_measure, take_measure, tell_action,
};
pub use migrate::{CaseMigrated, Migration, TaskMoved, migrate_case, onto, stays};
pub use process::{evidence_marks, process_drafts};
pub use severity::{
    APPROVAL_MINUTES, Assessment, approve_severity, decide_severity, severity_clock,
};
pub use state::{Approvals, Decided, FactHeld, Held, Incident, Mark, Running, Status, apply};

use crate::refusal::refusals;

refusals! {
    /// It is closed.
    closed: State = "INC-001", "The incident is closed; reopen it first.";
    /// It is merged into another.
    merged: State = "INC-002", "The incident was merged into another one; continue there.";
    /// A title is missing.
    title_missing: Invalid = "INC-003", "Say in a few words what is broken.";
    /// No such incident.
    unknown_incident: Missing = "INC-004", "There is no incident of this reference.";
    /// It is open.
    still_open: State = "INC-005", "The incident is open; there is nothing to reopen.";
    /// Open tasks stand in the way.
    tasks_open: State = "INC-006",
        "Tasks of the process are still open; complete them, or record an exception for each.";
    /// A reason is missing.
    reason_missing: Invalid = "INC-007", "Give a reason in one line.";
    /// Merging with itself.
    same_incident: Invalid = "INC-008", "An incident cannot be linked to or merged into itself.";
    /// Awareness in the future.
    awareness_in_future: Invalid = "INC-009", "Awareness cannot lie in the future.";
    /// Nothing offered.
    not_offered: State = "INC-010", "Command was not offered to you; take it over with a reason.";
    /// Already in command.
    already_commander: State = "INC-011", "This person is in command already.";
    /// A fact without a value.
    fact_missing: Invalid = "INC-012", "Give the fact a name and a value.";
    /// A number that is out of range.
    instant_in_future: Invalid = "INC-013", "An instant of what happened cannot lie in the future.";
    /// A temporary measure stands in the way of closing.
    measures_stand: State = "INC-014",
        "Temporary measures still stand; reverse each, or say why it stays.";
    /// No such measure stands.
    unknown_measure: Missing = "INC-015", "No such temporary measure stands.";
    /// A measure without a sensible end.
    measure_end_wrong: Invalid = "INC-016",
        "A temporary measure ends in the future, within 30 days; at most 64 stand at once.";
    /// An extra page for nobody.
    nobody_to_page: Invalid = "INC-017", "Say whom to page: one person, or one role that somebody holds.";
    /// No such exception.
    unknown_exception: Missing = "EXC-001", "There is no such exception in this incident.";
    /// It was judged.
    exception_judged: State = "EXC-002", "This exception has been judged already.";
    /// The one who bypassed cannot ratify.
    own_exception: Forbidden = "EXC-003",
        "The one who passed the step cannot ratify it; a second person does.";
    /// A refusal wants a comment.
    ratification_reason: Invalid = "EXC-004", "Say in one line why the exception should not have been.";
    /// A ratification is not a form.
    judge_on_its_page: State = "EXC-005",
        "An exception is judged on its own page, freshly signed in.";
    /// Severity is not decided yet.
    nothing_to_approve: State = "TRI-001", "No severity decision of this incident waits for approval.";
    /// The decider cannot approve.
    own_decision: Forbidden = "TRI-002",
        "The one who decided the severity cannot approve it; a second person does.";
    /// The table gave no answer.
    no_rule: Invalid = "TRI-003", "The severity table has no rule for these answers.";
    /// A required field is empty.
    field_missing: Invalid = "PRC-001", "Fill in every required field.";
    /// An exception wants a rationale.
    exception_without_reason: Invalid = "PRC-002", "An exception wants a code and one line of rationale.";
    /// The task wants another role.
    wrong_role: Forbidden = "PRC-003", "This task belongs to another role.";
    /// The same person twice.
    approved_already: Forbidden = "PRC-004",
        "You approved this answer already; another person has to approve it too.";
    /// Somebody else is on it.
    held_by_another: State = "TSK-001", "Somebody else is on this task; ask them, or let the commander move it.";
    /// Not on it.
    not_held: State = "TSK-002", "You are not on this task, so you cannot give it back.";
    /// An end that is too near, too far, or nobody else.
    delegation_out_of_range: Invalid = "TSK-003",
        "Delegate to somebody else, for at least five minutes and at most fourteen days.";
    /// The other person could not do it.
    delegate_may_not: Forbidden = "TSK-004",
        "This person has no role with which the task could be done; choose somebody else.";
    /// Four eyes.
    another_person: Forbidden = "PRC-005",
        "You did the step that this one checks; another person has to do this one.";
}
