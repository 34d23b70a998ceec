//! What the page's charts and its trade list are drawn from.

use serde::Serialize;

use crate::analysis::report::PriceChart;
use crate::analysis::returns::underwater;
use crate::analysis::trades::return_on_equity;
use crate::domain::{Cash, Direction, Timestamp};
use crate::engine::{Marker, Pane, Plot, PlotStyle};
use crate::ledger::PostingKind;
use crate::runs::RunResult;

/// More points than this no screen can show.
pub(super) const EQUITY_POINTS: usize = 4_000;

#[derive(Serialize)]
pub(super) struct Data {
    currency: String,
    symbols: Vec<String>,
    /// Do the tags say anything.
    tags: bool,
    equity: Equity,
    costs: Costs,
    charts: Vec<Chart>,
    trades: Vec<TradeRow>,
    marks: Vec<(i64, &'static str, String)>,
}

/// Columns over the same moments.
#[derive(Serialize)]
struct Equity {
    t: Vec<i64>,
    v: Vec<f64>,
    hold: Option<Vec<f64>>,
    dd: Vec<f64>,
}

/// What fees and funding did to the wallet so far, at the moments of [`Equity`].
#[derive(Serialize)]
struct Costs {
    fees: Vec<f64>,
    funding: Vec<f64>,
}

#[derive(Serialize)]
struct Chart {
    symbol: u32,
    name: String,
    timeframe: &'static str,
    decimals: usize,
    t: Vec<i64>,
    o: Vec<f64>,
    h: Vec<f64>,
    l: Vec<f64>,
    c: Vec<f64>,
    plots: Vec<PlotData>,
}

/// A plotted series on the candles of its chart: one value a candle.
#[derive(Serialize)]
struct PlotData {
    name: String,
    pane: &'static str,
    style: &'static str,
    v: Vec<Option<f64>>,
}

/// Symbol, is it long, entry, exit, quantity, entry price, exit price, net, share of equity, exit reason, tag, ambiguous,
/// funding. The order is the one report.js reads.
type TradeRow = (
    u32,
    bool,
    i64,
    i64,
    String,
    String,
    String,
    f64,
    Option<f64>,
    &'static str,
    u32,
    bool,
    f64,
);

impl Data {
    pub(super) fn of(run: &RunResult, hold: Option<&[f64]>, charts: &[PriceChart<'_>]) -> Self {
        let trades = &run.observed.trades;
        let equity = equity(run, hold);
        Self {
            currency: run.configuration.currency.clone(),
            symbols: run
                .configuration
                .instruments
                .iter()
                .map(|i| i.symbol.clone())
                .collect(),
            tags: trades.iter().any(|t| t.tag != 0),
            costs: Costs {
                fees: added_up(run, PostingKind::Fee, &equity.t),
                funding: added_up(run, PostingKind::Funding, &equity.t),
            },
            equity,
            charts: charts
                .iter()
                .enumerate()
                .map(|(index, c)| chart(run, c, index == 0))
                .collect(),
            trades: trade_rows(run),
            marks: run
                .telemetry
                .marks
                .iter()
                .map(|mark| (before(mark.time), marker(mark.marker), mark.text.clone()))
                .collect(),
        }
    }
}

pub(super) fn seconds(time: Timestamp) -> i64 {
    time.0.div_euclid(1_000)
}

/// Something known at a close belongs to the candle that closed.
fn before(close: Timestamp) -> i64 {
    seconds(close.plus_ms(-1))
}

fn marker(marker: Marker) -> &'static str {
    match marker {
        Marker::Up => "up",
        Marker::Down => "down",
        Marker::Circle => "circle",
        Marker::Square => "square",
        Marker::Text => "text",
    }
}

/// So many decimals are drawn; fewer digits make a smaller page.
pub(super) fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}

fn equity(run: &RunResult, hold: Option<&[f64]>) -> Equity {
    let values: Vec<f64> = run.samples.iter().map(|s| s.equity.to_f64()).collect();
    let falls = underwater(&values);
    let start = values.first().copied().unwrap_or_default();
    let kept = extremes(&values, EQUITY_POINTS);
    let pick = |column: &dyn Fn(usize) -> f64, scale| {
        kept.iter().map(|&i| rounded(column(i), scale)).collect()
    };
    Equity {
        t: kept.iter().map(|&i| seconds(run.samples[i].time)).collect(),
        v: pick(&|i| values[i], 100.0),
        hold: hold
            .filter(|h| h.len() == values.len())
            .map(|h| pick(&|i| start * h[i], 100.0)),
        dd: pick(&|i| falls[i], 1e6),
    }
}

