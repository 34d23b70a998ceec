//! A feed that is given lines, answers and times by hand: no socket, no clock.

use super::ask::Waits;
use super::machine::{Machine, Want};
use super::question::{About, Answer, Question, Told};
use super::{From, LiveEvent, LiveMarket, LiveMinute, Timing};
use crate::data::streams::{StreamKind, Wanted};
use crate::data::testing::candle;
use crate::domain::{
    Candle, CandleKind, FundingSettlement, InstrumentKind, Price, Rate, SlotState, Symbol,
    Timeframe, Timestamp, UNIT,
};
use crate::venues::adapters;
use crate::venues::rest::{FundingRow, History, InterestRow, Rows};
use crate::venues::socket::Incoming;

mod clocks;
mod properties;

const M: i64 = 60_000;
/// A full hour.
const START: i64 = 1_790_002_800_000;

/// A machine, its market and what it told.
struct Bench {
    machine: Machine,
    told: Vec<LiveEvent>,
    questions: Vec<Question>,
    /// When the machine looked last.
    looked: i64,
}

/// A session lets its feeds look more often.
const LOOK_MS: i64 = 20_000;

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
            looked: START - 1_000,
        };
        for number in 0..connections.len() {
            bench.line(START - 1_000, number, Incoming::Opened);
            bench.line(START - 1_000, number, Incoming::Subscribed);
        }
        bench
    }

    /// Time passes up to a moment, and the machine looks now and then.
    fn pass(&mut self, at: i64) {
        while at - self.looked > LOOK_MS {
            self.look(self.looked + LOOK_MS);
        }
    }

    fn line(&mut self, at: i64, number: usize, what: Incoming) {
        self.pass(at);
        let told = &mut self.told;
        let mut tell = |event| told.push(event);
        self.machine
            .line(Timestamp(at), (number, 1), what, &mut tell);
        self.collect();
    }

    fn tick(&mut self, at: i64) {
        self.pass(at);
        self.look(at);
    }

    /// The machine looks, whatever our clock showed before.
    fn look(&mut self, at: i64) {
        self.looked = at;
        let told = &mut self.told;
        self.machine
            .tick(Timestamp(at), &mut |event| told.push(event));
        self.collect();
    }

    fn answer(&mut self, at: i64, question: &Question, told: Told) {
        self.pass(at);
        let events = &mut self.told;
        let answer = Answer {
            question: question.clone(),
            told,
        };
        self.machine
            .answer(Timestamp(at), answer, &mut |event| events.push(event));
        self.collect();
    }

    /// The venue asks to wait.
    fn waits(&mut self, at: i64, waits: &Waits) {
        let events = &mut self.told;
        self.machine
            .waits(Timestamp(at), waits, &mut |event| events.push(event));
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

    /// Binance sends a mark price with its running rate.
    fn mark(&mut self, at: i64, time: i64, price: i64, next: i64) {
        let text = format!(
            r#"{{"stream":"btcusdt@markPrice@1s","data":{{"e":"markPriceUpdate","E":{time},"s":"BTCUSDT","p":"{price}","i":"{price}.5","P":"{price}","r":"0.00020000","T":{next}}}}}"#
        );
        self.line(at, 0, Incoming::Frame(text));
    }

    /// A question for another history than candles that waits for an answer.
    fn asked_for(&mut self, wanted: History) -> Option<(Question, i64, i64)> {
        let at = self
            .questions
            .iter()
            .position(|q| matches!(&q.about, About::Rows { history, .. } if *history == wanted))?;
        let question = self.questions.remove(at);
        let About::Rows { from, to, .. } = question.about else {
            return None;
        };
        Some((question, from.0 - START, to.0 - START))
    }

    /// All of an answer.
    fn answer_all(&mut self, at: i64, question: &Question, rows: Rows) {
        self.answer(at, question, Told::Rows(rows));
        self.answer(at, question, Told::End);
    }

    fn minute_of(&self, n: i64) -> Option<LiveMinute> {
        self.told.iter().find_map(|event| match event {
            LiveEvent::Minute { minute, .. } if minute.time.0 == START + n * M => Some(*minute),
            _ => None,
        })
    }

    fn count(&self, is_it: impl Fn(&LiveEvent) -> bool) -> usize {
        self.told.iter().filter(|event| is_it(event)).count()
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
        let kind = History::Candles(CandleKind::Candles, Timeframe::M1);
        let (question, from, to) = self.asked_for(kind)?;
        Some((question, from / M, to / M))
    }
}

