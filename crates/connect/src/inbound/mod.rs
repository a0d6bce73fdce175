//! Sources: each reads one sender's format and answers canonical signals.
//!
//! A source decides what a message says, never what it does: whether a signal opens, changes or
//! ends an alert is the domain's decision. The bytes are kept by the caller before they come here,
//! so that nothing read too narrowly is lost.

mod alertmanager;
mod alertmanager_api;
mod content_type;
mod instant;
mod json;
mod key;
mod labels;
pub mod limits;
mod malformed;
mod signal;

use base::Timestamp;

pub use malformed::{At, CODES, Malformed, Rejected};
pub use signal::{Action, Flags, Link, LinkKind, Parsed, Signal, SourceSeverity};

/// One sender's format.
pub trait Source: Send + Sync {
    /// Its name in the address `POST /in/{source}/{key}`; stable.
    fn name(&self) -> &'static str;

    /// The largest body it reads, in bytes; the caller stops reading there.
    fn max_body(&self) -> usize {
        limits::MAX_BODY
    }

    /// What the body says.
    ///
    /// `content_type` is the header as sent. `received_at` is our own clock's instant of arrival:
    /// formats without a status say "over" by an end that has passed.
    ///
    /// # Errors
    /// [`Malformed`] when nothing of the body can be used. A single alert that cannot be used
    /// stands as [`Rejected`] among the signals and does not stop its neighbours.
    fn parse(
        &self,
        content_type: Option<&str>,
        body: &[u8],
        received_at: Timestamp,
    ) -> Result<Parsed, Malformed>;
}

/// Every source, one line each.
pub static SOURCES: &[&dyn Source] =
    &[&alertmanager::Alertmanager, &alertmanager_api::AlertmanagerApi];

/// The source of this name.
pub fn find(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_is_found_by_its_own_name() {
        for source in SOURCES {
            assert_eq!(find(source.name()).map(Source::name), Some(source.name()));
        }
        assert!(find("smoke-signals").is_none());
    }
}
