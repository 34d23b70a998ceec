//! The way into an indicator, written once.

/// `updates!((close) -> f64);` within an `impl`: the `update` of an indicator with a field `value` and a method `next`, which takes
/// the same inputs, none of them NaN, and gives what the indicator is now.
macro_rules! updates {
    (($($input:ident),+) -> $value:ty) => {
        /// Take the next candle or value.
        #[inline]
        pub fn update(&mut self, $($input: f64),+) -> Option<$value> {
            if $($input.is_nan())||+ {
                return None;
            }
            self.value = self.next($($input),+);
            self.value
        }
    };
}

pub(crate) use updates;
