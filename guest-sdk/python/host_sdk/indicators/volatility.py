"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import Indicator, OneToOne, Single


class Adr(Single):
    """Average range of a candle."""

    NAME = "adr"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Atr(Single):
    """Average true range."""

    NAME = "atr"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class AtrSma(Single):
    """Average true range by simple means."""

    NAME = "atr_sma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class BandWidth(OneToOne):
    """Width of Bollinger bands."""

    NAME = "band_width"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0) -> None:
        super().__init__(period, deviations)

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations), True)


class Cvi(Single):
    """Chaikin's volatility."""

    NAME = "cvi"
    BOUNDS = (("period", True, 2.0, 10000.0), ("change_period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10, change_period: int = 10) -> None:
        super().__init__(period, change_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 10, change_period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period, change_period), False)

    @classmethod
    def warm_up(cls, period: int = 10, change_period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, change_period), True)


class GarmanKlass(Single):
    """Volatility by Garman and Klass."""

    NAME = "garman_klass"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Massi(Single):
    """Mass index."""

    NAME = "massi"
    BOUNDS = (("average_period", True, 2.0, 10000.0), ("sum_period", True, 2.0, 10000.0),)

    def __init__(self, average_period: int = 9, sum_period: int = 25) -> None:
        super().__init__(average_period, sum_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, average_period: int = 9, sum_period: int = 25) -> int:
        """Updates until the first value."""
        return cls._lengths((average_period, sum_period), False)

    @classmethod
    def warm_up(cls, average_period: int = 9, sum_period: int = 25) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((average_period, sum_period), True)


class Natr(Single):
    """Average true range in percent of the close."""

    NAME = "natr"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Parkinson(Single):
    """Volatility by Parkinson."""

    NAME = "parkinson"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class PercentB(OneToOne):
    """Place between Bollinger bands."""

    NAME = "percent_b"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0) -> None:
        super().__init__(period, deviations)

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations), True)


class RealizedVolatility(OneToOne):
    """Realized volatility, annual."""

    NAME = "realized_volatility"
    BOUNDS = (("period", True, 2.0, 10000.0), ("candles_per_year", False, 1.0, 1000000000.0),)

    def __init__(self, period: int = 20, candles_per_year: float = 525600.0) -> None:
        super().__init__(period, candles_per_year)

    @classmethod
    def first_value(cls, period: int = 20, candles_per_year: float = 525600.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, candles_per_year), False)

    @classmethod
    def warm_up(cls, period: int = 20, candles_per_year: float = 525600.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, candles_per_year), True)


class RogersSatchell(Single):
    """Volatility by Rogers and Satchell."""

    NAME = "rogers_satchell"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Rvi(OneToOne):
    """Relative volatility index."""

    NAME = "rvi"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviation_period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14, deviation_period: int = 10) -> None:
        super().__init__(period, deviation_period)

    @classmethod
    def first_value(cls, period: int = 14, deviation_period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviation_period), False)

    @classmethod
    def warm_up(cls, period: int = 14, deviation_period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviation_period), True)


class SqueezeOn(Single):
    """Bollinger bands inside a channel of ranges."""

    NAME = "squeeze_on"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0), ("ranges", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0, ranges: float = 1.5) -> None:
        super().__init__(period, deviations, ranges)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0, ranges: float = 1.5) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations, ranges), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0, ranges: float = 1.5) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations, ranges), True)


class TrueRange(Single):
    """True range."""

    NAME = "true_range"
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


class VolatilityLevelsValues(NamedTuple):
    """What `VolatilityLevels` gives."""

    fast: float
    slow: float
    top: float


class VolatilityLevels(Indicator):
    """Levels of the width of Bollinger bands."""

    NAME = "volatility_levels"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0), ("fast", True, 1.0, 10000.0), ("slow", True, 1.0, 10000.0), ("top_deviations", False, 0.0, 100.0),)
    value: VolatilityLevelsValues | None = None
    """The last values."""

    def __init__(self, period: int = 20, deviations: float = 2.0, fast: int = 20, slow: int = 100, top_deviations: float = 2.0) -> None:
        super().__init__(period, deviations, fast, slow, top_deviations)

    def update(self, value: float) -> VolatilityLevelsValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = VolatilityLevelsValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0, fast: int = 20, slow: int = 100, top_deviations: float = 2.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations, fast, slow, top_deviations), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0, fast: int = 20, slow: int = 100, top_deviations: float = 2.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations, fast, slow, top_deviations), True)


class YangZhang(Single):
    """Volatility by Yang and Zhang."""

    NAME = "yang_zhang"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)
