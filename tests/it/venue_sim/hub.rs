//! Who listens to what: connections, their topics, and what was once wanted and must be there for the play to go on.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::faults::chosen;
use super::script::{Moment, WHOLE, What};
use crate::venue_stub::Venue;

/// A line that is mute so long never speaks again.
pub(super) const FOR_EVER: i64 = i64::MAX;

/// Minutes a line is remembered to have heard.
const REMEMBERED: usize = 64;

/// What of a symbol is sent, and in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    Candles,
    Mark,
    Trades,
    Liquidations,
    /// Whole books of so many levels.
    Book(u16),
    /// Changes of the book of so many levels; 0 is all of them.
    BookChanges(u16),
    /// Best prices.
    Best,
}

/// A thing to subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Topic {
    /// Which of what is listed.
    pub(crate) listed: usize,
    pub(crate) form: Form,
}

/// What a client's message does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Heard {
    pub(super) subscribe: Vec<Topic>,
    pub(super) unsubscribe: Vec<Topic>,
    /// What the venue says to it, before anything of the new topics.
    pub(super) answers: Vec<String>,
    /// The venue ends the connection without a word.
    pub(super) ends: bool,
}

/// What the play wants of a connection.
#[derive(Debug, Clone)]
pub(super) enum Send {
    Frame(Message),
    /// Answered by a pong when everything before it was read.
    Ping(u64),
    /// Farewell with this code.
    Close(u16, &'static str),
    /// The connection is gone without a word.
    Drop,
}

/// A connection.
pub(super) struct Line {
    pub(super) venue: Venue,
    pub(super) sender: mpsc::Sender<Send>,
    pub(super) topics: BTreeSet<Topic>,
    /// Frames say the stream they are of.
    pub(super) is_wrapped: bool,
    /// The venue's clock when it was opened.
    pub(super) opened_at: i64,
    /// The last ping it was sent, and the last it answered.
    pub(super) pinged: u64,
    pub(super) answered: u64,
    /// Symbols and minutes whose last frame it was sent, of the last few.
    pub(super) complete: BTreeSet<(i64, usize)>,
    /// Nothing is sent before the venue's clock says this.
    pub(super) mute_until: i64,
}

/// Connections, by their number in the order they came.
#[derive(Default)]
pub(super) struct Hub {
    pub(super) lines: BTreeMap<u64, Line>,
    /// What clients wanted so far.
    pub(super) wanted: BTreeSet<Topic>,
    /// Counts subscriptions and their ends, so that silence of them can be noticed.
    pub(super) changes: u64,
    /// The next subscription is refused.
    pub(super) is_refusing: bool,
}

impl Hub {
    pub(super) fn subscribe(&mut self, line: u64, heard: &Heard) {
        let Some(line) = self.lines.get_mut(&line) else {
            return;
        };
        line.topics.extend(&heard.subscribe);
        self.wanted.extend(&heard.subscribe);
        for topic in &heard.unsubscribe {
            line.topics.remove(topic);
            self.wanted.remove(topic);
        }
        self.changes += 1;
    }

    pub(super) fn remove(&mut self, line: u64) {
        self.lines.remove(&line);
        self.changes += 1;
    }

    /// One of those who listen, by a number, whatever the order they came in.
    pub(super) fn chosen(&self, now: i64, how: u64, is_it: impl Fn(&Line) -> bool) -> Option<u64> {
        let lines = self.lines.iter();
        let listening = lines.filter(|(_, line)| line.listens(now) && is_it(line));
        let mut by_topic: Vec<_> = listening.map(|(id, line)| (&line.topics, *id)).collect();
        by_topic.sort();
        let ids: Vec<u64> = by_topic.into_iter().map(|(_, id)| id).collect();
        chosen(&ids, how)
    }

    /// Is everything that is wanted sent to somebody, or will be?
    pub(super) fn is_covered(&self) -> bool {
        let all = self.lines.values().filter(|l| l.mute_until < FOR_EVER);
        let all = all.flat_map(|l| &l.topics);
        let sent: BTreeSet<_> = all.collect();
        self.wanted.iter().all(|topic| sent.contains(topic))
    }

    /// Have all who were sent this ping, or one before it, answered?
    pub(super) fn all_answered(&self, ping: u64) -> bool {
        let mut lines = self.lines.values();
        lines.all(|line| line.answered >= line.pinged.min(ping))
    }
}

impl Line {
    /// Something is sent to it now.
    pub(super) fn listens(&self, now: i64) -> bool {
        !self.topics.is_empty() && now >= self.mute_until
    }

    /// In which forms a moment is sent to it; what is sent is remembered.
    pub(super) fn forms_of(&mut self, moment: &Moment) -> Vec<Form> {
        let of_it = self.topics.iter().filter(|t| t.listed == moment.listed);
        let forms = of_it
            .map(|t| t.form)
            .filter(|form| moment.what.is_told(*form));
        let forms: Vec<Form> = forms.collect();
        if let What::Candle {
            candle,
            is_revision,
            ..
        } = moment.what
            && !forms.is_empty()
        {
            let minute = (candle.open_time.0, moment.listed);
            if is_revision && !self.complete.contains(&minute) {
                return Vec::new();
            }
            if moment.at >= candle.open_time.0 + WHOLE {
                self.complete.insert(minute);
            }
            if self.complete.len() > REMEMBERED {
                self.complete.pop_first();
            }
        }
        forms
    }
}
