//! Buys when the RSI leaves the oversold zone and sells short when it leaves the overbought one. The stop lies a few ranges away,
//! and the size is chosen so that being stopped costs the same part of equity every time.

use guest_sdk::prelude::*;
use indicators::{Atr, Rsi};

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// Candles of the RSI and of the average range.
        period: i32 = int(14, 2..=100),
        /// Long when the RSI rises over this; short when it falls under 100 less this.
        oversold: f64 = float(30.0, 5.0..=45.0).step(1.0),
        /// Part of equity that is lost if the stop is hit.
        risk: f64 = float(0.01, 0.001..=0.05).step(0.001).fixed(),
        /// Distance of the stop from the close, in average ranges.
        stop: f64 = float(2.0, 0.5..=10.0).step(0.5),
        /// Distance of the target from the close, in average ranges.
        target: f64 = float(3.0, 0.5..=20.0).step(0.5),
    }
}

/// The strategy and what it remembers from candle to candle.
pub struct Reversal {
    params: Params,
    rsi: Rsi,
    range: Atr,
    low: Cross,
    high: Cross,
}

impl Strategy for Reversal {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        Ok(Self {
            rsi: Rsi::new(params.period),
            range: Atr::new(params.period),
            low: Cross::default(),
            high: Cross::default(),
            params,
        })
    }

    /// The RSI remembers for long: after fifteen periods it no longer matters where the data began.
    fn needs(&self) -> Needs {
        Needs::candles(self.params.timeframe, 15 * self.params.period)
    }

    fn update(&mut self, data: &Data) {
        self.rsi.update(data.close());
        self.range
            .update(data.candle.high, data.candle.low, data.close());
    }

    fn decide(&mut self, data: &Data, _: &Portfolio) -> Option<Signal> {
        let p = &self.params;
        // Both are asked every time: they remember the value.
        let low = self.low.update(self.rsi.value(), p.oversold);
        let high = self.high.update(self.rsi.value(), 100.0 - p.oversold);
        let direction = match (low, high) {
            (Some(Direction::Long), _) => Direction::Long,
            (_, Some(Direction::Short)) => Direction::Short,
            _ => return None,
        };
        let range = self.range.value()?;
        let away = |ranges: f64| data.close() + direction.sign() * ranges * range;
        let entry = Signal::reverse_to(direction, Size::Risk(p.risk)).stack(false);
        Some(entry.stop_loss(away(-p.stop)).take_profit(away(p.target)))
    }
}

guest_sdk::register!(Reversal);

#[cfg(test)]
mod tests;
