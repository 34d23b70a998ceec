//! `host data record`: from flags to a request, a status line while it runs, and what came of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::Outcome;
use super::show::{print_json, say};
use crate::cli::progress;
use crate::config::{self, Settings};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::record::{Counts, Report, Request, Status, Told, record};
use crate::data::series::SeriesKey;
use crate::domain::Timeframe;
use crate::venues::adapters;
use crate::venues::http::{Addresses, Client, HttpError, Options};
use crate::venues::socket::Patience;
use crate::venues::stream::Channel;

/// Arguments of `host data record`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  host data record                                       what the settings say, until Ctrl-C
  host data record --exchange binance --symbols BTC/USDT:USDT,ETH/USDT:USDT --streams candles,trades,book --depth 50
  host data record --exchange hyperliquid --symbol BTC --streams mark,trades --for 24h

One process records one exchange and one market (spot or perpetuals), any number of symbols. Lost connections are opened again for ever;
what was missed is a gap. Killed at any moment, nothing that was received a second before is lost: the next recorder keeps it.")]
pub struct RecordArgs {
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
    /// candles, trades, mark (with index, running funding and open interest), liquidations, book.
    #[arg(
        long,
        visible_alias = "stream",
        value_delimiter = ',',
        value_name = "STREAM,...",
        default_value = "candles,trades,mark,liquidations"
    )]
    streams: Vec<Stream>,
    /// Levels of the order book, each side, at least.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    depth: u16,
    /// End after so long: 90s, 30m, 24h, 7d [default: at Ctrl-C].
    #[arg(long = "for", value_name = "TIME", value_parser = length_ms)]
    for_ms: Option<i64>,
    /// Commit to the catalog this often.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = length_ms)]
    part: i64,
    /// Print JSON at the end.
    #[arg(long)]
    json: bool,
}

/// What `--streams` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
enum Stream {
    Candles,
    Trades,
    Mark,
    Liquidations,
    Book,
}

/// Rows of tables after which a part is committed, however short it is: what a recorder holds in memory.
const PART_ROWS: usize = 1_000_000;

/// Milliseconds of `90s`, `30m`, `24h`, `7d`.
fn length_ms(text: &str) -> Result<i64, String> {
    let bad = || format!("`{text}` is no length of time: use 90s, 30m, 24h or 7d");
    let unit = text.chars().last().ok_or_else(bad)?;
    let ms = match unit {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => return Err(bad()),
    };
    let number = &text[..text.len() - unit.len_utf8()];
    let number: i64 = number.parse().map_err(|_| bad())?;
    let length = number
        .checked_mul(ms)
        .filter(|l| *l > 0 && *l <= 3_650 * 86_400_000);
    length.ok_or_else(bad)
}

pub(super) fn run_record(
    args: &RecordArgs,
    catalog: &Catalog,
    settings: &Settings,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let watch = Watch::new();
    let request = request(args, settings)?;
    let stop = stop_on_interrupt()?;
    if watch.bar.is_hidden() {
        eprintln!("recording {}: Ctrl-C ends", request.rest.venue());
    }
    let mut lines = Lines::default();
    let report = record(catalog, &request, &stop, &mut |told| {
        watch.tell(told, &mut lines)
    });
    watch.bar.finish_and_clear();
    let report = report?;
    if args.json {
        print_json(out, &document(request.rest.venue(), &report))?;
    } else {
        show(out, request.rest.venue(), &report)?;
    }
    Ok(Outcome::Done)
}

