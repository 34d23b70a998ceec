//! The order book at any time, rebuilt from its recorded updates.

use std::collections::BTreeMap;

use super::{Event, EventPart, EventSeries};
use crate::data::DataError;
use crate::domain::{Price, Qty, Timestamp};
use crate::venues::stream::{BookFrame, BookKind};

/// The levels of an order book.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Levels {
    bids: BTreeMap<Price, Qty>,
    asks: BTreeMap<Price, Qty>,
}

impl Levels {
    /// Applies an update: a snapshot replaces everything, quantities are absolute, 0 removes a level.
    pub fn apply(&mut self, frame: &BookFrame) {
        if frame.kind == BookKind::Snapshot {
            *self = Self::default();
        }
        for (levels, changes) in [(&mut self.bids, &frame.bids), (&mut self.asks, &frame.asks)] {
            for (price, qty) in changes {
                if qty.is_zero() {
                    levels.remove(price);
                } else {
                    levels.insert(*price, *qty);
                }
            }
        }
    }

    /// Bids, the highest first.
    pub fn bids(&self) -> impl Iterator<Item = (Price, Qty)> {
        self.bids.iter().rev().map(|(p, q)| (*p, *q))
    }

    /// Asks, the lowest first.
    pub fn asks(&self) -> impl Iterator<Item = (Price, Qty)> {
        self.asks.iter().map(|(p, q)| (*p, *q))
    }
}

/// Hands on the book after every update known in `[from, to)`: when the update was known, its time at the venue, the levels. What
/// came before `from` is applied as far back as the last whole book; nothing is handed on before a whole book is known.
///
/// # Errors
/// A part is gone or damaged, or `take` does not want more.
pub fn books(
    series: &EventSeries,
    from: Timestamp,
    to: Timestamp,
    take: &mut dyn FnMut(Timestamp, Timestamp, &Levels) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let mut levels = Levels::default();
    // Updates before the first whole book change something nobody knows.
    let mut is_known = false;
    for part in &series.parts[first_part(&series.parts, from)..] {
        if part.first_ms >= to.0 {
            break;
        }
        series.each_of_part(part, &mut |row| {
            let (Event::Book(frame) | Event::HeldBook(frame)) = &row.event else {
                return Ok(());
            };
            is_known |= frame.kind == BookKind::Snapshot;
            levels.apply(frame);
            let is_update = matches!(row.event, Event::Book(_));
            let wanted = row.available_at >= from && row.available_at < to;
            if is_known && is_update && wanted {
                return take(row.available_at, frame.time, &levels);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The latest part that begins with a whole book and not after this moment; the first of all if there is none.
fn first_part(parts: &[EventPart], from: Timestamp) -> usize {
    parts
        .iter()
        .rposition(|p| p.begins_whole && p.first_ms <= from.0)
        .unwrap_or(0)
}
