//! The command lines of `host data`, in a folder of their own.

use std::path::Path;

use clap::Parser;
use serde_json::{Value, json};

use super::*;
use crate::data::testing::shared_or_skip;

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    data: DataArgs,
}

/// Runs a command line; its output, or its error with the exit code and the hint.
pub(super) fn host(folder: &Path, line: &str) -> Result<(Outcome, String), String> {
    let words = ["data", "--data-dir", folder.to_str().expect("text")];
    let cli = Cli::try_parse_from(words.into_iter().chain(line.split_whitespace()))
        .map_err(|e| e.to_string())?;
    let mut out = Vec::new();
    match run(&cli.data, &Settings::default(), &mut out) {
        Ok(outcome) => Ok((outcome, String::from_utf8(out).expect("text"))),
        Err(e) => Err(format!(
            "{} {e} ({})",
            exit_code(&e),
            e.hint().unwrap_or("no hint")
        )),
    }
}

pub(super) fn json_of(folder: &Path, line: &str) -> Value {
    serde_json::from_str(&host(folder, line).expect(line).1).expect("JSON")
}

#[test]
fn synthetic_data_is_made_listed_and_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    assert!(
        host(folder, "list")
            .expect("lists")
            .1
            .contains("host data synth")
    );
    assert!(
        host(folder, "check")
            .expect_err("nothing")
            .starts_with("2 ")
    );
    host(folder, "synth --days 40").expect("makes");
    let list = json_of(folder, "list --json");
    let series = &list["series"][0];
    assert_eq!(list["schema"], "data-list/1");
    assert_eq!(series["exchange"], "synthetic");
    assert_eq!(series["symbol"], "BTC/USDT:USDT");
    assert_eq!(series["from"], "2024-01-01T00:00:00Z");
    assert_eq!(series["to"], "2024-02-10T00:00:00Z");
    assert_eq!(
        (&series["rows"], &series["coverage"]),
        (&json!(57_600), &json!(1.0))
    );
    assert!(host(folder, "list").expect("lists").1.contains("(made up)"));
    // Another seed replaces it.
    host(folder, "synth --days 2 --seed 2").expect("makes");
    assert_eq!(json_of(folder, "list --json")["series"][0]["rows"], 2_880);
    let (outcome, text) = host(folder, "check").expect("checks");
    assert_eq!(outcome, Outcome::Done, "{text}");
    for told in [
        "synthetic BTC/USDT:USDT 1m: 2880 candles, ok",
        "synthetic BTC/USDT:USDT mark 1m: 2880 candles, ok",
        "synthetic BTC/USDT:USDT funding: 6 records, ok",
    ] {
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn streams_are_imported_listed_and_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writes");
        path.display().to_string()
    };
    let hours = |hours: &[i64], of: &dyn Fn(i64) -> String| -> String {
        let at = |h: &i64| format!("{},{}\n", 1_704_067_200_000 + h * 3_600_000, of(*h));
        hours.iter().map(at).collect()
    };
    let rate = |h: i64| if h == 8 { "0.05" } else { "0.0001" }.to_owned();
    let rates = hours(&[0, 8, 16, 32, 40], &rate);
    let funding = write(
        "rates.csv",
        &format!("time,rate\n{rates}1704069000000,0.1\n"),
    );
    let price = |p: i64| format!("{p},{p},{p},{p},1");
    let header = "open_time,open,high,low,close,volume\n";
    let candles = hours(&[0, 1, 2], &|_| price(100));
    let candles = write("binance_usdm_BTCUSDT_1h.csv", &format!("{header}{candles}"));
    let marks = hours(&[0, 1, 2], &|h| price(100 + 6 * h));
    let marks = write(
        "binance_usdm_BTCUSDT_mark_1h.csv",
        &format!("{header}{marks}"),
    );
    let interest = hours(&[0, 1], &|h| format!("{}", h - 1));
    let interest = write(
        "binance_usdm_BTCUSDT_open_interest_1h.csv",
        &format!("time,open_interest\n{interest}"),
    );
    let data = folder.path().join("data");
    let line = format!("import {funding} --kind funding --exchange binance --symbol BTC/USDT:USDT");
    let (_, text) = host(&data, &line).expect("imports");
    for told in [
        "CSV, records of binance BTC/USDT:USDT funding",
        "imported 5 new records of binance BTC/USDT:USDT funding",
        "refused 1 more: 30 s or more away from a full hour",
    ] {
        assert!(text.contains(told), "{text}");
    }
    let line = format!("import {candles} {marks} {interest} --json");
    assert_eq!(
        json_of(&data, &line)["series"].as_array().map(Vec::len),
        Some(3)
    );
    let list = json_of(&data, "list --json");
    let rows: Vec<_> = list["series"].as_array().expect("a list").iter().collect();
    let kinds: Vec<_> = rows
        .iter()
        .map(|r| r["kind"].as_str().expect("text"))
        .collect();
    assert_eq!(kinds, ["candles", "mark", "funding", "open-interest"]);
    assert_eq!(rows[2]["gaps"], json!([["2024-01-02T00:00:00Z", 1]]));
    assert_eq!(rows[2]["timeframe"], Value::Null);
    let (_, text) = host(&data, "list").expect("lists");
    assert!(text.contains("open-interest  1h"), "{text}");
    let (outcome, text) = host(&data, "check").expect("checks");
    assert_eq!(outcome, Outcome::CheckFailed);
    for told in [
        "  error   gap",
        "1 missing",
        "  notice  funding_cap",
        "1 rates beyond 4 %, first at 2024-01-01 08:00",
        "  notice  negative_open_interest",
        "1 negative samples",
        // Closes of the marks are 100, 106 and 112 beside 100.
        "  notice  mark_deviation",
        "2 closes over 5 % away",
    ] {
        assert!(text.contains(told), "{text}");
    }
    assert!(!text.contains("mark 1h: 3 candles, WRONG"), "{text}");
}

