//! What an element does with a token.

use base::{Code, Duration, Timestamp};

base::leaf! {
    /// A version of a process: what a call activity runs.
    pub struct Bound {
        /// The called process, by the name of its document.
        pub process: Code,
        /// The version's number.
        pub version: i64,
        /// SHA-256 of its bytes.
        pub sha256: base::Digest,
    }
}

/// What an element does with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Where an instance or a sub-process begins.
    Start,
    /// Where a process or an event sub-process begins by an event.
    StartOn {
        /// The event.
        on: Trigger,
        /// Whether what runs around the event sub-process ends.
        interrupting: bool,
    },
    /// Consumes the token.
    End,
    /// Consumes the token and ends its scope with all that runs in it.
    Terminate,
    /// Throws an event; an end event consumes its token then.
    Throw {
        /// The event.
        what: Throw,
        /// Whether it is an end event.
        end: bool,
    },
    /// Waits for an event.
    Catch {
        /// The event.
        on: Trigger,
    },
    /// Catches an event while its host waits.
    Boundary {
        /// The activity it is attached to.
        host: Code,
        /// Whether the host ends.
        interrupting: bool,
        /// The event.
        on: Trigger,
    },
    /// Passes the token through: task without type, manual task.
    Pass,
    /// Waits for a person.
    User,
    /// Evaluates a decision, or waits for a person to supply its inputs.
    Rule {
        /// The bound decision; the lint wants one.
        decision: Option<Code>,
    },
    /// Waits for a job.
    Service {
        /// The bound action; the lint wants one.
        action: Option<Code>,
    },
    /// Waits for a job, or publishes a message.
    Send {
        /// The bound action.
        action: Option<Code>,
        /// The message, when no action is bound.
        message: Message,
    },
    /// Waits for a message.
    Receive {
        /// The message.
        message: Message,
    },
    /// Evaluates an expression.
    Script {
        /// The expression, in FEEL.
        text: String,
        /// The variable that takes its value.
        result: Option<Code>,
    },
    /// Takes the first flow whose condition is true.
    Exclusive,
    /// Waits for all incoming flows, takes all outgoing ones.
    Parallel,
    /// Takes every flow whose condition is true; waits for all tokens that can still arrive.
    Inclusive,
    /// Waits for the first of the events behind it.
    EventBased,
    /// Runs the elements inside it in a scope of their own.
    SubProcess,
    /// A sub-process that an event begins.
    EventSubProcess,
    /// A sub-process that can be cancelled as a whole.
    Transaction,
    /// A sub-process whose activities begin by choice.
    AdHoc(AdHoc),
    /// Runs another process in a scope of its own.
    Call {
        /// The called process, by the name of its document.
        process: Option<Code>,
        /// Which version.
        binding: Binding,
        /// The version that was put in; `None` until [`super::Model::compose`].
        bound: Option<Bound>,
    },
}

/// How an ad-hoc sub-process goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdHoc {
    /// Whether at most one activity runs at a time.
    pub sequential: bool,
    /// Whether all activities begin by themselves; else people choose.
    pub all: bool,
    /// The condition that ends it, judged after each activity.
    pub completion: Option<String>,
    /// Whether what still runs then is cancelled.
    pub cancels: bool,
}

/// Which version a call activity calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// The newest when the call begins.
    Latest,
    /// The one that was the newest when the calling process was published.
    Deployment,
    /// This one.
    Pinned(i64),
}

/// A message by name, with the expression of its correlation key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The name.
    pub name: Code,
    /// Whether the model names it; else it goes by the id of its element.
    pub named: bool,
    /// The correlation key, in FEEL; without one any key matches.
    pub key: Option<String>,
}

/// What a catching event waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A message.
    Message(Message),
    /// A time.
    Timer(When),
    /// A signal, by name.
    Signal(Code),
    /// An error, by code; any without.
    Error(Option<Code>),
    /// An escalation, by code; any without.
    Escalation(Option<Code>),
    /// A condition that becomes true.
    Condition(String),
    /// A link, by name.
    Link(Code),
    /// Compensation: names the handler.
    Compensation,
    /// The cancelling of a transaction.
    Cancel,
}

