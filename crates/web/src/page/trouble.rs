//! What went wrong, as a page.

use askama::Template as _;
use axum::response::{Html, IntoResponse, Response};

use super::around::{plain, shell};
use crate::{
    trouble::Trouble,
    view::{Place, notice::ErrorPage},
    visit::Visit,
};

/// The page of a trouble; where even its frame cannot be read, the frame is left bare.
pub(crate) async fn trouble(visit: &Visit, trouble: &Trouble) -> Response {
    let shell = match shell(visit, Place::Elsewhere).await {
        Ok(shell) => shell,
        Err(_) => plain(visit),
    };
    let page = ErrorPage {
        shell,
        status: trouble.status.as_u16(),
        code: Some(trouble.code.clone()),
        text: Some(trouble.detail.clone()),
        request: None,
    };
    let mut response = match page.render() {
        Ok(page) => (trouble.status, Html(page)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the error page could not be written");
            trouble.problem()
        }
    };
    trouble.headers(&mut response);
    response
}
