//! Everything that decides the result of a backtest, as its manifest tells it.

use std::collections::BTreeMap;

use crate::backtest::BacktestError;
use crate::backtest::builder::{Backtest, RulesFrom};
use crate::backtest::streams::Opened;
use crate::data::series::market_name;
use crate::domain::{
    Cash, Delivery, Instrument, InstrumentKind, ParameterValue, Rate, Timeframe, Timestamp,
};
use crate::engine::safety::{BreakerRule, Metric};
use crate::execution::Profile;
use crate::runs;
use crate::strategy::parameters;
use crate::venues::tiers;

/// Venue of the generator's candles.
const SYNTHETIC: &str = "synthetic";

impl Backtest {
    /// Everything that would decide its result. What only the run finds out (end of the data, coverage, gaps, flags) is not in it.
    ///
    /// # Errors
    /// Data that is missing or damaged, a source whose extent is not known before it is read.
    pub fn planned(&self) -> Result<runs::Configuration, BacktestError> {
        let (Some(base), Some(first)) = (self.source.base(), self.source.start()) else {
            let text = "the extent of this data is not known before it is read";
            return Err(BacktestError::setup(
                text,
                "import the file into the catalog",
            ));
        };
        let start = self.from.map_or(first, |from| from.max(first));
        let streams = self.open_streams(base, start)?;
        self.configuration(base, start, &streams)
    }

    pub(super) fn configuration(
        &self,
        base: Timeframe,
        start: Timestamp,
        streams: &Opened,
    ) -> Result<runs::Configuration, BacktestError> {
        // An end beyond the data is the end of the data, so that leaving it open and naming it give the same run.
        let there = self.source.end().unwrap_or(Timestamp(i64::MAX));
        let end = self.to.map_or(there, |to| to.min(there));
        let traded: Vec<InstrumentKind> = self.instruments.iter().map(|i| i.kind).collect();
        let recorded = if self.recorded_as.is_empty() {
            &traded
        } else {
            &self.recorded_as
        };
        let kinds = |kinds: &[InstrumentKind]| distinct(kinds.iter().copied().map(market_name));
        let preset = Profile::named(self.profile.preset);
        let knobs = self.profile.knobs().into_iter().zip(preset.knobs());
        let knobs = knobs.filter(|((key, _), _)| self.profile.is_at_work(key));
        let venue = distinct(self.instruments.iter().map(|i| i.venue.as_str()));
        // The primary series is the shortest one delivered one by one.
        let mut series: Vec<_> = self.needs.series.iter().collect();
        series.sort_by_key(|n| (n.delivery != Delivery::Each, n.timeframe));
        let mut timeframes: Vec<Timeframe> = Vec::new();
        for need in series {
            if !timeframes.contains(&need.timeframe) {
                timeframes.push(need.timeframe);
            }
        }
        let mut configuration = runs::Configuration {
            component: self.component.clone(),
            parameters: self.parameters_used(),
            instruments: self.instruments.clone(),
            timeframes,
            tiers_as_of: self.tiers_as_of(),
            rules_from: self.told_rules(),
            profile: runs::Profile {
                preset: self.profile.preset.name().to_owned(),
                knobs: knobs
                    .map(|((key, value), (_, default))| runs::Knob {
                        key: key.to_owned(),
                        overridden: value != default,
                        value,
                    })
                    .collect(),
                active: self.active(),
                inactive: Vec::new(),
            },
            limits: self.limits_used(),
            dataset: runs::Dataset {
                fingerprint: self.source.fingerprint(start, end)?,
                synthetic: self.instruments.iter().any(|i| i.venue == SYNTHETIC),
                venue,
                market: kinds(recorded),
                traded_as: (*recorded != traded).then(|| kinds(&traded)),
                base,
                coverage: 0.0,
                coverages: Vec::new(),
                gaps: Vec::new(),
                mark_resolution: runs::LAST_PRICE.to_owned(),
                funding: runs::FundingUsed::default(),
                sparse_streams: Vec::new(),
                data_flags: BTreeMap::new(),
            },
            period: runs::Period {
                start,
                end,
                candles: 0,
                asked_start: self.from.filter(|from| *from < start),
                asked_end: self.to,
            },
            seed: self.seed,
            starting_balance: self.balance,
            currency: self
                .instruments
                .first()
                .map_or(String::new(), |i| i.settle.clone()),
            leverage: self.leverage,
            on_fault: self.on_fault,
            use_history: self.use_history,
            called: Some(self.name.clone()).filter(|name| *name != self.manifest.name),
            events: self.events.clone(),
            shared: self.shared,
        };
        streams.describe(&mut configuration.dataset, start, end);
        Ok(configuration)
    }

