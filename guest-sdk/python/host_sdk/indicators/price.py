"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class Avgprice(Single):
    """Average of the four prices."""

    NAME = "avgprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HaValues(NamedTuple):
    """What `Ha` gives."""

    open: float
    high: float
    low: float
    close: float


class Ha(Several[HaValues]):
    """Heikin Ashi candle."""

    NAME = "ha"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> HaValues | None:
        """Take the next open, high, low, close; the values, or nothing before the first."""
        return self._next_values(HaValues, open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class LastCompletedValues(NamedTuple):
    """What `LastCompleted` gives."""

    open: float
    high: float
    low: float
    close: float
    volume: float


class LastCompleted(Several[LastCompletedValues]):
    """Last completed candle of a longer timeframe."""

    NAME = "last_completed"
    BOUNDS = (("candles", True, 1.0, 100000.0), ("candle_ms", True, 1.0, 604800000.0),)

    def __init__(self, candles: int = 4, candle_ms: int = 60000) -> None:
        super().__init__(candles, candle_ms)

    def update(self, open_time: float, open: float, high: float, low: float, close: float, volume: float) -> LastCompletedValues | None:
        """Take the next open_time, open, high, low, close, volume; the values, or nothing before the first."""
        return self._next_values(LastCompletedValues, open_time, open, high, low, close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Medprice(Single):
    """Middle between high and low."""

    NAME = "medprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Typprice(Single):
    """Average of high, low and close."""

    NAME = "typprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Wclprice(Single):
    """The same with the close twice."""

    NAME = "wclprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
