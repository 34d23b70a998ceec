//! A single file as a feed (`--data FILE`): Parquet, CSV or zip.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::blocks::Blocks;
use super::prefetch::Prefetch;
use super::text::TextSource;
use super::{Period, Source};
use crate::data::DataError;
use crate::data::candles::{CandleReader, decimals_of};
use crate::data::grid::Grid;
use crate::data::import::is_text;
use crate::domain::{Candle, Price, Timeframe, Timestamp};
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
        // The finest grid holds the candles of all others; rows are checked again, on their own grid, while streaming.
        let mut head = Vec::new();
        source(path, Grid::new(base.unwrap_or(Timeframe::M1)), Timestamp(0))?.read(&mut head)?;
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
        let source = source(path, Grid::new(base), period.start())?;
        let blocks = Blocks::new(vec![(source, Some(first.open_time))], base, period);
        Ok(Self {
            path: path.to_owned(),
            base,
            first,
            ahead: Prefetch::new(Box::new(blocks)),
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

    /// The most decimals any price has, and the first close: what a guess of the instrument's rules starts from. Reads the
    /// whole file.
    ///
    /// # Errors
    /// The first fault of the file.
    pub fn decimals_and_first_close(&self) -> Result<(u32, Price), DataError> {
        let mut source = source(&self.path, Grid::new(self.base), Timestamp(0))?;
        let (mut decimals, mut batch) = (0, Vec::new());
        while source.read(&mut batch)? {
            decimals = decimals.max(decimals_of(&batch));
            batch.clear();
        }
        Ok((decimals, self.first.close))
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
        self.ahead.next_block(block)
    }
}

impl Source for CandleReader {
    fn read(&mut self, out: &mut Vec<Candle>) -> Result<bool, DataError> {
        CandleReader::read(self, out)
    }
}

/// A reader of whatever the file is; rows before `from` may be left out.
fn source(path: &Path, grid: Grid, from: Timestamp) -> Result<Box<dyn Source>, DataError> {
    if is_text(path)? {
        return Ok(Box::new(TextSource::open(path, grid)?));
    }
    let mut reader = CandleReader::open(path, grid)?;
    reader.skip_to(from)?;
    Ok(Box::new(reader))
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
