//! Trades, ticks and order books in `host data list` and `host data check`.

use serde_json::{Value, json};

use crate::data::catalog::{EventPart, EventSeries};
use crate::data::check::{Finding, Severity};
use crate::data::series::market_name;
use crate::domain::{MINUTE_MS, Timestamp};

/// A row of the table of `host data list`.
pub(super) fn row(series: &EventSeries) -> [String; 10] {
    let (from, to) = series.period().unwrap_or((Timestamp(0), Timestamp(0)));
    let segments = series.segments.iter().count();
    [
        series.key.venue.clone(),
        series.key.symbol.to_string(),
        series.key.kind.name().to_owned(),
        "-".to_owned(),
        from.to_string(),
        to.to_string(),
        series.rows().to_string(),
        "-".to_owned(),
        series.gaps().len().to_string(),
        format!("({} parts, {segments} segments)", series.parts.len()),
    ]
}

/// A stream of events in JSON; times of segments and gaps are RFC 3339.
pub(super) fn json(series: &EventSeries) -> Value {
    let texts = |periods: Vec<(Timestamp, Timestamp)>| -> Vec<[String; 2]> {
        let pair = |(from, to): (Timestamp, Timestamp)| [from.rfc3339(), to.rfc3339()];
        periods.into_iter().map(pair).collect()
    };
    json!({
        "exchange": series.key.venue,
        "market": market_name(series.key.symbol.market()),
        "symbol": series.key.symbol.to_string(),
        "kind": series.key.kind.name(),
        "timeframe": null,
        "from": series.period().map(|(from, _)| from.rfc3339()),
        "to": series.period().map(|(_, to)| to.rfc3339()),
        "rows": series.rows(),
        "events": series.events(),
        "parts": series.parts.len(),
        "segments": texts(series.segments.iter().collect()),
        "gaps": texts(series.gaps()),
    })
}

/// Damaged parts are errors. That a recording has gaps is a notice: they cannot be filled.
pub(super) fn findings(series: &EventSeries) -> Vec<Finding> {
    let damaged = |part: &EventPart| {
        let why = series.each_of_part(part, &mut |_| Ok(())).err()?;
        Some(Finding {
            kind: "damaged",
            severity: Severity::Error,
            range: (Timestamp(part.first_ms), Timestamp(part.last_ms)),
            count: 1,
            minutes: 0,
            message: why.to_string(),
        })
    };
    let gap = |(from, to): (Timestamp, Timestamp)| Finding {
        kind: "gap",
        severity: Severity::Notice,
        range: (from, to),
        count: 1,
        minutes: u64::try_from((to.0 - from.0) / MINUTE_MS).unwrap_or(0),
        message: format!("nothing was recorded for {} ms", to.0 - from.0),
    };
    let damaged = series.parts.iter().filter_map(damaged);
    damaged.chain(series.gaps().into_iter().map(gap)).collect()
}
