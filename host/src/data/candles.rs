//! Candles in Parquet: the layout of our files, both ways, with every row checked on the way in.
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `open_time` | int64 | start, milliseconds since 1970 UTC |
//! | `open`, `high`, `low`, `close` | double | price, quote currency |
//! | `volume` | double | base currency |
//! | `taker_buy_volume`, `quote_volume` | double, optional | see [`Candle`] |
//! | `trades` | int64, optional | number of trades |

use std::path::Path;

use crate::data::DataError;
use crate::data::table::{Batches, Buffer, Column, ColumnType, TableReader};
use crate::domain::{Candle, MINUTE_MS, Price, Timeframe, Timestamp};

/// Rows decoded at a time: small enough to stay in the second-level cache.
const BATCH_ROWS: usize = 4_096;

/// The columns of a candle table.
///
/// # Panics
/// A number of trades that is not whole: checked on import.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "counts of trades are whole and small"
)]
pub fn to_columns(candles: &[Candle]) -> Vec<(&'static str, Column)> {
    let floats = |get: fn(&Candle) -> f64| Column::F64(candles.iter().map(get).collect());
    let optional = |get: fn(&Candle) -> f64| {
        Column::OptF64(
            candles
                .iter()
                .map(|c| Some(get(c)).filter(|v| !v.is_nan()))
                .collect(),
        )
    };
    vec![
        (
            "open_time",
            Column::I64(candles.iter().map(|c| c.open_time.0).collect()),
        ),
        ("open", floats(|c| c.open.to_f64())),
        ("high", floats(|c| c.high.to_f64())),
        ("low", floats(|c| c.low.to_f64())),
        ("close", floats(|c| c.close.to_f64())),
        ("volume", floats(|c| c.volume)),
        ("taker_buy_volume", optional(|c| c.taker_buy_volume)),
        ("quote_volume", optional(|c| c.quote_volume)),
        (
            "trades",
            Column::OptI64(
                candles
                    .iter()
                    .map(|c| Some(c.trades).filter(|v| !v.is_nan()).map(|v| v as i64))
                    .collect(),
            ),
        ),
    ]
}

/// The most decimals any price has.
#[must_use]
pub fn decimals_of(candles: &[Candle]) -> u32 {
    let (mut decimals, mut unit) = (0, 100_000_000);
    for c in candles {
        for price in [c.open, c.high, c.low, c.close] {
            while price.0 % unit != 0 {
                unit /= 10;
                decimals += 1;
            }
        }
    }
    decimals
}

/// Names under which files keep the columns of a candle, in the order of [`Candle`].
pub(crate) const ALIASES: [&[&str]; 9] = [
    &[
        "open_time",
        "time",
        "timestamp",
        "ts",
        "date",
        "datetime",
        "start",
        "open time",
    ],
    &["open", "o"],
    &["high", "h"],
    &["low", "l"],
    &["close", "c"],
    &["volume", "v", "vol", "base_volume"],
    &[
        "quote_volume",
        "quote_asset_volume",
        "turnover",
        "quote_vol",
    ],
    &[
        "taker_buy_volume",
        "taker_buy_base_volume",
        "taker_buy_base_asset_volume",
        "taker_base_vol",
    ],
    &[
        "trades",
        "count",
        "number_of_trades",
        "trade_count",
        "num_trades",
    ],
];

/// Columns a file must have: the first six.
pub(crate) const REQUIRED: usize = 6;

/// The grid of a base timeframe: checks that times lie on it and finds the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    timeframe: Timeframe,
    /// Length where all candles are equally long; months are not.
    length_ms: Option<i64>,
    shift_ms: i64,
}

impl Grid {
    /// The grid of a timeframe.
    #[must_use]
    pub fn new(timeframe: Timeframe) -> Self {
        let monday = 4 * 24 * 60 * MINUTE_MS;
        Self {
            timeframe,
            length_ms: (timeframe != Timeframe::Month1).then(|| timeframe.minutes() * MINUTE_MS),
            shift_ms: if timeframe == Timeframe::W1 {
                monday
            } else {
                0
            },
        }
    }

