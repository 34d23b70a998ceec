//! Every recorded payload of Binance is read, and holds what its README says. Skips clearly where the recordings are not there.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use host::domain::{
    Candle, CandleKind, Cash, Direction, InstrumentKind, Price, Qty, Rate, Side, Symbol, Timeframe,
    Timestamp,
};
use host::venues::binance::Binance;
use host::venues::binance::errors::{ErrorBody, Meaning, meaning};
use host::venues::binance::stream::BinanceStream;
use host::venues::binance::wire::account::{Account, AccountEvent, Bracket, Order};
use host::venues::binance::wire::json;
use host::venues::binance::wire::market::{
    AggregateTrade, BookTicker, DayTicker, ExchangeInfo, FundingInfo, LongShortRatio, OpenInterest,
    PremiumIndex, RawTrade, TakerRatio,
};
use host::venues::rest::{Head, History, Rest, Rows, Verdict};
use host::venues::stream::{
    BookFrame, BookKind, Follows, LiquidationFrame, MarkFrame, Stream, StreamEvent, TradeFrame,
};
use serde_json::Value;

use crate::shared_dir;

const MINUTES: History = History::Candles(CandleKind::Candles, Timeframe::M1);
const HOURS: History = History::Candles(CandleKind::Candles, Timeframe::H1);

fn folder() -> PathBuf {
    shared_dir().join("fixtures/exchanges/binance")
}

fn symbol(base: &str) -> Symbol {
    Symbol::parse(&format!("{base}/USDT:USDT"), None).expect("a symbol")
}

/// The rows of a recorded answer, read as the answer to a question for a day.
fn rows(base: &str, history: History, body: &[u8]) -> Rows {
    let day = Timestamp(1_786_752_000_000);
    let windows = Binance.windows(&symbol(base), history, day, day.plus_ms(86_400_000));
    let page = Binance.read(history, &windows[0], body);
    page.expect("a good answer").rows
}

fn candles(rows: Rows) -> Vec<Candle> {
    match rows {
        Rows::Candles(candles) => candles,
        other => panic!("not candles: {other:?}"),
    }
}

/// The rows of a file of the archive: its text is packed as the venue packs it.
fn archived(base: &str, history: History, day: &str, text: &str) -> Rows {
    let from = Timestamp::parse(day).expect("a day");
    let files = Binance.day_files(&symbol(base), history, from, from.plus_ms(86_400_000));
    let window = files.last().expect("a file");
    let name = window.request.path.rsplit('/').next().expect("a name");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(
        name.replace(".zip", ".csv"),
        zip::write::SimpleFileOptions::default(),
    )
    .expect("a name");
    zip.write_all(text.as_bytes()).expect("memory");
    let mut file = zip.finish().expect("memory");
    let page = Binance.read_file(history, window, &mut file);
    page.expect("a good file").rows
}

