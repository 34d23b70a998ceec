//! SIGKILL at any moment, again and again.

use std::time::{Duration, Instant};

use host::alerts::Kind;
use host::persistence::Journal;

use super::{Case, alerts, below, chance, reference, size};

const MINUTES: i64 = 180;

#[test]
fn a_session_that_is_killed_again_and_again_ends_like_one_that_was_not() {
    let expected = reference(MINUTES);
    let kills = size("CRASH_KILLS", 8);
    let began = Instant::now();
    let case = Case::new(MINUTES);
    let mut chance = chance(size("CRASH_SEED", 1) as u64);
    // Before its first minute: while it opens its journal, asks for history, starts its strategies.
    let early = kills / 4;
    for _ in 0..early {
        let session = case.start();
        std::thread::sleep(Duration::from_millis(below(&mut chance, 1_200)));
        session.kill();
    }
    let mut session = case.start();
    case.wait_for_start(&mut session);
    let sim = &case.desk.sim;
    sim.set_lonely_minutes(2);
    let session = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !sim.finished() {
                sim.step(20);
            }
        });
        for kill in 0..(kills - early) as i64 {
            let share = MINUTES * super::MINUTE * (kill + 1) / (kills - early) as i64;
            let wanted = super::START + share - below(&mut chance, 8 * 60_000) as i64;
            match below(&mut chance, 3) {
                // While it comes back: it follows, asks for what it missed, or has just caught up.
                0 => std::thread::sleep(Duration::from_millis(below(&mut chance, 1_000))),
                _ => wait_for(|| sim.now_ms() >= wanted.min(case.desk.play.end_ms - 1)),
            }
            session.kill();
            session = case.start();
        }
        session
    });
    let outcome = case.finish(session);
    outcome.must_be(&expected, &format!("after {kills} kills"));
    let reader = Journal::read_only(&case.journal()).expect("a journal");
    let alerts = alerts(&reader);
    assert_eq!(
        case.channel.untold(&alerts),
        Vec::<&str>::new(),
        "alerts nobody was told"
    );
    let begun = alerts.iter().filter(|a| a.kind == Kind::SessionStarted);
    assert_eq!(begun.count(), 1, "it began once, whenever it was killed");
    let mut keys: Vec<&str> = alerts.iter().map(|a| a.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), alerts.len(), "a key is that of one alert");
    case.replays();
    println!(
        "{kills} kills, {} alerts, {} records: equal, in {:.1} s",
        alerts.len(),
        outcome.digests.len(),
        began.elapsed().as_secs_f64()
    );
}

fn wait_for(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(120), "it never came");
        std::thread::sleep(Duration::from_millis(1));
    }
}
