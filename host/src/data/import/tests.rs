use std::fs;
use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::data::candles::to_columns;
use crate::data::catalog::Series;
use crate::data::quality::GapScan;
use crate::data::streams::record::Record;
use crate::data::table::Column;
use crate::data::table::write_table;
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

// --- records of streams ----------------------------------------------------------------------------------------------------

/// Imports files into one catalog; what was made visible.
fn into(catalog: &Catalog, files: &[PathBuf]) -> Result<Committed, DataError> {
    let request = ImportRequest {
        files: files.to_vec(),
        ..ImportRequest::default()
    };
    import(catalog, &request, &mut |_, _| {})
}

fn stream_text(name: &str, text: &str) -> Result<Vec<Record>, DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("writes");
    let catalog = Catalog::new(folder.path().join("data"));
    let done = into(&catalog, &[path])?;
    assert!(done.series.is_empty());
    let all = catalog.list_records().expect("lists");
    assert_eq!(all.len(), 1);
    all[0].between(Timestamp(0), Timestamp(i64::MAX))
}

#[test]
fn records_of_many_spellings_are_read() {
    for (name, text, expected) in [
        (
            "binance_usdm_BTCUSDT_funding.csv",
            "funding_time,funding_rate\n1704067200006,0.0001\n1704096000000,-2e-5\n",
            vec![
                (1_704_067_200_006, 0.0001, None),
                (1_704_096_000_000, -2e-5, None),
            ],
        ),
        (
            "BTCUSDT-fundingRate-2024-01.csv",
            "calc_time,funding_interval_hours,last_funding_rate\n1704067200000,8,0.00037409\n",
            vec![(1_704_067_200_000, 0.000_374_09, None)],
        ),
        (
            "bybit_linear_BTCUSDT_funding.csv",
            "symbol,fundingRate,fundingTime,markPrice\nBTCUSDT,0.0001,1704067200000,42000.5\n",
            vec![(1_704_067_200_000, 0.0001, Some(42_000.5))],
        ),
        (
            "binance_usdm_BTCUSDT_open_interest_4h.csv",
            "symbol,sumOpenInterest,sumOpenInterestValue,CMCCirculatingSupply,timestamp\n\
             BTCUSDT,78942.344,5346644423.5,19997062.0,1772553600000\n",
            vec![(1_772_553_600_000, 78_942.344, Some(5_346_644_423.5))],
        ),
        (
            "BTCUSDT-metrics-2024-01-01.csv",
            "create_time,symbol,sum_open_interest,sum_open_interest_value\n\
             2024-01-01 00:05:00,BTCUSDT,5.0,7.0\n2024-01-01 00:05:00,BTCUSDT,5.0,7.0\n",
            vec![(1_704_067_500_000, 5.0, Some(7.0))],
        ),
        (
            "binance_usdm_BTCUSDT_liquidations.csv",
            "trade_time,symbol,side,orig_qty,price,avg_price,cum_filled_qty\n\
             1704067200001,BTCUSDT,SELL,2,100,101,1.5\n1704067200002,BTCUSDT,BUY,2,100,None,2\n",
            vec![
                (1_704_067_200_001, 1.5, Some(101.0)),
                (1_704_067_200_002, -2.0, Some(100.0)),
            ],
        ),
    ] {
        let records = stream_text(name, text).expect(name);
        let rows: Vec<_> = records
            .iter()
            .map(|r| {
                let second = Some(r.values[1]).filter(|v| !v.is_nan());
                (r.time.0, r.values[0], second)
            })
            .collect();
        assert_eq!(rows, expected, "{name}");
    }
    let known = "time,available_at,funding_rate\n1704067200000,1704067205000,0.1\n";
    let records = stream_text("x_usdm_BTCUSDT_funding.csv", known).expect("read");
    assert_eq!(records[0].available_at, Some(Timestamp(1_704_067_205_000)));
}