    /// Its timeframe.
    #[must_use]
    pub fn timeframe(self) -> Timeframe {
        self.timeframe
    }

    /// Does a candle start here.
    #[inline]
    #[must_use]
    pub fn contains(self, time: Timestamp) -> bool {
        match self.length_ms {
            Some(length) => (time.0 - self.shift_ms).rem_euclid(length) == 0,
            None => self.timeframe.bucket_start(time) == time,
        }
    }

    /// Start of the next candle.
    #[inline]
    #[must_use]
    pub fn next(self, time: Timestamp) -> Timestamp {
        match self.length_ms {
            Some(length) => time.plus_ms(length),
            None => self.timeframe.bucket_end(time),
        }
    }

    /// Is `time` the start of the candle after the one at `last`, which is on the grid.
    #[inline]
    pub(crate) fn is_next(self, last: Timestamp, time: Timestamp) -> bool {
        self.length_ms == Some(time.0 - last.0)
    }

    /// How many candles start in `[from, to)`, both on the grid.
    #[must_use]
    pub fn count(self, from: Timestamp, to: Timestamp) -> u64 {
        if from >= to {
            return 0;
        }
        match self.length_ms {
            Some(length) => u64::try_from((to.0 - from.0) / length).expect("from < to"),
            None => {
                let months = |t: Timestamp| {
                    let (year, month) = t.year_month();
                    i64::from(year) * 12 + i64::from(month)
                };
                u64::try_from(months(to) - months(from)).unwrap_or(0)
            }
        }
    }
}

/// Times this program accepts: 1970 to 2200. Anything else is a unit mistaken for another.
pub(crate) const TIME_MAX: Timestamp = Timestamp(7_258_118_400_000);

/// Is this row a candle that may follow the one before it.
///
/// # Errors
/// The first thing that is wrong with it, in a few words.
#[inline]
pub(crate) fn check_row(
    candle: &Candle,
    last: Option<Timestamp>,
    grid: Grid,
) -> Result<(), String> {
    let time = candle.open_time;
    if time.0 < 0 || time >= TIME_MAX {
        return Err(format!(
            "time {} lies outside the years 1970 to 2200",
            time.0
        ));
    }
    if !grid.contains(time) {
        return Err(format!(
            "{} is not on the grid of {}",
            time.rfc3339(),
            grid.timeframe()
        ));
    }
    if let Some(last) = last
        && time <= last
    {
        return Err(format!("time {time} does not come after {last}"));
    }
    candle.validate().map_err(|fault| {
        format!(
            "impossible candle at {time} ({fault}): open {} high {} low {} close {} volume {}",
            candle.open, candle.high, candle.low, candle.close, candle.volume
        )
    })?;
    if !candle.volume.is_finite() {
        return Err(format!(
            "volume {} at {time} is not a number",
            candle.volume
        ));
    }
    Ok(())
}

/// A file of candles being read, oldest first.
pub struct CandleReader {
    table: TableReader,
    name: String,
    grid: Grid,
    /// Where each column of a candle stands in the file.
    places: [Option<usize>; 9],
    per_second: Option<i64>,
    group: usize,
    open: Option<(Batches, [Option<usize>; 9])>,
    last: Option<Timestamp>,
    row: u64,
    plain: Plain,
    repeats: Repeats,
}

/// What to do with a row of the same time as the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// It is disorder.
    Refuse,
    /// Hand it on: the caller compares the two.
    Pass,
}

/// What may follow what.
#[derive(Clone, Copy)]
struct Order {
    grid: Grid,
    repeats: Repeats,
}

/// Columns of a batch brought to one type: times in milliseconds, the rest floats, absent ones NaN.
#[derive(Default)]
struct Plain {
    times: Vec<i64>,
    numbers: [Vec<f64>; 8],
}

impl CandleReader {
    /// Reads a file that nobody vouches for: every row is checked as it comes.
    ///
    /// # Errors
    /// Not Parquet, or without the columns of candles.
    pub fn open(path: &Path, grid: Grid) -> Result<Self, DataError> {
        Self::new(TableReader::open(path)?, path, grid)
    }

