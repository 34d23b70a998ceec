//! How much of the market's volume a run's own fills took: the largest share of one base candle (`defaults.md` section 10).

use crate::domain::{Cause, FillEvent, Qty, Slot};
use crate::engine::{Happening, Record};
use crate::runs::{Capacity, VolumeShare};

/// What is known so far. A minute without fills costs nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    pub(super) capacity: Capacity,
    /// Filled in the candle at hand, one an instrument; kept for its memory.
    filled: Vec<Qty>,
}

impl Taken {
    /// What a minute filled, beside its candles.
    pub(super) fn note(&mut self, record: &Record, slots: &[Slot]) {
        self.filled.clear();
        let fills = record.entries.iter().filter_map(|entry| match &entry.what {
            Happening::Fill(fill) if is_own(fill) => Some(fill),
            _ => None,
        });
        for fill in fills {
            self.filled.resize(slots.len(), Qty::ZERO);
            if let Some(filled) = self.filled.get_mut(fill.instrument as usize) {
                *filled += fill.qty.abs();
            }
        }
        let all = (0..).zip(self.filled.iter().zip(slots));
        for (instrument, (filled, slot)) in all.filter(|(_, (filled, _))| **filled > Qty::ZERO) {
            let volume = slot.candle.volume;
            if volume <= 0.0 {
                self.capacity.without_volume += 1;
            } else {
                let share = filled.to_f64() / volume;
                let largest = self.capacity.largest.as_mut();
                if largest.is_none_or(|known| share > known.share) {
                    self.capacity.largest = Some(VolumeShare {
                        share,
                        time: record.time,
                        instrument,
                    });
                }
            }
        }
    }
}

/// Does the fill take from the market: what the exchange or the end of an instrument does, nobody traded.
fn is_own(fill: &FillEvent) -> bool {
    !matches!(
        fill.cause,
        Cause::Liquidation | Cause::Deleveraging | Cause::Settlement | Cause::Delisting
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Candle, MINUTE_MS, Price, Timestamp};
    use crate::engine::Entry;

    const UNIT: i64 = 100_000_000;

    fn fill(instrument: u32, qty: i64, cause: Cause) -> Entry {
        let what = Happening::Fill(FillEvent {
            instrument,
            qty: Qty(qty * UNIT),
            cause,
            ..crate::analysis::sample::fill()
        });
        Entry { strategy: 0, what }
    }

    fn slots(volumes: &[f64]) -> Vec<Slot> {
        let candle = |volume: &f64| Candle {
            volume: *volume,
            ..Candle::flat(Timestamp(0), Price(UNIT))
        };
        volumes.iter().map(|v| Slot::real(candle(v))).collect()
    }

    fn minute(taken: &mut Taken, number: i64, entries: Vec<Entry>, volumes: &[f64]) {
        let time = Timestamp(number * MINUTE_MS);
        taken.note(&Record { time, entries }, &slots(volumes));
    }

    #[test]
    fn the_fills_of_a_candle_are_summed_by_instrument_and_the_largest_share_is_kept() {
        let mut taken = Taken::default();
        let own = |instrument, qty| fill(instrument, qty, Cause::Order);
        minute(&mut taken, 0, vec![own(0, 1), own(0, 2)], &[100.0, 1.0]);
        minute(&mut taken, 1, vec![own(1, 2), own(0, 1)], &[50.0, 40.0]);
        minute(&mut taken, 2, vec![own(0, 1)], &[100.0, 1.0]);
        let largest = taken.capacity.largest.expect("a fill");
        assert_eq!(
            (
                largest.share,
                largest.time.0 / MINUTE_MS,
                largest.instrument
            ),
            (0.05, 1, 1)
        );
    }

    #[test]
    fn candles_without_volume_are_counted_and_liquidations_are_nobodys_order() {
        let mut taken = Taken::default();
        let own = || vec![fill(0, 1, Cause::Stop)];
        minute(&mut taken, 0, own(), &[0.0]);
        minute(&mut taken, 2, vec![fill(0, 9, Cause::Liquidation)], &[1.0]);
        let expected = Capacity {
            largest: None,
            without_volume: 1,
        };
        assert_eq!(taken.capacity, expected);
    }
}
