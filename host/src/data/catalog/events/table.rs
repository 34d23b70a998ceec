//! Events as columns, both ways.
//!
//! | kind | columns |
//! |---|---|
//! | `trades` | `time`, `available_at`, `id`, `price`, `qty`, `side` (of the taker), `is_market` |
//! | `ticks` | `time`, `available_at`, `mark`, `index`, `funding_rate`, `next_funding`, `open_interest`; all but `available_at` may be null |
//! | `book` | `time`, `available_at`, `update`, `kind`, `first_id`, `last_id`, `previous_id` (may be null), `side`, `price`, `qty` |
//!
//! Of an order book each level is a row; rows of one update have the same number in `update`. An update without any level is one
//! row whose side is `none`. Prices and quantities are doubles: decimal numbers of up to 15 digits come back as they were.

use super::{Event, EventKind, EventRow};
use crate::data::DataError;
use crate::data::table::{Buffer, Column, TableReader};
use crate::domain::{Price, Qty, Side, Timestamp};
use crate::venues::stream::{BookFrame, BookKind, MarkFrame, TradeFrame};

/// Rows decoded at a time.
const BATCH: usize = 8_192;

const TRADES: [&str; 7] = [
    "time",
    "available_at",
    "id",
    "price",
    "qty",
    "side",
    "is_market",
];
const TICKS: [&str; 7] = [
    "time",
    "available_at",
    "mark",
    "index",
    "funding_rate",
    "next_funding",
    "open_interest",
];
const BOOK: [&str; 10] = [
    "time",
    "available_at",
    "update",
    "kind",
    "first_id",
    "last_id",
    "previous_id",
    "side",
    "price",
    "qty",
];

/// Events of one kind as columns; others are left out. Updates of an order book are numbered from `first_update`.
pub(in crate::data) fn event_columns(
    kind: EventKind,
    rows: &[EventRow],
    first_update: i64,
) -> Vec<(&'static str, Column)> {
    match kind {
        EventKind::Trades => trades(rows),
        EventKind::Ticks => ticks(rows),
        EventKind::Book => book(rows, first_update),
    }
}

fn trades(rows: &[EventRow]) -> Vec<(&'static str, Column)> {
    let all: Vec<(Timestamp, &TradeFrame)> = rows
        .iter()
        .filter_map(|row| match &row.event {
            Event::Trade(trade) => Some((row.available_at, trade)),
            _ => None,
        })
        .collect();
    let each = all.iter();
    let columns = [
        Column::I64(each.clone().map(|(_, t)| t.time.0).collect()),
        Column::I64(each.clone().map(|(at, _)| at.0).collect()),
        Column::Text(each.clone().map(|(_, t)| t.id.clone()).collect()),
        Column::F64(each.clone().map(|(_, t)| t.price.to_f64()).collect()),
        Column::F64(each.clone().map(|(_, t)| t.qty.to_f64()).collect()),
        Column::Text(
            each.clone()
                .map(|(_, t)| side_name(t.taker).to_owned())
                .collect(),
        ),
        Column::Bool(each.map(|(_, t)| t.is_market).collect()),
    ];
    TRADES.into_iter().zip(columns).collect()
}

fn ticks(rows: &[EventRow]) -> Vec<(&'static str, Column)> {
    let all: Vec<(Timestamp, &MarkFrame)> = rows
        .iter()
        .filter_map(|row| match &row.event {
            Event::Tick(tick) => Some((row.available_at, tick)),
            _ => None,
        })
        .collect();
    let each = all.iter();
    let price = |get: fn(&MarkFrame) -> Option<Price>| {
        let values = all.iter().map(|(_, t)| get(t).map(Price::to_f64));
        Column::OptF64(values.collect())
    };
    let time = |get: fn(&MarkFrame) -> Option<Timestamp>| {
        Column::OptI64(all.iter().map(|(_, t)| get(t).map(|t| t.0)).collect())
    };
    let columns = [
        time(|t| t.time),
        Column::I64(each.clone().map(|(at, _)| at.0).collect()),
        price(|t| t.mark),
        price(|t| t.index),
        Column::OptF64(each.clone().map(|(_, t)| t.funding_rate).collect()),
        time(|t| t.next_funding),
        Column::OptF64(each.map(|(_, t)| t.open_interest).collect()),
    ];
    TICKS.into_iter().zip(columns).collect()
}

/// One level of one update; none = the update has no level at all.
struct LevelRow<'a> {
    available_at: Timestamp,
    update: i64,
    kind: &'static str,
    frame: &'a BookFrame,
    level: Option<(&'static str, Price, Qty)>,
}

