//! `host backtest`: strategies on recorded candles, a summary, a run folder.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::analysis::alternatives::compared;
use crate::analysis::format::tame;
use crate::backtest::run_together;
use crate::cli::again::Origin;
use crate::cli::by_calendar::ByCalendar;
use crate::cli::flags::Flags;
use crate::cli::keep::{Finished, keep, style};
use crate::cli::output::{print, show};
use crate::cli::plan::{Beside, Prepared, Route};
use crate::cli::progress::bar;
use crate::cli::runs::Tables;
use crate::cli::shelf::Found;
use crate::cli::{CliError, faults, locate, run_file, watch};
use crate::config::{self, Settings};
use crate::domain::Timestamp;
use crate::execution::Profile;
use crate::runs::folder::Written;
use crate::runs::{self, Alternatives, Compared, Range};

/// Run strategies on recorded candles.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host backtest ma-crossover --symbol BTC/USDT --as perp --start 2024-01-01 --end 2025-01-01\n  \
    host backtest my-strategy.wasm --timerange 20240101-20240401 --param fast=12 --param slow=40\n  \
    host backtest strategies/breakout --exchange synthetic --json\n  \
    host backtest rsi-reversal --data BTCUSDT-1m-2024-03.zip --exchange binance --symbol BTC/USDT --as perp --funding none\n  \
    host backtest rotation.wasm --symbols BTC/USDT,ETH/USDT,bybit:SOL/USDT --as perp\n  \
    host backtest breakout --symbols BTC/USDT,ETH/USDT --each --as perp\n  \
    host backtest breakout rsi-reversal --exchange synthetic -p breakout.size=0.1\n  \
    host backtest breakout rsi-reversal --account shared --balance 20000\n  \
    host backtest run.toml --profile fair\n  \
    host backtest run.toml --breakdown month,weekday\n  \
    host backtest my-strategy --exchange synthetic --watch")]
pub(super) struct Args {
    /// .wasm files, folders of sources, or names in the drop-in folder; or one run file (.toml).
    #[arg(required_unless_present_any = ["strategy", "run"], value_name = "STRATEGY")]
    components: Vec<String>,
    /// The same as the argument, by name.
    #[arg(long, conflicts_with = "components", value_name = "NAME")]
    strategy: Option<String>,
    /// What is run, written down: docs/run-file.md.
    #[arg(long, conflicts_with_all = ["components", "strategy"], value_name = "FILE")]
    run: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    /// Two further runs: every ambiguous candle in the better order, and in the worse one (greedy: candle by candle).
    #[arg(long)]
    range: bool,
    /// A further run under another preset, shown beside this one; may be repeated.
    #[arg(long, value_name = "PROFILE")]
    compare: Vec<String>,
    #[command(flatten)]
    by_calendar: ByCalendar,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the summary.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    tables: Tables,
    /// Keep a log of everything that happened in the run folder (debug.log).
    #[arg(long)]
    debug: bool,
    /// Build and run again after each save of the sources, and show what it changed. Ctrl-C ends it.
    #[arg(long, conflicts_with = "json")]
    watch: bool,
}

impl Args {
    /// What `host demo` runs.
    pub(super) fn demo(component: &Path, exchange: &str, out: Option<PathBuf>, json: bool) -> Self {
        Self {
            components: vec![component.to_string_lossy().into_owned()],
            strategy: None,
            run: None,
            flags: Flags {
                exchange: Some(exchange.to_owned()),
                symbol: Some("BTC/USDT:USDT".to_owned()),
                ..Flags::default()
            },
            range: false,
            compare: Vec::new(),
            by_calendar: ByCalendar::default(),
            out,
            json,
            tables: Tables::default(),
            debug: false,
            watch: false,
        }
    }

    /// What a save may change: files of strategies and of runs, folders of sources.
    pub(super) fn watched(&self, settings: &Settings) -> Result<Vec<PathBuf>, CliError> {
        let (routes, _) = self.routes()?;
        let of = |route: &Route| {
            locate::sources(&route.strategy, settings)
                .map_or_else(|| locate::component(&route.strategy, settings), Ok)
        };
        let mut paths: Vec<PathBuf> = routes.iter().map(of).collect::<Result<_, _>>()?;
        paths.extend(self.run.clone());
        paths.extend(
            self.components
                .iter()
                .filter(|path| is_run_file(path))
                .map(PathBuf::from),
        );
        Ok(paths)
    }

