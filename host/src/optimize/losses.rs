//! freqtrade's losses over a table of trades, by its own formulas; smaller is better. Source: `optimisation.md` section 2.
//!
//! A trade's profit is a fraction of what its owner put in: the notional at entry over the leverage. The account's start is the
//! first equity. Drawdowns are those of the profits in the order in which trades closed.

use crate::analysis::daily::DAY_MS;
use crate::analysis::stats::{count, deviation, mean, ratio};
use crate::analysis::trades::holding_seconds;
use crate::ledger::Trade;
use crate::optimize::figures::Sheet;

/// A loss below the wanted number of trades.
pub(super) const TOO_FEW: f64 = 100_000.0;
/// What an undefined ratio costs, and one of daily sums.
const UNDEFINED: f64 = 100.0;
const UNDEFINED_DAILY: f64 = 20.0;
/// Taken from every trade's profit by the daily losses.
const SLIPPAGE: f64 = 0.0005;
const DAYS_A_YEAR: f64 = 365.0;

fn profits(sheet: &Sheet<'_>) -> Vec<f64> {
    sheet.closed.iter().map(|t| t.net.to_f64()).collect()
}

fn total(sheet: &Sheet<'_>) -> f64 {
    profits(sheet).iter().sum()
}

fn start(sheet: &Sheet<'_>) -> f64 {
    sheet.returns.starting_balance
}

fn profit_ratio(trade: &Trade) -> f64 {
    let notional = (trade.entry_price * trade.qty).to_f64();
    let stake = ratio(notional, trade.leverage.to_f64());
    stake
        .and_then(|stake| ratio(trade.net.to_f64(), stake))
        .unwrap_or(0.0)
}

/// The largest fall of the summed profits.
struct Fall {
    /// In money, not negative.
    depth: f64,
    /// As a fraction of the balance at its peak.
    relative: f64,
    /// The largest fraction of a balance lost at any time.
    deepest_relative: f64,
}

fn fall(start: f64, profits: &[f64]) -> Fall {
    let (mut sum, mut peak) = (0.0f64, 0.0f64);
    let mut fall = Fall {
        depth: 0.0,
        relative: 0.0,
        deepest_relative: 0.0,
    };
    for profit in profits {
        sum += profit;
        peak = peak.max(sum);
        let relative = ratio(peak - sum, start + peak).unwrap_or(0.0);
        fall.deepest_relative = fall.deepest_relative.max(relative);
        if peak - sum > fall.depth {
            fall.depth = peak - sum;
            fall.relative = relative;
        }
    }
    fall
}

/// Minus the summed profit.
pub(super) fn only_profit(sheet: &Sheet<'_>) -> Option<f64> {
    Some(-total(sheet))
}

/// Population deviation.
fn spread(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    Some((squares / count(values.len())).sqrt())
}

/// Minus profit a day over the spread of some of the profits, a year.
fn by_spread(sheet: &Sheet<'_>, of: impl Fn(&f64) -> bool) -> Option<f64> {
    let shares: Vec<f64> = profits(sheet).iter().map(|p| p / start(sheet)).collect();
    let a_day = shares.iter().sum::<f64>() / sheet.whole_days();
    let some: Vec<f64> = shares.into_iter().filter(|s| of(s)).collect();
    let ratio = spread(&some).and_then(|spread| ratio(a_day, spread));
    Some(ratio.map_or(UNDEFINED, |r| -r * DAYS_A_YEAR.sqrt()))
}

/// Minus the Sharpe of trades.
pub(super) fn sharpe(sheet: &Sheet<'_>) -> Option<f64> {
    by_spread(sheet, |_| true)
}

/// Minus the Sortino of trades.
pub(super) fn sortino(sheet: &Sheet<'_>) -> Option<f64> {
    by_spread(sheet, |share| *share < 0.0)
}

/// Minus the Calmar of trades.
pub(super) fn calmar(sheet: &Sheet<'_>) -> Option<f64> {
    let a_day = total(sheet) / start(sheet) / sheet.whole_days() * 100.0;
    let fall = fall(start(sheet), &profits(sheet));
    Some(ratio(a_day, fall.relative).map_or(UNDEFINED, |r| -r * DAYS_A_YEAR.sqrt()))
}

/// Profit fractions after slippage by the day trades closed; days without a trade are zero.
fn daily(sheet: &Sheet<'_>) -> Vec<f64> {
    let day = |ms: i64| ms.div_euclid(DAY_MS);
    let (first, last) = (day(sheet.span.0.0), day(sheet.span.1.0 - 1));
    let mut sums = vec![0.0; usize::try_from(last - first + 1).unwrap_or(0)];
    for trade in sheet.closed {
        // What closes at the very end, be it at a midnight, belongs to the last day.
        let index = usize::try_from(day(trade.exit_time.0).min(last) - first).ok();
        if let Some(sum) = index.and_then(|i| sums.get_mut(i)) {
            *sum += profit_ratio(trade) - SLIPPAGE;
        }
    }
    sums
}

