//! Instants as a page shows them: wall-clock time in the reader's zone with the zone's name, UTC
//! beside it, and how long ago as an addition.
//!
//! Lengths are written with unit signs (`3 h 50 m`), which no language changes.

use base::Timestamp;
use jiff::{Zoned, tz::TimeZone};

const SECOND: i64 = 1_000_000;
const TEN_SECONDS: i64 = 10 * SECOND;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// A day of the running year.
const THIS_YEAR: &str = "%-d %b";

/// How far from now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relative {
    /// So long ago.
    Ago(String),
    /// In so long.
    In(String),
}

/// An instant, in every form a page may want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    /// `17 Nov 2026 03:31:40 CET`.
    pub local: String,
    /// `03:31` today, `16 Nov 19:12` this year, `16 Nov 2025` earlier.
    pub short: String,
    /// `03:31:40`: to the second, where the day is clear.
    pub clock: String,
    /// `16 Nov`, or with the year where it is another; `None` today.
    pub day: Option<String>,
    /// `02:31:40Z`, or with the date where it differs from the local one.
    pub utc: String,
    /// `2026-11-17T02:31:40Z`, for machines.
    pub iso: String,
    /// How far from now.
    pub relative: Relative,
}

/// The reader's zone and the moment of the page: makes [`Time`]s.
#[derive(Debug, Clone)]
pub struct Reader {
    zone: TimeZone,
    now: Timestamp,
}

impl Reader {
    /// A reader in `zone`, looking at a page made at `now`.
    pub const fn new(zone: TimeZone, now: Timestamp) -> Self {
        Self { zone, now }
    }

    /// The moment of the page.
    pub fn now(&self) -> Time {
        self.time(self.now)
    }

    /// The zone's name at the moment of the page: `CET`.
    pub fn zone(&self) -> String {
        self.local(self.now).strftime("%Z").to_string()
    }

    /// An instant as this reader sees it.
    pub fn time(&self, at: Timestamp) -> Time {
        let local = self.local(at);
        let utc = at.jiff().to_zoned(TimeZone::UTC);
        let utc_form = if utc.date() == local.date() { "%H:%M:%SZ" } else { "%-d %b %H:%M:%SZ" };
        Time {
            local: local.strftime("%-d %b %Y %H:%M:%S %Z").to_string(),
            short: local.strftime(self.short_form(&local)).to_string(),
            clock: local.strftime("%H:%M:%S").to_string(),
            day: self.day_form(&local).map(|form| local.strftime(form).to_string()),
            utc: utc.strftime(utc_form).to_string(),
            iso: utc.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            relative: self.relative(at),
        }
    }

    /// An instant as a field for date and time holds it: `2026-11-17T03:31`.
    pub fn field(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.jiff().to_zoned(self.zone.clone())
    }

    fn short_form(&self, local: &Zoned) -> &'static str {
        match self.day_form(local) {
            None => "%H:%M",
            Some(THIS_YEAR) => "%-d %b %H:%M",
            Some(other_year) => other_year,
        }
    }

    fn day_form(&self, local: &Zoned) -> Option<&'static str> {
        let today = self.local(self.now).date();
        if local.date() == today {
            None
        } else if local.date().year() == today.year() {
            Some(THIS_YEAR)
        } else {
            Some("%-d %b %Y")
        }
    }

    fn relative(&self, at: Timestamp) -> Relative {
        let distance = self.now.micros() - at.micros();
        if distance < 0 { Relative::In(length(-distance)) } else { Relative::Ago(length(distance)) }
    }
}

/// A length in its two largest units: `40 s`, `8 m 20 s`, `3 h 50 m`, `2 d 4 h`; below ten seconds
/// with one decimal.
pub fn length(micros: i64) -> String {
    let pair = |large: i64, sign: &str, small: i64, small_sign: &str| match micros % large / small {
        0 => format!("{} {sign}", micros / large),
        rest => format!("{} {sign} {rest} {small_sign}", micros / large),
    };
    match micros {
        ..=0 => "0 s".to_owned(),
        1..TEN_SECONDS => format!("{}.{} s", micros / SECOND, micros % SECOND / 100_000),
        TEN_SECONDS..MINUTE => format!("{} s", micros / SECOND),
        MINUTE..HOUR => pair(MINUTE, "m", SECOND, "s"),
        HOUR..DAY => pair(HOUR, "h", MINUTE, "m"),
        DAY.. => pair(DAY, "d", HOUR, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Reader {
        let zone = TimeZone::get("Europe/Berlin").expect("bundled");
        Reader::new(zone, "2026-11-17T02:31:40Z".parse().expect("an instant"))
    }

    #[test]
    fn an_instant_carries_zone_and_utc() {
        let time = berlin().time("2026-11-17T01:41:08Z".parse().expect("an instant"));
        assert_eq!(time.local, "17 Nov 2026 02:41:08 CET");
        assert_eq!((time.short.as_str(), time.utc.as_str()), ("02:41", "01:41:08Z"));
        assert_eq!(time.relative, Relative::Ago("50 m 32 s".to_owned()));
    }

    #[test]
    fn another_day_is_named() {
        let day = |text: &str| berlin().time(text.parse().expect("an instant")).day;
        assert_eq!(day("2026-11-17T01:00:00Z"), None);
        assert_eq!(day("2026-11-16T01:00:00Z"), Some("16 Nov".to_owned()));
        assert_eq!(day("2025-11-16T01:00:00Z"), Some("16 Nov 2025".to_owned()));
    }

    #[test]
    fn utc_names_its_day_where_it_is_another() {
        let time = berlin().time("2026-11-16T23:30:00Z".parse().expect("an instant"));
        assert_eq!((time.short.as_str(), time.utc.as_str()), ("00:30", "16 Nov 23:30:00Z"));
    }

    #[test]
    fn lengths_have_two_units() {
        let cases = [
            (0, "0 s"),
            (400_000, "0.4 s"),
            (40 * SECOND, "40 s"),
            (8 * MINUTE + 20 * SECOND, "8 m 20 s"),
            (28 * MINUTE, "28 m"),
            (3 * HOUR + 50 * MINUTE, "3 h 50 m"),
            (2 * DAY + 4 * HOUR, "2 d 4 h"),
        ];
        for (micros, text) in cases {
            assert_eq!(length(micros), text);
        }
    }
}
