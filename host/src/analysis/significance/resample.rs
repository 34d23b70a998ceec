//! Other orders and other draws of what happened: how much of a result is luck. Source: `metrics.md` section 6.
//!
//! Each function gives one value a draw, in the order of the draws; the seed and the input decide all of them.

use crate::analysis::returns::{DAYS_A_YEAR, sharpe};
use crate::analysis::significance::draw::Draw;
use crate::analysis::stats::{count, mean};

/// Probability with which a block of neighboring days ends: blocks of ten on average.
pub const RESTART: f64 = 0.1;

/// How a trade moves the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizing {
    /// By a share of the equity: values are returns.
    Compounded,
    /// By an amount of money, whatever the equity: values are amounts. Right only where size does not grow with the account.
    Fixed,
}

/// Where a series of trades ends and how deep it falls on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    /// Equity at the end.
    pub terminal: f64,
    /// Deepest fall from a peak, a negative fraction; the start is a peak.
    pub max_drawdown: f64,
}

impl Path {
    /// Of trades in this order. An account that reaches zero stays there.
    #[must_use]
    pub fn of(start: f64, values: impl IntoIterator<Item = f64>, sizing: Sizing) -> Self {
        let (mut equity, mut peak, mut max_drawdown) = (start, start, 0.0_f64);
        for value in values {
            match sizing {
                Sizing::Compounded => equity *= 1.0 + value,
                Sizing::Fixed => equity += value,
            }
            if equity <= 0.0 {
                return Self {
                    terminal: 0.0,
                    max_drawdown: -1.0,
                };
            }
            peak = peak.max(equity);
            max_drawdown = max_drawdown.min(equity / peak - 1.0);
        }
        Self {
            terminal: equity,
            max_drawdown,
        }
    }
}

/// The same trades in other orders: could the drawdown have been worse by order alone? The deepest fall of each order.
#[must_use]
pub fn trade_shuffle(
    start: f64,
    values: &[f64],
    sizing: Sizing,
    draws: usize,
    seed: u64,
) -> Vec<f64> {
    let mut draw = Draw::of(seed);
    let one = |_| {
        let mut order = values.to_vec();
        draw.shuffle(&mut order);
        Path::of(start, order, sizing).max_drawdown
    };
    (0..draws).map(one).collect()
}

/// As many trades drawn with replacement: the spread of the outcome. `values` are returns on equity.
#[must_use]
pub fn trade_bootstrap(start: f64, values: &[f64], draws: usize, seed: u64) -> Vec<Path> {
    let mut draw = Draw::of(seed);
    let one = |_| {
        let drawn = values.iter().map(|_| values[draw.below(values.len())]);
        Path::of(start, drawn, Sizing::Compounded)
    };
    (0..draws).map(one).collect()
}

/// Annual Sharpe ratios of the days drawn in blocks, which keep the autocorrelation. Draws without a ratio are left out.
#[must_use]
pub fn sharpe_bootstrap(returns: &[f64], draws: usize, seed: u64) -> Vec<f64> {
    if returns.is_empty() {
        return Vec::new();
    }
    let mut draw = Draw::of(seed);
    let one = |_| {
        let rows = draw.blocks(returns.len(), RESTART);
        let drawn: Vec<f64> = rows.iter().map(|&row| returns[row]).collect();
        sharpe(&drawn, DAYS_A_YEAR)
    };
    (0..draws).filter_map(one).collect()
}

/// How days are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// In blocks of ten on average: what follows each other keeps doing so.
    InBlocks,
    /// One by one.
    Independent,
}

/// How many of `draws` series without a mean, drawn from the centered returns, have a mean as large as the one seen: is it chance?
/// `None` without returns.
#[must_use]
pub fn as_large_by_chance(returns: &[f64], days: Days, draws: usize, seed: u64) -> Option<usize> {
    let observed = mean(returns)?;
    let n = returns.len();
    let mut draw = Draw::of(seed);
    let mut is_as_large = || {
        let rows = match days {
            Days::InBlocks => draw.blocks(n, RESTART),
            Days::Independent => draw.rows(n),
        };
        let sum: f64 = rows.iter().map(|&row| returns[row] - observed).sum();
        sum / count(n) >= observed
    };
    Some((0..draws).filter(|_| is_as_large()).count())
}

/// The p-value of a count of draws: with the observation itself among them, so that it is never zero.
#[must_use]
pub fn p_value(as_large: usize, draws: usize) -> f64 {
    count(as_large + 1) / count(draws + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_at_zero_stays_there() {
        let ruined = Path::of(100.0, [-0.5, -1.0, 3.0], Sizing::Compounded);
        assert_eq!((ruined.terminal, ruined.max_drawdown), (0.0, -1.0));
        let fixed = Path::of(100.0, [-60.0, -60.0, 500.0], Sizing::Fixed);
        assert_eq!((fixed.terminal, fixed.max_drawdown), (0.0, -1.0));
    }

    #[test]
    fn nothing_to_draw_from_gives_nothing() {
        assert!(sharpe_bootstrap(&[], 10, 1).is_empty());
        assert_eq!(as_large_by_chance(&[], Days::InBlocks, 10, 1), None);
        assert_eq!(trade_bootstrap(100.0, &[], 1, 1)[0].terminal, 100.0);
        assert_eq!(trade_shuffle(100.0, &[], Sizing::Fixed, 1, 1), [0.0]);
    }
}
