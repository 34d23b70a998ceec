//! Recorded payloads, each with the fields its README calls important.

mod account;
mod live;
mod market;

use std::io::Write;
use std::path::Path;

use super::Bybit;
use crate::data::testing::shared_or_skip;
use crate::domain::{Price, Qty, Symbol, Timeframe};
use crate::venues::stream::{Stream, StreamEvent};

use account::*;
use live::*;
use market::*;

fn symbol(text: &str) -> Symbol {
    Symbol::parse(text, None).expect(text)
}

fn price(text: &str) -> Price {
    text.parse().expect(text)
}

fn qty(text: &str) -> Qty {
    text.parse().expect(text)
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
    lines(text).into_iter().flat_map(read_frame).collect()
}

/// What a recorded frame says; recorded frames can be read.
fn read_frame(frame: &str) -> Vec<StreamEvent> {
    Bybit.read(frame).expect("a frame")
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
        println!("bybit/{file}: {}", check(&bytes));
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
