mod formats;
mod trades;

use std::fs;
use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::data::candles::to_columns;
use crate::data::catalog::Series;
use crate::data::check::{FileToCheck, check_file};
use crate::data::table::{Column, write_table};
use crate::data::testing::at_minutes;
use crate::domain::{InstrumentKind, Timeframe};

fn minutes_of(timeframe: Timeframe) -> Overrides {
    Overrides {
        exchange: Some("test".to_owned()),
        market: Some(InstrumentKind::Spot),
        symbol: Some("BTC/USDT".to_owned()),
        timeframe: Some(timeframe),
        kind: None,
    }
}

/// Imports into a fresh catalog.
fn run(files: &[&Path], overrides: &Overrides) -> Result<(Series, tempfile::TempDir), DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let request = ImportRequest {
        files: files.iter().map(|f| f.to_path_buf()).collect(),
        overrides: overrides.clone(),
        ..ImportRequest::default()
    };
    let result = import(&catalog, &request, &mut |_, _| {});
    match result {
        Ok(imported) => Ok((
            catalog.series(&imported.series[0].key).expect("is there"),
            folder,
        )),
        Err(error) => {
            assert!(
                catalog.list().expect("lists").is_empty(),
                "nothing is written on {error}"
            );
            Err(error)
        }
    }
}

fn run_text(name: &str, text: &str) -> Result<Vec<Candle>, DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("writes");
    run(&[&path], &minutes_of(Timeframe::M1)).map(|(series, _keep)| candles(&series))
}

fn candles(series: &Series) -> Vec<Candle> {
    series
        .manifest
        .files
        .iter()
        .flat_map(|f| series.read(f).expect("reads"))
        .collect()
}

#[test]
fn mark_and_index_prices_need_no_volume() {
    let folder = tempfile::tempdir().expect("a folder");
    let time = 1_704_067_200_000_i64;
    let rows = format!("{time},10,12,9,11\n{},11,12,9,10\n", time + 60_000);
    let csv = folder.path().join("x.csv");
    fs::write(&csv, format!("open_time,open,high,low,close\n{rows}")).expect("writes");
    let (bare, parquet) = (folder.path().join("y.csv"), folder.path().join("z.parquet"));
    fs::write(&bare, rows).expect("writes");
    let mut columns = to_columns(&at_minutes(0..2));
    let nulls = folder.path().join("nulls.parquet");
    columns.truncate(5);
    write_table(&parquet, &columns).expect("writes");
    columns.push(("volume", Column::OptF64(vec![None, None])));
    write_table(&nulls, &columns).expect("writes");
    for file in [&csv, &bare, &parquet, &nulls] {
        for kind in ["mark", "index"] {
            let of_kind = Overrides {
                market: Some(InstrumentKind::LinearPerpetual),
                symbol: Some("BTC/USDT:USDT".to_owned()),
                kind: DataKind::of(kind),
                ..minutes_of(Timeframe::M1)
            };
            let (series, _keep) = run(&[file], &of_kind).expect("no volume needed");
            let volumes = candles(&series).iter().map(|c| c.volume).sum::<f64>();
            assert!(volumes.abs() < f64::EPSILON, "{}", file.display());
            assert_eq!(series.rows(), 2, "{}", file.display());
        }
        let traded = run(&[file], &minutes_of(Timeframe::M1));
        assert!(traded.is_err(), "{}: trades have a volume", file.display());
    }
}

/// Their distance does not fit a number, which once ended the program.
#[test]
fn times_at_the_ends_of_all_numbers_are_faults() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.parquet");
    for odd in [i64::MIN / 1_000, i64::MIN, i64::MAX, 1_704_067_200_000_001] {
        let mut columns = to_columns(&at_minutes(0..4));
        let Column::I64(times) = &mut columns[0].1 else {
            panic!("times are whole numbers");
        };
        times[2] = odd;
        write_table(&path, &columns).expect("writes");
        let error = run(&[&path], &minutes_of(Timeframe::M1)).err();
        let error = error.expect("no such time").to_string();
        assert!(error.contains("row 3: "), "{error}");
        let file = FileToCheck {
            path: &path,
            kind: CandleKind::Candles,
            timeframe: Some(Timeframe::M1),
            columns: &[],
        };
        let checked = check_file(file, &mut |_| {}).expect("is looked at");
        let found: Vec<_> = checked.findings.iter().map(|f| (f.kind, f.count)).collect();
        assert_eq!(
            found,
            [("unreadable", 1), ("gap", 1), ("coverage", 1)],
            "{odd}"
        );
    }
}

