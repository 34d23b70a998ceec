//! Switches of entries, stops and new limits, as a user or a stale feed gives them.

use super::*;
use crate::domain::AccountChange::{CircuitClosed, CircuitOpen};
use crate::engine::Ended;

fn entries(by: BlockedBy, allowed: bool) -> Command {
    Command::Entries { by, allowed }
}

/// The sentence an order of one unit is refused with, if it is.
fn refusal(bench: &mut Bench) -> Option<String> {
    let answer = bench.submit(OrderRequest::market(0, Side::Buy, 1.0));
    answer.err().map(|refusal| {
        assert_eq!(refusal.reason, RefusalReason::CircuitOpen);
        refusal.message
    })
}

fn halts(bench: &Bench) -> Vec<(i64, &str)> {
    let halt = |what| match what {
        &Happening::Halt { time, ref why } => Some((time.0 / MINUTE, why.as_str())),
        _ => None,
    };
    bench.happened.iter().filter_map(halt).collect()
}

/// Buys ten units once.
fn buys_once() -> Act {
    Box::new(|desk| {
        if desk.open_count() == 0 && desk.working(None).is_empty() {
            // Refused while entries are shut.
            let _ = desk.set_net(0, 10.0);
        }
    })
}

#[test]
fn each_switch_keeps_entries_out_until_it_is_turned_back() {
    let mut bench = Bench::new(Safety::default());
    bench.at_price(100);
    for (by, allowed, sentence) in [
        (BlockedBy::Feed, false, Some("the feed is stale")),
        (
            BlockedBy::User,
            false,
            Some("entries are paused by the user"),
        ),
        (
            BlockedBy::User,
            false,
            Some("entries are paused by the user"),
        ),
        (BlockedBy::User, true, Some("the feed is stale")),
        (BlockedBy::Feed, true, None),
    ] {
        bench.command(entries(by, allowed)).expect("done");
        let blocked = bench.engine.trader(0).desk().blocked();
        assert_eq!(blocked.map(|b| b.to_string()).as_deref(), sentence);
        assert_eq!(refusal(&mut bench).as_deref(), sentence);
    }
    // What changes nothing is answered and nothing more.
    let switch = |what: &&Happening| matches!(what, Happening::Entries { .. });
    assert_eq!(bench.happened.iter().filter(switch).count(), 4);
}

#[test]
fn what_reduces_passes_and_what_rests_stays_while_entries_are_shut() {
    let mut bench = Bench::new(Safety::default());
    bench.trade(Side::Buy, 10.0, 100);
    bench.submit(limit(Side::Buy, 1.0, 90.0)).expect("allowed");
    bench
        .command(entries(BlockedBy::User, false))
        .expect("done");
    let desk = bench.engine.trader(0).desk();
    let resting = desk.working(None)[0].id;
    let larger = Command::Amend {
        order: resting,
        change: Amendment {
            qty: Some(2.0),
            ..Amendment::default()
        },
    };
    assert_refused(bench.command(larger), RefusalReason::CircuitOpen, None);
    let sell = reducing(OrderRequest::market(0, Side::Sell, 4.0));
    bench.submit(sell).expect("it reduces");
    bench.at_price(100);
    assert_eq!(bench.held(), [(Direction::Long, Qty(6 * UNIT))]);
    bench.command(Command::CloseAll(None)).expect("it reduces");
    bench.at_price(100);
    assert_eq!(bench.held(), []);
}

#[test]
fn an_entry_that_rests_fills_while_entries_are_shut() {
    let mut bench = Bench::new(Safety::default());
    bench.at_price(100);
    bench.submit(limit(Side::Buy, 1.0, 90.0)).expect("allowed");
    bench
        .command(entries(BlockedBy::Feed, false))
        .expect("done");
    bench.at_price(100);
    bench.at_price(89);
    assert_eq!(bench.held(), [(Direction::Long, Qty(UNIT))]);
}

#[test]
fn a_strategy_is_told_that_entries_are_shut_and_let_in_again() {
    let mut bench = Bench::scripted(Safety::default(), buys_once());
    bench
        .command(entries(BlockedBy::User, false))
        .expect("done");
    bench.at_price(100);
    bench.at_price(100);
    assert_eq!(bench.held(), []);
    bench.command(entries(BlockedBy::User, true)).expect("done");
    bench.at_price(100);
    bench.at_price(100);
    assert_eq!(bench.held(), [(Direction::Long, Qty(10 * UNIT))]);
    let told = bench.told.lock().expect("one thread");
    assert_eq!(
        *told,
        [CircuitOpen, CircuitClosed].map(StrategyEvent::Account)
    );
}