fn minute(n: i64) -> Candle {
    Candle {
        quote_volume: 1.0,
        ..candle(START + n * M, n)
    }
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

fn candles(minutes: impl IntoIterator<Item = i64>) -> Rows {
    Rows::Candles(minutes.into_iter().map(minute).collect())
}

/// A feed of Binance whose clock agrees with ours and whose first minute is the first one of the hour.
fn begun(wanted: Wanted) -> Bench {
    let mut bench = Bench::new("binance", "BTC/USDT:USDT", wanted);
    bench.clock(START - 500, START - 500);
    bench
}

fn executed() -> Wanted {
    Wanted {
        funding: true,
        references: true,
        rows: Vec::new(),
    }
}

#[test]
fn a_minute_that_nobody_brings_is_missing_after_a_minute_and_the_others_go_on() {
    let mut bench = begun(Wanted::default());
    let early = START + 2 * M + 100;
    bench.kline(early, &minute(1), true);
    let mut asked = 0;
    for ms in (0..60_000).step_by(100) {
        bench.tick(early + ms);
        if let Some((question, from, to)) = bench.asked() {
            assert_eq!((from, to), (0, 1));
            asked += 1;
            bench.answer(early + ms, &question, Told::End);
        }
    }
    assert_eq!(bench.minutes(), []);
    assert!(
        (4..9).contains(&asked),
        "two seconds apart, then growing: {asked}"
    );
    bench.tick(early + 60_100);
    assert_eq!(
        bench.minutes(),
        [(0, SlotState::Missing), (1, SlotState::Real)]
    );
    // It is over for good.
    bench.kline(early + 60_200, &minute(0), true);
    assert_eq!(bench.minutes().len(), 2);
}

#[test]
fn a_candle_the_stream_left_out_is_asked_for_ten_seconds_after_its_end() {
    let mut bench = begun(Wanted::default());
    bench.kline(START + 30_000, &minute(0), false);
    bench.tick(START + M + 9_900);
    assert!(bench.asked().is_none());
    bench.tick(START + M + 10_000);
    let (question, from, to) = bench.asked().expect("it is late");
    assert_eq!((from, to), (0, 1));
    bench.tick(START + M + 20_000);
    assert!(bench.asked().is_none(), "one is under way");
    bench.answer_all(START + M + 20_100, &question, candles([0]));
    assert_eq!(bench.minute_of(0).map(|m| m.from), Some(From::Question));
    assert_eq!(bench.machine.view().markets[0].refilled, 1);
}

#[test]
fn while_a_venue_is_silent_nothing_is_given_up_and_what_it_left_out_comes_when_it_is_back() {
    let mut bench = begun(Wanted::default());
    bench.kline(START + M + 50, &minute(0), true);
    bench.line(START + M + 500, 0, Incoming::Closed("gone".to_owned()));
    let back = START + 31 * M + 30_000;
    let mut at = START + M + 500;
    while at < back {
        at += 500;
        bench.tick(at);
        if let Some((question, ..)) = bench.asked() {
            bench.answer(at, &question, Told::Failed("no network".to_owned()));
        }
    }
    assert_eq!(bench.minutes(), real([0]));
    let stale =
        |event: &LiveEvent| matches!(event, LiveEvent::Stale { since, .. } if since.0 == START + M);
    assert_eq!(bench.count(stale), 1);
    bench.line(back, 0, Incoming::Opened);
    bench.line(back, 0, Incoming::Subscribed);
    bench.tick(back + 30_000);
    let (question, from, to) = bench.asked().expect("from the last accepted one");
    assert_eq!((from, to), (1, 31));
    // A live candle comes before the answer does.
    bench.kline(back + 30_100, &minute(31), true);
    bench.answer_all(back + 30_200, &question, candles(1..31));
    assert_eq!(bench.minutes(), real(0..32));
    assert_eq!(bench.count(|e| matches!(e, LiveEvent::Back { .. })), 1);
    assert_eq!(bench.machine.view().reconnects, 1);
}

#[test]
fn after_a_reconnect_what_is_over_is_asked_for_at_once() {
    let mut bench = begun(Wanted::default());
    bench.kline(START + M + 50, &minute(0), true);
    bench.line(START + 2 * M - 100, 0, Incoming::Closed("gone".to_owned()));
    bench.line(START + 2 * M + 4_000, 0, Incoming::Opened);
    bench.line(START + 2 * M + 4_000, 0, Incoming::Subscribed);
    let (_, from, to) = bench.asked().expect("the close was missed");
    assert_eq!((from, to), (1, 2));
}

#[test]
fn a_settlement_is_told_before_its_minute_which_waits_for_it() {
    let mut bench = begun(Wanted {
        references: false,
        ..executed()
    });
    let eight = START + 8 * 60 * M;
    bench.mark(START - 400, START - 400, 100, START);
    // The next one is announced as soon as this one is over.
    bench.mark(START + 1_000, START + 1_000, 100, eight);
    bench.kline(START + M + 50, &minute(0), true);
    assert_eq!(bench.minutes(), []);
    bench.tick(START + M + 100);
    let (question, from, to) = bench.asked_for(History::Funding).expect("it is due");
    assert!(from <= 0 && to > 0);
    let row = FundingRow {
        time: Timestamp(START + 7),
        rate: 0.000_123_45,
        price: 101.5,
    };
    bench.answer_all(START + M + 200, &question, Rows::Funding(vec![row]));
    let told: Vec<_> = bench
        .told
        .iter()
        .skip_while(|e| !matches!(e, LiveEvent::Funding(_)))
        .collect();
    let settlement = FundingSettlement {
        instrument: 7,
        time: Timestamp(START),
        rate: Rate(12_345),
        price: Some(Price(10_150_000_000)),
        substituted: false,
    };
    assert_eq!(told[0], &LiveEvent::Funding(settlement));
    assert!(matches!(told[1], LiveEvent::Minute { .. }));
    // A full hour that is none: the venue said so before it.
    for n in 1..61 {
        bench.kline(START + (n + 1) * M + 50, &minute(n), true);
    }
    assert_eq!(bench.minutes(), real(0..61));
}

#[test]
fn a_rate_that_is_not_told_for_a_minute_is_the_one_that_was_announced() {
    let mut bench = begun(Wanted {
        references: false,
        ..executed()
    });
    bench.mark(START - 400, START - 400, 100, START);
    let ready = START + M + 50;
    bench.kline(ready, &minute(0), true);
    for ms in (0..=60_000).step_by(200) {
        assert_eq!(bench.minutes(), [], "{ms}");
        bench.tick(ready + ms);
        if let Some((question, ..)) = bench.asked_for(History::Funding) {
            bench.answer(ready + ms, &question, Told::End);
        }
    }
    let funding = bench.told.iter().find_map(|event| match event {
        LiveEvent::Funding(settlement) => Some(*settlement),
        _ => None,
    });
    let funding = funding.expect("the announced rate stands in");
    assert_eq!((funding.rate, funding.substituted), (Rate(20_000), true));
    assert_eq!(bench.minutes(), real([0]));
}

#[test]
fn a_mark_is_made_of_ticks_if_all_of_its_minute_was_heard_and_asked_for_else() {
    let mut bench = begun(Wanted {
        funding: false,
        ..executed()
    });
    let next = START + 8 * 60 * M;
    // The first minute is not heard from its beginning.
    bench.mark(START + 5_000, START + 5_000, 100, next);
    for (second, price) in [(35, 100), (61, 110)] {
        let time = START + second * 1_000;
        bench.mark(time, time, price, next);
    }
    bench.kline(START + M + 1_500, &minute(0), true);
    bench.tick(START + M + 4_000);
    for kind in [CandleKind::Mark, CandleKind::Index] {
        assert_eq!(bench.minutes(), [], "it has no price yet");
        let history = History::Candles(kind, Timeframe::M1);
        let (question, from, to) = bench.asked_for(history).expect("asked for");
        assert_eq!((from / M, to / M), (0, 1));
        bench.answer_all(START + M + 4_100, &question, candles([0]));
    }
    for (second, price) in [(70, 105), (95, 106), (119, 107)] {
        let time = START + second * 1_000;
        bench.mark(time, time, price, next);
    }
    bench.kline(START + 2 * M + 50, &minute(1), true);
    assert_eq!(bench.minutes(), real([0]), "ticks may still come");
    bench.mark(START + 2 * M + 500, START + 2 * M + 500, 108, next);
    assert_eq!(bench.minutes(), real([0, 1]));
    let path = |n: i64| {
        let mark = bench
            .minute_of(n)
            .and_then(|m| m.reference.mark)
            .expect("a mark");
        [
            mark.path.open,
            mark.path.high,
            mark.path.low,
            mark.path.close,
        ]
        .map(|p| p.0)
    };
    let asked = minute(0);
    assert_eq!(
        path(0),
        [asked.open, asked.high, asked.low, asked.close].map(|p| p.0)
    );
    assert_eq!(path(1), [110, 110, 105, 107].map(|p| p * UNIT));
    let index = bench
        .minute_of(1)
        .and_then(|m| m.reference.index)
        .expect("an index");
    assert_eq!(index.close.0, 107 * UNIT + UNIT / 2);
    // A minute without any: nobody waits long for it.
    bench.line(
        START + 2 * M + 5_000,
        0,
        Incoming::Closed("gone".to_owned()),
    );
    bench.kline(START + 3 * M + 50, &minute(2), true);
    bench.tick(START + 3 * M + 10_000);
    assert_eq!(bench.minutes(), real([0, 1]));
    bench.tick(START + 3 * M + 10_050);
    assert_eq!(bench.minutes(), real([0, 1, 2]));
    assert_eq!(bench.minute_of(2).and_then(|m| m.reference.mark), None);
}

#[test]
fn where_no_candle_is_ever_closed_the_clock_of_the_venue_closes_it() {
    let mut bench = Bench::new("hyperliquid", "BTC/USDC:USDC", Wanted::default());
    // Our clock is 5 s ahead.
    bench.clock(START + 4_000, START - 1_000);
    bench.tick(START + 4_100);
    let text = |n: i64| {
        let (open, end) = (START + n * M, START + (n + 1) * M - 1);
        Incoming::Frame(format!(
            r#"{{"channel":"candle","data":{{"t":{open},"T":{end},"s":"BTC","i":"1m","o":"84000.0","c":"84002.0","h":"84005.0","l":"83990.0","v":"1.5","n":3}}}}"#
        ))
    };
    let pong = || Incoming::Frame(r#"{"channel":"pong"}"#.to_owned());
    bench.line(START + 50_000, 0, text(0));
    bench.line(START + M + 7_900, 0, pong());
    bench.tick(START + M + 7_900);
    assert_eq!(bench.minutes(), [], "two seconds past its end there");
    bench.tick(START + M + 8_000);
    assert_eq!(bench.minutes(), [], "its last frame may not have come yet");
    bench.line(START + M + 8_050, 0, pong());
    bench.tick(START + M + 8_100);
    assert_eq!(bench.minutes(), real([0]));
    bench.line(START + M + 20_000, 0, text(1));
    bench.line(START + 2 * M + 5_100, 0, text(2));
    assert_eq!(bench.minutes(), real([0, 1]), "the next one began");
    let off = |e: &LiveEvent| matches!(e, LiveEvent::Note(text) if text.contains("5.0 s ahead of"));
    assert_eq!(bench.count(off), 1);
}

#[test]
fn rows_come_before_the_minute_in_which_they_were_known() {
    let mut bench = begun(Wanted {
        rows: vec![(StreamKind::Trades, 0)],
        ..Wanted::default()
    });
    let trade = |id: i64, time: i64| {
        Incoming::Frame(format!(
            r#"{{"stream":"btcusdt@aggTrade","data":{{"e":"aggTrade","E":{time},"s":"BTCUSDT","a":{id},"p":"100.5","q":"2","f":1,"l":1,"T":{time},"m":true}}}}"#
        ))
    };
    bench.line(START + 1_000, 0, trade(1, START + 900));
    bench.line(START + 1_000, 0, trade(1, START + 900));
    bench.line(START + M + 20, 0, trade(2, START + M - 30));
    bench.kline(START + M + 50, &minute(0), true);
    bench.kline(START + 2 * M + 50, &minute(1), true);
    let told = bench.told.iter().filter_map(|event| match event {
        LiveEvent::Row {
            available_at,
            values,
            ..
        } => {
            assert_eq!(values, &[-2.0, 100.5], "the buyer made it");
            Some(available_at.0 - START)
        }
        LiveEvent::Minute { minute, .. } => Some(minute.time.0 - START),
        _ => None,
    });
    // By the venue's clock it is some tens of milliseconds earlier than by ours.
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(
        told[0] < M && told[1] == 0 && told[2] > M && told[3] == M,
        "{told:?}"
    );
}

#[test]
fn a_month_that_a_venue_plays_in_seconds_is_followed_without_a_loss() {
    let mut bench = begun(executed());
    bench.told.clear();
    let minutes = 30 * 1_440;
    // Ten thousand minutes in a minute of ours; every hundredth candle is lost, and a question knows what is over.
    let mut at = START;
    for n in 0..minutes {
        at = START + n * 6;
        if n % 100 != 50 {
            bench.kline(at, &minute(n), true);
        }
        if n % 20 == 0 {
            bench.tick(at);
        }
        serve(&mut bench, at, n - 3);
    }
    for _ in 0..100 {
        at += 500;
        bench.tick(at);
        serve(&mut bench, at, minutes - 1);
    }
    assert_eq!(bench.minutes(), real(0..minutes));
    assert_eq!(bench.count(|e| matches!(e, LiveEvent::Stale { .. })), 0);
    let funded = bench.count(|e| matches!(e, LiveEvent::Funding(f) if !f.substituted));
    assert_eq!(funded as i64, minutes / 480);
}

/// The venue answers every question with what is published up to a minute.
fn serve(bench: &mut Bench, at: i64, published: i64) {
    while let Some(question) = bench.questions.pop() {
        let About::Rows { history, from, to } = question.about else {
            continue;
        };
        let (from, to) = (from.0 - START, (to.0 - START).min((published + 1) * M));
        let rows = match history {
            History::Funding => {
                let hours = (0..to.max(0) / (480 * M) + 1).map(|n| n * 480 * M);
                let row = |ms: i64| FundingRow {
                    time: Timestamp(START + ms),
                    rate: 0.0001,
                    price: f64::NAN,
                };
                Rows::Funding(hours.filter(|t| *t >= from && *t < to).map(row).collect())
            }
            _ => candles((from / M).max(0)..(to / M).max(0)),
        };
        bench.answer_all(at, &question, rows);
    }
}

#[test]
fn one_more_market_is_followed_and_begins_later() {
    let mut bench = begun(Wanted::default());
    bench.kline(START + M + 50, &minute(0), true);
    let asked = LiveMarket {
        market: 8,
        symbol: Symbol::parse("ETH/USDT:USDT", None).expect("a symbol"),
        wanted: Wanted::default(),
        quotes: false,
        from: None,
    };
    bench.machine.follow(asked).expect("it is there");
    let (connections, _) = bench.machine.connections();
    bench.machine.opening(1, &connections);
    assert!(
        !bench.machine.replaces(1),
        "the old connection stays until the new one hears"
    );
    bench.tick(START + M + 100);
    assert!(bench.told.contains(&LiveEvent::Begin {
        market: 8,
        start: Timestamp(START + 2 * M)
    }));
    bench.line(START + M + 200, 1, Incoming::Opened);
    bench.line(START + M + 200, 1, Incoming::Subscribed);
    bench.line(
        START + M + 300,
        1,
        Incoming::Frame(r#"{"result":null,"id":1}"#.to_owned()),
    );
    assert!(bench.machine.replaces(1));
    assert_eq!(bench.machine.view().connections, (1, 1));
}

#[test]
fn a_market_that_is_left_tells_nothing_and_comes_back_with_what_it_missed() {
    let mut bench = begun(Wanted::default());
    bench.kline(START + M + 50, &minute(0), true);
    bench.kline(START + 3 * M + 50, &minute(2), true);
    let (question, ..) = bench.asked().expect("the one before is asked for");
    bench.machine.leave(7);
    assert_eq!(bench.machine.connections(), (Vec::new(), Vec::new()));
    assert!(bench.machine.view().markets.is_empty());
    bench.answer_all(START + 3 * M + 90, &question, candles([1]));
    bench.kline(START + 4 * M + 50, &minute(3), true);
    bench.tick(START + 9 * M);
    assert_eq!(bench.minutes(), real([0]));
    assert!(bench.asked().is_none());
    let again = LiveMarket {
        market: 7,
        symbol: Symbol::parse("BTC/USDT:USDT", None).expect("a symbol"),
        wanted: Wanted::default(),
        quotes: false,
        from: Some(Timestamp(START + M)),
    };
    bench.machine.follow(again).expect("it is there");
    bench.tick(START + 9 * M + 4_000);
    let (question, from, to) = bench.asked().expect("all it missed is asked for");
    assert_eq!((from, to), (1, 9));
    bench.answer_all(START + 9 * M + 4_100, &question, candles(1..9));
    assert_eq!(bench.minutes(), real(0..9));
}

#[test]
fn taker_volume_is_counted_from_trades_where_candles_do_not_tell_it() {
    let wanted = Wanted {
        rows: vec![(StreamKind::VolumeDelta, 0)],
        ..Wanted::default()
    };
    let mut bench = Bench::new("bybit", "BTC/USDT:USDT", wanted);
    bench.clock(START - 900, START - 900);
    let trade = |id: i64, time: i64, side: &str, qty: &str| {
        Incoming::Frame(format!(
            r#"{{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":{time},"data":[{{"T":{time},"s":"BTCUSDT","S":"{side}","v":"{qty}","p":"100.5","L":"PlusTick","i":"{id}","BT":false}}]}}"#
        ))
    };
    let closed = |n: i64| {
        let (open, end) = (START + n * M, START + (n + 1) * M - 1);
        Incoming::Frame(format!(
            r#"{{"topic":"kline.1.BTCUSDT","type":"snapshot","ts":1,"data":[{{"start":{open},"end":{end},"interval":"1","open":"100","close":"101","high":"102","low":"99","volume":"2","turnover":"1","confirm":true,"timestamp":1}}]}}"#
        ))
    };
    bench.line(
        START - 500,
        0,
        Incoming::Frame(r#"{"success":true,"ret_msg":"","op":"subscribe"}"#.to_owned()),
    );
    bench.line(START + 1_000, 0, trade(1, START + 990, "Buy", "0.5"));
    bench.line(START + 1_000, 0, trade(1, START + 990, "Buy", "0.5"));
    bench.line(START + 2_000, 0, trade(2, START + 1_990, "Sell", "1.25"));
    bench.line(START + M + 50, 0, closed(0));
    bench.line(START + M + 60, 0, trade(3, START + M - 20, "Buy", "0.25"));
    bench.tick(START + M + 2_900);
    assert_eq!(bench.minutes(), [], "a trade of it may still come");
    bench.tick(START + M + 3_000);
    let bought = bench.minute_of(0).map(|m| m.slot.candle.taker_buy_volume);
    assert_eq!(bought, Some(0.75));
    // After a gap nobody knows.
    bench.line(START + M + 4_000, 0, Incoming::Closed("gone".to_owned()));
    bench.line(START + M + 4_100, 0, closed(1));
    let bought = bench
        .minute_of(1)
        .map(|m| m.slot.candle.taker_buy_volume.is_nan());
    assert_eq!(bought, Some(true));
}

#[test]
fn best_prices_and_rows_of_the_book_follow_its_updates() {
    let mut bench = Bench::new(
        "bybit",
        "BTC/USDT:USDT",
        Wanted {
            rows: vec![(StreamKind::Book, 2)],
            ..Wanted::default()
        },
    );
    bench.clock(START - 900, START - 900);
    let book = |kind: &str, number: i64, time: i64, bids: &str| {
        Incoming::Frame(format!(
            r#"{{"topic":"orderbook.50.BTCUSDT","type":"{kind}","ts":{time},"data":{{"s":"BTCUSDT","b":{bids},"a":[["101","3"]],"u":{number},"seq":{number}}},"cts":{time}}}"#
        ))
    };
    assert_eq!(bench.machine.best(7), None);
    bench.line(
        START + 100,
        0,
        book("snapshot", 5, START + 90, r#"[["100","1"],["99","2"]]"#),
    );
    bench.line(
        START + 200,
        0,
        book("delta", 6, START + 190, r#"[["100.5","4"]]"#),
    );
    let best = bench.machine.best(7).expect("a book");
    assert_eq!((best.bid.0 * 2, best.ask.0), (201 * UNIT, 101 * UNIT));
    bench.line(
        START + 1_200,
        0,
        book("delta", 7, START + 1_190, r#"[["100.5","0"]]"#),
    );
    bench.line(
        START + 2_300,
        0,
        book("delta", 8, START + 2_290, r#"[["100.25","1"]]"#),
    );
    // A number is left out: the book is not known any more.
    bench.line(
        START + 3_500,
        0,
        book("delta", 10, START + 3_490, r#"[["90","1"]]"#),
    );
    assert_eq!(bench.machine.best(7), None);
    let closed = format!(
        r#"{{"topic":"kline.1.BTCUSDT","type":"snapshot","ts":1,"data":[{{"start":{START},"end":{},"interval":"1","open":"100","close":"101","high":"102","low":"99","volume":"2","turnover":"1","confirm":true,"timestamp":1}}]}}"#,
        START + M - 1
    );
    bench.line(START + M + 50, 0, Incoming::Frame(closed));
    let rows: Vec<_> = bench
        .told
        .iter()
        .filter_map(|event| match event {
            LiveEvent::Row {
                kind: StreamKind::Book,
                detail: 2,
                values,
                ..
            } => Some(values.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(
        rows.len(),
        2,
        "one a second at most, when it changed: {rows:?}"
    );
    assert_eq!(rows[0][..6], [100.0, 1.0, 101.0, 3.0, 99.0, 2.0]);
    assert!(rows[0][6].is_nan(), "there is no second ask");
    assert_eq!(rows[1][0], 100.25);
}

#[test]
fn a_channel_that_says_nothing_is_told_once() {
    let mut bench = begun(Wanted {
        funding: false,
        ..executed()
    });
    for second in 0..300 {
        bench.tick(START + second * 1_000);
        bench.kline(START + second * 1_000, &minute(second / 60), false);
    }
    let silent = |e: &LiveEvent| matches!(e, LiveEvent::Note(text) if text.contains("nothing of mark of BTCUSDT"));
    assert_eq!(bench.count(silent), 1);
}

#[test]
fn open_interest_the_stream_does_not_tell_is_asked_for_every_five_minutes() {
    let mut bench = begun(Wanted {
        rows: vec![
            (StreamKind::OpenInterest, 0),
            (StreamKind::OpenInterest, 10),
        ],
        ..Wanted::default()
    });
    let interest = History::OpenInterest(Timeframe::M5);
    let mut asked = Vec::new();
    for n in 0..12 {
        for second in (0..60).step_by(10) {
            let at = START + n * M + second * 1_000;
            bench.tick(at);
            while let Some((question, from, to)) = bench.asked_for(interest) {
                asked.push((n, from, to));
                let row = InterestRow {
                    time: Timestamp(START + to - 1),
                    base: to as f64,
                    quote: 1.0,
                };
                bench.answer_all(at, &question, Rows::OpenInterest(vec![row]));
            }
        }
        bench.kline(START + (n + 1) * M + 50, &minute(n), true);
    }
    // Those of the hour itself are half a minute late.
    assert_eq!(
        asked,
        [
            (0, -5 * M + 1, 1),
            (5, 1, 5 * M + 1),
            (10, 5 * M + 1, 10 * M + 1)
        ]
    );
    let rows: Vec<_> = bench
        .told
        .iter()
        .filter_map(|event| match event {
            LiveEvent::Row { detail, time, .. } => Some((*detail, (time.0 - START) / M)),
            _ => None,
        })
        .collect();
    assert_eq!(rows, [(0, 0), (10, 0), (0, 5), (0, 10), (10, 10)]);
}
