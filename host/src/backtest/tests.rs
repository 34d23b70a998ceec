//! Strategies beside each other, roles, and the two checks, with small native strategies.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::checks::{look_ahead, warm_up};
use super::share::shared;
use super::*;
use crate::data::feed::{Period, VecFeed};
use crate::data::streams::record::Record;
use crate::data::streams::{Place, Prices, Streams, Wanted};
use crate::data::synth::{Synth, SynthConfig};
use crate::domain::{
    Abilities, Candle, CandleColumns, Columns, Delivery, EventKinds, Instrument, InstrumentKind,
    InstrumentKinds, MINUTE_MS, Manifest, Needs, OnFault, Price, Role, Rows, SeriesBinding,
    SeriesNeed, StrategyEvent, StreamBinding, Timeframe, Timestamp, UNIT,
};
use crate::engine::{Block, CandleCall, Desk, Fault, Feed, Happening, Strategy};
use crate::execution::{FundingMissing, Preset, Profile, Walk};

mod doctor;
mod events;
mod said;
mod shared;

const HOUR: i64 = 60 * MINUTE_MS;
const DAY: i64 = 24 * HOUR;

/// What a strategy does with a candle: the net quantity it wants, if it wants anything.
type Rule = Box<dyn FnMut(&mut Desk, &CandleCall) -> Option<f64> + Send>;

/// Trades every instrument of its one role by a rule; warm-up goes through the same rule, in vain.
struct Ruled(Rule);

impl Strategy for Ruled {
    fn start(
        &mut self,
        _: &mut Box<Desk>,
        _: &[SeriesBinding],
        _: &[StreamBinding],
    ) -> Result<(), Fault> {
        Ok(())
    }

    fn on_candle(&mut self, desk: &mut Box<Desk>, candle: &CandleCall) -> Result<(), Fault> {
        if let Some(qty) = (self.0)(desk, candle) {
            let instrument = desk
                .instrument_of(candle.series)
                .expect("a series of its own");
            // A refusal is part of the records that are compared.
            let _ = desk.set_net(instrument, qty);
        }
        Ok(())
    }

    fn on_candles(
        &mut self,
        desk: &mut Box<Desk>,
        series: u32,
        candles: &CandleColumns,
    ) -> Result<(), Fault> {
        for (index, close) in candles.close.iter().enumerate() {
            let candle = CandleCall {
                series,
                open_time: candles.open_time[index],
                open: f64::NAN,
                high: f64::NAN,
                low: f64::NAN,
                close: *close,
                volume: f64::NAN,
                quote_volume: f64::NAN,
                taker_buy_volume: f64::NAN,
                trades: f64::NAN,
                bits: 0,
            };
            (self.0)(desk, &candle);
        }
        Ok(())
    }

    fn on_rows(&mut self, _: &mut Box<Desk>, _: u32, _: &Rows) -> Result<(), Fault> {
        Ok(())
    }

    fn on_event(
        &mut self,
        _: &mut Box<Desk>,
        _: Timestamp,
        _: &StrategyEvent,
    ) -> Result<(), Fault> {
        Ok(())
    }
}

fn role(name: &str, count: (u32, u32)) -> Role {
    Role {
        name: name.to_owned(),
        description: String::new(),
        kinds: InstrumentKinds {
            linear_perpetual: true,
            ..InstrumentKinds::default()
        },
        tradable: true,
        min_instruments: count.0,
        max_instruments: count.1,
    }
}

fn manifest(roles: Vec<Role>) -> Manifest {
    Manifest {
        name: "ruled".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        authors: Vec::new(),
        parameters: Vec::new(),
        roles,
        abilities: Abilities::unlimited(),
        on_fault: OnFault::Flatten,
    }
}

/// A strategy by its rule, on candles of a quarter of an hour.
fn ruled(warm_up: u32, rule: Rule) -> StrategySource {
    StrategySource::Native {
        manifest: manifest(vec![role("main", (1, 3))]),
        parameters: Vec::new(),
        needs: Needs {
            series: vec![SeriesNeed {
                role: "main".to_owned(),
                timeframe: Timeframe::M15,
                warm_up,
                delivery: Delivery::Each,
                columns: Columns {
                    close: true,
                    ..Columns::default()
                },
            }],
            streams: Vec::new(),
            events: EventKinds::default(),
        },
        instance: Box::new(Ruled(rule)),
    }
}

