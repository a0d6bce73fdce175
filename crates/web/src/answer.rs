//! Answers of pages: written from a template, or a redirect after a post.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use crate::{cookie, flash::Outcome, trouble::Trouble, visit::Visit};

/// What a page's handler answers.
pub(crate) type Answer = Result<Response, Trouble>;

/// A page; the outcome it shows is taken away from the browser.
pub(crate) fn page(visit: &Visit, page: &impl Template) -> Answer {
    with_status(visit, page, StatusCode::OK)
}

/// A page whose form was refused: the status says so, the words are still in it.
pub(crate) fn refused(visit: &Visit, page: &impl Template, trouble: &Trouble) -> Answer {
    with_status(visit, page, trouble.status)
}

fn with_status(visit: &Visit, page: &impl Template, status: StatusCode) -> Answer {
    let mut response = (status, Html(page.render()?)).into_response();
    if visit.outcome.is_some() {
        let gone = cookie::forget(cookie::FLASH, visit.web.secure());
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}

/// On to the next page, which tells the outcome once.
pub(crate) fn then(visit: &Visit, path: &str, outcome: &Outcome) -> Answer {
    let mut response = Redirect::to(path).into_response();
    let line = outcome.cookie(visit.web.secure());
    response.headers_mut().append(header::SET_COOKIE, line);
    Ok(response)
}

/// On to the next page with a cookie.
pub(crate) fn then_with(path: &str, line: HeaderValue) -> Answer {
    let mut response = Redirect::to(path).into_response();
    response.headers_mut().append(header::SET_COOKIE, line);
    Ok(response)
}
