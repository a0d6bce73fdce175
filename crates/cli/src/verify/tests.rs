//! One small log in four shapes: folder, zip, server, and each of them damaged.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Cursor, Write as _},
    net::TcpListener,
};

use evidence::{pack::Lines, sample};
use expect_test::{Expect, expect};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;

type Tree = BTreeMap<String, Vec<u8>>;

fn log() -> Tree {
    let files = sample::served_log(300).unwrap();
    let read = |path: String| (files.read(&path).unwrap().unwrap(), path);
    files.list().into_iter().map(read).map(|(bytes, path)| (path, bytes)).collect()
}

fn as_folder(tree: &Tree) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in tree {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn zipped<'a>(
    files: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>,
    method: CompressionMethod,
) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(path, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn as_zip(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Serves these files to whoever has the token, for as long as the test runs.
fn as_server(tree: Tree, token: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let mut lines = BufReader::new(&stream).lines().map(Result::unwrap);
            let first = lines.next().unwrap_or_default();
            let mut authorised = false;
            for line in lines.take_while(|line| !line.is_empty()) {
                authorised |= line.eq_ignore_ascii_case(&format!("authorization: bearer {token}"));
            }
            let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches("/log/");
            let (status, body) = match tree.get(path) {
                _ if path != "checkpoint" && !authorised => ("401 Unauthorized", &Vec::new()),
                Some(bytes) => ("200 OK", bytes),
                None => ("404 Not Found", &Vec::new()),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            (&stream).write_all(&[head.as_bytes(), body].concat()).unwrap();
        }
    });
    format!("http://{address}")
}

fn ask(source: &str) -> VerifyArgs {
    let origin_key = Some(sample::key().vkey().to_string());
    VerifyArgs { source: source.to_owned(), origin_key, token: None, json: false }
}

#[track_caller]
fn check(args: &VerifyArgs, code: u8, expected: &Expect) {
    let report = report(args);
    assert_eq!(report.verdict.exit_code(), code, "{report:?}");
    expected.assert_eq(&text(&report));
}

