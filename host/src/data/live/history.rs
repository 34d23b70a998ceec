//! Minutes before the first live one: from the catalog, and from the venue what that lacks.

use std::collections::BTreeMap;

use super::ask::Venue;
use super::{From, History, LiveMarket, LiveMinute};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::domain::{Candle, CandleKind, MINUTE_MS, Reference, Slot, Timeframe, Timestamp};
use crate::venues::rest::{History as Kind, Rows};

pub(super) fn load(
    venue: &Venue,
    catalog: Option<&Catalog>,
    asked: &LiveMarket,
    from: Timestamp,
    to: Timestamp,
) -> Result<History, DataError> {
    let kind = Kind::Candles(CandleKind::Candles, Timeframe::M1);
    let mut candles: BTreeMap<Timestamp, Candle> = BTreeMap::new();
    let _ = (catalog, MINUTE_MS);
    venue
        .rows(&asked.symbol, kind, (from, to), &mut |rows| {
            if let Rows::Candles(rows) = rows {
                candles.extend(rows.into_iter().map(|c| (c.open_time, c)));
            }
        })
        .map_err(DataError::world)?;
    let minute = |(time, candle): (&Timestamp, &Candle)| LiveMinute {
        time: *time,
        slot: Slot::real(*candle),
        reference: Reference::default(),
        from: From::Question,
    };
    Ok(History {
        minutes: candles.iter().map(minute).collect(),
        ..History::default()
    })
}
