//! A live feed beside a local venue: sockets, questions and threads as they are in a session.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use host::data::catalog::{Catalog, CatalogWriter};
use host::data::live::{Arrived, From, LiveEvent, LiveFeed, LiveMarket, LiveMinute, Setup, Timing};
use host::data::series::SeriesKey;
use host::data::streams::Wanted;
use host::domain::{Candle, CandleKind, InstrumentKind, SlotState, Symbol, Timeframe, Timestamp};
use host::venues::adapters;
use host::venues::http::{Addresses, Client, Options};
use host::venues::socket::{Patience, wall_clock};

use crate::venue_stub::{Listed, Market, Venue, VenueStub};
use crate::ws_stub::{Step, WsStub};

const M: i64 = 60_000;
/// Midnight, when every venue settles.
const MIDNIGHT: i64 = 1_789_948_800_000;

/// A venue and how it says a candle.
struct Case {
    name: &'static str,
    venue: Venue,
    symbol: &'static str,
    /// Frames that close a candle.
    closes: fn(&Candle) -> Vec<Step>,
}

const CASES: [Case; 3] = [
    Case {
        name: "binance",
        venue: Venue::BinanceFutures,
        symbol: "BTC/USDT:USDT",
        closes: |c| {
            vec![Step::Frame(format!(
                r#"{{"stream":"btcusdt@kline_1m","data":{{"e":"kline","E":1,"s":"BTCUSDT","k":{{"t":{},"T":{},"s":"BTCUSDT","i":"1m","f":1,"L":2,"o":"{}","c":"{}","h":"{}","l":"{}","v":"{}","n":{},"x":true,"q":"{}","V":"{}","Q":"1","B":"0"}}}}}}"#,
                c.open_time.0,
                c.open_time.0 + M - 1,
                c.open,
                c.close,
                c.high,
                c.low,
                c.volume,
                c.trades,
                c.quote_volume,
                c.taker_buy_volume
            ))]
        },
    },
    Case {
        name: "bybit",
        venue: Venue::Bybit,
        symbol: "BTC/USDT:USDT",
        closes: |c| {
            vec![Step::Frame(format!(
                r#"{{"topic":"kline.1.BTCUSDT","type":"snapshot","ts":1,"data":[{{"start":{},"end":{},"interval":"1","open":"{}","close":"{}","high":"{}","low":"{}","volume":"{}","turnover":"{}","confirm":true,"timestamp":1}}]}}"#,
                c.open_time.0,
                c.open_time.0 + M - 1,
                c.open,
                c.close,
                c.high,
                c.low,
                c.volume,
                c.quote_volume
            ))]
        },
    },
    Case {
        name: "hyperliquid",
        venue: Venue::Hyperliquid,
        symbol: "BTC/USDC:USDC",
        // It never says that a candle is closed: the next one begins.
        closes: |c| {
            let frame = |open: i64| {
                Step::Frame(format!(
                    r#"{{"channel":"candle","data":{{"t":{open},"T":{},"s":"BTC","i":"1m","o":"{}","c":"{}","h":"{}","l":"{}","v":"{}","n":{}}}}}"#,
                    open + M - 1,
                    c.open,
                    c.close,
                    c.high,
                    c.low,
                    c.volume,
                    c.trades
                ))
            };
            vec![frame(c.open_time.0), frame(c.open_time.0 + M)]
        },
    },
];

/// Everything a feed needs beside two stubs.
fn setup(case: &Case, sockets: &WsStub, questions: &VenueStub, from: i64) -> Setup {
    let rest = adapters::adapter(case.name).expect("a venue");
    let places = rest.places().iter().map(|place| {
        let is_stream = place.variable.ends_with("_STREAM_URL");
        let url = if is_stream {
            sockets.url()
        } else {
            questions.url()
        };
        (place.variable, url)
    });
    let places: BTreeMap<&'static str, String> = places.collect();
    Setup {
        rest,
        stream: adapters::stream(case.name, InstrumentKind::LinearPerpetual).expect("a venue"),
        client: Arc::new(Client::new(&places, Options::default()).expect("a client")),
        addresses: Addresses::new(&places).expect("addresses"),
        patience: Patience {
            pause_min_ms: 20,
            pause_max_ms: 50,
            subscribe_pause_ms: 1,
            answer_wait_ms: 200,
            ..Patience::default()
        },
        timing: Timing {
            ask_again_ms: 200,
            ..Timing::default()
        },
        history: None,
        markets: vec![LiveMarket {
            market: 3,
            symbol: Symbol::parse(case.symbol, None).expect("a symbol"),
            wanted: Wanted {
                funding: true,
                references: true,
                rows: Vec::new(),
            },
            quotes: false,
            from: Some(Timestamp(from)),
        }],
    }
}

/// Runs a feed until an event is the last one; everything it told.
fn run(
    feed: &mut LiveFeed,
    inbox: &Receiver<Arrived>,
    mut is_last: impl FnMut(&LiveEvent) -> bool,
) -> Vec<LiveEvent> {
    let mut told: Vec<LiveEvent> = Vec::new();
    let until = wall_clock().plus_ms(30_000);
    let mut seen = 0;
    while !told[seen..].iter().any(&mut is_last) {
        seen = told.len();
        assert!(wall_clock() < until, "nothing more came: {told:#?}");
        if let Ok(arrived) = inbox.recv_timeout(Duration::from_millis(20)) {
            feed.take(arrived, &mut |event| told.push(event));
        }
        feed.tick(wall_clock(), &mut |event| told.push(event));
    }
    told
}

