//! Lists and their cursors.
//!
//! A cursor names the row after which the next page begins, by what the list is ordered by and by the
//! row's id: rows that come or go meanwhile neither repeat nor hide others.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::trouble::Trouble;

/// The most rows that one request looks through for some that fit, in pages of the store.
pub(super) const STRETCHES: usize = 10;
/// How many rows the store answers at once.
pub(super) const PAGE: usize = 100;

/// One page of a list, and where the next one begins.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListOf{T}")]
pub(crate) struct List<T> {
    /// The rows; a page may hold few, or none, and still have a next one.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; `null` on the last one.
    pub(crate) next: Option<String>,
}

impl<T> List<T> {
    /// All there is.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// Where a list begins.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paged {
    /// Where the page begins, as the one before it said.
    pub(super) cursor: Option<String>,
}

/// The cursor after a row of a list in this order.
pub(crate) fn cursor(order: char, at: i64, id: &str) -> String {
    BASE64.encode(format!("{order}{at}.{id}"))
}

/// The row after which a page begins; nothing at the beginning.
///
/// # Errors
/// `WEB-005` for a cursor that is not of a list in this order.
pub(crate) fn after(order: char, cursor: Option<&str>) -> Result<Option<(i64, String)>, Trouble> {
    let Some(cursor) = cursor else { return Ok(None) };
    let read = || {
        let text = String::from_utf8(BASE64.decode(cursor).ok()?).ok()?;
        let (at, id) = text.strip_prefix(order)?.split_once('.')?;
        let known = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        known.then_some((at.parse().ok()?, id.to_owned()))
    };
    let wrong = || Trouble::unreadable("This cursor is not one of this list.");
    read().map(Some).ok_or_else(wrong)
}

/// The position before which a page of entries begins: the cursor's, or the end of the log.
pub(super) fn position(cursor: Option<&str>) -> Result<i64, Trouble> {
    Ok(after('p', cursor)?.map_or(i64::MAX, |(at, _)| at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_row_in_its_own_list() {
        let text = cursor('n', -5, "inc_1");
        assert_eq!(after('n', Some(&text)).unwrap(), Some((-5, "inc_1".to_owned())));
        assert!(after('o', Some(&text)).is_err() && after('n', Some("x")).is_err());
        assert_eq!(after('n', None).unwrap(), None);
        assert_eq!(position(Some(&cursor('p', 7, ""))).unwrap(), 7);
    }
}
