//! The order book while it is received: its numbers must follow each other, or it begins anew.
//!
//! Where updates alone do not say a whole book (Binance), they are kept until the answer to a question for it is there: the first
//! update that is applied holds the number of that answer, none between is lost.

use crate::data::catalog::Levels;
use crate::domain::Timestamp;
use crate::venues::stream::{BookFrame, BookKind, Follows, Stream};

use super::collect::after_gap;
use super::line::HeldBook;

/// Updates kept while a whole book is waited for: more than come until a question is forgotten. The oldest are of no use then.
const WAITING_MAX: usize = 4_000;
/// Between two questions for the whole book of one symbol.
const ASK_EVERY_MS: i64 = 1_000;
/// A question that was not answered so long is forgotten.
const ANSWER_WAIT_MS: i64 = 30_000;

/// The order book of one symbol.
#[derive(Debug, Default)]
pub(in crate::data) struct BookState {
    known: Option<Known>,
    /// When the last update came of a book that is known no more.
    ended: Option<Timestamp>,
    /// Updates that came while no whole book is known.
    waiting: Vec<(Timestamp, BookFrame)>,
    /// When a whole book was asked for last, and whether that is still under way.
    asked_at: Option<Timestamp>,
    is_asked: bool,
}

/// A book whose updates follow each other.
#[derive(Debug)]
struct Known {
    /// Numbers of the last frame, without its levels.
    last: BookFrame,
    levels: Levels,
    since: Timestamp,
    last_at: Timestamp,
}

/// What a frame did.
#[derive(Debug, Default)]
pub(in crate::data) struct Effect {
    /// Frames that are part of the recording now, in order.
    pub kept: Vec<(Timestamp, BookFrame)>,
    /// A segment that ended.
    pub ended: Option<(Timestamp, Timestamp)>,
    /// Frames that were known already.
    pub doubles: u64,
    /// Numbers that did not follow.
    pub breaks: u64,
    /// Someone has to get a whole book.
    pub wants_book: bool,
}

impl BookState {
    /// Takes a frame of the stream.
    pub(in crate::data) fn frame(
        &mut self,
        stream: &dyn Stream,
        at: Timestamp,
        frame: BookFrame,
    ) -> Effect {
        let mut effect = Effect::default();
        self.take(stream, at, frame, &mut effect);
        effect.wants_book = self.wants_book(at);
        effect
    }

    fn take(&mut self, stream: &dyn Stream, at: Timestamp, frame: BookFrame, effect: &mut Effect) {
        let is_whole = frame.kind == BookKind::Snapshot;
        if let Some(known) = &mut self.known {
            match stream.follows(&known.last, &frame) {
                Follows::Yes => {
                    known.apply(at, &frame);
                    effect.kept.push((at, frame));
                    return;
                }
                Follows::Old => {
                    // A whole book holds what came before it: such an update was not kept twice.
                    let is_double = known.last.kind == BookKind::Delta || is_whole;
                    effect.doubles += u64::from(is_double);
                    return;
                }
                Follows::Gap => {
                    effect.breaks += 1;
                    effect.ended = self.end();
                }
            }
        }
        if is_whole {
            self.begin(at, frame, effect);
        } else {
            if self.waiting.len() == WAITING_MAX {
                self.waiting.remove(0);
            }
            self.waiting.push((at, frame));
        }
    }

