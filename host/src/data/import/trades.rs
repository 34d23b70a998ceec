//! Archives of single trades: what takers bought in each minute goes into the candles that are there and do not say it.
//!
//! * Binance: `aggTrades` and `trades`, with or without header. Bybit: `trading` and `spot`.
//! * A minute counts where its trades add up to the volume of its candle. A file that is cut, of another market, or whose trades lie
//!   on the other side of a minute's end (Binance stamps an aggregate with its first fill) fills nothing there.
//! * Candles that say what takers bought keep what they say.

use std::path::Path;

use super::format::Format;
use super::rows::{cut, parse_number, place_of, renamed};
use super::{ImportRequest, Understood, row_fault, text};
use crate::data::DataError;
use crate::data::candles::TIME_MAX;
use crate::data::catalog::{Catalog, CatalogWriter, Series};
use crate::data::series::SeriesKey;
use crate::domain::{Candle, MINUTE_MS, Qty, Side, Timestamp};
use crate::venues::flow::MinuteFlow;
use crate::venues::rest::FlowRow;

/// Longest period of one file: memory holds its minutes. Archives are of a day or a month.
const DAYS_MAX: i64 = 400;
/// Part of its volume by which the trades of a minute may miss its candle.
const MISSED_MAX: f64 = 1e-3;

/// What trades did to the candles of one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The series.
    pub key: SeriesKey,
    /// Trades that were read.
    pub trades: u64,
    /// Candles that now say what takers bought.
    pub filled: u64,
    /// Candles that said it before.
    pub known: u64,
    /// Minutes whose trades do not add up to their candle: left as they were.
    pub differing: u64,
    /// Minutes with trades and without candle.
    pub without_candle: u64,
}

/// Imports one file of trades.
///
/// # Errors
/// The first fault of the file, or no candles that its trades could belong to.
pub(super) fn import(
    catalog: &Catalog,
    writer: &mut CatalogWriter,
    request: &ImportRequest,
    file: &Understood,
    key: &SeriesKey,
    progress: &mut dyn FnMut(&Path, f64),
) -> Result<Filled, DataError> {
    let series = catalog.find(key)?.ok_or_else(|| {
        let message = format!(
            "{}: there are no candles of {key} its trades could be counted into",
            file.path.display()
        );
        DataError::user(message).with_hint("import or fetch the candles first, then the trades")
    })?;
    let (trades, flow) = read(request, file, progress)?;
    let mut filled = Filled {
        key: key.clone(),
        trades,
        filled: 0,
        known: 0,
        differing: 0,
        without_candle: 0,
    };
    let Some((first, last)) = flow.span() else {
        let path = file.path.display();
        return Err(DataError::user(format!("{path} has no trades")));
    };
    let rows = flow.rows(first, last.plus_ms(MINUTE_MS));
    let traded = rows.iter().filter(|r| r.volume > 0.0).count() as u64;
    let mut met = 0;
    let writer = writer.series(key)?;
    for candle in candles_between(&series, first, last) {
        let candle = candle?;
        let minute = (candle.open_time.0 - first.0) / MINUTE_MS;
        let row = &rows[usize::try_from(minute).expect("it lies in the span")];
        met += u64::from(row.volume > 0.0);
        match takers_of(&candle, row) {
            Takers::Known => filled.known += 1,
            Takers::Differing => filled.differing += 1,
            Takers::Bought(taker_buy_volume) => {
                filled.filled += 1;
                writer.push(&Candle {
                    taker_buy_volume,
                    ..candle
                })?;
            }
        }
    }
    writer.end_file();
    filled.without_candle = traded - met;
    if filled.filled == 0 && filled.known == 0 {
        let message = format!(
            "{}: none of its {traded} minutes adds up to a candle of {key}",
            file.path.display()
        );
        return Err(DataError::user(message).with_hint(
            "are the trades of the same market, and its candles of the same days there?",
        ));
    }
    Ok(filled)
}

/// What a candle says of its takers, or what its trades say.
enum Takers {
    Known,
    Differing,
    Bought(f64),
}

fn takers_of(candle: &Candle, row: &FlowRow) -> Takers {
    if !candle.taker_buy_volume.is_nan() {
        return Takers::Known;
    }
    if (row.volume - candle.volume).abs() > MISSED_MAX * candle.volume {
        return Takers::Differing;
    }
    Takers::Bought(row.taker_buy_volume.min(candle.volume))
}

