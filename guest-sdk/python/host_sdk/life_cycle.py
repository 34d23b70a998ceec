"""jesse's way to write a strategy: questions asked at every candle, answered in small methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress

from . import account, orders
from .contract import (
    Direction,
    Event,
    Event_Position,
    OrderStatus,
    Position,
    PositionChange,
    PositionEvent,
    Refusal,
    Rows,
    SeriesBinding,
    StreamBinding,
)
from .data import Data, Portfolio
from .errors import DeclarationError, Refused
from .needs import Needs
from .plan import Plan
from .signal import Signal
from .strategy import Strategy
from .update import Liquidate, Update

_OPEN = (OrderStatus.PENDING, OrderStatus.WORKING, OrderStatus.PARTIALLY_FILLED)

_QUESTIONS = "answer `should_long`, `go_long`, `update_position`, or derive it from Strategy"
# What an author may bring along from the other style or from jesse, and would wait for in vain.
_NEVER_CALLED = {
    "on_candle": _QUESTIONS,
    "decide": _QUESTIONS,
    "filters": "answer `filter(data, direction)`",
    "hyperparameters": "declare `parameters`",
}


class LifeCycle(Strategy, ABC):
    """A strategy as a life cycle on the netted position of one instrument.

        class Turtle(LifeCycle):
            timeframes = ["4h"]
            warm_up = 20

            def __init__(self) -> None:
                self.high, self.low = Highest(20), Lowest(10)

            def update(self, data: Data) -> None:
                self.high.update(data.close)
                self.low.update(data.close)

            def should_long(self, data: Data) -> bool:
                return self.high.value == data.close

            def go_long(self, data: Data, portfolio: Portfolio) -> Plan:
                stop = data.close * 0.95
                qty = sizing.Terms.of(data.instrument).risking(portfolio.equity * 0.01, stop)
                return Plan.market(qty).stop_loss(stop)

            def update_position(self, data: Data, position: Position) -> Update:
                return Update.liquidate_if(self.low.value == data.close)

    At every candle, after `update`:
    1. `before`;
    2. entries that wait are withdrawn if `should_cancel_entry`;
    3. an open position is given to `update_position`;
    4. flat (or just liquidated) and nothing waiting: `should_long` and `should_short`; if exactly one says yes and `filter` agrees,
       `go_long` or `go_short`;
    5. `after`.

    Unlike jesse, whose market orders fill at the close at hand, orders meet the next minute unless the run's profile says
    otherwise, and both directions at once mean nothing instead of an error.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, instead in _NEVER_CALLED.items():
            if name in vars(cls):
                raise DeclarationError(f"class {cls.__name__} is a LifeCycle, which never calls `{name}`: {instead}")

    def before(self, data: Data) -> None:
        """First of all."""

    @abstractmethod
    def should_long(self, data: Data) -> bool:
        """Is it time to buy."""

    def should_short(self, data: Data) -> bool:
        """Is it time to sell short."""
        return False

    def filter(self, data: Data, direction: Direction) -> bool:
        """The last word before an entry in this direction."""
        return True

    def go(self, data: Data, portfolio: Portfolio, direction: Direction) -> Plan | None:
        """How to enter, where long and short are alike. An empty plan, or none, enters nothing."""
        return None

    def go_long(self, data: Data, portfolio: Portfolio) -> Plan | None:
        """How to go long. The default asks `go`."""
        return self.go(data, portfolio, Direction.LONG)

    def go_short(self, data: Data, portfolio: Portfolio) -> Plan | None:
        """How to go short. The default asks `go`."""
        return self.go(data, portfolio, Direction.SHORT)

    def should_cancel_entry(self, data: Data) -> bool:
        """Withdraw the entries that still wait."""
        return True

    def update_position(self, data: Data, position: Position) -> Update | None:
        """What to do with the open position. None keeps it as it is."""
        return None

    def on_open_position(self, event: PositionEvent) -> None:
        """The position was opened."""

    def on_increased_position(self, event: PositionEvent) -> None:
        """The position was increased."""

    def on_reduced_position(self, event: PositionEvent) -> None:
        """The position was reduced."""

    def on_close_position(self, event: PositionEvent) -> None:
        """The position was closed; the cause says by what."""

    def on_event(self, time: int, event: Event) -> None:
        """Events other than changes of the position, as far as they were asked for in `events`."""

    def after(self, data: Data) -> None:
        """Last of all."""

    def as_run(self) -> Strategy:
        return Cycle(self)


