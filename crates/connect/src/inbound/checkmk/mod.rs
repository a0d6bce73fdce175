//! Checkmk: a notification script that posts its context.
//!
//! Source: Checkmk manual, notification scripts; the names that scripts in the field use.

use super::{
    Arrival, Malformed, Parsed, Sample, Source,
    body::{self, Sent},
    nagios::notice::Notice,
    view::View,
};

/// The notification script.
pub(super) struct Checkmk;

impl Source for Checkmk {
    fn name(&self) -> &'static str {
        "checkmk"
    }

    fn label(&self) -> &'static str {
        "Checkmk"
    }

    fn acknowledges(&self) -> bool {
        true
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        let text = body::text(arrival, self.max_body(), Sent::AsJsonOrForm)?;
        let view = View::object(&text)?;
        let notice = Notice {
            kind: view.first(&["/notification_type", "/NOTIFICATIONTYPE"]),
            host: view.first(&["/host", "/HOSTNAME", "/alias"]),
            service: view.first(&["/service", "/service_desc", "/SERVICEDESC"]),
            state: view.first(&["/status", "/severity", "/SERVICESTATE", "/HOSTSTATE"]),
            output: view.first(&["/output", "/summary", "/SERVICEOUTPUT", "/HOSTOUTPUT"]),
            long_output: view.text("/long_output"),
            // The long form names its zone; the short one and the day do not.
            at: view.first(&["/microtime", "/long_date_time"]),
            url: view.text("/url"),
            notes: ["address", "event", "site", "check_command", "what"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), view.text(&format!("/{name}"))?)))
                .collect(),
        };
        Ok(notice.told())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Action;

    #[test]
    fn trap_the_zone_is_in_the_long_date_only() {
        let read = |date: &str| {
            let body = format!(
                r#"{{"host":"h","status":"DOWN","notification_type":"PROBLEM",{date},"date":"2024-10-26"}}"#
            );
            let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
            Checkmk.parse(&arrival).unwrap().signals.remove(0).unwrap()
        };
        let zoned = read(r#""long_date_time":"Sat Oct 26 23:20:39 UTC 2024""#);
        assert_eq!(zoned.occurred_at.unwrap().to_string(), "2024-10-26T23:20:39.000000Z");
        assert_eq!(read(r#""short_date_time":"2024-10-26 23:20:39""#).occurred_at, None);
        assert_eq!(zoned.action, Action::Trigger);
    }
}
