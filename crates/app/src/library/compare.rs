//! What differs between two texts of a document: line by line, and element by element.

use base::Digest;
use db::Conn;
use domain::document::{
    DocumentKind,
    lines::{self, Line},
    unknown_document, unknown_draft,
};
use process::compare::{Change, compare};
use store::{config, document, word};

use crate::{App, Error, config::Which, turn::Stop};

/// One text of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// A published version; 0 is the empty text before the first.
    Version(i64),
    /// The newest revision of a draft.
    Draft(u32),
}

/// Two texts side by side.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The older text.
    pub old: String,
    /// The newer text.
    pub new: String,
    /// Line by line.
    pub lines: Vec<Line>,
    /// Element by element, or rule by rule; none for what has no elements, or is not XML.
    pub changes: Vec<Change>,
}

impl App {
    /// Compares two texts of a document.
    ///
    /// # Errors
    /// `DOC-002`, `DOC-003`.
    pub async fn compare_document(
        &self,
        which: Which,
        (old, new): (Text, Text),
    ) -> Result<Compared, Error> {
        self.read(move |conn| {
            let old = text(conn, &which, old)?;
            Ok(compared(which.0, old, text(conn, &which, new)?))
        })
        .await
    }

    /// The exact bytes of a text of a document, and their digest.
    ///
    /// # Errors
    /// `DOC-002`, `DOC-003`.
    pub async fn document_bytes(
        &self,
        which: Which,
        text: Text,
    ) -> Result<(Vec<u8>, Option<Digest>), Error> {
        self.read(move |conn| Ok(bytes(conn, &which, text)?)).await
    }
}

/// Compares two texts that are at hand.
pub(super) fn compared(kind: DocumentKind, old: String, new: String) -> Compared {
    let structural = kind != DocumentKind::Policy && !old.is_empty();
    let changes = if structural { compare(&old, &new).unwrap_or_default() } else { Vec::new() };
    Compared { lines: lines::compare(&old, &new), changes, old, new }
}

/// A text of a document; what is not UTF-8 is shown as far as it can be.
pub(super) fn text(conn: &mut Conn, which: &Which, text: Text) -> Result<String, Stop> {
    let (bytes, _) = bytes(conn, which, text)?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into()))
}

fn bytes(
    conn: &mut Conn,
    (kind, name): &Which,
    text: Text,
) -> Result<(Vec<u8>, Option<Digest>), Stop> {
    let sha256 = match text {
        Text::Version(0) => return Ok((Vec::new(), None)),
        Text::Version(number) => {
            let found = config::version(conn, *kind, name.as_str(), number)?;
            found.ok_or_else(unknown_document)?.sha256
        }
        Text::Draft(number) => {
            let stream = document::stream(conn, *kind, name.as_str())?;
            let stream = stream.ok_or_else(unknown_document)?;
            document::draft(conn, stream, number)?.ok_or_else(unknown_draft)?.sha256
        }
    };
    let (bytes, _) = word::artifact(conn, sha256)?.ok_or_else(unknown_document)?;
    Ok((bytes, Some(sha256)))
}
