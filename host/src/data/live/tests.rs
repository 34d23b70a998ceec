//! A feed that is given lines, answers and times by hand: no socket, no clock.

use super::machine::{Machine, Want};
use super::question::{About, Answer, Question, Told};
use super::{LiveEvent, LiveMarket, Timing};
use crate::data::streams::Wanted;
use crate::data::testing::candle;
use crate::domain::{Candle, InstrumentKind, SlotState, Symbol, Timestamp};
use crate::venues::adapters;
use crate::venues::rest::{History, Rows};
use crate::venues::socket::Incoming;

const M: i64 = 60_000;
/// A full hour.
const START: i64 = 1_790_002_800_000;

/// A machine, its market and what it told.
struct Bench {
    machine: Machine,
    told: Vec<LiveEvent>,
    questions: Vec<Question>,
}

impl Bench {
    fn new(venue: &str, symbol: &str, wanted: Wanted) -> Self {
        let market = InstrumentKind::LinearPerpetual;
        let rest = adapters::adapter(venue).expect("a venue");
        let stream = adapters::stream(venue, market).expect("a venue");
        let mut machine = Machine::new(rest, stream, Timing::default());
        let asked = LiveMarket {
            market: 7,
            symbol: Symbol::parse(symbol, None).expect("a symbol"),
            wanted,
            quotes: false,
            from: None,
        };
        machine.follow(asked).expect("it is there");
        let (connections, _) = machine.connections();
        machine.opening(0, &connections);
        let mut bench = Self {
            machine,
            told: Vec::new(),
            questions: Vec::new(),
        };
        for number in 0..connections.len() {
            bench.line(START - 1_000, number, Incoming::Opened);
            bench.line(START - 1_000, number, Incoming::Subscribed);
        }
        bench
    }

    fn line(&mut self, at: i64, number: usize, what: Incoming) {
        let told = &mut self.told;
        let mut tell = |event| told.push(event);
        self.machine
            .line(Timestamp(at), (number, 1), what, &mut tell);
        self.collect();
    }

    fn tick(&mut self, at: i64) {
        let told = &mut self.told;
        self.machine
            .tick(Timestamp(at), &mut |event| told.push(event));
        self.collect();
    }

    fn answer(&mut self, at: i64, question: &Question, told: Told) {
        let events = &mut self.told;
        let answer = Answer {
            question: question.clone(),
            told,
        };
        self.machine
            .answer(Timestamp(at), answer, &mut |event| events.push(event));
        self.collect();
    }

    fn collect(&mut self) {
        for want in self.machine.wants() {
            if let Want::Ask(question) = want {
                self.questions.push(question);
            }
        }
    }

    /// Answers the question for the clock.
    fn clock(&mut self, at: i64, venue: i64) {
        self.tick(at);
        let asked = self.questions.iter().position(|q| q.about == About::Clock);
        let question = self
            .questions
            .remove(asked.expect("the clock is asked for"));
        self.answer(at, &question, Told::Clock(Timestamp(venue), 0));
    }

    /// Binance sends a candle.
    fn kline(&mut self, at: i64, candle: &Candle, is_closed: bool) {
        let (open, end) = (candle.open_time.0, candle.open_time.0 + M - 1);
        let text = format!(
            r#"{{"stream":"btcusdt@kline_1m","data":{{"e":"kline","E":{at},"s":"BTCUSDT","k":{{"t":{open},"T":{end},"s":"BTCUSDT","i":"1m","f":1,"L":2,"o":"{}","c":"{}","h":"{}","l":"{}","v":"{}","n":{},"x":{is_closed},"q":"1.0","V":"{}","Q":"1.0","B":"0"}}}}}}"#,
            candle.open,
            candle.close,
            candle.high,
            candle.low,
            candle.volume,
            candle.trades,
            candle.taker_buy_volume
        );
        self.line(at, 0, Incoming::Frame(text));
    }

    /// Times and states of the minutes told so far, counted from the start.
    fn minutes(&self) -> Vec<(i64, SlotState)> {
        let minute = |event: &LiveEvent| match event {
            LiveEvent::Minute { market: 7, minute } => {
                Some(((minute.time.0 - START) / M, minute.slot.state))
            }
            _ => None,
        };
        self.told.iter().filter_map(minute).collect()
    }

    /// The question for rows that waits for an answer.
    fn asked(&mut self) -> Option<(Question, i64, i64)> {
        let at = self.questions.iter().position(|q| {
            matches!(
                &q.about,
                About::Rows {
                    history: History::Candles(..),
                    ..
                }
            )
        })?;
        let question = self.questions.remove(at);
        let About::Rows { from, to, .. } = question.about else {
            return None;
        };
        Some((question, (from.0 - START) / M, (to.0 - START) / M))
    }
}

fn minute(n: i64) -> Candle {
    candle(START + n * M, n)
}

fn real(minutes: impl IntoIterator<Item = i64>) -> Vec<(i64, SlotState)> {
    minutes.into_iter().map(|m| (m, SlotState::Real)).collect()
}

#[test]
fn a_candle_is_told_when_the_venue_closes_it_and_a_hole_is_asked_for() {
    let mut bench = Bench::new("binance", "BTC/USDT:USDT", Wanted::default());
    bench.clock(START - 500, START - 500);
    assert!(bench.told.contains(&LiveEvent::Begin {
        market: 7,
        start: Timestamp(START)
    }));
    bench.kline(START + 30_000, &minute(0), false);
    assert_eq!(bench.minutes(), []);
    bench.kline(START + M + 50, &minute(0), true);
    bench.kline(START + M + 60, &minute(0), true);
    assert_eq!(bench.minutes(), real([0]));
    bench.kline(START + 3 * M + 50, &minute(2), true);
    assert_eq!(bench.minutes(), real([0]), "the one before it is missing");
    let (question, from, to) = bench.asked().expect("it is asked for");
    assert_eq!((from, to), (1, 2));
    bench.answer(
        START + 3 * M + 90,
        &question,
        Told::Rows(Rows::Candles(vec![minute(1)])),
    );
    assert_eq!(bench.minutes(), real([0, 1, 2]));
    let revised = candle(START + 2 * M, 9);
    bench.kline(START + 3 * M + 99, &revised, true);
    assert!(matches!(
        bench.told.last(),
        Some(LiveEvent::Revision { .. })
    ));
    assert_eq!(bench.minutes().len(), 3);
}
