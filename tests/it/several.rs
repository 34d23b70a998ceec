//! Several symbols and several strategies from the command line, run files, and the two checks.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use host::data::catalog::{Catalog, CatalogWriter};
use host::data::series::SeriesKey;
use host::data::synth::{Synth, SynthConfig};
use host::domain::{Candle, Timeframe};
use host::toolchain;
use serde_json::Value;

use crate::support::{example, host, stderr, stdout, store, workspace};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The component that trades up to ten symbols, built once a test run.
fn basket() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let options = toolchain::Options {
            target_dir: Some(workspace().join("target/guests")),
            ..toolchain::Options::default()
        };
        let dir = workspace().join("tests/guests/basket");
        toolchain::build_guest(&dir, &options, &mut |_| {}).expect("the basket builds")
    });
    built.clone()
}

/// A folder with three made-up perpetuals that begin and end at different times, with holes, and a drop-in folder of strategies.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = Catalog::new(folder.path().join("data"));
    let mut writer = CatalogWriter::open(&catalog, || {}).expect("an empty catalog");
    for (seed, symbol, first, end) in [
        (1, "BTC/USDT:USDT", 0, 10),
        (2, "ETH/USDT:USDT", 2, 10),
        (3, "SOL/USDT:USDT", 1, 8),
    ] {
        let key = SeriesKey::new("binance", None, symbol, Timeframe::M1).expect("a good name");
        let config = SynthConfig {
            days: 10,
            seed,
            ..SynthConfig::default()
        };
        let whole: Vec<Candle> = Synth::new(config).collect();
        let begin = whole[0].open_time.0;
        let there = |c: &&Candle| {
            let at = c.open_time.0 - begin;
            let hole = 4 * DAY..4 * DAY + 50 * MINUTE * seed as i64;
            (first * DAY..end * DAY).contains(&at) && (seed == 1 || !hole.contains(&at))
        };
        let candles: Vec<Candle> = whole.iter().filter(there).copied().collect();
        store(&mut writer, &key, &candles, &whole);
    }
    writer.commit().expect("the disk has room");
    let dropin = folder.path().join("strategies");
    std::fs::create_dir(&dropin).expect("a folder");
    for name in ["breakout", "rsi-reversal"] {
        std::fs::copy(example(name), dropin.join(format!("{name}.wasm"))).expect("copied");
    }
    std::fs::copy(basket(), dropin.join("basket.wasm")).expect("copied");
    folder
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.push("--json");
    let output = host(folder, &all);
    assert!(output.status.success(), "{all:?}\n{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).expect("one JSON document")
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("it is there")).expect("JSON")
}

#[test]
fn all_symbols_are_bound_to_a_role_that_takes_many() {
    let folder = folder();
    let run = json(
        folder.path(),
        &[
            "backtest",
            "basket",
            "--symbols",
            "BTC/USDT:USDT,ETH/USDT:USDT,binance:SOL/USDT:USDT",
        ],
    );
    assert!(run["trades"].as_u64().expect("a number") > 30, "{run:#}");
    let dir = folder
        .path()
        .join(run["run_dir"].as_str().expect("a folder"));
    let manifest = read(&dir.join("manifest.json"));
    let instruments = manifest["configuration"]["instruments"]
        .as_array()
        .expect("a list");
    let symbols: Vec<&str> = instruments
        .iter()
        .filter_map(|i| i["symbol"].as_str())
        .collect();
    assert_eq!(symbols, ["BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"]);
    let trades = std::fs::read_to_string(dir.join("trades.csv")).expect("it is there");
    for symbol in symbols {
        assert!(trades.contains(symbol), "no trade of {symbol}");
    }
    // The first candles of one symbol, then of two, then of all; to the last of any.
    assert_eq!(run["period"]["start"], "2024-01-01T00:00:00Z");
    assert_eq!(run["period"]["end"], "2024-01-11T00:00:00Z");
    // One role, named: the same run.
    let named = json(
        folder.path(),
        &[
            "backtest",
            "basket",
            "--role",
            "main=BTC/USDT:USDT,ETH/USDT:USDT,SOL/USDT:USDT",
        ],
    );
    assert_eq!(named["fingerprint"], run["fingerprint"]);
}

