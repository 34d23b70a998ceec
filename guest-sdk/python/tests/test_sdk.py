"""The SDK itself, under pytest: what strategies send, what declarations are turned down, what indicators give."""

from __future__ import annotations

import math

import pytest

from host_sdk import (
    Affordable, CandleLength, Choice, Cross, Data, DeclarationError, Direction, Event, Float, Fraction, Int, InvalidParameters,
    Leveraged, Needs, Portfolio, Qty, Refused, Risk, Side, Signal, Strategy, log, orders, require, runtime, telemetry,
)  # fmt: skip
from host_sdk.contract import Event_Fill, Event_Timer, Level, RefusalReason, exits_at
from host_sdk.indicators import Atr, Sma
from host_sdk.streams import Funding, read
from host_sdk.testing import Closed, ClosedAll, Harness, NetSet, Opened, Submitted, candles_from_closes


class Plain(Strategy):
    """Does what a test tells it, candle by candle."""

    timeframes = ["1m"]
    warm_up = 0

    def __init__(self) -> None:
        self.script: dict[int, list[Signal]] = {}
        self.candle = -1

    def on_candle(self, data: Data, portfolio: Portfolio) -> list[Signal]:
        self.candle += 1
        return self.script.get(self.candle, [])


def run(script: dict[int, list[Signal]], closes: list[float], at_close: bool = True):  # type: ignore[no-untyped-def]
    strategy = Plain()
    strategy.script = script
    return Harness(strategy, fill_at_close=at_close).run(candles_from_closes(0, "1m", closes))


def test_orders_fill_at_the_next_open() -> None:
    outcome = run({0: [Signal.long(Qty(2.0))]}, [100.0, 103.0, 105.0], at_close=False)
    assert [(fill.open_time, fill.price) for fill in outcome.fills] == [(60_000, 100.0)]
    assert outcome.equity == 10_000.0 + 2.0 * 5.0


def test_sizes_are_worked_out_when_they_are_sent() -> None:
    sizes = [Fraction(0.3), Affordable(0.5), Leveraged(0.5, 2.0), Risk(0.01)]
    outcome = run({0: [Signal.long(size).stop_loss(95.0) for size in sizes]}, [100.0, 100.0])
    slipped = 100.0 * (1.0 + 0.000_5)
    expected = [10_000.0 * 0.3 / 100.0, 5_000.0 / slipped, 5_000.0 / (slipped * 0.5), 100.0 / 5.0]
    assert [sent.qty for sent in outcome.sent] == expected


def test_a_reversal_closes_what_points_the_other_way_first() -> None:
    script: dict[int, list[Signal]] = {0: [Signal.short(Qty(1.0))], 1: [Signal.reverse_to(Direction.LONG, Qty(2.0))]}
    sent = run(script, [100.0, 101.0, 102.0]).sent
    assert [type(one) for one in sent] == [Opened, Closed, Opened]


def test_a_signal_that_does_not_stack_waits_until_its_direction_is_free() -> None:
    entry = Signal.long(Qty(1.0)).stack(False)
    assert len(run({0: [entry], 1: [entry], 2: [entry]}, [1.0, 1.0, 1.0, 1.0]).sent) == 1
    assert len(run({0: [Signal.long(Qty(1.0))], 1: [Signal.long(Qty(1.0))]}, [1.0, 1.0, 1.0]).sent) == 2


def test_a_bracket_lies_on_the_right_sides() -> None:
    long = Signal.long(Qty(1.0)).bracket(100.0, stop=0.02, target=0.04)
    short = Signal.short(Qty(1.0)).bracket(100.0, stop=0.02, target=0.04)
    assert (long.stop, long.target) == (98.0, 104.0)
    assert (short.stop, short.target) == (102.0, 96.0)


def test_stops_come_before_targets_and_gaps_fill_at_the_open() -> None:
    entry = Signal.long(Qty(1.0)).stop_loss(95.0).take_profit(110.0)
    stopped = run({0: [entry]}, [100.0, 90.0])
    assert stopped.fills[-1].price == 95.0
    assert run({0: [entry]}, [100.0, 120.0]).fills[-1].price == 110.0


def test_net_and_close_all_go_the_contracts_way() -> None:
    script: dict[int, list[Signal]] = {0: [Signal.set_net(2.0)], 1: [Signal.set_net(-1.0)], 2: [Signal.close_all()]}
    outcome = run(script, [100.0, 100.0, 100.0, 100.0])
    assert [type(one) for one in outcome.sent] == [NetSet, NetSet, ClosedAll]
    assert [(fill.side, fill.qty) for fill in outcome.fills] == [
        (Side.BUY, 2.0), (Side.SELL, 2.0), (Side.SELL, 1.0), (Side.BUY, 1.0),
    ]  # fmt: skip


