//! A line or row of a file becomes a record of a stream.
//!
//! Of liquidations the side tells the sign: the exchange sells what longs held. Where a column `symbol` is there, it is compared with
//! the symbol the file is said to be of, or, in a file of many symbols, says whose record it is. A recorder that puts `USDT` behind
//! every name made `BTCUSDCUSDT` of `BTCUSDC`: such a name is read as the contract it is of, `BTC/USDC:USDC`.

#[cfg(test)]
mod tests;

use std::path::Path;

use super::format::Format;
use super::rows::{cut, parse_number, parse_time, place_of, renamed};
use super::{Content, ImportRequest, Understood, row_fault, text};
use crate::data::DataError;
use crate::data::candles::to_millis;
use crate::data::catalog::{CatalogWriter, RecordKey};
use crate::data::series::SeriesKey;
use crate::data::streams::record::{Record, RecordKind};
use crate::data::table::{Buffer, ColumnType, TableReader};
use crate::domain::{InstrumentKind, Timeframe, Timestamp};

/// Fields of a record: time, available-at, first value, second value, its stand-in where it is empty, side, symbol.
const FIELDS: usize = 7;
const TIME: usize = 0;
const AVAILABLE: usize = 1;
const FIRST: usize = 2;
const SECOND: usize = 3;
const STAND_IN: usize = 4;
const SIDE: usize = 5;
const SYMBOL: usize = 6;

/// Names under which files keep the fields of a record.
fn aliases(kind: RecordKind) -> [&'static [&'static str]; FIELDS] {
    let [first, second, stand_in, side]: [&[&str]; 4] = match kind {
        RecordKind::Funding => [
            &["funding_rate", "fundingrate", "last_funding_rate", "rate"],
            &["mark_price", "markprice"],
            &[],
            &[],
        ],
        RecordKind::OpenInterest => [
            &["open_interest", "sum_open_interest", "sumopeninterest"],
            &[
                "open_interest_value",
                "sum_open_interest_value",
                "sumopeninterestvalue",
            ],
            &[],
            &[],
        ],
        RecordKind::Liquidations => [
            &[
                "cum_filled_qty",
                "accumulated_fill_quantity",
                "filled_qty",
                "qty",
                "quantity",
                "size",
                "orig_qty",
                "original_quantity",
            ],
            &["avg_price", "average_price"],
            &["price"],
            &["side"],
        ],
    };
    [
        &[
            "funding_time",
            "fundingtime",
            "funding_rate_timestamp",
            "calc_time",
            "trade_time",
            "create_time",
            "time",
            "timestamp",
            "ts",
            "date",
        ],
        &["available_at"],
        first,
        second,
        stand_in,
        side,
        &["symbol"],
    ]
}

/// Where the fields stand in a line.
#[derive(Debug, Clone)]
struct Layout {
    kind: RecordKind,
    places: [Option<usize>; FIELDS],
    width: usize,
}

impl Layout {
    fn of(kind: RecordKind, map: &[(String, String)], columns: &[&str]) -> Result<Self, DataError> {
        let names = renamed(map, columns);
        let layout = Self {
            kind,
            places: aliases(kind).map(|aliases| place_of(&names, aliases)),
            width: columns.len(),
        };
        let priced = layout.places[SECOND].or(layout.places[STAND_IN]).is_some();
        let missing = [TIME, FIRST]
            .iter()
            .find(|i| layout.places[**i].is_none())
            .or((kind == RecordKind::Liquidations && !priced).then_some(&STAND_IN));
        match missing {
            None => Ok(layout),
            Some(i) => {
                let ours = aliases(kind)[*i][0];
                let show: String = names.join(", ").chars().take(200).collect();
                Err(DataError::user(format!(
                    "no column `{ours}` of {} (there are: {show})",
                    kind.name()
                ))
                .with_hint(format!("say which one it is: --map NAME={ours}")))
            }
        }
    }

    /// A record from the fields of a line, and whose it is where the line says so.
    fn record<'a>(&self, fields: &[&'a str]) -> Result<(Record, Option<&'a str>), String> {
        if fields.len() != self.width {
            return Err(format!(
                "{} columns instead of {}",
                fields.len(),
                self.width
            ));
        }
        let absent = |text: &&str| !matches!(*text, "" | "None" | "null" | "nan" | "NaN");
        let field = |i: usize| self.places[i].map(|place| fields[place]).filter(absent);
        let time =
            |text: &str| parse_time(text).ok_or_else(|| format!("`{}` is not a time", cut(text)));
        let number = |i: usize| {
            field(i)
                .map(|text| {
                    parse_number(text).ok_or_else(|| {
                        let name = aliases(self.kind)[i][0];
                        format!("{name} `{}` is not a number", cut(text))
                    })
                })
                .transpose()
        };
        let values = [number(FIRST)?, number(SECOND)?.or(number(STAND_IN)?)];
        let record = Record {
            time: time(field(TIME).unwrap_or(""))?,
            available_at: field(AVAILABLE).map(time).transpose()?,
            values: signed(values, field(SIDE))?,
        };
        Ok((record, field(SYMBOL)))
    }
}

