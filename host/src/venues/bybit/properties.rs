//! Bytes of strangers never panic: cut and changed payloads, and noise.

use proptest::prelude::*;

use super::tests::gzip;
use super::wire::account::{ClosedPnl, Execution, Order, Position, PrivateFrame, Wallet};
use super::wire::market::{Contract, RecentTrade, RiskLimit, Ticker};
use super::wire::{Listed, answer, decode};
use super::{Bybit, archive};
use crate::domain::{CandleKind, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{Head, History, Rest, Rows};
use crate::venues::stream::Stream;

/// Hand-made payloads of the venue's shapes: answers first, frames, a file of trades.
const PAYLOADS: [&str; 12] = [
    r#"{"retCode":0,"retMsg":"OK","result":{"symbol":"BTCUSDT","list":[["1700000040000","10.5","11","10","10.7","3.25","34.1"],["1699999980000","10.5","11","10","10.5","1","10.5"]]},"time":1700000050000}"#,
    r#"{"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","fundingRate":"-0.0001","fundingRateTimestamp":"1700006400000"}]}}"#,
    r#"{"retCode":0,"result":{"symbol":"BTCUSDT","list":[{"openInterest":"12.5","timestamp":"1700000100000"}],"nextPageCursor":""}}"#,
    r#"{"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","contractType":"LinearPerpetual","status":"Trading","baseCoin":"BTC","quoteCoin":"USDT","settleCoin":"USDT","launchTime":"1585526400000","leverageFilter":{"minLeverage":"1","maxLeverage":"100"},"priceFilter":{"tickSize":"0.10"},"lotSizeFilter":{"qtyStep":"0.001","minOrderQty":"0.001","maxOrderQty":"100","minNotionalValue":"5"}}]}}"#,
    r#"{"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","riskLimitValue":"2000000","maintenanceMargin":"0.005","maxLeverage":"100"},{"symbol":"BTCUSDT","riskLimitValue":"4000000","maintenanceMargin":"0.01","maxLeverage":"50","mmDeduction":"10000"}]}}"#,
    r#"{"retCode":0,"result":{"s":"BTCUSDT","b":[["10","1"]],"a":[["11","2"]],"ts":1700000000000,"u":5,"seq":9}}"#,
    r#"{"retCode":10006,"retMsg":"Too many visits!","result":{}}"#,
    r#"{"topic":"kline.1.BTCUSDT","type":"snapshot","ts":5,"data":[{"start":60000,"end":119999,"interval":"1","open":"1","close":"2","high":"2","low":"1","volume":"3","turnover":"4","confirm":true,"timestamp":5}]}"#,
    r#"{"topic":"orderbook.50.BTCUSDT","type":"delta","ts":5,"cts":4,"data":{"s":"BTCUSDT","b":[["10","0"]],"a":[],"u":6,"seq":10}}"#,
    r#"{"topic":"allLiquidation.BTCUSDT","data":[{"T":5,"s":"BTCUSDT","S":"Sell","v":"1","p":"9"}]}"#,
    r#"{"id":"x","topic":"order","creationTime":5,"data":[{"orderId":"a","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","timeInForce":"GTC","orderStatus":"New","price":"1","qty":"2","createdTime":"5","updatedTime":"6","cumFeeDetail":{"USDT":"0.1"}}]}"#,
    "timestamp,symbol,side,size,price,tickDirection,trdMatchID\n1700000000.5,BTCUSDT,Buy,0.001,37000,PlusTick,a\n1700000001,BTCUSDT,Sell,1e-05,37000,PlusTick,b\n",
];

/// Some bytes of a payload replaced by others, and its end cut off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop::sample::select(PAYLOADS.to_vec());
    // Bytes that mean something in numbers and in JSON, besides any.
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(br#"0123456789-+.eE"{}[],:"#.to_vec())
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), byte), 0..6);
    (
        payload,
        changes,
        any::<prop::sample::Index>(),
        any::<bool>(),
    )
        .prop_map(|(payload, changes, end, is_cut)| {
            let mut bytes = payload.as_bytes().to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if is_cut {
                bytes.truncate(end.index(bytes.len()));
            }
            bytes
        })
}

