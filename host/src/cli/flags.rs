//! Flags that say what is run on what and by which rules: shared by `backtest` and the checks.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cli::CliError;
use crate::cli::events::ToldEvent;
use crate::config::{self, Settings};
use crate::domain::{Cash, Rate, Timeframe, Timestamp};
use crate::execution::{KnobError, Preset, Profile};

const DAY_MS: i64 = 86_400_000;

/// What is run on what, by which rules. A run file fills in what is not said on the command line. Written as JSON (`cli::again`) it says
/// the same to a later host.
#[derive(Debug, Clone, PartialEq, Default, clap::Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flags {
    /// Venue of the candles [default: binance, or EXCHANGE].
    #[arg(long)]
    pub exchange: Option<String>,
    /// BTC/USDT is the spot pair, BTC/USDT:USDT the perpetual [default: SYMBOL].
    #[arg(long)]
    pub symbol: Option<String>,
    /// Several symbols, each on its own venue if it says so: BTC/USDT,bybit:ETH/USDT.
    #[arg(
        long,
        value_name = "SYMBOL,...",
        value_delimiter = ',',
        conflicts_with = "symbol"
    )]
    pub symbols: Vec<String>,
    /// Symbols of one role of the strategy; may be repeated.
    #[arg(long = "role", value_name = "NAME=SYMBOL,...")]
    pub roles: Vec<String>,
    /// One instance of the strategy for each symbol, with an account of its own unless that is shared.
    #[arg(long)]
    pub each: bool,
    /// Trade spot candles as the perpetual of the same venue.
    #[arg(long = "as", value_name = "MARKET")]
    pub traded_as: Option<String>,
    /// Candles straight from a Parquet, CSV or zip file instead of the catalog.
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Length of the base candles [default: 1m, or what the file has].
    #[arg(long, alias = "timeframe", value_name = "TIMEFRAME")]
    pub base: Option<String>,
    /// First day of the period.
    #[arg(long, value_name = "DATE")]
    pub start: Option<String>,
    /// End of the period, excluded.
    #[arg(long, value_name = "DATE")]
    pub end: Option<String>,
    /// Both at once: 20240101-20241201, either side may be empty.
    #[arg(long, value_name = "FROM-TO", conflicts_with_all = ["start", "end"], allow_hyphen_values = true)]
    pub timerange: Option<String>,
    /// The last so many days of the data (or before --end).
    #[arg(long, conflicts_with_all = ["start", "timerange"], value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub days: Option<u32>,
    /// Take the warm-up from the period itself, not from the candles before it.
    #[arg(long)]
    pub no_history: bool,
    /// A parameter of the strategy; may be repeated. With several strategies: STRATEGY.NAME=VALUE.
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// Money at the start, of each strategy, or of all on a shared account [default: 10000, or INITIAL_BALANCE].
    #[arg(long, allow_hyphen_values = true)]
    pub balance: Option<String>,
    /// Rules of the simulation: a preset of `host profiles` [default: strict].
    #[arg(long)]
    pub profile: Option<String>,
    /// One knob of the rules, such as path=adaptive; may be repeated. `host profiles` lists them.
    #[arg(long = "set", value_name = "KNOB=VALUE")]
    pub knobs: Vec<String>,
    /// Fee of makers and takers as a fraction, instead of the venue's.
    #[arg(long, allow_hyphen_values = true)]
    pub fee: Option<String>,
    /// Slippage of takers in basis points.
    #[arg(long, allow_hyphen_values = true)]
    pub slippage_bps: Option<String>,
    /// Funding of perpetuals: from the data (a missing rate stops the run), none, or a missing rate counts as zero or as the
    /// last one [default: the profile's].
    #[arg(long, value_enum, value_name = "POLICY")]
    pub funding: Option<Funding>,
    /// Margin of positions: isolated or cross [default: the profile's].
    #[arg(long, value_name = "MODE")]
    pub margin: Option<String>,
    /// One position a symbol (one_way), one a side (hedge), or each by itself (independent) [default: the profile's].
    #[arg(long, value_name = "MODE")]
    pub position_mode: Option<String>,
    /// Leverage of every fill [default: 1].
    #[arg(long, allow_hyphen_values = true)]
    pub leverage: Option<String>,
    /// Limits and circuit breakers around each strategy, a table [safety]: docs/safety.md.
    #[arg(long, value_name = "FILE")]
    pub safety: Option<PathBuf>,
    /// Positions open when the data ends: leave, close or open [default: the profile's].
    #[arg(long, value_name = "POLICY")]
    pub at_end: Option<String>,
    /// Seed of everything random [default: 0].
    #[arg(long, allow_hyphen_values = true, value_parser = seed)]
    pub seed: Option<u64>,
    /// Whose money several strategies trade with: an account each (virtual), or one wallet (shared), of whose equity each may bind
    /// its weight [default: virtual]. Weights are equal, or those of a run file.
    #[arg(long, value_enum)]
    pub account: Option<Account>,
    /// A symbol ends at this time, at this price or at the mean of its last marks; may be repeated.
    #[arg(long, value_name = "SYMBOL@TIME[=PRICE]")]
    pub delist: Vec<String>,
    /// Delistings and halts of a run file.
    #[arg(skip)]
    pub events: Vec<ToldEvent>,
    /// Knobs a run file sets; what the command line says wins over them.
    #[arg(skip)]
    pub file_knobs: Vec<Knob>,
}

