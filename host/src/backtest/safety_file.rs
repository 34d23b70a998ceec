//! The safety layer as people write it: the table `[safety]` of a TOML file.
//!
//! ```toml
//! [safety]
//! max_order_notional = "5000"      # account currency; numbers may also be given without quotes
//! max_position_notional = "20000"
//! max_open_orders = 20
//! max_orders_per_minute = 10
//! max_price_deviation = 0.05       # fraction of the mark
//! max_leverage = 3
//!
//! [[safety.breakers]]
//! name = "fast loss"
//! metric = "rapid_loss"            # rejected_ratio, errors, drawdown, concentration, consecutive_losses
//! threshold = "500"                # account currency, a fraction or a count, by the metric
//! window_seconds = 3600
//! cooldown_seconds = 86400
//! effect = "flatten"               # block_entries (default), flatten, halt
//! ```

use std::fmt;

use serde::Deserialize;

use crate::domain::{Cash, Rate};
use crate::engine::safety::{BreakerRule, Effect, Metric, OrderLimits, Safety};

/// Amounts beyond a thousand million million are typing errors, and sums of them would leave 128 bits.
const LARGEST_AMOUNT: Cash = Cash(1_000_000_000_000_000 * 100_000_000);

/// Requests within the window below which a ratio of them says nothing, unless the rule says otherwise.
const MIN_REQUESTS: u32 = 10;

/// The table `[safety]`. Every key may be absent.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyFile {
    /// Largest price x quantity of one order, account currency.
    pub max_order_notional: Option<Number>,
    /// Largest price x quantity on one side of an instrument, account currency.
    pub max_position_notional: Option<Number>,
    /// Most orders working at once.
    pub max_open_orders: Option<u32>,
    /// Most orders accepted in one minute.
    pub max_orders_per_minute: Option<u32>,
    /// Farthest a price may lie from the mark, fraction.
    pub max_price_deviation: Option<Number>,
    /// Highest notional of everything over equity, and the highest leverage that can be set.
    pub max_leverage: Option<Number>,
    /// Circuit breakers, `[[safety.breakers]]`.
    #[serde(default)]
    pub breakers: Vec<BreakerEntry>,
}

/// One `[[safety.breakers]]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakerEntry {
    /// Its name, unique.
    pub name: String,
    /// What it watches.
    pub metric: MetricName,
    /// The figure at which it trips: money for `rapid_loss`, a count for `errors` and `consecutive_losses`, else a fraction.
    pub threshold: Number,
    /// How long a record counts, for metrics that add up records.
    pub window_seconds: Option<i64>,
    /// How long it stays open.
    pub cooldown_seconds: i64,
    /// What its trip does.
    #[serde(default)]
    pub effect: EffectName,
    /// Fewest requests for `rejected_ratio` (default 10).
    pub min_requests: Option<u32>,
}

/// Words of `metric`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented on engine::safety::Metric")]
pub enum MetricName {
    RapidLoss,
    RejectedRatio,
    Errors,
    Drawdown,
    Concentration,
    ConsecutiveLosses,
}

/// Words of `effect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented on engine::safety::Effect")]
pub enum EffectName {
    #[default]
    BlockEntries,
    Flatten,
    Halt,
}

/// A number with or without quotes. In quotes it is taken digit by digit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Number {
    /// `500`
    Whole(i64),
    /// `0.05`
    Float(f64),
    /// `"500.25"`
    Text(String),
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Why a safety layer cannot be taken as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} {problem}")]
pub struct SafetyFileError {
    /// The key as a path (`safety.breakers[0].threshold`), or the text itself where it cannot be read.
    pub key: String,
    /// What is wrong with its value.
    pub problem: String,
    /// What to write instead.
    pub hint: String,
}

fn wrong(key: &str, problem: impl Into<String>, hint: impl Into<String>) -> SafetyFileError {
    SafetyFileError {
        key: format!("safety.{key}"),
        problem: problem.into(),
        hint: hint.into(),
    }
}

