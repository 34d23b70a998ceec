//! The rules of a symbol as its venue told them, kept beside its data: `<catalog>/<venue>/<market>/<SYMBOL>/instrument.json`.
//!
//! A run uses them where the shipped table has none. They are of the day they were fetched; a backtest of older years takes them
//! all the same, as it does with the table.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::catalog::{Catalog, replace};
use super::series::{market_name, parse_market, symbol_folder};
use crate::data::DataError;
use crate::domain::{
    Instrument, NumberError, Price, PriceRule, Qty, Rate, Symbol, Tier, Timestamp, TriggerBy,
};
use crate::venues::rest::Listing;

/// Name and version of the format.
const SCHEMA: &str = "instrument/1";

/// Rules with what is known of where they are from.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptRules {
    /// The rules.
    pub instrument: Instrument,
    /// The day they were fetched: `2024-01-31`.
    pub as_of: String,
    /// Parts the venue does not tell, which are a careful guess.
    pub assumed: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct FileJson {
    schema: String,
    as_of: String,
    source: String,
    assumed: Vec<String>,
    listed_at: Option<String>,
    exchange: String,
    market: String,
    symbol: String,
    venue_symbol: String,
    base: String,
    quote: String,
    settle: String,
    tick: String,
    /// Significant figures of a price, where the venue counts them.
    significant_figures: Option<u32>,
    decimals: Option<u32>,
    step: String,
    min_qty: String,
    max_qty: Option<String>,
    min_notional: String,
    price_band: Option<String>,
    maker_fee: String,
    taker_fee: String,
    liquidation_fee: Option<String>,
    trigger_by: String,
    rules_assumed: bool,
    tiers: Vec<TierJson>,
}

#[derive(Serialize, Deserialize)]
struct TierJson {
    floor: String,
    cap: String,
    maintenance_rate: String,
    max_leverage: String,
    maintenance_amount: String,
}

/// Keeps the rules of a symbol, in place of those that were there.
///
/// # Errors
/// The folder cannot be written.
pub fn write(
    catalog: &Catalog,
    symbol: &Symbol,
    listing: &Listing,
    now: Timestamp,
) -> Result<(), DataError> {
    let path = path(catalog, &listing.instrument.venue, symbol);
    let folder = path.parent().expect("a file has a folder");
    fs::create_dir_all(folder).map_err(|e| DataError::io("writing", folder, &e))?;
    let json = to_json(listing, now);
    let mut text = serde_json::to_string_pretty(&json).expect("strings and numbers");
    text.push('\n');
    replace(&path, text.as_bytes())
}

/// The rules kept beside the data of a symbol, if there are any.
///
/// # Errors
/// The file is damaged.
pub fn read(
    catalog: &Catalog,
    venue: &str,
    symbol: &Symbol,
) -> Result<Option<KeptRules>, DataError> {
    let path = path(catalog, venue, symbol);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(DataError::io("reading", &path, &e)),
    };
    let damaged = |what: String| {
        DataError::world(format!("{}: damaged rules: {what}", path.display()))
            .with_hint("remove the file, or fetch it again with `host data fetch`")
    };
    let json: FileJson = serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
    if json.schema != SCHEMA {
        return Err(damaged(format!("its schema is not {SCHEMA}")));
    }
    let kept = of_json(json).map_err(damaged)?;
    let (of, is_of) = (&kept.instrument.symbol, &kept.instrument.venue);
    if *of != symbol.to_string() || is_of != venue {
        return Err(damaged(format!("they are those of {is_of} {of}")));
    }
    Ok(Some(kept))
}

/// Rules as text, for a place that is no catalog: the same JSON as in the file.
#[must_use]
pub fn to_text(instrument: &Instrument, now: Timestamp) -> String {
    let listing = Listing {
        instrument: instrument.clone(),
        listed_at: None,
        assumed: Vec::new(),
    };
    serde_json::to_string(&to_json(&listing, now)).expect("strings and numbers")
}

/// Rules from such a text.
///
/// # Errors
/// What is wrong with it.
pub fn of_text(text: &str) -> Result<Instrument, String> {
    let json: FileJson = serde_json::from_str(text).map_err(|e| e.to_string())?;
    of_json(json).map(|kept| kept.instrument)
}

fn path(catalog: &Catalog, venue: &str, symbol: &Symbol) -> PathBuf {
    let folder = catalog.root().join(symbol_folder(venue, symbol));
    folder.join("instrument.json")
}

