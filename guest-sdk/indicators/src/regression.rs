//! The straight line through the last n values by least squares.

use crate::{checked_from, timing, window::Window};

/// The line: where it is at the oldest value of the window, and what it gains an update.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    start: f64,
    slope: f64,
}

/// The line through the last n values from running sums, which are computed afresh every n updates. O(1).
#[derive(Debug, Clone, PartialEq)]
struct Regression {
    window: Window,
    count: f64,
    sum: f64,
    /// Each value times its place, 0 for the oldest.
    weighted: f64,
}

impl Regression {
    fn new(period: i32) -> Self {
        checked_from(2, period);
        Self {
            window: Window::new(period),
            count: f64::from(period),
            sum: 0.0,
            weighted: 0.0,
        }
    }

    #[inline]
    fn update(&mut self, value: f64) -> Option<Line> {
        if value.is_nan() {
            return None;
        }
        let leaving = self.window.push(value);
        if self.window.is_round_complete() {
            self.begin_anew();
        } else {
            let leaving = leaving?;
            self.weighted += (self.count - 1.0) * value - (self.sum - leaving);
            self.sum += value - leaving;
        }
        Some(self.line())
    }

    fn begin_anew(&mut self) {
        (self.sum, self.weighted) = (0.0, 0.0);
        for (place, value) in self.window.iter().enumerate() {
            self.sum += value;
            self.weighted += place as f64 * value;
        }
    }

    fn line(&self) -> Line {
        let n = self.count;
        let places = n * (n - 1.0) / 2.0;
        let spread = n * n * (n * n - 1.0) / 12.0;
        let slope = (n * self.weighted - places * self.sum) / spread;
        Line {
            start: (self.sum - slope * places) / n,
            slope,
        }
    }
}

macro_rules! regression {
    ($(#[$doc:meta])* $name:ident, |$line:ident, $count:ident| $value:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            regression: Regression,
            value: Option<f64>,
        }

        impl $name {
            /// A line through this many values.
            ///
            /// # Panics
            /// If `period` is under 2.
            pub fn new(period: i32) -> Self {
                Self {
                    regression: Regression::new(period),
                    value: None,
                }
            }

            /// Take the next value.
            #[inline]
            pub fn update(&mut self, value: f64) -> Option<f64> {
                let $line = self.regression.update(value)?;
                let $count = self.regression.count;
                self.value = Some($value);
                self.value
            }
        }

        timing!($name(period: i32) -> f64: first period, then 0);
    };
}

regression!(
    /// Where the line through the last n values ends: at the newest.
    LinearRegression,
    |line, count| line.start + line.slope * (count - 1.0)
);
regression!(
    /// Where the line through the last n values begins: at the oldest.
    LinearRegressionIntercept,
    |line, _count| line.start
);
regression!(
    /// What the line through the last n values gains with each.
    LinearRegressionSlope,
    |line, _count| line.slope
);
regression!(
    /// The angle of the line through the last n values, degrees: of a slope of 1 a value it is 45.
    LinearRegressionAngle,
    |line, _count| libm::atan(line.slope).to_degrees()
);
regression!(
    /// Where the line through the last n values would be at the next.
    TimeSeriesForecast,
    |line, count| line.start + line.slope * count
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_found_and_goes_on() {
        let (mut slope, mut start) = (
            LinearRegressionSlope::new(3),
            LinearRegressionIntercept::new(3),
        );
        let (mut end, mut forecast) = (LinearRegression::new(3), TimeSeriesForecast::new(3));
        let mut angle = LinearRegressionAngle::new(3);
        for value in [9.0, 1.0, 2.0, 3.0, f64::NAN] {
            slope.update(value);
            start.update(value);
            end.update(value);
            forecast.update(value);
            angle.update(value);
        }
        assert_eq!((slope.value(), start.value()), (Some(1.0), Some(1.0)));
        assert_eq!((end.value(), forecast.value()), (Some(3.0), Some(4.0)));
        assert_eq!(angle.value(), Some(45.0));
    }
}
