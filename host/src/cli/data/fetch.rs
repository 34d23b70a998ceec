//! `host data fetch`: from flags and settings to a request, and progress while it runs.

mod result;

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use indicatif::ProgressBar;

use super::Outcome;
use super::show::print_json;
use crate::cli::flags::period_of;
use crate::cli::progress;
use crate::config::{self, Settings};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::fetch::{Begin, Clocks, Files, FlowFrom, Request, Told, fetch};
use crate::data::series::SeriesKey;
use crate::domain::{CandleKind, Symbol, Timeframe, Timestamp};
use crate::venues::adapters;
use crate::venues::http::{Client, HttpError, Options};
use crate::venues::rest::{History, Rest};
use crate::venues::socket::wall_clock;
use result::{document, show};

/// Arguments of `host data fetch`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  host data fetch                       what the settings say: a year of BTC/USDT:USDT
  host data fetch --exchange binance --symbols BTC/USDT:USDT,ETH/USDT:USDT --start 2023-01-01
  host data fetch --symbol BTC/USDT --streams candles --timerange 20200101-20240101
  host data fetch --exchange bybit --symbol BTC/USDT:USDT --streams candles,flow --days 30
  host data fetch --exchange hyperliquid --symbol BTC --timeframes 1m,1h

Only what is missing is asked for. Stopped at any moment, the same command goes on where it
ended. What the exchange does not have stays a gap. No key is needed.")]
pub struct FetchArgs {
    /// binance, bybit or hyperliquid [default: binance, or EXCHANGE].
    #[arg(long)]
    exchange: Option<String>,
    /// BTC/USDT is the spot pair, BTC/USDT:USDT the perpetual; several by comma or repeated [default: SYMBOL].
    #[arg(
        long = "symbol",
        visible_alias = "symbols",
        value_delimiter = ',',
        value_name = "SYMBOL,..."
    )]
    symbols: Vec<String>,
    /// First day of the period.
    #[arg(long, value_name = "DATE")]
    start: Option<String>,
    /// End of the period, excluded [default: now].
    #[arg(long, value_name = "DATE")]
    end: Option<String>,
    /// Both at once: 20240101-20241201, the right side may be empty.
    #[arg(long, value_name = "FROM-TO", conflicts_with_all = ["start", "end"])]
    timerange: Option<String>,
    /// The last so many days (before --end) [default: 365, or FETCH_DAYS].
    #[arg(long, conflicts_with_all = ["start", "timerange"], value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Lengths of candles, mark and index prices, by comma [default: 1m, or FETCH_TIMEFRAMES].
    #[arg(
        long,
        visible_alias = "timeframe",
        value_delimiter = ',',
        value_name = "LENGTH,..."
    )]
    timeframes: Vec<Timeframe>,
    /// candles, funding, mark, index, oi (open interest), flow (what takers bought, where candles do not say it) [default:
    /// candles,funding,mark, or FETCH_STREAMS]. Mark prices decide liquidations; `--streams mark --timeframes 1h` costs a sixtieth and
    /// is nearly as good.
    #[arg(long, visible_alias = "stream", value_delimiter = ',', value_parser = stream, value_name = "STREAM,...")]
    streams: Vec<Stream>,
    /// Replace each series, also what it has outside the period, by what the exchange answers.
    #[arg(long)]
    erase: bool,
    /// Take files of days from the exchange's archive before requests for rows, not only files of whole months.
    #[arg(long, conflicts_with = "no_archive")]
    prefer_archive: bool,
    /// Never take files of the exchange's archive.
    #[arg(long)]
    no_archive: bool,
    /// Where taker volume is from: trades, or approximate (guessed from each candle, and labelled so).
    #[arg(long, value_enum, default_value = "trades")]
    flow: Flow,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What `--flow` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Flow {
    /// From trades.
    Trades,
    /// Guessed from candles.
    Approximate,
}

/// What `--streams` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Candles(CandleKind),
    Funding,
    OpenInterest,
    Flow,
}

/// Open interest is sampled as often as venues keep it for years.
const INTEREST_INTERVAL: Timeframe = Timeframe::M5;

/// Where short candles reach back for days only, these stand beside them.
const NATIVE: Timeframe = Timeframe::H1;

