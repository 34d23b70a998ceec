//! Several strategies on one wallet.

use super::*;
use crate::domain::{Cash, Rate, RefusalReason};
use crate::execution::{LiquidationRule, MarginMode};
use crate::ledger::PostingKind;

/// Minutes of candles, and the price from a minute on.
pub(super) fn prices(minutes: std::ops::Range<i64>, steps: &[(i64, i64)]) -> Arc<[Candle]> {
    minutes
        .map(|minute| {
            let known = steps.iter().take_while(|(from, _)| *from <= minute);
            let (_, price) = known.last().expect("a price from the first minute on");
            Candle::flat(first().plus_ms(minute * MINUTE_MS), Price(price * UNIT))
        })
        .collect()
}

/// Wants a net quantity after the candles that close at these minutes.
pub(super) fn plans(plan: &'static [(i64, f64)]) -> Rule {
    Box::new(move |_, candle| {
        let close = (candle.open_time.0 - first().0) / MINUTE_MS + 15;
        plan.iter()
            .find(|(at, _)| *at == close)
            .map(|(_, qty)| *qty)
    })
}

pub(super) fn cash(whole: i64) -> Cash {
    Cash(i128::from(whole) * i128::from(UNIT))
}

/// A hundredth.
const PERCENT: i64 = UNIT / 100;

/// A strategy by its plan with a weight in percent of a wallet of 10,000.
fn planned(name: &str, percent: i64, data: &Arc<[Candle]>, plan: &'static [(i64, f64)]) -> Builder {
    backtest(name, plans(plan), 0, &[("BTC/USDT:USDT", data)]).weight(Rate(percent * PERCENT))
}

fn together(builders: Vec<Builder>) -> Vec<Outcome> {
    let backtests = builders.into_iter().map(|b| made(b).keep_records());
    run_together(backtests.collect(), &mut |_| {}).expect("they run")
}

fn refusals(outcome: &Outcome) -> Vec<RefusalReason> {
    let reason = |(_, what): &(Timestamp, Happening)| match what {
        Happening::Refused { refusal, .. } => Some(refusal.reason),
        _ => None,
    };
    outcome.records.iter().filter_map(reason).collect()
}

fn wallet(outcome: &Outcome) -> Cash {
    outcome.result.last_account().wallet
}

/// What the postings did to the part of a strategy.
fn posted(outcome: &Outcome) -> Cash {
    let changes = [
        PostingKind::Fee,
        PostingKind::RealizedPnl,
        PostingKind::Funding,
        PostingKind::Insurance,
    ];
    let of = |kind: &PostingKind| outcome.result.posted(*kind);
    changes.iter().fold(Cash::ZERO, |sum, kind| sum + of(kind))
}

#[test]
fn a_strategy_binds_its_weight_and_no_more_though_the_wallet_has_money() {
    let data = prices(0..120, &[(0, 20_000)]);
    // 0.2 bind 4,000: more than a quarter of 10,000, less than a half.
    let run = |weight| {
        let one = planned("one", 50, &data, &[]);
        together(vec![one, planned("two", weight, &data, &[(30, 0.2)])])
    };
    let few = run(25);
    assert_eq!(refusals(&few[1]), [RefusalReason::InsufficientMargin]);
    assert!(few[1].result.observed.fills.is_empty());
    let enough = run(50);
    assert_eq!(refusals(&enough[1]), []);
    assert_eq!(enough[1].result.observed.fills.len(), 1);
    // Parts by weight: a third of the wallet is for the one with half the weight.
    assert_eq!(
        few[1].result.configuration.starting_balance.to_string(),
        "3333.33333333"
    );
    assert_eq!(
        few[0].result.configuration.starting_balance.to_string(),
        "6666.66666667"
    );
}

#[test]
fn what_one_loses_the_others_may_not_bind() {
    let data = prices(0..120, &[(0, 20_000), (45, 10_000)]);
    // The first loses 2,000 of 10,000 on paper; 0.42 then bind 4,200.
    let run = |first: &'static [(i64, f64)]| {
        let one = planned("one", 50, &data, first);
        together(vec![one, planned("two", 50, &data, &[(60, 0.42)])])
    };
    assert_eq!(refusals(&run(&[])[1]), []);
    for loss in [&[(15, 0.2)][..], &[(15, 0.2), (45, 0.0)]] {
        let outcomes = run(loss);
        assert_eq!(refusals(&outcomes[0]), []);
        assert_eq!(refusals(&outcomes[1]), [RefusalReason::InsufficientMargin]);
    }
}

