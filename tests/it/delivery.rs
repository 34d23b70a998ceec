//! What a strategy is shown and in which order, gaps, warm-up, staged orders, faults: through a strategy that writes everything down.

use std::sync::{Arc, Mutex};

use host::domain::{
    Candle, CandleColumns, Cash, Columns, Delisting, Delivery, Direction, EventKinds, FundingEvent,
    FundingSettlement, Instrument, MarkCandle, Needs, Ohlc, OnFault, Price, Rate, Reference, Rows,
    SeriesBinding, SeriesNeed, Slot, SlotState, StrategyEvent, StreamBinding, StreamNeed,
    StreamRow, StreamSource, Timeframe, Timestamp, UNIT,
};
use host::engine::{
    CandleCall, Desk, DeskLimits, Engine, EngineSetup, Event, Fault, FaultCause, Happening,
    Strategy, TraderSetup,
};
use host::execution::{Preset, Profile, Simulated};

use crate::support::manifest;

type Diary = Arc<Mutex<Vec<String>>>;
type Action = Box<dyn FnMut(&mut Desk, &CandleCall) -> Result<(), Fault> + Send>;

/// Writes down every call and lets the test act on candles.
struct Recorder {
    diary: Diary,
    act: Action,
}

impl Recorder {
    fn note(&self, line: String) {
        self.diary.lock().expect("one thread").push(line);
    }
}

fn minute_of(time: Timestamp) -> i64 {
    time.0 / 60_000
}

impl Strategy for Recorder {
    fn start(
        &mut self,
        _: &mut Box<Desk>,
        series: &[SeriesBinding],
        streams: &[StreamBinding],
    ) -> Result<(), Fault> {
        self.note(format!("start {}", series.len()));
        for stream in streams {
            self.note(format!(
                "stream {} of need {}: {:?}",
                stream.id, stream.need, stream.columns
            ));
        }
        Ok(())
    }

    fn on_candle(&mut self, desk: &mut Box<Desk>, candle: &CandleCall) -> Result<(), Fault> {
        let line = format!(
            "candle {} from {} bits {}",
            candle.series,
            minute_of(candle.open_time),
            candle.bits
        );
        self.note(line);
        (self.act)(desk, candle)
    }

    fn on_candles(
        &mut self,
        _: &mut Box<Desk>,
        series: u32,
        candles: &CandleColumns,
    ) -> Result<(), Fault> {
        let times: Vec<i64> = candles.open_time.iter().map(|t| minute_of(*t)).collect();
        self.note(format!("bulk {series} {times:?}"));
        Ok(())
    }

    fn on_rows(&mut self, desk: &mut Box<Desk>, stream: u32, rows: &Rows) -> Result<(), Fault> {
        let now = desk.now();
        assert!(
            rows.available_at.iter().all(|known| *known <= now),
            "a row of the future"
        );
        self.note(format!("rows {stream} {:?}", rows.values));
        Ok(())
    }

    fn on_event(
        &mut self,
        _: &mut Box<Desk>,
        time: Timestamp,
        event: &StrategyEvent,
    ) -> Result<(), Fault> {
        let what = match event {
            StrategyEvent::Fill(fill) => format!("fill {}", fill.qty),
            StrategyEvent::Timer(tag) => format!("timer {tag}"),
            StrategyEvent::DataGap { minutes, .. } => format!("gap of {minutes}"),
            StrategyEvent::Position(change) => format!("position {:?}", change.change),
            other => format!("{other:?}"),
        };
        self.note(format!("event at {}: {what}", minute_of(time)));
        Ok(())
    }
}

fn need(timeframe: Timeframe, warm_up: u32, delivery: Delivery) -> SeriesNeed {
    let columns = Columns {
        close: true,
        ..Columns::default()
    };
    SeriesNeed {
        role: "main".to_owned(),
        timeframe,
        warm_up,
        delivery,
        columns,
    }
}

