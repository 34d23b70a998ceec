//! The recorder beside a local venue that replays recorded frames, with faults.
#![expect(
    clippy::disallowed_methods,
    reason = "other processes are watched and killed by the clock"
)]

mod faults;
mod killed;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use host::data::catalog::{Catalog, Event, EventKey, EventKind, EventRow, EventSeries, RecordKey};
use host::data::record::{Report, Request, Told, record};
use host::data::series::SeriesKey;
use host::data::streams::record::RecordKind;
use host::domain::{InstrumentKind, Price, Qty, Side, Symbol, Timeframe, Timestamp};
use host::venues::adapters;
use host::venues::http::{Addresses, Client, Options};
use host::venues::rest::{Request as Question, WireError};
use host::venues::socket::Patience;
use host::venues::stream::{
    BookFrame, BookKind, Channel, Connection, Follows, Stream, StreamEvent,
};
use serde_json::{Value, json};

use crate::shared_dir;
use crate::ws_stub::{Step, WsStub, answering};

/// Where a venue is during a test.
const PLACES: [&str; 4] = [
    "BINANCE_FUTURES_STREAM_URL",
    "BYBIT_STREAM_URL",
    "HYPERLIQUID_STREAM_URL",
    "BINANCE_FUTURES_URL",
];

fn perpetual(text: &str) -> Symbol {
    Symbol::parse(text, None).expect("a symbol")
}

/// A recorder of one symbol beside a stub; questions go to `rest`.
fn request(venue: &str, stub: &WsStub, rest: &str, symbol: &str, channels: &[Channel]) -> Request {
    let [binance, bybit, hyperliquid, questions] = PLACES;
    let mut places: BTreeMap<&'static str, String> = BTreeMap::new();
    for place in [binance, bybit, hyperliquid] {
        places.insert(place, stub.url());
    }
    places.insert(questions, rest.to_owned());
    Request {
        rest: adapters::adapter(venue).expect("a venue"),
        stream: adapters::stream(venue, InstrumentKind::LinearPerpetual).expect("a venue"),
        client: Arc::new(Client::new(&places, Options::default()).expect("a client")),
        addresses: Addresses::new(&places).expect("addresses"),
        symbols: vec![perpetual(symbol)],
        channels: channels.to_vec(),
        patience: Patience {
            pause_min_ms: 20,
            pause_max_ms: 100,
            subscribe_pause_ms: 1,
            answer_wait_ms: 500,
            ..Patience::default()
        },
        part_ms: 3_600_000,
        part_rows: 1_000_000,
        // Only if something goes wrong.
        for_ms: Some(60_000),
    }
}

/// Records until so many frames came.
fn until(catalog: &Catalog, request: &Request, frames: u64) -> Report {
    let stop = AtomicBool::new(false);
    let report = record(catalog, request, &stop, &mut |told| {
        if let Told::Status(status) = told
            && status.counts.frames >= frames
        {
            stop.store(true, Ordering::Relaxed);
        }
    });
    let report = report.expect("it records");
    assert_eq!(report.kept.counts.frames, frames, "{report:?}");
    report
}

fn events(
    folder: &Path,
    venue: &str,
    symbol: &str,
    kind: EventKind,
) -> (EventSeries, Vec<EventRow>) {
    let key = EventKey {
        venue: venue.to_owned(),
        symbol: perpetual(symbol),
        kind,
    };
    let series = Catalog::new(folder).find_events(&key).expect("readable");
    let series = series.unwrap_or_else(|| panic!("no {key}"));
    let mut rows = Vec::new();
    let all = series.each(Timestamp(0), Timestamp(i64::MAX), &mut |row| {
        rows.push(row);
        Ok(())
    });
    all.expect("whole");
    (series, rows)
}

/// Frames of a recording of a venue: texts as they were sent, without the wrapping of the recorder.
fn fixture(path: &str) -> Option<Vec<Value>> {
    let path = shared_dir().join("fixtures/exchanges").join(path);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no {} ", path.display());
        return None;
    };
    let lines = text.lines().map(|line| {
        let value: Value = serde_json::from_str(line).expect("JSON");
        value.get("frame").cloned().unwrap_or(value)
    });
    Some(lines.collect())
}

fn frame(value: &Value) -> Step {
    Step::Frame(value.to_string())
}

