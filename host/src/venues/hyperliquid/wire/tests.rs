//! Every recorded payload is read, and holds what its README says matters.

use std::collections::BTreeMap;
use std::path::Path;

use super::account::{
    Clearinghouse, Fill, MarginMode, Order, OrderAnswer, OrderState, RateLimit, UserEvents,
};
use super::archive::{contexts, node_fills};
use super::exchange::{Answer, Outcome};
use super::market::{BestLevels, Book, CandleRow, Funding, Meta, MetaAndContexts, Trade};
use super::{SideCode, Stamp, Text, channel_of, data_of, decode};
use crate::data::testing::shared_or_skip;
use crate::domain::{Price, Qty, Side, Timestamp};
use crate::venues::hyperliquid::Hyperliquid;
use crate::venues::rest::{Head, Rest, Verdict};
use crate::venues::stream::{Stream, StreamEvent};

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
    assert_eq!(row.time, Stamp(time("2025-11-13T00:01:00Z")));
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
    assert_eq!(of_user.block_time, Stamp(time("2025-11-30T11:59:59.858Z")));
    assert_eq!((fill.px, fill.sz), (price("0.075591"), qty("1257")));
    assert_eq!(fill.tid, Some(596_150_450_276_717));
    format!("{} {} {}", fill.coin, fill.dir, fill.sz.0)
}

fn outcomes(body: &[u8], action: &str) -> Vec<Outcome> {
    let Answer::Ok(response) = read("action", body) else {
        panic!("it was looked at")
    };
    assert_eq!(response.action, action);
    response.data.expect("outcomes").statuses
}

fn refused_outcome(body: &[u8], action: &str, ending: &str) -> String {
    let statuses = outcomes(body, action);
    let [Outcome::Error(why)] = statuses.as_slice() else {
        panic!("refused: {statuses:?}")
    };
    assert!(why.ends_with(ending), "{why}");
    why.clone()
}

fn resting(body: &[u8], oid: u64, cloid: Option<&str>) -> String {
    let cloid = cloid.map(str::to_owned);
    assert_eq!(outcomes(body, "order"), [Outcome::Resting { oid, cloid }]);
    format!("order {oid} rests")
}

#[derive(serde::Deserialize)]
struct ErrorCase {
    when: String,
    http: u16,
    body: Option<serde_json::Value>,
    body_text: Option<String>,
}

