//! Live data into the catalog: what a venue sends is spooled as it comes, and becomes tables part by part.
//!
//! ```text
//! sockets ──lines──> spool (synced every second) ──> collector ──part──> catalog, then the spool goes
//! ```
//!
//! Rules: the spool has every frame before anything is made of it; the collector knows nothing but lines, so a spool that was left
//! by a killed process becomes the same tables; frames nobody can read are kept aside and end a segment, they never end the
//! recording. Time that was missed is a gap in the segments of the events.

pub(in crate::data) mod book;
pub(in crate::data) mod candles;
pub(in crate::data) mod collect;
mod commit;
pub(in crate::data) mod line;
pub(in crate::data) mod minutes;
mod part;
mod parts;
pub(in crate::data) mod quiet;
mod setup;
mod spool;
#[cfg(test)]
mod tests;

pub use commit::Kept;
pub use line::Derive;
pub use part::Counts;
pub use spool::{Left, left};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::domain::{Symbol, Timestamp};
use crate::venues::http::{Addresses, Answer, Client};
use crate::venues::rest::Rest;
use crate::venues::socket::{Incoming, Listener, Patience, Received, Sockets, wall_clock};
use crate::venues::stream::{Channel, Connection, Stream};
use collect::{Collector, Want};
use line::{Line, What};
use parts::{Commits, Wait};
use quiet::Quiet;
use setup::{Setup, named};
use spool::Spool;

/// What to record.
pub struct Request {
    /// Questions to the venue.
    pub rest: &'static dyn Rest,
    /// Its live side.
    pub stream: Arc<dyn Stream>,
    /// Sends questions for order books.
    pub client: Arc<Client>,
    /// Where the venue's websockets are.
    pub addresses: Addresses,
    /// Of one market.
    pub symbols: Vec<Symbol>,
    /// The same for each symbol.
    pub channels: Vec<Channel>,
    /// How patient connections are.
    pub patience: Patience,
    /// A part is committed after so long.
    pub part_ms: i64,
    /// Or after so many rows of tables.
    pub part_rows: usize,
    /// Ends by itself after so long.
    pub for_ms: Option<i64>,
}

/// Something a user wants to know.
#[derive(Debug)]
pub enum Told<'a> {
    /// What a killed recorder left is turned into tables.
    Recovering(usize),
    /// A line for people: a connection ended, the venue refuses something.
    Note(String),
    /// Some came into the catalog.
    Committed(&'a Kept),
    /// A look at what is going on, once a second.
    Status(Status),
}

/// How it is going.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Milliseconds since it began.
    pub since_start_ms: i64,
    /// Everything so far.
    pub counts: Counts,
    /// Connections that stand, of so many.
    pub connections: (usize, usize),
    /// How long after it happened something arrives, by both clocks.
    pub lag_ms: Option<i64>,
    /// How long ago each kind of message came last, over all symbols.
    pub ages_ms: BTreeMap<&'static str, i64>,
    /// When the last part was committed.
    pub last_part: Option<Timestamp>,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What came into the catalog.
    pub kept: Kept,
    /// Of it, what a recorder before this one had received.
    pub recovered: Kept,
    /// Parts that were committed.
    pub parts: u64,
    /// From the first to the last moment.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Channels the venue does not have.
    pub absent: Vec<(String, Channel)>,
}

/// Everything that reaches the recorder.
enum Inbox {
    Socket(Received),
    /// The answer to a question for a whole order book.
    Book(String, Result<String, String>),
}

/// Records until `stop` is set or the time is over.
///
/// # Errors
/// Another process records the same, the venue has none of what was asked for, the disk refuses, the catalog is damaged. What was
/// received until then is on disk.
pub fn record(
    catalog: &Catalog,
    request: &Request,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<Report, DataError> {
    let mut setup = Setup::new(catalog, request)?;
    let claims = setup.claim()?;
    let mut report = Report {
        absent: std::mem::take(&mut setup.absent),
        ..Report::default()
    };
    setup.recover(request, &mut report, tell)?;
    Recorder::new(catalog, request, setup)?.run(stop, tell, &mut report)?;
    drop(claims);
    Ok(report)
}

struct Recorder<'a> {
    request: &'a Request,
    setup: Setup<'a>,
    sender: Sender<Inbox>,
    inbox: Receiver<Inbox>,
    sockets: Sockets,
    collector: Collector,
    spool: Spool,
    commits: Commits,
    began: Timestamp,
    /// Receive times never go back, whatever the clock does.
    now: Timestamp,
    part_began: Timestamp,
    /// Spools of this process so far.
    spools: u64,
    counts: Counts,
}

