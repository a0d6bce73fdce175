//! Under which name the server is addressed, and whether a form comes from one of its own pages.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::Url;

use crate::{state::Web, trouble::Trouble};

/// Addresses that an orchestrator asks by whatever name it knows.
const UNNAMED: &[&str] = &["/healthz", "/readyz"];

/// Refuses requests to a name that is not ours: a page elsewhere cannot make its own name lead here.
pub(crate) async fn called(State(web): State<Web>, request: Request, next: Next) -> Response {
    let named = UNNAMED.contains(&request.uri().path())
        || host(request.uri(), request.headers()).is_some_and(|host| web.is_called(host));
    if named { next.run(request).await } else { Trouble::foreign_host().into_response() }
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let line = headers.get(header::HOST).and_then(|line| line.to_str().ok());
    line.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str))
}

/// Whether a post comes from a page of this server, as far as the browser says.
///
/// An old browser says nothing; then the hidden token decides alone.
pub(super) fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|line| line.to_str().ok());
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().ok().and_then(|line| Url::parse(line).ok());
        let authority = origin.as_ref().map(Url::authority);
        return authority.is_some() && authority == text(header::HOST.as_str());
    }
    text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn forms_come_from_our_own_pages() {
        let cases = [
            (vec![], true),
            (vec![("origin", "http://wk.example:8080")], true),
            (vec![("origin", "https://wk.example:8080")], true),
            (vec![("origin", "http://wk.example")], false),
            (vec![("origin", "http://evil.example")], false),
            (vec![("origin", "null")], false),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "same-site")], false),
        ];
        for (lines, own) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("wk.example:8080"));
            for (name, value) in &lines {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_own(&headers), own, "{lines:?}");
        }
    }
}
