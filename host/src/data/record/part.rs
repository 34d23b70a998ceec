//! What was received, ready to become tables.

use std::collections::BTreeMap;

use crate::data::catalog::{EventKind, EventRow};
use crate::data::periods::Periods;
use crate::data::streams::record::{Record, RecordKind};
use crate::domain::{Candle, CandleKind, Timeframe, Timestamp};

/// How often something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Frames received.
    pub frames: u64,
    /// Connections that ended.
    pub disconnects: u64,
    /// Order books whose numbers did not follow each other.
    pub book_breaks: u64,
    /// Events that had come already, over another connection or again after subscribing.
    pub doubles: u64,
    /// Frames nobody could read.
    pub unreadable: u64,
    /// Different versions of candles that had been accepted; they are not applied.
    pub revisions: u64,
    /// Candles the venue did not close in time; they are gaps unless the final frame came late.
    pub unconfirmed: u64,
    /// Lines of a spool that were cut or damaged.
    pub damaged_lines: u64,
}

impl Counts {
    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.disconnects += other.disconnects;
        self.book_breaks += other.book_breaks;
        self.doubles += other.doubles;
        self.unreadable += other.unreadable;
        self.revisions += other.revisions;
        self.unconfirmed += other.unconfirmed;
        self.damaged_lines += other.damaged_lines;
    }
}

/// What a row of a table takes in memory, about.
const BYTES_A_ROW: usize = 64;

/// A stretch of a recording. Symbols are the venue's.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub events: BTreeMap<(String, EventKind), Vec<EventRow>>,
    pub candles: BTreeMap<(String, CandleKind, Timeframe), BTreeMap<Timestamp, Candle>>,
    pub records: BTreeMap<(String, RecordKind), Vec<Record>>,
    /// Periods in which no event was missed.
    pub segments: BTreeMap<(String, EventKind), Periods>,
    /// Periods in which no record was missed.
    pub watched: BTreeMap<(String, RecordKind), Periods>,
    /// Receive time, reason and text of frames nobody could read.
    pub unreadable: Vec<(i64, String, String)>,
    pub counts: Counts,
    /// Rows of tables it will take.
    pub rows: usize,
}

impl Part {
    /// Is there anything to keep.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
            && self.segments.is_empty()
            && self.watched.is_empty()
            && self.unreadable.is_empty()
    }

    pub(super) fn event(&mut self, symbol: &str, row: EventRow) {
        self.rows += row.event.rows();
        let key = (symbol.to_owned(), row.event.kind());
        self.events.entry(key).or_default().push(row);
    }

    pub(super) fn candle(
        &mut self,
        symbol: &str,
        kind: CandleKind,
        timeframe: Timeframe,
        candle: Candle,
    ) {
        self.rows += 1;
        let key = (symbol.to_owned(), kind, timeframe);
        let candles = self.candles.entry(key).or_default();
        candles.insert(candle.open_time, candle);
    }

    pub(super) fn record(&mut self, symbol: &str, kind: RecordKind, record: Record) {
        self.rows += 1;
        let key = (symbol.to_owned(), kind);
        self.records.entry(key).or_default().push(record);
    }

    /// Keeps a frame nobody could read, or what could not be used of one.
    pub(super) fn unreadable(&mut self, at: Timestamp, why: String, text: String) {
        self.counts.unreadable += 1;
        // A venue that says everything in a new way must not fill the memory: such texts end a part as rows do.
        self.rows += 1 + text.len() / BYTES_A_ROW;
        self.unreadable.push((at.0, why, text));
    }

    /// Nothing was missed from one moment to another, both included.
    pub(super) fn segment(
        &mut self,
        symbol: &str,
        kind: EventKind,
        from: Timestamp,
        to: Timestamp,
    ) {
        let key = (symbol.to_owned(), kind);
        self.segments
            .entry(key)
            .or_default()
            .add(from, to.plus_ms(1));
    }
}