#[test]
fn files_are_imported_and_their_gaps_fail_a_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("binance_spot_BTCUSDT_1m.csv");
    let rows = [0, 1, 5].map(|m| format!("{},10,12,9,11,5\n", 1_704_067_200_000i64 + m * 60_000));
    std::fs::write(&file, rows.concat()).expect("writes");
    let file = file.display().to_string();
    let data = folder.path().join("data");
    let (_, text) = host(&data, &format!("import {file}")).expect("imports");
    assert!(
        text.contains("CSV, candles of binance BTC/USDT 1m"),
        "{text}"
    );
    assert!(text.contains("imported 3 new candles"), "{text}");
    let again = json_of(&data, &format!("import {file} --json"));
    assert_eq!(
        (&again["series"][0]["read"], &again["series"][0]["added"]),
        (&json!(3), &json!(0))
    );
    let (outcome, text) = host(&data, "check --json").expect("checks");
    assert_eq!(outcome, Outcome::CheckFailed);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["ok"], false);
    assert_eq!(document["findings"][0]["kind"], "gap");
    assert_eq!(
        document["series"][0]["gaps"],
        json!([["2024-01-01T00:02:00Z", 3]])
    );
}

#[test]
fn mistakes_have_a_hint() {
    let folder = tempfile::tempdir().expect("a folder");
    for (line, expected) in [
        ("import /nope", "2 there is no file /nope"),
        ("import x.csv y.feather", "2 there is no file x.csv"),
        (
            "import binance_spot_BTCUSDT_1m.csv",
            "2 there is no file binance_spot_BTCUSDT_1m.csv",
        ),
        ("import x.csv --market moon", "`moon` is not a market"),
        ("import x.csv --timeframe 7m", "`7m` is not a timeframe"),
        ("import x.csv --map a", "NAME_IN_FILE=our_name"),
        ("synth --start 2024-01-01T05:00:00Z", "not midnight"),
        ("synth --days 0", "0 is not in"),
    ] {
        let error = host(folder.path(), line).expect_err(line);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn files_that_cannot_be_imported_are_named_as_what_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, expected) in [
        ("BTC_USDT-1m.h5", "is HDF5, which cannot be imported"),
        ("trades.jsonl", "is lines of JSON, which cannot be imported"),
        ("candles.xlsx", "is a spreadsheet"),
        ("candles.parquet.gz", "unpack it first: gunzip"),
        ("candles.dat", "is of no known format: `.dat`"),
        ("candles", "its name has no extension"),
        ("candles.csv", "its name does not say what it holds"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, "x").expect("writes");
        let line = format!("import {}", path.display());
        let error = host(folder.path(), &line).expect_err(name);
        assert!(
            error.starts_with("2 ") && error.contains(expected),
            "{error}"
        );
        let formats = "Parquet (.parquet), Feather (.feather), CSV (.csv, .csv.gz)";
        assert!(error.contains(formats) || name == "candles.csv", "{error}");
    }
    let line = format!("import {}", folder.path().display());
    let error = host(folder.path(), &line).expect_err("a folder");
    assert!(error.contains("is a folder"), "{error}");
}

