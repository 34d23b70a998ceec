//! What a strategy says about itself and what it is bound to: the native mirror of `wit/manifest.wit` and `wit/market.wit`.

use super::{Timeframe, Timestamp};

/// Whole numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct IntRange {
    pub default: i32,
    pub min: i32,
    pub max: i32,
    pub step: i32,
}

/// Real numbers, both ends included; step 0 = continuous.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct FloatRange {
    pub default: f64,
    pub min: f64,
    pub max: f64,
    pub step: f64,
    pub log_scale: bool,
}

/// One of several words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct Choice {
    pub default: u32,
    pub options: Vec<String>,
}

/// Type, bounds and default of a parameter.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub enum ParameterKind {
    Int(IntRange),
    Float(FloatRange),
    Boolean(bool),
    Choice(Choice),
    Text(String),
    Timeframe(Timeframe),
}

/// A parameter a user or an optimizer may set.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct Parameter {
    pub name: String,
    pub description: String,
    pub kind: ParameterKind,
    pub searchable: bool,
}

/// The value of a parameter; it fits the declared kind and bounds.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub enum ParameterValue {
    Int(i32),
    Float(f64),
    Boolean(bool),
    Text(String),
    Timeframe(Timeframe),
}

/// Kinds of instruments a role accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
#[expect(clippy::struct_excessive_bools, reason = "flags of the contract")]
pub struct InstrumentKinds {
    pub spot: bool,
    pub linear_perpetual: bool,
    pub inverse_perpetual: bool,
    pub linear_future: bool,
    pub binary_outcome: bool,
    pub other: bool,
}

/// A place for one or more instruments, filled by the user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct Role {
    pub name: String,
    pub description: String,
    pub kinds: InstrumentKinds,
    pub tradable: bool,
    pub min_instruments: u32,
    pub max_instruments: u32,
}

/// Order kinds a strategy may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
#[expect(clippy::struct_excessive_bools, reason = "flags of the contract")]
pub struct OrderKinds {
    pub market: bool,
    pub limit: bool,
    pub stop: bool,
    pub stop_limit: bool,
    pub take_profit: bool,
    pub take_profit_limit: bool,
    pub trailing: bool,
}

/// The most a strategy will ever do; the host refuses what goes beyond.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct Abilities {
    pub order_kinds: OrderKinds,
    pub max_leverage: f64,
    pub shorts: bool,
    pub max_positions: u32,
    pub max_open_orders: u32,
}

impl Abilities {
    /// Everything the contract knows: for commands of the user and for tests.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            order_kinds: OrderKinds {
                market: true,
                limit: true,
                stop: true,
                stop_limit: true,
                take_profit: true,
                take_profit_limit: true,
                trailing: true,
            },
            max_leverage: 1_000.0,
            shorts: true,
            max_positions: 5_000,
            max_open_orders: 5_000,
        }
    }
}

/// What the host does with a strategy's orders and positions when it faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFault {
    /// Cancel its orders and close its positions at market.
    Flatten,
    /// Cancel its orders that would open or increase.
    Cancel,
    /// Touch nothing.
    Hold,
}

impl OnFault {
    /// The word of `wit/manifest.wit`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flatten => "flatten",
            Self::Cancel => "cancel",
            Self::Hold => "hold",
        }
    }

    /// The policy of a word; nothing for any other.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let all = [Self::Flatten, Self::Cancel, Self::Hold];
        all.into_iter().find(|policy| policy.name() == word)
    }
}

/// Static description of a strategy.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct Manifest {
    pub name: String,
    pub version: String,
    pub description: String,
    pub authors: Vec<String>,
    pub parameters: Vec<Parameter>,
    pub roles: Vec<Role>,
    pub abilities: Abilities,
    pub on_fault: OnFault,
}

/// How a series or stream reaches the strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// One call at the moment each row is known.
    Each,
    /// In bulk, just before the next candle of the primary series.
    WithPrimary,
}

/// Columns of candles wanted in bulk calls; `open_time` is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
#[expect(clippy::struct_excessive_bools, reason = "flags of the contract")]
pub struct Columns {
    pub open: bool,
    pub high: bool,
    pub low: bool,
    pub close: bool,
    pub volume: bool,
    pub quote_volume: bool,
    pub taker_buy_volume: bool,
    pub trades: bool,
}

