//! Figures of the daily equity: return, risk and the ratios between them. Source: `metrics.md` section 2.

use serde::Serialize;

use crate::analysis::daily::Daily;
use crate::analysis::significance::sizing::kelly_continuous;
use crate::analysis::stats::{
    count, covariance, deviation, mean, quantile, ratio, skew_and_kurtosis,
};

/// Crypto trades every day.
pub const DAYS_A_YEAR: f64 = 365.0;
/// 5 % point of the normal distribution.
const Z_05: f64 = -1.644_853_626_951_472_2;

/// One period under water.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drawdown {
    /// Last sample at the peak's value.
    pub peak_index: usize,
    /// First of the deepest samples.
    pub trough_index: usize,
    /// First sample back at or above the peak; `None` while still under it.
    pub recovery_index: Option<usize>,
    /// Negative fraction of the peak.
    pub depth: f64,
    /// Samples from the peak to the last one under it.
    pub days: usize,
}

/// Where the deepest drawdown lies, as indices of the daily samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Span {
    /// Last sample at the peak's value.
    pub peak_index: usize,
    /// First of the deepest samples.
    pub trough_index: usize,
    /// First sample back at or above the peak; `None` while still under it.
    pub recovery_index: Option<usize>,
}

impl Span {
    fn of(drawdown: &Drawdown) -> Self {
        Self {
            peak_index: drawdown.peak_index,
            trough_index: drawdown.trough_index,
            recovery_index: drawdown.recovery_index,
        }
    }
}

/// Return of one calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MonthReturn {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Compounded daily returns whose first sample lies in it.
    pub value: f64,
}

/// Return of one calendar year, the part of it that was run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct YearReturn {
    /// Year.
    pub year: i32,
    /// Its compounded months.
    pub value: f64,
}

/// Figures that need only daily equity. Names and formulas of `metrics.md` section 2; `None` = undefined.
///
/// **Units**: fractions (0.1 = 10 %), money in the account's currency, annual figures for 365 days.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "defined in metrics.md under the same names")]
pub struct ReturnMetrics {
    pub starting_balance: f64,
    pub finishing_balance: f64,
    pub net_profit: f64,
    pub days: f64,
    pub total_return: Option<f64>,
    pub cagr: Option<f64>,
    pub annual_arithmetic_return: Option<f64>,
    pub volatility_annual: Option<f64>,
    pub sharpe: Option<f64>,
    pub sharpe_per_period: Option<f64>,
    pub sharpe_weekly: Option<f64>,
    pub sharpe_lo2002_6lags: Option<f64>,
    pub sortino: Option<f64>,
    pub autocorr_penalty: Option<f64>,
    pub smart_sharpe: Option<f64>,
    pub smart_sortino: Option<f64>,
    pub max_drawdown: Option<f64>,
    pub max_drawdown_abs: f64,
    pub max_underwater_days: usize,
    pub calmar: Option<f64>,
    pub omega_0: Option<f64>,
    pub ulcer_index: Option<f64>,
    pub martin_ratio: Option<f64>,
    pub ulcer_performance_index: Option<f64>,
    pub serenity_index: Option<f64>,
    pub recovery_factor: Option<f64>,
    pub var_95_historical: Option<f64>,
    pub var_95_normal: Option<f64>,
    pub cvar_95_historical: Option<f64>,
    pub var_99_historical: Option<f64>,
    pub cvar_99_historical: Option<f64>,
    pub tail_ratio: Option<f64>,
    pub common_sense_ratio: Option<f64>,
    pub gain_to_pain: Option<f64>,
    pub skew: Option<f64>,
    pub kurtosis: Option<f64>,
    pub kelly_continuous: Option<f64>,
    pub best_day: Option<f64>,
    pub worst_day: Option<f64>,
    pub days_up: usize,
    pub days_flat: usize,
    pub days_down: usize,
    pub win_days: Option<f64>,
    pub best_month: Option<f64>,
    pub worst_month: Option<f64>,
    pub win_months: Option<f64>,
    pub best_year: Option<f64>,
    pub worst_year: Option<f64>,
    pub equity_min: f64,
    pub equity_max: f64,
    pub drawdown_count: usize,
    pub average_drawdown: Option<f64>,
    pub average_drawdown_days: Option<f64>,
    pub max_drawdown_span: Option<Span>,
    pub drawdown_table: Vec<Drawdown>,
    pub monthly_returns: Vec<MonthReturn>,
    pub yearly_returns: Vec<YearReturn>,
}

