"""The examples send, to the last bit, what their Rust twins send (`tests/it/python.rs` holds those to the same recording)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from host_sdk import Direction, Side, Strategy
from host_sdk.strategy import strategies_of
from host_sdk.testing import Closed, Harness, Opened, Outcome, candles_from_closes

HERE = Path(__file__).parent


def closes() -> list[float]:
    state, cents, found = 1, 100_000, []
    for _ in range(3_000):
        state = (state * 1_103_515_245 + 12_345) % (1 << 31)
        cents += (state >> 16) % 401 - 200
        found.append(cents / 100.0)
    return found


def told(name: str, outcome: Outcome) -> str:
    lines = [f"{name}: {outcome.decisions} decisions"]
    for sent in outcome.sent:
        if isinstance(sent, Opened):
            direction = "long" if sent.direction is Direction.LONG else "short"
            lines.append(f"{sent.open_time} open {direction} {sent.qty!r} {sent.stop!r} {sent.take_profit!r}")
        else:
            assert isinstance(sent, Closed)
            lines.append(f"{sent.open_time} close {sent.portion!r}")
    for fill in outcome.fills:
        side = "buy" if fill.side is Side.BUY else "sell"
        lines.append(f"{fill.open_time} {side} {fill.qty!r} at {fill.price!r}")
    return "\n".join([*lines, f"equity {outcome.equity!r}", ""])


def example(folder: str) -> type[Strategy]:
    path = HERE.parent / "examples" / folder / "strategy.py"
    spec = importlib.util.spec_from_file_location(folder, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (strategy,) = strategies_of(module)
    return strategy


def test_the_examples_send_what_their_rust_twins_send() -> None:
    candles = candles_from_closes(0, "15m", closes())
    cross = Harness(example("ma_crossover").with_params(timeframe="15m")).run(candles)
    trend = Harness(example("mtf_trend").with_params()).run(candles)
    text = told("ma-crossover", cross) + told("mtf-trend", trend)
    assert text == (HERE / "recorded.txt").read_text()
