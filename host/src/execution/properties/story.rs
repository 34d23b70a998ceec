//! Random stories: candles, references, settlements and everything a user can do, and a run of them that checks the ledger.

use std::sync::Arc;

use proptest::prelude::*;

use crate::domain::{
    Abilities, Amendment, Candle, Cash, Delisting, Direction, Exit, Exits, FundingSettlement,
    Instrument, InstrumentKind, Manifest, MarkCandle, Needs, Ohlc, OnFault, OrderKind,
    OrderRequest, Price, PriceRule, Qty, Rate, Reference, Role, Side, Slot, SlotState, Target,
    Tier, TimeInForce, Timeframe, Timestamp, TriggerBy, UNIT,
};
use crate::engine::{
    Command, DeskLimits, EndOfData, Engine, EngineSetup, Event, Happening, Record, TraderSetup,
};
use crate::execution::{PositionMode, Preset, Profile, Simulated};
use crate::ledger::PostingKind;

const INSTRUMENTS: usize = 2;
/// One tick, one step.
const TICK: i64 = UNIT / 10;
const STEP: i64 = UNIT / 1_000;

/// A whole run: what an account begins with, and what happens minute by minute.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub preset: Preset,
    /// Knobs over the preset.
    pub knobs: Vec<(&'static str, &'static str)>,
    pub leverage: i64,
    pub balance: i64,
    pub minutes: Vec<Minute>,
    pub end: EndOfData,
    pub fees: bool,
    /// Venue of the instruments: some liquidate in steps.
    pub venue: &'static str,
}

#[derive(Debug, Clone)]
pub(super) struct Minute {
    pub candles: [Option<Shape>; INSTRUMENTS],
    /// The venue halted the first instrument.
    pub halted: bool,
    /// Ticks by which the marks lie away from the last prices.
    pub basis: [Option<i64>; INSTRUMENTS],
    /// Funding of the first instrument due at the start, in hundredths of a percent.
    pub funding: Option<i64>,
    /// The second instrument ends here.
    pub delisted: bool,
    pub actions: Vec<Action>,
}

/// A candle in ticks: its open relative to the close before it, the rest relative to its open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub gap: i64,
    pub body: i64,
    pub above: i64,
    pub below: i64,
}

/// What the user does at the close. Prices are in ticks from the last close, positive where an order waits for them; orders and
/// positions are counted from the latest.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Submit(Wish),
    Cancel(u32),
    /// Order, new quantity in steps, new limit, new trigger.
    Amend(u32, Option<i64>, Option<i64>, Option<i64>),
    CancelAll,
    SetExits(u32, [Option<i64>; 2]),
    CloseAll,
    Leverage(u8),
    Margin(u32, i64),
}

#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub instrument: usize,
    pub buy: bool,
    steps: i64,
    pub kind: u8,
    distance: i64,
    /// Of the limit of a stop-limit beyond its trigger.
    beyond: i64,
    pub target: u8,
    reduce_only: bool,
    post_only: bool,
    time_in_force: u8,
    trigger_by: u8,
    group: Option<u32>,
    child: bool,
    pub exits: [Option<i64>; 2],
    exits_as: u8,
}

impl Wish {
    pub(super) fn is_child(&self) -> bool {
        self.child
    }
}

impl Action {
    /// The same where up is down.
    pub(super) fn mirrored(&self) -> Self {
        match self {
            Self::Submit(wish) => Self::Submit(Wish {
                buy: !wish.buy,
                beyond: -wish.beyond,
                ..wish.clone()
            }),
            Self::SetExits(position, distances) => {
                Self::SetExits(*position, distances.map(|d| d.map(|ticks| -ticks)))
            }
            Self::Amend(order, qty, limit, trigger) => {
                Self::Amend(*order, *qty, limit.map(|t| -t), trigger.map(|t| -t))
            }
            other => other.clone(),
        }
    }
}

