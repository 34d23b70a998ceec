//! Rules of a perpetual from `meta`. Source: `exchanges/hyperliquid.md` sections 3, 11, 12.

use crate::domain::{Instrument, Price, Qty, Rate, Rounding, Symbol, Tier, UNIT, div_round};
use crate::venues::hyperliquid::wire::market::{Asset, MarginTable, MarginTier, Meta};
use crate::venues::hyperliquid::{VENUE, market_of};
use crate::venues::instruments::{Look, NO_CAP, assume};
use crate::venues::rest::{Listing, NoListing, WireError, shown};
use crate::venues::tiers::{Step, ladder};
use crate::venues::wire::Text;

/// Decimals of a price and of a quantity together.
const DECIMALS: u32 = 6;

/// Smallest order, USDC.
const MIN_NOTIONAL: Qty = Qty(10 * UNIT);

/// Tables of leverage with a smaller id have one row, with that leverage.
const FIRST_TABLE: u32 = 50;

/// The rules of a symbol.
pub(super) fn read(symbol: &Symbol, meta: &Meta) -> Result<Listing, NoListing> {
    let (coin, kept) = market_of(symbol).map_err(|e| NoListing::NotListed(e.to_string()))?;
    let (_, asset) = meta.asset(&coin).ok_or_else(|| unknown(&coin, meta))?;
    if asset.is_delisted {
        return Err(NoListing::NotListed(format!(
            "{coin} is delisted: nothing trades there any more"
        )));
    }
    let wrong = |why: String| WireError(format!("the rules of {coin}: {why}"));
    if asset.sz_decimals > DECIMALS {
        let decimals = asset.sz_decimals;
        return Err(wrong(format!("szDecimals {decimals} is over {DECIMALS}")).into());
    }
    let look = Look {
        decimals: DECIMALS - asset.sz_decimals,
        first_close: Price(UNIT),
    };
    let of_venue = assume(VENUE, &kept.to_string(), look)
        .ok_or_else(|| wrong(format!("{kept} is no unified symbol")))?;
    let step = Qty(10_i64.pow(8 - asset.sz_decimals));
    let instrument = Instrument {
        venue_symbol: coin.clone(),
        step,
        min_qty: step,
        min_notional: MIN_NOTIONAL,
        tiers: tiers(asset, meta).map_err(wrong)?,
        assumed: false,
        ..of_venue
    };
    Ok(Listing {
        instrument,
        listed_at: None,
        assumed: vec!["fees"],
    })
}

/// No such coin; names that differ by case only, or the coin by the thousand, are what most people meant.
fn unknown(coin: &str, meta: &Meta) -> NoListing {
    let bare = coin.trim_start_matches(char::is_numeric);
    let named = |is_meant: &dyn Fn(&str) -> bool| {
        let mut names = meta.universe.iter().map(|asset| asset.name.as_str());
        names.find(|name| is_meant(name)).map(shown)
    };
    let same = named(&|name| name.eq_ignore_ascii_case(coin)).map(|name| (name, "case matters"));
    let thousand = || named(&|name| name.strip_prefix('k') == Some(bare));
    let meant = same.or_else(|| thousand().map(|name| (name, "a thousand of it")));
    let hint = meant.map_or_else(String::new, |(name, why)| {
        format!(", but one is named {name} ({why})")
    });
    NoListing::NotListed(format!("no perpetual is named {coin}{hint}"))
}

/// The maintenance table of an asset: half the initial margin at the highest leverage of a row.
fn tiers(asset: &Asset, meta: &Meta) -> Result<Vec<Tier>, String> {
    let id = asset.margin_table_id.unwrap_or(asset.max_leverage);
    if id < FIRST_TABLE {
        let only = MarginTier {
            lower_bound: Text(Qty::ZERO),
            max_leverage: id,
        };
        return steps(&[only]).and_then(|steps| ladder(&steps));
    }
    let table: &MarginTable = meta
        .margin_tables
        .iter()
        .find_map(|(number, table)| (*number == id).then_some(table))
        .ok_or_else(|| format!("no margin table {id}"))?;
    steps(&table.margin_tiers).and_then(|steps| ladder(&steps))
}

fn steps(rows: &[MarginTier]) -> Result<Vec<Step>, String> {
    let caps = rows.iter().skip(1).map(|next| next.lower_bound.0);
    let step = |(row, cap): (&MarginTier, Qty)| {
        if row.max_leverage == 0 {
            return Err(format!("leverage 0 from {}", row.lower_bound.0));
        }
        let leverage = i64::from(row.max_leverage);
        let rate = div_round(i128::from(UNIT), 2 * i128::from(leverage), Rounding::HalfUp);
        Ok(Step {
            floor: row.lower_bound.0,
            cap,
            maintenance_rate: Rate(i64::try_from(rate).expect("half at most")),
            max_leverage: Rate(leverage * UNIT),
        })
    };
    rows.iter().zip(caps.chain([NO_CAP])).map(step).collect()
}
