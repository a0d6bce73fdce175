//! The log for machines: checkpoint, tiles, entries, proofs (C2SP tlog-tiles).

use axum::{
    extract::{Path, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use evidence::tile::{Bundle, Tile, WIDTH};

use crate::{state::Web, trouble::Trouble, visit::Asker};

/// What never changes: a full tile.
const IMMUTABLE: &str = "private, max-age=31536000, immutable";
/// What may grow: a checkpoint, a partial tile.
const GROWING: &str = "no-cache";
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// `GET /log/checkpoint`: the newest signed note, for everybody.
pub(crate) async fn checkpoint(State(web): State<Web>) -> Result<Response, Trouble> {
    let newest = web.app().checkpoint().await?.ok_or_else(Trouble::not_found)?;
    Ok(file(newest.note, TEXT, GROWING))
}

/// `GET /log/tile/…` and `/log/tile/entries/…`.
pub(crate) async fn tile(
    State(web): State<Web>,
    Path(path): Path<String>,
    _: Asker,
) -> Result<Response, Trouble> {
    let path = format!("tile/{path}");
    let (bytes, width) = if let Some(bundle) = Bundle::parse(&path) {
        (web.app().entry_bundle(bundle).await?, bundle.width)
    } else {
        let tile = Tile::parse(&path).ok_or_else(Trouble::not_found)?;
        (web.app().tile(tile).await?, tile.width)
    };
    let bytes = bytes.ok_or_else(Trouble::not_found)?;
    Ok(file(bytes, BYTES, if width == WIDTH { IMMUTABLE } else { GROWING }))
}

/// The exact bytes of an entry.
pub(crate) async fn bytes(web: &Web, seq: i64) -> Result<Response, Trouble> {
    let stored = web.app().look(move |conn| store::log::entry(conn, seq)).await?;
    let stored = stored.ok_or_else(Trouble::not_found)?;
    let leaf = HeaderValue::try_from(stored.leaf.to_string());
    let mut response = file(stored.bytes, JSON, IMMUTABLE);
    if let Ok(leaf) = leaf {
        response.headers_mut().insert(HeaderName::from_static("watchkeeper-leaf"), leaf);
    }
    Ok(response)
}

/// The proof of an entry; 404 until a checkpoint covers it.
pub(crate) async fn proof(web: &Web, seq: i64) -> Result<Response, Trouble> {
    let proof = web.app().tlog_proof(seq).await?.ok_or_else(Trouble::not_found)?;
    Ok(file(proof, TEXT, GROWING))
}

fn file(body: impl Into<axum::body::Body>, media: &'static str, caching: &'static str) -> Response {
    let mut response = body.into().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}
