//! Words and attachments against the commitments and hashes in the entries.

use std::{
    collections::{BTreeSet, HashMap},
    iter::Peekable,
};

use base::{Code, Digest};

use super::{
    Content, FIELDS, FieldLine, Files, Opening, Openings, attachment_path,
    report::{Check, Counts, What, bad},
};
use crate::{
    entry::{Attachment, Entry, commitment},
    sha256,
};

/// Reads the lines of words beside the entries, in the same order.
pub(super) struct Words<'a> {
    files: &'a dyn Files,
    lines: Peekable<Openings<'a>>,
    /// Attachments whose bytes were found to fit, with their size.
    fitting: HashMap<Digest, i64>,
}

impl<'a> Words<'a> {
    pub(super) fn open(files: &'a dyn Files) -> Check<Self> {
        let lines = files.words()?.unwrap_or_else(|| Box::new(std::iter::empty()));
        Ok(Self { files, lines: lines.peekable(), fitting: HashMap::new() })
    }

    /// Checks the words and attachments of the next entry.
    pub(super) fn step(&mut self, seq: u64, entry: &Entry, counts: &mut Counts) -> Check<()> {
        let mut missing: BTreeSet<&Code> = entry.committed.keys().collect();
        let mut erased: BTreeSet<usize> = BTreeSet::new();
        let mut last: Option<Code> = None;
        while let Some((line, opened)) = self.next_of(seq, !missing.is_empty())? {
            if line.seq < seq || last.as_ref().is_some_and(|last| *last >= line.field) {
                return Err(bad(seq, FIELDS, What::WordStray(line.field)));
            }
            if missing.remove(&line.field) {
                self.word(entry, &line, opened, counts)?;
            } else if let Some(at) = erased_attachment(entry, &line) {
                erased.insert(at);
                counts.erased += 1;
            } else {
                return Err(bad(seq, FIELDS, What::WordStray(line.field)));
            }
            last = Some(line.field);
        }
        if let Some(field) = missing.first() {
            return Err(bad(seq, FIELDS, What::WordMissing((*field).clone())));
        }
        let kept = entry.attachments.iter().enumerate().filter(|(at, _)| !erased.contains(at));
        for (_, attachment) in kept {
            self.attachment(seq, attachment, counts)?;
        }
        Ok(())
    }

    /// No line may be left.
    pub(super) fn finish(&mut self) -> Check<()> {
        match self.lines.next().transpose()? {
            None => Ok(()),
            Some(opening) => match opening.line {
                Ok(line) => Err(bad(line.seq, FIELDS, What::WordStray(line.field))),
                Err(why) => Err(bad(None, FIELDS, why)),
            },
        }
    }

    /// The next line when it belongs to entry `seq` or to one before it. A line that cannot be read is
    /// blamed on the entry that still waits for one.
    fn next_of(&mut self, seq: u64, waiting: bool) -> Check<Option<(FieldLine, Option<Digest>)>> {
        match self.lines.peek() {
            Some(Err(unreadable)) => return Err(unreadable.clone().into()),
            Some(Ok(Opening { line: Ok(line), .. })) if line.seq <= seq => {}
            Some(Ok(Opening { line: Err(why), .. })) if waiting => {
                return Err(bad(seq, FIELDS, *why));
            }
            _ => return Ok(None),
        }
        Ok(match self.lines.next() {
            Some(Ok(Opening { line: Ok(line), commitment })) => Some((line, commitment)),
            _ => None,
        })
    }

    fn word(
        &mut self,
        entry: &Entry,
        line: &FieldLine,
        opened: Option<Digest>,
        counts: &mut Counts,
    ) -> Check<()> {
        let (seq, field) = (line.seq, line.field.as_str());
        let opened = match &line.content {
            Content::Erased => {
                counts.erased += 1;
                return Ok(());
            }
            Content::Known { .. } => opened,
            Content::Artifact { salt, sha256 } => {
                Some(commitment(salt, field, &self.fitting_bytes(seq, *sha256, counts)?))
            }
        };
        if opened.is_none() || entry.committed.get(&line.field) != opened.as_ref() {
            return Err(bad(seq, FIELDS, What::Word(line.field.clone())));
        }
        counts.words += 1;
        Ok(())
    }

    fn attachment(&mut self, seq: u64, file: &Attachment, counts: &mut Counts) -> Check<()> {
        if self.fitting.get(&file.hash) == Some(&file.size) {
            return Ok(());
        }
        let bytes = self.fitting_bytes(seq, file.hash, counts)?;
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        if size != file.size {
            return Err(bad(seq, &attachment_path(&file.hash), What::Attachment));
        }
        self.fitting.insert(file.hash, size);
        Ok(())
    }

    fn fitting_bytes(&mut self, seq: u64, hash: Digest, counts: &mut Counts) -> Check<Vec<u8>> {
        let path = attachment_path(&hash);
        let bytes = self.files.read(&path)?.ok_or_else(|| bad(seq, &path, What::Missing))?;
        if sha256(&bytes) != hash {
            return Err(bad(seq, &path, What::Attachment));
        }
        counts.attachments += 1;
        Ok(bytes)
    }
}

/// The place in the entry of the attachment that this line marks as erased.
fn erased_attachment(entry: &Entry, line: &FieldLine) -> Option<usize> {
    let at: usize = line.field.as_str().strip_prefix("attachments.")?.parse().ok()?;
    (line.content == Content::Erased && at < entry.attachments.len()).then_some(at)
}
