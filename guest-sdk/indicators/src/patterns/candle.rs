//! The last candles, each with what the candles before it make of the words long, short, doji and near.
//!
//! | word | compared with |
//! |---|---|
//! | long, short body | the mean body of the 10 candles before |
//! | doji (hardly a body), very short shadow | a tenth of the mean range of the 10 candles before |
//! | short shadow | half the mean sum of both shadows of the 10 candles before |
//! | long, very long shadow | the candle's own body, twice that |
//! | near, far, equal | 0.2, 0.6, 0.05 of the mean range of the 5 candles before |

use crate::window::Window;

/// One candle among its predecessors. A mean is NaN, and nothing compares with it, while there are too few candles before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candle {
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) close: f64,
    /// Mean body of the 10 candles before.
    usual_body: f64,
    /// A tenth of the mean range of the 10 candles before.
    tiny: f64,
    /// Half the mean sum of both shadows of the 10 candles before.
    usual_shadow: f64,
    /// Mean range of the 5 candles before.
    usual_range: f64,
}

impl Candle {
    /// 1 for a white candle (closed at its open or above), -1 for a black one.
    pub(super) fn color(&self) -> i32 {
        if self.close >= self.open { 1 } else { -1 }
    }

    pub(super) fn is_white(&self) -> bool {
        self.color() == 1
    }

    pub(super) fn is_black(&self) -> bool {
        self.color() == -1
    }

    pub(super) fn body(&self) -> f64 {
        (self.close - self.open).abs()
    }

    /// The higher end of the body.
    pub(super) fn top(&self) -> f64 {
        if self.close >= self.open {
            self.close
        } else {
            self.open
        }
    }

    /// The lower end of the body.
    pub(super) fn bottom(&self) -> f64 {
        if self.close >= self.open {
            self.open
        } else {
            self.close
        }
    }

    pub(super) fn upper_shadow(&self) -> f64 {
        self.high - self.top()
    }

    pub(super) fn lower_shadow(&self) -> f64 {
        self.bottom() - self.low
    }

    pub(super) fn has_long_body(&self) -> bool {
        self.body() > self.usual_body
    }

    pub(super) fn has_short_body(&self) -> bool {
        self.body() < self.usual_body
    }

    /// Short, or exactly as usual.
    pub(super) fn has_no_long_body(&self) -> bool {
        self.body() <= self.usual_body
    }

    pub(super) fn is_doji(&self) -> bool {
        self.body() <= self.tiny
    }

    /// The body that is at most a doji's.
    pub(super) fn doji_body(&self) -> f64 {
        self.tiny
    }

    pub(super) fn has_tiny_upper_shadow(&self) -> bool {
        self.upper_shadow() < self.tiny
    }

    pub(super) fn has_tiny_lower_shadow(&self) -> bool {
        self.lower_shadow() < self.tiny
    }

    /// More than a tiny one.
    pub(super) fn has_upper_shadow(&self) -> bool {
        self.upper_shadow() > self.tiny
    }

    /// More than a tiny one.
    pub(super) fn has_lower_shadow(&self) -> bool {
        self.lower_shadow() > self.tiny
    }

    pub(super) fn has_short_upper_shadow(&self) -> bool {
        self.upper_shadow() < self.usual_shadow
    }

    pub(super) fn has_short_lower_shadow(&self) -> bool {
        self.lower_shadow() < self.usual_shadow
    }

    /// More than a short one.
    pub(super) fn has_more_than_short_upper_shadow(&self) -> bool {
        self.upper_shadow() > self.usual_shadow
    }

    pub(super) fn has_long_upper_shadow(&self) -> bool {
        self.upper_shadow() > self.body()
    }

    pub(super) fn has_long_lower_shadow(&self) -> bool {
        self.lower_shadow() > self.body()
    }

    pub(super) fn has_very_long_upper_shadow(&self) -> bool {
        self.upper_shadow() > 2.0 * self.body()
    }

