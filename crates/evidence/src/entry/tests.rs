//! Entries: bytes fixed by example, parse and write agree, nothing too long gets out.

use base::{Code, Digest, Entropy, Id, Timestamp, id};
use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Actor, ActorKind, Attachment, Draft, Entry, Envelope, MAX_ENTRY, MAX_WORD, MediaType, Mode,
    NotAnEntry, Sealed, Tail, Under, Unsealable, commitment, seal,
};
use crate::{canonical, sha256};

struct Ones;

impl Entropy for Ones {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(0x11);
    }
}

fn envelope() -> Envelope {
    Envelope {
        actor: Actor { id: Code::fixed("per_1"), kind: ActorKind::Person },
        on_behalf_of: None,
        session: Some(Code::fixed("ses_1")),
        mode: Mode::Live,
        cause: Some(41),
    }
}

fn draft() -> Draft {
    let incident: Id<id::Incident> = Id::from_bytes([0xab; 16]);
    Draft::new("note_added", incident, Timestamp::from_micros(0), &vec![7_i64])
}

fn sealed(draft: Draft) -> Result<Sealed, Unsealable> {
    let tail = Tail { stream_seq: 3, prev: Some(sha256(b"the one before")) };
    seal(draft, &envelope(), tail, Timestamp::from_micros(1_764_037_448_000_001), &mut Ones)
}

/// A draft in which everything that may be absent is there.
fn full_draft() -> Draft {
    let under = Under {
        process: Some(Code::fixed("major-incident")),
        version: Some(4),
        sha256: Some(sha256(b"bpmn")),
        element: Some(Code::fixed("Task_1")),
        instance: Some(Code::fixed("pin_1")),
        table: Some(Code::fixed("severity")),
        table_version: Some(2),
        config_version: Some(99),
    };
    let media_type = "application/pdf".parse().unwrap();
    let attachment = Attachment { hash: sha256(b"pdf"), size: 3, media_type };
    draft().word("text", "é\n").words("labels", ["a", "b"]).under(under).attachment(attachment)
}

