//! What is declared changes while the session runs: `ctl reload`, the drop-in folder.
//!
//! Rules: limits apply at once. Another component or other parameters are another strategy: the old one ends, and once it is flat the
//! new one starts with the money it left, after a warm-up. While positions are open that is refused unless it is forced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::ask::Failed;
use super::{Runner, Told};
use crate::control::Added;
use crate::domain::OnFault;
use crate::forward_test::control::Control;
use crate::forward_test::error::ForwardError;
use crate::forward_test::wish::{Wish, is_same_strategy};
use crate::strategy::Component;

/// What is asked again.
#[derive(Debug, Clone, PartialEq)]
pub enum Again {
    /// Everything that is declared.
    All,
    /// A strategy to add.
    Added(Added),
    /// A component in the drop-in folder.
    Dropped(PathBuf),
}

/// A folder whose components run.
#[derive(Debug, Clone, Default)]
pub struct DropIn {
    /// The folder.
    pub folder: PathBuf,
    /// Replace a changed component although positions are open, after closing these.
    pub force: bool,
    /// Files as they were at the last look, and whether they were taken in as they are.
    seen: BTreeMap<PathBuf, (Option<SystemTime>, u64, bool)>,
}

impl DropIn {
    /// A folder that was not looked at yet.
    #[must_use]
    pub fn new(folder: PathBuf, force: bool) -> Self {
        Self {
            folder,
            force,
            seen: BTreeMap::new(),
        }
    }

    /// The components in it now.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn components(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let is_component = path.extension().is_some_and(|e| e == "wasm");
            let is_hidden = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if is_component && !is_hidden && path.is_file() {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }

    /// What was there at the start is taken in by the start itself.
    pub fn note_start(&mut self) {
        for path in Self::components(&self.folder).unwrap_or_default() {
            let (time, bytes) = look_at(&path);
            self.seen.insert(path, (time, bytes, true));
        }
    }

    /// New or changed files that stayed the same for two looks, and files that are gone.
    fn look(&mut self) -> std::io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
        let there = Self::components(&self.folder)?;
        let gone: Vec<PathBuf> = self
            .seen
            .keys()
            .filter(|path| !there.contains(path))
            .cloned()
            .collect();
        self.seen.retain(|path, _| there.contains(path));
        let mut changed = Vec::new();
        for path in there {
            let (time, bytes) = look_at(&path);
            match self.seen.get_mut(&path) {
                Some((t, b, taken)) if (*t, *b) == (time, bytes) => {
                    if !std::mem::replace(taken, true) {
                        changed.push(path);
                    }
                }
                _ => {
                    self.seen.insert(path, (time, bytes, false));
                }
            }
        }
        Ok((changed, gone))
    }
}

fn look_at(path: &Path) -> (Option<SystemTime>, u64) {
    let metadata = std::fs::metadata(path).ok();
    let time = metadata.as_ref().and_then(|m| m.modified().ok());
    (time, metadata.map_or(0, |m| m.len()))
}

