//! What holds after any sequence of candles and orders: money is conserved, margin adds up, nothing depends on the future.

use std::sync::Arc;

use proptest::prelude::*;

use crate::domain::{
    Abilities, Candle, Cash, Exit, Exits, Instrument, InstrumentKind, Manifest, Needs, OnFault,
    OrderKind, OrderRequest, Price, PriceRule, Qty, Rate, Role, Side, Slot, Target, Tier,
    Timeframe, Timestamp, TriggerBy, UNIT,
};
use crate::engine::{
    Command, DeskLimits, EndOfData, Engine, EngineSetup, Event, Happening, Record, TraderSetup,
};
use crate::execution::{Preset, Profile, Simulated};
use crate::ledger::PostingKind;

const INSTRUMENTS: usize = 2;
/// One tick, one step.
const TICK: i64 = UNIT / 10;
const STEP: i64 = UNIT / 1_000;

/// A whole run: what an account begins with, and what happens minute by minute.
#[derive(Debug, Clone)]
struct Story {
    preset: Preset,
    leverage: i64,
    balance: i64,
    minutes: Vec<Minute>,
    end: EndOfData,
}

#[derive(Debug, Clone)]
struct Minute {
    candles: [Option<Shape>; INSTRUMENTS],
    actions: Vec<Action>,
}

/// A candle in ticks: its open relative to the close before it, the rest relative to its open.
#[derive(Debug, Clone, Copy)]
struct Shape {
    gap: i64,
    body: i64,
    above: i64,
    below: i64,
}

/// What the user does at the close. Prices are in ticks from the last close, positive where an order waits for them; orders and
/// positions are counted from the latest.
#[derive(Debug, Clone)]
enum Action {
    Submit(Wish),
    Cancel(u32),
    CancelAll,
    SetExits(u32, [Option<i64>; 2]),
    CloseAll,
    Leverage(u8),
    Margin(u32, i64),
}

#[derive(Debug, Clone)]
struct Wish {
    instrument: usize,
    buy: bool,
    steps: i64,
    kind: u8,
    distance: i64,
    target: u8,
    reduce_only: bool,
    group: Option<u32>,
    child: bool,
    exits: [Option<i64>; 2],
}

// --- stories ---------------------------------------------------------------------------------------------------------------

fn shapes() -> impl Strategy<Value = Shape> {
    let gaps = prop_oneof![8 => -30..=30_i64, 1 => -200..=200_i64];
    (gaps, -60..=60_i64, 0..=40_i64, 0..=40_i64).prop_map(|(gap, body, above, below)| Shape {
        gap,
        body,
        above,
        below,
    })
}

/// Of stop and take-profit, towards their own side of the price more often than not.
fn distances() -> impl Strategy<Value = [Option<i64>; 2]> {
    prop::array::uniform2(prop::option::of(-10..=80_i64))
}

fn wishes() -> impl Strategy<Value = Wish> {
    let what = (0..INSTRUMENTS, any::<bool>(), 0..=3_000_i64, 0..4_u8);
    let target = prop_oneof![4 => Just(0_u8), 4 => Just(1), 1 => Just(2)];
    let how = (-20..=60_i64, target, prop::bool::weighted(0.1));
    let with = (
        prop::option::weighted(0.3, 0..2_u32),
        prop::bool::weighted(0.1),
        distances(),
    );
    (what, how, with).prop_map(
        |(
            (instrument, buy, steps, kind),
            (distance, target, reduce_only),
            (group, child, exits),
        )| {
            Wish {
                instrument,
                buy,
                steps,
                kind,
                distance,
                target,
                reduce_only,
                group,
                child,
                exits,
            }
        },
    )
}

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![
        10 => wishes().prop_map(Action::Submit),
        1 => (0..4_u32).prop_map(Action::Cancel),
        1 => Just(Action::CancelAll),
        2 => (0..3_u32, distances()).prop_map(|(position, exits)| Action::SetExits(position, exits)),
        1 => Just(Action::CloseAll),
        1 => (1..=20_u8).prop_map(Action::Leverage),
        1 => (0..3_u32, -200..=200_i64).prop_map(|(position, amount)| Action::Margin(position, amount)),
    ]
}

