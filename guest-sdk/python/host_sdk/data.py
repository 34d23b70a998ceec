"""What a strategy is shown with a candle: the candles and its account."""

from __future__ import annotations

import math
from typing import cast

from .contract import LAST_OF_MOMENT, Candle, Columns, Direction, Position, Timeframe
from .seam import host

_ALL = Columns(255)


class Bars:
    """The candles of one series: the last closed one, and those before it."""

    __slots__ = (
        "series", "need", "instrument", "timeframe", "known",
        "open_time", "open", "high", "low", "close", "volume", "quote_volume", "taker_buy_volume", "trades",
    )  # fmt: skip

    def __init__(self, series: int, need: int, instrument: int, timeframe: str) -> None:
        self.series = series
        """Its number."""
        self.need = need
        """Its position in the needs."""
        self.instrument = instrument
        """The instrument behind it when the run started."""
        self.timeframe = timeframe
        """Length of its candles: "1h"."""
        self.known = False
        """Has a candle closed yet."""
        self.open_time = 0
        """Start of the last closed candle, milliseconds since 1970 UTC."""
        self.open = self.high = self.low = self.close = math.nan
        self.volume = self.quote_volume = self.taker_buy_volume = self.trades = math.nan

    def closes(self, count: int) -> list[float]:
        """The last `count` closes, oldest first; fewer if there are fewer. Asked of the host, for use in `on_candle`."""
        return host.history.closes(self.series, count)

    def candles(self, count: int) -> list[Candle]:
        """The last `count` closed candles, oldest first; fewer if there are fewer. Asked of the host, for use in `on_candle`."""
        columns = host.history.candles(self.series, _ALL, count)
        return [
            Candle(*values)
            for values in zip(
                columns.open_time, columns.open, columns.high, columns.low, columns.close,
                columns.volume, columns.quote_volume, columns.taker_buy_volume, columns.trades,
            )
        ]  # fmt: skip

    def forming(self) -> Candle | None:
        """The candle now forming, where it is longer than the primary one. It will still change."""
        return host.history.forming_candle(self.series)


class Data:
    """All series of a strategy, and the candle at hand.

    `data["4h"]` gives the candles of that length of the instrument at hand. It is None until the first of them has closed, which
    a warm-up of at least one candle makes sure of before the first `on_candle`; where it may be None, ask `data.get("4h")`,
    whose type says so.
    """

    __slots__ = ("bars", "bits", "_by_name")

    def __init__(self, bars: Bars, by_name: dict[tuple[int, str], Bars]) -> None:
        self.bars = bars
        """Candles of the series at hand; the last one is the candle at hand."""
        self.bits = 0
        """Bits of the call: `LAST_OF_MOMENT`, `COVERS_GAP`."""
        self._by_name = by_name

    def __getitem__(self, timeframe: str) -> Bars:
        # None goes out under the type of its neighbor: `data["1h"].close` must be writable without an assertion, as in a dict.
        return cast(Bars, self.get(timeframe))

    def get(self, timeframe: str, instrument: int | None = None) -> Bars | None:
        """Candles of this length, of the instrument at hand or another; None until the first one has closed."""
        wanted = self.bars.instrument if instrument is None else instrument
        bars = self._by_name.get((wanted, timeframe))
        if bars is None:
            known = ", ".join(sorted({name for _, name in self._by_name}))
            raise KeyError(f"the strategy did not ask for {timeframe!r} candles; it has {known}")
        return bars if bars.known else None

    @property
    def instrument(self) -> int:
        """The instrument of the candle at hand."""
        return self.bars.instrument

    @property
    def series(self) -> int:
        """Number of the series at hand."""
        return self.bars.series

    @property
    def need(self) -> int:
        """Position of the series at hand in the needs: 0 is the first timeframe."""
        return self.bars.need

    @property
    def timeframe(self) -> str:
        """Length of the candle at hand."""
        return self.bars.timeframe

    @property
    def close(self) -> float:
        """Last price of the candle at hand."""
        return self.bars.close

    @property
    def is_last_of_moment(self) -> bool:
        """Is every series up to date now: the moment to decide when looking at several."""
        return self.bits & LAST_OF_MOMENT != 0


class Portfolio:
    """The strategy's account as it stands, read from the host when asked.

    What was sent earlier in the same call is counted as in the host's own checks.
    """

    __slots__ = ("instrument",)

    def __init__(self, instrument: int) -> None:
        self.instrument = instrument
        """The instrument of the candle at hand, which the questions below are about."""

    @property
    def equity(self) -> float:
        """Wallet + unrealized profit of the whole account."""
        return host.account.equity()

    @property
    def available(self) -> float:
        """Margin free for new orders."""
        return host.account.available()

    @property
    def positions(self) -> list[Position]:
        """Open positions of the instrument, by id."""
        return host.account.positions(self.instrument)

    @property
    def net_position(self) -> Position | None:
        """The netted position of the instrument, if it is open."""
        return host.account.net_position(self.instrument)

    @property
    def exposure(self) -> float:
        """Sum of its positions, longs positive and shorts negative, base units."""
        return host.account.exposure(self.instrument)

    def holds(self, direction: Direction) -> bool:
        """Is a position of the instrument open in this direction."""
        return any(position.direction is direction for position in self.positions)

    @property
    def is_flat(self) -> bool:
        """Is no position open in the whole account."""
        return host.account.open_count() == 0


def length_ms(timeframe: Timeframe) -> int | None:
    """Length in milliseconds; nothing for a calendar month."""
    minutes = (1, 3, 5, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1_440, 4_320, 10_080)
    return None if timeframe is Timeframe.MONTH1 else minutes[timeframe.value] * 60_000
