//! Breakout of a quiet market: after a squeeze (Bollinger bands inside a Keltner channel) that is just over, long when the close is
//! far above the average, short when it is far below, until it is back at the average. Number 20 of `reference/strategies.md`,
//! VolatilityBreakoutStrategy.

use guest_sdk::prelude::*;
use indicators::{Atr, Average, BollingerBands, Ema};

/// Candles of the bands and of the averages.
const PERIOD: i32 = 20;
/// Distance of the bands from their middle in standard deviations.
const DEVIATIONS: f64 = 2.0;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles of the average true range in channel and breakout.
        atr_period: i32 = int(20, 10..=40),
        /// Distance of the breakout from the average in average true ranges.
        atr_mult: f64 = float(2.0, 1.0..=3.0).step(0.1),
        /// Half the width of the channel in average true ranges.
        kc_mult: f64 = float(1.5, 1.0..=2.0).step(0.1),
        /// Candles in which the squeeze must have been.
        memory: i32 = int(6, 1..=50).fixed(),
    }
}

/// The conditions.
pub struct VolatilityBreakout {
    params: Params,
    bands: BollingerBands,
    average: Ema,
    range: Atr,
    /// Candles since the last one in a squeeze, which is 0.
    since_squeeze: Option<i32>,
}

impl Rules for VolatilityBreakout {
    type Params = Params;

    fn frame() -> Frame {
        Frame { stop_atr: 1.5, ..Frame::default() }
    }

    fn new(params: Params) -> Result<Self, InitError> {
        let bands = BollingerBands::new(PERIOD, DEVIATIONS, DEVIATIONS, Average::Sma);
        let (average, range) = (Ema::new(PERIOD), Atr::new(params.atr_period));
        Ok(Self { params, bands, average, range, since_squeeze: None })
    }

    fn warm_up(&self) -> i32 {
        Ema::warm_up(PERIOD).max(Atr::warm_up(self.params.atr_period))
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        let Candle { high, low, close, .. } = data.candle;
        let bands = self.bands.update(close);
        let range = self.range.update(high, low, close);
        let average = self.average.update(close)?;
        let half = self.params.kc_mult * range.unwrap_or(f64::NAN);
        let is_squeezed = bands.is_some_and(|bands| {
            bands.upper < bands.middle + half && bands.lower > bands.middle - half
        });
        self.since_squeeze =
            if is_squeezed { Some(0) } else { self.since_squeeze.map(|candles| candles + 1) };
        let is_over = self.since_squeeze.is_some_and(|n| (1..=self.params.memory).contains(&n));
        let far = self.params.atr_mult * range.unwrap_or(f64::NAN);
        Some(Conditions {
            long_entry: is_over && close > average + far,
            long_exit: close < average,
            short_entry: is_over && close < average - far,
            short_exit: close > average,
        })
    }
}

guest_sdk::register!(Framed<VolatilityBreakout>);

#[cfg(test)]
mod tests;