fn minutes() -> impl Strategy<Value = Minute> {
    let candles = prop::array::uniform2(prop::option::weighted(0.95, shapes()));
    (candles, prop::collection::vec(actions(), 0..3))
        .prop_map(|(candles, actions)| Minute { candles, actions })
}

fn stories() -> impl Strategy<Value = Story> {
    let preset = prop_oneof![
        Just(Preset::Strict),
        Just(Preset::Fair),
        Just(Preset::Seed0)
    ];
    let end = prop_oneof![
        Just(EndOfData::Leave),
        Just(EndOfData::Close),
        Just(EndOfData::Open)
    ];
    let minutes = prop::collection::vec(minutes(), 2..25);
    (preset, 1..=20_i64, 10..=2_000_i64, minutes, end).prop_map(
        |(preset, leverage, balance, minutes, end)| Story {
            preset,
            leverage,
            balance,
            minutes,
            end,
        },
    )
}

// --- runs ------------------------------------------------------------------------------------------------------------------

struct Run {
    engine: Engine,
    closes: [i64; INSTRUMENTS],
    records: Vec<Record>,
    orders: Vec<u32>,
    positions: Vec<u32>,
    start: Cash,
    posted: Cash,
    earned: Cash,
    insured: Cash,
}

impl Run {
    fn new(story: &Story) -> Self {
        let start = Cash(i128::from(story.balance) * i128::from(UNIT));
        let closes = [1_000; INSTRUMENTS];
        let mut run = Self {
            engine: engine(story, start),
            closes,
            records: Vec::new(),
            orders: Vec::new(),
            positions: Vec::new(),
            start,
            posted: Cash::ZERO,
            earned: Cash::ZERO,
            insured: Cash::ZERO,
        };
        let opens = closes.map(|ticks| Some(Price(ticks * TICK)));
        run.step(Event::Begin {
            time: Timestamp(0),
            opens: &opens,
        });
        run
    }

    /// The first minutes of a story; `end` belongs to the last of them.
    fn through(story: &Story, minutes: usize, end: Option<EndOfData>) -> Self {
        let mut run = Self::new(story);
        for (index, minute) in story.minutes[..minutes].iter().enumerate() {
            let end = end.filter(|_| index + 1 == minutes);
            run.minute(index, minute, end);
        }
        run
    }

    fn minute(&mut self, index: usize, minute: &Minute, end: Option<EndOfData>) {
        let time = Timestamp(i64::try_from(index).expect("few") * crate::domain::MINUTE_MS);
        let mut slots = [Slot::missing(time); INSTRUMENTS];
        for ((slot, shape), close) in slots.iter_mut().zip(minute.candles).zip(&mut self.closes) {
            if let Some(shape) = shape {
                let candle = candle(time, *close, shape);
                *close = candle.close.0 / TICK;
                *slot = Slot::real(candle);
            }
        }
        self.step(Event::Minute {
            time,
            slots: &slots,
            references: &[],
            end,
        });
        if end.is_none() {
            for action in &minute.actions {
                let command = self.command(action);
                self.step(Event::Command {
                    strategy: 0,
                    command: &command,
                });
            }
        }
    }

    fn step(&mut self, event: Event<'_>) {
        let record = self.engine.step(event).clone();
        for entry in &record.entries {
            match &entry.what {
                Happening::Accepted { order, .. } => {
                    self.orders.push(order.id);
                    self.positions.push(order.position);
                }
                Happening::Posting(posting) => {
                    match posting.kind {
                        PostingKind::MarginPosted | PostingKind::MarginReleased => {}
                        PostingKind::Insurance => {
                            self.insured += posting.amount;
                            self.posted += posting.amount;
                        }
                        _ => self.posted += posting.amount,
                    }
                    assert_eq!(posting.wallet, self.start + self.posted, "{posting:?}");
                }
                Happening::Trade(trade) => self.earned += trade.net,
                _ => {}
            }
        }
        self.records.push(record);
        self.check();
    }

