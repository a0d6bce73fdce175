//! A request as the handlers of pages and of the API see it, put together by the guard.

use app::{Caller, identity::Session};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use base::Timestamp;
use domain::access::Permission;
use jiff::tz::TimeZone;

use crate::{
    cookie,
    flash::Outcome,
    form::Form,
    state::Web,
    trouble::Trouble,
    view::{Theme, time::Reader},
};

/// What a page's handler knows of its request.
#[derive(Clone)]
pub(crate) struct Visit {
    /// The web side.
    pub(crate) web: Web,
    /// Who is signed in.
    pub(crate) session: Option<Session>,
    /// The posted fields.
    pub(crate) form: Form,
    /// The fields of the query.
    pub(crate) query: Form,
    /// The path and query.
    pub(crate) here: String,
    /// The chosen appearance.
    pub(crate) theme: Theme,
    /// The value of the session's cookie.
    pub(crate) cookie: Option<String>,
    /// The outcome of the post before this page.
    pub(crate) outcome: Option<Outcome>,
}

/// Who asks the API.
#[derive(Clone)]
pub(crate) struct Asker(pub(crate) Caller);

impl Visit {
    /// Of a request; the guard adds the session and the form.
    pub(crate) fn of(web: &Web, parts: &Parts) -> Self {
        let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Self {
            web: web.clone(),
            session: None,
            form: Form::default(),
            query: Form::parse(parts.uri.query().unwrap_or_default().as_bytes()),
            here: here.to_owned(),
            theme: theme(&parts.headers),
            cookie: cookie::get(&parts.headers, cookie::SESSION).map(str::to_owned),
            outcome: cookie::get(&parts.headers, cookie::FLASH).and_then(Outcome::read),
        }
    }

    /// The person who asks.
    ///
    /// # Errors
    /// `PER-014` where nobody is signed in.
    pub(crate) fn session(&self) -> Result<&Session, Trouble> {
        self.session.as_ref().ok_or_else(|| domain::person::sign_in_first().into())
    }

    /// The same, as a caller.
    ///
    /// # Errors
    /// `PER-014` where nobody is signed in.
    pub(crate) fn caller(&self) -> Result<&Caller, Trouble> {
        Ok(&self.session()?.caller)
    }

    /// Whether the reader holds a permission for anything.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.session.as_ref().is_some_and(|session| holds(&session.caller, permission))
    }

    /// The zone of the times on this reader's pages: the chosen one, or the house's.
    pub(crate) fn zone(&self) -> TimeZone {
        let chosen = self.session.as_ref().and_then(|session| session.zone.as_deref());
        let chosen = chosen.and_then(|name| TimeZone::get(name).ok());
        chosen.unwrap_or_else(|| self.web.options().zone.clone())
    }

    /// Turns instants into what this reader sees.
    pub(crate) fn reader(&self) -> Reader {
        Reader::new(self.zone(), self.now())
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.web.app().now()
    }
}

/// Whether any role of the caller has this permission; for what exactly is the use case's question.
pub(crate) fn holds(caller: &Caller, permission: Permission) -> bool {
    caller.grants.iter().any(|grant| grant.role.may(permission))
}

fn theme(headers: &HeaderMap) -> Theme {
    cookie::get(headers, cookie::THEME).map_or(Theme::System, Theme::from_code)
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Trouble> {
        parts.extensions.remove().ok_or_else(Trouble::fault)
    }
}

impl FromRequestParts<Web> for Asker {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Trouble> {
        let asker = parts.extensions.remove();
        asker.ok_or_else(|| domain::person::sign_in_first().into())
    }
}
