//! Instants as senders write them: RFC 3339, epochs in seconds to nanoseconds, and the forms that
//! vendors made up.
//!
//! A sender's instant is a claim. It is kept beside the instant of arrival and never replaces it. A date
//! without a zone is no instant: it is read only where the sender's documents say which zone is meant.

use base::Timestamp;
use jiff::{civil::DateTime, tz::Offset};

/// The last microsecond that still counts as Go's zero time: the end of 0001-01-01 in any zone.
const ZERO_TIME_ENDS: i64 = -62_135_596_800_000_000 + 2 * 86_400_000_000;

/// The longest text that is looked at.
const MAX_TEXT: usize = 64;

/// What a text says about an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nothing, or Go's zero time `0001-01-01T00:00:00Z`, or the epoch 0.
    None,
    /// Something that is not an instant, such as a template that was not filled in or a date without a
    /// zone.
    Unreadable,
    /// This instant.
    At(Timestamp),
}

/// What a date without a zone means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zoneless {
    /// The sender's documents say UTC.
    IsUtc,
    /// Nobody knows.
    IsUnreadable,
}

/// Reads a claim; a date without a zone is unreadable.
pub(super) fn read(text: &str) -> Claim {
    read_as(text, Zoneless::IsUnreadable)
}

/// Reads a claim.
pub(super) fn read_as(text: &str, zoneless: Zoneless) -> Claim {
    let text = text.trim();
    if text.is_empty() {
        return Claim::None;
    }
    let at = match epoch(text) {
        Some(0) => return Claim::None,
        Some(epoch) => Some(Timestamp::from_micros(epoch)),
        None => text.parse().ok().or_else(|| civil(text, zoneless)),
    };
    match at {
        Some(at) if at.micros() < ZERO_TIME_ENDS => Claim::None,
        Some(at) => Claim::At(at),
        None => Claim::Unreadable,
    }
}

/// Microseconds of an epoch, which may be seconds with a fraction.
fn epoch(text: &str) -> Option<i64> {
    if let Ok(epoch) = text.parse::<i64>() {
        return Some(from_epoch(epoch));
    }
    let (seconds, fraction) = text.split_once('.')?;
    let seconds: i64 = seconds.parse().ok().filter(|s| (0..100_000_000_000).contains(s))?;
    let micros = micros_of(fraction)?;
    Some(seconds * 1_000_000 + micros)
}

/// The unit follows from the size: each of the ranges holds the years 1973 to 5138 in one unit
/// only.
fn from_epoch(epoch: i64) -> i64 {
    match epoch.unsigned_abs() {
        0..100_000_000_000 => epoch.saturating_mul(1_000_000),
        100_000_000_000..100_000_000_000_000 => epoch.saturating_mul(1_000),
        100_000_000_000_000..100_000_000_000_000_000 => epoch,
        _ => epoch / 1_000,
    }
}

/// Microseconds of the digits after a point; more than six are cut off.
fn micros_of(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let six: String = digits.chars().chain("000000".chars()).take(6).collect();
    six.parse().ok()
}

/// The parts of a date as they are found, in any order.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<(i8, i8, i8, i32)>,
    offset: Option<Offset>,
    afternoon: Option<bool>,
}

/// Dates written for people: `2026-11-22 08:14:03.120`, `3/22/2019 1:36:31 PM`,
/// `Sat, 05 Jun 2016 15:10:09 GMT`, `2025-02-15 14:59:03 +0000 UTC`. The weekday does not count: some
/// senders have it wrong.
fn civil(text: &str, zoneless: Zoneless) -> Option<Timestamp> {
    if text.len() > MAX_TEXT || !text.is_ascii() {
        return None;
    }
    let mut parts = Parts::default();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        match word.split_once('T').filter(|(day, _)| day.ends_with(|c: char| c.is_ascii_digit())) {
            Some((day, time)) => {
                parts.take(day)?;
                parts.take(time)?;
            }
            None => parts.take(word)?,
        }
    }
    let offset = parts.offset.or((zoneless == Zoneless::IsUtc).then_some(Offset::UTC))?;
    let at = offset.to_timestamp(parts.date_time()?).ok()?;
    Some(Timestamp::from_jiff(at))
}

impl Parts {
    fn take(&mut self, word: &str) -> Option<()> {
        let number = word.parse::<i16>().ok().filter(|_| !word.starts_with(['+', '-']));
        match (word, number) {
            ("AM" | "PM" | "am" | "pm", _) => {
                self.afternoon = Some(word.eq_ignore_ascii_case("pm"));
            }
            ("UTC" | "GMT" | "Z", _) => self.offset = self.offset.or(Some(Offset::UTC)),
            (_, Some(number)) if word.len() == 4 => self.year = Some(number),
            (_, Some(number)) => self.day = Some(i8::try_from(number).ok()?),
            _ if word.contains(':') && !word.starts_with(['+', '-']) => self.time(word)?,
            _ if word.starts_with(['+', '-']) => self.offset = Some(offset(word)?),
            _ if word.starts_with(|c: char| c.is_ascii_digit()) => self.date(word)?,
            _ => match MONTHS.iter().position(|month| word.starts_with(month)) {
                Some(month) => self.month = Some(i8::try_from(month + 1).ok()?),
                None => return DAYS.iter().any(|day| word.starts_with(day)).then_some(()),
            },
        }
        Some(())
    }

