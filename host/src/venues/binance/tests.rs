//! Facts of the adapter that no recorded payload shows: windows, paths, weights, judgments, bounds.

use std::io::{Cursor, Write};

use super::Binance;
use super::errors::{Meaning, meaning};
use super::stream::BinanceStream;
use super::{FUTURES, SPOT};
use crate::domain::{
    CandleKind, InstrumentKind, Price, Qty, Rate, Symbol, Timeframe, Timestamp, UNIT,
};
use crate::venues::rest::{Head, History, Request, Rest, Rows, Verdict, Window};
use crate::venues::stream::{BookFrame, BookKind, Channel, Follows, Stream, StreamEvent};

const MINUTES: History = History::Candles(CandleKind::Candles, Timeframe::M1);
const SAMPLES: History = History::OpenInterest(Timeframe::M5);

fn symbol(text: &str) -> Symbol {
    Symbol::parse(text, None).expect("a symbol")
}

fn perpetual() -> Symbol {
    symbol("BTC/USDT:USDT")
}

fn day(year: i32, month: u32, day: u32) -> Timestamp {
    Timestamp::from_ymd(year, month, day).expect("a day")
}

/// A zip with one file in it.
pub(super) fn zipped(name: &str, text: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default())
        .expect("a name");
    zip.write_all(text.as_bytes()).expect("memory");
    zip.finish().expect("memory").into_inner()
}

/// A zip with a long line of zeros, not compressed: that would take a while.
fn stored(name: &str, length: usize) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let options = options.compression_method(zip::CompressionMethod::Stored);
    zip.start_file(name, options).expect("a name");
    zip.write_all(&vec![b'0'; length]).expect("memory");
    zip.finish().expect("memory").into_inner()
}

/// The file of a day, and its content read.
fn read_day(of: &Symbol, history: History, at: Timestamp, text: &str) -> Result<Rows, String> {
    let window = Binance
        .day_files(of, history, at, at.plus_ms(86_400_000))
        .pop()
        .expect("a file");
    let name = window.request.path.rsplit('/').next().expect("a name");
    let name = name.replace(".zip", ".csv");
    let mut file = Cursor::new(zipped(&name, text));
    let page = Binance.read_file(history, &window, &mut file);
    page.map(|p| p.rows).map_err(|e| e.to_string())
}

fn disjoint_without_a_hole(windows: &[Window], from: Timestamp, to: Timestamp) {
    let first = windows.first().expect("one at least");
    let last = windows.last().expect("one at least");
    assert_eq!((first.from, last.to), (from, to));
    for pair in windows.windows(2) {
        assert_eq!(pair[0].to, pair[1].from);
    }
}

#[test]
fn a_month_of_minutes_is_ninety_cheap_requests_or_forty_five_of_spot() {
    let (from, to) = (day(2024, 1, 1), day(2024, 2, 1));
    let windows = Binance.windows(&perpetual(), MINUTES, from, to);
    disjoint_without_a_hole(&windows, from, to);
    assert_eq!(windows.len(), 90);
    assert!(windows[..89].iter().all(|w| w.request.weight == 2));
    assert_eq!(
        windows[0].request.path,
        "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=1704067200000&endTime=1704097139999&limit=499"
    );
    let spot = Binance.windows(&symbol("BTC/USDT"), MINUTES, from, to);
    assert_eq!((spot.len(), spot[0].request.place), (45, SPOT));
    assert!(
        spot[0]
            .request
            .path
            .starts_with("/api/v3/klines?symbol=BTCUSDT&")
    );
    assert!(spot[0].request.path.ends_with("limit=1000"));
}

#[test]
fn windows_are_the_same_from_the_second_one_on_whenever_a_period_begins() {
    let to = day(2024, 2, 1);
    for history in [MINUTES, SAMPLES, History::Funding] {
        let whole = Binance.windows(&perpetual(), history, day(2024, 1, 1), to);
        let late = day(2024, 1, 11).plus_ms(3_600_000);
        let part = Binance.windows(&perpetual(), history, late, to);
        disjoint_without_a_hole(&part, late, to);
        assert_eq!(part[1..], whole[whole.len() - part.len() + 1..]);
    }
}

