//! The wrapped feed: what belongs to which minute, across blocks and holes.

use super::record::Record;
use super::*;
use crate::data::feed::{BLOCK_MINUTES, Period, VecFeed};
use crate::data::testing::{START, at_minutes, candle};
use crate::domain::{
    Candle, InstrumentKind, MarkCandle, Price, SlotState, Timeframe, Timestamp, UNIT,
};
use crate::engine::{Block, Feed, FeedEvent};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn streams(wanted: Wanted) -> Streams {
    let place = Place::new("binance", InstrumentKind::LinearPerpetual, "BTCUSDT");
    Streams::none(place.expect("a place"), wanted)
}

fn executed() -> Wanted {
    Wanted {
        funding: true,
        references: true,
        rows: Vec::new(),
    }
}

fn rows(rows: &[(StreamKind, u32)]) -> Wanted {
    Wanted {
        rows: rows.to_vec(),
        ..Wanted::default()
    }
}

fn record(ms: i64, values: [f64; 2]) -> Record {
    Record {
        time: Timestamp(START + ms),
        available_at: None,
        values,
    }
}

fn mark(minute: i64, price: i64, length: i64) -> Candle {
    let price = Price(price * UNIT);
    Candle {
        high: price + Price(10 * UNIT),
        low: price - Price(10 * UNIT),
        ..Candle::flat(Timestamp(START + minute * length * MINUTE), price)
    }
}

/// All minutes of a feed: minute since the start, state, mark, what came before it.
fn run(symbols: Vec<Vec<Candle>>, base: Timeframe, streams: &[Streams]) -> Vec<Minute> {
    let inner = Box::new(VecFeed::new(symbols, base));
    let mut feed = StreamFeed::new(inner, base, Period::default(), streams);
    let mut block = Block::new(1, base);
    let mut minutes = Vec::new();
    while feed.next_block(&mut block).expect("valid") {
        let mut events = block.events.iter().peekable();
        for index in 0..block.minutes() {
            let slots = &block.slots[index * block.symbols..(index + 1) * block.symbols];
            let mut minute = Minute {
                at: (slots[0].candle.open_time.0 - START) / MINUTE,
                states: slots.iter().map(|s| s.state).collect(),
                marks: block.references_of(index).iter().map(|r| r.mark).collect(),
                index: block.references_of(index).first().and_then(|r| r.index),
                events: Vec::new(),
            };
            while let Some((_, event)) = events.next_if(|(m, _)| *m == index) {
                minute.events.push(event.clone());
            }
            minutes.push(minute);
        }
        assert!(
            events.next().is_none(),
            "events are sorted and within the block"
        );
    }
    minutes
}

struct Minute {
    at: i64,
    states: Vec<SlotState>,
    marks: Vec<Option<MarkCandle>>,
    index: Option<crate::domain::Ohlc>,
    events: Vec<FeedEvent>,
}

impl Minute {
    fn funding(&self) -> Vec<(u32, i64)> {
        let funding = self.events.iter().filter_map(|e| match e {
            FeedEvent::Funding(f) => Some((f.instrument, f.rate.0)),
            _ => None,
        });
        funding.collect()
    }

    fn rows(&self) -> Vec<(u32, i64, i64, Vec<f64>)> {
        let minutes = |t: Timestamp| (t.0 - START) / MINUTE;
        let rows = self.events.iter().filter_map(|e| match e {
            FeedEvent::Row(r) => Some((
                r.source,
                minutes(r.time),
                minutes(r.available_at),
                r.values.clone(),
            )),
            _ => None,
        });
        rows.collect()
    }
}

#[test]
fn settlements_come_with_the_minute_they_are_due_also_across_blocks() {
    let days = 9;
    let candles = at_minutes(0..days * 1_440);
    let records: Vec<_> = (0..=days * 3)
        .map(|n| record(n * 8 * HOUR + 5, [n as f64 * 1e-4, f64::NAN]))
        .collect();
    let funded = streams(executed())
        .with_funding(&records)
        .expect("full hours");
    let minutes = run(vec![candles], Timeframe::M1, &[funded]);
    assert!(minutes.len() > 3 * BLOCK_MINUTES);
    let due: Vec<_> = minutes.iter().filter(|m| !m.funding().is_empty()).collect();
    // The last one falls behind the data.
    assert_eq!(due.len() as i64, days * 3);
    for (n, minute) in (0..).zip(due) {
        assert_eq!(
            (minute.at, minute.funding()),
            (n * 480, vec![(0, n * 10_000)])
        );
    }
}

