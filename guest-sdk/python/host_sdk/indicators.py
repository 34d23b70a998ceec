"""All indicators, computed by the code Rust strategies use.

Generated from the catalog in `guest-sdk/indicators`; `WRITE_PYTHON=1 cargo test -p provider --test python` writes it anew.

`update` takes the next inputs and gives the indicator, or nothing until its first value; `value` repeats the last one. A NaN (a
missing candle) gives nothing and leaves the state as it was. Several outputs come as a named tuple; one that is not ready is NaN.
"""

from __future__ import annotations

from typing import NamedTuple

from .indicator import Indicator, OneToOne, Single


class AccbandsValues(NamedTuple):
    """What `Accbands` gives."""

    upper: float
    middle: float
    lower: float


class Accbands(Indicator):
    """Acceleration bands."""

    NAME = "accbands"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: AccbandsValues | None = None
    """The last values."""

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> AccbandsValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = AccbandsValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class BbandsValues(NamedTuple):
    """What `Bbands` gives."""

    upper: float
    middle: float
    lower: float


class Bbands(Indicator):
    """Bollinger bands."""

    NAME = "bbands"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviations_up", False, 0.0, 100.0), ("deviations_down", False, 0.0, 100.0), ("average", True, 0.0, 13.0),)
    value: BbandsValues | None = None
    """The last values."""

    def __init__(self, period: int = 20, deviations_up: float = 2.0, deviations_down: float = 2.0, average: int = 0) -> None:
        super().__init__(period, deviations_up, deviations_down, average)

    def update(self, value: float) -> BbandsValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = BbandsValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 20, deviations_up: float = 2.0, deviations_down: float = 2.0, average: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations_up, deviations_down, average), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations_up: float = 2.0, deviations_down: float = 2.0, average: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations_up, deviations_down, average), True)


class ChandelierValues(NamedTuple):
    """What `Chandelier` gives."""

    long: float
    short: float


class Chandelier(Indicator):
    """Chandelier exit."""

    NAME = "chandelier"
    BOUNDS = (("period", True, 1.0, 10000.0), ("multiple", False, 0.0, 100.0),)
    value: ChandelierValues | None = None
    """The last values."""

    def __init__(self, period: int = 22, multiple: float = 3.0) -> None:
        super().__init__(period, multiple)

    def update(self, high: float, low: float, close: float) -> ChandelierValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = ChandelierValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 22, multiple: float = 3.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, multiple), False)

    @classmethod
    def warm_up(cls, period: int = 22, multiple: float = 3.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, multiple), True)


class Dema(OneToOne):
    """Double exponential moving average."""

    NAME = "dema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class DeviationBandsValues(NamedTuple):
    """What `DeviationBands` gives."""

    upper: float
    middle: float
    lower: float


class DeviationBands(Indicator):
    """Bollinger bands of either deviation."""

    NAME = "deviation_bands"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0), ("deviation", True, 0.0, 1.0),)
    value: DeviationBandsValues | None = None
    """The last values."""

    def __init__(self, period: int = 20, deviations: float = 2.0, deviation: int = 0) -> None:
        super().__init__(period, deviations, deviation)

    def update(self, value: float) -> DeviationBandsValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = DeviationBandsValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0, deviation: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations, deviation), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0, deviation: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations, deviation), True)


class DonchianValues(NamedTuple):
    """What `Donchian` gives."""

    upper: float
    middle: float
    lower: float


class Donchian(Indicator):
    """Donchian channel."""

    NAME = "donchian"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: DonchianValues | None = None
    """The last values."""

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> DonchianValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        outputs = self._next(high, low)
        if not outputs:
            return None
        self.value = DonchianValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Ema(OneToOne):
    """Exponential moving average."""

    NAME = "ema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class EmaFromFirst(OneToOne):
    """Exponential moving average from the first value on."""

    NAME = "ema_from_first"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Hma(OneToOne):
    """Hull moving average."""

    NAME = "hma"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class HtTrendline(OneToOne):
    """Instantaneous trend line."""

    NAME = "ht_trendline"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class IchimokuValues(NamedTuple):
    """What `Ichimoku` gives."""

    conversion: float
    base: float
    leading_a: float
    leading_b: float
    leading_a_ahead: float
    leading_b_ahead: float


class Ichimoku(Indicator):
    """Ichimoku cloud."""

    NAME = "ichimoku"
    BOUNDS = (("conversion", True, 1.0, 10000.0), ("base", True, 1.0, 10000.0), ("leading", True, 1.0, 10000.0), ("displacement", True, 1.0, 10000.0),)
    value: IchimokuValues | None = None
    """The last values."""

    def __init__(self, conversion: int = 9, base: int = 26, leading: int = 52, displacement: int = 26) -> None:
        super().__init__(conversion, base, leading, displacement)

    def update(self, high: float, low: float) -> IchimokuValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        outputs = self._next(high, low)
        if not outputs:
            return None
        self.value = IchimokuValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, conversion: int = 9, base: int = 26, leading: int = 52, displacement: int = 26) -> int:
        """Updates until the first value."""
        return cls._lengths((conversion, base, leading, displacement), False)

    @classmethod
    def warm_up(cls, conversion: int = 9, base: int = 26, leading: int = 52, displacement: int = 26) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((conversion, base, leading, displacement), True)


class Kama(OneToOne):
    """Kaufman's adaptive moving average."""

    NAME = "kama"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class KcValues(NamedTuple):
    """What `Kc` gives."""

    upper: float
    middle: float
    lower: float


class Kc(Indicator):
    """Keltner channel."""

    NAME = "kc"
    BOUNDS = (("period", True, 1.0, 10000.0), ("atr_period", True, 1.0, 10000.0), ("ranges", False, 0.0, 100.0),)
    value: KcValues | None = None
    """The last values."""

    def __init__(self, period: int = 20, atr_period: int = 10, ranges: float = 2.0) -> None:
        super().__init__(period, atr_period, ranges)

    def update(self, high: float, low: float, close: float) -> KcValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = KcValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 20, atr_period: int = 10, ranges: float = 2.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, atr_period, ranges), False)

    @classmethod
    def warm_up(cls, period: int = 20, atr_period: int = 10, ranges: float = 2.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, atr_period, ranges), True)


class Ma(OneToOne):
    """Moving average by its code."""

    NAME = "ma"
    BOUNDS = (("period", True, 1.0, 10000.0), ("average", True, 0.0, 13.0),)

    def __init__(self, period: int = 30, average: int = 0) -> None:
        super().__init__(period, average)

    @classmethod
    def first_value(cls, period: int = 30, average: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, average), False)

    @classmethod
    def warm_up(cls, period: int = 30, average: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, average), True)


class MamaValues(NamedTuple):
    """What `Mama` gives."""

    mama: float
    fama: float


class Mama(Indicator):
    """MESA adaptive moving average."""

    NAME = "mama"
    BOUNDS = (("fast_limit", False, 0.01, 0.99), ("slow_limit", False, 0.01, 0.99),)
    value: MamaValues | None = None
    """The last values."""

    def __init__(self, fast_limit: float = 0.5, slow_limit: float = 0.05) -> None:
        super().__init__(fast_limit, slow_limit)

    def update(self, value: float) -> MamaValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MamaValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, fast_limit: float = 0.5, slow_limit: float = 0.05) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_limit, slow_limit), False)

    @classmethod
    def warm_up(cls, fast_limit: float = 0.5, slow_limit: float = 0.05) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_limit, slow_limit), True)