#[test]
fn short_windows_cost_less() {
    let from = day(2024, 1, 1);
    let windows = Binance.windows(&perpetual(), MINUTES, from, from.plus_ms(60 * 60_000));
    assert_eq!(windows[0].request.weight, 1);
    assert!(windows[0].request.path.ends_with("limit=99"));
}

#[test]
fn every_history_has_its_place_and_allowance() {
    let (from, to) = (day(2024, 1, 1), day(2024, 1, 2));
    for (history, pool, path) in [
        (
            History::Candles(CandleKind::Mark, Timeframe::H1),
            "binance futures",
            "/fapi/v1/markPriceKlines?symbol=BTCUSDT&interval=1h&",
        ),
        (
            History::Candles(CandleKind::Index, Timeframe::H1),
            "binance futures",
            "/fapi/v1/indexPriceKlines?pair=BTCUSDT&interval=1h&",
        ),
        (
            History::Funding,
            "binance funding",
            "/fapi/v1/fundingRate?symbol=BTCUSDT&",
        ),
        (
            SAMPLES,
            "binance statistics",
            "/futures/data/openInterestHist?symbol=BTCUSDT&period=5m&",
        ),
    ] {
        let windows = Binance.windows(&perpetual(), history, from, to);
        assert_eq!(windows.len(), 1, "{path}");
        let request = &windows[0].request;
        assert_eq!((request.pool.name, request.place), (pool, FUTURES));
        assert!(request.path.starts_with(path), "{}", request.path);
    }
}

#[test]
fn what_the_venue_does_not_have_is_said() {
    let spot = symbol("BTC/USDT");
    for (of, history, word) in [
        (&spot, History::Funding, "spot pair"),
        (&spot, SAMPLES, "spot pair"),
        (&perpetual(), History::TakerFlow, "takers"),
        (
            &perpetual(),
            History::Candles(CandleKind::Candles, Timeframe::H3),
            "no 3h candles",
        ),
        (&perpetual(), History::OpenInterest(Timeframe::M1), "5m"),
    ] {
        let told = Binance.offer(of, history).expect_err("none").to_string();
        assert!(told.contains(word), "{told}");
    }
    let files = |history| Binance.offer(&perpetual(), history).expect("offered");
    assert!(files(MINUTES).archive_from.is_some() && files(MINUTES).has_api);
    assert_eq!(files(History::Funding).archive_from, None);
    assert_eq!(files(SAMPLES).archive_from, Some(day(2020, 9, 1)));
    assert!(files(SAMPLES).reach_ms < Some(30 * 86_400_000));
    let weeks = History::Candles(CandleKind::Candles, Timeframe::W1);
    assert_eq!(files(weeks).archive_from, None);
    assert!(
        Binance
            .month_files(&perpetual(), weeks, day(2024, 1, 1))
            .is_empty()
    );
}

