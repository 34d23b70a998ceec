//! What a study keeps of a run: few numbers, so that memory does not grow with what the runs did.

use serde::{Deserialize, Serialize};

use crate::analysis::daily::{DAY_MS, Daily};
use crate::analysis::returns::ReturnMetrics;
use crate::analysis::stats;
use crate::analysis::trades::{TradeInputs, TradeMetrics};
use crate::backtest::SoFar;
use crate::domain::Timestamp;
use crate::engine::AccountPoint;
use crate::ledger::Trade;

/// Everything an objective may ask about a run, or about one on its way.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// Of the daily equity.
    pub returns: ReturnMetrics,
    /// The daily returns themselves.
    pub daily_returns: Vec<f64>,
    /// Of the closed trades, without what needs fills.
    pub trades: TradeMetrics,
    /// The closed trades.
    pub closed: &'a [Trade],
    /// Start and end.
    pub span: (Timestamp, Timestamp),
}

impl<'a> Sheet<'a> {
    /// The figures of a run up to its last sample.
    #[must_use]
    pub fn of(run: SoFar<'a>) -> Self {
        let daily = Daily::of_account(run.samples);
        let (first, last) = (run.samples.first(), run.samples.last());
        let time = |point: Option<&AccountPoint>| point.map_or(Timestamp(0), |p| p.time);
        let span = (time(first), time(last));
        Self {
            trades: TradeMetrics::of(&TradeInputs {
                trades: run.trades,
                fills: &[],
                open: &[],
                span,
                starting_balance: first.map_or(0.0, |point| point.equity.to_f64()),
                mean_equity: stats::mean(&daily.equity),
            }),
            returns: ReturnMetrics::of(&daily),
            daily_returns: daily.returns(),
            closed: run.trades,
            span,
        }
    }

    /// Whole days from start to end, at least one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "days of a run")]
    pub fn whole_days(&self) -> f64 {
        ((self.span.1.0 - self.span.0.0) / DAY_MS).max(1) as f64
    }
}

/// Figures of one window of a trial. Names and units of `metrics.md`; null = undefined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "defined in metrics.md under the same names")]
pub struct Figures {
    /// The objective's own figure, before trades are counted: a ratio, an amount or a loss.
    pub value: Option<f64>,
    pub trades: u64,
    pub net_profit: f64,
    pub total_return: Option<f64>,
    pub cagr: Option<f64>,
    pub max_drawdown: Option<f64>,
    pub sharpe: Option<f64>,
    pub sharpe_per_period: Option<f64>,
    pub smart_sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
    pub profit_factor: Option<f64>,
    pub win_rate: Option<f64>,
    pub expectancy: Option<f64>,
    pub fees_paid: f64,
    pub days: f64,
}

impl Figures {
    /// What is kept of a sheet beside the objective's figure.
    #[must_use]
    pub fn of(sheet: &Sheet<'_>, value: Option<f64>) -> Self {
        let (r, t) = (&sheet.returns, &sheet.trades);
        Self {
            value,
            trades: t.trades_total as u64,
            net_profit: r.net_profit,
            total_return: r.total_return,
            cagr: r.cagr,
            max_drawdown: r.max_drawdown,
            sharpe: r.sharpe,
            sharpe_per_period: r.sharpe_per_period,
            smart_sharpe: r.smart_sharpe,
            sortino: r.sortino,
            calmar: r.calmar,
            profit_factor: t.profit_factor,
            win_rate: t.win_rate,
            expectancy: t.expectancy,
            fees_paid: t.fees_paid,
            days: r.days,
        }
    }
}
