//! The end of a session that has a successor: the same strategies with the money they have, numbered anew, warmed up afresh.

use super::ask::Failed;
use super::feeds::Book;
use super::opening::Pending;
use super::{End, Runner, free_name};
use crate::control::Declined;
use crate::data::instrument_file;
use crate::domain::Instrument;
use crate::forward_test::declared::Declared;
use crate::forward_test::error::ForwardError;
use crate::forward_test::recover::{self, engine_version};
use crate::forward_test::session::{Session, SessionError, Supply as _};
use crate::forward_test::supply::JournalSupply;
use crate::forward_test::wish::rehearse;
use crate::persistence::{Batch, Finish, Input, MarketRow, NewSession};
use crate::venues::socket::wall_clock;

/// Why a session ended that has a successor.
pub(super) const ROLLED: &str = "rolled";
/// Kind of the note that a roll was asked for; it holds the names of the strategies that were paused before.
const ASKED: &str = "roll";
/// Kind of the note that holds what the successor begins with.
const SUCCESSOR: &str = "successor";

/// What a successor begins with: each strategy, and whether its entries are blocked.
type Estate = Vec<(Declared, bool)>;

/// The strategies that were paused when a roll was asked for, if that is what this input notes.
pub(super) fn asked(input: &Input) -> Option<Vec<String>> {
    match input {
        Input::Note { kind, body, .. } if kind == ASKED => serde_json::from_str(body).ok(),
        _ => None,
    }
}

