"""Orders. The functions of the contract, and requests that are built step by step:

    placed = orders.limit(btc, Side.BUY, 0.1, 29_500.0).post_only().bracket(28_900.0, 31_000.0).send()

What the host does not accept is raised as `Refused`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar

from componentize_py_types import Err

from .contract import (
    Amendment,
    Direction,
    Exits,
    Order,
    OrderKind,
    OrderKind_Limit,
    OrderKind_Market,
    OrderKind_Stop,
    OrderKind_StopLimit,
    OrderKind_TakeProfit,
    OrderKind_TakeProfitLimit,
    OrderKind_Trailing,
    OrderRequest,
    Placed,
    Side,
    Target,
    Target_Net,
    Target_Position,
    Target_Separate,
    TimeInForce,
    TimeInForce_Fok,
    TimeInForce_Gtc,
    TimeInForce_Gtd,
    TimeInForce_Ioc,
    Trailing,
    TriggerBy,
    TriggerLimit,
    exits_at,
)
from .errors import Refused
from .seam import host

NEAR_MARKET = 0.000_15
"""A price this close to the last one, as a fraction of it, is the market: jesse's rule for its smart orders."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _answered(call: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    try:
        return call(*args, **kwargs)
    except Err as refusal:
        raise Refused(refusal.value) from None


def submit(order: OrderRequest) -> Placed:
    """Send an order with all its options."""
    return _answered(host.orders.submit, order)


def open(
    instrument: int,
    direction: Direction,
    qty: float,
    stop: float | None = None,
    take_profit: float | None = None,
    tag: int = 0,
) -> Placed:
    """Open a separate position at market with optional stop and take-profit triggers."""
    return _answered(host.orders.open, instrument, direction, qty, stop, take_profit, tag)


def set_net(instrument: int, qty: float) -> Placed | None:
    """Bring the netted position to this signed quantity at market."""
    return _answered(host.orders.set_net, instrument, qty)


def close(position: int, portion: float = 1.0) -> int:
    """Close this fraction (0 < portion <= 1) of a position at market."""
    return _answered(host.orders.close, position, portion)


def close_all(instrument: int | None = None) -> int:
    """Close every position of an instrument, or of all, at market and cancel the orders; how many are being closed."""
    return host.orders.close_all(instrument)


def set_exits(position: int, exits: Exits) -> None:
    """Replace an open position's exits; an absent exit is removed."""
    _answered(host.orders.set_exits, position, exits)


def amend(order: int, *, qty: float | None = None, limit: float | None = None, trigger: float | None = None) -> None:
    """Change a working order. Only a lower quantity keeps its place."""
    _answered(host.orders.amend, order, Amendment(qty, limit, trigger))


def cancel(order: int) -> None:
    """Withdraw a working order."""
    _answered(host.orders.cancel, order)


def cancel_all(instrument: int | None = None) -> int:
    """Withdraw all working orders of an instrument, or of all (exits of positions stay); how many."""
    return host.orders.cancel_all(instrument)


def set_leverage(instrument: int, leverage: float) -> None:
    """Choose the leverage of an instrument for later fills, up to what manifest and user allow."""
    _answered(host.orders.set_leverage, instrument, leverage)


def adjust_margin(position: int, amount: float) -> None:
    """Add margin to an isolated position (> 0), or take some back (< 0)."""
    _answered(host.orders.adjust_margin, position, amount)


def find(id: int) -> Order | None:
    """One order, or nothing if it is unknown or done for more than a day."""
    return host.orders.find(id)


def working(instrument: int | None = None) -> list[Order]:
    """All orders not yet done, by id."""
    return host.orders.working(instrument)


