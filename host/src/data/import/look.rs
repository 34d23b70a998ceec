//! The rows of a file as they are, for a check: a row that is no candle does not end the reading.

use std::path::Path;

use super::format::{Format, format_of};
use super::rows::{Layout, Names};
use super::text::{self, Text};
use super::{HasHeader, check_there, unnamed_order};
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
    match format_of(path)? {
        Format::Text(text) => {
            // Rows of two orders are faults of the rows: a check goes on and counts them.
            let order = match columns {
                [] => unnamed_order(path, text).unwrap_or_default(),
                _ => None,
            };
            each_of_text(path, text, &names.ordered(order), take)
        }
        _ => each_of_table(CandleReader::open_unchecked(path, kind)?, take),
    }
}

/// Lines become candles, or what is wrong with them; the first line says what is where.
///
/// # Errors
/// They have no columns of candles, or an error of `take`.
pub(super) fn each_of_text(
    path: &Path,
    text: Text,
    names: &Names,
    take: &mut TakeRow<'_>,
) -> Result<(), DataError> {
    let mut layout = None;
    text::lines(path, text, &mut |row, fields, done| {
        let layout = match &layout {
            Some(layout) => layout,
            None => {
                let (found, header) =
                    Layout::of(names, fields).map_err(|e| e.context(path.display()))?;
                let found = layout.insert(found);
                if header == HasHeader::Yes {
                    return Ok(());
                }
                found
            }
        };
        let candle = layout.candle(fields);
        take(row, candle.as_ref().map_err(String::as_str), done)
    })
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
