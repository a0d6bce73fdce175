//! Signing checkpoints: the tree follows the rows, and nothing is signed that contradicts what was.
//!
//! | found | then |
//! | --- | --- |
//! | the database registers no key | this node's key is registered, with an entry |
//! | the database registers another key | this node never signs |
//! | the log is shorter than the checkpoint held outside | refused: a backup was restored |
//! | the root over the old size is another one | refused: the log was changed |
//! | another node published this size with another root | refused: the log was forked |
//! | none of these | signed, published, held outside |

use base::{Code, Digest, Timestamp};
use db::Conn;
use domain::server::{Event, LogEpochDeclared, LogKeyRegistered, STREAM};
use evidence::{Checkpoint, Vkey, tile};
use store::{StoreError, log, tree};

use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// Leaf hashes read at once while the tree catches up with the rows.
const STRETCH: i64 = 256 * 64;

/// How signing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signing {
    /// Nothing stands in the way.
    Well,
    /// The log is shorter than what was signed: a backup was restored.
    RolledBack {
        /// How many entries were signed over.
        signed: i64,
        /// How many there are.
        found: i64,
    },
    /// What was signed over has changed.
    Changed {
        /// How many entries were signed over.
        signed: i64,
    },
    /// Another root was published for the same size.
    Forked {
        /// The size.
        size: i64,
    },
    /// The database belongs to another key.
    OtherKey,
}

impl Signing {
    /// The sentence for the operator.
    pub fn sentence(&self) -> String {
        match self {
            Self::Well => "checkpoints are signed".to_owned(),
            Self::RolledBack { signed, found } => format!(
                "the log has {found} entries, but {signed} were signed over: an older database was \
                 restored; declare a new epoch with a reason to go on"
            ),
            Self::Changed { signed } => {
                format!("the first {signed} entries are not those that were signed over")
            }
            Self::Forked { size } => {
                format!("another node signed another log of {size} entries")
            }
            Self::OtherKey => "the database is registered to another log key".to_owned(),
        }
    }
}

/// The tree as far as this node has followed the rows.
#[derive(Default)]
pub struct Grown {
    builder: Option<tile::Builder>,
    /// Whether the checkpoint held outside was shown to be a part of this tree.
    proven: bool,
    signing: Option<Signing>,
}

/// What one look at the rows found.
#[derive(Clone)]
struct Look {
    size: i64,
    newest: Option<tree::Checkpoint>,
    origin: Option<tree::Origin>,
}

impl App {
    /// How signing stands, as of the newest attempt.
    pub async fn signing(&self) -> Signing {
        self.keeper().grown.lock().await.signing.clone().unwrap_or(Signing::Well)
    }

