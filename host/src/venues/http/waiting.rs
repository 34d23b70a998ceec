//! Time as the client sees it: a clock that only counts, and pauses. Tests have their own.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder as _, ExponentialBuilder};

/// Where the client reads time and spends it.
pub trait Waiting: Send + Sync {
    /// Microseconds since some moment.
    fn now_us(&self) -> i64;
    /// Returns when so much time has passed.
    fn pause(&self, length: Duration);
}

/// Real time.
#[derive(Debug)]
pub struct RealTime {
    began: Instant,
}

impl Default for RealTime {
    #[expect(
        clippy::disallowed_methods,
        reason = "limits of a venue are about real time; no result depends on it"
    )]
    fn default() -> Self {
        Self {
            began: Instant::now(),
        }
    }
}

impl Waiting for RealTime {
    fn now_us(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn pause(&self, length: Duration) {
        std::thread::sleep(length);
    }
}

/// Pauses between one attempt and the next: half a second at most, then twice as long each, at most 30 s; half of each is chance,
/// so that what failed together does not return together.
pub(super) fn pauses(count: usize) -> impl Iterator<Item = Duration> {
    // backon adds up to the pause itself on top of it.
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(15))
        .with_factor(2.0)
        .with_max_times(count)
        .with_jitter()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_end() {
        let pauses: Vec<f64> = pauses(8).map(|p| p.as_secs_f64()).collect();
        let most = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0];
        assert_eq!(pauses.len(), most.len());
        for (pause, most) in pauses.iter().zip(most) {
            assert!(*pause >= most / 2.0 && *pause <= most, "{pause} of {most}");
        }
    }
}
