//! `multipart/form-data` (RFC 7578), as far as senders of alerts use it: named parts of text.

use super::form::{MAX_FIELDS, clean};

/// The named parts in their order. What is not a named part is passed over.
pub(super) fn pairs(body: &str, boundary: &str) -> Vec<(String, String)> {
    if boundary.is_empty() {
        return Vec::new();
    }
    let line = format!("--{boundary}");
    body.split(line.as_str()).skip(1).take(MAX_FIELDS).filter_map(part).collect()
}

fn part(text: &str) -> Option<(String, String)> {
    let text = text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n'))?;
    let (head, value) = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n"))?;
    let value = value.strip_suffix("\r\n").or_else(|| value.strip_suffix('\n')).unwrap_or(value);
    let disposition = head.lines().find(|line| {
        let name = line.split(':').next().unwrap_or_default();
        name.trim().eq_ignore_ascii_case("content-disposition")
    })?;
    let (_, name) = disposition.split_once("name=\"")?;
    let (name, _) = name.split_once('"')?;
    Some((name.to_owned(), clean(value)))
}