fn stream(text: &str) -> Result<Stream, String> {
    Ok(match text.trim() {
        "candles" => Stream::Candles(CandleKind::Candles),
        "mark" => Stream::Candles(CandleKind::Mark),
        "index" => Stream::Candles(CandleKind::Index),
        "funding" => Stream::Funding,
        "oi" | "open-interest" => Stream::OpenInterest,
        "flow" | "cvd" => Stream::Flow,
        live @ ("trades" | "liquidations" | "book") => {
            return Err(format!(
                "no venue keeps {live} for everybody: `host data record` collects them from now on"
            ));
        }
        other => {
            return Err(format!(
                "`{other}` is none of candles, funding, mark, index, oi, flow"
            ));
        }
    })
}

pub(super) fn run_fetch(
    args: &FetchArgs,
    catalog: &Catalog,
    settings: &Settings,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let rest = adapter(args, settings)?;
    let symbols = symbols(args, settings, rest)?;
    let (begin, end) = period(args, settings)?;
    let histories = histories(args, settings, rest, &symbols, begin)?;
    let started = started();
    let elapsed_us = || u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let request = Request {
        rest,
        symbols,
        histories,
        begin,
        end,
        erase: args.erase,
        files: match (args.no_archive, args.prefer_archive) {
            (true, _) => Files::Never,
            (false, true) => Files::Prefer,
            (false, false) => Files::Usual,
        },
        flow: match args.flow {
            Flow::Trades => FlowFrom::Trades,
            Flow::Approximate => FlowFrom::Approximation,
        },
        clocks: Clocks {
            now: &wall_clock,
            elapsed_us: &elapsed_us,
        },
    };
    let watch = Watch::new();
    let client = client(settings, &watch)?;
    end_on_interrupt(&watch)?;
    let report = fetch(catalog, &client, &request, &mut |told| watch.tell(told));
    watch.bar.finish_and_clear();
    let report = report?;
    let figures = client.figures();
    if args.json {
        print_json(out, &document(rest.venue(), &report, &figures))?;
    } else {
        show(out, rest.venue(), &report, &figures)?;
    }
    Ok(Outcome::Done)
}

fn adapter(args: &FetchArgs, settings: &Settings) -> Result<&'static dyn Rest, DataError> {
    let name = args.exchange.as_deref().or(settings.get(&config::EXCHANGE));
    let name = name.unwrap_or_default().to_ascii_lowercase();
    adapters::adapter(&name).ok_or_else(|| {
        let known = adapters::names().join(", ");
        let error = DataError::user(format!("there is no exchange `{name}` to fetch from"));
        error.with_hint(match name.as_str() {
            "synthetic" => "`host data synth` makes that market up".to_owned(),
            _ => format!("known are {known}; `host data import` takes files of others"),
        })
    })
}

/// Symbols as they were typed, or in capital letters where only those are used.
fn symbols(
    args: &FetchArgs,
    settings: &Settings,
    rest: &dyn Rest,
) -> Result<Vec<Symbol>, DataError> {
    let default = settings.get(&config::SYMBOL).unwrap_or_default();
    let named: Vec<&str> = match args.symbols.as_slice() {
        [] => vec![default],
        some => some.iter().map(|s| s.trim()).collect(),
    };
    let one = |text: &str| {
        // Hyperliquid has symbols with lower-case letters (kPEPE); the others have none.
        let text = match rest.venue() {
            "hyperliquid" => text.to_owned(),
            _ => text.to_uppercase(),
        };
        let key = SeriesKey::new(rest.venue(), None, &text, Timeframe::M1)?;
        Ok(key.symbol)
    };
    named.into_iter().map(one).collect()
}

fn period(args: &FetchArgs, settings: &Settings) -> Result<(Begin, Option<Timestamp>), DataError> {
    let (start, end) = period_of(
        args.timerange.as_deref(),
        args.start.as_deref(),
        args.end.as_deref(),
    )
    .map_err(|e| {
        let hint = e.hint().unwrap_or_default().to_owned();
        DataError::user(e.to_string()).with_hint(hint)
    })?;
    let begin = match (start, args.days) {
        (Some(start), _) => Begin::At(start),
        (None, Some(days)) => Begin::Days(days),
        (None, None) => Begin::Days(setting(settings, &config::FETCH_DAYS, |text| {
            let days = text.parse().ok().filter(|d| (1..=36_500).contains(d));
            days.ok_or_else(|| "a number of days from 1 on".to_owned())
        })?),
    };
    Ok((begin, end))
}

