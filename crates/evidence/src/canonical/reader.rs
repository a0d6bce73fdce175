//! A reader that accepts canonical bytes and nothing else. Borrows where it can.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{MAX_DEPTH, MAX_INTEGER, key_order};

/// Where and why bytes are not in canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not canonical at byte {at}: {why}")]
pub struct NotCanonical {
    /// Offset of the first byte that does not fit.
    pub at: usize,
    /// What is wrong with it.
    pub why: Why,
}

/// The ways in which bytes fail to be canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// Another byte was expected here.
    #[error("unexpected byte or end")]
    Unexpected,
    /// A string escape that has a shorter or other canonical form.
    #[error("an escape that is not the canonical one")]
    Escape,
    /// A leading zero, a minus zero, a fraction, an exponent, or beyond 2^53 - 1.
    #[error("a number that is not a canonical integer")]
    Number,
    /// Keys out of order, or one twice.
    #[error("keys out of order or repeated")]
    Keys,
    /// Nested too deeply.
    #[error("nested too deeply")]
    Depth,
    /// A text that is not of the form its field demands.
    #[error("a text not of the form its field demands")]
    Form,
}

/// Reads canonical JSON from the front of a byte slice.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// At the front of `bytes`.
    ///
    /// # Errors
    /// When they are not UTF-8.
    pub fn new(bytes: &'a [u8]) -> Result<Self, NotCanonical> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { text, at: 0, depth: 0 }),
            Err(error) => Err(NotCanonical { at: error.valid_up_to(), why: Why::Utf8 }),
        }
    }

    /// A refusal that points at the next byte.
    pub fn refuse(&self, why: Why) -> NotCanonical {
        NotCanonical { at: self.at, why }
    }

    /// The next byte, not taken.
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes exactly `expected`.
    ///
    /// # Errors
    /// When something else stands there.
    pub fn literal(&mut self, expected: &str) -> Result<(), NotCanonical> {
        if self.took(expected) { Ok(()) } else { Err(self.refuse(Why::Unexpected)) }
    }

    /// Takes `expected` if it stands there.
    pub fn took(&mut self, expected: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(expected.as_bytes());
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Nothing may follow.
    ///
    /// # Errors
    /// When something does.
    pub fn finish(&self) -> Result<(), NotCanonical> {
        if self.at == self.text.len() { Ok(()) } else { Err(self.refuse(Why::Unexpected)) }
    }

    /// Any value.
    ///
    /// # Errors
    /// When it is not canonical.
    pub fn value(&mut self) -> Result<Value, NotCanonical> {
        match self.peek() {
            Some(b'"') => Ok(Value::String(self.string()?.into_owned())),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b't') => self.literal("true").map(|()| Value::Bool(true)),
            Some(b'f') => self.literal("false").map(|()| Value::Bool(false)),
            Some(b'n') => self.literal("null").map(|()| Value::Null),
            _ => Ok(Value::from(self.integer()?)),
        }
    }

    /// The bytes of any value: since they are canonical, they are what it was hashed as.
    ///
    /// # Errors
    /// When it is not canonical.
    pub fn raw_value(&mut self) -> Result<&'a [u8], NotCanonical> {
        let start = self.at;
        self.pass()?;
        Ok(&self.text.as_bytes()[start..self.at])
    }

    /// Any value, checked and not built.
    fn pass(&mut self) -> Result<(), NotCanonical> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.nested(Self::pass_object),
            Some(b'[') => self.nested(Self::pass_array),
            _ => self.value().map(drop),
        }
    }

    fn pass_array(&mut self) -> Result<(), NotCanonical> {
        self.literal("[")?;
        if self.took("]") {
            return Ok(());
        }
        loop {
            self.pass()?;
            if self.took("]") {
                return Ok(());
            }
            self.literal(",")?;
        }
    }

    fn pass_object(&mut self) -> Result<(), NotCanonical> {
        self.literal("{")?;
        let mut last: Option<Cow<'a, str>> = None;
        if self.took("}") {
            return Ok(());
        }
        loop {
            last = Some(self.key_after(last.as_deref())?);
            self.pass()?;
            if self.took("}") {
                return Ok(());
            }
            self.literal(",")?;
        }
    }

    fn nested<T>(
        &mut self,
        read: fn(&mut Self) -> Result<T, NotCanonical>,
    ) -> Result<T, NotCanonical> {
        if self.depth == MAX_DEPTH {
            return Err(self.refuse(Why::Depth));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Value, NotCanonical> {
        self.literal("[")?;
        let mut items = Vec::new();
        if self.took("]") {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.took("]") {
                return Ok(Value::Array(items));
            }
            self.literal(",")?;
        }
    }

    fn object(&mut self) -> Result<Value, NotCanonical> {
        self.literal("{")?;
        let mut members = Map::new();
        let mut last: Option<Cow<'a, str>> = None;
        if self.took("}") {
            return Ok(Value::Object(members));
        }
        loop {
            let key = self.key_after(last.as_deref())?;
            members.insert(key.clone().into_owned(), self.value()?);
            last = Some(key);
            if self.took("}") {
                return Ok(Value::Object(members));
            }
            self.literal(",")?;
        }
    }

    /// A key with its colon; it must sort after `last`.
    ///
    /// # Errors
    /// When it does not, or is no canonical string.
    pub fn key_after(&mut self, last: Option<&str>) -> Result<Cow<'a, str>, NotCanonical> {
        let start = self.at;
        let key = self.string()?;
        if last.is_some_and(|last| key_order(last, &key).is_ge()) {
            return Err(NotCanonical { at: start, why: Why::Keys });
        }
        self.literal(":")?;
        Ok(key)
    }

    /// An integer within ±(2^53 - 1).
    ///
    /// # Errors
    /// When there is none, or it is not written the one way.
    pub fn integer(&mut self) -> Result<i64, NotCanonical> {
        let start = self.at;
        let refused = NotCanonical { at: start, why: Why::Number };
        let negative = self.took("-");
        let digits = self.text.as_bytes()[self.at..].iter().take_while(|b| b.is_ascii_digit());
        let digits = &self.text[self.at..self.at + digits.count()];
        if digits.is_empty() {
            return Err(NotCanonical { at: start, why: Why::Unexpected });
        }
        self.at += digits.len();
        let zero_form = digits.starts_with('0') && (negative || digits.len() > 1);
        let magnitude = digits.parse::<i64>().ok().filter(|n| *n <= MAX_INTEGER);
        if zero_form || matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Err(refused);
        }
        magnitude.map(|n| if negative { -n } else { n }).ok_or(refused)
    }

    /// An integer that is not negative: a count, a position, a version.
    ///
    /// # Errors
    /// When there is none.
    pub fn count(&mut self) -> Result<i64, NotCanonical> {
        let refused = self.refuse(Why::Number);
        let count = self.integer()?;
        if count < 0 { Err(refused) } else { Ok(count) }
    }

    /// A string; borrowed when it holds no escape.
    ///
    /// # Errors
    /// When there is none, or an escape is not the canonical one.
    pub fn string(&mut self) -> Result<Cow<'a, str>, NotCanonical> {
        self.literal("\"")?;
        let plain = self.plain_run();
        if self.took("\"") {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        while !self.took("\"") {
            text.push(self.escape()?);
            text.push_str(self.plain_run());
        }
        Ok(Cow::Owned(text))
    }

    fn plain_run(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\');
        let run = &rest[..length.unwrap_or(rest.len())];
        self.at += run.len();
        run
    }

    fn escape(&mut self) -> Result<char, NotCanonical> {
        self.literal("\\")?;
        let refused = NotCanonical { at: self.at - 1, why: Why::Escape };
        let letter = self.peek().ok_or(refused)?;
        self.at += usize::from(letter.is_ascii());
        match letter {
            b'"' | b'\\' => Ok(char::from(letter)),
            b'b' => Ok('\u{8}'),
            b't' => Ok('\t'),
            b'n' => Ok('\n'),
            b'f' => Ok('\u{c}'),
            b'r' => Ok('\r'),
            b'u' => self.control().ok_or(refused),
            _ => Err(refused),
        }
    }

    /// The rest of `\u00xx`: a control character that has no short escape, in lower-case hex.
    fn control(&mut self) -> Option<char> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        let high = digits.strip_prefix(b"00")?;
        let code = match (high[0], high[1]) {
            (h @ (b'0' | b'1'), l @ b'0'..=b'9') => (h - b'0') << 4 | (l - b'0'),
            (h @ (b'0' | b'1'), l @ b'a'..=b'f') => (h - b'0') << 4 | (l - b'a' + 10),
            _ => return None,
        };
        self.at += 4;
        (!matches!(code, 0x08 | 0x09 | 0x0a | 0x0c | 0x0d)).then(|| char::from(code))
    }
}