fn minutes(told: &[LiveEvent]) -> Vec<LiveMinute> {
    let minute = |event: &LiveEvent| match event {
        LiveEvent::Minute { market: 3, minute } => Some(*minute),
        _ => None,
    };
    told.iter().filter_map(minute).collect()
}

fn is_minute(event: &LiveEvent, time: i64) -> bool {
    matches!(event, LiveEvent::Minute { minute, .. } if minute.time.0 == time)
}

#[test]
fn what_the_stream_left_out_comes_by_questions_in_order_at_every_venue() {
    for case in &CASES {
        let listed = Listed::made_up(case.venue, "BTC", MIDNIGHT - 120 * M, 240, 11);
        let source = listed.rows(CandleKind::Candles, Timeframe::M1).to_vec();
        let candle = |n: i64| source[usize::try_from(n + 120).expect("within")];
        let (first, later) = ((case.closes)(&candle(0)), (case.closes)(&candle(2)));
        let sockets = WsStub::start(Box::new(move |_, before| {
            // The first connection breaks after the first candle, and the second candle is lost.
            let mut steps = vec![Step::Subscribed(1), Step::Wait(300)];
            match before {
                0 => steps.extend(first.iter().cloned().chain([Step::Wait(300), Step::Drop])),
                1 => steps.extend(later.clone()),
                _ => {}
            }
            steps
        }));
        let mut market = Market::new(MIDNIGHT + 20_000);
        market.add(listed);
        let questions = VenueStub::start(market);
        let (sender, inbox) = channel();
        let from = MIDNIGHT - 10 * M;
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = Catalog::new(folder.path());
        let mut setup = setup(case, &sockets, &questions, from);
        setup.history = Some(catalog.clone());
        keep(&catalog, case, (-70..-30).map(|n| traded_more(candle(n))));
        // The test may be over when the last frame comes.
        let wake = move |arrived| drop(sender.send(arrived));
        let mut feed = LiveFeed::open(setup, Arc::new(wake)).expect("it opens");
        let mut told = run(&mut feed, &inbox, |event| is_minute(event, MIDNIGHT - M));
        // One is over, then three.
        questions.set_now(MIDNIGHT + 3 * M + 20_000);
        told.extend(run(&mut feed, &inbox, |event| {
            is_minute(event, MIDNIGHT + 2 * M)
        }));

        let name = case.name;
        assert!(told.contains(&LiveEvent::Begin {
            market: 3,
            start: Timestamp(from)
        }));
        let minutes = minutes(&told);
        let times: Vec<_> = minutes.iter().map(|m| (m.time.0 - MIDNIGHT) / M).collect();
        assert_eq!(times, (-10..3).collect::<Vec<_>>(), "{name}");
        for (minute, n) in minutes.iter().zip(-10..) {
            let (a, b) = (minute.slot.candle, candle(n));
            assert_eq!(minute.slot.state, SlotState::Real, "{name} {n}");
            let prices = |c: &Candle| [c.open, c.high, c.low, c.close];
            assert_eq!(prices(&a), prices(&b), "{name} {n}");
            assert_eq!(a.volume, b.volume, "{name} {n}");
            let has_mark = minute.reference.mark.is_some();
            assert_eq!(has_mark, case.venue != Venue::Hyperliquid, "{name} {n}");
        }
        let from_questions = minutes.iter().filter(|m| m.from == From::Question);
        assert!(from_questions.count() >= 10, "{name}");
        let at = told.iter().position(
            |e| matches!(e, LiveEvent::Funding(f) if f.time.0 == MIDNIGHT && !f.substituted),
        );
        assert!(
            at < told.iter().position(|e| is_minute(e, MIDNIGHT)) && at.is_some(),
            "{name}"
        );
        assert!(
            told.iter()
                .any(|e| matches!(e, LiveEvent::Connection { stands: false, .. })),
            "{name}"
        );
        let view = feed.view();
        assert!(
            view.reconnects >= 1 && view.unreadable == 0,
            "{name}: {view:?}"
        );

        // What was before, in the same market.
        feed.history(5, 3, Timestamp(MIDNIGHT - 70 * M), Timestamp(from));
        let told = run(&mut feed, &inbox, |event| {
            matches!(event, LiveEvent::History { request: 5, .. })
        });
        let history = told.into_iter().find_map(|event| match event {
            LiveEvent::History { told, .. } => Some(told.expect("it is there")),
            _ => None,
        });
        let history = history.expect("told");
        assert_eq!(history.minutes.len(), 60, "{name}");
        for (minute, n) in history.minutes.iter().zip(-70..) {
            assert_eq!(minute.slot.candle.close, candle(n).close, "{name} {n}");
            assert_eq!(minute.slot.state, SlotState::Real);
            let kept = if n < -30 {
                traded_more(candle(n))
            } else {
                candle(n)
            };
            assert_eq!(minute.slot.candle.volume, kept.volume, "{name} {n}");
        }
    }
}

/// The candle as only the catalog has it.
fn traded_more(candle: Candle) -> Candle {
    Candle {
        volume: candle.volume + 1.0,
        ..candle
    }
}

/// Puts candles into a catalog.
fn keep(catalog: &Catalog, case: &Case, candles: impl Iterator<Item = Candle>) {
    let market = Some(InstrumentKind::LinearPerpetual);
    let key = SeriesKey::new(case.name, market, case.symbol, Timeframe::M1).expect("a series");
    let mut writer = CatalogWriter::open(catalog, || ()).expect("nobody writes");
    let series = writer.series(&key).expect("a new one");
    candles.for_each(|candle| series.push(&candle).expect("ascending"));
    writer.commit().expect("a folder");
}
