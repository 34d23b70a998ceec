"""What the strategy owns: the whole account, where `Portfolio` is about the instrument of the candle at hand."""

from __future__ import annotations

from .contract import Position, Summary
from .seam import host


def equity() -> float:
    """Wallet + unrealized profit."""
    return host.account.equity()


def available() -> float:
    """Margin free for new orders."""
    return host.account.available()


def exposure(instrument: int) -> float:
    """Sum over all positions of an instrument, longs positive and shorts negative, base units."""
    return host.account.exposure(instrument)


def figures() -> Summary:
    """All figures of the account."""
    return host.account.figures()


def find(id: int) -> Position | None:
    """One position, or nothing if it is unknown, not yet filled, or closed."""
    return host.account.find(id)


def positions(instrument: int | None = None) -> list[Position]:
    """All open positions of an instrument, or of all, by id."""
    return host.account.positions(instrument)


def net_position(instrument: int) -> Position | None:
    """The netted position of an instrument, if it is open."""
    return host.account.net_position(instrument)


def open_count() -> int:
    """How many positions are open."""
    return host.account.open_count()
