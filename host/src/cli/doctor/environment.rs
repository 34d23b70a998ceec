//! `host doctor` without a run: can results be made here at all. One line a thing, with a hint where something is wrong.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::analysis::doctor::{Finding, Verdict};
use crate::analysis::format::{count, plain, plural};
use crate::analysis::summary::findings;
use crate::cli::keep::style;
use crate::cli::output::print;
use crate::cli::{CHECK_FAILED, CliError};
use crate::config::{self, Settings};
use crate::data::catalog::Catalog;
use crate::domain::Timestamp;
use crate::persistence::store;
use crate::runs::json::pretty;
use crate::toolchain;
use crate::venues::socket::wall_clock;

/// Less free disk space than this warns, and is severe: a year of candles of a symbol takes some 20 MB, a run up to ten.
const LITTLE_SPACE: u64 = 1 << 30;
const NO_SPACE: u64 = 1 << 26;

/// The machine, for programs.
#[derive(Serialize)]
struct EnvironmentJson<'a> {
    schema: &'static str,
    findings: &'a [Finding],
}

pub(super) fn run(root: &Path, settings: &Settings, json: bool) -> Result<u8, CliError> {
    let cache = settings.path(&config::CACHE_PATH);
    let (data, newest) = data(&cache);
    let found = [
        settings_read(settings),
        writable("results", root),
        writable("data-folder", &cache),
        data,
        clock(wall_clock(), newest),
        run_store(root),
        rust(),
        space(root),
    ];
    let text = if json {
        pretty(&EnvironmentJson {
            schema: "doctor-environment/1",
            findings: &found,
        })
    } else {
        findings::all("environment", &found, style())
    };
    print(&text)?;
    let is_severe = found.iter().any(|f| f.verdict == Verdict::Severe);
    Ok(if is_severe { CHECK_FAILED } else { 0 })
}

fn finding(check: &str, verdict: Verdict, said: String, advice: &str) -> Finding {
    Finding {
        check: check.to_owned(),
        verdict,
        said,
        advice: advice.to_owned(),
    }
}

/// They were read before this command began: what could not be read never comes here.
fn settings_read(settings: &Settings) -> Finding {
    let known = config::VARIABLES;
    let set = known.iter().filter(|variable| settings.is_set(variable));
    let said = format!("{} of {} set", count(set.count() as u64), known.len());
    finding("settings", Verdict::Fine, said, "")
}

