//! Values on PostgreSQL's wire, in its binary form: BIGINT, DOUBLE PRECISION, TEXT, BYTEA.
//!
//! A literal such as `1` is an `int4` there and a comparison a `bool`: both are read as integers.
//! Anything else (NUMERIC of a `SUM` without `CAST`, timestamps) is refused by name.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{Value, row::Cell};

type Boxed = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        match (self, kind) {
            (Self::Int(value), &Type::INT8) => value.to_sql(kind, out),
            (Self::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(kind, out),
            (Self::Real(value), &Type::FLOAT8) => value.to_sql(kind, out),
            (Self::Text(value), &Type::TEXT | &Type::VARCHAR) => value.to_sql(kind, out),
            (Self::Blob(value), &Type::BYTEA) => value.to_sql(kind, out),
            (Self::NullInt | Self::NullReal | Self::NullText | Self::NullBlob, _) => {
                Ok(IsNull::Yes)
            }
            _ => Err(format!("a value of another kind than {kind}").into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        takes(kind)
    }

    to_sql_checked!();
}

/// Whether a parameter may have this type.
pub(crate) fn takes(kind: &Type) -> bool {
    matches!(
        *kind,
        Type::INT8 | Type::INT4 | Type::FLOAT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA
    )
}

/// Whether a column may have this type.
pub(crate) fn gives(kind: &Type) -> bool {
    takes(kind) || matches!(*kind, Type::BOOL | Type::NAME)
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Boxed> {
        Ok(match *kind {
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(kind, raw)?.into()),
            Type::BOOL => Self::Int(bool::from_sql(kind, raw)?.into()),
            Type::FLOAT8 => Self::Real(f64::from_sql(kind, raw)?),
            Type::BYTEA => Self::Blob(raw.to_vec()),
            _ => Self::Text(String::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Boxed> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        gives(kind)
    }
}
