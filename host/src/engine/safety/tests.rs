//! Every metric, limit and effect with numbers worked out by hand. Prices are whole quote units, fees and slippage nothing.

mod breakers;
mod effects;
mod entries;
mod limits;
mod properties;

use std::sync::{Arc, Mutex};

use super::*;
use crate::domain::{
    Abilities, Amendment, Candle, CandleColumns, Direction, EndReason, EventKinds, Instrument,
    InstrumentKind, Manifest, Needs, OnFault, OrderKind, OrderRequest, Price, Qty, Refusal, Role,
    Rows, SeriesBinding, SeriesNeed, Side, Slot, StrategyEvent, StreamBinding, Tier, Timeframe,
};
use crate::engine::{
    CandleCall, Command, Desk, DeskLimits, Engine, EngineSetup, Event, Fault, Level, Strategy,
    TraderSetup,
};
use crate::execution::{Preset, Profile, Simulated};

const MINUTE: i64 = 60_000;

fn cash(whole: i64) -> Cash {
    Cash(i128::from(whole) * i128::from(UNIT))
}

fn instrument(symbol: &str) -> Instrument {
    Instrument {
        venue: "test".to_owned(),
        symbol: symbol.to_owned(),
        venue_symbol: symbol.to_owned(),
        base: String::new(),
        quote: "USDT".to_owned(),
        settle: "USDT".to_owned(),
        kind: InstrumentKind::LinearPerpetual,
        tick: Price(UNIT / 100),
        step: Qty(UNIT / 1_000),
        min_qty: Qty(UNIT / 1_000),
        max_qty: None,
        min_notional: Qty::ZERO,
        price_band: None,
        maker_fee: Rate::ZERO,
        taker_fee: Rate::ZERO,
        tiers: vec![Tier {
            floor: Qty::ZERO,
            cap: Qty(10_000_000 * UNIT),
            maintenance_rate: Rate(UNIT / 200),
            max_leverage: Rate(20 * UNIT),
            maintenance_amount: Qty::ZERO,
        }],
        price_rule: crate::domain::PriceRule::Tick,
        liquidation_fee: None,
        trigger_by: crate::domain::TriggerBy::Last,
        expires_at: None,
        assumed: false,
    }
}

type Act = Box<dyn FnMut(&mut Desk) + Send>;

/// Acts on every candle and writes down what it is told of its account.
struct Script {
    told: Arc<Mutex<Vec<StrategyEvent>>>,
    act: Act,
}

impl Strategy for Script {
    fn start(
        &mut self,
        _: &mut Box<Desk>,
        _: &[SeriesBinding],
        _: &[StreamBinding],
    ) -> Result<(), Fault> {
        Ok(())
    }

    fn on_candle(&mut self, desk: &mut Box<Desk>, _: &CandleCall) -> Result<(), Fault> {
        (self.act)(desk);
        Ok(())
    }

    fn on_candles(&mut self, _: &mut Box<Desk>, _: u32, _: &CandleColumns) -> Result<(), Fault> {
        Ok(())
    }

    fn on_rows(&mut self, _: &mut Box<Desk>, _: u32, _: &Rows) -> Result<(), Fault> {
        Ok(())
    }

    fn on_event(
        &mut self,
        _: &mut Box<Desk>,
        _: Timestamp,
        event: &StrategyEvent,
    ) -> Result<(), Fault> {
        self.told.lock().expect("one thread").push(event.clone());
        Ok(())
    }
}

/// One account with two instruments, moved minute by minute.
struct Bench {
    engine: Engine,
    happened: Vec<Happening>,
    told: Arc<Mutex<Vec<StrategyEvent>>>,
    minute: i64,
}

impl Bench {
    /// Without a strategy: commands act. 10,000 at a leverage of 4: a long from 100 is liquidated below 76.
    fn new(safety: Safety) -> Self {
        Self::at(safety, 0, None)
    }

    fn scripted(safety: Safety, act: Act) -> Self {
        Self::at(safety, 0, Some(act))
    }

    fn at(safety: Safety, minute: i64, act: Option<Act>) -> Self {
        Self::of(Profile::preset(Preset::Strict), safety, minute, act)
    }