#[test]
fn faults_of_records_name_the_line_and_what_is_wrong() {
    let funding = "binance_usdm_BTCUSDT_funding.csv";
    let interest = "binance_usdm_BTCUSDT_open_interest_5m.csv";
    let liquidations = "binance_usdm_BTCUSDT_liquidations.csv";
    for (name, text, told) in [
        (funding, "", "has no records"),
        (funding, "time,rate\n", "has no records"),
        (funding, "time,x\n", "no column `funding_rate`"),
        (
            funding,
            "time,rate\n1704067200000\n",
            "row 2: 1 columns instead of 2",
        ),
        (
            funding,
            "time,rate\nsoon,1\n",
            "row 2: `soon` is not a time",
        ),
        (
            funding,
            "time,rate\n1704067200000,x\n",
            "row 2: funding_rate `x` is not a number",
        ),
        (
            funding,
            "time,rate\n1704067200000,\n",
            "row 2: funding_rate is NaN",
        ),
        (
            funding,
            "time,rate\n1704067200000,1.5\n",
            "row 2: funding_rate 1.5 is no fraction",
        ),
        (
            funding,
            "time,rate,symbol\n1704067200000,0.1,ETHUSDT\n",
            "row 2: a record of ETH/USDT:USDT, not of BTC/USDT:USDT",
        ),
        (
            funding,
            "time,rate\n1704067200000,0.1\n1704067200009,0.2\n",
            "two versions of 2024-01-01 00:00",
        ),
        (
            interest,
            "time,open_interest\n1704067200000,1\n1704067200000,2\n",
            "two versions",
        ),
        (liquidations, "time,qty\n", "no column `price`"),
        (
            liquidations,
            "time,qty,price,side\n1704067200000,1,5,HOLD\n",
            "row 2: quantity 1 at side `hold`",
        ),
        (
            liquidations,
            "time,qty,price\n1704067200000,0,5\n",
            "qty is 0",
        ),
    ] {
        let error = stream_text(name, text).expect_err(text).to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn a_record_between_hours_is_refused_and_counted_and_versions_of_one_are_joined() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writes");
        path
    };
    let catalog = Catalog::new(folder.path().join("data"));
    let first = write(
        "binance_usdm_BTCUSDT_funding.csv",
        "time,rate\n1704067200006,0.1\n1704069000000,0.1\n1704095999990,0.3\n",
    );
    let done = into(&catalog, std::slice::from_ref(&first)).expect("imports");
    assert_eq!((done.records[0].read, done.records[0].added), (2, 2));
    assert_eq!(done.records[0].refused, [Timestamp(1_704_069_000_000)]);
    // Another source stamps the same settlements otherwise and knows the mark.
    let second = write(
        "binance_usdm_BTCUSDT_funding_2.csv",
        "time,rate,mark_price\n1704067200000,0.1,42000\n1706745600000,0.2,43000\n",
    );
    let done = into(&catalog, &[second, first]).expect("imports");
    assert_eq!((done.records[0].read, done.records[0].added), (4, 1));
    let all = catalog.list_records().expect("lists").remove(0);
    assert_eq!(all.rows(), 3);
    let months: Vec<_> = all.files.iter().map(|f| f.month.as_str()).collect();
    assert_eq!(months, ["2024-01", "2024-02"]);
    let records = all
        .between(Timestamp(0), Timestamp(i64::MAX))
        .expect("reads");
    assert_eq!(records[0].values, [0.1, 42_000.0]);
    assert!(catalog.list().expect("lists").is_empty(), "no candles");
}

#[test]
fn marks_and_candles_of_one_symbol_are_two_series() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path().join("data"));
    let files: Vec<_> = [
        "binance_usdm_BTCUSDT_1h.csv",
        "binance_usdm_BTCUSDT_mark_1h.csv",
    ]
    .iter()
    .map(|name| {
        let path = folder.path().join(name);
        fs::write(&path, format!("{HEADER}1704067200000,10,12,9,11,0\n")).expect("writes");
        path
    })
    .collect();
    let done = into(&catalog, &files).expect("imports");
    let names: Vec<_> = done.series.iter().map(|s| s.key.to_string()).collect();
    assert_eq!(
        names,
        ["binance BTC/USDT:USDT 1h", "binance BTC/USDT:USDT mark 1h"]
    );
    let all = catalog.list().expect("lists");
    let prints: Vec<_> = all
        .iter()
        .map(|s| s.fingerprint(Timestamp(0), Timestamp(i64::MAX)))
        .collect();
    assert_ne!(prints[0], prints[1]);
}

#[test]
fn damaged_records_are_never_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("binance_usdm_BTCUSDT_funding.csv");
    fs::write(&path, "time,rate\n1704067200000,0.1\n").expect("writes");
    let catalog = Catalog::new(folder.path().join("data"));
    into(&catalog, &[path]).expect("imports");
    let series = catalog.list_records().expect("lists").remove(0);
    let place = catalog.root().join(series.key.folder());
    let file = place.join(&series.files[0].file);
    let mut bytes = fs::read(&file).expect("reads");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, &bytes).expect("writes");
    let error = series.between(Timestamp(0), Timestamp(i64::MAX));
    assert!(error.expect_err("damaged").to_string().contains("digest"));
    let (_, findings) = crate::data::streams::check::check_records(&series);
    assert_eq!(findings[0].kind, "damaged");
    fs::write(place.join("manifest.json"), "{}").expect("writes");
    assert!(catalog.list_records().is_err());
}

