"""The exit helpers: where levels lie, and when they move; and jesse's sizes."""

from __future__ import annotations

import math

import pytest

from host_sdk import Chandelier, Data, Direction, Levels, Plan, Position, Roi, ScaleOut, Signal, TrailingStop, Update
from host_sdk.contract import Exit_At, sign
from host_sdk.data import Bars
from host_sdk.exits import break_even, price_at, profit
from host_sdk.sizing import risk_to_qty, size_to_qty

BOTH = pytest.mark.parametrize("direction", [Direction.LONG, Direction.SHORT])
MINUTE_MS = 60_000


def held(direction: Direction, entry: float, id: int = 7) -> Position:
    nothing = math.nan
    return Position(id, 0, direction, 1.0, entry, 0, True, None, None, nothing, entry, 0.0, 0.0, entry, entry, 0)


def candle(price: float) -> Data:
    bars = Bars(0, 0, 0, "1m")
    bars.open = bars.high = bars.low = bars.close = price
    return Data(bars, {})


@BOTH
@pytest.mark.parametrize("wanted", [-0.5, 0.0, 0.01, 0.3])
def test_the_price_of_a_profit_gives_that_profit(direction: Direction, wanted: float) -> None:
    assert profit(direction, 250.0, price_at(direction, 250.0, wanted, 0.001), 0.001) == pytest.approx(wanted, abs=1e-12)


def test_freqtrades_reference_target_is_found_to_the_cent() -> None:
    # First and third row of its bracket run: target of 1 % after a fee of 0.05 % on both fills.
    assert round(price_at(Direction.LONG, 61_177.56, 0.01, 0.000_5), 2) == 61_851.16
    assert round(price_at(Direction.SHORT, 61_902.75, 0.01, 0.000_5), 2) == 61_222.47


@BOTH
def test_a_stop_never_loosens(direction: Direction) -> None:
    toward, position = sign(direction), held(direction, 100.0)
    position.stop = 100.0 - toward * 5.0
    levels = Levels.of(position).tighten(100.0 - toward * 8.0).tighten(math.nan).tighten(None)
    assert levels.update(100.0) == Update.keep()
    assert levels.tighten(100.0 - toward * 2.0).update(100.0) == Update.exits(100.0 - toward * 2.0, None)


@BOTH
def test_a_level_the_market_has_passed_liquidates(direction: Direction) -> None:
    toward, levels = sign(direction), Levels.of(held(direction, 100.0))
    assert levels.tighten(100.0).update(100.0) == Update.liquidate()
    assert levels.take_profit(100.0 - toward).update(100.0) == Update.liquidate()
    ahead = levels.tighten(100.0 - toward).take_profit(100.0 + toward).update(100.0)
    assert ahead == Update.exits(100.0 - toward, 100.0 + toward)


@BOTH
def test_an_update_as_a_signal_keeps_the_exit_it_does_not_name(direction: Direction) -> None:
    position = held(direction, 100.0)
    position.stop, position.take_profit = 90.0, 110.0
    signals = [update.signal(position) for update in (Update.keep(), Update.liquidate(), Update.reduce(0.25))]
    assert signals == [None, Signal.close(7), Signal.reduce(7, 0.25)]
    moved = [update.signal(position) for update in (Update.stop_loss(95.0), Update.take_profit(105.0), Update.exits(None, 104.0))]
    exits = [(one.exits.stop, one.exits.take_profit) for one in moved]  # type: ignore[union-attr]
    assert exits == [(Exit_At(95.0), Exit_At(110.0)), (Exit_At(90.0), Exit_At(105.0)), (None, Exit_At(104.0))]


@BOTH
def test_break_even_waits_for_the_gain_and_pays_the_fees(direction: Direction) -> None:
    toward, position = sign(direction), held(direction, 100.0)
    assert break_even(position, 100.0 + toward * 0.9, 0.01, 0.001) is None
    stop = break_even(position, 100.0 + toward * 2.0, 0.01, 0.001)
    assert stop is not None and profit(direction, 100.0, stop, 0.001) == pytest.approx(0.0, abs=1e-12)


def test_the_latest_row_whose_minute_has_come_counts() -> None:
    roi = Roi({60: 0.0, 5: 0.04, 30: 0.02})
    assert [roi.enough(minutes) for minutes in (4, 5, 29, 30, 59, 60, 100_000)] == [None, 0.04, 0.04, 0.02, 0.02, 0.0, 0.0]
    assert not Roi({}).is_reached(1_000, 9.0)
    assert Roi({"60": 0.0, "5": 0.04}).enough(59) == 0.04, "freqtrade writes its minutes as text"