impl SafetyFile {
    /// A file of its own: only the table `[safety]`.
    ///
    /// # Errors
    /// Text that is not TOML, unknown keys, values of another type.
    pub fn parse(text: &str) -> Result<Self, SafetyFileError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Document {
            safety: SafetyFile,
        }
        let document: Result<Document, toml::de::Error> = toml::from_str(text);
        document
            .map(|document| document.safety)
            .map_err(|error| SafetyFileError {
                key: "the safety file".to_owned(),
                problem: format!("cannot be read: {}", error.to_string().trim_end()),
                hint: "one table [safety] with limits and [[safety.breakers]]".to_owned(),
            })
    }
}

impl TryFrom<SafetyFile> for Safety {
    type Error = SafetyFileError;

    fn try_from(file: SafetyFile) -> Result<Self, SafetyFileError> {
        let limits = OrderLimits {
            max_order_notional: money("max_order_notional", file.max_order_notional.as_ref())?,
            max_position_notional: money(
                "max_position_notional",
                file.max_position_notional.as_ref(),
            )?,
            max_open_orders: count("max_open_orders", file.max_open_orders)?,
            max_orders_per_minute: count("max_orders_per_minute", file.max_orders_per_minute)?,
            max_price_deviation: rate("max_price_deviation", file.max_price_deviation.as_ref())?,
            max_leverage: rate("max_leverage", file.max_leverage.as_ref())?,
        };
        let mut breakers: Vec<BreakerRule> = Vec::new();
        for (index, entry) in file.breakers.into_iter().enumerate() {
            let rule = breaker(index, entry)?;
            if breakers.iter().any(|other| other.name == rule.name) {
                let problem = format!("`{}` is the name of another breaker", rule.name);
                let key = format!("breakers[{index}].name");
                return Err(wrong(&key, problem, "give every breaker its own name"));
            }
            breakers.push(rule);
        }
        Ok(Self { limits, breakers })
    }
}

fn breaker(index: usize, entry: BreakerEntry) -> Result<BreakerRule, SafetyFileError> {
    let key = |name: &str| format!("breakers[{index}].{name}");
    if entry.name.trim().is_empty() {
        return Err(wrong(&key("name"), "is empty", "name the breaker"));
    }
    let cooldown_ms = seconds(&key("cooldown_seconds"), entry.cooldown_seconds)?;
    let window = entry
        .window_seconds
        .map(|window| seconds(&key("window_seconds"), window))
        .transpose()?;
    let needed = || {
        let hint = "give the seconds within which records add up";
        window.ok_or_else(|| wrong(&key("window_seconds"), "is missing", hint))
    };
    let takes_requests = entry.metric == MetricName::RejectedRatio;
    if entry.min_requests.is_some() && !takes_requests {
        let problem = "belongs to the metric rejected_ratio only";
        return Err(wrong(&key("min_requests"), problem, "leave it out"));
    }
    let level = matches!(
        entry.metric,
        MetricName::Drawdown | MetricName::Concentration
    );
    if level && window.is_some() {
        let problem = "does not go with a metric that looks at the account as it stands";
        return Err(wrong(&key("window_seconds"), problem, "leave it out"));
    }
    let threshold = key("threshold");
    let fraction = || rate_of(&threshold, &entry.threshold);
    let metric = match entry.metric {
        MetricName::RapidLoss => Metric::RapidLoss {
            loss: money_of(&threshold, &entry.threshold)?,
            window_ms: needed()?,
        },
        MetricName::RejectedRatio => Metric::RejectedRatio {
            ratio: fraction()?,
            min_requests: count(&key("min_requests"), entry.min_requests)?.unwrap_or(MIN_REQUESTS),
            window_ms: needed()?,
        },
        MetricName::Errors => Metric::Errors {
            count: count_of(&threshold, &entry.threshold)?,
            window_ms: needed()?,
        },
        MetricName::Drawdown => Metric::Drawdown { fall: fraction()? },
        MetricName::Concentration => Metric::Concentration { share: fraction()? },
        MetricName::ConsecutiveLosses => Metric::ConsecutiveLosses {
            count: count_of(&threshold, &entry.threshold)?,
            window_ms: window,
        },
    };
    if let Metric::RejectedRatio { ratio: most, .. } | Metric::Drawdown { fall: most } = metric
        && most > Rate(crate::domain::UNIT)
    {
        let problem = format!("{} is never reached", entry.threshold);
        return Err(wrong(&threshold, problem, "a fraction: 0.05 is 5 %"));
    }
    let effect = match entry.effect {
        EffectName::BlockEntries => Effect::BlockEntries,
        EffectName::Flatten => Effect::Flatten,
        EffectName::Halt => Effect::Halt,
    };
    Ok(BreakerRule {
        name: entry.name,
        metric,
        cooldown_ms,
        effect,
    })
}

