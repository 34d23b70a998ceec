"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import Indicator, OneToOne, Single


class Acos(OneToOne):
    """Arc cosine, radians."""

    NAME = "acos"
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


class Add(Single):
    """A + b."""

    NAME = "add"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Asin(OneToOne):
    """Arc sine, radians."""

    NAME = "asin"
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


class Atan(OneToOne):
    """Arc tangent, radians."""

    NAME = "atan"
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


class Ceil(OneToOne):
    """Next whole number above."""

    NAME = "ceil"
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


class Cos(OneToOne):
    """Cosine of radians."""

    NAME = "cos"
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


class Cosh(OneToOne):
    """Hyperbolic cosine."""

    NAME = "cosh"
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


class Cumsum(OneToOne):
    """Sum since the start."""

    NAME = "cumsum"
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


class Div(Single):
    """A / b."""

    NAME = "div"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Exp(OneToOne):
    """E to the power."""

    NAME = "exp"
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


class Floor(OneToOne):
    """Next whole number below."""

    NAME = "floor"
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


class Ln(OneToOne):
    """Natural logarithm."""

    NAME = "ln"
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


class Log10(OneToOne):
    """Logarithm to base 10."""

    NAME = "log10"
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


class Maxindex(OneToOne):
    """Index of the highest of a window."""

    NAME = "maxindex"
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


class Minindex(OneToOne):
    """Index of the lowest of a window."""

    NAME = "minindex"
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


class MinmaxValues(NamedTuple):
    """What `Minmax` gives."""

    lowest: float
    highest: float


class Minmax(Indicator):
    """Lowest and highest of a window."""

    NAME = "minmax"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: MinmaxValues | None = None
    """The last values."""

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float) -> MinmaxValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MinmaxValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class MinmaxindexValues(NamedTuple):
    """What `Minmaxindex` gives."""

    lowest: float
    highest: float


class Minmaxindex(Indicator):
    """Indices of both."""

    NAME = "minmaxindex"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: MinmaxindexValues | None = None
    """The last values."""

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float) -> MinmaxindexValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MinmaxindexValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class MovingSum(OneToOne):
    """Sum of a window."""

    NAME = "moving_sum"
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


class Mult(Single):
    """A x b."""

    NAME = "mult"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Sin(OneToOne):
    """Sine of radians."""

    NAME = "sin"
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


class Sinh(OneToOne):
    """Hyperbolic sine."""

    NAME = "sinh"
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


class Sqrt(OneToOne):
    """Square root."""

    NAME = "sqrt"
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


class Sub(Single):
    """A - b."""

    NAME = "sub"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Tan(OneToOne):
    """Tangent of radians."""

    NAME = "tan"
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


class Tanh(OneToOne):
    """Hyperbolic tangent."""

    NAME = "tanh"
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
