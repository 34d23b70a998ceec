//! From flags and routes to backtests that are ready to run: components are loaded, symbols found and names given once; the
//! backtests can then be made several times, under one set of rules or another.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::backtest::{Backtest, BacktestError, Builder, SafetyFile, Source, StreamsFrom};
use crate::cli::events::{ToldEvent, delisting};
use crate::cli::flags::{Account, Flags};
use crate::cli::market::{self, Market, Request, split_venue};
use crate::cli::progress::spinner;
use crate::cli::{CliError, locate};
use crate::config::{self, Settings};
use crate::data::catalog::{Catalog, Series};
use crate::domain::{Cash, Instrument, OnFault, Rate, Timestamp, UNIT};
use crate::engine::safety::Safety;
use crate::execution::{Preset, Profile};
use crate::strategy::{Component, Limits, Runtime};

/// One strategy and what it trades, as the user said it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Route {
    /// A file, a folder of sources, or a name.
    pub strategy: String,
    pub name: Option<String>,
    pub exchange: Option<String>,
    pub symbols: Vec<String>,
    /// Symbols bound to roles by name.
    pub roles: Vec<(String, Vec<String>)>,
    pub traded_as: Option<String>,
    /// `name=value`.
    pub parameters: Vec<String>,
    pub balance: Option<String>,
    pub leverage: Option<String>,
    pub weight: Option<String>,
    /// The user's limits and breakers, instead of those of the run.
    pub safety: Option<PathBuf>,
    /// What happens after a fault: the word of a policy, instead of the strategy's own.
    pub on_fault: Option<String>,
    /// Where it is written, for messages.
    pub place: Option<String>,
}

impl Route {
    /// A strategy of the command line, with the symbols of the flags.
    pub(super) fn of(strategy: &str, flags: &Flags) -> Result<Self, CliError> {
        let role = |text: &String| {
            let (name, symbols) = text.split_once('=').ok_or_else(|| {
                CliError::user(
                    format!("`{text}` binds no role"),
                    "write --role NAME=SYMBOL,SYMBOL",
                )
            })?;
            let symbols = symbols.split(',').map(|s| s.trim().to_owned());
            Ok((name.trim().to_owned(), symbols.collect()))
        };
        Ok(Self {
            strategy: strategy.to_owned(),
            symbols: flags.symbol_names(),
            roles: flags
                .roles
                .iter()
                .map(role)
                .collect::<Result<_, CliError>>()?,
            ..Self::default()
        })
    }

    fn place(&self, error: CliError) -> CliError {
        match &self.place {
            Some(place) => error.context(place),
            None => error,
        }
    }
}

/// Strategies with their markets, loaded and named.
pub(super) struct Prepared {
    strategies: Vec<Ready>,
    catalog: Catalog,
    limits: Limits,
    seed: u64,
    events: Vec<ToldEvent>,
    use_history: bool,
    /// The component of each route with its file, in the order of the routes.
    pub files: Vec<(PathBuf, Component)>,
    /// First candle of any symbol and end of the last one.
    pub available: (Timestamp, Timestamp),
    /// What the user asked for.
    pub period: (Option<Timestamp>, Option<Timestamp>),
}

/// Indices of the markets bound to roles by name.
type Roles = Vec<(String, Vec<u32>)>;

/// One strategy, ready to be instantiated.
struct Ready {
    name: String,
    component: Component,
    parameters: Vec<String>,
    markets: Vec<Market>,
    roles: Roles,
    balance: Cash,
    /// Of a wallet that all share.
    weight: Option<Rate>,
    leverage: Rate,
    safety: Safety,
    on_fault: Option<OnFault>,
    place: Option<String>,
    /// Folder it was built from, if it was.
    sources: Option<PathBuf>,
}

impl Prepared {
    /// Loads what the routes name.
    pub(super) fn load(
        routes: &[Route],
        flags: &Flags,
        settings: &Settings,
    ) -> Result<Self, CliError> {
        Self::load_on(routes, flags, settings, &settings.path(&config::CACHE_PATH))
    }

