//! What is missing of a series, and which requests hold it.

use super::rows::{grid, next_on};
use super::{Files, Key, Target};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::periods::Periods;
use crate::domain::{Timeframe, Timestamp};
use crate::venues::rest::{History, Rest, Source, Window};

const DAY_MS: i64 = 86_400_000;

/// Settlements and samples appear a little later than they are stamped.
const RECORDS_LATE_MS: i64 = 15 * 60_000;

/// What of a calendar month is missing.
#[derive(Debug, Clone)]
pub(super) struct Month {
    /// `2024-01`.
    pub name: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment of the next one.
    pub to: Timestamp,
    /// What is missing of it.
    pub wanted: Periods,
}

/// What takes the place of a file that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// Files of its days.
    Days,
    /// Requests for rows.
    Rows,
}

/// One request of a plan.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// The request.
    pub window: Window,
    /// What to do if there is no such file.
    pub otherwise: Otherwise,
}

/// What there is to do for a part of a month.
#[derive(Debug, Clone, Default)]
pub(super) struct Jobs {
    /// Requests.
    pub jobs: Vec<Job>,
    /// What the venue has no more, or not yet.
    pub lost: Periods,
}

/// How the requests of a series are chosen.
pub(super) struct Planner<'a> {
    pub rest: &'a dyn Rest,
    pub target: &'a Target,
    pub files: Files,
    /// The venue's clock.
    pub now: Timestamp,
    /// Nothing is older than this.
    pub first: Timestamp,
}

/// The part of `[from, to)` that is over: candles that are closed, records that had time to appear.
pub(super) fn closed(history: History, from: Timestamp, to: Timestamp, now: Timestamp) -> Periods {
    let end = match history {
        History::Candles(..) | History::TakerFlow => grid(history).timeframe().bucket_start(now),
        History::OpenInterest(interval) => interval.bucket_start(now.plus_ms(-RECORDS_LATE_MS)),
        History::Funding => Timeframe::M1.bucket_start(now.plus_ms(-RECORDS_LATE_MS)),
    };
    let begin = match history {
        History::Funding => from,
        _ => next_on(grid(history), from),
    };
    Periods::of(begin, to.min(end))
}

/// What of a period is neither in the catalog nor was ever asked for.
///
/// # Errors
/// The catalog is damaged.
pub(super) fn missing(
    catalog: &Catalog,
    target: &Target,
    wanted: &Periods,
) -> Result<Periods, DataError> {
    match &target.key {
        Key::Records(key) => {
            let all = catalog.records(&key.venue, &key.symbol, key.kind)?;
            let stream = all.into_iter().find(|s| s.key == *key);
            Ok(stream.map_or_else(|| wanted.clone(), |s| wanted.without(&s.asked)))
        }
        Key::Candles(key) => {
            let Some(series) = catalog.find(key)? else {
                return Ok(wanted.clone());
            };
            let unasked = wanted.without(&series.manifest.asked);
            let grid = series.grid();
            let mut there = Periods::default();
            for (from, to) in unasked.iter() {
                series.each_time(from, to, |time| there.add(time, grid.next(time)))?;
            }
            Ok(unasked.without(&there))
        }
    }
}

/// Cut at the turns of the months (UTC).
pub(super) fn months(missing: &Periods) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for (begin, end) in missing.iter() {
        let mut from = Timeframe::Month1.bucket_start(begin);
        while from < end {
            let to = Timeframe::Month1.bucket_end(from);
            let part = missing.within(begin.max(from), end.min(to));
            match months.last_mut().filter(|m| m.from == from) {
                Some(month) => month.wanted.add_all(&part),
                None => {
                    let (year, month) = from.year_month();
                    months.push(Month {
                        name: format!("{year:04}-{month:02}"),
                        from,
                        to,
                        wanted: part,
                    });
                }
            }
            from = to;
        }
    }
    months
}