/// The nearest folder above that is there.
fn existing(folder: &Path) -> PathBuf {
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = full.ancestors().find(|folder| folder.is_dir());
    there.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// Can something be written into the folder, or could the folder be made.
fn writable(check: &str, folder: &Path) -> Finding {
    let there = existing(folder);
    let shown = folder.display();
    match NamedTempFile::new_in(&there) {
        Ok(_) if folder.is_dir() => {
            finding(check, Verdict::Fine, format!("{shown} can be written"), "")
        }
        Ok(_) => finding(
            check,
            Verdict::Fine,
            format!("{shown} is not there yet and can be made"),
            "",
        ),
        Err(error) => finding(
            check,
            Verdict::Severe,
            format!("{shown} cannot be written: {}: {error}", there.display()),
            "Give this user the folder, or name another one (OUTPUT_PATH, CACHE_PATH).",
        ),
    }
}

/// The candles there are, and the end of the newest one.
fn data(cache: &Path) -> (Finding, Option<Timestamp>) {
    let series = match Catalog::new(cache).list() {
        Ok(series) => series,
        Err(error) => {
            let said = format!("{} cannot be read: {error}", cache.display());
            let advice = "`host data check` says what is damaged.";
            return (finding("data", Verdict::Severe, said, advice), None);
        }
    };
    let newest = series.iter().map(|s| s.period().1).max();
    let found = match newest {
        None => finding(
            "data",
            Verdict::Warning,
            format!("no candles in {}", cache.display()),
            "`host data fetch` gets years of them, `host data import FILE` takes your own.",
        ),
        Some(newest) => {
            let said = format!(
                "{} series of candles, the newest ends {newest}",
                series.len()
            );
            finding("data", Verdict::Fine, said, "")
        }
    };
    (found, newest)
}

/// Candles that end later than now: the clock is slow, and forward tests would wait for minutes that are over.
fn clock(now: Timestamp, newest: Option<Timestamp>) -> Finding {
    match newest.filter(|newest| *newest > now) {
        Some(newest) => finding(
            "clock",
            Verdict::Severe,
            format!("it is {now} UTC by this clock, and there are candles until {newest}"),
            "Set the clock (NTP): live candles and signatures of requests need the time.",
        ),
        None => finding("clock", Verdict::Fine, format!("{now} UTC"), ""),
    }
}

fn run_store(root: &Path) -> Finding {
    let file = root.join(store::FILE);
    if !file.is_file() {
        let said = format!(
            "{} is not there yet: the first run makes it",
            file.display()
        );
        return finding("run-store", Verdict::Fine, said, "");
    }
    let runs = store::Store::open(root).and_then(|store| store.runs());
    match runs {
        Ok(runs) => {
            let said = format!("{} in {}", plural(runs.len() as u64, "run"), file.display());
            finding("run-store", Verdict::Fine, said, "")
        }
        Err(error) => finding(
            "run-store",
            Verdict::Severe,
            error.to_string(),
            "Move the file away: `host runs list` makes a new one from the folders; notes and counted trials are lost.",
        ),
    }
}

/// What building strategies needs; running built ones does not.
fn rust() -> Finding {
    match toolchain::has_target(Path::new(".")) {
        Ok(true) => finding(
            "rust",
            Verdict::Fine,
            format!("rustc with the target {}", toolchain::TARGET),
            "",
        ),
        Ok(false) => finding(
            "rust",
            Verdict::Warning,
            format!("rustc has no target {}", toolchain::TARGET),
            "`rustup target add wasm32-wasip2`, or let `host build` do it.",
        ),
        Err(error) => finding(
            "rust",
            Verdict::Warning,
            error.to_string(),
            "Install Rust (rustup) to build strategies; built ones run without it.",
        ),
    }
}

fn space(root: &Path) -> Finding {
    let folder = existing(root);
    let free = match rustix::fs::statvfs(&folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let said = format!(
                "the free space of {} is not known: {error}",
                folder.display()
            );
            let advice = "Look at the disk yourself: `df -h`.";
            return finding("disk", Verdict::Warning, said, advice);
        }
    };
    let verdict = match free {
        free if free < NO_SPACE => Verdict::Severe,
        free if free < LITTLE_SPACE => Verdict::Warning,
        _ => Verdict::Fine,
    };
    let advice = match verdict {
        Verdict::Fine => "",
        _ => "Make room: `host runs rm` removes runs, `host data prune` candles.",
    };
    #[expect(clippy::cast_precision_loss, reason = "gigabytes for people")]
    let gigabytes = free as f64 / 1e9;
    let said = format!(
        "{} GB free where {} lies",
        plain(gigabytes, 1),
        folder.display()
    );
    finding("disk", verdict, said, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candles_of_the_future_say_that_the_clock_is_slow() {
        let now = Timestamp(1_000);
        assert_eq!(clock(now, None).verdict, Verdict::Fine);
        assert_eq!(clock(now, Some(Timestamp(1_000))).verdict, Verdict::Fine);
        assert_eq!(clock(now, Some(Timestamp(1_001))).verdict, Verdict::Severe);
    }

    #[test]
    fn a_folder_that_is_not_there_is_looked_for_above() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("a/b");
        assert_eq!(existing(&missing), folder.path());
        assert_eq!(writable("results", &missing).verdict, Verdict::Fine);
        assert!(!missing.exists(), "looking makes nothing");
    }
}
