//! Figures of closed trades, flat to flat. Source: `metrics.md` section 3.
//!
//! Money is added exactly and becomes a float once; positions open at the end are not in here.

use serde::Serialize;

use crate::analysis::significance::sizing::kelly_trades;
use crate::analysis::stats::{count, deviation, mean, ratio};
use crate::domain::{Cash, Cost, Direction, FillEvent, PositionView, Price, Timestamp};
use crate::ledger::Trade;

/// Days of an average month.
const DAYS_A_MONTH: f64 = 30.44;

/// Figures of closed trades. Names of `metrics.md` section 3; `None` = undefined.
///
/// **Units**: rates are fractions, money is in the account's currency, times in seconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "defined in metrics.md under the same names")]
pub struct TradeMetrics {
    pub trades_total: usize,
    pub win_rate: Option<f64>,
    pub gross_profit: f64,
    pub gross_loss: f64,
    pub profit_factor: Option<f64>,
    pub average_win: Option<f64>,
    pub average_loss: Option<f64>,
    pub payoff_ratio: Option<f64>,
    pub expectancy: Option<f64>,
    pub expectancy_fraction: Option<f64>,
    pub expectancy_per_100_trades: Option<f64>,
    pub expectancy_ratio: Option<f64>,
    pub sqn: Option<f64>,
    pub kelly_trades: Option<f64>,
    pub risk_of_ruin_quantstats: Option<f64>,
    pub average_holding_seconds: Option<f64>,
    pub average_winning_holding_seconds: Option<f64>,
    pub average_losing_holding_seconds: Option<f64>,
    pub longs_count: usize,
    pub longs_win_rate: Option<f64>,
    pub longs_net_pnl: f64,
    pub shorts_count: usize,
    pub shorts_win_rate: Option<f64>,
    pub shorts_net_pnl: f64,
    pub long_share: Option<f64>,
    pub short_share: Option<f64>,
    pub max_winning_streak: usize,
    pub max_losing_streak: usize,
    pub current_streak: i64,
    pub largest_win: Option<f64>,
    pub largest_loss: Option<f64>,
    pub best_trade_return: Option<f64>,
    pub worst_trade_return: Option<f64>,
    pub exposure_time: Option<f64>,
    pub traded_notional: f64,
    pub turnover_annual: Option<f64>,
    pub average_entry_notional: Option<f64>,
    pub leverage_at_entry_mean: Option<f64>,
    pub leverage_at_entry_max: Option<f64>,
    pub fees_paid: f64,
    pub funding_net: f64,
    pub funding_paid: f64,
    pub funding_received: f64,
    pub gross_pnl_total: f64,
    pub fees_share: Option<f64>,
    pub funding_share: Option<f64>,
    pub trades_per_day: Option<f64>,
    pub trades_per_week: Option<f64>,
    pub trades_per_month: Option<f64>,
    pub open_trades: usize,
    pub open_pnl: f64,
}

/// What the figures of trades are computed from.
#[derive(Debug, Clone, Copy)]
pub struct TradeInputs<'a> {
    /// Closed trades in the order they closed.
    pub trades: &'a [Trade],
    /// Every fill, also of positions still open.
    pub fills: &'a [FillEvent],
    /// Positions open at the end.
    pub open: &'a [PositionView],
    /// Start and end of the run.
    pub span: (Timestamp, Timestamp),
    /// Equity at the start.
    pub starting_balance: f64,
    /// Mean of the daily equity samples.
    pub mean_equity: Option<f64>,
}

/// Winners, losers and what they add up to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Tally {
    pub(crate) wins: usize,
    pub(crate) losses: usize,
    pub(crate) profit: Cash,
    pub(crate) loss: Cash,
}

impl Tally {
    pub(crate) fn of<'a>(trades: impl IntoIterator<Item = &'a Trade>) -> Self {
        Self::of_nets(trades.into_iter().map(|trade| trade.net))
    }

    /// The same of what each trade earned.
    pub(crate) fn of_nets(nets: impl IntoIterator<Item = Cash>) -> Self {
        let mut tally = Self::default();
        for net in nets {
            if net > Cash::ZERO {
                tally.wins += 1;
                tally.profit += net;
            } else if net < Cash::ZERO {
                tally.losses += 1;
                tally.loss += net;
            }
        }
        tally
    }

    pub(crate) fn decided(self) -> usize {
        self.wins + self.losses
    }

    pub(crate) fn net(self) -> Cash {
        self.profit + self.loss
    }

    pub(crate) fn win_rate(self) -> Option<f64> {
        ratio(count(self.wins), count(self.decided()))
    }

    pub(crate) fn profit_factor(self) -> Option<f64> {
        ratio(self.profit.to_f64(), -self.loss.to_f64())
    }
}

