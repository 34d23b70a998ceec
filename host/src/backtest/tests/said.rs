//! What is said to a run while it goes on: as if somebody stepped the engine by hand.

use proptest::strategy::Strategy as _;

use super::shared::{cash, plans, prices};
use super::*;
use crate::domain::{Cause, Direction, OnFault, OrderRequest, OrderStatus, Rate, Side};
use crate::engine::safety::{BlockedBy, BreakerRule, Effect, Metric, Safety};
use crate::engine::{Command, Event};
use crate::execution::{FillTiming, LiquidationRule, MarginMode};
use crate::runs::fingerprint::Fingerprint;

type Script = Vec<(Timestamp, Said)>;

fn at(ms: i64) -> Timestamp {
    first().plus_ms(ms)
}

fn close(minute: i64) -> Timestamp {
    at(minute * MINUTE_MS)
}

fn command(ms: i64, command: Command) -> (Timestamp, Said) {
    (at(ms), Said::Command(command))
}

fn run(builder: Builder) -> Outcome {
    made(builder.keep_digests())
        .keep_records()
        .run_with_chart(&mut |_| {})
        .expect("it runs")
}

/// The same by hand: minutes of one symbol into an engine, everything said where it belongs, nothing at the end.
fn by_hand(backtest: Backtest, candles: &[Candle], script: &Script) -> Vec<(Timestamp, [u8; 32])> {
    let start = candles[0].open_time;
    let (mut engine, _) = backtest.into_engine(Timeframe::M1, start, Vec::new());
    let mut running = Fingerprint::of_records();
    let mut digests = Vec::new();
    let mut step = |event: Event<'_>| {
        let record = engine.step(event);
        if !record.entries.is_empty() {
            running.add(record);
            digests.push((record.time, running.running()));
        }
    };
    let opens = [Some(candles[0].open)];
    step(Event::Begin {
        time: start,
        opens: &opens,
    });
    let mut script = script.iter().peekable();
    // As a session does: each is settled before the next one, also where they fall on one moment.
    let mut say = |before: Timestamp, step: &mut dyn FnMut(Event<'_>)| {
        while let Some((_, said)) = script.next_if(|(time, _)| *time < before) {
            step(said.event());
            step(Event::Settle);
        }
    };
    for candle in candles {
        let time = candle.open_time;
        say(time.plus_ms(MINUTE_MS), &mut step);
        step(Event::Minute {
            time,
            slots: &[crate::domain::Slot::real(*candle)],
            references: &[],
            end: None,
        });
    }
    say(Timestamp(i64::MAX), &mut step);
    digests
}

fn commands() -> impl proptest::strategy::Strategy<Value = Command> {
    let side = |buy| if buy { Side::Buy } else { Side::Sell };
    let market = move |(buy, thousandths): (bool, u32)| {
        let qty = f64::from(thousandths) / 1_000.0;
        Command::Submit(OrderRequest::market(0, side(buy), qty))
    };
    let by = |user| {
        if user {
            BlockedBy::User
        } else {
            BlockedBy::Feed
        }
    };
    prop_oneof![
        4 => (any::<bool>(), 1..50_u32).prop_map(market),
        2 => (any::<bool>(), any::<bool>())
            .prop_map(move |(user, allowed)| Command::Entries { by: by(user), allowed }),
        1 => Just(Command::CloseAll(None)),
        1 => (1..200_i64).prop_map(|loss| Command::Safety(Box::new(Safety {
            breakers: vec![BreakerRule {
                name: "loss".to_owned(),
                metric: Metric::RapidLoss { loss: cash(loss), window_ms: HOUR },
                cooldown_ms: HOUR,
                effect: Effect::Flatten,
            }],
            ..Safety::default()
        }))),
        1 => Just(Command::Stop(OnFault::Cancel)),
    ]
}

fn scripts() -> impl proptest::strategy::Strategy<Value = Script> {
    // Times of which several fall on one moment, before the first minute and after the last one.
    let said = (-2..400_i64, prop_oneof![Just(0), 1..MINUTE_MS], commands());
    let said = said.prop_map(|(minute, ms, what)| command(minute * MINUTE_MS + ms, what));
    prop::collection::vec(said, 0..12).prop_map(|mut script| {
        script.sort_by_key(|(time, _)| *time);
        script
    })
}

