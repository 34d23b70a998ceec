"""What people see: log lines, plots, marks, numbers. The host bounds all of it; too much is dropped, never an error."""

from __future__ import annotations

import math

from .contract import Level, Marker, Pane, Style
from .seam import host


def debug(text: str) -> None:
    """One line in the log, for the author's eyes."""
    host.telemetry.log(Level.DEBUG, text)


def log(text: str) -> None:
    """One line in the log."""
    host.telemetry.log(Level.INFO, text)


def warn(text: str) -> None:
    """One line in the log: something is odd."""
    host.telemetry.log(Level.WARN, text)


def error(text: str) -> None:
    """One line in the log: something is wrong."""
    host.telemetry.log(Level.ERROR, text)


def mark(marker: Marker, price: float, text: str = "") -> None:
    """One sign on the chart at `now` and this price."""
    host.telemetry.mark(marker, price, text)


def metric(name: str, value: float) -> None:
    """A named number in the run's summary; the last value counts."""
    host.telemetry.metric(name, value)


def alert(text: str) -> None:
    """A message to the user's alert channel, rate-limited."""
    host.telemetry.alert(text)


class Plot:
    """A plotted series: made in `on_start` or later, a point a candle. Same name, same series."""

    def __init__(self, number: int) -> None:
        self._number = number

    @staticmethod
    def over_price(name: str, style: Style = Style.LINE) -> Plot:
        """A series drawn over the candles."""
        return Plot(host.telemetry.plot_series(name, Pane.PRICE, style))

    @staticmethod
    def in_panel(name: str, style: Style = Style.LINE) -> Plot:
        """A series in a panel of its own, shared by the series of the strategy that ask for it."""
        return Plot(host.telemetry.plot_series(name, Pane.PANEL, style))

    def point(self, value: float | None) -> None:
        """One point at `now`; NaN or nothing is a gap."""
        host.telemetry.plot(self._number, math.nan if value is None else value)
