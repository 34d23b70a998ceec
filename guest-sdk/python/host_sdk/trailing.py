"""Stops that follow the price at closes and never loosen: by a distance, and by a volatility."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .contract import Direction, Position, sign
from .data import Data
from .exits import profit


@dataclass(frozen=True)
class TrailingStop:
    """A stop at a fixed distance from the best price of each candle, closer once a profit is made: freqtrade's trailing stop.

        # stoploss = -0.05, trailing_stop = True, trailing_stop_positive = 0.01, trailing_stop_positive_offset = 0.02,
        # trailing_only_offset_is_reached = True
        trail = TrailingStop(0.05).closer(0.01, 0.02).not_before_offset()
        Levels.of(position).tighten(trail.level(position, data, fee=0.0005)).update(data.close)

    * The level is `high * (1 - distance)` for a long, `low * (1 + distance)` for a short. `Levels.tighten` keeps the nearest one
      so far.
    * Profit at the candle's best price, after fees, *over* the offset switches to the closer distance.
    * Distances and offset are of the price. freqtrade's are of the margin: divide them by the leverage.
    * freqtrade raises the stop to a candle's high before it tests the low of the same candle. Here the raised stop counts from
      the next candle on, because nobody knows which of the two came first.
    * `contract.trailing_stop` is the other kind: the host follows the price inside the candle, without the strategy.
    """

    distance: float
    """A fraction of the price."""
    closer_distance: float | None = None
    offset: float = 0.0
    waits: bool = False

    def closer(self, distance: float, offset: float) -> TrailingStop:
        """Follows at this distance instead once the profit is over `offset`: `trailing_stop_positive` and its offset."""
        return replace(self, closer_distance=distance, offset=offset)

    def not_before_offset(self) -> TrailingStop:
        """Does not move before the profit has reached the offset: `trailing_only_offset_is_reached`."""
        return replace(self, waits=True)

    def level(self, position: Position, data: Data, fee: float) -> float | None:
        """Where the stop belongs after the candle at hand; nothing while it waits. `fee` is a fraction of notional, on both
        fills."""
        best = data.bars.high if position.direction is Direction.LONG else data.bars.low
        made = profit(position.direction, position.avg_price, best, fee)
        if self.waits and made < self.offset:
            return None
        distance = self.distance
        if self.closer_distance is not None and made > self.offset:
            distance = self.closer_distance
        return best * (1.0 - sign(position.direction) * distance)


class Chandelier:
    """The chandelier exit: a stop some average true ranges from the best close since the entry, never loosened.

        level = self.chandelier.level(position, data.close, self.atr.value)
        return Levels.of(position).tighten(level).update(data.close)

    It remembers the best close of one position at a time and starts anew with the next one; for several positions beside each other
    take one each. The price of the entry itself is no close and does not count.
    """

    def __init__(self, multiple: float) -> None:
        self._multiple = multiple
        self._followed: int | None = None
        self._best = 0.0

    def level(self, position: Position, close: float, range: float | None) -> float | None:
        """Where the stop belongs after a candle that closed here; nothing without an average true range. To be asked at every
        close, or a best close is missed."""
        toward = sign(position.direction)
        if self._followed != position.id or toward * (self._best - close) <= 0.0:
            self._best = close
        self._followed = position.id
        return None if range is None else self._best - toward * self._multiple * range
