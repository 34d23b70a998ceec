//! What is asked, what answers mean.

use super::wire::decode;
use super::wire::market::{CandleRow, Meta};
use super::{Hyperliquid, VENUE};
use crate::domain::{CandleKind, Cost, Price, PriceRule, Qty, Symbol, Timeframe, Timestamp, UNIT};
use crate::ledger::maintenance_margin;
use crate::venues::instruments::lookup;
use crate::venues::rest::{Head, History, Listing, Method, Request, Rest, Rows, Verdict, Window};
use crate::venues::stream::{BookKind, Channel, Follows, Stream, StreamEvent};
use crate::venues::wire::Text;

const REST: &dyn Rest = &Hyperliquid;
const STREAM: &dyn Stream = &Hyperliquid;

const MINUTES: History = History::Candles(CandleKind::Candles, Timeframe::M1);

/// The first assets of the venue, one of them delisted.
const META: &str = r#"{"universe":[
    {"szDecimals":5,"name":"BTC","maxLeverage":40,"marginTableId":56},
    {"szDecimals":4,"name":"ETH","maxLeverage":25,"marginTableId":55},
    {"szDecimals":2,"name":"ATOM","maxLeverage":5,"marginTableId":5},
    {"szDecimals":1,"name":"MATIC","maxLeverage":20,"marginTableId":20,"isDelisted":true},
    {"szDecimals":1,"name":"DYDX","maxLeverage":5,"marginTableId":5},
    {"szDecimals":0,"name":"kPEPE","maxLeverage":10,"marginTableId":52},
    {"szDecimals":7,"name":"FINE","maxLeverage":10,"marginTableId":52},
    {"szDecimals":1,"name":"NONE","maxLeverage":10,"marginTableId":99},
    {"szDecimals":1,"name":"ZERO","maxLeverage":10,"marginTableId":0}],
  "marginTables":[
    [52,{"description":"","marginTiers":[{"lowerBound":"0.0","maxLeverage":10},{"lowerBound":"20000000.0","maxLeverage":5}]}],
    [55,{"description":"","marginTiers":[{"lowerBound":"0.0","maxLeverage":25},{"lowerBound":"100000000.0","maxLeverage":15}]}],
    [56,{"description":"","marginTiers":[{"lowerBound":"0.0","maxLeverage":40},{"lowerBound":"150000000.0","maxLeverage":20}]}]]}"#;