fn contiguous(candles: &[Candle], step_ms: i64) -> bool {
    candles
        .windows(2)
        .all(|pair| pair[1].open_time.0 - pair[0].open_time.0 == step_ms)
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> T {
    json("fixture", body).expect("it is what it should be")
}

/// The frames of a recording, without what the recorder put around them.
fn frames(body: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(body).expect("text");
    let values = text.lines().map(|l| read::<Value>(l.as_bytes()));
    values
        .map(|mut v| match v.get_mut("frame") {
            Some(frame) => frame.take(),
            None => v,
        })
        .collect()
}

/// What a recording of a market stream says.
#[derive(Default)]
struct Recording {
    candles: Vec<(String, Candle, Option<bool>)>,
    trades: Vec<TradeFrame>,
    marks: Vec<MarkFrame>,
    liquidations: Vec<LiquidationFrame>,
    books: Vec<BookFrame>,
    ignored: usize,
}

impl Recording {
    fn of(body: &[u8]) -> Self {
        let stream = BinanceStream::new(InstrumentKind::LinearPerpetual);
        let mut recording = Self::default();
        for frame in frames(body) {
            let events = stream.read(&frame.to_string()).expect("a frame");
            recording.ignored += usize::from(events.is_empty());
            for event in events {
                match event {
                    StreamEvent::Candle {
                        symbol,
                        candle,
                        is_closed,
                        ..
                    } => recording.candles.push((symbol, candle, is_closed)),
                    StreamEvent::Trade(trade) => recording.trades.push(trade),
                    StreamEvent::Mark(mark) => recording.marks.push(mark),
                    StreamEvent::Liquidation(l) => recording.liquidations.push(l),
                    StreamEvent::Book(book) => recording.books.push(book),
                    other => panic!("{other:?}"),
                }
            }
        }
        recording
    }

    fn told(&self) -> String {
        format!(
            "{} candle frames, {} trades, {} marks, {} liquidations, {} book updates, {} frames nobody asks for",
            self.candles.len(),
            self.trades.len(),
            self.marks.len(),
            self.liquidations.len(),
            self.books.len(),
            self.ignored
        )
    }

    fn trade_ids_are_contiguous(&self) -> bool {
        let id = |t: &TradeFrame| t.id.parse::<u64>().expect("a number");
        self.trades.windows(2).all(|p| id(&p[1]) == id(&p[0]) + 1)
    }

    fn closed(&self) -> Vec<&Candle> {
        let closed = self.candles.iter().filter(|(_, _, c)| *c == Some(true));
        closed.map(|(_, candle, _)| candle).collect()
    }
}

type Check = fn(&[u8]) -> String;

/// The files and what is read of each.
const CHECKS: [(&str, Check); 40] = [
    (
        "archive_klines.ALGOUSDT-1m.2024-09-14_15.csv",
        quiet_minutes,
    ),
    (
        "archive_klines.AVAXUSDT-1m.2026-04-01_03.csv",
        a_month_with_header,
    ),
    ("archive_samples.txt", archive_samples),
    ("errors.json", errors),
    ("leverage_tiers.2024-10.json", tiers),
    ("rest_account.v2.flat.json", account),
    ("rest_aggTrades.BTCUSDT.2020.json", old_aggregate_trades),
    (
        "rest_aggTrades.BTCUSDT.2026-10-04.json",
        new_aggregate_trades,
    ),
    ("rest_batchOrders.modify.BTCUSDT.json", changed_orders),
    ("rest_depth.AKROUSDT.limit1000.2021-07-22.json", |body| {
        depth_beside_stream("AKROUSDT", body)
    }),
    ("rest_depth.BTCUSDT.limit100.json", depth),
    ("rest_depth.SUSHIUSDT.limit1000.2021-07-22.json", |body| {
        depth_beside_stream("SUSHIUSDT", body)
    }),
    ("rest_exchangeInfo.2025-08-07.json", exchange_info),
    ("rest_fundingInfo.json", funding_info),
    ("rest_fundingRate.BTCUSDT.2020.json", old_funding),
    ("rest_fundingRate.BTCUSDT.2026-08-15.json", new_funding),
    ("rest_globalLongShortAccountRatio.BTCUSDT.5m.json", |body| {
        ratios(body, 10, "1.2952")
    }),
    ("rest_klines.BTCUSDT.1h.2026-08-15.json", hours),
    ("rest_klines.LTCUSDT.5m.2020-10.json", five_minutes),
    (
        "rest_markPriceKlines.BTCUSDT.1h.2026-07-24.json",
        mark_hours,
    ),
    ("rest_openInterest.BTCUSDT.json", open_interest),
    (
        "rest_openInterestHist.BTCUSDT.1h.2026-08-15.json",
        open_interest_samples,
    ),
    ("rest_order.openOrder.LTCUSDT.GTX.json", post_only_order),
    ("rest_premiumIndex.BTCUSDT.json", premium_index),
    ("rest_takerlongshortRatio.BTCUSDT.5m.json", taker_ratio),
    ("rest_ticker_24hr.BTCUSDT.json", day_ticker),
    ("rest_ticker_bookTicker.BTCUSDT.json", book_ticker),
    ("rest_time.json", clock),
    ("rest_topLongShortPositionRatio.BTCUSDT.5m.json", |body| {
        ratios(body, 3, "1.1322")
    }),
    ("rest_trades.BTCUSDT.2023.json", raw_trades),
    ("signing_vectors.json", signing_vectors),
    ("ws_combined.AKROUSDT.2021-07-22.jsonl", |body| {
        combined(body, "AKROUSDT", 8, 29.0, 101_629.0)
    }),
    ("ws_combined.SUSHIUSDT.2021-07-22.jsonl", |body| {
        combined(body, "SUSHIUSDT", 40, 113.0, 1_900.0)
    }),
    ("ws_frames.assorted.2019-2021.jsonl", assorted_frames),
    ("ws_live.2026-09-27.jsonl", live_frames),
    ("ws_public.BTCUSDT.2024-08-08.jsonl", public_frames),
    ("ws_user.algo_stop_market_canceled.jsonl", |body| {
        algo(body, &["NEW", "CANCELED"])
    }),
    (
        "ws_user.algo_stop_market_triggered_partial_filled.jsonl",
        triggered,
    ),
    ("ws_user.limit_new_filled.jsonl", |body| {
        filled(body, "LIMIT", "0.00661", "0.002644")
    }),
    ("ws_user.market_new_filled.jsonl", |body| {
        filled(body, "MARKET", "0.006567", "0.0026268")
    }),
];

#[test]
fn every_fixture_is_read() {
    let folder = folder();
    if !folder.exists() {
        println!("skipped: no {} (SHARED_DIR says where)", folder.display());
        return;
    }
    let checks: BTreeMap<&str, Check> = CHECKS.into_iter().collect();
    let names = std::fs::read_dir(&folder).expect("a folder").map(|entry| {
        let entry = entry.expect("it can be listed");
        entry.file_name().to_string_lossy().into_owned()
    });
    let mut names: Vec<String> = names.filter(|name| name != "README.md").collect();
    names.sort();
    for name in &names {
        let check = checks
            .get(name.as_str())
            .unwrap_or_else(|| panic!("nothing reads {name}"));
        let body = std::fs::read(folder.join(name)).expect("it can be read");
        println!("binance/{name}: {}", check(&body));
    }
    assert_eq!(names.len(), CHECKS.len(), "every one of them is there");
}

fn quiet_minutes(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let candles = candles(archived("ALGO", MINUTES, "2024-09-14", text));
    assert_eq!(candles.len(), 2_880);
    assert!(contiguous(&candles, 60_000));
    let mut quiet = 0;
    for pair in candles.windows(2) {
        let (before, candle) = (&pair[0], &pair[1]);
        if candle.trades == 0.0 {
            quiet += 1;
            let prices = [candle.open, candle.high, candle.low, candle.close];
            assert_eq!(prices, [before.close; 4]);
            assert_eq!((candle.volume, candle.taker_buy_volume), (0.0, 0.0));
        }
    }
    assert_eq!(quiet, 63);
    format!(
        "{} minutes, {quiet} flat ones without a trade",
        candles.len()
    )
}

fn a_month_with_header(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let candles = candles(archived("AVAX", MINUTES, "2026-04-01", text));
    assert_eq!(candles.len(), 4_320);
    assert!(contiguous(&candles, 60_000));
    let delta: f64 = candles
        .iter()
        .map(|c| 2.0 * c.taker_buy_volume - c.volume)
        .sum();
    assert_eq!(delta, -937_827.0);
    format!("{} contiguous minutes, CVD {delta}", candles.len())
}

/// Blocks of lines, each behind a line that begins with `#`.
fn archive_samples(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).expect("text");
    let block = |kind: &str| -> String {
        let lines = text
            .lines()
            .skip_while(|l| !l.starts_with(&format!("# {kind}")));
        let lines = lines.skip(1).take_while(|l| !l.starts_with('#'));
        lines.map(|l| format!("{l}\n")).collect()
    };
    let candles = candles(archived("BTC", MINUTES, "2026-07-15", &block("klines")));
    assert_eq!(candles[0].close.to_string(), "65011.5");
    assert_eq!(
        (candles[0].taker_buy_volume, candles[0].trades),
        (222.863, 5_998.0)
    );
    let metrics = History::OpenInterest(Timeframe::M5);
    let Rows::OpenInterest(samples) = archived("BTC", metrics, "2026-07-15", &block("metrics"))
    else {
        panic!("open interest")
    };
    assert_eq!(samples[0].time, Timestamp(1_784_073_600_000));
    assert_eq!(
        (samples[0].base, samples[0].quote),
        (105_550.985, 6_858_675_634.706_254)
    );
    let hours = Binance.month_files(&symbol("BTC"), HOURS, Timestamp(1_704_067_200_000));
    let digest = Binance.read_checksum(&hours[0], block("CHECKSUM").as_bytes());
    assert!(digest.expect("a digest").starts_with("bf673f3d"));
    let not_fetched =
        ["aggTrades", "fundingRate", "bookTicker"].map(|kind| block(kind).lines().count());
    assert_eq!(not_fetched, [2, 2, 2], "a header and a row of each");
    "a minute, a sample of open interest, a digest; trades, funding and best prices of the archive are not fetched".to_owned()
}

