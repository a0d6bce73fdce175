//! What a handler takes, as its description tells it.

use axum::{
    extract::{OriginalUri, State},
    http::HeaderMap,
};
use schemars::JsonSchema;

use super::Operation;
use crate::{
    api::take::{Json, Path, Query},
    state::Web,
    visit::Asker,
};

/// A part of a request that a handler takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not described",
    note = "handlers of the API take `State`, `Asker`, and `Path`, `Query`, `Json` of `crate::api::take` over types that derive `schemars::JsonSchema`"
)]
pub(crate) trait Takes {
    /// Adds itself to the operation.
    fn describe(_: &mut Operation<'_>) {}
}

impl Takes for State<Web> {}
impl Takes for Asker {}
impl Takes for HeaderMap {}
impl Takes for OriginalUri {}

impl<T: Parts> Takes for Path<T> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
    }
}

impl<T: JsonSchema> Takes for Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        // Written out: its properties become parameters.
        let mut schema = T::json_schema(&mut operation.schemas.taken);
        schema.remove("title");
        operation.query = Some(schema);
    }
}

impl<T: JsonSchema> Takes for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.body = Some(operation.schemas.taken::<T>());
    }
}

/// The parameters of a path: one, or a tuple of them.
pub(crate) trait Parts {
    /// Adds each to the operation.
    fn describe(operation: &mut Operation<'_>);
}

macro_rules! parts {
    ($($one:ty),*) => {$(
        impl Parts for $one {
            fn describe(operation: &mut Operation<'_>) {
                let schema = operation.schemas.taken::<$one>();
                operation.path.push(schema);
            }
        }
    )*};
}
parts!(String, u32, i64, base::Code);

impl<K: base::Kind> Parts for base::Id<K> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.schemas.taken::<Self>();
        operation.path.push(schema);
    }
}

impl<A: Parts, B: Parts> Parts for (A, B) {
    fn describe(operation: &mut Operation<'_>) {
        A::describe(operation);
        B::describe(operation);
    }
}

impl<A: Parts, B: Parts, C: Parts> Parts for (A, B, C) {
    fn describe(operation: &mut Operation<'_>) {
        A::describe(operation);
        B::describe(operation);
        C::describe(operation);
    }
}
