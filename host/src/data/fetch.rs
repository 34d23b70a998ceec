//! Brings the history of a venue into the catalog: only what is missing, nothing twice, nothing half.
//!
//! [`plan`] says what is missing and which requests hold it; threads of [`run`] bring the answers into the [`spool`] and read them
//! ([`get`], [`rows`]); when all answers of a month are there it is committed with the period that was asked ([`commit`]). What takers
//! bought is added to candles that are there ([`flow`]).
//!
//! Rules: an answer is on disk before it is read. A month is visible complete or not at all. What was asked and is not there is a
//! gap, and is not asked again. Candles that are still open are no candles. A process that was killed left the catalog whole, and
//! the next one goes on where it ended.

mod commit;
mod flow;
mod get;
mod plan;
mod queue;
pub(in crate::data) mod rows;
mod run;
mod spool;
mod target;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::data::DataError;
use crate::data::catalog::{Catalog, RecordKey};
use crate::data::instrument_file;
use crate::data::periods::Periods;
use crate::data::series::SeriesKey;
use crate::domain::{Symbol, Timestamp};
use crate::venues::http::{Answer, Client, HttpError};
use crate::venues::rest::{
    History, Listing, NoListing, Offer, Request as Question, Rest, WireError,
};

/// A clock that differs more from the venue's is told.
const SKEW_TOLD_MS: i64 = 2_000;

const DAY_MS: i64 = 86_400_000;

/// How often a question is asked whose answers cannot be read.
const READS_MAX: usize = 5;

/// May files a venue publishes of whole months and days be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Files {
    /// Where a whole month is wanted, and where requests for rows do not reach.
    #[default]
    Usual,
    /// Files of days too, before requests for rows.
    Prefer,
    /// Never.
    Never,
}

/// Where the volume takers bought comes from, in candles that do not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlowFrom {
    /// From trades.
    #[default]
    Trades,
    /// From where the close lies between low and high: a guess, and labelled so.
    Approximation,
}

/// Where a period begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// At this time.
    At(Timestamp),
    /// So many days before its end.
    Days(u32),
}

/// What is wanted of one venue.
pub struct Request<'a> {
    /// The venue.
    pub rest: &'a dyn Rest,
    /// Unified symbols.
    pub symbols: Vec<Symbol>,
    /// What of each, in this order.
    pub histories: Vec<History>,
    /// First moment.
    pub begin: Begin,
    /// Last moment, excluded; none = until now.
    pub end: Option<Timestamp>,
    /// Replace what is there, once the venue answered.
    pub erase: bool,
    /// May files be used.
    pub files: Files,
    /// Where taker volume comes from.
    pub flow: FlowFrom,
    /// The clock of this machine, and one that measures.
    pub clocks: Clocks<'a>,
}

/// Clocks, which only the command line may look at.
#[derive(Clone, Copy)]
pub struct Clocks<'a> {
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
    /// Microseconds since some moment.
    pub elapsed_us: &'a (dyn Fn() -> u64 + Sync),
}

/// What happens, for people who watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// So many more requests are planned.
    Planned(u64),
    /// One of them is answered.
    Answered,
    /// What is being waited for or looked at.
    Doing(String),
    /// A month of a series is in the catalog.
    Committed(String),
    /// All that can be had of a series is in the catalog.
    Series(String),
}

/// One series of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Candles.
    Candles(SeriesKey),
    /// Records.
    Records(RecordKey),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Candles(key) => key.fmt(f),
            Self::Records(key) => key.fmt(f),
        }
    }
}

/// One series to bring.
#[derive(Debug, Clone)]
struct Target {
    key: Key,
    symbol: Symbol,
    history: History,
    offer: Offer,
}

/// What was done for one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The series.
    pub key: Key,
    /// What of it.
    pub history: History,
    /// The period that was wanted and is over.
    pub period: Option<(Timestamp, Timestamp)>,
    /// New rows; of taker flow, candles that were filled in.
    pub added: u64,
    /// Candles of the period that are not there, where that can be told.
    pub missing: Option<u64>,
    /// Answers used that were files.
    pub files: u64,
    /// Answers used that were pages of rows.
    pub pages: u64,
    /// What is worth knowing, a sentence each.
    pub notes: Vec<String>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Series by series, in the order they were asked for.
    pub series: Vec<Fetched>,
    /// What is worth knowing beside that, a sentence each.
    pub notes: Vec<String>,
    /// Time spent in our own code, summed over threads.
    pub own_us: u64,
}

/// Measures what is spent in our own code.
struct Own<'a> {
    elapsed_us: &'a (dyn Fn() -> u64 + Sync),
    sum_us: AtomicU64,
}