    /// The same on the market data of another folder; compiled code is kept where the settings say.
    pub(super) fn load_on(
        routes: &[Route],
        flags: &Flags,
        settings: &Settings,
        market_data: &Path,
    ) -> Result<Self, CliError> {
        check_account(routes, flags)?;
        let mut loader = Loader::new(flags, settings, market_data)?;
        let (mut strategies, mut files) = (Vec::new(), Vec::new());
        for route in routes {
            let (file, ready) = loader.route(route).map_err(|e| route.place(e))?;
            files.push(file);
            strategies.extend(ready);
        }
        if flags.account == Some(Account::Shared) {
            give_weights(&mut strategies);
        }
        give_names(&mut strategies);
        give_parameters(&mut strategies, &flags.params)?;
        let markets = || strategies.iter().flat_map(|s| &s.markets);
        let available = (
            markets().map(|m| m.available().0).min(),
            markets().map(|m| m.available().1).max(),
        );
        let available = available
            .0
            .zip(available.1)
            .expect("every route has a symbol");
        let events = told_events(flags, &strategies)?;
        Ok(Self {
            events,
            limits: loader.limits,
            catalog: loader.catalog,
            seed: flags.seed.unwrap_or(0),
            use_history: !flags.no_history,
            files,
            period: flags.period(available)?,
            available,
            strategies,
        })
    }

    /// Folders the strategies were built from, in the order of the backtests.
    pub(super) fn sources(&self) -> impl Iterator<Item = Option<&Path>> {
        self.strategies.iter().map(|ready| ready.sources.as_deref())
    }

    /// Is there more than one strategy.
    pub(super) fn is_several(&self) -> bool {
        self.strategies.len() > 1
    }

    /// Fresh backtests under these rules over `period`, in the order of the routes.
    pub(super) fn backtests(
        &self,
        profile: &Profile,
        period: (Option<Timestamp>, Option<Timestamp>),
        beside: Beside,
    ) -> Result<Vec<Backtest>, CliError> {
        let build = |ready: &Ready| {
            self.backtest(ready, profile, period, beside)
                .map_err(|error| {
                    let several = self.is_several() && ready.place.is_none();
                    let error = if several {
                        error.of(&ready.name)
                    } else {
                        error
                    };
                    match &ready.place {
                        Some(place) => CliError::from(error).context(place),
                        None => error.into(),
                    }
                })
        };
        self.strategies.iter().map(build).collect()
    }

    /// A fresh backtest of the only strategy.
    pub(super) fn only(
        &self,
        profile: &Profile,
        period: (Option<Timestamp>, Option<Timestamp>),
    ) -> Result<Backtest, BacktestError> {
        self.nth(0, profile, period)
    }

    /// A fresh backtest of one strategy alone, by its place in the order of the routes.
    pub(super) fn nth(
        &self,
        index: usize,
        profile: &Profile,
        period: (Option<Timestamp>, Option<Timestamp>),
    ) -> Result<Backtest, BacktestError> {
        self.backtest(&self.strategies[index], profile, period, Beside::Nothing)
    }

    /// What the strategies are called, in the order of the routes.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.strategies.iter().map(|ready| ready.name.as_str())
    }

    /// Do the strategies trade with one wallet.
    pub(super) fn is_shared(&self) -> bool {
        self.strategies.iter().any(|ready| ready.weight.is_some())
    }

    /// Every fee of every instrument as `change` makes it.
    pub(super) fn change_fees(&mut self, change: impl Fn(Rate) -> Rate) {
        let markets = self.strategies.iter_mut().flat_map(|s| &mut s.markets);
        for market in markets {
            let instrument = &mut market.instrument;
            instrument.maker_fee = change(instrument.maker_fee);
            instrument.taker_fee = change(instrument.taker_fee);
        }
    }

    /// The component of the only strategy.
    pub(super) fn component(&self) -> &Component {
        &self.strategies[0].component
    }

    /// Parameters of the only strategy as the user set them.
    pub(super) fn settings(&self) -> &[String] {
        &self.strategies[0].parameters
    }

    /// The candles of the only strategy.
    pub(super) fn series(&self) -> Vec<Series> {
        let markets = self.strategies[0].markets.iter();
        markets.map(|m| m.series.clone()).collect()
    }

    /// A fresh backtest of the only strategy with parameters of its own, on candles that many runs share.
    pub(super) fn trial(
        &self,
        profile: &Profile,
        (from, to): (Timestamp, Timestamp),
        settings: &[String],
        source: Source,
    ) -> Result<Backtest, BacktestError> {
        let period = (Some(from), Some(to));
        let builder = self.builder(&self.strategies[0], profile, period, Beside::Nothing);
        with_parameters(builder.source(source), settings).build()
    }

    fn backtest(
        &self,
        ready: &Ready,
        profile: &Profile,
        period: (Option<Timestamp>, Option<Timestamp>),
        beside: Beside,
    ) -> Result<Backtest, BacktestError> {
        let builder = self.builder(ready, profile, period, beside);
        with_parameters(builder, &ready.parameters).build()
    }

    /// Everything but the parameters.
    fn builder(
        &self,
        ready: &Ready,
        profile: &Profile,
        (from, to): (Option<Timestamp>, Option<Timestamp>),
        beside: Beside,
    ) -> Builder {
        let markets = &ready.markets;
        let series = markets.iter().map(|m| m.series.clone()).collect();
        let mut builder = Backtest::builder()
            .component(&ready.component)
            .name(&ready.name)
            .limits(self.limits.clone())
            .period(from, to)
            .source(Source::Catalog(series))
            .streams(StreamsFrom::Catalog(self.catalog.clone()))
            .recorded_as(markets.iter().map(|m| m.recorded_as))
            .rules_from(markets.iter().map(|m| m.rules_from.clone()))
            .profile(profile.clone())
            .balance(ready.balance)
            .leverage(ready.leverage)
            .safety(ready.safety.clone())
            .seed(self.seed)
            .keep_steps(beside == Beside::CheckAndLog)
            .use_history(self.use_history);
        if let Some(weight) = ready.weight {
            builder = builder.weight(weight);
        }
        if let Some(policy) = ready.on_fault {
            builder = builder.on_fault(policy);
        }
        if beside != Beside::Nothing {
            builder = builder.check_data(self.catalog.root().join(".quality"));
        }
        for market in markets {
            builder = builder.instrument(rules(&market.instrument, profile.preset));
        }
        for told in &self.events {
            if let Some(event) = told.of(markets.iter().map(|m| &m.instrument)) {
                builder = builder.event(event);
            }
        }
        for (role, instruments) in &ready.roles {
            builder = builder.role(role, instruments.clone());
        }
        builder
    }
}

