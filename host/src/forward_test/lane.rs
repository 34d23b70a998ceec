//! One strategy of a session on its way through the minutes of its markets: its engine, what came out of it, what it waits for.
//!
//! **Order**: what belongs to a minute is stepped as a backtest does it (`data::streams::feed`): funding by instrument and time, then
//! rows by the moment they are known, then by source, then the minute itself.

use std::collections::VecDeque;

use crate::data::streams::{MinuteRows, StreamKind, Wanted};
use crate::domain::{
    Cash, FundingSettlement, MINUTE_MS, OnFault, OrderKind, Price, Reference, Slot, SlotState,
    StreamRow, StreamSource, Timestamp,
};
use crate::engine::{AccountPoint, Command, Engine, Event, Happening, Record};
use crate::forward_test::declared::Declared;
use crate::ledger::Trade;
use crate::query::{Counts, State};
use crate::runs::Component as ComponentFacts;
use crate::runs::fingerprint::Fingerprint;

/// Something a step did that somebody may want to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Start of the minute, or the moment of the command.
    pub time: Timestamp,
    /// What happened.
    pub what: Happening,
}

/// What a lane did in answer to one input.
#[derive(Debug, Default)]
pub struct Stepped {
    /// The running fingerprint of its records, if there were any.
    pub digest: Option<[u8; 32]>,
    /// What happened.
    pub facts: Vec<Fact>,
    /// Minutes stepped.
    pub minutes: u64,
    /// Lines it sent to its user.
    pub told: Vec<(Timestamp, String)>,
}

/// A strategy at work.
pub struct Lane {
    /// What it is made of.
    pub declared: Declared,
    /// The table `[safety]` it began with.
    pub first_safety: String,
    /// What its component says of itself.
    pub component: ComponentFacts,
    /// Parameters as they are used: name and value.
    pub parameters: Vec<(String, String)>,
    /// The first minute it may be called for.
    pub start: Timestamp,
    /// Its closed trades.
    pub trades: Vec<Trade>,
    /// The account at the start, and at each change of the day.
    pub days: Vec<AccountPoint>,
    /// Fees paid.
    pub fees: Cash,
    /// Funding received.
    pub funding: Cash,
    /// What it sent and what became of it.
    pub counts: Counts,
    /// Entries are blocked by the user.
    pub paused: bool,
    /// Entries are blocked because a feed is stale.
    pub starved: bool,
    /// Why it ended: the state and a sentence.
    pub ended: Option<(State, String)>,
    /// It is not brought back by a restart.
    pub forgotten: bool,
    engine: Engine,
    fingerprint: Fingerprint,
    /// Start of the next minute.
    next: Timestamp,
    begun: bool,
    queues: Vec<VecDeque<(Slot, Reference)>>,
    due: Vec<FundingSettlement>,
    /// In order of the time they are known, then of their source.
    rows: VecDeque<StreamRow>,
    /// Rows made of minutes: source, instrument, and how.
    derived: Vec<(u32, usize, MinuteRows)>,
    wanted: Vec<Wanted>,
    sources: Vec<StreamSource>,
    /// Alerts of the strategy that were told.
    alerts_told: usize,
    /// Commands given before its first minute.
    early: Vec<Command>,
    at_quotes: bool,
    on_fault: OnFault,
}

/// What a lane is made of.
pub struct LaneSetup {
    /// What it is made of.
    pub declared: Declared,
    /// What its component says of itself.
    pub component: ComponentFacts,
    /// Parameters as they are used.
    pub parameters: Vec<(String, String)>,
    /// Its engine before the first event.
    pub engine: Engine,
    /// What it wants of each of its instruments.
    pub wanted: Vec<Wanted>,
    /// Its streams of rows, by the index rows name.
    pub sources: Vec<StreamSource>,
    /// Start of its first minute, and of the first it may be called for.
    pub from: Timestamp,
    /// See `from`.
    pub start: Timestamp,
    /// Money at the start.
    pub balance: Cash,
    /// Its market orders fill at the best prices seen.
    pub at_quotes: bool,
    /// What becomes of its orders and positions when it ends.
    pub on_fault: OnFault,
}

