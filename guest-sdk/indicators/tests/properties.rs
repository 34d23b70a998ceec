//! Rules that hold for every indicator, whatever the prices.

use indicators::{Atr, Cvd, Ema, Highest, Lowest, Rsi, Sma};
use proptest::prelude::*;

type Stream = Box<dyn FnMut(f64) -> Option<f64>>;

/// A fresh copy of each.
fn all(period: i32) -> Vec<(&'static str, Stream)> {
    let (mut sma, mut ema, mut rsi) = (Sma::new(period), Ema::new(period), Rsi::new(period));
    let (mut atr, mut cvd) = (Atr::new(period), Cvd::new());
    let (mut highest, mut lowest) = (Highest::new(period), Lowest::new(period));
    vec![
        ("sma", Box::new(move |value| sma.update(value))),
        ("ema", Box::new(move |value| ema.update(value))),
        ("rsi", Box::new(move |value| rsi.update(value))),
        (
            "atr",
            Box::new(move |value| atr.update(value + 1.0, value - 2.0, value)),
        ),
        ("cvd", Box::new(move |value| cvd.update(value, value / 3.0))),
        ("highest", Box::new(move |value| highest.update(value))),
        ("lowest", Box::new(move |value| lowest.update(value))),
    ]
}

fn prices() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(1.0..1e5_f64, 1..120)
}

proptest! {
    #[test]
    fn a_prefix_gives_the_values_of_the_whole(prices in prices(), cut in 0..120_usize, period in 1..30_i32) {
        let prefix = &prices[..cut.min(prices.len())];
        for ((name, mut whole), (_, mut part)) in all(period).into_iter().zip(all(period)) {
            let whole: Vec<_> = prices.iter().map(|&price| whole(price)).collect();
            let part: Vec<_> = prefix.iter().map(|&price| part(price)).collect();
            prop_assert_eq!(&whole[..part.len()], &part[..], "{}", name);
        }
    }

    #[test]
    fn a_missing_candle_changes_nothing(prices in prices(), gap in 0..120_usize, period in 1..30_i32) {
        for ((name, mut plain), (_, mut gapped)) in all(period).into_iter().zip(all(period)) {
            for (index, &price) in prices.iter().enumerate() {
                if index == gap {
                    prop_assert_eq!(gapped(f64::NAN), None);
                }
                prop_assert_eq!(plain(price), gapped(price), "{} at {}", name, index);
            }
        }
    }

    #[test]
    fn an_rsi_stays_between_0_and_100_and_mirrors(prices in prices(), period in 1..30_i32) {
        let (mut rsi, mut mirrored) = (Rsi::new(period), Rsi::new(period));
        for &price in &prices {
            let pair = rsi.update(price).zip(mirrored.update(2e5 - price));
            if let Some((value, mirror)) = pair {
                prop_assert!((0.0..=100.0).contains(&value));
                let still = value == 0.0 && mirror == 0.0;
                prop_assert!(still || (value + mirror - 100.0).abs() < 1e-6);
            }
        }
    }
}
