"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class Autocorrelation(OneToOne):
    """Correlation of log returns with the ones before."""

    NAME = "autocorrelation"
    BOUNDS = (("period", True, 3.0, 10000.0),)

    def __init__(self, period: int = 50) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Avgdev(OneToOne):
    """Mean absolute deviation."""

    NAME = "avgdev"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Beta(Single):
    """Beta of changes."""

    NAME = "beta"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 5) -> None:
        super().__init__(period)

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Correl(Single):
    """Pearson's correlation."""

    NAME = "correl"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Linearreg(OneToOne):
    """End of the regression line."""

    NAME = "linearreg"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class LinearregAngle(OneToOne):
    """Angle of the regression line."""

    NAME = "linearreg_angle"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class LinearregIntercept(OneToOne):
    """Start of the regression line."""

    NAME = "linearreg_intercept"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class LinearregSlope(OneToOne):
    """Slope of the regression line."""

    NAME = "linearreg_slope"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Percentile(OneToOne):
    """Percentile by nearest rank."""

    NAME = "percentile"
    BOUNDS = (("period", True, 1.0, 10000.0), ("percentile", False, 0.0, 100.0),)

    def __init__(self, period: int = 30, percentile: float = 50.0) -> None:
        super().__init__(period, percentile)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class PercentileInclusive(OneToOne):
    """Share of the window at or below."""

    NAME = "percentile_inclusive"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 100) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Percentrank(OneToOne):
    """Share of a window below the value."""

    NAME = "percentrank"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 100) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Stddev(OneToOne):
    """Population standard deviation."""

    NAME = "stddev"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 1000.0),)

    def __init__(self, period: int = 5, deviations: float = 1.0) -> None:
        super().__init__(period, deviations)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Tsf(OneToOne):
    """Regression line one update ahead."""

    NAME = "tsf"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Var(OneToOne):
    """Population variance."""

    NAME = "var"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 5) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ZScore(OneToOne):
    """Z-score."""

    NAME = "z_score"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviation", True, 0.0, 1.0),)

    def __init__(self, period: int = 20, deviation: int = 0) -> None:
        super().__init__(period, deviation)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
