//! The runs in a folder of results: which there are, what a user's word for one means, and the store's index over them.
//!
//! Rules: the folders are the truth. A run is a folder that looks like one, whatever the index says; the index takes in those it does not
//! know and forgets those that are gone.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::analysis::doctor::{Facts, Tried};
use crate::cli::{CliError, again};
use crate::domain::Timestamp;
use crate::persistence::store::{FILE, Labels, RunRow, Store};
use crate::runs::RunResult;
use crate::runs::kept::{Kept, parts};
use crate::strategy::parameters;

/// A run, or one strategy of a run of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The folder of results it lies in.
    pub root: PathBuf,
    /// Name of the run's folder.
    pub run: String,
    /// Folder of the strategy within it, if one of several is meant.
    pub part: Option<String>,
}

impl Found {
    /// A whole run.
    pub(super) fn whole(root: &Path, run: &str) -> Self {
        Self {
            root: root.to_owned(),
            run: run.to_owned(),
            part: None,
        }
    }

    /// Its folder.
    pub(super) fn folder(&self) -> PathBuf {
        let run = self.root.join(&self.run);
        self.part
            .as_ref()
            .map_or(run.clone(), |part| run.join(part))
    }

    /// As it is named: `RUN` or `RUN/STRATEGY`.
    pub(super) fn id(&self) -> String {
        match &self.part {
            Some(part) => format!("{}/{part}", self.run),
            None => self.run.clone(),
        }
    }

    /// Folders of its strategies, one or several.
    pub(super) fn strategies(&self) -> Vec<Found> {
        let names = match self.part {
            Some(_) => Vec::new(),
            None => parts(&self.folder()),
        };
        if names.is_empty() {
            return vec![self.clone()];
        }
        let part = |name| Found {
            part: Some(name),
            ..self.clone()
        };
        names.into_iter().map(part).collect()
    }

    /// The folder for what is made of this strategy of `run`, below `out`; it is made if need be.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn place_in(&self, run: &Found, out: &Path) -> Result<PathBuf, CliError> {
        let folder = match (&self.part, &run.part) {
            (Some(part), None) => out.join(part),
            _ => out.to_owned(),
        };
        std::fs::create_dir_all(&folder)
            .map_err(|e| CliError::world(format!("making {}: {e}", folder.display())))?;
        Ok(folder)
    }

    /// What its folder says.
    pub(super) fn kept(&self) -> Result<Kept, CliError> {
        Ok(Kept::open(&self.folder())?)
    }
}

/// Does a folder look like that of a run.
fn is_run(folder: &Path) -> bool {
    let is_one = ["manifest.json", "fingerprint"];
    is_one.iter().all(|name| folder.join(name).is_file()) || !parts(folder).is_empty()
}

/// Names of the runs in a folder of results, in the order of the alphabet. Links are none of ours.
fn names(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && is_run(&root.join(name)))
        .collect();
    names.sort();
    names
}

/// When a run was made: as it says, else when its folder was written.
pub(super) fn made(folder: &Path) -> Timestamp {
    let written = || {
        let time = std::fs::metadata(folder.join("summary.json")).ok()?;
        let time = time.modified().ok()?;
        let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok().map(Timestamp)
    };
    again::made(folder).or_else(written).unwrap_or_default()
}

/// What a user's word for a run means: `latest`, `latest~1`, an id or the begin of one, with `/STRATEGY` for one of several, or the path of
/// a folder.
///
/// # Errors
/// It means none, or more than one.
pub(super) fn find(word: &str, root: &Path) -> Result<Found, CliError> {
    if let Some(back) = word.strip_prefix("latest")
        && (back.is_empty() || back.starts_with('~'))
    {
        return latest(word, back, root);
    }
    if word.contains('/')
        && let Some(found) = by_path(Path::new(word))?
    {
        return Ok(found);
    }
    let (name, part) = match word.trim_end_matches('/').split_once('/') {
        Some((name, part)) => (name, Some(part)),
        None => (word.trim_end_matches('/'), None),
    };
    if let Some(run) = by_name(name, root)? {
        let found = Found::whole(root, &run);
        if let Some(found) = with_part(&found, part)? {
            return Ok(found);
        }
    }
    by_path(Path::new(word))?.ok_or_else(|| nothing(word, root))
}

/// Is this the whole name of a run.
pub(super) fn is_name(word: &str, root: &Path) -> bool {
    by_name(word, root).is_ok_and(|run| run.as_deref() == Some(word))
}

