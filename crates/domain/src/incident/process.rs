//! Where the process meets the incident: its events become entries of the incident's stream, phases
//! are entered with its elements, and each entry brings the evidence it carries.

use ::process::{
    Kind, Model,
    model::{Bound, local},
};
use base::{Code, Id, Timestamp, id};
use evidence::entry::{Draft, Under};

use super::{ActionKind, Event, Incident, PhaseEntered};
use crate::Meta;

/// A process event as the data of an entry: leaf-safe by the `process` crate's own proof.
struct Shown<'a>(&'a ::process::Event);

impl base::LeafSafe for Shown<'_> {}

impl serde::Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.data().serialize(serializer)
    }
}

/// The draft of one process event.
pub(super) fn draft(event: &::process::Event, stream: Id<id::Incident>, at: Timestamp) -> Draft {
    Draft::new(event.kind(), stream, at, &Shown(event))
}

/// The drafts of what the process decided, with the version each ran under; a token that enters an
/// element of another phase enters that phase.
pub fn process_drafts(
    id: Id<id::Incident>,
    incident: &Incident,
    model: &Model,
    events: Vec<::process::Event>,
    now: Timestamp,
) -> Vec<Draft> {
    let mut phase = incident.phase.clone();
    let mut drafts = Vec::with_capacity(events.len());
    for event in events {
        let entered = match &event {
            ::process::Event::ElementEntered(e) => phase_of(model, &e.element),
            _ => None,
        };
        let under = under_running(incident, model, &event);
        drafts.push(Event::Process(Box::new(event)).draft(id, now).under(under.clone()));
        if let Some(next) = entered.filter(|next| *next != phase) {
            phase.clone_from(&next);
            drafts.push(Event::from(PhaseEntered { phase: next }).draft(id, now).under(under));
        }
    }
    drafts
}

/// The phase that an element puts the incident in. What runs beside the response, in an event
/// sub-process or a called process, moves it nowhere: a late message does not contain again.
fn phase_of(model: &Model, element: &Code) -> Option<Code> {
    let element = model.element(element)?;
    let phase = element.marks.phase.filter(|_| !model.is_beside(element))?;
    phase.as_str().parse().ok()
}

/// The version that an event ran under: inside a called process, that one's.
fn under_running(incident: &Incident, model: &Model, event: &::process::Event) -> Under {
    let place = place(event);
    let Some((place, bound)) = place.and_then(|place| Some((place, called(model, place)?))) else {
        return under(incident, element(event));
    };
    Under {
        process: Some(bound.process.clone()),
        version: Some(bound.version),
        sha256: Some(bound.sha256),
        element: element(event).and_then(|_| local(place).parse().ok()),
        ..Under::default()
    }
}

/// The version that the incident runs on.
pub(super) fn under(incident: &Incident, element: Option<Code>) -> Under {
    Under {
        process: Some(incident.process.name.clone()),
        version: Some(incident.process.version),
        sha256: Some(incident.process.sha256),
        element,
        ..Under::default()
    }
}

/// The call that an element or a flow lies in, the innermost.
fn called<'m>(model: &'m Model, place: &Code) -> Option<&'m Bound> {
    let element = match model.flow(place) {
        Some(flow) => model.element(&flow.source)?,
        None => model.element(place)?,
    };
    let mut at = element.parent.as_ref();
    // Each element lies in one other, so the walk ends.
    while let Some(around) = at.and_then(|id| model.element(id)) {
        if let Kind::Call { bound, .. } = &around.kind {
            return bound.as_ref();
        }
        at = around.parent.as_ref();
    }
    None
}

/// Where in the model an event happened: its element, or the flow it took.
fn place(event: &::process::Event) -> Option<&Code> {
    use ::process::Event as E;
    macro_rules! by_element {
        ($($kind:ident)*) => {
            match event {
                $(E::$kind(e) => Some(&e.element),)*
                E::FlowTaken(e) => Some(&e.flow),
                E::ScopeTerminated(e) => e.element.as_ref(),
                _ => None,
            }
        };
    }
    by_element!(
        ElementEntered ElementLeft GatewayDecided TokenForked TokenWaiting TokensJoined TokenEnded
        ScopeOpened ScopeCompleted ScopeInterrupted VariablesMapped RoundsPlanned RoundStarted
        RoundCompleted ElementActivated TaskCreated TaskCompleted TaskCancelled JobCreated JobCompleted
        JobFailed JobCancelled DecisionEvaluated ScriptEvaluated TimerArmed TimerFired TimerCancelled
        BoundaryTriggered FaultRaised FaultResolved ExceptionInvoked EvidenceAwaited EvidenceCompleted
        CompensationHeld CompensationRequested CompensationRun CompensationDone TransactionCancelled
        SubscriptionOpened SubscriptionClosed MessageCorrelated MessagePublished SignalThrown SignalCaught
        ConditionChanged HandlerTriggered ErrorThrown ErrorCaught EscalationThrown LinkFollowed
    )
}