/// Long after a rising candle, short after a falling one.
fn follows_color() -> Rule {
    Box::new(|_, candle| {
        Some(if candle.close > candle.open {
            0.01
        } else {
            -0.01
        })
    })
}

/// Flips a coin a candle.
fn gambles() -> Rule {
    Box::new(|desk, _| Some(if desk.random() < 0.5 { 0.01 } else { -0.01 }))
}

fn instrument(symbol: &str) -> Instrument {
    let known = crate::venues::instruments::lookup("binance", "BTC/USDT:USDT");
    Instrument {
        symbol: symbol.to_owned(),
        ..known.expect("it is in the table")
    }
}

/// Made-up candles of some days, those at which `keep` says no left out.
fn candles(seed: u64, days: u32, keep: impl Fn(i64) -> bool) -> Arc<[Candle]> {
    let config = SynthConfig {
        days,
        seed,
        ..SynthConfig::default()
    };
    Synth::new(config)
        .filter(|c| keep(c.open_time.0 - first().0))
        .collect()
}

fn first() -> Timestamp {
    Timestamp::from_ymd(2024, 1, 1).expect("a day")
}

/// Two markets: the second one begins later, ends earlier and has holes.
fn markets() -> (Arc<[Candle]>, Arc<[Candle]>) {
    let whole = candles(1, 12, |_| true);
    let holey = candles(2, 12, |t| {
        (3 * DAY + 7 * MINUTE_MS..10 * DAY + 5 * HOUR).contains(&t)
            && !(4 * DAY..4 * DAY + 100 * MINUTE_MS).contains(&t)
            && t % (97 * MINUTE_MS) != 0
    });
    (whole, holey)
}

fn backtest(name: &str, rule: Rule, warm: u32, data: &[(&str, &Arc<[Candle]>)]) -> Builder {
    let symbols = data
        .iter()
        .map(|(_, candles)| Arc::clone(candles))
        .collect();
    let builder = Backtest::builder()
        .native(ruled(warm, rule))
        .profile(without_funding())
        .name(name)
        .source(Source::Candles {
            symbols,
            base: Timeframe::M1,
        })
        .seed(5);
    data.iter()
        .fold(builder, |b, (symbol, _)| b.instrument(instrument(symbol)))
}

fn without_funding() -> Profile {
    Profile {
        funding: false,
        ..Profile::preset(Preset::Strict)
    }
}

fn made(builder: Builder) -> Backtest {
    builder.build().expect("the parts fit")
}

#[test]
fn a_strategy_gives_the_same_result_alone_and_beside_others() {
    let (btc, eth) = markets();
    let period = (Some(first().plus_ms(2 * DAY)), None);
    let all = || -> Vec<Backtest> {
        let builders = [
            backtest("btc", follows_color(), 10, &[("BTC/USDT:USDT", &btc)]),
            backtest("eth", follows_color(), 40, &[("ETH/USDT:USDT", &eth)]),
            backtest("eth-2", follows_color(), 40, &[("ETH/USDT:USDT", &eth)]),
            backtest(
                "both",
                gambles(),
                0,
                &[("ETH/USDT:USDT", &eth), ("BTC/USDT:USDT", &btc)],
            ),
            backtest("coin", gambles(), 3, &[("ETH/USDT:USDT", &eth)]),
        ];
        let period = |b: Builder| made(b.period(period.0, period.1)).keep_records();
        builders.into_iter().map(period).collect()
    };
    let together = run_together(all(), &mut |_| {}).expect("they run");
    for (backtest, beside) in all().into_iter().zip(&together) {
        let alone = backtest.run_with_chart(&mut |_| {}).expect("it runs");
        assert!(alone.result.observed.fills.len() > 100, "{}", alone.name);
        assert_eq!(alone.records, beside.records, "{}", alone.name);
        assert_eq!(alone.result, beside.result, "{}", alone.name);
        assert_eq!(alone.charts, beside.charts, "{}", alone.name);
    }
    // The same strategy twice does the same twice. Only its name differs, which is part of what was run.
    assert_eq!(together[1].records, together[2].records);
    assert_eq!(together[1].result.samples, together[2].result.samples);
    let called = |n: usize| together[n].result.configuration.called.as_deref();
    assert_eq!(called(2), Some("eth-2"));
    let ends = |n: usize| together[n].result.configuration.period.end;
    assert_eq!(ends(0), first().plus_ms(12 * DAY));
    assert_eq!(ends(1), first().plus_ms(10 * DAY + 5 * HOUR));
}

