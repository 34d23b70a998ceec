//! What a backtest has besides candles: funding, mark and index prices, rows for its strategy.
//!
//! Each strategy opens its own, also where several share the candles: which rows it gets depends on what it asked for.

use std::sync::mpsc::{Receiver, Sender, channel};

use crate::backtest::BacktestError;
use crate::backtest::builder::Backtest;
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::feed::{Period, Prefetch};
use crate::data::streams::{
    self, MarkCoverage, MissingFunding, Place, StreamFeed, StreamKind, Streams, Wanted,
};
use crate::domain::{InstrumentKind, StreamSource, Timeframe, Timestamp};
use crate::engine::{Block, Feed, FeedError};
use crate::execution::{FundingMissing, Profile};
use crate::runs;

/// Where the streams of a backtest come from.
#[derive(Debug, Clone, Default)]
pub enum StreamsFrom {
    /// Nowhere: there are candles only.
    #[default]
    Nowhere,
    /// What a catalog has of each instrument, under the instrument's venue and symbol.
    Catalog(Catalog),
    /// In memory, one an instrument in their order.
    Given(Vec<Streams>),
}

/// What was opened for one run.
pub(super) struct Opened {
    streams: Vec<Streams>,
    /// How much of the period each of them has a mark for.
    marks: Vec<MarkCoverage>,
    base: Timeframe,
    period: Period,
    policy: &'static str,
}

/// Adds streams to blocks of candles, on a thread of its own: deriving minutes from coarse marks costs more than a quiet minute.
pub(super) struct Streamed {
    sources: Vec<StreamSource>,
    /// Closed when no more blocks come.
    hand: Option<Sender<Block>>,
    ahead: Prefetch,
}

/// A feed of the blocks that are handed over.
struct Handed(Receiver<Block>);

impl Feed for Handed {
    fn next_block(&mut self, block: &mut Block) -> Result<bool, FeedError> {
        match self.0.recv() {
            Ok(next) => {
                *block = next;
                Ok(true)
            }
            Err(_) => Ok(false),
        }
    }
}

impl Backtest {
    /// Opens what the run needs, with the settlements that are missing treated as the profile says. `start` is where trading
    /// begins.
    ///
    /// # Errors
    /// Data that is missing and not optional, with the commands that bring it; damaged data.
    pub(super) fn open_streams(
        &self,
        base: Timeframe,
        start: Timestamp,
    ) -> Result<Opened, BacktestError> {
        let period = self.data_period();
        let (mut streams, mut marks) = (Vec::new(), Vec::new());
        for (index, instrument) in (0..).zip(&self.instruments) {
            let place = Place::new(&instrument.venue, instrument.kind, &instrument.symbol)?;
            let wanted = self.wanted(index);
            let mut of_symbol = match &self.streams {
                StreamsFrom::Nowhere => Streams::none(place, wanted),
                StreamsFrom::Catalog(catalog) => streams::open(catalog, &place, period, &wanted)?,
                StreamsFrom::Given(given) => Streams {
                    wanted,
                    ..given
                        .get(index as usize)
                        .cloned()
                        .unwrap_or_else(|| Streams::none(place, Wanted::default()))
                },
            };
            // Before its first candle and after its last one a symbol owes nothing.
            let all = (start, Timestamp(i64::MAX));
            let (first, last) = self.source.span(index as usize).unwrap_or(all);
            let (from, to) = (start.max(first), period.end().min(last));
            if of_symbol.wanted.funding {
                let policy = missing(&self.profile);
                let place = of_symbol.place.clone();
                of_symbol
                    .complete_funding(policy, from, to)
                    .map_err(|error| with_ways(error, &place))?;
            }
            self.check_rows(index, &of_symbol, base, (from, to))?;
            let begin = period.start().max(first.min(from));
            marks.push(of_symbol.mark_coverage(base, begin, (from, to))?);
            streams.push(of_symbol);
        }
        Ok(Opened {
            streams,
            marks,
            base,
            period,
            policy: policy(&self.profile),
        })
    }

    /// Streams of one instrument that execution and the strategy want.
    pub(crate) fn wanted(&self, instrument: u32) -> Wanted {
        let kind = self.instruments[instrument as usize].kind;
        let perpetual = kind == InstrumentKind::LinearPerpetual;
        let mut rows = Vec::new();
        for need in self.stream_needs(instrument) {
            let row = StreamKind::of(&need.kind).map(|kind| (kind, need.detail));
            rows.extend(row.filter(|row| !rows.contains(row)));
        }
        Wanted {
            funding: perpetual && self.profile.funding,
            references: perpetual,
            rows,
        }
    }

