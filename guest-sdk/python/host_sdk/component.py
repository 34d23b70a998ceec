"""The exports of a component. Used by the module `host build` writes, never by authors.

componentize-py makes a new object for every call, so what must last lies in this module.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

from componentize_py_types import Err
from wit_world.imports.manifest import InitError_Failed, InitError_InvalidParameters, Manifest
from wit_world.imports.manifest import Needs as NeedsOfContract

from .contract import CandleColumns, Event, NamedValue, Rows, SeriesBinding, StreamBinding
from .errors import DeclarationError, InvalidParameters
from .parameters import declared, from_host
from .runner import Runner
from .seam import host
from .strategy import Strategy, strategies_of


class _Place:
    strategy: type[Strategy]
    project: Mapping[str, str]
    authors: Sequence[str]
    runner: Runner


class Guest:
    """The contract's calls, handed on to the one strategy of this component."""

    def manifest(self) -> Manifest:
        return _Place.strategy.manifest(_Place.project, _Place.authors)

    def init(self, parameters: list[NamedValue]) -> NeedsOfContract:
        try:
            params = from_host(declared(_Place.strategy.parameters), parameters)
            _Place.runner = Runner(_Place.strategy.made_with(params))
            return _Place.runner.strategy.needs().to_wit()
        except InvalidParameters as wrong:
            raise Err(InitError_InvalidParameters(str(wrong))) from None
        except DeclarationError as wrong:
            raise Err(InitError_Failed(str(wrong))) from None

    def start(self, series: list[SeriesBinding], streams: list[StreamBinding]) -> None:
        # The seed of Python's own generator was fixed when the component was built; from here on it follows the run's.
        random = sys.modules.get("random")
        if random is not None:
            random.seed(host.runtime.random())
        _Place.runner.start(series, streams)

    def on_candle(
        self, series: int, open_time: int, open: float, high: float, low: float, close: float,
        volume: float, quote_volume: float, taker_buy_volume: float, trades: float, bits: int,
    ) -> None:  # fmt: skip
        _Place.runner.on_candle(
            series, open_time, open, high, low, close, volume, quote_volume, taker_buy_volume, trades, bits
        )

    def on_candles(self, series: int, candles: CandleColumns) -> None:
        _Place.runner.on_candles(series, candles)

    def on_rows(self, id: int, rows: Rows) -> None:
        _Place.runner.on_rows(id, rows)

    def on_event(self, time: int, event: Event) -> None:
        _Place.runner.on_event(time, event)


def guest(module: ModuleType, project: Mapping[str, str], authors: Sequence[str]) -> type[Guest]:
    """The exports for the strategy in this module."""
    (_Place.strategy,) = strategies_of(module)
    _Place.project, _Place.authors = project, authors
    return Guest
