//! Inputs as rows of the tables `minute` and `input`, and back: every value exactly as it was.
//!
//! A float that is no number is null in `minute`, and "nan", "inf" or "-inf" in JSON.

use rusqlite::{Row, ToSql, params};
use serde::{Deserialize, Serialize};

use super::{Input, MinuteInput, Origin};
use crate::domain::{Candle, MarkCandle, Ohlc, Price, Rate, Reference, Slot, SlotState, Timestamp};

/// Columns of `minute` in the order of [`minute`] and [`insert_minute`], the session aside.
pub(super) const MINUTE_COLUMNS: &str = "number, market, time, origin, state, open, high, low, close, \
    volume, quote_volume, taker_buy_volume, trades, mark_open, mark_high, mark_low, mark_close, mark_shown, \
    index_open, index_high, index_low, index_close";

/// Columns of `input` in the order of [`other`] and [`insert_other`], the session aside.
pub(super) const INPUT_COLUMNS: &str = "number, kind, market, time, name, body";

/// Writes a row: the session, then these columns.
pub(super) fn insert_sql(table: &str, columns: &str) -> String {
    let places = vec!["?"; 1 + columns.split(',').count()].join(", ");
    format!("INSERT INTO {table} (session, {columns}) VALUES ({places})")
}

/// Why a row cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    /// `SQLite` cannot give it, or a column holds another type.
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
    /// A value is none of ours.
    #[error("{0}")]
    Value(String),
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self::Value(error.to_string())
    }
}

fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Live => "live",
        Origin::Asked => "asked",
        Origin::History => "history",
    }
}

fn origin_of(name: &str) -> Result<Origin, Unreadable> {
    match name {
        "live" => Ok(Origin::Live),
        "asked" => Ok(Origin::Asked),
        "history" => Ok(Origin::History),
        _ => Err(Unreadable::Value(format!("origin `{name}`"))),
    }
}

fn state_name(state: SlotState) -> &'static str {
    match state {
        SlotState::Real => "real",
        SlotState::Missing => "missing",
        SlotState::Halted => "halted",
        SlotState::NotListed => "not-listed",
    }
}

fn state_of(name: &str) -> Result<SlotState, Unreadable> {
    match name {
        "real" => Ok(SlotState::Real),
        "missing" => Ok(SlotState::Missing),
        "halted" => Ok(SlotState::Halted),
        "not-listed" => Ok(SlotState::NotListed),
        _ => Err(Unreadable::Value(format!("state `{name}`"))),
    }
}

/// Writes a minute with `insert`: the session, then [`MINUTE_COLUMNS`].
///
/// # Panics
/// If its candle begins at another time than the minute: the row has one time for both.
pub(super) fn insert_minute(
    insert: &mut rusqlite::Statement<'_>,
    session: i64,
    number: i64,
    minute: &MinuteInput,
) -> rusqlite::Result<usize> {
    let candle = &minute.slot.candle;
    assert_eq!(
        candle.open_time, minute.time,
        "input {number}: the candle of a minute begins with it"
    );
    let mark = |price: fn(&MarkCandle) -> Price| minute.reference.mark.as_ref().map(|m| price(m).0);
    let index = |price: fn(&Ohlc) -> Price| minute.reference.index.as_ref().map(|i| price(i).0);
    insert.execute(params![
        session,
        number,
        minute.market,
        minute.time.0,
        origin_name(minute.origin),
        state_name(minute.slot.state),
        candle.open.0,
        candle.high.0,
        candle.low.0,
        candle.close.0,
        candle.volume,
        candle.quote_volume,
        candle.taker_buy_volume,
        candle.trades,
        mark(|m| m.path.open),
        mark(|m| m.path.high),
        mark(|m| m.path.low),
        mark(|m| m.path.close),
        mark(|m| m.shown),
        index(|i| i.open),
        index(|i| i.high),
        index(|i| i.low),
        index(|i| i.close),
    ])
}

/// A minute of a row of [`MINUTE_COLUMNS`].
pub(super) fn minute(row: &Row<'_>) -> Result<MinuteInput, Unreadable> {
    let price = |column| row.get(column).map(Price);
    // SQLite keeps a float that is no number as null.
    let float = |column| {
        row.get::<_, Option<f64>>(column)
            .map(|f| f.unwrap_or(f64::NAN))
    };
    let time = Timestamp(row.get(2)?);
    let candle = Candle {
        open_time: time,
        open: price(5)?,
        high: price(6)?,
        low: price(7)?,
        close: price(8)?,
        volume: float(9)?,
        quote_volume: float(10)?,
        taker_buy_volume: float(11)?,
        trades: float(12)?,
    };
    let mark = ohlc(row, 13)?.map(|path| -> Result<_, Unreadable> {
        let shown = price(17)?;
        Ok(MarkCandle { path, shown })
    });
    Ok(MinuteInput {
        market: row.get(1)?,
        time,
        slot: Slot {
            candle,
            state: state_of(row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?)?,
        },
        reference: Reference {
            mark: mark.transpose()?,
            index: ohlc(row, 18)?,
        },
        origin: origin_of(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?,
    })
}

/// Four prices from a column on; none if the first one is null.
fn ohlc(row: &Row<'_>, first: usize) -> Result<Option<Ohlc>, Unreadable> {
    let Some(open) = row.get(first)? else {
        return Ok(None);
    };
    let price = |after| row.get(first + after).map(Price);
    Ok(Some(Ohlc {
        open: Price(open),
        high: price(1)?,
        low: price(2)?,
        close: price(3)?,
    }))
}

/// A float in JSON, which has no infinities and nothing that is no number.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Float {
    Number(f64),
    Named(String),
}