/// The element an event is about.
fn element(event: &::process::Event) -> Option<Code> {
    use ::process::Event as E;
    Some(match event {
        E::ElementEntered(e) => e.element.clone(),
        E::ElementLeft(e) => e.element.clone(),
        E::GatewayDecided(e) => e.element.clone(),
        E::TaskCreated(e) => e.element.clone(),
        E::TaskCompleted(e) => e.element.clone(),
        E::DecisionEvaluated(e) => e.element.clone(),
        E::ExceptionInvoked(e) => e.element.clone(),
        E::FaultRaised(e) => e.element.clone(),
        E::ScriptEvaluated(e) => e.element.clone(),
        E::EvidenceAwaited(e) => e.element.clone(),
        E::EvidenceCompleted(e) => e.element.clone(),
        E::MessageCorrelated(e) => e.element.clone(),
        E::MessagePublished(e) => e.element.clone(),
        E::SignalThrown(e) => e.element.clone(),
        E::ErrorThrown(e) => e.element.clone(),
        E::EscalationThrown(e) => e.element.clone(),
        E::RoundCompleted(e) => e.element.clone(),
        _ => return None,
    })
}

/// The names of the evidence that an entry brings.
///
/// | entry | evidence |
/// | --- | --- |
/// | a task completed | its element, each answer, each word |
/// | a decision evaluated | its element, the decision, each output |
/// | a job completed, a script evaluated | its element, each output |
/// | a severity decided | `severity_decision`, `rationale` |
/// | a severity approved | `approver` |
/// | awareness, scope decided | `awareness`, `scope` |
/// | command taken | `commander` |
/// | a fact recorded | the fact |
/// | a note of an action, an action | `action`; by its kind `containment_action`, `recovery_action` |
/// | an exception judged | `ratification` |
/// | closed | `closure` |
pub fn evidence_marks(event: &Event, meta: &Meta) -> Vec<Code> {
    let fixed = |names: &[&'static str]| names.iter().map(|name| Code::fixed(name)).collect();
    match event {
        Event::SeverityDecided(_) => fixed(&["severity_decision", "rationale"]),
        Event::SeverityApproved(_) => fixed(&["approver"]),
        Event::AwarenessDecided(_) => fixed(&["awareness"]),
        Event::ScopeDecided(_) => fixed(&["scope"]),
        Event::CommandTaken(_) => fixed(&["commander"]),
        Event::NoteAdded(note) if note.action => fixed(&["action"]),
        Event::ActionTaken(taken) => match taken.kind {
            ActionKind::Containment => fixed(&["action", "containment_action"]),
            ActionKind::Recovery => fixed(&["action", "recovery_action"]),
            ActionKind::Other => fixed(&["action"]),
        },
        Event::ExceptionJudged(_) => fixed(&["ratification"]),
        Event::IncidentClosed(_) => fixed(&["closure"]),
        Event::FactRecorded(fact) => vec![fact.fact.clone()],
        Event::Process(event) => match event.as_ref() {
            ::process::Event::TaskCompleted(e) => {
                own(&e.element).chain(e.outputs.keys().chain(&meta.fields).cloned()).collect()
            }
            ::process::Event::DecisionEvaluated(e) => own(&e.element)
                .chain(std::iter::once(&e.decision).chain(e.outputs.keys()).cloned())
                .collect(),
            ::process::Event::JobCompleted(e) => {
                own(&e.element).chain(e.outputs.keys().cloned()).collect()
            }
            ::process::Event::ScriptEvaluated(e) => {
                own(&e.element).chain(e.outputs.keys().cloned()).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// An element as a record: by its id, and inside a called process also by its id there.
fn own(element: &Code) -> impl Iterator<Item = Code> {
    let inside = Some(local(element)).filter(|local| *local != element.as_str());
    std::iter::once(element.clone()).chain(inside.and_then(|local| local.parse().ok()))
}
