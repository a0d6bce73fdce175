//! Splits Rust text into code and string literals, so that a rule about calls does not trip over
//! a comment and a rule about SQL sees only texts.
//!
//! Knows comments (nested), strings, raw strings and characters. Leaves out everything else of
//! the language.

/// A file's code and its string literals.
#[derive(Default)]
pub struct Lexed {
    /// The text with the same lines; comments and the insides of literals are spaces.
    pub code: String,
    /// The literals in order, as written between their quotes.
    pub strings: Vec<Literal>,
}

/// A string literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The line it starts on, from 1.
    pub line: usize,
    /// What stands between the quotes, escapes as written.
    pub text: String,
}

/// Splits a text.
pub fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer { rest: text, line: 1, out: Lexed::default() };
    while !lexer.rest.is_empty() {
        lexer.step();
    }
    lexer.out
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    out: Lexed,
}

impl Lexer<'_> {
    fn step(&mut self) {
        if self.rest.starts_with("//") {
            self.blank(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.blank(block_comment(self.rest));
        } else if let Some((open, close)) = self.raw_string() {
            let end = self.rest[open..].find(&close).map_or(self.rest.len(), |at| open + at);
            self.string(open, end, close.len());
        } else if self.rest.starts_with('"') {
            self.string(1, closing_quote(self.rest), 1);
        } else if let Some(len) = character(self.rest) {
            self.blank(len);
        } else {
            self.copy();
        }
    }

    /// The length of an opening such as `r#"` and the closing that belongs to it.
    fn raw_string(&self) -> Option<(usize, String)> {
        if self.out.code.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let after = self.rest.strip_prefix("br").or_else(|| self.rest.strip_prefix('r'))?;
        let hashes = after.len() - after.trim_start_matches('#').len();
        after[hashes..].starts_with('"').then(|| {
            let open = self.rest.len() - after.len() + hashes + 1;
            (open, format!("\"{}", "#".repeat(hashes)))
        })
    }

    fn string(&mut self, open: usize, end: usize, close: usize) {
        let text = self.rest[open..end].to_owned();
        self.out.strings.push(Literal { line: self.line, text });
        self.blank((end + close).min(self.rest.len()));
    }

    fn blank(&mut self, len: usize) {
        let (gone, rest) = self.rest.split_at(len);
        self.out.code.extend(gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }

    fn copy(&mut self) {
        let mut chars = self.rest.chars();
        let Some(next) = chars.next() else { return };
        self.out.code.push(next);
        self.line += usize::from(next == '\n');
        self.rest = chars.as_str();
    }
}

/// The length of the comment that opens `text`, nested ones included.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Where the quote stands that closes the string which opens `text`.
fn closing_quote(text: &str) -> usize {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return at,
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of a character literal; nothing for a lifetime.
fn character(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return inner.get(2..)?.find('\'').map(|at| at + 4);
    }
    let first = inner.chars().next()?;
    inner[first.len_utf8()..].starts_with('\'').then(|| first.len_utf8() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, strings: &[&str]) {
        let lexed = lex(text);
        assert_eq!(lexed.code, code);
        let found: Vec<&str> = lexed.strings.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(found, strings);
    }

    #[test]
    fn comments_and_literals_leave_the_code() {
        check("a // b\nc", "a     \nc", &[]);
        check("a /*/* b */*/ c", "a             c", &[]);
        check(r#"f("x\"y", 1)"#, "f(      , 1)", &[r#"x\"y"#]);
        check("f(r#\"a\"b\"#)", "f(        )", &["a\"b"]);
        check("g('\"', '\\'', 'a)", "g(   ,     , 'a)", &[]);
    }

    #[test]
    fn a_name_that_ends_in_r_opens_no_raw_string() {
        check("for\"x\"", "for   ", &["x"]);
    }

    #[test]
    fn a_literal_knows_its_line() {
        assert_eq!(lex("\n\n \"x\n\" \"y\"").strings[1].line, 4);
    }
}