fn errors(body: &[u8]) -> String {
    let entries: Vec<Value> = read(body);
    let window = Binance.windows(&symbol("BTC"), MINUTES, Timestamp(0), Timestamp(60_000));
    let mut told = Vec::new();
    for entry in &entries {
        let body = entry["body"].to_string();
        let error: ErrorBody = read(body.as_bytes());
        let head = Head {
            status: u16::try_from(entry["http"].as_u64().expect("a status")).expect("small"),
            retry_after_s: None,
            reset_at_ms: None,
            body: body.as_bytes(),
        };
        let verdict = Binance.judge(&window[0].request, head);
        let Verdict::Refused(why) = &verdict else {
            panic!("{verdict:?}")
        };
        assert!(why.contains(&error.msg[..20.min(error.msg.len())]), "{why}");
        told.push(error.code);
    }
    let meant: Vec<_> = told.iter().map(|code| meaning(*code)).collect();
    let expected = [
        Some(Meaning::NoSuchThing),
        Some(Meaning::Period),
        None,
        Some(Meaning::UseAlgoOrders),
        Some(Meaning::Rules),
        Some(Meaning::WouldTrigger),
        Some(Meaning::Funds),
        Some(Meaning::NothingToReduce),
        Some(Meaning::NothingToChange),
    ];
    assert_eq!(meant, expected);
    format!("codes {told:?}")
}

