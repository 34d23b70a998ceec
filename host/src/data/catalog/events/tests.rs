//! What goes in comes back: every event, every level, in the order it was received.

use super::*;
use crate::data::catalog::CatalogWriter;
use crate::domain::{Price, Qty, Side};
use crate::venues::stream::BookKind;

const START: i64 = 1_790_000_000_000;

fn key(kind: EventKind) -> EventKey {
    EventKey {
        venue: "binance".to_owned(),
        symbol: Symbol::parse("BTC/USDT:USDT", None).expect("a symbol"),
        kind,
    }
}

fn trade(n: i64) -> EventRow {
    EventRow {
        available_at: Timestamp(START + n),
        event: Event::Trade(TradeFrame {
            symbol: "BTC/USDT:USDT".to_owned(),
            // As it comes: the time of trades may go back.
            time: Timestamp(START + n - (n % 3) * 7),
            id: format!("t-{n}"),
            price: Price(6_180_020_000_000 + n),
            qty: Qty(100_000 + n),
            taker: if n % 2 == 0 { Side::Buy } else { Side::Sell },
            is_market: n % 5 != 0,
        }),
    }
}

fn book(n: i64, kind: BookKind, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> EventRow {
    let levels = |all: &[(i64, i64)]| all.iter().map(|(p, q)| (Price(*p), Qty(*q))).collect();
    EventRow {
        available_at: Timestamp(START + n),
        event: Event::Book(BookFrame {
            symbol: "BTC/USDT:USDT".to_owned(),
            time: Timestamp(START + n - 3),
            kind,
            ids: (7, 9),
            previous: (n % 2 == 0).then_some(6),
            bids: levels(bids),
            asks: levels(asks),
        }),
    }
}

fn keep(catalog: &Catalog, kind: EventKind, origin: &str, rows: &[EventRow]) -> ImportedEvents {
    let mut writer = CatalogWriter::open(catalog, || {}).expect("writable");
    let events = writer.events(&key(kind)).expect("a good name");
    if events.begin(origin).expect("writable") {
        for row in rows {
            events.push(row.clone()).expect("writable");
        }
        let times = rows.iter().map(|r| r.available_at);
        let (first, last) = (times.clone().min(), times.max());
        let end = last.expect("rows").plus_ms(1);
        events.recorded(&Periods::of(first.expect("rows"), end));
    }
    let mut committed = writer.commit().expect("writable");
    committed.events.remove(0)
}

fn all(catalog: &Catalog, kind: EventKind) -> Vec<EventRow> {
    let series = catalog.find_events(&key(kind)).expect("readable");
    let mut rows = Vec::new();
    series
        .expect("it is there")
        .each(Timestamp(0), Timestamp(i64::MAX), &mut |row| {
            rows.push(row);
            Ok(())
        })
        .expect("whole");
    rows
}

#[test]
fn events_come_back_as_they_were_received() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let trades: Vec<EventRow> = (0..20_000).map(trade).collect();
    let ticks: Vec<EventRow> = (0..5)
        .map(|n| EventRow {
            available_at: Timestamp(START + n),
            event: Event::Tick(MarkFrame {
                symbol: "BTC/USDT:USDT".to_owned(),
                time: (n != 1).then_some(Timestamp(START + n)),
                mark: (n != 2).then_some(Price(5_000_000_000 + n)),
                index: None,
                funding_rate: (n == 3).then_some(-0.000_1),
                next_funding: (n == 4).then_some(Timestamp(START + 10_000)),
                open_interest: (n == 0).then_some(12.5),
            }),
        })
        .collect();
    let mut books: Vec<EventRow> = (0..9_000)
        .map(|n| {
            book(
                n,
                BookKind::Delta,
                &[(100 + n, 5)],
                &[(20_000, 0), (20_001 + n, 1)],
            )
        })
        .collect();
    books.insert(0, book(0, BookKind::Snapshot, &[(100, 5)], &[]));
    // A book without any level, twice: both are there, and nothing is joined.
    books.push(book(9_000, BookKind::Snapshot, &[], &[]));
    books.push(book(9_000, BookKind::Snapshot, &[], &[]));
    for (kind, rows) in [
        (EventKind::Trades, trades),
        (EventKind::Ticks, ticks),
        (EventKind::Book, books),
    ] {
        let kept = keep(&catalog, kind, "one", &rows);
        assert_eq!(kept.added, rows.len() as u64);
        assert_eq!(all(&catalog, kind), rows, "{kind:?}");
    }
    assert_eq!(catalog.list_events().expect("readable").len(), 3);
}

#[test]
fn the_same_source_is_added_once_and_overlaps_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let rows: Vec<EventRow> = (0..10).map(trade).collect();
    keep(&catalog, EventKind::Trades, "one", &rows);
    assert_eq!(keep(&catalog, EventKind::Trades, "one", &rows).added, 0);
    assert_eq!(all(&catalog, EventKind::Trades), rows);

    let mut writer = CatalogWriter::open(&catalog, || {}).expect("writable");
    let events = writer.events(&key(EventKind::Trades)).expect("a good name");
    assert!(events.begin("two").expect("writable"));
    events.push(trade(5)).expect("writable");
    events.push(trade(50)).expect("writable");
    let overlap = events.overlap().expect("writable");
    assert_eq!(overlap, Some((Timestamp(START + 5), Timestamp(START + 9))));
}

