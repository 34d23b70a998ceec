"""Sums with the bits of a plain loop."""

from __future__ import annotations

from collections.abc import Iterable


def total(numbers: Iterable[float]) -> float:
    """Added up from left to right, as the host does; Python's own `sum` compensates its rounding from 3.12 on."""
    result = 0.0
    for number in numbers:
        result += number
    return result