    /// What the strategy asked for of one instrument.
    fn stream_needs(&self, instrument: u32) -> impl Iterator<Item = &crate::domain::StreamNeed> {
        self.needs.streams.iter().filter(move |need| {
            let bound = |(name, taken): &(String, Vec<u32>)| {
                *name == need.role && taken.contains(&instrument)
            };
            self.roles.iter().any(bound)
        })
    }

    /// A stream the strategy cannot do without is there.
    fn check_rows(
        &self,
        instrument: u32,
        streams: &Streams,
        base: Timeframe,
        period: (Timestamp, Timestamp),
    ) -> Result<(), BacktestError> {
        for need in self.stream_needs(instrument).filter(|need| !need.optional) {
            let Some(kind) = StreamKind::of(&need.kind) else {
                return Err(BacktestError::setup(
                    format!(
                        "{} needs the stream `{}`, which this host does not know",
                        self.manifest.name, need.kind
                    ),
                    "choose parameters that do without it",
                ));
            };
            if let Some(lack) = streams.lacks(kind, need.detail, base, period) {
                return Err(lack.context(&self.manifest.name).into());
            }
        }
        Ok(())
    }
}

impl Opened {
    fn is_empty(&self) -> bool {
        let nothing = |s: &Streams| {
            s.funding.is_empty()
                && s.mark.is_none()
                && s.index.is_none()
                && s.wanted.rows.is_empty()
        };
        self.streams.iter().all(nothing)
    }

    /// A feed that adds the streams to blocks of candles; `None` where there is nothing to add.
    pub(super) fn feed(&self) -> Option<Streamed> {
        if self.is_empty() {
            return None;
        }
        let (hand, handed) = channel();
        let inner = Box::new(Handed(handed));
        let feed = StreamFeed::new(inner, self.base, self.period, &self.streams);
        Some(Streamed {
            sources: feed.sources(),
            hand: Some(hand),
            ahead: Prefetch::new(Box::new(feed)),
        })
    }

    /// Odd records of any of them: name of the flag and moment.
    pub(super) fn odd_records(&self) -> Vec<(&'static str, Timestamp)> {
        self.streams.iter().flat_map(Streams::odd_records).collect()
    }

    /// Adds to a dataset what it says of the streams.
    pub(super) fn describe(&self, dataset: &mut runs::Dataset, from: Timestamp, to: Timestamp) {
        dataset.mark_resolution = self.mark_resolution();
        dataset.sparse_streams = self.sparse(from, to);
        let funded = self.streams.iter().filter(|s| s.wanted.funding);
        let sources: Vec<String> = funded
            .filter(|s| s.funding.iter().any(|f| !f.substituted))
            .map(|s| s.place.to_string())
            .collect();
        dataset.funding = runs::FundingUsed {
            policy: self.policy.to_owned(),
            source: (!sources.is_empty()).then(|| sources.join(", ")),
        };
        if !self.is_empty() {
            let mut hasher = blake3::Hasher::new();
            hasher.update(dataset.fingerprint.as_bytes());
            for streams in &self.streams {
                hasher.update(streams.fingerprint(from, to).as_bytes());
            }
            dataset.fingerprint = hasher.finalize().to_hex().to_string();
        }
    }
}

impl Opened {
    /// Streams of rows without one on some day of `[from, to)`.
    fn sparse(&self, from: Timestamp, to: Timestamp) -> Vec<runs::SparseStream> {
        let mut sparse = Vec::new();
        if to.0 == i64::MAX {
            return sparse;
        }
        for (instrument, streams) in (0..).zip(&self.streams) {
            for &(kind, detail) in &streams.wanted.rows {
                let known = streams.days_with_rows(kind, detail, (from, to));
                if let Some((days, of_days)) = known.filter(|(days, all)| days < all) {
                    sparse.push(runs::SparseStream {
                        instrument,
                        kind: kind.name(),
                        days,
                        of_days,
                    });
                }
            }
        }
        sparse
    }

