//! The life-cycle style: the moving-average cross in it, and what the cycle does around an author's answers.

use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes};
use indicators::Sma;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles of the fast average.
        fast: i32 = int(2, 1..=200),
        /// Candles of the slow average.
        slow: i32 = int(3, 2..=400),
        /// Quantity, base units.
        qty: f64 = float(1.0, 0.001..=100.0),
    }
}

/// Always in the market: a cross against the position closes it and opens the other in the same call.
struct MaCross {
    params: Params,
    fast: Sma,
    slow: Sma,
    cross: Cross,
    crossed: Option<Direction>,
}

impl LifeCycle for MaCross {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        let (fast, slow) = (Sma::new(params.fast), Sma::new(params.slow));
        Ok(Self {
            params,
            fast,
            slow,
            cross: Cross::default(),
            crossed: None,
        })
    }

    fn needs(&self) -> Needs {
        Needs::candles(Timeframe::H1, self.params.slow)
    }

    fn update(&mut self, data: &Data) {
        self.fast.update(data.close());
        self.slow.update(data.close());
    }

    fn before(&mut self, _: &Data) {
        self.crossed = self.cross.update(self.fast.value(), self.slow.value());
    }

    fn should_long(&mut self, _: &Data) -> bool {
        self.crossed == Some(Direction::Long)
    }

    fn should_short(&mut self, _: &Data) -> bool {
        self.crossed == Some(Direction::Short)
    }

    fn go_long(&mut self, _: &Data, _: &Portfolio) -> Plan {
        Plan::market(self.params.qty)
    }

    fn go_short(&mut self, _: &Data, _: &Portfolio) -> Plan {
        Plan::market(self.params.qty)
    }

    fn update_position(&mut self, _: &Data, position: &Position) -> Update {
        match self.crossed {
            Some(direction) if direction != position.direction => Update::Liquidate,
            _ => Update::Keep,
        }
    }
}

guest_sdk::register!(Cycle<MaCross>);

#[test]
fn a_cross_liquidates_and_reverses_in_one_call() {
    // Crosses down at index 5 and up at index 7, as in the strategy of the same rules in the other style.
    let closes = [10.0, 10.0, 10.0, 11.0, 12.0, 9.0, 8.0, 13.0, 14.0];
    let candles = candles_from_closes(0, Timeframe::H1, &closes);
    let outcome = Harness::<Cycle<MaCross>>::new(Params::default())
        .unwrap()
        .run(&candles);
    let fills: Vec<_> = outcome
        .fills
        .iter()
        .map(|fill| (fill.open_time / 3_600_000, fill.side, fill.price))
        .collect();
    let expected = [
        (6, Side::Sell, 9.0),
        (8, Side::Buy, 13.0),
        (8, Side::Buy, 13.0),
    ];
    assert_eq!(fills, expected);
    assert_ne!(outcome.fills[0].position, outcome.fills[2].position);
    assert_eq!(outcome.equity, 10_000.0 - 4.0 + 1.0);
}

/// Buys under the market with a stop, moves the stop up, and records what it is told.
struct Dip {
    told: Vec<&'static str>,
}

impl LifeCycle for Dip {
    type Params = ();

    fn about() -> Manifest {
        manifest!().long_only()
    }

    fn new((): ()) -> Result<Self, InitError> {
        Ok(Self { told: Vec::new() })
    }

    fn needs(&self) -> Needs {
        Needs::candles(Timeframe::H1, 1)
    }

    fn should_long(&mut self, _: &Data) -> bool {
        true
    }

    fn go_long(&mut self, data: &Data, _: &Portfolio) -> Plan {
        Plan::at(2.0, data.close() * 0.9)
            .stop_loss(data.close() * 0.5)
            .take_part(1.0, data.close() * 1.1)
    }

    fn update_position(&mut self, _: &Data, position: &Position) -> Update {
        match position.stop {
            Some(stop) if stop < 80.0 => Update::StopLoss(80.0),
            _ => Update::Keep,
        }
    }

    fn on_open_position(&mut self, _: &PositionEvent) {
        self.told.push("opened");
    }

    fn on_reduced_position(&mut self, _: &PositionEvent) {
        self.told.push("reduced");
    }

    fn on_close_position(&mut self, event: &PositionEvent) {
        self.told.push("closed");
        telemetry::info(&format!("{:?} by {:?}", self.told, event.cause));
    }
}

#[test]
fn waiting_entries_are_renewed_and_positions_followed() {
    // First decision at index 1: buy at 90, withdrawn at index 2 and sent again. Index 3 touches it, index 4 takes half at 110,
    // index 5 falls to the stop that was moved to 80 at index 3.
    let closes = [100.0, 100.0, 100.0, 88.0, 115.0, 70.0];
    let candles = candles_from_closes(0, Timeframe::H1, &closes);
    let outcome = Harness::<Cycle<Dip>>::new(()).unwrap().run(&candles);
    let fills: Vec<_> = outcome
        .fills
        .iter()
        .map(|fill| (fill.side, fill.qty, fill.price, fill.cause))
        .collect();
    let expected = [
        (Side::Buy, 2.0, 90.0, Cause::Order),
        (Side::Sell, 1.0, 100.0 * 1.1, Cause::Order),
        (Side::Sell, 1.0, 80.0, Cause::Stop),
    ];
    assert_eq!(fills, expected);
    let canceled = outcome
        .sent
        .iter()
        .filter(|sent| matches!(sent.what, Sent::Cancel(_)));
    assert_eq!(canceled.count(), 1);
    assert!(
        outcome
            .logs
            .iter()
            .any(|(_, line)| line == r#"["opened", "reduced", "closed"] by Cause::Stop"#),
        "{:?}",
        outcome.logs
    );
}