fn instrument() -> Instrument {
    host::venues::instruments::lookup("binance", "BTC/USDT:USDT").expect("it is in the table")
}

struct Bench {
    engine: Engine,
    diary: Diary,
    happened: Vec<Happening>,
    minute: i64,
}

impl Bench {
    fn new(series: Vec<SeriesNeed>, events: EventKinds, act: Action) -> Self {
        Self::with_policy(series, events, OnFault::Flatten, act)
    }

    fn with_policy(
        series: Vec<SeriesNeed>,
        events: EventKinds,
        on_fault: OnFault,
        act: Action,
    ) -> Self {
        let needs = Needs {
            series,
            streams: Vec::new(),
            events,
        };
        Self::with_streams(needs, Vec::new(), on_fault, act)
    }

    fn with_streams(
        needs: Needs,
        streams: Vec<StreamSource>,
        on_fault: OnFault,
        act: Action,
    ) -> Self {
        let diary = Diary::default();
        let profile = Profile {
            slippage: Rate::ZERO,
            ..Profile::preset(Preset::Strict)
        };
        let executor = Simulated::new(
            Arc::new(profile),
            Cash(10_000 * i128::from(UNIT)),
            &[instrument()],
            Rate(UNIT),
        );
        let manifest = manifest("recorder", 1, on_fault);
        let recorder = Recorder {
            diary: Arc::clone(&diary),
            act,
        };
        let engine = Engine::new(EngineSetup {
            instruments: Arc::new(vec![instrument()]),
            streams,
            base: Timeframe::M1,
            start: Timestamp(0),
            strategies: vec![TraderSetup {
                name: "recorder".to_owned(),
                manifest,
                needs,
                strategy: Some(Box::new(recorder)),
                executor: Box::new(executor),
                roles: vec![("main".to_owned(), vec![0])],
                limits: DeskLimits {
                    max_leverage: Rate(10 * UNIT),
                    ..DeskLimits::default()
                },
                seed: 7,
                keep_history: true,
                on_fault,
            }],
        });
        let mut bench = Self {
            engine,
            diary,
            happened: Vec::new(),
            minute: 0,
        };
        bench.take(Event::Begin {
            time: Timestamp(0),
            opens: &[Some(Price(100 * UNIT))],
        });
        bench
    }

    fn take(&mut self, event: Event<'_>) {
        let record = self.engine.step(event);
        self.happened
            .extend(record.entries.iter().map(|e| e.what.clone()));
    }

    fn step(&mut self, slot: Slot) {
        let time = Timestamp(self.minute * 60_000);
        self.take(Event::Minute {
            time,
            slots: &[slot],
            references: &[],
            end: None,
        });
        self.minute += 1;
    }

    /// So many flat minutes at 100.
    fn flat(&mut self, minutes: i64) {
        for _ in 0..minutes {
            self.step(Slot::real(Candle::flat(
                Timestamp(self.minute * 60_000),
                Price(100 * UNIT),
            )));
        }
    }

    fn missing(&mut self, minutes: i64) {
        for _ in 0..minutes {
            self.step(Slot::missing(Timestamp(self.minute * 60_000)));
        }
    }

    fn diary(&self) -> Vec<String> {
        std::mem::take(&mut *self.diary.lock().expect("one thread"))
    }
}

fn nothing() -> Action {
    Box::new(|_, _| Ok(()))
}

#[test]
fn at_one_moment_bulk_comes_first_then_the_longest_and_the_primary_last() {
    let series = vec![
        need(Timeframe::M1, 0, Delivery::Each),
        need(Timeframe::M5, 0, Delivery::Each),
        need(Timeframe::M15, 0, Delivery::Each),
        need(Timeframe::M3, 0, Delivery::WithPrimary),
    ];
    let mut bench = Bench::new(series, EventKinds::default(), nothing());
    bench.flat(14);
    bench.diary();
    bench.flat(1);
    assert_eq!(
        bench.diary(),
        [
            "bulk 3 [12]",
            "candle 2 from 0 bits 0",
            "candle 1 from 10 bits 0",
            "candle 0 from 14 bits 2"
        ]
    );
}

