//! Clocks that are set, machines that sleep, venues that fall silent or change their times.

use super::*;

/// Answers what is asked for as if the venue had these minutes.
fn answer(bench: &mut Bench, at: i64, had: i64) {
    while let Some((question, from, to)) = bench.asked() {
        bench.answer_all(at, &question, candles(from..to.min(had).max(from)));
    }
}

#[test]
fn a_laptop_that_slept_gives_up_nothing_that_can_be_asked_for() {
    let mut bench = begun(Wanted::default());
    bench.kline(START + M + 50, &minute(0), true);
    bench.tick(START + M + 100);
    // Minute 1 is left out, and just after that was noticed the lid is closed for eight hours.
    bench.kline(START + 3 * M + 50, &minute(2), true);
    bench.tick(START + 3 * M + 100);
    let slept = START + 483 * M + 20_000;
    bench.look(slept);
    assert_eq!(
        bench.minutes(),
        real([0]),
        "nothing is told before anybody was asked"
    );
    // What was under way when it fell asleep failed; the clock is asked for, then the minutes.
    if let Some((question, ..)) = bench.asked() {
        bench.answer(
            slept + 100,
            &question,
            Told::Failed("no network".to_owned()),
        );
    }
    bench.clock(slept + 200, slept + 200);
    for ms in (300..6_000).step_by(100) {
        bench.tick(slept + ms);
        answer(&mut bench, slept + ms, 483);
    }
    assert_eq!(bench.minutes(), real(0..483));
}

#[test]
fn a_clock_of_ours_that_was_set_ahead_makes_no_minute_missing() {
    let mut bench = begun(Wanted::default());
    bench.kline(START + M + 50, &minute(0), true);
    bench.tick(START + M + 30_000);
    // Set ahead by an hour: what is asked for now is answered with nothing.
    let ahead = 60 * M;
    bench.look(START + M + 30_100 + ahead);
    answer(&mut bench, START + M + 30_150 + ahead, 1);
    bench.clock(START + M + 30_200 + ahead, START + M + 30_200);
    for n in 1..20 {
        let end = START + (n + 1) * M;
        bench.kline(end + 50 + ahead, &minute(n), true);
        bench.tick(end + 50_000 + ahead);
        answer(&mut bench, end + 50_000 + ahead, n + 1);
    }
    assert_eq!(bench.minutes(), real(0..20));
}

#[test]
fn a_clock_of_ours_that_was_set_back_holds_nothing_up() {
    let mut bench = begun(Wanted::default());
    bench.kline(START + M + 50, &minute(0), true);
    // Minute 1 is nowhere to be had.
    bench.kline(START + 3 * M + 50, &minute(2), true);
    bench.tick(START + 3 * M + 100);
    answer(&mut bench, START + 3 * M + 200, 1);
    let back = 60 * M;
    bench.look(START + 3 * M + 10_000 - back);
    bench.clock(START + 3 * M + 10_200 - back, START + 3 * M + 10_200);
    for ms in (11_000..90_000).step_by(500) {
        bench.tick(START + 3 * M + ms - back);
        answer(&mut bench, START + 3 * M + ms - back, 1);
    }
    let told = bench.minutes();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[1], (1, SlotState::Missing));
}

/// Hyperliquid tells a minute so far.
fn running(n: i64, close: i64) -> Incoming {
    let (open, end) = (START + n * M, START + (n + 1) * M - 1);
    Incoming::Frame(format!(
        r#"{{"channel":"candle","data":{{"t":{open},"T":{end},"s":"BTC","i":"1m","o":"84000.0","c":"{close}.0","h":"84005.0","l":"83990.0","v":"1.5","n":3}}}}"#
    ))
}

#[test]
fn a_candle_whose_end_was_not_heard_is_asked_for_where_none_is_ever_closed() {
    let mut bench = Bench::new("hyperliquid", "BTC/USDC:USDC", Wanted::default());
    bench.clock(START - 1_000, START - 1_000);
    bench.line(START + 20_000, 0, running(0, 84_001));
    // The connection says nothing over the end of two minutes, then goes on.
    bench.tick(START + M + 5_000);
    assert_eq!(bench.minutes(), []);
    bench.line(START + 2 * M + 40_000, 0, running(2, 84_002));
    assert_eq!(bench.minutes(), [], "a later candle does not make it final");
    bench.tick(START + 2 * M + 40_100);
    let (_, from, _) = bench.asked().expect("it is asked for");
    assert_eq!(from, 0);
}

