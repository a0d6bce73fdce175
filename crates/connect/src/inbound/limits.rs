//! How much a source reads. Each limit is generous for honest senders and small for our memory.

/// The largest body of a webhook, in bytes.
pub const MAX_BODY: usize = 512 * 1024;

/// The largest body of the Alertmanager API, in bytes: Prometheus sends its whole queue at once.
pub const MAX_API_BODY: usize = 4 * 1024 * 1024;

/// How deep lists and objects may nest.
pub const MAX_DEPTH: usize = 32;

/// The most alerts in one request.
pub const MAX_ALERTS: usize = 10_000;

/// The most labels in one request, over all its alerts.
pub const MAX_REQUEST_LABELS: usize = 250_000;

/// The most labels of one alert, and likewise of annotations.
pub const MAX_LABELS: usize = 128;

/// The longest name of a label or annotation, in bytes.
pub const MAX_NAME: usize = 256;

/// The longest value of a label, in bytes. A longer one is refused: cutting it would change
/// identity.
pub const MAX_LABEL_VALUE: usize = 4 * 1024;

/// The longest value of an annotation, in bytes; longer ones are cut and flagged.
pub const MAX_ANNOTATION_VALUE: usize = 16 * 1024;

/// The longest title, in bytes; longer ones are cut and flagged.
pub const MAX_TITLE: usize = 512;

/// The longest key of an alert or a group of alerts, in bytes; of a longer one its SHA-256 is used.
pub const MAX_KEY: usize = 512;

/// The longest link, in bytes; longer ones are left out and flagged.
pub const MAX_LINK: usize = 4 * 1024;

/// The largest mapping of the source `generic`, in bytes.
pub const MAX_MAPPING: usize = 16 * 1024;
