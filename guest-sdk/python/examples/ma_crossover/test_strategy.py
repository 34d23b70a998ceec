from host_sdk.contract import Direction
from host_sdk.testing import Harness, Opened, candles_from_closes
from strategy import MaCrossover

TROUGH_AND_PEAK = [100.0, 98.0, 96.0, 94.0, 97.0, 101.0, 104.0, 106.0, 103.0, 98.0, 95.0, 92.0]


def test_goes_long_after_the_trough_and_short_after_the_peak() -> None:
    strategy = MaCrossover.with_params(fast=2, slow=3, size=0.5)
    outcome = Harness(strategy).run(candles_from_closes(0, "1h", TROUGH_AND_PEAK))
    opened = [sent for sent in outcome.sent if isinstance(sent, Opened)]
    assert [sent.direction for sent in opened] == [Direction.LONG, Direction.SHORT]
    assert opened[0].qty == 10_000.0 * 0.5 / 101.0
    assert (opened[0].stop, opened[0].take_profit) == (101.0 * (1.0 - 0.02), 101.0 * (1.0 + 0.04))
