//! An order book that follows from the history alone: twenty levels a side around the last price, another one three times a minute.
//!
//! Book `n` has the update numbers `10 n + 1 ..= 10 n + 10`, so every change can be made from its number, by whoever comes when. A whole
//! book says a number in the middle of the change that follows it: that change is the first to be applied, as `binance.md` section 13
//! wants it.

use std::collections::BTreeMap;
use std::ops::Range;

use host::domain::{CandleKind, Price, Qty, Timeframe};

use super::market::Listed;

const MINUTE: i64 = 60_000;
/// When the book changes, from the start of a minute.
const CHANGES: [i64; 3] = [20_001, 40_001, 59_600];
/// Levels a side.
const LEVELS: i64 = 20;

/// Price and quantity, best first.
pub(crate) type Levels = Vec<(Price, Qty)>;

/// A whole book, or what changed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Book {
    pub(crate) bids: Levels,
    pub(crate) asks: Levels,
}

/// Numbers of the books of a minute.
pub(crate) fn of_minute(minute: i64) -> Range<i64> {
    let count = CHANGES.len() as i64;
    let first = minute.div_euclid(MINUTE) * count;
    first..first + count
}

/// The book that is known at this time.
pub(crate) fn at(now: i64) -> i64 {
    let minute = now.div_euclid(MINUTE) * MINUTE;
    let begun = CHANGES.iter().filter(|at| minute + *at <= now).count();
    of_minute(minute).start + begun as i64 - 1
}

/// When the book of this number came.
pub(crate) fn time(number: i64) -> i64 {
    let count = CHANGES.len() as i64;
    number.div_euclid(count) * MINUTE + CHANGES[number.rem_euclid(count) as usize]
}

/// The number a whole book has, where it stands for this one.
pub(crate) fn number_of_whole(number: i64) -> i64 {
    numbers(number).1 + 3
}

/// Update numbers of a book: first and last.
pub(crate) fn numbers(number: i64) -> (i64, i64) {
    (10 * number + 1, 10 * number + 10)
}

/// The book of a number, at most so deep.
pub(crate) fn whole(listed: &Listed, number: i64, depth: usize) -> Book {
    let (middle, step) = (middle(listed, number), step(listed));
    let depth = (depth as i64).min(LEVELS);
    // Quantities that differ from book to book and from level to level, in eighths.
    let qty = |level: i64| Qty(((number + level * 3).rem_euclid(7) + 1) * 12_500_000);
    let side = |sign: i64| {
        let level = |level: i64| (Price(middle.0 + sign * level * step), qty(sign * level));
        (1..=depth).map(level).collect()
    };
    Book {
        bids: side(-1),
        asks: side(1),
    }
}

/// What makes a book of the one before it; a quantity of 0 takes a level away.
pub(crate) fn change(listed: &Listed, number: i64) -> Book {
    let (before, after) = (
        whole(listed, number - 1, LEVELS as usize),
        whole(listed, number, LEVELS as usize),
    );
    let side = |before: &Levels, after: &Levels| -> Levels {
        let before: BTreeMap<_, _> = before.iter().copied().collect();
        let kept: BTreeMap<_, _> = after.iter().copied().collect();
        let gone = before.keys().filter(|price| !kept.contains_key(price));
        let gone = gone.map(|price| (*price, Qty(0)));
        let changed = after.iter().copied();
        let changed = changed.filter(|(price, qty)| before.get(price) != Some(qty));
        changed.chain(gone).collect()
    };
    Book {
        bids: side(&before.bids, &after.bids),
        asks: side(&before.asks, &after.asks),
    }
}

/// A ten-thousandth of the first price, cut to one digit: levels lie on the venue's grid whatever it is.
fn step(listed: &Listed) -> i64 {
    let minutes = listed.rows(CandleKind::Candles, Timeframe::M1);
    let wanted = minutes.first().map_or(100_000, |c| c.close.0 / 10_000);
    let mut step = 1;
    while step * 10 <= wanted {
        step *= 10;
    }
    step
}

/// A price between bids and asks: that of the minute, which no level has.
fn middle(listed: &Listed, number: i64) -> Price {
    let minute = time(number).div_euclid(MINUTE) * MINUTE;
    let candle = listed.minute(CandleKind::Candles, minute);
    let close = candle.map_or(Price(1_000_000_000_000), |c| c.close);
    let step = step(listed);
    Price(close.0 / step * step)
}
