//! `host doctor`: what is wrong with a result before anybody believes it, and without a run, with the place it would be made in.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::analysis::doctor::{Examination, SCHEMA, Verdict};
use crate::analysis::format::tame;
use crate::analysis::summary::findings;
use crate::cli::keep::style;
use crate::cli::output::print;
use crate::cli::plan::folder_name;
use crate::cli::shelf::{self, Found};
use crate::cli::{CHECK_FAILED, CliError, again};
use crate::config::{self, Settings};
use crate::data::table::readable_by_all;
use crate::runs::folder::DOCTOR;
use crate::runs::json::pretty;
use crate::runs::kept::bounded_text;

mod deeper;
mod environment;

/// Largest `doctor.json` that is read.
const BYTES_MAX: u64 = 1 << 22;

/// What is wrong with a result; without a run, with settings, folders and tools.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host doctor                     settings, folders, data, tools\n  \
    host doctor latest              the newest run\n  \
    host doctor latest --deep       with everything that needs further runs: cost x 2, a candle later, other orderings ...\n  \
    host doctor ma-crossover-20260101-120000 --json\n\n\
    Exit code 0: nothing severe. 4: something is. docs/doctor.md says what each check means.")]
pub(super) struct Args {
    /// Name of a run or the begin of it, latest, latest~1, RUN/STRATEGY, or its folder.
    run: Option<String>,
    /// Make the further runs that are missing, and keep what they find in the run's doctor.json.
    #[arg(long, requires = "run")]
    deep: bool,
    /// A component that is not kept with its run any more; may be repeated.
    #[arg(long, requires = "deep", value_name = "FILE")]
    component: Vec<PathBuf>,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let root = args
        .out
        .clone()
        .unwrap_or_else(|| settings.path(&config::OUTPUT_PATH));
    let Some(word) = &args.run else {
        return environment::run(&root, settings, args.json);
    };
    let found = shelf::find(word, &root)?;
    let mut patients = patients(&found)?;
    if args.deep {
        let again = again::read(&found.folder(), &args.component)?;
        deeper::look(&mut patients, &again, settings)?;
        for patient in &patients {
            keep(&patient.found.folder(), &patient.examination)?;
        }
    }
    let text = if args.json {
        pretty(&document(&found, &patients))
    } else {
        patients.iter().map(Patient::text).collect::<String>()
    };
    print(&text)?;
    let is_severe = patients.iter().any(|p| p.examination.is_severe());
    Ok(if is_severe { CHECK_FAILED } else { 0 })
}

/// One strategy of the run.
struct Patient {
    found: Found,
    examination: Examination,
}

impl Patient {
    /// Is this the name the strategy has in its run.
    fn is_called(&self, name: &str) -> bool {
        let part = self.found.part.as_deref();
        part.is_none_or(|part| part == folder_name(name))
    }

    fn text(&self) -> String {
        let name = tame(&self.found.id());
        findings::all(&name, &self.examination.findings, style())
    }
}

/// The strategies of a run, judged by what is known now.
fn patients(found: &Found) -> Result<Vec<Patient>, CliError> {
    let one = |found: Found| {
        let Examination { facts, deep, .. } = read(&found.folder())?;
        let tried = shelf::tried_with(&found.root, &facts)?;
        Ok(Patient {
            found,
            examination: Examination::of(facts, tried, deep),
        })
    };
    found.strategies().into_iter().map(one).collect()
}

/// What a run folder keeps of the doctor.
fn read(folder: &Path) -> Result<Examination, CliError> {
    let path = folder.join(DOCTOR);
    let anew = "run it anew with `host backtest`";
    if !path.is_file() {
        let text = format!(
            "{} has no {DOCTOR}: an older host made it, or it is no folder of a run",
            folder.display()
        );
        return Err(CliError::user(text, anew));
    }
    let text = bounded_text(&path, BYTES_MAX).map_err(|e| CliError::user(e.to_string(), anew))?;
    let read: Examination = serde_json::from_str(&text).map_err(|e| {
        let text = format!("{} is damaged or of another host: {e}", path.display());
        CliError::user(text, anew)
    })?;
    if read.schema == SCHEMA {
        return Ok(read);
    }
    let (path, schema) = (path.display(), tame(&read.schema));
    let text = format!("{path} is `{schema}`, this host knows {SCHEMA}");
    Err(CliError::user(text, anew))
}

/// Puts what was found in the place of what was known: whole, or not at all.
fn keep(folder: &Path, examination: &Examination) -> Result<(), CliError> {
    let path = folder.join(DOCTOR);
    let write = || {
        let mut half = NamedTempFile::new_in(folder)?;
        half.write_all(pretty(examination).as_bytes())?;
        readable_by_all(half.as_file())?;
        half.as_file().sync_all()?;
        half.persist(&path).map_err(|e| e.error)
    };
    let error = |e: std::io::Error| CliError::world(format!("writing {}: {e}", path.display()));
    write().map(|_| ()).map_err(error)
}

#[derive(Serialize)]
struct RunJson<'a> {
    schema: &'static str,
    run_id: String,
    run_dir: String,
    severe: usize,
    strategies: Vec<StrategyJson<'a>>,
}

#[derive(Serialize)]
struct StrategyJson<'a> {
    strategy: &'a str,
    #[serde(flatten)]
    examination: &'a Examination,
}

fn document<'a>(found: &Found, patients: &'a [Patient]) -> RunJson<'a> {
    let findings = patients.iter().flat_map(|p| &p.examination.findings);
    RunJson {
        schema: "doctor-run/1",
        run_id: found.id(),
        run_dir: found.folder().display().to_string(),
        severe: findings.filter(|f| f.verdict == Verdict::Severe).count(),
        strategies: patients
            .iter()
            .map(|patient| StrategyJson {
                strategy: &patient.examination.facts.strategy,
                examination: &patient.examination,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::doctor::Tried;
    use crate::analysis::doctor::{Deep, Facts};

    fn written() -> String {
        let facts = Facts {
            trades: 20,
            best_trade: Some(1e300),
            ..Facts::default()
        };
        let tried = Tried::only(&facts);
        pretty(&Examination::of(facts, tried, Deep::default()))
    }

    /// What reading these bytes ends in.
    fn reading(bytes: &[u8]) -> Result<Examination, CliError> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(DOCTOR), bytes).expect("written");
        read(folder.path())
    }

    #[test]
    fn what_is_kept_is_read_again_and_another_schema_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let examination = reading(written().as_bytes()).expect("its own");
        keep(folder.path(), &examination).expect("written");
        assert_eq!(read(folder.path()).expect("kept"), examination);
        let newer = written().replace(SCHEMA, "doctor/2");
        let error = reading(newer.as_bytes()).expect_err("of a newer host");
        assert!(
            error
                .to_string()
                .ends_with("is `doctor/2`, this host knows doctor/1"),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn damage_ends_in_a_sentence(
            place in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = written().into_bytes();
            let place = place.index(bytes.len());
            bytes[place] = byte;
            bytes.truncate(cut.index(bytes.len()) + 1);
            match reading(&bytes) {
                Ok(mut read) => read.judge(),
                Err(error) => prop_assert!(error.hint().is_some()),
            }
        }
    }
}
