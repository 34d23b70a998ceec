//! Feed candles to a strategy in `cargo test`, without Wasm and without the simulator, and look at what it sends.
//!
//! ```
//! use guest_sdk::prelude::*;
//! use guest_sdk::testing::{Harness, Sent, candles_from_closes};
//!
//! struct BuyFirst;
//!
//! impl Strategy for BuyFirst {
//!     type Params = ();
//!     fn about() -> Manifest { manifest!() }
//!     fn new(_: ()) -> Result<Self, InitError> { Ok(BuyFirst) }
//!     fn needs(&self) -> Needs { Needs::candles(Timeframe::H1, 1) }
//!     fn on_candle(&mut self, _: &Data, portfolio: &Portfolio) -> Vec<Signal> {
//!         if portfolio.is_flat() { vec![Signal::long(Size::Qty(2.0))] } else { vec![] }
//!     }
//! }
//!
//! let candles = candles_from_closes(0, Timeframe::H1, &[100.0, 101.0, 102.0, 105.0]);
//! let outcome = Harness::<BuyFirst>::new(()).unwrap().run(&candles);
//! assert!(matches!(outcome.sent[0].what, Sent::Open { direction: Direction::Long, .. }));
//! assert_eq!(outcome.fills[0].price, 101.0, "the open after the first decision");
//! assert_eq!(outcome.equity, 10_000.0 + 2.0 * (105.0 - 101.0));
//! ```

use crate::contract::*;
use crate::data::Data;
use crate::frame::{Conditions, Rules};
use crate::manifest::MAIN;
use crate::native::{self, NativeStrategy};
use crate::params::Parameters;
use crate::strategy::Strategy;
use crate::streams::Reading;

mod book;
mod feed;
mod host;
mod rows;

use book::Book;
use feed::Feed;
pub use feed::candles_from_closes;
use rows::RowFeed;

/// The first instrument of a harness, of role `main`: the one whose candles go to [`Harness::run`].
pub const INSTRUMENT: InstrumentId = 0;

/// Runs a strategy on candles with a trivial model of the market.
///
/// The rules of the model:
/// * Market orders fill at the next open, or at the close at hand with [`fill_at_close`](Self::fill_at_close), in the order sent.
/// * Limit, stop and take-profit orders and the exits of positions fill at their price when a later candle touches it, or at
///   its open if that is beyond; exits of a market entry count from the candle in which it fills. Stops come before targets.
/// * Nothing costs anything: no fees, slippage, funding, interest. Nothing is rounded and no minimum applies.
/// * Margin is never checked and nothing is liquidated. `available` is equity less the value of positions at entry.
/// * Rows of streams come at the close by which they are known, as in the host; they move nothing.
/// * Trailing stops, stop-limits, OCO groups and amendments are refused `not-supported` or absent.
///
/// What is unrealistic: nearly all of it. It shows what a strategy sends, not what it earns; that is the simulator's work.
pub struct Harness<S> {
    strategy: NativeStrategy<S>,
    needs: Needs,
    /// Role and candles of the instruments beside the first.
    beside: Vec<(String, Vec<Candle>)>,
    cash: f64,
    fill_at_close: bool,
    rows: RowFeed,
}

/// What a run left behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Everything the strategy sent, in order.
    pub sent: Vec<SentAt>,
    /// Everything that was filled, in order.
    pub fills: Vec<FillAt>,
    /// Log lines.
    pub logs: Vec<(Level, String)>,
    /// Metrics, the last value of each, by name.
    pub metrics: std::collections::BTreeMap<String, f64>,
    /// Points of each plot, by name: time and value, NaN for a gap.
    pub plots: std::collections::BTreeMap<String, Vec<(Timestamp, f64)>>,
    /// Signs on the chart, in order.
    pub marks: Vec<Marked>,
    /// How often `on_candle` was called.
    pub decisions: usize,
    /// Equity at the last close.
    pub equity: f64,
}

