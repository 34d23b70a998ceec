//! Series side by side: threads bring answers, this thread puts them together and commits months that are complete.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::get::{Getter, Got};
use super::plan::{Job, Jobs, Month, Planner, closed, missing, months};
use super::queue::{EndOnPanic, Queue, Task};
use super::rows::{Collected, middle, times};
use super::spool::Spool;
use super::{Fetched, Fetcher, Key, Report, Target, Told, ask, lost_sentences, network};
use crate::data::DataError;
use crate::data::check::gaps_between;
use crate::data::periods::Periods;
use crate::domain::{CandleKind, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{History, Offer, Request, Source, Window};

/// Threads that ask. The limits of the venue are the client's; more threads than requests it allows at once only wait.
const THREADS_MAX: u32 = 16;

/// One series and where its answers lie.
pub(super) struct Line {
    pub target: Target,
    pub spool: Spool,
    /// What was wanted and is over.
    period: Option<(Timestamp, Timestamp)>,
    /// Nothing is older than this.
    first: Timestamp,
    /// Wanted, but before the first candle there is.
    before_first: Periods,
}

/// What is known of a series so far.
pub(super) struct Work {
    pub months: Vec<MonthWork>,
    /// Months without a row, while the series has none at all: they are told with the first one that has.
    pub empty: Vec<usize>,
    /// Asked, but in no month of the plan.
    pub asked_before: Periods,
    pub fetched: Fetched,
    lost: Periods,
}

/// What is known of a month so far.
pub(super) struct MonthWork {
    pub month: Month,
    pub rows: Collected,
    /// What the venue does not have.
    pub lost: Periods,
    pending: usize,
    pub is_complete: bool,
}

/// What came of it.
struct Done {
    task: Task,
    got: Result<Got, DataError>,
}

impl Fetcher<'_> {
    /// Fetches series that do not need each other.
    pub(super) fn round(
        &self,
        targets: Vec<Target>,
        listed: &[(Symbol, Option<Timestamp>)],
        report: &mut Report,
        told: &mut dyn FnMut(Told),
    ) -> Result<(), DataError> {
        let (mut lines, mut works, mut tasks) = (Vec::new(), Vec::new(), VecDeque::new());
        let spools = self.hold(&targets, told)?;
        for (target, spool) in targets.into_iter().zip(spools) {
            told(Told::Doing(format!(
                "looking at what is there of {}",
                target.key
            )));
            let listed_at = listed.iter().find(|(s, _)| *s == target.symbol);
            let listed_at = listed_at.and_then(|(_, at)| *at);
            let (line, missing) = self.open(target, spool, listed_at)?;
            let (work, jobs) = self.plan(&line, &missing);
            let names: Vec<_> = work.months.iter().map(|m| m.month.name.clone()).collect();
            line.spool.tidy(&names)?;
            told(Told::Planned(jobs.len() as u64));
            let task = |(month, job): (usize, Job)| Task {
                line: lines.len(),
                month,
                month_name: names[month].clone(),
                job,
            };
            tasks.extend(jobs.into_iter().map(task));
            lines.push(line);
            works.push(work);
        }
        // What the venue keeps for a short time only comes first: it goes while the rest is brought.
        let reach = |task: &Task| lines[task.line].target.offer.reach_ms.unwrap_or(i64::MAX);
        tasks.make_contiguous().sort_by_key(reach);
        let result = self.work(&lines, &mut works, tasks, told);
        for (line, mut work) in lines.into_iter().zip(works) {
            if result.is_ok() {
                self.finish(&line, &mut work)?;
                let Fetched { key, added, .. } = &work.fetched;
                told(Told::Series(format!("{key}: {added} new rows")));
            }
            line.spool.close();
            report.series.push(work.fetched);
        }
        result
    }

    /// Takes hold of every series, always in the same order: two processes that want the same ones never wait for each other.
    fn hold(
        &self,
        targets: &[Target],
        told: &mut dyn FnMut(Told),
    ) -> Result<Vec<Spool>, DataError> {
        let mut order: Vec<_> = targets.iter().enumerate().collect();
        order.sort_by_key(|(_, target)| target.spool_name());
        let mut held = Vec::new();
        for (place, target) in order {
            let spool = Spool::open(self.catalog, &target.spool_name(), || {
                told(Told::Doing(format!(
                    "another process fetches {}: waiting for it",
                    target.key
                )));
            })?;
            held.push((place, spool));
        }
        held.sort_by_key(|(place, _)| *place);
        Ok(held.into_iter().map(|(_, spool)| spool).collect())
    }

    /// Finds out what of a series is missing.
    fn open(
        &self,
        target: Target,
        spool: Spool,
        listed_at: Option<Timestamp>,
    ) -> Result<(Line, Periods), DataError> {
        self.refuse_loss(&target)?;
        let wanted = closed(target.history, self.from, self.to, self.now);
        let missing = self.own.measure(|| match target.history {
            History::TakerFlow => self.without_flow(&target, &wanted),
            _ if self.request.erase => Ok(wanted.clone()),
            _ => missing(self.catalog, &target, &wanted),
        })?;
        let first = self.first(&target, &missing, listed_at)?;
        let line = Line {
            period: wanted.iter().next(),
            before_first: missing.within(Timestamp(0), first),
            spool,
            target,
            first,
        };
        Ok((line, missing))
    }

    /// Nothing is erased that the venue could not give again.
    fn refuse_loss(&self, target: &Target) -> Result<(), DataError> {
        let Offer {
            reach_ms,
            archive_from,
            ..
        } = target.offer;
        let (true, Some(reach_ms), None) = (self.request.erase, reach_ms, archive_from) else {
            return Ok(());
        };
        let reached = self.now.plus_ms(-reach_ms);
        if !self.begins_before(target, reached)? {
            return Ok(());
        }
        let venue = self.request.rest.venue();
        let message = format!(
            "{}: {venue} has nothing before {reached} any more, and there is some here: it is not erased",
            target.key
        );
        Err(DataError::user(message).with_hint(
            "without --erase what is missing is fetched; `host data prune` removes for good",
        ))
    }

    /// The first moment there can be anything of, as far as the venue tells.
    fn first(
        &self,
        target: &Target,
        missing: &Periods,
        listed_at: Option<Timestamp>,
    ) -> Result<Timestamp, DataError> {
        let Some((from, _)) = missing.iter().next() else {
            return Ok(Timestamp(0));
        };
        if !self.request.erase && self.begins_before(target, from)? {
            return Ok(Timestamp(0));
        }
        let rest = self.request.rest;
        let asked = rest.first_candle(&target.symbol, target.history, from);
        if let Some(question) = asked.filter(|_| target.offer.has_api) {
            return self.first_row(target, from, question);
        }
        // A listing may be announced for later than the first settlement or sample.
        Ok(listed_at.map_or(Timestamp(0), |at| at.plus_ms(-super::DAY_MS)))
    }

    /// Is there anything older than this moment.
    fn begins_before(&self, target: &Target, time: Timestamp) -> Result<bool, DataError> {
        Ok(match &target.key {
            Key::Candles(key) => {
                let series = self.catalog.find(key)?;
                series.is_some_and(|s| s.period().0 < time)
            }
            Key::Records(key) => {
                let all = self.catalog.records(&key.venue, &key.symbol, key.kind)?;
                let stream = all.into_iter().find(|s| s.key == *key);
                stream
                    .and_then(|s| s.period())
                    .is_some_and(|(first, _)| first < time)
            }
        })
    }

    /// Time of the first row at or after `from`; now where there is none.
    fn first_row(
        &self,
        target: &Target,
        from: Timestamp,
        question: Request,
    ) -> Result<Timestamp, DataError> {
        let rest = self.request.rest;
        let window = Window {
            from,
            to: self.now,
            source: Source::Api,
            request: question,
            checksum: None,
        };
        let read = |bodies: &[&[u8]]| rest.read(target.history, &window, bodies[0]);
        let answer = ask(
            self.client,
            rest,
            std::slice::from_ref(&window.request),
            read,
        )
        .map_err(network)?;
        let page = answer
            .map_err(|why| DataError::world(format!("{}: the first row: {why}", target.key)))?;
        let first = times(&page.rows).into_iter().filter(|t| *t >= from).min();
        Ok(first.unwrap_or(self.now))
    }

    fn planner<'a>(&'a self, line: &'a Line, now: Timestamp) -> Planner<'a> {
        Planner {
            rest: self.request.rest,
            target: &line.target,
            files: self.request.files,
            now,
            first: line.first,
        }
    }

    /// The months of a series and their requests.
    fn plan(&self, line: &Line, missing: &Periods) -> (Work, Vec<(usize, Job)>) {
        let planner = self.planner(line, self.now);
        let mut work = Work {
            months: Vec::new(),
            empty: Vec::new(),
            asked_before: line.before_first.clone(),
            fetched: Fetched {
                key: line.target.key.clone(),
                history: line.target.history,
                period: line.period,
                added: 0,
                missing: None,
                files: 0,
                pages: 0,
                notes: Vec::new(),
            },
            lost: Periods::default(),
        };
        let mut all = Vec::new();
        for month in months(missing) {
            if month.to <= line.first {
                continue;
            }
            let Jobs { jobs, lost } = planner.month(&month);
            work.lost.add_all(&lost);
            if jobs.is_empty() {
                continue;
            }
            let number = work.months.len();
            work.months.push(MonthWork {
                month,
                rows: Collected::default(),
                lost,
                pending: jobs.len(),
                is_complete: false,
            });
            all.extend(jobs.into_iter().map(|job| (number, job)));
        }
        (work, all)
    }

    /// Brings all answers.
    fn work(
        &self,
        lines: &[Line],
        works: &mut [Work],
        tasks: VecDeque<Task>,
        told: &mut dyn FnMut(Told),
    ) -> Result<(), DataError> {
        let at_once = tasks
            .iter()
            .map(|t| t.job.window.request.pool.at_once)
            .max();
        let threads = at_once.unwrap_or(0).min(THREADS_MAX);
        let queue = Queue::new(tasks);
        let (sender, receiver) = channel();
        thread::scope(|scope| {
            for _ in 0..threads {
                let sender = sender.clone();
                let queue = &queue;
                scope.spawn(move || self.worker(lines, queue, &sender));
            }
            drop(sender);
            let result = self.gather(lines, works, &queue, &receiver, told);
            queue.close();
            result
        })
    }

    fn worker(&self, lines: &[Line], queue: &Queue, sender: &Sender<Done>) {
        let _ends = EndOnPanic(queue);
        while let Some(task) = queue.next() {
            let line = &lines[task.line];
            let getter = Getter {
                client: self.client,
                rest: self.request.rest,
                target: &line.target,
                spool: &line.spool,
                own: &self.own,
            };
            let got = getter.get(&task.month_name, &task.job.window);
            if sender.send(Done { task, got }).is_err() {
                return;
            }
        }
    }

    /// Takes answers as they come, until none is open or one cannot be had.
    fn gather(
        &self,
        lines: &[Line],
        works: &mut [Work],
        queue: &Queue,
        receiver: &Receiver<Done>,
        told: &mut dyn FnMut(Told),
    ) -> Result<(), DataError> {
        let mut open: usize = works
            .iter()
            .flat_map(|w| &w.months)
            .map(|m| m.pending)
            .sum();
        while open > 0 {
            let done = receiver.recv().expect("no thread panicked");
            let task = done.task;
            let (line, work) = (&lines[task.line], &mut works[task.line]);
            let more = self.take(line, work, &task, done.got?)?;
            told(Told::Planned(more.len() as u64));
            told(Told::Answered);
            open = open + more.len() - 1;
            let month = &mut work.months[task.month];
            month.pending = month.pending + more.len() - 1;
            let is_complete = month.pending == 0;
            queue.push(&task, more);
            if is_complete {
                self.complete(line, work, task.month, told)?;
            }
        }
        Ok(())
    }

    /// Keeps what an answer holds; the requests it makes necessary.
    fn take(
        &self,
        line: &Line,
        work: &mut Work,
        task: &Task,
        got: Got,
    ) -> Result<Vec<Job>, DataError> {
        let planner = self.planner(line, self.clock());
        let month = &mut work.months[task.month];
        let window = &task.job.window;
        match got {
            Got::Rows(rows) => {
                match window.source {
                    Source::Archive => work.fetched.files += 1,
                    Source::Api => work.fetched.pages += 1,
                }
                let gone = planner.gone(window, &times(&rows));
                month.lost.add_all(&gone);
                work.lost.add_all(&gone);
                month.rows.add(rows);
                Ok(Vec::new())
            }
            Got::TooMuch => match middle(line.target.history, window) {
                Some(middle) => Ok(planner.halves(window, middle)),
                None => Err(DataError::world(format!(
                    "{}: more rows than the venue gives at once from {} to {}",
                    line.target.key, window.from, window.to
                ))),
            },
            Got::Absent if task.job.is_file() => {
                let Jobs { jobs, lost } = planner.instead(&month.month, &task.job);
                month.lost.add_all(&lost);
                work.lost.add_all(&lost);
                Ok(jobs)
            }
            Got::Absent => Err(DataError::world(format!(
                "{}: the venue says there is no {}",
                line.target.key, window.request.path
            ))),
        }
    }

    /// A month has all its answers: into the catalog with it. With `erase` all months of a series become visible together.
    fn complete(
        &self,
        line: &Line,
        work: &mut Work,
        month: usize,
        told: &mut dyn FnMut(Told),
    ) -> Result<(), DataError> {
        work.months[month].is_complete = true;
        let name = work.months[month].month.name.clone();
        let is_erasing = self.request.erase && line.target.history != History::TakerFlow;
        if !is_erasing {
            self.own.measure(|| self.commit(line, work, &[month]))?;
        } else if work.months.iter().all(|m| m.is_complete) {
            let all: Vec<_> = (0..work.months.len()).collect();
            self.own.measure(|| self.commit(line, work, &all))?;
        } else {
            return Ok(());
        }
        told(Told::Committed(format!("{} {name}", line.target.key)));
        Ok(())
    }

    /// What remains when every answer is there.
    fn finish(&self, line: &Line, work: &mut Work) -> Result<(), DataError> {
        let is_flow = line.target.history == History::TakerFlow;
        let is_committed = self.request.erase && !work.months.is_empty();
        if !is_flow && !is_committed {
            self.own.measure(|| self.commit_empty(line, work))?;
        }
        for month in &work.months {
            line.spool.remove(&month.month.name)?;
        }
        let Some((from, to)) = line.period else {
            let note = "nothing of this period is over yet";
            work.fetched.notes.push(note.to_owned());
            return Ok(());
        };
        work.fetched.notes.extend(lost_sentences(&work.lost, from));
        if let Key::Candles(key) = &line.target.key
            && !is_flow
        {
            match self.catalog.find(key)? {
                Some(series) => {
                    let gaps = self.own.measure(|| gaps_between(&series, from, to))?;
                    work.fetched.missing = Some(gaps.missing());
                    let (first, _) = series.period();
                    let is_known = series.manifest.asked.contain(first.plus_ms(-1), first);
                    if first > from && is_known {
                        let note = format!("begins at {first}: there is nothing before");
                        work.fetched.notes.push(note);
                    }
                }
                None => work
                    .fetched
                    .notes
                    .push("there is none in this period".to_owned()),
            }
        }
        self.label(line, work);
        Ok(())
    }

    /// Candles longer than a minute are told where minutes are not to be had.
    fn label(&self, line: &Line, work: &mut Work) {
        let is_native = matches!(
            line.target.history,
            History::Candles(CandleKind::Candles, timeframe) if timeframe != Timeframe::M1
        );
        if is_native {
            let note = "candles of this length as the venue makes them";
            work.fetched.notes.push(note.to_owned());
        }
    }
}