/// What a throwing event does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Throw {
    /// Nothing: a milestone.
    Nothing,
    /// Publishes a message, or asks for a job.
    Message(Message, Option<Code>),
    /// Tells all who wait for a signal.
    Signal(Code),
    /// Raises an error.
    Error(Option<Code>),
    /// Raises an escalation.
    Escalation(Option<Code>),
    /// Jumps to the catching link of this name.
    Link(Code),
    /// Undoes one completed activity, or all of the scope.
    Compensation(Option<Code>),
    /// Cancels the transaction.
    Cancel,
}

/// When a timer fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// After a length of time, counted from the moment it is armed.
    After(Duration),
    /// At an instant.
    At(Timestamp),
    /// As a variable says when it is armed: at its instant, or after its length of time; and so much
    /// later.
    Variable(Code, Duration),
    /// Again and again.
    Every {
        /// The time between.
        every: Duration,
        /// How often; `None` as long as what it hangs on lives.
        times: Option<u32>,
        /// The first time; one length after it is armed where absent.
        from: Option<Timestamp>,
    },
}

/// An activity that is done more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repeat {
    /// As long as a condition holds.
    Loop {
        /// Whether the condition is judged before the first round, too.
        before: bool,
        /// The condition; none goes on to the maximum.
        condition: Option<String>,
        /// The most rounds.
        maximum: u32,
    },
    /// Once for each item.
    Each(Each),
}

/// Once for each item of a collection, or a number of times.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Each {
    /// Whether one after the other.
    pub sequential: bool,
    /// The list, in FEEL.
    pub collection: Option<String>,
    /// The number, in FEEL, where there is no list.
    pub cardinality: Option<String>,
    /// The variable that holds the item.
    pub item: Option<Code>,
    /// The variable whose value each round gives.
    pub take: Option<Code>,
    /// The variable that takes the list of these values.
    pub result: Option<Code>,
    /// The condition that ends all rounds, judged after each.
    pub completion: Option<String>,
}

impl Kind {
    /// Whether it is a task, a call or a sub-process that the flow leads to.
    pub fn is_activity(&self) -> bool {
        self.is_task() || (self.has_inside() && *self != Self::EventSubProcess)
    }

    /// Whether it is a task.
    pub fn is_task(&self) -> bool {
        matches!(
            self,
            Self::Pass
                | Self::User
                | Self::Rule { .. }
                | Self::Service { .. }
                | Self::Send { .. }
                | Self::Receive { .. }
                | Self::Script { .. }
        )
    }

    /// Whether it opens a scope.
    pub fn has_inside(&self) -> bool {
        matches!(
            self,
            Self::SubProcess
                | Self::EventSubProcess
                | Self::Transaction
                | Self::AdHoc(_)
                | Self::Call { .. }
        )
    }

    /// Whether tokens end here.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::End | Self::Terminate | Self::Throw { end: true, .. })
    }

    /// Whether tokens are born here, so that no flow leads here.
    pub fn is_start(&self) -> bool {
        matches!(self, Self::Start | Self::StartOn { .. } | Self::Boundary { .. })
    }

    /// Whether several incoming flows become one token.
    pub fn joins(&self) -> bool {
        matches!(self, Self::Parallel | Self::Inclusive)
    }

    /// Whether its flows are judged by conditions.
    pub fn judges(&self) -> bool {
        matches!(self, Self::Exclusive | Self::Inclusive) || self.is_activity()
    }

    /// What it waits for, when it catches an event.
    pub fn trigger(&self) -> Option<&Trigger> {
        match self {
            Self::StartOn { on, .. } | Self::Catch { on } | Self::Boundary { on, .. } => Some(on),
            _ => None,
        }
    }
}
