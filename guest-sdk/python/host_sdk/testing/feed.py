"""Candles of every length a strategy asked for, built from those of the primary length."""

from __future__ import annotations

from collections.abc import Sequence

from ..contract import TIMEFRAME_NAMES, Candle, CandleColumns, Delivery, SeriesBinding, SeriesNeed, Timeframe
from ..data import length_ms
from ..parameters import length_of
from .total import total

INSTRUMENT = 0
"""The one instrument of a harness, of role `main`."""

# Days since the epoch were counted from a Thursday; weeks start on Monday.
_MONDAY_MS = 4 * 86_400_000


class _Built:
    """A series and all its candles by time of close."""

    def __init__(self, number: int, need: SeriesNeed, base: Sequence[Candle]) -> None:
        length = length_ms(need.timeframe)
        if need.role != "main" or length is None:
            raise ValueError(f"a harness has the role `main` and no months, not {need.role} {TIMEFRAME_NAMES[need.timeframe]}")
        self.number, self.need, self.length = number, need, length
        origin = _MONDAY_MS if need.timeframe is Timeframe.W1 else 0
        parts: dict[int, list[Candle]] = {}
        for candle in base:
            start = (candle.open_time - origin) // length * length + origin
            parts.setdefault(start, []).append(candle)
        self.candles = {start + length: _merged(start, part) for start, part in parts.items()}

    def warm_at(self) -> int | None:
        """The first moment its warm-up is there."""
        closes = list(self.candles)
        if self.need.warm_up == 0:
            return -(1 << 62)
        return closes[self.need.warm_up - 1] if len(closes) >= self.need.warm_up else None


class Feed:
    """What closes when."""

    def __init__(self, needs: Sequence[SeriesNeed], base: Sequence[Candle]) -> None:
        series = [_Built(number, need, base) for number, need in enumerate(needs)]
        primary = min((built for built in series if built.need.delivery is Delivery.EACH), key=lambda built: built.length)
        self.primary_length = primary.length
        # The contract's order of one moment: bulk first, then longer before shorter, the primary last.
        self._series = sorted(
            series,
            key=lambda built: (built is primary, built.need.delivery is Delivery.EACH, -built.length, built.number),
        )
        warm = [built.warm_at() for built in series]
        known = [moment for moment in warm if moment is not None]
        self._first_live = max(known) if len(known) == len(warm) else None

    def is_live(self, candle: Candle) -> bool:
        """Had every series its warm-up before this candle opened, as in the host."""
        return self._first_live is not None and candle.open_time >= self._first_live

    def bindings(self) -> list[SeriesBinding]:
        """The series the strategy gets."""
        series = sorted(self._series, key=lambda built: built.number)
        return [SeriesBinding(built.number, built.number, "main", INSTRUMENT, built.need.timeframe) for built in series]

    def closed_with(self, candle: Candle) -> list[tuple[int, Candle, Delivery]]:
        """Every candle that closes together with this one of the primary length, in the order of delivery."""
        now = candle.open_time + self.primary_length
        return [
            (built.number, built.candles[now], built.need.delivery) for built in self._series if now in built.candles
        ]


def _merged(start: int, part: Sequence[Candle]) -> Candle:
    return Candle(
        start,
        part[0].open,
        max(candle.high for candle in part),
        min(candle.low for candle in part),
        part[-1].close,
        total(candle.volume for candle in part),
        total(candle.quote_volume for candle in part),
        total(candle.taker_buy_volume for candle in part),
        total(candle.trades for candle in part),
    )


def columns(candles: Sequence[Candle]) -> CandleColumns:
    """Candles as the columns of a bulk call."""
    return CandleColumns(
        [candle.open_time for candle in candles],
        [candle.open for candle in candles],
        [candle.high for candle in candles],
        [candle.low for candle in candles],
        [candle.close for candle in candles],
        [candle.volume for candle in candles],
        [candle.quote_volume for candle in candles],
        [candle.taker_buy_volume for candle in candles],
        [candle.trades for candle in candles],
        [0] * len(candles),
    )


def candles_from_closes(start: int, timeframe: str, closes: Sequence[float]) -> list[Candle]:
    """Candles that open at the previous close and reach no further than open and close, with a volume of 1 each, half of it
    bought."""
    length = length_ms(length_of(timeframe))
    if length is None:
        raise ValueError("months have no fixed length")
    opens = [*closes[:1], *closes]
    return [
        Candle(start + index * length, open, max(open, close), min(open, close), close, 1.0, close, 0.5, 1.0)
        for index, (open, close) in enumerate(zip(opens, closes))
    ]
