//! RSI reversal: long when the index falls into the oversold zone, short when it rises into the overbought one. It enters on the
//! way into the extreme, not on the way out. Every entry closes what points the other way.

use guest_sdk::prelude::*;
use indicators::Rsi;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// Candles of the index.
        period: i32 = int(14, 2..=100),
        /// Long under this.
        oversold: f64 = float(30.0, 5.0..=50.0).step(1.0),
        /// Short over this.
        overbought: f64 = float(70.0, 50.0..=95.0).step(1.0),
        /// Size of a position, a fraction of equity.
        size: f64 = float(0.2, 0.01..=1.0).step(0.01).fixed(),
        /// Distance of the stop from the close, a fraction of it.
        stop: f64 = float(0.02, 0.001..=0.5).step(0.001),
        /// Distance of the target from the close, a fraction of it.
        target: f64 = float(0.04, 0.001..=0.5).step(0.001),
        /// Candles before the first decision; the start of the data stops to matter after about 15 times the period.
        warm_up: i32 = int(210, 1..=10_000).fixed(),
    }
}

/// The strategy.
pub struct RsiReversal {
    params: Params,
    rsi: Rsi,
    previous: Option<f64>,
}

impl Strategy for RsiReversal {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        Ok(Self { rsi: Rsi::new(params.period), previous: None, params })
    }

    fn needs(&self) -> Needs {
        Needs::candles(self.params.timeframe, self.params.warm_up)
    }

    fn update(&mut self, data: &Data) {
        self.rsi.update(data.close());
    }

    fn decide(&mut self, data: &Data, _: &Portfolio) -> Option<Signal> {
        let p = &self.params;
        let rsi = self.rsi.value()?;
        let direction = match self.previous.replace(rsi)? {
            previous if previous >= p.oversold && rsi < p.oversold => Direction::Long,
            previous if previous <= p.overbought && rsi > p.overbought => Direction::Short,
            _ => return None,
        };
        let entry = Signal::reverse_to(direction, Size::Fraction(p.size)).stack(false);
        Some(entry.bracket(data.close(), p.stop, p.target))
    }
}

guest_sdk::register!(RsiReversal);

#[cfg(test)]
mod tests;
