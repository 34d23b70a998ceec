//! The formula cases of `simulation_examples.json`: pure functions, compared at the printed digits.
//!
//! [`run`] answers one case. What the product itself needs comes from production code, what only users need from the calculator.

mod fills;
mod streams_and_safety;

use std::collections::BTreeMap;

use host::calculator::{self as calc, Exact, Held, Others};
use host::data::quality::{GapScan, OUTLIER_Z, median_and_mad};
use host::domain::{
    Candle, Cash, Cause, Cost, Direction, Price, Qty, Rate, Side, Slot, Tier, Timeframe, Timestamp,
    UNIT,
};
use host::engine::Bars;
use host::ledger::{Account, Book, FillInput};
use serde_json::{Map, Value, json};

/// How a case ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    NotSupported(String),
    Failed(Vec<String>),
}

/// Keys of an expectation that are words for readers.
const NOTES: [&str; 1] = ["note"];

#[test]
fn formula_cases_hold() {
    let file = crate::shared_dir().join("reference/simulation_examples.json");
    if !file.exists() {
        println!(
            "skipped: no formula cases beside the project (reference/simulation_examples.json)"
        );
        return;
    }
    let text = std::fs::read_to_string(file).expect("a readable file");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let cases = document["examples"].as_array().expect("cases");
    let mut failures = Vec::new();
    for case in cases.iter().filter(|c| c["kind"] == "formula") {
        let id = text_of(&case["id"]);
        match run(case) {
            Outcome::Passed => println!("{id} passed"),
            Outcome::NotSupported(what) => println!("{id} not yet supported: {what}"),
            Outcome::Failed(differences) => {
                failures.push(format!("{id}: {}", differences.join("\n    ")));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Computes a case and compares every figure of its expectation.
pub(crate) fn run(case: &Value) -> Outcome {
    let function = text_of(&case["function"]);
    let inputs = Inputs(&case["inputs"]);
    let Some(got) = answer(&function, &inputs) else {
        return Outcome::NotSupported(format!("formula {function}"));
    };
    let expect = case["expect"].as_object().expect("an object");
    let mut differences = Vec::new();
    for (key, wanted) in expect {
        if NOTES.contains(&key.as_str()) {
            continue;
        }
        match got.get(key) {
            None => differences.push(format!("{key}: not computed")),
            Some(got) if same(wanted, got) => {}
            Some(got) => differences.push(format!("{key}: expected {wanted}, got {got}")),
        }
    }
    if differences.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Failed(differences)
    }
}

/// Equal, or a float that has the printed digits.
fn same(wanted: &Value, got: &Value) -> bool {
    match (wanted.as_str(), got.as_f64()) {
        (Some(printed), Some(float)) => {
            let decimals = printed.split_once('.').map_or(0, |(_, rest)| rest.len());
            let rounded: f64 = format!("{float:.decimals$}").parse().expect("a number");
            printed.parse() == Ok(rounded)
        }
        _ => wanted == got,
    }
}

/// The figures of a case by name; none where there is no such function yet.
fn answer(function: &str, inputs: &Inputs<'_>) -> Option<Map<String, Value>> {
    let figures = match function {
        "liquidation_price_binance" => binance(inputs),
        "liquidation_price_tiered" => tiered(inputs),
        "tier_cum" => {
            let amounts =
                calc::maintenance_amounts(&inputs.exacts("floors"), &inputs.exacts("mmr"));
            json!({ "cum": texts(&amounts.expect("a table")) })
        }
        "liquidation_price_bybit" => bybit(inputs),
        "liquidation_price_hyperliquid" => hyperliquid(inputs),
        "maintenance_margin_hyperliquid" => hyperliquid_tiers(inputs),
        "bankruptcy_price" => {
            let price = calc::bankruptcy_price(&inputs.held(), &inputs.exact("isolated_margin"));
            json!({ "price": shown(&price.expect("a price")) })
        }
        "funding_payment" => {
            let (qty, mark, rate) = (
                inputs.exact("qty"),
                inputs.exact("mark"),
                inputs.exact("rate"),
            );
            let amount = calc::funding_payment(inputs.direction(), &qty, &mark, &rate);
            json!({ "amount": shown(&amount.expect("an amount")) })
        }
        "funding_rate_8h" => funding_rate(inputs),
        "funding_rate_cap" => {
            let rate = calc::capped_rate(&inputs.exact("hourly_rate"), &inputs.exact("cap"));
            json!({ "rate": shown(&rate) })
        }
        "order_cost" => order_cost(inputs),
        "size_to_qty" | "risk_to_qty" => sizing(function, inputs),
        "cross_margin_ratio" => cross_margin(inputs),
        "cross_liquidation_point" => cross_point(inputs),
        "partial_liquidation_step" => step_down(inputs),
        "roe" => {
            let (mark, leverage) = (inputs.exact("mark"), inputs.exact("leverage"));
            let of = calc::return_on_margin(&inputs.held(), &mark, &leverage).expect("a return");
            json!({
                "unrealised": shown(&of.unrealized),
                "initial_margin": shown(&of.initial_margin),
                "roe": shown(&of.return_on_margin),
            })
        }
        "breakeven_price" => {
            let price = calc::breakeven_price(
                inputs.direction(),
                &inputs.exact("entry"),
                &inputs.exact("taker_open"),
                &inputs.exact("taker_close"),
            );
            json!({ "price": shown(&price.expect("a price")) })
        }
        "liquidation_price_jesse" => {
            let (entry, leverage) = (inputs.exact("entry"), inputs.exact("leverage"));
            let of = calc::jesse(inputs.direction(), &entry, &leverage).expect("prices");
            json!({ "liquidation": shown(&of.liquidation), "bankruptcy": shown(&of.bankruptcy) })
        }
        "liquidation_price_gate" => {
            let (margin, rate) = (inputs.exact("margin"), inputs.exact("mmr"));
            let price = calc::gate(&inputs.held(), &margin, &rate, &inputs.exact("taker"));
            json!({ "price": shown(&price.expect("a price")) })
        }
        "htf_visibility" => visibility(inputs),
        "sltp_drilldown" => first_exit(inputs),
        "outlier_score" => outlier(inputs),
        "validate_candle" => validity(inputs),
        "gap_report" => gaps(inputs),
        "books_maintenance" => maintenance(inputs),
        "carried_realised" => realized(inputs),
        "circuit_breaker" => streams_and_safety::breaker(inputs),
        "circuit_breaker_trips" => streams_and_safety::breaker_trips(inputs),
        "minute_mark" => streams_and_safety::mark(inputs),
        "settlement_minute" => streams_and_safety::settlement_minute(inputs),
        "path_price_at" => fills::path_prices(inputs),
        "slippage_volume_share" => fills::volume_share(inputs),
        "slippage_sqrt" => fills::square_root(inputs),
        _ => return None,
    };
    match figures {
        Value::Object(figures) => Some(figures),
        other => panic!("figures have names: {other}"),
    }
}

// --- reading inputs --------------------------------------------------------------------------------------------------------

struct Inputs<'a>(&'a Value);

/// Text of a JSON string or number.
fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn exact(value: &Value) -> Exact {
    text_of(value).parse().expect("a number")
}

fn shown(value: &Exact) -> Value {
    Value::from(value.to_string())
}

fn texts(values: &[Exact]) -> Vec<Value> {
    values.iter().map(shown).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

impl Inputs<'_> {
    fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some()
    }

    fn exact(&self, key: &str) -> Exact {
        exact(&self.0[key])
    }

    fn exacts(&self, key: &str) -> Vec<Exact> {
        list(&self.0[key]).iter().map(exact).collect()
    }

    fn float(&self, key: &str) -> f64 {
        text_of(&self.0[key]).parse().expect("a number")
    }

    fn direction(&self) -> Direction {
        match self.0["side"].as_str() {
            Some("long") => Direction::Long,
            Some("short") => Direction::Short,
            other => panic!("side {other:?}"),
        }
    }

    fn side(&self) -> Side {
        match self.0["side"].as_str() {
            Some("buy") => Side::Buy,
            Some("sell") => Side::Sell,
            other => panic!("side {other:?}"),
        }
    }

    fn held(&self) -> Held {
        let entry = if self.has("entry") { "entry" } else { "price" };
        Held::new(self.direction(), self.exact("qty"), self.exact(entry)).expect("a position")
    }

    fn tiers(&self) -> Vec<Tier> {
        let tier = |row: &Value| Tier {
            floor: text_of(&row[0]).parse().expect("a floor"),
            cap: text_of(&row[1]).parse().expect("a cap"),
            maintenance_rate: text_of(&row[2]).parse().expect("a rate"),
            max_leverage: text_of(&row[3]).parse().expect("a leverage"),
            maintenance_amount: text_of(&row[4]).parse().expect("an amount"),
        };
        list(&self.0["tiers"]).iter().map(tier).collect()
    }

    fn candles(&self) -> Vec<Candle> {
        let price = |value: &Value| text_of(value).parse::<Price>().expect("a price");
        let candle = |c: &Value| Candle {
            open: price(&c["o"]),
            high: price(&c["h"]),
            low: price(&c["l"]),
            close: price(&c["c"]),
            volume: text_of(&c["v"]).parse().expect("a volume"),
            ..Candle::flat(Timestamp(0), Price::ZERO)
        };
        list(&self.0["candles"]).iter().map(candle).collect()
    }
}

// --- liquidation prices ----------------------------------------------------------------------------------------------------

fn binance(inputs: &Inputs<'_>) -> Value {
    let others = Others {
        unrealized: inputs.exact("other_upnl"),
        maintenance: inputs.exact("other_mm"),
    };
    let price = calc::binance(
        &inputs.held(),
        &inputs.exact("wallet"),
        &inputs.exact("mmr"),
        &inputs.exact("cum"),
        &others,
    )
    .expect("a price");
    json!({ "price": shown(&price), "rounded": price.rounded(2) })
}

/// The calculator's eight decimals; the ledger has six of them.
fn tiered(inputs: &Inputs<'_>) -> Value {
    let (held, margin, tiers) = (
        inputs.held(),
        inputs.exact("isolated_margin"),
        inputs.tiers(),
    );
    let (price, tier) = calc::tiered(&held, &margin, &tiers).expect("a price");
    let number = |key: &str| text_of(&inputs.0[key]);
    let qty: Qty = number("qty").parse().expect("a quantity");
    let entry: Price = number("entry").parse().expect("a price");
    let cash: Cash = number("isolated_margin").parse().expect("a margin");
    let ledger = host::ledger::liquidation_price(&tiers, held.direction, qty, entry * qty, cash);
    assert_eq!(
        ledger.expect("a price").to_string(),
        price.rounded(6),
        "the ledger's price"
    );
    // What the row of the first tier, or of the tier at the entry, would say.
    let with = |row: &Tier| {
        let (rate, amount) = (
            Exact::from(row.maintenance_rate),
            Exact::from(row.maintenance_amount),
        );
        calc::binance(&held, &margin, &rate, &amount, &Others::default()).expect("a price")
    };
    let at_entry = tiers.iter().rfind(|t| Exact::from(t.floor) <= held.cost());
    json!({
        "price": shown(&price),
        "tier": tier,
        "wrong_with_tier1": shown(&with(&tiers[0])),
        "wrong_with_entry_tier": shown(&with(at_entry.expect("a tier"))),
    })
}

fn bybit(inputs: &Inputs<'_>) -> Value {
    let of = calc::bybit(
        &inputs.held(),
        &inputs.exact("leverage"),
        &inputs.exact("mmr"),
        &inputs.exact("deduction"),
        &inputs.exact("extra_margin"),
    )
    .expect("a price");
    json!({
        "initial_margin": shown(&of.initial_margin),
        "maintenance_margin": shown(&of.maintenance_margin),
        "price": shown(&of.price),
    })
}

fn hyperliquid(inputs: &Inputs<'_>) -> Value {
    let isolated = inputs.has("isolated_margin");
    let funds = inputs.exact(if isolated {
        "isolated_margin"
    } else {
        "account_value"
    });
    let of = calc::hyperliquid(&inputs.held(), &funds, &inputs.exact("max_leverage"));
    let of = of.expect("a price");
    json!({
        "maintenance_margin": shown(&of.maintenance_margin),
        "margin_available": shown(&of.margin_available),
        "price": shown(&of.price),
    })
}

fn hyperliquid_tiers(inputs: &Inputs<'_>) -> Value {
    let tiers: Vec<_> = list(&inputs.0["tiers"])
        .iter()
        .map(|row| (exact(&row[0]), exact(&row[1])))
        .collect();
    let of = calc::hyperliquid_maintenance(&inputs.exact("notional"), &tiers).expect("a tier");
    json!({
        "mmr": shown(&of.rate),
        "deduction": shown(&of.deduction),
        "maintenance": shown(&of.maintenance),
    })
}

fn step_down(inputs: &Inputs<'_>) -> Value {
    let (margin, step) = (inputs.exact("isolated_margin"), inputs.exact("step"));
    let of = calc::step_down(&inputs.held(), &margin, &step, &inputs.tiers()).expect("a step");
    json!({
        "liquidation_price": shown(&of.liquidation_price),
        "notional": shown(&of.notional),
        "tier": of.tier,
        "equity": shown(&of.equity),
        "maintenance": shown(&of.maintenance),
        "keep_qty": shown(&of.keep_qty),
        "close_qty": shown(&of.close_qty),
        "maintenance_after": shown(&of.maintenance_after),
        "saved": of.saved,
    })
}

// --- cross margin ----------------------------------------------------------------------------------------------------------

fn legs(inputs: &Inputs<'_>) -> Vec<calc::CrossLeg> {
    let leg = |row: &Value| {
        let row = Inputs(row);
        calc::CrossLeg {
            held: row.held(),
            rate: row.exact("mmr"),
            amount: row.exact("cum"),
        }
    };
    list(&inputs.0["positions"]).iter().map(leg).collect()
}

fn marks(inputs: &Inputs<'_>, key: &str) -> Vec<Exact> {
    let rows = list(&inputs.0["positions"]);
    rows.iter().map(|row| exact(&row[key])).collect()
}

fn cross_margin(inputs: &Inputs<'_>) -> Value {
    let wallet = inputs.exact("wallet");
    let of = calc::cross_margin(&wallet, &legs(inputs), &marks(inputs, "mark"));
    let of = of.expect("an account");
    json!({
        "equity": shown(&of.equity),
        "maintenance": shown(&of.maintenance),
        "ratio": of.ratio.as_ref().map(Exact::to_string),
        "liquidated": of.liquidated,
    })
}

fn cross_point(inputs: &Inputs<'_>) -> Value {
    let (from, to) = (marks(inputs, "from"), marks(inputs, "to"));
    let wallet = inputs.exact("wallet");
    let point = calc::cross_liquidation_point(&wallet, &legs(inputs), &from, &to);
    let point = point.expect("an account").expect("it is liquidated");
    json!({
        "fraction": shown(&point.fraction),
        "equity": shown(&point.equity),
        "marks": texts(&point.marks),
    })
}

fn maintenance(inputs: &Inputs<'_>) -> Value {
    let tiers = inputs.tiers();
    let cost = |value: &Value| text_of(value).parse::<Cash>().expect("an amount").to_cost();
    let notionals: Vec<Cost> = list(&inputs.0["notionals"]).iter().map(cost).collect();
    let of = |notional| host::ledger::maintenance_margin(&tiers, notional);
    let separate = notionals.iter().fold(Cash::ZERO, |sum, n| sum + of(*n));
    let netted = of(notionals.iter().fold(Cost::ZERO, |sum, n| sum + *n));
    json!({ "separate": separate.to_string(), "netted": netted.to_string() })
}

// --- funding, orders, sizes ------------------------------------------------------------------------------------------------

fn funding_rate(inputs: &Inputs<'_>) -> Value {
    let (premium, interest) = (inputs.exact("premium"), inputs.exact("interest"));
    let rate = calc::funding_rate(&premium, &interest, &inputs.exact("clamp"));
    let mut figures = json!({ "rate": shown(&rate) });
    if inputs.has("hours") {
        let hourly = &rate / &inputs.exact("hours");
        let (qty, oracle) = (inputs.exact("qty"), inputs.exact("oracle"));
        let paid = calc::funding_payment(Direction::Long, &qty, &oracle, &hourly);
        figures["hourly_rate"] = shown(&hourly);
        figures["hourly_payment_long"] = shown(&paid.expect("an amount"));
    }
    figures
}

fn order_cost(inputs: &Inputs<'_>) -> Value {
    let of = calc::order_cost(
        inputs.side(),
        &inputs.exact("qty"),
        &inputs.exact("order_price"),
        &inputs.exact("mark"),
        &inputs.exact("leverage"),
        &inputs.exact("taker"),
    )
    .expect("a cost");
    json!({
        "initial_margin": shown(&of.initial_margin),
        "open_loss": shown(&of.open_loss),
        "fee": shown(&of.fee),
        "cost": shown(&of.cost),
    })
}

fn sizing(function: &str, inputs: &Inputs<'_>) -> Value {
    let number = |key: &str| inputs.float(key);
    let digits = inputs.0["precision"].as_u64().expect("digits");
    let digits = u32::try_from(digits).expect("few");
    let fee = number("fee_rate");
    let qty = if function == "size_to_qty" {
        guest_sdk::sizing::size_to_qty(number("size"), number("price"), digits, fee)
    } else {
        guest_sdk::sizing::risk_to_qty(
            number("capital"),
            number("risk_pct"),
            number("entry"),
            number("stop"),
            digits,
            fee,
        )
    };
    let note = inputs.0.get("note").cloned();
    json!({ "qty": qty.to_string(), "note": note })
}

/// Fills of one netted position in the ledger, and what each closing one posts.
fn realized(inputs: &Inputs<'_>) -> Value {
    let mut account = Account::new(Cash(1_000_000 * i128::from(UNIT)));
    let mut postings = Vec::new();
    let mut realized = Vec::new();
    let mut total = Cash::ZERO;
    for row in list(&inputs.0["fills"]) {
        let side = if row[0] == "buy" {
            Side::Buy
        } else {
            Side::Sell
        };
        let input = FillInput {
            time: Timestamp(0),
            book: Book::Net(0),
            new_position: 1,
            instrument: 0,
            side,
            qty: text_of(&row[1]).parse().expect("a quantity"),
            price: text_of(&row[2]).parse().expect("a price"),
            value: None,
            fee_rate: Rate::ZERO,
            most_fee: None,
            leverage: Rate(UNIT),
            bound_margin: None,
            cause: Cause::Order,
            tag: 0,
            equity: account.wallet,
        };
        let outcome = account.fill(&input, &mut postings);
        if outcome.closed_qty > Qty::ZERO {
            realized.push(Value::from(outcome.realized.to_string()));
            total += outcome.realized;
        }
    }
    json!({ "realised": realized, "total": total.to_string() })
}

// --- candles and data ------------------------------------------------------------------------------------------------------

fn visibility(inputs: &Inputs<'_>) -> Value {
    let minutes = inputs.0["timeframe_minutes"].as_i64().expect("minutes");
    let timeframe = Timeframe::ALL
        .into_iter()
        .find(|t| t.minutes() == minutes)
        .expect("a timeframe");
    let asked = list(&inputs.0["minutes_closed"]).iter();
    let asked: Vec<i64> = asked.filter_map(Value::as_i64).collect();
    let mut bars = Bars::new(0, timeframe, Timeframe::M1);
    let mut latest: Option<i64> = None;
    let mut seen = BTreeMap::new();
    for minute in 0..=*asked.iter().max().expect("some minutes") {
        let time = Timestamp(minute * 60_000);
        let slot = Slot::real(Candle::flat(time, Price(UNIT)));
        if let Some(closed) = bars.push(time, &slot) {
            latest = Some(closed.open_time.0 / 60_000);
        }
        seen.insert(minute, latest);
    }
    let visible: Vec<_> = asked.iter().map(|m| seen[m]).collect();
    json!({ format!("latest_closed_{timeframe}_open"): visible })
}

fn validity(inputs: &Inputs<'_>) -> Value {
    let candles = inputs.candles();
    let reasons = candles.iter().map(|c| c.validate().err());
    let reasons: Vec<_> = reasons.map(|fault| fault.map(|f| f.to_string())).collect();
    let valid: Vec<_> = reasons.iter().map(Option::is_none).collect();
    json!({ "valid": valid, "reasons": reasons })
}

fn first_exit(inputs: &Inputs<'_>) -> Value {
    let candle = |row: &Value| calc::SubCandle {
        high: exact(&row[1]),
        low: exact(&row[2]),
    };
    let children: Vec<_> = list(&inputs.0["children"]).iter().map(candle).collect();
    let parent = [candle(&inputs.0["parent"])];
    let (stop, target) = (inputs.exact("sl"), inputs.exact("tp"));
    let first =
        |candles: &[calc::SubCandle]| calc::first_exit(Direction::Long, &stop, &target, candles);
    json!({ "first": first(&children), "without_children": first(&parent) })
}

fn outlier(inputs: &Inputs<'_>) -> Value {
    let number = |value: &Value| text_of(value).parse::<f64>().expect("a number");
    let window: Vec<f64> = list(&inputs.0["window"]).iter().map(number).collect();
    let value = inputs.float("value");
    let (median, spread) = median_and_mad(&mut window.clone());
    let robust = (value - median) / spread;
    let count = f64::from(u32::try_from(window.len()).expect("few"));
    let mean = window.iter().sum::<f64>() / count;
    let squares = window.iter().map(|v| (v - mean) * (v - mean));
    let deviation = (squares.sum::<f64>() / (count - 1.0)).sqrt();
    json!({
        "median": median,
        "mad": spread / 1.4826,
        "robust_z": robust,
        "mean": mean,
        "std_ddof1": deviation,
        "z": (value - mean) / deviation,
        "flagged": robust.abs() > OUTLIER_Z,
    })
}

fn gaps(inputs: &Inputs<'_>) -> Value {
    let mut scan = GapScan::new(Timeframe::M1);
    for minute in list(&inputs.0["minutes"]) {
        scan.push(Timestamp(minute.as_i64().expect("a minute") * 60_000));
    }
    let report = scan.finish();
    let minute = |time: Timestamp| time.0 / 60_000;
    let gaps: Vec<_> = report
        .gaps
        .iter()
        .map(|gap| (minute(gap.first), gap.length))
        .collect();
    let missing: Vec<_> = gaps
        .iter()
        .flat_map(|(first, length)| *first..*first + i64::try_from(*length).expect("few"))
        .collect();
    let duplicates: Vec<_> = report.duplicates.iter().map(|t| minute(*t)).collect();
    json!({
        "missing": missing,
        "duplicates": duplicates,
        "gaps": gaps,
        "coverage": report.coverage().map(|c| c.to_string()),
    })
}
