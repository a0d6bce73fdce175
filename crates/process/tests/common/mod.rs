//! A small world around one instance: models in short hand, a host without FEEL, a readable trace.
//!
//! Every command is checked on the way: deciding again gives the identical events, every event reads
//! back from its entry, folding the events gives the same state, and the state survives its JSON form.
#![allow(dead_code, reason = "each test file uses its part")]

use base::{Code, Digest, Duration, Timestamp};
use process::{
    Command, Decided, Decisions, Event, Expressions, Model, Refusal, State, Tested, Untold, Value,
    Variables, apply, decide,
    engine::{Resolution, Status},
};

pub const NAMESPACES: &str = "xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
    xmlns:wk=\"https://watchkeeper.example/bpmn\"";

/// A file around the content of one process.
pub fn file(content: &str) -> String {
    format!("<definitions {NAMESPACES}>\n<process id=\"p\">\n{content}\n</process>\n</definitions>")
}

/// Elements in short hand, one a line: `user a`, `xor g`, `timer t PT5M`, `bound b a PT5M non`, `sub p`
/// … `}`; `user a` may go on with attributes. Flows: `s>a g>b[ready] g>c*`, a star marks the default.
pub fn xml(elements: &str, flows: &str) -> String {
    let mut content = String::new();
    for line in elements.lines().map(str::trim).filter(|line| !line.is_empty()) {
        content.push_str(&element(line, flows));
        content.push('\n');
    }
    file(&content)
}

fn element(line: &str, flows: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let default = |id: &str| {
        let found =
            flows.split_whitespace().find(|f| f.starts_with(&format!("{id}>")) && f.ends_with('*'));
        found.map_or(String::new(), |f| format!("default=\"{}\"", flow_id(f)))
    };
    let timer = |text: &str| {
        format!("<timerEventDefinition><timeDuration>{text}</timeDuration></timerEventDefinition>")
    };
    let rest = words.get(2..).unwrap_or_default().join(" ");
    match words.as_slice() {
        ["}"] => "</subProcess>".to_owned(),
        ["flows", flows @ ..] => flows.iter().map(|flow| self::flow(flow)).collect(),
        ["start", id] => format!("<startEvent id=\"{id}\"/>"),
        ["end", id] => format!("<endEvent id=\"{id}\"/>"),
        ["terminate", id] => {
            format!("<endEvent id=\"{id}\"><terminateEventDefinition/></endEvent>")
        }
        ["task", id] => format!("<task id=\"{id}\" {}/>", default(id)),
        ["user", id, ..] => format!("<userTask id=\"{id}\" {} {rest}/>", default(id)),
        ["rule", id, ..] => format!("<businessRuleTask id=\"{id}\" wk:decision=\"{id}\" {rest}/>"),
        ["service", id, ..] => format!("<serviceTask id=\"{id}\" wk:action=\"{id}\" {rest}/>"),
        ["xor", id] => format!("<exclusiveGateway id=\"{id}\" {}/>", default(id)),
        ["and", id] => format!("<parallelGateway id=\"{id}\"/>"),
        ["timer", id, after] => {
            format!("<intermediateCatchEvent id=\"{id}\">{}</intermediateCatchEvent>", timer(after))
        }
        ["bound", id, host, after, non @ ..] => format!(
            "<boundaryEvent id=\"{id}\" attachedToRef=\"{host}\" cancelActivity=\"{}\">{}</boundaryEvent>",
            non.is_empty(),
            timer(after),
        ),
        ["sub", id, ..] => format!("<subProcess id=\"{id}\" {}>", rest.trim_end_matches('{')),
        words => more(words, &default).unwrap_or_else(|| line.to_owned()),
    }
}