/// Every reader there is over the same bytes. What they say does not matter; that they say something does.
fn read_as_everything(bytes: &[u8]) {
    let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
    let (from, to) = (Timestamp(1_699_920_000_000), Timestamp(1_700_006_400_000));
    for history in [
        History::Candles(CandleKind::Candles, Timeframe::M1),
        History::Candles(CandleKind::Mark, Timeframe::H1),
        History::Funding,
        History::OpenInterest(Timeframe::M5),
        History::TakerFlow,
    ] {
        for window in Bybit.windows(&symbol, history, from, to) {
            let page = Rest::read(&Bybit, history, &window, bytes);
            if let Ok(Rows::Candles(rows)) = page.map(|page| page.rows) {
                assert!(rows.iter().all(|c| c.volume.is_finite()));
            }
        }
    }
    for request in Bybit.listing(&symbol) {
        for status in [200, 403, 500] {
            let head = Head {
                status,
                retry_after_s: Some(u64::MAX),
                reset_at_ms: Some(u64::MAX),
                body: bytes,
            };
            let _ = Bybit.judge(&request, head);
        }
    }
    let (contracts, limits) = (PAYLOADS[3].as_bytes(), PAYLOADS[4].as_bytes());
    let _ = Bybit.read_listing(&symbol, &[bytes, limits]);
    let _ = Bybit.read_listing(&symbol, &[contracts, bytes]);
    let _ = Bybit.read_clock(bytes);
    let _ = Bybit.read_book("BTCUSDT", bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = Stream::read(&Bybit, &text);
    let _ = answer::<Listed<Contract>>("contracts", bytes);
    let _ = answer::<Listed<RiskLimit>>("limits", bytes);
    let _ = answer::<Listed<RecentTrade>>("trades", bytes);
    let _ = answer::<Listed<Ticker>>("tickers", bytes);
    let _ = answer::<Listed<Wallet>>("wallets", bytes);
    let _ = answer::<Listed<Position>>("positions", bytes);
    let _ = answer::<Listed<ClosedPnl>>("closed", bytes);
    let _ = answer::<Listed<Execution>>("executions", bytes);
    let _ = decode::<PrivateFrame<Order>>("orders", bytes);
    let day = Bybit.day_files(&symbol, History::TakerFlow, from, to);
    for packed in [bytes.to_vec(), gzip(bytes)] {
        let _ = archive::read(&day[0], &mut std::io::Cursor::new(packed));
    }
}

#[test]
fn the_payloads_are_good_before_they_are_damaged() {
    let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
    let (contracts, limits) = (PAYLOADS[3].as_bytes(), PAYLOADS[4].as_bytes());
    let listing = Bybit.read_listing(&symbol, &[contracts, limits]);
    assert!(listing.is_ok(), "{listing:?}");
    assert!(Bybit.read_book("BTCUSDT", PAYLOADS[5].as_bytes()).is_ok());
    for frame in &PAYLOADS[7..=9] {
        assert_eq!(Stream::read(&Bybit, frame).expect("reads").len(), 1);
    }
    assert!(decode::<PrivateFrame<Order>>("orders", PAYLOADS[10].as_bytes()).is_ok());
    let from = Timestamp(1_699_920_000_000);
    let day = Bybit.day_files(&symbol, History::TakerFlow, from, from.plus_ms(1));
    let mut packed = std::io::Cursor::new(gzip(PAYLOADS[11].as_bytes()));
    assert!(archive::read(&day[0], &mut packed).is_ok());
    for payload in PAYLOADS {
        read_as_everything(payload.as_bytes());
    }
}

proptest! {
    #[test]
    fn damaged_payloads_never_panic(bytes in damaged()) {
        read_as_everything(&bytes);
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_as_everything(&bytes);
    }

    /// A file of trades whose gzip is damaged, not its content.
    #[test]
    fn damaged_archives_never_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
        let from = Timestamp(1_699_920_000_000);
        let day = Bybit.day_files(&symbol, History::TakerFlow, from, from.plus_ms(1));
        let mut packed = gzip(PAYLOADS[11].as_bytes());
        let at = at.index(packed.len());
        packed[at] = byte;
        let _ = archive::read(&day[0], &mut std::io::Cursor::new(packed));
    }
}