fn to_json(listing: &Listing, now: Timestamp) -> FileJson {
    let i = &listing.instrument;
    let (figures, decimals) = match i.price_rule {
        PriceRule::Tick => (None, None),
        PriceRule::SignificantFigures { figures, decimals } => (Some(figures), Some(decimals)),
    };
    let tier = |t: &Tier| TierJson {
        floor: t.floor.to_string(),
        cap: t.cap.to_string(),
        maintenance_rate: t.maintenance_rate.to_string(),
        max_leverage: t.max_leverage.to_string(),
        maintenance_amount: t.maintenance_amount.to_string(),
    };
    FileJson {
        schema: SCHEMA.to_owned(),
        as_of: now.rfc3339().chars().take(10).collect(),
        source: format!("{} told it", i.venue),
        assumed: listing.assumed.iter().map(|a| (*a).to_owned()).collect(),
        listed_at: listing.listed_at.map(Timestamp::rfc3339),
        exchange: i.venue.clone(),
        market: market_name(i.kind).to_owned(),
        symbol: i.symbol.clone(),
        venue_symbol: i.venue_symbol.clone(),
        base: i.base.clone(),
        quote: i.quote.clone(),
        settle: i.settle.clone(),
        tick: i.tick.to_string(),
        significant_figures: figures,
        decimals,
        step: i.step.to_string(),
        min_qty: i.min_qty.to_string(),
        max_qty: i.max_qty.map(|q| q.to_string()),
        min_notional: i.min_notional.to_string(),
        price_band: i.price_band.map(|r| r.to_string()),
        maker_fee: i.maker_fee.to_string(),
        taker_fee: i.taker_fee.to_string(),
        liquidation_fee: i.liquidation_fee.map(|r| r.to_string()),
        trigger_by: i.trigger_by.name().to_owned(),
        rules_assumed: i.assumed,
        tiers: i.tiers.iter().map(tier).collect(),
    }
}

fn of_json(json: FileJson) -> Result<KeptRules, String> {
    let price_rule = match (json.significant_figures, json.decimals) {
        (Some(figures), Some(decimals)) if figures > 0 && decimals <= 8 => {
            PriceRule::SignificantFigures { figures, decimals }
        }
        (None, None) => PriceRule::Tick,
        _ => return Err("significant_figures and decimals are no rule of prices".to_owned()),
    };
    let instrument = Instrument {
        venue: json.exchange,
        symbol: json.symbol,
        venue_symbol: json.venue_symbol,
        base: json.base,
        quote: json.quote,
        settle: json.settle,
        kind: parse_market(&json.market).map_err(|e| e.to_string())?,
        tick: number("tick", &json.tick)?,
        price_rule,
        step: number("step", &json.step)?,
        min_qty: number("min_qty", &json.min_qty)?,
        max_qty: optional("max_qty", json.max_qty)?,
        min_notional: number("min_notional", &json.min_notional)?,
        price_band: optional("price_band", json.price_band)?,
        maker_fee: number("maker_fee", &json.maker_fee)?,
        taker_fee: number("taker_fee", &json.taker_fee)?,
        liquidation_fee: optional("liquidation_fee", json.liquidation_fee)?,
        trigger_by: match json.trigger_by.as_str() {
            "last" => TriggerBy::Last,
            "mark" => TriggerBy::Mark,
            "index" => TriggerBy::Index,
            other => {
                return Err(format!(
                    "orders trigger by last, mark or index, not `{other}`"
                ));
            }
        },
        expires_at: None,
        tiers: json.tiers.iter().map(tier).collect::<Result<_, _>>()?,
        assumed: json.rules_assumed,
    };
    check(&instrument)?;
    Ok(KeptRules {
        instrument,
        as_of: json.as_of,
        assumed: json.assumed,
    })
}

fn tier(json: &TierJson) -> Result<Tier, String> {
    Ok(Tier {
        floor: number("floor", &json.floor)?,
        cap: number("cap", &json.cap)?,
        maintenance_rate: number("maintenance_rate", &json.maintenance_rate)?,
        max_leverage: number("max_leverage", &json.max_leverage)?,
        maintenance_amount: number("maintenance_amount", &json.maintenance_amount)?,
    })
}

