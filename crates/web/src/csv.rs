//! Tables as CSV (RFC 4180), for spreadsheets.
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe in front: what senders and
//! people wrote stands in these files.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::answer::Answer;

/// The most rows of one file.
pub(crate) const MAX_ROWS: usize = 10_000;

/// A table as text.
pub(crate) struct Csv {
    text: String,
    rows: usize,
}

impl Csv {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut table = Self { text: String::new(), rows: 0 };
        table.row(columns);
        table
    }

    /// One more row; those beyond [`MAX_ROWS`] are left out.
    pub(crate) fn row(&mut self, cells: &[impl AsRef<str>]) {
        if self.rows > MAX_ROWS {
            return;
        }
        self.rows += 1;
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            self.cell(cell.as_ref());
        }
        self.text.push_str("\r\n");
    }

    fn cell(&mut self, text: &str) {
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let guarded = if formula { format!("'{text}") } else { text.to_owned() };
        if guarded.contains([',', '"', '\r', '\n']) {
            self.text.push('"');
            self.text.push_str(&guarded.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(&guarded);
        }
    }

    /// The file, under this name.
    pub(crate) fn file(self, name: &str) -> Answer {
        let mut response: Response = self.text.into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
        );
        let saved = format!("attachment; filename=\"{name}.csv\"");
        if let Ok(line) = HeaderValue::try_from(saved) {
            headers.insert(header::CONTENT_DISPOSITION, line);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_not_run() {
        let mut table = Csv::new(&["a", "b"]);
        table.row(&["plain", "with, comma"]);
        table.row(&["say \"no\"", "=HYPERLINK(1)"]);
        let lines = "a,b\r\nplain,\"with, comma\"\r\n\"say \"\"no\"\"\",'=HYPERLINK(1)\r\n";
        assert_eq!(table.text, lines);
    }
}
