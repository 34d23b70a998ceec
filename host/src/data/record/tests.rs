//! Lines of a made-up stream become a part, live and after a kill.

use super::collect::Collector;
use super::line::{Derive, Header, Line, SCHEMA, What};
use super::part::Part;
use super::spool::{Closed, Spool};
use crate::data::catalog::EventKind;
use crate::data::streams::record::RecordKind;
use crate::data::testing::shared_or_skip;
use crate::domain::{CandleKind, InstrumentKind, Price, Timeframe, Timestamp};
use crate::venues::adapters;

const M: i64 = 60_000;
/// A full minute.
const START: i64 = 1_790_000_040_000;

fn header(origin: &str) -> Header {
    let carried = |channel: &str| ("BTC".to_owned(), channel.to_owned());
    Header {
        schema: SCHEMA.to_owned(),
        origin: origin.to_owned(),
        exchange: "hyperliquid".to_owned(),
        market: "perp".to_owned(),
        symbols: vec![("BTC".to_owned(), "BTC/USDC:USDC".to_owned())],
        connections: vec![vec![
            carried("candles:1m"),
            carried("trades"),
            carried("mark"),
        ]],
        derive: Derive {
            mark: true,
            index: true,
            interest: true,
        },
    }
}

fn collector() -> Collector {
    let stream = adapters::stream("hyperliquid", InstrumentKind::LinearPerpetual);
    Collector::new(stream.expect("a venue"), header("x"))
}

fn line(at: i64, what: What) -> Line {
    Line {
        at: START + at,
        connection: 0,
        generation: 1,
        what,
    }
}

fn frame(at: i64, text: &str) -> Line {
    line(at, What::Frame(text.to_owned()))
}

fn trade(at: i64, id: i64, side: &str, qty: &str) -> Line {
    let time = START + at - 20;
    frame(
        at,
        &format!(
            r#"{{"channel":"trades","data":[{{"coin":"BTC","side":"{side}","px":"84000.0","sz":"{qty}","hash":"0x0","time":{time},"tid":{id},"users":["0x1","0x2"]}}]}}"#
        ),
    )
}

fn tick(at: i64, mark: i64) -> Line {
    frame(
        at,
        &format!(
            r#"{{"channel":"activeAssetCtx","data":{{"coin":"BTC","ctx":{{"funding":"0.0000125","openInterest":"100.5","prevDayPx":"84000.0","dayNtlVlm":"1.0","premium":"0.0","oraclePx":"84001.0","markPx":"{mark}.0","midPx":"84000.5","impactPxs":["84000.0","84001.0"],"dayBaseVlm":"1.0"}}}}}}"#
        ),
    )
}

fn candle(at: i64, minute: i64, volume: &str) -> Line {
    let (open, end) = (START + minute * M, START + (minute + 1) * M - 1);
    frame(
        at,
        &format!(
            r#"{{"channel":"candle","data":{{"t":{open},"T":{end},"s":"BTC","i":"1m","o":"84000.0","c":"84002.0","h":"84005.0","l":"83990.0","v":"{volume}","n":3}}}}"#
        ),
    )
}

