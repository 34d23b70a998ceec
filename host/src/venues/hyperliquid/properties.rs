//! Whatever arrives, it is read or refused with a sentence.

use proptest::prelude::*;

use super::Hyperliquid;
use super::wire::account::{
    Clearinghouse, Fill, Order, OrderAnswer, OrderState, RateLimit, UserEvents,
};
use super::wire::archive::{contexts, node_fills};
use super::wire::decode;
use super::wire::exchange::Answer;
use super::wire::market::{BestLevels, MetaAndContexts, Trade};
use crate::data::testing::shared_or_skip;
use crate::domain::{CandleKind, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{Head, History, Rest};
use crate::venues::stream::Stream;

const REST: &dyn Rest = &Hyperliquid;
const STREAM: &dyn Stream = &Hyperliquid;

const CANDLES: History = History::Candles(CandleKind::Candles, Timeframe::M1);

/// One payload of each kind, in the shapes that were recorded.
const PAYLOADS: [&str; 13] = [
    r#"[{"t":1704067200000,"T":1704067259999,"s":"BTC","i":"1m","o":"2.5","c":"3","h":"4","l":"1","v":"5.5","n":6}]"#,
    r#"[{"coin":"BTC","fundingRate":"0.0000125","premium":"-0.0001","time":1704067200015}]"#,
    r#"{"universe":[{"szDecimals":5,"name":"BTC","maxLeverage":40,"marginTableId":56}],"marginTables":[[56,{"description":"","marginTiers":[{"lowerBound":"0.0","maxLeverage":40},{"lowerBound":"150000000.0","maxLeverage":20}]}]],"collateralToken":0}"#,
    r#"{"time":1704067200000}"#,
    r#"{"coin":"BTC","time":1704067200000,"levels":[[{"px":"2.1","sz":"1","n":1}],[{"px":"2.2","sz":"1","n":1}]]}"#,
    r#"{"channel":"trades","data":[{"coin":"BTC","side":"B","px":"2","sz":"1","time":1704067200000,"hash":"0x0","tid":4,"users":["a","b"]}]}"#,
    r#"{"channel":"candle","data":{"t":1704067200000,"T":1704067259999,"s":"BTC","i":"1m","o":"2.5","c":"3","h":"4","l":"1","v":"5.5","n":6}}"#,
    r#"{"channel":"l2Book","data":{"coin":"BTC","time":1704067200000,"levels":[[{"px":"2.1","sz":"1","n":1}],[]]}}"#,
    r#"{"channel":"activeAssetCtx","data":{"coin":"BTC","ctx":{"funding":"0.0000125","openInterest":"3.5","premium":null,"oraclePx":"2.1","markPx":"2","midPx":null,"impactPxs":null}}}"#,
    r#"{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":1}},"success",{"error":"no"},{"filled":{"totalSz":"1","avgPx":"2","oid":3}}]}}}"#,
    r#"[{"coin":"BTC","px":"2","sz":"1","side":"A","time":1704067200000,"startPosition":"1.2","dir":"Sell","closedPnl":"8","hash":"0x0","oid":5,"crossed":true,"fee":"0.1","tid":2,"feeToken":"USDC"}]"#,
    r#"{"user":"0x1","block_time":"2025-11-30T11:59:59.858582314","coin":"BTC","px":"2","sz":"1","side":"A","time":1704067200000,"startPosition":"1.2","dir":"Sell","closedPnl":"8","hash":"0x0","oid":5,"crossed":true,"fee":"0.1"}"#,
    "time,coin,funding,open_interest,premium,oracle_px,mark_px,mid_px\n2025-11-13T00:01:00Z,BTC,-0.0003,44,-0.0019,0.12,0.13,null\n",
];

/// Gives these bytes to everything that reads.
fn read_all(bytes: &[u8]) {
    let symbol = Symbol::parse("BTC/USDC:USDC", None).expect("a symbol");
    let (from, to) = (Timestamp(1_704_067_200_000), Timestamp(1_704_153_600_000));
    for history in [CANDLES, History::Funding] {
        for window in REST.windows(&symbol, history, from, to) {
            let _ = REST.read(history, &window, bytes);
            for status in [200, 422, 429, 500] {
                let head = Head {
                    status,
                    retry_after_s: Some(u64::MAX),
                    reset_at_ms: None,
                    body: bytes,
                };
                let _ = REST.judge(&window.request, head);
            }
        }
    }
    let _ = REST.read_listing(&symbol, &[bytes]);
    let _ = REST.read_clock(bytes);
    let _ = STREAM.read_book("BTC", bytes);
    let _ = STREAM.read(&String::from_utf8_lossy(bytes));
    let _ = decode::<MetaAndContexts>("contexts", bytes);
    let _ = decode::<Vec<Trade>>("trades", bytes);
    let _ = decode::<BestLevels>("levels", bytes);
    let _ = decode::<Answer>("action", bytes);
    let _ = decode::<Clearinghouse>("account", bytes);
    let _ = decode::<Vec<Order>>("orders", bytes);
    let _ = decode::<Vec<OrderState>>("orders", bytes);
    let _ = decode::<OrderAnswer>("order", bytes);
    let _ = decode::<Vec<Fill>>("fills", bytes);
    let _ = decode::<UserEvents>("events", bytes);
    let _ = decode::<RateLimit>("limit", bytes);
    let _ = node_fills(bytes);
    let _ = contexts(bytes).take(10).count();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    #[test]
    fn damaged_payloads_are_survived(
        payload in proptest::sample::select(PAYLOADS.to_vec()),
        place in any::<prop::sample::Index>(),
        value in any::<u8>(),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = payload.as_bytes().to_vec();
        read_all(&bytes[..end.index(bytes.len())]);
        let place = place.index(bytes.len());
        bytes[place] = value;
        read_all(&bytes);
    }

    #[test]
    fn odd_numbers_are_survived(
        payload in proptest::sample::select(PAYLOADS.to_vec()),
        which in any::<prop::sample::Index>(),
        number in proptest::sample::select(vec![
            "9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e308", "-1", "0", "NaN",
            "0.123456789", "99999999999.99999999", "100000000000000", "null", "\"\"", "[]",
        ]),
    ) {
        let numbers: Vec<(usize, usize)> = digits(payload);
        let (from, to) = numbers[which.index(numbers.len())];
        read_all(format!("{}{number}{}", &payload[..from], &payload[to..]).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn damaged_recordings_are_survived(
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 4),
    ) {
        let Some(folder) = shared_or_skip("fixtures/exchanges/hyperliquid") else {
            return Ok(());
        };
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let text = std::fs::read(entry.expect("a file").path()).expect("bytes");
            for line in text.split(|byte| *byte == b'\n').take(4).filter(|line| !line.is_empty()) {
                for (place, value) in &places {
                    let place = place.index(line.len());
                    read_all(&line[..place]);
                    let mut changed = line.to_vec();
                    changed[place] = *value;
                    read_all(&changed);
                }
            }
        }
    }
}

/// Where the numbers of a payload begin and end.
fn digits(payload: &str) -> Vec<(usize, usize)> {
    let inside = |c: char| c.is_ascii_digit() || c == '.';
    let mut found = Vec::new();
    let mut begin = None;
    for (place, letter) in payload.char_indices() {
        match (begin, inside(letter)) {
            (None, true) => begin = Some(place),
            (Some(from), false) => {
                found.push((from, place));
                begin = None;
            }
            _ => {}
        }
    }
    found
}
