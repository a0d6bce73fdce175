//! Small parts that several pages share: from what is stored to what is shown.

use base::{Id, Timestamp, id};
use db::Conn;
use domain::{
    access::{Grant, Role},
    incident::Incident,
};
use process::{
    Model,
    evidence::{Evidence, PhaseSummary, Progress, Recorded, phases},
};
use store::{StoreError, clock, config, person};
use url::form_urlencoded;

use crate::view::{
    AlertLevel, Choice, Clock, ClockState, Count, Level, Sev,
    part::{Pager, Step},
    time::{Reader, length},
};

/// From this share of a clock's time on it presses, in percent.
const PRESSING: i64 = 75;

/// `S1` to `S4`, as stored.
pub(crate) fn severity(letter: Option<&str>) -> Option<Level> {
    match letter?.to_ascii_uppercase().as_str() {
        "S1" => Some(Level::S1),
        "S2" => Some(Level::S2),
        "S3" => Some(Level::S3),
        "S4" => Some(Level::S4),
        _ => None,
    }
}

/// The domain's severity as a level.
pub(crate) fn level(severity: domain::incident::Severity) -> Level {
    match severity {
        domain::incident::Severity::S1 => Level::S1,
        domain::incident::Severity::S2 => Level::S2,
        domain::incident::Severity::S3 => Level::S3,
        domain::incident::Severity::S4 => Level::S4,
    }
}

/// Whether something is being lost now: open, grave, and not yet recovering.
pub(crate) fn is_losing(level: Option<Level>, phase: &str, open: bool) -> bool {
    let before_recovery = matches!(phase, "detect" | "triage" | "contain");
    open && before_recovery && matches!(level, Some(Level::S1 | Level::S2))
}

/// The severity of an incident as a list has it.
pub(crate) fn sev(letter: Option<&str>, phase: &str, open: bool) -> Sev {
    let level = severity(letter);
    Sev { level, losing: is_losing(level, phase, open) }
}

/// The sender's severity.
pub(crate) fn alert_level(name: &str) -> AlertLevel {
    match name {
        "critical" => AlertLevel::Critical,
        "high" => AlertLevel::High,
        "warning" => AlertLevel::Warning,
        "info" => AlertLevel::Info,
        _ => AlertLevel::Unknown,
    }
}

