"""The harness feeds candles to the strategy and shows what it sends. Its market is simple: orders fill at the next open, nothing costs."""

from host_sdk import Direction
from host_sdk.testing import Harness, Opened, candles_from_closes
from strategy import Reversal

# Forty quiet candles for the warm-up, a fall, a turn.
QUIET = [100.0 + i % 2 for i in range(40)]
FALL = [100.0 - 2.0 * i for i in range(1, 7)]
TURN = [88.0 + 3.0 * i for i in range(1, 7)]


def test_buys_when_the_rsi_leaves_the_oversold_zone() -> None:
    candles = candles_from_closes(0, "1h", QUIET + FALL + TURN)
    outcome = Harness(Reversal.with_params(period=2)).run(candles)
    turned = [sent for sent in outcome.sent if isinstance(sent, Opened) and sent.open_time >= candles[46].open_time]
    close, first = candles[46].close, turned[0]
    assert first.direction is Direction.LONG
    assert first.stop is not None and first.take_profit is not None
    assert first.stop < close < first.take_profit
    # Being stopped costs one percent of 10,000, or less where that much cannot be bought.
    assert first.qty * (close - first.stop) <= 101.0


def test_a_market_that_does_not_move_gives_no_signal() -> None:
    candles = candles_from_closes(0, "1h", [100.0] * 60)
    assert Harness(Reversal.with_params(period=2)).run(candles).sent == []
