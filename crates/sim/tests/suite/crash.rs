//! The process dies at every commit point of a story, once before the commit and once after it, and is
//! started again: what comes out is what comes out without a crash.
//!
//! "After commit k" is also "between the commit and what it was made for", since a dead process sends
//! nothing more; "before commit k" is also "after what the commit before it was made for". The plain run
//! takes every point of one seed. With `WATCHKEEPER_SIM_SEEDS` (`./test --soak`) more seeds do.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    thread,
};

use app::{
    App, Caller, Error, Once,
    incident::{Answers, Told},
};
use base::{Code, Duration, Id, id};
use domain::{document::DocumentKind, incident};
use evidence::Entry;
use process::{Command, Event, State, Variables, decide};
use sim::{Fault, World, bank};

/// Calls, messages, rounds, sub-processes, timers, errors, escalations, compensation, signals.
const MAIN: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:wk="https://watchkeeper.example/bpmn" id="d" targetNamespace="urn:crash">
<message id="reply_message" name="reply"/><signal id="freeze_signal" name="freeze"/>
<error id="broken_error" errorCode="broken"/><escalation id="alarm_escalation" escalationCode="alarm"/>
<process id="main" isExecutable="true">
<startEvent id="s"/>
<callActivity id="talk" calledElement="talk"/>
<boundaryEvent id="slow" attachedToRef="talk" cancelActivity="false"><timerEventDefinition><timeDuration>PT5M</timeDuration></timerEventDefinition></boundaryEvent>
<userTask id="remind" wk:role="responder" wk:due="PT1H"/><endEvent id="reminded"/>
<userTask id="check" wk:role="responder" wk:due="PT1H"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>
<intermediateCatchEvent id="hear" wk:key="&quot;case-7&quot;"><messageEventDefinition messageRef="reply_message"/></intermediateCatchEvent>
<userTask id="block" wk:role="responder" wk:due="PT1H"/>
<boundaryEvent id="undo_block" attachedToRef="block"><compensateEventDefinition/></boundaryEvent>
<serviceTask id="unblock" isForCompensation="true" wk:action="page_deputy"/>
<association id="undoes" sourceRef="undo_block" targetRef="unblock"/>
<subProcess id="fix">
<startEvent id="fs"/>
<intermediateThrowEvent id="alarm"><escalationEventDefinition escalationRef="alarm_escalation"/></intermediateThrowEvent>
<userTask id="act" wk:role="responder" wk:due="PT2H"><extensionElements><wk:form><wk:field key="outcome" type="choice" options="done failed" required="true"/></wk:form></extensionElements></userTask>
<boundaryEvent id="again" attachedToRef="act" cancelActivity="false"><timerEventDefinition><timeCycle>R2/PT10M</timeCycle></timerEventDefinition></boundaryEvent>
<task id="noted"/><endEvent id="again_noted"/>
<exclusiveGateway id="went" default="went_well"/>
<endEvent id="broke"><errorEventDefinition errorRef="broken_error"/></endEvent><endEvent id="fe"/>
<sequenceFlow id="g1" sourceRef="fs" targetRef="alarm"/><sequenceFlow id="g2" sourceRef="alarm" targetRef="act"/>
<sequenceFlow id="g3" sourceRef="act" targetRef="went"/><sequenceFlow id="went_well" sourceRef="went" targetRef="fe"/>
<sequenceFlow id="g4" sourceRef="went" targetRef="broke"><conditionExpression>outcome = "failed"</conditionExpression></sequenceFlow>
<sequenceFlow id="g5" sourceRef="again" targetRef="noted"/><sequenceFlow id="g6" sourceRef="noted" targetRef="again_noted"/>
</subProcess>
<boundaryEvent id="on_alarm" attachedToRef="fix" cancelActivity="false"><escalationEventDefinition escalationRef="alarm_escalation"/></boundaryEvent>
<userTask id="inform" wk:role="responder" wk:due="PT1H"/><endEvent id="informed"/>
<boundaryEvent id="on_broken" attachedToRef="fix"><errorEventDefinition errorRef="broken_error"/></boundaryEvent>
<intermediateThrowEvent id="roll_back"><compensateEventDefinition/></intermediateThrowEvent>
<intermediateThrowEvent id="freeze"><signalEventDefinition signalRef="freeze_signal"/></intermediateThrowEvent>
<endEvent id="stopped"/><endEvent id="e"/>
<subProcess id="frozen" triggeredByEvent="true">
<startEvent id="on_freeze" isInterrupting="false"><signalEventDefinition signalRef="freeze_signal"/></startEvent>
<userTask id="hold_line" wk:role="responder" wk:due="PT1H"/><endEvent id="held"/>
<sequenceFlow id="h1" sourceRef="on_freeze" targetRef="hold_line"/><sequenceFlow id="h2" sourceRef="hold_line" targetRef="held"/>
</subProcess>
<sequenceFlow id="f1" sourceRef="s" targetRef="talk"/><sequenceFlow id="f2" sourceRef="talk" targetRef="check"/>
<sequenceFlow id="f3" sourceRef="check" targetRef="hear"/><sequenceFlow id="f4" sourceRef="hear" targetRef="block"/>
<sequenceFlow id="f5" sourceRef="block" targetRef="fix"/><sequenceFlow id="f6" sourceRef="fix" targetRef="e"/>
<sequenceFlow id="f7" sourceRef="slow" targetRef="remind"/><sequenceFlow id="f8" sourceRef="remind" targetRef="reminded"/>
<sequenceFlow id="f9" sourceRef="on_alarm" targetRef="inform"/><sequenceFlow id="f10" sourceRef="inform" targetRef="informed"/>
<sequenceFlow id="f11" sourceRef="on_broken" targetRef="roll_back"/><sequenceFlow id="f12" sourceRef="roll_back" targetRef="freeze"/>
<sequenceFlow id="f13" sourceRef="freeze" targetRef="stopped"/>
</process></definitions>"#;
/// What it calls.
const TALK: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:wk="https://watchkeeper.example/bpmn" id="d" targetNamespace="urn:crash">
<process id="talk" isExecutable="true"><startEvent id="s"/><userTask id="draft" wk:role="responder" wk:due="PT1H"/><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="draft"/><sequenceFlow id="f2" sourceRef="draft" targetRef="e"/></process></definitions>"#;

