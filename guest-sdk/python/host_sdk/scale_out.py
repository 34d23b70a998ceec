"""Taking profit in parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .contract import Direction, Position
from .exits import price_at, profit


class ScaleOut:
    """Parts of a position that leave at profits: `ScaleOut([(0.01, 0.5), (0.02, 0.25)])` lets half of it go at 1 %, a quarter at
    2 %, and keeps the last quarter for its stop.

    Two ways to use it:
    * Resting: `parts` at the entry, as limit orders of a `Plan` or of one's own. They fill inside a candle, at their price.
    * At closes: `due` at every candle, answered by `Signal.reduce` or `Update.reduce`. It fills at the next price, and works beside
      exits that cover the whole position.

    Profits are fractions of the entry price, before fees. What a position was is the most it has been when asked, so ask from its
    first candle on; one position at a time, as `Chandelier`.
    """

    def __init__(self, steps: Sequence[tuple[float, float]]) -> None:
        """Profits and the parts of the whole that leave there, in any order."""
        if not (all(part > 0.0 for _, part in steps) and _added(part for _, part in steps) <= 1.0 + 1e-9):
            raise ValueError(f"the parts of a position are over 0 and at most 1 together, not {list(steps)}")
        self._steps = sorted(steps, key=lambda step: step[0])
        self._followed: int | None = None
        self._most = 0.0
        self._taken = 0

    def parts(self, direction: Direction, entry: float, qty: float) -> list[tuple[float, float]]:
        """Quantity and price of each part for an entry of `qty` at this price."""
        return [(part * qty, price_at(direction, entry, step, 0.0)) for step, part in self._steps]

    def due(self, position: Position, price: float) -> float | None:
        """The portion of what is left of the position that has to go, with the market at `price`, if a step has been reached since
        it was last asked. Steps jumped over go together. A step is named once: if the close is refused, it is part of the
        next."""
        if self._followed != position.id:
            self._followed, self._most, self._taken = position.id, 0.0, 0
        self._most = max(self._most, position.qty)
        made = profit(position.direction, position.avg_price, price, 0.0)
        reached = sum(step <= made for step, _ in self._steps)
        if reached <= self._taken:
            return None
        self._taken = reached
        gone = _added(part for _, part in self._steps[:reached])
        portion = 1.0 - self._most * (1.0 - gone) / position.qty
        return min(portion, 1.0) if portion > 0.0 else None


def _added(parts: Iterable[float]) -> float:
    """One after the other, as in Rust: Python's own `sum` keeps the lost digits and gives other bits."""
    total = 0.0
    for part in parts:
        total += part
    return total
