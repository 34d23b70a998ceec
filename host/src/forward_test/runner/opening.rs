//! Strategies on their way into the session: loaded, rehearsed, warmed up from history, started.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ask::Failed;
use super::change::Changing;
use super::feeds::Book;
use super::{Runner, Told};
use crate::alerts::words::{self, FillsAt};
use crate::backtest::Backtest;
use crate::control::Declined;
use crate::data::instrument_file;
use crate::data::streams::StreamKind;
use crate::domain::{Symbol, Timestamp};
use crate::execution::FillTiming;
use crate::forward_test::control::Control;
use crate::forward_test::declared::{Declared, DeclaredBy};
use crate::forward_test::error::ForwardError;
use crate::forward_test::lane::Lane;
use crate::forward_test::session::Supply as _;
use crate::forward_test::supply::JournalSupply;
use crate::forward_test::wish::{Wish, names, rehearse};
use crate::persistence::MarketRow;
use crate::strategy::Component;
use crate::venues::socket::wall_clock;

/// A strategy that waits for its start.
pub(super) struct Pending {
    pub declared: Declared,
    pub built: Backtest,
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

/// Exit code of a guest's own failure.
const GUEST: u8 = 3;

impl Runner<'_> {
    /// What is wanted at the start is what a reload would read, but that what ended stays ended.
    pub(super) fn wish_at_start(&mut self, wishes: Vec<Wish>) -> Result<(), ForwardError> {
        let force = self.drop_in.as_ref().is_some_and(|d| d.force);
        let changing = Changing {
            who: "start",
            force,
            revives: false,
        };
        match self.bring_to(wishes, &changing) {
            Ok(lines) => lines.into_iter().for_each(|line| self.line(line)),
            Err(Failed::Session(error)) => return Err(error),
            Err(Failed::Request(Declined { message, hint })) => {
                let hint = hint.unwrap_or_default();
                return Err(match self.has_guest_failed {
                    true => ForwardError::Guest { message, hint },
                    false => ForwardError::User { message, hint },
                });
            }
        }
        Ok(())
    }

    /// Components of wishes, with the names they get. One of the drop-in folder that cannot be read is told and left out.
    pub(super) fn load(
        &mut self,
        wishes: Vec<Wish>,
        taken: &[String],
    ) -> Result<Vec<(String, Wish, Component)>, ForwardError> {
        // One component for all who run it: each loaded one has its own code in memory.
        let mut by_path: BTreeMap<PathBuf, Component> = BTreeMap::new();
        let mut loaded = Vec::new();
        let mut wanted = Vec::new();
        for wish in wishes {
            match self.load_one(&wish, &mut by_path) {
                Ok((name, component)) => {
                    wanted.push(name);
                    loaded.push((wish, component));
                }
                Err(error) if wish.by == DeclaredBy::Folder => {
                    let hint = error.hint().map_or_else(String::new, |h| format!(" ({h})"));
                    self.line(format!("{}: {error}{hint}", wish.source));
                }
                Err(error) => return Err(error),
            }
        }
        let both = names(&wanted, taken).into_iter().zip(loaded);
        Ok(both
            .map(|(name, (wish, component))| (name, wish, component))
            .collect())
    }

    /// A component and the name it would have: a file of the folder keeps the one it was given.
    fn load_one(
        &mut self,
        wish: &Wish,
        by_path: &mut BTreeMap<PathBuf, Component>,
    ) -> Result<(String, Component), ForwardError> {
        let component = match by_path.get(&wish.path) {
            Some(component) => component.clone(),
            None => {
                let component = self.components.runtime().load(&wish.path)?;
                self.components.keep(&component);
                by_path.insert(wish.path.clone(), component.clone());
                component
            }
        };
        let known = (wish.by == DeclaredBy::Folder)
            .then(|| self.name_of_file(&wish.path))
            .flatten();
        let name = match known.or_else(|| wish.name.clone()) {
            Some(name) => name,
            None => component.manifest()?.name.clone(),
        };
        Ok((name, component))
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
        let built = self.prepare(&declared)?;
        self.journal_component(name, wish, component)?;
        // Who was paused stays paused, whatever it is replaced by.
        let old = replaces.map(|old| &self.session.lanes[old as usize]);
        self.wait(Pending {
            paused: old.is_some_and(|old| old.paused),
            declared,
            built,
            replaces,
            who: who.to_owned(),
        })
    }

    /// Journals that a strategy is wanted, in the place of one of its name that waits.
    pub(super) fn wait(&mut self, pending: Pending) -> Result<(), ForwardError> {
        let want = Control::Want {
            declared: Box::new(pending.declared.clone()),
            replaces: pending.replaces,
            paused: pending.paused,
        };
        self.control(&pending.who, &want)?;
        let name = &pending.declared.name;
        self.pending.retain(|p| p.declared.name != *name);
        self.pending.push(pending);
        Ok(())
    }