impl Planner<'_> {
    /// The requests of a month: its file if all of it is wanted and over, else files of days and windows of rows.
    pub(super) fn month(&self, month: &Month) -> Jobs {
        let whole = month.wanted.contain(month.from.max(self.first), month.to);
        if whole && self.has_files(month.to) && month.to <= self.now {
            let files = self
                .rest
                .month_files(&self.target.symbol, self.target.history, month.from);
            if !files.is_empty() {
                let is_one = files.len() == 1;
                let otherwise = if is_one {
                    Otherwise::Days
                } else {
                    Otherwise::Rows
                };
                return Jobs::of(files, otherwise);
            }
        }
        let mut jobs = Jobs::default();
        for (from, to) in month.wanted.iter() {
            jobs.append(self.stretch(from, to));
        }
        jobs
    }

    /// What stands in for a file that is not there.
    pub(super) fn instead(&self, month: &Month, job: &Job) -> Jobs {
        let window = &job.window;
        if job.otherwise == Otherwise::Days {
            let (from, to) = (window.from.max(self.day_of_first()), window.to);
            let days = self
                .rest
                .day_files(&self.target.symbol, self.target.history, from, to);
            if !days.is_empty() {
                return Jobs::of(days, Otherwise::Rows);
            }
        }
        let mut jobs = Jobs::default();
        for (from, to) in month.wanted.within(window.from, window.to).iter() {
            jobs.append(self.rows(from, to));
        }
        jobs
    }

    /// Windows of the two halves of a window that held too much.
    pub(super) fn halves(&self, window: &Window, middle: Timestamp) -> Vec<Job> {
        let (from, to) = (window.from, window.to);
        let mut jobs = Jobs::default();
        for (from, to) in [(from, middle), (middle, to)] {
            jobs.append(Jobs::of(self.windows(from, to), Otherwise::Rows));
        }
        jobs.jobs
    }

    /// Files of days where they are preferred or nothing else is there, windows of rows else.
    fn stretch(&self, from: Timestamp, to: Timestamp) -> Jobs {
        let api = self.api_from();
        let only_files = api.is_none_or(|api| from < api);
        if !self.has_files(to) || !(only_files || self.files == Files::Prefer) {
            return self.rows(from, to);
        }
        let today = Timestamp(self.now.day() * DAY_MS);
        let midnight = |t: Timestamp, up: i64| Timestamp(t.plus_ms(up).day() * DAY_MS);
        // Without requests for rows a day that is wanted in part is cut from its whole file.
        let (up, down) = if only_files {
            (0, DAY_MS - 1)
        } else {
            (DAY_MS - 1, 0)
        };
        let begin = midnight(from, up).max(self.day_of_first());
        let end = midnight(to, down).min(today);
        if begin >= end {
            return self.rows(from, to);
        }
        let days = self
            .rest
            .day_files(&self.target.symbol, self.target.history, begin, end);
        if days.is_empty() {
            return self.rows(from, to);
        }
        let mut jobs = self.rows(from, to.min(begin));
        jobs.append(Jobs::of(days, Otherwise::Rows));
        jobs.append(self.rows(from.max(end), to));
        jobs
    }

    /// Windows of rows; what the venue's requests do not reach back to is lost.
    fn rows(&self, from: Timestamp, to: Timestamp) -> Jobs {
        let from = from.max(self.first);
        let begin = self
            .api_from()
            .map_or(to, |api| api.clamp(from, to.max(from)));
        let mut jobs = Jobs::of(self.windows(begin, to), Otherwise::Rows);
        jobs.lost.add(from, begin);
        jobs
    }

    /// Windows of a stretch of one month; none of an empty one.
    fn windows(&self, from: Timestamp, to: Timestamp) -> Vec<Window> {
        if from >= to {
            return Vec::new();
        }
        self.rest
            .windows(&self.target.symbol, self.target.history, from, to)
    }

    /// Since when requests for rows are answered; none = there are no such requests.
    fn api_from(&self) -> Option<Timestamp> {
        let offer = &self.target.offer;
        let reach = offer.reach_ms.map(|reach| self.now.plus_ms(-reach));
        let on_grid = |time| next_on(grid(self.target.history), time);
        (offer.has_api).then(|| reach.map_or(Timestamp(i64::MIN), on_grid))
    }

    /// May files hold something before `to`.
    fn has_files(&self, to: Timestamp) -> bool {
        let begin = self.target.offer.archive_from;
        self.files != Files::Never && begin.is_some_and(|begin| begin < to)
    }

    fn day_of_first(&self) -> Timestamp {
        Timestamp(self.first.day() * DAY_MS)
    }
}

impl Jobs {
    fn of(windows: Vec<Window>, otherwise: Otherwise) -> Self {
        let job = |window| Job { window, otherwise };
        Self {
            jobs: windows.into_iter().map(job).collect(),
            lost: Periods::default(),
        }
    }

    fn append(&mut self, other: Self) {
        self.jobs.extend(other.jobs);
        self.lost.add_all(&other.lost);
    }
}

impl Job {
    /// Is it a file.
    pub(super) fn is_file(&self) -> bool {
        self.window.source == Source::Archive
    }
}