#[test]
fn the_first_candle_comes_after_every_series_had_its_warm_up() {
    let series = vec![
        need(Timeframe::M1, 3, Delivery::Each),
        need(Timeframe::M5, 2, Delivery::WithPrimary),
    ];
    let mut bench = Bench::new(series, EventKinds::default(), nothing());
    bench.flat(10);
    assert_eq!(bench.diary(), ["start 2"]);
    bench.flat(1);
    assert_eq!(
        bench.diary(),
        [
            "bulk 1 [0, 5]",
            "bulk 0 [7, 8, 9]",
            "candle 0 from 10 bits 2"
        ]
    );
}

#[test]
fn missing_minutes_are_not_shown_and_longer_candles_say_so() {
    let events = EventKinds {
        data: true,
        ..EventKinds::default()
    };
    let series = vec![
        need(Timeframe::M1, 0, Delivery::Each),
        need(Timeframe::M5, 0, Delivery::Each),
    ];
    let mut bench = Bench::new(series, events, nothing());
    bench.flat(3);
    bench.diary();
    // The 5-minute candle is delivered at its own end although its last minute is missing.
    bench.missing(2);
    assert_eq!(bench.diary(), ["candle 1 from 0 bits 6"]);
    // One without any real minute is not delivered.
    bench.missing(5);
    assert_eq!(bench.diary(), Vec::<String>::new());
    bench.flat(1);
    assert_eq!(
        bench.diary(),
        ["event at 10: gap of 7", "candle 0 from 10 bits 2"]
    );
}

#[test]
fn what_is_sent_fills_at_the_next_open_and_is_told_before_the_candle() {
    let events = EventKinds {
        fills: true,
        positions: true,
        timers: true,
        ..EventKinds::default()
    };
    let act: Action = Box::new(|desk, candle| {
        if minute_of(candle.open_time) == 1 {
            desk.open(0, Direction::Long, 2.0, None, None, 9)
                .expect("there is money enough");
            assert_eq!(desk.open_count(), 0, "it is not filled yet");
            desk.set_timer(Timestamp(3 * 60_000), 42)
                .expect("there is room");
        }
        Ok(())
    });
    let mut bench = Bench::new(vec![need(Timeframe::M1, 0, Delivery::Each)], events, act);
    bench.flat(3);
    let diary = bench.diary();
    assert_eq!(
        diary[3..],
        [
            "event at 2: fill 2",
            "event at 2: position Opened",
            "event at 3: timer 42",
            "candle 0 from 2 bits 2"
        ]
    );
}

#[test]
fn a_call_that_faults_leaves_nothing_behind_and_its_policy_runs() {
    for (policy, open) in [
        (OnFault::Flatten, 0),
        (OnFault::Cancel, 1),
        (OnFault::Hold, 1),
    ] {
        let act: Action = Box::new(|desk, candle| match minute_of(candle.open_time) {
            0 => {
                desk.open(0, Direction::Long, 2.0, None, None, 0)
                    .expect("there is money enough");
                Ok(())
            }
            2 => {
                desk.open(0, Direction::Short, 1.5, None, None, 0)
                    .expect("it is accepted");
                assert_eq!(desk.working(None).len(), 1, "and seen by the call itself");
                Err(Fault {
                    cause: FaultCause::Trap,
                    message: "index 7 of 3".to_owned(),
                    location: None,
                })
            }
            _ => Ok(()),
        });
        let series = vec![need(Timeframe::M1, 0, Delivery::Each)];
        let mut bench = Bench::with_policy(series, EventKinds::default(), policy, act);
        bench.flat(6);
        let accepted = bench
            .happened
            .iter()
            .filter(|h| matches!(h, Happening::Accepted { .. }))
            .count();
        let faults = bench
            .happened
            .iter()
            .filter(|h| matches!(h, Happening::Fault { .. }))
            .count();
        let closing = usize::from(policy == OnFault::Flatten);
        assert_eq!((accepted, faults), (1 + closing, 1), "{policy:?}");
        assert_eq!(
            bench.engine.trader(0).desk().open_count(),
            open,
            "{policy:?}"
        );
        assert_eq!(
            bench.diary().last().map(String::as_str),
            Some("candle 0 from 2 bits 2"),
            "it is never called again"
        );
    }
}

