//! The list of files that make a series, as JSON.

use serde::{Deserialize, Serialize};

use super::repair::{Repair, RepairJson};
use crate::data::DataError;
use crate::data::candles::TIME_MAX;
use crate::data::grid::Grid;
use crate::data::periods::Periods;
use crate::data::series::{SeriesKey, market_name, parse_market};
use crate::domain::{Candle, CandleKind, Price, Timeframe, Timestamp};

/// Name and version of the format.
const SCHEMA: &str = "series@1";

/// Label of taker volume that is a guess.
const APPROXIMATED: &str = "approximated";

/// The files of a series, oldest first, and the periods that were imported as one piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// Made up, not recorded.
    pub synthetic: bool,
    /// Files, oldest first.
    pub files: Vec<MonthFile>,
    /// Periods, first and last candle included, between which no data was ever expected.
    pub segments: Vec<(Timestamp, Timestamp)>,
    /// Periods the venue was asked for: what is not there of them is a gap for good.
    pub asked: Periods,
    /// What takers bought is a guess in some candles, made because the user asked for it.
    pub has_approximated_taker_volume: bool,
    /// What was put in where candles were missing.
    pub repairs: Vec<Repair>,
}

/// One file: the candles of a calendar month (UTC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthFile {
    /// `2024-01`.
    pub month: String,
    /// Its name in the folder of the series.
    pub file: String,
    /// Of its bytes, hexadecimal, for people and other tools.
    pub sha256: String,
    /// Of its bytes, hexadecimal: compared before a row of it is used.
    pub blake3: String,
    /// BLAKE3 of its candles, hexadecimal.
    pub content: String,
    /// Its size.
    pub bytes: u64,
    /// Its number of candles.
    pub rows: u64,
    /// Its first candle.
    pub first: Timestamp,
    /// Its last candle.
    pub last: Timestamp,
    /// The most decimals any price in it has.
    pub decimals: u32,
    /// The close of its first candle.
    pub first_close: Price,
}

#[derive(Serialize, Deserialize)]
struct ManifestJson {
    schema: String,
    exchange: String,
    market: String,
    symbol: String,
    kind: String,
    timeframe: String,
    synthetic: bool,
    segments: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked: Vec<(String, String)>,
    /// `approximated`; nothing where it is as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taker_volume: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    repairs: Vec<RepairJson>,
    files: Vec<FileJson>,
}

#[derive(Serialize, Deserialize)]
struct FileJson {
    month: String,
    file: String,
    sha256: String,
    blake3: String,
    content: String,
    bytes: u64,
    rows: u64,
    first: String,
    last: String,
    decimals: u32,
    first_close: String,
}

/// Can a manifest mean a file of its own folder by this: nothing that leads elsewhere or hides.
pub(super) fn is_file_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    !text.is_empty() && !text.starts_with('.') && text.bytes().all(plain)
}

impl Manifest {
    /// As JSON, one field a line.
    #[must_use]
    pub fn to_json(&self, key: &SeriesKey) -> String {
        let json = ManifestJson {
            schema: SCHEMA.to_owned(),
            exchange: key.venue.clone(),
            market: market_name(key.symbol.market()).to_owned(),
            symbol: key.symbol.to_string(),
            kind: key.kind.name().to_owned(),
            timeframe: key.timeframe.name().to_owned(),
            synthetic: self.synthetic,
            segments: self
                .segments
                .iter()
                .map(|(a, b)| (a.rfc3339(), b.rfc3339()))
                .collect(),
            asked: self.asked.to_texts(),
            taker_volume: self
                .has_approximated_taker_volume
                .then(|| APPROXIMATED.to_owned()),
            repairs: self.repairs.iter().map(RepairJson::of).collect(),
            files: self
                .files
                .iter()
                .map(|f| FileJson {
                    month: f.month.clone(),
                    file: f.file.clone(),
                    sha256: f.sha256.clone(),
                    blake3: f.blake3.clone(),
                    content: f.content.clone(),
                    bytes: f.bytes,
                    rows: f.rows,
                    first: f.first.rfc3339(),
                    last: f.last.rfc3339(),
                    decimals: f.decimals,
                    first_close: f.first_close.to_string(),
                })
                .collect(),
        };
        let mut text = serde_json::to_string_pretty(&json).expect("strings and numbers");
        text.push('\n');
        text
    }

