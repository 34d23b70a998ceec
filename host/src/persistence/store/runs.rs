//! The index over kept runs, their notes and tags.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Row, params};

use super::{Store, StoreError};
use crate::domain::Timestamp;

/// One strategy of a kept run, for the index.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// Name of the run's folder.
    pub run: String,
    /// Folder of the strategy within it; empty where the run has only one.
    pub part: String,
    /// When it was made.
    pub made: Timestamp,
    /// Name of the strategy.
    pub strategy: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component.
    pub component: String,
    /// Fingerprint of the candles.
    pub dataset: String,
    /// Venues, with commas.
    pub venue: String,
    /// Symbols, with commas.
    pub symbols: String,
    /// Start of the period.
    pub start: Timestamp,
    /// Its end, excluded.
    pub end: Timestamp,
    /// The preset of rules.
    pub profile: String,
    /// Digest of the configuration.
    pub configuration: String,
    /// Digest of all parameters.
    pub parameters: String,
    /// Fingerprint of the records.
    pub fingerprint: String,
    /// A fraction.
    pub total_return: Option<f64>,
    /// Annualised.
    pub sharpe: Option<f64>,
    /// The same per day.
    pub sharpe_per_day: Option<f64>,
    /// A negative fraction.
    pub max_drawdown: Option<f64>,
    /// Closed positions.
    pub trades: u64,
}

/// What the user wrote on a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// A note.
    pub note: Option<String>,
    /// Tags.
    pub tags: BTreeSet<String>,
}

const COLUMNS: &str = "run, part, made_ms, strategy, version, component, dataset, venue, symbols, start_ms, end_ms, profile, configuration,
     parameters, fingerprint, total_return, sharpe, sharpe_per_day, max_drawdown, trades";

/// A set of parameters that was tried; one that is known keeps its first Sharpe ratio.
const TRIED: &str = "INSERT INTO tries VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET sharpe = coalesce(sharpe, excluded.sharpe)";

