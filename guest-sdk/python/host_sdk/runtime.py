"""Time and chance, the same in every replay. There is no other clock and no other chance worth using."""

from __future__ import annotations

from componentize_py_types import Err

from .errors import Refused
from .seam import host


def now() -> int:
    """The moment of this call, the close of the minute being handled: milliseconds since 1970 UTC."""
    return host.runtime.now()


def random() -> float:
    """A uniform number in [0, 1) from the run's seed."""
    return host.runtime.random()


def set_timer(at: int, tag: int = 0) -> None:
    """Ask for a `timer` event at the first minute boundary at or after this time."""
    try:
        host.runtime.set_timer(at, tag)
    except Err as refusal:
        raise Refused(refusal.value) from None


def cancel_timers(tag: int = 0) -> int:
    """Forget all timers with this tag; how many there were."""
    return host.runtime.cancel_timers(tag)


def halt(why: str) -> None:
    """Stop this strategy for good; the sentence goes into the report."""
    host.runtime.halt(why)
