use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;
use crate::alerts::testing::{FakeClock, FakeSink, Outbox, alert};
use crate::alerts::{Sent, Volume};

/// A sink that says that it was called, and answers when it is let go.
struct Hanging {
    called: Sender<Vec<String>>,
    go: Receiver<()>,
}

impl Sink for Hanging {
    fn name(&self) -> &'static str {
        "hanging"
    }

    fn send(&mut self, alerts: &[(Alert, Volume)]) -> Sent {
        let titles = alerts.iter().map(|(alert, _)| alert.title.clone());
        let _ = self.called.send(titles.collect());
        let _ = self.go.recv();
        Sent::Taken(alerts.len())
    }
}

fn start(sinks: Vec<Box<dyn Sink>>, outbox: &Outbox) -> Dispatch {
    let clock: Arc<dyn Clock> = FakeClock::at(0);
    let sinks = sinks.into_iter().map(|sink| (sink, Volumes::default()));
    Dispatch::start(sinks.collect(), |_| outbox.open(), clock)
}

#[test]
fn a_hanging_sink_delays_nobody_who_rings() {
    let outbox = Outbox::with([1]);
    let (called, calls) = channel();
    let (go, gone) = channel();
    let dispatch = start(vec![Box::new(Hanging { called, go: gone })], &outbox);
    assert_eq!(calls.recv().expect("it is called"), ["title 1"]);
    for number in 2..=100_000 {
        if number % 1_000 == 0 {
            outbox.commit([alert(number)]);
        }
        dispatch.wake();
        dispatch.emergency(alert(-number % 20));
    }
    let urgent = held(&dispatch.desks[0].rung).urgent.len();
    assert_eq!(urgent, EMERGENCIES_MAX);
    assert!(calls.try_recv().is_err(), "it hangs in its first call");
    drop(go);
    dispatch.stop(Duration::from_secs(60));
    let view = &dispatch.views()[0];
    assert_eq!((view.sent, view.waiting), (101 + EMERGENCIES_MAX as u64, 0));
}

#[test]
fn a_stop_waits_no_longer_than_it_says() {
    let outbox = Outbox::with([1]);
    let (called, calls) = channel();
    let (_go, gone) = channel();
    let dispatch = start(vec![Box::new(Hanging { called, go: gone })], &outbox);
    calls.recv().expect("it is called");
    dispatch.stop(Duration::from_millis(20));
    assert_eq!(*held(&dispatch.working.count), 1);
    assert_eq!(outbox.kept().cursor, Some(0));
}

#[test]
fn a_stop_brings_what_waits() {
    let outbox = Outbox::with([]);
    let sink = FakeSink::default();
    let dispatch = start(vec![Box::new(sink.clone())], &outbox);
    outbox.commit((1..=3).map(alert));
    dispatch.stop(Duration::from_secs(60));
    assert_eq!(sink.titles(), [["title 1", "title 2", "title 3"]]);
    assert_eq!(*held(&dispatch.working.count), 0);
}

#[test]
fn the_others_tell_of_a_sink_that_is_gone() {
    let dying = FakeSink::answering([Sent::Disabled("unknown webhook".to_owned())]);
    let (called, calls) = channel();
    let (go, gone) = channel();
    let sinks: Vec<Box<dyn Sink>> = vec![Box::new(dying), Box::new(Hanging { called, go: gone })];
    let (mine, other) = (Outbox::with([1]), Outbox::with([]));
    let clock: Arc<dyn Clock> = FakeClock::at(0);
    let sinks = sinks.into_iter().map(|sink| (sink, Volumes::default()));
    let open = |name: &str| {
        if name == "fake" {
            mine.open()
        } else {
            other.open()
        }
    };
    let dispatch = Dispatch::start(sinks.collect(), open, clock);
    assert_eq!(
        calls.recv().expect("it is called"),
        ["No more alerts by fake"]
    );
    drop(go);
    dispatch.stop(Duration::from_secs(60));
    let disabled: Vec<_> = dispatch.views().into_iter().map(|v| v.disabled).collect();
    assert_eq!(disabled, [Some("unknown webhook".to_owned()), None]);
}