#[test]
fn a_settlement_in_a_missing_minute_is_still_due_and_earlier_ones_are_not() {
    let candles = at_minutes([2, 3, 119, 121]);
    let records = [-HOUR, 0, HOUR, 2 * HOUR].map(|t| record(t, [0.0001, 50_000.0]));
    let funded = streams(executed()).with_funding(&records).expect("hours");
    let minutes = run(vec![candles], Timeframe::M1, &[funded]);
    let due: Vec<_> = minutes.iter().filter(|m| !m.funding().is_empty()).collect();
    assert_eq!(due.iter().map(|m| m.at).collect::<Vec<_>>(), [60, 120]);
    assert_eq!(due[1].states, [SlotState::Missing]);
}

#[test]
fn longer_candles_settle_with_the_first_that_begins_after_it() {
    let candles: Vec<_> = (0..3).map(|n| candle(START + n * 4 * HOUR, n)).collect();
    let records = [0, 1, 4, 5, 6, 11].map(|h| record(h * HOUR, [h as f64 * 1e-8, f64::NAN]));
    let funded = streams(executed()).with_funding(&records).expect("hours");
    let minutes = run(vec![candles], Timeframe::H4, &[funded]);
    let due: Vec<_> = minutes.iter().map(Minute::funding).collect();
    assert_eq!(
        due,
        [vec![(0, 0)], vec![(0, 1), (0, 4)], vec![(0, 5), (0, 6)]]
    );
}

#[test]
fn two_symbols_have_their_own() {
    let symbols = vec![at_minutes(0..61), at_minutes(0..61)];
    let of = |rate| {
        let mut of = streams(executed())
            .with_funding(&[record(HOUR, [rate, f64::NAN])])
            .expect("an hour");
        of.mark = Some(Prices::new(
            (0..61)
                .map(|m| mark(m, 100 + (rate * 1e4) as i64, 1))
                .collect::<Vec<_>>(),
            Timeframe::M1,
        ));
        of
    };
    let minutes = run(symbols, Timeframe::M1, &[of(0.0001), of(0.0002)]);
    assert_eq!(minutes[60].funding(), [(0, 10_000), (1, 20_000)]);
    let marks: Vec<_> = minutes[7]
        .marks
        .iter()
        .map(|m| m.expect("one").shown.0 / UNIT)
        .collect();
    assert_eq!(marks, [101, 102]);
}

#[test]
fn minute_marks_are_taken_as_they_are_also_in_missing_minutes() {
    let mut of = streams(executed());
    let marks: Vec<_> = [0, 1, 2, 4].map(|m| mark(m, 100 + m, 1)).to_vec();
    of.mark = Some(Prices::new(marks.clone(), Timeframe::M1));
    of.index = Some(Prices::new(marks, Timeframe::M1));
    let minutes = run(vec![at_minutes([0, 2, 3, 4])], Timeframe::M1, &[of]);
    let closes: Vec<_> = minutes
        .iter()
        .map(|m| m.marks[0].map(|mark| mark.path.close.0 / UNIT))
        .collect();
    assert_eq!(minutes[1].states, [SlotState::Missing]);
    assert_eq!(closes, [Some(100), Some(101), Some(102), None, Some(104)]);
    assert_eq!(minutes[4].index.map(|i| i.low.0 / UNIT), Some(94));
}

#[test]
fn what_is_not_listed_yet_has_no_mark() {
    let of = || {
        let mut of = streams(executed());
        let marks: Vec<_> = (0..6).map(|m| mark(m, 100 + m, 1)).collect();
        of.mark = Some(Prices::new(marks, Timeframe::M1));
        of
    };
    let symbols = vec![at_minutes(0..6), at_minutes(3..6)];
    let minutes = run(symbols, Timeframe::M1, &[of(), of()]);
    let second: Vec<_> = minutes.iter().map(|m| m.marks[1].is_some()).collect();
    assert_eq!(second, [false, false, false, true, true, true]);
    assert_eq!(minutes[0].states[1], SlotState::NotListed);
}