    /// The routes, and the flags with what a run file adds to them.
    fn routes(&self) -> Result<(Vec<Route>, Flags), CliError> {
        let mut flags = self.flags.clone();
        if self.components.len() > 1
            && let Some(file) = self.components.iter().find(|path| is_run_file(path))
        {
            return Err(CliError::user(
                format!(
                    "{file} is a run file: it names its strategies itself, and others are given beside it"
                ),
                "run the file alone, or write the others into it as [[routes]]",
            ));
        }
        let file = match (&self.run, self.components.as_slice()) {
            (Some(path), _) => Some(path.clone()),
            (None, [one]) if is_run_file(one) => Some(PathBuf::from(one)),
            _ => None,
        };
        if let Some(path) = file {
            let routes = run_file::read(&path, &mut flags)?;
            refuse_unused_symbols(&path, &routes, &flags)?;
            return Ok((with_symbols(routes, &flags), flags));
        }
        let named = self.components.iter().chain(&self.strategy);
        let routes: Result<Vec<Route>, CliError> =
            named.map(|strategy| Route::of(strategy, &flags)).collect();
        Ok((routes?, flags))
    }
}

impl Args {
    /// What else was asked for, run one after the other: the two orderings of ambiguous candles, then other presets. One value a
    /// strategy, in order.
    fn alternatives(
        &self,
        flags: &Flags,
        prepared: &Prepared,
        profile: &Profile,
        finished: &[Finished],
    ) -> Result<Vec<Alternatives>, CliError> {
        let mut all = vec![Alternatives::default(); finished.len()];
        if self.range {
            let [best, worst] = [(BEST, "optimistic"), (WORST, "pessimistic")].map(
                |(label, path)| -> Result<Vec<Compared>, CliError> {
                    if profile.path.name() == path {
                        return Ok(lines(label, finished));
                    }
                    let mut ordered = profile.clone();
                    ordered
                        .set("path", path)
                        .map_err(|e| CliError::user(e.to_string(), "leave --range away"))?;
                    let others = simulate(label, prepared, &ordered, Beside::Nothing)?;
                    Ok(lines(label, &others))
                },
            );
            let pairs = best?.into_iter().zip(worst?);
            for (alternatives, (best, worst)) in all.iter_mut().zip(pairs) {
                alternatives.range = Some(Range { best, worst });
            }
        }
        for (position, preset) in self.compare.iter().enumerate() {
            if self.compare[..position].contains(preset) {
                continue;
            }
            let label = format!("profile {preset}");
            let other = flags.rules_of(preset)?;
            let others = simulate(&label, prepared, &other, Beside::Nothing)?;
            for (alternatives, line) in all.iter_mut().zip(lines(&label, &others)) {
                alternatives.compared.push(line);
            }
        }
        Ok(all)
    }
}

fn is_run_file(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == "toml")
}

/// The two ends of `--range`. Greedy: each ambiguous candle on its own.
const BEST: &str = "best ordering (greedy)";
const WORST: &str = "worst ordering (greedy)";

/// A line for each strategy.
fn lines(label: &str, finished: &[Finished]) -> Vec<Compared> {
    let line = |one: &Finished| compared(label, &one.outcome.result, &one.metrics);
    finished.iter().map(line).collect()
}

/// Symbols of the command line that no route of the file takes.
fn refuse_unused_symbols(path: &Path, routes: &[Route], flags: &Flags) -> Result<(), CliError> {
    let takes = |route: &Route| route.symbols.is_empty() && route.roles.is_empty();
    let symbol = [
        ("--symbol", flags.symbol.is_some()),
        ("--symbols", !flags.symbols.is_empty()),
    ];
    let given = symbol.into_iter().find(|(_, given)| *given);
    let refused = match given {
        _ if !flags.roles.is_empty() => "--role",
        Some((flag, _)) if !routes.iter().any(takes) => flag,
        _ => return Ok(()),
    };
    Err(CliError::user(
        format!(
            "{refused} is given, and the routes of {} name their symbols themselves",
            path.display()
        ),
        format!("leave {refused} away, or change the routes"),
    ))
}