/// Funding every eight hours of one symbol, mark candles of an hour of the other.
fn streams_of(symbol: &str) -> Streams {
    let place = Place::new("binance", InstrumentKind::LinearPerpetual, symbol).expect("a place");
    let streams = Streams::none(place, Wanted::default());
    let settlements: Vec<Record> = (0..40)
        .map(|n| Record {
            time: first().plus_ms(n * 8 * HOUR),
            available_at: None,
            values: [0.0001 * (n % 5 - 2) as f64, f64::NAN],
        })
        .collect();
    let mut streams = streams.with_funding(&settlements).expect("full hours");
    if symbol.starts_with("ETH") {
        let hourly = candles(2, 12, |t| t % HOUR == 0);
        streams.mark = Some(Prices::new(hourly, Timeframe::H1));
    }
    streams
}

#[test]
fn funding_and_marks_reach_a_strategy_alone_as_beside_others() {
    let (btc, eth) = markets();
    let all = || -> Vec<Backtest> {
        let symbols = ["BTC/USDT:USDT", "ETH/USDT:USDT"];
        let data = [&btc, &eth];
        let one = |name: &str, which: &[usize]| {
            let lanes: Vec<_> = which.iter().map(|i| (symbols[*i], data[*i])).collect();
            let streams = which.iter().map(|i| streams_of(symbols[*i])).collect();
            let builder = backtest(name, follows_color(), 2, &lanes)
                .profile(Profile::preset(Preset::Strict))
                .period(Some(first().plus_ms(DAY)), None)
                .streams(StreamsFrom::Given(streams));
            made(builder).keep_records()
        };
        vec![one("btc", &[0]), one("eth", &[1]), one("both", &[1, 0])]
    };
    let together = run_together(all(), &mut |_| {}).expect("they run");
    for (backtest, beside) in all().into_iter().zip(&together) {
        let alone = backtest.run_with_chart(&mut |_| {}).expect("it runs");
        assert_eq!(alone.records, beside.records, "{}", alone.name);
        assert_eq!(alone.result, beside.result, "{}", alone.name);
        let funded = alone
            .records
            .iter()
            .filter(|(_, what)| matches!(what, Happening::Funding { .. }));
        assert!(funded.count() > 10, "{}", alone.name);
    }
    let dataset = |n: usize| &together[n].result.configuration.dataset;
    assert_eq!(dataset(0).mark_resolution, "last price");
    assert_eq!(dataset(1).mark_resolution, "1h");
    assert_eq!(dataset(2).mark_resolution, "1h+last price");
    assert_eq!(dataset(0).funding.policy, "data");
    assert_eq!(
        dataset(0).funding.source.as_deref(),
        Some("binance BTC/USDT:USDT")
    );
}

#[test]
fn a_perpetual_without_funding_says_how_to_get_it() {
    let (btc, _) = markets();
    let builder = backtest("poor", follows_color(), 0, &[("BTC/USDT:USDT", &btc)])
        .profile(Profile::preset(Preset::Strict));
    let error = made(builder).run(&mut |_| {}).expect_err("no funding");
    assert!(
        error
            .to_string()
            .contains("there is no funding of binance BTC/USDT:USDT"),
        "{error}"
    );
    let hint = error.hint().expect("what to do");
    let import = "host data import FILE --exchange binance --symbol BTC/USDT:USDT --kind funding\n";
    for way in [import, "--funding none", "zero", "last"] {
        assert!(hint.contains(way), "{hint}");
    }
    let zero = Profile {
        funding_missing: FundingMissing::Zero,
        ..Profile::preset(Preset::Strict)
    };
    let builder = backtest("poor", follows_color(), 0, &[("BTC/USDT:USDT", &btc)]).profile(zero);
    let result = made(builder).run(&mut |_| {}).expect("it runs");
    assert_eq!(result.configuration.dataset.funding.policy, "zero");
}

#[test]
fn chance_depends_on_the_name_in_the_run() {
    let (btc, _) = markets();
    let run = |name: &str| {
        let backtest = made(backtest(name, gambles(), 0, &[("BTC/USDT:USDT", &btc)]));
        backtest.run(&mut |_| {}).expect("it runs").observed.fills
    };
    assert_eq!(run("a"), run("a"));
    assert_ne!(run("a"), run("b"));
}

