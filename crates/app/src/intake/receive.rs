//! Receiving a request: what each signal does to its alert, its group, and whom that wakes.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use base::{Code, Digest, Duration, Id, id};
use connect::inbound::{self, Parsed, Signal};
use domain::{
    alert::{
        self, AlertAction, AlertsReceived, Event, Known, MAX_TRANSITIONS, Outcome, Seen, Severity,
        Transition,
    },
    escalation::EndReason,
    incident::{Cause, Declaration, Status},
};
use evidence::canonical::Written;
use serde_json::json;
use store::{
    alert as alerts, config, door, incident as incidents,
    operational::{self, Inbound},
    project::key_digest,
};

use super::{Door, Incoming, change, incoming::source_of};
use crate::{
    App, Caller, Error,
    escalation::{answer_at_sender, end_of, running, start_for_group},
    turn::{Stop, Turn},
};

/// How many merges are followed from an incident to the one that goes on.
const MERGES: usize = 16;

/// What became of one signal.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The alert, where there is one.
    pub alert: Option<Id<id::Alert>>,
    /// `opened`, `changed`, `resolved`, `repeated`, `acknowledged`, `ignored`.
    pub action: &'static str,
}

/// What became of a request.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The request.
    pub intake: Id<id::Intake>,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// One a signal, in the order of the request.
    pub receipts: Vec<Receipt>,
    /// The key of the first alert, for the senders that left it to us.
    pub key: Option<String>,
}

/// Why a request is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A sender sent it just now.
    Sender,
    /// A person has it read again; its bytes are kept already.
    Replay,
    /// A person tries the door; it does not count as a sign of the sender.
    Trial,
    /// The clock: a heartbeat stayed away.
    Clock,
}

/// A request on its way in.
pub(super) struct Request {
    pub(super) intake: Id<id::Intake>,
    pub(super) door: Door,
    pub(super) inbound: Inbound,
    pub(super) parsed: Parsed,
    /// The signals that can be used, where they were worked out before the turn.
    pub(super) ready: Vec<Ready>,
    pub(super) origin: Origin,
}

/// What of a signal needs no database: worked out before the turn, so that turns stay short.
#[derive(Clone)]
pub(super) struct Ready {
    /// The digest of its key.
    key: Digest,
    /// The digest of its group's key.
    group: Digest,
    action: inbound::Action,
    severity: Severity,
    /// Its words, should it open an alert.
    words: Written,
}

impl Ready {
    fn of(integration: &config::Integration, signal: &Signal) -> Self {
        let group = group_key(integration, signal);
        Self {
            key: key_digest(&signal.dedup_key),
            group: key_digest(&group),
            action: signal.action,
            severity: signal.severity,
            words: Written::of(&words(signal, &group)).expect("invariant: texts have a form"),
        }
    }

    /// All signals of a request that can be used.
    fn all(integration: &config::Integration, parsed: &Parsed) -> Vec<Self> {
        parsed.signals.iter().flatten().map(|signal| Self::of(integration, signal)).collect()
    }
}

impl Request {
    fn ready(&self) -> Cow<'_, [Ready]> {
        if self.ready.is_empty() {
            Cow::Owned(Ready::all(&self.door.integration, &self.parsed))
        } else {
            Cow::Borrowed(&self.ready)
        }
    }
}

impl App {
    /// Receives a request: answers after everything it caused is committed.
    ///
    /// # Errors
    /// Input that cannot be read is kept in quarantine and answered with its reason.
    pub async fn receive(
        &self,
        door: Door,
        incoming: Incoming,
    ) -> Result<Result<Arrived, inbound::Malformed>, Error> {
        let now = self.now();
        let source = source_of(&door.integration)?;
        let arrival = incoming.arrival(now, &door.settings, None);
        let fetched = self.fetched(source, &arrival).await;
        let parsed = source.parse(&inbound::Arrival { fetched: fetched.as_deref(), ..arrival });
        let intake = Id::mint(now, &mut crate::Dice::from_seed(self.seed()));
        let inbound = incoming.kept(source, door.integration.id, now);
        match parsed {
            Ok(parsed) => {
                let subscription = parsed.subscription.clone();
                let caller = Caller::sender(door.integration.id);
                let integration = door.integration.id;
                let (ready, origin) = (Ready::all(&door.integration, &parsed), Origin::Sender);
                let request = Request { intake, door, inbound, parsed, ready, origin };
                let command = move |turn: &mut Turn<'_>| arrive(turn, &request);
                let arrived = self.commit(db::Lane::Normal, &caller, command).await?;
                if let Some(subscription) = subscription {
                    self.confirm(&caller, (integration, intake), subscription).await?;
                }
                Ok(Ok(arrived))
            }
            Err(malformed) => {
                self.quarantine(intake, &door, inbound, &malformed).await?;
                Ok(Err(malformed))
            }
        }
    }
}

