//! Sends questions to venues: within their limits, again when there was trouble, and only whole answers are answers.
//!
//! [`Client`] blocks its caller; threads share one. What an answer means is the adapter's to say ([`Verdict`]); how often and how fast
//! is asked is decided here, by [`Pool`](crate::venues::rest::Pool).
//!
//! * A request waits until its pool has room: so many at once, so much weight a period, corrected by what the venue says was used.
//! * [`Verdict::Wait`] stops the pool for every thread, for as long as the venue says. More than [`Options::wait_max_ms`] is an error.
//! * Broken connections, timeouts, bodies that end early and [`Verdict::Retry`] are asked again after growing pauses, a bounded
//!   number of times; fewer where nobody was ever reached.
//! * Nothing is remembered: a second process has its own counts and learns of the first by the venue's headers and refusals.

mod address;
mod error;
mod limiter;
mod sending;
mod waiting;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Runtime;

pub use address::Addresses;
pub use error::HttpError;
pub use waiting::{RealTime, Waiting};

use super::rest::{Head, Pool, Request, Verdict};
use super::tls;
use limiter::Limiter;
use sending::{Failure, Received, Senders, Target};

/// How long nobody asks where the venue does not say it: what most of them count by.
const WAIT_UNSAID_MS: u64 = 60_000;

/// Nobody is asked again at once who asked to wait, even if for no time.
const WAIT_LEAST_MS: u64 = 1_000;

/// How often somebody is called again who was never reached: no network, a wrong address. Nobody waits a minute to hear that.
const UNREACHED_RETRIES_MAX: usize = 3;

/// How long nobody asks who was asked to wait for so long, or for an unsaid time.
#[must_use]
pub fn pause_ms(wait_ms: Option<u64>) -> u64 {
    wait_ms.unwrap_or(WAIT_UNSAID_MS).max(WAIT_LEAST_MS)
}

/// What an answer means, by the adapter: `&|request, head| rest.judge(request, head)`.
pub type Judge<'a> = &'a dyn Fn(&Request, Head<'_>) -> Verdict;

/// Something that takes time, for people who watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A venue asks to wait; nobody asks its pool for so long.
    Wait {
        /// Who, for people.
        place: &'static str,
        /// For how long.
        wait_ms: u64,
        /// What it said.
        why: String,
    },
    /// A request failed and is sent again after a pause.
    Retry {
        /// Who, for people.
        place: &'static str,
        /// What happened.
        why: String,
        /// The pause.
        pause_ms: u64,
        /// How often it was sent so far.
        attempts: usize,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait {
                place,
                wait_ms,
                why,
            } => {
                let wait_s = wait_ms.div_ceil(1_000);
                write!(f, "{place} asks to wait {wait_s} s: {why}")
            }
            Self::Retry {
                place,
                why,
                pause_ms,
                ..
            } => {
                let pause_s = pause_ms.div_ceil(1_000);
                write!(f, "{place}: {why}; again in {pause_s} s")
            }
        }
    }
}

/// How patient a client is.
#[derive(Clone)]
pub struct Options {
    /// Time; tests have their own.
    pub waiting: Arc<dyn Waiting>,
    /// Is told what takes time, from whichever thread it happens to.
    pub told: Arc<dyn Fn(&Notice) + Send + Sync>,
    /// How often a request is sent again.
    pub retries_max: usize,
    /// The longest a venue may ask to wait.
    pub wait_max_ms: u64,
    /// Until a connection stands.
    pub connect_timeout_ms: u64,
    /// Until the next bytes come.
    pub idle_timeout_ms: u64,
    /// Until an answer is complete; files have no such limit.
    pub answer_timeout_ms: u64,
    /// Size of an answer, unpacked.
    pub body_bytes_max: u64,
    /// Size of a file.
    pub file_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            waiting: Arc::new(RealTime::default()),
            told: Arc::new(|_| {}),
            retries_max: 8,
            wait_max_ms: 15 * 60_000,
            connect_timeout_ms: 10_000,
            idle_timeout_ms: 30_000,
            answer_timeout_ms: 60_000,
            body_bytes_max: 64 << 20,
            file_bytes_max: 8 << 30,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").finish_non_exhaustive()
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Its body, unpacked.
    Body(Vec<u8>),
    /// There is no such thing.
    Absent,
}

/// A file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Download {
    /// It is there, whole.
    Saved {
        /// Its size.
        bytes: u64,
        /// Its digest, lower-case hex.
        sha256: String,
    },
    /// There is no such file.
    Absent,
}

