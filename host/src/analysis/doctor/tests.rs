//! Every check with facts that trigger it and facts that do not, at the limits of the table. What is gathered in a run is tested in
//! `tests/it/doctor.rs` through runs.

use proptest::prelude::*;

use super::*;
use crate::analysis::metrics::Metrics;
use crate::analysis::sample;
use crate::domain::{Cash, Timestamp};
use crate::engine::AccountPoint;

/// A change of the facts of a good run.
type Change = Box<dyn Fn(&mut Facts, &mut Tried, &mut Deep)>;

/// A run nothing is wrong with, two years long, and everything about it known.
fn good() -> (Facts, Tried, Deep) {
    let facts = Facts {
        strategy: "cross".to_owned(),
        currency: "USDT".to_owned(),
        start: 10_000.0,
        net_profit: 1_000.0,
        trades: 200,
        winners: 140,
        losers: 60,
        average_win: Some(10.0),
        average_loss: Some(10.0),
        best_trade: Some(100.0),
        best_month: Some(Month {
            name: "2024-03".to_owned(),
            profit: 200.0,
            of: 24,
        }),
        ambiguous_trades: Some(0),
        returns: Some(Returns {
            n: 730,
            sharpe: 0.15,
            skew: 0.0,
            kurtosis: 3.0,
        }),
        days: 730.0,
        under_water: Some(0.3),
        longest_under_water: 40,
        perpetual: true,
        coverage: 1.0,
        has_funding: true,
        funding_payments: 30,
        largest_share: Some(0.001),
        peak_margin_use: Some(0.2),
        ..Facts::default()
    };
    let tried = Tried {
        trials: 10,
        sharpes: vec![0.15, 0.14, 0.13, 0.16],
        searched: Some(2),
    };
    let proof = Some(Proof {
        happenings: 900,
        differs_at: None,
    });
    let deep = Deep {
        cost_doubled: Some(900.0),
        delayed: Some(950.0),
        ordering: Some(Ordering {
            best: 1_000.0,
            worst: 990.0,
        }),
        strict: Some(1_000.0),
        fair: Some(1_100.0),
        warm_up: proof.clone(),
        look_ahead: proof,
    };
    (facts, tried, deep)
}

/// What the check says of a good run with this change.
fn finding(check: &str, change: &Change) -> Finding {
    let (mut facts, mut tried, mut deep) = good();
    change(&mut facts, &mut tried, &mut deep);
    let findings = examine(&facts, &tried, &deep);
    assert_eq!(findings.len(), checks::ALL.len(), "every check once");
    let found = findings.into_iter().find(|f| f.check == check);
    found.unwrap_or_else(|| panic!("no check is called {check}"))
}

fn of_facts(change: impl Fn(&mut Facts) + 'static) -> Change {
    Box::new(move |facts, _, _| change(facts))
}

fn of_tried(change: impl Fn(&mut Tried) + 'static) -> Change {
    Box::new(move |_, tried, _| change(tried))
}

fn of_deep(change: impl Fn(&mut Deep) + 'static) -> Change {
    Box::new(move |_, _, deep| change(deep))
}

/// Each case: what is changed, and the verdict.
fn expect(check: &str, cases: Vec<(Change, Verdict)>) {
    let as_it_is = of_facts(|_| {});
    assert_eq!(finding(check, &as_it_is).verdict, Verdict::Fine, "{check}");
    for (number, (change, verdict)) in cases.iter().enumerate() {
        let found = finding(check, change);
        assert_eq!(found.verdict, *verdict, "{check}, case {number}: {found:?}");
        let needs_advice = *verdict < Verdict::NotApplicable;
        assert_eq!(!found.advice.is_empty(), needs_advice, "{found:?}");
        assert!(!found.said.contains("NaN"), "{found:?}");
    }
}

use Verdict::{Fine, NotApplicable, NotRun, Severe, Warning};

#[test]
fn nothing_is_wrong_with_a_good_run() {
    let (facts, tried, deep) = good();
    for finding in examine(&facts, &tried, &deep) {
        assert_eq!(finding.verdict, Fine, "{finding:?}");
    }
    assert!(deep.is_complete());
}

#[test]
fn fewer_than_a_hundred_trades_warn_and_fewer_than_thirty_are_severe() {
    let trades = |n| of_facts(move |f| f.trades = n);
    expect(
        "too-few-trades",
        vec![
            (trades(100), Fine),
            (trades(99), Warning),
            (trades(30), Warning),
            (trades(29), Severe),
            (trades(0), Severe),
        ],
    );
}

