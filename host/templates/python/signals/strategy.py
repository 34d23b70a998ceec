"""Buys when the RSI leaves the oversold zone and sells short when it leaves the overbought one. The stop lies a few ranges away,
and the size is chosen so that being stopped costs the same part of equity every time."""

from host_sdk import CandleLength, Cross, Data, Direction, Float, Int, Needs, Portfolio, Risk, Signal, Strategy
from host_sdk.indicators import Atr, Rsi


class Reversal(Strategy):
    parameters = {
        "timeframe": CandleLength("1h", "Candle length."),
        "period": Int(14, 2, 100, description="Candles of the RSI and of the average range."),
        "oversold": Float(
            30.0, 5.0, 45.0, step=1.0, description="Long when the RSI rises over this; short when it falls under 100 less this."
        ),
        "risk": Float(0.01, 0.001, 0.05, step=0.001, description="Part of equity that is lost if the stop is hit.").fixed(),
        "stop": Float(2.0, 0.5, 10.0, step=0.5, description="Distance of the stop from the close, in average ranges."),
        "target": Float(3.0, 0.5, 20.0, step=0.5, description="Distance of the target from the close, in average ranges."),
    }

    def __init__(self) -> None:
        self.rsi, self.range = Rsi(self.params.period), Atr(self.params.period)
        self.low, self.high = Cross(), Cross()

    def needs(self) -> Needs:
        """The RSI remembers for long: after fifteen periods it no longer matters where the data began."""
        return Needs.candles(self.params.timeframe, 15 * self.params.period)

    def update(self, data: Data) -> None:
        self.rsi.update(data.close)
        self.range.update(data.bars.high, data.bars.low, data.close)

    def decide(self, data: Data, portfolio: Portfolio) -> Signal | None:
        p = self.params
        # Both are asked every time: they remember the value.
        low = self.low.update(self.rsi.value, p.oversold)
        high = self.high.update(self.rsi.value, 100.0 - p.oversold)
        if self.range.value is None:
            return None
        if low is Direction.LONG:
            sign, entry = 1.0, Signal.reverse_to(Direction.LONG, Risk(p.risk))
        elif high is Direction.SHORT:
            sign, entry = -1.0, Signal.reverse_to(Direction.SHORT, Risk(p.risk))
        else:
            return None
        stop = data.close - sign * p.stop * self.range.value
        target = data.close + sign * p.target * self.range.value
        return entry.stack(False).stop_loss(stop).take_profit(target)
