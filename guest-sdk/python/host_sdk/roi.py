"""freqtrade's `minimal_roi`: how much profit is enough, by how long a position is open."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping

from .contract import Position
from .exits import price_at, profit

_MINUTE_MS = 60_000
_JUST_UNDER_HALF = math.nextafter(0.5, 0.0)


class Roi:
    """Minutes since the entry and the profit that is enough from then on, a fraction: `Roi({0: 0.04, 30: 0.02, 60: 0.0})`.

    The rules are freqtrade's:
    * The row that counts is the latest one whose minute has come. Before the first one nothing is enough.
    * Profit is after both fees (`exits.profit`) and has to be *over* the row's, both rounded to 8 decimals.
    * A row of -1 is under any profit: the position leaves at that minute, whatever it has made.

    Asked at every close for the candle to come (`target`), it gives the price that freqtrade would leave at. A target fills where
    it is touched, so at the very price where freqtrade still holds ("over").
    """

    def __init__(self, rows: Mapping[int, float] | Mapping[str, float]) -> None:
        """A table of minutes and profits, in any order; the minutes may be text, as in freqtrade's own tables."""
        table = sorted((int(minute), enough) for minute, enough in rows.items())
        self._minutes = [minute for minute, _ in table]
        self._profits = [enough for _, enough in table]

    def enough(self, minutes: int) -> float | None:
        """The profit that is enough this many minutes after the entry. An empty table never takes profit."""
        begun = bisect_right(self._minutes, minutes)
        return self._profits[begun - 1] if begun else None

    def is_reached(self, minutes: int, profit: float) -> bool:
        """Is this profit over the table's, this many minutes after the entry."""
        enough = self.enough(minutes)
        return enough is not None and _rounded(profit * 1e8) > _rounded(enough * 1e8)

    def takes(self, position: Position, now: int, price: float, fee: float) -> bool:
        """Would a close at `price` take the profit of a position now: for a test at closes only, without a resting target."""
        made = profit(position.direction, position.avg_price, price, fee)
        return self.is_reached(_minutes_open(position, now), made)

    def target(self, position: Position, now: int, fee: float) -> float | None:
        """Where the target of a position lies for the candle that begins `now`, with this fee on both fills; nothing before
        the table's first row."""
        enough = self.enough(_minutes_open(position, now))
        return None if enough is None else price_at(position.direction, position.avg_price, enough, fee)


def _minutes_open(position: Position, now: int) -> int:
    """Whole minutes since the first fill."""
    return (now - position.opened_at) // _MINUTE_MS


def _rounded(value: float) -> float:
    """To the nearest whole number, halves away from 0, as in Rust; Python's own `round` takes halves to the even one."""
    return math.trunc(value + math.copysign(_JUST_UNDER_HALF, value)) if math.isfinite(value) else value
