//! Golden cases of `simulation_examples.json`, driven through `Engine::step` and nothing else.
//!
//! Every case passes. Other files of the same form: `GOLDEN_FILES=a.json,b.json`. Cases of our own, which always run, are in
//! `tests/data`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use host::domain::{
    Amendment, Candle, Cash, Cause, Delisting, Direction, Exit, Exits, FundingSettlement,
    Instrument, InstrumentKind, MarkCandle, Needs, Ohlc, OnFault, OrderKind, OrderRequest,
    OrderStatus, Price, PriceRule, Qty, Rate, Reference, RefusalReason, Side, Slot, SlotState,
    Target, Tier, TimeInForce, Timeframe, Timestamp, TriggerBy, UNIT,
};
use host::engine::{
    CoarseMark, CoarseMarks, Command, DeskLimits, Engine, EngineSetup, Event, Happening, Record,
    TraderSetup,
};
use host::execution::{MarginMode, PositionMode, Preset, Profile, Simulated};

use crate::support::manifest;
use serde_json::Value;

use crate::formulas::{self, Outcome};

/// Keys of the configuration that are rules of an instrument, so that a symbol may have its own.
const OF_SYMBOL: [&str; 10] = [
    "tick",
    "step",
    "min_qty",
    "max_qty",
    "min_notional",
    "price_band",
    "maker",
    "taker",
    "leverage",
    "venue",
];

fn files() -> Vec<PathBuf> {
    if let Ok(list) = std::env::var("GOLDEN_FILES") {
        return list.split(',').map(PathBuf::from).collect();
    }
    let data = crate::support::workspace().join("tests/data");
    let mut files = vec![
        data.join("golden_own.json"),
        data.join("golden_reference.json"),
    ];
    let shared = crate::shared_dir().join("reference/simulation_examples.json");
    if shared.exists() {
        files.push(shared);
    } else {
        println!(
            "skipped: no golden cases beside the project (reference/simulation_examples.json)"
        );
    }
    files
}

#[test]
fn golden_cases_hold() {
    let files = files();
    let mut failures = Vec::new();
    let mut passed = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the golden file is readable");
        let document: Value = serde_json::from_str(&text).expect("the golden file is JSON");
        let tiers = document
            .get("default_tiers")
            .cloned()
            .unwrap_or_else(default_tiers);
        for case in document["examples"].as_array().expect("a list of cases") {
            let id = case["id"].as_str().expect("a case has an id").to_owned();
            match run_case(case, &tiers) {
                Outcome::Passed => {
                    println!("{id} passed");
                    passed.push(id);
                }
                Outcome::NotSupported(what) => {
                    println!("{id} NOT SUPPORTED");
                    failures.push(format!("{id}: not supported: {what}"));
                }
                Outcome::Failed(differences) => {
                    println!("{id} FAILED");
                    failures.push(format!("{id}: {}", differences.join("\n    ")));
                }
            }
        }
    }
    println!("{} golden cases passed", passed.len());
    assert!(
        failures.is_empty(),
        "golden cases differ:\n{}",
        failures.join("\n")
    );
}

fn run_case(case: &Value, tiers: &Value) -> Outcome {
    match case["kind"].as_str() {
        Some("formula") => formulas::run(case),
        _ => match Scenario::read(case, tiers) {
            Ok(scenario) => scenario.run(),
            Err(what) => Outcome::NotSupported(what),
        },
    }
}

fn default_tiers() -> Value {
    serde_json::json!([
        ["0", "300000", "0.004", "150", "0"],
        ["300000", "800000", "0.005", "100", "300"],
        ["800000", "3000000", "0.0065", "75", "1500"],
        ["3000000", "12000000", "0.01", "50", "12000"],
        ["12000000", "70000000", "0.02", "25", "132000"],
        ["70000000", "100000000", "0.025", "20", "482000"],
        ["100000000", "230000000", "0.05", "10", "2982000"]
    ])
}

// --- scenarios -------------------------------------------------------------------------------------------------------------