impl ReturnMetrics {
    /// All of them. Everything that describes a distribution is undefined below two returns.
    #[must_use]
    pub fn of(daily: &Daily) -> Self {
        let equity = &daily.equity;
        let (Some(&first), Some(&last)) = (equity.first(), equity.last()) else {
            return Self::default();
        };
        let all = daily.returns();
        let r: &[f64] = if all.len() < 2 { &[] } else { &all };
        // One return over the whole run has no ratio.
        let several = |figure: Option<f64>| figure.filter(|_| !r.is_empty());
        let (mean_r, sd) = (mean(r), deviation(r));
        let total_return = ratio(last, first).map(|growth| growth - 1.0);
        let cagr = cagr(first, last, daily.days());
        let max_drawdown = underwater(equity).into_iter().min_by(f64::total_cmp);
        let max_drawdown_abs = deepest_fall(equity);
        let ulcer = ulcer_index(equity);
        let omega = omega_0(r);
        let tail_ratio = tail_ratio(r);
        let (sharpe_annual, sortino_annual) = (sharpe(r, DAYS_A_YEAR), sortino(r));
        let penalty = autocorr_penalty(r);
        let periods = drawdowns(equity);
        let depths: Vec<f64> = periods.iter().map(|d| d.depth).collect();
        let lengths: Vec<f64> = periods.iter().map(|d| count(d.days)).collect();
        let months = monthly(daily);
        let month_values: Vec<f64> = months.iter().map(|m| m.value).collect();
        let years = yearly(&months);
        let year_values: Vec<f64> = years.iter().map(|y| y.value).collect();
        let max_underwater_days = periods.iter().map(|d| d.days).max().unwrap_or(0);
        let drawdown_count = periods.len();
        let deepest = deepest_five(periods);
        let moments = skew_and_kurtosis(r);
        let up = all.iter().filter(|&&x| x > 0.0).count();
        let down = all.iter().filter(|&&x| x < 0.0).count();
        Self {
            starting_balance: first,
            finishing_balance: last,
            net_profit: last - first,
            days: daily.days(),
            total_return,
            cagr,
            annual_arithmetic_return: mean_r.map(|m| m * DAYS_A_YEAR),
            volatility_annual: sd.map(|sd| sd * DAYS_A_YEAR.sqrt()),
            sharpe: sharpe_annual,
            sharpe_per_period: sharpe(r, 1.0),
            sharpe_weekly: weekly_sharpe(equity),
            sharpe_lo2002_6lags: lo_sharpe(r),
            sortino: sortino_annual,
            autocorr_penalty: penalty,
            smart_sharpe: over(sharpe_annual, penalty),
            smart_sortino: over(sortino_annual, penalty),
            max_drawdown,
            max_drawdown_abs,
            max_underwater_days,
            calmar: several(over(cagr, max_drawdown.map(f64::abs))),
            omega_0: omega,
            ulcer_index: ulcer,
            martin_ratio: over(cagr, ulcer),
            ulcer_performance_index: several(over(total_return, ulcer)),
            serenity_index: serenity_index(equity, r),
            recovery_factor: several(ratio(last - first, max_drawdown_abs)),
            var_95_historical: quantile(r, 0.05),
            var_95_normal: mean_r.zip(sd).map(|(mean, sd)| mean + Z_05 * sd),
            cvar_95_historical: mean_of_worst(r, 0.05),
            var_99_historical: quantile(r, 0.01),
            cvar_99_historical: mean_of_worst(r, 0.01),
            tail_ratio,
            common_sense_ratio: tail_ratio.zip(omega).map(|(tail, omega)| tail * omega),
            gain_to_pain: several(gain_to_pain(&month_values)),
            skew: moments.map(|m| m.0),
            kurtosis: moments.map(|m| m.1),
            kelly_continuous: kelly_continuous(r),
            best_day: greatest(&all),
            worst_day: least(&all),
            days_up: up,
            days_flat: all.len() - up - down,
            days_down: down,
            win_days: several(ratio(count(up), count(up + down))),
            best_month: greatest(&month_values),
            worst_month: least(&month_values),
            win_months: several(share_of_gains(&month_values)),
            best_year: greatest(&year_values),
            worst_year: least(&year_values),
            equity_min: least(equity).unwrap_or(first),
            equity_max: greatest(equity).unwrap_or(first),
            drawdown_count,
            average_drawdown: mean(&depths),
            average_drawdown_days: mean(&lengths),
            max_drawdown_span: deepest.first().map(Span::of),
            drawdown_table: deepest,
            monthly_returns: months,
            yearly_returns: years,
        }
    }
}

