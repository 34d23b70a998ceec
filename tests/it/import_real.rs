//! The recorded files of `../shared/data`: what its README says of each is what an import and a check find, and nothing else.

use std::path::{Path, PathBuf};

use host::data::DataError;
use host::data::candles::CandleReader;
use host::data::catalog::{Catalog, Series};
use host::data::check::{Finding, Severity, check, gaps_of_segments};
use host::data::feed::{Period, TableFeed};
use host::data::grid::Grid;
use host::data::import::{DataKind, ImportRequest, Overrides, import};
use host::data::resample::resample;
use host::data::series::parse_market;
use host::data::streams::check::check_records;
use host::domain::{Candle, Timeframe, Timestamp};

use crate::support::{host, stderr, stdout};

/// The recorded data, or a line that says why a test did nothing.
fn recorded() -> Option<PathBuf> {
    let folder = crate::shared_dir().join("data");
    if folder.exists() {
        return Some(folder);
    }
    println!("skipped: no recorded data beside the project (data)");
    None
}

/// An import of files with flags as on the command line (`--market perp`), into a catalog of its own.
struct Imported {
    catalog: Catalog,
    folder: tempfile::TempDir,
}

fn imported(data: &Path, files: &[&str], flags: &str) -> Result<Imported, DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let words: Vec<_> = flags.split_whitespace().collect();
    let flag = |name: &str| {
        let at = words.iter().position(|w| *w == name)?;
        Some(words[at + 1].to_owned())
    };
    let request = ImportRequest {
        files: files.iter().map(|f| data.join(f)).collect(),
        overrides: Overrides {
            exchange: flag("--exchange"),
            market: flag("--market").map(|m| parse_market(&m).expect("a market")),
            symbol: flag("--symbol"),
            timeframe: flag("--timeframe").map(|t| t.parse().expect("a timeframe")),
            kind: flag("--kind").map(|k| DataKind::of(&k).expect("a kind")),
        },
        map: Vec::new(),
        columns: flag("--columns")
            .map(|c| c.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
    };
    match import(&catalog, &request, &mut |_, _| {}) {
        Ok(_) => Ok(Imported { catalog, folder }),
        Err(error) => {
            let candles = catalog.list().expect("lists");
            let records = catalog.list_records().expect("lists");
            assert!(
                candles.is_empty() && records.is_empty(),
                "something is left of {error}"
            );
            Err(error)
        }
    }
}

impl Imported {
    /// The one series, and the folder that holds its files.
    fn series(self) -> (Series, tempfile::TempDir) {
        (self.catalog.list().expect("lists").remove(0), self.folder)
    }
}

/// Kinds of the findings that are errors.
fn errors(findings: &[Finding]) -> Vec<&'static str> {
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    errors.map(|f| f.kind).collect()
}

/// How often a notice was given.
fn notices(findings: &[Finding], kind: &str) -> u64 {
    let found = findings.iter().filter(|f| f.kind == kind);
    found.map(|f| f.count).sum()
}

/// First missing candle and number of them, as the README writes gaps.
fn gaps_of(series: &Series) -> Vec<(String, u64)> {
    let report = gaps_of_segments(series).expect("reads");
    let gaps = report.gaps.iter().map(|g| (g.first.to_string(), g.length));
    gaps.collect()
}