impl Runner<'_> {
    pub(super) fn reload(&mut self, who: &str, force: bool) -> Result<String, Failed> {
        let wishes = (self.again)(Again::All)?;
        let loaded = self.load(wishes)?;
        let mut told = Vec::new();
        let names: Vec<&str> = loaded.iter().map(|(name, ..)| name.as_str()).collect();
        let removed: Vec<u32> = (0..)
            .zip(&self.session.lanes)
            .filter(|(_, lane)| lane.ended.is_none() && !lane.forgotten)
            .filter(|(_, lane)| !names.contains(&lane.declared.name.as_str()))
            .map(|(index, _)| index)
            .collect();
        for strategy in removed {
            told.push(self.stop(who, strategy, None)?);
            self.control(who, &Control::Forget { strategy })?;
        }
        for (name, wish, component) in &loaded {
            told.extend(self.change(who, name, wish, component, force)?);
        }
        self.open_feeds()?;
        self.widen_all()?;
        self.advance()?;
        Ok(match told.as_slice() {
            [] => "nothing has changed".to_owned(),
            told => told.join("\n"),
        })
    }

    /// Brings one strategy to what is declared; a line if something changes or cannot.
    fn change(
        &mut self,
        who: &str,
        name: &str,
        wish: &Wish,
        component: &Component,
        force: bool,
    ) -> Result<Option<String>, Failed> {
        let is_waiting = self.pending.iter().any(|p| p.declared.name == name);
        if is_waiting {
            return Ok(Some(format!("{name} waits for its history: unchanged")));
        }
        let old = self
            .session
            .lane_of(name)
            .filter(|index| !self.session.lanes[*index as usize].forgotten);
        let Some(index) = old else {
            self.want(name, wish, component, None, who)?;
            return Ok(Some(format!("{name} starts when its history is there")));
        };
        let lane = &self.session.lanes[index as usize];
        let markets = self.numbers(&wish.markets);
        let declared = wish.declare(name, component, markets.unwrap_or_default());
        let has_ended = lane.ended.is_some();
        if is_same_strategy(&lane.declared, &declared) && !has_ended {
            if lane.declared.safety == wish.safety {
                return Ok(None);
            }
            let control = Control::Safety {
                strategy: index,
                toml: wish.safety.clone(),
            };
            self.control(who, &control)?;
            return Ok(Some(format!("{name}: its limits apply from now on")));
        }
        if !lane.is_flat() && !force {
            return Ok(Some(format!(
                "{name} is changed and has open positions or orders: it goes on as it is (close them first, or `host ctl reload --force`)"
            )));
        }
        // First the new one: if it does not start, the old one goes on.
        self.want(name, wish, component, Some(index), who)?;
        if !has_ended {
            self.stop(who, index, Some(OnFault::Flatten))?;
        } else if !self.session.lanes[index as usize].is_flat() {
            self.control(who, &Control::Flatten { strategy: index })?;
        }
        Ok(Some(format!(
            "{name} is replaced: the old one ends, the new one starts with its money once it is flat"
        )))
    }

    /// Numbers of markets the session has already.
    fn numbers(&self, markets: &[(String, String)]) -> Option<Vec<u32>> {
        let number = |(venue, symbol): &(String, String)| self.session.market_of(venue, symbol);
        markets.iter().map(number).collect()
    }

    pub(super) fn look_at_folder(&mut self) -> Result<(), ForwardError> {
        let Some(drop_in) = &mut self.drop_in else {
            return Ok(());
        };
        let force = drop_in.force;
        let (changed, gone) = match drop_in.look() {
            Ok(both) => both,
            Err(error) => {
                tracing::warn!(%error, folder = %drop_in.folder.display(), "the drop-in folder cannot be read");
                return Ok(());
            }
        };
        for path in gone {
            self.dropped_out(&path)?;
        }
        for path in changed {
            match self.dropped_in(&path, force) {
                Ok(lines) => lines.into_iter().for_each(|line| self.line(line)),
                Err(Failed::Session(error)) => return Err(error),
                Err(Failed::Request(declined)) => {
                    let hint = declined
                        .hint
                        .map_or_else(String::new, |h| format!(" ({h})"));
                    self.line(format!("{}: {}{hint}", path.display(), declined.message));
                }
            }
        }
        Ok(())
    }

    fn dropped_in(&mut self, path: &Path, force: bool) -> Result<Vec<String>, Failed> {
        let wishes = (self.again)(Again::Dropped(path.to_owned()))?;
        let mut lines = Vec::new();
        for (name, wish, component) in self.load(wishes)? {
            lines.extend(self.change("drop-in folder", &name, &wish, &component, force)?);
        }
        self.open_feeds()?;
        self.widen_all()?;
        self.advance()?;
        Ok(lines)
    }

    /// A component was taken away: its strategies end by their policies.
    fn dropped_out(&mut self, path: &Path) -> Result<(), ForwardError> {
        let source = path.display().to_string();
        let lanes: Vec<u32> = (0..)
            .zip(&self.session.lanes)
            .filter(|(_, l)| l.declared.source == source && !l.forgotten)
            .map(|(index, _)| index)
            .collect();
        self.pending.retain(|p| p.declared.source != source);
        for strategy in lanes {
            match self.stop("drop-in folder", strategy, None) {
                Ok(line) => self.line(format!("{source} is gone: {line}")),
                Err(Failed::Session(error)) => return Err(error),
                Err(Failed::Request(declined)) => self.line(declined.message),
            }
            self.control("drop-in folder", &Control::Forget { strategy })?;
        }
        Ok(())
    }

    pub(super) fn widen_all(&mut self) -> Result<(), ForwardError> {
        (0..self.books.len()).try_for_each(|market| self.widen(market))
    }

    pub(super) fn line(&mut self, line: String) {
        tracing::info!("{line}");
        (self.tell)(Told::Line(line));
    }
}
