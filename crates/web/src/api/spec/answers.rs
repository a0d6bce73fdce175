//! What a handler answers, as its description tells it.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Answer, Operation};
use crate::{api::take::Json, trouble::Trouble};

/// Something that a handler answers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not described",
    note = "handlers of the API answer `Result<Json<T>, Trouble>`, or `Created`, `Done`, `Exact` in place of `Json`"
)]
pub(crate) trait Answers {
    /// Adds itself to the operation.
    fn describe(operation: &mut Operation<'_>);
}

impl<T: Answers> Answers for Result<T, Trouble> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
    }
}

impl<T: JsonSchema> Answers for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer = body::<T>(operation, 200, "Done.");
    }
}

/// 201: something new, and where it is.
pub(crate) struct Created<T> {
    /// Its path.
    pub(crate) at: String,
    /// What is told of it.
    pub(crate) body: T,
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let place = [(header::LOCATION, self.at)];
        (StatusCode::CREATED, place, Json(self.body)).into_response()
    }
}

impl<T: JsonSchema> Answers for Created<T> {
    fn describe(operation: &mut Operation<'_>) {
        let answer = body::<T>(operation, 201, "Made.");
        operation.answer = Answer { headers: &[("Location", "Where it is.")], ..answer };
    }
}

/// 204: done, and there is nothing to tell.
pub(crate) struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl Answers for Done {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer =
            Answer { status: 204, says: "Done; there is no body.", ..Answer::default() };
    }
}

/// A media type by name, for [`Exact`].
pub(crate) trait Media {
    /// `application/zip`.
    const TYPE: &'static str;
    /// What it is, in a few words.
    const SAYS: &'static str;
    /// Its own headers.
    const HEADERS: &'static [(&'static str, &'static str)] = &[];
}

/// Bytes of a media type, exactly as they are kept; the response is the handler's own.
pub(crate) struct Exact<M>(Response, std::marker::PhantomData<M>);

impl<M: Media> Exact<M> {
    /// A response whose body is of this media type.
    pub(crate) fn new(mut response: Response) -> Self {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(M::TYPE));
        Self(response, std::marker::PhantomData)
    }
}

impl<M> IntoResponse for Exact<M> {
    fn into_response(self) -> Response {
        self.0
    }
}

impl<M: Media> Answers for Exact<M> {
    fn describe(operation: &mut Operation<'_>) {
        // JSON that we keep as it is has no schema of ours; other bytes have none at all.
        let content = Some((M::TYPE, json!({})));
        operation.answer = Answer { status: 200, says: M::SAYS, content, headers: M::HEADERS };
    }
}

fn body<T: JsonSchema>(operation: &mut Operation<'_>, status: u16, says: &'static str) -> Answer {
    let schema = operation.schemas.answered::<T>().to_value();
    Answer { status, says, content: Some(("application/json", schema)), headers: &[] }
}
