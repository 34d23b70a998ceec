"""One path from the contract's calls to an author's functions, in a component and under pytest alike."""

from __future__ import annotations

from collections.abc import Sequence

from .contract import TIMEFRAME_NAMES, CandleColumns, Event, Rows, SeriesBinding, StreamBinding
from .data import Bars, Data, Portfolio
from .errors import Refused
from .strategy import Strategy


class Runner:
    """A strategy with the series it was bound to."""

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy.as_run()
        self._bars: list[Bars] = []
        self._portfolios: list[Portfolio] = []

    def start(self, series: Sequence[SeriesBinding], streams: Sequence[StreamBinding]) -> None:
        bindings = sorted(series, key=lambda binding: binding.id)
        self._bars = [Bars(b.id, b.need, b.instrument, TIMEFRAME_NAMES[b.timeframe]) for b in bindings]
        self._portfolios = [Portfolio(bars.instrument) for bars in self._bars]
        nothing = Bars(0, 0, 0, "")
        by_name = {(bars.instrument, bars.timeframe): bars for bars in self._bars}
        self._data = Data(self._bars[0] if self._bars else nothing, by_name)
        with _Refusals(self.strategy):
            self.strategy.on_start(series, streams)

    def on_candle(
        self, series: int, open_time: int, open: float, high: float, low: float, close: float,
        volume: float, quote_volume: float, taker_buy_volume: float, trades: float, bits: int,
    ) -> None:  # fmt: skip
        data, bars, strategy = self._data, self._bars[series], self.strategy
        bars.open_time, bars.open, bars.high, bars.low, bars.close = open_time, open, high, low, close
        bars.volume, bars.quote_volume, bars.taker_buy_volume, bars.trades = volume, quote_volume, taker_buy_volume, trades
        bars.known = True
        data.bars, data.bits = bars, bits
        try:
            strategy.update(data)
            signals = strategy.on_candle(data, self._portfolios[series])
        except Refused as refused:
            strategy.on_refused(None, refused.refusal)
            return
        if not signals:
            return
        for signal in signals:
            try:
                signal.send(bars.instrument)
            except Refused as refused:
                strategy.on_refused(signal, refused.refusal)

    def on_candles(self, series: int, candles: CandleColumns) -> None:
        data, bars, update = self._data, self._bars[series], self.strategy.update
        data.bars = bars
        bars.known = bars.known or bool(candles.open_time)
        rows = zip(
            candles.open_time, candles.open, candles.high, candles.low, candles.close,
            candles.volume, candles.quote_volume, candles.taker_buy_volume, candles.trades, candles.bits,
        )  # fmt: skip
        for row in rows:
            (bars.open_time, bars.open, bars.high, bars.low, bars.close,
             bars.volume, bars.quote_volume, bars.taker_buy_volume, bars.trades, data.bits) = row  # fmt: skip
            update(data)

    def on_rows(self, stream: int, rows: Rows) -> None:
        with _Refusals(self.strategy):
            self.strategy.on_rows(stream, rows)

    def on_event(self, time: int, event: Event) -> None:
        with _Refusals(self.strategy):
            self.strategy.on_event(time, event)


class _Refusals:
    """Gives a refusal nobody caught to the strategy instead of ending it."""

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Refused):
            return False
        self._strategy.on_refused(None, error.refusal)
        return True
