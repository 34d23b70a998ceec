//! The rules of a symbol from the venue's `exchangeInfo`.

use super::market_name;
use super::requests::venue_symbol;
use super::wire::json;
use super::wire::market::{ExchangeInfo, Filter, SymbolInfo};
use super::wire::{Decimal, moment};
use crate::domain::{Instrument, InstrumentKind, NumberError, Price, Qty, Rate, Symbol, UNIT};
use crate::venues::instruments::{self, Look};
use crate::venues::rest::{Listing, NoListing, WireError};

/// `deliveryDate` of what has no end.
const NO_END: i64 = 4_133_404_800_000;

/// The rules of a symbol. Tiers and fees need a key: they come from the shipped table, or are the common ones of the venue.
pub(super) fn listing(symbol: &Symbol, body: &[u8]) -> Result<Listing, NoListing> {
    let info: ExchangeInfo = json("exchangeInfo", body)?;
    let found = find(symbol, &info.symbols)?;
    let mut assumed = vec!["fees"];
    let known = base_of(symbol)?;
    if known.assumed && symbol.market() == InstrumentKind::LinearPerpetual {
        assumed.push("tiers");
    }
    let listed_at = found
        .onboard_date
        .map(|ms| moment("onboardDate", ms))
        .transpose()?;
    Ok(Listing {
        instrument: rules(found, known)
            .map_err(|e| WireError(format!("binance exchangeInfo, {symbol}: {e}")))?,
        listed_at,
        assumed,
    })
}

/// The symbol with these currencies, not with this name.
fn find<'a>(symbol: &Symbol, symbols: &'a [SymbolInfo]) -> Result<&'a SymbolInfo, NoListing> {
    let kind = symbol.market();
    let of_market = |s: &&SymbolInfo| match kind {
        InstrumentKind::Spot => s.contract_type.is_none(),
        InstrumentKind::LinearPerpetual => {
            let contract = s.contract_type.as_deref();
            matches!(contract, Some("PERPETUAL" | "TRADIFI_PERPETUAL"))
                && s.margin_asset.as_deref() == Some(symbol.quote())
        }
    };
    let quoted = |s: &&SymbolInfo| s.quote_asset == symbol.quote() && of_market(s);
    let found = symbols
        .iter()
        .filter(quoted)
        .find(|s| s.base_asset == symbol.base());
    let Some(found) = found else {
        let similar = symbols
            .iter()
            .filter(quoted)
            .find(|s| s.base_asset.trim_start_matches(char::is_numeric) == symbol.base());
        let hint = match (similar, kind) {
            (Some(s), InstrumentKind::Spot) => {
                format!(" (is it {}/{}?)", s.base_asset, s.quote_asset)
            }
            (Some(s), InstrumentKind::LinearPerpetual) => {
                format!(
                    " (is it {}/{}:{}?)",
                    s.base_asset, s.quote_asset, s.quote_asset
                )
            }
            (None, _) => String::new(),
        };
        let market = market_name(kind);
        return Err(NoListing::NotListed(format!(
            "binance has no {market} {symbol}{hint}"
        )));
    };
    let expected = venue_symbol(symbol);
    if found.symbol != expected {
        return Err(NoListing::NotListed(format!(
            "binance names {symbol} `{}`, not `{expected}`: this program cannot ask for it",
            found.symbol
        )));
    }
    Ok(found)
}

/// What we know without the venue: fees, tiers, the price that triggers.
fn base_of(symbol: &Symbol) -> Result<Instrument, WireError> {
    let name = symbol.to_string();
    let look = Look {
        decimals: 8,
        first_close: Price(UNIT),
    };
    instruments::lookup("binance", &name)
        .or_else(|| instruments::assume("binance", &name, look))
        .ok_or_else(|| WireError(format!("`{name}` is not a symbol")))
}

