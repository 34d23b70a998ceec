//! Two timeframes: enters when a fast, a medium and a slow exponential average come into line, leaves when the fast one is back on
//! the other side of the medium one. Number 14 of `reference/strategies.md`, EMARibbonStrategy, with a filter of ours: an entry also
//! needs the close on its side of an average of longer candles, of which only closed ones count. `trend=0` is without the filter.

use guest_sdk::prelude::*;
use indicators::Ema;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles of the fast average.
        fast: i32 = int(8, 3..=15),
        /// Candles of the medium average.
        medium: i32 = int(13, 8..=20),
        /// Candles of the slow average.
        slow: i32 = int(21, 15..=40),
        /// Candles of the trend's average; 0 = no filter.
        trend: i32 = int(50, 0..=200),
        /// Candle length of the trend.
        trend_timeframe: Timeframe = timeframe(Timeframe::H4),
    }
}

/// The conditions.
pub struct EmaRibbon {
    params: Params,
    ribbon: [Ema; 3],
    /// Was it in line for a long and for a short at the candle before.
    in_line: (bool, bool),
    trend: Option<Ema>,
}

impl Rules for EmaRibbon {
    type Params = Params;

    fn frame() -> Frame {
        Frame { timeframe: Timeframe::M15, ..Frame::default() }
    }

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.fast < params.medium, "fast must be smaller than medium")?;
        require(params.medium < params.slow, "medium must be smaller than slow")?;
        let ribbon = [params.fast, params.medium, params.slow].map(Ema::new);
        let trend = (params.trend > 0).then(|| Ema::new(params.trend));
        Ok(Self { params, ribbon, in_line: (false, false), trend })
    }

    fn warm_up(&self) -> i32 {
        Ema::warm_up(self.params.slow) + 1
    }

    fn needs(&self, candles: Needs) -> Needs {
        let Params { trend, trend_timeframe, .. } = self.params;
        if trend == 0 {
            return candles;
        }
        candles.with_primary(trend_timeframe, Ema::warm_up(trend))
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        if data.need == 1 {
            return self.trend.as_mut()?.update(data.close()).and(None);
        }
        let [fast, medium, slow] = self.ribbon.each_mut().map(|ema| ema.update(data.close()));
        let (upper, lower) = (fast? - medium?, medium? - slow.unwrap_or(f64::NAN));
        let (long, short) = (upper > 0.0 && lower > 0.0, upper < 0.0 && lower < 0.0);
        let (was_long, was_short) = std::mem::replace(&mut self.in_line, (long, short));
        let over = |trend: &Ema| data.close() - trend.value().unwrap_or(f64::NAN);
        let trend = self.trend.as_ref().map_or(upper, over);
        Some(Conditions {
            long_entry: long && !was_long && trend > 0.0,
            long_exit: upper < 0.0,
            short_entry: short && !was_short && trend < 0.0,
            short_exit: upper > 0.0,
        })
    }
}

guest_sdk::register!(Framed<EmaRibbon>);

#[cfg(test)]
mod tests;
