//! Up to ten instruments in one role, an equal part of equity in each that closes over its average.
//!
//! With `forgets` the average is one of the last closes, which the warm-up covers. Without, it is a slow one that starts at the
//! first close it is shown and never quite forgets it: what it does depends on where the warm-up began.

use std::collections::{BTreeMap, VecDeque};

use guest_sdk::prelude::*;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles of the average.
        length: i32 = int(8, 2..=200),
        /// An average of the last closes alone.
        forgets: bool = boolean(true),
    }
}

/// The closes and the slow average of one instrument.
#[derive(Default)]
struct Seen {
    closes: VecDeque<f64>,
    slow: Option<f64>,
}

/// The strategy.
pub struct Basket {
    params: Params,
    seen: BTreeMap<InstrumentId, Seen>,
    count: usize,
}

impl Strategy for Basket {
    type Params = Params;

    fn about() -> Manifest {
        manifest!().roles(vec![Role::one("main", "What is held").instruments(1..=10)])
    }

    fn new(params: Params) -> Result<Self, InitError> {
        Ok(Self { params, seen: BTreeMap::new(), count: 0 })
    }

    fn needs(&self) -> Needs {
        Needs::candles(Timeframe::M15, self.params.length)
    }

    fn on_start(&mut self, series: &[SeriesBinding], _: &[StreamBinding]) {
        self.count = series.len();
    }

    fn update(&mut self, data: &Data) {
        let seen = self.seen.entry(data.instrument).or_default();
        seen.closes.push_back(data.close());
        if seen.closes.len() > self.params.length as usize {
            seen.closes.pop_front();
        }
        let slow = seen.slow.unwrap_or(data.close());
        seen.slow = Some(slow + 0.002 * (data.close() - slow));
    }

    fn decide(&mut self, data: &Data, portfolio: &Portfolio) -> Option<Signal> {
        let seen = self.seen.get(&data.instrument)?;
        let average = match self.params.forgets {
            true => seen.closes.iter().sum::<f64>() / seen.closes.len() as f64,
            false => seen.slow?,
        };
        let part = 0.5 * portfolio.equity() / self.count as f64 / data.close();
        let wanted = if data.close() > average { part } else { 0.0 };
        let held = portfolio.exposure() > 0.0;
        (held != (wanted > 0.0)).then_some(Signal::SetNet(wanted))
    }
}

guest_sdk::register!(Basket);
