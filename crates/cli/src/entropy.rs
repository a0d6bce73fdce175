//! Entropy of the operating system: the only place that draws it.

use std::{
    fs::File,
    io::{self, Read},
};

use app::Dice;

/// Where the operating system gives it.
const SOURCE: &str = "/dev/urandom";

/// Dice with a fresh seed.
///
/// # Errors
/// The operating system gives none; nothing may be signed or minted then.
pub fn dice() -> io::Result<Dice> {
    let mut seed = [0u8; 32];
    File::open(SOURCE)?.read_exact(&mut seed)?;
    Ok(Dice::from_seed(seed))
}