fn by_day(sheet: &Sheet<'_>, divisor: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
    let sums = daily(sheet);
    let quotient = mean(&sums)
        .zip(divisor(&sums))
        .and_then(|(m, d)| ratio(m, d));
    Some(quotient.map_or(UNDEFINED_DAILY, |q| -q * DAYS_A_YEAR.sqrt()))
}

/// Minus the Sharpe of daily sums.
pub(super) fn sharpe_daily(sheet: &Sheet<'_>) -> Option<f64> {
    by_day(sheet, deviation)
}

/// Minus the Sortino of daily sums.
pub(super) fn sortino_daily(sheet: &Sheet<'_>) -> Option<f64> {
    by_day(sheet, |sums| {
        let squares: f64 = sums.iter().map(|x| x.min(0.0) * x.min(0.0)).sum();
        Some((squares / count(sums.len())).sqrt())
    })
}

/// Profit over what divides it; the profit itself where nothing does.
fn over_or_itself(profit: f64, divisor: f64) -> f64 {
    ratio(profit, divisor).unwrap_or(profit)
}

/// Minus profit over the deepest fall.
pub(super) fn max_drawdown(sheet: &Sheet<'_>) -> Option<f64> {
    let depth = fall(start(sheet), &profits(sheet)).depth;
    Some(-over_or_itself(total(sheet), depth))
}

/// The same, over the deepest fall as a fraction too.
pub(super) fn max_drawdown_relative(sheet: &Sheet<'_>) -> Option<f64> {
    let fall = fall(start(sheet), &profits(sheet));
    let divisor = fall.depth * fall.deepest_relative;
    Some(-over_or_itself(total(sheet), divisor))
}

/// Minus the profit over fall of the worst symbol, 20 less where it is below 1.
pub(super) fn max_drawdown_per_pair(sheet: &Sheet<'_>) -> Option<f64> {
    let mut symbols: Vec<u32> = sheet.closed.iter().map(|t| t.instrument).collect();
    symbols.sort_unstable();
    symbols.dedup();
    let of = |symbol: u32| {
        let own = sheet.closed.iter().filter(|t| t.instrument == symbol);
        let profits: Vec<f64> = own.map(|t| t.net.to_f64()).collect();
        let score = over_or_itself(profits.iter().sum(), fall(start(sheet), &profits).depth);
        if score < 1.0 { score - 20.0 } else { score }
    };
    let worst = symbols.into_iter().map(of).min_by(f64::total_cmp);
    worst.map(|worst| -worst)
}

/// Profit less a part of it by the drawdown.
fn less_drawdown(sheet: &Sheet<'_>, mercy: f64) -> f64 {
    let profit = total(sheet);
    let fall = fall(start(sheet), &profits(sheet));
    profit - fall.relative * profit * (1.0 - mercy)
}

/// Minus profit less drawdown.
pub(super) fn profit_drawdown(sheet: &Sheet<'_>) -> Option<f64> {
    Some(-less_drawdown(sheet, 0.075))
}

/// The former default: about 600 short trades with a profit.
pub(super) fn short_trade_duration(sheet: &Sheet<'_>) -> Option<f64> {
    let n = count(sheet.closed.len());
    let ratios: f64 = sheet.closed.iter().map(profit_ratio).sum();
    let minutes: Vec<f64> = sheet
        .closed
        .iter()
        .map(|t| holding_seconds(t) / 60.0)
        .collect();
    let spread = libm::pow(10.0, 5.8);
    let number = 1.0 - 0.25 * libm::exp(-(n - 600.0) * (n - 600.0) / spread);
    let profit = (1.0 - ratios / 3.0).max(0.0);
    let duration = 0.4 * (mean(&minutes)? / 300.0).min(1.0);
    Some(number + profit + duration)
}

