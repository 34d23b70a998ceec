"""The moving-average cross: long when the fast average rises over the slow one, short when it falls under it."""

from host_sdk import CandleLength, Cross, Data, Float, Fraction, Int, Needs, Portfolio, Signal, Strategy, require
from host_sdk.indicators import Sma


class MovingAverages(Strategy):
    # What a user may set: `host backtest . --param fast=12`.
    parameters = {
        "timeframe": CandleLength("1h", "Candle length."),
        "fast": Int(10, 2, 200, description="Candles of the fast average."),
        "slow": Int(30, 3, 400, description="Candles of the slow average."),
        "size": Float(0.2, 0.01, 1.0, step=0.01, description="Size of a position, a fraction of equity.").fixed(),
    }

    def __init__(self) -> None:
        require(self.params.fast < self.params.slow, "fast must be smaller than slow")
        self.fast, self.slow = Sma(self.params.fast), Sma(self.params.slow)
        self.cross = Cross()

    def needs(self) -> Needs:
        """Which candles, and how many of them before the first decision."""
        return Needs.candles(self.params.timeframe, self.params.slow)

    def update(self, data: Data) -> None:
        """Every closed candle, those of the warm-up too: the place to feed indicators."""
        self.fast.update(data.close)
        self.slow.update(data.close)

    def decide(self, data: Data, portfolio: Portfolio) -> Signal | None:
        """Every closed candle after the warm-up: the place to decide. What is sent meets the next candle."""
        direction = self.cross.update(self.fast.value, self.slow.value)
        if direction is None:
            return None
        return Signal.reverse_to(direction, Fraction(self.params.size))
