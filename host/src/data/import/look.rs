//! The rows of a file as they are, for a check: a row that is no candle does not end the reading.

use std::path::Path;

use super::rows::Names;
use super::{Format, HasHeader, check_there, format_of, layout_of, text};
use crate::data::DataError;
use crate::data::candles::CandleReader;
use crate::domain::{Candle, CandleKind};

/// A candle, in order or not, possible or not; or why the row is none.
pub(in crate::data) type Row<'a> = Result<&'a Candle, &'a str>;

/// What rows are handed to: number of the row (from 1), what it holds, part of the file that is done.
pub(in crate::data) type TakeRow<'a> = dyn FnMut(u64, Row<'_>, f64) -> Result<(), DataError> + 'a;

/// Hands on every row of a file of candles, mark or index prices. `columns` names those of a file without header.
///
/// # Errors
/// It is no table of candles at all, or an error of `take`.
pub(in crate::data) fn each_row(
    path: &Path,
    kind: CandleKind,
    columns: &[String],
    take: &mut TakeRow<'_>,
) -> Result<(), DataError> {
    check_there(path)?;
    let is_traded = kind == CandleKind::Candles;
    let mut names = Names::new(&[], columns)?;
    if !is_traded {
        names = names.without_volume();
    }
    let mut layout = None;
    let mut line = |row: u64, fields: &[&str], done: f64| {
        let layout = match &layout {
            Some(layout) => layout,
            None => {
                let (found, header) = layout_of(path, &names, fields)?;
                let found = layout.insert(found);
                if header == HasHeader::Yes {
                    return Ok(());
                }
                found
            }
        };
        let candle = layout.candle(fields);
        take(row, candle.as_ref().map_err(String::as_str), done)
    };
    match format_of(path)? {
        Format::Parquet => each_of_table(CandleReader::open_unchecked(path, kind)?, take),
        Format::Csv => text::csv_lines(path, &mut line),
        Format::Zip => text::zip_lines(path, &mut line),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a progress bar")]
fn each_of_table(mut reader: CandleReader, take: &mut TakeRow<'_>) -> Result<(), DataError> {
    let rows = reader.rows().max(1) as f64;
    let (mut batch, mut row) = (Vec::new(), 0);
    while reader.read(&mut batch)? {
        for candle in batch.drain(..) {
            row += 1;
            take(row, Ok(&candle), row as f64 / rows)?;
        }
    }
    Ok(())
}
