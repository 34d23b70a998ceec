//! Mark prices a minute from mark candles of an hour or more.
//!
//! Rules (`simulation.md` section 10, "Coarse mark data"; F47, S130, S131, S181):
//! * each vertex of the minute's mark = vertex of the last price x mark close / last close of the last *finished* mark candle,
//!   rounded half-even to 8 decimals; while none has finished the ratio is 1, and so it is again [`BASIS_LENGTHS`] lengths after
//!   the last one finished, unless one is in progress: then the last price stands in, as where there are no mark candles;
//! * then it is clamped to the low and high of the mark candle in progress, if there is one. The clamp knows the future of that
//!   candle: it stays on the path and is never shown.
//!
//! Unrealistic: between two mark candles the basis does not move.

use crate::domain::{MarkCandle, Ohlc, Price, Rounding, Timestamp, mul_div};

/// How long a finished mark candle gives the basis, in lengths of its own.
///
/// A hole of a candle or two is bridged. Data that ends, or begins again much later, is not: a basis of last week says nothing of
/// today's mark. (The reference names no bound; this is ours.)
pub const BASIS_LENGTHS: i64 = 3;

/// A mark candle longer than a base candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoarseMark {
    /// Its start.
    pub time: Timestamp,
    /// Its length in milliseconds, > 0.
    pub length_ms: i64,
    /// Its prices.
    pub prices: Ohlc,
}

impl CoarseMark {
    fn end(&self) -> Timestamp {
        self.time.plus_ms(self.length_ms)
    }

    /// From when on it gives no basis any more.
    fn basis_end(&self) -> Timestamp {
        self.end().plus_ms(BASIS_LENGTHS * self.length_ms)
    }
}

/// The moments at which there is a mark because of a candle, given by its start and end; their end is excluded. `begin` is the first
/// minute asked for: what finished until then gives no basis.
#[must_use]
pub fn marked_by(start: Timestamp, end: Timestamp, begin: Timestamp) -> (Timestamp, Timestamp) {
    let is_basis = end > begin;
    let basis_ms = BASIS_LENGTHS * (end.0 - start.0);
    (start, if is_basis { end.plus_ms(basis_ms) } else { end })
}

/// Where mark and last price stood at the end of a mark candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// Mark price.
    pub mark: Price,
    /// Last price, > 0.
    pub last: Price,
}

/// The mark in one minute: the last price at a basis (none = 1), within the mark candle in progress.
///
/// **Source**: `simulation.md` section 10, F47.
#[must_use]
pub fn minute_mark(last: Ohlc, basis: Option<Basis>, in_progress: Option<Ohlc>) -> MarkCandle {
    scaled(last, basis.map(Scale::new), in_progress)
}

fn scaled(last: Ohlc, scale: Option<Scale>, in_progress: Option<Ohlc>) -> MarkCandle {
    let derived = match scale {
        None => last,
        Some(scale) => each(last, |price| scale.of(price)),
    };
    let path = match in_progress {
        None => derived,
        Some(limits) => each(derived, |price| price.max(limits.low).min(limits.high)),
    };
    MarkCandle {
        path,
        shown: derived.close,
    }
}

fn each(prices: Ohlc, of: impl Fn(Price) -> Price) -> Ohlc {
    Ohlc {
        open: of(prices.open),
        high: of(prices.high),
        low: of(prices.low),
        close: of(prices.close),
    }
}

/// A basis ready to be applied: multiplications instead of a division for each vertex.
#[derive(Debug, Clone, Copy)]
struct Scale {
    basis: Basis,
    /// `mark / last` in units of 2^-64, rounded down.
    factor: u128,
}

impl Scale {
    fn new(basis: Basis) -> Self {
        let mark = u128::from(basis.mark.0.unsigned_abs());
        let last = u128::from(basis.last.0.unsigned_abs());
        let factor = (mark << 64) / last;
        Self { basis, factor }
    }

    /// `price x mark / last`, exact, rounded half-even.
    fn of(&self, price: Price) -> Price {
        let (mark, last) = (self.basis.mark.0, self.basis.last.0);
        let Some(product) = u128::from(price.0.unsigned_abs()).checked_mul(self.factor) else {
            return self.exactly(price);
        };
        // The factor lacks less than one unit of 2^-64 and a price has 63 bits: the quotient lacks at most one.
        let mut quotient = i128::try_from(product >> 64).expect("64 of 128 bits");
        let mut rest = i128::from(price.0) * i128::from(mark) - quotient * i128::from(last);
        if rest < 0 {
            // A price below zero is none, but arithmetic does not care.
            return self.exactly(price);
        }
        while rest >= i128::from(last) {
            quotient += 1;
            rest -= i128::from(last);
        }
        let above = i128::from(last) - rest;
        quotient += i128::from(rest > above || (rest == above && quotient & 1 == 1));
        Price(i64::try_from(quotient).expect("a mark near the last price fits"))
    }

    fn exactly(&self, price: Price) -> Price {
        let units = mul_div(
            i128::from(price.0),
            i128::from(self.basis.mark.0),
            i128::from(self.basis.last.0),
            Rounding::HalfEven,
        );
        Price(i64::try_from(units).expect("a mark near the last price fits"))
    }
}

