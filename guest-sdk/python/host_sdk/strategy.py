"""The class an author derives from."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import ClassVar

from . import telemetry
from .contract import (
    Abilities,
    Event,
    InstrumentKinds,
    Manifest,
    OnFault,
    OrderKinds,
    Refusal,
    Role,
    Rows,
    SeriesBinding,
    StreamBinding,
)
from .data import Data, Portfolio, length_ms
from .errors import DeclarationError
from .needs import Needs, Stream
from .parameters import Declaration, Params, Value, declared, from_author, length_of, to_manifest
from .signal import Signal

_ALL_ORDERS = OrderKinds(127)


class Strategy:
    """A strategy: candles in, signals out.

    What it is and needs is said by the class attributes below; everything else has a default. The order of calls: `__init__`
    (with `self.params` already there), `needs`, `on_start`, `update` for every candle of the warm-up, then for every candle
    `update` and `on_candle`, with rows and events between them in order of time. State lives in the object.
    """

    timeframes: ClassVar[Sequence[str]] = ()
    """Candle lengths: `["1h", "4h"]`. The shortest comes one by one, the others in bulk just before it."""
    parameters: ClassVar[Mapping[str, Declaration]] = {}
    """What a user may set."""
    warm_up: ClassVar[int | Mapping[str, int]] = 1
    """Closed candles of each length before the first `on_candle`: one number, or one for each length. Where it depends on
    parameters, override `needs`."""
    streams: ClassVar[Sequence[str | Stream]] = ()
    """Streams for `on_rows`: `["funding"]`."""
    events: ClassVar[Sequence[str]] = ()
    """Events for `on_event`: `["fills", "timers"]`."""

    name: ClassVar[str] = ""
    """Its name; default: that of the project."""
    version: ClassVar[str] = ""
    """Its version; default: that of the project."""
    description: ClassVar[str] = ""
    """One paragraph for people; default: that of the project, or the first paragraph of the class's comment."""
    long_only: ClassVar[bool] = False
    """Never holds a short position."""
    max_leverage: ClassVar[float] = 1.0
    """Asks for leverage up to this."""
    max_positions: ClassVar[int] = 100
    """Holds at most this many positions."""
    max_open_orders: ClassVar[int] = 100
    """Has at most this many orders working."""
    order_kinds: ClassVar[OrderKinds] = _ALL_ORDERS
    """Sends these kinds of orders only."""
    on_fault: ClassVar[str] = "flatten"
    """What the host does with orders and positions when the strategy faults: flatten, cancel or hold."""
    roles: ClassVar[Sequence[Role]] = ()
    """Places for instruments; default: `main`, one linear perpetual or spot pair."""

    params: Params
    """The values of this run: `self.params.fast`."""

    def __new__(cls, *args: object, **kwargs: object) -> Strategy:
        strategy = super().__new__(cls)
        strategy.params = from_author(declared(cls.parameters), {})
        return strategy

    @classmethod
    def made_with(cls, params: Params) -> Strategy:
        """A fresh one with these values."""
        strategy = object.__new__(cls)
        strategy.params = params
        strategy.__init__()  # type: ignore[misc]
        return strategy

    @classmethod
    def with_params(cls, **values: Value) -> Strategy:
        """A fresh one with these values and defaults for the rest: for tests."""
        return cls.made_with(from_author(declared(cls.parameters), values))

    def needs(self) -> Needs:
        """Candles, streams and events wanted. The default follows the class attributes."""
        lengths = sorted(self.timeframes, key=lambda name: length_ms(length_of(name)) or 1 << 62)
        if not lengths or isinstance(self.timeframes, str):
            raise DeclarationError('`timeframes` is a list of candle lengths, such as ["1h", "4h"]')
        if not isinstance(self.warm_up, (int, Mapping)):
            raise DeclarationError(f"`warm_up` is a number of candles, or one for each length, not {self.warm_up!r}")
        unknown = [name for name in self.warm_up if name not in lengths] if isinstance(self.warm_up, Mapping) else []
        if unknown:
            raise DeclarationError(f"`warm_up` is for {unknown[0]!r} too, `timeframes` has {', '.join(lengths)}")
        needs = Needs()
        for index, name in enumerate(lengths):
            warm_up = self.warm_up if isinstance(self.warm_up, int) else self.warm_up.get(name, 1)
            needs = needs.with_primary(name, warm_up) if index else needs.and_candles("main", name, warm_up)
        for stream in self.streams:
            needs = needs.stream(stream)
        return needs.events(*self.events)

    def on_start(self, series: Sequence[SeriesBinding], streams: Sequence[StreamBinding]) -> None:
        """The series and streams it gets, before warm-up."""

    def update(self, data: Data) -> None:
        """One closed candle of any series, each exactly once, warm-up included: the place to feed indicators."""

    def decide(self, data: Data, portfolio: Portfolio) -> Signal | None:
        """One closed candle after warm-up, right after its `update`: the place to decide, if one signal at most is enough."""
        return None

    def on_candle(self, data: Data, portfolio: Portfolio) -> Sequence[Signal]:
        """One closed candle after warm-up: any number of signals, sent in order. The default sends what `decide` says."""
        signal = self.decide(data, portfolio)
        return () if signal is None else (signal,)

    def on_rows(self, stream: int, rows: Rows) -> None:
        """Rows of a stream, warm-up included: `for funding in streams.read(Funding, rows)`."""

    def on_event(self, time: int, event: Event) -> None:
        """Anything else that was asked for in `events`, in order. `time` is when it happened, to the minute."""

    def on_refused(self, signal: Signal | None, refusal: Refusal) -> None:
        """A signal, or an order sent without one, was turned down. The default writes a warning to the log."""
        what = "an order was" if signal is None else signal.name
        telemetry.warn(f"{what} refused: {refusal.message}")

    def as_run(self) -> Strategy:
        """What is run: itself, unless it is written in another style."""
        return self

    @classmethod
    def manifest(cls, project: Mapping[str, str], authors: Sequence[str] = ()) -> Manifest:
        """Who it is and the most it will ever do. `project` fills in name, version and description where the class is silent."""
        policies = {"flatten": OnFault.FLATTEN, "cancel": OnFault.CANCEL, "hold": OnFault.HOLD}
        if cls.on_fault not in policies:
            raise DeclarationError(f"`on_fault` is {cls.on_fault!r}; there are {', '.join(policies)}")
        comment = inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " ")
        return Manifest(
            cls.name or project.get("name", "unnamed"),
            cls.version or project.get("version", "0.0.0"),
            cls.description or project.get("description", "") or comment,
            list(authors),
            to_manifest(declared(cls.parameters)),
            list(cls.roles) or [one_role("main", "What is traded")],
            Abilities(
                cls.order_kinds, float(cls.max_leverage), not cls.long_only, cls.max_positions, cls.max_open_orders
            ),
            policies[cls.on_fault],
        )


def one_role(name: str, description: str) -> Role:
    """A place for exactly one tradable linear perpetual or spot pair."""
    return Role(name, description, InstrumentKinds.LINEAR_PERPETUAL | InstrumentKinds.SPOT, True, 1, 1)


def strategies_of(module: object) -> list[type[Strategy]]:
    """The strategies a module defines itself (not those it imports), in the order of the file."""
    module_name = getattr(module, "__name__", "")
    return [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Strategy) and thing.__module__ == module_name
        and not thing.__name__.startswith("_")
    ]  # fmt: skip