impl Runner<'_> {
    pub(super) fn roll(&mut self, who: &str, flatten: bool) -> Result<String, Failed> {
        if !self.pending.is_empty() {
            let names: Vec<&str> = self
                .pending
                .iter()
                .map(|p| p.declared.name.as_str())
                .collect();
            return Err(Declined::new(
                format!("{} wait for their start", names.join(", ")),
                "roll when they trade",
            )
            .into());
        }
        let open: Vec<(u32, String)> = (0..)
            .zip(&self.session.lanes)
            .filter(|(_, lane)| !lane.is_flat())
            .map(|(index, lane)| (index, lane.declared.name.clone()))
            .collect();
        if !open.is_empty() && !flatten {
            let names: Vec<&str> = open.iter().map(|(_, name)| name.as_str()).collect();
            return Err(Declined::new(
                format!("{} have open positions or orders", names.join(", ")),
                "wait until they are flat, or close them first: host ctl roll --flatten",
            )
            .into());
        }
        self.rolling = true;
        // Entries that are blocked for the roll alone are let in again.
        let paused = self.session.lanes.iter().filter(|l| l.paused);
        self.paused_before = paused.map(|l| l.declared.name.clone()).collect();
        let body = serde_json::to_string(&self.paused_before).expect("strings");
        self.note(ASKED, body)?;
        for (strategy, _) in &open {
            let strategy = *strategy;
            self.control(
                who,
                &super::Control::Entries {
                    strategy,
                    by_feed: false,
                    allowed: false,
                },
            )?;
            self.control(who, &super::Control::Flatten { strategy })?;
        }
        self.roll_if_flat()?;
        Ok(if open.is_empty() {
            "the session ends, its successor begins with the same accounts after a warm-up"
                .to_owned()
        } else {
            format!(
                "{} strategies close their positions with the next fill, then the session ends and its successor begins",
                open.len()
            )
        })
    }

    /// Ends the session once nobody holds anything anymore.
    pub(super) fn roll_if_flat(&mut self) -> Result<(), ForwardError> {
        if !self.rolling || self.end.is_some() || !self.session.lanes.iter().all(|l| l.is_flat()) {
            return Ok(());
        }
        let alive = self.session.lanes.iter().filter(|l| l.ended.is_none());
        let estate: Estate = alive
            .map(|lane| {
                let wallet = lane.engine().account_point(0).wallet;
                let declared = Declared {
                    balance: wallet.0.to_string(),
                    ..lane.declared.clone()
                };
                (declared, self.paused_before.contains(&lane.declared.name))
            })
            .collect();
        let body = serde_json::to_string(&estate).expect("strings and numbers");
        self.note(SUCCESSOR, body)?;
        self.batch.finish = Some(Finish {
            time: wall_clock(),
            why: ROLLED.to_owned(),
        });
        self.end = Some(End::Rolled);
        Ok(())
    }

    /// Begins the successor of the session that just ended.
    pub(super) fn succeed(&mut self) -> Result<(), ForwardError> {
        let before = self.row.clone();
        let sessions = self.journal.sessions()?;
        let name = free_name(&before.name, |n| sessions.iter().any(|row| row.name == n));
        self.row = self.journal.begin(NewSession {
            name,
            created: wall_clock(),
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            engine_version: engine_version(),
            config: before.config.clone(),
            predecessor: Some(before.name.clone()),
        })?;
        let instruments = self.session.instruments();
        for (book, market) in self.books.iter_mut().zip(&self.session.markets) {
            book.begin = market.head().or(book.begin);
            // Its warm-up is brought afresh: what the old one was brought lies in the old one's journal.
            (book.asked, book.known_from, book.again_at) = (None, None, None);
        }
        self.inputs = 0;
        self.batch = Batch::default();
        self.rolling = false;
        self.is_ready = false;
        self.quotes.clear();
        self.greet()?;
        self.inherit(&before.name, instruments)?;
        self.commit()?;
        self.line(format!(
            "session {} goes on as {}",
            before.name, self.row.name
        ));
        self.advance()
    }

    /// A session that was begun as a successor and has no strategy yet takes over what it was left.
    pub(super) fn take_over(&mut self) -> Result<(), ForwardError> {
        let Some(before) = self.row.predecessor.clone() else {
            return Ok(());
        };
        if !self.session.lanes.is_empty() {
            return Ok(());
        }
        let Some(row) = self.journal.session(&before)? else {
            return Ok(());
        };
        let instruments = recover::instruments(&self.journal, &row)?;
        self.inherit(&before, instruments)?;
        // It goes on where the one before it stopped, however long ago that was.
        for (index, book) in (0..).zip(&mut self.books) {
            book.begin = self.journal.head(row.id, index)?;
        }
        Ok(())
    }

    fn inherit(&mut self, before: &str, instruments: Vec<Instrument>) -> Result<(), ForwardError> {
        if self.session.lanes.is_empty() && !self.session.markets.is_empty() && self.inputs > 0 {
            // Its markets are journaled already.
        } else {
            let limits = self.components.runtime().limits().clone();
            for (index, instrument) in (0..).zip(&instruments) {
                self.batch.markets.push(MarketRow {
                    index,
                    venue: instrument.venue.clone(),
                    symbol: instrument.symbol.clone(),
                    instrument: instrument_file::to_text(instrument, wall_clock()),
                });
            }
            self.books.resize_with(instruments.len(), Book::default);
            self.session = Session::new(instruments, limits);
        }
        for (declared, paused) in self.estate(before)? {
            let mut supply = JournalSupply {
                reader: &self.journal,
                session: self.row.id,
                components: &mut self.components,
            };
            let component = supply.component(&declared.sha256)?;
            let built = rehearse(
                &declared,
                &component,
                &self.session.instruments(),
                self.components.runtime().limits(),
            )
            .map_err(|source| ForwardError::Strategy {
                name: declared.name.clone(),
                source,
            })?;
            self.pending
                .push(Pending::of_successor(declared, built, paused));
        }
        Ok(())
    }

    fn estate(&self, before: &str) -> Result<Estate, ForwardError> {
        let Some(row) = self.journal.session(before)? else {
            return Ok(Estate::new());
        };
        // The note is one of the last inputs.
        let last = self.journal.last_input(row.id)?;
        let mut found = None;
        let from = last.saturating_sub(16).max(1);
        self.journal.inputs(row.id, from, &mut |_, input| {
            if let Input::Note { kind, body, .. } = input
                && kind == SUCCESSOR
            {
                found = Some(body);
            }
            std::ops::ControlFlow::Continue(())
        })?;
        let Some(body) = found else {
            return Err(SessionError::journal(format!(
                "session {before} does not say what its successor begins with"
            ))
            .into());
        };
        serde_json::from_str(&body).map_err(|e| {
            SessionError::journal(format!("session {before}: its successor's accounts: {e}")).into()
        })
    }
}