/// Seconds as milliseconds: at least one, at most a hundred years.
fn seconds(key: &str, seconds: i64) -> Result<i64, SafetyFileError> {
    const MOST: i64 = 100 * 366 * 86_400;
    if (1..=MOST).contains(&seconds) {
        return Ok(seconds * 1_000);
    }
    let problem = format!("is {seconds}, not a positive number of seconds");
    Err(wrong(key, problem, "a day is 86400"))
}

fn money(key: &str, value: Option<&Number>) -> Result<Option<Cash>, SafetyFileError> {
    value.map(|number| money_of(key, number)).transpose()
}

fn rate(key: &str, value: Option<&Number>) -> Result<Option<Rate>, SafetyFileError> {
    value.map(|number| rate_of(key, number)).transpose()
}

fn count(key: &str, value: Option<u32>) -> Result<Option<u32>, SafetyFileError> {
    match value {
        Some(0) => Err(wrong(key, "is 0", "at least 1, or leave it out")),
        other => Ok(other),
    }
}

fn money_of(key: &str, number: &Number) -> Result<Cash, SafetyFileError> {
    let amount: Option<Cash> = number.to_string().parse().ok();
    let sensible = |cash: &Cash| *cash > Cash::ZERO && *cash <= LARGEST_AMOUNT;
    amount.filter(sensible).ok_or_else(|| {
        let problem = format!("is `{number}`, not a sensible positive amount of money");
        wrong(key, problem, "decimal digits such as \"2500\" or \"99.5\"")
    })
}

fn rate_of(key: &str, number: &Number) -> Result<Rate, SafetyFileError> {
    let rate: Option<Rate> = number.to_string().parse().ok();
    rate.filter(|rate| *rate > Rate::ZERO).ok_or_else(|| {
        let problem = format!("is `{number}`, not a positive number");
        wrong(key, problem, "a plain number: 0.05 is 5 %")
    })
}