#[test]
fn a_mark_is_not_made_of_ticks_between_which_others_are_missing() {
    let mut bench = begun(executed());
    let tick = |bench: &mut Bench, ms: i64, price| {
        bench.mark(START + ms, START + ms, price, START + 480 * M)
    };
    tick(&mut bench, -400, 100);
    for ms in (0..60_000).step_by(10_000) {
        tick(&mut bench, ms, 100);
    }
    // Within the second minute it says nothing for 40 s.
    for ms in [
        60_000, 65_000, 105_000, 115_000, 120_000, 140_000, 160_000, 180_100,
    ] {
        tick(&mut bench, ms, 101);
    }
    for n in 0..3 {
        bench.kline(START + (n + 1) * M + 500, &minute(n), true);
    }
    bench.tick(START + 3 * M + 4_000);
    let mark = History::Candles(CandleKind::Mark, Timeframe::M1);
    let (_, from, to) = bench
        .asked_for(mark)
        .expect("the second minute is asked for");
    assert_eq!((from, to), (M, 3 * M));
}

#[test]
fn a_settlement_that_the_venue_took_back_is_not_paid() {
    let mut bench = begun(Wanted {
        references: false,
        ..executed()
    });
    // Every four hours; then, an hour before it, every eight.
    let (four, eight) = (START + 240 * M, START + 480 * M);
    bench.mark(START + 1_000, START + 1_000, 100, four);
    bench.mark(START + 180 * M, START + 180 * M, 100, eight);
    bench.clock(START + 180 * M + 100, START + 180 * M + 100);
    for n in 0..300 {
        bench.kline(START + 180 * M + 200 + n, &minute(n), true);
        let at = START + 180 * M + 200 + n;
        if let Some((question, ..)) = bench.asked_for(History::Funding) {
            bench.answer(at, &question, Told::End);
        }
    }
    for ms in (0..130_000).step_by(500) {
        let at = START + 300 * M + 5_000 + ms;
        bench.tick(at);
        if let Some((question, ..)) = bench.asked_for(History::Funding) {
            bench.answer(at, &question, Told::End);
        }
    }
    let funding = bench.count(|e| matches!(e, LiveEvent::Funding(f) if f.time.0 == four));
    assert_eq!(funding, 0, "it was announced, then it was not");
}

#[test]
fn a_channel_that_is_followed_later_has_its_own_two_minutes() {
    let mut bench = begun(Wanted::default());
    bench.tick(START + 5 * M);
    let silent =
        |e: &LiveEvent| matches!(e, LiveEvent::Note(text) if text.contains("nothing of mark"));
    bench
        .machine
        .follow(LiveMarket {
            market: 7,
            symbol: Symbol::parse("BTC/USDT:USDT", None).expect("a symbol"),
            wanted: executed(),
            quotes: false,
            from: None,
        })
        .expect("it is there");
    let (connections, _) = bench.machine.connections();
    bench.machine.opening(1, &connections);
    bench.tick(START + 6 * M);
    assert_eq!(bench.count(silent), 0);
    bench.tick(START + 8 * M);
    assert_eq!(bench.count(silent), 1);
}

#[test]
fn a_venue_that_refuses_is_told_once_and_asked_seldom() {
    let mut bench = Bench::new("binance", "BTC/USDT:USDT", Wanted::default());
    let mut asked = 0;
    for at in (START..START + 30 * M).step_by(1_000) {
        bench.tick(at);
        for question in std::mem::take(&mut bench.questions) {
            asked += 1;
            bench.answer(at, &question, Told::Refused("HTTP 451".to_owned()));
        }
    }
    assert_eq!(asked, 6, "every five minutes");
    let lost =
        |e: &LiveEvent| matches!(e, LiveEvent::Unanswered { why, .. } if why.contains("HTTP 451"));
    assert_eq!(bench.count(lost), 1);
    bench.clock(START + 30 * M, START + 30 * M);
    let back = |e: &LiveEvent| matches!(e, LiveEvent::Answered { .. });
    assert_eq!(bench.count(back), 1);
}

#[test]
fn a_venue_that_was_never_reached_is_told_after_three_minutes() {
    let mut bench = Bench::new("bybit", "BTC/USDT:USDT", Wanted::default());
    let lost =
        |e: &LiveEvent| matches!(e, LiveEvent::Unanswered { why, .. } if why.contains("3 minutes"));
    bench.tick(START);
    bench.tick(START + 2 * M);
    assert_eq!(bench.count(lost), 0);
    bench.tick(START + 10 * M);
    assert_eq!(bench.count(lost), 1);
}