#[test]
fn columns_of_tables_get_other_names_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.parquet");
    let mut columns = to_columns(&at_minutes(0..2));
    columns[0].0 = "TS ms";
    write_table(&path, &columns).expect("writes");
    let request = |map: &[(&str, &str)]| ImportRequest {
        files: vec![path.clone()],
        overrides: minutes_of(Timeframe::M1),
        map: (map.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))).collect(),
        ..ImportRequest::default()
    };
    let catalog = Catalog::new(folder.path().join("data"));
    let import = |map: &[(&str, &str)]| import(&catalog, &request(map), &mut |_, _| {});
    let error = import(&[]).expect_err("no times").to_string();
    assert!(error.contains("no column `open_time`"), "{error}");
    let done = import(&[("ts ms", "open_time")]).expect("imports");
    assert_eq!(done.series[0].added, 2);
}

const HEADER: &str = "open_time,open,high,low,close,volume\n";

#[test]
fn faults_name_the_line_and_what_is_wrong() {
    let good = "1704067200000,10,12,9,11,5\n";
    let cases = [
        ("", "has no candles"),
        ("a,b\n1,2\n", "no column `open_time`"),
        ("1704067200000,10,12\n", "3 columns are not a known layout"),
        (
            &format!("{HEADER}{good}1704067260000,10,12,9\n"),
            "row 3: 4 columns instead of 6",
        ),
        (
            &format!("{HEADER}{good}1704067260000,10,x,9,11,5\n"),
            "row 3: high `x` is not a number",
        ),
        (
            &format!("{HEADER}soon,10,12,9,11,5\n"),
            "row 2: `soon` is not a time",
        ),
        (
            &format!("{HEADER}1704067200001,10,12,9,11,5\n"),
            "not on the grid of 1m",
        ),
        (
            &format!("{good}1704067140000,10,12,9,11,5\n"),
            "row 2: time 2023-12-31 23:59 does not come after",
        ),
        (
            &format!("{good}1704067200000,10,12,9,11,6\n"),
            "row 2: two versions of 2024-01-01 00:00",
        ),
        (
            &format!("{HEADER}1704067200000,10,9,9,11,5\n"),
            "high_below_body",
        ),
        (
            &format!("{HEADER}1704067200000,10,12,11,11,5\n"),
            "low_above_body",
        ),
        (
            &format!("{HEADER}1704067200000,0,12,0,11,5\n"),
            "non_positive_price",
        ),
        (
            &format!("{HEADER}1704067200000,10,12,9,11,-5\n"),
            "negative_volume",
        ),
        (
            &format!("{HEADER}1704067200000,10,1e300,9,11,5\n"),
            "is not a price",
        ),
        (
            &format!("{HEADER}1704067200000,0.0000000123,12,0.0000000123,11,5\n"),
            "finer than 0.00000001",
        ),
        (
            "open_time,open,high,low,close,volume,taker_buy_volume\n1704067200000,10,12,9,11,5,6\n",
            "exceeds volume",
        ),
        (&"1".repeat(100_000), "more than 65536 bytes"),
        ("99999999999999999999,1,1,1,1,1\n", "no column"),
        ("9999999999999999999,1,1,1,1,1\n", "no column"),
        (
            "4102444800,1,1,1,1,1\n9999999999,1,1,1,1,1\n",
            "lies outside the years",
        ),
    ];
    for (text, expected) in cases {
        let error = run_text("x.csv", text).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}\nexpected {expected}");
    }
}

#[test]
fn repeated_rows_and_quotes_and_blank_lines_are_fine() {
    let text = "\"time\",\"Open\",High,Low,Close,Volume,Trades\r\n\r\n2024-01-01 00:00:00+00:00,10,12,9,11,5,\n2024-01-01 00:00:00+00:00,10,12,9,11,5,7\n2024-01-01 00:01:00+00:00,10,12,9,11,\"5\",8.0\n";
    let candles = run_text("x.csv", text).expect("imports");
    assert_eq!(candles.len(), 2);
    assert_eq!(candles[1].trades, 8.0);
}

