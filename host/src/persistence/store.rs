//! The run store: every trial that was ever told, counted once, and an index over the folders of runs. One SQLite file beside the runs,
//! `store.db`.
//!
//! What is found among many tries is worth less than what is found among few (`metrics.md` section 4), so tries are counted across
//! studies and single runs: by the component's digest and the fingerprint of the data.
//!
//! Rules: a study has the digest of everything that decides it as its name, so repeating or resuming it counts nothing twice; a run that is
//! repeated neither. Two processes may write at once (WAL; the second one waits). What the folders of runs say is only copied here
//! ([`runs`]); tries, notes and tags live here alone.

mod runs;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::JournalError;
use super::database::{self, Durability, Schema};
use crate::domain::Timestamp;
pub use runs::{Labels, RunRow};

/// Name of the file in the folder of results.
pub const FILE: &str = "store.db";

/// Layout of the tables. Files of the first hosts carry no mark of a program.
const SCHEMA: Schema = Schema {
    application_id: 0,
    migrations: &[
        include_str!("migrations/store_0001_init.sql"),
        include_str!("migrations/store_0002_runs.sql"),
    ],
};

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("run store: {0}")]
pub struct StoreError(#[from] JournalError);

/// A study, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyRow {
    /// Digest of what decides it.
    pub id: String,
    /// Folder of its run.
    pub run: String,
    /// SHA-256 of the component.
    pub component: String,
    /// Name of the strategy.
    pub strategy: String,
    /// Its version.
    pub version: String,
    /// Fingerprint of the candles.
    pub dataset: String,
    /// What was searched for.
    pub objective: String,
    /// How.
    pub method: String,
    /// Seed of the search.
    pub seed: u64,
    /// Parameters that were searched.
    pub searched: Option<u32>,
}

/// A trial, for the record.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRow<'a> {
    /// From 0 on.
    pub number: u64,
    /// Digest of all parameters.
    pub parameters: &'a str,
    /// How it ended.
    pub state: &'a str,
    /// Its score.
    pub score: Option<f64>,
    /// Its Sharpe ratio per day, not annualised.
    pub sharpe: Option<f64>,
}

/// What was tried of one component on one dataset.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tried {
    /// Studies.
    pub studies: u64,
    /// Trials of all of them, also those that were left early, invalid or failed.
    pub trials: u64,
    /// Different combinations of parameters among them and among single runs.
    pub combinations: u64,
    /// Sharpe ratio per day, not annualised, of the combinations that have one; of several the highest. In the order of the digests
    /// of the parameters.
    pub sharpes: Vec<f64>,
    /// Parameters that were searched, in the study that searched most; `None` = no study told.
    pub searched: Option<u32>,
}

/// An open run store.
pub struct Store {
    path: PathBuf,
    connection: Connection,
}

