//! `host calc`: what venues and other programs would say about a position, an order or a rate. No data, no run.

use clap::{Subcommand, ValueEnum};
use serde_json::{Map, Value};

use crate::calculator::{self as calc, CalcError, Exact, Held, Others};
use crate::cli::CliError;
use crate::cli::output::print;
use crate::domain;
use crate::venues::instruments;

/// A calculator for positions, orders and funding.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host calc liquidation-price --side long --qty 0.1 --entry 50000 --leverage 10 --symbol BTC/USDT:USDT\n  \
    host calc liquidation-price --formula bybit --side short --qty 1 --entry 8000 --leverage 40 --rate 0.005\n  \
    host calc funding --side long --qty 2.5 --price 43210.5 --rate 0.000125\n  \
    host calc funding --premium 0.01 --hours 1 --json\n  \
    host calc bankruptcy --side long --qty 0.1 --entry 50000 --leverage 20\n  \
    host calc breakeven --side long --entry 50000 --fee 0.0005\n  \
    host calc roe --side long --qty 0.1 --entry 50000 --mark 51000 --leverage 10\n  \
    host calc order-cost --side buy --qty 1 --price 50500 --mark 50000 --leverage 10 --fee 0.0005\n\n\
    Results are exact and rounded once, to 8 decimals. Rates are fractions: 0.0005 is 0.05 %.")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
    /// One JSON object instead of lines.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Where a position is liquidated.
    LiquidationPrice(Box<LiquidationPrice>),
    /// Where the margin of a position is lost entirely.
    Bankruptcy(Bankruptcy),
    /// What a settlement pays (negative), or the rate of a premium.
    Funding(Funding),
    /// The exit price that earns both fees back.
    Breakeven(Breakeven),
    /// Unrealized profit, and what it is of the initial margin.
    Roe(Roe),
    /// What an opening order binds: margin, open loss, fee.
    OrderCost(OrderCost),
}

/// Direction of a position.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Direction {
    Long,
    Short,
}

/// Side of an order.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Side {
    Buy,
    Sell,
}

/// Whose formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Formula {
    /// Maintenance by tiers, the tier that holds at the price (Binance, and this host).
    Tiers,
    /// Maintenance at the entry value.
    Bybit,
    /// Maintenance from the max leverage.
    Hyperliquid,
    /// The taker fee counted in (also OKX).
    Gate,
    /// A fixed 0.4 %.
    Jesse,
}

#[derive(Debug, clap::Args)]
struct Position {
    /// Direction of the position.
    #[arg(long)]
    side: Direction,
    /// Size in base units.
    #[arg(long, allow_negative_numbers = true)]
    qty: Exact,
    /// Average entry price.
    #[arg(long, allow_negative_numbers = true)]
    entry: Exact,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Margin {
    /// Isolated margin (cross: the wallet).
    #[arg(long, allow_negative_numbers = true)]
    margin: Option<Exact>,
    /// Leverage: the margin is entry value / leverage.
    #[arg(long, allow_negative_numbers = true)]
    leverage: Option<Exact>,
}

#[derive(Debug, clap::Args)]
struct LiquidationPrice {
    #[command(flatten)]
    position: Position,
    #[command(flatten)]
    margin: Margin,
    /// Whose formula.
    #[arg(long, value_enum, default_value = "tiers")]
    formula: Formula,
    /// Take the tiers of this symbol from the table of instruments (`host` knows a few; see --rate for others).
    #[arg(long)]
    symbol: Option<String>,
    /// Venue of that symbol.
    #[arg(long, default_value = "binance")]
    exchange: String,
    /// One maintenance rate instead of tiers.
    #[arg(long, allow_negative_numbers = true, conflicts_with = "symbol")]
    rate: Option<Exact>,
    /// Maintenance amount (deduction) that belongs to the rate.
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value = "0",
        requires = "rate"
    )]
    amount: Exact,
    /// Taker fee (gate; 0.0005 unless given).
    #[arg(long, allow_negative_numbers = true)]
    taker: Option<Exact>,
    /// Highest leverage of the position's tier (hyperliquid).
    #[arg(long, allow_negative_numbers = true)]
    max_leverage: Option<Exact>,
    /// Margin added by hand (bybit).
    #[arg(long, allow_negative_numbers = true)]
    extra_margin: Option<Exact>,
    /// Unrealized profit of the other positions of a cross account (tiers, with --rate).
    #[arg(long, allow_negative_numbers = true, requires = "rate")]
    other_pnl: Option<Exact>,
    /// Maintenance margins of those positions (tiers, with --rate).
    #[arg(long, allow_negative_numbers = true, requires = "rate")]
    other_maintenance: Option<Exact>,
}

