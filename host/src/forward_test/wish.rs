//! A strategy a user wants in a session, before it is known whether it can start.

use std::path::PathBuf;

use crate::backtest::{Backtest, BacktestError};
use crate::domain::{Cash, Instrument, OnFault, Rate};
use crate::execution::Profile;
use crate::forward_test::declared::{Declared, DeclaredBy, overrides};
use crate::strategy::{Component, Limits};

/// What the user said, resolved as far as it can be without a venue.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Its name in the session; absent = that of the component.
    pub name: Option<String>,
    /// As the user named it.
    pub source: String,
    /// The component.
    pub path: PathBuf,
    /// Venue and symbol (`BTC/USDT:USDT`) of each market.
    pub markets: Vec<(String, String)>,
    /// Roles by name, with indices of `markets`.
    pub roles: Vec<(String, Vec<u32>)>,
    /// `name=value`.
    pub parameters: Vec<String>,
    /// Money at the start.
    pub balance: Cash,
    /// Highest leverage.
    pub leverage: Rate,
    /// The rules of its simulation.
    pub profile: Profile,
    /// What happens after a fault, where the user says it.
    pub on_fault: Option<OnFault>,
    /// The table `[safety]` as TOML; empty = none.
    pub safety: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Who declares it.
    pub by: DeclaredBy,
}

impl Wish {
    /// The declaration that is journaled, once its markets have numbers.
    #[must_use]
    pub fn declare(&self, name: &str, component: &Component, markets: Vec<u32>) -> Declared {
        Declared {
            name: name.to_owned(),
            source: self.source.clone(),
            sha256: component.sha256(),
            parameters: self.parameters.clone(),
            markets,
            roles: self.roles.clone(),
            balance: self.balance.0.to_string(),
            leverage: self.leverage.0,
            profile: self.profile.preset.name().to_owned(),
            knobs: overrides(&self.profile),
            on_fault: self.on_fault.map(|policy| policy.name().to_owned()),
            safety: self.safety.clone(),
            seed: self.seed,
            by: self.by,
        }
    }
}

/// Would a declaration start: a fresh instance of it, thrown away by whoever does not want it.
///
/// # Errors
/// Why not.
pub fn rehearse(
    declared: &Declared,
    component: &Component,
    instruments: &[Instrument],
    limits: &Limits,
) -> Result<Backtest, BacktestError> {
    declared.builder(component, instruments, limits)?.build()
}

/// Do two declarations give the same strategy, but for its limits, the money it begins with and who declares it.
#[must_use]
pub fn is_same_strategy(one: &Declared, other: &Declared) -> bool {
    let plain = |d: &Declared| Declared {
        balance: String::new(),
        safety: String::new(),
        source: String::new(),
        by: DeclaredBy::Hand,
        ..d.clone()
    };
    plain(one) == plain(other)
}

/// Names for wishes in their order: the user's, else the component's; the second of one name gets a number.
#[must_use]
pub fn names(wanted: &[String], taken: &[String]) -> Vec<String> {
    let mut given: Vec<String> = Vec::new();
    for name in wanted {
        let is_free = |n: &String| !given.contains(n) && !taken.contains(n);
        let numbered = (2u32..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(is_free);
        given.push(free.expect("some number is free"));
    }
    given
}

/// Digest of a component's bytes, lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    crate::runs::manifest::hex(&Sha256::digest(bytes))
}