fn with_parameters(builder: Builder, settings: &[String]) -> Builder {
    settings.iter().fold(builder, Builder::parameter)
}

/// What a run does beside its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nothing: its result is one line among others.
    Nothing,
    /// It counts what is odd about the data.
    Check,
    /// The same, and it keeps a log of everything that happens.
    CheckAndLog,
}

fn rules(instrument: &Instrument, preset: Preset) -> Instrument {
    let instrument = instrument.clone();
    if preset == Preset::Seed0 {
        market::without_grid(instrument)
    } else {
        instrument
    }
}

/// Delistings and halts of the command line and of a run file. Each is of a symbol that is traded.
fn told_events(flags: &Flags, strategies: &[Ready]) -> Result<Vec<ToldEvent>, CliError> {
    let mut events = flags.events.clone();
    for text in &flags.delist {
        events.push(delisting(text)?);
    }
    let markets = strategies.iter().flat_map(|s| &s.markets);
    let traded: Vec<&Instrument> = markets.map(|m| &m.instrument).collect();
    for told in &events {
        if told.of(traded.iter().copied()).is_none() {
            let symbols: Vec<&str> = traded.iter().map(|i| i.symbol.as_str()).collect();
            return Err(told.of_nobody(&symbols));
        }
    }
    Ok(events)
}

/// A weight is of a shared account, a balance of an own one.
fn check_account(routes: &[Route], flags: &Flags) -> Result<(), CliError> {
    if flags.account != Some(Account::Shared) {
        return match routes.iter().find(|r| r.weight.is_some()) {
            None => Ok(()),
            Some(route) => Err(route.place(CliError::user(
                "`weight` divides a shared account, and every strategy has its own",
                "add account = \"shared\" to [run], or give the strategy a `balance`",
            ))),
        };
    }
    if let Some(route) = routes.iter().find(|r| r.balance.is_some()) {
        return Err(route.place(CliError::user(
            "a strategy on a shared account has no `balance` of its own",
            "the balance of [run] or --balance is that of all; give the strategy a `weight`",
        )));
    }
    let weighted = routes.iter().filter(|r| r.weight.is_some()).count();
    match routes.iter().find(|r| r.weight.is_none()) {
        Some(route) if weighted > 0 => Err(route.place(CliError::user(
            "it has no `weight`, and others on the shared account have one",
            "give every route a weight, or none: they are then equal",
        ))),
        _ => Ok(()),
    }
}

/// Without weights of their own the strategies of a shared account have equal ones.
fn give_weights(strategies: &mut [Ready]) {
    let equal = equal_weight(Rate(UNIT), strategies.len());
    for ready in strategies {
        ready.weight.get_or_insert(equal);
    }
}

fn equal_weight(whole: Rate, number: usize) -> Rate {
    Rate(whole.0 / i64::try_from(number.max(1)).expect("few strategies"))
}

