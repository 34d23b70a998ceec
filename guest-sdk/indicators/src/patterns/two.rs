//! Patterns of two candles, and of one judged by its place beside the one before.

use super::candle::{Candle, signed};
use super::{chapter, pattern};
use crate::catalog::Entry;

pattern! {
    /// Hammer: a short body with hardly an upper and a long lower shadow, its bottom near the low before or below; 100.
    Hammer, 11, [second, first, ..] => {
        let low = second.bottom() <= first.low + first.near();
        signed(hangs(second) && low, 1)
    }
}

pattern! {
    /// Hanging man: a hammer near the high before or above it; -100.
    HangingMan, 11, [second, first, ..] => {
        let high = second.bottom() >= first.high - first.near();
        signed(hangs(second) && high, -1)
    }
}

pattern! {
    /// Inverted hammer: a short body with hardly a lower and a long upper shadow, a gap below the body before; 100.
    InvertedHammer, 11, [second, first, ..] => signed(stands(second) && second.body_below(first), 1)
}

pattern! {
    /// Shooting star: an inverted hammer a gap above the body before; -100.
    ShootingStar, 11, [second, first, ..] => signed(stands(second) && second.body_above(first), -1)
}

pattern! {
    /// Counterattack: two long bodies of opposite colors that close at the same price; sign of the second.
    Counterattack, 11, [second, first, ..] => {
        let long = first.has_long_body() && second.has_long_body();
        signed(opposite(first, second) && long && first.equals(first.close, second.close), second.color())
    }
}

pattern! {
    /// Dark cloud cover: after a long white body a black candle opens above its high and closes in it, deeper than `penetration`
    /// (0.5 = half of it); -100.
    DarkCloudCover(penetration), 11, [second, first, ..] => {
        let falls = first.is_white() && first.has_long_body() && second.is_black();
        let covers = second.open > first.high
            && second.close > first.open
            && second.close < first.close - first.body() * penetration;
        signed(falls && covers, -1)
    }
}

pattern! {
    /// Doji star: a doji a gap away from a long body, on the side it moved to; sign against that move.
    DojiStar, 11, [second, first, ..] => {
        let ahead = if first.is_white() { second.body_above(first) } else { second.body_below(first) };
        signed(first.has_long_body() && second.is_doji() && ahead, -first.color())
    }
}

pattern! {
    /// Engulfing: a body that covers the one before, of the opposite color; 100 with the sign of the second, 80 where one end is
    /// equal.
    Engulfing, 2, [second, first, ..] => {
        let covers = second.top() >= first.top() && second.bottom() <= first.bottom();
        let equal_ends = usize::from(second.open == first.close) + usize::from(second.close == first.open);
        match equal_ends {
            0 if opposite(first, second) && covers => 100 * second.color(),
            1 if opposite(first, second) && covers => 80 * second.color(),
            _ => 0,
        }
    }
}

pattern! {
    /// Harami: a body that is not long inside a long one; 100 with the sign against the first, 80 where an end is equal.
    Harami, 11, [second, first, ..] => {
        if first.has_long_body() && second.has_no_long_body() { inside(first, second) } else { 0 }
    }
}

pattern! {
    /// Harami cross: a doji inside a long body; 100 with the sign against the first, 80 where an end is equal.
    HaramiCross, 11, [second, first, ..] => {
        if first.has_long_body() && second.is_doji() { inside(first, second) } else { 0 }
    }
}

pattern! {
    /// Homing pigeon: a black body that is not long inside a long black one; 100.
    HomingPigeon, 11, [second, first, ..] => {
        let black = first.is_black() && second.is_black();
        let inner = second.open < first.open && second.close > first.close;
        signed(black && first.has_long_body() && second.has_no_long_body() && inner, 1)
    }
}

pattern! {
    /// In-neck: after a long black body a white candle opens below its low and closes at its close or barely above; -100.
    InNeck, 11, [second, first, ..] => {
        let neck = first.equals(first.close, second.close) && second.close >= first.close;
        signed(rises_from_below(first, second) && neck, -1)
    }
}

pattern! {
    /// On-neck: after a long black body a white candle opens below its low and closes at that low; -100.
    OnNeck, 11, [second, first, ..] => {
        signed(rises_from_below(first, second) && first.equals(first.low, second.close), -1)
    }
}

pattern! {
    /// Thrusting: after a long black body a white candle opens below its low and closes in its lower half, above its close; -100.
    Thrusting, 11, [second, first, ..] => {
        let above = second.close > first.close && !first.equals(first.close, second.close);
        let half = second.close <= first.close + 0.5 * first.body();
        signed(rises_from_below(first, second) && above && half, -1)
    }
}