    fn check(&self) {
        let account = self.engine.trader(0).desk().account();
        let open = account.positions();
        assert_eq!(
            account.wallet,
            self.start + self.posted,
            "postings make the wallet"
        );
        let running = open
            .iter()
            .fold(Cash::ZERO, |sum, p| sum + p.realized - p.fees + p.funding);
        assert_eq!(
            account.wallet,
            self.start + self.earned + running + self.insured,
            "trades make the wallet"
        );
        let margin = open.iter().fold(Cash::ZERO, |sum, p| sum + p.margin);
        assert_eq!(account.position_margin, margin, "margin adds up");
        assert!(
            account.order_margin >= Cash::ZERO,
            "{:?}",
            account.order_margin
        );
        assert!(account.wallet >= Cash::ZERO, "{:?}", account.wallet);
        for position in open {
            assert!(
                position.qty > Qty::ZERO && position.margin >= Cash::ZERO,
                "{position:?}"
            );
        }
        assert!(open.is_sorted_by(|a, b| a.id < b.id), "positions by id");
        let working = self.engine.trader(0).desk().working(None);
        for order in &working {
            assert!(order.filled_qty < order.qty, "{order:?}");
        }
        assert!(working.is_sorted_by(|a, b| a.id < b.id), "orders by id");
    }

    fn command(&self, action: &Action) -> Command {
        match action {
            Action::Submit(wish) => Command::Submit(self.request(wish)),
            Action::Cancel(back) => Command::Cancel(latest(&self.orders, *back)),
            Action::CancelAll => Command::CancelAll(None),
            Action::SetExits(back, distances) => Command::SetExits {
                position: latest(&self.positions, *back),
                exits: self.exits(0, Side::Buy, *distances),
            },
            Action::CloseAll => Command::CloseAll(None),
            Action::Leverage(leverage) => Command::SetLeverage {
                instrument: 0,
                leverage: f64::from(*leverage),
            },
            Action::Margin(back, amount) => Command::AdjustMargin {
                position: latest(&self.positions, *back),
                amount: Cash(i128::from(*amount) * i128::from(UNIT / 10)).to_f64(),
            },
        }
    }

    fn price(&self, instrument: usize, ticks: i64) -> f64 {
        Price((self.closes[instrument] + ticks) * TICK).to_f64()
    }

    fn exits(&self, instrument: usize, side: Side, [stop, take_profit]: [Option<i64>; 2]) -> Exits {
        let exit = |ticks: i64| Exit::At(self.price(instrument, ticks * side.sign()));
        Exits {
            stop: stop.map(|ticks| exit(-ticks)),
            take_profit: take_profit.map(exit),
            trigger_by: None,
        }
    }

    fn request(&self, wish: &Wish) -> OrderRequest {
        let side = if wish.buy { Side::Buy } else { Side::Sell };
        let waits_above = matches!((wish.kind, side), (2, Side::Buy) | (1 | 3, Side::Sell));
        let sign = if waits_above { 1 } else { -1 };
        let price = self.price(wish.instrument, wish.distance * sign);
        let instrument = u32::try_from(wish.instrument).expect("few");
        let exits = if wish.reduce_only {
            Exits::default()
        } else {
            self.exits(wish.instrument, side, wish.exits)
        };
        OrderRequest {
            kind: match wish.kind {
                0 => OrderKind::Market,
                1 => OrderKind::Limit(price),
                2 => OrderKind::Stop(price),
                _ => OrderKind::TakeProfit(price),
            },
            target: match wish.target {
                0 => Target::Net,
                1 => Target::Separate,
                _ => Target::Position(latest(&self.positions, 0)),
            },
            reduce_only: wish.reduce_only,
            oco_group: wish.group,
            parent: wish.child.then(|| latest(&self.orders, 0)),
            exits,
            ..OrderRequest::market(instrument, side, Qty(wish.steps * STEP).to_f64())
        }
    }
}