/// What several routes load only once.
struct Loader<'a> {
    flags: &'a Flags,
    settings: &'a Settings,
    catalog: Catalog,
    limits: Limits,
    runtime: Runtime,
    components: Vec<(PathBuf, Component)>,
    markets: Vec<(MarketName, Market)>,
}

/// Venue, symbol and market as the user said them.
type MarketName = (Option<String>, Option<String>, Option<String>);

impl<'a> Loader<'a> {
    fn new(flags: &'a Flags, settings: &'a Settings, market_data: &Path) -> Result<Self, CliError> {
        let cache = settings.path(&config::CACHE_PATH);
        let limits = Limits::default();
        Ok(Self {
            flags,
            settings,
            catalog: Catalog::new(market_data),
            runtime: Runtime::new(limits.clone(), Some(&market::compile_cache(&cache)))?,
            limits,
            components: Vec::new(),
            markets: Vec::new(),
        })
    }

    /// The component of a route with its file, and one strategy, or with `--each` one a symbol.
    fn route(&mut self, route: &Route) -> Result<((PathBuf, Component), Vec<Ready>), CliError> {
        let (markets, roles) = self.markets_of(route)?;
        let file = self.component(&route.strategy)?;
        let component = file.1.clone();
        let name = match &route.name {
            Some(name) => name.clone(),
            None => component
                .manifest()
                .map_err(|e| {
                    CliError::from(BacktestError::from(crate::strategy::InitError::from(e)))
                })?
                .name
                .clone(),
        };
        let ready = Ready {
            name,
            component,
            parameters: route.parameters.clone(),
            markets,
            roles,
            balance: self
                .flags
                .balance(route.balance.as_deref(), self.settings)?,
            weight: weight(route.weight.as_deref())?,
            leverage: self.flags.leverage(route.leverage.as_deref())?,
            safety: safety(route.safety.as_ref().or(self.flags.safety.as_ref()))?,
            on_fault: route.on_fault.as_deref().map(on_fault).transpose()?,
            place: route.place.clone(),
            sources: locate::sources(&route.strategy, self.settings),
        };
        if !self.flags.each || ready.markets.len() < 2 {
            return Ok((file, vec![ready]));
        }
        // The weight of a route is that of all its instances.
        let number = ready.markets.len();
        let weight = ready.weight.map(|whole| equal_weight(whole, number));
        let one = |market: &Market| Ready {
            name: format!("{}-{}", ready.name, market.instrument.venue_symbol),
            markets: vec![market.clone()],
            roles: Vec::new(),
            component: ready.component.clone(),
            parameters: ready.parameters.clone(),
            place: ready.place.clone(),
            sources: ready.sources.clone(),
            safety: ready.safety.clone(),
            weight,
            ..ready
        };
        let each = ready.markets.iter().map(one).collect();
        Ok((file, each))
    }

    fn component(&mut self, what: &str) -> Result<(PathBuf, Component), CliError> {
        let path = locate::component(what, self.settings)?;
        if let Some(known) = self.components.iter().find(|(known, _)| *known == path) {
            return Ok(known.clone());
        }
        let compiling = spinner(&format!("loading {}", path.display()));
        let component = self.runtime.load(&path);
        compiling.finish_and_clear();
        let loaded = (path, component?);
        self.components.push(loaded.clone());
        Ok(loaded)
    }

    /// Every symbol of a route once, and which of them belong to which role.
    fn markets_of(&mut self, route: &Route) -> Result<(Vec<Market>, Roles), CliError> {
        let mut markets: Vec<Market> = Vec::new();
        if route.symbols.is_empty() && route.roles.is_empty() {
            markets.push(self.market(route, self.flags.symbol.as_deref())?);
        }
        for symbol in &route.symbols {
            let market = self.market(route, Some(symbol))?;
            if place_of(&market, &markets).is_some() {
                return Err(CliError::user(
                    format!("{symbol} is named twice"),
                    "name every symbol once",
                ));
            }
            markets.push(market);
        }
        let mut roles = Vec::new();
        for (role, symbols) in &route.roles {
            let mut taken = Vec::new();
            for symbol in symbols {
                let market = self.market(route, Some(symbol))?;
                let place = place_of(&market, &markets).unwrap_or_else(|| {
                    markets.push(market);
                    markets.len() - 1
                });
                taken.push(u32::try_from(place).expect("few symbols"));
            }
            roles.push((role.clone(), taken));
        }
        if self.flags.data.is_some() && markets.len() > 1 {
            return Err(CliError::user(
                "--data is the file of one symbol",
                "import the files of several with `host data import FILES`",
            ));
        }
        Ok((markets, roles))
    }

