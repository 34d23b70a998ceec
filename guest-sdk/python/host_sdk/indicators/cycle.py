"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class HtDcperiod(OneToOne):
    """Period of the dominant cycle."""

    NAME = "ht_dcperiod"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HtDcphase(OneToOne):
    """Phase of the dominant cycle."""

    NAME = "ht_dcphase"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HtPhasorValues(NamedTuple):
    """What `HtPhasor` gives."""

    in_phase: float
    quadrature: float


class HtPhasor(Several[HtPhasorValues]):
    """Vector of the dominant cycle."""

    NAME = "ht_phasor"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float) -> HtPhasorValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(HtPhasorValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HtSineValues(NamedTuple):
    """What `HtSine` gives."""

    sine: float
    lead: float


class HtSine(Several[HtSineValues]):
    """Sine of the phase, and ahead of it."""

    NAME = "ht_sine"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float) -> HtSineValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(HtSineValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HtTrendmode(OneToOne):
    """Trend or cycle."""

    NAME = "ht_trendmode"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