fn over(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    ratio(a?, b?)
}

pub(crate) fn greatest(values: &[f64]) -> Option<f64> {
    values.iter().copied().max_by(f64::total_cmp)
}

pub(crate) fn least(values: &[f64]) -> Option<f64> {
    values.iter().copied().min_by(f64::total_cmp)
}

/// Gains over gains and losses; zeros count in neither.
fn share_of_gains(values: &[f64]) -> Option<f64> {
    let gains = values.iter().filter(|&&x| x > 0.0).count();
    let losses = values.iter().filter(|&&x| x < 0.0).count();
    ratio(count(gains), count(gains + losses))
}

/// Compound growth a year.
pub(crate) fn cagr(first: f64, last: f64, days: f64) -> Option<f64> {
    if days <= 0.0 {
        return None;
    }
    let growth = libm::pow(ratio(last, first)?, DAYS_A_YEAR / days) - 1.0;
    growth.is_finite().then_some(growth)
}

/// Mean over deviation, times the root of the periods a year. Risk-free rate 0.
pub(crate) fn sharpe(returns: &[f64], periods: f64) -> Option<f64> {
    Some(ratio(mean(returns)?, deviation(returns)?)? * periods.sqrt())
}

/// Lags of [`lo_sharpe`].
const LO_LAGS: usize = 6;

/// The annual Sharpe with Lo's correction for autocorrelation, truncated at six lags.
fn lo_sharpe(returns: &[f64]) -> Option<f64> {
    let mut divisor = DAYS_A_YEAR;
    for lag in 1..=LO_LAGS {
        divisor += 2.0 * (DAYS_A_YEAR - count(lag)) * autocorrelation(returns, lag)?;
    }
    ratio(sharpe(returns, 1.0)? * DAYS_A_YEAR, divisor.sqrt())
}

/// Pearson correlation of a series with itself some places on.
fn autocorrelation(returns: &[f64], lag: usize) -> Option<f64> {
    let pairs = returns.len().checked_sub(lag)?;
    let (before, after) = (&returns[..pairs], &returns[lag..]);
    ratio(
        covariance(before, after)?,
        deviation(before)? * deviation(after)?,
    )
}

/// What the smart ratios are divided by: 1 without autocorrelation of either sign, more with it. Undefined below three returns.
fn autocorr_penalty(returns: &[f64]) -> Option<f64> {
    if returns.len() < 3 {
        return None;
    }
    let rho = autocorrelation(returns, 1)?.abs();
    let n = count(returns.len());
    let (mut power, mut sum) = (1.0, 0.0);
    for lag in 1..returns.len() {
        power *= rho;
        sum += (n - count(lag)) / n * power;
    }
    Some((1.0 + 2.0 * sum).sqrt())
}

/// Sum of the returns over the ulcer index and the pitfall: the mean of the deepest twentieth of the daily drawdowns, in standard
/// deviations of the returns.
fn serenity_index(equity: &[f64], returns: &[f64]) -> Option<f64> {
    let mut depths = underwater(equity);
    if !depths.is_empty() {
        depths.remove(0);
    }
    depths.sort_by(f64::total_cmp);
    depths.truncate(depths.len() / 20);
    let pitfall = ratio(-mean(&depths)?, deviation(returns)?)?;
    ratio(returns.iter().sum(), ulcer_index(equity)? * pitfall)
}

/// Of every seventh sample: a cheap check on autocorrelation beside the daily one.
fn weekly_sharpe(equity: &[f64]) -> Option<f64> {
    let weekly: Vec<f64> = equity.iter().copied().step_by(7).collect();
    sharpe(&crate::analysis::daily::returns(&weekly), DAYS_A_YEAR / 7.0)
}

