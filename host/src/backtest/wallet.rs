//! One wallet for several backtests (`defaults.md` section 12): `--account shared`.
//!
//! * Every strategy keeps its own engine and its own part of the wallet: balance times weight over the sum of the weights, rounded
//!   down; the first one has the remainder, so that the parts sum to the balance.
//! * Its orders may bind its weight of the equity of all. Weight that is not used is not lent.
//! * Minutes are stepped in order of the moments they end, ties in order of the strategies. Before each the strategy is told what
//!   the others have at that moment.
//! * The account ends, for all, when the sum of the parts falls below zero.
//!
//! What is unrealistic: within a minute a strategy sees the others as they were at its start, or, if they come before it, at its end.

use crate::backtest::BacktestError;
use crate::backtest::builder::Backtest;
use crate::backtest::lane::{Ahead, Lane, Told};
use crate::domain::{Cash, Rate, Rounding, UNIT, mul_div};
use crate::engine::Pool;
use crate::execution::{MarginMode, Profile};
use crate::runs::SharedAccount;

/// The wallet of all strategies of a run.
pub(super) struct Wallet {
    /// One a strategy, in their order.
    weights: Vec<Rate>,
    closed: bool,
}

/// A strategy's place in a shared wallet, if it has a weight.
///
/// # Errors
/// A weight that is none, cross margin.
pub(super) fn shared(
    weight: Option<Rate>,
    wallet: Cash,
    profile: &Profile,
) -> Result<Option<SharedAccount>, BacktestError> {
    let Some(weight) = weight else {
        return Ok(None);
    };
    if weight.0 <= 0 || weight.0 > UNIT {
        return Err(BacktestError::setup(
            format!("a weight of {weight} is no part of a shared account"),
            "a weight is above 0 and at most 1, for example 0.5",
        ));
    }
    if profile.margin_mode == MarginMode::Cross {
        return Err(BacktestError::setup(
            "a shared account has isolated margin only, and the profile has cross margin",
            "choose --margin isolated, or leave --account shared away",
        ));
    }
    Ok(Some(SharedAccount { weight, wallet }))
}

impl Wallet {
    /// Gives every backtest its part of the balance; `None` if each has an account of its own.
    ///
    /// # Errors
    /// Backtests that do not fit into one wallet.
    pub(super) fn divide(backtests: &mut [Backtest]) -> Result<Option<Self>, BacktestError> {
        let places: Vec<SharedAccount> = backtests.iter().filter_map(|b| b.shared).collect();
        let Some(first) = places.first() else {
            return Ok(None);
        };
        check(backtests, &places)?;
        let weights: Vec<Rate> = places.iter().map(|p| p.weight).collect();
        let parts = parts(first.wallet, &weights);
        for (backtest, part) in backtests.iter_mut().zip(parts) {
            if part <= Cash::ZERO {
                let text = format!("its weight leaves it nothing of {}", first.wallet);
                let error = BacktestError::setup(text, "choose a higher weight or balance");
                return Err(error.of(&backtest.name));
            }
            backtest.balance = part;
        }
        Ok(Some(Self {
            weights,
            closed: false,
        }))
    }

    /// Steps every minute whose turn has come.
    pub(super) fn step(&mut self, lanes: &mut [Lane]) {
        while let Some(turn) = next_turn(lanes) {
            let told = self.told(lanes, turn);
            lanes[turn].take_turn(told);
            if !self.closed && lanes[turn].is_account_closed() {
                self.closed = true;
                self.end_accounts(lanes);
            }
        }
    }

    fn told(&self, lanes: &[Lane], whom: usize) -> Told {
        let others = lanes.iter().enumerate().filter(|(index, _)| *index != whom);
        Told {
            others: others.fold(Pool::default(), |pool, (_, lane)| lane.add_to(pool)),
            weight: self.weights[whom],
            closed: self.closed,
        }
    }

    /// One strategy noticed that nothing is left: the others end with it.
    #[cold]
    fn end_accounts(&self, lanes: &mut [Lane]) {
        for index in 0..lanes.len() {
            if !lanes[index].is_account_closed() {
                let told = self.told(lanes, index);
                lanes[index].end_account(told);
            }
        }
    }
}

/// Whose next minute ends first, if that is known already.
fn next_turn(lanes: &[Lane]) -> Option<usize> {
    let mut next = None;
    for (index, lane) in lanes.iter().enumerate() {
        match lane.ahead() {
            Ahead::None => {}
            Ahead::Unread => return None,
            Ahead::Ready(close) => {
                if next.is_none_or(|(first, _)| close < first) {
                    next = Some((close, index));
                }
            }
        }
    }
    next.map(|(_, index)| index)
}

/// Parts of a balance by weight, which sum to it.
fn parts(balance: Cash, weights: &[Rate]) -> Vec<Cash> {
    let whole: i128 = weights.iter().map(|w| i128::from(w.0)).sum();
    let part = |weight: &Rate| {
        let weight = i128::from(weight.0);
        Cash(mul_div(balance.0, weight, whole, Rounding::Floor))
    };
    let mut parts: Vec<Cash> = weights.iter().map(part).collect();
    let given = parts.iter().fold(Cash::ZERO, |sum, part| sum + *part);
    if let Some(first) = parts.first_mut() {
        *first += balance - given;
    }
    parts
}

/// All of them are in, with one balance in one currency, and their weights are at most the whole.
fn check(backtests: &[Backtest], places: &[SharedAccount]) -> Result<(), BacktestError> {
    let currency = |b: &Backtest| b.instruments[0].settle.clone();
    let (first, balance) = (&backtests[0], places[0].wallet);
    for backtest in backtests {
        let Some(place) = backtest.shared else {
            return Err(BacktestError::setup(
                format!("{} has no weight in the shared account", backtest.name),
                "give every strategy a weight, or none",
            ));
        };
        if place.wallet != balance {
            let (name, own) = (&backtest.name, place.wallet);
            return Err(BacktestError::setup(
                format!("{name} puts a balance of {own} into a wallet of {balance}"),
                "a shared account has one balance",
            ));
        }
        let (one, other) = (currency(first), currency(backtest));
        if one != other {
            let (name, other_name) = (&first.name, &backtest.name);
            return Err(BacktestError::setup(
                format!(
                    "a shared account holds one currency: {name} settles in {one}, {other_name} in {other}"
                ),
                "run them apart, or leave --account shared away",
            ));
        }
    }
    let sum = places
        .iter()
        .fold(0_i128, |sum, p| sum + i128::from(p.weight.0));
    if sum > i128::from(UNIT) {
        return Err(BacktestError::setup(
            format!(
                "the weights of the shared account sum to {}, which is more than 1",
                Cash(sum)
            ),
            "choose weights that sum to 1 or less",
        ));
    }
    Ok(())
}
