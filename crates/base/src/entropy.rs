//! Entropy as an argument.

/// A source of unpredictable bytes. Production fills it from the operating system through a
/// ChaCha stream seeded in `cli`; the simulator fills it from its seed.
pub trait Entropy: Send {
    /// Fills the whole of `buffer`.
    fn fill(&mut self, buffer: &mut [u8]);
}

/// `N` fresh bytes.
pub fn bytes<const N: usize>(entropy: &mut dyn Entropy) -> [u8; N] {
    let mut out = [0u8; N];
    entropy.fill(&mut out);
    out
}
