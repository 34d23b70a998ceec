//! Series of the catalog as a feed.

use std::collections::VecDeque;

use super::blocks::Blocks;
use super::prefetch::Prefetch;
use super::{Period, Source};
use crate::data::DataError;
use crate::data::candles::CandleReader;
use crate::data::catalog::{MonthFile, Series};
use crate::domain::{Candle, Timeframe};
use crate::engine::{Block, Feed, FeedError};

/// One or several series of the catalog, month after month.
pub struct CatalogFeed {
    ahead: Prefetch,
}

impl CatalogFeed {
    /// Series of one timeframe, in the order in which the run numbers its symbols.
    ///
    /// # Errors
    /// No series, series of different timeframes, or no candle of any of them in the period.
    pub fn open(series: &[Series], period: Period) -> Result<Self, DataError> {
        let base = base_of(series)?;
        let mut sources: Vec<(Box<dyn Source>, _)> = Vec::new();
        let mut any = false;
        for series in series {
            let months = Months::new(series, period);
            any |= !months.is_empty();
            let listed = series.manifest.files.first().map(|f| f.first);
            sources.push((Box::new(months), listed));
        }
        if !any {
            return Err(nothing_in(series, period));
        }
        Ok(Self {
            ahead: Prefetch::new(Box::new(Blocks::new(sources, base, period))),
        })
    }
}

impl Feed for CatalogFeed {
    fn next_block(&mut self, block: &mut Block) -> Result<bool, FeedError> {
        self.ahead.next_block(block)
    }
}

fn base_of(series: &[Series]) -> Result<Timeframe, DataError> {
    let Some(first) = series.first() else {
        return Err(DataError::user("no series to run on"));
    };
    match series
        .iter()
        .find(|s| s.key.timeframe != first.key.timeframe)
    {
        None => Ok(first.key.timeframe),
        Some(other) => Err(DataError::user(format!(
            "{} and {} have different timeframes",
            first.key, other.key
        ))
        .with_hint("import both with the same one")),
    }
}

fn nothing_in(series: &[Series], period: Period) -> DataError {
    let have: Vec<_> = series
        .iter()
        .map(|s| {
            let (from, to) = s.period();
            format!("{} has {from} to {to}", s.key)
        })
        .collect();
    let text = |t: Option<crate::domain::Timestamp>| t.map_or("..".to_owned(), |t| t.to_string());
    DataError::user(format!(
        "no candles between {} and {}",
        text(period.from),
        text(period.to)
    ))
    .with_hint(have.join(", "))
}

/// The months of one series, each opened when the one before it is used up.
pub(in crate::data) struct Months {
    series: Series,
    months: VecDeque<MonthFile>,
    open: Option<(CandleReader, MonthFile, u64)>,
}

impl Months {
    /// Whole months that have candles in the period.
    pub(in crate::data) fn new(series: &Series, period: Period) -> Self {
        Self {
            series: series.clone(),
            months: series
                .files_between(period.start(), period.end())
                .cloned()
                .collect(),
            open: None,
        }
    }

    fn is_empty(&self) -> bool {
        self.months.is_empty()
    }
}

impl Source for Months {
    fn read(&mut self, out: &mut Vec<Candle>) -> Result<bool, DataError> {
        loop {
            if self.open.is_none() {
                let Some(month) = self.months.pop_front() else {
                    return Ok(false);
                };
                self.open = Some((self.series.open(&month)?, month, 0));
            }
            let (reader, month, rows) = self.open.as_mut().expect("opened above");
            let before = out.len();
            if reader.read(out)? {
                let fresh = &out[before..];
                *rows += fresh.len() as u64;
                if fresh
                    .iter()
                    .any(|c| c.open_time < month.first || c.open_time > month.last)
                {
                    return Err(lies(&self.series, month));
                }
                return Ok(true);
            }
            if *rows != month.rows {
                return Err(lies(&self.series, month));
            }
            self.open = None;
        }
    }
}

fn lies(series: &Series, month: &MonthFile) -> DataError {
    DataError::world(format!(
        "{} does not hold the {} candles from {} to {} that the manifest promises",
        series.path(month).display(),
        month.rows,
        month.first,
        month.last
    ))
    .with_hint("remove the folder of this series and import the data again")
}
