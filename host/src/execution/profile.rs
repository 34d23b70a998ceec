//! The knobs of the simulation. A preset is a column of the table in `simulation.md` section 0 (peers: `fixtures/peers`); a run
//! records its preset and every value that differs from it.

use crate::domain::{Rate, TriggerBy};
use crate::engine::EndOfData;
use crate::execution::{
    BoundMargin, BracketStart, EquityView, FillTiming, FundingMissing, GappedTarget, LimitFill,
    LimitGap, LiquidationBy, LiquidationRule, MarginCheck, MarginMode, MarketableLimit,
    OppositeEntry, PartialLiquidation, PathRule, PositionMode, Preset, SlippageModel, StopGap,
    Walk,
};

/// All knobs of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The column it started from.
    pub preset: Preset,
    /// Where market orders fill.
    pub fill_timing: FillTiming,
    /// Widest spread market orders take where they fill at best prices, a fraction of the middle.
    pub max_spread: Rate,
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
    /// How takers slip.
    pub slippage_model: SlippageModel,
    /// Slippage of takers as a fraction of the price, where it is fixed.
    pub slippage: Rate,
    /// Maker fee instead of the instrument's.
    pub maker_fee: Option<Rate>,
    /// Taker fee instead of the instrument's.
    pub taker_fee: Option<Rate>,
    /// Is funding settled.
    pub funding: bool,
    /// What stands in for a missing rate.
    pub funding_missing: FundingMissing,
    /// Isolated or cross.
    pub margin_mode: MarginMode,
    /// What an order means that names no position.
    pub position_mode: PositionMode,
    /// What a liquidation settles at; absent = by the margin mode.
    pub liquidation: Option<LiquidationRule>,
    /// Liquidation fee as a fraction of notional; absent = the taker fee.
    pub liquidation_fee: Option<Rate>,
    /// Which price liquidation compares.
    pub liquidation_by: LiquidationBy,
    /// One flat maintenance rate instead of the tiers.
    pub maintenance: Option<Rate>,
    /// Liquidation in steps.
    pub partial_liquidation: PartialLiquidation,
    /// Which price triggers where an order does not say; absent = the venue's.
    pub trigger_by: Option<TriggerBy>,
    /// From when on exits are tested.
    pub bracket_start: BracketStart,
    /// Which candles the path is walked on.
    pub walk: Walk,
    /// At most one order of an instrument fills in a candle.
    pub one_order_per_candle: bool,
    /// A target gapped over where the stop is reached too.
    pub gapped_target: GappedTarget,
    /// A market entry against a position with exits.
    pub opposite_entry: OppositeEntry,
    /// Positions open at the end of the data.
    pub end_of_data: EndOfData,
    /// Share of a candle's volume that own orders may take; absent = all they want.
    pub participation: Option<Rate>,
    /// Milliseconds from sending an order, change or withdrawal to its arrival.
    pub latency_ms: i64,
    /// Scatter of the latency: standard deviation of its logarithm; 0 = constant.
    pub latency_sigma: Rate,
    /// Seed of the scatter.
    pub latency_seed: u64,
    /// When margin is checked.
    pub margin_check: MarginCheck,
    /// What a position binds.
    pub bound_margin: BoundMargin,
    /// What a strategy sees.
    pub equity_view: EquityView,
}

/// 2 basis points: half a spread plus a little (`simulation.md` section 8).
const DEFAULT_SLIPPAGE: Rate = Rate(20_000);
/// 50 basis points: a book thinner than this is no price. Chosen, not measured.
const DEFAULT_MAX_SPREAD: Rate = Rate(500_000);
/// jesse's one maintenance rate.
const JESSE_MAINTENANCE: Rate = Rate(400_000);

