"""A strategy that enters and leaves in every way of the life cycle and the exit helpers, one way after the other. Its twin is
`tests/it/python/leaver.rs`."""

from __future__ import annotations

from host_sdk import (
    Chandelier, Cross, Data, Direction, Levels, LifeCycle, Plan, Portfolio, Position, Roi, ScaleOut, TrailingStop, Update, exits,
    runtime, telemetry,
)  # fmt: skip
from host_sdk.contract import PositionEvent, opposite, sign

FEE = 0.000_1
"""The fee the helpers count with; the harness itself takes none."""


class Leaver(LifeCycle):
    """Four ways in turn: parts that rest, limits and a trailing stop, parts at closes, reversals."""

    timeframes = ["15m"]
    warm_up = 15

    def __init__(self) -> None:
        self.average, self.range = 1_000.0, 1.0
        self.cross = Cross()
        self.chandelier = Chandelier(3.0)
        self.trail = TrailingStop(0.005).closer(0.002, 0.003).not_before_offset()
        self.parts = ScaleOut([(0.004, 0.25), (0.002, 0.5)])
        self.roi = Roi({0: 0.008, 240: 0.003, 900: -1.0})
        self.entries = self.waited = 0
        self.told = {"opened": 0, "increased": 0, "reduced": 0, "closed": 0}

    def update(self, data: Data) -> None:
        bars = data.bars
        self.average += (bars.close - self.average) * 0.125
        self.range += (bars.high - bars.low - self.range) * 0.125
        self.cross.update(bars.close, self.average)

    def before(self, data: Data) -> None:
        self.waited += 1

    def should_long(self, data: Data) -> bool:
        return self.cross.last is Direction.LONG

    def should_short(self, data: Data) -> bool:
        return self.cross.last is Direction.SHORT

    def filter(self, data: Data, direction: Direction) -> bool:
        return data.close != 1_000.0

    def go(self, data: Data, portfolio: Portfolio, direction: Direction) -> Plan:
        self.entries += 1
        self.waited = 0
        close, toward = data.close, sign(direction)
        qty = portfolio.equity * 0.5 / close
        stop = close * (1.0 - toward * 0.006)
        match self.entries % 4:
            case 0:
                return Plan.market(qty).stop_loss(stop).take_parts(self.parts.parts(direction, close, qty))
            case 1:
                plan = Plan.at(qty / 2.0, close * (1.0 - toward * 0.001)).and_at(qty / 2.0, close * (1.0 + toward * 0.001))
                return plan.stop_loss(stop)
            case 2:
                return Plan.market(qty).stop_loss(stop).take_profit(close * (1.0 + toward * 0.01))
        return Plan.market(qty)

    def should_cancel_entry(self, data: Data) -> bool:
        return self.waited > 3

    def update_position(self, data: Data, position: Position) -> Update | None:
        close, now, levels = data.close, runtime.now(), Levels.of(position)
        match self.entries % 4:
            case 0:
                return levels.tighten(self.chandelier.level(position, close, self.range)).update(close)
            case 1:
                stop, target = self.trail.level(position, data, FEE), self.roi.target(position, now, FEE)
                return levels.tighten(stop).take_profit(target).update(close)
            case 2:
                if self.roi.takes(position, now, close, FEE):
                    return Update.liquidate()
                portion = self.parts.due(position, close)
                if portion is not None:
                    return Update.reduce(portion)
                even = exits.break_even(position, close, 0.002, FEE)
                return None if even is None else Update.stop_loss(even)
        return Update.liquidate_if(self.cross.last is opposite(position.direction))

    def on_open_position(self, event: PositionEvent) -> None:
        self.told["opened"] += 1

    def on_increased_position(self, event: PositionEvent) -> None:
        self.told["increased"] += 1

    def on_reduced_position(self, event: PositionEvent) -> None:
        self.told["reduced"] += 1

    def on_close_position(self, event: PositionEvent) -> None:
        self.told["closed"] += 1

    def after(self, data: Data) -> None:
        for name, count in self.told.items():
            telemetry.metric(name, float(count))
