//! Strategies on their way into the session: loaded, rehearsed, warmed up from history, started.

use super::feeds::Book;
use super::{Runner, Told};
use crate::alerts::words::{self, FillsAt};
use crate::backtest::Backtest;
use crate::data::instrument_file;
use crate::data::streams::StreamKind;
use crate::domain::{Symbol, Timestamp};
use crate::execution::FillTiming;
use crate::forward_test::control::Control;
use crate::forward_test::declared::Declared;
use crate::forward_test::error::ForwardError;
use crate::forward_test::wish::{Wish, names, rehearse};
use crate::persistence::MarketRow;
use crate::strategy::Component;
use crate::venues::socket::wall_clock;

/// A strategy that waits for its start.
pub(super) struct Pending {
    pub declared: Declared,
    built: Backtest,
    /// The strategy whose place it takes, once that is flat.
    pub replaces: Option<u32>,
    /// Entries stay blocked.
    pub paused: bool,
    /// Who wants it.
    pub who: String,
}

impl Pending {
    pub(super) fn wants(&self, market: usize) -> bool {
        self.declared.markets.iter().any(|m| *m as usize == market)
    }

    /// A strategy that goes on in the session after its own.
    pub(super) fn of_successor(declared: Declared, built: Backtest, paused: bool) -> Self {
        Self {
            declared,
            built,
            replaces: None,
            paused,
            who: "roll".to_owned(),
        }
    }

    /// Rows it wants of a market.
    pub(super) fn rows_of(&self, market: usize) -> Vec<(StreamKind, u32)> {
        let places = (0..).zip(&self.declared.markets);
        let of = places.filter(|(_, m)| **m as usize == market);
        of.flat_map(|(instrument, _)| self.built.wanted(instrument).rows)
            .collect()
    }

    /// What it will be.
    pub(super) fn backtest(&self) -> &Backtest {
        &self.built
    }

    pub(super) fn fills_at_quotes(&self) -> bool {
        self.built.profile().fill_timing == FillTiming::Quote
    }
}