#[test]
fn shorter_marks_are_joined_to_longer_minutes() {
    let mut of = streams(executed());
    let marks: Vec<_> = (0..10).map(|m| mark(m, 100 + m, 1)).collect();
    of.mark = Some(Prices::new(marks, Timeframe::M1));
    let candles: Vec<_> = (0..2).map(|n| candle(START + n * 5 * MINUTE, n)).collect();
    let minutes = run(vec![candles], Timeframe::M5, &[of]);
    let path = minutes[1].marks[0].expect("one").path;
    let units = [path.open, path.high, path.low, path.close].map(|p| p.0 / UNIT);
    assert_eq!(units, [105, 119, 95, 109]);
}

/// Last price 30000 + n + 2 at the close of minute n (see `candle`): at the end of the first hour 30061.
#[test]
fn hourly_marks_become_minutes_with_the_basis_of_the_last_finished_one() {
    let mut of = streams(executed());
    let wide = |n: i64, close: i64| Candle {
        high: Price(40_000 * UNIT),
        low: Price(20_000 * UNIT),
        ..mark(n, close, 60)
    };
    of.mark = Some(Prices::new(
        vec![wide(0, 30_091), wide(1, 30_000)],
        Timeframe::H1,
    ));
    // Minutes 62 and 63 are missing; the feed goes on beyond the mark data.
    let there = (0..62).chain(64..130);
    let minutes = run(vec![at_minutes(there)], Timeframe::M1, &[of]);
    let shown = |minute: usize| minutes[minute].marks[0].expect("a mark").shown;
    assert_eq!(shown(59), Price(30_061 * UNIT), "nothing has finished");
    let at = |last: i64| i128::from(last) * i128::from(UNIT) * 30_091 / 30_061;
    for (minute, last) in [
        (60, 30_062),
        (61, 30_063),
        (62, 30_063),
        (63, 30_063),
        (64, 30_066),
    ] {
        let wanted = i64::try_from(at(last)).expect("fits");
        assert!((shown(minute).0 - wanted).abs() <= 1, "{minute}");
    }
    assert_eq!(minutes[62].states, [SlotState::Missing]);
    let flat = minutes[62].marks[0].expect("a mark").path;
    assert_eq!(flat.high, flat.low);
    // Second hour: 30000 against 30121 at its end.
    let wanted = i128::from(UNIT) * 30_131 * 30_000 / 30_121;
    assert!((i128::from(shown(129).0) - wanted).abs() <= 1);
}

#[test]
fn rows_come_in_the_minute_they_become_known() {
    use StreamKind::{Liquidations, Mark, OpenInterest, VolumeDelta};
    let mut of = streams(rows(&[
        (OpenInterest, 0),
        (Liquidations, 0),
        (VolumeDelta, 5),
        (Mark, 0),
    ]));
    of.open_interest = vec![Records {
        interval_ms: 5 * MINUTE,
        records: [0, 5, 10]
            .map(|m| record(m * MINUTE, [m as f64, 1.0]))
            .to_vec()
            .into(),
    }];
    let late = Record {
        available_at: Some(Timestamp(START + 9 * MINUTE + 1)),
        ..record(2 * MINUTE, [-1.0, 100.0])
    };
    of.liquidations = Some(Records {
        interval_ms: 0,
        records: vec![late, record(3 * MINUTE - 500, [2.0, 100.0])].into(),
    });
    of.taker_volume = true;
    of.mark = Some(Prices::new(
        vec![mark(0, 100, 3), mark(1, 101, 3)],
        Timeframe::M3,
    ));
    let minutes = run(vec![at_minutes(0..12)], Timeframe::M1, &[of]);
    assert!(minutes.iter().all(|m| m.marks.is_empty()), "rows only");
    let told: Vec<_> = minutes.iter().map(Minute::rows).collect();
    // Candle n trades 1.5 + n/8, takers bought 0.5 of it: delta -0.5 - n/8.
    let deltas = [-2.5 - 10.0 / 8.0, -2.5 - 35.0 / 8.0];
    assert_eq!(told[2], [(3, 0, 3, vec![100.0, 110.0, 90.0, 100.0])]);
    // Known half a second after 00:03:00.
    assert_eq!(told[3], [(1, 2, 3, vec![2.0, 100.0])]);
    assert_eq!(
        told[4],
        [
            (0, 0, 5, vec![0.0, 1.0]),
            (2, 0, 5, vec![deltas[0], deltas[0]])
        ]
    );
    assert_eq!(told[5], [(3, 3, 6, vec![101.0, 111.0, 91.0, 101.0])]);
    assert_eq!(
        told[9],
        [
            (1, 2, 9, vec![-1.0, 100.0]),
            (0, 5, 10, vec![5.0, 1.0]),
            (2, 5, 10, vec![deltas[1], deltas[0] + deltas[1]])
        ]
    );
    assert!(told[10..].iter().all(Vec::is_empty), "known after the data");
}