fn request(args: &RecordArgs, settings: &Settings) -> Result<Request, DataError> {
    let name = args.exchange.as_deref().or(settings.get(&config::EXCHANGE));
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let unknown = || {
        let known = adapters::names().join(", ");
        DataError::user(format!("there is no exchange `{name}` to record"))
            .with_hint(format!("known are {known}"))
    };
    let rest = adapters::adapter(&name).ok_or_else(unknown)?;
    let default = [settings.get(&config::SYMBOL).unwrap_or_default().to_owned()];
    let named = if args.symbols.is_empty() {
        default.as_slice()
    } else {
        &args.symbols
    };
    let key = |text: &String| SeriesKey::new(&name, None, text.trim(), Timeframe::M1);
    let symbols = named
        .iter()
        .map(|text| Ok(key(text)?.symbol))
        .collect::<Result<Vec<_>, DataError>>()?;
    let market = symbols.first().map(crate::domain::Symbol::market);
    let stream = market.and_then(|market| adapters::stream(&name, market));
    let mut streams = args.streams.clone();
    streams.sort();
    streams.dedup();
    let channel = |stream: &Stream| match stream {
        Stream::Candles => Channel::Candles(Timeframe::M1),
        Stream::Trades => Channel::Trades,
        Stream::Mark => Channel::Mark,
        Stream::Liquidations => Channel::Liquidations,
        Stream::Book => Channel::Book(args.depth),
    };
    let failed = |e: HttpError| {
        let error = DataError::user(e.to_string());
        e.hint().into_iter().fold(error, DataError::with_hint)
    };
    let places = settings.addresses();
    Ok(Request {
        rest,
        stream: stream.ok_or_else(unknown)?,
        client: Arc::new(Client::new(&places, Options::default()).map_err(failed)?),
        addresses: Addresses::new(&places).map_err(failed)?,
        symbols,
        channels: streams.iter().map(channel).collect(),
        patience: Patience::default(),
        part_ms: args.part,
        part_rows: PART_ROWS,
        for_ms: args.for_ms,
    })
}

/// Set when the user or the system wants an end: what was received is committed first.
fn stop_on_interrupt() -> Result<Arc<AtomicBool>, DataError> {
    let stop = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&stop);
    let handler = move || {
        if set.swap(true, Ordering::Relaxed) {
            // The second time nobody wants to wait: the spool keeps everything for the next recorder.
            std::process::exit(130);
        }
        eprintln!("\nending: what was received is being committed");
    };
    match ctrlc::set_handler(handler) {
        // A second command in one process (a test) keeps the first handler.
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(stop),
        Err(e) => Err(DataError::world(format!(
            "Ctrl-C cannot be waited for: {e}"
        ))),
    }
}

/// A status line on a terminal, a line now and then elsewhere.
struct Watch {
    bar: ProgressBar,
}

/// What was told last.
#[derive(Default)]
struct Lines {
    frames: u64,
    at_ms: i64,
    told_ms: i64,
}

/// Between two lines where stderr is no terminal.
const LINE_EVERY_MS: i64 = 60_000;

impl Watch {
    fn new() -> Self {
        Self {
            bar: progress::spinner("connecting"),
        }
    }

    fn note(&self, text: &str) {
        if self.bar.is_hidden() {
            eprintln!("{text}");
        } else {
            self.bar.suspend(|| eprintln!("{text}"));
        }
    }

    fn tell(&self, told: Told<'_>, lines: &mut Lines) {
        match told {
            Told::Recovering(spools) => self.note(&format!(
                "a recorder before this one was killed: keeping what it received ({spools} files)"
            )),
            Told::Note(text) => self.note(&text),
            Told::Committed(kept) => {
                let rows: u64 = kept.series.values().sum();
                if self.bar.is_hidden() {
                    eprintln!("committed {rows} rows in {} series", kept.series.len());
                }
            }
            Told::Status(status) => {
                let passed_ms = (status.since_start_ms - lines.at_ms).max(1);
                let frames = status.counts.frames - lines.frames;
                #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
                let rate = frames as f64 * 1_000.0 / passed_ms as f64;
                (lines.frames, lines.at_ms) = (status.counts.frames, status.since_start_ms);
                let text = status_line(&status, rate);
                self.bar.set_message(text.clone());
                if self.bar.is_hidden() && status.since_start_ms - lines.told_ms >= LINE_EVERY_MS {
                    lines.told_ms = status.since_start_ms;
                    eprintln!("{text}");
                }
            }
        }
    }
}