#[test]
fn a_strategy_in_company_is_the_strategy_alone() {
    let folder = folder();
    let eth = ["--symbol", "ETH/USDT:USDT"];
    let alone = json(
        folder.path(),
        &[&["backtest", "breakout"], &eth[..]].concat(),
    );
    std::fs::write(
        folder.path().join("run.toml"),
        r#"
            [run]
            exchange = "binance"
            balance = 10000

            [[routes]]
            strategy = "basket"
            symbols = ["SOL/USDT:USDT", "BTC/USDT:USDT"]
            parameters = { length = 20 }

            [[routes]]
            strategy = "breakout"
            symbol = "ETH/USDT:USDT"

            [[routes]]
            strategy = "breakout"
            symbol = "ETH/USDT:USDT"
            timeframe = "15m"
            balance = "500"
        "#,
    )
    .expect("written");
    let run = json(folder.path(), &["backtest", "run.toml"]);
    assert_eq!(run["schema"], "backtest-several/1");
    let strategies = run["strategies"].as_array().expect("a list");
    let names: Vec<&str> = strategies
        .iter()
        .filter_map(|s| s["strategy"].as_str())
        .collect();
    assert_eq!(names, ["basket", "breakout", "breakout-2"]);
    assert_eq!(strategies[1]["fingerprint"], alone["fingerprint"]);
    assert_eq!(strategies[1]["metrics"], alone["metrics"]);
    assert_ne!(strategies[2]["fingerprint"], alone["fingerprint"]);
    let dir = folder
        .path()
        .join(run["run_dir"].as_str().expect("a folder"));
    assert_eq!(read(&dir.join("summary.json")), run);
    for name in names {
        for file in [
            "manifest.json",
            "report.html",
            "trades.parquet",
            "summary.json",
        ] {
            assert!(dir.join(name).join(file).exists(), "{name}/{file}");
        }
    }
    // The same file with --run, and one strategy a symbol without a file.
    let again = json(folder.path(), &["backtest", "--run", "run.toml"]);
    assert_eq!(
        again["strategies"][0]["fingerprint"],
        strategies[0]["fingerprint"]
    );
    let each = json(
        folder.path(),
        &[
            "backtest",
            "breakout",
            "--symbols",
            "BTC/USDT:USDT,ETH/USDT:USDT",
            "--each",
        ],
    );
    assert_eq!(each["strategies"][1]["strategy"], "breakout-ETHUSDT");
    assert_eq!(each["strategies"][1]["metrics"], alone["metrics"]);
}

#[test]
fn strategies_of_a_run_file_share_one_wallet() {
    let folder = folder();
    std::fs::write(
        folder.path().join("run.toml"),
        r#"
            [run]
            exchange = "binance"
            balance = 20000
            account = "shared"

            [[routes]]
            strategy = "breakout"
            symbol = "BTC/USDT:USDT"
            timeframe = "15m"
            weight = 0.25

            [[routes]]
            strategy = "rsi-reversal"
            symbols = ["ETH/USDT:USDT"]
            weight = 0.5
        "#,
    )
    .expect("written");
    let run = json(folder.path(), &["backtest", "run.toml"]);
    let dir = folder
        .path()
        .join(run["run_dir"].as_str().expect("a folder"));
    let configuration =
        |name: &str| read(&dir.join(name).join("manifest.json"))["configuration"].clone();
    let (one, other) = (configuration("breakout"), configuration("rsi-reversal"));
    for (configuration, weight) in [(&one, "0.25"), (&other, "0.5")] {
        assert_eq!(configuration["account"], "shared");
        assert_eq!(configuration["weight"], weight);
        assert_eq!(configuration["wallet"], "20000");
    }
    // A third and two thirds, and the first has what is left over.
    assert_eq!(one["starting_balance"], "6666.66666667");
    assert_eq!(other["starting_balance"], "13333.33333333");
    let report = std::fs::read_to_string(dir.join("breakout/report.html")).expect("it is there");
    assert!(report.contains("one account for all strategies"));
    let output = host(folder.path(), &["backtest", "run.toml"]);
    let text = stdout(&output);
    assert!(text.contains("2 strategies, one account"), "{text}");
    assert_eq!(
        text.matches("one account for all strategies").count(),
        1,
        "{text}"
    );
    // The command line alone: equal shares; one strategy has all of it.
    let alone = json(
        folder.path(),
        &[
            "backtest",
            "breakout",
            "--symbol",
            "BTC/USDT:USDT",
            "--account",
            "shared",
        ],
    );
    let dir = folder
        .path()
        .join(alone["run_dir"].as_str().expect("a folder"));
    let configuration = &read(&dir.join("manifest.json"))["configuration"];
    assert_eq!(configuration["weight"], "1");
    assert_eq!(configuration["starting_balance"], "10000");
}

