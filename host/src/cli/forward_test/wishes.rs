//! From flags and `forward.toml` to what is wanted of a session; asked again whenever the user asks to reload.

use std::path::{Path, PathBuf};

use super::Args;
use crate::alerts::Volumes;
use crate::cli::flags::{Account, Flags};
use crate::cli::market::split_venue;
use crate::cli::plan::{Route, folder_name, on_fault};
use crate::cli::run_file::{self, FeedPart, ForwardPart};
use crate::cli::{CliError, locate};
use crate::config::{self, Settings};
use crate::control::Declined;
use crate::data::series::parse_market;
use crate::domain::{InstrumentKind, Symbol};
use crate::execution::Profile;
use crate::forward_test::{Again, DeclaredBy, DropIn, Wish};
use crate::venues::instruments::perpetual_of;

/// What is read where nothing is named.
const HERE: &str = "forward.toml";

/// Everything the user said, to be read as often as wanted.
#[derive(Clone)]
pub(super) struct Declarations {
    args: Args,
    settings: Settings,
}

/// What it comes to.
pub(super) struct Read {
    pub name: String,
    pub wishes: Vec<Wish>,
    pub drop_in: Option<DropIn>,
    pub volumes: Vec<(String, Volumes)>,
    pub feed: FeedPart,
    /// The file, or the flags, for the journal.
    pub config: String,
}

/// Flags and file together.
struct Whole {
    flags: Flags,
    routes: Vec<Route>,
    folder: Option<PathBuf>,
    part: ForwardPart,
    profile: Profile,
}

impl Declarations {
    /// Where nothing is named, `forward.toml` of this folder is meant, if it is there.
    pub(super) fn new(mut args: Args, settings: Settings) -> Self {
        if args.what.is_empty() && Path::new(HERE).is_file() {
            args.what.push(HERE.to_owned());
        }
        Self { args, settings }
    }

    /// Does a file say what is wanted.
    pub(super) fn has_file(&self) -> bool {
        self.file().is_some()
    }

    /// Reads everything.
    pub(super) fn read(&self) -> Result<Read, CliError> {
        let whole = self.whole()?;
        let mut wishes = Vec::new();
        for route in &whole.routes {
            wishes.push(self.wish(&whole, route)?);
        }
        if let Some(folder) = &whole.folder {
            let found = DropIn::components(folder).map_err(|e| {
                CliError::user(
                    format!("reading {}: {e}", folder.display()),
                    "make the folder, or name another one",
                )
            })?;
            for path in found {
                wishes.push(self.dropped(&whole, &path)?);
            }
        }
        let file = self.file();
        let stem = file.and_then(Path::file_stem);
        let name = self.args.name.clone().or_else(|| whole.part.name.clone());
        let named = name.unwrap_or_else(|| {
            stem.map_or_else(
                || "paper".to_owned(),
                |stem| folder_name(&stem.to_string_lossy()),
            )
        });
        let force = self.args.replace_open || whole.part.replace_open;
        let config = match file {
            Some(file) => std::fs::read_to_string(file).unwrap_or_default(),
            None => self.args.what.join(" "),
        };
        Ok(Read {
            name: named,
            wishes,
            drop_in: whole.folder.map(|folder| DropIn::new(folder, force)),
            volumes: whole.part.volumes,
            feed: whole.part.feed,
            config,
        })
    }

    /// The same again, while a session runs.
    pub(super) fn again(&self, again: &Again) -> Result<Vec<Wish>, Declined> {
        let wishes = || match again {
            Again::All => self.read().map(|read| read.wishes),
            Again::Dropped(path) => {
                let whole = self.whole()?;
                Ok(vec![self.dropped(&whole, path)?])
            }
            Again::Added(added) => {
                let mut whole = self.whole()?;
                if let Some(balance) = &added.balance {
                    whole.flags.balance = Some(balance.clone());
                }
                let route = Route {
                    strategy: added.strategy.clone(),
                    name: added.name.clone(),
                    symbols: match added.symbols.is_empty() {
                        true => whole.flags.symbol_names(),
                        false => added.symbols.clone(),
                    },
                    parameters: added.parameters.clone(),
                    ..Route::default()
                };
                Ok(vec![self.wish(&whole, &route)?])
            }
        };
        wishes().map_err(|error: CliError| Declined {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        })
    }

