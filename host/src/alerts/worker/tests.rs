use super::*;
use crate::alerts::testing::{FakeClock, FakeSink, Outbox, alert};

fn worker(outbox: &Outbox, sink: &FakeSink, clock: &Arc<FakeClock>) -> Worker {
    let clock: Arc<dyn Clock> = Arc::<FakeClock>::clone(clock);
    let sink = Box::new(sink.clone());
    Worker::new(sink, Volumes::default(), outbox.open(), clock)
}

fn later(wait_ms: impl Into<Option<u64>>) -> Sent {
    Sent::Later {
        wait_ms: wait_ms.into(),
        why: "busy".to_owned(),
    }
}

#[test]
fn what_is_taken_is_done_with_and_the_rest_is_sent_again() {
    let (outbox, clock) = (Outbox::with(1..=3), FakeClock::at(0));
    let sink = FakeSink::answering([Sent::Taken(2)]);
    let mut worker = worker(&outbox, &sink, &clock);
    assert_eq!(worker.turn(), Next::Again);
    assert_eq!(outbox.kept().cursor, Some(2));
    assert_eq!([worker.turn(), worker.turn()], [Next::Again, Next::Idle]);
    assert_eq!(
        sink.titles(),
        [vec!["title 1", "title 2", "title 3"], vec!["title 3"]]
    );
    assert_eq!((worker.figures().sent, worker.figures().waiting), (3, 0));
}

#[test]
fn a_pause_that_was_asked_for_is_kept_to_the_millisecond() {
    let (outbox, clock) = (Outbox::with([1]), FakeClock::at(5_000));
    let sink = FakeSink::answering([later(64_570)]);
    let mut worker = worker(&outbox, &sink, &clock);
    assert_eq!(worker.turn(), Next::Pause(64_570));
    clock.pass(64_569);
    worker.hurry();
    assert_eq!(worker.turn(), Next::Pause(1));
    assert_eq!(sink.titles().len(), 1);
    clock.pass(1);
    assert_eq!(worker.turn(), Next::Again);
    assert_eq!((sink.titles().len(), worker.figures().failed), (2, 0));
}

#[test]
fn a_pause_outlives_the_process() {
    let (outbox, clock) = (Outbox::with([1]), FakeClock::at(5_000));
    let sink = FakeSink::answering([later(900_000)]);
    worker(&outbox, &sink, &clock).turn();
    clock.pass(100_000);
    let mut again = worker(&outbox, &sink, &clock);
    assert_eq!(again.turn(), Next::Pause(800_000));
}

#[test]
fn trouble_never_ends_the_attempts() {
    let (outbox, clock) = (Outbox::with([1]), FakeClock::at(0));
    let sink = FakeSink::answering((0..500).map(|_| later(None)));
    let mut worker = worker(&outbox, &sink, &clock);
    for _ in 0..500 {
        let Next::Pause(length_ms) = worker.turn() else {
            panic!("a pause follows trouble");
        };
        clock.pass(i64::try_from(length_ms).expect("at most minutes"));
    }
    assert_eq!(
        outbox.kept().failure.as_ref().map(|f| f.attempts),
        Some(500)
    );
    assert_eq!([worker.turn(), worker.turn()], [Next::Again, Next::Idle]);
    assert_eq!((worker.figures().sent, worker.figures().failed), (1, 500));
    assert_eq!(outbox.kept().failure, None);
}

#[test]
fn a_crash_between_sending_and_marking_sends_again_with_the_same_key() {
    let (outbox, clock) = (Outbox::with([1]), FakeClock::at(0));
    let sink = FakeSink::default();
    worker(&outbox, &sink, &clock).turn();
    // What the crash undid: the mark was not on disk yet.
    outbox.kept().cursor = Some(0);
    worker(&outbox, &sink, &clock).turn();
    let sent = sink.sent.lock().expect("no panic holds it");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0][0].0.key, sent[1][0].0.key);
}

#[test]
fn a_new_sink_is_told_nothing_of_the_past() {
    let outbox = Outbox::with(1..=1_200);
    outbox.kept().cursor = None;
    let (sink, clock) = (FakeSink::default(), FakeClock::at(0));
    let mut worker = worker(&outbox, &sink, &clock);
    assert_eq!(worker.turn(), Next::Idle);
    assert_eq!(outbox.kept().cursor, Some(1_200));
    outbox.commit([alert(1_201)]);
    assert_eq!(worker.turn(), Next::Again);
    assert_eq!(sink.titles(), [["title 1201"]]);
}

#[test]
fn our_mistake_is_dropped_and_the_next_goes_on() {
    let (outbox, clock) = (Outbox::with([1, 2]), FakeClock::at(0));
    let sink = FakeSink::answering([Sent::Dropped("too long".to_owned())]);
    let mut worker = worker(&outbox, &sink, &clock);
    assert_eq!(
        [worker.turn(), worker.turn(), worker.turn()],
        [Next::Again, Next::Again, Next::Idle]
    );
    assert_eq!(outbox.kept().dropped, [(1, "too long".to_owned())]);
    assert_eq!(sink.titles()[1], ["title 2"]);
}

#[test]
fn who_wants_nothing_is_left_alone_until_the_next_start() {
    let (outbox, clock) = (Outbox::with([1]), FakeClock::at(0));
    let gone = || Sent::Disabled("unknown webhook".to_owned());
    let sink = FakeSink::answering([gone(), gone()]);
    let mut first = worker(&outbox, &sink, &clock);
    assert_eq!(first.turn(), Next::Ended { known: false });
    assert_eq!(first.turn(), Next::Ended { known: true });
    assert_eq!(sink.titles().len(), 1);
    let mut second = worker(&outbox, &sink, &clock);
    assert_eq!(second.turn(), Next::Ended { known: true });
    let mut third = worker(&outbox, &sink, &clock);
    assert_eq!(third.turn(), Next::Again);
    let kept = outbox.kept();
    assert_eq!((kept.cursor, &kept.disabled), (Some(1), &None));
}

#[test]
fn an_emergency_comes_first_and_ends_a_pause_of_our_own() {
    let (outbox, clock) = (Outbox::with([1]), FakeClock::at(0));
    let sink = FakeSink::answering([later(None)]);
    let mut worker = worker(&outbox, &sink, &clock);
    worker.turn();
    outbox.kept().broken = true;
    worker.urge(alert(99));
    assert_eq!(worker.turn(), Next::Again);
    assert_eq!(sink.titles()[1], ["title 99"]);
    assert_eq!(outbox.kept().cursor, Some(0));
    assert_eq!(worker.turn(), Next::Again);
    assert_eq!(sink.titles()[2], ["title 1"]);
}

#[test]
fn alerts_that_are_off_end_in_the_book_without_a_message() {
    let (outbox, clock) = (Outbox::with(1..=700), FakeClock::at(0));
    let mut volumes = Volumes::default();
    volumes.set("trade_closed", "off").expect("both exist");
    let sink = FakeSink::default();
    let mut worker = Worker::new(Box::new(sink.clone()), volumes, outbox.open(), clock);
    while worker.turn() == Next::Again {}
    assert_eq!((outbox.kept().cursor, sink.titles().len()), (Some(700), 0));
}