/// What an answer says that was given before.
const DONE_BEFORE: &str = "WEB-012";

/// A bank that runs on this process, an instant before the story.
pub(crate) fn begin(seed: u64) -> World {
    let mut world = World::seed(seed);
    world.begin();
    for (name, text) in [("talk", TALK), ("major-incident", MAIN)] {
        let which = (DocumentKind::Process, name.parse().unwrap());
        let people = world.people().to_vec();
        let published = world.run(|app| async move {
            bank::publish(&app, &people, which, text.as_bytes().to_vec()).await
        });
        world.must("publishing", published);
    }
    world.run_for(Duration::seconds(10));
    world
}

/// Starts the process again where it has died.
fn revive(world: &mut World) -> bool {
    let died = world.is_dead();
    if died {
        world.mend();
        world.restart();
    }
    died
}

/// Somebody asks for something under a key, and again where the answer was lost.
fn ask<F: Future<Output = Result<(), Error>>>(
    world: &mut World,
    (key, nick): (&str, &str),
    act: impl Fn(App, Caller) -> F,
) {
    loop {
        let mut caller = world.person(nick).caller(world.now());
        caller.once = Some(Once::new(&caller, key, evidence::sha256(key.as_bytes())));
        let answer = world.run(|app| act(app, caller));
        match (answer, revive(world)) {
            (Ok(()), _) => return,
            (Err(Error::Refused(refused)), _) if refused.code == DONE_BEFORE => return,
            (Err(_), true) => {}
            (Err(error), false) => world.fail(&format!("{key}: {error}")),
        }
    }
}

/// Time passes, at most a minute a tick.
fn pass(world: &mut World, length: Duration) {
    let tick = length.min(Duration::minutes(1));
    for _ in 0..length.as_seconds() / tick.as_seconds() {
        world.pass(tick);
        world.step();
        while revive(world) {
            world.step();
        }
    }
}

fn state(world: &World, id: Id<id::Incident>) -> incident::Incident {
    let found =
        world.run(|app| async move { app.look(move |c| store::incident::load(c, id)).await });
    world.must("loading", found).unwrap()
}

/// The lead completes the oldest open task of an element.
fn complete(
    world: &mut World,
    (id, key): (Id<id::Incident>, &str),
    element: &str,
    answers: &[(&str, &str)],
) {
    let held = state(world, id).process.state;
    let task = held.tasks.iter().find(|(_, task)| task.element.as_str() == element);
    let Some((&task, _)) = task else {
        world.fail(&format!("{key}: no task {element} in {:?}", held.tasks))
    };
    let pairs = answers.iter().map(|(key, answer)| ((*key).to_owned(), (*answer).to_owned()));
    let answers: Answers = pairs.collect();
    ask(world, (key, "lead"), |app, caller| {
        let answers = answers.clone();
        async move { app.complete_task(&caller, id, (task, answers)).await }
    });
}