#[test]
fn a_trade_of_more_than_a_quarter_warns_and_one_that_is_all_is_severe() {
    let best = |x| of_facts(move |f| f.best_trade = Some(x));
    expect(
        "one-trade",
        vec![
            (best(250.0), Fine),
            (best(250.01), Warning),
            (best(999.99), Warning),
            (best(1_000.0), Severe),
            (best(f64::NAN), Warning),
            (of_facts(|f| f.best_trade = None), NotApplicable),
            (of_facts(|f| f.net_profit = 0.0), NotApplicable),
            (of_facts(|f| f.net_profit = f64::INFINITY), Warning),
        ],
    );
}

#[test]
fn a_month_of_more_than_half_warns_and_one_that_is_all_is_severe() {
    let best = |profit| of_facts(move |f| f.best_month.as_mut().expect("a month").profit = profit);
    expect(
        "one-month",
        vec![
            (best(500.0), Fine),
            (best(500.01), Warning),
            (best(1_000.0), Severe),
            (of_facts(|f| f.best_month = None), NotApplicable),
            (of_facts(|f| f.net_profit = -1.0), NotApplicable),
        ],
    );
}

#[test]
fn half_the_profit_at_twice_the_cost_or_a_candle_later_warns_and_none_is_severe() {
    type Figure = fn(&mut Deep) -> &mut Option<f64>;
    let checks: [(&str, Figure); 2] = [
        ("cost", |d| &mut d.cost_doubled),
        ("delay", |d| &mut d.delayed),
    ];
    for (check, figure) in checks {
        let net = |x| of_deep(move |d| *figure(d) = x);
        let of_a_loss = |other| -> Change {
            Box::new(move |facts, _, deep| {
                facts.net_profit = -100.0;
                *figure(deep) = Some(other);
            })
        };
        expect(
            check,
            vec![
                (net(Some(500.01)), Fine),
                (net(Some(500.0)), Warning),
                (net(Some(0.01)), Warning),
                (net(Some(0.0)), Severe),
                (net(Some(-1.0)), Severe),
                (net(Some(f64::NAN)), Warning),
                (net(None), NotRun),
                (of_a_loss(-200.0), NotApplicable),
                (of_a_loss(1.0), Severe),
                (
                    of_facts(|f| (f.trades, f.net_profit) = (0, 0.0)),
                    NotApplicable,
                ),
            ],
        );
    }
}

#[test]
fn more_than_one_in_a_hundred_ambiguous_trades_warns_and_two_signs_are_severe() {
    let touched = |n| of_facts(move |f| f.ambiguous_trades = n);
    let ordering = |best, worst| of_deep(move |d| d.ordering = Some(Ordering { best, worst }));
    let not_run = |n| -> Change {
        Box::new(move |facts, _, deep| {
            facts.ambiguous_trades = n;
            deep.ordering = None;
        })
    };
    expect(
        "ambiguity",
        vec![
            (touched(Some(2)), Fine),
            (touched(Some(3)), Warning),
            (touched(None), Fine),
            (ordering(5.0, -5.0), Severe),
            (ordering(5.0, 0.0), Severe),
            (ordering(f64::NAN, 1.0), Warning),
            (not_run(Some(0)), Fine),
            (not_run(Some(2)), NotRun),
            (not_run(Some(3)), Warning),
            (not_run(None), NotRun),
            (of_facts(|f| f.trades = 0), NotApplicable),
        ],
    );
}

#[test]
fn profiles_more_than_a_fifth_apart_warn_and_two_signs_are_severe() {
    let fair = |x| of_deep(move |d| d.fair = x);
    let lost = |strict, fair| of_deep(move |d| (d.strict, d.fair) = (Some(strict), Some(fair)));
    expect(
        "strict-against-fair",
        vec![
            (fair(Some(1_200.0)), Fine),
            (fair(Some(1_200.01)), Warning),
            (fair(Some(799.99)), Warning),
            (fair(Some(-1.0)), Severe),
            (fair(Some(f64::INFINITY)), Warning),
            (fair(None), NotRun),
            (lost(-100.0, -110.0), Fine),
            (lost(-100.0, -150.0), Warning),
            (lost(0.0, 1.0), Severe),
            (
                of_facts(|f| (f.trades, f.net_profit) = (0, 0.0)),
                NotApplicable,
            ),
        ],
    );
}