#[test]
fn what_is_listed_can_be_narrowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    host(folder, "synth --days 2").expect("makes");
    let count = |line: &str| json_of(folder, line)["series"].as_array().map(Vec::len);
    assert_eq!(count("list --json"), Some(3));
    for (filter, expected) in [
        ("--exchange synthetic", 3),
        ("--exchange Synthetic", 3),
        ("--exchange binance", 0),
        ("--symbol BTC/USDT:USDT", 3),
        ("--symbol BTCUSDT", 3),
        ("--symbol BTC/USDT", 0),
        ("--kind candles", 1),
        ("--kind funding", 1),
        ("--kind mark --symbol BTC/USDT:USDT", 1),
        ("--kind index", 0),
    ] {
        let found = count(&format!("list --json {filter}"));
        assert_eq!(found, Some(expected), "{filter}");
    }
    let (_, text) = host(folder, "list --kind index").expect("lists");
    assert!(text.contains("there is no such series"), "{text}");
    let (_, text) = host(folder, "check --kind funding").expect("checks");
    assert_eq!(text.lines().count(), 1, "{text}");
}

/// Imports candles at these minutes of 2024 as `binance BTC/USDT 1m`.
fn keep_minutes(folder: &Path, data: &Path, minutes: impl Iterator<Item = i64>) {
    let file = folder.join("binance_spot_BTCUSDT_1m.csv");
    let row = |m: i64| format!("{},10,12,9,11,5\n", 1_704_067_200_000i64 + m * 60_000);
    std::fs::write(&file, minutes.map(row).collect::<String>()).expect("writes");
    host(data, &format!("import {}", file.display())).expect("imports");
}

#[test]
fn months_are_bars_in_text_and_numbers_in_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let february = 31 * 1_440;
    keep_minutes(
        folder.path(),
        &data,
        (0..31 * 720).chain(february..february + 29 * 1_440),
    );
    let series = &json_of(&data, "list --json")["series"][0];
    let months = json!([
        {"month": "2024-01", "rows": 22_320, "coverage": 0.5},
        {"month": "2024-02", "rows": 41_760, "coverage": 1.0},
    ]);
    assert_eq!(series["months"], months);
    let (_, text) = host(&data, "list --ascii").expect("lists");
    assert!(text.contains("\n    2024 48..........\n"), "{text}");
}

