//! What the name of a file says about its content.

use std::fmt;
use std::path::Path;

use super::foreign::{from_binance_archive, from_bybit_archive, from_freqtrade};
use crate::data::DataError;
use crate::data::catalog::RecordKey;
use crate::data::series::{SeriesKey, market_name, parse_market};
use crate::data::streams::record::RecordKind;
use crate::domain::{CandleKind, InstrumentKind, Timeframe};

/// What files can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataKind {
    /// Candles of trades, of the mark or of the index price.
    Candles(CandleKind),
    /// Records of a stream.
    Records(RecordKind),
    /// Single trades: what takers bought goes into the candles that are there.
    Trades,
}

impl DataKind {
    /// By its name on the command line.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let candles = CandleKind::of(name).map(Self::Candles);
        let trades = || (name == "trades").then_some(Self::Trades);
        candles
            .or_else(|| RecordKind::of(name).map(Self::Records))
            .or_else(trades)
    }
}

/// What the user says; each part wins over the file's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Venue.
    pub exchange: Option<String>,
    /// Market.
    pub market: Option<InstrumentKind>,
    /// Symbol, unified or the venue's own.
    pub symbol: Option<String>,
    /// Length of a candle, time between samples.
    pub timeframe: Option<Timeframe>,
    /// What the file holds.
    pub kind: Option<DataKind>,
}

/// What a file holds and where that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Candles of one series.
    Candles(SeriesKey),
    /// Records of one stream.
    Records(RecordKey),
    /// Records of many symbols of a venue, told apart by their column `symbol`.
    ManySymbols(String, InstrumentKind, RecordKind),
    /// Trades of the candles of this series, which are of one minute.
    Trades(SeriesKey),
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Candles(key) => write!(f, "candles of {key}"),
            Self::Records(key) => write!(f, "records of {key}"),
            Self::ManySymbols(venue, market, kind) => {
                let market = market_name(*market);
                write!(f, "{} of many {market} symbols of {venue}", kind.name())
            }
            Self::Trades(key) => write!(f, "trades, for the taker volume of candles of {key}"),
        }
    }
}

/// Names of columns a kind of file brings along: (name in the file, name of ours).
pub(super) type ColumnMap = Vec<(String, String)>;

/// What a file holds, and what its columns are called beyond what readers know.
///
/// # Errors
/// Neither the name nor the user says it; the message lists what is missing.
pub(super) fn content_of(path: &Path, said: &Overrides) -> Result<(Content, ColumnMap), DataError> {
    let (named, is_freqtrade) = named(path)?;
    let funding = Some(DataKind::Records(RecordKind::Funding));
    let is_funding = named.kind == funding && said.kind.is_none_or(|kind| Some(kind) == funding);
    let map = match is_freqtrade && is_funding {
        true => vec![("open".to_owned(), "funding_rate".to_owned())],
        false => Vec::new(),
    };
    Ok((said_or_named(path, said, named)?, map))
}

/// What the name of a file says that it holds, if it says so.
#[must_use]
pub fn kind_named(path: &Path) -> Option<DataKind> {
    named(path).ok()?.0.kind
}

/// What a name says, and whether it is one that freqtrade gives.
///
/// # Errors
/// It is of an archive that cannot be imported.
fn named(path: &Path) -> Result<(Overrides, bool), DataError> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if let Some(ours) = from_own_name(stem) {
        return Ok((ours, false));
    }
    if let Some(freqtrade) = from_freqtrade(path, stem) {
        return Ok((freqtrade, true));
    }
    let archive = match from_bybit_archive(stem) {
        Some(bybit) => Some(bybit),
        None => from_binance_archive(path, stem)?,
    };
    Ok((archive.unwrap_or_default(), false))
}