    /// The file of declarations, if one is named.
    fn file(&self) -> Option<&Path> {
        let mut toml = self.args.what.iter().map(Path::new);
        toml.find(|path| path.extension().is_some_and(|e| e == "toml"))
    }

    fn whole(&self) -> Result<Whole, CliError> {
        let mut flags = self.args.flags();
        let mut part = ForwardPart::default();
        let mut routes = Vec::new();
        let mut folder = None;
        if let Some(file) = self.file() {
            if self.args.what.len() > 1 {
                return Err(CliError::user(
                    format!("{} names its strategies itself", file.display()),
                    "give the file alone, or write the others into it as [[routes]]",
                ));
            }
            (routes, part) = run_file::read_forward(file, &mut flags)?;
            refuse_what_is_of_backtests(file, &routes, &flags)?;
            folder.clone_from(&part.drop_in);
        } else {
            for what in &self.args.what {
                let path = Path::new(what);
                let is_project = locate::sources(what, &self.settings).is_some();
                if path.is_dir() && !is_project {
                    if folder.replace(path.to_owned()).is_some() {
                        return Err(CliError::user(
                            "two folders are named, and one can be watched",
                            "put the components into one folder",
                        ));
                    }
                    continue;
                }
                routes.push(Route::of(what, &flags)?);
            }
            let several = routes.len() > 1 || folder.is_some();
            give_parameters(&mut routes, &flags.params, several)?;
        }
        let how = self.args.paper_fills.as_ref().or(part.paper_fills.as_ref());
        let spread = self
            .args
            .max_spread_bps
            .as_ref()
            .or(part.max_spread_bps.as_ref());
        let mut profile = flags.rules()?;
        let mut set = |knob: &str, value: &str| {
            profile
                .set(knob, value)
                .map_err(|e| CliError::user(e.to_string(), "`host profiles` lists the knobs"))
        };
        // A session has no last minute of its own.
        set("end_of_data", "leave")?;
        match how.map(String::as_str) {
            Some("quote") => set("fill_timing", "quote")?,
            None | Some("profile") => {}
            Some(other) => {
                return Err(CliError::user(
                    format!("paper_fills is `{other}`"),
                    "write profile or quote",
                ));
            }
        }
        if let Some(spread) = spread {
            set("max_spread_bps", spread)?;
        }
        Ok(Whole {
            flags,
            routes,
            folder,
            part,
            profile,
        })
    }

    /// A component of the watched folder, on the symbols of the flags.
    fn dropped(&self, whole: &Whole, path: &Path) -> Result<Wish, CliError> {
        let source = path.display().to_string();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = folder_name(&stem.replace('_', "-"));
        let own = |setting: &String| {
            let own = setting.strip_prefix(&name)?.strip_prefix('.')?;
            Some(own.to_owned())
        };
        let route = Route {
            name: Some(name.clone()),
            parameters: whole.flags.params.iter().filter_map(own).collect(),
            ..Route::of(&source, &whole.flags)?
        };
        Ok(Wish {
            by: DeclaredBy::Folder,
            ..self.wish(whole, &route)?
        })
    }

    fn wish(&self, whole: &Whole, route: &Route) -> Result<Wish, CliError> {
        let place = |error: CliError| match &route.place {
            Some(place) => error.context(place),
            None => error,
        };
        self.wish_of(whole, route).map_err(place)
    }