#[test]
fn files_have_their_paths_and_digests() {
    let month = Binance.month_files(&perpetual(), MINUTES, day(2024, 2, 1));
    disjoint_without_a_hole(&month, day(2024, 2, 1), day(2024, 3, 1));
    let path = "/data/futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-02.zip";
    assert_eq!(month[0].request.path, path);
    let checksum = month[0].checksum.as_ref().expect("there is one");
    assert_eq!(checksum.path, format!("{path}.CHECKSUM"));
    let spot = Binance.day_files(
        &symbol("BTC/USDT"),
        MINUTES,
        day(2024, 2, 28),
        day(2024, 3, 2),
    );
    disjoint_without_a_hole(&spot, day(2024, 2, 28), day(2024, 3, 2));
    assert_eq!(
        spot[1].request.path,
        "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-02-29.zip"
    );

    let digest = "bf673f3d10804a951e8bac56dd2473486f113025971d43ebe5258ec40f9bfeb3";
    let body = format!("{digest}  BTCUSDT-1m-2024-02.zip\n");
    let read = |body: &str| Binance.read_checksum(&month[0], body.as_bytes());
    assert_eq!(read(&body).as_deref(), Ok(digest));
    for wrong in [
        "",
        "abc  BTCUSDT-1m-2024-02.zip",
        &body.replace("02.zip", "03.zip"),
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn letters_of_any_script_are_encoded_and_come_back() {
    let odd = symbol("币安人生/USDT:USDT");
    let window = &Binance.windows(&odd, History::Funding, day(2026, 8, 1), day(2026, 8, 2))[0];
    let path = &window.request.path;
    assert!(
        path.is_ascii() && path.contains("symbol=%E5%B8%81"),
        "{path}"
    );
    let body = r#"[{"symbol":"币安人生USDT","fundingTime":1785542400003,"fundingRate":"0.0001","markPrice":""}]"#;
    let page = Binance.read(History::Funding, window, body.as_bytes());
    let Rows::Funding(rows) = page.expect("read").rows else {
        panic!("funding")
    };
    assert!(rows[0].price.is_nan());
    let (connections, _) = BinanceStream::new(InstrumentKind::LinearPerpetual)
        .connections(&[("ÄUSDT".to_owned(), Channel::Trades)]);
    assert!(connections[0].subscribe[0].contains("äusdt@aggTrade"));
}

#[test]
fn samples_of_the_midnight_are_in_the_file_of_the_day_before_until_june_2026() {
    let old = Binance.month_files(&perpetual(), SAMPLES, day(2026, 5, 1));
    disjoint_without_a_hole(&old, day(2026, 5, 1), day(2026, 6, 1));
    assert_eq!(old.len(), 32);
    assert!(
        old[0]
            .request
            .path
            .ends_with("BTCUSDT-metrics-2026-04-30.zip")
    );
    assert_eq!(old[0].to, day(2026, 5, 1).plus_ms(300_000));
    let new = Binance.month_files(&perpetual(), SAMPLES, day(2026, 7, 1));
    disjoint_without_a_hole(&new, day(2026, 7, 1), day(2026, 8, 1));
    assert_eq!(new.len(), 31);
    let change = Binance.month_files(&perpetual(), SAMPLES, day(2026, 6, 1));
    disjoint_without_a_hole(&change, day(2026, 6, 1), day(2026, 7, 1));
    let of = |from| change.iter().find(|w| w.from == from).map(|w| w.to);
    assert_eq!(
        of(day(2026, 6, 24).plus_ms(300_000)),
        Some(day(2026, 6, 25))
    );
    assert_eq!(of(day(2026, 6, 25)), Some(day(2026, 6, 26)));
}

#[test]
fn files_of_candles_with_and_without_header_in_both_units_are_equal() {
    let rows = "OPEN,9.5,9.75,9.25,9.5,12.5,CLOSE,118.75,7,2.25,21.375,0\n";
    let header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";
    let milli = rows
        .replace("OPEN", "1735689600000")
        .replace("CLOSE", "1735689659999");
    let micro = rows
        .replace("OPEN", "1735689600000000")
        .replace("CLOSE", "1735689659999999");
    let read = |text: &str| read_day(&symbol("BTC/USDT"), MINUTES, day(2025, 1, 1), text);
    let plain = read(&milli).expect("read");
    let Rows::Candles(candles) = &plain else {
        panic!("candles")
    };
    assert_eq!(candles[0].open_time, Timestamp(1_735_689_600_000));
    assert_eq!(candles[0].high, Price(975_000_000));
    let volumes = [
        candles[0].volume,
        candles[0].quote_volume,
        candles[0].taker_buy_volume,
        candles[0].trades,
    ];
    assert_eq!(volumes, [12.5, 118.75, 2.25, 7.0]);
    for same in [
        micro.clone(),
        format!("{header}{milli}"),
        format!("\u{feff}{header}{micro}"),
    ] {
        assert_eq!(read(&same).as_ref(), Ok(&plain));
    }
    for (wrong, word) in [
        (milli.replace("9.75", "x"), "line 1: high `x`"),
        (
            milli.replace("1735689600000", "1735689600"),
            "1735689600 is no time",
        ),
        ("1735689600000,1,2\n".to_owned(), "no column low"),
        (format!("{header}{header}"), "line 2"),
    ] {
        let told = read(&wrong).expect_err("wrong");
        assert!(
            told.contains(word) && told.contains("BTCUSDT-1m-2025-01-01.zip"),
            "{told}"
        );
    }
}

#[test]
fn samples_are_read_as_they_are_and_zeros_left_out() {
    let header = "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio\n";
    let text = format!(
        "{header}2022-03-08 01:15:00,BTCUSDT,2.5000000000000000,100.0,,,,\n2022-03-08 01:10:00,BTCUSDT,2.25,,1,1,1,1\n\
         2022-03-08 01:15:00,BTCUSDT,2.5000000000000000,100.0,,,,\n2022-03-08 00:05:00,BTCUSDT,0,0,1,1,1,1\n"
    );
    let read = |text: &str| read_day(&perpetual(), SAMPLES, day(2022, 3, 8), text);
    let Rows::OpenInterest(rows) = read(&text).expect("read") else {
        panic!("open interest")
    };
    let bases: Vec<_> = rows.iter().map(|r| (r.time.0, r.base)).collect();
    let at = |minutes: i64| 1_646_697_600_000 + minutes * 60_000;
    assert_eq!(bases, [(at(75), 2.5), (at(70), 2.25), (at(75), 2.5)]);
    assert!(rows[1].quote.is_nan());
    let change = format!(
        "{header}2026-06-25 00:00:00,BTCUSDT,1,1,,,,\n2026-06-24 23:55:00,BTCUSDT,2,2,,,,\n"
    );
    for (at, count) in [(day(2026, 6, 24), 1), (day(2026, 6, 25), 2)] {
        let read = read_day(&perpetual(), SAMPLES, at, &change);
        assert!(
            matches!(&read, Ok(Rows::OpenInterest(rows)) if rows.len() == count),
            "{read:?}"
        );
    }
    let other = read(&text.replace("BTCUSDT", "ETHUSDT")).expect_err("another symbol");
    assert!(other.contains("ETHUSDT"), "{other}");
}

#[test]
fn a_zip_bomb_and_a_file_of_another_name_are_refused() {
    let window = &Binance.month_files(&perpetual(), MINUTES, day(2024, 2, 1))[0];
    let read = |bytes: Vec<u8>| {
        let page = Binance.read_file(MINUTES, window, &mut Cursor::new(bytes));
        page.expect_err("refused").to_string()
    };
    let bomb = stored("BTCUSDT-1m-2024-02.csv", 65 << 20);
    let told = read(bomb.clone());
    assert!(
        told.contains("claims to unfold to 68157440 bytes"),
        "{told}"
    );
    // The directory of the zip, 24 bytes behind its mark, says 1,000 bytes instead.
    let mut lying = bomb;
    let directory = lying.windows(4).rposition(|w| w == b"PK\x01\x02");
    let size = directory.expect("a directory") + 24;
    lying[size..size + 4].copy_from_slice(&1_000u32.to_le_bytes());
    let told = read(lying);
    assert!(told.contains("larger than its declared"), "{told}");
    let commas = read(zipped("BTCUSDT-1m-2024-02.csv", &",".repeat(5_000)));
    assert!(commas.contains("line 1: more than 4096 bytes"), "{commas}");
    let other = read(zipped("ETHUSDT-1m-2024-02.csv", ""));
    assert!(
        other.contains("no BTCUSDT-1m-2024-02.csv inside"),
        "{other}"
    );
    assert!(read(b"<html>not found</html>".to_vec()).contains("BTCUSDT-1m-2024-02.zip"));
}

#[test]
fn a_page_is_full_only_if_its_window_may_hold_more() {
    let from = day(2024, 1, 1);
    let window = &Binance.windows(&perpetual(), MINUTES, from, day(2024, 2, 1))[0];
    let rows = |first: i64, count: i64| {
        let row = |i: i64| {
            format!(
                r#"[{},"1","1","1","1","0",0,"0",0,"0","0","0"]"#,
                from.0 + (first + i) * 60_000
            )
        };
        let rows: Vec<_> = (0..count).map(row).collect();
        format!("[{}]", rows.join(","))
    };
    let is_full = |body: String| {
        let page = Binance.read(MINUTES, window, body.as_bytes());
        page.expect("read").is_full
    };
    assert!(!is_full(rows(0, 499)), "the whole window");
    assert!(!is_full(rows(0, 20)));
    assert!(is_full(rows(-10, 499)), "rows of before took its place");
}

#[test]
fn rows_of_another_symbol_are_refused() {
    let window = &Binance.windows(
        &perpetual(),
        History::Funding,
        day(2024, 1, 1),
        day(2024, 1, 2),
    )[0];
    let body = br#"[{"symbol":"ETHUSDT","fundingTime":1704067200000,"fundingRate":"0.0001"}]"#;
    let told = Binance
        .read(History::Funding, window, body)
        .expect_err("refused");
    assert!(
        told.to_string().contains("`ETHUSDT` where BTCUSDT"),
        "{told}"
    );
}

#[test]
fn answers_are_judged_by_status_and_code() {
    let window = &Binance.windows(&perpetual(), MINUTES, day(2024, 1, 1), day(2024, 1, 2))[0];
    let samples = &Binance.windows(&perpetual(), SAMPLES, day(2024, 1, 1), day(2024, 1, 2))[0];
    let file = &Binance.month_files(&perpetual(), MINUTES, day(2024, 1, 1))[0];
    let judge = |request: &Request, status, code: i64, retry_after_s| {
        let body = format!(r#"{{"code":{code},"msg":"Said."}}"#);
        let head = Head {
            status,
            retry_after_s,
            reset_at_ms: None,
            body: body.as_bytes(),
        };
        Binance.judge(request, head)
    };
    let api = |status, code| judge(&window.request, status, code, None);
    assert_eq!(api(200, 0), Verdict::Good);
    for status in [429, 418] {
        let verdict = judge(&window.request, status, -1003, Some(37));
        assert!(
            matches!(
                verdict,
                Verdict::Wait {
                    wait_ms: Some(37_000),
                    ..
                }
            ),
            "{verdict:?}"
        );
    }
    for (status, code) in [(403, 0), (400, -1003), (400, -1008)] {
        let verdict = api(status, code);
        assert!(
            matches!(verdict, Verdict::Wait { wait_ms: None, .. }),
            "{verdict:?}"
        );
    }
    for (status, code) in [(500, 0), (503, -1007), (502, 0), (408, 0), (400, -1001)] {
        assert!(
            matches!(api(status, code), Verdict::Retry(_)),
            "{status} {code}"
        );
    }
    for (status, code, word) in [
        (451, 0, "place"),
        (400, -1121, "no such symbol"),
        (400, -1130, "period"),
        (400, -4166, "period"),
        (400, -1102, "refuses /fapi/v1/klines"),
        (404, 0, "HTTP 404"),
    ] {
        let Verdict::Refused(why) = api(status, code) else {
            panic!("{status} {code}")
        };
        assert!(why.contains(word) && why.contains("Said."), "{why}");
    }
    assert_eq!(judge(&samples.request, 400, -1130, None), Verdict::Absent);
    assert_eq!(judge(&file.request, 404, 0, None), Verdict::Absent);
    assert!(matches!(
        judge(&file.request, 403, 0, None),
        Verdict::Refused(_)
    ));
    assert!(matches!(
        judge(&file.request, 503, 0, None),
        Verdict::Retry(_)
    ));
    for (code, expected) in [
        (-2019, Some(Meaning::Funds)),
        (-2021, Some(Meaning::WouldTrigger)),
        (-4205, Some(Meaning::Restricted)),
        (-1, None),
    ] {
        assert_eq!(meaning(code), expected, "{code}");
    }
}

fn exchange_info(base: &str, extra: &str) -> String {
    format!(
        r#"{{"serverTime":1,"rateLimits":[],"symbols":[{{"symbol":"{base}USDT","status":"TRADING","baseAsset":"{base}",
        "quoteAsset":"USDT",{extra}"filters":[{{"filterType":"PRICE_FILTER","tickSize":"0.10"}},
        {{"filterType":"LOT_SIZE","stepSize":"0.001","minQty":"0.001","maxQty":"1000"}},
        {{"filterType":"MARKET_LOT_SIZE","stepSize":"0.000","minQty":"0.002","maxQty":"120"}},
        {{"filterType":"NOTIONAL","minNotional":"7.5"}},
        {{"filterType":"PERCENT_PRICE","multiplierUp":"1.15","multiplierDown":"0.90"}}]}}]}}"#
    )
}

