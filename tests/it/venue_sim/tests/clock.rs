//! How the clock moves: with its clients, and what can be asked at every moment of it.

use super::*;

#[tokio::test]
async fn a_whole_book_by_question_is_followed_by_the_next_change() {
    let market = market(Venue::BinanceFutures, 10);
    let sim = VenueSim::start(
        market,
        Play {
            pace: Pace::Steps,
            ..play(10)
        },
    );
    let mut client = Client::of(&sim, "binance", &[("BTCUSDT", Channel::Book(20))]);
    client.connect().await;
    client.steps(&sim, 3).await;
    let Answer { body, .. } = asked(&sim, "/fapi/v1/depth?symbol=BTCUSDT&limit=100").await;
    let whole = client
        .stream
        .read_book("BTCUSDT", body.as_bytes())
        .expect("a book");
    client.steps(&sim, 1).await;
    let books = client.events.iter().filter_map(|event| match event {
        StreamEvent::Book(book) => Some(book),
        _ => None,
    });
    let follows: Vec<_> = books
        .map(|book| client.stream.follows(&whole, book))
        .collect();
    assert_eq!(follows.len(), 12);
    assert!(
        follows[..9].iter().all(|f| *f == Follows::Old),
        "{follows:?}"
    );
    assert_eq!(follows[9], Follows::Yes);
}

#[tokio::test]
async fn time_stands_still_until_somebody_listens_and_after_each_step() {
    let market = market(Venue::BinanceFutures, 10);
    let sim = VenueSim::start(
        market,
        Play {
            pace: Pace::Steps,
            ..play(10)
        },
    );
    let start = play(10).start_ms;
    let Answer { body, .. } = asked(&sim, "/fapi/v1/time").await;
    assert_eq!(body, format!(r#"{{"serverTime":{start}}}"#));
    let mut client = Client::of(
        &sim,
        "binance",
        &[("BTCUSDT", Channel::Candles(Timeframe::M1))],
    );
    client.connect().await;
    client.steps(&sim, 2).await;
    // Two minutes are over, and the closing frame of the second has come.
    let now = sim.now_ms() - start;
    assert!((120_000..=122_000).contains(&now), "{now}");
    let path = "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1";
    let Answer { body, .. } = asked(&sim, path).await;
    assert!(
        body.starts_with(&format!("[[{}", start + 2 * MINUTE)),
        "{body}"
    );
    assert!(!sim.finished());
    client.steps(&sim, 20).await;
    assert!(sim.finished());
}

#[tokio::test]
async fn settlements_are_told_some_seconds_after_they_happened() {
    let mut market = market(Venue::BinanceFutures, 10);
    let due = play(10).start_ms + 2 * MINUTE;
    market.listed[0].funding = vec![crate::venue_stub::Settlement {
        time: due + 3,
        rate: 0.0003,
        price: 20_000.0,
    }];
    let sim = VenueSim::start(
        market,
        Play {
            pace: Pace::Steps,
            ..play(10)
        },
    );
    let mut client = Client::of(&sim, "binance", &[("BTCUSDT", Channel::Mark)]);
    client.connect().await;
    let path = format!("/fapi/v1/fundingRate?symbol=BTCUSDT&startTime={due}");
    client.steps(&sim, 2).await;
    assert_eq!(asked(&sim, &path).await.body, "[]");
    client.steps(&sim, 1).await;
    assert!(
        asked(&sim, &path)
            .await
            .body
            .contains(r#""fundingRate":"0.0003""#)
    );
}

#[tokio::test]
async fn a_pace_follows_the_clock() {
    let market = market(Venue::BinanceFutures, 20);
    let pace = Pace::TimesRealTime(1_200.0);
    let sim = VenueSim::start(market, Play { pace, ..play(10) });
    let mut client = Client::of(
        &sim,
        "binance",
        &[("BTCUSDT", Channel::Candles(Timeframe::M1))],
    );
    client.connect().await;
    let begun = tokio::time::Instant::now();
    client.listen().await;
    // Ten minutes at twenty a second.
    assert!(
        begun.elapsed() >= Duration::from_millis(450),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn the_clock_waits_for_a_client_that_left() {
    let market = market(Venue::BinanceFutures, 100);
    let sim = VenueSim::start(market.clone(), play(100));
    let wanted = [("BTCUSDT", Channel::Candles(Timeframe::M1))];
    let mut client = Client::of(&sim, "binance", &wanted);
    client.connect().await;
    client.read(50).await;
    drop(client);
    while sim.log().waits == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stands = sim.now_ms();
    assert!(!sim.finished());
    let mut client = Client::of(&sim, "binance", &wanted);
    assert_eq!(sim.now_ms(), stands);
    client.listen().await;
    assert!(sim.finished());
}

#[test]
fn a_step_returns_when_it_was_read_and_clients_need_not_be_waited_for() {
    let market = market(Venue::Bybit, 400);
    let pace = Pace::Steps;
    let sim = VenueSim::start(market, Play { pace, ..play(400) });
    let wanted = [("BTCUSDT", Channel::Candles(Timeframe::M1))];
    let mut client = Client::of(&sim, "bybit", &wanted);
    let reader = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime
            .expect("a runtime")
            .block_on(client.until_played(100));
        client
    });
    sim.step(100);
    assert_eq!(sim.now_ms() / MINUTE, play(400).start_ms / MINUTE + 100);
    let client = reader.join().expect("it read");
    assert_eq!(client.closed().len(), 100);
    drop(client);
    sim.set_lonely_minutes(1_000);
    sim.step(300);
    sim.wait_until_finished(Duration::from_secs(10));
    let log = sim.log();
    assert_eq!((log.waits, log.asked.len()), (0, 0));
}

#[test]
fn every_place_of_every_venue_is_here() {
    let sim = VenueSim::start(market(Venue::Bybit, 1), play(1));
    let settings: BTreeMap<_, _> = sim.settings().into_iter().collect();
    assert_eq!(settings.len(), adapters::places().count());
    for place in adapters::places() {
        let is_socket = place.variable.contains("STREAM");
        assert_eq!(
            settings[place.variable].starts_with("ws://127."),
            is_socket,
            "{place:?}"
        );
    }
}
