//! Patterns of three candles.

use super::candle::{Candle, signed};
use super::{chapter, pattern};
use crate::catalog::Entry;

pattern! {
    /// Two crows: a long white body, a black one a gap above it, then a black candle that opens in the second body and closes in
    /// the first; -100.
    TwoCrows, 12, [third, second, first, ..] => {
        let up = first.is_white() && first.has_long_body() && second.is_black() && second.body_above(first);
        let opens_inside = third.open < second.open && third.open > second.close;
        let closes_inside = third.close > first.open && third.close < first.close;
        signed(up && third.is_black() && opens_inside && closes_inside, -1)
    }
}

pattern! {
    /// Upside gap two crows: a long white body, a black one that is not long a gap above it, then a black candle that covers the
    /// second body and still closes above the first; -100.
    UpsideGapTwoCrows, 12, [third, second, first, ..] => {
        let up = first.is_white() && first.has_long_body() && second.is_black() && second.body_above(first);
        let covers = third.open > second.open && third.close < second.close && third.close > first.close;
        signed(up && second.has_no_long_body() && third.is_black() && covers, -1)
    }
}

pattern! {
    /// Three inside: a harami (a body that is not long strictly inside a long one), then a candle of the other color that closes
    /// beyond the first open; sign of the third.
    ThreeInside, 12, [third, second, first, ..] => {
        let harami = first.has_long_body() && second.has_no_long_body()
            && second.top() < first.top() && second.bottom() > first.bottom();
        let beyond = if first.is_white() {
            third.is_black() && third.close < first.open
        } else {
            third.is_white() && third.close > first.open
        };
        signed(harami && beyond, third.color())
    }
}

pattern! {
    /// Three outside: a body that engulfs the one before of the other color at both ends, then a close further on; sign of the
    /// second.
    ThreeOutside, 3, [third, second, first, ..] => {
        let engulfs = second.color() == -first.color()
            && second.top() > first.top() && second.bottom() < first.bottom();
        let on = if second.is_white() { third.close > second.close } else { third.close < second.close };
        signed(engulfs && on, second.color())
    }
}

pattern! {
    /// Three stars in the south: black candles that fall ever less: a long body with a long lower shadow; a smaller body that opens
    /// higher within the first range, trades below the first close, but not below its low, and has a lower shadow; a short body
    /// with hardly a shadow within the second range; 100.
    ThreeStarsInTheSouth, 12, [third, second, first, ..] => {
        let black = first.is_black() && second.is_black() && third.is_black();
        let second_star = second.body() < first.body() && second.has_lower_shadow()
            && second.open > first.close && second.open <= first.high
            && second.low < first.close && second.low >= first.low;
        let third_star = third.has_short_body() && third.has_tiny_lower_shadow() && third.has_tiny_upper_shadow()
            && third.low > second.low && third.high < second.high;
        signed(black && first.has_long_body() && first.has_long_lower_shadow() && second_star && third_star, 1)
    }
}

pattern! {
    /// Three white soldiers: white candles with hardly an upper shadow and rising closes, each opening in or near the body before,
    /// above its open, and not far shorter; the last no short body; 100.
    ThreeWhiteSoldiers, 12, [third, second, first, ..] => {
        let bare = first.has_tiny_upper_shadow() && second.has_tiny_upper_shadow() && third.has_tiny_upper_shadow();
        let strong = second.body() > first.body() - first.far() && third.body() > second.body() - second.far();
        signed(advance(first, second, third) && bare && strong && third.has_long_body(), 1)
    }
}

pattern! {
    /// Advance block: white candles that rise as three soldiers do, the first long with a short upper shadow, while bodies shrink
    /// or upper shadows grow; -100.
    AdvanceBlock, 12, [third, second, first, ..] => {
        let start = first.has_long_body() && first.has_short_upper_shadow();
        let second_blocked = second.body() < first.body() - first.far() && third.body() < second.body() + second.near();
        let third_blocked = third.body() < second.body() - second.far();
        let shadows = third.has_more_than_short_upper_shadow() || second.has_more_than_short_upper_shadow();
        let fading = third.body() < second.body() && second.body() < first.body() && shadows;
        let rejected = third.body() < second.body() && third.has_long_upper_shadow();
        let blocked = second_blocked || third_blocked || fading || rejected;
        signed(advance(first, second, third) && start && blocked, -1)
    }
}

