//! Questions about rows: where they go, what one answer holds, how long its window is.

use super::{API, VENUE, interval_of};
use crate::domain::{CandleKind, MINUTE_MS, Timeframe, Timestamp};
use crate::venues::rest::{History, Method, Pool, Request, Window};

/// An address may ask 600 times in 5 seconds and is shut out for ten minutes beyond that. A sixth of it leaves room for others
/// behind the same address, and fetches a year of minutes in half a minute; the market has no other limit and sends no header.
const POOL: Pool = Pool {
    name: VENUE,
    weight: 20,
    period_ms: 1_000,
    used_header: None,
    reset_header: Some("x-bapi-limit-reset-timestamp"),
    at_once: 4,
};

pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Sampling intervals of open interest and the venue's names of them.
pub(super) const SAMPLES: [(Timeframe, &str); 6] = [
    (Timeframe::M5, "5min"),
    (Timeframe::M15, "15min"),
    (Timeframe::M30, "30min"),
    (Timeframe::H1, "1h"),
    (Timeframe::H4, "4h"),
    (Timeframe::D1, "1d"),
];

/// A question about rows: which, and how many rows it may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    endpoint: &'static str,
    /// Length of a candle or distance of samples, with its name in the query.
    grid: Option<(Timeframe, &'static str, &'static str)>,
    /// Names of first and last moment; both are included.
    ends: (&'static str, &'static str),
    /// Most rows of an answer.
    limit: i64,
    /// Length of a window.
    pub(super) span_ms: i64,
}

impl Question {
    pub(super) fn of(history: History) -> Option<Self> {
        match history {
            History::Candles(kind, timeframe) => {
                let endpoint = match kind {
                    CandleKind::Candles => "kline",
                    CandleKind::Mark => "mark-price-kline",
                    CandleKind::Index => "index-price-kline",
                };
                Some(Self {
                    endpoint,
                    grid: Some((timeframe, "interval", interval_of(timeframe)?)),
                    ends: ("start", "end"),
                    limit: 1_000,
                    span_ms: 1_000 * timeframe.minutes() * MINUTE_MS,
                })
            }
            // Settlements are at most hourly: eight days hold 192, so that a full answer always means that something is left.
            History::Funding => Some(Self {
                endpoint: "funding/history",
                grid: None,
                ends: ("startTime", "endTime"),
                limit: 200,
                span_ms: 8 * 24 * HOUR_MS,
            }),
            History::OpenInterest(interval) => {
                let (_, name) = SAMPLES.iter().find(|(of, _)| *of == interval)?;
                Some(Self {
                    endpoint: "open-interest",
                    grid: Some((interval, "intervalTime", name)),
                    ends: ("startTime", "endTime"),
                    limit: 200,
                    span_ms: 200 * interval.minutes() * MINUTE_MS,
                })
            }
            History::TakerFlow => None,
        }
    }

    /// Both ends are sent always: with one of them the venue chooses by itself which rows it gives.
    pub(super) fn request(&self, name: &str, from: Timestamp, to: Timestamp) -> Request {
        let last = self.grid.map_or(to.plus_ms(-1), |(timeframe, ..)| {
            timeframe.bucket_start(to.plus_ms(-1)).max(from)
        });
        let grid = self
            .grid
            .map_or_else(String::new, |(_, key, value)| format!("&{key}={value}"));
        let (first_key, last_key) = self.ends;
        let Self {
            endpoint, limit, ..
        } = self;
        ask(format!(
            "/v5/market/{endpoint}?category=linear&symbol={}{grid}&{first_key}={}&{last_key}={}&limit={limit}",
            encoded(name),
            from.0,
            last.0,
        ))
    }

    /// Do `rows` fill the answer, and could the window hold more.
    pub(super) fn is_full(&self, window: &Window, rows: usize) -> bool {
        let length = |timeframe: Timeframe| timeframe.minutes() * MINUTE_MS;
        let span = window.to.0.saturating_sub(window.from.0);
        let fits = self
            .grid
            .is_some_and(|(timeframe, ..)| span <= self.limit * length(timeframe));
        !fits && i64::try_from(rows).is_ok_and(|rows| rows >= self.limit)
    }
}

pub(super) fn ask(path: String) -> Request {
    Request {
        place: API,
        method: Method::Get,
        path,
        pool: POOL,
        weight: 1,
    }
}

/// A name as it stands in addresses: letters of other scripts as the percent codes of their bytes.
pub(super) fn encoded(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect()
}
