//! What one symbol has besides its candles, for a run.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use super::StreamKind;
use super::funding::{self, MissingFunding, Settlement};
use super::record::{Record, RecordKind};
use super::reference::{Lane, Track};
use super::rows::{Delta, Emitter, Joined, Row, Rows};
use crate::data::DataError;
use crate::data::catalog::{Catalog, Series, content_digest};
use crate::data::feed::{Candles, Months, Period, Source};
use crate::data::series::SeriesKey;
use crate::domain::{
    Candle, CandleKind, FundingSettlement, InstrumentKind, StreamSource, Symbol, Timeframe,
    Timestamp,
};
use crate::venues::adapters;

/// A symbol at a venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Venue, lower case.
    pub venue: String,
    /// The symbol.
    pub symbol: Symbol,
}

impl Place {
    /// By the words of a user.
    ///
    /// # Errors
    /// A venue or symbol that is none.
    pub fn new(venue: &str, market: InstrumentKind, symbol: &str) -> Result<Self, DataError> {
        let key = SeriesKey::new(venue, Some(market), symbol, Timeframe::M1)?;
        Ok(Self {
            venue: key.venue,
            symbol: key.symbol,
        })
    }

    /// Time between settlements where no record says it.
    #[must_use]
    pub fn usual_funding_ms(&self) -> i64 {
        funding::usual_step(&self.venue).minutes() * 60_000
    }

    /// The commands that bring a stream of a period.
    #[must_use]
    pub fn how_to_get(&self, stream: &str, from: Timestamp, to: Timestamp) -> String {
        let day = |t: Timestamp| t.rfc3339().chars().take(10).collect::<String>();
        let after = to.plus_ms(86_399_999);
        let Self { venue, symbol } = self;
        let import =
            format!("host data import FILE --exchange {venue} --symbol {symbol} --kind {stream}");
        match adapters::adapter(venue) {
            Some(_) => format!(
                "host data fetch --exchange {venue} --symbol {symbol} --streams {stream} --start {} --end {}\n\
                 or, with a file: {import}",
                day(from),
                day(after),
            ),
            None => import,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.venue, self.symbol)
    }
}

/// What a run wants to know of a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Settle funding.
    pub funding: bool,
    /// Mark and index prices for execution.
    pub references: bool,
    /// Rows for strategies: kind and detail (minutes of an interval; 0 = the source's own).
    pub rows: Vec<(StreamKind, u32)>,
}

impl Wanted {
    /// Does anything need this kind.
    #[must_use]
    pub fn needs(&self, kind: StreamKind) -> bool {
        let executed = match kind {
            StreamKind::Funding => self.funding,
            StreamKind::Mark | StreamKind::Index => self.references,
            _ => false,
        };
        executed || self.rows.iter().any(|(k, _)| *k == kind)
    }
}

/// Candles of a mark or index price.
#[derive(Debug, Clone)]
pub struct Prices {
    /// Length of a candle.
    pub timeframe: Timeframe,
    from: Origin,
}

#[derive(Debug, Clone)]
enum Origin {
    Memory(Arc<[Candle]>),
    Catalog(Box<Series>),
}

impl Prices {
    /// Candles in memory: ascending, on the grid of their timeframe.
    #[must_use]
    pub fn new(candles: impl Into<Arc<[Candle]>>, timeframe: Timeframe) -> Self {
        Self {
            timeframe,
            from: Origin::Memory(candles.into()),
        }
    }

    /// A series of the catalog.
    #[must_use]
    pub fn of_series(series: Series) -> Self {
        Self {
            timeframe: series.key.timeframe,
            from: Origin::Catalog(Box::new(series)),
        }
    }

    fn read(&self, period: Period) -> Box<dyn Source> {
        match &self.from {
            Origin::Memory(candles) => Box::new(Candles::new(Arc::clone(candles), self.timeframe)),
            Origin::Catalog(series) => {
                // One candle before the period makes the basis of its first minutes.
                let from = period
                    .from
                    .map(|t| t.plus_ms(-2 * self.timeframe.minutes() * 60_000));
                let period = Period { from, ..period };
                Box::new(Months::new(series, period))
            }
        }
    }

