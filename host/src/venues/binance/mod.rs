//! Binance: USD-M perpetuals and spot.
//!
//! In reading order: payloads as the venue writes them ([`wire`]); what its codes mean ([`errors`]); which requests hold what
//! ([`rest`], `requests`), with the files of its archive (`archive`) and the rules of symbols (`listing`); what it sends live ([`stream`]).
//!
//! Source: `reference/exchanges/binance.md`. Spot (limits, weights, paths, order book rule): the venue's spot documentation.
//!
//! Unrealistic: a symbol is asked for as base and quote written together, which is how the venue names every perpetual and spot pair;
//! the listing is found by the fields of the venue's answer, and a symbol named otherwise is an error there.

mod archive;
pub mod errors;
mod listing;
#[cfg(test)]
mod properties;
mod requests;
pub mod rest;
pub mod stream;
#[cfg(test)]
mod tests;
pub mod wire;

use super::rest::{Place, Pool};
use crate::domain::{InstrumentKind, Timeframe};

/// Requests about USD-M futures.
pub const FUTURES: Place = Place {
    variable: "BINANCE_FUTURES_URL",
    url: "https://fapi.binance.com",
    what: "Binance USD-M futures: requests",
};

/// Requests about spot.
pub const SPOT: Place = Place {
    variable: "BINANCE_SPOT_URL",
    url: "https://api.binance.com",
    what: "Binance spot: requests",
};

/// Files of whole months and days.
pub const ARCHIVE: Place = Place {
    variable: "BINANCE_ARCHIVE_URL",
    url: "https://data.binance.vision",
    what: "Binance: archive of months and days",
};

/// What USD-M futures do, live.
pub const FUTURES_STREAM: Place = Place {
    variable: "BINANCE_FUTURES_STREAM_URL",
    url: "wss://fstream.binance.com",
    what: "Binance USD-M futures: streams",
};

/// What spot does, live.
pub const SPOT_STREAM: Place = Place {
    variable: "BINANCE_SPOT_STREAM_URL",
    url: "wss://stream.binance.com:9443",
    what: "Binance spot: streams",
};

/// Every address.
pub const PLACES: [Place; 5] = [FUTURES, SPOT, ARCHIVE, FUTURES_STREAM, SPOT_STREAM];

/// Columns of candles in files of the archive, with or without a header that names them.
pub const KLINE_COLUMNS: [&str; 12] = [
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "ignore",
];

/// The adapter of both markets; what is live is of one of them: [`stream::BinanceStream`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Binance;

const USED_WEIGHT: Option<&str> = Some("X-MBX-USED-WEIGHT-1M");

/// Weight of USD-M requests: 2,400 a minute. More than eight at once would only wait for each other.
const FUTURES_POOL: Pool = Pool {
    name: "binance futures",
    weight: 2_400,
    period_ms: 60_000,
    used_header: USED_WEIGHT,
    reset_header: None,
    at_once: 8,
};

/// Weight of spot requests: 6,000 a minute.
const SPOT_POOL: Pool = Pool {
    name: "binance spot",
    weight: 6_000,
    period_ms: 60_000,
    used_header: USED_WEIGHT,
    reset_header: None,
    at_once: 8,
};

/// Funding history has an allowance of its own: 500 requests in five minutes.
const FUNDING_POOL: Pool = Pool {
    name: "binance funding",
    weight: 500,
    period_ms: 300_000,
    used_header: None,
    reset_header: None,
    at_once: 4,
};

/// `/futures/data/...` costs no weight but is limited to 1,000 requests in five minutes.
const STATISTICS_POOL: Pool = Pool {
    name: "binance statistics",
    weight: 1_000,
    period_ms: 300_000,
    used_header: None,
    reset_header: None,
    at_once: 4,
};

/// The archive publishes no limit: ten files a second at most, out of politeness.
const ARCHIVE_POOL: Pool = Pool {
    name: "binance archive",
    weight: 600,
    period_ms: 60_000,
    used_header: None,
    reset_header: None,
    at_once: 6,
};

/// Has the venue candles of this length? It has no three-hour ones.
fn has_timeframe(timeframe: Timeframe) -> bool {
    timeframe != Timeframe::H3
}

/// `perpetual` or `spot`, for messages.
fn market_name(kind: InstrumentKind) -> &'static str {
    match kind {
        InstrumentKind::LinearPerpetual => "perpetual",
        InstrumentKind::Spot => "spot pair",
    }
}