/// HTTP 200 is no success, and bodies of other statuses are no JSON.
fn errors(body: &[u8]) -> String {
    let cases: Vec<ErrorCase> = read("errors", body);
    let mut told = Vec::new();
    for case in &cases {
        if let Some(answer) = &case.body {
            let Answer::Err(why) = read("action", answer.to_string().as_bytes()) else {
                panic!("{} is a refusal", case.when)
            };
            assert_eq!(case.http, 200);
            told.push(why);
        }
        if let Some(text) = &case.body_text {
            let head = Head {
                status: case.http,
                retry_after_s: None,
                body: text.as_bytes(),
            };
            let symbol = crate::domain::Symbol::parse("BTC/USDC:USDC", None).expect("a symbol");
            let request = &REST.listing(&symbol)[0];
            let Verdict::Refused(why) = REST.judge(request, head) else {
                panic!("{} is refused for good", case.when)
            };
            assert!(
                why.contains(text) && why.contains(&case.http.to_string()),
                "{why}"
            );
            told.push(why);
        }
    }
    assert_eq!((cases.len(), told.len()), (7, 7));
    format!("7 refusals, such as `{}`", told[6])
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

fn account(body: &[u8]) -> String {
    let state: Clearinghouse = read("clearinghouseState", body);
    assert_eq!(state.cross_maintenance_margin_used, Some(Text(4_720.837_5)));
    assert_eq!(state.margin_summary, state.cross_margin_summary);
    assert_eq!(state.margin_summary.total_ntl_pos, Text(377_667.0));
    let position = &state.asset_positions[0].position;
    assert_eq!((position.coin.as_str(), position.szi), ("BTC", qty("4.5")));
    assert_eq!(position.liquidation_px, Some(Text(74_501.802_790_436)));
    assert_eq!(
        (position.leverage.value, position.max_leverage),
        (10, Some(40))
    );
    format!("1 position, withdrawable {}", state.withdrawable.0)
}

fn old_account(body: &[u8]) -> String {
    let state: Clearinghouse = read("clearinghouseState", body);
    let positions = &state.asset_positions;
    assert_eq!(positions.len(), 12);
    assert_eq!(positions[0].position.szi, qty("-0.00785"));
    assert_eq!(positions[0].position.entry_px, Some(Text(26_951.0)));
    assert_eq!(positions[1].position.liquidation_px, None);
    assert!(
        positions
            .iter()
            .all(|p| p.position.leverage.mode == MarginMode::Cross)
    );
    format!("12 positions, withdrawable {}", state.withdrawable.0)
}

fn orders_with_triggers(body: &[u8]) -> String {
    let orders: Vec<Order> = read("frontendOpenOrders", body);
    assert_eq!(orders.len(), 3);
    let (target, entry) = (&orders[0], &orders[2]);
    assert!(target.is_trigger && target.reduce_only && target.tif.is_none());
    assert_eq!(target.trigger_px, Some(price("10.004")));
    assert_eq!(
        target.trigger_condition.as_deref(),
        Some("Price above 10.004")
    );
    assert_eq!(target.order_type.as_deref(), Some("Take Profit Market"));
    assert_eq!(
        (entry.children.len(), entry.tif.as_deref()),
        (2, Some("Gtc"))
    );
    format!("3 orders, order {} has 2 children", entry.oid)
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

fn old_fills(body: &[u8]) -> String {
    let fills: Vec<Fill> = read("userFills", body);
    let (newest, oldest) = (&fills[0], &fills[59]);
    assert_eq!(fills.len(), 60);
    assert!(newest.time > oldest.time, "newest first");
    assert_eq!((newest.dir.as_str(), newest.crossed), ("Close Long", true));
    assert_eq!(newest.start_position, Text(4_623.5));
    assert_eq!(
        (newest.closed_pnl, newest.oid),
        (Text(-0.256_86), 189_324_432)
    );
    assert_eq!((oldest.dir.as_str(), oldest.tid), ("Short > Long", None));
    format!("60 fills to {}", newest.time.0)
}

/// Keys in the order they were written, for which they are signed.
struct KeysInOrder(Vec<String>);

impl<'de> serde::Deserialize<'de> for KeysInOrder {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> serde::de::Visitor<'de> for Keys {
            type Value = KeysInOrder;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an action")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(KeysInOrder(keys))
            }
        }
        from.deserialize_map(Keys)
    }
}

#[derive(serde::Deserialize)]
struct Signature {
    r: String,
    s: String,
    v: u8,
}

#[derive(serde::Deserialize)]
struct Vector {
    action: Option<KeysInOrder>,
    nonce: Option<u64>,
    msgpack_hex: Option<String>,
    connection_id: Option<String>,
    mainnet: Option<Signature>,
    testnet: Signature,
}

fn signing_vectors(body: &[u8]) -> String {
    let vectors: Vec<Vector> = read("signing vectors", body);
    let mut actions = 0;
    for vector in &vectors {
        for signature in vector.mainnet.iter().chain([&vector.testnet]) {
            assert!([27, 28].contains(&signature.v));
            for part in [&signature.r, &signature.s] {
                let digits = part.strip_prefix("0x").expect("hex");
                // Leading zeros are dropped.
                assert!((60..=64).contains(&digits.len()), "{part}");
            }
        }
        let Some(action) = &vector.action else {
            continue;
        };
        let packed = vector.msgpack_hex.as_deref().expect("bytes");
        let id = vector.connection_id.as_deref().expect("an id");
        assert_eq!((id.len(), vector.nonce.is_some()), (66, true));
        let mut rest = packed;
        for key in &action.0 {
            let hex: String = key.bytes().map(|b| format!("{b:02x}")).collect();
            let (_, behind) = rest.split_once(&hex).expect("keys keep their order");
            rest = behind;
        }
        actions += 1;
    }
    assert_eq!((vectors.len(), actions), (9, 8));
    "8 signed actions, 1 signed by the user".to_owned()
}

