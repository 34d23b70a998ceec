//! Flags that say what is run on what and by which rules: shared by `backtest` and the checks.

use std::path::PathBuf;

use crate::cli::CliError;
use crate::config::{self, Settings};
use crate::domain::{Cash, Rate, Timeframe, Timestamp};
use crate::execution::{Preset, Profile};

const DAY_MS: i64 = 86_400_000;

/// What is run on what, by which rules. A run file fills in what is not said on the command line.
#[derive(Debug, Clone, Default, clap::Args)]
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
    #[arg(long)]
    pub leverage: Option<String>,
    /// Limits and circuit breakers around each strategy, a table [safety]: docs/safety.md.
    #[arg(long, value_name = "FILE")]
    pub safety: Option<PathBuf>,
    /// Positions open when the data ends: leave, close or open [default: the profile's].
    #[arg(long, value_name = "POLICY")]
    pub at_end: Option<String>,
    /// Seed of everything random [default: 0].
    #[arg(long)]
    pub seed: Option<u64>,
    /// Whose money several strategies trade with: an account each (virtual), or one wallet (shared), of whose equity each may bind
    /// its weight [default: virtual]. Weights are equal, or those of a run file.
    #[arg(long, value_enum)]
    pub account: Option<Account>,
}

/// What `--funding` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Account {
    /// Every strategy has an account of its own.
    Virtual,
    /// All strategies share one wallet.
    Shared,
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
        for (knob, value) in self.overrides()? {
            profile.set(&knob, &value).map_err(|e| {
                CliError::user(
                    e.to_string(),
                    "`host profiles` lists the knobs, docs/profiles.md their values",
                )
            })?;
        }
        Ok(profile)
    }

    /// Knobs in the order in which they are set: what `--set` says last wins.
    fn overrides(&self) -> Result<Vec<(String, String)>, CliError> {
        let mut set: Vec<(String, String)> = Vec::new();
        let named: [(&str, Option<&str>); 6] = [
            ("maker", self.fee.as_deref()),
            ("taker", self.fee.as_deref()),
            ("slippage_bps", self.slippage_bps.as_deref()),
            ("end_of_data", self.at_end.as_deref()),
            ("margin_mode", self.margin.as_deref()),
            ("position_mode", self.position_mode.as_deref()),
        ];
        for (knob, value) in named {
            // `one-way` is how people write a flag, `one_way` how the table does.
            set.extend(value.map(|v| (knob.to_owned(), v.replace('-', "_"))));
        }
        let funding: &[(&str, &str)] = match self.funding {
            None => &[],
            Some(Funding::None) => &[("funding", "off")],
            Some(Funding::Data) => &[("funding", "on"), ("funding_missing", "error")],
            Some(Funding::Zero) => &[("funding", "on"), ("funding_missing", "zero")],
            Some(Funding::Last) => &[("funding", "on"), ("funding_missing", "last")],
        };
        set.extend(
            funding
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
        );
        for setting in &self.knobs {
            let (knob, value) = setting.split_once('=').ok_or_else(|| {
                CliError::user(
                    format!("`{setting}` is no knob setting"),
                    "write KNOB=VALUE, such as path=adaptive",
                )
            })?;
            set.push((knob.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(set)
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
        let parse = |flag: &str, text: &str| {
            Timestamp::parse(text)
                .map_err(|e| CliError::user(format!("{flag} {e}"), "for example 2024-01-01"))
        };
        if let Some(range) = &self.timerange {
            let (from, to) = range.split_once('-').ok_or_else(|| {
                CliError::user(
                    format!("--timerange `{range}` has no `-`"),
                    "write 20240101-20241201",
                )
            })?;
            let side = |text: &str| {
                (!text.is_empty())
                    .then(|| parse("--timerange", text))
                    .transpose()
            };
            return Ok((side(from)?, side(to)?));
        }
        let start = self
            .start
            .as_ref()
            .map(|t| parse("--start", t))
            .transpose()?;
        let end = self.end.as_ref().map(|t| parse("--end", t)).transpose()?;
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