    fn of(profile: Profile, safety: Safety, minute: i64, act: Option<Act>) -> Self {
        let profile = Profile {
            slippage: Rate::ZERO,
            liquidation: Some(crate::execution::LiquidationRule::None),
            ..profile
        };
        let told = Arc::new(Mutex::new(Vec::new()));
        let script = |act| {
            let told = Arc::clone(&told);
            Box::new(Script { told, act }) as Box<dyn Strategy>
        };
        let trader = TraderSetup {
            name: "tested".to_owned(),
            manifest: manifest(),
            needs: needs(),
            strategy: act.map(script),
            executor: Box::new(Simulated::new(
                Arc::new(profile),
                cash(10_000),
                &[instrument("ONE"), instrument("TWO")],
                Rate(4 * UNIT),
            )),
            roles: vec![("main".to_owned(), vec![0]), ("other".to_owned(), vec![1])],
            limits: DeskLimits {
                max_leverage: Rate(20 * UNIT),
                safety,
                ..DeskLimits::default()
            },
            seed: 0,
            keep_history: false,
            on_fault: OnFault::Flatten,
        };
        let mut bench = Self {
            engine: Engine::new(EngineSetup {
                instruments: Arc::new(vec![instrument("ONE"), instrument("TWO")]),
                base: Timeframe::M1,
                start: Timestamp(0),
                streams: Vec::new(),
                strategies: vec![trader],
            }),
            happened: Vec::new(),
            told,
            minute,
        };
        bench.take(Event::Begin {
            time: Timestamp(minute * MINUTE),
            opens: &[Some(Price(100 * UNIT)); 2],
        });
        bench
    }

    fn take(&mut self, event: Event<'_>) {
        let record = self.engine.step(event);
        self.happened
            .extend(record.entries.iter().map(|e| e.what.clone()));
    }

    /// One minute at a price, in both instruments.
    fn at_price(&mut self, price: i64) {
        let time = Timestamp(self.minute * MINUTE);
        let slot = Slot::real(Candle::flat(time, Price(price * UNIT)));
        self.take(Event::Minute {
            time,
            slots: &[slot, slot],
            references: &[],
            end: None,
        });
        self.minute += 1;
    }

    fn command(&mut self, command: Command) -> Result<(), Refusal> {
        let before = self.happened.len();
        self.take(Event::Command {
            strategy: 0,
            command: &command,
        });
        let answer = self.happened[before..].iter().find_map(|what| match what {
            Happening::Answer { result, .. } => Some(result.clone()),
            _ => None,
        });
        answer.expect("every command is answered").map(|_| ())
    }

    fn submit(&mut self, request: OrderRequest) -> Result<(), Refusal> {
        self.command(Command::Submit(request))
    }

    /// Buys (or sells) at market and waits a minute at this price for the fill.
    fn trade(&mut self, side: Side, qty: f64, price: i64) {
        self.submit(OrderRequest::market(0, side, qty))
            .expect("nothing forbids it");
        self.at_price(price);
    }

    /// Breakers in order: minute of the close, open or not, figure.
    fn switches(&self) -> Vec<(i64, bool, f64)> {
        let switch = |what: &Happening| match what {
            Happening::Breaker {
                time, open, value, ..
            } => Some((time.0 / MINUTE, *open, *value)),
            _ => None,
        };
        self.happened.iter().filter_map(switch).collect()
    }

    fn held(&self) -> Vec<(Direction, Qty)> {
        let positions = self.engine.trader(0).desk().account().positions();
        positions.iter().map(|p| (p.direction, p.qty)).collect()
    }
}

fn role(name: &str) -> Role {
    Role {
        name: name.to_owned(),
        description: String::new(),
        kinds: crate::domain::InstrumentKinds::default(),
        tradable: true,
        min_instruments: 1,
        max_instruments: 1,
    }
}

fn manifest() -> Manifest {
    Manifest {
        name: "tested".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        authors: Vec::new(),
        parameters: Vec::new(),
        roles: ["main", "other"].map(role).to_vec(),
        abilities: Abilities::unlimited(),
        on_fault: OnFault::Flatten,
    }
}

