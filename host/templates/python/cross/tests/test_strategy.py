"""The harness feeds candles to the strategy and shows what it sends. Its market is simple: orders fill at the next open, nothing costs."""

import pytest
from host_sdk import Direction, InvalidParameters
from host_sdk.testing import Harness, Opened, candles_from_closes
from strategy import MovingAverages


def test_goes_short_on_a_cross_down_and_long_on_a_cross_up() -> None:
    # The fast average is over the slow one at 12, under it from 9 on, and over it again at 13.
    candles = candles_from_closes(0, "1h", [10.0, 10.0, 10.0, 11.0, 12.0, 9.0, 8.0, 13.0])
    outcome = Harness(MovingAverages.with_params(fast=2, slow=3)).run(candles)
    opened = [(sent.open_time, sent.direction) for sent in outcome.sent if isinstance(sent, Opened)]
    assert opened == [(candles[5].open_time, Direction.SHORT), (candles[7].open_time, Direction.LONG)]


def test_fast_must_be_smaller_than_slow() -> None:
    with pytest.raises(InvalidParameters):
        MovingAverages.with_params(fast=30, slow=30)