    /// Registers this node's key where the database has none.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn register_key(&self) -> Result<(), Error> {
        let vkey = self.keeper().vkey().to_string();
        let origin = self.options().origin.clone();
        let command = move |turn: &mut Turn<'_>| {
            if tree::origin(turn.conn)?.is_none() {
                register(turn, &origin, &vkey, 1)?;
            }
            Ok(())
        };
        self.commit(db::Lane::Normal, &Caller::host(), command).await
    }

    /// Signs a checkpoint over all entries, unless the newest one covers them already.
    ///
    /// # Errors
    /// Faults of the store, and the reason where this node may not sign.
    pub async fn sign_checkpoint(&self) -> Result<tree::Checkpoint, Error> {
        let mut grown = self.keeper().grown.lock().await;
        let look = self.look(look).await?;
        if let Some(newest) = look.newest.clone().filter(|newest| newest.size == look.size)
            && grown.proven
        {
            return Ok(newest);
        }
        let mut ended = self.grow(&mut grown, look.clone()).await?;
        if ended.is_err() && self.is_let_go().await? {
            *grown = Grown::default();
            self.keeper().roots.forget();
            ended = self.grow(&mut grown, look).await?;
        }
        match ended {
            Ok(signed) => {
                grown.signing = Some(Signing::Well);
                Ok(signed)
            }
            Err(trouble) => {
                let sentence = trouble.sentence();
                grown.builder = None;
                self.keeper().roots.forget();
                grown.signing = Some(trouble);
                Err(Error::Fault(sentence))
            }
        }
    }

    /// Whether an epoch was declared, perhaps by another process, that names exactly the checkpoint
    /// held outside as lost; then it is let go of, and a running server signs on without a restart.
    async fn is_let_go(&self) -> Result<bool, Error> {
        let Some(outside) = self.keeper().outside() else { return Ok(false) };
        let named = self.look(move |conn| epoch_names(conn, &outside)).await?;
        if named {
            self.keeper().let_go().map_err(|error| unheld(&error))?;
        }
        Ok(named)
    }

    /// Finds at the start whether an older database was restored: then the pages in it that wait to be
    /// sent are held back until the epoch is declared, because they may have been sent before. Pages
    /// that are queued from here on are sent (ground rule G2).
    ///
    /// # Errors
    /// Faults of the store, and of the file that remembers it.
    pub async fn guard_rollback(&self) -> Result<(), Error> {
        let Some(outside) = self.keeper().outside() else { return Ok(()) };
        let found = self.look(move |conn| {
            let lost = log::size(conn)? < outside.size.cast_signed();
            let newest = log::before(conn, i64::MAX, None)?.first().map(|entry| entry.recorded_at);
            Ok((lost && !epoch_names(conn, &outside)?, newest))
        });
        match found.await? {
            (true, Some(newest)) => self.keeper().hold_back(newest).map_err(|error| unheld(&error)),
            _ => Ok(()),
        }
    }

    async fn grow(
        &self,
        grown: &mut Grown,
        look: Look,
    ) -> Result<Result<tree::Checkpoint, Signing>, Error> {
        let own = self.keeper().vkey().to_string();
        if look.origin.is_none_or(|origin| origin.vkey != own) {
            return Ok(Err(Signing::OtherKey));
        }
        let outside = self.keeper().outside();
        let signed = outside.as_ref().map_or(0, |outside| outside.size.cast_signed());
        if signed > look.size {
            return Ok(Err(Signing::RolledBack { signed, found: look.size }));
        }
        let mut builder = match grown.builder.take() {
            Some(builder) => builder,
            None => self.look(resume).await?,
        };
        let mut full = Vec::new();
        while builder.size().cast_signed() < look.size {
            let from = builder.size().cast_signed();
            // Stops at the signed size once, to compare the roots.
            let end = if !grown.proven && from < signed { signed } else { look.size };
            let to = (from + STRETCH).min(end);
            for leaf in self.look(move |conn| tree::leaves(conn, from, to)).await? {
                builder.push(leaf, |tile, bytes| full.push((tile, bytes)));
            }
            if to == signed && outside.as_ref().is_some_and(|held| held.root != builder.root()) {
                return Ok(Err(Signing::Changed { signed }));
            }
            grown.proven |= to >= signed;
        }
        grown.proven |= signed == 0;
        if !grown.proven && !self.proven(&builder, outside.as_ref()).await? {
            return Ok(Err(Signing::Changed { signed }));
        }
        grown.proven = true;
        let published = self.publish_checkpoint(look.size, builder.root(), full).await?;
        grown.builder = Some(builder);
        Ok(published)
    }

    /// Whether the tree that was resumed from tiles has the root that was signed over its old size.
    async fn proven(
        &self,
        builder: &tile::Builder,
        outside: Option<&Checkpoint>,
    ) -> Result<bool, Error> {
        let Some(outside) = outside else { return Ok(true) };
        let (size, root) = (outside.size, outside.root);
        if size == builder.size() {
            return Ok(root == builder.root());
        }
        let old = self.look(move |conn| root_at(conn, size.cast_signed())).await?;
        Ok(old == root)
    }

    async fn publish_checkpoint(
        &self,
        size: i64,
        root: Digest,
        full: Vec<(tile::Tile, Vec<u8>)>,
    ) -> Result<Result<tree::Checkpoint, Signing>, Error> {
        let checkpoint = Checkpoint::new(&self.options().origin, size.cast_unsigned(), root);
        let note = self.keeper().sign(&checkpoint);
        let signed = tree::Checkpoint { size, root, note, signed_at: self.now() };
        let offered = signed.clone();
        let command = move |turn: &mut Turn<'_>| {
            for (tile, bytes) in &full {
                let index = tile.index.cast_signed();
                tree::keep_tile(turn.conn, i64::from(tile.level), index, bytes)?;
            }
            if tree::publish(turn.conn, &offered)? {
                return Ok(true);
            }
            Ok(tree::at(turn.conn, offered.size)?.is_some_and(|held| held.root == offered.root))
        };
        if !self.commit(db::Lane::Normal, &Caller::timer(), command).await? {
            return Ok(Err(Signing::Forked { size }));
        }
        let held = self.keeper().hold(&signed.note);
        held.map_err(|error| unheld(&error))?;
        Ok(Ok(signed))
    }

    /// Declares a new epoch after a rollback: names the lost range, and signing goes on above it.
    ///
    /// # Errors
    /// Faults of the store; nothing to declare where nothing was lost.
    pub async fn declare_epoch(&self, reason: String) -> Result<(), Error> {
        let Some(outside) = self.keeper().outside() else {
            return Err(Error::Fault("no checkpoint is held outside the database".to_owned()));
        };
        let signed = outside.size.cast_signed();
        let root = outside.root;
        let vkey = self.keeper().vkey().to_string();
        let origin = self.options().origin.clone();
        let command = move |turn: &mut Turn<'_>| {
            let size = log::size(turn.conn)?;
            let epoch = tree::origin(turn.conn)?.map_or(0, |origin| origin.epoch) + 1;
            let event = Event::from(LogEpochDeclared {
                epoch,
                lost_from: size.min(signed),
                lost_to: signed,
                lost_root: root,
            });
            turn.record(vec![event.draft(STREAM, turn.now).word("reason", reason.as_str())])?;
            register(turn, &origin, &vkey, epoch)?;
            Ok(())
        };
        self.commit(db::Lane::Normal, &Caller::host(), command).await?;
        let mut grown = self.keeper().grown.lock().await;
        *grown = Grown { proven: true, ..Grown::default() };
        self.keeper().roots.forget();
        self.keeper().let_go().map_err(|error| unheld(&error))
    }

    /// Registers another key for this log: a new epoch of the same tree, with a reason. The caller
    /// puts the key in place; until then nobody signs.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn rotate_key(&self, vkey: Vkey, reason: String) -> Result<(), Error> {
        let origin = self.options().origin.clone();
        let command = move |turn: &mut Turn<'_>| {
            let epoch = tree::origin(turn.conn)?.map_or(0, |origin| origin.epoch) + 1;
            let held = tree::Origin { epoch, origin: origin.clone(), vkey: vkey.to_string() };
            tree::register(turn.conn, &held)?;
            let key = evidence::sha256(held.vkey.as_bytes());
            let draft = Event::from(LogKeyRegistered { key, epoch }).draft(STREAM, turn.now);
            let draft = draft.word("vkey", held.vkey.as_str()).word("reason", reason.trim());
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, &Caller::host(), command).await
    }

    /// Since when entries wait for a signature; `None` where none do.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn unsigned_since(&self) -> Result<Option<Timestamp>, Error> {
        self.look(|conn| {
            let signed = tree::newest(conn)?.map_or(0, |newest| newest.size);
            tree::unsigned_since(conn, signed)
        })
        .await
    }
}

