"""The harness feeds candles to the strategy and shows what it sends. Its market is simple: a limit fills where a candle touches it."""

from host_sdk import Side
from host_sdk.testing import Harness, Outcome, candles_from_closes
from strategy import Grid


def run(closes: list[float]) -> Outcome:
    return Harness(Grid.with_params(levels=3, step=0.01)).run(candles_from_closes(0, "1h", closes))


def test_a_level_is_bought_sold_one_step_higher_and_bought_again() -> None:
    # Laid at 100: buys at 99, 98 and 97. The price swings through the first one twice.
    outcome = run([100.0, 99.5, 98.5, 100.5, 98.5, 100.5])
    fills = [(fill.side, fill.price) for fill in outcome.fills]
    assert fills == [(Side.BUY, 99.0), (Side.SELL, 100.0), (Side.BUY, 99.0), (Side.SELL, 100.0)]
    assert outcome.equity > 10_000.0


def test_a_fall_fills_every_level_once() -> None:
    assert len(run([100.0, 99.5, 96.0, 95.0, 94.0]).fills) == 3