/// The two values; of liquidations with a side the first is signed by it.
fn signed([first, second]: [Option<f64>; 2], side: Option<&str>) -> Result<[f64; 2], String> {
    let first = first.unwrap_or(f64::NAN);
    let sign = match side.map(str::to_ascii_lowercase).as_deref() {
        None => 1.0,
        Some("sell") if first > 0.0 => 1.0,
        Some("buy") if first > 0.0 => -1.0,
        Some(other) => return Err(format!("quantity {first} at side `{}`", cut(other))),
    };
    Ok([first * sign, second.unwrap_or(f64::NAN)])
}

/// Imports one file of records.
///
/// # Errors
/// The first fault of the file.
pub(super) fn import(
    writer: &mut CatalogWriter,
    request: &ImportRequest,
    file: &Understood,
    content: &Content,
    progress: &mut dyn FnMut(&Path, f64),
) -> Result<(), DataError> {
    let kind = match content {
        Content::Records(key) => key.kind,
        Content::ManySymbols(_, _, kind) => *kind,
        Content::Candles(_) | Content::Trades(_) => {
            unreachable!("candles and trades have their own readers")
        }
    };
    let mut rows = 0;
    let mut take = |row: u64, record: Record, symbol: Option<&str>, done: f64| {
        if row.is_multiple_of(8_192) {
            progress(&file.path, done);
        }
        rows += 1;
        let fault = |why: String| row_fault(&file.path, row, &why);
        let key = key_of(content, symbol).map_err(fault)?;
        writer.records(&key)?.push(record).map_err(fault)
    };
    let map = [request.map.as_slice(), &file.map].concat();
    match file.format {
        Format::Parquet | Format::Feather => read_table(&file.path, kind, &map, &mut take)?,
        Format::Text(text) => {
            let mut layout: Option<Layout> = None;
            let mut line = |row: u64, fields: &[&str], done: f64| {
                let Some(layout) = &layout else {
                    let context = |e: DataError| e.context(file.path.display());
                    let (names, header) = header_of(request, kind, fields).map_err(context)?;
                    let found = layout.insert(Layout::of(kind, &map, &names).map_err(context)?);
                    return match header {
                        true => Ok(()),
                        false => one_line(&file.path, found, row, fields, done, &mut take),
                    };
                };
                one_line(&file.path, layout, row, fields, done, &mut take)
            };
            text::lines(&file.path, text, &mut line)?;
        }
    }
    if rows == 0 {
        let path = file.path.display();
        return Err(DataError::user(format!("{path} has no records")));
    }
    Ok(())
}

/// Names of the columns, and whether the first line is them.
///
/// # Errors
/// It holds values, and nothing says what they are.
fn header_of<'a>(
    request: &'a ImportRequest,
    kind: RecordKind,
    first: &[&'a str],
) -> Result<(Vec<&'a str>, bool), DataError> {
    let is_values = first.iter().any(|f| parse_time(f).is_some());
    if !is_values {
        return Ok((first.to_vec(), true));
    }
    if !request.columns.is_empty() {
        return Ok((request.columns.iter().map(String::as_str).collect(), false));
    }
    if kind == RecordKind::Funding && first.len() == 2 {
        // As LEAN keeps it.
        return Ok((vec!["funding_time", "funding_rate"], false));
    }
    let shown: String = first.join(",").chars().take(120).collect();
    let message = format!(
        "row 1: no header, and `{shown}` is no known layout of {}",
        kind.name()
    );
    let names = match kind {
        RecordKind::Funding => "funding_time,funding_rate",
        RecordKind::OpenInterest => "time,open_interest,open_interest_value",
        RecordKind::Liquidations => {
            "symbol,side,order_type,time_in_force,orig_qty,price,avg_price,status,last_filled_qty,cum_filled_qty,trade_time,value"
        }
    };
    Err(DataError::user(message).with_hint(format!("name its columns, such as: --columns {names}")))
}

/// What readers hand each record to: row, record, symbol, part of the file that is done.
type Take<'a> = dyn FnMut(u64, Record, Option<&str>, f64) -> Result<(), DataError> + 'a;

fn one_line(
    path: &Path,
    layout: &Layout,
    row: u64,
    fields: &[&str],
    done: f64,
    take: &mut Take<'_>,
) -> Result<(), DataError> {
    let fault = |why: String| row_fault(path, row, &why);
    let (record, symbol) = layout.record(fields).map_err(fault)?;
    take(row, record, symbol, done)
}

/// A venue's symbol without a `USDT` behind a pair that has its quote currency already.
fn without_second_quote(symbol: &str) -> &str {
    let pair = symbol.strip_suffix("USDT").unwrap_or(symbol);
    let base = pair.strip_suffix("USDC").unwrap_or("");
    if base.is_empty() { symbol } else { pair }
}

