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
    let name = format!("{}.md", code.trim_end_matches(".md"));
    let page = Codes::get(&name).ok_or_else(Trouble::not_found)?;
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((plain, page.data.into_owned()).into_response())
}
