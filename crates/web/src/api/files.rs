//! Files to take away: evidence packs, and what arrived byte for byte.

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use base::{Id, id};
use store::operational;

use super::{
    spec::{Exact, Media},
    take::Path,
};
use crate::{page::incident::pack, state::Web, trouble::Trouble, visit::Asker};

/// An evidence pack.
pub(crate) struct PackBytes;

impl Media for PackBytes {
    const TYPE: &'static str = "application/zip";
    const SAYS: &'static str = "The evidence pack.";
    const HEADERS: &'static [(&'static str, &'static str)] =
        &[("Content-Disposition", "The pack's file name.")];
}

/// What arrived, as it arrived.
pub(crate) struct ArrivedBytes;

impl Media for ArrivedBytes {
    const TYPE: &'static str = "application/octet-stream";
    const SAYS: &'static str = "Exactly the bytes that arrived.";
}

/// Takes the evidence pack of an incident, which is an entry of its own.
pub(crate) async fn export(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
) -> Result<Exact<PackBytes>, Trouble> {
    let exported = web.app().export_incident(&caller, &reference).await?;
    Ok(Exact::new(pack(exported)))
}

/// What arrived in a request that was not understood.
pub(crate) async fn arrived(
    State(web): State<Web>,
    Path(id): Path<Id<id::Intake>>,
) -> Result<Exact<ArrivedBytes>, Trouble> {
    let inbound = web.app().look(move |conn| operational::inbound(conn, id)).await?;
    let inbound = inbound.ok_or_else(Trouble::not_found)?;
    let mut response: Response = Body::from(inbound.bytes).into_response();
    let named = format!("attachment; filename=\"{id}.bin\"");
    if let Ok(named) = named.try_into() {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
    }
    Ok(Exact::new(response))
}
