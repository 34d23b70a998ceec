"""A grid: post-only buys below the price, each of which, once filled, is answered by a sell one step higher; a filled sell puts
its buy back. It earns in ranges and holds everything it bought when the price leaves the grid downwards."""

from host_sdk import CandleLength, Data, Event, Float, Int, Needs, Portfolio, Refused, Side, Signal, Strategy, log, orders, require
from host_sdk.contract import Event_Fill
from host_sdk.orders import Request


class Grid(Strategy):
    long_only = True
    max_positions = 1
    parameters = {
        "timeframe": CandleLength("1h", "Candle length; the grid is laid at the first close."),
        "levels": Int(8, 1, 50, description="Buys below the price."),
        "step": Float(
            0.005, 0.001, 0.1, step=0.001, description="Distance between two levels, a fraction of the first price."
        ),
        "size": Float(0.5, 0.01, 1.0, step=0.01, description="Part of equity in all levels together.").fixed(),
    }

    def __init__(self) -> None:
        p = self.params
        require(p.levels * p.step < 0.95, "levels times step must stay under 0.95: the lowest price would be near zero")
        self.instrument = 0
        self.first = 0.0
        """Price of the first close; 0 until the grid is laid."""
        self.qty = 0.0
        """Quantity of one level."""

    def needs(self) -> Needs:
        """Fills are wanted as events: they arrive before the candle they happened in."""
        return Needs.candles(self.params.timeframe, 0).events("fills")

    def on_candle(self, data: Data, portfolio: Portfolio) -> list[Signal]:
        """Lays the grid once."""
        if self.first == 0.0:
            self.instrument, self.first = data.instrument, data.close
            self.qty = portfolio.equity * self.params.size / self.params.levels / data.close
            for level in range(1, self.params.levels + 1):
                self.buy(level)
        return []

    def on_event(self, time: int, event: Event) -> None:
        """A whole level that filled is answered on the other side. Its tag says which one it was."""
        if not isinstance(event, Event_Fill):
            return
        fill = event.value
        if fill.tag == 0 or fill.leaves_qty > 0.0:
            return
        if fill.side is Side.BUY:
            self.sell(fill.tag)
        else:
            self.buy(fill.tag)

    def price(self, level: int) -> float:
        """Of a level; 0 is the first price, 1 the highest buy."""
        return float(self.first * (1.0 - self.params.step * level))

    def buy(self, level: int) -> None:
        self.send(orders.limit(self.instrument, Side.BUY, self.qty, self.price(level)), level)

    def sell(self, level: int) -> None:
        order = orders.limit(self.instrument, Side.SELL, self.qty, self.price(level - 1))
        self.send(order.reduce_only(), level)

    def send(self, order: Request, level: int) -> None:
        """What would trade at once is turned down by the exchange; the level then stays empty."""
        try:
            order.post_only().tag(level).send()
        except Refused as refused:
            log(f"level {level}: {refused}")