/// Profit less drawdown, times the logarithms of profit factor, expectancy ratio and win rate.
pub(super) fn multi_metric(sheet: &Sheet<'_>) -> Option<f64> {
    let n = count(sheet.closed.len());
    let t = &sheet.trades;
    let profit_factor = t.gross_profit / (t.gross_loss.abs() + 1e-6);
    let wins = sheet.closed.iter().filter(|t| t.net.0 > 0).count();
    let win_rate = ratio(count(wins), n)?;
    // freqtrade's share of winners is of all trades, also those that made nothing. Without losers it says 100; more than ten
    // counts as ten.
    let payoff = t
        .average_loss
        .map(|loss| t.average_win.unwrap_or(0.0) / loss.abs());
    let expectancy = payoff.map_or(UNDEFINED, |payoff| (1.0 + payoff) * win_rate - 1.0);
    let expectancy = expectancy.min(10.0);
    let few = if n < 50.0 { (n / 50.0).max(0.1) } else { 1.0 };
    Some(
        -less_drawdown(sheet, 0.055)
            * libm::log(profit_factor + 1.0)
            * libm::log(expectancy + 2.0)
            * libm::log(1.2 + win_rate)
            * few,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trades::trade_of_net;
    use crate::backtest::SoFar;
    use crate::domain::{Cash, Price, Qty, Timestamp};
    use crate::engine::AccountPoint;

    const UNIT: i128 = 100_000_000;

    /// Trades of 100 each that closed at noon of days 0, 1, 2, ..., on an account of 1,000 over ten days.
    fn checked(nets: &[i128], check: impl Fn(&Sheet<'_>)) {
        let trades: Vec<Trade> = (0..)
            .zip(nets)
            .map(|(day, net)| Trade {
                qty: Qty(100_000_000),
                entry_price: Price(10_000_000_000),
                entry_time: Timestamp(day * DAY_MS),
                exit_time: Timestamp(day * DAY_MS + DAY_MS / 2),
                ..trade_of_net(Cash(net * UNIT))
            })
            .collect();
        let point = |time| AccountPoint {
            time,
            wallet: Cash(1_000 * UNIT),
            equity: Cash(1_000 * UNIT),
            position_margin: Cash::ZERO,
            order_margin: Cash::ZERO,
        };
        let samples = [point(Timestamp(0)), point(Timestamp(10 * DAY_MS))];
        check(&Sheet::of(SoFar {
            samples: &samples,
            trades: &trades,
        }));
    }

    fn near(got: Option<f64>, expected: f64) {
        let got = got.expect("a loss");
        assert!((got - expected).abs() < 1e-9, "{got} is not {expected}");
    }

    #[test]
    fn four_trades_by_hand() {
        // Sums 20, 10, 40, 25: the deepest fall is 15 from a balance of 1,040.
        checked(&[20, -10, 30, -15], |sheet| {
            near(only_profit(sheet), -25.0);
            near(max_drawdown(sheet), -25.0 / 15.0);
            near(
                max_drawdown_relative(sheet),
                -25.0 / 15.0 / (15.0 / 1_040.0),
            );
            near(max_drawdown_per_pair(sheet), -25.0 / 15.0);
            near(
                profit_drawdown(sheet),
                -(25.0 - 15.0 / 1_040.0 * 25.0 * 0.925),
            );
            let a_day = 0.025 / 10.0;
            let spread = 0.000_367_187_5f64.sqrt();
            near(sharpe(sheet), -a_day / spread * 365f64.sqrt());
            near(sortino(sheet), -a_day / 0.0025 * 365f64.sqrt());
            near(
                calmar(sheet),
                -a_day * 100.0 / (15.0 / 1_040.0) * 365f64.sqrt(),
            );
            let sums = [
                0.1995, -0.1005, 0.2995, -0.1505, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
            ];
            let mean = sums.iter().sum::<f64>() / 10.0;
            let variance = sums.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 9.0;
            near(sharpe_daily(sheet), -mean / variance.sqrt() * 365f64.sqrt());
            let down = ((0.1005f64 * 0.1005 + 0.1505 * 0.1505) / 10.0).sqrt();
            near(sortino_daily(sheet), -mean / down * 365f64.sqrt());
            let number = 1.0 - 0.25 * libm::exp(-(596.0 * 596.0) / libm::pow(10.0, 5.8));
            near(
                short_trade_duration(sheet),
                number + (1.0 - 0.25 / 3.0) + 0.4,
            );
            let profit = 25.0 - 15.0 / 1_040.0 * 25.0 * 0.945;
            let logs = libm::log(50.0 / (25.0 + 1e-6) + 1.0) * libm::log(2.5) * libm::log(1.7);
            near(multi_metric(sheet), -profit * logs * 0.1);
        });
    }

    #[test]
    fn what_closes_at_the_end_belongs_to_the_last_day() {
        let mut nets = vec![0; 10];
        nets.push(10);
        checked(&nets, |sheet| {
            let mut closed = sheet.closed.to_vec();
            closed[10].exit_time = sheet.span.1;
            let sums = daily(&Sheet {
                closed: &closed,
                ..sheet.clone()
            });
            assert_eq!(sums.len(), 10);
            assert!((sums[9] - (0.1 - 2.0 * SLIPPAGE)).abs() < 1e-12, "{sums:?}");
        });
    }

    #[test]
    fn without_a_fall_or_a_spread_the_substitutes_stand() {
        checked(&[10, 10], |sheet| {
            near(max_drawdown(sheet), -20.0);
            near(max_drawdown_relative(sheet), -20.0);
            near(sharpe(sheet), 100.0);
            near(sortino(sheet), 100.0);
            near(calmar(sheet), 100.0);
            near(sortino_daily(sheet), 20.0);
        });
        checked(&[-10], |sheet| near(max_drawdown_per_pair(sheet), 21.0));
        checked(&[], |sheet| assert_eq!(max_drawdown_per_pair(sheet), None));
    }
}
