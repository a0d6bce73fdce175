//! The data directory: whether it can be written, and who may read the keys.

use std::{fs, io::Write as _};

use super::Line;
use crate::{installation, settings::Settings};

/// How much is written to see whether there is room, in bytes.
const TEST_BYTES: usize = 4 * 1024 * 1024;
/// The keys.
const KEYS: &[&str] = &["log.key", "seal.key"];

/// Writes a test file and removes it.
pub(super) fn disk(settings: &Settings) -> Line {
    let folder = settings.data.display();
    if !settings.data.is_dir() {
        let remedy = "start `watchkeeper serve` once, or name another --data";
        return Line::fail("disk", format!("{folder} does not exist"), remedy);
    }
    let path = settings.data.join(format!("doctor-{}.test", std::process::id()));
    let written = fs::File::create_new(&path)
        .and_then(|mut file| file.write_all(&vec![0; TEST_BYTES]).and_then(|()| file.sync_all()));
    let removed = fs::remove_file(&path);
    match written.and(removed) {
        Ok(()) => Line::ok("disk", format!("{folder} takes 4 MiB")),
        Err(error) => {
            let remedy = "make room, or give the directory to the user that runs the server";
            Line::fail("disk", format!("{folder}: {error}"), remedy)
        }
    }
}

/// Each key is there and for its owner only.
pub(super) fn keys(settings: &Settings) -> Vec<Line> {
    KEYS.iter().map(|name| key(settings, name)).collect()
}

fn key(settings: &Settings, name: &str) -> Line {
    let path = settings.data.join(name);
    let shown = path.display();
    match installation::mode(&path) {
        Ok(mode) if mode & 0o077 == 0 => Line::ok("keys", format!("{shown} is for its owner only")),
        Ok(mode) => {
            let remedy = format!("chmod 600 {shown}");
            Line::fail("keys", format!("{shown} has mode {mode:03o}: others can read it"), &remedy)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let remedy = "the first start makes it; on a further node, copy it there first";
            Line::warn("keys", format!("{shown} does not exist"), remedy)
        }
        Err(error) => Line::fail("keys", format!("{shown}: {error}"), "let its owner read it"),
    }
}
