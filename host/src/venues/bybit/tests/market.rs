//! Public answers and files.

use super::{gzip, lines, price, qty, symbol};
use crate::domain::{CandleKind, Qty, Rate, Timeframe, Timestamp};
use crate::venues::bybit::wire::market::{
    AccountRatio, Contract, RecentTrade, RiskLimit, Ticker, candle,
};
use crate::venues::bybit::wire::{Listed, SideName, answer, decode};
use crate::venues::bybit::{Bybit, listing};
use crate::venues::rest::{
    FundingRow, Head, History, InterestRow, Page, Rest, Rows, Verdict, Window,
};
use crate::venues::stream::{BookKind, Stream};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

/// A window of BTCUSDT around a time.
fn window(history: History, time: i64) -> Window {
    let from = Timestamp(time - 12 * 3_600_000);
    let to = Timestamp(time + 12 * 3_600_000);
    let windows = Bybit.windows(&symbol("BTC/USDT:USDT"), history, from, to);
    windows.into_iter().next().expect("a window")
}

fn page(history: History, time: i64, body: &[u8]) -> Page {
    let window = window(history, time);
    Rest::read(&Bybit, history, &window, body).expect("reads")
}

/// An answer as the venue wraps it, from its inner part.
fn wrapped(result: &[u8]) -> Vec<u8> {
    let mut body = br#"{"retCode":0,"retMsg":"OK","result":"#.to_vec();
    body.extend_from_slice(result.trim_ascii());
    body.extend_from_slice(br#","time":1675900000000}"#);
    body
}

pub(super) fn trades_of_a_file(bytes: &[u8]) -> String {
    let day = Timeframe::D1.bucket_start(Timestamp(1_788_220_800_116));
    let files = Bybit.day_files(
        &symbol("BTC/USDT:USDT"),
        History::TakerFlow,
        day,
        day.plus_ms(1),
    );
    let mut packed = std::io::Cursor::new(gzip(bytes));
    let page = Bybit.read_file(History::TakerFlow, &files[0], &mut packed);
    let Rows::TakerFlow(rows) = page.expect("reads").rows else {
        panic!("another kind of rows");
    };
    assert_eq!(rows.len(), 1_440);
    assert_eq!(
        (rows[0].open_time, rows[0].taker_buy_volume, rows[0].volume),
        (day, 0.0, 0.001)
    );
    assert!(rows[1..].iter().all(|row| row.volume == 0.0));
    "a sale of 0.001 in the first minute of the day, with the column RPI".to_owned()
}

/// Candles written by somebody else from the venue's answers: contiguous, and candles.
pub(super) fn table(bytes: &[u8], timeframe: Timeframe, count: usize) -> String {
    let rows = lines(bytes);
    assert_eq!(rows[0], "timestamp,open,high,low,close,volume");
    let candles: Vec<_> = rows[1..]
        .iter()
        .map(|line| {
            let (time, numbers) = line.split_once(',').expect("columns");
            let time = at(&time.replace(' ', "T")).0.to_string();
            let mut row = vec![time.as_str()];
            row.extend(numbers.split(','));
            row.push("0");
            candle(&row).expect("a candle")
        })
        .collect();
    assert_eq!(candles.len(), count);
    assert!(
        candles
            .iter()
            .all(|c| c.validate().is_ok() && c.volume > 0.0)
    );
    for pair in candles.windows(2) {
        assert_eq!(timeframe.bucket_end(pair[0].open_time), pair[1].open_time);
    }
    format!("{count} candles of {timeframe} without a hole")
}

pub(super) fn account_ratio(bytes: &[u8]) -> String {
    let ratios: Listed<AccountRatio> = answer("account-ratio", bytes).expect("reads").result;
    let newest = &ratios.list[0];
    assert_eq!(
        (newest.buy_ratio.0, newest.sell_ratio.0),
        (Rate(49_000_000), Rate(51_000_000))
    );
    assert!(newest.timestamp > ratios.list[1].timestamp);
    assert_eq!(
        ratios.next_page_cursor,
        "lastid%3D0%26lasttime%3D1696258800"
    );
    "49 % long, newest first".to_owned()
}

pub(super) fn instruments_of_2025(bytes: &[u8]) -> String {
    let contracts: Listed<Contract> = answer("instruments-info", bytes).expect("reads").result;
    let contract = &contracts.list[0];
    assert_eq!(contract.launch_time.0, Some(Timestamp(1_585_526_400_000)));
    assert_eq!(
        (contract.funding_interval, contract.status.as_str()),
        (Some(480), "Trading")
    );
    assert_eq!(contract.upper_funding_rate.0, Some(Rate(375_000)));
    assert_eq!(contract.leverage_filter.max_leverage.0.to_string(), "100");
    let limits = br#"{"category":"linear","list":[
        {"symbol":"BTCUSDT","riskLimitValue":"2000000","maintenanceMargin":"0.005","maxLeverage":"100.00","mmDeduction":""},
        {"symbol":"BTCUSDT","riskLimitValue":"2600000","maintenanceMargin":"0.0056","maxLeverage":"90.00","mmDeduction":"1200"}]}"#;
    let bodies: [&[u8]; 2] = [bytes, &wrapped(limits)];
    let listing = Bybit
        .read_listing(&symbol("BTC/USDT:USDT"), &bodies)
        .expect("a listing");
    let rules = &listing.instrument;
    assert_eq!(
        (rules.tick, rules.step, rules.min_qty),
        (price("0.1"), qty("0.001"), qty("0.001"))
    );
    assert_eq!(
        (rules.max_qty, rules.min_notional),
        (Some(qty("500")), qty("5"))
    );
    assert_eq!(
        (rules.maker_fee, rules.taker_fee),
        (Rate(20_000), Rate(55_000))
    );
    assert_eq!(rules.tiers[1].maintenance_amount, qty("1200"));
    assert_eq!(
        (rules.venue_symbol.as_str(), rules.assumed),
        ("BTCUSDT", false)
    );
    assert_eq!(listing.listed_at, Some(at("2020-03-23")));
    unsound_tables_stand_aside(bytes);
    let eth = Bybit
        .read_listing(&symbol("ETH/USDT:USDT"), &bodies)
        .expect_err("another");
    assert!(eth.to_string().contains("lists no ETHUSDT"), "{eth}");
    "BTCUSDT: tick 0.1, step 0.001, at most 500, at least 5 USDT, settlements every 480 minutes"
        .to_owned()
}