/// Levels as a venue writes them: pairs of texts.
fn levels(value: &Value) -> Vec<(Price, Qty)> {
    let number = |v: &Value| v.as_str().expect("text").to_owned();
    let pairs = value.as_array().expect("levels").iter();
    pairs
        .map(|l| {
            let price = number(&l[0]).parse().expect("a price");
            (price, number(&l[1]).parse().expect("a quantity"))
        })
        .collect()
}

/// First and last number, bids and asks.
type Update = (u64, u64, Vec<(Price, Qty)>, Vec<(Price, Qty)>);

fn kept_updates(rows: &[EventRow]) -> Vec<Update> {
    let book = |row: &EventRow| match &row.event {
        Event::Book(b) => (b.ids.0, b.ids.1, b.bids.clone(), b.asks.clone()),
        other => panic!("{other:?} in a book"),
    };
    rows.iter().map(book).collect()
}

fn sent_update(frame: &Value) -> Update {
    let data = &frame["data"];
    let id = |name: &str| data[name].as_u64().expect("a number");
    (id("U"), id("u"), levels(&data["b"]), levels(&data["a"]))
}

fn snapshot_update(body: &Value) -> Update {
    let id = body["lastUpdateId"].as_u64().expect("a number");
    (id, id, levels(&body["bids"]), levels(&body["asks"]))
}

/// The whole book after some more updates, as the venue would answer then.
fn book_after(body: &Value, updates: &[Value]) -> Value {
    let mut sides: [BTreeMap<String, (Price, String)>; 2] = Default::default();
    let mut put = |side: usize, all: &Value| {
        for level in all.as_array().expect("levels") {
            let (price, qty) = (
                level[0].as_str().expect("text"),
                level[1].as_str().expect("text"),
            );
            let is_gone = qty.parse::<f64>().expect("a number") == 0.0;
            if is_gone {
                sides[side].remove(price);
            } else {
                let key = price.parse().expect("a price");
                sides[side].insert(price.to_owned(), (key, qty.to_owned()));
            }
        }
    };
    for (side, name) in [(0, "bids"), (1, "asks")] {
        put(side, &body[name]);
    }
    let since = body["lastUpdateId"].as_u64();
    for update in updates.iter().filter(|u| u["data"]["u"].as_u64() > since) {
        put(0, &update["data"]["b"]);
        put(1, &update["data"]["a"]);
    }
    let side = |index: usize| {
        let mut all: Vec<_> = sides[index].iter().collect();
        all.sort_by_key(|(_, (price, _))| if index == 0 { -price.0 } else { price.0 });
        all.iter()
            .map(|(price, (_, qty))| json!([price, qty]))
            .collect::<Vec<_>>()
    };
    let last = updates
        .last()
        .map_or(&body["lastUpdateId"], |u| &u["data"]["u"]);
    json!({"lastUpdateId": last, "E": body["E"], "T": body["T"], "bids": side(0), "asks": side(1)})
}

/// Frames of a combined recording: those of the book, and the others.
fn split(frames: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let wanted = frames.iter().filter(|f| {
        let stream = f["stream"].as_str().unwrap_or_default();
        !stream.contains("bookTicker")
    });
    wanted
        .cloned()
        .partition(|f| f["stream"].as_str().is_some_and(|s| s.contains("@depth")))
}

const BINANCE: [Channel; 3] = [
    Channel::Candles(Timeframe::M1),
    Channel::Trades,
    Channel::Book(1_000),
];