def test_profit_must_be_over_the_row_at_eight_decimals() -> None:
    roi = Roi({0: 0.01})
    assert [roi.is_reached(0, made) for made in (0.01, 0.010_000_004, 0.010_000_006, math.inf)] == [False, False, True, True]
    # Halves go away from 0 in Rust, to the even number in Python's own `round`.
    assert Roi({0: 0.0}).is_reached(0, 0.5e-8)


@BOTH
def test_a_row_of_minus_one_leaves_at_its_minute(direction: Direction) -> None:
    roi, position = Roi({0: 0.5, 10: -1.0}), held(direction, 100.0)
    found = [
        Levels.of(position).take_profit(roi.target(position, minute * MINUTE_MS, 0.001)).update(100.0) for minute in (9, 10)
    ]
    assert found[0] != Update.liquidate() and found[1] == Update.liquidate()


def test_the_distance_shrinks_over_the_offset_only() -> None:
    follows = TrailingStop(0.05).closer(0.01, 0.02)
    waits = follows.not_before_offset()
    for direction, best, following, waiting in [
        (Direction.LONG, 101.0, 95.95, None), (Direction.LONG, 102.5, 101.475, 101.475),
        (Direction.SHORT, 99.0, 103.95, None), (Direction.SHORT, 97.5, 98.475, 98.475),
    ]:  # fmt: skip
        levels = [trail.level(held(direction, 100.0), candle(best), 0.0) for trail in (follows, waits)]
        assert levels == [pytest.approx(following), None if waiting is None else pytest.approx(waiting)]
    assert waits.level(held(Direction.LONG, 100.0), candle(102.1), 0.001) is None, "fees count against the offset"


def test_a_chandelier_hangs_from_the_best_close_of_its_position() -> None:
    chandelier, first = Chandelier(2.0), held(Direction.LONG, 100.0)
    assert [chandelier.level(first, close, 1.5) for close in (99.0, 104.0, 101.0)] == [96.0, 101.0, 101.0]
    assert chandelier.level(first, 105.0, None) is None
    assert chandelier.level(first, 101.0, 1.5) == 102.0
    assert chandelier.level(held(Direction.SHORT, 50.0, id=8), 49.0, 1.5) == 52.0


def test_steps_are_taken_once_of_the_whole_and_together_where_jumped_over() -> None:
    steps = [(0.02, 0.25), (0.01, 0.5)]
    parts, position = ScaleOut(steps), held(Direction.SHORT, 100.0)
    assert [parts.due(position, price) for price in (99.5, 98.9)] == [None, 0.5]
    position.qty = 0.5
    assert [parts.due(position, price) for price in (99.9, 98.9, 97.0)] == [None, None, 0.5]
    assert ScaleOut(steps).due(held(Direction.LONG, 100.0), 103.0) == 0.75
    assert parts.due(held(Direction.LONG, 100.0, id=8), 101.5) == 0.5, "the next position begins anew"


def test_parts_lie_on_the_side_of_the_profit() -> None:
    parts = ScaleOut([(0.02, 0.25), (0.01, 0.5)]).parts(Direction.SHORT, 200.0, 4.0)
    assert parts == [(2.0, 198.0), (1.0, 196.0)]
    assert Plan.market(4.0).take_parts(parts).parts == tuple(parts)


@pytest.mark.parametrize("steps", [[(0.01, 0.6), (0.02, 0.6)], [(0.01, 0.0)]])
def test_more_than_everything_or_nothing_is_no_part(steps: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="at most 1 together"):
        ScaleOut(steps)


def test_jesses_sizing_equals_the_reference_cases() -> None:
    assert size_to_qty(1_000.0, 333.33, 3, 0.001) == 2.991, "F24"
    assert risk_to_qty(10_000.0, 2.0, 50_000.0, 49_500.0, 3, 0.0) == 0.2, "F25"
    assert risk_to_qty(10_000.0, 1.0, 100.0, 80.0, 3, 0.001) == 4.97, "F41"
    assert risk_to_qty(10_000.0, 1.0, 100.0, 100.0, 3, 0.0) == 100.0, "without a distance, all of it"
