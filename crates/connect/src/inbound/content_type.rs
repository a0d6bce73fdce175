//! Whether a content type says JSON in UTF-8.

use super::malformed::{Malformed, NOT_A_JSON_TYPE};

/// The media type in small letters, without parameters; empty where there is no header.
pub(super) fn media(header: Option<&str>) -> String {
    let media = header.unwrap_or_default().split(';').next().unwrap_or_default();
    media.trim().to_ascii_lowercase()
}

/// A parameter of the header by its name in small letters.
pub(super) fn parameter<'a>(header: &'a str, wanted: &str) -> Option<&'a str> {
    header.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"'))
    })
}

/// Lets through an absent header, `application/json`, `text/json` and any `…+json`.
///
/// # Errors
/// `ING-005`, status 415, for another type or for a charset other than UTF-8.
pub(super) fn check_json(header: Option<&str>) -> Result<(), Malformed> {
    let Some(header) = header else { return Ok(()) };
    let media = media(Some(header));
    if !matches!(media.as_str(), "" | "application/json" | "text/json") && !media.ends_with("+json")
    {
        return Err(refused("the content type is not JSON; send application/json"));
    }
    if parameter(header, "charset").is_some_and(|name| !is_utf8(name)) {
        return Err(refused("the charset is not UTF-8; JSON is UTF-8 (RFC 8259 section 8.1)"));
    }
    Ok(())
}

fn is_utf8(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn refused(what: &str) -> Malformed {
    Malformed::new(415, NOT_A_JSON_TYPE, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_utf8_passes_and_the_rest_does_not() {
        let passes = [
            None,
            Some("application/json"),
            Some("Application/JSON; charset=UTF-8"),
            Some("application/cloudevents+json"),
            Some("application/json; charset=\"utf-8\""),
            Some(""),
        ];
        for header in passes {
            assert!(check_json(header).is_ok(), "{header:?}");
        }
        for header in
            ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]
        {
            assert_eq!(check_json(Some(header)).unwrap_err().status, 415, "{header}");
        }
    }
}
