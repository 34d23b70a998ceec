//! The price charts: candles, base candles around the fills, the strategy's own series and signs.

use serde::Serialize;

use crate::analysis::report::data::seconds;
use crate::analysis::report::packed::{self, Packed};
use crate::domain::{Candle, MINUTE_MS, Timeframe, Timestamp};
use crate::engine::{Marker, Pane, Plot, PlotStyle};
use crate::runs::RunResult;

/// Base candles of all charts together, as text of the page: 3 MiB.
const MOST_DETAIL_BYTES: usize = 3 << 20;

/// Points of all plotted series together: about 2 MiB of the page.
const MOST_PLOT_POINTS: usize = 300_000;

/// Candles of one instrument for the price chart.
#[derive(Debug, Clone, Copy)]
pub struct PriceChart<'a> {
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Length of one of these candles.
    pub timeframe: Timeframe,
    /// The candles in time order.
    pub candles: &'a [Candle],
    /// Shorter candles around the fills; `None` where there are no shorter ones.
    pub around: Option<AroundFills<'a>>,
}

/// Base candles around the fills of one instrument.
#[derive(Debug, Clone, Copy)]
pub struct AroundFills<'a> {
    /// Length of one of them.
    pub timeframe: Timeframe,
    /// Candles before and after each fill.
    pub reach: u32,
    /// Fills without any, because there are too many.
    pub left_out: u64,
    /// The candles in time order.
    pub candles: &'a [Candle],
}

#[derive(Serialize)]
pub(super) struct Chart {
    symbol: u32,
    name: String,
    decimals: usize,
    main: Candles,
    around: Option<Candles>,
    /// What is shown of the minutes, one sentence.
    said: String,
    plots: Vec<PlotData>,
}

#[derive(Serialize)]
struct Candles {
    timeframe: &'static str,
    /// Length in seconds.
    step: i64,
    /// Start of the first, seconds since 1970 UTC.
    start: i64,
    count: usize,
    /// Of the prices, in 1e-8.
    unit: i64,
    packed: String,
}

/// A plotted series on the candles of its chart: the places of its points, each since the one before, and their values.
#[derive(Serialize)]
struct PlotData {
    name: String,
    pane: &'static str,
    style: &'static str,
    count: usize,
    places: String,
    values: String,
}

