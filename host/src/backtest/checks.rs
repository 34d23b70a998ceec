//! Two questions a result must survive: does a strategy know what comes later, and does it depend on where its warm-up began.
//!
//! Rules (`simulation.md` section 15): a run to a moment and a run beyond it decide and fill the same up to that moment; a run
//! whose every series has twice the warm-up decides and fills the same as the plain one. Compared is everything that happens but
//! the daily figures of the account, which follow from the rest. Positions are left open at the end, whatever the profile says.

use crate::backtest::{Backtest, BacktestError, Outcome, Progress, steps};
use crate::domain::{MINUTE_MS, SeriesNeed, Timestamp};
use crate::engine::{EndOfData, Happening};

/// The first thing two runs do not have in common. Both sides are sentences of the step log; `None` = nothing more happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// When it happens in the run where it comes first: the start of its minute.
    pub time: Timestamp,
    /// What the shorter or plain run does.
    pub one: Option<String>,
    /// What the longer run, or the one with more warm-up, does.
    pub other: Option<String>,
}

/// One comparison of a run that ends early with the whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Where the short run ends.
    pub at: Timestamp,
    /// How the whole run differs before that.
    pub difference: Option<Difference>,
}

/// What the prefix test found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAhead {
    /// Start and end of the whole run.
    pub period: (Timestamp, Timestamp),
    /// What happened in the whole run: nothing compared is nothing proved.
    pub happenings: usize,
    /// The comparisons, by time.
    pub cuts: Vec<Cut>,
}

/// What the comparison of warm-ups found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarmUp {
    /// Start and end of both runs; later than asked for where twice the warm-up needs it.
    pub period: (Timestamp, Timestamp),
    /// What happened in the plain run.
    pub happenings: usize,
    /// Every series with its warm-up in candles, and twice that.
    pub doubled: Vec<(SeriesNeed, u32)>,
    /// Where the runs part.
    pub difference: Option<Difference>,
}

/// Runs of a check one by one: its number from 0 and how far it is.
pub type CheckProgress<'a> = &'a mut dyn FnMut(usize, Progress);

/// The prefix test. `make` gives a fresh backtest whose data ends at the given moment (`None` = the whole period); the whole run
/// is made and run first. `cuts` moments are spread evenly over the time in which the strategy decides.
///
/// # Errors
/// A backtest that cannot be made or run.
pub fn look_ahead(
    make: &mut dyn FnMut(Option<Timestamp>) -> Result<Backtest, BacktestError>,
    cuts: u32,
    progress: CheckProgress<'_>,
) -> Result<LookAhead, BacktestError> {
    let whole = recorded(make(None)?, 0, progress)?;
    let configuration = &whole.result.configuration;
    let (start, end) = (configuration.period.start, configuration.period.end);
    let decides_from = whole.result.asked_from.unwrap_or(start);
    let base = configuration.dataset.base;
    let mut moments: Vec<Timestamp> = (1..=i64::from(cuts))
        .map(|n| {
            let span = end.0 - decides_from.0;
            base.bucket_start(decides_from.plus_ms(span / (i64::from(cuts) + 1) * n))
        })
        .filter(|at| *at > start && *at < end)
        .collect();
    moments.dedup();
    let mut compared = Vec::new();
    for (run, at) in moments.into_iter().enumerate() {
        let short = recorded(make(Some(at))?, run + 1, progress)?;
        // Where the data is missing around the cut, the short run ends with its last candle.
        let until = at.min(short.result.configuration.period.end);
        let difference =
            first_difference(before(&short.records, until), before(&whole.records, until));
        compared.push(Cut { at, difference });
    }
    Ok(LookAhead {
        period: (start, end),
        happenings: whole.records.len(),
        cuts: compared,
    })
}

