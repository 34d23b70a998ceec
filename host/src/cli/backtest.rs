//! `host backtest`: a strategy on recorded candles, a summary, a run folder.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::analysis::metrics::Metrics;
use crate::analysis::report::{self, PriceChart};
use crate::analysis::summary::{self, Style};
use crate::backtest::{Backtest, Builder, Outcome};
use crate::cli::market::{self, Market, Request};
use crate::cli::progress::{bar, spinner};
use crate::cli::{CliError, GUEST_FAULT, locate};
use crate::config::{self, Settings};
use crate::data::catalog::Catalog;
use crate::domain::{Cash, Rate, Timeframe, Timestamp};
use crate::execution::{Preset, Profile};
use crate::runs::{
    self,
    folder::{self, Documents, Written},
};
use crate::strategy::{Limits, Runtime};

const DAY_MS: i64 = 86_400_000;

/// Run a strategy on recorded candles.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host backtest ma-crossover --symbol BTC/USDT --as perp --start 2024-01-01 --end 2025-01-01\n  \
    host backtest my-strategy.wasm --timerange 20240101-20240401 --param fast=12 --param slow=40\n  \
    host backtest strategies/breakout --exchange synthetic --json\n  \
    host backtest rsi-reversal --data BTCUSDT-1m-2024-03.zip --exchange binance --symbol BTC/USDT --as perp")]
pub(super) struct Args {
    /// A .wasm file, a folder of sources, or the name of a strategy in the drop-in folder.
    #[arg(required_unless_present = "strategy")]
    component: Option<String>,
    /// The same as the argument, by name.
    #[arg(long, conflicts_with = "component", value_name = "NAME")]
    strategy: Option<String>,
    /// Venue of the candles [default: binance, or EXCHANGE].
    #[arg(long)]
    exchange: Option<String>,
    /// BTC/USDT is the spot pair, BTC/USDT:USDT the perpetual [default: SYMBOL].
    #[arg(long)]
    symbol: Option<String>,
    /// Trade spot candles as the perpetual of the same venue.
    #[arg(long = "as", value_name = "MARKET")]
    traded_as: Option<String>,
    /// Candles straight from a Parquet, CSV or zip file instead of the catalog.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Length of the base candles [default: 1m, or what the file has].
    #[arg(long, alias = "timeframe", value_name = "TIMEFRAME")]
    base: Option<String>,
    /// First day of the period.
    #[arg(long, value_name = "DATE")]
    start: Option<String>,
    /// End of the period, excluded.
    #[arg(long, value_name = "DATE")]
    end: Option<String>,
    /// Both at once: 20240101-20241201, either side may be empty.
    #[arg(long, value_name = "FROM-TO", conflicts_with_all = ["start", "end"], allow_hyphen_values = true)]
    timerange: Option<String>,
    /// The last so many days of the data (or before --end).
    #[arg(long, conflicts_with_all = ["start", "timerange"], value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Take the warm-up from the period itself, not from the candles before it.
    #[arg(long)]
    no_history: bool,
    /// A parameter of the strategy; may be repeated.
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Money at the start [default: 10000, or INITIAL_BALANCE].
    #[arg(long, allow_hyphen_values = true)]
    balance: Option<String>,
    /// Rules of the simulation: strict, fair or seed0.
    #[arg(long, default_value = "strict")]
    profile: String,
    /// One knob of the rules, such as path=adaptive; may be repeated.
    #[arg(long = "set", value_name = "KNOB=VALUE")]
    knobs: Vec<String>,
    /// Fee of makers and takers as a fraction, instead of the venue's.
    #[arg(long, allow_hyphen_values = true)]
    fee: Option<String>,
    /// Slippage of takers in basis points.
    #[arg(long, allow_hyphen_values = true)]
    slippage_bps: Option<String>,
    /// Leverage of every fill.
    #[arg(long, default_value = "1")]
    leverage: String,
    /// Positions open when the data ends: leave, close or open [default: the profile's].
    #[arg(long, value_name = "POLICY")]
    at_end: Option<String>,
    /// Seed of everything random.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the summary.
    #[arg(long)]
    json: bool,
    /// Keep a log of everything that happened in the run folder (debug.log).
    #[arg(long)]
    debug: bool,
}