pattern! {
    /// Stalled pattern: two long white bodies, the second with hardly an upper shadow and opening in or near the first, then a
    /// short white one that rides on its shoulder; -100.
    StalledPattern, 12, [third, second, first, ..] => {
        let white = first.is_white() && second.is_white() && third.is_white();
        let rising = third.close > second.close && second.close > first.close;
        let long = first.has_long_body() && second.has_long_body() && second.has_tiny_upper_shadow();
        let opens_near = second.open > first.open && second.open <= first.close + first.near();
        let rides = third.has_short_body() && third.open >= second.close - third.body() - second.near();
        signed(white && rising && long && opens_near && rides, -1)
    }
}

pattern! {
    /// Abandoned baby: a long body, a doji a gap away with shadows and all, and back over a gap a body of the other color, not
    /// short, that closes deeper in the first than `penetration` (0.3 of its body); sign of the third.
    AbandonedBaby(penetration), 12, [third, second, first, ..] => {
        let abandoned = if first.is_white() {
            second.above(first) && third.below(second)
        } else {
            second.below(first) && third.above(second)
        };
        let returns = returns(first, third, penetration);
        signed(first.has_long_body() && second.is_doji() && abandoned && returns, third.color())
    }
}

pattern! {
    /// Morning star: a long black body, one that is not long a gap below, then a white one, not short, that closes deeper in the
    /// first than `penetration` (0.3 of its body); 100.
    MorningStar(penetration), 12, [third, second, first, ..] => {
        let star = first.has_long_body() && second.has_no_long_body() && second.body_below(first);
        signed(first.is_black() && star && returns(first, third, penetration), 1)
    }
}

pattern! {
    /// Evening star: a long white body, one that is not long a gap above, then a black one, not short, that closes deeper in the
    /// first than `penetration` (0.3 of its body); -100.
    EveningStar(penetration), 12, [third, second, first, ..] => {
        let star = first.has_long_body() && second.has_no_long_body() && second.body_above(first);
        signed(first.is_white() && star && returns(first, third, penetration), -1)
    }
}

pattern! {
    /// Morning doji star: a morning star whose star is a doji; 100.
    MorningDojiStar(penetration), 12, [third, second, first, ..] => {
        let star = first.has_long_body() && second.is_doji() && second.body_below(first);
        signed(first.is_black() && star && returns(first, third, penetration), 1)
    }
}

pattern! {
    /// Evening doji star: an evening star whose star is a doji; -100.
    EveningDojiStar(penetration), 12, [third, second, first, ..] => {
        let star = first.has_long_body() && second.is_doji() && second.body_above(first);
        signed(first.is_white() && star && returns(first, third, penetration), -1)
    }
}

pattern! {
    /// Gap side-by-side white lines: two white bodies of near the same size that open at the same price, both a gap away from the
    /// body before them; 100 above it, -100 below.
    GapSideSideWhite, 7, [third, second, first, ..] => {
        let above = second.body_above(first) && third.body_above(first);
        let below = second.body_below(first) && third.body_below(first);
        let white = second.is_white() && third.is_white();
        let alike = third.body() >= second.body() - second.near() && third.body() <= second.body() + second.near();
        let side_by_side = white && alike && second.equals(second.open, third.open);
        signed((above || below) && side_by_side, if above { 1 } else { -1 })
    }
}

pattern! {
    /// Identical three crows: three black candles with hardly a lower shadow and falling closes, each opening where the one before
    /// closed; -100.
    IdenticalThreeCrows, 12, [third, second, first, ..] => {
        let crow = |candle: &Candle| candle.is_black() && candle.has_tiny_lower_shadow();
        let falling = first.close > second.close && second.close > third.close;
        let identical = first.equals(first.close, second.open) && second.equals(second.close, third.open);
        signed(crow(first) && crow(second) && crow(third) && falling && identical, -1)
    }
}

pattern! {
    /// Stick sandwich: a white candle wholly above the close of the black one before, then a black one that closes where the first
    /// did; 100.
    StickSandwich, 7, [third, second, first, ..] => {
        let colors = first.is_black() && second.is_white() && third.is_black();
        signed(colors && second.low > first.close && first.equals(first.close, third.close), 1)
    }
}

pattern! {
    /// Tasuki gap: a gap between bodies, then a candle of the other color and near the same size that opens in the second body and
    /// closes in the gap; sign of the second.
    TasukiGap, 7, [third, second, first, ..] => {
        let gap = if second.is_white() { second.body_above(first) } else { second.body_below(first) };
        let opens_inside = third.open < second.top() && third.open > second.bottom();
        let closes_in_gap = if second.is_white() {
            third.close < second.open && third.close > first.top()
        } else {
            third.close > second.open && third.close < first.bottom()
        };
        let alike = (second.body() - third.body()).abs() < second.near();
        let back = third.color() == -second.color() && opens_inside && closes_in_gap;
        signed(gap && back && alike, second.color())
    }
}