#[test]
fn repeated_rows_of_parquet_are_fine_contradicting_ones_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.parquet");
    let mut candles = at_minutes([0, 1, 1, 2]);
    write_table(&path, &to_columns(&candles)).expect("writes");
    let (series, _keep) = run(&[&path], &minutes_of(Timeframe::M1)).expect("imports");
    assert_eq!(series.rows(), 3);
    candles[2].volume += 1.0;
    write_table(&path, &to_columns(&candles)).expect("writes");
    let error = run(&[&path], &minutes_of(Timeframe::M1)).expect_err("a contradiction");
    assert!(error.to_string().contains("row 3: two versions"), "{error}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("packs");
    packed.finish().expect("ends")
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .expect("starts");
        zip.write_all(content).expect("writes");
    }
    zip.finish().expect("ends").into_inner()
}

fn run_bytes(name: &str, bytes: &[u8]) -> Result<Vec<Candle>, DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("writes");
    run(&[&path], &minutes_of(Timeframe::M1)).map(|(series, _keep)| candles(&series))
}

/// Imports a file as everything it may be of, and has it checked: nothing in it may end otherwise than with an error.
fn survive(name: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("writes");
    for (kind, timeframe) in [
        (CandleKind::Candles, None),
        (CandleKind::Mark, Some(Timeframe::M1)),
    ] {
        let file = FileToCheck {
            path: &path,
            kind,
            timeframe,
            columns: &[],
        };
        let _ = check_file(file, &mut |_| {});
    }
    for kind in [
        "candles",
        "trades",
        "funding",
        "open-interest",
        "liquidations",
        "index",
    ] {
        let request = ImportRequest {
            files: vec![path.clone()],
            overrides: Overrides {
                kind: DataKind::of(kind),
                ..minutes_of(Timeframe::M1)
            },
            ..ImportRequest::default()
        };
        let catalog = Catalog::new(folder.path().join(kind));
        let _ = import(&catalog, &request, &mut |_, _| {});
    }
}

/// Candles as pyarrow and this program write them.
fn tables() -> [(&'static str, Vec<u8>); 2] {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.parquet");
    write_table(&path, &to_columns(&at_minutes(0..40))).expect("writes");
    [
        ("x.parquet", fs::read(&path).expect("reads")),
        (
            "x.feather",
            include_bytes!("../table/feather/candles.feather").to_vec(),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn damaged_tables_are_survived(damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5), cut in any::<prop::sample::Index>()) {
        for (name, good) in tables() {
            let mut bytes = good.clone();
            for (place, value) in &damage {
                let place = place.index(bytes.len());
                bytes[place] = *value;
            }
            survive(name, &bytes);
            survive(name, &good[..cut.index(good.len())]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), damage in any::<prop::sample::Index>(), value in any::<u8>()) {
        for name in ["x.csv", "x.csv.gz", "x.json", "x.json.gz", "x.zip", "x.parquet", "x.feather"] {
            survive(name, &bytes);
        }
        let mut zip = zip_of(&[("a.csv", b"1704067200000,10,12,9,11,5\n1704067260000,10,12,9,11,5\n")]);
        let place = damage.index(zip.len());
        zip[place] = value;
        survive("x.zip", &zip);
        let mut text = format!("{HEADER}1704067200000,10,12,9,11,5\n1704067260000,10,12,9,11,5\n").into_bytes();
        let place = damage.index(text.len());
        text[place] = value;
        survive("x.csv", &text);
        let mut packed = gzip(&text);
        let place = damage.index(packed.len());
        packed[place] = value;
        survive("x.csv.gz", &packed);
        let mut rows = b"[[1704067200000,10,12,9,11,5],{\"time\":1704067260000,\"open\":\"1\"},[null,true]]".to_vec();
        let place = damage.index(rows.len());
        rows[place] = value;
        survive("x.json", &rows);
        survive("x.json", &rows[..place]);
    }
}