/// The candles of a period, both ends included, month by month.
fn candles_between(
    series: &Series,
    first: Timestamp,
    last: Timestamp,
) -> impl Iterator<Item = Result<Candle, DataError>> {
    let inside = move |time: Timestamp| first <= time && time <= last;
    let files = series.manifest.files.iter();
    let files = files.filter(move |f| f.first <= last && f.last >= first);
    files.flat_map(move |file| {
        let (candles, fault) = match series.read(file) {
            Ok(candles) => (candles, None),
            Err(fault) => (Vec::new(), Some(Err(fault))),
        };
        let candles = candles.into_iter().filter(move |c| inside(c.open_time));
        candles.map(Ok).chain(fault)
    })
}

fn read(
    request: &ImportRequest,
    file: &Understood,
    progress: &mut dyn FnMut(&Path, f64),
) -> Result<(u64, MinuteFlow), DataError> {
    let Format::Text(text) = file.format else {
        let path = file.path.display();
        return Err(DataError::user(format!(
            "{path}: trades are read from CSV, as archives have them"
        ))
        .with_hint("convert it to CSV with the columns time,side,qty"));
    };
    let mut layout = None;
    let (mut flow, mut trades, mut begin) = (MinuteFlow::default(), 0, None);
    text::lines(&file.path, text, &mut |row, fields, done| {
        let fault = |why: String| row_fault(&file.path, row, &why);
        if row.is_multiple_of(65_536) {
            progress(&file.path, done);
        }
        let layout = match &layout {
            Some(layout) => layout,
            None => {
                let (found, is_header) = Layout::of(request, fields).map_err(fault)?;
                let found = layout.insert(found);
                if is_header {
                    return Ok(());
                }
                found
            }
        };
        let trade = layout.trade(fields).map_err(fault)?;
        let begin = *begin.get_or_insert(trade.time);
        if (trade.time.0 - begin.0).abs() > DAYS_MAX * 1_440 * MINUTE_MS {
            return Err(fault(format!(
                "{} is more than {DAYS_MAX} days away from the first trade",
                trade.time
            )));
        }
        flow.add(trade.time, trade.taker, trade.qty);
        trades += 1;
        Ok(())
    })?;
    Ok((trades, flow))
}

struct Trade {
    time: Timestamp,
    taker: Side,
    qty: Qty,
}

/// Where the fields of a trade stand in a line.
#[derive(Debug, Clone, Copy)]
struct Layout {
    time: usize,
    qty: usize,
    taker: Taker,
    width: usize,
}

/// Who took: a column with the side, or one that says whether the buyer was the maker.
#[derive(Debug, Clone, Copy)]
enum Taker {
    Side(usize),
    IsBuyerMaker(usize),
}

impl Layout {
    /// From the first line: names, or values as the archives of Binance write them. Tells whether it is names.
    fn of(request: &ImportRequest, first: &[&str]) -> Result<(Self, bool), String> {
        if let Some(layout) = Self::unnamed(first) {
            return Ok((layout, false));
        }
        let columns = renamed(&request.map, first);
        let place = |names: &[&str]| place_of(&columns, names);
        let missing = |name: &str| {
            let show: String = columns.join(", ").chars().take(200).collect();
            format!("no column `{name}` of trades (there are: {show})")
        };
        let side = place(&["side"]).map(Taker::Side);
        let maker = || place(&["is_buyer_maker"]).map(Taker::IsBuyerMaker);
        let layout = Self {
            time: place(&["transact_time", "time", "timestamp"]).ok_or_else(|| missing("time"))?,
            qty: place(&["quantity", "qty", "size", "volume"]).ok_or_else(|| missing("qty"))?,
            taker: side.or_else(maker).ok_or_else(|| missing("side"))?,
            width: columns.len(),
        };
        Ok((layout, true))
    }

    /// Binance without header: `aggTrades` are id, price, quantity, first id, last id, time, maker; `trades` are id, price,
    /// quantity, quote quantity, time, maker. Spot has one more column at the end.
    fn unnamed(first: &[&str]) -> Option<Self> {
        let maker = first.iter().position(|f| is_true(f).is_some())?;
        matches!(maker, 5 | 6).then(|| Self {
            time: maker - 1,
            qty: 2,
            taker: Taker::IsBuyerMaker(maker),
            width: first.len(),
        })
    }

