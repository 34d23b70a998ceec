"""What a run needs, from a short declaration: `Needs.candles("1h", 30).with_primary("1d", 50)`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wit_world.imports import manifest as wit

from .contract import Columns, Delivery, EventKinds, SeriesNeed, StreamNeed
from .errors import DeclarationError
from .parameters import length_of

_ALL_COLUMNS = (
    Columns.OPEN
    | Columns.HIGH
    | Columns.LOW
    | Columns.CLOSE
    | Columns.VOLUME
    | Columns.QUOTE_VOLUME
    | Columns.TAKER_BUY_VOLUME
    | Columns.TRADES
)


@dataclass(frozen=True)
class Stream:
    """A stream of numbers: "funding", "open-interest", "volume-delta", "liquidations", "mark", "index", or `x-NAME`."""

    kind: str
    """Its name."""
    warm_up: int = 1
    """Rows wanted before the first decision."""
    detail: int = 0
    """Its interval in minutes (levels of a book); 0 = the source's own."""
    role: str = "main"
    """Whose instruments it is about."""
    bulk: bool = False
    """Delivered in bulk just before the primary candle."""
    optional: bool = False
    """May the run start without it."""


@dataclass(frozen=True)
class Needs:
    """Candles, streams and events of a run. Most strategies say it by class attributes and never see this."""

    series: tuple[SeriesNeed, ...] = ()
    streams: tuple[StreamNeed, ...] = ()
    kinds: EventKinds = EventKinds(0)

    @staticmethod
    def candles(timeframe: str, warm_up: int = 0) -> Needs:
        """Candles of the role `main`, one call each, after this many closed ones as warm-up."""
        return Needs().and_candles("main", timeframe, warm_up)

    def and_candles(self, role: str, timeframe: str, warm_up: int = 0) -> Needs:
        """Candles of another role or length, one call each."""
        return self._series(role, timeframe, warm_up, Delivery.EACH)

    def with_primary(self, timeframe: str, warm_up: int = 0) -> Needs:
        """Candles of `main` in another length, handed over in bulk just before the primary candle: `update` sees them,
        `on_candle` does not."""
        return self._series("main", timeframe, warm_up, Delivery.WITH_PRIMARY)

    def _series(self, role: str, timeframe: str, warm_up: int, delivery: Delivery) -> Needs:
        if isinstance(warm_up, bool) or not isinstance(warm_up, int):
            raise DeclarationError(f"the warm-up of {timeframe} is a whole number of candles, not {warm_up!r}")
        need = SeriesNeed(role, length_of(timeframe), max(warm_up, 0), delivery, _ALL_COLUMNS)
        return replace(self, series=(*self.series, need))

    def stream(self, stream: str | Stream) -> Needs:
        """A stream too."""
        if isinstance(stream, str):
            stream = Stream(stream)
        delivery = Delivery.WITH_PRIMARY if stream.bulk else Delivery.EACH
        need = StreamNeed(stream.role, stream.kind, stream.detail, stream.warm_up, delivery, stream.optional)
        return replace(self, streams=(*self.streams, need))

    def events(self, *kinds: str) -> Needs:
        """These events too: "fills", "orders", "positions", "funding", "liquidations", "timers" and so on."""
        wanted = self.kinds
        for kind in kinds:
            if kind.upper() not in EventKinds.__members__:
                known = ", ".join(name.lower() for name in EventKinds.__members__)
                raise DeclarationError(f"{kind!r} is no kind of event; there are {known}")
            wanted |= EventKinds[kind.upper()]
        return replace(self, kinds=wanted)

    def to_wit(self) -> wit.Needs:
        """As the contract has it."""
        return wit.Needs(list(self.series), list(self.streams), self.kinds)