    /// Takes the answer to a question for the whole book.
    pub(in crate::data) fn answer(
        &mut self,
        stream: &dyn Stream,
        at: Timestamp,
        frame: BookFrame,
    ) -> Effect {
        let mut effect = Effect::default();
        self.is_asked = false;
        if self.known.is_some() {
            return effect;
        }
        let old =
            |(_, update): &(Timestamp, BookFrame)| stream.follows(&frame, update) == Follows::Old;
        let useless = self.waiting.iter().take_while(|w| old(w)).count();
        self.waiting.drain(..useless);
        let first = self.waiting.first();
        if first.is_some_and(|(_, u)| stream.follows(&frame, u) == Follows::Gap) {
            // The answer is older than everything that was kept: the next one will not be.
            effect.wants_book = self.wants_book(at);
            return effect;
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.begin(at, frame, &mut effect);
        for (received, update) in waiting {
            self.take(stream, received, update, &mut effect);
        }
        effect.wants_book = self.wants_book(at);
        effect
    }

    fn begin(&mut self, at: Timestamp, frame: BookFrame, effect: &mut Effect) {
        let since = self.ended.map_or(at, |ended| at.max(after_gap(ended)));
        let mut known = Known {
            last: BookFrame {
                bids: Vec::new(),
                asks: Vec::new(),
                ..frame.clone()
            },
            levels: Levels::default(),
            since,
            last_at: since,
        };
        known.apply(at, &frame);
        self.known = Some(known);
        self.waiting.clear();
        self.is_asked = false;
        effect.kept.push((at, frame));
    }

    /// A question failed: another may be asked.
    pub(in crate::data) fn unanswered(&mut self) {
        self.is_asked = false;
    }

    /// Should a whole book be asked for now. Nothing is asked before there is an update it must fit.
    fn wants_book(&mut self, at: Timestamp) -> bool {
        let since = self.asked_at.map_or(i64::MAX, |asked| at.0 - asked.0);
        let is_late = since > ANSWER_WAIT_MS;
        let is_missing = self.known.is_none() && !self.waiting.is_empty();
        let wants = is_missing && since >= ASK_EVERY_MS && (!self.is_asked || is_late);
        if wants {
            self.is_asked = true;
            self.asked_at = Some(at);
        }
        wants
    }

    /// The connection is gone: what comes next does not follow what was known. The segment that ended.
    pub(in crate::data) fn end(&mut self) -> Option<(Timestamp, Timestamp)> {
        self.waiting.clear();
        let known = self.known.take()?;
        self.ended = Some(known.last_at);
        Some((known.since, known.last_at))
    }

    /// The segment so far; it goes on from there.
    pub(in crate::data) fn cut(&mut self) -> Option<(Timestamp, Timestamp)> {
        let known = self.known.as_mut()?;
        let since = std::mem::replace(&mut known.since, known.last_at);
        Some((since, known.last_at))
    }

    /// The levels as they stand, and the venue's time of the last change.
    pub(in crate::data) fn levels(&self) -> Option<(Timestamp, &Levels)> {
        let known = self.known.as_ref()?;
        Some((known.last.time, &known.levels))
    }

    /// The book as it stands, and when it last changed.
    pub(in crate::data) fn held(&self, symbol: &str) -> Option<(Timestamp, HeldBook)> {
        let known = self.known.as_ref()?;
        let held = HeldBook {
            symbol: symbol.to_owned(),
            time: known.last.time.0,
            ids: known.last.ids,
            previous: known.last.previous,
            after_snapshot: known.last.kind == BookKind::Snapshot,
            bids: known.levels.bids().map(|(p, q)| (p.0, q.0)).collect(),
            asks: known.levels.asks().map(|(p, q)| (p.0, q.0)).collect(),
        };
        Some((known.last_at, held))
    }

    /// Goes on from a book that was held.
    pub(in crate::data) fn resume(&mut self, at: Timestamp, held: &HeldBook) -> BookFrame {
        let frame = held.frame();
        self.begin(at, frame.clone(), &mut Effect::default());
        if let Some(known) = self.known.as_mut().filter(|_| !held.after_snapshot) {
            known.last.kind = BookKind::Delta;
        }
        frame
    }
}

impl Known {
    fn apply(&mut self, at: Timestamp, frame: &BookFrame) {
        self.levels.apply(frame);
        self.last = BookFrame {
            bids: Vec::new(),
            asks: Vec::new(),
            ..frame.clone()
        };
        // Updates that waited for the whole book were received before it.
        self.last_at = self.last_at.max(at);
    }
}