impl Minute {
    /// Without what is a fraction of a price, and near the first close.
    pub(super) fn plain(self) -> Self {
        let small = |s: Shape| Shape {
            gap: s.gap % 11,
            body: s.body % 21,
            above: s.above % 15,
            below: s.below % 15,
        };
        let plain = |action: Action| match action {
            Action::Submit(wish) => Some(Action::Submit(Wish {
                kind: wish.kind % 6,
                exits_as: wish.exits_as.min(1),
                ..wish
            })),
            Action::Leverage(_) | Action::Margin(..) => None,
            other => Some(other),
        };
        Self {
            candles: self.candles.map(|c| c.map(small)),
            halted: false,
            basis: [None; INSTRUMENTS],
            funding: None,
            delisted: false,
            actions: self.actions.into_iter().filter_map(plain).collect(),
        }
    }
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

/// Kinds of [`OrderKind`] by number: market, limit, stop, take-profit, stop-limit, take-profit-limit, trailing.
const KINDS: u8 = 7;

fn wishes() -> impl Strategy<Value = Wish> {
    // Once in a while far more than usual, or absurdly much.
    let steps = prop_oneof![
        20 => 0..=3_000_i64,
        2 => 0..=3_000_000_i64,
        1 => Just(90_000_000_000_000_i64)
    ];
    let what = (0..INSTRUMENTS, any::<bool>(), steps, 0..KINDS);
    let target = prop_oneof![4 => Just(0_u8), 4 => Just(1), 1 => Just(2)];
    let how = (
        -20..=60_i64,
        -20..=20_i64,
        target,
        prop::bool::weighted(0.1),
    );
    let attributes = (prop::bool::weighted(0.1), 0..8_u8, 0..6_u8, 0..6_u8);
    let with = (
        prop::option::weighted(0.3, 0..2_u32),
        prop::bool::weighted(0.1),
        distances(),
    );
    (what, how, attributes, with).prop_map(|(what, how, attributes, with)| {
        let (instrument, buy, steps, kind) = what;
        let (distance, beyond, target, reduce_only) = how;
        let (post_only, time_in_force, trigger_by, exits_as) = attributes;
        let (group, child, exits) = with;
        Wish {
            instrument,
            buy,
            steps,
            kind,
            distance,
            beyond,
            target,
            reduce_only,
            post_only,
            time_in_force,
            trigger_by,
            group,
            child,
            exits,
            exits_as,
        }
    })
}

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![
        10 => wishes().prop_map(Action::Submit),
        1 => (0..4_u32).prop_map(Action::Cancel),
        2 => (
            0..4_u32,
            prop::option::of(0..=3_000_i64),
            prop::option::of(-20..=20_i64),
            prop::option::of(-40..=40_i64),
        )
            .prop_map(|(order, qty, limit, trigger)| Action::Amend(order, qty, limit, trigger)),
        1 => Just(Action::CancelAll),
        2 => (0..3_u32, distances()).prop_map(|(position, exits)| Action::SetExits(position, exits)),
        1 => Just(Action::CloseAll),
        1 => (1..=20_u8).prop_map(Action::Leverage),
        1 => (0..3_u32, -200..=200_i64).prop_map(|(position, amount)| Action::Margin(position, amount)),
    ]
}

fn minutes() -> impl Strategy<Value = Minute> {
    let candles = prop::array::uniform2(prop::option::weighted(0.95, shapes()));
    let references = prop::array::uniform2(prop::option::weighted(0.3, -30..=30_i64));
    let rare = (
        prop::bool::weighted(0.03),
        prop::option::weighted(0.1, -300..=300_i64),
        prop::bool::weighted(0.01),
    );
    let acts = prop::collection::vec(actions(), 0..3);
    (candles, references, rare, acts).prop_map(|(candles, basis, rare, actions)| {
        let (halted, funding, delisted) = rare;
        Minute {
            candles,
            halted,
            basis,
            funding,
            delisted,
            actions,
        }
    })
}