    /// `1h`, `1h+last price` where some instruments have no mark, `1h, 34.2 % of the period, last price else` where there is one for a
    /// part of the period: its share is that of all instruments together.
    fn mark_resolution(&self) -> String {
        let mut lengths: Vec<&str> = Vec::new();
        for (streams, coverage) in self.streams.iter().zip(&self.marks) {
            let mark = streams.mark.as_ref().filter(|_| !coverage.is_none());
            let name = mark.map(|mark| mark.timeframe.name());
            lengths.extend(name.filter(|name| !lengths.contains(name)));
        }
        let marked = || self.marks.iter().filter(|c| !c.is_none());
        let is_partial = marked().any(|c| !c.is_whole());
        match MarkCoverage::thousandths(&self.marks) {
            Some(share) if is_partial => format!(
                "{}, {}.{} % of the period, last price else",
                lengths.join("+"),
                share / 10,
                share % 10
            ),
            _ => {
                let some_without = marked().count() < self.marks.len();
                lengths.extend(some_without.then_some(runs::LAST_PRICE));
                lengths.join("+")
            }
        }
    }
}

impl Streamed {
    /// Streams of rows there are, by the index their rows name.
    pub(super) fn sources(&self) -> Vec<StreamSource> {
        self.sources.clone()
    }

    /// Hands over the next block of candles.
    pub(super) fn hand(&self, block: Block) {
        let hand = self.hand.as_ref().expect("nobody hands over after the end");
        // A thread that has ended says why when its block is asked for.
        let _ = hand.send(block);
    }

    /// No more blocks come.
    pub(super) fn close(&mut self) {
        self.hand = None;
    }

    /// The oldest block that was handed over and not taken back, with everything that belongs to its minutes.
    ///
    /// # Errors
    /// Damaged data.
    pub(super) fn take(&mut self, block: &mut Block) -> Result<(), FeedError> {
        self.ahead.next_block(block)?;
        Ok(())
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        // Before the thread is waited for.
        self.close();
    }
}

/// Missing funding, with the commands of this program that help.
fn with_ways(error: DataError, place: &Place) -> DataError {
    let is_lack = error
        .hint()
        .is_some_and(|hint| hint.contains("--streams funding"));
    if !is_lack {
        return error;
    }
    let Place { venue, symbol } = place;
    error.with_hint(format!(
        "bring its rates: host data import FILE --exchange {venue} --symbol {symbol} --kind funding\n\
         (FILE: a fundingRate archive of Binance, or a CSV or Parquet file with a time and a rate)\n\
         or run without them: --funding none (no funding at all), --funding zero (a missing rate is zero) or --funding last (it is the last one)"
    ))
}

fn missing(profile: &Profile) -> MissingFunding {
    match profile.funding_missing {
        FundingMissing::Error => MissingFunding::Error,
        FundingMissing::Zero => MissingFunding::Zero,
        FundingMissing::Last => MissingFunding::Last,
    }
}

/// The word of `--funding`.
fn policy(profile: &Profile) -> &'static str {
    match (profile.funding, profile.funding_missing) {
        (false, _) => "none",
        (true, FundingMissing::Error) => "data",
        (true, FundingMissing::Zero) => "zero",
        (true, FundingMissing::Last) => "last",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::streams::Prices;
    use crate::domain::Candle;

    fn opened(marks: &[(Option<Timeframe>, i64)]) -> Opened {
        let of = |timeframe: &Option<Timeframe>| {
            let place = Place::new("binance", InstrumentKind::LinearPerpetual, "BTCUSDT");
            let mut streams = Streams::none(place.expect("a place"), Wanted::default());
            let none: Vec<Candle> = Vec::new();
            streams.mark = timeframe.map(|timeframe| Prices::new(none, timeframe));
            streams
        };
        Opened {
            streams: marks.iter().map(|(timeframe, _)| of(timeframe)).collect(),
            marks: marks
                .iter()
                .map(|(_, covered_ms)| MarkCoverage {
                    covered_ms: *covered_ms,
                    period_ms: Some(1_000),
                })
                .collect(),
            base: Timeframe::M1,
            period: Period::default(),
            policy: "data",
        }
    }

    #[test]
    fn the_run_says_how_much_of_it_had_a_mark() {
        let (hours, minutes) = (Some(Timeframe::H1), Some(Timeframe::M1));
        for (marks, text) in [
            (&[(hours, 1_000)][..], "1h"),
            (&[(hours, 342)], "1h, 34.2 % of the period, last price else"),
            (
                &[(minutes, 999)],
                "1m, 99.9 % of the period, last price else",
            ),
            (&[(hours, 0)], "last price"),
            (&[(None, 0)], "last price"),
            (&[(hours, 1_000), (None, 0)], "1h+last price"),
            (&[(hours, 1_000), (minutes, 1_000)], "1h+1m"),
            (
                &[(hours, 500), (minutes, 1_000), (None, 0)],
                "1h+1m, 50.0 % of the period, last price else",
            ),
        ] {
            assert_eq!(opened(marks).mark_resolution(), text);
        }
    }
}