#[test]
fn days_with_rows_are_counted_within_the_period_alone() {
    const DAY: i64 = 1_440 * MINUTE;
    let mut of = streams(Wanted::default());
    of.mark = Some(Prices::new(vec![mark(0, 100, 60)], Timeframe::H1));
    of.open_interest = vec![Records {
        interval_ms: 240 * MINUTE,
        // Three days, the first of them before the period.
        records: (-6..12)
            .map(|n| record(n * 240 * MINUTE, [1.0, 1.0]))
            .collect(),
    }];
    let days = |kind, n: i64| {
        let period = (Timestamp(START), Timestamp(START + n * DAY));
        of.days_with_rows(kind, 0, period)
    };
    assert_eq!(days(StreamKind::OpenInterest, 10), Some((2, 10)));
    assert_eq!(days(StreamKind::OpenInterest, 1), Some((1, 1)));
    assert_eq!(days(StreamKind::Mark, 10), None);
    assert_eq!(days(StreamKind::Liquidations, 10), None);
}

#[test]
fn rows_of_intervals_that_do_not_fit_are_lacking() {
    use StreamKind::{Funding, Index, Mark, OpenInterest, VolumeDelta};
    let mut of = streams(Wanted::default());
    of.mark = Some(Prices::new(vec![mark(0, 100, 60)], Timeframe::H1));
    of.open_interest = vec![Records {
        interval_ms: 5 * MINUTE,
        records: (0..13)
            .map(|n| record(n * 5 * MINUTE, [1.0, 1.0]))
            .collect(),
    }];
    let period = (Timestamp(START), Timestamp(START + 86_400_000));
    let lacks = |kind, detail| of.lacks(kind, detail, Timeframe::M1, period);
    for (kind, detail) in [
        (Mark, 0),
        (Mark, 240),
        (OpenInterest, 0),
        (OpenInterest, 60),
    ] {
        assert_eq!(lacks(kind, detail), None, "{kind:?} {detail}");
    }
    for (kind, detail, told) in [
        (
            Mark,
            15,
            "no mark of binance BTC/USDT:USDT every 15 minutes",
        ),
        (Mark, 61, "every 61"),
        (OpenInterest, 1, "no open-interest"),
        (VolumeDelta, 0, "no volume-delta"),
        (Funding, 0, "no funding"),
        (Index, 0, "no index"),
    ] {
        let error = lacks(kind, detail).expect("lacking");
        assert!(error.to_string().contains(told), "{error}");
        let hint = error.hint().expect("a hint");
        let fetch = format!(
            "--streams {} --start 2024-01-01 --end 2024-01-02",
            kind.name()
        );
        assert!(hint.contains(&fetch) || kind == VolumeDelta, "{hint}");
    }
    // Hourly of five-minute samples: two of thirteen.
    of.wanted = rows(&[(OpenInterest, 60)]);
    let minutes = run(vec![at_minutes(0..90)], Timeframe::M1, &[of]);
    let told: Vec<_> = minutes
        .iter()
        .flat_map(Minute::rows)
        .map(|r| (r.1, r.2))
        .collect();
    assert_eq!(told, [(0, 5), (60, 65)]);
}

