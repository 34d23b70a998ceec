"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class AbandonedBaby(Single):
    """Abandoned baby."""

    NAME = "abandoned_baby"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class AdvanceBlock(Single):
    """Advance block."""

    NAME = "advance_block"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class BeltHold(Single):
    """Belt hold."""

    NAME = "belt_hold"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Breakaway(Single):
    """Breakaway."""

    NAME = "breakaway"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ClosingMarubozu(Single):
    """Closing marubozu."""

    NAME = "closing_marubozu"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ConcealingBabySwallow(Single):
    """Concealing baby swallow."""

    NAME = "concealing_baby_swallow"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Counterattack(Single):
    """Counterattack."""

    NAME = "counterattack"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class DarkCloudCover(Single):
    """Dark cloud cover."""

    NAME = "dark_cloud_cover"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.5) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Doji(Single):
    """Doji."""

    NAME = "doji"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class DojiStar(Single):
    """Doji star."""

    NAME = "doji_star"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class DragonflyDoji(Single):
    """Dragonfly doji."""

    NAME = "dragonfly_doji"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Engulfing(Single):
    """Engulfing."""

    NAME = "engulfing"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class EveningDojiStar(Single):
    """Evening doji star."""

    NAME = "evening_doji_star"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class EveningStar(Single):
    """Evening star."""

    NAME = "evening_star"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class GapSideSideWhite(Single):
    """Gap side-by-side white lines."""

    NAME = "gap_side_side_white"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class GapThreeMethods(Single):
    """Upside and downside gap three methods."""

    NAME = "gap_three_methods"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class GravestoneDoji(Single):
    """Gravestone doji."""

    NAME = "gravestone_doji"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Hammer(Single):
    """Hammer."""

    NAME = "hammer"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HangingMan(Single):
    """Hanging man."""

    NAME = "hanging_man"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Harami(Single):
    """Harami."""

    NAME = "harami"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HaramiCross(Single):
    """Harami cross."""

    NAME = "harami_cross"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HighWave(Single):
    """High wave."""

    NAME = "high_wave"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Hikkake(Single):
    """Hikkake."""

    NAME = "hikkake"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HikkakeModified(Single):
    """Modified hikkake."""

    NAME = "hikkake_modified"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HomingPigeon(Single):
    """Homing pigeon."""

    NAME = "homing_pigeon"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class IdenticalThreeCrows(Single):
    """Identical three crows."""

    NAME = "identical_three_crows"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class InNeck(Single):
    """In-neck."""

    NAME = "in_neck"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class InvertedHammer(Single):
    """Inverted hammer."""

    NAME = "inverted_hammer"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Kicking(Single):
    """Kicking."""

    NAME = "kicking"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class KickingByLength(Single):
    """Kicking by length."""

    NAME = "kicking_by_length"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class LadderBottom(Single):
    """Ladder bottom."""

    NAME = "ladder_bottom"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class LongLeggedDoji(Single):
    """Long-legged doji."""

    NAME = "long_legged_doji"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class LongLine(Single):
    """Long line."""

    NAME = "long_line"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Marubozu(Single):
    """Marubozu."""

    NAME = "marubozu"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MatHold(Single):
    """Mat hold."""

    NAME = "mat_hold"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.5) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MatchingLow(Single):
    """Matching low."""

    NAME = "matching_low"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MorningDojiStar(Single):
    """Morning doji star."""

    NAME = "morning_doji_star"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MorningStar(Single):
    """Morning star."""

    NAME = "morning_star"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class OnNeck(Single):
    """On-neck."""

    NAME = "on_neck"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Piercing(Single):
    """Piercing."""

    NAME = "piercing"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class RickshawMan(Single):
    """Rickshaw man."""

    NAME = "rickshaw_man"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class RiseFallThreeMethods(Single):
    """Rising and falling three methods."""

    NAME = "rise_fall_three_methods"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class SeparatingLines(Single):
    """Separating lines."""

    NAME = "separating_lines"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ShootingStar(Single):
    """Shooting star."""

    NAME = "shooting_star"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ShortLine(Single):
    """Short line."""

    NAME = "short_line"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class SpinningTop(Single):
    """Spinning top."""

    NAME = "spinning_top"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class StalledPattern(Single):
    """Stalled pattern."""

    NAME = "stalled_pattern"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class StickSandwich(Single):
    """Stick sandwich."""

    NAME = "stick_sandwich"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Takuri(Single):
    """Takuri."""

    NAME = "takuri"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class TasukiGap(Single):
    """Tasuki gap."""

    NAME = "tasuki_gap"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ThreeBlackCrows(Single):
    """Three black crows."""

    NAME = "three_black_crows"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ThreeInside(Single):
    """Three inside up and down."""

    NAME = "three_inside"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ThreeLineStrike(Single):
    """Three-line strike."""

    NAME = "three_line_strike"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ThreeOutside(Single):
    """Three outside up and down."""

    NAME = "three_outside"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ThreeStarsInTheSouth(Single):
    """Three stars in the south."""

    NAME = "three_stars_in_the_south"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ThreeWhiteSoldiers(Single):
    """Three white soldiers."""

    NAME = "three_white_soldiers"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Thrusting(Single):
    """Thrusting."""

    NAME = "thrusting"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Tristar(Single):
    """Tristar."""

    NAME = "tristar"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class TwoCrows(Single):
    """Two crows."""

    NAME = "two_crows"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class UniqueThreeRiver(Single):
    """Unique three river."""

    NAME = "unique_three_river"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class UpsideGapTwoCrows(Single):
    """Upside gap two crows."""

    NAME = "upside_gap_two_crows"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