/// Between two looks at the clock.
const LOOK: Duration = Duration::from_millis(100);
/// After so long what was received survives the process.
const FLUSH_MS: i64 = 200;
/// Between two syncs of the spool, after which it survives the machine, and two statuses.
const SYNC_MS: i64 = 1_000;

impl<'a> Recorder<'a> {
    fn new(
        catalog: &'a Catalog,
        request: &'a Request,
        setup: Setup<'a>,
    ) -> Result<Self, DataError> {
        let began = wall_clock();
        let spool = Spool::create(&setup.folder, named(&setup.header, began, 0))?;
        let collector = Collector::new(Arc::clone(&request.stream), setup.header.clone());
        let (sender, inbox) = channel();
        let lines = sender.clone();
        let sockets = Sockets::open(
            &setup.connections,
            &request.addresses,
            request.patience,
            // The recording may have ended meanwhile.
            &(Arc::new(move |one| drop(lines.send(Inbox::Socket(one)))) as Listener),
        )
        .map_err(|e| DataError::world(e.to_string()))?;
        let commits = Commits::new(catalog, &setup.folder);
        Ok(Self {
            request,
            setup,
            sender,
            inbox,
            sockets,
            collector,
            spool,
            commits,
            began,
            now: began,
            part_began: began,
            spools: 1,
            counts: Counts::default(),
        })
    }