#[test]
fn what_lands_in_the_catalog_equals_the_frames() {
    for base in ["AKRO", "SUSHI"] {
        let Some(frames) = fixture(&format!("binance/ws_combined.{base}USDT.2021-07-22.jsonl"))
        else {
            return;
        };
        let depth = format!("binance/rest_depth.{base}USDT.limit1000.2021-07-22.json");
        let depth = fixture(&depth).expect("beside the other").remove(0);
        let (books, others) = split(&frames);
        let (played, told) = (books.clone(), others.clone());
        let stub = WsStub::start(Box::new(move |path, _| {
            let mut steps = vec![Step::Subscribed(1), Step::Ping];
            if path.starts_with("/public") {
                // The whole book is asked for when the first change is there.
                steps.extend(played[..4].iter().map(frame));
                steps.push(Step::Wait(1_500));
                steps.extend(played[4..].iter().map(frame));
            } else {
                steps.extend(told.iter().map(frame));
            }
            steps
        }));
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = Catalog::new(folder.path());
        let symbol = format!("{base}/USDT:USDT");
        let rest = answering(vec![depth.to_string()]);
        let request = request("binance", &stub, &rest, &symbol, &BINANCE);
        let report = until(&catalog, &request, (books.len() + others.len()) as u64);
        assert!(report.absent.is_empty());

        let (series, rows) = events(folder.path(), "binance", &symbol, EventKind::Book);
        let last = depth["lastUpdateId"].as_u64().expect("a number");
        let mut expected = vec![snapshot_update(&depth)];
        expected.extend(books.iter().map(sent_update).filter(|u| u.1 >= last));
        assert!(
            kept_updates(&rows) == expected,
            "every level of every update"
        );
        assert_eq!(
            (
                series.segments.iter().count(),
                report.kept.counts.book_breaks
            ),
            (1, 0)
        );

        let (_, rows) = events(folder.path(), "binance", &symbol, EventKind::Trades);
        assert_eq!(kept_trades(&rows), sent_trades(&others));
        let closed = others.iter().filter(|f| f["data"]["k"]["x"] == json!(true));
        let key = SeriesKey::new("binance", None, &symbol, Timeframe::M1).expect("a name");
        let candles = catalog.series(&key).expect("it is there");
        let kept = candles.read(&candles.manifest.files[0]).expect("whole");
        let closed: Vec<&Value> = closed.map(|f| &f["data"]["k"]).collect();
        assert_eq!((kept.len(), closed.len()), (1, 1));
        let text = |name: &str| {
            closed[0][name]
                .as_str()
                .expect("text")
                .parse()
                .expect("a price")
        };
        assert_eq!(
            kept[0].open_time.0,
            closed[0]["t"].as_i64().expect("a time")
        );
        assert_eq!((kept[0].open, kept[0].close), (text("o"), text("c")));
        assert!(stub.log().pongs >= 2, "pings of the venue are answered");
        println!(
            "{base}: {} book updates, {} trades, 1 candle",
            expected.len(),
            rows.len()
        );
    }
}

type Trade = (String, Price, Qty, Side, i64);

fn kept_trades(rows: &[EventRow]) -> Vec<Trade> {
    let trade = |row: &EventRow| match &row.event {
        Event::Trade(t) => (t.id.clone(), t.price, t.qty, t.taker, t.time.0),
        other => panic!("{other:?} among trades"),
    };
    rows.iter().map(trade).collect()
}

fn sent_trades(frames: &[Value]) -> Vec<Trade> {
    let trades = frames
        .iter()
        .filter(|f| f["data"]["e"] == json!("aggTrade"));
    trades
        .map(|f| {
            let t = &f["data"];
            let text = |name: &str| t[name].as_str().expect("text").to_owned();
            (
                t["a"].to_string(),
                text("p").parse().expect("a price"),
                text("q").parse().expect("a quantity"),
                if t["m"] == json!(true) {
                    Side::Sell
                } else {
                    Side::Buy
                },
                t["T"].as_i64().expect("a time"),
            )
        })
        .collect()
}

