//! Rules that hold for every indicator of the catalog, whatever the prices.

use indicators::catalog::{self, Entry, Input, Kind, Parameter};
use indicators::{Average, Cvd, Rsi};
use proptest::prelude::*;

/// Prices are kept under 1, where every function of single values has a result.
const PRICES: std::ops::Range<f64> = 0.3..0.95;

/// Numbers that look random and are always the same.
struct Noise(u64);

impl Noise {
    /// The next number, from 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1_u64 << 24) as f64
    }

    /// A whole number from `least` to `most`.
    fn whole(&mut self, least: i32, most: i32) -> i32 {
        least + (self.next() * f64::from(most - least + 1)) as i32
    }
}

#[derive(Debug, Clone, Copy)]
struct Candle {
    open_time: f64,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
    second: f64,
}

impl Candle {
    fn input(&self, input: Input) -> f64 {
        match input {
            Input::Value | Input::Close => self.close,
            Input::Second => self.second,
            Input::OpenTime => self.open_time,
            Input::Open => self.open,
            Input::High => self.high,
            Input::Low => self.low,
            Input::Volume => self.volume,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Market {
    /// Something moves in every candle.
    Lively,
    /// Some stretches stand still, some have no volume, some go one way.
    Moody,
}

/// How long a candle is.
const STEP_MS: i64 = 60_000;
/// A midnight at which bars of any number of minutes up to 12 begin.
const START: i64 = 1_696_464_000_000;

/// A walk of one-minute candles.
fn walk(seed: u64, market: Market, count: usize) -> Vec<Candle> {
    let mut noise = Noise(seed);
    let mut close = 0.6;
    let mut mood = 0;
    let candle = |index: usize| {
        if index.is_multiple_of(40) && market == Market::Moody {
            mood = noise.whole(0, 3);
        }
        let open = close;
        let moved = match mood {
            0 => open * (0.98 + 0.04 * noise.next()),
            1 => open,
            2 => open * 1.01,
            _ => open * 0.99,
        };
        close = if PRICES.contains(&moved) { moved } else { 0.6 };
        let wick = if mood == 0 { 0.01 * noise.next() } else { 0.0 };
        let volume = if mood == 1 {
            0.0
        } else {
            1.0 + 99.0 * noise.next()
        };
        Candle {
            open_time: (START + index as i64 * STEP_MS) as f64,
            open,
            high: open.max(close) * (1.0 + wick),
            low: open.min(close) * (1.0 - wick * noise.next()),
            close,
            volume,
            second: f64::from(noise.whole(2, 30)),
        }
    };
    (0..count).map(candle).collect()
}

/// What an indicator gives candle by candle: its outputs, where it has a value.
fn run<'a>(
    entry: &Entry,
    parameters: &[f64],
    candles: impl IntoIterator<Item = &'a Candle>,
) -> Vec<Option<Vec<f64>>> {
    let mut stream = entry
        .make(parameters)
        .expect("parameters within their bounds");
    let mut outputs = vec![f64::NAN; entry.outputs.len()];
    let mut step = |candle: &Candle| {
        let inputs: Vec<f64> = entry
            .inputs
            .iter()
            .map(|&input| candle.input(input))
            .collect();
        stream
            .update(&inputs, &mut outputs)
            .then(|| outputs.clone())
    };
    candles.into_iter().map(&mut step).collect()
}

/// Small parameters within their bounds.
fn small(entry: &Entry, noise: &mut Noise) -> Vec<f64> {
    let mut pick = |parameter: &Parameter| match parameter.kind {
        // A length of time must stay that of the candles.
        Kind::Whole if parameter.default == STEP_MS as f64 => parameter.default,
        Kind::Whole => f64::from(noise.whole(
            parameter.min as i32,
            parameter.max.min(parameter.min + 11.0) as i32,
        )),
        Kind::Average => {
            let codes: Vec<i32> = (0..=13)
                .filter(|&code| Average::from_code(code).is_some())
                .collect();
            f64::from(codes[noise.whole(0, codes.len() as i32 - 1) as usize])
        }
        Kind::Real => {
            (parameter.default * (0.5 + noise.next())).clamp(parameter.min, parameter.max)
        }
    };
    entry.parameters.iter().map(&mut pick).collect()
}

/// Every indicator with its defaults and with small parameters.
fn variants(noise: &mut Noise) -> Vec<(Entry, Vec<f64>)> {
    let both = |entry: Entry| [(entry, entry.defaults()), (entry, small(&entry, noise))];
    catalog::all().into_iter().flat_map(both).collect()
}

/// As bits, so that a NaN equals itself.
fn bits(values: &[Option<Vec<f64>>]) -> Vec<Option<Vec<u64>>> {
    let outputs = |outputs: &Vec<f64>| outputs.iter().map(|value| value.to_bits()).collect();
    values
        .iter()
        .map(|value| value.as_ref().map(outputs))
        .collect()
}

/// Those that remember all they have seen, or for how long cannot be said, and why.
const NEVER_FORGET: &[(&str, &str)] = &[
    ("ad", "a sum since the start"),
    ("cumsum", "a sum since the start"),
    ("nvi", "a product since the start"),
    ("obv", "a sum since the start"),
    ("obv_from_zero", "a sum since the start"),
    ("pvi", "a product since the start"),
    ("pvt", "a sum since the start"),
    ("vwap", "two sums since the start"),
    ("wad", "a sum since the start"),
    ("maxindex", "counted from the start"),
    ("minindex", "counted from the start"),
    ("minmaxindex", "counted from the start"),
    (
        "sar",
        "until it has turned at the same candle, for which there is no bound",
    ),
    (
        "sarext",
        "until it has turned at the same candle, for which there is no bound",
    ),
    (
        "supertrend",
        "until both bands were set anew, for which there is no bound",
    ),
];

#[test]
fn what_never_forgets_is_in_the_catalog() {
    for (name, why) in NEVER_FORGET {
        assert!(catalog::find(name).is_ok(), "{name}: {why}");
    }
}

/// Fed from the tail's start on, and with other candles before: after its warm-up both give the same, within a millionth of a price
/// and a ten-thousandth of the largest value there was, for a quotient of two averages magnifies what is left of their seeds.
fn forgets(entry: &Entry, parameters: &[f64], noise: &mut Noise) -> Result<(), String> {
    let warm_up = entry
        .warm_up(parameters)
        .expect("parameters within their bounds") as usize;
    let seed = noise.whole(0, i32::MAX - 1) as u64;
    let tail = walk(seed, Market::Lively, warm_up + 20);
    let mut before = walk(seed + 1, Market::Lively, 192);
    for candle in &mut before {
        candle.open_time -= (192 * STEP_MS) as f64;
    }
    let fresh = run(entry, parameters, &tail);
    let whole = run(entry, parameters, before.iter().chain(&tail));
    let scale = whole
        .iter()
        .flatten()
        .flatten()
        .fold(0.0_f64, |scale, value| scale.max(value.abs()));
    let late = fresh
        .iter()
        .zip(&whole[before.len()..])
        .enumerate()
        .skip(warm_up - 1);
    for (index, pair) in late {
        let equal = match pair {
            (Some(fresh), Some(whole)) => fresh.iter().zip(whole).all(|(one, other)| {
                (one - other).abs() <= 1e-4 * scale + 1e-6 || (one.is_nan() && other.is_nan())
            }),
            (None, None) => true,
            _ => false,
        };
        if !equal {
            return Err(format!(
                "{} {parameters:?} after {} updates (warm-up {warm_up}): {pair:?}",
                entry.name,
                index + 1
            ));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        // A seed does not get simpler by getting smaller.
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_prefix_gives_the_values_of_the_whole(seed in any::<u64>(), cut in 0..200_usize) {
        let candles = walk(seed, Market::Moody, 200);
        for (entry, parameters) in variants(&mut Noise(seed)) {
            let whole = run(&entry, &parameters, &candles);
            let part = run(&entry, &parameters, &candles[..cut]);
            prop_assert_eq!(bits(&whole)[..cut].to_vec(), bits(&part), "{} {:?}", entry.name, parameters);
        }
    }

    #[test]
    fn a_missing_candle_changes_nothing(seed in any::<u64>(), gap in 0..200_usize) {
        let candles = walk(seed, Market::Moody, 200);
        for (entry, parameters) in variants(&mut Noise(seed)) {
            let plain = run(&entry, &parameters, &candles);
            let mut stream = entry.make(&parameters).expect("parameters within their bounds");
            let mut outputs = vec![f64::NAN; entry.outputs.len()];
            let mut gapped = Vec::new();
            for (index, candle) in candles.iter().enumerate() {
                let inputs: Vec<f64> = entry.inputs.iter().map(|&input| candle.input(input)).collect();
                // A time is always known.
                let holes = entry.inputs.iter().enumerate().filter(|&(_, &input)| index == gap && input != Input::OpenTime);
                for (place, _) in holes {
                    let mut missing = inputs.clone();
                    missing[place] = f64::NAN;
                    prop_assert!(!stream.update(&missing, &mut outputs), "{} gives a value without input {}", entry.name, place);
                }
                gapped.push(stream.update(&inputs, &mut outputs).then(|| outputs.clone()));
            }
            prop_assert_eq!(bits(&plain), bits(&gapped), "{} {:?} gap {}", entry.name, parameters, gap);
        }
    }

    #[test]
    fn values_are_finite_and_single_ones_are_numbers(seed in any::<u64>()) {
        let candles = walk(seed, Market::Moody, 400);
        for (entry, parameters) in variants(&mut Noise(seed)) {
            for outputs in run(&entry, &parameters, &candles).into_iter().flatten() {
                let unready = |value: f64| value.is_nan() && outputs.len() > 1;
                prop_assert!(outputs.iter().all(|&value| value.is_finite() || unready(value)), "{} {:?} {:?}", entry.name, parameters, outputs);
            }
        }
    }

    #[test]
    fn the_first_value_comes_when_it_says_and_before_the_warm_up_ends(seed in any::<u64>()) {
        let mut noise = Noise(seed);
        for (entry, parameters) in variants(&mut noise) {
            let promised = entry.first_value(&parameters).expect("parameters within their bounds");
            prop_assert!(entry.warm_up(&parameters).expect("the same parameters") >= promised, "{} {:?}", entry.name, parameters);
            let candles = walk(seed, Market::Lively, promised as usize + 5);
            let values = run(&entry, &parameters, &candles);
            let first = values.iter().position(|outputs| outputs.as_ref().is_some_and(|outputs| !outputs[0].is_nan()));
            if first.is_none() && entry.golden.starts_with("x.") {
                // Of a window of one value, some of our own have nothing to say.
                continue;
            }
            prop_assert_eq!(first.map(|index| index as i32 + 1), Some(promised), "{} {:?}", entry.name, parameters);
        }
    }

    #[test]
    fn after_its_warm_up_the_start_of_the_data_no_longer_matters(seed in any::<u64>()) {
        let mut noise = Noise(seed);
        let forgetting = |(entry, _): &(Entry, Vec<f64>)| !NEVER_FORGET.iter().any(|&(name, _)| name == entry.name);
        let variants: Vec<_> = variants(&mut noise).into_iter().filter(forgetting).collect();
        let wrong: Vec<String> = variants.iter().filter_map(|(entry, parameters)| forgets(entry, parameters, &mut noise).err()).collect();
        prop_assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn an_rsi_stays_between_0_and_100_and_mirrors(seed in any::<u64>(), period in 1..30_i32) {
        let (mut rsi, mut mirrored) = (Rsi::new(period), Rsi::new(period));
        for candle in walk(seed, Market::Moody, 200) {
            let pair = rsi.update(candle.close).zip(mirrored.update(2.0 - candle.close));
            if let Some((value, mirror)) = pair {
                prop_assert!((0.0..=100.0).contains(&value));
                let still = value == 0.0 && mirror == 0.0;
                prop_assert!(still || (value + mirror - 100.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_volume_delta_is_what_was_added(seed in any::<u64>()) {
        let (mut delta, mut sum) = (Cvd::new(), 0.0);
        for candle in walk(seed, Market::Moody, 200) {
            let bought = candle.volume * candle.close;
            sum += 2.0 * bought - candle.volume;
            prop_assert_eq!(delta.update(candle.volume, f64::NAN), None);
            prop_assert_eq!(delta.update(candle.volume, bought), Some(sum));
        }
    }
}
