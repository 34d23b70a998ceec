//! Rules of instruments: a dated table of what was recorded, and a careful guess for everything else.
//!
//! Unrealistic: rules change over the years of a backtest; one row stands for all of them.

use std::str::FromStr;
use std::sync::LazyLock;

use serde::Deserialize;

use super::tiers;
use crate::domain::{
    Instrument, InstrumentKind, NumberError, Price, PriceRule, Qty, Rate, Tier, TriggerBy, UNIT,
};

/// The table, checked by a test.
const TABLE: &str = include_str!("instruments.toml");

/// Cap of a table without one, in account currency.
pub(super) const NO_CAP: Qty = Qty(i64::MAX);

static BOOK: LazyLock<Book> =
    LazyLock::new(|| Book::parse(TABLE).expect("instruments.toml is checked by a test"));

/// The recorded rules of an instrument, by venue and unified symbol (`BTC/USDT`, `BTC/USDT:USDT`). For spot candles that stand
/// in for a perpetual, look up the perpetual.
#[must_use]
pub fn lookup(venue: &str, symbol: &str) -> Option<Instrument> {
    BOOK.instruments
        .iter()
        .find(|i| i.venue == venue && i.symbol == symbol)
        .cloned()
}

/// The perpetual of a spot pair: `BTC/USDT` gives `BTC/USDT:USDT`; a perpetual gives itself.
#[must_use]
pub fn perpetual_of(symbol: &str) -> String {
    match symbol.split_once('/') {
        Some((_, quote)) if !quote.contains(':') => format!("{symbol}:{quote}"),
        _ => symbol.to_owned(),
    }
}

/// What a look at the data says about an instrument nobody described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The most decimals any price has.
    pub decimals: u32,
    /// The first close.
    pub first_close: Price,
}

/// Rules for an instrument without recorded ones (`defaults.md` section 5), flagged `assumed`. `None` if the symbol is not
/// a unified one.
#[must_use]
pub fn assume(venue: &str, symbol: &str, look: Look) -> Option<Instrument> {
    BOOK.assume(venue, symbol, look)
}

/// A power of ten worth between 0.01 and 0.1 quote units at this price, within what a quantity can hold.
fn step_for(close: Price) -> Qty {
    let mut step = 1;
    // In units: step x close is worth `step * close / 1e8` units of the quote currency, and 0.1 of it has 1e7.
    while step < 1_000_000 * UNIT
        && i128::from(step) * 10 * i128::from(close.0.max(1)) < i128::from(UNIT) * 10_000_000
    {
        step *= 10;
    }
    Qty(step)
}

/// Owned outright: no leverage, nothing to maintain.
fn spot_tiers() -> Vec<Tier> {
    vec![Tier {
        floor: Qty::ZERO,
        cap: NO_CAP,
        maintenance_rate: Rate::ZERO,
        max_leverage: Rate(UNIT),
        maintenance_amount: Qty::ZERO,
    }]
}

/// The parsed table.
struct Book {
    instruments: Vec<Instrument>,
    venues: Vec<Venue>,
    tiers: Vec<(String, Vec<Tier>)>,
}

