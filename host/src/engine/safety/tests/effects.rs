//! What a trip does, and who is told.

use super::*;

#[test]
fn flatten_cancels_everything_and_closes_at_the_next_open() {
    let mut bench = Bench::new(breaker(rapid_loss(100, 5), 3, Effect::Flatten));
    bench.trade(Side::Buy, 10.0, 100);
    bench
        .submit(reducing(limit(Side::Sell, 1.0, 200.0)))
        .expect("allowed");
    bench
        .submit(OrderRequest::market(1, Side::Sell, 5.0))
        .expect("allowed");
    bench.at_price(100);
    bench.at_price(80); // -200 + 100 = -100
    assert_eq!(bench.switches(), [(3, true, 100.0)]);
    assert_eq!(bench.held().len(), 2, "the orders meet the next open");
    bench.at_price(79);
    assert_eq!(bench.held(), []);
    let trades: Vec<_> = bench
        .happened
        .iter()
        .filter_map(|what| match what {
            Happening::Trade(trade) => Some((trade.instrument, trade.exit_price, trade.net)),
            _ => None,
        })
        .collect();
    let exit = Price(79 * UNIT);
    assert_eq!(trades, [(0, exit, cash(-210)), (1, exit, cash(105))]);
    assert_eq!(bench.engine.trader(0).desk().working(None), []);
    // One order a position, although it is looked at every minute.
    bench.at_price(79);
    let orders = |what: &&Happening| matches!(what, Happening::Accepted { .. });
    assert_eq!(bench.happened.iter().filter(orders).count(), 3 + 2);
}

#[test]
fn halt_stops_the_strategy_with_its_policy() {
    let act: Act = Box::new(|desk| {
        if desk.open_count() == 0 && desk.working(None).is_empty() {
            desk.set_net(0, 10.0).expect("nothing forbids it");
        }
    });
    let mut bench = Bench::scripted(breaker(rapid_loss(100, 5), 3, Effect::Halt), act);
    bench.at_price(100);
    bench.at_price(100);
    bench.at_price(90);
    let halts: Vec<_> = bench
        .happened
        .iter()
        .filter_map(|what| match what {
            Happening::Halt { time, why } => Some((time.0 / MINUTE, why.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(halts, [(3, "the circuit breaker `tested` opened")]);
    bench.at_price(88);
    assert_eq!(bench.held(), [], "its policy is to flatten");
    bench.at_price(88);
    bench.at_price(88);
    assert_eq!(bench.held(), [], "nobody buys again");
}

#[test]
fn the_strategy_is_told_and_refused_and_told_again() {
    let refusals = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&refusals);
    let act: Act = Box::new(move |desk| {
        if let Err(refusal) = desk.submit(&OrderRequest::market(0, Side::Buy, 10.0)) {
            seen.lock().expect("one thread").push(refusal.reason);
        }
    });
    let mut bench = Bench::scripted(breaker(rapid_loss(100, 5), 2, Effect::BlockEntries), act);
    for price in [100, 100, 90, 90, 90] {
        bench.at_price(price);
    }
    let told = bench.told.lock().expect("one thread");
    use crate::domain::AccountChange::{CircuitClosed, CircuitOpen};
    assert_eq!(
        *told,
        [CircuitOpen, CircuitClosed].map(StrategyEvent::Account)
    );
    // Blocked at the closes of minutes 2 and 3; at 4 it is armed again before the strategy is called.
    assert_eq!(
        *refusals.lock().expect("one thread"),
        [RefusalReason::CircuitOpen; 2]
    );
}

#[test]
fn where_nothing_is_set_there_is_nothing_to_ask() {
    assert_eq!(Guard::new(Safety::default(), cash(1)), None);
}
