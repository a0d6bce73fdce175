//! A live log over HTTP: what anybody with a token that may read the log can check at any time.

use std::time::Duration;

use evidence::pack::{CHECKPOINT, Files, Unreadable};
use reqwest::{Client, Response, StatusCode, redirect};
use tokio::runtime::{Builder, Runtime};

use super::failed;

/// How long one file may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// The most bytes of a file: a bundle of 256 entries of 64 KiB.
const MAX_FILE: usize = 256 * (64 * 1024 + 2);

/// A server that is asked file by file. Blocks: not to be made or used inside another runtime.
pub(super) struct Server {
    /// `https://host/log`, without a last slash.
    base: String,
    token: Option<String>,
    client: Client,
    runtime: Runtime,
}

impl Server {
    /// For the log at this address, with or without `/log` behind it.
    pub(super) fn open(address: &str, token: Option<&str>) -> Result<Self, Unreadable> {
        let base = address.trim_end_matches('/');
        let base = if base.ends_with("/log") { base.to_owned() } else { format!("{base}/log") };
        let runtime = Builder::new_current_thread().enable_all().build();
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .timeout(TIME_LIMIT)
            .user_agent(concat!("Watchkeeper/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            token: token.map(str::to_owned),
            client: client.map_err(|why| failed(&base, cause(&why)))?,
            runtime: runtime.map_err(|why| failed(&base, why))?,
            base,
        })
    }

    async fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        let mut request = self.client.get(format!("{}/{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let lost = |why: reqwest::Error| failed(path, cause(&why));
        let response = request.send().await.map_err(lost)?;
        match response.status() {
            StatusCode::OK => read(path, response).await.map(Some),
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(failed(path, "the server wants --token of somebody who may read the log"))
            }
            other => Err(failed(path, format!("the server answers {other}"))),
        }
    }
}

impl Files for Server {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        // A live log has no manifest, words or attachments.
        if path != CHECKPOINT && !path.starts_with("tile/") {
            return Ok(None);
        }
        self.runtime.block_on(self.get(path))
    }

    fn list(&self) -> Vec<String> {
        Vec::new()
    }
}

async fn read(path: &str, mut response: Response) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|why| failed(path, cause(&why)))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_FILE {
            return Err(failed(path, format!("more than {MAX_FILE} bytes")));
        }
    }
    Ok(bytes)
}

/// The innermost cause: that a name is unknown, that nobody listens.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