class Mavp(Single):
    """Moving average whose period comes with the value."""

    NAME = "mavp"
    BOUNDS = (("shortest", True, 1.0, 200.0), ("longest", True, 1.0, 200.0), ("average", True, 0.0, 13.0),)

    def __init__(self, shortest: int = 2, longest: int = 30, average: int = 0) -> None:
        super().__init__(shortest, longest, average)

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls, shortest: int = 2, longest: int = 30, average: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((shortest, longest, average), False)

    @classmethod
    def warm_up(cls, shortest: int = 2, longest: int = 30, average: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((shortest, longest, average), True)


class Midpoint(OneToOne):
    """Middle between the extremes of a value."""

    NAME = "midpoint"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Midprice(Single):
    """Middle between highest high and lowest low."""

    NAME = "midprice"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class PreviousDonchianValues(NamedTuple):
    """What `PreviousDonchian` gives."""

    upper: float
    middle: float
    lower: float


class PreviousDonchian(Indicator):
    """Donchian channel before the candle."""

    NAME = "previous_donchian"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: PreviousDonchianValues | None = None
    """The last values."""

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> PreviousDonchianValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        outputs = self._next(high, low)
        if not outputs:
            return None
        self.value = PreviousDonchianValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Rma(OneToOne):
    """Wilder's moving average."""

    NAME = "rma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class RollingVwap(Single):
    """Volume-weighted average of a window."""

    NAME = "rolling_vwap"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Sar(Single):
    """Parabolic stop and reverse."""

    NAME = "sar"
    BOUNDS = (("acceleration", False, 0.0, 1.0), ("maximum", False, 0.0, 1.0),)

    def __init__(self, acceleration: float = 0.02, maximum: float = 0.2) -> None:
        super().__init__(acceleration, maximum)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, acceleration: float = 0.02, maximum: float = 0.2) -> int:
        """Updates until the first value."""
        return cls._lengths((acceleration, maximum), False)

    @classmethod
    def warm_up(cls, acceleration: float = 0.02, maximum: float = 0.2) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((acceleration, maximum), True)


class Sarext(Single):
    """Parabolic with its sides set apart."""

    NAME = "sarext"
    BOUNDS = (("start", False, -1000000000000000.0, 1000000000000000.0), ("offset_on_reverse", False, 0.0, 1.0), ("initial_long", False, 0.0, 1.0), ("step_long", False, 0.0, 1.0), ("maximum_long", False, 0.0, 1.0), ("initial_short", False, 0.0, 1.0), ("step_short", False, 0.0, 1.0), ("maximum_short", False, 0.0, 1.0),)

    def __init__(self, start: float = 0.0, offset_on_reverse: float = 0.0, initial_long: float = 0.02, step_long: float = 0.02, maximum_long: float = 0.2, initial_short: float = 0.02, step_short: float = 0.02, maximum_short: float = 0.2) -> None:
        super().__init__(start, offset_on_reverse, initial_long, step_long, maximum_long, initial_short, step_short, maximum_short)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, start: float = 0.0, offset_on_reverse: float = 0.0, initial_long: float = 0.02, step_long: float = 0.02, maximum_long: float = 0.2, initial_short: float = 0.02, step_short: float = 0.02, maximum_short: float = 0.2) -> int:
        """Updates until the first value."""
        return cls._lengths((start, offset_on_reverse, initial_long, step_long, maximum_long, initial_short, step_short, maximum_short), False)

    @classmethod
    def warm_up(cls, start: float = 0.0, offset_on_reverse: float = 0.0, initial_long: float = 0.02, step_long: float = 0.02, maximum_long: float = 0.2, initial_short: float = 0.02, step_short: float = 0.02, maximum_short: float = 0.2) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((start, offset_on_reverse, initial_long, step_long, maximum_long, initial_short, step_short, maximum_short), True)


class SessionVwapValues(NamedTuple):
    """What `SessionVwap` gives."""

    vwap: float
    deviation: float


class SessionVwap(Indicator):
    """Volume-weighted average price of the UTC day."""

    NAME = "session_vwap"
    BOUNDS = ()
    value: SessionVwapValues | None = None
    """The last values."""

    def __init__(self) -> None:
        super().__init__()

    def update(self, open_time: float, high: float, low: float, close: float, volume: float) -> SessionVwapValues | None:
        """Take the next open_time, high, low, close, volume; the values, or nothing before the first."""
        outputs = self._next(open_time, high, low, close, volume)
        if not outputs:
            return None
        self.value = SessionVwapValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Sma(OneToOne):
    """Simple moving average."""

    NAME = "sma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class SupertrendValues(NamedTuple):
    """What `Supertrend` gives."""

    supertrend: float
    trend: float


class Supertrend(Indicator):
    """SuperTrend."""

    NAME = "supertrend"
    BOUNDS = (("period", True, 1.0, 10000.0), ("ranges", False, 0.0, 100.0),)
    value: SupertrendValues | None = None
    """The last values."""

    def __init__(self, period: int = 10, ranges: float = 3.0) -> None:
        super().__init__(period, ranges)

    def update(self, high: float, low: float, close: float) -> SupertrendValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = SupertrendValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 10, ranges: float = 3.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, ranges), False)

    @classmethod
    def warm_up(cls, period: int = 10, ranges: float = 3.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, ranges), True)


class T3(OneToOne):
    """Tillson's T3."""

    NAME = "t3"
    BOUNDS = (("period", True, 1.0, 10000.0), ("volume_factor", False, 0.0, 1.0),)

    def __init__(self, period: int = 5, volume_factor: float = 0.7) -> None:
        super().__init__(period, volume_factor)

    @classmethod
    def first_value(cls, period: int = 5, volume_factor: float = 0.7) -> int:
        """Updates until the first value."""
        return cls._lengths((period, volume_factor), False)

    @classmethod
    def warm_up(cls, period: int = 5, volume_factor: float = 0.7) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, volume_factor), True)


class Tema(OneToOne):
    """Triple exponential moving average."""

    NAME = "tema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Trima(OneToOne):
    """Triangular moving average."""

    NAME = "trima"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Vwma(Single):
    """Volume-weighted moving average."""

    NAME = "vwma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float, volume: float) -> float | None:
        """Take the next value, volume; the indicator, or nothing before its first."""
        return self._next_value(value, volume)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Wma(OneToOne):
    """Weighted moving average."""

    NAME = "wma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Zlema(OneToOne):
    """Zero-lag exponential moving average."""

    NAME = "zlema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Ac(Single):
    """Williams' acceleration."""

    NAME = "ac"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("signal_period", True, 2.0, 10000.0),)

    def __init__(self, fast_period: int = 5, slow_period: int = 34, signal_period: int = 5) -> None:
        super().__init__(fast_period, slow_period, signal_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, fast_period: int = 5, slow_period: int = 34, signal_period: int = 5) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, slow_period, signal_period), False)

    @classmethod
    def warm_up(cls, fast_period: int = 5, slow_period: int = 34, signal_period: int = 5) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, slow_period, signal_period), True)


class Adx(Single):
    """Average directional index."""

    NAME = "adx"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Adxr(Single):
    """Average directional index rating."""

    NAME = "adxr"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Ao(Single):
    """Williams' awesome oscillator."""

    NAME = "ao"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0),)

    def __init__(self, fast_period: int = 5, slow_period: int = 34) -> None:
        super().__init__(fast_period, slow_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, fast_period: int = 5, slow_period: int = 34) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, slow_period), False)

    @classmethod
    def warm_up(cls, fast_period: int = 5, slow_period: int = 34) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, slow_period), True)