/// Events, gateways and activities of the second helping.
fn more(words: &[&str], default: &dyn Fn(&str) -> String) -> Option<String> {
    Some(match words {
        ["or", id] => format!("<inclusiveGateway id=\"{id}\" {}/>", default(id)),
        ["events", id] => format!("<eventBasedGateway id=\"{id}\"/>"),
        ["catch", id, what @ ..] => format!(
            "<intermediateCatchEvent id=\"{id}\" {}>{}</intermediateCatchEvent>",
            attributes(what),
            event(what)
        ),
        ["throw", id, what @ ..] => format!(
            "<intermediateThrowEvent id=\"{id}\" {}>{}</intermediateThrowEvent>",
            attributes(what),
            event(what)
        ),
        ["ends", id, what @ ..] => {
            format!("<endEvent id=\"{id}\" {}>{}</endEvent>", attributes(what), event(what))
        }
        ["starts", id, what @ ..] => format!(
            "<startEvent id=\"{id}\" isInterrupting=\"{}\" {}>{}</startEvent>",
            !what.contains(&"non"),
            attributes(what),
            event(what)
        ),
        ["on", id, host, what @ ..] => format!(
            "<boundaryEvent id=\"{id}\" attachedToRef=\"{host}\" cancelActivity=\"{}\" {}>{}</boundaryEvent>",
            !what.contains(&"non"),
            attributes(what),
            event(what)
        ),
        ["receive", id, name, rest @ ..] => {
            format!("<receiveTask id=\"{id}\" messageRef=\"{name}\" {}/>", attributes(rest))
        }
        ["send", id, name, rest @ ..] => {
            format!("<sendTask id=\"{id}\" messageRef=\"{name}\" {}/>", attributes(rest))
        }
        ["script", id, result, text] => format!(
            "<scriptTask id=\"{id}\" wk:result=\"{result}\"><script>{text}</script></scriptTask>"
        ),
        ["call", id, process, rest @ ..] => {
            format!("<callActivity id=\"{id}\" calledElement=\"{process}\" {}/>", attributes(rest))
        }
        ["handler", id, "{"] => format!("<subProcess id=\"{id}\" triggeredByEvent=\"true\">"),
        ["transaction", id, "{"] => format!("<transaction id=\"{id}\">"),
        ["}t"] => "</transaction>".to_owned(),
        ["adhoc", id, rest @ .., "{"] => {
            format!("<adHocSubProcess id=\"{id}\" {}>", attributes(rest))
        }
        ["}a"] => "</adHocSubProcess>".to_owned(),
        ["each", id, rest @ ..] => format!(
            "<userTask id=\"{id}\"><multiInstanceLoopCharacteristics {}>{}\
             </multiInstanceLoopCharacteristics></userTask>",
            attributes(rest),
            children(rest)
        ),
        ["undo", boundary, handler] => format!(
            "<association id=\"u_{boundary}\" sourceRef=\"{boundary}\" targetRef=\"{handler}\"/>"
        ),
        _ => return None,
    })
}

/// `message NAME`, `signal NAME`, `error CODE`, `escalation`, `timer PT5M`, `date …`, `cycle R3/PT1H`,
/// `condition text`, `link NAME`, `compensation`, `cancel`.
fn event(what: &[&str]) -> String {
    let name = what.get(1).copied().filter(|name| !name.contains('=') && *name != "non");
    let reference =
        |attribute: &str| name.map_or(String::new(), |name| format!("{attribute}=\"{name}\""));
    let name = name.unwrap_or_default();
    match what.first() {
        None => String::new(),
        Some(&"message") => format!("<messageEventDefinition {}/>", reference("messageRef")),
        Some(&"signal") => format!("<signalEventDefinition {}/>", reference("signalRef")),
        Some(&"error") => format!("<errorEventDefinition {}/>", reference("errorRef")),
        Some(&"escalation") => {
            format!("<escalationEventDefinition {}/>", reference("escalationRef"))
        }
        Some(&"compensation") => {
            format!("<compensateEventDefinition {}/>", reference("activityRef"))
        }
        Some(&"cancel") => "<cancelEventDefinition/>".to_owned(),
        Some(&"link") => format!("<linkEventDefinition name=\"{name}\"/>"),
        Some(&"condition") => {
            let text = what[1..].iter().copied().filter(|word| *word != "non");
            let text: Vec<&str> = text.collect();
            let text = text.join(" ");
            format!(
                "<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"
            )
        }
        Some(kind) => {
            let tag = match *kind {
                "date" => "timeDate",
                "cycle" => "timeCycle",
                _ => "timeDuration",
            };
            let text = what[1];
            format!("<timerEventDefinition><{tag}>{text}</{tag}></timerEventDefinition>")
        }
    }
}

/// Words that are attributes: `wk:key="a"`.
fn attributes(words: &[&str]) -> String {
    words.iter().copied().filter(|word| word.contains("=\"")).collect::<Vec<_>>().join(" ")
}

/// Words that are children: `loopCardinality:3`.
fn children(words: &[&str]) -> String {
    let pairs = words.iter().filter(|word| !word.contains("=\"")).filter_map(|w| w.split_once(':'));
    pairs.map(|(tag, text)| format!("<{tag}>{text}</{tag}>")).collect()
}