#[test]
fn what_is_exported_can_be_imported_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    host(&data, "synth --days 40").expect("makes");
    let fingerprints = |data: &Path| -> Vec<Value> {
        let list = json_of(data, "list --json");
        let series = list["series"].as_array().expect("a list").iter();
        series
            .map(|s| json!([s["kind"], s["rows"], s["fingerprint"]]))
            .collect()
    };
    let before = fingerprints(&data);
    for format in ["csv", "parquet"] {
        let again = folder.path().join(format);
        for kind in ["candles", "mark", "funding"] {
            let file = folder.path().join(format!("{kind}.{format}"));
            let line = format!("export --kind {kind} --output {}", file.display());
            let (_, text) = host(&data, &line).expect(kind);
            let command = text.lines().last().and_then(|l| l.split_once("host data "));
            host(&again, command.expect("a command").1).expect(kind);
        }
        assert_eq!(fingerprints(&again), before, "{format}");
    }
    let file = folder.path().join("part.csv");
    let line = format!(
        "export --kind candles --start 2024-01-31T23:58:00Z --end 2024-02-01T00:01:00Z --output {}",
        file.display()
    );
    let (_, text) = host(&data, &line).expect("exports");
    assert!(text.contains("wrote 3 rows"), "{text}");
    let text = std::fs::read_to_string(&file).expect("reads");
    assert!(
        text.starts_with("open_time,open,high,low,close,volume,"),
        "{text}"
    );
    for (line, expected) in [
        (
            "export --output x.csv",
            "3 series are meant, a file holds one",
        ),
        (
            "export --kind index --output x.csv",
            "there is no such series",
        ),
        (
            "export --kind mark --output x.dat",
            "does not say its format",
        ),
        (
            "export --kind mark --start 2024-02-01 --end 2024-01-01 --output x.csv",
            "is not before",
        ),
        (
            "export --kind mark --start 2030-01-01 --output x.csv",
            "has nothing in this period",
        ),
    ] {
        let line = line.replace(" x.", &format!(" {}/x.", folder.path().display()));
        let error = host(&data, &line).expect_err(&line);
        assert!(error.contains(expected), "{error}");
    }
    let line = format!("export --kind mark --output {}", file.display());
    let error = host(&data, &line).expect_err("is there");
    assert!(error.contains("is there already"), "{error}");
    let left = std::fs::read_dir(folder.path()).expect("lists");
    let half = left
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().starts_with('.'));
    assert_eq!(half.count(), 0, "no half files");
}

#[test]
fn holes_of_a_segment_are_fetched_with_one_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let later = 30 * 1_440;
    let minutes = (0..100).chain(110..200).chain(203..300);
    let far = (later..later + 5).chain(later + 6..later + 9);
    keep_minutes(folder.path(), &data, minutes.chain(far));
    let (_, text) = host(&data, "repair --policy refetch").expect("tells");
    let lines: Vec<_> = text.lines().collect();
    let [first, second] = lines.as_slice() else {
        panic!("two segments: {text}");
    };
    for (line, span) in [
        (
            first,
            "--start 2024-01-01T01:40:00Z --end 2024-01-01T03:23:00Z",
        ),
        (
            second,
            "--start 2024-01-31T00:05:00Z --end 2024-01-31T00:06:00Z",
        ),
    ] {
        assert!(line.ends_with(span), "{line}");
    }
}