const PERPETUAL: &str = r#""contractType":"PERPETUAL","marginAsset":"USDT","onboardDate":1569398400000,"deliveryDate":4133404800000,"liquidationFee":"0.0125","#;

#[test]
fn rules_are_the_tighter_ones_of_both_order_kinds() {
    let body = exchange_info("NEW", PERPETUAL);
    let of = symbol("NEW/USDT:USDT");
    let listing = Binance
        .read_listing(&of, &[body.as_bytes()])
        .expect("listed");
    let rules = &listing.instrument;
    assert_eq!((rules.tick, rules.step), (Price(10_000_000), Qty(100_000)));
    assert_eq!(
        (rules.min_qty, rules.max_qty),
        (Qty(200_000), Some(Qty(120 * UNIT)))
    );
    assert_eq!(rules.min_notional, Qty(750_000_000));
    assert_eq!(rules.price_band, Some(Rate(10_000_000)));
    assert_eq!(rules.liquidation_fee, Some(Rate(1_250_000)));
    assert_eq!(
        (rules.expires_at, listing.listed_at),
        (None, Some(Timestamp(1_569_398_400_000)))
    );
    assert_eq!(listing.assumed, ["fees", "tiers"]);
    assert!(rules.assumed, "its tiers are those of another symbol");

    let ending = body.replace("4133404800000", "1790000000000");
    let listing = Binance
        .read_listing(&of, &[ending.as_bytes()])
        .expect("listed");
    assert_eq!(
        listing.instrument.expires_at,
        Some(Timestamp(1_790_000_000_000))
    );

    let spot = exchange_info("NEW", "");
    let listing = Binance
        .read_listing(&symbol("NEW/USDT"), &[spot.as_bytes()])
        .expect("listed");
    assert_eq!(listing.assumed, ["fees"]);
    assert_eq!(
        (listing.instrument.price_band, listing.listed_at),
        (None, None)
    );
    assert_eq!(listing.instrument.max_leverage(), Rate(UNIT));
}