@dataclass(frozen=True)
class Request:
    """An order to be sent: for the netted position and good till canceled unless it says otherwise."""

    instrument: int
    side: Side
    qty: float
    kind: OrderKind
    time_in_force: TimeInForce = field(default_factory=TimeInForce_Gtc)
    target: Target = field(default_factory=Target_Net)
    only_reduces: bool = False
    never_takes: bool = False
    watches: TriggerBy | None = None
    group: int | None = None
    parent: int | None = None
    position_exits: Exits = field(default_factory=exits_at)
    number: int = 0

    def separate(self) -> Request:
        """Opens a position of its own."""
        return replace(self, target=Target_Separate())

    def for_position(self, position: int) -> Request:
        """For this open position."""
        return replace(self, target=Target_Position(position))

    def reduce_only(self) -> Request:
        """Only ever reduces."""
        return replace(self, only_reduces=True)

    def post_only(self) -> Request:
        """Turned down rather than taking."""
        return replace(self, never_takes=True)

    def immediate_or_cancel(self) -> Request:
        """Fills at once; the rest is canceled."""
        return replace(self, time_in_force=TimeInForce_Ioc())

    def fill_or_kill(self) -> Request:
        """Fills at once and whole, or not at all."""
        return replace(self, time_in_force=TimeInForce_Fok())

    def good_till(self, time: int) -> Request:
        """Lives until this time."""
        return replace(self, time_in_force=TimeInForce_Gtd(time))

    def trigger_by(self, price: TriggerBy) -> Request:
        """What its trigger watches."""
        return replace(self, watches=price)

    def bracket(self, stop: float, take_profit: float) -> Request:
        """The position it opens gets a stop and a take-profit, market orders at these triggers."""
        return self.exits(exits_at(stop, take_profit))

    def exits(self, exits: Exits) -> Request:
        """The position it opens gets these exits."""
        return replace(self, position_exits=exits)

    def child_of(self, parent: int) -> Request:
        """Sleeps until that order has opened something: one leg of a bracket of fixed sizes."""
        return replace(self, parent=parent)

    def oco_group(self, group: int) -> Request:
        """A fill shrinks the other orders of the position with the same number."""
        return replace(self, group=group)

    def tag(self, tag: int) -> Request:
        """With a number that comes back in events."""
        return replace(self, number=tag)

    def send(self) -> Placed:
        """Send it."""
        return submit(
            OrderRequest(
                self.instrument,
                self.side,
                self.qty,
                self.kind,
                self.time_in_force,
                self.target,
                self.only_reduces,
                self.never_takes,
                self.watches,
                self.group,
                self.parent,
                self.position_exits,
                self.number,
            )
        )


def market(instrument: int, side: Side, qty: float) -> Request:
    """Fill at the next price."""
    return Request(instrument, side, qty, OrderKind_Market())


def limit(instrument: int, side: Side, qty: float, price: float) -> Request:
    """Fill at this price or better."""
    return Request(instrument, side, qty, OrderKind_Limit(price))


def stop(instrument: int, side: Side, qty: float, trigger: float) -> Request:
    """A market order once the price has moved to this trigger: up for a buy, down for a sell."""
    return Request(instrument, side, qty, OrderKind_Stop(trigger))


def stop_limit(instrument: int, side: Side, qty: float, trigger: float, limit: float) -> Request:
    """A limit order once the price has moved to this trigger: up for a buy, down for a sell."""
    return Request(instrument, side, qty, OrderKind_StopLimit(TriggerLimit(trigger, limit)))


def take_profit(instrument: int, side: Side, qty: float, trigger: float) -> Request:
    """A market order once the price has moved to this trigger: down for a buy, up for a sell."""
    return Request(instrument, side, qty, OrderKind_TakeProfit(trigger))


def take_profit_limit(instrument: int, side: Side, qty: float, trigger: float, limit: float) -> Request:
    """A limit order once the price has moved to this trigger: down for a buy, up for a sell."""
    return Request(instrument, side, qty, OrderKind_TakeProfitLimit(TriggerLimit(trigger, limit)))


def trailing(instrument: int, side: Side, qty: float, callback: float, activation: float | None = None) -> Request:
    """A market order once the price has turned by this fraction from its best, which counts from the first price beyond
    `activation`, or at once."""
    return Request(instrument, side, qty, OrderKind_Trailing(Trailing(callback, activation)))


def smart(instrument: int, side: Side, qty: float, price: float) -> Request:
    """Market, limit or stop by where the price lies against the last one."""
    return Request(instrument, side, qty, smart_kind(side, price, host.market.last_price(instrument)))


def smart_kind(side: Side, price: float, last: float) -> OrderKind:
    """The order that trades at `price` when the last price is `last`: market within `NEAR_MARKET` of it, a limit on the
    better side, a stop on the worse."""
    if abs(1.0 - price / last) <= NEAR_MARKET:
        return OrderKind_Market()
    if (side is Side.BUY) == (price < last):
        return OrderKind_Limit(price)
    return OrderKind_Stop(price)