/// The bytes of version 1 may never change: this text is what released programs wrote.
#[test]
fn the_bytes_of_an_entry_are_fixed() {
    let plain = String::from_utf8(sealed(draft()).unwrap().bytes).unwrap();
    expect![[r#"{"actor":{"id":"per_1","kind":"person"},"attachments":[],"cause":41,"committed":{},"data":[7],"mode":"live","nonce":"11111111111111111111111111111111","occurred_at":"1970-01-01T00:00:00.000000Z","on_behalf_of":null,"prev_in_stream":"fccfc0ba21c4ef19755deaf97b0f212b471d60f12a0c99ae23f5a316e2bf8150","recorded_at":"2025-11-25T02:24:08.000001Z","session":"ses_1","stream":"inc_abababababababababababababababab","stream_seq":3,"type":"note_added","under":{},"v":1}"#]].assert_eq(&plain);
    let full = String::from_utf8(sealed(full_draft()).unwrap().bytes).unwrap();
    expect![[r#"
        {"actor":{"id":"per_1",
        "kind":"person"},
        "attachments":[{"hash":"c35b21d6ca39aa7cc3b79a705d989f1a6e88b99ab43988d74048799e3db926a3",
        "size":3,
        "type":"application/pdf"}],
        "cause":41,
        "committed":{"labels.0":"b2f6dbab879a22cb59f60f93c27634ec6d9c750dee29759aaa9ee2fc09a26d04",
        "labels.1":"54f9f97af5cf3d8783518d95c2794836c87094f2a6593d4adca2492f7403f6be",
        "text":"3ec9589d67f7020a5a98a14fc874d6fa3dd29cfc969c13397aa0ac4d90945e9b"},
        "data":[7],
        "mode":"live",
        "nonce":"11111111111111111111111111111111",
        "occurred_at":"1970-01-01T00:00:00.000000Z",
        "on_behalf_of":null,
        "prev_in_stream":"fccfc0ba21c4ef19755deaf97b0f212b471d60f12a0c99ae23f5a316e2bf8150",
        "recorded_at":"2025-11-25T02:24:08.000001Z",
        "session":"ses_1",
        "stream":"inc_abababababababababababababababab",
        "stream_seq":3,
        "type":"note_added",
        "under":{"config_version":99,
        "element":"Task_1",
        "instance":"pin_1",
        "process":"major-incident",
        "sha256":"bba0ae1ac69728b69aba144cb48819604eb5caaf29228d57a3f1851ce9eda79d",
        "table":"severity",
        "table_version":2,
        "version":4},
        "v":1}"#]]
    .assert_eq(&full.replace(",\"", ",\n\""));
}

#[test]
fn parse_gives_back_what_was_sealed() {
    for draft in [draft(), full_draft()] {
        let sealed = sealed(draft).unwrap();
        assert_eq!(Entry::parse(&sealed.bytes).unwrap(), sealed.entry);
        assert_eq!(
            canonical::to_vec(&canonical::parse(&sealed.bytes).unwrap()).unwrap(),
            sealed.bytes
        );
        assert_eq!(sealed.next(), Tail { stream_seq: 4, prev: Some(sealed.leaf) });
    }
}

#[test]
fn another_version_is_told_from_damage() {
    let bytes = String::from_utf8(sealed(draft()).unwrap().bytes).unwrap();
    let later = bytes.replace("\"v\":1}", "\"v\":2}");
    assert_eq!(Entry::parse(later.as_bytes()), Err(NotAnEntry::Version(2)));
    for (from, to) in [
        ("\"mode\":\"live\"", "\"mode\":\"dead\""),
        ("000001Z", "000001+00:00"),
        ("2025-", "2O25-"),
        ("\"cause\":41", "\"cause\":-1"),
        ("\"under\":{}", "\"under\":{\"other\":1}"),
        ("\"v\":1}", "\"v\":1} "),
        ("11111111", "1111111G"),
        ("\"session\":\"ses_1\"", "\"session\":\"a b\""),
    ] {
        let bent = bytes.replace(from, to);
        assert_ne!(bent, bytes, "{from}");
        let refused = Entry::parse(bent.as_bytes());
        assert!(matches!(refused, Err(NotAnEntry::Form(_))), "{bent}");
    }
}

#[test]
fn a_word_opens_its_commitment_and_a_long_one_is_an_artifact() {
    let long = "x".repeat(MAX_WORD);
    let sealed = sealed(draft().word("text", "hello").word("log", long)).unwrap();
    for word in &sealed.words {
        let expected = sealed.entry.committed[&word.field];
        assert_eq!(commitment(&word.salt, word.field.as_str(), &word.value), expected);
        assert_eq!(word.commitment, expected);
    }
    let by_hand = [&[2u8][..], &[0x11; 32], b"text\0\"hello\""].concat();
    assert_eq!(sealed.words[0].commitment, sha256(&by_hand));
    let artifacts: Vec<Digest> = sealed.artifacts().map(|(hash, _)| hash).collect();
    assert_eq!(artifacts, [sha256(&sealed.words[1].value)]);
    assert!(!sealed.words[0].large && sealed.words[1].large);
}

#[test]
fn what_cannot_be_sealed_says_why() {
    let why = |draft: Draft| sealed(draft).unwrap_err().to_string();
    let mut wide = draft();
    wide.data = json!({"codes": vec!["a-code-of-ours"; 4000]});
    expect!["the entry would have 68469 bytes, 65535 are the most"].assert_eq(&why(wide));
    expect!["`text`: a number that is not an integer within 2^53 - 1"]
        .assert_eq(&why(draft().word("text", 1.5)));
    expect!["the word `text` is there twice"]
        .assert_eq(&why(draft().word("text", "a").word("text", "b")));
    let mut huge = draft();
    huge.data = json!(i64::MAX);
    expect!["`data`: a number that is not an integer within 2^53 - 1"].assert_eq(&why(huge));
}

#[test]
fn media_types_are_plain_names() {
    for wrong in ["", "text", "text/", "/plain", "text/plain; charset=utf-8", "Text/Plain", "a/b/c"]
    {
        assert!(wrong.parse::<MediaType>().is_err(), "{wrong}");
    }
    assert_eq!(MediaType::unknown().as_str().parse(), Ok(MediaType::unknown()));
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(".{0,300}", 0..900)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_entry_never_exceeds_its_bundle(words in words(), codes in 0..3000usize) {
        let mut draft = draft().words("labels", words);
        draft.data = Value::from(vec!["some-code-of-ours"; codes]);
        match sealed(draft) {
            Ok(sealed) => {
                prop_assert!(sealed.bytes.len() <= MAX_ENTRY);
                prop_assert_eq!(Entry::parse(&sealed.bytes).unwrap(), sealed.entry);
            }
            Err(Unsealable::TooLarge { bytes }) => prop_assert!(bytes > MAX_ENTRY),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn what_parses_is_written_the_same(at: prop::sample::Index, byte: u8) {
        let mut bytes = sealed(full_draft()).unwrap().bytes;
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(entry) = Entry::parse(&bytes) {
            prop_assert_eq!(entry.to_bytes().unwrap(), bytes);
        }
    }
}