#[test]
fn a_symbol_that_is_not_there_is_named_with_the_similar_one() {
    let told = |of: &str, body: &str| {
        let listing = Binance.read_listing(&symbol(of), &[body.as_bytes()]);
        listing.expect_err("not listed").to_string()
    };
    let body = exchange_info("1000PEPE", PERPETUAL);
    let similar = told("PEPE/USDT:USDT", &body);
    assert_eq!(
        similar,
        "binance has no perpetual PEPE/USDT:USDT (is it 1000PEPE/USDT:USDT?)"
    );
    assert!(told("BTC/USDC:USDC", &body).contains("no perpetual"));
    assert!(told("1000PEPE/USDT", &body).contains("no spot pair"));
    let dated = body.replace("\"PERPETUAL\"", "\"CURRENT_QUARTER\"");
    assert!(told("1000PEPE/USDT:USDT", &dated).contains("no perpetual"));
    let renamed = body.replace("\"1000PEPEUSDT\"", "\"PEPEK\"");
    assert!(told("1000PEPE/USDT:USDT", &renamed).contains("`PEPEK`"));
    let no_step = body.replace("\"stepSize\":\"0.001\"", "\"stepSize\":\"0\"");
    assert!(told("1000PEPE/USDT:USDT", &no_step).contains("above 0"));
}

