//! What an update costs: every indicator of the catalog with its defaults, nanoseconds and the ratio to the floor of the same run,
//! an indicator that only adds up its inputs, called the same way. Nothing here is a test.
//!
//! `cargo bench -p indicators --bench update`; one line an indicator, words apart by tabs: name, golden name, nanoseconds, ratio. The first is the
//! floor. `benches/beside_talib.py` puts TA-Lib beside it.
#![expect(clippy::print_stdout, reason = "a bench speaks")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]

use std::hint::black_box;
use std::time::Instant;

use indicators::catalog::{self, Input, Stream};

const CANDLES: usize = 100_000;
/// Runs of each; the fastest counts.
const ROUNDS: usize = 5;

fn main() {
    let candles = candles();
    let four = [Input::Open, Input::High, Input::Low, Input::Close];
    let floor = measure(&candles, &four, 1, || Box::new(Floor));
    println!("floor\t-\t{floor:.2}\t1.00");
    for entry in catalog::all() {
        let defaults = entry.defaults();
        let make = || entry.make(&defaults).expect("defaults are allowed");
        let cost = measure(&candles, entry.inputs, entry.outputs.len(), make);
        println!(
            "{}\t{}\t{cost:.2}\t{:.2}",
            entry.name,
            entry.golden,
            cost / floor
        );
    }
}

/// What the way through the catalog costs by itself.
struct Floor;

impl Stream for Floor {
    fn update(&mut self, inputs: &[f64], outputs: &mut [f64]) -> bool {
        outputs[0] = inputs.iter().sum();
        true
    }
}

/// Open time, open, high, low, close, volume, and a second value: a period for the average that takes one.
type Candle = [f64; 7];

/// A walk that `benches/beside_talib.py` makes too, number by number.
fn candles() -> Vec<Candle> {
    let mut state = 1_u64;
    let mut noise = || {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        state as f64 / 2_147_483_648.0
    };
    let mut close = 50_000.0;
    let candle = |index: usize| {
        let open = close;
        close = open * (0.995 + 0.01 * noise());
        let high = open.max(close) * (1.0 + 0.002 * noise());
        let low = open.min(close) * (1.0 - 0.002 * noise());
        [
            index as f64 * 60_000.0,
            open,
            high,
            low,
            close,
            1.0 + 100.0 * noise(),
            2.0 + (index % 29) as f64,
        ]
    };
    (0..CANDLES).map(candle).collect()
}

/// Nanoseconds an update.
fn measure(
    candles: &[Candle],
    inputs: &[Input],
    outputs: usize,
    make: impl Fn() -> Box<dyn Stream>,
) -> f64 {
    let pick = |candle: &Candle, input: &Input| match input {
        Input::OpenTime => candle[0],
        Input::Open => candle[1],
        Input::High => candle[2],
        Input::Low => candle[3],
        Input::Value | Input::Close => candle[4],
        Input::Volume => candle[5],
        Input::Second => candle[6],
    };
    let given: Vec<f64> = candles
        .iter()
        .flat_map(|candle| inputs.iter().map(|input| pick(candle, input)))
        .collect();
    let mut results = vec![0.0; outputs];
    let round = |_| {
        // Unknown to the compiler, as it is to who calls it.
        let mut stream = black_box(make());
        let start = Instant::now();
        for inputs in given.chunks_exact(inputs.len()) {
            black_box(stream.update(black_box(inputs), &mut results));
        }
        start.elapsed().as_secs_f64() * 1e9 / CANDLES as f64
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}
