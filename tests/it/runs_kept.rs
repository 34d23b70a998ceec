//! `host runs` and `host replay` on kept runs, through the program itself on a made-up market.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use host::persistence::{Journal, NewSession};
use serde_json::Value;

use crate::support::{example, folder_with_market, host, stderr, stdout};

const SYNTHETIC: [&str; 4] = ["--exchange", "synthetic", "--symbol", "BTC/USDT:USDT"];

/// What a run of the crossing averages is started with.
fn arguments(more: &[&str]) -> Vec<String> {
    let component = example("ma-crossover");
    let component = component.to_str().expect("a plain path");
    let all = ["backtest", component].into_iter().chain(SYNTHETIC);
    all.chain(more.iter().copied()).map(str::to_owned).collect()
}

/// Runs the crossing averages; the name of the run.
fn backtest(folder: &Path, more: &[&str]) -> String {
    let arguments = arguments(more);
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.push("--json");
    let output = host(folder, &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let document = document(&output);
    document["run_id"].as_str().expect("a name").to_owned()
}

fn document(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|e| panic!("{e}: {}", stderr(output)))
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// Names of the runs, as `list --json` gives them.
fn listed(folder: &Path, more: &[&str]) -> Vec<String> {
    let mut arguments = vec!["runs", "list", "--json"];
    arguments.extend(more);
    let output = host(folder, &arguments);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let document = document(&output);
    let runs = document["runs"].as_array().expect("a list").iter();
    runs.map(|run| run["run"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn runs_are_listed_shown_noted_tagged_and_removed() {
    let folder = folder_with_market(20);
    let folder = folder.path();
    let first = backtest(folder, &["--days", "10"]);
    let second = backtest(folder, &["--param", "fast=5"]);
    assert_eq!(listed(folder, &[]), [second.as_str(), first.as_str()]);
    assert_eq!(listed(folder, &["--limit", "1"]), [second.as_str()]);
    assert!(listed(folder, &["--strategy", "breakout"]).is_empty());

    let tagged = host(
        folder,
        &["runs", "tag", "latest~1", "+good", "+long", "-long"],
    );
    assert_eq!(stdout(&tagged), "good\n", "{}", stderr(&tagged));
    assert_eq!(listed(folder, &["--tag", "good"]), [first.as_str()]);
    let noted = host(folder, &["runs", "note", &first, "look \u{1b}[31mhere"]);
    assert_eq!(code(&noted), Some(0), "{}", stderr(&noted));
    let shown = stdout(&host(folder, &["runs", "show", &first]));
    assert!(
        shown.contains("tags: good\nnote: look  [31mhere\n"),
        "{shown}"
    );
    let kept = folder.join("runs").join(&first).join("summary.txt");
    let summary = std::fs::read_to_string(kept).expect("it is there");
    assert!(shown.contains(summary.trim()), "{shown}");
    assert!(shown.contains("1 combination of ma-crossover"), "{shown}");

    let component = |count| {
        let kept = std::fs::read_dir(folder.join("runs/.components")).expect("a folder");
        assert_eq!(kept.count(), count);
    };
    let refused = host(folder, &["runs", "rm", "latest"]);
    assert_eq!(code(&refused), Some(2));
    assert!(
        stderr(&refused).contains("hint: add --yes"),
        "{}",
        stderr(&refused)
    );
    let removed = host(folder, &["runs", "rm", "latest", "--yes"]);
    assert_eq!(code(&removed), Some(0), "{}", stderr(&removed));
    assert_eq!(listed(folder, &[]), [first.as_str()]);
    component(1);
    host(folder, &["runs", "rm", &first, "-y"]);
    assert!(listed(folder, &[]).is_empty());
    component(0);
}

#[test]
fn a_kept_run_is_run_again_and_is_equal_whatever_the_folder_and_the_settings() {
    let folder = folder_with_market(20);
    let run = backtest(
        folder.path(),
        &[
            "--days",
            "10",
            "--param",
            "fast=5",
            "--set",
            "path=olhc",
            "--delist",
            "BTC/USDT:USDT@2024-01-18",
        ],
    );
    let elsewhere = tempfile::tempdir().expect("a folder");
    std::fs::write(
        elsewhere.path().join("host.toml"),
        "initial_balance = \"7\"\n",
    )
    .expect("written");
    let path = folder.path().join("runs").join(&run);
    let path = path.to_str().expect("a plain path");
    let replayed = host(elsewhere.path(), &["replay", path, "--json"]);
    assert_eq!(
        code(&replayed),
        Some(0),
        "{}{}",
        stdout(&replayed),
        stderr(&replayed)
    );
    let document = document(&replayed);
    assert_eq!(document["equal"], true);
    let prints = &document["strategies"][0]["fingerprint"];
    assert_eq!(prints["kept"], prints["now"]);
}

#[test]
fn each_strategy_of_a_run_of_several_is_run_again() {
    let folder = folder_with_market(20);
    let file = format!(
        "[run]\nexchange = \"synthetic\"\naccount = \"shared\"\n\
         [[routes]]\nstrategy = {:?}\nsymbol = \"BTC/USDT:USDT\"\nparameters = {{ fast = 5 }}\n\
         [[routes]]\nstrategy = {:?}\nname = \"other\"\nsymbol = \"BTC/USDT:USDT\"\n\
         [[events]]\nsymbol = \"BTC/USDT:USDT\"\nkind = \"halted\"\nfrom = 2024-01-05\nto = 2024-01-06\n",
        example("ma-crossover"),
        example("breakout"),
    );
    std::fs::write(folder.path().join("run.toml"), file).expect("written");
    let made = host(folder.path(), &["backtest", "run.toml", "--json"]);
    assert!(made.status.success(), "{}", stderr(&made));
    // The run file is not needed any more.
    std::fs::remove_file(folder.path().join("run.toml")).expect("removed");
    let replayed = host(folder.path(), &["replay", "latest"]);
    let said = stdout(&replayed);
    assert_eq!(code(&replayed), Some(0), "{said}{}", stderr(&replayed));
    assert_eq!(said.matches(": equal, ").count(), 2, "{said}");
    let one = host(folder.path(), &["replay", "run-/other"]);
    assert_eq!(stdout(&one).lines().count(), 1, "{}", stdout(&one));
    assert_eq!(listed(folder.path(), &[]).len(), 2);
}

#[test]
fn another_market_and_another_table_are_told_as_the_first_difference() {
    let folder = folder_with_market(20);
    let folder = folder.path();
    let (first, second) = (
        backtest(folder, &["--days", "10"]),
        backtest(folder, &["--days", "10", "--param", "fast=5"]),
    );
    let table = |run: &str| folder.join("runs").join(run).join("trades.parquet");
    std::fs::copy(table(&second), table(&first)).expect("copied");
    let replayed = host(folder, &["replay", &first, "--json"]);
    assert_eq!(code(&replayed), Some(4), "{}", stderr(&replayed));
    let difference = &document(&replayed)["strategies"][0]["difference"];
    assert_eq!(difference["table"], "trades");
    assert_eq!(difference["row"], 0);
    let told = stdout(&host(folder, &["replay", &first]));
    assert!(told.contains("row 0 of trades"), "{told}");

    let made = host(folder, &["data", "synth", "--seed", "7", "--days", "20"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let replayed = host(folder, &["replay", &second]);
    assert_eq!(code(&replayed), Some(4), "{}", stderr(&replayed));
    let said = stdout(&replayed);
    assert!(
        said.contains("something else was run: 2 differences"),
        "{said}"
    );
    assert!(said.contains("dataset.fingerprint: kept "), "{said}");
}

#[test]
fn what_cannot_be_run_again_says_why() {
    let folder = folder_with_market(20);
    let folder = folder.path();
    let run = backtest(folder, &["--days", "10"]);
    let said = |arguments: &[&str]| {
        let output = host(folder, arguments);
        assert_eq!(code(&output), Some(2), "{}", stdout(&output));
        stderr(&output)
    };
    let kept: Vec<PathBuf> = std::fs::read_dir(folder.join("runs/.components"))
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    std::fs::write(&kept[0], "damaged").expect("written");
    assert!(said(&["replay", &run]).contains(".wasm is damaged"));
    std::fs::remove_file(&kept[0]).expect("removed");
    assert!(
        said(&["replay", &run])
            .contains("hint: give the file of the strategy as it was then: --component FILE")
    );
    let other = example("breakout");
    let other = other.to_str().expect("a plain path");
    assert!(
        said(&["replay", &run, "--component", other])
            .contains("no file that was given is its component")
    );
    let component = example("ma-crossover");
    let component = component.to_str().expect("a plain path");
    let replayed = host(folder, &["replay", &run, "--component", component]);
    assert_eq!(code(&replayed), Some(0), "{}", stderr(&replayed));

    let again = folder.join("runs").join(&run).join("again.json");
    let text = std::fs::read_to_string(&again).expect("it is there");
    std::fs::write(&again, text.replace("run-again/1", "run-again/9")).expect("written");
    assert!(said(&["replay", &run]).contains("`run-again/9`"));
    std::fs::write(&again, "{}").expect("written");
    assert!(said(&["replay", &run]).contains("again.json is damaged"));
    std::fs::remove_file(&again).expect("removed");
    assert!(said(&["replay", &run]).contains("it has no again.json"));
    assert!(said(&["replay", "nothing"]).contains("there is no run `nothing` in runs"));
}

#[test]
fn a_session_and_a_run_of_one_name_have_to_be_told_apart() {
    let folder = folder_with_market(20);
    let folder = folder.path();
    let run = backtest(folder, &["--days", "10"]);
    let mut journal = Journal::open(&folder.join("host.sqlite")).expect("a new journal");
    let session = NewSession {
        name: run.clone(),
        created: host::domain::Timestamp(1_700_000_000_000),
        host_version: "0.1.0".to_owned(),
        engine_version: "1".to_owned(),
        config: String::new(),
        predecessor: None,
    };
    journal.begin(session).expect("begun");
    let refused = host(folder, &["replay", &run]);
    assert_eq!(code(&refused), Some(2));
    let said = stderr(&refused);
    assert!(
        said.contains(&format!(
            "`{run}` is a session of host.sqlite and a run in runs"
        )),
        "{said}"
    );
    let path = format!("runs/{run}");
    let replayed = host(folder, &["replay", &path]);
    assert_eq!(code(&replayed), Some(0), "{}", stderr(&replayed));
}

#[test]
fn two_runs_at_once_are_both_kept_and_listed() {
    let folder = folder_with_market(20);
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
        for variable in host::config::VARIABLES {
            command.env_remove(variable.name);
        }
        command.current_dir(folder.path());
        command.args(arguments(&["--days", "10"]));
        command.stdout(std::process::Stdio::null());
        command.spawn().expect("the program starts")
    };
    let mut running: Vec<_> = (0..4).map(|_| start()).collect();
    for one in &mut running {
        assert!(one.wait().expect("it ends").success());
    }
    assert_eq!(listed(folder.path(), &[]).len(), 4);
    let shown = stdout(&host(folder.path(), &["runs", "show", "latest"]));
    assert!(
        shown.contains("1 combination of"),
        "the same run counts once: {shown}"
    );
}

#[test]
fn the_index_is_rebuilt_from_the_folders_and_a_run_does_without_it() {
    let folder = folder_with_market(20);
    let folder = folder.path();
    backtest(folder, &["--days", "10"]);
    backtest(folder, &["--days", "10", "--param", "fast=5"]);
    let before = listed(folder, &[]);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("runs/store.db{end}")));
    }
    assert_eq!(listed(folder, &[]), before);
    let shown = stdout(&host(folder, &["runs", "show", "latest"]));
    assert!(shown.contains("2 combinations of"), "{shown}");

    // What is gone is forgotten, what is damaged is told and left out.
    std::fs::remove_dir_all(folder.join("runs").join(&before[0])).expect("removed");
    let copy = folder.join("runs/copied");
    std::fs::create_dir(&copy).expect("made");
    std::fs::write(copy.join("manifest.json"), "{").expect("written");
    std::fs::write(copy.join("fingerprint"), "").expect("written");
    let output = host(folder, &["runs", "list", "--json"]);
    assert!(
        stderr(&output).starts_with("warning: copied is left out: "),
        "{}",
        stderr(&output)
    );
    let count = document(&output)["runs"].as_array().map(Vec::len);
    assert_eq!(count, Some(1));

    std::fs::write(
        folder.join("runs/store.db"),
        "no database, and long enough to be looked at",
    )
    .expect("written");
    let arguments = arguments(&["--days", "10"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let kept = host(folder, &arguments);
    assert_eq!(code(&kept), Some(0));
    assert!(
        stderr(&kept).contains("is kept, but not in the index of runs"),
        "{}",
        stderr(&kept)
    );
}

#[test]
fn only_runs_of_the_folder_of_results_are_removed() {
    let folder = folder_with_market(20);
    let folder = folder.path();
    let run = backtest(folder, &["--days", "10"]);
    let outside = tempfile::tempdir().expect("a folder");
    let moved = outside.path().join("moved");
    std::fs::rename(folder.join("runs").join(&run), &moved).expect("moved");
    std::fs::create_dir(folder.join("runs/mine")).expect("made");
    std::fs::write(folder.join("runs/mine/manifest.json"), "{}").expect("written");
    let link = folder.join("runs/link");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&moved, &link).expect("linked");
    let moved_path = moved.to_str().expect("a plain path");
    for word in [
        "link",
        "runs/link",
        moved_path,
        "mine",
        "..",
        "runs",
        "runs/..",
        "../",
        "",
        ".components",
    ] {
        let refused = host(folder, &["runs", "rm", word, "--yes"]);
        assert_eq!(code(&refused), Some(2), "{word}: {}", stderr(&refused));
    }
    assert!(moved.join("manifest.json").is_file());
    assert!(folder.join("runs/mine/manifest.json").is_file());
    let shown = host(folder, &["runs", "show", moved_path]);
    assert_eq!(code(&shown), Some(0), "{}", stderr(&shown));
}

#[test]
fn a_comparison_shows_what_was_different_and_what_came_of_it() {
    let folder = folder_with_market(20);
    let folder = folder.path();
    backtest(folder, &[]);
    backtest(folder, &["--param", "fast=5"]);
    let compared = host(folder, &["runs", "compare", "latest~1", "latest", "--json"]);
    assert_eq!(code(&compared), Some(0), "{}", stderr(&compared));
    let document = document(&compared);
    let other = &document["against_first"][0];
    let entries: Vec<&str> = other["manifest"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["entry"].as_str().expect("a path"))
        .collect();
    assert_eq!(
        entries,
        ["parameters.fast.overridden", "parameters.fast.value"]
    );
    assert!(other["first_trade"]["columns"].is_array(), "{other}");
    let figures = document["metrics"].as_array().expect("a list");
    let trades = figures
        .iter()
        .find(|figure| figure["name"] == "trades_total");
    let trades = trades.expect("every run counts its trades");
    let value = |index: usize| trades["values"][index].as_f64().expect("a number");
    assert_eq!(trades["differences"][0].as_f64(), Some(value(1) - value(0)));
    let picture = std::fs::read(folder.join("runs/compare/compare.png")).expect("it is drawn");
    assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
    let same = stdout(&host(folder, &["runs", "compare", "latest", "latest"]));
    assert!(
        same.contains("the configuration is the same\nevery trade is the same\n"),
        "{same}"
    );
}

#[test]
fn tables_leave_as_csv_json_and_parquet_and_nothing_is_overwritten() {
    let folder = folder_with_market(20);
    let folder = folder.path();
    let run = backtest(folder, &["--export", "trades,signals", "--format", "json"]);
    let inside = folder.join("runs").join(&run);
    let trades = std::fs::read_to_string(inside.join("export/trades.json")).expect("exported");
    let trades: Value = serde_json::from_str(&trades).expect("JSON");
    let csv = std::fs::read_to_string(inside.join("trades.csv")).expect("kept");
    let first: Vec<&str> = csv.lines().nth(1).expect("a trade").split(',').collect();
    assert_eq!(trades[0]["entry"], first[3]);
    assert_eq!(trades[0]["entry_price"], first[6]);
    assert_eq!(
        trades.as_array().map(Vec::len),
        Some(csv.lines().count() - 1)
    );
    let signals = std::fs::read_to_string(inside.join("export/signals.json")).expect("exported");
    let signals: Value = serde_json::from_str(&signals).expect("JSON");
    assert_eq!(signals[0]["what"], "placed");
    assert_eq!(signals[0]["refused"], "");

    let all = host(folder, &["runs", "export", "latest", "--out", "all"]);
    assert_eq!(stdout(&all).lines().count(), 9, "{}", stderr(&all));
    let header = std::fs::read_to_string(folder.join("all/equity.csv")).expect("exported");
    assert!(header.starts_with("time,wallet,equity,"), "{header}");
    let again = host(folder, &["runs", "export", "latest", "--out", "all"]);
    assert_eq!(code(&again), Some(2));
    assert!(
        stderr(&again).contains("there is a file all/equity.csv already"),
        "{}",
        stderr(&again)
    );
    let table = host(
        folder,
        &[
            "runs", "export", "latest", "--export", "fills", "--format", "parquet", "--out", "p",
        ],
    );
    assert_eq!(code(&table), Some(0), "{}", stderr(&table));
    let bytes = |path: PathBuf| std::fs::read(path).expect("it is there");
    assert!(bytes(folder.join("p/fills.parquet")) == bytes(inside.join("fills.parquet")));
    let charts = host(
        folder,
        &["runs", "export", "latest", "--charts", "--out", "c"],
    );
    assert_eq!(code(&charts), Some(0), "{}", stderr(&charts));
    assert!(
        stdout(&charts).contains("c/equity.png\n"),
        "{}",
        stdout(&charts)
    );
}