/// What was sent and how long it took, over all threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Requests sent, every attempt counted.
    pub requests: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Bytes of answers, unpacked.
    pub bytes: u64,
    /// Milliseconds threads waited for limits and between attempts.
    pub waited_ms: u64,
    /// Milliseconds threads waited for answers.
    pub network_ms: u64,
}

#[derive(Debug, Default)]
struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
    waited_us: AtomicU64,
    network_us: AtomicU64,
}

/// Sends requests; shared by threads. It must not be used on a thread that drives tasks of tokio.
#[derive(Debug)]
pub struct Client {
    addresses: Addresses,
    senders: Senders,
    /// Ends with the client: see its `Drop`.
    runtime: Option<Runtime>,
    pools: Mutex<BTreeMap<&'static str, Arc<Limiter>>>,
    counters: Counters,
    options: Options,
}

impl Client {
    /// A client that knows these addresses, by [`Place::variable`](crate::venues::rest::Place::variable); places that are not among
    /// them are where they are.
    ///
    /// # Errors
    /// [`HttpError::Address`], [`HttpError::Setup`].
    pub fn new(
        addresses: &BTreeMap<&'static str, String>,
        options: Options,
    ) -> Result<Self, HttpError> {
        tls::install();
        let addresses = Addresses::new(addresses)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("network")
            .enable_all()
            .build()
            .map_err(|e| HttpError::Setup(e.to_string()))?;
        Ok(Self {
            senders: Senders::new(&options, addresses.any_here())?,
            addresses,
            runtime: Some(runtime),
            pools: Mutex::default(),
            counters: Counters::default(),
            options,
        })
    }

    /// Asks a question until it is answered.
    ///
    /// # Errors
    /// The venue refuses, or there was trouble once too often.
    pub fn send(&self, judge: Judge<'_>, request: &Request) -> Result<Answer, HttpError> {
        let answered = self.ask(judge, request, Target::Memory)?;
        Ok(answered.map_or(Answer::Absent, |received| Answer::Body(received.body)))
    }

    /// Receives a file: under its name it is complete or not there. Its bytes are those that were sent, nothing is unpacked. Of a
    /// file that is there only the status is judged, its [`Head::body`] is empty. A process that was killed leaves a file that
    /// begins with [`PARTIAL_PREFIX`](Self::PARTIAL_PREFIX) in the same folder.
    ///
    /// # Errors
    /// The venue refuses, there was trouble once too often, or the disk cannot hold it.
    pub fn download(
        &self,
        judge: Judge<'_>,
        request: &Request,
        to: &Path,
    ) -> Result<Download, HttpError> {
        let answered = self.ask(judge, request, Target::File(to))?;
        let Some(partial) = answered.and_then(|received| received.file) else {
            return Ok(Download::Absent);
        };
        let named = partial.file.persist(to);
        named.map_err(|e| sending::file_error(to, &e.error))?;
        Ok(Download::Saved {
            bytes: partial.bytes,
            sha256: partial.sha256,
        })
    }

    /// How names of files begin that are not complete.
    pub const PARTIAL_PREFIX: &'static str = sending::PARTIAL_PREFIX;