fn count_of(key: &str, number: &Number) -> Result<u32, SafetyFileError> {
    let count: Option<u32> = number.to_string().parse().ok();
    count.filter(|count| *count > 0).ok_or_else(|| {
        let problem = format!("is `{number}`, not a positive whole number");
        wrong(key, problem, "how many it takes")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Safety, SafetyFileError> {
        SafetyFile::parse(text).and_then(Safety::try_from)
    }

    #[test]
    fn every_key_is_taken_in_its_unit() {
        let safety = read(
            r#"
            [safety]
            max_order_notional = "5000.5"
            max_position_notional = 20000
            max_open_orders = 20
            max_orders_per_minute = 10
            max_price_deviation = 0.05
            max_leverage = 3

            [[safety.breakers]]
            name = "fast loss"
            metric = "rapid_loss"
            threshold = "500"
            window_seconds = 300
            cooldown_seconds = 900

            [[safety.breakers]]
            name = "bad day"
            metric = "drawdown"
            threshold = 0.03
            cooldown_seconds = 86400
            effect = "flatten"

            [[safety.breakers]]
            name = "confused"
            metric = "rejected_ratio"
            threshold = 0.5
            window_seconds = 600
            cooldown_seconds = 600
            effect = "halt"
            "#,
        );
        let units = |whole: i128| Cash(whole * 100_000_000);
        let expected = Safety {
            limits: OrderLimits {
                max_order_notional: Some(Cash(500_050_000_000)),
                max_position_notional: Some(units(20_000)),
                max_open_orders: Some(20),
                max_orders_per_minute: Some(10),
                max_price_deviation: Some(Rate(5_000_000)),
                max_leverage: Some(Rate(300_000_000)),
            },
            breakers: vec![
                BreakerRule {
                    name: "fast loss".to_owned(),
                    metric: Metric::RapidLoss {
                        loss: units(500),
                        window_ms: 300_000,
                    },
                    cooldown_ms: 900_000,
                    effect: Effect::BlockEntries,
                },
                BreakerRule {
                    name: "bad day".to_owned(),
                    metric: Metric::Drawdown {
                        fall: Rate(3_000_000),
                    },
                    cooldown_ms: 86_400_000,
                    effect: Effect::Flatten,
                },
                BreakerRule {
                    name: "confused".to_owned(),
                    metric: Metric::RejectedRatio {
                        ratio: Rate(50_000_000),
                        min_requests: MIN_REQUESTS,
                        window_ms: 600_000,
                    },
                    cooldown_ms: 600_000,
                    effect: Effect::Halt,
                },
            ],
        };
        assert_eq!(safety, Ok(expected));
        assert_eq!(read("[safety]"), Ok(Safety::default()));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_key() {
        let rule = |lines: &str| {
            format!("[[safety.breakers]]\nname = \"a\"\ncooldown_seconds = 60\n{lines}")
        };
        for (text, key) in [
            (
                "[safety]\nmax_order_notional = -5".to_owned(),
                "safety.max_order_notional",
            ),
            (
                "[safety]\nmax_leverage = \"three\"".to_owned(),
                "safety.max_leverage",
            ),
            (
                "[safety]\nmax_open_orders = 0".to_owned(),
                "safety.max_open_orders",
            ),
            (
                "[safety]\nmax_price_deviation = nan".to_owned(),
                "safety.max_price_deviation",
            ),
            (
                rule("metric = \"rapid_loss\"\nthreshold = 5"),
                "safety.breakers[0].window_seconds",
            ),
            (
                rule("metric = \"drawdown\"\nthreshold = 5"),
                "safety.breakers[0].threshold",
            ),
            (
                rule("metric = \"drawdown\"\nthreshold = 0.05\nwindow_seconds = 60"),
                "safety.breakers[0].window_seconds",
            ),
            (
                rule("metric = \"errors\"\nthreshold = 2.5\nwindow_seconds = 60"),
                "safety.breakers[0].threshold",
            ),
            (
                rule("metric = \"errors\"\nthreshold = 2\nwindow_seconds = -60"),
                "safety.breakers[0].window_seconds",
            ),
            (
                rule("metric = \"drawdown\"\nthreshold = 0.05\nmin_requests = 3"),
                "safety.breakers[0].min_requests",
            ),
            (
                rule("metric = \"concentration\"\nthreshold = 2\n").repeat(2),
                "safety.breakers[1].name",
            ),
        ] {
            let error = read(&text).expect_err(&text);
            assert_eq!(error.key, key, "{text}\n{error}");
        }
    }

    #[test]
    fn unknown_keys_and_words_are_refused_by_name() {
        for (text, named) in [
            ("[safety]\nmax_leverge = 3", "max_leverge"),
            ("[saftey]\nmax_leverage = 3", "saftey"),
            (
                "[[safety.breakers]]\nname = \"a\"\nmetric = \"luck\"\nthreshold = 1\ncooldown_seconds = 1",
                "luck",
            ),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
