//! Two timeframes: a moving-average cross on short candles, taken only if the close lies on the same side of a long average on
//! long candles. The long average knows closed candles only; the close it is compared with is that of the short candle.

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

/// The strategy.
pub struct MtfTrend {
    params: Params,
    trend: Sma,
    fast: Sma,
    slow: Sma,
    cross: Cross,
}

impl Strategy for MtfTrend {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.fast < params.slow, "fast must be smaller than slow")?;
        let [trend, fast, slow] = [params.trend, params.fast, params.slow].map(Sma::new);
        let cross = Cross::default();
        Ok(Self { params, trend, fast, slow, cross })
    }

    /// One candle of the trend less than its average takes: the last may close together with the first candle decided on.
    fn needs(&self) -> Needs {
        let p = &self.params;
        Needs::candles(p.timeframe, p.slow).with_primary(p.trend_timeframe, p.trend - 1)
    }

    fn update(&mut self, data: &Data) {
        match data.need {
            0 => self.fast.update(data.close()).and(self.slow.update(data.close())),
            _ => self.trend.update(data.close()),
        };
    }

    fn decide(&mut self, data: &Data, _: &Portfolio) -> Option<Signal> {
        let p = &self.params;
        let above = data.close() - self.trend.value()?;
        let direction = self.cross.update(self.fast.value(), self.slow.value())?;
        let entry = Signal::reverse_to(direction, Size::Fraction(p.size)).stack(false);
        let entry = entry.bracket(data.close(), p.stop, p.target);
        (direction.sign() * above > 0.0).then_some(entry)
    }
}

guest_sdk::register!(MtfTrend);

#[cfg(test)]
mod tests;
