//! Patterns of a single candle.

use super::candle::signed;
use super::{chapter, pattern};
use crate::catalog::Entry;

pattern! {
    /// Belt hold: a long body that begins at the end of the candle it moves away from: a white one with hardly a lower shadow
    /// (100), a black one with hardly an upper shadow (-100).
    BeltHold, 10, [candle, ..] => {
        let bare = if candle.is_white() { candle.has_tiny_lower_shadow() } else { candle.has_tiny_upper_shadow() };
        signed(candle.has_long_body() && bare, candle.color())
    }
}

pattern! {
    /// Closing marubozu: a long body that ends at the end of the candle: a white one with hardly an upper shadow (100), a black one
    /// with hardly a lower shadow (-100).
    ClosingMarubozu, 10, [candle, ..] => {
        let bare = if candle.is_white() { candle.has_tiny_upper_shadow() } else { candle.has_tiny_lower_shadow() };
        signed(candle.has_long_body() && bare, candle.color())
    }
}

pattern! {
    /// Doji: hardly a body, whatever the shadows; 100, though it has no direction.
    Doji, 10, [candle, ..] => signed(candle.is_doji(), 1)
}

pattern! {
    /// Dragonfly doji: hardly a body, at the top of a lower shadow; 100.
    DragonflyDoji, 10, [candle, ..] => {
        signed(candle.is_doji() && candle.has_tiny_upper_shadow() && candle.has_lower_shadow(), 1)
    }
}

pattern! {
    /// Gravestone doji: hardly a body, at the bottom of an upper shadow; 100.
    GravestoneDoji, 10, [candle, ..] => {
        signed(candle.is_doji() && candle.has_tiny_lower_shadow() && candle.has_upper_shadow(), 1)
    }
}

pattern! {
    /// High wave: a short body between two shadows each more than twice as long; sign of its color.
    HighWave, 10, [candle, ..] => {
        let waves = candle.has_very_long_upper_shadow() && candle.has_very_long_lower_shadow();
        signed(candle.has_short_body() && waves, candle.color())
    }
}

pattern! {
    /// Long-legged doji: hardly a body, and a shadow longer than it; 100.
    LongLeggedDoji, 10, [candle, ..] => {
        let leg = candle.has_long_lower_shadow() || candle.has_long_upper_shadow();
        signed(candle.is_doji() && leg, 1)
    }
}

pattern! {
    /// Long line: a long body between short shadows; sign of its color.
    LongLine, 10, [candle, ..] => {
        let short = candle.has_short_upper_shadow() && candle.has_short_lower_shadow();
        signed(candle.has_long_body() && short, candle.color())
    }
}

pattern! {
    /// Marubozu: a long body with hardly a shadow at either end; sign of its color.
    Marubozu, 10, [candle, ..] => {
        let bare = candle.has_tiny_upper_shadow() && candle.has_tiny_lower_shadow();
        signed(candle.has_long_body() && bare, candle.color())
    }
}

pattern! {
    /// Rickshaw man: hardly a body, near the middle of the range, both shadows longer than it; 100.
    RickshawMan, 10, [candle, ..] => {
        let legs = candle.has_long_lower_shadow() && candle.has_long_upper_shadow();
        let middle = candle.low + (candle.high - candle.low) / 2.0;
        let central = candle.bottom() <= middle + candle.near() && candle.top() >= middle - candle.near();
        signed(candle.is_doji() && legs && central, 1)
    }
}

pattern! {
    /// Short line: a short body between short shadows; sign of its color.
    ShortLine, 10, [candle, ..] => {
        let short = candle.has_short_upper_shadow() && candle.has_short_lower_shadow();
        signed(candle.has_short_body() && short, candle.color())
    }
}

pattern! {
    /// Spinning top: a short body between two longer shadows; sign of its color.
    SpinningTop, 10, [candle, ..] => {
        let longer = candle.has_long_upper_shadow() && candle.has_long_lower_shadow();
        signed(candle.has_short_body() && longer, candle.color())
    }
}

pattern! {
    /// Takuri: a dragonfly doji whose lower shadow is more than twice its body; 100.
    Takuri, 10, [candle, ..] => {
        signed(candle.is_doji() && candle.has_tiny_upper_shadow() && candle.has_very_long_lower_shadow(), 1)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    chapter!(
        BeltHold = "belt_hold" "belt hold" "ta.CDLBELTHOLD",
        ClosingMarubozu = "closing_marubozu" "closing marubozu" "ta.CDLCLOSINGMARUBOZU",
        Doji = "doji" "doji" "ta.CDLDOJI",
        DragonflyDoji = "dragonfly_doji" "dragonfly doji" "ta.CDLDRAGONFLYDOJI",
        GravestoneDoji = "gravestone_doji" "gravestone doji" "ta.CDLGRAVESTONEDOJI",
        HighWave = "high_wave" "high wave" "ta.CDLHIGHWAVE",
        LongLeggedDoji = "long_legged_doji" "long-legged doji" "ta.CDLLONGLEGGEDDOJI",
        LongLine = "long_line" "long line" "ta.CDLLONGLINE",
        Marubozu = "marubozu" "marubozu" "ta.CDLMARUBOZU",
        RickshawMan = "rickshaw_man" "rickshaw man" "ta.CDLRICKSHAWMAN",
        ShortLine = "short_line" "short line" "ta.CDLSHORTLINE",
        SpinningTop = "spinning_top" "spinning top" "ta.CDLSPINNINGTOP",
        Takuri = "takuri" "takuri" "ta.CDLTAKURI",
    )
}
