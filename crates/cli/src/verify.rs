//! `watchkeeper verify`: a pack, its unpacked folder or a live log, checked without the system that
//! wrote it.
//!
//! Decides where the files come from and how the answer is told; what holds and what does not is said
//! by `evidence` alone. Needs no database, no configuration and no clock.

mod ahead;
mod archive;
mod folder;
mod server;

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use clap::Args;
use evidence::{
    Vkey,
    pack::{Counts, Files, Report, Unreadable, Verdict, verify},
};

/// Files without a voucher that are named one by one.
const NAMED: usize = 20;

/// What `verify` is asked.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// A pack as ZIP, its unpacked folder, or the address of a live log (<https://host>)
    #[arg(value_name = "PACK.zip|DIR|URL")]
    pub source: String,

    /// The log's verifier key, obtained from elsewhere than the pack
    #[arg(long, value_name = "VKEY")]
    pub origin_key: Option<String>,

    /// A token that may read the log, for a live log
    #[arg(long, value_name = "T", env = "WATCHKEEPER_TOKEN", hide_env_values = true)]
    pub token: Option<String>,

    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
}

/// Verifies, tells, and answers 0 verified, 1 tampered, 2 undecided.
#[expect(clippy::needless_pass_by_value, reason = "the command ends with its arguments")]
pub fn run(args: VerifyArgs) -> ExitCode {
    // On a thread of its own: reading a live log blocks on a runtime, which must not be within another.
    let found = std::thread::scope(|scope| scope.spawn(|| report(&args)).join());
    let report = found.unwrap_or_else(|_| unreadable(&args.source, "the check broke off"));
    let code = report.verdict.exit_code();
    let told = if args.json { tell_json(&report) } else { tell(&report) };
    match told {
        Ok(()) => ExitCode::from(code),
        // Whoever reads the answer has gone: it was not given.
        Err(_) => ExitCode::from(2),
    }
}

/// What is found. What cannot be opened is a report too, so that scripts read one form.
fn report(args: &VerifyArgs) -> Report {
    let key = match args.origin_key.as_deref().map(str::parse::<Vkey>).transpose() {
        Ok(key) => key,
        Err(why) => return unreadable("--origin-key", &why.to_string()),
    };
    match open(args) {
        Ok(files) => verify(files.as_ref(), key.as_ref()),
        Err(Unreadable { path, reason }) => unreadable(&path, &reason),
    }
}

fn open(args: &VerifyArgs) -> Result<Box<dyn Files>, Unreadable> {
    let source = args.source.as_str();
    if source.starts_with("http://") || source.starts_with("https://") {
        return Ok(Box::new(server::Server::open(source, args.token.as_deref())?));
    }
    let path = Path::new(source);
    if path.is_dir() {
        return Ok(Box::new(folder::Folder::open(path)?));
    }
    Ok(Box::new(archive::Archive::open(path)?))
}

fn unreadable(path: &str, reason: &str) -> Report {
    let (path, reason) = (path.to_owned(), reason.to_owned());
    Report {
        verdict: Verdict::Unreadable(Unreadable { path, reason }),
        origin: None,
        size: 0,
        counts: Counts::default(),
        unlisted: Vec::new(),
    }
}

fn tell_json(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, report)?;
    writeln!(out)
}

fn tell(report: &Report) -> io::Result<()> {
    io::stdout().lock().write_all(text(report).as_bytes())
}

/// The answer for people: the verdict first, then what it rests on.
fn text(report: &Report) -> String {
    let mut lines = vec![headline(report)];
    if let Some(origin) = &report.origin {
        lines.push(format!("  log {}, {} entries in all", plain(origin), report.size));
    }
    let Counts { entries, streams, words, erased, attachments } = report.counts;
    if entries > 0 {
        lines.push(format!(
            "  checked: {entries} entries of {streams} streams, {words} words, {attachments} \
             attachments; {erased} erased"
        ));
    }
    if !report.unlisted.is_empty() {
        lines.push(format!("  files that nothing vouches for: {}", report.unlisted.len()));
    }
    lines.extend(report.unlisted.iter().take(NAMED).map(|path| format!("    {}", plain(path))));
    if report.unlisted.len() > NAMED {
        lines.push(format!("    and {} more", report.unlisted.len() - NAMED));
    }
    lines.join("\n") + "\n"
}

fn headline(report: &Report) -> String {
    match &report.verdict {
        Verdict::Verified { signer } => format!("Verified: signed by {}", plain(signer)),
        Verdict::ConsistentSignerUnknown => {
            "Consistent, signer unknown: everything fits together, but without --origin-key nobody \
             says whose log it is"
                .to_owned()
        }
        Verdict::SignedByAnother { signers } => format!(
            "Cannot be verified with this key: everything fits together, but the checkpoint is signed \
             by {} and not by the key that was given; the log's key may have been rotated, or this is \
             another log",
            plain(&signers.join(", "))
        ),
        Verdict::Tampered(problem) => match problem.seq {
            Some(seq) => format!("Tampered: entry {seq}: {}", plain(&problem.to_string())),
            None => format!("Tampered: {}", plain(&problem.to_string())),
        },
        Verdict::Unreadable(why) => format!("Cannot be decided: {}", plain(&why.to_string())),
    }
}

/// Names in a pack are its maker's: nothing in them may steer the terminal.
fn plain(text: &str) -> String {
    let one = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(one).collect()
}

/// A file that could not be read.
fn failed(path: &str, why: impl std::fmt::Display) -> Unreadable {
    Unreadable { path: path.to_owned(), reason: why.to_string() }
}

#[cfg(test)]
mod tests;