/// The venue's rules over what we knew.
fn rules(found: &SymbolInfo, known: Instrument) -> Result<Instrument, WireError> {
    let filter = |name: &str| found.filters.iter().find(|f| f.filter_type == name);
    let needed = |name: &str| {
        filter(name).ok_or_else(|| WireError(format!("{} has no filter {name}", found.symbol)))
    };
    let tick = field("tickSize", needed("PRICE_FILTER")?.tick_size.as_ref())?;
    let lot = needed("LOT_SIZE")?;
    // Orders of the simulation are market orders now and then: the tighter of both bounds holds for all.
    let market = filter("MARKET_LOT_SIZE");
    let step: Qty = field("stepSize", lot.step_size.as_ref())?;
    let min_qty: Qty = field("minQty", lot.min_qty.as_ref())?;
    let tighter = |of: fn(&Filter) -> Option<&Decimal>, name: &str| -> Result<Qty, WireError> {
        let size = market.and_then(of);
        size.map_or(Ok(Qty::ZERO), |size| size.exact(name))
    };
    let step = step.max(tighter(|f| f.step_size.as_ref(), "stepSize")?);
    let min_qty = min_qty.max(tighter(|f| f.min_qty.as_ref(), "minQty")?);
    if tick <= Price::ZERO || step <= Qty::ZERO {
        return Err(WireError(format!(
            "tick {tick} and step {step} must be above 0"
        )));
    }
    let notional = ["MIN_NOTIONAL", "NOTIONAL"].into_iter().find_map(filter);
    let notional = notional.and_then(|f| f.notional.as_ref().or(f.min_notional.as_ref()));
    let is_perpetual = known.kind == InstrumentKind::LinearPerpetual;
    let band = filter("PERCENT_PRICE").filter(|_| is_perpetual);
    Ok(Instrument {
        venue_symbol: found.symbol.clone(),
        tick,
        step,
        min_qty: min_qty.max(step),
        max_qty: max_qty(lot, market)?,
        min_notional: notional.map_or(Ok(Qty::ZERO), |n| n.exact("notional"))?,
        price_band: band.map(price_band).transpose()?,
        liquidation_fee: match &found.liquidation_fee {
            Some(fee) if is_perpetual => Some(fee.exact("liquidationFee")?),
            _ => None,
        },
        expires_at: match found.delivery_date {
            Some(at) if at != NO_END && at > 0 => Some(moment("deliveryDate", at)?),
            _ => None,
        },
        ..known
    })
}

/// A field a filter must have.
fn field<T: std::str::FromStr<Err = NumberError>>(
    name: &str,
    value: Option<&Decimal>,
) -> Result<T, WireError> {
    let missing = || WireError(format!("there is no {name}"));
    value.ok_or_else(missing)?.exact(name)
}

/// The smaller of the two highest quantities; none where they are larger than any order.
fn max_qty(lot: &Filter, market: Option<&Filter>) -> Result<Option<Qty>, WireError> {
    let mut lowest: Option<Qty> = None;
    for decimal in [Some(lot), market].into_iter().flatten() {
        let Some(decimal) = &decimal.max_qty else {
            continue;
        };
        match decimal.text().parse::<Qty>() {
            Ok(qty) if qty > Qty::ZERO => lowest = Some(lowest.map_or(qty, |l| l.min(qty))),
            Ok(_) | Err(NumberError::TextOutOfRange(_)) => {}
            Err(e) => return Err(WireError(format!("maxQty: {e}"))),
        }
    }
    Ok(lowest)
}

/// How far limit prices may lie from the mark price: the nearer of the two ends.
fn price_band(filter: &Filter) -> Result<Rate, WireError> {
    let up: Rate = field("multiplierUp", filter.multiplier_up.as_ref())?;
    let down: Rate = field("multiplierDown", filter.multiplier_down.as_ref())?;
    let (above, below) = (up.0.checked_sub(UNIT), UNIT.checked_sub(down.0));
    match (above, below) {
        (Some(above), Some(below)) if above > 0 && below > 0 => Ok(Rate(above.min(below))),
        _ => Err(WireError(format!(
            "limit prices from {down} to {up} of the mark price"
        ))),
    }
}
