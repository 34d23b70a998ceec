//! The state of a session: markets, strategies, and what an input does to them. No I/O, no clock: the same inputs give the same records.

use crate::backtest::BacktestError;
use crate::data::streams::{self, StreamKind};
use crate::domain::{
    FundingSettlement, Instrument, MINUTE_MS, Price, Reference, Slot, SlotState, StreamSource,
    Timeframe, Timestamp,
};
use crate::execution::FillTiming;
use crate::forward_test::control::Control;
use crate::forward_test::declared::Declared;
use crate::forward_test::lane::{Lane, LaneSetup, Stepped};
use crate::persistence::{Input, MinuteInput, Origin};
use crate::query::State;
use crate::strategy::{Component, Limits};

/// Minutes of a market, ascending.
pub type Minutes = Vec<MinuteInput>;

/// What a session is given by those who keep things.
pub trait Supply {
    /// A component by its digest.
    ///
    /// # Errors
    /// It is not there, or this host does not load it.
    fn component(&mut self, sha256: &str) -> Result<Component, SessionError>;

    /// Minutes of a market that were journaled, ascending: `[from, to)`, as far as there are any.
    ///
    /// # Errors
    /// The journal cannot be read.
    fn minutes(
        &mut self,
        market: u32,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Minutes, SessionError>;
}

/// Why an input cannot be applied: a journal that this host cannot follow.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A strategy does not start.
    #[error(transparent)]
    Strategy(Box<BacktestError>),
    /// What was journaled contradicts itself or cannot be read.
    #[error("{message}")]
    Journal {
        /// What and where.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}

impl From<BacktestError> for SessionError {
    fn from(error: BacktestError) -> Self {
        Self::Strategy(Box::new(error))
    }
}

impl SessionError {
    pub(super) fn journal(message: impl Into<String>) -> Self {
        Self::Journal {
            message: message.into(),
            hint: None,
        }
    }
}

/// One market.
#[derive(Debug, Clone)]
pub struct Market {
    /// What is traded, and by which rules.
    pub instrument: Instrument,
    /// Start of the first minute there is, and of the next one to come.
    pub stretch: Option<(Timestamp, Timestamp)>,
    /// Settlements so far.
    pub funding: Vec<FundingSettlement>,
    /// Rows so far of the kinds that have a history: kind, detail, time, known at, values.
    pub rows: Vec<Row>,
    /// No candle came for three intervals.
    pub stale: bool,
    /// Its strategies and the number it has with each of them.
    lanes: Vec<(usize, usize)>,
}

/// A row of a market.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Number of the input.
    pub input: u64,
    /// Its kind.
    pub kind: String,
    /// Its detail.
    pub detail: u32,
    /// When it happened.
    pub time: Timestamp,
    /// When it was known.
    pub available_at: Timestamp,
    /// Its values.
    pub values: Vec<f64>,
}

impl Row {
    /// The row an input is, with its market; none of every other input.
    pub(super) fn of(number: u64, input: &Input) -> Option<(u32, Self)> {
        let Input::Row {
            market,
            kind,
            detail,
            time,
            available_at,
            values,
        } = input
        else {
            return None;
        };
        let row = Self {
            input: number,
            kind: kind.clone(),
            detail: *detail,
            time: *time,
            available_at: *available_at,
            values: values.clone(),
        };
        Some((*market, row))
    }

    /// As a backtest is given it.
    #[must_use]
    pub fn given(&self) -> Option<(StreamKind, u32, streams::Row)> {
        let row = streams::Row {
            time: self.time,
            available_at: self.available_at,
            values: self.values.clone(),
        };
        Some((StreamKind::of(&self.kind)?, self.detail, row))
    }
}

/// Kinds whose rows are not given to a strategy that starts later: they have no history.
pub(super) const WITHOUT_HISTORY: [&str; 3] = ["trades", "book", "liquidations"];

impl Market {
    fn new(instrument: Instrument) -> Self {
        Self {
            instrument,
            stretch: None,
            funding: Vec::new(),
            rows: Vec::new(),
            stale: false,
            lanes: Vec::new(),
        }
    }

    /// Start of the next minute, once there was one.
    #[must_use]
    pub fn head(&self) -> Option<Timestamp> {
        self.stretch.map(|(_, head)| head)
    }
}

/// A strategy that is wanted and has not begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// What it is made of.
    pub declared: Declared,
    /// The strategy whose place it takes once that is flat.
    pub replaces: Option<u32>,
    /// Its entries stay blocked.
    pub paused: bool,
    /// Who wants it.
    pub who: String,
}

