"""All indicators, computed by the code Rust strategies use.

Generated from the catalog in `guest-sdk/indicators`; `WRITE_PYTHON=1 cargo test -p provider --test python` writes it anew.

`update` takes the next inputs and gives the indicator, or nothing until its first value; `value` repeats the last one. A NaN (a
missing candle) gives nothing and leaves the state as it was. Several outputs come as a named tuple; one that is not ready is NaN.

A chapter is imported with the first of its indicators: what a strategy does not use makes its component no larger.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cycle import HtDcperiod as HtDcperiod
    from .cycle import HtDcphase as HtDcphase
    from .cycle import HtPhasor as HtPhasor
    from .cycle import HtPhasorValues as HtPhasorValues
    from .cycle import HtSine as HtSine
    from .cycle import HtSineValues as HtSineValues
    from .cycle import HtTrendmode as HtTrendmode
    from .math import Acos as Acos
    from .math import Add as Add
    from .math import Asin as Asin
    from .math import Atan as Atan
    from .math import Ceil as Ceil
    from .math import Cos as Cos
    from .math import Cosh as Cosh
    from .math import Cumsum as Cumsum
    from .math import Div as Div
    from .math import Exp as Exp
    from .math import Floor as Floor
    from .math import Highest as Highest
    from .math import Ln as Ln
    from .math import Log10 as Log10
    from .math import Lowest as Lowest
    from .math import Maxindex as Maxindex
    from .math import Minindex as Minindex
    from .math import Minmax as Minmax
    from .math import MinmaxValues as MinmaxValues
    from .math import Minmaxindex as Minmaxindex
    from .math import MinmaxindexValues as MinmaxindexValues
    from .math import MovingSum as MovingSum
    from .math import Mult as Mult
    from .math import Sin as Sin
    from .math import Sinh as Sinh
    from .math import Sqrt as Sqrt
    from .math import Sub as Sub
    from .math import Tan as Tan
    from .math import Tanh as Tanh
    from .momentum import Ac as Ac
    from .momentum import Adx as Adx
    from .momentum import Adxr as Adxr
    from .momentum import Ao as Ao
    from .momentum import Apo as Apo
    from .momentum import Aroon as Aroon
    from .momentum import AroonValues as AroonValues
    from .momentum import Aroonosc as Aroonosc
    from .momentum import Bop as Bop
    from .momentum import Cci as Cci
    from .momentum import Cmo as Cmo
    from .momentum import Cmou as Cmou
    from .momentum import Coppock as Coppock
    from .momentum import CutlerRsi as CutlerRsi
    from .momentum import Dpo as Dpo
    from .momentum import Dx as Dx
    from .momentum import Er as Er
    from .momentum import Eri as Eri
    from .momentum import EriValues as EriValues
    from .momentum import Fosc as Fosc
    from .momentum import Fractal as Fractal
    from .momentum import FractalValues as FractalValues
    from .momentum import Imi as Imi
    from .momentum import Kdj as Kdj
    from .momentum import KdjValues as KdjValues
    from .momentum import LogReturn as LogReturn
    from .momentum import Macd as Macd
    from .momentum import MacdFromFirst as MacdFromFirst
    from .momentum import MacdFromFirstValues as MacdFromFirstValues
    from .momentum import MacdValues as MacdValues
    from .momentum import Macdext as Macdext
    from .momentum import MacdextValues as MacdextValues
    from .momentum import Macdfix as Macdfix
    from .momentum import MacdfixValues as MacdfixValues
    from .momentum import Mfi as Mfi
    from .momentum import MinusDi as MinusDi
    from .momentum import MinusDm as MinusDm
    from .momentum import Mom as Mom
    from .momentum import PlusDi as PlusDi
    from .momentum import PlusDm as PlusDm
    from .momentum import Ppo as Ppo
    from .momentum import Qstick as Qstick
    from .momentum import Roc as Roc
    from .momentum import Rocp as Rocp
    from .momentum import Rocr as Rocr
    from .momentum import Rocr100 as Rocr100
    from .momentum import Rsi as Rsi
    from .momentum import Smi as Smi
    from .momentum import SmiValues as SmiValues
    from .momentum import SmoothedStochRsi as SmoothedStochRsi
    from .momentum import SmoothedStochRsiValues as SmoothedStochRsiValues
    from .momentum import Stoch as Stoch
    from .momentum import StochValues as StochValues
    from .momentum import Stochf as Stochf
    from .momentum import StochfValues as StochfValues
    from .momentum import Stochrsi as Stochrsi
    from .momentum import StochrsiValues as StochrsiValues
    from .momentum import Trix as Trix
    from .momentum import Tsi as Tsi
    from .momentum import Ultosc as Ultosc
    from .momentum import Vhf as Vhf
    from .momentum import Vortex as Vortex
    from .momentum import VortexValues as VortexValues
    from .momentum import Wad as Wad
    from .momentum import Willr as Willr
    from .overlap import Accbands as Accbands
    from .overlap import AccbandsValues as AccbandsValues
    from .overlap import Bbands as Bbands
    from .overlap import BbandsValues as BbandsValues
    from .overlap import Chandelier as Chandelier
    from .overlap import ChandelierValues as ChandelierValues
    from .overlap import Dema as Dema
    from .overlap import DeviationBands as DeviationBands
    from .overlap import DeviationBandsValues as DeviationBandsValues
    from .overlap import Donchian as Donchian
    from .overlap import DonchianValues as DonchianValues
    from .overlap import Ema as Ema
    from .overlap import EmaFromFirst as EmaFromFirst
    from .overlap import Hma as Hma
    from .overlap import HtTrendline as HtTrendline
    from .overlap import Ichimoku as Ichimoku
    from .overlap import IchimokuValues as IchimokuValues
    from .overlap import Kama as Kama
    from .overlap import Kc as Kc
    from .overlap import KcValues as KcValues
    from .overlap import Ma as Ma
    from .overlap import Mama as Mama
    from .overlap import MamaValues as MamaValues
    from .overlap import Mavp as Mavp
    from .overlap import Midpoint as Midpoint
    from .overlap import Midprice as Midprice
    from .overlap import PreviousDonchian as PreviousDonchian
    from .overlap import PreviousDonchianValues as PreviousDonchianValues
    from .overlap import Rma as Rma
    from .overlap import RollingVwap as RollingVwap
    from .overlap import Sar as Sar
    from .overlap import Sarext as Sarext
    from .overlap import SessionVwap as SessionVwap
    from .overlap import SessionVwapValues as SessionVwapValues
    from .overlap import Sma as Sma
    from .overlap import Supertrend as Supertrend
    from .overlap import SupertrendValues as SupertrendValues
    from .overlap import T3 as T3
    from .overlap import Tema as Tema
    from .overlap import Trima as Trima
    from .overlap import Vwma as Vwma
    from .overlap import Wma as Wma
    from .overlap import Zlema as Zlema
    from .pattern import AbandonedBaby as AbandonedBaby
    from .pattern import AdvanceBlock as AdvanceBlock
    from .pattern import BeltHold as BeltHold
    from .pattern import Breakaway as Breakaway
    from .pattern import ClosingMarubozu as ClosingMarubozu
    from .pattern import ConcealingBabySwallow as ConcealingBabySwallow
    from .pattern import Counterattack as Counterattack
    from .pattern import DarkCloudCover as DarkCloudCover
    from .pattern import Doji as Doji
    from .pattern import DojiStar as DojiStar
    from .pattern import DragonflyDoji as DragonflyDoji
    from .pattern import Engulfing as Engulfing
    from .pattern import EveningDojiStar as EveningDojiStar
    from .pattern import EveningStar as EveningStar
    from .pattern import GapSideSideWhite as GapSideSideWhite
    from .pattern import GapThreeMethods as GapThreeMethods
    from .pattern import GravestoneDoji as GravestoneDoji
    from .pattern import Hammer as Hammer
    from .pattern import HangingMan as HangingMan
    from .pattern import Harami as Harami
    from .pattern import HaramiCross as HaramiCross
    from .pattern import HighWave as HighWave
    from .pattern import Hikkake as Hikkake
    from .pattern import HikkakeModified as HikkakeModified
    from .pattern import HomingPigeon as HomingPigeon
    from .pattern import IdenticalThreeCrows as IdenticalThreeCrows
    from .pattern import InNeck as InNeck
    from .pattern import InvertedHammer as InvertedHammer
    from .pattern import Kicking as Kicking
    from .pattern import KickingByLength as KickingByLength
    from .pattern import LadderBottom as LadderBottom
    from .pattern import LongLeggedDoji as LongLeggedDoji
    from .pattern import LongLine as LongLine
    from .pattern import Marubozu as Marubozu
    from .pattern import MatHold as MatHold
    from .pattern import MatchingLow as MatchingLow
    from .pattern import MorningDojiStar as MorningDojiStar
    from .pattern import MorningStar as MorningStar
    from .pattern import OnNeck as OnNeck
    from .pattern import Piercing as Piercing
    from .pattern import RickshawMan as RickshawMan
    from .pattern import RiseFallThreeMethods as RiseFallThreeMethods
    from .pattern import SeparatingLines as SeparatingLines
    from .pattern import ShootingStar as ShootingStar
    from .pattern import ShortLine as ShortLine
    from .pattern import SpinningTop as SpinningTop
    from .pattern import StalledPattern as StalledPattern
    from .pattern import StickSandwich as StickSandwich
    from .pattern import Takuri as Takuri
    from .pattern import TasukiGap as TasukiGap
    from .pattern import ThreeBlackCrows as ThreeBlackCrows
    from .pattern import ThreeInside as ThreeInside
    from .pattern import ThreeLineStrike as ThreeLineStrike
    from .pattern import ThreeOutside as ThreeOutside
    from .pattern import ThreeStarsInTheSouth as ThreeStarsInTheSouth
    from .pattern import ThreeWhiteSoldiers as ThreeWhiteSoldiers
    from .pattern import Thrusting as Thrusting
    from .pattern import Tristar as Tristar
    from .pattern import TwoCrows as TwoCrows
    from .pattern import UniqueThreeRiver as UniqueThreeRiver
    from .pattern import UpsideGapTwoCrows as UpsideGapTwoCrows
    from .price import Avgprice as Avgprice
    from .price import Ha as Ha
    from .price import HaValues as HaValues
    from .price import LastCompleted as LastCompleted
    from .price import LastCompletedValues as LastCompletedValues
    from .price import Medprice as Medprice
    from .price import Typprice as Typprice
    from .price import Wclprice as Wclprice
    from .statistics import Autocorrelation as Autocorrelation
    from .statistics import Avgdev as Avgdev
    from .statistics import Beta as Beta
    from .statistics import Correl as Correl
    from .statistics import Linearreg as Linearreg
    from .statistics import LinearregAngle as LinearregAngle
    from .statistics import LinearregIntercept as LinearregIntercept
    from .statistics import LinearregSlope as LinearregSlope
    from .statistics import Percentile as Percentile
    from .statistics import PercentileInclusive as PercentileInclusive
    from .statistics import Percentrank as Percentrank
    from .statistics import Stddev as Stddev
    from .statistics import Tsf as Tsf
    from .statistics import Var as Var
    from .statistics import ZScore as ZScore
    from .volatility import Adr as Adr
    from .volatility import Atr as Atr
    from .volatility import AtrSma as AtrSma
    from .volatility import BandWidth as BandWidth
    from .volatility import Cvi as Cvi
    from .volatility import GarmanKlass as GarmanKlass
    from .volatility import Massi as Massi
    from .volatility import Natr as Natr
    from .volatility import Parkinson as Parkinson
    from .volatility import PercentB as PercentB
    from .volatility import RealizedVolatility as RealizedVolatility
    from .volatility import RogersSatchell as RogersSatchell
    from .volatility import Rvi as Rvi
    from .volatility import SqueezeOn as SqueezeOn
    from .volatility import TrueRange as TrueRange
    from .volatility import VolatilityLevels as VolatilityLevels
    from .volatility import VolatilityLevelsValues as VolatilityLevelsValues
    from .volatility import YangZhang as YangZhang
    from .volume import Ad as Ad
    from .volume import Adosc as Adosc
    from .volume import Cmf as Cmf
    from .volume import Cvd as Cvd
    from .volume import Efi as Efi
    from .volume import Marketfi as Marketfi
    from .volume import Nvi as Nvi
    from .volume import Obv as Obv
    from .volume import ObvFromZero as ObvFromZero
    from .volume import Pvi as Pvi
    from .volume import Pvo as Pvo
    from .volume import Pvt as Pvt
    from .volume import Rvol as Rvol
    from .volume import VolumeRatio as VolumeRatio
    from .volume import Vwap as Vwap

_CHAPTERS = {
    "HtDcperiod": "cycle",
    "HtDcphase": "cycle",
    "HtPhasor": "cycle",
    "HtPhasorValues": "cycle",
    "HtSine": "cycle",
    "HtSineValues": "cycle",
    "HtTrendmode": "cycle",
    "Acos": "math",
    "Add": "math",
    "Asin": "math",
    "Atan": "math",
    "Ceil": "math",
    "Cos": "math",
    "Cosh": "math",
    "Cumsum": "math",
    "Div": "math",
    "Exp": "math",
    "Floor": "math",
    "Highest": "math",
    "Ln": "math",
    "Log10": "math",
    "Lowest": "math",
    "Maxindex": "math",
    "Minindex": "math",
    "Minmax": "math",
    "MinmaxValues": "math",
    "Minmaxindex": "math",
    "MinmaxindexValues": "math",
    "MovingSum": "math",
    "Mult": "math",
    "Sin": "math",
    "Sinh": "math",
    "Sqrt": "math",
    "Sub": "math",
    "Tan": "math",
    "Tanh": "math",
    "Ac": "momentum",
    "Adx": "momentum",
    "Adxr": "momentum",
    "Ao": "momentum",
    "Apo": "momentum",
    "Aroon": "momentum",
    "AroonValues": "momentum",
    "Aroonosc": "momentum",
    "Bop": "momentum",
    "Cci": "momentum",
    "Cmo": "momentum",
    "Cmou": "momentum",
    "Coppock": "momentum",
    "CutlerRsi": "momentum",
    "Dpo": "momentum",
    "Dx": "momentum",
    "Er": "momentum",
    "Eri": "momentum",
    "EriValues": "momentum",
    "Fosc": "momentum",
    "Fractal": "momentum",
    "FractalValues": "momentum",
    "Imi": "momentum",
    "Kdj": "momentum",
    "KdjValues": "momentum",
    "LogReturn": "momentum",
    "Macd": "momentum",
    "MacdFromFirst": "momentum",
    "MacdFromFirstValues": "momentum",
    "MacdValues": "momentum",
    "Macdext": "momentum",
    "MacdextValues": "momentum",
    "Macdfix": "momentum",
    "MacdfixValues": "momentum",
    "Mfi": "momentum",
    "MinusDi": "momentum",
    "MinusDm": "momentum",
    "Mom": "momentum",
    "PlusDi": "momentum",
    "PlusDm": "momentum",
    "Ppo": "momentum",
    "Qstick": "momentum",
    "Roc": "momentum",
    "Rocp": "momentum",
    "Rocr": "momentum",
    "Rocr100": "momentum",
    "Rsi": "momentum",
    "Smi": "momentum",
    "SmiValues": "momentum",
    "SmoothedStochRsi": "momentum",
    "SmoothedStochRsiValues": "momentum",
    "Stoch": "momentum",
    "StochValues": "momentum",
    "Stochf": "momentum",
    "StochfValues": "momentum",
    "Stochrsi": "momentum",
    "StochrsiValues": "momentum",
    "Trix": "momentum",
    "Tsi": "momentum",
    "Ultosc": "momentum",
    "Vhf": "momentum",
    "Vortex": "momentum",
    "VortexValues": "momentum",
    "Wad": "momentum",
    "Willr": "momentum",
    "Accbands": "overlap",
    "AccbandsValues": "overlap",
    "Bbands": "overlap",
    "BbandsValues": "overlap",
    "Chandelier": "overlap",
    "ChandelierValues": "overlap",
    "Dema": "overlap",
    "DeviationBands": "overlap",
    "DeviationBandsValues": "overlap",
    "Donchian": "overlap",
    "DonchianValues": "overlap",
    "Ema": "overlap",
    "EmaFromFirst": "overlap",
    "Hma": "overlap",
    "HtTrendline": "overlap",
    "Ichimoku": "overlap",
    "IchimokuValues": "overlap",
    "Kama": "overlap",
    "Kc": "overlap",
    "KcValues": "overlap",
    "Ma": "overlap",
    "Mama": "overlap",
    "MamaValues": "overlap",
    "Mavp": "overlap",
    "Midpoint": "overlap",
    "Midprice": "overlap",
    "PreviousDonchian": "overlap",
    "PreviousDonchianValues": "overlap",
    "Rma": "overlap",
    "RollingVwap": "overlap",
    "Sar": "overlap",
    "Sarext": "overlap",
    "SessionVwap": "overlap",
    "SessionVwapValues": "overlap",
    "Sma": "overlap",
    "Supertrend": "overlap",
    "SupertrendValues": "overlap",
    "T3": "overlap",
    "Tema": "overlap",
    "Trima": "overlap",
    "Vwma": "overlap",
    "Wma": "overlap",
    "Zlema": "overlap",
    "AbandonedBaby": "pattern",
    "AdvanceBlock": "pattern",
    "BeltHold": "pattern",
    "Breakaway": "pattern",
    "ClosingMarubozu": "pattern",
    "ConcealingBabySwallow": "pattern",
    "Counterattack": "pattern",
    "DarkCloudCover": "pattern",
    "Doji": "pattern",
    "DojiStar": "pattern",
    "DragonflyDoji": "pattern",
    "Engulfing": "pattern",
    "EveningDojiStar": "pattern",
    "EveningStar": "pattern",
    "GapSideSideWhite": "pattern",
    "GapThreeMethods": "pattern",
    "GravestoneDoji": "pattern",
    "Hammer": "pattern",
    "HangingMan": "pattern",
    "Harami": "pattern",
    "HaramiCross": "pattern",
    "HighWave": "pattern",
    "Hikkake": "pattern",
    "HikkakeModified": "pattern",
    "HomingPigeon": "pattern",
    "IdenticalThreeCrows": "pattern",
    "InNeck": "pattern",
    "InvertedHammer": "pattern",
    "Kicking": "pattern",
    "KickingByLength": "pattern",
    "LadderBottom": "pattern",
    "LongLeggedDoji": "pattern",
    "LongLine": "pattern",
    "Marubozu": "pattern",
    "MatHold": "pattern",
    "MatchingLow": "pattern",
    "MorningDojiStar": "pattern",
    "MorningStar": "pattern",
    "OnNeck": "pattern",
    "Piercing": "pattern",
    "RickshawMan": "pattern",
    "RiseFallThreeMethods": "pattern",
    "SeparatingLines": "pattern",
    "ShootingStar": "pattern",
    "ShortLine": "pattern",
    "SpinningTop": "pattern",
    "StalledPattern": "pattern",
    "StickSandwich": "pattern",
    "Takuri": "pattern",
    "TasukiGap": "pattern",
    "ThreeBlackCrows": "pattern",
    "ThreeInside": "pattern",
    "ThreeLineStrike": "pattern",
    "ThreeOutside": "pattern",
    "ThreeStarsInTheSouth": "pattern",
    "ThreeWhiteSoldiers": "pattern",
    "Thrusting": "pattern",
    "Tristar": "pattern",
    "TwoCrows": "pattern",
    "UniqueThreeRiver": "pattern",
    "UpsideGapTwoCrows": "pattern",
    "Avgprice": "price",
    "Ha": "price",
    "HaValues": "price",
    "LastCompleted": "price",
    "LastCompletedValues": "price",
    "Medprice": "price",
    "Typprice": "price",
    "Wclprice": "price",
    "Autocorrelation": "statistics",
    "Avgdev": "statistics",
    "Beta": "statistics",
    "Correl": "statistics",
    "Linearreg": "statistics",
    "LinearregAngle": "statistics",
    "LinearregIntercept": "statistics",
    "LinearregSlope": "statistics",
    "Percentile": "statistics",
    "PercentileInclusive": "statistics",
    "Percentrank": "statistics",
    "Stddev": "statistics",
    "Tsf": "statistics",
    "Var": "statistics",
    "ZScore": "statistics",
    "Adr": "volatility",
    "Atr": "volatility",
    "AtrSma": "volatility",
    "BandWidth": "volatility",
    "Cvi": "volatility",
    "GarmanKlass": "volatility",
    "Massi": "volatility",
    "Natr": "volatility",
    "Parkinson": "volatility",
    "PercentB": "volatility",
    "RealizedVolatility": "volatility",
    "RogersSatchell": "volatility",
    "Rvi": "volatility",
    "SqueezeOn": "volatility",
    "TrueRange": "volatility",
    "VolatilityLevels": "volatility",
    "VolatilityLevelsValues": "volatility",
    "YangZhang": "volatility",
    "Ad": "volume",
    "Adosc": "volume",
    "Cmf": "volume",
    "Cvd": "volume",
    "Efi": "volume",
    "Marketfi": "volume",
    "Nvi": "volume",
    "Obv": "volume",
    "ObvFromZero": "volume",
    "Pvi": "volume",
    "Pvo": "volume",
    "Pvt": "volume",
    "Rvol": "volume",
    "VolumeRatio": "volume",
    "Vwap": "volume",
}


def __getattr__(name: str) -> object:
    if name not in _CHAPTERS:
        raise AttributeError(f"there is no indicator {name}")
    return getattr(import_module(f".{_CHAPTERS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(_CHAPTERS)
