//! The guard before every route: who asks, from where, with which permission; and what went wrong,
//! as a page or as a problem document.
//!
//! | the route wants | proven by | a stranger gets |
//! | --- | --- | --- |
//! | a session | the cookie | a page: sign-in; a post: 401, so that the words stay in the form |
//! | a fresh password | the session | `/sign-in/again` |
//! | a token | `Authorization: Bearer` | 401; a cookie proves nothing there |
//! | an integration's key | the handler looks it up | 401 |
//!
//! Every posted form is taken only from our own pages: by `Origin`, by `Sec-Fetch-Site`, and by the
//! session's hidden token.

mod headers;
mod once;
mod origin;

use std::panic::AssertUnwindSafe;

use app::{Caller, Once, identity::Session};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::{access::Permission, person};
use futures_util::FutureExt as _;
use url::form_urlencoded;

pub(crate) use headers::secured;
pub(crate) use origin::called;

use crate::{
    Access,
    access::TASKS,
    cookie,
    form::{Form, MAX_DOCUMENT_FORM, MAX_FORM, local_path},
    page,
    state::Web,
    trouble::Trouble,
    visit::{Asker, Visit, holds},
};

/// What the guard of one route knows.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) web: Web,
    pub(crate) access: Access,
}

/// A request that may pass.
struct Admitted {
    body: Body,
    /// The key under which it is done once.
    once: Option<Once>,
}

impl From<Body> for Admitted {
    fn from(body: Body) -> Self {
        Self { body, once: None }
    }
}

/// Why a request does not pass.
enum Stopped {
    /// It is answered like this.
    Answer(Box<Response>),
    /// It is refused.
    Trouble(Trouble),
}

