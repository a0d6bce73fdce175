//! Any sender that can post JSON: read by a mapping that belongs to the integration.
//!
//! A mapping is pointers and tables of words. It cannot loop, compute or call anything, so that whoever
//! writes one can break nothing but the reading of that one sender.

mod apply;
mod mapping;

use super::{
    Arrival, Malformed, Parsed, Sample, Source,
    body::{self, Sent},
    malformed::NO_MAPPING,
    view::View,
};

pub use mapping::{Mapping, MappingError};

/// The generic source.
pub(super) struct Generic;

/// The name of the source.
pub const NAME: &str = "generic";

/// A mapping to begin with; it reads the sample.
pub const EXAMPLE: &str = include_str!("example.json");

impl Source for Generic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn label(&self) -> &'static str {
        "Anything that posts JSON"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        let Some(mapping) = &arrival.settings.mapping else {
            let what = "the integration has no mapping yet; write one, then read this again";
            return Err(Malformed::new(422, NO_MAPPING, what));
        };
        read(mapping, arrival, self.max_body())
    }
}

/// Reads a body by a mapping: what the source `generic` and every source that is only a mapping do.
pub(super) fn read(
    mapping: &Mapping,
    arrival: &Arrival<'_>,
    max: usize,
) -> Result<Parsed, Malformed> {
    let text = body::text(arrival, max, Sent::AsJsonOrForm)?;
    apply::all(mapping, View::of(&text)?)
}

#[cfg(test)]
mod tests;
