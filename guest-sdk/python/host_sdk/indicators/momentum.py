"""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp


class Ac(Single):
    """Williams' acceleration."""

    NAME = "ac"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("signal_period", True, 2.0, 10000.0),)

    def __init__(self, fast_period: int = 5, slow_period: int = 34, signal_period: int = 5) -> None:
        super().__init__(fast_period, slow_period, signal_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Adx(Single):
    """Average directional index."""

    NAME = "adx"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Adxr(Single):
    """Average directional index rating."""

    NAME = "adxr"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Ao(Single):
    """Williams' awesome oscillator."""

    NAME = "ao"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0),)

    def __init__(self, fast_period: int = 5, slow_period: int = 34) -> None:
        super().__init__(fast_period, slow_period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Apo(OneToOne):
    """Absolute price oscillator."""

    NAME = "apo"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("average", True, 0.0, 13.0),)

    def __init__(self, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> None:
        super().__init__(fast_period, slow_period, average)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class AroonValues(NamedTuple):
    """What `Aroon` gives."""

    down: float
    up: float


class Aroon(Several[AroonValues]):
    """Aroon."""

    NAME = "aroon"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> AroonValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        return self._next_values(AroonValues, high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Aroonosc(Single):
    """Aroon oscillator."""

    NAME = "aroonosc"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Bop(Single):
    """Balance of power."""

    NAME = "bop"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, open: float, high: float, low: float, close: float) -> float | None:
        """Take the next open, high, low, close; the indicator, or nothing before its first."""
        return self._next_value(open, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cci(Single):
    """Commodity channel index."""

    NAME = "cci"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cmo(OneToOne):
    """Chande's momentum oscillator."""

    NAME = "cmo"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Cmou(OneToOne):
    """Chande's momentum oscillator of plain sums."""

    NAME = "cmou"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Coppock(OneToOne):
    """Coppock's curve."""

    NAME = "coppock"
    BOUNDS = (("average_period", True, 1.0, 10000.0), ("first_period", True, 1.0, 10000.0), ("second_period", True, 1.0, 10000.0),)

    def __init__(self, average_period: int = 10, first_period: int = 11, second_period: int = 14) -> None:
        super().__init__(average_period, first_period, second_period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class CutlerRsi(OneToOne):
    """Cutler's relative strength index."""

    NAME = "cutler_rsi"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Dpo(OneToOne):
    """Detrended price oscillator."""

    NAME = "dpo"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Dx(Single):
    """Directional index."""

    NAME = "dx"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Er(OneToOne):
    """Kaufman's efficiency ratio."""

    NAME = "er"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class EriValues(NamedTuple):
    """What `Eri` gives."""

    bull_power: float
    bear_power: float


class Eri(Several[EriValues]):
    """Elder's rays."""

    NAME = "eri"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 13) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> EriValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(EriValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Fosc(OneToOne):
    """Forecast oscillator."""

    NAME = "fosc"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 5) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class FractalValues(NamedTuple):
    """What `Fractal` gives."""

    swing_high: float
    swing_low: float


class Fractal(Several[FractalValues]):
    """Williams' fractals."""

    NAME = "fractal"
    BOUNDS = (("left", True, 1.0, 10000.0), ("right", True, 1.0, 10000.0),)

    def __init__(self, left: int = 2, right: int = 2) -> None:
        super().__init__(left, right)

    def update(self, high: float, low: float) -> FractalValues | None:
        """Take the next high, low; the values, or nothing before the first."""
        return self._next_values(FractalValues, high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Imi(Single):
    """Chande's intraday momentum index."""

    NAME = "imi"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, open: float, close: float) -> float | None:
        """Take the next open, close; the indicator, or nothing before its first."""
        return self._next_value(open, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class KdjValues(NamedTuple):
    """What `Kdj` gives."""

    k: float
    d: float
    j: float


class Kdj(Several[KdjValues]):
    """Stochastic oscillator with a third line."""

    NAME = "kdj"
    BOUNDS = (("period", True, 1.0, 10000.0), ("k_period", True, 1.0, 10000.0), ("k_average", True, 0.0, 13.0), ("d_period", True, 1.0, 10000.0), ("d_average", True, 0.0, 13.0),)

    def __init__(self, period: int = 9, k_period: int = 3, k_average: int = 13, d_period: int = 3, d_average: int = 13) -> None:
        super().__init__(period, k_period, k_average, d_period, d_average)

    def update(self, high: float, low: float, close: float) -> KdjValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(KdjValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class LogReturn(OneToOne):
    """Log return."""

    NAME = "log_return"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 1) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MacdValues(NamedTuple):
    """What `Macd` gives."""

    macd: float
    signal: float
    histogram: float


class Macd(Several[MacdValues]):
    """Moving average convergence divergence."""

    NAME = "macd"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("signal_period", True, 1.0, 10000.0),)

    def __init__(self, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> None:
        super().__init__(fast_period, slow_period, signal_period)

    def update(self, value: float) -> MacdValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(MacdValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MacdFromFirstValues(NamedTuple):
    """What `MacdFromFirst` gives."""

    macd: float
    signal: float
    histogram: float


class MacdFromFirst(Several[MacdFromFirstValues]):
    """MACD of averages from the first value on."""

    NAME = "macd_from_first"
    BOUNDS = (("fast_period", True, 1.0, 10000.0), ("slow_period", True, 1.0, 10000.0), ("signal_period", True, 1.0, 10000.0),)

    def __init__(self, fast_period: int = 12, slow_period: int = 26, signal_period: int = 9) -> None:
        super().__init__(fast_period, slow_period, signal_period)

    def update(self, value: float) -> MacdFromFirstValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(MacdFromFirstValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MacdextValues(NamedTuple):
    """What `Macdext` gives."""

    macd: float
    signal: float
    histogram: float


class Macdext(Several[MacdextValues]):
    """MACD of averages of any kind."""

    NAME = "macdext"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("fast_average", True, 0.0, 13.0), ("slow_period", True, 2.0, 10000.0), ("slow_average", True, 0.0, 13.0), ("signal_period", True, 1.0, 10000.0), ("signal_average", True, 0.0, 13.0),)

    def __init__(self, fast_period: int = 12, fast_average: int = 0, slow_period: int = 26, slow_average: int = 0, signal_period: int = 9, signal_average: int = 0) -> None:
        super().__init__(fast_period, fast_average, slow_period, slow_average, signal_period, signal_average)

    def update(self, value: float) -> MacdextValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(MacdextValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MacdfixValues(NamedTuple):
    """What `Macdfix` gives."""

    macd: float
    signal: float
    histogram: float


class Macdfix(Several[MacdfixValues]):
    """MACD of 12 and 26 with Appel's factors."""

    NAME = "macdfix"
    BOUNDS = (("signal_period", True, 1.0, 10000.0),)

    def __init__(self, signal_period: int = 9) -> None:
        super().__init__(signal_period)

    def update(self, value: float) -> MacdfixValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(MacdfixValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Mfi(Single):
    """Money flow index."""

    NAME = "mfi"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take the next high, low, close, volume; the indicator, or nothing before its first."""
        return self._next_value(high, low, close, volume)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MinusDi(Single):
    """Downward directional indicator."""

    NAME = "minus_di"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class MinusDm(Single):
    """Downward directional movement."""

    NAME = "minus_dm"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Mom(OneToOne):
    """Momentum."""

    NAME = "mom"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class PlusDi(Single):
    """Upward directional indicator."""

    NAME = "plus_di"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class PlusDm(Single):
    """Upward directional movement."""

    NAME = "plus_dm"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float) -> float | None:
        """Take the next high, low; the indicator, or nothing before its first."""
        return self._next_value(high, low)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Ppo(OneToOne):
    """Percentage price oscillator."""

    NAME = "ppo"
    BOUNDS = (("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("average", True, 0.0, 13.0),)

    def __init__(self, fast_period: int = 12, slow_period: int = 26, average: int = 1) -> None:
        super().__init__(fast_period, slow_period, average)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Qstick(Single):
    """Mean body of candles."""

    NAME = "qstick"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    def update(self, open: float, close: float) -> float | None:
        """Take the next open, close; the indicator, or nothing before its first."""
        return self._next_value(open, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Roc(OneToOne):
    """Rate of change, percent."""

    NAME = "roc"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Rocp(OneToOne):
    """Rate of change, fraction."""

    NAME = "rocp"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Rocr(OneToOne):
    """Rate of change, ratio."""

    NAME = "rocr"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Rocr100(OneToOne):
    """Rate of change, ratio x 100."""

    NAME = "rocr100"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 10) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Rsi(OneToOne):
    """Relative strength index."""

    NAME = "rsi"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class SmiValues(NamedTuple):
    """What `Smi` gives."""

    smi: float
    signal: float


class Smi(Several[SmiValues]):
    """Blau's stochastic momentum index."""

    NAME = "smi"
    BOUNDS = (("period", True, 2.0, 10000.0), ("fast_period", True, 2.0, 10000.0), ("slow_period", True, 2.0, 10000.0), ("signal_period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 13, fast_period: int = 2, slow_period: int = 25, signal_period: int = 9) -> None:
        super().__init__(period, fast_period, slow_period, signal_period)

    def update(self, high: float, low: float, close: float) -> SmiValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(SmiValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class SmoothedStochRsiValues(NamedTuple):
    """What `SmoothedStochRsi` gives."""

    raw: float
    k: float
    d: float


class SmoothedStochRsi(Several[SmoothedStochRsiValues]):
    """Stochastic of the RSI, smoothed."""

    NAME = "smoothed_stoch_rsi"
    BOUNDS = (("period", True, 2.0, 10000.0), ("window", True, 2.0, 10000.0), ("k_period", True, 1.0, 10000.0), ("d_period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14, window: int = 14, k_period: int = 3, d_period: int = 3) -> None:
        super().__init__(period, window, k_period, d_period)

    def update(self, value: float) -> SmoothedStochRsiValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(SmoothedStochRsiValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class StochValues(NamedTuple):
    """What `Stoch` gives."""

    k: float
    d: float


class Stoch(Several[StochValues]):
    """Slow stochastic oscillator."""

    NAME = "stoch"
    BOUNDS = (("period", True, 1.0, 10000.0), ("k_period", True, 1.0, 10000.0), ("k_average", True, 0.0, 13.0), ("d_period", True, 1.0, 10000.0), ("d_average", True, 0.0, 13.0),)

    def __init__(self, period: int = 5, k_period: int = 3, k_average: int = 0, d_period: int = 3, d_average: int = 0) -> None:
        super().__init__(period, k_period, k_average, d_period, d_average)

    def update(self, high: float, low: float, close: float) -> StochValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(StochValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class StochfValues(NamedTuple):
    """What `Stochf` gives."""

    k: float
    d: float


class Stochf(Several[StochfValues]):
    """Fast stochastic oscillator."""

    NAME = "stochf"
    BOUNDS = (("k_period", True, 1.0, 10000.0), ("d_period", True, 1.0, 10000.0), ("d_average", True, 0.0, 13.0),)

    def __init__(self, k_period: int = 5, d_period: int = 3, d_average: int = 0) -> None:
        super().__init__(k_period, d_period, d_average)

    def update(self, high: float, low: float, close: float) -> StochfValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(StochfValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class StochrsiValues(NamedTuple):
    """What `Stochrsi` gives."""

    k: float
    d: float


class Stochrsi(Several[StochrsiValues]):
    """Fast stochastic of the relative strength index."""

    NAME = "stochrsi"
    BOUNDS = (("period", True, 2.0, 10000.0), ("k_period", True, 1.0, 10000.0), ("d_period", True, 1.0, 10000.0), ("d_average", True, 0.0, 13.0),)

    def __init__(self, period: int = 14, k_period: int = 5, d_period: int = 3, d_average: int = 0) -> None:
        super().__init__(period, k_period, d_period, d_average)

    def update(self, value: float) -> StochrsiValues | None:
        """Take the next value; the values, or nothing before the first."""
        return self._next_values(StochrsiValues, value)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Trix(OneToOne):
    """Rate of change of a triple average."""

    NAME = "trix"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 30) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Tsi(OneToOne):
    """Blau's true strength index."""

    NAME = "tsi"
    BOUNDS = (("first_period", True, 2.0, 10000.0), ("second_period", True, 2.0, 10000.0),)

    def __init__(self, first_period: int = 25, second_period: int = 13) -> None:
        super().__init__(first_period, second_period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Ultosc(Single):
    """Williams' ultimate oscillator."""

    NAME = "ultosc"
    BOUNDS = (("first_period", True, 1.0, 10000.0), ("second_period", True, 1.0, 10000.0), ("third_period", True, 1.0, 10000.0),)

    def __init__(self, first_period: int = 7, second_period: int = 14, third_period: int = 28) -> None:
        super().__init__(first_period, second_period, third_period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Vhf(OneToOne):
    """Vertical horizontal filter."""

    NAME = "vhf"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 28) -> None:
        super().__init__(period)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class VortexValues(NamedTuple):
    """What `Vortex` gives."""

    plus: float
    minus: float


class Vortex(Several[VortexValues]):
    """Vortex."""

    NAME = "vortex"
    BOUNDS = (("period", True, 1.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> VortexValues | None:
        """Take the next high, low, close; the values, or nothing before the first."""
        return self._next_values(VortexValues, high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Wad(Single):
    """Williams' accumulation and distribution."""

    NAME = "wad"
    BOUNDS = ()

    def __init__(self) -> None:
        super().__init__()

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)


class Willr(Single):
    """Williams' %R."""

    NAME = "willr"
    BOUNDS = (("period", True, 2.0, 10000.0),)

    def __init__(self, period: int = 14) -> None:
        super().__init__(period)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take the next high, low, close; the indicator, or nothing before its first."""
        return self._next_value(high, low, close)

    first_value = FirstValue(__init__)
    warm_up = WarmUp(__init__)
