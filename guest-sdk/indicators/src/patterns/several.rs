//! Patterns of four and five candles.

use super::candle::{Candle, signed};
use super::{chapter, pattern};
use crate::catalog::Entry;

pattern! {
    /// Three black crows: after a white candle three black ones with hardly a lower shadow and falling closes, the first closing
    /// below the white high, the others opening inside the body before; -100.
    ThreeBlackCrows, 13, [fourth, third, second, first, _] => {
        let crow = |candle: &Candle| candle.is_black() && candle.has_tiny_lower_shadow();
        let follows = |before: &Candle, next: &Candle| {
            next.open < before.open && next.open > before.close && next.close < before.close
        };
        let start = first.is_white() && second.close < first.high;
        let crows = crow(second) && crow(third) && crow(fourth);
        signed(start && crows && follows(second, third) && follows(third, fourth), -1)
    }
}

pattern! {
    /// Three-line strike: three candles of one color, each closing further and opening in or near the body before, then one of the
    /// other color that opens beyond the third close and closes beyond the first open; sign of the three.
    ThreeLineStrike, 8, [fourth, third, second, first, _] => {
        let colors = first.color() == second.color() && second.color() == third.color()
            && fourth.color() == -third.color();
        let opens_near = |before: &Candle, next: &Candle| {
            next.open >= before.bottom() - before.near() && next.open <= before.top() + before.near()
        };
        let strike = if third.is_white() {
            third.close > second.close && second.close > first.close
                && fourth.open > third.close && fourth.close < first.open
        } else {
            third.close < second.close && second.close < first.close
                && fourth.open < third.close && fourth.close > first.open
        };
        signed(colors && opens_near(first, second) && opens_near(second, third) && strike, third.color())
    }
}

pattern! {
    /// Concealing baby swallow: two black marubozu, a black candle a gap below whose upper shadow reaches into the second body, and
    /// a black one that covers it with shadows and all; 100.
    ConcealingBabySwallow, 13, [fourth, third, second, first, _] => {
        let black = first.is_black() && second.is_black() && third.is_black() && fourth.is_black();
        let bare = |candle: &Candle| candle.has_tiny_lower_shadow() && candle.has_tiny_upper_shadow();
        let baby = third.body_below(second) && third.has_upper_shadow() && third.high > second.close;
        let swallowed = fourth.high > third.high && fourth.low < third.low;
        signed(black && bare(first) && bare(second) && baby && swallowed, 1)
    }
}

pattern! {
    /// Breakaway: a long body, a second of its color a gap further, two more steps on (the fourth of that color), then one of the
    /// other color that closes in the gap; sign of the fifth.
    Breakaway, 14, [fifth, fourth, third, second, first] => {
        let colors = first.color() == second.color() && second.color() == fourth.color()
            && fifth.color() == -fourth.color();
        let higher = |next: &Candle, before: &Candle| next.high > before.high && next.low > before.low;
        let breaks = if first.is_black() {
            second.body_below(first) && higher(second, third) && higher(third, fourth)
                && fifth.close > second.open && fifth.close < first.close
        } else {
            second.body_above(first) && higher(third, second) && higher(fourth, third)
                && fifth.close < second.open && fifth.close > first.close
        };
        signed(colors && first.has_long_body() && breaks, fifth.color())
    }
}

pattern! {
    /// Ladder bottom: three black candles with falling opens and closes, a black one with an upper shadow, then a white one that
    /// opens above its body and closes above its high; 100.
    LadderBottom, 14, [fifth, fourth, third, second, first] => {
        let black = first.is_black() && second.is_black() && third.is_black() && fourth.is_black();
        let falling = |before: &Candle, next: &Candle| before.open > next.open && before.close > next.close;
        let ladder = falling(first, second) && falling(second, third) && fourth.has_upper_shadow();
        let out = fifth.is_white() && fifth.open > fourth.open && fifth.close > fourth.high;
        signed(black && ladder && out, 1)
    }
}

pattern! {
    /// Mat hold: a long white body, a short black one a gap above, two more short ones that sink into the first, but no deeper than
    /// `penetration` (0.5 of its body), then a white candle that opens higher and closes above all highs between; 100.
    MatHold(penetration), 14, [fifth, fourth, third, second, first] => {
        let colors = first.is_white() && second.is_black() && fifth.is_white();
        let short = second.has_short_body() && third.has_short_body() && fourth.has_short_body();
        let floor = first.close - first.body() * penetration;
        let holds = |candle: &Candle| candle.bottom() < first.close && candle.bottom() > floor;
        let sinking = third.top() < second.open && fourth.top() < third.top();
        let highest = second.high.max(third.high).max(fourth.high);
        let on = fifth.open > fourth.close && fifth.close > highest;
        let pause = second.body_above(first) && holds(third) && holds(fourth) && sinking;
        signed(colors && first.has_long_body() && short && pause && on, 1)
    }
}

pattern! {
    /// Rising and falling three methods: a long body, three short ones of the other color that go back within its range, then a
    /// long one of its color that opens beyond the fourth close and closes beyond the first; sign of the first.
    RiseFallThreeMethods, 14, [fifth, fourth, third, second, first] => {
        let color = first.color();
        let colors = [second, third, fourth].iter().all(|candle| candle.color() == -color) && fifth.color() == color;
        let short = second.has_short_body() && third.has_short_body() && fourth.has_short_body();
        let within = |candle: &Candle| candle.bottom() < first.high && candle.top() > first.low;
        let further = |price: f64, than: f64| if color == 1 { price > than } else { price < than };
        let back = further(second.close, third.close) && further(third.close, fourth.close);
        let on = further(fifth.open, fourth.close) && further(fifth.close, first.close);
        let rest = short && within(second) && within(third) && within(fourth) && back;
        signed(colors && first.has_long_body() && rest && fifth.has_long_body() && on, color)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    chapter!(
        Breakaway = "breakaway" "breakaway" "ta.CDLBREAKAWAY",
        ConcealingBabySwallow = "concealing_baby_swallow" "concealing baby swallow" "ta.CDLCONCEALBABYSWALL",
        LadderBottom = "ladder_bottom" "ladder bottom" "ta.CDLLADDERBOTTOM",
        MatHold(0.5) = "mat_hold" "mat hold" "ta.CDLMATHOLD",
        RiseFallThreeMethods = "rise_fall_three_methods" "rising and falling three methods" "ta.CDLRISEFALL3METHODS",
        ThreeBlackCrows = "three_black_crows" "three black crows" "ta.CDL3BLACKCROWS",
        ThreeLineStrike = "three_line_strike" "three-line strike" "ta.CDL3LINESTRIKE",
    )
}
