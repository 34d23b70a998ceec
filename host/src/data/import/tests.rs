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
        ("x.csv.gz", "gunzip"),
        ("x.feather", "to_parquet"),
        ("x", "CSV"),
    ] {
        let error = run_text(name, "").expect_err("not readable");
        assert!(error.hint().expect("a hint").contains(hint), "{error}");
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

/// `data/README.md`: 1,533,520 rows, one gap of 80 minutes.
#[test]
fn three_recorded_years_come_in_whole() {
    let Some(path) = shared_or_skip("data/candles/binance_spot_BTCUSDT_1m.parquet") else {
        return;
    };
    let (series, _keep) = run(&[&path], &Overrides::default()).expect("imports");
    assert_eq!(series.key.to_string(), "binance BTC/USDT 1m");
    assert_eq!(
        (series.rows(), series.manifest.files.len()),
        (1_533_520, 35)
    );
    let mut scan = GapScan::new(Timeframe::M1);
    candles(&series).iter().for_each(|c| scan.push(c.open_time));
    let report = scan.finish();
    assert_eq!(report.gaps.len(), 1);
    let gap = report.gaps[0];
    assert_eq!(
        (gap.first.to_string().as_str(), gap.length),
        ("2023-03-24 12:40", 80)
    );
}

#[test]
fn archives_of_binance_come_in() {
    let (Some(spot), Some(usdm), Some(ms), Some(us)) = (
        shared_or_skip("data/raw/binance_spot_monthly_klines/BTCUSDT-1m-2026-03.zip"),
        shared_or_skip("data/raw/binance_usdm_monthly_klines/NEARUSDT-1m-2025-02.zip"),
        shared_or_skip("data/raw/binance_spot_daily_klines/BTCUSDT-1m-2024-12-31.csv"),
        shared_or_skip("data/raw/binance_spot_daily_klines/BTCUSDT-1m-2025-01-01.csv"),
    ) else {
        return;
    };
    let market = |market| Overrides {
        market: Some(market),
        ..Overrides::default()
    };
    let (series, _keep) = run(&[&spot], &market(InstrumentKind::Spot)).expect("imports");
    assert_eq!(
        (series.rows(), series.key.to_string()),
        (44_640, "binance BTC/USDT 1m".to_owned())
    );
    let (series, _keep) = run(&[&usdm], &market(InstrumentKind::LinearPerpetual)).expect("imports");
    assert_eq!(series.rows(), 40_320);
    assert_eq!(candles(&series)[0].taker_buy_volume, 10_953.0);
    // Milliseconds to the end of 2024, microseconds from there, in the wrong order of files.
    let (series, _keep) = run(&[&us, &ms], &market(InstrumentKind::Spot)).expect("imports");
    assert_eq!((series.rows(), series.manifest.segments.len()), (2_880, 1));
    assert_eq!(
        series.period().0,
        Timestamp::from_ymd(2024, 12, 31).expect("a day")
    );
}

#[test]
fn messy_files_end_in_an_error_or_a_finding() {
    let Some(folder) = shared_or_skip("data/messy") else {
        return;
    };
    let refused = |name: &str, timeframe, expected: &str| {
        let error = run(&[&folder.join(name)], &minutes_of(timeframe)).err();
        let error = error
            .unwrap_or_else(|| panic!("{name} is refused"))
            .to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused(
        "binance_force_orders_corrupt_first_line.csv",
        Timeframe::M1,
        "no column `open_time`",
    );
    refused(
        "okx_SOL_taker_volume_1h_revisions.csv",
        Timeframe::H1,
        "no column `open`",
    );
    refused(
        "polymarket_btc_updown_5m_placeholder_quotes.csv",
        Timeframe::M5,
        "no column `open_time`",
    );
    refused(
        "bitfinex_spot_BTCUSD_1m_2016-08_hack.csv.gz",
        Timeframe::M1,
        "cannot be imported",
    );

    let gaps = |series: &Series, base| {
        let mut scan = GapScan::new(base);
        candles(series).iter().for_each(|c| scan.push(c.open_time));
        scan.finish()
            .gaps
            .iter()
            .map(|g| g.length)
            .collect::<Vec<_>>()
    };
    let halt = folder.join("binance_spot_halt_BTCUSDT-1m-2023-03-24.csv");
    let (series, _keep) = run(&[&halt], &minutes_of(Timeframe::M1)).expect("imports");
    assert_eq!(gaps(&series, Timeframe::M1), [80]);
    let outage: Vec<_> = (8..=11)
        .map(|d| {
            folder.join(format!(
                "binance_spot_outage_2018-02/BTCUSDT-1m-2018-02-{d:02}.csv"
            ))
        })
        .collect();
    let outage: Vec<_> = outage.iter().map(PathBuf::as_path).collect();
    let (series, _keep) = run(&outage, &minutes_of(Timeframe::M1)).expect("imports");
    assert_eq!(gaps(&series, Timeframe::M1), [2_011, 15, 34]);
    assert_eq!(
        series.manifest.segments.len(),
        1,
        "an outage is a gap, not the end of a segment"
    );
    let halts = folder.join("binance_usdm_halts_BTCUSDT_5m.csv");
    let (series, _keep) = run(&[&halts], &minutes_of(Timeframe::M5)).expect("imports");
    assert_eq!(series.manifest.segments.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), damage in any::<prop::sample::Index>(), value in any::<u8>()) {
        for name in ["x.csv", "x.zip", "x.parquet"] {
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
    }
}
