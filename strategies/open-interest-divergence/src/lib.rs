//! Divergence of price and open interest: long when the price falls while new shorts come in, short when it rises while shorts
//! leave. Number 17 of `reference/strategies.md`, OpenInterestDivergence. Open interest in base units: its value moves with the price.

use guest_sdk::prelude::*;
use guest_sdk::streams::OpenInterest;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles over which the price changes.
        price_period: i32 = int(10, 5..=20),
        /// Candles over which open interest changes.
        oi_period: i32 = int(10, 5..=20),
        /// Change of the price that counts, a fraction.
        price_thresh: f64 = float(0.02, 0.01..=0.05).step(0.005),
        /// Change of open interest that counts, a fraction.
        oi_thresh: f64 = float(0.02, 0.01..=0.1).step(0.005),
        /// Follow a move that open interest confirms instead of fading one that it does not.
        confirm: bool = boolean(false).fixed(),
    }
}

/// The conditions.
pub struct OpenInterestDivergence {
    params: Params,
    closes: Ring<f64>,
    /// At each close, the last one known by then.
    interests: Ring<f64>,
    interest: f64,
}

impl Rules for OpenInterestDivergence {
    type Params = Params;

    fn frame() -> Frame {
        Frame { max_bars: 20, ..Frame::default() }
    }

    fn new(params: Params) -> Result<Self, InitError> {
        let [closes, interests] =
            [params.price_period, params.oi_period].map(|period| Ring::new(period as usize + 1));
        Ok(Self { params, closes, interests, interest: f64::NAN })
    }

    fn warm_up(&self) -> i32 {
        self.params.price_period.max(self.params.oi_period) + 1
    }

    fn needs(&self, candles: Needs) -> Needs {
        candles.stream_of::<OpenInterest>(1)
    }

    fn on_rows(&mut self, _: StreamId, rows: &Rows) {
        self.interest = rows.last_as::<OpenInterest>().map_or(self.interest, |row| row.base);
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        self.closes.push(data.close());
        self.interests.push(self.interest);
        let (price, interest) = (change(&self.closes)?, change(&self.interests)?);
        let Params { price_thresh, oi_thresh, confirm, .. } = self.params;
        let (falls, rises) = (price < -price_thresh, price > price_thresh);
        let (more, less) = (interest > oi_thresh, interest < -oi_thresh);
        let (long, short) =
            if confirm { (rises && more, falls && more) } else { (falls && more, rises && less) };
        let side = if long { Some(Direction::Long) } else { short.then_some(Direction::Short) };
        Some(Conditions::reversing(side))
    }
}

/// From the oldest value of a full ring to the newest, a fraction of the oldest.
fn change(values: &Ring<f64>) -> Option<f64> {
    let oldest = values.get(values.len() - 1).filter(|_| values.is_full())?;
    Some(values.last()? / oldest - 1.0)
}

guest_sdk::register!(Framed<OpenInterestDivergence>);

#[cfg(test)]
mod tests;
