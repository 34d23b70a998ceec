//! The charts of one run, from plain series: of a run that has just ended or of a folder that was kept.

use crate::analysis::daily::Daily;
use crate::analysis::picture::months::months;
use crate::analysis::picture::scatter::{by_adverse, by_holding};
use crate::analysis::picture::spread::daily_returns;
use crate::analysis::picture::{Curve, Shape, chart, curves};
use crate::analysis::returns::{ReturnMetrics, underwater};
use crate::domain::{Direction, Timestamp};

/// What the charts of a run are drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFacts {
    /// Whose charts they are: `sma_cross on BTC/USDT:USDT 1h`.
    pub title: String,
    /// Currency of the account.
    pub currency: String,
    /// Equity in time order, at the start, at each hour's close and at the end: the series of `equity.parquet`.
    pub equity: Vec<(Timestamp, f64)>,
    /// Value of one unit of money bought and held, at the same moments: `benchmark::buy_and_hold` of the marks. `None` where a symbol
    /// has no price at the start.
    pub hold: Option<Vec<f64>>,
    /// Closed trades.
    pub trades: Vec<TradeFact>,
}

/// What is drawn of a closed trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradeFact {
    /// Long or short.
    pub direction: Direction,
    /// Seconds from entry to exit: `trades::holding_seconds`.
    pub held_seconds: f64,
    /// Net over the equity at entry, a fraction; `None` where that is undefined.
    pub result: Option<f64>,
    /// Worst price against the entry, a fraction at or below 0: `trades::Excursion::adverse`.
    pub adverse: f64,
}

/// Names, as of files, and SVG of 1200 pixels' width: `equity` with buying and holding, `drawdown`, `months`, `trades` over the time they
/// were held, `excursions` (over the worst price before the exit) and `returns` (how those of days are spread).
#[must_use]
pub fn run_charts(facts: &RunFacts) -> Vec<(&'static str, String)> {
    let title = |what: &str| format!("{}: {what}", facts.title);
    let daily = Daily::of(&facts.equity);
    let figures = ReturnMetrics::of(&daily);
    let trades = &facts.trades;
    vec![
        ("equity", equity(&title("equity"), facts)),
        (
            "drawdown",
            drawdown(&title("below the highest equity so far"), facts),
        ),
        ("months", months(&title("returns of months, %"), &figures)),
        (
            "trades",
            by_holding(&title("trades, % of the equity at entry"), trades),
        ),
        (
            "excursions",
            by_adverse(&title("trades, % of the equity at entry"), trades),
        ),
        (
            "returns",
            daily_returns(&title("returns of days"), &daily.returns()),
        ),
    ]
}

fn equity(title: &str, facts: &RunFacts) -> String {
    let mut lines = vec![Curve {
        name: "equity".to_owned(),
        points: facts.equity.clone(),
    }];
    if let (Some((_, start)), Some(hold)) = (facts.equity.first(), &facts.hold) {
        let held = facts.equity.iter().zip(hold);
        lines.push(Curve {
            name: "buy and hold".to_owned(),
            points: held
                .map(|((time, _), value)| (*time, start * value))
                .collect(),
        });
    }
    curves(title, &facts.currency, &lines)
}

fn drawdown(title: &str, facts: &RunFacts) -> String {
    let values: Vec<f64> = facts.equity.iter().map(|p| p.1).collect();
    let times = facts.equity.iter().map(|p| p.0);
    let falls = underwater(&values).into_iter().map(|fall| fall * 100.0);
    let line = Curve {
        name: "drawdown".to_owned(),
        points: times.zip(falls).collect(),
    };
    chart(title, "%", &[line], Shape::FilledToZero)
}
