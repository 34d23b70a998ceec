"""What all indicators have in common. The classes themselves are generated (`indicators/`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, cast

from componentize_py_types import Err

from .provider import Streams, provider

Bound = tuple[str, bool, float, float]
"""A parameter: its name, is it a whole number, the least and the most that is taken."""

Parameters = ParamSpec("Parameters")
Values = TypeVar("Values")


class Indicator:
    """An indicator at work. It begins with its first update, so one may also be made while a module is imported."""

    NAME: ClassVar[str]
    """Its name in the catalog."""
    BOUNDS: ClassVar[tuple[Bound, ...]]
    """Its parameters."""

    _streams: Streams
    _number: int = -1

    def __init__(self, *parameters: float) -> None:
        for bound, value in zip(self.BOUNDS, parameters, strict=True):
            _check(type(self).__name__, bound, value)
        self._parameters = [float(value) for value in parameters]

    def _begin(self) -> int:
        self._streams = provider()
        try:
            self._number = self._streams.make(self.NAME, self._parameters)
        except Err as wrong:
            raise ValueError(wrong.value) from None
        return self._number

    def _next(self, *inputs: float) -> list[float]:
        number = self._number if self._number >= 0 else self._begin()
        return self._streams.update(number, [float(value) for value in inputs])

    def __del__(self) -> None:
        if self._number >= 0:
            self._streams.forget(self._number)

    def _updates_to(self, what: str) -> int:
        count: Callable[[str, list[float]], int] = getattr(provider(), what)
        try:
            return count(self.NAME, self._parameters)
        except Err as wrong:
            raise ValueError(wrong.value) from None


class _Updates(Generic[Parameters]):
    """A count of updates, asked of the class with the parameters of its constructor, which is what it is made of."""

    WHAT: ClassVar[str]
    """The provider's word for it."""

    def __init__(self, constructor: Callable[Concatenate[Any, Parameters], None]) -> None:
        """The constructor says the parameters' names, types and defaults, to readers and type checkers alike."""

    def __get__(self, _: object, owner: type[Indicator]) -> Callable[Parameters, int]:
        def count(*parameters: Parameters.args, **named: Parameters.kwargs) -> int:
            make = cast("Callable[Parameters, Indicator]", owner)
            return make(*parameters, **named)._updates_to(self.WHAT)

        count.__doc__ = type(self).__doc__
        return count


class FirstValue(_Updates[Parameters]):
    """Updates until the first value."""

    WHAT = "first_value"


class WarmUp(_Updates[Parameters]):
    """Updates until the start of the data no longer matters."""

    WHAT = "warm_up"


class Single(Indicator):
    """An indicator with one output."""

    value: float | None = None
    """The last value."""

    def _next_value(self, *inputs: float) -> float | None:
        outputs = self._next(*inputs)
        if not outputs:
            return None
        self.value = outputs[0]
        return outputs[0]


class OneToOne(Single):
    """An indicator with one input and one output: the quickest way."""

    def update(self, value: float) -> float | None:
        """Take the next value; the indicator, or nothing before its first."""
        number = self._number if self._number >= 0 else self._begin()
        output = self._streams.update_value(number, value)
        if output is not None:
            self.value = output
        return output


class Several(Indicator, Generic[Values]):
    """An indicator with several outputs."""

    value: Values | None = None
    """The last values."""

    def _next_values(self, kind: Callable[..., Values], *inputs: float) -> Values | None:
        outputs = self._next(*inputs)
        if not outputs:
            return None
        self.value = kind(*outputs)
        return self.value


def _check(name: str, bound: Bound, value: float) -> None:
    parameter, whole, least, most = bound
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most
    if not fits or (whole and math.fmod(value, 1.0) != 0.0):
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name}: {parameter} is {kind} from {least:g} to {most:g}, not {value!r}")
