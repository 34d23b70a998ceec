"""How a life cycle enters: a plan of orders, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from . import orders
from .contract import Direction, Side, entry_side, exits_at, opposite


@dataclass(frozen=True)
class Plan:
    """One or more entries, and exits for the position they open.

        # Half at market, half three percent lower; a third leaves at 110, the rest at 120 or at the stop.
        Plan.market(1.5).and_at(1.5, 97.0).stop_loss(94.0).take_part(1.0, 110.0).take_profit(120.0)

    An empty plan, `Plan()`, enters nothing.
    """

    entries: tuple[tuple[float, float | None], ...] = ()
    """Quantity in base units and price of each entry; without a price at market."""
    parts: tuple[tuple[float, float], ...] = ()
    """Quantity and price of limit orders that take part of the profit."""
    stop: float | None = None
    """Trigger of the stop for the whole position."""
    target: float | None = None
    """Trigger of the take-profit for the whole position."""

    @staticmethod
    def market(qty: float) -> Plan:
        """Enter at market."""
        return Plan(entries=((qty, None),))

    @staticmethod
    def at(qty: float, price: float) -> Plan:
        """Enter at this price: market, limit or stop by where it lies (`orders.smart`)."""
        return Plan().and_at(qty, price)

    def and_at(self, qty: float, price: float) -> Plan:
        """And another entry."""
        return replace(self, entries=(*self.entries, (qty, price)))

    def stop_loss(self, trigger: float) -> Plan:
        """Close all at this trigger against the position."""
        return replace(self, stop=trigger)

    def take_profit(self, trigger: float) -> Plan:
        """Close all at this trigger in favor of the position."""
        return replace(self, target=trigger)

    def take_part(self, qty: float, price: float) -> Plan:
        """Take profit on a part, by a limit order that wakes with the first entry."""
        return self.take_parts([(qty, price)])

    def take_parts(self, parts: Iterable[tuple[float, float]]) -> Plan:
        """Take profit in parts, each a quantity and a price: those of `ScaleOut.parts`."""
        return replace(self, parts=(*self.parts, *parts))

    def send(self, instrument: int, direction: Direction, entries: list[int]) -> None:
        """Send all of it, until something is refused. The ids of the entries are added to `entries` either way: they work."""
        side = entry_side(direction)
        for qty, price in self.entries:
            entries.append(self._entry(instrument, side, qty, price).send().order)
        if entries:
            for qty, price in self.parts:
                part = orders.limit(instrument, entry_side(opposite(direction)), qty, price)
                part.reduce_only().child_of(entries[0]).send()

    def _entry(self, instrument: int, side: Side, qty: float, price: float | None) -> orders.Request:
        if price is None:
            order = orders.market(instrument, side, qty)
        else:
            order = orders.smart(instrument, side, qty, price)
        return order.exits(exits_at(self.stop, self.target))
