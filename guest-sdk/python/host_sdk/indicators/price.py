"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import Indicator, OneToOne, Single


class Avgprice(Single):
    """Average of the four prices."""

    NAME = "avgprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HaValues(NamedTuple):
    """What `Ha` gives."""

    open: float
    high: float
    low: float
    close: float


class Ha(Indicator):
    """Heikin Ashi candle."""

    NAME = "ha"
    BOUNDS = ()
    value: HaValues | None = None
    """The last values."""

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> HaValues | None:
        """Take the next open, high, low, close; the values, or nothing before the first."""
        outputs = self._next(open, high, low, close)
        if not outputs:
            return None
        self.value = HaValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class LastCompletedValues(NamedTuple):
    """What `LastCompleted` gives."""

    open: float
    high: float
    low: float
    close: float
    volume: float


class LastCompleted(Indicator):
    """Last completed candle of a longer timeframe."""

    NAME = "last_completed"
    BOUNDS = (("candles", True, 1.0, 100000.0), ("candle_ms", True, 1.0, 604800000.0),)
    value: LastCompletedValues | None = None
    """The last values."""

    def __init__(self, candles: int = 4, candle_ms: int = 60000) -> None:
        super().__init__(candles, candle_ms)

    def update(self, open_time: float, open: float, high: float, low: float, close: float, volume: float) -> LastCompletedValues | None:
        """Take the next open_time, open, high, low, close, volume; the values, or nothing before the first."""
        outputs = self._next(open_time, open, high, low, close, volume)
        if not outputs:
            return None
        self.value = LastCompletedValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, candles: int = 4, candle_ms: int = 60000) -> int:
        """Updates until the first value."""
        return cls._lengths((candles, candle_ms), False)

    @classmethod
    def warm_up(cls, candles: int = 4, candle_ms: int = 60000) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((candles, candle_ms), True)


class Medprice(Single):
    """Middle between high and low."""

    NAME = "medprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Typprice(Single):
    """Average of high, low and close."""

    NAME = "typprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Wclprice(Single):
    """The same with the close twice."""

    NAME = "wclprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)