#[test]
fn a_halt_winds_the_account_down() {
    let act: Action = Box::new(|desk, candle| {
        match minute_of(candle.open_time) {
            0 => drop(desk.set_net(0, 2.0).expect("there is money enough")),
            3 => desk.halt("enough"),
            _ => {}
        }
        Ok(())
    });
    let mut bench = Bench::new(
        vec![need(Timeframe::M1, 0, Delivery::Each)],
        EventKinds::default(),
        act,
    );
    bench.flat(8);
    assert!(
        bench
            .happened
            .iter()
            .any(|h| matches!(h, Happening::Halt { why, .. } if why == "enough"))
    );
    assert_eq!(bench.engine.trader(0).desk().open_count(), 0);
}

#[test]
fn orders_are_refused_while_the_strategy_warms_up_and_history_is_only_the_past() {
    let act: Action = Box::new(|desk, candle| {
        let closes = desk.closes(1, 10);
        let known =
            minute_of(candle.open_time) / 5 + i64::from(minute_of(candle.open_time) % 5 == 4);
        assert_eq!(
            closes.len() as i64,
            known.min(10),
            "at {}",
            minute_of(candle.open_time)
        );
        if let Some(forming) = desk.forming_candle(1) {
            assert!(forming.open_time <= candle.open_time);
        }
        Ok(())
    });
    let series = vec![
        need(Timeframe::M1, 0, Delivery::Each),
        need(Timeframe::M5, 0, Delivery::WithPrimary),
    ];
    let mut bench = Bench::new(series, EventKinds::default(), act);
    bench.flat(40);
    assert!(bench.engine.trader(0).is_live());
}

#[test]
fn a_flood_of_actions_is_refused_beyond_the_limit() {
    let act: Action = Box::new(|desk, candle| {
        if minute_of(candle.open_time) == 0 {
            let refused = (0..3_000)
                .filter(|_| {
                    desk.cancel(77)
                        .is_err_and(|r| r.reason.name() == "too_many")
                })
                .count();
            assert_eq!(refused, 500);
        }
        Ok(())
    });
    let mut bench = Bench::new(
        vec![need(Timeframe::M1, 0, Delivery::Each)],
        EventKinds::default(),
        act,
    );
    bench.flat(2);
    assert!(
        bench
            .happened
            .iter()
            .all(|h| !matches!(h, Happening::Fault { .. }))
    );
}

#[test]
fn a_strategy_cannot_use_up_what_its_fault_policy_needs() {
    let act: Action = Box::new(|desk, candle| match minute_of(candle.open_time) {
        0 => {
            desk.set_net(0, 2.0).expect("there is money enough");
            Ok(())
        }
        2 => {
            for _ in 0..3_000 {
                desk.cancel(77).expect_err("there is no such order");
            }
            Err(Fault {
                cause: FaultCause::Trap,
                message: "with nothing left to act".to_owned(),
                location: None,
            })
        }
        _ => Ok(()),
    });
    let mut bench = Bench::new(
        vec![need(Timeframe::M1, 0, Delivery::Each)],
        EventKinds::default(),
        act,
    );
    bench.flat(6);
    let trades = bench
        .happened
        .iter()
        .filter(|h| matches!(h, Happening::Trade(_)))
        .count();
    assert_eq!((trades, bench.engine.trader(0).desk().open_count()), (1, 0));
}

// --- streams ---------------------------------------------------------------------------------------------------------------