#[test]
fn several_strategies_are_told_in_a_table() {
    let folder = folder();
    let arguments = [
        "backtest",
        "breakout",
        "rsi-reversal",
        "--symbol",
        "BTC/USDT:USDT",
        "-p",
        "breakout.size=0.1",
    ];
    let output = host(folder.path(), &arguments);
    let text = stdout(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    for part in [
        "2 strategies, an account each",
        "breakout",
        "rsi-reversal",
        "BTC/USDT:USDT",
        "report.html",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

#[test]
fn what_does_not_fit_together_is_told_where_it_is_written() {
    let folder = folder();
    let routes = |text: &str| format!("[[routes]]\nstrategy = \"breakout\"\n{text}\n");
    let two = "--symbols=BTC/USDT:USDT,ETH/USDT:USDT";
    let cases: Vec<(String, Vec<&str>, &str)> = vec![
        (
            routes("sybmol = \"BTC/USDT\""),
            vec![],
            "run.toml line 3, `sybmol`: unknown field",
        ),
        (
            routes("symbol = \"DOGE/USDT\""),
            vec![],
            "run.toml line 1 (route 1): no candles of binance DOGE/USDT 1m",
        ),
        (
            routes("parameters = { sise = 1 }"),
            vec![],
            "run.toml line 1 (route 1): there is no parameter `sise`",
        ),
        (
            routes("weight = 0.5"),
            vec![],
            "run.toml line 1 (route 1): `weight` divides a shared account",
        ),
        (
            routes("balance = \"much\""),
            vec![],
            "run.toml line 1 (route 1): starting balance",
        ),
        (
            routes("balance = 500"),
            vec!["--account", "shared"],
            "run.toml line 1 (route 1): a strategy on a shared account has no `balance` of its own",
        ),
        (
            routes("weight = 0.5") + &routes(""),
            vec!["--account", "shared"],
            "run.toml line 4 (route 2): it has no `weight`, and others on the shared account have one",
        ),
        (
            routes("weight = 0.5") + &routes("weight = 0.75"),
            vec!["--account", "shared"],
            "the weights of the shared account sum to 1.25, which is more than 1",
        ),
        (
            routes("weight = 1.5"),
            vec!["--account", "shared"],
            "run.toml line 1 (route 1): a weight of 1.5 is no part of a shared account",
        ),
        (
            routes(""),
            vec!["--account", "shared", "--margin", "cross"],
            "run.toml line 1 (route 1): a shared account has isolated margin only",
        ),
        (
            routes("roles = { mian = \"BTC/USDT:USDT\" }"),
            vec![],
            "breakout has no role `mian`",
        ),
        (
            String::new(),
            vec!["breakout", two],
            "no role is left for ETH/USDT:USDT",
        ),
        (
            String::new(),
            vec!["breakout", "--symbols=BTC/USDT:USDT,BTC/USDT:USDT"],
            "named twice",
        ),
        (
            String::new(),
            vec!["breakout", "breakout", "-p", "size=0.1"],
            "`size=0.1` does not say which strategy",
        ),
        (
            String::new(),
            vec!["breakout", "--role", "BTC/USDT"],
            "binds no role",
        ),
        (String::new(), vec!["missing.toml"], "reading missing.toml"),
    ];
    for (text, more, sentence) in cases {
        std::fs::write(folder.path().join("run.toml"), &text).expect("written");
        let mut arguments = vec!["backtest"];
        if !text.is_empty() {
            arguments.push("run.toml");
        }
        arguments.extend(&more);
        let output = host(folder.path(), &arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}{more:?}\n{said}");
        assert!(
            said.contains(sentence),
            "{text}{more:?}: `{sentence}` is not in\n{said}"
        );
        assert!(said.contains("\nhint: "), "{said}");
        assert!(
            !folder.path().join("runs").exists(),
            "{more:?} left a run behind"
        );
    }
}

#[test]
fn checks_pass_an_honest_strategy_and_find_one_that_remembers() {
    let folder = folder();
    let symbols = ["--symbols", "BTC/USDT:USDT,ETH/USDT:USDT"];
    let check = |what: &[&str]| {
        let output = host(folder.path(), &[what, &symbols[..]].concat());
        (output.status.code(), stdout(&output), stderr(&output))
    };
    let (code, text, said) = check(&["lookahead-check", "basket", "--cuts", "3"]);
    assert_eq!(code, Some(0), "{text}{said}");
    assert!(text.contains("no look-ahead found"), "{text}");
    let (code, text, said) = check(&["warmup-check", "basket"]);
    assert_eq!(code, Some(0), "{text}{said}");
    assert!(text.contains("main 15m: 8 and 16 candles"), "{text}");
    let forgets = ["warmup-check", "basket", "-p", "forgets=false"];
    let (code, text, said) = check(&forgets);
    assert_eq!(code, Some(4), "{text}{said}");
    for part in [
        "depends on where its warm-up began",
        "first difference at 2024-",
        "with twice the warm-up: ",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    let (code, text, _) = check(&[&forgets[..], &["--json"]].concat());
    let document: Value = serde_json::from_str(&text).expect("one JSON document");
    assert_eq!(code, Some(4));
    assert_eq!(document["ok"], false);
    assert!(document["difference"]["time"].is_string(), "{document:#}");
}

#[test]
fn profiles_are_listed_knob_by_knob() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = stdout(&host(folder.path(), &["profiles"]));
    for part in [
        "strict",
        "fair",
        "seed0",
        "fill_timing",
        "this_close",
        "end_of_data",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    let document: Value =
        serde_json::from_str(&stdout(&host(folder.path(), &["profiles", "--json"]))).expect("JSON");
    assert_eq!(document["presets"]["fair"]["path"], "candle_colour");
}

#[test]
fn other_orderings_and_profiles_stand_beside_the_run() {
    let folder = folder();
    let plain = [
        "backtest",
        "breakout",
        "--symbol",
        "BTC/USDT:USDT",
        "-p",
        "timeframe=15m",
    ];
    let alone = json(folder.path(), &plain);
    let beside = ["--range", "--compare", "fair", "--compare", "seed0"];
    let run = json(folder.path(), &[&plain[..], &beside[..]].concat());
    assert_eq!(run["fingerprint"], alone["fingerprint"]);
    assert_eq!(alone["range"], Value::Null);
    let equity = |line: &Value| -> f64 {
        line["equity"]
            .as_str()
            .expect("text")
            .parse()
            .expect("a number")
    };
    let (best, worst) = (
        equity(&run["range"]["best"]),
        equity(&run["range"]["worst"]),
    );
    assert!(best >= worst, "{best} {worst}");
    assert_eq!(
        worst,
        equity(&run),
        "strict takes the worse ordering itself"
    );
    let labels: Vec<&str> = run["compared"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|line| line["label"].as_str())
        .collect();
    assert_eq!(labels, ["profile fair", "profile seed0"]);
}

#[test]
fn funding_and_safety_are_chosen_and_recorded() {
    let folder = folder();
    std::fs::remove_dir_all(
        folder
            .path()
            .join("data/binance/perp/ETH_USDT_USDT/funding"),
    )
    .expect("it was there");
    let eth = [
        "backtest",
        "breakout",
        "--symbol",
        "ETH/USDT:USDT",
        "-p",
        "timeframe=15m",
    ];
    let output = host(folder.path(), &eth);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in [
        "there is no funding of binance ETH/USDT:USDT",
        "host data import FILE",
        "--funding zero",
    ] {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    std::fs::write(
        folder.path().join("safety.toml"),
        "[safety]\nmax_open_orders = 3\n",
    )
    .expect("written");
    let more = [
        "--funding",
        "zero",
        "--margin",
        "cross",
        "--safety",
        "safety.toml",
        "--at-end",
        "close",
    ];
    let run = json(folder.path(), &[&eth[..], &more[..]].concat());
    let dir = folder
        .path()
        .join(run["run_dir"].as_str().expect("a folder"));
    let configuration = &read(&dir.join("manifest.json"))["configuration"];
    assert_eq!(configuration["dataset"]["funding"]["policy"], "zero");
    let named = |list: &Value, key: &str, name: &str| -> Value {
        let entries = list.as_array().expect("a list");
        let found = entries.iter().find(|e| e[key] == name);
        found.unwrap_or_else(|| panic!("no {name}"))["value"].clone()
    };
    let knobs = &configuration["profile"]["knobs"];
    assert_eq!(named(knobs, "key", "margin_mode"), "cross");
    assert_eq!(named(knobs, "key", "funding_missing"), "zero");
    assert_eq!(named(knobs, "key", "end_of_data"), "close");
    assert_eq!(
        named(&configuration["limits"], "name", "safety.max_open_orders"),
        "3"
    );
}
