//! The catalog under several processes at once, and under processes that are killed: the real binary.
#![expect(
    clippy::disallowed_methods,
    reason = "other processes are watched and killed by the clock"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use host::data::catalog::{Catalog, Series};
use host::data::check::{Severity, check};

const START: i64 = 1_704_067_200_000;

/// A file of minutes of 2024; equal minutes of all files are equal candles.
fn file(folder: &Path, symbol: &str, name: &str, minutes: std::ops::Range<i64>) -> PathBuf {
    let row = |m: i64| {
        let (time, price) = (START + m * 60_000, 100 + m % 50);
        format!(
            "{time},{price},{},{},{price},{}\n",
            price + 1,
            price - 1,
            m % 7
        )
    };
    let path = folder.join(format!("binance_spot_{symbol}_1m_{name}.csv"));
    std::fs::write(&path, minutes.map(row).collect::<String>()).expect("writes");
    path
}

fn import(data: &Path, file: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_host"))
        .args(["data", "--data-dir"])
        .arg(data)
        .arg("import")
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

fn imported(data: &Path, file: &Path) {
    assert!(import(data, file).wait().expect("ends").success());
}

fn series(data: &Path) -> Vec<Series> {
    Catalog::new(data).list().expect("lists")
}

/// Rows and fingerprint of every series; nothing of it is damaged.
fn sound(data: &Path) -> Vec<(u64, String)> {
    let all = series(data);
    let of = |s: &Series| {
        let (_, findings) = check(s);
        let wrong = findings
            .iter()
            .find(|f| f.severity == Severity::Error && f.kind == "damaged");
        assert_eq!(wrong, None, "{}", s.key);
        let (from, to) = s.period();
        (s.rows(), s.fingerprint(from, to))
    };
    all.iter().map(of).collect()
}

#[test]
fn processes_that_import_at_once_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, alone) = (folder.path().join("data"), folder.path().join("alone"));
    let files: Vec<_> = [
        ("BTCUSDT", "a", 0..6_000),
        ("BTCUSDT", "b", 4_000..9_000),
        ("BTCUSDT", "c", 44_000..46_000),
        ("ETHUSDT", "a", 0..3_000),
    ]
    .into_iter()
    .map(|(symbol, name, minutes)| file(folder.path(), symbol, name, minutes))
    .collect();
    files.iter().for_each(|f| imported(&alone, f));
    let mut at_once: Vec<_> = files.iter().map(|f| import(&data, f)).collect();
    for child in &mut at_once {
        assert!(child.wait().expect("ends").success());
    }
    assert_eq!(sound(&data), sound(&alone));
}

#[test]
fn a_reader_beside_an_import_sees_the_series_before_or_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    imported(&data, &file(folder.path(), "BTCUSDT", "0", 0..2_000));
    let mut rows = 2_000;
    let mut looks = 0;
    for step in 1..4 {
        let more = rows + 500;
        let next = file(folder.path(), "BTCUSDT", &step.to_string(), 0..more as i64);
        let mut writer = import(&data, &next);
        while writer.try_wait().expect("runs").is_none() {
            let seen = sound(&data)[0].0;
            assert!(seen == rows || seen == more, "{seen} rows");
            looks += 1;
        }
        rows = more;
        assert_eq!(sound(&data)[0].0, rows);
    }
    println!("{looks} looks at a series that was being replaced");
}

/// A few of the folders a killed writer leaves would be harmless, but the next writer removes them.
fn staged(data: &Path) -> usize {
    let entries = std::fs::read_dir(data).expect("lists").flatten();
    let is_staging =
        |e: &std::fs::DirEntry| e.file_name().to_string_lossy().starts_with(".staging");
    entries.filter(is_staging).count()
}

#[test]
fn an_import_that_is_killed_leaves_the_series_as_it_was_or_as_it_will_be() {
    const KILLS: u32 = 20;
    let folder = tempfile::tempdir().expect("a folder");
    let old = file(folder.path(), "BTCUSDT", "old", 0..3_000);
    let new = file(folder.path(), "BTCUSDT", "new", 1_000..8_000);
    let whole = folder.path().join("whole");
    imported(&whole, &old);
    let before = sound(&whole);
    let begin = Instant::now();
    imported(&whole, &new);
    let takes = begin.elapsed();
    let after = sound(&whole);
    let (mut olds, mut news) = (0, 0);
    for kill in 0..KILLS {
        let data = folder.path().join(format!("killed-{kill}"));
        imported(&data, &old);
        let mut child = import(&data, &new);
        let at =
            Instant::now() + takes * kill / KILLS + Duration::from_micros(u64::from(kill * 37));
        while Instant::now() < at {
            std::hint::spin_loop();
        }
        child.kill().expect("is ours");
        child.wait().expect("ends");
        match sound(&data) {
            seen if seen == before => olds += 1,
            seen if seen == after => news += 1,
            seen => panic!("neither old nor new: {seen:?}"),
        }
        imported(&data, &new);
        assert_eq!(
            (sound(&data), staged(&data)),
            (after.clone(), 0),
            "kill {kill}"
        );
    }
    println!("killed {KILLS} times: {olds} left the series as it was, {news} as it should be");
}
