"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class Acos(OneToOne):
    """Arc cosine, radians."""

    NAME = "acos"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Add(Single):
    """A + b."""

    NAME = "add"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Asin(OneToOne):
    """Arc sine, radians."""

    NAME = "asin"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Atan(OneToOne):
    """Arc tangent, radians."""

    NAME = "atan"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Ceil(OneToOne):
    """Next whole number above."""

    NAME = "ceil"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cos(OneToOne):
    """Cosine of radians."""

    NAME = "cos"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cosh(OneToOne):
    """Hyperbolic cosine."""

    NAME = "cosh"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cumsum(OneToOne):
    """Sum since the start."""

    NAME = "cumsum"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Div(Single):
    """A / b."""

    NAME = "div"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Exp(OneToOne):
    """E to the power."""

    NAME = "exp"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Floor(OneToOne):
    """Next whole number below."""

    NAME = "floor"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Highest(OneToOne):
    """Highest of a window."""

    NAME = "highest"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Ln(OneToOne):
    """Natural logarithm."""

    NAME = "ln"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Log10(OneToOne):
    """Logarithm to base 10."""

    NAME = "log10"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Lowest(OneToOne):
    """Lowest of a window."""

    NAME = "lowest"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Maxindex(OneToOne):
    """Index of the highest of a window."""

    NAME = "maxindex"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Minindex(OneToOne):
    """Index of the lowest of a window."""

    NAME = "minindex"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MinmaxValues(NamedTuple):
    """What `Minmax` gives."""

    lowest: float
    highest: float


class Minmax(Several[MinmaxValues]):
    """Lowest and highest of a window."""

    NAME = "minmax"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float) -> MinmaxValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(MinmaxValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MinmaxindexValues(NamedTuple):
    """What `Minmaxindex` gives."""

    lowest: float
    highest: float


class Minmaxindex(Several[MinmaxindexValues]):
    """Indices of both."""

    NAME = "minmaxindex"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float) -> MinmaxindexValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(MinmaxindexValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MovingSum(OneToOne):
    """Sum of a window."""

    NAME = "moving_sum"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Mult(Single):
    """A x b."""

    NAME = "mult"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Sin(OneToOne):
    """Sine of radians."""

    NAME = "sin"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Sinh(OneToOne):
    """Hyperbolic sine."""

    NAME = "sinh"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Sqrt(OneToOne):
    """Square root."""

    NAME = "sqrt"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Sub(Single):
    """A - b."""

    NAME = "sub"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Tan(OneToOne):
    """Tangent of radians."""

    NAME = "tan"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Tanh(OneToOne):
    """Hyperbolic tangent."""

    NAME = "tanh"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
