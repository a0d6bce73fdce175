//! Senders that need nothing but a mapping: pointers and words, read as the source `generic` reads them.

use std::sync::OnceLock;

use super::{
    Arrival, Malformed, Parsed, Sample, Source,
    generic::{self, Mapping},
};

/// A sender with the mapping that we ship for it.
pub(super) struct Mapped {
    name: &'static str,
    label: &'static str,
    acknowledges: bool,
    text: &'static str,
    sample: &'static str,
    mapping: OnceLock<Mapping>,
}

macro_rules! mapped {
    ($($(#[$meta:meta])* $id:ident: $name:literal, $label:literal, $file:literal, $ack:literal;)*) => {
        $($(#[$meta])* pub(super) static $id: Mapped = Mapped {
            name: $name,
            label: $label,
            acknowledges: $ack,
            text: include_str!(concat!($file, ".map.json")),
            sample: include_str!(concat!($file, ".sample.json")),
            mapping: OnceLock::new(),
        };)*
        #[cfg(test)]
        static ALL: &[&Mapped] = &[$(&$id),*];
    };
}

mapped! {
    /// Pingdom's webhook of an uptime check.
    PINGDOM: "pingdom", "Pingdom", "pingdom", false;
    /// New Relic's older webhook of an incident.
    NEW_RELIC: "newrelic", "New Relic", "newrelic", true;
    /// Graylog's HTTP notification, of events and of the older stream alerts.
    GRAYLOG: "graylog", "Graylog", "graylog", false;
    /// An event of Riemann.
    RIEMANN: "riemann", "Riemann", "riemann", false;
    /// LibreNMS' API transport.
    LIBRENMS: "librenms", "LibreNMS", "librenms", false;
    /// ThousandEyes' webhook.
    THOUSANDEYES: "thousandeyes", "ThousandEyes", "thousandeyes", false;
    /// Axiom's monitor webhook.
    AXIOM: "axiom", "Axiom", "axiom", false;
    /// Dash0's webhook.
    DASH0: "dash0", "Dash0", "dash0", false;
    /// VMware's REST notification of vRealize Operations.
    VREALIZE: "vrealize", "VMware vRealize Operations", "vrealize", false;
    /// What a client of Splunk On-Call's REST endpoint sends.
    SPLUNK_ON_CALL: "victorops", "Splunk On-Call (VictorOps)", "victorops", true;
}

impl Source for Mapped {
    fn name(&self) -> &'static str {
        self.name
    }

    fn label(&self) -> &'static str {
        self.label
    }

    fn acknowledges(&self) -> bool {
        self.acknowledges
    }

    fn sample(&self) -> Sample {
        Sample::json(self.sample)
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        let mapping = self.mapping.get_or_init(|| {
            Mapping::shipped(self.text).expect("invariant: a test reads every shipped mapping")
        });
        generic::read(mapping, arrival, self.max_body())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Action;

    #[test]
    fn every_shipped_mapping_is_one_and_reads_its_sample() {
        for source in ALL {
            Mapping::shipped(source.text).unwrap_or_else(|e| panic!("{}: {e}", source.name));
            let arrival = Arrival::of(None, source.sample.as_bytes(), base::Timestamp::default());
            let parsed = source.parse(&arrival).unwrap();
            let signal = parsed.signals[0].as_ref().unwrap();
            assert_eq!(signal.action, Action::Trigger, "{}", source.name);
            assert_eq!(parsed.flags.unknown_status, 0, "{}", source.name);
        }
    }
}