/// The story; answers its two incidents.
pub(crate) fn story(world: &mut World) -> [Id<id::Incident>; 2] {
    let known = world.open_incidents().len();
    for title in ["first", "second"] {
        ask(world, (title, "lead"), |app, caller| async move {
            let entity = app.look(store::config::entities).await?[0].id;
            let declaration = incident::Declaration {
                title: title.to_owned(),
                description: String::new(),
                cause: incident::Cause::Person,
                provider: String::new(),
                entity,
                service: None,
                group: None,
                occurred_at: None,
            };
            let new = app::incident::NewIncident { declaration, mode: evidence::Mode::Live };
            app.declare(&caller, new).await.map(drop)
        });
        pass(world, Duration::seconds(10));
    }
    let open = world.open_incidents();
    let [one, two] = open[known..] else { world.fail("not two incidents") };
    let told = || Told {
        name: Code::fixed("reply"),
        key: Some(Code::fixed("case-7")),
        variables: Variables::new(),
    };
    ask(world, ("reply", "lead"), |app, caller| async move {
        app.correlate(&caller, one, told(), Duration::hours(2)).await
    });
    // A page that was claimed and not sent is sent once the claim has run out.
    pass(world, Duration::minutes(2));
    ask(world, ("command", "lead"), |app, caller| async move {
        app.take_command(&caller, one, String::new()).await
    });
    pass(world, Duration::minutes(6));
    complete(world, (one, "draft"), "talk:draft", &[]);
    complete(world, (one, "remind"), "remind", &[]);
    for round in ["check 1", "check 2", "check 3"] {
        complete(world, (one, round), "check", &[]);
    }
    complete(world, (one, "block"), "block", &[]);
    pass(world, Duration::minutes(25));
    complete(world, (one, "act"), "act", &[("outcome", "failed")]);
    for (incident, key) in [(one, "hold one"), (two, "hold two")] {
        complete(world, (incident, key), "hold_line", &[]);
    }
    complete(world, (one, "inform"), "inform", &[]);
    pass(world, Duration::minutes(2));
    [one, two]
}

/// What is left of a story, with ids by what they stand for.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    /// Where both processes stand.
    states: Vec<State>,
    /// Each entry, and how often it is there.
    entries: BTreeMap<String, usize>,
    /// Each message that left the house, by its idempotency key.
    messages: BTreeSet<String>,
}

fn outcome(world: &World, incidents: [Id<id::Incident>; 2]) -> Outcome {
    let all = world.entries_of(&[]);
    let mut names: Vec<(String, String)> = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in all.iter().filter(|entry| entry.stream_seq == 0) {
        let kind = entry.stream.as_str().split('_').next().unwrap();
        let count = counts.entry(kind).or_default();
        *count += 1;
        names.push((entry.stream.to_string(), format!("{kind}#{count}")));
    }
    let named = |text: String| {
        let replace = |text: String, (id, name): &(String, String)| text.replace(id, name);
        names.iter().fold(text, replace)
    };
    let mut entries = BTreeMap::new();
    for entry in &all {
        *entries.entry(named(line(entry))).or_default() += 1;
    }
    // That nothing could be committed for a while is told by whoever was alive, and is no effect.
    let sent = world.sent();
    let sent = sent.iter().filter(|sent| !sent.message_id.as_str().starts_with("lost."));
    let messages = sent.map(|sent| named(format!("{} to {}", sent.message_id, sent.to)));
    let states = incidents.map(|id| state(world, id).process.state);
    Outcome { states: states.to_vec(), entries, messages: messages.collect() }
}

/// An entry without what differs from run to run: its nonce, its place, its commitments' salts.
fn line(entry: &Entry) -> String {
    let Entry { kind, stream, stream_seq, actor, occurred_at, under, data, .. } = entry;
    let words: Vec<&str> = entry.committed.keys().map(Code::as_str).collect();
    if stream.as_str().starts_with("pag_") {
        // The same page, at its first attempt or a later one.
        let attempt = ["channel", "position", "answered_by"].map(|field| data.get(field));
        return format!("{stream} {kind} {actor:?} {attempt:?}");
    }
    format!("{stream} {stream_seq} {occurred_at} {kind} {actor:?} {data} {words:?} {under:?}")
}

