//! The pages of our codes: what each refusal means and what to do about it.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use rust_embed::Embed;

use crate::trouble::Trouble;

/// docs/codes, in the binary.
#[derive(Embed)]
#[folder = "../../docs/codes"]
struct Codes;

/// `GET /codes/{code}`, also under `/docs/codes/{code}`.
pub(crate) async fn show(Path(code): Path<String>) -> Result<Response, Trouble> {
    let page = text(code.trim_end_matches(".md")).ok_or_else(Trouble::not_found)?;
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((plain, page).into_response())
}

/// The page of a code; nothing for a code that is not ours.
pub(crate) fn text(code: &str) -> Option<String> {
    let page = Codes::get(&format!("{code}.md"))?;
    String::from_utf8(page.data.into_owned()).ok()
}
