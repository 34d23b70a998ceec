"""The harness's account and market: small enough to be read at once. What it leaves out is listed on `Harness`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NoReturn

from componentize_py_types import Err
from wit_world.imports.market import InstrumentKind_LinearPerpetual

from ..contract import (
    Amendment, Candle, CandleColumns, Cause, Columns, Direction, EndReason, Event, Event_Fill, Event_Position, Event_Timer,
    EventKinds, Exit, Exit_At, Exits, Fill, Instrument, Level, Marker, Order, OrderKind_Limit, OrderKind_Market, OrderKind_Stop,
    OrderKind_TakeProfit, OrderRequest, OrderStatus, Pane, Placed, Position, PositionChange, PositionEvent, Refusal,
    RefusalReason, Rows, Side, Style, Summary, Target_Net, Target_Position, Target_Separate, TimeInForce_Gtc, entry_side, exits_at,
    opposite, sign,
)  # fmt: skip

from .feed import INSTRUMENT, columns as columns_of
from .sent import Closed, ClosedAll, ExitsSet, FillAt, NetSet, Opened, Sent, Submitted, Withdrawn
from .total import total


def _refuse(reason: RefusalReason, message: str) -> NoReturn:
    raise Err(Refusal(reason, None, message))


def _not_supported(what: str) -> NoReturn:
    _refuse(RefusalReason.NOT_SUPPORTED, f"a harness has no {what}")


class Book:
    """Account, orders and everything that was sent. Its parts are the interfaces of the contract."""

    def __init__(self, cash: float, fill_at_close: bool, wanted: EventKinds) -> None:
        self.wallet, self._at_close, self._wanted = cash, fill_at_close, wanted
        self.now = self.open_time = 0
        self.live = False
        self.price = math.nan
        self.held: dict[int, Position] = {}
        self.working: dict[int, tuple[Order, OrderRequest]] = {}
        self.filled: set[int] = set()
        self.ids = 1
        self.next_net: int | None = None
        self.series: dict[int, list[Candle]] = {}
        self.timers: list[tuple[int, int]] = []
        self._events: list[tuple[int, Event]] = []
        self.draws = 0
        self.sent: list[Sent] = []
        self.fills: list[FillAt] = []
        self.logs: list[tuple[Level, str]] = []
        self.metrics: dict[str, float] = {}
        self.plots: list[str] = []
        self.market, self.orders, self.account = _Market(self), _Orders(self), _Account(self)
        self.history, self.runtime, self.telemetry = _History(self), _Runtime(self), _Telemetry(self)

    def begin(self, candle: Candle, close_time: int, live: bool) -> None:
        """A new candle: what fills inside it, market orders at its open, then the rest where it touches."""
        self.open_time, self.now, self.live = candle.open_time, close_time, live
        if not live:
            return
        self._fill_markets(candle.open)
        for order, request in list(self.working.values()):
            price = _touched(request, candle)
            if price is not None and self._is_awake(order, request):
                self._fill(order, request, price)
        for position in list(self.held.values()):
            exit_side = entry_side(opposite(position.direction))
            stop = _reached(exit_side, position.stop, candle, worse=True)
            target = _reached(exit_side, position.take_profit, candle, worse=False)
            if stop is not None:
                self._reduce(position, position.qty, stop, Cause.STOP, None)
            elif target is not None:
                self._reduce(position, position.qty, target, Cause.TAKE_PROFIT, None)

    def keep(self, series: int, candle: Candle) -> None:
        """A candle that closed."""
        self.series.setdefault(series, []).append(candle)

    def finish(self, candle: Candle) -> list[tuple[int, Event]]:
        """The candle has closed: the events it brought, due timers last."""
        self.price = candle.close
        for position in self.held.values():
            position.unrealized_pnl = sign(position.direction) * (candle.close - position.avg_price) * position.qty
        events, self._events = self._events, []
        due = [(at, tag) for at, tag in self.timers if at <= self.now]
        self.timers = [timer for timer in self.timers if timer not in due]
        if EventKinds.TIMERS in self._wanted:
            events += [(at, Event_Timer(tag)) for at, tag in due]
        return events

    def after_call(self) -> None:
        """The strategy has decided."""
        if self._at_close:
            self._fill_markets(self.price)

    def equity(self) -> float:
        """Wallet + unrealized profit."""
        return self.wallet + total(position.unrealized_pnl for position in self.held.values())

    def new_id(self) -> int:
        """The next number."""
        self.ids += 1
        return self.ids - 1

    def net(self) -> Position | None:
        """The netted position."""
        return next((position for position in self.held.values() if position.net), None)

    def place(self, request: OrderRequest) -> Placed:
        """An order on its way."""
        if not self.live:
            _refuse(RefusalReason.WARMING_UP, "the strategy is still warming up")
        if not request.qty > 0.0 or math.isinf(request.qty):
            _refuse(RefusalReason.INVALID_NUMBER, f"the quantity {request.qty} is no positive number")
        position = self._position_of(request)
        number = self.new_id()
        order = Order(
            number, position, request.instrument, request.side, request.kind, OrderStatus.WORKING, request.qty, 0.0, math.nan,
            EndReason.NONE, request.reduce_only, request.post_only, None, request.parent, request.tag, self.now,
        )  # fmt: skip
        self.working[number] = (order, request)
        return Placed(number, position)

    def _position_of(self, request: OrderRequest) -> int:
        match request.target:
            case Target_Position(value=number):
                if number not in self.held:
                    _refuse(RefusalReason.NO_POSITION, f"there is no position {number}")
                return number
            case Target_Separate():
                return self.new_id()
            case _:
                return self._net_id()

    def _net_id(self) -> int:
        """The open netted position, or the one that opens next."""
        net = self.net()
        if net is not None:
            return net.id
        if self.next_net is None:
            self.next_net = self.new_id()
        return self.next_net

    def _fill_markets(self, price: float) -> None:
        for order, request in list(self.working.values()):
            if isinstance(request.kind, OrderKind_Market) and self._is_awake(order, request):
                self._fill(order, request, price)

    def _is_awake(self, order: Order, request: OrderRequest) -> bool:
        """Still working, and not the child of an order that has not filled."""
        return order.id in self.working and (request.parent is None or request.parent in self.filled)

    def _fill(self, order: Order, request: OrderRequest, price: float) -> None:
        del self.working[order.id]
        named = isinstance(request.target, Target_Position)
        held = self.held.get(order.position) if named else self.net() if isinstance(request.target, Target_Net) else None
        left = request.qty
        if held is not None and entry_side(held.direction) is not request.side:
            reduced = min(left, held.qty)
            self.filled.add(order.id)
            self._reduce(held, reduced, price, Cause.ORDER, order)
            left -= reduced
            if left > 0.0 and not named:
                held = None
            else:
                left = 0.0
        if left > 0.0 and not request.reduce_only and not (named and held is None):
            self.filled.add(order.id)
            self._enter(order, request, held, left, price)

    def _enter(self, order: Order, request: OrderRequest, held: Position | None, qty: float, price: float) -> None:
        if held is None:
            direction = Direction.LONG if request.side is Side.BUY else Direction.SHORT
            net = isinstance(request.target, Target_Net)
            if net:
                # The position it was sent for may be gone: then it opens the next one.
                order.position, self.next_net = self._net_id(), None
            held = Position(
                order.position, INSTRUMENT, direction, 0.0, price, self.open_time, net, None, None, math.nan, 0.0, 0.0, 0.0,
                price, price, request.tag,
            )  # fmt: skip
            self.held[held.id] = held
            change = PositionChange.OPENED
        else:
            held.avg_price = (held.avg_price * held.qty + price * qty) / (held.qty + qty)
            change = PositionChange.INCREASED
        held.qty += qty
        held.stop = held.stop if request.exits.stop is None else _trigger(request.exits.stop)
        held.take_profit = held.take_profit if request.exits.take_profit is None else _trigger(request.exits.take_profit)
        self._filled(held, request.side, qty, price, Cause.ORDER, order, 0.0)
        self._changed(held, change, Cause.ORDER, math.nan)

    def _reduce(self, position: Position, qty: float, price: float, cause: Cause, order: Order | None) -> None:
        profit = sign(position.direction) * (price - position.avg_price) * qty
        self.wallet += profit
        position.realized_pnl += profit
        position.qty -= qty
        gone = position.qty <= 0.0
        if gone:
            position.qty, position.unrealized_pnl = 0.0, 0.0
            del self.held[position.id]
            self.working = {
                number: (order, request)
                for number, (order, request) in self.working.items()
                if not (request.reduce_only and order.position == position.id)
            }
        side = entry_side(opposite(position.direction))
        self._filled(position, side, qty, price, cause, order, profit)
        self._changed(position, PositionChange.CLOSED if gone else PositionChange.REDUCED, cause, price)

    def _filled(
        self, position: Position, side: Side, qty: float, price: float, cause: Cause, order: Order | None, profit: float
    ) -> None:
        self.fills.append(FillAt(self.open_time, position.id, side, qty, price, cause))
        if EventKinds.FILLS in self._wanted:
            number, tag = (0, position.tag) if order is None else (order.id, order.tag)
            fill = Fill(number, cause, position.id, INSTRUMENT, side, qty, 0.0, price, 0.0, True, profit, tag)
            self._events.append((self.open_time, Event_Fill(fill)))

    def _changed(self, position: Position, change: PositionChange, cause: Cause, exit_price: float) -> None:
        if EventKinds.POSITIONS in self._wanted:
            event = PositionEvent(
                position.id, INSTRUMENT, position.direction, change, cause, position.qty, position.avg_price, exit_price,
                position.realized_pnl, position.tag,
            )  # fmt: skip
            self._events.append((self.open_time, Event_Position(event)))


def _trigger(exit: Exit | None) -> float | None:
    if exit is None:
        return None
    if not isinstance(exit, Exit_At):
        _not_supported("exits but stops and take-profits at market")
    return exit.value


def _touched(request: OrderRequest, candle: Candle) -> float | None:
    match request.kind:
        case OrderKind_Limit(value=at) | OrderKind_TakeProfit(value=at):
            return _reached(request.side, at, candle, worse=False)
        case OrderKind_Stop(value=at):
            return _reached(request.side, at, candle, worse=True)
        case _:
            return None


def _reached(side: Side, at: float | None, candle: Candle, worse: bool) -> float | None:
    """The price at which a level is met, if this candle meets it: its open where that lies beyond."""
    if at is None:
        return None
    upward = (side is Side.BUY) == worse
    if upward:
        return max(at, candle.open) if candle.high >= at else None
    return min(at, candle.open) if candle.low <= at else None


class _Part:
    def __init__(self, book: Book) -> None:
        self._book = book


class _Market(_Part):
    def instruments(self, role: str) -> list[int]:
        return [INSTRUMENT] if role == "main" else []

    def describe(self, id: int) -> Instrument | None:
        if id != INSTRUMENT:
            return None
        return Instrument(
            INSTRUMENT, "harness", "TEST", "TEST", "USDT", "USDT", 1.0, InstrumentKind_LinearPerpetual(), True,
            0.0, 0.0, 0.0, math.inf, 0.0, 1.0, 0.0, 0.0,
        )  # fmt: skip

    def instrument_of(self, series: int) -> int | None:
        return INSTRUMENT

    def last_price(self, instrument: int) -> float:
        return self._book.price if instrument == INSTRUMENT else math.nan

    def mark_price(self, instrument: int) -> float:
        return math.nan

    def fee(self, instrument: int, price: float, qty: float, taker: bool) -> float:
        return 0.0

    def round_qty(self, instrument: int, qty: float) -> float:
        return qty if instrument == INSTRUMENT else math.nan

    def round_price(self, instrument: int, price: float) -> float:
        return price if instrument == INSTRUMENT else math.nan


class _Orders(_Part):
    def submit(self, order: OrderRequest) -> Placed:
        book = self._book
        simple = (OrderKind_Market, OrderKind_Limit, OrderKind_Stop, OrderKind_TakeProfit)
        if not isinstance(order.kind, simple) or order.oco_group is not None:
            _not_supported("trailing or stop-limit orders and groups")
        _trigger(order.exits.stop), _trigger(order.exits.take_profit)
        book.sent.append(Submitted(book.open_time, order))
        return book.place(order)

    def open(
        self, instrument: int, direction: Direction, qty: float, stop: float | None, take_profit: float | None, tag: int
    ) -> Placed:
        self._book.sent.append(Opened(self._book.open_time, direction, qty, stop, take_profit, tag))
        return self._market(entry_side(direction), qty, Target_Separate(), exits_at(stop, take_profit), tag)

    def set_net(self, instrument: int, qty: float) -> Placed | None:
        book = self._book
        book.sent.append(NetSet(book.open_time, qty))
        net = book.net()
        now = 0.0 if net is None else sign(net.direction) * net.qty
        coming = [
            order.qty if order.side is Side.BUY else -order.qty
            for order, request in book.working.values()
            if isinstance(request.target, Target_Net) and isinstance(request.kind, OrderKind_Market)
        ]
        missing = qty - now - total(coming)
        if missing == 0.0:
            return None
        return self._market(Side.BUY if missing > 0.0 else Side.SELL, abs(missing), Target_Net(), exits_at(), 0)

    def close(self, position: int, portion: float) -> int:
        self._book.sent.append(Closed(self._book.open_time, position, portion))
        return self._close(position, portion)

    def close_all(self, instrument: int | None) -> int:
        book = self._book
        book.sent.append(ClosedAll(book.open_time))
        book.working.clear()
        for number in list(book.held):
            self._close(number, 1.0)
        return len(book.held)

    def set_exits(self, position: int, exits: Exits) -> None:
        book = self._book
        book.sent.append(ExitsSet(book.open_time, position, exits))
        if position not in book.held:
            _refuse(RefusalReason.NO_POSITION, f"there is no position {position}")
        held = book.held[position]
        held.stop, held.take_profit = _trigger(exits.stop), _trigger(exits.take_profit)

    def amend(self, order: int, change: Amendment) -> None:
        _not_supported("amendments")

    def cancel(self, order: int) -> None:
        self._book.sent.append(Withdrawn(self._book.open_time, order))
        if self._book.working.pop(order, None) is None:
            _refuse(RefusalReason.NOT_OPEN, f"order {order} is not open")

    def cancel_all(self, instrument: int | None) -> int:
        self._book.sent.append(Withdrawn(self._book.open_time, None))
        count = len(self._book.working)
        self._book.working.clear()
        return count

    def set_leverage(self, instrument: int, leverage: float) -> None:
        _not_supported("leverage")

    def adjust_margin(self, position: int, amount: float) -> None:
        _not_supported("margin")

    def find(self, id: int) -> Order | None:
        found = self._book.working.get(id)
        return None if found is None else replace(found[0])

    def working(self, instrument: int | None) -> list[Order]:
        return [replace(order) for order, _ in self._book.working.values()]

    def _close(self, position: int, portion: float) -> int:
        held = self._book.held.get(position)
        if held is None:
            _refuse(RefusalReason.NO_POSITION, f"there is no position {position}")
        side = entry_side(opposite(held.direction))
        return self._market(side, held.qty * portion, Target_Position(position), exits_at(), held.tag, reduce_only=True).order

    def _market(
        self, side: Side, qty: float, target: Target_Net | Target_Separate | Target_Position, exits: Exits, tag: int,
        reduce_only: bool = False,
    ) -> Placed:  # fmt: skip
        return self._book.place(
            OrderRequest(
                INSTRUMENT, side, qty, OrderKind_Market(), TimeInForce_Gtc(), target, reduce_only, False, None, None, None, exits, tag
            )
        )


class _Account(_Part):
    def equity(self) -> float:
        return self._book.equity()

    def available(self) -> float:
        return self._book.equity() - total(position.qty * position.avg_price for position in self._book.held.values())

    def exposure(self, instrument: int) -> float:
        return total(sign(position.direction) * position.qty for position in self._book.held.values())

    def figures(self) -> Summary:
        book = self._book
        unrealized = book.equity() - book.wallet
        return Summary("USDT", book.equity(), book.wallet, self.available(), 0.0, 0.0, unrealized, 0.0, 0.0, 0.0)

    def find(self, id: int) -> Position | None:
        found = self._book.held.get(id)
        return None if found is None else replace(found)

    def positions(self, instrument: int | None) -> list[Position]:
        return [replace(self._book.held[number]) for number in sorted(self._book.held)]

    def net_position(self, instrument: int) -> Position | None:
        net = self._book.net()
        return None if net is None else replace(net)

    def open_count(self) -> int:
        return len(self._book.held)


class _History(_Part):
    def candles(self, series: int, columns: Columns, count: int) -> CandleColumns:
        return columns_of(self._book.series.get(series, [])[-count:])

    def closes(self, series: int, count: int) -> list[float]:
        return [candle.close for candle in self._book.series.get(series, [])[-count:]]

    def last_candle(self, series: int) -> Candle | None:
        candles = self._book.series.get(series)
        return candles[-1] if candles else None

    def forming_candle(self, series: int) -> Candle | None:
        return None

    def stream_rows(self, id: int, count: int) -> Rows:
        return Rows([], [], [])

    def last_row(self, id: int) -> list[float]:
        return []


class _Runtime(_Part):
    def now(self) -> int:
        return self._book.now

    def random(self) -> float:
        # Weyl's sequence by the golden ratio: even, the same in every run, and plainly no model of chance.
        self._book.draws += 1
        return self._book.draws * 0.6180339887498949 % 1.0

    def set_timer(self, at: int, tag: int) -> None:
        self._book.timers.append((at, tag))

    def cancel_timers(self, tag: int) -> int:
        before = len(self._book.timers)
        self._book.timers = [timer for timer in self._book.timers if timer[1] != tag]
        return before - len(self._book.timers)

    def halt(self, why: str) -> None:
        self._book.logs.append((Level.ERROR, f"halted: {why}"))


class _Telemetry(_Part):
    def log(self, level: Level, text: str) -> None:
        self._book.logs.append((level, text))

    def plot_series(self, name: str, pane: Pane, style: Style) -> int:
        if name not in self._book.plots:
            self._book.plots.append(name)
        return self._book.plots.index(name)

    def plot(self, plot: int, value: float) -> None:
        pass

    def mark(self, marker: Marker, price: float, text: str) -> None:
        pass

    def metric(self, name: str, value: float) -> None:
        self._book.metrics[name] = value

    def alert(self, text: str) -> None:
        self._book.logs.append((Level.INFO, f"alert: {text}"))