/// A session without its surroundings.
pub struct Session {
    /// Its markets by number.
    pub markets: Vec<Market>,
    /// Its strategies by number.
    pub lanes: Vec<Lane>,
    /// Strategies on their way, one a name.
    pub wanted: Vec<Wanted>,
    /// It ends once everybody is flat, and has a successor: strategies whose entries were blocked before that was asked for.
    pub rolling: Option<Vec<String>>,
    limits: Limits,
}

/// What an input did: strategy and what it did in answer, for those it concerned.
pub type Effects = Vec<(u32, Stepped)>;

impl Session {
    /// Without strategies.
    #[must_use]
    pub fn new(instruments: Vec<Instrument>, limits: Limits) -> Self {
        Self {
            markets: instruments.into_iter().map(Market::new).collect(),
            lanes: Vec::new(),
            wanted: Vec::new(),
            rolling: None,
            limits,
        }
    }

    /// One more market; its number.
    pub fn add_market(&mut self, instrument: Instrument) -> u32 {
        self.markets.push(Market::new(instrument));
        u32::try_from(self.markets.len() - 1).expect("few markets")
    }

    /// What is traded, by number of the market.
    #[must_use]
    pub fn instruments(&self) -> Vec<Instrument> {
        self.markets.iter().map(|m| m.instrument.clone()).collect()
    }

    /// The number of a market, if it has it.
    #[must_use]
    pub fn market_of(&self, venue: &str, symbol: &str) -> Option<u32> {
        let is_it = |m: &Market| m.instrument.venue == venue && m.instrument.symbol == symbol;
        let found = self.markets.iter().position(is_it)?;
        u32::try_from(found).ok()
    }

    /// The strategy that takes part, or took part last, under a name; none of what was forgotten and holds nothing anymore.
    #[must_use]
    pub fn lane_of(&self, name: &str) -> Option<u32> {
        let is_it = |l: &Lane| l.declared.name == name && l.is_known();
        let found = self.lanes.iter().rposition(is_it)?;
        u32::try_from(found).ok()
    }

    /// Moves everything by one input. `number` is that of the input.
    ///
    /// # Errors
    /// A journal that this host cannot follow. Nothing that is asked for now leads here: it is checked before it is journaled.
    pub fn apply(
        &mut self,
        number: u64,
        input: &Input,
        supply: &mut dyn Supply,
    ) -> Result<Effects, SessionError> {
        match input {
            Input::Minute(minute) => self.minute(number, minute),
            Input::Funding {
                market,
                time,
                rate,
                price,
                substituted,
            } => self.funding(
                number,
                FundingSettlement {
                    instrument: *market,
                    time: *time,
                    rate: *rate,
                    price: *price,
                    substituted: *substituted,
                },
            ),
            Input::Row { .. } => self.row(number, input),
            Input::Quote {
                market, bid, ask, ..
            } => self.quote(number, *market, *bid, *ask),
            Input::Control { who, body, .. } => {
                let control = Control::parse(body).map_err(|e| {
                    SessionError::journal(format!("input {number} is no control: {e}"))
                })?;
                if let Some(control) = self.intend(who, control) {
                    return self.control(number, control, supply);
                }
                Ok(Effects::new())
            }
            Input::Note { .. } => Ok(Effects::new()),
        }
    }

    fn known(&mut self, number: u64, market: u32) -> Result<&mut Market, SessionError> {
        self.markets.get_mut(market as usize).ok_or_else(|| {
            SessionError::journal(format!(
                "input {number} is of the market {market}, which is not there"
            ))
        })
    }

    fn minute(&mut self, number: u64, minute: &MinuteInput) -> Result<Effects, SessionError> {
        let market = self.known(number, minute.market)?;
        let next = minute.time.plus_ms(MINUTE_MS);
        let stretch = match market.stretch {
            None => (minute.time, next),
            Some((first, head)) if minute.origin == Origin::History && minute.time < first => {
                // History comes oldest first; until its last minute is in, the stretch begins with the oldest.
                (minute.time, head)
            }
            Some((first, head)) if minute.origin == Origin::History && next <= head => {
                (first, head)
            }
            Some((first, head)) if minute.time == head => (first, next),
            Some((_, head)) => {
                let symbol = &market.instrument.symbol;
                return Err(SessionError::journal(format!(
                    "input {number}: the minute {} of {symbol} comes where {head} is due",
                    minute.time
                )));
            }
        };
        market.stretch = Some(stretch);
        if minute.origin == Origin::History {
            return Ok(Effects::new());
        }
        let mut effects = Effects::new();
        let lanes = std::mem::take(&mut market.lanes);
        for (lane, instrument) in &lanes {
            let mut stepped = Stepped::default();
            self.lanes[*lane].push(
                *instrument,
                minute.time,
                minute.slot,
                minute.reference,
                &mut stepped,
            );
            if stepped.minutes > 0 {
                effects.push((number_of(*lane), stepped));
            }
        }
        self.markets[minute.market as usize].lanes = lanes;
        Ok(effects)
    }

