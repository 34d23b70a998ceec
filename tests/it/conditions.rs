//! The conditions of the strategies, row by row: 500 candles of the fixtures against the golden columns, and mirrored markets.

use std::collections::BTreeMap;
use std::path::Path;

use ema_ribbon::EmaRibbon;
use funding_arbitrage::FundingArbitrage;
use guest_sdk::contract::{Candle, Rows};
use guest_sdk::streams::{Funding, OpenInterest, Reading};
use guest_sdk::testing::conditions;
use guest_sdk::{Conditions, Rules};
use macd::MacdCross;
use mean_reversion_bands::MeanReversionBands;
use open_interest_divergence::OpenInterestDivergence;
use rsi_momentum::RsiMomentum;
use trend_atr::TrendAtr;
use volatility_breakout::VolatilityBreakout;
use vwap::Vwap;

use crate::shared_dir;
use crate::strategy_runs::{candles, columns};
use crate::support::market;

/// Strategy, name of its golden columns, and how often its four conditions hold on the fixture.
pub(crate) type Golden = (&'static str, &'static str, [usize; 4]);

/// All of ours; the counts are those of section 6 of the reference.
pub(crate) const GOLDEN: [Golden; 9] = [
    ("ema-ribbon", "EMARibbonStrategy", [9, 129, 7, 359]),
    (
        "funding-arbitrage",
        "FundingRateArbitrage",
        [32, 396, 181, 159],
    ),
    ("macd", "MACDStrategy", [20, 20, 20, 20]),
    (
        "mean-reversion-bands",
        "MeanReversionBands",
        [2, 299, 16, 106],
    ),
    (
        "open-interest-divergence",
        "OpenInterestDivergence",
        [4, 26, 26, 4],
    ),
    ("rsi-momentum", "RSIStrategy", [3, 17, 16, 3]),
    ("trend-atr", "TrendFollowingATR", [62, 16, 16, 62]),
    (
        "volatility-breakout",
        "VolatilityBreakoutStrategy",
        [18, 127, 3, 354],
    ),
    ("vwap", "VWAPStrategy", [48, 343, 131, 138]),
];

type Columns = BTreeMap<String, Vec<Option<f64>>>;

/// Candles of the fixtures and what else was known at their closes.
struct Fixture {
    candles: Vec<Candle>,
    derivatives: Columns,
    golden: Columns,
}

impl Fixture {
    fn read(shared: &Path) -> Self {
        let strategies = shared.join("fixtures/strategies");
        let candles = candles(&shared.join("fixtures/indicators/candles.csv"));
        Self {
            candles: candles.iter().map(contract).collect(),
            derivatives: columns(&strategies.join("derivatives.csv")),
            golden: columns(&strategies.join("signals_golden.csv")),
        }
    }

    /// Conditions of rules that look at candles only.
    fn plain<R: Rules>(&self, params: R::Params) -> Vec<Conditions> {
        conditions(&mut fresh::<R>(params), &self.candles)
    }

    /// Conditions of rules that get a row before each candle.
    fn with_rows<R: Rules, T: Reading>(
        &self,
        params: R::Params,
        column: &str,
        reading: fn(f64) -> T,
    ) -> Vec<Conditions> {
        let mut rules = fresh::<R>(params);
        let values = self.derivatives[column].iter();
        let mut said = Vec::new();
        for (candle, value) in self.candles.iter().zip(values) {
            let (time, available_at, values) = reading(value.expect("a number")).write();
            let rows = Rows {
                time: vec![time],
                available_at: vec![available_at],
                values,
            };
            rules.on_rows(0, &rows);
            said.extend(conditions(&mut rules, std::slice::from_ref(candle)));
        }
        said
    }

    /// Rows that differ from the golden columns, and counts that differ from the reference's.
    fn differences(&self, (strategy, name, counts): Golden, said: &[Conditions]) -> Vec<String> {
        type Condition = fn(&Conditions) -> bool;
        let columns: [(&str, Condition); 4] = [
            ("long_entry", |c| c.long_entry),
            ("long_exit", |c| c.long_exit),
            ("short_entry", |c| c.short_entry),
            ("short_exit", |c| c.short_exit),
        ];
        let mut found = Vec::new();
        for ((what, of), count) in columns.into_iter().zip(counts) {
            let golden = &self.golden[&format!("{name}.{what}")];
            assert_eq!(golden.len(), said.len(), "rows of {name}.{what}");
            for (row, (wanted, said)) in golden.iter().zip(said).enumerate() {
                if (*wanted == Some(1.0)) != of(said) {
                    found.push(format!("{strategy}: {what} at row {row} is {}", of(said)));
                }
            }
            let held = said.iter().filter(|said| of(said)).count();
            if held != count {
                found.push(format!(
                    "{strategy}: {what} holds {held} times, expected {count}"
                ));
            }
        }
        println!(
            "{strategy}: {} rows as {name}, {} differences",
            said.len(),
            found.len()
        );
        found
    }

