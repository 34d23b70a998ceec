//! Looking back without asking the host: rings of the last n values.

use crate::contract::Candle;

/// The last `capacity` values; pushing is O(1) and allocates nothing.
///
/// ```
/// use guest_sdk::Ring;
///
/// let mut ring = Ring::new(3);
/// (1..=5).for_each(|value| ring.push(value));
/// assert_eq!(ring.iter().collect::<Vec<_>>(), [&3, &4, &5]);
/// assert_eq!((ring.last(), ring.get(2), ring.get(3)), (Some(&5), Some(&3), None));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ring<T> {
    values: Vec<T>,
    capacity: usize,
    next: usize,
}

impl<T> Ring<T> {
    /// An empty ring for this many values.
    ///
    /// # Panics
    /// If `capacity` is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a ring holds at least one value");
        Self {
            values: Vec::with_capacity(capacity),
            capacity,
            next: 0,
        }
    }

    /// Add the newest value; the oldest leaves a full ring.
    pub fn push(&mut self, value: T) {
        if self.values.len() < self.capacity {
            self.values.push(value);
        } else {
            self.values[self.next] = value;
        }
        self.next += 1;
        if self.next == self.capacity {
            self.next = 0;
        }
    }

    /// The value `ago` pushes before the newest, which is 0.
    pub fn get(&self, ago: usize) -> Option<&T> {
        let length = self.values.len();
        if ago >= length {
            return None;
        }
        let newest = if self.next == 0 { length } else { self.next };
        let index = if ago < newest {
            newest - 1 - ago
        } else {
            newest + length - 1 - ago
        };
        self.values.get(index)
    }

    /// The newest value.
    pub fn last(&self) -> Option<&T> {
        self.get(0)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Is there none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Does the next push drop a value.
    pub fn is_full(&self) -> bool {
        self.values.len() == self.capacity
    }

    /// All values, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let oldest = if self.is_full() { self.next } else { 0 };
        self.values[oldest..].iter().chain(&self.values[..oldest])
    }
}

/// The last candles of one series, to be pushed in [`update`](crate::Strategy::update).
///
/// ```
/// use guest_sdk::prelude::*;
/// use guest_sdk::testing::candles_from_closes;
///
/// let mut series = Series::new(2);
/// for candle in candles_from_closes(0, Timeframe::H1, &[10.0, 11.0, 12.0]) {
///     series.push(candle);
/// }
/// assert_eq!(series.closes().collect::<Vec<_>>(), [11.0, 12.0]);
/// assert_eq!(series.close(0) - series.close(1), 1.0);
/// assert!(series.close(2).is_nan(), "it has left the ring");
/// ```
pub type Series = Ring<Candle>;

impl Series {
    /// Close of the candle `ago` candles before the newest; NaN if it is not there.
    pub fn close(&self, ago: usize) -> f64 {
        self.get(ago).map_or(f64::NAN, |candle| candle.close)
    }

    /// All closes, the oldest first.
    pub fn closes(&self) -> impl Iterator<Item = f64> {
        self.iter().map(|candle| candle.close)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest_in_order() {
        for capacity in 1..6 {
            let mut ring = Ring::new(capacity);
            for value in 0..13_usize {
                ring.push(value);
                let expected: Vec<usize> = ((value + 1).saturating_sub(capacity)..=value).collect();
                assert_eq!(ring.iter().copied().collect::<Vec<_>>(), expected);
                for (ago, expected) in expected.iter().rev().enumerate() {
                    assert_eq!(
                        ring.get(ago),
                        Some(expected),
                        "{ago} before {value} in a ring of {capacity}"
                    );
                }
                assert_eq!(ring.get(expected.len()), None);
            }
        }
    }
}
