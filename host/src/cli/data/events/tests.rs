//! Recorded events in the commands of `host data`.

use std::fs;
use std::path::Path;

use super::super::tests::{host, json_of};
use crate::data::catalog::{Catalog, CatalogWriter, Event, EventKey, EventKind, EventRow};
use crate::data::periods::Periods;
use crate::domain::{Price, Qty, Side, Symbol, Timestamp};
use crate::venues::stream::{BookFrame, BookKind, TradeFrame};

/// 2026-09-22T08:40:00Z
const SEPTEMBER: i64 = 1_790_066_400_000;
const DAY: i64 = 86_400_000;
const UNIT: i64 = 100_000_000;

fn trade(at: i64, id: i64) -> EventRow {
    EventRow {
        available_at: Timestamp(at + 5),
        event: Event::Trade(TradeFrame {
            symbol: "BTCUSDT".to_owned(),
            time: Timestamp(at),
            id: id.to_string(),
            price: Price(84_000 * UNIT),
            qty: Qty(UNIT / 4),
            taker: Side::Buy,
            is_market: true,
        }),
    }
}

fn book(at: i64, kind: BookKind, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> EventRow {
    let levels = |all: &[(i64, i64)]| {
        all.iter()
            .map(|(p, q)| (Price(p * UNIT), Qty(q * UNIT)))
            .collect()
    };
    EventRow {
        available_at: Timestamp(at + 5),
        event: Event::Book(BookFrame {
            symbol: "BTCUSDT".to_owned(),
            time: Timestamp(at),
            kind,
            ids: (1, 1),
            previous: None,
            bids: levels(bids),
            asks: levels(asks),
        }),
    }
}

fn keep(folder: &Path, kind: EventKind, rows: &[EventRow]) {
    let mut writer = CatalogWriter::open(&Catalog::new(folder), || {}).expect("writable");
    let key = EventKey {
        venue: "binance".to_owned(),
        symbol: Symbol::parse("BTC/USDT:USDT", None).expect("a symbol"),
        kind,
    };
    let series = writer.events(&key).expect("readable");
    assert!(series.begin("one").expect("writable"));
    for row in rows {
        series.push(row.clone()).expect("writable");
    }
    let (first, last) = (rows[0].available_at, rows[rows.len() - 1].available_at);
    series.recorded(&Periods::of(first, last.plus_ms(1)));
    writer.commit().expect("writable");
}

/// Trades of September and October, three updates of a book.
fn recorded(folder: &Path) {
    let october = SEPTEMBER + 20 * DAY;
    let trades = [trade(SEPTEMBER, 1), trade(SEPTEMBER, 2), trade(october, 3)];
    keep(folder, EventKind::Trades, &trades);
    let books = [
        book(
            SEPTEMBER,
            BookKind::Snapshot,
            &[(10, 1), (9, 2)],
            &[(11, 3)],
        ),
        book(SEPTEMBER + 1, BookKind::Delta, &[(10, 0)], &[]),
        book(SEPTEMBER + 2, BookKind::Delta, &[], &[(12, 4)]),
    ];
    keep(folder, EventKind::Book, &books);
}

#[test]
fn kinds_of_events_are_chosen_like_any_other() {
    let folder = tempfile::tempdir().expect("a folder");
    recorded(folder.path());
    for (line, expected) in [
        ("list --json", 2),
        ("list --json --kind trades", 1),
        ("list --json --kind book --symbol BTCUSDT", 1),
        ("list --json --kind ticks", 0),
        ("list --json --kind candles", 0),
        ("list --json --timeframe 1m", 0),
        ("check --json --kind book", 1),
    ] {
        let found = json_of(folder.path(), line)["series"]
            .as_array()
            .map(Vec::len);
        assert_eq!(found, Some(expected), "{line}");
    }
}

#[test]
fn events_are_exported_as_they_were_received_and_books_by_level() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, to) = (folder.path().join("data"), folder.path());
    recorded(&data);
    let export = |line: &str, name: &str| -> Result<String, String> {
        let file = to.join(name);
        host(&data, &format!("export {line} --output {}", file.display()))?;
        Ok(fs::read_to_string(file).unwrap_or_default())
    };
    let csv = export("--kind trades --end 2026-10-01", "trades.csv").expect("writes");
    assert_eq!(
        csv,
        "time,available_at,id,price,qty,side,is_market\n\
         1790066400000,1790066400005,1,84000,0.25,buy,true\n\
         1790066400000,1790066400005,2,84000,0.25,buy,true\n"
    );
    let csv = export("--kind book", "book.csv").expect("writes");
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(rows.len(), 5, "{csv}");
    assert_eq!(rows[3], "1790066400001,1790066400006,1,delta,1,1,,bid,10,0");
    let csv = export("--kind book --levels 2", "levels.csv").expect("writes");
    assert_eq!(
        csv,
        "time,available_at,bid_price_1,bid_qty_1,ask_price_1,ask_qty_1,bid_price_2,bid_qty_2,ask_price_2,ask_qty_2\n\
         1790066400000,1790066400005,10,1,11,3,9,2,,\n\
         1790066400001,1790066400006,9,2,11,3,,,,\n\
         1790066400002,1790066400007,9,2,11,3,,,12,4\n"
    );
    host(
        &data,
        &format!(
            "export --kind book --levels 2 --output {}",
            to.join("b.parquet").display()
        ),
    )
    .expect("writes");
    for (line, expected) in [
        ("--kind trades --levels 2", "2 only order books have levels"),
        ("--kind ticks", "2 there is no such series"),
        ("", "2 2 series are meant"),
        (
            "--kind trades --start 2027-01-01",
            "2 binance BTC/USDT:USDT trades has nothing",
        ),
    ] {
        let error = export(line, "x.csv").expect_err(line);
        assert!(error.starts_with(expected), "{error}");
        assert!(!to.join("x.csv").exists());
    }
}

