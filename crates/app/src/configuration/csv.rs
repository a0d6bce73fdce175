//! `services.csv`: the service graph out of a spreadsheet or an inventory (RFC 4180). The first line
//! names the columns; lists in a cell are separated by blanks or semicolons.

use base::Code;

use super::{
    read::{Faults, Place},
    text::ServiceText,
};

/// The columns there are.
const COLUMNS: &[&str] =
    &["code", "name", "team", "criticality", "critical", "entities", "functions", "depends_on"];
/// The most lines of a file.
const MAX_LINES: usize = 20_000;

/// Reads the services; what is wrong goes to `faults`, each with its line.
pub(super) fn services(file: &str, text: &str, faults: &mut Faults) -> Vec<(ServiceText, Place)> {
    let mut records = records(text).into_iter();
    let Some((_, columns)) = records.next() else { return Vec::new() };
    let place = |line| Place { file: file.to_owned(), line };
    for unknown in columns.iter().filter(|name| !COLUMNS.contains(&name.trim())) {
        faults.add(place(1), "CFG-001", format!("there is no column `{unknown}`"));
    }
    let mut found = Vec::new();
    for (line, cells) in records {
        if found.len() >= MAX_LINES {
            faults.add(place(line), "CFG-001", format!("more than {MAX_LINES} lines"));
            break;
        }
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if cells.len() != columns.len() {
            let told = format!("{} cells, but {} columns", cells.len(), columns.len());
            faults.add(place(line), "CFG-001", told);
            continue;
        }
        match service(&columns, &cells) {
            Ok(service) => found.push((service, place(line))),
            Err(told) => faults.add(place(line), "CFG-001", told),
        }
    }
    found
}

fn service(columns: &[String], cells: &[String]) -> Result<ServiceText, String> {
    let cell = |name: &str| {
        let at = columns.iter().position(|column| column.trim() == name);
        at.map_or("", |at| cells[at].trim())
    };
    let code = |text: &str| text.parse::<Code>().map_err(|e| format!("`{text}` is {e}"));
    let one = |name| Some(cell(name)).filter(|text| !text.is_empty()).map(code).transpose();
    let list = |name| {
        let parts = cell(name).split([' ', ';']).filter(|part| !part.is_empty());
        parts.map(code).collect::<Result<Vec<Code>, String>>()
    };
    let critical = match cell("critical") {
        "" | "no" | "false" | "0" => false,
        "yes" | "true" | "1" => true,
        other => return Err(format!("critical is yes or no, not `{other}`")),
    };
    Ok(ServiceText {
        code: code(cell("code"))?,
        name: cell("name").to_owned(),
        team: one("team")?,
        criticality: one("criticality")?,
        critical,
        entities: list("entities")?,
        functions: list("functions")?,
        depends_on: list("depends_on")?,
    })
}

/// The records with the lines they begin on. A quote begins and ends a cell that may hold separators,
/// line ends and doubled quotes.
fn records(text: &str) -> Vec<(usize, Vec<String>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = match text.lines().next() {
        Some(first) if first.contains(';') && !first.contains(',') => ';',
        _ => ',',
    };
    let (mut found, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began, mut quoted) = (1, 1, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            _ if quoted => cell.push(c),
            '\r' => {}
            '\n' => {
                cells.push(std::mem::take(&mut cell));
                found.push((began, std::mem::take(&mut cells)));
                began = line;
            }
            _ if c == separator => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(c),
        }
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell);
        found.push((began, cells));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_may_be_quoted_and_lists_are_separated_by_blanks() {
        let text = "code,name,entities,depends_on,critical\r\n\
                    gateway,\"Gateway, \"\"new\"\"\nof payments\",bank lux,ledger,yes\r\n\r\n\
                    ledger,Ledger,bank,,no\n";
        let mut faults = Faults::default();
        let found = services("services.csv", text, &mut faults);
        assert_eq!(faults.0, []);
        assert_eq!(found[0].0.name, "Gateway, \"new\"\nof payments");
        assert_eq!(found[0].0.entities.len(), 2);
        assert!(found[0].0.critical && !found[1].0.critical);
        assert_eq!((found[0].1.line, found[1].1.line), (2, 5));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let mut faults = Faults::default();
        let text = "code;name;owner\na b;x;y\nc;d\n";
        services("services.csv", text, &mut faults);
        let told: Vec<String> = faults.0.iter().map(ToString::to_string).collect();
        assert_eq!(told[0], "services.csv:1: there is no column `owner` (CFG-001)");
        assert!(told[1].starts_with("services.csv:2: `a b` is not a code"), "{told:?}");
        assert_eq!(told[2], "services.csv:3: 2 cells, but 3 columns (CFG-001)");
    }
}
