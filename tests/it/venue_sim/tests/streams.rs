//! What a client reads is the history, by our readers of frames.

use super::*;

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
    let mut client = Client::saying(&sim, "binance", "/public/ws", &[right]);
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

/// Minutes a second are told with `--nocapture`; `SIM_MINUTES` plays more of them.
#[tokio::test]
async fn thousands_of_minutes_are_played_in_seconds() {
    let wanted = std::env::var("SIM_MINUTES")
        .ok()
        .and_then(|m| m.parse().ok());
    let minutes: i64 = wanted.unwrap_or(4_000);
    let market = market(Venue::BinanceFutures, minutes);
    let sim = VenueSim::start(market.clone(), play(minutes));
    let channels = [Channel::Candles(Timeframe::M1), Channel::Mark];
    let mut client = Client::of(&sim, "binance", &channels.map(|c| ("BTCUSDT", c)));
    client.connect().await;
    let begun = tokio::time::Instant::now();
    client.listen().await;
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(
        client.closed(),
        played(&market, CandleKind::Candles, minutes)
    );
    assert_eq!(sim.log().sent as usize, client.frames.len() - 1);
    println!(
        "{minutes} minutes, {} frames in {seconds:.2} s",
        client.frames.len()
    );
}
