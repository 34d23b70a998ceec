"""What the life cycle does around an author's answers."""

from __future__ import annotations

import pytest

from host_sdk import (
    Cross, Data, DeclarationError, Direction, LifeCycle, Plan, Portfolio, Position, Side, Update, runtime, telemetry,
)  # fmt: skip
from host_sdk.contract import Cause, Event, Event_Timer, Level, PositionEvent, opposite
from host_sdk.testing import Closed, Harness, Outcome, Submitted, Withdrawn, candles_from_closes


def run(strategy: LifeCycle, closes: list[float]) -> Outcome:
    return Harness(strategy).run(candles_from_closes(0, "1h", closes))


class Reverser(LifeCycle):
    """Always on the side of the price against 100."""

    timeframes = ["1h"]
    warm_up = 1

    def __init__(self) -> None:
        self.cross = Cross()

    def update(self, data: Data) -> None:
        self.cross.update(data.close, 100.0)

    def should_long(self, data: Data) -> bool:
        return self.cross.last is Direction.LONG

    def should_short(self, data: Data) -> bool:
        return self.cross.last is Direction.SHORT

    def go(self, data: Data, portfolio: Portfolio, direction: Direction) -> Plan:
        return Plan.market(2.0)

    def update_position(self, data: Data, position: Position) -> Update:
        return Update.liquidate_if(self.cross.last is opposite(position.direction))


def test_a_cross_liquidates_and_reverses_in_one_call() -> None:
    outcome = run(Reverser(), [99.0, 101.0, 102.0, 98.0, 97.0, 103.0, 104.0])
    fills = [(fill.open_time // 3_600_000, fill.side, fill.price) for fill in outcome.fills]
    assert fills == [
        (2, Side.BUY, 101.0), (4, Side.SELL, 98.0), (4, Side.SELL, 98.0), (6, Side.BUY, 103.0), (6, Side.BUY, 103.0),
    ]  # fmt: skip
    first, closed, second, closed_too, third = (fill.position for fill in outcome.fills)
    assert (first, second) == (closed, closed_too)
    assert len({first, second, third}) == 3, "each reversal is a new position"


class Dip(LifeCycle):
    """Buys under the market with a stop, moves the stop up, and records what it is told."""

    timeframes = ["1h"]
    warm_up = 1

    def __init__(self) -> None:
        self.told: list[str] = []

    def should_long(self, data: Data) -> bool:
        return True

    def go_long(self, data: Data, portfolio: Portfolio) -> Plan:
        return Plan.at(2.0, data.close * 0.9).stop_loss(data.close * 0.5).take_part(1.0, data.close * 1.1)

    def update_position(self, data: Data, position: Position) -> Update | None:
        return Update.stop_loss(80.0) if position.stop is not None and position.stop < 80.0 else None

    def on_open_position(self, event: PositionEvent) -> None:
        self.told.append("opened")

    def on_reduced_position(self, event: PositionEvent) -> None:
        self.told.append("reduced")

    def on_close_position(self, event: PositionEvent) -> None:
        self.told.append(f"closed by {event.cause.name}")


def test_waiting_entries_are_renewed_and_positions_followed() -> None:
    # First decision at index 1: buy at 90, withdrawn at index 2 and sent again. Index 3 touches it, index 4 takes half at 110,
    # index 5 falls to the stop that was moved to 80 at index 3.
    strategy = Dip()
    outcome = run(strategy, [100.0, 100.0, 100.0, 88.0, 115.0, 70.0])
    assert [(fill.side, fill.qty, fill.price, fill.cause) for fill in outcome.fills] == [
        (Side.BUY, 2.0, 90.0, Cause.ORDER), (Side.SELL, 1.0, 100.0 * 1.1, Cause.ORDER), (Side.SELL, 1.0, 80.0, Cause.STOP),
    ]  # fmt: skip
    assert sum(isinstance(sent, Withdrawn) for sent in outcome.sent) == 1
    assert strategy.told == ["opened", "reduced", "closed by STOP"]


class Patient(Dip):
    """Lets its entry wait."""

    def should_cancel_entry(self, data: Data) -> bool:
        return False


def test_an_entry_that_may_wait_is_sent_once() -> None:
    outcome = run(Patient(), [100.0, 100.0, 101.0, 102.0, 103.0])
    assert [type(sent) for sent in outcome.sent] == [Submitted, Submitted], "the entry and its part"


class Undecided(Reverser):
    """Wants both."""

    def should_long(self, data: Data) -> bool:
        return True

    def should_short(self, data: Data) -> bool:
        return True


class Doubtful(Undecided):
    """Wants to buy, but for its filter."""

    def should_short(self, data: Data) -> bool:
        return False

    def filter(self, data: Data, direction: Direction) -> bool:
        return False


@pytest.mark.parametrize("strategy", [Undecided, Doubtful])
def test_both_directions_or_a_filter_that_says_no_enter_nothing(strategy: type[LifeCycle]) -> None:
    assert run(strategy(), [99.0, 101.0, 102.0]).sent == []


class Clumsy(LifeCycle):
    """Enters with a quantity nobody takes, asks for timers, and counts its candles to the end."""

    timeframes = ["1h"]
    warm_up = 0
    events = ["timers"]

    def __init__(self) -> None:
        self.seen: list[Event] = []

    def on_start(self, series: object, streams: object) -> None:
        runtime.set_timer(0, 5)

    def should_long(self, data: Data) -> bool:
        return True

    def go_long(self, data: Data, portfolio: Portfolio) -> Plan:
        return Plan.market(-1.0)

    def on_event(self, time: int, event: Event) -> None:
        self.seen.append(event)

    def after(self, data: Data) -> None:
        telemetry.metric("after", data.close)


def test_a_refused_entry_is_logged_and_the_cycle_goes_on() -> None:
    strategy = Clumsy()
    outcome = run(strategy, [100.0, 101.0])
    warning = (Level.WARN, "an order was refused: the quantity -1.0 is no positive number")
    assert outcome.logs == [warning, warning]
    assert outcome.metrics == {"after": 101.0}
    assert strategy.seen == [Event_Timer(5)], "other events arrive beside those of positions"


class Halver(Reverser):
    """Lets half of what is left go at every candle."""

    def update_position(self, data: Data, position: Position) -> Update:
        return Update.reduce(0.5)


def test_a_reduction_leaves_the_position_open() -> None:
    outcome = run(Halver(), [99.0, 101.0, 102.0, 103.0, 104.0])
    assert [fill.qty for fill in outcome.fills] == [2.0, 1.0, 0.5]
    assert [sent.portion for sent in outcome.sent if isinstance(sent, Closed)] == [0.5, 0.5, 0.5]


@pytest.mark.parametrize(
    ("name", "instead"),
    [("on_candle", "answer `should_long`"), ("decide", "answer `should_long`"), ("filters", "answer `filter"),
     ("hyperparameters", "declare `parameters`")],
)  # fmt: skip
def test_what_a_life_cycle_never_calls_is_turned_down(name: str, instead: str) -> None:
    with pytest.raises(DeclarationError, match=f"class Mixed is a LifeCycle, which never calls `{name}`: {instead}"):
        type("Mixed", (Reverser,), {name: lambda self: []})


def test_a_life_cycle_has_to_say_when_to_buy() -> None:
    class Silent(LifeCycle):
        timeframes = ["1h"]

    with pytest.raises(TypeError, match="should_long"):
        Silent.with_params()
