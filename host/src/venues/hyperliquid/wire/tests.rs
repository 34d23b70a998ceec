//! Every recorded payload is read, and holds what its README says matters.

mod account;
mod frames;

use std::collections::BTreeMap;
use std::path::Path;

use account::{
    account, errors, old_account, old_fills, orders_with_triggers, outcomes, refused_outcome,
    resting, signing_vectors,
};
use frames::{frames, liquidated_fill, recorded_frames};

use super::account::{Order, OrderAnswer, OrderState, RateLimit};
use super::archive::{contexts, node_fills};
use super::exchange::{Answer, Outcome};
use super::market::{Book, CandleRow, Funding, Meta, MetaAndContexts, Trade};
use super::{SideCode, Text, decode};
use crate::data::testing::shared_or_skip;
use crate::domain::{CandleKind, Price, Qty, Side, Symbol, Timeframe, Timestamp};
use crate::venues::hyperliquid::Hyperliquid;
use crate::venues::rest::{History, Rest, Rows};
use crate::venues::stream::Stream;

const REST: &dyn Rest = &Hyperliquid;
const STREAM: &dyn Stream = &Hyperliquid;

type Reader = fn(&[u8]) -> String;

/// What is asserted of each file; the text says what was read.
const READERS: [(&str, Reader); 32] = [
    ("archive_asset_ctxs.sample.csv", asset_contexts),
    ("archive_node_fills.sample.json", node_fill),
    ("exchange_cancel.error_already_gone.json", |body| {
        refused_outcome(body, "cancel", "already canceled, or filled. asset=173")
    }),
    ("exchange_cancelByCloid.success.json", |body| {
        assert_eq!(outcomes(body, "cancel"), [Outcome::Success]);
        "canceled".to_owned()
    }),
    ("exchange_errors.json", errors),
    ("exchange_order.err_unknown_wallet.json", |body| {
        let Answer::Err(why) = read("order", body) else {
            panic!("it was refused")
        };
        assert!(why.starts_with("User or API Wallet 0xefc07321"), "{why}");
        why
    }),
    ("exchange_order.error_min_notional.json", |body| {
        refused_outcome(body, "order", "minimum value of $10. asset=173")
    }),
    ("exchange_order.resting.json", |body| {
        resting(body, 41_545_810_396, None)
    }),
    ("exchange_order.resting_with_cloid.json", |body| {
        let cloid = "0x285ad26a251f390c83d065af51e3f8d9";
        resting(body, 41_569_108_691, Some(cloid))
    }),
    ("info_candleSnapshot.BTC.1h.2026-09-25.json", |body| {
        candles(body, "BTC", 5, "83931", 1_829)
    }),
    ("info_candleSnapshot.kPEPE.1h.2023-05.json", |body| {
        begins_before_it_was_asked(body);
        candles(body, "kPEPE", 24, "0.00154", 430)
    }),
    ("info_clearinghouseState.2023.json", old_account),
    ("info_clearinghouseState.2026-09-25.json", account),
    ("info_frontendOpenOrders.2023.json", orders_with_triggers),
    ("info_fundingHistory.BTC.2023-05.json", |body| {
        funding(body, 34, 8, -0.000_189_91)
    }),
    ("info_fundingHistory.BTC.2026-09-25.json", |body| {
        funding(body, 3, 1, 0.000_012_5)
    }),
    ("info_historicalOrders.SOL.ioc_filled.json", |body| {
        let states: Vec<OrderState> = read("historicalOrders", body);
        let order = &states[0].order;
        assert_eq!(
            (states[0].status.as_str(), order.tif.as_deref()),
            ("filled", Some("Ioc"))
        );
        assert_eq!((order.limit_px, order.sz), (price("183.75"), qty("0")));
        format!("order {} {}", order.oid, states[0].status)
    }),
    ("info_l2Book.BTC.json", |body| {
        book(body, "BTC", 5, "110427", "110428")
    }),
    ("info_l2Book.DYDX.2023.json", |body| {
        book(body, "DYDX", 20, "2.111", "2.1124")
    }),
    ("info_meta.mainnet.2025-10.json", |body| meta(body, 203)),
    ("info_meta.mainnet.2026-09-25.head6.json", |body| {
        meta(body, 6)
    }),
    (
        "info_metaAndAssetCtxs.mainnet.2025-10.json",
        meta_and_contexts,
    ),
    ("info_openOrders.2023.first30.json", |body| {
        let orders: Vec<Order> = read("openOrders", body);
        assert_eq!((orders.len(), orders[0].oid), (30, 62_269_971));
        assert_eq!(
            (orders[1].side, orders[1].sz, orders[1].limit_px),
            (SideCode::A, qty("173.7"), price("1.1795"))
        );
        assert!(orders.iter().all(|o| o.trigger_px.is_none()));
        "30 orders without triggers".to_owned()
    }),
    ("info_orderStatus.filled.json", |body| {
        let OrderAnswer::Order(state) = read("orderStatus", body) else {
            panic!("it is known")
        };
        assert_eq!(state.status, "filled");
        assert_eq!(
            (state.order.sz, state.order.orig_sz),
            (qty("0"), Some(qty("0.0025")))
        );
        format!("order {} {}", state.order.oid, state.status)
    }),
    ("info_orderStatus.unknownOid.json", |body| {
        let answer: OrderAnswer = read("orderStatus", body);
        assert_eq!(answer, OrderAnswer::UnknownOid);
        "no such order".to_owned()
    }),
    ("info_recentTrades.BTC.json", |body| {
        let trades: Vec<Trade> = read("recentTrades", body);
        let newest = &trades[0];
        assert_eq!((trades.len(), newest.tid), (3, 300_003));
        assert_eq!((newest.side.side(), newest.sz), (Side::Sell, qty("0.015")));
        let (buyer, seller) = newest.users.as_ref().expect("both");
        assert_eq!((buyer.as_str(), seller.as_str()), ("0xbuyer3", "0xseller3"));
        "3 trades, the newest first".to_owned()
    }),
    ("info_userFills.2023.first60.json", old_fills),
    ("info_userRateLimit.json", |body| {
        let limit: RateLimit = read("userRateLimit", body);
        assert_eq!(limit.n_requests_used, 36_589_831_368);
        assert_eq!(limit.n_requests_cap, 170_043_731_737);
        assert_eq!(limit.cum_vlm, Text(170_043_721_737.45));
        format!(
            "{} of {} actions",
            limit.n_requests_used, limit.n_requests_cap
        )
    }),
    ("signing_vectors.json", signing_vectors),
    ("ws_frames.2026.jsonl", frames),
    ("ws_l2Book_trades.BTC.2025-01-26.jsonl", recorded_frames),
    ("ws_user_fill_liquidation.json", liquidated_fill),
];

