"""Moving the exits of an open position, candle by candle, in either style.

`Levels` starts from the stop and target a position has, takes what rules say (`Roi`, `TrailingStop`, `Chandelier`, `break_even`),
and answers with an `Update`: a `LifeCycle` returns it from `update_position`, a `Strategy` turns it into a signal:

    update = (
        Levels.of(position)
        .tighten(self.trail.level(position, data, fee=0.0005))
        .take_profit(self.roi.target(position, runtime.now(), fee=0.0005))
        .update(data.close)
    )

What is set at a close counts from the next candle on. The host puts triggers on the tick. The arithmetic and its order are those of
the Rust SDK (`guest-sdk/src/exits.rs`), so that both send the same bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .contract import Direction, Position, sign
from .sizing import divided
from .update import Update


def profit(direction: Direction, entry: float, price: float, fee: float) -> float:
    """Profit as a fraction of what the entry cost, after this fee on both fills: freqtrade's ratio at leverage 1. `fee` is a
    fraction of notional, 0 for the plain change of price."""
    if direction is Direction.LONG:
        return divided(price * (1.0 - fee), entry * (1.0 + fee)) - 1.0
    return 1.0 - divided(price * (1.0 + fee), entry * (1.0 - fee))


def price_at(direction: Direction, entry: float, profit: float, fee: float) -> float:
    """The price at which the `profit` of a position is this: the way back."""
    if direction is Direction.LONG:
        return divided(entry * (1.0 + fee) * (1.0 + profit), 1.0 - fee)
    return divided(entry * (1.0 - fee) * (1.0 - profit), 1.0 + fee)


def break_even(position: Position, price: float, ahead: float, fee: float) -> float | None:
    """The stop that gives back nothing but the gain, once a position is ahead by this much: the price at which its profit after
    fees is 0. Nothing while the profit at `price` is under `ahead`."""
    if profit(position.direction, position.avg_price, price, fee) >= ahead:
        return price_at(position.direction, position.avg_price, 0.0, fee)
    return None


@dataclass(frozen=True)
class Levels:
    """Stop and target of a position: what it has, and what it is to have.

    A stop the host itself trails (`contract.trailing_stop`) becomes a fixed one where levels are sent for its position.
    """

    position: Position
    stop: float | None
    target: float | None

    @staticmethod
    def of(position: Position) -> Levels:
        """Those the position has now."""
        return Levels(position, position.stop, position.take_profit)

    def tighten(self, to: float | None) -> Levels:
        """Move the stop to this price if that is nearer to the market: it never loosens. None (or NaN) leaves it."""
        if to is None or math.isnan(to):
            return self
        if self.stop is not None and not sign(self.position.direction) * (to - self.stop) > 0.0:
            return self
        return replace(self, stop=to)

    def take_profit(self, to: float | None) -> Levels:
        """Move the target to this price, nearer or farther. None (or NaN) leaves it."""
        return self if to is None or math.isnan(to) else replace(self, target=to)

    def update(self, price: float) -> Update:
        """What to do, with the market at `price`: liquidate if it is at or past one of the two, which the host would refuse as
        an exit; move what has changed; else keep."""
        toward = sign(self.position.direction)
        stopped = self.stop is not None and toward * (self.stop - price) >= 0.0
        reached = self.target is not None and toward * (self.target - price) <= 0.0
        if stopped or reached:
            return Update.liquidate()
        if (self.stop, self.target) == (self.position.stop, self.position.take_profit):
            return Update.keep()
        return Update.exits(self.stop, self.target)
