//! Minutes before the first live one: from the catalog, and from the venue what that lacks.
//!
//! * What the catalog says was asked for is not asked again: what is not there of it is a gap.
//! * The last minute may still be running when it is asked for: it is waited for by the venue's clock.

use std::collections::BTreeMap;
use std::time::Duration;

use super::ask::Venue;
use super::{From, History, LiveMarket, LiveMinute};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::feed::{Months, Period, Source};
use crate::data::periods::Periods;
use crate::data::record::minutes::GRACE_MS;
use crate::data::series::SeriesKey;
use crate::data::streams::record::{Record, RecordKind};
use crate::data::streams::{Place, Records, StreamKind, Streams};
use crate::domain::{
    Candle, CandleKind, FundingSettlement, MINUTE_MS, MarkCandle, Ohlc, Reference, Slot, Symbol,
    Timeframe, Timestamp,
};
use crate::venues::rest::{History as Kind, Rows};

/// Settlements are stamped up to this long before or after their hour.
const JITTER_MS: i64 = 30_000;
/// Settlements before the period are read so far back: they tell the interval of its first.
const BEFORE_MS: i64 = 86_400_000;
/// How often a venue is asked again that has not published its last candle yet, and the pause between.
const TRIES: usize = 4;
const PAUSE: Duration = Duration::from_secs(2);
/// The longest sleep between two looks at the venue's clock, which may run faster than ours.
const LOOK_MS: i64 = 1_000;

type Candles = BTreeMap<Timestamp, Candle>;

/// What was in `[from, to)`; it begins with the first candle there is.
///
/// # Errors
/// The catalog is damaged, or the venue does not answer.
pub(super) fn load(
    venue: &Venue,
    catalog: Option<&Catalog>,
    asked: &LiveMarket,
    from: Timestamp,
    to: Timestamp,
) -> Result<History, DataError> {
    let loader = Loader {
        venue,
        catalog,
        symbol: &asked.symbol,
        from: Timeframe::M1.bucket_start(from),
        to: Timeframe::M1.bucket_start(to),
    };
    loader.wait_for_the_end()?;
    let candles = loader.candles(CandleKind::Candles)?;
    let prices = |stream, kind| match asked.wanted.needs(stream) {
        true => loader.candles(kind),
        false => Ok(Candles::new()),
    };
    let mark = prices(StreamKind::Mark, CandleKind::Mark)?;
    let index = prices(StreamKind::Index, CandleKind::Index)?;
    let streams = loader.streams(asked)?;
    let first = candles.first_key_value().map_or(loader.to, |(t, _)| *t);
    let starts = std::iter::successors(Some(first), |t| Some(t.plus_ms(MINUTE_MS)));
    let minute = |time: Timestamp| LiveMinute {
        time,
        slot: (candles.get(&time)).map_or_else(|| Slot::missing(time), |c| Slot::real(*c)),
        reference: reference(mark.get(&time), index.get(&time)),
        from: From::Question,
    };
    Ok(History {
        minutes: starts.take_while(|t| *t < loader.to).map(minute).collect(),
        funding: settlements(&streams, asked, first, loader.to),
        rows: rows(&streams, asked, first, loader.to),
    })
}

fn reference(mark: Option<&Candle>, index: Option<&Candle>) -> Reference {
    let mark = mark.map(|candle| MarkCandle {
        path: Ohlc::of(candle),
        shown: candle.close,
    });
    Reference {
        mark,
        index: index.map(Ohlc::of),
    }
}

fn settlements(
    streams: &Streams,
    asked: &LiveMarket,
    from: Timestamp,
    to: Timestamp,
) -> Vec<FundingSettlement> {
    let within =
        (streams.funding.iter()).filter(|s| asked.wanted.funding && s.time >= from && s.time < to);
    let settlement = |s: &crate::data::streams::Settlement| FundingSettlement {
        instrument: asked.market,
        time: s.time,
        rate: s.rate,
        price: s.price,
        substituted: s.substituted,
    };
    within.map(settlement).collect()
}

