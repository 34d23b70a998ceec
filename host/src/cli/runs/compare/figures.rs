//! Figures of runs side by side.

use super::Found;
use crate::analysis::format::{UNDEFINED, percent, plain, short};
use crate::runs::kept::Kept;

/// A figure of all runs, under its name in `summary.json`; `None` = undefined, or unknown to the host that made the run.
pub(super) struct Figure {
    pub name: String,
    pub values: Vec<Option<f64>>,
}

/// How a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Percent,
    Money,
    Count,
    Number,
}

/// What people look at first, in this order.
const MAIN: [(&str, &str, Form); 22] = [
    ("total_return", "return", Form::Percent),
    ("cagr", "CAGR", Form::Percent),
    ("excess_return", "over buy and hold", Form::Percent),
    ("finishing_balance", "equity at the end", Form::Money),
    ("sharpe", "Sharpe", Form::Number),
    ("sortino", "Sortino", Form::Number),
    ("calmar", "Calmar", Form::Number),
    ("volatility_annual", "volatility a year", Form::Percent),
    ("max_drawdown", "drawdown, daily", Form::Percent),
    (
        "max_drawdown_intraday",
        "drawdown, by the minute",
        Form::Percent,
    ),
    ("max_underwater_days", "days under water", Form::Count),
    ("trades_total", "trades", Form::Count),
    ("win_rate", "win rate", Form::Percent),
    ("profit_factor", "profit factor", Form::Number),
    ("expectancy", "expectancy", Form::Money),
    ("average_win", "average win", Form::Money),
    ("average_loss", "average loss", Form::Money),
    ("largest_loss", "largest loss", Form::Money),
    ("max_losing_streak", "losses in a row", Form::Count),
    ("exposure_time", "time in closed trades", Form::Percent),
    ("fees", "fees", Form::Money),
    ("funding", "funding", Form::Money),
];

/// Money of the whole account, open positions included: exact text at the top of `summary.json`.
const ACCOUNT: [&str; 2] = ["fees", "funding"];

/// Figures of `metrics` that are numbers in one of the runs, in the order of the alphabet, and those of the account.
pub(super) fn figures(runs: &[(Found, Kept)]) -> Vec<Figure> {
    let metrics: Vec<_> = runs
        .iter()
        .map(|(_, kept)| kept.summary["metrics"].as_object())
        .collect();
    let all = metrics.iter().flatten();
    let mut names: Vec<&String> = all.flat_map(|metrics| metrics.keys()).collect();
    names.sort();
    names.dedup();
    let figure = |name: &String| Figure {
        values: metrics
            .iter()
            .map(|metrics| metrics.as_ref()?.get(name)?.as_f64())
            .collect(),
        name: name.clone(),
    };
    let of_account = |name: &&str| {
        let value = |(_, kept): &(Found, Kept)| kept.summary[*name].as_str()?.parse().ok();
        Figure {
            name: (*name).to_owned(),
            values: runs.iter().map(value).collect(),
        }
    };
    let figures = names.into_iter().map(figure);
    figures
        .chain(ACCOUNT.iter().map(of_account))
        .filter(|figure| figure.values.iter().any(Option::is_some))
        .collect()
}

/// The figures people look at first, with their words and forms.
pub(super) fn main(figures: &[Figure]) -> Vec<(&'static str, Form, &Figure)> {
    let named = |(name, words, form): (&str, &'static str, Form)| {
        let figure = figures.iter().find(|figure| figure.name == name)?;
        Some((words, form, figure))
    };
    MAIN.into_iter().filter_map(named).collect()
}

impl Figure {
    /// What each run but the first has more than that.
    pub(super) fn differences(&self) -> Vec<Option<f64>> {
        let first = self.values.first().copied().flatten();
        let difference = |value: &Option<f64>| Some((*value)? - first?);
        self.values.iter().skip(1).map(difference).collect()
    }
}

impl Form {
    pub(super) fn show(self, value: Option<f64>) -> String {
        let Some(value) = value else {
            return UNDEFINED.to_owned();
        };
        match self {
            Self::Percent => percent(Some(value)),
            Self::Money => plain(value, 2),
            Self::Count => plain(value, 0),
            Self::Number => short(value),
        }
    }

    /// The same with its sign; `0` where nothing is left of it.
    pub(super) fn show_difference(self, value: Option<f64>) -> String {
        let text = self.show(value);
        match value {
            Some(more) if more > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) => {
                format!("+{text}")
            }
            _ => text,
        }
    }
}