fn stream(kind: &str, warm_up: u32, delivery: Delivery) -> StreamNeed {
    StreamNeed {
        role: "main".to_owned(),
        kind: kind.to_owned(),
        detail: 0,
        warm_up,
        delivery,
        optional: true,
    }
}

fn source(kind: &str) -> StreamSource {
    StreamSource {
        instrument: 0,
        kind: kind.to_owned(),
        detail: 0,
        columns: vec!["value".to_owned()],
    }
}

/// A row that happened at one second and became known at another.
fn row(source: u32, second: i64, known: i64, value: f64) -> StreamRow {
    StreamRow {
        source,
        time: Timestamp(second * 1_000),
        available_at: Timestamp(known * 1_000),
        values: vec![value],
    }
}

fn streamed(
    series: Vec<SeriesNeed>,
    streams: Vec<StreamNeed>,
    sources: &[&str],
    act: Action,
) -> Bench {
    let needs = Needs {
        series,
        streams,
        events: EventKinds {
            timers: true,
            instruments: true,
            ..EventKinds::default()
        },
    };
    let sources = sources.iter().map(|kind| source(kind)).collect();
    Bench::with_streams(needs, sources, OnFault::Flatten, act)
}

#[test]
fn at_one_moment_rows_come_after_events_and_before_candles() {
    let series = vec![
        need(Timeframe::M1, 0, Delivery::Each),
        need(Timeframe::M3, 0, Delivery::WithPrimary),
    ];
    let streams = vec![
        stream("mark", 0, Delivery::WithPrimary),
        stream("funding", 0, Delivery::Each),
    ];
    let act: Action = Box::new(|desk, candle| {
        if minute_of(candle.open_time) == 0 {
            desk.set_timer(Timestamp(3 * 60_000), 7)
                .expect("there is room");
        }
        Ok(())
    });
    let mut bench = streamed(series, streams, &["funding", "mark"], act);
    assert_eq!(
        bench.diary(),
        [
            "start 2",
            r#"stream 0 of need 0: ["value"]"#,
            r#"stream 1 of need 1: ["value"]"#
        ]
    );
    bench.flat(2);
    bench.diary();
    for row in [
        row(1, 130, 150, 1.5),
        row(0, 121, 160, 2.5),
        row(0, 122, 170, 3.5),
    ] {
        bench.take(Event::Row(&row));
    }
    bench.flat(1);
    assert_eq!(
        bench.diary(),
        [
            "event at 3: timer 7",
            "rows 1 [2.5]",
            "rows 1 [3.5]",
            "rows 0 [1.5]",
            "bulk 1 [0]",
            "candle 0 from 2 bits 2"
        ]
    );
}

#[test]
fn rows_with_the_primary_wait_for_its_candle() {
    let series = vec![need(Timeframe::M5, 0, Delivery::Each)];
    let streams = vec![stream("mark", 0, Delivery::WithPrimary)];
    let mut bench = streamed(series, streams, &["mark"], nothing());
    bench.flat(1);
    bench.diary();
    for minute in 1..4 {
        bench.take(Event::Row(&row(
            0,
            minute * 60,
            minute * 60 + 30,
            minute as f64,
        )));
        bench.flat(1);
    }
    assert_eq!(bench.diary(), Vec::<String>::new());
    bench.flat(1);
    assert_eq!(
        bench.diary(),
        ["rows 0 [1.0, 2.0, 3.0]", "candle 0 from 0 bits 2"]
    );
}