#[test]
fn a_win_rate_that_cannot_be_told_from_break_even_warns() {
    let won = |wins, losses| of_facts(move |f| (f.winners, f.losers) = (wins, losses));
    let paid = |win, loss| of_facts(move |f| (f.average_win, f.average_loss) = (win, loss));
    expect(
        "win-rate",
        vec![
            (won(105, 95), Warning),
            (won(60, 140), Fine),
            (paid(Some(10.0), Some(20.0)), Warning),
            (paid(None, Some(10.0)), NotApplicable),
            (paid(Some(10.0), None), NotApplicable),
            (paid(Some(f64::NAN), Some(10.0)), Warning),
        ],
    );
}

#[test]
fn a_sharpe_ratio_that_many_tries_would_show_anyway_warns_or_is_severe() {
    let tried = |trials, sharpes: &[f64]| {
        let sharpes = sharpes.to_vec();
        of_tried(move |t| (t.trials, t.sharpes) = (trials, sharpes.clone()))
    };
    let sharpe = |x| of_facts(move |f| f.returns.as_mut().expect("returns").sharpe = x);
    expect(
        "number-of-trials",
        vec![
            (tried(1, &[]), Fine),
            (tried(0, &[]), Fine),
            (tried(10, &[0.15]), Warning),
            (tried(100, &[0.1, -0.02, 0.05, 0.0]), Warning),
            (tried(1_000, &[0.3, -0.3, 0.1, -0.1]), Severe),
            (sharpe(-0.01), Severe),
            (sharpe(f64::NAN), Warning),
            (of_facts(|f| f.returns = None), NotApplicable),
        ],
    );
}

#[test]
fn a_record_shorter_than_its_sharpe_ratio_needs_warns_and_than_its_trials_need_is_severe() {
    let record = |days: f64, n| {
        of_facts(move |f| {
            f.days = days;
            f.returns.as_mut().expect("returns").n = n;
        })
    };
    let sharpe = |x| of_facts(move |f| f.returns.as_mut().expect("returns").sharpe = x);
    expect(
        "track-record",
        vec![
            (record(115.0, 115), Warning),
            (record(100.0, 100), Severe),
            (sharpe(0.02), Severe),
            (sharpe(0.0), Warning),
            (sharpe(f64::NAN), Warning),
            (record(f64::NAN, 730), Warning),
            (of_tried(|t| t.trials = 1_000_000), Severe),
            (of_facts(|f| f.returns = None), NotApplicable),
        ],
    );
}

#[test]
fn any_liquidation_warns_and_a_tenth_of_the_start_is_not_yet_severe() {
    let lost = |n, loss| of_facts(move |f| (f.liquidations, f.liquidation_loss) = (n, loss));
    expect(
        "liquidations",
        vec![
            (lost(1, 0.0), Warning),
            (lost(1, 1_000.0), Warning),
            (lost(1, 1_000.01), Severe),
            (lost(1, f64::NAN), Warning),
            (of_facts(|f| f.perpetual = false), NotApplicable),
        ],
    );
    expect(
        "stop-behind-liquidation",
        vec![
            (of_facts(|f| f.stops_behind = 1), Warning),
            (of_facts(|f| f.perpetual = false), NotApplicable),
        ],
    );
}

#[test]
fn missing_candles_warn_below_999_in_a_thousand_and_are_severe_below_995_or_an_hour_in_a_position()
{
    let covered = |x| of_facts(move |f| f.coverage = x);
    let gap = |minutes| {
        of_facts(move |f| {
            f.longest_open_gap = Some(OpenGap {
                symbol: "BTC/USDT:USDT".to_owned(),
                from: "2024-03-01 10:00".to_owned(),
                minutes,
            });
        })
    };
    expect(
        "coverage",
        vec![
            (covered(0.999), Fine),
            (covered(0.998_999), Warning),
            (covered(0.995), Warning),
            (covered(0.994_999), Severe),
            (covered(f64::NAN), Warning),
            (gap(60), Fine),
            (gap(61), Severe),
        ],
    );
    assert!(
        finding("coverage", &covered(0.998_999))
            .said
            .starts_with("99.899 %")
    );
}

#[test]
fn a_substituted_settlement_warns_and_a_perpetual_without_funding_is_severe() {
    expect(
        "funding",
        vec![
            (of_facts(|f| f.funding_substituted = 1), Warning),
            (of_facts(|f| f.has_funding = false), Severe),
            (of_facts(|f| f.funding_payments = 0), Fine),
            (of_facts(|f| f.perpetual = false), NotApplicable),
        ],
    );
}

