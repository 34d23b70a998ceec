//! One worker a sink, each on a thread of its own: whoever rings them never waits for them.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::outbox::{AlertSource, DeliveryBook};
use super::words::{self, Stamp};
use super::worker::{Figures, Next, Worker};
use super::{Alert, Clock, Sink, Volumes};
use crate::domain::Timestamp;

/// Emergencies kept for a sink that cannot take them: the first ones tell why.
const EMERGENCIES_MAX: usize = 16;

/// How one sink does, for metrics and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkView {
    /// Its name.
    pub name: &'static str,
    /// Alerts it took in this process, those joined to one message counted each.
    pub sent: u64,
    /// Attempts that failed; being asked to wait is no failure.
    pub failed: u64,
    /// Alerts that wait, as far as they were read of the journal (at most 500).
    pub waiting: u64,
    /// Why it takes nothing any more, if so.
    pub disabled: Option<String>,
}

/// The workers of all sinks.
pub struct Dispatch {
    desks: Arc<[Arc<Desk>]>,
    working: Arc<Working>,
}

/// Where a worker is rung, and shows its figures.
struct Desk {
    name: &'static str,
    rung: Mutex<Rung>,
    changed: Condvar,
    figures: Mutex<Figures>,
}

#[derive(Default)]
struct Rung {
    /// There may be something new.
    new: bool,
    urgent: VecDeque<Alert>,
    /// Bring what waits, then end.
    stopping: bool,
    /// End now.
    over: bool,
}

/// How many workers still work.
#[derive(Default)]
struct Working {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Dispatch {
    /// Starts a worker for each sink. `open` gives each, by its name, connections of its own to the outbox; it is called here, before
    /// anything new is committed, so that a sink that was never heard of is told everything from now on.
    pub fn start(
        sinks: Vec<(Box<dyn Sink>, Volumes)>,
        open: impl Fn(&str) -> (Box<dyn AlertSource>, Box<dyn DeliveryBook>),
        clock: Arc<dyn Clock>,
    ) -> Self {
        let workers: Vec<Worker> = sinks
            .into_iter()
            .map(|(sink, volumes)| {
                let outbox = open(sink.name());
                Worker::new(sink, volumes, outbox, Arc::clone(&clock))
            })
            .collect();
        let desks: Arc<[Arc<Desk>]> = workers.iter().map(Desk::of).collect();
        let working = Arc::new(Working::default());
        *held(&working.count) = workers.len();
        for (index, worker) in workers.into_iter().enumerate() {
            let leave = Leave(Arc::clone(&working));
            let (desks, clock) = (Arc::clone(&desks), Arc::clone(&clock));
            let name = format!("alerts-{}", worker.name());
            let work = move || {
                let _leave = leave;
                desks[index].work(worker, &desks, &*clock);
            };
            let started = std::thread::Builder::new().name(name).spawn(work);
            if let Err(error) = started {
                tracing::error!(%error, "a worker of alerts cannot be started");
            }
        }
        Self { desks, working }
    }

    /// Something was committed. Never blocks.
    pub fn wake(&self) {
        for desk in &*self.desks {
            desk.ring(|_| ());
        }
    }

    /// Tells every sink what is in no journal: the journal itself failed. Never blocks.
    pub fn emergency(&self, alert: Alert) {
        tracing::error!(key = alert.key, text = alert.text, "{}", alert.title);
        for desk in &*self.desks {
            desk.urge(&alert);
        }
    }

    /// How the sinks do, in the order they were given.
    #[must_use]
    pub fn views(&self) -> Vec<SinkView> {
        self.desks.iter().map(|desk| desk.view()).collect()
    }