/// Text of a JSON string or number.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn price(value: &Value) -> Price {
    text(value).parse().expect("a price")
}

fn candle(value: &Value, time: Timestamp) -> Candle {
    let volume = value
        .get("v")
        .map_or(0.0, |v| text(v).parse().expect("a volume"));
    Candle {
        open: price(&value["o"]),
        high: price(&value["h"]),
        low: price(&value["l"]),
        close: price(&value["c"]),
        volume,
        ..Candle::flat(time, Price::ZERO)
    }
}

/// One symbol of a scenario.
struct Market {
    symbol: Option<String>,
    instrument: Instrument,
    /// Leverage of its own.
    leverage: Option<String>,
    slots: Vec<Slot>,
    references: Vec<Reference>,
}

struct Scenario<'a> {
    case: &'a Value,
    markets: Vec<Market>,
    profile: Profile,
    leverage: Rate,
}

/// What the runner knows of an order of the case.
#[derive(Default)]
struct Names {
    /// Engine id of each accepted order, status of each refused one.
    orders: BTreeMap<String, Result<u32, String>>,
    /// Order name by engine id.
    by_id: BTreeMap<u32, String>,
    /// Key of each position by engine id (`net` or the name of the order that opened it).
    positions: BTreeMap<u32, String>,
}