    /// Reads an open table.
    ///
    /// # Errors
    /// It has not the columns of candles.
    pub fn new(table: TableReader, path: &Path, grid: Grid) -> Result<Self, DataError> {
        let name = path.display().to_string();
        let mut places = [None; 9];
        for (place, names) in places.iter_mut().zip(ALIASES) {
            *place = table.columns().iter().position(|c| {
                names.contains(&c.name.to_ascii_lowercase().as_str())
                    && matches!(c.kind, ColumnType::Int | ColumnType::Float)
            });
        }
        if let Some(missing) = (0..REQUIRED).find(|i| places[*i].is_none()) {
            let have: Vec<_> = table.columns().iter().map(|c| c.name.as_str()).collect();
            return Err(DataError::user(format!(
                "{name} has no column `{}` with numbers (it has {})",
                ALIASES[missing][0],
                have.join(", ")
            ))
            .with_hint("candles need open_time, open, high, low, close, volume"));
        }
        let time = &table.columns()[places[0].expect("checked above")];
        let per_second = time.per_second;
        Ok(Self {
            table,
            name,
            grid,
            places,
            per_second,
            group: 0,
            open: None,
            last: None,
            row: 0,
            plain: Plain::default(),
            repeats: Repeats::Refuse,
        })
    }

    /// The same reader with another rule for repeated rows.
    #[must_use]
    pub fn with_repeats(self, repeats: Repeats) -> Self {
        Self { repeats, ..self }
    }

    /// Rows the file claims to have.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.table.rows()
    }

    /// Skips row groups that end before a moment. Their rows are not checked.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn skip_to(&mut self, from: Timestamp) -> Result<(), DataError> {
        while self.open.is_none() && self.group + 1 < self.table.groups() {
            let time = self.places[0].expect("checked on opening");
            let mut next = self.table.read_group(self.group + 1, &[time])?;
            let (_, buffers) = next.next(1)?;
            let Some(first) = self.times(&buffers[0]).next().transpose()? else {
                break;
            };
            if first > from {
                break;
            }
            self.row += self.table.group_rows(self.group);
            self.group += 1;
        }
        Ok(())
    }

    /// Appends the next candles to `out`; `false` at the end of the file.
    ///
    /// # Errors
    /// Damaged bytes, or the first row that cannot follow the one before it.
    pub fn read(&mut self, out: &mut Vec<Candle>) -> Result<bool, DataError> {
        loop {
            if self.open.is_none() && !self.open_group()? {
                return Ok(false);
            }
            let (batches, order) = self.open.as_mut().expect("opened above");
            let (rows, buffers) = batches.next(BATCH_ROWS)?;
            if rows == 0 {
                self.open = None;
                self.group += 1;
                continue;
            }
            let columns = order.map(|o| o.map(|i| &buffers[i]));
            let result = self
                .plain
                .take(columns, rows, self.per_second)
                .and_then(|()| {
                    let order = Order {
                        grid: self.grid,
                        repeats: self.repeats,
                    };
                    self.plain.append(columns, rows, order, &mut self.last, out)
                });
            result.map_err(|(row, why)| self.fault(row, &why))?;
            self.row += rows as u64;
            return Ok(true);
        }
    }

    fn fault(&self, row: usize, why: &str) -> DataError {
        DataError::user(format!(
            "{}, row {}: {why}",
            self.name,
            self.row + row as u64 + 1
        ))
    }

    /// Opens the next row group that has rows; columns that are absent in all of it are not read.
    fn open_group(&mut self) -> Result<bool, DataError> {
        if self.group >= self.table.groups() {
            return Ok(false);
        }
        let mut wanted = Vec::new();
        let mut order = [None; 9];
        for (index, place) in self.places.iter().enumerate() {
            let Some(place) = *place else { continue };
            if index >= REQUIRED && self.table.all_absent(self.group, place) {
                continue;
            }
            order[index] = Some(wanted.len());
            wanted.push(place);
        }
        self.open = Some((self.table.read_group(self.group, &wanted)?, order));
        Ok(true)
    }

    fn times<'a>(
        &'a self,
        buffer: &'a Buffer,
    ) -> impl Iterator<Item = Result<Timestamp, DataError>> + 'a {
        let count = buffer.ints().len().max(buffer.floats().len());
        (0..count).map(|i| {
            time_at(Some(buffer), i, self.per_second)
                .ok_or_else(|| self.fault(i, "the time is not one"))
        })
    }
}