/// First minute and length of a gap.
type Hole = (&'static str, u64);

/// Rows of each file of candles and its gaps.
#[rustfmt::skip]
const CANDLES: [(&str, u64, &[Hole]); 27] = [
    ("candles/binance_spot_BTCUSDT_1m.parquet", 1_533_520, &[("2023-03-24 12:40", 80)]),
    ("candles/binance_spot_ETHUSDT_1m.parquet", 314_820, &[]),
    ("candles/binance_spot_SOLUSDT_1m.parquet", 296_740, &[]),
    ("candles/binance_usdm_BTCUSDT_1m.parquet", 132_905, &[]),
    ("candles/binance_usdm_ETHUSDT_1m.parquet", 196_972, &[]),
    ("candles/binance_usdm_SOLUSDT_1m.parquet", 116_341, &[]),
    ("candles/binance_usdm_NEARUSDT_1m.parquet", 216_000, &[]),
    ("candles/binance_usdm_BTCUSDT_5m.parquet", 96_480, &[]),
    ("candles/binance_usdm_ETHUSDT_5m.parquet", 96_480, &[]),
    ("candles/binance_usdm_SOLUSDT_5m.parquet", 96_480, &[]),
    ("candles/hyperliquid_perp_BTC_1m.parquet", 6_808, &[]),
    ("candles/hyperliquid_perp_BTC_5m.parquet", 38_531, &[]),
    ("candles/hyperliquid_perp_BTC_1h.parquet", 7_793, &[]),
    ("candles/hyperliquid_perp_ETH_1m.parquet", 6_806, &[]),
    ("candles/hyperliquid_perp_ETH_5m.parquet", 38_531, &[]),
    ("candles/hyperliquid_perp_ETH_1h.parquet", 7_793, &[]),
    ("candles/hyperliquid_perp_SOL_1m.parquet", 7_056, &[]),
    ("candles/hyperliquid_perp_SOL_5m.parquet", 38_529, &[]),
    ("candles/hyperliquid_perp_SOL_1h.parquet", 7_793, &[]),
    ("candles/bybit_linear_BTCUSDT_1m.parquet", 44_613, &[]),
    ("candles/bybit_linear_ETHUSDT_1m.parquet", 44_612, &[]),
    ("candles/bybit_linear_SOLUSDT_1m.parquet", 44_614, &[]),
    ("candles/okx_swap_SOL-USDT-SWAP_1m.parquet", 37_487, &[]),
    ("mark/binance_usdm_BTCUSDT_mark_1h.parquet", 8_040, &[]),
    ("mark/binance_usdm_BTCUSDT_mark_8h.parquet", 3_094, &[]),
    ("mark/binance_usdm_ETHUSDT_mark_1h.parquet", 8_040, &[]),
    ("mark/binance_usdm_SOLUSDT_mark_1h.parquet", 8_040, &[]),
];

#[test]
fn recorded_candles_have_the_gaps_their_readme_lists_and_no_other_error() {
    let Some(data) = recorded() else { return };
    let mut rows_of_all = 0;
    for (file, rows, gaps) in CANDLES {
        let (series, _keep) = imported(&data, &[file], "").expect(file).series();
        let (_, findings) = check(&series);
        let expected: &[&str] = if gaps.is_empty() { &[] } else { &["gap"] };
        assert_eq!(errors(&findings), expected, "{file}: {findings:?}");
        let found = gaps_of(&series);
        let found: Vec<_> = found.iter().map(|(at, n)| (at.as_str(), *n)).collect();
        assert_eq!((series.rows(), found.as_slice()), (rows, gaps), "{file}");
        rows_of_all += rows;
    }
    let files = CANDLES.len();
    println!("{files} files of recorded candles: {rows_of_all} rows, 1 gap, no other error");
}

/// Four settlements of Hyperliquid are stamped 4 to 24 minutes after the hour and refused: beside the three hours its README lists
/// as missing, these are missing too where the hour has no other record.
const HYPERLIQUID: [&str; 3] = ["2023-07-02 20:00", "2023-08-23 20:00", "2024-08-15 13:00"];

#[test]
fn recorded_records_have_the_gaps_their_readme_lists_and_no_other_error() {
    let Some(data) = recorded() else { return };
    for (file, rows) in [
        ("funding/binance_usdm_BTCUSDT_funding.parquet", 4_604),
        ("funding/binance_usdm_ETHUSDT_funding.parquet", 1_247),
        ("funding/binance_usdm_SOLUSDT_funding.parquet", 1_247),
        ("funding/bybit_linear_BTCUSDT_funding.parquet", 3_922),
        ("funding/okx_swap_SOL-USDT-SWAP_funding.parquet", 78),
        (
            "open_interest/binance_usdm_BTCUSDT_open_interest_5m.parquet",
            147,
        ),
        (
            "open_interest/binance_usdm_BTCUSDT_open_interest_4h.csv",
            186,
        ),
    ] {
        let done = imported(&data, &[file], "").expect(file);
        let series = done.catalog.list_records().expect("lists").remove(0);
        let (report, findings) = check_records(&series);
        assert_eq!(errors(&findings), [""; 0], "{file}: {findings:?}");
        assert_eq!((series.rows(), report.missing()), (rows, 0), "{file}");
    }
    for coin in ["BTC", "ETH", "SOL"] {
        let file = format!("funding/hyperliquid_perp_{coin}_funding.parquet");
        let done = imported(&data, &[&file], "").expect("imports");
        let series = done.catalog.list_records().expect("lists").remove(0);
        let (report, findings) = check_records(&series);
        assert_eq!(errors(&findings), ["gap"], "{file}: {findings:?}");
        let refused = 18_778 - series.rows();
        let gaps: Vec<_> = report.gaps.iter().map(|g| g.first.to_string()).collect();
        for hour in HYPERLIQUID {
            assert!(gaps.iter().any(|g| g == hour), "{file}: {hour} in {gaps:?}");
        }
        assert!(
            report.gaps.iter().all(|g| g.length == 1),
            "{file}: {gaps:?}"
        );
        assert_eq!(gaps.len() as u64, 3 + refused, "{file}: {gaps:?}");
    }
}

#[test]
fn archives_and_files_of_other_programs_come_in_as_they_are() {
    let Some(data) = recorded() else { return };
    for (files, flags, name, rows) in [
        (
            vec!["raw/binance_spot_monthly_klines/BTCUSDT-1m-2026-03.zip"],
            "--market spot",
            "binance BTC/USDT 1m",
            44_640,
        ),
        (
            vec!["raw/binance_usdm_monthly_klines/NEARUSDT-1m-2025-02.zip"],
            "--market perp",
            "binance NEAR/USDT:USDT 1m",
            40_320,
        ),
        // Milliseconds to the end of 2024, microseconds from there, in the wrong order of files.
        (
            vec![
                "raw/binance_spot_daily_klines/BTCUSDT-1m-2025-01-01.csv",
                "raw/binance_spot_daily_klines/BTCUSDT-1m-2024-12-31.csv",
            ],
            "--market spot",
            "binance BTC/USDT 1m",
            2_880,
        ),
        (
            vec!["raw/freqtrade/BTC_USDT_USDT-5m-futures.feather"],
            "--exchange binance",
            "binance BTC/USDT:USDT 5m",
            8_639,
        ),
    ] {
        let (series, _keep) = imported(&data, &files, flags).expect(files[0]).series();
        let (_, findings) = check(&series);
        assert_eq!(errors(&findings), [""; 0], "{}: {findings:?}", files[0]);
        assert_eq!(
            (series.key.to_string().as_str(), series.rows()),
            (name, rows)
        );
        assert_eq!(series.manifest.segments.len(), 1, "{}", files[0]);
    }
}

/// The same settlements from freqtrade's candles and from the table made of them; from LEAN's text and from its table.
#[test]
fn funding_is_the_same_from_every_format() {
    let Some(data) = recorded() else { return };
    for (foreign, flags, ours, shared) in [
        (
            "raw/freqtrade/BTC_USDT_USDT-1h-funding_rate.feather",
            "--exchange binance",
            "funding/binance_usdm_BTCUSDT_funding.parquet",
            1_247,
        ),
        (
            "raw/lean/bybit_margin_interest_btcusdt.csv",
            "--exchange bybit --symbol BTC/USDT:USDT --kind funding",
            "funding/bybit_linear_BTCUSDT_funding.parquet",
            3_922,
        ),
    ] {
        let records = |file: &str, flags: &str| {
            let done = imported(&data, &[file], flags).expect(file);
            let series = done.catalog.list_records().expect("lists").remove(0);
            let (report, findings) = check_records(&series);
            assert_eq!(errors(&findings), [""; 0], "{file}");
            assert_eq!(report.missing(), 0, "{file}: every eight hours");
            let all = series.between(Timestamp(0), Timestamp(i64::MAX));
            let all = all.expect("reads").into_iter();
            // Venues stamp a settlement some milliseconds late.
            let hour = |t: Timestamp| (t.0 + 1_800_000) / 3_600_000;
            all.map(|r| (hour(r.time), r.values[0])).collect::<Vec<_>>()
        };
        let (theirs, ours) = (records(foreign, flags), records(ours, ""));
        let common = theirs.iter().filter(|r| ours.contains(r)).count();
        println!(
            "{foreign}: {common} of {} settlements equal the table's",
            theirs.len()
        );
        let before_the_table_ends = |r: &&(i64, f64)| r.0 <= ours[ours.len() - 1].0;
        assert_eq!(common, theirs.iter().filter(before_the_table_ends).count());
        assert_eq!(theirs.len(), shared);
    }
}

#[test]
fn messy_candles_are_imported_and_their_check_says_what_is_wrong() {
    let Some(data) = recorded() else { return };
    let outage: Vec<_> = (8..=11)
        .map(|d| format!("messy/binance_spot_outage_2018-02/BTCUSDT-1m-2018-02-{d:02}.csv"))
        .collect();
    let outage: Vec<_> = outage.iter().map(String::as_str).collect();
    let (series, _keep) = imported(&data, &outage, "--market spot")
        .expect("imports")
        .series();
    let (_, findings) = check(&series);
    assert_eq!(errors(&findings), ["gap", "coverage"]);
    let lengths: Vec<_> = gaps_of(&series).into_iter().map(|(_, n)| n).collect();
    assert_eq!(lengths, [2_011, 15, 34]);
    assert_eq!(
        series.manifest.segments.len(),
        1,
        "an outage ends no segment"
    );

    let halt = ["messy/binance_spot_halt_BTCUSDT-1m-2023-03-24.csv"];
    let flags = "--exchange binance --symbol BTC/USDT --timeframe 1m";
    let (series, _keep) = imported(&data, &halt, flags).expect("imports").series();
    let (_, findings) = check(&series);
    assert_eq!(errors(&findings), ["gap", "coverage"]);
    assert_eq!(gaps_of(&series), [("2023-03-24 12:40".to_owned(), 80)]);
    assert_eq!(notices(&findings, "zero_volume"), 72);
    assert_eq!(notices(&findings, "stale"), 1, "one run of them");

    // Flat candles where the venue stood still: nothing is missing.
    let halts = ["messy/binance_usdm_halts_BTCUSDT_5m.csv"];
    let flags = "--exchange binance --symbol BTC/USDT:USDT --timeframe 5m";
    let (series, _keep) = imported(&data, &halts, flags).expect("imports").series();
    let (_, findings) = check(&series);
    assert_eq!((errors(&findings), series.rows()), (vec![], 108));
    assert_eq!(notices(&findings, "zero_volume"), 5);
    assert_eq!(series.manifest.segments.len(), 2);

    let pages = ["messy/bybit_linear_BTCUSDT_1m_pagination_gaps.csv.gz"];
    let flags = "--exchange bybit --symbol BTC/USDT:USDT --timeframe 1m";
    let (series, _keep) = imported(&data, &pages, flags).expect("imports").series();
    let (report, findings) = check(&series);
    assert_eq!((errors(&findings), series.rows()), (vec!["gap"], 43_158));
    assert_eq!((report.gaps.len(), report.missing()), (42, 42));
    let starts: Vec<_> = report.gaps.iter().map(|g| g.first.0 / 60_000).collect();
    assert!(
        starts.windows(2).all(|w| w[1] - w[0] == 1_001),
        "a page each"
    );

    // Well-formed and false: only what is plausible can tell.
    let bogus = ["messy/bogus_BTCUSDT_1m_implausible.parquet"];
    let (series, _keep) = imported(&data, &bogus, flags).expect("imports").series();
    let (report, findings) = check(&series);
    assert_eq!(errors(&findings), ["gap", "coverage"]);
    assert_eq!(report.gaps.len(), 99);
    assert!(report.gaps.iter().all(|g| g.length == 801));
    assert!(notices(&findings, "outlier") > 0, "{findings:?}");
}

#[test]
fn an_unusual_order_of_columns_is_understood_from_the_rows_and_said() {
    let Some(data) = recorded() else { return };
    let file = data.join("messy/bitfinex_spot_BTCUSD_1m_2016-08_hack.csv.gz");
    let file = file.to_str().expect("a plain name");
    let folder = tempfile::tempdir().expect("a folder");
    let line = [
        "data",
        "import",
        file,
        "--exchange",
        "bitfinex",
        "--symbol",
        "BTC/USD",
        "--timeframe",
        "1m",
    ];
    let done = host(folder.path(), &line);
    let said = stdout(&done);
    assert!(done.status.success(), "{}", stderr(&done));
    let columns = "CSV in gzip, candles of bitfinex BTC/USD 1m, columns open_time, open, close, high, low, volume";
    assert!(
        said.lines().next().is_some_and(|l| l.contains(columns)),
        "{said}"
    );
    assert!(said.contains("imported 13898 new candles"), "{said}");
    let catalog = Catalog::new(folder.path().join("data"));
    let series = catalog.list().expect("lists").remove(0);
    let (report, findings) = check(&series);
    assert_eq!(errors(&findings), ["gap", "coverage"]);
    assert_eq!((report.gaps.len(), report.missing()), (1_996, 14_902));
    let hack = report
        .gaps
        .iter()
        .max_by_key(|g| g.length)
        .expect("the hack");
    let hack = (hack.first.to_string(), hack.length);
    assert_eq!(hack, ("2016-08-02 18:03".to_owned(), 11_390));
    // What the user says wins, and then no candle is possible.
    let usual = "--columns time,open,high,low,close,volume --exchange bitfinex --symbol BTC/USD --timeframe 1m";
    let error = imported(
        &data,
        &["messy/bitfinex_spot_BTCUSD_1m_2016-08_hack.csv.gz"],
        usual,
    )
    .err();
    let error = error.expect("impossible").to_string();
    assert!(
        error.contains("hack.csv.gz, row 1: impossible candle"),
        "{error}"
    );
    // A run says nothing before it begins: it takes no unusual order.
    let feed = TableFeed::open(Path::new(file), None, Period::default()).err();
    let error = feed.expect("refused").to_string();
    assert!(
        error.contains("has no header, and its columns are open_time, open, close"),
        "{error}"
    );
}

#[test]
fn what_holds_no_candles_is_refused_with_the_file_the_row_and_the_reason() {
    let Some(data) = recorded() else { return };
    let candles = "--exchange okx --symbol SOL/USDT:USDT --timeframe 1h";
    let orders = "--exchange binance --market perp --kind liquidations";
    let named = format!(
        "{orders} --columns symbol,side,type,tif,orig_qty,price,avg_price,status,last,cum_filled_qty,trade_time,value"
    );
    for (file, flags, expected, hint) in [
        (
            "messy/binance_force_orders_corrupt_first_line.csv",
            orders,
            "row 1: no header, and `Hello Arbitrage Trading BotIP,SELL,LIMIT",
            "--columns symbol,side",
        ),
        (
            "messy/binance_force_orders_corrupt_first_line.csv",
            &named,
            "row 1: `Hello Arbitrage Trading BotIP` is not a symbol",
            "nothing was imported",
        ),
        (
            "messy/okx_SOL_taker_volume_1h_revisions.csv",
            candles,
            "no column `open` (there are: ts, seen_at, sellvol, buyvol)",
            "volumes of takers without prices",
        ),
        (
            "messy/polymarket_btc_updown_5m_placeholder_quotes.csv",
            candles,
            "no column `open_time` (there are: timestamp_ms, market_ts, side, bid, ask",
            "these are quotes (bid, ask), perhaps a recorder's placeholders",
        ),
        (
            "messy/polymarket_btc_updown_5m_placeholder_quotes.csv",
            "",
            "--exchange, --market, --symbol, --timeframe missing",
            "give the flags",
        ),
        (
            "funding/coinglass_BTC_funding_4h.parquet",
            "--exchange coinglass --symbol BTC/USDT:USDT --kind funding",
            "no column `funding_rate`",
            "--map NAME=funding_rate",
        ),
        (
            "open_interest/okx_swap_SOL_open_interest_1h.parquet",
            "--symbol SOL/USDT:USDT",
            "no column `open_interest`",
            "--map NAME=open_interest",
        ),
        (
            "orderbook/binance_usdm_btcusdt_20230404.dat.gz",
            "",
            "gzip of no text",
            "gunzip",
        ),
    ] {
        let error = imported(&data, &[file], flags).err().expect(file);
        let told = error.to_string();
        assert!(told.contains(expected), "{told}\nexpected {expected}");
        let name = file.rsplit('/').next().expect("a name");
        assert!(told.contains(name), "{told}");
        assert!(error.hint().expect("a hint").contains(hint), "{error:?}");
    }
}

/// `data/README.md`, "Aggregation golden test".
#[test]
fn five_minutes_made_of_minutes_equal_the_recorded_ones() {
    let Some(data) = recorded() else { return };
    let read = |file: &str, timeframe| {
        let path = data.join("candles").join(file);
        let mut reader = CandleReader::open(&path, Grid::new(timeframe)).expect("opens");
        let mut candles = Vec::new();
        while reader.read(&mut candles).expect("reads") {}
        candles
    };
    let minutes = read("binance_usdm_BTCUSDT_1m.parquet", Timeframe::M1);
    let recorded = read("binance_usdm_BTCUSDT_5m.parquet", Timeframe::M5);
    let made = resample(&minutes, Timeframe::M5);
    let mut compared = 0;
    for made in made.iter().filter(|r| r.parts == 5).map(|r| r.candle) {
        let Ok(i) = recorded.binary_search_by_key(&made.open_time, |c| c.open_time) else {
            continue;
        };
        let there = recorded[i];
        let prices = |c: &Candle| (c.open, c.high, c.low, c.close);
        assert_eq!(prices(&made), prices(&there), "{made:?} {there:?}");
        assert!(
            (made.volume - there.volume).abs() < 1e-6,
            "{made:?} {there:?}"
        );
        compared += 1;
    }
    assert_eq!(compared, 17_940);
    println!("{compared} candles of five minutes made of minutes equal the recorded ones");
}