    /// `YYYY-MM-DD`, also with points or slashes, or the American `M/D/YYYY`.
    fn date(&mut self, word: &str) -> Option<()> {
        let numbers: Vec<i16> =
            word.split(['-', '/', '.']).map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let [first, second, third] = numbers.as_slice() else { return None };
        let (year, month, day) = match (*first > 31, word.contains('/')) {
            (true, _) => (first, second, third),
            (false, true) => (third, first, second),
            (false, false) => return None,
        };
        self.year = Some(*year);
        (self.month, self.day) = (i8::try_from(*month).ok(), i8::try_from(*day).ok());
        Some(())
    }

    /// `hh:mm`, with seconds, a fraction and an offset where they are there.
    fn time(&mut self, word: &str) -> Option<()> {
        let word = match word.strip_suffix('Z') {
            Some(rest) => {
                self.offset = Some(Offset::UTC);
                rest
            }
            None => word,
        };
        let (time, zone) = match word.find(['+', '-']) {
            Some(at) => (&word[..at], Some(&word[at..])),
            None => (word, None),
        };
        if let Some(zone) = zone {
            self.offset = Some(offset(zone)?);
        }
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let mut fields = time.split(':').map(|n| n.parse::<i8>().ok());
        let (hour, minute) = (fields.next()??, fields.next()??);
        let second = fields.next().unwrap_or(Some(0))?;
        let nanos = i32::try_from(micros_of(fraction)?).ok()? * 1_000;
        self.time = Some((hour, minute, second, nanos));
        fields.next().is_none().then_some(())
    }

    fn date_time(&self) -> Option<DateTime> {
        let (hour, minute, second, nanos) = self.time?;
        let hour = match self.afternoon {
            Some(true) if hour < 12 => hour + 12,
            Some(false) if hour == 12 => 0,
            _ => hour,
        };
        let (year, month, day) = (self.year?, self.month?, self.day?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        DateTime::new(year, month, day, hour, minute, second, nanos).ok()
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// `+0100` or `+01:00`.
fn offset(text: &str) -> Option<Offset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(claim: Claim) -> String {
        match claim {
            Claim::At(at) => at.to_string(),
            other => format!("{other:?}"),
        }
    }

    fn check(text: &str, wanted: &str) {
        assert_eq!(shown(read(text)), wanted, "{text}");
    }

    #[test]
    fn trap_the_zero_time_in_any_zone_is_no_instant() {
        check("0001-01-01T00:00:00Z", "None");
        check("0001-01-01T00:00:00-08:00", "None");
        check("0001-01-01T00:00:00+14:00", "None");
        check("", "None");
        check("0", "None");
        check("{EVENT.TIME}", "Unreadable");
    }

    #[test]
    fn trap_nanoseconds_and_epochs_of_every_unit() {
        check("2018-11-04T22:43:58.283995108+01:00", "2018-11-04T21:43:58.283995Z");
        check("2026-11-22T00:16:55.568Z", "2026-11-22T00:16:55.568000Z");
        check("1553275891", "2019-03-22T17:31:31.000000Z");
        check("1553275891.873", "2019-03-22T17:31:31.873000Z");
        check("1553275891123", "2019-03-22T17:31:31.123000Z");
        check("1553275891123456", "2019-03-22T17:31:31.123456Z");
        check("1553275891123456789", "2019-03-22T17:31:31.123456Z");
    }

    #[test]
    fn trap_an_offset_without_its_colon() {
        check("2017-01-12T16:30:42.236+0000", "2017-01-12T16:30:42.236000Z");
        check("2017-01-12T16:30:42+0130", "2017-01-12T15:00:42.000000Z");
    }

    #[test]
    fn trap_a_fraction_of_100_nanoseconds() {
        check("2019-03-22T13:58:24.3713213Z", "2019-03-22T13:58:24.371321Z");
    }

    #[test]
    fn trap_a_us_date_is_month_first_and_needs_a_zone() {
        let text = "3/22/2019 1:36:31 PM";
        check(text, "Unreadable");
        assert_eq!(shown(read_as(text, Zoneless::IsUtc)), "2019-03-22T13:36:31.000000Z");
        let midnight = read_as("12/31/2019 12:00:00 AM", Zoneless::IsUtc);
        assert_eq!(shown(midnight), "2019-12-31T00:00:00.000000Z");
    }

    #[test]
    fn trap_a_time_without_a_zone_is_no_instant_unless_documented() {
        check("2022-08-26 01:02:24.120", "Unreadable");
        check("2026.11.22 10:00:00", "Unreadable");
        let utc = read_as("2022-08-26 01:02:24.120", Zoneless::IsUtc);
        assert_eq!(shown(utc), "2022-08-26T01:02:24.120000Z");
    }

    #[test]
    fn trap_an_rfc_1123_date_with_a_wrong_weekday() {
        check("Sat, 05 Jun 2016 15:10:09 GMT", "2016-06-05T15:10:09.000000Z");
    }

    #[test]
    fn dates_that_say_their_zone_in_words() {
        check("2025-02-15 14:59:03.266529825 +0000 UTC", "2025-02-15T14:59:03.266529Z");
        check("Sat Oct 26 23:20:39 UTC 2024", "2024-10-26T23:20:39.000000Z");
        check("2025-03-24 17:28:40 UTC", "2025-03-24T17:28:40.000000Z");
    }

    #[test]
    fn what_is_no_date_is_unreadable() {
        for text in ["soon", "13:00", "2019-13-01T00:00:00Z", "99/99/2019 1:00 PM", "é", "+", "1.x"]
        {
            check(text, "Unreadable");
        }
    }
}