class Cycle(Strategy):
    """A life cycle as the strategy that is run: asks its questions and sends what they are answered with."""

    def __init__(self, inner: LifeCycle) -> None:
        self._inner = inner
        # The netted position, as its events tell.
        self._position: int | None = None
        # Entries that may still be working.
        self._entries: list[int] = []
        # The position is on its way out and the entries are those of the next one.
        self._liquidated = False

    def needs(self) -> Needs:
        return self._inner.needs().events("positions")

    def on_start(self, series: Sequence[SeriesBinding], streams: Sequence[StreamBinding]) -> None:
        self._inner.on_start(series, streams)

    def update(self, data: Data) -> None:
        self._inner.update(data)

    def on_rows(self, stream: int, rows: Rows) -> None:
        self._inner.on_rows(stream, rows)

    def on_refused(self, signal: Signal | None, refusal: Refusal) -> None:
        self._inner.on_refused(signal, refusal)

    def on_candle(self, data: Data, portfolio: Portfolio) -> Sequence[Signal]:
        try:
            self._inner.before(data)
            self._step(data, portfolio)
        except Refused as refused:
            self._inner.on_refused(None, refused.refusal)
        self._inner.after(data)
        return ()

    def on_event(self, time: int, event: Event) -> None:
        if not isinstance(event, Event_Position):
            self._inner.on_event(time, event)
            return
        change = event.value
        match change.change:
            case PositionChange.OPENED:
                self._position = change.position
                self._inner.on_open_position(change)
            case PositionChange.INCREASED:
                self._inner.on_increased_position(change)
            case PositionChange.REDUCED:
                self._inner.on_reduced_position(change)
            case PositionChange.CLOSED:
                self._closed(change)

    def _closed(self, event: PositionEvent) -> None:
        if self._position == event.position:
            self._position = None
            if not self._liquidated:
                self._cancel_entries()
            self._liquidated = False
        self._inner.on_close_position(event)

    def _step(self, data: Data, portfolio: Portfolio) -> None:
        inner = self._inner
        self._entries = [order for order in self._entries if _is_open(order)]
        flat = self._position is None
        if flat and self._entries and inner.should_cancel_entry(data):
            self._cancel_entries()
        position = None if self._position is None else account.find(self._position)
        if position is not None:
            flat = self._update_position(data, position)
        if not flat or self._entries:
            return
        direction = self._decide(data)
        if direction is not None and inner.filter(data, direction):
            plan = (inner.go_long if direction is Direction.LONG else inner.go_short)(data, portfolio)
            if plan is not None:
                plan.send(data.instrument, direction, self._entries)

    def _update_position(self, data: Data, position: Position) -> bool:
        """Is the position gone, as far as the strategy is concerned."""
        update = self._inner.update_position(data, position)
        if update is None:
            return False
        liquidates = isinstance(update, Liquidate)
        if liquidates:
            self._cancel_entries()
        signal = update.signal(position)
        if signal is not None:
            signal.send(data.instrument)
        self._liquidated = self._liquidated or liquidates
        return liquidates

    def _decide(self, data: Data) -> Direction | None:
        long, short = bool(self._inner.should_long(data)), bool(self._inner.should_short(data))
        if long == short:
            return None
        return Direction.LONG if long else Direction.SHORT

    def _cancel_entries(self) -> None:
        """Withdraw those that still work; the others are done anyway."""
        entries, self._entries = self._entries, []
        for order in entries:
            if _is_open(order):
                with suppress(Refused):
                    orders.cancel(order)


def _is_open(order: int) -> bool:
    found = orders.find(order)
    return found is not None and found.status in _OPEN