impl TradeMetrics {
    /// All of them.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of a run fit in 53 bits"
    )]
    pub fn of(inputs: &TradeInputs<'_>) -> Self {
        let trades = inputs.trades;
        let tally = Tally::of(trades);
        let of_direction = |d: Direction| trades.iter().filter(move |t| t.direction == d);
        let longs = Tally::of(of_direction(Direction::Long));
        let shorts = Tally::of(of_direction(Direction::Short));
        let longs_count = of_direction(Direction::Long).count();
        let shorts_count = trades.len() - longs_count;

        let win_rate = tally.win_rate();
        let average_win = ratio(tally.profit.to_f64(), count(tally.wins));
        let average_loss = ratio(-tally.loss.to_f64(), count(tally.losses));
        let payoff_ratio = average_win
            .zip(average_loss)
            .and_then(|(win, loss)| ratio(win, loss));
        let expectancy = win_rate
            .map(|p| average_win.unwrap_or(0.0) * p - average_loss.unwrap_or(0.0) * (1.0 - p));
        let expectancy_fraction = expectancy.and_then(|e| ratio(e, inputs.starting_balance));

        let streaks = Streaks::of(trades);
        let nets: Vec<f64> = trades.iter().map(|t| t.net.to_f64()).collect();
        let on_equity: Vec<f64> = trades.iter().filter_map(return_on_equity).collect();
        let notionals: Vec<f64> = trades.iter().map(|t| entry_notional(t).to_f64()).collect();
        let leverages: Vec<f64> = trades
            .iter()
            .filter_map(|t| ratio(entry_notional(t).to_f64(), t.equity_at_entry.to_f64()))
            .collect();

        let fees_paid = sum(trades.iter().map(|t| t.fees)).to_f64();
        let funding_net = sum(trades.iter().map(|t| t.funding)).to_f64();
        let funding_paid = sum(trades.iter().map(|t| -t.funding.min(Cash::ZERO))).to_f64();
        let gross_pnl_total = sum(trades.iter().map(|t| t.gross)).to_f64();
        let of_gross = |cost: f64| {
            if gross_pnl_total > 0.0 {
                ratio(cost, gross_pnl_total)
            } else {
                None
            }
        };

        let span_ms = (inputs.span.1.0 - inputs.span.0.0) as f64;
        let days = span_ms / crate::analysis::daily::DAY_MS as f64;
        let traded_notional = inputs
            .fills
            .iter()
            .fold(Cost(0), |n, f| n + (f.price * f.qty).abs())
            .to_f64();
        let years = days / crate::analysis::returns::DAYS_A_YEAR;
        Self {
            trades_total: trades.len(),
            win_rate,
            gross_profit: tally.profit.to_f64(),
            gross_loss: tally.loss.to_f64(),
            profit_factor: tally.profit_factor(),
            average_win,
            average_loss,
            payoff_ratio,
            expectancy,
            expectancy_fraction,
            expectancy_per_100_trades: expectancy_fraction.map(|e| e * 100.0),
            expectancy_ratio: payoff_ratio.zip(win_rate).map(|(b, p)| (1.0 + b) * p - 1.0),
            sqn: match (mean(&nets), deviation(&nets)) {
                (Some(mean), Some(sd)) => ratio(mean, sd).map(|q| q * count(nets.len()).sqrt()),
                _ => None,
            },
            kelly_trades: payoff_ratio
                .zip(win_rate)
                .and_then(|(payoff, p)| kelly_trades(p, payoff)),
            risk_of_ruin_quantstats: win_rate
                .map(|p| libm::pow((1.0 - p) / (1.0 + p), count(trades.len()))),
            average_holding_seconds: mean_holding(trades.iter()),
            average_winning_holding_seconds: mean_holding(
                trades.iter().filter(|t| t.net > Cash::ZERO),
            ),
            average_losing_holding_seconds: mean_holding(
                trades.iter().filter(|t| t.net < Cash::ZERO),
            ),
            longs_count,
            longs_win_rate: longs.win_rate(),
            longs_net_pnl: longs.net().to_f64(),
            shorts_count,
            shorts_win_rate: shorts.win_rate(),
            shorts_net_pnl: shorts.net().to_f64(),
            long_share: ratio(count(longs_count), count(trades.len())),
            short_share: ratio(count(shorts_count), count(trades.len())),
            max_winning_streak: streaks.winning,
            max_losing_streak: streaks.losing,
            current_streak: streaks.current,
            largest_win: trades
                .iter()
                .map(|t| t.net)
                .filter(|n| *n > Cash::ZERO)
                .max()
                .map(Cash::to_f64),
            largest_loss: trades
                .iter()
                .map(|t| t.net)
                .filter(|n| *n < Cash::ZERO)
                .min()
                .map(Cash::to_f64),
            best_trade_return: on_equity.iter().copied().max_by(f64::total_cmp),
            worst_trade_return: on_equity.iter().copied().min_by(f64::total_cmp),
            exposure_time: ratio(time_in_market_ms(trades) as f64, span_ms),
            traded_notional,
            turnover_annual: inputs
                .mean_equity
                .and_then(|e| ratio(traded_notional, e * years)),
            average_entry_notional: mean(&notionals),
            leverage_at_entry_mean: mean(&leverages),
            leverage_at_entry_max: leverages.iter().copied().max_by(f64::total_cmp),
            fees_paid,
            funding_net,
            funding_paid,
            funding_received: sum(trades.iter().map(|t| t.funding.max(Cash::ZERO))).to_f64(),
            gross_pnl_total,
            fees_share: of_gross(fees_paid),
            funding_share: of_gross(-funding_net),
            trades_per_day: ratio(count(trades.len()), days),
            trades_per_week: ratio(count(trades.len()), days / 7.0),
            trades_per_month: ratio(count(trades.len()), days / DAYS_A_MONTH),
            open_trades: inputs.open.len(),
            open_pnl: sum(inputs.open.iter().map(|p| p.unrealized_pnl)).to_f64(),
        }
    }
}

