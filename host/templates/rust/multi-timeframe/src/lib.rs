//! Two timeframes: a moving-average cross on short candles, taken only if the close lies on the same side of an average of long
//! candles. A long candle is known when it is closed, never before.

use guest_sdk::prelude::*;
use indicators::Sma;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length of the cross.
        timeframe: Timeframe = timeframe(Timeframe::M15),
        /// Candle length of the trend.
        trend_timeframe: Timeframe = timeframe(Timeframe::H4),
        /// Candles of the trend's average.
        trend: i32 = int(50, 2..=400),
        /// Candles of the fast average.
        fast: i32 = int(10, 2..=200),
        /// Candles of the slow average.
        slow: i32 = int(30, 3..=400),
        /// Size of a position, a fraction of equity.
        size: f64 = float(0.2, 0.01..=1.0).step(0.01).fixed(),
        /// Distance of the stop from the close, a fraction of it.
        stop: f64 = float(0.015, 0.001..=0.5).step(0.001),
        /// Distance of the target from the close, a fraction of it.
        target: f64 = float(0.03, 0.001..=0.5).step(0.001),
    }
}

/// The first of the two series, in the order of `needs`.
const SHORT: u32 = 0;

/// The strategy and what it remembers from candle to candle.
pub struct WithTheTrend {
    params: Params,
    trend: Sma,
    fast: Sma,
    slow: Sma,
    cross: Cross,
}

impl Strategy for WithTheTrend {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.fast < params.slow, "fast must be smaller than slow")?;
        Ok(Self {
            trend: Sma::new(params.trend),
            fast: Sma::new(params.fast),
            slow: Sma::new(params.slow),
            cross: Cross::default(),
            params,
        })
    }

    /// The long candles come just before the short one they close with, and only `update` sees them.
    fn needs(&self) -> Needs {
        let p = &self.params;
        Needs::candles(p.timeframe, p.slow).with_primary(p.trend_timeframe, p.trend)
    }

    fn update(&mut self, data: &Data) {
        if data.need == SHORT {
            self.fast.update(data.close());
            self.slow.update(data.close());
        } else {
            self.trend.update(data.close());
        }
    }

    fn decide(&mut self, data: &Data, _: &Portfolio) -> Option<Signal> {
        let p = &self.params;
        let direction = self.cross.update(self.fast.value(), self.slow.value())?;
        let over_trend = data.close() - self.trend.value()?;
        if direction.sign() * over_trend <= 0.0 {
            return None;
        }
        let entry = Signal::reverse_to(direction, Size::Fraction(p.size)).stack(false);
        Some(entry.bracket(data.close(), p.stop, p.target))
    }
}

guest_sdk::register!(WithTheTrend);

#[cfg(test)]
mod tests;
