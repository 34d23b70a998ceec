"""Feed candles to a strategy under pytest, without Wasm and without the simulator, and look at what it sends.

    strategy = MaCrossover.with_params(fast=2, slow=3)
    outcome = Harness(strategy).run(candles_from_closes(0, "1h", [100.0, 98.0, 97.0, 99.0, 103.0]))
    assert [sent.direction for sent in outcome.sent if isinstance(sent, Opened)] == [Direction.LONG]
"""

from .feed import candles_from_closes
from .harness import Harness, Outcome
from .sent import Closed, ClosedAll, ExitsSet, FillAt, NetSet, Opened, Sent, Submitted, Withdrawn

__all__ = [
    "Closed",
    "ClosedAll",
    "ExitsSet",
    "FillAt",
    "Harness",
    "NetSet",
    "Opened",
    "Outcome",
    "Sent",
    "Submitted",
    "Withdrawn",
    "candles_from_closes",
]
