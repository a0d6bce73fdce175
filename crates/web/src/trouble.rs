//! What went wrong, before it is known whether a page or a program will read it.
//!
//! A handler answers [`Trouble`]; the guard turns it into a page or into an RFC 9457 problem document.

use app::Error;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Refused, refusal::RefusalKind};
use serde_json::{Map, Value, json};

/// When a busy server may be asked again, in seconds.
const RETRY_SECONDS: &str = "2";
/// The media type of problem documents.
const PROBLEM: &str = "application/problem+json";

/// Something that is not the answer that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The stable code, with a page in docs/codes.
    pub(crate) code: String,
    /// One sentence: what is refused and what to do instead.
    pub(crate) detail: String,
    /// Further members of the problem document.
    pub(crate) more: Map<String, Value>,
}

impl Trouble {
    /// A trouble of the web side itself.
    pub(crate) fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let (code, detail) = (code.to_owned(), detail.into());
        Self { status, code, detail, more: Map::new() }
    }

    /// There is no such page.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "WEB-001", "There is nothing at this address.")
    }

    /// The form does not come from one of our pages.
    pub(crate) fn foreign_form() -> Self {
        let detail = "This form did not come from a page of this server, or the page is too old; \
                      load the page again and repeat it.";
        Self::new(StatusCode::FORBIDDEN, "WEB-002", detail)
    }

    /// The server is not called that.
    pub(crate) fn foreign_host() -> Self {
        let detail = "This server does not answer under this name; use its own address.";
        Self::new(StatusCode::MISDIRECTED_REQUEST, "WEB-003", detail)
    }

    /// The body is larger than is read here.
    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("The request is larger than the {limit} bytes that are read here.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "WEB-004", detail)
    }

    /// The body or the query is not of the form that is read here.
    pub(crate) fn unreadable(what: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "WEB-005", what)
    }

    /// Too much is going on.
    pub(crate) fn busy() -> Self {
        let detail = "The server is busy; try again in a moment.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "WEB-006", detail)
    }

    /// Somebody else changed the same thing.
    fn conflict() -> Self {
        let detail = "Somebody else changed the same thing; load it again.";
        Self::new(StatusCode::CONFLICT, "WEB-007", detail)
    }

    /// Nothing a user can mend.
    pub(crate) fn fault() -> Self {
        let detail = "Something failed in the server; its log says what. Nothing was changed.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "WEB-008", detail)
    }

    /// The other method is meant.
    pub(crate) fn wrong_method() -> Self {
        let detail = "This address does not take this method.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "WEB-009", detail)
    }

    /// The body is not said to be JSON.
    pub(crate) fn not_json() -> Self {
        let detail = "The body must be JSON; say so with Content-Type: application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "WEB-010", detail)
    }

    /// The same with a further member.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }

    /// Whether the words of a form should be shown again beside it.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT)
            || (self.status == StatusCode::FORBIDDEN && self.code != "PER-008")
    }

    /// What the status means, in a few words.
    pub(crate) fn title(&self) -> &'static str {
        match self.status {
            StatusCode::UNAUTHORIZED => "Not signed in",
            StatusCode::FORBIDDEN => "Not allowed",
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::METHOD_NOT_ALLOWED => "Wrong method",
            StatusCode::CONFLICT => "Not in this state",
            StatusCode::PAYLOAD_TOO_LARGE => "Too large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "Wrong content type",
            StatusCode::MISDIRECTED_REQUEST => "Wrong host",
            StatusCode::SERVICE_UNAVAILABLE => "Busy",
            status if status.is_server_error() => "A fault in the server",
            _ => "Not possible",
        }
    }

    /// The problem document of RFC 9457.
    pub(crate) fn problem(&self) -> Response {
        let mut document = self.more.clone();
        let fields = [
            ("type", json!(format!("/docs/codes/{}", self.code))),
            ("code", json!(self.code)),
            ("title", json!(self.title())),
            ("status", json!(self.status.as_u16())),
            ("detail", json!(self.detail)),
        ];
        document.extend(fields.map(|(key, value)| (key.to_owned(), value)));
        let mut response = Response::new(Body::from(Value::Object(document).to_string()));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        self.headers(&mut response);
        response
    }

    /// The headers that belong to the status.
    pub(crate) fn headers(&self, response: &mut Response) {
        let headers = response.headers_mut();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"watchkeeper\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        let status = match refused.kind {
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::State => StatusCode::CONFLICT,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::Missing => StatusCode::NOT_FOUND,
            RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        };
        Self::new(status, refused.code, refused.message)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refused) => refused.into(),
            Error::Conflict => Self::conflict(),
            Error::Overloaded => Self::busy(),
            Error::Fault(reason) => {
                tracing::error!(%reason, "a request failed");
                Self::fault()
            }
        }
    }
}

impl From<askama::Error> for Trouble {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be written");
        Self::fault()
    }
}

/// Carries the trouble to the guard, which knows who reads it.
impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.problem();
        response.extensions_mut().insert(self);
        response
    }
}
