//! What comes out of a statement: a row with typed access by column number.
//!
//! A row that breaks the reader's expectation is a `Fault` that names statement and column: the
//! schema and the code disagree, which no user can mend.

use base::{Code, Digest, Id, Kind, Timestamp};

use crate::Fault;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a floating point number",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
        }
    }
}

/// A row. Columns count from 0 in the order of the statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub(crate) stmt: &'static str,
    pub(crate) cells: Vec<Cell>,
}

/// What each getter may answer instead: the column is missing, NULL, or of another kind.
type Got<T> = Result<T, Fault>;

impl Row {
    /// How many columns.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// A BIGINT.
    pub fn int(&self, column: usize) -> Got<i64> {
        self.opt_int(column)?.ok_or_else(|| self.null(column, "an integer"))
    }

    /// A BIGINT or NULL.
    pub fn opt_int(&self, column: usize) -> Got<Option<i64>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(*value)),
            other => Err(self.broken(column, "an integer", other.kind())),
        }
    }

    /// A DOUBLE PRECISION.
    pub fn real(&self, column: usize) -> Got<f64> {
        self.opt_real(column)?.ok_or_else(|| self.null(column, "a floating point number"))
    }

    /// A DOUBLE PRECISION or NULL.
    pub fn opt_real(&self, column: usize) -> Got<Option<f64>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Real(value) => Ok(Some(*value)),
            other => Err(self.broken(column, "a floating point number", other.kind())),
        }
    }

    /// A TEXT.
    pub fn text(&self, column: usize) -> Got<&str> {
        self.opt_text(column)?.ok_or_else(|| self.null(column, "text"))
    }

    /// A TEXT or NULL.
    pub fn opt_text(&self, column: usize) -> Got<Option<&str>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(value) => Ok(Some(value)),
            other => Err(self.broken(column, "text", other.kind())),
        }
    }

    /// A BYTEA.
    pub fn blob(&self, column: usize) -> Got<&[u8]> {
        self.opt_blob(column)?.ok_or_else(|| self.null(column, "bytes"))
    }

    /// A BYTEA or NULL.
    pub fn opt_blob(&self, column: usize) -> Got<Option<&[u8]>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Blob(value) => Ok(Some(value)),
            other => Err(self.broken(column, "bytes", other.kind())),
        }
    }

    /// A BIGINT that is 0 or 1.
    pub fn flag(&self, column: usize) -> Got<bool> {
        match self.int(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.broken(column, "0 or 1", "another number")),
        }
    }

    /// A BIGINT that is a count: not negative.
    pub fn count(&self, column: usize) -> Got<u64> {
        let number = self.int(column)?;
        u64::try_from(number).map_err(|_| self.broken(column, "a count", "a negative number"))
    }

    /// A BIGINT of microseconds.
    pub fn instant(&self, column: usize) -> Got<Timestamp> {
        self.int(column).map(Timestamp::from_micros)
    }

    /// A BIGINT of microseconds or NULL.
    pub fn opt_instant(&self, column: usize) -> Got<Option<Timestamp>> {
        Ok(self.opt_int(column)?.map(Timestamp::from_micros))
    }

    /// A BYTEA of 32 bytes.
    pub fn digest(&self, column: usize) -> Got<Digest> {
        self.opt_digest(column)?.ok_or_else(|| self.null(column, "32 bytes"))
    }

    /// A BYTEA of 32 bytes or NULL.
    pub fn opt_digest(&self, column: usize) -> Got<Option<Digest>> {
        let Some(bytes) = self.opt_blob(column)? else { return Ok(None) };
        let digest = Digest::from_slice(bytes);
        digest.map(Some).ok_or_else(|| self.broken(column, "32 bytes", "another number of bytes"))
    }

    /// A TEXT that is an id of this kind.
    pub fn id<K: Kind>(&self, column: usize) -> Got<Id<K>> {
        self.opt_id(column)?.ok_or_else(|| self.null(column, "an id"))
    }

    /// A TEXT that is an id of this kind, or NULL.
    pub fn opt_id<K: Kind>(&self, column: usize) -> Got<Option<Id<K>>> {
        let Some(text) = self.opt_text(column)? else { return Ok(None) };
        let id = text.parse().map(Some);
        id.map_err(|_| self.broken(column, "an id of its kind", "other text"))
    }

    /// A TEXT that is one of our codes.
    pub fn code(&self, column: usize) -> Got<Code> {
        self.opt_code(column)?.ok_or_else(|| self.null(column, "a code"))
    }

    /// A TEXT that is one of our codes, or NULL.
    pub fn opt_code(&self, column: usize) -> Got<Option<Code>> {
        let Some(text) = self.opt_text(column)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.broken(column, "a code", "other text"))
    }

    fn cell(&self, column: usize) -> Got<&Cell> {
        self.cells.get(column).ok_or_else(|| self.broken(column, "there", "a shorter row"))
    }

    fn null(&self, column: usize, wanted: &'static str) -> Fault {
        self.broken(column, wanted, Cell::Null.kind())
    }

    fn broken(&self, column: usize, wanted: &'static str, found: &'static str) -> Fault {
        Fault::Column { stmt: self.stmt, column, wanted, found }
    }
}