class Apo(OneToOne):
    """Absolute price oscillator."""

    NAME = "apo"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("average", True, 0.0, 13.0),)

    def __init__(self, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> None:
        super().__init__(fast_period, slow_period, average)

    @classmethod
    def first_value(cls, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, slow_period, average), False)

    @classmethod
    def warm_up(cls, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, slow_period, average), True)


class AroonValues(NamedTuple):
    """What `Aroon` gives."""

    aroondown: float
    aroonup: float


class Aroon(Indicator):
    """Aroon."""

    NAME = "aroon"
    BOUNDS = (("period", True, 2.0, 10000.0),)
    value: AroonValues | None = None
    """The last values."""

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> AroonValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        outputs = self._next(high, low)
        if not outputs:
            return None
        self.value = AroonValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Aroonosc(Single):
    """Aroon oscillator."""

    NAME = "aroonosc"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Bop(Single):
    """Balance of power."""

    NAME = "bop"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Cci(Single):
    """Commodity channel index."""

    NAME = "cci"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Cmo(OneToOne):
    """Chande's momentum oscillator."""

    NAME = "cmo"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Cmou(OneToOne):
    """Chande's momentum oscillator of plain sums."""

    NAME = "cmou"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Coppock(OneToOne):
    """Coppock's curve."""

    NAME = "coppock"
    BOUNDS = (("average_period", True, 1.0, 10000.0), ("first_period", True, 1.0, 10000.0), ("second_period", True, 1.0, 10000.0),)

    def __init__(self, average_period: int = 10, first_period: int = 11, second_period: int = 14) -> None:
        super().__init__(average_period, first_period, second_period)

    @classmethod
    def first_value(cls, average_period: int = 10, first_period: int = 11, second_period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((average_period, first_period, second_period), False)

    @classmethod
    def warm_up(cls, average_period: int = 10, first_period: int = 11, second_period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((average_period, first_period, second_period), True)


class CutlerRsi(OneToOne):
    """Cutler's relative strength index."""

    NAME = "cutler_rsi"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Dpo(OneToOne):
    """Detrended price oscillator."""

    NAME = "dpo"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Dx(Single):
    """Directional index."""

    NAME = "dx"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Er(OneToOne):
    """Kaufman's efficiency ratio."""

    NAME = "er"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class EriValues(NamedTuple):
    """What `Eri` gives."""

    bullpower: float
    bearpower: float


class Eri(Indicator):
    """Elder's rays."""

    NAME = "eri"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: EriValues | None = None
    """The last values."""

    def __init__(self, period: int = 13) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> EriValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = EriValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 13) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 13) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Fosc(OneToOne):
    """Forecast oscillator."""

    NAME = "fosc"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 5) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 5) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 5) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class FractalValues(NamedTuple):
    """What `Fractal` gives."""

    swinghigh: float
    swinglow: float


class Fractal(Indicator):
    """Williams' fractals."""

    NAME = "fractal"
    BOUNDS = (("left", True, 1.0, 10000.0), ("right", True, 1.0, 10000.0),)
    value: FractalValues | None = None
    """The last values."""

    def __init__(self, left: int = 2, right: int = 2) -> None:
        super().__init__(left, right)

    def update(self, high: float, low: float) -> FractalValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        outputs = self._next(high, low)
        if not outputs:
            return None
        self.value = FractalValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, left: int = 2, right: int = 2) -> int:
        """Updates until the first value."""
        return cls._lengths((left, right), False)

    @classmethod
    def warm_up(cls, left: int = 2, right: int = 2) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((left, right), True)


class Imi(Single):
    """Chande's intraday momentum index."""

    NAME = "imi"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, open: float, close: float) -> float | None:
        """Take the next open, close; the indicator, or nothing before its first."""
        return self._next_value(open, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class KdjValues(NamedTuple):
    """What `Kdj` gives."""

    k: float
    d: float
    j: float


class Kdj(Indicator):
    """Stochastic oscillator with a third line."""

    NAME = "kdj"
    BOUNDS = (("period", True, 1.0, 10000.0), ("k_period", True, 1.0, 10000.0), ("k_average", True, 0.0, 13.0), ("d_period", True, 1.0, 10000.0), ("d_average", True, 0.0, 13.0),)
    value: KdjValues | None = None
    """The last values."""

    def __init__(self, period: int = 9, k_period: int = 3, k_average: int = 13, d_period: int = 3, d_average: int = 13) -> None:
        super().__init__(period, k_period, k_average, d_period, d_average)

    def update(self, high: float, low: float, close: float) -> KdjValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = KdjValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 9, k_period: int = 3, k_average: int = 13, d_period: int = 3, d_average: int = 13) -> int:
        """Updates until the first value."""
        return cls._lengths((period, k_period, k_average, d_period, d_average), False)

    @classmethod
    def warm_up(cls, period: int = 9, k_period: int = 3, k_average: int = 13, d_period: int = 3, d_average: int = 13) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, k_period, k_average, d_period, d_average), True)


class LogReturn(OneToOne):
    """Log return."""

    NAME = "log_return"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 1) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 1) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 1) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class MacdValues(NamedTuple):
    """What `Macd` gives."""

    macd: float
    macdsignal: float
    macdhist: float


class Macd(Indicator):
    """Moving average convergence divergence."""

    NAME = "macd"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("signal_period", True, 1.0, 10000.0),)
    value: MacdValues | None = None
    """The last values."""

    def __init__(self, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> None:
        super().__init__(fast_period, slow_period, signal_period)

    def update(self, value: float) -> MacdValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MacdValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, slow_period, signal_period), False)

    @classmethod
    def warm_up(cls, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, slow_period, signal_period), True)


class MacdFromFirstValues(NamedTuple):
    """What `MacdFromFirst` gives."""

    macd: float
    signal: float
    hist: float


class MacdFromFirst(Indicator):
    """MACD of averages from the first value on."""

    NAME = "macd_from_first"
    BOUNDS = (("fast_period", True, 1.0, 10000.0), ("slow_period", True, 1.0, 10000.0), ("signal_period", True, 1.0, 10000.0),)
    value: MacdFromFirstValues | None = None
    """The last values."""

    def __init__(self, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> None:
        super().__init__(fast_period, slow_period, signal_period)

    def update(self, value: float) -> MacdFromFirstValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MacdFromFirstValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, slow_period, signal_period), False)

    @classmethod
    def warm_up(cls, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, slow_period, signal_period), True)


class MacdextValues(NamedTuple):
    """What `Macdext` gives."""

    macd: float
    macdsignal: float
    macdhist: float


class Macdext(Indicator):
    """MACD of averages of any kind."""

    NAME = "macdext"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("fast_average", True, 0.0, 13.0), ("slow_period", True, 2.0, 10000.0), ("slow_average", True, 0.0, 13.0), ("signal_period", True, 1.0, 10000.0), ("signal_average", True, 0.0, 13.0),)
    value: MacdextValues | None = None
    """The last values."""

    def __init__(self, fast_period: int = 12, fast_average: int = 0, slow_period: int = 26, slow_average: int = 0, signal_period: int = 9, signal_average: int = 0) -> None:
        super().__init__(fast_period, fast_average, slow_period, slow_average, signal_period, signal_average)

    def update(self, value: float) -> MacdextValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MacdextValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, fast_period: int = 12, fast_average: int = 0, slow_period: int = 26, slow_average: int = 0, signal_period: int = 9, signal_average: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, fast_average, slow_period, slow_average, signal_period, signal_average), False)

    @classmethod
    def warm_up(cls, fast_period: int = 12, fast_average: int = 0, slow_period: int = 26, slow_average: int = 0, signal_period: int = 9, signal_average: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, fast_average, slow_period, slow_average, signal_period, signal_average), True)


