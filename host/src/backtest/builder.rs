//! Puts a backtest together and checks that the parts fit before anything runs.

use crate::backtest::{BacktestError, Source};
use crate::data::catalog::Series;
use crate::domain::{
    Candle, Cash, Instrument, InstrumentKind, InstrumentKinds, Manifest, Needs, OnFault,
    ParameterValue, Rate, Role, Timeframe, Timestamp, UNIT,
};
use crate::engine::{RoleBinding, Strategy};
use crate::execution::{Preset, Profile};
use crate::runs::Component as ComponentFacts;
use crate::strategy::imports::CONTRACT;
use crate::strategy::{Component, Limits, parameters};

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
    strategy: Option<StrategySource>,
    settings: Vec<String>,
    instruments: Vec<Instrument>,
    source: Option<Source>,
    recorded_as: Option<InstrumentKind>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    profile: Profile,
    balance: Cash,
    leverage: Rate,
    seed: u64,
    on_fault: Option<OnFault>,
    limits: Limits,
    keep_steps: bool,
    use_history: bool,
}

/// A backtest that is ready to run.
pub struct Backtest {
    pub(super) instance: Box<dyn Strategy>,
    pub(super) manifest: Manifest,
    pub(super) needs: Needs,
    pub(super) component: ComponentFacts,
    pub(super) parameters: Vec<(String, ParameterValue)>,
    pub(super) keep_history: bool,
    pub(super) instruments: Vec<Instrument>,
    pub(super) roles: Vec<RoleBinding>,
    pub(super) source: Source,
    pub(super) recorded_as: Option<InstrumentKind>,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
    pub(super) profile: Profile,
    pub(super) balance: Cash,
    pub(super) leverage: Rate,
    pub(super) seed: u64,
    pub(super) on_fault: OnFault,
    pub(super) limits: Limits,
    pub(super) keep_steps: bool,
    pub(super) use_history: bool,
}

impl Backtest {
    /// Starts with the profile `strict`, 10,000 in the wallet, leverage 1 and seed 0.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            strategy: None,
            settings: Vec::new(),
            instruments: Vec::new(),
            source: None,
            recorded_as: None,
            from: None,
            to: None,
            profile: Profile::preset(Preset::Strict),
            balance: DEFAULT_BALANCE,
            leverage: Rate(UNIT),
            seed: 0,
            on_fault: None,
            limits: Limits::default(),
            keep_steps: false,
            use_history: true,
        }
    }
}

impl Builder {
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

    /// What was recorded, where that is not what is traded (spot candles for a perpetual).
    #[must_use]
    pub fn recorded_as(mut self, kind: InstrumentKind) -> Self {
        self.recorded_as = Some(kind);
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
        check_leverage(self.leverage, &self.instruments)?;
        let started = start(
            self.strategy.ok_or_else(|| missing("a strategy"))?,
            &self.settings,
        )?;
        let roles = bind_roles(&started.manifest, &self.instruments)?;
        check_streams(&started.manifest, &started.needs)?;
        Ok(Backtest {
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
            recorded_as: self.recorded_as,
            from: self.from,
            to: self.to,
            profile: self.profile,
            balance: self.balance,
            leverage: self.leverage,
            seed: self.seed,
            limits: self.limits,
            keep_steps: self.keep_steps,
            use_history: self.use_history,
        })
    }
}

/// A strategy whose parameters were accepted.
struct Started {
    instance: Box<dyn Strategy>,
    manifest: Manifest,
    needs: Needs,
    facts: ComponentFacts,
    parameters: Vec<(String, ParameterValue)>,
    keep_history: bool,
}

