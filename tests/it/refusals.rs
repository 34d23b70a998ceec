//! What is wrong is refused with a reason, counted, and changes nothing.

use host::domain::{
    Amendment, Candle, Cash, Exit, Exits, OrderKind, OrderRequest, Price, Qty, Rate, Side, Target,
    TimeInForce, Timeframe, Timestamp, UNIT,
};
use host::engine::Command;
use host::execution::{Preset, Profile};

use crate::driver::{Driver, Start, instrument};

fn market(qty: f64) -> OrderRequest {
    OrderRequest::market(0, Side::Buy, qty)
}

fn of(kind: OrderKind) -> OrderRequest {
    OrderRequest {
        kind,
        ..market(0.1)
    }
}

/// Every mistake a strategy can make with an order, and the reason it is told.
fn mistakes() -> Vec<(&'static str, OrderRequest)> {
    let stop_above = Exits {
        stop: Some(Exit::At(f64::NAN)),
        ..Exits::default()
    };
    vec![
        ("invalid_number", market(-1.0)),
        ("invalid_number", market(f64::NAN)),
        ("invalid_number", market(f64::INFINITY)),
        ("invalid_number", of(OrderKind::Limit(f64::NAN))),
        ("invalid_number", of(OrderKind::Limit(-50_000.0))),
        ("invalid_number", of(OrderKind::Stop(1e300))),
        (
            "invalid_number",
            of(OrderKind::Trailing {
                callback: 1.5,
                activation: None,
            }),
        ),
        (
            "invalid_number",
            OrderRequest {
                exits: stop_above,
                ..market(0.1)
            },
        ),
        // A buy stop under the price, a buy take-profit above it.
        ("would_trigger_immediately", of(OrderKind::Stop(49_000.0))),
        (
            "would_trigger_immediately",
            of(OrderKind::TakeProfit(51_000.0)),
        ),
        (
            "unknown_id",
            OrderRequest {
                instrument: 7,
                ..market(0.1)
            },
        ),
        (
            "no_position",
            OrderRequest {
                target: Target::Position(99),
                ..market(0.1)
            },
        ),
        (
            "parent",
            OrderRequest {
                parent: Some(99),
                ..market(0.1)
            },
        ),
        (
            "reduce_only",
            OrderRequest {
                reduce_only: true,
                side: Side::Buy,
                ..market(0.1)
            },
        ),
        (
            "invalid_request",
            OrderRequest {
                post_only: true,
                time_in_force: TimeInForce::Ioc,
                ..of(OrderKind::Limit(49_000.0))
            },
        ),
        ("insufficient_margin", market(10_000.0)),
        ("max_qty", market(2_000_000.0)),
    ]
}

#[test]
fn a_mistake_is_told_and_nothing_moves() {
    let first = Candle::flat(Timestamp(0), Price(50_000 * UNIT));
    let mut rules = instrument(Price(UNIT / 10), Qty(UNIT / 1_000), Rate(50_000));
    rules.max_qty = Some(Qty(1_000_000 * UNIT));
    let mut driver = Driver::new(Start {
        profile: Profile::preset(Preset::Strict),
        instrument: rules,
        wallet: Cash(10_000 * i128::from(UNIT)),
        leverage: Rate(UNIT),
        base: Timeframe::M1,
        first: &first,
    });
    driver.command(&Command::Submit(market(0.1)));
    driver.settle();
    driver.candle(&first, None);
    assert!(driver.position().is_some(), "a position to threaten");
    let before = driver.account().clone();
    for (reason, request) in mistakes() {
        let told = driver.refusals.len();
        driver.command(&Command::Submit(request.clone()));
        assert_eq!(
            driver.refusals.get(told).map(String::as_str),
            Some(reason),
            "{request:?}"
        );
        assert_eq!(driver.account(), &before, "{reason}: nothing changed");
    }
    let commands = [
        (
            "leverage_bracket",
            Command::SetLeverage {
                instrument: 0,
                leverage: 900.0,
            },
        ),
        (
            "invalid_number",
            Command::SetLeverage {
                instrument: 0,
                leverage: f64::NAN,
            },
        ),
        ("not_open", Command::Cancel(99)),
        (
            "not_open",
            Command::Amend {
                order: 99,
                change: Amendment::default(),
            },
        ),
        (
            "no_position",
            Command::AdjustMargin {
                position: 99,
                amount: 1.0,
            },
        ),
        (
            "invalid_number",
            Command::AdjustMargin {
                position: 1,
                amount: f64::NAN,
            },
        ),
    ];
    for (reason, command) in commands {
        let told = driver.refusals.len();
        driver.command(&command);
        let got = driver.refusals.get(told).map(String::as_str);
        assert_eq!(got, Some(reason), "{command:?}");
        assert_eq!(driver.account(), &before, "{reason}: nothing changed");
    }
}