fn sum(amounts: impl Iterator<Item = Cash>) -> Cash {
    amounts.fold(Cash::ZERO, |total, amount| total + amount)
}

fn entry_notional(trade: &Trade) -> Cost {
    trade.entry_price * trade.qty
}

/// What was traded in it: the value of its entries and of its exits.
#[must_use]
pub fn volume(trade: &Trade) -> Cost {
    entry_notional(trade) + trade.exit_price * trade.qty
}

/// Net over the equity when the trade was opened.
#[must_use]
pub fn return_on_equity(trade: &Trade) -> Option<f64> {
    ratio(trade.net.to_f64(), trade.equity_at_entry.to_f64())
}

/// Seconds from the first fill to the last.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of a run fit in 53 bits"
)]
pub fn holding_seconds(trade: &Trade) -> f64 {
    (trade.exit_time.0 - trade.entry_time.0) as f64 / 1_000.0
}

/// How far the price went against a trade and in favor of it while it was open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excursion {
    /// Against it: a negative fraction of the entry price.
    pub adverse: f64,
    /// In favor of it: a positive fraction.
    pub favorable: f64,
    /// The distance to the stop at entry as a fraction; `None` without a stop. Excursions in R are divided by it.
    pub risk: Option<f64>,
}

/// The excursions of a trade. Source: `metrics.md` section 3, MAE and MFE; goldens `perpetual.excursions`.
#[must_use]
pub fn excursion(trade: &Trade) -> Excursion {
    let entry = trade.entry_price.to_f64();
    let sign = if trade.direction == Direction::Long {
        1.0
    } else {
        -1.0
    };
    let gain =
        |price: Price| ratio(price.to_f64(), entry).map_or(0.0, |share| sign * (share - 1.0));
    let risk = trade
        .initial_stop
        .and_then(|stop| ratio((entry - stop.to_f64()).abs(), entry));
    Excursion {
        adverse: gain(trade.worst_price).min(0.0),
        favorable: gain(trade.best_price).max(0.0),
        risk: risk.filter(|risk| *risk > 0.0),
    }
}

pub(crate) fn mean_holding<'a>(trades: impl Iterator<Item = &'a Trade>) -> Option<f64> {
    let seconds: Vec<f64> = trades.map(holding_seconds).collect();
    mean(&seconds)
}

/// Runs of wins and of losses; a zero breaks both.
struct Streaks {
    winning: usize,
    losing: usize,
    current: i64,
}

impl Streaks {
    fn of(trades: &[Trade]) -> Self {
        let mut streaks = Self {
            winning: 0,
            losing: 0,
            current: 0,
        };
        for trade in trades {
            let sign = trade.net.0.signum();
            streaks.current = match sign {
                1 => streaks.current.max(0) + 1,
                -1 => streaks.current.min(0) - 1,
                _ => 0,
            };
            let length = usize::try_from(streaks.current.unsigned_abs()).unwrap_or(usize::MAX);
            if sign > 0 {
                streaks.winning = streaks.winning.max(length);
            } else {
                streaks.losing = streaks.losing.max(length);
            }
        }
        streaks
    }
}

/// Milliseconds in which at least one trade was open.
fn time_in_market_ms(trades: &[Trade]) -> i64 {
    let mut spans: Vec<_> = trades
        .iter()
        .map(|t| (t.entry_time.0, t.exit_time.0))
        .collect();
    spans.sort_unstable();
    let mut covered_to = i64::MIN;
    let mut total = 0;
    for (from, to) in spans {
        let from = from.max(covered_to);
        if to > from {
            total += to - from;
            covered_to = to;
        }
    }
    total
}

/// A trade of which only the result matters.
#[cfg(test)]
pub(crate) fn trade_of_net(net: Cash) -> Trade {
    use crate::domain::{Cause, Rate};
    Trade {
        position: 1,
        instrument: 0,
        direction: Direction::Long,
        entry_time: Timestamp(0),
        exit_time: Timestamp(60_000),
        qty: crate::domain::Qty(100_000_000),
        entry_price: Price(100_000_000),
        exit_price: Price(100_000_000),
        gross: net,
        fees: Cash::ZERO,
        funding: Cash::ZERO,
        net,
        exit_cause: Cause::Order,
        tag: 0,
        equity_at_entry: Cash(100_000_000),
        best_price: Price(100_000_000),
        worst_price: Price(100_000_000),
        initial_stop: None,
        initial_target: None,
        leverage: Rate(100_000_000),
        ambiguous: false,
    }
}
