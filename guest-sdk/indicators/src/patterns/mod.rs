//! Candlestick patterns with TA-Lib's rules (its `CDL` functions): 100 where a bullish pattern ends, -100 where a bearish one
//! does, 0 elsewhere; a few give 80 or 200 too and say so.
//!
//! Words such as long, short and near are meant in comparison with the candles before the one they judge ([`candle`]).
//! A pattern is no trend: whether a hammer comes after a fall is for the strategy to know.
//!
//! Source: `reference/indicators.md`, section 5, golden columns `ta.CDL*`.

mod candle;
mod hikkake;
mod one;
mod several;
mod three;
mod two;

pub use hikkake::*;
pub use one::*;
pub use several::*;
pub use three::*;
pub use two::*;

use crate::catalog::Entry;

/// `pattern! { /// Its rule. Name, lookback, [newest, …] => signal }`: a type for one pattern, which is judged after each candle from
/// the candle at `lookback` on. With `Name(penetration)` it takes how deep one body must reach into another.
macro_rules! pattern {
    ($(#[$doc:meta])* $name:ident $(($penetration:ident))?, $lookback:literal, $candles:pat => $signal:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            candles: $crate::patterns::candle::Candles,
            $($penetration: f64,)?
            value: Option<i32>,
        }

        impl $name {
            /// No candle yet.
            #[allow(clippy::new_without_default, reason = "all indicators are made by `new` alone")]
            pub fn new($($penetration: f64)?) -> Self {
                Self {
                    candles: $crate::patterns::candle::Candles::new(),
                    $($penetration,)?
                    value: None,
                }
            }

            /// Take the next candle.
            #[inline]
            pub fn update(&mut self, open: f64, high: f64, low: f64, close: f64) -> Option<i32> {
                let (known, $candles) = self.candles.push(open, high, low, close)?;
                $(let $penetration = self.$penetration;)?
                self.value = (known > $lookback).then(|| $signal);
                self.value
            }
        }

        $crate::timing!($name($($penetration: f64)?) -> i32: first $lookback + 1, then 0);
    };
}

/// `chapter!(Name = "name" "title" "golden", …)`: the entries of patterns; `Name(default)` for one that takes a penetration.
macro_rules! chapter {
    ($($kind:ident $(($default:literal))? = $name:literal $title:literal $golden:literal),* $(,)?) => {
        vec![$($crate::patterns::chapter!(@ $kind $(($default))? $name $title $golden)),*]
    };
    (@ $kind:ident $name:literal $title:literal $golden:literal) => {
        $crate::catalog::entry!($kind(), $name, $title, Pattern, $golden, [Open, High, Low, Close] -> ["value"])
    };
    (@ $kind:ident ($default:literal) $name:literal $title:literal $golden:literal) => {
        $crate::catalog::entry!($kind(penetration: f64 = $default, 0..=1e9), $name, $title, Pattern, $golden, [Open, High, Low, Close] -> ["value"])
    };
}

use {chapter, pattern};

/// All patterns.
pub(crate) fn entries() -> Vec<Entry> {
    let files = [
        one::entries(),
        two::entries(),
        three::entries(),
        several::entries(),
        hikkake::entries(),
    ];
    files.into_iter().flatten().collect()
}