#[derive(Debug, clap::Args)]
struct Bankruptcy {
    #[command(flatten)]
    position: Position,
    #[command(flatten)]
    margin: Margin,
}

#[derive(Debug, clap::Args)]
struct Funding {
    /// Direction of the position.
    #[arg(long, requires_all = ["qty", "price"])]
    side: Option<Direction>,
    /// Size in base units.
    #[arg(long, allow_negative_numbers = true)]
    qty: Option<Exact>,
    /// Mark price at the settlement (Hyperliquid: oracle price).
    #[arg(long, allow_negative_numbers = true)]
    price: Option<Exact>,
    /// Settled rate.
    #[arg(
        long,
        allow_negative_numbers = true,
        required_unless_present = "premium"
    )]
    rate: Option<Exact>,
    /// Premium of eight hours, to compute the rate from.
    #[arg(long, allow_negative_numbers = true, conflicts_with = "rate")]
    premium: Option<Exact>,
    /// Interest of eight hours.
    #[arg(long, default_value = "0.0001", allow_negative_numbers = true)]
    interest: Exact,
    /// Interest - premium counts at most this much, either way.
    #[arg(long, allow_negative_numbers = true, default_value = "0.0005")]
    clamp: Exact,
    /// Hours between settlements: the rate of eight hours is paid in parts.
    #[arg(long, default_value = "8", value_parser = clap::value_parser!(i64).range(1..=8))]
    hours: i64,
    /// Cap of the rate of one settlement, either way (Hyperliquid: 0.04).
    #[arg(long, allow_negative_numbers = true)]
    cap: Option<Exact>,
}

#[derive(Debug, clap::Args)]
struct Breakeven {
    /// Direction of the position.
    #[arg(long)]
    side: Direction,
    /// Average entry price.
    #[arg(long, allow_negative_numbers = true)]
    entry: Exact,
    /// Fee rate of the entry, and of the exit unless that is given.
    #[arg(long, allow_negative_numbers = true)]
    fee: Exact,
    /// Fee rate of the exit.
    #[arg(long, allow_negative_numbers = true)]
    exit_fee: Option<Exact>,
}

#[derive(Debug, clap::Args)]
struct Roe {
    #[command(flatten)]
    position: Position,
    /// Mark price.
    #[arg(long, allow_negative_numbers = true)]
    mark: Exact,
    /// Leverage.
    #[arg(long, allow_negative_numbers = true)]
    leverage: Exact,
}

#[derive(Debug, clap::Args)]
struct OrderCost {
    /// Side of the order.
    #[arg(long)]
    side: Side,
    /// Size in base units.
    #[arg(long, allow_negative_numbers = true)]
    qty: Exact,
    /// Price of the order.
    #[arg(long, allow_negative_numbers = true)]
    price: Exact,
    /// Mark price.
    #[arg(long, allow_negative_numbers = true)]
    mark: Exact,
    /// Leverage.
    #[arg(long, allow_negative_numbers = true)]
    leverage: Exact,
    /// Taker fee rate.
    #[arg(long, default_value = "0.0005", allow_negative_numbers = true)]
    fee: Exact,
}