#[test]
fn streams_are_routed_counted_and_named() {
    let futures = BinanceStream::new(InstrumentKind::LinearPerpetual);
    let mut wanted: Vec<_> = (0..250)
        .map(|i| (format!("S{i}USDT"), Channel::Trades))
        .collect();
    wanted.push(("BTCUSDT".to_owned(), Channel::Book(20)));
    wanted.push(("BTCUSDT".to_owned(), Channel::Candles(Timeframe::H3)));
    let (connections, missing) = futures.connections(&wanted);
    assert_eq!(
        missing,
        [("BTCUSDT".to_owned(), Channel::Candles(Timeframe::H3))]
    );
    let told: Vec<_> = connections
        .iter()
        .map(|c| (c.path.as_str(), c.carries.len(), c.subscribe.len()))
        .collect();
    let market = "/market/stream";
    assert_eq!(
        told,
        [(market, 200, 4), (market, 50, 1), ("/public/stream", 1, 1)]
    );
    assert_eq!(
        connections[2].subscribe[0],
        r#"{"id":1,"method":"SUBSCRIBE","params":["btcusdt@depth@100ms"]}"#
    );
    let spot = BinanceStream::new(InstrumentKind::Spot);
    let (connections, missing) = spot.connections(&[
        ("BTCUSDT".to_owned(), Channel::Mark),
        ("BTCUSDT".to_owned(), Channel::Candles(Timeframe::M1)),
    ]);
    assert_eq!(
        (missing.len(), connections[0].path.as_str()),
        (1, "/stream")
    );
}

