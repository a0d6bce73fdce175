//! Reading JSON bodies and cursors.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
};
use base::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{state::Web, trouble::Trouble};

/// The largest body of the API, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// A JSON body; what does not fit is named with its place.
pub(crate) struct Json<T>(pub(crate) T);

/// One page of a list, and where the next one begins.
#[derive(Debug, Serialize)]
pub(crate) struct List<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; `null` on the last one.
    pub(crate) next: Option<String>,
}

impl<T: DeserializeOwned> FromRequest<Web> for Json<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, _: &Web) -> Result<Self, Trouble> {
        let bytes = to_bytes(request.into_body(), MAX_BODY).await;
        let bytes = bytes.map_err(|_| Trouble::too_large(MAX_BODY))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|e| Trouble::unreadable(e.to_string()))
    }
}

/// The instant before which a page of a list begins: the cursor's, or the end of time.
pub(crate) fn before(cursor: &str) -> Result<Timestamp, Trouble> {
    if cursor.is_empty() {
        return Ok(Timestamp::from_micros(i64::MAX));
    }
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
        assert_eq!(before(&cursor(at)).unwrap(), at);
        assert!(before("x").is_err());
    }
}