impl Args {
    /// What `host demo` runs.
    pub(super) fn demo(component: &Path, exchange: &str, out: Option<PathBuf>, json: bool) -> Self {
        Self {
            component: Some(component.to_string_lossy().into_owned()),
            strategy: None,
            exchange: Some(exchange.to_owned()),
            symbol: Some("BTC/USDT:USDT".to_owned()),
            traded_as: None,
            data: None,
            base: None,
            start: None,
            end: None,
            timerange: None,
            days: None,
            no_history: false,
            params: Vec::new(),
            balance: None,
            profile: Preset::Strict.name().to_owned(),
            knobs: Vec::new(),
            fee: None,
            slippage_bps: None,
            leverage: "1".to_owned(),
            at_end: None,
            seed: 0,
            out,
            json,
            debug: false,
        }
    }

    fn what(&self) -> &str {
        self.component
            .as_deref()
            .or(self.strategy.as_deref())
            .unwrap_or_default()
    }

    fn profile(&self) -> Result<Profile, CliError> {
        let preset: Preset = self.profile.parse().map_err(|e: String| {
            CliError::user(
                format!("--profile {e}"),
                "docs/profiles.md says what each one means",
            )
        })?;
        let mut profile = Profile::named(preset);
        let mut set = |knob: &str, value: &str| {
            profile.set(knob, value).map_err(|e| {
                CliError::user(
                    e.to_string(),
                    "docs/profiles.md lists the knobs and their values",
                )
            })
        };
        if let Some(fee) = &self.fee {
            set("maker", fee)?;
            set("taker", fee)?;
        }
        if let Some(bps) = &self.slippage_bps {
            set("slippage_bps", bps)?;
        }
        if let Some(policy) = &self.at_end {
            set("end_of_data", policy)?;
        }
        for setting in &self.knobs {
            let (knob, value) = setting.split_once('=').ok_or_else(|| {
                CliError::user(
                    format!("`{setting}` is no knob setting"),
                    "write KNOB=VALUE, such as path=adaptive",
                )
            })?;
            set(knob, value)?;
        }
        Ok(profile)
    }

    fn base(&self) -> Result<Option<Timeframe>, CliError> {
        let parse = |text: &String| {
            text.parse()
                .map_err(|e: String| CliError::user(format!("--base {e}"), "the usual one is 1m"))
        };
        self.base.as_ref().map(parse).transpose()
    }

    /// The period the user asked for, within what there is for `--days`.
    fn period(
        &self,
        available: (Timestamp, Timestamp),
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), CliError> {
        let parse = |flag: &str, text: &str| {
            Timestamp::parse(text)
                .map_err(|e| CliError::user(format!("{flag} {e}"), "for example 2024-01-01"))
        };
        if let Some(range) = &self.timerange {
            let (from, to) = range.split_once('-').ok_or_else(|| {
                CliError::user(
                    format!("--timerange `{range}` has no `-`"),
                    "write 20240101-20241201",
                )
            })?;
            let side = |text: &str| {
                (!text.is_empty())
                    .then(|| parse("--timerange", text))
                    .transpose()
            };
            return Ok((side(from)?, side(to)?));
        }
        let start = self
            .start
            .as_ref()
            .map(|t| parse("--start", t))
            .transpose()?;
        let end = self.end.as_ref().map(|t| parse("--end", t)).transpose()?;
        match self.days {
            Some(days) => {
                let last = end.unwrap_or(available.1);
                Ok((Some(last.plus_ms(-i64::from(days) * DAY_MS)), end))
            }
            None => Ok((start, end)),
        }
    }
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let (outcome, metrics, written) = execute(args, settings)?;
    if args.json {
        print!("{}", written.json);
    } else {
        let style = if colors() { Style::Color } else { Style::Plain };
        let report = written.report.display().to_string();
        print!(
            "{}",
            summary::text(&outcome.result, &metrics, &report, style)
        );
    }
    for fault in &outcome.result.observed.faults {
        eprintln!("error: {}: {}", fault.cause.name(), fault.message);
    }
    Ok(if outcome.result.observed.faults.is_empty() {
        0
    } else {
        GUEST_FAULT
    })
}

