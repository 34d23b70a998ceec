//! Rows of streams as values with names: funding, mark and index prices, open interest, volume delta, liquidations.
//!
//! A strategy declares a stream in its [`Needs`] and reads its rows where they arrive, in either style:
//!
//! ```
//! use guest_sdk::prelude::*;
//! use guest_sdk::streams::{self, Funding};
//! use guest_sdk::testing::{Harness, candles_from_closes};
//!
//! /// Short while longs pay more than 0.05 % an interval.
//! #[derive(Default)]
//! struct Crowded {
//!     rate: f64,
//! }
//!
//! impl Strategy for Crowded {
//!     type Params = ();
//!
//!     fn new((): ()) -> Result<Self, InitError> {
//!         Ok(Self::default())
//!     }
//!
//!     fn needs(&self) -> Needs {
//!         Needs::candles(Timeframe::H1, 0).stream_of::<Funding>(1)
//!     }
//!
//!     fn on_rows(&mut self, _: StreamId, rows: &Rows) {
//!         if let Some(funding) = rows.last_as::<Funding>() {
//!             self.rate = funding.rate;
//!         }
//!     }
//!
//!     fn decide(&mut self, _: &Data, portfolio: &Portfolio) -> Option<Signal> {
//!         match (self.rate > 0.000_5, portfolio.is_flat()) {
//!             (true, true) => Some(Signal::short(Size::Fraction(0.2))),
//!             (false, false) => Some(Signal::close_all()),
//!             _ => None,
//!         }
//!     }
//! }
//!
//! let candles = candles_from_closes(0, Timeframe::H1, &[100.0; 4]);
//! let high = Funding { time: 3_600_000, available_at: 3_600_000, rate: 0.001, interval_hours: 8.0, price: 100.0 };
//! let outcome = Harness::<Crowded>::new(()).unwrap().rows(&[high]).run(&candles);
//! assert_eq!(outcome.fills.len(), 1);
//! ```
//!
//! A row is known at its `available_at`: an open interest sampled every five minutes is known five minutes after its `time`.

use crate::contract::*;
use crate::imports::history;

/// One row as it arrives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row<'a> {
    /// When it happened.
    pub time: Timestamp,
    /// When a trader could first know it.
    pub available_at: Timestamp,
    /// As many values as the stream has columns; NaN where one is missing.
    pub values: &'a [f64],
}

impl Row<'_> {
    /// One value; NaN if there are not that many.
    pub fn value(&self, column: usize) -> f64 {
        self.values.get(column).copied().unwrap_or(f64::NAN)
    }
}

/// A row with named values: what a kind of stream in `wit/manifest.wit` is made of.
pub trait Reading: Sized + Copy {
    /// Name of the stream in [`StreamNeed::kind`].
    const KIND: &'static str;

    /// The row with its values in the contract's order. Values that are not there are NaN.
    fn read(row: &Row<'_>) -> Self;

    /// The way back: time, available-at, values in the contract's order.
    fn write(&self) -> (Timestamp, Timestamp, Vec<f64>);
}

macro_rules! readings {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$field_doc:meta])* $field:ident,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq)]
            pub struct $name {
                /// When it happened.
                pub time: Timestamp,
                /// When a trader could first know it.
                pub available_at: Timestamp,
                $($(#[$field_doc])* pub $field: f64,)*
            }

            impl Reading for $name {
                const KIND: &'static str = $kind;

                fn read(row: &Row<'_>) -> Self {
                    let mut values = row.values.iter().copied();
                    Self {
                        time: row.time,
                        available_at: row.available_at,
                        $($field: values.next().unwrap_or(f64::NAN),)*
                    }
                }

                fn write(&self) -> (Timestamp, Timestamp, Vec<f64>) {
                    (self.time, self.available_at, vec![$(self.$field),*])
                }
            }
        )*
    };
}