class MacdfixValues(NamedTuple):
    """What `Macdfix` gives."""

    macd: float
    macdsignal: float
    macdhist: float


class Macdfix(Indicator):
    """MACD of 12 and 26 with Appel's factors."""

    NAME = "macdfix"
    BOUNDS = (("signal_period", True, 1.0, 10000.0),)
    value: MacdfixValues | None = None
    """The last values."""

    def __init__(self, signal_period: int = 9) -> None:
        super().__init__(signal_period)

    def update(self, value: float) -> MacdfixValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MacdfixValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, signal_period: int = 9) -> int:
        """Updates until the first value."""
        return cls._lengths((signal_period,), False)

    @classmethod
    def warm_up(cls, signal_period: int = 9) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((signal_period,), True)


class Mfi(Single):
    """Money flow index."""

    NAME = "mfi"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class MinusDi(Single):
    """Downward directional indicator."""

    NAME = "minus_di"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class MinusDm(Single):
    """Downward directional movement."""

    NAME = "minus_dm"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Mom(OneToOne):
    """Momentum."""

    NAME = "mom"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class PlusDi(Single):
    """Upward directional indicator."""

    NAME = "plus_di"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class PlusDm(Single):
    """Upward directional movement."""

    NAME = "plus_dm"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Ppo(OneToOne):
    """Percentage price oscillator."""

    NAME = "ppo"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("average", True, 0.0, 13.0),)

    def __init__(self, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> None:
        super().__init__(fast_period, slow_period, average)

    @classmethod
    def first_value(cls, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, slow_period, average), False)

    @classmethod
    def warm_up(cls, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, slow_period, average), True)


class Qstick(Single):
    """Mean body of candles."""

    NAME = "qstick"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    def update(self, open: float, close: float) -> float | None:
        """Take the next open, close; the indicator, or nothing before its first."""
        return self._next_value(open, close)

    @classmethod
    def first_value(cls, period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Roc(OneToOne):
    """Rate of change, percent."""

    NAME = "roc"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Rocp(OneToOne):
    """Rate of change, fraction."""

    NAME = "rocp"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Rocr(OneToOne):
    """Rate of change, ratio."""

    NAME = "rocr"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Rocr100(OneToOne):
    """Rate of change, ratio x 100."""

    NAME = "rocr100"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Rsi(OneToOne):
    """Relative strength index."""

    NAME = "rsi"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class SmiValues(NamedTuple):
    """What `Smi` gives."""

    smi: float
    smisignal: float


class Smi(Indicator):
    """Blau's stochastic momentum index."""

    NAME = "smi"
    BOUNDS = (("period", True, 2.0, 10000.0), ("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("signal_period", True, 2.0, 10000.0),)
    value: SmiValues | None = None
    """The last values."""

    def __init__(self, period: int = 13, fast_period: int = 2, slow_period: int = 25, signal_period: int = 9) -> None:
        super().__init__(period, fast_period, slow_period, signal_period)

    def update(self, high: float, low: float, close: float) -> SmiValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = SmiValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 13, fast_period: int = 2, slow_period: int = 25, signal_period: int = 9) -> int:
        """Updates until the first value."""
        return cls._lengths((period, fast_period, slow_period, signal_period), False)

    @classmethod
    def warm_up(cls, period: int = 13, fast_period: int = 2, slow_period: int = 25, signal_period: int = 9) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, fast_period, slow_period, signal_period), True)


class SmoothedStochRsiValues(NamedTuple):
    """What `SmoothedStochRsi` gives."""

    raw: float
    k: float
    d: float


class SmoothedStochRsi(Indicator):
    """Stochastic of the RSI, smoothed."""

    NAME = "smoothed_stoch_rsi"
    BOUNDS = (("period", True, 1.0, 10000.0), ("window", True, 1.0, 10000.0), ("k_period", True, 1.0, 10000.0), ("d_period", True, 1.0, 10000.0),)
    value: SmoothedStochRsiValues | None = None
    """The last values."""

    def __init__(self, period: int = 14, window: int = 14, k_period: int = 3, d_period: int = 3) -> None:
        super().__init__(period, window, k_period, d_period)

    def update(self, value: float) -> SmoothedStochRsiValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = SmoothedStochRsiValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 14, window: int = 14, k_period: int = 3, d_period: int = 3) -> int:
        """Updates until the first value."""
        return cls._lengths((period, window, k_period, d_period), False)

    @classmethod
    def warm_up(cls, period: int = 14, window: int = 14, k_period: int = 3, d_period: int = 3) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, window, k_period, d_period), True)


class StochValues(NamedTuple):
    """What `Stoch` gives."""

    slowk: float
    slowd: float


class Stoch(Indicator):
    """Slow stochastic oscillator."""

    NAME = "stoch"
    BOUNDS = (("period", True, 1.0, 10000.0), ("k_period", True, 1.0, 10000.0), ("k_average", True, 0.0, 13.0), ("d_period", True, 1.0, 10000.0), ("d_average", True, 0.0, 13.0),)
    value: StochValues | None = None
    """The last values."""

    def __init__(self, period: int = 5, k_period: int = 3, k_average: int = 0, d_period: int = 3, d_average: int = 0) -> None:
        super().__init__(period, k_period, k_average, d_period, d_average)

    def update(self, high: float, low: float, close: float) -> StochValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = StochValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 5, k_period: int = 3, k_average: int = 0, d_period: int = 3, d_average: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, k_period, k_average, d_period, d_average), False)

    @classmethod
    def warm_up(cls, period: int = 5, k_period: int = 3, k_average: int = 0, d_period: int = 3, d_average: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, k_period, k_average, d_period, d_average), True)


class StochfValues(NamedTuple):
    """What `Stochf` gives."""

    fastk: float
    fastd: float


class Stochf(Indicator):
    """Fast stochastic oscillator."""

    NAME = "stochf"
    BOUNDS = (("k_period", True, 1.0, 10000.0), ("d_period", True, 1.0, 10000.0), ("d_average", True, 0.0, 13.0),)
    value: StochfValues | None = None
    """The last values."""

    def __init__(self, k_period: int = 5, d_period: int = 3, d_average: int = 0) -> None:
        super().__init__(k_period, d_period, d_average)

    def update(self, high: float, low: float, close: float) -> StochfValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = StochfValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, k_period: int = 5, d_period: int = 3, d_average: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((k_period, d_period, d_average), False)

    @classmethod
    def warm_up(cls, k_period: int = 5, d_period: int = 3, d_average: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((k_period, d_period, d_average), True)


class StochrsiValues(NamedTuple):
    """What `Stochrsi` gives."""

    fastk: float
    fastd: float


class Stochrsi(Indicator):
    """Fast stochastic of the relative strength index."""

    NAME = "stochrsi"
    BOUNDS = (("period", True, 2.0, 10000.0), ("k_period", True, 1.0, 10000.0), ("d_period", True, 1.0, 10000.0), ("d_average", True, 0.0, 13.0),)
    value: StochrsiValues | None = None
    """The last values."""

    def __init__(self, period: int = 14, k_period: int = 5, d_period: int = 3, d_average: int = 0) -> None:
        super().__init__(period, k_period, d_period, d_average)

    def update(self, value: float) -> StochrsiValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = StochrsiValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 14, k_period: int = 5, d_period: int = 3, d_average: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, k_period, d_period, d_average), False)

    @classmethod
    def warm_up(cls, period: int = 14, k_period: int = 5, d_period: int = 3, d_average: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, k_period, d_period, d_average), True)