#[test]
fn records_that_cannot_be_are_told_with_their_moment() {
    let rates = [0.0001, 0.05, -0.0401, 0.04];
    let records: Vec<_> = (0..)
        .zip(rates)
        .map(|(n, rate)| record(n * 8 * HOUR, [rate, f64::NAN]))
        .collect();
    let mut of = streams(executed()).with_funding(&records).expect("hours");
    let samples = [[1.0, 2.0], [-1.0, 2.0], [1.0, f64::NAN], [1.0, -2.0]];
    of.open_interest = vec![Records {
        interval_ms: HOUR,
        records: (0..)
            .zip(samples)
            .map(|(n, v)| record(n * HOUR, v))
            .collect(),
    }];
    let at = |ms: i64| Timestamp(START + ms);
    let (funding, interest) = ("funding_cap", "negative_open_interest");
    let told = [
        (funding, at(8 * HOUR)),
        (funding, at(16 * HOUR)),
        (interest, at(HOUR)),
        (interest, at(3 * HOUR)),
    ];
    assert_eq!(of.odd_records(), told);
}

#[test]
fn nothing_wanted_changes_nothing() {
    let mut of = streams(Wanted::default());
    of.mark = Some(Prices::new(vec![mark(0, 100, 1)], Timeframe::M1));
    let minutes = run(vec![at_minutes(0..5)], Timeframe::M1, &[of]);
    assert!(
        minutes
            .iter()
            .all(|m| m.marks.is_empty() && m.events.is_empty())
    );
}

fn import(catalog: &crate::data::catalog::Catalog, files: &[(&str, String)]) {
    use crate::data::import::{ImportRequest, import};
    let folder = tempfile::tempdir().expect("a folder");
    let write = |(name, text): &(&str, String)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writes");
        path
    };
    let request = ImportRequest {
        files: files.iter().map(write).collect(),
        ..ImportRequest::default()
    };
    import(catalog, &request, &mut |_, _| {}).expect("imports");
}

fn lines(header: &str, step: i64, count: i64, of: impl Fn(i64) -> String) -> String {
    let line = |n: i64| format!("{},{}\n", START + n * step, of(n));
    format!("{header}\n{}", (0..count).map(line).collect::<String>())
}

#[test]
fn a_catalog_is_opened_for_what_is_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = crate::data::catalog::Catalog::new(folder.path());
    let candle = "open_time,open,high,low,close,volume";
    let price = |n: i64| format!("{0},{0},{0},{0},1", 100 + n % 7);
    let taker = |n: i64| format!("{},0.5", price(n));
    import(
        &catalog,
        &[
            (
                "binance_usdm_BTCUSDT_1h.csv",
                lines(&format!("{candle},taker_buy_volume"), HOUR, 480, taker),
            ),
            // Hourly marks of the first five days, eight-hourly ones of all twenty.
            (
                "binance_usdm_BTCUSDT_mark_1h.csv",
                lines(candle, HOUR, 120, price),
            ),
            (
                "binance_usdm_BTCUSDT_mark_8h.csv",
                lines(candle, 8 * HOUR, 60, price),
            ),
            (
                "binance_usdm_BTCUSDT_index_1h.csv",
                lines(candle, HOUR, 480, price),
            ),
            (
                "binance_usdm_BTCUSDT_funding.csv",
                lines("time,rate", 8 * HOUR, 50, |_| "0.0001".into()),
            ),
            (
                "binance_usdm_BTCUSDT_open_interest_5m.csv",
                lines("time,open_interest", 5 * MINUTE, 9, |n| n.to_string()),
            ),
            (
                "binance_usdm_BTCUSDT_open_interest_1h.csv",
                lines("time,open_interest", HOUR, 480, |n| n.to_string()),
            ),
            (
                "binance_usdm_BTCUSDT_liquidations.csv",
                lines("time,qty,price", HOUR, 3, |_| "1,100".into()),
            ),
        ],
    );
    let place =
        Place::new("Binance", InstrumentKind::LinearPerpetual, "BTC/USDT:USDT").expect("a place");
    let period = |from: i64, to: i64| Period {
        from: Some(Timestamp(START + from * 24 * HOUR)),
        to: Some(Timestamp(START + to * 24 * HOUR)),
    };
    let all = Wanted {
        rows: StreamKind::ALL.map(|kind| (kind, 0)).to_vec(),
        ..executed()
    };
    let mark = |from, to| {
        let of = open(&catalog, &place, period(from, to), &all).expect("opens");
        of.mark.map(|m| m.timeframe)
    };
    assert_eq!(mark(1, 4), Some(Timeframe::H1));
    assert_eq!(
        mark(1, 20),
        Some(Timeframe::H8),
        "the shorter ones end too early"
    );
    assert_eq!(mark(30, 40), None);

    let mut of = open(&catalog, &place, period(0, 20), &all).expect("opens");
    assert!(of.taker_volume && of.index.is_some() && of.liquidations.is_some());
    let intervals: Vec<_> = of
        .open_interest
        .iter()
        .map(|r| r.interval_ms / MINUTE)
        .collect();
    assert_eq!(intervals, [5, 60]);
    let whole = of.fingerprint(Timestamp(START), Timestamp(START + 480 * HOUR));
    // Fifty of sixty settlements are there.
    let (from, to) = (Timestamp(START), Timestamp(START + 480 * HOUR));
    let stop = of
        .complete_funding(MissingFunding::Error, from, to)
        .expect_err("ten are missing");
    assert!(
        stop.to_string()
            .contains("lacks 10 settlements, the first at 2024-01-17 16:00"),
        "{stop}"
    );
    assert!(
        stop.hint()
            .expect("a hint")
            .contains("--start 2024-01-01 --end 2024-01-21")
    );
    let put_in = of
        .complete_funding(MissingFunding::Last, from, to)
        .expect("goes on");
    assert_eq!((put_in.len(), of.funding.len()), (10, 60));
    assert_ne!(of.fingerprint(from, to), whole);

    let nothing = open(&catalog, &place, period(0, 20), &Wanted::default()).expect("opens");
    assert!(
        nothing.funding.is_empty() && nothing.mark.is_none() && nothing.open_interest.is_empty()
    );
    let other = Place::new("bybit", InstrumentKind::LinearPerpetual, "BTCUSDT").expect("a place");
    let none = open(&catalog, &other, period(0, 20), &all).expect("opens");
    assert!(none.funding.is_empty() && none.mark.is_none() && !none.taker_volume);
}

