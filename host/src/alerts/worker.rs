//! What the worker of one sink does: takes what is committed, brings it, keeps what became of it.
//!
//! * At least once: an alert is done with only after the other side took it; a crash between the two brings it again, with the same
//!   key.
//! * Nothing is forgotten: the journal is the queue. Trouble makes the pauses longer, it never ends the attempts.
//! * A pause the other side asked for is kept to the millisecond, across a restart too. One the worker chose itself ends early for an
//!   emergency and before the end of the process.

use std::collections::VecDeque;
use std::sync::Arc;

use super::gather::{Parcel, gather};
use super::outbox::{AlertSource, DeliveryBook, Failure};
use super::pause::{Pause, Pauses};
use super::{Alert, Clock, Sent, Sink, Volume, Volumes};

/// Alerts taken from the journal at once: what waits longer waits there.
const BATCH: usize = 500;
/// The longest pause that is kept across a restart: more than that, and a clock was wrong.
const PAUSE_KEPT_MAX_MS: u64 = 86_400_000;

/// What comes after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// More can be done at once.
    Again,
    /// Nothing can be done for so many milliseconds.
    Pause(u64),
    /// Nothing waits.
    Idle,
    /// The other side wants nothing of us.
    Ended {
        /// It was told before this process began.
        known: bool,
    },
}

/// Figures of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Figures {
    pub(super) sent: u64,
    pub(super) failed: u64,
    pub(super) waiting: u64,
    pub(super) disabled: Option<String>,
}

/// The worker of one sink, without its thread.
pub(super) struct Worker {
    sink: Box<dyn Sink>,
    volumes: Volumes,
    source: Box<dyn AlertSource>,
    book: Box<dyn DeliveryBook>,
    clock: Arc<dyn Clock>,
    /// The last alert that is done with.
    cursor: i64,
    /// What follows it, as far as it was read.
    batch: VecDeque<(i64, Alert)>,
    urgent: VecDeque<Alert>,
    pause: Option<Pause>,
    pauses: Pauses,
    attempts: u32,
    /// What the book says of the last process.
    was_disabled: bool,
    figures: Figures,
}

impl Worker {
    /// Takes up where the last process stopped. A sink that was never heard of begins with what is committed from now on: nobody
    /// wants to be told a year of trades.
    pub(super) fn new(
        sink: Box<dyn Sink>,
        volumes: Volumes,
        (source, book): (Box<dyn AlertSource>, Box<dyn DeliveryBook>),
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut worker = Self {
            sink,
            volumes,
            source,
            book,
            clock,
            cursor: 0,
            batch: VecDeque::new(),
            urgent: VecDeque::new(),
            pause: None,
            pauses: Pauses::after(0),
            attempts: 0,
            was_disabled: false,
            figures: Figures::default(),
        };
        worker.take_up();
        worker
    }

    fn take_up(&mut self) {
        let name = self.sink.name();
        match self.book.cursor(name) {
            Ok(Some(cursor)) => self.cursor = cursor,
            Ok(None) => {
                let begun = self.source.last().and_then(|last| {
                    self.cursor = last;
                    self.book.done(name, last)
                });
                self.note(begun);
            }
            Err(why) => {
                // What was brought already may come again; nothing is left out.
                self.note(Err(why));
            }
        }
        match self.book.disabled(name) {
            Ok(disabled) => self.was_disabled = disabled.is_some(),
            Err(why) => self.note(Err(why)),
        }
        match self.book.failure(name) {
            Ok(Some(failure)) => self.resume(&failure),
            Ok(None) => {}
            Err(why) => self.note(Err(why)),
        }
    }

    fn resume(&mut self, failure: &Failure) {
        let now_ms = self.clock.now_ms();
        let left_ms = u64::try_from(failure.next_at_ms.saturating_sub(now_ms)).unwrap_or(0);
        self.attempts = failure.attempts;
        self.pauses = Pauses::after(failure.attempts);
        self.pause = Some(Pause::new(now_ms, left_ms.min(PAUSE_KEPT_MAX_MS), true));
    }

