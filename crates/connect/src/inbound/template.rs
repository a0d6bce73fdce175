//! Templates that a sender did not fill in: their text is sent as it stands and says nothing.

/// Whether a text still holds a place to fill in: `{EVENT.ID}` and `{#NAME}` of Zabbix, `$AGGREG_KEY` of
/// Datadog, `$HOSTNAME$` of Nagios, `{{host.name}}` and `${name}` of others, and `*UNKNOWN*`, Zabbix's
/// word for a macro that it could not fill in.
pub(super) fn unfilled(text: &str) -> bool {
    // Nearly every text has none of these; the rest is asked only then.
    text.contains(['{', '$', '*']) && has_a_place(text)
}

fn has_a_place(text: &str) -> bool {
    text.contains("*UNKNOWN*")
        || between(text, "{{", "}}", |_| true)
        || between(text, "${", "}", is_name)
        || between(text, "{", "}", is_macro)
        || text.split('$').skip(1).any(is_variable)
}

fn between(text: &str, open: &str, close: &str, is: fn(&str) -> bool) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(open) {
        rest = &rest[at + open.len()..];
        let Some(end) = rest.find(close) else { return false };
        if is(rest[..end].trim()) {
            return true;
        }
    }
    false
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b))
}

/// Zabbix writes its macros in capitals, with points.
fn is_macro(text: &str) -> bool {
    let name = text.strip_prefix(['$', '#']).unwrap_or(text);
    name.len() > 2
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_.".contains(&b))
}

/// What follows a dollar sign: at least four capitals, so that `$USD` and prices are left alone.
fn is_variable(text: &str) -> bool {
    let name = text.bytes().take_while(|b| b.is_ascii_uppercase() || *b == b'_').count();
    name >= 4 && !text[name..].starts_with(|c: char| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_a_template_that_was_not_filled_in_is_seen() {
        let unfilled_ones = [
            "{EVENT.ID}",
            "host {HOST.NAME} down",
            "{$SNMP_COMMUNITY}",
            "$AGGREG_KEY",
            "$AGGREG_KEY-$ALERT_CYCLE_KEY",
            "$HOSTNAME$",
            "CPU is over 90% on {{host.name}}.",
            "${env}",
            "*UNKNOWN*",
        ];
        for text in unfilled_ones {
            assert!(unfilled(text), "{text}");
        }
    }

    #[test]
    fn honest_texts_are_left_alone() {
        for text in
            ["costs $USD 5", "a $5 {b} {}", "{\"a\":1}", "$", "{{", "{a", "disk {0}", "$Abcd"]
        {
            assert!(!unfilled(text), "{text}");
        }
    }
}
