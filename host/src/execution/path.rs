//! The price's way through one candle: open, one extreme, the other, close. Source: `simulation.md` section 5.

use std::cmp::Ordering;

use crate::domain::{Candle, Direction, Ohlc, Price, Reference, Rounding, TriggerBy, div_round};
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
    pub fn vertices(self, candle: &Ohlc) -> [Price; 4] {
        match self {
            Self::HighFirst => [candle.open, candle.high, candle.low, candle.close],
            Self::LowFirst => [candle.open, candle.low, candle.high, candle.close],
        }
    }

    /// The extreme nearer to the open first; equal distances: low first (S12b, S60).
    #[must_use]
    pub fn adaptive(candle: &Ohlc) -> Self {
        if candle.high - candle.open < candle.open - candle.low {
            Self::HighFirst
        } else {
            Self::LowFirst
        }
    }

    /// Low first in a rising or flat candle (S12e).
    #[must_use]
    pub fn by_colour(candle: &Ohlc) -> Self {
        if candle.close >= candle.open {
            Self::LowFirst
        } else {
            Self::HighFirst
        }
    }

    /// The way of a rule that needs no trial; `None` for those that try both.
    #[must_use]
    pub fn fixed(rule: PathRule, candle: &Ohlc, held: Option<Direction>) -> Option<Self> {
        Some(match rule {
            PathRule::Pessimistic | PathRule::Optimistic => return None,
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

/// A price as an exact quotient, in units of 1e-8. Where one path reaches a level, another one is seldom on its grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    pub(super) fn whole(price: Price) -> Self {
        Self {
            numerator: i128::from(price.0),
            denominator: 1,
        }
    }

    /// To 1e-8, half-even.
    pub(super) fn nearest(self) -> Price {
        let units = div_round(self.numerator, self.denominator, Rounding::HalfEven);
        Price(i64::try_from(units).expect("between two prices"))
    }

    pub(super) fn compare(self, price: Price) -> Ordering {
        self.numerator
            .cmp(&(i128::from(price.0) * self.denominator))
    }

    /// The quotient: numerator and denominator, both above zero for a price.
    pub(super) fn parts(self) -> (i128, i128) {
        (self.numerator, self.denominator)
    }
}

/// A point on a segment as an exact fraction: `along / length`, both >= 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fraction {
    along: i128,
    length: i128,
}

impl Fraction {
    pub(super) const START: Self = Self {
        along: 0,
        length: 1,
    };

    /// A distance as a place: for what is ordered by how far it lies.
    pub(super) fn distance(of: Price) -> Self {
        Self {
            along: i128::from(of.0),
            length: 1,
        }
    }

    /// `along / length`, kept within 62 bits each so that prices at it stay exact integers' quotients.
    pub(super) fn new(along: i128, length: i128) -> Self {
        let bits = 128 - along.max(length).leading_zeros();
        let shift = bits.saturating_sub(62);
        Self {
            along: along >> shift,
            length: (length >> shift).max(1),
        }
    }

    /// Where on the way from `from` to `to` the level lies, if it does.
    pub(super) fn of(level: Price, from: Price, to: Price) -> Option<Self> {
        let (along, length) = if to > from {
            (level - from, to - from)
        } else {
            (from - level, from - to)
        };
        (length > Price::ZERO && along >= Price::ZERO && along <= length).then_some(Self {
            along: i128::from(along.0),
            length: i128::from(length.0),
        })
    }

    /// The price at this point of a segment.
    pub(super) fn between(self, from: Price, to: Price) -> Exact {
        Exact {
            numerator: i128::from(from.0) * self.length
                + (i128::from(to.0) - i128::from(from.0)) * self.along,
            denominator: self.length,
        }
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        // Both below 2^63: the products fit.
        (self.along * other.length).cmp(&(other.along * self.length))
    }
}

/// Where last, mark and index price go within one minute, vertices matched (`simulation.md` section 5).
#[derive(Debug, Clone, Copy)]
pub(super) struct Track {
    prices: [[Price; 4]; 3],
}

impl Track {
    pub(super) fn of(way: PathOrder, prices: &[Ohlc; 3]) -> Self {
        Self {
            prices: prices.map(|ohlc| way.vertices(&ohlc)),
        }
    }

    /// Both ends of a segment.
    pub(super) fn segment(&self, source: TriggerBy, segment: usize) -> (Price, Price) {
        let prices = &self.prices[row(source)];
        (prices[segment], prices[segment + 1])
    }
}

/// The row of a source in tables of three.
pub(super) fn row(source: TriggerBy) -> usize {
    match source {
        TriggerBy::Last => 0,
        TriggerBy::Mark => 1,
        TriggerBy::Index => 2,
    }
}

/// Last, mark and index price of a minute; what is not there is stood in for by the last price, a missing minute stands still.
pub(super) fn prices_of(
    candle: Option<&Candle>,
    reference: Reference,
    still: (Price, Price, Price),
) -> [Ohlc; 3] {
    let flat = Ohlc::flat;
    let last = candle.map(Ohlc::of);
    [
        last.unwrap_or(flat(still.0)),
        reference
            .mark
            .map(|m| m.path)
            .or(last)
            .unwrap_or(flat(still.1)),
        reference.index.or(last).unwrap_or(flat(still.2)),
    ]
}
