"""Two timeframes: a moving-average cross on short candles, taken only if the close lies on the same side of an average of long
candles. A long candle is known when it is closed, never before."""

from host_sdk import CandleLength, Cross, Data, Float, Fraction, Int, Needs, Portfolio, Signal, Strategy, require
from host_sdk.contract import sign
from host_sdk.indicators import Sma

SHORT = 0
"""The first of the two series, in the order of `needs`."""


class WithTheTrend(Strategy):
    parameters = {
        "timeframe": CandleLength("15m", "Candle length of the cross."),
        "trend_timeframe": CandleLength("4h", "Candle length of the trend."),
        "trend": Int(50, 2, 400, description="Candles of the trend's average."),
        "fast": Int(10, 2, 200, description="Candles of the fast average."),
        "slow": Int(30, 3, 400, description="Candles of the slow average."),
        "size": Float(0.2, 0.01, 1.0, step=0.01, description="Size of a position, a fraction of equity.").fixed(),
        "stop": Float(0.015, 0.001, 0.5, step=0.001, description="Distance of the stop from the close, a fraction of it."),
        "target": Float(0.03, 0.001, 0.5, step=0.001, description="Distance of the target from the close, a fraction of it."),
    }

    def __init__(self) -> None:
        p = self.params
        require(p.fast < p.slow, "fast must be smaller than slow")
        self.trend, self.fast, self.slow = Sma(p.trend), Sma(p.fast), Sma(p.slow)
        self.cross = Cross()

    def needs(self) -> Needs:
        """The long candles come just before the short one they close with, and only `update` sees them."""
        p = self.params
        return Needs.candles(p.timeframe, p.slow).with_primary(p.trend_timeframe, p.trend)

    def update(self, data: Data) -> None:
        if data.need == SHORT:
            self.fast.update(data.close)
            self.slow.update(data.close)
        else:
            self.trend.update(data.close)

    def decide(self, data: Data, portfolio: Portfolio) -> Signal | None:
        p = self.params
        direction = self.cross.update(self.fast.value, self.slow.value)
        if direction is None or self.trend.value is None:
            return None
        if sign(direction) * (data.close - self.trend.value) <= 0.0:
            return None
        entry = Signal.reverse_to(direction, Fraction(p.size)).stack(False)
        return entry.bracket(data.close, stop=p.stop, target=p.target)
