//! What a strategy of a session is made of, as it was when it started: journaled, so that a replay needs nothing else.

use serde::{Deserialize, Serialize};

use crate::backtest::{Backtest, BacktestError, Builder, SafetyFile, Source};
use crate::domain::{Cash, Instrument, OnFault, Rate, Timeframe};
use crate::engine::safety::Safety;
use crate::execution::{Preset, Profile};
use crate::strategy::{Component, Limits};

/// Who declares a strategy: what no longer does so ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredBy {
    /// A person: arguments of the start, `ctl add`.
    #[default]
    Hand,
    /// A route of `forward.toml`.
    File,
    /// A component in the drop-in folder.
    Folder,
}

/// One strategy with everything that decides its result, but the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    /// Its name in the session; its chance depends on it.
    pub name: String,
    /// Where the component was taken from: path or name, for people and for the drop-in folder.
    pub source: String,
    /// sha256 of the component, lower-case hex.
    pub sha256: String,
    /// `name=value`.
    pub parameters: Vec<String>,
    /// Markets of the session, in the order of its instruments.
    pub markets: Vec<u32>,
    /// Roles by name, with indices of its instruments.
    pub roles: Vec<(String, Vec<u32>)>,
    /// Money at the start, units of 1e-8.
    pub balance: String,
    /// Highest leverage, units of 1e-8.
    pub leverage: i64,
    /// Preset of the rules.
    pub profile: String,
    /// Knobs that differ from the preset: key and value.
    pub knobs: Vec<(String, String)>,
    /// What happens after a fault, where the user says it.
    pub on_fault: Option<String>,
    /// The table `[safety]` as TOML; empty = none.
    pub safety: String,
    /// Seed of the session.
    pub seed: u64,
    /// Who declares it.
    #[serde(default)]
    pub by: DeclaredBy,
}

impl Declared {
    /// Money at the start.
    ///
    /// # Errors
    /// A damaged declaration.
    pub fn balance(&self) -> Result<Cash, BacktestError> {
        let damaged = |e: std::num::ParseIntError| damaged(&self.name, "balance", &e.to_string());
        self.balance.parse().map(Cash).map_err(damaged)
    }

    /// The rules of its simulation.
    ///
    /// # Errors
    /// A preset or knob this host does not have.
    pub fn rules(&self) -> Result<Profile, BacktestError> {
        let preset: Preset = self
            .profile
            .parse()
            .map_err(|e: String| damaged(&self.name, "profile", &e))?;
        let mut profile = Profile::named(preset);
        for (key, value) in &self.knobs {
            profile
                .set(key, value)
                .map_err(|e| damaged(&self.name, key, &e.to_string()))?;
        }
        Ok(profile)
    }

    /// The limits and breakers around it.
    ///
    /// # Errors
    /// A table that is none.
    pub fn limits(&self) -> Result<Safety, BacktestError> {
        safety(&self.safety).map_err(|e| damaged(&self.name, "safety", &e))
    }

    /// A backtest of it without data: what differs between a session and its replay is added by the caller.
    ///
    /// # Errors
    /// A declaration this host cannot read.
    pub fn builder(
        &self,
        component: &Component,
        instruments: &[Instrument],
        limits: &Limits,
    ) -> Result<Builder, BacktestError> {
        let mut builder = Backtest::builder()
            .component(component)
            .name(&self.name)
            .limits(limits.clone())
            .profile(self.rules()?)
            .balance(self.balance()?)
            .leverage(Rate(self.leverage))
            .safety(self.limits()?)
            .seed(self.seed)
            .source(Source::Candles {
                symbols: vec![Vec::new().into(); self.markets.len()],
                base: Timeframe::M1,
            });
        if let Some(word) = &self.on_fault {
            let policy = OnFault::of(word).ok_or_else(|| damaged(&self.name, "on_fault", word))?;
            builder = builder.on_fault(policy);
        }
        for market in &self.markets {
            let known = instruments.get(*market as usize);
            let instrument =
                known.ok_or_else(|| damaged(&self.name, "market", &market.to_string()))?;
            builder = builder.instrument(instrument.clone());
        }
        for (role, taken) in &self.roles {
            builder = builder.role(role, taken.clone());
        }
        for setting in &self.parameters {
            builder = builder.parameter(setting);
        }
        Ok(builder)
    }
}

/// Limits and breakers from a TOML text with a table `[safety]`; nothing from an empty one.
///
/// # Errors
/// What is wrong with it.
pub fn safety(text: &str) -> Result<Safety, String> {
    if text.trim().is_empty() {
        return Ok(Safety::default());
    }
    SafetyFile::parse(text)
        .and_then(Safety::try_from)
        .map_err(|e| e.to_string())
}

/// Knobs of a profile that differ from those of its preset.
#[must_use]
pub fn overrides(profile: &Profile) -> Vec<(String, String)> {
    let preset = Profile::named(profile.preset).knobs();
    let all = profile.knobs().into_iter().zip(preset);
    all.filter(|((_, value), (_, default))| value != default)
        .map(|((key, value), _)| (key.to_owned(), value))
        .collect()
}

fn damaged(name: &str, what: &str, value: &str) -> BacktestError {
    BacktestError::setup(
        format!("{name}: {what} of its declaration in the journal: {value}"),
        "the journal was written by another version of host: go on with that one",
    )
}
