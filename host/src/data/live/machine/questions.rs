//! What is asked, and what answers do.

use super::{INTEREST, Machine, Want};
use crate::data::live::LiveEvent;
use crate::data::live::market::Tell;
use crate::data::live::question::{About, Answer, Question, Told};
use crate::data::live::reference::Moment;
use crate::domain::{Timeframe, Timestamp};
use crate::venues::rest::{History, Rows};

/// The venue's clock is asked for this often.
const CLOCK_EVERY_MS: i64 = 60_000;
/// A sample appears some time after it was taken.
const INTEREST_LATE_MS: i64 = 30_000;

impl Machine {
    /// Takes a part of an answer.
    pub(in crate::data::live) fn answer(
        &mut self,
        at: Timestamp,
        answer: Answer,
        tell: &mut Tell<'_>,
    ) {
        let Answer { question, told } = answer;
        let index = question.market;
        if !matches!(told, Told::Failed(_) | Told::Refused(_)) {
            self.answered(tell);
        }
        match told {
            Told::Clock(time, took_ms) => {
                self.clock_asker.heard(at, true);
                self.clock_asker.ended(at, &self.timing);
                self.clock.answered(at, time, took_ms);
                self.begin(at, tell);
            }
            Told::Book(body) => self.whole_book(index, at, &body, tell),
            Told::Rows(rows) => self.rows(index, at, question.id, rows, tell),
            Told::End => self.ended(at, &question, true),
            Told::Failed(why) => {
                self.ended(at, &question, false);
                let venue = self.rest.venue();
                let of = &self.markets[index].asked.symbol;
                tell(LiveEvent::Note(format!("{venue} {of}: {why}")));
            }
            Told::Refused(why) => {
                self.ended(at, &question, false);
                self.refused(at, &why, tell);
            }
        }
        self.advance(index, at, tell);
        self.ask(index, at);
    }

    pub(super) fn rows(
        &mut self,
        index: usize,
        at: Timestamp,
        id: u64,
        rows: Rows,
        tell: &mut Tell<'_>,
    ) {
        let known = self.clock.at(at);
        let market = &mut self.markets[index];
        if market.is_left {
            return;
        }
        match rows {
            Rows::Candles(candles) => {
                let bad = market.candles(id, &candles, at, tell);
                bad.iter().for_each(|why| self.unreadable(why, tell));
            }
            Rows::Funding(rows) => {
                if let Some(due) = &mut market.due {
                    let mut news = 0;
                    rows.into_iter()
                        .for_each(|row| news += usize::from(due.answer(row)));
                    due.asker.heard(at, news > 0);
                }
            }
            Rows::OpenInterest(rows) => {
                let asker = self.interest.entry(index).or_default();
                let mut brought = false;
                for row in &rows {
                    brought |= market.rows.venue_sample(row, known);
                }
                asker.heard(at, brought);
            }
            Rows::TakerFlow(_) => {}
        }
    }

    pub(super) fn ended(&mut self, at: Timestamp, question: &Question, is_answered: bool) {
        let asked = self.asked_at.remove(&question.id).unwrap_or_default();
        let timing = self.timing;
        let market = &mut self.markets[question.market];
        match question.about {
            About::Clock => {
                self.clock_asker.ended(at, &timing);
            }
            About::Book(_) => {
                if let Some(book) = self.books.get_mut(&question.market) {
                    book.unanswered();
                }
            }
            About::Rows {
                history: History::OpenInterest(_),
                ..
            } => {
                if let Some(asker) = self.interest.get_mut(&question.market) {
                    asker.ended(at, &timing);
                }
            }
            About::Rows {
                history: History::Funding,
                to,
                ..
            } => {
                if let Some(due) = &mut market.due {
                    due.ended(is_answered.then_some(asked), to, at, &timing);
                }
            }
            About::Rows { to, .. } => market.ended(question.id, is_answered, to, at, &timing),
        }
    }

    pub(super) fn whole_book(
        &mut self,
        index: usize,
        at: Timestamp,
        body: &[u8],
        tell: &mut Tell<'_>,
    ) {
        let Some(book) = self.books.get_mut(&index) else {
            return;
        };
        match self.stream.read_book(&self.markets[index].name, body) {
            Ok(frame) => {
                let effect = book.answer(self.stream.as_ref(), at, frame);
                self.book_changed(index, at, &effect);
            }
            Err(why) => {
                book.unanswered();
                self.unreadable(&why.to_string(), tell);
            }
        }
    }

    pub(super) fn clock_question(&mut self, now: Timestamp) {
        let asked = self.clock_asked.filter(|_| self.clock.is_known());
        let is_due = asked.is_none_or(|asked| now.0 - asked.0 >= CLOCK_EVERY_MS);
        if !self.is_needed()
            || !is_due
            || !self.clock_asker.is_ready(now)
            || self.refusal.holds(now)
        {
            return;
        }
        self.clock_asked = Some(now);
        self.send(0, About::Clock, Some(now));
    }

    /// Sends the questions of a market whose time has come.
    pub(super) fn ask(&mut self, index: usize, now: Timestamp) {
        if !self.clock.is_known() || self.refusal.holds(now) {
            return;
        }
        let at = self.moment(now);
        let since = self.connections.since(index, "mark");
        let market = &mut self.markets[index];
        let questions = market.questions(at, since, &self.timing);
        for (history, (from, to)) in questions {
            self.send(index, About::Rows { history, from, to }, Some(now));
        }
        self.ask_interest(index, at);
    }

    /// Open interest is asked for where the stream does not tell it, when a sample is due.
    pub(super) fn ask_interest(&mut self, index: usize, at: Moment) {
        let market = &mut self.markets[index];
        let is_ready = (self.interest.get(&index)).is_some_and(|asker| asker.is_ready(at.now));
        if !is_ready || market.rows.hears_interest() {
            return;
        }
        let due = Timeframe::M5.bucket_start(at.venue.plus_ms(-INTEREST_LATE_MS));
        let from = market.rows.sampled_until(due);
        if due > from {
            let (from, to) = (from.plus_ms(1), due.plus_ms(1));
            let history = INTEREST;
            self.send(index, About::Rows { history, from, to }, Some(at.now));
        }
    }

    pub(super) fn send(&mut self, market: usize, about: About, now: Option<Timestamp>) {
        self.asked += 1;
        let id = self.asked;
        if let Some(now) = now {
            let venue = self.clock.at(now);
            self.asked_at.insert(id, venue);
            match &about {
                About::Clock => self.clock_asker.sent(id, now),
                About::Rows {
                    history: History::OpenInterest(_),
                    ..
                } => {
                    self.interest.entry(market).or_default().sent(id, now);
                }
                About::Rows { history, .. } => self.markets[market].sent(*history, id, now),
                About::Book(_) => {}
            }
        }
        let question = Question { id, market, about };
        self.wants.push(Want::Ask(question));
    }
}