/// By the lane of a backtest and by hand.
fn both(script: &Script, fill_timing: FillTiming) -> [Vec<(Timestamp, [u8; 32])>; 2] {
    let data: Arc<[Candle]> = candles(7, 1, |t| t < 5 * HOUR);
    let profile = Profile {
        fill_timing,
        ..without_funding()
    };
    let builder = || {
        backtest("said", follows_color(), 1, &[("BTC/USDT:USDT", &data)]).profile(profile.clone())
    };
    let outcome = run(builder().said(script.clone()).open_ended());
    [outcome.digests, by_hand(made(builder()), &data, script)]
}

#[test]
fn two_orders_of_one_moment_are_settled_one_after_the_other() {
    let sell = |qty| {
        command(
            165 * MINUTE_MS,
            Command::Submit(OrderRequest::market(0, Side::Sell, qty)),
        )
    };
    let [ours, by_hand] = both(&vec![sell(0.003), sell(0.001)], FillTiming::ThisClose);
    assert_eq!(ours, by_hand);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn said_commands_do_what_the_same_steps_by_hand_do(script in scripts(), this_close in any::<bool>()) {
        let timing = if this_close { FillTiming::ThisClose } else { FillTiming::NextOpen };
        let [ours, by_hand] = both(&script, timing);
        prop_assert_eq!(ours, by_hand);
    }
}

#[test]
fn digests_are_those_of_all_records_whatever_feeds_the_minutes() {
    let (btc, eth) = markets();
    let script = vec![command(6 * DAY, Command::CloseAll(None))];
    let lane = |name: &str, candles: &Arc<[Candle]>| {
        let builder = backtest(name, follows_color(), 2, &[("BTC/USDT:USDT", candles)]);
        builder.said(script.clone()).keep_digests()
    };
    let alone = run(lane("btc", &btc));
    // Beside another one the common minutes are cut into blocks elsewhere.
    let together = vec![made(lane("btc", &btc)), made(lane("eth", &eth))];
    let beside = run_together(together, &mut |_| {}).expect("they run");
    assert!(alone.digests.len() > 100);
    assert_eq!(alone.digests, beside[0].digests);
    let mut times: Vec<Timestamp> = alone.records.iter().map(|(time, _)| *time).collect();
    times.dedup();
    let mut digested: Vec<Timestamp> = alone.digests.iter().map(|(time, _)| *time).collect();
    digested.dedup();
    assert_eq!(times, digested);
}

#[test]
fn a_run_without_end_closes_nothing_and_tells_no_last_account() {
    let data = prices(0..90, &[(0, 20_000)]);
    let builder = || {
        let profile = Profile {
            end_of_data: crate::engine::EndOfData::Close,
            ..without_funding()
        };
        backtest("open", plans(&[(30, 0.1)]), 0, &[("BTC/USDT:USDT", &data)]).profile(profile)
    };
    let (ended, open) = (run(builder()), run(builder().open_ended()));
    assert!(ended.result.open_positions.is_empty());
    assert_eq!(open.result.open_positions.len(), 1);
    let accounts = |outcome: &Outcome| outcome.result.observed.accounts.len();
    assert_eq!((accounts(&ended), accounts(&open)), (1, 0));
    // The first steps are the same.
    let common = open.digests.len();
    assert_eq!(ended.digests[..common], open.digests);
}

#[test]
fn margin_in_use_is_that_of_the_value_held_under_either_mode() {
    let data = prices(0..90, &[(0, 20_000)]);
    let used = |margin_mode| {
        let profile = Profile {
            margin_mode,
            liquidation: Some(LiquidationRule::Market),
            ..without_funding()
        };
        let builder = backtest("held", plans(&[(30, 0.5)]), 0, &[("BTC/USDT:USDT", &data)]);
        run(builder
            .profile(profile)
            .leverage(Rate(10 * crate::domain::UNIT)))
    };
    for mode in [MarginMode::Isolated, MarginMode::Cross] {
        let outcome = used(mode);
        let margin_use = outcome.result.leverage.margin_use_peak.expect("a position");
        // 0.5 at 20,000 with a tenfold leverage, over 10,000 less costs.
        assert!((0.1..0.102).contains(&margin_use), "{mode:?}: {margin_use}");
    }
}