fn events(line: &str) -> Vec<StreamEvent> {
    STREAM.read(line).expect("a frame")
}

fn frames(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 10);
    assert_eq!(events(lines[0]), [StreamEvent::Control]);
    let [
        StreamEvent::Candle {
            candle, is_closed, ..
        },
    ] = &*events(lines[2])
    else {
        panic!("a candle")
    };
    assert_eq!((Text(candle.close), *is_closed), (price("83801"), None));
    let trades = events(lines[3]);
    let [StreamEvent::Trade(bought), StreamEvent::Trade(sold)] = &*trades else {
        panic!("two trades")
    };
    assert_eq!((bought.taker, sold.taker), (Side::Buy, Side::Sell));
    assert_eq!(bought.id, "437413095582311");
    assert!(bought.is_market, "without a hash it is a trade too");
    let best: BestLevels = data_of("bbo", lines[4]).expect("levels");
    assert_eq!(best.bbo.0.map(|l| l.px), Some(price("83757")));
    assert!(events(lines[4]).is_empty());
    let [StreamEvent::Mark(mark)] = &*events(lines[5]) else {
        panic!("a mark")
    };
    assert_eq!(
        (mark.mark, mark.index),
        (Some(price("83757").0), Some(price("83778.1").0))
    );
    assert_eq!(
        (mark.funding_rate, mark.open_interest),
        (Some(0.000_012_5), Some(39_338.762_46))
    );
    let user: UserEvents = data_of("user", lines[6]).expect("fills");
    assert_eq!(user.fills[0].fee, Text(18.015_513_09));
    let canceled: Vec<OrderState> = data_of("orderUpdates", lines[8]).expect("orders");
    assert_eq!(canceled[0].status, "canceled");
    let order = &canceled[0].order;
    assert_eq!(Some(order.sz), order.orig_sz, "what was left stays");
    assert_eq!(events(lines[9]), [StreamEvent::Control]);
    "10 frames".to_owned()
}

#[derive(serde::Deserialize)]
struct Recorded {
    recv_ns: String,
    frame: serde_json::Value,
}

fn recorded_frames(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let (mut books, mut trades, mut replayed) = (0, 0, 0);
    let mut received = Timestamp(0);
    for line in text.lines() {
        let recorded: Recorded = read("line", line.as_bytes());
        let ns: i64 = recorded.recv_ns.parse().expect("a time");
        received = Timestamp(ns / 1_000_000);
        for event in events(&recorded.frame.to_string()) {
            match event {
                StreamEvent::Book(book) => {
                    assert!(book.bids[0].0 < book.asks[0].0 && book.bids.len() == 20);
                    books += 1;
                }
                StreamEvent::Trade(trade) => {
                    let old = received.0 - trade.time.0 > 4_000;
                    replayed += u32::from(old);
                    trades += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((books, trades), (46, 64));
    assert!(replayed >= 29, "{replayed} trades from before it began");
    format!("{books} books, {trades} trades, {replayed} of them replayed, to {received}")
}

fn liquidated_fill(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let channel = channel_of(text).expect("a frame");
    assert!(events(text).is_empty(), "an account's own");
    let user: UserEvents = data_of(&channel, text).expect("fills");
    let liquidation = user.fills[0].liquidation.as_ref().expect("one");
    assert_eq!(liquidation.method, "market");
    assert_eq!(liquidation.mark_px, price("66607"));
    assert!(
        liquidation
            .liquidated_user
            .as_ref()
            .is_some_and(|u| u.starts_with("0x360878d3"))
    );
    format!("liquidation at mark {}", liquidation.mark_px.0)
}
