//! Leaving well: buys the highest close of many candles, then lets the position go. A part at a first profit, the rest by a
//! target that falls with time, a chandelier stop, or when its time is over. Shows partial exits, return tables, timers, telemetry.

use guest_sdk::prelude::*;
use indicators::{Atr, Highest};

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// Candles of which the close has to be the highest.
        period: i32 = int(48, 2..=400),
        /// Size of the position, a fraction of equity.
        size: f64 = float(0.5, 0.01..=1.0).step(0.01).fixed(),
        /// Distance of the stop in average true ranges of 14 candles.
        stop: f64 = float(3.0, 0.5..=10.0).step(0.5),
        /// Profit at which half of the position goes.
        first: f64 = float(0.015, 0.001..=0.5).step(0.001),
        /// Hours after which it leaves in any case.
        patience: i32 = int(96, 1..=2_000),
    }
}

/// The strategy.
pub struct ScaleOutBreakout {
    params: Params,
    highest: Highest,
    atr: Atr,
    parts: ScaleOut,
    roi: Roi,
    chandelier: Chandelier,
    /// Its time is over.
    tired: bool,
}

impl LifeCycle for ScaleOutBreakout {
    type Params = Params;

    fn about() -> Manifest {
        manifest!().long_only().max_positions(1)
    }

    fn new(params: Params) -> Result<Self, InitError> {
        let roi = Roi::new(&[(0, 0.06), (1_440, 0.03), (2_880, 0.0)]);
        let (parts, chandelier) =
            (ScaleOut::new(&[(params.first, 0.5)]), Chandelier::new(params.stop));
        let (highest, atr) = (Highest::new(params.period), Atr::new(14));
        Ok(Self { params, highest, atr, parts, roi, chandelier, tired: false })
    }

    fn needs(&self) -> Needs {
        let warm_up = self.params.period.max(Atr::warm_up(14));
        Needs::candles(self.params.timeframe, warm_up).events(EventKinds::TIMERS)
    }

    fn update(&mut self, data: &Data) {
        let Candle { high, low, close, .. } = data.candle;
        self.highest.update(close);
        self.atr.update(high, low, close);
    }

    fn before(&mut self, _: &Data) {
        telemetry::Plot::over_price("highest", Style::Line).point(self.highest.value());
    }

    fn should_long(&mut self, data: &Data) -> bool {
        self.highest.value() == Some(data.close())
    }

    fn go_long(&mut self, data: &Data, portfolio: &Portfolio) -> Plan {
        let Some(range) = self.atr.value() else { return Plan::default() };
        let money = portfolio.equity() * self.params.size;
        let qty = sizing::Terms::of(data.instrument).affordable(money);
        Plan::market(qty).stop_loss(data.close() - self.params.stop * range)
    }

    fn on_open_position(&mut self, event: &PositionEvent) {
        self.tired = false;
        telemetry::mark(Marker::Up, event.avg_price, "in");
        let over = runtime::now() + i64::from(self.params.patience) * 3_600_000;
        runtime::set_timer(over, event.position).unwrap_or_else(|no| telemetry::warn(&no.message));
    }

    /// The number of a timer is its position's: those of positions that are gone say nothing.
    fn on_event(&mut self, _: Timestamp, event: &Event) {
        if let Event::Timer(position) = *event {
            self.tired |= account::find(position).is_some();
        }
    }

    fn update_position(&mut self, data: &Data, position: &Position) -> Update {
        let stop = self.chandelier.level(position, data.close(), self.atr.value());
        if self.tired {
            return Update::Liquidate;
        }
        if let Some(portion) = self.parts.due(position, data.close()) {
            return Update::Reduce(portion);
        }
        let fee = sizing::Terms::of(data.instrument).taker_fee;
        Levels::of(position)
            .tighten(stop)
            .take_profit(self.roi.target(position, runtime::now(), fee))
            .update(data.close())
    }

    fn on_close_position(&mut self, event: &PositionEvent) {
        telemetry::metric("last profit", event.realized_pnl);
        log!("left by {:?} with {:.2}", event.cause, event.realized_pnl);
    }
}

guest_sdk::register!(Cycle<ScaleOutBreakout>);

#[cfg(test)]
mod tests;
