//! The clock of the venues: minute after minute of the history, as fast as it is wanted and read.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::door;
use super::hub::Send;
use super::script::{self, MINUTE, Moment};
use super::{Pace, Play, Shared};
use crate::venue_stub::VenueStub;

/// After so many minutes everybody must have read those before them: at most twice as many are on their way.
const LEASH: i64 = 16;

/// How long a clock that follows ours stands still at most.
const SLICE: Duration = Duration::from_millis(20);

/// Plays a history to whoever listens.
pub(super) struct Player {
    pub(super) shared: Arc<Shared>,
    pub(super) stub: Arc<VenueStub>,
    pub(super) play: Play,
    /// Minutes that may be played, under [`Pace::Steps`].
    pub(super) steps: mpsc::UnboundedReceiver<i64>,
    pub(super) allowed: i64,
    /// Minutes played while something that is wanted was sent to nobody.
    pub(super) lonely: i64,
    /// The last ping that was sent.
    pub(super) ping: u64,
    /// When the play began.
    pub(super) began: Option<Instant>,
}

impl Player {
    /// Plays everything, then leaves the venues as they are.
    pub(super) async fn run(mut self) {
        self.assembled().await;
        self.began = Some(Instant::now());
        for moment in script::opening(&self.shared.market, self.play.start_ms) {
            self.tell(&moment).await;
        }
        let mut minute = self.play.start_ms;
        while minute < self.play.end_ms {
            if !self.may_go().await {
                return;
            }
            self.in_company().await;
            self.minute(minute).await;
            minute += MINUTE;
            if self.allowed == 0 || minute >= self.play.end_ms {
                self.read_by_all(0).await;
            } else if minute / MINUTE % LEASH == 0 {
                self.read_by_all(1).await;
            }
            self.shared.progress();
        }
        self.shared.finish();
    }

    /// Waits until clients have subscribed, and subscribe no more.
    async fn assembled(&mut self) {
        let quiet = Duration::from_millis(self.play.quiet_ms);
        loop {
            let (count, changes) = self.shared.with_hub(|hub| (hub.wanted.len(), hub.changes));
            let is_enough = count >= self.play.topics.max(1);
            if !is_enough {
                self.shared.changed.notified().await;
                continue;
            }
            sleep(quiet).await;
            if self.shared.with_hub(|hub| hub.changes) == changes {
                return;
            }
        }
    }

    /// Waits for the next step, where somebody steps; false when nobody will.
    async fn may_go(&mut self) -> bool {
        if self.play.pace != Pace::Steps {
            self.allowed = 1;
            return true;
        }
        while self.allowed == 0 {
            let Some(minutes) = self.steps.recv().await else {
                return false;
            };
            self.allowed += minutes;
        }
        self.allowed -= 1;
        true
    }

    /// A few minutes pass without clients; then the clock waits for them, unless it follows ours.
    async fn in_company(&mut self) {
        loop {
            if self.shared.with_hub(|hub| hub.is_covered()) {
                self.lonely = 0;
                return;
            }
            let follows_ours = matches!(self.play.pace, Pace::TimesRealTime(_));
            if follows_ours || self.lonely < self.shared.lonely_minutes() {
                self.lonely += 1;
                return;
            }
            self.shared.changed.notified().await;
        }
    }

    async fn minute(&mut self, minute: i64) {
        for moment in script::unit(&self.shared.market, minute) {
            self.reach(moment.at).await;
            self.tell(&moment).await;
        }
    }

    /// Brings the clock of the venues to a time, at the pace that is wanted.
    async fn reach(&self, at: i64) {
        if let (Pace::TimesRealTime(times), Some(began)) = (self.play.pace, self.began) {
            let ours = |ms: i64| Duration::from_secs_f64((ms as f64 / times / 1_000.0).max(0.0));
            let due = began + ours(at - self.play.start_ms);
            while Instant::now() < due {
                let passed = began.elapsed().as_secs_f64() * 1_000.0 * times;
                let now = self.play.start_ms + passed as i64;
                self.set_now(now.min(at));
                sleep_until(due.min(Instant::now() + SLICE)).await;
            }
        }
        self.set_now(at);
    }

    fn set_now(&self, now: i64) {
        self.shared.set_now(now);
        self.stub.set_now(now);
    }

    /// Sends a moment to all who want it.
    async fn tell(&mut self, moment: &Moment) {
        let wanting = self.shared.wanting(moment);
        let listed = &self.shared.market.listed[moment.listed];
        let mut made: Vec<((super::hub::Form, bool), Utf8Bytes)> = Vec::new();
        for (sender, form, is_wrapped) in wanting {
            let shape = (form, is_wrapped);
            let found = made.iter().find(|(known, _)| *known == shape);
            let text = match found.map(|(_, text)| text.clone()) {
                Some(text) => text,
                None => {
                    let text = Utf8Bytes::from(door::frame(listed, moment, form, is_wrapped));
                    made.push((shape, text.clone()));
                    text
                }
            };
            // One that is gone misses it.
            let _ = sender.send(Send::Frame(Message::Text(text))).await;
        }
    }

    /// Asks all who listen whether they have read everything, and waits for their answers to all such questions but the last few.
    async fn read_by_all(&mut self, but: u64) {
        self.ping += 1;
        for sender in self.shared.to_ping(self.ping) {
            let _ = sender.send(Send::Ping(self.ping)).await;
        }
        let awaited = self.ping - but;
        while !self.shared.with_hub(|hub| hub.all_answered(awaited)) {
            // A connection may end without a word of it here.
            let _ = timeout(SLICE, self.shared.changed.notified()).await;
        }
    }
}