    pub(super) fn has_very_long_lower_shadow(&self) -> bool {
        self.lower_shadow() > 2.0 * self.body()
    }

    /// What is near this candle, as a distance of prices.
    pub(super) fn near(&self) -> f64 {
        0.2 * self.usual_range
    }

    /// What is far from this candle.
    pub(super) fn far(&self) -> f64 {
        0.6 * self.usual_range
    }

    /// Is a price as good as equal to one of this candle's.
    pub(super) fn equals(&self, own: f64, price: f64) -> bool {
        let equal = 0.05 * self.usual_range;
        price <= own + equal && price >= own - equal
    }

    /// Does the body lie above another's: a gap up between the bodies.
    pub(super) fn body_above(&self, other: &Candle) -> bool {
        self.bottom() > other.top()
    }

    /// Does the body lie below another's: a gap down between the bodies.
    pub(super) fn body_below(&self, other: &Candle) -> bool {
        self.top() < other.bottom()
    }

    /// Does the whole candle lie above another, shadows included.
    pub(super) fn above(&self, other: &Candle) -> bool {
        self.low > other.high
    }

    /// Does the whole candle lie below another, shadows included.
    pub(super) fn below(&self, other: &Candle) -> bool {
        self.high < other.low
    }
}

/// 100 or -100 by a color where there is a pattern, 0 where there is none.
pub(super) fn signed(found: bool, color: i32) -> i32 {
    if found { 100 * color } else { 0 }
}

/// Candles as they come: the last five, newest first, and what is needed to judge the next one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candles {
    last: [Candle; 5],
    /// Candles seen; no more than are ever asked for.
    known: u32,
    bodies: Window,
    ranges: Window,
    shadows: Window,
}

/// Candles a mean of bodies, ranges or shadows is made of.
const USUAL: i32 = 10;
/// Candles the mean range is made of where nearness is judged.
const NEAR: usize = 5;
/// More than any pattern looks back.
const KNOWN_MAX: u32 = 100;

impl Candles {
    pub(super) fn new() -> Self {
        let none = Candle {
            open: f64::NAN,
            high: f64::NAN,
            low: f64::NAN,
            close: f64::NAN,
            usual_body: f64::NAN,
            tiny: f64::NAN,
            usual_shadow: f64::NAN,
            usual_range: f64::NAN,
        };
        Self {
            last: [none; 5],
            known: 0,
            bodies: Window::new(USUAL),
            ranges: Window::new(USUAL),
            shadows: Window::new(USUAL),
        }
    }

    /// Takes a candle; how many are known and the last five, newest first. Nothing where a price is missing.
    #[inline]
    pub(super) fn push(
        &mut self,
        open: f64,
        high: f64,
        low: f64,
        close: f64,
    ) -> Option<(u32, &[Candle; 5])> {
        if [open, high, low, close].iter().any(|price| price.is_nan()) {
            return None;
        }
        let candle = Candle {
            open,
            high,
            low,
            close,
            usual_body: mean(&self.bodies),
            tiny: 0.1 * mean(&self.ranges),
            usual_shadow: mean(&self.shadows) / 2.0,
            usual_range: self.mean_of_near_ranges(),
        };
        self.bodies.push(candle.body());
        self.ranges.push(high - low);
        self.shadows
            .push(candle.upper_shadow() + candle.lower_shadow());
        self.last.rotate_right(1);
        self.last[0] = candle;
        self.known = (self.known + 1).min(KNOWN_MAX);
        Some((self.known, &self.last))
    }

    fn mean_of_near_ranges(&self) -> f64 {
        let ranges = (0..NEAR).rev().map(|updates| self.ranges.ago(updates));
        let sum = ranges.fold(0.0, |sum, range| sum + range.unwrap_or(f64::NAN));
        sum / NEAR as f64
    }
}

/// Added up afresh, so that it depends on the window alone; NaN until the window is full.
fn mean(window: &Window) -> f64 {
    if !window.is_full() {
        return f64::NAN;
    }
    window.iter().sum::<f64>() / f64::from(USUAL)
}
