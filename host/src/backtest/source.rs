//! Where a backtest's candles come from, before it is known how much warm-up they must carry.

use std::path::PathBuf;
use std::sync::Arc;

use crate::data::DataError;
use crate::data::catalog::Series;
use crate::data::feed::{CatalogFeed, Period, TableFeed, VecFeed};
use crate::domain::{Candle, Timeframe, Timestamp};
use crate::engine::Feed;

/// Candles of each symbol, in configured order.
#[derive(Debug, Clone)]
pub enum Source {
    /// In memory.
    Candles {
        /// Ascending, on the grid of `base`; outer: symbols.
        symbols: Vec<Arc<[Candle]>>,
        /// Length of a candle.
        base: Timeframe,
    },
    /// From a catalog.
    Catalog(Vec<Series>),
    /// Straight from one file.
    File {
        /// Parquet or CSV.
        path: PathBuf,
        /// Length of a candle; found out if absent.
        base: Option<Timeframe>,
    },
}

impl Source {
    /// Opens the candles of a period.
    pub(super) fn open(&self, period: Period) -> Result<(Box<dyn Feed>, Timeframe), DataError> {
        Ok(match self {
            Self::Candles { symbols, base } => (
                Box::new(VecFeed::with_period(symbols.clone(), *base, period)),
                *base,
            ),
            Self::Catalog(series) => {
                let feed = CatalogFeed::open(series, period)?;
                let base = series.first().map_or(Timeframe::M1, |s| s.key.timeframe);
                (Box::new(feed), base)
            }
            Self::File { path, base } => {
                let feed = TableFeed::open(path, *base, period)?;
                let base = feed.base();
                (Box::new(feed), base)
            }
        })
    }

    /// First candle, where it is known without reading everything.
    pub(super) fn start(&self) -> Option<Timestamp> {
        match self {
            Self::Candles { symbols, .. } => symbols
                .iter()
                .filter_map(|s| s.first())
                .map(|c| c.open_time)
                .min(),
            Self::Catalog(series) => series.iter().map(|s| s.period().0).min(),
            Self::File { .. } => None,
        }
    }

    /// End of the last candle, where it is known without reading everything.
    pub(super) fn end(&self) -> Option<Timestamp> {
        match self {
            Self::Candles { symbols, base } => {
                let last = symbols
                    .iter()
                    .filter_map(|s| s.last())
                    .map(|c| c.open_time)
                    .max()?;
                Some(base.bucket_end(last))
            }
            Self::Catalog(series) => series.iter().map(|s| s.period().1).max(),
            Self::File { .. } => None,
        }
    }

    /// What identifies the candles of a period.
    pub(super) fn fingerprint(&self, from: Timestamp, to: Timestamp) -> Result<String, DataError> {
        match self {
            Self::Candles { symbols, base } => Ok(of_candles(symbols, *base, from, to)),
            Self::Catalog(series) => {
                let mut hasher = blake3::Hasher::new();
                for series in series {
                    hasher.update(series.fingerprint(from, to).as_bytes());
                }
                Ok(hasher.finalize().to_hex().to_string())
            }
            Self::File { path, base } => {
                TableFeed::open(path, *base, Period::default())?.fingerprint(from, to)
            }
        }
    }
}

fn of_candles(
    symbols: &[Arc<[Candle]>],
    base: Timeframe,
    from: Timestamp,
    to: Timestamp,
) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("candles {base} {} {}\n", from.0, to.0).as_bytes());
    for candles in symbols {
        for c in candles
            .iter()
            .filter(|c| c.open_time >= from && c.open_time < to)
        {
            hasher.update(&c.open_time.0.to_le_bytes());
            for price in [c.open, c.high, c.low, c.close] {
                hasher.update(&price.0.to_le_bytes());
            }
            hasher.update(&c.volume.to_bits().to_le_bytes());
        }
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex().to_string()
}
