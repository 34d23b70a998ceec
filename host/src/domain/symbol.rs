//! Names of what is traded: unified symbols, and what a price is of.

use std::fmt;

use super::InstrumentKind;

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

/// Text that names no symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SymbolError(String);

impl SymbolError {
    /// How symbols are written.
    pub const HINT: &'static str =
        "write BTC/USDT for the spot pair, BTC/USDT:USDT for the perpetual";
}

/// A unified symbol. Parts hold letters, digits, `-` and `.` only, so they are safe in file names.
/// Letters of any script: venues list such contracts since 2026.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
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
    pub fn parse(text: &str, market: Option<InstrumentKind>) -> Result<Self, SymbolError> {
        let bad = |why: &str| SymbolError(format!("`{text}` is not a symbol: {why}"));
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
            let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
            if part.is_empty()
                || part.len() > 60
                || part.starts_with('.')
                || !part.chars().all(plain)
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
            ("币安人生USDT", perp, "币安人生/USDT:USDT"),
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
}
