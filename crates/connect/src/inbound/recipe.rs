//! How each sender is set up: one text a source, shown on the integration's page and in the documents.

use super::SOURCES;

/// The document of a source; its section "Set-up" is the recipe.
macro_rules! documents {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../docs/reference/sources/", $name, ".md")))),*]
    };
}

static DOCUMENTS: &[(&str, &str)] = documents![
    "alertmanager",
    "alertmanager-api",
    "grafana",
    "pagerduty",
    "opsgenie",
    "cloudevents",
    "generic",
    "zabbix",
    "nagios",
    "icinga",
    "checkmk",
    "datadog",
    "sns",
    "eventbridge",
    "azure",
    "gcp",
    "sentry",
    "statuspage",
    "uptime-kuma",
    "heartbeat",
];

/// The recipe of the sources that are only a mapping.
const MAPPED: &str = "Add a webhook that posts JSON to this address:\n\n```text\nURL\n```\n\nSend problems \
                      and their ends. Then press \"Send a test\" here and look at what it became.\n";

/// How to set the sender up: paragraphs and fenced examples, with `URL`, `KEY` and `SERVER` in the place
/// of the integration's own address, key and server.
pub fn recipe(source: &str) -> &'static str {
    let document = DOCUMENTS.iter().find(|(name, _)| *name == source);
    match document.and_then(|(_, text)| text.split_once("## Set-up\n")) {
        Some((_, recipe)) => recipe.split("\n## ").next().unwrap_or(recipe).trim(),
        None if SOURCES.iter().any(|known| known.name() == source) => MAPPED,
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_has_a_recipe_and_each_document_a_set_up() {
        for source in SOURCES {
            assert!(recipe(source.name()).len() > 40, "{}", source.name());
        }
        for (name, text) in DOCUMENTS {
            assert!(text.starts_with(&format!("# {name}\n")), "{name}");
            assert!(text.contains("\n## Set-up\n"), "{name}");
        }
    }
}