    fn funding(
        &mut self,
        number: u64,
        settlement: FundingSettlement,
    ) -> Result<Effects, SessionError> {
        let market = self.known(number, settlement.instrument)?;
        market.funding.push(settlement);
        for (lane, instrument) in market.lanes.clone() {
            self.lanes[lane].settle(of_lane(settlement, instrument));
        }
        Ok(Effects::new())
    }

    fn row(&mut self, number: u64, input: &Input) -> Result<Effects, SessionError> {
        let Some((market, row)) = Row::of(number, input) else {
            return Ok(Effects::new());
        };
        let known = self.known(number, market)?;
        let lanes = known.lanes.clone();
        if !WITHOUT_HISTORY.contains(&row.kind.as_str()) {
            known.rows.push(row.clone());
        }
        for (lane, instrument) in lanes {
            give_row(&mut self.lanes[lane], instrument, &row);
        }
        Ok(Effects::new())
    }

    fn quote(
        &mut self,
        number: u64,
        market: u32,
        bid: Price,
        ask: Price,
    ) -> Result<Effects, SessionError> {
        let lanes = self.known(number, market)?.lanes.clone();
        let mut effects = Effects::new();
        for (lane, instrument) in lanes {
            let mut stepped = Stepped::default();
            self.lanes[lane].quote(instrument, bid, ask, &mut stepped);
            effects.push((number_of(lane), stepped));
        }
        Ok(effects)
    }

    /// What is meant to happen, which moves no strategy yet; everything else is given back.
    fn intend(&mut self, who: &str, control: Control) -> Option<Control> {
        match control {
            Control::Want {
                declared,
                replaces,
                paused,
            } => {
                self.wanted.retain(|w| w.declared.name != declared.name);
                self.wanted.push(Wanted {
                    declared: *declared,
                    replaces,
                    paused,
                    who: who.to_owned(),
                });
            }
            Control::Unwant { name } => self.wanted.retain(|w| w.declared.name != name),
            Control::Roll { paused } => self.rolling = Some(paused),
            Control::Unroll => self.rolling = None,
            other => return Some(other),
        }
        None
    }

    fn control(
        &mut self,
        number: u64,
        control: Control,
        supply: &mut dyn Supply,
    ) -> Result<Effects, SessionError> {
        let damaged = |e| SessionError::journal(format!("input {number}: {e}"));
        let command = control.command().map_err(damaged)?;
        match control {
            Control::Start {
                strategy,
                declared,
                from_ms,
                start_ms,
                ..
            } => {
                if strategy as usize != self.lanes.len() {
                    return Err(SessionError::journal(format!(
                        "input {number} starts strategy {strategy}, and there are {}",
                        self.lanes.len()
                    )));
                }
                let (from, start) = (Timestamp(from_ms), Timestamp(start_ms));
                self.wanted.retain(|w| w.declared.name != declared.name);
                return self.start(*declared, from, start, supply);
            }
            Control::Entries {
                strategy,
                by_feed,
                allowed,
            } => {
                let lane = self.lane(number, strategy)?;
                match by_feed {
                    true => lane.starved = !allowed,
                    false => lane.paused = !allowed,
                }
            }
            Control::Stop { strategy, .. } => {
                let lane = self.lane(number, strategy)?;
                if lane.ended.is_none() {
                    lane.ended = Some((State::Stopped, "stopped by the user".to_owned()));
                }
            }
            Control::Safety { strategy, toml } => {
                self.lane(number, strategy)?.declared.safety = toml;
            }
            Control::Forget { strategy } => self.lane(number, strategy)?.forgotten = true,
            // What is intended was taken in before.
            Control::Want { .. }
            | Control::Unwant { .. }
            | Control::Roll { .. }
            | Control::Unroll
            | Control::Flatten { .. }
            | Control::Close { .. } => {}
        }
        let Some((strategy, command)) = command else {
            return Ok(Effects::new());
        };
        let mut stepped = Stepped::default();
        self.lane(number, strategy)?.command(&command, &mut stepped);
        Ok(vec![(strategy, stepped)])
    }

