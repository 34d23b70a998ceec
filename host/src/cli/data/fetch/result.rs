//! What a fetch came to, as a table and as JSON.

use std::io::Write;

use serde_json::{Value, json};

use crate::cli::data::show::{name_json, record_name_json, say, table};
use crate::data::DataError;
use crate::data::fetch::{Fetched, Key, Report};
use crate::domain::Timestamp;
use crate::venues::http::Figures;
use crate::venues::rest::History;

/// What came of it as JSON.
pub(super) fn document(venue: &str, report: &Report, figures: &Figures) -> Value {
    let series: Vec<_> = report.series.iter().map(series_json).collect();
    json!({
        "schema": "data-fetch/1",
        "exchange": venue,
        "series": series,
        "notes": report.notes,
        "requests": figures.requests,
        "retries": figures.retries,
        "bytes": figures.bytes,
        "waited_ms": figures.waited_ms,
        "network_ms": figures.network_ms,
        "own_ms": report.own_us / 1_000,
    })
}

fn series_json(fetched: &Fetched) -> Value {
    let mut value = match &fetched.key {
        Key::Candles(key) => name_json(key),
        Key::Records(key) => record_name_json(key),
    };
    if fetched.history == History::TakerFlow {
        value["kind"] = json!("flow");
    }
    value["from"] = json!(fetched.period.map(|(from, _)| from.rfc3339()));
    value["to"] = json!(fetched.period.map(|(_, to)| to.rfc3339()));
    value["added"] = json!(fetched.added);
    value["missing"] = json!(fetched.missing);
    value["files"] = json!(fetched.files);
    value["pages"] = json!(fetched.pages);
    value["notes"] = json!(fetched.notes);
    value
}

/// A table for people, what is worth knowing, and what to do next.
pub(super) fn show(
    out: &mut dyn Write,
    venue: &str,
    report: &Report,
    figures: &Figures,
) -> Result<(), DataError> {
    let head = [
        "series", "from", "to", "new rows", "missing", "source", "answers",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(report.series.iter().map(row));
    table(out, &rows, &[])?;
    for fetched in &report.series {
        for note in &fetched.notes {
            say(out, &format!("{}: {note}", name(fetched)))?;
        }
    }
    for note in &report.notes {
        say(out, note)?;
    }
    let Figures {
        requests, retries, ..
    } = figures;
    say(
        out,
        &format!("{requests} requests sent, {retries} of them again"),
    )?;
    let Some(first) = report
        .series
        .iter()
        .find(|s| s.history != History::TakerFlow)
    else {
        return Ok(());
    };
    let symbol = match &first.key {
        Key::Candles(key) => &key.symbol,
        Key::Records(key) => &key.symbol,
    };
    say(
        out,
        &format!("next: host data check --exchange {venue} --symbol {symbol}"),
    )
}

fn name(fetched: &Fetched) -> String {
    match fetched.history {
        History::TakerFlow => format!("{} (taker volume)", fetched.key),
        _ => fetched.key.to_string(),
    }
}

fn row(fetched: &Fetched) -> [String; 7] {
    let time = |time: Option<Timestamp>| time.map_or("-".to_owned(), |t| t.to_string());
    let source = match (fetched.files, fetched.pages) {
        (0, 0) => "was there",
        (_, 0) => "archive",
        (0, _) => "requests",
        _ => "archive, requests",
    };
    [
        name(fetched),
        time(fetched.period.map(|(from, _)| from)),
        time(fetched.period.map(|(_, to)| to)),
        fetched.added.to_string(),
        fetched.missing.map_or("-".to_owned(), |m| m.to_string()),
        source.to_owned(),
        (fetched.files + fetched.pages).to_string(),
    ]
}
