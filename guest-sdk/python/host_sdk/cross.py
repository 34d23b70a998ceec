"""Noticing that one value has crossed another."""

from __future__ import annotations

from .contract import Direction


class Cross:
    """Remembers on which side of each other two values were."""

    def __init__(self) -> None:
        self._spread: float | None = None
        self.last: Direction | None = None
        """What the last comparison said."""

    def update(self, first: float | None, second: float | None) -> Direction | None:
        """Long when the first value is over the second and was not, short when it is under it and was not. Nothing the first
        time. While one of them is missing nothing is compared and nothing remembered."""
        self.last = None
        if first is None or second is None:
            return None
        spread, before = first - second, self._spread
        self._spread = spread
        if before is not None:
            if before <= 0.0 < spread:
                self.last = Direction.LONG
            elif before >= 0.0 > spread:
                self.last = Direction.SHORT
        return self.last
