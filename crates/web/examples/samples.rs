//! Writes every sample page and every asset into a folder, for `e2e/static.mjs`.
//!
//! `cargo run -p web --example samples -- target/samples`

use std::{env, fs, io, path::PathBuf};

use web::{assets, view::samples};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/samples".to_owned()));
    fs::create_dir_all(folder.join("assets"))?;
    for (name, page) in samples::all() {
        fs::write(folder.join(format!("{name}.html")), page.map_err(io::Error::other)?)?;
    }
    for name in assets::names() {
        if let Some(asset) = assets::find(name) {
            fs::write(folder.join("assets").join(name), asset.bytes)?;
        }
    }
    Ok(())
}
