//! Every metric of a breaker.

use super::*;

#[test]
fn rapid_loss_blocks_entries_until_its_cooldown_is_over() {
    let mut bench = Bench::new(breaker(rapid_loss(100, 5), 3, Effect::BlockEntries));
    bench.trade(Side::Buy, 10.0, 100);
    bench.submit(limit(Side::Buy, 1.0, 50.0)).expect("allowed");
    bench
        .submit(reducing(limit(Side::Sell, 1.0, 200.0)))
        .expect("allowed");
    bench.at_price(95); // -50
    assert_eq!(bench.switches(), []);
    bench.at_price(90); // -50: 100 within five minutes, at the close of minute 2
    assert_eq!(bench.switches(), [(3, true, 100.0)]);
    // What could open is withdrawn, what reduces stays.
    let canceled: Vec<_> = bench
        .happened
        .iter()
        .filter_map(|what| match what {
            Happening::OrderChanged { change, .. } => Some((change.order, change.reason)),
            _ => None,
        })
        .collect();
    assert_eq!(canceled, [(2, EndReason::Risk)]);
    let circuit = RefusalReason::CircuitOpen;
    assert_refused(
        bench.submit(OrderRequest::market(0, Side::Buy, 1.0)),
        circuit,
        None,
    );
    assert_refused(
        bench.submit(OrderRequest::market(0, Side::Sell, 1.0)),
        circuit,
        None,
    );
    let reduce = reducing(OrderRequest::market(0, Side::Sell, 4.0));
    assert_eq!(bench.submit(reduce), Ok(()));
    bench.at_price(80); // loses, but is not counted
    bench.at_price(80);
    assert_refused(
        bench.submit(OrderRequest::market(0, Side::Buy, 1.0)),
        circuit,
        None,
    );
    bench.at_price(80); // the close of minute 5 is trip + 3 minutes: armed again
    assert_eq!(bench.switches()[1..], [(6, false, 100.0)]);
    assert_eq!(
        bench.submit(OrderRequest::market(0, Side::Buy, 1.0)),
        Ok(())
    );
}

#[test]
fn profits_of_the_window_offset_its_losses() {
    let mut bench = Bench::new(breaker(rapid_loss(100, 5), 3, Effect::BlockEntries));
    bench.trade(Side::Buy, 10.0, 100);
    for price in [94, 99, 93] {
        bench.at_price(price); // -60, +50, -60: 70 in all
    }
    assert_eq!(bench.switches(), []);
    bench.at_price(90); // 100
    assert_eq!(bench.switches(), [(5, true, 100.0)]);
}

#[test]
fn old_losses_leave_the_window() {
    let mut bench = Bench::new(breaker(rapid_loss(100, 2), 3, Effect::BlockEntries));
    bench.trade(Side::Buy, 10.0, 100);
    for price in [94, 94, 88] {
        bench.at_price(price); // -60, 0, -60: only two minutes count
    }
    assert_eq!(bench.switches(), []);
}

#[test]
fn a_share_of_rejected_requests_trips_once_there_are_enough_of_them() {
    let metric = Metric::RejectedRatio {
        ratio: Rate(UNIT / 2),
        min_requests: 4,
        window_ms: 10 * MINUTE,
    };
    let mut bench = Bench::new(breaker(metric, 5, Effect::BlockEntries));
    let bad = || OrderRequest::market(0, Side::Buy, -1.0);
    assert!(bench.submit(bad()).is_err());
    assert!(bench.submit(bad()).is_err());
    bench.submit(limit(Side::Buy, 1.0, 50.0)).expect("allowed");
    bench.at_price(100); // 2 of 3: too few to say anything
    assert_eq!(bench.switches(), []);
    bench.submit(limit(Side::Buy, 1.0, 50.0)).expect("allowed");
    bench.at_price(100); // 2 of 4
    assert_eq!(bench.switches(), [(2, true, 0.5)]);
    // What the breaker itself refuses does not count towards its next trip.
    for _ in 0..4 {
        assert_refused(
            bench.submit(OrderRequest::market(0, Side::Buy, 1.0)),
            RefusalReason::CircuitOpen,
            None,
        );
    }
    for _ in 0..6 {
        bench.at_price(100);
    }
    assert_eq!(bench.switches()[1..], [(7, false, 0.5)]);
}