/// One knob as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "KnobJson")]
pub(super) struct Knob {
    /// Its key.
    pub key: &'static str,
    /// Its value as text.
    pub value: String,
    /// The words that asked for it, such as `--funding none`.
    said: String,
}

/// A seed on the command line.
fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a whole number from 0 on"))
}

/// What `--funding` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Funding {
    /// From the data; a missing rate is an error.
    Data,
    /// No funding at all.
    None,
    /// A missing rate is zero.
    Zero,
    /// A missing rate is the last known one.
    Last,
}

/// What `--account` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Account {
    /// Every strategy has an account of its own.
    Virtual,
    /// All strategies share one wallet.
    Shared,
}

/// The two ends of a period as the user said them: `--timerange`, or `--start` and `--end`.
pub(super) fn period_of(
    timerange: Option<&str>,
    start: Option<&str>,
    end: Option<&str>,
) -> Result<(Option<Timestamp>, Option<Timestamp>), CliError> {
    let parse = |flag: &str, text: Option<&str>| {
        let time = text.filter(|t| !t.is_empty()).map(Timestamp::parse);
        time.transpose()
            .map_err(|e| CliError::user(format!("{flag} {e}"), "for example 2024-01-01"))
    };
    match timerange {
        Some(range) => {
            let (from, to) = range.split_once('-').ok_or_else(|| {
                CliError::user(
                    format!("--timerange `{range}` has no `-`"),
                    "write 20240101-20241201",
                )
            })?;
            let parse = |text| parse("--timerange", Some(text));
            Ok((parse(from)?, parse(to)?))
        }
        None => {
            // `--start ''` is a mistake, an empty side of a range is not.
            let said = |flag: &str, text: Option<&str>| match text {
                Some("") => Err(CliError::user(
                    format!("{flag} is empty"),
                    "for example 2024-01-01",
                )),
                text => parse(flag, text),
            };
            Ok((said("--start", start)?, said("--end", end)?))
        }
    }
}

/// A knob by its key.
fn known_knob(key: &str) -> Option<&'static str> {
    let knobs = Profile::preset(Preset::Strict).knobs();
    knobs
        .into_iter()
        .map(|(k, _)| k)
        .find(|known| *known == key)
}

/// A knob in a document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnobJson {
    key: String,
    value: String,
    said: String,
}

impl From<Knob> for KnobJson {
    fn from(knob: Knob) -> Self {
        Self {
            key: knob.key.to_owned(),
            value: knob.value,
            said: knob.said,
        }
    }
}

