//! Exports over a whole application: what leaves the house verifies offline, and only what was recorded
//! as exported leaves it.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{
    collections::BTreeMap,
    fs::File,
    future::Future,
    io::Read as _,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use app::{
    App, Caller, Channels, Clock, Credentials, Dice, Error, Options, Ports,
    log::{Exported, Keeper},
};
use base::{Code, Id, Timestamp, id};
use domain::access::{Grant, Role};
use evidence::{
    Skey, note,
    pack::{self, Content, FieldLine, Files, Manifest, PackKind, Report, Unreadable, Verdict},
    tile::{Bundle, Tile},
};
use expect_test::{Expect, expect};

const ORIGIN: &str = "log.bank.example/watchkeeper";
const BEGIN: i64 = 1_764_000_000_000_000;

/// A clock that goes on by a second each time it is asked.
struct Seconds(AtomicI64);

impl Clock for Seconds {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(1_000_000, Ordering::Relaxed))
    }

    fn wall(&self) -> Timestamp {
        self.now()
    }

    fn carry_on_from(&self, at: Timestamp) {
        self.0.fetch_max(at.micros(), Ordering::Relaxed);
    }
}

/// The sample bank over a database in memory, its log begun and its key registered.
struct House {
    app: App,
    _data: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let db = db::Db::open(&db::Target::Memory, db::Options::default()).unwrap();
        db.migrate(store::migrations::ALL).unwrap();
        let ports = Ports {
            db,
            clock: Arc::new(Seconds(AtomicI64::new(BEGIN))),
            dice: Dice::from_seed([1; 32]),
            channels: Channels::default(),
        };
        let options = Options {
            base_url: "https://watchkeeper.bank.example".to_owned(),
            name: "Watchkeeper".to_owned(),
            data: data.path().to_owned(),
            origin: ORIGIN.to_owned(),
            node: "node".to_owned(),
            demo: true,
        };
        let skey = Skey::from_seed(ORIGIN, note::ED25519, &[5; 32]).unwrap();
        let app = App::new(ports, options, Keeper::in_memory(skey, [6; 32]));
        app.register_key().await.unwrap();
        app.ship_defaults().await.unwrap();
        app.load_demo().await.unwrap();
        Self { app, _data: data }
    }

    async fn incident(&self) -> String {
        let open = self.app.look(store::incident::open).await.unwrap();
        open[0].reference.to_string()
    }

    fn verify(&self, folder: &Folder) -> Report {
        pack::verify(folder, Some(self.app.keeper().vkey()))
    }
}

/// The unpacked folder.
struct Folder(BTreeMap<String, Vec<u8>>);

impl Folder {
    fn unpack(exported: Exported) -> Self {
        assert_eq!(exported.file.metadata().unwrap().len(), exported.bytes);
        let mut archive: zip::ZipArchive<File> = zip::ZipArchive::new(exported.file).unwrap();
        let mut files = BTreeMap::new();
        for place in 0..archive.len() {
            let mut file = archive.by_index(place).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            files.insert(file.name().unwrap().into_owned(), bytes);
        }
        Self(files)
    }

    fn manifest(&self) -> Manifest {
        Manifest::parse(&self.0[pack::MANIFEST]).unwrap()
    }

    fn lines(&self) -> Vec<FieldLine> {
        let lines = self.0[pack::FIELDS].split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(|line| FieldLine::parse(line).unwrap()).collect()
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(self.0.get(path).cloned())
    }