    /// Brings what waits, at most so long. What is not brought by then waits in the journal for the next process.
    pub fn stop(&self, patience: Duration) {
        for desk in &*self.desks {
            desk.ring(|rung| rung.stopping = true);
        }
        let count = held(&self.working.count);
        let waited = self
            .working
            .changed
            .wait_timeout_while(count, patience, |count| *count > 0);
        drop(waited);
        self.end();
        for view in self.views().iter().filter(|view| view.waiting > 0) {
            let (sink, waiting) = (view.name, view.waiting);
            tracing::warn!(sink, waiting, "alerts wait for the next start");
        }
    }

    fn end(&self) {
        for desk in &*self.desks {
            desk.ring(|rung| rung.over = true);
        }
    }
}

impl Drop for Dispatch {
    /// Workers end after the attempt they are at; nobody waits for that.
    fn drop(&mut self) {
        self.end();
    }
}

/// Says that a worker ended, however it did.
struct Leave(Arc<Working>);

impl Drop for Leave {
    fn drop(&mut self) {
        *held(&self.0.count) -= 1;
        self.0.changed.notify_all();
    }
}

impl Desk {
    fn of(worker: &Worker) -> Arc<Self> {
        Arc::new(Self {
            name: worker.name(),
            rung: Mutex::default(),
            changed: Condvar::new(),
            figures: Mutex::new(worker.figures()),
        })
    }

    /// The lock is held for moments only: a worker lets go of it before it does anything.
    fn ring(&self, change: impl FnOnce(&mut Rung)) {
        let mut rung = held(&self.rung);
        rung.new = true;
        change(&mut rung);
        self.changed.notify_one();
    }

    fn urge(&self, alert: &Alert) {
        self.ring(|rung| {
            let is_known = rung.urgent.iter().any(|known| known.key == alert.key);
            if !is_known && rung.urgent.len() < EMERGENCIES_MAX {
                rung.urgent.push_back(alert.clone());
            }
        });
    }

    fn view(&self) -> SinkView {
        let figures = held(&self.figures).clone();
        SinkView {
            name: self.name,
            sent: figures.sent,
            failed: figures.failed,
            waiting: figures.waiting,
            disabled: figures.disabled,
        }
    }

    /// The life of a worker.
    fn work(&self, mut worker: Worker, desks: &[Arc<Self>], clock: &dyn Clock) {
        let mut hurried = false;
        loop {
            let rung = self.take();
            for alert in rung.urgent {
                worker.urge(alert);
            }
            if rung.over {
                return;
            }
            if rung.stopping && !std::mem::replace(&mut hurried, true) {
                worker.hurry();
            }
            let next = worker.turn();
            *held(&self.figures) = worker.figures();
            match next {
                Next::Again => {}
                Next::Pause(length_ms) => self.wait(Some(Duration::from_millis(length_ms))),
                Next::Idle if rung.stopping => return,
                Next::Idle => self.wait(None),
                Next::Ended { known } => {
                    if !known {
                        self.tell_others(desks, clock);
                    }
                    return;
                }
            }
        }
    }

    fn take(&self) -> Rung {
        let mut rung = held(&self.rung);
        rung.new = false;
        Rung {
            urgent: std::mem::take(&mut rung.urgent),
            ..*rung
        }
    }

    /// Until it is rung, at most so long.
    fn wait(&self, length: Option<Duration>) {
        let rung = held(&self.rung);
        let is_quiet = |rung: &mut Rung| !rung.new;
        match length {
            None => drop(self.changed.wait_while(rung, is_quiet)),
            Some(length) => drop(self.changed.wait_timeout_while(rung, length, is_quiet)),
        }
    }

    fn tell_others(&self, desks: &[Arc<Self>], clock: &dyn Clock) {
        let now_ms = clock.now_ms();
        let stamp = Stamp {
            key: format!("{}-{now_ms}", self.name),
            time: Timestamp(now_ms),
        };
        let why = held(&self.figures).disabled.clone();
        let alert = words::sink_gone(stamp, self.name, &why.unwrap_or_default());
        let others = desks.iter().filter(|desk| desk.name != self.name);
        others.for_each(|desk| desk.urge(&alert));
    }
}

/// A worker that panicked must not take the session with it.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
