//! Trades, ticks and order books in the catalog: parts as they were received, never merged, never sorted anew.
//!
//! ```text
//! data/binance/perp/BTC_USDT_USDT/trades/all/manifest.json
//! data/binance/perp/BTC_USDT_USDT/trades/all/2026-09-27T101500.5be1c3d0.parquet
//! ```
//!
//! Rules: a part is immutable, lies in one calendar month (UTC) and has a bounded number of rows; the manifest lists the parts
//! that count, and the *segments*: periods in which nothing was missed. Time between two segments is a gap. What a part was made
//! from (its `origin`) is kept, so that the same source is not added twice.

mod book;
mod table;
#[cfg(test)]
mod tests;
mod write;

pub use book::{Levels, books};
pub(in crate::data) use table::event_columns;
pub use write::{EventWriter, ImportedEvents};

use std::fmt;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::manifest::is_file_name;
use super::{Catalog, MANIFEST, read_manifest};
use crate::data::DataError;
use crate::data::periods::Periods;
use crate::data::series::{SeriesKey, market_name, parse_market, symbol_folder};
use crate::data::table::TableReader;
use crate::domain::{Symbol, Timeframe, Timestamp};
use crate::venues::stream::{BookFrame, MarkFrame, TradeFrame};

/// Name and version of the format.
const SCHEMA: &str = "events@1";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// Trades, each with its id and the side that took.
    Trades,
    /// Mark and index price, running funding rate, open interest, as the venue sends them.
    Ticks,
    /// Order book: snapshots and changes with their numbers.
    Book,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Trades, Self::Ticks, Self::Book];

    /// Its name in folders and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trades => "trades",
            Self::Ticks => "ticks",
            Self::Book => "book",
        }
    }

    /// By its name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One event. The symbol inside is the venue's on the way in; read back it is the unified one of the series.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A trade.
    Trade(TradeFrame),
    /// Mark price and what came with it.
    Tick(MarkFrame),
    /// A whole order book or a change of it, as the venue sent it.
    Book(BookFrame),
    /// The whole book as it stood when a part began, put in by the recorder so that a part can be read by itself.
    HeldBook(BookFrame),
}

impl Event {
    /// The table it belongs into.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Trade(_) => EventKind::Trades,
            Self::Tick(_) => EventKind::Ticks,
            Self::Book(_) | Self::HeldBook(_) => EventKind::Book,
        }
    }

    /// Rows it takes in its table: an order book has one a level, and one if it has no level at all.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Trade(_) | Self::Tick(_) => 1,
            Self::Book(b) | Self::HeldBook(b) => (b.bids.len() + b.asks.len()).max(1),
        }
    }
}

/// An event and when it was received.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// When it could first be known: the receive time of a recorder, the time of the event itself in archives.
    pub available_at: Timestamp,
    /// What it says.
    pub event: Event,
}

/// One stream of events of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKey {
    /// Venue, lower case.
    pub venue: String,
    /// Whose events.
    pub symbol: Symbol,
    /// What they are.
    pub kind: EventKind,
}

impl EventKey {
    /// The folder inside the catalog: `binance/perp/BTC_USDT_USDT/trades/all`.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        symbol_folder(&self.venue, &self.symbol)
            .join(self.kind.name())
            .join("all")
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.venue, self.symbol, self.kind.name())
    }
}

/// One file of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPart {
    /// Its name in the folder of the stream.
    pub file: String,
    /// Of its bytes, hexadecimal.
    pub sha256: String,
    /// Of its bytes, hexadecimal: compared before a row of it is used.
    pub blake3: String,
    /// Its size.
    pub bytes: u64,
    /// Its number of rows: of an order book, of levels.
    pub rows: u64,
    /// Its number of events.
    pub events: u64,
    /// Earliest time at which one of its events was known, milliseconds.
    pub first_ms: i64,
    /// Latest such time, milliseconds.
    pub last_ms: i64,
    /// It begins with a whole order book.
    pub begins_whole: bool,
    /// What it was made from.
    pub origin: String,
}

#[derive(Serialize, Deserialize)]
struct ManifestJson {
    schema: String,
    exchange: String,
    market: String,
    symbol: String,
    kind: String,
    segments: Vec<(String, String)>,
    parts: Vec<EventPart>,
}

/// A stream of events as the catalog had it at one moment.
#[derive(Debug, Clone)]
pub struct EventSeries {
    /// Its name.
    pub key: EventKey,
    /// Its files, oldest first.
    pub parts: Vec<EventPart>,
    /// Periods in which nothing was missed.
    pub segments: Periods,
    pub(super) folder: PathBuf,
}

impl Catalog {
    /// All streams of events, by name.
    ///
    /// # Errors
    /// A folder cannot be read or a manifest is damaged.
    pub fn list_events(&self) -> Result<Vec<EventSeries>, DataError> {
        let mut all = Vec::new();
        for (folder, kind) in self.folders()? {
            if let Some(bytes) = read_manifest(&folder, EventKind::of(&kind).is_some()) {
                let series = EventSeries::parse(&bytes, folder)?;
                if self.root().join(series.key.folder()) == series.folder {
                    all.push(series);
                }
            }
        }
        all.sort_by_key(|s| (s.key.venue.clone(), s.key.symbol.to_string(), s.key.kind));
        Ok(all)
    }