impl Lane {
    /// A lane before its first minute.
    #[must_use]
    pub fn new(setup: LaneSetup) -> Self {
        let derived = (0..).zip(&setup.sources).filter_map(|(index, source)| {
            let kind = StreamKind::of(&source.kind)?;
            let rows = MinuteRows::new(kind, source.detail)?;
            Some((index, source.instrument as usize, rows))
        });
        let opening = AccountPoint {
            time: setup.start,
            wallet: setup.balance,
            equity: setup.balance,
            position_margin: Cash::ZERO,
            order_margin: Cash::ZERO,
        };
        Self {
            derived: derived.collect(),
            queues: vec![VecDeque::new(); setup.declared.markets.len()],
            component: setup.component,
            parameters: setup.parameters,
            first_safety: setup.declared.safety.clone(),
            declared: setup.declared,
            start: setup.start,
            trades: Vec::new(),
            days: vec![opening],
            fees: Cash::ZERO,
            funding: Cash::ZERO,
            counts: Counts::default(),
            paused: false,
            starved: false,
            ended: None,
            forgotten: false,
            engine: setup.engine,
            fingerprint: Fingerprint::of_records(),
            next: setup.from,
            begun: false,
            due: Vec::new(),
            rows: VecDeque::new(),
            wanted: setup.wanted,
            sources: setup.sources,
            alerts_told: 0,
            early: Vec::new(),
            at_quotes: setup.at_quotes,
            on_fault: setup.on_fault,
        }
    }

