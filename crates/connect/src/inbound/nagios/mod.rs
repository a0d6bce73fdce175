//! Nagios and everything with its notification commands: macros as fields of a form or of an object.
//!
//! A notification that is neither problem nor recovery is a note: downtime, flapping and custom
//! notifications never count as an answer, for they would stop a page. Source: Nagios Core manual,
//! standard macros.

pub(super) mod notice;

use std::collections::BTreeMap;

use super::{
    Arrival, Malformed, Parsed, Sample, Source,
    body::{self, Sent},
    view::View,
};
use notice::Notice;

/// The notification command.
pub(super) struct Nagios;

impl Source for Nagios {
    fn name(&self) -> &'static str {
        "nagios"
    }

    fn label(&self) -> &'static str {
        "Nagios, Naemon, Centreon"
    }

    fn acknowledges(&self) -> bool {
        true
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        let text = body::text(arrival, self.max_body(), Sent::AsJsonOrForm)?;
        let macros = macros(View::object(&text)?);
        let get = |name: &str| macros.get(name).cloned();
        let service = get("SERVICEDESC");
        let host_state = get("HOSTSTATE");
        let notice = Notice {
            kind: get("NOTIFICATIONTYPE"),
            host: get("HOSTNAME").or_else(|| get("HOSTALIAS")),
            state: if service.is_some() { get("SERVICESTATE") } else { host_state },
            output: get("SERVICEOUTPUT").or_else(|| get("HOSTOUTPUT")),
            long_output: get("LONGSERVICEOUTPUT").or_else(|| get("LONGHOSTOUTPUT")),
            at: get("TIMET"),
            service,
            url: get("SERVICEACTIONURL").or_else(|| get("HOSTACTIONURL")),
            notes: [
                "HOSTADDRESS",
                "NOTIFICATIONNUMBER",
                "NOTIFICATIONAUTHOR",
                "NOTIFICATIONCOMMENT",
            ]
            .into_iter()
            .filter_map(|name| Some((name.to_lowercase(), get(name)?)))
            .collect(),
        };
        Ok(notice.told())
    }
}

/// The macros by their name in capitals, whatever case and prefix they were sent with; those that Nagios
/// did not fill in (`$HOSTNAME$`) are absent.
fn macros(view: View<'_>) -> BTreeMap<String, String> {
    let named = view.pairs("").into_iter().map(|(name, value)| {
        let name = name.trim().trim_matches('$').to_ascii_uppercase();
        let name = name.strip_prefix("NAGIOS_").unwrap_or(&name).replace(['_', '-'], "");
        (name, value.trim().to_owned())
    });
    named.filter(|(_, value)| !(value.is_empty() || is_unfilled(value))).collect()
}

fn is_unfilled(value: &str) -> bool {
    value.len() > 2 && value.starts_with('$') && value.ends_with('$')
}

#[cfg(test)]
mod tests;