    /// What was sent so far.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.counters;
        Figures {
            requests: of(&counters.requests),
            retries: of(&counters.retries),
            bytes: of(&counters.bytes),
            waited_ms: of(&counters.waited_us) / 1_000,
            network_ms: of(&counters.network_us) / 1_000,
        }
    }

    /// Asks until there is an answer that is good, or none.
    fn ask(
        &self,
        judge: Judge<'_>,
        request: &Request,
        target: Target<'_>,
    ) -> Result<Option<Received>, HttpError> {
        let limiter = self.limiter(request.pool);
        let mut pauses = waiting::pauses(self.options.retries_max);
        let mut attempts = 0;
        loop {
            if attempts > 0 {
                add(&self.counters.retries, 1);
            }
            attempts += 1;
            let trouble = match self.attempt(&limiter, request, target) {
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::NoConnection(why))
                    if attempts > UNREACHED_RETRIES_MAX && !limiter.is_reached() =>
                {
                    return Err(gave_up(request, attempts, why));
                }
                Err(Failure::Trouble(why) | Failure::NoConnection(why)) => why,
                Ok(received) => match judge(request, head(&received)) {
                    Verdict::Good if is_complete(&received, target) => return Ok(Some(received)),
                    Verdict::Good => {
                        format!("status {} where a file was expected", received.status)
                    }
                    Verdict::Absent => return Ok(None),
                    Verdict::Refused(why) => return Err(refused(request, received.status, why)),
                    Verdict::Retry(why) => why,
                    Verdict::Wait { wait_ms, why } if attempts <= self.options.retries_max => {
                        self.stop(&limiter, request, wait_ms, why)?;
                        continue;
                    }
                    Verdict::Wait { why, .. } => return Err(gave_up(request, attempts, why)),
                },
            };
            let Some(pause) = pauses.next() else {
                return Err(gave_up(request, attempts, trouble));
            };
            self.pause(request, trouble, pause, attempts);
        }
    }

    /// One attempt, when the pool has room for it.
    fn attempt(
        &self,
        limiter: &Limiter,
        request: &Request,
        target: Target<'_>,
    ) -> Result<Received, Failure> {
        let url = self
            .addresses
            .url(&request.place, &request.path)
            .map_err(Failure::Final)?;
        let waiting = &*self.options.waiting;
        let asked_us = waiting.now_us();
        let _permit = limiter.enter(request.weight, waiting);
        let sent_us = waiting.now_us();
        add(&self.counters.waited_us, sent_us.abs_diff(asked_us));
        add(&self.counters.requests, 1);
        let attempt = self.senders.attempt(request, &url, target, &self.options);
        let runtime = self.runtime.as_ref().expect("it is taken by drop only");
        let result = runtime.block_on(attempt);
        let now_us = waiting.now_us();
        add(&self.counters.network_us, now_us.abs_diff(sent_us));
        if let Ok(received) = &result {
            limiter.reached();
            let file_bytes = received.file.as_ref().map_or(0, |file| file.bytes);
            add(
                &self.counters.bytes,
                received.body.len() as u64 + file_bytes,
            );
            let stopped = received
                .used
                .map(|used| (used, limiter.correct(used, now_us)));
            if let Some((used, Some(length))) = stopped {
                (self.options.told)(&Notice::Wait {
                    place: request.place.what,
                    wait_ms: length.as_millis() as u64,
                    why: format!("{used} of {} are used", request.pool.weight),
                });
            }
        }
        result
    }

    /// Stops a pool for as long as the venue wants.
    fn stop(
        &self,
        limiter: &Limiter,
        request: &Request,
        wait_ms: Option<u64>,
        why: String,
    ) -> Result<(), HttpError> {
        let wait_ms = pause_ms(wait_ms);
        let place = request.place.what;
        if wait_ms > self.options.wait_max_ms {
            return Err(HttpError::WaitTooLong {
                place,
                wait_ms,
                why,
            });
        }
        let now_us = self.options.waiting.now_us();
        if limiter.stop(Duration::from_millis(wait_ms), now_us) {
            (self.options.told)(&Notice::Wait {
                place,
                wait_ms,
                why,
            });
        }
        Ok(())
    }

    /// Waits before the next attempt.
    fn pause(&self, request: &Request, why: String, pause: Duration, attempts: usize) {
        (self.options.told)(&Notice::Retry {
            place: request.place.what,
            why,
            pause_ms: pause.as_millis() as u64,
            attempts,
        });
        self.options.waiting.pause(pause);
        add(&self.counters.waited_us, pause.as_micros() as u64);
    }

    fn limiter(&self, pool: Pool) -> Arc<Limiter> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = pools
            .entry(pool.name)
            .or_insert_with(|| Arc::new(Limiter::new(pool)));
        Arc::clone(limiter)
    }
}

impl Drop for Client {
    /// Waits for nothing: a name that is being looked up can take half a minute, and nobody wants its address any more.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

fn head(received: &Received) -> Head<'_> {
    Head {
        status: received.status,
        retry_after_s: received.retry_after_s,
        reset_at_ms: received.reset_at_ms,
        body: &received.body,
    }
}

fn is_complete(received: &Received, target: Target<'_>) -> bool {
    matches!(target, Target::Memory) || received.file.is_some()
}

fn refused(request: &Request, status: u16, why: String) -> HttpError {
    HttpError::Refused {
        place: request.place.what,
        variable: request.place.variable,
        path: request.path.clone(),
        status,
        why,
    }
}

fn gave_up(request: &Request, attempts: usize, last: String) -> HttpError {
    HttpError::GaveUp {
        place: request.place.what,
        path: request.path.clone(),
        attempts,
        last,
    }
}
