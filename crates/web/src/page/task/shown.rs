//! A task as its page shows it: its form, who is on it, what was approved.

use app::incident::{Seen, TaskSeen};
use base::{Code, Digest, Duration, Timestamp};
use domain::access::Permission;
use evidence::Entry;
use process::{
    Value,
    model::{Field, FieldType},
};

use super::Typed;
use crate::{
    page::{
        around::shell,
        parts::{clock, label, people, roles_of},
        rows::role_names,
        tell::words,
    },
    trouble::Trouble,
    view::{
        Choice, Input, Place, Time,
        task::{Approvals, FieldKind, Hold, TaskField, TaskPage},
    },
    visit::Visit,
};

/// How long a delegation is proposed to last, in hours.
const DELEGATED_HOURS: i64 = 4;

/// The page of one task.
pub(super) async fn task_page(
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
    let holder = state.holder(open.number, visit.now());
    let holds_it = holder.is_some() && holder == visit.caller()?.person;
    let may = visit.may(wanted_permission)
        && (holds_it || grave || commands || wanted.is_empty() || wanted.iter().any(mine));
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
        hold: Some(hold(visit, (seen, open), may, typed).await?),
    })
}

/// Who is on it, and the form that delegates it.
async fn hold(
    visit: &Visit,
    (seen, open): (&Seen, &TaskSeen),
    may: bool,
    typed: &Typed,
) -> Result<Hold, Trouble> {
    let (reader, now) = (visit.reader(), visit.now());
    let held = seen.state.held.get(&open.number).cloned();
    let me = visit.caller()?.person;
    let typed_in = |name: &str| match typed.delegation {
        true => Input::of(typed.form.get(name)),
        false => Input::default(),
    };
    let until = typed_in("until_at");
    let proposed = Input::of(reader.field(now + Duration::hours(DELEGATED_HOURS)));
    let why = typed.why.as_deref().filter(|_| typed.delegation);
    let refused = |input: Input| match why {
        Some(why) => input.refused(why),
        None => input,
    };
    let (to, reason) = (typed_in("to"), typed_in("reason"));
    let until_at = refused(if until.value.is_empty() { proposed } else { until });
    let shown = visit.web.app().look(move |conn| {
        let mut people = people(conn)?;
        people.retain(|choice| me.is_none_or(|me| choice.code != me.to_string()));
        let blank = Hold { may, people, to, until_at, reason, ..Hold::default() };
        let Some(held) = held else { return Ok(blank) };
        let holder = held.holder(now);
        let running = held.delegated.filter(|(_, until)| *until > now);
        let delegated = match running {
            Some((from, until)) => Some((store::person::name(conn, from)?, reader.time(until))),
            None => None,
        };
        Ok(Hold {
            holder: Some(store::person::name(conn, holder)?),
            since: Some(reader.time(held.since)),
            delegated,
            mine: me == Some(holder),
            ..blank
        })
    });
    Ok(shown.await?)
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
        hold: None,
    })
}

fn named(open: &TaskSeen) -> String {
    let name = &open.element.name;
    if name.is_empty() { label(open.element.id.as_str()) } else { name.clone() }
}

/// An exception code, with what it is for.
pub(crate) fn exception(code: &Code) -> Choice {
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
pub(super) fn given(seen: &Seen, task: u32) -> Option<Vec<(String, String)>> {
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
pub(super) fn digest(reference: &str, task: u32, given: &[(String, String)]) -> Digest {
    let text: Vec<String> = given.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    evidence::sha256(format!("{reference}\n{task}\n{}", text.concat()).as_bytes())
}
