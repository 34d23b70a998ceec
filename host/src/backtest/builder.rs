//! Puts a backtest together and checks that the parts fit before anything runs.

use std::path::PathBuf;

use crate::backtest::bind::{self, Bound};
use crate::backtest::{BacktestError, Said, Source, StreamsFrom, market_events, wallet};
use crate::data::catalog::Series;
use crate::domain::{
    Candle, Cash, Instrument, InstrumentKind, Manifest, Needs, OnFault, ParameterValue, Rate,
    Timeframe, Timestamp, UNIT,
};
use crate::engine::safety::Safety;
use crate::engine::{RoleBinding, Strategy};
use crate::execution::{Preset, Profile};
use crate::runs::{Component as ComponentFacts, MarketEvent, SharedAccount};
use crate::strategy::parameters::show;
use crate::strategy::{Component, Limits};

/// 10,000 of the account's currency.
const DEFAULT_BALANCE: Cash = Cash(10_000 * UNIT as i128);

/// What decides: a component in its sandbox, or a strategy linked into the program.
#[expect(clippy::large_enum_variant, reason = "one a run, moved once")]
pub enum StrategySource {
    /// A compiled component.
    Component(Box<Component>),
    /// A native instance with what it says about itself and needs.
    Native {
        /// What it says about itself.
        manifest: Manifest,
        /// Its parameters, all of them.
        parameters: Vec<(String, ParameterValue)>,
        /// What it needs with them.
        needs: Needs,
        /// The instance.
        instance: Box<dyn Strategy>,
    },
}

/// Settings of a backtest; see [`Backtest::builder`].
pub struct Builder {
    name: Option<String>,
    strategy: Option<StrategySource>,
    bound: Bound,
    settings: Vec<String>,
    pub(super) instruments: Vec<Instrument>,
    source: Option<Source>,
    streams: StreamsFrom,
    recorded_as: Vec<InstrumentKind>,
    rules_from: Vec<Option<RulesFrom>>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    profile: Profile,
    balance: Cash,
    weight: Option<Rate>,
    leverage: Rate,
    seed: u64,
    on_fault: Option<OnFault>,
    limits: Limits,
    safety: Safety,
    keep_steps: bool,
    use_history: bool,
    check_data: Option<PathBuf>,
    events: Vec<MarketEvent>,
    said: Vec<(Timestamp, Said)>,
    open_ended: bool,
    keep_digests: bool,
}

/// Rules of an instrument that its venue told when its data was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesFrom {
    /// The day: `2024-01-31`.
    pub as_of: String,
    /// Parts the venue does not tell, which are a careful guess: `tiers`, `fees`.
    pub assumed: Vec<String>,
}

/// A backtest that is ready to run.
pub struct Backtest {
    pub(super) name: String,
    pub(super) instance: Box<dyn Strategy>,
    pub(super) manifest: Manifest,
    pub(super) needs: Needs,
    pub(super) component: ComponentFacts,
    pub(super) parameters: Vec<(String, ParameterValue)>,
    pub(super) keep_history: bool,
    pub(super) instruments: Vec<Instrument>,
    pub(super) roles: Vec<RoleBinding>,
    pub(super) source: Source,
    pub(super) streams: StreamsFrom,
    pub(super) recorded_as: Vec<InstrumentKind>,
    pub(super) rules_from: Vec<Option<RulesFrom>>,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
    pub(super) profile: Profile,
    /// Of its own account; its part of a shared one, once the wallet is divided.
    pub(super) balance: Cash,
    pub(super) shared: Option<SharedAccount>,
    pub(super) leverage: Rate,
    pub(super) seed: u64,
    pub(super) on_fault: OnFault,
    pub(super) limits: Limits,
    pub(super) safety: Safety,
    pub(super) keep_steps: bool,
    pub(super) use_history: bool,
    pub(super) check_data: Option<PathBuf>,
    pub(super) keep_records: bool,
    pub(super) events: Vec<MarketEvent>,
    pub(super) said: Vec<(Timestamp, Said)>,
    pub(super) open_ended: bool,
    pub(super) keep_digests: bool,
}

