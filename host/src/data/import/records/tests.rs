//! Files of streams: what is read from them, what is refused, what a hostile one can do.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::super::{ImportRequest, ImportedFiles, import};
use crate::data::DataError;
use crate::data::catalog::{Catalog, ImportedRecords};
use crate::data::streams::record::Record;
use crate::data::table::{Column, write_table};
use crate::data::testing::shared_or_skip;
use crate::domain::Timestamp;

const HEADER: &str = "open_time,open,high,low,close,volume\n";

/// Imports files into one catalog; what was made visible.
fn into(catalog: &Catalog, files: &[PathBuf]) -> Result<ImportedFiles, DataError> {
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
        // Every row twice, out of order, ratios empty: as the archives are.
        (
            "BTCUSDT-metrics-2024-01-02.csv",
            "create_time,symbol,sum_open_interest,sum_open_interest_value,count_long_short_ratio\n\
             2024-01-02 00:10:00,BTCUSDT,6,8,\n2024-01-02 00:05:00,BTCUSDT,5,7,1.5\n\
             2024-01-02 00:10:00,BTCUSDT,6,8,\n2024-01-02 00:05:00,BTCUSDT,5,7,1.5\n",
            vec![
                (1_704_153_900_000, 5.0, Some(7.0)),
                (1_704_154_200_000, 6.0, Some(8.0)),
            ],
        ),
        (
            "binance_usdm_BTCUSDT_open_interest_5m.json",
            r#"[{"symbol":"BTCUSDT","sumOpenInterest":"5.5","sumOpenInterestValue":"7","timestamp":1704067500000}]"#,
            vec![(1_704_067_500_000, 5.5, Some(7.0))],
        ),
        (
            "bybit_linear_BTCUSDT_funding.csv",
            "20240101 00:00:00,0.0001\n20240101 08:00:00,-0.0002\n",
            vec![
                (1_704_067_200_000, 0.0001, None),
                (1_704_096_000_000, -0.0002, None),
            ],
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
            "BTC,SELL,1,100,1704067200001\n",
            "row 1: no header, and `BTC,SELL,1,100,1704067200001` is no known layout",
        ),
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
    // Ten names came with a second quote currency.
    let bases = done.records.iter().map(|r| r.key.symbol.base());
    assert_eq!(bases.filter(|base| base.ends_with("USDC")).count(), 0);
    let of_usdc = |r: &&ImportedRecords| r.key.symbol.to_string().ends_with("/USDC:USDC");
    let usdc: Vec<_> = done.records.iter().filter(of_usdc).collect();
    let read: u64 = usdc.iter().map(|r| r.read).sum();
    assert_eq!((usdc.len(), read), (10, 45));
}

#[test]
fn a_second_quote_currency_is_not_part_of_a_name() {
    for (symbol, expected) in [
        ("BTCUSDCUSDT", "BTC/USDC:USDC"),
        ("BTCUSDC", "BTC/USDC:USDC"),
        ("BTCUSDT", "BTC/USDT:USDT"),
        ("USDCUSDT", "USDC/USDT:USDT"),
    ] {
        let text = format!("time,symbol,side,qty,price\n1704067200001,{symbol},SELL,2,100\n");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("binance_usdm_force_orders.csv");
        fs::write(&path, text).expect("writes");
        let catalog = Catalog::new(folder.path().join("data"));
        let done = into(&catalog, &[path]).expect("imports");
        assert_eq!(done.records[0].key.symbol.to_string(), expected);
    }
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