#[test]
#[expect(clippy::print_stderr, reason = "names what was read")]
fn every_fixture_is_read() {
    let Some(folder) = shared_or_skip("fixtures/exchanges/hyperliquid") else {
        return;
    };
    let readers: BTreeMap<&str, Reader> = READERS.into_iter().collect();
    let mut read = 0;
    for name in names(&folder) {
        let reader = readers
            .get(name.as_str())
            .unwrap_or_else(|| panic!("nobody reads {name}"));
        let body = std::fs::read(folder.join(&name)).expect("a file");
        eprintln!("hyperliquid/{name}: {}", reader(&body));
        read += 1;
    }
    assert_eq!(read, READERS.len(), "a payload is gone");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry
            .expect("a file")
            .file_name()
            .to_string_lossy()
            .into_owned()
    };
    let mut names: Vec<String> = entries.map(name).filter(|n| n != "README.md").collect();
    names.sort();
    names
}

fn read<T: serde::de::DeserializeOwned>(what: &str, body: &[u8]) -> T {
    decode(what, body).expect(what)
}

fn price(text: &str) -> Text<Price> {
    Text(text.parse().expect("a price"))
}

fn qty(text: &str) -> Text<Qty> {
    Text(text.parse().expect("a quantity"))
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

fn asset_contexts(body: &[u8]) -> String {
    let rows: Result<Vec<_>, _> = contexts(body).collect();
    let rows = rows.expect("rows");
    let [row] = rows.as_slice() else {
        panic!("one row")
    };
    assert_eq!(row.time, Text(time("2025-11-13T00:01:00Z")));
    assert_eq!((row.coin.as_str(), row.funding), ("POPCAT", Text(-0.000_3)));
    assert_eq!(row.open_interest, Text(44_122_738.0));
    assert_eq!(
        (row.oracle_px, row.mark_px),
        (price("0.12585"), price("0.12543"))
    );
    assert_eq!((row.premium, row.mid_px), (Some(-0.001_9), Some(0.125_45)));
    format!("{} at {}", row.coin, row.time.0)
}

fn node_fill(body: &[u8]) -> String {
    let fills = node_fills(body).expect("a fill");
    let [of_user] = fills.as_slice() else {
        panic!("one fill")
    };
    let fill = &of_user.fill;
    assert!(of_user.user.starts_with("0xf1322b9c") && fill.crossed);
    assert_eq!(of_user.block_time, Text(time("2025-11-30T11:59:59.858Z")));
    assert_eq!((fill.px, fill.sz), (price("0.075591"), qty("1257")));
    assert_eq!(fill.tid, Some(596_150_450_276_717));
    format!("{} {} {}", fill.coin, fill.dir, fill.sz.0)
}

fn candles(body: &[u8], coin: &str, count: usize, close: &str, trades: u32) -> String {
    let rows: Vec<CandleRow> = read("candleSnapshot", body);
    let last = rows.last().expect("candles");
    assert_eq!((rows.len(), last.coin.as_str()), (count, coin));
    assert_eq!((last.close, last.trades), (price(close), trades));
    assert!(rows.is_sorted_by_key(|row| row.open_time));
    for row in &rows {
        assert_eq!(row.last_ms.0, row.open_time.0.plus_ms(3_599_999));
        let (timeframe, candle) = row.candle().expect("a candle");
        assert_eq!((timeframe.name(), candle.validate()), ("1h", Ok(())));
    }
    format!("{count} candles of {coin} to {}", last.last_ms.0)
}

/// The candle that is under way at the moment a question begins with is part of the answer, and of no window that begins there.
fn begins_before_it_was_asked(body: &[u8]) {
    let symbol = Symbol::parse("kPEPE/USDC:USDC", None).expect("a symbol");
    let history = History::Candles(CandleKind::Candles, Timeframe::H1);
    let (from, to) = (Timestamp(1_684_702_007_000), Timestamp(1_684_784_807_001));
    let windows = REST.windows(&symbol, history, from, to);
    let page = REST.read(history, &windows[0], body).expect("read");
    let Rows::Candles(rows) = page.rows else {
        panic!("candles")
    };
    assert_eq!((windows.len(), rows.len(), page.is_full), (1, 24, false));
    assert!(rows[0].open_time < from && rows[1].open_time > from);
}

fn funding(body: &[u8], count: usize, hours_apart: i64, last_rate: f64) -> String {
    let rows: Vec<Funding> = read("fundingHistory", body);
    let last = rows.last().expect("settlements");
    assert_eq!((rows.len(), last.funding_rate), (count, Text(last_rate)));
    for pair in rows.windows(2) {
        let apart = pair[1].hour().0 - pair[0].hour().0;
        assert_eq!(apart, hours_apart * 3_600_000);
        assert!(pair[0].time.0 > pair[0].hour(), "stamped after the hour");
    }
    format!("{count} settlements, {hours_apart} h apart")
}

fn book(body: &[u8], coin: &str, levels: usize, bid: &str, ask: &str) -> String {
    let book: Book = read("l2Book", body);
    let (bids, asks) = &book.levels;
    assert_eq!((bids.len(), asks.len()), (levels, levels));
    assert_eq!((bids[0].px, asks[0].px), (price(bid), price(ask)));
    let frame = STREAM.read_book(coin, body).expect("a book");
    assert_eq!((frame.bids.len(), frame.asks.len()), (levels, levels));
    format!("{levels} levels a side of {}", book.coin)
}

fn meta(body: &[u8], count: usize) -> String {
    let meta: Meta = read("meta", body);
    assert_eq!(meta.universe.len(), count);
    let (id, dydx) = meta.asset("DYDX").expect("listed");
    assert_eq!((id, dydx.is_delisted), (4, false), "MATIC keeps its place");
    let (id, matic) = meta.asset("MATIC").expect("kept");
    assert_eq!((id, matic.is_delisted), (3, true));
    let (_, btc) = meta.asset("BTC").expect("listed");
    assert_eq!((btc.sz_decimals, btc.max_leverage), (5, 40));
    assert_eq!(btc.margin_table_id, Some(56));
    assert!(meta.asset("btc").is_none(), "case matters");
    if let Some((_, pepe)) = meta.asset("kPEPE") {
        assert_eq!(pepe.margin_table_id, Some(52));
        assert!(meta.asset("HPOS").expect("kept").1.only_isolated);
    }
    format!("{count} assets, {} tables", meta.margin_tables.len())
}

fn meta_and_contexts(body: &[u8]) -> String {
    let both: MetaAndContexts = read("metaAndAssetCtxs", body);
    assert_eq!(both.0.universe.len(), both.1.len());
    let btc = both.context("BTC").expect("listed");
    assert_eq!(
        (btc.mark_px, btc.oracle_px),
        (price("113080"), price("113106"))
    );
    assert_eq!(
        (btc.funding, btc.open_interest),
        (Text(0.000_012_5), Text(25_877.149_16))
    );
    let dydx = both.context("DYDX").expect("listed");
    assert_eq!(dydx.mark_px, price("0.63435"));
    let matic = both.context("MATIC").expect("kept");
    assert_eq!((matic.mid_px, matic.premium), (None, None));
    assert_eq!(matic.impact_pxs, None);
    format!("{} contexts by position", both.1.len())
}