fn rows(
    streams: &Streams,
    asked: &LiveMarket,
    from: Timestamp,
    to: Timestamp,
) -> Vec<(StreamKind, u32, Timestamp, Timestamp, Vec<f64>)> {
    let mut rows = Vec::new();
    for (kind, detail) in &asked.wanted.rows {
        let ready = streams.ready_rows(*kind, *detail).into_iter();
        let within = ready.filter(|r| r.time < to && r.available_at > from && r.available_at <= to);
        rows.extend(within.map(|r| (*kind, *detail, r.time, r.available_at, r.values)));
    }
    rows.sort_by_key(|(_, _, _, available_at, _)| *available_at);
    rows
}

/// Reads the stretch `[from, to)` of one market.
struct Loader<'a> {
    venue: &'a Venue,
    catalog: Option<&'a Catalog>,
    symbol: &'a Symbol,
    from: Timestamp,
    to: Timestamp,
}

impl Loader<'_> {
    /// Until the last minute is closed by the venue's clock.
    fn wait_for_the_end(&self) -> Result<(), DataError> {
        loop {
            let now = self
                .venue
                .now(self.symbol)
                .map_err(|e| self.failed(&e.why))?;
            let left = self.to.0 + GRACE_MS - now.0;
            if left <= 0 {
                return Ok(());
            }
            let sleep_ms = u64::try_from(left.min(LOOK_MS)).unwrap_or_default();
            std::thread::sleep(Duration::from_millis(sleep_ms));
        }
    }

    fn failed(&self, why: &str) -> DataError {
        let venue = self.venue.rest.venue();
        DataError::world(format!("{venue} {}: {why}", self.symbol))
    }

    /// One-minute candles of a kind; none where there are none of this kind.
    fn candles(&self, kind: CandleKind) -> Result<Candles, DataError> {
        let mut there = Candles::new();
        let mut asked = Periods::default();
        let series = match self.catalog {
            Some(catalog) => catalog.find(&self.key(kind))?,
            None => None,
        };
        if let Some(series) = series {
            let mut months = Months::new(&series, self.period());
            let mut read = Vec::new();
            while months.read(&mut read)? {}
            let within = read.into_iter().filter(|c| self.contains(c.open_time));
            there.extend(within.map(|c| (c.open_time, c)));
            asked = series.manifest.asked;
        }
        let history = Kind::Candles(kind, Timeframe::M1);
        if !self.offers(history) {
            return Ok(there);
        }
        for attempt in 0..TRIES {
            if attempt > 0 {
                std::thread::sleep(PAUSE);
            }
            self.ask_for_missing(history, &asked, &mut there)?;
            // The last one may not be published yet; what is missing before it is a gap.
            let last = self.to.plus_ms(-MINUTE_MS);
            if there.is_empty() || last < self.from || there.contains_key(&last) {
                break;
            }
            let before = there.last_key_value().map_or(self.from, |(t, _)| *t);
            asked.add(self.from, before);
        }
        Ok(there)
    }

    fn ask_for_missing(
        &self,
        history: Kind,
        asked: &Periods,
        there: &mut Candles,
    ) -> Result<(), DataError> {
        let mut known = asked.clone();
        for time in there.keys() {
            known.add(*time, time.plus_ms(MINUTE_MS));
        }
        for (from, to) in Periods::of(self.from, self.to).without(&known).iter() {
            self.rows(history, (from, to), &mut |rows| {
                if let Rows::Candles(candles) = rows {
                    let real = candles.into_iter().filter(|c| c.validate().is_ok());
                    there.extend(real.map(|c| (c.open_time, c)));
                }
            })?;
        }
        Ok(())
    }

    /// Funding, open interest and liquidations, as far as they are wanted.
    fn streams(&self, asked: &LiveMarket) -> Result<Streams, DataError> {
        let place = Place {
            venue: self.venue.rest.venue().to_owned(),
            symbol: self.symbol.clone(),
        };
        let mut streams = Streams::none(place, asked.wanted.clone());
        let wanted = &asked.wanted;
        if wanted.needs(StreamKind::Funding) {
            let around = (self.from.plus_ms(-BEFORE_MS), self.to.plus_ms(-JITTER_MS));
            let records = self.records(RecordKind::Funding, Kind::Funding, around)?;
            streams = streams.with_funding(&records)?;
        }
        if wanted.needs(StreamKind::OpenInterest) {
            let interval = Timeframe::M5;
            let kind = Kind::OpenInterest(interval);
            let records = self.records(RecordKind::OpenInterest, kind, (self.from, self.to))?;
            streams.open_interest.push(Records {
                interval_ms: interval.minutes() * MINUTE_MS,
                records: records.into(),
            });
        }
        if wanted.needs(StreamKind::Liquidations)
            && let Some(catalog) = self.catalog
        {
            let place = &streams.place;
            let all = catalog.records(&place.venue, &place.symbol, RecordKind::Liquidations)?;
            let records = all.first().map(|s| s.between(self.from, self.to));
            streams.liquidations = records.transpose()?.map(|records| Records {
                interval_ms: 0,
                records: records.into(),
            });
        }
        Ok(streams)
    }

    /// Records of a kind in a period: those of the catalog, and what that was never asked for.
    fn records(
        &self,
        kind: RecordKind,
        history: Kind,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<Record>, DataError> {
        let venue = self.venue.rest.venue();
        let interval = match history {
            Kind::OpenInterest(interval) => Some(interval),
            _ => None,
        };
        let mut records = Vec::new();
        let mut missing = Periods::of(from, to);
        if let Some(catalog) = self.catalog {
            let all = catalog.records(venue, self.symbol, kind)?;
            if let Some(series) = all.iter().find(|s| s.key.interval == interval) {
                records = series.between(from, to)?;
                missing = missing.without(&series.asked);
            }
        }
        if self.offers(history) {
            for period in missing.iter() {
                self.rows(history, period, &mut |rows| records.extend(of_rows(rows)))?;
            }
        }
        records.retain(|record| record.check(kind).is_ok());
        records.sort_by(Record::order);
        // A record of an import and the venue's own are the same.
        records.dedup_by_key(|record| record.moment(kind).unwrap_or(record.time));
        Ok(records)
    }

    /// Rows of a period, as far back as the venue has them: what it does not keep is not asked for.
    fn rows(
        &self,
        history: Kind,
        (from, to): (Timestamp, Timestamp),
        take: &mut dyn FnMut(Rows),
    ) -> Result<(), DataError> {
        let offer = self.venue.rest.offer(self.symbol, history).ok();
        let reach = offer.and_then(|offer| offer.reach_ms);
        let earliest = reach.map_or(from, |reach| self.to.plus_ms(-reach));
        let from = from.max(earliest);
        if from >= to {
            return Ok(());
        }
        let asked = self.venue.rows(self.symbol, history, (from, to), take);
        asked.map_err(|e| self.failed(&e.why))
    }

    fn offers(&self, history: Kind) -> bool {
        let offer = self.venue.rest.offer(self.symbol, history);
        offer.is_ok_and(|offer| offer.has_api)
    }

    fn key(&self, kind: CandleKind) -> SeriesKey {
        SeriesKey {
            venue: self.venue.rest.venue().to_owned(),
            symbol: self.symbol.clone(),
            kind,
            timeframe: Timeframe::M1,
        }
    }

    fn period(&self) -> Period {
        Period {
            from: Some(self.from),
            to: Some(self.to),
        }
    }

    fn contains(&self, time: Timestamp) -> bool {
        time >= self.from && time < self.to
    }
}

fn of_rows(rows: Rows) -> Vec<Record> {
    let record = |time, values| Record {
        time,
        available_at: None,
        values,
    };
    match rows {
        Rows::Funding(rows) => {
            let rows = rows.into_iter();
            rows.map(|r| record(r.time, [r.rate, r.price])).collect()
        }
        Rows::OpenInterest(rows) => {
            let rows = rows.into_iter();
            rows.map(|r| record(r.time, [r.base, r.quote])).collect()
        }
        Rows::Candles(_) | Rows::TakerFlow(_) => Vec::new(),
    }
}
