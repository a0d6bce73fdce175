//! Decides a table over and over, with the trace of every cell: `decide TABLE.dmn COUNT`. It reads no
//! clock; `cargo xtask bench decide` measures it from outside.

use std::{env, error::Error, fs, io::Write as _};

use dmn::Model;
use process::{Value, Variables};

/// The most inputs that are tried in turn.
const MAX_INPUTS: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let usage = "decide TABLE.dmn COUNT";
    let file = args.next().ok_or(usage)?;
    let count: usize = args.next().ok_or(usage)?.parse()?;
    let text = fs::read_to_string(&file)?;
    let model = Model::parse(&text).map_err(|findings| format!("{findings:?}"))?;
    let inputs = inputs(&model)?;
    let (mut answered, mut cells) = (0usize, 0usize);
    for n in 0..count {
        // Some combinations have no answer; that is a decision too.
        if let Ok(outcome) = model.evaluate(&inputs[n % inputs.len()]) {
            answered += outcome.matched_rules.len().min(1);
            cells += outcome.cells.len();
        }
    }
    writeln!(std::io::stdout(), "{answered} answers, {cells} cells")?;
    Ok(())
}

/// Every combination of listed values; a column of numbers takes a few.
fn inputs(model: &Model) -> Result<Vec<Variables>, Box<dyn Error>> {
    let table = model.table().ok_or("the main decision is no table")?;
    let mut all = vec![Variables::new()];
    for input in &table.inputs {
        let listed = input.domain.values();
        let value = |text: &String| match text.as_str() {
            "true" => Some(Value::Boolean(true)),
            "false" => Some(Value::Boolean(false)),
            text => text.parse().ok().map(Value::Integer).or_else(|| Value::code(text)),
        };
        let mut values: Vec<Value> = listed.iter().filter_map(value).collect();
        if values.is_empty() {
            values = [0, 1, 10, 100, 1_000, 10_000].map(Value::Integer).to_vec();
        }
        let with = |known: &Variables| {
            let known = known.clone();
            let name = input.name.clone();
            values.clone().into_iter().map(move |value| {
                let mut known = known.clone();
                known.insert(name.clone(), value);
                known
            })
        };
        all = all.iter().flat_map(with).take(MAX_INPUTS).collect();
    }
    Ok(all)
}
