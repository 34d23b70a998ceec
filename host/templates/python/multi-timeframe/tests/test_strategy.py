"""The harness feeds candles to the strategy and shows what it sends. It builds the longer candles from the short ones."""

from host_sdk import Direction
from host_sdk.testing import Harness, Opened, candles_from_closes
from strategy import WithTheTrend


def opened(closes: list[float]) -> list[Direction]:
    """Directions of what was opened on these closes of one minute, with a trend of two candles of three minutes."""
    strategy = WithTheTrend.with_params(
        timeframe="1m", trend_timeframe="3m", trend=2, fast=2, slow=3, stop=0.5, target=0.5
    )
    outcome = Harness(strategy).run(candles_from_closes(0, "1m", closes))
    return [sent.direction for sent in outcome.sent if isinstance(sent, Opened)]


def test_takes_the_cross_that_goes_with_the_trend() -> None:
    rising = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 15.8, 15.6, 17.0, 18.0]
    assert opened(rising) == [Direction.LONG]


def test_leaves_the_cross_that_goes_against_it() -> None:
    falling = [20.0, 19.0, 18.0, 17.0, 16.0, 15.0, 14.0, 14.2, 14.4, 13.0, 12.0]
    assert opened(falling) == [Direction.SHORT]