/// Routes of a file that name no symbol take those of the command line.
fn with_symbols(mut routes: Vec<Route>, flags: &Flags) -> Vec<Route> {
    for route in &mut routes {
        if route.symbols.is_empty() && route.roles.is_empty() {
            route.symbols = flags.symbol_names();
        }
    }
    routes
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    if args.watch {
        return watch::run(args, settings);
    }
    let executed = execute(args, settings)?;
    let (written, text) = store(args, settings, &executed)?;
    if args.json {
        print(&written.json)?;
    } else {
        show(&text)?;
    }
    Ok(faults::tell(&executed.finished))
}

/// A run that is over.
pub(super) struct Executed {
    /// The result of each strategy.
    pub finished: Vec<Finished>,
    /// What it was made from.
    origin: Origin,
}

/// Writes the folder of a run; the folder and the text for the terminal.
pub(super) fn store(
    args: &Args,
    settings: &Settings,
    executed: &Executed,
) -> Result<(Written, String), CliError> {
    let root = args
        .out
        .clone()
        .unwrap_or_else(|| settings.path(&config::OUTPUT_PATH));
    let style = style();
    let finished = &executed.finished;
    let (written, mut text) = keep(&root, None, finished, &executed.origin, style)?;
    if args.tables.are_asked_for() {
        let run = Found::whole(&root, &written.id);
        args.tables
            .write_all(&run, &written.folder.join("export"))?;
    }
    for one in finished {
        let run = &one.outcome.result;
        let samples = run.samples.iter();
        let equity: Vec<(Timestamp, f64)> = samples.map(|s| (s.time, s.equity.to_f64())).collect();
        let tables = args.by_calendar.text(&run.observed.trades, &equity, style);
        if finished.len() > 1 && !tables.is_empty() {
            text += &format!("\n{}\n", tame(&one.outcome.name));
        }
        text += &tables;
    }
    Ok((written, text))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it took is told, not used"
)]
pub(super) fn execute(args: &Args, settings: &Settings) -> Result<Executed, CliError> {
    let began = Instant::now();
    let (routes, flags) = args.routes()?;
    let profile = flags.rules()?;
    let prepared = Prepared::load(&routes, &flags, settings)?;
    let origin = Origin::of(&routes, &flags, &prepared, settings)?;
    let beside = if args.debug {
        Beside::CheckAndLog
    } else {
        Beside::Check
    };
    let load_seconds = began.elapsed().as_secs_f64();
    let mut finished = simulate("backtest", &prepared, &profile, beside)?;
    faults::find_lines(&mut finished, prepared.sources());
    let engine_seconds = began.elapsed().as_secs_f64() - load_seconds;
    let alternatives = args.alternatives(&flags, &prepared, &profile, &finished)?;
    for (one, alternatives) in finished.iter_mut().zip(alternatives) {
        one.outcome.result.timings = runs::Timings {
            engine_seconds,
            load_seconds,
        };
        one.outcome.result.alternatives = alternatives;
    }
    Ok(Executed { finished, origin })
}

/// Runs every strategy under these rules, with a progress bar over the period.
pub(super) fn simulate(
    what: &str,
    prepared: &Prepared,
    profile: &Profile,
    beside: Beside,
) -> Result<Vec<Finished>, CliError> {
    let backtests = prepared.backtests(profile, prepared.period, beside)?;
    let from = prepared.period.0.unwrap_or(prepared.available.0);
    let to = prepared.period.1.unwrap_or(prepared.available.1);
    let span = u64::try_from((to.0 - from.0).max(0)).unwrap_or(0);
    let bar = bar(what, span);
    let outcomes = run_together(backtests, &mut |progress| {
        bar.set_position(u64::try_from((progress.time.0 - from.0).max(0)).unwrap_or(0));
    });
    bar.finish_and_clear();
    Ok(outcomes?.into_iter().map(Finished::of).collect())
}
