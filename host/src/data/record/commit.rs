//! A part becomes tables: everything of it or nothing a series, and the same part twice is the same as once.

use std::collections::BTreeMap;

use super::line::Header;
use super::part::{Counts, Part};
use crate::data::DataError;
use crate::data::catalog::{Catalog, CatalogWriter, EventKey, EventKind, RecordKey, unite};
use crate::data::series::{SeriesKey, parse_market};
use crate::data::streams::record::RecordKind;
use crate::domain::{Candle, Symbol, Timeframe, Timestamp};

/// What came into the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// New rows by the name of the series they are in: candles, records, events.
    pub series: BTreeMap<String, u64>,
    /// What happened on the way.
    pub counts: Counts,
}

impl Kept {
    /// Both together.
    pub(super) fn add(&mut self, other: &Self) {
        for (name, rows) in &other.series {
            *self.series.entry(name.clone()).or_default() += rows;
        }
        self.counts.add(&other.counts);
    }
}

/// Puts a part into the catalog. Waits for other writers.
pub(super) fn commit(
    catalog: &Catalog,
    header: &Header,
    mut part: Part,
) -> Result<Kept, DataError> {
    let mut kept = Kept::default();
    if !part.is_empty() {
        let mut writer = CatalogWriter::open(catalog, || {})?;
        let names = Names::of(header)?;
        candles(catalog, &names, &mut writer, &mut part)?;
        records(&names, &mut writer, &mut part)?;
        events(&names, &header.origin, &mut writer, &mut part)?;
        let committed = writer.commit()?;
        let series = committed
            .series
            .iter()
            .map(|i| (i.key.to_string(), i.added));
        let records = committed
            .records
            .iter()
            .map(|i| (i.key.to_string(), i.added));
        let events = committed
            .events
            .iter()
            .map(|i| (i.key.to_string(), i.added));
        let all = series.chain(records).chain(events);
        kept.series = all.filter(|(_, added)| *added > 0).collect();
    }
    kept.counts = part.counts;
    Ok(kept)
}

/// The venue's symbols and what they are here.
struct Names {
    venue: String,
    symbols: BTreeMap<String, Symbol>,
}

impl Names {
    fn of(header: &Header) -> Result<Self, DataError> {
        let market = parse_market(&header.market)?;
        let symbol = |(theirs, ours): &(String, String)| {
            let key = SeriesKey::new(&header.exchange, Some(market), ours, Timeframe::M1)?;
            Ok((theirs.clone(), key.symbol))
        };
        Ok(Self {
            venue: header.exchange.clone(),
            symbols: header
                .symbols
                .iter()
                .map(symbol)
                .collect::<Result<_, DataError>>()?,
        })
    }

    fn symbol(&self, theirs: &str) -> Result<&Symbol, DataError> {
        self.symbols.get(theirs).ok_or_else(|| {
            DataError::world(format!(
                "a spool of {} holds {theirs}, which its first line does not name",
                self.venue
            ))
        })
    }
}

/// Candles that contradict those that are there are counted and left out: what was accepted does not change.
fn candles(
    catalog: &Catalog,
    names: &Names,
    writer: &mut CatalogWriter,
    part: &mut Part,
) -> Result<(), DataError> {
    for ((symbol, kind, timeframe), new) in std::mem::take(&mut part.candles) {
        let key = SeriesKey {
            venue: names.venue.clone(),
            symbol: names.symbol(&symbol)?.clone(),
            kind,
            timeframe,
        };
        let there = existing(catalog, &key, &new)?;
        let series = writer.series(&key)?;
        for candle in new.values() {
            let contradicts = there
                .get(&candle.open_time)
                .is_some_and(|old| unite(old, candle).is_err());
            if contradicts {
                part.counts.revisions += 1;
            } else {
                series.push(candle)?;
            }
        }
    }
    Ok(())
}

/// The candles of the catalog in the same period.
fn existing(
    catalog: &Catalog,
    key: &SeriesKey,
    new: &BTreeMap<Timestamp, Candle>,
) -> Result<BTreeMap<Timestamp, Candle>, DataError> {
    let (Some((first, _)), Some((last, _))) = (new.first_key_value(), new.last_key_value()) else {
        return Ok(BTreeMap::new());
    };
    let mut there = BTreeMap::new();
    if let Some(series) = catalog.find(key)? {
        for file in series.files_between(*first, last.plus_ms(1)) {
            let candles = series.read(file)?.into_iter();
            let near = candles.filter(|c| c.open_time >= *first && c.open_time <= *last);
            there.extend(near.map(|c| (c.open_time, c)));
        }
    }
    Ok(there)
}

fn records(names: &Names, writer: &mut CatalogWriter, part: &mut Part) -> Result<(), DataError> {
    let key = |symbol: &str, kind| {
        Ok::<_, DataError>(RecordKey {
            venue: names.venue.clone(),
            symbol: names.symbol(symbol)?.clone(),
            kind,
            interval: (kind == RecordKind::OpenInterest).then_some(Timeframe::M1),
        })
    };
    for ((symbol, kind), records) in std::mem::take(&mut part.records) {
        let series = writer.records(&key(&symbol, kind)?)?;
        for record in records {
            // Checked when it was received.
            series.push(record).map_err(DataError::world)?;
        }
    }
    for ((symbol, kind), periods) in std::mem::take(&mut part.watched) {
        writer.records(&key(&symbol, kind)?)?.add_asked(&periods);
    }
    Ok(())
}

fn events(
    names: &Names,
    origin: &str,
    writer: &mut CatalogWriter,
    part: &mut Part,
) -> Result<(), DataError> {
    let key = |symbol: &str, kind: EventKind| {
        Ok::<_, DataError>(EventKey {
            venue: names.venue.clone(),
            symbol: names.symbol(symbol)?.clone(),
            kind,
        })
    };
    for ((symbol, kind), rows) in std::mem::take(&mut part.events) {
        let series = writer.events(&key(&symbol, kind)?)?;
        if series.begin(origin)? {
            for row in rows {
                series.push(row)?;
            }
        }
    }
    for ((symbol, kind), periods) in std::mem::take(&mut part.segments) {
        writer.events(&key(&symbol, kind)?)?.recorded(&periods);
    }
    Ok(())
}
