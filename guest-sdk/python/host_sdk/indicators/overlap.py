"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class AccbandsValues(NamedTuple):
    """What `Accbands` gives."""

    upper: float
    middle: float
    lower: float


class Accbands(Several[AccbandsValues]):
    """Acceleration bands."""

    NAME = "accbands"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> AccbandsValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(AccbandsValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class BbandsValues(NamedTuple):
    """What `Bbands` gives."""

    upper: float
    middle: float
    lower: float


class Bbands(Several[BbandsValues]):
    """Bollinger bands."""

    NAME = "bbands"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations_up", False, 0.0, 100.0), ("deviations_down", False, 0.0, 100.0), ("average", True, 0.0, 13.0),)

    def __init__(self, period: int = 20, deviations_up: float = 2.0, deviations_down: float = 2.0, average: int = 0) -> None:
        super().__init__(period, deviations_up, deviations_down, average)

    def update(self, value: float) -> BbandsValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(BbandsValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class ChandelierValues(NamedTuple):
    """What `Chandelier` gives."""

    long: float
    short: float


class Chandelier(Several[ChandelierValues]):
    """Chandelier exit."""

    NAME = "chandelier"
    BOUNDS = (("period", True, 1.0, 10000.0), ("multiple", False, 0.0, 100.0),)

    def __init__(self, period: int = 22, multiple: float = 3.0) -> None:
        super().__init__(period, multiple)

    def update(self, high: float, low: float, close: float) -> ChandelierValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(ChandelierValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Dema(OneToOne):
    """Double exponential moving average."""

    NAME = "dema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class DeviationBandsValues(NamedTuple):
    """What `DeviationBands` gives."""

    upper: float
    middle: float
    lower: float


class DeviationBands(Several[DeviationBandsValues]):
    """Bollinger bands of either deviation."""

    NAME = "deviation_bands"
    BOUNDS = (("period", True, 2.0, 10000.0), ("deviations", False, 0.0, 100.0), ("deviation", True, 0.0, 1.0),)

    def __init__(self, period: int = 20, deviations: float = 2.0, deviation: int = 0) -> None:
        super().__init__(period, deviations, deviation)

    def update(self, value: float) -> DeviationBandsValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(DeviationBandsValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class DonchianValues(NamedTuple):
    """What `Donchian` gives."""

    upper: float
    middle: float
    lower: float


class Donchian(Several[DonchianValues]):
    """Donchian channel."""

    NAME = "donchian"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> DonchianValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        return self._next_values(DonchianValues, high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Ema(OneToOne):
    """Exponential moving average."""

    NAME = "ema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class EmaFromFirst(OneToOne):
    """Exponential moving average from the first value on."""

    NAME = "ema_from_first"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Hma(OneToOne):
    """Hull moving average."""

    NAME = "hma"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class HtTrendline(OneToOne):
    """Instantaneous trend line."""

    NAME = "ht_trendline"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class IchimokuValues(NamedTuple):
    """What `Ichimoku` gives."""

    conversion: float
    base: float
    leading_a: float
    leading_b: float
    leading_a_ahead: float
    leading_b_ahead: float


class Ichimoku(Several[IchimokuValues]):
    """Ichimoku cloud."""

    NAME = "ichimoku"
    BOUNDS = (("conversion", True, 1.0, 10000.0), ("base", True, 1.0, 10000.0), ("leading", True, 1.0, 10000.0), ("displacement", True, 1.0, 10000.0),)

    def __init__(self, conversion: int = 9, base: int = 26, leading: int = 52, displacement: int = 26) -> None:
        super().__init__(conversion, base, leading, displacement)

    def update(self, high: float, low: float) -> IchimokuValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        return self._next_values(IchimokuValues, high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Kama(OneToOne):
    """Kaufman's adaptive moving average."""

    NAME = "kama"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class KcValues(NamedTuple):
    """What `Kc` gives."""

    upper: float
    middle: float
    lower: float


class Kc(Several[KcValues]):
    """Keltner channel."""

    NAME = "kc"
    BOUNDS = (("period", True, 1.0, 10000.0), ("atr_period", True, 1.0, 10000.0), ("ranges", False, 0.0, 100.0),)

    def __init__(self, period: int = 20, atr_period: int = 10, ranges: float = 2.0) -> None:
        super().__init__(period, atr_period, ranges)

    def update(self, high: float, low: float, close: float) -> KcValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(KcValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Ma(OneToOne):
    """Moving average by its code."""

    NAME = "ma"
    BOUNDS = (("period", True, 1.0, 10000.0), ("average", True, 0.0, 13.0),)

    def __init__(self, period: int = 30, average: int = 0) -> None:
        super().__init__(period, average)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MamaValues(NamedTuple):
    """What `Mama` gives."""

    mama: float
    fama: float


class Mama(Several[MamaValues]):
    """MESA adaptive moving average."""

    NAME = "mama"
    BOUNDS = (("fast_limit", False, 0.01, 0.99), ("slow_limit", False, 0.01, 0.99),)

    def __init__(self, fast_limit: float = 0.5, slow_limit: float = 0.05) -> None:
        super().__init__(fast_limit, slow_limit)

    def update(self, value: float) -> MamaValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(MamaValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Mavp(Single):
    """Moving average whose period comes with the value."""

    NAME = "mavp"
    BOUNDS = (("shortest", True, 1.0, 200.0), ("longest", True, 1.0, 200.0), ("average", True, 0.0, 13.0),)

    def __init__(self, shortest: int = 2, longest: int = 30, average: int = 0) -> None:
        super().__init__(shortest, longest, average)

    def update(self, value: float, second: float) -> float | None:
        """Take the next value, second; the indicator, or nothing before its first."""
        return self._next_value(value, second)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Midpoint(OneToOne):
    """Middle between the extremes of a value."""

    NAME = "midpoint"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Midprice(Single):
    """Middle between highest high and lowest low."""

    NAME = "midprice"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class PreviousDonchianValues(NamedTuple):
    """What `PreviousDonchian` gives."""

    upper: float
    middle: float
    lower: float


class PreviousDonchian(Several[PreviousDonchianValues]):
    """Donchian channel before the candle."""

    NAME = "previous_donchian"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> PreviousDonchianValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        return self._next_values(PreviousDonchianValues, high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Rma(OneToOne):
    """Wilder's moving average."""

    NAME = "rma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class RollingVwap(Single):
    """Volume-weighted average of a window."""

    NAME = "rolling_vwap"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    def update(self, close: float, volume: float) -> float | None:
        """Take the next close, volume; the indicator, or nothing before its first."""
        return self._next_value(close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Sar(Single):
    """Parabolic stop and reverse."""

    NAME = "sar"
    BOUNDS = (("acceleration", False, 0.0, 1.0), ("maximum", False, 0.0, 1.0),)

    def __init__(self, acceleration: float = 0.02, maximum: float = 0.2) -> None:
        super().__init__(acceleration, maximum)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Sarext(Single):
    """Parabolic with its sides set apart."""

    NAME = "sarext"
    BOUNDS = (("start", False, -1000000000000000.0, 1000000000000000.0), ("offset_on_reverse", False, 0.0, 1.0), ("initial_long", False, 0.0, 1.0), ("step_long", False, 0.0, 1.0), ("maximum_long", False, 0.0, 1.0), ("initial_short", False, 0.0, 1.0), ("step_short", False, 0.0, 1.0), ("maximum_short", False, 0.0, 1.0),)

    def __init__(self, start: float = 0.0, offset_on_reverse: float = 0.0, initial_long: float = 0.02, step_long: float = 0.02, maximum_long: float = 0.2, initial_short: float = 0.02, step_short: float = 0.02, maximum_short: float = 0.2) -> None:
        super().__init__(start, offset_on_reverse, initial_long, step_long, maximum_long, initial_short, step_short, maximum_short)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class SessionVwapValues(NamedTuple):
    """What `SessionVwap` gives."""

    vwap: float
    deviation: float


class SessionVwap(Several[SessionVwapValues]):
    """Volume-weighted average price of the UTC day."""

    NAME = "session_vwap"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open_time: float, high: float, low: float, close: float, volume: float) -> SessionVwapValues | None:
        """Take the next open_time, high, low, close, volume; the values, or nothing before the first."""
        return self._next_values(SessionVwapValues, open_time, high, low, close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Sma(OneToOne):
    """Simple moving average."""

    NAME = "sma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class SupertrendValues(NamedTuple):
    """What `Supertrend` gives."""

    supertrend: float
    trend: float


class Supertrend(Several[SupertrendValues]):
    """SuperTrend."""

    NAME = "supertrend"
    BOUNDS = (("period", True, 1.0, 10000.0), ("ranges", False, 0.0, 100.0),)

    def __init__(self, period: int = 10, ranges: float = 3.0) -> None:
        super().__init__(period, ranges)

    def update(self, high: float, low: float, close: float) -> SupertrendValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(SupertrendValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class T3(OneToOne):
    """Tillson's T3."""

    NAME = "t3"
    BOUNDS = (("period", True, 1.0, 10000.0), ("volume_factor", False, 0.0, 1.0),)

    def __init__(self, period: int = 5, volume_factor: float = 0.7) -> None:
        super().__init__(period, volume_factor)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Tema(OneToOne):
    """Triple exponential moving average."""

    NAME = "tema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Trima(OneToOne):
    """Triangular moving average."""

    NAME = "trima"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Vwma(Single):
    """Volume-weighted moving average."""

    NAME = "vwma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    def update(self, value: float, volume: float) -> float | None:
        """Take the next value, volume; the indicator, or nothing before its first."""
        return self._next_value(value, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Wma(OneToOne):
    """Weighted moving average."""

    NAME = "wma"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Zlema(OneToOne):
    """Zero-lag exponential moving average."""

    NAME = "zlema"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
