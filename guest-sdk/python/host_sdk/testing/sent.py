"""What a harness notes down: everything a strategy sent, and everything that was filled."""

from __future__ import annotations

from dataclasses import dataclass

from ..contract import Cause, Direction, Exits, OrderRequest, Side


@dataclass(frozen=True)
class Sent:
    """Something the strategy sent, with the start of the candle at whose close it was sent."""

    open_time: int


@dataclass(frozen=True)
class Submitted(Sent):
    """`orders.submit`, or a request that was sent."""

    order: OrderRequest


@dataclass(frozen=True)
class Opened(Sent):
    """`orders.open`, or a signal that opens."""

    direction: Direction
    qty: float
    stop: float | None
    take_profit: float | None
    tag: int


@dataclass(frozen=True)
class NetSet(Sent):
    """`orders.set_net`."""

    qty: float


@dataclass(frozen=True)
class Closed(Sent):
    """`orders.close`."""

    position: int
    portion: float


@dataclass(frozen=True)
class ClosedAll(Sent):
    """`orders.close_all`."""


@dataclass(frozen=True)
class ExitsSet(Sent):
    """`orders.set_exits`."""

    position: int
    exits: Exits


@dataclass(frozen=True)
class Withdrawn(Sent):
    """`orders.cancel`, or of all with `orders.cancel_all`."""

    order: int | None


@dataclass(frozen=True)
class FillAt:
    """A fill, with the start of the candle in which it happened."""

    open_time: int
    position: int
    side: Side
    qty: float
    price: float
    cause: Cause