fn register(turn: &mut Turn<'_>, origin: &str, vkey: &str, epoch: i64) -> Result<(), Stop> {
    let held = tree::Origin { epoch, origin: origin.to_owned(), vkey: vkey.to_owned() };
    tree::register(turn.conn, &held)?;
    let key = evidence::sha256(vkey.as_bytes());
    let event = Event::from(LogKeyRegistered { key, epoch });
    turn.record(vec![event.draft(STREAM, turn.now).word("vkey", vkey)])?;
    Ok(())
}

/// Whether the newest epoch names exactly this checkpoint as lost.
fn epoch_names(conn: &mut Conn, outside: &Checkpoint) -> Result<bool, StoreError> {
    let kind = Code::fixed("log_epoch_declared");
    let newest = log::of_stream(conn, &STREAM.to_string(), &kind, i64::MAX)?;
    let Some(stored) = newest.first() else { return Ok(false) };
    let entry = stored.entry()?;
    Ok(match Event::parse(entry.kind.as_str(), &entry.data)? {
        Event::LogEpochDeclared(e) => {
            e.lost_to.cast_unsigned() == outside.size && e.lost_root == outside.root
        }
        _ => false,
    })
}

fn unheld(error: &std::io::Error) -> Error {
    Error::Fault(format!("what is held outside the database cannot be written: {error}"))
}

fn look(conn: &mut Conn) -> Result<Look, StoreError> {
    let size = log::size(conn)?;
    Ok(Look { size, newest: tree::newest(conn)?, origin: tree::origin(conn)? })
}

/// The tree as far as full tiles of level 0 are kept.
fn resume(conn: &mut Conn) -> Result<tile::Builder, StoreError> {
    let full = tree::full_tiles(conn)?;
    let mut partials = vec![Vec::new()];
    let (mut level, mut count) = (0, full);
    while count > 0 {
        let mut hashes = Vec::new();
        for index in count - count % 256..count {
            let bytes = tree::tile(conn, level, index)?.unwrap_or_default();
            let tile = tile::decode_tile(&bytes, tile::WIDTH);
            let tile = tile.ok_or_else(|| damaged(level, index))?;
            hashes.push(evidence::merkle::root_of(&tile));
        }
        partials.push(hashes);
        (level, count) = (level + 1, count / 256);
    }
    let size = (full * 256).cast_unsigned();
    tile::Builder::resume(size, partials).ok_or_else(|| damaged(0, full))
}

/// The root over the first `size` entries, from their rows.
fn root_at(conn: &mut Conn, size: i64) -> Result<Digest, StoreError> {
    let mut frontier = evidence::merkle::Frontier::new();
    let mut from = 0;
    while from < size {
        let to = (from + STRETCH).min(size);
        tree::leaves(conn, from, to)?.into_iter().for_each(|leaf| frontier.push(leaf));
        from = to;
    }
    Ok(frontier.root())
}

fn damaged(level: i64, index: i64) -> StoreError {
    StoreError::State {
        stream: format!("log_tile {level}/{index}"),
        reason: "a full tile does not hold 256 hashes".to_owned(),
    }
}