/// A setting, with its name if it is none.
fn setting<T>(
    settings: &Settings,
    variable: &config::Variable,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, DataError> {
    let text = settings.get(variable).unwrap_or_default();
    parse(text.trim()).map_err(|why| {
        DataError::user(format!("{} is `{text}`: {why}", variable.name))
            .with_hint(format!("the usual one is {}", variable.default))
    })
}

/// What is asked of each symbol: candles first. What nobody named is left out where the venue has no such thing.
fn histories(
    args: &FetchArgs,
    settings: &Settings,
    rest: &dyn Rest,
    symbols: &[Symbol],
    begin: Begin,
) -> Result<Vec<History>, DataError> {
    let offered = |history: History| symbols.iter().any(|s| rest.offer(s, history).is_ok());
    let mut histories = Vec::new();
    let is_named = !args.streams.is_empty();
    let streams = if is_named {
        args.streams.clone()
    } else {
        setting(settings, &config::FETCH_STREAMS, |text| {
            text.split(',').map(stream).collect()
        })?
    };
    let timeframes = timeframes(args, settings, rest, symbols, begin)?;
    for stream in streams {
        let of_stream = match stream {
            Stream::Candles(kind) => timeframes
                .iter()
                .map(|timeframe| History::Candles(kind, *timeframe))
                .collect(),
            Stream::Funding => vec![History::Funding],
            Stream::OpenInterest => vec![History::OpenInterest(INTEREST_INTERVAL)],
            Stream::Flow => vec![History::TakerFlow],
        };
        let wanted = of_stream.into_iter().filter(|h| is_named || offered(*h));
        histories.extend(wanted);
    }
    histories.sort();
    histories.dedup();
    Ok(histories)
}

/// Lengths of candles: those that were named, else the settings', and longer ones beside them where they reach further back.
fn timeframes(
    args: &FetchArgs,
    settings: &Settings,
    rest: &dyn Rest,
    symbols: &[Symbol],
    begin: Begin,
) -> Result<Vec<Timeframe>, DataError> {
    if !args.timeframes.is_empty() {
        return Ok(args.timeframes.clone());
    }
    let mut timeframes: Vec<Timeframe> = setting(settings, &config::FETCH_TIMEFRAMES, |text| {
        text.split(',').map(|t| t.trim().parse()).collect()
    })?;
    let wanted_ms = match begin {
        Begin::Days(days) => i64::from(days) * 86_400_000,
        Begin::At(from) => wall_clock().0 - from.0,
    };
    let is_short = |timeframe: &Timeframe| {
        let history = History::Candles(CandleKind::Candles, *timeframe);
        let offers = symbols.iter().filter_map(|s| rest.offer(s, history).ok());
        let mut reaches = offers.filter_map(|o| o.reach_ms);
        reaches.any(|reach| reach < wanted_ms)
    };
    if timeframes.iter().any(|t| *t < NATIVE && is_short(t)) && !timeframes.contains(&NATIVE) {
        timeframes.push(NATIVE);
    }
    Ok(timeframes)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the summary says how long our own code took"
)]
fn started() -> Instant {
    Instant::now()
}

fn client(settings: &Settings, watch: &Watch) -> Result<Client, DataError> {
    let bar = watch.bar.clone();
    let options = Options {
        told: Arc::new(move |notice| bar.set_message(notice.to_string())),
        ..Options::default()
    };
    Client::new(&settings.addresses(), options).map_err(|e: HttpError| {
        let hint = e.hint();
        let error = DataError::user(e.to_string());
        hint.into_iter().fold(error, DataError::with_hint)
    })
}

/// What was received is on disk and what is in the catalog is whole: the program may end at any moment.
fn end_on_interrupt(watch: &Watch) -> Result<(), DataError> {
    let bar = watch.bar.clone();
    let handler = move || {
        bar.finish_and_clear();
        bar.suspend(|| eprintln!("stopped: run the same command again, it goes on where it ended"));
        std::process::exit(130);
    };
    match ctrlc::set_handler(handler) {
        // A second command in one process (a test) keeps the first handler.
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(e) => Err(DataError::world(format!(
            "Ctrl-C cannot be waited for: {e}"
        ))),
    }
}

/// One bar over all requests; one line a series where stderr is no terminal.
struct Watch {
    bar: ProgressBar,
}

impl Watch {
    fn new() -> Self {
        Self {
            bar: progress::requests(),
        }
    }

    fn tell(&self, told: Told) {
        match told {
            Told::Planned(more) => self.bar.inc_length(more),
            Told::Answered => self.bar.inc(1),
            Told::Doing(what) | Told::Committed(what) => self.bar.set_message(what),
            Told::Series(what) if self.bar.is_hidden() => eprintln!("{what}"),
            Told::Series(what) => self.bar.set_message(what),
        }
    }
}