#[test]
fn a_log_verifies_from_folder_zip_and_server() {
    let verified = expect![[r#"
        Verified: signed by log.example.org/sample
          log log.example.org/sample, 300 entries in all
          checked: 300 entries of 300 streams, 0 words, 0 attachments; 0 erased
    "#]];
    let folder = as_folder(&log());
    check(&ask(folder.path().to_str().unwrap()), 0, &verified);
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let zip = as_zip(&zipped(&log(), method));
        check(&ask(zip.path().to_str().unwrap()), 0, &verified);
    }
    let mut live = ask(&as_server(log(), "wkt_1"));
    check(
        &live,
        2,
        &expect![[r#"
        Cannot be decided: tile/0/000: the server wants --token of somebody who may read the log
          log log.example.org/sample, 300 entries in all
    "#]],
    );
    live.token = Some("wkt_1".to_owned());
    check(&live, 0, &verified);
    live.source.push_str("/log/");
    check(&live, 0, &verified);
}

#[test]
fn g10_without_a_key_the_signer_is_unknown() {
    let folder = as_folder(&log());
    let mut args = ask(folder.path().to_str().unwrap());
    args.origin_key = None;
    check(
        &args,
        2,
        &expect![[r#"
        Consistent, signer unknown: everything fits together, but without --origin-key nobody says whose log it is
          log log.example.org/sample, 300 entries in all
          checked: 300 entries of 300 streams, 0 words, 0 attachments; 0 erased
    "#]],
    );
    args.origin_key = Some("log.example.org/sample+00000000+AAAA".to_owned());
    check(
        &args,
        2,
        &expect![[r#"
        Cannot be decided: --origin-key: a kind of key that is not known here
    "#]],
    );
}

#[test]
fn the_entry_of_the_first_bad_byte_is_named() {
    let mut tree = log();
    tree.get_mut("tile/entries/001.p/44").unwrap()[500] ^= 1;
    let folder = as_folder(&tree);
    check(
        &ask(folder.path().to_str().unwrap()),
        1,
        &expect![[r#"
        Tampered: entry 257: tile/entries/001.p/44: entry or tile altered: the entry's hash is not the one in the tile
          log log.example.org/sample, 300 entries in all
          checked: 257 entries of 257 streams, 0 words, 0 attachments; 0 erased
    "#]],
    );
    let zip = as_zip(&zipped(&tree, CompressionMethod::Deflated));
    check(
        &ask(zip.path().to_str().unwrap()),
        1,
        &expect![[r#"
        Tampered: entry 257: tile/entries/001.p/44: entry or tile altered: the entry's hash is not the one in the tile
          log log.example.org/sample, 300 entries in all
          checked: 257 entries of 257 streams, 0 words, 0 attachments; 0 erased
    "#]],
    );
}

#[test]
fn what_is_no_pack_cannot_be_decided() {
    let nothing = as_folder(&Tree::new());
    check(
        &ask(nothing.path().to_str().unwrap()),
        2,
        &expect![[r#"
        Cannot be decided: checkpoint: there is no checkpoint, so this is not a log
    "#]],
    );
    let text = as_zip(b"hello");
    assert_eq!(report(&ask(text.path().to_str().unwrap())).verdict.exit_code(), 2);
    assert_eq!(report(&ask("/nowhere/at/all.zip")).verdict.exit_code(), 2);
    assert_eq!(report(&ask("http://127.0.0.1:1")).verdict.exit_code(), 2);
    let mut damaged = zipped(&log(), CompressionMethod::Deflated);
    let end = damaged.len() - 40;
    damaged.truncate(end);
    assert_eq!(report(&ask(as_zip(&damaged).path().to_str().unwrap())).verdict.exit_code(), 2);
}

#[test]
fn a_name_that_stands_twice_in_a_zip_is_refused() {
    let files: Tree =
        [("checkpoint".to_owned(), vec![1]), ("checkpoinu".to_owned(), vec![2])].into();
    let mut bytes = zipped(&files, CompressionMethod::Stored);
    while let Some(at) = bytes.windows(10).position(|window| window == b"checkpoinu") {
        bytes[at + 9] = b't';
    }
    let zip = as_zip(&bytes);
    let report = report(&ask(zip.path().to_str().unwrap()));
    assert!(text(&report).contains("twice"), "{}", text(&report));
}

#[test]
fn no_path_leads_out_of_a_folder() {
    let folder = as_folder(&log());
    let inner = folder.path().join("tile");
    let files = folder::Folder::open(&inner).unwrap();
    for path in ["../checkpoint", "/etc/passwd", "", ".", "0/../../checkpoint"] {
        assert_eq!(files.read(path), Ok(None), "{path}");
    }
    assert!(files.read("0/000").unwrap().is_some());
}

#[test]
fn lines_come_the_same_from_folder_and_zip() {
    let long = vec![b'x'; 70 * 1024];
    for (bytes, lines) in [
        (&b""[..], Some(vec![])),
        (b"one\n", Some(vec!["one"])),
        (b"one\n\ntwo", Some(vec!["one", "", "two"])),
        (&long, None),
    ] {
        let tree: Tree = [("fields.jsonl".to_owned(), bytes.to_vec())].into();
        let in_folder = as_folder(&tree);
        let folder = folder::Folder::open(in_folder.path()).unwrap();
        same_lines(folder.lines("fields.jsonl").unwrap().unwrap(), lines.as_deref());
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let file = as_zip(&zipped(&tree, method));
            let archive = archive::Archive::open(file.path()).unwrap();
            same_lines(archive.lines("fields.jsonl").unwrap().unwrap(), lines.as_deref());
            assert!(archive.lines("other").unwrap().is_none());
        }
    }
}

#[track_caller]
fn same_lines(found: Lines<'_>, expected: Option<&[&str]>) {
    let found: Result<Vec<Vec<u8>>, _> = found.take(10).collect();
    let expected =
        expected.map(|lines| lines.iter().map(|line| line.as_bytes().to_vec()).collect());
    assert_eq!(found.ok(), expected);
}

#[test]
fn names_of_strangers_do_not_steer_the_terminal() {
    let mut tree = log();
    tree.insert("note\u{1b}[2J.txt".to_owned(), Vec::new());
    let folder = as_folder(&tree);
    check(
        &ask(folder.path().to_str().unwrap()),
        0,
        &expect![[r#"
        Verified: signed by log.example.org/sample
          log log.example.org/sample, 300 entries in all
          checked: 300 entries of 300 streams, 0 words, 0 attachments; 0 erased
          files that nothing vouches for: 1
            note�[2J.txt
    "#]],
    );
}
