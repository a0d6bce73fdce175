//! Sample pages: one night at an invented bank, in which instant payments fail.
//!
//! Used by the tests, which render every page, and by `examples/samples.rs`, which writes them as
//! files for the browser checks. No server shows them.

mod incident;
mod now;

use askama::Template;
use base::Timestamp;
use jiff::tz::TimeZone;

use super::{
    Clock, ClockState, Count, Evidence, EvidenceState, Line, Mode, Place, Row, Shell, Theme, Time,
    Tone, Words, access, ack, alerts, audit, changes, configuration, declare, docs, exceptions,
    incident::IncidentPage,
    integration, integrations, lists, log, notice,
    now::NowPage,
    organisation, paging,
    part::Step,
    people, settings, severity,
    shell::{Badges, Engine, Head, Me},
    steps, tables, task,
    time::Reader,
    webhooks, work,
};

/// The moment of every sample.
const NOW: &str = "2026-11-17T02:31:40Z";

fn reader() -> Reader {
    let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
    Reader::new(zone, instant(NOW))
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or_default()
}

/// An instant of the night, in UTC: `2026-11-17T01:41:08Z`, or only `01:41:08`.
pub fn at(text: &str) -> Time {
    let full = if text.contains('T') { text.to_owned() } else { format!("2026-11-17T{text}Z") };
    reader().time(instant(&full))
}

/// The frame of a page at `place`, whose own path is `here`.
pub fn shell(place: Place, here: &str) -> Shell {
    Shell {
        house: "Nordhaven Bank".to_owned(),
        mode: Mode::Live,
        theme: Theme::System,
        place,
        me: Some(me()),
        csrf: "sample".to_owned(),
        here: here.to_owned(),
        now: reader().now(),
        zone: reader().zone(),
        engine: Engine {
            well: true,
            last_tick: "0.4 s".to_owned(),
            oldest_unsent: "0 s".to_owned(),
        },
        head: Head {
            size: 48_213,
            root: "9f3c 71e0 … 5a1d".to_owned(),
            checkpoint: Some(at("02:30:00")),
            witnesses: 2,
        },
        badges: Badges { incidents: 1, tasks: 3, quarantine: 2 },
        flash: None,
        letters: true,
        live: None,
    }
}

/// The same before anybody has signed in.
pub fn outside(here: &str) -> Shell {
    Shell { me: None, badges: Badges::default(), ..shell(Place::Elsewhere, here) }
}

fn me() -> Me {
    Me {
        name: "K. Brandt".to_owned(),
        initials: "KB".to_owned(),
        href: "/people/per_kb".to_owned(),
        roles: vec!["Incident commander".to_owned(), "Responder".to_owned()],
    }
}

/// Evidence, counted.
pub const fn count(present: u32, missing: u32, excepted: u32, ahead: u32) -> Count {
    Count { present, late: 0, missing, excepted, ahead }
}

/// What an entry says.
pub fn line(kind: &str, who: &str, subject: &str, value: &str, count: i64) -> Line {
    let who = (!who.is_empty()).then(|| who.to_owned());
    Line { kind: kind.to_owned(), who, subject: subject.to_owned(), value: value.to_owned(), count }
}

/// A row of the log with at most one word.
pub fn row(time: &str, entry: i64, line: Line, words: Option<&str>) -> Row {
    Row {
        at: at(time),
        happened: None,
        tone: Tone::of(&line.kind),
        line,
        words: words.map(|text| ("text".to_owned(), Words::known(text))).into_iter().collect(),
        entry,
        about: None,
    }
}

/// A piece of evidence that is there.
pub fn present(key: &str, entry: i64, line: Line, time: &str) -> Evidence {
    Evidence {
        state: EvidenceState::Present,
        key: key.to_owned(),
        line: Some(line),
        words: None,
        entry: Some(entry),
        at: Some(at(time)),
        due: None,
        task: None,
    }
}

/// A piece of evidence that is not there.
pub fn absent(state: EvidenceState, key: &str, due: Option<&str>, task: Option<&str>) -> Evidence {
    Evidence {
        state,
        key: key.to_owned(),
        line: None,
        words: None,
        entry: None,
        at: None,
        due: due.map(at),
        task: task.map(str::to_owned),
    }
}