class Trix(OneToOne):
    """Rate of change of a triple average."""

    NAME = "trix"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Tsi(OneToOne):
    """Blau's true strength index."""

    NAME = "tsi"
    BOUNDS = (("first_period", True, 2.0, 10000.0), ("second_period", True, 2.0, 10000.0),)

    def __init__(self, first_period: int = 25, second_period: int = 13) -> None:
        super().__init__(first_period, second_period)

    @classmethod
    def first_value(cls, first_period: int = 25, second_period: int = 13) -> int:
        """Updates until the first value."""
        return cls._lengths((first_period, second_period), False)

    @classmethod
    def warm_up(cls, first_period: int = 25, second_period: int = 13) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((first_period, second_period), True)


class Ultosc(Single):
    """Williams' ultimate oscillator."""

    NAME = "ultosc"
    BOUNDS = (("first_period", True, 1.0, 10000.0), ("second_period", True, 1.0, 10000.0), ("third_period", True, 1.0, 10000.0),)

    def __init__(self, first_period: int = 7, second_period: int = 14, third_period: int = 28) -> None:
        super().__init__(first_period, second_period, third_period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, first_period: int = 7, second_period: int = 14, third_period: int = 28) -> int:
        """Updates until the first value."""
        return cls._lengths((first_period, second_period, third_period), False)

    @classmethod
    def warm_up(cls, first_period: int = 7, second_period: int = 14, third_period: int = 28) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((first_period, second_period, third_period), True)


class Vhf(OneToOne):
    """Vertical horizontal filter."""

    NAME = "vhf"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 28) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 28) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 28) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class VortexValues(NamedTuple):
    """What `Vortex` gives."""

    plusvi: float
    minusvi: float


class Vortex(Indicator):
    """Vortex."""

    NAME = "vortex"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: VortexValues | None = None
    """The last values."""

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> VortexValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        outputs = self._next(high, low, close)
        if not outputs:
            return None
        self.value = VortexValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Wad(Single):
    """Williams' accumulation and distribution."""

    NAME = "wad"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Willr(Single):
    """Williams' %R."""

    NAME = "willr"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Adr(Single):
    """Average range of a candle."""

    NAME = "adr"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Atr(Single):
    """Average true range."""

    NAME = "atr"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class AtrSma(Single):
    """Average true range by simple means."""

    NAME = "atr_sma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class BandWidth(OneToOne):
    """Width of Bollinger bands."""

    NAME = "band_width"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviations", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0) -> None:
        super().__init__(period, deviations)

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations), True)


class Cvi(Single):
    """Chaikin's volatility."""

    NAME = "cvi"
    BOUNDS = (("period", True, 2.0, 10000.0), ("change_period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10, change_period: int = 10) -> None:
        super().__init__(period, change_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 10, change_period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period, change_period), False)

    @classmethod
    def warm_up(cls, period: int = 10, change_period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, change_period), True)


class GarmanKlass(Single):
    """Volatility by Garman and Klass."""

    NAME = "garman_klass"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Massi(Single):
    """Mass index."""

    NAME = "massi"
    BOUNDS = (("average_period", True, 2.0, 10000.0), ("sum_period", True, 2.0, 10000.0),)

    def __init__(self, average_period: int = 9, sum_period: int = 25) -> None:
        super().__init__(average_period, sum_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, average_period: int = 9, sum_period: int = 25) -> int:
        """Updates until the first value."""
        return cls._lengths((average_period, sum_period), False)

    @classmethod
    def warm_up(cls, average_period: int = 9, sum_period: int = 25) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((average_period, sum_period), True)


class Natr(Single):
    """Average true range in percent of the close."""

    NAME = "natr"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Parkinson(Single):
    """Volatility by Parkinson."""

    NAME = "parkinson"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class PercentB(OneToOne):
    """Place between Bollinger bands."""

    NAME = "percent_b"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviations", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0) -> None:
        super().__init__(period, deviations)

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations), True)


class RealizedVolatility(OneToOne):
    """Realized volatility, annual."""

    NAME = "realized_volatility"
    BOUNDS = (("period", True, 2.0, 10000.0), ("candles_per_year", False, 1.0, 1000000000.0),)

    def __init__(self, period: int = 20, candles_per_year: float = 525600.0) -> None:
        super().__init__(period, candles_per_year)

    @classmethod
    def first_value(cls, period: int = 20, candles_per_year: float = 525600.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, candles_per_year), False)

    @classmethod
    def warm_up(cls, period: int = 20, candles_per_year: float = 525600.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, candles_per_year), True)


class RogersSatchell(Single):
    """Volatility by Rogers and Satchell."""

    NAME = "rogers_satchell"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Rvi(OneToOne):
    """Relative volatility index."""

    NAME = "rvi"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviation_period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14, deviation_period: int = 10) -> None:
        super().__init__(period, deviation_period)

    @classmethod
    def first_value(cls, period: int = 14, deviation_period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviation_period), False)

    @classmethod
    def warm_up(cls, period: int = 14, deviation_period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviation_period), True)


class SqueezeOn(Single):
    """Bollinger bands inside a channel of ranges."""

    NAME = "squeeze_on"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviations", False, 0.0, 100.0), ("ranges", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0, ranges: float = 1.5) -> None:
        super().__init__(period, deviations, ranges)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0, ranges: float = 1.5) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations, ranges), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0, ranges: float = 1.5) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations, ranges), True)


class TrueRange(Single):
    """True range."""

    NAME = "true_range"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class VolatilityLevelsValues(NamedTuple):
    """What `VolatilityLevels` gives."""

    fast: float
    slow: float
    top: float


class VolatilityLevels(Indicator):
    """Levels of the width of Bollinger bands."""

    NAME = "volatility_levels"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviations", False, 0.0, 100.0), ("fast", True, 1.0, 10000.0), ("slow", True, 1.0, 10000.0), ("top_deviations", False, 0.0, 100.0),)
    value: VolatilityLevelsValues | None = None
    """The last values."""

    def __init__(self, period: int = 20, deviations: float = 2.0, fast: int = 20, slow: int = 100, top_deviations: float = 2.0) -> None:
        super().__init__(period, deviations, fast, slow, top_deviations)

    def update(self, value: float) -> VolatilityLevelsValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = VolatilityLevelsValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 20, deviations: float = 2.0, fast: int = 20, slow: int = 100, top_deviations: float = 2.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations, fast, slow, top_deviations), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviations: float = 2.0, fast: int = 20, slow: int = 100, top_deviations: float = 2.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations, fast, slow, top_deviations), True)


class YangZhang(Single):
    """Volatility by Yang and Zhang."""

    NAME = "yang_zhang"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Ad(Single):
    """Chaikin's accumulation and distribution line."""

    NAME = "ad"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Adosc(Single):
    """Chaikin's oscillator."""

    NAME = "adosc"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0),)

    def __init__(self, fast_period: int = 3, slow_period: int = 10) -> None:
        super().__init__(fast_period, slow_period)

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    @classmethod
    def first_value(cls, fast_period: int = 3, slow_period: int = 10) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, slow_period), False)

    @classmethod
    def warm_up(cls, fast_period: int = 3, slow_period: int = 10) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, slow_period), True)


