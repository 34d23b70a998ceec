"""The harness feeds candles to the strategy and shows what it sends. Its market is simple: orders fill at the next open, nothing costs."""

from host_sdk import Side
from host_sdk.contract import Exit_At
from host_sdk.testing import ExitsSet, Harness, Outcome, candles_from_closes
from strategy import Turtle

# A swing that gets smaller: no close is a new high or low.
QUIET = [100.0 + (20 - i) * (0.1 if i % 2 == 0 else -0.1) for i in range(20)]
RISE = [102.0 + i for i in range(1, 9)]


def run(closes: list[float]) -> Outcome:
    return Harness(Turtle.with_params(entry=5, exit=3)).run(candles_from_closes(0, "4h", QUIET + closes))


def test_follows_a_rise_and_leaves_when_it_breaks() -> None:
    fills = run(RISE + [109.0, 107.0, 105.0]).fills
    assert fills[0].side is Side.BUY
    sold = [fill.price for fill in fills if fill.side is Side.SELL]
    assert sold and sold[0] > fills[0].price


def test_the_stop_only_moves_up_while_the_price_rises() -> None:
    exits = [sent.exits.stop for sent in run(RISE).sent if isinstance(sent, ExitsSet)]
    stops = [stop.value for stop in exits if isinstance(stop, Exit_At)]
    assert len(stops) > 3
    assert stops == sorted(stops)