/// Where a record goes.
fn key_of(content: &Content, symbol: Option<&str>) -> Result<RecordKey, String> {
    let parse = |venue: &str, market: InstrumentKind, symbol: &str| {
        let symbol = without_second_quote(symbol);
        SeriesKey::new(venue, Some(market), symbol, Timeframe::M1).map_err(|e| e.to_string())
    };
    match content {
        Content::Records(key) => {
            if let Some(symbol) = symbol {
                let named = parse(&key.venue, key.symbol.market(), symbol)?;
                if named.symbol != key.symbol {
                    return Err(format!(
                        "a record of {}, not of {}",
                        named.symbol, key.symbol
                    ));
                }
            }
            Ok(key.clone())
        }
        Content::ManySymbols(venue, market, kind) => {
            let symbol = symbol.ok_or("no symbol, and the file's name says none")?;
            let named = parse(venue, *market, symbol)?;
            Ok(RecordKey {
                venue: named.venue,
                symbol: named.symbol,
                kind: *kind,
                interval: None,
            })
        }
        Content::Candles(key) | Content::Trades(key) => Err(format!("{key} has candles")),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a progress bar")]
fn read_table(
    path: &Path,
    kind: RecordKind,
    map: &[(String, String)],
    take: &mut Take<'_>,
) -> Result<(), DataError> {
    let table = TableReader::open(path)?;
    let readable = |c: &&crate::data::table::ColumnInfo| c.kind != ColumnType::Other;
    let columns: Vec<_> = table.columns().iter().filter(readable).collect();
    let names: Vec<_> = columns.iter().map(|c| c.name.as_str()).collect();
    let layout = Layout::of(kind, map, &names).map_err(|e| e.context(path.display()))?;
    let used = layout.places.map(|place| place.map(|p| columns[p]));
    let indices: Vec<_> = used
        .iter()
        .flatten()
        .filter_map(|c| table.column(&c.name))
        .collect();
    let total = table.rows().max(1) as f64;
    let mut row = 0;
    for group in 0..table.groups() {
        let mut batches = table.read_group(group, &indices)?;
        loop {
            let (rows, buffers) = batches.next(4_096)?;
            if rows == 0 {
                break;
            }
            let mut next = buffers.iter();
            let buffers = used.map(|c| c.map(|c| (c, next.next().expect("one a column"))));
            for i in 0..rows {
                row += 1;
                let fault = |why: String| row_fault(path, row, &why);
                let (record, symbol) = record_of(&buffers, i).map_err(fault)?;
                take(row, record, symbol, row as f64 / total)?;
            }
        }
    }
    Ok(())
}

type Cell<'a> = Option<(&'a crate::data::table::ColumnInfo, &'a Buffer)>;

fn record_of<'a>(
    cells: &[Cell<'a>; FIELDS],
    row: usize,
) -> Result<(Record, Option<&'a str>), String> {
    let values = [number_at(cells[FIRST], row)?, {
        let second = number_at(cells[SECOND], row)?;
        second.or(number_at(cells[STAND_IN], row)?)
    }];
    let record = Record {
        time: time_at(cells[TIME], row)?.ok_or("no time")?,
        available_at: time_at(cells[AVAILABLE], row)?,
        values: signed(values, text_at(cells[SIDE], row))?,
    };
    Ok((record, text_at(cells[SYMBOL], row)))
}

fn number_at(cell: Cell<'_>, row: usize) -> Result<Option<f64>, String> {
    match cell {
        None => Ok(None),
        Some((_, Buffer::F64(values))) => Ok(values.get(row).copied().filter(|v| !v.is_nan())),
        #[expect(clippy::cast_precision_loss, reason = "whole quantities are small")]
        Some((_, Buffer::I64(values))) => Ok(values
            .get(row)
            .filter(|v| **v != Buffer::NO_INT)
            .map(|v| *v as f64)),
        Some((_, Buffer::Text(values))) => {
            let text = values.get(row).filter(|t| !t.is_empty());
            let number =
                |t: &String| parse_number(t).ok_or_else(|| format!("`{}` is not a number", cut(t)));
            text.map(number).transpose()
        }
        Some((column, Buffer::Bool(_))) => Err(format!("{} holds no numbers", column.name)),
    }
}

fn time_at(cell: Cell<'_>, row: usize) -> Result<Option<Timestamp>, String> {
    let Some((column, buffer)) = cell else {
        return Ok(None);
    };
    if let Some(text) = buffer.texts().get(row).filter(|t| !t.is_empty()) {
        let time = parse_time(text).ok_or_else(|| format!("`{}` is not a time", cut(text)))?;
        return Ok(Some(time));
    }
    let value = match buffer.ints().get(row) {
        Some(value) if *value != Buffer::NO_INT => *value,
        _ => return Ok(None),
    };
    let time =
        to_millis(value, column.per_second).ok_or_else(|| format!("{value} is not a time"))?;
    Ok(Some(time))
}

fn text_at<'a>(cell: Cell<'a>, row: usize) -> Option<&'a str> {
    let text = cell?.1.texts().get(row)?;
    Some(text.as_str()).filter(|t| !t.is_empty())
}
