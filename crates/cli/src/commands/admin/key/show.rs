//! `admin key show`: the verifier key, which auditors keep from another source than the log itself.

use std::fs;

use evidence::Skey;

use crate::{
    outcome::{Cannot, Done, Outcome, say},
    settings::{Place, Settings},
};

/// What `admin key show` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
}

/// Prints the key. Makes none: where there is no key, there is no log yet.
pub fn run(args: &Args) -> Outcome {
    let settings = Settings::of(&args.place)?;
    let file = settings.data.join("log.key");
    if !file.exists() {
        let reason = "there is no key yet; `watchkeeper serve` makes it at the first start";
        return Err(Cannot::input(file.display().to_string(), reason));
    }
    let text = fs::read_to_string(&file).map_err(Cannot::file(&file))?;
    let key: Skey = text
        .trim()
        .parse()
        .map_err(|error| Cannot::input(file.display().to_string(), format!("{error}")))?;
    say(&key.vkey().to_string())?;
    Ok(Done::Well)
}
