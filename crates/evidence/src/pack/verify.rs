//! The verifier: from files to a verdict, with nothing but the definitions of this crate.

use std::{cell::RefCell, collections::HashSet};

use super::{
    CHECKPOINT, FIELDS, Files, Lines, MANIFEST, Manifest, Openings, PackKind, Report, Unreadable,
    Verdict,
    report::{Check, Counts, Stop, What, bad},
    single,
    walk::Walk,
    whole,
};
use crate::{
    checkpoint::Checkpoint,
    note::{BadNote, Note, Signature, Vkey},
    sha256,
};

/// Checks everything in `files`; `key` is the log's, obtained from elsewhere than the pack.
///
/// Every entry canonical and under the checkpoint, every stream without gap up to its logged end, every
/// word and attachment the one committed to, and the checkpoint signed by `key`. Memory grows with the
/// number of streams (about 100 bytes each) and of files, not with that of entries.
pub fn verify(files: &dyn Files, key: Option<&Vkey>) -> Report {
    let files = Recorder { files, seen: RefCell::default() };
    let mut report = Report {
        verdict: Verdict::ConsistentSignerUnknown,
        origin: None,
        size: 0,
        counts: Counts::default(),
        unlisted: Vec::new(),
    };
    match check(&files, key, &mut report) {
        Ok(verdict) => {
            report.verdict = verdict;
            report.unlisted = files.unseen();
        }
        Err(Stop::Tampered(problem)) => report.verdict = Verdict::Tampered(problem),
        Err(Stop::Unreadable(unreadable)) => report.verdict = Verdict::Unreadable(unreadable),
    }
    report
}

/// The verdict where nothing is wrong.
fn check(files: &dyn Files, key: Option<&Vkey>, report: &mut Report) -> Check<Verdict> {
    let manifest = match files.read(MANIFEST)? {
        Some(bytes) => Some(Manifest::parse(&bytes).map_err(|why| bad(None, MANIFEST, why))?),
        None => None,
    };
    let note = checkpoint_text(files, manifest.is_some())?;
    let (checkpoint, verdict) = signed(&note, key)?;
    report.origin = Some(checkpoint.origin.clone());
    report.size = checkpoint.size;
    if let Some(manifest) = &manifest {
        fits(manifest, &checkpoint)?;
        listed_files(files, manifest)?;
    }
    let singly = files.list().iter().any(|path| path.starts_with("entries/"));
    if singly && manifest.is_none() {
        // Without it nobody says how far the streams went: a tail could have been left out.
        return Err(bad(None, MANIFEST, What::Missing));
    }
    let mut walk = Walk::new(files, manifest.as_ref(), !singly)?;
    let walked = if singly {
        single::check(files, &note, &checkpoint, &mut walk)
    } else {
        whole::check(files, &checkpoint, &mut walk)
    };
    let finished = walked.and_then(|()| walk.finish());
    report.counts = walk.counts();
    finished.map(|()| verdict)
}

fn checkpoint_text(files: &dyn Files, in_pack: bool) -> Check<String> {
    let Some(bytes) = files.read(CHECKPOINT)? else {
        if in_pack {
            return Err(bad(None, CHECKPOINT, What::Missing));
        }
        let reason = "there is no checkpoint, so this is not a log".to_owned();
        return Err(Unreadable { path: CHECKPOINT.to_owned(), reason }.into());
    };
    String::from_utf8(bytes).map_err(|_| bad(None, CHECKPOINT, What::NotACheckpoint))
}

/// The checkpoint, and what its signatures allow to say of it.
fn signed(text: &str, key: Option<&Vkey>) -> Check<(Checkpoint, Verdict)> {
    let unsigned = |why: BadNote| bad(None, CHECKPOINT, why);
    let note: Note = text.parse().map_err(unsigned)?;
    if note.to_string() != text {
        return Err(unsigned(BadNote::Form));
    }
    let verdict = match key {
        None => Verdict::ConsistentSignerUnknown,
        Some(key) => by(&note, key).map_err(unsigned)?,
    };
    let checkpoint = note.text.parse().map_err(|_| bad(None, CHECKPOINT, What::NotACheckpoint))?;
    Ok((checkpoint, verdict))
}

/// Whether the key signed the note. Signatures of other keys are passed over, as C2SP signed-note wants:
/// of them nothing can be said, and that is no forgery. One of this key that does not hold is, and so is
/// one that this key made but that goes under another name or id, or the other way round.
fn by(note: &Note, key: &Vkey) -> Result<Verdict, BadNote> {
    let altered = |signature: &Signature| {
        signature.id == key.id() || key.verifies(&note.text, &signature.bytes)
    };
    match note.verify(std::slice::from_ref(key)) {
        Ok(_) => Ok(Verdict::Verified { signer: key.name().to_owned() }),
        Err(BadNote::Unsigned) if !note.signatures.iter().any(altered) => {
            let signer = |s: &Signature| format!("{}+{}", s.name, hex::encode(s.id));
            Ok(Verdict::SignedByAnother { signers: note.signatures.iter().map(signer).collect() })
        }
        Err(why) => Err(why),
    }
}

fn fits(manifest: &Manifest, checkpoint: &Checkpoint) -> Check<()> {
    let contradicts = |what| Err(bad(None, MANIFEST, What::Contradicts(what)));
    if manifest.origin != checkpoint.origin {
        return contradicts("another origin than the checkpoint's");
    }
    if manifest.size != checkpoint.size {
        return contradicts("another size than the checkpoint's");
    }
    if manifest.incident.is_some() != (manifest.kind == PackKind::Incident) {
        return contradicts("an incident goes with the kind `incident` and no other");
    }
    Ok(())
}

fn listed_files(files: &dyn Files, manifest: &Manifest) -> Check<()> {
    for listed in &manifest.files {
        let bytes =
            files.read(&listed.path)?.ok_or_else(|| bad(None, &listed.path, What::Missing))?;
        if sha256(&bytes) != listed.sha256 {
            return Err(bad(None, &listed.path, What::Hash));
        }
    }
    Ok(())
}

/// Files that remember which of them were read.
struct Recorder<'a> {
    files: &'a dyn Files,
    seen: RefCell<HashSet<String>>,
}

impl Recorder<'_> {
    fn unseen(&self) -> Vec<String> {
        let seen = self.seen.borrow();
        let mut rest: Vec<_> =
            self.files.list().into_iter().filter(|p| !seen.contains(p)).collect();
        rest.sort();
        rest
    }
}

impl Files for Recorder<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        self.seen.borrow_mut().insert(path.to_owned());
        self.files.read(path)
    }

    fn list(&self) -> Vec<String> {
        self.files.list()
    }

    fn lines(&self, path: &str) -> Result<Option<Lines<'_>>, Unreadable> {
        self.seen.borrow_mut().insert(path.to_owned());
        self.files.lines(path)
    }
    fn words(&self) -> Result<Option<Openings<'_>>, Unreadable> {
        self.seen.borrow_mut().insert(FIELDS.to_owned());
        self.files.words()
    }
}