    fn trade(&self, fields: &[&str]) -> Result<Trade, String> {
        if fields.len() != self.width {
            return Err(format!(
                "{} columns instead of {}",
                fields.len(),
                self.width
            ));
        }
        let (time, qty) = (fields[self.time], fields[self.qty]);
        let time = moment(time).ok_or_else(|| format!("`{}` is not a time", cut(time)))?;
        let number = parse_number(qty).filter(|q| *q > 0.0);
        let number = number.and_then(|q| Qty::from_f64(q).ok());
        let qty = number.ok_or_else(|| format!("quantity `{}` is not one", cut(qty)))?;
        let taker = match self.taker {
            Taker::Side(place) => match fields[place].to_ascii_lowercase().as_str() {
                "buy" => Some(Side::Buy),
                "sell" => Some(Side::Sell),
                _ => None,
            },
            Taker::IsBuyerMaker(place) => {
                is_true(fields[place]).map(|is_maker| if is_maker { Side::Sell } else { Side::Buy })
            }
        };
        let taker = taker.ok_or("the side of its taker is not clear")?;
        Ok(Trade { time, taker, qty })
    }
}

fn is_true(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Seconds with decimals, or milliseconds or microseconds without; what is finer than a millisecond is dropped.
fn moment(text: &str) -> Option<Timestamp> {
    let digits = |t: &str| !t.is_empty() && t.len() <= 18 && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let known = digits(whole) && (decimals.is_empty() || digits(decimals));
    let whole: i64 = known.then(|| whole.parse().ok())??;
    let millis = match whole {
        0..100_000_000_000 => {
            let padded: String = decimals.chars().chain("000".chars()).take(3).collect();
            whole * 1_000 + padded.parse::<i64>().ok()?
        }
        100_000_000_000..100_000_000_000_000 => whole,
        _ => whole / 1_000,
    };
    Some(Timestamp(millis)).filter(|t| *t < TIME_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_of_all_archives() {
        for (text, millis) in [
            ("1788220800.1169", Some(1_788_220_800_116)),
            ("1788220800.5", Some(1_788_220_800_500)),
            ("1788220800", Some(1_788_220_800_000)),
            ("1784073600069", Some(1_784_073_600_069)),
            ("1735689600123456", Some(1_735_689_600_123)),
            ("999999999999999999", None),
            ("1.2.3", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(moment(text), millis.map(Timestamp), "{text}");
        }
    }

    #[test]
    fn layouts_of_all_archives() {
        let request = ImportRequest::default();
        let of = |line: &str| Layout::of(&request, &line.split(',').collect::<Vec<_>>());
        for (line, time, qty, is_header) in [
            (
                "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
                5,
                2,
                true,
            ),
            ("1,65014.6,0.03,1,1,1784073600069,true", 5, 2, false),
            ("1,65014.6,0.03,1,1,1784073600069123,True,True", 5, 2, false),
            ("id,price,qty,quote_qty,time,is_buyer_maker", 4, 2, true),
            ("1,65014.6,0.03,1950.4,1784073600069,false", 4, 2, false),
            (
                "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional,RPI",
                0,
                3,
                true,
            ),
            ("id,timestamp,price,volume,side", 1, 3, true),
        ] {
            let (layout, named) = of(line).expect(line);
            assert_eq!(
                (layout.time, layout.qty, named),
                (time, qty, is_header),
                "{line}"
            );
        }
        assert!(
            of("a,b")
                .expect_err("no trades")
                .contains("no column `time`")
        );
    }

    proptest! {
        #[test]
        fn any_line_is_survived(lines in prop::collection::vec(prop::collection::vec("[0-9a-zA-Z.+-]{0,20}|true|side|time|qty", 0..9), 2)) {
            let line = |i: usize| lines[i].iter().map(String::as_str).collect::<Vec<_>>();
            if let Ok((layout, _)) = Layout::of(&ImportRequest::default(), &line(0)) {
                let _ = layout.trade(&line(1));
            }
        }
    }
}