pattern! {
    /// Tristar: three doji (by the measure of the first), the second a gap away from the first and the third not beyond it; -100
    /// after a gap up, 100 after a gap down.
    Tristar, 12, [third, second, first, ..] => {
        let doji = [first, second, third].iter().all(|candle| candle.body() <= first.doji_body());
        if doji && second.body_above(first) && third.top() < second.top() {
            -100
        } else if doji && second.body_below(first) && third.bottom() > second.bottom() {
            100
        } else {
            0
        }
    }
}

pattern! {
    /// Unique three river: a long black body, a black harami with a lower low, then a short white body that opens above that low;
    /// 100.
    UniqueThreeRiver, 12, [third, second, first, ..] => {
        let harami = first.is_black() && first.has_long_body() && second.is_black()
            && second.close > first.close && second.open <= first.open && second.low < first.low;
        let third_fits = third.is_white() && third.has_short_body() && third.open > second.low;
        signed(harami && third_fits, 1)
    }
}

pattern! {
    /// Gap three methods: two candles of one color with a gap between their bodies on their way, then one of the other color that
    /// opens in the second body and closes in the first; sign of the first.
    GapThreeMethods, 2, [third, second, first, ..] => {
        let colors = first.color() == second.color() && third.color() == -second.color();
        let gap = if first.is_white() { second.body_above(first) } else { second.body_below(first) };
        let opens_inside = third.open < second.top() && third.open > second.bottom();
        let closes_inside = third.close < first.top() && third.close > first.bottom();
        signed(colors && gap && opens_inside && closes_inside, first.color())
    }
}

/// Three white candles with rising closes, each opening above the open before and in its body or near it.
fn advance(first: &Candle, second: &Candle, third: &Candle) -> bool {
    let follows = |before: &Candle, next: &Candle| {
        next.is_white()
            && next.close > before.close
            && next.open > before.open
            && next.open <= before.close + before.near()
    };
    first.is_white() && follows(first, second) && follows(second, third)
}

/// Does a third candle of the other color, not short, close deeper in the first body than this share of it.
fn returns(first: &Candle, third: &Candle, penetration: f64) -> bool {
    let deep = if first.is_white() {
        third.is_black() && third.close < first.close - first.body() * penetration
    } else {
        third.is_white() && third.close > first.close + first.body() * penetration
    };
    third.has_long_body() && deep
}

pub(super) fn entries() -> Vec<Entry> {
    chapter!(
        AbandonedBaby(0.3) = "abandoned_baby" "abandoned baby" "ta.CDLABANDONEDBABY",
        AdvanceBlock = "advance_block" "advance block" "ta.CDLADVANCEBLOCK",
        EveningDojiStar(0.3) = "evening_doji_star" "evening doji star" "ta.CDLEVENINGDOJISTAR",
        EveningStar(0.3) = "evening_star" "evening star" "ta.CDLEVENINGSTAR",
        GapSideSideWhite = "gap_side_side_white" "gap side-by-side white lines" "ta.CDLGAPSIDESIDEWHITE",
        GapThreeMethods = "gap_three_methods" "upside and downside gap three methods" "ta.CDLXSIDEGAP3METHODS",
        IdenticalThreeCrows = "identical_three_crows" "identical three crows" "ta.CDLIDENTICAL3CROWS",
        MorningDojiStar(0.3) = "morning_doji_star" "morning doji star" "ta.CDLMORNINGDOJISTAR",
        MorningStar(0.3) = "morning_star" "morning star" "ta.CDLMORNINGSTAR",
        StalledPattern = "stalled_pattern" "stalled pattern" "ta.CDLSTALLEDPATTERN",
        StickSandwich = "stick_sandwich" "stick sandwich" "ta.CDLSTICKSANDWICH",
        TasukiGap = "tasuki_gap" "tasuki gap" "ta.CDLTASUKIGAP",
        ThreeInside = "three_inside" "three inside up and down" "ta.CDL3INSIDE",
        ThreeOutside = "three_outside" "three outside up and down" "ta.CDL3OUTSIDE",
        ThreeStarsInTheSouth = "three_stars_in_the_south" "three stars in the south" "ta.CDL3STARSINSOUTH",
        ThreeWhiteSoldiers = "three_white_soldiers" "three white soldiers" "ta.CDL3WHITESOLDIERS",
        Tristar = "tristar" "tristar" "ta.CDLTRISTAR",
        TwoCrows = "two_crows" "two crows" "ta.CDL2CROWS",
        UniqueThreeRiver = "unique_three_river" "unique three river" "ta.CDLUNIQUE3RIVER",
        UpsideGapTwoCrows = "upside_gap_two_crows" "upside gap two crows" "ta.CDLUPSIDEGAP2CROWS",
    )
}