    /// What waits under a name does not start; whether there was something.
    pub(super) fn call_off(&mut self, who: &str, name: &str) -> Result<bool, ForwardError> {
        if !self.is_waiting(name) {
            return Ok(false);
        }
        self.pending.retain(|p| p.declared.name != name);
        let name = name.to_owned();
        self.control(who, &Control::Unwant { name })?;
        Ok(true)
    }

    pub(super) fn is_waiting(&self, name: &str) -> bool {
        self.pending.iter().any(|p| p.declared.name == name)
    }

    /// An instance of a declaration that shows what it wants.
    pub(super) fn prepare(&mut self, declared: &Declared) -> Result<Backtest, ForwardError> {
        let mut supply = JournalSupply {
            reader: &self.journal,
            session: self.row.id,
            components: &mut self.components,
        };
        let component = supply.component(&declared.sha256)?;
        let built = rehearse(
            declared,
            &component,
            &self.session.instruments(),
            self.components.runtime().limits(),
        );
        built.map_err(|source| {
            self.has_guest_failed |= source.exit_code() == GUEST;
            ForwardError::of(&declared.name, source)
        })
    }

    /// What waited when the process before this one ended waits again.
    pub(super) fn bring_back(&mut self) -> Result<(), ForwardError> {
        for wanted in self.session.wanted.clone() {
            let built = self.prepare(&wanted.declared)?;
            self.pending.push(Pending {
                declared: wanted.declared,
                built,
                replaces: wanted.replaces,
                paused: wanted.paused,
                who: wanted.who,
            });
        }
        Ok(())
    }

    /// The bytes of a component, with the next commit; once, however many run it.
    fn journal_component(
        &mut self,
        name: &str,
        wish: &Wish,
        component: &Component,
    ) -> Result<(), ForwardError> {
        let sha256 = component.sha256();
        if self
            .batch
            .components
            .iter()
            .any(|(known, ..)| *known == sha256)
        {
            return Ok(());
        }
        let bytes = std::fs::read(&wish.path).map_err(|e| ForwardError::World {
            message: format!("reading {}: {e}", wish.path.display()),
            hint: None,
        })?;
        // A file that was changed since it was loaded must not be journaled under another digest.
        if crate::forward_test::wish::sha256(&bytes) != sha256 {
            return Err(ForwardError::user(
                format!("{} changed while it was read", wish.path.display()),
                "try again once the file is written",
            ));
        }
        self.batch.components.push((sha256, name.to_owned(), bytes));
        Ok(())
    }

    /// The number of a market, which joins the session if it is new.
    fn market(&mut self, venue: &str, symbol: &str) -> Result<u32, ForwardError> {
        let parsed = Symbol::parse(symbol, None)
            .map_err(|e| ForwardError::user(e.to_string(), "write BTC/USDT:USDT"))?;
        let kept = self.venues.symbol(venue, &parsed)?;
        // Whose rules are known is not asked about again.
        if let Some(known) = self.session.market_of(venue, &kept.to_string()) {
            return Ok(known);
        }
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
            self.release()?;
            return self.tell_ready();
        }
        self.ask_for_history();
        for pending in std::mem::take(&mut self.pending) {
            match self.ready(&pending) {
                Some((from, start)) => self.start(pending, from, start)?,
                None => self.pending.push(pending),
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
        // A lane reads the minutes of its warm-up from the journal.
        self.commit()?;
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
        let from = from.max(self.first_minute(&declared.markets, start));
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

    /// The first minute there is of any of these markets: a warm-up begins no earlier, however much of it is wanted.
    fn first_minute(&self, markets: &[u32], start: Timestamp) -> Timestamp {
        let first = |market: &u32| {
            let stretch = self.session.markets[*market as usize].stretch;
            stretch.map_or(start, |(first, _)| first)
        };
        markets.iter().map(first).min().unwrap_or(start).min(start)
    }

    fn tell_ready(&mut self) -> Result<(), ForwardError> {
        // One that waits for the place of another, which goes on trading, may wait for days.
        let is_replacing = |p: &Pending| {
            let old = p.replaces.map(|old| &self.session.lanes[old as usize]);
            old.is_some_and(Lane::is_at_work)
        };
        if !self.is_ready && self.pending.iter().all(is_replacing) {
            self.is_ready = true;
            if self.missed.is_none() {
                self.tell_begun();
            }
            (self.tell)(Told::Ready);
        }
        Ok(())
    }
}
