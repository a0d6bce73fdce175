//! Canonical bytes: what is written, what is refused, and that the two agree.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{parse, to_vec};

fn check(input: &Value, expected: &Expect) {
    let bytes = to_vec(input).map(|bytes| String::from_utf8(bytes).unwrap());
    expected.assert_eq(&match bytes {
        Ok(text) => text,
        Err(refusal) => refusal.to_string(),
    });
}

#[test]
fn keys_follow_utf16_order_and_controls_have_one_escape() {
    // Example of RFC 8785 section 3.2.3: the smiley sorts before the Hebrew letter.
    let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
    let object: Value = keys.iter().map(|key| ((*key).to_owned(), Value::Null)).collect();
    let written = String::from_utf8(to_vec(&object).unwrap()).unwrap();
    let order: String = written.replace("\"", "").replace(":null", "").replace("\\r", "\r");
    assert_eq!(order, "{\r,1,\u{80},\u{f6},\u{20ac},\u{1f600},\u{fb33}}");
    check(
        &json!("\u{8}\t\n\u{c}\r\u{1}\u{1f}\"\\/\u{7f}"),
        &expect![[r#""\b\t\n\f\r\u0001\u001f\"\\/""#]],
    );
    check(
        &json!([null, true, false, -1, 0, 9_007_199_254_740_991_i64]),
        &expect![[r#"[null,true,false,-1,0,9007199254740991]"#]],
    );
}

#[test]
fn numbers_beyond_safe_integers_have_no_form() {
    let refusal = expect!["a number that is not an integer within 2^53 - 1"];
    for number in [json!(1.5), json!(1e3), json!(9_007_199_254_740_992_i64), json!(u64::MAX)] {
        check(&number, &refusal);
    }
}

#[test]
fn other_spellings_of_a_value_are_refused() {
    for text in [
        "",
        " 1",
        "1 ",
        "01",
        "-0",
        "1.0",
        "1e3",
        "+1",
        "-",
        "9007199254740992",
        "nul",
        "\"",
        "\"\\/\"",
        "\"\\u0041\"",
        "\"\\u000a\"",
        "\"\\u001F\"",
        "\"\\ud800\"",
        "\"\t\"",
        "[1,]",
        "[1 ]",
        "{\"a\": 1}",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,}",
        "{a:1}",
        "\"\\\u{e9}\"",
    ] {
        assert!(parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(parse(b"\"\xff\"").is_err());
    assert!(parse(&[b'['; 100]).is_err());
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in values()) {
        let bytes = to_vec(&value).unwrap();
        prop_assert_eq!(parse(&bytes).unwrap(), value);
    }

    #[test]
    fn what_is_read_is_written_the_same(value in values(), at: prop::sample::Index, byte: u8) {
        let mut bytes = to_vec(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = parse(&bytes) {
            prop_assert_eq!(to_vec(&read).unwrap(), bytes);
        }
    }
}
