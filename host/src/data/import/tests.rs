use std::fs;
use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::data::candles::to_columns;
use crate::data::catalog::Series;
use crate::data::quality::GapScan;
use crate::data::table::{Column, write_table};
use crate::data::testing::{at_minutes, shared_or_skip};
use crate::domain::{InstrumentKind, Timeframe, Timestamp};

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

#[test]
fn formats_that_cannot_be_read_say_what_to_do() {
    for (name, hint) in [
        ("x.parquet.gz", "gunzip"),
        ("x.csv.bz2", "bunzip2"),
        ("x.jsonl", "read_json"),
        ("x", "CSV"),
    ] {
        let error = run_text(name, "").expect_err("not readable");
        assert!(error.hint().expect("a hint").contains(hint), "{error}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).expect("packs");
    packed.finish().expect("ends")
}

/// The same three minutes, written in every way there is.
#[test]
fn every_way_of_writing_gives_the_same_candles() {
    let csv =
        "1704067200000,10,12,9,11,5\n1704067260000,11,11,11,11,0\n1704067320000,11,13,10.5,12,7\n";
    let json = "[[1704067200000,10,12,9,11,5],[1704067260000,11.0,11,11,11,0.0],\n [1704067320000,\"11\",13,10.5,12,7]]";
    let objects = r#"[{"time":1704067200000,"open":10,"close":11,"high":12,"low":9,"volume":5,"trades":null},
        {"time":1704067260000,"open":11,"close":11,"high":11,"low":11,"volume":0},
        {"volume":7,"time":1704067320000,"open":11,"close":12,"high":13,"low":10.5,"is_closed":true}]"#;
    let jesse = "[[1704067200000,10,11,12,9,5],[1704067260000,11,11,11,11,0],[1704067320000,11,12,13,10.5,7]]";
    let expected = run_text("x.csv", csv).expect("imports");
    assert_eq!(expected.len(), 3);
    for (name, bytes) in [
        ("x.csv.gz", gzip(csv.as_bytes())),
        ("x.txt", csv.as_bytes().to_vec()),
        ("x.json", json.as_bytes().to_vec()),
        ("x.json.gz", gzip(json.as_bytes())),
        ("x.json", objects.as_bytes().to_vec()),
        ("x.json", jesse.as_bytes().to_vec()),
        ("two_members.csv.gz", {
            let (first, rest) = csv.split_at(27);
            [gzip(first.as_bytes()), gzip(rest.as_bytes())].concat()
        }),
    ] {
        let candles = run_bytes(name, &bytes).expect(name);
        let plain = |c: &Candle| (c.open_time, [c.open, c.high, c.low, c.close], c.volume);
        let (got, want): (Vec<_>, Vec<_>) = (
            candles.iter().map(plain).collect(),
            expected.iter().map(plain).collect(),
        );
        assert_eq!(got, want, "{name}");
    }
}

#[test]
fn the_order_of_unnamed_columns_is_told_before_anything_is_imported() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writes");
        let request = ImportRequest {
            files: vec![path],
            overrides: minutes_of(Timeframe::M1),
            ..ImportRequest::default()
        };
        understand(&request).map(|files| files[0].columns())
    };
    let usual = told("x.csv", "1704067200000,10,12,9,11,5\n").expect("understood");
    let expected = "columns open_time, open, high, low, close, volume";
    assert_eq!(usual.as_deref(), Some(expected));
    let jesse = told("x.json", "[[1704067200000,10,11,12,9,5]]").expect("understood");
    let expected = "columns open_time, open, close, high, low, volume";
    assert_eq!(jesse.as_deref(), Some(expected));
    assert_eq!(told("x.csv", HEADER).expect("understood"), None);
    let mixed = "1704067200000,10,12,9,11,5\n1704067260000,10,11,12,9,5\n";
    let error = told("x.csv", mixed).expect_err("two orders");
    assert!(
        error.to_string().contains("x.csv: row 1 is a candle only"),
        "{error}"
    );
    assert!(
        error.hint().expect("a hint").contains("--columns"),
        "{error}"
    );
}