/// Figures of an answer in the order they are shown.
type Figures = Vec<(&'static str, String)>;

pub(super) fn run(args: &Args) -> Result<u8, CliError> {
    let figures = match &args.what {
        What::LiquidationPrice(asked) => asked.answer()?,
        What::Bankruptcy(asked) => {
            let held = asked.position.held()?;
            let margin = asked.margin.of(&held)?;
            let price = calc::bankruptcy_price(&held, &margin).map_err(told)?;
            figures([("price", &price), ("margin", &margin)])
        }
        What::Funding(asked) => asked.answer()?,
        What::Breakeven(asked) => {
            let close = asked.exit_fee.as_ref().unwrap_or(&asked.fee);
            let direction = asked.side.into();
            let price = calc::breakeven_price(direction, &asked.entry, &asked.fee, close);
            figures([("price", &price.map_err(told)?)])
        }
        What::Roe(asked) => {
            let held = asked.position.held()?;
            let of = calc::return_on_margin(&held, &asked.mark, &asked.leverage).map_err(told)?;
            figures([
                ("unrealized", &of.unrealized),
                ("initial_margin", &of.initial_margin),
                ("roe", &of.return_on_margin),
            ])
        }
        What::OrderCost(asked) => asked.answer()?,
    };
    show(&figures, args.json)?;
    Ok(0)
}

impl LiquidationPrice {
    fn answer(&self) -> Result<Figures, CliError> {
        self.refuse_what_is_not_used()?;
        let held = self.position.held()?;
        let margin = self.margin.of(&held)?;
        let zero = Exact::from(0);
        match self.formula {
            Formula::Tiers => self.by_tiers(&held, &margin),
            Formula::Bybit => {
                let leverage = self.leverage("bybit")?;
                let rate = needed(&self.rate, "bybit", "--rate")?;
                let extra = self.extra_margin.as_ref().unwrap_or(&zero);
                let of = calc::bybit(&held, leverage, rate, &self.amount, extra);
                let of = of.map_err(told)?;
                reachable(&held, &of.price)?;
                Ok(figures([
                    ("price", &of.price),
                    ("initial_margin", &of.initial_margin),
                    ("maintenance_margin", &of.maintenance_margin),
                ]))
            }
            Formula::Hyperliquid => {
                let most = needed(&self.max_leverage, "hyperliquid", "--max-leverage")?;
                let of = calc::hyperliquid(&held, &margin, most).map_err(told)?;
                reachable(&held, &of.price)?;
                Ok(figures([
                    ("price", &of.price),
                    ("maintenance_margin", &of.maintenance_margin),
                    ("margin_available", &of.margin_available),
                ]))
            }
            Formula::Gate => {
                let rate = needed(&self.rate, "gate", "--rate")?;
                let usual = &Exact::from(5) / &Exact::from(10_000);
                let taker = self.taker.as_ref().unwrap_or(&usual);
                let price = calc::gate(&held, &margin, rate, taker).map_err(told)?;
                reachable(&held, &price)?;
                Ok(figures([("price", &price)]))
            }
            Formula::Jesse => {
                let leverage = self.leverage("jesse")?;
                let of = calc::jesse(held.direction, &held.entry, leverage).map_err(told)?;
                reachable(&held, &of.liquidation)?;
                Ok(figures([
                    ("price", &of.liquidation),
                    ("bankruptcy_price", &of.bankruptcy),
                ]))
            }
        }
    }

    fn by_tiers(&self, held: &Held, margin: &Exact) -> Result<Figures, CliError> {
        let cross = self.other_pnl.is_some() || self.other_maintenance.is_some();
        // With other positions the wallet is not this one's to lose.
        let bankruptcy = calc::bankruptcy_price(held, margin).ok();
        let bankruptcy = bankruptcy.filter(|_| !cross);
        let (price, tier) = if let Some(rate) = &self.rate {
            let or_zero = |value: &Option<Exact>| value.clone().unwrap_or(Exact::from(0));
            let others = Others {
                unrealized: or_zero(&self.other_pnl),
                maintenance: or_zero(&self.other_maintenance),
            };
            let price = calc::binance(held, margin, rate, &self.amount, &others).map_err(told)?;
            (price, None)
        } else {
            let tiers = self.tiers()?;
            self.check_leverage(held, &tiers)?;
            let (price, tier) = calc::tiered(held, margin, &tiers).map_err(told)?;
            (price, Some(tier))
        };
        reachable(held, &price)?;
        let mut all = figures([("price", &price), ("margin", margin)]);
        all.extend(tier.map(|tier| ("tier", tier.to_string())));
        all.extend(bankruptcy.map(|price| ("bankruptcy_price", price.to_string())));
        Ok(all)
    }

    /// A leverage the table does not allow for a position of this value.
    fn check_leverage(&self, held: &Held, tiers: &[domain::Tier]) -> Result<(), CliError> {
        let Some(leverage) = &self.margin.leverage else {
            return Ok(());
        };
        let notional = held.cost();
        let symbol = self.symbol.as_deref().unwrap_or_default();
        let fits = |tier: &&domain::Tier| notional < Exact::from(tier.cap);
        let Some(tier) = tiers.iter().find(fits) else {
            let cap = tiers.last().map_or(String::new(), |t| t.cap.to_string());
            return Err(CliError::user(
                format!("a notional of {notional} is not below {cap}, the most {symbol} allows"),
                "choose a smaller --qty",
            ));
        };
        if *leverage <= Exact::from(tier.max_leverage) {
            return Ok(());
        }
        let most = tier.max_leverage;
        let room = tiers
            .iter()
            .rev()
            .find(|t| *leverage <= Exact::from(t.max_leverage));
        let hint = match room {
            Some(tier) => format!("a leverage of {leverage} is allowed below {}", tier.cap),
            None => format!("choose a --leverage of at most {most}"),
        };
        Err(CliError::user(
            format!(
                "a leverage of {leverage} is above {most}, the most {symbol} allows for a notional of {notional}"
            ),
            hint,
        ))
    }

    fn tiers(&self) -> Result<Vec<domain::Tier>, CliError> {
        let Some(symbol) = &self.symbol else {
            return Err(CliError::user(
                "the tiers of what are meant",
                "add --symbol BTC/USDT:USDT (and --exchange), or one --rate",
            ));
        };
        let symbol = instruments::perpetual_of(symbol);
        let found = instruments::lookup(&self.exchange, &symbol);
        let found = found.map(|instrument| instrument.tiers);
        found.ok_or_else(|| {
            CliError::user(
                format!("the tiers of {symbol} at {} are not known", self.exchange),
                "give its maintenance with --rate and --amount",
            )
        })
    }

    /// A figure that a formula does not look at is a misunderstanding.
    fn refuse_what_is_not_used(&self) -> Result<(), CliError> {
        let here = self.formula;
        let own = [
            ("--taker", self.taker.is_some(), Formula::Gate),
            (
                "--max-leverage",
                self.max_leverage.is_some(),
                Formula::Hyperliquid,
            ),
            (
                "--extra-margin",
                self.extra_margin.is_some(),
                Formula::Bybit,
            ),
            ("--symbol", self.symbol.is_some(), Formula::Tiers),
            ("--other-pnl", self.other_pnl.is_some(), Formula::Tiers),
            (
                "--other-maintenance",
                self.other_maintenance.is_some(),
                Formula::Tiers,
            ),
        ];
        let stray = own.into_iter().find(|(_, given, of)| *given && *of != here);
        let no_rate = [Formula::Hyperliquid, Formula::Jesse].contains(&here);
        let flag = match stray {
            Some((flag, ..)) => flag,
            None if no_rate && self.rate.is_some() => "--rate",
            None => return Ok(()),
        };
        let name = here.to_possible_value();
        let name = name.as_ref().map_or("", |value| value.get_name());
        Err(CliError::user(
            format!("the formula of {name} does not use {flag}"),
            "leave it away, or choose another --formula",
        ))
    }

    fn leverage(&self, formula: &'static str) -> Result<&Exact, CliError> {
        needed(&self.margin.leverage, formula, "--leverage")
    }
}

impl Funding {
    fn answer(&self) -> Result<Figures, CliError> {
        let mut all = Figures::new();
        let settled = match (&self.rate, &self.premium) {
            (Some(rate), _) => rate.clone(),
            (None, Some(premium)) => {
                let rate = calc::funding_rate(premium, &self.interest, &self.clamp);
                all.push(("rate_8h", rate.to_string()));
                &rate * &(&Exact::from(self.hours) / &Exact::from(8))
            }
            (None, None) => {
                return Err(CliError::user(
                    "neither a rate nor a premium is given",
                    "add --rate 0.0001 or --premium 0.0002",
                ));
            }
        };
        let rate = match &self.cap {
            Some(cap) => calc::capped_rate(&settled, cap),
            None => settled,
        };
        all.push(("rate", rate.to_string()));
        if let (Some(side), Some(qty), Some(price)) = (self.side, &self.qty, &self.price) {
            let amount = calc::funding_payment(side.into(), qty, price, &rate).map_err(told)?;
            all.push(("amount", amount.to_string()));
        }
        Ok(all)
    }
}

impl OrderCost {
    fn answer(&self) -> Result<Figures, CliError> {
        let side = match self.side {
            Side::Buy => domain::Side::Buy,
            Side::Sell => domain::Side::Sell,
        };
        let (price, mark) = (&self.price, &self.mark);
        let of = calc::order_cost(side, &self.qty, price, mark, &self.leverage, &self.fee);
        let of = of.map_err(told)?;
        Ok(figures([
            ("cost", &of.cost),
            ("initial_margin", &of.initial_margin),
            ("open_loss", &of.open_loss),
            ("fee", &of.fee),
        ]))
    }
}

impl Position {
    fn held(&self) -> Result<Held, CliError> {
        Held::new(self.side.into(), self.qty.clone(), self.entry.clone()).map_err(told)
    }
}

impl Margin {
    /// As given, or what the leverage leaves of the entry value.
    fn of(&self, held: &Held) -> Result<Exact, CliError> {
        match (&self.margin, &self.leverage) {
            (Some(margin), _) => Ok(margin.clone()),
            (None, Some(leverage)) if leverage.is_positive() => Ok(&held.cost() / leverage),
            (None, Some(leverage)) => Err(told(CalcError::NotPositive {
                what: "leverage",
                value: leverage.to_string(),
            })),
            (None, None) => Err(CliError::user(
                "neither a margin nor a leverage is given",
                "add --margin 500 or --leverage 10",
            )),
        }
    }
}

impl From<Direction> for domain::Direction {
    fn from(side: Direction) -> Self {
        match side {
            Direction::Long => Self::Long,
            Direction::Short => Self::Short,
        }
    }
}

fn needed<'a>(
    value: &'a Option<Exact>,
    formula: &str,
    flag: &'static str,
) -> Result<&'a Exact, CliError> {
    value.as_ref().ok_or_else(|| {
        CliError::user(
            format!("the formula of {formula} needs {flag}"),
            "see the examples of `host calc --help`",
        )
    })
}

