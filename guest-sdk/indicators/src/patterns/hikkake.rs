//! The hikkake: a false break out of a narrow candle, and its confirmation up to three candles later.

use super::candle::{Candle, Candles};
use super::chapter;
use crate::catalog::Entry;
use crate::timing;

/// Candles after a pattern in which a close can confirm it.
const CONFIRMED_WITHIN: u32 = 3;

/// The last pattern, while it can still be confirmed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pending {
    /// 1 after a false break down, -1 after one up.
    sign: i32,
    /// The high of the narrow candle, which confirms a rise (the low: a fall).
    beyond: f64,
    candles_left: u32,
}

impl Pending {
    /// The break by the newest of these candles, away from which the price is expected.
    fn of([third, second, ..]: &[Candle; 5]) -> Self {
        let down = third.high < second.high;
        Self {
            sign: if down { 1 } else { -1 },
            beyond: if down { second.high } else { second.low },
            candles_left: CONFIRMED_WITHIN,
        }
    }

    fn confirmed_by(&self, close: f64) -> bool {
        match self.sign {
            1 => close > self.beyond,
            _ => close < self.beyond,
        }
    }
}

/// A pattern at this candle gives 100 with its sign and replaces the one pending; a confirmation of that gives 200.
fn follow(pending: &mut Option<Pending>, found: bool, candles: &[Candle; 5]) -> i32 {
    if found {
        let new = Pending::of(candles);
        *pending = Some(new);
        return 100 * new.sign;
    }
    let Some(waiting) = pending else { return 0 };
    let (sign, confirmed) = (waiting.sign, waiting.confirmed_by(candles[0].close));
    waiting.candles_left -= 1;
    if confirmed || waiting.candles_left == 0 {
        *pending = None;
    }
    if confirmed { 200 * sign } else { 0 }
}

/// Does the next candle lie inside the one before, shadows included.
fn inside(before: &Candle, next: &Candle) -> bool {
    next.high < before.high && next.low > before.low
}

/// Does the next candle lie lower than the one before at both ends.
fn lower(before: &Candle, next: &Candle) -> bool {
    next.high < before.high && next.low < before.low
}

/// Does the next candle lie higher than the one before at both ends.
fn higher(before: &Candle, next: &Candle) -> bool {
    next.high > before.high && next.low > before.low
}

/// An inside candle and a break out of it.
fn plain([third, second, first, ..]: &[Candle; 5]) -> bool {
    inside(first, second) && (lower(second, third) || higher(second, third))
}

/// Two candles each inside the one before and a break, the first inside one having closed near the end where the break was.
fn modified([fourth, third, second, first, _]: &[Candle; 5]) -> bool {
    let down = lower(third, fourth) && second.close <= second.low + second.near();
    let up = higher(third, fourth) && second.close >= second.high - second.near();
    inside(first, second) && inside(second, third) && (down || up)
}

macro_rules! hikkake {
    ($(#[$doc:meta])* $name:ident, $lookback:literal, $found:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            candles: Candles,
            pending: Option<Pending>,
            value: Option<i32>,
        }

        impl $name {
            /// No candle yet.
            #[allow(clippy::new_without_default, reason = "all indicators are made by `new` alone")]
            pub fn new() -> Self {
                Self { candles: Candles::new(), pending: None, value: None }
            }

            /// Take the next candle.
            #[inline]
            pub fn update(&mut self, open: f64, high: f64, low: f64, close: f64) -> Option<i32> {
                let (known, candles) = self.candles.push(open, high, low, close)?;
                let found = $found(candles);
                let signal = follow(&mut self.pending, found, candles);
                self.value = (known > $lookback).then_some(signal);
                self.value
            }
        }

        timing!($name() -> i32: first $lookback + 1, then 0);
    };
}

hikkake! {
    /// Hikkake: a candle inside the one before, then one lower at both ends (100) or higher at both ends (-100); 200 and -200 where
    /// one of the next three candles closes beyond the other end of the inside candle.
    Hikkake, 5, plain
}

hikkake! {
    /// Modified hikkake: as the hikkake after two candles each inside the one before, the first of which closed near the end where
    /// the break then was.
    HikkakeModified, 10, modified
}

pub(super) fn entries() -> Vec<Entry> {
    chapter!(
        Hikkake = "hikkake" "hikkake" "ta.CDLHIKKAKE",
        HikkakeModified = "hikkake_modified" "modified hikkake" "ta.CDLHIKKAKEMOD",
    )
}
