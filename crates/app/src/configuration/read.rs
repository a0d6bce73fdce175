//! Files of configuration: read as a whole, each fault with its file, line and code.
//!
//! | file | holds |
//! | --- | --- |
//! | `*.toml` | criticality, legal entities, functions, teams, services, integrations |
//! | `services.csv` | services |
//! | `policies/NAME.json`, `processes/NAME.bpmn`, `tables/NAME.dmn` | documents, byte for byte |
//! | `*.md` | nothing: notes for people |

use std::{collections::BTreeMap, fmt};

use base::Code;
use domain::document::DocumentKind;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{
    csv,
    text::{EntityText, FunctionText, IntegrationText, LevelText, ServiceText, TeamText},
};

/// The most bytes of all files together.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A file of configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFile {
    /// Its path inside the folder, with slashes.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileFault {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// `CFG-001` to `CFG-004`, or the code of the rule.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// Where something stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub(super) file: String,
    pub(super) line: usize,
}

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<FileFault>);

/// A document as a file.
#[derive(Debug, Clone)]
pub(super) struct DocumentFile {
    pub(super) kind: DocumentKind,
    pub(super) name: Code,
    pub(super) bytes: Vec<u8>,
    pub(super) place: Place,
}

/// Things of a kind by code, each with its place; `None` where no file speaks of the kind.
pub(super) type Said<T> = Option<Vec<(T, Place)>>;

/// What the files want.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) levels: Said<LevelText>,
    pub(super) entities: Said<EntityText>,
    pub(super) functions: Said<FunctionText>,
    pub(super) teams: Said<TeamText>,
    pub(super) services: Said<ServiceText>,
    pub(super) integrations: Said<IntegrationText>,
    pub(super) documents: Vec<DocumentFile>,
}

/// A `.toml` file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Toml {
    criticality: Option<Vec<Spanned<LevelText>>>,
    legal_entity: Option<Vec<Spanned<EntityText>>>,
    function: Option<Vec<Spanned<FunctionText>>>,
    team: Option<Vec<Spanned<TeamText>>>,
    service: Option<Vec<Spanned<ServiceText>>>,
    integration: Option<Vec<Spanned<IntegrationText>>>,
}

impl Faults {
    pub(super) fn add(&mut self, place: Place, code: &str, message: impl Into<String>) {
        let Place { file, line } = place;
        self.0.push(FileFault { file, line, code: code.to_owned(), message: message.into() });
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, code, message } = self;
        match line {
            0 => write!(f, "{file}: {message} ({code})"),
            _ => write!(f, "{file}:{line}: {message} ({code})"),
        }
    }
}

/// Reads all files.
pub(super) fn read(files: &[ConfigFile], faults: &mut Faults) -> Wanted {
    let mut wanted = Wanted::default();
    if files.iter().map(|file| file.bytes.len()).sum::<usize>() > MAX_BYTES {
        faults.add(Place::default(), "CFG-001", format!("more than {MAX_BYTES} bytes"));
        return wanted;
    }
    for file in files {
        one(file, &mut wanted, faults);
    }
    twice(&wanted, faults);
    wanted
}

fn one(file: &ConfigFile, wanted: &mut Wanted, faults: &mut Faults) {
    let whole = Place { file: file.path.clone(), line: 0 };
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let kind = match (folder, ending) {
        (_, "md") => return,
        ("policies", "json") => DocumentKind::Policy,
        ("processes", "bpmn") => DocumentKind::Process,
        ("tables", "dmn") => DocumentKind::Table,
        (_, "toml") => return toml_file(file, wanted, faults),
        _ if name == "services.csv" => {
            return match std::str::from_utf8(&file.bytes) {
                Ok(text) => {
                    let found = csv::services(&file.path, text, faults);
                    wanted.services.get_or_insert_default().extend(found);
                }
                Err(_) => faults.add(whole, "CFG-001", "not UTF-8"),
            };
        }
        _ => return faults.add(whole, "CFG-004", "not a file of configuration; see its reference"),
    };
    match stem.parse::<Code>() {
        Ok(name) => {
            let bytes = file.bytes.clone();
            wanted.documents.push(DocumentFile { kind, name, bytes, place: whole });
        }
        Err(error) => faults.add(whole, "CFG-001", format!("the file's name is {error}")),
    }
}