impl Own<'_> {
    fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let begun = (self.elapsed_us)();
        let result = work();
        let spent = (self.elapsed_us)().saturating_sub(begun);
        self.sum_us.fetch_add(spent, Ordering::Relaxed);
        result
    }
}

/// Everything the parts of a fetch share.
struct Fetcher<'a> {
    catalog: &'a Catalog,
    client: &'a Client,
    request: &'a Request<'a>,
    own: Own<'a>,
    /// The venue's clock when the fetch began.
    now: Timestamp,
    /// When that was, by the clock that measures.
    began_us: u64,
    /// What is wanted, not past the venue's clock.
    from: Timestamp,
    to: Timestamp,
}

/// Fetches what is missing.
///
/// # Errors
/// [`DataError::kind`] says whose fault it is: a symbol the venue does not list, a period that is none, nothing the venue has; or
/// the network, the venue's answers, the disk.
pub fn fetch(
    catalog: &Catalog,
    client: &Client,
    request: &Request<'_>,
    told: &mut dyn FnMut(Told),
) -> Result<Report, DataError> {
    let mut report = Report::default();
    let mut targets = target::targets(request, &mut report.notes)?;
    let first = request.symbols.first().ok_or_else(|| {
        DataError::user("no symbol to fetch").with_hint("for example --symbol BTC/USDT:USDT")
    })?;
    told(Told::Doing(format!(
        "asking {} for the time",
        request.rest.venue()
    )));
    let clock = match venue_clock(client, request, first) {
        Err(refused) if refused.is_blocked() => {
            target::files_only(request, &mut targets, &refused, &mut report.notes)?;
            None
        }
        clock => Some(clock.map_err(network)?),
    };
    let (now, skew_ms) = match clock {
        Some(Ok(clock)) => clock,
        Some(Err(why)) => {
            let venue = request.rest.venue();
            return Err(DataError::world(format!("the clock of {venue}: {why}")));
        }
        None => ((request.clocks.now)(), 0),
    };
    let began_us = (request.clocks.elapsed_us)();
    if skew_ms.abs() > SKEW_TOLD_MS {
        report
            .notes
            .push(skew_sentence(request.rest.venue(), skew_ms));
    }
    let (from, to) = period(request, now)?;
    let fetcher = Fetcher {
        catalog,
        client,
        request,
        own: Own {
            elapsed_us: request.clocks.elapsed_us,
            sum_us: AtomicU64::new(0),
        },
        now,
        began_us,
        from,
        to,
    };
    let listed = match clock {
        Some(_) => fetcher.listings(&targets, &mut report, told)?,
        None => Vec::new(),
    };
    let (flow, plain): (Vec<_>, Vec<_>) = targets
        .into_iter()
        .partition(|t| t.history == History::TakerFlow);
    for round in [plain, flow] {
        if !round.is_empty() {
            fetcher.round(round, &listed, &mut report, told)?;
        }
    }
    if request.flow == FlowFrom::Approximation {
        fetcher.approximate(&mut report)?;
    }
    report.own_us = fetcher.own.sum_us.load(Ordering::Relaxed);
    Ok(report)
}

/// The venue's clock and by how much it is ahead of ours; ours where the venue tells none.
fn venue_clock(
    client: &Client,
    request: &Request<'_>,
    symbol: &Symbol,
) -> Result<Result<(Timestamp, i64), WireError>, HttpError> {
    let rest = request.rest;
    let Some(question) = rest.clock(symbol) else {
        return Ok(Ok(((request.clocks.now)(), 0)));
    };
    let before = (request.clocks.now)();
    let answer = ask(client, rest, &[question], |bodies| {
        rest.read_clock(bodies[0])
    })?;
    let after = (request.clocks.now)();
    // The answer was written between the two looks at our clock.
    let ahead = |time: Timestamp| (time.0 - after.0).max(0) + (time.0 - before.0).min(0);
    Ok(answer.map(|time| (time, ahead(time))))
}

fn skew_sentence(venue: &str, skew_ms: i64) -> String {
    let seconds = skew_ms.abs() / 1_000;
    let word = if skew_ms > 0 { "behind" } else { "ahead of" };
    format!("the clock of this machine is {seconds} s {word} that of {venue}, which counts here")
}

/// The wanted period, cut at the venue's clock.
fn period(request: &Request<'_>, now: Timestamp) -> Result<(Timestamp, Timestamp), DataError> {
    let end = request.end.unwrap_or(now);
    let from = match request.begin {
        Begin::At(from) => from,
        // Whole days, so that the same command asks for the same on the same day.
        Begin::Days(days) => Timestamp((end.day() - i64::from(days)) * DAY_MS),
    };
    if from >= now {
        return Err(DataError::user(format!(
            "{from} lies in the future: {} has {now}",
            request.rest.venue()
        ))
        .with_hint("begin earlier: --start 2024-01-01"));
    }
    if from >= end {
        return Err(
            DataError::user(format!("the period begins at {from} and ends at {end}"))
                .with_hint("--end is excluded: it comes after --start"),
        );
    }
    let earliest = Timestamp(0);
    Ok((from.max(earliest), end.min(now)))
}

