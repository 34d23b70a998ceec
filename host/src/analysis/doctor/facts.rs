//! What the doctor judges of one run: plain numbers, kept with the run, so that it can be judged again without running it.

use serde::{Deserialize, Serialize};

use crate::analysis::alternatives::looks_for_ambiguity;
use crate::analysis::daily::Daily;
use crate::analysis::metrics::Metrics;
use crate::analysis::returns::underwater;
use crate::analysis::stats::{count, ratio};
use crate::analysis::summary::trades_perpetuals;
use crate::analysis::trades::Tally;
use crate::domain::{Cash, Timeframe, Timestamp};
use crate::engine::AccountPoint;
use crate::runs::{Gap, RunResult};

/// Everything the checks look at, of one strategy. `None` = undefined, or not known.
///
/// **Units**: money in `currency`, rates and shares as fractions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// What the strategy is called.
    pub strategy: String,
    /// Length of a base candle.
    pub base_minutes: i64,
    /// SHA-256 of the component.
    pub component: String,
    /// Fingerprint of the candles.
    pub dataset: String,
    /// Currency of the account.
    pub currency: String,
    /// Money at the start.
    pub start: f64,
    /// Equity at the end - money at the start.
    pub net_profit: f64,
    /// Trades, flat to flat.
    pub trades: u64,
    /// Those with a profit after costs.
    pub winners: u64,
    /// Those with a loss.
    pub losers: u64,
    /// Their mean profit.
    pub average_win: Option<f64>,
    /// Their mean loss, positive.
    pub average_loss: Option<f64>,
    /// The largest net profit of one trade.
    pub best_trade: Option<f64>,
    /// The calendar month that earned most.
    pub best_month: Option<Month>,
    /// Trades with a fill in an ambiguous candle; `None` where the run did not look for them.
    pub ambiguous_trades: Option<u64>,
    /// The distribution of the daily returns; `None` where they do not vary.
    pub returns: Option<Returns>,
    /// Days from the first to the last sample.
    pub days: f64,
    /// Daily samples below an earlier one, a fraction; `None` below two samples.
    pub under_water: Option<f64>,
    /// The longest stretch of them, days.
    pub longest_under_water: u64,
    /// Is a perpetual traded.
    pub perpetual: bool,
    /// Liquidations, parts of positions one by one.
    pub liquidations: u64,
    /// Lost by them, positive.
    pub liquidation_loss: f64,
    /// Stops accepted beyond the liquidation price of their position.
    pub stops_behind: u64,
    /// Candles that are there, a fraction: of the symbol that has fewest.
    pub coverage: f64,
    /// The longest gap in which a position of its symbol was open.
    pub longest_open_gap: Option<OpenGap>,
    /// Are funding rates taken from data.
    pub has_funding: bool,
    /// Payments of funding.
    pub funding_payments: u64,
    /// Those whose rate was a substitute.
    pub funding_substituted: u64,
    /// The largest share of a candle's volume that own fills took.
    pub largest_share: Option<f64>,
    /// When and of what: `2024-03-01 10:00, BTC/USDT:USDT`.
    pub largest_share_at: Option<String>,
    /// Candles with own fills and no volume.
    pub fills_without_volume: u64,
    /// What makes the data less than real, a phrase each.
    pub data_kinds: Vec<String>,
    /// Most initial margin in use, a fraction of the equity.
    pub peak_margin_use: Option<f64>,
}

/// A calendar month of the account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Month {
    /// `2024-03`.
    pub name: String,
    /// What the equity gained in it.
    pub profit: f64,
    /// Months of the run.
    pub of: u64,
}

/// Figures of the daily returns, none of them annual.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Returns {
    /// How many.
    pub n: u64,
    /// Mean over standard deviation.
    pub sharpe: f64,
    /// Skewness.
    pub skew: f64,
    /// Kurtosis (Pearson).
    pub kurtosis: f64,
}

/// Missing candles while a position was open.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OpenGap {
    /// The symbol.
    pub symbol: String,
    /// First missing minute.
    pub from: String,
    /// How long.
    pub minutes: u64,
}