class Cmf(Single):
    """Chaikin's money flow."""

    NAME = "cmf"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Efi(Single):
    """Elder's force index."""

    NAME = "efi"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 13) -> None:
        super().__init__(period)

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    @classmethod
    def first_value(cls, period: int = 13) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 13) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Marketfi(Single):
    """Williams' market facilitation index."""

    NAME = "marketfi"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, volume: float) -> float | None:
        """Take the next high, low, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, volume)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Nvi(Single):
    """Negative volume index."""

    NAME = "nvi"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Obv(Single):
    """On-balance volume."""

    NAME = "obv"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ObvFromZero(Single):
    """On-balance volume from 0."""

    NAME = "obv_from_zero"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Pvi(Single):
    """Positive volume index."""

    NAME = "pvi"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Pvo(OneToOne):
    """Percentage volume oscillator."""

    NAME = "pvo"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("average", True, 0.0, 13.0),)

    def __init__(self, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> None:
        super().__init__(fast_period, slow_period, average)

    @classmethod
    def first_value(cls, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> int:
        """Updates until the first value."""
        return cls._lengths((fast_period, slow_period, average), False)

    @classmethod
    def warm_up(cls, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((fast_period, slow_period, average), True)


class Pvt(Single):
    """Price volume trend."""

    NAME = "pvt"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Rvol(OneToOne):
    """Relative volume."""

    NAME = "rvol"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class VolumeRatio(OneToOne):
    """Volume against its mean."""

    NAME = "volume_ratio"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 20) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 20) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Vwap(Single):
    """Volume-weighted average price since the first candle."""

    NAME = "vwap"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtDcperiod(OneToOne):
    """Period of the dominant cycle."""

    NAME = "ht_dcperiod"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtDcphase(OneToOne):
    """Phase of the dominant cycle."""

    NAME = "ht_dcphase"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtPhasorValues(NamedTuple):
    """What `HtPhasor` gives."""

    inphase: float
    quadrature: float


class HtPhasor(Indicator):
    """Vector of the dominant cycle."""

    NAME = "ht_phasor"
    BOUNDS = ()
    value: HtPhasorValues | None = None
    """The last values."""

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float) -> HtPhasorValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = HtPhasorValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtSineValues(NamedTuple):
    """What `HtSine` gives."""

    sine: float
    leadsine: float


class HtSine(Indicator):
    """Sine of the phase, and ahead of it."""

    NAME = "ht_sine"
    BOUNDS = ()
    value: HtSineValues | None = None
    """The last values."""

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float) -> HtSineValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = HtSineValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HtTrendmode(OneToOne):
    """Trend or cycle."""

    NAME = "ht_trendmode"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Avgprice(Single):
    """Average of the four prices."""

    NAME = "avgprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HaValues(NamedTuple):
    """What `Ha` gives."""

    haopen: float
    hahigh: float
    halow: float
    haclose: float


class Ha(Indicator):
    """Heikin Ashi candle."""

    NAME = "ha"
    BOUNDS = ()
    value: HaValues | None = None
    """The last values."""

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> HaValues | None:
        """Take the next open, high, low, close; the values, or nothing before the first."""
        outputs = self._next(open, high, low, close)
        if not outputs:
            return None
        self.value = HaValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class LastCompletedValues(NamedTuple):
    """What `LastCompleted` gives."""

    open: float
    high: float
    low: float
    close: float
    volume: float


class LastCompleted(Indicator):
    """Last completed candle of a longer timeframe."""

    NAME = "last_completed"
    BOUNDS = (("candles", True, 1.0, 100000.0), ("candle_ms", True, 1.0, 604800000.0),)
    value: LastCompletedValues | None = None
    """The last values."""

    def __init__(self, candles: int = 4, candle_ms: int = 60000) -> None:
        super().__init__(candles, candle_ms)

    def update(self, open_time: float, open: float, high: float, low: float, close: float, volume: float) -> LastCompletedValues | None:
        """Take the next open_time, open, high, low, close, volume; the values, or nothing before the first."""
        outputs = self._next(open_time, open, high, low, close, volume)
        if not outputs:
            return None
        self.value = LastCompletedValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, candles: int = 4, candle_ms: int = 60000) -> int:
        """Updates until the first value."""
        return cls._lengths((candles, candle_ms), False)

    @classmethod
    def warm_up(cls, candles: int = 4, candle_ms: int = 60000) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((candles, candle_ms), True)


class Medprice(Single):
    """Middle between high and low."""

    NAME = "medprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Typprice(Single):
    """Average of high, low and close."""

    NAME = "typprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Wclprice(Single):
    """The same with the close twice."""

    NAME = "wclprice"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Autocorrelation(OneToOne):
    """Correlation of log returns with the ones before."""

    NAME = "autocorrelation"
    BOUNDS = (("period", True, 3.0, 10000.0),)

    def __init__(self, period: int = 50) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 50) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 50) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Avgdev(OneToOne):
    """Mean absolute deviation."""

    NAME = "avgdev"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Beta(Single):
    """Beta of changes."""

    NAME = "beta"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 5) -> None:
        super().__init__(period)

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls, period: int = 5) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 5) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Correl(Single):
    """Pearson's correlation."""

    NAME = "correl"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Linearreg(OneToOne):
    """End of the regression line."""

    NAME = "linearreg"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class LinearregAngle(OneToOne):
    """Angle of the regression line."""

    NAME = "linearreg_angle"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class LinearregIntercept(OneToOne):
    """Start of the regression line."""

    NAME = "linearreg_intercept"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class LinearregSlope(OneToOne):
    """Slope of the regression line."""

    NAME = "linearreg_slope"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Percentile(OneToOne):
    """Percentile by nearest rank."""

    NAME = "percentile"
    BOUNDS = (("period", True, 1.0, 10000.0), ("percentile", False, 0.0, 100.0),)

    def __init__(self, period: int = 30, percentile: float = 50.0) -> None:
        super().__init__(period, percentile)

    @classmethod
    def first_value(cls, period: int = 30, percentile: float = 50.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, percentile), False)

    @classmethod
    def warm_up(cls, period: int = 30, percentile: float = 50.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, percentile), True)


class PercentileInclusive(OneToOne):
    """Share of the window at or below."""

    NAME = "percentile_inclusive"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 100) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 100) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 100) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Percentrank(OneToOne):
    """Share of a window below the value."""

    NAME = "percentrank"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 100) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 100) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 100) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Stddev(OneToOne):
    """Population standard deviation."""

    NAME = "stddev"
    BOUNDS = (("period", True, 1.0, 10000.0), ("deviations", False, 0.0, 1000.0),)

    def __init__(self, period: int = 5, deviations: float = 1.0) -> None:
        super().__init__(period, deviations)

    @classmethod
    def first_value(cls, period: int = 5, deviations: float = 1.0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviations), False)

    @classmethod
    def warm_up(cls, period: int = 5, deviations: float = 1.0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviations), True)


class Tsf(OneToOne):
    """Regression line one update ahead."""

    NAME = "tsf"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 14) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 14) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Var(OneToOne):
    """Population variance."""

    NAME = "var"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 5) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 5) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 5) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class ZScore(OneToOne):
    """Z-score."""

    NAME = "z_score"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviation", True, 0.0, 1.0),)

    def __init__(self, period: int = 20, deviation: int = 0) -> None:
        super().__init__(period, deviation)

    @classmethod
    def first_value(cls, period: int = 20, deviation: int = 0) -> int:
        """Updates until the first value."""
        return cls._lengths((period, deviation), False)

    @classmethod
    def warm_up(cls, period: int = 20, deviation: int = 0) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period, deviation), True)