#[test]
fn months_of_events_are_pruned_and_files_no_manifest_lists() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    recorded(folder);
    let stray = folder.join("binance/perp/BTC_USDT_USDT/trades/all/2026-01-01.parquet");
    fs::write(&stray, "of a killed recorder").expect("writable");
    let told = json_of(
        folder,
        "prune --kind trades --before 2026-10-05 --yes --json",
    );
    assert_eq!(told["series"][0]["rows"], 2, "{told}");
    assert_eq!(told["series"][0]["months"], 1);
    assert_eq!(told["unlisted"].as_array().map(Vec::len), Some(1));
    assert!(!stray.exists());
    let list = json_of(folder, "list --kind trades --json");
    assert_eq!(list["series"][0]["rows"], 1, "{list}");
    let from = list["series"][0]["segments"][0][0].as_str();
    assert_eq!(
        from,
        Some("2026-10-01T00:00:00Z"),
        "what is gone is not claimed"
    );
    host(folder, "check").expect("checks");
    host(folder, "prune --kind trades --yes").expect("prunes");
    assert_eq!(
        json_of(folder, "list --json")["series"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn what_a_killed_recorder_left_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let spools = folder.join(".record/binance-perp");
    fs::create_dir_all(&spools).expect("writable");
    fs::write(spools.join("20260922T084000-1-0.jsonl"), "{}\n").expect("writable");
    fs::write(spools.join("unreadable.jsonl"), "{}\n{}\n").expect("writable");
    fs::write(spools.join("BTC_USDT_USDT.trades.lock"), "").expect("writable");
    for line in ["list", "prune"] {
        let (_, text) = host(folder, line).expect(line);
        assert!(
            text.contains("received by a recorder that was killed"),
            "{text}"
        );
        assert!(
            text.contains("unreadable.jsonl: frames nobody could read"),
            "{text}"
        );
        assert!(!text.contains(".lock"), "{text}");
    }
    let left = &json_of(folder, "list --json")["left"];
    assert_eq!(left[0]["unreadable"], false, "{left}");
    assert_eq!(
        (&left[1]["unreadable"], &left[1]["bytes"]),
        (&true.into(), &6.into())
    );
}