fn tiers(body: &[u8]) -> String {
    let tables: BTreeMap<String, Vec<Value>> = read(body);
    let mut told = Vec::new();
    for (name, rows) in &tables {
        let brackets: Vec<Bracket> = rows
            .iter()
            .map(|r| read(r["info"].to_string().as_bytes()))
            .collect();
        for pair in brackets.windows(2) {
            assert_eq!(pair[0].notional_cap, pair[1].notional_floor, "{name}");
        }
        told.push(format!("{name} {}", brackets.len()));
        if name == "BTC/USDT:USDT" {
            let third = &brackets[2];
            assert_eq!(
                third.cum.exact::<Cash>("cum"),
                Ok("950".parse().expect("cash"))
            );
            assert_eq!(third.maint_margin_ratio.text(), "0.0065");
            assert_eq!(
                third.initial_leverage.exact::<Rate>("leverage"),
                Ok("75".parse().expect("a rate"))
            );
        }
    }
    assert_eq!(tables.len(), 4);
    told.join(", ")
}

fn account(body: &[u8]) -> String {
    let account: Account = read(body);
    let wallet: Cash = account.total_wallet_balance.exact("wallet").expect("exact");
    assert_eq!(wallet.to_string(), "31.022612");
    assert_eq!(account.assets[0].asset, "USDT");
    assert_eq!(
        account.assets[0].available_balance,
        account.available_balance
    );
    assert!(account.can_trade && account.positions.is_empty());
    format!("wallet {wallet}")
}

fn old_aggregate_trades(body: &[u8]) -> String {
    let trades: Vec<AggregateTrade> = read(body);
    assert_eq!((trades.len(), trades[0].id), (5, 154_676_475));
    assert!(trades.windows(2).all(|p| p[1].id == p[0].id + 1));
    assert!(trades.iter().all(|t| t.normal_qty.is_none()));
    assert!(!trades[0].is_buyer_maker && trades[4].is_buyer_maker);
    format!("{} trades without nq", trades.len())
}

fn new_aggregate_trades(body: &[u8]) -> String {
    let trades: Vec<AggregateTrade> = read(body);
    let second = &trades[1];
    assert_eq!(
        (second.id, second.time, second.is_buyer_maker),
        (3_474_491_308, 1_791_102_056_720, true)
    );
    assert_eq!(
        (second.first_trade, second.last_trade),
        (8_144_210_173, 8_144_210_183)
    );
    assert_eq!(second.normal_qty, Some(second.qty.clone()));
    format!("{} trades with nq", trades.len())
}

fn changed_orders(body: &[u8]) -> String {
    let orders: Vec<Order> = read(body);
    let order = &orders[0];
    assert_eq!(
        (order.order_id, order.status.as_str()),
        (4_087_922_044, "NEW")
    );
    assert_eq!(
        order.price.exact::<Price>("price"),
        Ok("666666".parse().expect("a price"))
    );
    format!("order {} at {}", order.order_id, order.price.text())
}

fn depth(body: &[u8]) -> String {
    let stream = BinanceStream::new(InstrumentKind::LinearPerpetual);
    let book = stream.read_book("BTCUSDT", body).expect("a book");
    assert_eq!((book.bids.len(), book.asks.len()), (100, 100));
    assert_eq!(
        (book.ids.1, book.time.0),
        (5_643_869_211_110, 1_730_440_386_483)
    );
    assert_eq!(book.asks[0].0.to_string(), "69607.8");
    assert!(book.bids[0].0 < book.asks[0].0);
    format!("100 levels a side at {}", book.ids.1)
}

