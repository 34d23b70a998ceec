//! What a market order gets: slippage models and the path of a minute, seen through the engine.

use host::domain::{Candle, Cash, Direction, Price, Qty, Rate, Timeframe, Timestamp, UNIT};
use host::execution::{Preset, Profile};
use serde_json::{Value, json};

use super::{Inputs, exact, list, text_of};
use crate::driver::{Driver, Start, instrument};

/// Where a market buy fills that is sent after all candles but the last.
fn fill_price(knobs: &[(&str, &str)], base: Timeframe, candles: &[Candle], qty: f64) -> Price {
    let mut profile = Profile::named(Preset::Strict);
    profile.set("slippage_bps", "0").expect("a slippage");
    for (knob, value) in knobs {
        profile.set(knob, value).expect("a knob of the table");
    }
    let mut driver = Driver::new(Start {
        profile,
        instrument: instrument(Price(1), Qty(1), Rate::ZERO),
        wallet: Cash(1_000_000_000 * i128::from(UNIT)),
        leverage: Rate(UNIT),
        base,
        first: &candles[0],
    });
    let (last, before) = candles.split_last().expect("candles");
    for candle in before {
        driver.candle(candle, None);
        driver.settle();
    }
    driver.market(Direction::Long, qty);
    driver.settle();
    driver.candle(last, None);
    driver.position().expect("it filled").avg_price
}

/// One point of the path for each latency.
pub(super) fn path_prices(inputs: &Inputs<'_>) -> Value {
    let path = list(&inputs.0["path"]).iter();
    let path: Vec<Price> = path.map(|p| text_of(p).parse().expect("a price")).collect();
    let first = Candle::flat(Timestamp(0), path[0]);
    let second = Candle {
        open_time: Timestamp(60_000),
        open: path[0],
        low: path[1],
        high: path[2],
        close: path[3],
        ..first
    };
    let mut prices = Vec::new();
    for latency in list(&inputs.0["latency_ms"]) {
        let knobs = [("path", "olhc"), ("latency_ms", &text_of(latency))];
        let price = fill_price(&knobs, Timeframe::M1, &[first, second], 1.0);
        prices.push(price.to_string());
    }
    json!({ "price": prices })
}

/// The factor and the bound of the case are the product's.
pub(super) fn volume_share(inputs: &Inputs<'_>) -> Value {
    let fixed = (inputs.exact("impact"), inputs.exact("limit"));
    assert_eq!(fixed, (exact(&json!("0.1")), exact(&json!("0.025"))));
    let price: Price = text_of(&inputs.0["price"]).parse().expect("a price");
    let candle = |minute: i64| Candle {
        volume: inputs.float("volume"),
        ..Candle::flat(Timestamp(minute * 60_000), price)
    };
    let knobs = [("slippage", "volume_share")];
    let candles = [candle(0), candle(1)];
    let filled = fill_price(&knobs, Timeframe::M1, &candles, inputs.float("qty"));
    let slipped = filled.to_f64() / price.to_f64() - 1.0;
    let share = (slipped / inputs.float("impact")).sqrt();
    json!({ "share": share, "price": filled.to_string() })
}

/// Days whose volume and volatility are those of the case: closes that go up and down by turns.
pub(super) fn square_root(inputs: &Inputs<'_>) -> Value {
    assert_eq!(inputs.float("Y"), 0.7, "the factor is the product's");
    let price: Price = text_of(&inputs.0["price"]).parse().expect("a price");
    // Twenty returns +-a have the deviation a x sqrt(20 / 19); a hair less, because the model rounds up.
    let change = inputs.float("sigma_daily") * (19.0_f64 / 20.0).sqrt() * (1.0 - 1e-9);
    let higher = Price::from_f64(price.to_f64() * libm::exp(change)).expect("a price");
    let day = |n: i64| Candle {
        volume: inputs.float("adv"),
        high: higher,
        close: if n % 2 == 0 { price } else { higher },
        ..Candle::flat(Timestamp(n * 86_400_000), price)
    };
    let days: Vec<Candle> = (0..30).map(day).collect();
    let knobs = [("slippage", "sqrt")];
    let filled = fill_price(&knobs, Timeframe::D1, &days, inputs.float("qty"));
    let impact = filled.to_f64() / price.to_f64() - 1.0;
    json!({ "impact": impact, "price": filled.to_string() })
}
