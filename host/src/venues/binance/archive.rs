//! Files of `data.binance.vision`: one CSV in a zip, with a header or without, times in milliseconds or microseconds.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use super::KLINE_COLUMNS;
use super::requests::{INTEREST_RELABELED, path_file};
use super::wire::market::KlineRow;
use super::wire::{Text, moment};
use crate::domain::{CandleKind, Timestamp};
use crate::venues::rest::{InterestRow, ReadSeek, Rows, Window, WireError, number, shown};

/// Most text a file unfolds to: a month of minutes has 7 MB, of one-second candles 400.
const TEXT_MAX: u64 = 64 << 20;

/// Longest line; real ones have 150 bytes. Its fields are kept together, so a file of commas would fill memory.
const LINE_MAX: u64 = 4_096;

/// What lines are handed to: is it the first one, its fields.
type TakeLine<'a> = dyn FnMut(bool, &[&str]) -> Result<(), WireError> + 'a;

/// Candles of a file of klines, mark or index prices.
pub(super) fn candles(
    kind: CandleKind,
    window: &Window,
    file: &mut dyn ReadSeek,
) -> Result<Rows, WireError> {
    let mut candles = Vec::new();
    let mut columns = Columns::of(&KLINE_COLUMNS);
    lines(window, file, &mut |first, fields| {
        if first && fields[0].parse::<i64>().is_err() {
            columns = Columns::of(fields);
            return Ok(());
        }
        let text = |name: &'static str| columns.field(fields, name);
        let whole = |name: &'static str| -> Result<i64, WireError> {
            let text = text(name)?;
            let not_whole = |_| WireError(format!("{name} `{}` is no whole number", shown(text)));
            text.parse().map_err(not_whole)
        };
        let decimal = |name| text(name).map(|t| Text(Cow::Borrowed(t)));
        let row = KlineRow {
            open_time: whole("open_time")?,
            prices: [
                decimal("open")?,
                decimal("high")?,
                decimal("low")?,
                decimal("close")?,
            ],
            volume: decimal("volume")?,
            quote_volume: decimal("quote_volume")?,
            count: whole("count")?,
            taker_buy_volume: decimal("taker_buy_volume")?,
        };
        candles.push(row.candle(kind)?);
        Ok(())
    })?;
    Ok(Rows::Candles(candles))
}

/// Open interest of a file of `metrics`, in the file's order: many have every row twice, some are not sorted, slots may be missing.
/// Zeros stand for samples that were not taken (2022-03-07 and 08) and are left out, as are empty ones.
pub(super) fn open_interest(window: &Window, file: &mut dyn ReadSeek) -> Result<Rows, WireError> {
    let name = path_file(&window.request.path);
    let symbol = name.split_once("-metrics-").map(|(symbol, _)| symbol);
    let mut samples = Vec::new();
    let mut columns = None;
    lines(window, file, &mut |_, fields| {
        let Some(columns) = &columns else {
            columns = Some(Columns::of(fields));
            return Ok(());
        };
        let text = |name: &'static str| columns.field(fields, name);
        let of = text("symbol")?;
        if Some(of) != symbol {
            return Err(WireError(format!("a row of `{}`", shown(of))));
        }
        let quote = match text("sum_open_interest_value")? {
            "" => f64::NAN,
            value => number("sum_open_interest_value", value)?,
        };
        let base = match text("sum_open_interest")? {
            "" => 0.0,
            value => number("sum_open_interest", value)?,
        };
        let time = time_of_text(text("create_time")?)?;
        // The last file of the old kind and the first of the new one both have this midnight, with samples of five minutes apart.
        let is_double = window.from < INTEREST_RELABELED && time >= INTEREST_RELABELED;
        if base != 0.0 && !is_double {
            samples.push(InterestRow { time, base, quote });
        }
        Ok(())
    })?;
    Ok(Rows::OpenInterest(samples))
}

/// `2026-07-15 00:05:00`, UTC, or milliseconds.
fn time_of_text(text: &str) -> Result<Timestamp, WireError> {
    if let Ok(value) = text.parse() {
        return moment("create_time", value);
    }
    let bad = |_| WireError(format!("create_time `{}` is no time", shown(text)));
    Timestamp::parse(&format!("{}Z", text.replacen(' ', "T", 1))).map_err(bad)
}

/// Where columns stand.
struct Columns(Vec<String>);

impl Columns {
    fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|n| (*n).to_owned()).collect())
    }

    fn field<'a>(&self, fields: &[&'a str], name: &str) -> Result<&'a str, WireError> {
        let place = self.0.iter().position(|n| n == name);
        let found = place.and_then(|place| fields.get(place).copied());
        found.ok_or_else(|| WireError(format!("there is no column {name}")))
    }
}

/// Hands on the lines of the one CSV in a zip. Errors get the file's name and the line.
fn lines(
    window: &Window,
    file: &mut dyn ReadSeek,
    take: &mut TakeLine<'_>,
) -> Result<(), WireError> {
    let name = path_file(&window.request.path);
    let damaged = |why: &dyn std::fmt::Display| WireError(format!("binance {name}: {why}"));
    let mut zip = zip::ZipArchive::new(file).map_err(|e| damaged(&e))?;
    let wanted = name.replace(".zip", ".csv");
    let entry = zip
        .by_name(&wanted)
        .map_err(|e| damaged(&format!("no {wanted} inside ({e})")))?;
    if entry.size() > TEXT_MAX {
        let claimed = entry.size();
        return Err(damaged(&format!(
            "it claims to unfold to {claimed} bytes, more than {TEXT_MAX}"
        )));
    }
    // A file that holds more than it claims ends in an error of the reader.
    let mut reader = BufReader::with_capacity(1 << 16, entry);
    let (mut line, mut row) = (String::new(), 0u64);
    loop {
        line.clear();
        row += 1;
        let in_row = |why: &dyn std::fmt::Display| damaged(&format!("line {row}: {why}"));
        let mut bounded = (&mut reader).take(LINE_MAX);
        if bounded.read_line(&mut line).map_err(|e| in_row(&e))? == 0 {
            return Ok(());
        }
        if line.len() as u64 == LINE_MAX && !line.ends_with('\n') {
            return Err(in_row(&format!("more than {LINE_MAX} bytes")));
        }
        let text = line.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let fields: Vec<&str> = text.split(',').map(|f| f.trim_matches('"')).collect();
        take(row == 1, &fields).map_err(|e| in_row(&e))?;
    }
}