impl Facts {
    /// Those of a run with its figures.
    #[must_use]
    pub fn of(run: &RunResult, metrics: &Metrics) -> Self {
        let c = &run.configuration;
        let observed = &run.observed;
        let (r, t) = (&metrics.returns, &metrics.trades);
        let tally = Tally::of(&observed.trades);
        let ambiguous = observed.trades.iter().filter(|t| t.ambiguous);
        let funding = observed.funding_sums();
        let largest = run.capacity.largest;
        let daily = Daily::of_account(&run.samples);
        Self {
            strategy: c.called.clone().unwrap_or(c.component.name.clone()),
            base_minutes: c.dataset.base.minutes(),
            component: c.component.sha256.clone(),
            dataset: c.dataset.fingerprint.clone(),
            currency: c.currency.clone(),
            start: c.starting_balance.to_f64(),
            net_profit: (run.last_account().equity - c.starting_balance).to_f64(),
            trades: observed.trades.len() as u64,
            winners: tally.wins as u64,
            losers: tally.losses as u64,
            average_win: t.average_win,
            average_loss: t.average_loss,
            best_trade: observed
                .trades
                .iter()
                .map(|t| t.net)
                .max()
                .map(Cash::to_f64),
            best_month: best_month(&run.samples, &daily),
            ambiguous_trades: looks_for_ambiguity(run).then(|| ambiguous.count() as u64),
            returns: returns(metrics),
            days: r.days,
            under_water: under_water(&daily),
            longest_under_water: r.max_underwater_days as u64,
            perpetual: trades_perpetuals(run),
            liquidations: observed.liquidations.len() as u64,
            liquidation_loss: observed.liquidation_loss().to_f64(),
            stops_behind: observed.stops_behind.len() as u64,
            coverage: coverage(run),
            longest_open_gap: longest_open_gap(run),
            has_funding: c.dataset.funding.is_from_data(),
            funding_payments: funding.payments,
            funding_substituted: funding.substituted,
            largest_share: largest.map(|taken| taken.share),
            largest_share_at: largest
                .map(|taken| format!("{}, {}", taken.time, run.symbol(taken.instrument))),
            fills_without_volume: run.capacity.without_volume,
            data_kinds: data_kinds(run),
            peak_margin_use: run.leverage.margin_use_peak,
        }
    }
}

/// The month with the largest gain in money, exact: a day belongs to the month it begins in.
fn best_month(samples: &[AccountPoint], daily: &Daily) -> Option<Month> {
    let mut months: Vec<(String, Cash)> = Vec::new();
    let ends = daily.indices.iter().zip(daily.indices.iter().skip(1));
    for (&from, &to) in ends {
        let name = samples[from].time.to_string()[..7].to_owned();
        // After ruin there is nothing, however much is owed.
        let equity = |index: usize| samples[index].equity.max(Cash::ZERO);
        let gain = equity(to) - equity(from);
        match months.last_mut() {
            Some((month, sum)) if *month == name => *sum += gain,
            _ => months.push((name, gain)),
        }
    }
    let of = months.len() as u64;
    // Of equal ones the first.
    let best = months.into_iter().rev().max_by_key(|(_, gain)| *gain)?;
    Some(Month {
        name: best.0,
        profit: best.1.to_f64(),
        of,
    })
}

fn returns(metrics: &Metrics) -> Option<Returns> {
    let r = &metrics.returns;
    Some(Returns {
        n: (r.days_up + r.days_flat + r.days_down) as u64,
        sharpe: r.sharpe_per_period?,
        skew: r.skew?,
        kurtosis: r.kurtosis?,
    })
}

/// Daily samples below an earlier one, a fraction of those that have an earlier one.
fn under_water(daily: &Daily) -> Option<f64> {
    let below = underwater(&daily.equity).into_iter().filter(|d| *d < 0.0);
    ratio(
        count(below.count()),
        count(daily.equity.len().checked_sub(1)?),
    )
}

/// Of the symbol whose data is worst.
fn coverage(run: &RunResult) -> f64 {
    let dataset = &run.configuration.dataset;
    let each = dataset.coverages.iter().copied();
    each.fold(dataset.coverage, f64::min)
}

/// The longest gap in the data of a symbol with a position in it: nobody knows what the price did, and no stop was watched.
fn longest_open_gap(run: &RunResult) -> Option<OpenGap> {
    let trades = run.observed.trades.iter();
    let closed = trades.map(|t| (t.instrument, t.entry_time, t.exit_time));
    let open = run.open_positions.iter();
    let open = open.map(|p| (p.instrument, p.opened_at, Timestamp(i64::MAX)));
    let held: Vec<_> = closed.chain(open).collect();
    let is_held = |gap: &&Gap| {
        held.iter().any(|(instrument, from, to)| {
            *instrument == gap.instrument && *from < gap.to && *to > gap.from
        })
    };
    let mut gaps: Vec<&Gap> = run.configuration.dataset.gaps.iter().collect();
    gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.minutes), gap.from, gap.instrument));
    gaps.into_iter().find(is_held).map(|gap| OpenGap {
        symbol: run.symbol(gap.instrument),
        from: gap.from.to_string(),
        minutes: gap.minutes,
    })
}

fn data_kinds(run: &RunResult) -> Vec<String> {
    let c = &run.configuration;
    let dataset = &c.dataset;
    let mut kinds = Vec::new();
    if dataset.synthetic {
        kinds.push("a synthetic market".to_owned());
    }
    if dataset.market == "spot" && dataset.traded_as.as_deref() == Some("perp") {
        kinds.push("spot candles as a perpetual".to_owned());
    }
    let assumed = c.instruments.iter().filter(|i| i.assumed);
    let assumed: Vec<&str> = assumed.map(|i| i.symbol.as_str()).collect();
    if !assumed.is_empty() {
        kinds.push(format!("assumed instrument rules ({})", assumed.join(", ")));
    }
    if dataset.base != Timeframe::M1 {
        kinds.push(format!("base candles of {}", dataset.base));
    }
    kinds
}
