//! What is told: alerts, journaled with what they tell of, and the picture of the session.

use super::{Ended, Inbox, Runner, Told};
use crate::alerts::Alert;
use crate::alerts::words::{self, About, Stamp};
use crate::domain::{MINUTE_MS, OrderStatus, PositionChange, Timestamp};
use crate::engine::Happening;
use crate::forward_test::error::ForwardError;
use crate::forward_test::lane::Fact;
use crate::forward_test::parity::{self, Proof};
use crate::forward_test::session::Effects;
use crate::forward_test::view::{self, Detail};
use crate::persistence::Journal;
use crate::query::{FeedView, SinkView, Snapshot, StrategyView, Work};
use crate::venues::socket::wall_clock;

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

impl Runner<'_> {
    pub(super) fn push_alert(&mut self, alert: Alert) {
        let json = serde_json::to_string(&alert).expect("strings and numbers");
        self.batch.alerts.push(json);
        (self.tell)(Told::Alert(Box::new(alert)));
    }

    pub(super) fn strategy_view(&self, strategy: u32) -> StrategyView {
        view::strategy(
            &self.session.lanes[strategy as usize],
            &self.session.markets,
            Detail::Whole,
        )
    }

    /// The process begins to work on a session: a new one, or one that goes on, which is told once it has caught up.
    pub(super) fn greet(&mut self) -> Result<(), ForwardError> {
        // One that was killed before its first strategy began has not begun either.
        let is_new = self.inputs == 0 || self.session.lanes.is_empty();
        let version = env!("CARGO_PKG_VERSION");
        self.note("process", format!("host {version} begins"))?;
        if is_new {
            self.missed = None;
        } else {
            self.missed = Some(0);
        }
        let alive = self.session.lanes.iter().filter(|l| l.ended.is_none());
        self.day = alive.map(|lane| lane.next().day()).min();
        Ok(())
    }

    /// A session that was begun by this process, with the strategies it begins with.
    pub(super) fn tell_begun(&mut self) {
        let (stamp, snapshot) = (self.stamp(wall_clock()), self.snapshot());
        self.push_alert(words::session_started(stamp, &snapshot));
    }

    /// A minute of a session that goes on: the first live one says how many were missed.
    pub(super) fn catch_up(&mut self, is_live: bool) {
        let Some(missed) = &mut self.missed else {
            return;
        };
        if !is_live {
            *missed += 1;
            return;
        }
        let missed = *missed;
        self.missed = None;
        let (stamp, snapshot) = (self.stamp(wall_clock()), self.snapshot());
        self.push_alert(words::recovered(stamp, &snapshot, missed));
    }

    /// When something happened, and the key of the next alert: the same for the same happening, whenever it is told.
    pub(super) fn stamp(&mut self, time: Timestamp) -> Stamp {
        let (input, count) = &mut self.alerts;
        *count += 1;
        let key = format!("{}-{input}-{count}", self.row.name);
        Stamp { key, time }
    }

    /// Alerts of what strategies did.
    pub(super) fn tell_of(&mut self, effects: &Effects) {
        for (strategy, stepped) in effects {
            for fact in &stepped.facts {
                self.tell_fact(*strategy, fact);
            }
            for (time, text) in &stepped.told {
                let name = self.session.lanes[*strategy as usize].declared.name.clone();
                let alert = words::from_strategy(self.stamp(*time), &name, text);
                self.push_alert(alert);
            }
        }
    }

    fn tell_fact(&mut self, strategy: u32, fact: &Fact) {
        let lane = &self.session.lanes[strategy as usize];
        let instrument = match &fact.what {
            Happening::Position { change, .. } => change.instrument,
            Happening::Trade(trade) => trade.instrument,
            Happening::OrderChanged { change, .. } => change.instrument,
            Happening::Liquidated { event, .. } => event.instrument,
            _ => 0,
        };
        let name = lane.declared.name.clone();
        let symbol = view::symbol(lane, &self.session.markets, instrument);
        let currency = view::currency(lane, &self.session.markets);
        let on_fault = lane.on_fault();
        let about = About {
            strategy: &name,
            symbol: &symbol,
            currency: &currency,
        };
        let stamp = self.stamp(fact.time);
        let alert = match &fact.what {
            Happening::Position { change, .. } if change.change == PositionChange::Opened => {
                words::trade_opened(stamp, about, change)
            }
            Happening::Trade(trade) => words::trade_closed(stamp, about, trade),
            Happening::OrderChanged { change, .. } if change.status == OrderStatus::Rejected => {
                words::order_rejected(stamp, about, change.reason.name(), &change.message)
            }
            Happening::Liquidated { event, .. } => words::liquidated(stamp, about, event),
            Happening::Fault {
                cause,
                message,
                location,
                ..
            } => words::fault(stamp, &name, *cause, message, location.as_ref(), on_fault),
            Happening::Halt { .. } => words::strategy_stopped(stamp, &self.strategy_view(strategy)),
            Happening::Breaker {
                rule, open, value, ..
            } => words::breaker(stamp, &name, rule, *open, *value),
            _ => {
                // No alert: its number is free again.
                self.alerts.1 -= 1;
                return;
            }
        };
        tracing::info!(strategy = name, title = alert.title, "{}", alert.text);
        self.push_alert(alert);
    }

    pub(super) fn tell_stale(&mut self, market: u32, since: Timestamp) -> Result<(), ForwardError> {
        let (venue, symbol) = self.names_of(market);
        self.note("feed lost", format!("{venue} {symbol} since {since}"))?;
        let alert = words::feed_lost(self.stamp(wall_clock()), &venue, &symbol, Some(since));
        self.push_alert(alert);
        self.line(format!(
            "no candle of {venue} {symbol} since {since}: entries are blocked"
        ));
        Ok(())
    }

    pub(super) fn tell_back(&mut self, market: u32) -> Result<(), ForwardError> {
        let (venue, symbol) = self.names_of(market);
        let since = self.session.markets[market as usize].head();
        let since = since.unwrap_or_else(wall_clock);
        self.note("feed back", format!("{venue} {symbol}"))?;
        let alert = words::feed_back(self.stamp(wall_clock()), &venue, &symbol, since);
        self.push_alert(alert);
        self.line(format!("candles of {venue} {symbol} are back"));
        Ok(())
    }

    pub(super) fn tell_unanswered(&mut self, venue: &str, why: &str) -> Result<(), ForwardError> {
        self.note("venue does not answer", why.to_owned())?;
        let alert = words::venue_lost(self.stamp(wall_clock()), venue, why);
        self.push_alert(alert);
        self.line(format!("{venue} does not answer: {why}"));
        Ok(())
    }

    pub(super) fn tell_answered(&mut self, venue: &str) -> Result<(), ForwardError> {
        self.note("venue answers", venue.to_owned())?;
        let alert = words::venue_back(self.stamp(wall_clock()), venue);
        self.push_alert(alert);
        self.line(format!("{venue} answers"));
        Ok(())
    }

    pub(super) fn names_of(&self, market: u32) -> (String, String) {
        let instrument = &self.session.markets[market as usize].instrument;
        (instrument.venue.clone(), instrument.symbol.clone())
    }

    /// Once every strategy is past midnight: the summary of the day, and the proof.
    pub(super) fn end_of_day(&mut self) -> Result<(), ForwardError> {
        let alive = self.session.lanes.iter().filter(|l| l.ended.is_none());
        let Some(reached) = alive.map(|lane| lane.next().day()).min() else {
            return Ok(());
        };
        let before = *self.day.get_or_insert(reached);
        if reached <= before {
            return Ok(());
        }
        self.day = Some(reached);
        let midnight = Timestamp(reached * DAY_MS);
        let (stamp, snapshot) = (self.stamp(midnight), self.snapshot());
        self.push_alert(words::daily_summary(stamp, &snapshot));
        self.prove_beside();
        Ok(())
    }

    /// Is the session so far what backtests of the same data give: computed beside it, from the journal.
    fn prove_beside(&mut self) {
        if self.proving {
            return;
        }
        self.proving = true;
        let (database, name) = (self.database.clone(), self.row.name.clone());
        let runtime = self.components.runtime().clone();
        let post = self.post.clone();
        let work = move || {
            let proof = Journal::read_only(&database)
                .map_err(ForwardError::from)
                .and_then(|reader| parity::prove(&reader, &name, runtime, &mut |_, _| {}))
                .map_err(|e| e.to_string());
            // The session may have ended meanwhile.
            post.send(Inbox::Proved(proof));
        };
        let started = std::thread::Builder::new()
            .name("proof".to_owned())
            .spawn(work);
        if let Err(error) = started {
            self.proving = false;
            tracing::error!(%error, "no thread for the proof");
        }
    }

    pub(super) fn proved(&mut self, proof: Result<Proof, String>) -> Result<(), ForwardError> {
        self.proving = false;
        let (is_equal, records, text) = match &proof {
            Ok(proof) => (proof.is_equal(), proof.records(), proof.to_string()),
            Err(why) => (false, 0, format!("the proof failed: {why}")),
        };
        self.note("proof", text.clone())?;
        let difference = (!is_equal).then_some(text.as_str());
        let stamp = self.stamp(wall_clock());
        let alert = words::parity(stamp, &self.row.name, records, difference);
        self.push_alert(alert);
        tracing::info!(is_equal, "{text}");
        Ok(())
    }

    /// The process ends, the session goes on at the next start.
    pub(super) fn farewell(&mut self) -> Result<Ended, ForwardError> {
        self.line("ending: everything is kept".to_owned());
        let proof = parity::prove(
            &self.journal,
            &self.row.name,
            self.components.runtime().clone(),
            &mut |_, _| {},
        )
        .map_err(|error| tracing::error!(%error, "the proof failed"))
        .ok();
        let words_of_proof = proof.as_ref().map(Proof::to_string);
        self.note(
            "process",
            format!("ends; {}", words_of_proof.as_deref().unwrap_or("no proof")),
        )?;
        let (stamp, snapshot) = (self.stamp(wall_clock()), self.snapshot());
        let why = words_of_proof.as_deref().unwrap_or("asked to end");
        let alert = words::session_stopped(stamp, &snapshot, why);
        self.push_alert(alert);
        self.commit()?;
        Ok(Ended {
            session: self.row.name.clone(),
            inputs: self.inputs,
            proof,
        })
    }

    /// The journal refused: told past it.
    pub(super) fn emergency(&mut self, error: &ForwardError) -> Alert {
        let key = format!("{}-{}-failed", self.row.name, self.inputs);
        let time = wall_clock();
        words::journal_failed(Stamp { key, time }, &self.row.name, &error.to_string())
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.picture(Detail::Whole)
    }

    pub(super) fn picture(&self, detail: Detail) -> Snapshot {
        let lanes = self.session.lanes.iter().filter(|lane| lane.is_known());
        let waiting = self
            .pending
            .iter()
            .map(|p| view::waiting(&p.declared, &self.session.markets, p.backtest()));
        let views = self.outside.dispatch.views().into_iter();
        Snapshot {
            session: self.row.name.clone(),
            host: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.session.lanes.iter().map(|lane| lane.start).min(),
            taken: wall_clock(),
            inputs: self.inputs,
            journal_failed: None,
            feeds: self.feed_views(),
            strategies: lanes
                .map(|lane| view::strategy(lane, &self.session.markets, detail))
                .chain(waiting)
                .collect(),
            work: Work {
                decision_us: self.decisions.show(),
                commit_us: self.commits.show(),
                waiting: self.inbox.waiting(),
                steps: self.steps,
            },
            settings: self.settings.clone(),
            alerts: views
                .map(|view| SinkView {
                    name: view.name.to_owned(),
                    sent: view.sent,
                    failed: view.failed,
                    waiting: view.waiting,
                    disabled: view.disabled,
                })
                .collect(),
        }
    }

    /// The venues; a market that nobody trades anymore keeps nobody waiting.
    fn feed_views(&self) -> Vec<FeedView> {
        let is_of_interest = |venue: &str, symbol: &str| {
            let market = self.session.market_of(venue, symbol);
            market.is_some_and(|market| {
                let at_work = self.session.lanes.iter().filter(|lane| lane.is_at_work());
                let mut taking = at_work.map(|lane| lane.takes_part_in(market as usize));
                taking.any(|takes| takes) || self.pending.iter().any(|p| p.wants(market as usize))
            })
        };
        let mut views: Vec<FeedView> = self.feeds.iter().map(|open| open.feed.view()).collect();
        for view in &mut views {
            for market in &mut view.markets {
                market.stale &= is_of_interest(&view.venue, &market.symbol);
            }
        }
        views
    }
}
