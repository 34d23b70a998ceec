//! Carry against the crowd: long while shorts pay much, short while longs pay much, until the rate is ordinary again. One leg, so
//! the price may cost more than funding brings. Number 15 of `reference/strategies.md`, FundingRateArbitrage.

use guest_sdk::prelude::*;
use guest_sdk::streams::Funding;

/// Thresholds are rates per this many hours.
const HOURS: f64 = 8.0;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Long at this rate per 8 hours or under it.
        long_entry: f64 = float(-0.0003, -0.002..=-0.0001).step(0.0001),
        /// No longer long at this rate or over it.
        long_exit: f64 = float(0.0, -0.001..=0.001).fixed(),
        /// Short at this rate or over it.
        short_entry: f64 = float(0.0005, 0.0002..=0.003).step(0.0001),
        /// No longer short at this rate or under it.
        short_exit: f64 = float(0.0001, -0.001..=0.001).fixed(),
    }
}

/// The conditions.
pub struct FundingArbitrage {
    params: Params,
    /// The last settled rate per 8 hours, whatever the venue's interval.
    rate: Option<f64>,
}

impl Rules for FundingArbitrage {
    type Params = Params;

    fn frame() -> Frame {
        Frame { timeframe: Timeframe::H8, stop_atr: 3.0, max_bars: 9, ..Frame::default() }
    }

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.long_entry < params.long_exit, "long_entry must be under long_exit")?;
        require(params.short_exit < params.short_entry, "short_exit must be under short_entry")?;
        Ok(Self { params, rate: None })
    }

    fn warm_up(&self) -> i32 {
        1
    }

    fn needs(&self, candles: Needs) -> Needs {
        candles.stream_of::<Funding>(1)
    }

    fn on_rows(&mut self, _: StreamId, rows: &Rows) {
        if let Some(funding) = rows.last_as::<Funding>() {
            self.rate = Some(funding.rate * HOURS / funding.interval_hours);
        }
    }

    fn update(&mut self, _: &Data) -> Option<Conditions> {
        let (p, rate) = (&self.params, self.rate?);
        Some(Conditions {
            long_entry: rate <= p.long_entry,
            long_exit: rate >= p.long_exit,
            short_entry: rate >= p.short_entry,
            short_exit: rate <= p.short_exit,
        })
    }
}

guest_sdk::register!(Framed<FundingArbitrage>);

#[cfg(test)]
mod tests;
