//! One task: its form, its approval, and the way past it by exception.

use app::incident::{Answers, Seen, TaskSeen};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect},
};
use base::{Code, Digest, Timestamp};
use domain::{access::Permission, incident::exception_without_reason};
use evidence::Entry;
use process::{
    Value,
    model::{Field, FieldType},
};

use super::{
    around::shell,
    incident::flash,
    parts::{clock, label, roles_of},
    rows::{place_of, role_names},
    tell::words,
};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    form::Form,
    trouble::Trouble,
    view::{
        Choice, Input, Place, Time,
        task::{Approvals, FieldKind, TaskField, TaskPage},
    },
    visit::Visit,
};

/// `GET /tasks/{reference}/{task}`.
///
/// A task that wants approvers asks for the password before words are typed, so that none are lost.
pub(crate) async fn show(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let open = seen.tasks.iter().find(|open| open.number == task);
    if let Some(open) = open {
        let place = place_of(&reference, task, &open.element);
        if place.starts_with("/incidents/") {
            return Ok(Redirect::to(&place).into_response());
        }
        if open.element.marks.approvals.is_some() && wants_password(&visit)? {
            return Ok(Redirect::to(&format!("/sign-in/again?next={place}")).into_response());
        }
    }
    let page = task_page(&visit, &seen, task, &Typed::default()).await?;
    answer::page(&visit, &page)
}

/// `POST /tasks/{reference}/{task}`.
pub(crate) async fn complete(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let typed = Typed { form: visit.form.clone(), ..Typed::default() };
    let acted = match answers(&visit, &seen, task) {
        Ok(answers) => {
            let command = (task, answers);
            let done = visit.web.app().complete_task(visit.caller()?, seen.id, command).await;
            done.map_err(Trouble::from)
        }
        Err(trouble) => Err(trouble),
    };
    end(&visit, (&seen, task), acted, typed).await
}

/// `POST /tasks/{reference}/{task}/approve`: exactly the answer that was shown.
pub(crate) async fn approve(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let shown = given(&seen, task)
        .filter(|given| digest(&reference, task, given).to_string() == visit.form.get("digest"));
    let acted = match shown {
        Some(given) => {
            let command = (task, given.into_iter().collect());
            let done = visit.web.app().complete_task(visit.caller()?, seen.id, command).await;
            done.map_err(Trouble::from)
        }
        None => {
            let detail = "What you approved is not what stands here now; look at it again.";
            Err(Trouble::new(axum::http::StatusCode::CONFLICT, "WEB-007", detail))
        }
    };
    let typed = Typed { form: visit.form.clone(), ..Typed::default() };
    end(&visit, (&seen, task), acted, typed).await
}

/// `POST /tasks/{reference}/{task}/exception`.
pub(crate) async fn bypass(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let acted = match visit.form.get("code").parse::<Code>() {
        Ok(code) => {
            let command = (task, code, visit.form.text("rationale"));
            let done = visit.web.app().bypass_task(visit.caller()?, seen.id, command).await;
            done.map_err(Trouble::from)
        }
        Err(_) => Err(exception_without_reason().into()),
    };
    let typed = Typed { form: visit.form.clone(), exception: true, ..Typed::default() };
    end(&visit, (&seen, task), acted, typed).await
}

/// What was typed, and where the refusal belongs.
#[derive(Default)]
struct Typed {
    form: Form,
    exception: bool,
    why: Option<String>,
}

