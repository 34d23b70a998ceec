//! The parameters of the frame, with the defaults of a strategy, behind the strategy's own.

use crate::contract::*;
use crate::frame::Rules;
use crate::parameters;
use crate::params::{Parameters, boolean, choice, float, int, timeframe, with_defaults};
use crate::signal::Size;

/// The word of `size_mode` that sizes by the loss at the stop.
const RISK: &str = "risk";

parameters! {
    /// What every framed strategy lets a user set beside its own parameters.
    pub struct Frame {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// Size of a position: a part of equity as its value, or the part of equity lost if the stop is hit.
        size_mode: String = choice(["equity_pct", RISK]).fixed(),
        /// Value of a position as a fraction of equity (`size_mode` equity_pct).
        size: f64 = float(0.05, 0.001..=10.0).fixed(),
        /// Fraction of equity lost if the stop is hit (`size_mode` risk).
        risk_pct: f64 = float(0.01, 0.0001..=0.2).fixed(),
        /// Distance of the stop from the signal's close in average true ranges; 0 = no stop.
        stop_atr: f64 = float(2.0, 0.0..=10.0).step(0.1),
        /// Candles of the average true range of stops.
        stop_atr_period: i32 = int(14, 2..=100).fixed(),
        /// The stop follows the best close since the entry at so many average true ranges; 0 = it stays.
        trail_atr: f64 = float(0.0, 0.0..=10.0).fixed(),
        /// Distance of the target in multiples of the stop's; 0 = no target.
        take_profit_r: f64 = float(0.0, 0.0..=20.0).fixed(),
        /// Closes after which a position is closed; 0 = never for that.
        max_bars: i32 = int(0, 0..=10_000).fixed(),
        /// Open short positions too.
        allow_short: bool = boolean(true).fixed(),
        /// Closes without an entry after a position has ended.
        cooldown_bars: i32 = int(0, 0..=1_000).fixed(),
        /// After a stop-out enter that side again only once its entry condition has been false.
        block_after_stop: bool = boolean(true).fixed(),
        /// Candles before the first decision; 0 = until the start of the data no longer matters.
        warm_up: i32 = int(0, 0..=100_000).fixed(),
    }
}

impl Frame {
    pub(super) fn sizes_by_risk(&self) -> bool {
        self.size_mode == RISK
    }

    pub(super) fn size(&self) -> Size {
        if self.sizes_by_risk() {
            Size::Risk(self.risk_pct)
        } else {
            Size::Fraction(self.size)
        }
    }
}

/// All parameters of a framed strategy: its own, then the frame's.
pub struct Settings<R: Rules> {
    /// The strategy's own.
    pub rules: R::Params,
    /// The frame's; [`Rules::frame`] has their defaults.
    pub frame: Frame,
}

impl<R: Rules> Parameters for Settings<R> {
    fn manifest() -> Manifest {
        R::Params::manifest()
    }

    fn declare() -> Vec<Parameter> {
        let mut parameters = R::Params::declare();
        parameters.extend(with_defaults(Frame::declare(), &R::frame().to_values()));
        parameters
    }

    fn read(values: &[NamedValue]) -> Result<Self, InitError> {
        Ok(Self {
            rules: R::Params::read(values)?,
            frame: Frame::read(values)?,
        })
    }

    fn to_values(&self) -> Vec<NamedValue> {
        let mut values = self.rules.to_values();
        values.extend(self.frame.to_values());
        values
    }
}
