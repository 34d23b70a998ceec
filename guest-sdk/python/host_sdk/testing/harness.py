"""Runs a strategy on candles with a trivial model of the market."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ..contract import LAST_OF_MOMENT, Candle, Delivery, Level, Rows, StreamBinding
from ..runner import Runner
from ..seam import host
from ..strategy import Strategy
from ..streams import Reading
from .book import Book
from .feed import INSTRUMENT, Feed, columns
from .sent import FillAt, Sent

_PARTS = ("market", "orders", "account", "history", "runtime", "telemetry")


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    sent: list[Sent]
    """Everything the strategy sent, in order."""
    fills: list[FillAt]
    """Everything that was filled, in order."""
    logs: list[tuple[Level, str]]
    """Log lines."""
    metrics: dict[str, float]
    """Metrics, the last value of each."""
    decisions: int
    """How often `on_candle` was called."""
    equity: float
    """Equity at the last close."""


class Harness:
    """Runs a strategy on candles with a trivial model of the market.

    * Market orders fill at the next open, or at the close at hand with `fill_at_close`, in the order sent.
    * Limit, stop and take-profit orders and the exits of positions fill at their price when a later candle touches it, or at
      its open if that is beyond; exits of a market entry count from the candle in which it fills. Stops come before targets.
    * Nothing costs anything, nothing is rounded, no minimum applies, margin is never checked and nothing is liquidated.
    * Rows of streams come at the close by which they are known.
    * Trailing stops, stop-limits, groups and amendments are refused `not-supported`.

    It shows what a strategy sends, not what it earns; that is the simulator's work.
    """

    def __init__(self, strategy: Strategy, cash: float = 10_000.0, fill_at_close: bool = False) -> None:
        self._runner = Runner(strategy)
        self._needs = self._runner.strategy.needs()
        self._book = Book(cash, fill_at_close, self._needs.kinds)
        self._rows: dict[str, list[Reading]] = {}

    def rows(self, readings: Sequence[Reading]) -> Harness:
        """Rows of one stream, in any order: `harness.rows([Funding(...)])`."""
        for reading in readings:
            self._rows.setdefault(reading.KIND, []).append(reading)
        return self

    def run(self, candles: Sequence[Candle]) -> Outcome:
        """Run over candles of the primary length, without gaps, oldest first. Longer series are built from them.

        The first `on_candle` is for the first candle before whose open every series had its warm-up, as in the host.
        """
        feed, book = Feed(self._needs.series, candles), self._book
        waiting = self._streams()
        decisions = 0
        with _installed(book):
            bindings = [StreamBinding(number, number, INSTRUMENT, []) for number, _ in waiting]
            self._runner.start(feed.bindings(), bindings)
            for candle in candles:
                live = feed.is_live(candle)
                book.begin(candle, candle.open_time + feed.primary_length, live)
                closed = feed.closed_with(candle)
                for series, one, _ in closed:
                    book.keep(series, one)
                events = book.finish(candle)
                for time, event in events:
                    self._runner.on_event(time, event)
                for number, readings in waiting:
                    self._show(number, readings, book.now)
                decisions += self._deliver(closed, live)
                book.after_call()
        return Outcome(book.sent, book.fills, book.logs, book.metrics, decisions, book.equity())

    def _streams(self) -> list[tuple[int, list[Reading]]]:
        missing = [need.kind for need in self._needs.streams if not need.optional and need.kind not in self._rows]
        if missing:
            raise ValueError(f"the strategy needs the stream `{missing[0]}`: give the harness its rows")
        by_time = [sorted(self._rows.get(need.kind, []), key=lambda row: row.available_at) for need in self._needs.streams]
        return list(enumerate(by_time))

    def _show(self, number: int, readings: list[Reading], now: int) -> None:
        known = [reading for reading in readings if reading.available_at <= now]
        del readings[: len(known)]
        if known:
            values = [value for reading in known for value in list(vars(reading).values())[2:]]
            rows = Rows([reading.time for reading in known], [reading.available_at for reading in known], values)
            self._runner.on_rows(number, rows)

    def _deliver(self, closed: list[tuple[int, Candle, Delivery]], live: bool) -> int:
        decisions = 0
        for index, (series, candle, delivery) in enumerate(closed):
            if live and delivery is Delivery.EACH:
                bits = LAST_OF_MOMENT if index + 1 == len(closed) else 0
                self._runner.on_candle(
                    series, candle.open_time, candle.open, candle.high, candle.low, candle.close, candle.volume,
                    candle.quote_volume, candle.taker_buy_volume, candle.trades, bits,
                )  # fmt: skip
                decisions += 1
            else:
                self._runner.on_candles(series, columns([candle]))
        return decisions


@contextmanager
def _installed(book: Book) -> Iterator[None]:
    """The book as the host; what was there before comes back."""
    before = {part: getattr(host, part) for part in _PARTS}
    for part in _PARTS:
        setattr(host, part, getattr(book, part))
    try:
        yield
    finally:
        for part, old in before.items():
            setattr(host, part, old)
