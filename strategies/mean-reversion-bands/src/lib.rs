//! Mean reversion: long under the lower of two wide bands, short over the upper one, until the close is past the middle by a part
//! of a standard deviation. Number 22 of `reference/strategies.md`, MeanReversionBands.

use guest_sdk::prelude::*;
use indicators::{Average, BollingerBands};

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles of the bands.
        period: i32 = int(20, 10..=40),
        /// Distance of the bands from the middle in standard deviations.
        num_std: f64 = float(2.5, 2.0..=3.5).step(0.1),
        /// Distance beyond the middle at which a position is closed, in standard deviations.
        exit_std: f64 = float(0.5, 0.3..=1.0).step(0.1),
    }
}

/// The conditions.
pub struct MeanReversionBands {
    params: Params,
    entry: BollingerBands,
    exit: BollingerBands,
}

impl Rules for MeanReversionBands {
    type Params = Params;

    fn frame() -> Frame {
        Frame { stop_atr: 3.0, max_bars: 60, ..Frame::default() }
    }

    fn new(params: Params) -> Result<Self, InitError> {
        let bands =
            |deviations| BollingerBands::new(params.period, deviations, deviations, Average::Sma);
        let (entry, exit) = (bands(params.num_std), bands(params.exit_std));
        Ok(Self { params, entry, exit })
    }

    fn warm_up(&self) -> i32 {
        self.params.period
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        let close = data.close();
        let (entry, exit) = self.entry.update(close).zip(self.exit.update(close))?;
        Some(Conditions {
            long_entry: close < entry.lower,
            long_exit: close > exit.upper,
            short_entry: close > entry.upper,
            short_exit: close < exit.lower,
        })
    }
}

guest_sdk::register!(Framed<MeanReversionBands>);

#[cfg(test)]
mod tests;