#[test]
fn fills_over_a_hundredth_of_the_volume_warn_and_over_a_tenth_are_severe() {
    let share = |x| of_facts(move |f| f.largest_share = x);
    expect(
        "capacity",
        vec![
            (share(Some(0.01)), Fine),
            (share(Some(0.010_001)), Warning),
            (share(Some(0.1)), Warning),
            (share(Some(0.100_001)), Severe),
            (share(Some(f64::NAN)), Warning),
            (share(None), NotApplicable),
            (of_facts(|f| f.fills_without_volume = 1), Severe),
        ],
    );
}

#[test]
fn more_than_a_searched_parameter_for_twenty_trades_warns_and_for_ten_is_severe() {
    let searched = |n| of_tried(move |t| t.searched = n);
    expect(
        "parameters",
        vec![
            (searched(Some(10)), Fine),
            (searched(Some(11)), Warning),
            (searched(Some(20)), Warning),
            (searched(Some(21)), Severe),
            (searched(None), NotApplicable),
        ],
    );
}

#[test]
fn a_check_of_the_strategy_that_differs_is_severe_and_one_of_nothing_proves_nothing() {
    type Field = fn(&mut Deep) -> &mut Option<Proof>;
    let checks: [(&str, Field); 2] = [
        ("warm-up", |d| &mut d.warm_up),
        ("look-ahead", |d| &mut d.look_ahead),
    ];
    for (check, field) in checks {
        let proof = |happenings, at: Option<&str>| {
            let differs_at = at.map(str::to_owned);
            of_deep(move |d| {
                *field(d) = Some(Proof {
                    happenings,
                    differs_at: differs_at.clone(),
                });
            })
        };
        expect(
            check,
            vec![
                (of_deep(move |d| *field(d) = None), NotRun),
                (proof(9, Some("2024-03-01T10:00:00Z")), Severe),
                (proof(0, None), NotApplicable),
                (proof(9, None), Fine),
            ],
        );
    }
}

#[test]
fn more_than_half_the_days_under_water_warn() {
    let share = |x| of_facts(move |f| f.under_water = x);
    expect(
        "stagnation",
        vec![
            (share(Some(0.5)), Fine),
            (share(Some(0.500_1)), Warning),
            (share(Some(f64::NAN)), Warning),
            (share(None), NotApplicable),
        ],
    );
}

#[test]
fn data_that_is_not_that_of_the_market_warns() {
    let kind = of_facts(|f| f.data_kinds = vec!["a synthetic market".to_owned()]);
    expect("data-kind", vec![(kind, Warning)]);
}

#[test]
fn margin_over_half_the_equity_warns_and_over_nine_tenths_is_severe() {
    let used = |x| of_facts(move |f| f.peak_margin_use = x);
    expect(
        "leverage",
        vec![
            (used(Some(0.5)), Fine),
            (used(Some(0.500_001)), Warning),
            (used(Some(0.9)), Warning),
            (used(Some(0.900_001)), Severe),
            (used(Some(f64::NAN)), Warning),
            (used(None), NotApplicable),
            (of_facts(|f| f.perpetual = false), NotApplicable),
        ],
    );
}

#[test]
fn the_worst_comes_first_and_equals_stay_in_the_order_of_the_table() {
    let (mut facts, tried, mut deep) = good();
    facts.trades = 50;
    facts.has_funding = false;
    facts.peak_margin_use = Some(0.95);
    deep.look_ahead = None;
    let findings = examine(&facts, &tried, &deep);
    let worst: Vec<&str> = findings.iter().take(4).map(|f| f.check.as_str()).collect();
    assert_eq!(
        worst,
        ["funding", "leverage", "too-few-trades", "look-ahead"]
    );
    let last = findings.last().expect("findings");
    assert_eq!((last.check.as_str(), last.verdict), ("data-kind", Fine));
}

#[test]
fn a_document_is_read_as_it_was_written() {
    let (facts, tried, deep) = good();
    let written = Examination::of(facts, tried, deep);
    let text = serde_json::to_string(&written).expect("JSON");
    let read: Examination = serde_json::from_str(&text).expect("the same JSON");
    assert_eq!(read, written);
}

#[test]
fn the_facts_of_a_run_are_its_figures() {
    let run = sample::eventful();
    let metrics = Metrics::of(&run);
    let facts = Facts::of(&run, &metrics);
    assert_eq!(facts.trades, run.observed.trades.len() as u64);
    assert_eq!(facts.liquidations, 3);
    assert_eq!(facts.funding_substituted, 3);
    assert_eq!(facts.stops_behind, run.observed.stops_behind.len() as u64);
    let returns = facts.returns.expect("they vary");
    assert_eq!(Some(returns.sharpe), metrics.returns.sharpe_per_period);
    let month = facts.best_month.expect("a month");
    assert_eq!(month.of, metrics.returns.monthly_returns.len() as u64);
    let best = metrics.returns.best_month.expect("a month");
    assert!(month.profit > 0.0 && best > 0.0);
    let known = Deep::known(&run);
    assert_eq!(
        known.strict,
        Some(facts.net_profit),
        "the run itself is strict"
    );
    assert!(known.fair.is_some() && known.ordering.is_some());
    assert_eq!(known.cost_doubled, None);
}

