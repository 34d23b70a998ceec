"""TA-Lib beside our indicators.

    cargo bench -p indicators --bench update > ours.txt
    pip install TA-Lib numpy          # a wheel from 0.6.5 on has the C library inside
    python benches/beside_talib.py ours.txt  # a table in Markdown

Both take the same made-up candles with the same parameters. TA-Lib computes a whole series in one call in C; ours takes one
candle at a time, as a strategy gets them. So the table compares the cost of a value, not the way of working. Figures are ratios
to the floor of our run (an indicator that only adds up four inputs), measured on one machine one after the other.
"""

import math
import sys
import time

import numpy
import talib
from talib import abstract

CANDLES = 100_000
ROUNDS = 5


def candles():
    """The walk of `guest-sdk/indicators/benches/update.rs`, number by number."""
    state = 1

    def noise():
        nonlocal state
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
        return state / 2_147_483_648.0

    rows = []
    close = 50_000.0
    for _ in range(CANDLES):
        opened = close
        close = opened * (0.995 + 0.01 * noise())
        high = max(opened, close) * (1.0 + 0.002 * noise())
        low = min(opened, close) * (1.0 - 0.002 * noise())
        rows.append((opened, high, low, close, 1.0 + 100.0 * noise()))
    columns = numpy.array(rows).T.copy()
    series = dict(zip(("open", "high", "low", "close", "volume"), columns))
    series["periods"] = 2.0 + numpy.arange(CANDLES) % 29
    return series


def nanoseconds(function, series):
    """The fastest round, a value."""
    best = math.inf
    for _ in range(ROUNDS):
        start = time.perf_counter()
        function.run(series)
        best = min(best, time.perf_counter() - start)
    return best * 1e9 / CANDLES


def ours(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.rstrip("\n").split("\t")
            if len(words) == 4:
                yield words[0], words[1], float(words[2]), float(words[3])


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python benches/beside_talib.py FILE (what `cargo bench -p indicators --bench update` printed)")
    series = candles()
    known = set(talib.get_functions())
    rows = list(ours(sys.argv[1]))
    floors = [cost for name, _, cost, _ in rows if name == "floor"]
    if not floors:
        sys.exit(f"{sys.argv[1]} has no line of the floor: is it what `cargo bench -p indicators --bench update` printed?")
    print("| indicator | ours / floor | TA-Lib / floor | ours / TA-Lib |")
    print("|---|---:|---:|---:|")
    for name, golden, cost, ratio in rows:
        function = golden.removeprefix("ta.")
        if not golden.startswith("ta.") or function not in known:
            print(f"| {name} | {ratio:.1f} | - | - |")
            continue
        theirs = nanoseconds(abstract.Function(function), series)
        print(f"| {name} | {ratio:.1f} | {theirs / floors[0]:.1f} | {cost / theirs:.1f} |")


main()
