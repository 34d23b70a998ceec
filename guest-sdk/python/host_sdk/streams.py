"""Rows of streams as values with names: funding, mark and index prices, open interest, volume delta, liquidations.

    streams = ["funding"]

    def on_rows(self, stream, rows):
        for funding in streams.read(Funding, rows):
            self.rate = funding.rate

A row is known at its `available_at`: an open interest sampled every five minutes is known five minutes after its `time`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import ClassVar, TypeVar

from .contract import Direction, Rows


@dataclass(frozen=True)
class Reading:
    """A row with named values."""

    KIND: ClassVar[str]
    """Name of the stream."""

    time: int
    """When it happened, milliseconds since 1970 UTC."""
    available_at: int
    """When a trader could first know it."""


@dataclass(frozen=True)
class Funding(Reading):
    """A funding settlement."""

    KIND = "funding"
    rate: float
    """Paid by longs if positive, a fraction per interval."""
    interval_hours: float
    """Hours since the settlement before it."""
    price: float
    """Price it was settled at, quote units."""


@dataclass(frozen=True)
class MarkPrice(Reading):
    """A candle of the mark price."""

    KIND = "mark"
    open: float
    high: float
    low: float
    close: float


@dataclass(frozen=True)
class IndexPrice(Reading):
    """A candle of the index price."""

    KIND = "index"
    open: float
    high: float
    low: float
    close: float


@dataclass(frozen=True)
class OpenInterest(Reading):
    """Contracts that are open."""

    KIND = "open-interest"
    base: float
    """Base units."""
    quote: float
    """Their value, quote units."""


@dataclass(frozen=True)
class VolumeDelta(Reading):
    """What takers bought less what they sold."""

    KIND = "volume-delta"
    delta: float
    """In the interval, base units."""
    cumulative: float
    """Since the start of the stream, base units."""


@dataclass(frozen=True)
class ForcedOrder(Reading):
    """A liquidation of some trader, as the venue reports it."""

    KIND = "liquidations"
    qty: float
    """Base units: > 0 longs were liquidated (sold), < 0 shorts."""
    price: float
    """Quote units."""

    @property
    def direction(self) -> Direction:
        """Who lost the position."""
        return Direction.SHORT if self.qty < 0.0 else Direction.LONG

    @property
    def notional(self) -> float:
        """Its value, quote units."""
        return abs(self.qty) * self.price


_R = TypeVar("_R", bound=Reading)


def read(kind: type[_R], rows: Rows) -> list[_R]:
    """All rows by the names of their values, oldest first. Values a source does not have are NaN."""
    if not rows.time:
        return []
    width = len(rows.values) // len(rows.time)
    wanted = len(fields(kind)) - 2
    missing = [math.nan] * max(wanted - width, 0)
    return [
        kind(time, available_at, *rows.values[index * width : index * width + min(width, wanted)], *missing)
        for index, (time, available_at) in enumerate(zip(rows.time, rows.available_at))
    ]


def last(kind: type[_R], rows: Rows) -> _R | None:
    """The last row by the names of its values."""
    readings = read(kind, rows)
    return readings[-1] if readings else None