    fn list(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn run<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(story)
}

fn in_session(person: Id<id::Person>, role: Role, now: Timestamp) -> Caller {
    let mut caller = Caller::link(person);
    caller.grants = vec![Grant { role, entity: None }];
    caller.credentials = Credentials::Session { confirmed_at: now };
    caller
}

fn person(number: u8) -> Id<id::Person> {
    Id::from_bytes([number; 16])
}

#[track_caller]
fn check(report: &Report, expected: &Expect) {
    let text = format!("{:?} {:?} {:?}", report.verdict, report.counts, report.unlisted);
    expected.assert_eq(&text);
}

#[test]
fn g10_an_incident_leaves_with_all_its_streams_and_verifies() {
    run(async {
        let house = House::new().await;
        let reference = house.incident().await;
        let exported = house.app.export_incident(&Caller::host(), &reference).await.unwrap();
        assert_eq!(exported.name, format!("watchkeeper-{reference}-{}.zip", exported.recorded[0]));
        let folder = Folder::unpack(exported);
        let manifest = folder.manifest();
        assert_eq!(manifest.kind, PackKind::Incident);
        assert!(
            manifest.streams.iter().any(|tail| Some(&tail.stream) == manifest.incident.as_ref())
        );
        check(
            &house.verify(&folder),
            &expect![[
                r#"Verified { signer: "log.bank.example/watchkeeper" } Counts { entries: 84, streams: 7, words: 12, erased: 0, attachments: 0 } []"#
            ]],
        );

        // The end of a stream cannot be left out: the log itself says how long it was.
        let mut shorter = Folder(folder.0.clone());
        let before = (0..manifest.export_entries[0]).rev();
        let cut = before.into_iter().find(|seq| folder.0.contains_key(&pack::entry_path(*seq)));
        let cut = cut.expect("an entry before the export");
        for path in [pack::entry_path(cut), pack::proof_path(cut)] {
            shorter.0.remove(&path);
        }
        assert_eq!(house.verify(&shorter).verdict.exit_code(), 1);
    });
}

#[test]
fn a_period_leaves_entry_by_entry_and_the_whole_log_as_tiles() {
    run(async {
        let house = House::new().await;
        let (host, begin) = (Caller::host(), Timestamp::from_micros(BEGIN));
        let (from, to) = (Timestamp::from_micros(BEGIN + 10_000_000), house.app.now());
        let period = house.app.export_range(&host, from, to).await.unwrap();
        let period = Folder::unpack(period);
        assert_eq!(period.manifest().kind, PackKind::Range);
        check(
            &house.verify(&period),
            &expect![[
                r#"Verified { signer: "log.bank.example/watchkeeper" } Counts { entries: 140, streams: 40, words: 47, erased: 0, attachments: 11 } []"#
            ]],
        );

        let whole = house.app.export_range(&host, begin, house.app.now()).await.unwrap();
        let whole = Folder::unpack(whole);
        assert_eq!(whole.manifest().kind, PackKind::Log);
        check(
            &house.verify(&whole),
            &expect![[
                r#"Verified { signer: "log.bank.example/watchkeeper" } Counts { entries: 144, streams: 42, words: 48, erased: 0, attachments: 13 } []"#
            ]],
        );
    });
}

#[test]
fn erased_words_leave_as_erased_and_every_proof_holds() {
    run(async {
        let house = House::new().await;
        let app = &house.app;
        let people = app.look(store::person::all).await.unwrap();
        let gone = people[0].id;
        let asks = in_session(person(1), Role::DataProtection, app.now());
        let request = app.request_erasure(&asks, (gone, Code::fixed("art_17"))).await.unwrap();
        let confirms = in_session(person(2), Role::DataProtection, app.now());
        app.perform_erasure(&confirms, request).await.unwrap();
        let begin = Timestamp::from_micros(BEGIN);
        let folder =
            Folder::unpack(app.export_range(&Caller::host(), begin, app.now()).await.unwrap());
        let erased: Vec<_> =
            folder.lines().into_iter().filter(|line| line.content == Content::Erased).collect();
        assert!(!erased.is_empty());
        let report = house.verify(&folder);
        assert_eq!(report.counts.erased, erased.len() as u64);
        assert_eq!(report.verdict.exit_code(), 0, "{report:?}");
    });
}

#[test]
fn only_who_may_export_does() {
    run(async {
        let house = House::new().await;
        let reference = house.incident().await;
        let now = house.app.now();
        let code = |answer: Result<Exported, Error>| match answer {
            Err(Error::Refused(refused)) => refused.code,
            _ => "none",
        };
        let responder = in_session(person(1), Role::Responder, now);
        let answer = house.app.export_incident(&responder, &reference).await;
        assert_eq!(code(answer), "PER-008");
        assert_eq!(code(house.app.export_range(&responder, now, now).await), "PER-008");
        let auditor = in_session(person(2), Role::Auditor, now);
        assert_eq!(code(house.app.export_incident(&auditor, "INC-1970-0001").await), "INC-004");
        let before = Timestamp::from_micros(BEGIN);
        assert_eq!(code(house.app.export_range(&auditor, now, before).await), "EXP-001");
        assert!(house.app.export_incident(&auditor, &reference).await.is_ok());
    });
}

#[test]
fn the_log_is_read_under_its_newest_checkpoint() {
    run(async {
        let house = House::new().await;
        let app = &house.app;
        assert!(app.checkpoint().await.unwrap().is_none());
        assert!(app.tlog_proof(0).await.unwrap().is_none());
        let signed = app.sign_checkpoint().await.unwrap();
        let mut served = Folder(BTreeMap::new());
        let checkpoint = app.checkpoint().await.unwrap().unwrap();
        served.0.insert(pack::CHECKPOINT.to_owned(), checkpoint.note.into_bytes());
        let size = signed.size.cast_unsigned();
        for tile in evidence::tile::tiles_of(size) {
            served.0.insert(tile.path(), app.tile(tile).await.unwrap().unwrap());
        }
        for bundle in evidence::tile::bundles_of(size) {
            served.0.insert(bundle.path(), app.entry_bundle(bundle).await.unwrap().unwrap());
        }
        let report = house.verify(&served);
        assert_eq!(report.verdict, Verdict::Verified { signer: ORIGIN.to_owned() });

        let proof = app.inclusion_proof(0).await.unwrap().unwrap();
        assert_eq!(proof.to_text(), app.tlog_proof(0).await.unwrap().unwrap());
        let beyond = Tile { level: 0, index: 0, width: 256 };
        assert!(app.tile(beyond).await.unwrap().is_none());
        assert!(app.entry_bundle(Bundle { index: 1, width: 1 }).await.unwrap().is_none());
        assert!(app.inclusion_proof(signed.size).await.unwrap().is_none());
        assert!(app.inclusion_proof(-1).await.unwrap().is_none());
    });
}
