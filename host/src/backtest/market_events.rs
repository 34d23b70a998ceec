//! Delistings and halts a run is told of beside its data: put into the minutes they belong to.

use crate::backtest::BacktestError;
use crate::domain::{Delisting, Instrument, MINUTE_MS, Price, SlotState, Timestamp};
use crate::engine::{Block, FeedEvent};
use crate::runs::{MarketEvent, MarketEventKind};

/// What is still to come.
pub(super) struct MarketEvents {
    /// Not yet delivered.
    delistings: Vec<(Timestamp, Delisting)>,
    /// Instrument, first and first free moment.
    halts: Vec<(u32, Timestamp, Timestamp)>,
}

/// What the user told, with the end of instruments that expire. An end that was told goes before.
///
/// # Errors
/// Events of no instrument, without time or price, two ends of one instrument.
pub(super) fn complete(
    mut events: Vec<MarketEvent>,
    instruments: &[Instrument],
) -> Result<Vec<MarketEvent>, BacktestError> {
    let mut ended: Vec<u32> = Vec::new();
    for event in &events {
        let index = event.instrument;
        let Some(instrument) = instruments.get(index as usize) else {
            let text = format!("an event names the instrument {index}, which is not there");
            return Err(BacktestError::setup(text, "count the instruments from 0"));
        };
        let wrong = |why: String, hint: &str| {
            Err(BacktestError::setup(
                format!("an event of {}: {why}", instrument.symbol),
                hint,
            ))
        };
        match event.kind {
            MarketEventKind::Delisted { .. } if ended.contains(&index) => {
                return wrong("it is delisted twice".to_owned(), "keep one of the two");
            }
            MarketEventKind::Delisted {
                price: Some(price), ..
            } if price <= Price::ZERO => {
                return wrong(
                    format!("a settlement price of {price} is not above zero"),
                    "leave the price away for the mean of the last marks",
                );
            }
            MarketEventKind::Delisted { .. } => ended.push(index),
            MarketEventKind::Halted { from, to } if from >= to => {
                return wrong(
                    format!("a halt from {from} to {to} has no minute"),
                    "let it end after its begin",
                );
            }
            MarketEventKind::Halted { .. } => {}
        }
    }
    for (index, instrument) in (0..).zip(instruments) {
        let expires = instrument.expires_at.filter(|_| !ended.contains(&index));
        events.extend(expires.map(|at| MarketEvent {
            instrument: index,
            kind: MarketEventKind::Delisted { at, price: None },
        }));
    }
    Ok(events)
}

impl MarketEvents {
    /// The events of a run.
    pub(super) fn new(events: &[MarketEvent]) -> Self {
        let (mut delistings, mut halts) = (Vec::new(), Vec::new());
        for &MarketEvent { instrument, kind } in events {
            match kind {
                MarketEventKind::Delisted { at, price } => {
                    delistings.push((at, Delisting { instrument, price }));
                }
                MarketEventKind::Halted { from, to } => halts.push((instrument, from, to)),
            }
        }
        delistings.sort_by_key(|(at, delisting)| (*at, delisting.instrument));
        Self { delistings, halts }
    }

    /// Marks halted minutes of a block, and has instruments end with the minute that ends at their time or after it.
    pub(super) fn put_into(&mut self, block: &mut Block) {
        let minutes = block.minutes();
        if minutes == 0 {
            return;
        }
        let base_ms = block.base.minutes() * MINUTE_MS;
        for &(instrument, from, to) in &self.halts {
            let all = block.slots.chunks_exact_mut(block.symbols);
            for (minute, slots) in all.enumerate() {
                let time = block.start.plus_ms(minute as i64 * base_ms);
                let slot = &mut slots[instrument as usize];
                if time >= from && time < to && slot.state != SlotState::NotListed {
                    slot.state = SlotState::Halted;
                }
            }
        }
        let end = block.start.plus_ms(minutes as i64 * base_ms);
        let due = self.delistings.partition_point(|(at, _)| *at <= end);
        for (at, delisting) in self.delistings.drain(..due) {
            // Minutes that end before it; the next one is its last.
            let before = ((at.0 - block.start.0 - 1).max(0)) / base_ms;
            let minute = usize::try_from(before).expect("not negative");
            let place = block.events.partition_point(|(m, _)| *m <= minute);
            block
                .events
                .insert(place, (minute, FeedEvent::Delist(delisting)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candle, Slot, Timeframe};

    fn block(start: i64, minutes: i64) -> Block {
        let mut block = Block::new(1, Timeframe::M1);
        block.start = Timestamp(start * MINUTE_MS);
        block.slots = (start..start + minutes)
            .map(|m| Slot::real(Candle::flat(Timestamp(m * MINUTE_MS), Price(100))))
            .collect();
        block
    }

    fn event(kind: MarketEventKind) -> MarketEvent {
        MarketEvent {
            instrument: 0,
            kind,
        }
    }

    #[test]
    fn an_instrument_ends_with_the_minute_that_ends_at_its_time_or_after_it() {
        for (ms, minute) in [
            (0, 0),
            (1, 0),
            (MINUTE_MS, 0),
            (MINUTE_MS + 1, 1),
            (3 * MINUTE_MS, 2),
        ] {
            let at = Timestamp(ms);
            let kind = MarketEventKind::Delisted { at, price: None };
            let mut events = MarketEvents::new(&[event(kind)]);
            let mut block = block(0, 3);
            events.put_into(&mut block);
            let minutes: Vec<usize> = block.events.iter().map(|(m, _)| *m).collect();
            assert_eq!(minutes, [minute], "{ms}");
            events.put_into(&mut block);
            assert_eq!(block.events.len(), 1, "once");
        }
    }

    #[test]
    fn a_later_block_ends_an_instrument_and_halts_are_marked() {
        let at = Timestamp(5 * MINUTE_MS);
        let (from, to) = (Timestamp(MINUTE_MS), Timestamp(4 * MINUTE_MS));
        let told = [
            event(MarketEventKind::Delisted { at, price: None }),
            event(MarketEventKind::Halted { from, to }),
        ];
        let mut events = MarketEvents::new(&told);
        let (mut first, mut second) = (block(0, 3), block(3, 3));
        events.put_into(&mut first);
        assert!(first.events.is_empty());
        events.put_into(&mut second);
        assert_eq!(second.events[0].0, 1);
        let halted = |b: &Block| -> Vec<bool> {
            let slots = b.slots.iter();
            slots.map(|s| s.state == SlotState::Halted).collect()
        };
        assert_eq!(halted(&first), [false, true, true]);
        assert_eq!(halted(&second), [true, false, false]);
    }
}
