//! A freqtrade strategy in our words: entries by a cross of two averages, exits by the opposite cross, or by a stop loss and a
//! return table that count from the price of the fill.

use guest_sdk::prelude::*;
use indicators::Sma;

parameters! {
    /// What freqtrade's class attributes and configuration say.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::M5),
        /// Candles of the fast average.
        fast: i32 = int(10, 2..=200),
        /// Candles of the slow average.
        slow: i32 = int(30, 3..=400),
        /// Base units of an entry.
        qty: f64 = float(0.01, 0.000_01..=1_000.0).fixed(),
        /// Leave by stop loss and return table (true) or by the opposite cross (use_exit_signal).
        bracket: bool = boolean(true).fixed(),
        /// Distance of the stop from the fill.
        stoploss: f64 = float(0.005, 0.001..=0.5).step(0.001),
        /// Profit that is enough, both fees paid.
        minimal_roi: f64 = float(0.01, 0.001..=0.5).step(0.001),
        /// The fee the table counts with; the run's own may differ.
        fee: f64 = float(0.000_5, 0.0..=0.01).fixed(),
    }
}

/// The strategy.
pub struct FromFreqtrade {
    params: Params,
    roi: Roi,
    fast: Sma,
    slow: Sma,
    cross: Cross,
}

impl Strategy for FromFreqtrade {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.fast < params.slow, "fast must be smaller than slow")?;
        let roi = Roi::new(&[(0, params.minimal_roi)]);
        let (fast, slow) = (Sma::new(params.fast), Sma::new(params.slow));
        Ok(Self { params, roi, fast, slow, cross: Cross::default() })
    }

    fn needs(&self) -> Needs {
        let needs = Needs::candles(self.params.timeframe, self.params.slow);
        needs.events(EventKinds::POSITIONS)
    }

    fn update(&mut self, data: &Data) {
        let (fast, slow) = (self.fast.update(data.close()), self.slow.update(data.close()));
        self.cross.update(fast, slow);
    }

    fn decide(&mut self, data: &Data, portfolio: &Portfolio) -> Option<Signal> {
        let p = &self.params;
        let direction = self.cross.last()?;
        if !p.bracket {
            return Some(Signal::reverse_to(direction, Size::Qty(p.qty)).stack(false));
        }
        // The fill is not known yet: the close stands in for it until the position is there.
        let stop = data.close() * (1.0 - direction.sign() * p.stoploss);
        let target = exits::price_at(direction, data.close(), p.minimal_roi, p.fee);
        let entry = Signal::open(direction, Size::Qty(p.qty));
        portfolio.is_flat().then_some(entry.stop_loss(stop).take_profit(target))
    }

    fn on_event(&mut self, _: Timestamp, event: &Event) {
        let Event::Position(PositionEvent { change: PositionChange::Opened, position, .. }) = event
        else {
            return;
        };
        let Some(position) = account::find(*position).filter(|_| self.params.bracket) else {
            return;
        };
        let stop = position.avg_price * (1.0 - position.direction.sign() * self.params.stoploss);
        let target = self.roi.target(&position, runtime::now(), self.params.fee);
        if let Err(refusal) = orders::set_exits(position.id, Exits::at(Some(stop), target)) {
            telemetry::warn(&refusal.message);
        }
    }
}

guest_sdk::register!(FromFreqtrade);
