//! The knobs of the simulation. A preset is a column of the table in `simulation.md` section 0; a run records its preset and every
//! value that differs from it.

use std::fmt;
use std::str::FromStr;

use crate::domain::Rate;
use crate::engine::EndOfData;

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
        /// Parity with the BTC paper trader of the first seed.
        Seed0 = "seed0",
    }
);

named!(
    /// Where a market order fills.
    FillTiming {
        /// At the open of the next candle.
        NextOpen = "next_open",
        /// At the close of the candle that was just shown.
        ThisClose = "this_close",
    }
);

named!(
    /// Which extreme of a candle comes first.
    PathRule {
        /// Whichever leaves less equity, for each position.
        Pessimistic = "pessimistic",
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
    }
);

named!(
    /// Where stops and take-profits fill that the open gapped over.
    StopGap {
        /// At the open.
        AtOpen = "at_open",
        /// At their trigger.
        AtLevel = "at_level",
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

/// All knobs of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The column it started from.
    pub preset: Preset,
    /// Where market orders fill.
    pub fill_timing: FillTiming,
    /// The price's way inside a candle.
    pub path: PathRule,
    /// What a resting limit needs.
    pub limit_fill: LimitFill,
    /// A resting limit gapped over.
    pub limit_gap: LimitGap,
    /// A stop or take-profit gapped over.
    pub stop_gap: StopGap,
    /// A limit that could take on arrival.
    pub marketable_limit: MarketableLimit,
    /// Slippage of takers as a fraction of the price.
    pub slippage: Rate,
    /// Maker fee instead of the instrument's.
    pub maker_fee: Option<Rate>,
    /// Taker fee instead of the instrument's.
    pub taker_fee: Option<Rate>,
    /// When margin is checked.
    pub margin_check: MarginCheck,
    /// What a position binds.
    pub bound_margin: BoundMargin,
    /// What a strategy sees.
    pub equity_view: EquityView,
    /// Does the profile settle funding. Not acted on yet.
    pub funding: bool,
    /// Does the profile liquidate. Only reported yet.
    pub liquidation: bool,
    /// Positions open at the end of the data.
    pub end_of_data: EndOfData,
}

/// 2 basis points: half a spread plus a little (`simulation.md` section 8).
const DEFAULT_SLIPPAGE: Rate = Rate(20_000);

impl Profile {
    /// The values of a preset.
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        let strict = Self {
            preset,
            fill_timing: FillTiming::NextOpen,
            path: PathRule::Pessimistic,
            limit_fill: LimitFill::Through,
            limit_gap: LimitGap::AtLimit,
            stop_gap: StopGap::AtOpen,
            marketable_limit: MarketableLimit::BeyondSpread,
            slippage: DEFAULT_SLIPPAGE,
            maker_fee: None,
            taker_fee: None,
            margin_check: MarginCheck::AtSubmission,
            bound_margin: BoundMargin::Filled,
            equity_view: EquityView::Full,
            funding: true,
            liquidation: true,
            end_of_data: EndOfData::Leave,
        };
        match preset {
            Preset::Strict => strict,
            Preset::Fair => Self {
                path: PathRule::CandleColour,
                limit_fill: LimitFill::Touch,
                ..strict
            },
            Preset::Seed0 => Self {
                fill_timing: FillTiming::ThisClose,
                path: PathRule::StopFirst,
                limit_fill: LimitFill::Touch,
                stop_gap: StopGap::AtLevel,
                marketable_limit: MarketableLimit::Capped,
                slippage: Rate::ZERO,
                maker_fee: Some(Rate::ZERO),
                taker_fee: Some(Rate::ZERO),
                funding: false,
                liquidation: false,
                end_of_data: EndOfData::Close,
                ..strict
            },
        }
    }

    /// The values with what a preset needs beyond its column to reproduce its peer (`fixtures/peers`, notes 4 and 5): what a user
    /// who names the preset gets. The manifest shows these as differences from the column.
    #[must_use]
    pub fn named(preset: Preset) -> Self {
        match preset {
            Preset::Strict | Preset::Fair => Self::preset(preset),
            Preset::Seed0 => Self {
                margin_check: MarginCheck::AtFill,
                bound_margin: BoundMargin::Requested,
                equity_view: EquityView::Unbound,
                ..Self::preset(preset)
            },
        }
    }

    /// Every knob as name and value, in the order of the table: what a run's manifest shows.
    #[must_use]
    pub fn knobs(&self) -> Vec<(&'static str, String)> {
        let fee = |rate: Option<Rate>| rate.map_or("venue".to_owned(), |r| r.to_string());
        let end = match self.end_of_data {
            EndOfData::Leave => "leave",
            EndOfData::Close => "close",
            EndOfData::Open => "open",
        };
        vec![
            ("fill_timing", self.fill_timing.to_string()),
            ("path", self.path.to_string()),
            ("limit_fill", self.limit_fill.to_string()),
            ("limit_gap", self.limit_gap.to_string()),
            ("stop_gap", self.stop_gap.to_string()),
            ("marketable_limit", self.marketable_limit.to_string()),
            ("slippage", "fixed_bps".to_owned()),
            ("slippage_bps", Rate(self.slippage.0 * 10_000).to_string()),
            ("maker", fee(self.maker_fee)),
            ("taker", fee(self.taker_fee)),
            (
                "funding",
                if self.funding { "on" } else { "off" }.to_owned(),
            ),
            (
                "liquidation",
                if self.liquidation {
                    "bankruptcy"
                } else {
                    "none"
                }
                .to_owned(),
            ),
            ("margin_mode", "isolated".to_owned()),
            ("margin_check", self.margin_check.to_string()),
            ("bound_margin", self.bound_margin.to_string()),
            ("equity_view", self.equity_view.to_string()),
            ("maintenance", "tiers".to_owned()),
            ("end_of_data", end.to_owned()),
        ]
    }

    /// Does the profile name a liquidation, which this engine only reports.
    #[must_use]
    pub fn reports_liquidation(&self) -> bool {
        self.liquidation
    }

    /// Knobs of the table that this engine does not act on yet. A run lists them, so that two outcomes of one preset name never
    /// look equal.
    #[must_use]
    pub fn inactive(&self) -> Vec<&'static str> {
        let named = [("funding", self.funding), ("liquidation", self.liquidation)];
        named
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(knob, _)| knob)
            .collect()
    }
}