/// The sum of one kind of posting before each of these moments, in seconds.
fn added_up(run: &RunResult, kind: PostingKind, times: &[i64]) -> Vec<f64> {
    let mut postings = run
        .observed
        .postings
        .iter()
        .filter(|p| p.kind == kind)
        .peekable();
    let mut sum = Cash::ZERO;
    times
        .iter()
        .enumerate()
        .map(|(index, &time)| {
            // The last moment is the end: nothing comes after it.
            let is_last = index + 1 == times.len();
            while let Some(posting) = postings.next_if(|p| is_last || seconds(p.time) < time) {
                sum += posting.amount;
            }
            rounded(sum.to_f64(), 100.0)
        })
        .collect()
}

/// The places of the lowest and the highest value of each of `limit / 2` stretches, with both ends: what a line through all
/// of them would look like.
pub(crate) fn extremes(values: &[f64], limit: usize) -> Vec<usize> {
    if values.len() <= limit {
        return (0..values.len()).collect();
    }
    let stretch = values.len().div_ceil(limit / 2);
    let mut kept = vec![0];
    for start in (0..values.len()).step_by(stretch) {
        let places = start..(start + stretch).min(values.len());
        let lowest = places
            .clone()
            .min_by(|&a, &b| values[a].total_cmp(&values[b]));
        let highest = places.max_by(|&a, &b| values[a].total_cmp(&values[b]));
        kept.extend(lowest.into_iter().chain(highest));
    }
    kept.push(values.len() - 1);
    kept.sort_unstable();
    kept.dedup();
    kept
}

fn chart(run: &RunResult, chart: &PriceChart<'_>, first: bool) -> Chart {
    let instrument = run.configuration.instruments.get(chart.instrument as usize);
    let decimals = instrument.map_or(2, |i| {
        i.tick
            .to_string()
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len())
    });
    let column = |price: fn(&crate::domain::Candle) -> crate::domain::Price| {
        chart.candles.iter().map(|c| price(c).to_f64()).collect()
    };
    Chart {
        symbol: chart.instrument,
        name: run.symbol(chart.instrument),
        timeframe: chart.timeframe.name(),
        decimals,
        t: chart.candles.iter().map(|c| seconds(c.open_time)).collect(),
        o: column(|c| c.open),
        h: column(|c| c.high),
        l: column(|c| c.low),
        c: column(|c| c.close),
        plots: if first {
            run.telemetry.plots.iter().map(|p| plot(p, chart)).collect()
        } else {
            vec![]
        },
    }
}

/// The last value known within each candle.
fn plot(plot: &Plot, chart: &PriceChart<'_>) -> PlotData {
    let mut values = vec![None; chart.candles.len()];
    for (time, value) in &plot.points {
        let known = time.plus_ms(-1);
        let after = chart.candles.partition_point(|c| c.open_time <= known);
        if let Some(place) = after.checked_sub(1) {
            values[place] = value.is_finite().then(|| significant(*value));
        }
    }
    PlotData {
        name: plot.name.clone(),
        pane: match plot.pane {
            Pane::Price => "price",
            Pane::Panel => "panel",
        },
        style: match plot.style {
            PlotStyle::Line => "line",
            PlotStyle::Step => "step",
            PlotStyle::Histogram => "histogram",
            PlotStyle::Dots => "dots",
        },
        v: values,
    }
}

/// Seven significant digits are more than a chart shows.
fn significant(value: f64) -> f64 {
    format!("{value:.6e}").parse().unwrap_or(value)
}

fn trade_rows(run: &RunResult) -> Vec<TradeRow> {
    run.observed
        .trades
        .iter()
        .map(|t| {
            (
                t.instrument,
                t.direction == Direction::Long,
                seconds(t.entry_time),
                seconds(t.exit_time),
                t.qty.to_string(),
                t.entry_price.to_string(),
                t.exit_price.to_string(),
                rounded(t.net.to_f64(), 100.0),
                return_on_equity(t).map(|share| rounded(share, 1e6)),
                t.exit_cause.name(),
                t.tag,
                t.ambiguous,
                rounded(t.funding.to_f64(), 100.0),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_ends_and_extremes() {
        let mut values: Vec<f64> = (0..10_000).map(f64::from).collect();
        values[4_321] = -7.0;
        values[8_765] = 99_999.0;
        let kept = extremes(&values, 100);
        assert!(kept.len() <= 102, "{}", kept.len());
        for place in [0, 4_321, 8_765, 9_999] {
            assert!(kept.contains(&place), "{place}");
        }
        assert_eq!(extremes(&values, 20_000).len(), 10_000);
    }
}