    /// Name of its sink.
    pub(super) fn name(&self) -> &'static str {
        self.sink.name()
    }

    /// How it does.
    pub(super) fn figures(&self) -> Figures {
        self.figures.clone()
    }

    /// An alert that is in no journal, to be brought before all others.
    pub(super) fn urge(&mut self, alert: Alert) {
        self.urgent.push_back(alert);
        self.hurry();
    }

    /// Ends a pause that nobody asked for.
    pub(super) fn hurry(&mut self) {
        self.pause = self.pause.filter(|pause| pause.asked_for);
    }

    /// Reads what is new and makes one attempt, if one is due.
    pub(super) fn turn(&mut self) -> Next {
        if self.figures.disabled.is_some() {
            return Next::Ended { known: true };
        }
        let read = self.fill();
        self.count_waiting();
        let now_ms = self.clock.now_ms();
        let left_ms = self.pause.as_mut().map_or(0, |pause| pause.left_ms(now_ms));
        if left_ms > 0 {
            return Next::Pause(left_ms);
        }
        self.pause = None;
        let parcels = match self.parcels() {
            Some(parcels) if parcels.is_empty() => return Next::Again,
            Some(parcels) => parcels,
            None => return self.rest(read),
        };
        let outgoing: Vec<(Alert, Volume)> = parcels
            .iter()
            .map(|parcel| (parcel.alert.clone(), parcel.volume))
            .collect();
        let sent = self.sink.send(&outgoing);
        let next = self.conclude(&parcels, sent);
        self.count_waiting();
        next
    }

    /// Tops up what was read of the journal.
    fn fill(&mut self) -> Result<(), String> {
        let last = self.batch.back().map_or(self.cursor, |(id, _)| *id);
        let room = BATCH - self.batch.len();
        if room > 0 {
            self.batch.extend(self.source.after(last, room)?);
        }
        Ok(())
    }

    /// Nothing waits, or it cannot be read.
    fn rest(&mut self, read: Result<(), String>) -> Next {
        match read {
            Ok(()) => Next::Idle,
            Err(why) => {
                self.note(Err(why));
                Next::Pause(self.wait(None))
            }
        }
    }

    /// What is to be sent: emergencies, else what the journal has; none if it has nothing, empty if all of it was off.
    fn parcels(&mut self) -> Option<Vec<Parcel>> {
        if !self.urgent.is_empty() {
            let parcel = |alert: &Alert| Parcel {
                alert: alert.clone(),
                volume: Volume::On,
                last: self.cursor,
                count: 1,
            };
            return Some(self.urgent.iter().map(parcel).collect());
        }
        if self.batch.is_empty() {
            return None;
        }
        let gathered = gather(self.batch.make_contiguous(), &self.volumes);
        if let Some(passed) = gathered.passed {
            self.done(passed);
        }
        Some(gathered.parcels)
    }

    fn conclude(&mut self, parcels: &[Parcel], sent: Sent) -> Next {
        let now_ms = self.clock.now_ms();
        match sent {
            Sent::Taken(count @ 1..) => {
                self.taken(&parcels[..count.min(parcels.len())]);
                Next::Again
            }
            Sent::Taken(0) => self.later(parcels, now_ms, None, "nothing was taken".to_owned()),
            Sent::Later { wait_ms, why } => self.later(parcels, now_ms, wait_ms, why),
            Sent::Dropped(why) => {
                self.drop_first(&parcels[0], &why);
                Next::Again
            }
            Sent::Disabled(why) => self.disable(&why),
        }
    }

    fn taken(&mut self, parcels: &[Parcel]) {
        self.figures.sent += parcels.iter().map(|p| p.count).sum::<u64>();
        self.attempts = 0;
        self.pauses = Pauses::after(0);
        if std::mem::take(&mut self.was_disabled) {
            let kept = self.book.set_disabled(self.sink.name(), None);
            self.note(kept);
        }
        self.settle(parcels);
    }

    /// Nothing more is to be done for these.
    fn settle(&mut self, parcels: &[Parcel]) {
        if self.urgent.is_empty() {
            self.done(parcels[parcels.len() - 1].last);
        } else {
            self.urgent.drain(..parcels.len());
        }
    }

    /// Everything up to this one is done with.
    fn done(&mut self, id: i64) {
        self.cursor = id;
        while self.batch.front().is_some_and(|(first, _)| *first <= id) {
            self.batch.pop_front();
        }
        let kept = self.book.done(self.sink.name(), id);
        self.note(kept);
    }

    fn later(
        &mut self,
        parcels: &[Parcel],
        now_ms: i64,
        wait_ms: Option<u64>,
        why: String,
    ) -> Next {
        let name = self.sink.name();
        self.attempts = self.attempts.saturating_add(1);
        if wait_ms.is_none() {
            self.figures.failed += 1;
        }
        let pause_ms = self.wait(wait_ms);
        tracing::debug!(
            sink = name,
            attempts = self.attempts,
            pause_ms,
            why,
            "alerts wait"
        );
        let failure = Failure {
            id: parcels[0].last,
            attempts: self.attempts,
            next_at_ms: self.pause.map_or(now_ms, |pause| pause.end_ms()),
            why,
        };
        let kept = self.book.failed(name, &failure);
        self.note(kept);
        Next::Pause(pause_ms)
    }

    /// Begins a pause: the one that was asked for, or one of our own.
    fn wait(&mut self, asked_ms: Option<u64>) -> u64 {
        let length_ms = asked_ms.unwrap_or_else(|| self.pauses.next_ms());
        let since_ms = self.clock.now_ms();
        self.pause = Some(Pause::new(since_ms, length_ms, asked_ms.is_some()));
        length_ms
    }

    fn drop_first(&mut self, first: &Parcel, why: &str) {
        let (name, key) = (self.sink.name(), first.alert.key.as_str());
        tracing::error!(
            sink = name,
            key,
            why,
            "an alert cannot be sent and is dropped"
        );
        self.figures.failed += 1;
        if self.urgent.is_empty() {
            let kept = self.book.dropped(name, first.last, why);
            self.note(kept);
        }
        self.settle(std::slice::from_ref(first));
    }

    fn disable(&mut self, why: &str) -> Next {
        let name = self.sink.name();
        tracing::error!(sink = name, why, "alerts cannot be sent any more");
        self.figures.failed += 1;
        self.figures.disabled = Some(why.to_owned());
        let kept = self.book.set_disabled(name, Some(why));
        self.note(kept);
        Next::Ended {
            known: self.was_disabled,
        }
    }

    fn count_waiting(&mut self) {
        let waiting = self.batch.len() + self.urgent.len();
        self.figures.waiting = waiting as u64;
    }

    /// What cannot be read or kept is logged: the worker goes on from memory.
    fn note(&self, kept: Result<(), String>) {
        if let Err(why) = kept {
            tracing::warn!(
                sink = self.sink.name(),
                why,
                "the outbox of alerts is in trouble"
            );
        }
    }
}

#[cfg(test)]
mod tests;