async fn end(
    visit: &Visit,
    (seen, task): (&Seen, u32),
    acted: Result<(), Trouble>,
    typed: Typed,
) -> Answer {
    let path = format!("/incidents/{}", seen.state.reference);
    match acted {
        Ok(()) if typed.exception => {
            then(visit, &path, &Outcome::done("Passed by exception. Somebody must ratify it."))
        }
        Ok(()) => then(visit, &path, &Outcome::done(done(visit, seen, task).await?)),
        Err(trouble) if trouble.is_refusal() => {
            let typed = Typed { why: Some(trouble.detail.clone()), ..typed };
            let mut page = task_page(visit, seen, task, &typed).await?;
            page.shell.flash = Some(flash(&trouble));
            answer::refused(visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

/// What to say afterwards: a task that wants several approvers may still be open.
async fn done(visit: &Visit, seen: &Seen, task: u32) -> Result<&'static str, Trouble> {
    let id = seen.id;
    let state = visit.web.app().look(move |conn| store::incident::load(conn, id)).await?;
    let open = state.is_some_and(|state| state.process.state.tasks.contains_key(&task));
    let waits = "Your approval is recorded. Another person must approve the same answer.";
    Ok(if open { waits } else { "The task is done." })
}

/// Answers by field; instants without a zone are in the page's zone.
fn answers(visit: &Visit, seen: &Seen, task: u32) -> Result<Answers, Trouble> {
    let open = seen.tasks.iter().find(|open| open.number == task);
    let fields = open.map(|open| open.element.marks.form.as_slice()).unwrap_or_default();
    let mut answers = Answers::new();
    for (key, value) in visit.form.under("field.") {
        let field = fields.iter().find(|field| field.key.as_str() == key);
        let instant = field.is_some_and(|field| field.kind == FieldType::Instant);
        let value = if instant {
            let name = format!("field.{key}");
            let at = visit.form.instant(&name, &visit.web.options().zone);
            let at = at.map_err(|_| Trouble::unreadable("Write a date and time."))?;
            at.map(|at| at.to_string()).unwrap_or_default()
        } else {
            value.to_owned()
        };
        // Several choices of one field come one by one; together they are one answer.
        let held: &mut String = answers.entry(key.to_owned()).or_default();
        if !held.is_empty() {
            held.push(' ');
        }
        held.push_str(&value);
    }
    Ok(answers)
}

fn wants_password(visit: &Visit) -> Result<bool, Trouble> {
    let stale = domain::person::sign_in_again().code;
    let refused = visit.web.app().approver(visit.caller()?, visit.now()).err();
    Ok(visit.may(Permission::Approve) && refused.is_some_and(|why| why.code == stale))
}

async fn task_page(
    visit: &Visit,
    seen: &Seen,
    task: u32,
    typed: &Typed,
) -> Result<TaskPage, Trouble> {
    let shell = shell(visit, Place::Tasks).await?;
    let state = &seen.state;
    let open = seen.tasks.iter().find(|open| open.number == task);
    let Some(open) = open else { return done_page(visit, seen, task).await };
    let element = &open.element;
    let reader = visit.reader();
    let own = seen
        .clocks
        .iter()
        .find(|held| held.kind == "task_due" && held.id.as_str().ends_with(&format!(":{task}")));
    let clock = own.map(|held| clock(held, (element.name.clone(), None), &reader, visit.now()));
    let held = roles_of(&visit.caller()?.grants);
    let wanted = &element.marks.roles;
    let mine = |code: &Code| held.iter().any(|role| role.code() == code.as_str());
    let commands = state.commander.is_some() && state.commander == visit.caller()?.person;
    // On a live S1 or S2 a missing role does not block: it is recorded (ground rule G3).
    let grave = state.severity.now().is_none_or(|s| s <= domain::incident::Severity::S2);
    let approves = matches!(element.kind, process::Kind::User) && element.marks.approvals.is_some();
    let wanted_permission = if approves { Permission::Approve } else { Permission::Respond };
    let may = visit.may(wanted_permission)
        && (grave || commands || wanted.is_empty() || wanted.iter().any(mine));
    let why = typed.why.as_deref().filter(|_| typed.exception);
    let input = |name: &str| match why {
        Some(why) => Input::of(typed.form.get(name)).refused(why),
        None => Input::default(),
    };
    Ok(TaskPage {
        shell,
        reference: state.reference.to_string(),
        incident: words(seen.title.clone()),
        task: task.to_string(),
        name: named(open),
        element: element.id.to_string(),
        instruction: None,
        phase: element.marks.phase.map_or(state.phase.as_str(), |p| p.as_str()).to_owned(),
        process: format!("{} v{}", state.process.name, state.process.version),
        roles: role_names(wanted),
        clock,
        fields: fields(open, typed),
        consequence: None,
        approvals: approvals(visit, seen, open).await?,
        exceptions: element.marks.exceptions.iter().map(exception).collect(),
        code: input("code"),
        rationale: input("rationale"),
        done: false,
        may,
    })
}

/// A task that is not open: done, passed or withdrawn.
async fn done_page(visit: &Visit, seen: &Seen, task: u32) -> Result<TaskPage, Trouble> {
    if task == 0 || task > seen.state.process.state.last.task {
        return Err(Trouble::not_found());
    }
    Ok(TaskPage {
        shell: shell(visit, Place::Tasks).await?,
        reference: seen.state.reference.to_string(),
        incident: words(seen.title.clone()),
        task: task.to_string(),
        name: format!("Task {task}"),
        element: String::new(),
        instruction: None,
        phase: seen.state.phase.to_string(),
        process: format!("{} v{}", seen.state.process.name, seen.state.process.version),
        roles: Vec::new(),
        clock: None,
        fields: Vec::new(),
        consequence: None,
        approvals: None,
        exceptions: Vec::new(),
        code: Input::default(),
        rationale: Input::default(),
        done: true,
        may: false,
    })
}

fn named(open: &TaskSeen) -> String {
    let name = &open.element.name;
    if name.is_empty() { label(open.element.id.as_str()) } else { name.clone() }
}

fn exception(code: &Code) -> Choice {
    let choice = Choice::new(code.as_str(), code.as_str());
    match code.as_str() {
        "EX-URGENT" => choice.noted("waiting would make it worse"),
        "EX-UNREACHABLE" => choice.noted("nobody who may could be reached"),
        _ => choice,
    }
}

fn fields(open: &TaskSeen, typed: &Typed) -> Vec<TaskField> {
    let form = open.element.marks.form.iter();
    let shown = form.map(|field| {
        let value = typed.form.get(&format!("field.{}", field.key));
        let wanted = field.required && field.visible.is_none();
        let missing = wanted && value.is_empty() && typed.why.is_some() && !typed.exception;
        let input = Input::of(value);
        TaskField {
            key: field.key.to_string(),
            label: called(field),
            kind: kind(&field.kind),
            required: field.required && field.visible.is_none(),
            help: field.help.clone(),
            input: if missing { input.refused("This is wanted.") } else { input },
        }
    });
    shown.collect()
}

fn called(field: &Field) -> String {
    if field.label.is_empty() { label(field.key.as_str()) } else { field.label.clone() }
}

fn kind(kind: &FieldType) -> FieldKind {
    let choices = |options: &[Code]| {
        options.iter().map(|code| Choice::new(code.as_str(), label(code.as_str()))).collect()
    };
    match kind {
        FieldType::Choice(options) => FieldKind::Choice(choices(options)),
        FieldType::Choices(options) => FieldKind::Choices(choices(options)),
        FieldType::Decimal => FieldKind::Decimal,
        FieldType::Date => FieldKind::Date,
        FieldType::Boolean => FieldKind::Boolean,
        FieldType::Integer => FieldKind::Integer,
        FieldType::Instant => FieldKind::Instant,
        FieldType::Text => FieldKind::Text,
    }
}

/// An answer that somebody gave and somebody else still has to approve.
async fn approvals(
    visit: &Visit,
    seen: &Seen,
    open: &TaskSeen,
) -> Result<Option<Approvals>, Trouble> {
    let held = seen.state.approvals.get(&open.number);
    let Some((held, given)) = held.zip(given(seen, open.number)) else { return Ok(None) };
    let me = visit.caller()?;
    let refused = visit.web.app().approver(me, visit.now()).err();
    let new = domain::person::too_new_to_approve().code;
    let why_not = match refused {
        _ if me.person.is_some_and(|me| held.by.contains(&me)) => "given",
        _ if !visit.may(Permission::Approve) => "role",
        Some(why) if why.code == new => "new",
        _ => "",
    };
    let digest = digest(seen.state.reference.as_str(), open.number, &given).to_string();
    let shown = given.into_iter().map(|(key, value)| (label(&key), words(value)));
    Ok(Some(Approvals {
        wanted: open.element.marks.approvals.unwrap_or_default(),
        given: approvers(visit, seen, open.number).await?,
        shown: shown.collect(),
        digest,
        may: why_not.is_empty(),
        why_not: why_not.to_owned(),
        comment: Input::default(),
    }))
}

/// Who approved it, and when.
async fn approvers(visit: &Visit, seen: &Seen, task: u32) -> Result<Vec<(String, Time)>, Trouble> {
    let entries = seen.timeline.iter().rev().map(|(_, entry, _)| entry);
    let approved = entries.filter(|entry| approves(entry, task));
    let approved: Vec<(Code, Timestamp)> =
        approved.map(|entry| (entry.actor.id.clone(), entry.recorded_at)).collect();
    let reader = visit.reader();
    let named = visit.web.app().look(move |conn| {
        let mut named = Vec::with_capacity(approved.len());
        for (id, at) in approved {
            let name = match id.as_str().parse() {
                Ok(person) => store::person::name(conn, person)?,
                Err(_) => id.to_string(),
            };
            named.push((name, reader.time(at)));
        }
        Ok(named)
    });
    Ok(named.await?)
}

/// The answer that waits for more approvers, as text by field, with the words it was given in.
fn given(seen: &Seen, task: u32) -> Option<Vec<(String, String)>> {
    let held = seen.state.approvals.get(&task)?;
    let mut given: Vec<(String, String)> =
        held.answer.iter().map(|(key, value)| (key.to_string(), text(value))).collect();
    let mut entries = seen.timeline.iter().filter(|(_, entry, _)| approves(entry, task));
    let (_, _, said) = entries.next()?;
    given.extend(said.iter().map(|(field, words)| (field.to_string(), words.clone())));
    Some(given)
}

fn approves(entry: &Entry, task: u32) -> bool {
    entry.kind.as_str() == "task_approved" && entry.data["task"] == task
}

/// A value as it is typed into a form.
fn text(value: &Value) -> String {
    match value {
        Value::Code(code) => code.to_string(),
        Value::Boolean(is) => is.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Date(day) => day.to_string(),
        Value::List(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Instant(at) => at.to_string(),
        _ => String::new(),
    }
}

/// SHA-256 of what an approver sees: posted back, so that nobody approves something else.
fn digest(reference: &str, task: u32, given: &[(String, String)]) -> Digest {
    let text: Vec<String> = given.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    evidence::sha256(format!("{reference}\n{task}\n{}", text.concat()).as_bytes())
}