/// Colors only on a terminal, and not where NO_COLOR says no.
fn colors() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it took is told, not used"
)]
fn execute(args: &Args, settings: &Settings) -> Result<(Outcome, Metrics, Written), CliError> {
    let began = Instant::now();
    let profile = args.profile()?;
    let cache = settings.path(&config::CACHE_PATH);
    let catalog = Catalog::new(&cache);
    let market = market::find(&Request {
        catalog: &catalog,
        exchange: args.exchange.as_deref(),
        default_exchange: settings.get(&config::EXCHANGE).unwrap_or_default(),
        symbol: args.symbol.as_deref(),
        default_symbol: settings.get(&config::SYMBOL).unwrap_or_default(),
        traded_as: args.traded_as.as_deref(),
        data: args.data.as_deref(),
        base: args.base()?,
        preset: profile.preset,
    })?;
    let (from, to) = args.period(market.available)?;
    let path = locate::component(args.what(), settings)?;
    let limits = Limits::default();
    let runtime = Runtime::new(limits.clone(), Some(&market::compile_cache(&cache)))?;
    let compiling = spinner(&format!("loading {}", path.display()));
    let component = runtime.load(&path);
    compiling.finish_and_clear();
    let component = component?;
    let mut builder = Backtest::builder()
        .component(&component)
        .limits(limits)
        .period(from, to);
    for setting in &args.params {
        builder = builder.parameter(setting);
    }
    let available = market.available;
    let (builder, _temporary) = on_market(builder, market);
    let backtest = builder
        .profile(profile)
        .balance(balance(args, settings)?)
        .leverage(leverage(args)?)
        .seed(args.seed)
        .keep_steps(args.debug)
        .use_history(!args.no_history)
        .build()?;
    let load_seconds = began.elapsed().as_secs_f64();
    let mut outcome = drive(
        backtest,
        from.unwrap_or(available.0),
        to.unwrap_or(available.1),
    )?;
    let whole = began.elapsed().as_secs_f64();
    outcome.result.timings = runs::Timings {
        engine_seconds: whole - load_seconds,
        load_seconds,
    };
    let root = args
        .out
        .clone()
        .unwrap_or_else(|| settings.path(&config::OUTPUT_PATH));
    let metrics = Metrics::of(&outcome.result);
    let written = keep(&root, &outcome, &metrics)?;
    Ok((outcome, metrics, written))
}

fn on_market(builder: Builder, market: Market) -> (Builder, Option<tempfile::TempDir>) {
    let Market {
        source,
        instrument,
        recorded_as,
        available: _,
        _temporary,
    } = market;
    (
        builder
            .instrument(instrument)
            .source(source)
            .recorded_as(recorded_as),
        _temporary,
    )
}

fn balance(args: &Args, settings: &Settings) -> Result<Cash, CliError> {
    let text = args
        .balance
        .as_deref()
        .or(settings.get(&config::INITIAL_BALANCE))
        .unwrap_or_default();
    text.parse().map_err(|e| {
        CliError::user(
            format!("starting balance {e}"),
            "set --balance or INITIAL_BALANCE, for example 10000",
        )
    })
}

fn leverage(args: &Args) -> Result<Rate, CliError> {
    args.leverage
        .parse()
        .map_err(|e| CliError::user(format!("--leverage {e}"), "for example --leverage 2"))
}

/// Runs with a progress bar over the period.
fn drive(backtest: Backtest, from: Timestamp, to: Timestamp) -> Result<Outcome, CliError> {
    let span = u64::try_from((to.0 - from.0).max(0)).unwrap_or(0);
    let bar = bar("backtest", span);
    let outcome = backtest.run_with_chart(&mut |progress| {
        bar.set_position(u64::try_from((progress.time.0 - from.0).max(0)).unwrap_or(0));
    });
    bar.finish_and_clear();
    Ok(outcome?)
}

/// Writes the run folder under a name of strategy and moment.
fn keep(root: &Path, outcome: &Outcome, metrics: &Metrics) -> Result<Written, CliError> {
    let result = &outcome.result;
    let (timeframe, candles) = &outcome.chart;
    let chart = PriceChart {
        instrument: 0,
        timeframe: *timeframe,
        candles,
    };
    let html = report::html(result, metrics, &[chart]);
    let moment = chrono::Utc::now().format("%Y%m%d-%H%M%S");
    let name = plain(&result.configuration.component.name);
    let id = folder::free_id(root, &format!("{name}-{moment}"));
    let documents = Documents {
        metrics: &metrics.to_json(),
        report_html: &html,
        debug_log: outcome.steps.as_deref(),
    };
    Ok(folder::write(root, &id, result, documents)?)
}

/// A strategy's name as a part of a file name.
fn plain(name: &str) -> String {
    let kept = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            c
        } else {
            '-'
        }
    };
    name.chars().take(64).map(kept).collect()
}
