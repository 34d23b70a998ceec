"""How much: pure functions of price, costs and money. The host floors quantities to the step.

The arithmetic and its order are those of the Rust SDK (`guest-sdk/src/sizing.rs`), so that both send the same bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .seam import host

SLIPPAGE = 0.000_5
"""Slippage expected when nothing else is said, a fraction of the price."""


def divided(one: float, other: float) -> float:
    """The quotient as the processor gives it: infinite or NaN for a division by zero, as in Rust."""
    if other != 0.0:
        return one / other
    if one == 0.0 or math.isnan(one) or math.isnan(other):
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1.0, other)


@dataclass(frozen=True)
class Terms:
    """On what terms something would be bought or sold now."""

    price: float
    """Price now."""
    taker_fee: float
    """Taker fee as a fraction of notional."""
    slippage: float = SLIPPAGE
    """Expected slippage as a fraction of the price."""
    leverage: float = 1.0
    """Leverage in use; 1 = none."""

    @staticmethod
    def of(instrument: int, leverage: float = 1.0) -> Terms:
        """The terms of an instrument: last price, its taker fee, `SLIPPAGE`. NaN if it is unknown."""
        rules = host.market.describe(instrument)
        taker_fee = math.nan if rules is None else rules.taker_fee
        return Terms(host.market.last_price(instrument), taker_fee, SLIPPAGE, leverage)

    def affordable(self, money: float) -> float:
        """The largest quantity whose margin and entry fee this much money covers at the slipped price."""
        price = self.price * (1.0 + self.slippage)
        return divided(money, price * (divided(1.0, self.leverage) + self.taker_fee))

    def risking(self, money: float, stop: float) -> float:
        """The quantity that loses this much money, both fees included, if a position opened here is stopped at `stop`."""
        fees = (self.price + stop) * self.taker_fee
        return divided(money, abs(self.price - stop) + fees)


@dataclass(frozen=True)
class Qty:
    """Base units."""

    qty: float


@dataclass(frozen=True)
class Fraction:
    """Equity x this / last price, nothing kept back for costs: near 1 the entry may be refused for lack of margin."""

    equity: float


@dataclass(frozen=True)
class Affordable:
    """The most this part of equity pays for at leverage 1, fee and slippage included: 1 is all of it."""

    equity: float


@dataclass(frozen=True)
class Leveraged:
    """The most this part of equity pays for as margin at a leverage >= 1, fee and slippage included. The run must allow the
    leverage (`--leverage`)."""

    equity: float
    leverage: float


@dataclass(frozen=True)
class Risk:
    """Lose this part of equity, fees included, if the stop is hit; never more than equity can pay for. Needs a stop."""

    equity: float


Size = Qty | Fraction | Affordable | Leveraged | Risk
"""How much to buy or sell, worked out when the signal is sent, after the signals before it."""


def quantity(size: Size, instrument: int, stop: float | None) -> float:
    """A size in base units, by the account and the last price as they are now."""
    match size:
        case Qty(qty):
            return qty
        case Fraction(fraction):
            return divided(host.account.equity() * fraction, host.market.last_price(instrument))
        case Affordable(fraction):
            return Terms.of(instrument).affordable(host.account.equity() * fraction)
        case Leveraged(fraction, leverage):
            return Terms.of(instrument, leverage).affordable(host.account.equity() * fraction)
        case Risk(fraction):
            equity = host.account.equity()
            terms = Terms.of(instrument)
            qty = terms.risking(equity * fraction, math.nan if stop is None else stop)
            return qty if math.isnan(qty) else min(qty, terms.affordable(equity))


def size_to_qty(position_size: float, entry_price: float, precision: int, fee_rate: float) -> float:
    """jesse's `size_to_qty`: the allowance for fees is three times the rate, and the result is floored to `precision` decimals.

    Parity only (`simulation.md` section 11, case F24); arguments and order are jesse's.
    """
    return _floored(divided(position_size * _fee_allowance(fee_rate), entry_price), precision)


def risk_to_qty(
    capital: float, risk_percent: float, entry: float, stop: float, precision: int, fee_rate: float
) -> float:
    """jesse's `risk_to_qty`: risk `risk_percent` percent of `capital` on the distance to the stop, at most all of it. The allowance
    for fees is taken twice, as jesse does.

    Parity only (`simulation.md` section 11, cases F25 and F41); arguments and order are jesse's.
    """
    risked = risk_percent / 100.0 * capital
    size = min(divided(risked, abs(entry - stop)) * entry, capital)
    return size_to_qty(size * _fee_allowance(fee_rate), entry, precision, fee_rate)


def _fee_allowance(fee_rate: float) -> float:
    return 1.0 - fee_rate * 3.0


def _floored(value: float, decimals: int) -> float:
    scale = 10.0**decimals
    return math.floor(value * scale) / scale if math.isfinite(value) else value
