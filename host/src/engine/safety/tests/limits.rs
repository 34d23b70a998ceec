//! Limits of orders: what passes, what is refused, and with which bound.

use super::*;

#[test]
fn an_order_beyond_its_largest_notional_is_refused_with_the_bound() {
    let mut bench = Bench::new(limits(OrderLimits {
        max_order_notional: Some(cash(1_000)),
        ..OrderLimits::default()
    }));
    let risk = RefusalReason::RiskLimit;
    // The last price is 100: 10.001 units cost 1,000.10.
    let market = |qty| OrderRequest::market(0, Side::Buy, qty);
    assert_refused(bench.submit(market(10.001)), risk, Some(1_000.0));
    assert_eq!(bench.submit(market(10.0)), Ok(()));
    // A limit order counts at its own price: 11 x 90 = 990, 12 x 90 = 1,080.
    assert_refused(
        bench.submit(limit(Side::Buy, 12.0, 90.0)),
        risk,
        Some(1_000.0),
    );
    assert_eq!(bench.submit(limit(Side::Buy, 11.0, 90.0)), Ok(()));
    bench.at_price(100);
    bench.trade(Side::Buy, 10.0, 100);
    // 20 units are held: what only reduces may be as large as that.
    assert_eq!(
        bench.submit(reducing(OrderRequest::market(0, Side::Sell, 20.0))),
        Ok(())
    );
}

#[test]
fn an_amendment_meets_the_same_limits() {
    let mut bench = Bench::new(limits(OrderLimits {
        max_order_notional: Some(cash(1_000)),
        max_position_notional: Some(cash(1_500)),
        ..OrderLimits::default()
    }));
    bench.submit(limit(Side::Buy, 11.0, 90.0)).expect("990");
    let amend = |qty, price| Command::Amend {
        order: 1,
        change: Amendment {
            qty,
            limit: price,
            trigger: None,
        },
    };
    // 12 x 90 = 1,080 and 11 x 95 = 1,045.
    for change in [amend(Some(12.0), None), amend(None, Some(95.0))] {
        assert_refused(
            bench.command(change),
            RefusalReason::RiskLimit,
            Some(1_000.0),
        );
    }
    // 11.1 x 90 = 999 replaces the 990, so it is no position of 1,989.
    let answer = bench.command(amend(Some(11.1), None));
    let limited = answer.is_err_and(|refusal| refusal.reason == RefusalReason::RiskLimit);
    assert!(!limited);
}

#[test]
fn a_position_counts_with_the_orders_that_would_increase_it() {
    let mut bench = Bench::new(limits(OrderLimits {
        max_position_notional: Some(cash(2_000)),
        ..OrderLimits::default()
    }));
    let risk = RefusalReason::RiskLimit;
    bench.trade(Side::Buy, 10.0, 100);
    // 10 held + 5 resting = 15; six more are 2,100 at 100.
    bench.submit(limit(Side::Buy, 5.0, 90.0)).expect("room");
    assert_refused(
        bench.submit(OrderRequest::market(0, Side::Buy, 6.0)),
        risk,
        Some(2_000.0),
    );
    // A sale first closes the 10: 30 leave a short of 20, 31 one of 21.
    assert_refused(
        bench.submit(OrderRequest::market(0, Side::Sell, 31.0)),
        risk,
        Some(2_000.0),
    );
    assert_eq!(
        bench.submit(OrderRequest::market(0, Side::Sell, 30.0)),
        Ok(())
    );
    // The other instrument has a limit of its own.
    assert_eq!(
        bench.submit(OrderRequest::market(1, Side::Buy, 20.0)),
        Ok(())
    );
}

#[test]
fn orders_are_counted_as_they_work_and_by_the_minute() {
    let mut bench = Bench::new(limits(OrderLimits {
        max_open_orders: Some(3),
        max_orders_per_minute: Some(2),
        ..OrderLimits::default()
    }));
    let risk = RefusalReason::RiskLimit;
    let order = || limit(Side::Buy, 1.0, 90.0);
    assert_eq!(bench.submit(order()), Ok(()));
    assert_eq!(bench.submit(order()), Ok(()));
    assert_refused(bench.submit(order()), risk, Some(2.0));
    bench.at_price(100);
    assert_eq!(bench.submit(order()), Ok(()));
    assert_refused(bench.submit(order()), risk, Some(3.0));
}

