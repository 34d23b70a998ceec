//! Circuit breakers, marks from coarse candles and settlement times.

use host::data::streams;
use host::domain::{Cash, Ohlc, Price, Timestamp};
use host::engine::safety::Breaker;
use host::engine::{Basis, minute_mark};
use serde_json::{Value, json};

use super::{Inputs, list, text_of};

const SECOND_MS: i64 = 1_000;

/// The breaker of a case and its losses, in order of time: seconds and units of 1e-8.
fn breaker_of(inputs: &Inputs<'_>) -> (Breaker, i128, Vec<(i64, i128)>) {
    let seconds = |key: &str| inputs.0[key].as_i64().expect("seconds") * SECOND_MS;
    let cash = |value: &Value| text_of(value).parse::<Cash>().expect("an amount").0;
    let loss = |row: &Value| (row[0].as_i64().expect("a time"), cash(&row[1]));
    (
        Breaker::new(Some(seconds("window_seconds")), seconds("cooldown_seconds")),
        cash(&inputs.0["threshold"]),
        list(&inputs.0["losses"]).iter().map(loss).collect(),
    )
}

/// Losses and queries in order of time; at one moment the loss comes first.
pub(super) fn breaker(inputs: &Inputs<'_>) -> Value {
    let (mut breaker, threshold, losses) = breaker_of(inputs);
    let queries = list(&inputs.0["query_seconds"]).iter();
    let mut events: Vec<(i64, Option<i128>)> = losses.iter().map(|l| (l.0, Some(l.1))).collect();
    events.extend(
        queries
            .filter_map(Value::as_i64)
            .map(|second| (second, None)),
    );
    events.sort_by_key(|(second, loss)| (*second, loss.is_none()));
    let (mut sums, mut allowed, mut tripped) = (Vec::new(), Vec::new(), None);
    for (second, loss) in events {
        let now = Timestamp(second * SECOND_MS);
        let Some(loss) = loss else {
            allowed.push(!breaker.is_open(now));
            continue;
        };
        breaker.record(now, loss);
        sums.push(Cash(breaker.sum(now)).to_string());
        if breaker.trip_at(now, threshold) {
            tripped = Some(second);
        }
    }
    let until = breaker.open_until().map(|t| t.0 / SECOND_MS);
    json!({ "sums_at_loss": sums, "tripped_at": tripped, "open_until": until, "allowed": allowed })
}

pub(super) fn breaker_trips(inputs: &Inputs<'_>) -> Value {
    let (mut breaker, threshold, losses) = breaker_of(inputs);
    let (mut trips, mut blocked) = (Vec::new(), Vec::new());
    for (second, loss) in losses {
        let now = Timestamp(second * SECOND_MS);
        breaker.record(now, loss);
        if breaker.trip_at(now, threshold) {
            let until = breaker.open_until().expect("it is open");
            trips.push(second);
            blocked.push((second, until.0 / SECOND_MS));
        }
    }
    json!({ "trips": trips, "blocked": blocked })
}

/// The path high first, low second, as the case gives it.
pub(super) fn mark(inputs: &Inputs<'_>) -> Value {
    let price = |value: &Value| text_of(value).parse::<Price>().expect("a price");
    let path: Vec<Price> = list(&inputs.0["last"]).iter().map(price).collect();
    let last = Ohlc {
        open: path[0],
        high: path[1],
        low: path[2],
        close: path[3],
    };
    let basis = Basis {
        mark: price(&inputs.0["mark_close"]),
        last: price(&inputs.0["last_close"]),
    };
    let limits = &inputs.0["in_progress"];
    let in_progress = Ohlc {
        low: price(&limits[0]),
        high: price(&limits[1]),
        ..last
    };
    let mark = minute_mark(last, Some(basis), Some(in_progress)).path;
    let path = [mark.open, mark.high, mark.low, mark.close];
    json!({ "mark": path.map(|p| p.to_string()) })
}

pub(super) fn settlement_minute(inputs: &Inputs<'_>) -> Value {
    let times = list(&inputs.0["times"]).iter().filter_map(Value::as_i64);
    let snapped = times.map(|time| streams::settlement_minute(Timestamp(time)).map(|t| t.0));
    json!({ "minute": snapped.collect::<Vec<_>>() })
}
