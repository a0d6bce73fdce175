//! One alert of Alertmanager or Prometheus as a signal.

use std::borrow::Cow;

use base::{Code, Timestamp};

use super::severity;
use crate::inbound::{
    Action, Flags, Link, LinkKind, Rejected, Signal,
    draft::is_web_address,
    instant::{self, Claim},
    json, key,
    labels::{Labels, fnv1a},
    limits::{MAX_ANNOTATION_VALUE, MAX_LABEL_VALUE, MAX_LABELS, MAX_LINK, MAX_NAME, MAX_TITLE},
    malformed::{LABEL_OVER_LIMIT, NO_IDENTITY, NOT_ALERTS},
    template,
};

/// What says that an alert is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OverBy {
    /// Its own `status`; where it has none, its end.
    Status,
    /// Its end, once passed.
    End,
}

/// What is the same for all alerts of a message, and what is gathered on the way.
pub(super) struct Reading<'a> {
    pub(super) over_by: OverBy,
    pub(super) received_at: Timestamp,
    pub(super) group_key: Option<&'a str>,
    pub(super) flags: Flags,
    /// How many labels were read so far.
    pub(super) labels: usize,
}

/// Why one alert cannot be used; `within` is the pointer from the alert on.
pub(super) struct Unusable {
    code: Code,
    what: String,
    within: String,
}

impl Unusable {
    fn new(code: Code, what: impl Into<String>, within: impl Into<String>) -> Self {
        Self { code, what: what.into(), within: within.into() }
    }

    pub(super) fn at(self, index: usize, list: Option<&str>) -> Rejected {
        let alert = list.map(|list| format!("{list}/{index}")).unwrap_or_default();
        let where_ = format!("{alert}{}", self.within);
        Rejected { index, code: self.code, what: self.what, where_ }
    }
}

/// The members of an alert that we know, as sent. Unknown ones stay in the kept bytes.
#[derive(Default)]
struct Fields<'a> {
    labels: Labels<'a>,
    annotations: Labels<'a>,
    status: Option<Cow<'a, str>>,
    starts_at: Option<Cow<'a, str>>,
    ends_at: Option<Cow<'a, str>>,
    generator_url: Option<Cow<'a, str>>,
    panel_url: Option<Cow<'a, str>>,
    dashboard_url: Option<Cow<'a, str>>,
    fingerprint: Option<Cow<'a, str>>,
    summary: Option<Cow<'a, str>>,
    description: Option<Cow<'a, str>>,
}

/// Reads one alert.
pub(super) fn read(raw: &str, reading: &mut Reading<'_>) -> Result<Signal, Unusable> {
    let mut fields = fields(raw)?;
    reading.labels += fields.labels.len() + fields.annotations.len();
    check_limits(&fields.labels)?;
    reading.flags.cut += fields.annotations.cut_values(MAX_ANNOTATION_VALUE);
    reading.flags.cut += u32::from(fields.annotations.more);
    let dedup_key = dedup_key(&fields)?;
    let occurred_at = claimed(fields.starts_at.as_deref(), &mut reading.flags);
    let ends_at = claimed(fields.ends_at.as_deref(), &mut reading.flags);
    let action = action(fields.status.as_deref(), ends_at, reading);
    let owned = |names: &[&str]| fields.labels.first_of(names).map(str::to_owned);
    Ok(Signal {
        external_id: occurrence(&dedup_key, occurred_at),
        action,
        title: title(&fields, &dedup_key, &mut reading.flags),
        description: description(&fields, &mut reading.flags),
        severity: severity::of(fields.labels.get("severity")),
        occurred_at,
        ends_at,
        resource: owned(&["instance", "pod", "host", "node"]),
        service: owned(&["service", "job"]),
        environment: owned(&["env", "environment", "stage"]),
        links: links(&fields, &mut reading.flags),
        group_key: reading.group_key.map(str::to_owned),
        dedup_key,
        labels: fields.labels.into_map(),
        annotations: fields.annotations.into_map(),
    })
}

fn fields(raw: &str) -> Result<Fields<'_>, Unusable> {
    let members = json::members(raw, json::MAX_MEMBERS)
        .map_err(|_| Unusable::new(NOT_ALERTS, "the alert is not an object", ""))?;
    if members.len() > json::MAX_MEMBERS {
        let what = format!("the alert has more than {} members", json::MAX_MEMBERS);
        return Err(Unusable::new(LABEL_OVER_LIMIT, what, ""));
    }
    let mut fields = Fields::default();
    for (name, raw) in members {
        match name.as_ref() {
            "labels" => fields.labels = labels(raw)?,
            // Annotations only explain: in another shape they are passed over, not the alert.
            "annotations" => fields.annotations = Labels::read(raw, MAX_LABELS).unwrap_or_default(),
            "status" => fields.status = json::text(raw),
            "startsAt" => fields.starts_at = json::text(raw),
            "endsAt" => fields.ends_at = json::text(raw),
            "generatorURL" => fields.generator_url = json::text(raw),
            // Grafana only.
            "panelURL" => fields.panel_url = json::text(raw),
            "dashboardURL" => fields.dashboard_url = json::text(raw),
            "fingerprint" => fields.fingerprint = json::text(raw),
            "summary" => fields.summary = json::text(raw),
            "description" => fields.description = json::text(raw),
            "alerts" => {
                return Err(Unusable::new(NOT_ALERTS, "a group of alerts, not an alert", ""));
            }
            _ => {}
        }
    }
    Ok(fields)
}

fn labels(raw: &str) -> Result<Labels<'_>, Unusable> {
    Labels::read(raw, MAX_LABELS)
        .map_err(|_| Unusable::new(NOT_ALERTS, "the labels are not an object", "/labels"))
}