impl<'a> Scenario<'a> {
    /// Reads a case; the error names a feature the simulation does not have.
    fn read(case: &'a Value, tiers: &Value) -> Result<Self, String> {
        let config = case["config"].as_object().cloned().unwrap_or_default();
        let preset = config
            .get("preset")
            .map_or(Ok(Preset::Strict), |p| text(p).parse::<Preset>());
        let preset = preset.map_err(|_| format!("preset {}", config["preset"]))?;
        let mut profile = Profile::preset(preset);
        if preset == Preset::Strict && !config.contains_key("preset") {
            // The cases take strict without slippage and name their own fees.
            profile.slippage = Rate::ZERO;
        }
        let shared: Vec<(String, Value)> = config.into_iter().collect();
        set_knobs(&mut profile, &shared)?;
        let mut markets = Vec::new();
        if let Some(symbols) = case.get("symbols").and_then(Value::as_array) {
            for symbol in symbols {
                let own: Vec<(String, Value)> = symbol
                    .get("config")
                    .and_then(Value::as_object)
                    .map(|o| o.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
                    .unwrap_or_default();
                for (key, _) in &own {
                    if !OF_SYMBOL.contains(&key.as_str()) {
                        return Err(format!("{key} of one symbol"));
                    }
                }
                let rules: Vec<_> = shared.iter().chain(&own).cloned().collect();
                let slots = slots(&symbol["candles"]);
                markets.push(Market {
                    symbol: Some(text(&symbol["symbol"])),
                    instrument: instrument(&rules, symbol.get("tiers").unwrap_or(tiers)),
                    leverage: own
                        .iter()
                        .find(|(k, _)| k == "leverage")
                        .map(|(_, v)| text(v)),
                    references: references(&symbol["candles"], &slots, symbol.get("mark_candles")),
                    slots,
                });
            }
        } else {
            let slots = slots(&case["candles"]);
            let tiers = case.get("tiers").unwrap_or(tiers);
            markets.push(Market {
                symbol: None,
                instrument: instrument(&shared, tiers),
                leverage: None,
                references: references(&case["candles"], &slots, case.get("mark_candles")),
                slots,
            });
        }
        let leverage = shared.iter().find(|(k, _)| k == "leverage");
        let leverage = leverage
            .map_or("10".to_owned(), |(_, v)| text(v))
            .parse()
            .expect("a leverage");
        Ok(Self {
            case,
            markets,
            profile,
            leverage,
        })
    }

    fn engine(&self) -> Engine {
        let instruments: Vec<_> = self.markets.iter().map(|m| m.instrument.clone()).collect();
        let count = instruments.len();
        let wallet: Cash = text(&self.case["account"]["wallet"])
            .parse()
            .expect("a wallet");
        let profile = Arc::new(self.profile.clone());
        let all = (0..u32::try_from(count).expect("few")).collect();
        let strategy = TraderSetup {
            name: "golden".to_owned(),
            manifest: manifest("golden", 10, OnFault::Hold),
            needs: Needs::default(),
            strategy: None,
            executor: Box::new(Simulated::new(profile, wallet, &instruments, self.leverage)),
            roles: vec![("main".to_owned(), all)],
            limits: DeskLimits {
                max_leverage: Rate(1_000 * UNIT),
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
            start: self.time(0),
            strategies: vec![strategy],
        })
    }

    fn run(&self) -> Outcome {
        let mut run = Run {
            scenario: self,
            engine: self.engine(),
            names: Names::default(),
            fills: Vec::new(),
            statuses: BTreeMap::new(),
            ambiguous: Vec::new(),
            answers: BTreeMap::new(),
            unsupported: None,
            candle: 0,
            higher_tier: Vec::new(),
        };
        let opens: Vec<_> = self
            .markets
            .iter()
            .map(|m| {
                m.slots
                    .first()
                    .filter(|s| s.state == SlotState::Real)
                    .map(|s| s.candle.open)
            })
            .collect();
        run.step(Event::Begin {
            time: self.time(0),
            opens: &opens,
        });
        for (index, market) in self.markets.iter().enumerate() {
            if let Some(leverage) = &market.leverage {
                run.command(Command::SetLeverage {
                    instrument: u32::try_from(index).expect("few"),
                    leverage: leverage.parse().expect("a leverage"),
                });
            }
        }
        run.act(-1);
        run.step(Event::Settle);
        let mut equity = Vec::new();
        for index in 0..self.markets[0].slots.len() {
            let slots: Vec<Slot> = self.markets.iter().map(|m| m.slots[index]).collect();
            let references: Vec<Reference> =
                self.markets.iter().map(|m| m.references[index]).collect();
            let time = self.time(index);
            run.candle = index;
            run.announce(time);
            let before = run.engine.trader(0).gauge.higher_tier_minutes;
            run.step(Event::Minute {
                time,
                slots: &slots,
                references: &references,
                end: None,
            });
            if run.engine.trader(0).gauge.higher_tier_minutes > before {
                run.higher_tier.push(Value::from(index));
            }
            equity.push(Value::from(run.engine.account_point(0).equity.to_string()));
            run.act(i64::try_from(index).expect("few"));
            run.step(Event::Settle);
        }
        if let Some(what) = run.unsupported {
            return Outcome::NotSupported(what);
        }
        run.compare(equity)
    }

    /// Open time of a candle.
    fn time(&self, index: usize) -> Timestamp {
        self.markets[0].slots[index].candle.open_time
    }
}

fn set_knobs(profile: &mut Profile, config: &[(String, Value)]) -> Result<(), String> {
    for (knob, value) in config {
        let value = text(value);
        match knob.as_str() {
            // Fees belong to the instrument here, because a symbol may have its own.
            "maker" => profile.maker_fee = None,
            "taker" => profile.taker_fee = None,
            "leverage" | "preset" => {}
            knob if OF_SYMBOL.contains(&knob) => {}
            knob => profile.set(knob, &value).map_err(|e| e.to_string())?,
        }
    }
    Ok(())
}

fn instrument(config: &[(String, Value)], tiers: &Value) -> Instrument {
    let last = |key: &str| {
        config
            .iter()
            .rev()
            .find(|(k, _)| k == key)
            .map(|(_, v)| text(v))
    };
    let qty = |key: &str, default: &str| -> Qty {
        last(key)
            .unwrap_or_else(|| default.to_owned())
            .parse()
            .expect("a number")
    };
    let tier = |row: &Value| Tier {
        floor: text(&row[0]).parse().expect("a floor"),
        cap: text(&row[1]).parse().expect("a cap"),
        maintenance_rate: text(&row[2]).parse().expect("a rate"),
        max_leverage: text(&row[3]).parse().expect("a leverage"),
        maintenance_amount: text(&row[4]).parse().expect("an amount"),
    };
    Instrument {
        venue: last("venue").unwrap_or_else(|| "golden".to_owned()),
        symbol: "BTC/USDT:USDT".to_owned(),
        venue_symbol: "BTCUSDT".to_owned(),
        base: "BTC".to_owned(),
        quote: "USDT".to_owned(),
        settle: "USDT".to_owned(),
        kind: InstrumentKind::LinearPerpetual,
        tick: last("tick")
            .unwrap_or_else(|| "0.1".to_owned())
            .parse()
            .expect("a tick"),
        step: qty("step", "0.001"),
        min_qty: qty("min_qty", "0.001"),
        max_qty: last("max_qty").map(|t| t.parse().expect("a quantity")),
        min_notional: qty("min_notional", "5"),
        price_band: last("price_band").map(|t| t.parse().expect("a band")),
        maker_fee: last("maker")
            .unwrap_or_else(|| "0.0002".to_owned())
            .parse()
            .expect("a rate"),
        taker_fee: last("taker")
            .unwrap_or_else(|| "0.0005".to_owned())
            .parse()
            .expect("a rate"),
        tiers: tiers.as_array().expect("tiers").iter().map(tier).collect(),
        price_rule: PriceRule::Tick,
        liquidation_fee: None,
        trigger_by: TriggerBy::Last,
        expires_at: None,
        assumed: false,
    }
}

fn time_of(value: &Value, index: usize) -> Timestamp {
    let default = i64::try_from(index).expect("few") * 60_000;
    Timestamp(value.get("t").and_then(Value::as_i64).unwrap_or(default))
}

fn slots(candles: &Value) -> Vec<Slot> {
    let candles = candles.as_array().expect("candles");
    let first = candles.iter().position(|c| !c.is_null()).unwrap_or(0);
    let start = time_of(&candles[first], first).0 - i64::try_from(first).expect("few") * 60_000;
    let slot = |(index, value): (usize, &Value)| {
        let time = Timestamp(start + i64::try_from(index).expect("few") * 60_000);
        if value.is_null() {
            Slot {
                state: SlotState::NotListed,
                ..Slot::missing(time)
            }
        } else if value["halted"] == Value::Bool(true) {
            Slot {
                state: SlotState::Halted,
                ..Slot::missing(time)
            }
        } else if value["synthetic"] == Value::Bool(true) {
            Slot::missing(time)
        } else {
            Slot::real(candle(value, time))
        }
    };
    candles.iter().enumerate().map(slot).collect()
}

fn ohlc(list: &Value) -> Ohlc {
    Ohlc {
        open: price(&list[0]),
        high: price(&list[1]),
        low: price(&list[2]),
        close: price(&list[3]),
    }
}

/// Mark and index of each candle: given beside it, or derived from coarse mark candles.
fn references(candles: &Value, slots: &[Slot], coarse: Option<&Value>) -> Vec<Reference> {
    let mut coarse = coarse.and_then(Value::as_array).map(|list| {
        let candle = |c: &Value| CoarseMark {
            time: Timestamp(c["t"].as_i64().expect("a time")),
            length_ms: c["ms"].as_i64().expect("a length"),
            prices: Ohlc {
                open: price(&c["o"]),
                high: price(&c["h"]),
                low: price(&c["l"]),
                close: price(&c["c"]),
            },
        };
        CoarseMarks::new(list.iter().map(candle).collect())
    });
    let mut last = Price::ZERO;
    let mut of = |(value, slot): (&Value, &Slot)| {
        let prices = match slot.state {
            SlotState::Real => Ohlc {
                open: slot.candle.open,
                high: slot.candle.high,
                low: slot.candle.low,
                close: slot.candle.close,
            },
            _ => Ohlc {
                open: last,
                high: last,
                low: last,
                close: last,
            },
        };
        last = prices.close;
        let given = value.get("mark").map(|m| {
            let path = ohlc(m);
            MarkCandle {
                path,
                shown: path.close,
            }
        });
        let derived = coarse
            .as_mut()
            .and_then(|marks| marks.minute(slot.candle.open_time, prices));
        Reference {
            mark: given.or(derived),
            index: value.get("index").map(ohlc),
        }
    };
    let candles = candles.as_array().expect("candles");
    candles.iter().zip(slots).map(&mut of).collect()
}

/// A case on its way through the engine.
struct Run<'a> {
    scenario: &'a Scenario<'a>,
    engine: Engine,
    names: Names,
    fills: Vec<Value>,
    statuses: BTreeMap<String, String>,
    ambiguous: Vec<Value>,
    answers: BTreeMap<&'static str, Vec<Value>>,
    unsupported: Option<String>,
    /// Index of the candle being stepped.
    candle: usize,
    higher_tier: Vec<Value>,
}

