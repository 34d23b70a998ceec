//! A venue simulator: Binance USD-M, Bybit and Hyperliquid at one address, questions and websockets, played from one history.
//!
//! ```ignore
//! let mut market = Market::new(start_ms);
//! market.add(Listed::made_up(Venue::BinanceFutures, "BTC", from_ms, minutes, seed));
//! let sim = VenueSim::start(market, Play { start_ms, end_ms, ..Play::default() });
//! command.envs(sim.settings()); // a child process finds every venue at the simulator
//! ```
//!
//! * Questions are answered by [`VenueStub`] from the same history; its clock is moved by the play.
//! * Time stands still until clients have subscribed to all they want: the first minute of a session is the same in every run.
//! * While something that was subscribed is sent to nobody, [`Play::lonely_minutes`] pass; then the clock waits until all is back. A
//!   process that is killed and started again finds the time at which it left.
//! * An answer with the clock overtakes no frame: the play stands still until all that was sent is read and the answer has arrived.
//! * A client that reads slowly holds up the play: at most some thirty minutes are on their way to it.
//! * What goes wrong is decided by seed and minute ([`faults`]), and whatever was missed can be asked for.
//! * Frames have the shape of the recorded ones; the ticks of a mark minute make its candle again ([`script`]).

mod binance;
mod bybit;
mod door;
pub(crate) mod faults;
mod history;
mod hub;
mod hyperliquid;
mod play;
mod script;
mod shared;
mod socket;
#[cfg(test)]
mod tests;
mod text;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use host::venues::adapters;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::venue_stub::{Asked, Market, VenueStub};
use faults::{Bent, Fault, Faults};
pub(crate) use history::recorded;
use shared::{Progress, Shared};

/// How fast a history is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// As fast as the slowest client reads.
    AsFastAsRead,
    /// So many times as fast as the world; the clock waits for nobody once it runs.
    TimesRealTime(f64),
    /// By [`VenueSim::step`].
    Steps,
}

/// What is played, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Play {
    /// A minute; what lies before it is history that can be asked for.
    pub(crate) start_ms: i64,
    /// A minute, not played any more.
    pub(crate) end_ms: i64,
    pub(crate) pace: Pace,
    /// Minutes that pass while something that was subscribed is sent to nobody.
    pub(crate) lonely_minutes: i64,
    /// The play begins when no subscription came for so long.
    pub(crate) quiet_ms: u64,
    /// It does not begin before so many topics are subscribed.
    pub(crate) topics: usize,
}

impl Default for Play {
    fn default() -> Self {
        Self {
            start_ms: 0,
            end_ms: 0,
            pace: Pace::AsFastAsRead,
            lonely_minutes: 5,
            quiet_ms: 300,
            topics: 1,
        }
    }
}

/// What happened so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    /// Questions, as [`VenueStub`] writes them down.
    pub(crate) asked: Vec<Asked>,
    /// Paths of websockets, in the order they came.
    pub(crate) connections: Vec<String>,
    /// What clients said over them.
    pub(crate) messages: Vec<String>,
    /// Frames that were handed to connections.
    pub(crate) sent: u64,
    /// Faults that happened, and the minute they belong to.
    pub(crate) faults: Vec<(i64, Fault)>,
    /// How often the clock waited for clients that were gone.
    pub(crate) waits: u64,
}

/// The simulator; it ends when it is dropped.
pub(crate) struct VenueSim {
    shared: Arc<Shared>,
    stub: Arc<VenueStub>,
    steps: mpsc::UnboundedSender<i64>,
    /// Dropped with it: the thread of the play hears that and ends.
    _end: oneshot::Sender<()>,
}