fn flow_id(text: &str) -> String {
    text.split('[').next().unwrap_or_default().trim_end_matches('*').replace('>', "_")
}

fn flow(text: &str) -> String {
    let (ends, condition) = match text.split_once('[') {
        Some((ends, condition)) => (ends, condition.trim_end_matches(']')),
        None => (text.trim_end_matches('*'), ""),
    };
    let (source, target) = ends.split_once('>').unwrap();
    let condition = match condition {
        "" => String::new(),
        text => format!("<conditionExpression>{text}</conditionExpression>"),
    };
    let id = flow_id(text);
    let target = target.split('.').next().unwrap();
    format!(
        "<sequenceFlow id=\"{id}\" sourceRef=\"{source}\" targetRef=\"{target}\">{condition}</sequenceFlow>\n"
    )
}

pub fn model(elements: &str, flows: &str) -> Model {
    let text = xml(&format!("{elements}\nflows {}", flows.replace('\n', " ")), flows);
    Model::read(&text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"))
}

pub fn code(text: &str) -> Code {
    text.parse().unwrap()
}

/// `ready=yes count=5 severity=S1`: booleans as yes and no.
pub fn variables(text: &str) -> Variables {
    let value = |text: &str| match text {
        "yes" => Value::Boolean(true),
        "no" => Value::Boolean(false),
        "none" => Value::None,
        _ => text.parse().map_or_else(|_| Value::code(text).unwrap(), Value::Integer),
    };
    let pairs = text.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, text)| (code(name), value(text))).collect()
}

/// Conditions are `name` (a boolean) or `name=value`; the decision `severity` reads `impact`.
pub struct PlainHost;

impl Expressions for PlainHost {
    fn check(&self, text: &str) -> Result<(), String> {
        if text.contains(' ') || text.contains("odd") {
            Err("not plain".to_owned())
        } else {
            Ok(())
        }
    }

    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold> {
        let (name, wanted) = text.split_once('=').unwrap_or((text, "true"));
        let Ok(name) = name.parse::<Code>() else {
            return Err(Untold { code: code("expression_refused"), detail: String::new() });
        };
        let Some(value) = variables.get(&name).filter(|value| value.is_known()) else {
            return Err(Untold { code: code("variable_unknown"), detail: String::new() });
        };
        let holds = value.to_string() == wanted;
        Ok(Tested { holds, inputs: [(name, value.clone())].into() })
    }

    fn check_value(&self, text: &str) -> Result<(), String> {
        self.check(text)
    }

    /// `name`, `name+1`, a number, `'code'`, or a list of names as `a,b`.
    fn value(&self, text: &str, variables: &Variables) -> Result<Value, Untold> {
        let refused = || Untold { code: code("expression_refused"), detail: text.to_owned() };
        if let Some(quoted) = text.strip_prefix('\'') {
            return Value::code(quoted.trim_end_matches('\'')).ok_or_else(refused);
        }
        if let Some((name, plus)) = text.split_once('+') {
            let Some(Value::Integer(number)) = variables.get(&code(name)) else {
                return Err(Untold { code: code("variable_unknown"), detail: String::new() });
            };
            return Ok(Value::Integer(number + plus.parse::<i64>().unwrap()));
        }
        if text.contains(',') {
            return Ok(Value::List(text.split(',').map(|c| Value::Code(code(c))).collect()));
        }
        text.parse().map(Value::Integer).map_err(|_| refused())
    }
}

impl process::Host for PlainHost {}

impl Decisions for PlainHost {
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>> {
        (decision.as_str() == "severity").then(|| vec![code("impact")])
    }

    fn evaluate(&self, _: &Code, variables: &Variables) -> Result<Decided, Untold> {
        let impact = variables.get(&code("impact")).cloned().unwrap_or(Value::None);
        let (rule, severity) = match impact.to_string().as_str() {
            "high" => ("R1", "S1"),
            "low" => ("R2", "S3"),
            _ => return Err(Untold { code: code("no_rule_matched"), detail: String::new() }),
        };
        Ok(Decided {
            table: code("severity"),
            table_version: 1,
            sha256: Digest([1; 32]),
            inputs: [(code("impact"), impact)].into(),
            outputs: [(code("severity"), Value::Code(code(severity)))].into(),
            matched_rules: vec![code(rule)],
        })
    }
}

/// The plain host, beside a cabinet of records where a test keeps one.
struct Cabinet<'a>(&'a Option<std::collections::BTreeSet<Code>>);