fn start(source: StrategySource, settings: &[String]) -> Result<Started, BacktestError> {
    match source {
        StrategySource::Component(component) => {
            let manifest = component
                .manifest()
                .map_err(crate::strategy::InitError::from)?
                .clone();
            let parameters = parameters::parse(&manifest, settings)?;
            let (instance, needs) = component.instantiate(&parameters)?;
            let facts = ComponentFacts {
                name: manifest.name.clone(),
                version: manifest.version.clone(),
                sha256: component.sha256(),
                bytes: component.bytes(),
                language: Some(component.structure().languages.join(", "))
                    .filter(|l| !l.is_empty()),
                contract: CONTRACT.line(),
            };
            Ok(Started {
                instance: Box::new(instance),
                manifest,
                needs,
                facts,
                parameters,
                keep_history: component.imports_history(),
            })
        }
        StrategySource::Native {
            manifest,
            parameters,
            needs,
            instance,
        } => {
            if let Some(setting) = settings.first() {
                let text = format!("`{setting}` is set on a native strategy");
                return Err(BacktestError::setup(
                    text,
                    "give its parameters when it is loaded",
                ));
            }
            let facts = ComponentFacts {
                name: manifest.name.clone(),
                version: manifest.version.clone(),
                sha256: String::new(),
                bytes: 0,
                language: Some("native".to_owned()),
                contract: CONTRACT.line(),
            };
            Ok(Started {
                instance,
                manifest,
                needs,
                facts,
                parameters,
                keep_history: true,
            })
        }
    }
}

fn check_leverage(leverage: Rate, instruments: &[Instrument]) -> Result<(), BacktestError> {
    for instrument in instruments {
        let most = instrument.max_leverage();
        if leverage.0 < UNIT || leverage > most {
            let text = format!(
                "a leverage of {leverage} is not within 1 and {most}, what {} allows",
                instrument.symbol
            );
            return Err(BacktestError::setup(text, "choose another --leverage"));
        }
    }
    Ok(())
}

/// Fills the roles: one role takes all instruments, several take one each in order.
fn bind_roles(
    manifest: &Manifest,
    instruments: &[Instrument],
) -> Result<Vec<RoleBinding>, BacktestError> {
    let mut left: Vec<u32> = (0..u32::try_from(instruments.len()).expect("few")).collect();
    let mut roles = Vec::new();
    let single = manifest.roles.len() == 1;
    for role in &manifest.roles {
        let most = if single {
            role.max_instruments
        } else {
            role.max_instruments.min(1)
        };
        let taken: Vec<u32> = left.drain(..left.len().min(most as usize)).collect();
        if taken.len() < role.min_instruments as usize {
            let text = format!(
                "the role `{}` of {} needs {} instruments, {} are left for it",
                role.name,
                manifest.name,
                role.min_instruments,
                taken.len()
            );
            return Err(BacktestError::setup(
                text,
                "this host binds one symbol to a strategy",
            ));
        }
        for instrument in &taken {
            check_kind(manifest, role, &instruments[*instrument as usize])?;
        }
        roles.push((role.name.clone(), taken));
    }
    Ok(roles)
}

fn check_kind(
    manifest: &Manifest,
    role: &Role,
    instrument: &Instrument,
) -> Result<(), BacktestError> {
    let InstrumentKinds {
        spot,
        linear_perpetual,
        ..
    } = role.kinds;
    let fits = match instrument.kind {
        InstrumentKind::Spot => spot,
        InstrumentKind::LinearPerpetual => linear_perpetual,
    };
    if fits {
        return Ok(());
    }
    let text = format!(
        "{} does not trade {} in its role `{}`",
        manifest.name, instrument.symbol, role.name
    );
    let hint = match instrument.kind {
        InstrumentKind::Spot => "trade the pair as a perpetual: --as perp",
        InstrumentKind::LinearPerpetual => "choose a spot symbol, such as BTC/USDT",
    };
    Err(BacktestError::setup(text, hint))
}

/// Streams other than candles are not delivered yet: a strategy that cannot do without one is refused, not fed substitutes.
fn check_streams(manifest: &Manifest, needs: &Needs) -> Result<(), BacktestError> {
    match needs.streams.iter().find(|s| !s.optional) {
        None => Ok(()),
        Some(stream) => Err(BacktestError::setup(
            format!(
                "{} needs the stream `{}`, which this host does not deliver yet",
                manifest.name, stream.kind
            ),
            "choose parameters that do without it, or a strategy that declares it optional",
        )),
    }
}
