//! Where a backtest's candles come from, before it is known how much warm-up they must carry.

use std::path::PathBuf;
use std::sync::Arc;

use crate::backtest::BacktestError;
use crate::data::DataError;
use crate::data::catalog::Series;
use crate::data::feed::{CatalogFeed, Period, TableFeed, VecFeed};
use crate::domain::{Candle, SlotState, Timeframe, Timestamp};
use crate::engine::{Block, Feed};

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
    /// From a catalog, a part of it read into memory for many runs.
    Loaded(Loaded),
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
            Self::Catalog(series) => open_catalog(series, period)?,
            Self::Loaded(loaded) => loaded.open(period)?,
            Self::File { path, base } => {
                let feed = TableFeed::open(path, *base, period)?;
                let base = feed.base();
                (Box::new(feed), base)
            }
        })
    }

    /// Length of its candles, where it is known without opening it.
    pub(super) fn base(&self) -> Option<Timeframe> {
        match self {
            Self::Candles { base, .. } => Some(*base),
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => Some(base_of(series)),
            Self::File { base, .. } => *base,
        }
    }

    /// How many symbols it has.
    pub(super) fn symbols(&self) -> usize {
        match self {
            Self::Candles { symbols, .. } => symbols.len(),
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => series.len(),
            Self::File { .. } => 1,
        }
    }

    /// One source with the symbols of all, each once, and where each of them finds its own.
    pub(super) fn union(sources: &[&Self]) -> Result<(Self, Vec<Vec<usize>>), BacktestError> {
        let mut all = sources[0].clone();
        let mut columns = Vec::new();
        for source in sources {
            columns.push(all.include(source)?);
        }
        Ok((all, columns))
    }

    /// Adds what is not there yet; where the symbols of `other` are, in its order.
    fn include(&mut self, other: &Self) -> Result<Vec<usize>, BacktestError> {
        match (self, other) {
            (
                Self::Candles { symbols, base },
                Self::Candles {
                    symbols: more,
                    base: also,
                },
            ) if base == also => Ok(places(symbols, more, Arc::ptr_eq)),
            (Self::Catalog(series), Self::Catalog(more)) => Ok(places(series, more, |a, b| {
                let all = |s: &Series| s.fingerprint(Timestamp(i64::MIN), Timestamp(i64::MAX));
                a.key == b.key && all(a) == all(b)
            })),
            (Self::Loaded(loaded), Self::Loaded(other)) if loaded.is(other) => {
                Ok((0..loaded.series.len()).collect())
            }
            (
                Self::File { path, base },
                Self::File {
                    path: other,
                    base: also,
                },
            ) if path == other && base == also => Ok(vec![0]),
            _ => Err(BacktestError::setup(
                "the strategies of one run take their candles from different kinds of sources",
                "import the files into the catalog, all with one timeframe",
            )),
        }
    }

    /// First candle, where it is known without reading everything.
    pub(super) fn start(&self) -> Option<Timestamp> {
        match self {
            Self::Candles { symbols, .. } => symbols
                .iter()
                .filter_map(|s| s.first())
                .map(|c| c.open_time)
                .min(),
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => {
                series.iter().map(|s| s.period().0).min()
            }
            Self::File { .. } => None,
        }
    }

    /// First candle and end of the last one of a symbol, where they are known without reading everything.
    pub(super) fn span(&self, symbol: usize) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Candles { symbols, base } => {
                let candles = symbols.get(symbol)?;
                let end = base.bucket_end(candles.last()?.open_time);
                Some((candles.first()?.open_time, end))
            }
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => {
                Some(series.get(symbol)?.period())
            }
            Self::File { .. } => None,
        }
    }

    /// First candle of the symbol that begins last, where it is known without reading everything.
    pub(super) fn all_started(&self) -> Option<Timestamp> {
        match self {
            Self::Candles { symbols, .. } => symbols
                .iter()
                .filter_map(|s| s.first())
                .map(|c| c.open_time)
                .max(),
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => {
                series.iter().map(|s| s.period().0).max()
            }
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
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => {
                series.iter().map(|s| s.period().1).max()
            }
            Self::File { .. } => None,
        }
    }

    /// How many candles of a period were put in where they were missing.
    pub(super) fn repaired(&self, from: Timestamp, to: Timestamp) -> u64 {
        match self {
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => {
                series.iter().map(|s| s.repaired(from, to)).sum()
            }
            Self::Candles { .. } | Self::File { .. } => 0,
        }
    }

    /// Symbol by symbol: is what takers bought a guess in some candles.
    pub(super) fn has_approximated_flow(&self) -> Vec<bool> {
        match self {
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => {
                let is_guess = |s: &Series| s.manifest.has_approximated_taker_volume;
                series.iter().map(is_guess).collect()
            }
            Self::Candles { .. } | Self::File { .. } => vec![false; self.symbols()],
        }
    }

    /// What identifies the candles of a period.
    pub(super) fn fingerprint(&self, from: Timestamp, to: Timestamp) -> Result<String, DataError> {
        match self {
            Self::Candles { symbols, base } => Ok(of_candles(symbols, *base, from, to)),
            Self::Catalog(series) | Self::Loaded(Loaded { series, .. }) => {
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

/// Series of a catalog with their candles of some time in memory. Clones share them; a run that reaches back further reads the
/// catalog, so that what is in memory never decides a result.
#[derive(Debug, Clone)]
pub struct Loaded {
    series: Vec<Series>,
    symbols: Vec<Arc<[Candle]>>,
    period: Period,
}

impl Loaded {
    /// Reads the candles of a period.
    ///
    /// # Errors
    /// No candle there, series of different timeframes, damaged data.
    pub fn read(series: Vec<Series>, period: Period) -> Result<Self, BacktestError> {
        let (mut feed, base) = open_catalog(&series, period)?;
        let mut symbols = vec![Vec::new(); series.len()];
        let mut block = Block::new(series.len(), base);
        while feed.next_block(&mut block)? {
            for slots in block.slots.chunks_exact(block.symbols) {
                for (candles, slot) in symbols.iter_mut().zip(slots) {
                    if slot.state == SlotState::Real {
                        candles.push(slot.candle);
                    }
                }
            }
        }
        Ok(Self {
            symbols: symbols.into_iter().map(Arc::from).collect(),
            series,
            period,
        })
    }

    /// Are both clones of one.
    fn is(&self, other: &Self) -> bool {
        self.symbols.len() == other.symbols.len()
            && self
                .symbols
                .iter()
                .zip(&other.symbols)
                .all(|(a, b)| Arc::ptr_eq(a, b))
    }

    fn open(&self, period: Period) -> Result<(Box<dyn Feed>, Timeframe), DataError> {
        let held = self.period;
        if period.start() < held.start() || period.end() > held.end() {
            return open_catalog(&self.series, period);
        }
        let base = base_of(&self.series);
        let listed = self.series.iter().map(|s| Some(s.period().0));
        let symbols = self.symbols.iter().cloned().zip(listed).collect();
        Ok((Box::new(VecFeed::listed_since(symbols, base, period)), base))
    }
}

fn open_catalog(
    series: &[Series],
    period: Period,
) -> Result<(Box<dyn Feed>, Timeframe), DataError> {
    let feed = CatalogFeed::open(series, period)?;
    Ok((Box::new(feed), base_of(series)))
}

fn base_of(series: &[Series]) -> Timeframe {
    series.first().map_or(Timeframe::M1, |s| s.key.timeframe)
}

/// Where each of `more` is in `all`, which takes those it does not have.
fn places<T: Clone>(all: &mut Vec<T>, more: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<usize> {
    let mut places = Vec::new();
    for wanted in more {
        let known = all.iter().position(|one| same(one, wanted));
        places.push(known.unwrap_or_else(|| {
            all.push(wanted.clone());
            all.len() - 1
        }));
    }
    places
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
