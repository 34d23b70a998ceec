//! `host forward-test`: strategies on live feeds with simulated money, side by side, for as long as wanted.

mod surroundings;
mod wishes;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indicatif::ProgressBar;
use serde_json::json;

use crate::alerts::Alert;
use crate::cli::flags::{Flags, Funding};
use crate::cli::logging::{LogFormat, start_service};
use crate::cli::output::print;
use crate::cli::progress::spinner;
use crate::cli::{CHECK_FAILED, CliError};
use crate::config::{self, Settings};
use crate::control::{Handle, Origin, Request};
use crate::data::catalog::Catalog;
use crate::domain::Timestamp;
use crate::forward_test::{self, Ended, Setup, Told, Venues, Verdict};
use crate::serve::settings::socket_path;
use crate::strategy::{Limits, Runtime};
use wishes::Declarations;

/// Run strategies on live feeds with simulated money.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:\n  \
    host forward-test ma-crossover --exchange binance --symbol BTC/USDT:USDT\n  \
    host forward-test breakout.wasm rsi-reversal -p breakout.size=0.1 --balance 5000\n  \
    host forward-test strategies-folder/ --symbol BTC/USDT:USDT      every .wasm in it; new ones start, removed ones end\n  \
    host forward-test forward.toml\n  \
    host forward-test                                   forward.toml of this folder, else go on with the journal's session\n\n\
    Orders are simulated by the same rules as in a backtest: under the default profile a market order fills at the next open, which is known\n\
    when that minute has closed. Everything is journaled (DATABASE_PATH); a session that was ended or killed goes on at the next start.\n\
    Ask and steer it with `host ctl`; `host replay` proves it equal to backtests of the same candles. docs/forward-test.md")]
pub(super) struct Args {
    /// .wasm files, folders of sources or names; a folder of .wasm files, which is watched; or one file (.toml).
    #[arg(value_name = "STRATEGY|DIR|FILE")]
    what: Vec<String>,
    /// Venue [default: binance, or EXCHANGE].
    #[arg(long)]
    exchange: Option<String>,
    /// BTC/USDT is the spot pair, BTC/USDT:USDT the perpetual [default: SYMBOL].
    #[arg(long)]
    symbol: Option<String>,
    /// Several symbols, each on its own venue if it says so: BTC/USDT:USDT,bybit:ETH/USDT:USDT.
    #[arg(
        long,
        value_name = "SYMBOL,...",
        value_delimiter = ',',
        conflicts_with = "symbol"
    )]
    symbols: Vec<String>,
    /// Symbols of one role of the strategy; may be repeated.
    #[arg(long = "role", value_name = "NAME=SYMBOL,...")]
    roles: Vec<String>,
    /// A parameter; may be repeated. With several strategies: STRATEGY.NAME=VALUE.
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Money of each strategy at the start [default: 10000, or INITIAL_BALANCE].
    #[arg(long, allow_hyphen_values = true)]
    balance: Option<String>,
    /// Highest leverage [default: 1].
    #[arg(long)]
    leverage: Option<String>,
    /// Rules of the simulation: a preset of `host profiles` [default: strict].
    #[arg(long)]
    profile: Option<String>,
    /// One knob of the rules; may be repeated. `host profiles` lists them.
    #[arg(long = "set", value_name = "KNOB=VALUE")]
    knobs: Vec<String>,
    /// Funding of perpetuals: as the venue settles it (data), none, or a missing rate counts as zero or as the last one.
    #[arg(long, value_enum, value_name = "POLICY")]
    funding: Option<Funding>,
    /// Market orders fill by the profile, or at the best bid and ask after the measured latency.
    #[arg(long, value_name = "HOW", value_parser = ["profile", "quote"])]
    paper_fills: Option<String>,
    /// With --paper-fills quote: an order that meets a wider spread is rejected, basis points [default: 50].
    #[arg(long, value_name = "BPS")]
    max_spread_bps: Option<String>,
    /// Limits and circuit breakers around each strategy, a table [safety]: docs/safety.md.
    #[arg(long, value_name = "FILE")]
    safety: Option<PathBuf>,
    /// What happens to orders and positions of a strategy that faults or is removed [default: what it says itself].
    #[arg(long, value_name = "POLICY", value_parser = ["flatten", "cancel", "hold"])]
    on_fault: Option<String>,
    /// Seed of everything random [default: 0].
    #[arg(long)]
    seed: Option<u64>,
    /// Name of the session, if it begins [default: the name of the file, or paper].
    #[arg(long)]
    name: Option<String>,
    /// The journal [default: DATABASE_PATH].
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// A changed component in the watched folder replaces the running one although positions are open, after closing these.
    #[arg(long)]
    replace_open: bool,
    /// Come back with entries blocked; `host ctl resume` lets them in.
    #[arg(long)]
    paused: bool,
    /// Go on with a journal whose results another engine computed.
    #[arg(long)]
    accept_new_engine: bool,
    /// Tell systemd when it is ready, that it lives, and when it stops.
    #[arg(long)]
    sd_notify: bool,
    /// How log lines look [default: text on a terminal, else json; or LOG_FORMAT].
    #[arg(long, value_enum)]
    log_format: Option<LogFormat>,
    /// Print JSON at the end.
    #[arg(long)]
    json: bool,
}

