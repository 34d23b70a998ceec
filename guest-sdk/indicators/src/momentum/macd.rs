//! Convergence and divergence of two moving averages.

use super::pair::{Kind, Pair, forgets};
use crate::Ema;
use crate::average::{Average, MovingAverage};
use crate::catalog::values;
use crate::timing;
use crate::updates::updates;

values! {
    /// The three lines of a MACD.
    pub struct MacdValues {
        /// The fast average less the slow one.
        macd,
        /// Its average.
        signal,
        /// MACD less signal.
        histogram,
    }
}

/// Both averages, begun so that they give their first values together as in TA-Lib, and the signal, which begins with the first
/// MACD.
#[derive(Debug, Clone, PartialEq)]
struct Lines {
    pair: Pair,
    signal: MovingAverage,
}

impl Lines {
    #[inline]
    fn next(&mut self, value: f64) -> Option<MacdValues> {
        let (fast, slow) = self.pair.next(value)?;
        let macd = fast - slow;
        let signal = self.signal.update(macd)?;
        Some(MacdValues {
            macd,
            signal,
            histogram: macd - signal,
        })
    }

    fn first_value(fast: Kind, slow: Kind, signal: Kind) -> i32 {
        Pair::first_value(fast, slow) + MovingAverage::first_value(signal.0, signal.1) - 1
    }

    fn forgets(fast: Kind, slow: Kind, signal: Kind) -> i32 {
        Pair::forgets(fast, slow) + forgets(signal)
    }
}

/// `macd!(/// What. Name(parameters), |…| [fast, slow, signal])`: a MACD whose averages are of these kinds.
macro_rules! macd {
    ($(#[$meta:meta])* $name:ident($($parameter:ident: $type:ty),+) => [$fast:expr, $slow:expr, $signal:expr]) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            lines: Lines,
            value: Option<MacdValues>,
        }

        impl $name {
            /// The averages over so many values; of the first two, the one over fewer is the fast one.
            ///
            /// # Panics
            /// If a period is not positive.
            pub fn new($($parameter: $type),+) -> Self {
                Self {
                    lines: Lines {
                        pair: Pair::together($fast, $slow),
                        signal: MovingAverage::new($signal.0, $signal.1),
                    },
                    value: None,
                }
            }

            updates!((value) -> MacdValues);

            #[inline]
            fn next(&mut self, value: f64) -> Option<MacdValues> {
                self.lines.next(value)
            }
        }

        timing!($name($($parameter: $type),+) -> MacdValues:
            first Lines::first_value($fast, $slow, $signal),
            then Lines::forgets($fast, $slow, $signal));
    };
}

macd! {
    /// A fast exponential average less a slow one, and the exponential average of that.
    Macd(fast_period: i32, slow_period: i32, signal_period: i32) => [
        (Average::Ema, fast_period),
        (Average::Ema, slow_period),
        (Average::Ema, signal_period)
    ]
}

macd! {
    /// A MACD of averages of any kind.
    MacdExt(fast_period: i32, fast_average: Average, slow_period: i32, slow_average: Average, signal_period: i32,
        signal_average: Average) => [
        (fast_average, fast_period),
        (slow_average, slow_period),
        (signal_average, signal_period)
    ]
}

/// Appel's MACD of 12 and 26 days with the factors he rounded them to, 0.15 and 0.075.
#[derive(Debug, Clone, PartialEq)]
pub struct MacdFix {
    lines: Lines,
    value: Option<MacdValues>,
}

impl MacdFix {
    const KINDS: [Kind; 2] = [(Average::Ema, 12), (Average::Ema, 26)];

    /// With a signal over so many values.
    ///
    /// # Panics
    /// If `signal_period` is not positive.
    pub fn new(signal_period: i32) -> Self {
        let [fast, slow] = [Ema::with_factor(12, 0.15), Ema::with_factor(26, 0.075)];
        let pair = Pair::together(Self::KINDS[0], Self::KINDS[1]);
        Self {
            lines: Lines {
                pair: pair.replace(MovingAverage::Ema(fast), MovingAverage::Ema(slow)),
                signal: MovingAverage::new(Average::Ema, signal_period),
            },
            value: None,
        }
    }

    updates!((value) -> MacdValues);

    #[inline]
    fn next(&mut self, value: f64) -> Option<MacdValues> {
        self.lines.next(value)
    }
}

timing!(MacdFix(signal_period: i32) -> MacdValues:
    first Lines::first_value(Self::KINDS[0], Self::KINDS[1], (Average::Ema, signal_period)),
    then Lines::forgets(Self::KINDS[0], Self::KINDS[1], (Average::Ema, signal_period)));
