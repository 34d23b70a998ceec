//! Wilder's parabolic stop and reverse.

use crate::timing;

/// How the stop speeds up on one side.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Acceleration {
    initial: f64,
    step: f64,
    maximum: f64,
}

impl Acceleration {
    /// No step is larger than the maximum.
    fn new(initial: f64, step: f64, maximum: f64) -> Self {
        for share in [initial, step, maximum] {
            assert!(share >= 0.0, "an acceleration is at least 0, not {share}");
        }
        Self {
            initial: initial.min(maximum),
            step: step.min(maximum),
            maximum,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Long,
    Short,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Candle {
    high: f64,
    low: f64,
}

/// The stop on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Trail {
    side: Side,
    stop: f64,
    /// The highest high since the side began, or the lowest low.
    extreme: f64,
    acceleration: f64,
}

impl Trail {
    /// Moves the stop towards the extreme, but not past what the last two candles traded at.
    fn advance(&mut self, previous: Candle, candle: Candle) {
        self.stop += self.acceleration * (self.extreme - self.stop);
        self.clamp(previous, candle);
    }

    fn clamp(&mut self, previous: Candle, candle: Candle) {
        self.stop = match self.side {
            Side::Long => self.stop.min(previous.low).min(candle.low),
            Side::Short => self.stop.max(previous.high).max(candle.high),
        };
    }

    /// Has the candle reached the stop.
    fn is_hit(&self, candle: Candle) -> bool {
        match self.side {
            Side::Long => candle.low <= self.stop,
            Side::Short => candle.high >= self.stop,
        }
    }

    /// Takes a new extreme in; was it one.
    fn extend(&mut self, candle: Candle) -> bool {
        let (reached, further) = match self.side {
            Side::Long => (candle.high, candle.high > self.extreme),
            Side::Short => (candle.low, candle.low < self.extreme),
        };
        if further {
            self.extreme = reached;
        }
        further
    }
}

/// The stop of a position that is always there: it moves towards the extreme reached so far, faster with each new one; a candle
/// that reaches it turns the position, and the next stop starts at the old extreme.
///
/// The first direction is short only where the second candle went further down than up.
#[derive(Debug, Clone, PartialEq)]
struct Parabolic {
    long: Acceleration,
    short: Acceleration,
    /// Where the first stop is, and short if negative; 0 for the rule above.
    start: f64,
    /// Share of its price by which a stop that has just turned is moved away.
    offset_on_reverse: f64,
    previous: Option<Candle>,
    trail: Option<Trail>,
}

impl Parabolic {
    /// The stop for this candle and the side it is on.
    #[inline]
    fn update(&mut self, high: f64, low: f64) -> Option<(f64, Side)> {
        if high.is_nan() || low.is_nan() {
            return None;
        }
        let candle = Candle { high, low };
        let before = self.previous.replace(candle)?;
        let (mut trail, previous) = match self.trail {
            Some(trail) => (trail, before),
            // At its first candle the stop is held by that candle alone.
            None => (self.begin(before, candle), candle),
        };
        let given = if trail.is_hit(candle) {
            self.reverse(&mut trail, previous, candle)
        } else {
            let stop = trail.stop;
            if trail.extend(candle) {
                let Acceleration { step, maximum, .. } = self.of(trail.side);
                trail.acceleration = (trail.acceleration + step).min(maximum);
            }
            stop
        };
        trail.advance(previous, candle);
        self.trail = Some(trail);
        Some((given, trail.side))
    }

    fn of(&self, side: Side) -> Acceleration {
        match side {
            Side::Long => self.long,
            Side::Short => self.short,
        }
    }

    fn begin(&self, before: Candle, candle: Candle) -> Trail {
        let (up, down) = (candle.high - before.high, before.low - candle.low);
        let falls = down > 0.0 && down > up;
        let short = self.start < 0.0 || (self.start == 0.0 && falls);
        let side = if short { Side::Short } else { Side::Long };
        let (stop, extreme) = match side {
            Side::Long => (before.low, candle.high),
            Side::Short => (before.high, candle.low),
        };
        Trail {
            side,
            stop: if self.start == 0.0 {
                stop
            } else {
                self.start.abs()
            },
            extreme,
            acceleration: self.of(side).initial,
        }
    }

    /// Turns the position; the stop of this candle.
    fn reverse(&self, trail: &mut Trail, previous: Candle, candle: Candle) -> f64 {
        trail.stop = trail.extreme;
        (trail.side, trail.extreme) = match trail.side {
            Side::Long => (Side::Short, candle.low),
            Side::Short => (Side::Long, candle.high),
        };
        trail.clamp(previous, candle);
        trail.stop += match trail.side {
            Side::Short => trail.stop * self.offset_on_reverse,
            Side::Long => -trail.stop * self.offset_on_reverse,
        };
        trail.acceleration = self.of(trail.side).initial;
        trail.stop
    }
}

/// Wilder's parabolic stop and reverse: the stop for the candle, under it while long, over it while short.
///
/// When it forgets the start of the data depends on the prices: with the first turn that both histories share.
#[derive(Debug, Clone, PartialEq)]
pub struct Sar {
    parabolic: Parabolic,
    value: Option<f64>,
}

impl Sar {
    /// A stop that speeds up by `acceleration` with each new extreme, up to `maximum`; shares of the way to the extreme.
    ///
    /// # Panics
    /// If one is negative.
    pub fn new(acceleration: f64, maximum: f64) -> Self {
        let side = Acceleration::new(acceleration, acceleration, maximum);
        Self {
            parabolic: Parabolic {
                long: side,
                short: side,
                start: 0.0,
                offset_on_reverse: 0.0,
                previous: None,
                trail: None,
            },
            value: None,
        }
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64) -> Option<f64> {
        let (stop, _) = self.parabolic.update(high, low)?;
        self.value = Some(stop);
        self.value
    }
}

timing!(Sar(acceleration: f64, maximum: f64) -> f64: first 2, then TURNS);

/// Wilder's parabolic stop with its two sides set apart; negative while short.
#[derive(Debug, Clone, PartialEq)]
pub struct SarExt {
    parabolic: Parabolic,
    value: Option<f64>,
}

impl SarExt {
    /// `start` is the first stop (negative: short; 0: as [`Sar`]), `offset_on_reverse` the share by which a stop that turned is
    /// moved away; then for each side the first acceleration, its step and its maximum.
    ///
    /// # Panics
    /// If an acceleration is negative.
    #[expect(
        clippy::too_many_arguments,
        reason = "TA-Lib's parameters in TA-Lib's order"
    )]
    pub fn new(
        start: f64,
        offset_on_reverse: f64,
        initial_long: f64,
        step_long: f64,
        maximum_long: f64,
        initial_short: f64,
        step_short: f64,
        maximum_short: f64,
    ) -> Self {
        Self {
            parabolic: Parabolic {
                long: Acceleration::new(initial_long, step_long, maximum_long),
                short: Acceleration::new(initial_short, step_short, maximum_short),
                start,
                offset_on_reverse,
                previous: None,
                trail: None,
            },
            value: None,
        }
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64) -> Option<f64> {
        let (stop, side) = self.parabolic.update(high, low)?;
        self.value = Some(match side {
            Side::Long => stop,
            Side::Short => -stop,
        });
        self.value
    }
}

