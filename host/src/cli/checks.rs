//! `host lookahead-check` and `host warmup-check`: may a strategy's backtest be believed.

use indicatif::ProgressBar;
use serde::Serialize;

use crate::backtest::checks::{self, Difference, LookAhead, WarmUp};
use crate::backtest::{Backtest, BacktestError};
use crate::cli::flags::Flags;
use crate::cli::output::print;
use crate::cli::plan::{Prepared, Route};
use crate::cli::progress::spinner;
use crate::cli::{CHECK_FAILED, CliError};
use crate::config::Settings;
use crate::domain::Timestamp;
use crate::execution::Profile;
use crate::runs::json::pretty;

/// Runs that end earlier than the whole one, where nobody says how many.
pub(super) const LOOK_AHEAD_CUTS: u32 = 8;

/// Does a strategy know what comes later: runs that end earlier must decide the same.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host lookahead-check my-strategy.wasm --symbol BTC/USDT --as perp --days 60\n  \
    host lookahead-check breakout --exchange synthetic --cuts 20 --json\n\n\
    Exit code 0: no difference. 4: a difference was found; it is printed.")]
pub(super) struct LookAheadArgs {
    /// A .wasm file, a folder of sources, or the name of a strategy in the drop-in folder.
    strategy: String,
    /// Runs that end earlier than the whole one, spread over the period.
    #[arg(long, default_value_t = LOOK_AHEAD_CUTS, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    cuts: u32,
    #[command(flatten)]
    flags: Flags,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Does a strategy depend on where its warm-up began: twice of it must decide the same.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host warmup-check my-strategy.wasm --symbol BTC/USDT --as perp --start 2024-03-01\n  \
    host warmup-check rsi-reversal --exchange synthetic --json\n\n\
    Exit code 0: no difference. 4: a difference was found; it is printed.")]
pub(super) struct WarmUpArgs {
    /// A .wasm file, a folder of sources, or the name of a strategy in the drop-in folder.
    strategy: String,
    #[command(flatten)]
    flags: Flags,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct DifferenceJson<'a> {
    time: String,
    one: Option<&'a str>,
    other: Option<&'a str>,
}

#[derive(Serialize)]
struct PeriodJson {
    start: String,
    end: String,
}

#[derive(Serialize)]
struct CutJson<'a> {
    at: String,
    ok: bool,
    difference: Option<DifferenceJson<'a>>,
}

#[derive(Serialize)]
struct LookAheadJson<'a> {
    schema: &'static str,
    strategy: &'a str,
    ok: bool,
    period: PeriodJson,
    happenings: usize,
    cuts: Vec<CutJson<'a>>,
}

#[derive(Serialize)]
struct SeriesJson<'a> {
    role: &'a str,
    timeframe: &'static str,
    warm_up: u32,
    compared_with: u32,
}

#[derive(Serialize)]
struct WarmUpJson<'a> {
    schema: &'static str,
    strategy: &'a str,
    ok: bool,
    period: PeriodJson,
    happenings: usize,
    series: Vec<SeriesJson<'a>>,
    difference: Option<DifferenceJson<'a>>,
}

pub(super) fn look_ahead(args: &LookAheadArgs, settings: &Settings) -> Result<u8, CliError> {
    let subject = Subject::load(&args.strategy, &args.flags, settings)?;
    let bar = spinner("running");
    let runs = args.cuts + 1;
    let found = checks::look_ahead(
        &mut |end| subject.backtest(end),
        args.cuts,
        &mut |run, progress| tell(&bar, run, runs as usize, progress.time),
    );
    bar.finish_and_clear();
    let found = found?;
    let ok = found.cuts.iter().all(|cut| cut.difference.is_none());
    let name = &args.strategy;
    let text = if args.json {
        let document = LookAheadJson {
            schema: "lookahead-check/1",
            strategy: name,
            ok,
            period: period_json(found.period),
            happenings: found.happenings,
            cuts: found
                .cuts
                .iter()
                .map(|cut| CutJson {
                    at: cut.at.rfc3339(),
                    ok: cut.difference.is_none(),
                    difference: cut.difference.as_ref().map(difference_json),
                })
                .collect(),
        };
        pretty(&document)
    } else {
        look_ahead_text(name, &found)
    };
    print(&text)?;
    Ok(if ok { 0 } else { CHECK_FAILED })
}