impl Backtest {
    /// Starts with the profile `strict`, 10,000 in the wallet, leverage 1 and seed 0.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            name: None,
            strategy: None,
            bound: Vec::new(),
            settings: Vec::new(),
            instruments: Vec::new(),
            source: None,
            streams: StreamsFrom::Nowhere,
            recorded_as: Vec::new(),
            rules_from: Vec::new(),
            from: None,
            to: None,
            profile: Profile::preset(Preset::Strict),
            balance: DEFAULT_BALANCE,
            weight: None,
            leverage: Rate(UNIT),
            seed: 0,
            on_fault: None,
            limits: Limits::default(),
            safety: Safety::default(),
            keep_steps: false,
            use_history: true,
            check_data: None,
            events: Vec::new(),
            said: Vec::new(),
            open_ended: false,
            keep_digests: false,
        }
    }

    /// Its name in the run.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The strategy's own name, whatever it is called in the run.
    #[must_use]
    pub fn strategy(&self) -> &str {
        &self.manifest.name
    }

    /// What the strategy says about itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What it needs with its parameters.
    #[must_use]
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// What it trades, by index.
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// Money at the start; of all strategies together where they share a wallet.
    #[must_use]
    pub fn starting_balance(&self) -> Cash {
        self.balance
    }

    /// What is known of its component.
    pub(crate) fn component(&self) -> &ComponentFacts {
        &self.component
    }

    /// Parameters as they are used: name and value.
    pub(crate) fn parameters_shown(&self) -> Vec<(String, String)> {
        let shown = |(name, value): &(String, ParameterValue)| (name.clone(), show(value));
        self.parameters.iter().map(shown).collect()
    }

    /// The rules of its simulation.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What happens after a fault.
    pub(crate) fn on_fault(&self) -> OnFault {
        self.on_fault
    }

    /// Keeps everything that happens, for a comparison of two runs ([`Outcome::records`](crate::backtest::Outcome::records)).
    #[must_use]
    pub fn keep_records(mut self) -> Self {
        self.keep_records = true;
        self
    }
}

impl Builder {
    /// What the strategy is called in the run [default: its own name]. Its chance depends on it, so two of one name in one run
    /// need two names.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The strategy as a component.
    #[must_use]
    pub fn component(mut self, component: &Component) -> Self {
        self.strategy = Some(StrategySource::Component(Box::new(component.clone())));
        self
    }

    /// The strategy as a native instance (`strategy::native`).
    #[must_use]
    pub fn native(mut self, strategy: StrategySource) -> Self {
        self.strategy = Some(strategy);
        self
    }

    /// One parameter of a component as `name=value`.
    #[must_use]
    pub fn parameter(mut self, setting: impl Into<String>) -> Self {
        self.settings.push(setting.into());
        self
    }

    /// The next instrument, with the rules it is traded by.
    #[must_use]
    pub fn instrument(mut self, instrument: Instrument) -> Self {
        self.instruments.push(instrument);
        self
    }