/// The three clocks of the night.
pub fn clocks() -> Vec<Clock> {
    let clock =
        |kind: &str, about: &str, state, due: &str, (left, used_percent): (&str, u8)| Clock {
            kind: kind.to_owned(),
            about: about.to_owned(),
            state,
            due: at(due),
            left: left.to_owned(),
            used_percent,
            rule: String::new(),
            steps: Vec::new(),
            incident: Some("INC-2026-0042".to_owned()),
        };
    let step = |what: &str, time: &str, entry| Step {
        what: what.to_owned(),
        at: at(time),
        entry: Some(entry),
    };
    vec![
        Clock {
            rule: "Ground rule G3: S1 and S2 want a second person within 30 minutes".to_owned(),
            steps: vec![step("decided", "02:04:52", 48_170)],
            ..clock("severity_approval", "", ClockState::Warned, "02:34:52", ("3 m 12 s", 89))
        },
        Clock {
            rule: "Process incident-response v3, element approve_failover: PT15M".to_owned(),
            steps: vec![step("created", "02:26:40", 48_204)],
            ..clock("task_due", "Approve failover", ClockState::Running, "02:41:40", ("10 m", 33))
        },
        Clock {
            rule: "Ladder pay-core v7, step 3 after 30 minutes".to_owned(),
            steps: vec![step("paged", "02:05:33", 48_172)],
            ..clock(
                "escalation_step",
                "pay-core",
                ClockState::Running,
                "03:00:00",
                ("28 m 20 s", 48),
            )
        },
        Clock {
            steps: vec![step("declared", "01:53:08", 48_158), step("met", "02:04:52", 48_170)],
            ..clock("severity_decided", "", ClockState::Met, "02:08:08", ("", 100))
        },
    ]
}

