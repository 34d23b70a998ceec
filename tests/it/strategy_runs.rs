//! Ten whole runs over 500 candles: golden condition columns in, orders by the five rules of the fixtures' README, every trade and
//! every equity value out, compared exactly. Where one of our strategies has those conditions, it runs too and must give the same.

mod components;

use std::collections::BTreeMap;
use std::path::Path;

use host::domain::{
    Amendment, Candle, Cash, Direction, FundingSettlement, Instrument, PositionView, Price, Qty,
    Rate, Tier, Timeframe, Timestamp, UNIT,
};
use host::engine::Command;
use host::execution::{Preset, Profile};
use serde_json::Value;

use crate::driver::{Bracket, Driver, SIGNAL, STOP, Start, TARGET, instrument};
use crate::peer_data::read;

const HOUR_MS: i64 = 3_600_000;
const START_BALANCE: Cash = Cash(10_000 * UNIT as i128);

#[test]
fn strategy_runs_hold() {
    let shared = crate::shared_dir();
    let folder = shared.join("fixtures/strategies");
    let indicators = shared.join("fixtures/indicators");
    if !folder.exists() || !indicators.exists() {
        println!(
            "skipped: no strategy runs beside the project (fixtures/strategies, fixtures/indicators)"
        );
        return;
    }
    let document = std::fs::read_to_string(folder.join("strategy_runs.json")).expect("readable");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let data = Data {
        candles: candles(&indicators.join("candles.csv")),
        atr: columns(&indicators.join("indicators_golden.csv.gz"))
            .remove("ta.ATR_14")
            .expect("a column of the ATR"),
        conditions: columns(&folder.join("signals_golden.csv")),
        funding: settlements(&document["funding"]),
        tiers: tiers(&document["tiers"]),
    };
    let mut failures = Vec::new();
    for case in document["runs"].as_array().expect("runs") {
        let name = text(&case["name"]);
        let mut differences = Run::new(case, &data).differences();
        if let Some(found) = components::differences(case, &data) {
            println!("run {name} by the strategy itself");
            differences.extend(found);
        }
        if differences.is_empty() {
            println!("run {name} passed");
        } else {
            println!("run {name} FAILED");
            let first: Vec<_> = differences.into_iter().take(4).collect();
            failures.push(format!("{name}: {}", first.join("\n    ")));
        }
    }
    assert!(
        failures.is_empty(),
        "strategy runs differ:\n{}",
        failures.join("\n")
    );
}

// --- what a run is given ---------------------------------------------------------------------------------------------------

struct Data {
    candles: Vec<Candle>,
    /// Empty before the first valid row.
    atr: Vec<Option<f64>>,
    conditions: BTreeMap<String, Vec<Option<f64>>>,
    funding: Vec<FundingSettlement>,
    tiers: Vec<Tier>,
}

/// Text of a JSON string or number.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Columns by name; an empty cell is none.
pub(crate) fn columns(path: &Path) -> BTreeMap<String, Vec<Option<f64>>> {
    let content = read(path);
    let mut lines = content.lines();
    let names: Vec<_> = lines.next().expect("a line of names").split(',').collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.parse().ok());
        }
    }
    let names = names.into_iter().map(str::to_owned);
    names.zip(columns).collect()
}

pub(crate) fn candles(path: &Path) -> Vec<Candle> {
    let content = read(path);
    let candle = |line: &str| {
        let cells: Vec<_> = line.split(',').collect();
        let price = |i: usize| cells[i].parse::<Price>().expect("a price");
        let time = Timestamp(cells[0].parse().expect("a time"));
        Candle {
            open: price(1),
            high: price(2),
            low: price(3),
            close: price(4),
            volume: cells[5].parse().expect("a volume"),
            ..Candle::flat(time, Price::ZERO)
        }
    };
    content.lines().skip(1).map(candle).collect()
}

fn settlements(list: &Value) -> Vec<FundingSettlement> {
    let rows = list.as_array().expect("settlements");
    let settlement = |row: &Value| FundingSettlement {
        instrument: 0,
        time: Timestamp(row["t"].as_i64().expect("a time")),
        // Some rates are written with an exponent.
        rate: Rate::from_f64(text(&row["rate"]).parse().expect("a rate")).expect("in range"),
        price: Some(text(&row["mark"]).parse().expect("a mark")),
        substituted: false,
    };
    rows.iter().map(settlement).collect()
}