/// Candles can be had whatever the maintenance table says; rows of one leverage contradict nothing.
fn unsound_tables_stand_aside(contracts: &[u8]) {
    let read = |second: &str| {
        let limits = format!(
            r#"{{"list":[{{"symbol":"BTCUSDT","riskLimitValue":"2000000","maintenanceMargin":"0.005","maxLeverage":"50"}},
            {{"symbol":"BTCUSDT",{second}}}]}}"#
        );
        let limits = wrapped(limits.as_bytes());
        let listing = Bybit.read_listing(&symbol("BTC/USDT:USDT"), &[contracts, &limits]);
        listing.expect("a listing")
    };
    let equal =
        read(r#""riskLimitValue":"2600000","maintenanceMargin":"0.0056","maxLeverage":"50""#);
    assert_eq!(
        (equal.assumed, equal.instrument.tiers.len()),
        (vec!["fees"], 2)
    );
    for unsound in [
        r#""riskLimitValue":"2600000","maintenanceMargin":"0.005","maxLeverage":"40""#,
        r#""riskLimitValue":"2600000","maintenanceMargin":"0.0056","maxLeverage":"40","mmDeduction":"2000000""#,
        r#""riskLimitValue":"2600000","maintenanceMargin":"0.0056","maxLeverage":"40","mmDeduction":"-1""#,
    ] {
        let listing = read(unsound);
        assert_eq!(listing.assumed, ["fees", "tiers"], "{unsound}");
        assert_eq!(listing.instrument.tiers.len(), 35, "{unsound}");
    }
}

