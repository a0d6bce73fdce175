//! Mail of the sample organisation: taken by our own listener and kept as files, so that its links can
//! be opened while nothing leaves the machine.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use connect::smtp_listener::{Received, SmtpListener};
use tokio::task::JoinHandle;

use crate::{clock, outcome::Cannot, settings::Settings};

/// The folder in the data directory.
const FOLDER: &str = "mail";
/// The sender of the sample organisation's mail.
const SENDER: &str = "watchkeeper@nordhaven.example";
/// The most files that are kept; the oldest go first.
const MAX_FILES: usize = 1_000;

/// The listener and the task that keeps what it takes. Ends when dropped.
pub struct KeptMail {
    folder: PathBuf,
    keeping: JoinHandle<()>,
}

/// Whether this is, or was, a demonstration that keeps its mail instead of sending it.
pub fn keeps_mail(settings: &Settings) -> bool {
    settings.smtp.is_none() && (settings.demo || settings.data.join(FOLDER).is_dir())
}

impl KeptMail {
    /// In a demonstration without a relay of its own: starts the listener and makes it the relay.
    ///
    /// # Errors
    /// No port, or no folder.
    pub async fn when_wanted(settings: &mut Settings) -> Result<Option<Self>, Cannot> {
        if !settings.demo || settings.smtp.is_some() {
            return Ok(None);
        }
        let folder = settings.data.join(FOLDER);
        fs::create_dir_all(&folder).map_err(Cannot::file(&folder))?;
        let listener = SmtpListener::start(0).await.map_err(Cannot::system("a port for mail"))?;
        settings.smtp = Some(listener.url(SENDER).parse().map_err(crate::settings::Wrong::from)?);
        let keeping = tokio::spawn(keep(Arc::new(listener), folder.clone()));
        Ok(Some(Self { folder, keeping }))
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for KeptMail {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

async fn keep(listener: Arc<SmtpListener>, folder: PathBuf) {
    let (mut seen, mut last) = (0, None::<Received>);
    loop {
        let held = listener.wait_for(seen + 1).await;
        let known = last.as_ref().and_then(|last| held.iter().rposition(|mail| mail == last));
        for mail in held.into_iter().skip(known.map_or(0, |at| at + 1)) {
            seen += 1;
            if let Err(error) = write(&folder, seen, &mail) {
                tracing::error!(%error, "a mail could not be kept");
            }
            last = Some(mail);
        }
        if let Err(error) = forget_oldest(&folder) {
            tracing::error!(%error, "old mail could not be removed");
        }
    }
}

/// Written beside and renamed: whoever watches the folder sees whole mails only.
fn write(folder: &Path, number: usize, mail: &Received) -> io::Result<()> {
    let name = format!("{:020}-{number:04}", clock::system().micros());
    let beside = folder.join(format!("{name}.part"));
    fs::write(&beside, &mail.data)?;
    fs::rename(beside, folder.join(format!("{name}.eml")))
}

fn forget_oldest(folder: &Path) -> io::Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(MAX_FILES);
    files.iter().take(surplus).try_for_each(fs::remove_file)
}