#[test]
fn what_is_said_comes_after_the_minute_that_is_over() {
    let data = prices(0..20, &[(0, 100), (10, 200)]);
    let buy = |ms| command(ms, Command::Submit(OrderRequest::market(0, Side::Buy, 1.0)));
    let filled = |ms: i64| {
        let builder = backtest("said", plans(&[]), 0, &[("BTC/USDT:USDT", &data)]);
        let fills = run(builder.said(vec![buy(ms)])).result.observed.fills;
        fills.first().map(|fill| fill.time)
    };
    let minute = |minute| Some(close(minute));
    for (ms, expected) in [
        (-DAY, minute(0)),
        (0, minute(0)),
        (MINUTE_MS - 1, minute(0)),
        (MINUTE_MS, minute(1)),
        (MINUTE_MS + 59_999, minute(1)),
        (20 * MINUTE_MS, None),
    ] {
        assert_eq!(filled(ms), expected, "{ms} ms");
    }
}

// --- best prices -----------------------------------------------------------------------------------------------------------

fn quote(ms: i64, bid: &str, ask: &str) -> (Timestamp, Said) {
    let price = |text: &str| text.parse().expect("a price");
    let (instrument, bid, ask) = (0, price(bid), price(ask));
    (
        at(ms),
        Said::Quote {
            instrument,
            bid,
            ask,
        },
    )
}

/// Long 0.1 after 15 minutes, short 0.1 after 30, at best prices.
fn quoted(script: Script) -> Outcome {
    let data = prices(0..60, &[(0, 20_000)]);
    let plan = plans(&[(15, 0.1), (30, -0.1)]);
    let profile = Profile {
        fill_timing: FillTiming::Quote,
        ..without_funding()
    };
    let builder = backtest("quoted", plan, 0, &[("BTC/USDT:USDT", &data)]);
    run(builder.profile(profile).said(script))
}

/// Orders that were turned down: minute and sentence.
fn turned_down(outcome: &Outcome) -> Vec<(i64, &str)> {
    let changes = outcome
        .records
        .iter()
        .filter_map(|(time, what)| match what {
            Happening::OrderChanged { change, .. } if change.status == OrderStatus::Rejected => {
                Some(((time.0 - first().0) / MINUTE_MS, change.message.as_str()))
            }
            _ => None,
        });
    changes.collect()
}

/// Fills: time, side, price and fee.
fn filled(outcome: &Outcome) -> Vec<(Timestamp, Side, String, String)> {
    let fills = outcome.result.observed.fills.iter();
    fills
        .map(|f| (f.time, f.side, f.price.to_string(), f.fee.to_string()))
        .collect()
}

const MINUTE_15: i64 = 15 * MINUTE_MS;
const MINUTE_30: i64 = 30 * MINUTE_MS;

#[test]
fn market_orders_take_the_best_price_of_their_side_and_nothing_slips() {
    let outcome = quoted(vec![
        quote(MINUTE_15 + 1_500, "19990", "20010"),
        quote(MINUTE_30 + 300, "19980", "20005"),
    ]);
    let text = |price: &str, fee: &str| (price.to_owned(), fee.to_owned());
    let (bought, sold) = (text("20010", "1.0005"), text("19980", "1.998"));
    let expected = [
        (close(15).plus_ms(-1), Side::Buy, bought.0, bought.1),
        (close(30).plus_ms(-1), Side::Sell, sold.0, sold.1),
    ];
    assert_eq!(filled(&outcome), expected);
    let held = &outcome.result.open_positions[0];
    assert_eq!(held.direction, Direction::Short);
}

#[test]
fn a_spread_beyond_the_bound_turns_a_market_order_down_with_both_figures() {
    let outcome = quoted(vec![
        quote(MINUTE_15 + 1_500, "19900", "20001"),
        // At the bound.
        quote(MINUTE_30 + 300, "19950", "20050"),
    ]);
    let sentence =
        "the spread between 19900 and 20001 is 50.6253 bps, over the 50 bps of max_spread_bps";
    assert_eq!(turned_down(&outcome), [(15, sentence)]);
    let fills = filled(&outcome);
    assert_eq!(fills.len(), 1);
    assert_eq!(fills[0].2, "19950");
}

#[test]
fn a_market_order_without_best_prices_is_turned_down_when_the_next_minute_begins() {
    let sentence = "no best prices were seen before the next minute began";
    let both = [(15, sentence), (30, sentence)];
    for (script, expected) in [
        // Too early, and too late.
        (
            vec![
                quote(MINUTE_15 - 1, "19990", "20010"),
                quote(MINUTE_15 + MINUTE_MS, "19990", "20010"),
            ],
            &both[..],
        ),
        // No prices at all.
        (
            vec![
                quote(MINUTE_15, "20010", "19990"),
                quote(MINUTE_30, "0", "20010"),
            ],
            &both[..],
        ),
        (vec![quote(MINUTE_15, "19990", "20010")], &both[1..]),
    ] {
        let outcome = quoted(script);
        assert_eq!(turned_down(&outcome), expected);
        assert_eq!(filled(&outcome).len() + expected.len(), 2);
    }
}

