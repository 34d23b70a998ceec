//! Names: what a series of candles is called, in words of people and in folders.

use std::fmt;
use std::path::PathBuf;

use crate::data::DataError;
use crate::domain::{CandleKind, InstrumentKind, Symbol, Timeframe};

/// One series of candles of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesKey {
    /// Venue (`binance`), lower case.
    pub venue: String,
    /// Unified symbol: `BTC/USDT` is the spot pair, `BTC/USDT:USDT` the perpetual.
    pub symbol: Symbol,
    /// What its candles are of.
    pub kind: CandleKind,
    /// Length of a candle.
    pub timeframe: Timeframe,
}

impl SeriesKey {
    /// A series of trades by the words a user gives; the market is needed only where the symbol does not say it.
    ///
    /// # Errors
    /// A venue or symbol that is none.
    pub fn new(
        venue: &str,
        market: Option<InstrumentKind>,
        symbol: &str,
        timeframe: Timeframe,
    ) -> Result<Self, DataError> {
        let venue = venue_name(venue)?;
        if venue == "hyperliquid" && is_builders(symbol) {
            return Err(DataError::user(format!(
                "`{symbol}` is a market of a builder (HIP-3): of {venue} only its own perpetuals are read"
            ))
            .with_hint("name the coin, as in BTC or BTC/USDC:USDC"));
        }
        let pair = symbol.contains(['/', ':', '-', '_']);
        // Hyperliquid names its perpetuals by their base currency alone; all settle in USDC.
        let symbol = if venue == "hyperliquid" && !pair && market != Some(InstrumentKind::Spot) {
            Symbol::parse(&format!("{symbol}/USDC:USDC"), None)?
        } else {
            Symbol::parse(symbol, market)?
        };
        Ok(Self {
            venue,
            symbol,
            kind: CandleKind::Candles,
            timeframe,
        })
    }

    /// The series of another kind beside this one.
    #[must_use]
    pub fn of_kind(self, kind: CandleKind) -> Self {
        Self { kind, ..self }
    }

    /// The folder inside the catalog: `binance/perp/BTC_USDT_USDT/candles/1m`.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        symbol_folder(&self.venue, &self.symbol)
            .join(self.kind.name())
            .join(self.timeframe.name())
    }
}

/// Is it a name such as `xyz:SP500`: who made the market, in lower case, and the coin.
fn is_builders(symbol: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let before = symbol.split_once(':').map(|(before, _)| before);
    before.is_some_and(|text| text.bytes().all(plain))
}

/// The folder of a symbol inside the catalog: `binance/perp/BTC_USDT_USDT`.
pub(in crate::data) fn symbol_folder(venue: &str, symbol: &Symbol) -> PathBuf {
    let folder = symbol.to_string().replace(['/', ':'], "_");
    [venue, market_name(symbol.market()), &folder]
        .iter()
        .collect()
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.venue, self.symbol)?;
        if self.kind != CandleKind::Candles {
            write!(f, "{} ", self.kind.name())?;
        }
        write!(f, "{}", self.timeframe)
    }
}

impl PartialOrd for SeriesKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SeriesKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let words = |k: &Self| (k.venue.clone(), k.symbol.to_string(), k.kind, k.timeframe);
        words(self).cmp(&words(other))
    }
}

/// The word for a market: `spot` or `perp`.
#[must_use]
pub fn market_name(market: InstrumentKind) -> &'static str {
    match market {
        InstrumentKind::Spot => "spot",
        InstrumentKind::LinearPerpetual => "perp",
    }
}

/// A market by any of the words used for it.
///
/// # Errors
/// Another word.
pub fn parse_market(text: &str) -> Result<InstrumentKind, DataError> {
    match text {
        "spot" => Ok(InstrumentKind::Spot),
        "perp" | "perpetual" | "usdm" | "linear" | "swap" | "futures" | "future" => {
            Ok(InstrumentKind::LinearPerpetual)
        }
        _ => {
            Err(DataError::user(format!("`{text}` is not a market")).with_hint("use spot or perp"))
        }
    }
}

fn venue_name(text: &str) -> Result<String, DataError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if text.is_empty() || text.len() > 30 || !text.bytes().all(plain) {
        return Err(
            DataError::user(format!("`{text}` is not the name of an exchange"))
                .with_hint("use a plain name such as binance"),
        );
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_plain_names() {
        let key = SeriesKey::new("Binance", None, "BTC/USDT:USDT", Timeframe::M1).expect("a key");
        assert_eq!(
            key.folder(),
            PathBuf::from("binance/perp/BTC_USDT_USDT/candles/1m")
        );
        assert!(SeriesKey::new("../x", None, "BTC/USDT", Timeframe::M1).is_err());
    }

    #[test]
    fn coins_of_hyperliquid_settle_in_usdc_and_builders_markets_are_refused() {
        let key = |symbol| SeriesKey::new("hyperliquid", None, symbol, Timeframe::M1);
        for symbol in ["kPEPE", "kPEPE/USDC:USDC"] {
            let symbol = key(symbol).expect("a key").symbol;
            assert_eq!(symbol.to_string(), "kPEPE/USDC:USDC");
        }
        for symbol in ["xyz:SP500", "xyz:SP500/USDC:USDC"] {
            let told = key(symbol).expect_err("refused").to_string();
            assert!(told.contains("HIP-3"), "{told}");
        }
    }
}