    /// From JSON, trusting nothing.
    ///
    /// # Errors
    /// It is not a manifest, or it contradicts itself.
    pub fn parse(bytes: &[u8]) -> Result<(SeriesKey, Self), DataError> {
        let damaged = |what: String| {
            DataError::world(format!("damaged manifest: {what}"))
                .with_hint("remove the folder of this series and import the data again")
        };
        let json: ManifestJson =
            serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
        let kind = CandleKind::of(&json.kind).filter(|_| json.schema == SCHEMA);
        let Some(kind) = kind else {
            return Err(DataError::world(format!(
                "the manifest is {} of {}, this host reads {SCHEMA} of candles",
                json.schema, json.kind
            ))
            .with_hint("update the host"));
        };
        let time = |text: &str| match Timestamp::parse(text) {
            Ok(time) if time.0 >= 0 && time < TIME_MAX => Ok(time),
            _ => Err(damaged(format!("`{text}` is not a time"))),
        };
        let timeframe: Timeframe = json.timeframe.parse().map_err(damaged)?;
        let market = parse_market(&json.market).map_err(|e| damaged(e.to_string()))?;
        let key = SeriesKey::new(&json.exchange, Some(market), &json.symbol, timeframe)
            .map_err(|e| damaged(e.to_string()))?
            .of_kind(kind);
        let mut manifest = Self {
            synthetic: json.synthetic,
            asked: Periods::of_texts(&json.asked).map_err(|e| damaged(e.to_string()))?,
            has_approximated_taker_volume: json.taker_volume.as_deref() == Some(APPROXIMATED),
            ..Self::default()
        };
        for repair in json.repairs {
            manifest.repairs.push(repair.parse().map_err(damaged)?);
        }
        for (first, last) in &json.segments {
            manifest.segments.push((time(first)?, time(last)?));
        }
        for f in json.files {
            if !is_file_name(&f.file) {
                return Err(damaged(format!("`{}` is not a file name", f.file)));
            }
            let (first, last) = (time(&f.first)?, time(&f.last)?);
            // A month that is written anew gets its name from here.
            if f.month != month_name(first.year_month()) {
                return Err(damaged(format!("{} is not of `{}`", f.file, f.month)));
            }
            let in_order = manifest
                .files
                .last()
                .is_none_or(|l: &MonthFile| l.last < first);
            if first > last || !in_order || f.rows == 0 {
                return Err(damaged(format!("{} is out of order", f.file)));
            }
            manifest.files.push(MonthFile {
                month: f.month,
                file: f.file,
                sha256: f.sha256,
                blake3: f.blake3,
                content: f.content,
                bytes: f.bytes,
                rows: f.rows,
                first,
                last,
                decimals: f.decimals.min(8),
                first_close: f
                    .first_close
                    .parse()
                    .map_err(|_| damaged("a price is none".to_owned()))?,
            });
        }
        Ok((key, manifest))
    }

    /// Adds a period that was imported as one piece. Periods on the same or on neighboring days (UTC) become one.
    pub fn add_segment(&mut self, first: Timestamp, last: Timestamp) {
        self.segments.push((first, last));
        self.segments.sort_unstable();
        let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (first, last) in self.segments.drain(..) {
            match merged.last_mut() {
                Some(open) if first.day() <= open.1.day() + 1 => open.1 = open.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        self.segments = merged;
    }

    /// Makes one segment of those between which everything was asked for: what is missing there is a gap.
    pub(super) fn unite_asked_segments(&mut self, grid: Grid) {
        let asked = &self.asked;
        self.segments.dedup_by(|later, before| {
            let is_gap = asked.contain(grid.next(before.1), later.0);
            if is_gap {
                before.1 = before.1.max(later.1);
            }
            is_gap
        });
    }
}

/// How a month is named: `2024-01`.
pub(super) fn month_name((year, month): (i32, u32)) -> String {
    format!("{year:04}-{month:02}")
}

/// BLAKE3 over candles: nine little-endian words each.
#[must_use]
pub(crate) fn content_digest(candles: &[Candle]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut bytes = Vec::with_capacity(candles.len() * 72);
    for c in candles {
        for word in [c.open_time.0, c.open.0, c.high.0, c.low.0, c.close.0] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        for number in [c.volume, c.quote_volume, c.taker_buy_volume, c.trades] {
            // One pattern for every NaN: it only says that there is none.
            let number = if number.is_nan() { f64::NAN } else { number };
            bytes.extend_from_slice(&number.to_bits().to_le_bytes());
        }
    }
    hasher.update(&bytes);
    hasher.finalize().to_hex().to_string()
}