    /// What the rules of a strategy say, with its default parameters.
    fn said(&self, strategy: &str) -> Vec<Conditions> {
        match strategy {
            "ema-ribbon" => self.plain::<EmaRibbon>(ribbon_alone()),
            "funding-arbitrage" => {
                self.with_rows::<FundingArbitrage, _>(Default::default(), "funding_last", settled)
            }
            "macd" => self.plain::<MacdCross>(Default::default()),
            "mean-reversion-bands" => self.plain::<MeanReversionBands>(Default::default()),
            "open-interest-divergence" => self.with_rows::<OpenInterestDivergence, _>(
                Default::default(),
                "open_interest",
                open_interest,
            ),
            "rsi-momentum" => self.plain::<RsiMomentum>(Default::default()),
            "trend-atr" => self.plain::<TrendAtr>(Default::default()),
            "volatility-breakout" => self.plain::<VolatilityBreakout>(Default::default()),
            "vwap" => self.plain::<Vwap>(Default::default()),
            other => panic!("no strategy {other}"),
        }
    }
}

fn fresh<R: Rules>(params: R::Params) -> R {
    R::new(params).unwrap_or_else(|refused| panic!("default parameters are refused: {refused:?}"))
}

fn contract(candle: &host::domain::Candle) -> Candle {
    Candle {
        open_time: candle.open_time.0,
        open: candle.open.to_f64(),
        high: candle.high.to_f64(),
        low: candle.low.to_f64(),
        close: candle.close.to_f64(),
        volume: candle.volume,
        quote_volume: f64::NAN,
        taker_buy_volume: f64::NAN,
        trades: f64::NAN,
    }
}

/// The filter of longer candles is ours and not in the golden columns.
fn ribbon_alone() -> ema_ribbon::Params {
    ema_ribbon::Params {
        trend: 0,
        ..ema_ribbon::Params::default()
    }
}

fn settled(rate: f64) -> Funding {
    Funding {
        time: 0,
        available_at: 0,
        rate,
        interval_hours: 8.0,
        price: f64::NAN,
    }
}

fn open_interest(base: f64) -> OpenInterest {
    OpenInterest {
        time: 0,
        available_at: 0,
        base,
        quote: f64::NAN,
    }
}

#[test]
fn every_golden_condition_is_reproduced() {
    let shared = shared_dir();
    if !shared.join("fixtures/strategies").exists() || !shared.join("fixtures/indicators").exists()
    {
        println!(
            "skipped: no golden conditions beside the project (fixtures/strategies, fixtures/indicators)"
        );
        return;
    }
    let fixture = Fixture::read(&shared);
    let differences: Vec<String> = GOLDEN
        .iter()
        .flat_map(|golden| {
            let found = fixture.differences(*golden, &fixture.said(golden.0));
            found.into_iter().take(5)
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Long and short of a strategy are the same rules: in a market with every price taken from a constant they change places.
fn check_mirror<R: Rules>(params: fn() -> R::Params) {
    /// Well over the prices, and few of their last bits are lost.
    const TOP: f64 = 262_144.0;
    let candles: Vec<Candle> = market(10).iter().map(contract).collect();
    let mirrored: Vec<Candle> = candles
        .iter()
        .map(|candle| Candle {
            open: TOP - candle.open,
            high: TOP - candle.low,
            low: TOP - candle.high,
            close: TOP - candle.close,
            ..*candle
        })
        .collect();
    let said = conditions(&mut fresh::<R>(params()), &candles);
    let turned = conditions(&mut fresh::<R>(params()), &mirrored);
    let back = |c: &Conditions| Conditions {
        long_entry: c.short_entry,
        long_exit: c.short_exit,
        short_entry: c.long_entry,
        short_exit: c.long_exit,
    };
    let name = R::about().name;
    assert!(
        said.iter().any(|c| c.long_entry) && said.iter().any(|c| c.short_entry),
        "{name} enters both sides"
    );
    for (row, (said, turned)) in said.iter().zip(&turned).enumerate() {
        assert_eq!(*said, back(turned), "{name} at candle {row}");
    }
}

#[test]
fn long_and_short_change_places_in_a_mirrored_market() {
    check_mirror::<RsiMomentum>(Default::default);
    check_mirror::<EmaRibbon>(ribbon_alone);
    check_mirror::<MacdCross>(Default::default);
    check_mirror::<MeanReversionBands>(Default::default);
    check_mirror::<VolatilityBreakout>(Default::default);
    check_mirror::<Vwap>(Default::default);
    check_mirror::<TrendAtr>(Default::default);
}
