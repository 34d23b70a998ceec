"""All indicators, computed by the code Rust strategies use.

Generated from the catalog in `guest-sdk/indicators`; `WRITE_PYTHON=1 cargo test -p provider --test python` writes it anew.

`update` takes the next inputs and gives the indicator, or nothing until its first value; `value` repeats the last one. A NaN (a
missing candle) gives nothing and leaves the state as it was. Several outputs come as a named tuple; one that is not ready is NaN.
"""

from __future__ import annotations

from typing import NamedTuple

from .indicator import Indicator, OneToOne, Single


class Ema(OneToOne):
    """Exponential moving average."""

    NAME = "ema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Sma(OneToOne):
    """Simple moving average."""

    NAME = "sma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Rsi(OneToOne):
    """Relative strength index."""

    NAME = "rsi"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

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


class Highest(OneToOne):
    """Highest of a window."""

    NAME = "highest"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Lowest(OneToOne):
    """Lowest of a window."""

    NAME = "lowest"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


__all__ = [
    "Atr",
    "Ema",
    "Highest",
    "Lowest",
    "Rsi",
    "Sma",
]