fn needs() -> Needs {
    Needs {
        series: vec![SeriesNeed {
            role: "main".to_owned(),
            timeframe: Timeframe::M1,
            warm_up: 0,
            delivery: crate::domain::Delivery::Each,
            columns: crate::domain::Columns::default(),
        }],
        streams: Vec::new(),
        events: EventKinds {
            account: true,
            ..EventKinds::default()
        },
    }
}

fn breaker(metric: Metric, cooldown_minutes: i64, effect: Effect) -> Safety {
    Safety {
        limits: OrderLimits::default(),
        breakers: vec![BreakerRule {
            name: "tested".to_owned(),
            metric,
            cooldown_ms: cooldown_minutes * MINUTE,
            effect,
        }],
    }
}

fn limits(limits: OrderLimits) -> Safety {
    Safety {
        limits,
        breakers: Vec::new(),
    }
}

fn rapid_loss(loss: i64, window_minutes: i64) -> Metric {
    Metric::RapidLoss {
        loss: cash(loss),
        window_ms: window_minutes * MINUTE,
    }
}

fn limit(side: Side, qty: f64, price: f64) -> OrderRequest {
    OrderRequest {
        kind: OrderKind::Limit(price),
        ..OrderRequest::market(0, side, qty)
    }
}

fn reducing(request: OrderRequest) -> OrderRequest {
    OrderRequest {
        reduce_only: true,
        ..request
    }
}

fn assert_refused(answer: Result<(), Refusal>, reason: RefusalReason, bound: Option<f64>) {
    let refusal = answer.expect_err("it is refused");
    assert_eq!(
        (refusal.reason, refusal.limit),
        (reason, bound),
        "{}",
        refusal.message
    );
}

// --- the core --------------------------------------------------------------------------------------------------------------

/// Seconds of trips, and the sums right after each loss.
fn run_losses(losses: &[(i64, i64)]) -> (Breaker, Vec<i64>, Vec<Cash>) {
    let mut breaker = Breaker::new(Some(300_000), 900_000);
    let mut trips = Vec::new();
    let mut sums = Vec::new();
    for &(second, loss) in losses {
        let now = Timestamp(second * 1_000);
        breaker.record(now, cash(loss).0);
        sums.push(Cash(breaker.sum(now)));
        if breaker.trip_at(now, cash(10_000).0) {
            trips.push(second);
        }
    }
    (breaker, trips, sums)
}

#[test]
fn f36_losses_within_the_window_trip_and_the_cooldown_excludes_its_end() {
    let losses = [(0, 4_000), (100, 3_000), (250, 3_500)];
    let (breaker, trips, sums) = run_losses(&losses);
    assert_eq!(trips, [250]);
    assert_eq!(sums, [cash(4_000), cash(7_000), cash(10_500)]);
    assert_eq!(breaker.open_until(), Some(Timestamp(1_150_000)));
    for (second, allowed) in [(250, true), (1_149, true), (1_150, false)] {
        assert_eq!(breaker.is_open(Timestamp(second * 1_000)), allowed);
    }
    let (before, _, _) = run_losses(&losses[..2]);
    assert!(!before.is_open(Timestamp(249_000)));
}

#[test]
fn f37_a_loss_as_old_as_the_window_no_longer_counts() {
    let (breaker, trips, sums) = run_losses(&[(0, 4_000), (100, 3_000), (300, 3_500)]);
    assert_eq!(trips, Vec::<i64>::new());
    assert_eq!(sums, [cash(4_000), cash(7_000), cash(6_500)]);
    assert!(!breaker.is_open(Timestamp(301_000)));
}

#[test]
fn f46_losses_while_blocked_do_not_count_and_the_window_begins_empty() {
    let losses = [
        (0, 10_000),
        (800, 6_000),
        (950, 5_000),
        (1_000, 4_000),
        (1_100, 1_000),
    ];
    let (breaker, trips, _) = run_losses(&losses);
    assert_eq!(trips, [0, 1_100]);
    assert_eq!(breaker.open_until(), Some(Timestamp(2_000_000)));
}
