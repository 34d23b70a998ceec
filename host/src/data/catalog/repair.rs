//! Candles that were put in where there were none: the manifest says which, and they can be taken back.
//!
//! Rules: a repair never touches a recorded candle; a candle that is recorded later takes the place of one that was put in.

use serde::{Deserialize, Serialize};

use super::write::SeriesWriter;
use super::{Manifest, MonthFile, Series};
use crate::data::DataError;
use crate::data::grid::Grid;
use crate::data::periods::Periods;
use crate::domain::{Candle, Timestamp};

/// How missing candles are put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepairPolicy {
    /// Flat at the close before the hole, without volume.
    FillFlat,
    /// Made of shorter candles of the same symbol, where all of them are there.
    FromShorter,
}

impl RepairPolicy {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::FillFlat, Self::FromShorter];

    /// Its name on the command line and in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FillFlat => "fill-flat",
            Self::FromShorter => "from-shorter",
        }
    }

    /// By its name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

/// What one policy put into a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// How.
    pub policy: RepairPolicy,
    /// Version of the program that did it last.
    pub host: String,
    /// Where its candles lie, from the first to the end of the last one.
    pub periods: Periods,
}

/// A repair in a manifest.
#[derive(Serialize, Deserialize)]
pub(super) struct RepairJson {
    policy: String,
    host: String,
    periods: Vec<(String, String)>,
}

impl RepairJson {
    pub(super) fn of(repair: &Repair) -> Self {
        Self {
            policy: repair.policy.name().to_owned(),
            host: repair.host.clone(),
            periods: repair.periods.to_texts(),
        }
    }

    /// Trusts nothing.
    pub(super) fn parse(self) -> Result<Repair, String> {
        let policy = RepairPolicy::of(&self.policy)
            .ok_or_else(|| format!("`{}` is no policy of repair", self.policy))?;
        Ok(Repair {
            policy,
            host: self.host,
            periods: Periods::of_texts(&self.periods).map_err(|e| e.to_string())?,
        })
    }
}

impl Manifest {
    /// Where candles were put in.
    #[must_use]
    pub fn repaired(&self) -> Periods {
        let mut all = Periods::default();
        for repair in &self.repairs {
            all.add_all(&repair.periods);
        }
        all
    }

    fn note_repair(&mut self, policy: RepairPolicy, from: Timestamp, to: Timestamp) {
        let host = env!("CARGO_PKG_VERSION").to_owned();
        match self.repairs.iter_mut().find(|r| r.policy == policy) {
            Some(repair) => {
                repair.host = host;
                repair.periods.add(from, to);
            }
            None => self.repairs.push(Repair {
                policy,
                host,
                periods: Periods::of(from, to),
            }),
        }
    }

    /// Forgets that candles of these periods were put in.
    pub(super) fn forget_repairs(&mut self, periods: &Periods) {
        for repair in &mut self.repairs {
            repair.periods = repair.periods.without(periods);
        }
        self.repairs.retain(|r| !r.periods.is_empty());
    }
}

impl Series {
    /// How many candles of `[from, to)` were put in.
    #[must_use]
    pub fn repaired(&self, from: Timestamp, to: Timestamp) -> u64 {
        let periods = self.manifest.repaired().within(from, to);
        periods.iter().map(|(a, b)| self.grid().count(a, b)).sum()
    }
}

/// Takes away those candles of `old` that were put in and that `new` has, as recorded; where they were. One that is recorded as
/// it was put in is recorded from now on: to take repairs back must not take it.
pub(super) fn give_way(
    old: &mut Vec<Candle>,
    new: &[Candle],
    repaired: &Periods,
    grid: Grid,
) -> Periods {
    let mut gone = Periods::default();
    if repaired.is_empty() {
        return gone;
    }
    old.retain(|candle| {
        let (time, end) = (candle.open_time, grid.next(candle.open_time));
        let is_recorded = || new.binary_search_by_key(&time, |c| c.open_time).is_ok();
        let stays = !repaired.contain(time, end) || !is_recorded();
        if !stays {
            gone.add(time, end);
        }
        stays
    });
    gone
}

impl SeriesWriter {
    /// Puts a candle in where there is none.
    ///
    /// # Errors
    /// The month it belongs to is damaged.
    pub fn repair(&mut self, policy: RepairPolicy, candle: &Candle) -> Result<(), DataError> {
        self.push(candle)?;
        self.put_in.push((policy, candle.open_time));
        Ok(())
    }

    /// Notes in the manifest what was put in since the last time.
    pub(super) fn note_repairs(&mut self) {
        for (policy, time) in std::mem::take(&mut self.put_in) {
            let end = self.grid.next(time);
            self.manifest.note_repair(policy, time, end);
        }
    }

    /// Takes back every candle that was put in; how many.
    ///
    /// # Errors
    /// A month is damaged, or the disk refuses.
    pub fn take_back_repairs(&mut self) -> Result<u64, DataError> {
        let repaired = self.manifest.repaired();
        let mut taken = 0;
        let mut files: Vec<MonthFile> = Vec::new();
        for file in std::mem::take(&mut self.manifest.files) {
            let end = self.grid.next(file.last);
            if repaired.within(file.first, end).is_empty() {
                files.push(file);
                continue;
            }
            let mut candles = self.read_back(&file)?;
            let before = candles.len();
            let put_in = |c: &Candle| repaired.contain(c.open_time, self.grid.next(c.open_time));
            candles.retain(|c| !put_in(c));
            taken += (before - candles.len()) as u64;
            if !candles.is_empty() {
                files.push(self.stage(&file.month, &candles)?);
            }
        }
        self.manifest.files = files;
        self.manifest.repairs.clear();
        Ok(taken)
    }
}