#[test]
fn a_made_up_market_is_complete_in_memory() {
    use crate::data::synth::{Synth, SynthConfig, streams};
    let config = SynthConfig {
        days: 10,
        ..SynthConfig::default()
    };
    let candles: Vec<_> = Synth::new(config).collect();
    let mut of = streams(&candles, config.seed, executed());
    let end = config.start.plus_ms(10 * 24 * HOUR);
    let put_in = of.complete_funding(MissingFunding::Error, config.start, end);
    assert!(put_in.expect("complete").is_empty());
    let minutes = run(vec![candles], Timeframe::M1, &[of]);
    assert!(minutes.iter().all(|m| m.marks[0].is_some()));
    let settled: usize = minutes.iter().map(|m| m.funding().len()).sum();
    assert_eq!(settled, 29, "not at the first minute, not after the last");
}

/// USD-M BTC, 2025-05-04 15:33 to 06-24 10:31: 73,139 minutes in one piece, hourly marks, three settlements a day.
#[test]
fn the_recorded_block_has_funding_and_a_mark_each_minute() {
    use crate::data::catalog::Catalog;
    use crate::data::feed::CatalogFeed;
    use crate::data::import::{ImportRequest, import};
    use crate::data::series::SeriesKey;
    use crate::data::testing::shared_or_skip;

    let names = [
        "candles/binance_usdm_BTCUSDT_1m.parquet",
        "funding/binance_usdm_BTCUSDT_funding.parquet",
        "mark/binance_usdm_BTCUSDT_mark_1h.parquet",
        "mark/binance_usdm_BTCUSDT_mark_8h.parquet",
    ];
    let files: Option<Vec<_>> = names
        .iter()
        .map(|n| shared_or_skip(&format!("data/{n}")))
        .collect();
    let Some(files) = files else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let request = ImportRequest {
        files,
        ..ImportRequest::default()
    };
    import(&catalog, &request, &mut |_, _| {}).expect("imports");
    let at = |text: &str| Timestamp::parse(text).expect("a time");
    let (from, to) = (at("2025-05-04T15:33:00Z"), at("2025-06-24T10:32:00Z"));
    let period = Period {
        from: Some(from),
        to: Some(to),
    };
    let place = Place::new("binance", InstrumentKind::LinearPerpetual, "BTCUSDT").expect("a place");
    let wanted = Wanted {
        rows: vec![(StreamKind::Funding, 0), (StreamKind::VolumeDelta, 0)],
        ..executed()
    };
    let mut of = open(&catalog, &place, period, &wanted).expect("opens");
    assert_eq!(of.mark.as_ref().map(|m| m.timeframe), Some(Timeframe::H1));
    assert!(of.index.is_none() && of.taker_volume);
    let put_in = of
        .complete_funding(MissingFunding::Error, from, to)
        .expect("complete");
    assert!(put_in.is_empty());
    let key = SeriesKey::new(
        "binance",
        Some(InstrumentKind::LinearPerpetual),
        "BTCUSDT",
        Timeframe::M1,
    );
    let series = catalog.series(&key.expect("a key")).expect("there");
    let inner = CatalogFeed::open(&[series], period).expect("candles");
    let feed = StreamFeed::new(Box::new(inner), Timeframe::M1, period, &[of]);
    let kinds: Vec<_> = feed.sources().into_iter().map(|s| s.kind).collect();
    let mut feed = crate::data::feed::Prefetch::new(Box::new(feed));
    assert_eq!(kinds, ["funding", "volume-delta"]);
    let mut block = Block::new(1, Timeframe::M1);
    let (mut minutes, mut settled, mut rows, mut deltas, mut worst) = (0, 0, 0, 0, 0.0_f64);
    while feed.next_block(&mut block).expect("valid") {
        minutes += block.minutes();
        for (slot, reference) in block.slots.iter().zip(&block.references) {
            let mark = reference.mark.expect("a mark each minute");
            let path = mark.path;
            assert!(
                path.low <= path.open.min(path.close) && path.high >= path.open.max(path.close)
            );
            let off = mark.shown.to_f64() / slot.candle.close.to_f64() - 1.0;
            worst = worst.max(off.abs());
        }
        for (_, event) in &block.events {
            match event {
                FeedEvent::Funding(_) => settled += 1,
                FeedEvent::Row(row) if row.source == 0 => rows += 1,
                FeedEvent::Row(row) => deltas += usize::from(!row.values[0].is_nan()),
                FeedEvent::Delist(_) => panic!("nothing ends here"),
            }
        }
    }
    assert_eq!(minutes, 73_139);
    // One on May 4 (16:00), three on each of fifty days, two on June 24 (00:00, 08:00).
    assert_eq!((settled, rows), (153, 153));
    assert_eq!(deltas, 14_399);
    // The perpetual's mark is within a fraction of a percent of its last price.
    assert!(worst > 0.0 && worst < 0.005, "{worst}");
}

