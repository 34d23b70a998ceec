"""What to do with an open position after a candle, as a value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from .contract import Position, exits_at
from .signal import Signal


class Update(ABC):
    """What `LifeCycle.update_position` answers.

        Update.liquidate_if(data.close < position.avg_price * 0.97)
        Update.stop_loss(position.avg_price)
        Update.reduce(0.5)
    """

    @abstractmethod
    def signal(self, position: Position) -> Signal | None:
        """The same as a signal, for a `Strategy` that looks after its positions by itself; nothing to do is nothing."""

    @staticmethod
    def keep() -> Update:
        """Nothing."""
        return Keep()

    @staticmethod
    def liquidate() -> Update:
        """Close it at market. An entry may follow in the same call."""
        return Liquidate()

    @staticmethod
    def liquidate_if(condition: bool) -> Update:
        """Liquidate if this is so, else keep."""
        return Liquidate() if condition else Keep()

    @staticmethod
    def stop_loss(trigger: float) -> Update:
        """Move the stop; the take-profit stays."""
        return StopLoss(trigger)

    @staticmethod
    def take_profit(trigger: float) -> Update:
        """Move the take-profit; the stop stays."""
        return TakeProfit(trigger)

    @staticmethod
    def exits(stop: float | None, take_profit: float | None) -> Update:
        """Replace stop and take-profit; an absent one is removed. `Levels` makes it."""
        return BothExits(stop, take_profit)

    @staticmethod
    def reduce(portion: float) -> Update:
        """Close this fraction of what is left at market, > 0 and at most 1. `ScaleOut` says how much."""
        return ReduceBy(portion)


@dataclass(frozen=True)
class Keep(Update):
    """Nothing."""

    def signal(self, position: Position) -> Signal | None:
        return None


@dataclass(frozen=True)
class Liquidate(Update):
    """Close it at market."""

    def signal(self, position: Position) -> Signal | None:
        return Signal.close(position.id)


@dataclass(frozen=True)
class StopLoss(Update):
    """Move the stop."""

    trigger: float

    def signal(self, position: Position) -> Signal | None:
        return Signal.set_exits(position.id, exits_at(self.trigger, position.take_profit))


@dataclass(frozen=True)
class TakeProfit(Update):
    """Move the take-profit."""

    trigger: float

    def signal(self, position: Position) -> Signal | None:
        return Signal.set_exits(position.id, exits_at(position.stop, self.trigger))


@dataclass(frozen=True)
class BothExits(Update):
    """Replace stop and take-profit."""

    stop: float | None
    target: float | None

    def signal(self, position: Position) -> Signal | None:
        return Signal.set_exits(position.id, exits_at(self.stop, self.target))


@dataclass(frozen=True)
class ReduceBy(Update):
    """Close a fraction of what is left."""

    portion: float

    def signal(self, position: Position) -> Signal | None:
        return Signal.reduce(position.id, self.portion)
