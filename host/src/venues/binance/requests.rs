//! Questions and files: their paths, weights and allowances.

use super::{
    ARCHIVE, ARCHIVE_POOL, FUNDING_POOL, FUTURES, FUTURES_POOL, SPOT, SPOT_POOL, STATISTICS_POOL,
};
use crate::domain::{CandleKind, InstrumentKind, MINUTE_MS, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{History, Method, Place, Pool, Request, Source, Window};

const DAY_MS: i64 = 86_400_000;

/// Rows of candles of perpetuals asked for at once: the most for weight 2.
const FUTURES_ROWS: i64 = 499;
/// Below this many rows a request for candles of perpetuals has weight 1.
const CHEAP_ROWS: i64 = 99;
/// Rows of spot candles asked for at once.
const SPOT_ROWS: i64 = 1_000;
/// Settlements in one answer.
pub(super) const FUNDING_ROWS: i64 = 1_000;
/// Samples of open interest in one answer.
pub(super) const INTEREST_ROWS: i64 = 500;

/// Until 2026-06-25 a file of open interest held the samples from 00:05 to the midnight that ends the day, since then those from 00:00
/// to 23:55. Source: issue 491 of the venue's archive (2026-08).
const INTEREST_RELABELED: Timestamp = Timestamp(1_782_345_600_000);

/// Base and quote written together.
pub(super) fn venue_symbol(symbol: &Symbol) -> String {
    format!("{}{}", symbol.base(), symbol.quote())
}

/// What differs between futures and spot.
pub(super) struct Market {
    kind: InstrumentKind,
    place: Place,
    prefix: &'static str,
    pool: Pool,
    /// Rows of candles asked for at once.
    pub(super) rows: i64,
}

/// The market of a symbol.
pub(super) fn market(symbol: &Symbol) -> Market {
    match symbol.market() {
        InstrumentKind::LinearPerpetual => Market {
            kind: InstrumentKind::LinearPerpetual,
            place: FUTURES,
            prefix: "/fapi/v1/",
            pool: FUTURES_POOL,
            rows: FUTURES_ROWS,
        },
        InstrumentKind::Spot => Market {
            kind: InstrumentKind::Spot,
            place: SPOT,
            prefix: "/api/v3/",
            pool: SPOT_POOL,
            rows: SPOT_ROWS,
        },
    }
}

impl Market {
    /// A question.
    pub(super) fn request(&self, endpoint: &str, query: &[(&str, String)], weight: u32) -> Request {
        Request {
            place: self.place,
            method: Method::Get,
            path: with_query(&format!("{}{endpoint}", self.prefix), query),
            pool: self.pool,
            weight,
        }
    }

    /// Weight of so many candles.
    pub(super) fn weight(&self, rows: i64) -> u32 {
        match self.kind {
            InstrumentKind::LinearPerpetual if rows <= CHEAP_ROWS => 1,
            _ => 2,
        }
    }
}

/// A path with its query, percent-encoded: symbols may have letters of any script.
fn with_query(path: &str, query: &[(&str, String)]) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in query {
        pairs.append_pair(name, value);
    }
    match pairs.finish() {
        none if none.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// Endpoint of candles of a kind, and how it is told the symbol: index prices are of a pair.
pub(super) fn klines(symbol: &Symbol, kind: CandleKind) -> (&'static str, (&'static str, String)) {
    match kind {
        CandleKind::Candles => ("klines", ("symbol", venue_symbol(symbol))),
        CandleKind::Mark => ("markPriceKlines", ("symbol", venue_symbol(symbol))),
        CandleKind::Index => ("indexPriceKlines", ("pair", venue_symbol(symbol))),
    }
}

/// The question for the rows of a window. Both ends are included by the venue.
pub(super) fn rows_request(
    symbol: &Symbol,
    history: History,
    from: Timestamp,
    to: Timestamp,
) -> Option<Request> {
    let market = market(symbol);
    let start = ("startTime", from.0.to_string());
    let end = ("endTime", to.plus_ms(-1).0.to_string());
    Some(match history {
        History::Candles(kind, timeframe) => {
            let (endpoint, name) = klines(symbol, kind);
            let most = (to.0 - from.0) / (timeframe.minutes() * MINUTE_MS) + 1;
            let limit = match market.kind {
                InstrumentKind::LinearPerpetual if most <= CHEAP_ROWS => CHEAP_ROWS,
                _ => market.rows,
            };
            let interval = ("interval", timeframe.name().to_owned());
            let query = [name, interval, start, end, ("limit", limit.to_string())];
            market.request(endpoint, &query, market.weight(limit))
        }
        History::Funding => {
            let name = ("symbol", venue_symbol(symbol));
            let query = [name, start, end, ("limit", FUNDING_ROWS.to_string())];
            Request {
                pool: FUNDING_POOL,
                ..market.request("fundingRate", &query, 1)
            }
        }
        History::OpenInterest(timeframe) => {
            let name = ("symbol", venue_symbol(symbol));
            let interval = ("period", timeframe.name().to_owned());
            let limit = ("limit", INTEREST_ROWS.to_string());
            Request {
                place: FUTURES,
                method: Method::Get,
                path: with_query(
                    "/futures/data/openInterestHist",
                    &[name, interval, start, end, limit],
                ),
                pool: STATISTICS_POOL,
                weight: 1,
            }
        }
        History::TakerFlow => return None,
    })
}

/// A file of the archive and the question for its digest.
pub(super) fn file(from: Timestamp, to: Timestamp, path: String) -> Window {
    let request = |path| Request {
        place: ARCHIVE,
        method: Method::Get,
        path,
        pool: ARCHIVE_POOL,
        weight: 1,
    };
    Window {
        from,
        to,
        source: Source::Archive,
        checksum: Some(request(format!("{path}.CHECKSUM"))),
        request: request(path),
    }
}

/// Days from midnight to midnight.
pub(super) fn days(from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
    (from.day()..to.day()).map(|day| Timestamp(day * DAY_MS))
}

/// `2026-07-15`.
pub(super) fn day_stamp(day: Timestamp) -> String {
    day.to_string().chars().take(10).collect()
}

/// Path of a file of candles; `every` is `monthly` or `daily`.
pub(super) fn kline_path(
    symbol: &Symbol,
    kind: CandleKind,
    timeframe: Timeframe,
    every: &str,
    stamp: &str,
) -> String {
    let market = match symbol.market() {
        InstrumentKind::LinearPerpetual => "futures/um",
        InstrumentKind::Spot => "spot",
    };
    let (kind, (_, name)) = klines(symbol, kind);
    let name = encoded(&name);
    format!("/data/{market}/{every}/{kind}/{name}/{timeframe}/{name}-{timeframe}-{stamp}.zip")
}

/// Files of open interest that hold `[from, to)`, both midnight. A file of the old kind holds its day five minutes late, so the first
/// five minutes are those of the file of the day before.
pub(super) fn interest_files(symbol: &Symbol, from: Timestamp, to: Timestamp) -> Vec<Window> {
    let name = encoded(&venue_symbol(symbol));
    let late = |day: Timestamp| match day < INTEREST_RELABELED {
        true => day.plus_ms(5 * MINUTE_MS),
        false => day,
    };
    let cut = |time: Timestamp| time.max(from).min(to);
    days(from.plus_ms(-DAY_MS), to)
        .map(|day| {
            let (start, end) = (cut(late(day)), cut(late(day.plus_ms(DAY_MS))));
            let stamp = day_stamp(day);
            let path = format!("/data/futures/um/daily/metrics/{name}/{name}-metrics-{stamp}.zip");
            file(start, end, path)
        })
        .filter(|window| window.from < window.to)
        .collect()
}

/// Percent-encoded for a path.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The reverse of [`encoded`].
fn decoded(text: &str) -> String {
    let pair = url::form_urlencoded::parse(text.as_bytes()).next();
    pair.map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// A parameter of the query in a path.
pub(super) fn parameter(path: &str, name: &str) -> Option<String> {
    let (_, query) = path.split_once('?')?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let found = pairs.find(|(of, _)| of == name)?;
    Some(found.1.into_owned())
}

/// Name of the file at the end of a path.
pub(super) fn path_file(path: &str) -> String {
    decoded(path.rsplit('/').next().unwrap_or(path))
}
