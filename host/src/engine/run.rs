//! The engine: `step(event) -> record`. The order of one minute is that of `simulation.md` section 2.

use std::sync::Arc;

use crate::domain::{
    Cash, Cost, Delisting, FundingSettlement, Instrument, InstrumentChange, Market, OnFault, Price,
    Quote, Rate, Reference, Slot, SlotState, StreamRow, StreamSource, Timeframe, Timestamp,
    Trading,
};
use crate::engine::bars::Bars;
use crate::engine::event::{Command, Event};
use crate::engine::executor::{EndOfData, MinuteView, Pool, Settlement};
use crate::engine::record::{AccountPoint, Entry, Happening, Record};
use crate::engine::trader::{Shown, Trader, TraderSetup};

/// What an engine is made of.
pub struct EngineSetup {
    /// Instruments of the run in configured order.
    pub instruments: Arc<Vec<Instrument>>,
    /// Length of a base candle.
    pub base: Timeframe,
    /// Trading begins here; what comes before is warm-up.
    pub start: Timestamp,
    /// Streams of rows the run has, by the index rows name.
    pub streams: Vec<StreamSource>,
    /// The strategies in registration order.
    pub strategies: Vec<TraderSetup>,
}

/// A pure, synchronous state machine: no I/O, no wall clock, no threads.
pub struct Engine {
    base_ms: i64,
    start: Timestamp,
    quotes: Vec<Quote>,
    bars: Vec<Bars>,
    /// What closed at this moment, by index of `bars`.
    closed: Vec<Option<crate::engine::CandleCall>>,
    traders: Vec<Trader>,
    record: Record,
    day: Option<i64>,
    now: Timestamp,
    /// What the next minute brings besides its candles.
    funding: Vec<FundingSettlement>,
    delistings: Vec<Delisting>,
    rows: Vec<StreamRow>,
    recent_marks: Vec<RecentMarks>,
}

/// How many closes the settlement price of a delisting is the mean of (`simulation.md` section 1).
const SETTLEMENT_MINUTES: usize = 30;

/// The marks at the last closes, as a ring.
#[derive(Debug, Clone, Copy)]
struct RecentMarks {
    prices: [Price; SETTLEMENT_MINUTES],
    next: usize,
    full: bool,
}

impl RecentMarks {
    fn new() -> Self {
        Self {
            prices: [Price::ZERO; SETTLEMENT_MINUTES],
            next: 0,
            full: false,
        }
    }

    #[inline]
    fn push(&mut self, price: Price) {
        self.prices[self.next] = price;
        self.next += 1;
        if self.next == SETTLEMENT_MINUTES {
            self.next = 0;
            self.full = true;
        }
    }

    fn mean(&self) -> Settlement {
        let held = if self.full {
            SETTLEMENT_MINUTES
        } else {
            self.next
        };
        Settlement::mean(&self.prices[..held])
    }
}

impl Engine {
    /// An engine before its first event.
    #[must_use]
    pub fn new(setup: EngineSetup) -> Self {
        let mut bars: Vec<Bars> = Vec::new();
        let market = Market::new(Arc::clone(&setup.instruments));
        let traders: Vec<Trader> = setup
            .strategies
            .into_iter()
            .map(|strategy| {
                Trader::new(
                    strategy,
                    market.clone(),
                    setup.base,
                    &setup.streams,
                    &mut bars,
                )
            })
            .collect();
        Self {
            base_ms: setup.base.minutes() * crate::domain::MINUTE_MS,
            start: setup.start,
            quotes: market.quotes,
            closed: vec![None; bars.len()],
            bars,
            traders,
            record: Record::default(),
            day: None,
            now: Timestamp(0),
            funding: Vec::new(),
            delistings: Vec::new(),
            rows: Vec::new(),
            recent_marks: vec![RecentMarks::new(); setup.instruments.len()],
        }
    }

