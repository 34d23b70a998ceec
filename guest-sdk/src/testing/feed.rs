//! Candles of every length a strategy asked for, built from those of the primary length.

use crate::contract::*;

/// Days since the epoch were counted from a Thursday; weeks start on Monday.
const MONDAY_MS: i64 = 4 * 86_400_000;

/// What closes when.
pub(super) struct Feed {
    series: Vec<Built>,
    primary_ms: i64,
    first_live: usize,
}

/// A series and all its candles.
struct Built {
    id: SeriesId,
    /// Position of the need among the strategy's.
    index: u32,
    instrument: InstrumentId,
    need: SeriesNeed,
    length_ms: i64,
    /// By time of close.
    candles: Vec<(Timestamp, Candle)>,
}

impl Feed {
    /// Series count in the order of the needs, and within one need in that of the role's instruments.
    pub(super) fn new(needs: &Needs, roles: &[String], candles: &[Vec<Candle>]) -> Feed {
        let mut series: Vec<Built> = Vec::new();
        for (index, need) in (0..).zip(&needs.series) {
            let instruments = (0..).zip(roles.iter().zip(candles));
            let before = series.len();
            for (instrument, (_, base)) in instruments.filter(|(_, (role, _))| **role == need.role)
            {
                let id = series.len() as SeriesId;
                series.push(Built::new(id, index, instrument, need, base));
            }
            assert!(
                series.len() > before,
                "the role `{}` has no candles: give them with `beside`",
                need.role
            );
        }
        let base = &candles[0];
        let each = series
            .iter()
            .filter(|built| built.need.delivery == Delivery::Each);
        let primary = each
            .min_by_key(|built| built.length_ms)
            .expect("a series delivered each");
        let (primary_id, primary_ms) = (primary.id, primary.length_ms);
        // The contract's order of one moment: bulk first, then longer before shorter, the primary last.
        series.sort_by_key(|built| {
            let each = built.need.delivery == Delivery::Each;
            (built.id == primary_id, each, -built.length_ms, built.id)
        });
        let first_live = base
            .partition_point(|candle| !series.iter().all(|built| built.is_warm(candle.open_time)));
        Feed {
            series,
            primary_ms,
            first_live,
        }
    }

    /// Index of the first candle that is decided on.
    pub(super) fn first_live(&self) -> usize {
        self.first_live
    }

    pub(super) fn close_time(&self, candle: &Candle) -> Timestamp {
        candle.open_time + self.primary_ms
    }

    pub(super) fn bindings(&self) -> Vec<SeriesBinding> {
        let binding = |built: &Built| SeriesBinding {
            id: built.id,
            need: built.index,
            role: built.need.role.clone(),
            instrument: built.instrument,
            timeframe: built.need.timeframe,
        };
        let mut bindings: Vec<_> = self.series.iter().map(binding).collect();
        bindings.sort_by_key(|binding| binding.id);
        bindings
    }

    /// The instrument of each series.
    pub(super) fn instruments(&self) -> Vec<InstrumentId> {
        let mut by_id: Vec<_> = self
            .series
            .iter()
            .map(|built| (built.id, built.instrument))
            .collect();
        by_id.sort_unstable();
        by_id
            .into_iter()
            .map(|(_, instrument)| instrument)
            .collect()
    }

    /// Every candle that closes together with this one of the primary length, in the order of delivery.
    pub(super) fn closed_with(&self, primary: &Candle) -> Vec<(SeriesId, Candle, Delivery)> {
        let now = self.close_time(primary);
        let closing = |built: &Built| {
            let index = built
                .candles
                .binary_search_by_key(&now, |&(close_time, _)| close_time)
                .ok()?;
            Some((built.id, built.candles[index].1, built.need.delivery))
        };
        self.series.iter().filter_map(closing).collect()
    }
}

impl Built {
    fn new(
        id: SeriesId,
        index: u32,
        instrument: InstrumentId,
        need: &SeriesNeed,
        base: &[Candle],
    ) -> Built {
        let length_ms = need.timeframe.length_ms().expect("a harness has no months");
        let origin = if need.timeframe == Timeframe::W1 {
            MONDAY_MS
        } else {
            0
        };
        let start = |candle: &Candle| {
            (candle.open_time - origin).div_euclid(length_ms) * length_ms + origin
        };
        let whole = base.chunk_by(|one, next| start(one) == start(next));
        let candles = whole
            .map(|part| (start(&part[0]) + length_ms, merge(start(&part[0]), part)))
            .collect();
        Built {
            id,
            index,
            instrument,
            need: need.clone(),
            length_ms,
            candles,
        }
    }

    fn is_warm(&self, at: Timestamp) -> bool {
        self.candles
            .partition_point(|&(close_time, _)| close_time <= at)
            >= self.need.warm_up as usize
    }
}

/// One candle of several.
fn merge(open_time: Timestamp, part: &[Candle]) -> Candle {
    let sum = |value: fn(&Candle) -> f64| part.iter().map(value).sum();
    Candle {
        open_time,
        open: part[0].open,
        high: part
            .iter()
            .map(|candle| candle.high)
            .fold(f64::NEG_INFINITY, f64::max),
        low: part
            .iter()
            .map(|candle| candle.low)
            .fold(f64::INFINITY, f64::min),
        close: part[part.len() - 1].close,
        volume: sum(|candle| candle.volume),
        quote_volume: sum(|candle| candle.quote_volume),
        taker_buy_volume: sum(|candle| candle.taker_buy_volume),
        trades: sum(|candle| candle.trades),
    }
}

/// Candles as the columns of a bulk call.
pub(super) fn columns(candles: &[Candle]) -> CandleColumns {
    let column = |value: fn(&Candle) -> f64| candles.iter().map(value).collect();
    CandleColumns {
        open_time: candles.iter().map(|candle| candle.open_time).collect(),
        open: column(|candle| candle.open),
        high: column(|candle| candle.high),
        low: column(|candle| candle.low),
        close: column(|candle| candle.close),
        volume: column(|candle| candle.volume),
        quote_volume: column(|candle| candle.quote_volume),
        taker_buy_volume: column(|candle| candle.taker_buy_volume),
        trades: column(|candle| candle.trades),
        bits: vec![0; candles.len()],
    }
}

/// Candles that open at the previous close and reach no further than open and close, with a volume of 1 each, half of it bought.
///
/// # Panics
/// For months.
pub fn candles_from_closes(start: Timestamp, timeframe: Timeframe, closes: &[f64]) -> Vec<Candle> {
    let length_ms = timeframe.length_ms().expect("months have no fixed length");
    let opens = closes.first().into_iter().chain(closes);
    let times = (0..).map(|index: i64| start + index * length_ms);
    let candle = |((open_time, &open), &close): ((Timestamp, &f64), &f64)| Candle {
        open_time,
        open,
        high: open.max(close),
        low: open.min(close),
        close,
        volume: 1.0,
        quote_volume: close,
        taker_buy_volume: 0.5,
        trades: 1.0,
    };
    times.zip(opens).zip(closes).map(candle).collect()
}
