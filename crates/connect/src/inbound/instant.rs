//! Instants as senders write them: RFC 3339, or an epoch in seconds to nanoseconds.
//!
//! A sender's instant is a claim. It is kept beside the instant of arrival and never replaces it.

use base::Timestamp;

/// The last microsecond that still counts as Go's zero time: the end of 0001-01-01 in any zone.
const ZERO_TIME_ENDS: i64 = -62_135_596_800_000_000 + 2 * 86_400_000_000;

/// What a text says about an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nothing, or Go's zero time `0001-01-01T00:00:00Z`.
    None,
    /// Something that is not an instant, such as a template that was not filled in.
    Unreadable,
    /// This instant.
    At(Timestamp),
}

/// Reads a claim.
pub(super) fn read(text: &str) -> Claim {
    let text = text.trim();
    if text.is_empty() {
        return Claim::None;
    }
    let at = match text.parse::<i64>() {
        Ok(epoch) => Ok(from_epoch(epoch)),
        Err(_) => text.parse(),
    };
    match at {
        Ok(at) if at.micros() < ZERO_TIME_ENDS => Claim::None,
        Ok(at) => Claim::At(at),
        Err(_) => Claim::Unreadable,
    }
}

/// The unit follows from the size: each of the ranges holds the years 1973 to 5138 in one unit
/// only.
fn from_epoch(epoch: i64) -> Timestamp {
    let micros = match epoch.unsigned_abs() {
        0..100_000_000_000 => epoch.saturating_mul(1_000_000),
        100_000_000_000..100_000_000_000_000 => epoch.saturating_mul(1_000),
        100_000_000_000_000..100_000_000_000_000_000 => epoch,
        _ => epoch / 1_000,
    };
    Timestamp::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &str) {
        let seen = match read(text) {
            Claim::At(at) => at.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(seen, wanted, "{text}");
    }

    #[test]
    fn each_form_and_what_is_none() {
        check("2018-11-04T22:43:58.283995108+01:00", "2018-11-04T21:43:58.283995Z");
        check("2026-11-22T00:16:55.568Z", "2026-11-22T00:16:55.568000Z");
        check("0001-01-01T00:00:00Z", "None");
        check("0001-01-01T00:00:00-08:00", "None");
        check("", "None");
        check("{EVENT.TIME}", "Unreadable");
        check("1553275891", "2019-03-22T17:31:31.000000Z");
        check("1553275891123", "2019-03-22T17:31:31.123000Z");
        check("1553275891123456", "2019-03-22T17:31:31.123456Z");
        check("1553275891123456789", "2019-03-22T17:31:31.123456Z");
    }
}
