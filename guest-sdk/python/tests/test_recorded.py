"""The examples and the strategies of the pages send, to the last bit, what their Rust twins send (`tests/it/python.rs` holds those
to the same recording)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from host_sdk import Direction, Exits, Side, Strategy
from host_sdk.contract import Exit_At, OrderKind_Limit, OrderKind_Market, OrderKind_Stop, OrderRequest
from host_sdk.parameters import Value
from host_sdk.strategy import strategies_of
from host_sdk.testing import Closed, ExitsSet, Harness, Opened, Outcome, Sent, Submitted, Withdrawn, candles_from_closes

from leaver import Leaver
from pages import blocks

HERE = Path(__file__).parent


def closes() -> list[float]:
    state, cents, found = 1, 100_000, []
    for _ in range(3_000):
        state = (state * 1_103_515_245 + 12_345) % (1 << 31)
        cents += (state >> 16) % 401 - 200
        found.append(cents / 100.0)
    return found


def trade_side(side: Side) -> str:
    return "buy" if side is Side.BUY else "sell"


def level(trigger: float | None) -> str:
    return "none" if trigger is None else repr(trigger)


def both(exits: Exits) -> str:
    triggers = []
    for exit in (exits.stop, exits.take_profit):
        assert exit is None or isinstance(exit, Exit_At)
        triggers.append(None if exit is None else exit.value)
    return " ".join(level(trigger) for trigger in triggers)


def kind_of(order: OrderRequest) -> str:
    match order.kind:
        case OrderKind_Market():
            return "market"
        case OrderKind_Limit(value=price):
            return f"limit {price!r}"
        case OrderKind_Stop(value=price):
            return f"stop {price!r}"
    raise AssertionError(f"these strategies do not send {order.kind}")


def line(sent: Sent) -> str:
    match sent:
        case Opened():
            direction = "long" if sent.direction is Direction.LONG else "short"
            return f"open {direction} {sent.qty!r} {level(sent.stop)} {level(sent.take_profit)}"
        case Closed():
            return f"close {sent.portion!r}"
        case Submitted(order=order):
            child = "" if order.parent is None else " child"
            return f"{trade_side(order.side)} {order.qty!r} {kind_of(order)}{child} {both(order.exits)}"
        case ExitsSet():
            return f"exits {both(sent.exits)}"
        case Withdrawn():
            return "cancel"
    raise AssertionError(f"these strategies do not send {sent}")


def told(name: str, outcome: Outcome) -> list[str]:
    return [
        f"{name}: {outcome.decisions} decisions",
        *[f"{sent.open_time} {line(sent)}" for sent in outcome.sent],
        *[f"{fill.open_time} {trade_side(fill.side)} {fill.qty!r} at {fill.price!r}" for fill in outcome.fills],
        *[f"log {text}" for _, text in outcome.logs],
        *[f"metric {name} {outcome.metrics[name]!r}" for name in sorted(outcome.metrics)],
        f"equity {outcome.equity!r}",
    ]


def recorded(name: str) -> list[str]:
    lines = (HERE / "recorded.txt").read_text().splitlines()
    begin = next(number for number, one in enumerate(lines) if one.startswith(f"{name}: "))
    end = next(number for number in range(begin, len(lines)) if lines[number].startswith("equity "))
    return lines[begin : end + 1]


def the_strategy(module: ModuleType) -> type[Strategy]:
    (strategy,) = strategies_of(module)
    return strategy


def example(folder: str) -> type[Strategy]:
    path = HERE.parent / "examples" / folder / "strategy.py"
    spec = importlib.util.spec_from_file_location(folder, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return the_strategy(module)


def page(file: str) -> type[Strategy]:
    """The strategy of a page for movers."""
    (module,) = blocks(file)
    return the_strategy(module)


@pytest.mark.parametrize(
    ("name", "strategy", "values", "count"),
    [
        ("ma-crossover", example("ma_crossover"), {"timeframe": "15m"}, 3_000),
        ("mtf-trend", example("mtf_trend"), {}, 3_000),
        ("from-jesse by cross", page("from-jesse.md"), {"bracket": False}, 1_000),
        ("from-jesse by bracket", page("from-jesse.md"), {"bracket": True}, 1_000),
        ("from-freqtrade by cross", page("from-freqtrade.md"), {"timeframe": "15m", "bracket": False}, 1_000),
        ("from-freqtrade by bracket", page("from-freqtrade.md"), {"timeframe": "15m", "bracket": True}, 1_000),
        ("leaver", Leaver, {}, 1_000),
    ],
)
def test_python_sends_what_its_rust_twin_sends(name: str, strategy: type[Strategy], values: dict[str, Value], count: int) -> None:
    outcome = Harness(strategy.with_params(**values)).run(candles_from_closes(0, "15m", closes()[:count]))
    assert told(name, outcome) == recorded(name)
