//! The message around the alerts: where the list is, its group, and what was left out.

use base::Timestamp;

use super::alert::{self, OverBy, Reading};
use crate::inbound::{
    At, Flags, Malformed, Parsed, json, key,
    limits::{MAX_ALERTS, MAX_REQUEST_LABELS},
    malformed::{NOT_ALERTS, TOO_MANY},
};

/// A message: its alerts' raw texts and what belongs to all of them.
pub(crate) struct Message<'a> {
    alerts: Vec<&'a str>,
    /// The list's JSON Pointer; `None` where the body itself is one alert.
    list: Option<&'static str>,
    group_key: Option<String>,
    left_out: u64,
}

impl<'a> Message<'a> {
    /// Finds the alerts: in `alerts` (webhook), in the list that is the body (API), in `data`
    /// (answers of the older API), or the body itself where it has labels or annotations. Null is
    /// no alerts.
    ///
    /// # Errors
    /// `ING-001` (400) with line and column, `ING-006` (422), `ING-007` (413).
    pub(crate) fn read(text: &'a str) -> Result<Self, Malformed> {
        let body = text.trim_ascii();
        match body.as_bytes().first() {
            Some(b'{') => Self::from_object(text),
            Some(b'[') => Self::from_list(list_of(text, "")?, ""),
            _ if body == "null" => Self::from_list(Vec::new(), ""),
            _ => Err(neither(text)),
        }
    }

    fn from_object(text: &'a str) -> Result<Self, Malformed> {
        let members = json::members(text, json::MAX_MEMBERS).map_err(|e| json::not_json(&e))?;
        if members.len() > json::MAX_MEMBERS {
            let what = format!("an object of more than {} members", json::MAX_MEMBERS);
            return Err(Malformed::new(413, TOO_MANY, what));
        }
        let last = |name: &str| members.iter().rev().find(|(n, _)| n == name).map(|(_, raw)| *raw);
        let found = match (last("alerts"), last("data")) {
            (Some(raw), _) => Self::from_list(list_of(raw, "/alerts")?, "/alerts")?,
            (None, Some(raw)) if raw.starts_with('[') => {
                Self::from_list(list_of(raw, "/data")?, "/data")?
            }
            _ if last("labels").or_else(|| last("annotations")).is_some() => Self::one(text),
            _ => {
                let what = "the object has no list `alerts` and is not an alert itself";
                return Err(Malformed::new(422, NOT_ALERTS, what).at(At::Pointer(String::new())));
            }
        };
        let group_key = last("groupKey").and_then(json::text);
        let left_out = last("truncatedAlerts").and_then(json::text);
        Ok(Self {
            group_key: group_key.and_then(|text| key::of(&text)),
            left_out: left_out.and_then(|count| count.trim().parse().ok()).unwrap_or(0),
            ..found
        })
    }

    fn from_list(alerts: Vec<&'a str>, list: &'static str) -> Result<Self, Malformed> {
        if alerts.len() > MAX_ALERTS {
            let what = format!("more than {MAX_ALERTS} alerts in one request");
            return Err(Malformed::new(413, TOO_MANY, what).at(At::Pointer(list.to_owned())));
        }
        Ok(Self { alerts, list: Some(list), group_key: None, left_out: 0 })
    }

    fn one(text: &'a str) -> Self {
        Self { alerts: vec![text], list: None, group_key: None, left_out: 0 }
    }

    /// Reads each alert.
    ///
    /// # Errors
    /// `ING-007` (413) when all alerts together have too many labels.
    pub(crate) fn into_signals(
        self,
        over_by: OverBy,
        received_at: Timestamp,
    ) -> Result<Parsed, Malformed> {
        let flags = Flags { left_out: self.left_out, ..Flags::default() };
        let mut reading = Reading {
            over_by,
            received_at,
            group_key: self.group_key.as_deref(),
            flags,
            labels: 0,
        };
        let mut signals = Vec::with_capacity(self.alerts.len());
        for (index, raw) in self.alerts.into_iter().enumerate() {
            let read = alert::read(raw, &mut reading);
            signals.push(read.map_err(|unusable| unusable.at(index, self.list)));
            if reading.labels > MAX_REQUEST_LABELS {
                let what = format!("more than {MAX_REQUEST_LABELS} labels in one request");
                return Err(Malformed::new(413, TOO_MANY, what));
            }
        }
        Ok(Parsed { signals, flags: reading.flags, ..Parsed::default() })
    }
}

/// The elements of a list; null is an empty one, as a Go sender writes it.
fn list_of<'a>(raw: &'a str, pointer: &str) -> Result<Vec<&'a str>, Malformed> {
    if raw == "null" {
        return Ok(Vec::new());
    }
    json::elements(raw, MAX_ALERTS).map_err(|error| {
        if error.is_data() {
            let what = "the alerts are not in a list";
            Malformed::new(422, NOT_ALERTS, what).at(At::Pointer(pointer.to_owned()))
        } else {
            json::not_json(&error)
        }
    })
}

/// A body that begins neither an object nor a list: broken JSON, or a single value.
fn neither(text: &str) -> Malformed {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Err(error) => json::not_json(&error),
        Ok(_) => {
            Malformed::new(422, NOT_ALERTS, "the body is a single value, not a list of alerts")
                .at(At::Pointer(String::new()))
        }
    }
}