fn tiers(list: &Value) -> Vec<Tier> {
    let rows = list.as_array().expect("tiers");
    let tier = |row: &Value| Tier {
        floor: text(&row[0]).parse().expect("a floor"),
        cap: text(&row[1]).parse().expect("a cap"),
        maintenance_rate: text(&row[2]).parse().expect("a rate"),
        max_leverage: text(&row[3]).parse().expect("a leverage"),
        maintenance_amount: text(&row[4]).parse().expect("an amount"),
    };
    rows.iter().map(tier).collect()
}

// --- one run ---------------------------------------------------------------------------------------------------------------

/// What the rules of a run name.
struct Rules {
    size: Rate,
    stop_share: Option<Rate>,
    target_share: Option<Rate>,
    stop_atr: Option<f64>,
    chandelier: Option<f64>,
    max_bars: Option<usize>,
}

impl Rules {
    fn read(rules: &Value) -> Self {
        let share = |key: &str| rules.get(key).map(|v| text(v).parse().expect("a fraction"));
        Self {
            size: share("size").expect("a size"),
            stop_share: share("sl_pct"),
            target_share: share("tp_pct"),
            stop_atr: rules.get("stop_atr").and_then(Value::as_f64),
            chandelier: rules.get("chandelier").and_then(Value::as_f64),
            max_bars: rules
                .get("max_bars")
                .and_then(Value::as_u64)
                .map(|n| usize::try_from(n).expect("few")),
        }
    }
}

/// The conditions of a strategy at one close.
#[derive(Clone, Copy)]
struct Conditions {
    /// Enter, long and short.
    enter: [bool; 2],
    /// Leave, long and short.
    leave: [bool; 2],
}

/// Long first, then short.
const DIRECTIONS: [Direction; 2] = [Direction::Long, Direction::Short];

struct Run<'a> {
    case: &'a Value,
    data: &'a Data,
    rules: Rules,
    driver: Driver,
    equity: Vec<String>,
    /// Sides that stay shut after a stop-out, until their condition was false once.
    blocked: [bool; 2],
    /// The stop order of the position and where it is.
    stop: Option<(u32, f64)>,
    trades_seen: usize,
}

/// Profile and instrument of a case.
fn start<'a>(case: &Value, data: &'a Data) -> Start<'a> {
    let config = &case["config"];
    let mut profile = Profile::named(Preset::Strict);
    for (knob, value) in config.as_object().expect("a configuration") {
        let of_instrument = [
            "maker",
            "taker",
            "tick",
            "step",
            "min_qty",
            "min_notional",
            "leverage",
        ];
        if !of_instrument.contains(&knob.as_str()) {
            profile
                .set(knob, &text(value))
                .expect("a knob of the table");
        }
    }
    let number = |key: &str| text(&config[key]);
    let rules = Instrument {
        min_qty: number("min_qty").parse().expect("a quantity"),
        min_notional: number("min_notional").parse().expect("an amount"),
        maker_fee: number("maker").parse().expect("a rate"),
        tiers: data.tiers.clone(),
        ..instrument(
            number("tick").parse().expect("a tick"),
            number("step").parse().expect("a step"),
            number("taker").parse().expect("a rate"),
        )
    };
    Start {
        profile,
        instrument: rules,
        wallet: START_BALANCE,
        leverage: number("leverage").parse().expect("a leverage"),
        base: Timeframe::H1,
        first: &data.candles[0],
    }
}

impl<'a> Run<'a> {
    fn new(case: &'a Value, data: &'a Data) -> Self {
        Self::by(case, data, Driver::new(start(case, data)))
    }

    fn by(case: &'a Value, data: &'a Data, driver: Driver) -> Self {
        Self {
            case,
            data,
            rules: Rules::read(&case["rules"]),
            driver,
            equity: Vec::new(),
            blocked: [false; 2],
            stop: None,
            trades_seen: 0,
        }
    }

