//! Entropy as a stream from a seed: the operating system's in production, the simulator's in tests.

use base::Entropy;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

/// A cryptographic stream of bytes from a seed of 32.
pub struct Dice(ChaCha20Rng);

impl Dice {
    /// The stream of this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// A stream of its own, seeded from this one.
    pub fn split(&mut self) -> Self {
        Self::from_seed(base::entropy::bytes(self))
    }
}

impl Entropy for Dice {
    fn fill(&mut self, buffer: &mut [u8]) {
        self.0.fill_bytes(buffer);
    }
}
