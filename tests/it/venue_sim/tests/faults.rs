//! Each fault does what it says, and what it leaves undone can be asked for.

use super::*;

/// Minutes of the play, and the one in which something goes wrong.
const MINUTES: i64 = 40;
const WRONG: i64 = 20;

/// A Binance client beside one fault in one minute.
struct Case {
    sim: VenueSim,
    client: Client,
    expected: Vec<Candle>,
    /// When the fault happens.
    at: i64,
}

/// Plays; `patience_ms` is how long the client bears silence.
async fn case(fault: Fault, patience_ms: u64) -> Case {
    let market = market(Venue::BinanceFutures, MINUTES);
    let sim = VenueSim::start(market.clone(), play(MINUTES));
    let at = play(MINUTES).start_ms + WRONG * MINUTE;
    sim.faults(Faults::seeded(3, &[]).at(at, fault));
    let wanted = [("BTCUSDT", Channel::Candles(Timeframe::M1))];
    let mut client = Client::of(&sim, "binance", &wanted);
    client.patience = Duration::from_millis(patience_ms);
    client.listen().await;
    assert_eq!(sim.log().faults, [(at, fault)]);
    Case {
        expected: played(&market, CandleKind::Candles, MINUTES).to_vec(),
        sim,
        client,
        at,
    }
}

/// Numbers of the minutes whose closing frame came, in the order they came.
fn order(case: &Case) -> Vec<i64> {
    let closed = case.client.closed();
    let number = |c: &Candle| (c.open_time.0 - case.at) / MINUTE + WRONG;
    closed.iter().map(number).collect()
}

fn numbers(changed: impl FnOnce(&mut Vec<i64>)) -> Vec<i64> {
    let mut numbers: Vec<i64> = (0..MINUTES).collect();
    changed(&mut numbers);
    numbers
}

#[tokio::test]
async fn a_gap_leaves_out_a_closing_frame() {
    let case = case(Fault::Gap, 60_000).await;
    let expected = numbers(|n| n.retain(|number| *number != WRONG));
    assert_eq!(order(&case), expected);
}

#[tokio::test]
async fn reordered_minutes_change_places() {
    let case = case(Fault::Reorder, 60_000).await;
    assert_eq!(
        order(&case),
        numbers(|n| n.swap(WRONG as usize, WRONG as usize + 1))
    );
}

#[tokio::test]
async fn a_late_frame_is_an_old_one_again() {
    let case = case(Fault::Late, 60_000).await;
    let mut seen = order(&case);
    let again = (1..seen.len())
        .find(|i| seen[*i] < seen[i - 1])
        .expect("one is late");
    assert_eq!(seen.remove(again), WRONG);
    assert_eq!(seen, numbers(|_| {}));
    let closed = case.client.closed();
    assert_eq!(closed[again], closed[WRONG as usize]);
}

#[tokio::test]
async fn a_revision_says_something_else_of_an_old_minute() {
    let case = case(Fault::Revision, 60_000).await;
    let closed = case.client.closed();
    let mut of_it = closed.iter().filter(|c| c.open_time.0 == case.at);
    let (first, second) = (of_it.next().expect("one"), of_it.next().expect("two"));
    assert_eq!(*first, case.expected[WRONG as usize]);
    assert!(first != second && second.validate().is_ok() && of_it.next().is_none());
}

#[tokio::test]
async fn a_duplicate_is_the_same_frame_at_once() {
    let case = case(Fault::Duplicate, 60_000).await;
    let twice = case
        .client
        .frames
        .windows(2)
        .filter(|p| p[0] == p[1])
        .count();
    // A frame nobody wanted may be the one that came twice.
    assert!(twice <= 1);
    let mut frames = case.client.frames.clone();
    frames.dedup();
    assert_eq!(
        order(&case).len() - twice.min(order(&case).len() - MINUTES as usize),
        MINUTES as usize
    );
}

#[tokio::test]
async fn a_wrong_clock_stamps_frames_and_leaves_candles_alone() {
    let case = case(Fault::ClockSkew, 60_000).await;
    assert_eq!(case.client.closed(), case.expected);
    let stamps = case.client.frames.iter().filter_map(|frame| {
        let frame: serde_json::Value = serde_json::from_str(frame).ok()?;
        let data = &frame["data"];
        let closed = data["k"]["x"] == true;
        let late = data["E"].as_i64()? - data["k"]["T"].as_i64()?;
        closed.then_some(late)
    });
    let wrong = stamps.filter(|late| ![257, 2_001].contains(late)).count();
    assert_eq!(wrong, 1);
}