    /// Moves everything by one event and says what happened. The record is overwritten by the next step.
    ///
    /// # Panics
    /// If a minute does not carry one slot an instrument, or a command names a strategy that is not there: mistakes of the caller.
    pub fn step(&mut self, event: Event<'_>) -> &Record {
        self.record.entries.clear();
        match event {
            Event::Begin { time, opens } => self.begin(time, opens),
            Event::Minute {
                time,
                slots,
                references,
                end,
            } => self.minute(time, slots, references, end),
            Event::Funding(settlement) => self.funding.push(*settlement),
            Event::Delist(delisting) => self.delistings.push(*delisting),
            Event::Row(row) => self.rows.push(row.clone()),
            Event::Command { strategy, command } => self.command(strategy, command),
            Event::Quote {
                instrument,
                bid,
                ask,
            } => {
                for trader in &mut self.traders {
                    trader.quote(instrument, bid, ask);
                }
            }
            Event::Settle => self.settle(),
        }
        &self.record
    }

    /// The account of a strategy as it stands.
    #[must_use]
    pub fn account_point(&self, strategy: usize) -> AccountPoint {
        self.traders[strategy].account_point(self.now)
    }

    /// What a strategy of this engine adds to a shared account.
    #[must_use]
    pub fn add_to(&self, pool: Pool, strategy: usize) -> Pool {
        let desk = self.traders[strategy].desk();
        pool.with(desk.account(), &desk.market)
    }

    /// Tells a strategy of a shared account what the others have. Before every event.
    ///
    /// A wallet of all below zero ends the account of every strategy: the one that noticed is closed, the others by this.
    pub fn share(&mut self, strategy: usize, others: Pool, weight: Rate, closed: bool) {
        let now = self.now;
        let trader = &mut self.traders[strategy];
        trader.desk.executor_mut().share(others, weight);
        if closed && !trader.desk.account().closed {
            let (executor, market, out) = trader.desk.parts();
            executor.end_account(now, market, out);
        }
    }

    /// Last prices and marks by instrument.
    #[must_use]
    pub fn quotes(&self) -> &[Quote] {
        &self.quotes
    }

    /// One strategy and its account, to read.
    #[must_use]
    pub fn trader(&self, strategy: usize) -> &Trader {
        &self.traders[strategy]
    }

    /// All strategies, once the run is over.
    #[must_use]
    pub fn into_traders(self) -> Vec<Trader> {
        self.traders
    }

    fn begin(&mut self, time: Timestamp, opens: &[Option<Price>]) {
        self.record.time = time;
        self.now = time;
        for (quote, open) in self.quotes.iter_mut().zip(opens) {
            if let Some(open) = *open {
                *quote = Quote::at(open, Trading::Open);
            }
        }
        for trader in &mut self.traders {
            trader.desk.market.quotes.copy_from_slice(&self.quotes);
            trader.begin(time);
        }
        self.collect();
    }

    fn minute(
        &mut self,
        time: Timestamp,
        slots: &[Slot],
        references: &[Reference],
        end: Option<EndOfData>,
    ) {
        assert_eq!(
            slots.len(),
            self.quotes.len(),
            "one slot an instrument at {time}"
        );
        let close_time = time.plus_ms(self.base_ms);
        self.record.time = time;
        for trader in &mut self.traders {
            trader.settle(self.now);
        }
        let settled = self.settlement_prices(slots, references);
        let funding = std::mem::take(&mut self.funding);
        let minute = MinuteView {
            time,
            close_time,
            slots,
            references,
            funding: &funding,
            delisted: &settled,
            end,
        };
        for trader in &mut self.traders {
            trader.execute(&minute);
        }
        self.mark(&minute);
        self.now = close_time;
        for trader in &mut self.traders {
            trader.mark(&self.quotes);
        }
        self.account_points(close_time, end.is_some());
        for (bars, closed) in self.bars.iter_mut().zip(&mut self.closed) {
            *closed = bars.push(time, &slots[bars.instrument as usize]);
        }
        // Never by a search: a row out of order may come late, but none comes early.
        let rows = self.rows.iter();
        let known = rows
            .take_while(|row| row.available_at <= close_time)
            .count();
        let shown = Shown {
            bars: &self.bars,
            closed: &self.closed,
            rows: &self.rows[..known],
        };
        for trader in &mut self.traders {
            trader.deliver(&minute, self.start, &shown);
        }
        self.rows.drain(..known);
        self.collect();
    }

