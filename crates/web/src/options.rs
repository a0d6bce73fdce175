//! How the web side of this node is set up, beside what `app::Options` says.

use jiff::tz::TimeZone;

/// The zone of the times on pages where none is set.
pub const DEFAULT_ZONE: &str = "Europe/Brussels";
/// How many live streams one node serves at once.
pub const LIVE_STREAMS: usize = 512;

/// Options of the web side.
#[derive(Debug, Clone)]
pub struct Options {
    /// The zone in which pages show times; UTC stands beside each.
    pub zone: TimeZone,
    /// Names under which this node may be addressed, beside the one in `base_url` and loopback.
    pub hosts: Vec<String>,
    /// How many live streams are served at once; more are answered 503.
    pub live_streams: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            zone: TimeZone::get(DEFAULT_ZONE).unwrap_or(TimeZone::UTC),
            hosts: Vec::new(),
            live_streams: LIVE_STREAMS,
        }
    }
}

impl Options {
    /// The default in another zone, by its IANA name; `None` for a name that is not known.
    pub fn in_zone(name: &str) -> Option<Self> {
        Some(Self { zone: TimeZone::get(name).ok()?, ..Self::default() })
    }
}