// By hand: a derived one would want the text of the key for ever.
impl<'de> Deserialize<'de> for Knob {
    fn deserialize<D: serde::Deserializer<'de>>(document: D) -> Result<Self, D::Error> {
        let KnobJson { key, value, said } = KnobJson::deserialize(document)?;
        let unknown = || serde::de::Error::custom(format!("there is no knob `{key}`"));
        let key = known_knob(&key).ok_or_else(unknown)?;
        Ok(Self { key, value, said })
    }
}

/// Do two settings of one knob mean the same: 5 and 5.0 do.
fn same(one: &Knob, other: &Knob) -> Result<bool, CliError> {
    let set = |knob: &Knob| {
        let mut profile = Profile::preset(Preset::Strict);
        profile.set(knob.key, &knob.value).map_err(unknown_knob)?;
        Ok::<_, CliError>(profile.knobs())
    };
    Ok(set(one)? == set(other)?)
}

/// What is wrong with a knob, on the command line.
fn unknown_knob(error: KnobError) -> CliError {
    CliError::user(
        error.to_string(),
        "`host profiles` lists the knobs, docs/profiles.md their values",
    )
}

impl Flags {
    /// The rules: the preset, then the flags with names of their own, then `--set` in order.
    pub(super) fn rules(&self) -> Result<Profile, CliError> {
        self.rules_of(self.profile.as_deref().unwrap_or(Preset::Strict.name()))
    }

    /// The same flags on another preset.
    pub(super) fn rules_of(&self, preset: &str) -> Result<Profile, CliError> {
        let preset: Preset = preset.parse().map_err(|e: String| {
            CliError::user(
                format!("profile {e}"),
                "`host profiles` shows them, docs/profiles.md says what each one means",
            )
        })?;
        let mut profile = Profile::named(preset);
        for knob in self.file_knobs.iter().chain(&self.overrides()?) {
            profile.set(knob.key, &knob.value).map_err(unknown_knob)?;
        }
        Ok(profile)
    }

    /// Knobs in the order in which they are set: the flags with names of their own, then `--set`, of which the last one wins.
    ///
    /// # Errors
    /// Values that are none; a flag of its own and a `--set` that say two different things.
    pub(super) fn overrides(&self) -> Result<Vec<Knob>, CliError> {
        let named = self.named_knobs();
        let mut set = Vec::new();
        for setting in &self.knobs {
            let (key, value) = setting.split_once('=').ok_or_else(|| {
                CliError::user(
                    format!("`{setting}` is no knob setting"),
                    "write KNOB=VALUE, such as path=adaptive",
                )
            })?;
            let (key, value) = (key.trim(), value.trim());
            let known =
                known_knob(key).ok_or_else(|| unknown_knob(KnobError::Unknown(key.to_owned())))?;
            set.push(Knob {
                key: known,
                value: value.to_owned(),
                said: format!("--set {key}={value}"),
            });
        }
        for knob in &set {
            let other = named.iter().find(|n| n.key == knob.key);
            if let Some(other) = other
                && !same(knob, other)?
            {
                return Err(CliError::user(
                    format!(
                        "`{}` and `{}` set the knob {} to two values: {} and {}",
                        other.said, knob.said, knob.key, other.value, knob.value
                    ),
                    "keep one of them",
                ));
            }
        }
        Ok(named.into_iter().chain(set).collect())
    }