pattern! {
    /// Piercing: after a long black body a long white one opens below its low and closes in its upper half; 100.
    Piercing, 11, [second, first, ..] => {
        let half = second.close < first.open && second.close > first.close + 0.5 * first.body();
        signed(rises_from_below(first, second) && second.has_long_body() && half, 1)
    }
}

pattern! {
    /// Kicking: two marubozu of opposite colors with a gap between them, away from the first; sign of the second.
    Kicking, 11, [second, first, ..] => signed(kicks(first, second), second.color())
}

pattern! {
    /// Kicking by length: as kicking, with the sign of the longer body.
    KickingByLength, 11, [second, first, ..] => {
        let longer = if second.body() > first.body() { second } else { first };
        signed(kicks(first, second), longer.color())
    }
}

pattern! {
    /// Matching low: two black candles that close at the same price; 100.
    MatchingLow, 6, [second, first, ..] => {
        let black = first.is_black() && second.is_black();
        signed(black && first.equals(first.close, second.close), 1)
    }
}

pattern! {
    /// Separating lines: a candle of the opposite color that opens where the one before did, with a long body and hardly a shadow
    /// at its open; sign of the second.
    SeparatingLines, 11, [second, first, ..] => {
        let bare = if second.is_white() { second.has_tiny_lower_shadow() } else { second.has_tiny_upper_shadow() };
        let away = second.has_long_body() && bare;
        signed(opposite(first, second) && first.equals(first.open, second.open) && away, second.color())
    }
}

/// A short body with hardly an upper and a long lower shadow.
fn hangs(candle: &Candle) -> bool {
    candle.has_short_body() && candle.has_long_lower_shadow() && candle.has_tiny_upper_shadow()
}

/// A short body with hardly a lower and a long upper shadow.
fn stands(candle: &Candle) -> bool {
    candle.has_short_body() && candle.has_long_upper_shadow() && candle.has_tiny_lower_shadow()
}

fn opposite(first: &Candle, second: &Candle) -> bool {
    first.color() == -second.color()
}

/// A long black body, then a white candle that opens below its low.
fn rises_from_below(first: &Candle, second: &Candle) -> bool {
    first.is_black() && first.has_long_body() && second.is_white() && second.open < first.low
}

/// How far the second body is inside the first: 100 wholly, 80 with an equal end; sign against the first.
fn inside(first: &Candle, second: &Candle) -> i32 {
    if second.top() < first.top() && second.bottom() > first.bottom() {
        -100 * first.color()
    } else if second.top() <= first.top() && second.bottom() >= first.bottom() {
        -80 * first.color()
    } else {
        0
    }
}

/// Two long bodies of opposite colors with hardly a shadow, the second a gap away against the first.
fn kicks(first: &Candle, second: &Candle) -> bool {
    let marubozu = |candle: &Candle| {
        candle.has_long_body() && candle.has_tiny_upper_shadow() && candle.has_tiny_lower_shadow()
    };
    let away = if first.is_black() {
        second.above(first)
    } else {
        second.below(first)
    };
    opposite(first, second) && marubozu(first) && marubozu(second) && away
}

pub(super) fn entries() -> Vec<Entry> {
    chapter!(
        Counterattack = "counterattack" "counterattack" "ta.CDLCOUNTERATTACK",
        DarkCloudCover(0.5) = "dark_cloud_cover" "dark cloud cover" "ta.CDLDARKCLOUDCOVER",
        DojiStar = "doji_star" "doji star" "ta.CDLDOJISTAR",
        Engulfing = "engulfing" "engulfing" "ta.CDLENGULFING",
        Hammer = "hammer" "hammer" "ta.CDLHAMMER",
        HangingMan = "hanging_man" "hanging man" "ta.CDLHANGINGMAN",
        Harami = "harami" "harami" "ta.CDLHARAMI",
        HaramiCross = "harami_cross" "harami cross" "ta.CDLHARAMICROSS",
        HomingPigeon = "homing_pigeon" "homing pigeon" "ta.CDLHOMINGPIGEON",
        InNeck = "in_neck" "in-neck" "ta.CDLINNECK",
        InvertedHammer = "inverted_hammer" "inverted hammer" "ta.CDLINVERTEDHAMMER",
        Kicking = "kicking" "kicking" "ta.CDLKICKING",
        KickingByLength = "kicking_by_length" "kicking by length" "ta.CDLKICKINGBYLENGTH",
        MatchingLow = "matching_low" "matching low" "ta.CDLMATCHINGLOW",
        OnNeck = "on_neck" "on-neck" "ta.CDLONNECK",
        Piercing = "piercing" "piercing" "ta.CDLPIERCING",
        SeparatingLines = "separating_lines" "separating lines" "ta.CDLSEPARATINGLINES",
        ShootingStar = "shooting_star" "shooting star" "ta.CDLSHOOTINGSTAR",
        Thrusting = "thrusting" "thrusting" "ta.CDLTHRUSTING",
    )
}