/// An open alert, its severity and its group, after a signal.
type Touched = (Id<id::Alert>, Severity, Id<id::Group>);

/// What a request does, gathered before it is recorded.
#[derive(Default)]
struct Effects {
    transitions: Vec<Transition>,
    words: Vec<(Code, Written)>,
    receipts: Vec<Receipt>,
    repeats: Vec<Id<id::Alert>>,
    ignored: i64,
    /// Alerts that this request opened, changed or (`None`) resolved, by key: a key may stand in it
    /// twice.
    touched: HashMap<Digest, Option<Touched>>,
    /// Open groups by key.
    groups: BTreeMap<Digest, Id<id::Group>>,
    /// How many alerts of each group are open after this request.
    open: BTreeMap<Id<id::Group>, i64>,
    new_groups: Vec<Id<id::Group>>,
    /// Groups that were there and got another alert.
    joined: BTreeSet<Id<id::Group>>,
    /// Groups for which somebody answered at the sender's side.
    answered: BTreeSet<Id<id::Group>>,
}

pub(super) fn arrive(turn: &mut Turn<'_>, request: &Request) -> Result<Arrived, Stop> {
    let mut effects = Effects::default();
    let ready = request.ready();
    let keys: Vec<Digest> = ready.iter().map(|signal| signal.key).collect();
    let found = alerts::by_keys(turn.conn, request.inbound.integration, &keys)?;
    effects.touched.reserve(keys.len());
    for (key, found) in keys.into_iter().zip(found) {
        let found = found.map(|(alert, severity, group)| (alert, severity_named(&severity), group));
        effects.touched.insert(key, found);
    }
    for signal in ready.iter() {
        effect(turn, &request.door.integration, signal, &mut effects)?;
    }
    let rejected = request.parsed.signals.iter().filter(|signal| signal.is_err()).count();
    let rejected = i64::try_from(rejected).unwrap_or(i64::MAX);
    let Inbound { integration, sha256, .. } = request.inbound;
    let parsed = &request.parsed;
    let context = !parsed.changes.is_empty() || parsed.subscription.is_some();
    let says = !effects.transitions.is_empty() || rejected > 0 || context;
    if says && request.origin != Origin::Replay {
        operational::keep(turn.conn, request.intake, &request.inbound)?;
    }
    for alert in &effects.repeats {
        operational::repeat(turn.conn, *alert, sha256, turn.now)?;
    }
    if request.origin == Origin::Sender {
        operational::seen(turn.conn, integration, (rejected.min(1), effects.ignored), turn.now)?;
        expect_next(turn, &request.door.integration)?;
    }
    record(turn, request, &mut effects)?;
    change::record(turn, request)?;
    if rejected > 0 && request.origin == Origin::Sender {
        super::quarantine::record_rejected(turn, request.intake, &request.door, sha256)?;
    }
    wake(turn, request, &effects)?;
    let key = parsed.signals.iter().flatten().next().map(|signal| signal.dedup_key.clone());
    Ok(Arrived { intake: request.intake, sha256, receipts: effects.receipts, key })
}

/// A heartbeat came: the next one is due an interval later.
fn expect_next(turn: &mut Turn<'_>, integration: &config::Integration) -> Result<(), Stop> {
    if integration.heartbeat_seconds > 0 {
        let interval = Duration::seconds(integration.heartbeat_seconds);
        door::expect_heartbeat(turn.conn, integration.id, (turn.now, interval))?;
    }
    Ok(())
}

