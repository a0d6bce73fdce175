//! Models of others: every file of the shared collection is read or refused with a place. Never a panic.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};

use process::{Model, lint};

/// The shared collection; `None` where it is absent, which fails where CI is set.
fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("WATCHKEEPER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let models = root.join("process/models");
    if models.is_dir() {
        return Some(models);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", models.display());
    println!("skipped: {} is not here", models.display());
    None
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

/// Every process of every file: the one to execute, or each by itself where none is marked.
fn processes(text: &str) -> Vec<(String, Result<Model, Vec<process::Finding>>)> {
    let read = Model::read(text);
    let several = read.as_ref().err().is_some_and(|f| f[0].rule == "several-processes");
    if !several {
        return vec![(String::new(), read)];
    }
    let document = process::xml::parse(text).unwrap();
    let root = document.root_element();
    let ids = root.children().filter(|n| n.has_tag_name((process::model::BPMN, "process")));
    let ids = ids.filter_map(|n| n.attribute("id"));
    ids.map(|id| (format!("#{id}"), Model::read_process(text, id))).collect()
}

/// Each file loads or is refused with id, line and column, and why is written down.
#[test]
fn every_shared_model_is_read_or_refused_with_its_place() {
    let Some(models) = shared() else { return };
    let mut all = Vec::new();
    files(&models, ".bpmn", &mut all);
    let (mut read, mut refused, mut lines) = (0, 0, String::new());
    let mut kinds = std::collections::BTreeMap::<String, usize>::new();
    for path in &all {
        let bytes = std::fs::read(path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let name = path.strip_prefix(&models).unwrap().display().to_string();
        for (process, outcome) in processes(&text) {
            match outcome {
                Ok(model) => {
                    read += 1;
                    let lint = lint::lint(&model);
                    lint.iter().for_each(|f| assert!(f.line > 0 && !f.id.is_empty(), "{f}"));
                }
                Err(findings) => {
                    refused += 1;
                    assert!(!findings.is_empty(), "{name}");
                    for f in &findings {
                        assert!(f.line > 0 && f.column > 0 && !f.id.is_empty(), "{name}: {f}");
                        let element = f.message.split(' ').next().unwrap_or_default();
                        let about = f.rule.starts_with("unsupported") && !element.is_empty();
                        let what =
                            if about { format!("{} {element}", f.rule) } else { f.rule.to_owned() };
                        *kinds.entry(what).or_default() += 1;
                    }
                    let first = &findings[0];
                    lines += &format!("{name}{process}: {first} (of {})\n", findings.len());
                }
            }
        }
    }
    println!("{} files, {} processes: {read} read, {refused} refused", all.len(), read + refused);
    let kinds: String = kinds.iter().map(|(what, n)| format!("{n:5} {what}\n")).collect();
    println!("{kinds}");
    let told = format!(
        "{} files; {read} processes read, {refused} refused\n\nwhat is refused, how often:\n{kinds}\n{lines}",
        all.len()
    );
    expect_test::expect_file!["golden/refused-models.txt"].assert_eq(&told);
}

/// The model is kept beside the file and never written back: the bytes that were read are the bytes.
#[test]
fn reading_needs_no_byte_of_the_file_changed() {
    let Some(models) = shared() else { return };
    let mut all = Vec::new();
    files(&models.join("miwg"), ".bpmn", &mut all);
    for path in all {
        let before = std::fs::read(&path).unwrap();
        let text = String::from_utf8(before.clone()).unwrap();
        let _ = Model::read(&text);
        assert_eq!(text.as_bytes(), before, "{}", path.display());
    }
}

/// Cut and garbled models are refused, never a panic.
#[test]
fn broken_models_are_refused_without_a_panic() {
    let text = include_str!("../../../processes/major-incident.bpmn");
    for at in (0..text.len()).step_by(997).filter(|at| text.is_char_boundary(*at)) {
        let _ = Model::read(&text[..at]);
        let _ = Model::read(&text[at..]);
        let _ = Model::read(&format!("{}<{}", &text[..at], &text[at..]));
        let _ = Model::read(&format!("{}\"{}", &text[..at], &text[at..]));
    }
}