#[test]
fn repairs_are_told_everywhere_and_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    keep_minutes(folder.path(), &data, (0..1_000).chain(1_010..2_000));
    let fingerprint = || json_of(&data, "list --json")["series"][0]["fingerprint"].clone();
    let before = fingerprint();
    let (_, text) = host(&data, "repair --policy fill-flat").expect("plans");
    assert!(
        text.contains("would put in 10 candles in 1 hole, 0 stay"),
        "{text}"
    );
    assert!(
        text.contains("add --yes") && fingerprint() == before,
        "{text}"
    );
    let (_, text) = host(&data, "repair --policy refetch").expect("tells");
    assert!(
        text.contains("--timeframes 1m --start 2024-01-01T16:40:00Z --end 2024-01-01T16:50:00Z"),
        "{text}"
    );
    host(&data, "repair --policy fill-flat --yes").expect("repairs");
    assert_ne!(fingerprint(), before);
    let series = &json_of(&data, "list --json")["series"][0];
    let repair = &series["repairs"][0];
    assert_eq!(
        (&repair["policy"], &repair["count"]),
        (&json!("fill-flat"), &json!(10))
    );
    assert_eq!(series["labels"], json!(["10 repaired"]));
    let (outcome, text) = host(&data, "check").expect("checks");
    assert_eq!(outcome, Outcome::Done, "{text}");
    assert!(text.contains("notice  repaired"), "{text}");
    let line = format!("export --output {}", folder.path().join("x.csv").display());
    let (_, text) = host(&data, &line).expect("exports");
    assert!(
        text.contains("10 of them were put in by a repair"),
        "{text}"
    );
    host(&data, "repair --undo --yes").expect("takes back");
    assert_eq!(fingerprint(), before);
    for (line, expected) in [
        ("repair", "--policy"),
        ("repair --policy glue", "invalid value"),
        (
            "repair --policy fill-flat --symbol ETHUSDT",
            "no such candles",
        ),
        ("repair --policy from-shorter", "no candles shorter"),
    ] {
        let error = host(&data, line).expect_err(line);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn old_months_whole_series_and_unlisted_files_are_pruned() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    host(&data, "synth --days 70").expect("makes");
    let rows = || -> Vec<Value> {
        let list = json_of(&data, "list --json");
        let series = list["series"].as_array().expect("a list").iter();
        series
            .map(|s| json!([s["kind"], s["from"], s["rows"]]))
            .collect()
    };
    let before = rows();
    let (_, text) = host(&data, "prune --before 2024-02-20").expect("plans");
    assert!(
        text.contains("would remove its oldest, 1 month, 44640 rows"),
        "{text}"
    );
    assert_eq!(rows(), before);
    host(&data, "prune --before 2024-02-20 --yes").expect("prunes");
    let february = "2024-02-01T00:00:00Z";
    assert_eq!(
        rows(),
        [
            json!(["candles", february, 39 * 1_440]),
            json!(["mark", february, 39 * 1_440]),
            // The last settlement lies at the end of the period.
            json!(["funding", february, 39 * 3 + 1]),
        ]
    );
    let (outcome, text) = host(&data, "check").expect("checks");
    assert_eq!(outcome, Outcome::Done, "{text}");
    // Another market replaces the months: the old versions stay until they are pruned.
    host(&data, "synth --days 70 --seed 2").expect("makes");
    let unlisted = json_of(&data, "prune --json")["unlisted"].clone();
    assert_eq!(unlisted.as_array().map(Vec::len), Some(6), "{unlisted}");
    host(&data, "prune --yes").expect("prunes");
    let (_, text) = host(&data, "prune --yes").expect("prunes");
    assert!(text.contains("nothing to remove"), "{text}");
    let (_, text) = host(&data, "prune --kind mark --yes").expect("prunes");
    assert!(text.contains("removed all of it"), "{text}");
    assert_eq!(rows().len(), 2);
    assert!(!data.join("synthetic/perp/BTC_USDT_USDT/mark").exists());
    let error = host(&data, "prune --kind mark --yes").expect_err("is gone");
    assert!(error.contains("no such series"), "{error}");
}

