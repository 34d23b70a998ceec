//! The simulator against its history: what a client reads, by our readers of frames, and what it can ask for.

mod client;
mod faults;

use std::collections::BTreeMap;
use std::time::Duration;

use host::domain::{Candle, CandleKind, Ohlc, Price, Timeframe};
use host::venues::adapters;
use host::venues::stream::{BookFrame, Channel, Follows, StreamEvent};

use super::*;
use crate::venue_stub::{Listed, Market, Venue};
use client::{Answer, Client, asked};

/// 2024-01-15, a Monday.
const START: i64 = 1_705_276_800_000;
const MINUTE: i64 = 60_000;
/// Minutes of history before the play.
const BEFORE: i64 = 60;

const VENUES: [(Venue, &str, &str); 3] = [
    (Venue::BinanceFutures, "binance", "BTCUSDT"),
    (Venue::Bybit, "bybit", "BTCUSDT"),
    (Venue::Hyperliquid, "hyperliquid", "BTC"),
];

/// One made-up symbol, an hour more at both ends than is played.
fn market(venue: Venue, minutes: i64) -> Market {
    let mut market = Market::new(START);
    let minutes = minutes + 2 * BEFORE;
    market.add(Listed::made_up(venue, "BTC", START, minutes, 5));
    market
}

fn play(minutes: i64) -> Play {
    let start_ms = START + BEFORE * MINUTE;
    Play {
        start_ms,
        end_ms: start_ms + minutes * MINUTE,
        quiet_ms: 20,
        ..Play::default()
    }
}

/// The rows of a history that are played.
fn played(market: &Market, kind: CandleKind, minutes: i64) -> &[Candle] {
    let rows = market.listed[0].rows(kind, Timeframe::M1);
    &rows[BEFORE as usize..(BEFORE + minutes) as usize]
}

/// A candle as the venue tells it.
fn told(venue: Venue, candle: &Candle) -> Candle {
    let absent = f64::NAN;
    let mut told = *candle;
    match venue {
        Venue::Bybit => (told.taker_buy_volume, told.trades) = (absent, absent),
        Venue::Hyperliquid => (told.taker_buy_volume, told.quote_volume) = (absent, absent),
        _ => {}
    }
    told
}

/// In words, because what is absent equals nothing.
fn words<'a>(candles: impl IntoIterator<Item = &'a Candle>) -> Vec<String> {
    candles.into_iter().map(|c| format!("{c:?}")).collect()
}

#[tokio::test]
async fn streams_tell_the_candles_of_the_history() {
    for (venue, name, symbol) in VENUES {
        let market = market(venue, 300);
        let sim = VenueSim::start(market.clone(), play(300));
        let mut client = Client::of(&sim, name, &[(symbol, Channel::Candles(Timeframe::M1))]);
        client.listen().await;
        let mut minutes: BTreeMap<i64, Candle> = BTreeMap::new();
        let mut closed = 0;
        for event in &client.events {
            let StreamEvent::Candle {
                candle, is_closed, ..
            } = event
            else {
                continue;
            };
            closed += usize::from(*is_closed == Some(true));
            // Where nothing says that it is over, the last version counts.
            minutes.insert(candle.open_time.0, *candle);
        }
        let expected = played(&market, CandleKind::Candles, 300);
        let got = minutes.values().take(300);
        assert_eq!(
            words(got),
            words(&expected.iter().map(|c| told(venue, c)).collect::<Vec<_>>())
        );
        let expected = if venue == Venue::Hyperliquid { 0 } else { 300 };
        assert_eq!(closed, expected, "{name}");
        assert!(
            client.events.len() > 600,
            "{name} tells running candles too"
        );
    }
}

/// When the tick of this number comes, counted from the start of the play.
fn tick(number: usize) -> i64 {
    let minute = play(0).start_ms + (number / 4) as i64 * MINUTE;
    minute + [0, 15_000, 30_000, 59_000][number % 4]
}

#[tokio::test]
async fn ticks_make_the_mark_candles_of_the_history() {
    for (venue, name, symbol) in VENUES {
        let market = market(venue, 1_000);
        let sim = VenueSim::start(market.clone(), play(1_000));
        let mut client = Client::of(&sim, name, &[(symbol, Channel::Mark)]);
        client.listen().await;
        let mut last = (Price::ZERO, Price::ZERO);
        let mut ticks: BTreeMap<i64, (Price, Price)> = BTreeMap::new();
        let mut settled = Vec::new();
        let mut running = None;
        for event in &client.events {
            let StreamEvent::Mark(mark) = event else {
                continue;
            };
            last = (mark.mark.unwrap_or(last.0), mark.index.unwrap_or(last.1));
            // Who tells no time tells every tick.
            let time = mark.time.map_or(tick(ticks.len()), |time| time.0);
            ticks.insert(time, last);
            if let Some(next) = mark.next_funding {
                if let Some((known, rate)) = running.filter(|(known, _)| *known != next) {
                    settled.push((known, rate));
                }
                let rate = mark.funding_rate.or(running.map(|(_, rate)| rate));
                running = Some((next, rate.expect("a first frame tells it")));
            }
        }
        for kind in [CandleKind::Mark, CandleKind::Index] {
            let at = |number: usize| {
                // What has not changed is not told again.
                let (_, known) = ticks.range(..=tick(number)).next_back().expect("a tick");
                if kind == CandleKind::Mark {
                    known.0
                } else {
                    known.1
                }
            };
            let minute = |first: usize| {
                let [a, b, c, d] = [0, 1, 2, 3].map(|n| at(4 * first + n));
                Ohlc {
                    open: a,
                    high: a.max(b).max(c).max(d),
                    low: a.min(b).min(c).min(d),
                    close: d,
                }
            };
            let got: Vec<_> = (0..1_000).map(minute).collect();
            let expected: Vec<_> = played(&market, kind, 1_000).iter().map(Ohlc::of).collect();
            assert_eq!(got, expected, "{name} {kind:?}");
        }
        if venue != Venue::Hyperliquid {
            let within = play(1_000).start_ms + 1..play(1_000).end_ms;
            let funding = market.listed[0].funding.iter();
            let expected = funding.filter(|s| within.contains(&(s.time / MINUTE * MINUTE)));
            let expected: Vec<_> = expected
                .map(|s| (host::domain::Timestamp(s.time / MINUTE * MINUTE), s.rate))
                .collect();
            assert!(expected.len() > 1);
            assert_eq!(settled, expected, "{name}");
        }
    }
}

