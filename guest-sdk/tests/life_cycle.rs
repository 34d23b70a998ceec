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
    }
}

/// Always in the market: a cross against the position closes it and opens the other in the same call.
struct MaCross {
    params: Params,
    fast: Sma,
    slow: Sma,
    cross: Cross,
}

impl LifeCycle for MaCross {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        Ok(Self {
            fast: Sma::new(params.fast),
            slow: Sma::new(params.slow),
            cross: Cross::default(),
            params,
        })
    }

    fn needs(&self) -> Needs {
        Needs::candles(Timeframe::H1, self.params.slow)
    }

    fn update(&mut self, data: &Data) {
        let (fast, slow) = (
            self.fast.update(data.close()),
            self.slow.update(data.close()),
        );
        self.cross.update(fast, slow);
    }

    fn should_long(&mut self, _: &Data) -> bool {
        self.cross.last() == Some(Direction::Long)
    }

    fn should_short(&mut self, _: &Data) -> bool {
        self.cross.last() == Some(Direction::Short)
    }

    fn go(&mut self, data: &Data, portfolio: &Portfolio, _: Direction) -> Plan {
        Plan::market(portfolio.equity() * 0.2 / data.close())
    }

    fn update_position(&mut self, _: &Data, position: &Position) -> Update {
        Update::liquidate_if(self.cross.last() == Some(position.direction.opposite()))
    }
}

guest_sdk::register!(Cycle<MaCross>);

#[test]
fn a_cross_liquidates_and_reverses_in_one_call() {
    // Crosses up at index 3, down at 5, up at 7. The first is known from the warm-up, in which the cross is fed as well.
    let closes = [10.0, 10.0, 10.0, 11.0, 12.0, 9.0, 8.0, 13.0, 14.0];
    let candles = candles_from_closes(0, Timeframe::H1, &closes);
    let outcome = Harness::<Cycle<MaCross>>::new(Params::default())
        .unwrap()
        .run(&candles);
    let fills: Vec<_> = outcome
        .fills
        .iter()
        .map(|fill| {
            (
                fill.open_time / 3_600_000,
                fill.position,
                fill.side,
                fill.price,
            )
        })
        .collect();
    let [first, _, second, _, third] = fills[..] else {
        panic!("{fills:?}")
    };
    let expected = [
        (4, first.1, Side::Buy, 11.0),
        (6, first.1, Side::Sell, 9.0),
        (6, second.1, Side::Sell, 9.0),
        (8, second.1, Side::Buy, 13.0),
        (8, third.1, Side::Buy, 13.0),
    ];
    assert_eq!(fills, expected);
    assert!(
        first.1 != second.1 && second.1 != third.1,
        "each reversal is a new position"
    );
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