pub(super) fn warm_up(args: &WarmUpArgs, settings: &Settings) -> Result<u8, CliError> {
    let subject = Subject::load(&args.strategy, &args.flags, settings)?;
    let bar = spinner("running");
    let found = checks::warm_up(&mut || subject.backtest(None), &mut |run, progress| {
        tell(&bar, run, 2, progress.time)
    });
    bar.finish_and_clear();
    let found = found?;
    let ok = found.difference.is_none();
    let name = &args.strategy;
    let text = if args.json {
        let document = WarmUpJson {
            schema: "warmup-check/1",
            strategy: name,
            ok,
            period: period_json(found.period),
            happenings: found.happenings,
            series: found
                .doubled
                .iter()
                .map(|(need, twice)| SeriesJson {
                    role: &need.role,
                    timeframe: need.timeframe.name(),
                    warm_up: need.warm_up,
                    compared_with: *twice,
                })
                .collect(),
            difference: found.difference.as_ref().map(difference_json),
        };
        pretty(&document)
    } else {
        warm_up_text(name, &found)
    };
    print(&text)?;
    Ok(if ok { 0 } else { CHECK_FAILED })
}

/// One strategy that is run again and again.
struct Subject {
    prepared: Prepared,
    profile: Profile,
}

impl Subject {
    fn load(strategy: &str, flags: &Flags, settings: &Settings) -> Result<Self, CliError> {
        let profile = flags.rules()?;
        let prepared = Prepared::load(&[Route::of(strategy, flags)?], flags, settings)?;
        if prepared.is_several() {
            return Err(CliError::user(
                "a check is of one strategy",
                "leave --each away and name one symbol after the other",
            ));
        }
        Ok(Self { prepared, profile })
    }

    fn backtest(&self, end: Option<Timestamp>) -> Result<Backtest, BacktestError> {
        let (from, to) = self.prepared.period;
        self.prepared.only(&self.profile, (from, end.or(to)))
    }
}

/// Which of the runs is on its way, and how far.
pub(super) fn tell(bar: &ProgressBar, run: usize, runs: usize, time: Timestamp) {
    bar.set_message(format!("run {} of {runs}: {time}", run + 1));
}

fn look_ahead_text(name: &str, found: &LookAhead) -> String {
    let (start, end) = found.period;
    let differs = found
        .cuts
        .iter()
        .find_map(|cut| Some((cut.at, cut.difference.as_ref()?)));
    let Some((at, difference)) = differs else {
        let nothing = nothing_proved(found.happenings);
        return format!(
            "{name}: no look-ahead found\n{} runs that end earlier decide as the whole run from {start} to {end} does\n{nothing}",
            found.cuts.len()
        );
    };
    let count = found.cuts.iter().filter(|c| c.difference.is_some()).count();
    format!(
        "{name}: what it does depends on what comes later\n\
         {count} of {} runs that end earlier differ from the whole run from {start} to {end}\n\
         first difference at {}\n  \
         the run to {at}: {}\n  \
         the whole run: {}\n",
        found.cuts.len(),
        difference.time,
        words(difference.one.as_ref()),
        words(difference.other.as_ref()),
    )
}

fn warm_up_text(name: &str, found: &WarmUp) -> String {
    let (start, end) = found.period;
    let series: Vec<String> = found
        .doubled
        .iter()
        .map(|(need, twice)| {
            format!(
                "{} {}: {} and {twice} candles",
                need.role, need.timeframe, need.warm_up
            )
        })
        .collect();
    let compared = format!("warm-up compared: {}\n", series.join("; "));
    let Some(difference) = &found.difference else {
        let nothing = nothing_proved(found.happenings);
        return format!(
            "{name}: the warm-up is long enough from {start} to {end}\n{compared}{nothing}"
        );
    };
    format!(
        "{name}: what it does depends on where its warm-up began\n{compared}\
         first difference at {}, in a run from {start} to {end}\n  \
         with its own warm-up: {}\n  \
         with twice the warm-up: {}\n",
        difference.time,
        words(difference.one.as_ref()),
        words(difference.other.as_ref()),
    )
}

fn nothing_proved(happenings: usize) -> &'static str {
    match happenings {
        0 => "nothing happened in the run, so nothing is proved: choose a longer period\n",
        _ => "",
    }
}

fn words(side: Option<&String>) -> &str {
    side.map_or("nothing happens", String::as_str)
}

fn difference_json(difference: &Difference) -> DifferenceJson<'_> {
    DifferenceJson {
        time: difference.time.rfc3339(),
        one: difference.one.as_deref(),
        other: difference.other.as_deref(),
    }
}

fn period_json((start, end): (Timestamp, Timestamp)) -> PeriodJson {
    PeriodJson {
        start: start.rfc3339(),
        end: end.rfc3339(),
    }
}