class Acos(OneToOne):
    """Arc cosine, radians."""

    NAME = "acos"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Add(Single):
    """A + b."""

    NAME = "add"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Asin(OneToOne):
    """Arc sine, radians."""

    NAME = "asin"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Atan(OneToOne):
    """Arc tangent, radians."""

    NAME = "atan"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Ceil(OneToOne):
    """Next whole number above."""

    NAME = "ceil"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Cos(OneToOne):
    """Cosine of radians."""

    NAME = "cos"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Cosh(OneToOne):
    """Hyperbolic cosine."""

    NAME = "cosh"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Cumsum(OneToOne):
    """Sum since the start."""

    NAME = "cumsum"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Div(Single):
    """A / b."""

    NAME = "div"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Exp(OneToOne):
    """E to the power."""

    NAME = "exp"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Floor(OneToOne):
    """Next whole number below."""

    NAME = "floor"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Highest(OneToOne):
    """Highest of a window."""

    NAME = "highest"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Ln(OneToOne):
    """Natural logarithm."""

    NAME = "ln"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Log10(OneToOne):
    """Logarithm to base 10."""

    NAME = "log10"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Lowest(OneToOne):
    """Lowest of a window."""

    NAME = "lowest"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Maxindex(OneToOne):
    """Index of the highest of a window."""

    NAME = "maxindex"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Minindex(OneToOne):
    """Index of the lowest of a window."""

    NAME = "minindex"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class MinmaxValues(NamedTuple):
    """What `Minmax` gives."""

    min: float
    max: float


class Minmax(Indicator):
    """Lowest and highest of a window."""

    NAME = "minmax"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: MinmaxValues | None = None
    """The last values."""

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float) -> MinmaxValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MinmaxValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class MinmaxindexValues(NamedTuple):
    """What `Minmaxindex` gives."""

    minidx: float
    maxidx: float


class Minmaxindex(Indicator):
    """Indices of both."""

    NAME = "minmaxindex"
    BOUNDS = (("period", True, 1.0, 10000.0),)
    value: MinmaxindexValues | None = None
    """The last values."""

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float) -> MinmaxindexValues | None:
        """Take the next value; the values, or nothing before the first."""
        outputs = self._next(value)
        if not outputs:
            return None
        self.value = MinmaxindexValues(*outputs)
        return self.value

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class MovingSum(OneToOne):
    """Sum of a window."""

    NAME = "moving_sum"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    @classmethod
    def first_value(cls, period: int = 30) -> int:
        """Updates until the first value."""
        return cls._lengths((period,), False)

    @classmethod
    def warm_up(cls, period: int = 30) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((period,), True)


class Mult(Single):
    """A x b."""

    NAME = "mult"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Sin(OneToOne):
    """Sine of radians."""

    NAME = "sin"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Sinh(OneToOne):
    """Hyperbolic sine."""

    NAME = "sinh"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Sqrt(OneToOne):
    """Square root."""

    NAME = "sqrt"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Sub(Single):
    """A - b."""

    NAME = "sub"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Tan(OneToOne):
    """Tangent of radians."""

    NAME = "tan"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Tanh(OneToOne):
    """Hyperbolic tangent."""

    NAME = "tanh"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class AbandonedBaby(Single):
    """Abandoned baby."""

    NAME = "abandoned_baby"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, penetration: float = 0.3) -> int:
        """Updates until the first value."""
        return cls._lengths((penetration,), False)

    @classmethod
    def warm_up(cls, penetration: float = 0.3) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((penetration,), True)


class AdvanceBlock(Single):
    """Advance block."""

    NAME = "advance_block"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class BeltHold(Single):
    """Belt hold."""

    NAME = "belt_hold"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Breakaway(Single):
    """Breakaway."""

    NAME = "breakaway"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ClosingMarubozu(Single):
    """Closing marubozu."""

    NAME = "closing_marubozu"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ConcealingBabySwallow(Single):
    """Concealing baby swallow."""

    NAME = "concealing_baby_swallow"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Counterattack(Single):
    """Counterattack."""

    NAME = "counterattack"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class DarkCloudCover(Single):
    """Dark cloud cover."""

    NAME = "dark_cloud_cover"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.5) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, penetration: float = 0.5) -> int:
        """Updates until the first value."""
        return cls._lengths((penetration,), False)

    @classmethod
    def warm_up(cls, penetration: float = 0.5) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((penetration,), True)


class Doji(Single):
    """Doji."""

    NAME = "doji"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class DojiStar(Single):
    """Doji star."""

    NAME = "doji_star"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class DragonflyDoji(Single):
    """Dragonfly doji."""

    NAME = "dragonfly_doji"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Engulfing(Single):
    """Engulfing."""

    NAME = "engulfing"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class EveningDojiStar(Single):
    """Evening doji star."""

    NAME = "evening_doji_star"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, penetration: float = 0.3) -> int:
        """Updates until the first value."""
        return cls._lengths((penetration,), False)

    @classmethod
    def warm_up(cls, penetration: float = 0.3) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((penetration,), True)


class EveningStar(Single):
    """Evening star."""

    NAME = "evening_star"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, penetration: float = 0.3) -> int:
        """Updates until the first value."""
        return cls._lengths((penetration,), False)

    @classmethod
    def warm_up(cls, penetration: float = 0.3) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((penetration,), True)


class GapSideSideWhite(Single):
    """Gap side-by-side white lines."""

    NAME = "gap_side_side_white"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class GapThreeMethods(Single):
    """Upside and downside gap three methods."""

    NAME = "gap_three_methods"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class GravestoneDoji(Single):
    """Gravestone doji."""

    NAME = "gravestone_doji"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Hammer(Single):
    """Hammer."""

    NAME = "hammer"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HangingMan(Single):
    """Hanging man."""

    NAME = "hanging_man"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Harami(Single):
    """Harami."""

    NAME = "harami"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HaramiCross(Single):
    """Harami cross."""

    NAME = "harami_cross"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HighWave(Single):
    """High wave."""

    NAME = "high_wave"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Hikkake(Single):
    """Hikkake."""

    NAME = "hikkake"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HikkakeModified(Single):
    """Modified hikkake."""

    NAME = "hikkake_modified"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class HomingPigeon(Single):
    """Homing pigeon."""

    NAME = "homing_pigeon"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class IdenticalThreeCrows(Single):
    """Identical three crows."""

    NAME = "identical_three_crows"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class InNeck(Single):
    """In-neck."""

    NAME = "in_neck"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class InvertedHammer(Single):
    """Inverted hammer."""

    NAME = "inverted_hammer"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Kicking(Single):
    """Kicking."""

    NAME = "kicking"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class KickingByLength(Single):
    """Kicking by length."""

    NAME = "kicking_by_length"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class LadderBottom(Single):
    """Ladder bottom."""

    NAME = "ladder_bottom"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class LongLeggedDoji(Single):
    """Long-legged doji."""

    NAME = "long_legged_doji"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class LongLine(Single):
    """Long line."""

    NAME = "long_line"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Marubozu(Single):
    """Marubozu."""

    NAME = "marubozu"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class MatHold(Single):
    """Mat hold."""

    NAME = "mat_hold"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.5) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, penetration: float = 0.5) -> int:
        """Updates until the first value."""
        return cls._lengths((penetration,), False)

    @classmethod
    def warm_up(cls, penetration: float = 0.5) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((penetration,), True)


class MatchingLow(Single):
    """Matching low."""

    NAME = "matching_low"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class MorningDojiStar(Single):
    """Morning doji star."""

    NAME = "morning_doji_star"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, penetration: float = 0.3) -> int:
        """Updates until the first value."""
        return cls._lengths((penetration,), False)

    @classmethod
    def warm_up(cls, penetration: float = 0.3) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((penetration,), True)


class MorningStar(Single):
    """Morning star."""

    NAME = "morning_star"
    BOUNDS = (("penetration", False, 0.0, 100.0),)

    def __init__(self, penetration: float = 0.3) -> None:
        super().__init__(penetration)

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls, penetration: float = 0.3) -> int:
        """Updates until the first value."""
        return cls._lengths((penetration,), False)

    @classmethod
    def warm_up(cls, penetration: float = 0.3) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((penetration,), True)