impl VenueSim {
    /// Starts it on a free port of this machine.
    pub(crate) fn start(mut market: Market, play: Play) -> Self {
        let is_minute = |ms: i64| ms % script::MINUTE == 0;
        assert!(
            is_minute(play.start_ms) && is_minute(play.end_ms),
            "{play:?}"
        );
        market.now_ms = play.start_ms;
        market.funding_late_ms = FUNDING_LATE_MS;
        let (sockets, arrivals) = mpsc::unbounded_channel();
        let stub = Arc::new(VenueStub::with_sockets(market.clone(), sockets));
        let shared = Arc::new(Shared {
            market,
            now: AtomicI64::new(play.start_ms),
            lonely_minutes: AtomicI64::new(play.lonely_minutes),
            hub: Mutex::default(),
            changed: Notify::new(),
            log: Mutex::default(),
            progress: Mutex::default(),
            progressed: Condvar::new(),
            faults: Mutex::default(),
            busy: Mutex::default(),
        });
        let asked = Arc::clone(&shared);
        stub.fault_when(Box::new(move |_| {
            asked.busy.lock().expect("no panic").pop_front()
        }));
        let (steps, stepped) = mpsc::unbounded_channel();
        let (clock, clocks) = mpsc::unbounded_channel();
        stub.ask_before_clock(clock);
        let player = play::Player {
            shared: Arc::clone(&shared),
            stub: Arc::clone(&stub),
            play,
            steps: stepped,
            clocks,
            allowed: 0,
            lonely: 0,
            ping: 0,
            began: None,
            bent: Bent::default(),
            speaking: Vec::new(),
            patience: None,
        };
        let (end, ended) = oneshot::channel();
        run(Arc::clone(&shared), player, arrivals, ended);
        Self {
            shared,
            stub,
            steps,
            _end: end,
        }
    }

    /// Where questions go, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        self.stub.url()
    }

    /// Where websockets are, without a slash at the end.
    pub(crate) fn ws_url(&self) -> String {
        self.url().replacen("http", "ws", 1)
    }

    /// The environment that makes a process find every venue here.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let at = |place: host::venues::rest::Place| {
            let is_socket = place.url.starts_with("wss:");
            let url = if is_socket { self.ws_url() } else { self.url() };
            (place.variable, url)
        };
        adapters::places().map(at).collect()
    }

    /// Plays so many minutes more under [`Pace::Steps`]; returns when all who listen have read them, or at the end of the history.
    ///
    /// # Panics
    /// The clients do not come or do not read within two minutes of ours.
    pub(crate) fn step(&self, minutes: i64) {
        let target = self.shared.progress.lock().expect("no panic").played + minutes;
        // Nobody plays any more: the history is at its end, which is checked below.
        let _ = self.steps.send(minutes);
        self.wait(Duration::from_secs(120), |p| {
            p.is_finished || p.played >= target
        });
    }

    /// Waits until everything was played and read.
    ///
    /// # Panics
    /// It takes longer than `limit`.
    pub(crate) fn wait_until_finished(&self, limit: Duration) {
        self.wait(limit, |p| p.is_finished);
    }

    fn wait(&self, limit: Duration, is_enough: impl Fn(&Progress) -> bool) {
        let progress = self.shared.progress.lock().expect("no panic");
        let progressed = &self.shared.progressed;
        let waited = progressed.wait_timeout_while(progress, limit, |p| !is_enough(p));
        let is_late = waited.expect("no panic").1.timed_out();
        assert!(
            !is_late,
            "after {limit:?}: {}",
            self.shared.state_in_words()
        );
    }

    /// The clock of the venues.
    pub(crate) fn now_ms(&self) -> i64 {
        self.shared.now.load(Ordering::SeqCst)
    }

    /// Was everything played and read?
    pub(crate) fn finished(&self) -> bool {
        self.shared.progress.lock().expect("no panic").is_finished
    }

    /// From now on so many minutes pass while something that was subscribed is sent to nobody.
    pub(crate) fn set_lonely_minutes(&self, minutes: i64) {
        self.shared.lonely_minutes.store(minutes, Ordering::SeqCst);
        self.shared.changed.notify_one();
    }

    /// From the next minute on this goes wrong, but in the last ten minutes of the play.
    pub(crate) fn faults(&self, faults: Faults) {
        *self.shared.faults.lock().expect("no panic") = faults;
    }

    /// What happened so far.
    pub(crate) fn log(&self) -> Log {
        Log {
            asked: self.stub.log(),
            ..self.shared.log().clone()
        }
    }
}

/// A settlement is told so long after it happened, as the venues need some seconds for it.
const FUNDING_LATE_MS: i64 = 4_000;

/// A thread that plays and serves connections until `ended`.
fn run(
    shared: Arc<Shared>,
    player: play::Player,
    mut arrivals: mpsc::UnboundedReceiver<std::net::TcpStream>,
    ended: oneshot::Receiver<()>,
) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let arrive = async {
                while let Some(stream) = arrivals.recv().await {
                    let stream = tokio::net::TcpStream::from_std(stream).expect("a socket");
                    tokio::spawn(socket::serve(stream, Arc::clone(&shared)));
                }
            };
            let play = async {
                player.run().await;
                std::future::pending().await
            };
            tokio::select! {
                () = arrive => {}
                () = play => {}
                _ = ended => {}
            }
        });
    });
}