/// What holds for every perpetual of a venue.
struct Venue {
    name: String,
    maker_fee: Rate,
    taker_fee: Rate,
    trigger_by: TriggerBy,
    significant_figures: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BookToml {
    venue: Vec<VenueToml>,
    instrument: Vec<InstrumentToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VenueToml {
    name: String,
    #[expect(dead_code, reason = "for readers of the file")]
    as_of: String,
    maker: String,
    taker: String,
    trigger_by: String,
    significant_figures: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstrumentToml {
    venue: String,
    symbol: String,
    venue_symbol: String,
    #[expect(dead_code, reason = "for readers of the file")]
    as_of: String,
    tick: String,
    step: String,
    min_qty: String,
    max_qty: Option<String>,
    min_notional: String,
    price_band: Option<String>,
    liquidation_fee: Option<String>,
    tiers: Option<String>,
    #[serde(default)]
    assumed: bool,
}

impl Book {
    fn parse(text: &str) -> Result<Self, String> {
        let toml: BookToml = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut book = Self {
            instruments: Vec::new(),
            venues: Vec::new(),
            tiers: tiers::tables()?,
        };
        for v in &toml.venue {
            book.venues
                .push(venue(v).map_err(|e| format!("{}: {e}", v.name))?);
        }
        for i in toml.instrument {
            let instrument = book
                .instrument(&i)
                .map_err(|e| format!("{} {}: {e}", i.venue, i.symbol))?;
            book.instruments.push(instrument);
        }
        Ok(book)
    }

    fn assume(&self, venue: &str, symbol: &str, look: Look) -> Option<Instrument> {
        let (base, rest) = symbol.split_once('/')?;
        let (quote, settle) = match rest.split_once(':') {
            Some((quote, settle)) => (quote, Some(settle)),
            None => (rest, None),
        };
        let kind = if settle.is_some() {
            InstrumentKind::LinearPerpetual
        } else {
            InstrumentKind::Spot
        };
        let step = step_for(look.first_close);
        let (maker_fee, taker_fee) = self.fees(venue, kind);
        let decimals = look.decimals.min(8);
        let of_venue = self.venue(venue, kind);
        Some(Instrument {
            venue: venue.to_owned(),
            symbol: symbol.to_owned(),
            venue_symbol: format!("{base}{quote}"),
            base: base.to_owned(),
            quote: quote.to_owned(),
            settle: settle.unwrap_or(quote).to_owned(),
            kind,
            tick: Price(10_i64.pow(8 - decimals)),
            price_rule: price_rule(of_venue, decimals),
            step,
            min_qty: step,
            max_qty: None,
            min_notional: Qty(5 * UNIT),
            price_band: None,
            maker_fee,
            taker_fee,
            liquidation_fee: None,
            trigger_by: of_venue.map_or(TriggerBy::Last, |v| v.trigger_by),
            expires_at: None,
            tiers: match kind {
                InstrumentKind::Spot => spot_tiers(),
                InstrumentKind::LinearPerpetual => self.smallest_tiers(venue),
            },
            assumed: true,
        })
    }

    fn instrument(&self, i: &InstrumentToml) -> Result<Instrument, String> {
        let number = |e: NumberError| e.to_string();
        let qty = |text: &str| Qty::from_str(text).map_err(number);
        let look = Look {
            decimals: 8,
            first_close: Price(UNIT),
        };
        let assumed = self
            .assume(&i.venue, &i.symbol, look)
            .ok_or("not a unified symbol")?;
        let tiers = match &i.tiers {
            Some(name) => self.tiers(name).ok_or_else(|| format!("no tiers {name}"))?,
            None => assumed.tiers.clone(),
        };
        let rate = |text: &str| Rate::from_str(text).map_err(number);
        let tick = Price::from_str(&i.tick).map_err(number)?;
        let decimals = 8 - tick.0.checked_ilog10().ok_or("a tick is more than zero")?;
        Ok(Instrument {
            venue_symbol: i.venue_symbol.clone(),
            tick,
            price_rule: price_rule(self.venue(&i.venue, assumed.kind), decimals),
            step: qty(&i.step)?,
            min_qty: qty(&i.min_qty)?,
            max_qty: i.max_qty.as_deref().map(qty).transpose()?,
            min_notional: qty(&i.min_notional)?,
            price_band: i.price_band.as_deref().map(rate).transpose()?,
            liquidation_fee: i.liquidation_fee.as_deref().map(rate).transpose()?,
            tiers,
            assumed: i.assumed,
            ..assumed
        })
    }

    fn tiers(&self, name: &str) -> Option<Vec<Tier>> {
        self.tiers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, tiers)| tiers.clone())
    }

    /// Base-tier fees; those of Binance for a venue nobody described.
    fn fees(&self, venue: &str, kind: InstrumentKind) -> (Rate, Rate) {
        if kind == InstrumentKind::Spot {
            return (Rate(100_000), Rate(100_000));
        }
        let known = self
            .venue(venue, kind)
            .or_else(|| self.venue("binance", kind))
            .expect("Binance has fees");
        (known.maker_fee, known.taker_fee)
    }

    /// What is known of the perpetuals of a venue.
    fn venue(&self, name: &str, kind: InstrumentKind) -> Option<&Venue> {
        let perpetual = kind == InstrumentKind::LinearPerpetual;
        self.venues.iter().find(|v| perpetual && v.name == name)
    }

    fn smallest_tiers(&self, venue: &str) -> Vec<Tier> {
        let name = match venue {
            "bybit" => "bybit-btc",
            "hyperliquid" => "hyperliquid-3",
            _ => "binance-doge",
        };
        self.tiers(name).expect("checked by a test")
    }
}

fn venue(v: &VenueToml) -> Result<Venue, String> {
    let rate = |text: &str| Rate::from_str(text).map_err(|e| e.to_string());
    Ok(Venue {
        name: v.name.clone(),
        maker_fee: rate(&v.maker)?,
        taker_fee: rate(&v.taker)?,
        trigger_by: match v.trigger_by.as_str() {
            "last" => TriggerBy::Last,
            "mark" => TriggerBy::Mark,
            other => return Err(format!("orders trigger by last or mark, not {other}")),
        },
        significant_figures: v.significant_figures,
    })
}

fn price_rule(venue: Option<&Venue>, decimals: u32) -> PriceRule {
    match venue.and_then(|v| v.significant_figures) {
        Some(figures) => PriceRule::SignificantFigures { figures, decimals },
        None => PriceRule::Tick,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let book = Book::parse(TABLE).expect("parses");
        for i in &book.instruments {
            assert!(
                i.tick > Price::ZERO && i.step > Qty::ZERO && i.min_qty >= i.step,
                "{}",
                i.symbol
            );
            assert!(
                i.taker_fee > Rate::ZERO && !i.tiers.is_empty(),
                "{}",
                i.symbol
            );
            let same = |o: &&Instrument| o.venue == i.venue && o.symbol == i.symbol;
            assert_eq!(
                book.instruments.iter().filter(same).count(),
                1,
                "{}",
                i.symbol
            );
        }
    }

    /// `leverage_tiers.2024-10.json` publishes the amounts that are computed here.
    #[test]
    fn amounts_equal_the_published_ones() {
        let published = [
            (
                "BTC/USDT:USDT",
                [
                    0,
                    50,
                    950,
                    11_450,
                    131_450,
                    481_450,
                    2_981_450,
                    14_481_450,
                    26_481_450,
                    41_481_450,
                    121_481_450,
                    421_481_450,
                ]
                .as_slice(),
            ),
            (
                "ETH/USDT:USDT",
                &[
                    0,
                    50,
                    950,
                    11_450,
                    131_450,
                    381_450,
                    2_006_450,
                    9_506_450,
                    17_506_450,
                    27_506_450,
                    80_506_450,
                    280_506_450,
                ],
            ),
            (
                "SOL/USDT:USDT",
                &[
                    0, 30, 380, 8_380, 28_380, 228_380, 2_228_380, 4_228_380, 16_728_380,
                    66_728_380,
                ],
            ),
        ];
        for (symbol, amounts) in published {
            let tiers = lookup("binance", symbol).expect("known").tiers;
            let computed: Vec<_> = tiers
                .iter()
                .map(|t| t.maintenance_amount.0 / UNIT)
                .collect();
            assert_eq!(computed, amounts, "{symbol}");
        }
    }

    #[test]
    fn known_and_unknown_instruments() {
        let btc = lookup("binance", "BTC/USDT:USDT").expect("known");
        assert_eq!((btc.tick, btc.step), (Price(10_000_000), Qty(100_000)));
        assert_eq!((btc.maker_fee, btc.taker_fee), (Rate(20_000), Rate(50_000)));
        assert_eq!(btc.max_leverage(), Rate(125 * UNIT));
        assert!(!btc.assumed);
        let spot = lookup("binance", "BTC/USDT").expect("known");
        assert_eq!(
            (spot.kind, spot.max_leverage()),
            (InstrumentKind::Spot, Rate(UNIT))
        );
        assert_eq!(spot.taker_fee, Rate(100_000));
        assert_eq!(btc.liquidation_fee, Some(Rate(1_250_000)));
        assert_eq!(
            (btc.trigger_by, btc.price_rule),
            (TriggerBy::Last, PriceRule::Tick)
        );
        assert!(lookup("binance", "NEAR/USDT:USDT").expect("known").assumed);
        let hyperliquid = lookup("hyperliquid", "BTC/USDC:USDC").expect("known");
        let rule = PriceRule::SignificantFigures {
            figures: 5,
            decimals: 1,
        };
        assert_eq!(
            (hyperliquid.tick, hyperliquid.price_rule),
            (Price(UNIT / 10), rule)
        );
        assert_eq!(hyperliquid.trigger_by, TriggerBy::Mark);
        let bybit = lookup("bybit", "BTC/USDT:USDT").expect("known");
        assert_eq!(bybit.trigger_by, TriggerBy::Last);
        assert_eq!(bybit.liquidation_fee, None);
        assert!(lookup("synthetic", "BTC/USDT:USDT").is_some());
        assert!(lookup("kraken", "BTC/USDT:USDT").is_none());
        assert_eq!(perpetual_of("BTC/USDT"), "BTC/USDT:USDT");
        assert_eq!(perpetual_of("BTC/USDT:USDT"), "BTC/USDT:USDT");
    }

    #[test]
    fn steps_are_worth_a_few_cents() {
        for (close, step) in [
            ("42000", "0.000001"),
            ("3.5", "0.01"),
            ("1", "0.01"),
            ("0.99", "0.1"),
            ("0.00001", "1000"),
            ("100", "0.0001"),
            ("90000000", "0.00000001"),
        ] {
            let close: Price = close.parse().expect("a price");
            let step: Qty = step.parse().expect("a quantity");
            assert_eq!(step_for(close), step, "{close}");
        }
        let look = Look {
            decimals: 2,
            first_close: Price(42_000 * UNIT),
        };
        let guess = assume("kraken", "BTC/USDT:USDT", look).expect("a symbol");
        assert!(guess.assumed);
        assert_eq!(
            (guess.tick, guess.min_notional),
            (Price(1_000_000), Qty(5 * UNIT))
        );
        assert_eq!(guess.max_leverage(), Rate(75 * UNIT));
        assert!(assume("kraken", "BTCUSDT", look).is_none());
    }
}
