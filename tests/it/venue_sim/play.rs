//! The clock of the venues: minute after minute of the history, as fast as it is wanted and read.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::door;
use super::faults::{self, Bent, Fault, Rubbish};
use super::hub::{FOR_EVER, Form, Line, Send};
use super::script::{self, MINUTE, Moment};
use super::shared::Shared;
use super::{Pace, Play};
use crate::venue_stub::faults::Fault as QuestionFault;
use crate::venue_stub::{Venue, VenueStub};

/// After so many minutes everybody must have read those before them: at most twice as many are on their way.
const LEASH: i64 = 16;

/// So long the play stands still for an answer with the clock to arrive.
const ARRIVES: Duration = Duration::from_millis(50);

/// How long a clock that follows ours stands still at most.
const SLICE: Duration = Duration::from_millis(20);

/// Binance ends connections that are so old.
const DAY: i64 = 1_440 * MINUTE;

/// Nothing goes wrong at the end, so that every client has time to find out what it missed.
const QUIET_END: i64 = 10 * MINUTE;

/// Something the play does.
enum Act {
    Tell(Moment),
    Hit(Fault, u64),
    /// A connection that was mute speaks again.
    Speak(u64),
}

/// Plays a history to whoever listens.
pub(super) struct Player {
    pub(super) shared: Arc<Shared>,
    pub(super) stub: Arc<VenueStub>,
    pub(super) play: Play,
    /// Minutes that may be played, under [`Pace::Steps`].
    pub(super) steps: mpsc::UnboundedReceiver<i64>,
    /// Questions for the clock that wait for their answer to be let go.
    pub(super) clocks: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
    pub(super) allowed: i64,
    /// Minutes played while something that is wanted was sent to nobody.
    pub(super) lonely: i64,
    /// The last ping that was sent.
    pub(super) ping: u64,
    /// When the play began.
    pub(super) began: Option<Instant>,
    pub(super) bent: Bent,
    /// Who speaks again, and when.
    pub(super) speaking: Vec<(i64, u64)>,
    /// Minutes that pass after a connection was cut, until all are there again.
    pub(super) patience: Option<i64>,
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
                self.changed().await;
                continue;
            }
            self.stand(sleep(quiet)).await;
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
            let minutes = tokio::select! {
                minutes = self.steps.recv() => minutes,
                () = let_go(&mut self.clocks) => continue,
            };
            let Some(minutes) = minutes else {
                return false;
            };
            self.allowed += minutes;
            // Nobody plays to a client that was killed meanwhile and whose connection is not known to be gone.
            self.read_by_all(0).await;
        }
        self.allowed -= 1;
        true
    }

    /// Waits until connections, subscriptions or answers change.
    async fn changed(&mut self) {
        let shared = Arc::clone(&self.shared);
        self.stand(shared.changed.notified()).await;
    }

    /// Waits for something while nothing is on its way: whoever asks for the clock is answered at once.
    async fn stand<T>(&mut self, what: impl Future<Output = T>) -> T {
        tokio::pin!(what);
        loop {
            tokio::select! {
                done = &mut what => return done,
                () = let_go(&mut self.clocks) => {}
            }
        }
    }

    /// Answers with the clock go when everything before them was read, and nothing follows until they have arrived.
    async fn tell_clock(&mut self) {
        let mut asked = Vec::new();
        while let Ok(one) = self.clocks.try_recv() {
            asked.push(one);
        }
        if asked.is_empty() {
            return;
        }
        let follows_ours = matches!(self.play.pace, Pace::TimesRealTime(_));
        if !follows_ours {
            self.read_by_all(0).await;
        }
        for one in asked {
            // One that waited in vain went by itself.
            let _ = one.send(());
        }
        if !follows_ours {
            sleep(ARRIVES).await;
        }
    }

    /// A few minutes pass without clients; then the clock waits for them, unless it follows ours.
    async fn in_company(&mut self) {
        let mut is_waiting = false;
        loop {
            if self.shared.with_hub(|hub| hub.is_covered()) {
                self.lonely = 0;
                self.patience = None;
                return;
            }
            let follows_ours = matches!(self.play.pace, Pace::TimesRealTime(_));
            let patience = self.patience.unwrap_or(i64::MAX);
            if follows_ours || self.lonely < self.shared.lonely_minutes().min(patience) {
                self.lonely += 1;
                return;
            }
            if !is_waiting {
                self.shared.log().waits += 1;
                is_waiting = true;
            }
            self.changed().await;
        }
    }

    async fn minute(&mut self, minute: i64) {
        for (at, act) in self.acts(minute) {
            self.reach(at).await;
            match act {
                Act::Tell(moment) => self.tell(&moment).await,
                Act::Hit(fault, how) => self.hit(minute, fault, how).await,
                Act::Speak(line) => self.speak(line, at).await,
            }
        }
    }

    /// Everything that happens in the unit of a minute, in order.
    fn acts(&mut self, minute: i64) -> Vec<(i64, Act)> {
        let market = &self.shared.market;
        let mut faults = self.shared.faults.lock().expect("no panic").of(minute);
        if minute >= self.play.end_ms - QUIET_END {
            faults.clear();
        }
        let moments = script::unit(market, minute);
        let moments = self.bent.bend(market, minute, &faults, moments);
        let mut acts: Vec<_> = moments.into_iter().map(|m| (m.at, Act::Tell(m))).collect();
        let hits = faults.into_iter();
        acts.extend(hits.map(|(fault, how)| (hit_at(minute, fault, how), Act::Hit(fault, how))));
        let (due, later) = self
            .speaking
            .iter()
            .partition(|(at, _)| *at < minute + MINUTE);
        self.speaking = later;
        let due: Vec<(i64, u64)> = due;
        acts.extend(due.into_iter().map(|(at, line)| (at, Act::Speak(line))));
        acts.sort_by_key(|(at, _)| *at);
        acts
    }

    /// A fault of connections or questions happens, where there is one to happen to; those of frames are in the moments.
    async fn hit(&mut self, minute: i64, fault: Fault, how: u64) {
        let now = self.shared.now();
        let is_hit = match fault {
            Fault::Disconnect => self.cut(now, how, Send::Drop, |_| true).await,
            Fault::DayCut => {
                let is_old =
                    |l: &Line| l.venue == Venue::BinanceFutures && now - l.opened_at >= DAY;
                self.cut(now, how, Send::Close(1001, "24 hours"), is_old)
                    .await
            }
            Fault::Silence => {
                let minutes = (how >> 32) as i64 % 3 + 1;
                let until = minute + (minutes + 1) * MINUTE;
                let line = self.shared.mute(now, how, until);
                self.speaking.extend(line.map(|line| (until - 1, line)));
                line.is_some()
            }
            Fault::Mute => self.shared.mute(now, how, FOR_EVER).is_some(),
            Fault::Garbage => self.litter(now, how).await,
            Fault::TooMany | Fault::TooManyUntimed => {
                let retry_after_s = (fault == Fault::TooMany).then_some(1);
                let busy = QuestionFault::TooMany { retry_after_s };
                self.shared.busy.lock().expect("no panic").push_back(busy);
                true
            }
            Fault::Refusal => {
                self.shared.hub().is_refusing = true;
                true
            }
            _ => true,
        };
        if is_hit {
            self.shared.note(minute, fault);
        }
    }

    /// Ends one of the connections that are so; up to the minutes that may pass without a client do.
    async fn cut(&mut self, now: i64, how: u64, end: Send, is_so: impl Fn(&Line) -> bool) -> bool {
        let Some(sender) = self.shared.cut(now, how, is_so) else {
            return false;
        };
        let most = self.shared.lonely_minutes() as u64;
        self.patience = Some(((how >> 32) % (most + 1)) as i64);
        // One that is gone already needs no end.
        let _ = sender.send(end).await;
        true
    }

    async fn litter(&self, now: i64, how: u64) -> bool {
        let Some(sender) = self.shared.one_who_listens(now, how >> 8) else {
            return false;
        };
        let message = match faults::rubbish(how) {
            Rubbish::Text(text) => Message::text(text),
            Rubbish::Bytes(bytes) => Message::binary(bytes),
        };
        sender.send(Send::Frame(message)).await.is_ok()
    }

    /// A venue that was silent begins its topics anew.
    async fn speak(&self, line: u64, now: i64) {
        let Some((sender, topics)) = self.shared.speak(line) else {
            return;
        };
        for topic in topics.into_iter().filter(|t| t.form != Form::Trades) {
            if let Some(text) = self.shared.greeting(topic, now) {
                let _ = sender.send(Send::Frame(Message::text(text))).await;
            }
        }
    }

    /// Brings the clock of the venues to a time, at the pace that is wanted.
    async fn reach(&mut self, at: i64) {
        self.tell_clock().await;
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
        let mut made: Vec<((Form, bool), Utf8Bytes)> = Vec::new();
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

/// Lets an answer with the clock go, whenever one is asked for; waits for ever where nobody can ask any more.
async fn let_go(clocks: &mut mpsc::UnboundedReceiver<oneshot::Sender<()>>) {
    match clocks.recv().await {
        // One that waited in vain went by itself.
        Some(one) => drop(one.send(())),
        None => std::future::pending().await,
    }
}

/// When within the unit of a minute a fault happens that is not one of frames.
fn hit_at(minute: i64, fault: Fault, how: u64) -> i64 {
    minute
        + match fault {
            Fault::Disconnect => 1 + (how >> 16) as i64 % 59_000,
            // Between the last tick of a minute and the first of the next: what is lost is whole minutes.
            Fault::Silence | Fault::Mute => MINUTE - 1,
            Fault::Garbage => 35_000,
            _ => 1,
        }
}
