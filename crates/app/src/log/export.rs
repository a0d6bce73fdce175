//! Taking evidence out of the house: an incident with all its streams, or a stretch of the log.
//!
//! First the export itself is recorded, with the length and head of every stream it takes, so that no
//! stream's end can be left out of the pack afterwards (ground rule G10). Then a checkpoint is signed
//! over that entry, and only then the pack is written, under that checkpoint. Leaves out `report.pdf`.

mod content;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom},
    os::unix::fs::OpenOptionsExt as _,
};

use base::{Code, Id, Timestamp, id};
use db::Conn;
use documents::pack::{PackError, Writer};
use domain::{
    Refused,
    access::{Permission, Scope},
    incident::unknown_incident,
    refusal::RefusalKind,
    server::{Event, ExportTaken, STREAM, StreamTail},
};
use evidence::pack::{self, Manifest, PackKind, Span};
use store::{StoreError, incident as incidents, log, tree};

use super::Signing;
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// The most entries of a pack that has each of them singly; a whole log has no limit.
pub const MAX_SINGLE: i64 = 100_000;

/// The most streams of an incident's pack: the store lists no more of them.
pub const MAX_STREAMS: usize = 10_000;

/// Streams that one export entry names: at most 64 KiB of them.
const STREAMS_AN_ENTRY: usize = 300;

/// A pack that was written.
#[derive(Debug)]
pub struct Exported {
    /// What to call it: `watchkeeper-INC-2026-0042-1234.zip`.
    pub name: String,
    /// The zip, at its first byte. It has no name on the disk and goes when it is closed.
    pub file: File,
    /// How many bytes it has.
    pub bytes: u64,
    /// Positions of the entries that recorded this export.
    pub recorded: Vec<i64>,
}

/// What was recorded as exported.
struct Taken {
    what: What,
    streams: Vec<StreamTail>,
    recorded: Vec<i64>,
}

/// What a pack is of.
#[derive(Debug, Clone)]
enum What {
    Incident { id: Id<id::Incident>, reference: Code },
    Range(Span),
    Log,
}

impl App {
    /// Exports an incident: every entry of every stream that belongs to it, with proofs and words.
    ///
    /// # Errors
    /// `INC-004`, `PER-008`, `EXP-002`; a fault where this node may not sign.
    pub async fn export_incident(
        &self,
        caller: &Caller,
        reference: &str,
    ) -> Result<Exported, Error> {
        let id = self.incident_by_reference(reference).await?;
        let state = self.look(move |conn| incidents::load(conn, id)).await?;
        let state = state.ok_or_else(unknown_incident)?;
        caller.needs(Permission::Export, Scope::Entity(state.entity))?;
        self.may_sign().await?;
        let reference = state.reference;
        let command = move |turn: &mut Turn<'_>| take_incident(turn, id, &reference);
        let taken = self.commit(db::Lane::Normal, caller, command).await?;
        self.export(taken).await
    }

    /// Exports what was recorded from `from` up to `to`, exclusive: as tiles where that is the whole
    /// log, else as single entries with proofs.
    ///
    /// # Errors
    /// `PER-008`, `EXP-001`, `EXP-002`; a fault where this node may not sign.
    pub async fn export_range(
        &self,
        caller: &Caller,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Exported, Error> {
        caller.needs(Permission::Export, Scope::House)?;
        if from > to {
            return Err(ends_before_it_begins().into());
        }
        self.may_sign().await?;
        let to = to.min(self.now());
        let what = self.look(move |conn| stretch(conn, from, to)).await?;
        if matches!(what, What::Range(span) if span.end - span.first > MAX_SINGLE.cast_unsigned()) {
            return Err(too_large().into());
        }
        let command = move |turn: &mut Turn<'_>| {
            let recorded = record(turn, None, &[])?;
            Ok(Taken { what: what.clone(), streams: Vec::new(), recorded })
        };
        let taken = self.commit(db::Lane::Normal, caller, command).await?;
        self.export(taken).await
    }