/// What the user says wins over what the name says.
fn said_or_named(path: &Path, said: &Overrides, named: Overrides) -> Result<Content, DataError> {
    let exchange = said.exchange.clone().or(named.exchange);
    let symbol = said.symbol.clone().or(named.symbol);
    let timeframe = said.timeframe.or(named.timeframe);
    let kind = said
        .kind
        .or(named.kind)
        .unwrap_or(DataKind::Candles(CandleKind::Candles));
    let market = said.market.or(named.market).or_else(|| {
        let unified = symbol.as_deref().filter(|s| s.contains('/'))?;
        Some(if unified.contains(':') {
            InstrumentKind::LinearPerpetual
        } else {
            InstrumentKind::Spot
        })
    });
    // Samples have an interval, events have none.
    let timed = !matches!(
        kind,
        DataKind::Trades | DataKind::Records(RecordKind::Funding | RecordKind::Liquidations)
    );
    let timeframe = if timed {
        timeframe
    } else {
        Some(Timeframe::M1)
    };
    let said_all = (&exchange, market, &symbol, timeframe);
    if let (Some(exchange), Some(market), Some(symbol), Some(timeframe)) = said_all {
        let key = SeriesKey::new(exchange, Some(market), symbol, timeframe)
            .map_err(|e| e.context(path.display()))?;
        return Ok(match kind {
            DataKind::Candles(kind) => Content::Candles(key.of_kind(kind)),
            DataKind::Records(kind) => Content::Records(RecordKey {
                venue: key.venue,
                symbol: key.symbol,
                kind,
                interval: timed.then_some(timeframe),
            }),
            DataKind::Trades => Content::Trades(key),
        });
    }
    if let (DataKind::Records(kind @ RecordKind::Liquidations), Some(exchange), Some(market)) =
        (kind, &exchange, market)
    {
        return Ok(Content::ManySymbols(exchange.clone(), market, kind));
    }
    let missing: Vec<_> = [
        ("--exchange", exchange.is_none()),
        ("--market", market.is_none()),
        ("--symbol", symbol.is_none()),
        ("--timeframe", timeframe.is_none()),
    ]
    .into_iter()
    .filter_map(|(flag, missing)| missing.then_some(flag))
    .collect();
    Err(DataError::user(format!(
        "{}: its name does not say what it holds, {} missing",
        path.display(),
        missing.join(", ")
    ))
    .with_hint("give the flags, or name the file like binance_spot_BTCUSDT_1m.csv"))
}