impl From<Trouble> for Stopped {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Lets a request through to its handler, or answers it.
pub(crate) async fn watch(State(post): State<Post>, request: Request, next: Next) -> Response {
    if matches!(post.access, Access::Key) {
        // Senders: many, in storms, and never a person who wants a page.
        let served = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        return served.unwrap_or_else(|_| Trouble::fault().into_response());
    }
    let (mut parts, body) = request.into_parts();
    let mut visit = Visit::of(&post.web, &parts);
    let for_people = post.access.is_page() && !is_for_programs(parts.uri.path());
    let served = match post.admit(&mut parts, body, &mut visit).await {
        Ok(Admitted { body, once }) => {
            let request = Request::from_parts(parts, body);
            let served = AssertUnwindSafe(next.run(request)).catch_unwind().await;
            let served = served.unwrap_or_else(|_| Trouble::fault().into_response());
            match once {
                Some(once) => once::keep(&post.web, &once, served).await,
                None => served,
            }
        }
        Err(Stopped::Answer(answer)) => return *answer,
        Err(Stopped::Trouble(trouble)) => trouble.into_response(),
    };
    match served.extensions().get::<Trouble>() {
        Some(trouble) if for_people => page::trouble(&visit, trouble).await,
        _ => served,
    }
}

/// Whether only programs ask for this address; they are told of troubles in JSON.
fn is_for_programs(path: &str) -> bool {
    ["/api/", "/in/", "/v2/", "/log/tile/", "/log/checkpoint"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// Whether the form of this address carries a whole document.
fn is_document(path: &str) -> bool {
    path.strip_prefix("/drafts/").is_some_and(|kind| !kind.contains('/'))
}

impl Post {
    async fn admit(
        &self,
        parts: &mut Parts,
        body: Body,
        visit: &mut Visit,
    ) -> Result<Admitted, Stopped> {
        match self.access {
            Access::Key => Ok(body.into()),
            Access::Token(permission) => self.program(parts, body, permission).await,
            Access::Either(permission) => {
                let asker = self.either(&parts.headers, permission).await?;
                parts.extensions.insert(asker);
                Ok(body.into())
            }
            _ => {
                visit.session = self.session(&parts.headers).await?;
                self.enter(parts, visit)?;
                let body = self.read(parts, body, visit).await?;
                parts.extensions.insert(visit.clone());
                Ok(body.into())
            }
        }
    }

    /// A program with a token; what it posts with a key is done once.
    async fn program(
        &self,
        parts: &mut Parts,
        body: Body,
        permission: Permission,
    ) -> Result<Admitted, Stopped> {
        let Asker(mut caller) = self.bearer(&parts.headers, permission).await?;
        let key = if parts.method == Method::POST { once::key(parts)? } else { None };
        let admitted = match key {
            None => Admitted::from(body),
            Some(key) => match once::asked(&self.web, parts, body, (&caller, key)).await? {
                once::Asked::Again(response) => return Err(Stopped::Answer(Box::new(response))),
                once::Asked::New(body, once) => Admitted { body, once: Some(once) },
            },
        };
        caller.once.clone_from(&admitted.once);
        parts.extensions.insert(Asker(caller));
        Ok(admitted)
    }

    /// Whether this visitor may come to this page.
    fn enter(&self, parts: &Parts, visit: &Visit) -> Result<(), Stopped> {
        if matches!(self.access, Access::Public | Access::Link) {
            return Ok(());
        }
        let Some(session) = &visit.session else { return Err(stranger(parts, visit)) };
        if let Some(permission) = self.access.permission() {
            check(&session.caller, permission)?;
            self.note(&session.caller, permission);
        }
        if self.access == Access::Tasks && !TASKS.iter().any(|p| holds(&session.caller, *p)) {
            return Err(Trouble::from(person::forbidden()).into());
        }
        if matches!(self.access, Access::Confirmed(_)) && !is_fresh(session, visit) {
            return Err(Stopped::Answer(Box::new(again(parts, visit))));
        }
        Ok(())
    }

    /// Reads the form of a post, which must be one of ours.
    async fn read(&self, parts: &Parts, body: Body, visit: &mut Visit) -> Result<Body, Stopped> {
        if matches!(parts.method, Method::GET | Method::HEAD) {
            return Ok(body);
        }
        if !origin::is_own(&parts.headers) {
            return Err(Trouble::foreign_form().into());
        }
        let limit = if is_document(parts.uri.path()) { MAX_DOCUMENT_FORM } else { MAX_FORM };
        let bytes = to_bytes(body, limit).await;
        let bytes = bytes.map_err(|_| Trouble::too_large(limit))?;
        visit.form = Form::parse(&bytes);
        let Some(session) = &visit.session else { return Ok(Body::empty()) };
        let open = matches!(self.access, Access::Public | Access::Link);
        if !open && !same(session.csrf.as_bytes(), visit.form.raw("csrf").as_bytes()) {
            return Err(Trouble::foreign_form().into());
        }
        Ok(Body::empty())
    }

    async fn session(&self, headers: &HeaderMap) -> Result<Option<Session>, Trouble> {
        match cookie::get(headers, cookie::SESSION).filter(|value| !value.is_empty()) {
            Some(value) => Ok(self.web.app().session(value).await?),
            None => Ok(None),
        }
    }

    async fn bearer(&self, headers: &HeaderMap, permission: Permission) -> Result<Asker, Trouble> {
        let token = bearer_of(headers).ok_or_else(person::sign_in_first)?;
        let caller = self.web.app().bearer(token).await?;
        check(&caller, permission)?;
        self.note(&caller, permission);
        Ok(Asker(caller))
    }

    async fn either(&self, headers: &HeaderMap, permission: Permission) -> Result<Asker, Trouble> {
        if headers.contains_key(header::AUTHORIZATION) {
            return self.bearer(headers, permission).await;
        }
        let session = self.session(headers).await?.ok_or_else(person::sign_in_first)?;
        check(&session.caller, permission)?;
        self.note(&session.caller, permission);
        Ok(Asker(session.caller))
    }

    /// Reads of the log are counted, and recorded together (ground rule G22).
    fn note(&self, caller: &Caller, permission: Permission) {
        if permission == Permission::ReadLog {
            self.web.app().count_read(caller);
        }
    }
}

/// The token after `Authorization: Bearer`.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn check(caller: &Caller, permission: Permission) -> Result<(), Trouble> {
    if holds(caller, permission) { Ok(()) } else { Err(person::forbidden().into()) }
}

fn stranger(parts: &Parts, visit: &Visit) -> Stopped {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Stopped::Answer(Box::new(redirect("/sign-in", &visit.here)));
    }
    let detail = "You are not signed in any more. Sign in in another tab, then go back to this \
                  page: your words are still in the form.";
    let code = person::sign_in_first().code;
    Stopped::Trouble(Trouble::new(StatusCode::UNAUTHORIZED, code, detail))
}

fn is_fresh(session: &Session, visit: &Visit) -> bool {
    let stale = person::sign_in_again().code;
    visit
        .web
        .app()
        .approver(&session.caller, visit.now())
        .err()
        .is_none_or(|refused| refused.code != stale)
}

/// Asks for the password once more; afterwards the reader is back at the page with the form.
fn again(parts: &Parts, visit: &Visit) -> Response {
    let referer = parts.headers.get(header::REFERER).and_then(|line| line.to_str().ok());
    let path = referer.and_then(|line| url::Url::parse(line).ok()).map(|url| url.path().to_owned());
    let form = visit.here.rsplit_once('/').map_or("/", |(form, _)| form);
    let next = path.as_deref().and_then(local_path).unwrap_or(form);
    redirect("/sign-in/again", next)
}

fn redirect(to: &str, next: &str) -> Response {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    Redirect::to(&format!("{to}?{query}")).into_response()
}

/// Compares without telling by time where two texts differ.
fn same(held: &[u8], given: &[u8]) -> bool {
    held.len() == given.len()
        && held.iter().zip(given).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer_of(&headers), None);
        headers.insert(header::AUTHORIZATION, "bearer wkt_a".parse().unwrap());
        assert_eq!(bearer_of(&headers), Some("wkt_a"));
        headers.insert(header::AUTHORIZATION, "Basic d2s6YQ==".parse().unwrap());
        assert_eq!(bearer_of(&headers), None);
    }

    #[test]
    fn tokens_are_the_same_or_not() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"abc", b""));
    }
}
