//! Which request holds what.

use super::*;
use crate::domain::CandleKind;
use crate::venues::bybit::question::HOUR_MS;

fn btc() -> Symbol {
    Symbol::parse("BTC/USDT:USDT", None).expect("a symbol")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

const MINUTES: History = History::Candles(CandleKind::Candles, Timeframe::M1);

/// Every kind of rows there are requests for.
fn histories() -> Vec<History> {
    let kinds = CandleKind::ALL.into_iter();
    let candles = kinds.flat_map(|k| INTERVALS.map(|(t, _)| History::Candles(k, t)));
    let interest = SAMPLES.map(|(t, _)| History::OpenInterest(t));
    candles.chain(interest).chain([History::Funding]).collect()
}

#[test]
fn a_window_holds_exactly_a_thousand_minutes() {
    let windows = Bybit.windows(&btc(), MINUTES, at("2024-02-01"), at("2024-03-01"));
    assert_eq!(windows.len(), 42, "29 days have 41,760 minutes");
    assert_eq!(
        windows[1].request.path,
        "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&start=1706805600000&end=1706865540000&limit=1000"
    );
    assert_eq!(windows[1].to.0 - windows[1].from.0, 60_000_000);
    let mark = History::Candles(CandleKind::Mark, Timeframe::H1);
    let mark = Bybit.windows(&btc(), mark, at("2024-02-01"), at("2024-03-01"));
    assert_eq!(mark.len(), 1);
    assert!(
        mark[0]
            .request
            .path
            .starts_with("/v5/market/mark-price-kline?")
    );
}

#[test]
fn windows_cover_a_month_and_depend_on_it_alone() {
    let (month, end) = (at("2024-03-01"), at("2024-04-01"));
    for history in histories() {
        let all = Bybit.windows(&btc(), history, month, end);
        assert_eq!(
            (all[0].from, all[all.len() - 1].to),
            (month, end),
            "{history:?}"
        );
        for pair in all.windows(2) {
            assert_eq!(pair[0].to, pair[1].from);
        }
        let late = Bybit.windows(&btc(), history, all[0].to.plus_ms(-HOUR_MS), end);
        assert_eq!(late[1..], all[1..], "{history:?}");
        assert!(Bybit.windows(&btc(), history, end, end).is_empty());
    }
}

#[test]
fn settlements_and_samples_stay_below_a_full_answer() {
    let funding = Bybit.windows(&btc(), History::Funding, at("2024-03-01"), at("2024-04-01"));
    assert_eq!(funding.len(), 4);
    assert!(
        funding[0]
            .request
            .path
            .ends_with("&startTime=1709251200000&endTime=1709942399999&limit=200")
    );
    let samples = History::OpenInterest(Timeframe::M5);
    let samples = Bybit.windows(&btc(), samples, at("2024-03-01"), at("2024-04-01"));
    assert_eq!(samples.len(), 45);
    assert!(samples[0].request.path.contains("open-interest?category=linear&symbol=BTCUSDT&intervalTime=5min&startTime=1709251200000&endTime=1709310900000"));
}

#[test]
fn a_full_answer_is_one_whose_window_may_hold_more() {
    let body = |rows: usize| {
        let row =
            r#"{"symbol":"BTCUSDT","fundingRate":"0.0001","fundingRateTimestamp":"1709251200000"}"#;
        let list = vec![row; rows].join(",");
        format!(r#"{{"retCode":0,"result":{{"list":[{list}]}}}}"#)
    };
    let windows = Bybit.windows(&btc(), History::Funding, at("2024-03-01"), at("2024-04-01"));
    let full = |rows| {
        let page = Bybit.read(History::Funding, &windows[0], body(rows).as_bytes());
        page.expect("reads").is_full
    };
    assert_eq!((full(199), full(200)), (false, true));
}

#[test]
fn an_answer_about_another_symbol_is_refused() {
    let window = &Bybit.windows(&btc(), MINUTES, at("2024-02-01"), at("2024-02-02"))[0];
    let body = |name: &str| {
        format!(r#"{{"retCode":0,"result":{{"symbol":"{name}","category":"linear","list":[]}}}}"#)
    };
    let read = |name: &str| Bybit.read(MINUTES, window, body(name).as_bytes());
    assert!(read("BTCUSDT").is_ok() && read("").is_ok());
    let error = read("BTCUSDC").expect_err("another").to_string();
    assert_eq!(
        error,
        "bybit was asked for candles of BTCUSDT and answers with BTCUSDC"
    );
    let refused = Bybit.read(
        MINUTES,
        window,
        br#"{"retCode":10001,"retMsg":"params error","result":{}}"#,
    );
    assert!(
        refused
            .expect_err("refused")
            .0
            .contains("code 10001, params error")
    );
}

#[test]
fn what_the_venue_does_not_have_is_said() {
    let offer = |symbol: &str, history| {
        let symbol = Symbol::parse(symbol, None).expect(symbol);
        Bybit.offer(&symbol, history)
    };
    let candles = |t| History::Candles(CandleKind::Candles, t);
    for (symbol, history, told) in [
        ("BTC/USDT", MINUTES, "write BTC/USDT:USDT"),
        ("BTC/EUR:EUR", MINUTES, "settle in USDT or USDC"),
        (
            "BTC/USDT:USDT",
            candles(Timeframe::H8),
            "no 8h candles: take one of 1m, 3m",
        ),
        (
            "BTC/USDT:USDT",
            History::OpenInterest(Timeframe::M1),
            "every 1m: take one of 5m, 15m",
        ),
    ] {
        let error = offer(symbol, history).expect_err(told).to_string();
        assert!(error.contains(told), "{error}");
    }
    for history in histories() {
        assert!(offer("BTC/USDC:USDC", history).expect("has it").has_api);
    }
    let flow = offer("BTC/USDT:USDT", History::TakerFlow).expect("has files");
    assert_eq!(
        (flow.has_api, flow.archive_from),
        (false, Some(at("2020-03-25")))
    );
    assert!(
        Bybit
            .windows(
                &btc(),
                History::TakerFlow,
                at("2024-03-01"),
                at("2024-04-01")
            )
            .is_empty()
    );
    assert_eq!(
        Bybit
            .month_files(&btc(), History::TakerFlow, at("2024-02-01"))
            .len(),
        29
    );
    assert!(
        Bybit
            .month_files(&btc(), MINUTES, at("2024-02-01"))
            .is_empty()
    );
}

#[test]
fn names_of_other_scripts_are_encoded() {
    let symbol = Symbol::parse("币/USDT:USDT", None).expect("a symbol");
    let windows = Bybit.windows(&symbol, MINUTES, at("2024-02-01"), at("2024-02-02"));
    assert!(windows[0].request.path.contains("&symbol=%E5%B8%81USDT&"));
    let body = r#"{"retCode":0,"result":{"symbol":"币USDT","list":[]}}"#;
    assert!(Bybit.read(MINUTES, &windows[0], body.as_bytes()).is_ok());
}

#[test]
fn what_the_venue_leaves_empty_is_a_gap_not_an_end() {
    let (from, to) = (at("2024-03-01"), at("2024-03-02"));
    let samples = History::OpenInterest(Timeframe::H1);
    let times = |history, list: &str| -> Vec<i64> {
        let body = format!(r#"{{"retCode":0,"result":{{"symbol":"BTCUSDT","list":[{list}]}}}}"#);
        let windows = Bybit.windows(&btc(), history, from, to);
        let page = Bybit.read(history, &windows[0], body.as_bytes());
        match page.expect("reads").rows {
            Rows::Funding(rows) => rows.iter().map(|r| r.time.0).collect(),
            Rows::OpenInterest(rows) => rows.iter().map(|r| r.time.0).collect(),
            other => panic!("{other:?}"),
        }
    };
    let list = r#"{"openInterest":"5","timestamp":"1709254800000"},{"openInterest":"","timestamp":"1709251200000"}"#;
    assert_eq!(times(samples, list), [1_709_254_800_000]);
    let list = r#"{"symbol":"BTCUSDT","fundingRate":"","fundingRateTimestamp":"1709280000000"},
        {"symbol":"BTCUSDT","fundingRate":"0.0001","fundingRateTimestamp":"1709251200000"}"#;
    assert_eq!(times(History::Funding, list), [1_709_251_200_000]);
}

#[test]
fn prices_the_venue_computes_are_rounded_and_traded_ones_are_not() {
    let body = |volume: &str| {
        let prices = r#""0.000012345678","0.000012345678","0.000012345678","0.000012345678""#;
        format!(
            r#"{{"retCode":0,"result":{{"symbol":"BTCUSDT","list":[["1709251200000",{prices}{volume}]]}}}}"#
        )
    };
    let read = |kind, body: &str| {
        let history = History::Candles(kind, Timeframe::M1);
        let windows = Bybit.windows(&btc(), history, at("2024-03-01"), at("2024-03-02"));
        Bybit.read(history, &windows[0], body.as_bytes())
    };
    let page = read(CandleKind::Index, &body("")).expect("reads");
    let Rows::Candles(candles) = page.rows else {
        panic!("candles")
    };
    assert_eq!(candles[0].close.to_string(), "0.00001235");
    let error = read(CandleKind::Candles, &body(r#","1","1""#)).expect_err("exact");
    assert!(error.0.contains("more than 8 decimals"), "{error}");
}
