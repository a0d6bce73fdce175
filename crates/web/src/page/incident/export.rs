//! `POST /incidents/{reference}/export`: the evidence pack of an incident, as a download.

use std::io;

use app::log::Exported;
use axum::{
    body::{Body, Bytes},
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{fs::File, io::AsyncReadExt as _};

use crate::{trouble::Trouble, visit::Visit};

/// How much of the file is sent at once.
const CHUNK: usize = 64 * 1024;

/// Takes the export, which is an entry of its own, and sends it.
pub(crate) async fn export(
    visit: Visit,
    Path(reference): Path<String>,
) -> Result<Response, Trouble> {
    Ok(pack(visit.web.app().export_incident(visit.caller()?, &reference).await?))
}

/// A pack as a download.
pub(crate) fn pack(pack: Exported) -> Response {
    let named = format!("attachment; filename=\"{}\"", pack.name);
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, pack.bytes.to_string()),
        (header::CONTENT_DISPOSITION, named),
    ];
    (headers, Body::from_stream(chunks(File::from_std(pack.file)))).into_response()
}

fn chunks(file: File) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok((read > 0).then(|| (Bytes::from(chunk), file)))
    })
}
