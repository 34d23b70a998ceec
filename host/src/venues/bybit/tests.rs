//! Recorded payloads, each with the fields its README calls important.

use std::io::Write;
use std::path::Path;

use super::wire::account::{
    ClosedPnl, Execution, FeeRate, Order, OrderReceived, Position, PrivateFrame, Wallet,
};
use super::wire::market::{AccountRatio, Contract, RecentTrade, RiskLimit, Ticker, candle};
use super::wire::{Listed, SideName, answer, decode};
use super::{Bybit, listing};
use crate::data::testing::shared_or_skip;
use crate::domain::{CandleKind, Direction, Price, Qty, Rate, Side, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{
    FundingRow, Head, History, InterestRow, Page, Rest, Rows, Verdict, Window,
};
use crate::venues::stream::{BookKind, Follows, Stream, StreamEvent};

fn symbol(text: &str) -> Symbol {
    Symbol::parse(text, None).expect(text)
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

fn price(text: &str) -> Price {
    text.parse().expect(text)
}

fn qty(text: &str) -> Qty {
    text.parse().expect(text)
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

/// Packed as the files of trades are.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn lines(text: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(text).expect("text");
    text.lines().filter(|line| !line.is_empty()).collect()
}

fn events(text: &[u8]) -> Vec<StreamEvent> {
    let read = |line: &&str| Bybit.read_frame(line);
    lines(text).iter().flat_map(read).collect()
}

impl Bybit {
    /// What a recorded frame says; recorded frames can be read.
    fn read_frame(self, frame: &str) -> Vec<StreamEvent> {
        Stream::read(&self, frame).expect("a frame")
    }
}

/// File, and what reading it says; asserts inside.
type Case = (&'static str, fn(&[u8]) -> String);

const CASES: &[Case] = &[
    (
        "archive_orderbook.XRPUSDT_ob500.2024-12-01.head50.jsonl",
        books_of_a_file,
    ),
    ("archive_trading.sample.csv", trades_of_a_file),
    ("candles_table.DOGEUSDT.1m.2025-06-10_3d.csv", |b| {
        table(b, Timeframe::M1, 4_320)
    }),
    ("candles_table.DOGEUSDT.5m.2025-06-10_3d.csv", |b| {
        table(b, Timeframe::M5, 864)
    }),
    ("candles_table.DOGEUSDT.15m.2025-06-10_3d.csv", |b| {
        table(b, Timeframe::M15, 288)
    }),
    ("candles_table.DOGEUSDT.30m.2025-06-10_3d.csv", |b| {
        table(b, Timeframe::M30, 144)
    }),
    ("candles_table.DOGEUSDT.60m.2025-06-10_3d.csv", |b| {
        table(b, Timeframe::H1, 72)
    }),
    ("candles_table.DOGEUSDT.240m.2025-06-10_3d.csv", |b| {
        table(b, Timeframe::H4, 18)
    }),
    ("doc_account_ratio.json", account_ratio),
    ("doc_fee_rate.json", fee_rate),
    ("doc_instruments_info.linear.json", instruments_of_2025),
    ("doc_order_create.json", order_create),
    ("doc_order_realtime.json", order_realtime),
    ("doc_ws_kline.json", frame_of_a_candle),
    ("doc_ws_private_execution.json", private_execution),
    ("doc_ws_private_order.json", private_order),
    ("doc_ws_private_position.json", private_position),
    ("doc_ws_private_wallet.json", private_wallet),
    ("errors.json", errors),
    ("rest_closed_pnl.BTCUSDT.json", closed_pnl),
    ("rest_execution_list.trade.LTCUSDT.json", executions),
    ("rest_funding_history.BTCUSDT.2026-08-15.json", funding),
    ("rest_kline.BTCUSDT.60.2026-08-15.json", klines),
    (
        "rest_mark_price_kline.BTCUSDT.60.2026-07-24.json",
        mark_klines,
    ),
    (
        "rest_open_interest.BTCUSDT.1h.2026-08-15.json",
        open_interest,
    ),
    ("rest_order_history.market_filled.json", order_history),
    ("rest_orderbook.BTCUSDT.2024-02-01.json", order_book),
    ("rest_recent_trade.BTCUSDT.2024-02-14.json", recent_trade),
    ("rest_tickers.BTCUSDT.2024-11-04.json", ticker),
    (
        "result_instruments_info.linear.2023-02.part1.json",
        instruments_of_2023,
    ),
    ("result_position_list.flat.json", flat_position),
    ("result_risk_limit.BTCUSDT.json", risk_limit),
    ("result_wallet_balance.json", wallet),
    ("signing_vectors.json", signing_vectors),
    ("ws_control.2026-08-18.jsonl", control),
    ("ws_frames.2023-04.jsonl", frames_of_2023),
    ("ws_live.2026-09-26.jsonl", frames_of_2026),
    ("ws_live.allLiquidation.2026-09-18.jsonl", liquidation),
];

#[test]
#[expect(clippy::print_stdout, reason = "names each payload and what was read")]
fn every_fixture_is_read() {
    let Some(folder) = shared_or_skip("fixtures/exchanges/bybit") else {
        return;
    };
    for (file, check) in CASES {
        let bytes = std::fs::read(folder.join(file)).expect(file);
        println!("{file}: {}", check(&bytes));
    }
    let known = |name: &str| CASES.iter().any(|(file, _)| *file == name);
    let unread: Vec<String> = names(&folder)
        .into_iter()
        .filter(|name| name != "README.md" && !known(name))
        .collect();
    assert!(unread.is_empty(), "nothing reads {unread:?}");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |e: std::io::Result<std::fs::DirEntry>| e.expect("readable").file_name();
    entries
        .map(|e| name(e).to_string_lossy().into_owned())
        .collect()
}

/// One snapshot with all levels, then changes whose numbers count up by one.
fn books_of_a_file(bytes: &[u8]) -> String {
    let frames = events(bytes);
    let books: Vec<_> = frames
        .iter()
        .map(|event| match event {
            StreamEvent::Book(book) => book,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(books.len(), 50);
    assert_eq!(
        (books[0].kind, books[0].bids.len(), books[0].asks.len()),
        (BookKind::Snapshot, 500, 500)
    );
    assert_eq!(books[0].bids[0], (price("1.9531"), qty("6203")));
    assert_eq!(
        (books[0].symbol.as_str(), books[0].ids),
        ("XRPUSDT", (20_254_869, 20_254_869))
    );
    assert_eq!(
        (books[0].time, books[1].time),
        (Timestamp(1_733_011_200_589), Timestamp(1_733_011_200_691))
    );
    for pair in books.windows(2) {
        assert_eq!(pair[1].kind, BookKind::Delta);
        assert_eq!(Bybit.follows(pair[0], pair[1]), Follows::Yes);
        assert_eq!(Bybit.follows(pair[1], pair[0]), pair_back(pair[0].kind));
    }
    assert_eq!(Bybit.follows(books[1], books[3]), Follows::Gap);
    assert_eq!(Bybit.follows(books[9], books[0]), Follows::Yes);
    "a book of 500 levels a side and 49 updates without a hole".to_owned()
}

fn pair_back(kind: BookKind) -> Follows {
    match kind {
        BookKind::Snapshot => Follows::Yes,
        BookKind::Delta => Follows::Old,
    }
}

fn trades_of_a_file(bytes: &[u8]) -> String {
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
fn table(bytes: &[u8], timeframe: Timeframe, count: usize) -> String {
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

fn account_ratio(bytes: &[u8]) -> String {
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

fn fee_rate(bytes: &[u8]) -> String {
    let fees: Listed<FeeRate> = answer("fee-rate", bytes).expect("reads").result;
    let fee = &fees.list[0];
    assert_eq!(
        (fee.taker_fee_rate.0, fee.maker_fee_rate.0),
        (Rate(60_000), Rate(10_000))
    );
    format!("{} taker 0.0006, maker 0.0001", fee.symbol)
}

fn instruments_of_2025(bytes: &[u8]) -> String {
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
    let eth = Bybit
        .read_listing(&symbol("ETH/USDT:USDT"), &bodies)
        .expect_err("another");
    assert!(eth.0.contains("lists no ETHUSDT"), "{eth}");
    "BTCUSDT: tick 0.1, step 0.001, at most 500, at least 5 USDT, settlements every 480 minutes"
        .to_owned()
}

fn instruments_of_2023(bytes: &[u8]) -> String {
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

fn risk_limit(bytes: &[u8]) -> String {
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

fn order_create(bytes: &[u8]) -> String {
    let order: OrderReceived = answer("order create", bytes).expect("reads").result;
    assert_eq!(order.order_id, "1321003749386327552");
    format!("{} was received", order.order_link_id)
}

fn order_realtime(bytes: &[u8]) -> String {
    let orders: Listed<Order> = answer("order realtime", bytes).expect("reads").result;
    let order = &orders.list[0];
    assert_eq!(
        (order.order_status.as_str(), order.side),
        ("New", SideName::Buy)
    );
    assert_eq!(
        (order.price.0, order.qty.0, order.leaves_qty.0),
        (Some(price("1600")), qty("0.1"), Some(qty("0.1")))
    );
    assert_eq!((order.position_idx, order.reduce_only), (1, false));
    assert!(orders.next_page_cursor.starts_with("page_args%3D"));
    format!("{} is open", order.order_link_id)
}

fn order_history(bytes: &[u8]) -> String {
    let orders: Listed<Order> = answer("order history", bytes).expect("reads").result;
    let order = &orders.list[0];
    assert_eq!(
        (order.order_type.as_str(), order.time_in_force.as_str()),
        ("Market", "IOC")
    );
    assert_eq!(
        (order.price.0, order.avg_price.0),
        (Some(price("123615.9")), Some(123_498.0))
    );
    assert_eq!(order.cum_fee_detail["USDT"].0.to_string(), "0.0679239");
    assert_eq!(
        order.cum_exec_fee.0.map(|fee| fee.to_string()).as_deref(),
        Some("0.0679239")
    );
    assert_eq!(
        (order.cum_exec_qty.0, order.trigger_price.0),
        (Some(qty("0.001")), None)
    );
    "a market order with a protective price, filled for 0.055 %".to_owned()
}

fn executions(bytes: &[u8]) -> String {
    let executions: Listed<Execution> = answer("execution list", bytes).expect("reads").result;
    let execution = &executions.list[0];
    assert_eq!(
        (execution.exec_type.as_str(), execution.is_maker),
        ("Trade", false)
    );
    assert_eq!(
        (execution.fee_rate.0, execution.exec_fee.0.to_string()),
        (Rate(55_000), "0.00468105".to_owned())
    );
    assert_eq!(
        (execution.exec_price.0, execution.exec_qty.0),
        (price("85.11"), qty("0.1"))
    );
    assert_eq!(
        (execution.seq, execution.exec_time.0),
        (15_961_900_053, Timestamp(1_710_762_918_390))
    );
    "a taker paid 0.00055".to_owned()
}

fn closed_pnl(bytes: &[u8]) -> String {
    let closed: Listed<ClosedPnl> = answer("closed pnl", bytes).expect("reads").result;
    let closed = &closed.list[0];
    assert_eq!(
        (closed.side, closed.closed_size.0),
        (SideName::Sell, qty("0.001"))
    );
    assert_eq!(
        (closed.avg_entry_price.0, closed.avg_exit_price.0),
        (55_937.5, 55_563.0)
    );
    assert_eq!(closed.closed_pnl.0.to_string(), "-0.43582528");
    "a long closed at a loss of 0.43582528, fees included".to_owned()
}

fn private_execution(bytes: &[u8]) -> String {
    let frame: PrivateFrame<Execution> = decode("frame", bytes).expect("reads");
    let execution = &frame.data[0];
    assert_eq!(
        (frame.topic.as_str(), execution.closed_size.0),
        ("execution", Some(qty("0.5")))
    );
    assert_eq!(
        (execution.seq, execution.exec_fee.0.to_string()),
        (140_612_148_849_382, "26.3725275".to_owned())
    );
    assert_eq!(execution.side.side(), Some(Side::Sell));
    format!("execution {} of a taker", execution.exec_id)
}

fn private_order(bytes: &[u8]) -> String {
    let frame: PrivateFrame<Order> = decode("frame", bytes).expect("reads");
    let order = &frame.data[0];
    assert_eq!(
        (order.order_status.as_str(), order.reject_reason.as_str()),
        ("Filled", "EC_NoError")
    );
    assert_eq!(
        (order.leaves_qty.0, order.cum_exec_qty.0),
        (None, Some(qty("1")))
    );
    assert_eq!(order.cum_fee_detail["MNT"].0.to_string(), "0.00242968");
    format!("order of {}, filled", order.symbol)
}

fn private_position(bytes: &[u8]) -> String {
    let frame: PrivateFrame<Position> = decode("frame", bytes).expect("reads");
    let position = &frame.data[0];
    assert_eq!(
        (position.side, position.size.0),
        (SideName::None, Qty::ZERO)
    );
    assert_eq!(
        (position.avg_price.0, position.position_idx),
        (Some(0.0), 2)
    );
    assert_eq!(
        (position.seq, position.mark_price.0),
        (8_327_597_863, Some(price("28184.5")))
    );
    "a flat position".to_owned()
}

fn flat_position(bytes: &[u8]) -> String {
    let positions: Listed<Position> = decode("positions", bytes).expect("reads");
    let position = &positions.list[0];
    assert_eq!((position.side.side(), position.size.0), (None, Qty::ZERO));
    assert_eq!(
        (position.liq_price.0, position.unrealised_pnl.0),
        (None, None)
    );
    assert_eq!(position.cum_realised_pnl.0, Some(-1_618.716_551_22));
    assert_eq!(positions.next_page_cursor, "BTCUSDT%2C1691735404177%2C0");
    "a flat position: no side, no liquidation price".to_owned()
}

fn private_wallet(bytes: &[u8]) -> String {
    let frame: PrivateFrame<Wallet> = decode("frame", bytes).expect("reads");
    let wallet = &frame.data[0];
    assert_eq!(wallet.total_available_balance.0, Some(9_556.605_655_5));
    assert_eq!(
        (wallet.coin[0].coin.as_str(), wallet.coin[0].equity.0),
        ("BTC", Some(0.001_029_64))
    );
    format!(
        "{} account with {} currencies",
        wallet.account_type,
        wallet.coin.len()
    )
}

fn wallet(bytes: &[u8]) -> String {
    let wallets: Listed<Wallet> = decode("wallet balance", bytes).expect("reads");
    let wallet = &wallets.list[0];
    assert_eq!(wallet.total_available_balance.0, Some(78_429.799_248_61));
    let usdt = wallet.coin.iter().find(|c| c.coin == "USDT").expect("USDT");
    assert_eq!(
        (usdt.wallet_balance.0, usdt.locked.0),
        (Some(1_439.615_372_67), Some(100.0))
    );
    assert_eq!(usdt.available_to_withdraw.0, Some(1_339.615_372_67));
    "USDT: 1439.61537267, 100 locked".to_owned()
}

#[derive(serde::Deserialize)]
struct ErrorCase {
    when: String,
    http: u16,
    body: Option<serde_json::Value>,
    body_text: Option<String>,
}

fn errors(bytes: &[u8]) -> String {
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
            "per-UID rate limit" => matches!(verdict, Verdict::Wait { wait_ms: None, .. }),
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

fn funding(bytes: &[u8]) -> String {
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

fn klines(bytes: &[u8]) -> String {
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

fn mark_klines(bytes: &[u8]) -> String {
    let history = History::Candles(CandleKind::Mark, Timeframe::H1);
    let page = page(history, 1_784_905_200_000, bytes);
    let Rows::Candles(rows) = &page.rows else {
        panic!("{page:?}")
    };
    assert_eq!((rows[0].low, rows[0].volume), (price("63821.02"), 0.0));
    assert!(rows[0].quote_volume.is_nan());
    "two mark candles without volume".to_owned()
}

fn open_interest(bytes: &[u8]) -> String {
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

fn order_book(bytes: &[u8]) -> String {
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

fn recent_trade(bytes: &[u8]) -> String {
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

fn ticker(bytes: &[u8]) -> String {
    let tickers: Listed<Ticker> = answer("tickers", bytes).expect("reads").result;
    let ticker = &tickers.list[0];
    assert_eq!(
        (ticker.mark_price.0, ticker.index_price.0),
        (Some(price("68649.9")), Some(price("68650.75")))
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

#[derive(serde::Deserialize)]
struct SigningVector {
    id: String,
    string_to_sign: String,
    signature: String,
}

/// Signing comes with orders; the vectors are well formed.
fn signing_vectors(bytes: &[u8]) -> String {
    let vectors: Vec<SigningVector> = decode("vectors", bytes).expect("reads");
    let ids: Vec<&str> = vectors.iter().map(|v| v.id.as_str()).collect();
    assert_eq!(ids, ["rest-get", "rest-post", "ws-auth"]);
    for vector in &vectors {
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        assert!(vector.signature.len() == 64 && vector.signature.chars().all(is_hex));
    }
    assert!(vectors[2].string_to_sign.starts_with("GET/realtime"));
    "three signatures, lower-case hex".to_owned()
}

fn frame_of_a_candle(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).expect("text");
    let closed = |text: &str| match Bybit.read_frame(text).remove(0) {
        StreamEvent::Candle {
            symbol,
            timeframe,
            candle,
            is_closed,
        } => {
            assert_eq!((symbol.as_str(), timeframe), ("BTCUSDT", Timeframe::M5));
            assert_eq!(
                (candle.open_time, candle.close),
                (Timestamp(1_672_324_800_000), price("16677"))
            );
            assert_eq!((candle.volume, candle.quote_volume), (2.081, 34_666.400_5));
            is_closed
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(closed(text), Some(false));
    assert_eq!(
        closed(&text.replace("\"confirm\":false", "\"confirm\":true")),
        Some(true)
    );
    "a running candle of five minutes, and the same one closed".to_owned()
}

fn control(bytes: &[u8]) -> String {
    assert_eq!(events(bytes), [StreamEvent::Control, StreamEvent::Control]);
    "a subscription and a ping are answered".to_owned()
}

fn frames_of_2023(bytes: &[u8]) -> String {
    let events = events(bytes);
    let StreamEvent::Trade(trade) = &events[0] else {
        panic!("{:?}", events[0])
    };
    assert_eq!(
        (trade.taker, trade.qty, trade.price, trade.is_market),
        (Side::Buy, qty("0.4"), price("94.53"), true)
    );
    assert_eq!(trade.id, "4c7b6bdc-b4a3-5716-9c7b-bbe01dc7072f");
    let books: Vec<_> = events[1..5]
        .iter()
        .map(|event| match event {
            StreamEvent::Book(book) => book,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(Bybit.follows(books[0], books[1]), Follows::Yes);
    assert_eq!((books[1].bids.len(), books[1].asks.len()), (1, 0));
    assert_eq!(
        (books[2].symbol.as_str(), Bybit.follows(books[2], books[3])),
        ("BTCPERP", Follows::Yes)
    );
    let StreamEvent::Mark(mark) = &events[5] else {
        panic!("{:?}", events[5])
    };
    assert_eq!(
        (mark.mark, mark.index),
        (Some(price("28552.81")), Some(price("28562.25")))
    );
    assert_eq!(mark.time, Some(Timestamp(1_680_673_821_770)));
    assert_eq!(events.len(), 6);
    "a trade, two books with an update each, a ticker".to_owned()
}

fn frames_of_2026(bytes: &[u8]) -> String {
    let events = events(bytes);
    assert!(matches!(
        &events[0],
        StreamEvent::Candle {
            is_closed: Some(false),
            timeframe: Timeframe::M1,
            ..
        }
    ));
    let StreamEvent::Book(book) = &events[1] else {
        panic!("{:?}", events[1])
    };
    assert_eq!(
        (book.time, book.ids.0),
        (Timestamp(1_790_409_768_607), 97_687_715)
    );
    let StreamEvent::Mark(mark) = &events[2] else {
        panic!("{:?}", events[2])
    };
    assert_eq!(
        (mark.funding_rate, mark.open_interest),
        (Some(0.000_071_62), Some(58_183.909))
    );
    assert_eq!(mark.next_funding, Some(Timestamp(1_790_438_400_000)));
    assert_eq!(events.len(), 3);
    "a running candle, the best level, a ticker".to_owned()
}

fn liquidation(bytes: &[u8]) -> String {
    let events = events(bytes);
    let StreamEvent::Liquidation(liquidation) = &events[0] else {
        panic!("{:?}", events[0])
    };
    assert_eq!(
        (liquidation.direction, liquidation.qty, liquidation.price),
        (Direction::Long, qty("19.7"), price("2.585"))
    );
    assert_eq!(
        (events.len(), liquidation.time),
        (1, Timestamp(1_789_670_094_099))
    );
    "a long of ICPUSDT was liquidated".to_owned()
}