#[test]
fn rows_before_the_first_decision_come_in_bulk_and_only_as_many_as_wanted() {
    let series = vec![need(Timeframe::M1, 3, Delivery::Each)];
    let streams = vec![
        stream("funding", 2, Delivery::Each),
        stream("mark", 0, Delivery::Each),
    ];
    let mut bench = streamed(series, streams, &["funding", "mark"], nothing());
    // Recorded before the run begins.
    bench.take(Event::Row(&row(0, -900, -800, 1.0)));
    for second in [30, 90] {
        bench.take(Event::Row(&row(0, second, second, second as f64)));
        bench.take(Event::Row(&row(1, second, second, second as f64)));
        bench.flat(1);
    }
    bench.flat(1);
    // Known in the moment in which the first live candle opens: still warm-up. A second later: on its own.
    bench.take(Event::Row(&row(0, 180, 180, 180.0)));
    bench.take(Event::Row(&row(0, 181, 181, 181.0)));
    bench.diary();
    bench.flat(1);
    assert_eq!(
        bench.diary(),
        [
            "rows 0 [90.0, 180.0]",
            "bulk 0 [0, 1, 2]",
            "rows 0 [181.0]",
            "candle 0 from 3 bits 2"
        ]
    );
}

/// Rows by the moment they were shown at.
type Seen = Arc<Mutex<Vec<(i64, Vec<f64>)>>>;

#[test]
fn a_row_is_shown_when_it_is_known_and_not_when_it_happened() {
    let series = vec![need(Timeframe::M1, 0, Delivery::Each)];
    let streams = vec![stream("open-interest", 0, Delivery::Each)];
    // What looking back shows at each close, as well.
    let seen: Seen = Arc::default();
    let looked = Arc::clone(&seen);
    let act: Action = Box::new(move |desk, _| {
        let rows = desk.stream_rows(0, 100);
        assert!(rows.available_at.iter().all(|known| *known <= desk.now()));
        assert_eq!(
            desk.last_row(0),
            rows.values.last().copied().into_iter().collect::<Vec<_>>()
        );
        looked
            .lock()
            .expect("one thread")
            .push((minute_of(desk.now()), rows.values));
        Ok(())
    });
    let mut bench = streamed(series, streams, &["open-interest"], act);
    // All three happened in the first minute; the feed hands them over long before they are known.
    for row in [
        row(0, 10, 120, 1.0),
        row(0, 20, 121, 2.0),
        row(0, 30, 240, 3.0),
    ] {
        bench.take(Event::Row(&row));
    }
    bench.flat(4);
    assert_eq!(
        bench.diary(),
        [
            "start 1",
            r#"stream 0 of need 0: ["value"]"#,
            "candle 0 from 0 bits 2",
            "rows 0 [1.0]",
            "candle 0 from 1 bits 2",
            "rows 0 [2.0]",
            "candle 0 from 2 bits 2",
            "rows 0 [3.0]",
            "candle 0 from 3 bits 2"
        ]
    );
    assert_eq!(
        *seen.lock().expect("one thread"),
        [
            (1, vec![]),
            (2, vec![1.0]),
            (3, vec![1.0, 2.0]),
            (4, vec![1.0, 2.0, 3.0])
        ]
    );
}

#[test]
fn a_row_out_of_order_comes_late_but_none_comes_early() {
    let series = vec![need(Timeframe::M1, 0, Delivery::Each)];
    let streams = vec![stream("mark", 0, Delivery::Each)];
    let mut bench = streamed(series, streams, &["mark"], nothing());
    bench.take(Event::Row(&row(0, 0, 90, 9.0)));
    bench.take(Event::Row(&row(0, 0, 30, 3.0)));
    bench.flat(1);
    bench.diary();
    bench.flat(1);
    assert_eq!(
        bench.diary(),
        ["rows 0 [9.0]", "rows 0 [3.0]", "candle 0 from 1 bits 2"]
    );
}

#[test]
fn a_stream_the_run_does_not_have_is_not_bound() {
    let series = vec![need(Timeframe::M1, 0, Delivery::Each)];
    let streams = vec![
        stream("funding", 0, Delivery::Each),
        stream("mark", 0, Delivery::Each),
    ];
    let mut bench = streamed(series, streams, &["mark"], nothing());
    bench.take(Event::Row(&row(0, 0, 30, 3.0)));
    bench.flat(1);
    assert_eq!(
        bench.diary(),
        [
            "start 1",
            r#"stream 0 of need 1: ["value"]"#,
            "rows 0 [3.0]",
            "candle 0 from 0 bits 2"
        ]
    );
}

