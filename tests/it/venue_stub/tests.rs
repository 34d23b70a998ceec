//! The stub against what is written and recorded about the venues. Nothing of ours reads its answers here.

use serde_json::Value;

use super::answer::{Question, Reply, pairs};
use super::*;

/// 2024-01-15, a Monday.
const START: i64 = 1_705_276_800_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;

fn market(venue: Venue, days: i64, now_ms: i64) -> Market {
    let mut market = Market::new(now_ms);
    market.add(Listed::made_up(venue, "BTC", START, days * 1_440, 5));
    market
}

fn ask(market: &Market, path: &str) -> Reply {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let question = Question {
        market,
        path,
        query: pairs(query),
        extra_rows: 0,
    };
    match path {
        p if p.starts_with("/v5/") => bybit::answer(&question),
        p if p.starts_with("/data/") => archive::binance(&question),
        _ => binance::answer(&question),
    }
}

fn json(reply: Reply) -> Value {
    serde_json::from_slice(&reply.body()).expect("it is JSON")
}

fn info(market: &Market, body: &str) -> (u16, Value) {
    let question = Question {
        market,
        path: "/info",
        query: pairs(""),
        extra_rows: 0,
    };
    let asked = Asked {
        number: 0,
        method: "POST".to_owned(),
        path: "/info".to_owned(),
        query: String::new(),
        body: body.to_owned(),
        accepts: String::new(),
        agent: String::new(),
        status: 0,
        fault: None,
    };
    let reply = hyperliquid::answer(&question, &asked);
    let body = serde_json::from_slice(&reply.clone().body());
    (reply.status, body.unwrap_or(Value::Null))
}

#[test]
fn binance_gives_the_oldest_rows_of_a_start_and_the_newest_of_none() {
    let market = market(Venue::BinanceFutures, 3, START + DAY + 90_000);
    let path = "/fapi/v1/klines?symbol=BTCUSDT&interval=1m";
    let newest = json(ask(&market, path));
    let newest = newest.as_array().expect("a list");
    assert_eq!(newest.len(), 500);
    let running = &newest[499];
    assert_eq!(running[0], START + DAY + MINUTE);
    assert_eq!(
        running[1], running[4],
        "the running candle is not what it becomes"
    );
    let from = format!(
        "{path}&startTime={START}&endTime={}&limit=1500",
        START + 9 * MINUTE
    );
    let oldest = json(ask(&market, &from));
    assert_eq!(
        oldest.as_array().map(Vec::len),
        Some(10),
        "both ends are in"
    );
    assert_eq!(oldest[0][0], START);
    assert_eq!(oldest[0][6], START + MINUTE - 1);
    assert_eq!(oldest[0].as_array().map(Vec::len), Some(12));
    assert_eq!(ask(&market, &format!("{path}&limit=1501")).status, 400);
    let unknown = ask(&market, "/fapi/v1/klines?symbol=NOPE&interval=1m");
    assert_eq!(json(unknown)["code"], -1121);
}

#[test]
fn binance_keeps_thirty_days_of_open_interest() {
    let market = market(Venue::BinanceFutures, 40, START + 40 * DAY);
    let path = "/futures/data/openInterestHist?symbol=BTCUSDT&period=5m";
    assert_eq!(json(ask(&market, path)).as_array().map(Vec::len), Some(30));
    let old = ask(&market, &format!("{path}&startTime={START}"));
    assert_eq!((old.status, &json(old)["code"]), (400, &Value::from(-1130)));
}

#[test]
fn binance_publishes_days_the_next_morning_and_months_on_a_monday() {
    let day = "/data/futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-20.zip";
    let month = "/data/futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01.zip";
    let published = |path: &str, now_ms: i64| {
        ask(&market(Venue::BinanceFutures, 6, now_ms), path).status == 200
    };
    let noon = 12 * 60 * MINUTE;
    assert!(!published(day, START + 6 * DAY));
    assert!(published(day, START + 6 * DAY + noon));
    // The first Monday of February 2024 is the fifth.
    assert!(!published(month, START + 20 * DAY));
    assert!(published(month, START + 21 * DAY));
}

#[test]
fn bybit_gives_the_newest_rows_first() {
    let market = market(Venue::Bybit, 3, START + 2 * DAY + 90_000);
    let to = START + 600 * MINUTE;
    let path = "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1";
    let body = json(ask(&market, &format!("{path}&start={START}&end={to}")));
    let list = body["result"]["list"].as_array().expect("a list");
    assert_eq!(list.len(), 200);
    assert_eq!(list[0][0], to.to_string());
    assert_eq!(list[199][0], (to - 199 * MINUTE).to_string());
    assert_eq!(list[0].as_array().map(Vec::len), Some(7));
    let mark = path.replace("kline", "mark-price-kline");
    let mark = json(ask(&market, &mark));
    assert_eq!(mark["result"]["list"][0].as_array().map(Vec::len), Some(5));
    let funding = "/v5/market/funding/history?category=linear&symbol=BTCUSDT";
    let only_start = json(ask(&market, &format!("{funding}&startTime={START}")));
    assert_eq!(only_start["retCode"], 10001);
}