    /// Refuses before anything is recorded where no checkpoint would follow.
    async fn may_sign(&self) -> Result<(), Error> {
        match self.signing().await {
            Signing::Well => Ok(()),
            trouble => Err(Error::Fault(trouble.sentence())),
        }
    }

    /// Writes the pack of an export that was recorded.
    async fn export(&self, taken: Taken) -> Result<Exported, Error> {
        let checkpoint = self.sign_checkpoint().await?;
        let first = taken.recorded.first().copied().unwrap_or_default();
        if taken.recorded.iter().any(|seq| *seq >= checkpoint.size) {
            let reason = format!("no checkpoint covers the export's own entry {first} yet");
            return Err(Error::Fault(reason));
        }
        let name = format!("watchkeeper-{}-{first}.zip", taken.what.name());
        let recorded = taken.recorded.clone();
        let manifest = self.manifest(&taken, &checkpoint).await?;
        let (out, spool) = self.spool(&name)?;
        let pack = Writer::begin(out, spool, manifest, &checkpoint.note)?;
        let pack = match &taken.what {
            What::Log => self.pack_log(pack, checkpoint.size.cast_unsigned()).await?,
            What::Incident { .. } | What::Range(_) => {
                let positions = self.look(move |conn| positions(conn, &taken)).await?;
                self.pack_entries(pack, positions, checkpoint).await?
            }
        };
        let mut file = content::off_thread(move || Ok(pack.finish()?)).await?;
        let bytes = file.seek(SeekFrom::End(0)).map_err(disk)?;
        file.rewind().map_err(disk)?;
        Ok(Exported { name, file, bytes, recorded })
    }

    /// What the pack says it is; who and when as the export's first entry has it.
    async fn manifest(
        &self,
        taken: &Taken,
        checkpoint: &tree::Checkpoint,
    ) -> Result<Manifest, Error> {
        let first = taken.recorded.first().copied().unwrap_or_default();
        let stored = self.look(move |conn| log::entry(conn, first)).await?;
        let entry = stored.map(|stored| stored.entry()).transpose()?;
        let entry = entry.ok_or_else(|| Error::Fault(format!("entry {first} is not there")))?;
        let tail = |tail: &StreamTail| pack::StreamTail {
            stream: tail.stream.clone(),
            length: tail.length,
            head: tail.head,
        };
        Ok(Manifest {
            format: pack::FORMAT,
            kind: taken.what.kind(),
            incident: taken.what.incident(),
            range: taken.what.range(),
            origin: self.options().origin.clone(),
            size: checkpoint.size.cast_unsigned(),
            streams: taken.streams.iter().map(tail).collect(),
            export_entries: taken.recorded.iter().map(|seq| seq.cast_unsigned()).collect(),
            versions: versions(),
            exported_by: entry.actor.id,
            exported_at: entry.recorded_at,
            files: Vec::new(),
        })
    }

    /// Two files in this node's folder that only this process can reach: the zip and the words.
    fn spool(&self, name: &str) -> Result<(File, File), Error> {
        let open = |ending| -> io::Result<File> {
            fs::create_dir_all(&self.options().data)?;
            let path = self.options().data.join(format!("{name}.{ending}"));
            let mut how = OpenOptions::new();
            let how = how.read(true).write(true).create(true).truncate(true).mode(0o600);
            let file = how.open(&path)?;
            fs::remove_file(&path)?;
            Ok(file)
        };
        Ok((open("pack").map_err(disk)?, open("words").map_err(disk)?))
    }
}

impl What {
    fn kind(&self) -> PackKind {
        match self {
            Self::Incident { .. } => PackKind::Incident,
            Self::Range(_) => PackKind::Range,
            Self::Log => PackKind::Log,
        }
    }

    fn incident(&self) -> Option<Code> {
        match self {
            Self::Incident { id, .. } => Some(code(*id)),
            Self::Range(_) | Self::Log => None,
        }
    }

    fn range(&self) -> Option<Span> {
        match self {
            Self::Range(span) => Some(*span),
            Self::Incident { .. } | Self::Log => None,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Incident { reference, .. } => reference.to_string(),
            Self::Range(span) => format!("{}-{}", span.first, span.end),
            Self::Log => "log".to_owned(),
        }
    }
}