    fn differences(mut self) -> Vec<String> {
        self.walk(Self::at_close);
        self.compare()
    }

    fn walk(&mut self, mut at_close: impl FnMut(&mut Self, usize)) {
        let data = self.data;
        let funding = if self.case["funding_applied"] == Value::Bool(true) {
            data.funding.as_slice()
        } else {
            &[]
        };
        for (row, candle) in data.candles.iter().enumerate() {
            for due in funding.iter().filter(|f| f.time == candle.open_time) {
                self.driver.funding(due);
            }
            self.driver.candle(candle, None);
            self.equity.push(self.driver.equity().to_string());
            at_close(self, row);
            self.driver.settle();
        }
    }

    fn conditions(&self, row: usize) -> Conditions {
        let strategy = text(&self.case["strategy"]);
        let holds = |what: &str| {
            let column = &self.data.conditions[&format!("{strategy}.{what}")];
            column[row] == Some(1.0)
        };
        let mut enter = [holds("long_entry"), holds("short_entry")];
        if enter == [true, true] {
            enter = [false, false];
        }
        Conditions {
            enter,
            leave: [holds("long_exit"), holds("short_exit")],
        }
    }

    /// The five rules, in their order.
    fn at_close(&mut self, row: usize) {
        for (trade, reason) in &self.driver.trades[self.trades_seen..] {
            if [STOP, "liquidation"].contains(reason) {
                self.blocked[side_index(trade.direction)] = true;
            }
        }
        self.trades_seen = self.driver.trades.len();
        let conditions = self.conditions(row);
        for (blocked, enter) in self.blocked.iter_mut().zip(conditions.enter) {
            *blocked &= enter;
        }
        let wanted = |side: usize| conditions.enter[side] && !self.blocked[side];
        let Some(position) = self.driver.position() else {
            if let Some(side) = (0..2).find(|side| wanted(*side)) {
                self.enter(row, DIRECTIONS[side]);
            }
            return;
        };
        let side = side_index(position.direction);
        let opposite = wanted(1 - side);
        let held = row - row_of(position.opened_at, &self.data.candles) + 1;
        let too_long = self.rules.max_bars.is_some_and(|most| held >= most);
        let asked = conditions.leave[side] || opposite;
        if asked || too_long {
            self.driver
                .close(&position, if asked { SIGNAL } else { "time" });
            if opposite {
                self.enter(row, DIRECTIONS[1 - side]);
            }
        } else if let Some(distance) = self.rules.chandelier {
            self.follow(row, &position, distance);
        }
    }

    /// Rule 3: a stop that follows the best close.
    fn follow(&mut self, row: usize, position: &PositionView, distance: f64) {
        let (Some(atr), Some((order, stop))) = (self.data.atr[row], self.stop) else {
            return;
        };
        let entry = row_of(position.opened_at, &self.data.candles);
        let closes = self.data.candles[entry..=row]
            .iter()
            .map(|c| c.close.to_f64());
        let sign = if position.direction == Direction::Long {
            1.0
        } else {
            -1.0
        };
        let best = closes.map(|c| sign * c).fold(f64::NEG_INFINITY, f64::max) * sign;
        let level = best - sign * distance * atr;
        let close = self.data.candles[row].close.to_f64();
        if sign * close <= sign * level {
            self.driver.close(position, SIGNAL);
        } else if sign * level > sign * stop {
            let change = Amendment {
                trigger: Some(level),
                ..Amendment::default()
            };
            self.driver.command(&Command::Amend { order, change });
            self.stop = Some((order, level));
        }
    }

