//! One integration: how to set its sender up, what it is told, what a message would become.

use askama::Template;

use super::{
    AlertLevel, Input, Place, Shell, Time, Words, filters,
    integrations::KeyOnce,
    samples::{at, shell},
};

/// A part of a recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Something to copy.
    Code(String),
}

/// One alert of a message that was tried.
#[derive(Debug, Clone)]
pub struct TriedAlert {
    /// What it says: trigger, resolve, update, info, acknowledge.
    pub action: String,
    /// How bad.
    pub level: AlertLevel,
    /// Its line.
    pub title: String,
    /// Its key.
    pub key: String,
    /// Everything else that was read: name and value.
    pub fields: Vec<(String, String)>,
}

/// What a message would become.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// Why nothing of it can be used: code and reason.
    pub refused: Option<(String, String)>,
    /// Its alerts.
    pub alerts: Vec<TriedAlert>,
    /// Alerts of it that cannot be used: code and reason.
    pub rejected: Vec<(String, String)>,
    /// What was noticed while reading.
    pub flags: Vec<String>,
    /// How many changes it reports.
    pub changes: usize,
}

/// What this source can be told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Can {
    /// A mapping.
    pub map: bool,
    /// Topics.
    pub topics: bool,
    /// A secret for signatures.
    pub sign: bool,
    /// That its acknowledgements count.
    pub acknowledge: bool,
    /// The interval of a heartbeat.
    pub beat: bool,
}

/// The page `/integrations/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "integration.html")]
pub struct IntegrationPage {
    /// Around it.
    pub shell: Shell,
    /// The id: `itg_…`.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// The source it speaks, as its code.
    pub source: String,
    /// The source as people call it.
    pub label: String,
    /// The ladder of its groups.
    pub policy: String,
    /// The labels its alerts are grouped by.
    pub group_by: String,
    /// Whether a critical alert declares an incident at once.
    pub declares: bool,
    /// When the last input came.
    pub last: Option<Time>,
    /// When the next heartbeat is due.
    pub due: Option<Time>,
    /// How many inputs came.
    pub events: i64,
    /// How many of its inputs were not understood.
    pub quarantined: i64,
    /// How many signals said nothing about an open alert.
    pub ignored: i64,
    /// The key that was just made.
    pub key: Option<KeyOnce>,
    /// How to set the sender up.
    pub recipe: Vec<Block>,
    /// Whether the reader may change it.
    pub may: bool,
    /// What it can be told.
    pub can: Can,
    /// The mapping.
    pub mapping: Input,
    /// The topics, one a line.
    pub topics: Input,
    /// The interval in minutes.
    pub minutes: Input,
    /// `1` where acknowledgements count.
    pub acknowledges: Input,
    /// Whether a secret is kept.
    pub has_secret: bool,
    /// The message to try.
    pub body: Input,
    /// What it would become.
    pub tried: Option<Tried>,
}

impl IntegrationPage {
    /// A generic sender whose message was tried.
    pub fn sample() -> Self {
        let alert = TriedAlert {
            action: "trigger".to_owned(),
            level: AlertLevel::Critical,
            title: "5 % of payments fail".to_owned(),
            key: "payment-errors/pay-1".to_owned(),
            fields: vec![("service".to_owned(), "payments".to_owned())],
        };
        Self {
            shell: shell(Place::Integrations, "/integrations/itg_1"),
            id: "itg_1".to_owned(),
            name: Words::known("Core banking batch monitor"),
            source: "generic".to_owned(),
            label: "Anything that posts JSON".to_owned(),
            policy: "pay-core".to_owned(),
            group_by: "service".to_owned(),
            declares: true,
            last: Some(at("02:30:58")),
            due: Some(at("03:30:58")),
            events: 1_812,
            quarantined: 1,
            ignored: 4,
            key: Some(KeyOnce {
                name: "Core banking batch monitor".to_owned(),
                key: "wki_6f0c2a77ab02c9d84f0c6be1a1c740d2".to_owned(),
                url: "https://watch.nordhaven.example/in/generic/wki_6f0c".to_owned(),
                example:
                    "curl --data @alert.json https://watch.nordhaven.example/in/generic/wki_6f0c"
                        .to_owned(),
            }),
            recipe: vec![
                Block::Text("Let the sender post to this address:".to_owned()),
                Block::Code("https://watch.nordhaven.example/in/generic/KEY".to_owned()),
            ],
            may: true,
            can: Can { map: true, topics: true, sign: true, acknowledge: true, beat: true },
            mapping: Input::of("{\n  \"key\": \"/id\"\n}"),
            topics: Input::default(),
            minutes: Input::of("60"),
            acknowledges: Input::default(),
            has_secret: true,
            body: Input::of("{\"id\": 7}"),
            tried: Some(Tried {
                refused: Some((
                    "ING-015".to_owned(),
                    "The integration has no mapping yet".to_owned(),
                )),
                alerts: vec![alert],
                rejected: vec![("ING-008".to_owned(), "nothing to recognise it by; /1".to_owned())],
                flags: vec!["a status in a word that nobody knows, read as a problem".to_owned()],
                changes: 1,
            }),
        }
    }
}

/// Paragraphs and fenced examples of a recipe, with this integration's own address in them.
pub fn blocks(recipe: &str, (url, server): (&str, &str)) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (number, part) in recipe.split("```").enumerate() {
        if number % 2 == 1 {
            let code = part.split_once('\n').map_or(part, |(_, code)| code).trim_end();
            blocks.push(Block::Code(filled(code, url, server)));
            continue;
        }
        let paragraphs = part.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
        blocks.extend(paragraphs.map(|text| Block::Text(text.replace('`', ""))));
    }
    blocks
}

/// Whole words only: `URL` in `SERVER_URL` is somebody else's.
fn filled(code: &str, url: &str, server: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut text = String::new();
    let mut rest = code;
    while let Some(at) = rest.find(is_part) {
        let end = rest[at..].find(|c| !is_part(c)).map_or(rest.len(), |end| at + end);
        text.push_str(&rest[..at]);
        text.push_str(match &rest[at..end] {
            "URL" => url,
            "SERVER" => server,
            word => word,
        });
        rest = &rest[end..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_paragraphs_and_examples_with_the_own_address() {
        let recipe = "Post with `curl`.\n\n```text\ncurl URL --server SERVER # MY_URL HTTP\n```\n\nThat is all.";
        let told = blocks(recipe, ("https://w/in/x/KEY", "https://w"));
        let text = |text: &str| Block::Text(text.to_owned());
        let code = "curl https://w/in/x/KEY --server https://w # MY_URL HTTP".to_owned();
        assert_eq!(told, [text("Post with curl."), Block::Code(code), text("That is all.")]);
    }

    #[test]
    fn the_address_of_each_source_stands_in_its_recipe() {
        for source in connect::inbound::SOURCES {
            let recipe = connect::inbound::recipe(source.name());
            let told = blocks(recipe, ("https://w/in/x/KEY", "https://w"));
            let code =
                |block: &Block| matches!(block, Block::Code(code) if code.contains("https://w"));
            assert!(told.iter().any(code) || recipe.contains("SERVER"), "{}", source.name());
        }
    }
}