/// Records how far every stream of the incident goes at this moment.
fn take_incident(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    reference: &Code,
) -> Result<Taken, Stop> {
    let found = incidents::streams(turn.conn, id)?;
    if found.len() >= MAX_STREAMS {
        return Err(too_large().into());
    }
    let mut streams: BTreeSet<Code> = found.into_iter().collect();
    streams.insert(code(id));
    let mut tails = Vec::with_capacity(streams.len());
    for stream in streams {
        if let Some((length, head)) = log::tail(turn.conn, stream.as_str())? {
            tails.push(StreamTail { stream, length, head });
        }
    }
    if tails.iter().map(|tail| tail.length).sum::<i64>() > MAX_SINGLE {
        return Err(too_large().into());
    }
    let recorded = record(turn, Some(id), &tails)?;
    let what = What::Incident { id, reference: reference.clone() };
    Ok(Taken { what, streams: tails, recorded })
}

/// Records the export, in as many entries as its streams need.
fn record(
    turn: &mut Turn<'_>,
    incident: Option<Id<id::Incident>>,
    streams: &[StreamTail],
) -> Result<Vec<i64>, Stop> {
    let at = turn.now;
    let draft = |streams: &[StreamTail]| {
        Event::from(ExportTaken { incident, streams: streams.to_vec() }).draft(STREAM, at)
    };
    let drafts = match streams {
        [] => vec![draft(&[])],
        many => many.chunks(STREAMS_AN_ENTRY).map(draft).collect(),
    };
    turn.record(drafts)
}

/// The positions recorded in a period.
fn stretch(conn: &mut Conn, from: Timestamp, to: Timestamp) -> Result<What, StoreError> {
    let (first, end) = (log::first_after(conn, from)?, log::first_after(conn, to)?);
    if first == 0 && end == log::size(conn)? {
        return Ok(What::Log);
    }
    Ok(What::Range(Span { first: first.cast_unsigned(), end: end.cast_unsigned() }))
}

/// The positions of a pack of single entries: what was asked for, and the export's own.
fn positions(conn: &mut Conn, taken: &Taken) -> Result<Vec<i64>, StoreError> {
    let mut positions: BTreeSet<i64> = taken.recorded.iter().copied().collect();
    if let Some(span) = taken.what.range() {
        positions.extend(span.first.cast_signed()..span.end.cast_signed());
    }
    for tail in &taken.streams {
        // What came after the export was recorded is not part of it.
        let length = usize::try_from(tail.length).unwrap_or_default();
        let stream = log::stream(conn, tail.stream.as_str())?;
        positions.extend(stream.into_iter().take(length).map(|stored| stored.seq));
    }
    Ok(positions.into_iter().collect())
}

fn versions() -> BTreeMap<Code, Code> {
    let fixed = |number: i64| number.to_string().parse().expect("invariant: digits are a code");
    [
        (Code::fixed("watchkeeper"), Code::fixed(env!("CARGO_PKG_VERSION"))),
        (Code::fixed("entry"), fixed(evidence::entry::VERSION)),
    ]
    .into()
}

fn code(id: Id<id::Incident>) -> Code {
    id.to_string().parse().expect("invariant: an id is a code")
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn disk(error: io::Error) -> Error {
    Error::Fault(format!("the pack cannot be written: {error}"))
}

impl From<PackError> for Error {
    fn from(error: PackError) -> Self {
        Self::Fault(error.to_string())
    }
}

/// The period ends before it begins.
fn ends_before_it_begins() -> Refused {
    let message = "The period ends before it begins; swap its two instants.".to_owned();
    Refused { code: "EXP-001", message, kind: RefusalKind::Invalid }
}

/// More than a pack of single entries may hold.
fn too_large() -> Refused {
    let message = "That is more than one pack may hold entry by entry; export the whole log, or a \
                   shorter period."
        .to_owned();
    Refused { code: "EXP-002", message, kind: RefusalKind::Invalid }
}