    fn lane(&mut self, number: u64, strategy: u32) -> Result<&mut Lane, SessionError> {
        self.lanes.get_mut(strategy as usize).ok_or_else(|| {
            SessionError::journal(format!(
                "input {number} is of the strategy {strategy}, which is not there"
            ))
        })
    }

    /// A lane with its warm-up behind it.
    fn start(
        &mut self,
        declared: Declared,
        from: Timestamp,
        start: Timestamp,
        supply: &mut dyn Supply,
    ) -> Result<Effects, SessionError> {
        let component = supply.component(&declared.sha256)?;
        let built = declared
            .builder(&component, &self.instruments(), &self.limits)?
            .period(Some(start), None)
            .build()?;
        let wanted: Vec<streams::Wanted> = (0..number_of(built.instruments().len()))
            .map(|instrument| built.wanted(instrument))
            .collect();
        let sources = sources(&wanted);
        let setup = LaneSetup {
            wanted,
            component: built.component().clone(),
            parameters: built.parameters_shown(),
            balance: built.starting_balance(),
            at_quotes: built.profile().fill_timing == FillTiming::Quote,
            on_fault: built.on_fault(),
            engine: built.into_engine(Timeframe::M1, start, sources.clone()).0,
            sources,
            from,
            start,
            declared,
        };
        let mut lane = Lane::new(setup);
        let mut stepped = Stepped::default();
        let markets = lane.declared.markets.clone();
        for (instrument, market) in markets.iter().enumerate() {
            let market = &self.markets[*market as usize];
            for settlement in market.funding.iter().filter(|s| s.time >= from) {
                lane.settle(of_lane(*settlement, instrument));
            }
            for row in &market.rows {
                give_row(&mut lane, instrument, row);
            }
        }
        let firsts = markets.iter().filter_map(|market| {
            let (first, _) = self.markets[*market as usize].stretch?;
            Some(first)
        });
        if let Some(first) = firsts.min() {
            lane.begin_with(first);
        }
        for (instrument, market) in markets.iter().enumerate() {
            // Before its first minute a market is not listed, as in a backtest of several symbols.
            let stretch = self.markets[*market as usize].stretch;
            let first = stretch.map_or(start, |(first, _)| first);
            let mut time = from;
            while time < first {
                let slot = Slot {
                    state: SlotState::NotListed,
                    ..Slot::missing(time)
                };
                let reference = Reference::default();
                lane.push(instrument, time, slot, reference, &mut stepped);
                time = time.plus_ms(MINUTE_MS);
            }
            let head = self.markets[*market as usize].head().unwrap_or(from);
            for minute in supply.minutes(*market, from, head)? {
                lane.push(
                    instrument,
                    minute.time,
                    minute.slot,
                    minute.reference,
                    &mut stepped,
                );
            }
        }
        let index = self.lanes.len();
        for (instrument, market) in markets.iter().enumerate() {
            let lanes = &mut self.markets[*market as usize].lanes;
            lanes.push((index, instrument));
        }
        self.lanes.push(lane);
        Ok(vec![(number_of(index), stepped)])
    }
}

/// The streams of rows a strategy gets, instrument by instrument as a backtest orders them.
fn sources(wanted: &[streams::Wanted]) -> Vec<StreamSource> {
    let rows = |(instrument, wanted): (u32, &streams::Wanted)| {
        let rows = wanted.rows.clone().into_iter();
        rows.map(move |(kind, detail)| StreamSource {
            instrument,
            kind: kind.name().to_owned(),
            detail,
            columns: kind.columns(detail),
        })
    };
    (0..).zip(wanted).flat_map(rows).collect()
}

fn of_lane(settlement: FundingSettlement, instrument: usize) -> FundingSettlement {
    FundingSettlement {
        instrument: number_of(instrument),
        ..settlement
    }
}

fn give_row(lane: &mut Lane, instrument: usize, row: &Row) {
    let times = (row.time, row.available_at);
    lane.row(instrument, &row.kind, row.detail, times, &row.values);
}

fn number_of(index: usize) -> u32 {
    u32::try_from(index).expect("few of them")
}
