//! The outside of a feed: sockets, threads that ask, and the machine that makes sense of it.

use std::sync::Arc;
use std::time::Instant;

use super::ask::{Asking, Venue, Waits};
use super::history;
use super::machine::{Machine, Want};
use super::question::Answer;
use super::{BestPrices, LiveEvent, LiveMarket, Timing};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::domain::Timestamp;
use crate::query::FeedView;
use crate::venues::http::{Addresses, Client};
use crate::venues::rest::Rest;
use crate::venues::socket::{Listener, Patience, Received, Sockets, wall_clock};
use crate::venues::stream::Stream;

/// What a feed needs.
pub struct Setup {
    /// Questions to the venue.
    pub rest: &'static dyn Rest,
    /// Its live side.
    pub stream: Arc<dyn Stream>,
    /// Sends questions.
    pub client: Arc<Client>,
    /// Where the venue's websockets are.
    pub addresses: Addresses,
    /// How patient connections are.
    pub patience: Patience,
    /// When something is late, missing, stale.
    pub timing: Timing,
    /// Where history is looked for before the venue is asked.
    pub history: Option<Catalog>,
    /// What is followed.
    pub markets: Vec<LiveMarket>,
}

/// Takes what arrived, from any thread; it must not wait.
pub type Wake = Arc<dyn Fn(Arrived) + Send + Sync>;

/// Something that came from the venue, on its way to [`LiveFeed::take`].
#[derive(Debug)]
pub struct Arrived {
    /// When, by the clock of this machine.
    pub at: Timestamp,
    /// The same moment, for measuring how long what follows takes.
    pub instant: Instant,
    what: What,
}

#[derive(Debug)]
enum What {
    Line(Received),
    Answer(Answer),
    Waits(Waits),
    History(Box<LiveEvent>),
}

impl Arrived {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long something takes from its arrival on is measured"
    )]
    fn new(at: Timestamp, what: What) -> Self {
        Self {
            at,
            instant: Instant::now(),
            what,
        }
    }
}

/// The live side of one venue.
///
/// Everything happens in [`take`](Self::take) and [`tick`](Self::tick), on the thread that calls them; both are quick and never wait.
pub struct LiveFeed {
    machine: Machine,
    venue: Arc<Venue>,
    history: Option<Catalog>,
    addresses: Addresses,
    patience: Patience,
    wake: Wake,
    asking: Asking,
    /// Connections that are open, and the number of the first of them.
    sockets: Vec<(usize, Sockets)>,
    /// The number of the next connection.
    next_number: usize,
    /// What the venue does not have and nobody was told of yet.
    absent: Vec<String>,
}

impl LiveFeed {
    /// Opens the connections. Everything that arrives goes to `wake`.
    ///
    /// # Errors
    /// The venue has no such market, or this machine has no threads left.
    pub fn open(setup: Setup, wake: Wake) -> Result<Self, DataError> {
        let mut machine = Machine::new(setup.rest, Arc::clone(&setup.stream), setup.timing);
        for market in setup.markets {
            machine.follow(market)?;
        }
        let waits = Arc::clone(&wake);
        let venue = Arc::new(Venue {
            rest: setup.rest,
            client: setup.client,
            waits: Box::new(move |one| waits(Arrived::new(wall_clock(), What::Waits(one)))),
        });
        let answers = Arc::clone(&wake);
        let asking = Asking::new(&venue, move |answer| {
            answers(Arrived::new(wall_clock(), What::Answer(answer)));
        });
        let mut feed = Self {
            machine,
            venue,
            history: setup.history,
            addresses: setup.addresses,
            patience: setup.patience,
            wake,
            asking,
            sockets: Vec::new(),
            next_number: 0,
            absent: Vec::new(),
        };
        feed.connect()?;
        Ok(feed)
    }

