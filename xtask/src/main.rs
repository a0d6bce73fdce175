//! Chores of the house: `cargo xtask tidy`, `licences` and `bench`.
//!
//! Decides nothing about the product. What must hold in the sources is written in `tidy`, what may
//! be linked is written in `deny.toml`, and what a figure means is written in `bench`.
#![expect(clippy::print_stdout, reason = "a chore talks to the person who started it")]

mod bench;
mod licences;
mod metadata;
mod tidy;
mod tree;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask tidy                     check layers, banned calls, codes and docs; report sizes
cargo xtask licences                 check licences, sources and accepted advisories (deny.toml)
cargo xtask bench [STEP…] [-o FILE]  measure beside Alertmanager and the engines
                                     steps: alerts commands start verify (default: all)";

/// Any failure of a chore, told to the person at the terminal.
type Failure = Box<dyn std::error::Error>;

/// Whether a chore found what it looks for.
enum Outcome {
    /// Nothing to complain about.
    Clean,
    /// Findings were printed; the exit code is 1.
    Findings,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &[String]) -> Result<Outcome, Failure> {
    let root = tree::root();
    match args.split_first() {
        Some((chore, [])) if chore == "tidy" => tidy::run(&root),
        Some((chore, [])) if chore == "licences" => licences::run(&root),
        Some((chore, rest)) if chore == "bench" => bench::run(&root, rest),
        _ => Err(USAGE.into()),
    }
}