#[test]
fn a_file_is_checked_without_importing_it_and_all_its_faults_are_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("messy.csv");
    let at = |m: i64| 1_704_067_200_000i64 + m * 60_000;
    let mut text = "time,open,high,low,close,volume\n".to_owned();
    for minute in [0, 1, 2, 2, 4, 3, 5, 6] {
        text += &format!("{},10,12,9,11,5\n", at(minute));
    }
    text += &format!("{},10,8,9,11,5\nsoon,10,12,9,11,5\n{},1,2\n", at(7), at(8));
    text += &format!("{},10,12,9,11,5\n", at(9) + 30_000);
    std::fs::write(&file, text).expect("writes");
    let line = format!("check {} --json", file.display());
    let document = json_of(folder.path(), &line);
    let found: Vec<_> = (document["findings"].as_array().expect("a list").iter())
        .map(|f| {
            (
                f["kind"].as_str().expect("text"),
                f["count"].as_u64().expect("a count"),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("unreadable", 2),
            ("order", 1),
            ("duplicate", 1),
            ("misaligned", 1),
            ("high_below_body", 1),
            ("gap", 1),
            ("coverage", 1),
        ]
    );
    let series = &document["series"][0];
    assert_eq!(
        (&series["timeframe"], &series["rows"]),
        (&json!("1m"), &json!(12))
    );
    assert_eq!(document["ok"], false);
    let line = format!("check {}", file.display());
    let (outcome, text) = host(folder.path(), &line).expect("checks");
    assert_eq!(outcome, Outcome::CheckFailed);
    assert!(text.contains("12 rows of 1m, WRONG"), "{text}");
    assert!(
        text.contains("2 rows, first row 11: `soon` is not a time"),
        "{text}"
    );
    for (line, expected) in [
        ("check nope.csv", "there is no file nope.csv"),
        (
            "check x.csv --symbol BTCUSDT",
            "choose series of the catalog",
        ),
        (
            "check x.csv --kind funding",
            "is checked when it is imported",
        ),
        (
            "check bybit_linear_BTCUSDT_funding.csv",
            "a file of funding is checked when it is imported",
        ),
    ] {
        let error = host(folder.path(), line).expect_err(line);
        assert!(
            error.starts_with("2 ") && error.contains(expected),
            "{error}"
        );
    }
}

#[test]
fn what_a_file_of_prices_is_of_is_told_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = |m: i64| format!("{},10,10,10,10\n", 1_704_067_200_000i64 + m * 60_000);
    let text: String = (0..30).map(rows).collect();
    let text = format!("open_time,open,high,low,close\n{text}");
    for (name, is_mark) in [("binance_usdm_BTCUSDT_mark_1m.csv", true), ("x.csv", false)] {
        let file = folder.path().join(name);
        std::fs::write(&file, &text).expect("writes");
        let checked = host(folder.path(), &format!("check {}", file.display()));
        match checked {
            Ok((outcome, text)) => {
                assert!(is_mark && outcome == Outcome::Done, "{name}: {text}");
                assert!(!text.contains("notice"), "{name}: {text}");
            }
            Err(error) => assert!(!is_mark && error.contains("volume"), "{name}: {error}"),
        }
    }
}

/// Takes some bytes, then nobody reads any more.
struct Closed(usize);

impl Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    host(folder, "synth --days 2").expect("makes");
    let words = ["data", "--data-dir", folder.to_str().expect("text")];
    for line in ["list", "list --json", "check", "check --json"] {
        for taken in [0, 30] {
            let all = words.into_iter().chain(line.split_whitespace());
            let cli = Cli::try_parse_from(all).expect(line);
            let outcome = run(&cli.data, &Settings::default(), &mut Closed(taken));
            assert_eq!(outcome, Ok(Outcome::Done), "{line}");
        }
    }
}

#[test]
fn a_well_formed_lie_is_noticed() {
    let Some(file) = shared_or_skip("data/messy/bogus_BTCUSDT_1m_implausible.parquet") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let line = format!(
        "import {} --exchange bybit --symbol BTC/USDT:USDT --timeframe 1m",
        file.display()
    );
    host(folder.path(), &line).expect("well-formed");
    let (outcome, text) = host(folder.path(), "check").expect("checks");
    assert_eq!(outcome, Outcome::CheckFailed);
    assert!(text.contains("coverage is"), "{text}");
}