/// The whole book and the recorded updates fit by their numbers; without one of them they do not.
fn depth_beside_stream(symbol: &str, body: &[u8]) -> String {
    let stream = BinanceStream::new(InstrumentKind::LinearPerpetual);
    let whole = stream.read_book(symbol, body).expect("a book");
    assert_eq!(whole.kind, BookKind::Snapshot);
    let path = folder().join(format!("ws_combined.{symbol}.2021-07-22.jsonl"));
    let updates = Recording::of(&std::fs::read(path).expect("the stream beside it")).books;
    let (applied, old) = follow(&stream, &whole, &updates);
    assert_eq!(applied.map(|n| n + old), Ok(updates.len()));
    assert!(old > 0, "the stream began before the book");
    for missing in [old + 1, updates.len() / 2, updates.len() - 2] {
        let mut broken = updates.clone();
        broken.remove(missing);
        assert_eq!(
            follow(&stream, &whole, &broken),
            (Err(missing), old),
            "without {missing}"
        );
    }
    format!(
        "{} and {} levels; {old} updates are older, {} follow without a gap",
        whole.bids.len(),
        whole.asks.len(),
        updates.len() - old
    )
}

/// How many updates follow a book, or the place of the first gap; and how many are older.
fn follow(
    stream: &BinanceStream,
    whole: &BookFrame,
    updates: &[BookFrame],
) -> (Result<usize, usize>, usize) {
    let (mut last, mut applied, mut old) = (whole, 0, 0);
    for (place, update) in updates.iter().enumerate() {
        match stream.follows(last, update) {
            Follows::Yes => (last, applied) = (update, applied + 1),
            Follows::Old => old += 1,
            Follows::Gap => return (Err(place), old),
        }
    }
    (Ok(applied), old)
}

fn exchange_info(body: &[u8]) -> String {
    let info: ExchangeInfo = read(body);
    assert_eq!(info.symbols.len(), 25);
    assert!(info.symbols.iter().any(|s| s.status == "TRADING"));
    let weight = info
        .rate_limits
        .iter()
        .find(|l| l.rate_limit_type == "REQUEST_WEIGHT");
    assert_eq!(weight.map(|l| l.limit), Some(2_400));
    let listing = Binance
        .read_listing(&symbol("BTC"), &[body])
        .expect("listed");
    let rules = &listing.instrument;
    let told = [
        rules.tick.to_string(),
        rules.step.to_string(),
        rules.min_notional.to_string(),
    ];
    assert_eq!(told, ["0.1", "0.001", "100"]);
    assert_eq!(
        rules.max_qty,
        Some("120".parse::<Qty>().expect("a quantity")),
        "of market orders"
    );
    assert_eq!(
        rules.price_band,
        Some("0.05".parse::<Rate>().expect("a rate"))
    );
    assert_eq!(
        rules.liquidation_fee,
        Some("0.0125".parse::<Rate>().expect("a rate"))
    );
    assert_eq!(
        (rules.expires_at, listing.listed_at),
        (None, Some(Timestamp(1_569_398_400_000)))
    );
    assert_eq!((rules.assumed, listing.assumed), (false, vec!["fees"]));
    let shipped = host::venues::instruments::lookup("binance", "BTC/USDT:USDT");
    assert_eq!(
        shipped.as_ref(),
        Some(rules),
        "the shipped table says the same"
    );
    let mut guessed = 0;
    for found in &info.symbols {
        let listing = Binance
            .read_listing(&symbol(&found.base_asset), &[body])
            .expect("listed");
        assert_eq!(listing.instrument.venue_symbol, found.symbol);
        guessed += usize::from(listing.assumed.contains(&"tiers"));
    }
    format!(
        "{} symbols, tiers of {guessed} are guessed",
        info.symbols.len()
    )
}

fn funding_info(body: &[u8]) -> String {
    let infos: Vec<FundingInfo> = read(body);
    let lpt = infos
        .iter()
        .find(|i| i.symbol == "LPTUSDT")
        .expect("it is there");
    assert_eq!(lpt.funding_interval_hours, 4);
    assert_eq!(lpt.adjusted_funding_rate_cap.number("cap"), Ok(0.02));
    assert_eq!(lpt.adjusted_funding_rate_floor.number("floor"), Ok(-0.02));
    format!("{} symbols that differ", infos.len())
}

fn old_funding(body: &[u8]) -> String {
    let Rows::Funding(rows) = rows("BTC", History::Funding, body) else {
        panic!("funding")
    };
    assert_eq!(
        (rows.len(), rows[1].time.0, rows[0].rate),
        (100, 1_600_156_800_010, -0.000_222_7)
    );
    assert!(rows.windows(2).all(|p| p[0].time < p[1].time));
    assert!(rows.iter().all(|r| r.price.is_nan()));
    let late = rows.iter().map(|r| r.time.0 % 28_800_000).max();
    assert!(late < Some(1_000));
    format!(
        "{} settlements without price, up to {} ms late",
        rows.len(),
        late.unwrap_or(0)
    )
}

