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

/// `pattern! { /// Its rule. Name, lookback, [newest, …] => signal }`: a type for one pattern, which is judged after each candle
/// from the candle at `lookback` on. With `Name(penetration)` it takes how deep one body must reach into another.
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
        $crate::catalog::entry!($kind(penetration: f64 = $default, 0..=100), $name, $title, Pattern, $golden,
            [Open, High, Low, Close] -> ["value"])
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten candles of body 2, range 4 and shadows of 1.
    const USUAL: [[f64; 4]; 10] = [[10.0, 13.0, 9.0, 12.0]; 10];

    /// What a pattern says of these candles after the usual ones.
    fn after_usual<const N: usize>(
        mut update: impl FnMut(f64, f64, f64, f64) -> Option<i32>,
        candles: [[f64; 4]; N],
    ) -> [Option<i32>; N] {
        for [open, high, low, close] in USUAL {
            update(open, high, low, close);
        }
        candles.map(|[open, high, low, close]| update(open, high, low, close))
    }

    #[test]
    fn a_candle_is_judged_by_those_before_it_alone() {
        let mut doji = Doji::new();
        // A tenth of the mean range of 4 is the largest body of a doji; a vast range of its own changes nothing.
        let candles = [[10.0, 99.0, 1.0, 10.5], [10.0, 99.0, 1.0, 10.4]];
        let said = after_usual(|o, h, l, c| doji.update(o, h, l, c), candles);
        assert_eq!(said[0], Some(0));
        // By now the mean range has grown.
        assert_eq!(said[1], Some(100));
        assert_eq!(doji.value(), Some(100));
    }

    #[test]
    fn a_missing_price_is_no_candle() {
        let mut doji = Doji::new();
        let said = after_usual(
            |o, h, l, c| doji.update(o, h, l, c),
            [[10.0, 11.0, f64::NAN, 10.0], [10.0, 11.0, 9.0, 10.0]],
        );
        assert_eq!(said, [None, Some(100)]);
    }

    #[test]
    fn an_equal_end_engulfs_less_and_two_do_not() {
        let mut engulfing = Engulfing::new();
        let after = |close: f64| {
            [
                [12.0, 12.0, 10.0, 10.0],
                [10.0, close, 10.0, close],
                [9.0, 13.0, 9.0, 13.0],
            ]
        };
        let mut said =
            |close| after_usual(|o, h, l, c| engulfing.update(o, h, l, c), after(close))[1];
        assert_eq!(said(13.0), Some(80));
        assert_eq!(said(12.0), Some(0));
        let mut engulfing = Engulfing::new();
        let candles = [
            [12.0, 12.0, 10.0, 10.0],
            [9.0, 13.0, 9.0, 13.0],
            [14.0, 14.0, 8.0, 8.0],
        ];
        let said = after_usual(|o, h, l, c| engulfing.update(o, h, l, c), candles);
        assert_eq!(said[1..], [Some(100), Some(-100)]);
    }

    #[test]
    fn a_hikkake_is_confirmed_within_three_candles() {
        // An inside candle up to 12, a lower one, then waiting below 12 before a close above it.
        let confirmed_after = |waiting: usize| {
            let mut hikkake = Hikkake::new();
            let mut say = |high: f64, low: f64, close: f64| hikkake.update(close, high, low, close);
            for (high, low) in [(20.0, 1.0), (20.0, 1.0), (20.0, 1.0), (12.0, 8.0)] {
                say(high, low, 9.0);
            }
            assert_eq!(say(11.0, 7.0, 9.0), None, "too early");
            for _ in 0..3 {
                say(20.0, 1.0, 9.0);
            }
            say(12.0, 8.0, 9.0);
            assert_eq!(say(11.0, 7.0, 9.0), Some(100));
            for _ in 0..waiting {
                assert_eq!(say(11.0, 7.0, 9.0), Some(0));
            }
            say(13.0, 7.0, 12.5)
        };
        assert_eq!(
            [0, 2, 3].map(confirmed_after),
            [Some(200), Some(200), Some(0)]
        );
    }

    #[test]
    fn penetration_is_the_share_of_the_first_body() {
        let stars = |penetration| {
            let mut star = MorningStar::new(penetration);
            let candles = [
                [20.0, 20.0, 10.0, 10.0],
                [8.0, 9.0, 7.0, 8.5],
                [9.0, 15.0, 9.0, 14.0],
            ];
            after_usual(|o, h, l, c| star.update(o, h, l, c), candles)[2]
        };
        assert_eq!([0.3, 0.4].map(stars), [Some(100), Some(0)]);
    }
}