mod minutes {
    use proptest::prelude::*;

    use super::*;
    use crate::data::streams::{Journaled, MinuteRows, Row};
    use crate::domain::{FundingSettlement, Ohlc, Rate, Reference, Slot};

    /// A minute that may lack its candle and its prices.
    fn some_minute(at: i64, seed: u64) -> (Slot, Reference) {
        let time = Timestamp(START + at * MINUTE);
        let real = Slot::real(crate::data::testing::candle(time.0, at + (seed % 7) as i64));
        let price = |n: u64| Ohlc {
            low: Price((90 + (seed % n) as i64) * UNIT),
            high: Price((190 + (seed % n) as i64) * UNIT),
            ..Ohlc::flat(Price(150 * UNIT))
        };
        let is_there = |bit: u64| seed & bit != 0;
        let slot = if is_there(1 << 60 | 1 << 61) {
            real
        } else {
            Slot::missing(time)
        };
        let mark = is_there(1 << 62 | 1 << 59).then(|| MarkCandle {
            path: price(11),
            shown: price(11).close,
        });
        let index = is_there(1 << 58 | 1 << 57).then(|| price(13));
        (slot, Reference { mark, index })
    }

    fn candle_of(time: i64, path: Ohlc) -> Candle {
        Candle {
            open: path.open,
            high: path.high,
            low: path.low,
            close: path.close,
            ..Candle::flat(Timestamp(time), path.close)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// What a session makes of minutes as they come, and what it received, is what a run over its journal gets.
        #[test]
        fn a_session_and_a_run_over_its_journal_get_the_same_rows(
            seeds in prop::collection::vec(any::<u64>(), 1..400),
            first in 0..90_i64,
            details in prop::collection::vec(prop::sample::select(vec![0_u32, 1, 5, 15, 60]), 3),
            received in prop::collection::vec((0..400_i64, 1..60_000_i64, -5.0..5.0_f64), 0..20),
        ) {
            let mut kinds: Vec<_> = [StreamKind::Mark, StreamKind::Index, StreamKind::VolumeDelta]
                .into_iter().zip(details).collect();
            kinds.push((StreamKind::Trades, 0));
            let wanted = Wanted { funding: true, references: true, rows: kinds.clone() };
            let (mut candles, mut made) = (Vec::new(), Vec::new());
            let mut journaled = Journaled::default();
            let mut makers: Vec<_> = (0_u32..)
                .zip(&kinds)
                .filter_map(|(n, (kind, detail))| Some((n, MinuteRows::new(*kind, *detail)?)))
                .collect();
            for (n, seed) in (first..).zip(&seeds) {
                let (mut slot, reference) = some_minute(n, *seed);
                // A feed begins and ends with a candle.
                if n == first || n - first + 1 == seeds.len() as i64 {
                    slot = Slot::real(crate::data::testing::candle(START + n * MINUTE, n));
                }
                let time = START + n * MINUTE;
                if slot.state == SlotState::Real {
                    candles.push(slot.candle);
                }
                journaled.mark.extend(reference.mark.map(|m| candle_of(time, m.path)));
                journaled.index.extend(reference.index.map(|path| candle_of(time, path)));
                let span = (Timestamp(time), Timestamp(time + MINUTE));
                for (source, maker) in &mut makers {
                    let row = maker.minute(span, &slot, &reference);
                    made.extend(row.map(|row| (n - first, *source, row)));
                }
            }
            for (minute, ms, value) in received {
                if minute >= seeds.len() as i64 {
                    continue;
                }
                let known = Timestamp(START + (first + minute) * MINUTE + ms);
                let row = Row { time: known.plus_ms(-1), available_at: known, values: vec![value, 1.0] };
                made.push((minute, 3, row.clone()));
                journaled.rows.push((StreamKind::Trades, 0, row));
            }
            made.sort_by_key(|(_, source, row)| (row.available_at, *source));
            let due = (first + 59) / 60 * 60;
            journaled.settlements.push(FundingSettlement {
                instrument: 0,
                time: Timestamp(START + due * MINUTE),
                rate: Rate(123),
                price: None,
                substituted: true,
            });
            let streams = Streams::journaled(streams(wanted.clone()).place, wanted, journaled);
            let got = run(vec![candles], Timeframe::M1, &[streams]);
            let funded: Vec<_> = got.iter().filter(|m| !m.funding().is_empty()).map(|m| m.at).collect();
            let is_within = due - first < seeds.len() as i64;
            prop_assert_eq!(funded, is_within.then_some(due).into_iter().collect::<Vec<_>>());
            let rows: Vec<_> = (0_i64..).zip(&got).flat_map(|(n, minute)| {
                let rows = minute.events.iter().filter_map(|event| match event {
                    FeedEvent::Row(row) => Some(row),
                    _ => None,
                });
                rows.map(move |row| {
                    let values = row.values.clone();
                    (n, row.source, Row { time: row.time, available_at: row.available_at, values })
                })
            }).collect();
            // Absent values are NaN, which equals nothing: what is shown is compared.
            prop_assert_eq!(format!("{rows:?}"), format!("{made:?}"));
        }
    }

    #[test]
    fn trades_and_the_book_are_refused_with_where_they_are() {
        for (kind, detail, name) in [
            (StreamKind::Trades, 0, "trades"),
            (StreamKind::Book, 5, "book"),
        ] {
            let wanted = Wanted {
                rows: vec![(kind, detail)],
                ..Wanted::default()
            };
            let period = (Timestamp(START), Timestamp(START + MINUTE));
            let lack = streams(wanted)
                .lacks(kind, detail, Timeframe::M1, period)
                .expect("not there");
            assert!(
                lack.to_string()
                    .contains(&format!("no recorded {name} of binance")),
                "{lack}"
            );
            assert!(lack.hint().expect("a hint").contains("host forward-test"));
        }
        let names = StreamKind::Book.columns(2);
        assert_eq!(names.len(), 8);
        assert_eq!((&*names[0], &*names[7]), ("bid-price-1", "ask-qty-2"));
    }
}