impl Expressions for Cabinet<'_> {
    fn check(&self, text: &str) -> Result<(), String> {
        PlainHost.check(text)
    }

    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold> {
        PlainHost.test(text, variables)
    }

    fn check_value(&self, text: &str) -> Result<(), String> {
        PlainHost.check_value(text)
    }

    fn value(&self, text: &str, variables: &Variables) -> Result<Value, Untold> {
        PlainHost.value(text, variables)
    }
}

impl Decisions for Cabinet<'_> {
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>> {
        PlainHost.inputs(decision)
    }

    fn evaluate(&self, decision: &Code, variables: &Variables) -> Result<Decided, Untold> {
        PlainHost.evaluate(decision, variables)
    }
}

impl process::Host for Cabinet<'_> {
    fn recorded(&self, name: &Code) -> bool {
        self.0.as_ref().is_none_or(|records| records.contains(name))
    }
}

pub struct World {
    pub model: Model,
    /// The records that exist; `None` asks for none.
    pub recorded: Option<std::collections::BTreeSet<Code>>,
    pub state: State,
    pub now: Timestamp,
    pub events: Vec<Event>,
    trace: String,
}

impl World {
    /// At minute zero, not started.
    pub fn new(model: Model) -> Self {
        let now = Timestamp::from_micros(1_764_000_000_000_000);
        Self {
            model,
            recorded: None,
            state: State::default(),
            now,
            events: Vec::new(),
            trace: String::new(),
        }
    }

    /// Started without variables.
    pub fn started(elements: &str, flows: &str) -> Self {
        let mut world = Self::new(model(elements, flows));
        world.start("");
        world
    }

    pub fn start(&mut self, known: &str) {
        self.does(&Command::Start { variables: variables(known) });
    }

    pub fn try_to(&mut self, command: &Command) -> Result<(), Refusal> {
        let host = Cabinet(&self.recorded);
        let events = decide(&self.model, &self.state, command, self.now, &host)?;
        let again = decide(&self.model, &self.state, command, self.now, &host).unwrap();
        assert_eq!(events, again, "deciding again gives the identical events");
        for event in &events {
            let read = Event::parse(event.kind(), &event.data()).unwrap();
            assert_eq!(read, *event, "an entry reads back as the event it was");
            apply(&mut self.state, &read);
            self.note(event);
        }
        self.events.extend(events);
        let mut folded = State::default();
        self.events.iter().for_each(|event| apply(&mut folded, event));
        assert_eq!(folded, self.state, "folding the events gives the same state");
        let json = serde_json::to_string(&self.state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), self.state);
        self.nothing_moves();
        Ok(())
    }

    /// Between commands every token waits, joins or is parked; and a running instance has tokens.
    fn nothing_moves(&self) {
        use process::engine::Place;
        for token in self.state.tokens.values() {
            let rests = matches!(token.place, Place::Waiting | Place::Joining { .. });
            assert!(rests || token.fault.is_some(), "{token:?} moves");
        }
        assert_eq!(self.state.status == Status::Running, !self.state.tokens.is_empty());
        for waits in self
            .state
            .timers
            .values()
            .map(|t| (t.token, t.scope))
            .chain(self.state.subscriptions.values().map(|held| (held.token, held.scope)))
        {
            let alive = match waits {
                (token, None) => self.state.tokens.contains_key(&token),
                (_, Some(scope)) => self.state.scopes.contains_key(&scope),
            };
            assert!(alive, "{waits:?} waits for nobody");
        }
    }

    pub fn does(&mut self, command: &Command) {
        self.try_to(command).unwrap_or_else(|refusal| panic!("{refusal}: {command:?}"));
    }

    pub fn record(&mut self, name: &str) {
        self.recorded.get_or_insert_default().insert(code(name));
    }

    pub fn task(&self, element: &str) -> u32 {
        *self.state.tasks.iter().find(|(_, task)| task.element == *element).unwrap().0
    }

    pub fn complete(&mut self, element: &str, outputs: &str) {
        let (task, outputs) = (self.task(element), variables(outputs));
        self.does(&Command::CompleteTask { task, outputs });
    }

    pub fn decides(&mut self, element: &str, inputs: &str) {
        let (task, inputs) = (self.task(element), variables(inputs));
        self.does(&Command::CompleteDecision { task, inputs });
    }

    pub fn job(&self, element: &str) -> u32 {
        *self.state.jobs.iter().find(|(_, job)| job.element == *element).unwrap().0
    }

    pub fn resolves(&mut self, resolution: Resolution, set: &str) {
        let fault = *self.state.faults.first_key_value().unwrap().0;
        self.does(&Command::ResolveFault { fault, resolution, variables: variables(set) });
    }

    /// Lets minutes pass and fires what becomes due, each at its time.
    pub fn wait(&mut self, minutes: i64) {
        let until = self.now + Duration::minutes(minutes);
        while let Some((timer, held)) = self.state.next_timer() {
            let scheduled = held.due_at;
            if scheduled > until {
                break;
            }
            self.now = self.now.max(scheduled);
            self.does(&Command::FireTimer { timer, scheduled });
        }
        self.now = until;
    }

    fn note(&mut self, event: &Event) {
        let minute = (self.now - Timestamp::from_micros(1_764_000_000_000_000)).as_seconds() / 60;
        self.trace.push_str(&format!("+{minute} {}\n", line(event)));
    }

    /// What happened since the last look.
    pub fn trace(&mut self) -> String {
        std::mem::take(&mut self.trace)
    }

    /// The trace without the tokens' steps: what people, timers and jobs notice.
    pub fn told(&mut self) -> String {
        let steps = [
            "entered",
            "left",
            "took",
            "timer_armed",
            "timer_fired",
            "subscription_opened",
            "subscription_closed",
        ];
        let told = |line: &&str| !steps.iter().any(|step| line.split(' ').nth(1) == Some(step));
        self.trace().lines().filter(told).map(|line| format!("{line}\n")).collect()
    }
}