/// A sign of the strategy: second, kind, text.
pub(super) type MarkData = (i64, &'static str, String);

/// All charts; the first one has the plots.
pub(super) fn charts(run: &RunResult, charts: &[PriceChart<'_>]) -> Vec<Chart> {
    let budget = MOST_DETAIL_BYTES / charts.len().max(1);
    charts
        .iter()
        .enumerate()
        .map(|(index, drawn)| chart(run, drawn, index == 0, budget))
        .collect()
}

/// The signs in order.
pub(super) fn marks(run: &RunResult) -> Vec<MarkData> {
    run.telemetry
        .marks
        .iter()
        .map(|mark| {
            // What is known at a close belongs to the candle that closed.
            let time = seconds(mark.time.plus_ms(-1));
            (time, marker(mark.marker), mark.text.clone())
        })
        .collect()
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

fn chart(run: &RunResult, chart: &PriceChart<'_>, first: bool, budget: usize) -> Chart {
    let (main, _) = candles(chart.timeframe, chart.candles);
    let (around, said) = around(chart, budget);
    Chart {
        symbol: chart.instrument,
        name: run.symbol(chart.instrument),
        decimals: decimals(run, chart.instrument),
        main,
        around,
        said,
        plots: if first {
            plots(&run.telemetry.plots, chart)
        } else {
            vec![]
        },
    }
}

/// Decimals of a price of this instrument.
pub(super) fn decimals(run: &RunResult, instrument: u32) -> usize {
    let found = run.configuration.instruments.get(instrument as usize);
    found.map_or(2, |i| {
        let tick = i.tick.to_string();
        tick.split_once('.').map_or(0, |(_, digits)| digits.len())
    })
}

/// As they stand in the page, and how many bytes that takes.
fn candles(timeframe: Timeframe, candles: &[Candle]) -> (Candles, usize) {
    let length_ms = timeframe.minutes() * MINUTE_MS;
    let (unit, packed) = packed::candles(candles, length_ms);
    let drawn = Candles {
        timeframe: timeframe.name(),
        step: length_ms / 1_000,
        start: candles.first().map_or(0, |c| seconds(c.open_time)),
        count: candles.len(),
        unit,
        packed: packed.text(),
    };
    (drawn, packed.text_bytes())
}

/// The base candles, as far from the fills as the budget allows, and what that is in words.
fn around(chart: &PriceChart<'_>, budget: usize) -> (Option<Candles>, String) {
    let whole = format!("Candles of {} for the whole period", chart.timeframe.name());
    let Some(around) = chart.around.filter(|a| !a.candles.is_empty()) else {
        return (None, format!("{whole}."));
    };
    let name = around.timeframe.name();
    let (drawn, bytes) = candles(around.timeframe, around.candles);
    let (drawn, from) = if bytes <= budget {
        (drawn, None)
    } else {
        // The same bytes a candle, to the last candle that fits.
        let fit = around.candles.len() * budget / bytes;
        let first = around.candles.len() - fit;
        let kept = &around.candles[first..];
        (
            candles(around.timeframe, kept).0,
            kept.first().map(|c| c.open_time),
        )
    };
    let mut said = format!(
        "{whole}, of {name} from {reach} before to {reach} after every fill",
        reach = around.reach
    );
    if let Some(from) = from {
        said += &format!(" since {from}: all of them would be more than 3 MiB");
    } else if around.left_out > 0 {
        said += &format!(" but the last {}: there are too many", around.left_out);
    }
    (Some(drawn), said + ".")
}

/// All series, thinned to one point in so many candles that they fit.
fn plots(plots: &[Plot], chart: &PriceChart<'_>) -> Vec<PlotData> {
    let all: usize = plots
        .iter()
        .map(|p| p.points.len().min(chart.candles.len()))
        .sum();
    let every = all.div_ceil(MOST_PLOT_POINTS).max(1);
    plots.iter().map(|p| plot(p, chart, every)).collect()
}

/// The last value known within each candle, or within `every` candles.
fn plot(plot: &Plot, chart: &PriceChart<'_>, every: usize) -> PlotData {
    let mut points: Vec<(usize, f64)> = Vec::new();
    for (time, value) in &plot.points {
        let Some(place) = place(chart.candles, time.plus_ms(-1)) else {
            continue;
        };
        if points
            .last()
            .is_some_and(|(last, _)| last / every == place / every)
        {
            points.pop();
        }
        points.push((place, *value));
    }
    let (mut places, mut values, mut last) = (Packed::default(), Packed::default(), 0);
    for (place, value) in &points {
        places.push(i64::try_from(place - last).expect("few candles"));
        values.push_float(if value.is_finite() { *value } else { f64::NAN });
        last = *place;
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
        count: points.len(),
        places: places.text(),
        values: values.text(),
    }
}

/// The candle this moment lies in or after.
fn place(candles: &[Candle], time: Timestamp) -> Option<usize> {
    candles
        .partition_point(|c| c.open_time <= time)
        .checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Price;

    fn minutes(count: i64) -> Vec<Candle> {
        (0..count)
            .map(|minute| Candle::flat(Timestamp(minute * MINUTE_MS), Price(100 + minute % 7)))
            .collect()
    }

    fn drawn(candles: &[Candle]) -> PriceChart<'_> {
        PriceChart {
            instrument: 0,
            timeframe: Timeframe::M1,
            candles,
            around: Some(AroundFills {
                timeframe: Timeframe::M1,
                reach: 30,
                left_out: 0,
                candles,
            }),
        }
    }

    #[test]
    fn minutes_beyond_the_budget_are_left_out_from_the_beginning_and_the_page_says_so() {
        let candles = minutes(1_000);
        let (all, said) = around(&drawn(&candles), usize::MAX);
        assert_eq!(all.map(|c| c.count), Some(1_000));
        assert_eq!(
            said,
            "Candles of 1m for the whole period, of 1m from 30 before to 30 after every fill."
        );
        let (part, said) = around(&drawn(&candles), 3_000);
        let part = part.expect("some fit");
        assert!(
            part.packed.len() <= 3_000 && part.count > 300,
            "{}",
            part.count
        );
        assert_eq!(
            part.start,
            60 * (1_000 - i64::try_from(part.count).unwrap())
        );
        assert!(said.contains("since 1970-01-01"), "{said}");
    }

    #[test]
    fn a_thinned_series_keeps_the_last_value_of_each_stretch() {
        let candles = minutes(100);
        let series = Plot {
            name: "line".to_owned(),
            pane: Pane::Price,
            style: PlotStyle::Line,
            points: (1..=100)
                .map(|minute| (Timestamp(minute * MINUTE_MS), 1.0))
                .collect(),
        };
        assert_eq!(plot(&series, &drawn(&candles), 1).count, 100);
        assert_eq!(plot(&series, &drawn(&candles), 4).count, 25);
    }
}