#[test]
fn what_only_closes_fills_at_any_spread_and_without_best_prices_at_the_next_open() {
    const MINUTE_20: i64 = 20 * MINUTE_MS;
    for (prices, time, price) in [
        (
            Some(quote(MINUTE_20 + 300, "19000", "21000")),
            close(20).plus_ms(-1),
            Some("19000"),
        ),
        (None, close(20), None),
    ] {
        let mut script = vec![
            quote(MINUTE_15 + 100, "19990", "20010"),
            command(MINUTE_20 + 200, Command::CloseAll(None)),
        ];
        script.extend(prices);
        let outcome = quoted(script);
        let fills = filled(&outcome);
        assert_eq!((fills[1].0, fills[1].1), (time, Side::Sell), "{fills:?}");
        assert!(price.is_none_or(|price| fills[1].2 == price), "{fills:?}");
        // The order that would open after it found no prices.
        assert_eq!(turned_down(&outcome).len(), 1);
    }
}

#[test]
fn best_prices_are_those_of_one_moment() {
    let buy = Command::Submit(OrderRequest::market(0, Side::Buy, 0.2));
    let outcome = quoted(vec![
        quote(MINUTE_15, "19990", "20010"),
        command(MINUTE_15 + 100, buy.clone()),
        command(MINUTE_30 + 100, buy),
        quote(MINUTE_30 + 100, "19990", "20010"),
    ]);
    let sides: Vec<Side> = filled(&outcome).iter().map(|fill| fill.1).collect();
    assert_eq!(sides, [Side::Buy, Side::Sell, Side::Buy]);
    assert_eq!(turned_down(&outcome).len(), 1);
}

#[test]
fn exits_of_an_order_filled_at_best_prices_meet_the_candles() {
    let data = prices(0..60, &[(0, 20_000), (20, 19_000)]);
    let profile = Profile {
        fill_timing: FillTiming::Quote,
        ..without_funding()
    };
    let long = OrderRequest {
        exits: crate::domain::Exits {
            stop: Some(crate::domain::Exit::At(19_500.0)),
            ..crate::domain::Exits::default()
        },
        ..OrderRequest::market(0, Side::Buy, 0.1)
    };
    let script = vec![
        command(MINUTE_15, Command::Submit(long)),
        quote(MINUTE_15, "19990", "20010"),
    ];
    let builder = backtest("exits", plans(&[]), 0, &[("BTC/USDT:USDT", &data)]);
    let outcome = run(builder.profile(profile).said(script));
    let fills = &outcome.result.observed.fills;
    assert_eq!(fills[1].cause, Cause::Stop);
    assert_eq!(fills[1].time, close(20));
}

#[test]
fn best_prices_that_nobody_saw_are_asked_for_before_the_run() {
    let data = prices(0..60, &[(0, 20_000)]);
    let profile = Profile {
        fill_timing: FillTiming::Quote,
        ..without_funding()
    };
    let builder = || {
        let plan = plans(&[(15, 0.1)]);
        backtest("quoted", plan, 0, &[("BTC/USDT:USDT", &data)]).profile(profile.clone())
    };
    let error = made(builder()).run(&mut |_| {}).expect_err("no quotes");
    assert!(error.to_string().contains("best bid and ask"), "{error}");
    let hint = error.hint().expect("what to do");
    assert!(
        hint.contains("host forward-test --paper-fills quote"),
        "{hint}"
    );
    // A session in which nothing was traded had none.
    assert_eq!(turned_down(&run(builder().open_ended())).len(), 1);
}

#[test]
fn the_bound_of_the_spread_is_a_setting_of_runs_at_best_prices_alone() {
    let data = prices(0..60, &[(0, 20_000)]);
    let knobs = |outcome: &Outcome| -> Vec<String> {
        let profile = &outcome.result.configuration.profile;
        profile
            .knobs
            .iter()
            .map(|knob| knob.key.to_string())
            .collect()
    };
    let plain = run(backtest(
        "plain",
        plans(&[]),
        0,
        &[("BTC/USDT:USDT", &data)],
    ));
    assert!(!knobs(&plain).contains(&"max_spread_bps".to_owned()));
    let quoted = quoted(vec![quote(0, "1", "2")]);
    assert!(knobs(&quoted).contains(&"max_spread_bps".to_owned()));
}
