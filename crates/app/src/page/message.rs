//! What a page says: what is broken, how bad, what answering does and does not do.

use base::{Id, id};
use db::Conn;
use domain::{
    escalation::{Escalation, Phase, TargetKind},
    page::Page,
};
use store::{StoreError, alert, escalation, incident, page, person, word};

use crate::{App, Error, intake};

/// What the page behind a message's link shows.
#[derive(Debug, Clone)]
pub struct AckSeen {
    /// The page.
    pub id: Id<id::Page>,
    /// Its state.
    pub page: Page,
    /// Its ladder.
    pub escalation: Escalation,
    /// Whom it was sent to.
    pub person: String,
    /// Who answered already, where somebody did.
    pub answered_by: Option<String>,
    /// What it is about.
    pub about: About,
}

/// What a ladder is about, in words.
#[derive(Debug, Clone)]
pub struct About {
    /// `INC-2026-0042`, or nothing for a group of alerts.
    pub reference: Option<String>,
    /// What is broken.
    pub title: String,
    /// How bad, as far as is known.
    pub severity: String,
    /// How many alerts are open, for a group.
    pub open_alerts: i64,
    /// The path of its page.
    pub path: String,
}

impl App {
    /// What the page behind a link shows; `None` where there is no such page.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn see_page(&self, id: Id<id::Page>) -> Result<Option<AckSeen>, Error> {
        self.look(move |conn| seen(conn, id)).await
    }
}

pub(super) fn seen(conn: &mut Conn, id: Id<id::Page>) -> Result<Option<AckSeen>, StoreError> {
    let Some(page) = page::load(conn, id)? else { return Ok(None) };
    let Some(state) = escalation::load(conn, page.escalation)? else { return Ok(None) };
    let answered_by = match state.acknowledged.filter(|_| state.phase != Phase::Running) {
        Some((by, _)) => Some(person::name(conn, by)?),
        None => None,
    };
    let about = about(conn, &state)?;
    let person = person::name(conn, page.person)?;
    Ok(Some(AckSeen { id, page, escalation: state, person, answered_by, about }))
}

/// What a ladder is about.
pub(super) fn about(conn: &mut Conn, state: &Escalation) -> Result<About, StoreError> {
    let target = state.target_id.as_str();
    match state.target {
        TargetKind::Incident => about_incident(conn, target),
        TargetKind::Exception => about_exception(conn, target),
        TargetKind::Group => about_group(conn, target),
    }
}

fn about_incident(conn: &mut Conn, target: &str) -> Result<About, StoreError> {
    let id = target.parse().ok();
    let state = id.map(|id| incident::load(conn, id)).transpose()?.flatten();
    let Some(state) = state else { return Ok(unknown()) };
    let severity = state.severity.now().map_or("not decided yet", |s| s.letter());
    Ok(About {
        title: word::text(conn, state.declared, "title")?,
        severity: severity.to_owned(),
        open_alerts: 0,
        path: format!("/incidents/{}", state.reference),
        reference: Some(state.reference.to_string()),
    })
}

/// The incident of the exception whose clock ran out; what is wanted stands before its title.
fn about_exception(conn: &mut Conn, clock: &str) -> Result<About, StoreError> {
    let (incident, exception) = (clock.split(':').next(), clock.rsplit(':').next());
    let about = about_incident(conn, incident.unwrap_or_default())?;
    let title =
        format!("Exception № {} is not ratified: {}", exception.unwrap_or_default(), about.title);
    Ok(About {
        title,
        path: format!("{}/exceptions/{}", about.path, exception.unwrap_or_default()),
        ..about
    })
}

fn about_group(conn: &mut Conn, target: &str) -> Result<About, StoreError> {
    let id = target.parse().ok();
    let group = id.map(|id| alert::load_group(conn, id)).transpose()?.flatten();
    let Some(group) = group else { return Ok(unknown()) };
    let words = intake::words_of(conn, group.word, &group.field)?;
    Ok(About {
        reference: None,
        title: words.title,
        severity: group.severity,
        open_alerts: group.open_alerts,
        path: format!("/alerts?group={}", group.id),
    })
}

fn unknown() -> About {
    About {
        reference: None,
        title: word::ERASED.to_owned(),
        severity: "unknown".to_owned(),
        open_alerts: 0,
        path: "/".to_owned(),
    }
}

/// The subject of a message: short enough for a lock screen.
pub(super) fn subject(about: &About) -> String {
    match &about.reference {
        Some(reference) => format!("[{}] {reference}: {}", about.severity, about.title),
        None => format!("[{}] {}", about.severity, about.title),
    }
}

/// The text of a message.
pub(super) fn text(seen: &AckSeen, url: &str, base_url: &str) -> String {
    let about = &seen.about;
    let alerts = match about.open_alerts {
        0 => String::new(),
        1 => "One alert is open.\n".to_owned(),
        count => format!("{count} alerts are open.\n"),
    };
    format!(
        "{title}\n\nSeverity: {severity}\n{alerts}Step {step} of the escalation, since {since}.\n\n\
         Answer this page:\n{url}\n\n\
         Answering stops the paging for you and for everybody else on this step. It does not close \
         anything: if the cause lasts, paging begins again.\n\nMore: {base_url}{path}\n",
        title = about.title,
        severity = about.severity,
        step = seen.page.step + 1,
        since = seen.escalation.started_at,
        path = about.path,
    )
}
