"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import Indicator, OneToOne, Single


class HtDcperiod(OneToOne):
    """Period of the dominant cycle."""

    NAME = "ht_dcperiod"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtDcphase(OneToOne):
    """Phase of the dominant cycle."""

    NAME = "ht_dcphase"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtPhasorValues(NamedTuple):
    """What `HtPhasor` gives."""

    in_phase: float
    quadrature: float


class HtPhasor(Indicator):
    """Vector of the dominant cycle."""

    NAME = "ht_phasor"
    BOUNDS = ()
    value: HtPhasorValues | None = None
    """The last values."""

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float) -> HtPhasorValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = HtPhasorValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtSineValues(NamedTuple):
    """What `HtSine` gives."""

    sine: float
    lead: float


class HtSine(Indicator):
    """Sine of the phase, and ahead of it."""

    NAME = "ht_sine"
    BOUNDS = ()
    value: HtSineValues | None = None
    """The last values."""

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float) -> HtSineValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = HtSineValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtTrendmode(OneToOne):
    """Trend or cycle."""

    NAME = "ht_trendmode"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)