/// Candles needed for each instrument of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct SeriesNeed {
    pub role: String,
    pub timeframe: Timeframe,
    pub warm_up: u32,
    pub delivery: Delivery,
    pub columns: Columns,
}

/// A stream of numbers needed for each instrument of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct StreamNeed {
    pub role: String,
    pub kind: String,
    pub detail: u32,
    pub warm_up: u32,
    pub delivery: Delivery,
    pub optional: bool,
}

/// Events wanted in `on-event`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
#[expect(clippy::struct_excessive_bools, reason = "flags of the contract")]
pub struct EventKinds {
    pub fills: bool,
    pub orders: bool,
    pub positions: bool,
    pub funding: bool,
    pub liquidations: bool,
    pub timers: bool,
    pub instruments: bool,
    pub account: bool,
    pub data: bool,
    pub other: bool,
}

/// What a run with given parameters needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "documented in wit/manifest.wit")]
pub struct Needs {
    pub series: Vec<SeriesNeed>,
    pub streams: Vec<StreamNeed>,
    pub events: EventKinds,
}

/// One series a strategy receives; ids count from 0 in the order of `Needs::series`, then of the role's instruments.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in wit/market.wit")]
pub struct SeriesBinding {
    pub id: u32,
    pub need: u32,
    pub role: String,
    pub instrument: u32,
    pub timeframe: Timeframe,
}

/// One extra stream a strategy receives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in wit/market.wit")]
pub struct StreamBinding {
    pub id: u32,
    pub need: u32,
    pub instrument: u32,
    pub columns: Vec<String>,
}

/// Many closed candles as columns of equal length, oldest first. A column that was not asked for is empty.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "documented in wit/market.wit")]
pub struct CandleColumns {
    pub open_time: Vec<Timestamp>,
    pub open: Vec<f64>,
    pub high: Vec<f64>,
    pub low: Vec<f64>,
    pub close: Vec<f64>,
    pub volume: Vec<f64>,
    pub quote_volume: Vec<f64>,
    pub taker_buy_volume: Vec<f64>,
    pub trades: Vec<f64>,
    pub bits: Vec<u32>,
}

/// Rows of an extra stream, oldest first by `available_at`.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "documented in wit/market.wit")]
pub struct Rows {
    pub time: Vec<Timestamp>,
    pub available_at: Vec<Timestamp>,
    pub values: Vec<f64>,
}

/// Characters of a name, at most.
pub(crate) const NAME_CHARS: usize = 64;

/// Is this what a strategy may be called: the rule for a manifest, and for the package a manifest is taken from.
///
/// # Errors
/// A sentence about the name or the version.
pub(crate) fn check_identity(name: &str, version: &str) -> Result<(), String> {
    check_name("its name", name, false)?;
    check_version(version)
}

/// Is `name` one; `what` begins the sentence that says it is not.
///
/// # Errors
/// It is empty, too long, or has other characters than these.
pub(crate) fn check_name(what: &str, name: &str, underscore: bool) -> Result<(), String> {
    let good = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || (underscore && c == '_')
    };
    if name.is_empty() || name.len() > NAME_CHARS || !name.chars().all(good) {
        let shown: String = name
            .chars()
            .filter(|c| !c.is_control())
            .take(NAME_CHARS)
            .collect();
        let extra = if underscore { "`-` and `_`" } else { "`-`" };
        return Err(format!(
            "{what} is `{shown}`: use 1 to {NAME_CHARS} lower case letters, digits, {extra}"
        ));
    }
    Ok(())
}

fn check_version(version: &str) -> Result<(), String> {
    let core = version.split(['-', '+']).next().unwrap_or("");
    let numbers: Vec<_> = core.split('.').map(str::parse::<u32>).collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    if numbers.len() == 3
        && numbers.iter().all(Result::is_ok)
        && version.len() <= NAME_CHARS
        && version.chars().all(plain)
    {
        return Ok(());
    }
    let shown: String = version
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARS)
        .collect();
    Err(format!(
        "its version is `{shown}`: use a semantic version such as 1.0.0"
    ))
}
