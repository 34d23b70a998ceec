//! Trades, ticks and order books in `host data list` and `host data check`.

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::prune::size;
use crate::data::DataError;
use crate::data::catalog::{Catalog, EventKey, EventPart, EventSeries};
use crate::data::check::{Finding, Severity};
use crate::data::record::{Left, left};
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
    let mut json = name_json(&series.key);
    json["from"] = json!(series.period().map(|(from, _)| from.rfc3339()));
    json["to"] = json!(series.period().map(|(_, to)| to.rfc3339()));
    json["rows"] = json!(series.rows());
    json["events"] = json!(series.events());
    json["parts"] = json!(series.parts.len());
    json["segments"] = json!(texts(series.segments.iter().collect()));
    json["gaps"] = json!(texts(series.gaps()));
    json
}

/// The name of a stream of events in JSON.
pub(super) fn name_json(key: &EventKey) -> Value {
    json!({
        "exchange": key.venue,
        "market": market_name(key.symbol.market()),
        "symbol": key.symbol.to_string(),
        "kind": key.kind.name(),
        "timeframe": null,
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

/// What recorders left that is in no table, in words.
pub(super) fn left_lines(catalog: &Catalog) -> Result<Vec<String>, DataError> {
    let line = |left: &Left| {
        let (path, size) = (left.path.display(), size(left.bytes));
        if left.is_unreadable {
            format!("{path}: frames nobody could read, {size}; remove it when it is of no use")
        } else {
            format!(
                "{path}: received by a recorder that was killed, {size}; the next `host data record` of that exchange and market keeps it"
            )
        }
    };
    Ok(left(catalog)?.iter().map(line).collect())
}

/// A file a recorder left in JSON.
pub(super) fn left_json(left: &Left) -> Value {
    json!({"file": left.path.display().to_string(), "bytes": left.bytes, "unreadable": left.is_unreadable})
}
