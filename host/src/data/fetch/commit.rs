//! Months that are complete become part of the catalog, together with the period that was asked.

use super::run::{Line, MonthWork, Work};
use super::{Fetcher, Key};
use crate::data::catalog::{CatalogWriter, RecordKey};
use crate::data::grid::Grid;
use crate::data::periods::Periods;
use crate::data::series::SeriesKey;
use crate::data::streams::record::Record;
use crate::data::{DataError, ErrorKind};
use crate::domain::Candle;
use crate::venues::rest::History;

/// Rows of a month.
enum Rows {
    Candles(Vec<Candle>),
    Records(Vec<Record>),
}

impl Rows {
    fn is_empty(&self) -> bool {
        match self {
            Self::Candles(rows) => rows.is_empty(),
            Self::Records(rows) => rows.is_empty(),
        }
    }
}

impl Fetcher<'_> {
    /// Commits months in one step, then removes their answers. Months without rows wait while the series has none at all, so that
    /// no empty series appears.
    pub(super) fn commit(
        &self,
        line: &Line,
        work: &mut Work,
        months: &[usize],
    ) -> Result<(), DataError> {
        if line.target.history == History::TakerFlow {
            return self.fill_in(line, work, months);
        }
        let mut rows = Vec::new();
        for &month in months {
            rows.push(self.rows(line, work, month)?);
        }
        if rows.iter().all(Rows::is_empty) {
            if self.request.erase {
                let note = "the venue has nothing of this period: what was there is kept";
                work.fetched.notes.push(note.to_owned());
                return Ok(());
            }
            if !self.is_there(&line.target.key)? {
                work.empty.extend(months);
                return Ok(());
            }
        }
        let mut asked = std::mem::take(&mut work.asked_before);
        let waited = std::mem::take(&mut work.empty);
        for &month in months.iter().chain(&waited) {
            let month = &work.months[month];
            asked.add_all(&month.month.wanted.without(&month.lost));
        }
        work.fetched.added += self.write(line, work, rows, &asked)?;
        for &month in months.iter().chain(&waited) {
            line.spool.remove(&work.months[month].month.name)?;
        }
        Ok(())
    }

    /// Notes what was asked and held nothing, in a series that is there.
    pub(super) fn commit_empty(&self, line: &Line, work: &mut Work) -> Result<(), DataError> {
        let is_news = !work.empty.is_empty() || !work.asked_before.is_empty();
        if is_news && self.is_there(&line.target.key)? {
            self.commit(line, work, &[])?;
        }
        Ok(())
    }

    fn is_there(&self, key: &Key) -> Result<bool, DataError> {
        match key {
            Key::Candles(key) => Ok(self.catalog.find(key)?.is_some()),
            Key::Records(key) => {
                let all = self.catalog.records(&key.venue, &key.symbol, key.kind)?;
                Ok(all.iter().any(|s| s.key == *key))
            }
        }
    }

    /// The rows of a month from its pages.
    fn rows(&self, line: &Line, work: &mut Work, month: usize) -> Result<Rows, DataError> {
        let MonthWork { month, rows, .. } = &mut work.months[month];
        match &line.target.key {
            Key::Candles(key) => {
                let grid = Grid::new(key.timeframe);
                let candles = rows.candles(&month.wanted, grid);
                candles.map(Rows::Candles).map_err(|e| e.context(key))
            }
            Key::Records(_) => Ok(Rows::Records(rows.records(&month.wanted))),
        }
    }

    /// Writes rows; the number of new ones.
    fn write(
        &self,
        line: &Line,
        work: &mut Work,
        rows: Vec<Rows>,
        asked: &Periods,
    ) -> Result<u64, DataError> {
        let mut writer = CatalogWriter::open(self.catalog, || {})?;
        match &line.target.key {
            Key::Candles(key) => self.push_candles(&mut writer, key, rows, asked),
            Key::Records(key) => self.push_records(&mut writer, key, rows, asked),
        }
        .map_err(erase_hint)?;
        let committed = writer.commit().map_err(erase_hint)?;
        let candles = committed.series.iter().map(|s| s.added);
        let records = committed.records.iter().map(|r| r.added);
        let refused: usize = committed.records.iter().map(|r| r.refused.len()).sum();
        if refused > 0 {
            work.fetched.notes.push(format!(
                "{refused} records lie 30 s or more away from a full hour and were refused"
            ));
        }
        Ok(candles.chain(records).sum())
    }

    fn push_candles(
        &self,
        writer: &mut CatalogWriter,
        key: &SeriesKey,
        rows: Vec<Rows>,
        asked: &Periods,
    ) -> Result<(), DataError> {
        let series = writer.series(key)?;
        if self.request.erase {
            series.forget();
        }
        for rows in rows {
            if let Rows::Candles(candles) = rows {
                candles.iter().try_for_each(|c| series.push(c))?;
            }
        }
        series.add_asked(asked);
        Ok(())
    }

    fn push_records(
        &self,
        writer: &mut CatalogWriter,
        key: &RecordKey,
        rows: Vec<Rows>,
        asked: &Periods,
    ) -> Result<(), DataError> {
        let series = writer.records(key)?;
        if self.request.erase {
            series.forget();
        }
        for rows in rows {
            if let Rows::Records(records) = rows {
                let pushed = records.into_iter().try_for_each(|r| series.push(r));
                pushed.map_err(|why| DataError::world(format!("{key}: {why}")))?;
            }
        }
        series.add_asked(asked);
        Ok(())
    }
}

/// What is there says something else than the venue: one of the two has to go, and only the user knows which.
fn erase_hint(error: DataError) -> DataError {
    match error.kind() {
        ErrorKind::User if error.hint().is_some() => error.with_hint(
            "what is there is not what the exchange says: --erase takes the exchange's version (of the whole series), another --data-dir keeps both",
        ),
        _ => error,
    }
}