    /// Opens connections for everything that is wanted; those that are open stay until the new ones stand.
    fn connect(&mut self) -> Result<(), DataError> {
        let (connections, absent) = self.machine.connections();
        let venue = self.venue.rest.venue();
        self.absent = absent
            .iter()
            .map(|(name, channel)| format!("{venue} has no live {channel:?} of {name}"))
            .collect();
        let first = self.next_number;
        self.next_number += connections.len();
        self.machine.opening(first, &connections);
        let wake = Arc::clone(&self.wake);
        let listener: Listener = Arc::new(move |mut received: Received| {
            received.connection += first;
            wake(Arrived::new(received.at, What::Line(received)));
        });
        let sockets = Sockets::open(&connections, &self.addresses, self.patience, &listener)
            .map_err(|e| DataError::world(e.to_string()))?;
        self.sockets.push((first, sockets));
        Ok(())
    }

    /// Takes what arrived.
    pub fn take(&mut self, arrived: Arrived, tell: &mut dyn FnMut(LiveEvent)) {
        let at = arrived.at;
        match arrived.what {
            What::Line(received) => {
                let opening = (received.connection, received.generation);
                self.machine.line(at, opening, received.what, tell);
            }
            What::Answer(answer) => self.machine.answer(at, answer, tell),
            What::Waits(waits) => self.machine.waits(at, &waits, tell),
            What::History(event) => tell(*event),
        }
        self.serve();
    }

    /// Looks at what is over, late or silent: call it every 100 ms at least. `now` is the clock of this machine.
    pub fn tick(&mut self, now: Timestamp, tell: &mut dyn FnMut(LiveEvent)) {
        for text in self.absent.drain(..) {
            tell(LiveEvent::Note(text));
        }
        self.machine.tick(now, tell);
        self.serve();
        self.retire();
    }

    /// Sends the machine's questions.
    fn serve(&mut self) {
        for want in self.machine.wants() {
            match want {
                Want::Ask(question) => {
                    let market = self.machine.market_at(question.market);
                    self.asking.send(question, &market.symbol);
                }
                Want::Renew(number) => {
                    let owner = self
                        .sockets
                        .iter()
                        .rev()
                        .find(|(first, _)| *first <= number);
                    if let Some((first, sockets)) = owner {
                        sockets.renew(number - first);
                    }
                }
            }
        }
    }

    /// Ends connections that were replaced, once their replacements hear everything.
    fn retire(&mut self) {
        if self.sockets.len() < 2 {
            return;
        }
        let newest = self.sockets.last().map_or(0, |(first, _)| *first);
        if self.machine.replaces(newest) {
            self.sockets.retain(|(first, _)| *first == newest);
        }
    }

    /// Asks for what was before the first minute; [`LiveEvent::History`] is the answer. Candles, and what the market wants besides.
    pub fn history(&mut self, request: u64, market: u32, from: Timestamp, to: Timestamp) {
        let wake = Arc::clone(&self.wake);
        let tell = move |told| {
            let event = LiveEvent::History {
                request,
                market,
                told,
            };
            wake(Arrived::new(wall_clock(), What::History(Box::new(event))));
        };
        let Some(asked) = self.machine.market(market) else {
            return tell(Err(format!("market {market} is not followed")));
        };
        let (venue, catalog) = (Arc::clone(&self.venue), self.history.clone());
        let asked = asked.clone();
        std::thread::spawn(move || {
            tell(
                history::load(&venue, catalog.as_ref(), &asked, from, to)
                    .map_err(|e| e.to_string()),
            );
        });
    }

    /// Follows a market no longer: nothing is told of it any more. Connections are replaced without a gap in others.
    ///
    /// # Errors
    /// This machine has no threads left.
    pub fn leave(&mut self, market: u32) -> Result<(), DataError> {
        self.machine.leave(market);
        self.connect()
    }

    /// Follows one more market, or one that is followed with these wishes. Connections are replaced without a gap.
    ///
    /// # Errors
    /// The venue has no such market, or this machine has no threads left.
    pub fn follow(&mut self, market: LiveMarket) -> Result<(), DataError> {
        self.machine.follow(market)?;
        self.connect()
    }

    /// Best prices of a market whose quotes are wanted, if its order book is known.
    #[must_use]
    pub fn best(&self, market: u32) -> Option<BestPrices> {
        self.machine.best(market)
    }

    /// What it looks like now.
    #[must_use]
    pub fn view(&self) -> FeedView {
        self.machine.view()
    }
}