#[test]
fn funding_a_liquidation_and_the_end_of_an_instrument_are_told() {
    let events = EventKinds {
        funding: true,
        liquidations: true,
        instruments: true,
        ..EventKinds::default()
    };
    let act: Action = Box::new(|desk, candle| {
        if minute_of(candle.open_time) == 0 {
            desk.set_leverage(0, 10.0).expect("the run allows it");
            desk.set_net(0, 2.0).expect("there is money enough");
        }
        Ok(())
    });
    let mut bench = Bench::new(vec![need(Timeframe::M1, 0, Delivery::Each)], events, act);
    bench.flat(2);
    bench.diary();
    // 2 x 100 x 0.0001 is paid at the start of minute 2.
    bench.take(Event::Funding(&FundingSettlement {
        instrument: 0,
        time: Timestamp(2 * 60_000),
        rate: Rate(UNIT / 10_000),
        price: None,
        substituted: false,
    }));
    bench.flat(1);
    let paid = FundingEvent {
        position: 1,
        instrument: 0,
        rate: Rate(UNIT / 10_000),
        amount: Cash(-2 * i128::from(UNIT) / 100),
    };
    assert_eq!(
        bench.diary()[0],
        format!("event at 2: {:?}", StrategyEvent::Funding(paid))
    );
    // Down by a quarter: the margin of a tenth is gone.
    bench.step(Slot::real(Candle::flat(
        Timestamp(bench.minute * 60_000),
        Price(75 * UNIT),
    )));
    let diary = bench.diary();
    assert!(
        diary[0]
            .starts_with("event at 3: Liquidation(LiquidationEvent { position: 1, instrument: 0"),
        "{diary:?}"
    );
    bench.take(Event::Delist(&Delisting {
        instrument: 0,
        price: None,
    }));
    bench.flat(1);
    assert_eq!(
        bench.diary()[0],
        "event at 5: Instrument { instrument: 0, change: Delisted }"
    );
}

#[test]
fn a_halt_of_the_instrument_is_told() {
    let series = vec![need(Timeframe::M1, 0, Delivery::Each)];
    let mut bench = streamed(series, Vec::new(), &[], nothing());
    bench.flat(1);
    bench.diary();
    let time = Timestamp(60_000);
    bench.step(Slot {
        state: SlotState::Halted,
        ..Slot::missing(time)
    });
    bench.flat(1);
    let told = |change: &str| format!("Instrument {{ instrument: 0, change: {change} }}");
    assert_eq!(
        bench.diary(),
        [
            format!("event at 2: {}", told("Halted")),
            format!("event at 3: {}", told("Resumed")),
            "candle 0 from 2 bits 2".to_owned()
        ]
    );
}

#[test]
fn the_mark_price_is_no_number_where_it_is_not_recorded() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let act: Action = Box::new(move |desk, _| {
        let prices = (desk.last_price(0), desk.mark_price(0));
        told.lock().expect("one thread").push(prices);
        Ok(())
    });
    let series = vec![need(Timeframe::M1, 0, Delivery::Each)];
    let mut bench = Bench::new(series, EventKinds::default(), act);
    bench.flat(1);
    let price = Price(101 * UNIT);
    let mark = MarkCandle {
        path: Ohlc::flat(price),
        shown: price,
    };
    let reference = Reference {
        mark: Some(mark),
        index: None,
    };
    let time = Timestamp(60_000);
    bench.take(Event::Minute {
        time,
        slots: &[Slot::real(Candle::flat(time, Price(100 * UNIT)))],
        references: &[reference],
        end: None,
    });
    let seen = seen.lock().expect("one thread");
    assert_eq!(seen[0].0.to_bits(), 100.0_f64.to_bits());
    assert!(seen[0].1.is_nan(), "without mark data");
    assert_eq!(seen[1].1.to_bits(), 101.0_f64.to_bits());
}
