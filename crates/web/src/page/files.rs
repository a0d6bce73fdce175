//! `GET /assets/{name}`.

use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{assets, form::Form, trouble::Trouble};

/// A file the browser loads.
pub(crate) async fn asset(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let asset = assets::find(&name).ok_or_else(Trouble::not_found)?;
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let caching = assets::cache_control(asset, Some(query.get("v")));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|line| line.to_str().ok());
    let kept = [(header::CACHE_CONTROL, caching), (header::ETAG, asset.etag.as_str())];
    if known == Some(asset.etag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, [(header::CONTENT_TYPE, asset.mime)], asset.bytes).into_response())
}
