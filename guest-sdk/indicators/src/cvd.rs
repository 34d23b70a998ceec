//! Cumulative volume delta.

/// The sum of what takers bought less what takers sold since the first candle, base units.
///
/// Where it starts is arbitrary: look at its changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cvd {
    sum: f64,
    value: Option<f64>,
}

impl Cvd {
    /// Nothing added yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Updates until the first value.
    pub fn first_value() -> i32 {
        1
    }

    /// Take the next candle: its volume and the part of it in which the buyer was the taker.
    #[inline]
    pub fn update(&mut self, volume: f64, taker_buy_volume: f64) -> Option<f64> {
        let delta = 2.0 * taker_buy_volume - volume;
        if delta.is_nan() {
            return None;
        }
        self.sum += delta;
        self.value = Some(self.sum);
        self.value
    }

    /// The sum now.
    pub fn value(&self) -> Option<f64> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_what_takers_bought_more_than_sold() {
        let mut cvd = Cvd::new();
        let values = [(10.0, 7.0), (8.0, 1.0), (5.0, f64::NAN), (2.0, 1.0)];
        assert_eq!(
            values.map(|(volume, bought)| cvd.update(volume, bought)),
            [Some(4.0), Some(-2.0), None, Some(-2.0)]
        );
    }
}