    /// Hands on the start of every candle in `[from, to)`, oldest first. Complete months of the catalog are not read for it.
    pub(super) fn each_time(
        &self,
        from: Timestamp,
        to: Timestamp,
        take: &mut dyn FnMut(Timestamp),
    ) -> Result<(), DataError> {
        match &self.from {
            Origin::Memory(candles) => {
                let times = candles.iter().map(|c| c.open_time);
                times.filter(|t| *t >= from && *t < to).for_each(take);
            }
            Origin::Catalog(series) => {
                let grid = series.grid();
                for file in series.files_between(from, to) {
                    let (first, end) = (file.first, grid.next(file.last));
                    let (from, to) = (from.max(first), to.min(end));
                    if grid.count(first, end) == file.rows {
                        let times = std::iter::successors(Some(first), |t| Some(grid.next(*t)));
                        let until = times.take_while(|t| *t < to);
                        until.filter(|t| *t >= from).for_each(&mut *take);
                    } else {
                        series.each_time(from, to, &mut *take)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn digest(&self, from: Timestamp, to: Timestamp) -> String {
        match &self.from {
            Origin::Memory(candles) => content_digest(candles),
            Origin::Catalog(series) => series.fingerprint(from, to),
        }
    }
}

/// Records of a stream, sorted by time.
#[derive(Debug, Clone)]
pub struct Records {
    /// Time between samples; 0 where records come as they happen.
    pub interval_ms: i64,
    /// The records.
    pub records: Arc<[Record]>,
}

/// What there is of a symbol besides its candles, for one run.
#[derive(Debug, Clone)]
pub struct Streams {
    /// Whose it is.
    pub place: Place,
    /// What the run wants of it.
    pub wanted: Wanted,
    /// Settlements, oldest first.
    pub funding: Vec<Settlement>,
    /// Mark price.
    pub mark: Option<Prices>,
    /// Index price.
    pub index: Option<Prices>,
    /// Open interest by its interval, the shortest first.
    pub open_interest: Vec<Records>,
    /// Liquidations.
    pub liquidations: Option<Records>,
    /// Do the candles tell the volume takers bought.
    pub taker_volume: bool,
    /// Rows as they were received, by kind and detail: they are delivered in place of what is made of the fields above.
    pub given: BTreeMap<(StreamKind, u32), Vec<Row>>,
}

/// What a session wrote down of a market, for a run over it.
#[derive(Debug, Clone, Default)]
pub struct Journaled {
    /// Mark prices of its minutes, as far as they had one.
    pub mark: Vec<Candle>,
    /// Index prices, likewise.
    pub index: Vec<Candle>,
    /// Settlements, oldest first.
    pub settlements: Vec<FundingSettlement>,
    /// Rows that were received, in the order in which they were.
    pub rows: Vec<(StreamKind, u32, Row)>,
}

const DAY_MS: i64 = 86_400_000;

/// Liquidations are known this long after they happened (`defaults.md` section 2).
const LIQUIDATION_DELAY_MS: i64 = 1_000;

impl Streams {
    /// Nothing yet: fill in what there is in memory.
    #[must_use]
    pub fn none(place: Place, wanted: Wanted) -> Self {
        Self {
            place,
            wanted,
            funding: Vec::new(),
            mark: None,
            index: None,
            open_interest: Vec::new(),
            liquidations: None,
            taker_volume: false,
            given: BTreeMap::new(),
        }
    }

    /// What a session wrote down: the run gets each row when the session got it. Every kind of row that is wanted is there, be it
    /// without a row.
    #[must_use]
    pub fn journaled(place: Place, wanted: Wanted, journaled: Journaled) -> Self {
        let mut streams = Self::none(place, wanted);
        let settlement = |s: FundingSettlement| Settlement {
            time: s.time,
            available_at: s.time,
            rate: s.rate,
            exact_rate: s.rate.to_f64(),
            price: s.price,
            interval_hours: f64::NAN,
            substituted: s.substituted,
        };
        let settlements = journaled.settlements.into_iter();
        streams.funding = settlements.map(settlement).collect();
        streams.mark = Some(Prices::new(journaled.mark, Timeframe::M1));
        streams.index = Some(Prices::new(journaled.index, Timeframe::M1));
        streams.taker_volume = true;
        for wanted in &streams.wanted.rows {
            if !wanted.0.is_made_of_minutes() {
                streams.given.insert(*wanted, Vec::new());
            }
        }
        for (kind, detail, row) in journaled.rows {
            streams.given.entry((kind, detail)).or_default().push(row);
        }
        streams
    }

    /// Funding from records in memory, sorted by time.
    ///
    /// # Errors
    /// A record 30 s or more away from a full hour.
    pub fn with_funding(mut self, records: &[Record]) -> Result<Self, DataError> {
        self.funding = funding::settlements(records)?;
        Ok(self)
    }

    /// Treats settlements missing strictly between `from` (the start of trading) and `to` as the policy says; those put in, for
    /// the report.
    ///
    /// # Errors
    /// Under [`MissingFunding::Error`], with the commands that bring the data.
    pub fn complete_funding(
        &mut self,
        policy: MissingFunding,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Timestamp>, DataError> {
        funding::complete(&mut self.funding, policy, &self.place, from, to)
    }

    /// Why a stream cannot be delivered at this detail; `None` if it can. `base` is the length of the run's candles.
    #[must_use]
    pub fn lacks(
        &self,
        kind: StreamKind,
        detail: u32,
        base: Timeframe,
        period: (Timestamp, Timestamp),
    ) -> Option<DataError> {
        if self.rows(kind, detail, base, Period::default()).is_some() {
            return None;
        }
        let name = kind.name();
        let is_live = matches!(kind, StreamKind::Trades | StreamKind::Book);
        let error = match detail {
            _ if is_live => {
                DataError::user(format!("there is no recorded {name} of {}", self.place))
            }
            0 => DataError::user(format!("there is no {name} of {}", self.place)),
            n => DataError::user(format!(
                "there is no {name} of {} every {n} minutes",
                self.place
            )),
        };
        Some(match kind {
            _ if is_live => error
                .with_hint("it is only there while it happens: run it with `host forward-test`"),
            StreamKind::VolumeDelta => error.with_hint(
                "it comes from candles with taker buy volume: import some that have that column",
            ),
            _ => error.with_hint(self.place.how_to_get(name, period.0, period.1)),
        })
    }

    /// Days of `[from, to)` (UTC) with a row of a stream, and all of them. `None` of a stream that is not there, and of one that is
    /// made of candles: their coverage is told as that of candles.
    #[must_use]
    pub fn days_with_rows(
        &self,
        kind: StreamKind,
        detail: u32,
        (from, to): (Timestamp, Timestamp),
    ) -> Option<(u64, u64)> {
        let day = |time: Timestamp| time.0.div_euclid(DAY_MS);
        let rows = match self.rows(kind, detail, Timeframe::M1, Period::default())? {
            Rows::Ready(rows) => rows,
            Rows::Prices(..) | Rows::Delta(_) => return None,
        };
        let within = rows.iter().filter(|r| r.time >= from && r.time < to);
        let days: BTreeSet<i64> = within.map(|row| day(row.time)).collect();
        let all = day(Timestamp(to.0 - 1)) - day(from) + 1;
        Some((days.len() as u64, u64::try_from(all).ok()?))
    }

    /// What identifies all of it, for the fingerprint of a dataset.
    #[must_use]
    pub fn fingerprint(&self, from: Timestamp, to: Timestamp) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("streams 1\n{} {} {}\n", self.place, from.0, to.0).as_bytes());
        for s in self
            .funding
            .iter()
            .filter(|s| s.time >= from && s.time < to)
        {
            let price = s.price.map_or(0, |p| p.0);
            let text = format!("{} {} {price} {}\n", s.time.0, s.rate.0, s.substituted);
            hasher.update(text.as_bytes());
        }
        for (name, prices) in [("mark", &self.mark), ("index", &self.index)] {
            let digest = prices
                .as_ref()
                .map_or(String::new(), |p| p.digest(from, to));
            hasher.update(format!("{name} {digest}\n").as_bytes());
        }
        for records in self.open_interest.iter().chain(&self.liquidations) {
            hasher.update(&records.interval_ms.to_le_bytes());
            for r in records.records.iter() {
                hasher.update(&r.time.0.to_le_bytes());
                r.values.iter().for_each(|v| {
                    hasher.update(&v.to_bits().to_le_bytes());
                });
            }
        }
        for ((kind, detail), rows) in &self.given {
            hasher.update(format!("given {} {detail}\n", kind.name()).as_bytes());
            for row in rows {
                let moments = [row.time.0, row.available_at.0].into_iter();
                let values = row.values.iter().map(|v| v.to_bits().to_le_bytes());
                let parts = moments.map(i64::to_le_bytes).chain(values);
                parts.for_each(|part| {
                    hasher.update(&part);
                });
            }
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The mark and index prices a run executes with.
    pub(super) fn tracks(&self, base: Timeframe, period: Period) -> [Option<Track>; 2] {
        let used = |prices: &Option<Prices>| {
            let prices = prices.as_ref().filter(|_| self.wanted.references)?;
            Some((prices.read(period), prices.timeframe))
        };
        let mark = used(&self.mark).map(|(read, length)| Track::mark(read, length, base));
        let index = used(&self.index).map(|(read, length)| Track::index(read, length, base));
        [mark, index]
    }

    /// The rows strategies asked for, of what there is.
    pub(super) fn emitters(
        &self,
        instrument: u32,
        base: Timeframe,
        period: Period,
    ) -> Vec<Emitter> {
        let wanted = self.wanted.rows.iter();
        let emitter = |(kind, detail): &(StreamKind, u32)| {
            Some(Emitter {
                source: StreamSource {
                    instrument,
                    kind: kind.name().to_owned(),
                    detail: *detail,
                    columns: kind.columns(*detail),
                },
                rows: self.rows(*kind, *detail, base, period)?,
            })
        };
        wanted.filter_map(emitter).collect()
    }

    /// The rows of a kind that are known beforehand, in order of the time they are available.
    pub(in crate::data) fn ready_rows(&self, kind: StreamKind, detail: u32) -> Vec<Row> {
        match self.rows(kind, detail, Timeframe::M1, Period::default()) {
            Some(Rows::Ready(rows)) => rows.into(),
            _ => Vec::new(),
        }
    }

    fn rows(&self, kind: StreamKind, detail: u32, base: Timeframe, period: Period) -> Option<Rows> {
        if let Some(given) = self.given.get(&(kind, detail)) {
            return Some(Rows::Ready(as_given(given)));
        }
        match kind {
            StreamKind::Funding => {
                let recorded = self.funding.iter().filter(|s| !s.substituted);
                (!self.funding.is_empty()).then(|| Rows::Ready(recorded.map(funding_row).collect()))
            }
            StreamKind::Mark => price_rows(self.mark.as_ref()?, detail, period),
            StreamKind::Index => price_rows(self.index.as_ref()?, detail, period),
            StreamKind::OpenInterest => self.open_interest_rows(detail),
            StreamKind::Liquidations => {
                let records = &self.liquidations.as_ref()?.records;
                Some(ready(records, LIQUIDATION_DELAY_MS))
            }
            StreamKind::Trades | StreamKind::Book => None,
            StreamKind::VolumeDelta => {
                let timeframe = joined(base, detail)?;
                self.taker_volume
                    .then(|| Rows::Delta(Delta::new(timeframe)))
            }
        }
    }

    /// The shortest interval that fits; of a shorter one than asked for the samples on its grid.
    fn open_interest_rows(&self, detail: u32) -> Option<Rows> {
        let step = i64::from(detail) * 60_000;
        let fits = |r: &&Records| step == 0 || (r.interval_ms > 0 && step % r.interval_ms == 0);
        let records = self.open_interest.iter().find(fits)?;
        let on_grid = |r: &&Record| step == 0 || r.time.0.rem_euclid(step) == 0;
        let kept: Vec<_> = records.records.iter().filter(on_grid).copied().collect();
        Some(ready(&kept, records.interval_ms))
    }
}

fn funding_row(s: &Settlement) -> Row {
    let price = s.price.map_or(f64::NAN, crate::domain::Price::to_f64);
    Row {
        time: s.time,
        available_at: s.available_at,
        values: vec![s.exact_rate, s.interval_hours, price],
    }
}

/// Rows in the order in which they became known.
fn as_given(given: &[Row]) -> VecDeque<Row> {
    let mut rows = given.to_vec();
    rows.sort_by_key(|row| row.available_at);
    rows.into()
}

/// Records in the order in which they become known.
fn ready(records: &[Record], delay_ms: i64) -> Rows {
    let mut rows: Vec<_> = records
        .iter()
        .map(|r| Row {
            time: r.time,
            available_at: r.available_at.unwrap_or(r.time.plus_ms(delay_ms)),
            values: r.values.to_vec(),
        })
        .collect();
    rows.sort_by_key(|r| r.available_at);
    Rows::Ready(rows.into())
}

fn price_rows(prices: &Prices, detail: u32, period: Period) -> Option<Rows> {
    let timeframe = joined(prices.timeframe, detail)?;
    let lane = Lane::new(prices.read(period));
    Some(Rows::Prices(lane, Joined::new(timeframe)))
}

/// The timeframe of so many minutes (0 = the candles' own), if candles of this length make it up.
pub(super) fn joined(own: Timeframe, minutes: u32) -> Option<Timeframe> {
    if minutes == 0 {
        return Some(own);
    }
    let minutes = i64::from(minutes);
    let wanted = Timeframe::ALL
        .into_iter()
        .find(|t| t.minutes() == minutes)?;
    (minutes % own.minutes() == 0).then_some(wanted)
}

/// What the catalog has of a symbol for a period (warm-up included), of what is wanted. What is not there is absent: see
/// [`Streams::complete_funding`] and [`Streams::lacks`].
///
/// # Errors
/// A damaged file or manifest, a funding record between hours.
pub fn open(
    catalog: &Catalog,
    place: &Place,
    period: Period,
    wanted: &Wanted,
) -> Result<Streams, DataError> {
    let mut streams = Streams::none(place.clone(), wanted.clone());
    let records = |kind| catalog.records(&place.venue, &place.symbol, kind);
    // Neighbors outside the period tell the interval of settlements and are known early enough.
    let around = |ms: i64| (period.start().plus_ms(-ms), later(period.end(), ms));
    if wanted.needs(StreamKind::Funding)
        && let Some(series) = records(RecordKind::Funding)?.first()
    {
        let (from, to) = around(FUNDING_MARGIN_MS);
        streams.funding = funding::settlements(&series.between(from, to)?)?;
    }
    if wanted.needs(StreamKind::Mark) {
        let all = catalog.prices(&place.venue, &place.symbol, CandleKind::Mark)?;
        streams.mark = best(all, period).map(Prices::of_series);
    }
    if wanted.needs(StreamKind::Index) {
        let all = catalog.prices(&place.venue, &place.symbol, CandleKind::Index)?;
        streams.index = best(all, period).map(Prices::of_series);
    }
    if wanted.needs(StreamKind::OpenInterest) {
        for series in records(RecordKind::OpenInterest)? {
            let interval_ms = series.key.interval.map_or(0, |i| i.minutes() * 60_000);
            let (from, to) = around(interval_ms);
            let found = series.between(from, to)?;
            if !found.is_empty() {
                streams.open_interest.push(Records {
                    interval_ms,
                    records: found.into(),
                });
            }
        }
    }
    if wanted.needs(StreamKind::Liquidations)
        && let Some(series) = records(RecordKind::Liquidations)?.first()
    {
        let (from, to) = around(LIQUIDATION_DELAY_MS);
        let found = series.between(from, to)?;
        streams.liquidations = (!found.is_empty()).then(|| Records {
            interval_ms: 0,
            records: found.into(),
        });
    }
    if wanted.needs(StreamKind::VolumeDelta) {
        let all = catalog.prices(&place.venue, &place.symbol, CandleKind::Candles)?;
        if let Some(candles) = best(all, period) {
            streams.taker_volume = candles.has_taker_volume(period.start(), period.end())?;
        }
    }
    Ok(streams)
}

/// Funding is read this far beyond the period on both sides.
const FUNDING_MARGIN_MS: i64 = 4 * 86_400_000;

fn later(time: Timestamp, ms: i64) -> Timestamp {
    Timestamp(time.0.saturating_add(ms))
}

/// The shortest candles that overlap the period about as long as any. The time between segments is not theirs.
fn best(all: Vec<Series>, period: Period) -> Option<Series> {
    let overlap = |series: &Series| -> i64 {
        let segments = series.manifest.segments.iter();
        let of_segment = |(first, last): &(Timestamp, Timestamp)| {
            let end = series.grid().next(*last).min(period.end());
            (end.0 - first.max(&period.start()).0).max(0)
        };
        segments.map(of_segment).sum()
    };
    let longest = all.iter().map(overlap).max().filter(|ms| *ms > 0)?;
    // A hundredth: series that end with the same month may differ by a candle.
    let enough = |series: &Series| overlap(series) >= longest - longest / 100;
    all.into_iter().find(enough)
}
