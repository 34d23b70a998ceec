//! Which candles and which instrument a symbol means: from `--exchange`, `--symbol`, `--as` and `--data`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::backtest::RulesFrom;
use crate::cli::CliError;
use crate::data::DataError;
use crate::data::catalog::{Catalog, Series};
use crate::data::feed::{Period, TableFeed};
use crate::data::import::{ImportRequest, Overrides, Understood, import, understand};
use crate::data::instrument_file;
use crate::data::series::{SeriesKey, parse_market};
use crate::domain::{
    Instrument, InstrumentKind, Price, PriceRule, Qty, Symbol, Timeframe, Timestamp,
};
use crate::venues::adapters;
use crate::venues::instruments::{self, Look};

/// What the user asked for.
#[derive(Debug, Clone)]
pub(super) struct Request<'a> {
    pub catalog: &'a Catalog,
    pub exchange: Option<&'a str>,
    pub default_exchange: &'a str,
    pub symbol: Option<&'a str>,
    pub default_symbol: &'a str,
    pub traded_as: Option<&'a str>,
    pub data: Option<&'a Path>,
    pub base: Option<Timeframe>,
}

/// What will be traded on what.
#[derive(Clone)]
pub(super) struct Market {
    pub series: Series,
    pub instrument: Instrument,
    pub recorded_as: InstrumentKind,
    /// Where the rules are from, if the venue told them when the data was fetched.
    pub rules_from: Option<RulesFrom>,
    /// Keeps candles that were read in only for this run.
    _temporary: Option<Arc<tempfile::TempDir>>,
}

impl Market {
    /// First candle and end of the last one.
    pub(super) fn available(&self) -> (Timestamp, Timestamp) {
        self.series.period()
    }
}

/// `bybit:ETH/USDT` is a symbol on a venue of its own; `ETH/USDT:USDT` is a symbol alone.
pub(super) fn split_venue(text: &str) -> (Option<&str>, &str) {
    match text.split_once(':') {
        Some((venue, symbol)) if Symbol::parse(venue, None).is_err() => (Some(venue), symbol),
        _ => (None, text),
    }
}

pub(super) fn find(request: &Request<'_>) -> Result<Market, CliError> {
    match request.data {
        Some(path) => from_file(request, path),
        None => from_catalog(request),
    }
}

fn from_catalog(request: &Request<'_>) -> Result<Market, CliError> {
    let exchange = request.exchange.unwrap_or(request.default_exchange);
    let symbol = request.symbol.unwrap_or(request.default_symbol);
    let base = request.base.unwrap_or(Timeframe::M1);
    let symbol = symbol.trim();
    let upper = symbol.to_ascii_uppercase();
    let typed = SeriesKey::new(exchange, None, symbol, base);
    let mut found = match &typed {
        Ok(key) => request.catalog.find(key)?,
        Err(_) => None,
    };
    // A few venues have lower-case letters in their symbols; everyone else means the upper-case ones.
    let key = if found.is_none() && upper != symbol {
        let key = SeriesKey::new(exchange, None, &upper, base)?;
        found = request.catalog.find(&key)?;
        key
    } else {
        typed?
    };
    let series = match found {
        Some(series) => series,
        None => match spot_instead(request, &key) {
            Some(error) => return Err(error),
            None => request
                .catalog
                .series(&key)
                .map_err(|error| with_import(error, &key))?,
        },
    };
    market(request, series, None)
}

/// Missing candles, with the command that brings them.
fn with_import(error: DataError, key: &SeriesKey) -> DataError {
    let Some(hint) = error.hint().map(str::to_owned) else {
        return error;
    };
    let (venue, symbol, timeframe) = (&key.venue, &key.symbol, key.timeframe);
    let import = format!(
        "host data import FILE --exchange {venue} --symbol {symbol} --timeframe {timeframe}"
    );
    error.with_hint(match adapters::adapter(venue) {
        Some(_) => format!(
            "{hint}\nbring them: host data fetch --exchange {venue} --symbol {symbol} --timeframes {timeframe}\n\
             or, with a file: {import}"
        ),
        None => format!("{hint}\nbring them: {import}"),
    })
}

/// The candles of a perpetual are not there, but those of its spot pair are.
fn spot_instead(request: &Request<'_>, key: &SeriesKey) -> Option<CliError> {
    let spot = format!("{}/{}", key.symbol.base(), key.symbol.quote());
    let spot_key =
        SeriesKey::new(&key.venue, Some(InstrumentKind::Spot), &spot, key.timeframe).ok()?;
    let has_spot = matches!(request.catalog.find(&spot_key), Ok(Some(_)));
    let is_perpetual = key.symbol.market() == InstrumentKind::LinearPerpetual;
    (has_spot && is_perpetual).then(|| {
        CliError::user(
            format!(
                "no candles of {key} in {}",
                request.catalog.root().display()
            ),
            format!("its spot candles are there: add --symbol {spot} --as perp"),
        )
    })
}