impl Store {
    /// Counts a set of parameters that a component tried on a dataset, with its Sharpe ratio per day. For a run that is judged before it
    /// is kept, and is a try itself.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn count_try(
        &self,
        component: &str,
        dataset: &str,
        parameters: &str,
        sharpe_per_day: Option<f64>,
    ) -> Result<(), StoreError> {
        let try_of = params![component, dataset, parameters, sharpe_per_day];
        self.done(self.connection.execute(TRIED, try_of).map(|_| ()))
    }

    /// Takes runs into the index, in the place of what it said of the same ones, and counts what they tried.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn index(&mut self, rows: &[RunRow]) -> Result<(), StoreError> {
        let inserted = self.insert(rows);
        self.done(inserted)
    }

    fn insert(&mut self, rows: &[RunRow]) -> rusqlite::Result<()> {
        let run = format!(
            "INSERT OR REPLACE INTO runs ({COLUMNS}) VALUES
             (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
        );
        let transaction = self.connection.transaction()?;
        for row in rows {
            let trades = i64::try_from(row.trades).unwrap_or(i64::MAX);
            transaction.prepare_cached(&run)?.execute(params![
                row.run,
                row.part,
                row.made.0,
                row.strategy,
                row.version,
                row.component,
                row.dataset,
                row.venue,
                row.symbols,
                row.start.0,
                row.end.0,
                row.profile,
                row.configuration,
                row.parameters,
                row.fingerprint,
                row.total_return,
                row.sharpe,
                row.sharpe_per_day,
                row.max_drawdown,
                trades
            ])?;
            let try_of = params![
                row.component,
                row.dataset,
                row.parameters,
                row.sharpe_per_day
            ];
            transaction.prepare_cached(TRIED)?.execute(try_of)?;
        }
        transaction.commit()
    }

    /// Every run of the index, the newest first.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn runs(&self) -> Result<Vec<RunRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM runs ORDER BY made_ms DESC, run DESC, part");
        let read = || {
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_map([], row)?.collect()
        };
        self.done(read())
    }

    /// Takes runs whose folders are gone out of the index. Their notes and tags stay: the folders may come back.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn forget(&mut self, runs: &[String]) -> Result<(), StoreError> {
        self.delete(runs, &["runs"])
    }

    /// Takes runs out of the index with their notes and tags. What they tried stays counted.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn remove(&mut self, runs: &[String]) -> Result<(), StoreError> {
        self.delete(runs, &["runs", "notes", "tags"])
    }

    fn delete(&mut self, runs: &[String], tables: &[&str]) -> Result<(), StoreError> {
        let mut delete = || {
            let transaction = self.connection.transaction()?;
            for run in runs {
                for table in tables {
                    transaction.execute(&format!("DELETE FROM {table} WHERE run = ?1"), [run])?;
                }
            }
            transaction.commit()
        };
        let deleted = delete();
        self.done(deleted)
    }

    /// Writes a note on a run, in the place of the one it had; an empty one is none.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn note(&self, run: &str, text: &str) -> Result<(), StoreError> {
        let done = if text.is_empty() {
            self.connection
                .execute("DELETE FROM notes WHERE run = ?1", [run])
        } else {
            let sql = "INSERT OR REPLACE INTO notes VALUES (?1, ?2)";
            self.connection.execute(sql, [run, text])
        };
        self.done(done.map(|_| ()))
    }

    /// Adds tags to a run and takes others away.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn tag(&mut self, run: &str, add: &[&str], remove: &[&str]) -> Result<(), StoreError> {
        let mut change = || {
            let transaction = self.connection.transaction()?;
            for tag in add {
                transaction.execute("INSERT OR IGNORE INTO tags VALUES (?1, ?2)", [run, tag])?;
            }
            for tag in remove {
                transaction.execute("DELETE FROM tags WHERE run = ?1 AND tag = ?2", [run, tag])?;
            }
            transaction.commit()
        };
        let changed = change();
        self.done(changed)
    }

    /// Notes and tags of all runs that have some.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn labels(&self) -> Result<BTreeMap<String, Labels>, StoreError> {
        let read = || {
            let mut all: BTreeMap<String, Labels> = BTreeMap::new();
            let pair = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
            let mut notes = self
                .connection
                .prepare_cached("SELECT run, text FROM notes")?;
            for note in notes.query_map([], pair)? {
                let (run, text) = note?;
                all.entry(run).or_default().note = Some(text);
            }
            let mut tags = self
                .connection
                .prepare_cached("SELECT run, tag FROM tags")?;
            for tag in tags.query_map([], pair)? {
                let (run, tag) = tag?;
                all.entry(run).or_default().tags.insert(tag);
            }
            Ok(all)
        };
        self.done(read())
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        run: row.get(0)?,
        part: row.get(1)?,
        made: Timestamp(row.get(2)?),
        strategy: row.get(3)?,
        version: row.get(4)?,
        component: row.get(5)?,
        dataset: row.get(6)?,
        venue: row.get(7)?,
        symbols: row.get(8)?,
        start: Timestamp(row.get(9)?),
        end: Timestamp(row.get(10)?),
        profile: row.get(11)?,
        configuration: row.get(12)?,
        parameters: row.get(13)?,
        fingerprint: row.get(14)?,
        total_return: row.get(15)?,
        sharpe: row.get(16)?,
        sharpe_per_day: row.get(17)?,
        max_drawdown: row.get(18)?,
        trades: row.get::<_, i64>(19)?.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, made: i64, parameters: &str) -> RunRow {
        RunRow {
            run: name.to_owned(),
            part: String::new(),
            made: Timestamp(made),
            strategy: "cross".to_owned(),
            version: "1.0.0".to_owned(),
            component: "c0de".to_owned(),
            dataset: "d1".to_owned(),
            venue: "binance".to_owned(),
            symbols: "BTC/USDT".to_owned(),
            start: Timestamp(0),
            end: Timestamp(60_000),
            profile: "strict".to_owned(),
            configuration: "c".to_owned(),
            parameters: parameters.to_owned(),
            fingerprint: "f".to_owned(),
            total_return: Some(0.5),
            sharpe: Some(1.0),
            sharpe_per_day: Some(0.05),
            max_drawdown: None,
            trades: 3,
        }
    }

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("a new store");
        (folder, store)
    }

    #[test]
    fn runs_come_back_as_they_went_in_the_newest_first() {
        let (_folder, mut store) = store();
        let (old, new) = (run("a", 1, "p"), run("b", 2, "q"));
        store.index(&[old.clone(), new.clone()]).expect("written");
        store.index(std::slice::from_ref(&old)).expect("once more");
        assert_eq!(store.runs().expect("read"), [new, old]);
    }

    #[test]
    fn a_run_that_is_repeated_or_removed_counts_once() {
        let (_folder, mut store) = store();
        let rows = [run("a", 1, "p"), run("b", 2, "p"), run("c", 3, "q")];
        store.index(&rows).expect("written");
        store.remove(&["c".to_owned()]).expect("removed");
        let tried = store.tried("c0de", "d1").expect("read");
        assert_eq!((tried.studies, tried.trials, tried.combinations), (0, 0, 2));
        assert_eq!(tried.sharpes, [0.05, 0.05]);
        assert_eq!(store.tried("c0de", "d2").expect("read").combinations, 0);
    }

    #[test]
    fn a_folder_that_was_away_has_its_labels_again_and_a_removed_one_has_not() {
        let (_folder, mut store) = store();
        let rows = [run("a", 1, "p"), run("b", 2, "p")];
        store.index(&rows).expect("written");
        for name in ["a", "b"] {
            store.note(name, "look again").expect("written");
            store.tag(name, &["x", "y"], &["y"]).expect("written");
        }
        store.forget(&["a".to_owned()]).expect("forgotten");
        store.remove(&["b".to_owned()]).expect("removed");
        assert_eq!(store.runs().expect("read"), []);
        let labels = store.labels().expect("read");
        assert_eq!(labels.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(labels["a"].note.as_deref(), Some("look again"));
        assert_eq!(labels["a"].tags, BTreeSet::from(["x".to_owned()]));
        store.note("a", "").expect("written");
        assert_eq!(store.labels().expect("read")["a"].note, None);
    }
}