/// Mark candles of one instrument, and how far they are used up. Minutes are asked for in order.
///
/// A mark candle that finished before the first minute asked for has no basis: the last price at its end is not known.
#[derive(Debug, Clone)]
pub struct CoarseMarks {
    candles: Vec<CoarseMark>,
    /// The first one that had not finished at the last minute asked for.
    next: usize,
    /// The basis and when it ends.
    scale: Option<(Scale, Timestamp)>,
    /// Close of the last minute.
    last: Option<Price>,
    clamped: bool,
}

impl CoarseMarks {
    /// From candles in order of time that do not overlap.
    #[must_use]
    pub fn new(candles: Vec<CoarseMark>) -> Self {
        Self {
            candles,
            next: 0,
            scale: None,
            last: None,
            clamped: true,
        }
    }

    /// The same without the clamp: for prices whose path strategies may see, like the index.
    #[must_use]
    pub fn unclamped(self) -> Self {
        Self {
            clamped: false,
            ..self
        }
    }

    /// Adds candles behind those there are, and forgets the used ones.
    pub fn extend(&mut self, candles: impl IntoIterator<Item = CoarseMark>) {
        self.candles.drain(..self.next);
        self.next = 0;
        self.candles.extend(candles);
    }

    /// End of the last candle there is.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.candles.last().map(CoarseMark::end)
    }

    /// The mark of the minute at `time`, from its last prices (in a missing minute the previous close, four times). `None` while
    /// there is neither a mark candle that finished lately nor one in progress: the last price stands for it.
    #[must_use]
    pub fn minute(&mut self, time: Timestamp, last: Ohlc) -> Option<MarkCandle> {
        while let Some(candle) = self.candles.get(self.next).filter(|c| c.end() <= time) {
            if let Some(last) = self.last {
                let mark = candle.prices.close;
                let scale = Scale::new(Basis { mark, last });
                self.scale = Some((scale, candle.basis_end()));
            }
            self.next += 1;
        }
        // Before the first candle there is no price to derive one from.
        if last.close <= Price::ZERO {
            return None;
        }
        self.last = Some(last.close);
        self.scale = self.scale.filter(|(_, end)| time < *end);
        let scale = self.scale.map(|(scale, _)| scale);
        let in_progress = self.candles.get(self.next).filter(|c| c.time <= time);
        if scale.is_none() && in_progress.is_none() {
            return None;
        }
        let limits = in_progress.filter(|_| self.clamped).map(|c| c.prices);
        Some(scaled(last, scale, limits))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{MINUTE_MS, UNIT};

    const HOUR: i64 = 60 * MINUTE_MS;

    fn ohlc(prices: [i64; 4]) -> Ohlc {
        let [open, high, low, close] = prices.map(|p| Price(p * UNIT));
        Ohlc {
            open,
            high,
            low,
            close,
        }
    }

    fn hour(start: i64, prices: [i64; 4]) -> CoarseMark {
        CoarseMark {
            time: Timestamp(start),
            length_ms: HOUR,
            prices: ohlc(prices),
        }
    }

    /// F47 by hand: 50000 x 0.9998 = 49990; 47600 x 0.9998 = 47590.48 and 47800 x 0.9998 = 47790.44, both raised to 49980.
    #[test]
    fn basis_of_the_finished_one_clamped_to_the_one_in_progress() {
        let basis = Basis {
            mark: Price(49_990 * UNIT),
            last: Price(50_000 * UNIT),
        };
        let last = ohlc([50_000, 50_000, 47_600, 47_800]);
        let limits = ohlc([50_000, 50_020, 49_980, 49_990]);
        let mark = minute_mark(last, Some(basis), Some(limits));
        assert_eq!(mark.path, ohlc([49_990, 49_990, 49_980, 49_980]));
        assert_eq!(mark.shown.to_string(), "47790.44");
        let free = minute_mark(last, Some(basis), None);
        assert_eq!(free.path.low.to_string(), "47590.48");
    }

    /// S131: nothing has finished, so the last price itself is clamped.
    #[test]
    fn before_the_first_finished_one_the_ratio_is_one() {
        let mut marks = CoarseMarks::new(vec![hour(HOUR, [50_000, 50_020, 47_000, 49_990])]);
        assert_eq!(marks.minute(Timestamp(0), ohlc([50_000; 4])), None);
        let mark = marks.minute(Timestamp(HOUR), ohlc([50_000, 50_100, 46_000, 47_800]));
        let mark = mark.expect("one in progress");
        assert_eq!(mark.path, ohlc([50_000, 50_020, 47_000, 47_800]));
        assert_eq!(mark.shown, Price(47_800 * UNIT));
    }

    /// S130: the close of the minute before the boundary makes the basis.
    #[test]
    fn the_basis_changes_when_a_mark_candle_finishes() {
        let flat = [50_000, 50_020, 49_980, 49_990];
        let mut marks = CoarseMarks::new(vec![hour(0, flat), hour(HOUR, flat)]);
        let before = marks.minute(Timestamp(HOUR - MINUTE_MS), ohlc([50_000; 4]));
        assert_eq!(before.expect("in progress").shown, Price(50_000 * UNIT));
        let after = marks.minute(Timestamp(HOUR), ohlc([50_000, 50_000, 47_600, 47_800]));
        let after = after.expect("finished");
        assert_eq!(after.path, ohlc([49_990, 49_990, 49_980, 49_980]));
        assert_eq!(after.shown.to_string(), "47790.44");
        // Soon after the data the last basis stays, unclamped.
        let beyond = marks.minute(Timestamp(2 * HOUR), ohlc([47_800; 4]));
        let beyond = beyond.expect("a basis");
        assert_eq!(beyond.path.open, beyond.shown);
        assert_eq!(beyond.shown, Price(49_990 * UNIT));
    }

    #[test]
    fn a_basis_ends_three_lengths_after_its_candle() {
        let flat = [50_000, 50_020, 49_980, 49_990];
        // One hour, then none for nine.
        let mut marks = CoarseMarks::new(vec![hour(0, flat), hour(10 * HOUR, flat)]);
        let last = ohlc([50_000; 4]);
        let mut shown = Vec::new();
        for minute in 0..12 * 60 {
            let mark = marks.minute(Timestamp(minute * MINUTE_MS), last);
            shown.push(mark.map(|mark| mark.shown));
        }
        let (ratio_one, basis) = (Some(Price(50_000 * UNIT)), Some(Price(49_990 * UNIT)));
        assert!(shown[..60].iter().all(|s| *s == ratio_one));
        assert!(shown[60..240].iter().all(|s| *s == basis));
        assert!(shown[240..600].iter().all(Option::is_none));
        // As before the first one that finished.
        assert!(shown[600..660].iter().all(|s| *s == ratio_one));
        assert!(shown[660..].iter().all(|s| *s == basis));
    }

    proptest! {
        /// What a candle gives is told without walking the minutes.
        #[test]
        fn there_is_a_mark_exactly_where_a_candle_gives_one(
            hours in prop::collection::btree_set(0..40_i64, 0..12), begin in 0..20_i64,
        ) {
            let begin = Timestamp(begin * HOUR / 2);
            let candles: Vec<_> = hours.iter().map(|h| hour(h * HOUR, [100; 4])).collect();
            let mut marks = CoarseMarks::new(candles.clone());
            for step in 0..90 {
                let time = begin.plus_ms(step * HOUR / 2);
                let given = candles.iter().any(|c| {
                    let (from, end) = marked_by(c.time, c.end(), begin);
                    from <= time && time < end
                });
                prop_assert_eq!(marks.minute(time, ohlc([100; 4])).is_some(), given, "{}", time);
            }
        }
    }

    #[test]
    fn without_the_clamp_the_path_is_what_is_shown() {
        let flat = [50_000, 50_020, 49_980, 49_990];
        let mut index = CoarseMarks::new(vec![hour(0, flat)]).unclamped();
        let price = index.minute(Timestamp(0), ohlc([50_000, 50_500, 49_000, 50_400]));
        let price = price.expect("one in progress");
        assert_eq!(price.path, ohlc([50_000, 50_500, 49_000, 50_400]));
        assert_eq!(price.shown, price.path.close);
    }

    #[test]
    fn a_candle_that_finished_before_the_first_minute_gives_no_basis() {
        let mut marks = CoarseMarks::new(vec![hour(0, [100, 110, 90, 105])]);
        assert_eq!(marks.minute(Timestamp(HOUR), ohlc([200; 4])), None);
    }

    #[test]
    fn candles_added_later_are_as_good_as_all_at_once() {
        let all: Vec<_> = (0..5)
            .map(|h| hour(h * HOUR, [100 + h, 120, 90, 101 + h]))
            .collect();
        let mut whole = CoarseMarks::new(all.clone());
        let mut pieces = CoarseMarks::new(Vec::new());
        let mut rest = all.into_iter();
        for minute in 0..360 {
            let time = Timestamp(minute * MINUTE_MS);
            if pieces.end().is_none_or(|end| end <= time) {
                pieces.extend(rest.next());
            }
            let last = ohlc([100 + minute % 7, 110 + minute % 7, 95, 100 + minute % 5]);
            assert_eq!(
                whole.minute(time, last),
                pieces.minute(time, last),
                "{minute}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_fast_way_is_the_exact_one(
            price in 1..i64::MAX / 4, last in 2..i64::MAX / 4, off in 0..2_000u32, halves in any::<bool>(),
        ) {
            // Ratios from a half to one and a half; small numbers, where halves are frequent, as well.
            let shrink = if halves { 1 << 50 } else { 1 };
            let (price, last) = (price / shrink + 1, last / shrink + 2);
            let mark = (i128::from(last) * i128::from(off + 1_000) / 2_000) as i64 + 1;
            let scale = Scale::new(Basis { mark: Price(mark), last: Price(last) });
            prop_assert_eq!(scale.of(Price(price)), scale.exactly(Price(price)));
        }
    }
}