impl Profile {
    /// The values of a preset: a column of the table.
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        let strict = Self {
            preset,
            fill_timing: FillTiming::NextOpen,
            max_spread: DEFAULT_MAX_SPREAD,
            path: PathRule::Pessimistic,
            limit_fill: LimitFill::Through,
            limit_gap: LimitGap::AtLimit,
            stop_gap: StopGap::AtOpen,
            marketable_limit: MarketableLimit::BeyondSpread,
            slippage_model: SlippageModel::FixedBps,
            slippage: DEFAULT_SLIPPAGE,
            maker_fee: None,
            taker_fee: None,
            funding: true,
            funding_missing: FundingMissing::Error,
            margin_mode: MarginMode::Isolated,
            position_mode: PositionMode::OneWay,
            liquidation: None,
            liquidation_fee: None,
            liquidation_by: LiquidationBy::Mark,
            maintenance: None,
            partial_liquidation: PartialLiquidation::Off,
            trigger_by: None,
            bracket_start: BracketStart::AtFill,
            walk: Walk::Base,
            one_order_per_candle: false,
            gapped_target: GappedTarget::Fills,
            opposite_entry: OppositeEntry::Flips,
            end_of_data: EndOfData::Leave,
            participation: None,
            latency_ms: 0,
            latency_sigma: Rate::ZERO,
            latency_seed: 0,
            margin_check: MarginCheck::AtSubmission,
            bound_margin: BoundMargin::Filled,
            equity_view: EquityView::Full,
        };
        match preset {
            Preset::Strict => strict,
            Preset::Fair => Self {
                path: PathRule::CandleColour,
                limit_fill: LimitFill::Touch,
                ..strict
            },
            Preset::Jesse => Self {
                path: PathRule::CandleColour,
                liquidation: Some(LiquidationRule::BankruptcyFee),
                liquidation_by: LiquidationBy::Last,
                maintenance: Some(JESSE_MAINTENANCE),
                fill_timing: FillTiming::ThisClose,
                end_of_data: EndOfData::Close,
                ..strict.like_a_peer()
            },
            Preset::Seed0 => Self {
                fill_timing: FillTiming::ThisClose,
                path: PathRule::StopFirst,
                limit_gap: LimitGap::AtLimit,
                stop_gap: StopGap::AtLevel,
                maker_fee: Some(Rate::ZERO),
                taker_fee: Some(Rate::ZERO),
                position_mode: PositionMode::Independent,
                end_of_data: EndOfData::Close,
                ..strict.like_a_peer()
            },
            Preset::Backtrader => Self {
                bracket_start: BracketStart::NextCandle,
                gapped_target: GappedTarget::StopFirst,
                ..strict.like_a_peer().on_its_own_candles()
            },
            Preset::Backtesting => strict.like_a_peer().on_its_own_candles(),
            Preset::Vectorbt => Self {
                fill_timing: FillTiming::ThisClose,
                one_order_per_candle: true,
                ..strict.like_a_peer().on_its_own_candles()
            },
            Preset::Freqtrade => Self {
                limit_gap: LimitGap::AtLimitWithin,
                stop_gap: StopGap::AtLevelWithin,
                opposite_entry: OppositeEntry::AfterExit,
                end_of_data: EndOfData::Open,
                ..strict.like_a_peer().on_its_own_candles()
            },
        }
    }

    /// What the peers have in common: touches fill, gaps are granted, nothing slips, no funding, no liquidation.
    fn like_a_peer(self) -> Self {
        Self {
            limit_fill: LimitFill::Touch,
            limit_gap: LimitGap::AtOpen,
            marketable_limit: MarketableLimit::Capped,
            slippage: Rate::ZERO,
            funding: false,
            liquidation: Some(LiquidationRule::None),
            trigger_by: Some(TriggerBy::Last),
            ..self
        }
    }

    /// Peers that know one timeframe: the path is walked on it, stops first.
    fn on_its_own_candles(self) -> Self {
        Self {
            walk: Walk::Run,
            path: PathRule::StopFirst,
            ..self
        }
    }

    /// The values with what a preset needs beyond its column to reproduce its peer (`fixtures/peers`, notes 4 and 5): what a user
    /// who names the preset gets. The manifest shows as set only what differs from these.
    #[must_use]
    pub fn named(preset: Preset) -> Self {
        match preset {
            Preset::Seed0 => Self {
                margin_check: MarginCheck::AtFill,
                bound_margin: BoundMargin::Requested,
                equity_view: EquityView::Unbound,
                ..Self::preset(preset)
            },
            _ => Self::preset(preset),
        }
    }

    /// What a liquidation settles at (`simulation.md` section 0: `bankruptcy`, under cross `market`).
    #[must_use]
    pub fn liquidation_rule(&self) -> LiquidationRule {
        let by_mode = match self.margin_mode {
            MarginMode::Isolated => LiquidationRule::Bankruptcy,
            MarginMode::Cross => LiquidationRule::Market,
        };
        self.liquidation.unwrap_or(by_mode)
    }

    /// Is anything ever liquidated.
    #[must_use]
    pub fn liquidates(&self) -> bool {
        self.liquidation_rule() != LiquidationRule::None
    }

    /// Every knob as name and value, in the order of the table: what a run's manifest shows.
    #[must_use]
    pub fn knobs(&self) -> Vec<(&'static str, String)> {
        let fee = |rate: Option<Rate>, word: &str| rate.map_or(word.to_owned(), |r| r.to_string());
        let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
        let end = match self.end_of_data {
            EndOfData::Leave => "leave",
            EndOfData::Close => "close",
            EndOfData::Open => "open",
        };
        let triggers = match self.trigger_by {
            None => "venue",
            Some(TriggerBy::Last) => "last",
            Some(TriggerBy::Mark) => "mark",
            Some(TriggerBy::Index) => "index",
        };
        vec![
            ("fill_timing", self.fill_timing.to_string()),
            ("path", self.path.to_string()),
            ("limit_fill", self.limit_fill.to_string()),
            ("limit_gap", self.limit_gap.to_string()),
            ("stop_gap", self.stop_gap.to_string()),
            ("marketable_limit", self.marketable_limit.to_string()),
            ("slippage", self.slippage_model.to_string()),
            ("slippage_bps", in_bps(self.slippage).to_string()),
            ("maker", fee(self.maker_fee, "venue")),
            ("taker", fee(self.taker_fee, "venue")),
            ("funding", switch(self.funding)),
            ("funding_missing", self.funding_missing.to_string()),
            ("margin_mode", self.margin_mode.to_string()),
            ("position_mode", self.position_mode.to_string()),
            ("liquidation", self.liquidation_rule().to_string()),
            ("liq_fee", fee(self.liquidation_fee, "taker")),
            ("liquidation_by", self.liquidation_by.to_string()),
            ("maintenance", fee(self.maintenance, "tiers")),
            ("partial_liquidation", self.partial_liquidation.to_string()),
            ("trigger_by", triggers.to_owned()),
            ("bracket_start", self.bracket_start.to_string()),
            ("walk", self.walk.to_string()),
            ("one_order_per_candle", switch(self.one_order_per_candle)),
            ("gapped_target", self.gapped_target.to_string()),
            ("opposite_entry", self.opposite_entry.to_string()),
            ("end_of_data", end.to_owned()),
            (
                "participation",
                self.participation
                    .map_or("null".to_owned(), |r| r.to_string()),
            ),
            ("latency_ms", self.latency_ms.to_string()),
            ("latency_sigma", self.latency_sigma.to_string()),
            ("latency_seed", self.latency_seed.to_string()),
            ("margin_check", self.margin_check.to_string()),
            ("bound_margin", self.bound_margin.to_string()),
            ("equity_view", self.equity_view.to_string()),
            ("max_spread_bps", in_bps(self.max_spread).to_string()),
        ]
    }

    /// Can this knob decide anything, as the others stand.
    #[must_use]
    pub fn is_at_work(&self, knob: &str) -> bool {
        knob != "max_spread_bps" || self.fill_timing == FillTiming::Quote
    }

    /// Combinations that mean nothing are refused when the configuration is read (`simulation.md` section 0).
    ///
    /// # Errors
    /// The combination, in words.
    pub fn check(&self) -> Result<(), KnobError> {
        let contradiction = |what: &str| Err(KnobError::Contradiction(what.to_owned()));
        if self.fill_timing == FillTiming::Quote && self.latency_ms > 0 {
            return contradiction(
                "fills at the best prices right after a close have no latency: fill_timing quote needs latency_ms 0",
            );
        }
        if self.margin_mode == MarginMode::Isolated {
            return Ok(());
        }
        if let Some(LiquidationRule::Bankruptcy | LiquidationRule::BankruptcyFee) = self.liquidation
        {
            return contradiction(
                "liquidation at the bankruptcy price needs isolated margin: under cross margin a position has none",
            );
        }
        if self.partial_liquidation != PartialLiquidation::Off {
            return contradiction("liquidation in steps needs isolated margin");
        }
        if self.position_mode == PositionMode::Independent {
            return contradiction("independent positions need isolated margin");
        }
        Ok(())
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
    /// Two knobs do not go together.
    #[error("{0}")]
    Contradiction(String),
}