impl Args {
    /// What the flags say of a run, as a backtest reads it.
    fn flags(&self) -> Flags {
        Flags {
            exchange: self.exchange.clone(),
            symbol: self.symbol.clone(),
            symbols: self.symbols.clone(),
            roles: self.roles.clone(),
            params: self.params.clone(),
            balance: self.balance.clone(),
            leverage: self.leverage.clone(),
            profile: self.profile.clone(),
            knobs: self.knobs.clone(),
            funding: self.funding,
            safety: self.safety.clone(),
            seed: self.seed,
            ..Flags::default()
        }
    }
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let _lines = start_service(settings, args.log_format)?;
    let mut settings = settings.clone();
    if let Some(database) = &args.database {
        settings.set_path(&config::DATABASE_PATH, database);
    }
    let declarations = Declarations::new(args.clone(), settings.clone());
    let read = declarations.read()?;
    let database = settings.path(&config::DATABASE_PATH);
    let cache = settings.path(&config::CACHE_PATH);
    let compiled = super::market::compile_cache(&cache);
    let mut drop_in = read.drop_in;
    if let Some(drop_in) = &mut drop_in {
        drop_in.note_start();
    }
    let setup = Setup {
        database: database.clone(),
        name: read.name,
        wishes: read.wishes,
        has_file: declarations.has_file(),
        venues: Venues::new(
            settings.addresses(),
            Catalog::new(&cache),
            read.feed.patience,
            read.feed.timing,
        ),
        runtime: Runtime::new(Limits::default(), Some(&compiled))?,
        again: Box::new(move |again| declarations.again(&again)),
        drop_in,
        config: read.config,
        paused: args.paused,
        accept_new_engine: args.accept_new_engine,
        settings: settings.shown(),
    };
    let watch = Watch::new();
    let mut surroundings = |handle: Handle| {
        end_on_signals(&handle)?;
        surroundings::open(&settings, &database, &read.volumes, handle, args.sd_notify)
    };
    let ended = forward_test::run(setup, &mut surroundings, &mut |told| {
        watch.tell(&told, &settings)
    });
    watch.bar.finish_and_clear();
    let ended = ended?;
    print(&if args.json {
        document(&ended)
    } else {
        text(&ended)
    })?;
    let is_equal = ended
        .proof
        .as_ref()
        .is_none_or(forward_test::Proof::is_equal);
    Ok(if is_equal { 0 } else { CHECK_FAILED })
}