#[test]
fn answers_to_subscriptions_and_frames_nobody_asked_for() {
    let stream = BinanceStream::new(InstrumentKind::LinearPerpetual);
    let read = |frame: &str| stream.read(frame);
    assert_eq!(
        read(r#"{"result":null,"id":1}"#),
        Ok(vec![StreamEvent::Control])
    );
    for refused in [
        r#"{"error":{"code":2,"msg":"Invalid request: unknown"},"id":1}"#,
        r#"{"code":2,"msg":"Invalid request: unknown","id":1}"#,
    ] {
        let expected =
            StreamEvent::Refused("binance refuses: Invalid request: unknown (code 2)".to_owned());
        assert_eq!(read(refused), Ok(vec![expected]));
    }
    for ignored in [
        r#"{"stream":"btcusdt@new","data":{"e":"somethingNew","x":1}}"#,
        r#"{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"1","A":"1"}}"#,
        r#"{"e":"trade","E":1700000000000,"T":1700000000000,"s":"BTCUSD_PERP","t":1,"p":"1","q":"1","X":"MARKET","m":true,"st":2}"#,
    ] {
        assert_eq!(read(ignored), Ok(Vec::new()), "{ignored}");
    }
    for wrong in [
        "",
        "[]",
        "{}",
        "hello",
        r#"{"stream":"a"}"#,
        r#"{"e":"trade","s":"BTCUSDT"}"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    let fund = r#"{"e":"trade","E":1700000000000,"T":1700000000000,"s":"BTCUSDT","t":1,"p":"1","q":"1","X":"INSURANCE_FUND","m":true}"#;
    let events = read(fund).expect("a trade");
    assert!(matches!(&events[..], [StreamEvent::Trade(t)] if !t.is_market));
    let top = r#"{"stream":"btcusdt@depth20@100ms","data":{"e":"depthUpdate","E":1700000000000,"T":1700000000000,"s":"BTCUSDT","U":5,"u":9,"pu":4,"b":[["1.5","2"]],"a":[]}}"#;
    let events = read(top).expect("a book");
    assert!(
        matches!(&events[..], [StreamEvent::Book(b)] if b.kind == BookKind::Snapshot && b.ids == (5, 9))
    );
}

#[test]
fn books_are_followed_by_the_rule_of_their_market() {
    let stream = BinanceStream::new(InstrumentKind::LinearPerpetual);
    let book = |kind, ids, previous| BookFrame {
        symbol: "BTCUSDT".to_owned(),
        time: Timestamp(0),
        kind,
        ids,
        previous,
        bids: Vec::new(),
        asks: Vec::new(),
    };
    let whole = book(BookKind::Snapshot, (100, 100), None);
    let last = book(BookKind::Delta, (90, 100), Some(80));
    for (known, ids, previous, expected) in [
        (&whole, (80, 99), Some(70), Follows::Old),
        (&whole, (90, 100), Some(80), Follows::Yes),
        (&whole, (95, 120), Some(94), Follows::Yes),
        (&whole, (107, 120), Some(100), Follows::Yes),
        (&whole, (107, 120), Some(103), Follows::Gap),
        (&last, (90, 100), Some(80), Follows::Old),
        (&last, (107, 120), Some(100), Follows::Yes),
        (&last, (107, 120), Some(105), Follows::Gap),
        // Spot: no number of the change before.
        (&whole, (90, 100), None, Follows::Old),
        (&whole, (95, 120), None, Follows::Yes),
        (&last, (101, 120), None, Follows::Yes),
        (&last, (102, 120), None, Follows::Gap),
    ] {
        let next = book(BookKind::Delta, ids, previous);
        assert_eq!(
            stream.follows(known, &next),
            expected,
            "{ids:?} {previous:?}"
        );
    }
    assert_eq!(stream.follows(&last, &whole), Follows::Yes);
    let request = |of: &str, levels| {
        let request = stream
            .book_request(&symbol(of), levels)
            .expect("there is one");
        (request.path, request.weight)
    };
    let futures = ("/fapi/v1/depth?symbol=BTCUSDT&limit=500".to_owned(), 10);
    assert_eq!(request("BTC/USDT:USDT", 200), futures);
    let spot = ("/api/v3/depth?symbol=BTCUSDT&limit=5000".to_owned(), 250);
    assert_eq!(request("BTC/USDT", 9_999), spot);
}