#[test]
fn time_in_which_a_venue_asks_to_wait_makes_nothing_missing_up_to_three_minutes() {
    let waits = |seconds: u64| Waits {
        length_ms: seconds * 1_000,
        why: "too many requests".to_owned(),
    };
    let early = START + 2 * M + 100;
    for (wait_s, given_up_ms) in [(60, 120_000), (600, 240_000)] {
        let mut bench = begun(Wanted::default());
        bench.kline(early, &minute(1), true);
        let (question, ..) = bench.asked().expect("it is asked for");
        bench.waits(early, &waits(wait_s));
        bench.waits(early + 20, &waits(wait_s));
        let is_it = |e: &LiveEvent| matches!(e, LiveEvent::Note(text) if text.starts_with("binance asks to wait"));
        assert_eq!(bench.count(is_it), 1, "told once");
        bench.tick(early + given_up_ms);
        assert_eq!(bench.minutes(), [], "after {wait_s} s of waiting");
        if wait_s == 60 {
            bench.answer_all(early + given_up_ms, &question, candles([0]));
            assert_eq!(bench.minutes(), real([0, 1]));
        } else {
            bench.tick(early + given_up_ms + 100);
            assert_eq!(
                bench.minutes(),
                [(0, SlotState::Missing), (1, SlotState::Real)]
            );
        }
    }
}

#[test]
fn frames_that_an_answer_with_the_clock_overtook_still_belong_to_their_minute() {
    let mut bench = begun(Wanted {
        funding: false,
        ..executed()
    });
    let next = START + 8 * 60 * M;
    for (second, price) in [(-1, 90), (0, 100), (25, 101), (50, 99)] {
        let time = START + second * 1_000;
        bench.mark(time, time, price, next);
    }
    // The frames of the next seconds are still on their way.
    bench.tick(START + M + 4_000);
    bench.mark(START + M + 4_050, START + 59_000, 102, next);
    bench.mark(START + M + 4_060, START + M, 103, next);
    bench.kline(START + M + 4_070, &minute(0), true);
    let mark = bench.minute_of(0).and_then(|m| m.reference.mark);
    let path = mark.expect("all of it was heard").path;
    let prices = [path.open, path.high, path.low, path.close].map(|p| p.0 / UNIT);
    assert_eq!(prices, [100, 102, 99, 102]);
}

#[test]
fn ticks_without_times_after_a_reconnect_make_no_minute_before_something_says_when_they_are() {
    let wanted = Wanted {
        funding: false,
        ..executed()
    };
    let mut bench = Bench::new("hyperliquid", "BTC/USDC:USDC", wanted);
    bench.clock(START - 2_000, START - 2_000);
    let frame = |bench: &mut Bench, at: i64, generation: u64, text: String| {
        let told = &mut bench.told;
        let what = Incoming::Frame(text);
        let mut tell = |event| told.push(event);
        bench
            .machine
            .line(Timestamp(at), (0, generation), what, &mut tell);
    };
    let tick = |price: i64| {
        format!(
            r#"{{"channel":"activeAssetCtx","data":{{"coin":"BTC","ctx":{{"funding":"0.0000125","openInterest":"1.0","prevDayPx":"1.0","dayNtlVlm":"1.0","premium":"0.0","oraclePx":"{price}.0","markPx":"{price}.0","midPx":"1.0","impactPxs":["1.0","1.0"],"dayBaseVlm":"1.0"}}}}}}"#
        )
    };
    let candle = |n: i64| {
        let (open, end) = (START + n * M, START + (n + 1) * M - 1);
        format!(
            r#"{{"channel":"candle","data":{{"t":{open},"T":{end},"s":"BTC","i":"1m","o":"84000.0","c":"84002.0","h":"84005.0","l":"83990.0","v":"1.5","n":3}}}}"#
        )
    };
    bench.line(START - 1_000, 0, Incoming::Closed("gone".to_owned()));
    for what in [Incoming::Opened, Incoming::Subscribed] {
        let told = &mut bench.told;
        let mut tell = |event| told.push(event);
        let at = Timestamp(START - 500);
        bench.machine.line(at, (0, 2), what, &mut tell);
    }
    // By our clock the minute has not begun; there it is half over.
    frame(&mut bench, START - 400, 2, tick(100));
    frame(&mut bench, START - 300, 2, candle(0));
    frame(&mut bench, START - 200, 2, tick(101));
    for (n, price) in [(1, 102), (2, 103), (3, 104)] {
        frame(&mut bench, START - 100 + n, 2, candle(n));
        frame(&mut bench, START - 100 + n, 2, tick(price));
    }
    let marks = [0, 1, 2].map(|n| {
        let minute = bench.minute_of(n).expect("its candle is there");
        minute.reference.mark.map(|mark| mark.path.open.0 / UNIT)
    });
    assert_eq!(marks, [None, Some(102), Some(103)]);
}
