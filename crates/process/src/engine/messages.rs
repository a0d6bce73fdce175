//! Messages, signals and conditions: who hears them, and what is kept until somebody does.

use base::{Code, Duration};

use super::{
    MAX_MESSAGES, Refusal,
    catch::Owner,
    event::{
        ConditionChanged, MessageBuffered, MessageCorrelated, MessageExpired, MessagePublished,
        SignalCaught, SignalThrown, WaitsFor,
    },
    run::Run,
    state::Subscription,
};
use crate::{
    model::{Element, Kind, Message, Trigger},
    value::{Value, Variables},
};

/// How long a message that the instance sent is kept for another path of it.
const PUBLISHED_TTL: Duration = Duration::hours(1);

impl Run<'_> {
    pub(super) fn await_message(
        &mut self,
        owner: Owner,
        element: &Element,
        message: &Message,
    ) -> Result<(), Code> {
        let key = self.key(owner, message)?;
        let name = message.name.clone();
        let open = self.subscribe(owner, element, (WaitsFor::Message, Some(name), key));
        let Some(held) = self.state.subscriptions.get(&open) else { return Ok(()) };
        let kept = self.state.messages.iter().find(|(_, kept)| {
            kept.expires_at > self.now && fits(held, &kept.name, kept.key.as_ref())
        });
        if let Some((number, kept)) = kept.map(|(number, kept)| (*number, kept.clone())) {
            self.correlated(open, (kept.name, kept.key), kept.variables, Some(number));
        }
        Ok(())
    }

    /// The correlation key as its expression says; unknown is not a key.
    fn key(&self, owner: Owner, message: &Message) -> Result<Option<Code>, Code> {
        let Some(text) = &message.key else { return Ok(None) };
        match self.evaluate(text, &self.seen_by(owner))? {
            Value::None => Err(Code::fixed("key_unknown")),
            value => match value.to_string().parse() {
                Ok(key) => Ok(Some(key)),
                Err(_) => Err(Code::fixed("key_is_no_code")),
            },
        }
    }

    fn correlated(
        &mut self,
        subscription: u32,
        (name, key): (Code, Option<Code>),
        variables: Variables,
        buffered: Option<u32>,
    ) {
        let Some(held) = self.state.subscriptions.get(&subscription).cloned() else { return };
        let element = held.element.clone();
        self.emit(MessageCorrelated { subscription, element, name, key, variables, buffered });
        self.heard(&held);
    }

    fn heard(&mut self, held: &Subscription) {
        let model = self.model;
        let Some(element) = model.element(&held.element) else { return };
        let owner = held.scope.map_or(Owner::Token(held.token), Owner::Scope);
        self.come_true(element, owner);
    }

    /// A message from outside: the first that waits for it hears it, else it is kept for `ttl`.
    pub(super) fn correlate(
        &mut self,
        name: &Code,
        key: Option<&Code>,
        variables: &Variables,
        ttl: Duration,
    ) -> Result<(), Refusal> {
        let open = self.state.subscriptions.iter().find(|(_, held)| fits(held, name, key));
        if let Some(open) = open.map(|(open, _)| *open) {
            self.correlated(open, (name.clone(), key.cloned()), variables.clone(), None);
            return Ok(());
        }
        if ttl <= Duration::ZERO {
            return Err(Refusal::NobodyListens { name: name.clone() });
        }
        if self.state.messages.len() >= MAX_MESSAGES {
            return Err(Refusal::TooManyMessages);
        }
        let (message, expires_at) = (self.state.last.message + 1, self.now + ttl);
        let (name, key, variables) = (name.clone(), key.cloned(), variables.clone());
        self.emit(MessageBuffered { message, name, key, variables, expires_at });
        Ok(())
    }

    /// Kept messages whose time is over are told and let go.
    pub(super) fn expire(&mut self) {
        let over = self.state.messages.iter().filter(|(_, kept)| kept.expires_at <= self.now);
        let over: Vec<_> = over
            .map(|(message, kept)| MessageExpired { message: *message, name: kept.name.clone() })
            .collect();
        over.into_iter().for_each(|event| self.emit(event));
    }

    /// An element sends a message: inside the instance it is heard at once. False when that parked the
    /// token.
    pub(super) fn publish(&mut self, token: u32, element: &Element, message: &Message) -> bool {
        let key = match self.key(Owner::Token(token), message) {
            Ok(key) => key,
            Err(code) => {
                self.fault(token, code, None);
                return false;
            }
        };
        let (id, name) = (element.id.clone(), message.name.clone());
        self.emit(MessagePublished { token, element: id, name: name.clone(), key: key.clone() });
        // Another path of this instance may only be on its way to hear it.
        let ttl = if self.is_caught_here(&name) { PUBLISHED_TTL } else { Duration::ZERO };
        match self.correlate(&name, key.as_ref(), &Variables::new(), ttl) {
            Ok(()) | Err(Refusal::NobodyListens { .. }) => {}
            Err(_) => {
                self.fault(token, Code::fixed("too_many_messages"), None);
                return false;
            }
        }
        self.state.tokens.contains_key(&token)
    }

    fn is_caught_here(&self, name: &Code) -> bool {
        self.model.elements().iter().any(|element| match (&element.kind, element.kind.trigger()) {
            (Kind::Receive { message }, _) | (_, Some(Trigger::Message(message))) => {
                message.name == *name
            }
            _ => false,
        })
    }

    /// An element tells all who wait for a signal in this instance.
    pub(super) fn throw_signal(&mut self, token: u32, element: &Element, name: &Code) {
        self.emit(SignalThrown { token, element: element.id.clone(), name: name.clone() });
        self.broadcast(name, &Variables::new());
    }

    /// Every subscription that was open when the signal came hears it, in the order of numbers; answers
    /// how many did.
    pub(super) fn broadcast(&mut self, name: &Code, variables: &Variables) -> usize {
        let open = self.state.subscriptions.iter();
        let open = open.filter(|(_, held)| {
            held.waits_for == WaitsFor::Signal && held.name.as_ref() == Some(name)
        });
        let open: Vec<u32> = open.map(|(subscription, _)| *subscription).collect();
        let mut heard = 0;
        for subscription in open {
            // One that came earlier may have ended what this one belonged to.
            let Some(held) = self.state.subscriptions.get(&subscription).cloned() else { continue };
            let (element, name) = (held.element.clone(), name.clone());
            self.emit(SignalCaught { subscription, element, name, variables: variables.clone() });
            self.heard(&held);
            heard += 1;
        }
        heard
    }

    /// Fires each condition that has become true; what reads something unknown is not true yet. Answers
    /// whether one fired.
    pub(super) fn judge_conditions(&mut self) -> bool {
        let open = self.state.subscriptions.iter();
        let open: Vec<u32> = open
            .filter(|(_, held)| held.waits_for == WaitsFor::Condition)
            .map(|(subscription, _)| *subscription)
            .collect();
        let mut fired = false;
        for subscription in open {
            fired |= self.judge(subscription);
        }
        fired
    }

    fn judge(&mut self, subscription: u32) -> bool {
        let Some(held) = self.state.subscriptions.get(&subscription).cloned() else { return false };
        let model = self.model;
        let element = model.element(&held.element);
        let Some(Trigger::Condition(text)) = element.and_then(|e| e.kind.trigger()) else {
            return false;
        };
        let owner = held.scope.map_or(Owner::Token(held.token), Owner::Scope);
        let tested = self.host.test(text, &self.seen_by(owner));
        let Some(tested) = tested.ok().filter(|tested| tested.holds != held.holds) else {
            return false;
        };
        let (element, holds, inputs) = (held.element.clone(), tested.holds, tested.inputs);
        self.emit(ConditionChanged { subscription, element, holds, inputs });
        if holds {
            self.heard(&held);
        }
        holds
    }
}

fn fits(held: &Subscription, name: &Code, key: Option<&Code>) -> bool {
    held.waits_for == WaitsFor::Message
        && held.name.as_ref() == Some(name)
        && held.key.as_ref().is_none_or(|wanted| key == Some(wanted))
}
