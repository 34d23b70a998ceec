//! How much to bet, and what it does to the account. Source: `metrics.md` section 5.

use crate::analysis::stats::{deviation, mean, ratio};

/// Kelly's share of an account for trades that win with probability `win_rate` and pay `payoff` times the loss.
#[must_use]
pub fn kelly_trades(win_rate: f64, payoff: f64) -> Option<f64> {
    ratio(1.0 - win_rate, payoff).map(|risk| win_rate - risk)
}

/// Kelly's multiple of the present exposure: mean over variance (n-1) of the returns.
#[must_use]
pub fn kelly_continuous(returns: &[f64]) -> Option<f64> {
    let sd = deviation(returns)?;
    ratio(mean(returns)?, sd * sd)
}

/// A bet on a contract that pays 1 or nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BinaryBet {
    /// Probability of winning.
    pub win_prob: f64,
    /// Price of the contract, between 0 and 1.
    pub price: f64,
    /// Money there is.
    pub bankroll: f64,
    /// Share of the full Kelly bet to take: 0.25 by default.
    pub fraction: f64,
    /// Largest stake, money.
    pub max_bet: f64,
    /// Edge below which nothing is bet.
    pub min_edge: f64,
}

/// What to stake on a [`BinaryBet`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BinaryStake {
    /// Probability of winning less the price.
    pub edge: f64,
    /// Full Kelly share of the bankroll; 0 without enough edge.
    pub full_kelly: f64,
    /// Money to stake.
    pub stake: f64,
}

/// Kelly's stake in a contract that pays 1 or nothing; `None` for a price that is not between 0 and 1.
#[must_use]
pub fn kelly_binary(bet: &BinaryBet) -> Option<BinaryStake> {
    if !(bet.price > 0.0 && bet.price < 1.0) {
        return None;
    }
    let edge = bet.win_prob - bet.price;
    let is_bet = edge > 0.0 && edge >= bet.min_edge;
    let full_kelly = if is_bet {
        edge / (1.0 - bet.price)
    } else {
        0.0
    };
    let stake = bet.max_bet.min(bet.bankroll * bet.fraction * full_kelly);
    Some(BinaryStake {
        edge,
        full_kelly,
        stake: stake.max(0.0),
    })
}

/// Probability of ever losing `units` even-money bets of one unit each; 1 without an edge, `None` for a probability outside 0..=1.
#[must_use]
pub fn gamblers_ruin(win_prob: f64, units: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&win_prob) {
        return None;
    }
    if win_prob <= 0.5 {
        return Some(1.0);
    }
    Some(libm::pow((1.0 - win_prob) / win_prob, units))
}

/// Probability of ever falling to the share `share` of the account when betting `fraction` of the full Kelly bet, in the limit of small
/// bets; 1 from twice the Kelly bet on, `None` where nothing is bet or the share is not between 0 and 1.
#[must_use]
pub fn ruin(share: f64, fraction: f64) -> Option<f64> {
    if !(fraction > 0.0 && share > 0.0 && share < 1.0) {
        return None;
    }
    Some(libm::pow(share, 2.0 / fraction - 1.0).min(1.0))
}