#[test]
fn faults_of_json_and_gzip_name_the_file_and_the_row() {
    let csv = b"1704067200000,10,12,9,11,5\n1704067260000,10,12,9,11,5\n";
    let mut cut = gzip(csv);
    cut.truncate(cut.len() - 9);
    let mut wrong = gzip(csv);
    let end = wrong.len() - 6;
    wrong[end] ^= 1;
    let many = format!("[[{}1]]", "1,".repeat(64));
    let long = format!("[[\"{}\"]]", "1".repeat(100_000));
    for (name, bytes, expected) in [
        ("x.csv.gz", cut.as_slice(), "x.csv.gz, row"),
        ("x.csv.gz", wrong.as_slice(), "x.csv.gz, row"),
        ("x.csv.gz", b"no gzip", "invalid gzip header"),
        (
            "x.csv.gz",
            &gzip(&vec![b'\n'; 50 << 20]),
            "unfolds to far more",
        ),
        (
            "x.json",
            b"[[1704067200000,10,12,9,11,5],[1704067260000,10,x",
            "row 2: expected value",
        ),
        (
            "x.json",
            b"[[1704067200000,10,12,9,11,5]] 5",
            "row 2: trailing characters",
        ),
        (
            "x.json",
            b"[[1704067200000,10,12,9,11,5],[1704067260000,10,9,9,11,5]]",
            "row 2: impossible candle",
        ),
        (
            "x.json",
            b"{\"candles\": []}",
            "row 1: invalid type: map, expected a list of rows",
        ),
        (
            "x.json",
            b"[5]",
            "row 1: invalid type: integer `5`, expected a row",
        ),
        (
            "x.json",
            b"[[[1]]]",
            "row 1: invalid type: sequence, expected a number or a text",
        ),
        ("x.json", b"[]", "has no candles"),
        ("x.json", many.as_bytes(), "row 1: more than 64 values"),
        (
            "x.json",
            long.as_bytes(),
            "a value of more than 65536 bytes",
        ),
    ] {
        let error = run_bytes(name, bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}\nexpected {expected}");
    }
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

#[test]
fn zips_hold_one_csv_and_no_bomb() {
    let line = b"1704067200000,10,12,9,11,5\n";
    assert_eq!(
        run_bytes("x.zip", &zip_of(&[("a.csv", line), ("a.txt", b"x")]))
            .expect("imports")
            .len(),
        1
    );
    for (bytes, expected) in [
        (zip_of(&[]), "0 CSV files"),
        (zip_of(&[("a.csv", line), ("b.csv", line)]), "2 CSV files"),
        (
            zip_of(&[("a.csv", &vec![b'0'; 50 << 20])]),
            "claims to unfold",
        ),
        (b"no zip".to_vec(), "not a readable zip"),
    ] {
        let error = run_bytes("x.zip", &bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// Imports files one after another into one catalog, as `bybit BTC/USDT:USDT 1m` where their names do not say it.
fn one_after_another(
    catalog: &Catalog,
    files: &[(&str, &str)],
) -> Vec<Result<ImportedFiles, DataError>> {
    let folder = tempfile::tempdir().expect("a folder");
    let import_one = |(name, text): &(&str, &str)| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writes");
        let request = ImportRequest {
            files: vec![path],
            ..ImportRequest::default()
        };
        import(catalog, &request, &mut |_, _| {})
    };
    files.iter().map(import_one).collect()
}

/// Four minutes: one that its trades make up, one without trades, one whose trades are not all there, and no candle for the last.
#[test]
fn trades_fill_the_taker_volume_of_candles_they_add_up_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let minutes =
        "1704067200000,10,12,9,11,0.3\n1704067260000,11,11,11,11,0\n1704067320000,11,13,10,12,7\n";
    let day = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n\
        1704067385.5,BTCUSDT,Buy,1,12,PlusTick,d,1e+08,1,12\n\
        1704067325.25,BTCUSDT,Buy,2,12,PlusTick,c,2.4e+09,2,24\n\
        1704067200.1169,BTCUSDT,Sell,0.1,10,MinusTick,a,1e+08,0.1,1\n\
        1704067259.9999,BTCUSDT,Buy,0.2,11,PlusTick,b,2.2e+08,0.2,2.2\n";
    let done = one_after_another(
        &catalog,
        &[
            ("BTCUSDT2024-01-01.csv", day),
            ("bybit_linear_BTCUSDT_1m.csv", minutes),
            ("BTCUSDT2024-01-01.csv", day),
            ("BTCUSDT2024-01-01.csv", day),
        ],
    );
    let [Err(early), Ok(_), Ok(first), Ok(again)] = done.as_slice() else {
        panic!("{done:?}");
    };
    assert!(
        early
            .to_string()
            .contains("no candles of bybit BTC/USDT:USDT 1m"),
        "{early}"
    );
    let filled = &first.filled[0];
    assert!(first.series.is_empty(), "no candle is new");
    let counts = (
        filled.trades,
        filled.filled,
        filled.differing,
        filled.without_candle,
    );
    assert_eq!(counts, (4, 2, 1, 1));
    assert_eq!((again.filled[0].filled, again.filled[0].known), (0, 2));
    let series = catalog.list().expect("lists").remove(0);
    let takers: Vec<_> = candles(&series)
        .iter()
        .map(|c| c.taker_buy_volume)
        .collect();
    assert_eq!(takers[..2], [0.2, 0.0]);
    assert!(takers[2].is_nan() && takers.len() == 3);
    // The same in Binance's way of writing, of another market: nothing adds up.
    let other = "1,65014.6,0.5,1,1,1704067320069,true\n";
    let name = "BTCUSDT-aggTrades-2024-01-01.csv";
    let flags = Overrides {
        exchange: Some("bybit".to_owned()),
        market: Some(InstrumentKind::LinearPerpetual),
        ..Overrides::default()
    };
    let path = folder.path().join(name);
    for (text, expected) in [
        (other, "none of its 1 minutes adds up to a candle"),
        ("", "has no trades"),
        ("a,b\n", "row 1: no column `time` of trades"),
        (
            "1,1,0.5,1,1,1704067200069,true\n1,1,0,1,1,1704067200069,true\n",
            "row 2: quantity `0` is not one",
        ),
        (
            "1,1,0.5,1,1,1704067200069,true\n1,1,1,1,1,now,true\n",
            "row 2: `now` is not a time",
        ),
        (
            "1,1,0.5,1,1,1704067200069,true\n1,1,1,1,1,1804067200069,true\n",
            "more than 400 days",
        ),
        (
            "1,1,0.5,1,1,1704067200069,true\n1,1,1\n",
            "row 2: 3 columns instead of 7",
        ),
    ] {
        fs::write(&path, text).expect("writes");
        let request = ImportRequest {
            files: vec![path.clone()],
            overrides: flags.clone(),
            ..ImportRequest::default()
        };
        let error = import(&catalog, &request, &mut |_, _| {})
            .expect_err(expected)
            .to_string();
        assert!(error.contains(expected) && error.contains(name), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), damage in any::<prop::sample::Index>(), value in any::<u8>()) {
        for name in ["x.csv", "x.csv.gz", "x.json", "x.json.gz", "x.zip", "x.parquet", "x.feather"] {
            let _ = run_bytes(name, &bytes);
        }
        let mut zip = zip_of(&[("a.csv", b"1704067200000,10,12,9,11,5\n1704067260000,10,12,9,11,5\n")]);
        let place = damage.index(zip.len());
        zip[place] = value;
        let _ = run_bytes("x.zip", &zip);
        let mut text = format!("{HEADER}1704067200000,10,12,9,11,5\n1704067260000,10,12,9,11,5\n").into_bytes();
        let place = damage.index(text.len());
        text[place] = value;
        let _ = run_bytes("x.csv", &text);
        let mut packed = gzip(&text);
        let place = damage.index(packed.len());
        packed[place] = value;
        let _ = run_bytes("x.csv.gz", &packed);
        let mut rows = b"[[1704067200000,10,12,9,11,5],{\"time\":1704067260000,\"open\":\"1\"},[null,true]]".to_vec();
        let place = damage.index(rows.len());
        rows[place] = value;
        let _ = run_bytes("x.json", &rows);
        let _ = run_bytes("x.json", &rows[..place]);
    }
}
