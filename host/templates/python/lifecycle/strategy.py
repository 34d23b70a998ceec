"""Follows a new high (or low) of many candles, as the turtles did, with a stop that only ever moves closer. Written as a life
cycle: one small method a question."""

from host_sdk import (
    CandleLength, Data, Direction, Float, Int, Levels, LifeCycle, Needs, Plan, Portfolio, Position, Update, require, sizing,
)
from host_sdk.contract import sign
from host_sdk.indicators import Atr, Highest, Lowest

RANGE = 14
"""Candles of the average range."""


class Turtle(LifeCycle):
    parameters = {
        "timeframe": CandleLength("4h", "Candle length."),
        "entry": Int(20, 2, 200, description="Candles of the channel whose break is followed."),
        "exit": Int(10, 2, 200, description="Candles of the channel whose break ends it."),
        "stop": Float(2.0, 0.5, 10.0, step=0.5, description="Distance of the stop in average ranges of 14 candles."),
        "risk": Float(0.01, 0.001, 0.05, step=0.001, description="Part of equity that is lost if the first stop is hit.").fixed(),
    }

    def __init__(self) -> None:
        p = self.params
        require(p.exit < p.entry, "exit must be smaller than entry")
        self.entry_low, self.entry_high = Lowest(p.entry), Highest(p.entry)
        self.exit_low, self.exit_high = Lowest(p.exit), Highest(p.exit)
        self.range = Atr(RANGE)

    def needs(self) -> Needs:
        return Needs.candles(self.params.timeframe, max(self.params.entry, RANGE + 1))

    def update(self, data: Data) -> None:
        for channel in (self.entry_low, self.entry_high, self.exit_low, self.exit_high):
            channel.update(data.close)
        self.range.update(data.bars.high, data.bars.low, data.close)

    def should_long(self, data: Data) -> bool:
        return self.entry_high.value == data.close

    def should_short(self, data: Data) -> bool:
        return self.entry_low.value == data.close

    def go(self, data: Data, portfolio: Portfolio, direction: Direction) -> Plan:
        """How to enter, long and short alike."""
        stop = self.stop(data, direction)
        terms = sizing.Terms.of(data.instrument)
        qty = terms.risking(portfolio.equity * self.params.risk, stop)
        return Plan.market(min(qty, terms.affordable(portfolio.equity))).stop_loss(stop)

    def update_position(self, data: Data, position: Position) -> Update:
        """Out at the break of the shorter channel; until then the stop follows the close and never goes back."""
        edge = self.exit_low if position.direction is Direction.LONG else self.exit_high
        if edge.value == data.close:
            return Update.liquidate()
        return Levels.of(position).tighten(self.stop(data, position.direction)).update(data.close)

    def stop(self, data: Data, direction: Direction) -> float:
        """Where a stop belongs now. The warm-up saw to it that the range is there."""
        assert self.range.value is not None
        return float(data.close - sign(direction) * self.params.stop * self.range.value)