impl Run<'_> {
    fn step(&mut self, event: Event<'_>) {
        let record = self.engine.step(event).clone();
        self.note(&record);
    }

    /// Funding and delistings of the candle about to be stepped.
    fn announce(&mut self, time: Timestamp) {
        let case = self.scenario.case;
        let list = |key: &str| {
            case.get(key)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        for record in list("funding") {
            let at = Timestamp(record["t"].as_i64().expect("a time"));
            let minute = Timestamp((at.0 + 30_000).div_euclid(60_000) * 60_000);
            if minute == time {
                let settlement = FundingSettlement {
                    instrument: self.instrument(&record),
                    time: minute,
                    rate: text(&record["rate"]).parse().expect("a rate"),
                    price: record.get("mark").map(price),
                    substituted: false,
                };
                self.step(Event::Funding(&settlement));
            }
        }
        for record in list("delist") {
            if record["candle"].as_u64() == Some(self.candle as u64) {
                let delisting = Delisting {
                    instrument: self.instrument(&record),
                    price: record.get("price").filter(|p| !p.is_null()).map(price),
                };
                self.step(Event::Delist(&delisting));
            }
        }
    }

    fn is_hedge(&self) -> bool {
        self.scenario.profile.position_mode == PositionMode::Hedge
    }

    fn key(&self, position: u32) -> String {
        self.names
            .positions
            .get(&position)
            .cloned()
            .unwrap_or_else(|| position.to_string())
    }

    /// With several symbols `<symbol>/<key>`.
    fn full_key(&self, instrument: u32, position: u32) -> String {
        match self.symbol(instrument) {
            Some(symbol) => format!("{symbol}/{}", self.key(position)),
            None => self.key(position),
        }
    }

    fn symbol(&self, instrument: u32) -> Option<String> {
        self.scenario.markets[instrument as usize].symbol.clone()
    }

    fn note(&mut self, record: &Record) {
        if self.is_hedge() {
            for entry in &record.entries {
                if let Happening::Position { change, .. } = &entry.what {
                    let side = change.direction.name().to_owned();
                    self.names.positions.insert(change.position, side);
                }
            }
        }
        for entry in &record.entries {
            match &entry.what {
                Happening::Fill(fill) => {
                    if fill.net {
                        self.names.positions.insert(fill.position, "net".to_owned());
                    }
                    let own = |exit: &str| {
                        format!("{}.{exit}", self.full_key(fill.instrument, fill.position))
                    };
                    let order = match (self.names.by_id.get(&fill.order), fill.cause) {
                        (Some(name), _) => name.clone(),
                        (None, Cause::Liquidation) => "LIQ".to_owned(),
                        (None, Cause::Delisting) => "DELIST".to_owned(),
                        (None, Cause::Stop) => own("stop"),
                        (None, _) => own("target"),
                    };
                    let mut row = serde_json::json!({
                        "order": order,
                        "candle": self.candle,
                        "price": fill.price.to_string(),
                        "qty": fill.qty.to_string(),
                        "liquidity": fill.liquidity.name(),
                        "fee": fill.fee.to_string(),
                        "realised": fill.realized_pnl.to_string(),
                        "position": self.key(fill.position),
                    });
                    if let Some(symbol) = self.symbol(fill.instrument) {
                        row["symbol"] = Value::from(symbol);
                    }
                    self.fills.push(row);
                }
                Happening::OrderFilled { order, .. } => self.status(*order, "filled".to_owned()),
                Happening::OrderChanged { change, .. } => {
                    let status = match change.status {
                        OrderStatus::Expired => "canceled",
                        status => status.name(),
                    };
                    let status = format!("{status}:{}", change.reason.name());
                    self.status(change.order, status);
                }
                Happening::Ambiguous { time, instrument } => {
                    let candle = Value::from(time.0 / 60_000);
                    self.ambiguous.push(match self.symbol(*instrument) {
                        Some(symbol) => Value::from(vec![Value::from(symbol), candle]),
                        None => candle,
                    });
                }
                _ => {}
            }
        }
    }

    fn status(&mut self, order: u32, status: String) {
        if let Some(name) = self.names.by_id.get(&order) {
            self.statuses.insert(name.clone(), status);
        }
    }

    /// Actions submitted at the close of a candle, in the order the conventions give.
    fn act(&mut self, at: i64) {
        let case = self.scenario.case;
        let here = |key: &str| -> Vec<Value> {
            let all = case
                .get(key)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            all.into_iter()
                .filter(|a| a["at"].as_i64() == Some(at))
                .collect()
        };
        for cancel in here("cancels") {
            let id = self.order_id(&text(&cancel["order"]));
            self.command(Command::Cancel(id));
        }
        for amend in here("amends") {
            let number = |key: &str| amend.get(key).map(|v| text(v).parse().expect("a number"));
            let change = Amendment {
                qty: number("qty"),
                limit: number("price"),
                trigger: number("trigger"),
            };
            let order = self.order_id(&text(&amend["order"]));
            let answer = self.command(Command::Amend { order, change });
            self.answers.entry("amends").or_default().push(answer);
        }
        for order in here("orders") {
            self.submit(&order);
        }
        for attach in here("attach") {
            self.attach(&attach);
        }
        for margin in here("margin") {
            let position = self.position_id(&margin).unwrap_or(u32::MAX);
            let amount = text(&margin["amount"]).parse().expect("an amount");
            let answer = self.command(Command::AdjustMargin { position, amount });
            self.answers.entry("margin").or_default().push(answer);
        }
        for leverage in here("leverage") {
            let instrument = self.instrument(&leverage);
            let leverage = text(&leverage["leverage"]).parse().expect("a leverage");
            self.command(Command::SetLeverage {
                instrument,
                leverage,
            });
        }
    }

    fn instrument(&self, action: &Value) -> u32 {
        let wanted = action.get("symbol").map(text);
        let index = self
            .scenario
            .markets
            .iter()
            .position(|m| wanted.is_none() || m.symbol == wanted);
        u32::try_from(index.expect("a known symbol")).expect("few")
    }

    fn order_id(&self, name: &str) -> u32 {
        self.names
            .orders
            .get(name)
            .and_then(|o| o.as_ref().ok())
            .copied()
            .unwrap_or(u32::MAX)
    }

    /// The open position an action means.
    fn position_id(&self, action: &Value) -> Option<u32> {
        let instrument = self.instrument(action);
        let key = action.get("position").map_or("net".to_owned(), text);
        let positions = self.engine.trader(0).desk().positions(Some(instrument));
        positions
            .iter()
            .find(|p| self.key(p.id) == key || (p.net && key == "net"))
            .map(|p| p.id)
    }

    fn command(&mut self, command: Command) -> Value {
        let record = self
            .engine
            .step(Event::Command {
                strategy: 0,
                command: &command,
            })
            .clone();
        let answer = record.entries.iter().find_map(|e| match &e.what {
            Happening::Answer { result, .. } => Some(result.clone()),
            _ => None,
        });
        if let (Command::Submit(_), Some(Ok(Some(placed)))) = (&command, &answer) {
            let name = self
                .names
                .by_id
                .get(&u32::MAX)
                .cloned()
                .expect("the order being sent");
            self.names.by_id.insert(placed.order, name.clone());
            self.names.orders.insert(name.clone(), Ok(placed.order));
            self.statuses.insert(name.clone(), "open".to_owned());
            self.names.positions.entry(placed.position).or_insert(name);
        }
        self.note(&record);
        match answer.expect("every command is answered") {
            Ok(_) => Value::from("ok"),
            Err(refusal) => {
                if refusal.reason == RefusalReason::NotSupported {
                    self.unsupported
                        .get_or_insert_with(|| refusal.message.clone());
                }
                Value::from(refusal.reason.name())
            }
        }
    }

    fn submit(&mut self, order: &Value) {
        let name = text(&order["id"]);
        let number = |key: &str| {
            order
                .get(key)
                .map(|v| text(v).parse::<f64>().expect("a number"))
        };
        let (limit, trigger) = (number("price"), number("trigger"));
        let kind = match text(&order["type"]).as_str() {
            "market" => OrderKind::Market,
            "limit" => OrderKind::Limit(limit.expect("a price")),
            "stop" => OrderKind::Stop(trigger.expect("a trigger")),
            "take_profit" => OrderKind::TakeProfit(trigger.expect("a trigger")),
            "stop_limit" => OrderKind::StopLimit {
                trigger: trigger.expect("a trigger"),
                limit: limit.expect("a price"),
            },
            "take_profit_limit" => OrderKind::TakeProfitLimit {
                trigger: trigger.expect("a trigger"),
                limit: limit.expect("a price"),
            },
            _ => OrderKind::Trailing {
                callback: number("callback").expect("a callback"),
                activation: number("activation"),
            },
        };
        let exit = |key: &str| number(key).map(Exit::At);
        let flag = |key: &str| order[key] == Value::Bool(true);
        let request = OrderRequest {
            instrument: self.instrument(order),
            side: if order["side"] == "buy" {
                Side::Buy
            } else {
                Side::Sell
            },
            qty: number("qty").expect("a quantity"),
            kind,
            time_in_force: match order.get("tif").map(text).as_deref() {
                Some("IOC") => TimeInForce::Ioc,
                Some("FOK") => TimeInForce::Fok,
                _ => order
                    .get("expire")
                    .and_then(Value::as_i64)
                    .map_or(TimeInForce::Gtc, |t| TimeInForce::Gtd(Timestamp(t))),
            },
            target: self.target(order, &name),
            reduce_only: flag("reduce_only"),
            post_only: flag("post_only"),
            trigger_by: order.get("trigger_by").map(|by| match text(by).as_str() {
                "mark" => TriggerBy::Mark,
                "index" => TriggerBy::Index,
                _ => TriggerBy::Last,
            }),
            oco_group: order.get("oco").map(|group| group_number(&text(group))),
            parent: order
                .get("parent")
                .map(|parent| self.order_id(&text(parent))),
            exits: Exits {
                stop: exit("stop"),
                take_profit: exit("target"),
                trigger_by: None,
            },
            tag: 0,
        };
        self.names.by_id.insert(u32::MAX, name.clone());
        let answer = self.command(Command::Submit(request));
        self.names.by_id.remove(&u32::MAX);
        if answer != "ok" {
            self.statuses
                .insert(name, format!("rejected:{}", text(&answer)));
        }
    }

    fn target(&self, order: &Value, name: &str) -> Target {
        if self.is_hedge() {
            return match order.get("position_side").map(text).as_deref() {
                Some("long") => Target::Side(Direction::Long),
                Some("short") => Target::Side(Direction::Short),
                _ => Target::Separate,
            };
        }
        let independent = self.scenario.profile.position_mode == PositionMode::Independent;
        match order.get("position").map(text) {
            None if independent => Target::Separate,
            None => Target::Net,
            Some(key) if key == "net" => Target::Net,
            Some(key) if key == name => Target::Separate,
            Some(key) => {
                let known = self.names.positions.iter().find(|(_, k)| **k == key);
                Target::Position(known.map_or(u32::MAX, |(id, _)| *id))
            }
        }
    }

    fn attach(&mut self, attach: &Value) {
        let position = self.position_id(attach);
        let held = position.and_then(|id| self.engine.trader(0).desk().find_position(id));
        let exit = |key: &str, now: Option<Price>| match attach.get(key) {
            None => now.map(|p| Exit::At(p.to_f64())),
            Some(Value::Null) => None,
            Some(value) => Some(Exit::At(text(value).parse().expect("a price"))),
        };
        let exits = Exits {
            stop: exit("stop", held.as_ref().and_then(|p| p.stop)),
            take_profit: exit("target", held.as_ref().and_then(|p| p.take_profit)),
            trigger_by: None,
        };
        let position = position.unwrap_or(u32::MAX);
        let answer = self.command(Command::SetExits { position, exits });
        self.answers.entry("attach").or_default().push(answer);
    }

    // --- comparing ---------------------------------------------------------------------------------------------------------

    fn compare(&self, equity: Vec<Value>) -> Outcome {
        let expect = &self.scenario.case["expect"];
        let mut differences = Vec::new();
        let mut check = |what: &str, got: Value| {
            if let Some(wanted) = expect.get(what).filter(|wanted| **wanted != got) {
                differences.push(format!("{what}: expected {wanted}\n      got {got}"));
            }
        };
        let with_position = expect["fills"]
            .as_array()
            .is_some_and(|f| f.iter().any(|fill| fill.get("position").is_some()));
        let mut fills = self.fills.clone();
        if !with_position {
            for fill in &mut fills {
                fill.as_object_mut().expect("a row").remove("position");
            }
        }
        let desk = self.engine.trader(0).desk();
        let figures = self.engine.account_point(0);
        let account = desk.account();
        let (positions, liquidations) = self.positions();
        check("fills", Value::from(fills));
        check(
            "orders",
            serde_json::to_value(&self.statuses).expect("a map"),
        );
        check("positions", positions);
        check("liquidation_price", liquidations);
        check("wallet", Value::from(figures.wallet.to_string()));
        check("equity_per_candle", Value::from(equity));
        check("fees_paid", Value::from(account.fees.to_string()));
        check("funding_net", Value::from(account.funding.to_string()));
        check("realised", Value::from(account.realized.to_string()));
        check("ambiguous_candles", Value::from(self.ambiguous.clone()));
        check("higher_tier_candles", Value::from(self.higher_tier.clone()));
        check("insurance", Value::from(account.insurance.to_string()));
        for (list, answers) in &self.answers {
            check(list, Value::from(answers.clone()));
        }
        if expect.get("insurance").is_none() && account.insurance != Cash::ZERO {
            differences.push(format!("insurance: {}", account.insurance));
        }
        if differences.is_empty() {
            Outcome::Passed
        } else {
            Outcome::Failed(differences)
        }
    }

    fn positions(&self) -> (Value, Value) {
        let mut positions = serde_json::Map::new();
        let mut liquidations = serde_json::Map::new();
        for p in self.engine.trader(0).desk().positions(None) {
            let key = self.full_key(p.instrument, p.id);
            let mut row = serde_json::json!({
                "side": p.direction.name(),
                "qty": p.qty.to_string(),
                "entry": p.avg_price.to_string(),
            });
            if self.scenario.profile.margin_mode == MarginMode::Isolated {
                row["isolated_margin"] = Value::from(p.margin.to_string());
            }
            for (name, exit) in [("stop", p.stop), ("target", p.take_profit)] {
                if let Some(exit) = exit {
                    row[name] = Value::from(exit.to_string());
                }
            }
            positions.insert(key.clone(), row);
            if let Some(price) = p.liquidation_price {
                liquidations.insert(key, Value::from(price.to_string()));
            }
        }
        (Value::from(positions), Value::from(liquidations))
    }
}

/// Names of groups as the numbers the contract has.
fn group_number(name: &str) -> u32 {
    name.bytes().fold(0, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    })
}
