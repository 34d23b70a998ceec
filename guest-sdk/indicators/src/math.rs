//! Sums, extremes and functions of single values.

use crate::catalog::{Entry, entry, function, values};
use crate::window::{RollingSum, Sum};
use crate::{Highest, HighestIndex, Lowest, LowestIndex, timing};

/// The sum of all values since the first. Where it starts is arbitrary: look at its changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CumulativeSum {
    sum: Sum,
    value: Option<f64>,
}

impl CumulativeSum {
    /// Nothing added yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        self.sum.add(value);
        self.value = Some(self.sum.value());
        self.value
    }
}

timing!(CumulativeSum() -> f64: first 1, then 0);

/// The sum of the last n values. O(1).
#[derive(Debug, Clone, PartialEq)]
pub struct MovingSum {
    sum: RollingSum,
    value: Option<f64>,
}

impl MovingSum {
    /// A sum of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            sum: RollingSum::new(period),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.value = Some(self.sum.update(value)?);
        self.value
    }
}

timing!(MovingSum(period: i32) -> f64: first period, then 0);

values!(
    /// Both extremes of a window.
    pub struct Extremes {
        /// The lowest value.
        lowest,
        /// The highest value.
        highest,
    }
);

/// Declares an indicator of both extremes from that of each.
macro_rules! both {
    ($(#[$doc:meta])* $name:ident of $lowest:ident and $highest:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            lowest: $lowest,
            highest: $highest,
            value: Option<Extremes>,
        }

        impl $name {
            /// A window of this many values.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    lowest: $lowest::new(period),
                    highest: $highest::new(period),
                    value: None,
                }
            }

            /// Take the next value.
            #[inline]
            pub fn update(&mut self, value: f64) -> Option<Extremes> {
                let lowest = self.lowest.update(value);
                let highest = self.highest.update(value)?;
                self.value = Some(Extremes {
                    lowest: f64::from(lowest?),
                    highest: f64::from(highest),
                });
                self.value
            }
        }

        timing!($name(period: i32) -> Extremes: first period, then 0);
    };
}

both!(
    /// The lowest and the highest of the last n values.
    LowestHighest of Lowest and Highest
);
both!(
    /// The indices of the lowest and the highest of the last n values, as [`LowestIndex`] and [`HighestIndex`] give them.
    LowestHighestIndex of LowestIndex and HighestIndex
);

pub(crate) fn entries() -> Vec<Entry> {
    [windows(), operators(), transforms()].concat()
}

fn windows() -> Vec<Entry> {
    vec![
        entry!(CumulativeSum(), "cumsum", "sum since the start", Math, "ta.CUMSUM", [Value] -> ["value"]),
        entry!(MovingSum(period: i32 = 30, 1..=10_000), "moving_sum", "sum of a window", Math, "ta.SUM", [Value] -> ["value"]),
        entry!(HighestIndex(period: i32 = 30, 1..=10_000), "maxindex", "index of the highest of a window", Math, "ta.MAXINDEX", [Value] -> ["value"]),
        entry!(LowestIndex(period: i32 = 30, 1..=10_000), "minindex", "index of the lowest of a window", Math, "ta.MININDEX", [Value] -> ["value"]),
        entry!(LowestHighest(period: i32 = 30, 1..=10_000), "minmax", "lowest and highest of a window", Math, "ta.MINMAX", [Value] -> ["min", "max"]),
        entry!(LowestHighestIndex(period: i32 = 30, 1..=10_000), "minmaxindex", "indices of both", Math, "ta.MINMAXINDEX", [Value] -> ["minidx", "maxidx"]),
    ]
}

fn operators() -> Vec<Entry> {
    vec![
        function!(
            |a, b| a + b,
            "add",
            "a + b",
            Math,
            "ta.ADD",
            [Value, Second]
        ),
        function!(
            |a, b| a - b,
            "sub",
            "a - b",
            Math,
            "ta.SUB",
            [Value, Second]
        ),
        function!(
            |a, b| a * b,
            "mult",
            "a x b",
            Math,
            "ta.MULT",
            [Value, Second]
        ),
        function!(
            |a, b| a / b,
            "div",
            "a / b",
            Math,
            "ta.DIV",
            [Value, Second]
        ),
    ]
}

fn transforms() -> Vec<Entry> {
    vec![
        function!(
            libm::acos,
            "acos",
            "arc cosine, radians",
            Math,
            "ta.ACOS",
            [Value]
        ),
        function!(
            libm::asin,
            "asin",
            "arc sine, radians",
            Math,
            "ta.ASIN",
            [Value]
        ),
        function!(
            libm::atan,
            "atan",
            "arc tangent, radians",
            Math,
            "ta.ATAN",
            [Value]
        ),
        function!(
            libm::ceil,
            "ceil",
            "next whole number above",
            Math,
            "ta.CEIL",
            [Value]
        ),
        function!(
            libm::cos,
            "cos",
            "cosine of radians",
            Math,
            "ta.COS",
            [Value]
        ),
        function!(
            libm::cosh,
            "cosh",
            "hyperbolic cosine",
            Math,
            "ta.COSH",
            [Value]
        ),
        function!(libm::exp, "exp", "e to the power", Math, "ta.EXP", [Value]),
        function!(
            libm::floor,
            "floor",
            "next whole number below",
            Math,
            "ta.FLOOR",
            [Value]
        ),
        function!(libm::log, "ln", "natural logarithm", Math, "ta.LN", [Value]),
        function!(
            libm::log10,
            "log10",
            "logarithm to base 10",
            Math,
            "ta.LOG10",
            [Value]
        ),
        function!(libm::sin, "sin", "sine of radians", Math, "ta.SIN", [Value]),
        function!(
            libm::sinh,
            "sinh",
            "hyperbolic sine",
            Math,
            "ta.SINH",
            [Value]
        ),
        function!(libm::sqrt, "sqrt", "square root", Math, "ta.SQRT", [Value]),
        function!(
            libm::tan,
            "tan",
            "tangent of radians",
            Math,
            "ta.TAN",
            [Value]
        ),
        function!(
            libm::tanh,
            "tanh",
            "hyperbolic tangent",
            Math,
            "ta.TANH",
            [Value]
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_windows_and_all() {
        let (mut moving, mut all) = (MovingSum::new(2), CumulativeSum::new());
        let values = [1.0, 2.0, f64::NAN, 4.0];
        assert_eq!(
            values.map(|value| moving.update(value)),
            [None, Some(3.0), None, Some(6.0)]
        );
        assert_eq!(
            values.map(|value| all.update(value)),
            [Some(1.0), Some(3.0), None, Some(7.0)]
        );
    }

    #[test]
    fn what_is_no_finite_number_is_nothing() {
        for (name, inputs) in [
            ("div", &[1.0, 0.0][..]),
            ("ln", &[0.0]),
            ("sqrt", &[-1.0]),
            ("acos", &[2.0]),
        ] {
            let entry = crate::catalog::find(name).expect("a known name");
            let mut stream = entry.make(&[]).expect("no parameters");
            assert!(!stream.update(inputs, &mut [0.0]), "{name}");
        }
    }
}