fn sortino(returns: &[f64]) -> Option<f64> {
    let squares: f64 = returns.iter().map(|x| x.min(0.0) * x.min(0.0)).sum();
    let downside = (squares / count(returns.len())).sqrt();
    Some(ratio(mean(returns)?, downside)? * DAYS_A_YEAR.sqrt())
}

fn omega_0(returns: &[f64]) -> Option<f64> {
    let gains: f64 = returns.iter().filter(|&&x| x > 0.0).sum();
    let losses: f64 = returns.iter().filter(|&&x| x < 0.0).sum();
    ratio(gains, losses.abs())
}

fn gain_to_pain(months: &[f64]) -> Option<f64> {
    let pain: f64 = months.iter().filter(|&&x| x < 0.0).sum();
    ratio(months.iter().sum(), pain.abs())
}

fn tail_ratio(returns: &[f64]) -> Option<f64> {
    ratio(
        quantile(returns, 0.95)?.abs(),
        quantile(returns, 0.05)?.abs(),
    )
}

/// Mean of the returns at or below the quantile.
fn mean_of_worst(returns: &[f64], share: f64) -> Option<f64> {
    let bound = quantile(returns, share)?;
    let worst: Vec<f64> = returns.iter().copied().filter(|&r| r <= bound).collect();
    mean(&worst)
}

/// Distance from the running peak at each sample, a negative fraction; the first sample is a peak.
#[must_use]
pub fn underwater(equity: &[f64]) -> Vec<f64> {
    let mut peak = f64::MIN;
    equity
        .iter()
        .map(|&value| {
            peak = peak.max(value);
            ratio(value, peak).map_or(0.0, |share| share - 1.0)
        })
        .collect()
}

/// The largest fall from a running peak in money.
fn deepest_fall(equity: &[f64]) -> f64 {
    let mut peak = f64::MIN;
    equity.iter().fold(0.0, |deepest: f64, &value| {
        peak = peak.max(value);
        deepest.max(peak - value)
    })
}

/// With n-1, as quantstats and jesse.
fn ulcer_index(equity: &[f64]) -> Option<f64> {
    let n = equity.len().checked_sub(1).filter(|&n| n >= 2)?;
    let squares: f64 = underwater(equity)[1..].iter().map(|d| d * d).sum();
    Some((squares / count(n - 1)).sqrt())
}

/// Every period under water, in time order, the open one included.
#[must_use]
pub fn drawdowns(equity: &[f64]) -> Vec<Drawdown> {
    let mut periods: Vec<Drawdown> = Vec::new();
    let mut open: Option<Drawdown> = None;
    let mut peak_index = 0;
    for (index, &value) in equity.iter().enumerate() {
        if value >= equity[peak_index] {
            if let Some(period) = open.take() {
                periods.push(Drawdown {
                    recovery_index: Some(index),
                    ..period
                });
            }
            peak_index = index;
            continue;
        }
        let depth = value / equity[peak_index] - 1.0;
        let period = open.get_or_insert(Drawdown {
            peak_index,
            trough_index: index,
            recovery_index: None,
            depth,
            days: 0,
        });
        period.days = index - peak_index;
        if depth < period.depth {
            period.depth = depth;
            period.trough_index = index;
        }
    }
    periods.extend(open);
    periods
}

fn deepest_five(mut periods: Vec<Drawdown>) -> Vec<Drawdown> {
    periods.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    periods.truncate(5);
    periods
}

/// Compounded daily returns by the month of their first sample.
fn monthly(daily: &Daily) -> Vec<MonthReturn> {
    let mut months: Vec<MonthReturn> = Vec::new();
    for (time, r) in daily.times.iter().zip(daily.returns()) {
        let (year, month) = time.year_month();
        match months.last_mut() {
            Some(last) if (last.year, last.month) == (year, month) => {
                last.value = (1.0 + last.value) * (1.0 + r) - 1.0;
            }
            _ => months.push(MonthReturn {
                year,
                month,
                value: r,
            }),
        }
    }
    months
}

fn yearly(months: &[MonthReturn]) -> Vec<YearReturn> {
    let mut years: Vec<YearReturn> = Vec::new();
    for month in months {
        match years.last_mut() {
            Some(last) if last.year == month.year => {
                last.value = (1.0 + last.value) * (1.0 + month.value) - 1.0;
            }
            _ => years.push(YearReturn {
                year: month.year,
                value: month.value,
            }),
        }
    }
    years
}