/// A price on the wrong side of the entry is no answer: the margin does not cover the maintenance when the position opens.
fn reachable(held: &Held, price: &Exact) -> Result<(), CliError> {
    if held.unrealized(price).is_negative() {
        return Ok(());
    }
    Err(CliError::user(
        format!(
            "the position is liquidated as soon as it opens: {price} is no better than its entry {}",
            held.entry
        ),
        "its margin is below its maintenance margin: lower --leverage or raise --margin",
    ))
}

fn told(error: CalcError) -> CliError {
    let hint = match error {
        CalcError::NeverLiquidated => "its margin covers all it can lose",
        _ => "see `host calc --help` for units and examples",
    };
    CliError::user(error.to_string(), hint)
}

fn figures<const N: usize>(named: [(&'static str, &Exact); N]) -> Figures {
    let shown = |(name, value): (&'static str, &Exact)| (name, value.to_string());
    named.into_iter().map(shown).collect()
}

fn show(figures: &Figures, json: bool) -> Result<(), CliError> {
    if json {
        let named = figures.iter();
        let mut object: Map<String, Value> = named
            .map(|(name, value)| ((*name).to_owned(), typed(name, value)))
            .collect();
        object.insert("schema".to_owned(), Value::from("calc/1"));
        return print(&format!("{}\n", Value::Object(object)));
    }
    let line = |(name, value): &(&str, String)| format!("{:<20}{value}\n", name.replace('_', " "));
    print(&figures.iter().map(line).collect::<String>())
}

/// Ratios and counts are numbers, money and prices decimal text (`defaults.md` section 9).
fn typed(name: &str, value: &str) -> Value {
    let number = match name {
        "rate" | "rate_8h" | "roe" => value.parse::<f64>().ok().map(Value::from),
        "tier" => value.parse::<u64>().ok().map(Value::from),
        _ => None,
    };
    number.unwrap_or_else(|| Value::from(value))
}