    fn wish_of(&self, whole: &Whole, route: &Route) -> Result<Wish, CliError> {
        let mut markets: Vec<(String, String)> = Vec::new();
        let mut number = |symbol: &str| -> Result<u32, CliError> {
            let market = self.market(whole, route, symbol)?;
            let known = markets.iter().position(|m| *m == market);
            let place = known.unwrap_or_else(|| {
                markets.push(market);
                markets.len() - 1
            });
            Ok(u32::try_from(place).expect("few symbols"))
        };
        let default = whole.flags.symbol.clone();
        let default = default.or_else(|| self.settings.get(&config::SYMBOL).map(str::to_owned));
        if route.symbols.is_empty() && route.roles.is_empty() {
            number(default.as_deref().unwrap_or_default())?;
        }
        for symbol in &route.symbols {
            number(symbol)?;
        }
        let mut roles = Vec::new();
        for (role, symbols) in &route.roles {
            let taken = symbols.iter().map(|s| number(s));
            roles.push((role.clone(), taken.collect::<Result<Vec<u32>, CliError>>()?));
        }
        let safety = route.safety.as_ref().or(whole.flags.safety.as_ref());
        let policy = route.on_fault.as_ref().or(self.args.on_fault.as_ref());
        Ok(Wish {
            name: route.name.clone(),
            source: route.strategy.clone(),
            path: locate::component(&route.strategy, &self.settings)?,
            markets,
            roles,
            parameters: route.parameters.clone(),
            balance: whole
                .flags
                .balance(route.balance.as_deref(), &self.settings)?,
            leverage: whole.flags.leverage(route.leverage.as_deref())?,
            profile: whole.profile.clone(),
            on_fault: policy.map(|word| on_fault(word)).transpose()?,
            safety: safety.map_or(Ok(String::new()), |path| safety_text(path))?,
            seed: whole.flags.seed.unwrap_or(0),
            by: match (self.file(), &route.place) {
                (Some(_), Some(_)) => DeclaredBy::File,
                _ => DeclaredBy::Hand,
            },
        })
    }

    /// Venue and symbol of a market, as the user said it.
    fn market(
        &self,
        whole: &Whole,
        route: &Route,
        text: &str,
    ) -> Result<(String, String), CliError> {
        let (venue, symbol) = split_venue(text.trim());
        let venue = venue
            .or(route.exchange.as_deref())
            .or(whole.flags.exchange.as_deref())
            .or(self.settings.get(&config::EXCHANGE))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let parsed = Symbol::parse(symbol, None).map_err(|e| {
            CliError::user(
                e.to_string(),
                "write BTC/USDT for the spot pair, BTC/USDT:USDT for the perpetual",
            )
        })?;
        let kind = route.traded_as.as_deref().map(parse_market).transpose()?;
        let symbol = match kind {
            Some(InstrumentKind::LinearPerpetual) => perpetual_of(&parsed.to_string()),
            _ => parsed.to_string(),
        };
        Ok((venue, symbol))
    }
}

/// What a file may say of a backtest, and what would change what a session does without a word.
fn refuse_what_is_of_backtests(
    file: &Path,
    routes: &[Route],
    flags: &Flags,
) -> Result<(), CliError> {
    let refused = if flags.account == Some(Account::Shared) {
        "account = \"shared\": strategies of a forward test have an account each, so that one cannot spend what another counts on"
    } else if routes.iter().any(|route| route.weight.is_some()) {
        "`weight`, which divides a shared account, and strategies of a forward test have an account each"
    } else if !flags.events.is_empty() {
        "[[events]], which are of recorded candles: a live venue tells itself what happens"
    } else {
        return Ok(());
    };
    Err(CliError::user(
        format!("{} has {refused}", file.display()),
        "leave it away; a `balance` of each route says what it may use",
    ))
}

/// The table `[safety]` of a file, checked.
fn safety_text(path: &Path) -> Result<String, CliError> {
    crate::cli::plan::safety(Some(&path.to_owned()))?;
    std::fs::read_to_string(path).map_err(|e| {
        CliError::user(
            format!("reading {}: {e}", path.display()),
            "docs/safety.md shows what it holds",
        )
    })
}

/// Parameters of the command line: of the one strategy, or of the one that is named before the dot.
fn give_parameters(routes: &mut [Route], params: &[String], several: bool) -> Result<(), CliError> {
    if let ([only], false) = (&mut *routes, several) {
        only.parameters.extend(params.iter().cloned());
        return Ok(());
    }
    for param in params {
        let mut given = false;
        for route in routes.iter_mut() {
            let stem = Path::new(&route.strategy).file_stem().unwrap_or_default();
            let stem = stem.to_string_lossy().replace('_', "-");
            let own = param.strip_prefix(&stem).and_then(|p| p.strip_prefix('.'));
            if let Some(setting) = own {
                route.parameters.push(setting.to_owned());
                given = true;
            }
        }
        // Parameters of the watched folder are given when its components are there.
        if !given && !param.split('=').next().unwrap_or_default().contains('.') {
            return Err(CliError::user(
                format!("`{param}` does not say which strategy it is for"),
                "write STRATEGY.NAME=VALUE",
            ));
        }
    }
    Ok(())
}
