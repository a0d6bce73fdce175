//! Markdown tables and the few figures in them.

use std::fmt::{Display, Write};

/// A table with a title.
pub struct Table {
    text: String,
}

impl Table {
    /// A table with these columns; all but the first are aligned right.
    pub fn new(title: &str, columns: &[&str]) -> Self {
        let rules = vec!["---:"; columns.len() - 1].join(" | ");
        let text = format!("\n## {title}\n\n| {} |\n| --- | {rules} |\n", columns.join(" | "));
        Self { text }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[&dyn Display]) {
        self.text.push('|');
        for cell in cells {
            let _ = write!(self.text, " {cell} |");
        }
        self.text.push('\n');
    }

    /// The table, with a line below it.
    pub fn done(self, note: &str) -> String {
        format!("{}\n{note}\n", self.text)
    }
}

/// A whole number with thousands set apart.
pub fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many times `ours` is `theirs`.
pub fn ratio(ours: f64, theirs: f64) -> String {
    if theirs > 0.0 { format!("{:.2}x", ours / theirs) } else { "–".to_owned() }
}

/// The middle value; zero for none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(whole(1_234_567.4), "1,234,567");
        assert_eq!(whole(12.0), "12");
        assert_eq!(ratio(3.0, 2.0), "1.50x");
        assert_eq!(ratio(3.0, 0.0), "–");
        assert!((median(vec![9.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new("T", &["a", "b"]);
        table.row(&[&"x", &1]);
        assert_eq!(table.done("n"), "\n## T\n\n| a | b |\n| --- | ---: |\n| x | 1 |\n\nn\n");
    }
}
