//! Rows of a market as they are received: funding, open interest, liquidations, trades, the best levels of the book.
//!
//! * A row is known when it was received, by the venue's clock. Rows are told before the minute in which they became known; what
//!   comes for a minute that was told already becomes known in the next one.
//! * The book has one row a second at most, when its best levels changed.

use std::collections::BTreeMap;

use super::LiveEvent;
use super::due::Settled;
use super::market::Tell;
use crate::data::catalog::Levels;
use crate::data::record::collect::{Doubles, Opening, Seen};
use crate::data::streams::StreamKind;
use crate::domain::{MINUTE_MS, Price, Side, Timeframe, Timestamp};
use crate::venues::rest::InterestRow;
use crate::venues::stream::{LiquidationFrame, TradeFrame};

/// Between two rows of one book.
const BOOK_EVERY_MS: i64 = 1_000;

/// The rows of one market.
pub(super) struct OwnRows {
    /// Kinds and details strategies want.
    wanted: Vec<(StreamKind, u32)>,
    held: Vec<Row>,
    trades: Seen,
    liquidations: Doubles<LiquidationFrame>,
    interest: Option<(Timestamp, f64)>,
    /// The last sample the venue told when asked.
    venue_sampled: Option<Timestamp>,
    /// The end of the last sample of open interest, of each detail.
    sampled: BTreeMap<u32, Timestamp>,
    /// Best levels that were told last, of each detail, and when.
    books: BTreeMap<u32, (Timestamp, Vec<f64>)>,
}

#[derive(Debug)]
struct Row {
    kind: StreamKind,
    detail: u32,
    time: Timestamp,
    available_at: Timestamp,
    values: Vec<f64>,
}

impl OwnRows {
    pub(super) fn new(wanted: Vec<(StreamKind, u32)>) -> Self {
        Self {
            wanted,
            held: Vec::new(),
            trades: Seen::default(),
            liquidations: Doubles::default(),
            interest: None,
            venue_sampled: None,
            sampled: BTreeMap::new(),
            books: BTreeMap::new(),
        }
    }

    /// All that is wanted of the market from now on.
    pub(super) fn wish(&mut self, wanted: Vec<(StreamKind, u32)>) {
        self.held
            .retain(|row| wanted.contains(&(row.kind, row.detail)));
        self.wanted = wanted;
    }

    /// Details in which a kind is wanted.
    pub(super) fn details(&self, kind: StreamKind) -> Vec<u32> {
        let of_kind = self.wanted.iter().filter(|(k, _)| *k == kind);
        of_kind.map(|(_, detail)| *detail).collect()
    }

    fn push(
        &mut self,
        (kind, detail): (StreamKind, u32),
        time: Timestamp,
        known: Timestamp,
        values: Vec<f64>,
    ) {
        self.held.push(Row {
            kind,
            detail,
            time,
            // A clock that is behind the venue's does not make it known before it happened.
            available_at: known.max(time),
            values,
        });
    }

    /// A settlement.
    pub(super) fn funding(&mut self, time: Timestamp, settled: &Settled, known: Timestamp) {
        let price = settled.price.map_or(f64::NAN, Price::to_f64);
        let values = vec![settled.exact_rate, settled.interval_hours, price];
        self.push((StreamKind::Funding, 0), time, known, values);
    }

    /// Is a trade of the market, and told for the first time: another connection may have told it.
    pub(super) fn is_new(&mut self, trade: &TradeFrame) -> bool {
        trade.is_market && self.trades.is_new(&trade.id)
    }

    /// A new trade.
    pub(super) fn trade(&mut self, trade: &TradeFrame, known: Timestamp) {
        let sign = match trade.taker {
            Side::Buy => 1.0,
            Side::Sell => -1.0,
        };
        let values = vec![sign * trade.qty.to_f64(), trade.price.to_f64()];
        for detail in self.details(StreamKind::Trades) {
            self.push(
                (StreamKind::Trades, detail),
                trade.time,
                known,
                values.clone(),
            );
        }
    }