/// Decides one signal on what is known, this request's earlier signals included.
fn effect(
    turn: &mut Turn<'_>,
    integration: &config::Integration,
    signal: &Ready,
    effects: &mut Effects,
) -> Result<(), Stop> {
    let found = effects.touched.get(&signal.key).copied().flatten();
    let known = found.map_or(Known::Closed, |(_, severity, _)| Known::Open(severity));
    let severity = signal.severity;
    let outcome = alert::decide(known, Seen::from(signal.action), severity);
    let alert = found.map(|(alert, ..)| alert);
    let receipt = |action| Receipt { alert, action };
    match (outcome, found) {
        (Outcome::Record(AlertAction::Opened), _) => open(turn, integration, signal, effects)?,
        (Outcome::Record(action), Some((alert, _, group))) => {
            let number = effects.transitions.len();
            effects.transitions.push(transition(alert, action, (severity, group, false), number));
            let over = action == AlertAction::Resolved;
            if over {
                settle(turn, group, effects)?;
            }
            effects.touched.insert(signal.key, (!over).then_some((alert, severity, group)));
            effects.receipts.push(receipt(name(action)));
        }
        (Outcome::Repeat, Some((alert, _, group))) => {
            let counts = integration.acknowledges && may_acknowledge(integration);
            let answers = counts && signal.action == inbound::Action::Acknowledge;
            if answers {
                effects.answered.insert(group);
            }
            effects.repeats.push(alert);
            effects.receipts.push(receipt(if answers { "acknowledged" } else { "repeated" }));
        }
        _ => {
            effects.ignored += 1;
            effects.receipts.push(receipt("ignored"));
        }
    }
    Ok(())
}

/// Whether the source has a documented act of its own that an integration can be granted.
fn may_acknowledge(integration: &config::Integration) -> bool {
    inbound::find(integration.source.as_str()).is_some_and(inbound::Source::acknowledges)
}

fn open(
    turn: &mut Turn<'_>,
    integration: &config::Integration,
    signal: &Ready,
    effects: &mut Effects,
) -> Result<(), Stop> {
    let (severity, group_digest) = (signal.severity, signal.group);
    let held = match effects.groups.get(&group_digest) {
        Some(group) => Some(*group),
        None => {
            alerts::open_group(turn.conn, integration.id, group_digest)?.map(|(group, open)| {
                effects.open.entry(group).or_insert(open);
                group
            })
        }
    };
    let number = effects.transitions.len();
    let group = held.unwrap_or_else(|| turn.mint());
    effects.groups.insert(group_digest, group);
    *effects.open.entry(group).or_default() += 1;
    if held.is_none() {
        effects.new_groups.push(group);
    } else {
        effects.joined.insert(group);
    }
    let alert = turn.mint();
    let opens = held.is_none();
    effects.transitions.push(transition(
        alert,
        AlertAction::Opened,
        (severity, group, opens),
        number,
    ));
    effects.words.push((field(number), signal.words.clone()));
    effects.touched.insert(signal.key, Some((alert, severity, group)));
    effects.receipts.push(Receipt { alert: Some(alert), action: "opened" });
    Ok(())
}

/// One alert of a group is over: keeps the count that tells when the group is.
fn settle(turn: &mut Turn<'_>, group: Id<id::Group>, effects: &mut Effects) -> Result<(), Stop> {
    let held = match effects.open.get(&group) {
        Some(open) => *open,
        None => alerts::load_group(turn.conn, group)?.map_or(0, |row| row.open_alerts),
    };
    effects.open.insert(group, held - 1);
    Ok(())
}

fn record(turn: &mut Turn<'_>, request: &Request, effects: &mut Effects) -> Result<(), Stop> {
    let transitions = std::mem::take(&mut effects.transitions);
    if transitions.is_empty() {
        return Ok(());
    }
    let parts = u32::try_from(transitions.len().div_ceil(MAX_TRANSITIONS)).unwrap_or(u32::MAX);
    let mut words = std::mem::take(&mut effects.words).into_iter().peekable();
    let mut drafts = Vec::new();
    for (part, chunk) in (1..).zip(transitions.chunks(MAX_TRANSITIONS)) {
        let event = AlertsReceived {
            integration: request.inbound.integration,
            source: request.door.integration.source.clone(),
            body: request.inbound.sha256,
            part,
            parts,
            incomplete: request.parsed.flags.incomplete(),
            transitions: chunk.to_vec(),
        };
        let last = chunk.last().map_or(0, |transition| transition.word);
        let mut draft = Event::from(event).draft(request.intake, turn.now);
        while let Some(word) = words.next_if(|(name, _)| number_of(name) <= last) {
            draft.written.push(word);
        }
        drafts.push(draft);
    }
    turn.record(drafts)?;
    Ok(())
}

