//! Threads that send questions, and read the answers before they are handed on.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::question::{About, Answer, Question, Told};
use crate::data::fetch::rows::{is_whole, middle, times};
use crate::domain::{Symbol, Timeframe, Timestamp};
use crate::venues::adapters;
use crate::venues::http::{Answer as Answered, Client, pause_ms};
use crate::venues::rest::{Head, History, Request, Rest, Rows, Verdict, Window};
use crate::venues::socket::wall_clock;

/// Questions of one feed under way at once.
const THREADS: usize = 4;

/// Somebody who can be asked.
pub(super) struct Venue {
    pub rest: &'static dyn Rest,
    pub client: Arc<Client>,
    /// Hears that the venue asks to wait, from whichever thread it is said to.
    pub waits: Box<dyn Fn(Waits) + Send + Sync>,
}

/// A venue asks not to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waits {
    /// For so long, milliseconds.
    pub length_ms: u64,
    /// What it said.
    pub why: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Unanswered {
    /// In words.
    pub why: String,
    /// The venue serves nothing to this network: asking again is of no use.
    is_refused: bool,
}

impl<T: Into<String>> std::convert::From<T> for Unanswered {
    fn from(why: T) -> Self {
        Self {
            why: why.into(),
            is_refused: false,
        }
    }
}

/// Questions on their way; the threads end with it.
pub(super) struct Asking {
    questions: Sender<(Question, Symbol)>,
}

impl Asking {
    /// `take` is called from the threads.
    pub(super) fn new(venue: &Arc<Venue>, take: impl Fn(Answer) + Send + Sync + 'static) -> Self {
        let (questions, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let take = Arc::new(take);
        for _ in 0..THREADS {
            let (venue, receiver, take) =
                (Arc::clone(venue), Arc::clone(&receiver), Arc::clone(&take));
            std::thread::spawn(move || {
                while let Some((question, symbol)) = next(&receiver) {
                    venue.answer(&question, &symbol, &*take);
                }
            });
        }
        Self { questions }
    }

    pub(super) fn send(&self, question: Question, symbol: &Symbol) {
        // The threads live as long as this.
        let _ = self.questions.send((question, symbol.clone()));
    }
}

fn next(questions: &Mutex<Receiver<(Question, Symbol)>>) -> Option<(Question, Symbol)> {
    let questions = questions.lock().unwrap_or_else(PoisonError::into_inner);
    questions.recv().ok()
}

impl Venue {
    fn answer(&self, question: &Question, symbol: &Symbol, take: &dyn Fn(Answer)) {
        let tell = |told| {
            take(Answer {
                question: question.clone(),
                told,
            });
        };
        let outcome = match &question.about {
            About::Clock => self.clock(symbol),
            About::Book(levels) => self.book(symbol, *levels),
            About::Rows { history, from, to } => self
                .rows(symbol, *history, (*from, *to), &mut |rows| {
                    tell(Told::Rows(rows))
                })
                .map(|()| Told::End),
        };
        tell(
            outcome.unwrap_or_else(|unanswered| match unanswered.is_refused {
                true => Told::Refused(unanswered.why),
                false => Told::Failed(unanswered.why),
            }),
        );
    }

    fn clock(&self, symbol: &Symbol) -> Result<Told, Unanswered> {
        let sent = wall_clock();
        let time = self.now(symbol)?;
        Ok(Told::Clock(time, (wall_clock().0 - sent.0).max(0)))
    }

    /// What the venue's clock shows.
    ///
    /// # Errors
    /// It has none, or does not answer.
    pub(super) fn now(&self, symbol: &Symbol) -> Result<Timestamp, Unanswered> {
        let question = self.rest.clock(symbol).ok_or("it has no clock to ask")?;
        let body = self.send(&question)?.unwrap_or_default();
        Ok(self.rest.read_clock(&body).map_err(|e| e.to_string())?)
    }

    fn book(&self, symbol: &Symbol, levels: u16) -> Result<Told, Unanswered> {
        let stream = adapters::stream(self.rest.venue(), symbol.market());
        let question = stream.and_then(|stream| stream.book_request(symbol, levels));
        let question = question.ok_or("there is no question for an order book")?;
        let body = self.send(&question)?;
        body.map(Told::Book)
            .ok_or_else(|| "there is no order book".into())
    }

    /// The body of an answer; none where there is no such thing.
    fn send(&self, question: &Request) -> Result<Option<Vec<u8>>, Unanswered> {
        let judge = |request: &Request, head: Head<'_>| {
            let verdict = self.rest.judge(request, head);
            if let Verdict::Wait { wait_ms, why } = &verdict {
                (self.waits)(Waits {
                    length_ms: pause_ms(*wait_ms),
                    why: why.clone(),
                });
            }
            verdict
        };
        match self.client.send(&judge, question) {
            Ok(Answered::Body(body)) => Ok(Some(body)),
            Ok(Answered::Absent) => Ok(None),
            Err(e) => Err(Unanswered {
                why: e.to_string(),
                is_refused: e.is_blocked(),
            }),
        }
    }

    /// Hands on all rows of a history in `[from, to)`, window by window, each row within what was asked.
    ///
    /// # Errors
    /// What went wrong, in words; what was handed on before is good.
    pub(super) fn rows(
        &self,
        symbol: &Symbol,
        history: History,
        (from, to): (Timestamp, Timestamp),
        take: &mut dyn FnMut(Rows),
    ) -> Result<(), Unanswered> {
        let mut begin = from;
        while begin < to {
            let end = Timeframe::Month1.bucket_end(begin).min(to);
            let mut windows = self.rest.windows(symbol, history, begin, end);
            windows.reverse();
            while let Some(window) = windows.pop() {
                let Some(body) = self.send(&window.request)? else {
                    // The venue has nothing there.
                    continue;
                };
                let page = self.rest.read(history, &window, &body).map_err(|e| {
                    format!(
                        "the answer to {} cannot be read: {e}",
                        window.request.asked()
                    )
                })?;
                if is_whole(history, &window, &page) {
                    take(within(page.rows, &window));
                    continue;
                }
                let middle = middle(history, &window).ok_or_else(|| {
                    format!("the answer to {} is not complete", window.request.asked())
                })?;
                for (begin, end) in [(middle, window.to), (window.from, middle)] {
                    let halves = self.rest.windows(symbol, history, begin, end);
                    windows.extend(halves.into_iter().rev());
                }
            }
            begin = end;
        }
        Ok(())
    }
}

/// The rows of a window, without those around it.
fn within(rows: Rows, window: &Window) -> Rows {
    let all = times(&rows);
    let mut inside = all.iter().map(|t| *t >= window.from && *t < window.to);
    let mut keep = || inside.next().unwrap_or(false);
    match rows {
        Rows::Candles(mut rows) => {
            rows.retain(|_| keep());
            rows.sort_by_key(|r| r.open_time);
            Rows::Candles(rows)
        }
        Rows::Funding(mut rows) => {
            rows.retain(|_| keep());
            rows.sort_by_key(|r| r.time);
            Rows::Funding(rows)
        }
        Rows::OpenInterest(mut rows) => {
            rows.retain(|_| keep());
            rows.sort_by_key(|r| r.time);
            Rows::OpenInterest(rows)
        }
        Rows::TakerFlow(mut rows) => {
            rows.retain(|_| keep());
            rows.sort_by_key(|r| r.open_time);
            Rows::TakerFlow(rows)
        }
    }
}