fn symbol(text: &str) -> Symbol {
    Symbol::parse(text, None).expect("a symbol")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

fn listing(text: &str) -> Result<Listing, String> {
    REST.read_listing(&symbol(text), &[META.as_bytes()])
        .map_err(|e| e.to_string())
}

fn body(request: &Request) -> &str {
    match &request.method {
        Method::Post(body) => body,
        Method::Get => panic!("everything is a POST"),
    }
}

fn windows(history: History, from: &str, to: &str) -> Vec<Window> {
    REST.windows(&symbol("kPEPE/USDC:USDC"), history, at(from), at(to))
}

#[test]
fn perpetuals_in_usdt_are_those_in_usdc() {
    for text in ["kPEPE/USDT:USDT", "kPEPE/USDC:USDC"] {
        let (coin, kept) = REST.resolve(&symbol(text)).expect("a perpetual");
        assert_eq!(
            (coin.as_str(), kept.to_string().as_str()),
            ("kPEPE", "kPEPE/USDC:USDC")
        );
    }
    for (text, told) in [
        ("BTC/USDC", "perpetuals only"),
        ("BTC/EUR:EUR", "settle in USDC"),
    ] {
        let error = REST.resolve(&symbol(text)).expect_err("none");
        assert!(error.to_string().contains(told), "{error}");
        assert!(error.to_string().contains("BTC/USDC:USDC"), "{error}");
    }
}

#[test]
fn rules_are_those_of_the_shipped_table() {
    for text in ["BTC/USDC:USDC", "ETH/USDT:USDT"] {
        let listed = listing(text).expect("listed");
        let kept = text.replace("USDT", "USDC");
        let mut shipped = lookup(VENUE, &kept).expect("known");
        // The table of a file must end somewhere.
        let last = shipped.tiers.last_mut().expect("rows");
        last.cap = Qty(i64::MAX);
        assert_eq!(listed.instrument, shipped);
        assert_eq!(listed.assumed, ["fees"]);
    }
}

#[test]
fn rules_follow_the_decimals_of_quantities() {
    let pepe = listing("kPEPE/USDC:USDC").expect("listed").instrument;
    assert_eq!((pepe.tick, pepe.step), (Price(100), Qty(UNIT)));
    let rule = PriceRule::SignificantFigures {
        figures: 5,
        decimals: 6,
    };
    assert_eq!((pepe.price_rule, pepe.min_notional), (rule, Qty(10 * UNIT)));
    assert_eq!(
        (pepe.venue_symbol.as_str(), pepe.settle.as_str()),
        ("kPEPE", "USDC")
    );
    let atom = listing("ATOM/USDC:USDC").expect("listed").instrument;
    assert_eq!((atom.tiers.len(), atom.max_leverage().0), (1, 5 * UNIT));
}

#[test]
fn maintenance_is_half_the_margin_at_the_highest_leverage() {
    let btc = listing("BTC/USDC:USDC").expect("listed").instrument;
    let maintenance = |notional: i64| {
        let notional: Cost = Price(UNIT) * Qty(notional * UNIT);
        maintenance_margin(&btc.tiers, notional).to_string()
    };
    // What the venue itself said of a position: clearinghouseState of 2026-09-25.
    assert_eq!(maintenance(377_667), "4720.8375");
    // 150 million at 1/80, what is above at 1/40.
    assert_eq!(maintenance(200_000_000), "3125000");
}

#[test]
fn symbols_that_do_not_trade_are_refused_by_name() {
    for (text, told) in [
        (
            "KPEPE/USDC:USDC",
            "no perpetual is named KPEPE, but one is named kPEPE (case matters)",
        ),
        (
            "1000PEPE/USDT:USDT",
            "no perpetual is named 1000PEPE, but one is named kPEPE (a thousand of it)",
        ),
        ("XYZ/USDC:USDC", "no perpetual is named XYZ"),
        ("MATIC/USDT:USDT", "MATIC is delisted"),
        ("FINE/USDC:USDC", "szDecimals 7"),
        ("NONE/USDC:USDC", "no margin table 99"),
        ("ZERO/USDC:USDC", "leverage 0"),
    ] {
        let error = listing(text).expect_err("refused");
        assert!(error.contains(told), "{error}");
    }
    let meta: Meta = decode("meta", META.as_bytes()).expect("a meta");
    assert_eq!(meta.asset("DYDX").map(|(id, _)| id), Some(4));
}

#[test]
fn what_has_no_history_names_the_recorder() {
    let btc = symbol("BTC/USDT:USDT");
    for (history, channel) in [
        (History::Candles(CandleKind::Mark, Timeframe::M1), "mark"),
        (History::Candles(CandleKind::Index, Timeframe::H1), "mark"),
        (History::OpenInterest(Timeframe::M5), "mark"),
        (History::TakerFlow, "trades"),
    ] {
        let told = REST.offer(&btc, history).expect_err("none").to_string();
        let command =
            format!("host data record --exchange hyperliquid --symbols BTC --streams {channel}");
        assert!(told.contains(&command), "{told}");
    }
    for (timeframe, told) in [
        (Timeframe::H6, "no 6h candles"),
        (Timeframe::W1, "Thursday"),
    ] {
        let history = History::Candles(CandleKind::Candles, timeframe);
        let error = REST.offer(&btc, history).expect_err("none");
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn candles_reach_back_five_thousand() {
    let reach = |timeframe| {
        let history = History::Candles(CandleKind::Candles, timeframe);
        let offer = REST.offer(&symbol("BTC/USDC:USDC"), history).expect("some");
        offer.reach_ms.expect("a reach") / 60_000
    };
    assert_eq!(reach(Timeframe::M1), 4_990);
    assert_eq!(reach(Timeframe::H1), 4_998 * 60);
}

#[test]
fn windows_hold_less_than_a_full_answer_and_leave_no_hole() {
    for timeframe in super::rest::TIMEFRAMES {
        let history = History::Candles(CandleKind::Candles, timeframe);
        let windows = windows(history, "2024-01-01", "2024-02-01");
        let most = 4_999 * timeframe.minutes() * 60_000;
        assert!(
            windows
                .iter()
                .all(|w| w.to.0 - w.from.0 <= most.max(31 * 86_400_000))
        );
        assert!(windows.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert_eq!(windows[0].from, at("2024-01-01"));
        assert_eq!(windows.last().map(|w| w.to), Some(at("2024-02-01")));
    }
    assert_eq!(windows(MINUTES, "2024-01-01", "2024-02-01").len(), 11);
    assert_eq!(
        windows(History::Funding, "2024-01-01", "2024-02-01").len(),
        2
    );
    assert!(windows(History::TakerFlow, "2024-01-01", "2024-02-01").is_empty());
}

#[test]
fn a_later_beginning_has_the_same_later_windows() {
    let whole = windows(MINUTES, "2024-01-01", "2024-02-01");
    let part = windows(MINUTES, "2024-01-08T12:00:00Z", "2024-02-01");
    assert_eq!(part[0].to, at("2024-01-10"));
    assert_eq!(part[1..], whole[3..]);
}

#[test]
fn questions_are_written_as_the_venue_reads_them() {
    let candles = &windows(MINUTES, "2024-01-01", "2024-01-02")[0].request;
    assert_eq!(
        body(candles),
        r#"{"type":"candleSnapshot","req":{"coin":"kPEPE","interval":"1m","startTime":1704067200000,"endTime":1704153599999}}"#
    );
    assert_eq!((candles.weight, candles.path.as_str()), (20 + 25, "/info"));
    let funding = &windows(History::Funding, "2024-01-01", "2024-02-01")[0].request;
    assert_eq!(
        body(funding),
        r#"{"type":"fundingHistory","coin":"kPEPE","startTime":1704067200000,"endTime":1705450499999}"#
    );
    assert_eq!(funding.weight, 40);
    let btc = symbol("BTC/USDC:USDC");
    let clock = REST.clock(&btc).expect("a clock");
    assert_eq!(
        (body(&clock), clock.weight),
        (r#"{"type":"exchangeStatus"}"#, 2)
    );
    assert_eq!(body(&REST.listing(&btc)[0]), r#"{"type":"meta"}"#);
    let first = REST.first_candle(&btc, History::Funding, Timestamp(0));
    assert_eq!(
        first.as_ref().map(body),
        Some(r#"{"type":"fundingHistory","coin":"BTC","startTime":0}"#)
    );
    assert!(REST.first_candle(&btc, MINUTES, Timestamp(0)).is_none());
    let time = REST.read_clock(br#"{"time":1704067200000,"specialStatuses":null}"#);
    assert_eq!(time, Ok(at("2024-01-01")));
}

fn minute(coin: &str, interval: &str, start: i64, last: i64) -> String {
    format!(
        r#"{{"t":{start},"T":{last},"s":"{coin}","i":"{interval}","o":"2","c":"3","h":"4","l":"1","v":"5.5","n":6,"new":[]}}"#
    )
}

fn read_minute(row: &str) -> Result<Rows, String> {
    let window = &windows(MINUTES, "2024-01-01", "2024-01-02")[0];
    REST.read(MINUTES, window, format!("[{row}]").as_bytes())
        .map(|page| page.rows)
        .map_err(|e| e.to_string())
}

#[test]
fn candles_are_those_that_were_asked_for() {
    let start = 1_704_067_200_000;
    let Ok(Rows::Candles(candles)) = read_minute(&minute("kPEPE", "1m", start, start + 59_999))
    else {
        panic!("candles")
    };
    let candle = candles[0];
    assert_eq!(
        (candle.open, candle.high),
        (Price(2 * UNIT), Price(4 * UNIT))
    );
    assert_eq!((candle.volume, candle.trades), (5.5, 6.0));
    assert!(candle.taker_buy_volume.is_nan() && candle.quote_volume.is_nan());
    for (row, told) in [
        (
            minute("PEPE", "1m", start, start + 59_999),
            "answers with PEPE",
        ),
        (
            minute("kPEPE", "1h", start, start + 3_599_999),
            "answers with 1h",
        ),
        (
            minute("kPEPE", "1m", start, start + 60_000),
            "is no 1m candle",
        ),
        (
            minute("kPEPE", "1m", start + 1, start + 59_999),
            "is no 1m candle",
        ),
        (minute("kPEPE", "1m", i64::MIN, i64::MAX), "is not a time"),
        (
            minute("kPEPE", "7m", start, start),
            "`7m` is not a timeframe",
        ),
    ] {
        let error = read_minute(&row).expect_err("refused");
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn the_running_candle_is_the_one_whose_end_the_clock_has_not_passed() {
    let start = 1_790_359_200_000;
    let row: CandleRow = decode(
        "candle",
        minute("BTC", "1h", start, start + 3_599_999).as_bytes(),
    )
    .expect("a candle");
    let clock = REST
        .read_clock(format!(r#"{{"time":{}}}"#, start + 60_000).as_bytes())
        .expect("a clock");
    assert!(row.last_ms > Text(clock), "still running at 18:01");
    let (timeframe, candle) = row.candle().expect("a candle");
    assert_eq!(
        timeframe.bucket_end(candle.open_time).plus_ms(-1),
        row.last_ms.0
    );
}

#[test]
fn settlements_carry_their_hour() {
    let window = &windows(History::Funding, "2024-01-01", "2024-01-02")[0];
    let rows = br#"[{"coin":"kPEPE","fundingRate":"0.0000125","premium":"0","time":1704067200048},
                    {"coin":"kPEPE","fundingRate":"-0.0001","premium":"0","time":1704070921000}]"#;
    let page = REST.read(History::Funding, window, rows).expect("rows");
    let Rows::Funding(rows) = page.rows else {
        panic!("settlements")
    };
    let hours: Vec<_> = rows.iter().map(|r| (r.time.0, r.rate)).collect();
    // The second one came two minutes late.
    assert_eq!(
        hours,
        [
            (1_704_067_200_000, 0.000_012_5),
            (1_704_070_800_000, -0.000_1)
        ]
    );
    assert!(!page.is_full && rows[0].price.is_nan());
    let other = br#"[{"coin":"BTC","fundingRate":"0","time":1704067200048}]"#;
    let error = REST
        .read(History::Funding, window, other)
        .expect_err("refused");
    assert!(error.to_string().contains("answers with BTC"), "{error}");
}

#[test]
fn full_answers_are_told() {
    let window = &windows(History::Funding, "2024-01-01", "2024-01-02")[0];
    let row = r#"{"coin":"kPEPE","fundingRate":"0","time":1704067200048}"#;
    for (count, is_full) in [(499, false), (500, true)] {
        let body = format!("[{}]", vec![row; count].join(","));
        let page = REST
            .read(History::Funding, window, body.as_bytes())
            .expect("rows");
        assert_eq!(page.is_full, is_full, "{count}");
    }
}

#[test]
fn answers_are_judged() {
    let request = &windows(MINUTES, "2024-01-01", "2024-01-02")[0].request;
    let judge = |status, body: &str| {
        let head = Head {
            status,
            retry_after_s: (status == 429).then_some(7),
            reset_at_ms: None,
            body: body.as_bytes(),
        };
        REST.judge(request, head)
    };
    assert_eq!(judge(200, "[]"), Verdict::Good);
    for status in [200, 500] {
        let Verdict::Refused(why) = judge(status, "null\n") else {
            panic!("an unknown coin is no outage")
        };
        assert!(
            why.contains("no such coin") && why.contains("kPEPE"),
            "{why}"
        );
    }
    assert!(matches!(
        judge(429, ""),
        Verdict::Wait {
            wait_ms: Some(7_000),
            ..
        }
    ));
    assert!(matches!(
        judge(418, "banned"),
        Verdict::Wait { wait_ms: None, .. }
    ));
    for status in [408, 500, 502, 503, 504] {
        assert!(
            matches!(judge(status, "down"), Verdict::Retry(_)),
            "{status}"
        );
    }
    let text = "Failed to deserialize the JSON body into the target type";
    for status in [400, 403, 404, 415, 422, 451] {
        let Verdict::Refused(why) = judge(status, text) else {
            panic!("{status} is for good")
        };
        assert!(why.contains(text), "{why}");
    }
}

#[test]
fn subscriptions_name_coin_and_channel() {
    let wanted = [
        Channel::Candles(Timeframe::M1),
        Channel::Trades,
        Channel::Mark,
        Channel::Book(5),
        Channel::Book(20),
        Channel::Trades,
        Channel::Book(50),
        Channel::Liquidations,
    ];
    let wanted: Vec<_> = wanted.map(|c| ("kPEPE".to_owned(), c)).into();
    let (connections, absent) = STREAM.connections(&wanted);
    let [connection] = connections.as_slice() else {
        panic!("one socket")
    };
    assert_eq!(
        connection.subscribe,
        [
            r#"{"method":"subscribe","subscription":{"type":"candle","coin":"kPEPE","interval":"1m"}}"#,
            r#"{"method":"subscribe","subscription":{"type":"trades","coin":"kPEPE"}}"#,
            r#"{"method":"subscribe","subscription":{"type":"activeAssetCtx","coin":"kPEPE"}}"#,
            r#"{"method":"subscribe","subscription":{"type":"l2Book","coin":"kPEPE"}}"#,
        ]
    );
    assert_eq!(connection.subscribe.len(), connection.carries.len());
    let (_, ping_ms) = connection.ping.as_ref().expect("pings");
    assert!(*ping_ms < connection.silence_ms && connection.silence_ms < 60_000);
    let absent: Vec<_> = absent.into_iter().map(|(_, channel)| channel).collect();
    assert_eq!(absent, [Channel::Book(50), Channel::Liquidations]);
    let (connections, _) = STREAM.connections(&[("BTC".to_owned(), Channel::Book(5))]);
    assert!(connections[0].subscribe[0].ends_with(r#""coin":"BTC","fast":true}}"#));
}

#[test]
fn many_coins_share_a_few_sockets() {
    let wanted: Vec<_> = (0..12)
        .map(|n| (format!("C{n}"), Channel::Trades))
        .collect();
    let (connections, _) = STREAM.connections(&wanted);
    assert_eq!(connections.len(), 5);
    assert_eq!(
        connections.iter().map(|c| c.carries.len()).sum::<usize>(),
        12
    );
    assert!(STREAM.connections(&[]).0.is_empty());
}

#[test]
fn frames_become_events() {
    let read = |frame: &str| STREAM.read(frame);
    let book = r#"{"data":{"time":1704067200000,"coin":"BTC","levels":[[{"n":1,"px":"2","sz":"1"}],[]]},"channel":"l2Book"}"#;
    let events = read(book).expect("a frame");
    let [StreamEvent::Book(book)] = events.as_slice() else {
        panic!("a book")
    };
    assert_eq!(
        (book.kind, book.ids, book.previous),
        (BookKind::Snapshot, (0, 0), None)
    );
    assert_eq!((book.bids.len(), book.asks.len()), (1, 0));
    assert_eq!(STREAM.follows(book, book), Follows::Yes);
    let refused = read(r#"{"channel":"error","data":"Already subscribed: {}"}"#);
    assert_eq!(
        refused,
        Ok(vec![StreamEvent::Refused(
            "Already subscribed: {}".to_owned()
        )])
    );
    assert_eq!(
        read("Websocket connection established."),
        Ok(vec![StreamEvent::Control])
    );
    assert_eq!(read(r#"{"channel":"allMids","data":{}}"#), Ok(Vec::new()));
    for bad in [
        "",
        "null",
        "{}",
        r#"{"channel":"trades","data":null}"#,
        r#"{"channel":"candle"}"#,
    ] {
        let error = read(bad).expect_err("no frame").to_string();
        assert!(error.contains("hyperliquid"), "{error}");
    }
}