    /// What flags with names of their own set.
    fn named_knobs(&self) -> Vec<Knob> {
        let mut knobs = Vec::new();
        let mut add = |key, value: &str, said: String| {
            let value = value.to_owned();
            knobs.push(Knob { key, value, said });
        };
        let numbers = [
            ("maker", "fee", &self.fee),
            ("taker", "fee", &self.fee),
            ("slippage_bps", "slippage-bps", &self.slippage_bps),
        ];
        for (key, flag, value) in numbers {
            if let Some(value) = value {
                add(key, value, format!("--{flag} {value}"));
            }
        }
        let words = [
            ("end_of_data", "at-end", &self.at_end),
            ("margin_mode", "margin", &self.margin),
            ("position_mode", "position-mode", &self.position_mode),
        ];
        for (key, flag, value) in words {
            if let Some(value) = value {
                // `one-way` is how people write a flag, `one_way` how the table does.
                add(key, &value.replace('-', "_"), format!("--{flag} {value}"));
            }
        }
        let (word, funding): (&str, &[(&'static str, &str)]) = match self.funding {
            None => ("", &[]),
            Some(Funding::None) => ("none", &[("funding", "off")]),
            Some(Funding::Data) => ("data", &[("funding", "on"), ("funding_missing", "error")]),
            Some(Funding::Zero) => ("zero", &[("funding", "on"), ("funding_missing", "zero")]),
            Some(Funding::Last) => ("last", &[("funding", "on"), ("funding_missing", "last")]),
        };
        for (key, value) in funding {
            add(key, value, format!("--funding {word}"));
        }
        knobs
    }

    /// The symbols of `--symbols`, without the spaces of a list.
    pub(super) fn symbol_names(&self) -> Vec<String> {
        self.symbols.iter().map(|s| s.trim().to_owned()).collect()
    }

    pub(super) fn base(&self) -> Result<Option<Timeframe>, CliError> {
        let parse = |text: &String| {
            text.parse()
                .map_err(|e: String| CliError::user(format!("--base {e}"), "the usual one is 1m"))
        };
        self.base.as_ref().map(parse).transpose()
    }

    /// The period the user asked for, within what there is for `--days`.
    pub(super) fn period(
        &self,
        available: (Timestamp, Timestamp),
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), CliError> {
        let (start, end) = period_of(
            self.timerange.as_deref(),
            self.start.as_deref(),
            self.end.as_deref(),
        )?;
        match self.days {
            Some(days) => {
                let last = end.unwrap_or(available.1);
                Ok((Some(last.plus_ms(-i64::from(days) * DAY_MS)), end))
            }
            None => Ok((start, end)),
        }
    }

    /// Money at the start: `own` is what a route says.
    pub(super) fn balance(&self, own: Option<&str>, settings: &Settings) -> Result<Cash, CliError> {
        let text = own
            .or(self.balance.as_deref())
            .or(settings.get(&config::INITIAL_BALANCE))
            .unwrap_or_default();
        text.parse().map_err(|e| {
            CliError::user(
                format!("starting balance {e}"),
                "set --balance or INITIAL_BALANCE, for example 10000",
            )
        })
    }

    /// Leverage of fills: `own` is what a route says.
    pub(super) fn leverage(&self, own: Option<&str>) -> Result<Rate, CliError> {
        let text = own.or(self.leverage.as_deref()).unwrap_or("1");
        text.parse()
            .map_err(|e| CliError::user(format!("leverage {e}"), "for example --leverage 2"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(knobs: &[&str]) -> Flags {
        Flags {
            knobs: knobs.iter().map(|k| (*k).to_owned()).collect(),
            ..Flags::default()
        }
    }

    #[test]
    fn a_flag_and_a_knob_that_contradict_each_other_are_refused() {
        let mut contradiction = flags(&["funding=on"]);
        contradiction.funding = Some(Funding::None);
        let error = contradiction.rules().expect_err("off and on");
        assert_eq!(
            error.to_string(),
            "`--funding none` and `--set funding=on` set the knob funding to two values: off and on"
        );
        let mut twice = flags(&["slippage_bps=5.0"]);
        twice.slippage_bps = Some("5".to_owned());
        twice.rules().expect("both say five");
        twice.slippage_bps = Some("3".to_owned());
        twice.rules().expect_err("five and three");
    }

    #[test]
    fn a_negative_number_is_read_as_it_is_typed() {
        let mut rebate = Flags {
            fee: Some("-0.0001".to_owned()),
            ..Flags::default()
        };
        let taker = rebate.rules().expect("a rebate").taker_fee;
        assert_eq!(taker, Some("-0.0001".parse().expect("a rate")));
        rebate.slippage_bps = Some("-1".to_owned());
        let error = rebate.rules().expect_err("it pays nobody");
        assert!(error.to_string().contains("-1"), "{error}");
    }
}