fn book(rows: &[EventRow], first_update: i64) -> Vec<(&'static str, Column)> {
    let mut all: Vec<LevelRow<'_>> = Vec::new();
    for (update, row) in (first_update..).zip(rows) {
        let (kind, frame) = match &row.event {
            Event::Book(frame) => (book_kind(frame.kind), frame),
            Event::HeldBook(frame) => (HELD, frame),
            _ => continue,
        };
        let mut push = |level| {
            all.push(LevelRow {
                available_at: row.available_at,
                update,
                kind,
                frame,
                level,
            });
        };
        for (side, levels) in [("bid", &frame.bids), ("ask", &frame.asks)] {
            for (price, qty) in levels {
                push(Some((side, *price, *qty)));
            }
        }
        if frame.bids.is_empty() && frame.asks.is_empty() {
            push(None);
        }
    }
    let int = |get: fn(&LevelRow<'_>) -> i64| Column::I64(all.iter().map(get).collect());
    let text = |get: fn(&LevelRow<'_>) -> &'static str| {
        Column::Text(all.iter().map(|r| get(r).to_owned()).collect())
    };
    let number =
        |get: fn(&LevelRow<'_>) -> Option<f64>| Column::OptF64(all.iter().map(get).collect());
    let columns = [
        int(|r| r.frame.time.0),
        int(|r| r.available_at.0),
        int(|r| r.update),
        text(|r| r.kind),
        int(|r| r.frame.ids.0.cast_signed()),
        int(|r| r.frame.ids.1.cast_signed()),
        Column::OptI64(
            all.iter()
                .map(|r| r.frame.previous.map(u64::cast_signed))
                .collect(),
        ),
        text(|r| r.level.map_or("none", |(side, _, _)| side)),
        number(|r| r.level.map(|(_, price, _)| price.to_f64())),
        number(|r| r.level.map(|(_, _, qty)| qty.to_f64())),
    ];
    BOOK.into_iter().zip(columns).collect()
}

/// The word for a book the recorder put in.
const HELD: &str = "held";

fn book_kind(kind: BookKind) -> &'static str {
    match kind {
        BookKind::Snapshot => "snapshot",
        BookKind::Delta => "delta",
    }
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

type Take<'a> = &'a mut dyn FnMut(EventRow) -> Result<(), DataError>;

/// Hands on the events of a table in its order.
pub(super) fn read(
    table: &TableReader,
    kind: EventKind,
    symbol: &str,
    take: Take<'_>,
) -> Result<(), DataError> {
    match kind {
        EventKind::Trades => each_batch(table, &TRADES, &mut |rows, b| {
            read_trades(rows, b, symbol, take)
        }),
        EventKind::Ticks => each_batch(table, &TICKS, &mut |rows, b| {
            read_ticks(rows, b, symbol, take)
        }),
        EventKind::Book => {
            let mut open: Option<(i64, EventRow)> = None;
            each_batch(table, &BOOK, &mut |rows, b| {
                read_levels(rows, b, symbol, &mut open, take)
            })?;
            open.map_or(Ok(()), |(_, row)| take(row))
        }
    }
}

/// What a batch is handed to: number of rows, columns.
type TakeBatch<'a> = dyn FnMut(usize, &[Buffer]) -> Result<(), DataError> + 'a;

fn each_batch(
    table: &TableReader,
    names: &[&str],
    take: &mut TakeBatch<'_>,
) -> Result<(), DataError> {
    let column = |name: &&str| {
        let found = table.column(name);
        found.ok_or_else(|| DataError::world(format!("no column {name}")))
    };
    let wanted = names.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    for group in 0..table.groups() {
        let mut batches = table.read_group(group, &wanted)?;
        loop {
            let (rows, buffers) = batches.next(BATCH)?;
            if rows == 0 {
                break;
            }
            take(rows, buffers)?;
        }
    }
    Ok(())
}

fn wrong_type() -> DataError {
    DataError::world("columns of another type")
}

fn ints(buffer: &Buffer, rows: usize) -> Result<&[i64], DataError> {
    buffer.ints().get(..rows).ok_or_else(wrong_type)
}

fn floats(buffer: &Buffer, rows: usize) -> Result<&[f64], DataError> {
    buffer.floats().get(..rows).ok_or_else(wrong_type)
}

fn texts(buffer: &Buffer, rows: usize) -> Result<&[String], DataError> {
    buffer.texts().get(..rows).ok_or_else(wrong_type)
}

fn price(value: f64) -> Result<Price, DataError> {
    Price::from_f64(value).map_err(|e| DataError::world(format!("price: {e}")))
}

fn qty(value: f64) -> Result<Qty, DataError> {
    Qty::from_f64(value).map_err(|e| DataError::world(format!("qty: {e}")))
}

fn optional(value: i64) -> Option<i64> {
    Some(value).filter(|v| *v != Buffer::NO_INT)
}

fn number(value: f64) -> Option<f64> {
    Some(value).filter(|v| !v.is_nan())
}

fn read_trades(rows: usize, b: &[Buffer], symbol: &str, take: Take<'_>) -> Result<(), DataError> {
    let (time, at) = (ints(&b[0], rows)?, ints(&b[1], rows)?);
    let (id, side) = (texts(&b[2], rows)?, texts(&b[5], rows)?);
    let (prices, qtys) = (floats(&b[3], rows)?, floats(&b[4], rows)?);
    let is_market = b[6].bools().get(..rows).ok_or_else(wrong_type)?;
    for i in 0..rows {
        let taker = match side[i].as_str() {
            "buy" => Side::Buy,
            "sell" => Side::Sell,
            other => return Err(DataError::world(format!("side `{other}`"))),
        };
        take(EventRow {
            available_at: Timestamp(at[i]),
            event: Event::Trade(TradeFrame {
                symbol: symbol.to_owned(),
                time: Timestamp(time[i]),
                id: id[i].clone(),
                price: price(prices[i])?,
                qty: qty(qtys[i])?,
                taker,
                is_market: is_market[i],
            }),
        })?;
    }
    Ok(())
}

fn read_ticks(rows: usize, b: &[Buffer], symbol: &str, take: Take<'_>) -> Result<(), DataError> {
    let (time, at, next) = (ints(&b[0], rows)?, ints(&b[1], rows)?, ints(&b[5], rows)?);
    let (marks, indexes) = (floats(&b[2], rows)?, floats(&b[3], rows)?);
    let (rates, interests) = (floats(&b[4], rows)?, floats(&b[6], rows)?);
    for i in 0..rows {
        take(EventRow {
            available_at: Timestamp(at[i]),
            event: Event::Tick(MarkFrame {
                symbol: symbol.to_owned(),
                time: optional(time[i]).map(Timestamp),
                mark: number(marks[i]).map(price).transpose()?,
                index: number(indexes[i]).map(price).transpose()?,
                funding_rate: number(rates[i]),
                next_funding: optional(next[i]).map(Timestamp),
                open_interest: number(interests[i]),
            }),
        })?;
    }
    Ok(())
}

/// Rows become updates; the last one stays open, for its other rows may follow in the next batch.
fn read_levels(
    rows: usize,
    b: &[Buffer],
    symbol: &str,
    open: &mut Option<(i64, EventRow)>,
    take: Take<'_>,
) -> Result<(), DataError> {
    let (time, at, update) = (ints(&b[0], rows)?, ints(&b[1], rows)?, ints(&b[2], rows)?);
    let (kind, side) = (texts(&b[3], rows)?, texts(&b[7], rows)?);
    let ids = (ints(&b[4], rows)?, ints(&b[5], rows)?);
    let previous = ints(&b[6], rows)?;
    let (prices, qtys) = (floats(&b[8], rows)?, floats(&b[9], rows)?);
    for i in 0..rows {
        if open.as_ref().is_none_or(|(number, _)| *number != update[i]) {
            let frame = BookFrame {
                symbol: symbol.to_owned(),
                time: Timestamp(time[i]),
                kind: if kind[i] == book_kind(BookKind::Delta) {
                    BookKind::Delta
                } else {
                    BookKind::Snapshot
                },
                ids: (ids.0[i].cast_unsigned(), ids.1[i].cast_unsigned()),
                previous: optional(previous[i]).map(i64::cast_unsigned),
                bids: Vec::new(),
                asks: Vec::new(),
            };
            let event = match kind[i].as_str() {
                HELD => Event::HeldBook(frame),
                "snapshot" | "delta" => Event::Book(frame),
                other => return Err(DataError::world(format!("kind `{other}`"))),
            };
            let row = EventRow {
                available_at: Timestamp(at[i]),
                event,
            };
            if let Some((_, before)) = open.replace((update[i], row)) {
                take(before)?;
            }
        }
        let Some((_, row)) = open else { continue };
        let (Event::Book(frame) | Event::HeldBook(frame)) = &mut row.event else {
            continue;
        };
        match side[i].as_str() {
            "bid" => frame.bids.push((price(prices[i])?, qty(qtys[i])?)),
            "ask" => frame.asks.push((price(prices[i])?, qty(qtys[i])?)),
            "none" => {}
            other => return Err(DataError::world(format!("side `{other}`"))),
        }
    }
    Ok(())
}
