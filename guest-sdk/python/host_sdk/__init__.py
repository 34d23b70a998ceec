"""Write a trading strategy in Python; run it in a sandbox, or under pytest.

    from host_sdk import Cross, Data, Float, Fraction, Int, Portfolio, Signal, Strategy
    from host_sdk.indicators import Sma

    class MaCrossover(Strategy):
        timeframes = ["1h"]
        warm_up = 30
        parameters = {"fast": Int(10, 2, 200), "slow": Int(30, 3, 400), "size": Float(0.2, 0.01, 1.0)}

        def __init__(self) -> None:
            self.fast, self.slow = Sma(self.params.fast), Sma(self.params.slow)
            self.cross = Cross()

        def update(self, data: Data) -> None:
            self.fast.update(data.close)
            self.slow.update(data.close)

        def on_candle(self, data: Data, portfolio: Portfolio) -> list[Signal]:
            direction = self.cross.update(self.fast.value, self.slow.value)
            if direction is None:
                return []
            return [Signal.reverse_to(direction, Fraction(self.params.size)).bracket(data.close, stop=0.02, target=0.04)]

Rules worth knowing:
* A candle arrives when it is closed. What is sent then meets the *next* minute.
* Times are milliseconds since 1970 UTC, prices quote per base unit, quantities base units, rates fractions.
* Everything sent is checked by the host. A refusal nobody catches is logged; it never ends the strategy.
* There is no clock but `runtime.now` and no chance but `runtime.random`; both are the same in every replay.
"""

from . import account, exits, history, market, orders, runtime, sizing, streams, telemetry
from .contract import Candle, Direction, Event, Exits, Position, Refusal, Rows, Side
from .cross import Cross
from .data import Bars, Data, Portfolio
from .errors import DeclarationError, InvalidParameters, Refused, require
from .exits import Levels
from .life_cycle import LifeCycle
from .needs import Needs, Stream
from .parameters import Bool, CandleLength, Choice, Float, Int, Text
from .plan import Plan
from .roi import Roi
from .scale_out import ScaleOut
from .signal import Signal
from .sizing import Affordable, Fraction, Leveraged, Qty, Risk, Size
from .strategy import Strategy
from .telemetry import log
from .trailing import Chandelier, TrailingStop
from .update import Update

__version__ = "0.1.0"

__all__ = [
    "Affordable",
    "Bars",
    "Bool",
    "Candle",
    "CandleLength",
    "Chandelier",
    "Choice",
    "Cross",
    "Data",
    "DeclarationError",
    "Direction",
    "Event",
    "Exits",
    "Float",
    "Fraction",
    "Int",
    "InvalidParameters",
    "Levels",
    "Leveraged",
    "LifeCycle",
    "Needs",
    "Plan",
    "Portfolio",
    "Position",
    "Qty",
    "Refusal",
    "Refused",
    "Risk",
    "Roi",
    "Rows",
    "ScaleOut",
    "Side",
    "Signal",
    "Size",
    "Strategy",
    "Stream",
    "Text",
    "TrailingStop",
    "Update",
    "account",
    "exits",
    "history",
    "log",
    "market",
    "orders",
    "require",
    "runtime",
    "sizing",
    "streams",
    "telemetry",
]
