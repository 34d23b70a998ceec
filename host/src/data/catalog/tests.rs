use std::fs;

use proptest::prelude::*;

use super::*;
use crate::data::periods::Periods;
use crate::data::testing::{START, at_minutes, candle};
use crate::domain::Timeframe;

fn key() -> SeriesKey {
    SeriesKey::new("binance", None, "BTC/USDT:USDT", Timeframe::M1).expect("a key")
}

fn import(catalog: &Catalog, candles: &[Candle]) -> Result<Imported, DataError> {
    let mut writer = CatalogWriter::open(catalog, || {})?;
    let series = writer.series(&key())?;
    for candle in candles {
        series.push(candle)?;
    }
    Ok(writer.commit()?.series.remove(0))
}

fn all(catalog: &Catalog) -> Vec<Candle> {
    let series = catalog.series(&key()).expect("is there");
    series
        .manifest
        .files
        .iter()
        .flat_map(|f| series.read(f).expect("reads"))
        .collect()
}

/// Compares with NaN equal to NaN.
fn same(a: &[Candle], b: &[Candle]) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

#[test]
fn candles_come_back_month_by_month() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    // Hours before and after the turn of the month.
    let candles = at_minutes(44_000..45_000);
    let imported = import(&catalog, &candles).expect("imports");
    assert_eq!((imported.read, imported.added), (1_000, 1_000));
    let series = catalog.series(&key()).expect("is there");
    let months: Vec<_> = series
        .manifest
        .files
        .iter()
        .map(|f| f.month.as_str())
        .collect();
    assert_eq!(months, ["2024-01", "2024-02"]);
    assert_eq!(series.rows(), 1_000);
    assert!(same(&all(&catalog), &candles));
    assert_eq!(catalog.list().expect("lists").len(), 1);
}

#[test]
fn importing_twice_changes_nothing_and_pieces_equal_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = Catalog::new(folder.path().join("whole"));
    let pieces = Catalog::new(folder.path().join("pieces"));
    let candles = at_minutes(0..900);
    import(&whole, &candles).expect("imports");
    let again = import(&whole, &candles).expect("imports");
    assert_eq!((again.read, again.added), (900, 0));
    for range in [500..900, 0..300, 200..600] {
        import(&pieces, &candles[range]).expect("imports");
    }
    assert!(same(&all(&pieces), &candles));
    let print = |c: &Catalog| {
        let series = c.series(&key()).expect("is there");
        let (from, to) = series.period();
        (
            series.fingerprint(from, to),
            series.manifest.segments.clone(),
        )
    };
    assert_eq!(print(&whole), print(&pieces));
    let series = pieces.series(&key()).expect("is there");
    let files = || fs::read_dir(&series.folder).expect("lists").count();
    assert_eq!(files(), 3, "manifest, file, the version before");
    let mut writer = CatalogWriter::open(&pieces, || {}).expect("opens");
    let waste = writer.prune_waste(Doing::ForGood).expect("prunes");
    assert_eq!((waste.len(), files()), (1, 2));
}

#[test]
fn a_contradiction_names_the_minute_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    import(&catalog, &at_minutes(0..100)).expect("imports");
    let before = all(&catalog);
    let mut other = at_minutes(50..150);
    other[20].volume += 1.0;
    let error = import(&catalog, &other).expect_err("contradicts");
    assert!(
        error
            .to_string()
            .contains("two versions of 2024-01-01 01:10"),
        "{error}"
    );
    assert!(same(&all(&catalog), &before));
    assert_eq!(
        fs::read_dir(folder.path()).expect("lists").count(),
        2,
        "no staging left"
    );
}

#[test]
fn a_column_that_was_absent_is_filled_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let full = at_minutes(0..50);
    let bare: Vec<_> = full
        .iter()
        .map(|c| Candle {
            taker_buy_volume: f64::NAN,
            trades: f64::NAN,
            ..*c
        })
        .collect();
    import(&catalog, &bare).expect("imports");
    import(&catalog, &full).expect("imports");
    import(&catalog, &bare).expect("imports");
    assert!(same(&all(&catalog), &full));
}

#[test]
fn damage_is_noticed_before_a_row_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    import(&catalog, &at_minutes(0..100)).expect("imports");
    let series = catalog.series(&key()).expect("is there");
    let path = series.path(&series.manifest.files[0]);
    let mut bytes = fs::read(&path).expect("reads");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("writes");
    let error = series.read(&series.manifest.files[0]).expect_err("damaged");
    assert!(error.to_string().contains("digest"), "{error}");
    assert_eq!(error.kind(), ErrorKind::World);
    fs::remove_file(&path).expect("removes");
    assert!(series.read(&series.manifest.files[0]).is_err());
}

#[test]
fn a_reader_goes_on_with_what_an_import_replaces() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    import(&catalog, &at_minutes(0..100)).expect("imports");
    let reader = catalog.series(&key()).expect("is there");
    import(&catalog, &at_minutes(100..200)).expect("imports");
    let read = reader
        .read(&reader.manifest.files[0])
        .expect("is still there");
    assert_eq!(read.len(), 100);
    import(&catalog, &at_minutes(200..300)).expect("imports");
    let error = reader.read(&reader.manifest.files[0]).expect_err("is gone");
    assert_eq!(error.kind(), ErrorKind::World);
    assert!(
        error
            .hint()
            .expect("a hint")
            .contains("run the command again")
    );
}