#[test]
fn a_strategy_the_user_stops_ends_once_by_the_policy_that_was_said() {
    for (policy, held, working) in [
        (OnFault::Flatten, 0, 0),
        (OnFault::Cancel, 1, 0),
        (OnFault::Hold, 1, 1),
    ] {
        let mut bench = Bench::scripted(Safety::default(), buys_once());
        bench.at_price(100);
        bench.at_price(100);
        bench.submit(limit(Side::Buy, 1.0, 50.0)).expect("allowed");
        assert_eq!(bench.engine.trader(0).ended(), None);
        bench.command(Command::Stop(policy)).expect("done");
        bench
            .command(Command::Stop(OnFault::Flatten))
            .expect("done");
        bench.at_price(100);
        bench.at_price(100);
        assert_eq!(halts(&bench), [(2, "stopped by the user")], "{policy:?}");
        assert_eq!(bench.engine.trader(0).ended(), Some(&Ended::Stopped));
        assert_eq!(bench.held().len(), held, "{policy:?}");
        let desk = bench.engine.trader(0).desk();
        assert_eq!(desk.working(None).len(), working, "{policy:?}");
    }
}

#[test]
fn a_strategy_stopped_while_it_warms_up_is_never_called() {
    let act: Act = Box::new(|_| panic!("it was stopped"));
    let mut bench = Bench::scripted(Safety::default(), act);
    bench.command(Command::Stop(OnFault::Hold)).expect("done");
    bench.at_price(100);
    assert_eq!(halts(&bench), [(0, "stopped by the user")]);
}

#[test]
fn a_strategy_that_halted_says_why_it_ended() {
    let halts: Act = Box::new(|desk| desk.halt("enough"));
    let mut bench = Bench::scripted(Safety::default(), halts);
    bench.at_price(100);
    let ended = bench.engine.trader(0).ended();
    assert_eq!(ended, Some(&Ended::Halt("enough".to_owned())));
}

#[test]
fn new_limits_apply_at_once_and_may_come_where_there_were_none() {
    let mut bench = Bench::new(Safety::default());
    bench.at_price(100);
    let small = limits(OrderLimits {
        max_order_notional: Some(cash(50)),
        ..OrderLimits::default()
    });
    bench
        .command(Command::Safety(Box::new(small)))
        .expect("done");
    let bound = Some(50.0);
    let buy = || OrderRequest::market(0, Side::Buy, 1.0);
    assert_refused(bench.submit(buy()), RefusalReason::RiskLimit, bound);
    let none = Command::Safety(Box::default());
    bench.command(none).expect("done");
    bench.submit(buy()).expect("nothing forbids it");
}

#[test]
fn a_breaker_set_later_counts_from_the_equity_of_that_moment() {
    let mut bench = Bench::new(Safety::default());
    bench.trade(Side::Buy, 10.0, 100);
    bench.at_price(80); // -200 before there is a breaker
    let safety = breaker(rapid_loss(100, 5), 3, Effect::BlockEntries);
    bench
        .command(Command::Safety(Box::new(safety)))
        .expect("done");
    bench.at_price(75); // -50
    assert_eq!(bench.switches(), []);
    bench.at_price(70);
    assert_eq!(bench.switches(), [(4, true, 100.0)]);
}

#[test]
fn counters_of_a_rule_that_stays_go_on_and_those_of_a_changed_one_begin_anew() {
    let before = breaker(rapid_loss(100, 5), 3, Effect::BlockEntries);
    let changed = breaker(rapid_loss(90, 5), 3, Effect::BlockEntries);
    for (after, trips) in [(before.clone(), 1), (changed, 0)] {
        let mut bench = Bench::new(before.clone());
        bench.trade(Side::Buy, 10.0, 100);
        bench.at_price(94); // -60
        bench
            .command(Command::Safety(Box::new(after)))
            .expect("done");
        bench.at_price(90); // -40
        assert_eq!(bench.switches().len(), trips);
    }
}

#[test]
fn an_open_breaker_stays_open_where_its_name_stays_and_else_closes() {
    let before = breaker(rapid_loss(100, 5), 3, Effect::BlockEntries);
    // Its own cooldown would be longer; what is open closes when it would have.
    let changed = breaker(rapid_loss(500, 9), 60, Effect::BlockEntries);
    let mut renamed = before.clone();
    renamed.breakers[0].name = "other".to_owned();
    for (after, closes) in [(before.clone(), 5), (changed, 5), (renamed, 2)] {
        let mut bench = Bench::new(before.clone());
        bench.trade(Side::Buy, 10.0, 100);
        bench.at_price(90);
        assert_eq!(bench.switches(), [(2, true, 100.0)]);
        bench
            .command(Command::Safety(Box::new(after)))
            .expect("done");
        assert_eq!(refusal(&mut bench).is_some(), closes > 2);
        for _ in 0..4 {
            bench.at_price(90);
        }
        assert_eq!(bench.switches()[1..], [(closes, false, 100.0)]);
    }
}