/// The newest run, or the one so many before it.
fn latest(word: &str, back: &str, root: &Path) -> Result<Found, CliError> {
    let number = match back {
        "" => Some(0),
        _ => back.strip_prefix('~').and_then(|n| n.parse().ok()),
    };
    let number: usize = number.ok_or_else(|| nothing(word, root))?;
    let mut runs: Vec<(Timestamp, String)> = names(root)
        .into_iter()
        .map(|name| (made(&root.join(&name)), name))
        .collect();
    runs.sort();
    let there = runs.len();
    let (_, run) = runs.into_iter().rev().nth(number).ok_or_else(|| {
        CliError::user(
            format!("{word}: {} has {there} runs", root.display()),
            "`host backtest` makes one",
        )
    })?;
    Ok(Found::whole(root, &run))
}

/// The run of this name, or the only one whose name begins so.
fn by_name(name: &str, root: &Path) -> Result<Option<String>, CliError> {
    let plain = matches!(
        Path::new(name).components().collect::<Vec<_>>().as_slice(),
        [Component::Normal(only)] if *only == name
    );
    if !plain || name.starts_with('.') {
        return Ok(None);
    }
    let names = names(root);
    if names.iter().any(|known| known == name) {
        return Ok(Some(name.to_owned()));
    }
    let mut begin = names.into_iter().filter(|known| known.starts_with(name));
    match (begin.next(), begin.next()) {
        (Some(first), Some(second)) => {
            let more = begin.count();
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            Err(CliError::user(
                format!("`{name}` is the begin of {first}, {second}{more}"),
                "write more of the name",
            ))
        }
        (found, _) => Ok(found),
    }
}

/// The strategy that is named, of a run of several.
fn with_part(found: &Found, part: Option<&str>) -> Result<Option<Found>, CliError> {
    let Some(part) = part else {
        return Ok(Some(found.clone()));
    };
    let strategies = parts(&found.folder());
    if strategies.iter().any(|name| name == part) {
        return Ok(Some(Found {
            part: Some(part.to_owned()),
            ..found.clone()
        }));
    }
    let why = if strategies.is_empty() {
        format!("{} is a run of one strategy: it has no {part}", found.run)
    } else {
        format!(
            "{} has no strategy {part}: it has {}",
            found.run,
            strategies.join(", ")
        )
    };
    Err(CliError::user(why, "name the run alone, or one it has"))
}

/// The run in a folder.
fn by_path(path: &Path) -> Result<Option<Found>, CliError> {
    // `..` and links are followed: what counts is where the folder lies.
    let Ok(folder) = path.canonicalize() else {
        return Ok(None);
    };
    let in_parts = |folder: &Path| -> Option<(PathBuf, String)> {
        let root = folder.parent()?.to_owned();
        Some((root, folder.file_name()?.to_str()?.to_owned()))
    };
    if !is_run(&folder) {
        return Ok(None);
    }
    let found = in_parts(&folder).map(|(root, run)| {
        let whole = in_parts(&root).filter(|_| parts(&root).contains(&run));
        match whole {
            Some((above, whole)) => Found {
                root: above,
                run: whole,
                part: Some(run),
            },
            None => Found::whole(&root, &run),
        }
    });
    Ok(found)
}

fn nothing(word: &str, root: &Path) -> CliError {
    CliError::user(
        format!("there is no run `{word}` in {}", root.display()),
        "`host runs list` shows them; a run is its name, the begin of it, latest, latest~1, or the path of its folder",
    )
}

/// The store of a folder of results with its index brought up to date.
pub(super) struct Shelf {
    /// The folder.
    pub root: PathBuf,
    /// Index, notes and tags.
    pub store: Store,
    /// One row a strategy, the newest run first.
    pub rows: Vec<RunRow>,
}

