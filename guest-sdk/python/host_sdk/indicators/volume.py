"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class Ad(Single):
    """Chaikin's accumulation and distribution line."""

    NAME = "ad"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Adosc(Single):
    """Chaikin's oscillator."""

    NAME = "adosc"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0),)

    def __init__(self, fast_period: int = 3, slow_period: int = 10) -> None:
        super().__init__(fast_period, slow_period)

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cmf(Single):
    """Chaikin's money flow."""

    NAME = "cmf"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cvd(Single):
    """Cumulative volume delta; the second is what takers bought."""

    NAME = "cvd"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, volume: float, second: float) -> float | None:
        """Take the next volume, second; the indicator, or nothing before its first."""
        return self._next_value(volume, second)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Efi(Single):
    """Elder's force index."""

    NAME = "efi"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 13) -> None:
        super().__init__(period)

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Marketfi(Single):
    """Williams' market facilitation index."""

    NAME = "marketfi"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, volume: float) -> float | None:
        """Take the next high, low, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Nvi(Single):
    """Negative volume index."""

    NAME = "nvi"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Obv(Single):
    """On-balance volume."""

    NAME = "obv"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ObvFromZero(Single):
    """On-balance volume from 0."""

    NAME = "obv_from_zero"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Pvi(Single):
    """Positive volume index."""

    NAME = "pvi"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Pvo(OneToOne):
    """Percentage volume oscillator."""

    NAME = "pvo"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("average", True, 0.0, 13.0),)

    def __init__(self, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> None:
        super().__init__(fast_period, slow_period, average)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Pvt(Single):
    """Price volume trend."""

    NAME = "pvt"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Rvol(OneToOne):
    """Relative volume."""

    NAME = "rvol"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class VolumeRatio(OneToOne):
    """Volume against its mean."""

    NAME = "volume_ratio"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Vwap(Single):
    """Volume-weighted average price since the first candle."""

    NAME = "vwap"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