pub(super) fn instruments_of_2023(bytes: &[u8]) -> String {
    let contracts: Listed<Contract> = decode("instruments-info", bytes).expect("reads");
    assert_eq!(contracts.list.len(), 107);
    let mut perpetuals = 0;
    for contract in &contracts.list {
        let quote = &contract.settle_coin;
        let unified = symbol(&format!("{}/{quote}:{quote}", contract.base_coin));
        assert_eq!(
            Bybit.resolve(&unified),
            Ok((contract.symbol.clone(), unified.clone()))
        );
        let found = listing::find(&unified, &contracts.list).expect("listed");
        assert_eq!(found, contract);
        perpetuals += 1;
    }
    let named = |name: &str| {
        contracts
            .list
            .iter()
            .find(|c| c.symbol == name)
            .expect(name)
    };
    assert_eq!(
        (
            named("BTCPERP").quote_coin.as_str(),
            named("BTCPERP").settle_coin.as_str()
        ),
        ("USD", "USDC")
    );
    assert_eq!(named("10000NFTUSDT").base_coin, "10000NFT");
    assert_eq!(
        named("10000NFTUSDT").price_filter.tick_size.0,
        price("0.000005")
    );
    assert_eq!(named("BTCUSDT").lot_size_filter.min_notional_value.0, None);
    format!("{perpetuals} contracts, every name follows from its coins")
}

pub(super) fn risk_limit(bytes: &[u8]) -> String {
    let limits: Listed<RiskLimit> = decode("risk-limit", bytes).expect("reads");
    let contract = br#"{"symbol":"BTCUSDT","contractType":"LinearPerpetual","status":"Trading","baseCoin":"BTC",
        "quoteCoin":"USDT","settleCoin":"USDT","leverageFilter":{"minLeverage":"1","maxLeverage":"100.00"},
        "priceFilter":{"tickSize":"0.10"},"lotSizeFilter":{"qtyStep":"0.001","minOrderQty":"0.001"}}"#;
    let contract: Contract = decode("contract", contract).expect("reads");
    let tiers = listing::tiers_of(&contract, &limits.list).expect("a table");
    assert_eq!(tiers.len(), 35);
    assert_eq!(
        (tiers[0].floor, tiers[0].cap, tiers[0].maintenance_amount),
        (Qty::ZERO, qty("2000000"), Qty::ZERO)
    );
    // 2,000,000 x (0.0056 - 0.005), then 2,600,000 x (0.0063 - 0.0056) on top of it.
    assert_eq!(
        (tiers[1].maintenance_amount, tiers[2].maintenance_amount),
        (qty("1200"), qty("3020"))
    );
    assert_eq!(tiers[34].max_leverage.to_string(), "1");
    "35 rows, deductions computed".to_owned()
}

#[derive(serde::Deserialize)]
struct ErrorCase {
    when: String,
    http: u16,
    body: Option<serde_json::Value>,
    body_text: Option<String>,
}

pub(super) fn errors(bytes: &[u8]) -> String {
    let cases: Vec<ErrorCase> = decode("errors", bytes).expect("reads");
    let request = &Bybit.listing(&symbol("BTC/USDT:USDT"))[0];
    let mut told = Vec::new();
    for case in &cases {
        let body = match (&case.body, &case.body_text) {
            (Some(body), _) => body.to_string(),
            (None, text) => text.clone().unwrap_or_default(),
        };
        let head = Head {
            status: case.http,
            retry_after_s: None,
            reset_at_ms: None,
            body: body.as_bytes(),
        };
        let verdict = Bybit.judge(request, head);
        let is_right = match case.when.split(':').next().unwrap_or_default() {
            "HTTP 403 before any JSON" => matches!(
                verdict,
                Verdict::Wait {
                    wait_ms: Some(600_000),
                    ..
                }
            ),
            "per-UID rate limit" => matches!(
                verdict,
                Verdict::Wait {
                    wait_ms: Some(1_000),
                    ..
                }
            ),
            "system error" => matches!(verdict, Verdict::Retry(_)),
            "insufficient balance" => matches!(verdict, Verdict::Refused(_)),
            other => panic!("nothing knows `{other}`"),
        };
        assert!(is_right, "{}: {verdict:?}", case.when);
        told.push(format!("{} -> {verdict:?}", case.when));
    }
    assert_eq!(told.len(), 4);
    told.join("; ")
}

pub(super) fn funding(bytes: &[u8]) -> String {
    let page = page(History::Funding, 1_786_809_600_000, bytes);
    let Rows::Funding(rows) = &page.rows else {
        panic!("{page:?}")
    };
    let times: Vec<i64> = rows.iter().map(|row| row.time.0).collect();
    assert_eq!(times, [1_786_809_600_000, 1_786_780_800_000]);
    let FundingRow { rate, price, .. } = rows[0];
    assert!(rate == 0.000_044_03 && price.is_nan() && !page.is_full);
    "two settlements, 8 hours apart, newest first".to_owned()
}

