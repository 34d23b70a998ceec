//! How long something took lately: the median and the 99th of 100, of the last ones.

use std::time::Duration;

/// So many are remembered.
const KEPT: usize = 4_096;

/// The last durations, as a ring.
#[derive(Debug, Clone, Default)]
pub struct Percentiles {
    micros: Vec<u64>,
    next: usize,
}

impl Percentiles {
    /// One more.
    pub fn add(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if self.micros.len() < KEPT {
            self.micros.push(micros);
        } else {
            self.micros[self.next] = micros;
            self.next = (self.next + 1) % KEPT;
        }
    }

    /// Microseconds: the median and the 99th of 100; none before there was one.
    #[must_use]
    pub fn show(&self) -> Option<(u64, u64)> {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        let at = |part: usize| {
            sorted
                .get((sorted.len().saturating_sub(1)) * part / 100)
                .copied()
        };
        Some((at(50)?, at(99)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_the_middle_and_the_last_but_one() {
        let mut percentiles = Percentiles::default();
        assert_eq!(percentiles.show(), None);
        for micros in (1..=101).rev() {
            percentiles.add(Duration::from_micros(micros));
        }
        assert_eq!(percentiles.show(), Some((51, 100)));
    }

    #[test]
    fn only_the_last_ones_count() {
        let mut percentiles = Percentiles::default();
        for _ in 0..KEPT {
            percentiles.add(Duration::from_secs(9));
        }
        for _ in 0..KEPT {
            percentiles.add(Duration::from_micros(7));
        }
        assert_eq!(percentiles.show(), Some((7, 7)));
    }
}
