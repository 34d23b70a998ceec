//! The rules of a contract: what the venue lists, and its maintenance table.

use super::wire::market::{Contract, RiskLimit};
use super::wire::{Listed, answer};
use super::{VENUE, name_of};
use crate::domain::{Instrument, MINUTE_MS, Price, Qty, Symbol, Tier, Timestamp, UNIT};
use crate::venues::instruments::{Look, assume};
use crate::venues::rest::{Listing, NoListing, WireError, shown};
use crate::venues::tiers::{Step, ladder};

/// Why a symbol may not be there under the name it has elsewhere.
pub(super) const BY_THE_THOUSAND: &str =
    "coins sold by the thousand are named so: 1000PEPE, SHIB1000";

/// How much before the launch the venue tells history may begin: trades of BTCUSDT are five days older than its launch time.
const EARLY_MS: i64 = 7 * 24 * 60 * MINUTE_MS;

/// Rules from the answers to `instruments-info` and `risk-limit`.
///
/// # Errors
/// Answers that are none, a contract that is not there or is another one than its name says.
pub(super) fn read(symbol: &Symbol, bodies: &[&[u8]]) -> Result<Listing, NoListing> {
    let [contracts, limits] = bodies else {
        let count = bodies.len();
        return Err(WireError(format!(
            "{VENUE} answers two questions for rules, not {count}"
        ))
        .into());
    };
    let contracts: Listed<Contract> = answer("instruments-info", contracts)?.result;
    let limits: Listed<RiskLimit> = answer("risk-limit", limits)?.result;
    let contract = find(symbol, &contracts.list)?;
    let mut instrument = instrument(symbol, contract)?;
    let mut assumed = vec!["fees"];
    match tiers_of(contract, &limits.list) {
        Ok(tiers) => instrument.tiers = tiers,
        // Candles need no maintenance table: the common one stands in for one that contradicts itself.
        Err(_) => assumed.push("tiers"),
    }
    let most = contract.leverage_filter.max_leverage.0;
    for tier in &mut instrument.tiers {
        tier.max_leverage = tier.max_leverage.min(most);
    }
    // Contracts that do not trade yet are launched at 0.
    let launched = contract.launch_time.0.filter(|at| *at > Timestamp(0));
    Ok(Listing {
        instrument,
        listed_at: launched.map(|at| at.plus_ms(-EARLY_MS)),
        assumed,
    })
}

/// The contract of a symbol, which must have its coins.
pub(super) fn find<'a>(
    symbol: &Symbol,
    contracts: &'a [Contract],
) -> Result<&'a Contract, NoListing> {
    let name = name_of(symbol).map_err(|e| NoListing::NotListed(e.to_string()))?;
    let listed = contracts.iter().find(|c| c.symbol == name);
    let contract = listed.ok_or_else(|| {
        NoListing::NotListed(format!(
            "{VENUE} lists no {name} among its linear contracts ({} in the answer): is {symbol} still traded there? {BY_THE_THOUSAND}",
            contracts.len()
        ))
    })?;
    let is_quote = contract.quote_coin == symbol.quote()
        || (symbol.quote() == "USDC" && contract.quote_coin == "USD");
    let is_it = contract.contract_type == "LinearPerpetual"
        && contract.base_coin == symbol.base()
        && contract.settle_coin == symbol.quote()
        && is_quote;
    if !is_it {
        return Err(NoListing::NotListed(format!(
            "{VENUE}'s {name} is not {symbol} but a {} of {} in {}, settled in {}",
            shown(&contract.contract_type),
            shown(&contract.base_coin),
            shown(&contract.quote_coin),
            shown(&contract.settle_coin)
        )));
    }
    if contract.status == "PreLaunch" {
        return Err(NoListing::NotListed(format!(
            "{VENUE}'s {name} is not launched yet"
        )));
    }
    Ok(contract)
}

/// The maintenance table of a contract. Amounts the venue tells win; those it does not tell follow from continuity.
///
/// # Errors
/// There is none, or rows that contradict each other.
pub(super) fn tiers_of(contract: &Contract, limits: &[RiskLimit]) -> Result<Vec<Tier>, WireError> {
    let mut rows: Vec<&RiskLimit> = limits
        .iter()
        .filter(|row| row.symbol == contract.symbol)
        .collect();
    rows.sort_by_key(|row| row.risk_limit_value.0);
    let mut floor = Qty::ZERO;
    let mut steps = Vec::new();
    for row in &rows {
        steps.push(Step {
            floor,
            cap: row.risk_limit_value.0,
            maintenance_rate: row.maintenance_margin.0,
            max_leverage: row.max_leverage.0,
        });
        floor = row.risk_limit_value.0;
    }
    let wrong = |e: String| WireError(format!("{VENUE} risk-limit of {}: {e}", contract.symbol));
    let mut tiers = ladder(&steps).map_err(wrong)?;
    for (tier, row) in tiers.iter_mut().zip(&rows) {
        let Some(amount) = row.mm_deduction.0 else {
            continue;
        };
        let at_floor = i128::from(tier.floor.0) * i128::from(tier.maintenance_rate.0);
        if amount < Qty::ZERO || i128::from(amount.0) * i128::from(UNIT) > at_floor {
            let why = format!("{amount} is deducted from {} on", tier.floor);
            return Err(wrong(why));
        }
        tier.maintenance_amount = amount;
    }
    Ok(tiers)
}

/// Fees are those of the base tier, orders trigger by what the venue triggers by, and tiers are the common ones: the shipped
/// table knows.
fn instrument(symbol: &Symbol, contract: &Contract) -> Result<Instrument, WireError> {
    let lots = &contract.lot_size_filter;
    let (tick, step) = (contract.price_filter.tick_size.0, lots.qty_step.0);
    if tick <= Price::ZERO || step <= Qty::ZERO || lots.min_order_qty.0 < Qty::ZERO {
        return Err(WireError(format!(
            "{VENUE}'s {} has a tick of {tick}, a step of {step} and a smallest order of {}",
            contract.symbol, lots.min_order_qty.0
        )));
    }
    let look = Look {
        decimals: 8,
        first_close: Price(UNIT),
    };
    let base = assume(VENUE, &symbol.to_string(), look)
        .ok_or_else(|| WireError(format!("{symbol} is no unified symbol")))?;
    let largest = [lots.max_order_qty.0, lots.max_mkt_order_qty.0];
    Ok(Instrument {
        venue_symbol: contract.symbol.clone(),
        tick,
        step,
        min_qty: lots.min_order_qty.0,
        // Limit orders may be larger than market orders; one number stands for both, and the smaller one always passes.
        max_qty: largest.into_iter().flatten().filter(|q| !q.is_zero()).min(),
        min_notional: lots.min_notional_value.0.unwrap_or(base.min_notional),
        assumed: false,
        ..base
    })
}
