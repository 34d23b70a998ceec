//! What the made-up run is of: a strategy, an instrument, a year of hourly candles.

use std::collections::BTreeMap;

use crate::analysis::sample::{BALANCE, FEE, HOUR_MS, HOURS, START, UNIT};
use crate::domain::{
    Instrument, InstrumentKind, OnFault, ParameterValue, Price, PriceRule, Qty, Rate, Tier,
    Timeframe, Timestamp, TriggerBy,
};
use crate::runs::{
    Component, Configuration, Dataset, FundingUsed, Gap, Knob, LAST_PRICE, Limit, ParameterUsed,
    Period, Profile,
};

fn instrument() -> Instrument {
    Instrument {
        venue: "binance".into(),
        symbol: "BTC/USDT:USDT".into(),
        venue_symbol: "BTCUSDT".into(),
        base: "BTC".into(),
        quote: "USDT".into(),
        settle: "USDT".into(),
        kind: InstrumentKind::LinearPerpetual,
        tick: Price(UNIT / 10),
        step: Qty(UNIT / 1_000),
        min_qty: Qty(UNIT / 1_000),
        max_qty: Some(Qty(1_000 * UNIT)),
        min_notional: Qty(100 * UNIT),
        price_band: Some(Rate(UNIT / 20)),
        maker_fee: Rate(20_000),
        taker_fee: FEE,
        tiers: vec![Tier {
            floor: Qty(0),
            cap: Qty(50_000 * UNIT),
            maintenance_rate: Rate(400_000),
            max_leverage: Rate(125 * UNIT),
            maintenance_amount: Qty(0),
        }],
        price_rule: PriceRule::Tick,
        liquidation_fee: None,
        trigger_by: TriggerBy::Last,
        expires_at: None,
        assumed: false,
    }
}

pub(super) fn configuration() -> Configuration {
    let knob = |key: &str, value: &str, overridden| Knob {
        key: key.into(),
        value: value.into(),
        overridden,
    };
    Configuration {
        component: Component {
            name: "sma_cross".into(),
            version: "0.3.0".into(),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            bytes: 48_213,
            language: Some("rust 1.95".into()),
            contract: "0.1.0".into(),
        },
        parameters: vec![
            ParameterUsed {
                name: "fast".into(),
                value: ParameterValue::Int(20),
                overridden: true,
            },
            ParameterUsed {
                name: "slow".into(),
                value: ParameterValue::Int(50),
                overridden: false,
            },
            ParameterUsed {
                name: "risk".into(),
                value: ParameterValue::Float(0.5),
                overridden: false,
            },
        ],
        instruments: vec![instrument()],
        timeframes: vec![Timeframe::H1],
        tiers_as_of: vec![Some("2024-10-01".into())],
        rules_from: Vec::new(),
        profile: Profile {
            preset: "strict".into(),
            knobs: vec![
                knob("fill_timing", "next_open", false),
                knob("path", "pessimistic", false),
                knob("slippage_bps", "5", true),
                knob("funding", "data", false),
            ],
            active: vec!["fees".into(), "slippage".into(), "funding".into()],
            inactive: vec![],
        },
        limits: vec![
            Limit {
                name: "memory".into(),
                value: "64 MiB".into(),
            },
            Limit {
                name: "fuel per call".into(),
                value: "200000000".into(),
            },
        ],
        dataset: Dataset {
            fingerprint: "b3:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
                .into(),
            venue: "binance".into(),
            market: "spot".into(),
            traded_as: Some("perp".into()),
            synthetic: false,
            base: Timeframe::M1,
            coverage: 0.9998,
            coverages: vec![0.9998],
            gaps: vec![Gap {
                instrument: 0,
                from: Timestamp(START + 100 * HOUR_MS),
                to: Timestamp(START + 101 * HOUR_MS),
                minutes: 60,
            }],
            mark_resolution: LAST_PRICE.into(),
            funding: FundingUsed {
                policy: "none".into(),
                source: None,
            },
            sparse_streams: Vec::new(),
            data_flags: BTreeMap::new(),
        },
        period: Period {
            start: Timestamp(START),
            end: Timestamp(START + HOURS * HOUR_MS),
            candles: 527_040,
            asked_start: None,
            asked_end: None,
        },
        seed: 42,
        starting_balance: BALANCE,
        currency: "USDT".into(),
        leverage: Rate(UNIT),
        on_fault: OnFault::Flatten,
        use_history: true,
        called: None,
        events: vec![],
        shared: None,
    }
}