/// Why a knob cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnobError {
    /// No such knob.
    #[error("there is no knob `{0}`")]
    Unknown(String),
    /// The value is not one of its values.
    #[error("{knob}: {message}")]
    Value {
        /// Which knob.
        knob: String,
        /// What is wrong.
        message: String,
    },
    /// The simulation does not do this yet; it is refused rather than ignored.
    #[error("{knob} = {value} is not supported yet")]
    NotSupported {
        /// Which knob.
        knob: String,
        /// Which value.
        value: String,
    },
}

impl Profile {
    /// Sets one knob by its key of `simulation.md` section 0.
    ///
    /// # Errors
    /// Unknown knobs, values that are none, and values the simulation does not act on yet.
    pub fn set(&mut self, knob: &str, value: &str) -> Result<(), KnobError> {
        let bad = |message: String| KnobError::Value {
            knob: knob.to_owned(),
            message,
        };
        let rate = |text: &str| text.parse::<Rate>().map_err(|e| bad(e.to_string()));
        match knob {
            "fill_timing" => self.fill_timing = value.parse().map_err(bad)?,
            "path" => self.path = value.parse().map_err(bad)?,
            "limit_fill" => self.limit_fill = value.parse().map_err(bad)?,
            "limit_gap" => self.limit_gap = value.parse().map_err(bad)?,
            "stop_gap" => self.stop_gap = value.parse().map_err(bad)?,
            "marketable_limit" => self.marketable_limit = value.parse().map_err(bad)?,
            "slippage_bps" => self.slippage = slippage_from_bps(rate(value)?).map_err(bad)?,
            "maker" => self.maker_fee = Some(fee(rate(value)?).map_err(bad)?),
            "taker" => self.taker_fee = Some(fee(rate(value)?).map_err(bad)?),
            "funding" if value == "off" => self.funding = false,
            "liquidation" if value == "none" => self.liquidation = false,
            "end_of_data" => self.end_of_data = parse_end(value).map_err(bad)?,
            _ => only_default(knob, value)?,
        }
        Ok(())
    }
}

/// Fees beyond this are a percent sign somebody forgot.
const MOST_FEE: Rate = Rate(10_000_000);
/// Rebates beyond this likewise.
const MOST_REBATE: Rate = Rate(1_000_000);
/// Half of the price: a sale at less than nothing must not be writable.
const MOST_SLIPPAGE_BPS: Rate = Rate(500_000_000_000);

/// A fee as a fraction of notional.
fn fee(rate: Rate) -> Result<Rate, String> {
    if rate > MOST_FEE || rate < -MOST_REBATE {
        return Err(format!(
            "a fee of {rate} is not a fraction of notional (0.0005 is 0.05 %)"
        ));
    }
    Ok(rate)
}

/// Basis points as a fraction; finer than 0.0001 basis points and more than half the price are refused.
fn slippage_from_bps(bps: Rate) -> Result<Rate, String> {
    if bps > MOST_SLIPPAGE_BPS {
        return Err(format!(
            "{bps} basis points are more than half of the price"
        ));
    }
    if bps.0 % 10_000 != 0 || bps < Rate::ZERO {
        return Err(format!("{bps} basis points are negative or too fine"));
    }
    Ok(Rate(bps.0 / 10_000))
}

/// `leave`, `close` or `open`.
///
/// # Errors
/// Anything else.
pub fn parse_end(value: &str) -> Result<EndOfData, String> {
    match value {
        "leave" => Ok(EndOfData::Leave),
        "close" => Ok(EndOfData::Close),
        "open" => Ok(EndOfData::Open),
        _ => Err(format!("`{value}` is not one of leave, close, open")),
    }
}

/// Knobs with one value so far: that one may be named, the others are refused.
fn only_default(knob: &str, value: &str) -> Result<(), KnobError> {
    let supported: &[&str] = match knob {
        "slippage" => &["fixed_bps"],
        "margin_mode" => &["isolated"],
        "position_mode" => &["one_way", "independent"],
        "maintenance" => &["tiers"],
        "partial_liquidation" => &["off"],
        "trigger_by" => &["last"],
        "bracket_start" => &["at_fill"],
        "walk" => &["base"],
        "one_order_per_candle" => &["off"],
        "participation" => &["null"],
        "latency_ms" => &["0"],
        "liquidation" | "funding" | "liquidation_by" | "liq_fee" | "funding_missing" => &[],
        _ => return Err(KnobError::Unknown(knob.to_owned())),
    };
    if supported.contains(&value) {
        return Ok(());
    }
    Err(KnobError::NotSupported {
        knob: knob.to_owned(),
        value: value.to_owned(),
    })
}