    /// Its engine, to read.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.ended {
            Some(_) if self.is_flat() => self.ended.as_ref().map_or(State::Stopped, |e| e.0),
            Some((State::Stopped, _)) => State::Closing,
            Some((state, _)) => *state,
            None if self.paused => State::Paused,
            None if !self.engine.trader(0).is_live() => State::WarmingUp,
            None => State::Running,
        }
    }

    /// Has it neither positions nor orders.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        let desk = self.engine.trader(0).desk();
        desk.positions(None).is_empty() && desk.working(None).is_empty()
    }

    /// Is there something to say of it: it was not forgotten, or holds something still.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.forgotten || !self.is_flat()
    }

    /// Does it trade, or hold something.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        self.ended.is_none() || !self.is_flat()
    }

    /// Is a market of the session one of its own.
    #[must_use]
    pub fn takes_part_in(&self, market: usize) -> bool {
        self.declared.markets.iter().any(|m| *m as usize == market)
    }

    /// Rows it gets of a market, as its strategy declared them.
    #[must_use]
    pub fn rows_of(&self, market: usize) -> Vec<(StreamKind, u32)> {
        let own = self.declared.markets.iter().zip(&self.wanted);
        let of_market = own.filter(|(m, _)| **m as usize == market);
        of_market
            .flat_map(|(_, wanted)| wanted.rows.iter().copied())
            .collect()
    }

    /// What it wants of each of its instruments, in their order.
    #[must_use]
    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// Do its market orders fill at the best prices seen.
    #[must_use]
    pub fn fills_at_quotes(&self) -> bool {
        self.at_quotes
    }

    /// Does one of its market orders wait for the best prices.
    #[must_use]
    pub fn waits_for_quotes(&self) -> bool {
        let orders = || self.engine.trader(0).desk().working(None);
        self.at_quotes && orders().iter().any(|order| order.kind == OrderKind::Market)
    }

    /// Has it seen its first minute.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// What becomes of its orders and positions when it ends.
    #[must_use]
    pub fn on_fault(&self) -> OnFault {
        self.on_fault
    }

    /// Start of the next minute it waits for.
    #[must_use]
    pub fn next(&self) -> Timestamp {
        self.next
    }

    /// The first minute any of its instruments has: nothing is waited for before it.
    pub fn begin_with(&mut self, first: Timestamp) {
        if !self.begun {
            self.next = self.next.max(first);
        }
    }

    /// The next minute of one of its instruments. Earlier minutes than it waits for are not its own; before its first one an instrument is
    /// not listed.
    pub fn push(
        &mut self,
        instrument: usize,
        time: Timestamp,
        slot: Slot,
        reference: Reference,
        stepped: &mut Stepped,
    ) {
        let waiting = self.queues[instrument].len() as i64;
        if time < self.next.plus_ms(waiting * MINUTE_MS) {
            return;
        }
        let queue = &mut self.queues[instrument];
        let mut expected = self.next.plus_ms(waiting * MINUTE_MS);
        while expected < time {
            let slot = Slot {
                state: SlotState::NotListed,
                ..Slot::missing(expected)
            };
            queue.push_back((slot, Reference::default()));
            expected = expected.plus_ms(MINUTE_MS);
        }
        queue.push_back((slot, reference));
        while self.queues.iter().all(|queue| !queue.is_empty()) {
            self.minute(stepped);
        }
    }

    /// A settlement; `instrument` is its own. One before the minute it waits for is history that somebody else's warm-up asked for.
    pub fn settle(&mut self, settlement: FundingSettlement) {
        if settlement.time >= self.next {
            self.due.push(settlement);
        }
    }

    /// A row of a stream of one of its instruments, if it has such a stream.
    pub fn row(
        &mut self,
        instrument: usize,
        kind: &str,
        detail: u32,
        (time, available_at): (Timestamp, Timestamp),
        values: &[f64],
    ) {
        let is_it = |s: &&StreamSource| {
            s.instrument as usize == instrument && s.kind == kind && s.detail == detail
        };
        let Some(source) = self.sources.iter().position(|s| is_it(&s)) else {
            return;
        };
        let row = StreamRow {
            source: u32::try_from(source).expect("few streams"),
            time,
            available_at,
            values: values.to_vec(),
        };
        if available_at > self.next || !self.begun {
            self.insert(row);
        }
    }

    fn insert(&mut self, row: StreamRow) {
        let key = |r: &StreamRow| (r.available_at, r.source);
        let place = self.rows.partition_point(|r| key(r) <= key(&row));
        self.rows.insert(place, row);
    }

    /// The user or the session acts on it.
    pub fn command(&mut self, command: &Command, stepped: &mut Stepped) {
        if !self.begun {
            self.early.push(command.clone());
            return;
        }
        let event = Event::Command {
            strategy: 0,
            command,
        };
        self.step(event, stepped);
        self.step(Event::Settle, stepped);
    }

    /// Best prices for market orders that wait; the orders of the moment meet them.
    pub fn quote(&mut self, instrument: usize, bid: Price, ask: Price, stepped: &mut Stepped) {
        if !self.begun {
            return;
        }
        let instrument = u32::try_from(instrument).expect("few instruments");
        let event = Event::Quote {
            instrument,
            bid,
            ask,
        };
        self.step(event, stepped);
        self.step(Event::Settle, stepped);
    }

    /// One minute of all its instruments.
    fn minute(&mut self, stepped: &mut Stepped) {
        let time = self.next;
        let close = time.plus_ms(MINUTE_MS);
        let minute: Vec<(Slot, Reference)> = self
            .queues
            .iter_mut()
            .map(|queue| queue.pop_front().expect("every market has its minute"))
            .collect();
        let (slots, references): (Vec<Slot>, Vec<Reference>) = minute.into_iter().unzip();
        if !self.begun {
            self.begun = true;
            let open = |s: &Slot| (s.state == SlotState::Real).then_some(s.candle.open);
            let opens: Vec<Option<Price>> = slots.iter().map(open).collect();
            self.due.retain(|due| due.time >= time);
            self.rows.retain(|row| row.available_at > time);
            let opens = opens.as_slice();
            self.step(Event::Begin { time, opens }, stepped);
            for command in std::mem::take(&mut self.early) {
                self.command(&command, stepped);
            }
        }
        self.derive(time, close, &slots, &references);
        self.due.sort_by_key(|due| (due.instrument, due.time));
        let (now, later) = std::mem::take(&mut self.due)
            .into_iter()
            .partition(|due: &FundingSettlement| due.time <= time);
        self.due = later;
        let now: Vec<FundingSettlement> = now;
        for due in &now {
            self.step(Event::Funding(due), stepped);
        }
        while let Some(row) = self.rows.pop_front_if(|row| row.available_at <= close) {
            self.step(Event::Row(&row), stepped);
        }
        let event = Event::Minute {
            time,
            slots: &slots,
            references: &references,
            end: None,
        };
        self.step(event, stepped);
        self.next = close;
        stepped.minutes += 1;
        self.pass_on_alerts(stepped);
    }

    /// Rows that are made of the minutes themselves.
    fn derive(
        &mut self,
        time: Timestamp,
        close: Timestamp,
        slots: &[Slot],
        references: &[Reference],
    ) {
        let mut rows = Vec::new();
        for (source, instrument, made) in &mut self.derived {
            let moment = (time, close);
            let row = made.minute(moment, &slots[*instrument], &references[*instrument]);
            rows.extend(row.map(|row| row.of(*source)));
        }
        for row in rows {
            self.insert(row);
        }
    }

    fn step(&mut self, event: Event<'_>, stepped: &mut Stepped) {
        let record = self.engine.step(event);
        if record.entries.is_empty() {
            return;
        }
        self.fingerprint.add(record);
        stepped.digest = Some(self.fingerprint.running());
        let facts = note(
            record,
            &mut Noted {
                trades: &mut self.trades,
                days: &mut self.days,
                fees: &mut self.fees,
                funding: &mut self.funding,
                counts: &mut self.counts,
                ended: &mut self.ended,
            },
        );
        stepped.facts.extend(facts);
    }

    /// What the strategy itself wants its user to know.
    fn pass_on_alerts(&mut self, stepped: &mut Stepped) {
        let alerts = &self.engine.trader(0).desk().telemetry.alerts;
        if alerts.len() > self.alerts_told {
            stepped.told.extend_from_slice(&alerts[self.alerts_told..]);
            self.alerts_told = alerts.len();
        }
    }
}