#[test]
fn logged_errors_trip_at_their_count() {
    let metric = Metric::Errors {
        count: 3,
        window_ms: 3 * MINUTE,
    };
    let act: Act = Box::new(|desk| desk.log(Level::Error, "lost the thread"));
    let mut bench = Bench::scripted(breaker(metric, 60, Effect::BlockEntries), act);
    // One at each close from minute 1 on; a close looks before it calls: at 4 it counts those of 2 and 3, that of 1 is too old.
    for _ in 0..5 {
        bench.at_price(100);
    }
    assert_eq!(bench.switches(), []);
    let metric = Metric::Errors {
        count: 2,
        window_ms: 3 * MINUTE,
    };
    let act: Act = Box::new(|desk| desk.log(Level::Error, "lost the thread"));
    let mut bench = Bench::scripted(breaker(metric, 60, Effect::BlockEntries), act);
    for _ in 0..5 {
        bench.at_price(100);
    }
    assert_eq!(bench.switches(), [(3, true, 2.0)]);
}

#[test]
fn drawdown_is_measured_from_the_start_of_the_utc_day() {
    let metric = Metric::Drawdown {
        fall: Rate(UNIT / 50),
    };
    // Three minutes before midnight.
    let safety = breaker(metric, 5, Effect::BlockEntries);
    let mut bench = Bench::at(safety, 24 * 60 - 3, None);
    bench.trade(Side::Buy, 20.0, 100);
    bench.at_price(91); // 9,820: down 1.8 %
    bench.at_price(91); // midnight: the new day begins at 9,820
    bench.at_price(85); // 9,700: 3 % of the first, but 1.22 % of the new day's start
    assert_eq!(bench.switches(), []);
    bench.at_price(81); // 9,620: 2.036659... %
    let midnight = 24 * 60;
    assert_eq!(bench.switches(), [(midnight + 2, true, 0.020_366_59)]);
    for _ in 0..5 {
        bench.at_price(81);
    }
    // The day has not recovered: it opens again in the moment in which it closes.
    assert_eq!(
        bench.switches()[1..],
        [
            (midnight + 7, false, 0.020_366_59),
            (midnight + 7, true, 0.020_366_59)
        ]
    );
}

#[test]
fn concentration_is_the_largest_net_exposure_over_equity() {
    let metric = Metric::Concentration {
        share: Rate(UNIT / 2),
    };
    let mut bench = Bench::new(breaker(metric, 5, Effect::BlockEntries));
    bench
        .submit(OrderRequest::market(1, Side::Sell, 49.0))
        .expect("allowed");
    bench.trade(Side::Buy, 49.0, 100); // 4,900 each of 10,000
    assert_eq!(bench.switches(), []);
    // Together they lose nothing: 49 x 110 = 5,390 of 10,000.
    bench.at_price(110);
    assert_eq!(bench.switches(), [(2, true, 0.539)]);
}

#[test]
fn losing_trades_in_a_row_trip_and_a_winner_begins_anew() {
    let metric = Metric::ConsecutiveLosses {
        count: 2,
        window_ms: None,
    };
    let mut bench = Bench::new(breaker(metric, 5, Effect::BlockEntries));
    for exit in [99, 101, 99] {
        bench.trade(Side::Buy, 1.0, 100);
        bench.trade(Side::Sell, 1.0, exit);
    }
    assert_eq!(bench.switches(), []);
    bench.trade(Side::Buy, 1.0, 100);
    bench.trade(Side::Sell, 1.0, 99);
    assert_eq!(bench.switches(), [(8, true, 2.0)]);
}