/// Labels identify, so they are refused rather than cut.
fn check_limits(labels: &Labels<'_>) -> Result<(), Unusable> {
    let over = |what: String, within: String| Err(Unusable::new(LABEL_OVER_LIMIT, what, within));
    if labels.more {
        return over(format!("more than {MAX_LABELS} labels"), "/labels".to_owned());
    }
    for (name, value) in labels.iter() {
        if name.len() > MAX_NAME {
            return over(
                format!("a label's name has more than {MAX_NAME} bytes"),
                "/labels".into(),
            );
        }
        if value.len() > MAX_LABEL_VALUE {
            let within = format!("/labels/{}", name.replace('~', "~0").replace('/', "~1"));
            return over(format!("a label's value has more than {MAX_LABEL_VALUE} bytes"), within);
        }
    }
    Ok(())
}

/// The sender's fingerprint; else the one that Alertmanager would give the labels, so that an alert
/// has the same key by webhook and by API; else, where labels do not tell alerts apart, one over
/// where it came from or what it says.
fn dedup_key(fields: &Fields<'_>) -> Result<String, Unusable> {
    let labels = &fields.labels;
    if let Some(given) = fields.fingerprint.as_deref().and_then(key::of) {
        return Ok(given);
    }
    // A member `summary` is not Prometheus': such a sender may leave the name out of the labels.
    let named = labels.get("alertname").is_some() || fields.summary.is_none();
    if named && !labels.is_empty() {
        return Ok(format!("{:016x}", labels.fingerprint()));
    }
    let source = fields.generator_url.as_deref().filter(|url| !url.is_empty());
    let Some(said) = source.or_else(|| headline(fields)) else {
        let what = "the alert has no labels and nothing else to recognise it by";
        return Err(Unusable::new(NO_IDENTITY, what, ""));
    };
    Ok(format!("text-{:016x}", fnv1a(labels.fingerprint(), said.as_bytes())))
}

/// One outbreak of an alert: a repeat of the message has the same id, the next outbreak another.
fn occurrence(dedup_key: &str, occurred_at: Option<Timestamp>) -> String {
    occurred_at.map_or_else(|| dedup_key.to_owned(), |at| format!("{dedup_key}@{at}"))
}

fn claimed(text: Option<&str>, flags: &mut Flags) -> Option<Timestamp> {
    match text.map_or(Claim::None, instant::read) {
        Claim::None => None,
        Claim::Unreadable => {
            flags.unreadable_instants += 1;
            None
        }
        Claim::At(at) => Some(at),
    }
}

/// What the alert says, by the table in docs/reference/sources.md.
///
/// A word that we do not know is read as a problem and flagged: noise is better than silence. Two
/// words of Prometheus and Alertmanager are neither problem nor recovery.
fn action(status: Option<&str>, ends_at: Option<Timestamp>, reading: &mut Reading<'_>) -> Action {
    let status = status.map(str::trim).filter(|word| !word.is_empty());
    let Some(word) = status.filter(|_| reading.over_by == OverBy::Status) else {
        let over = ends_at.is_some_and(|end| end <= reading.received_at);
        return if over { Action::Resolve } else { Action::Trigger };
    };
    let is = |known: &str| word.eq_ignore_ascii_case(known);
    if is("resolved") {
        Action::Resolve
    } else if is("suppressed") || is("pending") {
        Action::Info
    } else {
        reading.flags.unknown_status += u32::from(!is("firing"));
        Action::Trigger
    }
}

/// What the alert says in a line, where it says anything.
fn headline<'f>(fields: &'f Fields<'_>) -> Option<&'f str> {
    let annotations = &fields.annotations;
    let spoken = |text: &&str| !text.trim().is_empty();
    annotations
        .get("summary")
        .or(fields.summary.as_deref())
        .filter(spoken)
        .or_else(|| fields.labels.get("alertname").filter(spoken))
        .or_else(|| annotations.first_of(&["title", "message", "description"]).filter(spoken))
        .or_else(|| fields.description.as_deref().filter(spoken))
}

fn title(fields: &Fields<'_>, dedup_key: &str, flags: &mut Flags) -> String {
    let line = headline(fields).and_then(|text| text.trim().lines().next());
    flags.unfilled += u32::from(line.is_some_and(template::unfilled));
    cut(line.unwrap_or(dedup_key), MAX_TITLE, flags)
}

fn description(fields: &Fields<'_>, flags: &mut Flags) -> String {
    let text = fields.annotations.first_of(&["description", "message"]);
    cut(text.or(fields.description.as_deref()).unwrap_or_default(), MAX_ANNOTATION_VALUE, flags)
}

fn cut(text: &str, max: usize, flags: &mut Flags) -> String {
    if text.len() > max {
        flags.cut += 1;
    }
    text[..text.floor_char_boundary(max)].to_owned()
}

fn links(fields: &Fields<'_>, flags: &mut Flags) -> Vec<Link> {
    let annotations = &fields.annotations;
    let dashboard = annotations.first_of(&["dashboard_url", "dashboard"]);
    let panel = fields.panel_url.as_deref().filter(|url| !url.is_empty());
    let given = [
        (LinkKind::Generator, fields.generator_url.as_deref()),
        (LinkKind::Runbook, annotations.first_of(&["runbook_url", "runbook"])),
        (LinkKind::Dashboard, dashboard.or(panel).or(fields.dashboard_url.as_deref())),
    ];
    let mut links = Vec::new();
    for (kind, url) in given {
        match url.filter(|url| is_web_address(url)) {
            Some(url) if url.len() > MAX_LINK => flags.cut += 1,
            Some(url) => links.push(Link { kind, url: url.to_owned() }),
            None => {}
        }
    }
    links
}
