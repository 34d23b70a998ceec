//! A strategy that enters and leaves in every way of the life cycle and the exit helpers, one way after the other. Its twin is
//! `guest-sdk/python/tests/leaver.py`.

use guest_sdk::prelude::*;

/// The fee the helpers count with; the harness itself takes none.
const FEE: f64 = 0.000_1;

/// Four ways in turn: parts that rest, limits and a trailing stop, parts at closes, reversals.
pub struct Leaver {
    /// Smoothed closes and ranges.
    average: f64,
    range: f64,
    cross: Cross,
    chandelier: Chandelier,
    trail: TrailingStop,
    parts: ScaleOut,
    roi: Roi,
    entries: u32,
    waited: u32,
    /// Positions opened, increased, reduced, closed.
    told: [u32; 4],
}

impl LifeCycle for Leaver {
    type Params = ();

    fn new((): ()) -> Result<Self, InitError> {
        Ok(Self {
            average: 1_000.0,
            range: 1.0,
            cross: Cross::default(),
            chandelier: Chandelier::new(3.0),
            trail: TrailingStop::new(0.005)
                .closer(0.002, 0.003)
                .not_before_offset(),
            parts: ScaleOut::new(&[(0.004, 0.25), (0.002, 0.5)]),
            roi: Roi::new(&[(0, 0.008), (240, 0.003), (900, -1.0)]),
            entries: 0,
            waited: 0,
            told: [0; 4],
        })
    }

    fn needs(&self) -> Needs {
        Needs::candles(Timeframe::M15, 15)
    }

    fn update(&mut self, data: &Data) {
        let Candle {
            high, low, close, ..
        } = data.candle;
        self.average += (close - self.average) * 0.125;
        self.range += (high - low - self.range) * 0.125;
        self.cross.update(close, self.average);
    }

    fn before(&mut self, _: &Data) {
        self.waited += 1;
    }

    fn should_long(&mut self, _: &Data) -> bool {
        self.cross.last() == Some(Direction::Long)
    }

    fn should_short(&mut self, _: &Data) -> bool {
        self.cross.last() == Some(Direction::Short)
    }

    fn filter(&mut self, data: &Data, _: Direction) -> bool {
        data.close() != 1_000.0
    }

    fn go(&mut self, data: &Data, portfolio: &Portfolio, direction: Direction) -> Plan {
        self.entries += 1;
        self.waited = 0;
        let (close, sign) = (data.close(), direction.sign());
        let qty = portfolio.equity() * 0.5 / close;
        let stop = close * (1.0 - sign * 0.006);
        match self.entries % 4 {
            0 => Plan::market(qty)
                .stop_loss(stop)
                .take_parts(self.parts.parts(direction, close, qty)),
            1 => Plan::at(qty / 2.0, close * (1.0 - sign * 0.001))
                .and_at(qty / 2.0, close * (1.0 + sign * 0.001))
                .stop_loss(stop),
            2 => Plan::market(qty)
                .stop_loss(stop)
                .take_profit(close * (1.0 + sign * 0.01)),
            _ => Plan::market(qty),
        }
    }

    fn should_cancel_entry(&mut self, _: &Data) -> bool {
        self.waited > 3
    }

    fn update_position(&mut self, data: &Data, position: &Position) -> Update {
        let close = data.close();
        let levels = Levels::of(position);
        match self.entries % 4 {
            0 => {
                let stop = self.chandelier.level(position, close, self.range);
                levels.tighten(stop).update(close)
            }
            1 => levels
                .tighten(self.trail.level(position, &data.candle, FEE))
                .take_profit(self.roi.target(position, runtime::now(), FEE))
                .update(close),
            2 => {
                if self.roi.takes(position, runtime::now(), close, FEE) {
                    return Update::Liquidate;
                }
                if let Some(portion) = self.parts.due(position, close) {
                    return Update::Reduce(portion);
                }
                let even = exits::break_even(position, close, 0.002, FEE);
                even.map_or(Update::Keep, Update::StopLoss)
            }
            _ => Update::liquidate_if(self.cross.last() == Some(position.direction.opposite())),
        }
    }

    fn on_open_position(&mut self, _: &PositionEvent) {
        self.told[0] += 1;
    }

    fn on_increased_position(&mut self, _: &PositionEvent) {
        self.told[1] += 1;
    }

    fn on_reduced_position(&mut self, _: &PositionEvent) {
        self.told[2] += 1;
    }

    fn on_close_position(&mut self, _: &PositionEvent) {
        self.told[3] += 1;
    }

    fn after(&mut self, _: &Data) {
        let names = ["opened", "increased", "reduced", "closed"];
        for (name, count) in names.into_iter().zip(self.told) {
            telemetry::metric(name, f64::from(count));
        }
    }
}
