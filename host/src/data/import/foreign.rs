//! Names that other programs and the venues' archives give to files.

use std::path::Path;

use super::name::{DataKind, Overrides};
use crate::data::DataError;
use crate::data::streams::record::RecordKind;
use crate::domain::{CandleKind, InstrumentKind, Timeframe};

const PERPETUAL: Option<InstrumentKind> = Some(InstrumentKind::LinearPerpetual);

/// Folders of `data.binance.vision` whose files have the names of candles and hold no prices.
const NO_PRICES: [(&str, &str); 2] = [
    (
        "premiumIndexKlines",
        "the premium index is no price: funding is made of it",
    ),
    ("bookDepth", "sums of an order book cannot be imported"),
];

/// `BTCUSDT-1m-2026-03`, `BTCUSDT-fundingRate-2026-03`, `BTCUSDT-metrics-2026-03-01`, `BTCUSDT-aggTrades-2026-03-01`: the archives of
/// Binance. Those of candles do not say which market, nor whether they are of trades, the mark or the index; the folders they come
/// from do (`data/futures/um/monthly/markPriceKlines/BTCUSDT/1h`).
///
/// # Errors
/// A folder of what is no price, or of contracts this program does not know.
pub(super) fn from_binance_archive(
    path: &Path,
    stem: &str,
) -> Result<Option<Overrides>, DataError> {
    let Some(named) = from_binance_name(stem) else {
        return Ok(None);
    };
    let folders: Vec<_> = path
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .filter_map(|c| c.as_os_str().to_str())
        .collect();
    let below = |first: &str, second: &str| folders.windows(2).any(|w| w == [first, second]);
    let refused = |why: &str| Err(DataError::user(format!("{}: {why}", path.display())));
    if let Some((_, why)) = NO_PRICES.iter().find(|(f, _)| folders.contains(f)) {
        return refused(why);
    }
    if below("futures", "cm") {
        return refused("contracts that settle in coins are not supported");
    }
    let is_spot = below("spot", "monthly") || below("spot", "daily");
    let market = match named.market {
        None if below("futures", "um") => PERPETUAL,
        None if is_spot => Some(InstrumentKind::Spot),
        known => known,
    };
    let kind = match named.kind {
        Some(DataKind::Candles(_)) if folders.contains(&"markPriceKlines") => {
            Some(DataKind::Candles(CandleKind::Mark))
        }
        Some(DataKind::Candles(_)) if folders.contains(&"indexPriceKlines") => {
            Some(DataKind::Candles(CandleKind::Index))
        }
        known => known,
    };
    Ok(Some(Overrides {
        market,
        kind,
        ..named
    }))
}

fn from_binance_name(stem: &str) -> Option<Overrides> {
    let mut parts = stem.split('-');
    let (symbol, what, year) = (parts.next()?, parts.next()?, parts.next()?);
    let dated = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    (is_plain(symbol) && dated).then_some(())?;
    let (market, kind, timeframe) = match what {
        "fundingRate" => (PERPETUAL, DataKind::Records(RecordKind::Funding), None),
        "metrics" => {
            let kind = DataKind::Records(RecordKind::OpenInterest);
            (PERPETUAL, kind, Some(Timeframe::M5))
        }
        "aggTrades" | "trades" => (None, DataKind::Trades, None),
        timeframe => {
            let kind = DataKind::Candles(CandleKind::Candles);
            (None, kind, Some(timeframe.parse().ok()?))
        }
    };
    Some(Overrides {
        exchange: Some("binance".to_owned()),
        market,
        symbol: Some(symbol.to_owned()),
        timeframe,
        kind: Some(kind),
    })
}

/// `BTCUSDT2024-03-01` and, of spot, `BTCUSDT_2024-03-01`: the trades of `public.bybit.com`.
pub(super) fn from_bybit_archive(stem: &str) -> Option<Overrides> {
    let (symbol, day) = stem.split_at_checked(stem.len().checked_sub(10)?)?;
    crate::domain::Timestamp::parse(day).ok()?;
    let (symbol, market) = match symbol.strip_suffix('_') {
        Some(symbol) => (symbol, InstrumentKind::Spot),
        None => (symbol, InstrumentKind::LinearPerpetual),
    };
    is_plain(symbol).then(|| Overrides {
        exchange: Some("bybit".to_owned()),
        market: Some(market),
        symbol: Some(symbol.to_owned()),
        timeframe: None,
        kind: Some(DataKind::Trades),
    })
}

/// `BTC_USDT-5m`, `BTC_USDT_USDT-5m-futures`, `BTC_USDT_USDT-1h-mark`, `BTC_USDT_USDT-8h-funding_rate`: what freqtrade keeps. The
/// exchange is the folder, `user_data/data/binance/futures`. Funding comes as candles whose open is the rate; the timeframe in
/// its name says nothing of when it settles.
pub(super) fn from_freqtrade(path: &Path, stem: &str) -> Option<Overrides> {
    let mut parts = stem.split('-');
    let (pair, timeframe, what) = (parts.next()?, parts.next()?, parts.next());
    let timeframe: Timeframe = timeframe.parse().ok()?;
    let currencies: Vec<_> = pair.split('_').collect();
    if !currencies.iter().all(|c| is_plain(c)) || parts.next().is_some() {
        return None;
    }
    let (symbol, market) = match currencies.as_slice() {
        [base, quote] => (format!("{base}/{quote}"), InstrumentKind::Spot),
        [base, quote, settle] => (
            format!("{base}/{quote}:{settle}"),
            InstrumentKind::LinearPerpetual,
        ),
        _ => return None,
    };
    let kind = match what {
        None | Some("futures") => DataKind::Candles(CandleKind::Candles),
        Some("mark") => DataKind::Candles(CandleKind::Mark),
        Some("index") => DataKind::Candles(CandleKind::Index),
        Some("funding_rate") => DataKind::Records(RecordKind::Funding),
        Some(_) => return None,
    };
    Some(Overrides {
        exchange: folder_of_exchange(path),
        market: Some(market),
        symbol: Some(symbol),
        timeframe: Some(timeframe),
        kind: Some(kind),
    })
}

/// The exchange a folder of freqtrade is of: the one below `data`.
fn folder_of_exchange(path: &Path) -> Option<String> {
    let mut folders = path.ancestors().skip(1);
    let name = |folder: &Path| Some(folder.file_name()?.to_str()?.to_owned());
    let mut exchange = name(folders.next()?)?;
    if exchange == "futures" {
        exchange = name(folders.next()?)?;
    }
    (name(folders.next()?)? == "data").then_some(exchange)
}

/// Letters and digits, as venues write symbols.
fn is_plain(text: &str) -> bool {
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    !text.is_empty() && text.bytes().all(upper)
}