#[test]
fn what_a_killed_writer_left_is_removed_by_the_next_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    import(&catalog, &at_minutes(0..10)).expect("imports");
    let staging = folder.path().join(".staging-dead");
    fs::create_dir(&staging).expect("makes");
    fs::write(staging.join("2024-01.parquet"), "x").expect("writes");
    let orphan = catalog
        .series(&key())
        .expect("is there")
        .folder
        .join("2024-02.00000000.parquet");
    fs::write(&orphan, "x").expect("writes");
    import(&catalog, &at_minutes(10..20)).expect("imports");
    assert!(!staging.exists() && !orphan.exists());
}

#[test]
fn far_periods_are_segments_near_ones_have_a_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let day = 1_440;
    import(&catalog, &at_minutes((0..10).chain(3 * day..3 * day + 10))).expect("imports");
    import(&catalog, &at_minutes(4 * day..4 * day + 10)).expect("imports");
    import(&catalog, &at_minutes(30 * day..30 * day + 10)).expect("imports");
    let segments = catalog.series(&key()).expect("is there").manifest.segments;
    let minutes: Vec<_> = segments
        .iter()
        .map(|(a, b)| ((a.0 - START) / 60_000, (b.0 - START) / 60_000))
        .collect();
    assert_eq!(minutes, [(0, 4 * day + 9), (30 * day, 30 * day + 9)]);
}

#[test]
fn two_writers_take_turns() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    std::thread::scope(|scope| {
        for part in 0..4 {
            let catalog = &catalog;
            scope.spawn(move || {
                for step in 0..5 {
                    let from = (step * 4 + part) * 10;
                    import(catalog, &at_minutes(from..from + 15)).expect("imports");
                }
            });
        }
    });
    assert!(same(&all(&catalog), &at_minutes(0..205)));
}

#[test]
fn unknown_series_name_what_there_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    assert!(
        catalog
            .series(&key())
            .expect_err("empty")
            .hint()
            .expect("a hint")
            .contains("import")
    );
    import(&catalog, &at_minutes(0..5)).expect("imports");
    let other = SeriesKey::new("bybit", None, "BTC/USDT:USDT", Timeframe::M1).expect("a key");
    let error = catalog.series(&other).expect_err("is not there");
    assert_eq!(error.hint(), Some("there are: binance BTC/USDT:USDT 1m"));
}

#[test]
fn damaged_manifests_are_errors() {
    let mut manifest = Manifest::default();
    manifest.add_segment(Timestamp(START), Timestamp(START));
    manifest.files.push(MonthFile {
        month: "2024-01".to_owned(),
        file: "2024-01.00000000.parquet".to_owned(),
        sha256: "0".repeat(64),
        blake3: "0".repeat(64),
        content: "0".repeat(64),
        bytes: 1,
        rows: 1,
        first: Timestamp(START),
        last: Timestamp(START),
        decimals: 2,
        first_close: crate::domain::Price(1),
    });
    let text = manifest.to_json(&key());
    let (named, parsed) = Manifest::parse(text.as_bytes()).expect("parses");
    assert_eq!((named, parsed), (key(), manifest));
    for (from, to) in [
        ("2024-01.00000000.parquet", "../../../etc/passwd"),
        ("\"rows\": 1", "\"rows\": 0"),
        ("\"rows\": 1", "\"rows\": -1"),
        ("2024-01-01T00:00:00Z", "never"),
        ("\"2024-01\"", "\"../../2024-01\""),
        ("series@1", "series@2"),
        ("\"1m\"", "\"7m\""),
        ("\"binance\"", "\"..\""),
    ] {
        let damaged = text.replace(from, to);
        assert_ne!(damaged, text, "{from}");
        assert!(Manifest::parse(damaged.as_bytes()).is_err(), "{to}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn manifests_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..600) {
        let _ = Manifest::parse(&bytes);
        let text = Manifest::default().to_json(&key());
        let _ = Manifest::parse(&text.as_bytes()[..cut.min(text.len())]);
    }

    #[test]
    fn any_pieces_in_any_order_make_the_same_series(
        pieces in proptest::collection::vec((0usize..200, 1usize..80), 1..6),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = Catalog::new(folder.path());
        // Forty minutes before the turn of the month.
        let candles: Vec<_> = (0..280).map(|m| candle(START + (44_600 + m) * 60_000, m)).collect();
        let mut there = vec![false; candles.len()];
        for (from, length) in pieces {
            import(&catalog, &candles[from..from + length]).expect("imports");
            there[from..from + length].fill(true);
        }
        let expected: Vec<_> = candles.iter().zip(&there).filter(|(_, t)| **t).map(|(c, _)| *c).collect();
        prop_assert!(same(&all(&catalog), &expected));
    }
}

#[test]
fn a_hole_that_was_asked_for_is_a_gap_and_no_border_of_segments() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let day = 1_440;
    let fetch = |candles: &[Candle], from: i64, to: i64| {
        let mut writer = CatalogWriter::open(&catalog, || {}).expect("opens");
        let series = writer.series(&key()).expect("a series");
        for candle in candles {
            series.push(candle).expect("fits");
        }
        let at = |minute: i64| Timestamp(START + minute * 60_000);
        series.add_asked(&Periods::of(at(from), at(to)));
        writer.commit().expect("commits");
        catalog.find(&key()).expect("reads").map(|s| s.manifest)
    };
    assert_eq!(fetch(&[], 0, day), None, "nothing is there to be listed");
    fetch(&at_minutes(0..day), 0, day);
    let far = fetch(&at_minutes(20 * day..21 * day), 20 * day, 21 * day).expect("is there");
    assert_eq!((far.segments.len(), far.asked.iter().count()), (2, 2));
    let all = fetch(&[], day, 20 * day).expect("is there");
    assert_eq!((all.segments.len(), all.asked.iter().count()), (1, 1));
    let (_, read) = Manifest::parse(all.to_json(&key()).as_bytes()).expect("reads");
    assert_eq!(read, all);
}
