//! Adding events: staged in parts of bounded size, committed with the segments in one step.

use std::path::PathBuf;

use super::{Event, EventKey, EventPart, EventRow, EventSeries, table};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::catalog::write::{Exchange, stage_table};
use crate::data::periods::Periods;
use crate::domain::Timestamp;
use crate::venues::stream::BookKind;

/// Rows of a part: what a reader and a writer hold in memory.
const PART_ROWS: usize = 262_144;

/// What was added to one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedEvents {
    /// The stream.
    pub key: EventKey,
    /// Events that were added.
    pub added: u64,
    /// Their rows: of an order book, levels.
    pub rows: u64,
    /// First and last time at which one of them was known.
    pub range: Option<(Timestamp, Timestamp)>,
}

/// Events of one stream on their way into the catalog.
///
/// [`Self::begin`] names the source, [`Self::push`] takes its events in order, [`Self::recorded`] says for which periods it is
/// complete. Nothing is visible before the commit of the [`CatalogWriter`](crate::data::catalog::CatalogWriter).
pub struct EventWriter {
    series: EventSeries,
    before: Vec<String>,
    staging: PathBuf,
    origin: String,
    pending: Vec<EventRow>,
    pending_rows: usize,
    added: Vec<EventPart>,
}

impl EventWriter {
    pub(in crate::data::catalog) fn new(
        catalog: &Catalog,
        key: &EventKey,
        staging: PathBuf,
    ) -> Result<Self, DataError> {
        let folder = catalog.root().join(key.folder());
        let series = catalog.find_events(key)?;
        let series = series.unwrap_or_else(|| EventSeries::empty(key, folder));
        Ok(Self {
            before: series.parts.iter().map(|p| p.file.clone()).collect(),
            series,
            staging,
            origin: String::new(),
            pending: Vec::new(),
            pending_rows: 0,
            added: Vec::new(),
        })
    }

    pub(in crate::data::catalog) fn key(&self) -> &EventKey {
        &self.series.key
    }

    /// Begins a source; false if events of that origin are there already, and then nothing of it should be pushed.
    ///
    /// # Errors
    /// The disk refuses what the source before it left.
    pub fn begin(&mut self, origin: &str) -> Result<bool, DataError> {
        self.flush()?;
        origin.clone_into(&mut self.origin);
        Ok(self.series.parts.iter().all(|p| p.origin != origin))
    }

    /// Adds the next event in the order it was received.
    ///
    /// # Errors
    /// The disk refuses.
    ///
    /// # Panics
    /// If the event belongs into another stream: a bug of the caller.
    pub fn push(&mut self, row: EventRow) -> Result<(), DataError> {
        assert_eq!(
            row.event.kind(),
            self.series.key.kind,
            "an event of another stream"
        );
        let month = |row: &EventRow| row.available_at.year_month();
        let new_month = (self.pending.last()).is_some_and(|last| month(&row) > month(last));
        if new_month || self.pending_rows >= PART_ROWS {
            self.flush()?;
        }
        self.pending_rows += row.event.rows();
        self.pending.push(row);
        Ok(())
    }

    /// Nothing was missed in these periods.
    pub fn recorded(&mut self, periods: &Periods) {
        self.series.segments.add_all(periods);
    }

    /// The first period in which parts that were there before and what was pushed so far overlap: a sign that the same events come
    /// from two sources, which nobody could take apart afterwards.
    ///
    /// # Errors
    /// The disk refuses what was pushed last.
    pub fn overlap(&mut self) -> Result<Option<(Timestamp, Timestamp)>, DataError> {
        self.flush()?;
        let is_new = |part: &EventPart| self.added.iter().any(|a| a.file == part.file);
        let old = self.series.parts.iter().filter(|p| !is_new(p));
        let shared = |old: &EventPart, new: &EventPart| {
            let first = old.first_ms.max(new.first_ms);
            let last = old.last_ms.min(new.last_ms);
            (first < last).then_some((Timestamp(first), Timestamp(last)))
        };
        Ok(old
            .flat_map(|old| self.added.iter().filter_map(move |new| shared(old, new)))
            .min())
    }

    /// Stages what is pending as one part.
    pub(in crate::data::catalog) fn flush(&mut self) -> Result<(), DataError> {
        let rows = std::mem::take(&mut self.pending);
        let times = rows.iter().map(|r| r.available_at);
        let (Some(first), Some(last)) = (times.clone().min(), times.max()) else {
            return Ok(());
        };
        let columns = table::event_columns(self.series.key.kind, &rows, 0);
        let name = part_name(first);
        let staged = stage_table(&self.staging, &name, &columns)?;
        let part = EventPart {
            file: staged.file,
            sha256: staged.sha256,
            blake3: staged.blake3,
            bytes: staged.bytes,
            rows: self.pending_rows as u64,
            events: rows.len() as u64,
            first_ms: first.0,
            last_ms: last.0,
            begins_whole: is_whole(&rows[0].event),
            origin: self.origin.clone(),
        };
        self.pending_rows = 0;
        // The same rows at the same times again: the same file.
        if self.series.parts.iter().all(|p| p.file != part.file) {
            self.added.push(part.clone());
            self.series.parts.push(part);
            // Stable: parts that begin in the same millisecond stay in the order they were made.
            self.series.parts.sort_by_key(|p| p.first_ms);
        }
        Ok(())
    }

    /// Moves the staged parts into place, then the manifest.
    pub(in crate::data::catalog) fn commit(
        &self,
        catalog: &Catalog,
    ) -> Result<ImportedEvents, DataError> {
        let imported = ImportedEvents {
            key: self.series.key.clone(),
            added: self.added.iter().map(|p| p.events).sum(),
            rows: self.added.iter().map(|p| p.rows).sum(),
            range: self
                .added
                .iter()
                .map(|p| (Timestamp(p.first_ms), Timestamp(p.last_ms)))
                .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
        };
        if self.series.parts.is_empty() && self.series.segments.is_empty() {
            return Ok(imported);
        }
        let exchange = Exchange {
            folder: catalog.root().join(self.series.key.folder()),
            staging: &self.staging,
            now: self.series.parts.iter().map(|p| p.file.clone()).collect(),
            before: self.before.clone(),
            manifest: self.series.to_json(),
        };
        exchange.commit()?;
        Ok(imported)
    }
}

/// `2026-09-27T101500`: parts sort by name as by time.
fn part_name(first: Timestamp) -> String {
    let text = Timestamp(first.0.div_euclid(1_000) * 1_000).rfc3339();
    text.trim_end_matches('Z').replace(':', "")
}

fn is_whole(event: &Event) -> bool {
    match event {
        Event::HeldBook(_) => true,
        Event::Book(frame) => frame.kind == BookKind::Snapshot,
        Event::Trade(_) | Event::Tick(_) => false,
    }
}
