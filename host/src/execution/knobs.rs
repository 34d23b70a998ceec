//! The words of the knobs: what each may be. Source: `simulation.md` section 0.

use std::fmt;
use std::str::FromStr;

/// An enum whose values have names that people write.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// The name people write.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(format!("`{text}` is not one of {}", [$($text),*].join(", "))),
                }
            }
        }
    };
}

named!(
    /// Named sets of knobs.
    Preset {
        /// Ours: nothing is granted that a real venue might not grant.
        Strict = "strict",
        /// The least biased reading of the same candles.
        Fair = "fair",
        /// Parity with jesse 3.5.
        Jesse = "jesse",
        /// Parity with the BTC paper trader of the first seed.
        Seed0 = "seed0",
        /// Parity with backtrader 1.9.78.
        Backtrader = "backtrader",
        /// Parity with backtesting.py 0.6.
        Backtesting = "backtesting",
        /// Parity with vectorbt 1.2.
        Vectorbt = "vectorbt",
        /// Parity with freqtrade 2026.9.
        Freqtrade = "freqtrade",
    }
);

named!(
    /// Where a market order fills.
    FillTiming {
        /// At the open of the next candle.
        NextOpen = "next_open",
        /// At the close of the candle that was just shown.
        ThisClose = "this_close",
        /// At the best prices that were seen right after that close.
        Quote = "quote",
    }
);

named!(
    /// Which extreme of a candle comes first.
    PathRule {
        /// Whichever leaves less equity, for each position.
        Pessimistic = "pessimistic",
        /// Whichever leaves more equity, for each position: the other end of the range, never a result.
        Optimistic = "optimistic",
        /// Low first in a rising candle, else high first.
        CandleColour = "candle_colour",
        /// The extreme nearer to the open first.
        Adaptive = "adaptive",
        /// High first.
        Ohlc = "ohlc",
        /// Low first.
        Olhc = "olhc",
        /// Low first for a long position, high first for a short one.
        StopFirst = "stop_first",
    }
);

named!(
    /// What a resting limit order needs.
    LimitFill {
        /// The price goes one tick beyond it.
        Through = "through",
        /// The price touches it.
        Touch = "touch",
    }
);

named!(
    /// Where a resting limit order fills that the open gapped over.
    LimitGap {
        /// At its own price.
        AtLimit = "at_limit",
        /// At the better open.
        AtOpen = "at_open",
        /// At its own price, unless the whole candle lies beyond it: then at the nearer extreme (freqtrade).
        AtLimitWithin = "at_limit_within",
    }
);

named!(
    /// Where stops and take-profits fill that the open gapped over.
    StopGap {
        /// At the open.
        AtOpen = "at_open",
        /// At their trigger.
        AtLevel = "at_level",
        /// At their trigger, unless the whole candle lies beyond it: then at the open (freqtrade).
        AtLevelWithin = "at_level_within",
    }
);

named!(
    /// When a limit order takes on arrival.
    MarketableLimit {
        /// Only if the limit is at or beyond price ± slippage; else it rests inside the spread.
        BeyondSpread = "beyond_spread",
        /// Whenever the price is at or better than the limit; it never pays more than the limit.
        Capped = "capped",
    }
);

named!(
    /// When the margin of an order is checked and bound.
    MarginCheck {
        /// When it is submitted, and again when it fills.
        AtSubmission = "at_submission",
        /// Only when it fills, so that a position closed in the same batch has freed its margin (first seed).
        AtFill = "at_fill",
    }
);

named!(
    /// What a new position binds as margin.
    BoundMargin {
        /// Filled quantity x price / leverage.
        Filled = "filled",
        /// Requested quantity x price, before flooring to the step (first seed).
        Requested = "requested",
    }
);

named!(
    /// What a strategy is told its equity is.
    EquityView {
        /// Wallet + unrealized profit.
        Full = "full",
        /// The same without the margin bound by positions, those left out whose close is on its way (first seed).
        Unbound = "unbound",
    }
);

named!(
    /// A target the open gapped over in a candle that also reaches the stop (backtrader).
    GappedTarget {
        /// It fills at the open: what comes first happens first.
        Fills = "fills",
        /// The stop fills, whatever the open did.
        StopFirst = "stop_first",
    }
);

named!(
    /// A market entry against a position that has exits of its own.
    OppositeEntry {
        /// It closes the position and opens the other one.
        Flips = "flips",
        /// It enters at the open of its candle if an exit ends the position within it, else it is dropped (freqtrade).
        AfterExit = "after_exit",
    }
);

named!(
    /// How much a taker pays beyond the price.
    SlippageModel {
        /// A fixed number of basis points.
        FixedBps = "fixed_bps",
        /// By the share of the candle's volume (zipline, LEAN).
        VolumeShare = "volume_share",
        /// By the square root of the share of a day's volume.
        Sqrt = "sqrt",
    }
);

named!(
    /// What stands in for a funding rate that is not recorded.
    FundingMissing {
        /// Nothing: the run is refused.
        Error = "error",
        /// Zero.
        Zero = "zero",
        /// The last known one.
        Last = "last",
    }
);

named!(
    /// What a position's margin is.
    MarginMode {
        /// Its own.
        Isolated = "isolated",
        /// The whole account.
        Cross = "cross",
    }
);

named!(
    /// What an order means that names no position.
    PositionMode {
        /// The netted one.
        OneWay = "one_way",
        /// The long or the short one, by its side.
        Hedge = "hedge",
        /// A new one.
        Independent = "independent",
    }
);

named!(
    /// What a liquidation settles at.
    LiquidationRule {
        /// The bankruptcy price, without a fee.
        Bankruptcy = "bankruptcy",
        /// The same with the liquidation fee on top.
        BankruptcyFee = "bankruptcy_fee",
        /// The mark with slippage and taker fee; what remains is returned.
        Market = "market",
        /// The liquidation price with the liquidation fee.
        Fee = "fee",
        /// There is none.
        None = "none",
    }
);

named!(
    /// Which price liquidation compares.
    LiquidationBy {
        /// The mark.
        Mark = "mark",
        /// The last price.
        Last = "last",
    }
);

named!(
    /// Is a large position liquidated in steps.
    PartialLiquidation {
        /// All at once.
        Off = "off",
        /// As the instrument's venue does.
        Venue = "venue",
    }
);

named!(
    /// From when on stops and targets of an entry are tested.
    BracketStart {
        /// From the very fill on.
        AtFill = "at_fill",
        /// From the next candle on.
        NextCandle = "next_candle",
    }
);

named!(
    /// Which candles the path is walked on.
    Walk {
        /// The data's base candles.
        Base = "base",
        /// The strategy's own timeframe.
        Run = "run",
    }
);