    /// Binds instruments, by their index, to a role by its name. Roles that are not named share what is left.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>, instruments: Vec<u32>) -> Self {
        self.bound.push((role.into(), instruments));
        self
    }

    /// Candles in memory for one symbol, ascending.
    #[must_use]
    pub fn candles(self, candles: Vec<Candle>, base: Timeframe) -> Self {
        self.source(Source::Candles {
            symbols: vec![candles.into()],
            base,
        })
    }

    /// Candles of one symbol from a catalog.
    #[must_use]
    pub fn catalog(self, series: Series) -> Self {
        self.source(Source::Catalog(vec![series]))
    }

    /// Candles from anywhere.
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// Funding, mark and index prices and rows for the strategy. Without them a perpetual under a profile that settles funding
    /// does not run: see `funding` and `funding_missing` in [`Profile`].
    #[must_use]
    pub fn streams(mut self, streams: StreamsFrom) -> Self {
        self.streams = streams;
        self
    }

    /// What was recorded, where that is not what is traded (spot candles for a perpetual): one word an instrument, in order.
    #[must_use]
    pub fn recorded_as(mut self, kinds: impl IntoIterator<Item = InstrumentKind>) -> Self {
        self.recorded_as = kinds.into_iter().collect();
        self
    }

    /// Where rules are from that are not those of the shipped table: one word an instrument, in order.
    #[must_use]
    pub fn rules_from(mut self, rules: impl IntoIterator<Item = Option<RulesFrom>>) -> Self {
        self.rules_from = rules.into_iter().collect();
        self
    }

    /// The period, end excluded; absent = as far as there is data.
    #[must_use]
    pub fn period(mut self, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        self.from = from;
        self.to = to;
        self
    }

    /// The rules of the simulation.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Money at the start.
    #[must_use]
    pub fn balance(mut self, balance: Cash) -> Self {
        self.balance = balance;
        self
    }

    /// Its weight in a wallet that all strategies of the run have together (`defaults.md` section 12), a fraction: it may bind so
    /// much of the equity of all as margin. The balance is then that of the whole wallet, the same for every strategy.
    #[must_use]
    pub fn weight(mut self, weight: Rate) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Leverage of every fill, unless the strategy chooses a lower one.
    #[must_use]
    pub fn leverage(mut self, leverage: Rate) -> Self {
        self.leverage = leverage;
        self
    }

    /// Seed of everything random.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// What happens after a fault, instead of the manifest's word.
    #[must_use]
    pub fn on_fault(mut self, policy: OnFault) -> Self {
        self.on_fault = Some(policy);
        self
    }

    /// Bounds of the sandbox, for the run's manifest.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Limits and circuit breakers around the strategy.
    #[must_use]
    pub fn safety(mut self, safety: Safety) -> Self {
        self.safety = safety;
        self
    }

    /// Keep one line of text for everything that happens.
    #[must_use]
    pub fn keep_steps(mut self, keep: bool) -> Self {
        self.keep_steps = keep;
        self
    }

    /// Take the warm-up from the candles before the period where there are any (the default), or from the period itself.
    #[must_use]
    pub fn use_history(mut self, use_history: bool) -> Self {
        self.use_history = use_history;
        self
    }

    /// Count what is odd about the candles beside the run, on another thread. The counts of a dataset are kept in `folder`.
    #[must_use]
    pub fn check_data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.check_data = Some(folder.into());
        self
    }

    /// A delisting or a halt that is not in the data.
    #[must_use]
    pub fn event(mut self, event: MarketEvent) -> Self {
        self.events.push(event);
        self
    }

    /// What is said to the run while it goes on: after the last minute that is over by its time, before the next one; before the
    /// first minute, once the run has begun. What has one time comes in the order given here, each
    /// settled by itself, as a session takes it.
    ///
    /// It is no part of the configuration: what it did is in the records.
    #[must_use]
    pub fn said(mut self, said: Vec<(Timestamp, Said)>) -> Self {
        self.said = said;
        self
    }

    /// The data ends without an end of the run: no minute is the last one, nothing is closed, no final account goes on record.
    /// What a session did up to a moment, it does too.
    #[must_use]
    pub fn open_ended(mut self) -> Self {
        self.open_ended = true;
        self
    }

    /// Keep the fingerprint of the records after each step that recorded something
    /// ([`Outcome::digests`](crate::backtest::Outcome::digests)).
    #[must_use]
    pub fn keep_digests(mut self) -> Self {
        self.keep_digests = true;
        self
    }

    /// Starts the strategy with its parameters and checks that it fits the instruments.
    ///
    /// # Errors
    /// Parts that are missing or do not fit, a strategy that does not start.
    pub fn build(self) -> Result<Backtest, BacktestError> {
        let missing = |what: &str| {
            BacktestError::setup(
                format!("a backtest needs {what}"),
                format!("give {what} to the builder"),
            )
        };
        let source = self.source.ok_or_else(|| missing("candles"))?;
        if self.instruments.is_empty() {
            return Err(missing("an instrument"));
        }
        if self.balance <= Cash::ZERO {
            let text = format!(
                "a starting balance of {} is nothing to trade with",
                self.balance
            );
            return Err(BacktestError::setup(text, "choose a positive balance"));
        }
        self.profile
            .check()
            .map_err(|e| BacktestError::setup(e.to_string(), "change one of the two knobs"))?;
        bind::check_leverage(self.leverage, &self.instruments)?;
        bind::check_currency(&self.instruments)?;
        let events = market_events::complete(self.events, &self.instruments)?;
        let shared = wallet::shared(self.weight, self.balance, &self.profile)?;
        let started = bind::start(
            self.strategy.ok_or_else(|| missing("a strategy"))?,
            &self.settings,
        )?;
        let roles = bind::bind_roles(&started.manifest, &self.instruments, &self.bound)?;
        Ok(Backtest {
            name: self.name.unwrap_or_else(|| started.manifest.name.clone()),
            on_fault: self.on_fault.unwrap_or(started.manifest.on_fault),
            instance: started.instance,
            manifest: started.manifest,
            needs: started.needs,
            component: started.facts,
            parameters: started.parameters,
            keep_history: started.keep_history,
            instruments: self.instruments,
            roles,
            source,
            streams: self.streams,
            recorded_as: self.recorded_as,
            rules_from: self.rules_from,
            from: self.from,
            to: self.to,
            profile: self.profile,
            balance: self.balance,
            shared,
            leverage: self.leverage,
            seed: self.seed,
            limits: self.limits,
            safety: self.safety,
            keep_steps: self.keep_steps,
            use_history: self.use_history,
            check_data: self.check_data,
            keep_records: false,
            events,
            said: self.said,
            open_ended: self.open_ended,
            keep_digests: self.keep_digests,
        })
    }
}
