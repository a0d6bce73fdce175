//! Events of the instance, its tokens and its scopes.

use base::Code;

use super::is_false;
use crate::{
    model::Bound,
    value::{Value, Variables},
};

base::leaf! {
    /// The instance began; scope 0 opened.
    pub struct InstanceStarted {
        /// The process's id.
        pub process: Code,
        /// What is known at the start.
        pub variables: Variables,
    }

    /// A token stands on an element. Unknown tokens are born here.
    pub struct ElementEntered {
        /// The token.
        pub token: u32,
        /// Its scope.
        pub scope: u32,
        /// Where it stands.
        pub element: Code,
        /// The flow it came by; `None` at starts and boundary events.
        pub flow: Option<Code>,
    }

    /// The element is done with the token, which now looks for its way on.
    pub struct ElementLeft {
        /// The token.
        pub token: u32,
        /// The element.
        pub element: Code,
    }

    /// A token is on a flow.
    pub struct FlowTaken {
        /// The token.
        pub token: u32,
        /// The flow.
        pub flow: Code,
        /// What its condition read; empty without condition and after gateways.
        pub inputs: Variables,
    }

    /// A gateway chose.
    pub struct GatewayDecided {
        /// The token.
        pub token: u32,
        /// The gateway.
        pub element: Code,
        /// The chosen flow.
        pub flow: Code,
        /// What the conditions read, up to the one that was true.
        pub inputs: Variables,
        /// Whether no condition was true and the default was taken.
        pub by_default: bool,
    }

    /// One token became several: the first of `tokens` is the old one.
    pub struct TokenForked {
        /// The token that forked.
        pub token: u32,
        /// Where.
        pub element: Code,
        /// One token a flow.
        pub tokens: Vec<u32>,
        /// The flows, in document order.
        pub flows: Vec<Code>,
    }

    /// A token waits at a joining gateway.
    pub struct TokenWaiting {
        /// The token.
        pub token: u32,
        /// The gateway.
        pub element: Code,
        /// The flow it came by.
        pub flow: Code,
    }

    /// A joining gateway had a token of each incoming flow; one goes on.
    pub struct TokensJoined {
        /// The gateway.
        pub element: Code,
        /// The tokens that became one.
        pub tokens: Vec<u32>,
        /// The one that goes on.
        pub token: u32,
    }

    /// A token was consumed at an end.
    pub struct TokenEnded {
        /// The token.
        pub token: u32,
        /// Where.
        pub element: Code,
    }

    /// A sub-process began.
    pub struct ScopeOpened {
        /// The new scope.
        pub scope: u32,
        /// The scope around it.
        pub parent: u32,
        /// The sub-process.
        pub element: Code,
        /// The token that waits for it.
        pub token: u32,
        /// What kind of scope it is.
        #[serde(default, skip_serializing_if = "ScopeKind::is_plain")]
        pub kind: ScopeKind,
        /// The version that a call runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub bound: Option<Bound>,
    }

    /// A sub-process has no token left.
    pub struct ScopeCompleted {
        /// The scope.
        pub scope: u32,
        /// The sub-process.
        pub element: Code,
        /// Whether what was completed in it can be compensated from the scope around it.
        #[serde(default, skip_serializing_if = "is_false")]
        pub compensable: bool,
    }

    /// All tokens of a scope and of the scopes in it were ended.
    pub struct ScopeTerminated {
        /// The scope.
        pub scope: u32,
        /// What ended it: an end event, a boundary event, a bypassed sub-process; `None` for a
        /// cancelled instance.
        pub element: Option<Code>,
    }

    /// The instance is over.
    pub struct InstanceCompleted {
        /// The end at which the last token was consumed.
        pub element: Code,
    }

    /// The instance was given up.
    pub struct InstanceCancelled {
        /// Why.
        pub code: Code,
    }

    /// What a scope is.
    #[derive(Default)]
    pub enum ScopeKind {
        /// A sub-process.
        #[default]
        SubProcess,
        /// A sub-process that an event began.
        Event,
        /// A transaction.
        Transaction,
        /// An ad-hoc sub-process.
        AdHoc,
        /// A called process: it sees no variable around it.
        Call,
        /// All rounds of a repeated activity.
        Rounds,
        /// One round of a repeated activity.
        Round,
    }

    /// All tokens of a scope were ended, the scope lives on.
    pub struct ScopeInterrupted {
        /// The scope.
        pub scope: u32,
        /// What ended them: an event sub-process, or a cancelling end.
        pub element: Code,
        /// The one token that lives on.
        pub keep: Option<u32>,
    }

    /// Variables were set by a mapping or by the rounds of an activity.
    pub struct VariablesMapped {
        /// The scope they are set from, as a task there would; or in which they are declared.
        pub scope: u32,
        /// The element.
        pub element: Code,
        /// Whether they are declared in this scope, hidden from the ones around it.
        pub local: bool,
        /// The variables.
        pub variables: Variables,
    }

    /// A repeated activity knows its rounds.
    pub struct RoundsPlanned {
        /// The scope of all rounds.
        pub scope: u32,
        /// The activity.
        pub element: Code,
        /// How many; `None` for a loop, which decides after each.
        pub total: Option<u32>,
        /// The items, where it goes over a list.
        pub items: Vec<Value>,
    }

    /// A round began.
    pub struct RoundStarted {
        /// The scope of this round.
        pub scope: u32,
        /// The scope of all rounds.
        pub rounds: u32,
        /// The activity.
        pub element: Code,
        /// Its number, from 0.
        pub index: u32,
        /// What this round knows of its own: its item, and what it has to give.
        pub variables: Variables,
    }

    /// A round is done; its token is consumed.
    pub struct RoundCompleted {
        /// The scope of this round.
        pub scope: u32,
        /// The scope of all rounds.
        pub rounds: u32,
        /// The activity.
        pub element: Code,
        /// Its number, from 0.
        pub index: u32,
        /// What it gives to the list.
        pub output: Option<Value>,
    }

    /// An activity of an ad-hoc sub-process was chosen.
    pub struct ElementActivated {
        /// The sub-process's scope.
        pub scope: u32,
        /// The activity.
        pub element: Code,
    }

    /// The instance moved to another version of its process.
    pub struct InstanceMigrated {
        /// The process it ran.
        pub from: Code,
        /// The process it runs from here on.
        pub to: Code,
        /// Elements and flows that are called otherwise there: old id, new id.
        pub mapping: std::collections::BTreeMap<Code, Code>,
    }
}