/// Three minutes; the first one is not seen from its beginning.
fn lines() -> Vec<Line> {
    let mut lines = vec![
        line(20_000, What::Opened),
        line(20_050, What::Subscribed),
        frame(20_060, r#"{"channel":"pong"}"#),
        trade(20_100, 1, "B", "0.5"),
        tick(20_200, 84_000),
        candle(20_300, 0, "1.0"),
        tick(60_100, 84_001),
        trade(61_000, 2, "B", "0.25"),
        trade(61_001, 2, "B", "0.25"),
        candle(61_100, 1, "0.75"),
        trade(62_000, 3, "A", "0.5"),
        tick(90_000, 84_010),
        tick(119_000, 84_005),
    ];
    lines.push(tick(120_100, 84_006));
    lines.push(candle(121_000, 2, "0.1"));
    lines.push(tick(124_000, 84_007));
    lines
}

fn live(lines: &[Line]) -> Part {
    let mut collector = collector();
    for line in lines {
        collector.apply(line);
    }
    collector.cut()
}

#[test]
fn minutes_seen_whole_have_mark_candles_taker_volume_and_open_interest() {
    let part = live(&lines());
    let of = |kind| {
        let candles = part.candles.get(&("BTC".to_owned(), kind, Timeframe::M1));
        let candles = candles.into_iter().flatten();
        candles.map(|(_, c)| *c).collect::<Vec<_>>()
    };
    let marks = of(CandleKind::Mark);
    assert_eq!(marks.len(), 1, "{marks:?}");
    let price = |whole: i64| Price(whole * 100_000_000);
    assert_eq!(marks[0].open_time, Timestamp(START + M));
    assert_eq!(
        (marks[0].open, marks[0].high),
        (price(84_001), price(84_010))
    );
    assert_eq!(
        (marks[0].low, marks[0].close),
        (price(84_001), price(84_005))
    );
    assert_eq!(of(CandleKind::Index).len(), 1);
    let candles = of(CandleKind::Candles);
    let told: Vec<_> = candles
        .iter()
        .map(|c| (c.open_time.0, c.taker_buy_volume))
        .collect();
    assert!(told[0].0 == START && told[0].1.is_nan(), "{told:?}");
    assert_eq!(told[1], (START + M, 0.25));
    assert_eq!(told.len(), 2, "the last one is not over");
    let interest = &part.records[&("BTC".to_owned(), RecordKind::OpenInterest)];
    let samples: Vec<_> = interest.iter().map(|r| (r.time.0, r.values[0])).collect();
    assert_eq!(samples, [(START + M, 100.5), (START + 2 * M, 100.5)]);
    assert_eq!(part.counts.doubles, 1);
    assert_eq!(part.events[&("BTC".to_owned(), EventKind::Trades)].len(), 3);
}

#[test]
fn a_spool_that_was_left_becomes_the_same_part() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = lines();
    let mut spool = Spool::create(folder.path(), header("one")).expect("writable");
    for line in &lines {
        spool.push(line).expect("writable");
    }
    spool.flush().expect("writable");
    assert!(
        Closed::left_over(folder.path())
            .expect("readable")
            .is_empty(),
        "it is in use"
    );
    let path = folder.path().join("one.jsonl");
    drop(spool);
    // Its process was killed in the middle of a line.
    let mut text = std::fs::read(&path).expect("a spool");
    text.extend_from_slice(br#"{"at":1790000000000,"connection":0,"gener"#);
    std::fs::write(&path, text).expect("writable");
    let mut left = Closed::left_over(folder.path()).expect("readable");
    assert_eq!(left.len(), 1);
    let left = left.remove(0);
    let mut collector = collector();
    let damaged = left
        .each(&mut |line| drop(collector.apply(line)))
        .expect("readable");
    assert_eq!(damaged, 1);
    assert_eq!(
        format!("{:?}", collector.cut()),
        format!("{:?}", live(&lines))
    );
    left.remove().expect("writable");
    assert!(!path.exists());
}

#[test]
fn what_was_missed_is_no_part_of_a_segment() {
    let mut all = lines();
    all.insert(7, frame(60_500, "nonsense"));
    all.insert(12, line(62_500, What::Closed("gone".to_owned())));
    let part = live(&all);
    let segments = &part.segments[&("BTC".to_owned(), EventKind::Trades)];
    let spans: Vec<_> = segments
        .iter()
        .map(|(a, b)| (a.0 - START, b.0 - START))
        .collect();
    assert_eq!(spans, [(20_060, 60_101), (60_500, 62_001)]);
    assert_eq!((part.counts.unreadable, part.counts.disconnects), (1, 1));
    let marks = part
        .candles
        .get(&("BTC".to_owned(), CandleKind::Mark, Timeframe::M1));
    assert!(marks.is_none(), "no minute was seen whole: {marks:?}");
}

#[test]
fn frames_nobody_can_read_end_a_part_before_they_fill_the_memory() {
    let mut collector = collector();
    collector.apply(&line(0, What::Opened));
    let garbage = "x".repeat(1 << 20);
    for at in 1..=4 {
        collector.apply(&frame(at, &garbage));
    }
    assert!(collector.rows() >= 65_536, "{}", collector.rows());
}

#[test]
fn a_minute_in_which_a_part_ends_is_still_seen_whole() {
    let mut collector = collector();
    let mut candles = Vec::new();
    let mut segments = Vec::new();
    for line in lines() {
        // Another part begins in the middle of the second minute.
        if line.at == START + 90_000 {
            let part = collector.cut();
            segments.extend(part.segments);
            candles.extend(part.candles);
            for line in collector.resume_lines() {
                collector.apply(&line);
            }
        }
        collector.apply(&line);
    }
    let part = collector.cut();
    candles.extend(part.candles);
    segments.extend(part.segments);
    let of = |kind| {
        let all = candles.iter().filter(move |((_, k, _), _)| *k == kind);
        all.flat_map(|(_, candles)| candles.values().copied())
            .collect::<Vec<_>>()
    };
    let marks: Vec<_> = of(CandleKind::Mark)
        .iter()
        .map(|c| (c.open_time.0 - START, c.open))
        .collect();
    assert_eq!(marks, [(M, Price(84_001 * 100_000_000))]);
    let bought: Vec<_> = of(CandleKind::Candles)
        .iter()
        .filter(|c| c.open_time.0 == START + M)
        .map(|c| c.taker_buy_volume)
        .collect();
    assert_eq!(bought.last(), Some(&0.25));
    let trades = segments
        .iter()
        .filter(|((_, kind), _)| *kind == EventKind::Trades);
    let spans: Vec<_> = trades
        .flat_map(|(_, periods)| periods.iter())
        .map(|(a, b)| (a.0 - START, b.0 - START))
        .collect();
    assert_eq!(spans, [(20_060, 62_001), (62_000, 124_001)], "each once");
}

#[test]
fn ticks_without_a_time_are_enough_for_their_minutes() {
    let ticks = |(at, mark): (i64, i64)| tick(at, mark);
    let mut all = vec![
        line(20_000, What::Opened),
        line(20_050, What::Subscribed),
        frame(20_060, r#"{"channel":"pong"}"#),
    ];
    all.extend(
        [
            (20_200, 1),
            (60_100, 84_001),
            (119_000, 84_005),
            (120_100, 84_006),
        ]
        .map(ticks),
    );
    let of = |part: &Part, kind| {
        let candles = part.candles.get(&("BTC".to_owned(), kind, Timeframe::M1));
        let times = candles.into_iter().flatten();
        times.map(|(t, _)| t.0 - START).collect::<Vec<_>>()
    };
    let part = live(&all);
    assert_eq!(of(&part, CandleKind::Mark), [M]);
    assert_eq!(of(&part, CandleKind::Index), [M]);
    let interest = &part.records[&("BTC".to_owned(), RecordKind::OpenInterest)];
    assert_eq!(interest.len(), 2);
    // The first candle that comes says nothing about the clock: it began long before.
    all.insert(3, candle(20_100, 0, "1.0"));
    all.insert(5, candle(60_050, 0, "1.5"));
    let part = live(&all);
    assert_eq!(of(&part, CandleKind::Mark), [M]);
}

#[test]
fn a_clock_that_is_behind_the_venue_by_a_second_loses_nothing() {
    let path = "fixtures/exchanges/binance/ws_public.BTCUSDT.2024-08-08.jsonl";
    let Some(path) = shared_or_skip(path) else {
        return;
    };
    let carried = |channel: &str| ("BTCUSDT".to_owned(), channel.to_owned());
    let header = Header {
        exchange: "binance".to_owned(),
        symbols: vec![("BTCUSDT".to_owned(), "BTC/USDT:USDT".to_owned())],
        connections: vec![vec![carried("trades"), carried("book:1000")]],
        derive: Derive::default(),
        ..header("x")
    };
    let stream = adapters::stream("binance", InstrumentKind::LinearPerpetual);
    let mut collector = Collector::new(stream.expect("a venue"), header);
    let (mut books, mut trades) = (0, 0);
    let mut is_open = false;
    for text in std::fs::read_to_string(path).expect("text").lines() {
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let at: i64 = value["recv_ns"]
            .as_str()
            .and_then(|ns| ns.parse().ok())
            .expect("a time");
        let mut apply = |what| {
            collector.apply(&Line {
                at: at / 1_000_000,
                connection: 0,
                generation: 1,
                what,
            })
        };
        if !std::mem::replace(&mut is_open, true) {
            apply(What::Opened);
            apply(What::Subscribed);
        }
        let data = &value["frame"]["data"];
        apply(What::Frame(value["frame"].to_string()));
        match data["e"].as_str() {
            Some("depthUpdate") => books += 1,
            Some("trade") => trades += 1,
            _ => {}
        }
        if data["e"] == "depthUpdate" && books == 1 {
            let body = format!(
                r#"{{"lastUpdateId":{},"E":{},"T":{},"bids":[["61800.20","2.5"]],"asks":[["61800.30","2.5"]]}}"#,
                data["u"], data["E"], data["T"]
            );
            apply(What::Book {
                symbol: "BTCUSDT".to_owned(),
                body,
            });
        }
    }
    assert_eq!(collector.lag_ms(), Some(-1_271));
    let part = collector.cut();
    assert!(part.unreadable.is_empty(), "{:?}", part.unreadable);
    let of = |kind| &part.events[&("BTCUSDT".to_owned(), kind)];
    assert_eq!((books, trades), (40, 63));
    assert_eq!(
        of(EventKind::Book).len(),
        1 + books,
        "the whole one and every change"
    );
    assert_eq!(of(EventKind::Trades).len(), trades);
    assert_eq!(part.counts.book_breaks, 0);
    for kind in [EventKind::Book, EventKind::Trades] {
        let segments = &part.segments[&("BTCUSDT".to_owned(), kind)];
        assert_eq!(segments.iter().count(), 1, "{kind:?}");
    }
}

#[test]
fn a_clock_nothing_was_compared_with_closes_no_candle() {
    // Our clock is ten seconds ahead: the candle goes on when it shows that it is over.
    let mut all = vec![
        line(0, What::Opened),
        line(1, What::Subscribed),
        candle(50_000, 0, "1.0"),
        frame(64_000, r#"{"channel":"pong"}"#),
        candle(69_000, 0, "2.0"),
    ];
    let nothing = live(&all);
    assert!(nothing.candles.is_empty(), "{:?}", nothing.candles);
    all.push(candle(70_500, 1, "0.5"));
    let part = live(&all);
    let candles = &part.candles[&("BTC".to_owned(), CandleKind::Candles, Timeframe::M1)];
    let volumes: Vec<_> = candles.values().map(|c| c.volume).collect();
    assert_eq!((volumes, part.counts.revisions), (vec![2.0], 0));
}

#[test]
fn what_was_not_asked_for_is_left_out() {
    let book = r#"{"channel":"l2Book","data":{"coin":"BTC","time":1790000040000,"levels":[[{"px":"84000.0","sz":"1.0","n":1}],[{"px":"84001.0","sz":"1.0","n":1}]]}}"#;
    let mut all = lines();
    all.insert(4, frame(20_150, book));
    let part = live(&all);
    let kinds: Vec<_> = part.events.keys().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds, [EventKind::Trades, EventKind::Ticks]);
    assert_eq!(part.counts.unreadable, 0, "it can be read");
}

#[test]
fn what_was_missed_within_a_millisecond_is_a_gap_too() {
    let mut all = lines();
    all.insert(9, frame(61_001, "nonsense"));
    all.insert(10, trade(61_001, 7, "B", "0.25"));
    let part = live(&all);
    let segments = &part.segments[&("BTC".to_owned(), EventKind::Trades)];
    let spans: Vec<_> = segments
        .iter()
        .map(|(a, b)| (a.0 - START, b.0 - START))
        .collect();
    assert_eq!(spans, [(20_060, 61_002), (61_003, 124_001)]);
}

proptest::proptest! {
    #[test]
    fn no_frame_ends_a_recording(frames in proptest::collection::vec(".{0,80}", 1..8), cut in 0..400_usize) {
        let mut collector = collector();
        collector.apply(&line(0, What::Opened));
        collector.apply(&line(1, What::Subscribed));
        for (at, text) in (10..).zip(&frames) {
            collector.apply(&frame(at, text));
        }
        // Real frames, cut anywhere.
        for whole in lines() {
            if let What::Frame(text) = &whole.what {
                let end = text.char_indices().map(|(i, _)| i).nth(cut).unwrap_or(text.len());
                collector.apply(&frame(whole.at - START, &text[..end]));
            }
        }
        let part = collector.cut();
        proptest::prop_assert!(part.counts.frames >= frames.len() as u64);
    }
}