#[test]
fn one_strategy_without_candles_is_named() {
    let (btc, eth) = markets();
    let runs = [
        backtest("early", follows_color(), 0, &[("BTC/USDT:USDT", &btc)]),
        backtest("late", follows_color(), 0, &[("ETH/USDT:USDT", &eth)]),
    ];
    let runs = runs.map(|b| made(b.period(None, Some(first().plus_ms(2 * DAY)))));
    let error = run_together(runs.into(), &mut |_| {}).expect_err("nothing there");
    assert!(
        error.to_string().starts_with("late: there are no candles"),
        "{error}"
    );
}

/// Roles with least and most instruments, what is bound by name, how many instruments there are, what each role gets.
#[test]
fn roles_are_filled_in_order_and_by_name() {
    type Roles = [(&'static str, (u32, u32))];
    let check = |roles: &Roles, bound: &[(&str, &[u32])], count: usize| {
        let manifest = manifest(roles.iter().map(|(n, c)| role(n, *c)).collect());
        let bound: bind::Bound = bound
            .iter()
            .map(|(name, taken)| ((*name).to_owned(), taken.to_vec()))
            .collect();
        let instruments: Vec<Instrument> = (0..count)
            .map(|i| instrument(&format!("I{i}/USDT:USDT")))
            .collect();
        bind::bind_roles(&manifest, &instruments, &bound)
            .map(|roles| {
                roles
                    .into_iter()
                    .map(|(_, taken)| taken)
                    .collect::<Vec<_>>()
            })
            .map_err(|e| e.to_string())
    };
    let pair: &Roles = &[("a", (1, 1)), ("b", (1, 1))];
    let many: &Roles = &[("main", (1, 10))];
    let mixed: &Roles = &[("main", (1, 5)), ("index", (1, 1))];
    assert_eq!(check(many, &[], 3), Ok(vec![vec![0, 1, 2]]));
    assert_eq!(check(pair, &[], 2), Ok(vec![vec![0], vec![1]]));
    assert_eq!(check(mixed, &[], 4), Ok(vec![vec![0, 2, 3], vec![1]]));
    assert_eq!(
        check(mixed, &[("index", &[0])], 3),
        Ok(vec![vec![1, 2], vec![0]])
    );
    assert_eq!(
        check(pair, &[("b", &[0]), ("a", &[0])], 1),
        Ok(vec![vec![0], vec![0]])
    );
    for (roles, bound, count, sentence) in [
        (pair, &[][..], 3, "no role is left for I2/USDT:USDT"),
        (
            pair,
            &[],
            1,
            "the role `b` of ruled takes 1 instruments, 0 are",
        ),
        (
            many,
            &[("mian", &[0u32][..])],
            1,
            "ruled has no role `mian`",
        ),
        (pair, &[("a", &[0, 1])], 2, "the role `a` of ruled takes 1"),
    ] {
        let error = check(roles, bound, count).expect_err(sentence);
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn a_walk_on_the_own_candles_is_a_run_on_joined_data() {
    let whole = candles(1, 12, |t| {
        t >= 7 * MINUTE_MS && !(DAY..DAY + 40 * MINUTE_MS).contains(&t)
    });
    // The first quarter of an hour is cut by the beginning of the data; one whole quarter and two thirds are missing later.
    let joined: Arc<[Candle]> = crate::data::resample::resample(&whole, Timeframe::M15)
        .into_iter()
        .skip(1)
        .map(|r| r.candle)
        .collect();
    let profile = |walk| Profile {
        walk,
        ..without_funding()
    };
    let symbol = "BTC/USDT:USDT";
    let walked =
        made(backtest("own", follows_color(), 3, &[(symbol, &whole)]).profile(profile(Walk::Run)));
    let walked = walked.run(&mut |_| {}).expect("it runs");
    let direct = Backtest::builder()
        .native(ruled(3, follows_color()))
        .instrument(instrument(symbol))
        .candles(joined.to_vec(), Timeframe::M15)
        .profile(profile(Walk::Base))
        .seed(5)
        .build();
    let direct = direct
        .expect("the parts fit")
        .run(&mut |_| {})
        .expect("it runs");
    assert!(walked.observed.fills.len() > 100);
    assert_eq!(walked.observed, direct.observed);
    assert_eq!(walked.configuration.dataset.base, Timeframe::M15);
    assert_eq!(walked.samples, direct.samples);
}

#[test]
fn what_is_odd_about_the_data_is_counted_once_a_dataset() {
    let mut quiet = candles(1, 3, |_| true).to_vec();
    for candle in &mut quiet[2_000..2_007] {
        candle.volume = 0.0;
    }
    let quiet: Arc<[Candle]> = quiet.into();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let flags = || {
        let builder = backtest("odd", follows_color(), 0, &[("BTC/USDT:USDT", &quiet)]);
        let backtest = made(builder.check_data(folder.path()));
        let result = backtest.run(&mut |_| {}).expect("it runs");
        result.configuration.dataset.data_flags
    };
    let counted = flags();
    assert_eq!(counted.get("zero_volume"), Some(&7));
    assert_eq!(flags(), counted);
    let kept: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("readable").path())
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    std::fs::write(&kept[0], "{\"zero_volume\": 8}").expect("written");
    assert_eq!(flags().get("zero_volume"), Some(&8));
    std::fs::write(&kept[0], "half a fi").expect("written");
    assert_eq!(flags(), counted);
}

#[test]
fn one_account_holds_one_currency() {
    let (btc, eth) = markets();
    let mut other = instrument("ETH/USDC:USDC");
    other.settle = "USDC".to_owned();
    let built = Backtest::builder()
        .native(ruled(0, follows_color()))
        .source(Source::Candles {
            symbols: vec![btc, eth],
            base: Timeframe::M1,
        })
        .instrument(instrument("BTC/USDT:USDT"))
        .instrument(other)
        .build();
    assert!(built.is_err_and(|e| e.to_string().contains("one currency")));
}

/// The mean of the last five closes: five candles of warm-up are all it needs.
fn follows_average() -> Rule {
    let mut closes = Vec::new();
    Box::new(move |_, candle| {
        closes.push(candle.close);
        let last = &closes[closes.len().saturating_sub(5)..];
        let mean = last.iter().sum::<f64>() / last.len() as f64;
        Some(if candle.close > mean { 0.01 } else { -0.01 })
    })
}

/// A slow recursive average that begins at the first close it is shown: where that was is never forgotten.
fn follows_memory() -> Rule {
    let mut memory = None;
    Box::new(move |_, candle| {
        let before = memory.unwrap_or(candle.close);
        memory = Some(before + 0.002 * (candle.close - before));
        Some(if candle.close > before { 0.01 } else { -0.01 })
    })
}

#[test]
fn an_honest_strategy_passes_the_prefix_test() {
    let (btc, eth) = markets();
    let data = [("BTC/USDT:USDT", &btc), ("ETH/USDT:USDT", &eth)];
    let mut make = |end| {
        let builder = backtest("honest", follows_average(), 5, &data);
        builder.period(None, end).build()
    };
    let found = look_ahead(&mut make, 6, &mut |_, _| {}).expect("it runs");
    assert_eq!(found.cuts.len(), 6);
    assert!(found.happenings > 500, "{}", found.happenings);
    assert!(
        found.cuts.iter().all(|c| c.difference.is_none()),
        "{found:?}"
    );
}

#[test]
fn a_strategy_that_knows_how_its_data_ends_fails_the_prefix_test() {
    let (btc, _) = markets();
    let ending: Arc<Mutex<f64>> = Arc::default();
    let mut make = |end: Option<Timestamp>| {
        let known = btc
            .iter()
            .take_while(|c| end.is_none_or(|end| c.open_time < end));
        *ending.lock().expect("one thread") = known.last().expect("a candle").close.to_f64();
        let ending = Arc::clone(&ending);
        let rule: Rule = Box::new(move |_, candle| {
            let last = *ending.lock().expect("one thread");
            Some(if candle.close < last { 0.01 } else { -0.01 })
        });
        let builder = backtest("cheat", rule, 0, &[("BTC/USDT:USDT", &btc)]);
        builder.period(None, end).build()
    };
    let found = look_ahead(&mut make, 6, &mut |_, _| {}).expect("it runs");
    let difference = found.cuts.iter().find_map(|c| c.difference.as_ref());
    let difference = difference.expect("it cheats");
    assert!(difference.one.is_some() || difference.other.is_some());
    assert_ne!(difference.one, difference.other);
}

#[test]
fn twice_the_warm_up_changes_nothing_but_for_a_strategy_that_never_forgets() {
    let (btc, _) = markets();
    let check = |rule: fn() -> Rule| {
        let mut make = || backtest("warm", rule(), 5, &[("BTC/USDT:USDT", &btc)]).build();
        warm_up(&mut make, &mut |_, _| {}).expect("it runs")
    };
    let honest = check(follows_average);
    assert_eq!(honest.difference, None);
    assert!(honest.happenings > 500);
    assert_eq!(honest.doubled[0].1, 10);
    // Twelve candles of a quarter of an hour fit before this start, and no start was asked for.
    assert_eq!(honest.period.0, first().plus_ms(12 * 15 * MINUTE_MS));
    let difference = check(follows_memory).difference.expect("it remembers");
    assert_ne!(difference.one, difference.other);
}

#[test]
fn too_little_data_for_twice_the_warm_up_is_told() {
    let (btc, _) = markets();
    let mut make = || {
        let builder = backtest("warm", follows_average(), 700, &[("BTC/USDT:USDT", &btc)]);
        builder.build()
    };
    let error = warm_up(&mut make, &mut |_, _| {}).expect_err("twelve days are too short");
    assert!(error.to_string().contains("no candles"), "{error}");
}

/// All minutes of a feed one after the other.
fn minutes(feed: &mut dyn Feed) -> Block {
    let mut all: Option<Block> = None;
    let mut block = Block::new(1, Timeframe::M1);
    while feed.next_block(&mut block).expect("good candles") {
        match &mut all {
            None => all = Some(block.clone()),
            Some(all) => all.slots.extend(&block.slots),
        }
    }
    all.unwrap_or_else(|| Block::new(1, Timeframe::M1))
}

fn flat(minute: i64) -> Candle {
    Candle::flat(first().plus_ms(minute * MINUTE_MS), Price(100 * UNIT))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Minutes at which either symbol has a candle, scaled so that common blocks end within gaps; the period.
    #[test]
    fn a_share_of_common_minutes_is_what_the_feed_alone_would_give(
        one in prop::collection::btree_set(0..60i64, 1..30),
        other in prop::collection::btree_set(0..60i64, 1..30),
        scale in prop::sample::select(vec![1i64, 211, 450]),
        from in prop::option::of(0..40i64),
        to in prop::option::of(20..70i64),
    ) {
        let lane = |set: &std::collections::BTreeSet<i64>| -> Arc<[Candle]> {
            set.iter().map(|m| flat(m * scale)).collect()
        };
        let (one, other) = (lane(&one), lane(&other));
        let at = |m: Option<i64>| m.map(|m| first().plus_ms(m * scale * MINUTE_MS));
        let period = Period { from: at(from), to: at(to) };
        let build = |data: &[(&str, &Arc<[Candle]>)]| {
            made(backtest("x", follows_color(), 0, data).period(period.from, period.to))
        };
        let runs = [
            build(&[("A/USDT:USDT", &one)]),
            build(&[("B/USDT:USDT", &other)]),
            build(&[("B/USDT:USDT", &other), ("A/USDT:USDT", &one)]),
        ];
        let (source, common, shares) = shared(&runs).expect("one kind of source");
        let parts = [vec![one.clone()], vec![other.clone()], vec![other, one]];
        for (mut share, symbols) in shares.into_iter().zip(parts) {
            let mut alone = VecFeed::with_period(symbols, Timeframe::M1, period);
            let expected = minutes(&mut alone);
            let (mut feed, _) = source.open(common).expect("in memory");
            let mut block = Block::new(2, Timeframe::M1);
            let mut own = Block::new(1, Timeframe::M1);
            let mut seen: Option<Block> = None;
            while feed.next_block(&mut block).expect("good candles") {
                share.cut(&mut block, &mut own);
                if own.slots.is_empty() {
                    continue;
                }
                match &mut seen {
                    None => seen = Some(own.clone()),
                    Some(seen) => {
                        let next = seen.start.plus_ms(seen.minutes() as i64 * MINUTE_MS);
                        prop_assert_eq!(own.start, next);
                        seen.slots.extend(&own.slots);
                    }
                }
            }
            let seen = seen.unwrap_or_else(|| Block::new(1, Timeframe::M1));
            prop_assert_eq!(&seen.slots, &expected.slots);
            if !expected.slots.is_empty() {
                prop_assert_eq!(seen.start, expected.start);
            }
        }
    }
}