impl Fetcher<'_> {
    /// The venue's clock now.
    fn clock(&self) -> Timestamp {
        let passed_us = (self.own.elapsed_us)().saturating_sub(self.began_us);
        let passed_ms = i64::try_from(passed_us / 1_000).unwrap_or(i64::MAX);
        self.now.plus_ms(passed_ms)
    }

    /// Asks for the rules of every symbol and keeps them beside its data; since when each is listed. Rules that cannot be read are
    /// told: candles can be had without them.
    fn listings(
        &self,
        targets: &[Target],
        report: &mut Report,
        told: &mut dyn FnMut(Told),
    ) -> Result<Vec<(Symbol, Option<Timestamp>)>, DataError> {
        let rest = self.request.rest;
        let mut listed: Vec<(Symbol, Option<Timestamp>)> = Vec::new();
        for target in targets {
            let symbol = &target.symbol;
            if listed.iter().any(|(s, _)| s == symbol) {
                continue;
            }
            told(Told::Doing(format!(
                "asking {} for the rules of {symbol}",
                rest.venue()
            )));
            let listing = match rules(self.client, rest, symbol)? {
                Ok(listing) => listing,
                Err(why) => {
                    report.notes.push(format!(
                        "the rules of {symbol} cannot be read, backtests use those they have: {why}"
                    ));
                    listed.push((symbol.clone(), None));
                    continue;
                }
            };
            if !listing.assumed.is_empty() {
                let parts = listing.assumed.join(", ");
                let note = format!(
                    "{} tells no {parts} of {symbol} without a key: a careful guess",
                    rest.venue()
                );
                report.notes.push(note);
            }
            instrument_file::write(self.catalog, symbol, &listing, self.now)?;
            listed.push((symbol.clone(), listing.listed_at));
        }
        Ok(listed)
    }
}

/// Asks a venue for the rules of a symbol; the inner error is an answer that cannot be read.
///
/// # Errors
/// The venue does not trade it, or cannot be asked.
pub fn rules(
    client: &Client,
    rest: &dyn Rest,
    symbol: &Symbol,
) -> Result<Result<Listing, WireError>, DataError> {
    // That there is no such symbol is an answer; what cannot be read is asked for again.
    let read = |bodies: &[&[u8]]| match rest.read_listing(symbol, bodies) {
        Ok(listing) => Ok(Ok(listing)),
        Err(NoListing::NotListed(why)) => Ok(Err(not_listed(rest, symbol, &why))),
        Err(NoListing::Unreadable(why)) => Err(why),
    };
    match ask(client, rest, &rest.listing(symbol), read).map_err(network)? {
        Ok(listing) => listing.map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

fn not_listed(rest: &dyn Rest, symbol: &Symbol, why: &str) -> DataError {
    DataError::user(format!("{}, {symbol}: {why}", rest.venue()))
        .with_hint("check the spelling: BTC/USDT is the spot pair, BTC/USDT:USDT the perpetual")
}

/// Asks questions whose answers are read together and kept nowhere; the inner error is an answer that cannot be read, however often
/// it was asked for.
fn ask<T>(
    client: &Client,
    rest: &dyn Rest,
    questions: &[Question],
    read: impl Fn(&[&[u8]]) -> Result<T, WireError>,
) -> Result<Result<T, WireError>, HttpError> {
    let mut asked = 0;
    loop {
        asked += 1;
        let mut bodies = Vec::new();
        for question in questions {
            match client.send(&|r, h| rest.judge(r, h), question)? {
                Answer::Body(body) => bodies.push(body),
                Answer::Absent => {
                    let path = &question.path;
                    return Ok(Err(WireError(format!("there is no {path}"))));
                }
            }
        }
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        match read(&bodies) {
            Err(_) if asked < READS_MAX => {}
            result => return Ok(result),
        }
    }
}

/// A request that was not answered.
fn network(error: HttpError) -> DataError {
    let told = if error.is_users() {
        DataError::user(error.to_string())
    } else {
        DataError::world(error.to_string())
    };
    match error.hint() {
        Some(hint) => told.with_hint(hint),
        None => told,
    }
}

/// What of a period the venue does not have, as sentences.
fn lost_sentences(lost: &Periods, from: Timestamp) -> Vec<String> {
    let sentence = |(begin, end): (Timestamp, Timestamp)| {
        if begin <= from {
            format!("history is not available before {end}")
        } else {
            format!("history is not available from {begin} to {end}, or not yet")
        }
    };
    lost.iter().map(sentence).collect()
}
