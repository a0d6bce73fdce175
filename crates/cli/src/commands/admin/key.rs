//! `admin key show`: the verifier key, which auditors keep from another source than the log itself.

use app::log::Keeper;

use crate::{
    entropy,
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
    let mut dice = entropy::dice().map_err(Cannot::system("entropy"))?;
    let keeper = Keeper::open(&settings.data, &settings.origin, &mut dice)?;
    say(&keeper.vkey().to_string())?;
    Ok(Done::Well)
}
