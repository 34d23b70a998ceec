//! What survives a kill: one line of JSON a trial, appended as soon as the trial is told. The first line names the study.
//!
//! Rule: a line counts once its line break is written. Half a line at the end is cut off when the journal is opened again; any other
//! damage is an error. Floats are written so that reading gives the same bits.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::ParameterValue;
use crate::optimize::trial::{Parameters, State, Trial, Verdict};
use crate::optimize::{Figures, OptimizeError, Range, Space};
use crate::strategy::parameters::show;

const SCHEMA: &str = "optimize-journal/1";

#[derive(Serialize, Deserialize)]
struct Header {
    schema: String,
    study: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    number: u64,
    parameters: BTreeMap<String, String>,
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    same_as: Option<u64>,
    score: Option<f64>,
    train: Option<Figures>,
    test: Option<Figures>,
    verdict: Option<Verdict>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    checkpoints: Vec<Option<f64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    daily_returns: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// A journal open for appending, by this process alone.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// A new journal of a study, by its digest.
    ///
    /// # Errors
    /// The disk refuses, or the file is there already.
    pub fn create(path: &Path, study: &str) -> Result<Self, OptimizeError> {
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        let file = file.map_err(|source| at(path, source))?;
        own(path, &file)?;
        let mut journal = Self {
            file,
            path: path.to_owned(),
        };
        journal.line(&Header {
            schema: SCHEMA.to_owned(),
            study: study.to_owned(),
        })?;
        Ok(journal)
    }

    /// Opens a journal to go on with it; the trials in it, in order.
    ///
    /// # Errors
    /// It is of another study, damaged, cannot be read, or another process writes it.
    pub fn resume(
        path: &Path,
        study: &str,
        space: &Space,
    ) -> Result<(Self, Vec<Trial>), OptimizeError> {
        let io = |source| at(path, source);
        let file = OpenOptions::new().read(true).append(true).open(path);
        let mut file = file.map_err(io)?;
        own(path, &file)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        // Half a line may end within a character: it is cut off before anything is taken for text.
        let whole = bytes
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |last| last + 1);
        let mut lines = bytes[..whole].split_inclusive(|b| *b == b'\n').enumerate();
        let header = lines
            .next()
            .and_then(|(_, line)| serde_json::from_slice::<Header>(line).ok());
        let Some(header) = header.filter(|h| h.schema == SCHEMA) else {
            return Err(damaged(path, 1, "it does not name a study"));
        };
        if header.study != study {
            return Err(OptimizeError::setup(
                format!("{} is the journal of another study", path.display()),
                "repeat the command of that study with --resume, or start a new one without it",
            ));
        }
        let mut trials = Vec::new();
        for (index, line) in lines {
            let trial = trial(line, space).map_err(|why| damaged(path, index + 1, &why))?;
            if trial.number != trials.len() as u64 {
                let why = format!(
                    "trial {} stands where {} belongs",
                    trial.number,
                    trials.len()
                );
                return Err(damaged(path, index + 1, &why));
            }
            trials.push(trial);
        }
        file.set_len(whole as u64).map_err(io)?;
        let journal = Self {
            path: path.to_owned(),
            file,
        };
        Ok((journal, trials))
    }

    /// Appends a trial.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn append(&mut self, trial: &Trial) -> Result<(), OptimizeError> {
        let parameters = trial.parameters.iter();
        self.line(&Line {
            number: trial.number,
            parameters: parameters
                .map(|(name, value)| (name.clone(), show(value)))
                .collect(),
            state: trial.state,
            same_as: trial.same_as,
            score: trial.score,
            train: trial.train.clone(),
            test: trial.test.clone(),
            verdict: trial.verdict.clone(),
            checkpoints: trial.checkpoints.clone(),
            daily_returns: trial.daily_returns.clone(),
            message: trial.message.clone(),
        })
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), OptimizeError> {
        let mut line = serde_json::to_vec(value).expect("plain values have a JSON form");
        line.push(b'\n');
        self.file
            .write_all(&line)
            .map_err(|source| at(&self.path, source))
    }
}

fn trial(line: &[u8], space: &Space) -> Result<Trial, String> {
    let line: Line = serde_json::from_slice(line).map_err(|e| e.to_string())?;
    let value = |axis: &crate::optimize::Axis| {
        let text = line.parameters.get(&axis.name);
        let value = text.and_then(|text| read(&axis.range, text));
        let value = value.ok_or_else(|| format!("`{}` has no value of its range", axis.name))?;
        Ok((axis.name.clone(), value))
    };
    let parameters: Result<Parameters, String> = space.axes().iter().map(value).collect();
    Ok(Trial {
        number: line.number,
        parameters: parameters?,
        state: line.state,
        same_as: line.same_as,
        score: line.score,
        train: line.train,
        test: line.test,
        verdict: line.verdict,
        checkpoints: line.checkpoints,
        daily_returns: line.daily_returns,
        message: line.message,
    })
}

/// A value as [`show`] wrote it.
fn read(range: &Range, text: &str) -> Option<ParameterValue> {
    match range {
        Range::Listed { values, .. } => values.iter().find(|v| show(v) == text).cloned(),
        Range::Real { .. } => text.parse().ok().map(ParameterValue::Float),
    }
}

/// Two processes at one study would mix their lines.
fn own(path: &Path, file: &File) -> Result<(), OptimizeError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(OptimizeError::setup(
            format!(
                "another process is at this study: it writes {}",
                path.display()
            ),
            "wait for it, or start a study of your own without --resume",
        )),
        Err(TryLockError::Error(source)) => Err(at(path, source)),
    }
}

fn damaged(path: &Path, line: usize, why: &str) -> OptimizeError {
    OptimizeError::setup(
        format!("{} is damaged in line {line}: {why}", path.display()),
        "cut it off before that line to go on from there, or start a new study without --resume",
    )
}

fn at(path: &Path, source: std::io::Error) -> OptimizeError {
    OptimizeError::Io {
        path: path.to_owned(),
        source,
    }
}
