//! All trials as a table: one row a trial, one column a parameter and a figure. Absent numbers are null, absent text is empty.

use crate::data::table::Column;
use crate::domain::ParameterValue;
use crate::optimize::{Figures, Ranking, Space, Trial, Verdict};
use crate::runs::tables::Columns;
use crate::strategy::parameters::show;

/// A figure by name.
type Figure = (&'static str, fn(&Figures) -> Option<f64>);

const FIGURES: [Figure; 14] = [
    ("value", |f| f.value),
    ("net_profit", |f| Some(f.net_profit)),
    ("total_return", |f| f.total_return),
    ("cagr", |f| f.cagr),
    ("max_drawdown", |f| f.max_drawdown),
    ("sharpe", |f| f.sharpe),
    ("sharpe_per_period", |f| f.sharpe_per_period),
    ("smart_sharpe", |f| f.smart_sharpe),
    ("sortino", |f| f.sortino),
    ("calmar", |f| f.calmar),
    ("profit_factor", |f| f.profit_factor),
    ("win_rate", |f| f.win_rate),
    ("expectancy", |f| f.expectancy),
    ("fees_paid", |f| Some(f.fees_paid)),
];

/// The columns of `trials.parquet`, in the order of the trials.
#[must_use]
pub fn columns(trials: &[Trial], space: &Space) -> Columns {
    let mut ranks = vec![None; trials.len()];
    for (rank, trial) in (1..).zip(&Ranking::of(trials).trials) {
        let index = usize::try_from(trial.number).expect("the number of a trial there is");
        ranks[index] = Some(rank);
    }
    let verdict = |of: fn(&Verdict) -> Option<f64>| {
        Column::OptF64(
            trials
                .iter()
                .map(|t| t.verdict.as_ref().and_then(of))
                .collect(),
        )
    };
    let mut columns: Columns = Vec::new();
    let mut push = |name: &str, column| columns.push((name.to_owned(), column));
    push(
        "number",
        Column::I64(trials.iter().map(|t| signed(t.number)).collect()),
    );
    push("state", text(trials, |t| t.state.name().to_owned()));
    let same_as = trials.iter().map(|t| t.same_as.map(signed)).collect();
    push("same_as", Column::OptI64(same_as));
    push("rank", Column::OptI64(ranks));
    push(
        "score",
        Column::OptF64(trials.iter().map(|t| t.score).collect()),
    );
    push(
        "accepted",
        Column::Bool(trials.iter().map(Trial::accepted).collect()),
    );
    push("reasons", text(trials, reasons));
    push("gap", verdict(|v| v.gap));
    push(
        "message",
        text(trials, |t| t.message.clone().unwrap_or_default()),
    );
    for (index, axis) in space.axes().iter().enumerate() {
        push(&format!("param_{}", axis.name), parameter(trials, index));
    }
    type Window = fn(&Trial) -> Option<&Figures>;
    let windows: [(&str, Window); 2] = [
        ("train", |t| t.train.as_ref()),
        ("test", |t| t.test.as_ref()),
    ];
    for (window, of) in windows {
        let counts = trials
            .iter()
            .map(|t| of(t).map(|f| signed(f.trades)))
            .collect();
        push(&format!("{window}_trades"), Column::OptI64(counts));
        for (name, figure) in FIGURES {
            let values = trials.iter().map(|t| of(t).and_then(figure)).collect();
            push(&format!("{window}_{name}"), Column::OptF64(values));
        }
    }
    columns
}

/// `train_trades, test_ratio`; empty for accepted trials and those that did not run through.
#[must_use]
pub fn reasons(trial: &Trial) -> String {
    let reasons = trial.verdict.iter().flat_map(|v| &v.reasons);
    let names: Vec<&str> = reasons.map(|reason| reason.name()).collect();
    names.join(", ")
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).expect("numbers of trials stay small")
}

fn text(trials: &[Trial], of: impl Fn(&Trial) -> String) -> Column {
    Column::Text(trials.iter().map(of).collect())
}

/// Numbers as numbers, everything else as people write it.
fn parameter(trials: &[Trial], index: usize) -> Column {
    let values = || trials.iter().map(|t| &t.parameters[index].1);
    let ints: Option<Vec<i64>> = values()
        .map(|value| match value {
            ParameterValue::Int(v) => Some(i64::from(*v)),
            _ => None,
        })
        .collect();
    let floats = || -> Option<Vec<f64>> {
        values()
            .map(|value| match value {
                ParameterValue::Float(v) => Some(*v),
                _ => None,
            })
            .collect()
    };
    match (ints, floats()) {
        (Some(ints), _) => Column::I64(ints),
        (None, Some(floats)) => Column::F64(floats),
        (None, None) => Column::Text(values().map(show).collect()),
    }
}