    /// Closes and marks of the minute become where the instruments stand; changes of their state are told.
    #[inline]
    fn mark(&mut self, minute: &MinuteView<'_>) {
        let slots = minute.slots.iter().enumerate();
        for (index, slot) in slots {
            let quote = &mut self.quotes[index];
            let before = quote.trading;
            match slot.state {
                SlotState::Real => *quote = Quote::at(slot.candle.close, Trading::Open),
                SlotState::Missing => {
                    quote.fresh = false;
                    if before == Trading::Halted {
                        quote.trading = Trading::Open;
                    }
                }
                SlotState::Halted => {
                    quote.fresh = false;
                    quote.trading = Trading::Halted;
                }
                SlotState::NotListed => quote.fresh = false,
            }
            if let Some(reference) = minute.references.get(index) {
                if let Some(mark) = reference.mark {
                    quote.mark = mark.path.close;
                    quote.shown_mark = mark.shown;
                    quote.marked = true;
                }
                if let Some(path) = reference.index {
                    quote.index = path.close;
                }
            }
            if before == Trading::Delisted {
                quote.trading = Trading::Delisted;
            }
            if quote.trading != before {
                let change = match (before, quote.trading) {
                    (Trading::NotListed, _) => InstrumentChange::Listed,
                    (_, Trading::Halted) => InstrumentChange::Halted,
                    _ => InstrumentChange::Resumed,
                };
                self.tell_instrument(index, minute.close_time, change);
            }
        }
        for &(instrument, _) in minute.delisted {
            self.quotes[instrument as usize].trading = Trading::Delisted;
            let index = instrument as usize;
            self.tell_instrument(index, minute.close_time, InstrumentChange::Delisted);
        }
    }

    #[cold]
    fn tell_instrument(&mut self, index: usize, time: Timestamp, change: InstrumentChange) {
        let instrument = u32::try_from(index).expect("few instruments");
        for trader in &mut self.traders {
            trader.desk.happenings.push(Happening::Instrument {
                time,
                instrument,
                change,
            });
        }
    }

    /// Settlement prices of the instruments that end with this minute: as given, else the mean of the last marks.
    fn settlement_prices(
        &mut self,
        slots: &[Slot],
        references: &[Reference],
    ) -> Vec<(u32, Settlement)> {
        for (index, slot) in slots.iter().enumerate() {
            let mark = references.get(index).and_then(|r| r.mark);
            let close = match (mark, slot.state) {
                (Some(mark), _) => mark.path.close,
                (None, SlotState::Real) => slot.candle.close,
                (None, _) => self.quotes[index].mark,
            };
            // Before the listing there is no mark.
            if close > Price::ZERO {
                self.recent_marks[index].push(close);
            }
        }
        let ended = std::mem::take(&mut self.delistings);
        let price = |d: &Delisting| {
            let recent = &self.recent_marks[d.instrument as usize];
            (
                d.instrument,
                d.price.map_or_else(|| recent.mean(), Settlement::at),
            )
        };
        ended.iter().map(price).collect()
    }

    /// The account goes on record when the UTC day changes and at the end.
    fn account_points(&mut self, close_time: Timestamp, last: bool) {
        let day = close_time.day();
        let changed = self.day.is_some_and(|d| d != day);
        self.day = Some(day);
        if changed || last {
            for trader in &mut self.traders {
                let point = trader.account_point(close_time);
                trader.desk.happenings.push(Happening::Account(point));
            }
        }
    }

