//! Why a body, or one alert of it, cannot be used. Each reason has a code with a page in
//! docs/codes.

use std::fmt;

use base::Code;

/// Every code of this module; each has a page in docs/codes.
pub const CODES: &[Code] = &[
    NOT_JSON,
    NOT_UTF8,
    TOO_LARGE,
    TOO_DEEP,
    NOT_A_JSON_TYPE,
    NOT_ALERTS,
    TOO_MANY,
    NO_IDENTITY,
    LABEL_OVER_LIMIT,
    UNFILLED,
    BAD_SIGNATURE,
    NOT_FETCHED,
    WAITS_FOR_CONFIRMATION,
    NO_MAPPING,
];

/// The body is not JSON.
pub(super) const NOT_JSON: Code = Code::fixed("ING-001");
/// The body is not UTF-8.
pub(super) const NOT_UTF8: Code = Code::fixed("ING-002");
/// The body is larger than the source reads.
pub(super) const TOO_LARGE: Code = Code::fixed("ING-003");
/// Lists and objects nest too deeply.
pub(super) const TOO_DEEP: Code = Code::fixed("ING-004");
/// The content type is not JSON.
pub(super) const NOT_A_JSON_TYPE: Code = Code::fixed("ING-005");
/// The JSON is not what this source sends.
pub(super) const NOT_ALERTS: Code = Code::fixed("ING-006");
/// More alerts or labels than one request may hold.
pub(super) const TOO_MANY: Code = Code::fixed("ING-007");
/// One alert has nothing to recognise it by.
pub(super) const NO_IDENTITY: Code = Code::fixed("ING-008");
/// One alert's labels are over a limit.
pub(super) const LABEL_OVER_LIMIT: Code = Code::fixed("ING-009");

/// One alert consists of templates that were not filled in.
pub(super) const UNFILLED: Code = Code::fixed("ING-011");
/// The signature is missing or wrong.
pub(super) const BAD_SIGNATURE: Code = Code::fixed("ING-012");
/// What is needed to check the signature could not be fetched.
pub(super) const NOT_FETCHED: Code = Code::fixed("ING-013");
/// A subscription waits for an operator.
pub const WAITS_FOR_CONFIRMATION: Code = Code::fixed("ING-014");
/// The integration has no mapping yet, or one that cannot be read.
pub(super) const NO_MAPPING: Code = Code::fixed("ING-015");

/// A place in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// A byte, counted from 0.
    Byte(usize),
    /// A line and a column, counted from 1; the column counts bytes.
    LineColumn(usize, usize),
    /// A JSON Pointer (RFC 6901).
    Pointer(String),
}

/// A body of which nothing can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {what}{}", Place(.at.as_ref()))]
pub struct Malformed {
    /// The HTTP status to answer: 400, 401, 413, 415, 422, or 503 where the trouble is ours.
    pub status: u16,
    /// The stable code.
    pub code: Code,
    /// What is wrong, in our words; holds no word of the body.
    pub what: String,
    /// Where.
    pub at: Option<At>,
}

/// One alert of a body that cannot be used; its neighbours still can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: alert {index}: {what}{}", Place(Some(&At::Pointer(.where_.clone()))))]
pub struct Rejected {
    /// Its place in the body, from 0.
    pub index: usize,
    /// The stable code.
    pub code: Code,
    /// What is wrong, in our words; holds no word of the body.
    pub what: String,
    /// Where, as a JSON Pointer into the body.
    pub where_: String,
}

impl Malformed {
    pub(super) fn new(status: u16, code: Code, what: impl Into<String>) -> Self {
        Self { status, code, what: what.into(), at: None }
    }

    pub(super) fn at(self, at: At) -> Self {
        Self { at: Some(at), ..self }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(offset) => write!(f, "byte {offset}"),
            Self::LineColumn(line, column) => write!(f, "line {line}, column {column}"),
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("the whole body"),
            Self::Pointer(pointer) => f.write_str(pointer),
        }
    }
}

struct Place<'a>(Option<&'a At>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |at| write!(f, "; {at}"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn each_code_has_its_page() {
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/codes");
        for code in CODES {
            let page = std::fs::read_to_string(pages.join(format!("{code}.md"))).unwrap();
            assert!(page.starts_with(&format!("# {code}")), "{code}");
        }
    }
}
