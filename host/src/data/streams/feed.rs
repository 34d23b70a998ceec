//! A feed of candles with everything else that moves a run: reference prices in each block, settlements and rows between minutes.

use std::collections::VecDeque;

use super::funding::Settlement;
use super::open::Streams;
use super::reference::Track;
use super::rows::Emitter;
use crate::data::DataError;
use crate::data::feed::Period;
use crate::data::grid::Grid;
use crate::domain::{
    FundingSettlement, Ohlc, Price, Reference, Slot, SlotState, StreamRow, StreamSource, Timeframe,
    Timestamp,
};
use crate::engine::{Block, Feed, FeedError, FeedEvent};

/// Fills `references` and `events` of the blocks of another feed.
///
/// **Order**: what belongs to a minute comes funding first, by symbol and time, then rows by the moment they are known, then by
/// source. A settlement belongs to the minute that begins with it (or to the first after it); a row to the minute in which it
/// becomes known. What was known or due before the first minute is left out.
///
/// Deriving minutes from coarse marks costs more than decoding them: run it ahead of the engine with
/// [`Prefetch`](crate::data::feed::Prefetch).
pub struct StreamFeed {
    inner: Box<dyn Feed + Send>,
    grid: Grid,
    symbols: Vec<OfSymbol>,
    emitters: Vec<Emitter>,
    referenced: bool,
    /// Start of the first minute, once there was one.
    begin: Option<Timestamp>,
    times: Vec<Timestamp>,
    last: Vec<Option<Ohlc>>,
}

struct OfSymbol {
    funding: VecDeque<Settlement>,
    /// Mark, index.
    tracks: [Option<Track>; 2],
    /// Close of the last minute that had one.
    close: Option<Price>,
}

impl StreamFeed {
    /// Streams of each symbol, in the order of the feed's symbols. Every row the streams want is delivered if there is any data
    /// of it: see [`Streams::lacks`] for the others.
    #[must_use]
    pub fn new(
        inner: Box<dyn Feed + Send>,
        base: Timeframe,
        period: Period,
        streams: &[Streams],
    ) -> Self {
        let mut emitters = Vec::new();
        let mut symbols = Vec::new();
        for (index, of_symbol) in (0..).zip(streams) {
            emitters.extend(of_symbol.emitters(index, base, period));
            let settled = of_symbol
                .funding
                .iter()
                .filter(|_| of_symbol.wanted.funding);
            symbols.push(OfSymbol {
                funding: settled.copied().collect(),
                tracks: of_symbol.tracks(base, period),
                close: None,
            });
        }
        let referenced = symbols.iter().any(|s| s.tracks.iter().any(Option::is_some));
        Self {
            inner,
            grid: Grid::new(base),
            symbols,
            emitters,
            referenced,
            begin: None,
            times: Vec::new(),
            last: Vec::new(),
        }
    }

    /// The streams of rows there are, by the index their rows name.
    #[must_use]
    pub fn sources(&self) -> Vec<StreamSource> {
        self.emitters.iter().map(|e| e.source.clone()).collect()
    }

    fn fill(&mut self, block: &mut Block) -> Result<(), DataError> {
        assert_eq!(block.symbols, self.symbols.len(), "streams of each symbol");
        let mut end = block.start;
        self.times.clear();
        for _ in 0..block.minutes() {
            self.times.push(end);
            end = self.grid.next(end);
        }
        block.references.clear();
        if self.referenced {
            let none = Reference::default();
            block.references.resize(block.slots.len(), none);
            self.fill_references(block, end)?;
        }
        block.events.clear();
        self.fill_funding(block, end);
        self.fill_rows(block, end)?;
        // Stable: within a minute the order of pushing stays.
        block.events.sort_by_key(|(minute, _)| *minute);
        Ok(())
    }

    fn fill_references(&mut self, block: &mut Block, end: Timestamp) -> Result<(), DataError> {
        let width = block.symbols;
        for (column, symbol) in self.symbols.iter_mut().enumerate() {
            self.last.clear();
            let slots = block.slots.iter().skip(column).step_by(width);
            self.last
                .extend(slots.map(|slot| last_prices(slot, &mut symbol.close)));
            let (references, slots) = (&mut block.references, &block.slots);
            // What is not listed yet has no price, whatever its series says.
            let listed = |at: usize| slots[at].state != SlotState::NotListed;
            let [mark, index] = &mut symbol.tracks;
            if let Some(track) = mark {
                track.each(&self.times, end, &self.last, |minute, mark| {
                    let at = minute * width + column;
                    references[at].mark = Some(mark).filter(|_| listed(at));
                })?;
            }
            if let Some(track) = index {
                track.each(&self.times, end, &self.last, |minute, index| {
                    let at = minute * width + column;
                    references[at].index = Some(index.path).filter(|_| listed(at));
                })?;
            }
        }
        Ok(())
    }

    fn fill_funding(&mut self, block: &mut Block, end: Timestamp) {
        let begin = *self.begin.get_or_insert(block.start);
        for (instrument, symbol) in (0..).zip(&mut self.symbols) {
            while let Some(due) = symbol.funding.front().filter(|s| s.time < end) {
                let minute = self.times.partition_point(|t| *t < due.time);
                // The first minute that begins with or after it may be the first of the next block.
                if minute == self.times.len() {
                    break;
                }
                if due.time >= begin {
                    let settlement = FundingSettlement {
                        instrument,
                        time: due.time,
                        rate: due.rate,
                        price: due.price,
                        substituted: due.substituted,
                    };
                    block.events.push((minute, FeedEvent::Funding(settlement)));
                }
                symbol.funding.pop_front();
            }
        }
    }

    fn fill_rows(&mut self, block: &mut Block, end: Timestamp) -> Result<(), DataError> {
        let mut rows: Vec<StreamRow> = Vec::new();
        for (source, emitter) in (0..).zip(&mut self.emitters) {
            emitter.up_to(block, &self.times, end, |row| {
                if row.available_at > block.start {
                    rows.push(row.of(source));
                }
            })?;
        }
        rows.sort_by_key(|r| (r.available_at, r.source));
        for row in rows {
            let minute = self.times.partition_point(|t| *t < row.available_at) - 1;
            block.events.push((minute, FeedEvent::Row(row)));
        }
        Ok(())
    }
}

/// The last prices of a minute; in a missing one the close before it, in all four places.
fn last_prices(slot: &Slot, close: &mut Option<Price>) -> Option<Ohlc> {
    if slot.state == SlotState::Real {
        *close = Some(slot.candle.close);
        return Some(Ohlc::of(&slot.candle));
    }
    close.map(Ohlc::flat)
}

impl Feed for StreamFeed {
    fn next_block(&mut self, block: &mut Block) -> Result<bool, FeedError> {
        let more = self.inner.next_block(block)?;
        if more {
            self.fill(block)?;
        } else {
            block.references.clear();
            block.events.clear();
        }
        Ok(more)
    }
}
