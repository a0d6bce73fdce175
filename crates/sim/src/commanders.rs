//! Commanders: people who work on open incidents, with random answers that are valid.

use std::collections::BTreeMap;

use app::{
    Error,
    identity::NewPerson,
    incident::{Answers, NewIncident},
};
use base::{Code, Duration, Id, id};
use domain::{
    access::Role,
    incident::{Cause, Certainty, Declaration, Fact, Relation, Source},
    person::PersonKind,
};
use evidence::Mode;
use process::{Element, model::FieldType};

use crate::{World, bank::Person};

/// Words that people write, and that must never be in a leaf.
pub const SECRETS: &[&str] = &["the vault code is 4711", "Client Meyer-Zumsteg", "Grüße aus Århus"];

impl World {
    /// Somebody does something about an incident, by chance.
    pub(crate) fn work_on_something(&mut self) {
        let person = self.somebody();
        let open = self.open_incidents();
        let some = |world: &mut Self| open[world.pick(open.len())];
        let done = match self.roll(20) {
            _ if open.is_empty() => self.declare_something(&person),
            0 => self.declare_something(&person),
            1 => {
                let id = some(self);
                self.close_incident(&person, id)
            }
            2 => {
                let all = self.incidents();
                let (id, into) = (some(self), all[self.pick(all.len())]);
                self.merge_incident(&person, id, into)
            }
            9 => {
                let all = self.incidents();
                let id = all[self.pick(all.len())];
                self.reopen_incident(&person, id)
            }
            10 => self.forget_somebody(&person),
            3..=6 => {
                let id = some(self);
                self.do_beside_the_process(&person, id)
            }
            7 | 8 => {
                let id = some(self);
                self.hand_over(&person, id)
            }
            _ => {
                let id = some(self);
                self.do_a_task(&person, id)
            }
        };
        self.expect_no_fault("somebody at work", done);
    }

    /// Somebody declares an incident.
    pub fn declare(&mut self, nick: &str, title: &str) -> Id<id::Incident> {
        let person = self.person(nick);
        let declared = self.try_declare(&person, title);
        self.must("declaring", declared)
    }

    fn try_declare(&mut self, person: &Person, title: &str) -> Result<Id<id::Incident>, Error> {
        let caller = person.caller(self.now());
        let title = title.to_owned();
        self.run(|app| async move {
            let entities = app.look(store::config::entities).await?;
            let declaration = Declaration {
                title,
                description: SECRETS[0].to_owned(),
                cause: Cause::Person,
                provider: SECRETS[1].to_owned(),
                entity: entities[0].id,
                service: None,
                group: None,
                occurred_at: None,
            };
            let new = NewIncident { declaration, mode: Mode::Live };
            Ok(app.declare(&caller, new).await?.id)
        })
    }

    fn declare_something(&mut self, person: &Person) -> Result<(), Error> {
        self.note_step(format!("{} declares", person.nick));
        self.try_declare(person, SECRETS[2]).map(drop)
    }

    fn close_incident(&mut self, person: &Person, id: Id<id::Incident>) -> Result<(), Error> {
        let false_positive = self.roll(4) == 0;
        self.note_step(format!("{} closes {id} ({false_positive})", person.nick));
        let caller = person.caller(self.now());
        self.run(|app| async move {
            app.close_incident(&caller, id, (false_positive, SECRETS[1].into())).await
        })
    }

    fn reopen_incident(&mut self, person: &Person, id: Id<id::Incident>) -> Result<(), Error> {
        self.note_step(format!("{} reopens {id}", person.nick));
        let caller = person.caller(self.now());
        self.run(|app| async move { app.reopen_incident(&caller, id, SECRETS[0].into()).await })
    }

    /// A visitor's account is made and erased again, by two people.
    fn forget_somebody(&mut self, person: &Person) -> Result<(), Error> {
        self.note_step(format!("{} forgets a visitor", person.nick));
        let now = self.now();
        let (first, second) = (self.person("admin").caller(now), self.person("board").caller(now));
        self.run(|app| async move {
            let email = format!("visitor{}@nordhaven.example", now.micros());
            let new = NewPerson {
                kind: PersonKind::Human,
                name: "Oona Calloway".to_owned(),
                email,
                roles: Vec::new(),
                contacts: Vec::new(),
            };
            let visitor = app.add_person(&first, new).await?;
            let basis = Code::fixed("gdpr_17");
            let request = app.request_erasure(&first, (visitor, basis)).await?;
            app.perform_erasure(&second, request).await
        })
    }

    fn merge_incident(
        &mut self,
        person: &Person,
        id: Id<id::Incident>,
        into: Id<id::Incident>,
    ) -> Result<(), Error> {
        self.note_step(format!("{} merges {id} into {into}", person.nick));
        let caller = person.caller(self.now());
        self.run(|app| async move {
            app.link_incidents(&caller, id, (into, Relation::CausedBy)).await?;
            app.merge_incident(&caller, id, (into, SECRETS[2].into())).await
        })
    }