pub(super) fn klines(bytes: &[u8]) -> String {
    let history = History::Candles(CandleKind::Candles, Timeframe::H1);
    let page = page(history, 1_786_820_400_000, bytes);
    let Rows::Candles(rows) = &page.rows else {
        panic!("{page:?}")
    };
    assert_eq!(
        rows.iter().map(|c| c.open_time.0).collect::<Vec<_>>(),
        [1_786_820_400_000, 1_786_816_800_000]
    );
    assert_eq!(
        (rows[1].open, rows[1].high, rows[1].low, rows[1].close),
        (
            price("63044.4"),
            price("63089.6"),
            price("63000.1"),
            price("63027.8")
        )
    );
    assert_eq!(
        (rows[1].volume, rows[1].quote_volume),
        (385.721, 24_314_058.651_7)
    );
    assert!(rows[1].taker_buy_volume.is_nan() && rows[1].trades.is_nan());
    let now = Bybit.read_clock(bytes).expect("the time of the answer");
    assert_eq!(now, Timestamp(1_786_820_637_599));
    assert!(
        Timeframe::H1.bucket_end(rows[0].open_time) > now,
        "the first one is running"
    );
    "two candles, newest first, the first one running by the venue's clock".to_owned()
}

pub(super) fn mark_klines(bytes: &[u8]) -> String {
    let history = History::Candles(CandleKind::Mark, Timeframe::H1);
    let page = page(history, 1_784_905_200_000, bytes);
    let Rows::Candles(rows) = &page.rows else {
        panic!("{page:?}")
    };
    assert_eq!((rows[0].low, rows[0].volume), (price("63821.02"), 0.0));
    assert!(rows[0].quote_volume.is_nan());
    "two mark candles without volume".to_owned()
}

pub(super) fn open_interest(bytes: &[u8]) -> String {
    let history = History::OpenInterest(Timeframe::H1);
    let page = page(history, 1_786_820_400_000, bytes);
    let Rows::OpenInterest(rows) = &page.rows else {
        panic!("{page:?}")
    };
    let InterestRow { time, base, quote } = rows[0];
    assert_eq!(
        (time, base, rows.len()),
        (Timestamp(1_786_820_400_000), 64_992.054, 2)
    );
    assert!(quote.is_nan() && !page.is_full);
    "two samples, newest first, base units".to_owned()
}

pub(super) fn order_book(bytes: &[u8]) -> String {
    let book = Bybit.read_book("BTCUSDT", bytes).expect("a book");
    assert_eq!(
        (book.kind, book.ids, book.time),
        (
            BookKind::Snapshot,
            (342_690, 342_690),
            Timestamp(1_706_803_948_569)
        )
    );
    assert_eq!(
        (book.bids[0], book.asks[1]),
        (
            (price("42544.7"), qty("172.404")),
            (price("42548.2"), qty("75.008"))
        )
    );
    assert!(Bybit.read_book("ETHUSDT", bytes).is_err());
    "two levels a side".to_owned()
}

pub(super) fn recent_trade(bytes: &[u8]) -> String {
    let trades: Listed<RecentTrade> = answer("recent-trade", bytes).expect("reads").result;
    let trade = &trades.list[0];
    assert_eq!(
        (trade.side, trade.size.0, trade.price.0),
        (SideName::Buy, qty("0.972"), price("51444.4"))
    );
    assert_eq!(
        (trade.time.0, trade.is_block_trade),
        (Timestamp(1_707_905_515_968), false)
    );
    format!("the taker of {} bought", trade.exec_id)
}

pub(super) fn ticker(bytes: &[u8]) -> String {
    let tickers: Listed<Ticker> = answer("tickers", bytes).expect("reads").result;
    let ticker = &tickers.list[0];
    assert_eq!(
        [ticker.mark_price, ticker.index_price].map(|p| p.0.map(|p| p.0)),
        [Some(price("68649.9")), Some(price("68650.75"))]
    );
    assert_eq!(
        (ticker.last_price.0, ticker.bid_price.0),
        (Some(price("68641.3")), Some(price("68641.2")))
    );
    assert_eq!(
        (ticker.funding_rate.0, ticker.open_interest.0),
        (Some(0.0001), Some(69_655.813))
    );
    assert_eq!(
        ticker.next_funding_time.0,
        Some(Timestamp(1_730_736_000_000))
    );
    "mark 68649.9, next settlement estimated at 0.0001".to_owned()
}
