//! What the name of a file says about its content.

use std::path::Path;

use crate::data::DataError;
use crate::data::series::{SeriesKey, market_name, parse_market};
use crate::domain::{InstrumentKind, Timeframe};

/// What the user says; each part wins over the file's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Venue.
    pub exchange: Option<String>,
    /// Market.
    pub market: Option<InstrumentKind>,
    /// Symbol, unified or the venue's own.
    pub symbol: Option<String>,
    /// Length of a candle.
    pub timeframe: Option<Timeframe>,
}

/// The series a file belongs to.
///
/// # Errors
/// Neither the name nor the user says it; the message lists what is missing.
pub(super) fn series_of(path: &Path, said: &Overrides) -> Result<SeriesKey, DataError> {
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("");
    let named = from_own_name(stem)?
        .or_else(|| from_binance_archive(stem))
        .unwrap_or_default();
    let exchange = said.exchange.clone().or(named.exchange);
    let symbol = said.symbol.clone().or(named.symbol);
    let timeframe = said.timeframe.or(named.timeframe);
    let market = said.market.or(named.market).or_else(|| {
        let unified = symbol.as_deref().filter(|s| s.contains('/'))?;
        Some(if unified.contains(':') {
            InstrumentKind::LinearPerpetual
        } else {
            InstrumentKind::Spot
        })
    });
    if let (Some(exchange), Some(market), Some(symbol), Some(timeframe)) =
        (&exchange, market, &symbol, timeframe)
    {
        return SeriesKey::new(exchange, Some(market), symbol, timeframe)
            .map_err(|e| e.context(path.display()));
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

/// `<venue>_<market>_<SYMBOL>_<timeframe>[_anything]`.
fn from_own_name(stem: &str) -> Result<Option<Overrides>, DataError> {
    let mut parts = stem.split('_');
    let (Some(venue), Some(market), Some(symbol), Some(rest)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(None);
    };
    let Ok(market) = parse_market(market) else {
        return Ok(None);
    };
    if ["mark", "index", "funding", "open", "liquidations", "trades"].contains(&rest) {
        return Err(DataError::user(format!(
            "{stem} holds {rest} of {} {symbol}; only candles can be imported yet",
            market_name(market)
        )));
    }
    let Ok(timeframe) = rest.parse() else {
        return Ok(None);
    };
    Ok(Some(Overrides {
        exchange: Some(venue.to_owned()),
        market: Some(market),
        symbol: Some(symbol.to_owned()),
        timeframe: Some(timeframe),
    }))
}

/// `BTCUSDT-1m-2026-03`, the archives of Binance: they do not say which market.
fn from_binance_archive(stem: &str) -> Option<Overrides> {
    let mut parts = stem.split('-');
    let (symbol, timeframe, year) = (parts.next()?, parts.next()?, parts.next()?);
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let plain = !symbol.is_empty() && symbol.bytes().all(upper);
    let dated = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    (plain && dated).then_some(())?;
    Some(Overrides {
        exchange: Some("binance".to_owned()),
        market: None,
        symbol: Some(symbol.to_owned()),
        timeframe: Some(timeframe.parse().ok()?),
    })
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
                Err("only candles"),
            ),
        ];
        for (name, said, expected) in cases {
            match (series_of(Path::new(name), said), expected) {
                (Ok(key), Ok(text)) => assert_eq!(key.to_string(), text, "{name}"),
                (Err(e), Err(text)) => assert!(e.to_string().contains(text), "{name}: {e}"),
                (got, _) => panic!("{name}: {got:?}"),
            }
        }
        let said = Overrides {
            exchange: Some("bybit".to_owned()),
            symbol: Some("ETH/USDT:USDT".to_owned()),
            timeframe: Some(Timeframe::H1),
            market: None,
        };
        let key = series_of(Path::new("x.csv"), &said).expect("flags are enough");
        assert_eq!(key.to_string(), "bybit ETH/USDT:USDT 1h");
    }
}
