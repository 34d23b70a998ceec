//! A pair: short the one that has become dear and long the other when the logarithm of their ratio is far from its mean, flat when
//! it is back. Both legs are sent at the moment both candles are known, or neither is.

use std::collections::BTreeMap;

use guest_sdk::prelude::*;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::M15),
        /// Candles of mean and deviation.
        period: i32 = int(96, 10..=2_000),
        /// Open when this many deviations from the mean.
        open: f64 = float(2.5, 0.5..=6.0).step(0.1),
        /// Close when this near to the mean, in deviations.
        close: f64 = float(0.5, 0.0..=3.0).step(0.1),
        /// Size of each leg, a fraction of equity.
        size: f64 = float(0.3, 0.01..=0.5).step(0.01).fixed(),
    }
}

/// The strategy.
pub struct Pairs {
    params: Params,
    legs: Vec<InstrumentId>,
    /// Closes of both legs by time, NaN where one is missing.
    closes: BTreeMap<Timestamp, [f64; 2]>,
}

impl Strategy for Pairs {
    type Params = Params;

    fn about() -> Manifest {
        let legs = Role::one("main", "The two that move together").instruments(2..=2);
        manifest!().roles(vec![legs]).max_positions(2)
    }

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.close < params.open, "close must be smaller than open")?;
        Ok(Self { params, legs: Vec::new(), closes: BTreeMap::new() })
    }

    fn needs(&self) -> Needs {
        Needs::candles(self.params.timeframe, self.params.period)
    }

    fn on_start(&mut self, series: &[SeriesBinding], _: &[StreamBinding]) {
        self.legs = series.iter().map(|leg| leg.instrument).collect();
    }

    fn update(&mut self, data: &Data) {
        let leg = usize::from(data.instrument != self.legs[0]);
        self.closes.entry(data.candle.open_time).or_insert([f64::NAN; 2])[leg] = data.close();
        if self.closes.len() > self.params.period as usize {
            self.closes.pop_first();
        }
    }

    fn on_candle(&mut self, data: &Data, portfolio: &Portfolio) -> Vec<Signal> {
        if data.is_last_of_moment()
            && let Err(refusal) = self.trade(portfolio.equity())
        {
            telemetry::warn(&format!("a leg was refused: {}", refusal.message));
            self.legs.iter().for_each(|&leg| drop(orders::set_net(leg, 0.0)));
        }
        vec![]
    }
}

impl Pairs {
    /// Deviations of the last log ratio from the mean; nothing unless both legs have closed just now.
    fn score(&self) -> Option<f64> {
        let mut ratios = self.closes.values().map(|[first, second]| libm::log(first / second));
        let known: Vec<f64> = ratios.clone().filter(|ratio| !ratio.is_nan()).collect();
        let count = known.len() as f64;
        let mean = known.iter().sum::<f64>() / count;
        let variance = known.iter().map(|ratio| (ratio - mean) * (ratio - mean)).sum::<f64>();
        let score = (ratios.next_back()? - mean) / (variance / count).sqrt();
        score.is_finite().then_some(score)
    }

    fn trade(&self, equity: f64) -> Result<(), Refusal> {
        let Some(score) = self.score() else { return Ok(()) };
        let held = account::exposure(self.legs[0]);
        let side = match score {
            far if far.abs() >= self.params.open => -far.signum(),
            near if near.abs() <= self.params.close => 0.0,
            _ => return Ok(()),
        };
        if side * held > 0.0 || (side == 0.0 && held == 0.0) {
            return Ok(());
        }
        for (&leg, side) in self.legs.iter().zip([side, -side]) {
            let qty = equity * self.params.size / market::last_price(leg);
            orders::set_net(leg, side * qty)?;
        }
        Ok(())
    }
}

guest_sdk::register!(Pairs);

#[cfg(test)]
mod tests;