class OnNeck(Single):
    """On-neck."""

    NAME = "on_neck"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Piercing(Single):
    """Piercing."""

    NAME = "piercing"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class RickshawMan(Single):
    """Rickshaw man."""

    NAME = "rickshaw_man"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class RiseFallThreeMethods(Single):
    """Rising and falling three methods."""

    NAME = "rise_fall_three_methods"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class SeparatingLines(Single):
    """Separating lines."""

    NAME = "separating_lines"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ShootingStar(Single):
    """Shooting star."""

    NAME = "shooting_star"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ShortLine(Single):
    """Short line."""

    NAME = "short_line"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class SpinningTop(Single):
    """Spinning top."""

    NAME = "spinning_top"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class StalledPattern(Single):
    """Stalled pattern."""

    NAME = "stalled_pattern"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class StickSandwich(Single):
    """Stick sandwich."""

    NAME = "stick_sandwich"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Takuri(Single):
    """Takuri."""

    NAME = "takuri"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class TasukiGap(Single):
    """Tasuki gap."""

    NAME = "tasuki_gap"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ThreeBlackCrows(Single):
    """Three black crows."""

    NAME = "three_black_crows"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ThreeInside(Single):
    """Three inside up and down."""

    NAME = "three_inside"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ThreeLineStrike(Single):
    """Three-line strike."""

    NAME = "three_line_strike"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ThreeOutside(Single):
    """Three outside up and down."""

    NAME = "three_outside"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ThreeStarsInTheSouth(Single):
    """Three stars in the south."""

    NAME = "three_stars_in_the_south"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class ThreeWhiteSoldiers(Single):
    """Three white soldiers."""

    NAME = "three_white_soldiers"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Thrusting(Single):
    """Thrusting."""

    NAME = "thrusting"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class Tristar(Single):
    """Tristar."""

    NAME = "tristar"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class TwoCrows(Single):
    """Two crows."""

    NAME = "two_crows"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class UniqueThreeRiver(Single):
    """Unique three river."""

    NAME = "unique_three_river"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


class UpsideGapTwoCrows(Single):
    """Upside gap two crows."""

    NAME = "upside_gap_two_crows"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    @classmethod
    def first_value(cls) -> int:
        """Updates until the first value."""
        return cls._lengths((), False)

    @classmethod
    def warm_up(cls) -> int:
        """Updates until the start of the data no longer matters."""
        return cls._lengths((), True)


__all__ = [
    "AbandonedBaby",
    "Ac",
    "Accbands",
    "Acos",
    "Ad",
    "Add",
    "Adosc",
    "Adr",
    "AdvanceBlock",
    "Adx",
    "Adxr",
    "Ao",
    "Apo",
    "Aroon",
    "Aroonosc",
    "Asin",
    "Atan",
    "Atr",
    "AtrSma",
    "Autocorrelation",
    "Avgdev",
    "Avgprice",
    "BandWidth",
    "Bbands",
    "BeltHold",
    "Beta",
    "Bop",
    "Breakaway",
    "Cci",
    "Ceil",
    "Chandelier",
    "ClosingMarubozu",
    "Cmf",
    "Cmo",
    "Cmou",
    "ConcealingBabySwallow",
    "Coppock",
    "Correl",
    "Cos",
    "Cosh",
    "Counterattack",
    "Cumsum",
    "CutlerRsi",
    "Cvi",
    "DarkCloudCover",
    "Dema",
    "DeviationBands",
    "Div",
    "Doji",
    "DojiStar",
    "Donchian",
    "Dpo",
    "DragonflyDoji",
    "Dx",
    "Efi",
    "Ema",
    "EmaFromFirst",
    "Engulfing",
    "Er",
    "Eri",
    "EveningDojiStar",
    "EveningStar",
    "Exp",
    "Floor",
    "Fosc",
    "Fractal",
    "GapSideSideWhite",
    "GapThreeMethods",
    "GarmanKlass",
    "GravestoneDoji",
    "Ha",
    "Hammer",
    "HangingMan",
    "Harami",
    "HaramiCross",
    "HighWave",
    "Highest",
    "Hikkake",
    "HikkakeModified",
    "Hma",
    "HomingPigeon",
    "HtDcperiod",
    "HtDcphase",
    "HtPhasor",
    "HtSine",
    "HtTrendline",
    "HtTrendmode",
    "Ichimoku",
    "IdenticalThreeCrows",
    "Imi",
    "InNeck",
    "InvertedHammer",
    "Kama",
    "Kc",
    "Kdj",
    "Kicking",
    "KickingByLength",
    "LadderBottom",
    "LastCompleted",
    "Linearreg",
    "LinearregAngle",
    "LinearregIntercept",
    "LinearregSlope",
    "Ln",
    "Log10",
    "LogReturn",
    "LongLeggedDoji",
    "LongLine",
    "Lowest",
    "Ma",
    "Macd",
    "MacdFromFirst",
    "Macdext",
    "Macdfix",
    "Mama",
    "Marketfi",
    "Marubozu",
    "Massi",
    "MatHold",
    "MatchingLow",
    "Mavp",
    "Maxindex",
    "Medprice",
    "Mfi",
    "Midpoint",
    "Midprice",
    "Minindex",
    "Minmax",
    "Minmaxindex",
    "MinusDi",
    "MinusDm",
    "Mom",
    "MorningDojiStar",
    "MorningStar",
    "MovingSum",
    "Mult",
    "Natr",
    "Nvi",
    "Obv",
    "ObvFromZero",
    "OnNeck",
    "Parkinson",
    "PercentB",
    "Percentile",
    "PercentileInclusive",
    "Percentrank",
    "Piercing",
    "PlusDi",
    "PlusDm",
    "Ppo",
    "PreviousDonchian",
    "Pvi",
    "Pvo",
    "Pvt",
    "Qstick",
    "RealizedVolatility",
    "RickshawMan",
    "RiseFallThreeMethods",
    "Rma",
    "Roc",
    "Rocp",
    "Rocr",
    "Rocr100",
    "RogersSatchell",
    "RollingVwap",
    "Rsi",
    "Rvi",
    "Rvol",
    "Sar",
    "Sarext",
    "SeparatingLines",
    "SessionVwap",
    "ShootingStar",
    "ShortLine",
    "Sin",
    "Sinh",
    "Sma",
    "Smi",
    "SmoothedStochRsi",
    "SpinningTop",
    "Sqrt",
    "SqueezeOn",
    "StalledPattern",
    "Stddev",
    "StickSandwich",
    "Stoch",
    "Stochf",
    "Stochrsi",
    "Sub",
    "Supertrend",
    "T3",
    "Takuri",
    "Tan",
    "Tanh",
    "TasukiGap",
    "Tema",
    "ThreeBlackCrows",
    "ThreeInside",
    "ThreeLineStrike",
    "ThreeOutside",
    "ThreeStarsInTheSouth",
    "ThreeWhiteSoldiers",
    "Thrusting",
    "Trima",
    "Tristar",
    "Trix",
    "TrueRange",
    "Tsf",
    "Tsi",
    "TwoCrows",
    "Typprice",
    "Ultosc",
    "UniqueThreeRiver",
    "UpsideGapTwoCrows",
    "Var",
    "Vhf",
    "VolatilityLevels",
    "VolumeRatio",
    "Vortex",
    "Vwap",
    "Vwma",
    "Wad",
    "Wclprice",
    "Willr",
    "Wma",
    "YangZhang",
    "ZScore",
    "Zlema",
]
