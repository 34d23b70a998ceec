//! Volume: long when the close is some standard deviations under the volume-weighted average price of a window, short when it is
//! as far over it, until it is back at the average. The average may also be that of the UTC day, of (high + low + close) / 3. Number
//! 12 of `reference/strategies.md`, VWAPStrategy.

use guest_sdk::prelude::*;
use indicators::{SessionVwap, StandardDeviation, Vwma};

/// The word of `anchor` for the average since midnight UTC.
const UTC_DAY: &str = "utc_day";

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles of the average and of the deviation.
        period: i32 = int(20, 10..=50),
        /// Distance of an entry from the average in standard deviations of the close.
        dev_factor: f64 = float(1.5, 1.0..=3.0).step(0.1),
        /// Where the average begins.
        anchor: String = choice(["window", UTC_DAY]).fixed(),
    }
}

/// The conditions.
pub struct Vwap {
    params: Params,
    rolling: Vwma,
    /// Instead of the rolling one, if it is wanted.
    session: Option<SessionVwap>,
    deviation: StandardDeviation,
}

impl Rules for Vwap {
    type Params = Params;

    fn frame() -> Frame {
        Frame { timeframe: Timeframe::M15, ..Frame::default() }
    }

    fn new(params: Params) -> Result<Self, InitError> {
        let rolling = Vwma::new(params.period);
        let session = (params.anchor == UTC_DAY).then(SessionVwap::new);
        let deviation = StandardDeviation::new(params.period, params.dev_factor);
        Ok(Self { params, rolling, session, deviation })
    }

    fn warm_up(&self) -> i32 {
        let session = self.session.as_ref().map_or(0, |_| SessionVwap::warm_up());
        self.params.period.max(session)
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        let Candle { open_time, high, low, close, volume, .. } = data.candle;
        let away = self.deviation.update(close);
        let average = match &mut self.session {
            Some(vwap) => vwap.update(open_time, high, low, close, volume).map(|day| day.vwap),
            None => self.rolling.update(close, volume),
        };
        let (average, away) = average.zip(away)?;
        Some(Conditions {
            long_entry: close < average - away,
            long_exit: close >= average,
            short_entry: close > average + away,
            short_exit: close <= average,
        })
    }
}

guest_sdk::register!(Framed<Vwap>);

#[cfg(test)]
mod tests;