/// Settings that change what happens, one of each group at most.
fn knobs() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let one = |knob: &'static str, values: &'static [&'static str]| {
        prop::option::weighted(
            0.25,
            prop::sample::select(values).prop_map(move |v| (knob, v)),
        )
    };
    let first = (
        one(
            "path",
            &[
                "candle_colour",
                "adaptive",
                "ohlc",
                "olhc",
                "stop_first",
                "optimistic",
            ],
        ),
        one("limit_gap", &["at_open", "at_limit_within"]),
        one("stop_gap", &["at_level", "at_level_within"]),
        one("position_mode", &["hedge", "independent"]),
        one("margin_mode", &["cross"]),
        one("liquidation", &["market", "fee", "none"]),
        one("participation", &["0.1", "0.001"]),
        one("latency_ms", &["1", "20000", "60000", "130000"]),
    );
    let second = (
        one("slippage", &["volume_share", "sqrt"]),
        one("fill_timing", &["this_close", "quote"]),
        one("bracket_start", &["next_candle"]),
        one("maintenance", &["0.02"]),
        one("partial_liquidation", &["venue"]),
        one("latency_sigma", &["0.5", "2"]),
        one("one_order_per_candle", &["on"]),
        one("opposite_entry", &["after_exit"]),
    );
    (first, second).prop_map(|(a, b)| {
        [a.0, a.1, a.2, a.3, a.4, a.5, a.6, a.7]
            .into_iter()
            .chain([b.0, b.1, b.2, b.3, b.4, b.5, b.6, b.7])
            .flatten()
            .collect()
    })
}

pub(super) fn stories() -> impl Strategy<Value = Story> {
    let preset = prop_oneof![
        4 => Just(Preset::Strict),
        2 => Just(Preset::Fair),
        2 => Just(Preset::Seed0),
        1 => Just(Preset::Jesse),
        1 => Just(Preset::Backtrader),
        1 => Just(Preset::Vectorbt),
        1 => Just(Preset::Freqtrade),
    ];
    let end = prop_oneof![
        Just(EndOfData::Leave),
        Just(EndOfData::Close),
        Just(EndOfData::Open)
    ];
    let minutes = prop::collection::vec(minutes(), 2..25);
    let venue = prop::sample::select(&["test", "bybit", "hyperliquid"][..]);
    // Once in a while enough for what venues liquidate in steps.
    let balance = prop_oneof![4 => 10..=2_000_i64, 1 => Just(200_000)];
    (preset, knobs(), 1..=20_i64, balance, minutes, end, venue).prop_map(
        |(preset, knobs, leverage, balance, minutes, end, venue)| Story {
            preset,
            knobs,
            leverage,
            balance,
            minutes,
            end,
            fees: true,
            venue,
        },
    )
}

impl Story {
    pub(super) fn profile(&self) -> Profile {
        let mut profile = Profile::preset(self.preset);
        for (knob, value) in &self.knobs {
            let before = profile.clone();
            profile.set(knob, value).expect("a knob of the table");
            if profile.check().is_err() {
                profile = before;
            }
        }
        profile
    }
}

// --- runs ------------------------------------------------------------------------------------------------------------------

pub(super) struct Run {
    pub engine: Engine,
    closes: [i64; INSTRUMENTS],
    /// Lowest and highest price of each instrument from the close before the last minute to its end.
    pub reach: [(Price, Price); INSTRUMENTS],
    pub records: Vec<Record>,
    pub hedge: bool,
    gone: bool,
    orders: Vec<u32>,
    positions: Vec<u32>,
    start: Cash,
    posted: Cash,
    earned: Cash,
    insured: Cash,
}