impl Store {
    /// Opens the store in a folder of results, which is made if need be.
    ///
    /// # Errors
    /// The disk refuses, the file is none of ours or of a newer host.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = database::place(&folder.join(FILE))?;
        // A trial that is lost with the machine is in its journal and is counted when the study goes on.
        let connection = database::open_writer(&path, &SCHEMA, Durability::Process)?;
        Ok(Self { path, connection })
    }

    /// Records a study; one that is known keeps its first row, and gets what that did not know.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn study(&self, study: &StudyRow, began: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO studies VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                   ON CONFLICT DO UPDATE SET searched = coalesce(searched, excluded.searched)";
        let values = params![
            study.id,
            study.run,
            study.component,
            study.strategy,
            study.version,
            study.dataset,
            study.objective,
            study.method,
            study.seed.to_string(),
            began.0,
            study.searched
        ];
        self.done(self.connection.execute(sql, values).map(|_| ()))
    }

    /// Records trials of a study; those that are known keep their first row, and get what that did not know.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn trials(
        &mut self,
        study: &str,
        trials: &[TrialRow<'_>],
        told: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO trials VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                   ON CONFLICT DO UPDATE SET sharpe = coalesce(sharpe, excluded.sharpe)";
        let mut insert = || {
            let transaction = self.connection.transaction()?;
            for trial in trials {
                let number = i64::try_from(trial.number).expect("numbers of trials stay small");
                let values = params![
                    study,
                    number,
                    trial.parameters,
                    trial.state,
                    trial.score,
                    told.0,
                    trial.sharpe
                ];
                transaction.prepare_cached(sql)?.execute(values)?;
            }
            transaction.commit()
        };
        let inserted = insert();
        self.done(inserted)
    }

    /// What was tried of a component on a dataset so far.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn tried(&self, component: &str, dataset: &str) -> Result<Tried, StoreError> {
        self.done(self.look_tried(component, dataset))
    }

    fn look_tried(&self, component: &str, dataset: &str) -> rusqlite::Result<Tried> {
        let key = params![component, dataset];
        // One view of three questions: another process may be telling trials at this moment.
        let view = self.connection.unchecked_transaction()?;
        let counts = "SELECT count(DISTINCT study), count(study) FROM studies LEFT JOIN trials ON studies.id = trials.study
                      WHERE component = ?1 AND dataset = ?2";
        let (studies, trials) = view.query_row(counts, key, |row| {
            let count = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
            Ok((count(0)?, count(1)?))
        })?;
        let searched = "SELECT max(searched) FROM studies WHERE component = ?1 AND dataset = ?2";
        let searched = view.query_row(searched, key, |row| row.get(0))?;
        let best = "SELECT max(sharpe) FROM (
                        SELECT parameters, trials.sharpe FROM trials JOIN studies ON studies.id = trials.study
                        WHERE component = ?1 AND dataset = ?2
                        UNION ALL SELECT parameters, sharpe FROM tries WHERE component = ?1 AND dataset = ?2
                    ) GROUP BY parameters ORDER BY parameters";
        let mut best = view.prepare(best)?;
        let best: Vec<Option<f64>> = best
            .query_map(key, |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Tried {
            studies,
            trials,
            combinations: best.len() as u64,
            sharpes: best.into_iter().flatten().collect(),
            searched,
        })
    }

    fn done<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|source| StoreError(JournalError::sqlite(&self.path, source)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(id: &str, dataset: &str) -> StudyRow {
        StudyRow {
            id: id.to_owned(),
            run: "run".to_owned(),
            component: "c0de".to_owned(),
            strategy: "cross".to_owned(),
            version: "1.0.0".to_owned(),
            dataset: dataset.to_owned(),
            objective: "sharpe".to_owned(),
            method: "grid".to_owned(),
            seed: u64::MAX,
            searched: None,
        }
    }

    fn trial(number: u64, parameters: &str) -> TrialRow<'_> {
        TrialRow {
            number,
            parameters,
            state: "complete",
            score: (number > 0).then_some(0.5),
            sharpe: None,
        }
    }

    #[test]
    fn every_trial_counts_once_however_often_it_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(folder.path()).expect("a new store");
        let now = Timestamp(1);
        for (id, dataset) in [("a", "d1"), ("b", "d1"), ("c", "d2")] {
            store.study(&study(id, dataset), now).expect("recorded");
        }
        for _ in 0..2 {
            let trials = [trial(0, "p"), trial(1, "q"), trial(2, "q")];
            store.trials("a", &trials, now).expect("recorded");
        }
        store.trials("b", &[trial(0, "q")], now).expect("recorded");
        store.trials("c", &[trial(0, "r")], now).expect("recorded");
        let expected = Tried {
            studies: 2,
            trials: 4,
            combinations: 2,
            ..Tried::default()
        };
        assert_eq!(store.tried("c0de", "d1").expect("read"), expected);
        drop(store);
        let store = Store::open(folder.path()).expect("it is there");
        assert_eq!(store.tried("c0de", "d1").expect("read"), expected);
        assert_eq!(store.tried("other", "d1").expect("read"), Tried::default());
    }

    #[test]
    fn a_study_that_goes_on_adds_what_its_first_host_did_not_tell() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(folder.path()).expect("a new store");
        let now = Timestamp(1);
        store.study(&study("a", "d1"), now).expect("recorded");
        let untold = [trial(0, "p"), trial(1, "q")];
        store.trials("a", &untold, now).expect("recorded");
        assert_eq!(store.tried("c0de", "d1").expect("read").searched, None);
        let told = StudyRow {
            searched: Some(3),
            ..study("a", "d1")
        };
        store.study(&told, now).expect("recorded");
        let sharpe = Some(0.1);
        let told = [TrialRow {
            sharpe,
            ..trial(1, "q")
        }];
        store.trials("a", &told, now).expect("recorded");
        let tried = store.tried("c0de", "d1").expect("read");
        assert_eq!((tried.searched, tried.combinations), (Some(3), 2));
        assert_eq!(tried.sharpes, [0.1]);
    }

    #[test]
    fn a_store_of_the_first_host_keeps_what_it_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = Connection::open(folder.path().join(FILE)).expect("a new file");
        old.execute_batch(SCHEMA.migrations[0]).expect("made");
        old.execute_batch(
            "INSERT INTO studies VALUES ('a', 'r', 'c0de', 's', '1', 'd1', 'o', 'm', '0', 0);
             INSERT INTO trials VALUES ('a', 0, 'p', 'complete', 1.0, 0); PRAGMA user_version = 1",
        )
        .expect("filled");
        drop(old);
        let store = Store::open(folder.path()).expect("brought up to date");
        let tried = store.tried("c0de", "d1").expect("read");
        assert_eq!((tried.studies, tried.trials, tried.combinations), (1, 1, 1));
    }

    #[test]
    fn a_file_of_a_newer_host_and_one_that_is_none_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        let newer = Connection::open(&path).expect("a new file");
        newer
            .execute_batch("CREATE TABLE newer (x); PRAGMA user_version = 9")
            .expect("set");
        drop(newer);
        let Err(error) = Store::open(folder.path()) else {
            panic!("a newer layout")
        };
        assert!(
            error
                .to_string()
                .ends_with("has layout 9, this host knows layouts up to 2"),
            "{error}"
        );
        std::fs::write(&path, "no database, but long enough to be looked at as one")
            .expect("written");
        assert!(Store::open(folder.path()).is_err());
    }
}
