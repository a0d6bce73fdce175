//! Lengths of time as models write them: ISO 8601 with weeks, days, hours, minutes and seconds.
//! Years and months have no fixed length and are refused.

use base::Duration;

use super::{When, marks::is_variable};

/// The longest length a model may name: 3,660 days.
pub const LONGEST: Duration = Duration::hours(3_660 * 24);

/// The shortest time between two rounds of a cycle.
pub const SHORTEST_CYCLE: Duration = Duration::seconds(1);

/// Reads `PT30M`, `P1DT12H`, `P2W`, `PT0.5S`. At most [`LONGEST`]; never negative.
pub fn parse(text: &str) -> Option<Duration> {
    let rest = text.trim().strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let date = sum(date, &[('W', 604_800), ('D', 86_400)])?;
    let time = sum(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    let micros = date.checked_add(time)?;
    (micros <= LONGEST.as_micros()).then(|| Duration::micros(micros))
}

/// Adds up `1H30M`; each unit at most once and in order; only seconds may have decimals.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total = 0i64;
    for (unit, seconds) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        let micros = if *unit == 'S' { micros(number)? } else { whole(number)? * 1_000_000 };
        total = total.checked_add(micros.checked_mul(*seconds)?)?;
        text = rest;
    }
    text.is_empty().then_some(total)
}

fn whole(digits: &str) -> Option<i64> {
    let plain = !digits.is_empty() && digits.len() <= 9;
    (plain && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

fn micros(number: &str) -> Option<i64> {
    let (seconds, decimals) = number.split_once('.').unwrap_or((number, "0"));
    if decimals.is_empty() || decimals.len() > 6 {
        return None;
    }
    Some(whole(seconds)? * 1_000_000 + whole(&format!("{decimals:0<6}"))?)
}

/// Writes a length in the form [`parse`] reads.
pub fn text(length: Duration) -> String {
    let micros = length.as_micros().max(0);
    let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let seconds = match rest {
        0 => format!("{}", seconds % 60),
        _ => format!("{}.{rest:06}", seconds % 60).trim_end_matches('0').to_owned(),
    };
    let part =
        |number: i64, unit| if number == 0 { String::new() } else { format!("{number}{unit}") };
    let seconds = if seconds == "0" { String::new() } else { format!("{seconds}S") };
    let time = format!("{}{}{seconds}", part(hours, 'H'), part(minutes, 'M'));
    match (days, time.is_empty()) {
        (0, true) => "PT0S".to_owned(),
        (_, true) => format!("P{days}D"),
        _ => format!("P{}T{time}", part(days, 'D')),
    }
}

/// Reads what a timer says: `timeDuration` a length, `timeDate` an instant, `timeCycle` a repetition
/// (`R3/PT1H`, `R/PT1H`, `R3/2026-11-25T08:00:00Z/P1D`). A length and an instant may also stand in a
/// variable, and so much later: `=aware_at + PT4H`.
pub fn when(kind: &str, text: &str) -> Option<When> {
    if let Some(variable) = text.strip_prefix('=').filter(|_| kind != "timeCycle") {
        let (name, plus) = match variable.split_once('+') {
            Some((name, plus)) => (name.trim(), parse(plus)?),
            None => (variable.trim(), Duration::ZERO),
        };
        return is_variable(name).then(|| name.parse().ok())?.map(|n| When::Variable(n, plus));
    }
    match kind {
        "timeDuration" => parse(text).map(When::After),
        "timeDate" => text.parse().ok().map(When::At),
        "timeCycle" => cycle(text),
        _ => None,
    }
}

fn cycle(text: &str) -> Option<When> {
    let (times, rest) = text.strip_prefix('R')?.split_once('/')?;
    let times = match times {
        "" => None,
        digits => Some(digits.parse().ok().filter(|times| *times > 0)?),
    };
    let (from, every) = match rest.split_once('/') {
        Some((from, every)) => (Some(from.parse().ok()?), every),
        None => (None, rest),
    };
    let every = parse(every).filter(|every| *every >= SHORTEST_CYCLE)?;
    Some(When::Every { every, times, from })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_lengths_are_read_and_the_rest_is_refused() {
        for (written, micros) in [
            ("PT15M", 900_000_000),
            ("PT0S", 0),
            ("P1DT12H", 129_600_000_000),
            ("P2W", 1_209_600_000_000),
            ("PT0.01S", 10_000),
            (" PT1H1M1S ", 3_661_000_000),
        ] {
            assert_eq!(parse(written), Some(Duration::micros(micros)), "{written}");
            let again = text(Duration::micros(micros));
            assert_eq!(parse(&again), Some(Duration::micros(micros)), "{again}");
        }
        for wrong in [
            "",
            "P",
            "PT",
            "P1Y",
            "P1M",
            "15M",
            "PT15",
            "PT-5M",
            "-PT5M",
            "PT5M5H",
            "PT1.5H",
            "P9999999D",
            "\"PT5M\"",
            "PT5M PT5M",
            "PT0.0000001S",
            "duration(\"PT5M\")",
            "PTM",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn instants_cycles_and_variables_are_read() {
        let read = |kind, text| when(kind, text).map(|when| format!("{when:?}"));
        assert!(read("timeDate", "2026-11-25T08:00:00Z").unwrap().starts_with("At("));
        assert!(read("timeDate", "=aware_at + PT4H").unwrap().starts_with("Variable(aware_at"));
        assert!(read("timeDuration", "= patience").is_some());
        for cycle in ["R3/PT1H", "R/PT1S", "R2/2026-11-25T08:00:00Z/P1D"] {
            assert!(read("timeCycle", cycle).unwrap().starts_with("Every"), "{cycle}");
        }
        for (kind, wrong) in [
            ("timeDate", "2026-11-25"),
            ("timeDate", "tomorrow"),
            ("timeDuration", "= a b"),
            ("timeDuration", "=now() + PT1H"),
            ("timeCycle", "R0/PT1H"),
            ("timeCycle", "R3/PT0S"),
            ("timeCycle", "R3"),
            ("timeCycle", "0 0 * * *"),
        ] {
            assert_eq!(read(kind, wrong), None, "{wrong}");
        }
    }
}
