"""Two timeframes: a moving-average cross on short candles, taken only if the close lies on the same side of a long average on
long candles. The long average knows closed candles only; the close it is compared with is that of the short candle."""

from host_sdk import CandleLength, Cross, Data, Float, Fraction, Int, Needs, Portfolio, Signal, Strategy, require
from host_sdk.contract import sign
from host_sdk.indicators import Sma


class MtfTrend(Strategy):
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
        """One candle of the trend less than its average takes: the last may close together with the first candle decided on."""
        p = self.params
        return Needs.candles(p.timeframe, p.slow).with_primary(p.trend_timeframe, p.trend - 1)

    def update(self, data: Data) -> None:
        if data.need == 0:
            self.fast.update(data.close)
            self.slow.update(data.close)
        else:
            self.trend.update(data.close)

    def decide(self, data: Data, portfolio: Portfolio) -> Signal | None:
        p, trend = self.params, self.trend.value
        if trend is None:
            return None
        direction = self.cross.update(self.fast.value, self.slow.value)
        if direction is None or sign(direction) * (data.close - trend) <= 0.0:
            return None
        entry = Signal.reverse_to(direction, Fraction(p.size)).stack(False)
        return entry.bracket(data.close, stop=p.stop, target=p.target)
