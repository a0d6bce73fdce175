//! Decimal numbers and days: kept exactly, compared exactly, written one way only.

use std::{cmp::Ordering, fmt, str::FromStr};

use base::LeafSafe;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::MAX_INTEGER;

/// The most digits behind the point.
pub const MAX_SCALE: u8 = 6;

/// A decimal number of at most [`MAX_SCALE`] digits behind the point, and of at most [`MAX_INTEGER`]
/// in its last unit. `12.50` and `12.5` are one number, written `12.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: i64,
    scale: u8,
}

/// Why a text is not a number or not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {0}")]
pub struct Unread(&'static str);

const DECIMAL: Unread = Unread("a decimal number such as 12.50, with at most 6 decimals");
const DATE: Unread = Unread("a day such as 2026-11-25");

impl LeafSafe for Decimal {}
impl LeafSafe for Date {}

impl FromStr for Decimal {
    type Err = Unread;

    fn from_str(text: &str) -> Result<Self, Unread> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let bare = |part: &str| part.len() <= 16 && part.bytes().all(|b| b.is_ascii_digit());
        let dangling = whole.is_empty() || (digits.contains('.') && fraction.is_empty());
        let fraction = fraction.trim_end_matches('0');
        if dangling || !bare(whole) || !bare(fraction) {
            return Err(DECIMAL);
        }
        let scale = u8::try_from(fraction.len()).ok().filter(|s| *s <= MAX_SCALE).ok_or(DECIMAL)?;
        let unscaled: i64 = format!("{whole}{fraction}").parse().map_err(|_| DECIMAL)?;
        let unscaled = if text.starts_with('-') { -unscaled } else { unscaled };
        let fits = (-MAX_INTEGER..=MAX_INTEGER).contains(&unscaled);
        fits.then_some(Self { unscaled, scale }).ok_or(DECIMAL)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, digits) = (10_u64.pow(u32::from(self.scale)), self.unscaled.unsigned_abs());
        let sign = if self.unscaled < 0 { "-" } else { "" };
        write!(f, "{sign}{}", digits / unit)?;
        match self.scale {
            0 => Ok(()),
            scale => write!(f, ".{:0width$}", digits % unit, width = usize::from(scale)),
        }
    }
}

impl Decimal {
    /// In units of the last decimal that any number may have.
    fn common(self) -> i128 {
        i128::from(self.unscaled) * 10_i128.pow(u32::from(MAX_SCALE - self.scale))
    }
}

impl From<i64> for Decimal {
    fn from(unscaled: i64) -> Self {
        Self { unscaled, scale: 0 }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.common().cmp(&other.common())
    }
}

/// A day of the Gregorian calendar, from year 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl FromStr for Date {
    type Err = Unread;

    fn from_str(text: &str) -> Result<Self, Unread> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
        let digits = |at: usize| matches!(at, 4 | 7) || bytes[at].is_ascii_digit();
        if !shaped || !(0..10).all(digits) {
            return Err(DATE);
        }
        let number = |from, to| text[from..to].parse::<u16>().map_err(|_| DATE);
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let narrow = |number: u16| u8::try_from(number).map_err(|_| DATE);
        let (month, day) = (narrow(month)?, narrow(day)?);
        let fits = year > 0 && (1..=days(year, month)).contains(&day);
        fits.then_some(Self { year, month, day }).ok_or(DATE)
    }
}

fn days(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

macro_rules! as_text {
    ($($kind:ty),*) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

as_text!(Decimal, Date);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly_and_written_one_way() {
        for (written, read) in [
            ("12.50", "12.5"),
            ("-0.000001", "-0.000001"),
            ("007", "7"),
            ("0.0", "0"),
            ("9007199254740991", "9007199254740991"),
        ] {
            assert_eq!(written.parse::<Decimal>().unwrap().to_string(), read);
        }
        for wrong in ["", ".5", "5.", "1,5", "1e3", "+1", "0.0000001", "9007199254740992", "--1"] {
            assert!(wrong.parse::<Decimal>().is_err(), "{wrong}");
        }
        let read = |text: &str| text.parse::<Decimal>().unwrap();
        assert!(read("0.9") < read("1") && read("-1") < read("-0.999999"));
    }

    #[test]
    fn days_exist_or_are_refused() {
        for fine in ["2026-11-25", "2028-02-29", "2000-02-29", "0001-01-01"] {
            assert_eq!(fine.parse::<Date>().unwrap().to_string(), fine);
        }
        for wrong in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "0000-01-01",
            "éééé",
        ] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }
}