#[test]
fn faults_leave_gaps_that_are_listed_and_nothing_else() {
    let Some(frames) = fixture("binance/ws_combined.SUSHIUSDT.2021-07-22.jsonl") else {
        return;
    };
    let depth = fixture("binance/rest_depth.SUSHIUSDT.limit1000.2021-07-22.json");
    let depth = depth.expect("beside the other").remove(0);
    let (books, others) = split(&frames);
    let trades: Vec<Value> = others
        .iter()
        .filter(|f| f["data"]["e"] == json!("aggTrade"))
        .cloned()
        .collect();
    // Number 100 is withheld, number 50 comes twice, the connection breaks after 150.
    let second = book_after(&depth, &books[..=105]);
    let third = book_after(&depth, &books[..=160]);
    let (played, told) = (books.clone(), trades.clone());
    let stub = WsStub::start(Box::new(move |path, nth| {
        let play =
            |range: std::ops::Range<usize>| played[range].iter().map(frame).collect::<Vec<_>>();
        let mut steps = vec![Step::Subscribed(1)];
        match (path.starts_with("/public"), nth) {
            (true, 0) => {
                steps.extend(play(0..4));
                steps.push(Step::Wait(1_500));
                steps.extend(play(4..51));
                steps.extend(play(50..100));
                steps.extend(play(101..110));
                steps.push(Step::Wait(1_500));
                steps.extend(play(110..151));
                steps.push(Step::Drop);
            }
            (true, _) => {
                steps.extend(play(151..165));
                steps.push(Step::Wait(2_500));
                steps.extend(play(165..played.len()));
            }
            (false, 0) => {
                steps.extend(told[..10].iter().map(frame));
                steps.push(frame(&told[9]));
                // A gap shorter than a millisecond is none.
                steps.push(Step::Wait(100));
                steps.push(Step::Frame("{\"e\": half a fra".to_owned()));
                steps.extend(told[10..20].iter().map(frame));
                steps.push(Step::Close);
            }
            (false, _) => steps.extend(told[20..].iter().rev().map(frame)),
        }
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let rest = answering([&depth, &second, &third].map(Value::to_string).to_vec());
    let symbol = "SUSHI/USDT:USDT";
    let request = request(
        "binance",
        &stub,
        &rest,
        symbol,
        &[Channel::Trades, Channel::Book(1_000)],
    );
    // One book frame and one trade come twice, one frame is nonsense, one book frame never comes.
    let report = until(&catalog, &request, (books.len() + trades.len() + 2) as u64);
    let counts = report.kept.counts;
    assert_eq!(
        (counts.book_breaks, counts.disconnects),
        (1, 2),
        "{counts:?}"
    );
    assert_eq!((counts.doubles, counts.unreadable), (2, 1), "{counts:?}");

    let (series, rows) = events(folder.path(), "binance", symbol, EventKind::Book);
    let sent: Vec<Update> = books.iter().map(sent_update).collect();
    let mut expected = vec![snapshot_update(&depth)];
    expected.extend_from_slice(&sent[3..100]);
    expected.push(snapshot_update(&second));
    expected.extend_from_slice(&sent[105..151]);
    expected.push(snapshot_update(&third));
    expected.extend_from_slice(&sent[160..]);
    let kept = kept_updates(&rows);
    let ids = |all: &[Update]| all.iter().map(|u| (u.0, u.1)).collect::<Vec<_>>();
    assert_eq!(ids(&kept), ids(&expected));
    assert!(kept == expected, "every level of every update");
    assert_eq!(series.gaps().len(), 2, "{:?}", series.segments);

    let (series, rows) = events(folder.path(), "binance", symbol, EventKind::Trades);
    let mut expected = sent_trades(&trades[..20]);
    let mut turned = sent_trades(&trades[20..]);
    turned.reverse();
    expected.append(&mut turned);
    assert_eq!(kept_trades(&rows), expected, "as they were received");
    assert_eq!(
        series.gaps().len(),
        2,
        "nonsense and a farewell: {:?}",
        series.segments
    );
    let aside = folder.path().join(".record/binance-perp/unreadable.jsonl");
    let aside = std::fs::read_to_string(aside).expect("what could not be read is kept");
    assert!(aside.contains("half a fra"), "{aside}");
    let left = std::fs::read_dir(folder.path().join(".record/binance-perp")).expect("a folder");
    let spools = left.flatten().filter(|e| {
        let name = e.file_name().to_string_lossy().into_owned();
        name.ends_with(".jsonl") && name != "unreadable.jsonl"
    });
    assert_eq!(spools.count(), 0, "spools go when they became tables");
}

#[test]
fn marks_and_liquidations_of_binance_land_as_sent() {
    let Some(frames) = fixture("binance/ws_live.2026-09-27.jsonl") else {
        return;
    };
    let of = |event: &str| -> Vec<Value> {
        let all = frames.iter().filter(|f| f["data"]["e"] == json!(event));
        all.cloned().collect()
    };
    let (marks, liquidations) = (of("markPriceUpdate"), of("forceOrder"));
    assert_eq!((marks.len(), liquidations.len()), (3, 3));
    let play: Vec<Step> = marks.iter().chain(&liquidations).map(frame).collect();
    let stub = WsStub::start(Box::new(move |_, _| {
        let mut steps = vec![Step::Subscribed(1)];
        steps.extend(play.clone());
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let mut request = request(
        "binance",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDT:USDT",
        &[Channel::Mark, Channel::Liquidations],
    );
    let names: std::collections::BTreeSet<&str> = liquidations
        .iter()
        .filter_map(|f| f["data"]["o"]["s"].as_str())
        .collect();
    let others = names.iter().filter(|n| **n != "BTCUSDT");
    let others =
        others.map(|n| Symbol::parse(n, Some(InstrumentKind::LinearPerpetual)).expect("a symbol"));
    request.symbols.extend(others);
    until(&catalog, &request, 6);

    let (_, rows) = events(folder.path(), "binance", "BTC/USDT:USDT", EventKind::Ticks);
    let kept: Vec<_> = rows
        .iter()
        .map(|row| match &row.event {
            Event::Tick(t) => (
                t.time.map(|t| t.0),
                t.mark,
                t.index,
                t.next_funding.map(|t| t.0),
            ),
            other => panic!("{other:?} among ticks"),
        })
        .collect();
    let sent: Vec<_> = marks
        .iter()
        .map(|f| {
            let price = |name: &str| {
                f["data"][name]
                    .as_str()
                    .and_then(|t| t.parse::<Price>().ok())
            };
            (
                f["data"]["E"].as_i64(),
                price("p"),
                price("i"),
                f["data"]["T"].as_i64(),
            )
        })
        .collect();
    assert_eq!(kept, sent);

    let mut kept = 0;
    for name in &names {
        let key = RecordKey {
            venue: "binance".to_owned(),
            symbol: Symbol::parse(name, Some(InstrumentKind::LinearPerpetual)).expect("a symbol"),
            kind: RecordKind::Liquidations,
            interval: None,
        };
        let series = catalog
            .records(&key.venue, &key.symbol, key.kind)
            .expect("readable");
        let records = series[0]
            .between(Timestamp(0), Timestamp(i64::MAX))
            .expect("whole");
        kept += records.len();
        for record in records {
            let frame = liquidations
                .iter()
                .map(|f| &f["data"]["o"])
                .find(|o| o["s"] == json!(name));
            let order = frame.expect("it was sent");
            let is_long = order["S"] == json!("SELL");
            assert_eq!(record.values[0] > 0.0, is_long, "a long is sold");
            assert!(record.available_at.is_some_and(|at| at >= record.time));
        }
        assert!(!series[0].asked.is_empty(), "the period that was watched");
    }
    assert_eq!(kept, liquidations.len());
}

#[test]
fn whole_books_without_numbers_and_replayed_trades_of_hyperliquid() {
    let Some(frames) = fixture("hyperliquid/ws_l2Book_trades.BTC.2025-01-26.jsonl") else {
        return;
    };
    let play: Vec<Step> = frames.iter().map(frame).collect();
    let stub = WsStub::start(Box::new(move |_, _| {
        let mut steps = vec![Step::Subscribed(2)];
        steps.extend(play.clone());
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let request = request(
        "hyperliquid",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDC:USDC",
        &[Channel::Trades, Channel::Book(20)],
    );
    until(&catalog, &request, frames.len() as u64);
    let (series, rows) = events(
        folder.path(),
        "hyperliquid",
        "BTC/USDC:USDC",
        EventKind::Book,
    );
    let books: Vec<&Value> = frames
        .iter()
        .filter(|f| f["channel"] == json!("l2Book"))
        .collect();
    assert_eq!(
        (rows.len(), series.segments.iter().count()),
        (books.len(), 1)
    );
    for (row, sent) in rows.iter().zip(&books) {
        let Event::Book(book) = &row.event else {
            panic!("{row:?}")
        };
        let sent = &sent["data"];
        assert_eq!(book.time.0, sent["time"].as_i64().expect("a time"));
        for (kept, side) in [(&book.bids, 0), (&book.asks, 1)] {
            let sent = sent["levels"][side].as_array().expect("levels");
            let pair = |l: &Value| {
                let text = |name: &str| l[name].as_str().expect("text").to_owned();
                let price: Price = text("px").parse().expect("a price");
                (price, text("sz").parse::<Qty>().expect("a quantity"))
            };
            assert_eq!(*kept, sent.iter().map(pair).collect::<Vec<_>>());
        }
    }
    let (_, rows) = events(
        folder.path(),
        "hyperliquid",
        "BTC/USDC:USDC",
        EventKind::Trades,
    );
    let batches = frames.iter().filter(|f| f["channel"] == json!("trades"));
    let batches: Vec<&Vec<Value>> = batches.filter_map(|f| f["data"].as_array()).collect();
    let sent: usize = batches.iter().map(|b| b.len()).sum();
    // The first message repeats trades from before the subscription: up to 49 s old, none of them is recorded.
    assert!(rows.len() <= sent - 29, "{} of {sent}", rows.len());
    let later: usize = batches[1..].iter().map(|b| b.len()).sum();
    assert!(rows.len() >= later, "{} of {later}", rows.len());
}

/// A venue whose connections are given up and replaced sooner.
struct Hasty {
    inner: Arc<dyn Stream>,
    silence_ms: u64,
    life_ms: Option<u64>,
}

impl Stream for Hasty {
    fn connections(
        &self,
        wanted: &[(String, Channel)],
    ) -> (Vec<Connection>, Vec<(String, Channel)>) {
        let (mut connections, absent) = self.inner.connections(wanted);
        for connection in &mut connections {
            connection.silence_ms = self.silence_ms;
            connection.life_ms = self.life_ms;
        }
        (connections, absent)
    }

    fn read(&self, frame: &str) -> Result<Vec<StreamEvent>, WireError> {
        self.inner.read(frame)
    }

    fn book_request(&self, symbol: &Symbol, levels: u16) -> Option<Question> {
        self.inner.book_request(symbol, levels)
    }

    fn read_book(&self, symbol: &str, body: &[u8]) -> Result<BookFrame, WireError> {
        self.inner.read_book(symbol, body)
    }

    fn follows(&self, last: &BookFrame, next: &BookFrame) -> Follows {
        self.inner.follows(last, next)
    }
}

/// An aggregate trade of made-up time and price.
fn made_up_trade(id: u64) -> String {
    json!({"stream": "btcusdt@aggTrade", "data": {
        "e": "aggTrade", "E": 1_790_000_000_000 + id, "s": "BTCUSDT", "a": id, "p": "84000.1", "q": "0.002",
        "f": id, "l": id, "T": 1_790_000_000_000 + id, "m": id.is_multiple_of(2)}})
    .to_string()
}

#[test]
fn a_silent_connection_is_given_up_and_opened_again() {
    let stub = WsStub::start(Box::new(|_, nth| {
        let id = 10 * nth as u64;
        vec![
            Step::Subscribed(1),
            Step::Frame(made_up_trade(id)),
            Step::Frame(made_up_trade(id + 1)),
        ]
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let mut request = request(
        "binance",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDT:USDT",
        &[Channel::Trades],
    );
    let inner = Arc::clone(&request.stream);
    request.stream = Arc::new(Hasty {
        inner,
        silence_ms: 400,
        life_ms: None,
    });
    request.for_ms = Some(2_500);
    let stop = AtomicBool::new(false);
    let mut notes = Vec::new();
    let report = record(&catalog, &request, &stop, &mut |told| {
        if let Told::Note(text) = told {
            notes.push(text);
        }
    });
    let report = report.expect("it records");
    assert!(report.kept.counts.disconnects >= 2, "{report:?}");
    assert!(
        notes.iter().any(|n| n.contains("silent for 0.4 s")),
        "{notes:?}"
    );
    let (series, rows) = events(folder.path(), "binance", "BTC/USDT:USDT", EventKind::Trades);
    assert_eq!(rows.len() as u64, report.kept.counts.frames);
    assert!(series.gaps().len() >= 2, "{:?}", series.segments);
}

#[test]
fn an_old_connection_is_replaced_without_a_gap_and_doubles_are_dropped() {
    let began = std::time::Instant::now();
    // Every connection sends the same trade every ten milliseconds, whenever it was opened.
    let stub = WsStub::start(Box::new(move |_, _| {
        let first = began.elapsed().as_millis() as u64 / 10;
        let mut steps = vec![Step::Subscribed(1)];
        for id in first..first + 1_000 {
            steps.push(Step::Frame(made_up_trade(id)));
            steps.push(Step::Wait(10));
        }
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let mut request = request(
        "binance",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDT:USDT",
        &[Channel::Trades],
    );
    let inner = Arc::clone(&request.stream);
    request.stream = Arc::new(Hasty {
        inner,
        silence_ms: 5_000,
        life_ms: Some(600),
    });
    request.for_ms = Some(3_000);
    // Parts in between change nothing.
    request.part_ms = 700;
    let report = record(&catalog, &request, &AtomicBool::new(false), &mut |_| {});
    let report = report.expect("it records");
    assert!(report.parts >= 3, "{report:?}");
    assert!(
        stub.log().connections.len() >= 3,
        "{:?}",
        stub.log().connections
    );
    let (series, rows) = events(folder.path(), "binance", "BTC/USDT:USDT", EventKind::Trades);
    let ids: Vec<String> = kept_trades(&rows).into_iter().map(|t| t.0).collect();
    let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "each trade once");
    assert_eq!(
        ids.len() as u64 + report.kept.counts.doubles,
        report.kept.counts.frames
    );
    assert!(series.gaps().is_empty(), "{:?}", series.segments);
}

#[test]
fn two_recorders_of_the_same_stream_do_not_run_at_once() {
    let stub = WsStub::start(Box::new(|_, _| {
        vec![Step::Subscribed(1), Step::Frame(made_up_trade(1))]
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let first = request(
        "binance",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDT:USDT",
        &[Channel::Trades],
    );
    let mut refused = None;
    let stop = AtomicBool::new(false);
    record(&catalog, &first, &stop, &mut |told| {
        if let Told::Status(_) = told
            && refused.is_none()
        {
            refused = record(&catalog, &first, &stop, &mut |_| {}).err();
            stop.store(true, Ordering::Relaxed);
        }
    })
    .expect("the first one records");
    let refused = refused.expect("the second one does not").to_string();
    assert!(
        refused.contains("another process records trades of binance BTC/USDT:USDT"),
        "{refused}"
    );
    // Afterwards anybody may.
    let mut again = request(
        "binance",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDT:USDT",
        &[Channel::Trades],
    );
    again.for_ms = Some(200);
    record(&catalog, &again, &AtomicBool::new(false), &mut |_| {}).expect("the claim ended");
}

#[test]
fn a_venue_without_the_streams_that_were_asked_for_says_so() {
    let stub = WsStub::start(Box::new(|_, _| Vec::new()));
    let folder = tempfile::tempdir().expect("a folder");
    let asked = request(
        "hyperliquid",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDC:USDC",
        &[Channel::Liquidations],
    );
    let error = record(
        &Catalog::new(folder.path()),
        &asked,
        &AtomicBool::new(false),
        &mut |_| {},
    );
    let error = error.expect_err("there are none").to_string();
    assert!(
        error.contains("hyperliquid has none of what was asked for: BTC liquidations"),
        "{error}"
    );
}

#[test]
fn a_new_snapshot_replaces_the_book_of_bybit_and_a_gap_subscribes_anew() {
    let level = |price: i64, qty: i64| json!([price.to_string(), qty.to_string()]);
    let book = |kind: &str, u: u64, bids: Value, asks: Value| {
        json!({"topic": "orderbook.50.BTCUSDT", "type": kind, "ts": 1_790_000_000_000_u64 + u, "cts": 1_790_000_000_000_u64 + u,
            "data": {"s": "BTCUSDT", "b": bids, "a": asks, "u": u, "seq": u * 10}})
    };
    let stub = WsStub::start(Box::new(move |_, nth| {
        let base = 100 * (nth as u64 + 1);
        let mut steps = vec![
            Step::Subscribed(1),
            frame(&book(
                "snapshot",
                base,
                json!([level(100, 1)]),
                json!([level(101, 2)]),
            )),
            frame(&book(
                "delta",
                base + 1,
                json!([level(100, 0), level(99, 4)]),
                json!([]),
            )),
        ];
        if nth == 0 {
            // Number 102 never comes.
            steps.push(frame(&book(
                "delta",
                base + 3,
                json!([level(98, 1)]),
                json!([]),
            )));
        }
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let request = request(
        "bybit",
        &stub,
        "http://127.0.0.1:9",
        "BTC/USDT:USDT",
        &[Channel::Book(50)],
    );
    let report = until(&catalog, &request, 5);
    assert_eq!(report.kept.counts.book_breaks, 1);
    let (series, rows) = events(folder.path(), "bybit", "BTC/USDT:USDT", EventKind::Book);
    let kinds: Vec<_> = rows
        .iter()
        .map(|row| match &row.event {
            Event::Book(b) => (b.kind, b.ids.1),
            other => panic!("{other:?}"),
        })
        .collect();
    let (whole, change) = (BookKind::Snapshot, BookKind::Delta);
    assert_eq!(
        kinds,
        [(whole, 100), (change, 101), (whole, 200), (change, 201)]
    );
    assert_eq!(series.gaps().len(), 1);
}