/// Decides each recorded command of a process again: the very same events follow, to the last.
fn replay(world: &World, id: Id<id::Incident>) {
    let held = state(world, id);
    let reference = held.reference.to_string();
    let seen = world.run(|app| async move { app.see_incident(&reference, 0).await });
    let (model, wanted) = (world.must("reading", seen).model, held.process.state);
    let stream = id.to_string();
    let all = world.entries_of(&[]).into_iter().filter(|entry| entry.stream.as_str() == stream);
    let parse = |entry: Entry| {
        let event = Event::parse(entry.kind.as_str(), &entry.data).ok()?;
        Some((entry.occurred_at, event))
    };
    let recorded: Vec<_> = all.filter_map(parse).collect();
    let (mut state, mut at) = (State::default(), 0);
    while let Some((now, first)) = recorded.get(at) {
        let command = command_of(first, *now);
        let again = decide(&model, &state, &command, *now, &dmn::Deployed::new());
        let again = again.unwrap_or_else(|refused| panic!("{command:?}: {refused}"));
        let end = (at + again.len()).min(recorded.len());
        let there: Vec<&Event> = recorded[at..end].iter().map(|(_, event)| event).collect();
        assert_eq!(there, again.iter().collect::<Vec<_>>(), "seed {}: {command:?}", world.seed);
        again.iter().for_each(|event| process::apply(&mut state, event));
        at = end;
    }
    assert_eq!(state, wanted, "the events fold to the state");
}

/// The command that begins with this event.
fn command_of(first: &Event, now: base::Timestamp) -> Command {
    match first.clone() {
        Event::InstanceStarted(e) => Command::Start { variables: e.variables },
        Event::TaskCompleted(e) => Command::CompleteTask { task: e.task, outputs: e.outputs },
        Event::TimerFired(e) => Command::FireTimer { timer: e.timer, scheduled: e.scheduled },
        Event::JobCompleted(e) => Command::CompleteJob { job: e.job, outputs: e.outputs },
        Event::SignalCaught(e) => Command::Broadcast { name: e.name, variables: e.variables },
        Event::MessageBuffered(e) => {
            let ttl = e.expires_at - now;
            Command::Correlate { name: e.name, key: e.key, variables: e.variables, ttl }
        }
        other => panic!("no command begins with {other:?}"),
    }
}

/// Lives the story, dies at a commit of it, and answers what came out; or without dying.
fn live(seed: u64, dies: Option<(u32, bool)>) -> (Outcome, u32) {
    let mut world = begin(seed);
    let before = world.app().db().health().commits;
    if let Some((after, kept)) = dies {
        world.suffer(Fault::CrashAt { after, kept });
    }
    let incidents = story(&mut world);
    let commits = world.app().db().health().commits - before;
    world.mend();
    world.check_all();
    incidents.iter().for_each(|id| replay(&world, *id));
    (outcome(&world, incidents), u32::try_from(commits).unwrap())
}

/// Lives the story and dies at each commit of it in turn; how many there are.
fn die_everywhere(seed: u64) -> u32 {
    let (wanted, commits) = live(seed, None);
    let run = |kept: bool| {
        for after in 0..commits {
            let (found, _) = live(seed, Some((after, kept)));
            compare(&wanted, &found, &format!("seed {seed}, after {after}, kept {kept}"));
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| run(false));
        scope.spawn(|| run(true));
    });
    commits
}

fn compare(wanted: &Outcome, found: &Outcome, place: &str) {
    let differs = |a: &Outcome, b: &Outcome| -> Vec<String> {
        let lines = a.entries.iter().filter(|(line, count)| b.entries.get(*line) != Some(count));
        lines.map(|(line, count)| format!("{count} x {line}")).collect()
    };
    let (missing, odd) = (differs(wanted, found), differs(found, wanted));
    assert!(missing.is_empty() && odd.is_empty(), "{place}\nmissing {missing:#?}\nodd {odd:#?}");
    assert_eq!(wanted.states, found.states, "{place}");
    assert_eq!(wanted.messages, found.messages, "{place}");
}

#[test]
fn inv03_a_crash_at_any_commit_of_a_process_loses_and_doubles_nothing() {
    let soak = std::env::var("WATCHKEEPER_SIM_SEEDS").is_ok();
    let seeds = if soak { 0..20 } else { 0..1 };
    for seed in seeds {
        let commits = die_everywhere(seed);
        assert!(commits > 40, "a story of {commits} commits says little");
    }
}
