"""The words of the contract (`wit/`), under their own names.

They are the generated ones (`wit_world`), in a component and under pytest alike. What a field means stands there.
"""

from wit_world.exports.guest import (
    AccountChange,
    AccountEvent,
    Cause,
    DataChange,
    DataEvent,
    Event,
    Event_Account,
    Event_Data,
    Event_Fill,
    Event_Funding,
    Event_Instrument,
    Event_Liquidation,
    Event_Order,
    Event_Other,
    Event_Position,
    Event_Timer,
    Fill,
    FundingPayment,
    InstrumentChange,
    InstrumentEvent,
    Liquidation,
    NamedValue,
    OrderChange,
    OtherEvent,
    PositionChange,
    PositionEvent,
)
from wit_world.imports.account import Position, Summary
from wit_world.imports.manifest import (
    Abilities,
    Columns,
    Delivery,
    EventKinds,
    InstrumentKinds,
    Manifest,
    OnFault,
    OrderKinds,
    Role,
    SeriesNeed,
    StreamNeed,
)
from wit_world.imports.market import (
    Candle,
    CandleColumns,
    Instrument,
    Rows,
    SeriesBinding,
    StreamBinding,
)
from wit_world.imports.orders import (
    Amendment,
    EndReason,
    Exit,
    Exit_At,
    Exit_AtLimit,
    Exit_Trail,
    Exits,
    Order,
    OrderKind,
    OrderKind_Limit,
    OrderKind_Market,
    OrderKind_Stop,
    OrderKind_StopLimit,
    OrderKind_TakeProfit,
    OrderKind_TakeProfitLimit,
    OrderKind_Trailing,
    OrderRequest,
    OrderStatus,
    Placed,
    Target,
    Target_Net,
    Target_Position,
    Target_Separate,
    TimeInForce,
    TimeInForce_Fok,
    TimeInForce_Gtc,
    TimeInForce_Gtd,
    TimeInForce_Ioc,
    Trailing,
    TriggerLimit,
)
from wit_world.imports.telemetry import Level, Marker, Pane, Style
from wit_world.imports.types import (
    Direction,
    Refusal,
    RefusalReason,
    Side,
    Timeframe,
    TriggerBy,
)

LAST_OF_MOMENT = 2
"""Bit of a candle: the last call of this moment, everything is up to date."""

COVERS_GAP = 4
"""Bit of a candle: it covers a gap in part."""

TIMEFRAMES: dict[str, Timeframe] = {
    "1m": Timeframe.M1,
    "3m": Timeframe.M3,
    "5m": Timeframe.M5,
    "15m": Timeframe.M15,
    "30m": Timeframe.M30,
    "1h": Timeframe.H1,
    "2h": Timeframe.H2,
    "3h": Timeframe.H3,
    "4h": Timeframe.H4,
    "6h": Timeframe.H6,
    "8h": Timeframe.H8,
    "12h": Timeframe.H12,
    "1d": Timeframe.D1,
    "3d": Timeframe.D3,
    "1w": Timeframe.W1,
    "1M": Timeframe.MONTH1,
}
"""Candle lengths by the words people use, the shortest first."""

TIMEFRAME_NAMES: dict[Timeframe, str] = {length: name for name, length in TIMEFRAMES.items()}
"""The way back."""


def opposite(direction: Direction) -> Direction:
    """The other direction."""
    return Direction.SHORT if direction is Direction.LONG else Direction.LONG


def sign(direction: Direction) -> float:
    """1 for long, -1 for short."""
    return 1.0 if direction is Direction.LONG else -1.0


def entry_side(direction: Direction) -> Side:
    """The side of the order that opens it."""
    return Side.BUY if direction is Direction.LONG else Side.SELL


def exits_at(stop: float | None = None, take_profit: float | None = None) -> Exits:
    """Market orders at these triggers, as many as are given."""
    return Exits(
        None if stop is None else Exit_At(stop),
        None if take_profit is None else Exit_At(take_profit),
        None,
    )


def trailing_stop(callback: float, activation: float | None = None) -> Exit:
    """A stop that fires once the price has turned by this fraction from its best, followed from `activation` on or at once."""
    return Exit_Trail(Trailing(callback, activation))


__all__ = [
    "Abilities",
    "AccountChange",
    "AccountEvent",
    "Amendment",
    "COVERS_GAP",
    "Candle",
    "CandleColumns",
    "Cause",
    "Columns",
    "DataChange",
    "DataEvent",
    "Delivery",
    "Direction",
    "EndReason",
    "Event",
    "EventKinds",
    "Event_Account",
    "Event_Data",
    "Event_Fill",
    "Event_Funding",
    "Event_Instrument",
    "Event_Liquidation",
    "Event_Order",
    "Event_Other",
    "Event_Position",
    "Event_Timer",
    "Exit",
    "Exit_At",
    "Exit_AtLimit",
    "Exit_Trail",
    "Exits",
    "Fill",
    "FundingPayment",
    "Instrument",
    "InstrumentChange",
    "InstrumentEvent",
    "InstrumentKinds",
    "LAST_OF_MOMENT",
    "Level",
    "Liquidation",
    "Manifest",
    "Marker",
    "NamedValue",
    "OnFault",
    "Order",
    "OrderChange",
    "OrderKind",
    "OrderKind_Limit",
    "OrderKind_Market",
    "OrderKind_Stop",
    "OrderKind_StopLimit",
    "OrderKind_TakeProfit",
    "OrderKind_TakeProfitLimit",
    "OrderKind_Trailing",
    "OrderKinds",
    "OrderRequest",
    "OrderStatus",
    "OtherEvent",
    "Pane",
    "Placed",
    "Position",
    "PositionChange",
    "PositionEvent",
    "Refusal",
    "RefusalReason",
    "Role",
    "Rows",
    "SeriesBinding",
    "SeriesNeed",
    "Side",
    "StreamBinding",
    "StreamNeed",
    "Style",
    "Summary",
    "TIMEFRAMES",
    "TIMEFRAME_NAMES",
    "Target",
    "Target_Net",
    "Target_Position",
    "Target_Separate",
    "TimeInForce",
    "TimeInForce_Fok",
    "TimeInForce_Gtc",
    "TimeInForce_Gtd",
    "TimeInForce_Ioc",
    "Timeframe",
    "Trailing",
    "TriggerBy",
    "TriggerLimit",
    "entry_side",
    "exits_at",
    "opposite",
    "sign",
    "trailing_stop",
]
