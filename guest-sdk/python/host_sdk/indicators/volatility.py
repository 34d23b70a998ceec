"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class Adr(Single):
    """Average range of a candle."""

    NAME = "adr"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Atr(Single):
    """Average true range."""

    NAME = "atr"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class AtrSma(Single):
    """Average true range by simple means."""

    NAME = "atr_sma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class BandWidth(OneToOne):
    """Width of Bollinger bands."""

    NAME = "band_width"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0) -> None:
        super().__init__(period, deviations)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cvi(Single):
    """Chaikin's volatility."""

    NAME = "cvi"
    BOUNDS = (("period", True, 2.0, 10000.0), ("change_period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10, change_period: int = 10) -> None:
        super().__init__(period, change_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class GarmanKlass(Single):
    """Volatility by Garman and Klass."""

    NAME = "garman_klass"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Massi(Single):
    """Mass index."""

    NAME = "massi"
    BOUNDS = (("average_period", True, 2.0, 10000.0), ("sum_period", True, 2.0, 10000.0),)

    def __init__(self, average_period: int = 9, sum_period: int = 25) -> None:
        super().__init__(average_period, sum_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Natr(Single):
    """Average true range in percent of the close."""

    NAME = "natr"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Parkinson(Single):
    """Volatility by Parkinson."""

    NAME = "parkinson"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class PercentB(OneToOne):
    """Place between Bollinger bands."""

    NAME = "percent_b"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0) -> None:
        super().__init__(period, deviations)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class RealizedVolatility(OneToOne):
    """Realized volatility, annual."""

    NAME = "realized_volatility"
    BOUNDS = (("period", True, 2.0, 10000.0), ("candles_per_year", False, 1.0, 1000000000.0),)

    def __init__(self, period: int = 20, candles_per_year: float = 525600.0) -> None:
        super().__init__(period, candles_per_year)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class RogersSatchell(Single):
    """Volatility by Rogers and Satchell."""

    NAME = "rogers_satchell"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Rvi(OneToOne):
    """Relative volatility index."""

    NAME = "rvi"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviation_period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14, deviation_period: int = 10) -> None:
        super().__init__(period, deviation_period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class SqueezeOn(Single):
    """Bollinger bands inside a channel of ranges."""

    NAME = "squeeze_on"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0), ("ranges", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0, ranges: float = 1.5) -> None:
        super().__init__(period, deviations, ranges)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class TrueRange(Single):
    """True range."""

    NAME = "true_range"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class VolatilityLevelsValues(NamedTuple):
    """What `VolatilityLevels` gives."""

    fast: float
    slow: float
    top: float


class VolatilityLevels(Several[VolatilityLevelsValues]):
    """Levels of the width of Bollinger bands."""

    NAME = "volatility_levels"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0), ("fast", True, 1.0, 10000.0), ("slow", True, 1.0, 10000.0), ("top_deviations", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0, fast: int = 20, slow: int = 100, top_deviations: float = 2.0) -> None:
        super().__init__(period, deviations, fast, slow, top_deviations)

    def update(self, value: float) -> VolatilityLevelsValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(VolatilityLevelsValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class YangZhang(Single):
    """Volatility by Yang and Zhang."""

    NAME = "yang_zhang"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
