//! Why a command is refused. Nothing has happened then; the person can act on each.

use base::Code;

/// A refusal with a stable code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The instance has begun already, or is over.
    #[error("the process has already been started")]
    AlreadyStarted,
    /// The instance has not begun, or is over.
    #[error("the process is not running")]
    NotRunning,
    /// The state belongs to another process, or the model to another state.
    #[error("the model is not the one the instance runs on")]
    OtherModel,
    /// The model has no single start event.
    #[error("the process has no single start event")]
    NoStart,
    /// There is no such open task; somebody may have completed it.
    #[error("task {task} is not open")]
    NoTask {
        /// The task.
        task: u32,
    },
    /// A form was sent to a decision or a decision to a form.
    #[error("task {task} wants another kind of answer")]
    OtherTask {
        /// The task.
        task: u32,
    },
    /// A required field has no answer.
    #[error("the field {key} must be answered")]
    FieldMissing {
        /// The field.
        key: Code,
    },
    /// An answer does not fit its field, or no field has this name.
    #[error("the answer to {key} does not fit")]
    FieldWrong {
        /// The field.
        key: Code,
    },
    /// Too many variables, or a value beyond its limits.
    #[error("the variable {name} is beyond the limits")]
    VariableBeyondLimits {
        /// The variable.
        name: Code,
    },
    /// There is no such timer; it may have fired or been cancelled.
    #[error("timer {timer} does not run")]
    NoTimer {
        /// The timer.
        timer: u32,
    },
    /// The timer is due at another time, or not yet.
    #[error("timer {timer} is not due")]
    TimerNotDue {
        /// The timer.
        timer: u32,
    },
    /// There is no such open job.
    #[error("job {job} is not open")]
    NoJob {
        /// The job.
        job: u32,
    },
    /// There is no such fault.
    #[error("fault {fault} is not open")]
    NoFault {
        /// The fault.
        fault: u32,
    },
    /// The token cannot be moved on that way.
    #[error("the flow does not lead away from the parked element")]
    WrongFlow,
    /// No token waits at the element.
    #[error("nothing waits at {element}")]
    NothingWaits {
        /// The element.
        element: Code,
    },
    /// The element does not allow this exception.
    #[error("{element} may not be bypassed with {code}")]
    ExceptionNotAllowed {
        /// The element.
        element: Code,
        /// The exception code.
        code: Code,
    },
    /// Nothing waits for the message or the signal, and it is not to be kept.
    #[error("nothing waits for {name}")]
    NobodyListens {
        /// The message or the signal.
        name: Code,
    },
    /// Too many messages wait for somebody to hear them.
    #[error("too many messages are kept already")]
    TooManyMessages,
    /// The activity cannot be chosen now.
    #[error("{element} cannot be chosen now")]
    NotOffered {
        /// The activity.
        element: Code,
    },
    /// Activities of the ad-hoc sub-process still run.
    #[error("activities of {element} still run")]
    StillRuns {
        /// The sub-process.
        element: Code,
    },
    /// The instance cannot move to the other version.
    #[error("{} places cannot move to the other version", stuck.len())]
    CannotMigrate {
        /// The places, with the reason of each.
        stuck: Vec<super::migrate::Stuck>,
    },
    /// The decision has no answer to these inputs.
    #[error("the decision has no answer: {code}")]
    NoAnswer {
        /// Why.
        code: Code,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyStarted => "PRO-001",
            Self::NotRunning => "PRO-002",
            Self::OtherModel => "PRO-003",
            Self::NoStart => "PRO-004",
            Self::NoTask { .. } => "PRO-005",
            Self::OtherTask { .. } => "PRO-006",
            Self::FieldMissing { .. } => "PRO-007",
            Self::FieldWrong { .. } => "PRO-008",
            Self::VariableBeyondLimits { .. } => "PRO-009",
            Self::NoTimer { .. } => "PRO-010",
            Self::TimerNotDue { .. } => "PRO-011",
            Self::NoJob { .. } => "PRO-012",
            Self::NoFault { .. } => "PRO-013",
            Self::WrongFlow => "PRO-014",
            Self::NothingWaits { .. } => "PRO-015",
            Self::ExceptionNotAllowed { .. } => "PRO-016",
            Self::NoAnswer { .. } => "PRO-017",
            Self::NobodyListens { .. } => "PRO-018",
            Self::TooManyMessages => "PRO-019",
            Self::NotOffered { .. } => "PRO-020",
            Self::StillRuns { .. } => "PRO-021",
            Self::CannotMigrate { .. } => "PRO-022",
        }
    }
}