    fn run(
        mut self,
        stop: &AtomicBool,
        tell: &mut dyn FnMut(Told<'_>),
        report: &mut Report,
    ) -> Result<(), DataError> {
        let mut looked = self.now;
        let mut synced = self.now;
        let mut quiet = Quiet::default();
        loop {
            match self.inbox.recv_timeout(LOOK) {
                Ok(one) => self.take(one, tell)?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            let now = wall_clock();
            if now.0 - looked.0 >= FLUSH_MS || now < looked {
                looked = now;
                self.spool.flush()?;
            }
            if now.0 - synced.0 >= SYNC_MS || now < synced {
                synced = now;
                self.spool.sync()?;
                self.commits.collect(Wait::No, tell, report)?;
                let heard = self.collector.heard();
                for (symbol, channel) in quiet.look(&self.setup.connections, heard, self.began, now)
                {
                    let venue = self.request.rest.venue();
                    tell(Told::Note(format!(
                        "{venue} has sent nothing of {channel} of {symbol} for two minutes"
                    )));
                }
                tell(Told::Status(self.status(now)));
            }
            let is_old = now.0 - self.part_began.0 >= self.request.part_ms;
            if is_old || self.collector.rows() >= self.request.part_rows {
                self.next_part(now)?;
            }
            let is_over = self
                .request
                .for_ms
                .is_some_and(|ms| now.0 - self.began.0 >= ms);
            if is_over || stop.load(Ordering::Relaxed) {
                return self.end(tell, report);
            }
        }
    }

    /// Spools a line before anything is made of it.
    fn take(&mut self, one: Inbox, tell: &mut dyn FnMut(Told<'_>)) -> Result<(), DataError> {
        let venue = self.request.rest.venue();
        let (at, connection, generation, what) = match one {
            Inbox::Socket(Received {
                at,
                connection,
                generation,
                what,
            }) => match what {
                Incoming::Opened => (at, connection, generation, What::Opened),
                Incoming::Subscribed => (at, connection, generation, What::Subscribed),
                Incoming::Frame(text) => (at, connection, generation, What::Frame(text)),
                Incoming::Closed(why) => {
                    tell(Told::Note(format!(
                        "{venue}: connection {connection} ended: {why}"
                    )));
                    (at, connection, generation, What::Closed(why))
                }
                Incoming::Replaced => (at, connection, generation, What::Replaced),
                Incoming::Unreachable(why) => {
                    tell(Told::Note(format!(
                        "{venue} cannot be reached: {why}; trying again"
                    )));
                    return Ok(());
                }
            },
            Inbox::Book(symbol, Ok(body)) => {
                let what = What::Book { symbol, body };
                (wall_clock(), 0, 0, what)
            }
            Inbox::Book(symbol, Err(why)) => {
                tell(Told::Note(format!(
                    "{venue}: no order book of {symbol}: {why}"
                )));
                self.collector.unanswered(&symbol);
                return Ok(());
            }
        };
        self.now = self.now.max(at);
        let line = Line {
            at: self.now.0,
            connection,
            generation,
            what,
        };
        self.spool.push(&line)?;
        for want in self.collector.apply(&line) {
            match want {
                Want::Book(symbol) => self.get_book(symbol),
                Want::Tell(text) => tell(Told::Note(text)),
            }
        }
        Ok(())
    }

    /// Asks for a whole order book, or subscribes anew where that brings one.
    fn get_book(&self, symbol: String) {
        let levels = self
            .request
            .channels
            .iter()
            .find_map(|channel| match channel {
                Channel::Book(levels) => Some(*levels),
                _ => None,
            });
        let ours = self.setup.symbols.iter().find(|(name, _)| *name == symbol);
        let question = ours
            .zip(levels)
            .and_then(|((_, ours), levels)| self.request.stream.book_request(ours, levels));
        let Some(question) = question else {
            let is_it = |(s, c): &(String, Channel)| *s == symbol && matches!(c, Channel::Book(_));
            let carries = |c: &Connection| c.carries.iter().any(is_it);
            if let Some(index) = self.setup.connections.iter().position(carries) {
                self.sockets.renew(index);
            }
            return;
        };
        let (client, rest, sender) = (
            Arc::clone(&self.request.client),
            self.request.rest,
            self.sender.clone(),
        );
        std::thread::spawn(move || {
            let answer = match client.send(&|request, head| rest.judge(request, head), &question) {
                Ok(Answer::Body(body)) => Ok(String::from_utf8_lossy(&body).into_owned()),
                Ok(Answer::Absent) => Err("there is none".to_owned()),
                Err(e) => Err(e.to_string()),
            };
            // The recording may have ended meanwhile.
            let _ = sender.send(Inbox::Book(symbol, answer));
        });
    }

    /// Begins another spool; what came together so far goes into the catalog.
    fn next_part(&mut self, now: Timestamp) -> Result<(), DataError> {
        let header = named(&self.setup.header, self.began, self.spools);
        self.spools += 1;
        self.part_began = now;
        let next = Spool::create(&self.setup.folder, header)?;
        let closed = std::mem::replace(&mut self.spool, next).close()?;
        let part = self.collector.cut();
        self.counts.add(&part.counts);
        self.commits.begin(closed, part);
        for line in self.collector.resume_lines() {
            self.spool.push(&line)?;
            self.collector.apply(&line);
        }
        Ok(())
    }

    fn status(&self, now: Timestamp) -> Status {
        let mut counts = self.counts;
        counts.add(&self.collector.counts());
        let mut ages_ms: BTreeMap<&'static str, i64> = BTreeMap::new();
        for ((_, channel), at) in self.collector.heard() {
            let age = (now.0 - at.0).max(0);
            let known = ages_ms.entry(channel).or_insert(age);
            *known = (*known).min(age);
        }
        Status {
            since_start_ms: now.0 - self.began.0,
            counts,
            connections: (self.collector.connected(), self.setup.connections.len()),
            lag_ms: self.collector.lag_ms(),
            ages_ms,
            last_part: self.commits.last,
        }
    }

    /// Commits what there is.
    fn end(mut self, tell: &mut dyn FnMut(Told<'_>), report: &mut Report) -> Result<(), DataError> {
        // What was received before the end belongs to it.
        while let Ok(one) = self.inbox.try_recv() {
            self.take(one, tell)?;
        }
        let part = self.collector.cut();
        report.period = Some((self.began, self.now));
        self.commits.begin(self.spool.close()?, part);
        self.commits.collect(Wait::Yes, tell, report)
    }
}