    fn command(&mut self, strategy: u32, command: &Command) {
        self.record.time = self.now;
        self.traders[strategy as usize].command(self.now, command);
        self.collect();
    }

    /// The commands of this moment are complete: what they sent meets the close, where the profile fills at it.
    fn settle(&mut self) {
        self.record.time = self.now;
        for trader in &mut self.traders {
            trader.settle(self.now);
        }
        self.collect();
    }

    /// Moves what happened on the desks into the record, strategy by strategy.
    #[inline]
    fn collect(&mut self) {
        for (index, trader) in self.traders.iter_mut().enumerate() {
            if trader.desk.happenings.is_empty() {
                continue;
            }
            trader.queue_events();
            let strategy = u32::try_from(index).expect("few strategies");
            let entries = trader.desk.happenings.drain(..);
            self.record
                .entries
                .extend(entries.map(|what| Entry { strategy, what }));
            trader.seen = 0;
        }
    }
}

/// Equity over the minutes of a run, as a report wants it. Kept at the resolution of a cost, so that a minute divides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gauge {
    /// Minutes seen since trading began.
    pub minutes: u64,
    /// Minutes with an open position at their close.
    pub exposed_minutes: u64,
    /// Minutes at whose close the positions of a symbol together lie in a higher maintenance tier than each alone (S103).
    pub higher_tier_minutes: u64,
    peak: Cost,
    /// Lowest equity since the peak.
    low: Cost,
    /// Peak and low of the deepest fall that is over.
    deepest: Option<(Cash, Cash)>,
}

impl Gauge {
    /// Begins at the starting balance, which is the first peak.
    pub(super) fn new(balance: Cash) -> Self {
        let peak = balance.to_cost();
        Self {
            minutes: 0,
            exposed_minutes: 0,
            higher_tier_minutes: 0,
            peak,
            low: peak,
            deepest: None,
        }
    }

    /// One more close.
    #[inline]
    pub(super) fn note(&mut self, equity: Cost, exposed: bool) {
        self.minutes += 1;
        self.exposed_minutes += u64::from(exposed);
        if equity >= self.peak {
            if self.low < self.peak {
                self.deepest = self.deepest_fall();
            }
            self.peak = equity;
            self.low = equity;
        } else if equity < self.low {
            self.low = equity;
        }
    }

    /// Peak and equity of the deepest fall below it, at closes, relative to the peak.
    #[must_use]
    pub fn deepest_fall(&self) -> Option<(Cash, Cash)> {
        let now = (self.peak.to_cash(), self.low.to_cash());
        let fell = now.1 < now.0;
        match self.deepest {
            // low / peak < other low / other peak, without a division.
            Some((peak, low)) if !fell || !deeper(now, (peak, low)) => Some((peak, low)),
            _ => fell.then_some(now),
        }
    }
}

/// Is the first fall, as peak and low, deeper than the second: low / peak < other low / other peak. To a hundredth of a cent, so that
/// the products fit for any balance.
fn deeper((peak, low): (Cash, Cash), (other_peak, other_low): (Cash, Cash)) -> bool {
    let cents = |cash: Cash| cash.0 / 10_000;
    cents(low) * cents(other_peak) < cents(other_low) * cents(peak)
}

/// Applies a fault policy through the same desk the strategy had.
pub(super) fn wind_down(desk: &mut crate::engine::Desk, policy: OnFault) {
    match policy {
        OnFault::Flatten => {
            desk.close_all(None);
        }
        OnFault::Cancel => {
            let opening: Vec<u32> = desk
                .working(None)
                .iter()
                .filter(|o| !o.reduce_only)
                .map(|o| o.id)
                .collect();
            for order in opening {
                // Children go with their parents: an order that is already gone is no mistake.
                let _ = desk.cancel(order);
            }
        }
        OnFault::Hold => {}
    }
}