fn toml_file(file: &ConfigFile, wanted: &mut Wanted, faults: &mut Faults) {
    let place = |line| Place { file: file.path.clone(), line };
    let Ok(text) = std::str::from_utf8(&file.bytes) else {
        return faults.add(place(0), "CFG-001", "not UTF-8");
    };
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let read: Toml = match toml::from_str(text) {
        Ok(read) => read,
        Err(error) => {
            let at = error.span().map_or(0, |span| line(span.start));
            return faults.add(place(at), "CFG-001", error.message());
        }
    };
    fn join<T>(said: &mut Said<T>, found: Option<Vec<Spanned<T>>>, place: impl Fn(usize) -> Place) {
        let Some(found) = found else { return };
        let placed = found.into_iter().map(|item| {
            let at = item.span().start;
            (item.into_inner(), place(at))
        });
        said.get_or_insert_default().extend(placed);
    }
    let at = |start| place(line(start));
    join(&mut wanted.levels, read.criticality, at);
    join(&mut wanted.entities, read.legal_entity, at);
    join(&mut wanted.functions, read.function, at);
    join(&mut wanted.teams, read.team, at);
    join(&mut wanted.services, read.service, at);
    join(&mut wanted.integrations, read.integration, at);
}

/// Nothing is said twice.
fn twice(wanted: &Wanted, faults: &mut Faults) {
    fn of<T>(said: &Said<T>, key: impl Fn(&T) -> String, faults: &mut Faults) {
        let mut first: BTreeMap<String, &Place> = BTreeMap::new();
        for (item, place) in said.iter().flatten() {
            let key = key(item);
            match first.get(&key) {
                Some(held) => {
                    let told = format!("`{key}` stands at {}:{} already", held.file, held.line);
                    faults.add(place.clone(), "CFG-003", told);
                }
                None => drop(first.insert(key, place)),
            }
        }
    }
    of(&wanted.levels, |l| l.code.to_string(), faults);
    of(&wanted.entities, |e| e.code.to_string(), faults);
    of(&wanted.functions, |f| f.code.to_string(), faults);
    of(&wanted.teams, |t| t.code.to_string(), faults);
    of(&wanted.services, |s| s.code.to_string(), faults);
    of(&wanted.integrations, |i| i.name.clone(), faults);
}

impl Wanted {
    /// Where a thing stands.
    pub(super) fn place(&self, noun: &str, code: &Code) -> Place {
        fn of<T>(said: &Said<T>, is: impl Fn(&T) -> bool) -> Option<Place> {
            let mut said = said.iter().flatten();
            said.find(|(text, _)| is(text)).map(|(_, place)| place.clone())
        }
        let found = match noun {
            "legal_entity" => of(&self.entities, |text| text.code == *code),
            "function" => of(&self.functions, |text| text.code == *code),
            "team" => of(&self.teams, |text| text.code == *code),
            _ => of(&self.services, |text| text.code == *code),
        };
        found.unwrap_or_default()
    }

    /// Where the first thing stands whose code a refusal names in brackets.
    pub(super) fn place_of(&self, message: &str) -> Place {
        let told = message.rsplit_once('(').map_or("", |(_, told)| told);
        let words = told.split(|c: char| c.is_whitespace() || matches!(c, ')' | ':'));
        let codes = words.filter_map(|word| word.parse::<Code>().ok());
        let nouns = ["service", "legal_entity", "team", "function"];
        let mut places = codes.flat_map(|code| nouns.map(|noun| self.place(noun, &code)));
        places.find(|place| !place.file.is_empty()).unwrap_or_default()
    }
}
