//! Lists and their cursors.

use base::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::trouble::Trouble;

/// One page of a list, and where the next one begins.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListOf{T}")]
pub(crate) struct List<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; `null` on the last one.
    pub(crate) next: Option<String>,
}

/// The instant before which a page of a list begins: the cursor's, or the end of time.
pub(crate) fn before(cursor: Option<&str>) -> Result<Timestamp, Trouble> {
    let Some(cursor) = cursor else { return Ok(Timestamp::from_micros(i64::MAX)) };
    let wrong = |_| Trouble::unreadable("This cursor is not one of ours.");
    i64::from_str_radix(cursor, 16).map(Timestamp::from_micros).map_err(wrong)
}

/// The cursor of what comes after a row of this instant.
pub(crate) fn cursor(at: Timestamp) -> String {
    format!("{:x}", at.micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_instant() {
        let at: Timestamp = "2026-11-17T02:31:40.000001Z".parse().unwrap();
        assert_eq!(before(Some(&cursor(at))).unwrap(), at);
        assert!(before(Some("x")).is_err());
    }
}