#[test]
fn a_strategy_knows_what_an_earlier_one_did_in_the_same_minute() {
    // The winner gains 2,000 in the minute 59, at whose end the other asks for 0.19 times 30,000, which are 5,700.
    let data = prices(0..120, &[(0, 20_000), (59, 30_000)]);
    let winner = || planned("winner", 50, &data, &[(15, 0.2)]);
    let other = || planned("other", 50, &data, &[(60, 0.19)]);
    // That is less than half of 12,000, which there are at the end of the minute, and more than half of 10,000 before it.
    let outcomes = together(vec![winner(), other()]);
    assert_eq!(refusals(&outcomes[1]), []);
    let outcomes = together(vec![other(), winner()]);
    assert_eq!(refusals(&outcomes[0]), [RefusalReason::InsufficientMargin]);
}

#[test]
fn parts_sum_to_the_balance_and_all_postings() {
    let (btc, eth) = markets();
    let symbols = [("BTC/USDT:USDT", &btc), ("ETH/USDT:USDT", &eth)];
    let lane = |name: &str, weight: i64, rule: Rule, which: &[usize]| {
        let data: Vec<_> = which.iter().map(|i| symbols[*i]).collect();
        let streams = which.iter().map(|i| streams_of(symbols[*i].0)).collect();
        backtest(name, rule, 2, &data)
            .profile(Profile::preset(Preset::Strict))
            .streams(StreamsFrom::Given(streams))
            .balance(Cash(1_000_000_000_001))
            .leverage(Rate(3 * UNIT))
            .weight(Rate(weight))
    };
    let outcomes = together(vec![
        lane("both", 33_333_333, gambles(), &[1, 0]),
        lane("eth", 33_333_333, follows_color(), &[1]),
        lane("btc", 33_333_334, follows_color(), &[0]),
    ]);
    let sum = |of: fn(&Outcome) -> Cash| outcomes.iter().fold(Cash::ZERO, |sum, o| sum + of(o));
    assert_eq!(
        sum(|o| o.result.configuration.starting_balance),
        Cash(1_000_000_000_001)
    );
    assert_eq!(sum(wallet), Cash(1_000_000_000_001) + sum(posted));
    for outcome in &outcomes {
        assert!(outcome.result.observed.fills.len() > 100);
        let funding = outcome.result.posted(PostingKind::Funding);
        assert_ne!(funding, Cash::ZERO, "{}", outcome.name);
    }
}

#[test]
fn alone_with_all_of_the_wallet_is_alone() {
    let (_, eth) = markets();
    let builder = || backtest("eth", follows_color(), 40, &[("ETH/USDT:USDT", &eth)]);
    let run = |b: Builder| {
        let made = made(b).keep_records();
        made.run_with_chart(&mut |_| {}).expect("it runs")
    };
    let (own, shared) = (run(builder()), run(builder().weight(Rate(UNIT))));
    assert!(own.result.observed.fills.len() > 100);
    assert_eq!(own.records, shared.records);
    assert_eq!(own.charts, shared.charts);
    assert_eq!(own.result.samples, shared.result.samples);
    let period = |o: &Outcome| o.result.configuration.period;
    assert_eq!(period(&own), period(&shared));
    assert_eq!(own.result.configuration.shared, None);
    assert_ne!(own.result.fingerprint, shared.result.fingerprint);
}

#[test]
fn the_order_of_strategies_far_from_their_limits_does_not_matter() {
    let (btc, eth) = markets();
    let make = |name: &str| {
        let (rule, symbol, data) = match name {
            "btc" => (follows_color(), "BTC/USDT:USDT", &btc),
            "eth" => (follows_color(), "ETH/USDT:USDT", &eth),
            "coin" => (gambles(), "ETH/USDT:USDT", &eth),
            _ => (gambles(), "BTC/USDT:USDT", &btc),
        };
        // Hours beside minutes: what is joined has its turn when it is over.
        let profile = Profile {
            walk: if name == "coin" {
                Walk::Run
            } else {
                Walk::Base
            },
            ..without_funding()
        };
        let builder = backtest(name, rule, 3, &[(symbol, data)]).profile(profile);
        builder.balance(cash(100_000)).weight(Rate(25 * PERCENT))
    };
    let run = |names: [&str; 4]| {
        let mut outcomes = together(names.map(make).into());
        outcomes.sort_by(|a, b| a.name.cmp(&b.name));
        outcomes
    };
    let one = run(["btc", "eth", "coin", "other"]);
    let other = run(["other", "coin", "eth", "btc"]);
    for (one, other) in one.iter().zip(&other) {
        assert!(one.result.observed.fills.len() > 100, "{}", one.name);
        assert_eq!(one.records, other.records, "{}", one.name);
        assert_eq!(one.result, other.result, "{}", one.name);
    }
}

