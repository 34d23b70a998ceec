//! Trades become what takers bought and sold in each minute.
//!
//! Quantities are added as integers of 1e-8 and become floats once, at the end: the same trades give the same bits in whatever
//! order they come, and a file that runs backwards equals one that runs forwards.
//!
//! For callers: [`MinuteFlow::add`] each trade that counts (not block trades, not those of insurance funds: see
//! `TradeFrame::is_market`), each once; then ask [`MinuteFlow::rows`] for a stretch that was *seen whole*. A minute in which nobody
//! traded is a row of zeros there, because nothing was bought is something else than unknown. What was not seen whole must not be
//! asked for.

use std::collections::BTreeMap;

use super::rest::FlowRow;
use crate::domain::{Cash, MINUTE_MS, Qty, Side, Timeframe, Timestamp};

/// Sums of trades by minute. Memory grows with the minutes that had trades, not with the trades.
#[derive(Debug, Clone, Default)]
pub struct MinuteFlow {
    minutes: BTreeMap<Timestamp, Sums>,
}

/// Units of 1e-8 base. Wider than a quantity: a minute of a coin worth nothing can hold more than one order may.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    bought: i128,
    sold: i128,
}

impl MinuteFlow {
    /// Counts a trade of `qty` base units, on which side the taker stood.
    pub fn add(&mut self, time: Timestamp, taker: Side, qty: Qty) {
        let minute = Timeframe::M1.bucket_start(time);
        let sums = self.minutes.entry(minute).or_default();
        match taker {
            Side::Buy => sums.bought += i128::from(qty.0),
            Side::Sell => sums.sold += i128::from(qty.0),
        }
    }

    /// First and last minute with a trade.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let (first, _) = self.minutes.first_key_value()?;
        let (last, _) = self.minutes.last_key_value()?;
        Some((*first, *last))
    }

    /// One row for each minute that begins in `[from, to)`, ascending; zeros where nobody traded.
    #[must_use]
    pub fn rows(&self, from: Timestamp, to: Timestamp) -> Vec<FlowRow> {
        let mut minute = Timeframe::M1.bucket_start(from.plus_ms(MINUTE_MS - 1));
        let mut rows = Vec::new();
        while minute < to {
            let sums = self.minutes.get(&minute).copied().unwrap_or_default();
            rows.push(FlowRow {
                open_time: minute,
                taker_buy_volume: base_units(sums.bought),
                volume: base_units(sums.bought + sums.sold),
            });
            minute = minute.plus_ms(MINUTE_MS);
        }
        rows
    }
}

/// The float nearest to so many units of 1e-8 (exactly that while they fit in 53 bits: 90 million base units).
fn base_units(units: i128) -> f64 {
    // Cash is the 128-bit number in this unit, and its way out is rounded once.
    Cash(units).to_f64()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Milliseconds, side, units of 1e-8.
    type Trade = (i64, Side, i64);

    fn flow(trades: &[Trade]) -> MinuteFlow {
        let mut flow = MinuteFlow::default();
        for &(time, taker, qty) in trades {
            flow.add(Timestamp(time), taker, Qty(qty));
        }
        flow
    }

    #[test]
    fn minutes_without_trades_are_zeros() {
        let trades = [
            (60_000, Side::Buy, 10_000_000),
            (119_999, Side::Sell, 20_000_000),
            (180_000, Side::Buy, 5_000_000),
            (185_000, Side::Buy, 5_000_000),
        ];
        let flow = flow(&trades);
        assert_eq!(flow.span(), Some((Timestamp(60_000), Timestamp(180_000))));
        let rows: Vec<_> = flow
            .rows(Timestamp(60_000), Timestamp(240_000))
            .iter()
            .map(|r| (r.open_time.0, r.taker_buy_volume, r.volume))
            .collect();
        assert_eq!(
            rows,
            [(60_000, 0.1, 0.3), (120_000, 0.0, 0.0), (180_000, 0.1, 0.1)]
        );
    }

    #[test]
    fn a_stretch_has_the_minutes_that_begin_in_it() {
        let flow = flow(&[(60_001, Side::Buy, 1)]);
        let starts = |from, to| -> Vec<i64> {
            let rows = flow.rows(Timestamp(from), Timestamp(to));
            rows.iter().map(|r| r.open_time.0).collect()
        };
        assert_eq!(starts(60_001, 180_001), [120_000, 180_000]);
        assert_eq!(starts(60_000, 60_000), [0_i64; 0]);
        assert_eq!(starts(60_000, 60_001), [60_000]);
    }

    fn trade() -> impl Strategy<Value = Trade> {
        let side = prop::bool::ANY.prop_map(|buy| if buy { Side::Buy } else { Side::Sell });
        (0..600_000_i64, side, 1..1_000_000_000_000_i64)
    }

    proptest! {
        #[test]
        fn the_order_of_trades_changes_no_bit(
            trades in prop::collection::vec(trade(), 0..200),
            seed in any::<u64>(),
        ) {
            let mut others = trades.clone();
            // Any fixed disorder will do: sorted by a product with an odd number.
            others.sort_by_key(|(time, _, qty)| (time ^ qty).unsigned_abs().wrapping_mul(seed | 1));
            let rows = |trades: &[Trade]| flow(trades).rows(Timestamp(0), Timestamp(600_000));
            let (a, b) = (rows(&trades), rows(&others));
            for (a, b) in a.iter().zip(&b) {
                prop_assert_eq!(a.volume.to_bits(), b.volume.to_bits());
                prop_assert_eq!(a.taker_buy_volume.to_bits(), b.taker_buy_volume.to_bits());
                prop_assert!(a.taker_buy_volume <= a.volume);
            }
        }
    }
}
