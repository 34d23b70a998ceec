//! Names: what a series of candles is called, in words of people and in folders.

use std::fmt;
use std::path::PathBuf;

use crate::data::DataError;
use crate::domain::{InstrumentKind, Timeframe};

/// What candles are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum CandleKind {
    /// Trades: what a strategy calls candles.
    #[default]
    Candles,
    /// The mark price; without volume.
    Mark,
    /// The index or oracle price; without volume.
    Index,
}

impl CandleKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Candles, Self::Mark, Self::Index];

    /// Its name in folders, manifests and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Candles => "candles",
            Self::Mark => "mark",
            Self::Index => "index",
        }
    }

    /// By its name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

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

/// A unified symbol. Parts hold letters, digits, `-` and `.` only, so they are safe in file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    base: String,
    quote: String,
    settle: Option<String>,
}

/// Quote currencies recognized at the end of a venue's symbol, longer ones first.
const QUOTES: [&str; 18] = [
    "FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD1", "USDE", "DAI", "USD", "EUR", "GBP", "TRY",
    "BRL", "JPY", "BTC", "ETH", "BNB", "SOL",
];

impl Symbol {
    /// From `BTC/USDT`, `BTC/USDT:USDT`, or a venue's own `BTCUSDT`, `SOL-USDT-SWAP`, `BTC_USDT`.
    ///
    /// # Errors
    /// Text that is no symbol, or one that contradicts the market.
    pub fn parse(text: &str, market: Option<InstrumentKind>) -> Result<Self, DataError> {
        let bad = |why: &str| {
            DataError::user(format!("`{text}` is not a symbol: {why}"))
                .with_hint("write BTC/USDT for the spot pair, BTC/USDT:USDT for the perpetual")
        };
        let (pair, settle) = match text.split_once(':') {
            Some((pair, settle)) => (pair, Some(settle.to_ascii_uppercase())),
            None => (text, None),
        };
        let swap = pair
            .strip_suffix("-SWAP")
            .or_else(|| pair.strip_suffix("-PERP"));
        let market = if swap.is_some() {
            Some(InstrumentKind::LinearPerpetual)
        } else {
            market
        };
        let pair = swap.unwrap_or(pair);
        let (base, quote) = match pair.split_once(['/', '-', '_']) {
            Some((base, quote)) => (base, quote),
            None => QUOTES
                .iter()
                .filter_map(|q| Some((pair.strip_suffix(q)?, *q)))
                .find(|(base, _)| !base.is_empty())
                .ok_or_else(|| bad("its quote currency is not known"))?,
        };
        for part in [base, quote, settle.as_deref().unwrap_or("X")] {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
            if part.is_empty()
                || part.len() > 20
                || part.starts_with('.')
                || !part.bytes().all(plain)
            {
                return Err(bad("a currency is missing or has odd characters"));
            }
        }
        let settle = match (settle, market) {
            (Some(_), Some(InstrumentKind::Spot)) => {
                return Err(bad("a spot pair has no settlement currency"));
            }
            (None, Some(InstrumentKind::LinearPerpetual)) => Some(quote.to_owned()),
            (settle, _) => settle,
        };
        if settle.as_deref().is_some_and(|s| s != quote) {
            return Err(bad(
                "only contracts that settle in their quote currency are supported",
            ));
        }
        Ok(Self {
            base: base.to_owned(),
            quote: quote.to_owned(),
            settle,
        })
    }

    /// Base currency.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Quote currency.
    #[must_use]
    pub fn quote(&self) -> &str {
        &self.quote
    }

    /// What it is.
    #[must_use]
    pub fn market(&self) -> InstrumentKind {
        match self.settle {
            Some(_) => InstrumentKind::LinearPerpetual,
            None => InstrumentKind::Spot,
        }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.settle {
            Some(settle) => write!(f, "{}/{}:{settle}", self.base, self.quote),
            None => write!(f, "{}/{}", self.base, self.quote),
        }
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
    fn symbols_of_venues_become_unified_ones() {
        let spot = Some(InstrumentKind::Spot);
        let perp = Some(InstrumentKind::LinearPerpetual);
        let cases = [
            ("BTC/USDT", None, "BTC/USDT"),
            ("BTC/USDT:USDT", None, "BTC/USDT:USDT"),
            ("BTC/USDT", perp, "BTC/USDT:USDT"),
            ("BTCUSDT", spot, "BTC/USDT"),
            ("BTCUSDT", perp, "BTC/USDT:USDT"),
            ("BTCUSDT", None, "BTC/USDT"),
            ("SOL-USDT-SWAP", None, "SOL/USDT:USDT"),
            ("BTC_USDT", spot, "BTC/USDT"),
            ("ETHBTC", spot, "ETH/BTC"),
            ("1000PEPEUSDT", perp, "1000PEPE/USDT:USDT"),
            ("kPEPE/USDC:USDC", None, "kPEPE/USDC:USDC"),
        ];
        for (text, market, expected) in cases {
            let symbol = Symbol::parse(text, market).expect(text);
            assert_eq!(symbol.to_string(), expected, "{text}");
        }
        for text in [
            "",
            "/",
            "BTC",
            "BTC/",
            "../USDT",
            "BTC/US DT",
            "a/b:c/d",
            "USDT",
            "BTC/USD:BTC",
        ] {
            assert!(Symbol::parse(text, None).is_err(), "{text}");
        }
        assert!(Symbol::parse("BTC/USDT:USDT", spot).is_err());
    }

    #[test]
    fn folders_are_plain_names() {
        let key = SeriesKey::new("Binance", None, "BTC/USDT:USDT", Timeframe::M1).expect("a key");
        assert_eq!(
            key.folder(),
            PathBuf::from("binance/perp/BTC_USDT_USDT/candles/1m")
        );
        assert!(SeriesKey::new("../x", None, "BTC/USDT", Timeframe::M1).is_err());
    }
}