fn pairs(variables: &Variables) -> String {
    variables.iter().map(|(name, value)| format!(" {name}={value}")).collect()
}

fn line(event: &Event) -> String {
    match event {
        Event::InstanceStarted(e) => format!("started{}", pairs(&e.variables)),
        Event::ElementEntered(e) => format!("entered {} t{}", e.element, e.token),
        Event::ElementLeft(e) => format!("left {} t{}", e.element, e.token),
        Event::FlowTaken(e) => format!("took {} t{}{}", e.flow, e.token, pairs(&e.inputs)),
        Event::GatewayDecided(e) => format!("decided {} {}{}", e.element, e.flow, pairs(&e.inputs)),
        Event::TokenForked(e) => format!("forked {} {:?}", e.element, e.tokens),
        Event::TokenWaiting(e) => format!("waiting {} t{} by {}", e.element, e.token, e.flow),
        Event::TokensJoined(e) => format!("joined {} {:?}", e.element, e.tokens),
        Event::TaskCreated(e) => format!("task {} #{}", e.element, e.task),
        Event::TaskCompleted(e) => format!("done {}{}", e.element, pairs(&e.outputs)),
        Event::DecisionEvaluated(e) => {
            let rules: Vec<_> = e.matched_rules.iter().map(Code::as_str).collect();
            format!(
                "decision {}{} ->{} by {}",
                e.element,
                pairs(&e.inputs),
                pairs(&e.outputs),
                rules.join(",")
            )
        }
        Event::FaultRaised(e) => format!("fault {} t{} {}", e.element, e.token, e.code),
        Event::FaultResolved(e) => {
            format!("fault_over {} {:?}{}", e.element, e.end, pairs(&e.variables))
        }
        Event::ExceptionInvoked(e) => format!("exception {} {}", e.element, e.code),
        Event::BoundaryTriggered(e) => format!("boundary {} of {}", e.element, e.host),
        Event::MessageCorrelated(e) => {
            format!("heard {} {}{}", e.element, e.name, pairs(&e.variables))
        }
        Event::VariablesMapped(e) => format!("mapped {}{}", e.element, pairs(&e.variables)),
        Event::ScriptEvaluated(e) => format!("script {}{}", e.element, pairs(&e.outputs)),
        Event::RoundCompleted(e) => match &e.output {
            Some(output) => format!("round {} {} gave {output}", e.element, e.index),
            None => format!("round {} {}", e.element, e.index),
        },
        Event::EvidenceAwaited(e) => format!("awaits {} {:?}", e.element, e.missing),
        Event::ConditionChanged(e) => format!("condition {} {}", e.element, e.holds),
        other => {
            let data = other.data();
            let element = data.get("element").and_then(|e| e.as_str()).unwrap_or_default();
            format!("{} {element}", other.kind()).trim_end().to_owned()
        }
    }
}