    /// What the rules of the run are made of, in words.
    fn active(&self) -> Vec<String> {
        let perpetual = |i: &Instrument| i.kind == InstrumentKind::LinearPerpetual;
        let perpetuals = self.instruments.iter().any(perpetual);
        let margin = format!("{} margin", self.profile.margin_mode);
        let features = [
            ("fees", true),
            ("slippage", true),
            (margin.as_str(), true),
            ("funding", perpetuals && self.profile.funding),
            ("liquidation", perpetuals && self.profile.liquidates()),
        ];
        let on = features.iter().filter(|(_, on)| *on);
        on.map(|(name, _)| (*name).to_owned()).collect()
    }

    /// The limits of the sandbox, then what the user put around the strategy.
    fn limits_used(&self) -> Vec<runs::Limit> {
        let mut limits: Vec<runs::Limit> = self.limits.entries().iter().map(limit).collect();
        let mut add = |name: &str, value: Option<String>| {
            limits.extend(value.map(|value| runs::Limit {
                name: format!("safety.{name}"),
                value,
            }));
        };
        let set = &self.safety.limits;
        let money = |cash: Option<Cash>| cash.map(|c| c.to_string());
        let count = |count: Option<u32>| count.map(|n| n.to_string());
        let rate = |rate: Option<Rate>| rate.map(|r| r.to_string());
        add("max_order_notional", money(set.max_order_notional));
        add("max_position_notional", money(set.max_position_notional));
        add("max_open_orders", count(set.max_open_orders));
        add("max_orders_per_minute", count(set.max_orders_per_minute));
        add("max_price_deviation", rate(set.max_price_deviation));
        add("max_leverage", rate(set.max_leverage));
        for rule in &self.safety.breakers {
            add(&rule.name, Some(breaker(rule)));
        }
        limits
    }

    /// The date of each maintenance table: the venue's own where it told it, else that of the shipped one.
    fn tiers_as_of(&self) -> Vec<Option<String>> {
        let date = |(index, instrument): (usize, &Instrument)| {
            let told = self.rules_from.get(index).and_then(Option::as_ref);
            let exact = told.filter(|r| r.assumed.iter().all(|part| part != "tiers"));
            let perpetual = instrument.kind == InstrumentKind::LinearPerpetual;
            perpetual.then(|| match exact {
                Some(rules) => rules.as_of.clone(),
                None => tiers::date_of(&instrument.venue).to_owned(),
            })
        };
        self.instruments.iter().enumerate().map(date).collect()
    }

    /// A sentence for each instrument whose rules its venue told.
    fn told_rules(&self) -> Vec<Option<String>> {
        let sentence = |(rules, instrument): (&Option<RulesFrom>, &Instrument)| {
            let rules = rules.as_ref()?;
            let told = format!("{} told them on {}", instrument.venue, rules.as_of);
            Some(match rules.assumed.as_slice() {
                [] => told,
                parts => format!("{told}, {} assumed", parts.join(" and ")),
            })
        };
        let rules = self.rules_from.iter();
        rules.zip(&self.instruments).map(sentence).collect()
    }

    fn parameters_used(&self) -> Vec<runs::ParameterUsed> {
        let default = |name: &str| -> Option<ParameterValue> {
            let declared = self.manifest.parameters.iter().find(|p| p.name == name)?;
            Some(parameters::default_value(&declared.kind))
        };
        let used = |(name, value): &(String, ParameterValue)| runs::ParameterUsed {
            overridden: default(name).as_ref() != Some(value),
            name: name.clone(),
            value: value.clone(),
        };
        self.parameters.iter().map(used).collect()
    }
}

/// Each word once, in order of its first use: `binance`, `binance+bybit`.
fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    seen.join("+")
}

/// `rapid_loss 500 in 3600 s, open for 86400 s, flatten`.
fn breaker(rule: &BreakerRule) -> String {
    let seconds = |ms: i64| ms / 1_000;
    let within = |ms: i64| format!(" in {} s", seconds(ms));
    let (threshold, window) = match rule.metric {
        Metric::RapidLoss { loss, window_ms } => (loss.to_string(), within(window_ms)),
        Metric::RejectedRatio {
            ratio,
            min_requests,
            window_ms,
        } => (
            format!("{ratio} of at least {min_requests}"),
            within(window_ms),
        ),
        Metric::Errors { count, window_ms } => (count.to_string(), within(window_ms)),
        Metric::Drawdown { fall: share } | Metric::Concentration { share } => {
            (share.to_string(), String::new())
        }
        Metric::ConsecutiveLosses { count, window_ms } => {
            (count.to_string(), window_ms.map_or(String::new(), within))
        }
    };
    format!(
        "{} {threshold}{window}, open for {} s, {}",
        rule.metric.name(),
        seconds(rule.cooldown_ms),
        rule.effect.name()
    )
}

fn limit((name, value): &(&'static str, u64)) -> runs::Limit {
    runs::Limit {
        name: (*name).to_owned(),
        value: value.to_string(),
    }
}