fn latest(ids: &[u32], back: u32) -> u32 {
    ids.iter().rev().nth(back as usize).copied().unwrap_or(1)
}

fn candle(time: Timestamp, before: i64, shape: Shape) -> Candle {
    // Never down to nothing: prices stay between 50 and 5,000 ticks.
    let open = (before + shape.gap).clamp(100, 4_900);
    let close = (open + shape.body).clamp(100, 4_900);
    let ticks = |ticks: i64| Price(ticks * TICK);
    Candle {
        open: ticks(open),
        high: ticks(open.max(close) + shape.above),
        low: ticks(open.min(close) - shape.below),
        close: ticks(close),
        ..Candle::flat(time, Price::ZERO)
    }
}

fn engine(story: &Story, balance: Cash) -> Engine {
    let profile = Arc::new(Profile::preset(story.preset));
    let leverage = Rate(story.leverage * UNIT);
    let instruments = vec![instrument("BTCUSDT"), instrument("ETHUSDT")];
    let trader = TraderSetup {
        name: "user".to_owned(),
        manifest: manifest(),
        needs: Needs::default(),
        strategy: None,
        executor: Box::new(Simulated::new(profile, balance, &instruments, leverage)),
        roles: vec![("main".to_owned(), vec![0, 1])],
        limits: DeskLimits {
            max_leverage: Rate(20 * UNIT),
            ..DeskLimits::default()
        },
        seed: 0,
        keep_history: false,
        on_fault: OnFault::Hold,
    };
    Engine::new(EngineSetup {
        instruments: Arc::new(instruments),
        streams: Vec::new(),
        base: Timeframe::M1,
        start: Timestamp(0),
        strategies: vec![trader],
    })
}

fn manifest() -> Manifest {
    Manifest {
        name: "user".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        authors: Vec::new(),
        parameters: Vec::new(),
        roles: vec![Role {
            name: "main".to_owned(),
            description: String::new(),
            kinds: crate::domain::InstrumentKinds::default(),
            tradable: true,
            min_instruments: 2,
            max_instruments: 2,
        }],
        abilities: Abilities::unlimited(),
        on_fault: OnFault::Hold,
    }
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
        tick: Price(TICK),
        step: Qty(STEP),
        min_qty: Qty(STEP),
        max_qty: None,
        min_notional: Qty::ZERO,
        price_band: None,
        maker_fee: Rate(20_000),
        taker_fee: Rate(50_000),
        tiers: vec![Tier {
            floor: Qty::ZERO,
            cap: Qty(1_000_000 * UNIT),
            maintenance_rate: Rate(UNIT / 200),
            max_leverage: Rate(20 * UNIT),
            maintenance_amount: Qty::ZERO,
        }],
        price_rule: PriceRule::Tick,
        liquidation_fee: None,
        trigger_by: TriggerBy::Last,
        expires_at: None,
        assumed: false,
    }
}

// --- what holds ------------------------------------------------------------------------------------------------------------

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn money_is_conserved_and_margin_adds_up(story in stories()) {
        let run = Run::through(&story, story.minutes.len(), Some(story.end));
        let account = run.engine.trader(0).desk().account();
        if story.end != EndOfData::Leave {
            prop_assert!(account.positions().is_empty());
            prop_assert_eq!(account.position_margin, Cash::ZERO);
            prop_assert_eq!(account.order_margin, Cash::ZERO);
        }
    }

    #[test]
    fn the_start_of_a_run_does_not_depend_on_the_rest(story in stories(), part in 1..25_usize) {
        let part = part.min(story.minutes.len());
        let whole = Run::through(&story, story.minutes.len(), None);
        let start = Run::through(&story, part, None);
        prop_assert_eq!(&whole.records[..start.records.len()], &start.records[..]);
    }
}