impl Run {
    pub(super) fn new(story: &Story) -> Self {
        let start = Cash(i128::from(story.balance) * i128::from(UNIT));
        let closes = [1_000; INSTRUMENTS];
        let mut run = Self {
            engine: engine(story, start),
            closes,
            reach: [(Price::ZERO, Price::ZERO); INSTRUMENTS],
            hedge: story.profile().position_mode == PositionMode::Hedge,
            gone: false,
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
    pub(super) fn through(story: &Story, minutes: usize, end: Option<EndOfData>) -> Self {
        let mut run = Self::new(story);
        for (index, minute) in story.minutes[..minutes].iter().enumerate() {
            let end = end.filter(|_| index + 1 == minutes);
            run.minute(index, minute, end);
        }
        run
    }

    pub(super) fn minute(&mut self, index: usize, minute: &Minute, end: Option<EndOfData>) {
        let time = Timestamp(i64::try_from(index).expect("few") * crate::domain::MINUTE_MS);
        let mut slots = [Slot::missing(time); INSTRUMENTS];
        let mut references = [Reference::default(); INSTRUMENTS];
        for (i, slot) in slots.iter_mut().enumerate() {
            let before = Price(self.closes[i] * TICK);
            self.reach[i] = (before, before);
            if let Some(shape) = minute.candles[i] {
                let candle = candle(time, self.closes[i], shape);
                self.closes[i] = candle.close.0 / TICK;
                self.reach[i] = (before.min(candle.low), before.max(candle.high));
                *slot = Slot::real(candle);
            }
            if let Some(basis) = minute.basis[i] {
                references[i] = reference(slot, before, basis);
            }
        }
        if minute.halted {
            slots[0].state = SlotState::Halted;
            self.closes[0] = self.reach_before(0);
        }
        if let Some(rate) = minute.funding {
            self.step(Event::Funding(&FundingSettlement {
                instrument: 0,
                time,
                rate: Rate(rate * UNIT / 10_000),
                price: None,
                substituted: false,
            }));
        }
        if minute.delisted && !self.gone {
            self.gone = true;
            self.step(Event::Delist(&Delisting {
                instrument: 1,
                price: None,
            }));
        }
        self.step(Event::Minute {
            time,
            slots: &slots,
            references: &references,
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
            self.quote();
        }
    }

    /// Best prices without a spread; they mean something under one timing only.
    fn quote(&mut self) {
        for (instrument, close) in (0..).zip(self.closes) {
            let price = Price(close * TICK);
            self.step(Event::Quote {
                instrument,
                bid: price,
                ask: price,
            });
        }
    }

    /// The close a halted minute leaves as it was.
    fn reach_before(&self, instrument: usize) -> i64 {
        self.engine.quotes()[instrument].last.0 / TICK
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
                position.qty > Qty::ZERO && position.cost.0 > 0,
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
            Action::Amend(back, qty, limit, trigger) => Command::Amend {
                order: latest(&self.orders, *back),
                change: Amendment {
                    qty: qty.map(|steps| Qty(steps * STEP).to_f64()),
                    limit: limit.map(|ticks| self.price(0, ticks)),
                    trigger: trigger.map(|ticks| self.price(0, ticks)),
                },
            },
            Action::CancelAll => Command::CancelAll(None),
            Action::SetExits(back, distances) => Command::SetExits {
                position: latest(&self.positions, *back),
                exits: self.exits(0, Side::Buy, *distances, 0),
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

    fn exits(
        &self,
        instrument: usize,
        side: Side,
        [stop, take_profit]: [Option<i64>; 2],
        exits_as: u8,
    ) -> Exits {
        let exit = |ticks: i64, stops: bool| {
            let trigger = self.price(instrument, ticks * side.sign());
            match exits_as {
                1 => Exit::AtLimit {
                    trigger,
                    limit: trigger,
                },
                2 if stops => Exit::Trail {
                    callback: 0.02,
                    activation: None,
                },
                3 if stops => Exit::Trail {
                    callback: 0.01,
                    activation: Some(trigger),
                },
                _ => Exit::At(trigger),
            }
        };
        Exits {
            stop: stop.map(|ticks| exit(-ticks, true)),
            take_profit: take_profit.map(|ticks| exit(ticks, false)),
            trigger_by: (exits_as == 4).then_some(TriggerBy::Mark),
        }
    }

    fn request(&self, wish: &Wish) -> OrderRequest {
        let side = if wish.buy { Side::Buy } else { Side::Sell };
        let waits_above = matches!(
            (wish.kind, side),
            (2 | 4, Side::Buy) | (1 | 3 | 5 | 6, Side::Sell)
        );
        let sign = if waits_above { 1 } else { -1 };
        let price = self.price(wish.instrument, wish.distance * sign);
        let limit = self.price(wish.instrument, wish.distance * sign + wish.beyond);
        let instrument = u32::try_from(wish.instrument).expect("few");
        let exits = if wish.reduce_only {
            Exits::default()
        } else {
            self.exits(wish.instrument, side, wish.exits, wish.exits_as)
        };
        let target = match wish.target {
            0 if self.hedge && wish.child => Target::Side(Direction::Short),
            0 if self.hedge => Target::Separate,
            0 => Target::Net,
            1 => Target::Separate,
            _ => Target::Position(latest(&self.positions, 0)),
        };
        OrderRequest {
            kind: match wish.kind {
                0 => OrderKind::Market,
                1 => OrderKind::Limit(price),
                2 => OrderKind::Stop(price),
                3 => OrderKind::TakeProfit(price),
                4 => OrderKind::StopLimit {
                    trigger: price,
                    limit,
                },
                5 => OrderKind::TakeProfitLimit {
                    trigger: price,
                    limit,
                },
                _ => OrderKind::Trailing {
                    callback: 0.01,
                    activation: (wish.beyond > 0).then_some(price),
                },
            },
            time_in_force: match wish.time_in_force {
                0 => TimeInForce::Ioc,
                1 => TimeInForce::Fok,
                2 => TimeInForce::Gtd(Timestamp(wish.steps * 400)),
                _ => TimeInForce::Gtc,
            },
            trigger_by: match wish.trigger_by {
                0 => Some(TriggerBy::Mark),
                1 => Some(TriggerBy::Index),
                _ => None,
            },
            target,
            reduce_only: wish.reduce_only,
            post_only: wish.post_only,
            oco_group: wish.group,
            parent: wish.child.then(|| latest(&self.orders, 0)),
            exits,
            ..OrderRequest::market(instrument, side, Qty(wish.steps * STEP).to_f64())
        }
    }
}

/// A mark some ticks away from the last price, the way there and back included.
fn reference(slot: &Slot, before: Price, basis: i64) -> Reference {
    let shift = |price: Price| Price((price.0 + basis * TICK).max(TICK));
    let path = match slot.state {
        SlotState::Real => Ohlc {
            open: shift(slot.candle.open),
            high: shift(slot.candle.high),
            low: shift(slot.candle.low),
            close: shift(slot.candle.close),
        },
        _ => {
            let (low, high) = (shift(before).min(before), shift(before).max(before));
            Ohlc {
                open: before,
                high,
                low,
                close: shift(before),
            }
        }
    };
    let shown = path.close;
    Reference {
        mark: Some(MarkCandle { path, shown }),
        index: None,
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
        volume: f64::from(u16::try_from(shape.above * 50).unwrap_or(0)),
        ..Candle::flat(time, Price::ZERO)
    }
}

fn engine(story: &Story, balance: Cash) -> Engine {
    let profile = Arc::new(story.profile());
    let leverage = Rate(story.leverage * UNIT);
    let fee = if story.fees { 1 } else { 0 };
    let rules = |symbol| Instrument {
        venue: story.venue.to_owned(),
        ..instrument(symbol, fee)
    };
    let instruments = vec![rules("BTCUSDT"), rules("ETHUSDT")];
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

fn instrument(symbol: &str, fee: i64) -> Instrument {
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
        maker_fee: Rate(20_000 * fee),
        taker_fee: Rate(50_000 * fee),
        tiers: vec![
            Tier {
                floor: Qty::ZERO,
                cap: Qty(150 * UNIT),
                maintenance_rate: Rate(UNIT / 200),
                max_leverage: Rate(20 * UNIT),
                maintenance_amount: Qty::ZERO,
            },
            Tier {
                floor: Qty(150 * UNIT),
                cap: Qty(1_000_000 * UNIT),
                maintenance_rate: Rate(UNIT / 100),
                max_leverage: Rate(20 * UNIT),
                maintenance_amount: Qty(150 * UNIT / 200),
            },
        ],
        price_rule: PriceRule::Tick,
        liquidation_fee: None,
        trigger_by: TriggerBy::Last,
        expires_at: None,
        assumed: false,
    }
}
