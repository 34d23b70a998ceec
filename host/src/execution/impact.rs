//! How far a taker's price slips. Source: `simulation.md` section 8 (F21, F22).

use std::collections::VecDeque;

use crate::domain::{Candle, Price, Qty, Rate, Rounding, UNIT, mul_div};
use crate::execution::SlippageModel;
use crate::execution::fill::World;

/// Factor of the volume-share model.
const SHARE_FACTOR: Rate = Rate(10_000_000);
/// Beyond this share of the volume the model says nothing more.
const MOST_SHARE: Rate = Rate(2_500_000);
/// Factor of the square-root model.
const ROOT_FACTOR: f64 = 0.7;
/// Full days the square-root model looks back on.
const DAYS: usize = 20;

impl World<'_> {
    /// Slippage of a fill of this size, as a fraction of the price.
    pub(super) fn slippage(&self, instrument: u32, qty: Qty) -> Rate {
        let index = instrument as usize;
        let fixed = self.rules.profile.slippage;
        match self.rules.profile.slippage_model {
            SlippageModel::FixedBps => fixed,
            SlippageModel::VolumeShare => volume_share(qty, self.state.volume[index]),
            // Before there are enough days to look back on, the fixed one.
            SlippageModel::Sqrt => self.state.impact[index].map_or(fixed, |i| i.of(qty)),
        }
    }
}

/// `k x share^2`, the share of the volume capped, rounded up to 1e-8.
fn volume_share(qty: Qty, volume: Qty) -> Rate {
    let unit = i128::from(UNIT);
    let most = i128::from(MOST_SHARE.0);
    let wanted = i128::from(qty.abs().0);
    let share = if volume > Qty::ZERO {
        mul_div(wanted, unit, i128::from(volume.0), Rounding::Ceil).min(most)
    } else {
        most
    };
    let factor = i128::from(SHARE_FACTOR.0);
    let slipped = mul_div(share * share, factor, unit * unit, Rounding::Ceil);
    Rate(i64::try_from(slipped).expect("a small fraction"))
}

/// Daily volatility and volume of an instrument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Impact {
    /// Standard deviation of daily log returns.
    sigma: f64,
    /// Mean volume of a day, base units.
    volume: f64,
}

impl Impact {
    /// `Y x sigma x sqrt(Q / V)`, rounded up to 1e-8 and never more than half the price.
    #[expect(clippy::float_arithmetic, reason = "a statistical model, not money")]
    #[expect(clippy::cast_possible_truncation, reason = "bounded before")]
    fn of(self, qty: Qty) -> Rate {
        let slipped = ROOT_FACTOR * self.sigma * (qty.abs().to_f64() / self.volume).sqrt();
        Rate((slipped.clamp(0.0, 0.5) * 1e8).ceil() as i64)
    }
}

/// The last full days of an instrument.
#[derive(Debug, Clone, Default)]
pub(super) struct Days {
    today: Option<(i64, f64, Price)>,
    /// Volume and close of each full day.
    full: VecDeque<(f64, Price)>,
}

impl Days {
    /// Takes one more candle; the figures change when a day is over.
    #[expect(
        clippy::float_arithmetic,
        reason = "a sum of volumes for a statistical model"
    )]
    pub(super) fn add(&mut self, candle: &Candle) -> Option<Impact> {
        let day = candle.open_time.day();
        match &mut self.today {
            Some((today, volume, close)) if *today == day => {
                *volume += candle.volume;
                *close = candle.close;
                None
            }
            _ => {
                if let Some((_, volume, close)) = self.today {
                    self.full.push_back((volume, close));
                    if self.full.len() > DAYS + 1 {
                        self.full.pop_front();
                    }
                }
                self.today = Some((day, candle.volume, candle.close));
                self.impact()
            }
        }
    }

    /// Volatility of the last twenty daily returns and mean volume of their days.
    #[expect(clippy::float_arithmetic, reason = "a statistical model, not money")]
    fn impact(&self) -> Option<Impact> {
        if self.full.len() <= DAYS {
            return None;
        }
        let days = DAYS as f64;
        let returns: Vec<f64> = self
            .full
            .iter()
            .zip(self.full.iter().skip(1))
            .map(|((_, before), (_, after))| libm::log(after.to_f64() / before.to_f64()))
            .collect();
        let mean = returns.iter().sum::<f64>() / days;
        let squares = returns.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>();
        let sigma = (squares / (days - 1.0)).sqrt();
        let volume = self.full.iter().skip(1).map(|(v, _)| v).sum::<f64>() / days;
        (volume > 0.0).then_some(Impact { sigma, volume })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slippage_grows_with_the_square_of_the_share_up_to_a_bound() {
        // 1 % of the volume: 0.1 x 0.01^2 = 0.00001; from 2.5 % on 0.1 x 0.025^2 = 0.0000625.
        assert_eq!(volume_share(Qty(UNIT), Qty(100 * UNIT)), Rate(1_000));
        assert_eq!(volume_share(Qty(50 * UNIT), Qty(100 * UNIT)), Rate(6_250));
        assert_eq!(volume_share(Qty(UNIT), Qty::ZERO), Rate(6_250));
    }

    #[test]
    fn slippage_grows_with_the_root_of_the_share_of_a_day() {
        // 0.7 x 3 % x sqrt(1 / 100) = 0.0021.
        let impact = Impact {
            sigma: 0.03,
            volume: 100.0,
        };
        assert_eq!(impact.of(Qty(UNIT)), Rate(210_000));
    }
}