/// Compares the plain run with one whose every series has twice the warm-up. `make` gives a fresh backtest each time.
///
/// # Errors
/// A backtest that cannot be made or run, too few candles for twice the warm-up.
pub fn warm_up(
    make: &mut dyn FnMut() -> Result<Backtest, BacktestError>,
    progress: CheckProgress<'_>,
) -> Result<WarmUp, BacktestError> {
    let (mut plain, mut doubled) = (make()?, make()?);
    for need in &mut doubled.needs.series {
        need.warm_up = need.warm_up.saturating_mul(2);
    }
    let series = plain
        .needs
        .series
        .iter()
        .zip(&doubled.needs.series)
        .map(|(need, twice)| (need.clone(), twice.warm_up))
        .collect();
    doubled.from = doubled.start_with_history();
    doubled.use_history = true;
    let doubled = recorded(doubled, 0, progress)?;
    let Some(asked_from) = doubled.result.asked_from else {
        return Err(BacktestError::setup(
            "there are too few candles for twice the warm-up: the strategy is never asked",
            "choose a longer period, or give it more data before its start",
        ));
    };
    // Both decide from the same candle on, wherever the data had gaps before it.
    let base_ms = doubled.result.configuration.dataset.base.minutes() * MINUTE_MS;
    plain.from = Some(asked_from.plus_ms(-base_ms));
    plain.use_history = true;
    let plain = recorded(plain, 1, progress)?;
    let period = plain.result.configuration.period;
    Ok(WarmUp {
        period: (period.start, period.end),
        happenings: plain.records.len(),
        doubled: series,
        difference: first_difference(&plain.records, &doubled.records),
    })
}

impl Backtest {
    /// The start that was asked for, or a later one before which the data has the warm-up of every series of every symbol.
    fn start_with_history(&self) -> Option<Timestamp> {
        let Some(first) = self.source.all_started() else {
            return self.from;
        };
        let needed = |need: &SeriesNeed| {
            // One candle more than is taken, and the first of the data may be cut in two.
            let candles = i64::from(need.warm_up) + 2;
            first.plus_ms(candles * need.timeframe.minutes() * MINUTE_MS)
        };
        let warm = self.needs.series.iter().filter(|n| n.warm_up > 0);
        let earliest = warm.map(needed).max();
        self.from.max(earliest)
    }
}

/// Runs a backtest that keeps what happens and leaves positions open.
fn recorded(
    backtest: Backtest,
    run: usize,
    progress: CheckProgress<'_>,
) -> Result<Outcome, BacktestError> {
    let mut backtest = backtest.keep_records();
    backtest.profile.end_of_data = EndOfData::Leave;
    let mut outcome = backtest.run_with_chart(&mut |p| progress(run, p))?;
    outcome
        .records
        .retain(|(_, what)| !matches!(what, Happening::Account(_)));
    Ok(outcome)
}

fn before(records: &[(Timestamp, Happening)], end: Timestamp) -> &[(Timestamp, Happening)] {
    &records[..records.partition_point(|(time, _)| *time < end)]
}

fn first_difference(
    one: &[(Timestamp, Happening)],
    other: &[(Timestamp, Happening)],
) -> Option<Difference> {
    let common = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(common), other.get(common));
    let time = [one, other]
        .into_iter()
        .flatten()
        .map(|(time, _)| *time)
        .min()?;
    // What comes later in its run is not what happens at this moment.
    let now = |side: Option<&(Timestamp, Happening)>| {
        side.filter(|(at, _)| *at == time)
            .map(|(_, what)| steps::describe(what))
    };
    // What is sent at a close carries the close (`defaults.md` section 3).
    let first = [one, other]
        .into_iter()
        .flatten()
        .find(|(at, _)| *at == time);
    Some(Difference {
        time: first.map_or(time, |(_, what)| sent_at(what).unwrap_or(time)),
        one: now(one),
        other: now(other),
    })
}

/// When a strategy sent what happened, if it is what it sent.
fn sent_at(what: &Happening) -> Option<Timestamp> {
    match what {
        Happening::Accepted { time, .. }
        | Happening::Amended { time, .. }
        | Happening::Refused { time, .. } => Some(*time),
        _ => None,
    }
}
