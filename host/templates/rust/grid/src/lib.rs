//! A grid: post-only buys below the price, each of which, once filled, is answered by a sell one step higher; a filled sell
//! puts its buy back. It earns in ranges and holds everything it bought when the price leaves the grid downwards.

use guest_sdk::prelude::*;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length; the grid is laid at the first close.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// Buys below the price.
        levels: i32 = int(8, 1..=50),
        /// Distance between two levels, a fraction of the first price. Venues refuse orders too far from the price.
        step: f64 = float(0.005, 0.001..=0.1).step(0.001),
        /// Part of equity in all levels together.
        size: f64 = float(0.5, 0.01..=1.0).step(0.01).fixed(),
    }
}

/// The strategy and what it remembers from candle to candle.
pub struct Grid {
    params: Params,
    instrument: InstrumentId,
    /// Price of the first close and quantity of one level, once the grid is laid.
    laid: Option<(f64, f64)>,
}

impl Grid {
    /// Price of a level; 0 is the first price, 1 the highest buy.
    fn price(&self, level: u32, first: f64) -> f64 {
        first * (1.0 - self.params.step * f64::from(level))
    }

    /// The buy of a level, tagged with it.
    fn buy(&self, level: u32) {
        let Some((first, qty)) = self.laid else {
            return;
        };
        self.send(
            orders::limit(self.instrument, Side::Buy, qty, self.price(level, first)),
            level,
        );
    }

    /// The sell that answers it, one level higher.
    fn sell(&self, level: u32, qty: f64) {
        let Some((first, _)) = self.laid else { return };
        let order = orders::limit(
            self.instrument,
            Side::Sell,
            qty,
            self.price(level - 1, first),
        );
        self.send(order.reduce_only(), level);
    }

    /// What would trade at once is turned down by the exchange; the level then stays empty.
    fn send(&self, order: OrderRequest, level: u32) {
        if let Err(refusal) = order.post_only().tag(level).send() {
            log!("level {level}: {}", refusal.message);
        }
    }
}

impl Strategy for Grid {
    type Params = Params;

    fn about() -> Manifest {
        manifest!().long_only().max_positions(1)
    }

    fn new(params: Params) -> Result<Self, InitError> {
        let depth = params.step * f64::from(params.levels);
        require(
            depth < 0.95,
            "levels times step must stay under 0.95: the lowest price would be near zero",
        )?;
        Ok(Self {
            params,
            instrument: InstrumentId::default(),
            laid: None,
        })
    }

    /// Fills are wanted as events: they arrive before the candle they happened in.
    fn needs(&self) -> Needs {
        Needs::candles(self.params.timeframe, 0).events(EventKinds::FILLS)
    }

    /// Lays the grid once.
    fn on_candle(&mut self, data: &Data, portfolio: &Portfolio) -> Vec<Signal> {
        if self.laid.is_none() {
            self.instrument = data.instrument;
            let money = portfolio.equity() * self.params.size / f64::from(self.params.levels);
            self.laid = Some((data.close(), money / data.close()));
            for level in 1..=self.params.levels.unsigned_abs() {
                self.buy(level);
            }
        }
        vec![]
    }

    /// A whole level that filled is answered on the other side. Its tag says which one it was.
    fn on_event(&mut self, _: Timestamp, event: &Event) {
        let Event::Fill(fill) = event else { return };
        if fill.tag == 0 || fill.leaves_qty > 0.0 {
            return;
        }
        match (fill.side, self.laid) {
            (Side::Buy, Some((_, qty))) => self.sell(fill.tag, qty),
            (Side::Sell, _) => self.buy(fill.tag),
            (Side::Buy, None) => {}
        }
    }
}

guest_sdk::register!(Grid);

#[cfg(test)]
mod tests;
