//! The text forms of our names as JSON Schema, for the description of the API.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{Code, Digest, Duration, Id, Kind, Timestamp};

/// Describes a type by one schema that is written out where it is used.
macro_rules! inline {
    ($($type:ty = $name:literal, $schema:tt;)*) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

inline! {
    Timestamp = "Timestamp", { "type": "string", "format": "date-time" };
    Duration = "Duration", {
        "type": "integer", "format": "int64", "description": "A length of time in microseconds."
    };
    Digest = "Digest", { "type": "string", "pattern": "^[0-9a-f]{64}$" };
    Code = "Code", {
        "type": "string", "pattern": "^[A-Za-z0-9_.:-]+$", "minLength": 1, "maxLength": 96
    };
}

impl<K: Kind> JsonSchema for Id<K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}_id", K::PREFIX).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": format!("^{}_[0-9a-f]{{32}}$", K::PREFIX) })
    }
}