impl From<&f64> for Float {
    fn from(value: &f64) -> Self {
        match *value {
            v if v.is_nan() => Self::Named("nan".to_owned()),
            f64::INFINITY => Self::Named("inf".to_owned()),
            f64::NEG_INFINITY => Self::Named("-inf".to_owned()),
            v => Self::Number(v),
        }
    }
}

impl Float {
    fn value(&self) -> Result<f64, Unreadable> {
        match self {
            Self::Number(value) => Ok(*value),
            Self::Named(name) => match name.as_str() {
                "nan" => Ok(f64::NAN),
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                _ => Err(Unreadable::Value(format!("float `{name}`"))),
            },
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FundingBody {
    rate: i64,
    price: Option<i64>,
    substituted: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowBody {
    detail: u32,
    available_at: i64,
    values: Vec<Float>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuoteBody {
    bid: i64,
    ask: i64,
}

/// Writes an input that is no minute with `insert`: the session, then [`INPUT_COLUMNS`].
pub(super) fn insert_other(
    insert: &mut rusqlite::Statement<'_>,
    session: i64,
    number: i64,
    input: &Input,
) -> rusqlite::Result<usize> {
    let mut row =
        |kind: &str, market: Option<u32>, time: Timestamp, name: Option<&str>, body: &str| {
            let values: [&dyn ToSql; 7] =
                [&session, &number, &kind, &market, &time.0, &name, &body];
            insert.execute(values)
        };
    match input {
        Input::Minute(_) => unreachable!("minutes have a table of their own"),
        Input::Funding {
            market,
            time,
            rate,
            price,
            substituted,
        } => {
            let body = FundingBody {
                rate: rate.0,
                price: price.map(|p| p.0),
                substituted: *substituted,
            };
            row("funding", Some(*market), *time, None, &json(&body))
        }
        Input::Row {
            market,
            kind,
            detail,
            time,
            available_at,
            values,
        } => {
            let body = RowBody {
                detail: *detail,
                available_at: available_at.0,
                values: values.iter().map(Float::from).collect(),
            };
            row("row", Some(*market), *time, Some(kind), &json(&body))
        }
        Input::Quote {
            market,
            time,
            bid,
            ask,
        } => {
            let body = QuoteBody {
                bid: bid.0,
                ask: ask.0,
            };
            row("quote", Some(*market), *time, None, &json(&body))
        }
        Input::Control { time, who, body } => row("control", None, *time, Some(who), body),
        Input::Note { time, kind, body } => row("note", None, *time, Some(kind), body),
    }
}

fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("integers, finite floats and text")
}

/// An input of a row of [`INPUT_COLUMNS`].
pub(super) fn other(row: &Row<'_>) -> Result<Input, Unreadable> {
    let text = |column: usize| row.get::<_, String>(column);
    let market = || row.get::<_, u32>(2);
    let time = Timestamp(row.get(3)?);
    let body = text(5)?;
    let input = match text(1)?.as_str() {
        "funding" => {
            let body: FundingBody = serde_json::from_str(&body)?;
            Input::Funding {
                market: market()?,
                time,
                rate: Rate(body.rate),
                price: body.price.map(Price),
                substituted: body.substituted,
            }
        }
        "row" => {
            let body: RowBody = serde_json::from_str(&body)?;
            let values = body.values.iter().map(Float::value);
            Input::Row {
                market: market()?,
                kind: text(4)?,
                detail: body.detail,
                time,
                available_at: Timestamp(body.available_at),
                values: values.collect::<Result<_, _>>()?,
            }
        }
        "quote" => {
            let body: QuoteBody = serde_json::from_str(&body)?;
            Input::Quote {
                market: market()?,
                time,
                bid: Price(body.bid),
                ask: Price(body.ask),
            }
        }
        "control" => Input::Control {
            time,
            who: text(4)?,
            body,
        },
        "note" => Input::Note {
            time,
            kind: text(4)?,
            body,
        },
        kind => return Err(Unreadable::Value(format!("kind `{kind}`"))),
    };
    Ok(input)
}

#[cfg(test)]
mod properties;