    fn hand_over(&mut self, person: &Person, id: Id<id::Incident>) -> Result<(), Error> {
        let (caller, other) = (person.caller(self.now()), self.somebody().id);
        let what = self.roll(4);
        self.note_step(format!("{} hands over {id} ({what})", person.nick));
        self.run(|app| async move {
            match what {
                0 => app.take_command(&caller, id, SECRETS[0].into()).await,
                1 => app.offer_command(&caller, id, other).await,
                2 => app.accept_command(&caller, id).await,
                _ => app.assign_role(&caller, id, (Role::Communications, other)).await,
            }
        })
    }

    fn do_beside_the_process(
        &mut self,
        person: &Person,
        id: Id<id::Incident>,
    ) -> Result<(), Error> {
        let (caller, what, now) = (person.caller(self.now()), self.roll(6), self.now());
        let answers = self.severity_answers();
        self.note_step(format!("{} does {what} beside the process of {id}", person.nick));
        self.run(|app| async move {
            match what {
                0 => app.note(&caller, id, (SECRETS[1].into(), true), None).await,
                1 => {
                    let value = SECRETS[2].to_owned();
                    let (certainty, source) = (Certainty::Estimate, Source::Person);
                    let name = Code::fixed("clients_affected");
                    let fact = Fact { name, value, certainty, source, as_of: None };
                    app.record_fact(&caller, id, fact).await
                }
                2 => app.approve_severity(&caller, id, SECRETS[0].into()).await,
                3 => app.decide_severity(&caller, id, (answers, SECRETS[1].into())).await.map(drop),
                4 => {
                    let aware_at = now - Duration::minutes(7);
                    app.decide_awareness(&caller, id, aware_at, SECRETS[2].into()).await
                }
                _ => {
                    let services = app.look(store::config::services).await?;
                    let services = services.iter().map(|service| service.id).collect();
                    let states = vec![Code::fixed("DE")];
                    app.decide_scope(&caller, id, services, (states, SECRETS[0].into())).await
                }
            }
        })
    }

    fn do_a_task(&mut self, person: &Person, id: Id<id::Incident>) -> Result<(), Error> {
        let caller = person.caller(self.now());
        let state = self.run(|app| async move {
            let state = app.look(move |conn| store::incident::load(conn, id)).await?;
            let Some(state) = state else { return Ok(None) };
            let reference = state.reference.to_string();
            app.see_incident(&reference, i64::MAX).await.map(Some)
        })?;
        let Some(seen) = state else { return Ok(()) };
        if seen.tasks.is_empty() {
            return Ok(());
        }
        let task = seen.tasks[self.pick(seen.tasks.len())].clone();
        let number = task.number;
        let exceptions = &task.element.marks.exceptions;
        if !exceptions.is_empty() && self.roll(8) == 0 {
            let code = exceptions[self.pick(exceptions.len())].clone();
            self.note_step(format!("{} passes {} of {id} by {code}", person.nick, task.element.id));
            let rationale = SECRETS[1].to_owned();
            return self.run(|app| async move {
                let at = app::incident::WaitsAt::Task(number);
                app.bypass(&caller, id, (at, code, rationale)).await
            });
        }
        let answers = self.answers_to(&task.element);
        self.note_step(format!("{} does {} of {id}: {answers:?}", person.nick, task.element.id));
        self.run(|app| async move { app.complete_task(&caller, id, (number, answers)).await })
    }

    fn answers_to(&mut self, element: &Element) -> Answers {
        let mut answers = BTreeMap::new();
        for field in &element.marks.form {
            if !field.required && self.roll(2) == 0 {
                continue;
            }
            let answer = match &field.kind {
                FieldType::Choice(options) | FieldType::Choices(options) => {
                    options[self.pick(options.len())].to_string()
                }
                FieldType::Decimal => format!("{}.5", self.roll(1000)),
                FieldType::Date => "2026-11-25".to_owned(),
                FieldType::Boolean => ["true", "false"][self.pick(2)].to_owned(),
                FieldType::Integer => self.roll(1000).to_string(),
                FieldType::Instant => self.now().to_string(),
                FieldType::Text => SECRETS[self.pick(SECRETS.len())].to_owned(),
            };
            answers.insert(field.key.to_string(), answer);
        }
        answers
    }

    fn severity_answers(&mut self) -> BTreeMap<Code, Code> {
        let questions: [(&'static str, &[&'static str]); 4] = [
            ("customers_affected", &["none", "few", "many", "most", "unknown"]),
            ("critical_function", &["no", "yes", "unknown"]),
            ("data_at_risk", &["no", "yes", "unknown"]),
            ("workaround", &["yes", "no", "unknown"]),
        ];
        let pick = |(key, options): (&'static str, &[&'static str])| {
            (Code::fixed(key), Code::fixed(options[self.pick(options.len())]))
        };
        questions.into_iter().map(pick).collect()
    }
}
