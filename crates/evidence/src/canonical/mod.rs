//! Canonical JSON bytes: one text for one value, so that anybody can rebuild what was hashed.
//!
//! RFC 8785 narrowed: integers within ±(2^53 - 1) only, no other numbers. Keys stand in the order of
//! their UTF-16 code units, there is no white space, and a control character has one escape. Strings
//! are taken as they come: Unicode normalisation is the business of whoever accepts the words.

mod reader;

use serde_json::{Map, Number, Value};

pub use reader::{NotCanonical, Reader, Why};

/// How deep lists and objects may nest.
pub const MAX_DEPTH: usize = 64;

/// The largest integer that every JSON reader keeps exactly.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Why a value has no canonical form here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// A fraction, or an integer beyond 2^53 - 1.
    #[error("a number that is not an integer within 2^53 - 1")]
    Number,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels")]
    Depth,
}

/// A value in its canonical bytes, written ahead of the moment in which they are hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written(Vec<u8>);

impl Written {
    /// The canonical bytes of `value`.
    ///
    /// # Errors
    /// As [`to_vec`].
    pub fn of(value: &Value) -> Result<Self, Unwritable> {
        to_vec(value).map(Self)
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The canonical bytes of `value`.
///
/// # Errors
/// When it holds a number that is not a safe integer, or nests too deeply.
pub fn to_vec(value: &Value) -> Result<Vec<u8>, Unwritable> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, value)?;
    Ok(out)
}

/// Appends the canonical bytes of `value` to `out`.
///
/// # Errors
/// As [`to_vec`]; `out` then holds a part.
pub fn write(out: &mut Vec<u8>, value: &Value) -> Result<(), Unwritable> {
    write_nested(out, value, 0)
}

/// The value that these bytes are the canonical form of.
///
/// # Errors
/// When they are not canonical: white space, other key order, a key twice, another escape, a fraction.
pub fn parse(bytes: &[u8]) -> Result<Value, NotCanonical> {
    let mut reader = Reader::new(bytes)?;
    let value = reader.value()?;
    reader.finish()?;
    Ok(value)
}

fn write_nested(out: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), Unwritable> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(out, number)?,
        Value::String(text) => write_string(out, text),
        Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => return Err(Unwritable::Depth),
        Value::Array(items) => write_array(out, items, depth + 1)?,
        Value::Object(members) => write_object(out, members, depth + 1)?,
    }
    Ok(())
}

fn write_array(out: &mut Vec<u8>, items: &[Value], depth: usize) -> Result<(), Unwritable> {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_nested(out, item, depth)?;
    }
    out.push(b']');
    Ok(())
}

fn write_object(
    out: &mut Vec<u8>,
    members: &Map<String, Value>,
    depth: usize,
) -> Result<(), Unwritable> {
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    // The map may keep insertion order, and bytes order differs from UTF-16 order above U+FFFF.
    sorted.sort_by(|a, b| key_order(a.0, b.0));
    out.push(b'{');
    for (at, (key, value)) in sorted.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_string(out, key);
        out.push(b':');
        write_nested(out, value, depth)?;
    }
    out.push(b'}');
    Ok(())
}

/// The order of keys: by UTF-16 code units (RFC 8785 section 3.2.3).
pub fn key_order(a: &str, b: &str) -> std::cmp::Ordering {
    // Below the surrogates, bytes and code units agree; nearly every key is ASCII.
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn write_number(out: &mut Vec<u8>, number: &Number) -> Result<(), Unwritable> {
    let integer = number.as_i64().filter(|n| (-MAX_INTEGER..=MAX_INTEGER).contains(n));
    write_integer(out, integer.ok_or(Unwritable::Number)?);
    Ok(())
}

/// Appends an integer in decimal.
pub fn write_integer(out: &mut Vec<u8>, integer: i64) {
    use std::io::Write as _;
    write!(out, "{integer}").expect("invariant: writing to memory cannot fail");
}

/// Appends a JSON string with the one escape that RFC 8785 allows for each character.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[copied..at]);
        write_escape(out, byte);
        copied = at + 1;
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        _ => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests;
