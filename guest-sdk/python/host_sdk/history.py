"""Looking back at closed candles and rows, of any series the strategy asked for. Slower than what an indicator remembers itself."""

from __future__ import annotations

from .contract import Candle, CandleColumns, Columns, Rows
from .seam import host


def candles(series: int, columns: Columns, count: int) -> CandleColumns:
    """The last `count` closed candles of a series, oldest first, as these columns."""
    return host.history.candles(series, columns, count)


def closes(series: int, count: int) -> list[float]:
    """The last `count` closes of a series, oldest first."""
    return host.history.closes(series, count)


def last_candle(series: int) -> Candle | None:
    """The last closed candle of a series."""
    return host.history.last_candle(series)


def forming_candle(series: int) -> Candle | None:
    """The candle now forming in a series longer than the primary one. It will still change."""
    return host.history.forming_candle(series)


def stream_rows(id: int, count: int) -> Rows:
    """The last `count` rows of a stream: `streams.read(Funding, history.stream_rows(id, 8))`."""
    return host.history.stream_rows(id, count)


def last_row(id: int) -> list[float]:
    """The values of the last row of a stream; empty if there is none."""
    return host.history.last_row(id)