/// `<venue>_<market>_<SYMBOL>[_<kind>][_<timeframe>][_anything]`; `<venue>_<market>_force_orders` has many symbols.
fn from_own_name(stem: &str) -> Option<Overrides> {
    let parts: Vec<_> = stem.split('_').collect();
    let [venue, market, rest @ ..] = parts.as_slice() else {
        return None;
    };
    let market = parse_market(market).ok()?;
    let said = |symbol: Option<&str>, kind, timeframe: Option<&&str>| Overrides {
        exchange: Some((*venue).to_owned()),
        market: Some(market),
        symbol: symbol.map(str::to_owned),
        timeframe: timeframe.and_then(|t| t.parse().ok()),
        kind: Some(kind),
    };
    let records = DataKind::Records;
    let prices = DataKind::Candles;
    match rest {
        ["force", "orders", ..] | ["liquidations", ..] => {
            Some(said(None, records(RecordKind::Liquidations), None))
        }
        [symbol, "force", "orders", ..] | [symbol, "liquidations", ..] => {
            Some(said(Some(symbol), records(RecordKind::Liquidations), None))
        }
        [symbol, "funding", ..] => Some(said(Some(symbol), records(RecordKind::Funding), None)),
        [symbol, "open", "interest", rest @ ..] => {
            let kind = records(RecordKind::OpenInterest);
            Some(said(Some(symbol), kind, rest.first()))
        }
        [symbol, "mark", rest @ ..] => {
            Some(said(Some(symbol), prices(CandleKind::Mark), rest.first()))
        }
        [symbol, "index", rest @ ..] => {
            Some(said(Some(symbol), prices(CandleKind::Index), rest.first()))
        }
        [symbol, timeframe, ..] => {
            let _: Timeframe = timeframe.parse().ok()?;
            let kind = prices(CandleKind::Candles);
            Some(said(Some(symbol), kind, Some(timeframe)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_hold() {
        let none = Overrides::default();
        let spot = Overrides {
            market: Some(InstrumentKind::Spot),
            ..none.clone()
        };
        let cases = [
            (
                "binance_spot_BTCUSDT_1m.parquet",
                &none,
                Ok("binance BTC/USDT 1m"),
            ),
            (
                "binance_usdm_BTCUSDT_5m_part2.csv",
                &none,
                Ok("binance BTC/USDT:USDT 5m"),
            ),
            (
                "okx_swap_SOL-USDT-SWAP_1m.parquet",
                &none,
                Ok("okx SOL/USDT:USDT 1m"),
            ),
            (
                "hyperliquid_perp_BTC_1h.parquet",
                &none,
                Ok("hyperliquid BTC/USDC:USDC 1h"),
            ),
            ("BTCUSDT-1m-2026-03.zip", &spot, Ok("binance BTC/USDT 1m")),
            ("BTCUSDT-1m-2026-03.zip", &none, Err("--market missing")),
            (
                "candles.csv",
                &none,
                Err("--exchange, --market, --symbol, --timeframe missing"),
            ),
            (
                "binance_usdm_BTCUSDT_mark_1h.parquet",
                &none,
                Ok("binance BTC/USDT:USDT mark 1h"),
            ),
            (
                "binance_usdm_BTCUSDT_mark.parquet",
                &none,
                Err("--timeframe missing"),
            ),
            (
                "hyperliquid_perp_ETH_funding.parquet",
                &none,
                Ok("hyperliquid ETH/USDC:USDC funding"),
            ),
            (
                "binance_usdm_BTCUSDT_open_interest_5m.csv",
                &none,
                Ok("binance BTC/USDT:USDT open-interest 5m"),
            ),
            (
                "binance_usdm_force_orders.parquet",
                &none,
                Ok("liquidations of many perp symbols of binance"),
            ),
            (
                "BTCUSDT-fundingRate-2024-01.zip",
                &none,
                Ok("binance BTC/USDT:USDT funding"),
            ),
            (
                "BTCUSDT-metrics-2024-01-01.zip",
                &none,
                Ok("binance BTC/USDT:USDT open-interest 5m"),
            ),
            (
                "BTC_USDT_USDT-5m-futures.feather",
                &none,
                Err("--exchange missing"),
            ),
            (
                "user_data/data/binance/futures/BTC_USDT_USDT-5m-futures.feather",
                &none,
                Ok("candles of binance BTC/USDT:USDT 5m"),
            ),
            (
                "data/bybit/futures/ETH_USDT_USDT-1h-mark.feather",
                &none,
                Ok("candles of bybit ETH/USDT:USDT mark 1h"),
            ),
            (
                "data/hyperliquid/futures/BTC_USDC_USDC-8h-funding_rate.feather",
                &none,
                Ok("records of hyperliquid BTC/USDC:USDC funding"),
            ),
            (
                "data/kraken/BTC_USDT-5m.json.gz",
                &none,
                Ok("candles of kraken BTC/USDT 5m"),
            ),
            (
                "data/futures/um/monthly/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2026-03.zip",
                &none,
                Ok("candles of binance BTC/USDT:USDT mark 1h"),
            ),
            (
                "data/futures/um/daily/indexPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2026-03-01.zip",
                &none,
                Ok("candles of binance BTC/USDT:USDT index 1m"),
            ),
            (
                "data/futures/um/monthly/premiumIndexKlines/BTCUSDT/1h/BTCUSDT-1h-2026-03.zip",
                &none,
                Err("the premium index is no price"),
            ),
            (
                "data/futures/cm/monthly/klines/BTCUSD/1h/BTCUSD-1h-2026-03.zip",
                &none,
                Err("settle in coins"),
            ),
            (
                "data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2026-03-01.zip",
                &none,
                Ok("candles of binance BTC/USDT 1m"),
            ),
            (
                "BTCUSDT-aggTrades-2026-03-01.zip",
                &spot,
                Ok("trades, for the taker volume of candles of binance BTC/USDT 1m"),
            ),
            (
                "BTCUSDT2024-03-01.csv.gz",
                &none,
                Ok("taker volume of candles of bybit BTC/USDT:USDT 1m"),
            ),
            (
                "BTCUSDT_2024-03-01.csv.gz",
                &none,
                Ok("taker volume of candles of bybit BTC/USDT 1m"),
            ),
        ];
        for (name, said, expected) in cases {
            match (content_of(Path::new(name), said), expected) {
                (Ok((content, _)), Ok(text)) => {
                    let told = content.to_string();
                    assert!(told.ends_with(text), "{name}: {told}");
                }
                (Err(e), Err(text)) => assert!(e.to_string().contains(text), "{name}: {e}"),
                (got, _) => panic!("{name}: {got:?}"),
            }
        }
        let said = Overrides {
            exchange: Some("bybit".to_owned()),
            symbol: Some("ETH/USDT:USDT".to_owned()),
            timeframe: Some(Timeframe::H1),
            ..none
        };
        let (content, _) = content_of(Path::new("x.csv"), &said).expect("flags are enough");
        assert_eq!(content.to_string(), "candles of bybit ETH/USDT:USDT 1h");
        let said = Overrides {
            kind: DataKind::of("funding"),
            ..said
        };
        let (content, _) = content_of(Path::new("x.csv"), &said).expect("flags are enough");
        assert_eq!(
            content.to_string(),
            "records of bybit ETH/USDT:USDT funding"
        );
    }
}