/// The first signal asks the session to end, the second one does not wait: the journal has everything that was committed.
fn end_on_signals(handle: &Handle) -> Result<(), forward_test::ForwardError> {
    let (handle, asked) = (handle.clone(), AtomicBool::new(false));
    let handle = Mutex::new(handle);
    let handler = move || {
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        if let Ok(handle) = handle.lock() {
            // What it answers is told by the session itself.
            let _ = handle.ask(Origin::Signal, Request::Shutdown, Duration::from_millis(1));
        }
    };
    match ctrlc::set_handler(handler) {
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(e) => Err(forward_test::ForwardError::World {
            message: format!("signals cannot be waited for: {e}"),
            hint: None,
        }),
    }
}

/// Lines on stderr.
struct Watch {
    bar: Arc<ProgressBar>,
}

impl Watch {
    fn new() -> Self {
        Self {
            bar: Arc::new(spinner("opening the journal")),
        }
    }

    fn tell(&self, told: &Told, settings: &Settings) {
        match told {
            Told::Following(inputs) => {
                self.bar
                    .set_message(format!("following the journal: {inputs} inputs"));
            }
            Told::Line(line) => self.line(line),
            Told::Alert(alert) => self.line(&alert_line(alert)),
            Told::Ready => {
                self.bar
                    .set_message("trading on paper; Ctrl-C ends, everything is kept");
                self.line(&format!(
                    "ready: `host ctl status` shows it (socket {}), Ctrl-C ends it, the next start goes on",
                    socket_path(settings).display()
                ));
            }
        }
    }

    fn line(&self, line: &str) {
        // Where stderr is no terminal the log has it; where it cannot be written the session goes on, or ends, as it would.
        if !self.bar.is_hidden() {
            self.bar
                .suspend(|| drop(writeln!(std::io::stderr(), "{line}")));
        }
    }
}

/// When, who, what: one line an alert.
fn alert_line(alert: &Alert) -> String {
    let time = Timestamp(alert.time_ms);
    let who = alert.strategy.as_ref();
    let who = who.map_or_else(String::new, |name| format!("{name}: "));
    let text = alert.text.lines().next().unwrap_or_default();
    let gap = if text.is_empty() { "" } else { ". " };
    format!("{time} {who}{}{gap}{text}", alert.title)
}

fn text(ended: &Ended) -> String {
    let mut text = format!(
        "session {} ended after {} inputs; the next start goes on with it\n",
        ended.session, ended.inputs
    );
    if let Some(proof) = &ended.proof {
        text.push_str(&format!("{proof}\n"));
    }
    text
}

fn document(ended: &Ended) -> String {
    let proof = ended.proof.as_ref().map(proof_document);
    let document = json!({
        "schema": "forward-test/1",
        "session": ended.session,
        "inputs": ended.inputs,
        "proof": proof,
    });
    format!("{document}\n")
}

/// A proof as JSON.
pub(super) fn proof_document(proof: &forward_test::Proof) -> serde_json::Value {
    let strategies: Vec<serde_json::Value> = proof
        .strategies
        .iter()
        .map(|one| {
            let (verdict, time, session, backtest) = match &one.verdict {
                Verdict::Equal => ("equal", None, None, None),
                Verdict::Differs {
                    time,
                    session,
                    backtest,
                } => (
                    "differs",
                    Some(time.rfc3339()),
                    session.clone(),
                    backtest.clone(),
                ),
                Verdict::Unproven(why) => ("unproven", None, Some(why.clone()), None),
            };
            json!({
                "name": one.name,
                "minutes": one.minutes,
                "records": one.records,
                "verdict": verdict,
                "time": time,
                "session": session,
                "backtest": backtest,
            })
        })
        .collect();
    json!({
        "schema": "replay/1",
        "session": proof.session,
        "inputs": proof.inputs,
        "equal": proof.is_equal(),
        "journal_differs_at": proof.differs.as_ref().map(|d| d.input),
        "strategies": strategies,
    })
}