/// What a run relies on.
fn check(i: &Instrument) -> Result<(), String> {
    if i.tick <= Price::ZERO || i.step <= Qty::ZERO || i.min_qty < Qty::ZERO {
        let (tick, step, least) = (i.tick, i.step, i.min_qty);
        return Err(format!(
            "tick {tick}, step {step}, at least {least} is no grid"
        ));
    }
    if i.min_notional < Qty::ZERO || i.max_qty.is_some_and(|most| most < i.min_qty) {
        return Err("min_notional or max_qty is no limit".to_owned());
    }
    let mut floor = Qty::ZERO;
    for tier in &i.tiers {
        let is_next = tier.floor == floor && tier.cap > tier.floor;
        if !is_next || tier.maintenance_rate < Rate::ZERO || tier.max_leverage <= Rate::ZERO {
            return Err(format!(
                "the tier from {} to {} is none",
                tier.floor, tier.cap
            ));
        }
        floor = tier.cap;
    }
    match i.tiers.is_empty() {
        true => Err("there are no tiers".to_owned()),
        false => Ok(()),
    }
}

fn number<T: std::str::FromStr<Err = NumberError>>(field: &str, text: &str) -> Result<T, String> {
    let shown: String = text.chars().take(40).collect();
    text.parse().map_err(|e| format!("{field} `{shown}`: {e}"))
}

fn optional<T: std::str::FromStr<Err = NumberError>>(
    field: &str,
    text: Option<String>,
) -> Result<Option<T>, String> {
    text.map(|text| number(field, &text)).transpose()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::venues::instruments;

    fn kept(venue: &str, text: &str) -> (tempfile::TempDir, Catalog, Symbol, Listing) {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = Catalog::new(folder.path());
        let symbol = Symbol::parse(text, None).expect("a symbol");
        let listing = Listing {
            instrument: instruments::lookup(venue, text).expect("in the table"),
            listed_at: Some(Timestamp(1_704_067_200_000)),
            assumed: vec!["tiers"],
        };
        let now = Timestamp(1_706_659_200_000);
        write(&catalog, &symbol, &listing, now).expect("writes");
        (folder, catalog, symbol, listing)
    }

    #[test]
    fn rules_come_back_as_they_were() {
        for (venue, text) in [
            ("binance", "BTC/USDT:USDT"),
            ("binance", "BTC/USDT"),
            ("hyperliquid", "BTC/USDC:USDC"),
            ("bybit", "BTC/USDT:USDT"),
        ] {
            let (_folder, catalog, symbol, listing) = kept(venue, text);
            let read = read(&catalog, venue, &symbol)
                .expect("reads")
                .expect("is there");
            assert_eq!(read.instrument, listing.instrument);
            assert_eq!((read.as_of.as_str(), read.assumed.len()), ("2024-01-31", 1));
        }
    }

    #[test]
    fn rules_that_are_none_are_told_with_their_place() {
        let (_folder, catalog, symbol, _) = kept("binance", "BTC/USDT:USDT");
        let path = path(&catalog, "binance", &symbol);
        let text = fs::read_to_string(&path).expect("is there");
        for (from, to, told) in [
            ("\"tick\": \"0.1\"", "\"tick\": \"0\"", "no grid"),
            ("\"tick\": \"0.1\"", "\"tick\": \"x\"", "tick `x`"),
            ("\"perp\"", "\"moon\"", "moon"),
            ("BTC/USDT:USDT", "ETH/USDT:USDT", "those of binance ETH"),
            ("instrument/1", "instrument/9", "schema"),
            ("\"floor\": \"0\"", "\"floor\": \"1\"", "tier"),
        ] {
            assert!(text.contains(from), "{from}");
            fs::write(&path, text.replacen(from, to, 1)).expect("writes");
            let error = read(&catalog, "binance", &symbol)
                .expect_err(to)
                .to_string();
            assert!(
                error.contains(told) && error.contains("instrument.json"),
                "{error}"
            );
        }
        fs::remove_file(&path).expect("removes");
        assert_eq!(read(&catalog, "binance", &symbol), Ok(None));
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_an_error_and_no_panic(place in 0usize..4_000, byte in any::<u8>(), cut in 0usize..4_000) {
            let (_folder, catalog, symbol, _) = kept("binance", "BTC/USDT:USDT");
            let path = path(&catalog, "binance", &symbol);
            let mut bytes = fs::read(&path).expect("is there");
            let place = place % bytes.len();
            bytes[place] = byte;
            bytes.truncate(cut.max(1));
            fs::write(&path, &bytes).expect("writes");
            let _ = read(&catalog, "binance", &symbol);
        }
    }
}