fn new_funding(body: &[u8]) -> String {
    let Rows::Funding(rows) = rows("BTC", History::Funding, body) else {
        panic!("funding")
    };
    let first = rows[0];
    assert_eq!(
        (first.time.0, first.rate, first.price),
        (1_786_780_800_002, 0.000_065_23, 63_050.016_927_54)
    );
    format!("{} settlements with price", rows.len())
}

fn ratios(body: &[u8], count: usize, first: &str) -> String {
    let ratios: Vec<LongShortRatio> = read(body);
    assert_eq!(
        (ratios.len(), ratios[0].long_short_ratio.text()),
        (count, first)
    );
    assert!(
        ratios
            .windows(2)
            .all(|p| p[1].timestamp - p[0].timestamp == 300_000)
    );
    let share = |d: &host::venues::binance::wire::Decimal| d.number("share").expect("a number");
    assert!(
        ratios
            .iter()
            .all(|r| (share(&r.long_account) + share(&r.short_account) - 1.0).abs() < 1e-9)
    );
    format!("{count} samples of five minutes")
}

fn hours(body: &[u8]) -> String {
    let candles = candles(rows("BTC", HOURS, body));
    assert!(contiguous(&candles, 3_600_000));
    let [closed, open] = &candles[..] else {
        panic!("two candles")
    };
    assert_eq!(
        (closed.taker_buy_volume, closed.quote_volume),
        (460.737, 70_342_488.017)
    );
    assert!(open.trades < closed.trades / 10.0, "still open");
    format!(
        "a closed hour with delta {:.3} and an open one",
        2.0 * closed.taker_buy_volume - closed.volume
    )
}

fn five_minutes(body: &[u8]) -> String {
    let candles = candles(rows(
        "LTC",
        History::Candles(CandleKind::Candles, Timeframe::M5),
        body,
    ));
    assert_eq!(candles.len(), 500);
    assert!(contiguous(&candles, 300_000));
    assert_eq!(candles[0].open_time, Timestamp(1_602_669_900_000));
    format!("{} contiguous candles", candles.len())
}

fn mark_hours(body: &[u8]) -> String {
    let candles = candles(rows(
        "BTC",
        History::Candles(CandleKind::Mark, Timeframe::H1),
        body,
    ));
    assert_eq!(candles[0].high.to_string(), "64172.01528986");
    assert!(candles.iter().all(|c| c.volume == 0.0 && c.trades.is_nan()));
    let samples: Vec<Value> = read(body);
    assert_eq!(samples[0][8], 3_600);
    format!("{} candles of the mark price", candles.len())
}

fn open_interest(body: &[u8]) -> String {
    let interest: OpenInterest = read(body);
    assert_eq!(
        (interest.open_interest.text(), interest.time),
        ("83782.317", 1_702_244_985_273)
    );
    format!("{} {}", interest.symbol, interest.open_interest.text())
}

fn open_interest_samples(body: &[u8]) -> String {
    let Rows::OpenInterest(rows) = rows("BTC", History::OpenInterest(Timeframe::H1), body) else {
        panic!("open interest")
    };
    assert_eq!(rows[0].time, Timestamp(1_786_816_800_000));
    assert_eq!(
        (rows[0].base, rows[0].quote),
        (111_856.664, 7_051_831_069.120_872)
    );
    format!("{} samples", rows.len())
}