/// Something the strategy sent and when.
#[derive(Debug, Clone, PartialEq)]
pub struct SentAt {
    /// Start of the candle at whose close it was sent.
    pub open_time: Timestamp,
    /// The instrument it is about; nothing if it is about all, or about something that is not there.
    pub instrument: Option<InstrumentId>,
    /// What.
    pub what: Sent,
}

/// Something a strategy can send.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    /// `orders::submit`.
    Submit(Box<OrderRequest>),
    /// `orders::open`.
    Open {
        /// Long or short.
        direction: Direction,
        /// Base units.
        qty: f64,
        /// Trigger of the stop.
        stop: Option<f64>,
        /// Trigger of the take-profit.
        take_profit: Option<f64>,
        /// The strategy's number.
        tag: u32,
    },
    /// `orders::set_net`.
    SetNet(f64),
    /// `orders::close`: position and portion.
    Close(PositionId, f64),
    /// `orders::close_all`.
    CloseAll,
    /// `orders::set_exits`.
    SetExits(PositionId, Exits),
    /// `orders::cancel`.
    Cancel(OrderId),
    /// `orders::cancel_all`.
    CancelAll,
    /// `orders::set_leverage`.
    SetLeverage(f64),
    /// `runtime::halt`.
    Halt(String),
}

/// A sign on the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// When it was made.
    pub time: Timestamp,
    /// Its shape.
    pub marker: Marker,
    /// Where.
    pub price: f64,
    /// What it says.
    pub text: String,
}

/// A fill and when.
#[derive(Debug, Clone, PartialEq)]
pub struct FillAt {
    /// Start of the candle in which it happened.
    pub open_time: Timestamp,
    /// What was traded.
    pub instrument: InstrumentId,
    /// The position it belongs to.
    pub position: PositionId,
    /// Bought or sold.
    pub side: Side,
    /// Base units.
    pub qty: f64,
    /// Price.
    pub price: f64,
    /// What made it.
    pub cause: Cause,
}

impl<S: Strategy> Harness<S> {
    /// A fresh strategy with 10,000 of cash.
    ///
    /// # Errors
    /// What the strategy says about the parameters.
    pub fn new(params: S::Params) -> Result<Self, InitError> {
        let (strategy, needs) = NativeStrategy::init(&params.to_values())?;
        Ok(Self {
            strategy,
            rows: RowFeed::new(&needs),
            needs,
            beside: Vec::new(),
            cash: 10_000.0,
            fill_at_close: false,
        })
    }

    /// Start with this much cash.
    pub fn cash(mut self, cash: f64) -> Self {
        self.cash = cash;
        self
    }

    /// Market orders fill at the close at hand instead of the next open; their exits count from the next candle.
    pub fn fill_at_close(mut self) -> Self {
        self.fill_at_close = true;
        self
    }

    /// Candles of another instrument of this role, the next id, over the same time as those given to [`run`](Self::run).
    pub fn beside(mut self, role: &str, candles: &[Candle]) -> Self {
        self.beside.push((role.to_string(), candles.to_vec()));
        self
    }

    /// Rows of one stream of the first instrument, in any order. A stream that was not asked for is left out.
    pub fn rows<T: Reading>(self, rows: &[T]) -> Self {
        let rows: Vec<_> = rows.iter().map(Reading::write).collect();
        self.raw_rows(T::KIND, rows)
    }

    /// The same for a stream of any kind: time, available-at, values.
    pub fn raw_rows(mut self, kind: &str, rows: Vec<(Timestamp, Timestamp, Vec<f64>)>) -> Self {
        self.rows.add(kind, rows);
        self
    }

