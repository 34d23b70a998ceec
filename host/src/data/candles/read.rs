//! Reading candles from a Parquet file: columns of many spellings become candles, every row is checked.

use std::path::Path;

use super::{ALIASES, REQUIRED, VOLUME, check_row, price_of, to_millis, units};
use crate::data::DataError;
use crate::data::grid::Grid;
use crate::data::table::{Batches, Buffer, ColumnType, TableReader};
use crate::domain::{Candle, CandleKind, Price, Timeframe, Timestamp};

/// Stands for a time that is none where the caller judges the rows.
pub(in crate::data) const NO_TIME: Timestamp = Timestamp(i64::MIN);

/// Rows decoded at a time: small enough to stay in the second-level cache.
const BATCH_ROWS: usize = 4_096;

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
    volume: Volume,
}

/// Must a file have volumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Volume {
    /// It is of trades.
    Needed,
    /// It is of a mark or index price: an absent volume is none.
    NoneElse,
}

impl Volume {
    fn of(kind: CandleKind) -> Self {
        match kind {
            CandleKind::Candles => Self::Needed,
            CandleKind::Mark | CandleKind::Index => Self::NoneElse,
        }
    }
}

/// What to do with a row of the same time as the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// It is disorder.
    Refuse,
    /// Hand it on: the caller compares the two.
    Pass,
    /// Hand on every row, whatever it says: the caller judges. What is no price becomes zero, which no price is; what is no time
    /// becomes [`NO_TIME`].
    Unchecked,
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

    /// The same for candles of a kind (mark and index prices need no volume) in a file whose columns have other names; `named` makes
    /// ours of them.
    ///
    /// # Errors
    /// Not a table, or without the columns of the kind.
    pub(in crate::data) fn open_named(
        path: &Path,
        grid: Grid,
        kind: CandleKind,
        named: impl FnOnce(&[&str]) -> Vec<String>,
    ) -> Result<Self, DataError> {
        let table = TableReader::open(path)?;
        let names: Vec<_> = table.columns().iter().map(|c| c.name.as_str()).collect();
        let names = named(&names);
        Self::with_columns(table, path, grid, Volume::of(kind), &names)
    }

    /// Reads a file whose rows the caller judges one by one.
    ///
    /// # Errors
    /// Not Parquet, or without the columns of candles.
    pub(in crate::data) fn open_unchecked(
        path: &Path,
        kind: CandleKind,
    ) -> Result<Self, DataError> {
        let grid = Grid::new(Timeframe::M1);
        let reader = Self::with_volume(TableReader::open(path)?, path, grid, Volume::of(kind))?;
        Ok(reader.with_repeats(Repeats::Unchecked))
    }

    /// Reads an open table.
    ///
    /// # Errors
    /// It has not the columns of candles.
    pub fn new(table: TableReader, path: &Path, grid: Grid) -> Result<Self, DataError> {
        Self::with_volume(table, path, grid, Volume::Needed)
    }

    fn with_volume(
        table: TableReader,
        path: &Path,
        grid: Grid,
        volume: Volume,
    ) -> Result<Self, DataError> {
        let names: Vec<_> = (table.columns().iter())
            .map(|c| c.name.to_ascii_lowercase())
            .collect();
        Self::with_columns(table, path, grid, volume, &names)
    }

    fn with_columns(
        table: TableReader,
        path: &Path,
        grid: Grid,
        volume: Volume,
        columns: &[String],
    ) -> Result<Self, DataError> {
        let name = path.display().to_string();
        let numbers = |c: ColumnType| matches!(c, ColumnType::Int | ColumnType::Float);
        // The first alias that is there wins, as in text.
        let places = ALIASES.map(|aliases| {
            aliases.iter().find_map(|alias| {
                let mut columns = columns.iter().zip(table.columns());
                columns.position(|(name, c)| name == alias && numbers(c.kind))
            })
        });
        let needed = |i: &usize| *i != VOLUME || volume == Volume::Needed;
        let missing = (0..REQUIRED).filter(needed).find(|i| places[*i].is_none());
        if let Some(missing) = missing {
            let have: Vec<_> = table.columns().iter().map(|c| c.name.as_str()).collect();
            return Err(DataError::user(format!(
                "{name} has no column `{}` with numbers (it has {})",
                ALIASES[missing][0],
                have.join(", ")
            ))
            .with_hint(match volume {
                Volume::Needed => "candles need open_time, open, high, low, close, volume",
                Volume::NoneElse => "prices need open_time, open, high, low, close",
            }));
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
            volume,
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
                .take(columns, rows, self.per_second, self.repeats)
                .and_then(|()| {
                    let columns = self.plain.filled(columns, self.volume);
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
        repeats: Repeats,
    ) -> Result<(), (usize, String)> {
        self.times.clear();
        for row in 0..rows {
            let time = match time_at(columns[0], row, per_second) {
                Some(time) => time,
                None if repeats == Repeats::Unchecked => NO_TIME,
                None => return Err((row, "the time is not one".to_owned())),
            };
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

    /// Puts zeros for volumes that may be absent and are; the columns without the one that was replaced.
    fn filled<'a>(
        &mut self,
        mut columns: [Option<&'a Buffer>; 9],
        volume: Volume,
    ) -> [Option<&'a Buffer>; 9] {
        if volume == Volume::NoneElse {
            let numbers = &mut self.numbers[VOLUME - 1];
            if let Some(Buffer::F64(recorded)) = columns[VOLUME].take() {
                numbers.clone_from(recorded);
            }
            numbers
                .iter_mut()
                .filter(|v| v.is_nan())
                .for_each(|v| *v = 0.0);
        }
        columns
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
            } else if order.repeats == Repeats::Unchecked {
                prices.map(|p| price_of(p).unwrap_or(Price::ZERO))
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
            if !(follows && sound) && order.repeats != Repeats::Unchecked {
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