fn status_line(status: &Status, rate: f64) -> String {
    let (stand, all) = status.connections;
    let mut parts = vec![
        format!("{stand}/{all} connections"),
        format!("{rate:.0} frames/s"),
    ];
    parts.extend(status.lag_ms.map(|ms| format!("lag {ms} ms")));
    for (channel, age) in &status.ages_ms {
        parts.push(format!("{channel} {} s ago", age / 1_000));
    }
    parts.extend(troubles(&status.counts));
    parts.extend(status.last_part.map(|at| format!("last part {at}")));
    parts.join(" · ")
}

/// What did not go well, in words.
fn troubles(counts: &Counts) -> Vec<String> {
    let named = [
        (counts.disconnects, "disconnects"),
        (counts.book_breaks, "breaks of the order book"),
        (counts.unreadable, "unreadable"),
        (counts.revisions, "revisions"),
        (counts.unconfirmed, "candles not closed in time"),
        (counts.damaged_lines, "damaged lines"),
    ];
    let seen = named.into_iter().filter(|(count, _)| *count > 0);
    seen.map(|(count, what)| format!("{count} {what}"))
        .collect()
}

fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Candles(_) => "candles",
        Channel::Trades => "trades",
        Channel::Mark => "mark",
        Channel::Liquidations => "liquidations",
        Channel::Book(_) => "book",
    }
}

/// Channels the venue does not have, and of which symbols.
fn absent(report: &Report) -> BTreeMap<&'static str, Vec<String>> {
    let mut absent: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (symbol, channel) in &report.absent {
        let symbols = absent.entry(channel_name(*channel)).or_default();
        symbols.push(symbol.clone());
    }
    absent
}

fn show(out: &mut dyn Write, venue: &str, report: &Report) -> Result<(), DataError> {
    for (channel, symbols) in absent(report) {
        say(
            out,
            &format!("{venue} sends no {channel} of {}", symbols.join(", ")),
        )?;
    }
    if report.kept.series.is_empty() {
        say(out, "nothing was recorded")?;
    }
    for (series, rows) in &report.kept.series {
        let before = report.recovered.series.get(series).copied().unwrap_or(0);
        let recovered = match before {
            0 => String::new(),
            some => format!(" ({some} of them received by a recorder that was killed)"),
        };
        say(out, &format!("{series}: {rows} new rows{recovered}"))?;
    }
    let counts = &report.kept.counts;
    let mut told = vec![format!(
        "{} frames in {} parts",
        counts.frames, report.parts
    )];
    told.extend(troubles(counts));
    say(out, &told.join(", "))?;
    if counts.unreadable > 0 {
        say(
            out,
            "frames nobody could read are kept in .record/*/unreadable.jsonl of the data folder",
        )?;
    }
    Ok(())
}

fn document(venue: &str, report: &Report) -> Value {
    let counts = &report.kept.counts;
    json!({
        "schema": "data-record/1",
        "exchange": venue,
        "from": report.period.map(|(from, _)| from.rfc3339()),
        "to": report.period.map(|(_, to)| to.rfc3339()),
        "parts": report.parts,
        "series": report.kept.series,
        "recovered": report.recovered.series,
        "absent": absent(report),
        "frames": counts.frames,
        "disconnects": counts.disconnects,
        "book_breaks": counts.book_breaks,
        "doubles": counts.doubles,
        "unreadable": counts.unreadable,
        "revisions": counts.revisions,
        "unconfirmed": counts.unconfirmed,
        "damaged_lines": counts.damaged_lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_have_a_unit() {
        assert_eq!(length_ms("90s"), Ok(90_000));
        assert_eq!(length_ms("24h"), Ok(86_400_000));
        for text in [
            "",
            "h",
            "10",
            "-1h",
            "0s",
            "1µ",
            "99999999999d",
            "9223372036854775807d",
        ] {
            assert!(length_ms(text).is_err(), "{text}");
        }
    }
}
