//! A single Parquet file as a feed (`--data FILE`).

use std::fs::File;
use std::path::{Path, PathBuf};

use super::blocks::Blocks;
use super::prefetch::Prefetch;
use super::{Period, Source};
use crate::data::DataError;
use crate::data::candles::{CandleReader, Grid};
use crate::domain::{Candle, Timeframe, Timestamp};
use crate::engine::{Block, Feed, FeedError};

/// One file of candles, streamed: it may be larger than memory.
pub struct TableFeed {
    path: PathBuf,
    base: Timeframe,
    first: Candle,
    ahead: Prefetch,
}

impl TableFeed {
    /// Opens a file. Without `base`, the shortest distance of its first thousand candles is taken.
    ///
    /// # Errors
    /// Not a file of candles, a broken first row, or nothing in the period.
    pub fn open(path: &Path, base: Option<Timeframe>, period: Period) -> Result<Self, DataError> {
        // The grid of the finest timeframe accepts all that a coarser one does; rows are checked again while streaming.
        let mut head = Vec::new();
        let mut reader = CandleReader::open(path, Grid::new(base.unwrap_or(Timeframe::M1)))?;
        reader.read(&mut head)?;
        let Some(first) = head.first().copied() else {
            return Err(DataError::user(format!(
                "{} has no candles",
                path.display()
            )));
        };
        let base = match base {
            Some(base) => base,
            None => shortest_distance(&head).ok_or_else(|| {
                DataError::user(format!("the timeframe of {} is not clear", path.display()))
                    .with_hint("say it with --timeframe, for example --timeframe 1m")
            })?,
        };
        let mut reader = CandleReader::open(path, Grid::new(base))?;
        reader.skip_to(period.start())?;
        let source: Box<dyn Source> = Box::new(reader);
        let blocks = Blocks::new(vec![(source, Some(first.open_time))], base, period);
        Ok(Self {
            path: path.to_owned(),
            base,
            first,
            ahead: Prefetch::new(blocks),
        })
    }

    /// Length of a candle.
    #[must_use]
    pub fn base(&self) -> Timeframe {
        self.base
    }

    /// The first candle of the file, whatever the period.
    #[must_use]
    pub fn first(&self) -> &Candle {
        &self.first
    }

    /// What identifies the candles of a period: BLAKE3 over the bytes of the file and the period.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn fingerprint(&self, from: Timestamp, to: Timestamp) -> Result<String, DataError> {
        let io = |e: std::io::Error| DataError::io("reading", &self.path, &e);
        let mut file = File::open(&self.path).map_err(io)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("file 1\n{}\n{} {}\n", self.base, from.0, to.0).as_bytes());
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = std::io::Read::read(&mut file, &mut buffer).map_err(io)?;
            if read == 0 {
                return Ok(hasher.finalize().to_hex().to_string());
            }
            hasher.update(&buffer[..read]);
        }
    }
}

impl Feed for TableFeed {
    fn next_block(&mut self, block: &mut Block) -> Result<bool, FeedError> {
        Ok(self.ahead.next_block(block)?)
    }
}

impl Source for CandleReader {
    fn read(&mut self, out: &mut Vec<Candle>) -> Result<bool, DataError> {
        CandleReader::read(self, out)
    }
}

/// The longest timeframe that fits between all neighbors.
pub(crate) fn shortest_distance(candles: &[Candle]) -> Option<Timeframe> {
    let distance = candles
        .windows(2)
        .map(|w| w[1].open_time.0 - w[0].open_time.0)
        .min()?;
    let fits = |t: &Timeframe| t.minutes() * crate::domain::MINUTE_MS <= distance;
    let found = Timeframe::ALL.into_iter().rfind(fits)?;
    let grid = Grid::new(found);
    candles
        .iter()
        .all(|c| grid.contains(c.open_time))
        .then_some(found)
}
