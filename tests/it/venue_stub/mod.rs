//! A local server that answers like the three venues, from a history in memory, with faults on demand.
//!
//! ```ignore
//! let mut market = Market::new(now_ms);
//! market.add(Listed::made_up(Venue::BinanceFutures, "BTC", from_ms, minutes, seed));
//! let stub = VenueStub::start(market);
//! stub.fault_when(faults::seeded(7, 4, &[Fault::TooMany { retry_after_s: Some(1) }, Fault::Disconnect]));
//! // every place of every adapter is at `stub.url()`: their paths do not collide
//! let asked = stub.log();
//! ```
//!
//! What it does follows `reference/exchanges/*.md` and the recorded payloads, not our adapters: limits, defaults, inclusive ends,
//! order, the running candle (unlike what it becomes), publication times of files, error bodies. `now_ms` is the clock of all
//! venues and decides what exists; it never runs by itself ([`VenueStub::set_now`]). Rows in the future are not shown.
//!
//! A gap is made by removing rows from [`Listed`] before the start, or with [`VenueStub::change`].

mod answer;
mod archive;
mod binance;
pub(crate) mod book;
mod bybit;
pub(crate) mod faults;
mod hyperliquid;
mod market;
mod server;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use answer::Reply;
use faults::{Fault, Rule};
pub(crate) use market::{Listed, Market, Settlement, Trade, Venue};

/// A request that arrived, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Counted from 0 in the order of arrival.
    pub(crate) number: usize,
    /// `GET` or `POST`.
    pub(crate) method: String,
    /// Path without query; of a redirected request the one that was asked first.
    pub(crate) path: String,
    /// Query as it was sent.
    pub(crate) query: String,
    /// Body.
    pub(crate) body: String,
    /// Header `Accept-Encoding`.
    pub(crate) accepts: String,
    /// Header `User-Agent`.
    pub(crate) agent: String,
    /// Status of the answer that was meant.
    pub(crate) status: u16,
    /// What was done to it.
    pub(crate) fault: Option<Fault>,
}

impl Asked {
    /// What was asked, for comparison: method, path, query and body.
    pub(crate) fn question(&self) -> String {
        format!("{} {}?{} {}", self.method, self.path, self.query, self.body)
    }

    /// It was sent whole: somebody who listens has it.
    pub(crate) fn is_answered(&self) -> bool {
        self.status == 200 && self.fault.as_ref().is_none_or(Fault::leaves_it_whole)
    }
}

/// What the server knows.
struct State {
    market: Market,
    rule: Rule,
    log: Vec<Asked>,
    /// Answers given as they are: path with its query (or without), status, content type, body.
    recorded: Vec<(String, Reply)>,
    /// Weight used since it was last set to zero, as Binance counts it.
    used: u32,
    /// Who is told before the clock is answered.
    clock: Option<Clock>,
}

/// Who takes connections that ask for a websocket.
pub(crate) type Sockets = tokio::sync::mpsc::UnboundedSender<std::net::TcpStream>;

/// Is told that the clock is asked for, and lets the answer go.
pub(crate) type Clock = tokio::sync::mpsc::UnboundedSender<tokio::sync::oneshot::Sender<()>>;

/// The server; it ends when it is dropped.
pub(crate) struct VenueStub {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Dropped with it: the thread of the server hears that and ends.
    _end: tokio::sync::oneshot::Sender<()>,
}

impl VenueStub {
    /// Starts it on a free port of this machine.
    pub(crate) fn start(market: Market) -> Self {
        Self::begin(market, None)
    }

    /// Starts it; connections that ask for a websocket are handed on.
    pub(crate) fn with_sockets(market: Market, sockets: Sockets) -> Self {
        Self::begin(market, Some(sockets))
    }

    fn begin(market: Market, sockets: Option<Sockets>) -> Self {
        let state = Arc::new(Mutex::new(State {
            market,
            rule: Box::new(|_| None),
            log: Vec::new(),
            recorded: Vec::new(),
            used: 0,
            clock: None,
        }));
        let (end, ended) = tokio::sync::oneshot::channel();
        let address = server::start(Arc::clone(&state), ended, sockets);
        Self {
            address,
            state,
            _end: end,
        }
    }

    /// Its address, without a slash at the end; the same for every venue and their archives.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Decides about every request from now on whether something goes wrong; see [`faults`] for ready-made rules.
    pub(crate) fn fault_when(&self, rule: Rule) {
        self.state().rule = rule;
    }

    /// Questions for the clock wait a moment for somebody to let them go.
    pub(crate) fn ask_before_clock(&self, clock: Clock) {
        self.state().clock = Some(clock);
    }

    /// Answers a path (with its query if `path` has one) with this status and body, whatever the market says.
    pub(crate) fn record(&self, path: &str, status: u16, content_type: &'static str, body: &[u8]) {
        let reply = Reply::bytes(status, content_type, body.to_vec());
        self.state().recorded.push((path.to_owned(), reply));
    }

    /// Every request so far.
    pub(crate) fn log(&self) -> Vec<Asked> {
        self.state().log.clone()
    }

    /// Forgets the requests so far; numbers go on from 0, so a seeded rule repeats itself.
    pub(crate) fn clear_log(&self) {
        self.state().log.clear();
    }

    /// Sets the clock of the venues.
    pub(crate) fn set_now(&self, now_ms: i64) {
        self.state().market.now_ms = now_ms;
    }

    /// Pretends that so much weight was used in the current minute.
    pub(crate) fn set_used_weight(&self, used: u32) {
        self.state().used = used;
    }

    /// Changes what the venues know.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Market)) {
        change(&mut self.state().market);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the server did not panic")
    }
}

/// Answers a request from the market; `extra_rows` are added on both sides of what was asked.
fn route(state: &State, asked: &Asked, extra_rows: usize) -> Reply {
    let whole = format!("{}?{}", asked.path, asked.query);
    let recorded = state
        .recorded
        .iter()
        .find(|(path, _)| *path == whole || *path == asked.path);
    if let Some((_, reply)) = recorded {
        return reply.clone();
    }
    let (market, path) = (&state.market, asked.path.as_str());
    let question = answer::Question {
        market,
        path,
        query: answer::pairs(&asked.query),
        extra_rows,
    };
    if path.starts_with("/data/") {
        archive::binance(&question)
    } else if path.starts_with("/trading/") {
        archive::bybit(&question)
    } else if path.starts_with("/v5/") {
        bybit::answer(&question)
    } else if path == "/info" {
        hyperliquid::answer(&question, asked)
    } else {
        binance::answer(&question)
    }
}