fn from_file(request: &Request<'_>, path: &Path) -> Result<Market, CliError> {
    let overrides = Overrides {
        exchange: request.exchange.map(str::to_owned),
        market: None,
        symbol: request.symbol.map(str::to_owned),
        timeframe: request.base,
        kind: None,
    };
    let import_request = ImportRequest {
        files: vec![path.to_owned()],
        overrides,
        ..ImportRequest::default()
    };
    if !path.exists() {
        let text = format!("there is no file {}", path.display());
        return Err(CliError::user(text, "check the path of --data"));
    }
    let import_request = with_timeframe(import_request, path)?;
    let understood = understand(&import_request)?;
    let Some(key) = understood.first().and_then(Understood::candles) else {
        return Err(CliError::user(
            format!("{} is no file of candles", path.display()),
            "see `host data import --help` for the formats",
        ));
    };
    let key = key.clone();
    // Everything but plain Parquet is read into a catalog of its own, with all the checks of an import.
    let folder = tempfile::tempdir().map_err(CliError::world)?;
    let catalog = Catalog::new(folder.path().join("data"));
    import(&catalog, &import_request, &mut |_, _| {})?;
    let series = catalog.series(&key)?;
    market(request, series, Some(Arc::new(folder)))
}

/// A file whose name and flags say nothing of its timeframe has the one of its candles; a flag that contradicts them is a mistake.
fn with_timeframe(mut request: ImportRequest, path: &Path) -> Result<ImportRequest, CliError> {
    let found = TableFeed::open(path, None, Period::default())
        .ok()
        .map(|feed| feed.base());
    match (request.overrides.timeframe, found) {
        (Some(said), Some(found)) if said != found => Err(CliError::user(
            format!("{} has candles of {found}, not of {said}", path.display()),
            "leave --base away",
        )),
        (None, Some(found)) if understand(&request).is_err() => {
            request.overrides.timeframe = Some(found);
            Ok(request)
        }
        _ => Ok(request),
    }
}

fn market(
    request: &Request<'_>,
    series: Series,
    temporary: Option<Arc<tempfile::TempDir>>,
) -> Result<Market, CliError> {
    let key = &series.key;
    let recorded_as = key.symbol.market();
    let kind = match request.traded_as {
        Some(word) => parse_market(word)?,
        None => recorded_as,
    };
    let symbol = match (recorded_as, kind) {
        (InstrumentKind::Spot, InstrumentKind::LinearPerpetual) => {
            instruments::perpetual_of(&key.symbol.to_string())
        }
        (InstrumentKind::LinearPerpetual, InstrumentKind::Spot) => {
            return Err(CliError::user(
                format!(
                    "{} is a perpetual: it cannot stand in for its spot pair",
                    key.symbol
                ),
                "leave --as away",
            ));
        }
        _ => key.symbol.to_string(),
    };
    let guess = || {
        let (decimals, first_close) = series.decimals_and_first_close();
        instruments::assume(
            &key.venue,
            &symbol,
            Look {
                decimals,
                first_close,
            },
        )
    };
    let mut rules_from = None;
    let mut known = instruments::lookup(&key.venue, &symbol);
    if known.is_none()
        && let Ok(named) = Symbol::parse(&symbol, Some(kind))
        && let Some(kept) = instrument_file::read(request.catalog, &key.venue, &named)?
    {
        known = Some(kept.instrument);
        rules_from = Some(RulesFrom {
            as_of: kept.as_of,
            assumed: kept.assumed,
        });
    }
    let instrument = known.or_else(guess).ok_or_else(|| {
        CliError::user(
            format!("`{symbol}` is not a symbol"),
            "write BTC/USDT or BTC/USDT:USDT",
        )
    })?;
    Ok(Market {
        instrument,
        recorded_as,
        rules_from,
        series,
        _temporary: temporary,
    })
}

/// The first seed rounds nothing and has no minimum (`fixtures/peers`, note 3): the finest grid there is.
pub(super) fn without_grid(instrument: Instrument) -> Instrument {
    Instrument {
        tick: Price(1),
        price_rule: PriceRule::Tick,
        step: Qty(1),
        min_qty: Qty(1),
        max_qty: None,
        min_notional: Qty::ZERO,
        ..instrument
    }
}

/// Folder of compiled strategies beside the market data.
pub(super) fn compile_cache(cache: &Path) -> PathBuf {
    cache.join(".compiled")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_may_name_its_venue() {
        for (text, expected) in [
            ("BTC/USDT", (None, "BTC/USDT")),
            ("BTC/USDT:USDT", (None, "BTC/USDT:USDT")),
            ("BTCUSDT:USDT", (None, "BTCUSDT:USDT")),
            ("binance:BTC/USDT", (Some("binance"), "BTC/USDT")),
            ("binance:BTC/USDT:USDT", (Some("binance"), "BTC/USDT:USDT")),
            ("hyperliquid:BTC", (Some("hyperliquid"), "BTC")),
        ] {
            assert_eq!(split_venue(text), expected, "{text}");
        }
    }
}