readings! {
    /// A funding settlement.
    Funding = "funding" {
        /// Paid by longs if positive, a fraction per interval.
        rate,
        /// Hours since the settlement before it.
        interval_hours,
        /// Price it was settled at, quote units.
        price,
    }
    /// A candle of the mark price.
    MarkPrice = "mark" {
        /// First price.
        open,
        /// Highest price.
        high,
        /// Lowest price.
        low,
        /// Last price.
        close,
    }
    /// A candle of the index price.
    IndexPrice = "index" {
        /// First price.
        open,
        /// Highest price.
        high,
        /// Lowest price.
        low,
        /// Last price.
        close,
    }
    /// Contracts that are open.
    OpenInterest = "open-interest" {
        /// Base units.
        base,
        /// Their value, quote units.
        quote,
    }
    /// What takers bought less what they sold.
    VolumeDelta = "volume-delta" {
        /// In the interval, base units.
        delta,
        /// Since the start of the stream, base units.
        cumulative,
    }
    /// A liquidation of some trader, as the venue reports it. One of the strategy's own is a [`Liquidation`] event.
    ForcedOrder = "liquidations" {
        /// Base units: > 0 longs were liquidated (sold), < 0 shorts.
        qty,
        /// Quote units.
        price,
    }
}

impl ForcedOrder {
    /// Who lost the position.
    pub fn direction(&self) -> Direction {
        if self.qty < 0.0 {
            Direction::Short
        } else {
            Direction::Long
        }
    }

    /// Its value, quote units.
    pub fn notional(&self) -> f64 {
        self.qty.abs() * self.price
    }
}

impl Rows {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Is there none.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// One row, the oldest is 0; nothing if there are not that many.
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        let time = *self.time.get(index)?;
        let available_at = *self.available_at.get(index)?;
        let columns = self.values.len() / self.len();
        let values = self.values.get(index * columns..(index + 1) * columns)?;
        Some(Row {
            time,
            available_at,
            values,
        })
    }

    /// All rows, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Row<'_>> {
        (0..self.len()).filter_map(|index| self.row(index))
    }

    /// All rows by the names of their values, oldest first: `for funding in rows.read_as::<Funding>()`.
    pub fn read_as<T: Reading>(&self) -> impl DoubleEndedIterator<Item = T> {
        self.iter().map(|row| T::read(&row))
    }

    /// The last row by the names of its values.
    pub fn last_as<T: Reading>(&self) -> Option<T> {
        self.read_as::<T>().next_back()
    }
}

/// The last known row of a stream, pulled from the host.
pub fn last<T: Reading>(stream: StreamId) -> Option<T> {
    history::stream_rows(stream, 1).last_as::<T>()
}

/// Id of the stream of this kind that was bound for an instrument, where the needs are those the strategy declared; nothing
/// if the run does not have it. For [`on_start`](crate::Strategy::on_start).
pub fn find<T: Reading>(
    needs: &Needs,
    streams: &[StreamBinding],
    instrument: InstrumentId,
) -> Option<StreamId> {
    let is_kind = |need: u32| {
        let need = needs.streams.get(need as usize);
        need.is_some_and(|need| need.kind == T::KIND)
    };
    let mut bound = streams.iter();
    bound
        .find(|stream| stream.instrument == instrument && is_kind(stream.need))
        .map(|stream| stream.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_by_their_width() {
        let rows = Rows {
            time: vec![1, 2],
            available_at: vec![3, 4],
            values: vec![0.1, 8.0, 100.0, 0.2, 8.0, 101.0],
        };
        let read: Vec<Funding> = rows.read_as().collect();
        assert_eq!(
            read[1],
            Funding {
                time: 2,
                available_at: 4,
                rate: 0.2,
                interval_hours: 8.0,
                price: 101.0
            }
        );
        assert_eq!(rows.last_as::<Funding>(), Some(read[1]));
        assert_eq!(rows.row(2), None);
    }

    #[test]
    fn columns_a_source_does_not_have_are_nan() {
        let rows = Rows {
            time: vec![1],
            available_at: vec![1],
            values: vec![0.1],
        };
        let funding: Funding = rows.last_as().expect("one row");
        assert!(funding.rate == 0.1 && funding.price.is_nan());
    }

    #[test]
    fn every_kind_comes_back_as_it_was_written() {
        fn check<T: Reading + PartialEq + std::fmt::Debug>(values: &[f64]) {
            let row = Row {
                time: 5,
                available_at: 6,
                values,
            };
            let (time, available_at, written) = T::read(&row).write();
            assert_eq!((time, available_at, &written[..]), (5, 6, values));
        }
        check::<Funding>(&[1.0, 2.0, 3.0]);
        check::<MarkPrice>(&[1.0, 2.0, 3.0, 4.0]);
        check::<IndexPrice>(&[1.0, 2.0, 3.0, 4.0]);
        check::<OpenInterest>(&[1.0, 2.0]);
        check::<VolumeDelta>(&[1.0, 2.0]);
        check::<ForcedOrder>(&[-1.0, 2.0]);
    }
}
