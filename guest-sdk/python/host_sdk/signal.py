"""Signals: what a strategy wishes, as values. Sent in order after `on_candle` returns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

from . import orders
from .contract import Direction, Exits, opposite, sign
from .seam import host
from .sizing import Size, quantity


class Signal(ABC):
    """One wish about the instrument of the candle at hand. For other instruments use `orders` directly."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What it wishes, in a few words for a log."""

    @abstractmethod
    def send(self, instrument: int) -> None:
        """Send it. The first refusal is raised; what was accepted before it stays."""

    @staticmethod
    def open(direction: Direction, size: Size) -> Open:
        """Open a position of its own at market, beside any other."""
        return Open(direction, size)

    @staticmethod
    def long(size: Size) -> Open:
        """Open a long position."""
        return Open(Direction.LONG, size)

    @staticmethod
    def short(size: Size) -> Open:
        """Open a short position."""
        return Open(Direction.SHORT, size)

    @staticmethod
    def reverse_to(direction: Direction, size: Size) -> Open:
        """Close every position in the other direction, then open one in this."""
        return Open(direction, size, reverse=True)

    @staticmethod
    def close(position: int) -> Close:
        """Close one position at market."""
        return Close(position)

    @staticmethod
    def reduce(position: int, portion: float) -> Reduce:
        """Close this fraction of one position at market, > 0 and at most 1."""
        return Reduce(position, portion)

    @staticmethod
    def close_all(direction: Direction | None = None) -> CloseAll:
        """Close all positions in this direction, or every position of the instrument and its orders."""
        return CloseAll(direction)

    @staticmethod
    def set_net(qty: float) -> SetNet:
        """Bring the netted position to this signed quantity at market."""
        return SetNet(qty)

    @staticmethod
    def set_exits(position: int, exits: Exits) -> SetExits:
        """Replace the exits of a position; an absent one is removed."""
        return SetExits(position, exits)


@dataclass(frozen=True)
class Open(Signal):
    """The wish to open a position."""

    direction: Direction
    """Long or short."""
    size: Size
    """How much."""
    stop: float | None = None
    """Trigger of the stop, if any."""
    target: float | None = None
    """Trigger of the take-profit, if any."""
    reverse: bool = False
    """Close every position in the other direction first."""
    stacks: bool = True
    """Open even if a position in the same direction is open; otherwise nothing is sent then."""
    number: int = 0
    """The strategy's own number, returned in events."""

    @property
    def name(self) -> str:
        return "open long" if self.direction is Direction.LONG else "open short"

    def stop_loss(self, trigger: float) -> Open:
        """With a stop at this price."""
        return replace(self, stop=trigger)

    def take_profit(self, trigger: float) -> Open:
        """With a take-profit at this price."""
        return replace(self, target=trigger)

    def bracket(self, price: float, stop: float, target: float) -> Open:
        """With a stop and a take-profit at these fractions of a price: `bracket(close, stop=0.02, target=0.04)`."""
        toward = sign(self.direction)
        return replace(self, stop=price * (1.0 - toward * stop), target=price * (1.0 + toward * target))

    def stack(self, stack: bool) -> Open:
        """With `False` nothing is sent while a position in the same direction is open; without this it opens beside it."""
        return replace(self, stacks=stack)

    def tag(self, tag: int) -> Open:
        """With a number that comes back in events."""
        return replace(self, number=tag)

    def send(self, instrument: int) -> None:
        if not self.stacks and _holds(instrument, self.direction):
            return
        if self.reverse:
            _close_direction(instrument, opposite(self.direction))
        # Read after the closes were sent, so that a reversal is sized by what they left.
        qty = quantity(self.size, instrument, self.stop)
        orders.open(instrument, self.direction, qty, self.stop, self.target, self.number)


@dataclass(frozen=True)
class Close(Signal):
    """The wish to close one position."""

    position: int

    @property
    def name(self) -> str:
        return "close"

    def send(self, instrument: int) -> None:
        orders.close(self.position)


@dataclass(frozen=True)
class Reduce(Signal):
    """The wish to close a fraction of one position."""

    position: int
    portion: float

    @property
    def name(self) -> str:
        return "reduce"

    def send(self, instrument: int) -> None:
        orders.close(self.position, self.portion)


@dataclass(frozen=True)
class CloseAll(Signal):
    """The wish to close all positions in one direction, or in both."""

    direction: Direction | None = None

    @property
    def name(self) -> str:
        return "close all"

    def send(self, instrument: int) -> None:
        if self.direction is None:
            orders.close_all(instrument)
        else:
            _close_direction(instrument, self.direction)


@dataclass(frozen=True)
class SetNet(Signal):
    """The wish to have this netted position."""

    qty: float

    @property
    def name(self) -> str:
        return "set net"

    def send(self, instrument: int) -> None:
        orders.set_net(instrument, self.qty)


@dataclass(frozen=True)
class SetExits(Signal):
    """The wish to replace the exits of a position."""

    position: int
    exits: Exits

    @property
    def name(self) -> str:
        return "set exits"

    def send(self, instrument: int) -> None:
        orders.set_exits(self.position, self.exits)


def _holds(instrument: int, direction: Direction) -> bool:
    return any(position.direction is direction for position in host.account.positions(instrument))


def _close_direction(instrument: int, direction: Direction) -> None:
    """Close all positions in one direction; the others keep theirs."""
    if host.account.open_count() == 0:
        return
    for position in host.account.positions(instrument):
        if position.direction is direction:
            orders.close(position.id)
