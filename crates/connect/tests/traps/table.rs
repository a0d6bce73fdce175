//! The table of traps against the document and against the sources.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

const TABLE: &str = include_str!("traps.txt");

/// The sections of the document that tell of senders; 0 is about all of them, 16 about severities.
const LAST_SECTION: usize = 16;

/// A line of the table.
struct Row {
    section: usize,
    words: &'static str,
    test: &'static str,
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (section, rest) = line.split_once(" | ").unwrap();
            let (words, test) = rest.rsplit_once(" | ").unwrap();
            Row { section: section.parse().unwrap(), words, test }
        })
        .collect()
}

/// The collected formats, section by section; `None` where they are not here.
pub(crate) fn sections() -> Option<Vec<String>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = env::var_os("WATCHKEEPER_SHARED").map_or_else(beside, PathBuf::from);
    let Ok(text) = fs::read_to_string(shared.join("formats/ingest-formats.md")) else {
        assert!(env::var("CI").as_deref() != Ok("true"), "no formats in {}", shared.display());
        println!("not run: the formats are not here (WATCHKEEPER_SHARED)");
        return None;
    };
    let sections: Vec<String> =
        text.split("\n## ").skip(1).map(|section| format!("## {section}")).collect();
    assert_eq!(sections.len(), LAST_SECTION + 1, "the document has other sections");
    Some(sections)
}

#[test]
fn each_trap_is_in_its_section_of_the_document() {
    let Some(sections) = sections() else { return };
    for Row { section, words, .. } in rows() {
        assert!(sections[section].contains(words), "section {section} does not say: {words}");
    }
}

#[test]
fn no_section_and_no_point_of_the_document_is_passed_over() {
    let Some(sections) = sections() else { return };
    let rows = rows();
    let of = |section: usize| rows.iter().filter(move |row| row.section == section);
    for section in 0..=LAST_SECTION {
        assert!(of(section).next().is_some(), "section {section} has no trap");
    }
    let points = sections[0].lines().filter(|line| line.starts_with("- "));
    for point in points {
        assert!(of(0).any(|row| point.contains(row.words)), "no trap of: {point}");
        // Each form of an instant by itself.
        let forms = point.split_once("Time formats seen: ").map(|(_, forms)| forms);
        for form in forms.unwrap_or_default().split("; ") {
            assert!(of(0).any(|row| form.contains(row.words)) || form.is_empty(), "{form}");
        }
    }
    // Where the document itself counts them.
    let mut counted = 0;
    for (section, text) in sections.iter().enumerate() {
        let lists = text.split("Traps: ").skip(1).filter_map(|list| list.split('.').next());
        for trap in lists.flat_map(|list| list.split(", ")) {
            assert!(of(section).any(|row| trap == row.words), "section {section}: {trap}");
            counted += 1;
        }
    }
    assert!(counted > 0, "the document lists none by that name");
}

#[test]
fn each_trap_has_its_test_and_each_such_test_its_trap() {
    let mut written = BTreeSet::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    named_tests(&crates, &mut written);
    let listed: BTreeSet<String> = rows().iter().map(|row| row.test.to_owned()).collect();
    let missing: Vec<_> = listed.difference(&written).collect();
    assert!(missing.is_empty(), "no such test: {missing:?}");
    let beyond: Vec<_> = written.difference(&listed).map(String::as_str).collect();
    assert_eq!(beyond, BEYOND, "a test of this name stands in no row");
}

/// Traps that we know of and the document does not.
const BEYOND: &[&str] = &[
    "trap_a_form_field_holds_the_whole_message",
    "trap_a_get_request_carries_its_message_in_the_query",
    "trap_a_key_that_was_not_filled_in_is_no_key",
    "trap_a_mapping_never_acknowledges",
    "trap_an_unknown_action_is_refused_and_not_guessed",
];

/// The functions called `trap_…` that are marked as tests, anywhere in the workspace.
fn named_tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named_tests(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for pair in lines.windows(2).filter(|pair| is_test(pair[0])) {
                let name = pair[1].trim_start_matches("async ").strip_prefix("fn ");
                let name = name.and_then(|rest| rest.split_once('(')).map(|(name, _)| name);
                found.extend(name.filter(|name| name.starts_with("trap_")).map(str::to_owned));
            }
        }
    }
}

fn is_test(line: &str) -> bool {
    line == "#[test]" || line == "#[tokio::test]"
}