impl Profile {
    /// Sets one knob by its key of `simulation.md` section 0.
    ///
    /// # Errors
    /// Unknown knobs and values that are none.
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
            "slippage" => self.slippage_model = value.parse().map_err(bad)?,
            "slippage_bps" => self.slippage = from_bps(rate(value)?).map_err(bad)?,
            "max_spread_bps" => self.max_spread = from_bps(rate(value)?).map_err(bad)?,
            "maker" => self.maker_fee = word_or(value, "venue", |v| fee(rate(v)?).map_err(bad))?,
            "taker" => self.taker_fee = word_or(value, "venue", |v| fee(rate(v)?).map_err(bad))?,
            "funding" => self.funding = switch(value).map_err(bad)?,
            "funding_missing" => self.funding_missing = value.parse().map_err(bad)?,
            "margin_mode" => self.margin_mode = value.parse().map_err(bad)?,
            "position_mode" => self.position_mode = value.parse().map_err(bad)?,
            "liquidation" => self.liquidation = Some(value.parse().map_err(bad)?),
            "liq_fee" => {
                self.liquidation_fee = word_or(value, "taker", |v| fee(rate(v)?).map_err(bad))?;
            }
            "liquidation_by" => self.liquidation_by = value.parse().map_err(bad)?,
            "maintenance" => {
                self.maintenance = word_or(value, "tiers", |v| maintenance(rate(v)?).map_err(bad))?;
            }
            "partial_liquidation" => self.partial_liquidation = value.parse().map_err(bad)?,
            "trigger_by" => self.trigger_by = trigger_by(value).map_err(bad)?,
            "bracket_start" => self.bracket_start = value.parse().map_err(bad)?,
            "walk" => self.walk = value.parse().map_err(bad)?,
            "one_order_per_candle" => self.one_order_per_candle = switch(value).map_err(bad)?,
            "gapped_target" => self.gapped_target = value.parse().map_err(bad)?,
            "opposite_entry" => self.opposite_entry = value.parse().map_err(bad)?,
            "end_of_data" => self.end_of_data = parse_end(value).map_err(bad)?,
            "participation" => {
                self.participation =
                    word_or(value, "null", |v| participation(rate(v)?).map_err(bad))?;
            }
            "latency_ms" => self.latency_ms = latency(value).map_err(bad)?,
            "latency_sigma" => self.latency_sigma = sigma(rate(value)?).map_err(bad)?,
            "latency_seed" => {
                let read = value.parse::<u64>();
                self.latency_seed =
                    read.map_err(|_| bad(format!("`{value}` is not a whole number from 0 on")))?;
            }
            "margin_check" => self.margin_check = value.parse().map_err(bad)?,
            "bound_margin" => self.bound_margin = value.parse().map_err(bad)?,
            "equity_view" => self.equity_view = value.parse().map_err(bad)?,
            _ => return Err(KnobError::Unknown(knob.to_owned())),
        }
        Ok(())
    }
}

