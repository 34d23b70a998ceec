//! Hostile bytes: truncations and changes of real payloads, and plain noise, end in rows or an error.

use std::io::Cursor;

use proptest::prelude::*;

use super::Binance;
use super::stream::BinanceStream;
use super::tests::zipped;
use crate::domain::{CandleKind, InstrumentKind, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{Head, History, Rest, Window};
use crate::venues::stream::Stream;

/// One payload of every kind that is read.
const PAYLOADS: [&str; 14] = [
    r#"[[1786816800000,"63043.40","63083.00","63011.60","63026.30","1116.068",1786820399999,"70342488.01700",16911,"460.737","29038581.72240","0"]]"#,
    r#"[{"symbol":"BTCUSDT","fundingTime":1786780800002,"fundingRate":"0.00006523","markPrice":"63050.01692754","rateType":"Regular"}]"#,
    r#"[{"symbol":"BTCUSDT","sumOpenInterest":"111856.66400000","sumOpenInterestValue":"7051831069.12087200","timestamp":1786816800000}]"#,
    r#"{"serverTime":1620099477465}"#,
    r#"{"lastUpdateId":7,"E":1626992741242,"T":1626992741238,"bids":[["7.61","6"]],"asks":[["7.62","3"]]}"#,
    r#"{"serverTime":1,"rateLimits":[],"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","marginAsset":"USDT","contractType":"PERPETUAL","onboardDate":1569398400000,"deliveryDate":4133404800000,"filters":[{"filterType":"PRICE_FILTER","tickSize":"0.10"},{"filterType":"LOT_SIZE","stepSize":"0.001","minQty":"0.001","maxQty":"1000"},{"filterType":"PERCENT_PRICE","multiplierUp":"1.05","multiplierDown":"0.95"}]}]}"#,
    r#"{"code":-1121,"msg":"Invalid symbol."}"#,
    r#"{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1790526539304,"s":"BTCUSDT","k":{"t":1790526480000,"T":1790526539999,"s":"BTCUSDT","i":"1m","o":"84550.20","c":"84551.10","h":"84558.90","l":"84536.70","v":"104.194","n":1483,"x":false,"q":"8809619.55440","V":"56.811","Q":"4803302.95620","B":"0"}}}"#,
    r#"{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1790526539033,"a":3466782974,"s":"BTCUSDT","p":"84551.10","q":"0.030","f":1,"l":2,"T":1790526538883,"m":false,"st":1}}"#,
    r#"{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1790526539000,"s":"BTCUSDT","p":"84551.10762319","i":"84590.87739130","r":"0.00000801","T":1790553600000}}"#,
    r#"{"stream":"!forceOrder@arr","data":{"e":"forceOrder","E":1790526548153,"o":{"s":"PUMPUSDT","S":"SELL","q":"723071","p":"0.0048470","ap":"0.0048920","X":"FILLED","l":"415940","z":"723071","T":1790526547149}}}"#,
    r#"{"stream":"sushiusdt@depth@100ms","data":{"e":"depthUpdate","E":1626992741037,"s":"SUSHIUSDT","U":1,"u":9,"pu":0,"b":[["7.5040","813"]],"a":[]}}"#,
    "bf673f3d10804a951e8bac56dd2473486f113025971d43ebe5258ec40f9bfeb3  BTCUSDT-1m-2024-01.zip",
    r#"{"error":{"code":2,"msg":"Invalid request"},"id":1}"#,
];

/// Lines of a file of candles and of one of open interest.
const FILES: [&str; 2] = [
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n\
     1784073600000,65014.60,65031.80,64996.80,65011.50,327.207,1784073659999,21273110.50730,5998,222.863,14489221.32700,0\n",
    "create_time,symbol,sum_open_interest,sum_open_interest_value\n\
     2026-07-15 00:00:00,BTCUSDT,105550.9850000000000000,6858675634.7062540000000000\n",
];

const HISTORIES: [History; 5] = [
    History::Candles(CandleKind::Candles, Timeframe::M1),
    History::Candles(CandleKind::Mark, Timeframe::M1),
    History::Funding,
    History::OpenInterest(Timeframe::M5),
    History::TakerFlow,
];

/// Replaces a piece of a text by noise.
fn changed(text: &[u8], at: usize, length: usize, noise: &[u8]) -> Vec<u8> {
    let at = at % (text.len() + 1);
    let end = (at + length).min(text.len());
    [&text[..at], noise, &text[end..]].concat()
}

/// Gives bytes to everything that reads some.
fn read_all(bytes: &[u8]) {
    let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
    let (from, to) = (Timestamp(1_704_067_200_000), Timestamp(1_704_153_600_000));
    for history in HISTORIES {
        let windows = Binance.windows(&symbol, history, from, to);
        for window in &windows {
            let _ = Binance.read(history, window, bytes);
            for status in [200, 400, 403, 404, 418, 429, 451, 503] {
                let head = Head {
                    status,
                    retry_after_s: Some(u64::MAX),
                    reset_at_ms: None,
                    body: bytes,
                };
                let _ = Binance.judge(&window.request, head);
            }
        }
        for window in &files(history) {
            let _ = Binance.read_checksum(window, bytes);
            let _ = Binance.read_file(history, window, &mut Cursor::new(bytes));
        }
    }
    let _ = Binance.read_clock(bytes);
    let _ = Binance.read_listing(&symbol, &[bytes]);
    let stream = BinanceStream::new(InstrumentKind::LinearPerpetual);
    let _ = stream.read(&String::from_utf8_lossy(bytes));
    let _ = stream.read_book("BTCUSDT", bytes);
}

fn files(history: History) -> Vec<Window> {
    let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
    let (from, to) = (Timestamp(1_784_073_600_000), Timestamp(1_784_160_000_000));
    Binance.day_files(&symbol, history, from, to)
}

#[test]
fn the_payloads_that_are_changed_below_are_good_ones() {
    let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
    for (payload, history) in PAYLOADS
        .iter()
        .zip([HISTORIES[0], HISTORIES[2], HISTORIES[3]])
    {
        let windows = Binance.windows(&symbol, history, Timestamp(0), Timestamp(60_000));
        assert!(
            Binance
                .read(history, &windows[0], payload.as_bytes())
                .is_ok(),
            "{payload}"
        );
    }
    assert!(Binance.read_clock(PAYLOADS[3].as_bytes()).is_ok());
    assert!(
        Binance
            .read_listing(&symbol, &[PAYLOADS[5].as_bytes()])
            .is_ok()
    );
    let stream = BinanceStream::new(InstrumentKind::LinearPerpetual);
    assert!(stream.read_book("BTCUSDT", PAYLOADS[4].as_bytes()).is_ok());
    for frame in &PAYLOADS[7..12] {
        assert_eq!(stream.read(frame).map(|e| e.len()), Ok(1), "{frame}");
    }
    for (text, history) in FILES.iter().zip([HISTORIES[0], HISTORIES[3]]) {
        let window = &files(history)[0];
        let name = window.request.path.rsplit('/').next().expect("a name");
        let bytes = zipped(&name.replace(".zip", ".csv"), text);
        let page = Binance.read_file(history, window, &mut Cursor::new(bytes));
        assert!(page.is_ok(), "{page:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn changed_payloads_are_survived(
        which in 0..PAYLOADS.len(),
        at in 0..2_000usize,
        length in 0..40usize,
        noise in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let payload = PAYLOADS[which].as_bytes();
        read_all(&changed(payload, at, length, &noise));
        read_all(&payload[..at % payload.len()]);
    }

    #[test]
    fn numbers_of_any_size_are_survived(which in 0..PAYLOADS.len(), digit in 0..60usize, number in "-?[0-9]{1,40}(\\.[0-9]{1,30})?(e[0-9]{1,4})?") {
        let payload = PAYLOADS[which];
        let starts: Vec<usize> = payload
            .char_indices()
            .filter(|(i, c)| c.is_ascii_digit() && !payload[..*i].ends_with(|b: char| b.is_ascii_digit() || b == '.'))
            .map(|(i, _)| i)
            .collect();
        if let Some(start) = starts.get(digit % starts.len().max(1)) {
            let rest = payload[*start..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            read_all(format!("{}{number}{rest}", &payload[..*start]).as_bytes());
        }
    }

    #[test]
    fn noise_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn changed_files_are_survived(
        which in 0..FILES.len(),
        at in 0..1_000usize,
        length in 0..40usize,
        noise in proptest::collection::vec(any::<u8>(), 0..20),
        packed in any::<bool>(),
    ) {
        let history = [HISTORIES[0], HISTORIES[3]][which];
        for window in &files(history) {
            let name = window.request.path.rsplit('/').next().expect("a name");
            let name = name.replace(".zip", ".csv");
            let bytes = if packed {
                changed(&zipped(&name, FILES[which]), at, length, &noise)
            } else {
                let text = changed(FILES[which].as_bytes(), at, length, &noise);
                zipped(&name, &String::from_utf8_lossy(&text))
            };
            let _ = Binance.read_file(history, window, &mut Cursor::new(bytes));
        }
    }
}