impl Shelf {
    /// Opens the store of a folder of results; a folder that cannot be read is told on stderr and left out.
    ///
    /// # Errors
    /// There is no such folder, or its store cannot be used.
    pub(super) fn open(root: &Path) -> Result<Self, CliError> {
        if !root.is_dir() {
            return Err(CliError::user(
                format!("there is no folder of results {}", root.display()),
                "`host backtest` makes one; OUTPUT_PATH and --out name another",
            ));
        }
        let mut store = Store::open(root)?;
        let known = store.runs()?;
        let there = names(root);
        let is_known: BTreeSet<&str> = known.iter().map(|row| row.run.as_str()).collect();
        let is_there = |run: &String| there.binary_search(run).is_ok();
        let mut gone: Vec<String> = known.iter().map(|row| row.run.clone()).collect();
        gone.dedup();
        gone.retain(|run| !is_there(run));
        store.forget(&gone)?;
        let mut taken = Vec::new();
        for name in there {
            if is_known.contains(name.as_str()) {
                continue;
            }
            match rows(root, &name) {
                Ok(rows) => taken.extend(rows),
                Err(error) => eprintln!("warning: {name} is left out: {error}"),
            }
        }
        store.index(&taken)?;
        Ok(Self {
            rows: store.runs()?,
            root: root.to_owned(),
            store,
        })
    }

    /// Notes and tags of a run.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(super) fn labels(&self, run: &str) -> Result<Labels, CliError> {
        Ok(self.store.labels()?.remove(run).unwrap_or_default())
    }
}

/// Notes and tags of a run; none where there is no store beside it.
///
/// # Errors
/// The store cannot be read.
pub(super) fn labels(found: &Found) -> Result<Labels, CliError> {
    if !found.root.join(FILE).is_file() {
        return Ok(Labels::default());
    }
    let labels = Store::open(&found.root)?.labels()?.remove(&found.run);
    Ok(labels.unwrap_or_default())
}

/// Takes a run that was just kept into the index. A store that cannot be written is told on stderr: the folder is what counts.
pub(super) fn index(root: &Path, run: &str) {
    let index = || -> Result<(), CliError> { Ok(Store::open(root)?.index(&rows(root, run)?)?) };
    if let Err(error) = index() {
        eprintln!("warning: {run} is kept, but not in the index of runs: {error}");
    }
}

/// What the index says of a run: a row a strategy.
fn rows(root: &Path, run: &str) -> Result<Vec<RunRow>, CliError> {
    let found = Found::whole(root, run);
    let made = made(&found.folder());
    let row = |one: Found| {
        let about = one.kept()?.about;
        Ok(RunRow {
            run: one.run,
            part: one.part.unwrap_or_default(),
            made,
            parameters: parameters::digest(&about.parameters),
            strategy: about.strategy,
            version: about.version,
            component: about.component,
            dataset: about.dataset,
            venue: about.venue,
            symbols: about.symbols.join(","),
            start: about.start,
            end: about.end,
            profile: about.profile,
            configuration: about.configuration_digest,
            fingerprint: about.fingerprint,
            total_return: about.total_return,
            sharpe: about.sharpe,
            sharpe_per_day: about.sharpe_per_day,
            max_drawdown: about.max_drawdown,
            trades: about.trades,
        })
    };
    found.strategies().into_iter().map(row).collect()
}

/// Counts what a run tries that is about to be kept, so that its own judgment knows of it. A store that cannot be written is told on
/// stderr when the run is indexed.
pub(super) fn count_try(root: &Path, run: &RunResult, sharpe_per_day: Option<f64>) {
    let c = &run.configuration;
    let used = c.parameters.iter();
    let used: Vec<_> = used.map(|p| (p.name.clone(), p.value.clone())).collect();
    let (component, dataset) = (&c.component.sha256, &c.dataset.fingerprint);
    let parameters = parameters::digest(&used);
    let count = |store: Store| store.count_try(component, dataset, &parameters, sharpe_per_day);
    if let Err(error) = Store::open(root).and_then(count) {
        tracing::debug!(%error, "a try is not counted yet");
    }
}

/// What the store of a folder of results knows of tries with a component on a dataset; nothing where there is no store yet.
///
/// # Errors
/// The store cannot be read.
pub(super) fn tried(root: &Path, component: &str, dataset: &str) -> Result<Tried, CliError> {
    if !root.join(FILE).is_file() {
        return Ok(Tried::default());
    }
    let tried = Store::open(root)?.tried(component, dataset)?;
    Ok(Tried {
        trials: tried.combinations,
        sharpes: tried.sharpes,
        searched: tried.searched,
    })
}

/// The same for a run that is judged, which is one try itself though no store may know it.
///
/// # Errors
/// The store cannot be read.
pub(super) fn tried_with(root: &Path, facts: &Facts) -> Result<Tried, CliError> {
    let known = tried(root, &facts.component, &facts.dataset)?;
    Ok(match known.trials {
        0 => Tried::only(facts),
        _ => known,
    })
}