impl Runner<'_> {
    /// What is wanted at the start: new ones are added, those that are there go on.
    pub(super) fn wish_at_start(&mut self, wishes: Vec<Wish>) -> Result<(), ForwardError> {
        let loaded = self.load(wishes)?;
        for (name, wish, component) in loaded {
            let is_there = self.session.lane_of(&name).is_some_and(|index| {
                let lane = &self.session.lanes[index as usize];
                !lane.forgotten
            });
            if !is_there && !self.pending.iter().any(|p| p.declared.name == name) {
                self.want(&name, &wish, &component, None, "start")?;
            }
        }
        Ok(())
    }

    /// Components of wishes, with the names they get.
    pub(super) fn load(
        &mut self,
        wishes: Vec<Wish>,
    ) -> Result<Vec<(String, Wish, Component)>, ForwardError> {
        let mut loaded = Vec::new();
        for wish in wishes {
            let component = self.components.runtime().load(&wish.path)?;
            self.components.keep(&component);
            loaded.push((wish, component));
        }
        let mut wanted = Vec::new();
        for (wish, component) in &loaded {
            wanted.push(match &wish.name {
                Some(name) => name.clone(),
                None => component.manifest()?.name.clone(),
            });
        }
        let given = names(&wanted, &[]);
        let both = given.into_iter().zip(loaded);
        Ok(both
            .map(|(name, (wish, component))| (name, wish, component))
            .collect())
    }

    /// Prepares a strategy: its markets join the session, its component the journal; it starts when its history is there.
    pub(super) fn want(
        &mut self,
        name: &str,
        wish: &Wish,
        component: &Component,
        replaces: Option<u32>,
        who: &str,
    ) -> Result<(), ForwardError> {
        let mut markets = Vec::new();
        for (venue, symbol) in &wish.markets {
            markets.push(self.market(venue, symbol)?);
        }
        let declared = wish.declare(name, component, markets);
        let built = rehearse(
            &declared,
            component,
            &self.session.instruments(),
            self.components.runtime().limits(),
        )
        .map_err(|source| ForwardError::of(name, source))?;
        let bytes = std::fs::read(&wish.path).map_err(|e| ForwardError::World {
            message: format!("reading {}: {e}", wish.path.display()),
            hint: None,
        })?;
        // A file that was changed since it was loaded must not be journaled under another digest.
        let sha256 = component.sha256();
        if crate::forward_test::wish::sha256(&bytes) != sha256 {
            return Err(ForwardError::user(
                format!("{} changed while it was read", wish.path.display()),
                "try again once the file is written",
            ));
        }
        self.batch.components.push((sha256, name.to_owned(), bytes));
        self.pending.push(Pending {
            declared,
            built,
            replaces,
            paused: false,
            who: who.to_owned(),
        });
        Ok(())
    }

    /// The number of a market, which joins the session if it is new.
    fn market(&mut self, venue: &str, symbol: &str) -> Result<u32, ForwardError> {
        let parsed = Symbol::parse(symbol, None)
            .map_err(|e| ForwardError::user(e.to_string(), "write BTC/USDT:USDT"))?;
        let kept = self.venues.symbol(venue, &parsed)?;
        let instrument = self.venues.instrument(venue, &kept)?;
        if let Some(known) = self.session.market_of(venue, &instrument.symbol) {
            return Ok(known);
        }
        let row = MarketRow {
            index: u32::try_from(self.books.len()).expect("few markets"),
            venue: venue.to_owned(),
            symbol: instrument.symbol.clone(),
            instrument: instrument_file::to_text(&instrument, wall_clock()),
        };
        self.batch.markets.push(row);
        self.books.push(Book::default());
        Ok(self.session.add_market(instrument))
    }

    /// Asks for history that is lacking, and starts what has its own.
    pub(super) fn advance(&mut self) -> Result<(), ForwardError> {
        if self.pending.is_empty() {
            return self.tell_ready();
        }
        self.ask_for_history();
        let mut index = 0;
        while index < self.pending.len() {
            match self.ready(&self.pending[index]) {
                Some((from, start)) => {
                    let pending = self.pending.remove(index);
                    self.start(pending, from, start)?;
                }
                None => index += 1,
            }
        }
        self.release()?;
        self.tell_ready()
    }

    /// First minute of its warm-up and of its trading, once every market has told where it begins.
    fn span(&self, pending: &Pending) -> Option<(Timestamp, Timestamp)> {
        let begins = pending.declared.markets.iter().map(|market| {
            let head = self.session.markets[*market as usize].head();
            head.or(self.books[*market as usize].begin)
        });
        let begins: Option<Vec<Timestamp>> = begins.collect();
        let start = begins?.into_iter().max()?;
        Some((pending.built.warm_up_start(start).min(start), start))
    }

    /// The same, if nothing is lacking anymore.
    fn ready(&self, pending: &Pending) -> Option<(Timestamp, Timestamp)> {
        let is_free = pending.replaces.is_none_or(|old| {
            let lane = &self.session.lanes[old as usize];
            lane.ended.is_some() && lane.is_flat()
        });
        let (from, start) = self.span(pending).filter(|_| is_free)?;
        let has_history = |market: &u32| self.lacks(*market as usize, from).is_none();
        let all = pending.declared.markets.iter().all(has_history);
        all.then_some((from, start))
    }

    /// What of `[from, ...)` a market does not have.
    fn lacks(&self, market: usize, from: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let first = self.session.markets[market].stretch.map(|(first, _)| first);
        let book = &self.books[market];
        let to = first.or(book.begin)?;
        let is_known = book.known_from.is_some_and(|known| known <= from);
        (from < to && !is_known).then_some((from, to))
    }

    /// One question a market, for everybody who waits for it.
    fn ask_for_history(&mut self) {
        let mut wanted: Vec<(usize, Timestamp, Timestamp)> = Vec::new();
        for pending in &self.pending {
            let Some((from, _)) = self.span(pending) else {
                continue;
            };
            for market in &pending.declared.markets {
                let market = *market as usize;
                let Some((from, to)) = self.lacks(market, from) else {
                    continue;
                };
                match wanted.iter_mut().find(|(m, ..)| *m == market) {
                    Some((_, earliest, _)) => *earliest = from.min(*earliest),
                    None => wanted.push((market, from, to)),
                }
            }
        }
        for (market, from, to) in wanted {
            let book = &mut self.books[market];
            let is_waiting = book.asked.is_some() || book.again_at.is_some();
            if let Some(feed) = book.feed.filter(|_| !is_waiting) {
                self.questions += 1;
                book.asked = Some((self.questions, from));
                let number = u32::try_from(market).expect("few markets");
                self.feeds[feed]
                    .feed
                    .history(self.questions, number, from, to);
            }
        }
    }

    fn start(
        &mut self,
        pending: Pending,
        from: Timestamp,
        start: Timestamp,
    ) -> Result<(), ForwardError> {
        let mut declared = pending.declared;
        if let Some(old) = pending.replaces {
            // It goes on with the money the one before it left.
            let wallet = self.session.lanes[old as usize]
                .engine()
                .account_point(0)
                .wallet;
            declared.balance = wallet.0.to_string();
        }
        let strategy = u32::try_from(self.session.lanes.len()).expect("few strategies");
        let control = Control::Start {
            strategy,
            declared: Box::new(declared),
            from_ms: from.0,
            start_ms: start.0,
            replaces: pending.replaces,
        };
        self.control(&pending.who, &control)?;
        let view = self.strategy_view(strategy);
        let fills = match pending.built.profile().fill_timing {
            FillTiming::Quote => FillsAt::Quote,
            FillTiming::ThisClose => FillsAt::ThisClose,
            _ => FillsAt::NextOpen,
        };
        let alert = words::strategy_started(self.stamp(start), &view, fills);
        self.push_alert(alert);
        let is_starved = self.session.lanes[strategy as usize]
            .declared
            .markets
            .iter()
            .any(|market| self.books[*market as usize].stale);
        for (by_feed, is_shut) in [(false, pending.paused), (true, is_starved)] {
            if is_shut {
                let allowed = false;
                let control = Control::Entries {
                    strategy,
                    by_feed,
                    allowed,
                };
                self.control(&pending.who, &control)?;
            }
        }
        Ok(())
    }

    fn tell_ready(&mut self) -> Result<(), ForwardError> {
        if !self.is_ready && self.pending.is_empty() {
            self.is_ready = true;
            if self.missed.is_none() {
                self.tell_begun();
            }
            (self.tell)(Told::Ready);
        }
        Ok(())
    }
}