def test_a_refusal_nobody_catches_is_logged_and_nothing_ends() -> None:
    outcome = run({0: [Signal.close(99), Signal.long(Qty(1.0))], 1: [Signal.long(Qty(math.nan))]}, [1.0, 1.0, 1.0])
    assert [text for level, text in outcome.logs if level is Level.WARN] == [
        "close refused: there is no position 99",
        "open long refused: the quantity nan is no positive number",
    ]
    assert len(outcome.fills) == 1


class Maker(Strategy):
    """Rests one order and answers its fill; asks for a timer."""

    timeframes = ["1m"]
    warm_up = 0
    events = ["fills", "timers"]

    def __init__(self) -> None:
        self.seen: list[Event] = []

    def on_candle(self, data: Data, portfolio: Portfolio) -> list[Signal]:
        if not self.seen and portfolio.is_flat and not orders.working():
            orders.limit(data.instrument, Side.BUY, 1.0, 95.0).post_only().tag(7).send()
            runtime.set_timer(runtime.now() + 60_000, 3)
        telemetry.metric("closes", float(len(data["1m"].closes(100))))
        return []

    def on_event(self, time: int, event: Event) -> None:
        self.seen.append(event)
        if isinstance(event, Event_Fill):
            try:
                orders.close(1_000)
            except Refused as refused:
                log(f"{refused.reason.name}: {refused}")


def test_limit_orders_fills_and_timers_arrive() -> None:
    strategy = Maker()
    outcome = Harness(strategy).run(candles_from_closes(0, "1m", [100.0, 99.0, 94.0, 96.0]))
    assert isinstance(outcome.sent[0], Submitted) and outcome.fills[0].price == 95.0
    assert strategy.seen[0] == Event_Timer(3)
    fill = strategy.seen[1]
    assert isinstance(fill, Event_Fill) and fill.value.tag == 7
    assert (Level.INFO, "NO_POSITION: there is no position 1000") in outcome.logs
    assert outcome.metrics == {"closes": 4.0}
    assert RefusalReason.NO_POSITION.name == "NO_POSITION"


class TwoLengths(Strategy):
    timeframes = ["1m", "3m"]
    warm_up = {"1m": 2, "3m": 1}

    def __init__(self) -> None:
        self.updates: list[tuple[str, float]] = []
        self.shown: list[tuple[float, float | None]] = []

    def update(self, data: Data) -> None:
        self.updates.append((data.timeframe, data.close))

    def on_candle(self, data: Data, portfolio: Portfolio) -> list[Signal]:
        longer = data.get("3m")
        self.shown.append((data["1m"].close, None if longer is None else longer.close))
        return []


def test_the_shortest_length_is_decided_on_and_the_others_come_just_before_it() -> None:
    strategy = TwoLengths()
    outcome = Harness(strategy).run(candles_from_closes(0, "1m", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    assert outcome.decisions == 3
    assert strategy.shown == [(4.0, 3.0), (5.0, 3.0), (6.0, 6.0)]
    assert strategy.updates[2:4] == [("3m", 3.0), ("1m", 3.0)]
    assert strategy.updates[-2:] == [("3m", 6.0), ("1m", 6.0)]


class Crowded(Strategy):
    timeframes = ["1h"]
    warm_up = 0
    streams = ["funding"]
    rate = 0.0

    def on_rows(self, stream: int, rows: object) -> None:
        self.rate = read(Funding, rows)[-1].rate  # type: ignore[arg-type]

    def decide(self, data: Data, portfolio: Portfolio) -> Signal | None:
        return Signal.short(Fraction(0.2)) if self.rate > 0.000_5 and portfolio.is_flat else None


def test_rows_arrive_when_they_are_known() -> None:
    high = Funding(3_600_000, 3_600_001, 0.001, 8.0, 100.0)
    outcome = Harness(Crowded()).rows([high]).run(candles_from_closes(0, "1h", [100.0] * 4))
    assert [sent.open_time for sent in outcome.sent] == [3_600_000]
    with pytest.raises(ValueError, match="needs the stream `funding`"):
        Harness(Crowded()).run(candles_from_closes(0, "1h", [100.0]))


def test_cross_touching_is_not_crossing() -> None:
    cross = Cross()
    assert cross.update(None, 5.0) is None
    answers = [cross.update(value, 5.0) for value in [6.0, 5.0, 6.0, 5.0, 4.0, 5.0, 5.0, 6.0]]
    long, short = Direction.LONG, Direction.SHORT
    assert answers == [None, None, long, None, short, None, None, long]


def test_both_forms_of_a_parameter_say_the_same() -> None:
    class Both(Strategy):
        timeframes = ["1h"]
        parameters = {
            "one": Int(10, 2, 200, description="Candles."),
            "other": {"type": "int", "default": 10, "min": 2, "max": 200, "description": "Candles."},
        }

    one, other = Both.manifest({}).parameters
    assert (one.kind, one.description, one.searchable) == (other.kind, other.description, other.searchable)
    assert Both.with_params(other=5).params.other == 5


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"fast": Int(1, 2, 200)}, "parameter `fast` has a default that is 1, outside 2..200"),
        ({"fast": {"type": "int", "default": 1, "min": 2}}, "parameter `fast` has no `max`"),
        ({"fast": {"type": "whole", "default": 1}}, "parameter `fast` has the type 'whole'; there are int, float"),
        ({"fast": {"type": "int", "default": 3, "min": 2, "max": 4, "maxx": 4}}, "parameter `fast` has `maxx`"),
        ({"fast": Float("a", 0.0, 1.0)}, "parameter `fast` has a default that is a number, not 'a'"),
        ({"fast": Float(None, 0.0, 1.0)}, "parameter `fast` has a default that is a number, not None"),  # type: ignore[arg-type]
        ({"fast": Choice("c", ["a", "b"])}, "parameter `fast` has a default that is one of a, b, not 'c'"),
        ({"fast": CandleLength("7m")}, "parameter `fast` has a default that is '7m', which is no candle length; there are 1m, 3m"),
        ({"Fast": Int(3, 2, 4)}, "a parameter cannot be called 'Fast'"),
        ({"fast": 3}, "parameter `fast` is declared as 3"),
    ],
)
def test_a_declaration_that_cannot_be_is_one_sentence(parameters: dict[str, object], sentence: str) -> None:
    strategy = type("Odd", (Strategy,), {"parameters": parameters, "timeframes": ["1h"]})
    with pytest.raises(DeclarationError) as wrong:
        strategy.manifest({})
    assert str(wrong.value).startswith(sentence)