/// A value, or the word that stands for the default.
fn word_or<T>(
    value: &str,
    word: &str,
    read: impl FnOnce(&str) -> Result<T, KnobError>,
) -> Result<Option<T>, KnobError> {
    if value == word {
        Ok(None)
    } else {
        read(value).map(Some)
    }
}

fn switch(value: &str) -> Result<bool, String> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("`{value}` is not one of on, off")),
    }
}

fn trigger_by(value: &str) -> Result<Option<TriggerBy>, String> {
    match value {
        "venue" => Ok(None),
        "last" => Ok(Some(TriggerBy::Last)),
        "mark" => Ok(Some(TriggerBy::Mark)),
        "index" => Ok(Some(TriggerBy::Index)),
        _ => Err(format!("`{value}` is not one of venue, last, mark, index")),
    }
}

/// A flat maintenance rate between nothing and all of the notional.
fn maintenance(rate: Rate) -> Result<Rate, String> {
    if rate < Rate::ZERO || rate >= Rate(crate::domain::UNIT) {
        return Err(format!(
            "a maintenance rate of {rate} is not a fraction of notional (0.004 is 0.4 %)"
        ));
    }
    Ok(rate)
}

/// A share of a candle's volume.
fn participation(rate: Rate) -> Result<Rate, String> {
    if rate <= Rate::ZERO || rate > Rate(crate::domain::UNIT) {
        return Err(format!(
            "a share of {rate} is not above 0 and at most 1 (0.1 is a tenth of the volume)"
        ));
    }
    Ok(rate)
}

/// A day, in milliseconds: nothing is longer on its way.
pub(super) const MOST_LATENCY_MS: i64 = 86_400_000;

/// Scatter beyond this makes every message arrive at once or never.
fn sigma(rate: Rate) -> Result<Rate, String> {
    if rate < Rate::ZERO || rate > Rate(3 * crate::domain::UNIT) {
        return Err(format!("a scatter of {rate} is not within 0 and 3"));
    }
    Ok(rate)
}

fn latency(value: &str) -> Result<i64, String> {
    let read = value.parse::<i64>().ok();
    read.filter(|ms| (0..=MOST_LATENCY_MS).contains(ms))
        .ok_or_else(|| format!("`{value}` is not a number of milliseconds from 0 to a day"))
}

/// Fees beyond this are a percent sign somebody forgot.
const MOST_FEE: Rate = Rate(10_000_000);
/// Rebates beyond this likewise.
const MOST_REBATE: Rate = Rate(1_000_000);
/// Half of the price: a sale at less than nothing must not be writable.
const MOST_BPS: Rate = Rate(500_000_000_000);

/// A fee as a fraction of notional.
fn fee(rate: Rate) -> Result<Rate, String> {
    if rate > MOST_FEE || rate < -MOST_REBATE {
        return Err(format!(
            "a fee of {rate} is not a fraction of notional (0.0005 is 0.05 %)"
        ));
    }
    Ok(rate)
}

/// A fraction as basis points.
pub(super) fn in_bps(rate: Rate) -> Rate {
    Rate(rate.0 * 10_000)
}

/// Basis points as a fraction; finer than 0.0001 basis points and more than half the price are refused.
fn from_bps(bps: Rate) -> Result<Rate, String> {
    if bps > MOST_BPS {
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