    /// Run over candles of the primary length, without gaps, oldest first. Longer series are built from them.
    ///
    /// The first `on_candle` is for the first candle before whose open every series had its warm-up, as in the host.
    ///
    /// # Panics
    /// If a role of the needs has no candles, or the instruments' candles do not begin and end together; for months; if a stream is
    /// needed that got no rows and is not optional.
    pub fn run(self, candles: &[Candle]) -> Outcome {
        let Self {
            mut strategy,
            needs,
            beside,
            cash,
            fill_at_close,
            mut rows,
        } = self;
        let first = (MAIN.to_string(), candles.to_vec());
        let (roles, candles): (Vec<_>, Vec<_>) = std::iter::once(first).chain(beside).unzip();
        let opens = |candles: &[Candle]| candles.iter().map(|it| it.open_time).collect::<Vec<_>>();
        for other in &candles[1..] {
            assert_eq!(
                opens(other),
                opens(&candles[0]),
                "the candles of all instruments open at the same times"
            );
        }
        let feed = Feed::new(&needs, &roles, &candles);
        let mut book = Box::new(Book::new(cash, roles));
        book.fill_at_close = fill_at_close;
        book.series = feed
            .instruments()
            .into_iter()
            .map(|id| (id, Vec::new()))
            .collect();
        book.events_wanted = needs.events;
        let mut decisions = 0;
        let streams = rows.bindings();
        (book, ()) = native::call(book, || strategy.start(&feed.bindings(), &streams));
        for (index, candle) in candles[0].iter().enumerate() {
            let live = index >= feed.first_live();
            book.begin(candle, feed.close_time(candle), live);
            for (instrument, candles) in (0..).zip(&candles) {
                if live {
                    book.walk(instrument, &candles[index]);
                }
                book.close(instrument, &candles[index]);
            }
            let closed = feed.closed_with(candle);
            for &(series, candle, _) in &closed {
                book.series[series as usize].1.push(candle);
            }
            let events = book.events();
            if index == feed.first_live() {
                let early = rows.warm(candle.open_time);
                for (id, rows) in &early {
                    book.keep_rows(*id, rows);
                }
                (book, ()) = native::call(book, || show(&mut strategy, &early));
            }
            let shown = if live {
                rows.known(book.now)
            } else {
                Vec::new()
            };
            for (id, rows) in &shown {
                book.keep_rows(*id, rows);
            }
            let call = || deliver(&mut strategy, events, &shown, &closed, live);
            let (returned, decided) = native::call(book, call);
            book = returned;
            decisions += decided;
            book.after_call();
        }
        book.into_outcome(decisions)
    }
}

/// Rows by stream.
fn show<S: Strategy>(strategy: &mut NativeStrategy<S>, rows: &[(StreamId, Rows)]) {
    for (id, rows) in rows {
        strategy.on_rows(*id, rows);
    }
}

/// One moment: events, rows, then candles in the contract's order; how many were decided on.
fn deliver<S: Strategy>(
    strategy: &mut NativeStrategy<S>,
    events: Vec<(Timestamp, Event)>,
    rows: &[(StreamId, Rows)],
    closed: &[(SeriesId, Candle, Delivery)],
    live: bool,
) -> usize {
    for (time, event) in events {
        strategy.on_event(time, &event);
    }
    show(strategy, rows);
    let mut decisions = 0;
    for (index, &(series, candle, delivery)) in closed.iter().enumerate() {
        if live && delivery == Delivery::Each {
            let bits = if index + 1 == closed.len() {
                LAST_OF_MOMENT
            } else {
                0
            };
            strategy.on_candle(series, candle, bits);
            decisions += 1;
        } else {
            strategy.on_candles(series, &feed::columns(&[candle]));
        }
    }
    decisions
}

/// What [`Rules`] say at the close of each candle of their own length, from the first on: for comparing conditions row by row.
/// Candles of other lengths and rows of streams are the caller's to give in between. Undefined conditions are false.
pub fn conditions<R: Rules>(rules: &mut R, candles: &[Candle]) -> Vec<Conditions> {
    let data = |candle: &Candle| Data {
        series: 0,
        need: 0,
        instrument: INSTRUMENT,
        timeframe: R::frame().timeframe,
        candle: *candle,
        bits: 0,
    };
    let said = candles.iter().map(|candle| rules.update(&data(candle)));
    said.map(Option::unwrap_or_default).collect()
}

/// A host for tests of the host slot itself.
#[cfg(test)]
pub(crate) fn empty_book() -> impl native::Host {
    Book::new(0.0, vec![MAIN.to_string()])
}