    /// One stream of events, if it is there.
    ///
    /// # Errors
    /// Its manifest is damaged.
    pub fn find_events(&self, key: &EventKey) -> Result<Option<EventSeries>, DataError> {
        let folder = self.root().join(key.folder());
        match fs::read(folder.join(MANIFEST)) {
            Ok(bytes) => Ok(Some(EventSeries::parse(&bytes, folder)?)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(DataError::io("reading", &folder, &e)),
        }
    }
}

impl EventSeries {
    fn empty(key: &EventKey, folder: PathBuf) -> Self {
        Self {
            key: key.clone(),
            parts: Vec::new(),
            segments: Periods::default(),
            folder,
        }
    }

    /// From its manifest, trusting nothing.
    pub(super) fn parse(bytes: &[u8], folder: PathBuf) -> Result<Self, DataError> {
        let place = folder.join(MANIFEST);
        let damaged = |what: String| {
            DataError::world(format!("{}: damaged manifest: {what}", place.display()))
                .with_hint("the parts beside it are whole Parquet files: keep them, move the folder away and record anew")
        };
        let json: ManifestJson =
            serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
        let kind = EventKind::of(&json.kind).filter(|_| json.schema == SCHEMA);
        let kind = kind.ok_or_else(|| damaged(format!("{} of {}", json.schema, json.kind)))?;
        let market = parse_market(&json.market).map_err(|e| damaged(e.to_string()))?;
        let named = SeriesKey::new(&json.exchange, Some(market), &json.symbol, Timeframe::M1)
            .map_err(|e| damaged(e.to_string()))?;
        for part in &json.parts {
            if !is_file_name(&part.file) {
                return Err(damaged(format!("`{}` is not a file name", part.file)));
            }
            if part.first_ms > part.last_ms || part.rows == 0 || part.events > part.rows {
                return Err(damaged(format!("{} contradicts itself", part.file)));
            }
        }
        let segments = Periods::of_texts(&json.segments).map_err(|e| damaged(e.to_string()))?;
        Ok(Self {
            key: EventKey {
                venue: named.venue,
                symbol: named.symbol,
                kind,
            },
            parts: json.parts,
            segments,
            folder,
        })
    }

    pub(super) fn to_json(&self) -> String {
        let json = ManifestJson {
            schema: SCHEMA.to_owned(),
            exchange: self.key.venue.clone(),
            market: market_name(self.key.symbol.market()).to_owned(),
            symbol: self.key.symbol.to_string(),
            kind: self.key.kind.name().to_owned(),
            segments: self.segments.to_texts(),
            parts: self.parts.clone(),
        };
        let mut text = serde_json::to_string_pretty(&json).expect("strings and numbers");
        text.push('\n');
        text
    }

    /// Number of rows: of an order book, of levels.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|p| p.rows).sum()
    }

    /// Number of events.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.parts.iter().map(|p| p.events).sum()
    }

    /// First and last time at which an event was known.
    #[must_use]
    pub fn period(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.parts.iter().map(|p| p.first_ms).min()?;
        let last = self.parts.iter().map(|p| p.last_ms).max()?;
        Some((Timestamp(first), Timestamp(last)))
    }

    /// Periods between segments.
    #[must_use]
    pub fn gaps(&self) -> Vec<(Timestamp, Timestamp)> {
        let ends = self.segments.iter().map(|(_, to)| to);
        let begins = self.segments.iter().map(|(from, _)| from);
        ends.zip(begins.skip(1)).collect()
    }

    /// Hands on the events known in `[from, to)`, in the order they were received, one part in memory at a time.
    ///
    /// # Errors
    /// A part is gone or damaged, or `take` does not want more.
    pub fn each(
        &self,
        from: Timestamp,
        to: Timestamp,
        take: &mut dyn FnMut(EventRow) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        for part in &self.parts {
            if part.last_ms >= from.0 && part.first_ms < to.0 {
                self.each_of_part(part, &mut |row| {
                    let wanted = row.available_at >= from && row.available_at < to;
                    if wanted { take(row) } else { Ok(()) }
                })?;
            }
        }
        Ok(())
    }

    /// Hands on all events of a part, compared with its digest.
    ///
    /// # Errors
    /// It is gone or damaged, has another number of rows than the manifest says, or `take` does not want more.
    pub fn each_of_part(
        &self,
        part: &EventPart,
        take: &mut dyn FnMut(EventRow) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let path = self.folder.join(&part.file);
        let table = TableReader::open_verified(&path, &part.blake3, part.bytes)?;
        let symbol = self.key.symbol.to_string();
        let mut events = 0;
        let mut rows = 0;
        table::read(&table, self.key.kind, &symbol, &mut |row| {
            events += 1;
            rows += row.event.rows() as u64;
            take(row)
        })
        .map_err(|e| e.context(path.display()))?;
        if (events, rows) != (part.events, part.rows) {
            return Err(DataError::world(format!(
                "{} has {events} events in {rows} rows, the catalog says {} in {}",
                path.display(),
                part.events,
                part.rows
            )));
        }
        Ok(())
    }
}