#[test]
fn bybit_pages_open_interest_by_its_cursor() {
    let market = market(Venue::Bybit, 1, START + DAY);
    let path =
        "/v5/market/open-interest?category=linear&symbol=BTCUSDT&intervalTime=5min&limit=200";
    let first = json(ask(&market, path));
    let cursor = first["result"]["nextPageCursor"].as_str().expect("text");
    let second = json(ask(&market, &format!("{path}&cursor={cursor}")));
    let count = |page: &Value| page["result"]["list"].as_array().map_or(0, Vec::len);
    assert_eq!((count(&first), count(&second)), (200, 88));
    assert_eq!(second["result"]["nextPageCursor"], "");
}

#[test]
fn bybit_gives_tiers_of_fifteen_symbols_a_page() {
    let mut market = Market::new(START);
    for number in 0..17 {
        let base = format!("C{number}");
        market.add(Listed::made_up(Venue::Bybit, &base, START, 1, 5));
    }
    let path = "/v5/market/risk-limit?category=linear";
    let first = json(ask(&market, path));
    let cursor = first["result"]["nextPageCursor"].as_str().expect("text");
    let second = json(ask(&market, &format!("{path}&cursor={cursor}")));
    let symbols = |page: &Value| page["result"]["list"].as_array().map_or(0, Vec::len) / 2;
    assert_eq!((symbols(&first), symbols(&second)), (15, 2));
    assert_eq!(second["result"]["list"][0]["symbol"], "C15USDT");
    assert_eq!(second["result"]["nextPageCursor"], "");
    let one = json(ask(&market, &format!("{path}&symbol=C3USDT")));
    assert_eq!(symbols(&one), 1);
}

#[test]
fn hyperliquid_has_five_thousand_candles_and_no_more() {
    let market = market(Venue::Hyperliquid, 5, START + 5 * DAY - 1);
    let body = format!(
        r#"{{"type":"candleSnapshot","req":{{"coin":"BTC","interval":"1m","startTime":0,"endTime":{}}}}}"#,
        START + 6 * DAY
    );
    let (_, all) = info(&market, &body);
    let all = all.as_array().expect("a list");
    assert_eq!(all.len(), 5_000);
    assert_eq!(all[0]["t"], START + (5 * 1_440 - 5_000) * MINUTE);
    let old = body.replace(&(START + 6 * DAY).to_string(), &START.to_string());
    assert_eq!(info(&market, &old), (200, Value::Array(Vec::new())));
    assert_eq!(info(&market, &body.replace(":0,", ":-1,")).0, 422);
    let unknown = r#"{"type":"fundingHistory","coin":"btc","startTime":0}"#;
    assert_eq!(info(&market, unknown), (500, Value::Null));
}

#[test]
fn the_same_seed_is_the_same_market() {
    let one = || Listed::made_up(Venue::Bybit, "ETH", START, 500, 9);
    assert_eq!(one(), one());
    for candle in one().rows(
        host::domain::CandleKind::Candles,
        host::domain::Timeframe::M1,
    ) {
        candle.validate().expect("a candle");
    }
}

/// Rows of the answer to the same question, without and with a fault.
fn with_fault(fault: Fault) -> (Vec<Value>, Vec<Value>) {
    let market = market(Venue::BinanceFutures, 1, START + DAY);
    let from = START + 100 * MINUTE;
    let query = format!("symbol=BTCUSDT&interval=1m&startTime={from}&limit=10");
    let extra_rows = if fault == Fault::Overlap { 3 } else { 0 };
    let mut replies = [0, extra_rows].map(|extra_rows| {
        binance::answer(&Question {
            market: &market,
            path: "/fapi/v1/klines",
            query: pairs(&query),
            extra_rows,
        })
    });
    faults::twist(&fault, &mut replies[1]);
    let [clean, twisted] = replies.map(|reply| match json(reply) {
        Value::Array(rows) => rows,
        other => panic!("{other} is no list"),
    });
    (clean, twisted)
}

#[test]
fn faults_of_rows_lose_none() {
    let (clean, twice) = with_fault(Fault::DuplicateRows);
    assert_eq!((&twice[0], twice.len()), (&clean[0], clean.len() + 2));
    assert_eq!(twice[1..=10], clean);
    let (clean, more) = with_fault(Fault::Overlap);
    assert_eq!((&more[3..13], more.len()), (&clean[..], 16));
    let (clean, mut shuffled) = with_fault(Fault::Unsorted);
    assert_ne!(shuffled, clean);
    shuffled.sort_by_key(|row| row[0].as_i64());
    assert_eq!(shuffled, clean);
}

#[test]
fn longer_candles_are_their_minutes() {
    let hours =
        Listed::made_up(Venue::BinanceSpot, "BTC", START, 120, 5).with(host::domain::Timeframe::H1);
    let rows = |timeframe| hours.rows(host::domain::CandleKind::Candles, timeframe);
    let (minutes, hours) = (
        rows(host::domain::Timeframe::M1),
        rows(host::domain::Timeframe::H1),
    );
    assert_eq!(hours.len(), 2);
    let volume: f64 = minutes[60..].iter().map(|c| c.volume).sum();
    assert_eq!(hours[1].volume, volume);
    assert_eq!(hours[1].close, minutes[119].close);
}