/// Starts the ladders of new groups, declares incidents where the rule says so, ends what is over.
fn wake(turn: &mut Turn<'_>, request: &Request, effects: &Effects) -> Result<(), Stop> {
    let integration = &request.door.integration;
    for group in &effects.new_groups {
        let Some(row) = alerts::load_group(turn.conn, *group)? else { continue };
        if row.state != "open" {
            continue;
        }
        if integration.declares && row.severity == "critical" {
            declare_for(turn, integration, &row)?;
        } else {
            start_for_group(turn, *group, &integration.policy)?;
        }
    }
    for group in effects.joined.difference(&effects.new_groups.iter().copied().collect()) {
        if unattended(turn, *group)? {
            start_for_group(turn, *group, &integration.policy)?;
        }
    }
    for group in &effects.answered {
        answer_at_sender(turn, &group.to_string(), integration.id)?;
    }
    for (group, open) in &effects.open {
        if *open <= 0 {
            end_of(turn, &group.to_string(), EndReason::Resolved)?;
        }
    }
    Ok(())
}

/// Whether nobody would hear of a group's next alert: it has no ladder, and its incident, or the one
/// that was merged into, is over.
fn unattended(turn: &mut Turn<'_>, group: Id<id::Group>) -> Result<bool, Stop> {
    // Asked first: it is so nearly always, and the group's own row need not be read back.
    if running(turn, &group.to_string())? {
        return Ok(false);
    }
    let Some(row) = alerts::load_group(turn.conn, group)? else { return Ok(false) };
    if row.state != "open" {
        return Ok(false);
    }
    let mut next = row.incident;
    for _ in 0..MERGES {
        let Some(id) = next else { break };
        let Some(state) = incidents::load(turn.conn, id)? else { break };
        if state.status == Status::Open {
            return Ok(false);
        }
        next = state.merged_into;
    }
    Ok(true)
}

fn declare_for(
    turn: &mut Turn<'_>,
    integration: &config::Integration,
    group: &alerts::Group,
) -> Result<(), Stop> {
    let first = crate::intake::explain::words_of(turn.conn, group.word, &group.field)?;
    let declaration = Declaration {
        title: first.title,
        description: first.description,
        cause: Cause::AlertRule,
        provider: String::new(),
        entity: integration.entity,
        service: None,
        group: Some(group.id),
        occurred_at: None,
    };
    crate::incident::declare_in(turn, &declaration)?;
    Ok(())
}

fn transition(
    alert: Id<id::Alert>,
    action: AlertAction,
    (severity, group, opens_group): (Severity, Id<id::Group>, bool),
    number: usize,
) -> Transition {
    let word = u32::try_from(number).unwrap_or(u32::MAX);
    Transition { alert, action, severity, group, opens_group, word }
}

fn words(signal: &Signal, group_key: &str) -> serde_json::Value {
    json!({
        "key": signal.dedup_key,
        "group": group_key,
        "title": signal.title,
        "description": signal.description,
        "service": signal.service,
        "resource": signal.resource,
        "environment": signal.environment,
        "labels": signal.labels,
        "annotations": signal.annotations,
        "links": signal.links.iter().map(|link| link.url.as_str()).collect::<Vec<_>>(),
        "claimed_at": signal.occurred_at.map(|at| at.to_string()),
        "external_id": signal.external_id,
    })
}

/// The sender's own grouping where there is one, else the values of the integration's labels.
fn group_key(integration: &config::Integration, signal: &Signal) -> String {
    if let Some(key) = &signal.group_key {
        return key.clone();
    }
    let label = |name: &String| signal.labels.get(name).map_or("", |value| value);
    let values: Vec<&str> = integration.group_by.iter().map(label).collect();
    values.join("\u{1f}")
}

fn field(number: usize) -> Code {
    format!("a.{number}").parse().expect("invariant: digits are a code")
}

fn number_of(field: &Code) -> u32 {
    field.as_str().trim_start_matches("a.").parse().unwrap_or(u32::MAX)
}

fn severity_named(name: &str) -> Severity {
    match name {
        "critical" => Severity::Critical,
        "high" => Severity::High,
        "warning" => Severity::Warning,
        "info" => Severity::Info,
        _ => Severity::Unknown,
    }
}

fn name(action: AlertAction) -> &'static str {
    match action {
        AlertAction::Opened => "opened",
        AlertAction::Resolved => "resolved",
        AlertAction::Changed => "changed",
    }
}
