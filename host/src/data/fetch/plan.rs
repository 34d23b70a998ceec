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
            // What was put in is no answer of the venue.
            for repair in &series.manifest.repairs {
                there = there.without(&repair.periods);
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

    /// What of an answered window the venue had no more: what lies before the first row, and beyond its reach by now. An answer
    /// may be hours younger than the plan.
    pub(super) fn gone(&self, window: &Window, rows: &[Timestamp]) -> Periods {
        let api = self.api_from().filter(|_| window.source == Source::Api);
        let first = rows.iter().min().copied().unwrap_or(window.to);
        let end = first.min(window.to).min(api.unwrap_or(window.from));
        Periods::of(window.from, end)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::catalog::RecordKey;
    use crate::data::series::SeriesKey;
    use crate::data::streams::record::RecordKind;
    use crate::domain::{CandleKind, Symbol};
    use crate::venues::adapters;

    const MINUTES: History = History::Candles(CandleKind::Candles, Timeframe::M1);
    const INTEREST: History = History::OpenInterest(Timeframe::M5);

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    fn target(history: History) -> Target {
        let symbol = Symbol::parse("BTC/USDT:USDT", None).expect("a symbol");
        let rest = adapters::adapter("binance").expect("an adapter");
        let key = match history {
            History::OpenInterest(interval) => Key::Records(RecordKey {
                venue: "binance".to_owned(),
                symbol: symbol.clone(),
                kind: RecordKind::OpenInterest,
                interval: Some(interval),
            }),
            _ => Key::Candles(
                SeriesKey::new("binance", None, "BTC/USDT:USDT", Timeframe::M1).expect("a key"),
            ),
        };
        Target {
            offer: rest.offer(&symbol, history).expect("binance has it"),
            key,
            symbol,
            history,
        }
    }

    /// Sources of the requests of a month: files of a whole month, files of days, pages; and what is lost.
    fn plan(history: History, files: Files, from: &str, to: &str) -> (usize, usize, usize, usize) {
        let target = target(history);
        let planner = Planner {
            rest: adapters::adapter("binance").expect("an adapter"),
            target: &target,
            files,
            now: at("2024-03-10T12:00:00Z"),
            first: Timestamp(0),
        };
        let mut found = (0, 0, 0, 0);
        for month in months(&Periods::of(at(from), at(to))) {
            let Jobs { jobs, lost } = planner.month(&month);
            let mut covered = lost;
            for job in &jobs {
                covered.add(job.window.from, job.window.to);
                match job {
                    job if !job.is_file() => found.2 += 1,
                    job if job.otherwise == Otherwise::Days => found.0 += 1,
                    _ => found.1 += 1,
                }
            }
            found.3 += usize::from(covered.iter().count() != 1);
            let wanted = month.wanted.iter().next().expect("one period");
            assert!(
                covered.contain(wanted.0, wanted.1),
                "{from} to {to}: all is asked or lost"
            );
        }
        found
    }

    #[test]
    fn whole_months_come_from_files_and_the_rest_from_requests() {
        use Files::{Never, Prefer, Usual};
        // 499 minutes a page: 90 pages for the 31 days of January, 84 for the 29 of February.
        for (files, from, to, expected) in [
            (Usual, "2024-01-01", "2024-03-01", (2, 0, 0, 0)),
            (Never, "2024-01-01", "2024-03-01", (0, 0, 174, 0)),
            (Usual, "2024-02-01T00:01:00Z", "2024-02-02", (0, 0, 3, 0)),
            (Prefer, "2024-02-01T00:01:00Z", "2024-02-04", (0, 2, 3, 0)),
            // The month is not over, today even less.
            (Usual, "2024-03-09", "2024-03-10T12:00:00Z", (0, 0, 5, 0)),
            (Prefer, "2024-03-09", "2024-03-10T12:00:00Z", (0, 1, 3, 0)),
        ] {
            assert_eq!(plan(MINUTES, files, from, to), expected, "{files:?} {from}");
        }
    }

    #[test]
    fn what_requests_do_not_reach_comes_from_files_of_days() {
        let (whole, days, pages, holes) = plan(INTEREST, Files::Usual, "2024-01-05", "2024-01-08");
        // The first midnight lies in the file of the day before.
        assert_eq!((whole, days, holes), (0, 4, 0));
        assert_eq!(pages, 0, "requests reach back thirty days");
        let (_, days, pages, _) = plan(INTEREST, Files::Usual, "2024-03-05", "2024-03-06");
        assert_eq!((days, pages), (0, 1), "and are used where they do");
        let (_, days, pages, _) = plan(INTEREST, Files::Never, "2024-01-05", "2024-01-08");
        assert_eq!((days, pages), (0, 0), "without files it is lost");
    }

    #[test]
    fn what_had_fallen_out_of_reach_when_it_was_asked_is_not_counted_as_asked() {
        let target = target(INTEREST);
        let now = at("2024-03-10T12:00:00Z");
        let gone = |from: &str, rows: &[&str]| {
            let planner = Planner {
                rest: adapters::adapter("binance").expect("an adapter"),
                target: &target,
                files: Files::Usual,
                now,
                first: Timestamp(0),
            };
            let windows = planner.windows(at(from), at("2024-02-10"));
            let rows: Vec<_> = rows.iter().map(|r| at(r)).collect();
            let gone = planner.gone(&windows[0], &rows);
            gone.iter().next().map(|(_, end)| end)
        };
        let reached = planner_reach(&target, now);
        // The venue keeps thirty days: the ninth of February is on the edge.
        let early = "2024-02-08T22:00:00Z";
        assert!(reached > at(early) && reached < at("2024-02-10"));
        assert_eq!(
            gone(early, &[]),
            Some(reached),
            "no row, none of it is sure"
        );
        let later = reached.plus_ms(3_600_000).rfc3339();
        assert_eq!(
            gone(early, &[&later]),
            Some(reached),
            "a gap within reach is one"
        );
        let first = "2024-02-08T23:00:00Z";
        assert_eq!(gone(early, &[first]), Some(at(first)));
        assert_eq!(gone(early, &[early]), None, "what is there was asked");
        let inside = reached.plus_ms(60_000).rfc3339();
        assert_eq!(gone(&inside, &[]), None);
    }

    fn planner_reach(target: &Target, now: Timestamp) -> Timestamp {
        now.plus_ms(-target.offer.reach_ms.expect("it has one"))
    }

    #[test]
    fn what_is_not_over_is_not_wanted() {
        let now = at("2024-03-10T12:00:30Z");
        let end = |history| {
            let wanted = closed(history, at("2024-03-01"), now, now);
            wanted.iter().next().expect("a period").1
        };
        assert_eq!(end(MINUTES), at("2024-03-10T12:00:00Z"));
        let hours = History::Candles(CandleKind::Candles, Timeframe::H4);
        assert_eq!(end(hours), at("2024-03-10T12:00:00Z"));
        assert_eq!(end(INTEREST), at("2024-03-10T11:45:00Z"));
        assert_eq!(end(History::Funding), at("2024-03-10T11:45:00Z"));
    }
}