    fn market(&mut self, route: &Route, symbol: Option<&str>) -> Result<Market, CliError> {
        let (venue, symbol) = match symbol.map(split_venue) {
            Some((venue, symbol)) => (venue, Some(symbol)),
            None => (None, None),
        };
        let exchange = venue
            .or(route.exchange.as_deref())
            .or(self.flags.exchange.as_deref());
        let traded_as = route
            .traded_as
            .as_deref()
            .or(self.flags.traded_as.as_deref());
        let name: MarketName = (
            exchange.map(str::to_owned),
            symbol.map(str::to_owned),
            traded_as.map(str::to_owned),
        );
        if let Some((_, market)) = self.markets.iter().find(|(known, _)| *known == name) {
            return Ok(market.clone());
        }
        let market = market::find(&Request {
            catalog: &self.catalog,
            exchange,
            default_exchange: self.settings.get(&config::EXCHANGE).unwrap_or_default(),
            symbol,
            default_symbol: self.settings.get(&config::SYMBOL).unwrap_or_default(),
            traded_as,
            data: self.flags.data.as_deref(),
            base: self.flags.base()?,
        })?;
        self.markets.push((name, market.clone()));
        Ok(market)
    }
}

/// What a route says of its weight.
fn weight(text: Option<&str>) -> Result<Option<Rate>, CliError> {
    let parse = |text: &str| {
        text.parse()
            .map_err(|e| CliError::user(format!("weight {e}"), "for example weight = 0.5"))
    };
    text.map(parse).transpose()
}

/// What becomes of a strategy's orders and positions when it faults, by its word.
pub(super) fn on_fault(word: &str) -> Result<OnFault, CliError> {
    OnFault::of(word).ok_or_else(|| {
        CliError::user(
            format!("on_fault is `{word}`"),
            "write flatten, cancel or hold",
        )
    })
}

/// The safety layer in a file; without one there is none.
pub(super) fn safety(path: Option<&PathBuf>) -> Result<Safety, CliError> {
    let Some(path) = path else {
        return Ok(Safety::default());
    };
    let told = |message: String, hint: &str| {
        CliError::user(message, hint).context(format!("reading {}", path.display()))
    };
    let text = std::fs::read_to_string(path)
        .map_err(|e| told(e.to_string(), "docs/safety.md shows what it holds"))?;
    SafetyFile::parse(&text)
        .and_then(Safety::try_from)
        .map_err(|e| told(e.to_string(), &e.hint))
}

/// Where a market is among those a strategy has already.
fn place_of(market: &Market, markets: &[Market]) -> Option<usize> {
    let same = |m: &Market| {
        (&m.instrument.venue, &m.instrument.symbol)
            == (&market.instrument.venue, &market.instrument.symbol)
    };
    markets.iter().position(same)
}

/// The second strategy of one name gets a number, the first keeps it: `breakout`, `breakout-2`. Names also differ as names of
/// folders.
fn give_names(strategies: &mut [Ready]) {
    let mut taken: Vec<String> = Vec::new();
    for ready in strategies {
        let wanted = ready.name.clone();
        let mut number = 1;
        while taken.contains(&folder_name(&ready.name)) {
            number += 1;
            ready.name = format!("{wanted}-{number}");
        }
        taken.push(folder_name(&ready.name));
    }
}

/// A strategy's name as a part of a file name.
pub(super) fn folder_name(name: &str) -> String {
    let kept = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            c
        } else {
            '-'
        }
    };
    let plain: String = name.chars().take(64).map(kept).collect();
    // Nothing that looks like an option or hides.
    format!(
        "{}{plain}",
        if plain.starts_with(['-', '.']) || plain.is_empty() {
            "s"
        } else {
            ""
        }
    )
}

/// Parameters of the command line: of the one strategy, or of the one that is named before the dot.
fn give_parameters(strategies: &mut [Ready], params: &[String]) -> Result<(), CliError> {
    if let [only] = strategies {
        only.parameters.extend(params.iter().cloned());
        return Ok(());
    }
    for param in params {
        let named = strategies
            .iter_mut()
            .find_map(|s| Some((param.strip_prefix(&s.name)?.strip_prefix('.')?, s)));
        match named {
            Some((setting, ready)) => ready.parameters.push(setting.to_owned()),
            None => {
                let names: Vec<&str> = strategies.iter().map(|s| s.name.as_str()).collect();
                return Err(CliError::user(
                    format!("`{param}` does not say which strategy it is for"),
                    format!(
                        "write STRATEGY.NAME=VALUE; the strategies are {}",
                        names.join(", ")
                    ),
                ));
            }
        }
    }
    Ok(())
}
