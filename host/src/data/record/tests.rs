//! Lines of a made-up stream become a part, live and after a kill.

use super::collect::Collector;
use super::line::{Derive, Header, Line, SCHEMA, What};
use super::part::Part;
use super::spool::{Closed, Spool};
use crate::data::catalog::EventKind;
use crate::data::streams::record::RecordKind;
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
