//! How the cases of a process went: element by element, and painted on its picture.

use app::library::{CASES, ElementStory, Story};
use axum::extract::Path;

use super::{
    picture::picture,
    show::seen,
    steps::{Words, called},
};
use crate::{
    answer::{self, Answer},
    page::around::shell,
    view::{
        Input, Place,
        diagram::{Paint, Paints},
        process::{InsightsPage, StoryRow},
        time::length,
    },
    visit::Visit,
};

/// How many shades there are.
const SHADES: i64 = 5;

/// `GET /processes/{name}/insights?version=&heat=`.
pub(crate) async fn insights(visit: Visit, Path(named): Path<String>) -> Answer {
    let seen = seen(&visit, &named).await?;
    let story = visit.web.app().process_story(seen.name.clone(), Some(seen.version)).await?;
    let words = Words::of(&seen.xml);
    let heat = match visit.query.get("heat") {
        known @ ("visits" | "exceptions") => known,
        _ => "time",
    };
    let elements = story.model.elements().iter();
    let (rows, never): (Vec<StoryRow>, Vec<StoryRow>) = elements
        .map(|element| {
            let told = story.elements.get(&element.id).cloned().unwrap_or_default();
            row(element.id.as_str(), called(element, &words), words.kind(&element.id), &told)
        })
        .partition(|row| row.entered > 0);
    let src = format!("/documents/process/{}/{}/bytes", seen.name, seen.version);
    let page = InsightsPage {
        shell: shell(&visit, Place::Processes).await?,
        name: seen.name.to_string(),
        version: story.version,
        cases: story.cases,
        open: story.open,
        limited: i64::try_from(story.cases).unwrap_or(i64::MAX) >= CASES,
        heat: Input::of(heat),
        picture: picture(&seen.xml, &painted(&story, heat), (src, "how cases went")),
        rows,
        never: never.into_iter().filter(|row| row.kind != "start event").collect(),
    };
    answer::page(&visit, &page)
}

fn row(id: &str, name: String, kind: String, told: &ElementStory) -> StoryRow {
    StoryRow {
        id: id.to_owned(),
        name,
        kind,
        tokens: told.tokens,
        entered: told.entered,
        completed: told.completed,
        exceptions: told.exceptions,
        faults: told.faults,
        median: told.median().map(|stay| length(stay.as_micros())),
        longest: told.longest().map(|stay| length(stay.as_micros())),
    }
}

/// The value of an element that decides its shade.
fn value(told: &ElementStory, heat: &str) -> i64 {
    match heat {
        "visits" => i64::from(told.entered),
        "exceptions" => i64::from(told.exceptions + told.faults),
        _ => told.stays.iter().map(|stay| stay.as_micros()).sum(),
    }
}

fn painted(story: &Story, heat: &str) -> Paints {
    let most = story.elements.values().map(|told| value(told, heat)).max().unwrap_or(0);
    let paint = |told: &ElementStory| {
        let value = value(told, heat);
        let shade = if most == 0 || value == 0 { 0 } else { (value - 1) / (most / SHADES + 1) + 1 };
        let class = if shade == 0 { String::new() } else { format!("heat-{}", shade.min(SHADES)) };
        let badge = match heat {
            "visits" => Some(told.entered.to_string()),
            "exceptions" => Some((told.exceptions + told.faults).to_string()),
            _ => told.median().filter(|stay| stay.as_micros() > 0).map(|s| length(s.as_micros())),
        };
        Paint { class, badge: badge.filter(|badge| badge != "0") }
    };
    story.elements.iter().map(|(id, told)| (id.to_string(), paint(told))).collect()
}