/// What a record changes of what is known of a lane.
struct Noted<'a> {
    trades: &'a mut Vec<Trade>,
    days: &'a mut Vec<AccountPoint>,
    fees: &'a mut Cash,
    funding: &'a mut Cash,
    counts: &'a mut Counts,
    ended: &'a mut Option<(State, String)>,
}

fn note(record: &Record, known: &mut Noted<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    for entry in &record.entries {
        match &entry.what {
            Happening::Accepted { .. } => known.counts.accepted += 1,
            Happening::Refused { .. } => known.counts.refused += 1,
            Happening::Fill(fill) => {
                known.counts.fills += 1;
                *known.fees += fill.fee;
            }
            Happening::Funding { payment, .. } => *known.funding += payment.amount,
            Happening::Trade(trade) => {
                known.counts.trades += 1;
                known.trades.push((**trade).clone());
            }
            Happening::Account(point) => known.days.push(*point),
            Happening::Fault { message, .. } => {
                *known.ended = Some((State::Faulted, message.clone()));
            }
            Happening::Halt { why, .. } if known.ended.is_none() => {
                *known.ended = Some((State::Halted, why.clone()));
            }
            _ => {}
        }
        facts.push(Fact {
            time: record.time,
            what: entry.what.clone(),
        });
    }
    facts
}