    /// A liquidation; another connection may have told it.
    pub(super) fn liquidation(&mut self, by: Opening, one: &LiquidationFrame, known: Timestamp) {
        if !self.liquidations.is_new(by, one) {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "plus or minus one")]
        let sign = one.direction.sign() as f64;
        let values = vec![sign * one.qty.to_f64(), one.price.to_f64()];
        for detail in self.details(StreamKind::Liquidations) {
            self.push(
                (StreamKind::Liquidations, detail),
                one.time,
                known,
                values.clone(),
            );
        }
    }

    /// Open interest as it is now: the last one before the end of an interval is its sample.
    pub(super) fn interest(&mut self, time: Timestamp, base: f64, known: Timestamp) {
        self.sample(time, known);
        self.interest = Some((time, base));
    }

    /// Samples of intervals that are over by the venue's clock.
    pub(super) fn sample(&mut self, venue: Timestamp, known: Timestamp) {
        let Some((time, base)) = self.interest else {
            return;
        };
        for detail in self.details(StreamKind::OpenInterest) {
            let step = i64::from(detail.max(1)) * MINUTE_MS;
            let end = Timestamp((time.0.div_euclid(step) + 1) * step);
            let is_new = self.sampled.get(&detail).is_none_or(|last| *last < end);
            if is_new && end <= venue {
                self.sampled.insert(detail, end);
                let values = vec![base, f64::NAN];
                self.push((StreamKind::OpenInterest, detail), end, known, values);
            }
        }
    }

    /// Does the stream tell open interest.
    pub(super) fn hears_interest(&self) -> bool {
        self.interest.is_some()
    }

    /// Up to where samples of the venue's own are known; from `due` on if none was asked for before.
    pub(super) fn sampled_until(&mut self, due: Timestamp) -> Timestamp {
        *self.venue_sampled.get_or_insert(due)
    }

    /// A sample of the venue's own; is it a new one.
    pub(super) fn venue_sample(&mut self, row: &InterestRow, known: Timestamp) -> bool {
        let is_later = self.venue_sampled.is_none_or(|last| last < row.time);
        if is_later {
            self.venue_sampled = Some(row.time);
        }
        for detail in self.details(StreamKind::OpenInterest) {
            let step = i64::from(detail) * MINUTE_MS;
            let on_grid = step == 0 || row.time.0.rem_euclid(step) == 0;
            let is_new = self
                .sampled
                .get(&detail)
                .is_none_or(|last| *last < row.time);
            if on_grid && is_new {
                self.sampled.insert(detail, row.time);
                let values = vec![row.base, row.quote];
                self.push((StreamKind::OpenInterest, detail), row.time, known, values);
            }
        }
        is_later
    }

    /// The book after an update.
    pub(super) fn book(&mut self, levels: &Levels, time: Timestamp, known: Timestamp) {
        for detail in self.details(StreamKind::Book) {
            let told = self.books.get(&detail);
            if told.is_some_and(|(at, _)| known.0 - at.0 < BOOK_EVERY_MS) {
                continue;
            }
            let values = best_levels(levels, detail.max(1) as usize);
            if told.is_some_and(|(_, before)| same(before, &values)) {
                continue;
            }
            self.books.insert(detail, (known, values.clone()));
            self.push((StreamKind::Book, detail), time, known, values);
        }
    }

    /// Tells the rows that became known up to the end of the minute that is told next.
    pub(super) fn tell_up_to(
        &mut self,
        market: u32,
        minute: Timestamp,
        end: Timestamp,
        tell: &mut Tell<'_>,
    ) {
        if self.held.is_empty() {
            return;
        }
        debug_assert_eq!(Timeframe::M1.bucket_start(minute), minute, "a minute");
        let earliest = minute.plus_ms(1);
        for row in &mut self.held {
            row.available_at = row.available_at.max(earliest);
        }
        let ready = |row: &mut Row| row.available_at <= end;
        let mut ready: Vec<Row> = self.held.extract_if(.., ready).collect();
        ready.sort_by_key(|row| row.available_at);
        for row in ready {
            tell(LiveEvent::Row {
                market,
                kind: row.kind,
                detail: row.detail,
                time: row.time,
                available_at: row.available_at,
                values: row.values,
            });
        }
    }
}

/// Price and quantity of bid and ask, level by level; NaN where a side has fewer.
fn best_levels(levels: &Levels, depth: usize) -> Vec<f64> {
    let (mut bids, mut asks) = (levels.bids(), levels.asks());
    let mut values = Vec::with_capacity(4 * depth);
    for _ in 0..depth {
        for side in [bids.next(), asks.next()] {
            let (price, qty) = side.map_or((f64::NAN, f64::NAN), |(p, q)| (p.to_f64(), q.to_f64()));
            values.extend([price, qty]);
        }
    }
    values
}

/// Absent levels are NaN, which equals nothing.
fn same(a: &[f64], b: &[f64]) -> bool {
    a.iter()
        .map(|v| v.to_bits())
        .eq(b.iter().map(|v| v.to_bits()))
}
