//! The price's way through one candle: open, one extreme, the other, close. Source: `simulation.md` section 5.

use crate::domain::{Candle, Direction, Price};
use crate::execution::PathRule;

/// Which extreme comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathOrder {
    /// Open, high, low, close.
    HighFirst,
    /// Open, low, high, close.
    LowFirst,
}

impl PathOrder {
    /// The four vertices.
    #[must_use]
    pub fn vertices(self, candle: &Candle) -> [Price; 4] {
        match self {
            Self::HighFirst => [candle.open, candle.high, candle.low, candle.close],
            Self::LowFirst => [candle.open, candle.low, candle.high, candle.close],
        }
    }

    /// The extreme nearer to the open first; equal distances: low first (S12b, S60).
    #[must_use]
    pub fn adaptive(candle: &Candle) -> Self {
        if candle.high - candle.open < candle.open - candle.low {
            Self::HighFirst
        } else {
            Self::LowFirst
        }
    }

    /// Low first in a rising or flat candle (S12e).
    #[must_use]
    pub fn by_colour(candle: &Candle) -> Self {
        if candle.close >= candle.open {
            Self::LowFirst
        } else {
            Self::HighFirst
        }
    }

    /// The way of a rule that needs no trial; `None` for the pessimistic one.
    #[must_use]
    pub fn fixed(rule: PathRule, candle: &Candle, held: Option<Direction>) -> Option<Self> {
        Some(match rule {
            PathRule::Pessimistic => return None,
            PathRule::CandleColour => Self::by_colour(candle),
            PathRule::Adaptive => Self::adaptive(candle),
            PathRule::Ohlc => Self::HighFirst,
            PathRule::Olhc => Self::LowFirst,
            PathRule::StopFirst => match held {
                Some(Direction::Long) => Self::LowFirst,
                Some(Direction::Short) => Self::HighFirst,
                None => Self::by_colour(candle),
            },
        })
    }
}

/// A point on a segment as an exact fraction: `along / length`, both >= 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fraction {
    along: i64,
    length: i64,
}

impl Fraction {
    pub(super) const START: Self = Self {
        along: 0,
        length: 1,
    };

    /// Where on the way from `from` to `to` the level lies, if it does.
    pub(super) fn of(level: Price, from: Price, to: Price) -> Option<Self> {
        let (along, length) = if to > from {
            (level - from, to - from)
        } else {
            (from - level, from - to)
        };
        (length > Price::ZERO && along >= Price::ZERO && along <= length).then_some(Self {
            along: along.0,
            length: length.0,
        })
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let left = i128::from(self.along) * i128::from(other.length);
        let right = i128::from(other.along) * i128::from(self.length);
        left.cmp(&right)
    }
}
