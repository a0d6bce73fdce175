//! `admin key rotate`: another key signs this log from here on; the same tree, the next epoch.
//!
//! | step | a crash after it |
//! | --- | --- |
//! | everything is signed with the old key | nothing has changed |
//! | the new key is written to `log.key.next` | the command uses it when it is given again |
//! | it is registered, with the reason | nobody signs; the command goes on from here when given again |
//! | the old verifier key joins `log.vkeys`, the old key becomes `log.key.EPOCH`, the new one `log.key` | |
//! | a checkpoint is signed with the new key, proven to extend the old one | |

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use app::{App, log::EARLIER_KEYS};
use evidence::Skey;

use crate::{
    entropy, installation,
    outcome::{Cannot, Done, Outcome, note, say},
    settings::{Place, Settings},
};

/// What `admin key rotate` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Why; stands in the log for ever
    #[arg(long)]
    reason: String,
}

/// Rotates the key and prints the new verifier key.
pub fn run(args: Args) -> Outcome {
    let Args { place, reason } = args;
    if reason.trim().is_empty() {
        return Err(Cannot::input("--reason", "say why the key is replaced"));
    }
    let data = Settings::of(&place)?.data;
    let epoch = installation::with_host(&place, async |app| register(app, &data, reason).await)?;
    let vkey = swap(&data, epoch)?;
    installation::with_host(&place, async |app| {
        let signed = app.sign_checkpoint().await?;
        note(&format!("{} entries are signed over with the new key", signed.size));
        Ok(())
    })?;
    note("give the new key to those who verify; they keep the old one for what it signed");
    note("on other nodes put the new log.key in place, and restart every server");
    say(&vkey)?;
    Ok(Done::Well)
}

/// Registers the next key and answers the epoch that ends.
async fn register(app: &App, data: &Path, reason: String) -> Result<i64, Cannot> {
    let next = next(data, app.keeper().vkey().name())?;
    let registered = app.look(store::tree::origin).await?;
    let epoch = registered.as_ref().map_or(1, |origin| origin.epoch);
    if registered.is_some_and(|origin| origin.vkey == next.vkey().to_string()) {
        return Ok(epoch - 1);
    }
    app.sign_checkpoint().await?;
    app.rotate_key(next.vkey().clone(), reason).await?;
    Ok(epoch)
}

/// The next key: the one that an interrupted rotation left, or a fresh one, on disk before it is used.
fn next(data: &Path, origin: &str) -> Result<Skey, Cannot> {
    let path = next_path(data);
    let unreadable = |e: &dyn std::fmt::Display| Cannot::input(path.display().to_string(), e);
    match fs::read_to_string(&path) {
        Ok(text) => return text.trim().parse().map_err(|e| unreadable(&format!("{e}"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(Cannot::File { path, source }),
    }
    let mut dice = entropy::dice().map_err(Cannot::system("entropy"))?;
    let fresh = Skey::generate(origin, &mut dice).map_err(|e| unreadable(&format!("{e}")))?;
    let file = fs::File::options().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.map_err(Cannot::file(&path))?;
    io::Write::write_all(&mut file, fresh.to_secret_text().as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(Cannot::file(&path))?;
    Ok(fresh)
}

/// Puts the next key in the place of the old one, which is kept beside it.
fn swap(data: &Path, epoch: i64) -> Result<String, Cannot> {
    let (held, kept) = (data.join("log.key"), data.join(format!("log.key.{epoch}")));
    let key = |path: &Path| -> Result<Skey, Cannot> {
        let text = fs::read_to_string(path).map_err(Cannot::file(path))?;
        text.trim().parse().map_err(|e| Cannot::input(path.display().to_string(), format!("{e}")))
    };
    let (old, next) = (key(&held)?, key(&next_path(data))?);
    let earlier = data.join(EARLIER_KEYS);
    let known = fs::read_to_string(&earlier).unwrap_or_default();
    let line = old.vkey().to_string();
    if !known.lines().any(|known| known == line) {
        fs::write(&earlier, format!("{known}{line}\n")).map_err(Cannot::file(&earlier))?;
    }
    fs::copy(&held, &kept).map_err(Cannot::file(&kept))?;
    fs::rename(next_path(data), &held).map_err(Cannot::file(&held))?;
    Ok(next.vkey().to_string())
}

fn next_path(data: &Path) -> PathBuf {
    data.join("log.key.next")
}
