//! Numbers small enough for a page: whole numbers as differences, seven bits a byte, the bytes as base64. `report/data.js` reads them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::domain::Candle;

/// Whole numbers one after the other.
#[derive(Debug, Default)]
pub(super) struct Packed {
    bytes: Vec<u8>,
}

impl Packed {
    /// Adds a number: its sign in the lowest bit, seven bits a byte from the lowest, the eighth says that more follow.
    pub(super) fn push(&mut self, value: i64) {
        let mut rest = u64::from_ne_bytes(((value << 1) ^ (value >> 63)).to_ne_bytes());
        while rest >= 0x80 {
            self.bytes.push(low_byte(rest) | 0x80);
            rest >>= 7;
        }
        self.bytes.push(low_byte(rest));
    }

    /// Adds a float of 32 bits, the lowest byte first.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "seven digits are more than a chart shows"
    )]
    pub(super) fn push_float(&mut self, value: f64) {
        self.bytes.extend((value as f32).to_le_bytes());
    }

    /// What the page holds.
    pub(super) fn text(&self) -> String {
        BASE64_STANDARD.encode(&self.bytes)
    }

    /// Length of that text.
    pub(super) fn text_bytes(&self) -> usize {
        self.bytes.len().div_ceil(3) * 4
    }
}

fn low_byte(value: u64) -> u8 {
    u8::try_from(value & 0x7f).expect("seven bits")
}

/// Candles in units of the largest number that divides all their prices, in 1e-8: each is time in candle lengths since the one before,
/// open less the close before, close less open, high over both, low under both.
pub(super) fn candles(candles: &[Candle], length_ms: i64) -> (i64, Packed) {
    let prices = candles
        .iter()
        .flat_map(|c| [c.open.0, c.high.0, c.low.0, c.close.0]);
    let unit = prices.fold(0, divisor).max(1);
    let mut packed = Packed::default();
    let mut time = candles.first().map_or(0, |c| c.open_time.0);
    let mut close = 0;
    for c in candles {
        packed.push((c.open_time.0 - time) / length_ms);
        packed.push((c.open.0 - close) / unit);
        packed.push((c.close.0 - c.open.0) / unit);
        packed.push((c.high.0 - c.open.0.max(c.close.0)) / unit);
        packed.push((c.open.0.min(c.close.0) - c.low.0) / unit);
        time = c.open_time.0;
        close = c.close.0;
    }
    (unit, packed)
}

/// The largest number that divides both.
fn divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Price, Timestamp};

    #[test]
    fn small_numbers_take_a_byte() {
        let mut packed = Packed::default();
        for value in [0, -1, 1, 63, -64, 64] {
            packed.push(value);
        }
        assert_eq!(packed.bytes, [0, 1, 2, 126, 127, 0x80, 1]);
        assert_eq!(packed.text_bytes(), packed.text().len());
        let mut widest = Packed::default();
        widest.push(i64::MIN);
        assert_eq!(widest.bytes.len(), 10);
    }

    #[test]
    fn prices_are_in_the_largest_unit_that_fits_all() {
        let candle = |minute: i64, open: i64| Candle {
            high: Price(open + 30),
            low: Price(open - 20),
            close: Price(open + 10),
            ..Candle::flat(Timestamp(minute * 60_000), Price(open))
        };
        let (unit, packed) = candles(&[candle(5, 500), candle(7, 520)], 60_000);
        assert_eq!(unit, 10);
        let numbers: Vec<u8> = packed.bytes.iter().map(|byte| byte / 2).collect();
        assert_eq!(numbers, [0, 50, 1, 2, 2, 2, 1, 1, 2, 2]);
    }
}