#[tokio::test]
async fn garbage_is_one_frame_more() {
    let case = case(Fault::Garbage, 60_000).await;
    assert_eq!(case.client.closed(), case.expected);
    let strange = case.client.frames[1..].iter();
    let strange = strange
        .filter(|f| !f.starts_with(r#"{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":"#));
    assert_eq!(strange.count(), 1);
}

#[tokio::test]
async fn a_silent_connection_misses_whole_minutes_and_stays() {
    let case = case(Fault::Silence, 60_000).await;
    let seen = order(&case);
    let missed: Vec<i64> = (0..MINUTES).filter(|n| !seen.contains(n)).collect();
    assert!((1..=4).contains(&missed.len()), "{missed:?}");
    assert_eq!(
        missed,
        (WRONG..WRONG + missed.len() as i64).collect::<Vec<_>>()
    );
    assert_eq!(case.sim.log().connections.len(), 1);
}

#[tokio::test]
async fn the_clock_waits_for_the_successor_of_a_mute_connection() {
    let case = case(Fault::Mute, 100).await;
    let seen = order(&case);
    let missed = MINUTES as usize - seen.len();
    assert!((1..=7).contains(&missed), "{missed}");
    let log = case.sim.log();
    assert_eq!((log.connections.len(), log.waits), (2, 1));
}

#[tokio::test]
async fn a_cut_connection_misses_a_few_minutes() {
    let case = case(Fault::Disconnect, 60_000).await;
    let missed = MINUTES as usize - order(&case).len();
    assert!(missed <= 6, "{missed}");
    assert_eq!(case.sim.log().connections.len(), 2);
    assert!(case.client.farewells.is_empty());
}

#[tokio::test]
async fn a_refused_subscription_is_accepted_the_next_time() {
    let market = market(Venue::Bybit, MINUTES);
    let sim = VenueSim::start(market, play(MINUTES));
    let at = play(MINUTES).start_ms + WRONG * MINUTE;
    let faults = Faults::seeded(3, &[]).at(at, Fault::Refusal);
    sim.faults(faults.at(at, Fault::Disconnect));
    let wanted = [("BTCUSDT", Channel::Candles(Timeframe::M1))];
    let mut client = Client::of(&sim, "bybit", &wanted);
    client.listen().await;
    let refused = client
        .events
        .iter()
        .filter(|e| matches!(e, StreamEvent::Refused(_)));
    assert_eq!(refused.count(), 1);
    assert_eq!(sim.log().messages.len(), 3);
}

#[tokio::test]
async fn the_next_question_finds_the_venue_busy() {
    for (fault, has_time) in [(Fault::TooMany, true), (Fault::TooManyUntimed, false)] {
        let case = case(fault, 60_000).await;
        let answer = asked(&case.sim, "/fapi/v1/time").await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.head.contains("retry-after: 1"), has_time);
        assert_eq!(asked(&case.sim, "/fapi/v1/time").await.status, 200);
    }
}

#[tokio::test]
async fn binance_ends_a_connection_after_a_day() {
    let minutes = 1_500;
    let market = market(Venue::BinanceFutures, minutes);
    let sim = VenueSim::start(market, play(minutes));
    sim.faults(Faults::seeded(3, &[(Fault::DayCut, 1.0)]));
    let mut client = Client::of(&sim, "binance", &[("BTCUSDT", Channel::Liquidations)]);
    client.listen().await;
    assert_eq!(client.farewells, ["1001"]);
    let at = play(minutes).start_ms + 1_440 * MINUTE;
    assert_eq!(sim.log().faults, [(at, Fault::DayCut)]);
}

#[test]
fn chances_are_kept_and_depend_on_seed_and_minute_alone() {
    let faults = |seed| Faults::seeded(seed, &[(Fault::Gap, 0.1), (Fault::Late, 0.02)]);
    let all = |seed| {
        let faults = faults(seed);
        (0..50_000)
            .flat_map(|m| faults.of(m * MINUTE))
            .collect::<Vec<_>>()
    };
    let first = all(1);
    assert_eq!(first, all(1));
    assert_ne!(first, all(2));
    let count = |fault| first.iter().filter(|(f, _)| *f == fault).count();
    assert!((4_700..5_300).contains(&count(Fault::Gap)));
    assert!((900..1_100).contains(&count(Fault::Late)));
}

/// What a client that asks for what it missed ends with, whatever went wrong.
#[tokio::test]
async fn questions_fill_what_faults_left_out() {
    let minutes = 1_000;
    let market = market(Venue::BinanceFutures, minutes);
    let sim = VenueSim::start(market.clone(), play(minutes));
    let often = [
        (Fault::Disconnect, 0.01),
        (Fault::Silence, 0.01),
        (Fault::Duplicate, 0.1),
        (Fault::Reorder, 0.05),
        (Fault::Late, 0.05),
        (Fault::Gap, 0.05),
        (Fault::Revision, 0.05),
        (Fault::ClockSkew, 0.05),
        (Fault::Garbage, 0.05),
        (Fault::TooManyUntimed, 0.01),
        (Fault::Refusal, 0.005),
    ];
    sim.faults(Faults::seeded(11, &often));
    let channels = [Channel::Candles(Timeframe::M1), Channel::Mark];
    let mut client = Client::of(&sim, "binance", &channels.map(|c| ("BTCUSDT", c)));
    client.listen().await;
    let mut kept: BTreeMap<i64, Candle> = BTreeMap::new();
    for candle in client.closed() {
        kept.entry(candle.open_time.0).or_insert(candle);
    }
    let expected = played(&market, CandleKind::Candles, minutes);
    let missing: Vec<_> = expected
        .iter()
        .filter(|c| !kept.contains_key(&c.open_time.0))
        .collect();
    assert!((50..500).contains(&missing.len()), "{}", missing.len());
    for candle in missing {
        let time = candle.open_time.0;
        let path = format!("/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime={time}&limit=1");
        let mut answer = asked(&sim, &path).await;
        while answer.status == 429 {
            answer = asked(&sim, &path).await;
        }
        let rows: serde_json::Value = serde_json::from_str(&answer.body).expect("rows");
        let close: Price = rows[0][4]
            .as_str()
            .expect("a price")
            .parse()
            .expect("a price");
        assert_eq!((rows[0][0].as_i64(), close), (Some(time), candle.close));
        kept.insert(time, *candle);
    }
    let kept: Vec<_> = kept.values().copied().collect();
    assert_eq!(kept, expected);
    let happened = sim.log().faults;
    assert!(
        often
            .iter()
            .all(|(fault, _)| happened.iter().any(|(_, f)| f == fault))
    );
}
