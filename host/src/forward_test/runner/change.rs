//! What is declared changes while the session runs: `ctl reload`, the drop-in folder.
//!
//! Rules: limits apply at once. Another component or other parameters are another strategy: the old one ends, and once it is flat the
//! new one starts with the money it left, after a warm-up. While positions are open that is refused unless it is forced. What the file
//! or the folder does not name anymore ends by its policy; what a person started by hand stays. A start does the same, but that it
//! leaves ended what has ended.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::ask::Failed;
use super::roll::HEIR;
use super::{Runner, Told};
use crate::control::{Added, Declined};
use crate::domain::{OnFault, Symbol};
use crate::forward_test::control::Control;
use crate::forward_test::declared::{Declared, DeclaredBy};
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
    /// Changed files whose strategies hold something: they are replaced once these are flat.
    waiting: Vec<PathBuf>,
    /// That it cannot be read was told.
    is_unreadable: bool,
}

impl DropIn {
    /// A folder that was not looked at yet.
    #[must_use]
    pub fn new(folder: PathBuf, force: bool) -> Self {
        Self {
            folder,
            force,
            seen: BTreeMap::new(),
            waiting: Vec::new(),
            is_unreadable: false,
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

/// Who acts when a file of the folder comes, changes or goes.
const FOLDER: &str = "drop-in folder";

/// The file a strategy of the folder is, wherever the folder lies.
fn file_name(source: &str) -> Option<String> {
    let name = Path::new(source).file_name()?;
    Some(name.to_string_lossy().into_owned())
}

fn file_of(wish: &Wish) -> Option<String> {
    let is_dropped = wish.by == DeclaredBy::Folder;
    is_dropped.then(|| file_name(&wish.source)).flatten()
}

fn look_at(path: &Path) -> (Option<SystemTime>, u64) {
    let metadata = std::fs::metadata(path).ok();
    let time = metadata.as_ref().and_then(|m| m.modified().ok());
    (time, metadata.map_or(0, |m| m.len()))
}

/// How what is declared is brought about.
pub(super) struct Changing<'a> {
    /// Who asks.
    pub who: &'a str,
    /// Replace although positions are open.
    pub force: bool,
    /// What has ended begins again.
    pub revives: bool,
}

impl Runner<'_> {
    pub(super) fn reload(&mut self, who: &str, force: bool) -> Result<String, Failed> {
        self.not_while_rolling()?;
        let wishes = (self.again)(Again::All)?;
        let changing = Changing {
            who,
            force,
            revives: true,
        };
        let told = self.bring_to(wishes, &changing)?;
        self.open_feeds()?;
        self.widen_all()?;
        self.advance()?;
        Ok(match told.as_slice() {
            [] => "nothing has changed".to_owned(),
            told => told.join("\n"),
        })
    }

    /// Brings the session to what is declared; a line for each thing that changes or cannot. Nothing changes where a component of the
    /// user's cannot be read; one of the drop-in folder that does not start is told and left out.
    pub(super) fn bring_to(
        &mut self,
        wishes: Vec<Wish>,
        changing: &Changing<'_>,
    ) -> Result<Vec<String>, Failed> {
        let files: Vec<String> = wishes.iter().filter_map(file_of).collect();
        let loaded = self.load(wishes, &[])?;
        let named = loaded.iter().filter(|(_, w, _)| w.by == DeclaredBy::File);
        let named: Vec<String> = named.map(|(name, ..)| name.clone()).collect();
        let has_file = self.has_file;
        let is_watched = self.drop_in.is_some();
        let mut told = self.end_undeclared(changing.who, &|declared| match declared.by {
            DeclaredBy::Hand => false,
            DeclaredBy::File => has_file && !named.contains(&declared.name),
            DeclaredBy::Folder => {
                is_watched && file_name(&declared.source).is_none_or(|f| !files.contains(&f))
            }
        })?;
        let mut declined: Option<Declined> = None;
        for (name, wish, component) in &loaded {
            match self.change(changing, name, wish, component) {
                Ok(line) => told.extend(line),
                Err(Failed::Request(why)) if wish.by == DeclaredBy::Folder => {
                    told.push(format!("{}: {}", wish.source, why.message));
                }
                Err(Failed::Request(why)) if declined.is_none() => {
                    declined = Some(Declined {
                        message: format!("{name}: {}", why.message),
                        hint: why.hint,
                    });
                }
                Err(Failed::Request(why)) => told.push(format!("{name}: {}", why.message)),
                Err(session) => return Err(session),
            }
        }
        let Some(mut why) = declined else {
            return Ok(told);
        };
        if !told.is_empty() {
            why.message = format!("{}; what could be done: {}", why.message, told.join("; "));
        }
        Err(why.into())
    }

    /// Ends strategies by their policies and forgets them; what waits does not start.
    fn end_undeclared(
        &mut self,
        who: &str,
        is_gone: &dyn Fn(&Declared) -> bool,
    ) -> Result<Vec<String>, Failed> {
        let mut told = Vec::new();
        let waiting = self.pending.iter().filter(|p| is_gone(&p.declared));
        let waiting: Vec<String> = waiting.map(|p| p.declared.name.clone()).collect();
        for name in waiting {
            self.call_off(who, &name)?;
            told.push(format!("{name} is no longer declared: it does not start"));
        }
        let lanes: Vec<u32> = (0..)
            .zip(&self.session.lanes)
            .filter(|(_, lane)| !lane.forgotten && is_gone(&lane.declared))
            .map(|(index, _)| index)
            .collect();
        for strategy in lanes {
            let line = self.stop(who, strategy, None)?;
            told.push(format!("no longer declared: {line}"));
            self.control(who, &Control::Forget { strategy })?;
        }
        Ok(told)
    }

    /// Brings one strategy to what is declared; a line if something changes or cannot.
    fn change(
        &mut self,
        changing: &Changing<'_>,
        name: &str,
        wish: &Wish,
        component: &Component,
    ) -> Result<Option<String>, Failed> {
        let who = changing.who;
        let markets = self.numbers(&wish.markets);
        let declared = wish.declare(name, component, markets.unwrap_or_default());
        let waiting = self.pending.iter().find(|p| p.declared.name == name);
        if let Some(waiting) = waiting {
            let is_same = is_same_strategy(&waiting.declared, &declared)
                && waiting.declared.safety == wish.safety;
            if is_same || waiting.who == HEIR {
                return Ok((!is_same).then(|| {
                    format!(
                        "{name} waits for its start: it begins as it was, reload when it trades"
                    )
                }));
            }
            let replaces = waiting.replaces;
            self.want(name, wish, component, replaces, who)?;
            return Ok(Some(format!(
                "{name} waits for its start, now as it is declared"
            )));
        }
        let Some(index) = self.session.lane_of(name) else {
            self.want(name, wish, component, None, who)?;
            return Ok(Some(format!("{name} starts when its history is there")));
        };
        let lane = &self.session.lanes[index as usize];
        let has_ended = lane.ended.is_some();
        if is_same_strategy(&lane.declared, &declared) && !(has_ended && changing.revives) {
            if has_ended || lane.declared.safety == wish.safety {
                return Ok(None);
            }
            let control = Control::Safety {
                strategy: index,
                toml: wish.safety.clone(),
            };
            self.control(who, &control)?;
            return Ok(Some(format!("{name}: its limits apply from now on")));
        }
        if !lane.is_flat() && !changing.force {
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
        let number = |(venue, symbol): &(String, String)| {
            let parsed = Symbol::parse(symbol, None).ok()?;
            let kept = self.venues.symbol(venue, &parsed).ok()?;
            self.session.market_of(venue, &kept.to_string())
        };
        markets.iter().map(number).collect()
    }

    /// The strategy that a file of the drop-in folder is.
    pub(super) fn name_of_file(&self, path: &Path) -> Option<String> {
        let waiting = self.pending.iter().map(|p| &p.declared);
        let lanes = self.session.lanes.iter().rev();
        let lanes = lanes.filter(|lane| lane.is_known()).map(|l| &l.declared);
        let file = path.file_name()?.to_string_lossy();
        waiting
            .chain(lanes)
            .filter(|d| d.by == DeclaredBy::Folder)
            .find(|d| file_name(&d.source).as_deref() == Some(&*file))
            .map(|d| d.name.clone())
    }

    pub(super) fn look_at_folder(&mut self) -> Result<(), ForwardError> {
        if self.session.rolling.is_some() {
            // The successor looks.
            return Ok(());
        }
        let Some(drop_in) = &mut self.drop_in else {
            return Ok(());
        };
        let force = drop_in.force;
        let waiting = std::mem::take(&mut drop_in.waiting);
        let (mut changed, gone) = match drop_in.look() {
            Ok(both) => both,
            Err(error) => {
                drop_in.waiting = waiting;
                if !std::mem::replace(&mut drop_in.is_unreadable, true) {
                    let folder = drop_in.folder.display();
                    let line = format!(
                        "the drop-in folder {folder} cannot be read: {error}; its strategies go on"
                    );
                    self.line(line);
                }
                return Ok(());
            }
        };
        drop_in.is_unreadable = false;
        for path in gone {
            self.dropped_out(&path)?;
        }
        let waiting = waiting.into_iter().filter(|path| !changed.contains(path));
        for path in waiting.filter(|path| path.is_file()).collect::<Vec<_>>() {
            match self.holds_something(&path) {
                true => self
                    .drop_in
                    .iter_mut()
                    .for_each(|d| d.waiting.push(path.clone())),
                false => changed.push(path),
            }
        }
        for path in changed {
            if !force && self.holds_something(&path) {
                self.drop_in
                    .iter_mut()
                    .for_each(|d| d.waiting.push(path.clone()));
            }
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

    /// Has the strategy of a file of the folder positions or orders.
    fn holds_something(&self, path: &Path) -> bool {
        let name = self.name_of_file(path);
        let index = name.and_then(|name| self.session.lane_of(&name));
        index.is_some_and(|index| !self.session.lanes[index as usize].is_flat())
    }

    fn dropped_in(&mut self, path: &Path, force: bool) -> Result<Vec<String>, Failed> {
        let wishes = (self.again)(Again::Dropped(path.to_owned()))?;
        let changing = Changing {
            who: FOLDER,
            force,
            revives: true,
        };
        // A name that another one has already is another one's.
        let own = self.name_of_file(path);
        let lanes = self.session.lanes.iter().filter(|lane| lane.is_known());
        let waiting = self.pending.iter().map(|p| &p.declared.name);
        let taken = lanes.map(|lane| &lane.declared.name).chain(waiting);
        let taken: Vec<String> = taken
            .filter(|name| own.as_ref() != Some(name))
            .cloned()
            .collect();
        let mut lines = Vec::new();
        for (name, wish, component) in self.load(wishes, &taken)? {
            lines.extend(self.change(&changing, &name, &wish, &component)?);
        }
        self.open_feeds()?;
        self.widen_all()?;
        self.advance()?;
        Ok(lines)
    }

    /// A component was taken away: its strategies end by their policies.
    fn dropped_out(&mut self, path: &Path) -> Result<(), ForwardError> {
        let file = path.file_name().map(|f| f.to_string_lossy().into_owned());
        let is_gone = |d: &Declared| d.by == DeclaredBy::Folder && file_name(&d.source) == file;
        match self.end_undeclared(FOLDER, &is_gone) {
            Ok(lines) => lines.into_iter().for_each(|line| self.line(line)),
            Err(Failed::Session(error)) => return Err(error),
            Err(Failed::Request(declined)) => self.line(declined.message),
        }
        self.advance()
    }

    pub(super) fn widen_all(&mut self) -> Result<(), ForwardError> {
        (0..self.books.len()).try_for_each(|market| self.widen(market))
    }

    pub(super) fn line(&mut self, line: String) {
        tracing::info!("{line}");
        (self.tell)(Told::Line(line));
    }
}