    /// Rule 5: the size comes from the equity of this close, the exits from its price.
    fn enter(&mut self, row: usize, direction: Direction) {
        let close = self.data.candles[row].close;
        let sign = if direction == Direction::Long { 1 } else { -1 };
        // size x equity / close, floored to the thousandth that every run has as its step.
        let step = i128::from(UNIT / 1_000);
        let steps =
            self.driver.equity().0 * i128::from(self.rules.size.0) / (i128::from(close.0) * step);
        let qty = Qty(i64::try_from(steps * step).expect("a quantity"));
        // Exact: a price has two decimals here and a share at most three.
        let beside = |share: Rate, sign: i64| {
            let unit = i128::from(UNIT);
            let scaled = i128::from(close.0) * (unit + i128::from(sign * share.0)) / unit;
            Price(i64::try_from(scaled).expect("a price")).to_f64()
        };
        let atr = self.data.atr[row];
        let by_atr = self.rules.stop_atr.and_then(|times| {
            let away = f64::from(i32::try_from(sign).expect("one")) * times * atr?;
            Some(close.to_f64() - away)
        });
        let stop = self.rules.stop_share.map(|share| beside(share, -sign));
        let bracket = Bracket {
            direction,
            qty: qty.to_f64(),
            stop: stop.or(by_atr),
            target: self.rules.target_share.map(|share| beside(share, sign)),
        };
        let sent = self.driver.bracket(&bracket);
        self.stop = sent.stop.zip(bracket.stop);
    }

    // --- comparing ---------------------------------------------------------------------------------------------------------

    fn compare(&self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut check = |what: &str, got: Value| {
            let wanted = &self.case[what];
            if *wanted != got {
                differences.push(difference(what, wanted, &got));
            }
        };
        let trades: Vec<Value> = self.driver.trades.iter().map(|t| self.trade(t)).collect();
        let account = self.driver.account();
        let ambiguous: Vec<usize> = self
            .driver
            .ambiguous
            .iter()
            .map(|t| row_of(*t, &self.data.candles))
            .collect();
        check("trades", Value::from(trades));
        check("equity", Value::from(self.equity.clone()));
        check("equity_end", Value::from(self.driver.equity().to_string()));
        check("wallet", Value::from(self.driver.wallet().to_string()));
        check("fees", Value::from(account.fees.to_string()));
        check("funding", Value::from(account.funding.to_string()));
        check("realised", Value::from(account.realized.to_string()));
        check("fills", Value::from(self.driver.fills));
        check("ambiguous_candles", Value::from(ambiguous));
        check("rejections", Value::from(self.driver.refusals.clone()));
        check("open_position", self.open_position());
        differences
    }

    fn trade(&self, (trade, reason): &(host::ledger::Trade, &'static str)) -> Value {
        let candle = |time: Timestamp| row_of(time, &self.data.candles);
        let reason = match *reason {
            STOP => "stop",
            TARGET => "target",
            other => other,
        };
        serde_json::json!({
            "side": trade.direction.name(),
            "qty": trade.qty.to_string(),
            "entry_candle": candle(trade.entry_time),
            "entry": trade.entry_price.to_string(),
            "exit_candle": candle(trade.exit_time),
            "exit": trade.exit_price.to_string(),
            "reason": reason,
            "gross": trade.gross.to_string(),
            "fees": trade.fees.to_string(),
            "funding": trade.funding.to_string(),
            "net": trade.net.to_string(),
        })
    }

    fn open_position(&self) -> Value {
        self.driver.position().map_or(Value::Null, |p| {
            serde_json::json!({
                "side": p.direction.name(),
                "qty": p.qty.to_string(),
                "entry": p.avg_price.to_string(),
                "entry_candle": row_of(p.opened_at, &self.data.candles),
            })
        })
    }
}

/// The first entry that differs of two lists, else both values.
fn difference(what: &str, wanted: &Value, got: &Value) -> String {
    if let (Some(wanted), Some(got)) = (wanted.as_array(), got.as_array()) {
        let first = wanted.iter().zip(got).position(|(a, b)| a != b);
        return match first {
            Some(n) => format!("{what}[{n}]: expected {}\n      got {}", wanted[n], got[n]),
            None => format!(
                "{what}: expected {} entries, got {}",
                wanted.len(),
                got.len()
            ),
        };
    }
    format!("{what}: expected {wanted}, got {got}")
}

fn side_index(direction: Direction) -> usize {
    usize::from(direction == Direction::Short)
}

/// Index of the candle a moment lies in.
fn row_of(time: Timestamp, candles: &[Candle]) -> usize {
    let hours = (time.0 - candles[0].open_time.0).div_euclid(HOUR_MS);
    usize::try_from(hours).expect("not before the first candle")
}