#[test]
fn the_account_ends_for_all_when_nothing_is_left_of_it() {
    // A short that is closed late has lost more than the part of its strategy; nobody is liquidated on the way.
    let unliquidated = Profile {
        liquidation: Some(LiquidationRule::None),
        ..without_funding()
    };
    let rising = |price| prices(0..240, &[(0, 20_000), (60, price)]);
    let flat = |minutes| prices(minutes, &[(0, 20_000)]);
    let run = |price: i64| {
        let data = [
            ("before", flat(0..240)),
            ("loser", rising(price)),
            ("after", flat(0..240)),
            ("over", flat(0..60)),
            ("late", flat(180..240)),
        ];
        let lane = |(name, data): &(&str, Arc<[Candle]>)| {
            let plan: &'static [(i64, f64)] = match *name {
                "loser" => &[(15, -0.08), (90, 0.0)],
                "late" => &[(195, 0.01)],
                _ => &[(15, 0.006), (150, 0.011)],
            };
            let builder = planned(name, 20, data, plan);
            builder.profile(unliquidated.clone())
        };
        together(data.iter().map(lane).collect())
    };
    // 0.08 times 110,000 are 8,800 of 10,000: 1,200 are left, of which each may bind 240.
    let alive = run(130_000);
    let closed = |o: &Outcome| o.result.observed.account_closed;
    assert!(alive.iter().all(|o| closed(o).is_none()));
    assert!(wallet(&alive[1]) < Cash::ZERO, "its own part is used up");
    assert!(alive.iter().all(|o| refusals(o).is_empty()));
    // 0.08 times 130,000 are 10,400.
    let outcomes = run(150_000);
    let minute = |o: &Outcome| (closed(o).expect("it ended").0 - first().0) / MINUTE_MS;
    let minutes: Vec<i64> = outcomes.iter().map(minute).collect();
    assert_eq!(minutes, [91, 90, 90, 60, 180]);
    for outcome in &outcomes {
        let at_the_end = outcome.result.last_account();
        assert_eq!(at_the_end.wallet, Cash::ZERO, "{}", outcome.name);
        assert_eq!(at_the_end.equity, Cash::ZERO, "{}", outcome.name);
        assert!(outcome.result.open_positions.is_empty(), "{}", outcome.name);
        let start = outcome.result.configuration.starting_balance;
        assert_eq!(start, cash(2_000));
        assert_eq!(start + posted(outcome), Cash::ZERO, "{}", outcome.name);
    }
    for index in [0, 2, 4] {
        assert_eq!(refusals(&outcomes[index]), [RefusalReason::AccountClosed]);
    }
}

#[test]
fn what_does_not_fit_into_one_wallet_is_told() {
    let data = prices(0..60, &[(0, 20_000)]);
    let one = || planned("one", 50, &data, &[]);
    let error = |others: Vec<Builder>| {
        let backtests = others.into_iter().map(made).collect();
        let error = run_together(backtests, &mut |_| {}).expect_err("it does not fit");
        assert!(error.hint().is_some());
        error.to_string()
    };
    let plain = backtest("two", plans(&[]), 0, &[("BTC/USDT:USDT", &data)]);
    assert_eq!(
        error(vec![one(), plain]),
        "two has no weight in the shared account"
    );
    assert_eq!(
        error(vec![one(), planned("two", 50, &data, &[]).balance(cash(5))]),
        "two puts a balance of 5 into a wallet of 10000"
    );
    assert_eq!(
        error(vec![one(), planned("two", 51, &data, &[])]),
        "the weights of the shared account sum to 1.01, which is more than 1"
    );
    let mut dollars = instrument("BTC/USDC:USDC");
    dollars.settle = "USDC".to_owned();
    let other = Backtest::builder()
        .native(ruled(0, plans(&[])))
        .profile(without_funding())
        .name("two")
        .candles(data.to_vec(), Timeframe::M1)
        .instrument(dollars)
        .weight(Rate(50 * PERCENT));
    assert_eq!(
        error(vec![one(), other]),
        "a shared account holds one currency: one settles in USDT, two in USDC"
    );
    let cross = Profile {
        margin_mode: MarginMode::Cross,
        ..without_funding()
    };
    let built = |builder: Builder| builder.build().err().expect("refused").to_string();
    assert_eq!(
        built(one().profile(cross)),
        "a shared account has isolated margin only, and the profile has cross margin"
    );
    assert_eq!(
        built(planned("none", 0, &data, &[])),
        "a weight of 0 is no part of a shared account"
    );
}
