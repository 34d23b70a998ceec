//! Chance of the resampling tests: a seed and nothing else decides it. Source: `metrics.md` section 6 and `rng` of its examples.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

/// A stream of chance.
#[derive(Debug, Clone)]
pub struct Draw(SplitMix64);

impl Draw {
    /// The stream of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self(SplitMix64::from_seed(seed.to_le_bytes()))
    }

    /// A number of [0, 1) with 53 bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        // The product's upper half: the bias of at most n / 2^64 is beyond anything that could be seen.
        let scaled = u128::from(self.0.next_u64()) * n as u128;
        usize::try_from(scaled >> 64).expect("below n")
    }

    /// Exchanges values at random until every order is as likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }

    /// As many independent rows below `n`, with replacement.
    pub fn rows(&mut self, n: usize) -> Vec<usize> {
        (0..n).map(|_| self.below(n)).collect()
    }

    /// As many rows below `n` in blocks of neighbors that wrap around at the end, each block ended with probability `restart` (the
    /// stationary bootstrap of Politis and Romano 1994): what follows each other keeps doing so.
    pub fn blocks(&mut self, n: usize, restart: f64) -> Vec<usize> {
        let mut rows = Vec::with_capacity(n);
        let mut row = self.below(n);
        rows.push(row);
        for _ in 1..n {
            row = if self.unit() < restart {
                self.below(n)
            } else {
                (row + 1) % n
            };
            rows.push(row);
        }
        rows
    }
}
