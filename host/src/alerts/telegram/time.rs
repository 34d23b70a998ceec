//! Time as the bot sees it: a clock, pauses, and the word that all of it ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::alerts::{Clock, SystemClock};

/// How often a pause looks whether it should end.
const GLANCE: Duration = Duration::from_millis(100);

/// Where the bot reads time and spends it.
pub trait Time: Clock {
    /// Returns when so much time has passed, or when everything ends.
    fn pause(&self, length: Duration);
    /// Does everything end.
    fn is_ending(&self) -> bool;
}

/// The word that everything ends; clones hear the same one.
#[derive(Debug, Clone)]
pub struct Ending(Arc<watch::Sender<bool>>);

impl Default for Ending {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Ending {
    /// Says it.
    pub fn say(&self) {
        self.0.send_replace(true);
    }

    /// Was it said.
    #[must_use]
    pub fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is said.
    pub(super) async fn said(&self) {
        // The sender lives in `self`: the channel cannot close before it is said.
        let _ = self.0.subscribe().wait_for(|said| *said).await;
    }
}

/// Real time.
#[derive(Debug, Clone, Default)]
pub struct RealTime {
    ending: Ending,
}

impl RealTime {
    /// Real time that ends with this word.
    #[must_use]
    pub fn until(ending: Ending) -> Self {
        Self { ending }
    }
}

impl Clock for RealTime {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms()
    }
}

impl Time for RealTime {
    fn pause(&self, length: Duration) {
        let mut left = length;
        while !left.is_zero() && !self.is_ending() {
            let part = left.min(GLANCE);
            std::thread::sleep(part);
            left -= part;
        }
    }

    fn is_ending(&self) -> bool {
        self.ending.is_said()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_with_everything_else() {
        let ending = Ending::default();
        let time = RealTime::until(ending.clone());
        ending.say();
        let before = time.now_ms();
        time.pause(Duration::from_secs(3_600));
        assert!(time.is_ending() && time.now_ms() - before < 1_000);
    }
}