timing!(#[expect(clippy::too_many_arguments, reason = "those of `new`")] SarExt(start: f64, offset_on_reverse: f64, initial_long: f64, step_long: f64, maximum_long: f64,
    initial_short: f64, step_short: f64, maximum_short: f64) -> f64: first 2, then TURNS);

/// Updates after which two histories have usually turned together; there is no bound.
const TURNS: i32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_a_rise_and_turns_at_the_extreme() {
        let mut sar = Sar::new(0.5, 0.5);
        let candles = [(11.0, 10.0), (12.0, 11.0), (14.0, 12.0), (13.5, 10.5)];
        let values = candles.map(|(high, low)| sar.update(high, low));
        // From the first low half way to 12, held by the second low; then half way to 14; at 10.5 it is reached.
        assert_eq!(values, [None, Some(10.0), Some(11.0), Some(14.0)]);
    }

    #[test]
    fn is_negative_while_short_and_moved_away_when_it_turns() {
        let mut sar = SarExt::new(0.0, 0.1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5);
        let candles = [(11.0, 10.0), (12.0, 11.0), (14.0, 12.0), (13.5, 10.5)];
        let values = candles.map(|(high, low)| sar.update(high, low));
        assert_eq!(
            values,
            [None, Some(10.0), Some(11.0), Some(-(14.0 + 14.0 * 0.1))]
        );
        let mut short = SarExt::new(-20.0, 0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5);
        short.update(11.0, 10.0);
        assert_eq!(short.update(12.0, 11.0), Some(-20.0));
    }
}