#[test]
fn a_price_too_far_from_the_mark_is_refused_on_either_side() {
    let mut bench = Bench::new(limits(OrderLimits {
        max_price_deviation: Some(Rate(UNIT / 20)),
        ..OrderLimits::default()
    }));
    for (request, passes) in [
        (limit(Side::Buy, 1.0, 95.0), true),
        (limit(Side::Buy, 1.0, 94.99), false),
        (limit(Side::Sell, 1.0, 105.0), true),
        (limit(Side::Sell, 1.0, 105.01), false),
    ] {
        let kind = request.kind;
        let answer = bench.submit(request);
        assert_eq!(answer.is_ok(), passes, "{kind:?}");
        if !passes {
            assert_refused(answer, RefusalReason::RiskLimit, Some(0.05));
        }
    }
}

#[test]
fn leverage_is_what_everything_adds_up_to_over_equity() {
    let mut bench = Bench::new(limits(OrderLimits {
        max_leverage: Some(Rate(2 * UNIT)),
        ..OrderLimits::default()
    }));
    let risk = RefusalReason::RiskLimit;
    let set_leverage = |leverage| Command::SetLeverage {
        instrument: 0,
        leverage,
    };
    assert_refused(bench.command(set_leverage(3.0)), risk, Some(2.0));
    // Equity 10,000: positions of at most 20,000. 15,000 in one instrument leave 5,000 for the other.
    bench.trade(Side::Buy, 150.0, 100);
    let other = |qty| OrderRequest::market(1, Side::Sell, qty);
    assert_refused(bench.submit(other(50.001)), risk, Some(2.0));
    assert_eq!(bench.submit(other(50.0)), Ok(()));
    // A reversal from 150 long to 150 short adds nothing, with the 5,000 coming beside it.
    assert_eq!(
        bench.submit(OrderRequest::market(0, Side::Sell, 300.0)),
        Ok(())
    );
}

#[test]
fn the_reason_of_the_exchange_comes_before_a_limit_of_the_user() {
    let mut bench = Bench::new(limits(OrderLimits {
        max_order_notional: Some(cash(1_000)),
        ..OrderLimits::default()
    }));
    // 200,000 at a leverage of 4 need 50,000 of margin: both would refuse it.
    let answer = bench.submit(OrderRequest::market(0, Side::Buy, 2_000.0));
    let refusal = answer.expect_err("there is not enough money");
    assert_eq!(refusal.reason, RefusalReason::InsufficientMargin);
}

#[test]
fn absurd_quantities_are_answered_and_overflow_nothing() {
    let mut bench = Bench::new(limits(OrderLimits {
        max_order_notional: None,
        max_position_notional: Some(cash(1_000_000_000_000)),
        max_price_deviation: Some(Rate(UNIT)),
        max_leverage: Some(Rate(10_000 * UNIT)),
        ..OrderLimits::default()
    }));
    bench.submit(limit(Side::Buy, 1.0, 90.0)).expect("allowed");
    let absurd = 8e10;
    for side in [Side::Buy, Side::Sell, Side::Buy] {
        for kind in [OrderKind::Market, OrderKind::Limit(100.0)] {
            let child = OrderRequest {
                kind,
                parent: Some(1),
                ..OrderRequest::market(0, side, absurd)
            };
            // Refused or not: children that sleep are bound by nothing but these limits.
            let _ = bench.submit(child);
        }
    }
    for qty in [-absurd, absurd, f64::NAN, 0.0] {
        for price in [None, Some(-absurd), Some(absurd), Some(f64::INFINITY)] {
            let change = Amendment {
                qty: Some(qty),
                limit: price,
                trigger: None,
            };
            let _ = bench.command(Command::Amend { order: 1, change });
        }
    }
    bench.at_price(100);
}

#[test]
fn a_target_net_of_children_that_sleep_overflows_nothing() {
    let act: Act = Box::new(|desk| {
        let Ok(parent) = desk.submit(&limit(Side::Buy, 1.0, 90.0)) else {
            return;
        };
        for _ in 0..3 {
            let child = OrderRequest {
                parent: Some(parent.order),
                reduce_only: true,
                ..OrderRequest::market(0, Side::Sell, 8e10)
            };
            desk.submit(&child).expect("it sleeps and only reduces");
        }
        for qty in [8e10, -8e10, 0.0, f64::NAN, f64::INFINITY] {
            let _ = desk.set_net(0, qty);
        }
    });
    let mut bench = Bench::scripted(Safety::default(), act);
    // The parents fill at 90: their children wake.
    for price in [100, 100, 89, 89, 89] {
        bench.at_price(price);
    }
}