#[test]
fn parts_end_with_the_month_and_with_so_many_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    // 2026-09-30 23:59:59.990 UTC and the moments after it.
    let month_end = 1_790_812_800_000 - START;
    let mut rows: Vec<EventRow> = (month_end - 10..month_end + 10).map(trade).collect();
    let wide: Vec<(i64, i64)> = (1..=100_000).map(|p| (p, 1)).collect();
    keep(&catalog, EventKind::Trades, "one", &rows);
    let series = catalog
        .find_events(&key(EventKind::Trades))
        .expect("readable");
    let series = series.expect("it is there");
    let counts: Vec<u64> = series.parts.iter().map(|p| p.events).collect();
    assert_eq!(counts, [10, 10]);
    assert!(
        series.parts[0].file.starts_with("2026-09-30T235959."),
        "{:?}",
        series.parts
    );
    assert!(series.gaps().is_empty());

    rows = (0..7)
        .map(|n| book(n, BookKind::Snapshot, &wide, &[]))
        .collect();
    keep(&catalog, EventKind::Book, "one", &rows);
    let series = catalog
        .find_events(&key(EventKind::Book))
        .expect("readable");
    let counts: Vec<u64> = series
        .expect("it is there")
        .parts
        .iter()
        .map(|p| p.events)
        .collect();
    assert_eq!(counts, [3, 3, 1]);
}

#[test]
fn segments_that_touch_are_one_and_others_leave_a_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let mut writer = CatalogWriter::open(&catalog, || {}).expect("writable");
    let events = writer.events(&key(EventKind::Trades)).expect("a good name");
    for (first, last) in [(50, 60), (0, 10), (10, 20), (55, 70)] {
        events.recorded(&Periods::of(
            Timestamp(START + first),
            Timestamp(START + last),
        ));
    }
    writer.commit().expect("writable");
    let series = catalog
        .find_events(&key(EventKind::Trades))
        .expect("readable");
    let gaps = series.expect("a quiet market was recorded too").gaps();
    assert_eq!(gaps, [(Timestamp(START + 20), Timestamp(START + 50))]);
}

#[test]
fn the_book_is_rebuilt_from_the_nearest_whole_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let first = [
        book(0, BookKind::Delta, &[(1, 1)], &[]),
        book(1, BookKind::Snapshot, &[(100, 5), (99, 4)], &[(101, 3)]),
        book(2, BookKind::Delta, &[(100, 0)], &[(102, 2)]),
    ];
    keep(&catalog, EventKind::Book, "one", &first);
    let mut held = book(10, BookKind::Snapshot, &[(99, 4)], &[(101, 3), (102, 2)]);
    if let Event::Book(frame) = held.event {
        held.event = Event::HeldBook(frame);
    }
    let second = [held, book(11, BookKind::Delta, &[(98, 7)], &[(101, 0)])];
    keep(&catalog, EventKind::Book, "two", &second);
    let series = catalog
        .find_events(&key(EventKind::Book))
        .expect("readable");
    let series = series.expect("it is there");
    let seen = |from: i64, to: i64| {
        let mut seen = Vec::new();
        books(
            &series,
            Timestamp(START + from),
            Timestamp(START + to),
            &mut |at, _, levels| {
                let prices = |all: &mut dyn Iterator<Item = (Price, Qty)>| -> Vec<i64> {
                    all.map(|(p, _)| p.0).collect()
                };
                seen.push((
                    at.0 - START,
                    prices(&mut levels.bids()),
                    prices(&mut levels.asks()),
                ));
                Ok(())
            },
        )
        .expect("whole");
        seen
    };
    let late = (11, vec![99, 98], vec![102]);
    assert_eq!(
        seen(0, 100),
        [
            (1, vec![100, 99], vec![101]),
            (2, vec![99], vec![101, 102]),
            late.clone()
        ]
    );
    assert_eq!(seen(11, 100), [late]);
}

#[test]
fn a_damaged_part_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    keep(&catalog, EventKind::Trades, "one", &[trade(1), trade(2)]);
    let series = catalog
        .find_events(&key(EventKind::Trades))
        .expect("readable");
    let series = series.expect("it is there");
    let path = series.folder.join(&series.parts[0].file);
    let mut bytes = fs::read(&path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("writable");
    let read = series.each_of_part(&series.parts[0], &mut |_| Ok(()));
    assert!(read.expect_err("damaged").to_string().contains("damaged"));
}

proptest::proptest! {
    #[test]
    fn damaged_manifests_are_errors_and_no_panics(place in 0..900_usize, byte in 0..=255_u8) {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = Catalog::new(folder.path());
        keep(&catalog, EventKind::Trades, "one", &[trade(1), trade(2)]);
        let path = folder.path().join(key(EventKind::Trades).folder()).join(MANIFEST);
        let mut bytes = fs::read(&path).expect("a manifest");
        let place = place % bytes.len();
        bytes[place] = byte;
        for bytes in [&bytes[..], &bytes[..place]] {
            if let Ok(series) = EventSeries::parse(bytes, folder.path().to_owned()) {
                for part in &series.parts {
                    let _ = series.each_of_part(part, &mut |_| Ok(()));
                }
            }
        }
    }
}