/// Milliseconds of a time in a unit that is said or, by its size, plain: s, ms, µs or ns since 1970.
#[inline]
pub(crate) fn to_millis(value: i64, per_second: Option<i64>) -> Option<Timestamp> {
    let per_second = per_second.unwrap_or(match value {
        100_000_000_000..100_000_000_000_000 => 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000_000,
        100_000_000_000_000_000.. => 1_000_000_000,
        _ => 1,
    });
    match per_second {
        1_000 => Some(Timestamp(value)),
        1 => value.checked_mul(1_000).map(Timestamp),
        _ => {
            let per_milli = per_second / 1_000;
            (value % per_milli == 0).then(|| Timestamp(value / per_milli))
        }
    }
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be whole and small"
)]
fn time_at(column: Option<&Buffer>, row: usize, per_second: Option<i64>) -> Option<Timestamp> {
    match column? {
        Buffer::I64(v) => to_millis(v[row], per_second),
        Buffer::F64(v) => {
            let value = v[row];
            (value.fract() == 0.0 && value.abs() < 1e18)
                .then_some(value as i64)
                .and_then(|v| to_millis(v, per_second))
        }
        _ => None,
    }
}

impl Plain {
    /// Brings what is not yet of the one type to it. An error names the row within the batch.
    #[expect(
        clippy::cast_precision_loss,
        reason = "volumes and counts, as documented"
    )]
    fn take(
        &mut self,
        columns: [Option<&Buffer>; 9],
        rows: usize,
        per_second: Option<i64>,
    ) -> Result<(), (usize, String)> {
        self.times.clear();
        for row in 0..rows {
            let time = time_at(columns[0], row, per_second)
                .ok_or_else(|| (row, "the time is not one".to_owned()))?;
            self.times.push(time.0);
        }
        for (numbers, column) in self.numbers.iter_mut().zip(&columns[1..]) {
            numbers.clear();
            match column {
                Some(Buffer::F64(_)) => {}
                Some(Buffer::I64(v)) => numbers.extend(v.iter().map(|v| {
                    if *v == Buffer::NO_INT {
                        f64::NAN
                    } else {
                        *v as f64
                    }
                })),
                _ => numbers.resize(rows, f64::NAN),
            }
        }
        Ok(())
    }

    /// Makes candles and checks them. The usual row follows the one before it and is in order, which a few comparisons tell;
    /// whatever is not goes through the exact checks.
    fn append(
        &self,
        columns: [Option<&Buffer>; 9],
        rows: usize,
        order: Order,
        last: &mut Option<Timestamp>,
        out: &mut Vec<Candle>,
    ) -> Result<(), (usize, String)> {
        let grid = order.grid;
        let column = |i: usize| match columns[i] {
            Some(Buffer::F64(v)) => &v[..rows],
            _ => &self.numbers[i - 1][..rows],
        };
        let [open, high, low, close] = [column(1), column(2), column(3), column(4)];
        let [volume, quote, taker, trades] = [column(5), column(6), column(7), column(8)];
        let times = &self.times[..rows];
        out.reserve(rows);
        for row in 0..rows {
            let time = Timestamp(times[row]);
            let prices = [open[row], high[row], low[row], close[row]];
            let usual = prices.iter().all(|p| (0.01..20_000_000.0).contains(p));
            let [open, high, low, close] = if usual {
                prices.map(units)
            } else {
                let price = |p: f64| price_of(p).map_err(|why| (row, format!("{why} at {time}")));
                [
                    price(prices[0])?,
                    price(prices[1])?,
                    price(prices[2])?,
                    price(prices[3])?,
                ]
            };
            let candle = Candle {
                open_time: time,
                open,
                high,
                low,
                close,
                volume: volume[row],
                quote_volume: quote[row],
                taker_buy_volume: taker[row],
                trades: trades[row],
            };
            let follows = last.is_some_and(|last| grid.is_next(last, time));
            let sound = usual
                & (high >= open)
                & (high >= close)
                & (low <= open)
                & (low <= close)
                & (0.0..f64::MAX).contains(&candle.volume);
            if !(follows && sound) {
                let repeated = order.repeats == Repeats::Pass && *last == Some(time);
                let before = last.filter(|_| !repeated);
                check_row(&candle, before, grid).map_err(|why| (row, why))?;
            }
            *last = Some(time);
            out.push(candle);
        }
        Ok(())
    }
}