/// The recorded files: counts by `data/README.md`; four early settlements of Hyperliquid come up to 24 minutes late.
#[test]
fn recorded_streams_are_imported() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    for (file, rows, refused) in [
        ("funding/binance_usdm_BTCUSDT_funding.parquet", 4_604, 0),
        ("funding/bybit_linear_BTCUSDT_funding.parquet", 3_922, 0),
        ("funding/okx_swap_SOL-USDT-SWAP_funding.parquet", 78, 0),
        ("funding/hyperliquid_perp_BTC_funding.parquet", 18_774, 4),
        (
            "open_interest/binance_usdm_BTCUSDT_open_interest_5m.parquet",
            147,
            0,
        ),
        (
            "open_interest/binance_usdm_BTCUSDT_open_interest_4h.csv",
            186,
            0,
        ),
        ("mark/binance_usdm_BTCUSDT_mark_1h.parquet", 8_040, 0),
        ("mark/binance_usdm_BTCUSDT_mark_8h.parquet", 3_094, 0),
    ] {
        let Some(path) = shared_or_skip(&format!("data/{file}")) else {
            return;
        };
        let done = into(&catalog, &[path]).expect(file);
        match (done.series.as_slice(), done.records.as_slice()) {
            ([series], []) => assert_eq!(series.added, rows, "{file}"),
            ([], [records]) => {
                assert_eq!(
                    (records.added, records.refused.len()),
                    (rows, refused),
                    "{file}"
                );
            }
            other => panic!("{file}: {other:?}"),
        }
    }
    let checked = catalog.list_records().expect("lists");
    let btc = &checked[0];
    let (report, findings) = crate::data::streams::check::check_records(btc);
    assert_eq!(
        (btc.key.to_string().as_str(), findings.as_slice()),
        ("binance BTC/USDT:USDT funding", &[][..])
    );
    assert_eq!(report.coverage(), Some(1.0));
}

/// 1,997 events of 2024 and 2025, of many symbols.
#[test]
fn recorded_liquidations_are_told_apart_by_symbol() {
    let Some(path) = shared_or_skip("data/liquidations/binance_usdm_force_orders.parquet") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let done = into(&catalog, &[path]).expect("imports");
    let read: u64 = done.records.iter().map(|r| r.read).sum();
    assert_eq!(read, 1_997);
    let btc = done.records.iter().find(|r| r.key.symbol.base() == "BTC");
    assert_eq!(btc.expect("there").read, 71);
}

/// One catalog for all cases: what is hostile is in the files.
#[test]
fn hostile_bytes_never_panic_and_never_become_records() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path().join("data"));
    let names = [
        "binance_usdm_BTCUSDT_funding.csv",
        "binance_usdm_BTCUSDT_open_interest_5m.zip",
        "binance_usdm_force_orders.csv",
        "binance_usdm_BTCUSDT_liquidations.parquet",
        "binance_usdm_BTCUSDT_mark_1h.parquet",
    ];
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    let text = "(time|symbol|side|qty|price|rate|[0-9.,\"\n -]){0,60}";
    runner
        .run(&(bytes, text, 0..names.len()), |(bytes, text, name)| {
            let path = folder.path().join(names[name]);
            for content in [bytes.as_slice(), text.as_bytes()] {
                fs::write(&path, content).expect("writes");
                if let Ok(done) = into(&catalog, std::slice::from_ref(&path)) {
                    prop_assert!(
                        done.records
                            .iter()
                            .all(|r| r.read > 0 || !r.refused.is_empty())
                    );
                }
            }
            Ok(())
        })
        .expect("no panic");
}

#[test]
fn damaged_parquet_of_records_never_panics() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path().join("data"));
    let path = folder
        .path()
        .join("binance_usdm_BTCUSDT_liquidations.parquet");
    let hours = 0..200i64;
    let columns = [
        (
            "trade_time",
            Column::I64(hours.clone().map(|h| 1_704_067_200_000 + h).collect()),
        ),
        (
            "side",
            Column::Text(hours.clone().map(|_| "SELL".to_owned()).collect()),
        ),
        (
            "qty",
            Column::F64(hours.clone().map(|h| 1.0 + h as f64).collect()),
        ),
        (
            "price",
            Column::OptF64(hours.map(|h| Some(100.0 + h as f64)).collect()),
        ),
    ];
    write_table(&path, &columns).expect("writes");
    let good = fs::read(&path).expect("reads");
    assert_eq!(
        into(&catalog, std::slice::from_ref(&path))
            .expect("imports")
            .records[0]
            .read,
        200
    );
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        fs::write(&path, &bad).expect("writes");
        let _ = into(&catalog, std::slice::from_ref(&path));
        fs::write(&path, &good[..at]).expect("writes");
        assert!(into(&catalog, std::slice::from_ref(&path)).is_err());
    }
}