#[test]
fn a_month_that_made_all_of_it_leaves_nothing_to_the_last_unit() {
    let mut run = sample::run_of(Vec::new());
    let day = |d: i64, equity: i64| AccountPoint {
        time: Timestamp(d * 86_400_000),
        wallet: Cash(i128::from(equity) * 100_000_000),
        equity: Cash(i128::from(equity) * 100_000_000),
        position_margin: Cash::ZERO,
        order_margin: Cash::ZERO,
    };
    run.configuration.starting_balance = Cash(10_000 * 100_000_000);
    run.samples = vec![day(0, 10_000), day(1, 10_003), day(2, 10_010)];
    run.marks = Vec::new();
    let facts = Facts::of(&run, &Metrics::of(&run));
    assert_eq!(facts.best_month.as_ref().map(|m| m.profit), Some(10.0));
    let findings = examine(&facts, &Tried::default(), &Deep::default());
    let month = findings
        .iter()
        .find(|f| f.check == "one-month")
        .expect("judged");
    assert_eq!(month.verdict, Verdict::Severe, "{}", month.said);
}

#[test]
fn a_gap_counts_while_a_position_of_its_symbol_is_open() {
    let mut run = sample::run_of(vec![sample::trade()]);
    let open_gap =
        |run: &crate::runs::RunResult| Facts::of(run, &Metrics::of(run)).longest_open_gap;
    // The gap of the sample lies after the trade.
    assert_eq!(open_gap(&run), None);
    let gap = &mut run.configuration.dataset.gaps[0];
    let exit = run.observed.trades[0].exit_time;
    (gap.from, gap.to, gap.minutes) = (exit.plus_ms(-60_000), exit, 1);
    assert_eq!(open_gap(&run).map(|gap| gap.minutes), Some(1));
    run.configuration.dataset.gaps[0].from = exit;
    assert_eq!(open_gap(&run), None, "it begins where the trade ends");
}

/// Any float there is.
fn any_figure() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(0.0),
        Just(f64::MAX),
    ]
}

proptest! {
    #[test]
    fn no_numbers_make_it_panic(
        figures in prop::collection::vec(any_figure(), 21),
        counts in prop::collection::vec(any::<u64>(), 15),
        sharpes in prop::collection::vec(any_figure(), 0..5),
        searched in any::<Option<u32>>(),
    ) {
        let f = |n: usize| Some(figures[n]);
        let facts = Facts {
            start: figures[0],
            net_profit: figures[1],
            trades: counts[0],
            winners: counts[1],
            losers: counts[2],
            average_win: f(2),
            average_loss: f(3),
            best_trade: f(4),
            best_month: Some(Month { name: String::new(), profit: figures[5], of: counts[3] }),
            ambiguous_trades: Some(counts[4]),
            returns: Some(Returns { n: counts[5], sharpe: figures[6], skew: figures[7], kurtosis: figures[8] }),
            days: figures[9],
            under_water: f(10),
            longest_under_water: counts[6],
            perpetual: counts[7] % 8 > 0,
            liquidations: counts[8],
            liquidation_loss: figures[11],
            stops_behind: counts[9],
            coverage: figures[12],
            has_funding: counts[10] % 8 > 0,
            funding_payments: counts[11],
            funding_substituted: counts[12],
            largest_share: f(13),
            fills_without_volume: counts[13] % 2,
            peak_margin_use: f(14),
            ..Facts::default()
        };
        let deep = Deep {
            cost_doubled: f(15),
            delayed: f(16),
            ordering: Some(Ordering { best: figures[17], worst: figures[18] }),
            strict: f(19),
            fair: f(20),
            warm_up: Some(Proof { happenings: counts[14], differs_at: None }),
            look_ahead: None,
        };
        let tried = Tried { trials: counts[3], sharpes, searched };
        let findings = examine(&facts, &tried, &deep);
        prop_assert_eq!(findings.len(), checks::ALL.len());
        for finding in findings {
            prop_assert!(!finding.said.is_empty());
        }
    }
}