/// Two letters of a name.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// The distinct roles of grants.
pub(crate) fn roles_of(grants: &[Grant]) -> Vec<Role> {
    let mut roles: Vec<Role> = grants.iter().map(|grant| grant.role).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// A code as people read it: `clients_affected` is `Clients affected`.
pub(crate) fn label(code: &str) -> String {
    let text = code.replace(['_', '-'], " ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// How far away an instant is: `8 m`, or late with a minus.
pub(crate) fn until(due: Timestamp, now: Timestamp) -> String {
    let left = (due - now).as_micros();
    if left < 0 { format!("−{}", length(-left)) } else { length(left) }
}

/// Evidence, counted; what a phase still ahead does not have is not missing yet.
pub(crate) fn count(summary: &PhaseSummary) -> Count {
    let of = |evidence| u32::try_from(summary.count(evidence)).unwrap_or(u32::MAX);
    let missing = of(Evidence::Missing);
    let is_ahead = summary.progress == Progress::Ahead;
    Count {
        present: of(Evidence::Present),
        late: of(Evidence::Late),
        missing: if is_ahead { 0 } else { missing },
        excepted: of(Evidence::Excepted),
        ahead: if is_ahead { missing } else { 0 },
    }
}

/// The evidence of a whole incident.
pub(crate) fn total(model: &Model, state: &Incident, now: Timestamp) -> Count {
    let recorded: Vec<Recorded> = state.evidence.iter().map(recorded).collect();
    let mut total = Count::default();
    for summary in phases(model, &state.process.state, &recorded, now) {
        let count = count(&summary);
        total.present += count.present;
        total.late += count.late;
        total.missing += count.missing;
        total.excepted += count.excepted;
        total.ahead += count.ahead;
    }
    total
}

fn recorded((name, mark): (&base::Code, &domain::incident::Mark)) -> Recorded {
    let (recorded_at, occurred_at) = (mark.recorded_at, mark.occurred_at);
    Recorded { name: name.clone(), recorded_at, occurred_at }
}

/// A clock with its derivation.
pub(crate) fn clock(
    clock: &clock::Clock,
    (about, incident): (String, Option<String>),
    reader: &Reader,
    now: Timestamp,
) -> Clock {
    let whole = (clock.due_at - clock.started_at).as_micros().max(1);
    let used = ((now - clock.started_at).as_micros().max(0) / (whole / 100).max(1)).clamp(0, 100);
    let late = clock.due_at < now;
    let state = match clock.state.as_str() {
        "met" => ClockState::Met,
        "breached" => ClockState::Breached,
        _ if late => ClockState::Breached,
        _ if used >= PRESSING => ClockState::Warned,
        _ => ClockState::Running,
    };
    let began = if clock.kind == "severity_approval" { "decided" } else { "created" };
    Clock {
        kind: clock.kind.clone(),
        about,
        state,
        due: reader.time(clock.due_at),
        left: length((clock.due_at - now).as_micros().abs()),
        used_percent: u8::try_from(used).unwrap_or(100),
        rule: clock.rule.clone(),
        steps: vec![Step {
            what: began.to_owned(),
            at: reader.time(clock.started_at),
            entry: None,
        }],
        incident,
    }
}

/// Whether a due time presses: late, or most of the time is used.
pub(crate) fn presses(due: Timestamp, now: Timestamp) -> bool {
    due - now < base::Duration::minutes(5)
}

/// People who may take part, by name.
pub(crate) fn people(conn: &mut Conn) -> Result<Vec<Choice>, StoreError> {
    let all = person::all(conn)?.into_iter().filter(|person| person.kind == "human");
    let mut all: Vec<Choice> =
        all.map(|person| Choice::new(person.id.to_string(), person.name)).collect();
    all.sort_by(|a, b| a.label.cmp(&b.label));
    Ok(all)
}

/// All roles.
pub(crate) fn roles() -> Vec<Choice> {
    Role::ALL.iter().map(|role| Choice::new(role.code(), role.name())).collect()
}

/// All services, the critical ones first.
pub(crate) fn services(conn: &mut Conn) -> Result<Vec<Choice>, StoreError> {
    let all = config::services(conn)?.into_iter().map(|service| {
        let choice = Choice::new(service.id.to_string(), service.name);
        if service.first { choice.noted("critical function") } else { choice }
    });
    Ok(all.collect())
}

/// All legal entities, the home entity first.
pub(crate) fn entities(conn: &mut Conn) -> Result<Vec<Choice>, StoreError> {
    let all = config::entities(conn)?.into_iter();
    Ok(all.map(|entity| Choice::new(entity.id.to_string(), entity.name)).collect())
}

/// A pager of a list that goes on before `cursor`.
pub(crate) fn pager(path: &str, shown: usize, older: Option<String>, total: Option<i64>) -> Pager {
    let join = if path.contains('?') { '&' } else { '?' };
    let older = older.map(|cursor| format!("{path}{join}after={cursor}"));
    Pager { newer: None, older, shown, total }
}

/// A path with the filters that are in force; empty ones are left out.
pub(crate) fn filtered(path: &str, filters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in filters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The id that is told to live updates.
pub(crate) fn live(about: &str, size: i64) -> Option<String> {
    Some(format!("/live?about={about}&from={size}"))
}

/// The id of a person out of a form.
pub(crate) fn person_id(text: &str) -> Result<Id<id::Person>, domain::Refused> {
    text.parse().map_err(|_| domain::person::unknown_person())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_as_people_read_them() {
        assert_eq!(initials("Anna Maria Lindqvist"), "AL");
        assert_eq!(initials("Anna"), "A");
        assert_eq!(initials(""), "");
        assert_eq!(label("clients_affected"), "Clients affected");
    }

    #[test]
    fn filters_stay_in_the_address() {
        let path = filtered("/incidents", &[("status", "open"), ("severity", ""), ("q", "a&b")]);
        assert_eq!(path, "/incidents?status=open&q=a%26b");
        assert_eq!(filtered("/incidents", &[("q", "")]), "/incidents");
    }

    #[test]
    fn only_what_loses_now_is_red() {
        assert!(is_losing(Some(Level::S1), "contain", true));
        assert!(!is_losing(Some(Level::S1), "recover", true));
        assert!(!is_losing(Some(Level::S1), "contain", false));
        assert!(!is_losing(Some(Level::S3), "contain", true));
        assert!(!is_losing(None, "detect", true));
    }
}