/// Every sample page: its name, and the page.
pub fn all() -> Vec<(&'static str, askama::Result<String>)> {
    vec![
        ("ack", ack::AckPage::sample().render()),
        ("ack-answered", ack::AckPage::sample_answered().render()),
        ("again", access::AgainPage::sample().render()),
        ("alerts", alerts::AlertsPage::sample().render()),
        ("changes", changes::ChangesPage::sample().render()),
        ("configuration", configuration::ConfigurationPage::sample().render()),
        ("declare", declare::DeclarePage::sample().render()),
        ("declare-checked", declare::DeclarePage::sample_checked().render()),
        ("entry", log::EntryPage::sample().render()),
        ("error", notice::ErrorPage::sample().render()),
        ("error-fault", notice::ErrorPage::sample_fault().render()),
        ("exception", exceptions::ExceptionPage::sample().render()),
        ("exception-judged", exceptions::ExceptionPage::sample_judged().render()),
        ("exceptions", exceptions::ExceptionsPage::sample().render()),
        ("exceptions-empty", exceptions::ExceptionsPage::sample_empty().render()),
        ("explain", alerts::ExplainPage::sample().render()),
        ("explain-quarantined", alerts::ExplainPage::sample_quarantined().render()),
        ("incident", IncidentPage::sample().render()),
        ("incident-closed", IncidentPage::sample_closed().render()),
        ("incident-young", IncidentPage::sample_young().render()),
        ("incidents", lists::IncidentsPage::sample().render()),
        ("integration", integration::IntegrationPage::sample().render()),
        ("integrations", integrations::IntegrationsPage::sample().render()),
        ("log", log::LogPage::sample().render()),
        ("message", notice::MessagePage::sample().render()),
        ("now", NowPage::sample().render()),
        ("now-empty", NowPage::sample_empty().render()),
        ("people", people::PeoplePage::sample().render()),
        ("person", people::PersonPage::sample().render()),
        ("quarantine", alerts::QuarantinePage::sample().render()),
        ("docs", docs::DocsPage::sample().render()),
        ("webhooks", webhooks::WebhooksPage::sample().render()),
        ("webhooks-empty", webhooks::WebhooksPage::sample_empty().render()),
        ("webhook", webhooks::WebhookPage::sample().render()),
        ("search", notice::SearchPage::sample().render()),
        ("set-up", access::SetUpPage::sample().render()),
        ("set-up-known", access::SetUpPage::sample_known().render()),
        ("severity", severity::SeverityPage::sample().render()),
        ("severity-empty", severity::SeverityPage::sample_empty().render()),
        ("table", tables::TablePage::sample().render()),
        ("table-clean", tables::TablePage::sample_clean().render()),
        ("table-reviewed", tables::TablePage::sample_reviewed().render()),
        ("table-edit", tables::TableEditPage::sample().render()),
        ("table-modeler", tables::TableModelerPage::sample().render()),
        ("tables", tables::TablesPage::sample().render()),
        ("tables-empty", tables::TablesPage::sample_empty().render()),
        ("sign-in", access::SignInPage::sample().render()),
        ("task", task::TaskPage::sample().render()),
        ("task-approval", task::TaskPage::sample_approval().render()),
        ("steps", steps::StepsPage::sample().render()),
        ("steps-settled", steps::StepsPage::sample_settled().render()),
        ("paging", paging::PagingPage::sample().render()),
        ("paging-empty", paging::PagingPage::sample_empty().render()),
        ("message-proof", paging::MessagePage::sample().render()),
        ("ladder", paging::LadderPage::sample().render()),
        ("settings", settings::SettingsPage::sample().render()),
        ("services", organisation::PartsPage::sample().render()),
        ("services-empty", organisation::PartsPage::sample_empty().render()),
        ("service", organisation::PartPage::sample().render()),
        ("entity", organisation::PartPage::sample_entity().render()),
        ("audit", audit::AuditPage::sample().render()),
        ("work", work::WorkPage::sample().render()),
        ("work-empty", work::WorkPage::sample_empty().render()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets;

    fn pages() -> Vec<(&'static str, String)> {
        all().into_iter().map(|(name, page)| (name, page.expect("a sample renders"))).collect()
    }

    /// The text of each opening tag `<name …>`.
    fn tags<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
        let open = format!("<{name}");
        page.match_indices(&open)
            .map(|(at, _)| &page[at..at + page[at..].find('>').expect("a tag ends")])
            .filter(|tag| !tag[open.len()..].starts_with(|c: char| c.is_alphanumeric()))
            .collect()
    }

    fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
        let after = tag.split_once(&format!(" {name}=\""))?.1;
        after.split_once('"').map(|(value, _)| value)
    }

    #[test]
    fn every_page_has_one_heading_one_main_and_a_title() {
        for (name, page) in pages() {
            assert_eq!(tags(&page, "h1").len(), 1, "{name}: h1");
            assert_eq!(tags(&page, "main").len(), 1, "{name}: main");
            let title = page.split_once("<title>").and_then(|(_, rest)| rest.split_once(" · "));
            assert!(title.is_some_and(|(text, _)| !text.trim().is_empty()), "{name}: title");
        }
    }

    #[test]
    fn every_post_carries_the_token_and_goes_to_this_server() {
        for (name, page) in pages() {
            for form in page.split("<form").skip(1) {
                let form = form.split("</form>").next().unwrap_or_default();
                if !form.contains("method=\"post\"") {
                    continue;
                }
                assert_eq!(form.matches("name=\"csrf\"").count(), 1, "{name}: {form}");
                assert!(form.contains("action=\"/"), "{name}: {form}");
            }
        }
    }

    #[test]
    fn nothing_needs_an_exception_from_the_content_policy() {
        for (name, page) in pages() {
            for refused in [" style=\"", " onclick=", " onload=", "<style", "javascript:", "hx-on"]
            {
                assert!(!page.contains(refused), "{name}: {refused}");
            }
            for script in tags(&page, "script") {
                assert!(attribute(script, "src").is_some(), "{name}: {script}");
            }
        }
    }

    #[test]
    fn ids_are_unique_and_labels_lead_somewhere() {
        for (name, page) in pages() {
            let ids: Vec<&str> =
                page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let mut seen = std::collections::BTreeSet::new();
            for id in &ids {
                assert!(seen.insert(*id), "{name}: id {id} stands twice");
            }
            for label in tags(&page, "label") {
                if let Some(target) = attribute(label, "for") {
                    assert!(seen.contains(target), "{name}: label for {target}");
                }
            }
        }
    }

    #[test]
    fn every_asset_and_icon_exists() {
        let sprite = assets::find("icons.svg").expect("embedded").bytes;
        let sprite = std::str::from_utf8(sprite).expect("text");
        for (name, page) in pages() {
            assert!(!page.contains("/assets/unknown"), "{name}");
            for used in tags(&page, "use") {
                let symbol = attribute(used, "href").and_then(|href| href.split_once('#'));
                let id = symbol.map(|(_, id)| format!("id=\"{id}\"")).unwrap_or_default();
                assert!(sprite.contains(&id), "{name}: {used}");
            }
        }
    }

    #[test]
    fn an_absolute_instant_stands_wherever_a_relative_one_does() {
        for (name, page) in pages() {
            for time in tags(&page, "time") {
                assert!(attribute(time, "datetime").is_some_and(|at| at.ends_with('Z')), "{name}");
            }
        }
    }
}
