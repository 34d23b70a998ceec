"""The guide's blocks of Python do what the guide says. The strategies of the pages for movers are held to more, in
`test_recorded.py`."""

from __future__ import annotations

from host_sdk.contract import TIMEFRAME_NAMES
from host_sdk.strategy import strategies_of
from host_sdk.testing import Harness, candles_from_closes

from pages import blocks
from test_recorded import closes


def test_the_guides_strategies_trade_and_its_test_passes() -> None:
    modules = blocks("python.md")
    strategies = [strategy for module in modules for strategy in strategies_of(module)]
    assert [strategy.__name__ for strategy in strategies] == ["MaCrossover", "Climber"]
    for strategy in strategies:
        made = strategy.with_params()
        length = TIMEFRAME_NAMES[made.needs().series[0].timeframe]
        assert Harness(made).run(candles_from_closes(0, length, closes())).fills, strategy.__name__
    tests = [thing for module in modules for name, thing in vars(module).items() if name.startswith("test_")]
    assert len(tests) == 1
    for test in tests:
        test()
