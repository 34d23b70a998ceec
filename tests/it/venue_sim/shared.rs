//! What the play, the connections and the tests share.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};

use tokio::sync::{Notify, mpsc};

use super::Log;
use super::door::{self, Door};
use super::faults::{Fault, Faults};
use super::hub::{Form, Heard, Hub, Line, Send, Topic};
use super::script::Moment;
use crate::venue_stub::Market;
use crate::venue_stub::faults::Fault as QuestionFault;

/// How far the play is.
#[derive(Default)]
pub(super) struct Progress {
    /// Minutes played.
    pub(super) played: i64,
    pub(super) is_finished: bool,
}

/// What the play, the connections and the tests share.
pub(super) struct Shared {
    /// The whole history; its clock is not the play's.
    pub(super) market: Market,
    pub(super) now: AtomicI64,
    pub(super) lonely_minutes: AtomicI64,
    pub(super) hub: Mutex<Hub>,
    /// Connections, subscriptions or answers changed; the play waits for it.
    pub(super) changed: Notify,
    pub(super) log: Mutex<Log>,
    pub(super) progress: Mutex<Progress>,
    pub(super) progressed: Condvar,
    pub(super) faults: Mutex<Faults>,
    /// What becomes of the next questions.
    pub(super) busy: Mutex<VecDeque<QuestionFault>>,
}

impl Shared {
    pub(super) fn hub(&self) -> MutexGuard<'_, Hub> {
        self.hub.lock().expect("no panic holds it")
    }

    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("no panic holds it")
    }

    pub(super) fn with_hub<T>(&self, look: impl FnOnce(&Hub) -> T) -> T {
        look(&self.hub())
    }

    pub(super) fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub(super) fn set_now(&self, now: i64) {
        self.now.store(now, Ordering::SeqCst);
    }

    pub(super) fn lonely_minutes(&self) -> i64 {
        self.lonely_minutes.load(Ordering::SeqCst)
    }

    /// A connection stands; its number.
    pub(super) fn admit(&self, path: &str, door: &Door, sender: mpsc::Sender<Send>) -> u64 {
        let number = {
            let mut log = self.log();
            log.connections.push(path.to_owned());
            log.connections.len() as u64
        };
        let line = Line {
            venue: door.venue(),
            sender,
            topics: BTreeSet::new(),
            is_wrapped: door.is_wrapped(),
            opened_at: self.now(),
            pinged: 0,
            answered: 0,
            complete: BTreeSet::new(),
            mute_until: i64::MIN,
        };
        self.hub().lines.insert(number, line);
        self.changed.notify_one();
        number
    }

    pub(super) fn dismiss(&self, line: u64) {
        self.hub().remove(line);
        self.changed.notify_one();
    }

    /// What a client's message does.
    pub(super) fn hear(&self, door: &Door, text: &str) -> Heard {
        self.log().messages.push(text.to_owned());
        let heard = door.hear(&self.market, text, false);
        if heard.subscribe.is_empty() || !std::mem::take(&mut self.hub().is_refusing) {
            return heard;
        }
        door.hear(&self.market, text, true)
    }

    /// Topics are sent from now on; what each begins with.
    pub(super) fn subscribe(&self, line: u64, heard: &Heard) -> Vec<String> {
        self.hub().subscribe(line, heard);
        self.changed.notify_one();
        let now = self.now();
        let topics = heard.subscribe.iter();
        let greetings = topics.filter_map(|topic| self.greeting(*topic, now));
        greetings.collect()
    }

    /// What a topic begins with at this time.
    pub(super) fn greeting(&self, topic: Topic, now: i64) -> Option<String> {
        door::greeting(&self.market.listed[topic.listed], topic.form, now)
    }

    /// A fault happened.
    pub(super) fn note(&self, minute: i64, fault: Fault) {
        self.log().faults.push((minute, fault));
    }

    /// A client has read everything before this ping.
    pub(super) fn answered(&self, line: u64, number: &[u8]) {
        let number = number.try_into().map_or(0, u64::from_be_bytes);
        if let Some(line) = self.hub().lines.get_mut(&line) {
            line.answered = line.answered.max(number);
        }
        self.changed.notify_one();
    }

    /// Who wants a moment, and in which form.
    pub(super) fn wanting(&self, moment: &Moment) -> Vec<(mpsc::Sender<Send>, Form, bool)> {
        let now = self.now();
        let mut wanting = Vec::new();
        for line in self.hub().lines.values_mut().filter(|l| l.listens(now)) {
            for form in line.forms_of(moment) {
                wanting.push((line.sender.clone(), form, line.is_wrapped));
            }
        }
        self.log().sent += wanting.len() as u64;
        wanting
    }

    /// One of those who listen and are so, taken out: nothing is sent to it any more.
    pub(super) fn cut(
        &self,
        now: i64,
        how: u64,
        is_so: impl Fn(&Line) -> bool,
    ) -> Option<mpsc::Sender<Send>> {
        let mut hub = self.hub();
        let line = hub.chosen(now, how, is_so)?;
        hub.changes += 1;
        hub.lines.remove(&line).map(|line| line.sender)
    }

    /// One of those who listen hears nothing before `until`; which.
    pub(super) fn mute(&self, now: i64, how: u64, until: i64) -> Option<u64> {
        let mut hub = self.hub();
        let line = hub.chosen(now, how, |_| true)?;
        hub.lines.get_mut(&line)?.mute_until = until;
        Some(line)
    }

    /// Topics of a connection that was mute, if it still stands.
    pub(super) fn speak(&self, line: u64) -> Option<(mpsc::Sender<Send>, BTreeSet<Topic>)> {
        let hub = self.hub();
        let line = hub.lines.get(&line)?;
        Some((line.sender.clone(), line.topics.clone()))
    }

    pub(super) fn one_who_listens(&self, now: i64, how: u64) -> Option<mpsc::Sender<Send>> {
        let hub = self.hub();
        let line = hub.chosen(now, how, |_| true)?;
        Some(hub.lines[&line].sender.clone())
    }

    /// Who is asked whether it has read everything.
    pub(super) fn to_ping(&self, number: u64) -> Vec<mpsc::Sender<Send>> {
        let now = self.now();
        let mut hub = self.hub();
        let listening = hub.lines.values_mut().filter(|l| l.listens(now));
        let pinged = listening.map(|line| {
            line.pinged = number;
            line.sender.clone()
        });
        pinged.collect()
    }

    pub(super) fn progress(&self) {
        self.progress.lock().expect("no panic").played += 1;
        self.progressed.notify_all();
    }

    pub(super) fn finish(&self) {
        self.progress.lock().expect("no panic").is_finished = true;
        self.progressed.notify_all();
    }

    /// For whoever waits in vain.
    pub(super) fn state_in_words(&self) -> String {
        let played = self.progress.lock().map_or(0, |p| p.played);
        let hub = self.hub();
        let lines: Vec<_> = hub.lines.values().map(|l| (l.venue, &l.topics)).collect();
        format!(
            "{played} minutes are played, wanted is {:?}, sent is {lines:?}",
            hub.wanted
        )
    }
}
