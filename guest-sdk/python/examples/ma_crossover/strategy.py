"""The moving-average cross: long when the fast average rises over the slow one, short when it falls under it. Every entry
closes what points the other way, opens a position of its own, and gives it a stop and a target."""

from host_sdk import CandleLength, Cross, Data, Float, Fraction, Int, Needs, Portfolio, Signal, Strategy, require
from host_sdk.indicators import Sma


class MaCrossover(Strategy):
    parameters = {
        "timeframe": CandleLength("1h", "Candle length."),
        "fast": Int(10, 2, 200, description="Candles of the fast average."),
        "slow": Int(30, 3, 400, description="Candles of the slow average."),
        "size": Float(0.2, 0.01, 1.0, step=0.01, description="Size of a position, a fraction of equity.").fixed(),
        "stop": Float(0.02, 0.001, 0.5, step=0.001, description="Distance of the stop from the close, a fraction of it."),
        "target": Float(0.04, 0.001, 0.5, step=0.001, description="Distance of the target from the close, a fraction of it."),
        "warm_up": Int(0, 0, 10_000, description="Candles before the first decision, at least `slow`.").fixed(),
    }

    def __init__(self) -> None:
        p = self.params
        require(p.fast < p.slow, "fast must be smaller than slow")
        self.fast, self.slow = Sma(p.fast), Sma(p.slow)
        self.cross = Cross()

    def needs(self) -> Needs:
        return Needs.candles(self.params.timeframe, max(self.params.slow, self.params.warm_up))

    def update(self, data: Data) -> None:
        self.fast.update(data.close)
        self.slow.update(data.close)

    def on_candle(self, data: Data, portfolio: Portfolio) -> list[Signal]:
        p = self.params
        direction = self.cross.update(self.fast.value, self.slow.value)
        if direction is None:
            return []
        entry = Signal.reverse_to(direction, Fraction(p.size))
        return [entry.bracket(data.close, stop=p.stop, target=p.target)]