#[tokio::test]
async fn trades_liquidations_and_books_are_told_once_and_in_order() {
    for (venue, name, symbol) in VENUES {
        let market = market(venue, 300);
        let sim = VenueSim::start(market.clone(), play(300));
        let channels = [Channel::Trades, Channel::Liquidations];
        let mut client = Client::of(&sim, name, &channels.map(|c| (symbol, c)));
        client.listen().await;
        let listed = &market.listed[0];
        let span = play(300).start_ms..play(300).end_ms;
        let of = |rows: &[crate::venue_stub::Trade]| -> Vec<(i64, Price)> {
            let rows = rows.iter().filter(|t| span.contains(&t.time));
            rows.map(|t| (t.time, t.price)).collect()
        };
        let (mut trades, mut liquidations) = (Vec::new(), Vec::new());
        for event in &client.events {
            match event {
                StreamEvent::Trade(t) if t.time.0 >= span.start => trades.push((t.time.0, t.price)),
                StreamEvent::Liquidation(l) => liquidations.push((l.time.0, l.price)),
                _ => {}
            }
        }
        assert_eq!(trades, of(&listed.trades), "{name}");
        let expected = match venue {
            Venue::Hyperliquid => Vec::new(),
            _ => of(&listed.liquidations),
        };
        assert_eq!(liquidations, expected, "{name}");
    }
}

#[tokio::test]
async fn books_follow_each_other() {
    for (venue, name, symbol) in VENUES {
        let sim = VenueSim::start(market(venue, 300), play(300));
        let mut client = Client::of(&sim, name, &[(symbol, Channel::Book(20))]);
        client.listen().await;
        let books = client.events.iter().filter_map(|event| match event {
            StreamEvent::Book(book) => Some(book),
            _ => None,
        });
        let books: Vec<&BookFrame> = books.collect();
        for pair in books.windows(2) {
            let follows = client.stream.follows(pair[0], pair[1]);
            assert_eq!(follows, Follows::Yes, "{pair:?}");
        }
        assert!(books.len() >= 900, "{name}: {}", books.len());
    }
}

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

#[tokio::test]
async fn a_stream_on_the_wrong_path_is_acknowledged_and_silent() {
    let market = market(Venue::BinanceFutures, 10);
    let sim = VenueSim::start(
        market,
        Play {
            pace: Pace::Steps,
            ..play(10)
        },
    );
    let right =
        r#"{"method":"SUBSCRIBE","params":["btcusdt@kline_1m","btcusdt@bookTicker"],"id":1}"#;
    let mut client = Client::saying(&sim, "binance", "/public/ws", right);
    client.connect().await;
    client.steps(&sim, 2).await;
    assert_eq!(client.frames[0], r#"{"result":null,"id":1}"#);
    assert!(
        client.frames[1..]
            .iter()
            .all(|f| f.starts_with(r#"{"e":"bookTicker""#))
    );
    assert_eq!(client.frames.len(), 7);
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

#[tokio::test]
async fn recorded_perpetuals_are_played() {
    let from = 1_749_081_600_000;
    let to = from + 600 * MINUTE;
    for (venue, name, symbol) in &VENUES[..2] {
        let Some(listed) = recorded(*venue, "BTC", from, to) else {
            return;
        };
        let mut market = Market::new(from);
        market.add(listed);
        let play = Play {
            start_ms: from,
            end_ms: to,
            quiet_ms: 20,
            ..Play::default()
        };
        let sim = VenueSim::start(market.clone(), play);
        let channels = [Channel::Candles(Timeframe::M1), Channel::Mark];
        let mut client = Client::of(&sim, name, &channels.map(|c| (*symbol, c)));
        client.listen().await;
        let closed = client.closed();
        let rows = market.listed[0].rows(CandleKind::Candles, Timeframe::M1);
        let expected: Vec<_> = rows.iter().map(|c| told(*venue, c)).collect();
        assert_eq!(words(&closed), words(&expected));
        // At midnight and at eight.
        assert_eq!(market.listed[0].funding.len(), 2);
    }
}