def test_values_and_names_that_are_not_there_are_told() -> None:
    class Fast(Strategy):
        timeframes = ["1h"]
        parameters = {"fast": Int(3, 2, 4)}

        def __init__(self) -> None:
            require(self.params.fast != 4, "fast must not be four")

    with pytest.raises(DeclarationError, match="parameter `fast` is 9, outside 2..4"):
        Fast.with_params(fast=9)
    with pytest.raises(DeclarationError, match="there is no parameter `slow`; the strategy declares fast"):
        Fast.with_params(slow=1)
    with pytest.raises(AttributeError, match="there is no parameter `slow`; the strategy declares fast"):
        Fast().params.slow
    with pytest.raises(InvalidParameters, match="fast must not be four"):
        Fast.with_params(fast=4)
    with pytest.raises(DeclarationError, match="'7m' is no candle length"):
        Needs.candles("7m")
    with pytest.raises(DeclarationError, match="'fill' is no kind of event"):
        Needs().events("fill")
    with pytest.raises(RuntimeError, match="there is no host to ask for `equity` here"):
        Portfolio(0).equity


def test_a_value_has_the_type_it_has_in_a_component() -> None:
    class Sized(Strategy):
        parameters = {"size": Float(1, 0, 2), "timeframe": CandleLength("1h")}

    assert repr(Sized().params.size) == "1.0" and repr(Sized.with_params(size=2).params.size) == "2.0"
    assert Sized().params.timeframe == "1h"


def test_a_warm_up_for_candles_nobody_asked_for_is_told() -> None:
    class Warm(Strategy):
        timeframes = ["1h"]
        warm_up = {"4h": 50}

    with pytest.raises(DeclarationError, match="`warm_up` is for '4h' too, `timeframes` has 1h"):
        Warm().needs()


def test_a_part_of_a_position_is_closed() -> None:
    strategy = Plain()
    strategy.script = {0: [Signal.long(Qty(2.0))], 1: [Signal.reduce(1, 0.25)]}
    outcome = Harness(strategy, fill_at_close=True).run(candles_from_closes(0, "1m", [100.0, 101.0, 102.0]))
    assert [(sent.position, sent.portion) for sent in outcome.sent if isinstance(sent, Closed)] == [(1, 0.25)]
    assert [fill.qty for fill in outcome.fills] == [2.0, 0.5]
    assert Signal.reduce(1, 0.25).name == "reduce"


def test_indicators_are_the_rust_ones() -> None:
    average = Sma(3)
    assert [average.update(value) for value in [1.0, 2.0, 6.0, 4.0, math.nan, 5.0]] == [None, None, 3.0, 4.0, None, 5.0]
    assert average.value == 5.0
    assert Sma.warm_up(7) == 7 and Sma.first_value(7) == 7
    atr = Atr(1)
    assert atr.update(3.0, 1.0, 2.0) is None and atr.update(5.0, 4.0, 5.0) == 3.0
    with pytest.raises(ValueError, match="Sma: period is a whole number from 1 to 10000, not 0"):
        Sma(0)


def test_exits_name_both_sides() -> None:
    exits = exits_at(stop=1.0)
    assert exits.stop is not None and exits.take_profit is None
