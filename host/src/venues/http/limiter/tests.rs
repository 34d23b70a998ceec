//! The limiter against a clock that moves when it is waited for.

use std::sync::Mutex;

use proptest::prelude::*;

use super::*;

#[derive(Default)]
struct Clock(Mutex<i64>);

impl Waiting for Clock {
    fn now_us(&self) -> i64 {
        *self.0.lock().expect("no panic holds it")
    }

    fn pause(&self, length: Duration) {
        *self.0.lock().expect("no panic holds it") += length.as_micros() as i64;
    }
}

/// Its bucket holds 100 and is refilled by one in 10 ms.
const POOL: Pool = Pool {
    name: "test",
    weight: 1_000,
    period_ms: 9_000,
    used_header: Some("x-used"),
    reset_header: None,
    at_once: 4,
};

#[test]
fn a_small_fetch_does_not_wait() {
    let (limiter, clock) = (Limiter::new(POOL), Clock::default());
    for _ in 0..50 {
        drop(limiter.enter(2, &clock));
    }
    assert_eq!(clock.now_us(), 0);
    drop(limiter.enter(2, &clock));
    assert_eq!(clock.now_us(), 20_000);
}

#[test]
fn a_request_heavier_than_the_bucket_goes_through() {
    let (limiter, clock) = (Limiter::new(POOL), Clock::default());
    drop(limiter.enter(200, &clock));
    assert_eq!(clock.now_us(), 0);
    drop(limiter.enter(1, &clock));
    assert_eq!(clock.now_us(), 1_000_000 + 10_000);
}

#[test]
fn a_stopped_pool_waits_for_the_longest_stop() {
    let (limiter, clock) = (Limiter::new(POOL), Clock::default());
    assert!(limiter.stop(Duration::from_secs(37), 0));
    assert!(!limiter.stop(Duration::from_secs(36), 0));
    drop(limiter.enter(1, &clock));
    assert_eq!(clock.now_us(), 37_000_000);
}

#[test]
fn what_the_venue_counted_takes_away() {
    let (limiter, clock) = (Limiter::new(POOL), Clock::default());
    assert_eq!(limiter.correct(940, 0), None);
    for _ in 0..60 {
        drop(limiter.enter(1, &clock));
    }
    assert_eq!(clock.now_us(), 0);
    drop(limiter.enter(1, &clock));
    assert_eq!(clock.now_us(), 10_000);
}

#[test]
fn a_pool_that_is_used_up_is_left_alone_for_a_while() {
    let (limiter, clock) = (Limiter::new(POOL), Clock::default());
    assert!(limiter.correct(999, 0).is_some());
    assert_eq!(limiter.correct(999, 0), None, "that was told");
    drop(limiter.enter(1, &clock));
    assert_eq!(clock.now_us(), 1_500_000);
}

#[test]
fn no_more_requests_are_under_way_than_allowed() {
    let limiter = Limiter::new(POOL);
    let clock = Clock::default();
    let most = Mutex::new((0, 0));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let _permit = limiter.enter(1, &clock);
                    {
                        let mut most = most.lock().expect("no panic holds it");
                        most.0 += 1;
                        most.1 = most.1.max(most.0);
                    }
                    std::thread::yield_now();
                    most.lock().expect("no panic holds it").0 -= 1;
                }
            });
        }
    });
    let (under_way, most) = *most.lock().expect("no panic holds it");
    assert_eq!(under_way, 0);
    assert!((1..=4).contains(&most), "{most} at once");
}

proptest! {
    /// Whatever is asked and whenever, no stretch as long as the period holds more than is allowed and one request.
    #[test]
    fn no_period_holds_more_than_allowed(
        asked in proptest::collection::vec((1_u32..60, 0_u64..400_000), 1..400),
    ) {
        let pool = Pool { weight: 600, period_ms: 5_000, ..POOL };
        let (limiter, clock) = (Limiter::new(pool), Clock::default());
        let mut sent: Vec<(i64, u32)> = Vec::new();
        for (weight, pause_us) in asked {
            clock.pause(Duration::from_micros(pause_us));
            drop(limiter.enter(weight, &clock));
            sent.push((clock.now_us(), weight));
        }
        for (index, (begin, _)) in sent.iter().enumerate() {
            let inside = sent[index..].iter().take_while(|(time, _)| *time < begin + 5_000_000);
            let used: u32 = inside.map(|(_, weight)| weight).sum();
            prop_assert!(used <= 600, "{used} within one period");
        }
    }
}
