"""What is traded, its rules and its last prices. Instruments are numbers: `data.instrument`, or those of a role."""

from __future__ import annotations

from .contract import Instrument
from .seam import host


def instruments(role: str = "main") -> list[int]:
    """The instruments of a role, in the order of the binding."""
    return host.market.instruments(role)


def describe(instrument: int) -> Instrument | None:
    """The rules of an instrument, or nothing if the number is unknown."""
    return host.market.describe(instrument)


def last_price(instrument: int) -> float:
    """Close of the last closed minute; NaN before there is one."""
    return host.market.last_price(instrument)


def mark_price(instrument: int) -> float:
    """Mark price of the last closed minute; NaN where the run has no mark data."""
    return host.market.mark_price(instrument)


def fee(instrument: int, price: float, qty: float, taker: bool = True) -> float:
    """Fee of an order of this size as a taker (or maker), account currency."""
    return host.market.fee(instrument, price, qty, taker)


def round_qty(instrument: int, qty: float) -> float:
    """Quantity floored to the step. NaN if the instrument is unknown."""
    return host.market.round_qty(instrument, qty)


def round_price(instrument: int, price: float) -> float:
    """Nearest valid price. NaN if the instrument is unknown."""
    return host.market.round_price(instrument, price)
