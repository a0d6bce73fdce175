//! The files a browser loads: our style sheets, script and icons, and the pinned libraries.
//!
//! All of them are in the binary. Their URLs carry a hash of the content, so that a browser keeps
//! them for a year and never shows an old one. Leaves out HTTP: the handler turns an [`Asset`] into
//! an answer.

use std::{collections::BTreeMap, sync::LazyLock};

use sha2::{Digest, Sha256};

/// Where the handler mounts them.
pub const PREFIX: &str = "/assets/";
/// Hexadecimal digits of the content hash in a URL.
const HASH_DIGITS: usize = 16;
/// What a browser may do with an answer whose URL carries the right hash.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// What it may do otherwise: ask again, with the ETag.
pub const REVALIDATE: &str = "no-cache";

/// A file to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its content.
    pub bytes: &'static [u8],
    /// Its media type, as in `Content-Type`.
    pub mime: &'static str,
    /// Its entity tag, with the quotes.
    pub etag: String,
    /// Its URL, with the hash.
    pub url: String,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const FONT: &str = "font/woff2";
const SVG: &str = "image/svg+xml";

/// Name, media type, content.
const FILES: &[(&str, &str, &[u8])] = &[
    ("tokens.css", CSS, include_bytes!("../assets/tokens.css")),
    ("watchkeeper.css", CSS, include_bytes!("../assets/watchkeeper.css")),
    ("pages.css", CSS, include_bytes!("../assets/pages.css")),
    ("print.css", CSS, include_bytes!("../assets/print.css")),
    ("icons.svg", SVG, include_bytes!("../assets/icons.svg")),
    ("mark.svg", SVG, include_bytes!("../assets/mark.svg")),
    ("app.js", JS, include_bytes!("../assets/app.js")),
    ("htmx.min.js", JS, include_bytes!(concat!(env!("OUT_DIR"), "/htmx.min.js"))),
    ("process.css", CSS, include_bytes!("../assets/process.css")),
    ("bpmn-view.js", JS, include_bytes!("../assets/bpmn-view.js")),
    ("bpmn-edit.js", JS, include_bytes!("../assets/bpmn-edit.js")),
    ("bpmn-viewer.js", JS, include_bytes!(concat!(env!("OUT_DIR"), "/bpmn-viewer.js"))),
    ("bpmn-modeler.js", JS, include_bytes!(concat!(env!("OUT_DIR"), "/bpmn-modeler.js"))),
    ("bpmn-js.css", CSS, include_bytes!(concat!(env!("OUT_DIR"), "/bpmn-js.css"))),
    ("diagram-js.css", CSS, include_bytes!(concat!(env!("OUT_DIR"), "/diagram-js.css"))),
    ("bpmn-codes.css", CSS, include_bytes!(concat!(env!("OUT_DIR"), "/bpmn-codes.css"))),
    ("bpmn.woff2", FONT, include_bytes!(concat!(env!("OUT_DIR"), "/bpmn.woff2"))),
    ("dmn-island.js", JS, include_bytes!("../assets/dmn-island.js")),
    ("dmn-modeler.js", JS, include_bytes!(concat!(env!("OUT_DIR"), "/dmn-modeler.js"))),
    ("dmn-modeler.css", CSS, include_bytes!(concat!(env!("OUT_DIR"), "/dmn-modeler.css"))),
    ("dmn.woff2", FONT, include_bytes!(concat!(env!("OUT_DIR"), "/dmn.woff2"))),
];

static ASSETS: LazyLock<BTreeMap<&'static str, Asset>> = LazyLock::new(|| {
    FILES.iter().map(|&(name, mime, bytes)| (name, describe(name, mime, bytes))).collect()
});

fn describe(name: &str, mime: &'static str, bytes: &'static [u8]) -> Asset {
    let mut hash = hex::encode(Sha256::digest(bytes));
    hash.truncate(HASH_DIGITS);
    let url = format!("{PREFIX}{name}?v={hash}");
    Asset { bytes, mime, etag: format!("\"{hash}\""), url }
}

/// The asset with this name: what follows `/assets/`, without the query.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.get(name)
}

/// The caching header for an answer to a request whose query has this `v`.
pub fn cache_control(asset: &Asset, v: Option<&str>) -> &'static str {
    let fresh = v.is_some_and(|v| asset.etag.trim_matches('"') == v);
    if fresh { IMMUTABLE } else { REVALIDATE }
}

/// The URL of an asset, for templates. An unknown name answers a URL that leads nowhere; a test
/// renders every page and looks each of them up.
pub fn asset(name: &str) -> &'static str {
    find(name).map_or("/assets/unknown", |asset| &asset.url)
}

/// All names, for tests and dumps.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, ..)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_the_right_hash_is_kept_for_a_year() {
        let css = find("tokens.css").expect("embedded");
        let v = css.url.split_once("?v=").map(|(_, v)| v);
        assert_eq!(cache_control(css, v), IMMUTABLE);
        assert_eq!(cache_control(css, Some("old")), REVALIDATE);
        assert_eq!(cache_control(css, None), REVALIDATE);
    }

    #[test]
    fn every_file_has_bytes_and_its_own_tag() {
        let tags: std::collections::BTreeSet<_> =
            names().map(|name| find(name).expect("embedded")).map(|asset| &asset.etag).collect();
        assert_eq!(tags.len(), FILES.len());
        assert!(FILES.iter().all(|(_, _, bytes)| !bytes.is_empty()));
    }

    #[test]
    fn nothing_outside_the_list_is_found() {
        for name in ["", "../Cargo.toml", "tokens.css/", "TOKENS.CSS"] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