fn post_only_order(body: &[u8]) -> String {
    let order: Order = read(body);
    assert_eq!(
        (
            order.time_in_force.as_str(),
            order.kind.as_str(),
            order.side.as_str()
        ),
        ("GTX", "LIMIT", "BUY")
    );
    assert!(order.avg_price.is_some() && order.cum_quote.is_some());
    let text = std::str::from_utf8(body).expect("text");
    let newer = text
        .replace(r#""avgPrice":"0.00000","#, "")
        .replace(r#""cumQuote":"0.00000","#, "");
    let newer: Order = read(newer.as_bytes());
    assert_eq!(
        (newer.avg_price, newer.cum_quote),
        (None, None),
        "as answers are since July 2026"
    );
    format!("{} {} {}", order.symbol, order.status, order.time_in_force)
}

fn premium_index(body: &[u8]) -> String {
    let index: PremiumIndex = read(body);
    let told = [
        index.mark_price.text(),
        index.index_price.text(),
        index.last_funding_rate.text(),
    ];
    assert_eq!(told, ["26780.82240476", "26798.25197802", "0.00001226"]);
    assert_eq!(index.next_funding_time, 1_687_248_000_000);
    format!("mark {}", told[0])
}

fn taker_ratio(body: &[u8]) -> String {
    let ratios: Vec<TakerRatio> = read(body);
    let number = |d: &host::venues::binance::wire::Decimal| d.number("volume").expect("a number");
    let fits = |r: &TakerRatio| {
        (number(&r.buy_vol) / number(&r.sell_vol) - number(&r.buy_sell_ratio)).abs() < 1e-4
    };
    assert!(ratios.iter().all(fits));
    assert_eq!(ratios[0].timestamp, 1_605_575_400_000);
    format!("{} samples", ratios.len())
}

fn day_ticker(body: &[u8]) -> String {
    let ticker: DayTicker = read(body);
    assert_eq!(
        (ticker.last_price.text(), ticker.count),
        ("47028.59", 4_084_092)
    );
    assert_eq!(ticker.quote_volume.text(), "22175129357.20");
    format!("{} trades", ticker.count)
}

fn book_ticker(body: &[u8]) -> String {
    let ticker: BookTicker = read(body);
    assert_eq!(
        (ticker.bid_price.text(), ticker.ask_price.text()),
        ("19115.95", "19116.50")
    );
    format!("{} / {}", ticker.bid_price.text(), ticker.ask_price.text())
}

fn clock(body: &[u8]) -> String {
    let time = Binance.read_clock(body).expect("a time");
    assert_eq!(time, Timestamp(1_620_099_477_465));
    time.rfc3339()
}

fn raw_trades(body: &[u8]) -> String {
    let trades: Vec<RawTrade> = read(body);
    assert_eq!(
        (
            trades[0].id,
            trades[0].price.text(),
            trades[0].is_buyer_maker
        ),
        (3_947_543_021, "30114.70", false)
    );
    format!("{} trades", trades.len())
}

/// Recomputing them needs a keyed digest, which comes with live trading.
fn signing_vectors(body: &[u8]) -> String {
    let vectors: Vec<BTreeMap<String, String>> = read(body);
    for vector in &vectors {
        let signature = &vector["signature"];
        assert!(signature.len() == 64 && signature.bytes().all(|b| b.is_ascii_hexdigit()));
        assert!(vector["string_to_sign"].contains("timestamp=") && !vector["secret"].is_empty());
    }
    format!("{} vectors", vectors.len())
}

fn combined(body: &[u8], symbol: &str, trades: usize, closing_trades: f64, bought: f64) -> String {
    let recording = Recording::of(body);
    assert_eq!(recording.trades.len(), trades);
    assert!(recording.trade_ids_are_contiguous());
    assert_eq!(recording.ignored, 60, "best prices");
    let closed = recording.closed();
    assert_eq!(closed.len(), 1, "one minute ends in the recording");
    assert_eq!(
        (closed[0].trades, closed[0].taker_buy_volume),
        (closing_trades, bought)
    );
    assert!(
        recording
            .books
            .iter()
            .all(|b| b.symbol == symbol && b.kind == BookKind::Delta)
    );
    recording.told()
}

fn assorted_frames(body: &[u8]) -> String {
    let recording = Recording::of(body);
    let [mark] = &recording.marks[..] else {
        panic!("one mark")
    };
    assert_eq!(
        mark.mark.map(|p| p.to_string()).as_deref(),
        Some("11857.56")
    );
    assert_eq!(
        (mark.funding_rate, mark.next_funding),
        (Some(0.000_156_4), Some(Timestamp(1_597_564_800_000)))
    );
    let [trade] = &recording.trades[..] else {
        panic!("one trade")
    };
    assert_eq!(
        (trade.id.as_str(), trade.taker, trade.is_market),
        ("173525189", Side::Sell, true)
    );
    let [liquidated] = &recording.liquidations[..] else {
        panic!("one liquidation")
    };
    assert_eq!(
        liquidated.direction,
        Direction::Short,
        "a buy closes a short"
    );
    assert_eq!(
        (liquidated.qty.to_string(), liquidated.price.to_string()),
        ("0.014".to_owned(), "4706.04".to_owned())
    );
    assert_eq!(recording.ignored, 2, "best prices and a ticker");
    recording.told()
}

fn live_frames(body: &[u8]) -> String {
    let recording = Recording::of(body);
    assert!(recording.trade_ids_are_contiguous());
    let states: Vec<_> = recording
        .candles
        .iter()
        .map(|(_, c, x)| (c.open_time.0, *x))
        .collect();
    let (old, new) = (1_790_526_480_000, 1_790_526_540_000);
    assert_eq!(
        states,
        [
            (old, Some(false)),
            (old, Some(false)),
            (old, Some(true)),
            (new, Some(false))
        ]
    );
    assert_eq!(
        recording.candles[1].1, recording.candles[2].1,
        "the closing frame says the same"
    );
    let takers: Vec<_> = recording.trades.iter().map(|t| t.taker).collect();
    assert_eq!(takers[..3], [Side::Buy, Side::Buy, Side::Sell]);
    let told: Vec<_> = recording
        .liquidations
        .iter()
        .map(|l| (l.symbol.as_str(), l.direction, l.price.to_string()))
        .collect();
    assert_eq!(
        told[0],
        ("PUMPUSDT", Direction::Long, "0.004892".to_owned())
    );
    assert_eq!(
        told[1],
        ("SOONUSDT", Direction::Short, "0.3347839".to_owned())
    );
    let index = recording.marks[0].index.map(|p| p.to_string());
    assert_eq!(
        (recording.marks.len(), index.as_deref()),
        (3, Some("84590.87304348"))
    );
    recording.told()
}

fn public_frames(body: &[u8]) -> String {
    let recording = Recording::of(body);
    assert_eq!(
        (
            recording.trades.len(),
            recording.books.len(),
            recording.ignored
        ),
        (63, 40, 40)
    );
    assert!(recording.trades.iter().all(|t| t.is_market));
    assert!(
        recording
            .books
            .windows(2)
            .all(|p| p[1].previous == Some(p[0].ids.1))
    );
    recording.told()
}

fn account_events(body: &[u8]) -> Vec<AccountEvent> {
    frames(body)
        .iter()
        .map(|f| read(f.to_string().as_bytes()))
        .collect()
}

fn algo(body: &[u8], states: &[&str]) -> String {
    let events = account_events(body);
    let updates: Vec<_> = events
        .iter()
        .map(|e| match e {
            AccountEvent::Algo(algo) => &algo.order,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        updates
            .iter()
            .map(|u| u.status.as_str())
            .collect::<Vec<_>>(),
        states
    );
    assert_eq!(
        (updates[0].algo_id, updates[0].trigger_price.text()),
        (2_000_000_548_906_329, "0.006847")
    );
    assert_eq!(updates[0].client_algo_id, updates[1].client_algo_id);
    states.join(", ")
}

/// A stop becomes a market order with its id, which is filled in two parts.
fn triggered(body: &[u8]) -> String {
    let (mut states, mut orders) = (Vec::new(), Vec::new());
    for event in account_events(body) {
        match event {
            AccountEvent::Algo(algo) => states.push(algo.order),
            AccountEvent::Order(order) => orders.push(order.order),
            AccountEvent::Other => panic!("an event that is not read"),
        }
    }
    let told: Vec<_> = states.iter().map(|s| s.status.as_str()).collect();
    assert_eq!(told, ["NEW", "TRIGGERING", "TRIGGERED", "FINISHED"]);
    assert_eq!(states[3].order_id, orders[0].order_id.to_string());
    assert!(
        orders
            .iter()
            .all(|o| o.client_order_id == states[0].client_algo_id
                && o.algo_id == Some(states[0].algo_id))
    );
    let fills: Vec<_> = orders
        .iter()
        .map(|o| {
            (
                o.execution.as_str(),
                o.status.as_str(),
                o.last_qty.text(),
                o.filled_qty.text(),
            )
        })
        .collect();
    assert_eq!(
        fills,
        [
            ("NEW", "NEW", "0", "0"),
            ("TRADE", "PARTIALLY_FILLED", "760", "760"),
            ("TRADE", "FILLED", "40", "800")
        ]
    );
    told.join(", ")
}

fn filled(body: &[u8], kind: &str, price: &str, fee: &str) -> String {
    let events = account_events(body);
    let [AccountEvent::Order(new), AccountEvent::Order(fill)] = &events[..] else {
        panic!("{events:?}")
    };
    let (new, fill) = (&new.order, &fill.order);
    assert_eq!(
        (new.execution.as_str(), new.status.as_str(), new.trade_id),
        ("NEW", "NEW", 0)
    );
    assert_eq!(
        (
            fill.execution.as_str(),
            fill.status.as_str(),
            fill.kind.as_str()
        ),
        ("TRADE", "FILLED", kind)
    );
    assert_eq!(
        (
            fill.last_price.text(),
            fill.average_price.text(),
            fill.filled_qty.text()
        ),
        (price, price, "800")
    );
    assert_eq!(fill.fee.as_ref().map(|f| f.text()), Some(fee));
    assert_eq!(fill.fee_asset.as_deref(), Some("USDT"));
    assert!(!fill.is_maker && fill.trade_id > 0 && fill.realized_profit.text() == "0");
    format!("{kind} {} at {price}", fill.filled_qty.text())
}