/// The nearest unit of 1e-8, as [`Price::from_f64`] gives it, for values under 20 million: adding 1.5 x 2^52 leaves the
/// integer, rounded half to even, in the low bits, without a call of the rounding function.
#[inline]
#[expect(
    clippy::cast_possible_wrap,
    reason = "a difference of two bit patterns of one exponent"
)]
fn units(value: f64) -> Price {
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    Price((value * 1e8 + SHIFT).to_bits() as i64 - SHIFT.to_bits() as i64)
}

/// A price that 1e-8 can hold: one that would change by more than a millionth has a finer grid than this program.
///
/// # Errors
/// What is wrong with it.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "only small prices come so far")]
pub(crate) fn price_of(value: f64) -> Result<Price, String> {
    let price = Price::from_f64(value).map_err(|_| format!("`{value}` is not a price"))?;
    let coarse = price.0.abs() < 1_000_000;
    if coarse && (value * 1e8 - price.0 as f64).abs() > 1e-6 * (value * 1e8).abs() {
        return Err(format!("price {value} is finer than 0.00000001"));
    }
    Ok(price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_of_all_units() {
        let minute = Timestamp(1_735_689_600_000);
        for value in [
            1_735_689_600,
            1_735_689_600_000,
            1_735_689_600_000_000,
            1_735_689_600_000_000_000,
        ] {
            assert_eq!(to_millis(value, None), Some(minute), "{value}");
        }
        assert_eq!(to_millis(1_735_689_600_000_001, None), None);
        assert_eq!(to_millis(5, Some(1_000)), Some(Timestamp(5)));
        assert_eq!(to_millis(i64::MIN, None), None);
    }

    #[test]
    fn decimals_are_counted() {
        let at = |text: &str| Candle::flat(Timestamp(0), text.parse().expect("a price"));
        assert_eq!(decimals_of(&[]), 0);
        assert_eq!(decimals_of(&[at("12"), at("1.5"), at("3")]), 1);
        assert_eq!(decimals_of(&[at("0.00000001"), at("0")]), 8);
    }

    #[test]
    fn grids_follow_the_calendar() {
        let day = |y, m, d| Timestamp::from_ymd(y, m, d).expect("a day");
        let month = Grid::new(Timeframe::Month1);
        assert!(month.contains(day(2024, 2, 1)) && !month.contains(day(2024, 2, 2)));
        assert_eq!(month.next(day(2024, 2, 1)), day(2024, 3, 1));
        assert_eq!(month.count(day(2023, 11, 1), day(2024, 2, 1)), 3);
        let week = Grid::new(Timeframe::W1);
        assert!(week.contains(day(2024, 1, 1)) && !week.contains(day(2024, 1, 2)));
        for timeframe in Timeframe::ALL {
            let grid = Grid::new(timeframe);
            let start = timeframe.bucket_start(day(2024, 5, 17));
            assert!(grid.contains(start));
            assert_eq!(grid.next(start), timeframe.bucket_end(start), "{timeframe}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_price_is_the_exact_one(value in 0.0f64..20_000_000.0, tiny in 0.0f64..0.001) {
            prop_assert_eq!(Ok(units(value)), Price::from_f64(value));
            prop_assert_eq!(Ok(units(tiny)), Price::from_f64(tiny));
        }
    }
}
