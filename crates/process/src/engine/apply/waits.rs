//! Folding what is waited for: timers, subscriptions, kept messages.

use super::{State, rest, set, set_from};
use crate::{
    engine::{
        event::{Event, SubscriptionOpened, TimerArmed},
        state::{Kept, Subscription, Timer},
    },
    value::Variables,
};

/// Folds an event of this family; others change nothing.
pub(super) fn apply(state: &mut State, event: &Event) {
    match event {
        Event::MessageCorrelated(e) => {
            if let Some(message) = e.buffered {
                state.messages.remove(&message);
            }
            brought(state, e.subscription, &e.variables);
        }
        Event::SignalCaught(e) => brought(state, e.subscription, &e.variables),
        Event::MessageBuffered(e) => {
            state.last.message = state.last.message.max(e.message);
            let kept = Kept {
                name: e.name.clone(),
                key: e.key.clone(),
                variables: e.variables.clone(),
                expires_at: e.expires_at,
            };
            state.messages.insert(e.message, kept);
        }
        Event::MessageExpired(e) => {
            state.messages.remove(&e.message);
        }
        Event::ConditionChanged(e) => {
            if let Some(subscription) = state.subscriptions.get_mut(&e.subscription) {
                subscription.holds = e.holds;
            }
        }
        _ => {}
    }
}

pub(super) fn timer_armed(state: &mut State, event: &TimerArmed) {
    state.last.timer = state.last.timer.max(event.timer);
    let TimerArmed { timer, token, element, due_at, scope, every, left, .. } = event.clone();
    rest(state, token);
    state.timers.insert(timer, Timer { token, element, due_at, scope, every, left });
}

pub(super) fn opened(state: &mut State, event: &SubscriptionOpened) {
    state.last.subscription = state.last.subscription.max(event.subscription);
    let SubscriptionOpened { subscription, token, scope, element, waits_for, name, key } =
        event.clone();
    rest(state, token);
    let opened = Subscription { token, scope, element, waits_for, name, key, holds: false };
    state.subscriptions.insert(subscription, opened);
}

/// What a message or a signal brings is set where it is caught.
fn brought(state: &mut State, subscription: u32, variables: &Variables) {
    let Some(held) = state.subscriptions.get(&subscription) else { return };
    match held.scope {
        Some(scope) => set_from(state, scope, variables),
        None => set(state, held.token, variables),
    }
}
