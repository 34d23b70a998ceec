"""Parameters: declared once in the class, shown to users and optimizers, read back as `self.params.fast`.

    parameters = {
        "fast": Int(10, 2, 200, description="Candles of the fast average."),
        "slow": {"type": "int", "default": 30, "min": 3, "max": 400},
    }
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar

from wit_world.imports import manifest as wit

from .contract import TIMEFRAME_NAMES, TIMEFRAMES, NamedValue, Timeframe
from .errors import DeclarationError

Value = int | float | bool | str
"""What a parameter can be. A candle length is one of the words of `TIMEFRAMES`."""

_WHOLE_MIN, _WHOLE_MAX = -(2**31), 2**31 - 1
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_S = TypeVar("_S", bound="_Declared")


@dataclass(frozen=True)
class _Declared:
    searchable: bool = field(default=True, kw_only=True)
    """May an optimizer vary it."""

    def fixed(self: _S) -> _S:
        """An optimizer must leave it alone."""
        return replace(self, searchable=False)

    def searched(self: _S) -> _S:
        """An optimizer may vary it."""
        return replace(self, searchable=True)


@dataclass(frozen=True)
class Int(_Declared):
    """A whole number with its default and bounds, both ends included."""

    default: int
    min: int
    max: int
    step: int = 1
    """Distance of neighboring values in a search, >= 1."""
    description: str = ""

    def kind(self) -> wit.ParameterKind:
        return wit.ParameterKind_Int(wit.IntRange(self.default, self.min, self.max, self.step))

    def to_wit(self, value: Value) -> wit.ParameterValue:
        if isinstance(value, bool) or not isinstance(value, int):
            raise DeclarationError(f"is a whole number, not {value!r}")
        if not self.min <= value <= self.max:
            raise DeclarationError(f"is {value}, outside {self.min}..{self.max}")
        return wit.ParameterValue_Int(value)

    def check(self) -> None:
        for end in (self.min, self.max):
            if isinstance(end, bool) or not isinstance(end, int) or not _WHOLE_MIN <= end <= _WHOLE_MAX:
                raise DeclarationError(f"has {end!r} as a bound, which is no whole number of 32 bits")
        if isinstance(self.step, bool) or not isinstance(self.step, int) or self.step < 1:
            raise DeclarationError(f"has {self.step!r} as its step, which is no whole number of at least 1")


@dataclass(frozen=True)
class Float(_Declared):
    """A real number with its default and bounds, both ends included."""

    default: float
    min: float
    max: float
    step: float = 0.0
    """Distance of neighboring values in a search; 0 = continuous."""
    log: bool = False
    """Search on a logarithmic scale."""
    description: str = ""

    def kind(self) -> wit.ParameterKind:
        return wit.ParameterKind_Float(
            wit.FloatRange(float(self.default), float(self.min), float(self.max), float(self.step), self.log)
        )

    def to_wit(self, value: Value) -> wit.ParameterValue:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
            raise DeclarationError(f"is a number, not {value!r}")
        if not self.min <= value <= self.max:
            raise DeclarationError(f"is {value}, outside {self.min}..{self.max}")
        return wit.ParameterValue_Float(float(value))

    def check(self) -> None:
        for what, number in (("a bound", self.min), ("a bound", self.max), ("its step", self.step)):
            if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
                raise DeclarationError(f"has {number!r} as {what}, which is no finite number")


@dataclass(frozen=True)
class Bool(_Declared):
    """Yes or no."""

    default: bool
    description: str = ""

    def kind(self) -> wit.ParameterKind:
        return wit.ParameterKind_Boolean(self.default)

    def to_wit(self, value: Value) -> wit.ParameterValue:
        if not isinstance(value, bool):
            raise DeclarationError(f"is True or False, not {value!r}")
        return wit.ParameterValue_Boolean(value)

    def check(self) -> None:
        pass


@dataclass(frozen=True)
class Choice(_Declared):
    """One of several words: `Choice("flat", ["trade", "flat"])`."""

    default: str
    options: Sequence[str]
    description: str = ""

    def kind(self) -> wit.ParameterKind:
        return wit.ParameterKind_Choice(wit.Choice(list(self.options).index(self.default), list(self.options)))

    def to_wit(self, value: Value) -> wit.ParameterValue:
        if not isinstance(value, str) or value not in self.options:
            raise DeclarationError(f"is one of {', '.join(self.options)}, not {value!r}")
        return wit.ParameterValue_Text(value)

    def check(self) -> None:
        if isinstance(self.options, str) or not self.options:
            raise DeclarationError("needs a list of at least one word to choose from")


@dataclass(frozen=True)
class Text(_Declared):
    """Free text. Never searched."""

    default: str
    description: str = ""
    searchable: bool = field(default=False, kw_only=True)

    def kind(self) -> wit.ParameterKind:
        return wit.ParameterKind_Text(self.default)

    def to_wit(self, value: Value) -> wit.ParameterValue:
        if not isinstance(value, str):
            raise DeclarationError(f"is text, not {value!r}")
        return wit.ParameterValue_Text(value)

    def check(self) -> None:
        pass


@dataclass(frozen=True)
class CandleLength(_Declared):
    """A candle length: `CandleLength("1h")`. Not searched unless it says so."""

    default: str
    description: str = ""
    searchable: bool = field(default=False, kw_only=True)

    def kind(self) -> wit.ParameterKind:
        return wit.ParameterKind_Timeframe(length_of(self.default))

    def to_wit(self, value: Value) -> wit.ParameterValue:
        if value not in TIMEFRAMES:
            raise DeclarationError(f"is {value!r}, which is no candle length; there are {', '.join(TIMEFRAMES)}")
        return wit.ParameterValue_Timeframe(length_of(value))

    def check(self) -> None:
        pass


class Spec(Protocol):
    """What the kinds of parameters have in common."""

    @property
    def default(self) -> Value: ...
    @property
    def description(self) -> str: ...
    @property
    def searchable(self) -> bool: ...
    def kind(self) -> wit.ParameterKind:
        """As the contract has it."""
        ...

    def to_wit(self, value: Value) -> wit.ParameterValue:
        """A value that fits; the rest of a sentence is raised for one that does not."""
        ...

    def check(self) -> None:
        """The bounds themselves; raises the rest of a sentence about what cannot be."""
        ...


Declaration = Int | Float | Bool | Choice | Text | CandleLength | Mapping[str, Any]
"""A parameter as an author writes it: one of the classes, or a mapping with `type`, `default`, `min`, `max` and so on."""

_KINDS: dict[str, type[Int | Float | Bool | Choice | Text | CandleLength]] = {"int": Int, "float": Float, "bool": Bool, "choice": Choice, "text": Text, "timeframe": CandleLength}
_OTHER_NAMES = {"integer": "int", "number": "float", "boolean": "bool", "categorical": "choice", "str": "text", "string": "text"}


def length_of(name: object) -> Timeframe:
    """The candle length behind a word."""
    if isinstance(name, Timeframe):
        return name
    if isinstance(name, str) and name in TIMEFRAMES:
        return TIMEFRAMES[name]
    raise DeclarationError(f"{name!r} is no candle length; there are {', '.join(TIMEFRAMES)}")


def declared(declarations: Mapping[str, Declaration]) -> dict[str, Spec]:
    """The declarations of a class in one form, checked."""
    if not isinstance(declarations, Mapping):
        raise DeclarationError(f"`parameters` is a mapping from names to kinds, not {type(declarations).__name__}")
    return {name: _one(name, declaration) for name, declaration in declarations.items()}


def _one(name: str, declaration: Declaration) -> Spec:
    if not isinstance(name, str) or not _NAME.match(name):
        raise DeclarationError(
            f"a parameter cannot be called {name!r}: lower case letters, digits and `_`, beginning with a letter"
        )
    try:
        spec = _from_mapping(declaration) if isinstance(declaration, Mapping) else declaration
        if not isinstance(spec, _Declared):
            raise DeclarationError(f"is declared as {spec!r}; there are {', '.join(k.__name__ for k in _KINDS.values())}")
        spec.check()
        _check_default(spec)
    except DeclarationError as wrong:
        raise DeclarationError(f"parameter `{name}` {wrong}") from None
    return spec


def _check_default(spec: Spec) -> None:
    try:
        spec.to_wit(spec.default)
    except DeclarationError as wrong:
        raise DeclarationError(f"has a default that {wrong}") from None


def _from_mapping(given: Mapping[str, Any]) -> Spec:
    said = dict(given)
    word = said.pop("type", None)
    kind = _KINDS.get(_OTHER_NAMES.get(word, word)) if isinstance(word, str) else None
    if kind is None:
        raise DeclarationError(f"has the type {word!r}; there are {', '.join(_KINDS)}")
    known = [one.name for one in fields(kind)]
    unknown = [name for name in said if name not in known]
    if unknown:
        raise DeclarationError(f"has `{unknown[0]}`, which a parameter of type {word} does not know; it has {', '.join(known)}")
    needed = ["default", "min", "max"] if kind in (Int, Float) else ["default", "options"] if kind is Choice else ["default"]
    missing = [name for name in needed if name not in said]
    if missing:
        raise DeclarationError(f"has no `{missing[0]}`")
    spec: Spec = kind(**said)
    return spec


class Params(SimpleNamespace):
    """The values of this run by name."""

    def __getattr__(self, name: str) -> Any:
        known = ", ".join(vars(self)) or "none"
        raise AttributeError(f"there is no parameter `{name}`; the strategy declares {known}")


def to_manifest(specs: Mapping[str, Spec]) -> list[wit.Parameter]:
    """All parameters as the contract has them."""
    return [wit.Parameter(name, spec.description, spec.kind(), spec.searchable) for name, spec in specs.items()]


def from_host(specs: Mapping[str, Spec], values: Sequence[NamedValue]) -> Params:
    """The values the host sent. It checks them before; one that is missing is its mistake."""
    params = Params()
    sent = {named.name: named.value.value for named in values}
    for name in specs:
        if name not in sent:
            raise DeclarationError(f"parameter {name} was not given")
        setattr(params, name, _shown(sent[name]))
    return params


def from_author(specs: Mapping[str, Spec], given: Mapping[str, Value]) -> Params:
    """Defaults with these values in their place: for tests."""
    unknown = [name for name in given if name not in specs]
    if unknown:
        raise DeclarationError(f"there is no parameter `{unknown[0]}`; the strategy declares {', '.join(specs) or 'none'}")
    params = Params()
    for name, spec in specs.items():
        try:
            value = spec.to_wit(given.get(name, spec.default))
        except DeclarationError as wrong:
            raise DeclarationError(f"parameter `{name}` {wrong}") from None
        setattr(params, name, _shown(value.value))
    return params


def _shown(value: Value | Timeframe) -> Value:
    """As a strategy sees it, in a component and in a test alike: a candle length by its word."""
    return TIMEFRAME_NAMES[value] if isinstance(value, Timeframe) else value
